-- In which turn an email goes: 0, somebody waits for it, or it keeps an account safe; 1, as most; 2, one of very many.
-- In Rust: deliveries::kinds::Turn.
ALTER TABLE deliveries ADD COLUMN turn INTEGER NOT NULL DEFAULT 1 CHECK (turn IN (0, 1, 2));
UPDATE deliveries SET turn = 2 WHERE next_at IS NOT NULL AND is_bulk = 1;
-- What waits, turn by turn: what is not due yet in an earlier turn is not passed over for a later one.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (turn, next_at, id) WHERE next_at IS NOT NULL;
