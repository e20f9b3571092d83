"""Which tables grow with the families, what one family takes, and what 153 areas would."""

import sqlite3
from typing import NamedTuple

AREAS, FAMILIES = 153, 5_000_000

HEAD = ('table', 'standard', 'large', 'bytes a row', 'bytes a family', '5 million families')

# What a notice adds for each family.
AN_EMAIL = ('deliveries', 'ledger', 'subscriber_links')

# Which tables there are and what they take with their indexes, and those that have no other name
# on PostgreSQL.
SQLITE_BYTES = '''SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s
    JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY m.tbl_name'''
POSTGRES_BYTES = '''SELECT relname, pg_total_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace'''


class Size(NamedTuple):
    rows: int
    bytes: int


def sizes(area):
    """Rows and bytes of every table of an area."""
    db = area.database or sqlite3.connect(area.folder / 'alongside.db', timeout=60)
    taken = {name: int(many) for name, many in
             db.execute(POSTGRES_BYTES if area.database else SQLITE_BYTES)}
    return {name: Size(int(list(db.execute(f'SELECT count(*) FROM {name}'))[0][0]), many)
            for name, many in taken.items() if not name.startswith(('sqlite_', '_sqlx_'))}


def of(both, on):
    """A table of the tables that grow; the last column is calculated."""
    few, many = map(sizes, both)
    families = many['accounts'].rows - few['accounts'].rows
    lines, whole = [], 0
    for name in sorted(many, key=lambda name: -many[name].bytes):
        before, after = few[name], many[name]
        more = Size(after.rows - before.rows, after.bytes - before.bytes)
        if after.rows < 2 * before.rows or more.rows < 100:
            continue
        each = more.bytes / families
        whole += each
        lines.append((f'`{name}`', f'{before.rows:,}', f'{after.rows:,}',
                      f'{more.bytes / more.rows:,.0f}', f'{each:,.0f}', gigabytes(each)))
    lines.append(('all that grow', '', '', '', f'{whole:,.0f}', gigabytes(whole)))
    rows = [HEAD, ('---',) * len(HEAD), *lines]
    text = '\n'.join(f'| {" | ".join(cells)} |' for cells in rows)
    still = len(many) - len(lines) + 1
    return (f'**{on}**, rows and bytes with their indexes; {still} other tables stayed as they '
            f'were.\n\n{text}\n\nCalculated from that: {FAMILIES // AREAS:,} families, as in each '
            f'of {AREAS} areas, take {whole * FAMILIES / AREAS / 1e6:,.0f} MB.')


def areas_at_rest(one):
    """What as many areas need before anybody opens a page."""
    connections = f', {one.connections * AREAS:,} connections' if one.connections else ''
    return (f'Calculated from that: {AREAS} standard areas, each with a process of its own, take '
            f'{one.memory * AREAS / 1000:,.1f} GB of memory{connections} and '
            f'{one.cpu * AREAS / 60:,.1f} cores while nobody asks for anything.')


def opened(milliseconds):
    """What it takes when everyone opens a page that is kept for them."""
    cores = FAMILIES * milliseconds / 1000 / 3600
    return (f'Calculated from that: if 5 million families open the page of a notice within an '
            f'hour, {FAMILIES / 3600:,.0f} a second do, and they take {cores:,.2f} cores.')


def waiting(area, tell):
    """What an email takes that is owed and has not gone, with its row in the ledger."""
    before = sizes(area)
    told = tell()
    after = sizes(area)
    taken = sum(after[name].bytes - before[name].bytes for name in AN_EMAIL)
    each = taken / (after['deliveries'].rows - before['deliveries'].rows)
    hours = FAMILIES / told['rate'] / 3600
    return (f'An email that is owed and has not gone takes {each:,.0f} bytes. Calculated from '
            f'that: a notice to 5 million families takes {gigabytes(each)} until the emails have '
            f'gone, and one process needs {hours:,.1f} hours to owe them.')


def gigabytes(each):
    return f'{each * FAMILIES / 1e9:,.1f} GB'
