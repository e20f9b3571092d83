-- Whose hands an email is in: it is free again when that worker is gone, whatever the clock says.
UPDATE deliveries SET claimed_until = 0 WHERE claimed_until <> 0;
ALTER TABLE deliveries RENAME COLUMN claimed_until TO claimed_at;
ALTER TABLE deliveries ADD COLUMN claimed_by TEXT;
-- All that were never tried are due since always, in the order of their ids.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (is_bulk, next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_in_hand ON deliveries (claimed_by) WHERE claimed_by IS NOT NULL;

-- What is so of the whole service, in one row.
CREATE TABLE service_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Written again and again, to see whether a write goes through.
  beat_at BIGINT NOT NULL,
  -- From when on no email goes until an administrator lets them; NULL: they go.
  emails_held_at BIGINT,
  -- When the last whole backup was made, and where.
  backed_up_at BIGINT,
  backed_up_to TEXT NOT NULL DEFAULT ''
);
INSERT INTO service_state (id, beat_at) VALUES (1, 0);
