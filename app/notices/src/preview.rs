//! A notice as it will be: its page, its email, who will be told, and what the leader reading it
//! can do.

use area::equality;
use area::store::Ground;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, HOUR, MINUTE, Millis, Moment, SECOND};
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
use super::store::{self, Notice};
use super::{emails, fairness, notice_they_speak_for};

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
    let approval = if notice.written_by.0 != *me || !ground.second_person {
        MayApprove::Yes(house.settings.call_back)
    } else if store::colleagues(&house.db, &notice.id, me).await? > 0 {
        MayApprove::Colleague
    } else {
        MayApprove::Nobody
    };
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
                {small_groups(&notice)}
                <h1>{notice.words.title.clone()}</h1>
                {follows_words(&notice)}
                {fairness::banner(&notice)}
                {words_of(&notice, now)}
                {fairness::section(&notice, now)}
                {fairness::to_say(&notice)}
                <h2>"Who will be told"</h2>
                {who(&reach, &notice, now)}
                <h2>"The email"</h2>
                <p>
                    <b>{email.subject.clone()}</b>
                </p>
                <p class="panel lines">{email.text(false)}</p>
                {ways(&notice, approval, sent, refusals, now)}
            </article>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

/// What a leader should know before anyone is told: the change starts first, or families are told
/// later than the area's rule.
fn warnings(notice: &Notice, ground: &Ground, now: Moment) -> impl IntoView + use<> {
    let told = notice.course.starts_at.unwrap_or(now);
    if let Some(what_to_do) = too_late(notice, told) {
        return Some(view! { <p class="panel warn">{what_to_do}"."</p> }.into_any());
    }
    told_late(notice, ground, told)
        .map(|late| view! { <p class="panel warn">{late}</p> }.into_any())
}

/// Words and a number that may mean fewer than ten people, for whoever is about to approve them.
fn small_groups(notice: &Notice) -> impl IntoView + use<> {
    let words = &notice.words;
    let few = words.families.filter(|families| (1..10).contains(families));
    let few = few.map(|families| format!("about {families} families"));
    let said = [&words.title, &words.what, &words.why, &words.affected, &words.must_do];
    let said = said.into_iter().flat_map(|words| equality::small_groups(words));
    let asked = few.into_iter().chain(said).map(|group| {
        view! { <p class="panel warn">{equality::ask_about(&group)}</p> }
    });
    asked.collect_view()
}

