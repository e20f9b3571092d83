-- What a notice takes away, in the order of these words; empty where it takes nothing away, and in notices from before we asked which.
-- In Rust: area::equality::Takes.
ALTER TABLE notices ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));

-- The same as it was when somebody signed who it affects; of a plan it is said there alone.
ALTER TABLE equality_records ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));
ALTER TABLE notice_equality_records ADD COLUMN takes TEXT NOT NULL DEFAULT ''
  CHECK (takes IN ('', 'ends', 'reduces', 'costs', 'ends reduces', 'ends costs', 'reduces costs', 'ends reduces costs'));
