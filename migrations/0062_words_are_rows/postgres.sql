-- The same rules stand in sqlite.sql. Nobody is invited to be a parent.
ALTER TABLE roles DROP CONSTRAINT roles_role_check, ADD FOREIGN KEY (role) REFERENCES role_words (word);
ALTER TABLE invitations DROP CONSTRAINT invitations_role_check, ADD CHECK (role <> 'parent'),
  ADD FOREIGN KEY (role) REFERENCES role_words (word);
ALTER TABLE corrections DROP CONSTRAINT corrections_kind_check, ADD FOREIGN KEY (kind) REFERENCES correction_words (word);
