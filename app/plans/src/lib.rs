//! A plan: what leaders are going to plan, tied to topics of parents.
//!
//! Its life: registered → topics tied, planning sessions recorded, the forum's statement written,
//! drafts recorded → a draft published, once the gate is open or somebody passed it all the same,
//! and each tied topic is answered in it. Nothing is edited away: what happens is added. `gate` and
//! `rung` are the two rules, `rules` reads what is sent, `store` holds the SQL, `browse` and
//! `compare` are what everyone sees. `register`, `involve`, `drafts` and `publish` are the leader's
//! pages with their actions, `statement` the forum's, `letters` tells parents of a published draft.

mod browse;
mod compare;
mod drafts;
mod involve;
mod letters;
mod publish;
mod register;
pub mod rules;
mod statement;
pub mod store;

pub use browse::happened;
pub use letters::tell_due;

use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};
use store::{By, Plan};

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    let (leader, organiser) = (Only(Role::Leader), Only(Role::Organiser));
    Routes::new()
        .get("/plans", Anyone, browse::list)
        .get("/plans/{id}", Anyone, browse::plan)
        .get("/plans/{id}/drafts/{version}", Anyone, browse::draft)
        .get("/plans/{id}/drafts/{version}/file", Anyone, browse::file)
        .get("/plans/{id}/drafts/{version}/changes", Anyone, compare::changes)
        .get("/lead/plans/new", leader, register::form)
        .post("/lead/plans/new", leader, register::send)
        .get("/lead/plans/{id}/topics", leader, involve::topics_form)
        .post("/lead/plans/{id}/topics", leader, involve::tie)
        .get("/lead/plans/{id}/sessions", leader, involve::session_form)
        .post("/lead/plans/{id}/sessions", leader, involve::record_session)
        .get("/lead/plans/{id}/drafts", leader, drafts::form)
        .post_file("/lead/plans/{id}/drafts", leader, drafts::record)
        .get("/lead/plans/{id}/drafts/{version}", leader, publish::form)
        .post("/lead/plans/{id}/drafts/{version}", leader, publish::publish)
        .get("/lead/plans/{id}/drafts/{version}/topics/{topic}", leader, drafts::answer_form)
        .post("/lead/plans/{id}/drafts/{version}/topics/{topic}", leader, drafts::answer)
        .get("/lead/plans/{id}/drafts/{version}/override", leader, publish::override_form)
        .post("/lead/plans/{id}/drafts/{version}/override", leader, publish::override_gate)
        .get("/forum/plans/{id}/statement", organiser, statement::form)
        .post("/forum/plans/{id}/statement", organiser, statement::write)
}

/// The plan of an address, or "not found".
async fn plan(house: &House, id: &str) -> Result<Plan, Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

fn leader(viewer: &Viewer) -> Result<By, Error> {
    Ok(By { account_id: viewer.signed_in()?.account_id.clone(), role: "leader" })
}

fn version(text: &str) -> Result<i64, Error> {
    text.parse().ok().filter(|version| *version > 0).ok_or(Error::NotFound)
}
