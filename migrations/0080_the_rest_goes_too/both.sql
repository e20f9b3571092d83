-- The emails about what came of a consultation were owed by keys that say who took part in it. Once everyone was told, none is asked for.
UPDATE deliveries SET dedup_key = 'told ' || id
WHERE kind IN ('results published', 'consultation withdrawn') AND EXISTS (SELECT 1 FROM consultations c
  WHERE c.told_at IS NOT NULL AND substr(deliveries.dedup_key, 1, length(deliveries.kind) + 1 + length(c.id)) = deliveries.kind || ' ' || c.id);
-- The declined comments of those without an account that still have their words: these go after a while.
CREATE INDEX comments_declined_with_words ON comments (declined_at)
WHERE declined_at IS NOT NULL AND author_id = '00000000-0000-0000-0000-000000000000' AND words <> 'Deleted';
-- Files that no row names, and since when. Those that none has named for a while are taken away.
CREATE TABLE unnamed_files (
  hash TEXT PRIMARY KEY,
  since BIGINT NOT NULL
);
