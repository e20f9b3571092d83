-- The same rules stand in postgres.sql.
CREATE TRIGGER equality_records_are_not_replaced BEFORE INSERT ON equality_records
WHEN EXISTS (SELECT 1 FROM equality_records WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER equality_records_are_not_changed BEFORE UPDATE OF id, form_key, plan_id, affected, characteristics, source, places, evidence, picked, done, review_day, signed_name, signed_at ON equality_records
BEGIN SELECT RAISE(ABORT, 'equality_records is append-only'); END;
CREATE TRIGGER equality_records_keep_who BEFORE UPDATE ON equality_records
WHEN NEW.rowid <> OLD.rowid OR (NEW.signed_by IS NOT OLD.signed_by AND NOT (coalesce(NEW.signed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.signed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'equality_records is append-only'); END;
CREATE TRIGGER equality_records_are_not_deleted BEFORE DELETE ON equality_records
BEGIN SELECT RAISE(ABORT, 'equality_records is append-only'); END;

CREATE TRIGGER equality_numbers_are_not_replaced BEFORE INSERT ON equality_numbers
WHEN EXISTS (SELECT 1 FROM equality_numbers WHERE (record_id = NEW.record_id AND position = NEW.position) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER equality_numbers_are_not_changed BEFORE UPDATE ON equality_numbers
BEGIN SELECT RAISE(ABORT, 'equality_numbers is append-only'); END;
CREATE TRIGGER equality_numbers_are_not_deleted BEFORE DELETE ON equality_numbers
BEGIN SELECT RAISE(ABORT, 'equality_numbers is append-only'); END;
