//! A consultation: the forum asks, parents answer from phones over days, and the results say what
//! was heard without showing who said it.
//!
//! Its life: written by an organiser, words and questions → opened, from its first day to its last
//! → answered; its questions cannot change after the first answer → closed → read, with themes →
//! counted by one organiser, checked by another, and published. A response is begun, saved answer
//! by answer, sent, and can be changed or taken back with its code until the close.
//!
//! `rules` is what it says and what state it is in. What it asks, how answers are read and counted
//! and what is published of them is in `questionnaires`, which is pure. `store` holds the SQL of
//! consultations, `responses` that of answers. `write`, `build`, `question`, `imports` and
//! `versions` are the organiser's pages, `list` changes the questions for their forms and for the
//! organisers' program, which is made above the rooms, `duplicate` copies all of it, `dates` is
//! what is done about a wrong date once it was opened, with `links` and `emails` for families who
//! are given a personal link; `course` works out how far it has come and what is next, `progress`
//! shows that; `browse` is everyone's, `answering` that of whoever answers, `paper` the questions
//! to print and `paper_entries` what comes in otherwise; `kinds` is what all of these show of each
//! kind of question. After the close `reading` is where organisers read, `results` what is
//! published, through [`disclosure::tables`]; `closing` is what the worker does then, and
//! `telling` emails those who want to hear. While it is open `under_way` says about how many have
//! answered. `workbook` writes tables as a file (.xlsx).
//!
//! # When the forum asks parents
//!
//! 1. An organiser writes what a consultation is about at `/forum/consultations/new`
//!    (`consultations/write.rs`). The questions are the organiser's own (`question.rs`), copied
//!    from the library (`build.rs`), or imported from a file (`imports/`), which first says what is
//!    in it. `questionnaires/edit.rs` changes them, `questionnaires/check.rs` says what needs
//!    correcting. `store::open` opens it; on a draft only once that is published.
//! 2. A parent presses "Start" at `/consultations/{id}`. `answering::begin` writes a response under
//!    a code, and nothing else. See decision 0015.
//! 3. Each answer is a POST to the question's own address (`answering/pages.rs`). `responses::keep`
//!    saves it with the others; what they are asked next depends on it
//!    (`questionnaires/answers.rs`, `asked`). The code leads back from any phone, half-way to the
//!    next question (`questionnaires/way.rs`).
//! 4. Without a signal the island (`islands/answers.rs`) keeps each answer in the browser, in the
//!    order they were given, and sends them to the same addresses later. The forms work without it.
//! 5. `answering/check.rs` sends the answers, or takes them back; where each takes part once,
//!    `took_part` gets their account, for all accounts of that mailbox, or `personal_links` a mark
//!    beside the link they were given (`links.rs`).
//! 6. Once somebody has answered, a slip in the wording is corrected with a note, and anything more
//!    is a new version beside the one that is asked (`versions.rs`). Sheets of paper are typed in
//!    (`paper_entries/`) and marked with how they came in.
//!    Each night the worker counts what organisers may be told meanwhile (`under_way/`): tens, and
//!    a day late. See decision 0046. Families with a link are reminded once (`links.rs`).
//! 7. Half an hour after the close the worker mixes rows that were written together (`closing.rs`),
//!    a second person compares a sample of sheets, and organisers read (`reading/`): themes, words
//!    to quote, redactions, and what goes to the safeguarding lead alone. Each such change counts
//!    up `consultations.changes`.
//! 8. An organiser counts (`results/release.rs`). `questionnaires/whole.rs` makes one set of
//!    questions of all versions, themes and channels, `tally` counts it, and
//!    `disclosure::tables::release` says what may be published, beside all that was published
//!    before. Another organiser publishes it, unless something was changed since. Everyone reads it
//!    at `/consultations/{id}/results`, as a page, `.csv` and `.json` (`results/browse.rs`).
//!    Whoever took part with their account and wants to hear is emailed the first time
//!    (`telling.rs`).
//! 9. While it is open its last day can come later, or with notice sooner, and it can be withdrawn
//!    (`dates.rs`), each with a reason that everyone reads. Before its first day it can be called
//!    back. What was withdrawn is read, for what tells of danger, and neither counted nor
//!    published.
//! 10. 28 days after the close, answers that were never sent are erased; and so is who took part,
//!     but for those who asked to hear what happens, until there is no more to tell them.
//!
//! # The life of a response
//!
//! | | begun | sent | taken back |
//! |---|---|---|---|
//! | open, and half an hour after | answered by its code; sent | by its code | started again |
//! | closed | nothing | read, counted; redacted, quoted, passed on | nothing |
//! | published | nothing | counts in that release for ever | nothing |
//! | 28 days after the close | erased (`closing.rs`) | stays | erased |
//!
//! What was sent can be changed, sent again or taken back by its code.
//!
//! What hangs on a response is listed in `responses`, and goes before it does. Whoever takes part
//! once is kept apart from it, in `took_part` or `personal_links`. Whatever changes what is counted
//! after the close also counts up `consultations.changes`, so that no results are published that
//! somebody has not seen. Rows are mixed once: a write after that must not join a response and a
//! person again.

