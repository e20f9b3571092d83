-- The same rule stands in postgres.sql.

-- New answers promise something by a day, or say why nothing more is done.
CREATE TRIGGER new_answers_promise_by_a_day_or_say_why_not BEFORE INSERT ON comment_responses
WHEN (NEW.action <> '') <> (NEW.action_by <> '') OR (NEW.action <> '') = (NEW.why_nothing <> '')
BEGIN SELECT RAISE(ABORT, 'an answer promises something by a day, or says why nothing is done'); END;
