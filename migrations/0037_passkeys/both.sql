-- Passkeys: a key in somebody's phone, computer or password manager, of which we have only the half that checks. credential_id:
-- its own name for it, from whoever made it; public_key: the kind of key and the key; counter: how often it says that it was
-- used, and 0 where it does not count; name: what she calls it.
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  credential_id TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  counter BIGINT NOT NULL,
  name TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- What a passkey is asked to sign, by its hash, until it is signed or too old. session_id: the session in which it was asked;
-- NULL where somebody signs in.
CREATE TABLE passkey_challenges (
  challenge_hash TEXT PRIMARY KEY,
  session_id TEXT,
  ends_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenges_by_end ON passkey_challenges (ends_at);
