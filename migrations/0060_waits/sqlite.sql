-- The same rules stand in postgres.sql.
-- What was published stays. An account that is erased makes room for nobody.
CREATE TRIGGER wait_reports_are_not_changed BEFORE UPDATE OF id, form_key, service_id, nth, figures, organisation_id, target, source, published_at ON wait_reports
BEGIN SELECT RAISE(ABORT, 'what was published about waits stays'); END;
CREATE TRIGGER wait_reports_keep_who BEFORE UPDATE ON wait_reports
WHEN NEW.rowid <> OLD.rowid OR (NEW.published_by IS NOT OLD.published_by AND NOT (coalesce(NEW.published_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.published_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'what was published about waits stays'); END;
CREATE TRIGGER wait_reports_are_not_deleted BEFORE DELETE ON wait_reports
BEGIN SELECT RAISE(ABORT, 'what was published about waits stays'); END;
CREATE TRIGGER wait_reports_are_not_replaced BEFORE INSERT ON wait_reports
WHEN EXISTS (SELECT 1 FROM wait_reports
             WHERE id = NEW.id OR form_key = NEW.form_key OR (service_id = NEW.service_id AND nth = NEW.nth) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER wait_figures_are_not_changed BEFORE UPDATE ON wait_figures
BEGIN SELECT RAISE(ABORT, 'what was published about waits stays'); END;
CREATE TRIGGER wait_figures_are_not_deleted BEFORE DELETE ON wait_figures
BEGIN SELECT RAISE(ABORT, 'what was published about waits stays'); END;
CREATE TRIGGER wait_figures_are_not_replaced BEFORE INSERT ON wait_figures
WHEN EXISTS (SELECT 1 FROM wait_figures
             WHERE (report_id = NEW.report_id AND place_id = NEW.place_id AND month = NEW.month) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER wait_verdicts_are_not_changed BEFORE UPDATE OF id, form_key, report_id, verdict, words, given_at ON wait_verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER wait_verdicts_keep_who BEFORE UPDATE ON wait_verdicts
WHEN NEW.rowid <> OLD.rowid OR (NEW.given_by IS NOT OLD.given_by AND NOT (coalesce(NEW.given_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.given_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER wait_verdicts_are_not_deleted BEFORE DELETE ON wait_verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER wait_verdicts_are_not_replaced BEFORE INSERT ON wait_verdicts
WHEN EXISTS (SELECT 1 FROM wait_verdicts WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;

-- Only who runs a service says how long families wait for it, one publication after the other.
CREATE TRIGGER who_runs_a_service_publishes_its_waits BEFORE INSERT ON wait_reports
WHEN NOT EXISTS (SELECT 1 FROM service_organisations so
                 WHERE so.service_id = NEW.service_id AND so.organisation_id = NEW.organisation_id)
BEGIN SELECT RAISE(ABORT, 'who runs a service publishes how long families wait for it'); END;
CREATE TRIGGER a_report_of_waits_follows_the_last BEFORE INSERT ON wait_reports
WHEN NEW.nth > 1 + (SELECT coalesce(max(r.nth), 0) FROM wait_reports r WHERE r.service_id = NEW.service_id)
BEGIN SELECT RAISE(ABORT, 'a publication follows the last'); END;
-- A publication is whole when it is made, and nothing comes to it later.
CREATE TRIGGER a_report_of_waits_is_whole BEFORE INSERT ON wait_figures
WHEN (SELECT count(*) FROM wait_figures f WHERE f.report_id = NEW.report_id)
     >= (SELECT r.figures FROM wait_reports r WHERE r.id = NEW.report_id)
BEGIN SELECT RAISE(ABORT, 'a publication is whole'); END;
-- Nobody judges what they published.
CREATE TRIGGER nobody_judges_waits_they_published BEFORE INSERT ON wait_verdicts
WHEN EXISTS (SELECT 1 FROM wait_reports r WHERE r.id = NEW.report_id AND r.published_by = NEW.given_by)
BEGIN SELECT RAISE(ABORT, 'nobody judges what they published'); END;
