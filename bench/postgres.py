"""A database of PostgreSQL, for as long as a measurement needs it; what `psql` is told."""

import os
import re
import sqlite3
import subprocess
from pathlib import Path

# Not rows of the area, or made anew from them.
NOT_COPIED = ('sqlite_', '_sqlx_', 'topic_search')


class Database:
    """A new one with this name, until the block ends."""

    def __init__(self, name):
        self.name = f'alongside_{name}_{os.getpid()}'
        user, word, host, port = (os.environ.get(f'PG{what}', otherwise) for what, otherwise in (
            ('USER', 'postgres'), ('PASSWORD', ''), ('HOST', ''), ('PORT', '5432')))
        self.url = f'postgres://{user}:{word}@{host}:{port}/{self.name}'

    def __enter__(self):
        subprocess.run(['createdb', self.name], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(['dropdb', '--force', self.name], check=True)

    def execute(self, sql, values=()):
        """As a connection of sqlite3 does, so that the same can be written into both: the rows,
        with all their values as text."""
        if isinstance(values, dict):
            sql = re.sub(r':(\w+)', lambda found: literal(values[found[1]]), sql)
        else:
            left = iter(values)
            sql = re.sub(r'\?', lambda _: literal(next(left)), sql)
        said = self._psql(['-c', sql], stdout=subprocess.PIPE, text=True).stdout
        return [line.split('|') for line in said.splitlines()]

    def _psql(self, words, **more):
        command = ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', self.name, *words]
        return subprocess.run(command, check=True, **more)

    def fill_from(self, file):
        """Takes all rows of an area of SQLite. The program has made the tables; what guards them
        is off meanwhile."""
        area = sqlite3.connect(f'file:{file}?mode=ro', uri=True)
        tables = [name for name, in area.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(NOT_COPIED)]
        command = ['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', self.name]
        loading = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, bufsize=1 << 20,
                                   stdout=subprocess.DEVNULL)
        say = loading.stdin.write
        say("SET session_replication_role = 'replica';\n")
        say(f'TRUNCATE {", ".join(tables)} CASCADE;\n')
        for table in tables:
            rows = area.execute(f'SELECT * FROM {table}')
            say(f'COPY {table} ({", ".join(column[0] for column in rows.description)}) '
                'FROM STDIN;\n')
            loading.stdin.writelines('\t'.join(map(copied, row)) + '\n' for row in rows)
            say('\\.\n')
        say('TRUNCATE topic_search;\nANALYZE;\nCHECKPOINT;\n')
        loading.stdin.close()
        if loading.wait() != 0:
            raise RuntimeError('the rows could not be copied into PostgreSQL')

    def processes(self):
        """Those that answer whoever is connected to it."""
        for folder in Path('/proc').iterdir():
            if folder.name.isdigit():
                try:
                    title = (folder / 'cmdline').read_bytes()
                except OSError:
                    continue
                if title.startswith(b'postgres: ') and f' {self.name} '.encode() in title:
                    yield int(folder.name)


def literal(value):
    if value is None:
        return 'NULL'
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def copied(value):
    """As COPY reads it."""
    if value is None:
        return '\\N'
    if isinstance(value, str):
        for raw, written in (('\\', '\\\\'), ('\t', '\\t'), ('\n', '\\n'), ('\r', '\\r')):
            if raw in value:
                value = value.replace(raw, written)
        return value
    return str(value)
