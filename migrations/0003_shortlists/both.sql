-- What the count of a round chose, and why, kept for good. phase: the supporters had the say for it (shares), or it was
-- filled up with those heard least (credit). unrepresented: supporters of no topic chosen before it.
CREATE TABLE shortlist (
  round_id TEXT NOT NULL REFERENCES rounds (id),
  topic_id TEXT NOT NULL REFERENCES topics (id),
  position INTEGER NOT NULL CHECK (position > 0),
  phase TEXT NOT NULL CHECK (phase IN ('shares', 'credit')),
  price TEXT NOT NULL,
  supporters BIGINT NOT NULL CHECK (supporters > 0),
  unrepresented BIGINT NOT NULL CHECK (unrepresented BETWEEN 0 AND supporters),
  PRIMARY KEY (round_id, topic_id),
  UNIQUE (round_id, position)
);

-- The unrepresented of each place. place_id is '' for people without a place.
CREATE TABLE shortlist_places (
  round_id TEXT NOT NULL,
  topic_id TEXT NOT NULL,
  place_id TEXT NOT NULL,
  unrepresented BIGINT NOT NULL CHECK (unrepresented > 0),
  PRIMARY KEY (round_id, topic_id, place_id),
  FOREIGN KEY (round_id, topic_id) REFERENCES shortlist (round_id, topic_id)
);

-- The forum's word on a shortlist, once. reason: why it departs from the count; empty where it does not.
CREATE TABLE confirmations (
  round_id TEXT PRIMARY KEY REFERENCES rounds (id),
  reason TEXT NOT NULL,
  confirmed_by TEXT NOT NULL REFERENCES accounts (id),
  confirmed_at BIGINT NOT NULL
);
CREATE TABLE confirmed_topics (
  round_id TEXT NOT NULL REFERENCES confirmations (round_id),
  topic_id TEXT NOT NULL REFERENCES topics (id),
  PRIMARY KEY (round_id, topic_id)
);
