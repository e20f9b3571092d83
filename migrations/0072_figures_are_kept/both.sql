-- Figures that everyone may see, as they were counted last: a page reads these rows, and counts nobody. figure: 'told', who was told about
-- the notice `about`: part is the place, '' where they did not say; how is 'before' it started, 'later' or 'never'. 'heard', who got the emails
-- about the update `about`: part is the version; how is after how many days, 'not' where none reached them. One row of each has '' for both: it
-- was counted, also where there is nobody. True numbers, only for `disclosure`. In Rust: ground::kept_figures.
CREATE TABLE kept_figures (
  figure TEXT NOT NULL,
  about TEXT NOT NULL,
  part TEXT NOT NULL,
  how TEXT NOT NULL,
  people BIGINT NOT NULL CHECK (people >= 0),
  counted_at BIGINT NOT NULL,
  PRIMARY KEY (figure, about, part, how)
);

-- Whose email about which notice has ever come back or was given up: what families no email reaches are looked for among, so that nobody looks
-- through everyone who was told. Triggers write it together with that. Whether it still holds is said by the ledger.
CREATE TABLE came_back (
  notice_id TEXT NOT NULL,
  subscriber_id TEXT NOT NULL,
  FOREIGN KEY (notice_id, subscriber_id) REFERENCES ledger (notice_id, subscriber_id),
  PRIMARY KEY (notice_id, subscriber_id)
);
INSERT INTO came_back (notice_id, subscriber_id)
SELECT l.notice_id, l.subscriber_id FROM ledger l
WHERE EXISTS (SELECT 1 FROM returns r WHERE r.delivery_id = l.delivery_id AND r.kind = 'bounced')
  OR (l.called_off_at IS NULL AND EXISTS (SELECT 1 FROM deliveries d WHERE d.id = l.delivery_id AND d.given_up_at IS NOT NULL));

-- What takes effect soon, or has lately.
CREATE INDEX notices_by_effect ON notices (effect_at);
