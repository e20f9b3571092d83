-- The same rules stand in postgres.sql.

-- Whoever sent a comment without an account, which was declined, has none to erase: its words go after a while.
DROP TRIGGER words_of_a_comment_stay;
CREATE TRIGGER words_of_a_comment_stay BEFORE UPDATE OF words ON comments
WHEN NOT (NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
  AND NOT (NEW.words = 'Deleted' AND NEW.as_sent IS NULL AND (OLD.withdrawn_at IS NOT NULL OR OLD.declined_at IS NOT NULL) AND OLD.taken_down_at IS NULL
  AND OLD.passed_on_at IS NULL AND OLD.author_id = '00000000-0000-0000-0000-000000000000')
  AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.as_sent IS NULL AND NEW.words = 'A comment that was taken down')
  AND NOT (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NEW.published_at
  AND NEW.as_sent IS OLD.words AND NEW.words <> '')
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
