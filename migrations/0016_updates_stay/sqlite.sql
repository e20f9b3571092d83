-- The same rules stand in postgres/0016_updates_stay.sql.
CREATE TRIGGER updates_are_not_changed BEFORE UPDATE ON updates BEGIN SELECT RAISE(ABORT, 'updates stay'); END;
CREATE TRIGGER updates_are_not_deleted BEFORE DELETE ON updates BEGIN SELECT RAISE(ABORT, 'updates stay'); END;
CREATE TRIGGER updates_are_not_replaced BEFORE INSERT ON updates
WHEN EXISTS (SELECT 1 FROM updates WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER update_subjects_are_not_changed BEFORE UPDATE ON update_subjects BEGIN SELECT RAISE(ABORT, 'what an update is about stays'); END;
CREATE TRIGGER update_subjects_are_not_deleted BEFORE DELETE ON update_subjects BEGIN SELECT RAISE(ABORT, 'what an update is about stays'); END;
CREATE TRIGGER update_subjects_are_not_replaced BEFORE INSERT ON update_subjects
WHEN EXISTS (SELECT 1 FROM update_subjects WHERE (update_id = NEW.update_id AND kind = NEW.kind AND subject_id = NEW.subject_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER update_letters_are_not_changed BEFORE UPDATE ON update_letters BEGIN SELECT RAISE(ABORT, 'who was told stays'); END;
CREATE TRIGGER update_letters_are_not_deleted BEFORE DELETE ON update_letters BEGIN SELECT RAISE(ABORT, 'who was told stays'); END;
CREATE TRIGGER update_letters_are_not_replaced BEFORE INSERT ON update_letters
WHEN EXISTS (SELECT 1 FROM update_letters
             WHERE (update_id = NEW.update_id AND version = NEW.version AND person = NEW.person) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER verdicts_are_not_changed BEFORE UPDATE ON verdicts BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER verdicts_are_not_deleted BEFORE DELETE ON verdicts BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER verdicts_are_not_replaced BEFORE INSERT ON verdicts
WHEN EXISTS (SELECT 1 FROM verdicts WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER update_versions_are_not_deleted BEFORE DELETE ON update_versions BEGIN SELECT RAISE(ABORT, 'what an update says stays'); END;
CREATE TRIGGER update_versions_are_not_replaced BEFORE INSERT ON update_versions
WHEN EXISTS (SELECT 1 FROM update_versions WHERE (update_id = NEW.update_id AND version = NEW.version) OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
-- Only that all were told is added to what was said.
CREATE TRIGGER what_an_update_says_stays BEFORE UPDATE OF update_id, version, form_key, you_said, questions, part, we_did, outcome, because, decided_by,
  look_again, decide_by, next, next_by, evidence, published_by, published_at, is_told ON update_versions
BEGIN SELECT RAISE(ABORT, 'what an update says stays'); END;
CREATE TRIGGER an_update_is_told_once BEFORE UPDATE ON update_versions
WHEN NEW.rowid <> OLD.rowid OR (OLD.told_at IS NOT NULL AND NEW.told_at IS NOT OLD.told_at)
BEGIN SELECT RAISE(ABORT, 'an update is told once'); END;
-- An update is about something, and each version follows the last.
CREATE TRIGGER an_update_is_about_something BEFORE INSERT ON update_versions
WHEN NOT EXISTS (SELECT 1 FROM update_subjects b WHERE b.update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'an update is about something'); END;
CREATE TRIGGER what_is_said_follows_what_was_said BEFORE INSERT ON update_versions
WHEN NEW.version > 1 + (SELECT coalesce(max(v.version), 0) FROM update_versions v WHERE v.update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'a version follows the last'); END;
-- A verdict is given on what stands.
CREATE TRIGGER a_verdict_is_on_what_stands BEFORE INSERT ON verdicts
WHEN NEW.version <> (SELECT max(v.version) FROM update_versions v WHERE v.update_id = NEW.update_id)
BEGIN SELECT RAISE(ABORT, 'a verdict is given on what stands'); END;
-- Nobody judges her own words.
CREATE TRIGGER nobody_judges_her_own_words BEFORE INSERT ON verdicts
WHEN EXISTS (SELECT 1 FROM update_versions v WHERE v.update_id = NEW.update_id AND v.published_by = NEW.given_by)
BEGIN SELECT RAISE(ABORT, 'nobody judges her own words'); END;
