-- A topic can be taken down after its round has closed too, once its words go with it: what was counted stays as it is. The same
-- rule stands in sqlite.sql.
CREATE OR REPLACE FUNCTION topics_stay_in_a_closed_round() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.round_id IS DISTINCT FROM OLD.round_id
    AND EXISTS (SELECT 1 FROM rounds r WHERE r.id IN (OLD.round_id, NEW.round_id) AND r.closed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'a topic neither leaves nor joins a closed round'; END IF;
  IF (NEW.merged_at IS DISTINCT FROM OLD.merged_at OR NEW.merged_into IS DISTINCT FROM OLD.merged_into
      OR (NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at
        AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.title = 'A topic that was taken down')))
    AND EXISTS (SELECT 1 FROM rounds r WHERE r.id = OLD.round_id AND r.closed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'a topic of a closed round is neither withdrawn nor merged'; END IF;
  RETURN NEW;
END $$;

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$ BEGIN
  EXECUTE format('ALTER FUNCTION topics_stay_in_a_closed_round() SET search_path = %I, pg_temp', current_schema());
END $$;