mod answering;
mod browse;
mod build;
mod closing;
pub mod course;
mod dates;
mod duplicate;
mod emails;
mod forget;
mod imports;
mod kinds;
mod links;
pub mod list;
mod paper;
pub mod paper_entries;
mod personal;
mod progress;
mod question;
pub mod reading;
pub mod responses;
pub mod results;
pub mod rules;
pub mod store;
mod telling;
pub mod under_way;
mod versions;
pub mod workbook;
mod write;

pub use browse::consultation_cards;
pub use build::Builder;
pub use closing::{forget_due, tidy_due};
pub use forget::forget;
pub use personal::PERSONAL;
pub use progress::progress;
pub use telling::tell_due;
pub use under_way::count_due;

use axum::http::Uri;
use calendar::clock::{self, Moment};
use course::Course;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::jobs::{EACH_MINUTE, EACH_TEN_MINUTES, Job, Rhythm};
use ground::routes::{Access, Routes};
use ground::ui::Frame;
use ground::viewer::Role;
use rules::ConsultationState;
use store::Consultation;

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "tidying consultations", Rhythm::AfterWrites, async |house: House| {
            tidy_due(&house.db, house.clock.now()).await
        }),
        Job::of(
            house,
            "emails to those who answered consultations",
            EACH_MINUTE,
            async |house: House| tell_due(&house).await,
        ),
        Job::of(house, "how consultations are going", EACH_TEN_MINUTES, async |house: House| {
            count_due(&house).await
        }),
    ]
}

