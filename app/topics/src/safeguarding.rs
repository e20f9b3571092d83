//! The safeguarding lead's private queue: what was passed on, and what was done about it. Nobody
//! else sees it, and each time somebody opens one is recorded.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Topic};
use ground::sent::Form;
use ground::ui::{Frame, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use safeguarding::{NewNote, frame, look, queue, what_was_done, who_opened};

use super::store;

/// GET `/forum/safeguarding/topics`
pub async fn passed_on_topics_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let waiting = store::concerns(&house.db, false).await?;
    let looked_after = store::concerns(&house.db, true).await?;
    let frame = Frame::new("Topics passed on to you", ("/forum/safeguarding", "Safeguarding desk"));
    let page = frame.around(|| {
        let nothing = "Nothing to do. Anything organisers pass on to you will appear here. Nobody \
                       else can see it.";
        let [waiting, looked_after] =
            [waiting, looked_after].map(|topics| topics.into_iter().map(line).collect());
        view! {
            <p class="lead">
                "Only safeguarding leads can see this page. We record each time someone opens \
                 a topic."
            </p>
            {queue(waiting, looked_after, nothing)}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One that was passed on, without its words: those are for whoever opens it.
fn line((id, passed_on_at): (Id<Topic>, Moment)) -> AnyView {
    let title = format!("Topic from {}", clock::day_and_hour(passed_on_at));
    view! {
        <li>
            <a href=format!("/forum/safeguarding/{id}")>{title}</a>
        </li>
    }
    .into_any()
}

/// GET `/forum/safeguarding/{id}`: records that it was opened, then shows it.
pub async fn passed_on_topic_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Topic>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    passed_on_topic(&house, &viewer, &id, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/safeguarding/{id}`: notes what was done.
pub async fn note_on_topic(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Topic>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let note = match safeguarding::note(&sent) {
        Ok(note) => note,
        Err(refusals) => return passed_on_topic(&house, &viewer, &id, &sent, &refusals).await,
    };
    store::concern(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let new = NewNote { form_key: &sent.once(), words: &note, by, at };
    let mut tx = house.db.begin().await?;
    if store::note(&mut tx, &id, new).await? {
        let what = "concern noted";
        let entry = Entry { at, who: Some(by), what, about: &id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/safeguarding/{id}?done=noted")).into_response())
}

async fn passed_on_topic(
    house: &House,
    viewer: &Viewer,
    id: &Id<Topic>,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let concern = store::concern(&house.db, id).await?.ok_or(Error::NotFound)?;
    look(house, viewer, "topic", &concern.id).await?;
    let queue = ("/forum/safeguarding", "Safeguarding desk");
    let page = frame(concern.title.clone(), queue, sent, refusals).around(|| {
        let author = concern.author_email.map(|email| {
            let to = format!("mailto:{email}");
            view! { <p>"Written by: "<a href=to>{email}</a></p> }
        });
        view! {
            <p class="soft">"Passed on "<When at=concern.passed_on_at /></p>
            <h2>"How things are now"</h2>
            <p class="said">{concern.happens_now}</p>
            <h2>"What would help"</h2>
            <p class="said">{concern.would_help}</p>
            {author}
            {what_was_done(concern.history.notes, sent, refusals)}
            {who_opened(concern.history.looks)}
        }
    });
    Ok(page.answer(house, viewer))
}
