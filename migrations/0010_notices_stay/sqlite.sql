-- The same rules stand in postgres/0010_notices_stay.sql.
CREATE TRIGGER approved_notices_are_not_edited
BEFORE UPDATE OF id, form_key, title, what, why, affected, families, must_do, must_do_by, whom, phone, email, is_decided, decided_day,
  effect_kind, effect_at, changes_entitlement, written_by, written_at, follows_id, follow_kind, changed ON notices
WHEN OLD.approved_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER started_notices_stay BEFORE UPDATE OF approved_by, approved_at, starts_at, started_at ON notices
WHEN OLD.started_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a notice that has started stays'); END;
CREATE TRIGGER notices_are_not_deleted BEFORE DELETE ON notices
BEGIN SELECT RAISE(ABORT, 'notices are not deleted'); END;
CREATE TRIGGER notices_are_not_replaced BEFORE INSERT ON notices
WHEN EXISTS (SELECT 1 FROM notices WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER notices_keep_their_place BEFORE UPDATE ON notices WHEN NEW.rowid <> OLD.rowid OR NEW.id <> OLD.id OR NEW.form_key <> OLD.form_key
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;
CREATE TRIGGER ledger_rows_stay_whose BEFORE UPDATE OF notice_id, subscriber_id, place_id, due_at, is_digest ON ledger
BEGIN SELECT RAISE(ABORT, 'a row of the ledger stays whose it is'); END;
CREATE TRIGGER ledger_rows_are_not_deleted BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is not deleted'); END;
CREATE TRIGGER ledger_rows_are_not_replaced BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM ledger WHERE (notice_id = NEW.notice_id AND subscriber_id = NEW.subscriber_id) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER ledger_rows_keep_their_place BEFORE UPDATE ON ledger WHEN NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a row stays where it is'); END;

-- When and how a subscription began and ended is kept.
CREATE TRIGGER subscriptions_begin_once BEFORE UPDATE OF id, subscriber_id, service_id, place_id, began_at, began_how ON subscriptions
BEGIN SELECT RAISE(ABORT, 'a subscription stays as it began'); END;
CREATE TRIGGER subscriptions_end_once BEFORE UPDATE ON subscriptions WHEN OLD.ended_at IS NOT NULL OR NEW.rowid <> OLD.rowid
BEGIN SELECT RAISE(ABORT, 'a subscription ends once'); END;
CREATE TRIGGER subscriptions_are_not_deleted BEFORE DELETE ON subscriptions
BEGIN SELECT RAISE(ABORT, 'subscriptions are not deleted'); END;
CREATE TRIGGER subscriptions_are_not_replaced BEFORE INSERT ON subscriptions
WHEN EXISTS (SELECT 1 FROM subscriptions WHERE id = NEW.id OR rowid = NEW.rowid
               OR (subscriber_id = NEW.subscriber_id AND service_id = NEW.service_id AND place_id = NEW.place_id AND ended_at IS NULL))
BEGIN SELECT RAISE(IGNORE); END;

-- Nor are the services and places of an approved notice changed.
CREATE TRIGGER notice_services_stay_on_insert BEFORE INSERT ON notice_services
WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.notice_id AND n.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER notice_services_stay_on_delete BEFORE DELETE ON notice_services
WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = OLD.notice_id AND n.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER notice_services_are_not_changed BEFORE UPDATE ON notice_services
BEGIN SELECT RAISE(ABORT, 'they are deleted and put in anew'); END;
CREATE TRIGGER notice_services_are_not_replaced BEFORE INSERT ON notice_services WHEN EXISTS (SELECT 1 FROM notice_services WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER notice_places_stay_on_insert BEFORE INSERT ON notice_places
WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = NEW.notice_id AND n.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER notice_places_stay_on_delete BEFORE DELETE ON notice_places
WHEN EXISTS (SELECT 1 FROM notices n WHERE n.id = OLD.notice_id AND n.approved_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an approved notice is not edited'); END;
CREATE TRIGGER notice_places_are_not_changed BEFORE UPDATE ON notice_places
BEGIN SELECT RAISE(ABORT, 'they are deleted and put in anew'); END;
CREATE TRIGGER notice_places_are_not_replaced BEFORE INSERT ON notice_places WHEN EXISTS (SELECT 1 FROM notice_places WHERE rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;

-- Words that are written anew are about the services and places that are named with them.
CREATE TRIGGER notices_written_anew AFTER UPDATE OF written_at ON notices
BEGIN
  DELETE FROM notice_services WHERE notice_id = NEW.id;
  DELETE FROM notice_places WHERE notice_id = NEW.id;
END;

-- Which letter told somebody, and that it was called off, is said once; but she may begin again, or come back to an address,
-- and then she is owed a letter in place of the one that did not go to her.
CREATE TRIGGER ledger_is_told_once BEFORE UPDATE OF delivery_id, link_hash, called_off_at, called_off_why, read_at, reached_at, reached_by, reached_how ON ledger
WHEN (OLD.delivery_id IS NOT NULL AND (NEW.delivery_id IS NOT OLD.delivery_id OR NEW.link_hash IS NOT OLD.link_hash)
      AND NOT (OLD.called_off_at IS NOT NULL AND NEW.called_off_at IS NULL AND NEW.delivery_id IS NULL AND NEW.link_hash IS NULL
               AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = OLD.delivery_id AND d.sent_at < OLD.called_off_at)))
  OR (OLD.called_off_at IS NOT NULL AND (NEW.called_off_at IS NOT OLD.called_off_at OR NEW.called_off_why IS NOT OLD.called_off_why)
      AND NOT (OLD.called_off_why <> 'replaced' AND NEW.called_off_at IS NULL))
  OR (OLD.read_at IS NOT NULL AND NEW.read_at IS NOT OLD.read_at)
  OR (OLD.reached_at IS NOT NULL AND (NEW.reached_at IS NOT OLD.reached_at OR NEW.reached_by IS NOT OLD.reached_by OR NEW.reached_how IS NOT OLD.reached_how))
BEGIN SELECT RAISE(ABORT, 'the ledger is written once'); END;

-- What came back of a letter stays.
CREATE TRIGGER returns_stay BEFORE UPDATE ON returns
BEGIN SELECT RAISE(ABORT, 'what came back stays'); END;
CREATE TRIGGER returns_are_not_deleted BEFORE DELETE ON returns
BEGIN SELECT RAISE(ABORT, 'what came back stays'); END;
CREATE TRIGGER returns_are_not_replaced BEFORE INSERT ON returns
WHEN EXISTS (SELECT 1 FROM returns WHERE (delivery_id = NEW.delivery_id AND kind = NEW.kind) OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;

-- A published answer stays.
CREATE TRIGGER notice_answers_stay BEFORE UPDATE ON notice_answers
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;
CREATE TRIGGER notice_answers_are_not_deleted BEFORE DELETE ON notice_answers
BEGIN SELECT RAISE(ABORT, 'an answer stays'); END;
CREATE TRIGGER notice_answers_are_not_replaced BEFORE INSERT ON notice_answers
WHEN EXISTS (SELECT 1 FROM notice_answers WHERE id = NEW.id OR form_key = NEW.form_key OR rowid = NEW.rowid)
BEGIN SELECT RAISE(IGNORE); END;
