-- The same rules stand in postgres.sql.
CREATE TRIGGER corrections_are_not_changed BEFORE UPDATE ON corrections
BEGIN SELECT RAISE(ABORT, 'corrections is append-only'); END;
CREATE TRIGGER corrections_are_not_deleted BEFORE DELETE ON corrections
BEGIN SELECT RAISE(ABORT, 'corrections is append-only'); END;
CREATE TRIGGER corrections_are_not_replaced BEFORE INSERT ON corrections
WHEN EXISTS (SELECT 1 FROM corrections WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;

-- The title of a plan changes only where the last correction says so: what it was is kept.
DROP TRIGGER plans_are_not_changed;
CREATE TRIGGER plans_are_not_changed BEFORE UPDATE OF id, form_key, what, registered_at ON plans
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
-- The day a plan is due has a guard of its own, where it may be changed at all.
CREATE TRIGGER IF NOT EXISTS plans_keep_their_day BEFORE UPDATE OF due_day ON plans
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
CREATE TRIGGER plan_titles_are_corrected_in_sight BEFORE UPDATE OF title ON plans
WHEN NEW.title <> OLD.title AND NOT EXISTS (SELECT 1 FROM corrections c WHERE c.kind = 'plan' AND c.thing_id = OLD.id
  AND c.field = 'title' AND c.was = OLD.title AND c.became = NEW.title
  AND NOT EXISTS (SELECT 1 FROM corrections l WHERE l.thing_id = c.thing_id AND l.field = c.field AND l.corrected_at > c.corrected_at))
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;

-- So do the day, the place and the numbers of a planning session, and only while nothing rests on it: until a draft of the plan is
-- published, or the gate is overridden; and whether parents were there, until a draft is submitted.
DROP TRIGGER planning_sessions_are_not_changed;
CREATE TRIGGER planning_sessions_are_not_changed BEFORE UPDATE OF id, form_key, plan_id, decided, notes, audience, recorded_at ON planning_sessions
BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
CREATE TRIGGER planning_sessions_stay_under_a_draft BEFORE UPDATE OF day, held_at, parents, others ON planning_sessions
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = OLD.plan_id
    AND (d.published_at IS NOT NULL OR EXISTS (SELECT 1 FROM overrides o WHERE o.draft_id = d.id)))
  OR ((NEW.parents > 0) <> (OLD.parents > 0) AND EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = OLD.plan_id))
BEGIN SELECT RAISE(ABORT, 'a draft rests on this planning session'); END;
CREATE TRIGGER planning_sessions_are_corrected_in_sight BEFORE UPDATE OF day, held_at, parents, others ON planning_sessions
WHEN EXISTS (SELECT 1 FROM (
    SELECT 'day' AS field, OLD.day AS was, NEW.day AS became
    UNION ALL SELECT 'held_at', OLD.held_at, NEW.held_at
    UNION ALL SELECT 'parents', CAST(OLD.parents AS TEXT), CAST(NEW.parents AS TEXT)
    UNION ALL SELECT 'others', CAST(OLD.others AS TEXT), CAST(NEW.others AS TEXT)) x
  WHERE x.was <> x.became AND NOT EXISTS (SELECT 1 FROM corrections c WHERE c.kind = 'session' AND c.thing_id = OLD.id
    AND c.field = x.field AND c.was = x.was AND c.became = x.became
    AND NOT EXISTS (SELECT 1 FROM corrections l WHERE l.thing_id = c.thing_id AND l.field = c.field AND l.corrected_at > c.corrected_at)))
BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
