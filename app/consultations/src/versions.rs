//! Once somebody has answered: a slip in the wording is corrected with a note; anything more is a
//! new version, written beside the one that is asked.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::{Question, check, mended};

use super::consultation;
use super::rules::ConsultationState;
use super::store::{self, Consultation};

/// GET `/forum/consultations/{id}/wording/{key}`
pub async fn wording_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let question = consultation.questionnaire.question(&key).ok_or(Error::NotFound)?;
    let options = question
        .kind
        .options()
        .into_iter()
        .map(|option| (mended::field(&option.key), option.text))
        .collect::<Vec<_>>();
    let mut fields = vec![("text", question.text.as_str())];
    fields.extend(options.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    Ok(wording_page(&consultation, question, &Sent::of(&fields), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/wording/{key}`: corrects it at once, for people still answering
/// and in what has been answered.
pub async fn correct_wording(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let question = consultation.questionnaire.question(&key).ok_or(Error::NotFound)?;
    let back = format!("/forum/consultations/{}", consultation.id);
    if !matches!(
        consultation.state(house.clock.now()),
        ConsultationState::Timed | ConsultationState::Open
    ) {
        return Ok(Redirect::to(&back).into_response());
    }
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mending = match mended::read(&sent, question, now) {
        Ok(mending) => mending,
        Err(refusals) => {
            return Ok(
                wording_page(&consultation, question, &sent, &refusals).answer(&house, &viewer)
            );
        }
    };
    let (what, about, detail) = ("wording put right", &consultation.id, &mending.note);
    let mut tx = house.db.begin().await?;
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    store::keep_mending(&mut tx, &consultation.id, consultation.version, mending).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{back}?done=put-right#questions")).into_response())
}

fn wording_page(
    consultation: &Consultation,
    question: &Question,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let back =
        (format!("/forum/consultations/{}", consultation.id), consultation.terms.title.as_str());
    let frame = Frame::new("Correct the wording", back).of(&question.text).refused_for(refusals);
    let page = frame.around(|| {
        let options = question.kind.options().into_iter().map(|option| {
            let (name, id) = (mended::field(&option.key), format!("option-{}", option.key));
            let value = sent.typed(&name).to_owned();
            view! {
                <div class="field">
                    <label for=id.clone()>{format!("Instead of “{}”", option.text)}</label>
                    <input id=id name=name type="text" value=value />
                </div>
            }
        });
        let options = options.collect_view();
        view! {
            <p class="lead">
                "Only correct a slip: it must stay the same question, because people have \
                 already answered it. To ask something else, write a new version."
            </p>
            <form method="post" novalidate>
                <Field
                    name="text"
                    label="Your question, in one sentence"
                    value=sent.typed("text")
                    refusals
                />
                {options}
                <Area
                    name="note"
                    label="What was wrong"
                    hint="Parents will read this under the question."
                    rows=2
                    value=sent.typed("note")
                    refusals
                />
                <button class="button">"Save the correction"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// Begins a new version, or asks the one that was written; returns where to go, or what must be
/// corrected first.
pub async fn begin_or_ask_version(
    house: &House,
    viewer: &Viewer,
    newest: &Consultation,
    is_to_ask: bool,
) -> Result<Result<&'static str, Vec<check::Fault>>, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    if newest.is_next_version() != is_to_ask || newest.opened_at.is_none() {
        return Ok(Ok("opened-before"));
    }
    if is_to_ask {
        let faults = check::check(&newest.questionnaire);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
    }
    let (id, version, questions) = (&newest.id, newest.version, &newest.questionnaire);
    let mut tx = house.db.begin().await?;
    let (is_done, what) = if is_to_ask {
        (store::ask_version(&mut tx, id, version, now).await?, "new version asked")
    } else {
        (store::begin_version(&mut tx, id, version + 1, questions).await?, "new version begun")
    };
    if is_done {
        let entry = Entry { at: now, who: Some(by), what, about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Ok(match (is_done, is_to_ask) {
        (false, _) => "opened-before",
        (true, true) => "asked",
        (true, false) => "new-version",
    }))
}
