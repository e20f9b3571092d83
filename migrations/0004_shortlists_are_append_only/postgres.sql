-- The same rules stand in sqlite/0004_shortlists_are_append_only.sql.
CREATE TRIGGER shortlist_is_append_only BEFORE UPDATE OR DELETE ON shortlist
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER confirmations_are_append_only BEFORE UPDATE OR DELETE ON confirmations
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER confirmed_topics_are_append_only BEFORE DELETE ON confirmed_topics
FOR EACH ROW EXECUTE FUNCTION refuse_change();
