-- The area: what services and places there are. Rows are retired, never deleted, since topics name them.
-- notice_days: how many school days before a change families are to be told of it; NULL for no rule.
CREATE TABLE services (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  notice_days BIGINT CHECK (notice_days BETWEEN 1 AND 200),
  retired_at BIGINT
);

-- baseline: children and young people with SEND who live there, by the named source on the named day.
CREATE TABLE places (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  baseline BIGINT CHECK (baseline >= 0),
  baseline_source TEXT NOT NULL DEFAULT '',
  baseline_day TEXT NOT NULL DEFAULT '',
  retired_at BIGINT
);

CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL,
  retired_at BIGINT
);

-- Who runs a service. One that nobody is said to run is open to every leader.
CREATE TABLE service_organisations (
  service_id TEXT NOT NULL REFERENCES services (id),
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  PRIMARY KEY (service_id, organisation_id)
);

-- When schools are open: terms, or their halves, from the first day to the last, as 2026-09-02; and the days within them, or
-- any others, on which they are closed.
CREATE TABLE terms (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  CHECK (first_day <= last_day)
);
CREATE TABLE closed_days (
  day TEXT PRIMARY KEY,
  name TEXT NOT NULL
);

-- What the area has settled, in one row: whether somebody else must approve a notice.
CREATE TABLE area_rules (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  second_person INTEGER NOT NULL CHECK (second_person IN (0, 1))
);
INSERT INTO area_rules (only_row, second_person) VALUES (1, 1);

-- email is folded to lower case; an erased account keeps its row, without email, name and password.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  email TEXT UNIQUE,
  shown_name TEXT NOT NULL,
  place_id TEXT REFERENCES places (id),
  password_hash TEXT,
  confirmed_at BIGINT NOT NULL,
  erased_at BIGINT
);

CREATE TABLE roles (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL CHECK (role IN ('parent', 'organiser', 'leader', 'safeguarding', 'admin')),
  organisation_id TEXT REFERENCES organisations (id),
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, role)
);

-- A sign-up waits here until its letter's button is pressed; only then is there an account.
CREATE TABLE sign_ups (
  token_hash TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  shown_name TEXT NOT NULL,
  place_id TEXT NOT NULL REFERENCES places (id),
  password_hash TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT
);

-- One link in one letter, for one use. email: the new address of a change of email.
CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'password', 'email')),
  email TEXT,
  ends_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX links_by_account ON links (account_id);

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('organiser', 'leader', 'safeguarding', 'admin')),
  organisation_id TEXT REFERENCES organisations (id),
  invited_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  accepted_at BIGINT
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  device TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  idle_ends_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- How often something was tried from one place or for one address. subject is a hash; a row is one window of time.
CREATE TABLE attempts (
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  window_ends_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (kind, subject)
);

-- The outbox. The text goes, and the address with it, once the letter is handed over or given up. is_bulk: one of very
-- many, which every other letter overtakes. unsubscribe: where one click stops such letters.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  dedup_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  account_id TEXT REFERENCES accounts (id),
  to_address TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  owed_at BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  next_at BIGINT,
  claimed_until BIGINT NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  sent_at BIGINT,
  given_up_at BIGINT,
  reason TEXT NOT NULL DEFAULT '',
  is_bulk INTEGER NOT NULL DEFAULT 0 CHECK (is_bulk IN (0, 1)),
  is_stale INTEGER NOT NULL DEFAULT 0 CHECK (is_stale IN (0, 1)),
  unsubscribe TEXT
);
CREATE INDEX deliveries_due ON deliveries (is_bulk, next_at, claimed_until) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_given_up ON deliveries (given_up_at) WHERE given_up_at IS NOT NULL;

-- What came back of a letter that was handed over: it did not arrive, or its reader called it spam. The first word counts.
CREATE TABLE returns (
  delivery_id TEXT NOT NULL REFERENCES deliveries (id),
  kind TEXT NOT NULL CHECK (kind IN ('bounced', 'complained')),
  at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (delivery_id, kind)
);

CREATE TABLE rounds (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  seats INTEGER NOT NULL CHECK (seats BETWEEN 1 AND 50),
  propose_from BIGINT NOT NULL,
  vote_from BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  opened_by TEXT REFERENCES accounts (id),
  form_key TEXT NOT NULL UNIQUE,
  closed_at BIGINT,
  counted_at BIGINT,
  CHECK (propose_from < vote_from AND vote_from < closes_at),
  CHECK (closed_at IS NULL OR closed_at >= closes_at),
  CHECK (counted_at IS NULL OR closed_at IS NOT NULL)
);

-- A parent's words are never edited. What became of a topic is a dated fact beside them.
CREATE TABLE topics (
  id TEXT PRIMARY KEY,
  author_id TEXT NOT NULL REFERENCES accounts (id),
  form_key TEXT NOT NULL,
  title TEXT NOT NULL,
  happens_now TEXT NOT NULL,
  would_help TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  round_id TEXT REFERENCES rounds (id),
  published_at BIGINT,
  merged_at BIGINT,
  merged_into TEXT REFERENCES topics (id),
  declined_at BIGINT,
  decline_reason TEXT,
  passed_on_at BIGINT,
  withdrawn_at BIGINT,
  UNIQUE (author_id, form_key),
  CHECK ((merged_at IS NULL) = (merged_into IS NULL)),
  CHECK ((declined_at IS NULL) = (decline_reason IS NULL)),
  CHECK (published_at IS NULL OR (declined_at IS NULL AND passed_on_at IS NULL))
);
CREATE INDEX topics_published ON topics (published_at, id);
CREATE INDEX topics_by_round ON topics (round_id);
CREATE INDEX topics_by_author ON topics (author_id);

-- What was done about a topic that was passed on to the safeguarding lead. The first note says it is looked after.
CREATE TABLE concern_notes (
  form_key TEXT PRIMARY KEY,
  topic_id TEXT NOT NULL REFERENCES topics (id),
  note TEXT NOT NULL,
  noted_by TEXT NOT NULL REFERENCES accounts (id),
  noted_at BIGINT NOT NULL
);
CREATE INDEX concern_notes_by_topic ON concern_notes (topic_id);

CREATE TABLE topic_services (
  topic_id TEXT NOT NULL REFERENCES topics (id),
  service_id TEXT NOT NULL REFERENCES services (id),
  PRIMARY KEY (topic_id, service_id)
);
CREATE TABLE topic_places (
  topic_id TEXT NOT NULL REFERENCES topics (id),
  place_id TEXT NOT NULL REFERENCES places (id),
  PRIMARY KEY (topic_id, place_id)
);

CREATE TABLE supports (
  topic_id TEXT NOT NULL REFERENCES topics (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  given_at BIGINT NOT NULL,
  PRIMARY KEY (topic_id, account_id)
);
CREATE INDEX supports_by_account ON supports (account_id);

-- What was counted at a round's close, kept for good, for every place there was then. place_id is '' for people without
-- a place.
CREATE TABLE tallies (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  topic_id TEXT NOT NULL REFERENCES topics (id),
  place_id TEXT NOT NULL,
  supporters BIGINT NOT NULL CHECK (supporters >= 0),
  PRIMARY KEY (round_id, topic_id, place_id)
);

-- A hash chain: the hash of each entry covers that of the one before. audit_head is its one row where the chain ends.
CREATE TABLE audit (
  number BIGINT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  id TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  who TEXT REFERENCES accounts (id),
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE TABLE audit_head (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
  number BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (only_one, number, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
