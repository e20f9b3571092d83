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

from service import at_rest

DAY = 86_400_000

WORDS = ('bus taxi school autism sensory speech therapy waiting list after diagnosis short break '
         'respite transition adult college plan review annual named contact parent group evening '
         'morning holiday north south hospital hearing nursery early help phone answer driver '
         'escort route change timetable').split()


def parent(nth):
    return f'b0000000-0000-7000-8000-{nth:012d}'


def topic(nth):
    return f'c0000000-0000-7000-8000-{nth:012d}'


def cookie(nth):
    """Of the session of a parent."""
    return f'session=bench-session-{nth}'


def hashed(text):
    """As the program keeps secrets."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()


def add(db, table, row):
    """Adds a row: names of columns, and what is in them."""
    names, values = ', '.join(row), ', '.join(f':{name}' for name in row)
    db.execute(f'INSERT INTO {table} ({names}) VALUES ({values})', row)


class Filling:
    """An area that is being filled, until the block ends."""

    def __init__(self, folder):
        self.folder, self.chance = folder, random.Random(25)
        self.now = int(time.time() * 1000)

    def __enter__(self):
        self.db = sqlite3.connect(self.folder / 'alongside.db', isolation_level=None)
        self.db.execute('PRAGMA synchronous = OFF')
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
        """Adds rows, each a dict, with what is the same in all of them."""
        for row in rows:
            add(self.db, table, {**fixed, **row})

    def _say(self, many):
        return ' '.join(self.chance.choices(WORDS, k=many)).capitalize()

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
        """Published topics in the round that is voting, by parents."""
        voting = self.db.execute('SELECT id FROM rounds WHERE closed_at IS NULL '
                                 'ORDER BY closes_at LIMIT 1').fetchone()[0]
        for nth in range(many):
            title, happens, helps = self._say(6), self._say(40), self._say(30)
            self._add('topics', [{
                'id': topic(nth), 'author_id': parent(nth), 'form_key': self._id(), 'title': title,
                'happens_now': happens, 'would_help': helps, 'round_id': voting,
                'proposed_at': self.now - 20 * DAY + nth,
                'published_at': self.now - 19 * DAY + nth}])
            self._add('topic_search', [
                {'topic_id': topic(nth), 'words': f'{title} {happens} {helps}'.lower()}])
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

    def surveys(self, many, answers):
        """Open consultations of ten questions each, with this many answers; the id of the first."""
        organiser = self._ids("SELECT account_id FROM roles WHERE role = 'organiser' LIMIT 1")[0]
        section = {'title': 'All of it', 'questions': self._questions()}
        questions = json.dumps({'sections': [section]})
        surveys = [self._id() for _ in range(many)]
        for nth, survey in enumerate(surveys):
            self._add('consultations', [{
                'id': survey, 'form_key': self._id(), 'title': f'Consultation number {nth}',
                'about': self._say(20), 'can_change': self._say(8), 'cannot_change': self._say(8),
                'who_for': self._say(5), 'how_used': self._say(10), 'who_sees': self._say(8),
                'access': 'anyone', 'opens_at': self.now - 20 * DAY,
                'closes_at': self.now + 20 * DAY + nth, 'written_by': organiser,
                'written_at': self.now - 21 * DAY}])
            self._add('questionnaires', [
                {'consultation_id': survey, 'version': 1, 'questions': questions}])
            self.db.execute('UPDATE consultations SET opened_at = opens_at, opened_by = ? '
                            'WHERE id = ?', (organiser, survey))
            self._add('responses', (
                {'id': hashed(f'{survey} {one}'), 'code_hash': hashed(f'code {survey} {one}'),
                 'answers': self._answers(), 'may_quote': one % 2} for one in range(answers)),
                consultation_id=survey, version=1, channel='online', state='sent')
        return surveys[0]

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
        notice = approve(self.db, self.now - DAY, at=self.now - 8 * DAY)
        at = self.now - 8 * DAY
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


def approve(db, takes_effect, at=None):
    """Adds a notice about the first service, written by one leader and approved by another: the
    worker tells everyone. It may be running."""
    at, notice = at or int(time.time() * 1000), str(uuid.uuid4())
    leaders = [row[0] for row in db.execute(
        "SELECT account_id FROM roles WHERE role = 'leader' ORDER BY account_id LIMIT 2")]
    service = db.execute('SELECT id FROM services ORDER BY position LIMIT 1').fetchone()[0]
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
