-- A topic can be taken down after its round has closed too, once its words go with it: what was counted stays as it is. The same
-- rule stands in postgres.sql.
DROP TRIGGER topics_of_a_closed_round_are_not_withdrawn;
CREATE TRIGGER topics_of_a_closed_round_are_not_withdrawn BEFORE UPDATE OF withdrawn_at, merged_at, merged_into ON topics
WHEN (OLD.merged_at IS NOT NEW.merged_at OR OLD.merged_into IS NOT NEW.merged_into
  OR (OLD.withdrawn_at IS NOT NEW.withdrawn_at
    AND NOT (OLD.taken_down_at IS NULL AND NEW.taken_down_at IS NOT NULL AND NEW.title = 'A topic that was taken down')))
  AND EXISTS (SELECT 1 FROM rounds r WHERE r.id = OLD.round_id AND r.closed_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'a topic of a closed round is neither withdrawn nor merged'); END;
