//! The private queue of the safeguarding lead: what was passed on, and what was done about it.
//! Nobody else sees it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::{rules, store};
use crate::accounts::Viewer;
use crate::audit::{self, Entry};
use crate::clock::{self, Millis};
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::id;
use crate::ui::{Area, Banner, FormKey, Page, Summary, When};

/// GET `/forum/safeguarding`
pub async fn queue(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let waiting = store::concerns(&house.db, false).await?;
    let looked_after = store::concerns(&house.db, true).await?;
    let page = Page::new("Safeguarding", || {
        let waiting = if waiting.is_empty() {
            view! { <p>"Nothing waits for you. What organisers pass on to you will be here, and nobody else sees it."</p> }.into_any()
        } else {
            view! { <ol class="queue">{waiting.into_iter().map(line).collect_view()}</ol> }
                .into_any()
        };
        let looked_after = (!looked_after.is_empty()).then(|| {
            view! {
                <details>
                    <summary>"What was looked after"</summary>
                    <ul class="rows">{looked_after.into_iter().map(line).collect_view()}</ul>
                </details>
            }
        });
        view! {
            <div class="stack">
                <h1>"Safeguarding"</h1>
                <p class="lead">"Only people who look after safeguarding can see this page."</p>
                {waiting}
                {looked_after}
                <p><a href="/forum/safeguarding/answers">"Answers to consultations that were passed on"</a></p>
                <p><a href="/forum/safeguarding/comments">"Comments on the Local Offer that were passed on"</a></p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn line((id, title, passed_on_at): (String, String, Millis)) -> impl IntoView {
    view! { <li><a href=format!("/forum/safeguarding/{id}")>{title}</a><p class="soft">"Passed on "<When at=passed_on_at /></p></li> }
}

/// GET `/forum/safeguarding/{id}`
pub async fn concern(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = id::parse(&id).ok_or(Error::NotFound)?;
    page(&house, &viewer, &id, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/safeguarding/{id}`: notes what was done.
pub async fn note(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Error> {
    let id = id::parse(&id).ok_or(Error::NotFound)?;
    let note = match rules::note(&sent) {
        Ok(note) => note,
        Err(refusals) => return page(&house, &viewer, &id, &sent, &refusals).await,
    };
    store::concern(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let (now, by, key, about) =
        (house.clock.now(), viewer.signed_in()?.account_id.clone(), sent.once(), id.clone());
    let noted = house.db.write(move |tx| {
        Box::pin(async move {
            if store::note(tx, &key, &about, &note, &by, now).await? {
                audit::note(
                    tx,
                    Entry {
                        at: now,
                        who: Some(&by),
                        what: "concern noted",
                        about: &about,
                        detail: "",
                    },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    noted.await?;
    Ok(Redirect::to(&format!("/forum/safeguarding/{id}?done=noted")).into_response())
}

async fn page(
    house: &House,
    viewer: &Viewer,
    id: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let concern = store::concern(&house.db, id).await?.ok_or(Error::NotFound)?;
    let page = Page::new(concern.title.clone(), || {
        let author = concern.author_email.map(|email| {
            let to = format!("mailto:{email}");
            view! { <p>"Its author: "<a href=to>{email}</a></p> }
        });
        view! {
            <div class="stack">
                {note_is_kept(sent)}
                <p><a class="back" href="/forum/safeguarding">"Safeguarding"</a></p>
                <Summary refusals />
                <h1>{concern.title}</h1>
                <p class="soft">"Passed on "<When at=concern.passed_on_at /></p>
                <h2>"What happens now"</h2>
                <p class="said">{concern.happens_now}</p>
                <h2>"What would help"</h2>
                <p class="said">{concern.would_help}</p>
                {author}
                {what_was_done(concern.notes, sent, refusals)}
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

/// That a note was kept, at the top of the page of what was passed on.
pub fn note_is_kept(sent: &Sent) -> Option<impl IntoView + use<>> {
    (sent.typed("done") == "noted")
        .then(|| view! { <Banner title="Your note is kept"><p>"What has a note counts as looked after."</p></Banner> })
}

/// What was done about something that was passed on, and the form for one note more.
pub fn what_was_done<'a>(
    notes: Vec<(Millis, String)>,
    sent: &Sent,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let notes = notes.into_iter().map(|(at, note)| {
        view! { <li><time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time><p class="said">{note}</p></li> }
    });
    let notes: Vec<_> = notes.collect();
    let notes = (!notes.is_empty())
        .then(|| view! { <h2>"What was done"</h2><ol class="timeline">{notes}</ol> });
    view! {
        {notes}
        <form method="post" novalidate>
            <FormKey key=sent.typed("form_key") />
            <Area name="note" label="What was done" hint="Only people who look after safeguarding can read it." value=sent.typed("note") rows=3 refusals />
            <button class="button">"Keep this note"</button>
        </form>
    }
}
