-- Who is owed an email, in the order in which they are walked through: each lot begins where the one before it ended. is_digest is never
-- below 0. That stands here so that only a statement which says so too goes by this index: what is asked about some subscribers would else
-- read everyone who waits, where the planner has not seen yet how many a notice has just added.
DROP INDEX ledger_due;
CREATE INDEX ledger_due ON ledger (due_at, subscriber_id) WHERE delivery_id IS NULL AND called_off_at IS NULL AND is_digest >= 0;
-- No row without an email stands in these two: a notice that starts need not write them, and nobody looks there for who has none.
DROP INDEX ledger_by_delivery;
CREATE INDEX ledger_by_delivery ON ledger (delivery_id) WHERE delivery_id IS NOT NULL;
DROP INDEX ledger_by_link;
CREATE INDEX ledger_by_link ON ledger (link_hash) WHERE link_hash IS NOT NULL;
-- The responses of a consultation that count, in the order in which they are read, a part at a time.
CREATE INDEX responses_to_read ON responses (consultation_id, id) WHERE state = 'sent';
-- Up to which subscriber, in the order of their ids, the ledger of a notice that has started is written: '' is nobody yet, NULL all of them.
-- It is written some hundred at a time, so that nobody waits for all of it who wants to write something else.
ALTER TABLE notices ADD COLUMN listed_up_to TEXT;
CREATE INDEX notices_half_listed ON notices (listed_up_to) WHERE listed_up_to IS NOT NULL;
CREATE INDEX subscribers_by_joined ON subscribers (joined_id) WHERE joined_id IS NOT NULL;
-- What one person took part in, and the themes of one response.
CREATE INDEX took_part_by_account ON took_part (account_id);
CREATE INDEX theme_answers_by_response ON theme_answers (response_id);
