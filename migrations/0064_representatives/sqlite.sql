-- The same rules stand in postgres.sql.
-- A name is only taken away, and whoever stepped down stays so.
CREATE TRIGGER representatives_only_step_down BEFORE UPDATE ON representatives
WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key OR NEW.added_at <> OLD.added_at
  OR (NEW.name <> OLD.name AND NEW.name <> '')
  OR (OLD.stepped_down_at IS NOT NULL AND NEW.stepped_down_at IS NOT OLD.stepped_down_at)
BEGIN SELECT RAISE(ABORT, 'a representative only steps down'); END;

CREATE TRIGGER meetings_that_were_taken_out_stay BEFORE UPDATE ON meetings
WHEN OLD.taken_out_at IS NOT NULL OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key
  OR NEW.recorded_on <> OLD.recorded_on
BEGIN SELECT RAISE(ABORT, 'a meeting that was taken out stays out'); END;

CREATE TRIGGER a_meeting_names_who_has_a_name BEFORE INSERT ON meeting_representatives
WHEN NOT EXISTS (SELECT 1 FROM representatives r WHERE r.id = NEW.representative_id AND r.name <> '')
  OR NOT EXISTS (SELECT 1 FROM meetings m WHERE m.id = NEW.meeting_id AND m.taken_out_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'a meeting that counts names somebody who has a name'); END;
CREATE TRIGGER meeting_representatives_are_not_changed BEFORE UPDATE ON meeting_representatives
BEGIN SELECT RAISE(ABORT, 'a meeting names somebody or nobody'); END;
