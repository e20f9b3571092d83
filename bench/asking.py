"""Many requests at once, as from the whole area, and what they cost whoever answers."""

from machine import CORES, cpu, result

# As many network addresses ask, so that the limit on each is not what is measured.
CALLERS = 4_000


def address(nth):
    """The network address that a proxy would name."""
    return f'10.{1 + nth % 7}.{nth // 250 % 250}.{1 + nth % 250}'


def request(method, path, nth, body='', **headers):
    """A request as it goes over the wire. Names of headers have `_` for `-`."""
    headers = {'Host': 'bench', 'X-Forwarded-For': address(nth), **headers}
    if body:
        headers |= {'Content-Type': 'application/x-www-form-urlencoded',
                    'Sec-Fetch-Site': 'same-origin', 'Content-Length': len(body)}
    lines = [f'{name.replace("_", "-")}: {value}\r\n' for name, value in headers.items()]
    return f'{method} {path} HTTP/1.1\r\n{"".join(lines)}\r\n{body}'.encode()


def visits(path, cookie=None):
    """Visits of this page by everyone; `cookie` tells the one of each."""
    own = lambda nth: {'Cookie': cookie(nth)} if cookie else {}
    return [request('GET', path, nth, Accept_Encoding='br', **own(nth)) for nth in range(CALLERS)]


def written(path, requests):
    """Writes them down for `anchors ask`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'wb') as file:
        for one in requests:
            file.write(b'%d\n%s' % (len(one), one))
    return path


class Caller:
    """Who asks: for so long, over so many connections."""

    def __init__(self, table, seconds, connections=16):
        self.table, self.seconds, self.connections = table, seconds, connections

    def ask(self, port, requests, pid, how='ask', rate=None):
        """Asks, and gives what each answer cost the process, in microseconds of CPU, and how many
        there were a second."""
        before = cpu(pid)
        words = [how, f'127.0.0.1:{port}', requests, self.connections, self.seconds]
        found = result(*words, *([rate] if rate else []))
        used = cpu(pid) - before
        if found['refused'] or not found['answers']:
            raise RuntimeError(f'{found["refused"]} of {found["answers"]} answers were refused')
        if found['busy'] > 0.9 and len(CORES) > 1:
            self.table.note('The caller itself was busy all the time in some rows: there, answers '
                            'a second are at least what is shown. CPU is not touched by that.')
        return {**found, 'us': used / found['answers'] * 1e6,
                'rate': found['answers'] / found['seconds']}
