-- Words may go in the one write that takes them down. The same rules stand in sqlite.sql.
CREATE OR REPLACE FUNCTION words_of_a_topic_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.title = 'Deleted topic' AND NEW.happens_now = '' AND NEW.would_help = ''
    AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
    AND (to_jsonb(NEW) - ARRAY['title', 'happens_now', 'would_help']) = (to_jsonb(OLD) - ARRAY['title', 'happens_now', 'would_help'])
    THEN RETURN NEW; END IF;
  IF OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL
    AND NEW.title = 'A topic that was taken down' AND NEW.happens_now = '' AND NEW.would_help = ''
    AND (to_jsonb(NEW) - ARRAY['title', 'happens_now', 'would_help', 'taken_down_at', 'withdrawn_at'])
      = (to_jsonb(OLD) - ARRAY['title', 'happens_now', 'would_help', 'taken_down_at', 'withdrawn_at'])
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'the words of a topic are not edited';
END $$;
CREATE OR REPLACE FUNCTION words_of_a_comment_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.words = 'Deleted' AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
    AND to_jsonb(NEW) - 'words' = to_jsonb(OLD) - 'words'
    THEN RETURN NEW; END IF;
  IF OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.words = 'A comment that was taken down'
    AND (to_jsonb(NEW) - ARRAY['words', 'taken_down_at', 'withdrawn_at'])
      = (to_jsonb(OLD) - ARRAY['words', 'taken_down_at', 'withdrawn_at'])
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'what a comment says stays';
END $$;
CREATE TRIGGER topics_are_taken_down_once BEFORE UPDATE OF taken_down_at ON topics
FOR EACH ROW WHEN (OLD.taken_down_at IS NOT NULL AND NEW.taken_down_at IS DISTINCT FROM OLD.taken_down_at) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER comments_are_taken_down_once BEFORE UPDATE OF taken_down_at ON comments
FOR EACH ROW WHEN (OLD.taken_down_at IS NOT NULL AND NEW.taken_down_at IS DISTINCT FROM OLD.taken_down_at) EXECUTE FUNCTION refuse_change();

-- Whether a row changes in nothing but these columns, which is for its trigger to ask.
CREATE FUNCTION changes_only(was JSONB, becomes JSONB, but TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS
$$ SELECT (becomes - but) = (was - but) $$;

DROP TRIGGER notice_answers_stay ON notice_answers;
CREATE TRIGGER notice_answers_stay BEFORE UPDATE ON notice_answers FOR EACH ROW
WHEN (NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.question = '' AND NEW.answer = ''
  AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['question', 'answer', 'taken_down_at'])))
EXECUTE FUNCTION refuse_all_but_letting_go('answered_by');
CREATE TRIGGER notice_answers_are_not_deleted BEFORE DELETE ON notice_answers FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('answered_by');

DROP TRIGGER releases_stay ON releases;
CREATE TRIGGER releases_stay BEFORE UPDATE ON releases FOR EACH ROW
WHEN (OLD.checked_at IS NOT NULL AND NOT (NEW.taken_down = OLD.taken_down + 1
  AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['results', 'differs', 'taken_down'])))
EXECUTE FUNCTION refuse_all_but_letting_go('counted_by', 'checked_by');

DROP TRIGGER findings_are_append_only ON findings;
CREATE TRIGGER findings_are_append_only BEFORE UPDATE ON findings FOR EACH ROW
WHEN (NOT (NEW.taken_down = OLD.taken_down + 1 AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'taken_down'])))
EXECUTE FUNCTION refuse_all_but_letting_go('said_by');
CREATE TRIGGER findings_are_not_deleted BEFORE DELETE ON findings FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('said_by');

CREATE TRIGGER takedowns_are_not_deleted BEFORE DELETE ON takedowns FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takedowns_are_not_emptied BEFORE TRUNCATE ON takedowns FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takedowns_are_not_changed BEFORE UPDATE OF id, form_key, kind, about_id, reason, why, is_kept, asked_at ON takedowns
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takedowns_are_decided_once BEFORE UPDATE OF words, taken_down_at, refused_at ON takedowns
FOR EACH ROW WHEN (OLD.taken_down_at IS NOT NULL OR OLD.refused_at IS NOT NULL OR (NEW.words <> '' AND NEW.words <> OLD.words))
EXECUTE FUNCTION refuse_change();
CREATE TRIGGER takedown_notes_are_append_only BEFORE UPDATE OR DELETE ON takedown_notes
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('noted_by');
CREATE TRIGGER takedown_notes_are_not_emptied BEFORE TRUNCATE ON takedown_notes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['words_of_a_topic_stay()', 'words_of_a_comment_stay()'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
