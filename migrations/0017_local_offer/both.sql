-- What parents say of the published list of support. Its words are never edited; what became of it is a dated fact beside them.
-- decline_reason: a word of local_offer/rules.rs.
CREATE TABLE comments (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL,
  author_id TEXT NOT NULL REFERENCES accounts (id),
  service_id TEXT REFERENCES services (id),
  words TEXT NOT NULL CHECK (words <> ''),
  sent_at BIGINT NOT NULL,
  decided_by TEXT REFERENCES accounts (id),
  published_at BIGINT,
  declined_at BIGINT,
  decline_reason TEXT,
  passed_on_at BIGINT,
  withdrawn_at BIGINT,
  UNIQUE (author_id, form_key),
  CHECK ((declined_at IS NULL) = (decline_reason IS NULL)),
  CHECK (published_at IS NULL OR (declined_at IS NULL AND passed_on_at IS NULL)),
  CHECK (declined_at IS NULL OR passed_on_at IS NULL),
  CHECK ((decided_by IS NULL) = (published_at IS NULL AND declined_at IS NULL AND passed_on_at IS NULL))
);
CREATE INDEX comments_published ON comments (published_at, id);
CREATE INDEX comments_by_author ON comments (author_id);

-- What the safeguarding lead did about a comment that was passed on. What has a note is looked after.
CREATE TABLE comment_notes (
  form_key TEXT PRIMARY KEY,
  comment_id TEXT NOT NULL REFERENCES comments (id),
  note TEXT NOT NULL CHECK (note <> ''),
  noted_by TEXT NOT NULL REFERENCES accounts (id),
  noted_at BIGINT NOT NULL
);
CREATE INDEX comment_notes_by_comment ON comment_notes (comment_id, noted_at);

-- What the authority answers, and what it is going to do. A later one stands beside an earlier one. action: empty where nothing is
-- going to be done; action_by: the day, as 2026-12-04, or empty.
CREATE TABLE comment_responses (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  comment_id TEXT NOT NULL REFERENCES comments (id),
  response TEXT NOT NULL CHECK (response <> ''),
  action TEXT NOT NULL,
  action_by TEXT NOT NULL,
  organisation_id TEXT REFERENCES organisations (id),
  responded_by TEXT NOT NULL REFERENCES accounts (id),
  responded_at BIGINT NOT NULL,
  CHECK (action_by = '' OR (action_by LIKE '____-__-__' AND action <> ''))
);
CREATE INDEX comment_responses_by_comment ON comment_responses (comment_id, responded_at);
