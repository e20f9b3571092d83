-- A second step of signing in, after a password or a link: a code from an app on a phone. secret is what the app holds too;
-- last_step the last half-minute of which a code was used: none is used twice. offered: a secret that an app is being set up
-- with; it takes the place of the other once a code shows that the app has it.
CREATE TABLE second_factors (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id),
  secret TEXT,
  confirmed_at BIGINT,
  last_step BIGINT NOT NULL DEFAULT 0,
  offered TEXT,
  offered_at BIGINT,
  CHECK ((secret IS NULL) = (confirmed_at IS NULL)),
  CHECK ((offered IS NULL) = (offered_at IS NULL))
);

-- What lets somebody in without her phone, each once.
CREATE TABLE recovery_codes (
  account_id TEXT NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (account_id, code_hash)
);

-- Browsers in which staff signed in, by the hash of what a cookie holds. told_at: when we owed the email that says so.
CREATE TABLE known_devices (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  device_hash TEXT NOT NULL,
  device TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  told_at BIGINT,
  UNIQUE (account_id, device_hash)
);
CREATE INDEX known_devices_to_tell ON known_devices (first_at) WHERE told_at IS NULL;

-- proved_at: when whoever uses the session last showed that it is she, after it began. waits_for_code: it lets nobody in
-- before a code was given. let_in_by: the token it had until then; the same code with it again is a second tap.
ALTER TABLE sessions ADD COLUMN proved_at BIGINT;
ALTER TABLE sessions ADD COLUMN let_in_by TEXT;
CREATE INDEX sessions_let_in_by ON sessions (let_in_by) WHERE let_in_by IS NOT NULL;
ALTER TABLE sessions ADD COLUMN waits_for_code INTEGER NOT NULL DEFAULT 0 CHECK (waits_for_code IN (0, 1));

-- From when a second step is asked of everyone who is more than a parent here; NULL: it is not asked.
ALTER TABLE area_rules ADD COLUMN second_step_from BIGINT;

-- Something so grave that it is never done by itself: its form is shown with a button.
ALTER TABLE first_acts ADD COLUMN is_grave INTEGER NOT NULL DEFAULT 0 CHECK (is_grave IN (0, 1));
