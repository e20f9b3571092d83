-- The same rules stand in sqlite/0006_the_gate.sql.
CREATE FUNCTION drafts_pass_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.published_at IS NOT NULL THEN RAISE EXCEPTION 'the_gate_is_shut'; END IF;
    RETURN NEW;
  END IF;
  -- A transaction that looks at an earlier moment would not see what has happened since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  -- Nobody ties a topic or puts in a draft meanwhile: both refer to the plan, and wait.
  PERFORM 1 FROM plans WHERE id = OLD.plan_id FOR UPDATE;
  PERFORM 1 FROM draft_answers WHERE draft_id = OLD.id FOR SHARE;
  IF NEW.published_at IS NULL AND OLD.published_at IS NOT NULL THEN RAISE EXCEPTION 'a draft stays published'; END IF;
  IF NEW.published_at IS NOT NULL THEN
    IF OLD.published_at IS NOT NULL THEN RAISE EXCEPTION 'a draft is published once'; END IF;
    IF EXISTS (SELECT 1 FROM shut_gates g WHERE g.plan_id = OLD.plan_id)
      AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.draft_id = OLD.id) THEN RAISE EXCEPTION 'the_gate_is_shut'; END IF;
    IF EXISTS (SELECT 1 FROM unanswered_topics u WHERE u.draft_id = OLD.id) THEN RAISE EXCEPTION 'a_topic_is_not_answered'; END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drafts_pass_the_gate BEFORE UPDATE OF published_at ON drafts
FOR EACH ROW EXECUTE FUNCTION drafts_pass_the_gate();
CREATE TRIGGER drafts_begin_unpublished BEFORE INSERT ON drafts
FOR EACH ROW EXECUTE FUNCTION drafts_pass_the_gate();
CREATE TRIGGER drafts_are_not_edited BEFORE UPDATE OF id, form_key, plan_id, version, summary, body, file_hash, file_name, file_kind, file_size, recorded_by, first_recorded_at ON drafts
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER drafts_are_not_deleted BEFORE DELETE ON drafts
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION answers_stay_after_publication() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- A transaction that looks at an earlier moment would not see what has happened since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  -- The draft is not published meanwhile.
  IF TG_OP <> 'DELETE' THEN PERFORM 1 FROM drafts d WHERE d.id = NEW.draft_id FOR SHARE; END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM 1 FROM drafts d WHERE d.id = OLD.draft_id FOR SHARE; END IF;
  IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM drafts d WHERE d.id = OLD.draft_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the answers of a published draft stay'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF EXISTS (SELECT 1 FROM drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the answers of a published draft stay'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER answers_stay_after_publication BEFORE INSERT OR UPDATE OR DELETE ON draft_answers
FOR EACH ROW EXECUTE FUNCTION answers_stay_after_publication();

CREATE TRIGGER plans_are_append_only BEFORE UPDATE OR DELETE ON plans FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_topics_are_append_only BEFORE UPDATE OR DELETE ON plan_topics FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER planning_sessions_are_append_only BEFORE UPDATE OR DELETE ON planning_sessions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER statements_are_append_only BEFORE UPDATE OR DELETE ON statements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER overrides_are_append_only BEFORE UPDATE OR DELETE ON overrides FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_events_are_append_only BEFORE UPDATE OR DELETE ON plan_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What the gate is worked out from stays as it was.
CREATE TRIGGER topics_are_published_once BEFORE UPDATE OF published_at ON topics
FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topics_are_published_after_they_are_proposed BEFORE UPDATE OF published_at ON topics
FOR EACH ROW WHEN (NEW.published_at < NEW.proposed_at) EXECUTE FUNCTION refuse_change();
CREATE FUNCTION topics_stay_in_a_closed_round() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.round_id IS DISTINCT FROM OLD.round_id
    AND EXISTS (SELECT 1 FROM rounds r WHERE r.id IN (OLD.round_id, NEW.round_id) AND r.closed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'a topic neither leaves nor joins a closed round'; END IF;
  IF (NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at OR NEW.merged_at IS DISTINCT FROM OLD.merged_at OR NEW.merged_into IS DISTINCT FROM OLD.merged_into)
    AND EXISTS (SELECT 1 FROM rounds r WHERE r.id = OLD.round_id AND r.closed_at IS NOT NULL)
    THEN RAISE EXCEPTION 'a topic of a closed round is neither withdrawn nor merged'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER topics_stay_in_a_closed_round BEFORE UPDATE OF round_id, withdrawn_at, merged_at, merged_into ON topics
FOR EACH ROW EXECUTE FUNCTION topics_stay_in_a_closed_round();
CREATE TRIGGER rounds_close_once BEFORE UPDATE OF closed_at ON rounds
FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) EXECUTE FUNCTION refuse_change();
