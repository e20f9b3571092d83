-- The mailbox that the address of an account leads to, as forms/src/mailbox.rs folds it: for counting people, never for
-- writing to them. It goes with the address. The program fills in what is missing; a migration that comes with a newer rule sets
-- all of them to NULL.
ALTER TABLE accounts ADD COLUMN mailbox TEXT;
CREATE INDEX accounts_by_mailbox ON accounts (mailbox) WHERE mailbox IS NOT NULL;
CREATE INDEX accounts_to_fold ON accounts (id) WHERE mailbox IS NULL AND email IS NOT NULL;

-- How many accounts were made from one network within one hour of the clock. network: a hash, gone as soon as the hour is over.
-- Nothing says which accounts they were.
CREATE TABLE joinings (
  id TEXT PRIMARY KEY,
  network TEXT,
  began_at BIGINT NOT NULL,
  accounts BIGINT NOT NULL CHECK (accounts > 0),
  UNIQUE (network, began_at)
);
CREATE INDEX joinings_by_age ON joinings (began_at);

-- What the forum is shown before it confirms the shortlist of a round; gone once it has. joined: accounts made from one network
-- within an hour. alike: people who began to support the very same topics within an hour; alike new: most of them had joined the day
-- before. at: when that hour began. It names neither people nor topics.
CREATE TABLE unusual_joinings (
  id TEXT PRIMARY KEY,
  round_id TEXT NOT NULL REFERENCES rounds (id),
  kind TEXT NOT NULL CHECK (kind IN ('joined', 'alike', 'alike new')),
  at BIGINT NOT NULL,
  people BIGINT NOT NULL CHECK (people >= 10)
);
CREATE INDEX unusual_joinings_by_round ON unusual_joinings (round_id);
