-- confirmed_at: when the council last said that it has her, which it does each time she comes by it. warned_at: when she was
-- told that her role ends unless it says so again.
ALTER TABLE council_subjects ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE council_subjects ADD COLUMN warned_at BIGINT;
UPDATE council_subjects SET confirmed_at = known_at;

-- organisation_id: whose leaders say what happened about it, where it is about neither a plan nor a topic. Until it has one,
-- nobody can.
ALTER TABLE consultations ADD COLUMN organisation_id TEXT REFERENCES organisations (id);
