-- How often this list of questions was changed: a change made on an older list is refused.
ALTER TABLE questionnaires ADD COLUMN edits BIGINT NOT NULL DEFAULT 0;