/// The addresses of this room. `builder` shows the questions while they can be changed.
#[must_use]
pub fn routes(builder: Builder) -> Routes {
    use Access::{Anyone, Only};
    let organiser = Only(&[Role::Organiser]);
    Routes::new()
        .join(answering::routes())
        .join(results::routes())
        .join(paper_entries::routes())
        .join(reading::routes())
        .join(under_way::routes())
        .join(imports::routes())
        .get("/consultations", Anyone, browse::consultations_page)
        .get("/consultations/{id}", Anyone, browse::consultation_page)
        .get("/consultations/{id}/paper", Anyone, paper::paper_page)
        .get("/forum/consultations", organiser, browse::forum_consultations_page)
        .get("/forum/consultations/new", organiser, write::new_consultation_form)
        .post("/forum/consultations/new", organiser, write::write_consultation)
        .get("/forum/consultations/{id}", organiser, build::forum_consultation_page)
        .post("/forum/consultations/{id}", organiser, build::act_on_consultation)
        .get("/forum/consultations/{id}/opening", organiser, build::check_opening_page)
        .get("/forum/consultations/{id}/dates", organiser, dates::change_dates_form)
        .post("/forum/consultations/{id}/dates", organiser, dates::change_dates)
        .get("/forum/consultations/{id}/withdrawal", organiser, dates::withdraw_form)
        .post("/forum/consultations/{id}/withdrawal", organiser, dates::withdraw)
        .get("/forum/consultations/{id}/words", organiser, write::change_words_form)
        .post("/forum/consultations/{id}/words", organiser, write::change_words)
        .get("/forum/consultations/{id}/preview", organiser, browse::preview_page)
        .get("/forum/consultations/{id}/questions.json", organiser, build::questions_file)
        .get("/forum/consultations/{id}/questions/{key}", organiser, question::question_form)
        .post_file("/forum/consultations/{id}/questions/{key}", organiser, question::save_question)
        .get("/pictures/{file}", Anyone, question::picture)
        .get("/forum/consultations/{id}/links", organiser, links::links_page)
        .post("/forum/consultations/{id}/links", organiser, links::give_links)
        .get("/forum/consultations/{id}/wording/{key}", organiser, versions::wording_form)
        .post("/forum/consultations/{id}/wording/{key}", organiser, versions::correct_wording)
        .hands(builder)
}

/// The consultation of an address, or "not found".
async fn consultation(house: &House, id: &Id<ids::Consultation>) -> Result<Consultation, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// The consultation of an address with the questions that were written last, or "not found".
///
/// # Errors
/// When there is no such consultation, or the database fails.
pub async fn being_written(
    house: &House,
    id: &Id<ids::Consultation>,
) -> Result<Consultation, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::newest(&house.db, &id).await?.ok_or(Error::NotFound)
}

/// How far the consultation with this id has come, or "not found".
async fn course(house: &House, id: &Id<ids::Consultation>) -> Result<Course, Error> {
    let now = house.clock.now();
    let courses = store::courses(&house.db, store::Follow::One(id), (1, 0), now).await?;
    courses.into_iter().next().ok_or(Error::NotFound)
}

/// The consultation of an address that everyone may see; "not found" while it is being written or
/// has not opened yet.
async fn opened(house: &House, id: &Id<ids::Consultation>) -> Result<Consultation, Error> {
    let consultation = consultation(house, id).await?;
    match consultation.state(house.clock.now()) {
        ConsultationState::Written | ConsultationState::Timed => Err(Error::NotFound),
        _ => Ok(consultation),
    }
}

/// The frame of an organisers' page about a consultation, which leads back to theirs of it.
fn frame<'r>(
    consultation: &Consultation,
    title: &'static str,
    refusals: &'r Refusals,
) -> Frame<'r> {
    let name = consultation.terms.title.as_str();
    let back = (format!("/forum/consultations/{}", consultation.id), name);
    Frame::new(title, back).of(name).refused_for(refusals)
}

/// What the address of a page says was done just now, for a form in which nothing is filled in.
fn just_done(address: &Uri) -> Sent {
    Sent::of(&[("done", &Sent::query(address).line("done"))])
}

/// The state of a consultation, in words.
fn state_in_words(state: ConsultationState, (opens_at, closes_at): (Moment, Moment)) -> String {
    match state {
        ConsultationState::Written => "○ Not open yet. Only organisers can see it.".to_owned(),
        ConsultationState::Timed => format!("○ Opens on {}", clock::day(opens_at)),
        ConsultationState::Open => format!("● Open until the end of {}", clock::day(closes_at)),
        ConsultationState::Closing => format!(
            "○ Closed. If you have already started, you have until {} to finish",
            clock::day_and_hour(closes_at + rules::GRACE)
        ),
        ConsultationState::Closed => format!("✓ Closed on {}", clock::day(closes_at)),
        ConsultationState::Withdrawn => format!("× Withdrawn on {}", clock::day(closes_at)),
    }
}
