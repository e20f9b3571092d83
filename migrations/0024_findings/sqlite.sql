-- What the forum says it found, in up to three sentences before the numbers of a release, a line each. Each time it is
-- written is a version of its own, and the last one is shown. The same rules stand in postgres/0024_findings.sql.
CREATE TABLE findings (
  consultation_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  words TEXT NOT NULL,
  said_by TEXT NOT NULL REFERENCES accounts (id),
  said_at BIGINT NOT NULL,
  PRIMARY KEY (consultation_id, number, version),
  FOREIGN KEY (consultation_id, number) REFERENCES releases (consultation_id, number)
);
CREATE TRIGGER findings_are_not_changed BEFORE UPDATE ON findings BEGIN SELECT RAISE(ABORT, 'findings stay'); END;
CREATE TRIGGER findings_are_not_deleted BEFORE DELETE ON findings BEGIN SELECT RAISE(ABORT, 'findings stay'); END;
CREATE TRIGGER findings_are_not_replaced BEFORE INSERT ON findings
WHEN EXISTS (SELECT 1 FROM findings
             WHERE (consultation_id = NEW.consultation_id AND number = NEW.number AND version = NEW.version) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
