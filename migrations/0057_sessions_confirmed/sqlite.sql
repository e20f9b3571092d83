-- The same rules stand in postgres.sql.

-- Nobody confirms what they recorded or planned, in whatever role and by whatever account of theirs: one mailbox is one person. The day is
-- London's, at the latest an hour before the day of UTC ends.
CREATE TRIGGER session_confirmations_go_by_the_rules BEFORE INSERT ON session_confirmations
WHEN NOT EXISTS (SELECT 1 FROM planning_sessions s
    JOIN accounts a ON a.id = NEW.confirmed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    JOIN roles r ON r.account_id = a.id AND r.role = CASE NEW.for_forum WHEN 1 THEN 'organiser' ELSE 'parent' END
    WHERE s.id = NEW.session_id AND s.parents > 0 AND s.recorded_at < NEW.confirmed_at
      AND s.day <= date((NEW.confirmed_at + 3600000) / 1000, 'unixepoch')
      AND NOT EXISTS (SELECT 1 FROM accounts o
        WHERE (o.id = s.recorded_by OR o.id IN (SELECT k.account_id FROM plan_side k WHERE k.plan_id = s.plan_id))
          AND coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id))
      AND NOT EXISTS (SELECT 1 FROM standing_confirmations c JOIN accounts o ON o.id = c.confirmed_by
        WHERE c.session_id = s.id AND (c.settles = 1 OR coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id)))
      AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id)
      AND (NEW.slip_id IS NULL OR EXISTS (SELECT 1 FROM session_slips l WHERE l.id = NEW.slip_id AND l.session_id = s.id
        AND l.made_at <= NEW.confirmed_at AND l.ends_at > NEW.confirmed_at))
      AND (NEW.settles = 1) = (NEW.for_forum = 1 OR EXISTS (SELECT 1 FROM standing_confirmations c
        JOIN accounts o ON o.id = c.confirmed_by AND o.erased_at IS NULL WHERE c.session_id = s.id)))
BEGIN SELECT RAISE(ABORT, 'a planning session is confirmed by the rules'); END;
-- A parent who pressed by mistake takes it back, until the session is confirmed.
CREATE TRIGGER session_confirmations_are_taken_back_by_the_rules BEFORE INSERT ON session_confirmations_taken_back
WHEN NOT EXISTS (SELECT 1 FROM session_confirmations c
    JOIN accounts a ON a.id = c.confirmed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    WHERE c.id = NEW.confirmation_id AND c.for_forum = 0 AND c.confirmed_at < NEW.taken_back_at
      AND NOT EXISTS (SELECT 1 FROM session_confirmations o WHERE o.session_id = c.session_id AND o.settles = 1))
BEGIN SELECT RAISE(ABORT, 'that somebody was there is taken back by the rules'); END;
-- The forum says one thing about a session. It can disagree with parents.
CREATE TRIGGER session_disputes_go_by_the_rules BEFORE INSERT ON session_disputes
WHEN NOT EXISTS (SELECT 1 FROM planning_sessions s
    JOIN accounts a ON a.id = NEW.disputed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    JOIN roles r ON r.account_id = a.id AND r.role = 'organiser'
    WHERE s.id = NEW.session_id AND s.parents > 0 AND s.recorded_at < NEW.disputed_at
      AND NOT EXISTS (SELECT 1 FROM accounts o
        WHERE (o.id = s.recorded_by OR o.id IN (SELECT k.account_id FROM plan_side k WHERE k.plan_id = s.plan_id))
          AND coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id))
      AND NOT EXISTS (SELECT 1 FROM standing_confirmations c JOIN accounts o ON o.id = c.confirmed_by
        WHERE c.session_id = s.id AND (c.for_forum = 1 OR coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id))))
BEGIN SELECT RAISE(ABORT, 'a planning session is disputed by the rules'); END;

