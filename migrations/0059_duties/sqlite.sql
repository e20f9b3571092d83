-- The same rules stand in postgres.sql.
CREATE TRIGGER duties_keep_their_words BEFORE UPDATE OF id, word ON duties BEGIN SELECT RAISE(ABORT, 'a duty keeps its word'); END;
CREATE TRIGGER duty_days_are_of_a_duty_that_is_on BEFORE INSERT ON duty_days
WHEN NOT EXISTS (SELECT 1 FROM duties d WHERE d.id = NEW.duty_id AND d.switched_on_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a day is kept while its duty is on'); END;
CREATE TRIGGER duty_reports_are_about_what_is_there BEFORE INSERT ON duty_reports
WHEN NEW.taken_back_at IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM duties d WHERE d.id = NEW.duty_id AND d.switched_on_at IS NOT NULL)
  OR (NEW.fulfilled_by = 'round' AND NOT EXISTS (SELECT 1 FROM rounds r WHERE r.id = NEW.thing))
  OR (NEW.fulfilled_by = 'consultation' AND NOT EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.thing AND c.opened_at IS NOT NULL))
  OR (NEW.fulfilled_by = 'notice' AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.thing AND n.started_at IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'a report is about a duty that is on and a thing that is there'); END;
CREATE TRIGGER duty_reports_are_not_replaced BEFORE INSERT ON duty_reports
WHEN EXISTS (SELECT 1 FROM duty_reports o WHERE o.id = NEW.id OR o.rowid = NEW.rowid
  OR (o.taken_back_at IS NULL AND o.duty_id = NEW.duty_id AND o.year = NEW.year AND o.step = NEW.step))
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER duty_reports_are_only_taken_back BEFORE UPDATE ON duty_reports
WHEN OLD.taken_back_at IS NOT NULL OR NEW.taken_back_at IS NULL OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id
  OR NEW.duty_id <> OLD.duty_id OR NEW.year <> OLD.year OR NEW.step <> OLD.step OR NEW.done_on <> OLD.done_on
  OR NEW.fulfilled_by <> OLD.fulfilled_by OR NEW.thing <> OLD.thing OR NEW.organisation_id IS NOT OLD.organisation_id
  OR NEW.said_on <> OLD.said_on OR NEW.said_at <> OLD.said_at
BEGIN SELECT RAISE(ABORT, 'what was said about a duty stays'); END;
