-- The same rules stand in postgres/0018_comments_stay.sql.
CREATE TRIGGER comments_are_not_deleted BEFORE DELETE ON comments BEGIN SELECT RAISE(ABORT, 'comments stay'); END;
CREATE TRIGGER comments_are_not_replaced BEFORE INSERT ON comments
WHEN EXISTS (SELECT 1 FROM comments WHERE id = NEW.id OR (author_id = NEW.author_id AND form_key = NEW.form_key) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, author_id, service_id, words, sent_at ON comments
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
CREATE TRIGGER a_comment_is_decided_once BEFORE UPDATE ON comments
WHEN NEW.rowid <> OLD.rowid OR (OLD.published_at IS NOT NULL AND NEW.published_at IS NOT OLD.published_at)
  OR (OLD.declined_at IS NOT NULL AND (NEW.declined_at IS NOT OLD.declined_at OR NEW.decline_reason IS NOT OLD.decline_reason))
  OR (OLD.passed_on_at IS NOT NULL AND NEW.passed_on_at IS NOT OLD.passed_on_at)
  OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS NOT OLD.decided_by)
  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
BEGIN SELECT RAISE(ABORT, 'a comment is decided once'); END;
CREATE TRIGGER comment_responses_are_not_changed BEFORE UPDATE ON comment_responses BEGIN SELECT RAISE(ABORT, 'a response stays'); END;
CREATE TRIGGER comment_responses_are_not_deleted BEFORE DELETE ON comment_responses BEGIN SELECT RAISE(ABORT, 'a response stays'); END;
CREATE TRIGGER comment_responses_are_not_replaced BEFORE INSERT ON comment_responses
WHEN EXISTS (SELECT 1 FROM comment_responses WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER comment_notes_are_not_changed BEFORE UPDATE ON comment_notes BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
CREATE TRIGGER comment_notes_are_not_deleted BEFORE DELETE ON comment_notes BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
CREATE TRIGGER comment_notes_are_not_replaced BEFORE INSERT ON comment_notes
WHEN EXISTS (SELECT 1 FROM comment_notes WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER only_published_comments_are_answered BEFORE INSERT ON comment_responses
WHEN NOT EXISTS (SELECT 1 FROM comments c WHERE c.id = NEW.comment_id AND c.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'only a published comment is answered'); END;
