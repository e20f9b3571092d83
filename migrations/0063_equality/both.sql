-- Who a plan affects, and what is done so that it is fair to everyone: signed by a named person, and
-- signed again when it is reviewed. Each time is a row, and the last one counts. characteristics,
-- places: names, one a line, as they were chosen; no place is the whole area. source: where the list
-- of characteristics was from. picked: published figures, one a line: an address, a space, the words.
CREATE TABLE equality_records (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  affected TEXT NOT NULL CHECK (length(affected) > 0),
  characteristics TEXT NOT NULL,
  source TEXT NOT NULL,
  places TEXT NOT NULL,
  evidence TEXT NOT NULL CHECK (length(evidence) > 0),
  picked TEXT NOT NULL,
  done TEXT NOT NULL CHECK (length(done) > 0),
  review_day TEXT NOT NULL,
  signed_name TEXT NOT NULL CHECK (length(signed_name) > 0),
  signed_by TEXT NOT NULL REFERENCES accounts (id),
  signed_at BIGINT NOT NULL
);
CREATE INDEX equality_records_by_plan ON equality_records (plan_id, signed_at);

-- How many people of a group it affects. Nobody can be found in a group of ten.
CREATE TABLE equality_numbers (
  record_id TEXT NOT NULL REFERENCES equality_records (id),
  position BIGINT NOT NULL,
  label TEXT NOT NULL CHECK (length(label) > 0),
  people BIGINT NOT NULL CHECK (people = 0 OR people >= 10),
  PRIMARY KEY (record_id, position)
);

-- A decision waits for that record too.
DROP VIEW held_decisions;
CREATE VIEW held_decisions AS
SELECT d.id AS decision_id FROM decisions d
WHERE NOT EXISTS (SELECT 1 FROM drafts f WHERE f.plan_id = d.plan_id AND f.published_at IS NOT NULL)
   OR EXISTS (SELECT 1 FROM unanswered_things u WHERE u.decision_id = d.id)
   OR NOT EXISTS (SELECT 1 FROM equality_records e WHERE e.plan_id = d.plan_id);
