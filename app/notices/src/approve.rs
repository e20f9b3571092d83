//! The notices not sent yet, and what a second person does with each: approves it, calls it back,
//! discards it, restores it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Page, Pager};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::browse::standing_words;
use super::preview::{shown, told_late};
use super::store::{self, Notice};
use super::{notice_she_speaks_for, rules};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/lead/notices`: what has not started yet, for the leader's services; with `?show=discarded`
/// the discarded drafts.
pub async fn list(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let (sent, now) = (Sent::query(&uri), house.clock.now());
    let discarded = sent.typed("show") == "discarded";
    let page_number = page_number(&sent);
    let part = (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE);
    let mut waiting =
        store::waiting(&house.db, &viewer.signed_in()?.account_id, discarded, part).await?;
    let address = |page: i64| {
        format!("/lead/notices?page={page}{}", if discarded { "&show=discarded" } else { "" })
    };
    let next = (waiting.len() as i64 > MOST_ON_A_PAGE).then(|| {
        waiting.truncate(MOST_ON_A_PAGE as usize);
        address(page_number + 1)
    });
    let first = (page_number > 1).then(|| address(1));
    let title = if discarded { "Discarded drafts" } else { "Change notices not sent yet" };
    let page = Page::new(title, || {
        let nothing = waiting.is_empty().then_some(if discarded {
            "Nothing has been discarded."
        } else {
            "No change notices are waiting. Each one stays here until we start telling people."
        });
        let waiting = waiting
            .into_iter()
            .map(|listed| {
                let state = if discarded {
                    "○ Discarded".to_owned()
                } else {
                    standing_words(listed.course.standing(now))
                };
                view! {
                    <li>
                        <h2>
                            <a href=format!("/lead/notices/{}", listed.id)>{listed.title}</a>
                        </h2>
                        <p>{state}</p>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let waiting = (!waiting.is_empty()).then(|| view! { <ul class="queue">{waiting}</ul> });
        let ways = (!discarded).then(|| {
            view! {
                <p>
                    <a class="button" href="/lead/notices/new">
                        "Write a change notice"
                    </a>
                </p>
                <p>
                    "Or start from an example: "
                    <a href="/lead/notices/new?like=transport">"a change to transport"</a>" or "
                    <a href="/lead/notices/new?like=autism">"a change to autism support"</a>"."
                </p>
                <p class="soft">
                    <a href="/lead/notices?show=discarded">"Discarded drafts"</a>
                </p>
            }
        });
        let back = if discarded {
            ("/lead/notices", "Change notices not sent yet")
        } else {
            ("/lead", "Leaders’ desk")
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back.0>
                        {back.1}
                    </a>
                </p>
                <h1>{title}</h1>
                {nothing.map(|nothing| view! { <p>{nothing}</p> })}
                {waiting}
                <Pager first next />
                {ways}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/notices/{id}`: approves it, for now or for later, calls it back, discards it or
