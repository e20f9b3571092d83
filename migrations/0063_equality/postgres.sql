-- The same rules stand in sqlite.sql.
CREATE TRIGGER equality_records_are_append_only BEFORE UPDATE OR DELETE ON equality_records
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('signed_by');
CREATE TRIGGER equality_records_are_not_emptied BEFORE TRUNCATE ON equality_records FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER equality_numbers_are_append_only BEFORE UPDATE OR DELETE ON equality_numbers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER equality_numbers_are_not_emptied BEFORE TRUNCATE ON equality_numbers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
