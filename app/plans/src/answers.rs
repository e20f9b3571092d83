//! How a leader answers what parents or a report asked for: one form for a topic, a theme and a
//! recommendation, each with its own words, and the write of what a draft does about one.

use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Area, Choice, Choices, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Act, SaidOf};
use super::{begin, leader, parsed, reports, rules, version};

/// What the form asks. Each field: its label, and its hint if it has one.
pub struct Asks {
    pub legend: &'static str,
    pub adopted: &'static str,
    pub adapted: &'static str,
    pub not: &'static str,
    pub words: (&'static str, &'static str),
    pub decided_by: (&'static str, &'static str),
}

impl Asks {
    /// What a draft does. `adopted`: the answer that all is in it; `hint`: for the words.
    pub const fn of_draft(adopted: &'static str, hint: &'static str) -> Self {
        Self {
            legend: "What the draft does about it",
            adopted,
            adapted: "It is in the draft, with changes",
            not: "It is not in the draft",
            words: ("Where, how or why not", hint),
            decided_by: ("Who decided, if it isn't in the draft", "Name and job title."),
        }
    }

    /// The page with the form. `about`: what is answered.
    pub fn page(&self, frame: Frame<'_>, about: AnyView, sent: &Sent, refusals: &Refusals) -> Page {
        let choices = [("adopted", self.adopted), ("adapted", self.adapted), ("not", self.not)];
        let choices = Choice::each(choices, |value| sent.typed("answer") == value);
        let page = frame.refused_for(refusals).around(|| {
            view! {
                {about}
                <form method="post" novalidate>
                    <Choices name="answer" legend=self.legend choices refusals />
                    <Area
                        name="words"
                        label=self.words.0
                        hint=self.words.1
                        value=sent.typed("words")
                        refusals
                    />
                    <Field
                        name="decided_by"
                        label=self.decided_by.0
                        hint=self.decided_by.1
                        value=sent.typed("decided_by")
                        refusals
                    />
                    <button class="button">"Save this answer"</button>
                </form>
            }
        });
        page.kept_for_going_back()
    }
}

/// The form as it was filled in when this was said.
pub fn as_sent(said: Option<&SaidOf>) -> Sent {
    said.map_or_else(Sent::default, |(kind, words, decided_by)| {
        Sent::of(&[("answer", kind.word()), ("words", words), ("decided_by", decided_by)])
    })
}

/// What a draft must answer.
pub enum Asked<'a> {
    Topic(&'a Id<ids::Topic>),
    Recommendation(&'a Id<ids::Recommendation>),
}

/// Saves what a draft does about one of them, and leads back to the draft.
pub async fn answer_in_draft(
    house: &House,
    viewer: &Viewer,
    (plan_id, number): (&Id<ids::Plan>, &str),
    asked: Asked<'_>,
    sent: &Sent,
) -> Result<Result<Response, Refusals>, Error> {
    let answer = match rules::answer(sent) {
        Ok(answer) => answer,
        Err(refusals) => return Ok(Err(refusals)),
    };
    let (by, number, plan_id) = (leader(viewer)?, version(number)?, parsed(plan_id)?);
    let (mut tx, at) = begin(house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let (is_saved, what, about) = match asked {
        Asked::Topic(id) => {
            let is_saved = store::answer(&mut tx, act, number, id, &answer).await?;
            (is_saved, "topic answered", id.as_str())
        }
        Asked::Recommendation(id) => {
            let is_saved = reports::store::answer(&mut tx, act, number, id, &answer).await?;
            (is_saved, "recommendation answered", id.as_str())
        }
    };
    if is_saved {
        let detail = answer.kind.word();
        let entry = Entry { at, who: Some(&by.account_id), what, about, detail };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    if is_saved {
        let to = format!("/lead/plans/{plan_id}/drafts/{number}");
        return Ok(Ok(Redirect::to(&to).into_response()));
    }
    Ok(Err(Refusals::one(
        "answer",
        "This draft has been published, so its answers can't change. Submit a new draft",
    )))
}
