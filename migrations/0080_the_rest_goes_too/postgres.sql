-- The same rules stand in sqlite.sql.

-- Whoever sent a comment without an account, which was declined, has none to erase: its words go after a while.
CREATE OR REPLACE FUNCTION words_of_a_comment_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
    AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'as_sent'])
    THEN RETURN NEW; END IF;
  IF NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.withdrawn_at IS NOT NULL OR OLD.declined_at IS NOT NULL) AND OLD.taken_down_at IS NULL
    AND OLD.passed_on_at IS NULL AND OLD.author_id = '00000000-0000-0000-0000-000000000000'
    AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'as_sent'])
    THEN RETURN NEW; END IF;
  IF OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.as_sent IS NULL AND NEW.words = 'A comment that was taken down'
    AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'as_sent', 'taken_down_at', 'withdrawn_at'])
    THEN RETURN NEW; END IF;
  IF OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND OLD.redacted_at IS NULL AND NEW.redacted_at = NEW.published_at
    AND NEW.as_sent = OLD.words AND NEW.words <> ''
    AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'as_sent', 'redacted_at', 'published_at', 'decided_by'])
    THEN RETURN NEW; END IF;
  IF NEW.as_sent IS NULL AND changes_only(to_jsonb(OLD), to_jsonb(NEW), ARRAY['as_sent']) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'what a comment says stays';
END $$;
-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$ BEGIN EXECUTE format('ALTER FUNCTION words_of_a_comment_stay() SET search_path = %I, pg_temp', current_schema()); END $$;
