//! Every SQL statement about updates: `subjects` says what they can be about, `saying` keeps and `reading` finds what was said,
//! `telling` owes the letters, and `parents` holds what each of them sees and tells the forum.

mod parents;
mod reading;
mod saying;
mod subjects;
mod telling;

pub use parents::{Contribution, Doubt, consultation_of, contributions, doubt, doubts, see_doubt};
pub(crate) use reading::latest;
pub use reading::{Judged, Listed, Said, Update, Which, find, is_hers, list, of_topic};
pub use saying::{NewVerdict, is_judged, is_said, judge, publish, say};
pub use subjects::{Kind, Subject, Waited, answerable, responsible, waited};
pub use telling::{call_off, tell_next, untold};
