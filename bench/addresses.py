"""Every page of the program with somebody who may read it, from the table of addresses in its code
and the links on its pages."""

import itertools
import re
from typing import NamedTuple

from area import NOTICE, comment, cookie, parent, survey, topic
from asking import address
from machine import ROOT

# A page that is not kept for everyone: whoever names a session, also an ended one, gets one of their
# own.
OWN = 'session=ended'
KEPT = ', as it is kept for everyone'

# One parent of many, and consultations that are open and closed.
PARENT, OPEN, CLOSED = 5, 0, 20

# What has all rows in it grows with them, and nobody waits for it on a page.
FILES = re.compile(r'\.(csv|xlsx|json|zip|txt|ics|webmanifest)$|^/sitemap/|^/(healthz|readyz)$')

# One that has grown, where it begins so.
GROWN = (('/topics/{id}', topic(5)), ('/forum/topics/{id}', topic(5)),
         ('/notices/{id}', NOTICE), ('/lead/notices/{id}', NOTICE),
         ('/consultations/{id}', survey(OPEN)), ('/forum/consultations/{id}', survey(CLOSED)),
         ('/admin/people/{id}', parent(PARENT)), ('/local-offer/comments/{id}', comment(5)),
         ('/forum/local-offer/{id}', comment(5)), ('/lead/local-offer/{id}', comment(5)))

# Where what is asked for matters.
ASKED = ((f'/notices/{NOTICE}', 'everyone'),
         ('/topics?search=autism+diagnosis', 'visitor'), ('/topics?page=20', 'visitor'),
         ('/search?q=autism+diagnosis', 'visitor'), ('/search?q=autsim', 'visitor'),
         ('/local-offer?page=5', 'visitor'), ('/admin/people?search=parent', 'admin'),
         ('/', 'parent'), ('/topics', 'parent'), (f'/topics/{topic(5)}', 'parent'),
         (f'/forum/consultations/{survey(OPEN)}', 'organiser'),
         (f'/forum/consultations/{survey(OPEN)}/progress', 'organiser'))


class Page(NamedTuple):
    path: str
    who: str

    @property
    def name(self):
        if self.who == 'everyone':
            return self.path + KEPT
        return self.path if self.who == 'visitor' else f'{self.path}, {self.who}'


class Readers:
    """People who read the pages of a service: a visitor, a parent, and some of the team. What is
    kept for everyone is for whoever has no cookie."""

    calls = itertools.count()

    def __init__(self, service):
        self.service = service
        self.cookies = {'visitor': OWN, 'parent': cookie(PARENT),
                        **{who: service.sign_in(who) for who in ('organiser', 'leader', 'admin')}}

    def ask(self, page):
        cookie = {'Cookie': self.cookies[page.who]} if page.who in self.cookies else {}
        return self.service.ask('GET', page.path, **cookie,
                                X_Forwarded_For=address(next(self.calls)))


def table():
    """The addresses that can be opened, as they are written in the rooms."""
    code = (file.read_text() for file in sorted((ROOT / 'app').rglob('*.rs')))
    found = {path for text in code for path in re.findall(r'\.get\(\s*"(/[^"]*)"', text)}
    return sorted(path for path in found if not FILES.search(path))


def may_read(path):
    """Who is likely to, the likeliest first."""
    for start, who in (('/forum', 'organiser'), ('/lead', 'leader'), ('/admin', 'admin'),
                       ('/account', 'parent')):
        if path.startswith(start):
            return [who]
    return ['visitor', 'parent', 'organiser', 'leader']


def pages(few, many):
    """The pages that both areas have: each address once, and those of `ASKED`."""
    open_to, links, tried = {}, set(), set()
    left = table()
    while True:
        before = len(links), len(open_to)
        for pattern in left:
            for page in candidates(pattern, links):
                if page in tried:
                    continue
                tried.add(page)
                both = [readers.ask(page) for readers in (few, many)]
                if all(answer.status == 200 for answer in both):
                    open_to[pattern] = page
                    links |= set.intersection(*(set(hrefs(answer.text)) for answer in both))
                    break
        left = [pattern for pattern in left if pattern not in open_to]
        if before == (len(links), len(open_to)):
            return [*open_to.values(), *itertools.starmap(Page, ASKED)], left


def hrefs(html):
    return re.findall(r'href="(/[^"#?]*)"', html)


def candidates(pattern, links):
    """Addresses that are like this: those that have grown, and the first others that were seen."""
    if '{' not in pattern:
        paths = [pattern]
    else:
        grown = [pattern.replace('{id}', own, 1) for start, own in GROWN
                 if pattern == start or pattern.startswith(start + '/')]
        like = re.compile(re.sub(r'\{\w+\}', '[^/]+', pattern))
        paths = [path for path in grown if '{' not in path]
        paths += sorted((path for path in links if like.fullmatch(path)),
                        key=lambda path: -sum(own in path for _, own in GROWN))[:3]
    return [Page(path, who) for path in paths for who in may_read(path)]
