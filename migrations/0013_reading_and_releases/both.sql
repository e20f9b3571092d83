-- Responses that an organiser typed in: which sheet of paper or which call it was, and who compared it with that.
CREATE TABLE typed_responses (
  response_id TEXT PRIMARY KEY REFERENCES responses (id),
  form_key TEXT NOT NULL UNIQUE,
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  sheet BIGINT NOT NULL CHECK (sheet > 0),
  typed_by TEXT NOT NULL REFERENCES accounts (id),
  checked_by TEXT REFERENCES accounts (id),
  was_put_right INTEGER NOT NULL DEFAULT 0 CHECK (was_put_right IN (0, 1)),
  UNIQUE (consultation_id, sheet),
  CHECK (checked_by <> typed_by)
);

-- What answers to a question are about, in the words of those who read them.
CREATE TABLE themes (
  id TEXT PRIMARY KEY,
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  question TEXT NOT NULL,
  title TEXT NOT NULL,
  UNIQUE (consultation_id, question, title)
);
CREATE TABLE theme_answers (
  theme_id TEXT NOT NULL REFERENCES themes (id),
  response_id TEXT NOT NULL REFERENCES responses (id),
  PRIMARY KEY (theme_id, response_id)
);

-- What is done about one answer: words that stand in its place, and why; words of it that are to be published.
CREATE TABLE redactions (
  response_id TEXT NOT NULL REFERENCES responses (id),
  question TEXT NOT NULL,
  words TEXT NOT NULL,
  reason TEXT NOT NULL,
  redacted_by TEXT NOT NULL REFERENCES accounts (id),
  redacted_at BIGINT NOT NULL,
  PRIMARY KEY (response_id, question)
);
CREATE TABLE quotations (
  response_id TEXT NOT NULL REFERENCES responses (id),
  question TEXT NOT NULL,
  words TEXT NOT NULL,
  chosen_by TEXT NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (response_id, question)
);

-- Answers that tell of danger or name a child: from then on only the safeguarding lead reads them, and each look is kept.
CREATE TABLE answer_concerns (
  id TEXT PRIMARY KEY,
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  response_id TEXT NOT NULL REFERENCES responses (id),
  question TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('danger', 'a name')),
  passed_on_by TEXT NOT NULL REFERENCES accounts (id),
  passed_on_at BIGINT NOT NULL,
  UNIQUE (response_id, question)
);
CREATE TABLE answer_concern_looks (
  concern_id TEXT NOT NULL REFERENCES answer_concerns (id),
  looked_by TEXT NOT NULL REFERENCES accounts (id),
  looked_at BIGINT NOT NULL
);
CREATE INDEX answer_concern_looks_by_concern ON answer_concern_looks (concern_id, looked_at);
CREATE TABLE answer_concern_notes (
  form_key TEXT PRIMARY KEY,
  concern_id TEXT NOT NULL REFERENCES answer_concerns (id),
  note TEXT NOT NULL,
  noted_by TEXT NOT NULL REFERENCES accounts (id),
  noted_at BIGINT NOT NULL
);
CREATE INDEX answer_concern_notes_by_concern ON answer_concern_notes (concern_id);

-- What is published of a consultation: counted by one organiser, checked by another. counts: the true numbers, to compare the
-- next release with; published: what may be shown of them; of_changes: the changes of the consultation when it was counted; results: the same with its words, as everyone reads it.
CREATE TABLE releases (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  number BIGINT NOT NULL CHECK (number > 0),
  counts TEXT NOT NULL,
  published TEXT NOT NULL,
  results TEXT NOT NULL,
  differs TEXT NOT NULL,
  of_changes BIGINT NOT NULL,
  counted_by TEXT NOT NULL REFERENCES accounts (id),
  counted_at BIGINT NOT NULL,
  checked_by TEXT REFERENCES accounts (id),
  checked_at BIGINT,
  CHECK ((checked_by IS NULL) = (checked_at IS NULL)),
  CHECK (checked_by <> counted_by),
  PRIMARY KEY (consultation_id, number)
);
