//! A notice as it will be, who would be told, and a second person's word on it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::browse::{follows_words, standing_words, words_of};
use super::ledger::{self, Reach};
use super::rules::{self, Standing};
use super::store::{self, Notice};
use super::{letters, notice, notice_she_speaks_for};
use crate::accounts::Viewer;
use crate::area;
use crate::area::store::Ground;
use crate::audit::{self, Entry};
use crate::clock::{self, Millis};
use crate::db;
use crate::disclosure::{self, Shown};
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::subscriptions::rules::Cadence;
use crate::ui::{Banner, Field, Page, Summary};

/// GET `/lead/notices`: what has not started yet.
pub async fn list(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let waiting = store::waiting(&house.db).await?;
    let page = Page::new("Notices that wait", || {
        let nothing = waiting.is_empty().then(|| view! { <p>"Nothing waits. A notice is here until people are told of it."</p> });
        let waiting = waiting
            .into_iter()
            .map(|listed| {
                let state = standing_words(listed.course.standing(now));
                view! { <li><h3><a href=format!("/lead/notices/{}", listed.id)>{listed.title}</a></h3><p>{state}</p></li> }
            })
            .collect::<Vec<_>>();
        let waiting = (!waiting.is_empty()).then(|| view! { <h2>"Not told yet"</h2><ul class="queue">{waiting}</ul> });
        view! {
            <div class="stack">
                <p><a class="back" href="/lead">"Leaders’ desk"</a></p>
                <h1>"Notices that wait"</h1>
                {nothing}
                {waiting}
                <p><a class="button" href="/lead/notices/new">"Write a notice"</a></p>
                <p>"Begin with words for "<a href="/lead/notices/new?like=transport">"a change of transport"</a>" or "<a href="/lead/notices/new?like=autism">"of autism support"</a>"."</p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/lead/notices/{id}`
pub async fn page(State(house): State<House>, viewer: Viewer, Path(id): Path<String>, uri: Uri) -> Result<Response, Error> {
    shown(&house, &viewer, &id, &Sent::default(), &Sent::query(&uri).line("done"), &Refusals::default()).await
}

/// POST `/lead/notices/{id}`: approves it, for now or for later, or calls it back.
pub async fn decide(State(house): State<House>, viewer: Viewer, Path(id): Path<String>, sent: Sent) -> Result<Response, Error> {
    let notice = notice_she_speaks_for(&house, &viewer, &id).await?;
    let (now, by, notice_id) = (house.clock.now(), viewer.signed_in()?.account_id.clone(), notice.id.clone());
    let to = format!("/lead/notices/{notice_id}");
    if sent.typed("step") == "call back" {
        let called_back = house.db.write(move |tx| {
            Box::pin(async move {
                let called_back = store::call_back(tx, &notice_id).await?;
                if called_back {
                    audit::note(tx, Entry { at: now, who: Some(&by), what: "notice called back", about: &notice_id, detail: "" }).await?;
                }
                Ok::<_, sqlx::Error>(called_back)
            })
        });
        let done = if called_back.await? { "called-back" } else { "started-before" };
        return Ok(Redirect::to(&format!("{to}?done={done}")).into_response());
    }
    let (holds_at, follows) = (notice.words.effect.at(), notice.words.follows.is_some());
    let starts_at = match starts_at(&sent, now) {
        Ok(at) if at >= holds_at && !follows => {
            let what_to_do = "Change the day it takes effect, or tell people before it. They cannot be told of it in time";
            return shown(&house, &viewer, &id, &sent, "", &Refusals::one("start_day", what_to_do)).await;
        }
        Ok(at) => at,
        Err(what_to_do) => return shown(&house, &viewer, &id, &sent, "", &Refusals::one("start_day", what_to_do)).await,
    };
    let seen = sent.typed("seen").parse().ok();
    let approved = house.db.write(move |tx| {
        Box::pin(async move {
            let approved = store::approve(tx, &notice_id, &by, (starts_at, seen), now).await?;
            if approved {
                audit::note(tx, Entry { at: now, who: Some(&by), what: "notice approved", about: &notice_id, detail: "" }).await?;
            }
            Ok::<_, sqlx::Error>(approved)
        })
    });
    match approved.await {
        Ok(true) => return Ok(Redirect::to(&format!("{to}?done=approved")).into_response()),
        Ok(false) => {}
        // Two that follow the same notice, approved in the same moment.
        Err(error) if db::already_there(&error) => {}
        Err(error) => return Err(error.into()),
    }
    // Approved a moment ago by another tap, or another colleague: it is what was wanted.
    let waits = super::notice(&house, &id).await?;
    if waits.course.starts_at.is_some() {
        return Ok(Redirect::to(&to).into_response());
    }
    let me = &viewer.signed_in()?.account_id;
    let refusals = if waits.written_by.0 == *me && area::store::ground(&house.db, me).await?.second_person {
        Refusals::one("approve", "Ask a colleague to approve it. You wrote it yourself")
    } else if seen.is_some_and(|seen| seen != waits.written_at) {
        Refusals::one("approve", "Read it once more, and approve it then. It was changed while you read it")
    } else {
        Refusals::one("approve", "Another correction or withdrawal of the same notice was approved before. Correct that one")
    };
    shown(&house, &viewer, &id, &sent, "", &refusals).await
}

/// From when on people are to be told: now, or a time to come.
fn starts_at(sent: &Sent, now: Millis) -> Result<Millis, String> {
    if sent.line("start_day").is_empty() {
        return Ok(now);
    }
    let time = sent.line("start_time");
    let at = clock::read(sent.typed("start_day"), if time.is_empty() { "08:00" } else { &time });
    let at = at.ok_or_else(|| "Enter a day and an hour, or leave both empty to tell people now".to_owned())?;
    if at <= now { Err("Choose a time that is still to come, or leave it empty to tell people now".to_owned()) } else { Ok(at) }
}

async fn shown(house: &House, viewer: &Viewer, id: &str, sent: &Sent, done: &str, refusals: &Refusals) -> Result<Response, Error> {
    let notice = notice(house, id).await?;
    if notice.course.started_at.is_some() {
        let done = if done == "started-before" { "?done=started-before" } else { "" };
        return Ok(Redirect::to(&format!("/notices/{}{done}", notice.id)).into_response());
    }
    let (now, me) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let follows = notice.words.follows.as_ref();
    let reach = ledger::reach(&house.db, &notice.id, follows.map(|follows| follows.notice_id.as_str())).await?;
    let ground = area::store::ground(&house.db, me).await?;
    let letter = letters::one(house, &notice, "…");
    let standing = notice.course.standing(now);
    let page = Page::new(notice.words.title.clone(), || {
        view! {
            <article class="stack">
                {banner(done)}
                <p><a class="back" href="/lead/notices">"Notices that wait"</a></p>
                <Summary refusals />
                <p class="panel gold">{standing_words(standing)}". Only leaders can see it. Written by "{notice.written_by.1.clone()}"."</p>
                {warnings(&notice, &ground, now)}
                <h1>{notice.words.title.clone()}</h1>
                {follows_words(&notice)}
                {words_of(&notice)}
                <h2>"Who would be told"</h2>
                {who(&reach, notice.words.families)}
                <h2>"The letter"</h2>
                <p><b>{letter.subject.clone()}</b></p>
                <p class="said">{letter.text()}</p>
                {ways(&notice, standing, &ground, me, sent, refusals)}
            </article>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

/// What a leader should know before anyone is told: the change holds before that, or families are told later than they are
/// to be.
fn warnings(notice: &Notice, ground: &Ground, now: Millis) -> impl IntoView + use<> {
    let (told, effect) = (notice.course.starts_at.unwrap_or(now), notice.words.effect.at());
    if effect <= told && notice.words.follows.is_none() {
        return Some(
            view! { <p class="panel warn">"The change holds before people are told. Change the day, or tell them sooner."</p> }.into_any(),
        );
    }
    let early = ground.services.iter().filter(|spoken| notice.words.services.contains(&spoken.service.id));
    let (needed, service) = early.filter_map(|spoken| Some((spoken.notice_days?, &spoken.service.name))).max_by_key(|(days, _)| *days)?;
    let there_are = ground.year.days_between(told, effect);
    // Whom a correction goes to is told by the earlier of two days, a withdrawal at once.
    let with_digest = if notice.words.follows.is_some() { told } else { rules::due(Cadence::Weekly, effect, told).0 };
    let with_digest = ground.year.days_between(with_digest, effect);
    let days = |number: i64| if number == 1 { "1 school day".to_owned() } else { format!("{number} school days") };
    let unknown = (!ground.year.knows(effect)).then_some(" The terms up to that day are not known here: an administrator sets them.");
    (with_digest < needed && !notice.course.is_withdrawal()).then(|| {
        let digest = (with_digest < there_are).then(|| format!(", those with a weekly digest {}", days(with_digest)));
        view! {
            <p class="panel warn">
                {format!("Families would be told {} before{}.", days(there_are), digest.unwrap_or_default())}
                {format!(" For {service} the area’s rule is {}.", days(needed))}
                {unknown}
            </p>
        }
        .into_any()
    })
}

/// A number to the nearest ten. A leader can look at many notices before one is sent, and what one has more than another
/// must not tell of a few people.
fn about(shown: Shown) -> String {
    match shown.number() {
        None | Some(0) => shown.words(),
        Some(people) => format!("about {}", (people + 5) / 10 * 10),
    }
}

/// How many would be told. Where they live is said only where no number in either table is from 1 to 9, since both are about
/// the same people.
fn who(reach: &Reach, families: Option<i64>) -> impl IntoView + use<> {
    let split = |numbers: Vec<u64>| disclosure::split(&numbers);
    let by_cadence = split(reach.by_cadence.iter().map(|(_, people)| *people).collect());
    let by_place = split(reach.by_place.iter().map(|(_, people)| *people).collect());
    let share = families.map(|families| {
        let of = about(by_cadence.total);
        view! { <dt>"Of the families who are affected"</dt><dd>{format!("{of} of about {families}")}</dd> }
    });
    let cadences = reach
        .by_cadence
        .iter()
        .zip(&by_cadence.parts)
        .map(|((cadence, _), shown)| view! { <dt>{cadence.title()}</dt><dd>{about(*shown)}</dd> });
    let cadences = cadences.collect_view();
    let all_shown = by_cadence.parts.iter().chain(&by_place.parts).all(|shown| shown.number().is_some());
    let places = (all_shown && reach.by_place.len() > 1).then(|| {
        let places = reach.by_place.iter().zip(&by_place.parts);
        places.map(|((place, _), shown)| view! { <dt>{place.clone()}</dt><dd>{about(*shown)}</dd> }).collect_view()
    });
    let too_few = (!all_shown).then(|| view! { <p class="soft">"Where they live is not shown: there are too few in one place."</p> });
    let nobody = (by_cadence.total.number() == Some(0)).then(|| {
        view! { <p class="panel warn">"Nobody has asked to be told of this. Families hear of it only by the page and the poster: tell them in other ways too."</p> }
    });
    view! { {nobody}<dl class="when"><dt>"People in all"</dt><dd>{about(by_cadence.total)}</dd>{share}{cadences}{places}</dl>{too_few} }
}

fn ways(notice: &Notice, standing: Standing, ground: &Ground, me: &str, sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let change = format!("/lead/notices/{}/words", notice.id);
    let is_others = ground.services.iter().any(|spoken| !spoken.is_hers && notice.words.services.contains(&spoken.service.id));
    if is_others {
        return view! { <p class="panel">"Leaders of those who run the service decide on it."</p> }.into_any();
    }
    if let Standing::Timed(_) = standing {
        return view! {
            <form method="post"><button class="button warn" name="step" value="call back">"Call it back"</button></form>
            <p class="soft">"Until people are told, it can be called back and changed."</p>
        }
        .into_any();
    }
    let approve = if notice.written_by.0 == me && ground.second_person {
        view! { <p id="approve" class="panel">"A colleague approves it, before anyone is told. It is on the leaders’ desk."</p> }.into_any()
    } else {
        let fields = view! {
            <Field name="start_day" label="Tell people from this day on" hint="Leave it empty to tell them now." kind="date" value=sent.typed("start_day") refusals />
            <Field name="start_time" label="At" hint="8am if you leave it empty." kind="time" value=sent.typed("start_time") refusals />
        }
        .into_any();
        let seen = notice.written_at.to_string();
        view! { <form id="approve" method="post" novalidate><input type="hidden" name="seen" value=seen />{fields}<button class="button">"Approve it"</button></form> }.into_any()
    };
    view! { {approve}<p><a class="button quiet" href=change>"Change the words"</a></p> }.into_any()
}

fn banner(done: &str) -> impl IntoView + use<> {
    let words = match done {
        "written" => ("The notice is kept", "This is how parents will see it. People are told once it is approved."),
        "changed" => ("It is changed", "This is how parents will see it."),
        "approved" => ("It is approved", "People are told when its time comes."),
        "approved-before" => ("It was not changed", "A colleague has approved it. Call it back to change it."),
        "called-back" => ("It is called back", "Nobody was told. Change it, and have it approved again."),
        _ => return None,
    };
    Some(view! { <Banner title=words.0><p>{words.1}</p></Banner> })
}
