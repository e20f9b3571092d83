-- What an administrator writes about the forum, by name: who it is, how to reach it, and the words that people here use
-- for one thing. No row: nothing was written yet.
CREATE TABLE area_texts (
  name TEXT PRIMARY KEY,
  words TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