/// restores it.
pub async fn decide(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_she_speaks_for(&house, &viewer, &id).await?;
    let (now, by, notice_id) =
        (house.clock.now(), viewer.signed_in()?.account_id.clone(), notice.id.clone());
    let to = format!("/lead/notices/{notice_id}");
    if sent.typed("step") == "call back" {
        let called_back = house.db.write(move |tx| {
            Box::pin(async move {
                let called_back = store::call_back(tx, &notice_id).await?;
                if called_back {
                    audit::note(
                        tx,
                        Entry {
                            at: now,
                            who: Some(&by),
                            what: "notice called back",
                            about: &notice_id,
                            detail: "",
                        },
                    )
                    .await?;
                }
                Ok::<_, sqlx::Error>(called_back)
            })
        });
        let done = if called_back.await? { "called-back" } else { "started-before" };
        return Ok(Redirect::to(&format!("{to}?done={done}")).into_response());
    }
    if ["discard", "bring back"].contains(&sent.typed("step")) {
        let done = discard(&house, by, notice_id, sent.typed("step") == "discard").await?;
        return Ok(Redirect::to(&format!("{to}?done={done}")).into_response());
    }
    let starts_at = starts_at(&sent, now).and_then(|at| {
        too_late(&notice, at).map_or(Ok(at), |what_to_do| Err(what_to_do.to_owned()))
    });
    let starts_at = match starts_at {
        Ok(at) => at,
        Err(what_to_do) => {
            return shown(&house, &viewer, &id, &sent, "", &Refusals::one("start_day", what_to_do))
                .await;
        }
    };
    // If it starts now, the page has already said so.
    if !sent.line("start_day").is_empty() && sent.typed("late") != starts_at.to_string() {
        let ground = area::store::ground(&house.db, &by).await?;
        if let Some(late) = told_late(&notice, &ground, starts_at) {
            let what_to_do =
                format!("Choose an earlier day, or approve it again to keep this one. {late}");
            return shown(&house, &viewer, &id, &sent, "", &Refusals::one("start_day", what_to_do))
                .await;
        }
    }
    let seen = sent.typed("seen").parse().ok();
    let approved = house.db.write(move |tx| {
        Box::pin(async move {
            let approved = store::approve(tx, &notice_id, &by, (starts_at, seen), now).await?;
            if approved {
                audit::note(
                    tx,
                    Entry {
                        at: now,
                        who: Some(&by),
                        what: "notice approved",
                        about: &notice_id,
                        detail: "",
                    },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(approved)
        })
    });
    match approved.await {
        Ok(true) => return Ok(Redirect::to(&format!("{to}?done=approved")).into_response()),
        Ok(false) => {}
        // Two that follow the same notice, approved at the same moment.
        Err(error) if db::already_there(&error) => {}
        Err(error) => return Err(error.into()),
    }
    // Approved a moment ago by a second tap or another colleague: that is what was wanted.
    let waits = super::notice(&house, &id).await?;
    if waits.course.starts_at.is_some() {
        return Ok(Redirect::to(&to).into_response());
    }
    let me = &viewer.signed_in()?.account_id;
    let refusals = if waits.discarded_at.is_some() {
        Refusals::one("approve", "Restore it first. Someone has discarded it since you opened it")
    } else if waits.written_by.0 == *me && area::store::ground(&house.db, me).await?.second_person {
        Refusals::one("approve", "Ask a colleague to approve it. You wrote it yourself")
    } else if seen.is_some_and(|seen| seen != waits.written_at) {
        Refusals::one(
            "approve",
            "Read it again before you approve it. Someone changed it while you were reading",
        )
    } else {
        Refusals::one("approve", followed_before(&house, &waits).await?)
    };
    shown(&house, &viewer, &id, &sent, "", &refusals).await
}

/// Why people cannot be told from this moment on, and what to do. A notice that follows another may
/// be late.
pub(super) fn too_late(notice: &Notice, starts_at: Millis) -> Option<&'static str> {
    let must_do_by = rules::last_moment(&notice.words.must_do_by);
    if notice.words.follows.is_some() {
        None
    } else if starts_at >= notice.words.effect.at() {
        Some(
            "Change the day it starts, or tell people sooner. As it is, they would not be told \
             before it starts",
        )
    } else if must_do_by.is_some_and(|by| starts_at >= by) {
        Some(
            "Change the day families need to act by, or tell people sooner. As it is, they would \
             only hear after that day",
        )
    } else {
        None
    }
}

/// What to do when another that follows the same notice has been approved.
async fn followed_before(house: &House, notice: &Notice) -> Result<&'static str, Error> {
    let original = match &notice.words.follows {
        Some(follows) => store::find(&house.db, &follows.notice_id).await?,
        None => None,
    };
    Ok(if original.is_some_and(|original| original.followed_by.is_some()) {
        "Another correction or withdrawal of the same notice has already been approved, and \
         people are being told. Correct that one instead"
    } else {
        "Another correction or withdrawal of the same notice has been approved and is waiting for \
         its time. Undo that approval first: you will find it under “Change notices not sent yet”"
    })
}

async fn discard(
    house: &House,
    by: String,
    notice_id: String,
    discards: bool,
) -> Result<&'static str, Error> {
    let (now, id) = (house.clock.now(), notice_id.clone());
    let what = if discards { "notice discarded" } else { "notice brought back" };
    let discarded = house.db.write(move |tx| {
        Box::pin(async move {
            let is_new = store::discard(tx, &notice_id, discards.then_some(now)).await?;
            if is_new {
                audit::note(
                    tx,
                    Entry { at: now, who: Some(&by), what, about: &notice_id, detail: "" },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(is_new)
        })
    });
    if discarded.await? {
        return Ok(if discards { "discarded" } else { "brought-back" });
    }
    let course = store::find(&house.db, &id).await?.ok_or(Error::NotFound)?.course;
    Ok(match (course.started_at, course.starts_at) {
        (Some(_), _) => "started-before",
        (None, Some(_)) => "approved-before",
        // Someone did the same a moment ago.
        (None, None) if discards => "discarded",
        (None, None) => "brought-back",
    })
}

/// When to start telling people: now, or at a future time.
pub(super) fn starts_at(sent: &Sent, now: Millis) -> Result<Millis, String> {
    let time = sent.line("start_time");
    if sent.line("start_day").is_empty() && time.is_empty() {
        return Ok(now);
    }
    let at = clock::read(sent.typed("start_day"), if time.is_empty() { "08:00" } else { &time });
    let at = at.ok_or_else(|| {
        "Enter a day and a time, or leave both empty to tell people now".to_owned()
    })?;
    if at <= now {
        Err("Choose a time in the future, or leave both empty to tell people now".to_owned())
    } else {
        Ok(at)
    }
}
