-- How often something was tried: place is where the count is kept. What strangers try has so many places, and a count that comes to one
-- which is taken begins there anew, so that whoever has networks without number makes no rows without number. subject is a hash, of the
-- kind too; a row is one window of time.
DROP TABLE attempts;
CREATE TABLE attempts (
  place TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  window_ends_at BIGINT NOT NULL,
  tries BIGINT NOT NULL
);