/// That families would hear later than the area's rule for the service, if they are told from this
/// moment.
pub(super) fn told_late(notice: &Notice, ground: &Ground, told: Moment) -> Option<String> {
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
fn must_know_by(notice: &Notice, told: Moment) -> Moment {
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
fn who(reach: &Reach, notice: &Notice, now: Moment) -> impl IntoView + use<> {
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

/// Who may approve it.
#[derive(Clone, Copy)]
enum MayApprove {
    /// Whoever looks; for so long they can then call it back.
    Yes(Millis),
    /// Someone else who speaks for all its services.
    Colleague,
    /// Whoever looks wrote it, and nobody else speaks for all its services.
    Nobody,
}

fn ways(
    notice: &Notice,
    approval: MayApprove,
    sent: &Sent,
    refusals: &Refusals,
    now: Moment,
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
    if let NoticeStage::Timed(at) = notice.course.stage(now) {
        return view! {
            {time_left(&notice.id, at, now)}
            <form method="post">
                <button class="button warn" name="step" value="call back">
                    "Undo the approval"
                </button>
            </form>
            <p class="soft">"Until people are told, you can undo the approval and change it."</p>
        }
        .into_any();
    }
    let approve = match approval {
        MayApprove::Colleague => view! {
            <p id="approve" class="panel">
                "A colleague must approve this before anyone is told. They will find it on the \
                 leaders’ desk."
            </p>
        }
        .into_any(),
        MayApprove::Nobody => only_leader().into_any(),
        MayApprove::Yes(call_back) => approve_form(notice, sent, refusals, (call_back, now)),
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

/// Where nobody else can approve it: what to do instead.
fn only_leader() -> impl IntoView {
    view! {
        <div id="approve" class="panel warn">
            <p>
                <b>"Nobody else can approve this yet."</b>
                " Another leader must, and you are the only one who speaks for all its services. \
                 You can:"
            </p>
            <ul>
                <li>
                    "ask an administrator of the forum to invite a second leader from your \
                     organisation, or one from each organisation that runs these services"
                </li>
                <li>
                    "ask them to let a leader send what they wrote themselves. They change that \
                     under “How families are told about changes”"
                </li>
                <li>"write one notice for each service, if others lead for some of them"</li>
            </ul>
            <p>
                <a href="/contact">"How to reach the forum"</a>
            </p>
        </div>
    }
}

/// How long an approval can still be undone: in words, and counted down by the browser itself.
/// Nothing where that is hours away.
fn time_left(id: &Id<ids::Notice>, at: Moment, now: Moment) -> impl IntoView + use<> {
    let left = at - now;
    let here = format!("/lead/notices/{id}");
    (left <= 2 * HOUR).then(|| {
        let minutes = minutes_left(left);
        let words = format!(
            "We will start telling people in {}, on {}.",
            in_minutes(minutes),
            clock::day_and_hour(at)
        );
        view! {
            <div class="panel gold">
                <p>{words}</p>
                <div aria-hidden="true" inner_html=countdown(left) />
                <p>
                    <a href=here>"See how much time is left now"</a>
                </p>
            </div>
        }
    })
}

/// Minutes that are left, the one that has begun among them.
fn minutes_left(left: Millis) -> i64 {
    (left.max(0) + MINUTE - 1) / MINUTE
}

fn in_minutes(minutes: i64) -> String {
    if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") }
}

/// A drawing that says how many minutes are left, and changes as they pass. It needs no script.
fn countdown(left: Millis) -> String {
    let seconds = left.max(0) / SECOND;
    let text = |words: &str, begin: i64, lasts: &str| {
        format!(
            "<text y=\"18\" visibility=\"hidden\">{words}<set attributeName=\"visibility\" \
             to=\"visible\" begin=\"{begin}s\" {lasts}/></text>"
        )
    };
    let minutes = (1..=minutes_left(left)).rev().map(|minutes| {
        let begin = (seconds - minutes * 60).max(0);
        let lasts = format!("dur=\"{}s\" ", seconds - (minutes - 1) * 60 - begin);
        text(&format!("{} left", in_minutes(minutes)), begin, &lasts)
    });
    let over = text("We are telling people now", seconds, "fill=\"freeze\" ");
    format!(
        "<svg width=\"240\" height=\"24\" font-size=\"18\" fill=\"currentColor\">{}{over}</svg>",
        minutes.collect::<String>()
    )
}

/// Chooses when people are told, and approves it.
fn approve_form(
    notice: &Notice,
    sent: &Sent,
    refusals: &Refusals,
    (call_back, now): (Millis, Moment),
) -> AnyView {
    let undo = (call_back > 0).then(|| {
        let words = format!(
            "If you tell people now, you have {} to undo it before the first email goes.",
            in_minutes(minutes_left(call_back))
        );
        view! { <p class="soft">{words}</p> }
    });
    let fields = view! {
        <Field
            name="start_day"
            label="When should we start telling people?"
            hint="Leave the day and the time empty to tell them now."
            kind="date"
            value=sent.typed("start_day")
            refusals
        />
        <Field
            name="start_time"
            label="What time?"
            hint="Only for a day you chose above. Without a time, it will be 8am."
            kind="time"
            value=sent.typed("start_time")
            refusals
        />
    }
    .into_any();
    let seen = notice.written_at.millis().to_string();
    // The refusal has said what approving it for this time means.
    let late = starts_at(sent, now).ok().filter(|_| !sent.line("start_day").is_empty());
    let late =
        late.map(|at| view! { <input type="hidden" name="late" value=at.millis().to_string() /> });
    view! {
        <form id="approve" method="post" novalidate>
            <input type="hidden" name="seen" value=seen />
            {late}
            {fields}
            {undo}
            <button class="button">"Approve this notice"</button>
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
        "signed" => ("It is signed", "Everyone can read it as soon as people are told."),
        "passed" => (
            "Saved",
            "A colleague can approve it now. The page will always say that you went ahead.",
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_counts_down_minute_by_minute_without_a_script() {
        let drawn = countdown(2 * MINUTE + 30 * SECOND);
        for (words, begin) in [
            ("3 minutes left", "begin=\"0s\" dur=\"30s\""),
            ("2 minutes left", "begin=\"30s\" dur=\"60s\""),
            ("1 minute left", "begin=\"90s\" dur=\"60s\""),
            ("We are telling people now", "begin=\"150s\" fill=\"freeze\""),
        ] {
            let part = drawn.split("<text").find(|part| part.contains(words)).unwrap_or_default();
            assert!(part.contains(begin), "{words}: {drawn}");
        }
        assert_eq!(drawn.matches("<text").count(), 4);
        assert_eq!(countdown(-1).matches("<text").count(), 1, "it is over");
    }
}
