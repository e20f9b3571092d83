"""An independent count in Python fractions, voter by voter: python3 reference.py FILE SEATS.

Prints three lines: chosen by equal shares with Phragmén, how many of them in the first phase, and the plain count.
The share of a topic is found here by trying, for the purses in rising order, how many are emptied.
"""

import csv
import sys
from fractions import Fraction


def share(purses):
    purses = sorted(purses)
    for emptied in range(len(purses)):
        asked = (1 - sum(purses[:emptied], Fraction(0))) / (len(purses) - emptied)
        enough = purses[emptied] >= asked
        if enough:
            return asked
    return None


def shortlist(ballots, seats):
    topics = sorted(set().union(*ballots)) if ballots else []
    supporters = {topic: [v for v, ballot in enumerate(ballots) if topic in ballot] for topic in topics}
    purse = [Fraction(seats, len(ballots)) for _ in ballots]
    chosen = []
    while len(chosen) < seats:
        asked = {}
        for topic in topics:
            if topic in chosen or sum(purse[v] for v in supporters[topic]) < 1:
                continue
            # People with the same purse are many: count them instead of adding them one by one.
            asked[topic] = share_of_counts([purse[v] for v in supporters[topic]])
        if not asked:
            break
        price, topic = min((price, topic) for topic, price in asked.items())
        for v in supporters[topic]:
            purse[v] -= min(price, purse[v])
        chosen.append(topic)
    paid = len(chosen)
    load = [-left for left in purse]
    while len(chosen) < seats:
        asked = [
            ((1 + sum(load[v] for v in supporters[topic])) / len(supporters[topic]), topic)
            for topic in topics
            if topic not in chosen
        ]
        if not asked:
            break
        price, topic = min(asked)
        for v in supporters[topic]:
            load[v] = price
        chosen.append(topic)
    return chosen, paid


def share_of_counts(purses):
    """As share(), and checked against it on small lists below."""
    low, high = 0, len(purses) - 1
    purses = sorted(purses)
    sums = [Fraction(0)]
    for purse in purses:
        sums.append(sums[-1] + purse)
    # asked(emptied) is met first where purse >= asked; that is monotone, so halve the range.
    def asked(emptied):
        return (1 - sums[emptied]) / (len(purses) - emptied)
    while low < high:
        middle = (low + high) // 2
        if purses[middle] >= asked(middle):
            high = middle
        else:
            low = middle + 1
    return asked(low) if purses[low] >= asked(low) else None


def check():
    for purses in ([1, 1], [Fraction(1, 4)] * 3 + [1], [Fraction(1, 9), Fraction(1, 3), Fraction(2, 3)], [Fraction(1, 2)] * 2):
        purses = [Fraction(purse) for purse in purses]
        assert share(purses) == share_of_counts(purses), purses


def main():
    check()
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ballots = [{int(topic) for topic in row["topics"].split(";") if topic} for row in rows]
    ballots = [ballot for ballot in ballots if ballot]
    seats = int(sys.argv[2])
    chosen, paid = shortlist(ballots, seats)
    count = {topic: sum(topic in ballot for ballot in ballots) for topic in set().union(*ballots)}
    print(*chosen)
    print(paid)
    print(*sorted(count, key=lambda topic: (-count[topic], topic))[:seats])


main()
