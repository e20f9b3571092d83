#!/usr/bin/env python3
"""Measures what a page costs in an area with fifteen times the rows: `make scale`.

See docs/scale.md for what was measured and how to read it. On SQLite and, where there is one, on
PostgreSQL."""

import argparse
import os
import platform
import re
import shutil
import sqlite3
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import growth
from addresses import KEPT, Readers, pages
from area import DAY, Filling, approve, cookie, topic
from asking import address
from large import until_calm
from machine import CORES, ROOT, cpu, cpu_now, each, in_turn, load, memory, middle, ratios
from postgres import Database
from service import ID, PROGRAM, Service, command, copied, demonstration
from table import Table, at_most, number

FOLDER = Path(os.environ.get('BENCH_FOLDER', ROOT / 'target/bench')) / 'scale'
DOCUMENT = ROOT / 'docs/scale.md'
TIMES, GOAL = 15, 1.2
# Seconds to watch how everyone is told.
LONG_ENOUGH = 120


class Plan(NamedTuple):
    rounds: int
    visits: int
    # Seconds that one page may take in one area and round.
    patience: float
    # By how much the standard area is smaller.
    part: int
    # Seconds to look at a service at rest; the longest job of the worker comes each half minute.
    rest: int = 60


FULL = Plan(rounds=5, visits=9, patience=3, part=1)
QUICK = Plan(rounds=3, visits=5, patience=1, part=10)


