-- How many answers organisers hope for; it can be set while a consultation is open.
ALTER TABLE consultations ADD COLUMN aim BIGINT CHECK (aim > 0);
-- What organisers are told of answers that come in. day: the one at whose end they were counted, so that it is told a day
-- later. said: what is told, in tens. counted: how many there were in truth when that last changed.
CREATE TABLE answers_under_way (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  day TEXT NOT NULL,
  said TEXT NOT NULL,
  counted BIGINT NOT NULL,
  PRIMARY KEY (consultation_id, day)
);
-- Who read an answer, and which themes they found in it: their ids in order, with a space between; NULL: they said no
-- more than that they read it.
CREATE TABLE answer_readings (
  response_id TEXT NOT NULL REFERENCES responses (id),
  question TEXT NOT NULL,
  read_by TEXT NOT NULL REFERENCES accounts (id),
  read_at BIGINT NOT NULL,
  themes TEXT,
  PRIMARY KEY (response_id, question, read_by)
);
