//! You said, we did: what came of what parents said, and whether it is so.
//!
//! Its life: a leader publishes an update about topics, rounds, results, plans or changes → it is
//! claimed → the forum confirms it, in part or whole, or disputes it → the leader may say more,
//! which is claimed again, with what was said before beside it. `rules` says what an outcome is and
//! by when it is awaited; `words` and `evidence` read what is sent, `attach` takes files,
//! `spelling` says if others must be told anew; `store` holds the SQL. `write` is the leader's
//! form, `judge` the forum's, `browse` what everyone sees, `due` what is still to be said,
//! `letters` tells those who contributed, `mine` shows each what came of it, and `doubt` is for
//! whoever does not find it so.

mod attach;
mod browse;
mod doubt;
pub mod due;
pub mod evidence;
mod judge;
mod letters;
mod receipt;
mod spelling;
pub mod store;
pub mod words;
mod write;

pub use letters::{remind_due, tell_due, tell_late};

use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};
use store::Update;

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
        .get("/updates/{id}/doubts/new", SignedIn, doubt::form)
        .post("/updates/{id}/doubts/new", SignedIn, doubt::send)
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
