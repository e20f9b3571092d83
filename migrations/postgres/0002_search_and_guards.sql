-- The same rules stand in sqlite/0002_search_and_guards.sql.
CREATE TABLE topic_search (topic_id TEXT PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX topic_search_words ON topic_search USING gin (words);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE FUNCTION refuse_editing() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the words of a topic are not edited'; END $$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tallies_are_append_only BEFORE UPDATE OR DELETE ON tallies
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help, author_id, proposed_at ON topics
FOR EACH ROW EXECUTE FUNCTION refuse_editing();

ALTER TABLE rounds ADD CONSTRAINT rounds_do_not_overlap EXCLUDE USING gist (int8range(propose_from, closes_at) WITH &&);
