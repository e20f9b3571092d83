-- A question about a notice that everyone can read while it waits, in a leader's words.
ALTER TABLE notice_questions ADD COLUMN shown_as TEXT;
ALTER TABLE notice_questions ADD COLUMN shown_at BIGINT;
-- Who else wants to know the answer. A row goes as the address of a question does: when the answer or the word that there is
-- none is owed to her, or when she takes it back.
CREATE TABLE notice_wanted (
  question_id TEXT NOT NULL REFERENCES notice_questions (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  wanted_at BIGINT NOT NULL,
  PRIMARY KEY (question_id, account_id)
);
CREATE INDEX notice_wanted_by_account ON notice_wanted (account_id);
CREATE INDEX notice_wanted_by_age ON notice_wanted (wanted_at);
