-- The same rules stand in sqlite/0002_search_and_guards.sql.
CREATE TABLE topic_search (topic_id TEXT PRIMARY KEY, words tsvector NOT NULL);
CREATE INDEX topic_search_words ON topic_search USING gin (words);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE FUNCTION refuse_editing() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the words of a topic are not edited'; END $$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION audit_follows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  UPDATE audit_head SET number = NEW.number, hash = NEW.hash WHERE number = NEW.number - 1;
  IF NOT FOUND THEN RAISE EXCEPTION 'an entry follows the last'; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_is_a_chain AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_follows();
CREATE FUNCTION audit_head_is_the_last_entry() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.only_one <> 1 OR NEW.number < OLD.number OR (NEW.number = 0 AND NEW.hash <> OLD.hash)
    OR (NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM audit WHERE number = NEW.number AND hash = NEW.hash))
    THEN RAISE EXCEPTION 'the head is the last entry'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_head_is_the_last_entry BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_is_the_last_entry();
CREATE TRIGGER audit_head_stays BEFORE INSERT OR DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tallies_are_append_only BEFORE UPDATE OR DELETE ON tallies
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help, author_id, proposed_at ON topics
FOR EACH ROW EXECUTE FUNCTION refuse_editing();

ALTER TABLE rounds ADD CONSTRAINT rounds_do_not_overlap EXCLUDE USING gist (int8range(propose_from, closes_at) WITH &&);
