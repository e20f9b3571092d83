-- Somebody who wants to be told of changes: an address that was confirmed, and how often letters may come. An erased one
-- keeps its row, without the address. idle_since: since when nothing is subscribed to. joined_id: who her subscriptions went
-- to when her address became that one's.
CREATE TABLE subscribers (
  id TEXT PRIMARY KEY,
  email TEXT UNIQUE,
  account_id TEXT REFERENCES accounts (id),
  cadence TEXT NOT NULL CHECK (cadence IN ('at once', 'daily', 'weekly')),
  confirmed_at BIGINT NOT NULL,
  idle_since BIGINT,
  erased_at BIGINT,
  joined_id TEXT REFERENCES subscribers (id),
  CHECK ((email IS NULL) = (erased_at IS NOT NULL))
);

CREATE INDEX subscribers_without_use ON subscribers (idle_since) WHERE erased_at IS NULL;

-- One service in one place; place_id is '' for the whole area. began_how, ended_how: by what the person did it.
CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY,
  subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
  service_id TEXT NOT NULL REFERENCES services (id),
  place_id TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  began_how TEXT NOT NULL CHECK (began_how IN ('letter', 'account', 'own page', 'address changed')),
  ended_at BIGINT,
  ended_how TEXT CHECK (ended_how IN ('one click', 'own page', 'address changed')),
  CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX subscriptions_that_stand ON subscriptions (subscriber_id, service_id, place_id) WHERE ended_at IS NULL;
CREATE INDEX subscriptions_by_subscriber ON subscriptions (subscriber_id);
CREATE INDEX subscriptions_by_service ON subscriptions (service_id) WHERE ended_at IS NULL;

-- What was asked for waits here until the button in its letter is pressed. wanted: the fields of the form.
CREATE TABLE subscription_requests (
  token_hash TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  wanted TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  confirmed_at BIGINT
);
CREATE INDEX subscription_requests_by_end ON subscription_requests (ends_at);

-- The link of one letter, or of one visit, to what its subscriber has.
CREATE TABLE subscriber_links (
  token_hash TEXT PRIMARY KEY,
  subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
  made_at BIGINT NOT NULL
);
CREATE INDEX subscriber_links_by_subscriber ON subscriber_links (subscriber_id);
