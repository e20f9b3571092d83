-- The same rules stand in sqlite/0010_notices_stay.sql.
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, written_by, written_at, follows_id, follow_kind, changed ON notices
FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER started_notices_stay BEFORE UPDATE OF approved_by, approved_at, starts_at, started_at ON notices
FOR EACH ROW WHEN (OLD.started_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notices_are_not_deleted BEFORE DELETE ON notices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notices_are_not_emptied BEFORE TRUNCATE ON notices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_rows_stay_whose BEFORE UPDATE OF notice_id, subscriber_id, place_id, due_at, is_digest ON ledger
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_rows_are_not_deleted BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When and how a subscription began and ended is kept.
CREATE TRIGGER subscriptions_begin_once BEFORE UPDATE OF id, subscriber_id, service_id, place_id, began_at, began_how ON subscriptions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subscriptions_end_once BEFORE UPDATE ON subscriptions
FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subscriptions_are_not_deleted BEFORE DELETE ON subscriptions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subscriptions_are_not_emptied BEFORE TRUNCATE ON subscriptions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER notices_keep_their_place BEFORE UPDATE OF id, form_key ON notices FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- Nor are the services and places of an approved notice changed.
CREATE FUNCTION refuse_change_once_approved() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM notices n WHERE n.id = OLD.notice_id AND n.approved_at IS NOT NULL)
    THEN RAISE EXCEPTION 'an approved notice is not edited'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.notice_id AND n.approved_at IS NOT NULL)
    THEN RAISE EXCEPTION 'an approved notice is not edited'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER notice_services_stay BEFORE INSERT OR UPDATE OR DELETE ON notice_services FOR EACH ROW EXECUTE FUNCTION refuse_change_once_approved();
CREATE TRIGGER notice_services_are_not_emptied BEFORE TRUNCATE ON notice_services FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_places_stay BEFORE INSERT OR UPDATE OR DELETE ON notice_places FOR EACH ROW EXECUTE FUNCTION refuse_change_once_approved();
CREATE TRIGGER notice_places_are_not_emptied BEFORE TRUNCATE ON notice_places FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Words that are written anew are about the services and places that are named with them.
CREATE FUNCTION untie_a_notice() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  DELETE FROM notice_services WHERE notice_id = NEW.id;
  DELETE FROM notice_places WHERE notice_id = NEW.id;
  RETURN NEW;
END $$;
CREATE TRIGGER notices_written_anew AFTER UPDATE OF written_at ON notices FOR EACH ROW EXECUTE FUNCTION untie_a_notice();

-- Which letter told somebody, and that it was called off, is said once; but she may begin again, or come back to an address,
-- and then she is owed a letter in place of the one that did not go to her.
CREATE FUNCTION refuse_other_letter() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.called_off_at IS NOT NULL AND NEW.called_off_at IS NULL AND NEW.delivery_id IS NULL AND NEW.link_hash IS NULL
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = OLD.delivery_id AND d.sent_at < OLD.called_off_at) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'the ledger is written once';
END $$;
CREATE TRIGGER ledger_keeps_its_letters BEFORE UPDATE OF delivery_id, link_hash ON ledger
FOR EACH ROW WHEN (OLD.delivery_id IS NOT NULL AND (NEW.delivery_id IS DISTINCT FROM OLD.delivery_id OR NEW.link_hash IS DISTINCT FROM OLD.link_hash))
EXECUTE FUNCTION refuse_other_letter();
CREATE TRIGGER ledger_is_told_once BEFORE UPDATE OF called_off_at, called_off_why, read_at, reached_at, reached_by, reached_how ON ledger
FOR EACH ROW WHEN ((OLD.called_off_at IS NOT NULL AND (NEW.called_off_at IS DISTINCT FROM OLD.called_off_at OR NEW.called_off_why IS DISTINCT FROM OLD.called_off_why)
      AND NOT (OLD.called_off_why <> 'replaced' AND NEW.called_off_at IS NULL))
  OR (OLD.read_at IS NOT NULL AND NEW.read_at IS DISTINCT FROM OLD.read_at)
  OR (OLD.reached_at IS NOT NULL AND (NEW.reached_at IS DISTINCT FROM OLD.reached_at OR NEW.reached_by IS DISTINCT FROM OLD.reached_by
      OR NEW.reached_how IS DISTINCT FROM OLD.reached_how))) EXECUTE FUNCTION refuse_change();

-- What came back of a letter stays, and so does a published answer.
CREATE TRIGGER returns_stay BEFORE UPDATE OR DELETE ON returns FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER returns_are_not_emptied BEFORE TRUNCATE ON returns FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_answers_stay BEFORE UPDATE OR DELETE ON notice_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_answers_are_not_emptied BEFORE TRUNCATE ON notice_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['refuse_change', 'refuse_editing', 'drafts_pass_the_gate', 'answers_stay_after_publication',
    'topics_stay_in_a_closed_round', 'refuse_change_once_approved', 'refuse_other_letter', 'untie_a_notice', 'audit_follows', 'audit_head_is_the_last_entry'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
