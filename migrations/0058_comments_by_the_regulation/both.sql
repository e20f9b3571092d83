-- Comments on the Local Offer as regulation 56 of the SEND Regulations 2014 asks for them.

-- subject, voice: words of local_offer/rules.rs; NULL in comments from before we asked.
ALTER TABLE comments ADD COLUMN subject TEXT CHECK (subject IN ('content', 'ease', 'making'));
ALTER TABLE comments ADD COLUMN voice TEXT CHECK (voice IN ('child', 'young person', 'parent'));
-- A comment that names somebody is published without that: words is then what everyone reads, and as_sent what its author sent,
-- for a few weeks.
ALTER TABLE comments ADD COLUMN redacted_at BIGINT;
ALTER TABLE comments ADD COLUMN as_sent TEXT;

-- Where the answer goes, of comments that were sent without an account. confirmed_at: somebody pressed the button in the email to
-- this address; nothing else goes to it before. Erased when nothing more will go there.
CREATE TABLE comment_addresses (
  comment_id TEXT PRIMARY KEY REFERENCES comments (id),
  token_hash TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL CHECK (email <> ''),
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT
);
CREATE INDEX comment_addresses_by_email ON comment_addresses (email);

-- Whether what an answer promised was done, as the forum found it. A later one is read beside an earlier one.
CREATE TABLE comment_verdicts (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  response_id TEXT NOT NULL REFERENCES comment_responses (id),
  is_done INTEGER NOT NULL CHECK (is_done IN (0, 1)),
  words TEXT NOT NULL,
  given_by TEXT NOT NULL REFERENCES accounts (id),
  given_at BIGINT NOT NULL,
  CHECK (is_done = 1 OR words <> '')
);
CREATE INDEX comment_verdicts_by_response ON comment_verdicts (response_id, given_at);
