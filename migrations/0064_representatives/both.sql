-- Who represents the forum, by the name that they want to be shown by; it may be no account's. name: '' once it was taken away.
-- stepped_down_at: no new meeting names them.
CREATE TABLE representatives (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  stepped_down_at BIGINT,
  CHECK (name <> '' OR stepped_down_at IS NOT NULL)
);

-- A meeting of others to which the forum sent somebody: a board, a panel. place_id: which part of the area it was about; NULL: all of
-- it. led_to: what happened because the forum was there; '' until somebody knows. recorded_on: the day it was put in, so that none
-- is there before its day. taken_out_at: it was put in by mistake, and counts no more.
CREATE TABLE meetings (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL CHECK (title <> ''),
  held_on TEXT NOT NULL CHECK (held_on LIKE '____-__-__'),
  place_id TEXT REFERENCES places (id),
  about TEXT NOT NULL CHECK (about <> ''),
  led_to TEXT NOT NULL,
  recorded_on TEXT NOT NULL CHECK (recorded_on LIKE '____-__-__'),
  changed_at BIGINT NOT NULL,
  taken_out_at BIGINT,
  CHECK (held_on <= recorded_on)
);
CREATE INDEX meetings_by_day ON meetings (held_on);

CREATE TABLE meeting_representatives (
  meeting_id TEXT NOT NULL REFERENCES meetings (id),
  representative_id TEXT NOT NULL REFERENCES representatives (id),
  PRIMARY KEY (meeting_id, representative_id)
);
CREATE INDEX meeting_representatives_by_who ON meeting_representatives (representative_id);
