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
-- What was counted before a sheet was compared cannot be published any more.
CREATE FUNCTION count_a_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  UPDATE consultations SET changes = changes + 1 WHERE id = NEW.consultation_id;
  RETURN NEW;
END $$;
CREATE TRIGGER compared_sheets_are_a_change AFTER UPDATE OF checked_by ON typed_responses FOR EACH ROW EXECUTE FUNCTION count_a_change();
-- Words that are redacted or passed on are not published as they were chosen before.
CREATE FUNCTION unquote() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  DELETE FROM quotations WHERE response_id = NEW.response_id AND question = NEW.question;
  RETURN NEW;
END $$;
CREATE TRIGGER redacted_words_are_not_quoted AFTER INSERT OR UPDATE ON redactions FOR EACH ROW EXECUTE FUNCTION unquote();
CREATE TRIGGER words_passed_on_are_not_quoted AFTER INSERT ON answer_concerns FOR EACH ROW EXECUTE FUNCTION unquote();
