-- The same rules stand in postgres/0014_releases_stay.sql.
CREATE TRIGGER releases_stay BEFORE UPDATE ON releases WHEN OLD.checked_at IS NOT NULL OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a release stays'); END;
CREATE TRIGGER releases_are_not_deleted BEFORE DELETE ON releases WHEN OLD.checked_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a release stays'); END;
CREATE TRIGGER releases_are_not_replaced BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM releases WHERE (consultation_id = NEW.consultation_id AND number = NEW.number AND checked_at IS NOT NULL) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
-- No numbers before the close.
CREATE TRIGGER no_release_before_the_close BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND (c.opened_at IS NULL OR c.closes_at > NEW.counted_at))
BEGIN SELECT RAISE(ABORT, 'it is open'); END;
-- What was counted before a sheet was compared cannot be published any more.
CREATE TRIGGER compared_sheets_are_a_change AFTER UPDATE OF checked_by ON typed_responses
BEGIN UPDATE consultations SET changes = changes + 1 WHERE id = NEW.consultation_id; END;
-- Words that are redacted or passed on are not published as they were chosen before.
CREATE TRIGGER redacted_words_are_not_quoted AFTER INSERT ON redactions
BEGIN DELETE FROM quotations WHERE response_id = NEW.response_id AND question = NEW.question; END;
CREATE TRIGGER words_redacted_again_are_not_quoted AFTER UPDATE ON redactions
BEGIN DELETE FROM quotations WHERE response_id = NEW.response_id AND question = NEW.question; END;
CREATE TRIGGER words_passed_on_are_not_quoted AFTER INSERT ON answer_concerns
BEGIN DELETE FROM quotations WHERE response_id = NEW.response_id AND question = NEW.question; END;
