-- The same rules stand in postgres.sql.

CREATE TRIGGER round_changes_go_by_the_rules BEFORE INSERT ON round_changes
WHEN NOT EXISTS (SELECT 1 FROM rounds r WHERE r.id = NEW.round_id AND r.title = NEW.title AND r.closed_at IS NULL
    AND r.propose_from = NEW.was_propose_from AND r.vote_from = NEW.was_vote_from AND r.closes_at = NEW.was_closes_at
    AND NEW.changed_at < CASE NEW.kind WHEN 'extended' THEN r.closes_at ELSE r.vote_from END
    AND (NEW.kind = 'extended'
      OR NOT EXISTS (SELECT 1 FROM supports s JOIN topics t ON t.id = s.topic_id WHERE t.round_id = r.id)))
BEGIN SELECT RAISE(ABORT, 'a round is changed by the rules'); END;
CREATE TRIGGER round_changes_are_not_replaced BEFORE INSERT ON round_changes
WHEN EXISTS (SELECT 1 FROM round_changes WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'round_changes stay'); END;
CREATE TRIGGER round_changes_are_not_changed BEFORE UPDATE OF form_key, round_id, kind, title, was_propose_from, was_vote_from, was_closes_at, propose_from, vote_from, closes_at, reason, changed_at ON round_changes
BEGIN SELECT RAISE(ABORT, 'round_changes stay'); END;
CREATE TRIGGER round_changes_keep_who BEFORE UPDATE ON round_changes
WHEN NEW.rowid <> OLD.rowid OR (NEW.changed_by IS NOT OLD.changed_by AND NOT (coalesce(NEW.changed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.changed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'round_changes stay'); END;
CREATE TRIGGER round_changes_are_not_deleted BEFORE DELETE ON round_changes
BEGIN SELECT RAISE(ABORT, 'round_changes stay'); END;

CREATE TRIGGER consultation_changes_go_by_the_rules BEFORE INSERT ON consultation_changes
WHEN NOT EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND c.opened_at IS NOT NULL
    AND c.withdrawn_at IS NULL AND c.closes_at = NEW.was_closes_at AND NEW.changed_at < c.closes_at
    AND CASE NEW.kind WHEN 'called back'
      THEN NEW.changed_at < c.opens_at AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.consultation_id = c.id)
      ELSE NEW.changed_at > c.opens_at END)
