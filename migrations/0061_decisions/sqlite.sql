-- The same rules stand in postgres.sql.

-- Results keep their themes once everyone can read them. Where there were too few to show, nothing
-- was published.
CREATE TRIGGER released_themes_are_kept AFTER UPDATE OF checked_at ON releases
WHEN OLD.checked_at IS NULL AND NEW.checked_at IS NOT NULL AND NEW.published <> 'null'
BEGIN
  INSERT INTO released_themes (consultation_id, number, theme_id, question, title)
  SELECT NEW.consultation_id, NEW.number, t.id, t.question, t.title FROM themes t
  WHERE t.consultation_id = NEW.consultation_id;
END;
CREATE TRIGGER released_themes_are_kept_at_once AFTER INSERT ON releases
WHEN NEW.checked_at IS NOT NULL AND NEW.published <> 'null'
BEGIN
  INSERT INTO released_themes (consultation_id, number, theme_id, question, title)
  SELECT NEW.consultation_id, NEW.number, t.id, t.question, t.title FROM themes t
  WHERE t.consultation_id = NEW.consultation_id;
END;

-- A decision is published once, answering what there is to answer or past that, and says if it was
-- early. What is published stays.
CREATE TRIGGER decisions_answer_first BEFORE UPDATE OF published_at ON decisions
WHEN NEW.published_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a decision is published once') WHERE OLD.published_at IS NOT NULL;
  SELECT RAISE(ABORT, 'the decision does not answer') WHERE EXISTS (SELECT 1 FROM held_decisions h WHERE h.decision_id = OLD.id)
    AND NOT EXISTS (SELECT 1 FROM decision_overrides o WHERE o.decision_id = OLD.id);
  SELECT RAISE(ABORT, 'the decision was early') WHERE NEW.early_id IS NULL
    AND EXISTS (SELECT 1 FROM early_decisions e WHERE e.decision_id = OLD.id);
  SELECT RAISE(ABORT, 'the decision was not early') WHERE NEW.early_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM early_decisions e WHERE e.decision_id = OLD.id
      AND e.consultation_id = NEW.early_id AND e.closes_at = NEW.early_closes_at);
END;
CREATE TRIGGER decisions_are_not_unpublished BEFORE UPDATE OF published_at ON decisions
WHEN NEW.published_at IS NULL AND OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a decision stays published'); END;
CREATE TRIGGER decisions_begin_unpublished BEFORE INSERT ON decisions
WHEN NEW.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the decision does not answer'); END;
CREATE TRIGGER decisions_keep_their_place BEFORE UPDATE ON decisions
WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.plan_id <> OLD.plan_id
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER decisions_stay BEFORE UPDATE OF words, decided_by, decided_at, paper, written_at ON decisions
WHEN OLD.published_at IS NOT NULL OR NEW.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;
CREATE TRIGGER decisions_stay_early BEFORE UPDATE OF early_id, early_closes_at ON decisions
WHEN OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;
CREATE TRIGGER decisions_keep_who BEFORE UPDATE OF written_by, published_by ON decisions
WHEN OLD.published_at IS NOT NULL AND (
  (NEW.written_by IS NOT OLD.written_by AND NOT (coalesce(NEW.written_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.written_by AND a.erased_at > 0)))
  OR (NEW.published_by IS NOT OLD.published_by AND NOT (coalesce(NEW.published_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.published_by AND a.erased_at > 0))))
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;

-- It answers what it has to, until it is published.
CREATE TRIGGER decision_answers_are_to_what_was_asked BEFORE INSERT ON decision_answers
WHEN NOT EXISTS (SELECT 1 FROM decisions d JOIN decision_things g ON g.plan_id = d.plan_id
  WHERE d.id = NEW.decision_id AND d.published_at IS NULL AND g.thing_id = NEW.thing_id)
BEGIN SELECT RAISE(ABORT, 'nothing is to be answered there'); END;
CREATE TRIGGER decision_answers_are_not_replaced BEFORE INSERT ON decision_answers
WHEN EXISTS (SELECT 1 FROM decision_answers a JOIN decisions d ON d.id = a.decision_id WHERE a.rowid = NEW.rowid AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published decision stay'); END;
CREATE TRIGGER decision_answers_keep_their_place BEFORE UPDATE ON decision_answers
WHEN NEW.rowid <> OLD.rowid OR NEW.decision_id <> OLD.decision_id OR NEW.thing_id <> OLD.thing_id
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER decision_answers_stay BEFORE UPDATE OF answer, words, decided_by, answered_at ON decision_answers
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.id = OLD.decision_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published decision stay'); END;
CREATE TRIGGER decision_answers_keep_who BEFORE UPDATE OF answered_by ON decision_answers
WHEN NEW.answered_by IS NOT OLD.answered_by AND NOT (coalesce(NEW.answered_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.answered_by AND a.erased_at > 0))
  AND EXISTS (SELECT 1 FROM decisions d WHERE d.id = OLD.decision_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published decision stay'); END;

CREATE TRIGGER decision_overrides_come_before BEFORE INSERT ON decision_overrides
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a published decision stays'); END;

-- Nobody is asked without being told the reasons, and these stay once it is open.
CREATE TRIGGER consultations_open_with_reasons BEFORE UPDATE OF opened_at ON consultations
WHEN OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL AND NEW.reasons = ''
BEGIN SELECT RAISE(ABORT, 'no reasons are given'); END;
CREATE TRIGGER opened_consultations_keep_their_reasons BEFORE UPDATE OF reasons ON consultations
WHEN OLD.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
