//! Comments that were passed on to the safeguarding lead. Nobody else sees them.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::store::{self, Comment, Which};
use crate::accounts::Viewer;
use crate::audit::{self, Entry};
use crate::error::Error;
use crate::forms::{self, Refusals, Sent};
use crate::house::House;
use crate::id;
use crate::ui::{Banner, Page, Summary, When};

/// How many comments wait on one page.
const MOST: i64 = 50;

/// GET `/forum/safeguarding/comments`
pub async fn list(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    page(&house, &viewer, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/safeguarding/comments`: notes what was done about one.
pub async fn look_after(State(house): State<House>, viewer: Viewer, sent: Sent) -> Result<Response, Error> {
    let comment = id::parse(sent.typed("comment")).ok_or(Error::NotFound)?;
    let note = match forms::within(forms::prose(sent.typed("note")), 2_000, "Write what was done") {
        Ok(note) => note,
        Err(what_to_do) => return page(&house, &viewer, &sent, &Refusals::one("note", what_to_do)).await,
    };
    let (now, by) = (house.clock.now(), viewer.signed_in()?.account_id.clone());
    let done = house.db.write(move |tx| {
        Box::pin(async move {
            if store::look_after(tx, &comment, &note, &by, now).await? {
                audit::note(tx, Entry { at: now, who: Some(&by), what: "comment looked after", about: &comment, detail: "" }).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    done.await?;
    Ok(Redirect::to("/forum/safeguarding/comments?done=noted").into_response())
}

async fn page(house: &House, viewer: &Viewer, sent: &Sent, refusals: &Refusals) -> Result<Response, Error> {
    let waiting = store::list(&house.db, Which::PassedOn, (MOST, 0)).await?;
    let page = Page::new("Comments passed on to you", || {
        let banner = (sent.typed("done") == "noted")
            .then(|| view! { <Banner title="Your note is kept"><p>"It counts as looked after."</p></Banner> });
        let nothing = waiting.is_empty().then(|| view! { <p>"Nothing waits for you."</p> });
        let rows = waiting.iter().map(|comment| one(comment, sent, refusals)).collect::<Vec<_>>();
        view! {
            <div class="stack">
                {banner}
                <Summary refusals />
                <p><a class="back" href="/forum/safeguarding">"Safeguarding"</a></p>
                <h1>"Comments passed on to you"</h1>
                <p class="lead">"Only people who look after safeguarding can see this page."</p>
                {nothing}
                <ul class="stack">{rows}</ul>
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn one(comment: &Comment, sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let is_meant = sent.typed("comment") == comment.id;
    // One field of the page can be what must be put right; the others have names of their own.
    let field = if is_meant { "note".to_owned() } else { format!("note-{}", comment.id) };
    let error = refusals.about("note").filter(|_| is_meant).map(|what_to_do| view! { <p class="error">{what_to_do.to_owned()}</p> });
    let author =
        comment.author_email.clone().map(|email| view! { <p>"Its author: "<a href=format!("mailto:{email}")>{email.clone()}</a></p> });
    view! {
        <li class="card">
            <p class="soft">"Passed on "{comment.passed_on_at.map(|at| view! { <When at /> })}</p>
            <p class="said">{comment.words.clone()}</p>
            {author}
            <form method="post" novalidate>
                <input type="hidden" name="comment" value=comment.id.clone() />
                <div class="field">
                    <label for=field.clone()>"What was done"</label>
                    {error}
                    <textarea id=field name="note" rows="3"></textarea>
                </div>
                <button class="button">"Keep this note"</button>
            </form>
        </li>
    }
}
