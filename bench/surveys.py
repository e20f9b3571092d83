"""A survey of ten questions: reading it, answering it, and the whole way from begin to sent."""

import gzip
import http.client
import os
import re
import urllib.parse

from asking import address
from machine import cpu, cpu_now, each, in_turn
from service import Service, copied
from table import at_most

LIMESURVEY = 'LIMESURVEY="http://127.0.0.1:8080 SURVEY PID,PID" names one'

WORDS = 'Words of an answer to this question'


class Browser:
    """Keeps its cookies and its connection, as browsers do."""

    def __init__(self, host, port, **headers):
        self.line = http.client.HTTPConnection(host, port, timeout=60)
        self.headers = {'Accept-Encoding': 'gzip', 'Sec-Fetch-Site': 'same-origin',
                        'Referer': f'http://{host}:{port}/', **headers}
        self.cookies = {}

    def ask(self, method, path, form=None):
        headers, body = dict(self.headers), None
        if self.cookies:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in self.cookies.items())
        if form is not None:
            headers['Content-Type'] = 'application/x-www-form-urlencoded'
            body = urllib.parse.urlencode(form)
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all('set-cookie') or []:
            name, value = cookie.split(';')[0].split('=', 1)
            self.cookies[name] = value
        if answer.getheader('content-encoding') == 'gzip':
            content = gzip.decompress(content)
        return answer, content.decode('utf-8', 'replace')


class Spent:
    """Seconds of CPU of some processes, for each part of the way."""

    def __init__(self, pids, clock):
        self.pids, self.clock, self.parts = pids, clock, {}

    def on(self, part, work):
        before = self._all()
        done = work()
        self.parts[part] = self.parts.get(part, 0) + self._all() - before
        return done

    def _all(self):
        return sum(self.clock(pid) for pid in self.pids)

    def each(self, many):
        """Milliseconds of each part, and of the whole way."""
        parts = {part: seconds / many * 1000 for part, seconds in self.parts.items()}
        return {**parts, 'whole': sum(parts.values())}


def run(table, plan, areas):
    area = copied(areas.small(), areas.folder / 'surveys')
    with Service(area) as service:
        begun = iter(range(10**9))
        # The first ones also pay for what is then kept.
        ours(service, areas.survey, 3, begun)
        contenders = {'ours': lambda: ours(service, areas.survey, plan.journeys, begun)}
        if peer := os.environ.get('LIMESURVEY'):
            contenders['LimeSurvey'] = lambda: limesurvey(peer, plan.journeys)
        found = in_turn(contenders, plan.rounds)
    theirs = found.get('LimeSurvey')
    if not theirs:
        table.skip('a survey beside LimeSurvey', f'{LIMESURVEY}, and there is none')
    for part, what, times in (('read', 'ten questions, read', 400),
                              ('answer', 'ten answers, saved', 150),
                              ('whole', 'a survey from begin to sent', 150)):
        table.add(f'{what}, CPU', each(found['ours'], part), ' ms', at_most(1 / times),
                  ('LimeSurvey', each(theirs, part)) if theirs else None)


def ours(service, survey, many, begun):
    spent = Spent([service.pid], cpu_now)
    for _ in range(many):
        browser = Browser('127.0.0.1', service.port, **{'X-Forwarded-For': address(next(begun))})
        to = f'/consultations/{survey}/answers'
        answer, _ = spent.on('begin', lambda: browser.ask('POST', to, []))
        own = answer.getheader('location').split('/questions')[0]
        _, page = spent.on('read', lambda: browser.ask('GET', f'{own}/all'))
        answer, page = spent.on('answer', lambda: browser.ask('POST', f'{own}/all', filled(page)))
        if answer.status != 303:
            raise RuntimeError(f'answers were refused: {answer.status}')
        answer, _ = spent.on('send', lambda: browser.ask('POST', own, [('send', 'yes')]))
        if answer.status not in (200, 303):
            raise RuntimeError(f'answers were not sent: {answer.status}')
    return spent.each(many)


def filled(page):
    """The form of a page, with one choice of each question and words in each field."""
    fields = []
    for tag in re.findall(r'<(?:input|textarea)[^>]*>', page):
        said = {name: one or other for name, one, other in
                re.findall(r'''([\w-]+)=(?:"([^"]*)"|'([^']*)')''', tag)}
        kind = said.get('type', 'textarea')
        if 'name' not in said or any(said['name'] == name for name, _ in fields):
            continue
        is_number = said.get('inputmode') == 'numeric' or 'data-number' in said
        typed = '12' if is_number else WORDS
        is_chosen = kind in ('radio', 'checkbox', 'hidden')
        fields.append((said['name'], said.get('value', '') if is_chosen else typed))
    return fields


def limesurvey(peer, many):
    """The same ten questions on one page of a LimeSurvey, open and without a welcome page."""
    url, survey, pids = peer.split()
    at = urllib.parse.urlsplit(url)
    path = f'{at.path}/index.php?r=survey/index&sid={survey}'
    # In whole ticks: its processes end and begin, and those that ended must count.
    spent = Spent([int(pid) for pid in pids.split(',')], cpu)
    for _ in range(many):
        browser = Browser(at.hostname, at.port or 80)
        _, page = spent.on('read', lambda: browser.ask('GET', f'{path}&newtest=Y&lang=en'))
        form = {**dict(filled(page)), 'move': 'movesubmit'}
        _, page = spent.on('answer', lambda: browser.ask('POST', path, form))
        if 'completed' not in page and 'saved' not in page:
            raise RuntimeError('LimeSurvey did not take the answers')
    return spent.each(many)
