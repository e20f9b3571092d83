//! A notice: a service will change on a day, and those who asked are told before it does.
//!
//! Its life: written by a leader of those who run the service → approved by a second one, at once
//! or for a later hour, and until then called back if need be → started: the ledger gets a row for
//! each matching subscriber, everyone can read it, and emails are owed, at once or with a digest;
//! whoever asks only after that, and before it takes effect, is told then → corrected or withdrawn,
//! by a notice that goes to exactly those people.
//!
//! `wording` is what a notice says, `rules` when emails are due, what state it is in and what may
//! be said about who was told. `store` holds the SQL for notices, `ledger` for who is told.
//! `write`, `preview` and `approve` are the leaders' pages, `browse` and `cards` everyone's,
//! `reading` those of people who were told, `reaching` the organisers' page of families no email
//! reaches, `questions` what is asked and answered, `paper` the feed, the calendar and the poster.
//! `fairness` is who a notice affects that takes something away: it can't be approved as decided
//! without that, or a named person who goes ahead. `telling` is what the worker does, `emails` the
//! words.

mod approve;
mod browse;
mod cards;
mod emails;
mod fairness;
mod forget;
pub mod ledger;
mod paper;
mod personal;
mod preview;
pub mod questions;
mod reaching;
mod reading;
pub mod rules;
mod sending;
pub mod store;
mod telling;
pub mod wording;
mod write;

pub use browse::FOR_LEADERS;
pub use cards::{cards, lines};
pub use forget::{address_changed, forget, forget_address};
pub use personal::PERSONAL;
pub use questions::answer_due;
pub use telling::{count_due, start_due, tell_due};

use calendar::clock::Moment;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::jobs::{EACH_MINUTE, Job, Rhythm};
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};
use store::Notice;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "publishing notices", Rhythm::AfterWrites, async |house: House| {
            start_due(&house).await
        }),
        Job::of(house, "emails about notices", Rhythm::AfterWrites, async |house: House| {
            tell_due(&house).await
        }),
        Job::of(house, "emails with answers", Rhythm::AfterWrites, async |house: House| {
            answer_due(&house).await
        }),
        Job::of(house, "counting who was told", EACH_MINUTE, async |house: House| {
            count_due(&house).await
        }),
    ]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    const WITHDRAW: &str = "withdraw a change notice";
    const GO_AHEAD: &str = "go ahead with a change before saying who it affects";
    let leader = Only(&[Role::Leader]);
    Routes::new()
        .join(questions::routes())
        .get("/notices", Anyone, browse::notices_page)
        .get("/notices.atom", Anyone, paper::notices_feed)
        .get("/notices/{id}", Anyone, browse::notice_page)
        .get("/notices/{id}/equality", Anyone, fairness::equality_page)
        .get("/notices/{id}/calendar.ics", Anyone, paper::notice_calendar)
        .get("/notices/{id}/poster", Anyone, paper::notice_poster)
        .get("/notices/{id}/read", SignedIn, reading::back_to_notice)
        .post("/notices/{id}/read", SignedIn, reading::read_notice)
        .get("/read/{token}", Anyone, reading::have_read_form)
        .post("/read/{token}", Anyone, reading::read_email)
        .get("/forum/unreached", Only(&[Role::Organiser]), reaching::unreached_page)
        .post("/forum/unreached", Only(&[Role::Organiser]), reaching::reach_family)
        .get("/lead/notices", leader, approve::unsent_notices_page)
        .get("/lead/notices/new", leader, write::write_notice_form)
        .post("/lead/notices/new", leader, write::write_notice)
        .get("/lead/notices/{id}", leader, preview::preview_page)
        .post("/lead/notices/{id}", leader, approve::decide_notice)
        .get("/lead/notices/{id}/emails", leader, sending::emails_page)
        .get("/lead/notices/{id}/words", leader, write::change_notice_form)
        .post("/lead/notices/{id}/words", leader, write::change_notice)
        .get("/lead/notices/{id}/equality", leader, fairness::sign_equality_form)
        .post("/lead/notices/{id}/equality", leader, fairness::sign_equality)
        .get("/lead/notices/{id}/override", leader, fairness::go_ahead_form)
        .post_first("/lead/notices/{id}/override", leader.fresh(), GO_AHEAD, fairness::go_ahead)
        .get("/lead/notices/{id}/correction", leader, write::correction_form)
        .post("/lead/notices/{id}/correction", leader, write::correct_notice)
        .get("/lead/notices/{id}/withdrawal", leader, write::withdrawal_form)
        .post_first(
            "/lead/notices/{id}/withdrawal",
            leader.fresh(),
            WITHDRAW,
            write::withdraw_notice,
        )
}

/// The notice at an address, or "not found".
async fn notice(house: &House, id: &Id<ids::Notice>) -> Result<Notice, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The notice at an address, and when people were first told; "not found" until they are.
async fn told(house: &House, id: &Id<ids::Notice>) -> Result<(Notice, Moment), Error> {
    let notice = notice(house, id).await?;
    let told = notice.course.started_at.ok_or(Error::NotFound)?;
    Ok((notice, told))
}

/// The notice at an address, for a leader who may speak for its services. For others there is none:
/// nobody learns of what another organisation has not published.
async fn notice_they_speak_for(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
) -> Result<Notice, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let (notice, speaks) = store::find_for(&house.db, &id, &viewer.signed_in()?.account_id)
        .await?
        .ok_or(Error::NotFound)?;
    if speaks { Ok(notice) } else { Err(Error::NotFound) }
}