BEGIN SELECT RAISE(ABORT, 'a consultation is changed by the rules'); END;
CREATE TRIGGER consultation_changes_are_not_replaced BEFORE INSERT ON consultation_changes
WHEN EXISTS (SELECT 1 FROM consultation_changes WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'consultation_changes stay'); END;
CREATE TRIGGER consultation_changes_are_not_changed BEFORE UPDATE OF form_key, consultation_id, kind, was_closes_at, closes_at, reason, changed_at ON consultation_changes
BEGIN SELECT RAISE(ABORT, 'consultation_changes stay'); END;
CREATE TRIGGER consultation_changes_keep_who BEFORE UPDATE ON consultation_changes
WHEN NEW.rowid <> OLD.rowid OR (NEW.changed_by IS NOT OLD.changed_by AND NOT (coalesce(NEW.changed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.changed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'consultation_changes stay'); END;
CREATE TRIGGER consultation_changes_are_not_deleted BEFORE DELETE ON consultation_changes
BEGIN SELECT RAISE(ABORT, 'consultation_changes stay'); END;

CREATE TRIGGER plan_changes_go_by_the_rules BEFORE INSERT ON plan_changes
WHEN NOT EXISTS (SELECT 1 FROM plans p WHERE p.id = NEW.plan_id AND p.due_day = NEW.was_due_day
    AND NOT EXISTS (SELECT 1 FROM plan_changes k WHERE k.plan_id = p.id AND k.kind = 'cancelled')
    AND (NEW.kind = 'extended' OR (NOT EXISTS (SELECT 1 FROM plan_topics x WHERE x.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM planning_sessions s WHERE s.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM consultations c WHERE c.plan_id = p.id))))
BEGIN SELECT RAISE(ABORT, 'a plan is changed by the rules'); END;
CREATE TRIGGER plan_changes_are_not_replaced BEFORE INSERT ON plan_changes
WHEN EXISTS (SELECT 1 FROM plan_changes WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'plan_changes stay'); END;
CREATE TRIGGER plan_changes_are_not_changed BEFORE UPDATE OF form_key, plan_id, kind, was_due_day, due_day, reason, changed_at ON plan_changes
BEGIN SELECT RAISE(ABORT, 'plan_changes stay'); END;
CREATE TRIGGER plan_changes_keep_who BEFORE UPDATE ON plan_changes
WHEN NEW.rowid <> OLD.rowid OR (NEW.changed_by IS NOT OLD.changed_by AND NOT (coalesce(NEW.changed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.changed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'plan_changes stay'); END;
CREATE TRIGGER plan_changes_are_not_deleted BEFORE DELETE ON plan_changes
BEGIN SELECT RAISE(ABORT, 'plan_changes stay'); END;

-- A round keeps its terms, but for the dates that its newest row of round_changes says.
DROP TRIGGER rounds_keep_their_terms;
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats ON rounds
BEGIN SELECT RAISE(ABORT, 'a round stays as it was opened'); END;
CREATE TRIGGER rounds_keep_their_dates BEFORE UPDATE OF propose_from, vote_from, closes_at ON rounds
WHEN OLD.closed_at IS NOT NULL OR NEW.closed_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM round_changes c WHERE c.round_id = OLD.id AND c.kind IN ('moved', 'extended')
    AND c.changed_at = (SELECT max(n.changed_at) FROM round_changes n WHERE n.round_id = OLD.id)
    AND c.was_propose_from = OLD.propose_from AND c.was_vote_from = OLD.vote_from AND c.was_closes_at = OLD.closes_at
    AND c.propose_from = NEW.propose_from AND c.vote_from = NEW.vote_from AND c.closes_at = NEW.closes_at)
BEGIN SELECT RAISE(ABORT, 'a round keeps its dates'); END;
CREATE TRIGGER rounds_do_not_overlap_later BEFORE UPDATE OF propose_from, closes_at ON rounds
WHEN EXISTS (SELECT 1 FROM rounds WHERE propose_from < NEW.closes_at AND closes_at > NEW.propose_from AND id <> NEW.id)
BEGIN SELECT RAISE(ABORT, 'rounds_do_not_overlap'); END;
DROP TRIGGER rounds_are_not_deleted;
CREATE TRIGGER rounds_are_not_deleted BEFORE DELETE ON rounds
WHEN OLD.closed_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM round_changes c WHERE c.round_id = OLD.id AND c.kind = 'cancelled')
BEGIN SELECT RAISE(ABORT, 'rounds are not deleted'); END;

-- What is open stays as it is, but for its last day, as its newest row of consultation_changes says; before it opens it can be
-- called back.
CREATE TRIGGER opened_consultations_keep_their_last_day BEFORE UPDATE OF closes_at, withdrawn_at ON consultations
WHEN OLD.opened_at IS NOT NULL AND (OLD.withdrawn_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM consultation_changes c WHERE c.consultation_id = OLD.id AND c.kind IN ('extended', 'closed early', 'withdrawn')
    AND c.changed_at = (SELECT max(n.changed_at) FROM consultation_changes n WHERE n.consultation_id = OLD.id)
    AND c.was_closes_at = OLD.closes_at AND c.closes_at = NEW.closes_at
    AND (c.kind = 'withdrawn') = (NEW.withdrawn_at IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'what is open keeps its last day'); END;
CREATE TRIGGER what_is_not_open_is_not_withdrawn BEFORE UPDATE OF withdrawn_at ON consultations
WHEN OLD.opened_at IS NULL AND NEW.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is not open is not withdrawn'); END;
DROP TRIGGER opened_consultations_stay;
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_at
  ON consultations WHEN OLD.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
CREATE TRIGGER opened_consultations_stay_open BEFORE UPDATE OF opened_at ON consultations
WHEN OLD.opened_at IS NOT NULL AND (NEW.opened_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM consultation_changes c WHERE c.consultation_id = OLD.id AND c.kind IN ('called back')
    AND c.changed_at = (SELECT max(n.changed_at) FROM consultation_changes n WHERE n.consultation_id = OLD.id) AND c.changed_at < OLD.opens_at))
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
DROP TRIGGER opened_consultations_keep_who;
CREATE TRIGGER opened_consultations_keep_who BEFORE UPDATE OF written_by, opened_by ON consultations
WHEN OLD.opened_at IS NOT NULL AND ((NEW.written_by IS NOT OLD.written_by AND NOT (coalesce(NEW.written_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.written_by AND a.erased_at > 0)))
  OR (NEW.opened_at IS NOT NULL AND (NEW.opened_by IS NOT OLD.opened_by AND NOT (coalesce(NEW.opened_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.opened_by AND a.erased_at > 0)))))
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
CREATE TRIGGER no_release_of_what_is_withdrawn BEFORE INSERT ON releases
WHEN EXISTS (SELECT 1 FROM consultations c WHERE c.id = NEW.consultation_id AND c.withdrawn_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'it is withdrawn'); END;

-- A plan is due when its newest row of plan_changes says.
DROP TRIGGER plans_are_not_changed;
CREATE TRIGGER plans_are_not_changed BEFORE UPDATE OF id, form_key, title, what, registered_at ON plans
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
CREATE TRIGGER plans_keep_their_day BEFORE UPDATE OF due_day ON plans
WHEN NOT EXISTS (SELECT 1 FROM plan_changes c WHERE c.plan_id = OLD.id AND c.kind IN ('moved', 'extended')
    AND c.changed_at = (SELECT max(n.changed_at) FROM plan_changes n WHERE n.plan_id = OLD.id)
    AND c.was_due_day = OLD.due_day AND c.due_day = NEW.due_day)
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
