-- The same rule as in postgres.sql, which may replace a view that another one asks.
DROP VIEW reviews;
CREATE VIEW reviews AS SELECT task, thing_id, due_at FROM review_days;
