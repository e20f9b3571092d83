-- The same rules stand in postgres.sql. An email that was called off is given up after its rows are called off, and is none of these.
CREATE TRIGGER returns_came_back AFTER INSERT ON returns WHEN NEW.kind = 'bounced'
BEGIN
  INSERT INTO came_back (notice_id, subscriber_id)
  SELECT l.notice_id, l.subscriber_id FROM ledger l WHERE l.delivery_id = NEW.delivery_id
  ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER given_up_came_back AFTER UPDATE OF given_up_at ON deliveries WHEN NEW.given_up_at IS NOT NULL AND OLD.given_up_at IS NULL
BEGIN
  INSERT INTO came_back (notice_id, subscriber_id)
  SELECT l.notice_id, l.subscriber_id FROM ledger l WHERE l.delivery_id = NEW.id AND l.called_off_at IS NULL
  ON CONFLICT DO NOTHING;
END;
-- Where the email had come back before the ledger names it.
CREATE TRIGGER ledger_came_back AFTER UPDATE OF delivery_id ON ledger WHEN NEW.delivery_id IS NOT NULL
BEGIN
  INSERT INTO came_back (notice_id, subscriber_id)
  SELECT NEW.notice_id, NEW.subscriber_id
  WHERE EXISTS (SELECT 1 FROM returns r WHERE r.delivery_id = NEW.delivery_id AND r.kind = 'bounced')
    OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = NEW.delivery_id AND d.given_up_at IS NOT NULL)
  ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER ledger_begins_come_back AFTER INSERT ON ledger WHEN NEW.delivery_id IS NOT NULL
BEGIN
  INSERT INTO came_back (notice_id, subscriber_id)
  SELECT NEW.notice_id, NEW.subscriber_id
  WHERE EXISTS (SELECT 1 FROM returns r WHERE r.delivery_id = NEW.delivery_id AND r.kind = 'bounced')
    OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = NEW.delivery_id AND d.given_up_at IS NOT NULL)
  ON CONFLICT DO NOTHING;
END;
