//! Every SQL statement about updates: `subjects` says what they can be about, `naming` what they
//! can name, `saying` keeps and `reading` finds what was said, `telling` owes the emails, and
//! `parents` holds what each of them sees and tells the forum.

mod forget;
mod naming;
mod parents;
mod reading;
mod saying;
mod subjects;
mod telling;

pub use forget::{forget, let_go_of_file, unclaimed_files};
pub use naming::{known, put_in};
pub use parents::{
    Answers, Contribution, Doubt, NewDoubt, consultation_of, contributions, doubt, doubts,
    doubts_of, has_doubted, is_doubted, see_doubt, want_outcome,
};
pub use reading::{Judged, Said, Update, find, may_change};
pub use saying::{NewUpdate, NewVerdict, NewVersion, OtherSide, Published};
pub use saying::{is_judged, is_said, judge, other_side, publish, say, see_verdict};
pub use subjects::{AWAITED_BY, Subject, SubjectKind, Waited, answerable, responsible, waited};
pub use telling::{LATE, address_changed, call_off, tell_next, untold, untold_late};
