-- The same rules stand in sqlite.sql.
CREATE TRIGGER reports_only_end BEFORE UPDATE ON reports FOR EACH ROW
WHEN (OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at')
EXECUTE FUNCTION refuse_change();

-- A report is whole when it is put in, and no recommendation comes to it later.
CREATE FUNCTION refuse_more_recommendations() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- Nobody adds to it meanwhile.
  PERFORM 1 FROM reports p WHERE p.id = NEW.report_id FOR UPDATE;
  IF (SELECT count(*) FROM recommendations r WHERE r.report_id = NEW.report_id)
     >= coalesce((SELECT p.recommendations FROM reports p WHERE p.id = NEW.report_id), 0)
    THEN RAISE EXCEPTION 'a report is whole'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_report_is_whole BEFORE INSERT ON recommendations
FOR EACH ROW EXECUTE FUNCTION refuse_more_recommendations();

-- No draft is published before it has answered each.
CREATE FUNCTION drafts_answer_recommendations() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM recommendation_answers a WHERE a.draft_id = OLD.id FOR SHARE;
  IF NEW.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM unanswered_recommendations u WHERE u.draft_id = OLD.id)
    THEN RAISE EXCEPTION 'a_recommendation_is_not_answered'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drafts_answer_recommendations BEFORE UPDATE OF published_at ON drafts
FOR EACH ROW EXECUTE FUNCTION drafts_answer_recommendations();
CREATE FUNCTION recommendation_answers_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- The draft is not published meanwhile.
  PERFORM 1 FROM drafts d WHERE d.id = NEW.draft_id FOR SHARE;
  IF EXISTS (SELECT 1 FROM drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the answers of a published draft stay'; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.draft_id <> OLD.draft_id THEN RAISE EXCEPTION 'the answers of a published draft stay'; END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recommendation_answers_stay_after_publication BEFORE INSERT OR UPDATE ON recommendation_answers
FOR EACH ROW EXECUTE FUNCTION recommendation_answers_stay();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['refuse_more_recommendations', 'drafts_answer_recommendations', 'recommendation_answers_stay'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
