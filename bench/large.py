"""The standard area, which is a large one: pages that grow, search, memory, and pages while
everyone is told of something."""

import re
import shutil
import time
from statistics import median

from area import NOTICE
from asking import Caller, request, visits, written
from emails import Sink, Telling, key
from machine import FOLDER, cpu, cpu_now, in_turn, memory, result
from service import Service, copied
from table import at_most

# A page that is not kept for everyone: whoever names a session, also an ended one, gets one of their
# own.
OWN = {'Cookie': 'session=ended'}


def run(table, plan, areas):
    islands(table, areas)
    with Service(copied(areas.demonstration(), FOLDER / 'idle')) as idle:
        time.sleep(plan.idle)
        before = cpu_now(idle.pid)
        time.sleep(plan.idle)
        used = (cpu_now(idle.pid) - before) / plan.idle * 100
        table.add('CPU, idle', [used], ' %', at_most(0.2, ' %'))
        table.add('memory, idle', [memory(idle.pid)], ' MB', at_most(64, ' MB'))
    standard, few = areas.standard(), copied(areas.small(), FOLDER / 'few')
    with Service(few) as small, Service(standard) as large:
        search(table, plan, small, large)
        heavy(table, plan, large)
        table.add(f'memory, {areas.size}', [memory(large.pid)], ' MB', at_most(64, ' MB'))
    if shutil.which('openssl'):
        everyone_is_told(table, plan, standard, areas.subscribers)
    else:
        table.skip('pages while everyone is told', 'OpenSSL, which makes keys, is not installed')


def islands(table, areas):
    """What a parent's page with a button loads, once it can be used."""
    with Service(copied(areas.small(), FOLDER / 'islands')) as service:
        topic = service.first('/topics', '/topics/ID')
        page = service.ask('GET', topic, Cookie=service.sign_in('parent')).text
        found = [re.search(rf"'(/pkg/[^']+\.{ending})'", page) for ending in ('wasm', 'js')]
        if not all(found):
            return table.skip('the first load of islands', 'the program has none')
        loads = [service.ask('GET', one[1], Accept_Encoding='br').body for one in found]
        table.add('the first load of islands', [sum(map(len, loads)) / 1000], ' kB',
                  at_most(45, ' kB'))


def cost(service, path, **headers):
    """Milliseconds of CPU of one visit."""
    before = cpu_now(service.pid)
    answer = service.ask('GET', path, **headers)
    if answer.status != 200:
        raise RuntimeError(f'{path}: {answer.status}')
    return (cpu_now(service.pid) - before) * 1000


def costs(service, path, visits, **headers):
    """The middle one of some visits, after a first one."""
    cost(service, path, **headers)
    return median(cost(service, path, **headers) for _ in range(visits))


def search(table, plan, small, large):
    path = '/topics?search=autism+diagnosis'
    found = in_turn({'large': lambda: costs(large, path, plan.visits, **OWN),
                     'small': lambda: costs(small, path, plan.visits, **OWN)}, plan.rounds)
    table.add('search in 1,000 topics, CPU', found['large'], ' ms', at_most(1.2),
              ('in 30', found['small']))


def heavy(table, plan, service):
    organiser = {'Cookie': service.sign_in('organiser')}
    for what, path, headers in (('a notice in force', f'/notices/{NOTICE}', OWN),
                                ('/record', '/record', OWN),
                                ('/forum/unreached', '/forum/unreached', organiser)):
        found = [costs(service, path, plan.visits, **headers) for _ in range(plan.rounds)]
        table.add(f'{what}, with everyone told, CPU', found, ' ms', at_most(2, ' ms'))


def everyone_is_told(table, plan, standard, everyone):
    """Pages at a steady pace, while it is quiet and while emails go, and how soon the last has
    gone; then what all of it took of memory, with a flood of sign-ins before."""
    pages = written(FOLDER / 'visits', visits('/topics'))
    with Sink() as sink, Service(standard, **sink.settings(key('rsa'))) as service:
        flood(service, plan)
        until_calm(service.pid)
        caller = Caller(table, plan.seconds, connections=64)
        steady = lambda: caller.ask(service.port, pages, service.pid, rate=plan.pace)['p99']
        quiet, loud = [steady() for _ in range(plan.rounds)], []
        telling = Telling(service, everyone)
        telling.until(1)
        while len(loud) < plan.rounds and telling.sent()[0] < everyone:
            loud.append(steady())
        told = telling.result()
        # What drifted meanwhile reaches both.
        quiet = quiet[::2] + [steady() for _ in range(len(quiet[1::2]))]
        most = memory(service.pid, 'VmHWM')
    many = f'{everyone:,} emails'
    if loud:
        pairs = min(len(quiet), len(loud))
        table.add(f'p99 of a page while {many} go', loud[:pairs], ' ms', at_most(1.5),
                  ('quiet', quiet[:pairs]))
    table.add(f'{many}, signed with rsa, until the last has gone', [told['seconds']], ' s',
              at_most(everyone * 60 / 50_000, ' s'))
    table.add('memory at most, with those emails and a flood of sign-ins', [most], ' MB',
              at_most(64, ' MB'))


def until_calm(pid, within=120):
    """Waits until it has done what it was asked for."""
    over = time.monotonic() + within
    while time.monotonic() < over:
        before = cpu(pid)
        time.sleep(1)
        if cpu(pid) - before < 0.05:
            return


def flood(service, plan):
    """Wrong passwords from everywhere. Most are refused, as they should be."""
    tries = [request('POST', '/sign-in', nth, f'email=nobody{nth}%40bench.example&password=wrong')
             for nth in range(4_000)]
    file = written(FOLDER / 'flood', tries)
    result('ask', f'127.0.0.1:{service.port}', file, 64, plan.seconds)
