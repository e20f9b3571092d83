-- The same rules stand in postgres/0002_search_and_guards.sql.
CREATE VIRTUAL TABLE topic_search USING fts5 (topic_id UNINDEXED, words, tokenize = 'porter unicode61');

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER tallies_are_not_changed BEFORE UPDATE ON tallies
BEGIN SELECT RAISE(ABORT, 'a tally is append-only'); END;
CREATE TRIGGER tallies_are_not_deleted BEFORE DELETE ON tallies
BEGIN SELECT RAISE(ABORT, 'a tally is append-only'); END;
CREATE TRIGGER words_of_a_topic_are_not_edited BEFORE UPDATE OF title, happens_now, would_help, author_id, proposed_at ON topics
BEGIN SELECT RAISE(ABORT, 'the words of a topic are not edited'); END;
CREATE TRIGGER rounds_do_not_overlap BEFORE INSERT ON rounds
WHEN EXISTS (SELECT 1 FROM rounds WHERE propose_from < NEW.closes_at AND closes_at > NEW.propose_from AND form_key <> NEW.form_key)
BEGIN SELECT RAISE(ABORT, 'rounds_do_not_overlap'); END;
