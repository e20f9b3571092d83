-- How long families wait for a service, as a leader publishes it, place by place and month by month. What is published stays:
-- of the same place and month the last publication counts, and what was said before is shown beside it.
-- nth: 1, 2 and so on for each service. figures: of how many places and months it is. target: in weeks, where there is one.
CREATE TABLE wait_reports (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  service_id TEXT NOT NULL REFERENCES services (id),
  nth BIGINT NOT NULL CHECK (nth > 0),
  figures BIGINT NOT NULL CHECK (figures > 0),
  organisation_id TEXT NOT NULL REFERENCES organisations (id),
  target BIGINT CHECK (target > 0),
  source TEXT NOT NULL CHECK (source <> ''),
  published_by TEXT NOT NULL REFERENCES accounts (id),
  published_at BIGINT NOT NULL,
  UNIQUE (service_id, nth)
);
CREATE INDEX wait_reports_lately ON wait_reports (published_at);

-- How many were waiting in a place at the end of a month, as 2026-05, and how many weeks they had waited: half of them longer than
-- the median. With fewer than ten people there are no numbers: what could tell about them is not kept.
CREATE TABLE wait_figures (
  report_id TEXT NOT NULL REFERENCES wait_reports (id),
  place_id TEXT NOT NULL REFERENCES places (id),
  month TEXT NOT NULL CHECK (month LIKE '____-__'),
  waiting BIGINT CHECK (waiting >= 10),
  median BIGINT CHECK (median >= 0),
  longest BIGINT,
  CHECK ((waiting IS NULL) = (median IS NULL) AND (waiting IS NULL) = (longest IS NULL)),
  CHECK (longest >= median),
  PRIMARY KEY (report_id, place_id, month)
);

-- The forum's word on a publication; of several the last counts.
CREATE TABLE wait_verdicts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  report_id TEXT NOT NULL REFERENCES wait_reports (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'partly', 'disputed')),
  words TEXT NOT NULL,
  given_by TEXT NOT NULL REFERENCES accounts (id),
  given_at BIGINT NOT NULL,
  CHECK (verdict = 'confirmed' OR words <> '')
);
CREATE INDEX wait_verdicts_by_report ON wait_verdicts (report_id, given_at);

-- What a parent found who waited longer, or not as long; for the forum alone. seen_at: an organiser has read it.
CREATE TABLE wait_doubts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  report_id TEXT NOT NULL REFERENCES wait_reports (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  words TEXT NOT NULL CHECK (words <> ''),
  told_at BIGINT NOT NULL,
  seen_at BIGINT
);
CREATE INDEX wait_doubts_by_report ON wait_doubts (report_id, told_at);
CREATE INDEX wait_doubts_to_see ON wait_doubts (told_at) WHERE seen_at IS NULL;
