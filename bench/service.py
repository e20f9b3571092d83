"""The program that is measured, on an area of its own, and single requests to it."""

import http.client
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.parse
from typing import NamedTuple

from machine import ANSWERS, ROOT, begin, end

PROGRAM = os.path.abspath(os.environ.get('ALONGSIDE_PROGRAM', ROOT / 'target/release/alongside'))

# As its id is written in an address.
ID = r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'


class Answer(NamedTuple):
    status: int
    headers: list
    body: bytes

    @property
    def text(self):
        return self.body.decode('utf-8', 'replace')

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), '')


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def until_open(port, seconds=120):
    """Waits until somebody listens there."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f'nobody listens on port {port}')


class Service:
    """`alongside serve`, until the block ends. Its settings are ours and no others."""

    def __init__(self, folder, words=(), **settings):
        self.folder, self.words, self.settings = folder, words, settings
        self.port = free_port()

    def environment(self):
        kept = {name: os.environ[name] for name in ('PATH', 'HOME') if name in os.environ}
        ours = {
            'LISTEN': f'127.0.0.1:{self.port}',
            'PUBLIC_URL': f'http://127.0.0.1:{self.port}',
            'DATABASE_URL': f'sqlite://{self.folder}/alongside.db',
            'MAIL': f'file:{self.folder}/mail',
            'FILES': f'file:{self.folder}/files',
            'TRUSTED_PROXY': '127.0.0.1/32',
            'METRICS': 'off',
        }
        return {**kept, **ours, **self.settings}

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        # Without one here the program would read one in a folder above.
        (self.folder / '.env').write_text('')
        log = open(self.folder / 'log.txt', 'ab')
        self.process = begin([PROGRAM, 'serve', *self.words], ANSWERS, env=self.environment(),
                             cwd=self.folder, stdout=log, stderr=log)
        self.pid = self.process.pid
        until_open(self.port)
        return self

    def __exit__(self, *_):
        end(self.process)

    def ask(self, method, path, form=None, **headers):
        """One request on a connection of its own. Names of headers have `_` for `-`."""
        headers = {name.replace('_', '-'): value for name, value in headers.items()}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers |= {'Content-Type': 'application/x-www-form-urlencoded',
                        'Sec-Fetch-Site': 'same-origin'}
        line = http.client.HTTPConnection('127.0.0.1', self.port, timeout=120)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        found = Answer(answer.status, answer.getheaders(), answer.read())
        line.close()
        return found

    def first(self, page, pattern):
        """The first address on a page that looks like this, with `ID` where its id is."""
        found = re.search(pattern.replace('ID', ID), self.ask('GET', page).text)
        if not found:
            raise RuntimeError(f'{page} leads to nothing like {pattern}')
        return found[0]

    def sign_in(self, who):
        """The cookie of somebody of the demonstration."""
        form = {'email': f'{who}@example.org', 'password': 'alongside-demo'}
        answer = self.ask('POST', '/sign-in', form)
        if answer.status != 303:
            raise RuntimeError(f'{who} cannot sign in: {answer.status}')
        return answer.header('set-cookie').split(';')[0]


def demonstration(folder):
    """A new demonstration area, at rest."""
    with Service(folder, ['--demo']) as service:
        while service.ask('GET', '/').status != 200:
            time.sleep(0.1)
    at_rest(folder)


def at_rest(folder):
    """Brings all of the database into its one file."""
    database = sqlite3.connect(folder / 'alongside.db')
    database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()


def copied(area, folder):
    """A copy of an area at rest, to be changed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(area / 'alongside.db', folder / 'alongside.db')
    return folder


def command(folder, *words, **settings):
    """Runs another command of the program on this area, to its end."""
    service = Service(folder, **settings)
    subprocess.run([str(PROGRAM), *words], env=service.environment(), cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
