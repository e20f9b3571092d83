-- Whether a notice ends or reduces a service, or raises what it costs. Then it is approved as decided only once somebody has signed for
-- who it affects, or goes ahead by name. In Rust: notices::rules::is_held. Of notices from before this nobody was asked.
ALTER TABLE notices ADD COLUMN takes_away INTEGER NOT NULL DEFAULT 0 CHECK (takes_away IN (0, 1));

-- Who a notice affects, signed as equality_records are for plans, with the same columns.
CREATE TABLE notice_equality_records (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  notice_id TEXT NOT NULL REFERENCES notices (id),
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
CREATE INDEX notice_equality_records_by_notice ON notice_equality_records (notice_id, signed_at);

-- How many people of a group it affects. Nobody can be found in a group of ten.
CREATE TABLE notice_equality_numbers (
  record_id TEXT NOT NULL REFERENCES notice_equality_records (id),
  position BIGINT NOT NULL,
  label TEXT NOT NULL CHECK (length(label) > 0),
  people BIGINT NOT NULL CHECK (people = 0 OR people >= 10),
  PRIMARY KEY (record_id, position)
);

-- Approving it all the same, by a named person for a written reason. Shown for ever.
CREATE TABLE notice_overrides (
  notice_id TEXT PRIMARY KEY REFERENCES notices (id),
  name TEXT NOT NULL CHECK (length(name) > 0),
  reason TEXT NOT NULL CHECK (length(reason) >= 80),
  made_by TEXT NOT NULL REFERENCES accounts (id),
  made_at BIGINT NOT NULL
);

-- The words of a published decision, its body and the link to its paper can be put right in sight.
INSERT INTO correction_words (word) VALUES ('decision');
