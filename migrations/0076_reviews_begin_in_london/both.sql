-- What leaders said they would look at again, and on which day: who a plan or a change affects, as it was signed last, and what they said
-- last is not done. due_at: when that day begins in London, worked out from its digits, since both databases can do that. Days begin an
-- hour earlier after the last Sunday of March and until the last Sunday of October: on both the clocks change once the day has begun.
CREATE VIEW review_days AS
SELECT task, thing_id, 86400000 * days - CASE
    WHEN m BETWEEN 1 AND 6 OR (m = 0 AND d - 1 - (days + 3) % 7 >= 25) OR (m = 7 AND d - 1 - (days + 3) % 7 < 25) THEN 3600000
    ELSE 0 END AS due_at
FROM (SELECT task, thing_id, m, d, 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 719469 AS days
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
    WHERE day LIKE '2___-__-__') digits) counted;
