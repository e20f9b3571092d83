//! Whether a plan, or a change to a service, is fair to everyone: who it affects, by which
//! characteristics and in which places, how leaders know, what they do about it, when they look
//! again, and who signs for that. Each time it is signed is a row that stays, and everyone reads
//! the last. The rooms say what waits for it (`plans/equality`, `notices/equality`); here is what
//! they share: `rules` reads what is sent, `asked` is the step before a small group may be named,
//! `takes` says what is taken away, `store` holds the SQL, `parts` is what is seen, `personal` what
//! is kept about whoever signed.

mod asked;
mod parts;
mod personal;
mod rules;
mod store;
mod takes;

pub use asked::{NO_SMALL_GROUP, next_of};
pub use parts::{TITLE, as_sent, ask_what_it_takes, before, check, form, section, shown};
pub use personal::{NUMBER_COLUMNS, signed_columns};
pub use rules::{
    EqualityChoices, NewEquality, PublishedFigure, answered, ask_about, equality, small_groups,
};
pub use store::{Kept, Signed, SignedEquality, Signing, choices, last, sign};
pub use takes::Takes;
