-- Erasing an account. The same rules stand in sqlite/0033_erasing.sql.

-- An account that its owner asked to erase, until that is done or called back. token_hash: of the link that calls it back.
-- takes_down: what she published goes too, as far as its author may take it down; keeps_emails: her address still gets
-- emails about changes to services.
CREATE TABLE erasures (
  account_id TEXT PRIMARY KEY REFERENCES accounts (id),
  token_hash TEXT NOT NULL UNIQUE,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  takes_down INTEGER NOT NULL CHECK (takes_down IN (0, 1)),
  keeps_emails INTEGER NOT NULL CHECK (keeps_emails IN (0, 1)),
  CHECK (asked_at < due_at)
);
CREATE INDEX erasures_due ON erasures (due_at);
-- Since when the database's file is to be written anew, since an account was erased; NULL: it was.
ALTER TABLE service_state ADD COLUMN to_rewrite_since BIGINT;

-- What was done by accounts that are erased was done by these. There are two, since some things are done by two people.
-- They were never joined and cannot sign in.
INSERT INTO accounts (id, email, shown_name, place_id, password_hash, confirmed_at, erased_at)
VALUES ('00000000-0000-0000-0000-000000000000', NULL, 'Someone who has left', NULL, NULL, 0, 0),
       ('00000000-0000-0000-0000-000000000001', NULL, 'Someone else who has left', NULL, NULL, 0, 0);

-- Whoever signs in stays.
CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  DELETE FROM erasures WHERE account_id = NEW.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER whoever_signs_in_stays AFTER INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION stay();

-- Whether a row changes only in who did it: an account that is erased makes room for one of the two above.
CREATE FUNCTION only_lets_go(was JSONB, becomes JSONB, who_did TEXT[]) RETURNS BOOLEAN LANGUAGE plpgsql AS
$$ DECLARE who TEXT;
BEGIN
  IF becomes = was THEN RETURN FALSE; END IF;
  FOREACH who IN ARRAY who_did LOOP
    CONTINUE WHEN (becomes ->> who) IS NOT DISTINCT FROM (was ->> who);
    IF coalesce(becomes ->> who, '') NOT IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
      OR NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = (was ->> who) AND a.erased_at > 0) THEN RETURN FALSE; END IF;
    becomes := jsonb_set(becomes, ARRAY[who], was -> who);
  END LOOP;
  RETURN becomes = was;
END $$;

-- What is kept stays, but for who did it; the columns that say so are named with the trigger.
CREATE FUNCTION refuse_all_but_letting_go() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), TG_ARGV) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

DO $$
DECLARE kept TEXT[];
BEGIN
  FOREACH kept SLICE 1 IN ARRAY ARRAY[
    ARRAY['concern_notes', 'concern_notes_are_append_only', 'UPDATE OR DELETE', 'noted_by'],
    ARRAY['confirmations', 'confirmations_are_append_only', 'UPDATE OR DELETE', 'confirmed_by'],
    ARRAY['plans', 'plans_are_append_only', 'UPDATE OR DELETE', 'registered_by'],
    ARRAY['plan_topics', 'plan_topics_are_append_only', 'UPDATE OR DELETE', 'tied_by'],
    ARRAY['planning_sessions', 'planning_sessions_are_append_only', 'UPDATE OR DELETE', 'recorded_by'],
    ARRAY['statements', 'statements_are_append_only', 'UPDATE OR DELETE', 'written_by'],
    ARRAY['overrides', 'overrides_are_append_only', 'UPDATE OR DELETE', 'made_by'],
    ARRAY['plan_events', 'plan_events_are_append_only', 'UPDATE OR DELETE', 'who'],
    ARRAY['notice_answers', 'notice_answers_stay', 'UPDATE OR DELETE', 'answered_by'],
    ARRAY['findings', 'findings_are_append_only', 'UPDATE OR DELETE', 'said_by'],
    ARRAY['updates', 'updates_are_not_changed', 'UPDATE', 'begun_by'],
    ARRAY['verdicts', 'verdicts_are_not_changed', 'UPDATE', 'given_by'],
    ARRAY['comment_responses', 'comment_responses_are_not_changed', 'UPDATE', 'responded_by'],
    ARRAY['comment_notes', 'comment_notes_are_not_changed', 'UPDATE', 'noted_by']] LOOP
    EXECUTE format('DROP TRIGGER %I ON %I', kept[2], kept[1]);
    EXECUTE format('CREATE TRIGGER %I BEFORE %s ON %I FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go(%L)', kept[2], kept[3], kept[1], kept[4]);
  END LOOP;
END $$;

DROP TRIGGER rounds_keep_their_terms ON rounds;
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats, propose_from, vote_from, closes_at, opened_by ON rounds
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('opened_by');

DROP TRIGGER drafts_are_not_edited ON drafts;
CREATE TRIGGER drafts_are_not_edited BEFORE UPDATE OF id, form_key, plan_id, version, summary, body, file_hash, file_name, file_kind, file_size, recorded_by, first_recorded_at ON drafts
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('recorded_by');
DROP TRIGGER who_published_a_draft_stays ON drafts;
CREATE TRIGGER who_published_a_draft_stays BEFORE UPDATE OF published_by ON drafts
FOR EACH ROW WHEN (OLD.published_by IS NOT NULL AND NEW.published_by IS DISTINCT FROM OLD.published_by)
EXECUTE FUNCTION refuse_all_but_letting_go('published_by');

CREATE OR REPLACE FUNCTION answers_stay_after_publication() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['answered_by']) THEN RETURN NEW; END IF;
  END IF;
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

