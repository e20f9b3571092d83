-- Rules that several rooms ask. Each has a twin in Rust, and both are asked about the same random rows
-- (server/tests/rooms/views.rs). A view holds ids, states and times, and no words that somebody wrote: PostgreSQL cannot make
-- anew what it remembers of a column that a view shows (ground/src/db/pages.rs).

-- Topics that everyone may read at their address. One that was joined with another after it was published keeps its words.
-- In Rust: topics::rules::Facts::is_public.
CREATE VIEW public_topics AS
SELECT id, round_id, proposed_at, published_at FROM topics
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL;

-- Topics that are in lists, are found and can be supported, answered and planned. One that was joined with another gives its
-- place to that. In Rust: topics::rules::Facts::is_listed.
CREATE VIEW listed_topics AS
SELECT id, round_id, proposed_at, published_at FROM topics
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL
  AND merged_at IS NULL;

-- Comments on the Local Offer that everyone may read. In Rust: local_offer::rules::Facts::is_public.
CREATE VIEW public_comments AS
SELECT id, service_id, published_at FROM comments
WHERE published_at IS NOT NULL AND passed_on_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL;
