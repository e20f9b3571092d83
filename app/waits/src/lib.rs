//! How long families wait for a service: place beside place and month after month, published by
//! whoever runs it, and whether that is true.
//!
//! Its life: a leader publishes a report about a service, typed in or from a CSV file: some places
//! and months, a target, the source → everyone sees the places side by side → the forum confirms or
//! disputes it, which is said wherever its numbers are, and parents tell the forum if that's not
//! their experience. Another report about the same place and month corrects it, and what was said
//! before stays in sight. A month that nobody published is shown as missing. With fewer than ten
//! families waiting nothing else is kept, so that nothing can be worked out
//! (`docs/adr/0054-waits-as-they-are-published.md`).
//!
//! `months` reads months, `figures` says what is shown and how unlike the places are, `rules` what
//! may be published, `chart` draws it; all pure. `store` holds the SQL. `publish` has the leader's
//! pages, `browse` what everyone sees, `files` the same for programs, `judge` the forum's pages,
//! `doubt` is for parents whose experience is another, `emails` tells them that it arrived.

mod browse;
mod chart;
mod doubt;
mod emails;
pub mod figures;
mod files;
mod forget;
mod judge;
pub mod months;
mod personal;
mod publish;
pub mod rules;
pub mod store;

pub use browse::{InShort, MEDIAN, of_last_year, section, sentences};
pub use forget::forget;
pub use personal::PERSONAL;

use forms::Named;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

/// What somebody chose who comes to the form before they are signed in.
const DOUBT: &str = "tell us that's not your experience";

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    let (leader, organiser) = (Only(&[Role::Leader]), Only(&[Role::Organiser]));
    Routes::new()
        .get("/waits", Anyone, browse::waits_page)
        .get("/waits.atom", Anyone, files::waits_feed)
        .get("/waits/{id}", Anyone, browse::waits_of_service_page)
        .get("/waits/{id}/waits.csv", Anyone, files::waits_csv)
        .get("/waits/{id}/waits.json", Anyone, files::waits_json)
        .get_first("/waits/{id}/doubts/new", SignedIn, DOUBT, doubt::doubt_form)
        .post_first("/waits/{id}/doubts/new", SignedIn, DOUBT, doubt::send_doubt)
        .get("/lead/waits", leader, publish::own_waits_page)
        .get("/lead/waits/{id}", leader, publish::waits_form)
        .post_file("/lead/waits/{id}", leader, publish::publish_waits)
        .get("/lead/waits/{id}/places.csv", leader, publish::places_file)
        .get("/forum/waits", organiser, judge::reports_to_judge_page)
        .post("/forum/waits", organiser, judge::see_doubt)
        .get("/forum/waits/{id}", organiser, judge::verdict_form)
        .post("/forum/waits/{id}", organiser, judge::give_verdict)
}

/// The service of an address, or "not found".
async fn find_service(house: &House, id: &Id<Service>) -> Result<Named, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::service(&house.db, &id).await?.ok_or(Error::NotFound)
}
