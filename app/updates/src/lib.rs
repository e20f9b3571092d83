//! You said, we did: what came of what parents said, and whether it is so.
//!
//! Its life: a leader publishes an update about topics, rounds, results, plans or changes → it is
//! claimed → the forum confirms it, in part or whole, or disputes it → the leader may say more,
//! which is claimed again, with what was said before beside it. What an outcome is and by when it
//! is awaited, and how every room shows it, is in `outcomes`; `words` and `evidence` read what is
//! sent, `attach` takes files, `spelling` says if others must be told anew; `store` holds the SQL.
//! `write` is the leader's form, `judge` the forum's, `browse` what everyone sees, `due` what is
//! still to be said, `emails` tells those who contributed, `receipt` shows what came of it by a
//! code, and `doubt` is for whoever does not find it so. What somebody said in all rooms is shown
//! by `app/src/said.rs`.
//!
//! # When a leader says what came of it
//!
//! 1. `/lead/updates` lists what is still to be said: chosen topics, results, published drafts,
//!    each with the day it is due (`outcomes/rules.rs`, `awaited`). `/lead/updates/about` offers
//!    what she can answer (`store/subjects.rs`, `answers_for`); `words.rs` and `evidence.rs` read
//!    what she writes, `attach.rs` takes a file. She looks at it as everyone will, then it is
//!    published: an update, its first version, what it is about.
//! 2. It stands as claimed. At `/forum/updates` organisers see what waits, and what parents found
//!    who do not find it so (`doubt.rs`). `judge.rs` keeps the forum's word on the version that was
//!    read. Nobody judges what she said herself, nor what her organisation says; a trigger refuses
//!    the first.
//! 3. Something else is the next version (`write.rs`, `change`), which is claimed again. If it
//!    differs in more than spelling (`spelling.rs`), contributors are told again.
//! 4. The worker calls `updates::tell_due`. `store::tell_next` owes the email to 200 people at a
//!    time and notes each in `update_letters`: authors, supporters, those who answered and asked to
//!    hear, those told of a change who have not stopped. `updates::tell_late` does so for who hears
//!    of a change only after that.
//! 5. `/account/said` shows each what became of all she said (`app/src/said.rs`). By the code of a receipt
//!    anyone sees what came of the consultation; that keeps nothing.

mod attach;
mod browse;
mod doubt;
pub mod due;
mod emails;
pub mod evidence;
mod judge;
mod receipt;
mod spelling;
pub mod store;
pub mod words;
mod write;

pub use emails::{remind_due, tell_due, tell_late};

use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};
use store::Update;

/// What somebody chose who comes to the form before she is signed in.
const DOUBT: &str = "tell us that's not your experience";

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    let (leader, organiser) = (Only(Role::Leader), Only(Role::Organiser));
    Routes::new()
        .get("/updates", Anyone, browse::list)
        .get("/updates/receipt", Anyone, receipt::receipt_form)
        .post("/updates/receipt", Anyone, receipt::receipt)
        .get("/updates/{id}", Anyone, browse::update)
        .get("/updates/{id}/files/{file}", Anyone, attach::file)
        .get_first("/updates/{id}/doubts/new", SignedIn, DOUBT, doubt::form)
        .post_first("/updates/{id}/doubts/new", SignedIn, DOUBT, doubt::send)
        .get("/lead/updates", leader, write::list)
        .get("/lead/updates/new", leader, write::form)
        .post_file("/lead/updates/new", leader, write::send)
        .get("/lead/updates/about", leader, write::choose)
        .get("/lead/updates/{id}", leader, write::change_form)
        .post_file("/lead/updates/{id}", leader, write::change)
        .get("/forum/updates", organiser, judge::list)
        .post("/forum/updates", organiser, judge::see_doubt)
        .get("/forum/updates/{id}", organiser, judge::form)
        .post_file("/forum/updates/{id}", organiser, judge::judge)
}

/// The update of an address, or "not found".
async fn update(house: &House, id: &str) -> Result<Update, Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The update of an address, for a leader who may change it. One of another organisation is
/// forbidden.
async fn hers(house: &House, viewer: &Viewer, id: &str) -> Result<Update, Error> {
    let update = update(house, id).await?;
    if store::is_hers(&house.db, &update.id, &viewer.signed_in()?.account_id).await? {
        Ok(update)
    } else {
        Err(Error::Forbidden)
    }
}
