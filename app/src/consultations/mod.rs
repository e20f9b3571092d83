//! A consultation: the forum asks, parents answer from phones over days, and the results say what was heard without showing
//! who said it.
//!
//! `questionnaire` is what is asked, as it is written, checked, filed and answered; `tally` counts the answers. Both are pure.
//! What may be published of the counts is for [`crate::disclosure::tables`]. There are no pages yet.

pub mod questionnaire;
pub mod tally;
