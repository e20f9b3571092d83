-- A change to a service, told to those who asked to be told. is_decided 0: it is proposed. effect_kind: the day, the hour,
-- or from the start of the term that begins on it; effect_at is the first moment of it.
CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  form_key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  what TEXT NOT NULL,
  why TEXT NOT NULL,
  affected TEXT NOT NULL,
  families BIGINT CHECK (families > 0),
  must_do TEXT NOT NULL,
  must_do_by TEXT NOT NULL,
  whom TEXT NOT NULL,
  phone TEXT NOT NULL,
  email TEXT NOT NULL,
  is_decided INTEGER NOT NULL CHECK (is_decided IN (0, 1)),
  decided_day TEXT NOT NULL,
  effect_kind TEXT NOT NULL CHECK (effect_kind IN ('day', 'hour', 'term')),
  effect_at BIGINT NOT NULL,
  changes_entitlement INTEGER NOT NULL CHECK (changes_entitlement IN (0, 1)),
  written_by TEXT NOT NULL REFERENCES accounts (id),
  written_at BIGINT NOT NULL,
  approved_by TEXT REFERENCES accounts (id),
  approved_at BIGINT,
  starts_at BIGINT,
  started_at BIGINT,
  CHECK ((approved_at IS NULL) = (approved_by IS NULL) AND (approved_at IS NULL) = (starts_at IS NULL)),
  CHECK (started_at IS NULL OR (starts_at IS NOT NULL AND started_at >= starts_at)),
  CHECK (is_decided = 1 OR decided_day = ''),
  CHECK (length(phone) > 0 OR length(email) > 0)
);
CREATE INDEX notices_to_start ON notices (starts_at) WHERE started_at IS NULL;
CREATE INDEX notices_by_start ON notices (started_at, id);
CREATE TABLE notice_services (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  service_id TEXT NOT NULL REFERENCES services (id),
  PRIMARY KEY (notice_id, service_id)
);
CREATE TABLE notice_places (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  place_id TEXT NOT NULL REFERENCES places (id),
  PRIMARY KEY (notice_id, place_id)
);

-- Who is owed a notice: a row for each subscriber who matched when it started. place_id: where she lives as far as she
-- said, '' if she did not. is_digest: whether it waits for her digest of due_at. What became of it stands in its delivery.
CREATE TABLE ledger (
  notice_id TEXT NOT NULL REFERENCES notices (id),
  subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
  place_id TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  is_digest INTEGER NOT NULL CHECK (is_digest IN (0, 1)),
  link_hash TEXT,
  delivery_id TEXT REFERENCES deliveries (id),
  called_off_at BIGINT,
  PRIMARY KEY (notice_id, subscriber_id)
);
CREATE INDEX ledger_by_subscriber ON ledger (subscriber_id);
CREATE INDEX ledger_by_link ON ledger (link_hash);
CREATE INDEX ledger_due ON ledger (due_at) WHERE delivery_id IS NULL AND called_off_at IS NULL;
