-- Counts of tries were under plain hashes, which whoever has a list of addresses can make too. From now on a hash needs the key
-- of its day, which is erased the day after and is in no backup. starts_at: when that day begins.
DELETE FROM attempts;
CREATE TABLE attempt_keys (
  starts_at BIGINT PRIMARY KEY,
  secret TEXT NOT NULL
);

-- Browsers in which somebody has signed in to an account: the hash of a secret in a cookie. What others try does not hold them.
CREATE TABLE known_browsers (
  token_hash TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, account_id)
);
CREATE INDEX known_browsers_by_account ON known_browsers (account_id);

-- The link by which an account goes back to the address it had, in an email to that address.
CREATE TABLE address_undos (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  email TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX address_undos_by_account ON address_undos (account_id);