DROP TRIGGER approved_notices_are_not_edited ON notices;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, written_by, written_at, follows_id, follow_kind, changed ON notices
FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('written_by');
DROP TRIGGER started_notices_stay ON notices;
CREATE TRIGGER started_notices_stay BEFORE UPDATE OF approved_by, approved_at, starts_at, started_at ON notices
FOR EACH ROW WHEN (OLD.started_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('approved_by');

DROP TRIGGER ledger_is_told_once ON ledger;
CREATE TRIGGER ledger_is_told_once BEFORE UPDATE OF called_off_at, called_off_why, read_at, reached_at, reached_by, reached_how ON ledger
FOR EACH ROW WHEN ((OLD.called_off_at IS NOT NULL AND (NEW.called_off_at IS DISTINCT FROM OLD.called_off_at OR NEW.called_off_why IS DISTINCT FROM OLD.called_off_why)
      AND NOT (OLD.called_off_why <> 'replaced' AND NEW.called_off_at IS NULL))
  OR (OLD.read_at IS NOT NULL AND NEW.read_at IS DISTINCT FROM OLD.read_at)
  OR (OLD.reached_at IS NOT NULL AND (NEW.reached_at IS DISTINCT FROM OLD.reached_at OR NEW.reached_by IS DISTINCT FROM OLD.reached_by
      OR NEW.reached_how IS DISTINCT FROM OLD.reached_how))) EXECUTE FUNCTION refuse_all_but_letting_go('reached_by');

DROP TRIGGER opened_consultations_stay ON consultations;
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_by, written_at,
  opened_by, opened_at ON consultations
FOR EACH ROW WHEN (OLD.opened_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('written_by', 'opened_by');

DROP TRIGGER releases_stay ON releases;
CREATE TRIGGER releases_stay BEFORE UPDATE ON releases
FOR EACH ROW WHEN (OLD.checked_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('counted_by', 'checked_by');

-- Who compared a sheet is let go without a change to what it says; so is who redacted words, which stay quoted.
DROP TRIGGER compared_sheets_are_a_change ON typed_responses;
CREATE TRIGGER compared_sheets_are_a_change AFTER UPDATE OF checked_by ON typed_responses
FOR EACH ROW WHEN (NEW.checked_by IS DISTINCT FROM '00000000-0000-0000-0000-000000000001') EXECUTE FUNCTION count_a_change();
DROP TRIGGER redacted_words_are_not_quoted ON redactions;
CREATE TRIGGER redacted_words_are_not_quoted AFTER INSERT OR UPDATE OF words ON redactions FOR EACH ROW EXECUTE FUNCTION unquote();

DROP TRIGGER what_an_update_says_stays ON update_versions;
CREATE TRIGGER what_an_update_says_stays BEFORE UPDATE OF update_id, version, form_key, you_said, questions, part, we_did, outcome, because, decided_by,
  look_again, decide_by, next, next_by, evidence, published_by, published_at, is_told ON update_versions
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_letting_go('published_by');

-- Who was told is let go as well: then nobody knows who it was, but still that somebody was told.
CREATE FUNCTION who_was_told_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.person <> OLD.person AND to_jsonb(NEW) - 'person' = to_jsonb(OLD) - 'person'
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.person AND a.erased_at > 0)
    AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = NEW.person) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'who was told stays';
END $$;
DROP TRIGGER update_letters_are_not_changed ON update_letters;
CREATE TRIGGER update_letters_are_not_changed BEFORE UPDATE ON update_letters FOR EACH ROW EXECUTE FUNCTION who_was_told_stays();

-- Words that nobody can read any more, or never could, go with their author; what was passed on stays.
CREATE FUNCTION words_of_a_topic_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.title = 'Deleted topic' AND NEW.happens_now = '' AND NEW.would_help = ''
    AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
    AND (to_jsonb(NEW) - ARRAY['title', 'happens_now', 'would_help']) = (to_jsonb(OLD) - ARRAY['title', 'happens_now', 'would_help'])
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'the words of a topic are not edited';
END $$;
DROP TRIGGER words_of_a_topic_are_not_edited ON topics;
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help, author_id, proposed_at ON topics
FOR EACH ROW EXECUTE FUNCTION words_of_a_topic_stay();

CREATE FUNCTION words_of_a_comment_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF only_lets_go(to_jsonb(OLD), to_jsonb(NEW), ARRAY['author_id']) THEN RETURN NEW; END IF;
  IF NEW.words = 'Deleted' AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0)
    AND to_jsonb(NEW) - 'words' = to_jsonb(OLD) - 'words'
    THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'what a comment says stays';
END $$;
DROP TRIGGER what_a_comment_says_stays ON comments;
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, author_id, service_id, words, sent_at ON comments
FOR EACH ROW EXECUTE FUNCTION words_of_a_comment_stay();
DROP TRIGGER a_comment_is_decided_once ON comments;
CREATE TRIGGER a_comment_is_decided_once BEFORE UPDATE ON comments FOR EACH ROW
WHEN ((OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
  OR (OLD.declined_at IS NOT NULL AND (NEW.declined_at IS DISTINCT FROM OLD.declined_at OR NEW.decline_reason IS DISTINCT FROM OLD.decline_reason))
  OR (OLD.passed_on_at IS NOT NULL AND NEW.passed_on_at IS DISTINCT FROM OLD.passed_on_at)
  OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by)
  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at))
EXECUTE FUNCTION refuse_all_but_letting_go('decided_by');

-- A table of the same name in a session's own schema must not stand in for the real one.
DO $$
DECLARE guard TEXT;
BEGIN
  FOREACH guard IN ARRAY ARRAY['stay()', 'only_lets_go(jsonb, jsonb, text[])', 'refuse_all_but_letting_go()', 'answers_stay_after_publication()',
    'who_was_told_stays()', 'words_of_a_topic_stay()', 'words_of_a_comment_stay()'] LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', guard, current_schema());
  END LOOP;
END $$;
