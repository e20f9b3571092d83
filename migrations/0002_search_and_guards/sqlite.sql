-- The same rules stand in postgres/0002_search_and_guards.sql.
CREATE VIRTUAL TABLE topic_search USING fts5 (topic_id UNINDEXED, words, tokenize = 'porter unicode61');

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_a_chain BEFORE INSERT ON audit WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE number = NEW.number - 1)
BEGIN SELECT RAISE(ABORT, 'an entry follows the last'); END;
CREATE TRIGGER audit_moves_its_head AFTER INSERT ON audit
BEGIN UPDATE audit_head SET number = NEW.number, hash = NEW.hash; END;
CREATE TRIGGER audit_head_is_the_last_entry BEFORE UPDATE ON audit_head
WHEN NEW.only_one <> 1 OR NEW.number < OLD.number
  OR (NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM audit WHERE number = NEW.number AND hash = NEW.hash))
  OR (NEW.number = 0 AND NEW.hash <> OLD.hash)
BEGIN SELECT RAISE(ABORT, 'the head is the last entry'); END;
CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the head is the last entry'); END;
CREATE TRIGGER audit_head_is_not_replaced BEFORE INSERT ON audit_head
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER tallies_are_not_changed BEFORE UPDATE ON tallies
BEGIN SELECT RAISE(ABORT, 'a tally is append-only'); END;
CREATE TRIGGER tallies_are_not_deleted BEFORE DELETE ON tallies
BEGIN SELECT RAISE(ABORT, 'a tally is append-only'); END;
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help, author_id, proposed_at ON topics
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;
CREATE TRIGGER rounds_do_not_overlap BEFORE INSERT ON rounds
WHEN EXISTS (SELECT 1 FROM rounds WHERE propose_from < NEW.closes_at AND closes_at > NEW.propose_from AND form_key <> NEW.form_key)
BEGIN SELECT RAISE(ABORT, 'rounds_do_not_overlap'); END;
