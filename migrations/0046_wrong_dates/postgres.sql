-- The same rules stand in sqlite.sql.

-- It waits for whatever else happens to it meanwhile.
CREATE FUNCTION round_changes_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM rounds held WHERE held.id = NEW.round_id FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM rounds r WHERE r.id = NEW.round_id AND r.title = NEW.title AND r.closed_at IS NULL
    AND r.propose_from = NEW.was_propose_from AND r.vote_from = NEW.was_vote_from AND r.closes_at = NEW.was_closes_at
    AND NEW.changed_at < CASE NEW.kind WHEN 'extended' THEN r.closes_at ELSE r.vote_from END
    AND (NEW.kind = 'extended'
      OR NOT EXISTS (SELECT 1 FROM supports s JOIN topics t ON t.id = s.topic_id WHERE t.round_id = r.id)))
    THEN RAISE EXCEPTION 'a round is changed by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER round_changes_go_by_the_rules BEFORE INSERT ON round_changes FOR EACH ROW EXECUTE FUNCTION round_changes_go_by_the_rules();
CREATE TRIGGER round_changes_are_append_only BEFORE UPDATE OR DELETE ON round_changes FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('changed_by');
CREATE TRIGGER round_changes_are_not_emptied BEFORE TRUNCATE ON round_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- It waits for whatever else happens to it meanwhile.
CREATE FUNCTION consultation_changes_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM consultations held WHERE held.id = NEW.consultation_id FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND c.opened_at IS NOT NULL
    AND c.withdrawn_at IS NULL AND c.closes_at = NEW.was_closes_at AND NEW.changed_at < c.closes_at
    AND CASE NEW.kind WHEN 'called back'
      THEN NEW.changed_at < c.opens_at AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.consultation_id = c.id)
      ELSE NEW.changed_at > c.opens_at END)
    THEN RAISE EXCEPTION 'a consultation is changed by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consultation_changes_go_by_the_rules BEFORE INSERT ON consultation_changes FOR EACH ROW EXECUTE FUNCTION consultation_changes_go_by_the_rules();
CREATE TRIGGER consultation_changes_are_append_only BEFORE UPDATE OR DELETE ON consultation_changes FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('changed_by');
CREATE TRIGGER consultation_changes_are_not_emptied BEFORE TRUNCATE ON consultation_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- It waits for whatever else happens to it meanwhile.
CREATE FUNCTION plan_changes_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM plans held WHERE held.id = NEW.plan_id FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM plans p WHERE p.id = NEW.plan_id AND p.due_day = NEW.was_due_day
    AND NOT EXISTS (SELECT 1 FROM plan_changes k WHERE k.plan_id = p.id AND k.kind = 'cancelled')
    AND (NEW.kind = 'extended' OR (NOT EXISTS (SELECT 1 FROM plan_topics x WHERE x.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM planning_sessions s WHERE s.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM consultations c WHERE c.plan_id = p.id))))
    THEN RAISE EXCEPTION 'a plan is changed by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plan_changes_go_by_the_rules BEFORE INSERT ON plan_changes FOR EACH ROW EXECUTE FUNCTION plan_changes_go_by_the_rules();
CREATE TRIGGER plan_changes_are_append_only BEFORE UPDATE OR DELETE ON plan_changes FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('changed_by');
CREATE TRIGGER plan_changes_are_not_emptied BEFORE TRUNCATE ON plan_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A round keeps its terms, but for the dates that its newest row of round_changes says.
CREATE FUNCTION rounds_keep_their_terms() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['opened_by']) THEN RETURN NEW; END IF;
  IF OLD.closed_at IS NULL AND to_jsonb(NEW) - ARRAY['propose_from', 'vote_from', 'closes_at'] = to_jsonb(OLD) - ARRAY['propose_from', 'vote_from', 'closes_at']
    AND EXISTS (SELECT 1 FROM round_changes c WHERE c.round_id = OLD.id AND c.kind IN ('moved', 'extended')
    AND c.changed_at = (SELECT max(n.changed_at) FROM round_changes n WHERE n.round_id = OLD.id)
    AND c.was_propose_from = OLD.propose_from AND c.was_vote_from = OLD.vote_from AND c.was_closes_at = OLD.closes_at
    AND c.propose_from = NEW.propose_from AND c.vote_from = NEW.vote_from AND c.closes_at = NEW.closes_at) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a round stays as it was opened';
