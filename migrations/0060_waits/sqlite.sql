-- The same rules stand in postgres.sql.

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
