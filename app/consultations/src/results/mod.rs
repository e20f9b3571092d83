//! The results: counted by one organiser after the close, checked by another, and then the same for
//! everyone, as a page, a table and a file.
//!
//! Every number goes through [`disclosure::tables`]. No number in a release ever changes; a new one
//! says what differs. `whole` makes one set of questions of all versions, themes and channels;
//! `release` is the organisers' page, `browse` everyone's, `findings` the sentences that an
//! organiser puts before the numbers, `ranges` how numbers and days are counted, `taking_down`
//! takes words out of what is published, `store` holds the SQL. What is said about the counts, and
//! in which words, is here.

mod browse;
mod findings;
mod ranges;
mod release;
pub mod store;
mod taking_down;

use ground::routes::{Access, Routes};
use ground::viewer::Role;

#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    let organiser = Only(&[Role::Organiser]);
    Routes::new()
        .get("/consultations/{id}/results", Anyone, browse::results_page)
        .get("/consultations/{id}/results.csv", Anyone, browse::results_csv)
        .get("/consultations/{id}/results.json", Anyone, browse::results_json)
        .get("/forum/consultations/{id}/release", organiser, release::release_page)
        .post_first(
            "/forum/consultations/{id}/release",
            organiser.fresh(),
            "count or publish results",
            release::act_on_release,
        )
        .get("/forum/consultations/{id}/takedown", organiser, taking_down::take_words_down_form)
        .post_first(
            "/forum/consultations/{id}/takedown",
            organiser.fresh(),
            "take down words of results",
            taking_down::take_words_down,
        )
}
