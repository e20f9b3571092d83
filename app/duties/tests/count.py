"""A second count of the days before a duty, which shares no code with the first: it lists every
school day once and looks days up in that list, where the first walks from day to day.

It reads lines. `term FIRST LAST` and `closed DAY` say when schools are open. `count YEAR MONTH DAY
SPAN…` asks for a day: each span is `s20` for twenty school days before, or `w6` for six weeks
before, one after the other. It writes one day a line.
"""

import sys
from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta

terms, closed, asked = [], set(), []
for line in sys.stdin:
    kind, *rest = line.split()
    if kind == "term":
        terms.append(tuple(date.fromisoformat(day) for day in rest))
    elif kind == "closed":
        closed.add(date.fromisoformat(rest[0]))
    else:
        asked.append(rest)

school = sorted(
    day
    for first, last in terms
    for day in (first + timedelta(days) for days in range((last - first).days + 1))
    if day.weekday() < 5 and day not in closed
)

for year, month, day, *spans in asked:
    year, month = int(year), int(month)
    at = date(year, month, min(int(day), monthrange(year, month)[1]))
    for span in spans:
        many = int(span[1:])
        if span[0] == "s":
            at = school[bisect_left(school, at) - many]
        else:
            at = school[bisect_right(school, at - timedelta(weeks=many)) - 1]
    print(at)
