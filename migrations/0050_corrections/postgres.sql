-- The same rules stand in sqlite.sql.
CREATE TRIGGER corrections_are_append_only BEFORE UPDATE OR DELETE ON corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER corrections_are_not_emptied BEFORE TRUNCATE ON corrections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is kept stays, but for who did it and for what the last correction says. The arguments: the column that says who did it, the
-- kind of thing, and the columns that can be corrected.
CREATE FUNCTION refuse_all_but_corrections() RETURNS trigger LANGUAGE plpgsql AS
$$ DECLARE
  old_row JSONB := to_jsonb(OLD);
  new_row JSONB;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    new_row := to_jsonb(NEW);
    IF only_lets_go(old_row, new_row, ARRAY[TG_ARGV[0]]) THEN RETURN NEW; END IF;
    FOR nth IN 2 .. TG_NARGS - 1 LOOP
      CONTINUE WHEN NOT EXISTS (SELECT 1 FROM corrections c WHERE c.kind = TG_ARGV[1] AND c.thing_id = OLD.id
        AND c.field = TG_ARGV[nth] AND c.was = old_row ->> TG_ARGV[nth] AND c.became = new_row ->> TG_ARGV[nth]
        AND NOT EXISTS (SELECT 1 FROM corrections l
          WHERE l.thing_id = c.thing_id AND l.field = c.field AND l.corrected_at > c.corrected_at));
      new_row := jsonb_set(new_row, ARRAY[TG_ARGV[nth]], old_row -> TG_ARGV[nth]);
    END LOOP;
    IF new_row = old_row AND to_jsonb(NEW) <> old_row THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

-- The guard that plans have stays for all but a title that changes, and that has this one.
DO $$
DECLARE guard TEXT;
BEGIN
  SELECT pg_get_triggerdef(t.oid) INTO STRICT guard FROM pg_trigger t
  WHERE t.tgrelid = 'plans'::regclass AND t.tgname = 'plans_are_append_only';
  DROP TRIGGER plans_are_append_only ON plans;
  guard := regexp_replace(guard, 'BEFORE [A-Z ]+ ON ', 'BEFORE UPDATE ON ');
  EXECUTE replace(guard, 'FOR EACH ROW', 'FOR EACH ROW WHEN (NEW.title = OLD.title)');
END $$;
CREATE TRIGGER plan_titles_are_corrected_in_sight BEFORE UPDATE ON plans
FOR EACH ROW WHEN (NEW.title <> OLD.title) EXECUTE FUNCTION refuse_all_but_corrections('registered_by', 'plan', 'title');
CREATE TRIGGER plans_are_not_deleted BEFORE DELETE ON plans FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER planning_sessions_are_append_only ON planning_sessions;
CREATE TRIGGER planning_sessions_are_append_only BEFORE UPDATE OR DELETE ON planning_sessions
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_corrections('recorded_by', 'session', 'day', 'held_at', 'parents', 'others');

-- A planning session is corrected only while nothing rests on it: until a draft of the plan is published, or the gate is overridden;
-- and whether parents were there, until a draft is submitted.
CREATE FUNCTION refuse_under_a_draft() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- No draft is submitted or published meanwhile.
  PERFORM 1 FROM plans p WHERE p.id = OLD.plan_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = OLD.plan_id
      AND (d.published_at IS NOT NULL OR EXISTS (SELECT 1 FROM overrides o WHERE o.draft_id = d.id)))
    OR ((NEW.parents > 0) <> (OLD.parents > 0) AND EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = OLD.plan_id))
    THEN RAISE EXCEPTION 'a draft rests on this planning session'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER planning_sessions_stay_under_a_draft BEFORE UPDATE OF day, held_at, parents, others ON planning_sessions
FOR EACH ROW EXECUTE FUNCTION refuse_under_a_draft();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['refuse_all_but_corrections', 'refuse_under_a_draft'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
