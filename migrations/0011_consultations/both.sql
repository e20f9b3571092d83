-- What the forum asks of parents. access: anyone answers, or who is signed in, or who was given a link of her own. topic_id,
-- plan_id, draft_id: what it belongs to. opened_at: since when it is to open at opens_at, with the questions as they are.
-- changes: how often was changed what its results are made of: a sheet, a theme, words to quote. mixed_at: when, after the close, nothing could be told any more from which rows were written together; erased_at: when
-- answers that were never sent were erased.
CREATE TABLE consultations (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  can_change TEXT NOT NULL,
  cannot_change TEXT NOT NULL,
  who_for TEXT NOT NULL,
  how_used TEXT NOT NULL,
  who_sees TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('anyone', 'signed in', 'link')),
  topic_id TEXT REFERENCES topics (id),
  plan_id TEXT REFERENCES plans (id),
  draft_id TEXT REFERENCES drafts (id),
  opens_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at BIGINT NOT NULL,
  opened_by TEXT REFERENCES accounts (id),
  opened_at BIGINT,
  changes BIGINT NOT NULL DEFAULT 0,
  mixed_at BIGINT,
  erased_at BIGINT,
  CHECK (opens_at < closes_at),
  CHECK (draft_id IS NULL OR plan_id IS NOT NULL),
  CHECK ((opened_at IS NULL) = (opened_by IS NULL))
);
CREATE INDEX consultations_by_close ON consultations (closes_at) WHERE opened_at IS NOT NULL;

-- Its questions, as the JSON of docs/questionnaire.schema.json. They are changed until somebody answers. live_at: since when
-- a later version than the first is asked. mended: faults of the wording that were put right afterwards, as JSON.
CREATE TABLE questionnaires (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  version BIGINT NOT NULL CHECK (version > 0),
  questions TEXT NOT NULL,
  live_at BIGINT,
  mended TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (consultation_id, version)
);
