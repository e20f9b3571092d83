-- The same rules stand in postgres.sql.

-- Comments that were declined since they name somebody wait again: the forum can now publish the rest.
DROP TRIGGER a_comment_is_decided_once;
UPDATE comments SET declined_at = NULL, decline_reason = NULL, decided_by = NULL
WHERE decline_reason = 'names' AND withdrawn_at IS NULL AND words <> 'Deleted';
CREATE TRIGGER a_comment_is_decided_once BEFORE UPDATE ON comments
WHEN NEW.rowid <> OLD.rowid OR (OLD.published_at IS NOT NULL AND NEW.published_at IS NOT OLD.published_at)
  OR (OLD.declined_at IS NOT NULL AND (NEW.declined_at IS NOT OLD.declined_at OR NEW.decline_reason IS NOT OLD.decline_reason))
  OR (OLD.passed_on_at IS NOT NULL AND NEW.passed_on_at IS NOT OLD.passed_on_at)
  OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS NOT OLD.decided_by AND NOT (coalesce(NEW.decided_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.decided_by AND a.erased_at > 0)))
  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
BEGIN SELECT RAISE(ABORT, 'a comment is decided once'); END;

-- The regulation knows two reasons to leave a comment out.
CREATE TRIGGER comments_are_left_out_for_two_reasons BEFORE UPDATE OF decline_reason ON comments
WHEN NEW.decline_reason IS NOT OLD.decline_reason AND coalesce(NEW.decline_reason, 'vexatious') NOT IN ('vexatious', 'one child')
BEGIN SELECT RAISE(ABORT, 'a comment is left out for one of two reasons'); END;
CREATE TRIGGER new_comments_are_left_out_for_two_reasons BEFORE INSERT ON comments
WHEN coalesce(NEW.decline_reason, 'vexatious') NOT IN ('vexatious', 'one child')
BEGIN SELECT RAISE(ABORT, 'a comment is left out for one of two reasons'); END;

-- Words are taken out in the one write that publishes the rest, and what was sent is at first kept beside it.
DROP TRIGGER what_a_comment_says_stays;
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, service_id, sent_at, subject, voice ON comments
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
DROP TRIGGER words_of_a_comment_stay;
CREATE TRIGGER words_of_a_comment_stay BEFORE UPDATE OF words ON comments
WHEN NOT (NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
  AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.as_sent IS NULL AND NEW.words = 'A comment that was taken down')
  AND NOT (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NEW.published_at
  AND NEW.as_sent IS OLD.words AND NEW.words <> '')
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
CREATE TRIGGER what_was_sent_stays_or_goes BEFORE UPDATE OF redacted_at, as_sent ON comments
WHEN (NEW.redacted_at IS NOT OLD.redacted_at OR (NEW.as_sent IS NOT NULL AND NEW.as_sent IS NOT OLD.as_sent))
  AND NOT (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NEW.published_at
  AND NEW.as_sent IS OLD.words AND NEW.words <> '')
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;

-- Only an organiser says whether something was done, only where something was promised, and nobody for both sides.
CREATE TRIGGER the_forum_says_whether_it_was_done BEFORE INSERT ON comment_verdicts
WHEN NOT EXISTS (SELECT 1 FROM comment_responses r JOIN roles o ON o.account_id = NEW.given_by AND o.role = 'organiser'
  WHERE r.id = NEW.response_id AND r.action <> '' AND r.responded_by <> NEW.given_by)
  OR EXISTS (SELECT 1 FROM comment_responses r JOIN roles l ON l.organisation_id = r.organisation_id AND l.role = 'leader'
  WHERE r.id = NEW.response_id AND l.account_id = NEW.given_by)
BEGIN SELECT RAISE(ABORT, 'the forum says whether it was done'); END;
