-- The same rules stand in sqlite.sql.

-- A notice that takes something away is approved as decided once somebody has said who it affects, or goes ahead.
CREATE FUNCTION notices_say_who_they_affect() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM notice_equality_records e WHERE e.notice_id = NEW.id)
    AND NOT EXISTS (SELECT 1 FROM notice_overrides o WHERE o.notice_id = NEW.id)
    THEN RAISE EXCEPTION 'nobody has said who the notice affects'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notices_say_who_they_affect BEFORE INSERT OR UPDATE OF approved_at, takes_away, is_decided ON notices
FOR EACH ROW WHEN (NEW.approved_at IS NOT NULL AND NEW.takes_away = 1 AND NEW.is_decided = 1)
EXECUTE FUNCTION notices_say_who_they_affect();
DROP TRIGGER approved_notices_are_not_edited ON notices;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, takes_away, written_by, written_at, follows_id, follow_kind, changed ON notices
FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('written_by');

CREATE FUNCTION notice_overrides_come_before() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM notices n WHERE n.id = NEW.notice_id FOR SHARE;
  IF EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.notice_id AND n.approved_at IS NOT NULL)
    THEN RAISE EXCEPTION 'an approved notice stays'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notice_overrides_come_before BEFORE INSERT ON notice_overrides
FOR EACH ROW EXECUTE FUNCTION notice_overrides_come_before();

-- Whether a row changes only as the last correction of each of these columns says.
CREATE FUNCTION only_corrects(of_kind TEXT, old_row JSONB, new_row JSONB, columns_of TEXT[]) RETURNS BOOLEAN LANGUAGE plpgsql AS
$$ DECLARE
  one TEXT;
  rest JSONB := new_row;
BEGIN
  FOREACH one IN ARRAY columns_of LOOP
    CONTINUE WHEN NOT EXISTS (SELECT 1 FROM corrections c WHERE c.kind = of_kind AND c.thing_id = old_row ->> 'id'
      AND c.field = one AND c.was = old_row ->> one AND c.became = new_row ->> one
      AND NOT EXISTS (SELECT 1 FROM corrections l
        WHERE l.thing_id = c.thing_id AND l.field = c.field AND l.corrected_at > c.corrected_at));
    rest := jsonb_set(rest, ARRAY[one], old_row -> one);
  END LOOP;
  RETURN rest = old_row AND new_row <> old_row;
END $$;

-- What a published decision says changes only where the last correction says so. The day it was decided stays: whether it was early
-- rests on it.
CREATE OR REPLACE FUNCTION decisions_answer_first() RETURNS trigger LANGUAGE plpgsql AS
$$ DECLARE
  is_published CONSTANT TEXT[] := ARRAY['published_at', 'published_by', 'early_id', 'early_closes_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.published_at IS NOT NULL THEN RAISE EXCEPTION 'the decision does not answer'; END IF;
    RETURN NEW;
  END IF;
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['written_by', 'published_by']) THEN RETURN NEW; END IF;
  IF OLD.published_at IS NOT NULL THEN
    IF only_corrects('decision', to_jsonb(OLD), to_jsonb(NEW), ARRAY['words', 'decided_by', 'paper']) THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'a published decision stays';
  END IF;
  IF NEW.id <> OLD.id OR NEW.plan_id <> OLD.plan_id THEN RAISE EXCEPTION 'a row stays where it is'; END IF;
  IF NEW.published_at IS NULL THEN RETURN NEW; END IF;
  IF to_jsonb(NEW) - is_published <> to_jsonb(OLD) - is_published THEN RAISE EXCEPTION 'a published decision stays'; END IF;
  -- A transaction that looks at an earlier moment would not see what has happened since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  -- Nobody ties a topic, opens a consultation, publishes results or takes back an answer meanwhile.
  PERFORM 1 FROM plans WHERE id = OLD.plan_id FOR UPDATE;
  PERFORM 1 FROM consultations WHERE plan_id = OLD.plan_id FOR UPDATE;
  PERFORM 1 FROM decision_answers WHERE decision_id = OLD.id FOR SHARE;
  IF EXISTS (SELECT 1 FROM held_decisions h WHERE h.decision_id = OLD.id)
    AND NOT EXISTS (SELECT 1 FROM decision_overrides o WHERE o.decision_id = OLD.id)
    THEN RAISE EXCEPTION 'the decision does not answer'; END IF;
  IF NEW.early_id IS NULL AND EXISTS (SELECT 1 FROM early_decisions e WHERE e.decision_id = OLD.id)
    THEN RAISE EXCEPTION 'the decision was early'; END IF;
  IF NEW.early_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM early_decisions e WHERE e.decision_id = OLD.id
      AND e.consultation_id = NEW.early_id AND e.closes_at = NEW.early_closes_at)
    THEN RAISE EXCEPTION 'the decision was not early'; END IF;
  RETURN NEW;
END $$;

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['notices_say_who_they_affect()', 'notice_overrides_come_before()', 'decisions_answer_first()',
    'only_corrects(TEXT, JSONB, JSONB, TEXT[])'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
