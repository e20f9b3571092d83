-- The same rules stand in postgres/0004_shortlists_are_append_only.sql.
CREATE TRIGGER shortlist_is_not_changed BEFORE UPDATE ON shortlist
BEGIN SELECT RAISE(ABORT, 'a shortlist is append-only'); END;
CREATE TRIGGER shortlist_is_not_deleted BEFORE DELETE ON shortlist
BEGIN SELECT RAISE(ABORT, 'a shortlist is append-only'); END;
CREATE TRIGGER confirmations_are_not_changed BEFORE UPDATE ON confirmations
BEGIN SELECT RAISE(ABORT, 'a confirmation is append-only'); END;
CREATE TRIGGER confirmations_are_not_deleted BEFORE DELETE ON confirmations
BEGIN SELECT RAISE(ABORT, 'a confirmation is append-only'); END;
CREATE TRIGGER confirmed_topics_are_not_deleted BEFORE DELETE ON confirmed_topics
BEGIN SELECT RAISE(ABORT, 'a confirmation is append-only'); END;
