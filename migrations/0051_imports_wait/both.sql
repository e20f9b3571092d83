-- The last file that was read for a version of the questions. waiting: what was read, as JSON, until an organiser says what
-- becomes of it. replaced: the questions in whose place others were put, to be brought back; undone_at: since when they are.
-- turns: how often anything of this was decided, so that the same button pressed twice decides once.
CREATE TABLE question_imports (
  consultation_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  waiting TEXT,
  replaced TEXT,
  undone_at BIGINT,
  turns BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (consultation_id, version),
  FOREIGN KEY (consultation_id, version) REFERENCES questionnaires (consultation_id, version)
);
