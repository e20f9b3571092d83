-- The same rule as in sqlite.sql.
CREATE OR REPLACE VIEW reviews AS SELECT task, thing_id, due_at FROM review_days;
