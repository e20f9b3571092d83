-- Whoever signs in stays, but only once she is let in: a session that waits for its code lets nobody in, and may be that of
-- somebody who knows her password alone. The same rules stand in postgres/0038_whoever_is_let_in_stays.sql.
DROP TRIGGER whoever_signs_in_stays;
CREATE TRIGGER whoever_signs_in_stays AFTER INSERT ON sessions WHEN NEW.waits_for_code = 0
BEGIN DELETE FROM erasures WHERE account_id = NEW.account_id; END;
CREATE TRIGGER whoever_gives_the_code_stays AFTER UPDATE OF waits_for_code ON sessions
WHEN OLD.waits_for_code = 1 AND NEW.waits_for_code = 0
BEGIN DELETE FROM erasures WHERE account_id = NEW.account_id; END;
