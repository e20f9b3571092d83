-- Erasing an account. The same rules stand in postgres/0033_erasing.sql.

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
CREATE TRIGGER whoever_signs_in_stays AFTER INSERT ON sessions
BEGIN DELETE FROM erasures WHERE account_id = NEW.account_id; END;

-- What is kept stays, but for who did it: once that account is erased, one of the two above takes its place. Nothing else
-- changes in such a row.
DROP TRIGGER concern_notes_are_not_changed;
CREATE TRIGGER concern_notes_are_not_changed BEFORE UPDATE OF form_key, topic_id, note, noted_at ON concern_notes
BEGIN SELECT RAISE(ABORT, 'concern_notes is append-only'); END;
CREATE TRIGGER concern_notes_keep_who BEFORE UPDATE ON concern_notes
WHEN NEW.rowid <> OLD.rowid OR (NEW.noted_by IS NOT OLD.noted_by AND NOT (coalesce(NEW.noted_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.noted_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'concern_notes is append-only'); END;
DROP TRIGGER confirmations_are_not_changed;
CREATE TRIGGER confirmations_are_not_changed BEFORE UPDATE OF round_id, reason, confirmed_at ON confirmations
BEGIN SELECT RAISE(ABORT, 'a confirmation is append-only'); END;
CREATE TRIGGER confirmations_keep_who BEFORE UPDATE ON confirmations
WHEN NEW.rowid <> OLD.rowid OR (NEW.confirmed_by IS NOT OLD.confirmed_by AND NOT (coalesce(NEW.confirmed_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.confirmed_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'a confirmation is append-only'); END;
DROP TRIGGER plans_are_not_changed;
CREATE TRIGGER plans_are_not_changed BEFORE UPDATE OF id, form_key, title, what, due_day, registered_at ON plans
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
CREATE TRIGGER plans_keep_who BEFORE UPDATE ON plans
WHEN NEW.rowid <> OLD.rowid OR (NEW.registered_by IS NOT OLD.registered_by AND NOT (coalesce(NEW.registered_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.registered_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'plans is append-only'); END;
DROP TRIGGER plan_topics_are_not_changed;
CREATE TRIGGER plan_topics_are_not_changed BEFORE UPDATE OF plan_id, topic_id, tied_at ON plan_topics
BEGIN SELECT RAISE(ABORT, 'plan_topics is append-only'); END;
CREATE TRIGGER plan_topics_keep_who BEFORE UPDATE ON plan_topics
WHEN NEW.rowid <> OLD.rowid OR (NEW.tied_by IS NOT OLD.tied_by AND NOT (coalesce(NEW.tied_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.tied_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'plan_topics is append-only'); END;
DROP TRIGGER planning_sessions_are_not_changed;
CREATE TRIGGER planning_sessions_are_not_changed BEFORE UPDATE OF id, form_key, plan_id, day, held_at, parents, others, decided, notes, audience, recorded_at ON planning_sessions
BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
CREATE TRIGGER planning_sessions_keep_who BEFORE UPDATE ON planning_sessions
WHEN NEW.rowid <> OLD.rowid OR (NEW.recorded_by IS NOT OLD.recorded_by AND NOT (coalesce(NEW.recorded_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.recorded_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'planning_sessions is append-only'); END;
DROP TRIGGER statements_are_not_changed;
CREATE TRIGGER statements_are_not_changed BEFORE UPDATE OF form_key, plan_id, words, written_at ON statements
BEGIN SELECT RAISE(ABORT, 'statements is append-only'); END;
CREATE TRIGGER statements_keep_who BEFORE UPDATE ON statements
WHEN NEW.rowid <> OLD.rowid OR (NEW.written_by IS NOT OLD.written_by AND NOT (coalesce(NEW.written_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.written_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'statements is append-only'); END;
DROP TRIGGER overrides_are_not_changed;
CREATE TRIGGER overrides_are_not_changed BEFORE UPDATE OF draft_id, name, reason, made_at ON overrides
BEGIN SELECT RAISE(ABORT, 'overrides is append-only'); END;
CREATE TRIGGER overrides_keep_who BEFORE UPDATE ON overrides
WHEN NEW.rowid <> OLD.rowid OR (NEW.made_by IS NOT OLD.made_by AND NOT (coalesce(NEW.made_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.made_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'overrides is append-only'); END;
DROP TRIGGER plan_events_are_not_changed;
CREATE TRIGGER plan_events_are_not_changed BEFORE UPDATE OF id, plan_id, at, what, about, role ON plan_events
BEGIN SELECT RAISE(ABORT, 'plan_events is append-only'); END;
CREATE TRIGGER plan_events_keep_who BEFORE UPDATE ON plan_events
WHEN NEW.rowid <> OLD.rowid OR (NEW.who IS NOT OLD.who AND NOT (coalesce(NEW.who, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.who AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'plan_events is append-only'); END;
DROP TRIGGER notice_answers_stay;
CREATE TRIGGER notice_answers_stay BEFORE UPDATE OF id, form_key, notice_id, question, answer, answered_at ON notice_answers
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;
CREATE TRIGGER notice_answers_keep_who BEFORE UPDATE ON notice_answers
WHEN NEW.rowid <> OLD.rowid OR (NEW.answered_by IS NOT OLD.answered_by AND NOT (coalesce(NEW.answered_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.answered_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;
DROP TRIGGER updates_are_not_changed;
CREATE TRIGGER updates_are_not_changed BEFORE UPDATE OF id, form_key, organisation_id, begun_at ON updates
BEGIN SELECT RAISE(ABORT, 'updates stay'); END;
CREATE TRIGGER updates_keep_who BEFORE UPDATE ON updates
WHEN NEW.rowid <> OLD.rowid OR (NEW.begun_by IS NOT OLD.begun_by AND NOT (coalesce(NEW.begun_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.begun_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'updates stay'); END;
DROP TRIGGER verdicts_are_not_changed;
CREATE TRIGGER verdicts_are_not_changed BEFORE UPDATE OF id, form_key, update_id, version, verdict, words, evidence, given_at ON verdicts
BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
CREATE TRIGGER verdicts_keep_who BEFORE UPDATE ON verdicts
WHEN NEW.rowid <> OLD.rowid OR (NEW.given_by IS NOT OLD.given_by AND NOT (coalesce(NEW.given_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.given_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'a verdict stays'); END;
DROP TRIGGER comment_responses_are_not_changed;
CREATE TRIGGER comment_responses_are_not_changed BEFORE UPDATE OF id, form_key, comment_id, response, action, action_by, organisation_id, responded_at ON comment_responses
BEGIN SELECT RAISE(ABORT, 'a response stays'); END;
CREATE TRIGGER comment_responses_keep_who BEFORE UPDATE ON comment_responses
WHEN NEW.rowid <> OLD.rowid OR (NEW.responded_by IS NOT OLD.responded_by AND NOT (coalesce(NEW.responded_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.responded_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'a response stays'); END;
DROP TRIGGER comment_notes_are_not_changed;
CREATE TRIGGER comment_notes_are_not_changed BEFORE UPDATE OF form_key, comment_id, note, noted_at ON comment_notes
BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
CREATE TRIGGER comment_notes_keep_who BEFORE UPDATE ON comment_notes
WHEN NEW.rowid <> OLD.rowid OR (NEW.noted_by IS NOT OLD.noted_by AND NOT (coalesce(NEW.noted_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.noted_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'a note stays'); END;
DROP TRIGGER findings_are_not_changed;
CREATE TRIGGER findings_are_not_changed BEFORE UPDATE OF consultation_id, number, version, words, said_at ON findings
BEGIN SELECT RAISE(ABORT, 'findings stay'); END;
CREATE TRIGGER findings_keep_who BEFORE UPDATE ON findings
WHEN NEW.rowid <> OLD.rowid OR (NEW.said_by IS NOT OLD.said_by AND NOT (coalesce(NEW.said_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.said_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'findings stay'); END;

DROP TRIGGER rounds_keep_their_terms;
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats, propose_from, vote_from, closes_at ON rounds
BEGIN SELECT RAISE(ABORT, 'a round stays as it was opened'); END;
CREATE TRIGGER rounds_keep_who BEFORE UPDATE OF opened_by ON rounds
WHEN NEW.opened_by IS NOT OLD.opened_by AND NOT (coalesce(NEW.opened_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.opened_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'a round stays as it was opened'); END;

DROP TRIGGER drafts_are_not_edited;
CREATE TRIGGER drafts_are_not_edited BEFORE UPDATE OF id, form_key, plan_id, version, summary, body, file_hash, file_name, file_kind, file_size, first_recorded_at ON drafts
BEGIN SELECT RAISE(ABORT, 'a draft is not edited'); END;
CREATE TRIGGER drafts_keep_who BEFORE UPDATE OF recorded_by ON drafts
WHEN NEW.recorded_by IS NOT OLD.recorded_by AND NOT (coalesce(NEW.recorded_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.recorded_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'a draft is not edited'); END;
DROP TRIGGER who_published_a_draft_stays;
CREATE TRIGGER who_published_a_draft_stays BEFORE UPDATE OF published_by ON drafts
WHEN OLD.published_by IS NOT NULL AND NEW.published_by IS NOT OLD.published_by AND NOT (coalesce(NEW.published_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.published_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'a draft is published once'); END;

DROP TRIGGER answers_stay_after_publication;
CREATE TRIGGER answers_stay_after_publication BEFORE UPDATE OF draft_id, topic_id, answer, words, decided_by, answered_at ON draft_answers
WHEN EXISTS (SELECT 1 FROM drafts d WHERE d.id IN (OLD.draft_id, NEW.draft_id) AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;
CREATE TRIGGER answers_keep_who_after_publication BEFORE UPDATE OF answered_by ON draft_answers
WHEN NEW.answered_by IS NOT OLD.answered_by AND NOT (coalesce(NEW.answered_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.answered_by AND a.erased_at > 0))
  AND EXISTS (SELECT 1 FROM drafts d WHERE d.id = OLD.draft_id AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;

DROP TRIGGER approved_notices_are_not_edited;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, written_at, follows_id, follow_kind, changed ON notices
WHEN OLD.approved_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER approved_notices_keep_who_wrote_them BEFORE UPDATE OF written_by ON notices
WHEN OLD.approved_at IS NOT NULL AND NEW.written_by IS NOT OLD.written_by AND NOT (coalesce(NEW.written_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.written_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
DROP TRIGGER started_notices_stay;
CREATE TRIGGER started_notices_stay BEFORE UPDATE OF approved_at, starts_at, started_at ON notices
WHEN OLD.started_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a notice that has started stays'); END;
CREATE TRIGGER started_notices_keep_who_approved_them BEFORE UPDATE OF approved_by ON notices
WHEN OLD.started_at IS NOT NULL AND NEW.approved_by IS NOT OLD.approved_by AND NOT (coalesce(NEW.approved_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.approved_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'a notice that has started stays'); END;

DROP TRIGGER ledger_is_told_once;
CREATE TRIGGER ledger_is_told_once BEFORE UPDATE OF delivery_id, link_hash, called_off_at, called_off_why, read_at, reached_at, reached_by, reached_how ON ledger
WHEN (OLD.delivery_id IS NOT NULL AND (NEW.delivery_id IS NOT OLD.delivery_id OR NEW.link_hash IS NOT OLD.link_hash)
      AND NOT (OLD.called_off_at IS NOT NULL AND NEW.called_off_at IS NULL AND NEW.delivery_id IS NULL AND NEW.link_hash IS NULL
               AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = OLD.delivery_id AND d.sent_at < OLD.called_off_at)))
  OR (OLD.called_off_at IS NOT NULL AND (NEW.called_off_at IS NOT OLD.called_off_at OR NEW.called_off_why IS NOT OLD.called_off_why)
      AND NOT (OLD.called_off_why <> 'replaced' AND NEW.called_off_at IS NULL))
  OR (OLD.read_at IS NOT NULL AND NEW.read_at IS NOT OLD.read_at)
  OR (OLD.reached_at IS NOT NULL AND (NEW.reached_at IS NOT OLD.reached_at OR NEW.reached_how IS NOT OLD.reached_how))
  OR (OLD.reached_at IS NOT NULL AND NEW.reached_by IS NOT OLD.reached_by AND NOT (coalesce(NEW.reached_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.reached_by AND a.erased_at > 0)))
BEGIN SELECT RAISE(ABORT, 'the ledger is written once'); END;

DROP TRIGGER opened_consultations_stay;
CREATE TRIGGER opened_consultations_stay
BEFORE UPDATE OF title, about, can_change, cannot_change, who_for, how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, written_at,
  opened_at ON consultations WHEN OLD.opened_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;
CREATE TRIGGER opened_consultations_keep_who BEFORE UPDATE OF written_by, opened_by ON consultations
WHEN OLD.opened_at IS NOT NULL AND ((NEW.written_by IS NOT OLD.written_by AND NOT (coalesce(NEW.written_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.written_by AND a.erased_at > 0)))
  OR (NEW.opened_by IS NOT OLD.opened_by AND NOT (coalesce(NEW.opened_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.opened_by AND a.erased_at > 0))))
BEGIN SELECT RAISE(ABORT, 'what is open stays as it is'); END;

DROP TRIGGER releases_stay;
CREATE TRIGGER releases_stay BEFORE UPDATE OF consultation_id, number, counts, published, results, differs, of_changes, counted_at, checked_at ON releases
WHEN OLD.checked_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a release stays'); END;
CREATE TRIGGER releases_keep_who BEFORE UPDATE ON releases
WHEN NEW.rowid <> OLD.rowid OR (OLD.checked_at IS NOT NULL AND ((NEW.counted_by IS NOT OLD.counted_by AND NOT (coalesce(NEW.counted_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.counted_by AND a.erased_at > 0)))
  OR (NEW.checked_by IS NOT OLD.checked_by AND NOT (coalesce(NEW.checked_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.checked_by AND a.erased_at > 0)))))
BEGIN SELECT RAISE(ABORT, 'a release stays'); END;

-- Who compared a sheet is let go without a change to what it says; so is who redacted words, which stay quoted.
DROP TRIGGER compared_sheets_are_a_change;
CREATE TRIGGER compared_sheets_are_a_change AFTER UPDATE OF checked_by ON typed_responses
WHEN NEW.checked_by IS NOT '00000000-0000-0000-0000-000000000001'
BEGIN UPDATE consultations SET changes = changes + 1 WHERE id = NEW.consultation_id; END;
DROP TRIGGER words_redacted_again_are_not_quoted;
CREATE TRIGGER words_redacted_again_are_not_quoted AFTER UPDATE OF words ON redactions
BEGIN DELETE FROM quotations WHERE response_id = NEW.response_id AND question = NEW.question; END;

DROP TRIGGER what_an_update_says_stays;
CREATE TRIGGER what_an_update_says_stays BEFORE UPDATE OF update_id, version, form_key, you_said, questions, part, we_did, outcome, because, decided_by,
  look_again, decide_by, next, next_by, evidence, published_at, is_told ON update_versions
BEGIN SELECT RAISE(ABORT, 'what an update says stays'); END;
CREATE TRIGGER what_an_update_says_keeps_who BEFORE UPDATE OF published_by ON update_versions
WHEN NEW.published_by IS NOT OLD.published_by AND NOT (coalesce(NEW.published_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.published_by AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'what an update says stays'); END;

-- Who was told is let go as well: then nobody knows who it was, but still that somebody was told.
DROP TRIGGER update_letters_are_not_changed;
CREATE TRIGGER update_letters_are_not_changed BEFORE UPDATE OF update_id, version, subscriber_id, delivery_id ON update_letters
BEGIN SELECT RAISE(ABORT, 'who was told stays'); END;
CREATE TRIGGER update_letters_keep_who BEFORE UPDATE ON update_letters
WHEN NEW.rowid <> OLD.rowid OR (NEW.person IS NOT OLD.person
  AND NOT (EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.person AND a.erased_at > 0)
           AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = NEW.person)))
BEGIN SELECT RAISE(ABORT, 'who was told stays'); END;

-- Words that nobody can read any more, or never could, go with their author; what was passed on stays.
DROP TRIGGER words_of_a_topic_are_not_edited;
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help ON topics
WHEN NOT (NEW.title = 'Deleted topic' AND NEW.happens_now = '' AND NEW.would_help = ''
  AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;
CREATE TRIGGER topics_stay_proposed BEFORE UPDATE OF proposed_at ON topics
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;
CREATE TRIGGER topics_keep_who BEFORE UPDATE OF author_id ON topics
WHEN NEW.author_id IS NOT OLD.author_id AND NOT (coalesce(NEW.author_id, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;

DROP TRIGGER what_a_comment_says_stays;
CREATE TRIGGER what_a_comment_says_stays BEFORE UPDATE OF id, form_key, service_id, sent_at ON comments
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
CREATE TRIGGER words_of_a_comment_stay BEFORE UPDATE OF words ON comments
WHEN NOT (NEW.words = 'Deleted' AND (OLD.published_at IS NULL OR OLD.withdrawn_at IS NOT NULL) AND OLD.passed_on_at IS NULL
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
CREATE TRIGGER comments_keep_who BEFORE UPDATE OF author_id ON comments
WHEN NEW.author_id IS NOT OLD.author_id AND NOT (coalesce(NEW.author_id, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.author_id AND a.erased_at > 0))
BEGIN SELECT RAISE(ABORT, 'what a comment says stays'); END;
DROP TRIGGER a_comment_is_decided_once;
CREATE TRIGGER a_comment_is_decided_once BEFORE UPDATE ON comments
WHEN NEW.rowid <> OLD.rowid OR (OLD.published_at IS NOT NULL AND NEW.published_at IS NOT OLD.published_at)
  OR (OLD.declined_at IS NOT NULL AND (NEW.declined_at IS NOT OLD.declined_at OR NEW.decline_reason IS NOT OLD.decline_reason))
  OR (OLD.passed_on_at IS NOT NULL AND NEW.passed_on_at IS NOT OLD.passed_on_at)
  OR (OLD.decided_by IS NOT NULL AND NEW.decided_by IS NOT OLD.decided_by AND NOT (coalesce(NEW.decided_by, '') IN ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000001')
  AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.decided_by AND a.erased_at > 0)))
  OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at)
BEGIN SELECT RAISE(ABORT, 'a comment is decided once'); END;

-- Words that are taken out of the search leave no trace in its index, from now on and from before.
INSERT INTO topic_search (topic_search, rank) VALUES ('secure-delete', 1);
INSERT INTO topic_search (topic_search) VALUES ('optimize');
