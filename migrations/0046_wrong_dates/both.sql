-- What was done about a date that was wrong: each time a row, with a reason that everyone can read. The row comes first, and only
-- what its newest row says is changed in the thing itself; the guards are in sqlite.sql and postgres.sql beside this.

-- moved: before voting starts; extended: voting ends later; cancelled: before voting starts. Then the round itself is gone, so
-- that no statement can count it, and this is all there is of it: round_id refers to nothing.
CREATE TABLE round_changes (
  form_key TEXT PRIMARY KEY,
  round_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('moved', 'extended', 'cancelled')),
  title TEXT NOT NULL,
  was_propose_from BIGINT NOT NULL,
  was_vote_from BIGINT NOT NULL,
  was_closes_at BIGINT NOT NULL,
  propose_from BIGINT NOT NULL,
  vote_from BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  changed_by TEXT NOT NULL REFERENCES accounts (id),
  changed_at BIGINT NOT NULL,
  CHECK (kind <> 'extended' OR (propose_from = was_propose_from AND vote_from = was_vote_from AND closes_at > was_closes_at))
);
CREATE INDEX round_changes_by_round ON round_changes (round_id, changed_at);

-- called back: before it opens, and it is being written again; closed early: its last day comes sooner; withdrawn: at once, and
-- nothing of it is counted or published.
CREATE TABLE consultation_changes (
  form_key TEXT PRIMARY KEY,
  consultation_id TEXT NOT NULL REFERENCES consultations (id),
  kind TEXT NOT NULL CHECK (kind IN ('called back', 'extended', 'closed early', 'withdrawn')),
  was_closes_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  changed_by TEXT NOT NULL REFERENCES accounts (id),
  changed_at BIGINT NOT NULL,
  CHECK (kind <> 'extended' OR closes_at > was_closes_at),
  CHECK (kind <> 'closed early' OR (closes_at < was_closes_at AND closes_at > changed_at))
);
CREATE INDEX consultation_changes_by_consultation ON consultation_changes (consultation_id, changed_at);
-- told_at: when everyone was owed the email about that who took part and wants to hear what happened.
ALTER TABLE consultations ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE consultations ADD COLUMN told_at BIGINT;

-- moved and cancelled: while nothing rests on the plan: no topic, session, statement, draft or consultation; extended: it is due later. A cancelled plan stays at its address.
CREATE TABLE plan_changes (
  form_key TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  kind TEXT NOT NULL CHECK (kind IN ('moved', 'extended', 'cancelled')),
  was_due_day TEXT NOT NULL,
  due_day TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  changed_by TEXT NOT NULL REFERENCES accounts (id),
  changed_at BIGINT NOT NULL,
  CHECK (kind <> 'extended' OR due_day > was_due_day)
);
CREATE INDEX plan_changes_by_plan ON plan_changes (plan_id, changed_at);
