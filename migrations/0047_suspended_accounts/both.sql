-- suspended_at: since when nobody is let in to the account; what they wrote stays.
ALTER TABLE accounts ADD COLUMN suspended_at BIGINT;

-- For whoever reads the audit log by kind or by day.
CREATE INDEX audit_by_time ON audit (at);
