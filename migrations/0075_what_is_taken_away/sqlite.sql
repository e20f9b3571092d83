-- The same rules stand in postgres.sql.

-- What an approved notice takes away stays as it was approved.
DROP TRIGGER approved_notices_are_not_edited;
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, takes_away, takes, written_at, follows_id, follow_kind, changed ON notices
WHEN OLD.approved_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;

-- A record stays as it was signed.
DROP TRIGGER equality_records_are_not_changed;
CREATE TRIGGER equality_records_are_not_changed BEFORE UPDATE OF id, form_key, plan_id, affected, characteristics, source, places, evidence, picked, done, review_day, signed_name, signed_at, takes ON equality_records
BEGIN SELECT RAISE(ABORT, 'equality_records is append-only'); END;
DROP TRIGGER notice_equality_records_are_not_changed;
CREATE TRIGGER notice_equality_records_are_not_changed BEFORE UPDATE OF id, form_key, notice_id, affected, characteristics, source, places, evidence, picked, done, review_day, signed_name, signed_at, takes ON notice_equality_records
BEGIN SELECT RAISE(ABORT, 'notice_equality_records is append-only'); END;
