-- Words may go in the one write that takes them down. The same rules stand in postgres.sql.
DROP TRIGGER words_of_a_topic_are_not_edited;
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help ON topics
WHEN NOT (NEW.title = 'Deleted topic' AND NEW.happens_now = '' AND NEW.would_help = ''
  AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
  AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL
  AND NEW.title = 'A topic that was taken down' AND NEW.happens_now = '' AND NEW.would_help = '')
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;
CREATE TRIGGER topics_are_taken_down_once BEFORE UPDATE OF taken_down_at ON topics
WHEN OLD.taken_down_at IS NOT NULL AND NEW.taken_down_at IS NOT OLD.taken_down_at
BEGIN SELECT RAISE(ABORT, 'a topic is taken down once'); END;

DROP TRIGGER words_of_a_comment_stay;
CREATE TRIGGER words_of_a_comment_stay BEFORE UPDATE OF words ON comments
WHEN NOT (NEW.words = 'Deleted' AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
  AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.words = 'A comment that was taken down')
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
CREATE TRIGGER comments_are_taken_down_once BEFORE UPDATE OF taken_down_at ON comments
WHEN OLD.taken_down_at IS NOT NULL AND NEW.taken_down_at IS NOT OLD.taken_down_at
BEGIN SELECT RAISE(ABORT, 'a comment is taken down once'); END;

DROP TRIGGER notice_answers_stay;
CREATE TRIGGER notice_answers_stay BEFORE UPDATE OF id, form_key, notice_id, question, answer, answered_at, taken_down_at ON notice_answers
WHEN NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.question = '' AND NEW.answer = ''
  AND NEW.id = OLD.id AND NEW.form_key = OLD.form_key AND NEW.notice_id = OLD.notice_id AND NEW.answered_at = OLD.answered_at)
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;

DROP TRIGGER releases_stay;
CREATE TRIGGER releases_stay BEFORE UPDATE OF consultation_id, number, counts, published, results, differs, of_changes, counted_at, checked_at, taken_down ON releases
WHEN OLD.checked_at IS NOT NULL AND NOT (NEW.taken_down = OLD.taken_down + 1
  AND NEW.consultation_id = OLD.consultation_id AND NEW.number = OLD.number AND NEW.counts = OLD.counts
  AND NEW.published = OLD.published AND NEW.of_changes = OLD.of_changes AND NEW.counted_at = OLD.counted_at
  AND NEW.checked_at IS OLD.checked_at)
BEGIN SELECT RAISE(ABORT, 'a release stays'); END;

DROP TRIGGER findings_are_not_changed;
CREATE TRIGGER findings_are_not_changed BEFORE UPDATE OF consultation_id, number, version, words, said_at, taken_down ON findings
WHEN NOT (NEW.taken_down = OLD.taken_down + 1 AND NEW.consultation_id = OLD.consultation_id AND NEW.number = OLD.number
  AND NEW.version = OLD.version AND NEW.said_at = OLD.said_at)
BEGIN SELECT RAISE(ABORT, 'findings stay'); END;

CREATE TRIGGER takedowns_are_not_deleted BEFORE DELETE ON takedowns BEGIN SELECT RAISE(ABORT, 'what was taken down stays so'); END;
CREATE TRIGGER takedowns_are_not_changed BEFORE UPDATE OF id, form_key, kind, about_id, reason, why, is_kept, asked_at ON takedowns
BEGIN SELECT RAISE(ABORT, 'what was taken down stays so'); END;
CREATE TRIGGER takedowns_are_decided_once BEFORE UPDATE OF words, taken_down_at, refused_at ON takedowns
WHEN OLD.taken_down_at IS NOT NULL OR OLD.refused_at IS NOT NULL OR (NEW.words <> '' AND NEW.words <> OLD.words)
BEGIN SELECT RAISE(ABORT, 'what was taken down stays so'); END;
CREATE TRIGGER takedowns_are_not_replaced BEFORE INSERT ON takedowns
WHEN EXISTS (SELECT 1 FROM takedowns WHERE rowid = NEW.rowid OR id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'what was taken down stays so'); END;
CREATE TRIGGER takedown_notes_are_not_deleted BEFORE DELETE ON takedown_notes BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
CREATE TRIGGER takedown_notes_are_not_changed BEFORE UPDATE OF form_key, takedown_id, note, noted_at ON takedown_notes
BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
