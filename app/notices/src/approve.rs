//! The notices not sent yet, and what a second person does with each: approves it, calls it back,
//! discards it, restores it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis, Moment};
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::Form;
use ground::ui::{Page, Pager};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::browse::stage_words;
use super::preview::{Preview, preview_with, told_late};
use super::store::{self, Approval, Notice};
use super::{notice_they_speak_for, rules};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/lead/notices`: what has not started yet, for the leader's services; with `?show=discarded`
/// the discarded drafts.
pub async fn unsent_notices_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (sent, now) = (Sent::query(&uri), house.clock.now());
    let discarded = sent.typed("show") == "discarded";
    let page_number = page_number(&sent);
    let part = (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE);
    let mut waiting =
        store::unsent_notices(&house.db, &viewer.signed_in()?.account_id, discarded, part).await?;
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
                    stage_words(listed.course.stage(now))
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
pub async fn decide_notice(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let done = match sent.typed("step") {
        "call back" => call_back(&house, &viewer, &notice.id).await?,
        "discard" => discard(&house, &viewer, &notice.id, true).await?,
        "bring back" => discard(&house, &viewer, &notice.id, false).await?,
        _ => return approve(&house, &viewer, &notice, &sent).await,
    };
    Ok(Redirect::to(&format!("/lead/notices/{}?done={done}", notice.id)).into_response())
}

async fn call_back(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
) -> Result<&'static str, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let called_back = store::call_back(&mut tx, id).await?;
    if called_back {
        let what = "notice called back";
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about: id, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(if called_back { "called-back" } else { "started-before" })
}

async fn approve(
    house: &House,
    viewer: &Viewer,
    notice: &Notice,
    sent: &Sent,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let starts_at = match chosen_start(house, notice, sent, by, now).await? {
        Ok(at) => at,
        Err(what_to_do) => {
            let refusals = Refusals::one("start_day", what_to_do);
            let refused = Preview { sent, refusals: &refusals, done: "" };
            return preview_with(house, viewer, &notice.id, refused).await;
        }
    };
    let seen = sent.typed("seen").parse().ok();
    let to = format!("/lead/notices/{}", notice.id);
    if keep_approval(house, &notice.id, Approval { by, starts_at, seen, now }).await? {
        return Ok(Redirect::to(&format!("{to}?done=approved")).into_response());
    }
    // Approved a moment ago by a second tap or another colleague: that is what was wanted.
    let waits = super::notice(house, &notice.id).await?;
    if waits.course.starts_at.is_some() {
        return Ok(Redirect::to(&to).into_response());
    }
    let refusals = Refusals::one("approve", why_not_approved(house, &waits, by, seen).await?);
    preview_with(house, viewer, &notice.id, Preview { sent, refusals: &refusals, done: "" }).await
}

/// Approves it, unless that may not be; whether it is approved by this.
async fn keep_approval(
    house: &House,
    id: &Id<ids::Notice>,
    approval: Approval<'_>,
) -> Result<bool, Error> {
    let mut tx = house.db.begin().await?;
    let approved = match store::approve(&mut tx, id, approval).await {
        // Two that follow the same notice, approved at the same moment.
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            return Ok(false);
        }
        approved => approved?,
    };
    if approved {
        let (at, what) = (approval.now, "notice approved");
        let entry = Entry { at, who: Some(approval.by), what, about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(approved)
}

/// When people are to be told from, as it was chosen; or what to do first.
async fn chosen_start(
    house: &House,
    notice: &Notice,
    sent: &Sent,
    by: &Id<Account>,
    now: Moment,
) -> Result<Result<Moment, String>, Error> {
    let at = match starts_at(sent, now) {
        Ok(at) => at,
        Err(what_to_do) => return Ok(Err(what_to_do)),
    };
    if let Some(what_to_do) = too_late(notice, at) {
        return Ok(Err(what_to_do.to_owned()));
    }
    if sent.line("start_day").is_empty() && sent.line("start_time").is_empty() {
        return Ok(Ok(soon(notice, now, house.settings.call_back)));
    }
    // If it starts now, the page has already said so.
    if !sent.line("start_day").is_empty() && sent.typed("late") != at.millis().to_string() {
        let ground = area::store::ground(&house.db, by).await?;
        if let Some(late) = told_late(notice, &ground, at) {
            return Ok(Err(format!(
                "Choose an earlier day, or approve it again to keep this one. {late}"
            )));
        }
    }
    Ok(Ok(at))
}

/// What to do where a notice could not be approved.
async fn why_not_approved(
    house: &House,
    waits: &Notice,
    by: &Id<Account>,
    seen: Option<Moment>,
) -> Result<&'static str, Error> {
    Ok(if waits.discarded_at.is_some() {
        "Restore it first. Someone has discarded it since you opened it"
    } else if waits.written_by.0 == *by && area::store::ground(&house.db, by).await?.second_person {
        "Ask a colleague to approve it. You wrote it yourself"
    } else if seen.is_some_and(|seen| seen != waits.written_at) {
        "Read it again before you approve it. Someone changed it while you were reading"
    } else if waits.is_held() {
        "Say first who it affects, and whether it is fair to everyone. It takes something away"
    } else {
        followed_before(house, waits).await?
    })
}

/// When people are told who are to be told now: late enough that the approval can still be undone,
/// unless that would be too late for them.
pub(super) fn soon(notice: &Notice, now: Moment, call_back: Millis) -> Moment {
    let later = now + call_back;
    if too_late(notice, later).is_none() { later } else { now }
}

/// Why people cannot be told from this moment on, and what to do. A notice that follows another may
/// be late.
pub(super) fn too_late(notice: &Notice, starts_at: Moment) -> Option<&'static str> {
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
    viewer: &Viewer,
    id: &Id<ids::Notice>,
    discards: bool,
) -> Result<&'static str, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let what = if discards { "notice discarded" } else { "notice brought back" };
    let mut tx = house.db.begin().await?;
    let is_new = store::discard(&mut tx, id, discards.then_some(now)).await?;
    if is_new {
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about: id, detail: "" }).await?;
    }
    tx.commit().await?;
    if is_new {
        return Ok(if discards { "discarded" } else { "brought-back" });
    }
    let course = store::find(&house.db, id).await?.ok_or(Error::NotFound)?.course;
    Ok(match (course.started_at, course.starts_at) {
        (Some(_), _) => "started-before",
        (None, Some(_)) => "approved-before",
        // Someone did the same a moment ago.
        (None, None) if discards => "discarded",
        (None, None) => "brought-back",
    })
}

/// When to start telling people: now, or at a future time.
pub(super) fn starts_at(sent: &Sent, now: Moment) -> Result<Moment, String> {
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
