-- The same tables and rules stand in postgres/0012_responses.sql.
--
-- One person's answers, and who took part where one must be signed in. Nothing joins the two: no column, no time, and no
-- order either, since both are kept in the order of their keys, of which that of a response is drawn by lot.
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
) WITHOUT ROWID;
CREATE INDEX responses_by_consultation ON responses (consultation_id, version);
CREATE TABLE took_part (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  mark TEXT NOT NULL,
  wants_outcome INTEGER NOT NULL DEFAULT 0 CHECK (wants_outcome IN (0, 1)),
  PRIMARY KEY (consultation_id, account_id)
) WITHOUT ROWID;
-- Links that were given to one person each. mark: somebody took part by it. Nothing says whose it is.
CREATE TABLE personal_links (
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  link_hash TEXT NOT NULL,
  mark TEXT,
  PRIMARY KEY (consultation_id, link_hash)
) WITHOUT ROWID;

CREATE TRIGGER questions_freeze_at_the_first_answer BEFORE UPDATE OF consultation_id, version, questions ON questionnaires
WHEN EXISTS (SELECT 1 FROM responses r WHERE r.consultation_id = OLD.consultation_id AND r.version = OLD.version AND r.answers <> '{}')
BEGIN SELECT RAISE(ABORT, 'questions_are_frozen'); END;
CREATE TRIGGER questionnaires_are_not_deleted BEFORE DELETE ON questionnaires
BEGIN SELECT RAISE(ABORT, 'questions stay'); END;
CREATE TRIGGER questionnaires_are_not_replaced BEFORE INSERT ON questionnaires
WHEN EXISTS (SELECT 1 FROM questionnaires WHERE (consultation_id = NEW.consultation_id AND version = NEW.version) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
-- What was never sent, or was taken back, may go; what counts stays.
CREATE TRIGGER responses_are_not_deleted BEFORE DELETE ON responses WHEN OLD.answers <> '{}' OR OLD.state = 'sent'
BEGIN SELECT RAISE(ABORT, 'responses stay'); END;
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_by, written_at,
  opened_by, opened_at ON consultations WHEN OLD.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
-- A consultation on a draft opens only once the draft is published, which is past the gate.
CREATE TRIGGER no_consultation_on_a_draft_before_the_gate BEFORE UPDATE OF opened_at ON consultations
WHEN NEW.opened_at IS NOT NULL AND NEW.draft_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the_gate_is_shut'); END;
CREATE TRIGGER consultations_begin_unopened BEFORE INSERT ON consultations WHEN NEW.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a consultation is opened after it is written'); END;
