-- Emails of an account that it has stopped, all of a sort together, from when until when; started_at NULL: they are stopped
-- now. What is told before a service changes is a subscription instead.
CREATE TABLE email_stops (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  sort TEXT NOT NULL,
  stopped_at BIGINT NOT NULL,
  started_at BIGINT
);
CREATE UNIQUE INDEX email_stops_that_stand ON email_stops (account_id, sort) WHERE started_at IS NULL;
