//! Answers that were passed on: only the safeguarding lead reads them, and we record each time.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Frame, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::answers;
use safeguarding::{NewNote, frame, note as read_note, what_was_done};

use super::Suggests;
use super::store::{self, Concern};

/// GET `/forum/safeguarding/answers`
pub async fn answer_concerns_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let waiting = store::concerns(&house.db, false).await?;
    let looked_after = store::concerns(&house.db, true).await?;
    let frame =
        Frame::new("Answers passed on to you", ("/forum/safeguarding", "Safeguarding desk"));
    let page = frame.around(|| {
        let waiting = if waiting.is_empty() {
            view! {
                <p>
                    "Nothing is waiting for you. Answers to consultations that organisers pass on \
                     will be here. Nobody else can see them."
                </p>
            }
            .into_any()
        } else {
            view! { <ol class="queue">{waiting.into_iter().map(line).collect_view()}</ol> }
                .into_any()
        };
        let looked_after = (!looked_after.is_empty()).then(|| {
            view! {
                <details>
                    <summary>"Dealt with"</summary>
                    <ul class="rows">{looked_after.into_iter().map(line).collect_view()}</ul>
                </details>
            }
        });
        view! {
            <p class="lead">
                "Only safeguarding leads can read them. We record each time someone opens one."
            </p>
            {waiting}
            {looked_after}
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn line(
    (id, title, what, passed_on_at): (Id<ids::Concern>, String, Suggests, Moment),
) -> impl IntoView {
    view! {
        <li>
            <a href=format!(
                "/forum/safeguarding/answers/{id}",
            )>{format!("{}: {title}", what.title())}</a>
            <p class="soft">"Passed on "<When at=passed_on_at /></p>
        </li>
    }
}

/// GET `/forum/safeguarding/answers/{id}`: records that it was opened, then shows it.
pub async fn answer_concern_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Concern>>,
    uri: Uri,
) -> Result<Response, Error> {
    let concern = found(&house, &id).await?;
    look(&house, &viewer, &concern).await?;
    concern_page(&house, &viewer, concern, &Sent::query(&uri), &Refusals::default()).await
}

/// Records that it is opened.
async fn look(house: &House, viewer: &Viewer, concern: &Concern) -> Result<(), Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    store::look(&mut tx, &concern.id, by, now).await?;
    tx.commit().await?;
    Ok(())
}

/// POST `/forum/safeguarding/answers/{id}`: notes what was done.
pub async fn note_answer_concern(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Concern>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let concern = found(&house, &id).await?;
    let note = match read_note(&sent) {
        Ok(note) => note,
        Err(refusals) => {
            look(&house, &viewer, &concern).await?;
            return concern_page(&house, &viewer, concern, &sent, &refusals).await;
        }
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let form_key = sent.once();
    let new = NewNote { form_key: &form_key, words: &note, by, at: now };
    if store::note(&mut tx, &concern.id, new).await? {
        let (what, about) = ("concern noted", &concern.id);
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/safeguarding/answers/{}?done=noted", concern.id))
        .into_response())
}

async fn found(house: &House, id: &Id<ids::Concern>) -> Result<Concern, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::concern(&house.db, &id).await?.ok_or(Error::NotFound)
}

async fn concern_page(
    house: &House,
    viewer: &Viewer,
    concern: Concern,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let question = concern.question.as_ref().ok_or(Error::NotFound)?;
    let places =
        if question.kind.is_place() { area::store::places(&house.db).await? } else { Vec::new() };
    let (looks, notes) = store::history(&house.db, &concern.id).await?;
    let queue = ("/forum/safeguarding/answers", "Answers passed on to you");
    let page = frame(concern.what.title(), queue, sent, refusals).around(|| {
        let answer = answers::in_words(question, concern.answers.get(&question.key), &places);
        let timeline = |lines: Vec<(Moment, String)>| {
            lines
                .into_iter()
                .map(|(at, words)| {
                    view! {
                        <li>
                            <time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time>
                            <p class="said">{words}</p>
                        </li>
                    }
                })
                .collect_view()
        };
        view! {
            <p class="soft">
                {format!(
                    "Passed on by {} on {}, from the consultation “{}”",
                    concern.passed_on.0,
                    clock::day_and_hour(concern.passed_on.1),
                    concern.consultation.1,
                )}
            </p>
            <h2>{question.text.clone()}</h2>
            <p class="said">{answer}</p>
            <p class="soft">
                "Nobody can find out who wrote this: answers hold no names. If someone may be \
                 in danger now, ring the council’s safeguarding team and tell them what it \
                 says."
            </p>
            {what_was_done(notes, sent, refusals)}
            <details>
                <summary>"Who has opened it"</summary>
                <ol class="timeline">{timeline(looks)}</ol>
            </details>
        }
    });
    Ok(page.answer(house, viewer))
}
