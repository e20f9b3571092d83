-- When the database was last written anew, so that nothing that was erased is left in its pages; NULL: never.
ALTER TABLE service_state ADD COLUMN rewritten_at BIGINT;
