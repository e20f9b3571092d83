-- The same rules stand in sqlite/0014_releases_stay.sql.
CREATE TRIGGER releases_stay BEFORE UPDATE ON releases FOR EACH ROW WHEN (OLD.checked_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER releases_are_not_deleted BEFORE DELETE ON releases FOR EACH ROW WHEN (OLD.checked_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER releases_are_not_emptied BEFORE TRUNCATE ON releases FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- No numbers before the close.
CREATE FUNCTION refuse_before_the_close() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND (c.opened_at IS NULL OR c.closes_at > NEW.counted_at))
    THEN RAISE EXCEPTION 'it is open'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_release_before_the_close BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION refuse_before_the_close();
