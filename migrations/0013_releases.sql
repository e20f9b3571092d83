-- What is published of a consultation: counted by one organiser, checked by another. counts: the true numbers, to compare the
-- next release with; published: what may be shown of them; results: the same with its words, as everyone reads it.
CREATE TABLE releases (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  number BIGINT NOT NULL CHECK (number > 0),
  counts TEXT NOT NULL,
  published TEXT NOT NULL,
  results TEXT NOT NULL,
  differs TEXT NOT NULL,
  counted_by TEXT NOT NULL REFERENCES accounts (id),
  counted_at BIGINT NOT NULL,
  checked_by TEXT REFERENCES accounts (id),
  checked_at BIGINT,
  CHECK ((checked_by IS NULL) = (checked_at IS NULL)),
  CHECK (checked_by <> counted_by),
  PRIMARY KEY (consultation_id, number)
);
