-- What the forum takes down after everyone could read it. The words go from where they were: they are erased, or only the
-- safeguarding lead can read them, in takedowns. A topic or a comment that is taken down is withdrawn by the forum, so every
-- rule that asks whether one is public says no.
ALTER TABLE topics ADD COLUMN taken_down_at BIGINT CHECK (taken_down_at IS NULL OR withdrawn_at IS NOT NULL);
ALTER TABLE comments ADD COLUMN taken_down_at BIGINT CHECK (taken_down_at IS NULL OR withdrawn_at IS NOT NULL);
ALTER TABLE notice_questions ADD COLUMN taken_down_at BIGINT;
ALTER TABLE notice_answers ADD COLUMN taken_down_at BIGINT;
-- How often words were taken out of published results: nothing else in them ever changes.
ALTER TABLE releases ADD COLUMN taken_down BIGINT NOT NULL DEFAULT 0;
ALTER TABLE findings ADD COLUMN taken_down BIGINT NOT NULL DEFAULT 0;

-- about_id: the topic, comment, question, answer or consultation. reason: a word among a few; why: what everyone reads besides.
-- is_kept: the safeguarding lead can read the words; otherwise they are erased. Words of results wait for a second organiser,
-- who takes them down or refuses, and are needed until then.
CREATE TABLE takedowns (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('topic', 'comment', 'question', 'answer', 'results')),
  about_id TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  why TEXT NOT NULL,
  is_kept INTEGER NOT NULL CHECK (is_kept IN (0, 1)),
  words TEXT NOT NULL,
  asked_by TEXT NOT NULL REFERENCES accounts (id),
  asked_at BIGINT NOT NULL,
  decided_by TEXT REFERENCES accounts (id),
  taken_down_at BIGINT,
  refused_at BIGINT,
  CHECK (decided_by IS NULL OR decided_by <> asked_by),
  CHECK (taken_down_at IS NULL OR refused_at IS NULL),
  CHECK (kind <> 'results' OR decided_by IS NOT NULL OR (taken_down_at IS NULL AND refused_at IS NULL)),
  CHECK (kind = 'results' OR taken_down_at IS NOT NULL),
  CHECK (is_kept = 1 OR words = '' OR (taken_down_at IS NULL AND refused_at IS NULL))
);
CREATE INDEX takedowns_by_thing ON takedowns (about_id, asked_at);
CREATE INDEX takedowns_by_time ON takedowns (asked_at, id);

-- What the safeguarding lead did about words that were taken down. What has a note is looked after.
CREATE TABLE takedown_notes (
  form_key TEXT PRIMARY KEY,
  takedown_id TEXT NOT NULL REFERENCES takedowns (id),
  note TEXT NOT NULL CHECK (note <> ''),
  noted_by TEXT NOT NULL REFERENCES accounts (id),
  noted_at BIGINT NOT NULL
);
CREATE INDEX takedown_notes_by_takedown ON takedown_notes (takedown_id, noted_at);

-- Who is on the side of those who plan: whoever registered a plan, did anything to it as a leader, or leads for an organisation
-- that plans it. They don't speak for the forum about it, in whatever role. In Rust: plans::rules::Hand.
CREATE VIEW plan_side AS
SELECT plan_id, account_id FROM plan_leaders
UNION ALL SELECT id, registered_by FROM plans
UNION ALL SELECT plan_id, who FROM plan_events WHERE role = 'leader'
UNION ALL SELECT d.plan_id, a.answered_by FROM draft_answers a JOIN drafts d ON d.id = a.draft_id;
