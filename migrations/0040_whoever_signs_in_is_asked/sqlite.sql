-- Whoever signs in while her account is about to be erased is asked whether to keep it: signing in alone changes nothing.
-- The same rules stand in postgres/0040_whoever_signs_in_is_asked.sql.
DROP TRIGGER whoever_signs_in_stays;
DROP TRIGGER whoever_gives_the_code_stays;
