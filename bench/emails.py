"""Signed emails to everyone who is told of one notice, beside Postfix's smtp-source."""

import os
import shutil
import sqlite3
import subprocess
import time

from area import DAY, Filling, approve
from machine import ASKS, FOLDER, anchor, begin, cpu, each, end, in_turn
from service import Service, copied, free_port, until_open
from table import at_least

# About as long as one of ours.
LONG = 6_000

PATHS = os.pathsep.join([os.environ.get('PATH', ''), '/usr/sbin', '/usr/lib/postfix/sbin'])

TOLD = '''SELECT count(*), max(d.sent_at) - max(n.started_at) FROM ledger l
    JOIN deliveries d ON d.id = l.delivery_id JOIN notices n ON n.id = l.notice_id
    WHERE l.notice_id = ? AND d.sent_at IS NOT NULL'''


class Sink:
    """A mail server that keeps nothing, at the end of a line that may be long."""

    def __init__(self, one_way=0):
        self.one_way = one_way

    def __enter__(self):
        self.port = free_port()
        self.processes = [anchor('receive', f'127.0.0.1:{self.port}')]
        until_open(self.port)
        if self.one_way:
            to, self.port = self.port, free_port()
            words = ['line', f'127.0.0.1:{self.port}', f'127.0.0.1:{to}', self.one_way]
            self.processes.append(anchor(*words))
            until_open(self.port)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            end(process)

    def settings(self, key=None, connections=4):
        """For the program to send its emails there."""
        signs = {'DKIM_KEY': str(key), 'DKIM_SELECTOR': 'bench'} if key else {}
        return {'MAIL': f'smtp+insecure://127.0.0.1:{self.port}',
                'MAIL_CONNECTIONS': str(connections), **signs}


def key(kind):
    """A key to sign with, made by OpenSSL."""
    path = FOLDER / f'{kind}.pem'
    bits = ['-pkeyopt', 'rsa_keygen_bits:2048'] if kind == 'rsa' else []
    subprocess.run(['openssl', 'genpkey', '-algorithm', kind, *bits, '-out', path], check=True,
                   stderr=subprocess.DEVNULL)
    return path


class Telling:
    """A notice that everyone is told of by a program that runs."""

    def __init__(self, service, everyone):
        self.service, self.everyone = service, everyone
        self.db = sqlite3.connect(service.folder / 'alongside.db', timeout=60, isolation_level=None)
        self.began = cpu(service.pid)
        self.db.execute('BEGIN IMMEDIATE')
        self.notice = approve(self.db, int(time.time() * 1000) + 20 * DAY)
        self.db.execute('COMMIT')

    def sent(self):
        """How many have gone, and how long after it started the last one did, in seconds."""
        many, milliseconds = self.db.execute(TOLD, (self.notice,)).fetchone()
        return many, (milliseconds or 0) / 1000

    def until(self, many, within=900):
        over = time.monotonic() + within
        while self.sent()[0] < many:
            if time.monotonic() > over:
                raise RuntimeError(f'{self.sent()[0]} of {many} emails have gone in {within} s')
            time.sleep(0.25)

    def result(self):
        """Waits for the last one; how many a second, and what each cost."""
        self.until(self.everyone)
        many, seconds = self.sent()
        used = cpu(self.service.pid) - self.began
        return {'rate': many / seconds, 'seconds': seconds, 'ms': used / many * 1000}


def smtp_source():
    return shutil.which('smtp-source', path=PATHS)


def sent_by_smtp_source(port, many, connections):
    """Emails a second of the tool that Postfix is measured with, over connections that stay."""
    words = [smtp_source(), '-d', '-s', connections, '-m', many, '-l', LONG,
             '-f', 'forum@bench.example', '-t', 'family@bench.example', f'127.0.0.1:{port}']
    began = time.monotonic()
    if begin(words, ASKS, stdout=subprocess.DEVNULL).wait() != 0:
        raise RuntimeError('smtp-source failed')
    return many / (time.monotonic() - began)


def run(table, plan, areas):
    if not shutil.which('openssl'):
        return table.skip('signed emails', 'OpenSSL, which makes the keys, is not installed')
    area = subscribed(areas, plan.emails)
    absent = '–' if smtp_source() else 'smtp-source is not installed'
    for kind, goal in (('rsa', at_least(1_000, '/s')), ('ed25519', None)):
        found = beside(plan, area, Sink(), key(kind), plan.emails, 4)
        what, theirs = f'{plan.emails:,} emails signed with {kind}', found.get('smtp-source')
        ours = each(found['ours'], 'rate')
        if goal:
            table.add(f'{what}, each second', ours, '/s', goal, absent=absent)
        if theirs:
            table.add(what, ours, '/s', at_least(0.5), ('smtp-source', theirs))
        table.add(f'{what}, CPU of each', each(found['ours'], 'ms'), ' ms')
    over_a_long_line(table, plan, areas, absent)


def subscribed(areas, many):
    """The small area with so many who are told of each notice."""
    area = copied(areas.small(), FOLDER / f'told-{many}')
    with Filling(area) as filling:
        filling.subscribers(many)
    return area


def beside(plan, area, sink, signs_with, many, connections):
    """Ours and theirs in turn, to the same sink."""
    with sink:
        settings = sink.settings(signs_with, connections)
        with Service(copied(area, FOLDER / 'emails'), **settings) as service:
            contenders = {'ours': lambda: Telling(service, many).result()}
            if smtp_source():
                contenders['smtp-source'] = (
                    lambda: sent_by_smtp_source(sink.port, many, connections))
            return in_turn(contenders, plan.rounds)


def over_a_long_line(table, plan, areas, absent):
    """There and back takes 20 ms: how many emails one connection hands over meanwhile."""
    connections, round_trip, many = 10, 0.020, plan.emails // 5
    area = subscribed(areas, many)
    found = beside(plan, area, Sink(one_way=10), None, many, connections)
    each_trip = lambda rates: [rate * round_trip / connections for rate in rates]
    theirs = found.get('smtp-source')
    table.add('a line of 20 ms, emails a round trip of a connection',
              each_trip(each(found['ours'], 'rate')), '', at_least(0.9, ''),
              ('smtp-source', each_trip(theirs)) if theirs else None, absent)
