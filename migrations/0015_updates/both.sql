-- "You said, we did". An update is about what parents said, and is published; what is said later stands beside what was said
-- before. organisation_id: whose it is, for a leader who leads for one.
CREATE TABLE updates (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  organisation_id TEXT REFERENCES organisations (id),
  begun_by TEXT NOT NULL REFERENCES accounts (id),
  begun_at BIGINT NOT NULL
);

-- A file that somebody put in, to name it in what she is about to publish: until then nobody else can.
CREATE TABLE evidence_files (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('pdf', 'docx', 'odt', 'png', 'jpg')),
  size BIGINT NOT NULL,
  put_in_by TEXT NOT NULL REFERENCES accounts (id),
  put_in_at BIGINT NOT NULL,
  UNIQUE (put_in_by, hash)
);

-- What an update says. Days are written as 2026-12-04, '' for none. questions: the questions and themes of consultations that it
-- answers; evidence: addresses, files and a number over time; both as JSON. is_told: whether those who contributed get a letter,
-- since more than the spelling differs from the version before; told_at: all of them are owed it.
CREATE TABLE update_versions (
  update_id TEXT NOT NULL REFERENCES updates (id),
  version BIGINT NOT NULL CHECK (version > 0),
  form_key TEXT NOT NULL UNIQUE,
  you_said TEXT NOT NULL CHECK (you_said <> ''),
  questions TEXT NOT NULL,
  part TEXT NOT NULL,
  we_did TEXT NOT NULL CHECK (we_did <> ''),
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'partly', 'not', 'deciding')),
  because TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  look_again TEXT NOT NULL,
  decide_by TEXT NOT NULL,
  next TEXT NOT NULL,
  next_by TEXT NOT NULL,
  evidence TEXT NOT NULL,
  published_by TEXT NOT NULL REFERENCES accounts (id),
  published_at BIGINT NOT NULL,
  is_told INTEGER NOT NULL CHECK (is_told IN (0, 1)),
  told_at BIGINT,
  CHECK ((outcome = 'not') = (because <> '') AND (outcome = 'not') = (decided_by <> '') AND (outcome = 'not') = (look_again <> '')),
  CHECK ((outcome = 'deciding') = (decide_by <> '')),
  CHECK (look_again = '' OR look_again LIKE '____-__-__'),
  CHECK (decide_by = '' OR decide_by LIKE '____-__-__'),
  CHECK (next_by = '' OR (next_by LIKE '____-__-__' AND next <> '')),
  CHECK (told_at IS NULL OR is_told = 1),
  PRIMARY KEY (update_id, version)
);
CREATE INDEX update_versions_lately ON update_versions (published_at);
CREATE INDEX update_versions_to_tell ON update_versions (published_at) WHERE is_told = 1 AND told_at IS NULL;

-- What an update is about: a topic, a round, the results of a consultation, a plan, or a change to a service.
CREATE TABLE update_subjects (
  update_id TEXT NOT NULL REFERENCES updates (id),
  kind TEXT NOT NULL CHECK (kind IN ('topic', 'round', 'consultation', 'plan', 'notice')),
  subject_id TEXT NOT NULL,
  topic_id TEXT REFERENCES topics (id),
  round_id TEXT REFERENCES rounds (id),
  consultation_id TEXT REFERENCES consultations (id),
  plan_id TEXT REFERENCES plans (id),
  notice_id TEXT REFERENCES notices (id),
  CHECK (subject_id = coalesce(topic_id, round_id, consultation_id, plan_id, notice_id, '')),
  CHECK ((kind = 'topic') = (topic_id IS NOT NULL) AND (kind = 'round') = (round_id IS NOT NULL)
     AND (kind = 'consultation') = (consultation_id IS NOT NULL) AND (kind = 'plan') = (plan_id IS NOT NULL)
     AND (kind = 'notice') = (notice_id IS NOT NULL)),
  PRIMARY KEY (update_id, kind, subject_id)
);
CREATE INDEX update_subjects_by_subject ON update_subjects (subject_id);

-- The forum's word on a version. A later one stands beside an earlier one; of a version without any the leader only claims it.
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  update_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'partly', 'disputed')),
  words TEXT NOT NULL,
  evidence TEXT NOT NULL,
  given_by TEXT NOT NULL REFERENCES accounts (id),
  given_at BIGINT NOT NULL,
  FOREIGN KEY (update_id, version) REFERENCES update_versions (update_id, version),
  CHECK (verdict = 'confirmed' OR words <> '')
);
CREATE INDEX verdicts_by_update ON verdicts (update_id, version);

-- Who was owed a letter about a version: an account, or a subscriber who has none. Once each. subscriber_id: as whom she was told of
-- a change, if that is all she contributed.
CREATE TABLE update_letters (
  update_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  person TEXT NOT NULL,
  subscriber_id TEXT REFERENCES subscribers (id),
  delivery_id TEXT NOT NULL REFERENCES deliveries (id),
  FOREIGN KEY (update_id, version) REFERENCES update_versions (update_id, version),
  PRIMARY KEY (update_id, version, person)
);
CREATE INDEX update_letters_by_subscriber ON update_letters (subscriber_id);

-- What a parent finds who does not find it so, and of which version; for the forum alone. seen_at: an organiser has read it.
CREATE TABLE doubts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  update_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  words TEXT NOT NULL CHECK (words <> ''),
  told_at BIGINT NOT NULL,
  seen_at BIGINT,
  FOREIGN KEY (update_id, version) REFERENCES update_versions (update_id, version)
);
CREATE INDEX doubts_by_update ON doubts (update_id, told_at);
CREATE INDEX doubts_to_see ON doubts (told_at) WHERE seen_at IS NULL;
