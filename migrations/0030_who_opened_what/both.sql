-- The audit log is asked who opened what was passed on, and who gave which role: by what it is about, and by what was done.
CREATE INDEX audit_by_about ON audit (about);
CREATE INDEX audit_by_what ON audit (what, number);
