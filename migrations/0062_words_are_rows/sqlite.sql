-- The same rules stand in postgres.sql. A CHECK can't be taken away here, and a table can't be renamed to what a view names: the rows
-- are put aside, and the table is made again under its own name, so that no view needs to be.
CREATE TABLE put_aside AS SELECT * FROM roles;
DROP TABLE roles;
CREATE TABLE roles (
  account_id TEXT NOT NULL REFERENCES accounts (id),
  role TEXT NOT NULL REFERENCES role_words (word),
  organisation_id TEXT REFERENCES organisations (id),
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, role)
);
INSERT INTO roles (account_id, role, organisation_id, granted_at)
SELECT account_id, role, organisation_id, granted_at FROM put_aside;
DROP TABLE put_aside;

-- Nobody is invited to be a parent.
CREATE TABLE put_aside AS SELECT * FROM invitations;
DROP TABLE invitations;
CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  role TEXT NOT NULL REFERENCES role_words (word) CHECK (role <> 'parent'),
  organisation_id TEXT REFERENCES organisations (id),
  invited_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  accepted_at BIGINT
);
INSERT INTO invitations (id, token_hash, email, role, organisation_id, invited_at, ends_at, accepted_at)
SELECT id, token_hash, email, role, organisation_id, invited_at, ends_at, accepted_at FROM put_aside;
DROP TABLE put_aside;

CREATE TABLE put_aside AS SELECT * FROM corrections;
DROP TABLE corrections;
CREATE TABLE corrections (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL REFERENCES correction_words (word),
  thing_id TEXT NOT NULL,
  field TEXT NOT NULL,
  was TEXT NOT NULL,
  became TEXT NOT NULL,
  corrected_at BIGINT NOT NULL,
  CHECK (was <> became)
);
CREATE INDEX corrections_by_thing ON corrections (thing_id, field, corrected_at);
INSERT INTO corrections (id, kind, thing_id, field, was, became, corrected_at)
SELECT id, kind, thing_id, field, was, became, corrected_at FROM put_aside;
DROP TABLE put_aside;
