-- A sign-up is an address and nothing else until the button in its email is pressed: whoever filled in the form may be a
-- stranger. The name, the place and the password are chosen behind the button. What waits keeps its link; what was typed
-- with it before, and the hash of a password, go.
CREATE TABLE waiting_sign_ups (
  token_hash TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  used_at BIGINT
);
INSERT INTO waiting_sign_ups (token_hash, email, ends_at, used_at)
SELECT token_hash, email, ends_at, used_at FROM sign_ups;
DROP TABLE sign_ups;
ALTER TABLE waiting_sign_ups RENAME TO sign_ups;
CREATE INDEX sign_ups_by_email ON sign_ups (email);
