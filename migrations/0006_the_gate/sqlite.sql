-- The same rules stand in postgres/0006_the_gate.sql.
CREATE TRIGGER drafts_pass_the_gate BEFORE UPDATE OF published_at ON drafts
WHEN NEW.published_at IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a draft is published once') WHERE OLD.published_at IS NOT NULL;
  SELECT RAISE(ABORT, 'the_gate_is_shut') WHERE EXISTS (SELECT 1 FROM shut_gates g WHERE g.plan_id = OLD.plan_id)
    AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.draft_id = OLD.id);
  SELECT RAISE(ABORT, 'a_topic_is_not_answered') WHERE EXISTS (SELECT 1 FROM unanswered_topics u WHERE u.draft_id = OLD.id);
END;
CREATE TRIGGER drafts_are_not_unpublished BEFORE UPDATE OF published_at ON drafts
WHEN NEW.published_at IS NULL AND OLD.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a draft stays published'); END;
CREATE TRIGGER drafts_begin_unpublished BEFORE INSERT ON drafts
WHEN NEW.published_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the_gate_is_shut'); END;
CREATE TRIGGER drafts_are_not_edited BEFORE UPDATE OF id, form_key, plan_id, version, summary, body, file_hash, file_name, file_kind, file_size, recorded_by, first_recorded_at ON drafts
BEGIN SELECT RAISE(ABORT, 'a draft is not edited'); END;
CREATE TRIGGER drafts_are_not_deleted BEFORE DELETE ON drafts
BEGIN SELECT RAISE(ABORT, 'a draft is not deleted'); END;

CREATE TRIGGER answers_begin_before_publication BEFORE INSERT ON draft_answers
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.id = NEW.draft_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;
CREATE TRIGGER answers_stay_after_publication BEFORE UPDATE ON draft_answers
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.id IN (OLD.draft_id, NEW.draft_id) AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;
CREATE TRIGGER answers_are_not_deleted_after_publication BEFORE DELETE ON draft_answers
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.id = OLD.draft_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;

CREATE TRIGGER plans_are_not_changed BEFORE UPDATE ON plans BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
CREATE TRIGGER plans_are_not_deleted BEFORE DELETE ON plans BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
CREATE TRIGGER plan_topics_are_not_changed BEFORE UPDATE ON plan_topics BEGIN SELECT RAISE(ABORT, 'plan_topics is append-only'); END;
CREATE TRIGGER plan_topics_are_not_deleted BEFORE DELETE ON plan_topics BEGIN SELECT RAISE(ABORT, 'plan_topics is append-only'); END;
CREATE TRIGGER planning_sessions_are_not_changed BEFORE UPDATE ON planning_sessions BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
CREATE TRIGGER planning_sessions_are_not_deleted BEFORE DELETE ON planning_sessions BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
CREATE TRIGGER statements_are_not_changed BEFORE UPDATE ON statements BEGIN SELECT RAISE(ABORT, 'statements is append-only'); END;
CREATE TRIGGER statements_are_not_deleted BEFORE DELETE ON statements BEGIN SELECT RAISE(ABORT, 'statements is append-only'); END;
CREATE TRIGGER overrides_are_not_changed BEFORE UPDATE ON overrides BEGIN SELECT RAISE(ABORT, 'overrides is append-only'); END;
CREATE TRIGGER overrides_are_not_deleted BEFORE DELETE ON overrides BEGIN SELECT RAISE(ABORT, 'overrides is append-only'); END;
CREATE TRIGGER plan_events_are_not_changed BEFORE UPDATE ON plan_events BEGIN SELECT RAISE(ABORT, 'plan_events is append-only'); END;
CREATE TRIGGER plan_events_are_not_deleted BEFORE DELETE ON plan_events BEGIN SELECT RAISE(ABORT, 'plan_events is append-only'); END;

-- What the gate is worked out from stays as it was.
CREATE TRIGGER topics_are_published_once BEFORE UPDATE OF published_at ON topics
WHEN OLD.published_at IS NOT NULL AND (NEW.published_at IS NULL OR NEW.published_at <> OLD.published_at)
BEGIN SELECT RAISE(ABORT, 'a topic is published once'); END;
CREATE TRIGGER topics_are_published_after_they_are_proposed BEFORE UPDATE OF published_at ON topics
WHEN NEW.published_at < NEW.proposed_at
BEGIN SELECT RAISE(ABORT, 'a topic is published after it is proposed'); END;
CREATE TRIGGER topics_stay_in_a_closed_round BEFORE UPDATE OF round_id ON topics
WHEN OLD.round_id IS NOT NEW.round_id AND EXISTS (SELECT 1 FROM rounds r WHERE r.id IN (OLD.round_id, NEW.round_id) AND r.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a topic neither leaves nor joins a closed round'); END;
CREATE TRIGGER topics_of_a_closed_round_are_not_withdrawn BEFORE UPDATE OF withdrawn_at, merged_at, merged_into ON topics
WHEN (OLD.withdrawn_at IS NOT NEW.withdrawn_at OR OLD.merged_at IS NOT NEW.merged_at OR OLD.merged_into IS NOT NEW.merged_into) AND EXISTS (SELECT 1 FROM rounds r WHERE r.id = OLD.round_id AND r.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a topic of a closed round is neither withdrawn nor merged'); END;
CREATE TRIGGER rounds_close_once BEFORE UPDATE OF closed_at ON rounds
WHEN OLD.closed_at IS NOT NULL AND (NEW.closed_at IS NULL OR NEW.closed_at <> OLD.closed_at)
BEGIN SELECT RAISE(ABORT, 'a round closes once'); END;
