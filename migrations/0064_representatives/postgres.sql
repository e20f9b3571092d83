-- The same rules stand in sqlite.sql.
-- A name is only taken away, and whoever stepped down stays so.
CREATE TRIGGER representatives_only_step_down BEFORE UPDATE ON representatives FOR EACH ROW
WHEN (NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key OR NEW.added_at <> OLD.added_at OR (NEW.name <> OLD.name AND NEW.name <> '')
  OR (OLD.stepped_down_at IS NOT NULL AND NEW.stepped_down_at IS DISTINCT FROM OLD.stepped_down_at))
EXECUTE FUNCTION refuse_change();

CREATE TRIGGER meetings_that_were_taken_out_stay BEFORE UPDATE ON meetings FOR EACH ROW
WHEN (OLD.taken_out_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key OR NEW.recorded_on <> OLD.recorded_on)
EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_representative() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM representatives r WHERE r.id = NEW.representative_id AND r.name <> '')
    OR NOT EXISTS (SELECT 1 FROM meetings m WHERE m.id = NEW.meeting_id AND m.taken_out_at IS NULL)
    THEN RAISE EXCEPTION 'a meeting that counts names somebody who has a name'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_meeting_names_who_has_a_name BEFORE INSERT OR UPDATE ON meeting_representatives
FOR EACH ROW EXECUTE FUNCTION refuse_representative();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$ BEGIN EXECUTE format('ALTER FUNCTION refuse_representative() SET search_path = %I, pg_temp', current_schema()); END $$;
