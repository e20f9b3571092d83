//! The ledger: who is told about a notice, by which email, and what became of it. Every SQL
//! statement about it.
//!
//! A row is written once the notice has started, or later for somebody who only then asks to hear
//! (`starting`); gets its email when that is owed, or is called off (`owing`); and says in the end
//! whether the person was told (`outcome`). `told` counts them, `unreached` lists the families whom
//! somebody must tell another way. `wanted` says who wants to be told, as parts of statements.

mod outcome;
mod owing;
mod starting;
mod told;
mod unreached;

pub use outcome::{InEmail, Sending, in_email, read_by, read_email, sending};
pub use owing::{
    EmailDue, Stale, ToTell, Together, ask_for_notices, ask_who_is_due, begin_again, call_off,
    due_now, has_come_back, is_on_its_way, is_one_to_tell, keep_email, move_to, notices_due,
    put_together_again, services_of_link, stale, stop, to_tell,
};
pub use starting::{
    Reach, hold_addresses, is_one_to_start, list_next, owe_announced, reach, start_next,
};
pub use told::{ToldOf, count_told, to_count, told, told_of_all, told_of_all_so_far, told_so_far};
pub use unreached::{
    ON_A_PAGE, ToldAnotherWay, Unreached, count_unreached, find_unreached, reached, unreached,
};
