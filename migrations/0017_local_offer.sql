-- What parents say of the published list of support. Its words are never edited; what became of it is a dated fact beside them.
-- decline_reason: a word of local_offer/rules.rs. looked_after_at: the safeguarding lead has done what was to be done.
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
  looked_after_at BIGINT,
  looked_after_by TEXT REFERENCES accounts (id),
  note TEXT NOT NULL DEFAULT '',
  UNIQUE (author_id, form_key),
  CHECK ((declined_at IS NULL) = (decline_reason IS NULL)),
  CHECK (published_at IS NULL OR (declined_at IS NULL AND passed_on_at IS NULL)),
  CHECK (declined_at IS NULL OR passed_on_at IS NULL),
  CHECK ((decided_by IS NULL) = (published_at IS NULL AND declined_at IS NULL AND passed_on_at IS NULL)),
  CHECK (looked_after_at IS NULL OR (passed_on_at IS NOT NULL AND looked_after_by IS NOT NULL))
);
CREATE INDEX comments_published ON comments (published_at, id);
CREATE INDEX comments_by_author ON comments (author_id);

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
  CHECK (action <> '' OR action_by = '')
);
CREATE INDEX comment_responses_by_comment ON comment_responses (comment_id, responded_at);
