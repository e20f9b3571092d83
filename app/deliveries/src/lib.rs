//! Emails: owed in the same write as the fact they are about, claimed by a worker, then sent, or
//! given up and why.
//!
//! An email is owed once (`Owed::dedup_key`), and its `Message-ID` comes from its id, so that a
//! second copy after a crash folds into the first. While it waits it holds what is to be said; once
//! handed over or given up, its text and address are erased. It may come back: as mail to the
//! address that names it (`ground::return_address`), or by a provider's call (`intake`); `returns`
//! reads both, and `unread` shows what could not be understood. `kinds` lists every kind of email
//! and how it is handled, `stops` holds what an account has stopped; `tasks` tells those who run
//! this what waits for them. `store` holds the SQL, `email` puts words into the one plain shape,
//! `links` finds telephone numbers in them, `turn` is what a worker does again and again, `permit`
//! what it asks just before an email goes, `marks` where it waits until it is kept that one went.

mod email;
mod intake;
mod kinds;
mod links;
mod marks;
mod permit;
mod personal;
pub mod returns;
pub mod stops;
pub mod store;
pub mod tasks;
mod turn;
pub mod unread;

pub use email::{Paragraph, Sender, Stop, Words};
pub use intake::record_returns;
pub use kinds::{ALWAYS_SENT, EmailKind, Sort};
pub use marks::Marks;
pub use permit::{Permit, settled};
pub use personal::PERSONAL;
pub use store::{Owed, owe, owe_later, take_back};
pub use turn::{Claimed, Hand, Outcome, deliver_one, record};
pub use unread::record_unread;

use ground::house::House;
use ground::ids::{Delivery, Id};
use ground::jobs::{EACH_TEN_SECONDS, Job};
use ground::routes::{Access, Routes};

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![Job::of(house, "emails about tasks", EACH_TEN_SECONDS, async |house: House| {
        tasks::tell_due(&house).await
    })]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/returns", Access::Anyone, intake::returns_page).post(
        "/returns",
        Access::Anyone,
        intake::take_returns,
    )
}

/// One email as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// A UUIDv7. The `Message-ID` is made from it.
    pub id: Id<Delivery>,
    pub to: String,
    /// One line.
    pub subject: String,
    /// The email for people who read plain text.
    pub text: String,
    /// The same email as HTML.
    pub html: String,
    /// Where one click in a mail program stops such emails (RFC 8058); `None` for one nobody
    /// subscribed to.
    pub one_click: Option<String>,
}

/// Why an email did not go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The other side will never take it; why, in its words.
    #[error("{0}")]
    Refused(String),
    /// The mail system cannot be reached, or lets nobody in, so this email is not to blame; why.
    #[error("{0}")]
    Away(String),
    /// It may go later; why it did not now.
    #[error("{0}")]
    Later(String),
    /// It must no longer go; why.
    #[error("{0}")]
    Forfeited(&'static str),
    /// It must not go as it is, but may once it has been put together again.
    #[error("it is to be put together again")]
    Stale,
}
