-- A plan ends in a decision, which answers what parents asked for and what they said. In Rust:
-- involvement::decision. The guards are in sqlite.sql and postgres.sql beside this.

-- The themes of results as they were when everyone could first read them; a trigger keeps them. A
-- theme that is taken away later, or put in again, changes nothing here.
CREATE TABLE released_themes (
  consultation_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  theme_id TEXT NOT NULL,
  question TEXT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (consultation_id, number, theme_id),
  FOREIGN KEY (consultation_id, number) REFERENCES releases (consultation_id, number)
);
CREATE INDEX released_themes_by_theme ON released_themes (theme_id);
-- Of results that are published already, the last ones: as their themes are now.
INSERT INTO released_themes (consultation_id, number, theme_id, question, title)
SELECT r.consultation_id, r.number, t.id, t.question, t.title
FROM releases r JOIN themes t ON t.consultation_id = r.consultation_id
WHERE r.checked_at IS NOT NULL AND r.published <> 'null'
  AND r.number = (SELECT max(l.number) FROM releases l
    WHERE l.consultation_id = r.consultation_id AND l.checked_at IS NOT NULL);

-- What was decided about a plan, by which body, on which day (its last moment), and where its paper
-- is. It is changed until it is published. early_id, early_closes_at: a consultation on the plan that
-- had not closed by that day, and when it was to close, as it was when the decision was published.
CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL UNIQUE REFERENCES plans (id),
  words TEXT NOT NULL CHECK (length(words) > 0),
  decided_by TEXT NOT NULL CHECK (length(decided_by) > 0),
  decided_at BIGINT NOT NULL,
  paper TEXT NOT NULL CHECK (length(paper) > 0),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at BIGINT NOT NULL,
  published_by TEXT REFERENCES accounts (id),
  published_at BIGINT,
  early_id TEXT REFERENCES consultations (id),
  early_closes_at BIGINT,
  CHECK ((published_at IS NULL) = (published_by IS NULL)),
  CHECK ((early_id IS NULL) = (early_closes_at IS NULL)),
  CHECK (early_id IS NULL OR published_at IS NOT NULL)
);

-- What the decision makes of a topic or a theme: thing_id is the id of either.
CREATE TABLE decision_answers (
  decision_id TEXT NOT NULL REFERENCES decisions (id),
  thing_id TEXT NOT NULL,
  answer TEXT NOT NULL CHECK (answer IN ('adopted', 'adapted', 'not')),
  words TEXT NOT NULL CHECK (length(words) > 0),
  decided_by TEXT NOT NULL,
  answered_by TEXT NOT NULL REFERENCES accounts (id),
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (decision_id, thing_id),
  CHECK (answer <> 'not' OR length(decided_by) > 0)
);

-- Publishing it all the same, by a named person for a written reason. Shown for ever.
CREATE TABLE decision_overrides (
  decision_id TEXT PRIMARY KEY REFERENCES decisions (id),
  name TEXT NOT NULL CHECK (length(name) > 0),
  reason TEXT NOT NULL CHECK (length(reason) >= 80),
  made_by TEXT NOT NULL REFERENCES accounts (id),
  made_at BIGINT NOT NULL
);

-- What the decision on a plan answers: its topics but withdrawn ones, and the themes of the last
-- published results of each consultation on it. since: when each was tied or published.
CREATE VIEW decision_things AS
SELECT x.plan_id, x.topic_id AS thing_id, CAST(0 AS BIGINT) AS is_theme, x.tied_at AS since
FROM plan_topics x JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL
UNION ALL SELECT c.plan_id, h.theme_id, CAST(1 AS BIGINT), r.checked_at
FROM consultations c
JOIN released_themes h ON h.consultation_id = c.id
JOIN releases r ON r.consultation_id = h.consultation_id AND r.number = h.number
WHERE c.plan_id IS NOT NULL AND r.number = (SELECT max(l.number) FROM releases l
  WHERE l.consultation_id = c.id AND l.checked_at IS NOT NULL);

-- Of these, what a decision that is written does not answer.
CREATE VIEW unanswered_things AS
SELECT d.id AS decision_id, g.thing_id, g.is_theme
FROM decisions d JOIN decision_things g ON g.plan_id = d.plan_id
WHERE NOT EXISTS (SELECT 1 FROM decision_answers a
  WHERE a.decision_id = d.id AND a.thing_id = g.thing_id);

-- Decisions that are published only by a named person, for a reason.
CREATE VIEW held_decisions AS
SELECT d.id AS decision_id FROM decisions d
WHERE NOT EXISTS (SELECT 1 FROM drafts f WHERE f.plan_id = d.plan_id AND f.published_at IS NOT NULL)
   OR EXISTS (SELECT 1 FROM unanswered_things u WHERE u.decision_id = d.id);

-- Decisions that were made before a consultation on the plan had closed.
CREATE VIEW early_decisions AS
SELECT d.id AS decision_id, c.id AS consultation_id, c.closes_at
FROM decisions d JOIN consultations c ON c.plan_id = d.plan_id
WHERE c.opened_at IS NOT NULL AND c.withdrawn_at IS NULL AND c.closes_at >= d.decided_at;

-- Why something is proposed, and what else could be done. Empty where it was not asked for yet.
ALTER TABLE consultations ADD COLUMN reasons TEXT NOT NULL DEFAULT '';
