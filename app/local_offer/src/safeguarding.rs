//! Comments that were passed on to the safeguarding lead. Nobody else sees them, and each time
//! somebody opens one is recorded.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Frame, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use safeguarding::{NewNote, frame, look, note as read_note, queue, what_was_done, who_opened};

use super::browse;
use super::store::{self, Comment, PassedOnComment, WhichComments};

/// How many comments one list holds.
const MOST: i64 = 100;

/// GET `/forum/safeguarding/comments`
pub async fn passed_on_comments_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let waiting = store::list(&house.db, WhichComments::PassedOn, (MOST, 0)).await?;
    let looked_after = store::list(&house.db, WhichComments::LookedAfter, (MOST, 0)).await?;
    let frame =
        Frame::new("Comments passed on to you", ("/forum/safeguarding", "Safeguarding desk"));
    let page = frame.around(|| {
        let [waiting, looked_after] =
            [waiting, looked_after].map(|comments| comments.iter().map(line).collect());
        view! {
            <p class="lead">
                "Only safeguarding leads can see this page. We record each time someone opens \
                 a comment."
            </p>
            {queue(waiting, looked_after, "Nothing to do.")}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One that was passed on, without its words: those are for whoever opens it.
fn line(comment: &Comment) -> AnyView {
    let to = format!("/forum/safeguarding/comments/{}", comment.id);
    let at = comment.passed_on_at.map(clock::day_and_hour).unwrap_or_default();
    view! {
        <li>
            <a href=to>{format!("Comment from {at}")}</a>
            <p class="soft">{browse::about(comment)}</p>
        </li>
    }
    .into_any()
}

/// GET `/forum/safeguarding/comments/{id}`: records that it was opened, then shows it.
pub async fn passed_on_comment_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    uri: Uri,
) -> Result<Response, Error> {
    passed_on_comment(
        &house,
        &viewer,
        passed_on(&house, &id).await?,
        &Sent::query(&uri),
        &Refusals::default(),
    )
    .await
}

/// POST `/forum/safeguarding/comments/{id}`: notes what was done.
pub async fn note_on_comment(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let comment = passed_on(&house, &id).await?;
    let note = match read_note(&sent) {
        Ok(note) => note,
        Err(refusals) => {
            return passed_on_comment(&house, &viewer, comment, &sent, &refusals).await;
        }
    };
    let (at, by, about) = (house.clock.now(), &viewer.signed_in()?.account_id, &comment.id);
    let new = NewNote { form_key: &sent.once(), words: &note, by, at };
    let mut tx = house.db.begin().await?;
    if store::note(&mut tx, about, new).await? {
        let what = "comment noted";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/safeguarding/comments/{about}?done=noted")).into_response())
}

async fn passed_on(house: &House, id: &Id<ids::Comment>) -> Result<PassedOnComment, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::concern(&house.db, &id).await?.ok_or(Error::NotFound)
}

async fn passed_on_comment(
    house: &House,
    viewer: &Viewer,
    comment: PassedOnComment,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    look(house, viewer, "comment", &comment.id).await?;
    let queue = ("/forum/safeguarding/comments", "Comments passed on to you");
    let page = frame("A comment passed on to you", queue, sent, refusals).around(|| {
        let author = comment.author_email.map(|email| {
            view! { <p>"Written by: "<a
            href=format!("mailto:{email}")>{email.clone()}</a></p> }
        });
        view! {
            <p class="soft">"Passed on "<When at=comment.passed_on_at /></p>
            <p class="said">{comment.words}</p>
            {author}
            {what_was_done(comment.history.notes, sent, refusals)}
            {who_opened(comment.history.looks)}
        }
    });
    Ok(page.answer(house, viewer))
}
