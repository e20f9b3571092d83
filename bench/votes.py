"""Votes: over HTTP and kept for good, beside SQLite and PostgreSQL that are asked directly."""

import os
import re
import shutil
import subprocess

from area import cookie, parent, topic
from asking import CALLERS, Caller, request, written
from machine import ANSWERS, ASKS, FOLDER, ROOT, begin, each, in_turn, result
from postgres import Database
from service import Service, command, copied
from table import at_least

# As many votes a second as nobody gives: a block never runs out of them.
MOST = 8_000

# pgbench votes for parents who are not signed in, so that none is given twice by both.
PGBENCH = '''\\set t random(0, {topics})
\\set a random({first}, {last})
INSERT INTO supports (topic_id, account_id, given_at)
VALUES ('c0000000-0000-7000-8000-' || lpad((:t)::text, 12, '0'),
        'b0000000-0000-7000-8000-' || lpad((:a)::text, 12, '0'), 1)
ON CONFLICT (topic_id, account_id) DO NOTHING;
'''


class Votes:
    """Votes that nobody has given yet, by parents who are signed in."""

    def __init__(self, topics):
        self.topics, self.next = topics, 0

    def take(self, many):
        """The next ones: a topic and which parent."""
        taken = range(self.next, min(self.next + many, self.topics * CALLERS))
        return [(nth % self.topics, nth // self.topics) for nth in taken]

    def given(self, many):
        self.next += many


def vote(nth, who):
    return request('POST', f'/topics/{topic(nth)}/support', who, 'wish=support',
                   Accept='text/plain', Cookie=cookie(who))


class Voters:
    """Parents who vote over HTTP, all at once."""

    def __init__(self, table, plan, areas):
        self.caller = Caller(table, plan.seconds, connections=32)
        self.votes, self.most = Votes(areas.topics), int(plan.seconds * MOST)

    def vote(self, service):
        requests = (vote(*one) for one in self.votes.take(self.most))
        file = written(FOLDER / 'votes.requests', requests)
        found = self.caller.ask(service.port, file, service.pid, 'ask-once')
        # Each connection may have sent one more than was answered in time.
        self.votes.given(found['answers'] + self.caller.connections)
        return found


def run(table, plan, areas):
    on_sqlite(table, plan, areas, 'votes on SQLite', at_least(1), {})
    what = 'votes on SQLite, each sync 2 ms longer'
    if shutil.which('cc'):
        library = FOLDER / 'slow_sync.so'
        subprocess.run(['cc', '-shared', '-fPIC', '-O2', '-o', library, ROOT / 'bench/slow_sync.c'],
                       check=True)
        slow = {'LD_PRELOAD': str(library), 'SYNC_MILLISECONDS': '2'}
        on_sqlite(table, plan, areas, what, at_least(10), slow)
    else:
        table.skip(what, 'there is no C compiler')
    if 'PGHOST' in os.environ and shutil.which('pgbench'):
        on_postgres(table, plan, areas)
    else:
        table.skip('votes on PostgreSQL', 'pgbench and pg_virtualenv are not installed')


def on_sqlite(table, plan, areas, what, goal, environment):
    raw = copied(areas.small(), areas.folder / 'votes-raw')
    direct, file = Votes(areas.topics), FOLDER / 'votes.txt'
    voters = Voters(table, plan, areas)

    def loop():
        lines = [f'{topic(nth)} {parent(who)}\n' for nth, who in direct.take(voters.most)]
        file.write_text(''.join(lines))
        words = ['commits', raw / 'alongside.db', file, plan.seconds]
        found = result(*words, core=ANSWERS, env={**os.environ, **environment})
        direct.given(found['answers'])
        return found['answers'] / found['seconds']

    with Service(copied(areas.small(), areas.folder / 'votes'), **environment) as service:
        found = in_turn({'ours': lambda: voters.vote(service), 'raw': loop}, plan.rounds)
    table.add(what, each(found['ours'], 'rate'), '/s', goal, ('raw loop', found['raw']))
    table.add(f'{what}, CPU', each(found['ours'], 'us'), ' µs')


def on_postgres(table, plan, areas):
    script = FOLDER / 'vote.sql'
    last = {'topics': areas.topics - 1, 'last': areas.parents - 1}
    script.write_text(PGBENCH.format(first=CALLERS, **last))
    voters = Voters(table, plan, areas)
    with Database('bench') as database:
        folder = copied(areas.small(), areas.folder / 'votes-postgres')
        command(folder, 'copy-to', database.url, RUST_LOG='error')
        with Service(folder, DATABASE_URL=database.url) as service:
            found = in_turn({
                'ours': lambda: voters.vote(service),
                'pgbench': lambda: pgbench(script, database.name, plan.seconds)}, plan.rounds)
    what = 'votes on PostgreSQL'
    table.add(what, each(found['ours'], 'rate'), '/s', at_least(0.5), ('pgbench', found['pgbench']))
    table.add(f'{what}, CPU without the database', each(found['ours'], 'us'), ' µs')


def pgbench(script, database, seconds):
    """Eight clients that each commit one vote after the other; votes a second."""
    words = ['pgbench', '-n', '-M', 'prepared', '-c', '8', '-j', '1', '-T', max(1, int(seconds)),
             '-f', script, database]
    process = begin(words, ASKS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.communicate()[0]
    return float(re.search(r'tps = ([\d.]+)', said)[1])
