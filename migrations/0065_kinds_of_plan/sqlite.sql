-- The same rules stand in postgres.sql.

CREATE TRIGGER reports_only_end BEFORE UPDATE ON reports
WHEN OLD.ended_at IS NOT NULL OR NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key OR NEW.title <> OLD.title
  OR NEW.published_on <> OLD.published_on OR NEW.source <> OLD.source OR NEW.kind_id <> OLD.kind_id
  OR NEW.recommendations <> OLD.recommendations OR NEW.put_in_at <> OLD.put_in_at
BEGIN SELECT RAISE(ABORT, 'a report stays as it was put in'); END;

-- A report is whole when it is put in, and no recommendation comes to it later.
CREATE TRIGGER a_report_is_whole BEFORE INSERT ON recommendations
WHEN (SELECT count(*) FROM recommendations r WHERE r.report_id = NEW.report_id)
  >= coalesce((SELECT p.recommendations FROM reports p WHERE p.id = NEW.report_id), 0)
BEGIN SELECT RAISE(ABORT, 'a report is whole'); END;

-- No draft is published before it has answered each.
CREATE TRIGGER drafts_answer_recommendations BEFORE UPDATE OF published_at ON drafts
WHEN NEW.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM unanswered_recommendations u WHERE u.draft_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'a_recommendation_is_not_answered'); END;
CREATE TRIGGER recommendation_answers_begin_before_publication BEFORE INSERT ON recommendation_answers
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;
CREATE TRIGGER recommendation_answers_stay_after_publication BEFORE UPDATE ON recommendation_answers
WHEN NEW.rowid <> OLD.rowid OR EXISTS (SELECT 1 FROM drafts d WHERE d.id IN (OLD.draft_id, NEW.draft_id) AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;
