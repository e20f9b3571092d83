//! An organiser writes or changes one question.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::being_written;
use super::build::{changed, whom};
use super::questionnaire::{Question, edit};
use super::rules::fresh_key;
use super::store::Consultation;
use crate::accounts::Viewer;
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::ui::{Area, Choice, Choices, Field, Page, Summary};

/// GET `/forum/consultations/{id}/questions/{key}`; `new` for one more.
pub async fn form(State(house): State<House>, viewer: Viewer, Path((id, key)): Path<(String, String)>) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let fields = if key == "new" { Sent::default() } else { edit::fields(&headed(&consultation, &key)?) };
    Ok(page(&consultation, &key, &fields, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/questions/{key}`
pub async fn send(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let before = if key == "new" { None } else { Some(headed(&consultation, &key)?.1) };
    let taken: Vec<&str> = consultation.questionnaire.questions().map(|question| question.key.as_str()).collect();
    let own = before.as_ref().map_or_else(|| fresh_key(&taken), |question| question.key.clone());
    let headed = match edit::question(&sent, &own, before.as_ref(), &earlier(&consultation, &key)) {
        Ok(headed) => headed,
        Err(refusals) => return Ok(page(&consultation, &key, &sent, &refusals).answer(&house, &viewer)),
    };
    let kept = changed(&house, &consultation, move |questions| edit::with(questions, headed)).await?;
    let done = if kept { "questions" } else { "answered-before" };
    Ok(Redirect::to(&format!("/forum/consultations/{}?done={done}#questions", consultation.id)).into_response())
}

/// The question of an address, with its heading.
fn headed(consultation: &Consultation, key: &str) -> Result<edit::Headed, Error> {
    edit::flat(&consultation.questionnaire).into_iter().find(|(_, question)| question.key == key).ok_or(Error::NotFound)
}

/// The questions before this one; for a new one all of them.
fn earlier<'c>(consultation: &'c Consultation, key: &str) -> Vec<&'c Question> {
    consultation.questionnaire.questions().take_while(|question| question.key != key).collect()
}

fn page(consultation: &Consultation, key: &str, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/forum/consultations/{}", consultation.id);
    let title = if key == "new" { "Add a question" } else { "Change the question" };
    let page = Page::new(title, || {
        let kinds = Choice::each(edit::KINDS, |word| word == sent.typed("kind"));
        let ticked = |field: &str, label: &str| Choice::each([("yes", label)], |value| sent.typed(field) == value);
        let is_more = !refusals.is_empty()
            || ["heading", "needed", "decline", "at_most", "least", "words", "if"].iter().any(|field| !sent.typed(field).is_empty());
        let who = whom(&earlier(consultation, key), sent, refusals);
        view! {
            <div class="stack">
                <p><a class="back" href=back>{consultation.terms.title.clone()}</a></p>
                <Summary refusals />
                <h1>{title}</h1>
                <form method="post" novalidate>
                    <Field name="text" label="What you ask, in one sentence" value=sent.typed("text") refusals />
                    <Area name="help" label="Help to answer" hint="Leave it empty if none is needed." rows=2 value=sent.typed("help") refusals />
                    <Choices name="kind" legend="How is it answered?" choices=kinds refusals />
                    <Area name="options" label="The answers to choose from, one a line" hint="For one, several, a scale, or an order." value=sent.typed("options") refusals />
                    <details open=is_more>
                        <summary>"More"</summary>
                        <Choices name="needed" legend="Must it be answered?" choices=ticked("needed", "Yes, nobody can send without it") many=true refusals />
                        <Choices name="decline" legend="Does it ask about a person?" choices=ticked("decline", "Yes, so offer “Prefer not to say”") many=true refusals />
                        <Field name="at_most" label="Of several: how many at the most" kind="number" value=sent.typed("at_most") refusals />
                        <Field name="least" label="Of a number: the least it can be" kind="number" value=sent.typed("least") refusals />
                        <Field name="most" label="Of a number: the most it can be" kind="number" value=sent.typed("most") refusals />
                        <Area name="words" label="Of a page to read: its text" rows=4 value=sent.typed("words") refusals />
                        <Field name="heading" label="A heading that begins above it" value=sent.typed("heading") refusals />
                        {who}
                    </details>
                    <button class="button">"Keep the question"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
