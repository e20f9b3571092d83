-- A draft's text as HTML, made once when it is submitted, with the number of the rules that made it. 0: not made yet; the
-- worker does it, and does it again when the rules have changed. The same rules stand in postgres/0029_drafts_as_html.sql.
ALTER TABLE drafts ADD COLUMN html TEXT;
ALTER TABLE drafts ADD COLUMN html_rules BIGINT NOT NULL DEFAULT 0;
CREATE INDEX drafts_by_html_rules ON drafts (html_rules);
-- What everyone reads as the draft is only ever replaced by what later rules make of the same text.
CREATE TRIGGER drafts_are_shown_as_they_are BEFORE UPDATE OF html, html_rules ON drafts
WHEN NEW.html_rules <= OLD.html_rules OR NEW.html IS NULL
BEGIN SELECT RAISE(ABORT, 'a draft is not edited'); END;
