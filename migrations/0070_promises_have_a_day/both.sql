-- What is promised in answer to a comment is promised by a day; and where nothing more is done, everyone reads why.

-- Why nothing more is done; empty where something is promised, and in answers from before we asked.
ALTER TABLE comment_responses ADD COLUMN why_nothing TEXT NOT NULL DEFAULT '';
-- What is promised, by its day: the forum says whether it was done once that is over.
CREATE INDEX comment_promises_by_day ON comment_responses (action_by) WHERE action <> '';
