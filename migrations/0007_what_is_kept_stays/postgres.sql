-- What is kept stays, whatever the statement. The same rules stand in sqlite/0007_what_is_kept_stays.sql.
DO $$
DECLARE kept TEXT;
BEGIN
  -- TRUNCATE asks no trigger of a row.
  FOREACH kept IN ARRAY ARRAY['audit', 'audit_head', 'tallies', 'concern_notes', 'shortlist', 'shortlist_places', 'confirmations',
    'confirmed_topics', 'plans', 'plan_organisations', 'plan_services', 'plan_places', 'plan_topics',
    'planning_sessions', 'statements', 'drafts', 'overrides', 'plan_events', 'rounds',
    'topics', 'draft_answers'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept || '_are_not_emptied', kept);
  END LOOP;
  FOREACH kept IN ARRAY ARRAY['concern_notes', 'shortlist_places', 'plan_organisations', 'plan_services', 'plan_places'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', kept || '_are_append_only', kept);
  END LOOP;
END $$;
CREATE TRIGGER confirmed_topics_are_not_changed BEFORE UPDATE ON confirmed_topics FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rounds_are_not_deleted BEFORE DELETE ON rounds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topics_are_not_deleted BEFORE DELETE ON topics FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rounds_keep_their_place BEFORE UPDATE OF id, form_key ON rounds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topics_keep_their_place BEFORE UPDATE OF id, form_key ON topics FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER who_published_a_draft_stays BEFORE UPDATE OF published_by ON drafts
FOR EACH ROW WHEN (OLD.published_by IS NOT NULL AND NEW.published_by IS DISTINCT FROM OLD.published_by) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topics_are_withdrawn_once BEFORE UPDATE OF withdrawn_at ON topics
FOR EACH ROW WHEN (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rounds_keep_their_terms BEFORE UPDATE OF title, seats, propose_from, vote_from, closes_at, opened_by ON rounds
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rounds_are_counted_once BEFORE UPDATE OF counted_at ON rounds
FOR EACH ROW WHEN (OLD.counted_at IS NOT NULL AND NEW.counted_at IS DISTINCT FROM OLD.counted_at) EXECUTE FUNCTION refuse_change();
