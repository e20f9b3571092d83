-- A change to a service, told to those who asked to be told. is_decided 0: it is proposed. effect_kind: the day, the hour,
-- or from the start of the term that begins on it; effect_at is the first moment of it. follows_id: the notice that this one
-- corrects or withdraws, for exactly those who were told of it; changed: what has changed, in the words of its page.
CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  what TEXT NOT NULL,
  why TEXT NOT NULL,
  affected TEXT NOT NULL,
  families BIGINT CHECK (families > 0),
  must_do TEXT NOT NULL,
  must_do_by TEXT NOT NULL,
  whom TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  is_decided INTEGER NOT NULL CHECK (is_decided IN (0, 1)),
  decided_day TEXT NOT NULL,
  effect_kind TEXT NOT NULL CHECK (effect_kind IN ('day', 'hour', 'term')),
  effect_at BIGINT NOT NULL,
  changes_entitlement INTEGER NOT NULL CHECK (changes_entitlement IN (0, 1)),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at BIGINT NOT NULL,
  approved_by TEXT REFERENCES accounts (id),
  approved_at BIGINT,
  starts_at BIGINT,
  started_at BIGINT,
  discarded_at BIGINT,
  follows_id TEXT REFERENCES notices (id),
  follow_kind TEXT CHECK (follow_kind IN ('correction', 'withdrawal')),
  changed TEXT NOT NULL DEFAULT '',
  CHECK ((follows_id IS NULL) = (follow_kind IS NULL) AND (follows_id IS NULL) = (changed = '')),
  CHECK ((approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL) = (starts_at IS NULL)),
  CHECK (discarded_at IS NULL OR approved_at IS NULL),
  CHECK (started_at IS NULL OR (starts_at IS NOT NULL AND started_at >= starts_at)),
  CHECK (is_decided = 1 OR decided_day = ''),
  CHECK (length(phone) > 0 OR length(email) > 0)
);
CREATE INDEX notices_to_start ON notices (starts_at) WHERE started_at IS NULL;
CREATE INDEX notices_by_start ON notices (started_at, id);
CREATE UNIQUE INDEX notices_are_followed_once ON notices (follows_id) WHERE approved_at IS NOT NULL;
CREATE INDEX notices_by_followed ON notices (follows_id);
CREATE TABLE notice_services (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  service_id TEXT NOT NULL REFERENCES services (id),
  PRIMARY KEY (notice_id, service_id)
);
CREATE TABLE notice_places (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  place_id TEXT NOT NULL REFERENCES places (id),
  PRIMARY KEY (notice_id, place_id)
);

-- Who is owed a notice: a row for each subscriber who matched when it started. place_id: where she lives as far as she
-- said, '' if she did not. is_digest: whether it waits for her digest of due_at. What became of it stands in its delivery and
-- what came back of that. called_off_why: she stopped, or a correction or withdrawal went in its place, or she has another
-- address and a row there takes the place of this one. read_at: she said that
-- she has read it. stopped_at: she wants to hear no more of it. reached: told in another way, since no letter arrives.
CREATE TABLE ledger (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
  place_id TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  is_digest INTEGER NOT NULL CHECK (is_digest IN (0, 1)),
  link_hash TEXT,
  delivery_id TEXT REFERENCES deliveries (id),
  called_off_at BIGINT,
  called_off_why TEXT CHECK (called_off_why IN ('unsubscribed', 'replaced', 'moved')),
  read_at BIGINT,
  stopped_at BIGINT,
  reached_at BIGINT,
  reached_by TEXT REFERENCES accounts (id),
  reached_how TEXT CHECK (reached_how IN ('phone', 'letter', 'school')),
  CHECK ((called_off_at IS NULL) = (called_off_why IS NULL)),
  CHECK ((reached_at IS NULL) = (reached_by IS NULL) AND (reached_at IS NULL) = (reached_how IS NULL)),
  PRIMARY KEY (notice_id, subscriber_id)
);
CREATE INDEX ledger_by_subscriber ON ledger (subscriber_id);
CREATE INDEX ledger_by_delivery ON ledger (delivery_id);
CREATE INDEX ledger_by_link ON ledger (link_hash);
CREATE INDEX ledger_due ON ledger (due_at) WHERE delivery_id IS NULL AND called_off_at IS NULL;
CREATE INDEX ledger_waiting ON ledger (subscriber_id) WHERE delivery_id IS NULL AND called_off_at IS NULL;

-- A question about a notice; email: where the answer goes, until it has gone. An answer is written for everyone, to one
-- question or to several of one kind.
CREATE TABLE notice_answers (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  notice_id TEXT NOT NULL REFERENCES notices (id),
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  answered_by TEXT NOT NULL REFERENCES accounts (id),
  answered_at BIGINT NOT NULL
);
CREATE INDEX notice_answers_by_notice ON notice_answers (notice_id, answered_at);
CREATE TABLE notice_questions (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  notice_id TEXT NOT NULL REFERENCES notices (id),
  question TEXT NOT NULL,
  email TEXT,
  asked_at BIGINT NOT NULL,
  answer_id TEXT REFERENCES notice_answers (id),
  set_aside_at BIGINT,
  CHECK (answer_id IS NULL OR set_aside_at IS NULL)
);
CREATE INDEX notice_questions_open ON notice_questions (notice_id) WHERE answer_id IS NULL AND set_aside_at IS NULL;
CREATE INDEX notice_questions_to_tell ON notice_questions (answer_id) WHERE email IS NOT NULL;
