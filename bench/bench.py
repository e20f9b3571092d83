#!/usr/bin/env python3
"""Measures Alongside beside what stands for the machine, on this machine: `make bench`.

See docs/performance.md for what each row means and how to read it. Nothing here is a test: figures
are ratios of what was measured side by side, and nobody fails by them."""

import argparse
import os
import platform
import shutil
import sys
import time
from typing import NamedTuple

import emails
import large
import pages
import surveys
import votes
from area import Filling
from asking import CALLERS
from machine import ANCHORS, CORES, FOLDER, load
from service import PROGRAM, copied, demonstration
from table import Table

PARTS = {'pages': pages, 'surveys': surveys, 'votes': votes, 'emails': emails, 'large': large}


class Plan(NamedTuple):
    """How long it may take."""

    rounds: int
    seconds: float
    journeys: int
    visits: int
    emails: int
    # Pages a second, while emails go.
    pace: int
    idle: float
    # By how much the standard area is smaller.
    part: int


FULL = Plan(rounds=5, seconds=3, journeys=40, visits=15, emails=10_000, pace=200, idle=5, part=1)
QUICK = Plan(rounds=2, seconds=1, journeys=10, visits=5, emails=1_000, pace=200, idle=2, part=10)


class Areas:
    """The areas that are measured, each made when it is first asked for. Whoever changes one takes
    a copy of it."""

    topics, parents = 30, 20_000

    def __init__(self, plan):
        self.plan, self.folder, self.made = plan, FOLDER, {}
        self.subscribers = 50_000 // plan.part
        self.size = 'standard area' if plan.part == 1 else f'1/{plan.part} of the standard area'

    def _once(self, name, make):
        if name not in self.made:
            print(f'  (making the {name} area)', file=sys.stderr, flush=True)
            make(FOLDER / name)
            self.made[name] = FOLDER / name
        return self.made[name]

    def demonstration(self):
        return self._once('demonstration', demonstration)

    def small(self):
        """The demonstration with parents to vote and a survey of ten questions."""
        return self._once('small', self._small)

    def _small(self, folder):
        copied(self.demonstration(), folder)
        with Filling(folder) as filling:
            filling.parents(self.parents, CALLERS)
            filling.topics(self.topics)
            self.survey = filling.surveys(1, 0)

    def standard(self):
        """See `Filling.standard`."""
        return self._once('standard', self._standard)

    def _standard(self, folder):
        copied(self.demonstration(), folder)
        with Filling(folder) as filling:
            filling.standard(self.plan.part)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument('--quick', action='store_true', help='fewer rounds and a smaller area')
    # No part at all is an empty list to argparse, and must be a choice.
    words.add_argument('parts', nargs='*', choices=[*PARTS, []], help='only these; otherwise all')
    said = words.parse_args()
    for needed in (PROGRAM, ANCHORS):
        if not os.path.exists(needed):
            sys.exit(f'{needed} is not there: run make bench, or make bench-quick')
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    plan = QUICK if said.quick else FULL
    table, areas, began = Table(), Areas(plan), time.monotonic()
    if load() > 0.5:
        table.note(f'Something else was running at the start: the load was {load():.1f}.')
    if len(CORES) < 2:
        table.note('There is one core: whoever asks takes its time from whoever answers.')
    for name in said.parts or PARTS:
        print(f'{name} …', file=sys.stderr, flush=True)
        try:
            PARTS[name].run(table, plan, areas)
        except Exception as wrong:  # The other parts are as good without it.
            table.skip(name, f'it failed: {type(wrong).__name__}: {wrong}')
    minutes = (time.monotonic() - began) / 60
    print(f'{platform.machine()}, {len(CORES)} cores, {plan.rounds} pairs, {minutes:.0f} minutes\n')
    print(table.text())
    shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == '__main__':
    main()
