-- Keys of emails said for good whose they were: by the SHA-256 of an address, by an account, or by the address itself. That nothing is owed
-- twice is asked of none of these any more. Who is to read the head of the audit log this month is counted instead.
UPDATE deliveries SET dedup_key = 'forgotten ' || id
WHERE kind IN ('answer', 'not answered', 'taken down', 'question received')
  OR (account_id IS NULL AND next_at IS NULL AND kind IN ('draft published', 'outcome due', 'duty due'));
UPDATE deliveries SET dedup_key = substr(dedup_key, 1, 18) || ' ' || CAST((SELECT count(*) FROM deliveries o
    WHERE o.kind = 'audit head' AND substr(o.dedup_key, 1, 18) = substr(deliveries.dedup_key, 1, 18) AND o.id < deliveries.id) AS TEXT)
WHERE kind = 'audit head' AND dedup_key LIKE 'audit head ____-__ %';
