-- What is kept stays, whatever the statement. The same rules stand in postgres/0007_what_is_kept_stays.sql.
-- A row that is there is never replaced: INSERT OR REPLACE asks no delete trigger. The new row is left out, as it is after
-- ON CONFLICT DO NOTHING. A row can be replaced by its hidden rowid as well.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER tallies_are_not_replaced BEFORE INSERT ON tallies
WHEN EXISTS (SELECT 1 FROM tallies WHERE (round_id = NEW.round_id AND topic_id = NEW.topic_id AND place_id = NEW.place_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER concern_notes_are_not_replaced BEFORE INSERT ON concern_notes
WHEN EXISTS (SELECT 1 FROM concern_notes WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER shortlist_is_not_replaced BEFORE INSERT ON shortlist
WHEN EXISTS (SELECT 1 FROM shortlist WHERE (round_id = NEW.round_id AND topic_id = NEW.topic_id) OR (round_id = NEW.round_id AND position = NEW.position) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER shortlist_places_are_not_replaced BEFORE INSERT ON shortlist_places
WHEN EXISTS (SELECT 1 FROM shortlist_places WHERE (round_id = NEW.round_id AND topic_id = NEW.topic_id AND place_id = NEW.place_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER confirmations_are_not_replaced BEFORE INSERT ON confirmations
WHEN EXISTS (SELECT 1 FROM confirmations WHERE round_id = NEW.round_id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER confirmed_topics_are_not_replaced BEFORE INSERT ON confirmed_topics
WHEN EXISTS (SELECT 1 FROM confirmed_topics WHERE (round_id = NEW.round_id AND topic_id = NEW.topic_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plans_are_not_replaced BEFORE INSERT ON plans
WHEN EXISTS (SELECT 1 FROM plans WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plan_organisations_are_not_replaced BEFORE INSERT ON plan_organisations
WHEN EXISTS (SELECT 1 FROM plan_organisations WHERE (plan_id = NEW.plan_id AND organisation_id = NEW.organisation_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plan_services_are_not_replaced BEFORE INSERT ON plan_services
WHEN EXISTS (SELECT 1 FROM plan_services WHERE (plan_id = NEW.plan_id AND service_id = NEW.service_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plan_places_are_not_replaced BEFORE INSERT ON plan_places
WHEN EXISTS (SELECT 1 FROM plan_places WHERE (plan_id = NEW.plan_id AND place_id = NEW.place_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plan_topics_are_not_replaced BEFORE INSERT ON plan_topics
WHEN EXISTS (SELECT 1 FROM plan_topics WHERE (plan_id = NEW.plan_id AND topic_id = NEW.topic_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER planning_sessions_are_not_replaced BEFORE INSERT ON planning_sessions
WHEN EXISTS (SELECT 1 FROM planning_sessions WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER statements_are_not_replaced BEFORE INSERT ON statements
WHEN EXISTS (SELECT 1 FROM statements WHERE form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER drafts_are_not_replaced BEFORE INSERT ON drafts
WHEN EXISTS (SELECT 1 FROM drafts WHERE id = NEW.id OR form_key = NEW.form_key OR (plan_id = NEW.plan_id AND version = NEW.version) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER overrides_are_not_replaced BEFORE INSERT ON overrides
WHEN EXISTS (SELECT 1 FROM overrides WHERE draft_id = NEW.draft_id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER plan_events_are_not_replaced BEFORE INSERT ON plan_events
WHEN EXISTS (SELECT 1 FROM plan_events WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER rounds_are_not_replaced BEFORE INSERT ON rounds
WHEN EXISTS (SELECT 1 FROM rounds WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER topics_are_not_replaced BEFORE INSERT ON topics
WHEN EXISTS (SELECT 1 FROM topics WHERE id = NEW.id OR (author_id = NEW.author_id AND form_key = NEW.form_key) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER answers_are_not_replaced_after_publication BEFORE INSERT ON draft_answers
WHEN EXISTS (SELECT 1 FROM draft_answers a JOIN drafts d ON d.id = a.draft_id WHERE a.rowid = NEW.rowid AND d.published_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'the answers of a published draft stay'); END;

-- Nor is a row put in the place of another by UPDATE OR REPLACE.
CREATE TRIGGER drafts_keep_their_place BEFORE UPDATE ON drafts WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER draft_answers_keep_their_place BEFORE UPDATE ON draft_answers WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER rounds_keep_their_place BEFORE UPDATE ON rounds WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER topics_keep_their_place BEFORE UPDATE ON topics WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;

-- What is written once is neither changed nor deleted.
CREATE TRIGGER concern_notes_are_not_changed BEFORE UPDATE ON concern_notes BEGIN SELECT RAISE(ABORT, 'concern_notes is append-only'); END;
CREATE TRIGGER concern_notes_are_not_deleted BEFORE DELETE ON concern_notes BEGIN SELECT RAISE(ABORT, 'concern_notes are not deleted'); END;
CREATE TRIGGER shortlist_places_are_not_changed BEFORE UPDATE ON shortlist_places BEGIN SELECT RAISE(ABORT, 'shortlist_places is append-only'); END;
CREATE TRIGGER shortlist_places_are_not_deleted BEFORE DELETE ON shortlist_places BEGIN SELECT RAISE(ABORT, 'shortlist_places are not deleted'); END;
CREATE TRIGGER confirmed_topics_are_not_changed BEFORE UPDATE ON confirmed_topics BEGIN SELECT RAISE(ABORT, 'confirmed_topics is append-only'); END;
CREATE TRIGGER plan_organisations_are_not_changed BEFORE UPDATE ON plan_organisations BEGIN SELECT RAISE(ABORT, 'plan_organisations is append-only'); END;
CREATE TRIGGER plan_organisations_are_not_deleted BEFORE DELETE ON plan_organisations BEGIN SELECT RAISE(ABORT, 'plan_organisations are not deleted'); END;
CREATE TRIGGER plan_services_are_not_changed BEFORE UPDATE ON plan_services BEGIN SELECT RAISE(ABORT, 'plan_services is append-only'); END;
CREATE TRIGGER plan_services_are_not_deleted BEFORE DELETE ON plan_services BEGIN SELECT RAISE(ABORT, 'plan_services are not deleted'); END;
CREATE TRIGGER plan_places_are_not_changed BEFORE UPDATE ON plan_places BEGIN SELECT RAISE(ABORT, 'plan_places is append-only'); END;
CREATE TRIGGER plan_places_are_not_deleted BEFORE DELETE ON plan_places BEGIN SELECT RAISE(ABORT, 'plan_places are not deleted'); END;
CREATE TRIGGER rounds_are_not_deleted BEFORE DELETE ON rounds BEGIN SELECT RAISE(ABORT, 'rounds are not deleted'); END;
CREATE TRIGGER topics_are_not_deleted BEFORE DELETE ON topics BEGIN SELECT RAISE(ABORT, 'topics are not deleted'); END;
CREATE TRIGGER who_published_a_draft_stays BEFORE UPDATE OF published_by ON drafts
WHEN OLD.published_by IS NOT NULL AND NEW.published_by IS NOT OLD.published_by
BEGIN SELECT RAISE(ABORT, 'a draft is published once'); END;
CREATE TRIGGER topics_are_withdrawn_once BEFORE UPDATE OF withdrawn_at ON topics
WHEN OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at
BEGIN SELECT RAISE(ABORT, 'a topic is withdrawn once'); END;
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats, propose_from, vote_from, closes_at, opened_by ON rounds
BEGIN SELECT RAISE(ABORT, 'a round stays as it was opened'); END;
CREATE TRIGGER rounds_are_counted_once BEFORE UPDATE OF counted_at ON rounds
WHEN OLD.counted_at IS NOT NULL AND NEW.counted_at IS NOT OLD.counted_at
BEGIN SELECT RAISE(ABORT, 'a round is counted once'); END;
