"""The table that is printed: a row for each figure, beside its anchor and its goal."""

import sys

from machine import load, middle, ratios

HEAD = ('what', 'now', 'anchor, same run', 'ratio', 'goal')


def number(value):
    """A number with as many digits as say something."""
    return f'{value:,.0f}' if abs(value) >= 100 else f'{value:.3g}'


def spread(values, unit=''):
    """The middle one, and from where to where they went."""
    text = number(middle(values)) + unit
    return text if len(values) < 2 else f'{text} ({number(min(values))}–{number(max(values))})'


class Goal:
    """What a figure should be: at most or at least so much."""

    def __init__(self, word, bound, unit):
        self.word, self.bound, self.unit = word, bound, unit

    def words(self, value):
        is_met = value <= self.bound if self.word == 'at most' else value >= self.bound
        return f'{"met" if is_met else "MISSED"}: {self.unjudged()}'

    def unjudged(self):
        """Where there is nothing to judge it by."""
        return f'{self.word} {number(self.bound)}{self.unit}'


def at_most(bound, unit='×'):
    return Goal('at most', bound, unit)


def at_least(bound, unit='×'):
    return Goal('at least', bound, unit)


class Table:
    def __init__(self):
        self.rows, self.notes = [], []

    def add(self, what, ours, unit, goal=None, anchor=None, absent='–'):
        """A row. `anchor` is a name and what was measured side by side with ours; a goal in `×` is
        about the ratio of each pair, any other about the figure itself."""
        beside, of_pairs = absent, []
        if anchor:
            name, others = anchor
            of_pairs = ratios(ours, others)
            beside = f'{name} {spread(others, unit)}'
        judged = (of_pairs if goal.unit == '×' else ours) if goal else []
        self._add(what, spread(ours, unit), beside, spread(of_pairs, '×') if of_pairs else '–',
                  goal.words(middle(judged)) if judged else goal.unjudged() if goal else '–')

    def skip(self, what, why):
        self._add(what, f'not measured: {why}', '–', '–', '–')

    def note(self, words):
        """Something that whoever reads the figures must know."""
        if words not in self.notes:
            self.notes.append(words)
            print(f'  ! {words}', file=sys.stderr, flush=True)

    def _add(self, *cells):
        self.rows.append((*cells, f'{load():.1f}'))
        print('  ' + ' | '.join(self.rows[-1]), file=sys.stderr, flush=True)

    def part(self, rows):
        """Some of the rows."""
        lines = [(*HEAD, 'load'), ('---',) * (len(HEAD) + 1), *rows]
        return '\n'.join(f'| {" | ".join(cells)} |' for cells in lines)

    def text(self):
        notes = (f'- {words}' for words in self.notes)
        return '\n'.join([self.part(self.rows), '', *notes]).rstrip()
