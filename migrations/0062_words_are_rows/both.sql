-- The words for roles, and for what can be put right, are rows: a new one is an INSERT in a step of its own, where a CHECK would have
-- whole tables made anew. What is not a row here can't be written, and the program reads no word that it does not know.
CREATE TABLE role_words (word TEXT PRIMARY KEY);
INSERT INTO role_words (word) VALUES ('parent'), ('organiser'), ('leader'), ('safeguarding'), ('admin');
CREATE TABLE correction_words (word TEXT PRIMARY KEY);
INSERT INTO correction_words (word) VALUES ('service'), ('place'), ('organisation'), ('plan'), ('session');

-- Who reads the drafts of a plan before they are published: leaders of the organisations that plan it. In Rust:
-- plans::rules::reads_drafts.
CREATE VIEW draft_readers AS
SELECT plan_id, account_id FROM plan_leaders;
