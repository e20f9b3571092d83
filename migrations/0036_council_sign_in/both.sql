-- Under what subject a council's provider knows somebody: signing in there is signing in here. One subject for each account,
-- and one account for each subject; it ends with her role.
CREATE TABLE council_subjects (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  known_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, issuer),
  UNIQUE (issuer, subject)
);

-- with_council: the session began at a council's provider. second_step_there: with a second step there.
ALTER TABLE sessions ADD COLUMN with_council INTEGER NOT NULL DEFAULT 0 CHECK (with_council IN (0, 1));
ALTER TABLE sessions ADD COLUMN second_step_there INTEGER NOT NULL DEFAULT 0 CHECK (second_step_there IN (0, 1));
