-- The worker looks each day for rows of emails that are a year old.
CREATE INDEX deliveries_settled ON deliveries (owed_at) WHERE next_at IS NULL;
