//! A notice as it will be: its page, its email, who will be told, and what the leader reading it
//! can do.

use area::store::Ground;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Millis;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Banner, Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use subscribers::Cadence;

use super::approve::{starts_at, too_late};
use super::browse::{follows_words, stage_words, words_of};
use super::ledger::{self, Reach};
use super::rules::{self, NoticeStage};
use super::store::Notice;
use super::{emails, notice_they_speak_for};

/// GET `/lead/notices/{id}`
pub async fn preview_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    uri: Uri,
) -> Result<Response, Error> {
    let preview = Preview {
        sent: &Sent::default(),
        refusals: &Refusals::default(),
        done: &Sent::query(&uri).line("done"),
    };
    preview_with(&house, &viewer, &id, preview).await
}

/// What the page shows besides the notice.
#[derive(Clone, Copy)]
pub(super) struct Preview<'a> {
    /// What was typed.
    pub sent: &'a Sent,
    pub refusals: &'a Refusals,
    /// What has just been done; may be empty.
    pub done: &'a str,
}

/// The page, with what was typed and what is to be put right.
pub(super) async fn preview_with(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
    Preview { sent, refusals, done }: Preview<'_>,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(house, viewer, id).await?;
    if notice.course.started_at.is_some() {
        let done = if done == "started-before" { "?done=started-before" } else { "" };
        return Ok(Redirect::to(&format!("/notices/{}{done}", notice.id)).into_response());
    }
    let (now, me) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let follows = notice.words.follows.as_ref();
    let reach =
        ledger::reach(&house.db, &notice.id, follows.map(|follows| &follows.notice_id)).await?;
    let ground = area::store::ground(&house.db, me).await?;
    let needs_colleague = notice.written_by.0 == *me && ground.second_person;
    let email = emails::about_notice(house, &notice, "…");
    let stage = notice.course.stage(now);
    let state =
        if notice.discarded_at.is_some() { "○ Discarded".to_owned() } else { stage_words(stage) };
    let page = Page::new(notice.words.title.clone(), || {
        view! {
            <article class="stack">
                {banner(done)}
                <p>
                    <a class="back" href="/lead/notices">
                        "Change notices not sent yet"
                    </a>
                </p>
                <Summary refusals />
                <p class="panel">
                    {state}". Only leaders of this service can see it. Written by "
                    {notice.written_by.1.clone()}"."
                </p>
                {warnings(&notice, &ground, now)}
                <h1>{notice.words.title.clone()}</h1>
                {follows_words(&notice)}
                {words_of(&notice, now)}
                <h2>"Who will be told"</h2>
                {who(&reach, &notice, now)}
                <h2>"The email"</h2>
                <p>
                    <b>{email.subject.clone()}</b>
                </p>
                <p class="panel lines">{email.text(false)}</p>
                {ways(&notice, needs_colleague, sent, refusals, now)}
            </article>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

/// What a leader should know before anyone is told: the change starts first, or families are told
/// later than the area's rule.
fn warnings(notice: &Notice, ground: &Ground, now: Millis) -> impl IntoView + use<> {
    let told = notice.course.starts_at.unwrap_or(now);
    if let Some(what_to_do) = too_late(notice, told) {
        return Some(view! { <p class="panel warn">{what_to_do}"."</p> }.into_any());
    }
    told_late(notice, ground, told)
        .map(|late| view! { <p class="panel warn">{late}</p> }.into_any())
}

/// That families would hear later than the area's rule for the service, if they are told from this
/// moment.
pub(super) fn told_late(notice: &Notice, ground: &Ground, told: Millis) -> Option<String> {
    let effect = notice.words.effect.at();
    let is_about = |service: &str| notice.words.services.iter().any(|id| *id == service);
    let early = ground.services.iter().filter(|spoken| is_about(&spoken.service.id));
    let (needed, service) = early
        .filter_map(|spoken| Some((spoken.notice_days?, &spoken.service.name)))
        .max_by_key(|(days, _)| *days)?;
    let there_are = ground.year.days_between(told, effect);
    let each = Cadence::ALL
        .map(|cadence| (rules::due(cadence, must_know_by(notice, told), told).0, cadence));
    let (last, cadence) = each.into_iter().max_by_key(|(at, _)| *at)?;
    let with_digest = ground.year.days_between(last, effect);
    if with_digest >= needed || notice.course.is_withdrawal() {
        return None;
    }
    let days = |number: i64| {
        if number == 1 { "1 school day".to_owned() } else { format!("{number} school days") }
    };
    let digest = if with_digest < there_are {
        format!(", but {} if they get a {} email", days(with_digest), cadence.word())
    } else {
        String::new()
    };
    let unknown = if ground.year.knows(effect) {
        ""
    } else {
        " We don't know all the term dates up to that day: an administrator can add them."
    };
    Some(format!(
        "Families would be told {} before it starts{digest}. The area's rule for {service} is \
         {}.{unknown}",
        days(there_are),
        days(needed)
    ))
}

/// By when people must know, if they are told from this moment.
fn must_know_by(notice: &Notice, told: Millis) -> Millis {
    rules::must_know_by(
        notice.words.effect.at(),
        &notice.words.must_do_by,
        notice.told_before,
        told,
    )
}

/// How many will be told. Where they live is said only if no number in either table is from 1 to 9,
/// since both are about the same people.
///
/// To the nearest ten: a leader can look at many notices before one is sent.
fn who(reach: &Reach, notice: &Notice, now: Millis) -> impl IntoView + use<> {
    let split = |numbers: Vec<u64>| disclosure::split(&numbers);
    let by_cadence = split(reach.by_cadence.iter().map(|(_, people)| *people).collect());
    let by_place = split(reach.by_place.iter().map(|(_, people)| *people).collect());
    let share = notice.words.families.map(|families| {
        let of = by_cadence.total.rounded();
        view! {
            <dt>"Out of the families this affects"</dt>
            <dd>{format!("{of} out of about {}", disclosure::commas(families.unsigned_abs()))}</dd>
        }
    });
    let told = notice.course.starts_at.unwrap_or(now);
    let must_know_by = must_know_by(notice, told);
    let cadences = reach.by_cadence.iter().zip(&by_cadence.parts).map(|((cadence, _), shown)| {
        let is_too_late = *cadence != Cadence::AtOnce
            && (notice.course.is_withdrawal() || !rules::due(*cadence, must_know_by, told).1);
        let at_once =
            is_too_late.then_some(". This one straight away: the next email would be too late");
        view! {
            <dt>{cadence.title()}{at_once}</dt>
            <dd>{shown.rounded()}</dd>
        }
    });
    let cadences = cadences.collect_view();
    let all_shown =
        by_cadence.parts.iter().chain(&by_place.parts).all(|shown| shown.number().is_some());
    let places = (all_shown && reach.by_place.len() > 1).then(|| {
        let places = reach.by_place.iter().zip(&by_place.parts);
        places
            .map(|((place, _), shown)| {
                view! {
                    <dt>{place.clone()}</dt>
                    <dd>{shown.rounded()}</dd>
                }
            })
            .collect_view()
    });
    let too_few = (!all_shown).then(|| {
        view! { <p class="soft">
        "To protect people, we don't show where they live: there are too few in one place."</p> }
    });
    let nobody = (by_cadence.total.number() == Some(0)).then(|| {
        view! {
            <p class="panel warn">
                "Nobody has asked to be told about this. Families will only hear from the page and \
                 the poster, so please tell them in other ways too."
            </p>
        }
    });
    view! {
        {nobody}
        <dl class="when">
            <dt>"People in total"</dt>
            <dd>{by_cadence.total.rounded()}</dd>
            {share}
            {cadences}
            {places}
        </dl>
        {too_few}
    }
}

fn ways(
    notice: &Notice,
    needs_colleague: bool,
    sent: &Sent,
    refusals: &Refusals,
    now: Millis,
) -> impl IntoView + use<> {
    let change = format!("/lead/notices/{}/words", notice.id);
    if notice.discarded_at.is_some() {
        return view! {
            <form method="post">
                <button class="button" name="step" value="bring back">
                    "Restore this draft"
                </button>
            </form>
        }
        .into_any();
    }
    if let NoticeStage::Timed(_) = notice.course.stage(now) {
        return view! {
            <form method="post">
                <button class="button warn" name="step" value="call back">
                    "Undo the approval"
                </button>
            </form>
            <p class="soft">"Until people are told, you can undo the approval and change it."</p>
        }
        .into_any();
    }
    let approve = if needs_colleague {
        view! {
            <p id="approve" class="panel">
                "A colleague must approve this before anyone is told. They will find it on the \
                 leaders’ desk."
            </p>
        }
        .into_any()
    } else {
        let fields = view! {
            <Field
                name="start_day"
                label="When should we start telling people?"
                hint="Leave this empty to tell them now."
                kind="date"
                value=sent.typed("start_day")
                refusals
            />
            <Field
                name="start_time"
                label="What time?"
                hint="If you leave this empty, it will be 8am."
                kind="time"
                value=sent.typed("start_time")
                refusals
            />
        }
        .into_any();
        let seen = notice.written_at.to_string();
        // The refusal has said what approving it for this time means.
        let late = starts_at(sent, now).ok().filter(|_| !sent.line("start_day").is_empty());
        let late =
            late.map(|at| view! { <input type="hidden" name="late" value=at.to_string() /> });
        view! {
            <form id="approve" method="post" novalidate>
                <input type="hidden" name="seen" value=seen />
                {late}
                {fields}
                <button class="button">"Approve this notice"</button>
            </form>
        }
        .into_any()
    };
    view! {
        {approve}
        <p>
            <a class="button quiet" href=change>
                "Change this notice"
            </a>
        </p>
        <form method="post">
            <button class="link" name="step" value="discard">
                "Discard this draft"
            </button>
        </form>
    }
    .into_any()
}

fn banner(done: &str) -> impl IntoView + use<> {
    let words = match done {
        "written" => {
            ("Saved", "This is how parents will see it. Nobody will be told until it is approved.")
        }
        "changed" => ("Saved", "This is how parents will see it."),
        "approved" => ("Approved", "We will tell people when it is time."),
        "approved-before" => {
            ("Nothing was changed", "A colleague has approved it. To change it, undo the approval.")
        }
        "discarded" => {
            ("Draft discarded", "It is no longer in the list. You can restore it below.")
        }
        "brought-back" => ("Draft restored", "Nobody will be told until it is approved."),
        "called-back" => {
            ("Approval undone", "Nobody has been told. Change it, then ask for approval again.")
        }
        _ => return None,
    };
    Some(view! {
        <Banner title=words.0>
            <p>{words.1}</p>
        </Banner>
    })
}
