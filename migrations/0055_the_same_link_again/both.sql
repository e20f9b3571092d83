-- The browser in which a link was used, as a hash of its cookie: a second press there gives the same
-- answer as the first.
ALTER TABLE links ADD COLUMN used_by TEXT;
ALTER TABLE sign_ups ADD COLUMN used_by TEXT;

-- The key by which a family that is given a personal link again gets the same one. It is in no backup,
-- and goes with the close of its consultation.
CREATE TABLE link_keys (
  consultation_id TEXT PRIMARY KEY REFERENCES consultations (id),
  secret TEXT NOT NULL
);
