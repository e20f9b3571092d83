-- The same tables and rules stand in sqlite/0012_responses.sql.
--
-- One person's answers, and who took part where one must be signed in. Nothing joins the two: no column and no time. The id
-- of a response is drawn by lot.
-- mark: made of the account and the code of the response. Who has the code can prove that it is hers to take back; from these
-- tables alone it cannot be made, since the code is not kept.
CREATE TABLE responses (
  id TEXT PRIMARY KEY,
  consultation_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  code_hash TEXT NOT NULL UNIQUE,
  answers TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('online', 'paper', 'phone', 'meeting')),
  may_quote INTEGER NOT NULL DEFAULT 0 CHECK (may_quote IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('begun', 'sent', 'reopened', 'withdrawn')),
  FOREIGN KEY (consultation_id, version) REFERENCES questionnaires (consultation_id, version)
);
CREATE INDEX responses_by_consultation ON responses (consultation_id, version);
CREATE TABLE took_part (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  mark TEXT NOT NULL,
  wants_outcome INTEGER NOT NULL DEFAULT 0 CHECK (wants_outcome IN (0, 1)),
  PRIMARY KEY (consultation_id, account_id)
);
-- Links that were given to one person each. mark: somebody took part by it. Nothing says whose it is.
CREATE TABLE personal_links (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  link_hash TEXT NOT NULL,
  mark TEXT,
  PRIMARY KEY (consultation_id, link_hash)
);

CREATE FUNCTION refuse_change_once_answered() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF EXISTS (SELECT 1 FROM responses r WHERE r.consultation_id = OLD.consultation_id AND r.version = OLD.version AND r.answers <> '{}')
    THEN RAISE EXCEPTION 'questions_are_frozen'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER questions_freeze_at_the_first_answer BEFORE UPDATE OF consultation_id, version, questions ON questionnaires
FOR EACH ROW EXECUTE FUNCTION refuse_change_once_answered();
CREATE TRIGGER questionnaires_are_not_deleted BEFORE DELETE ON questionnaires FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER questionnaires_are_not_emptied BEFORE TRUNCATE ON questionnaires FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- What was never sent, or was taken back, may go; what counts stays.
CREATE TRIGGER responses_are_not_deleted BEFORE DELETE ON responses
FOR EACH ROW WHEN (OLD.answers <> '{}' OR OLD.state = 'sent') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER responses_are_not_emptied BEFORE TRUNCATE ON responses FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_by, written_at,
  opened_by, opened_at ON consultations
FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
-- A consultation on a draft opens only once the draft is published, which is past the gate.
CREATE FUNCTION refuse_to_open_before_the_gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.opened_at IS NOT NULL AND NEW.draft_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM public.drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
    THEN RAISE EXCEPTION 'the_gate_is_shut'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_consultation_on_a_draft_before_the_gate BEFORE UPDATE OF opened_at ON consultations
FOR EACH ROW EXECUTE FUNCTION refuse_to_open_before_the_gate();
CREATE TRIGGER consultations_begin_unopened BEFORE INSERT ON consultations
FOR EACH ROW WHEN (NEW.opened_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
