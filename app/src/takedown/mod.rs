//! An organiser takes down what everyone could read: a topic, a comment, a question about a change
//! or its answer. Words of results are taken down in `consultations`, since two organisers decide.
//!
//! `things` says what each kind is and how its room takes it down, `lead` is what the safeguarding
//! lead reads, `emails` what its author is told. What all of them share is in `ground::takedown`.

mod emails;
mod lead;
mod things;

pub use lead::{note_on_taken_down, taken_down_words_page, words_taken_down_page};

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::takedown::{self, Kind, NewTakedown, Takedown, Wish};
use ground::ui::{Frame, Page, Pager, When};
use ground::viewer::Viewer;
use leptos::prelude::*;

use things::Thing;

const MOST_ON_A_PAGE: i64 = 30;

/// GET `/forum/takedowns`: what was taken down, the last first.
pub async fn takedowns_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let page_number = page_number(&Sent::query(&uri));
    let range = (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE);
    let mut all = takedown::store::list(&house.db, range).await?;
    let next = (all.len() as i64 > MOST_ON_A_PAGE).then(|| {
        all.truncate(MOST_ON_A_PAGE as usize);
        format!("/forum/takedowns?page={}", page_number + 1)
    });
    let first = (page_number > 1).then(|| "/forum/takedowns".to_owned());
    let page = Page::new("What was taken down", || {
        let nothing = all.is_empty().then(|| {
            view! {
                <p>
                    "Nothing so far. To take something down, open its page and follow the link \
                     “Take this down”."
                </p>
            }
        });
        let rows = all.iter().map(row).collect::<Vec<_>>();
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <h1>"What was taken down"</h1>
                {nothing}
                {(!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> })}
                <Pager first next />
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn row(takedown: &Takedown) -> impl IntoView + use<> {
    let title = takedown.kind.title();
    let title = match takedown.kind {
        Kind::Results => {
            let to = format!("/forum/consultations/{}/takedown", takedown.about_id);
            view! { <a href=to>{title}</a> }.into_any()
        }
        Kind::Topic => {
            view! { <a href=format!("/topics/{}", takedown.about_id)>{title}</a> }.into_any()
        }
        Kind::Comment => {
            let to = format!("/local-offer/comments/{}", takedown.about_id);
            view! { <a href=to>{title}</a> }.into_any()
        }
        Kind::Question | Kind::Answer => title.into_any(),
    };
    let state = match (takedown.taken_down_at, takedown.refused_at) {
        (Some(_), _) => "× Taken down",
        (None, Some(_)) => "✓ A second organiser decided to leave it",
        (None, None) => "○ Waiting for a second organiser",
    };
    let at = takedown.taken_down_at.or(takedown.refused_at).unwrap_or(takedown.asked_at);
    let why = takedown::why(&takedown.reason, &takedown.why);
    view! {
        <li>
            <p>{title}</p>
            <p class="state">{state}" on "<When at /></p>
            <p class="lines">{why}</p>
        </li>
    }
}

/// GET `/forum/topics/{id}/takedown`
pub async fn take_topic_down_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    form(&house, &viewer, Kind::Topic, &id).await
}

/// POST `/forum/topics/{id}/takedown`
pub async fn take_topic_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    take_down(&house, &viewer, Kind::Topic, &id, &sent).await
}

/// GET `/forum/local-offer/{id}/takedown`
pub async fn take_comment_down_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    form(&house, &viewer, Kind::Comment, &id).await
}

/// POST `/forum/local-offer/{id}/takedown`
pub async fn take_comment_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    take_down(&house, &viewer, Kind::Comment, &id, &sent).await
}

/// GET `/forum/notices/questions/{id}/takedown`
pub async fn take_question_down_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    form(&house, &viewer, Kind::Question, &id).await
}

/// POST `/forum/notices/questions/{id}/takedown`
pub async fn take_question_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    take_down(&house, &viewer, Kind::Question, &id, &sent).await
}

/// GET `/forum/notices/answers/{id}/takedown`
pub async fn take_answer_down_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    form(&house, &viewer, Kind::Answer, &id).await
}

/// POST `/forum/notices/answers/{id}/takedown`
pub async fn take_answer_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    take_down(&house, &viewer, Kind::Answer, &id, &sent).await
}

async fn form(house: &House, viewer: &Viewer, kind: Kind, id: &str) -> Result<Response, Error> {
    let thing = things::find(house, kind, id).await?.ok_or(Error::NotFound)?;
    Ok(shown(&thing, &Sent::default(), &Refusals::default()).answer(house, viewer))
}

async fn take_down(
    house: &House,
    viewer: &Viewer,
    kind: Kind,
    id: &str,
    sent: &Sent,
) -> Result<Response, Error> {
    let done = Redirect::to("/forum/takedowns").into_response();
    let Some(thing) = things::find(house, kind, id).await? else {
        // A second tap finds that it was taken down by the first.
        let taken_down = takedown::store::of(&house.db, id).await?;
        return taken_down.map(|_| done).ok_or(Error::NotFound);
    };
    match takedown::wish(sent) {
        Ok(wish) => {
            keep(house, viewer, &thing, &wish).await?;
            Ok(done)
        }
        Err(refusals) => Ok(shown(&thing, sent, &refusals).answer(house, viewer)),
    }
}

/// What is taken down, that it was, the audit and the emails: one write. Where another was first,
/// nothing more happens.
async fn keep(house: &House, viewer: &Viewer, thing: &Thing, wish: &Wish) -> Result<(), Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let (kind, about) = (thing.kind, thing.id.as_str());
    let mut tx = house.db.begin().await?;
    let Some(others) = things::take_down(&mut tx, thing, at).await? else {
        tx.roll_back().await?;
        return Ok(());
    };
    let words = thing.all_words();
    let new = NewTakedown { kind, about_id: about, wish, words: &words, by, at };
    if !takedown::store::keep(&mut tx, new).await? {
        tx.roll_back().await?;
        return Ok(());
    }
    let email = emails::taken_down(house, kind, wish);
    let mut told = HashSet::new();
    for (account, to) in thing.author.iter().chain(&others) {
        if !told.insert(to) {
            continue;
        }
        let owed = Owed {
            // It is taken down once, in this write; no row says who heard of what.
            dedup_key: &id::random(),
            kind: EmailKind::TakenDown,
            account_id: account.as_ref(),
            to,
            words: &email,
            at,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
    }
    let (what, detail) = (kind.in_log(), wish.reason);
    audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    Ok(tx.commit().await?)
}

fn shown(thing: &Thing, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = Frame::new("Take this down", (thing.back.clone(), "Back to the page"))
        .of(thing.kind.title())
        .refused_for(refusals);
    let page = frame.around(|| {
        let words = thing.words.iter().map(|(label, words)| {
            view! {
                <h2>{*label}</h2>
                <p class="said">{words.clone()}</p>
            }
        });
        let words = words.collect::<Vec<_>>();
        let told = if thing.author.is_some() {
            "We will email whoever wrote it, without their words."
        } else {
            "If we know the address of whoever wrote it, we will email them, without their words."
        };
        view! {
            <p class="lead">
                "Nobody will be able to read it any more. People will see that it was taken \
                 down, and why. You can't undo this."
            </p>
            {words}
            {thing.note.map(|note| view! { <p class="panel">{note}</p> })}
            <form method="post" novalidate>
                {takedown::parts::fields(sent, refusals)}
                <p>{told}</p>
                <button class="button warn">"Take it down"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
