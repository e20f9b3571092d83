-- subscribed_at: when she asked to be told, if the notice had gone out by then. She is told of it all the same, but is none of
-- those who were owed it when it started. The same rules stand in sqlite/0044_announced_before_she_asked.sql.
ALTER TABLE ledger ADD COLUMN subscribed_at BIGINT;
CREATE TRIGGER ledger_rows_stay_late BEFORE UPDATE OF subscribed_at ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse_change();
