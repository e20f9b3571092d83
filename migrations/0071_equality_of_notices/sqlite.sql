-- The same rules stand in postgres.sql.

-- A notice that takes something away is approved as decided once somebody has said who it affects, or goes ahead.
CREATE TRIGGER notices_say_who_they_affect BEFORE UPDATE OF approved_at, takes_away, is_decided ON notices
WHEN NEW.approved_at IS NOT NULL AND NEW.takes_away = 1 AND NEW.is_decided = 1
  AND NOT EXISTS (SELECT 1 FROM notice_equality_records e WHERE e.notice_id = OLD.id)
  AND NOT EXISTS (SELECT 1 FROM notice_overrides o WHERE o.notice_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'nobody has said who the notice affects'); END;
CREATE TRIGGER notices_say_who_they_affect_at_once BEFORE INSERT ON notices
WHEN NEW.approved_at IS NOT NULL AND NEW.takes_away = 1 AND NEW.is_decided = 1
BEGIN SELECT RAISE(ABORT, 'nobody has said who the notice affects'); END;
DROP TRIGGER approved_notices_are_not_edited;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, takes_away, written_at, follows_id, follow_kind, changed ON notices
WHEN OLD.approved_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;

CREATE TRIGGER notice_overrides_come_before BEFORE INSERT ON notice_overrides
WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.notice_id AND n.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an approved notice stays'); END;

-- What a published decision says changes only where the last correction says so. The day it was decided stays: whether it was early
-- rests on it.
DROP TRIGGER decisions_stay;
CREATE TRIGGER decisions_stay BEFORE UPDATE OF words, decided_by, decided_at, paper, written_at ON decisions
WHEN OLD.published_at IS NULL AND NEW.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;
CREATE TRIGGER published_decisions_stay BEFORE UPDATE OF decided_at, written_at ON decisions
WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;
CREATE TRIGGER decisions_are_corrected_in_sight BEFORE UPDATE OF words, decided_by, paper ON decisions
WHEN OLD.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM (
    SELECT 'words' AS field, OLD.words AS was, NEW.words AS became
    UNION ALL SELECT 'decided_by', OLD.decided_by, NEW.decided_by
    UNION ALL SELECT 'paper', OLD.paper, NEW.paper) x
  WHERE x.was <> x.became AND NOT EXISTS (SELECT 1 FROM corrections c WHERE c.kind = 'decision' AND c.thing_id = OLD.id
    AND c.field = x.field AND c.was = x.was AND c.became = x.became
    AND NOT EXISTS (SELECT 1 FROM corrections l WHERE l.thing_id = c.thing_id AND l.field = c.field AND l.corrected_at > c.corrected_at)))
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;
