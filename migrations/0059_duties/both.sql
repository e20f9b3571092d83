-- What must be done every year. rule: the area's own words, read at source on checked_on; no advice about the law. checked_on is NULL
-- while nobody in the area has looked there, and the duty is off until somebody has. due and steps: as
-- a form and a file have them ("31 May", "20 school days before transport-16"); read by app/duties/src/rules/. organisation_id: the one
-- whose leaders are responsible; NULL with 'leaders': those of all. switched_on_at: since when it counts; NULL while it is off, and then
-- switched_off_at says since when, if it ever was on. days_since: since when due and steps are as they are.
CREATE TABLE duties (
  id TEXT PRIMARY KEY,
  word TEXT NOT NULL UNIQUE CHECK (word <> ''),
  name TEXT NOT NULL CHECK (name <> ''),
  rule TEXT NOT NULL CHECK (rule <> ''),
  source TEXT NOT NULL CHECK (source LIKE 'https://%'),
  checked_on TEXT CHECK (checked_on LIKE '____-__-__'),
  responsible TEXT NOT NULL CHECK (responsible IN ('forum', 'leaders')),
  organisation_id TEXT REFERENCES organisations (id),
  due TEXT NOT NULL CHECK (due <> ''),
  steps TEXT NOT NULL,
  fulfilled_by TEXT NOT NULL CHECK (fulfilled_by IN ('round', 'consultation', 'notice', 'document')),
  is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
  switched_on_at BIGINT,
  switched_off_at BIGINT,
  days_since BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  CHECK (organisation_id IS NULL OR responsible = 'leaders'),
  CHECK (checked_on IS NOT NULL OR switched_on_at IS NULL),
  CHECK (switched_off_at IS NULL OR switched_on_at IS NULL)
);

-- That a duty, or a step of it, was done. year: of the fixed day it is counted from; step: its words, or empty for the duty itself.
-- thing: the id of a round, a consultation or a notice, or the address of a document, empty if it has none. organisation_id: who says so; NULL: the forum.
-- said_on: the day it was said, so that nothing is done before its day. What was taken back stays, and counts no more.
CREATE TABLE duty_reports (
  id TEXT PRIMARY KEY,
  duty_id TEXT NOT NULL REFERENCES duties (id),
  year BIGINT NOT NULL,
  step TEXT NOT NULL,
  done_on TEXT NOT NULL CHECK (done_on LIKE '____-__-__'),
  fulfilled_by TEXT NOT NULL CHECK (fulfilled_by IN ('round', 'consultation', 'notice', 'document')),
  thing TEXT NOT NULL,
  organisation_id TEXT REFERENCES organisations (id),
  said_on TEXT NOT NULL CHECK (said_on LIKE '____-__-__'),
  said_at BIGINT NOT NULL,
  taken_back_at BIGINT,
  CHECK (done_on <= said_on),
  CHECK (thing <> '' OR fulfilled_by = 'document'),
  CHECK (fulfilled_by <> 'document' OR thing = '' OR thing LIKE 'https://%')
);
CREATE UNIQUE INDEX duty_reports_are_said_once ON duty_reports (duty_id, year, step) WHERE taken_back_at IS NULL;

-- The days of duties and of their steps that have passed, each with the duty as it was then: what is changed later moves none of them.
-- step: its words, or empty for the duty itself. due_on: NULL where it was done while the terms didn't tell by when.
CREATE TABLE duty_days (
  duty_id TEXT NOT NULL REFERENCES duties (id),
  year BIGINT NOT NULL,
  step TEXT NOT NULL,
  due_on TEXT CHECK (due_on LIKE '____-__-__'),
  fulfilled_by TEXT NOT NULL CHECK (fulfilled_by IN ('round', 'consultation', 'notice', 'document')),
  name TEXT NOT NULL CHECK (name <> ''),
  rule TEXT NOT NULL CHECK (rule <> ''),
  source TEXT NOT NULL CHECK (source LIKE 'https://%'),
  responsible TEXT NOT NULL CHECK (responsible IN ('forum', 'leaders')),
  organisation_id TEXT REFERENCES organisations (id),
  is_public INTEGER NOT NULL CHECK (is_public IN (0, 1)),
  kept_at BIGINT NOT NULL,
  PRIMARY KEY (duty_id, year, step)
);

-- The bank holidays of England that are known, until when, from where, and when somebody last looked there. days: a line each, as
-- "2027-05-03 Early May".
CREATE TABLE bank_holidays (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  source TEXT NOT NULL CHECK (source LIKE 'https://%'),
  checked_on TEXT NOT NULL CHECK (checked_on LIKE '____-__-__'),
  covers_until TEXT NOT NULL CHECK (covers_until LIKE '____-__-__'),
  days TEXT NOT NULL
);
