-- A planning session is claimed by whoever records it, and confirmed by others: by the forum, or by two parents who were there. The
-- forum can dispute it. What was said stays.

-- A link to a session, on a slip of paper or a screen, for parents who were there. Its id is a code that nobody can guess, and that
-- people can type: four groups of four (id::code).
-- 2419200000 milliseconds are 28 days.
CREATE TABLE session_slips (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES planning_sessions (id),
  made_by TEXT NOT NULL REFERENCES accounts (id),
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  CHECK (ends_at > made_at AND ends_at <= made_at + 2419200000)
);
CREATE INDEX session_slips_by_session ON session_slips (session_id);

-- That somebody says that it was held: for the forum, or as a parent who was there. settles: 1 where it is confirmed with that, which is
-- so once for each session.
CREATE TABLE session_confirmations (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES planning_sessions (id),
  for_forum INTEGER NOT NULL CHECK (for_forum IN (0, 1)),
  settles INTEGER NOT NULL CHECK (settles IN (0, 1)),
  slip_id TEXT REFERENCES session_slips (id),
  confirmed_by TEXT NOT NULL REFERENCES accounts (id),
  confirmed_at BIGINT NOT NULL,
  CHECK (for_forum = 0 OR (settles = 1 AND slip_id IS NULL))
);
CREATE INDEX session_confirmations_by_session ON session_confirmations (session_id);
CREATE UNIQUE INDEX session_confirmations_settle_once ON session_confirmations (session_id) WHERE settles = 1;

-- That a parent took back that they were there: they had pressed by mistake. Whose it was is in the row that it is about.
CREATE TABLE session_confirmations_taken_back (
  confirmation_id TEXT PRIMARY KEY REFERENCES session_confirmations (id),
  taken_back_at BIGINT NOT NULL
);

-- What was said and not taken back.
CREATE VIEW standing_confirmations AS
SELECT c.id, c.session_id, c.for_forum, c.settles, c.slip_id, c.confirmed_by, c.confirmed_at FROM session_confirmations c
WHERE NOT EXISTS (SELECT 1 FROM session_confirmations_taken_back b WHERE b.confirmation_id = c.id);

-- That the forum says that it was not held so.
CREATE TABLE session_disputes (
  session_id TEXT PRIMARY KEY REFERENCES planning_sessions (id),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  disputed_by TEXT NOT NULL REFERENCES accounts (id),
  disputed_at BIGINT NOT NULL
);

-- That one of those who plan has read that the forum disagrees: it is on their desk no more.
CREATE TABLE session_disputes_seen (
  session_id TEXT NOT NULL REFERENCES session_disputes (session_id),
  seen_by TEXT NOT NULL REFERENCES accounts (id),
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (session_id, seen_by)
);

-- Drafts that were published while a session counted as soon as it was recorded: what they rested on was enough then. No row is ever
-- added.
CREATE TABLE drafts_before_confirmations (
  draft_id TEXT PRIMARY KEY REFERENCES drafts (id)
);
INSERT INTO drafts_before_confirmations (draft_id)
SELECT d.id FROM drafts d WHERE d.published_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM planning_sessions s WHERE s.plan_id = d.plan_id AND s.parents > 0
    AND s.recorded_at <= d.published_at);

-- Sessions that count: parents took part, somebody else has confirmed it, and the forum has not disputed it. In Rust:
-- involvement::session::SessionFacts.
CREATE VIEW confirmed_sessions AS
SELECT s.id AS session_id, s.plan_id FROM planning_sessions s
JOIN session_confirmations c ON c.session_id = s.id AND c.settles = 1
WHERE s.parents > 0 AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id);

-- As in 0005_plans, but for the sessions that count. The same rule stands in words in app/involvement/src/gate.rs.
DROP VIEW shut_gates;
CREATE VIEW shut_gates AS
SELECT p.id AS plan_id FROM plans p
WHERE NOT EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL)
   OR EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id
              WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL
                AND (t.published_at IS NULL
                     OR t.published_at + 1209600000 > (SELECT min(d.first_recorded_at) FROM drafts d WHERE d.plan_id = p.id)))
   OR (NOT EXISTS (SELECT 1 FROM confirmed_sessions s WHERE s.plan_id = p.id)
       AND EXISTS (SELECT 1 FROM plan_topics x JOIN topics t ON t.id = x.topic_id LEFT JOIN rounds r ON r.id = t.round_id
                   WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL AND r.closed_at IS NULL))
   OR NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id);
