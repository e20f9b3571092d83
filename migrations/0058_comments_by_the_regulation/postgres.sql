-- The same rules stand in sqlite.sql.

-- Comments that were declined since they name somebody wait again: the forum can now publish the rest.
ALTER TABLE comments DISABLE TRIGGER a_comment_is_decided_once;
UPDATE comments SET declined_at = NULL, decline_reason = NULL, decided_by = NULL
WHERE decline_reason = 'names' AND withdrawn_at IS NULL AND words <> 'Deleted';
ALTER TABLE comments ENABLE TRIGGER a_comment_is_decided_once;

-- The regulation knows two reasons to leave a comment out.
CREATE TRIGGER comments_are_left_out_for_two_reasons BEFORE UPDATE OF decline_reason ON comments FOR EACH ROW
WHEN (NEW.decline_reason IS DISTINCT FROM OLD.decline_reason AND NEW.decline_reason NOT IN ('vexatious', 'one child'))
EXECUTE FUNCTION refuse_change();
CREATE TRIGGER new_comments_are_left_out_for_two_reasons BEFORE INSERT ON comments FOR EACH ROW
WHEN (NEW.decline_reason NOT IN ('vexatious', 'one child')) EXECUTE FUNCTION refuse_change();

-- Words are taken out in the one write that publishes the rest, and what was sent is at first kept beside it.
CREATE OR REPLACE FUNCTION words_of_a_comment_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
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
DROP TRIGGER what_a_comment_says_stays ON comments;
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, author_id, service_id, words, sent_at, subject, voice, redacted_at, as_sent ON comments
FOR EACH ROW EXECUTE FUNCTION words_of_a_comment_stay();

-- Only an organiser says whether something was done, only where something was promised, and nobody for both sides.
CREATE FUNCTION refuse_own_promise() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM comment_responses r JOIN roles o ON o.account_id = NEW.given_by AND o.role = 'organiser'
      WHERE r.id = NEW.response_id AND r.action <> '' AND r.responded_by <> NEW.given_by)
    OR EXISTS (SELECT 1 FROM comment_responses r JOIN roles l ON l.organisation_id = r.organisation_id AND l.role = 'leader'
      WHERE r.id = NEW.response_id AND l.account_id = NEW.given_by)
    THEN RAISE EXCEPTION 'the forum says whether it was done'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER the_forum_says_whether_it_was_done BEFORE INSERT ON comment_verdicts FOR EACH ROW EXECUTE FUNCTION refuse_own_promise();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['words_of_a_comment_stay()', 'refuse_own_promise()'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
