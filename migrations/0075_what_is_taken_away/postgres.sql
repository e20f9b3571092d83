-- The same rules stand in sqlite.sql.

-- What an approved notice takes away stays as it was approved.
DROP TRIGGER approved_notices_are_not_edited ON notices;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, takes_away, takes, written_by, written_at, follows_id, follow_kind, changed ON notices
FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_all_but_letting_go('written_by');
