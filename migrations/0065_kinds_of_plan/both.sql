-- What sorts of plans there are, in the area's own words; administrators change them. retired_at: no new plan is one.
CREATE TABLE plan_kinds (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  about TEXT NOT NULL,
  position BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  retired_at BIGINT
);
INSERT INTO plan_kinds (id, name, about, position, changed_at) VALUES
  ('01990000-0000-7000-8000-000000000001', 'Local reform plan', 'How the area will change what it offers, over several years.', 1, 0),
  ('01990000-0000-7000-8000-000000000002', 'Priority action plan', 'What the area does first about what an inspection found to be failing.', 2, 0),
  ('01990000-0000-7000-8000-000000000003', 'Strategic plan after an inspection', 'What the area does about the recommendations of an inspection.', 3, 0),
  ('01990000-0000-7000-8000-000000000004', 'Service plan', 'How one service will work from now on.', 4, 0);

-- Which sort a plan is, as its leader said when it was registered; a plan without a row is none of these.
CREATE TABLE kinds_of_plans (
  plan_id TEXT PRIMARY KEY REFERENCES plans (id),
  kind_id TEXT NOT NULL REFERENCES plan_kinds (id)
);

-- A report, and how many recommendations it has. kind_id: every plan of this sort must answer each of them. ended_at: no draft has to
-- any more.
CREATE TABLE reports (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL CHECK (title <> ''),
  published_on TEXT NOT NULL CHECK (published_on LIKE '____-__-__'),
  source TEXT NOT NULL CHECK (source LIKE 'https://%'),
  kind_id TEXT NOT NULL REFERENCES plan_kinds (id),
  recommendations BIGINT NOT NULL CHECK (recommendations > 0),
  put_in_at BIGINT NOT NULL,
  ended_at BIGINT
);

-- number and page: as the report has them. nth: their order in it.
CREATE TABLE recommendations (
  id TEXT PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES reports (id),
  nth BIGINT NOT NULL CHECK (nth > 0),
  number TEXT NOT NULL CHECK (number <> ''),
  page TEXT NOT NULL CHECK (page <> ''),
  words TEXT NOT NULL CHECK (words <> ''),
  UNIQUE (report_id, nth),
  UNIQUE (report_id, number)
);

-- What a draft does about a recommendation. decided_by: who decided that it is not in it.
CREATE TABLE recommendation_answers (
  draft_id TEXT NOT NULL REFERENCES drafts (id),
  recommendation_id TEXT NOT NULL REFERENCES recommendations (id),
  answer TEXT NOT NULL CHECK (answer IN ('adopted', 'adapted', 'not')),
  words TEXT NOT NULL CHECK (words <> ''),
  decided_by TEXT NOT NULL,
  answered_at BIGINT NOT NULL,
  CHECK ((answer = 'not') = (decided_by <> '')),
  PRIMARY KEY (draft_id, recommendation_id)
);

-- What a draft that is not published has to answer still.
CREATE VIEW unanswered_recommendations AS
SELECT d.id AS draft_id, r.id AS recommendation_id
FROM drafts d
JOIN kinds_of_plans k ON k.plan_id = d.plan_id
JOIN reports p ON p.kind_id = k.kind_id AND p.ended_at IS NULL
JOIN recommendations r ON r.report_id = p.id
WHERE d.published_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM recommendation_answers a WHERE a.draft_id = d.id AND a.recommendation_id = r.id);
