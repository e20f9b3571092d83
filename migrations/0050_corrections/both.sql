-- A name, a number or a day that was put right: what it was, what it became and when. Who did it is in the audit log.
-- thing_id: of a service, a place, an organisation, a plan or a planning session. A number is its digits, none is empty.
CREATE TABLE corrections (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('service', 'place', 'organisation', 'plan', 'session')),
  thing_id TEXT NOT NULL,
  field TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  corrected_at BIGINT NOT NULL,
  CHECK (was <> became)
);
CREATE INDEX corrections_by_thing ON corrections (thing_id, field, corrected_at);

-- How often a typed sheet was corrected before the count. typed_by is then whoever corrected it last.
ALTER TABLE typed_responses ADD COLUMN corrected BIGINT NOT NULL DEFAULT 0;

-- A telephone number that a family gave, to be rung when emails do not reach them; empty for none.
ALTER TABLE subscribers ADD COLUMN phone TEXT NOT NULL DEFAULT '';
