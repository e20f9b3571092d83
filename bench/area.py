"""Fills an area of SQLite with as many people, topics, votes and answers as a measurement needs.

What the demonstration has is there already. Ids tell who and what they are, so that a vote can be
written down without asking: parent 17 and topic 3. Nothing runs on the area meanwhile."""

import base64
import hashlib
import json
import random
import sqlite3
import time
import uuid
from itertools import chain

from asking import CALLERS
from service import at_rest

DAY = 86_400_000

WORDS = ('bus taxi school autism sensory speech therapy waiting list after diagnosis short break '
         'respite transition adult college plan review annual named contact parent group evening '
         'morning holiday north south hospital hearing nursery early help phone answer driver '
         'escort route change timetable').split()


def numbered(first, nth):
    return f'{first}0000000-0000-7000-8000-{nth:012d}'


def parent(nth):
    return numbered('b', nth)


def topic(nth):
    return numbered('c', nth)


def survey(nth):
    return numbered('d', nth)


def comment(nth):
    return numbered('e', nth)


# Which everyone has been told of.
NOTICE = numbered('f', 1)


def cookie(nth):
    """Of the session of a parent."""
    return f'session=bench-session-{nth}'


def hashed(text):
    """As the program keeps secrets."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()


def insert(table, row):
    """The statement that adds a row like this: names of columns, and what is in them."""
    names, values = ', '.join(row), ', '.join(f':{name}' for name in row)
    return f'INSERT INTO {table} ({names}) VALUES ({values})'


def add(db, table, row):
    db.execute(insert(table, row), row)


class Filling:
    """An area that is being filled, until the block ends."""

    def __init__(self, folder):
        self.folder, self.chance = folder, random.Random(25)
        self.now, self.surveyed = int(time.time() * 1000), 0

    def __enter__(self):
        self.db = sqlite3.connect(self.folder / 'alongside.db', isolation_level=None)
        self.db.execute('PRAGMA synchronous = OFF')
        # A gigabyte: an index of millions of rows is not read again and again.
        self.db.execute('PRAGMA cache_size = -1000000')
        self.db.execute('BEGIN')
        self.services = self._ids('SELECT id FROM services ORDER BY position')
        self.places = self._ids('SELECT id FROM places ORDER BY position')
        return self

    def __exit__(self, failed, *_):
        self.db.execute('ROLLBACK' if failed else 'COMMIT')
        self.db.close()
        if not failed:
            at_rest(self.folder)

    def _ids(self, sql):
        return [row[0] for row in self.db.execute(sql)]

    def _id(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def _add(self, table, rows, **fixed):
        """Adds rows, each a dict of the same columns, with what is the same in all of them."""
        rows = ({**fixed, **row} for row in rows)
        for first in rows:
            self.db.executemany(insert(table, first), chain([first], rows))

    def _say(self, many):
        return ' '.join(self.chance.choices(WORDS, k=many)).capitalize()

    def standard(self, part=1, times=1):
        """50,000 accounts, 1,000 topics, a million votes, 20 consultations with 5,000 answers each,
        and 50,000 who were told of a notice that is in force; or a part of that, of which only the
        topics are as many; or so many times as much."""
        topics, people = 1_000 * times, 50_000 * times // part
        self.parents(people, CALLERS * times)
        self.topics(topics)
        self.votes(1_000 // part, topics, people)
        self.surveys(20, 5_000 * times // part)
        self.told(self.subscribers(people))

    def parents(self, many, signed_in):
        """Parents, of whom some are signed in; as many live in each place."""
        ago, places = self.now - 60 * DAY, self.places
        self._add('accounts', (
            {'id': parent(nth), 'email': f'parent{nth}@bench.example',
             'mailbox': f'parent{nth}@bench.example', 'shown_name': f'Parent {nth}',
             'place_id': places[nth % len(places)]}
            for nth in range(many)), confirmed_at=ago)
        self._add('roles', ({'account_id': parent(nth)} for nth in range(many)),
                  role='parent', granted_at=ago)
        self._add('sessions', (
            {'id': self._id(), 'account_id': parent(nth),
             'token_hash': hashed(cookie(nth).removeprefix('session='))}
            for nth in range(signed_in)), device='Chrome on Android', began_at=self.now,
            seen_at=self.now, idle_ends_at=self.now + 20 * DAY, ends_at=self.now + 90 * DAY)

    def topics(self, many):
        """Published topics in the round that is voting, by parents. The program adds them to the
        index of their words as it starts."""
        voting = self.db.execute('SELECT id FROM rounds WHERE closed_at IS NULL '
                                 'ORDER BY closes_at LIMIT 1').fetchone()[0]
        for nth in range(many):
            title, happens, helps = self._say(6), self._say(40), self._say(30)
            self._add('topics', [{
                'id': topic(nth), 'author_id': parent(nth), 'form_key': self._id(), 'title': title,
                'happens_now': happens, 'would_help': helps, 'round_id': voting,
                'proposed_at': self.now - 20 * DAY + nth,
                'published_at': self.now - 19 * DAY + nth}])
            self._add('topic_services', (
                {'topic_id': topic(nth), 'service_id': service}
                for service in self.chance.sample(self.services, 2)))
            if nth % 2:
                self._add('topic_places', [
                    {'topic_id': topic(nth), 'place_id': self.chance.choice(self.places)}])

    def votes(self, each, topics, parents):
        """So many votes for each topic, by other parents each time."""
        self._add('supports', (
            {'topic_id': topic(nth), 'account_id': parent((nth * 7919 + vote) % parents)}
            for nth in range(topics) for vote in range(each)), given_at=self.now - 5 * DAY)

    def surveys(self, many, answers, closes_in=20 * DAY):
        """Consultations of ten questions each, with this many answers; the id of the first."""
        organiser = self._somebody('organiser')
        section = {'title': 'All of it', 'questions': self._questions()}
        questions = json.dumps({'sections': [section]})
        first = self.surveyed
        self.surveyed += many
        for nth in range(first, first + many):
            own = survey(nth)
            self._add('consultations', [{
                'id': own, 'form_key': self._id(), 'title': f'Consultation number {nth}',
                'about': self._say(20), 'can_change': self._say(8), 'cannot_change': self._say(8),
                'who_for': self._say(5), 'how_used': self._say(10), 'who_sees': self._say(8),
                'reasons': self._say(40), 'access': 'anyone', 'opens_at': self.now - 20 * DAY,
                'closes_at': self.now + closes_in + nth, 'written_by': organiser,
                'written_at': self.now - 21 * DAY}])
            self._add('questionnaires', [
                {'consultation_id': own, 'version': 1, 'questions': questions}])
            self.db.execute('UPDATE consultations SET opened_at = opens_at, opened_by = ? '
                            'WHERE id = ?', (organiser, own))
            self._add('responses', (
                {'id': hashed(f'{own} {one}'), 'code_hash': hashed(f'code {own} {one}'),
                 'answers': self._answers(), 'may_quote': one % 2} for one in range(answers)),
                consultation_id=own, version=1, channel='online', state='sent')
        return survey(first)

    def _questions(self):
        options = [{'key': f'o{nth}', 'text': f'Option number {nth}'} for nth in range(5)]
        kinds = [
            {'is': 'one-of', 'options': options}, {'is': 'yes-no'}, {'is': 'yes-no'},
            {'is': 'several-of', 'options': options}, {'is': 'long-text'}, {'is': 'short-text'},
            {'is': 'number', 'least': 0, 'most': 500}, {'is': 'one-of', 'options': options},
            {'is': 'place'}, {'is': 'one-of', 'options': options}]
        text = 'Question number {}: how was it for your child this year?'
        return [{'key': f'q{nth}', 'text': text.format(nth), 'kind': kind}
                for nth, kind in enumerate(kinds)]

    def _answers(self):
        chance = self.chance
        one_of = lambda: {'chosen': [f'o{chance.randrange(5)}']}
        return json.dumps({
            'q0': one_of(), 'q1': {'chosen': [chance.choice(['yes', 'no'])]},
            'q2': {'chosen': [chance.choice(['yes', 'no'])]},
            'q3': {'chosen': [f'o{nth}' for nth in sorted(chance.sample(range(5), 2))]},
            'q4': {'text': self._say(25)}, 'q5': {'text': self._say(4)},
            'q6': {'number': chance.randrange(100)}, 'q7': one_of(),
            'q8': {'chosen': [chance.choice(self.places)]}, 'q9': one_of()}, separators=(',', ':'))

    def subscribers(self, many):
        """People who are told at once about the first service."""
        ids = [self._id() for _ in range(many)]
        self._add('subscribers', (
            {'id': one, 'email': f'family{nth}@bench.example'} for nth, one in enumerate(ids)),
            cadence='at once', confirmed_at=self.now - 9 * DAY)
        everywhere_or_one = lambda nth: '' if nth % 2 else self.places[nth // 2 % len(self.places)]
        self._add('subscriptions', (
            {'id': self._id(), 'subscriber_id': one, 'place_id': everywhere_or_one(nth)}
            for nth, one in enumerate(ids)), service_id=self.services[0],
            began_at=self.now - 9 * DAY, began_how='letter')
        return ids

    def told(self, subscribers):
        """A notice in force since yesterday, of which all of these were told in time; its id."""
        at = self.now - 8 * DAY
        notice = approve(self.db, self.now - DAY, at=at, notice=NOTICE)
        self.db.execute('UPDATE notices SET started_at = starts_at WHERE id = ?', (notice,))
        emails = [self._id() for _ in subscribers]
        self._add('deliveries', (
            {'id': email, 'dedup_key': f'notice {notice} {one}'}
            for email, one in zip(emails, subscribers)), kind='notice', to_address='',
            subject='School buses leave earlier', body_text='', body_html='', owed_at=at,
            not_after=at + 14 * DAY, claimed_at=at, tries=1, sent_at=at + 60_000, is_bulk=1)
        self._add('ledger', (
            {'subscriber_id': one, 'delivery_id': email, 'link_hash': hashed(email)}
            for email, one in zip(emails, subscribers)), notice_id=notice,
            place_id=self.places[0], due_at=at, is_digest=0)
        return notice

    def returned(self):
        """One in a hundred of the emails about that notice came back."""
        emails = self._ids('SELECT delivery_id FROM ledger')[::100]
        self._add('returns', ({'delivery_id': email} for email in emails), kind='bounced',
                  at=self.now - 7 * DAY, reason='550 no such mailbox')

    def questions(self, many):
        """Answered questions about the notice that everyone was told of."""
        leader, at = self._somebody('leader'), self.now - 6 * DAY
        answers = [self._id() for _ in range(many)]
        self._add('notice_answers', (
            {'id': answer, 'form_key': answer, 'question': self._say(12) + '?',
             'answer': self._say(20), 'answered_at': at + nth}
            for nth, answer in enumerate(answers)), notice_id=NOTICE, answered_by=leader)
        self._add('notice_questions', (
            {'id': self._id(), 'form_key': self._id(), 'question': self._say(12) + '?',
             'asked_at': at - DAY + nth, 'answer_id': answer}
            for nth, answer in enumerate(answers)), notice_id=NOTICE)

    def comments(self, many, parents):
        """Comments on the Local Offer in three years, most of them answered."""
        organiser, leader = self._somebody('organiser'), self._somebody('leader')
        organisation = self._ids("SELECT organisation_id FROM roles WHERE role = 'leader' "
                                 'AND organisation_id IS NOT NULL LIMIT 1')[0]
        at = lambda nth: self.now - 2 * DAY - (many - nth) * 3 * 365 * DAY // many
        self._add('comments', (
            {'id': comment(nth), 'form_key': self._id(), 'author_id': parent(nth % parents),
             'service_id': self.chance.choice(self.services), 'words': self._say(40),
             'sent_at': at(nth), 'published_at': at(nth) + DAY} for nth in range(many)),
            decided_by=organiser, subject='content', voice='parent')
        self._add('comment_responses', (
            {'id': self._id(), 'form_key': self._id(), 'comment_id': comment(nth),
             'response': self._say(30), 'responded_at': at(nth) + 2 * DAY}
            for nth in range(many) if nth % 10), action='', action_by='', why_nothing='It is done.',
            organisation_id=organisation, responded_by=leader)

    def log(self, many):
        """Entries of the log, in a chain that is no chain: nothing here asks."""
        who, about = self._somebody('organiser'), topic(0)
        first = self.db.execute('SELECT number FROM audit_head').fetchone()[0] + 1
        self._add('audit', (
            {'number': first + nth, 'hash': hashed(f'entry {nth}'), 'id': self._id(),
             'at': self.now - (many - nth) * 1_000} for nth in range(many)),
            who=who, what='topic published', about=about, detail='')

    def _somebody(self, role):
        """One person of the demonstration with this role."""
        return self.db.execute('SELECT account_id FROM roles WHERE role = ? '
                               'ORDER BY account_id LIMIT 1', (role,)).fetchone()[0]


def approve(db, takes_effect, at=None, notice=None):
    """Adds a notice about the first service, written by one leader and approved by another: the
    worker tells everyone. It may be running."""
    at, notice = at or int(time.time() * 1000), notice or str(uuid.uuid4())
    leaders = [row[0] for row in db.execute(
        "SELECT account_id FROM roles WHERE role = 'leader' ORDER BY account_id LIMIT 2")]
    service = [row[0] for row in db.execute('SELECT id FROM services ORDER BY position')][0]
    what = ('The bus to the special schools in the north will leave ten minutes earlier from the '
            'first day of term, and stop at the library. ') * 4
    row = {
        'id': notice, 'form_key': str(uuid.uuid4()), 'title': 'School buses leave earlier',
        'what': what, 'why': 'More children share each bus.',
        'affected': 'Families whose children go by bus', 'families': 90, 'must_do': '',
        'must_do_by': '', 'whom': 'The transport team', 'phone': '01234 567 891', 'email': '',
        'is_decided': 1, 'decided_day': '2026-11-01', 'effect_kind': 'day',
        'effect_at': takes_effect, 'changes_entitlement': 0, 'written_by': leaders[0],
        'written_at': at}
    add(db, 'notices', row)
    add(db, 'notice_services', {'notice_id': notice, 'service_id': service})
    db.execute('UPDATE notices SET approved_by = ?, approved_at = ?, starts_at = ? WHERE id = ?',
               (leaders[1], at, at, notice))
    return notice
