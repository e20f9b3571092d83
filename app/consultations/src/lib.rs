//! A consultation: the forum asks, parents answer from phones over days, and the results say what
//! was heard without showing who said it.
//!
//! Its life: written by an organiser, words and questions → opened, from its first day to its last
//! → answered; its questions stay from the first answer on → closed → read, with themes → counted
//! by one organiser, checked by another, and published. A response is begun, kept answer by answer,
//! sent, and can be changed or taken back with its code until the close.
//!
//! `rules` is what it says and how it stands, `questionnaire` what it asks, `tally` counts the
//! answers: all pure. `store` holds the SQL of consultations, `responses` that of answers. `write`,
//! `build`, `question` and `versions` are the organiser's pages, with `links` and `letters` for
//! families who are given a link of their own; `browse` is everyone's, `answering` that of whoever
//! answers, `paper` the questions to print and `typed` what comes in otherwise. After the close
//! `reading` is where organisers read, `results` what is published, through
//! [`disclosure::tables`]; `closing` is what the worker does.

mod answering;
mod browse;
mod build;
mod closing;
mod letters;
mod links;
mod paper;
mod question;
pub mod reading;
pub mod responses;
pub mod results;
pub mod rules;
pub mod store;
pub mod typed;
mod versions;
mod write;

pub use browse::cards;
pub use closing::tidy_due;

use calendar::clock::{self, Millis};
use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::Role;
use rules::Standing;
use store::Consultation;

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    let organiser = Only(Role::Organiser);
    Routes::new()
        .join(answering::routes())
        .join(results::routes())
        .join(typed::routes())
        .join(reading::routes())
        .get("/consultations", Anyone, browse::list)
        .get("/consultations/{id}", Anyone, browse::page)
        .get("/consultations/{id}/paper", Anyone, paper::page)
        .get("/forum/consultations", organiser, browse::of_forum)
        .get("/forum/consultations/new", organiser, write::form)
        .post("/forum/consultations/new", organiser, write::send)
        .get("/forum/consultations/{id}", organiser, build::page)
        .post("/forum/consultations/{id}", organiser, build::act)
        .get("/forum/consultations/{id}/words", organiser, write::change_form)
        .post("/forum/consultations/{id}/words", organiser, write::change)
        .get("/forum/consultations/{id}/preview", organiser, browse::preview)
        .get("/forum/consultations/{id}/questions.json", organiser, build::questions_file)
        .get("/forum/consultations/{id}/file", organiser, build::page)
        .post_file("/forum/consultations/{id}/file", organiser, build::take_over)
        .get("/forum/consultations/{id}/questions/{key}", organiser, question::form)
        .post_file("/forum/consultations/{id}/questions/{key}", organiser, question::send)
        .get("/pictures/{file}", Anyone, question::picture)
        .get("/forum/consultations/{id}/links", organiser, links::page)
        .post("/forum/consultations/{id}/links", organiser, links::give)
        .get("/forum/consultations/{id}/wording/{key}", organiser, versions::form)
        .post("/forum/consultations/{id}/wording/{key}", organiser, versions::put_right)
}

/// The consultation of an address, or "not found".
async fn consultation(house: &House, id: &str) -> Result<Consultation, Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The consultation of an address with the questions that were written last, or "not found".
async fn being_written(house: &House, id: &str) -> Result<Consultation, Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    store::newest(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The consultation of an address that everyone may see; "not found" while it is written or is to
/// open.
async fn opened(house: &House, id: &str) -> Result<Consultation, Error> {
    let consultation = consultation(house, id).await?;
    match consultation.standing(house.clock.now()) {
        Standing::Written | Standing::Timed => Err(Error::NotFound),
        _ => Ok(consultation),
    }
}

/// How a consultation stands, in words.
fn standing_words(standing: Standing, (opens_at, closes_at): (Millis, Millis)) -> String {
    match standing {
        Standing::Written => "○ Not open yet. Only organisers can see it.".to_owned(),
        Standing::Timed => format!("● It opens on {}", clock::day(opens_at)),
        Standing::Open => format!("● Open until the end of {}", clock::day(closes_at)),
        Standing::Closing => format!(
            "○ Closed. Who has begun can go on until {}",
            clock::day_and_hour(closes_at + rules::GRACE)
        ),
        Standing::Closed => format!("✓ Closed since {}", clock::day(closes_at)),
    }
}
