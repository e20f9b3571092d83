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

-- As in 0049_tasks_by_email, and the sessions that wait for the forum, and those of leaders that the forum disputes.
DROP VIEW waiting_tasks;
CREATE VIEW waiting_tasks AS
SELECT 'topic' AS task, t.id AS thing_id, t.id AS page_id, r.account_id, t.proposed_at AS since
FROM topics t JOIN roles r ON r.role = 'organiser'
WHERE t.published_at IS NULL AND t.merged_at IS NULL AND t.declined_at IS NULL AND t.passed_on_at IS NULL
  AND t.withdrawn_at IS NULL
UNION ALL SELECT 'comment', c.id, c.id, r.account_id, c.sent_at
FROM comments c JOIN roles r ON r.role = 'organiser'
WHERE c.published_at IS NULL AND c.declined_at IS NULL AND c.passed_on_at IS NULL AND c.withdrawn_at IS NULL
UNION ALL SELECT 'doubt', d.id, d.id, r.account_id, d.told_at
FROM doubts d JOIN roles r ON r.role = 'organiser'
WHERE d.seen_at IS NULL
UNION ALL SELECT 'update', v.update_id, v.update_id, r.account_id, v.published_at
FROM update_versions v JOIN roles r ON r.role = 'organiser'
WHERE NOT EXISTS (SELECT 1 FROM update_versions l WHERE l.update_id = v.update_id AND l.version > v.version)
  AND NOT EXISTS (SELECT 1 FROM verdicts d WHERE d.update_id = v.update_id AND d.version = v.version)
UNION ALL SELECT 'shortlist', n.id, n.id, r.account_id, n.counted_at
FROM rounds n JOIN roles r ON r.role = 'organiser'
WHERE n.counted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM confirmations c WHERE c.round_id = n.id)
UNION ALL SELECT 'statement', p.id, p.id, r.account_id, p.registered_at
FROM plans p JOIN roles r ON r.role = 'organiser'
WHERE NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM plan_changes k WHERE k.plan_id = p.id AND k.kind = 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM plan_side s WHERE s.plan_id = p.id AND s.account_id = r.account_id)
-- A planning session that only those who plan say was held.
UNION ALL SELECT 'session', s.id, s.id, r.account_id, s.recorded_at
FROM planning_sessions s JOIN roles r ON r.role = 'organiser'
WHERE s.parents > 0
  AND NOT EXISTS (SELECT 1 FROM standing_confirmations c WHERE c.session_id = s.id
    AND (c.settles = 1 OR c.confirmed_by = r.account_id))
  AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM plan_side k WHERE k.plan_id = s.plan_id AND k.account_id = r.account_id)
-- Half an hour after it closes, when whoever had started has finished (consultations::rules::GRACE).
UNION ALL SELECT 'count', c.id, c.id, r.account_id, c.closes_at + 1800000
FROM consultations c JOIN roles r ON r.role = 'organiser'
WHERE c.opened_at IS NOT NULL AND c.erased_at IS NULL AND c.withdrawn_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM releases x WHERE x.consultation_id = c.id)
UNION ALL SELECT 'publish', x.consultation_id, x.consultation_id, r.account_id, x.counted_at
FROM releases x JOIN roles r ON r.role = 'organiser' AND r.account_id <> x.counted_by
WHERE x.checked_at IS NULL
  AND EXISTS (SELECT 1 FROM consultations c WHERE c.id = x.consultation_id AND c.withdrawn_at IS NULL)
UNION ALL SELECT 'takedown', t.id, t.about_id, r.account_id, t.asked_at
FROM takedowns t JOIN roles r ON r.role = 'organiser' AND r.account_id <> t.asked_by
WHERE t.taken_down_at IS NULL AND t.refused_at IS NULL
UNION ALL SELECT 'early', o.draft_id, d.plan_id, r.account_id, o.made_at
FROM overrides o JOIN drafts d ON d.id = o.draft_id JOIN roles r ON r.role = 'organiser'
UNION ALL SELECT 'approve', n.id, n.id, k.account_id, n.written_at
FROM notices n JOIN notice_leaders k ON k.notice_id = n.id
WHERE n.approved_at IS NULL AND n.discarded_at IS NULL
  AND (n.written_by <> k.account_id OR EXISTS (SELECT 1 FROM area_rules a WHERE a.second_person = 0))
  AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.follows_id AND f.approved_at IS NOT NULL)
UNION ALL SELECT 'approved', n.id, n.id, k.account_id, n.approved_at
FROM notices n JOIN notice_leaders k ON k.notice_id = n.id AND k.account_id = n.written_by
WHERE n.approved_at IS NOT NULL AND n.approved_by <> n.written_by
UNION ALL SELECT 'question', q.id, q.notice_id, k.account_id, q.asked_at
FROM notice_questions q JOIN notice_leaders k ON k.notice_id = q.notice_id
WHERE q.answer_id IS NULL AND q.set_aside_at IS NULL AND q.taken_down_at IS NULL
UNION ALL SELECT 'answer', p.id, p.id, k.account_id, p.published_at
FROM public_comments p JOIN comment_leaders k ON k.comment_id = p.id
WHERE NOT EXISTS (SELECT 1 FROM comment_responses a WHERE a.comment_id = p.id)
UNION ALL SELECT 'disputed', d.session_id, d.session_id, k.account_id, d.disputed_at
FROM session_disputes d JOIN planning_sessions s ON s.id = d.session_id JOIN plan_leaders k ON k.plan_id = s.plan_id
WHERE NOT EXISTS (SELECT 1 FROM session_disputes_seen x WHERE x.session_id = d.session_id AND x.seen_by = k.account_id)
  AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = s.plan_id AND x.kind = 'cancelled')
UNION ALL SELECT 'safeguarding', t.id, t.id, r.account_id, t.passed_on_at
FROM topics t JOIN roles r ON r.role = 'safeguarding'
WHERE t.passed_on_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM concern_notes n WHERE n.topic_id = t.id)
UNION ALL SELECT 'safeguarding', c.id, c.id, r.account_id, c.passed_on_at
FROM comments c JOIN roles r ON r.role = 'safeguarding'
WHERE c.passed_on_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM comment_notes n WHERE n.comment_id = c.id)
UNION ALL SELECT 'safeguarding', a.id, a.id, r.account_id, a.passed_on_at
FROM answer_concerns a JOIN roles r ON r.role = 'safeguarding'
WHERE NOT EXISTS (SELECT 1 FROM answer_concern_notes n WHERE n.concern_id = a.id)
UNION ALL SELECT 'safeguarding', t.id, t.id, r.account_id, t.taken_down_at
FROM takedowns t JOIN roles r ON r.role = 'safeguarding'
WHERE t.taken_down_at IS NOT NULL AND t.is_kept = 1
  AND NOT EXISTS (SELECT 1 FROM takedown_notes n WHERE n.takedown_id = t.id);
