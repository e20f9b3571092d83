-- The same rules stand in sqlite.sql.

-- Nobody confirms what they recorded or planned, in whatever role and by whatever account of theirs: one mailbox is one person. The day is
-- London's, at the latest an hour before the day of UTC ends.
CREATE FUNCTION session_confirmations_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- A transaction that looks at an earlier moment would not see what has happened since.
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  -- Nobody publishes a draft, or says something else about the session, meanwhile.
  PERFORM 1 FROM plans p WHERE p.id = (SELECT s.plan_id FROM planning_sessions s WHERE s.id = NEW.session_id) FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM planning_sessions s
    JOIN accounts a ON a.id = NEW.confirmed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    JOIN roles r ON r.account_id = a.id AND r.role = CASE NEW.for_forum WHEN 1 THEN 'organiser' ELSE 'parent' END
    WHERE s.id = NEW.session_id AND s.parents > 0 AND s.recorded_at < NEW.confirmed_at
      AND s.day <= to_char(to_timestamp((NEW.confirmed_at + 3600000) / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD')
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
    THEN RAISE EXCEPTION 'a planning session is confirmed by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_confirmations_go_by_the_rules BEFORE INSERT ON session_confirmations
FOR EACH ROW EXECUTE FUNCTION session_confirmations_go_by_the_rules();

-- A parent who pressed by mistake takes it back, until the session is confirmed.
CREATE FUNCTION session_confirmations_are_taken_back_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  PERFORM 1 FROM plans p WHERE p.id = (SELECT s.plan_id FROM planning_sessions s JOIN session_confirmations c ON c.session_id = s.id
    WHERE c.id = NEW.confirmation_id) FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM session_confirmations c
    JOIN accounts a ON a.id = c.confirmed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    WHERE c.id = NEW.confirmation_id AND c.for_forum = 0 AND c.confirmed_at < NEW.taken_back_at
      AND NOT EXISTS (SELECT 1 FROM session_confirmations o WHERE o.session_id = c.session_id AND o.settles = 1))
    THEN RAISE EXCEPTION 'that somebody was there is taken back by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_confirmations_are_taken_back_by_the_rules BEFORE INSERT ON session_confirmations_taken_back
FOR EACH ROW EXECUTE FUNCTION session_confirmations_are_taken_back_by_the_rules();

-- The forum says one thing about a session. It can disagree with parents.
CREATE FUNCTION session_disputes_go_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE EXCEPTION 'this is done in read committed'; END IF;
  PERFORM 1 FROM plans p WHERE p.id = (SELECT s.plan_id FROM planning_sessions s WHERE s.id = NEW.session_id) FOR UPDATE;
  IF NOT EXISTS (SELECT 1 FROM planning_sessions s
    JOIN accounts a ON a.id = NEW.disputed_by AND a.erased_at IS NULL AND a.suspended_at IS NULL
    JOIN roles r ON r.account_id = a.id AND r.role = 'organiser'
    WHERE s.id = NEW.session_id AND s.parents > 0 AND s.recorded_at < NEW.disputed_at
      AND NOT EXISTS (SELECT 1 FROM accounts o
        WHERE (o.id = s.recorded_by OR o.id IN (SELECT k.account_id FROM plan_side k WHERE k.plan_id = s.plan_id))
          AND coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id))
      AND NOT EXISTS (SELECT 1 FROM standing_confirmations c JOIN accounts o ON o.id = c.confirmed_by
        WHERE c.session_id = s.id AND (c.for_forum = 1 OR coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id))))
    THEN RAISE EXCEPTION 'a planning session is disputed by the rules'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER session_disputes_go_by_the_rules BEFORE INSERT ON session_disputes
FOR EACH ROW EXECUTE FUNCTION session_disputes_go_by_the_rules();

CREATE TRIGGER drafts_before_confirmations_are_whole BEFORE INSERT OR UPDATE OR DELETE ON drafts_before_confirmations
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER drafts_before_confirmations_are_not_emptied BEFORE TRUNCATE ON drafts_before_confirmations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What somebody has confirmed or disputed is not corrected any more.
CREATE FUNCTION planning_sessions_stay_as_confirmed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  PERFORM 1 FROM plans p WHERE p.id = OLD.plan_id FOR UPDATE;
  IF EXISTS (SELECT 1 FROM standing_confirmations c WHERE c.session_id = OLD.id)
    OR EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = OLD.id)
    THEN RAISE EXCEPTION 'somebody has confirmed or disputed this planning session'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER planning_sessions_stay_as_confirmed BEFORE UPDATE OF day, held_at, parents, others ON planning_sessions
FOR EACH ROW EXECUTE FUNCTION planning_sessions_stay_as_confirmed();

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['session_confirmations_go_by_the_rules', 'session_confirmations_are_taken_back_by_the_rules',
    'session_disputes_go_by_the_rules', 'planning_sessions_stay_as_confirmed'] LOOP
    EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