def filled(name, part, times):
    """The folder of an area with so many rows. It is made once, and stays for the next run."""
    folder = FOLDER / f'{name}-{part}'
    if not (folder / 'is-filled').exists():
        print(f'  (filling the {name} area)', file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        copied(new_demonstration(), folder)
        fill(folder, part, times)
        (folder / 'is-filled').touch()
    return folder


def new_demonstration():
    folder = FOLDER / 'demonstration'
    if not (folder / 'alongside.db').exists():
        demonstration(folder)
    return folder


def fill(folder, part, times):
    """The standard area and what else grows with the people, or so many times as much."""
    of = lambda many: many * times // part
    with Filling(folder) as filling:
        filling.standard(part, times)
        filling.surveys(1, of(5_000), closes_in=-DAY)
        filling.returned()
        filling.questions(of(100))
        filling.comments(of(1_000), of(50_000))
        filling.log(of(20_000))


class Compared(NamedTuple):
    """Something in both areas: milliseconds of CPU at the lowest, and the middle one of the ratios
    of all pairs."""

    name: str
    few: float
    many: float
    ratio: float

    @classmethod
    def of(cls, name, costs):
        return cls(name, min(costs['few']), min(costs['many']),
                   middle(ratios(costs['many'], costs['few'])))

    @property
    def is_over(self):
        """By both: one alone may be what others did on the machine meanwhile."""
        return min(self.ratio, self.many / self.few) > GOAL


class Area:
    """An area with the program on it, and what both spend."""

    def __init__(self, folder, service, database=None):
        self.folder, self.service, self.database = folder, service, database

    def ready(self):
        self.settles()
        self.readers = Readers(self.service)
        return self

    def settles(self, within=900):
        """Waits until the worker has caught up with the rows, as with the search index."""
        over, calm = time.monotonic() + within, 0
        while calm < 3 and time.monotonic() < over:
            before = sum(map(cpu, self.pids()))
            time.sleep(2)
            calm = calm + 1 if sum(map(cpu, self.pids())) - before < 0.2 else 0

    def pids(self):
        """The program, and those in PostgreSQL who answer it."""
        return [self.service.pid, *(self.database.processes() if self.database else [])]

    def written(self):
        """For what is written beside the program."""
        if self.database:
            return self.database
        return sqlite3.connect(self.folder / 'alongside.db', timeout=60, isolation_level=None)

    def cost(self, page, plan):
        """Milliseconds of CPU of one visit: the lowest of some, since what else goes on only adds
        to it. Where one takes longer than patience lasts, that one."""
        pids, over = self.pids(), time.monotonic() + plan.patience
        found = [self._visit(page, pids)]
        while len(found) <= plan.visits and time.monotonic() < over:
            found.append(self._visit(page, pids))
        return min(found)

    def _visit(self, page, pids):
        before = sum(map(cpu_now, pids))
        answer = self.readers.ask(page)
        if answer.status != 200:
            raise RuntimeError(f'{page.name}: {answer.status}')
        return (sum(map(cpu_now, pids)) - before) * 1000


@contextmanager
def on_sqlite(plan):
    """Both areas on SQLite, with the program on each."""
    with ExitStack() as running:
        yield [Area(folder, running.enter_context(Service(folder))).ready()
               for folder in areas(plan)]


@contextmanager
def on_postgres(plan):
    """The same rows on one PostgreSQL, a database for each."""
    with ExitStack() as running:
        both = []
        for folder in areas(plan):
            database = running.enter_context(Database(f'scale_{folder.name}'))
            print(f'  (copying the {folder.name} area)', file=sys.stderr, flush=True)
            # Those that were kept may be of an older program.
            command(folder, 'migrate', RUST_LOG='error')
            command(folder, 'migrate', DATABASE_URL=database.url, RUST_LOG='error')
            database.fill_from(folder / 'alongside.db')
            service = running.enter_context(Service(folder, DATABASE_URL=database.url))
            both.append(Area(folder, service, database).ready())
        yield both


def areas(plan):
    """Copies of both, to be changed."""
    return [copied(filled(name, plan.part, times), FOLDER / 'run' / name)
            for name, times in (('standard', 1), ('large', TIMES))]


def measured(table, plan, both, on):
    """Every page and a vote."""
    few, many = both
    found, left = pages(few.readers, many.readers)
    print(f'  ({len(found)} pages; {len(left)} addresses lead elsewhere or need a link of '
          'their own)', file=sys.stderr, flush=True)
    compared = []
    for page in dict.fromkeys(found):
        try:
            costs = page_in_turn(page, plan, few, many)
        except Exception as wrong:
            table.skip(f'{on}: {page.name}', f'{wrong}')
            continue
        add(table, f'{on}: {page.name}', costs, ' ms')
        compared.append(Compared.of(page.name, costs))
    votes = in_turn({'few': lambda: vote(few, plan), 'many': lambda: vote(many, plan)},
                    plan.rounds)
    add(table, f'{on}: a vote, given or taken back', votes, ' ms')
    compared.append(Compared.of('a vote, given or taken back', votes))
    return compared


def page_in_turn(page, plan, few, many):
    """What it costs in both, again and again; twice if that takes long."""
    contenders = {'few': lambda: few.cost(page, plan), 'many': lambda: many.cost(page, plan)}
    began = time.monotonic()
    costs = in_turn(contenders, 1)
    is_slow = time.monotonic() - began > 2.5 * plan.patience
    more = in_turn(contenders, 1 if is_slow else plan.rounds - 1)
    return {name: costs[name] + more[name] for name in costs}


def add(table, what, costs, unit, goal=at_most(GOAL)):
    table.add(what, costs['many'], unit, goal, ('standard', costs['few']))


def told(table, both, on):
    """Everyone is told of one more notice, in one area after the other; what waits then takes of
    the disk."""
    found = {name: [telling(area)] for name, area in zip(('few', 'many'), both)}
    for what, field, unit, goal in (
            ('CPU of each', 'ms', ' ms', at_most(GOAL)), ('each second', 'rate', '/s', None),
            ('a vote waits at most', 'wait', ' ms', at_most(GOAL))):
        costs = {name: each(rows, field) for name, rows in found.items()}
        add(table, f'{on}: emails owed about one notice, {what}', costs, unit, goal)
    return found['many'][0]


def vote(area, plan):
    """Milliseconds of CPU of a vote: one parent supports topics, and takes that back."""
    pids, found = area.pids(), []
    for nth in range(2 * plan.visits):
        wish = 'support' if nth % 2 == 0 else 'take back'
        before = sum(map(cpu_now, pids))
        voted(area, 11, 3, wish)
        found.append((sum(map(cpu_now, pids)) - before) * 1000)
    return middle(found)


def voted(area, who, about, wish):
    answer = area.service.ask(
        'POST', f'/topics/{topic(about)}/support', {'wish': wish}, Accept='text/plain',
        Cookie=cookie(who), X_Forwarded_For=address(next(Readers.calls)))
    if answer.status != 200:
        raise RuntimeError(f'a vote was refused: {answer.status}')


def at_rest(table, plan, both, on):
    """What each service costs and holds while nobody asks for anything."""
    rest = [Rest.of([area.service], area, plan.rest) for area in both]
    held(table, f'{on}', rest[1], rest[0])
    if on == 'PostgreSQL':
        with ExitStack() as running:
            url = both[1].database.url
            three = [both[1].service, *(
                running.enter_context(Service(FOLDER / 'run' / name, DATABASE_URL=url))
                for name in ('second', 'third'))]
            for service in three:
                until_calm(service.pid)
            all_three = Rest.of(three, both[1], plan.rest)
        held(table, f'{on}: three processes on the large area', all_three)
    return rest[0]


class Rest(NamedTuple):
    """Of one service or several on an area: seconds of CPU in a minute with the database's part of
    it, megabytes without it, and connections."""

    cpu: float
    memory: float
    connections: int

    @classmethod
    def of(cls, services, area, seconds):
        backends = list(area.database.processes()) if area.database else []
        pids = [*(service.pid for service in services), *backends]
        before = sum(map(cpu, pids))
        time.sleep(seconds)
        return cls((sum(map(cpu, pids)) - before) / seconds * 60,
                   sum(memory(service.pid) for service in services), len(backends))


def held(table, what, now, beside=None):
    for field, words, unit in (('cpu', 'CPU in a minute at rest', ' s'),
                               ('memory', 'memory without the database', ' MB'),
                               ('connections', 'connections to the database', '')):
        if getattr(now, field):
            anchor = ('standard', [getattr(beside, field)]) if beside else None
            table.add(f'{what}: {words}', [getattr(now, field)], unit, None, anchor)


def telling(area):
    """A new notice, of which everyone is told, or as many as can be in some minutes; no email
    leaves. How fast they are owed, what each costs, and the longest that a vote waited meanwhile,
    in milliseconds."""
    db = area.written()
    # But for a few who are told about other services, or with their digest.
    everyone = 0.99 * int(list(db.execute('SELECT count(*) FROM subscribers'))[0][0])
    db.execute('UPDATE service_state SET emails_held_at = ?', (int(time.time() * 1000),))
    before, began, waits, owed = sum(map(cpu, area.pids())), time.monotonic(), [], 0
    notice = approve(db, int(time.time() * 1000) + 20 * DAY)
    looked = began
    while owed < everyone and (at := time.monotonic()) - began < LONG_ENOUGH:
        voted(area, 12, 4, 'support' if len(waits) % 2 == 0 else 'take back')
        waits.append((time.monotonic() - at) * 1000)
        time.sleep(0.1)
        if time.monotonic() - looked > 2:
            looked = time.monotonic()
            owed = int(list(db.execute('SELECT count(delivery_id) FROM ledger '
                                       'WHERE notice_id = ?', (notice,)))[0][0])
    seconds = time.monotonic() - began
    spent = sum(map(cpu, area.pids())) - before
    return {'ms': spent / owed * 1000, 'rate': owed / seconds, 'wait': max(waits)}


def digest(compared, on):
    """What a document says of the pages: how many keep to the goal, and those that do not."""
    over = sorted((one for one in compared if one.is_over), key=lambda one: -one.ratio)
    kept = [one.ratio for one in compared if not one.is_over]
    lines = [f'| `{re.sub(ID, "…", one.name)}` | {number(one.few)} ms | {number(one.many)} ms '
             f'| {number(one.ratio)}× |' for one in over]
    return '\n'.join([
        f'**{on}**: {len(kept)} of {len(compared)} cost at most {GOAL} times as much; the middle '
        f'one of these {number(middle(kept))} times.', '',
        '| over that | standard | large | ratio |', '|---|---|---|---|', *lines])


def about_this_run(plan):
    size = 'the standard area' if plan.part == 1 else f'1/{plan.part} of the standard area'
    return (f'{time.strftime("%Y-%m-%d")}, {platform.machine()}, {len(CORES)} cores, load '
            f'{load():.1f} at the end; {size} and {TIMES} times as much; {plan.rounds} rounds.')


def put_into_document(words):
    whole = DOCUMENT.read_text()
    new = re.sub(r'(<!-- made by `make scale` -->\n).*?(<!-- until here -->)',
                 lambda found: f'{found[1]}{words}{found[2]}', whole, flags=re.S)
    DOCUMENT.write_text(new)


def run(said, plan, table):
    """Measures on each database; what is over the goal, and the parts of the document."""
    places, over, parts = {'SQLite': on_sqlite, 'PostgreSQL': on_postgres}, [], []
    if said.on != 'SQLite' and ('PGHOST' not in os.environ or not shutil.which('psql')):
        places.pop('PostgreSQL')
        table.skip('PostgreSQL', 'pg_virtualenv is not installed')
    for on, place in places.items():
        if said.on not in (None, on):
            continue
        begun = len(table.rows)
        with place(plan) as both:
            rows = growth.of(both, on)
            compared = measured(table, plan, both, on)
            still = growth.areas_at_rest(at_rest(table, plan, both, on))
            over += [f'{on}: {one.name}' for one in compared if one.is_over]
            waiting = growth.waiting(both[1], lambda: told(table, both, on))
        # Pages have a digest of their own, but for those that gave no answer.
        others = [row for row in table.rows[begun:]
                  if '/' not in row[0].split(', ')[0] or row[1].startswith('not measured')]
        # By the standard one: nobody's own area is as large as the other.
        kept = next(one.few for one in compared if one.name.endswith(KEPT))
        parts += [digest(compared, on), table.part(others), still, growth.opened(kept), rows,
                  waiting]
    return over, parts


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument('--quick', action='store_true', help='a tenth of the rows, fewer rounds')
    words.add_argument('--strict', action='store_true', help='fail when a page is over 1.2 times')
    words.add_argument('--keep', action='store_true', help='leave the areas for the next run')
    words.add_argument('--document', action='store_true', help='put the figures into docs/scale.md')
    words.add_argument('--on', choices=['SQLite', 'PostgreSQL'], help='only this one')
    said = words.parse_args()
    if not os.path.exists(PROGRAM):
        sys.exit(f'{PROGRAM} is not there: run make scale')
    FOLDER.mkdir(parents=True, exist_ok=True)
    plan, table = QUICK if said.quick else FULL, Table()
    over, parts = run(said, plan, table)
    about = about_this_run(plan)
    print(f'{about}\n\n{table.text()}\n\n' + '\n\n'.join(parts))
    if said.document:
        put_into_document('\n\n'.join([about, *parts]) + '\n')
    if not said.keep:
        shutil.rmtree(FOLDER, ignore_errors=True)
    if over:
        print(f'{len(over)} cost more than {GOAL} times as much:', *over, sep='\n  ',
              file=sys.stderr)
        sys.exit(said.strict)


if __name__ == '__main__':
    main()
