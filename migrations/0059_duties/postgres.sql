-- The same rules stand in sqlite.sql.
CREATE TRIGGER duties_keep_their_words BEFORE UPDATE OF id, word ON duties FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION duty_days_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- The duty is not switched off meanwhile.
  PERFORM 1 FROM duties d WHERE d.id = NEW.duty_id AND d.switched_on_at IS NOT NULL FOR SHARE;
  IF NOT FOUND THEN RAISE EXCEPTION 'a day is kept while its duty is on'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER duty_days_go_by_the_rules BEFORE INSERT ON duty_days
FOR EACH ROW EXECUTE FUNCTION duty_days_go_by_the_rules();
CREATE FUNCTION duty_reports_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'INSERT' THEN
    -- The duty is not switched off meanwhile.
    PERFORM 1 FROM duties d WHERE d.id = NEW.duty_id AND d.switched_on_at IS NOT NULL FOR SHARE;
    IF NOT FOUND OR NEW.taken_back_at IS NOT NULL
      OR (NEW.fulfilled_by = 'round' AND NOT EXISTS (SELECT 1 FROM rounds r WHERE r.id = NEW.thing))
      OR (NEW.fulfilled_by = 'consultation' AND NOT EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.thing AND c.opened_at IS NOT NULL))
      OR (NEW.fulfilled_by = 'notice' AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.thing AND n.started_at IS NOT NULL))
      THEN RAISE EXCEPTION 'a report is about a duty that is on and a thing that is there'; END IF;
    RETURN NEW;
  END IF;
  IF OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL
    AND to_jsonb(NEW) - 'taken_back_at' = to_jsonb(OLD) - 'taken_back_at' THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'what was said about a duty stays';
END $$;
CREATE TRIGGER duty_reports_go_by_the_rules BEFORE INSERT OR UPDATE ON duty_reports
FOR EACH ROW EXECUTE FUNCTION duty_reports_go_by_the_rules();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$ BEGIN EXECUTE format('ALTER FUNCTION duty_days_go_by_the_rules() SET search_path = %I, pg_temp', current_schema()); END $$;
DO $$ BEGIN EXECUTE format('ALTER FUNCTION duty_reports_go_by_the_rules() SET search_path = %I, pg_temp', current_schema()); END $$;
