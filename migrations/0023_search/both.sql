-- The index of everything public, made by the worker from what the rooms show to everyone. hash: of what the thing said
-- when it was entered. word: as it is written, lower case; stem: what all its forms share. Both are the name of a set of
-- local words where they begin with "=". weight: 8 in a title, 4 as the name of a service or place, 1 elsewhere.
CREATE TABLE search_things (
  kind TEXT NOT NULL,
  thing_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (kind, thing_id)
);
CREATE TABLE search_words (
  kind TEXT NOT NULL,
  thing_id TEXT NOT NULL,
  word TEXT NOT NULL,
  stem TEXT NOT NULL,
  weight BIGINT NOT NULL,
  PRIMARY KEY (kind, thing_id, word)
);
CREATE INDEX search_words_by_stem ON search_words (stem, kind, thing_id);
CREATE INDEX search_words_by_word ON search_words (word, stem);

-- When somebody was here before this visit, to show what is new since.
ALTER TABLE sessions ADD COLUMN visited_before BIGINT;
