-- The token that a session had until fresh proof gave it another one. A second tap on the button that proves it still comes with
-- the first, and finds the session by it there, for a moment, and nowhere else.
ALTER TABLE sessions ADD COLUMN token_before TEXT;
CREATE INDEX sessions_by_token_before ON sessions (token_before) WHERE token_before IS NOT NULL;
