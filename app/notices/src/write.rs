//! A leader writes a notice, corrects or withdraws one that people were told of, and changes it
//! until it is approved.

use area::equality::Takes;
use area::store::Ground;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Frame, Page, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::notice_they_speak_for;
use super::rules::{Effect, Follow};
use super::store::{self, Change, Notice};
use super::wording::{self, NOTHING, Wording};

/// GET `/lead/notices/new`: empty, or with a starting point for `?like=transport` or
/// `?like=autism`.
pub async fn write_notice_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    let start = starting_point(Sent::query(&uri).typed("like"));
    Ok(write_page(&NEW, &start, &ground, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/notices/new`
pub async fn write_notice(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    match wording::wording(&sent, &ground, house.clock.now()) {
        Ok(words) => keep_notice(&house, &viewer, &words, "notice written").await,
        Err(refusals) => Ok(write_page(&NEW, &sent, &ground, &refusals).answer(&house, &viewer)),
    }
}

/// GET `/lead/notices/{id}/correction`: what people were told, to be put right.
pub async fn correction_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    follow_form(&house, &viewer, &id, Follow::Correction).await
}

/// POST `/lead/notices/{id}/correction`
pub async fn correct_notice(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    follow(&house, &viewer, &id, Follow::Correction, &sent).await
}

/// GET `/lead/notices/{id}/withdrawal`
pub async fn withdrawal_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    follow_form(&house, &viewer, &id, Follow::Withdrawal).await
}

/// POST `/lead/notices/{id}/withdrawal`
pub async fn withdraw_notice(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    follow(&house, &viewer, &id, Follow::Withdrawal, &sent).await
}

async fn follow_form(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
    how: Follow,
) -> Result<Response, Error> {
    let original = notice_they_speak_for(house, viewer, id).await?;
    if let Some(elsewhere) = elsewhere(&original) {
        return Ok(Redirect::to(&elsewhere).into_response());
    }
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    let words = Wording { follows: None, ..original.words };
    Ok(write_page(&following(how, &original.id), &fields(&words), &ground, &Refusals::default())
        .answer(house, viewer))
}

async fn follow(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
    how: Follow,
    sent: &Sent,
) -> Result<Response, Error> {
    let original = notice_they_speak_for(house, viewer, id).await?;
    if original.course.started_at.is_none() {
        return Ok(Redirect::to(&format!("/lead/notices/{}", original.id)).into_response());
    }
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    if original.followed_by.is_some() {
        let what_to_do = "Go back to the notice, and follow the link at the top: a colleague has \
            corrected or withdrawn it since you opened it. What you wrote is below";
        let refusals = Refusals::one("changed", what_to_do);
        return Ok(write_page(&following(how, &original.id), sent, &ground, &refusals)
            .answer(house, viewer));
    }
    match read(sent, &ground, Some((how, &original.id, &original.words)), house.clock.now()) {
        Ok(words) => keep_notice(house, viewer, &words, "notice followed").await,
        Err(refusals) => Ok(write_page(&following(how, &original.id), sent, &ground, &refusals)
            .answer(house, viewer)),
    }
}

/// Where to go instead of following a notice: to itself while nobody has been told, or to what
/// already followed it.
fn elsewhere(original: &Notice) -> Option<String> {
    let to_lead = || format!("/lead/notices/{}", original.id);
    let followed =
        original.followed_by.as_ref().map(|followed_by| format!("/notices/{followed_by}"));
    original.course.started_at.is_none().then(to_lead).or(followed)
}

async fn keep_notice(
    house: &House,
    viewer: &Viewer,
    words: &Wording,
    what: &'static str,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let (id, is_new) = store::write(&mut tx, words, by, now).await?;
    if is_new {
        let entry = Entry { at: now, who: Some(by), what, about: &id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/lead/notices/{id}?done=written")).into_response())
}

/// GET `/lead/notices/{id}/words`
pub async fn change_notice_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    if notice.course.starts_at.is_some() || notice.discarded_at.is_some() {
        return Ok(Redirect::to(&format!("/lead/notices/{}", notice.id)).into_response());
    }
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    Ok(write_page(&changing(&notice), &fields(&notice.words), &ground, &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/words`
pub async fn change_notice(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let ground = area::store::ground(&house.db, by).await?;
    let original = match &notice.words.follows {
        Some(follows) => Some((follows.how, super::notice(&house, &follows.notice_id).await?)),
        None => None,
    };
    let follows = original.as_ref().map(|(how, original)| (*how, &original.id, &original.words));
    let words = match read(&sent, &ground, follows, now) {
        Ok(words) => words,
        Err(refusals) => {
            return Ok(
                write_page(&changing(&notice), &sent, &ground, &refusals).answer(&house, &viewer)
            );
        }
    };
    let seen = sent.typed("seen").parse().ok();
    let mut tx = house.db.begin().await?;
    let change = Change { words: &words, by, seen, now };
    let changed = store::change(&mut tx, &notice.id, change).await?;
    if changed {
        let (what, about) = ("notice changed", notice.id.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    if changed {
        let to = format!("/lead/notices/{}?done=changed", notice.id);
        return Ok(Redirect::to(&to).into_response());
    }
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let what_to_do = if notice.discarded_at.is_some() {
        "Restore it first: it has been discarded since you opened it. What you wrote is below"
    } else if notice.course.starts_at.is_some() {
        "Undo the approval first: a colleague has approved it since you opened it. What you wrote \
         is below"
    } else {
        "Look at it in another window: a colleague has changed it since you opened it. If you \
         send this again, it will replace what they wrote"
    };
    Ok(write_page(&changing(&notice), &sent, &ground, &Refusals::one("title", what_to_do))
        .answer(&house, &viewer))
}

fn read(
    sent: &Sent,
    ground: &Ground,
    follows: Option<(Follow, &Id<ids::Notice>, &Wording)>,
    now: Moment,
) -> Result<Wording, Refusals> {
    match follows {
        None => wording::wording(sent, ground, now),
        Some((Follow::Correction, notice_id, original)) => {
            wording::correction(sent, ground, (notice_id, original), now)
        }
        Some((Follow::Withdrawal, notice_id, original)) => {
            wording::withdrawal(sent, (notice_id, original))
        }
    }
}

/// What is written, as the fields of the form hold it.
fn fields(words: &Wording) -> Sent {
    let (effect_day, effect_time) = clock::fields(words.effect.at());
    let effect_time =
        if matches!(words.effect, Effect::Hour(_)) { effect_time } else { String::new() };
    let families = words.families.map_or_else(String::new, |families| families.to_string());
    let mut fields = vec![
        ("title", words.title.as_str()),
        ("what", &words.what),
        ("why", &words.why),
        ("affected", &words.affected),
        ("families", &families),
        ("must_do", &words.must_do),
        ("must_do_by", &words.must_do_by),
        ("whom", &words.whom),
        ("phone", &words.phone),
        ("email", &words.email),
        ("decided", if words.decided_day.is_some() { "yes" } else { "no" }),
        ("decided_day", words.decided_day.as_deref().unwrap_or_default()),
        ("effect", words.effect.kind()),
        ("effect_day", &effect_day),
        ("effect_time", &effect_time),
        ("entitlement", if words.changes_entitlement { "yes" } else { "no" }),
    ];
    fields.extend((!words.takes_away).then_some(("takes_away", NOTHING)));
    fields.extend(words.takes.iter().map(|takes| ("takes_away", takes.word())));
    fields.extend(words.follows.iter().map(|follows| ("changed", follows.changed.as_str())));
    fields.extend(words.services.iter().map(|service| ("services", service.as_str())));
    fields.extend(words.places.iter().map(|place| ("places", place.as_str())));
    Sent::of(&fields)
}

/// A starting point for the two changes that parents most often were not told about.
fn starting_point(like: &str) -> Sent {
    match like {
        "transport" => Sent::of(&[
            ("title", "New pick-up times on "),
            ("what", "The bus on route … will come at … instead of …. The stop is … ."),
            ("affected", "Children who travel to … on route …"),
            (
                "must_do",
                "Be at the stop five minutes early. Tell us if your child can't manage the new \
                 time.",
            ),
            ("effect", "term"),
        ]),
        "autism" => Sent::of(&[
            ("title", "Changes to autism support at "),
            ("what", "The … group will meet on … at … instead of on …. It will be led by … ."),
            ("affected", "Children and young people who come to …"),
            (
                "must_do",
                "Nothing, if the new time suits you. If it doesn't, ask us about another group.",
            ),
            ("effect", "day"),
        ]),
        _ => Sent::default(),
    }
}

/// What the form is for.
struct NoticeForm {
    title: &'static str,
    lead: &'static str,
    /// Where it leads back to.
    back: String,
    follow: Option<Follow>,
    /// When the words it starts with were written.
    seen: Option<Moment>,
}

const NEW: NoticeForm = NoticeForm {
    title: "Write a change notice",
    lead: "Say what is changing so that a tired parent knows what to do. You will see it as \
        parents will before anyone is told.",
    back: String::new(),
    follow: None,
    seen: None,
};

fn following(how: Follow, notice_id: &Id<ids::Notice>) -> NoticeForm {
    let (title, lead) = match how {
        Follow::Correction => (
            "Correct this notice",
            "We will tell the people who were told about it what has changed, and nobody else. The \
             old page will say so and link to the new one.",
        ),
        Follow::Withdrawal => (
            "Withdraw this notice",
            "We will tell the people who were told about it that it is no longer happening, and \
             nobody else. Its page will stay and say so.",
        ),
    };
    NoticeForm { title, lead, back: format!("/notices/{notice_id}"), follow: Some(how), seen: None }
}

fn changing(notice: &Notice) -> NoticeForm {
    let follow = notice.words.follows.as_ref().map(|follows| follows.how);
    let back = format!("/lead/notices/{}", notice.id);
    NoticeForm {
        title: "Change this notice",
        lead: NEW.lead,
        back,
        follow,
        seen: Some(notice.written_at),
    }
}

fn write_page(form: &NoticeForm, sent: &Sent, ground: &Ground, refusals: &Refusals) -> Page {
    let (title, lead, follow, seen) = (form.title, form.lead, form.follow, form.seen);
    let back = if form.back.is_empty() { "/lead/notices".to_owned() } else { form.back.clone() };
    let name = match sent.typed("title") {
        "" => title.to_owned(),
        notice => titled(title, notice),
    };
    let frame = Frame::new(name, (back, "Back")).heading(title).refused_for(refusals);
    let page = frame.around(|| {
        let changed = follow.map(|how| {
            let (label, hint) = match how {
                Follow::Correction => (
                    "What has changed since people were told",
                    "This goes at the top of the page and the email.",
                ),
                Follow::Withdrawal => (
                    "Why it is no longer happening, and what families should do now",
                    "This goes at the top of the page and the email.",
                ),
            };
            view! { <Area name="changed" label hint value=sent.typed("changed") refusals /> }
        });
        let seen = seen.map(
            |seen| view! { <input type="hidden" name="seen" value=seen.millis().to_string() /> },
        );
        let words = (follow != Some(Follow::Withdrawal))
            .then(|| words_fields(sent, ground, follow, refusals));
        view! {
            <p class="lead">{lead}</p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                {seen}
                {changed}
                {words}
                <button class="button">"Preview"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

fn words_fields<'a>(
    sent: &Sent,
    ground: &Ground,
    follow: Option<Follow>,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let own: Vec<Named> = ground
        .services
        .iter()
        .filter(|spoken| spoken.may_write)
        .map(|spoken| spoken.service.clone())
        .collect();
    let nobodys: Vec<&str> = ground
        .services
        .iter()
        .filter(|spoken| !spoken.is_run)
        .map(|spoken| spoken.service.name.as_str())
        .collect();
    let whose =
        if own.len() < ground.services.len() { "Only those your organisation runs." } else { "" };
    let none = own.is_empty().then(|| {
        view! {
            <p class="panel warn">
                "You can't write about any service yet. Ask an administrator to say which \
                 organisation you are from, and which services it runs."
            </p>
        }
    });
    let nobodys = (!nobodys.is_empty()).then(|| {
        let words = format!(
            "Until an administrator says who runs them, nobody can write about: {}.",
            nobodys.join(", ")
        );
        view! { <p class="soft">{words}</p> }
    });
    let (services, places) = (
        Choice::ticked(sent, "services", own),
        Choice::ticked(sent, "places", ground.places.clone()),
    );
    // A correction is about the same services and places, so that it goes to the same people.
    let about = follow.is_none().then(|| {
        view! {
            {none}
            <Choices
                name="services"
                legend="Which services?"
                hint=whose
                choices=services
                many=true
                refusals
            />
            {nobodys}
            <Choices
                name="places"
                legend="Only in one part of the area?"
                hint="Leave these empty if it's about the whole area."
                choices=places
                many=true
                refusals
            />
        }
    });
    let one_of = |name: &str, all: &[(&str, &str)]| {
        Choice::each(all.iter().copied(), |value| sent.typed(name) == value)
    };
    let effects = one_of(
        "effect",
        &[
            ("day", "That day"),
            ("hour", "At a set time that day"),
            ("term", "At the start of the term that begins that day"),
        ],
    );
    let decided = one_of(
        "decided",
        &[("yes", "Yes, it has been decided"), ("no", "No, it is only proposed")],
    );
    let entitlement = one_of("entitlement", &[("no", "No"), ("yes", "Yes")]);
    let ticked = sent.all("takes_away");
    let takes_away = [(NOTHING, "No")].into_iter().chain(Takes::choices());
    let takes_away = Choice::each(takes_away, |value| ticked.iter().any(|one| one == value));
    view! {
        <Field
            name="title"
            label="The change in one line"
            hint="No more than 100 characters."
            value=sent.typed("title")
            refusals
        />
        <Area
            name="what"
            label="What is changing"
            hint="How it is now, and how it will be. Please don't use a child's name."
            value=sent.typed("what")
            refusals
        />
        {about}
        <Field
            name="effect_day"
            label="The day it starts"
            kind="date"
            value=sent.typed("effect_day")
            refusals
        />
        <Choices name="effect" legend="When does it start?" choices=effects refusals />
        <Field
            name="effect_time"
            label="The time, if it starts at a set time"
            kind="time"
            value=sent.typed("effect_time")
            refusals
        />
        <Choices name="decided" legend="Has it been decided?" choices=decided refusals />
        <Field
            name="decided_day"
            label="The day it was decided"
            hint="Leave this empty if it is only proposed."
            kind="date"
            value=sent.typed("decided_day")
            refusals
        />
        <Area name="why" label="Why it is changing" value=sent.typed("why") refusals />
        <Field name="affected" label="Who this affects" value=sent.typed("affected") refusals />
        <Field
            name="families"
            label="About how many families?"
            hint="Leave this empty if nobody knows."
            kind="number"
            value=sent.typed("families")
            refusals
        />
        <Area
            name="must_do"
            label="What families need to do"
            hint="Leave this empty if they don't need to do anything."
            rows=3
            value=sent.typed("must_do")
            refusals
        />
        <Field
            name="must_do_by"
            label="By when?"
            hint="Leave this empty if there is no last day."
            kind="date"
            value=sent.typed("must_do_by")
            refusals
        />
        <Choices
            name="entitlement"
            legend="Does it change what children are legally entitled to?"
            choices=entitlement
            refusals
        />
        <Choices
            name="takes_away"
            legend="Does it end or reduce a service, or raise its cost?"
            hint="Choose all that are true. If it does, say who it affects before it is approved \
                as decided. The next page leads you there."
            choices=takes_away
            many=true
            refusals
        />
        <Field
            name="whom"
            label="Who families can ask"
            hint="A name or a team."
            value=sent.typed("whom")
            refusals
        />
        <Field
            name="phone"
            label="Their phone number"
            kind="tel"
            value=sent.typed("phone")
            refusals
        />
        <Field
            name="email"
            label="Their email address"
            kind="email"
            value=sent.typed("email")
            refusals
        />
    }
}
