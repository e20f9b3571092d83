//! The private queue of the safeguarding lead: what was passed on, and that it was looked after. Nobody else sees it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::rules;
use super::store::{self, Concern};
use crate::accounts::Viewer;
use crate::audit::{self, Entry};
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::id;
use crate::ui::{Area, Banner, Page, Summary, When};

/// GET `/forum/safeguarding`
pub async fn queue(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    page(&house, &viewer, &Sent::query(&uri), "", &Refusals::default()).await
}

/// POST `/forum/safeguarding/{id}`: notes that a concern was looked after, and what was done.
pub async fn look_after(State(house): State<House>, viewer: Viewer, Path(id): Path<String>, sent: Sent) -> Result<Response, Error> {
    let id = id::parse(&id).ok_or(Error::NotFound)?;
    let note = match rules::note(&sent) {
        Ok(note) => note,
        Err(refusals) => return page(&house, &viewer, &sent, &id, &refusals).await,
    };
    let (now, by) = (house.clock.now(), viewer.signed_in()?.account_id.clone());
    let looked_after = house.db.write(move |tx| {
        Box::pin(async move {
            let kept = store::look_after(tx, &id, &note, now).await?;
            if kept {
                audit::note(tx, Entry { at: now, who: Some(&by), what: "concern looked after", about: &id, detail: "" }).await?;
            }
            Ok::<_, sqlx::Error>(kept)
        })
    });
    // Sent twice, it is kept once: the page says the same.
    looked_after.await?;
    Ok(Redirect::to("/forum/safeguarding?done=looked-after").into_response())
}

/// A GET where only a POST has an answer, as after a reload.
pub async fn back() -> Redirect {
    Redirect::to("/forum/safeguarding")
}

/// `about` is the concern whose note must be put right.
async fn page(house: &House, viewer: &Viewer, sent: &Sent, about: &str, refusals: &Refusals) -> Result<Response, Error> {
    let (looked_after, waiting): (Vec<_>, Vec<_>) =
        store::concerns(&house.db).await?.into_iter().partition(|concern| concern.looked_after.is_some());
    let nothing_refused = Refusals::default();
    let page = Page::new("Safeguarding", || {
        let banner = (sent.typed("done") == "looked-after")
            .then(|| view! { <Banner title="Your note is kept"><p>"It stands below, under what was looked after."</p></Banner> });
        let nothing = waiting
            .is_empty()
            .then(|| view! { <p>"Nothing waits for you. What organisers pass on to you will be here, and nobody else sees it."</p> });
        let waiting = waiting
            .into_iter()
            .map(|concern| {
                let (typed, refusals) = if concern.id == about { (sent.typed("note"), refusals) } else { ("", &nothing_refused) };
                let action = format!("/forum/safeguarding/{}", concern.id);
                view! {
                    <li class="card">
                        {words(&concern)}
                        <details open=concern.id == about>
                            <summary>"I have looked after this"</summary>
                            <form method="post" action=action novalidate>
                                <Area name="note" label="What was done" hint="Only you can read this note." value=typed rows=3 refusals />
                                <button class="button">"Keep this note"</button>
                            </form>
                        </details>
                    </li>
                }
            })
            .collect_view();
        let looked_after = (!looked_after.is_empty()).then(|| {
            let concerns = looked_after
                .into_iter()
                .map(|concern| {
                    let note = concern
                        .looked_after
                        .clone()
                        .map(|(at, note)| view! { <p class="state">"✓ Looked after on "<When at=at /></p><p class="said">{note}</p> });
                    view! { <li class="card">{words(&concern)}{note}</li> }
                })
                .collect_view();
            view! { <details><summary>"What was looked after"</summary><ul class="stack">{concerns}</ul></details> }
        });
        view! {
            <div class="stack">
                {banner}
                <Summary refusals />
                <h1>"Safeguarding"</h1>
                <p class="lead">"Only the safeguarding lead can see this page."</p>
                {nothing}
                <ul class="stack">{waiting}</ul>
                {looked_after}
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn words(concern: &Concern) -> impl IntoView + use<> {
    let concern = concern.clone();
    let author = concern.author_email.map(|email| {
        let to = format!("mailto:{email}");
        view! { <p>"Its author: "<a href=to>{email}</a></p> }
    });
    view! {
        <h2>{concern.title}</h2>
        <p class="soft">"Passed on "<When at=concern.passed_on_at /></p>
        <p class="said">{concern.happens_now}</p>
        <p class="said">{concern.would_help}</p>
        {author}
    }
}
