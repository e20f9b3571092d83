//! What organisers read: the questions of a consultation, and what was answered.

use axum::http::StatusCode;
use axum::response::Response;
use forms::Named;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::Question;
use questionnaires::results::Heard;

use super::store::{self, Around};
use super::{about, readable};
use crate::store::{Consultation, versions};

/// The most responses that a page reads: as many as there are in all but the largest areas.
const PART: usize = 5_000;

/// Which responses are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which<'a> {
    All,
    /// A part of them, which begins after this one; at the first one where it is empty.
    PartAfter(&'a str),
}

/// What there is to read: the questions of each version, and the responses.
pub(super) struct Material {
    pub consultation: Consultation,
    pub versions: Vec<Consultation>,
    pub heard: Vec<Heard>,
    /// The last of them, where they are a part and another one follows.
    pub goes_on_after: Option<String>,
    pub around: Around,
    pub places: Vec<Named>,
}

impl Material {
    /// `Err`: an answer, where it has not closed.
    pub async fn of(
        house: &House,
        viewer: &Viewer,
        id: &Id<ids::Consultation>,
        which: Which<'_>,
    ) -> Result<Result<Self, Response>, Error> {
        let id = Id::parse(id).ok_or(Error::NotFound)?;
        let versions = versions(&house.db, &id).await?.into_iter();
        let versions: Vec<Consultation> = versions.map(Consultation::without_answers).collect();
        let consultation = versions.last().cloned().ok_or(Error::NotFound)?;
        if !consultation.is_readable(house.clock.now()) {
            let to = format!("/forum/consultations/{}", consultation.id);
            let page = Page::new("You can't read the answers yet", || {
                view! {
                    <div class="stack">
                        <h1>"You can't read the answers yet"</h1>
                        <p class="lead">
                            "Nobody, not even an organiser, can read them until the consultation \
                             has closed."
                        </p>
                        <p>
                            <a class="button" href=to>
                                "Back"
                            </a>
                        </p>
                    </div>
                }
            });
            return Ok(Err(page.status(StatusCode::CONFLICT).answer(house, viewer)));
        }
        let (after, most) = match which {
            Which::All => ("", usize::MAX),
            Which::PartAfter(response_id) => (response_id, PART + 1),
        };
        let mut heard =
            store::heard_after(&mut *house.db.read().await?, &consultation.id, after, most).await?;
        let mut goes_on_after = None;
        if heard.len() == most {
            heard.truncate(PART);
            goes_on_after = heard.last().map(|last| last.response_id.clone());
        }
        let around = store::around(&house.db, &consultation.id).await?;
        let places = around.names();
        Ok(Ok(Self { consultation, versions, heard, goes_on_after, around, places }))
    }

    /// The questions that have answers: those of the last version, then what only earlier ones
    /// asked.
    pub fn questions(&self) -> Vec<&Question> {
        let mut all: Vec<&Question> = Vec::new();
        for question in
            self.versions.iter().rev().flat_map(|version| version.questionnaire.questions())
        {
            if question.kind.has_answer() && all.iter().all(|known| known.key != question.key) {
                all.push(question);
            }
        }
        all
    }

    /// The question as this response answered it.
    pub fn question(&self, heard: &Heard, key: &str) -> Option<&Question> {
        self.versions
            .iter()
            .find(|version| version.version == heard.version)?
            .questionnaire
            .question(key)
    }

    /// Whether this response was asked for an answer in somebody's own words: under a key another
    /// version may ask another thing.
    pub fn is_in_own_words(&self, heard: &Heard, key: &str) -> bool {
        self.question(heard, key).is_some_and(|question| question.kind.is_in_own_words())
    }

    /// The answer of a response to a question, as organisers read it.
    pub fn read(&self, heard: &Heard, key: &str) -> Option<String> {
        let (question, answer) = (self.question(heard, key)?, heard.answers.get(key)?);
        Some(readable(
            question,
            answer,
            &about(&self.around.treated, &heard.response_id, key),
            &self.places,
        ))
    }
}
