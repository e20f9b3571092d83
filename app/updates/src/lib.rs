//! You said, we did: what happened after parents spoke up, and whether that is true.
//!
//! Its life: a leader publishes an update about topics, rounds, results, plans or changes → it is
//! claimed → the forum confirms it, in part or whole, or disputes it → the leader may say more,
//! which is claimed again, with what was said before beside it. What an outcome is, when it is due
//! and how every room shows it, is in `outcomes`; `words` and `evidence` read what is sent,
//! `attach` takes files, `spelling` says if people must be told again; `store` holds the SQL.
//! `write` is the leader's form, `judge` the forum's, `browse` what everyone sees, `due` what is
//! still to be said, `emails` tells those who contributed, `receipt` shows what happened to anyone
//! with a code, and `doubt` is for parents whose experience is different. What somebody said in all
//! rooms is shown by `app/src/said.rs`.
//!
//! # When a leader says what happened
//!
//! 1. `/lead/updates` lists what is still to be said: chosen topics, results, published drafts,
//!    each with the day it is due (`outcomes/rules.rs`, `awaited`). `/lead/updates/about` offers
//!    what they can answer (`store/subjects.rs`, `answerable`); `words.rs` and `evidence.rs` read
//!    what they write, `attach.rs` takes a file. They check it as everyone will see it, then it is
//!    published: an update, its first version, what it is about.
//! 2. It is shown as claimed. At `/forum/updates` organisers see what is waiting, and what parents
//!    with a different experience told them (`doubt.rs`). `judge.rs` saves the forum's view of the
//!    version that was read. Nobody judges what they or their organisation said; a trigger refuses
//!    the first. Where the forum doesn't fully agree, leaders get an email and find it on their
//!    desk until they have read it (`disagreed.rs`).
//! 3. A change is the next version (`write.rs`, `change_update`), which is claimed again. If it
//!    differs in more than spelling (`spelling.rs`), contributors are told again.
//! 4. The worker calls `updates::tell_due`. `store::tell_next` owes the email to 200 people at a
//!    time and notes each in `update_letters`: authors, supporters, those who answered and asked to
//!    hear, those told about a change who have not stopped. `updates::tell_late` does so for anyone
//!    who hears about a change only after that.
//! 5. `/account/said` shows people what happened about all they said (`app/src/said.rs`). With the
//!    code of a receipt anyone can see what happened about the consultation; nothing is saved.

mod attach;
mod browse;
mod disagreed;
mod doubt;
pub mod due;
mod emails;
pub mod evidence;
mod judge;
mod personal;
mod receipt;
mod spelling;
pub mod store;
pub mod words;
mod write;

pub use emails::{remind_due, tell_due, tell_late};
pub use personal::PERSONAL;

use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::jobs::{EACH_TEN_MINUTES, Job, Rhythm};
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};
use store::Update;

/// What somebody chose who comes to the form before they are signed in.
const DOUBT: &str = "tell us that's not your experience";

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "emails about what happened", Rhythm::AfterWrites, async |house: House| {
            tell_due(&house).await
        }),
        Job::of(house, "emails to people told late", EACH_TEN_MINUTES, async |house: House| {
            tell_late(&house).await
        }),
        Job::of(house, "reminding leaders", EACH_TEN_MINUTES, async |house: House| {
            remind_due(&house).await
        }),
    ]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only, SignedIn};
    let (leader, organiser) = (Only(&[Role::Leader]), Only(&[Role::Organiser]));
    Routes::new()
        .get("/updates", Anyone, browse::updates_page)
        .get("/updates/receipt", Anyone, receipt::receipt_form)
        .post("/updates/receipt", Anyone, receipt::outcomes_of_receipt)
        .get("/updates/{id}", Anyone, browse::update_page)
        .get("/updates/{id}/files/{file}", Anyone, attach::download_evidence)
        .get_first("/updates/{id}/doubts/new", SignedIn, DOUBT, doubt::doubt_form)
        .post_first("/updates/{id}/doubts/new", SignedIn, DOUBT, doubt::send_doubt)
        .get("/lead/updates", leader, write::own_updates_page)
        .get("/lead/updates/new", leader, write::update_form)
        .post_file("/lead/updates/new", leader, write::publish_update)
        .get("/lead/updates/about", leader, write::subjects_form)
        .get("/lead/updates/{id}", leader, write::change_update_form)
        .post_file("/lead/updates/{id}", leader, write::change_update)
        .get("/lead/updates/{id}/verdict", leader, disagreed::verdict_page)
        .post("/lead/updates/{id}/verdict", leader, disagreed::see_verdict)
        .get("/forum/updates", organiser, judge::claimed_updates_page)
        .post("/forum/updates", organiser, judge::see_doubt)
        .get("/forum/updates/{id}", organiser, judge::verdict_form)
        .post_file("/forum/updates/{id}", organiser, judge::give_verdict)
}

/// The update of an address, or "not found".
async fn find_update(house: &House, id: &Id<ids::Update>) -> Result<Update, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The update of an address, for a leader who may change it. For leaders of another organisation
/// there is none to change.
async fn update_to_change(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Update>,
) -> Result<Update, Error> {
    let update = find_update(house, id).await?;
    if store::may_change(&house.db, &update.id, &viewer.signed_in()?.account_id).await? {
        Ok(update)
    } else {
        Err(Error::NotFound)
    }
}
