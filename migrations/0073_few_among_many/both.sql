-- A few among very many, that are looked for again and again. Nobody looks through all for them:
-- what was passed on to the safeguarding lead,
CREATE INDEX topics_passed_on ON topics (passed_on_at, id) WHERE passed_on_at IS NOT NULL;
CREATE INDEX comments_passed_on ON comments (passed_on_at, id) WHERE passed_on_at IS NOT NULL;
-- emails that must be put together again, at each tick, also while a notice waits to go to everyone,
CREATE INDEX deliveries_stale ON deliveries (is_stale, id) WHERE is_stale = 1;
-- and emails by which an administrator tries whether emails arrive.
CREATE INDEX deliveries_tests ON deliveries (sent_at) WHERE kind = 'test';
