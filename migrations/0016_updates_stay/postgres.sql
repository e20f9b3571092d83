-- The same rules stand in sqlite/0016_updates_stay.sql.
DO $$
DECLARE kept TEXT;
BEGIN
  FOREACH kept IN ARRAY ARRAY['updates', 'update_versions', 'update_subjects', 'verdicts', 'update_letters'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept || '_are_not_emptied', kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', kept || '_are_not_deleted', kept);
  END LOOP;
  FOREACH kept IN ARRAY ARRAY['updates', 'update_subjects', 'verdicts', 'update_letters'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', kept || '_are_not_changed', kept);
  END LOOP;
END $$;
-- Only that all were told is added to what was said.
CREATE TRIGGER what_an_update_says_stays BEFORE UPDATE OF update_id, version, form_key, you_said, questions, part, we_did, outcome, because, decided_by,
  look_again, decide_by, next, next_by, evidence, published_by, published_at, is_told ON update_versions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER an_update_is_told_once BEFORE UPDATE OF told_at ON update_versions
FOR EACH ROW WHEN (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at) EXECUTE FUNCTION refuse_change();
-- An update is about something, and each version follows the last.
CREATE FUNCTION refuse_version() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM update_subjects b WHERE b.update_id = NEW.update_id)
    THEN RAISE EXCEPTION 'an update is about something'; END IF;
  IF NEW.version > 1 + (SELECT coalesce(max(v.version), 0) FROM update_versions v WHERE v.update_id = NEW.update_id)
    THEN RAISE EXCEPTION 'a version follows the last'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_is_said_follows_what_was_said BEFORE INSERT ON update_versions FOR EACH ROW EXECUTE FUNCTION refuse_version();
DO $$ BEGIN EXECUTE format('ALTER FUNCTION refuse_version() SET search_path = %I, pg_temp', current_schema()); END $$;
-- A verdict is given on what stands, and nobody judges her own words.
CREATE FUNCTION refuse_own_verdict() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.version <> (SELECT max(v.version) FROM update_versions v WHERE v.update_id = NEW.update_id)
    THEN RAISE EXCEPTION 'a verdict is given on what stands'; END IF;
  IF EXISTS (SELECT 1 FROM update_versions v WHERE v.update_id = NEW.update_id AND v.published_by = NEW.given_by)
    THEN RAISE EXCEPTION 'nobody judges her own words'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER nobody_judges_her_own_words BEFORE INSERT ON verdicts FOR EACH ROW EXECUTE FUNCTION refuse_own_verdict();
DO $$ BEGIN EXECUTE format('ALTER FUNCTION refuse_own_verdict() SET search_path = %I, pg_temp', current_schema()); END $$;
