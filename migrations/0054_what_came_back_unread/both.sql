-- What came to the return address of an email and could not be understood, for an administrator to see. The first counts. It is
-- erased after 30 days; the mail itself stays in the mailbox.
CREATE TABLE unread_returns (
  delivery_id TEXT PRIMARY KEY REFERENCES deliveries (id),
  at BIGINT NOT NULL,
  subject TEXT NOT NULL
);
