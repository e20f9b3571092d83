-- What somebody chose before she was signed in, and how she gets back to it. id is the hash of a secret in a cookie of
-- the browser in which she chose it; account_id is hers once she is in by a link that was opened elsewhere. fields: what
-- a form sent, empty for a page. chose: what that is, in words that follow "to".
CREATE TABLE first_acts (
  id TEXT PRIMARY KEY,
  account_id TEXT REFERENCES accounts (id),
  goes_to TEXT NOT NULL,
  fields TEXT NOT NULL,
  chose TEXT NOT NULL,
  kept_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX first_acts_by_account ON first_acts (account_id) WHERE account_id IS NOT NULL;

-- The emailed links that lead back to it.
CREATE TABLE first_act_links (
  token_hash TEXT PRIMARY KEY,
  act_id TEXT NOT NULL REFERENCES first_acts (id) ON DELETE CASCADE
);
CREATE INDEX first_act_links_by_act ON first_act_links (act_id);
