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