-- What was said stays, but for who said it.
CREATE TRIGGER session_slips_are_not_replaced BEFORE INSERT ON session_slips
WHEN EXISTS (SELECT 1 FROM session_slips WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'session_slips is append-only'); END;
CREATE TRIGGER session_slips_are_not_changed BEFORE UPDATE OF id, session_id, made_at, ends_at ON session_slips
BEGIN SELECT RAISE(ABORT, 'session_slips is append-only'); END;
CREATE TRIGGER session_slips_keep_who BEFORE UPDATE ON session_slips
WHEN NEW.rowid <> OLD.rowid OR (NEW.made_by IS NOT OLD.made_by AND NOT (coalesce(NEW.made_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.made_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'session_slips is append-only'); END;
CREATE TRIGGER session_slips_are_not_deleted BEFORE DELETE ON session_slips
BEGIN SELECT RAISE(ABORT, 'session_slips is append-only'); END;
CREATE TRIGGER session_confirmations_are_not_replaced BEFORE INSERT ON session_confirmations
WHEN EXISTS (SELECT 1 FROM session_confirmations WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'session_confirmations is append-only'); END;
CREATE TRIGGER session_confirmations_are_not_changed BEFORE UPDATE OF id, session_id, for_forum, settles, slip_id, confirmed_at ON session_confirmations
BEGIN SELECT RAISE(ABORT, 'session_confirmations is append-only'); END;
CREATE TRIGGER session_confirmations_keep_who BEFORE UPDATE ON session_confirmations
WHEN NEW.rowid <> OLD.rowid OR (NEW.confirmed_by IS NOT OLD.confirmed_by AND NOT (coalesce(NEW.confirmed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.confirmed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'session_confirmations is append-only'); END;
CREATE TRIGGER session_confirmations_are_not_deleted BEFORE DELETE ON session_confirmations
BEGIN SELECT RAISE(ABORT, 'session_confirmations is append-only'); END;
CREATE TRIGGER session_confirmations_taken_back_are_not_replaced BEFORE INSERT ON session_confirmations_taken_back
WHEN EXISTS (SELECT 1 FROM session_confirmations_taken_back WHERE confirmation_id = NEW.confirmation_id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'session_confirmations_taken_back is append-only'); END;
CREATE TRIGGER session_confirmations_taken_back_are_not_changed BEFORE UPDATE ON session_confirmations_taken_back
BEGIN SELECT RAISE(ABORT, 'session_confirmations_taken_back is append-only'); END;
CREATE TRIGGER session_confirmations_taken_back_are_not_deleted BEFORE DELETE ON session_confirmations_taken_back
BEGIN SELECT RAISE(ABORT, 'session_confirmations_taken_back is append-only'); END;
CREATE TRIGGER session_disputes_are_not_replaced BEFORE INSERT ON session_disputes
WHEN EXISTS (SELECT 1 FROM session_disputes WHERE session_id = NEW.session_id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(ABORT, 'session_disputes is append-only'); END;
CREATE TRIGGER session_disputes_are_not_changed BEFORE UPDATE OF session_id, reason, disputed_at ON session_disputes
BEGIN SELECT RAISE(ABORT, 'session_disputes is append-only'); END;
CREATE TRIGGER session_disputes_keep_who BEFORE UPDATE ON session_disputes
WHEN NEW.rowid <> OLD.rowid OR (NEW.disputed_by IS NOT OLD.disputed_by AND NOT (coalesce(NEW.disputed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.disputed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'session_disputes is append-only'); END;
CREATE TRIGGER session_disputes_are_not_deleted BEFORE DELETE ON session_disputes
BEGIN SELECT RAISE(ABORT, 'session_disputes is append-only'); END;

CREATE TRIGGER drafts_before_confirmations_are_not_added BEFORE INSERT ON drafts_before_confirmations
BEGIN SELECT RAISE(ABORT, 'drafts_before_confirmations is whole'); END;
CREATE TRIGGER drafts_before_confirmations_are_not_changed BEFORE UPDATE ON drafts_before_confirmations
BEGIN SELECT RAISE(ABORT, 'drafts_before_confirmations is whole'); END;
CREATE TRIGGER drafts_before_confirmations_are_not_deleted BEFORE DELETE ON drafts_before_confirmations
BEGIN SELECT RAISE(ABORT, 'drafts_before_confirmations is whole'); END;

-- What somebody has confirmed or disputed is not corrected any more.
CREATE TRIGGER planning_sessions_stay_as_confirmed BEFORE UPDATE OF day, held_at, parents, others ON planning_sessions
WHEN EXISTS (SELECT 1 FROM standing_confirmations c WHERE c.session_id = OLD.id)
  OR EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'somebody has confirmed or disputed this planning session'); END;
