-- The same rules stand in sqlite.sql.

-- Only who runs a service says how long families wait for it, one publication after the other.
CREATE FUNCTION refuse_report_of_waits() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM service_organisations so
                 WHERE so.service_id = NEW.service_id AND so.organisation_id = NEW.organisation_id)
    THEN RAISE EXCEPTION 'who runs a service publishes how long families wait for it'; END IF;
  IF NEW.nth > 1 + (SELECT coalesce(max(r.nth), 0) FROM wait_reports r WHERE r.service_id = NEW.service_id)
    THEN RAISE EXCEPTION 'a publication follows the last'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER who_runs_a_service_publishes_its_waits BEFORE INSERT ON wait_reports
FOR EACH ROW EXECUTE FUNCTION refuse_report_of_waits();
-- A publication is whole when it is made, and nothing comes to it later.
CREATE FUNCTION refuse_more_figures_of_waits() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- Nobody adds to it meanwhile.
  PERFORM 1 FROM wait_reports r WHERE r.id = NEW.report_id FOR SHARE;
  IF (SELECT count(*) FROM wait_figures f WHERE f.report_id = NEW.report_id)
     >= (SELECT r.figures FROM wait_reports r WHERE r.id = NEW.report_id)
    THEN RAISE EXCEPTION 'a publication is whole'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_report_of_waits_is_whole BEFORE INSERT ON wait_figures
FOR EACH ROW EXECUTE FUNCTION refuse_more_figures_of_waits();
-- Nobody judges what they published.
CREATE FUNCTION refuse_own_verdict_on_waits() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM wait_reports r WHERE r.id = NEW.report_id AND r.published_by = NEW.given_by)
    THEN RAISE EXCEPTION 'nobody judges what they published'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER nobody_judges_waits_they_published BEFORE INSERT ON wait_verdicts
FOR EACH ROW EXECUTE FUNCTION refuse_own_verdict_on_waits();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['refuse_report_of_waits', 'refuse_more_figures_of_waits', 'refuse_own_verdict_on_waits'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