END $$;
DROP TRIGGER rounds_keep_their_terms ON rounds;
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats, propose_from, vote_from, closes_at, opened_by ON rounds
FOR EACH ROW EXECUTE FUNCTION rounds_keep_their_terms();
CREATE FUNCTION rounds_are_not_deleted() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.closed_at IS NULL AND EXISTS (SELECT 1 FROM round_changes c WHERE c.round_id = OLD.id AND c.kind = 'cancelled') THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'rounds are not deleted';
END $$;
DROP TRIGGER rounds_are_not_deleted ON rounds;
CREATE TRIGGER rounds_are_not_deleted BEFORE DELETE ON rounds FOR EACH ROW EXECUTE FUNCTION rounds_are_not_deleted();

-- What is open stays as it is, but for its last day, as its newest row of consultation_changes says; before it opens it can be
-- called back.
CREATE FUNCTION opened_consultations_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['written_by', 'opened_by']) THEN RETURN NEW; END IF;
  IF NEW.opened_at IS NULL AND to_jsonb(NEW) - ARRAY['opened_at', 'opened_by'] = to_jsonb(OLD) - ARRAY['opened_at', 'opened_by']
    AND EXISTS (SELECT 1 FROM consultation_changes c WHERE c.consultation_id = OLD.id AND c.kind IN ('called back')
    AND c.changed_at = (SELECT max(n.changed_at) FROM consultation_changes n WHERE n.consultation_id = OLD.id) AND c.changed_at < OLD.opens_at) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'what is open stays as it is';
END $$;
DROP TRIGGER opened_consultations_stay ON consultations;
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_by, written_at,
  opened_by, opened_at ON consultations
FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION opened_consultations_stay();
CREATE FUNCTION opened_consultations_keep_their_last_day() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.opened_at IS NULL AND NEW.withdrawn_at IS NOT NULL THEN RAISE EXCEPTION 'what is not open is not withdrawn'; END IF;
  IF OLD.opened_at IS NOT NULL AND (OLD.withdrawn_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM consultation_changes c WHERE c.consultation_id = OLD.id AND c.kind IN ('extended', 'closed early', 'withdrawn')
    AND c.changed_at = (SELECT max(n.changed_at) FROM consultation_changes n WHERE n.consultation_id = OLD.id)
    AND c.was_closes_at = OLD.closes_at AND c.closes_at = NEW.closes_at
    AND (c.kind = 'withdrawn') = (NEW.withdrawn_at IS NOT NULL)))
    THEN RAISE EXCEPTION 'what is open keeps its last day'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER opened_consultations_keep_their_last_day BEFORE UPDATE OF closes_at, withdrawn_at ON consultations
FOR EACH ROW EXECUTE FUNCTION opened_consultations_keep_their_last_day();
CREATE FUNCTION no_release_of_what_is_withdrawn() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND c.withdrawn_at IS NOT NULL)
    THEN RAISE EXCEPTION 'it is withdrawn'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_release_of_what_is_withdrawn BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION no_release_of_what_is_withdrawn();

-- A plan is due when its newest row of plan_changes says.
CREATE FUNCTION plans_keep_all_but_their_day() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['registered_by']) THEN RETURN NEW; END IF;
    IF to_jsonb(NEW) - 'due_day' = to_jsonb(OLD) - 'due_day'
      AND EXISTS (SELECT 1 FROM plan_changes c WHERE c.plan_id = OLD.id AND c.kind IN ('moved', 'extended')
    AND c.changed_at = (SELECT max(n.changed_at) FROM plan_changes n WHERE n.plan_id = OLD.id)
    AND c.was_due_day = OLD.due_day AND c.due_day = NEW.due_day) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'plans is append-only';
END $$;
DROP TRIGGER plans_are_append_only ON plans;
CREATE TRIGGER plans_are_append_only BEFORE UPDATE OR DELETE ON plans FOR EACH ROW EXECUTE FUNCTION plans_keep_all_but_their_day();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['round_changes_go_by_the_rules',
    'consultation_changes_go_by_the_rules',
    'plan_changes_go_by_the_rules',
    'rounds_keep_their_terms',
    'rounds_are_not_deleted',
    'opened_consultations_stay',
    'opened_consultations_keep_their_last_day',
    'no_release_of_what_is_withdrawn',
    'plans_keep_all_but_their_day'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
