-- The same rules stand in sqlite/0018_comments_stay.sql.
DO $$
DECLARE kept TEXT;
BEGIN
  FOREACH kept IN ARRAY ARRAY['comments', 'comment_responses', 'comment_notes'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept || '_are_not_emptied', kept);
    EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', kept || '_are_not_deleted', kept);
  END LOOP;
END $$;
CREATE TRIGGER comment_responses_are_not_changed BEFORE UPDATE ON comment_responses FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER comment_notes_are_not_changed BEFORE UPDATE ON comment_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, author_id, service_id, words, sent_at ON comments
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER a_comment_is_decided_once BEFORE UPDATE ON comments FOR EACH ROW
WHEN ((OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
  OR (OLD.declined_at IS NOT NULL AND (NEW.declined_at IS DISTINCT FROM OLD.declined_at OR NEW.decline_reason IS DISTINCT FROM OLD.decline_reason))
  OR (OLD.passed_on_at IS NOT NULL AND NEW.passed_on_at IS DISTINCT FROM OLD.passed_on_at)
  OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by)
  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at))
EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_early_response() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM comments c WHERE c.id = NEW.comment_id AND c.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'only a published comment is answered'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_published_comments_are_answered BEFORE INSERT ON comment_responses FOR EACH ROW EXECUTE FUNCTION refuse_early_response();
DO $$ BEGIN EXECUTE format('ALTER FUNCTION refuse_early_response() SET search_path = %I, pg_temp', current_schema()); END $$;
