-- When somebody last asked for a copy of what is kept about her: at most once an hour. person: the id of the account, or of the
-- subscriber who has none. session_id: the session in which she showed that it is herself, and which alone may save the copy.
CREATE TABLE copies (
  person TEXT PRIMARY KEY,
  account_id TEXT REFERENCES accounts (id),
  session_id TEXT,
  subscriber_id TEXT REFERENCES subscribers (id),
  asked_at BIGINT NOT NULL,
  CHECK (person = coalesce(account_id, subscriber_id)),
  CHECK ((account_id IS NULL) <> (subscriber_id IS NULL) AND (account_id IS NULL) = (session_id IS NULL))
);
-- What is found by whose it is, for a copy.
CREATE INDEX deliveries_by_account ON deliveries (account_id);
CREATE INDEX deliveries_by_address ON deliveries (to_address);
CREATE INDEX update_letters_by_person ON update_letters (person);
