-- What leaders are going to plan. Nothing here is edited away: what happens to a plan is added beside it.
CREATE TABLE plans (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  what TEXT NOT NULL,
  due_day TEXT NOT NULL,
  registered_by TEXT NOT NULL REFERENCES accounts (id),
  registered_at BIGINT NOT NULL
);
CREATE TABLE plan_organisations (
  plan_id TEXT NOT NULL REFERENCES plans (id),
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  PRIMARY KEY (plan_id, organisation_id)
);
CREATE TABLE plan_services (
  plan_id TEXT NOT NULL REFERENCES plans (id),
  service_id TEXT NOT NULL REFERENCES services (id),
  PRIMARY KEY (plan_id, service_id)
);
CREATE TABLE plan_places (
  plan_id TEXT NOT NULL REFERENCES plans (id),
  place_id TEXT NOT NULL REFERENCES places (id),
  PRIMARY KEY (plan_id, place_id)
);
CREATE TABLE plan_topics (
  plan_id TEXT NOT NULL REFERENCES plans (id),
  topic_id TEXT NOT NULL REFERENCES topics (id),
  tied_by TEXT NOT NULL REFERENCES accounts (id),
  tied_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, topic_id)
);
CREATE INDEX plan_topics_by_topic ON plan_topics (topic_id);

-- A planning meeting. audience: who may read the notes.
CREATE TABLE planning_sessions (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  day TEXT NOT NULL,
  held_at TEXT NOT NULL,
  parents BIGINT NOT NULL CHECK (parents >= 0),
  others BIGINT NOT NULL CHECK (others >= 0),
  decided TEXT NOT NULL,
  notes TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('everyone', 'forum')),
  recorded_by TEXT NOT NULL REFERENCES accounts (id),
  recorded_at BIGINT NOT NULL
);
CREATE INDEX planning_sessions_by_plan ON planning_sessions (plan_id);

-- What the forum says of a plan. A later one stands beside an earlier one.
CREATE TABLE statements (
  form_key TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  words TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at BIGINT NOT NULL
);
CREATE INDEX statements_by_plan ON statements (plan_id);

-- A version of a plan's text: Markdown, a file named by its SHA-256, or both. first_recorded_at: when it was put in, published or not.
CREATE TABLE drafts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  version INTEGER NOT NULL CHECK (version > 0),
  summary TEXT NOT NULL,
  body TEXT NOT NULL,
  file_hash TEXT,
  file_name TEXT,
  file_kind TEXT CHECK (file_kind IN ('pdf', 'docx', 'odt')),
  file_size BIGINT,
  recorded_by TEXT NOT NULL REFERENCES accounts (id),
  first_recorded_at BIGINT NOT NULL,
  published_by TEXT REFERENCES accounts (id),
  published_at BIGINT,
  told_at BIGINT,
  UNIQUE (plan_id, version),
  CHECK (length(body) > 0 OR file_hash IS NOT NULL),
  CHECK ((file_hash IS NULL) = (file_name IS NULL) AND (file_hash IS NULL) = (file_kind IS NULL) AND (file_hash IS NULL) = (file_size IS NULL)),
  CHECK ((published_at IS NULL) = (published_by IS NULL)),
  CHECK (published_at IS NULL OR published_at >= first_recorded_at),
  CHECK (told_at IS NULL OR published_at IS NOT NULL)
);

-- What a draft makes of a topic: where it is adopted, how it is adapted, or why not and by whose decision.
CREATE TABLE draft_answers (
  draft_id TEXT NOT NULL REFERENCES drafts (id),
  topic_id TEXT NOT NULL REFERENCES topics (id),
  answer TEXT NOT NULL CHECK (answer IN ('adopted', 'adapted', 'not')),
  words TEXT NOT NULL CHECK (length(words) > 0),
  decided_by TEXT NOT NULL,
  answered_by TEXT NOT NULL REFERENCES accounts (id),
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (draft_id, topic_id),
  CHECK (answer <> 'not' OR length(decided_by) > 0)
);

-- Passing the gate all the same, by a named person for a written reason. Shown for ever.
CREATE TABLE overrides (
  draft_id TEXT PRIMARY KEY REFERENCES drafts (id),
  name TEXT NOT NULL CHECK (length(name) > 0),
  reason TEXT NOT NULL CHECK (length(reason) >= 80),
  made_by TEXT NOT NULL REFERENCES accounts (id),
  made_at BIGINT NOT NULL
);

-- Everything that happened to a plan, in its order: at never goes back, even if a clock does.
CREATE TABLE plan_events (
  id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  at BIGINT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  who TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL
);
CREATE INDEX plan_events_by_plan ON plan_events (plan_id, at);

-- Plans whose gate is shut. The same rule stands in words in app/src/plans/gate.rs; a test holds the two together.
-- A topic is open from its publication; 1209600000 milliseconds are 14 days.
CREATE VIEW shut_gates AS
SELECT p.id AS plan_id FROM plans p
WHERE NOT EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL)
   OR EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id
              WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL
                AND (t.published_at IS NULL
                     OR t.published_at + 1209600000 > (SELECT min(d.first_recorded_at) FROM drafts d WHERE d.plan_id = p.id)))
   OR (NOT EXISTS (SELECT 1 FROM planning_sessions s WHERE s.plan_id = p.id AND s.parents > 0)
       AND EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id LEFT JOIN rounds r ON r.id = t.round_id
                   WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL AND r.closed_at IS NULL))
   OR NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id);

-- Topics that a draft must still answer before it can be published.
CREATE VIEW unanswered_topics AS
SELECT d.id AS draft_id, x.topic_id FROM drafts d
JOIN plan_topics x ON x.plan_id = d.plan_id
JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL
WHERE NOT EXISTS (SELECT 1 FROM draft_answers a WHERE a.draft_id = d.id AND a.topic_id = x.topic_id);
