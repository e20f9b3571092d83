-- What a notice takes away, in the order of these words; empty where it takes nothing away, and in notices from before we asked which.
-- In Rust: area::equality::Takes.
ALTER TABLE notices ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));

-- The same as it was when somebody signed who it affects; of a plan it is said there alone.
ALTER TABLE equality_records ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));
ALTER TABLE notice_equality_records ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));

-- That a leader of an organisation has read that the forum doesn't fully agree with what it said: it is on their desk no more.
CREATE TABLE verdicts_seen (
  verdict_id TEXT NOT NULL REFERENCES verdicts (id),
  seen_by TEXT NOT NULL REFERENCES accounts (id),
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (verdict_id, seen_by)
);

-- What leaders said they would look at again on a day: who a plan or a change affects, as it was signed last, and what they said last is
-- not done. due_at: when that day begins, worked out from its digits, since both databases can do that.
CREATE VIEW reviews AS
SELECT task, thing_id, 86400000 * (365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 719469) AS due_at
FROM (SELECT task, thing_id,
    CAST(substr(day, 1, 4) AS BIGINT) - CASE WHEN substr(day, 6, 2) < '03' THEN 1 ELSE 0 END AS y,
    (CAST(substr(day, 6, 2) AS BIGINT) + 9) % 12 AS m, CAST(substr(day, 9, 2) AS BIGINT) AS d
  FROM (SELECT 'review-plan' AS task, e.plan_id AS thing_id, e.review_day AS day FROM equality_records e
    WHERE NOT EXISTS (SELECT 1 FROM equality_records l WHERE l.plan_id = e.plan_id
        AND (l.signed_at > e.signed_at OR (l.signed_at = e.signed_at AND l.id > e.id)))
      AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = e.plan_id AND x.kind = 'cancelled')
    UNION ALL SELECT 'review-notice', e.notice_id, e.review_day FROM notice_equality_records e JOIN notices n ON n.id = e.notice_id
    WHERE n.discarded_at IS NULL AND coalesce(n.follow_kind, '') <> 'withdrawal'
      AND NOT EXISTS (SELECT 1 FROM notice_equality_records l WHERE l.notice_id = e.notice_id
        AND (l.signed_at > e.signed_at OR (l.signed_at = e.signed_at AND l.id > e.id)))
      AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.id AND f.started_at IS NOT NULL)
    UNION ALL SELECT 'review-update', v.update_id, v.look_again FROM update_versions v
    WHERE v.look_again <> ''
      AND NOT EXISTS (SELECT 1 FROM update_versions l WHERE l.update_id = v.update_id AND l.version > v.version)) named
  WHERE day LIKE '2___-__-__') digits;

-- As in 0049_tasks_by_email; and planning sessions that wait for the forum, those that it disputes, for leaders, what waits for the forum
-- about how long families wait, that leaders went ahead with a decision, and for leaders that the forum doesn't agree with what they said,
-- and what they said they would look at again.
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
-- What leaders publish about waits, until the forum has judged it or all of it was corrected (in Rust: waits::store::to_judge). For
-- those alone who neither published it nor lead for the organisation that did.
UNION ALL SELECT 'waits', p.id, p.id, r.account_id, p.published_at
FROM wait_reports p JOIN roles r ON r.role = 'organiser' AND r.account_id <> p.published_by
WHERE NOT EXISTS (SELECT 1 FROM wait_verdicts v WHERE v.report_id = p.id)
  AND EXISTS (SELECT 1 FROM wait_figures f WHERE f.report_id = p.id
    AND NOT EXISTS (SELECT 1 FROM wait_reports l JOIN wait_figures g ON g.report_id = l.id
      WHERE l.service_id = p.service_id AND l.nth > p.nth AND g.place_id = f.place_id AND g.month = f.month))
  AND NOT EXISTS (SELECT 1 FROM roles o WHERE o.account_id = r.account_id AND o.role = 'leader'
    AND o.organisation_id = p.organisation_id)
-- What a parent told the forum about waits.
UNION ALL SELECT 'wait-doubt', d.id, d.report_id, r.account_id, d.told_at
FROM wait_doubts d JOIN roles r ON r.role = 'organiser'
WHERE d.seen_at IS NULL
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
-- A decision that leaders went ahead with though something is missing.
UNION ALL SELECT 'passed', o.decision_id, d.plan_id, r.account_id, o.made_at
FROM decision_overrides o JOIN decisions d ON d.id = o.decision_id JOIN roles r ON r.role = 'organiser'
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
-- The forum's last word on what an organisation said last, where it doesn't fully agree.
UNION ALL SELECT 'disagreed', d.id, d.update_id, k.account_id, d.given_at
FROM verdicts d JOIN update_leaders k ON k.update_id = d.update_id
WHERE d.verdict <> 'confirmed'
  AND NOT EXISTS (SELECT 1 FROM update_versions l WHERE l.update_id = d.update_id AND l.version > d.version)
  AND NOT EXISTS (SELECT 1 FROM verdicts l WHERE l.update_id = d.update_id AND l.version = d.version
    AND (l.given_at > d.given_at OR (l.given_at = d.given_at AND l.id > d.id)))
  AND NOT EXISTS (SELECT 1 FROM verdicts_seen x WHERE x.verdict_id = d.id AND x.seen_by = k.account_id)
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
  AND NOT EXISTS (SELECT 1 FROM takedown_notes n WHERE n.takedown_id = t.id)
-- What its leaders said they would look at again, from the day they said.
UNION ALL SELECT w.task, w.thing_id, w.thing_id, k.account_id, w.due_at
FROM reviews w JOIN plan_leaders k ON w.task = 'review-plan' AND k.plan_id = w.thing_id
UNION ALL SELECT w.task, w.thing_id, w.thing_id, k.account_id, w.due_at
FROM reviews w JOIN notice_leaders k ON w.task = 'review-notice' AND k.notice_id = w.thing_id
UNION ALL SELECT w.task, w.thing_id, w.thing_id, k.account_id, w.due_at
FROM reviews w JOIN update_leaders k ON w.task = 'review-update' AND k.update_id = w.thing_id;
