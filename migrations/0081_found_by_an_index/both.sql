-- What published topics are found by: a row for each stem of a word that a topic holds, and when it was published, so that those that
-- hold a word stand in the order of the list. In place of what each database has for it, which gives all that hold a word, and in no
-- order. The program fills it as it starts: what a stem is stands in topics/search.rs.
DROP TABLE topic_search;
CREATE TABLE topic_search (
  topic_id TEXT NOT NULL,
  stem TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (topic_id, stem)
);
CREATE INDEX topic_search_by_stem ON topic_search (stem, published_at, topic_id);
-- What was merged into a topic.
CREATE INDEX topics_by_merger ON topics (merged_into) WHERE merged_into IS NOT NULL;
