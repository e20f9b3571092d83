-- The same rules stand in sqlite.sql.

-- Results keep their themes once everyone can read them. Where there were too few to show, nothing
-- was published.
CREATE FUNCTION released_themes_are_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.checked_at IS NOT NULL THEN RETURN NULL; END IF;
  END IF;
  IF NEW.checked_at IS NULL OR NEW.published = 'null' THEN RETURN NULL; END IF;
  -- No decision on its plan is published meanwhile.
  PERFORM 1 FROM consultations c WHERE c.id = NEW.consultation_id FOR UPDATE;
  INSERT INTO released_themes (consultation_id, number, theme_id, question, title)
  SELECT NEW.consultation_id, NEW.number, t.id, t.question, t.title FROM themes t
  WHERE t.consultation_id = NEW.consultation_id;
  RETURN NULL;
END $$;
CREATE TRIGGER released_themes_are_kept AFTER INSERT OR UPDATE OF checked_at ON releases
FOR EACH ROW EXECUTE FUNCTION released_themes_are_kept();

-- A decision is published once, answering what there is to answer or past that, and says if it was
-- early. What is published stays.
CREATE FUNCTION decisions_answer_first() RETURNS trigger LANGUAGE plpgsql AS
$$ DECLARE
  is_published CONSTANT TEXT[] := ARRAY['published_at', 'published_by', 'early_id', 'early_closes_at'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.published_at IS NOT NULL THEN RAISE EXCEPTION 'the decision does not answer'; END IF;
    RETURN NEW;
  END IF;
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['written_by', 'published_by']) THEN RETURN NEW; END IF;
  IF OLD.published_at IS NOT NULL THEN RAISE EXCEPTION 'a published decision stays'; END IF;
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
CREATE TRIGGER decisions_answer_first BEFORE INSERT OR UPDATE ON decisions
FOR EACH ROW EXECUTE FUNCTION decisions_answer_first();

-- It answers what it has to, until it is published.
CREATE FUNCTION decision_answers_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['answered_by']) THEN RETURN NEW; END IF;
    IF NEW.decision_id <> OLD.decision_id OR NEW.thing_id <> OLD.thing_id THEN RAISE EXCEPTION 'a row stays where it is'; END IF;
  END IF;
  -- A transaction that looks at an earlier moment would not see what has happened since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  -- The decision is not published meanwhile.
  PERFORM 1 FROM decisions d WHERE d.id = NEW.decision_id FOR SHARE;
  IF EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the answers of a published decision stay'; END IF;
  IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT 1 FROM decisions d JOIN decision_things g ON g.plan_id = d.plan_id
      WHERE d.id = NEW.decision_id AND g.thing_id = NEW.thing_id)
    THEN RAISE EXCEPTION 'nothing is to be answered there'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_answers_stay BEFORE INSERT OR UPDATE ON decision_answers
FOR EACH ROW EXECUTE FUNCTION decision_answers_stay();

CREATE FUNCTION decision_overrides_come_before() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM decisions d WHERE d.id = NEW.decision_id FOR SHARE;
  IF EXISTS (SELECT 1 FROM decisions d WHERE d.id = NEW.decision_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'a published decision stays'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_overrides_come_before BEFORE INSERT ON decision_overrides
FOR EACH ROW EXECUTE FUNCTION decision_overrides_come_before();

-- Nobody is asked without being told the reasons, and these stay once it is open.
CREATE FUNCTION consultations_open_with_reasons() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.opened_at IS NULL AND NEW.opened_at IS NOT NULL AND NEW.reasons = ''
    THEN RAISE EXCEPTION 'no reasons are given'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consultations_open_with_reasons BEFORE UPDATE OF opened_at ON consultations
FOR EACH ROW EXECUTE FUNCTION consultations_open_with_reasons();
CREATE TRIGGER opened_consultations_keep_their_reasons BEFORE UPDATE OF reasons ON consultations
FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION refuse_change();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['released_themes_are_kept', 'decisions_answer_first', 'decision_answers_stay',
    'decision_overrides_come_before', 'consultations_open_with_reasons'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
