-- Who leads, organises, administers: nobody looks through all parents for them.
CREATE INDEX roles_by_role ON roles (role, organisation_id);
-- Whoever has an account and is told about changes.
CREATE INDEX subscribers_by_account ON subscribers (account_id) WHERE account_id IS NOT NULL;

-- The best results of a search come first, and without a look at the rows.
DROP INDEX search_words_by_stem;
CREATE INDEX search_words_by_stem ON search_words (stem, weight, thing_id, kind);

-- An email that is taken back before it goes is looked for among all that say what happened.
CREATE INDEX update_letters_by_delivery ON update_letters (delivery_id);
