//! A leader writes a notice, and changes it until it is approved.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::rules::{self, NewNotice};
use super::{notice, store};
use crate::accounts::Viewer;
use crate::area;
use crate::area::store::Named;
use crate::audit::{self, Entry};
use crate::clock;
use crate::error::Error;
use crate::forms::{Refusals, Sent};
use crate::house::House;
use crate::id;
use crate::ui::{Area, Choice, Choices, Field, FormKey, Page, Summary};

/// GET `/lead/notices/new`: empty, or with a starting point for `?like=transport` or `?like=autism`.
pub async fn form(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    let start = starting_point(Sent::query(&uri).typed("like"));
    Ok(page("/lead/notices", "Write a notice", &start, services, places, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/notices/new`
pub async fn send(State(house): State<House>, viewer: Viewer, sent: Sent) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    let (now, by) = (house.clock.now(), viewer.signed_in()?.account_id.clone());
    let notice = match rules::new_notice(&sent, &services, &places, now) {
        Ok(notice) => notice,
        Err(refusals) => return Ok(page("/lead/notices", "Write a notice", &sent, services, places, &refusals).answer(&house, &viewer)),
    };
    let written = house.db.write(move |tx| {
        Box::pin(async move {
            let id = store::write(tx, &notice, &by, now).await?;
            audit::note(tx, Entry { at: now, who: Some(&by), what: "notice written", about: &id, detail: "" }).await?;
            Ok::<_, sqlx::Error>(id)
        })
    });
    Ok(Redirect::to(&format!("/lead/notices/{}?done=written", written.await?)).into_response())
}

/// GET `/lead/notices/{id}/words`
pub async fn change_form(State(house): State<House>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Error> {
    let notice = notice(&house, &id).await?;
    let back = format!("/lead/notices/{}", notice.id);
    if notice.starts_at.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let (services, places) = area::store::both(&house.db).await?;
    Ok(page(&back, "Change the notice", &fields(&notice.words), services, places, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/words`
pub async fn change(State(house): State<House>, viewer: Viewer, Path(id): Path<String>, sent: Sent) -> Result<Response, Error> {
    let (services, places) = area::store::both(&house.db).await?;
    let (now, by, notice_id) = (house.clock.now(), viewer.signed_in()?.account_id.clone(), id::parse(&id).ok_or(Error::NotFound)?);
    let back = format!("/lead/notices/{notice_id}");
    let words = match rules::new_notice(&sent, &services, &places, now) {
        Ok(words) => words,
        Err(refusals) => return Ok(page(&back, "Change the notice", &sent, services, places, &refusals).answer(&house, &viewer)),
    };
    let changed = house.db.write(move |tx| {
        Box::pin(async move {
            let changed = store::change(tx, &notice_id, &words).await?;
            if changed {
                audit::note(tx, Entry { at: now, who: Some(&by), what: "notice changed", about: &notice_id, detail: "" }).await?;
            }
            Ok::<_, sqlx::Error>(changed)
        })
    });
    let done = if changed.await? { "changed" } else { "approved-before" };
    Ok(Redirect::to(&format!("{back}?done={done}")).into_response())
}

/// What is written, as the fields of the form hold it.
fn fields(words: &NewNotice) -> Sent {
    let (effect_day, effect_time) = clock::fields(words.effect.at());
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
    fields.extend(words.services.iter().map(|service| ("services", service.as_str())));
    fields.extend(words.places.iter().map(|place| ("places", place.as_str())));
    Sent::of(&fields)
}

/// Words to begin with, for the two changes that parents were not told of most often.
fn starting_point(like: &str) -> Sent {
    match like {
        "transport" => Sent::of(&[
            ("title", "New pick-up times on "),
            ("what", "The bus on route … comes at … and no longer at …. The stop is … ."),
            ("affected", "Children who travel to … on route …"),
            ("must_do", "Be at the stop five minutes before. Tell us if your child cannot manage the new time."),
            ("effect", "term"),
        ]),
        "autism" => Sent::of(&[
            ("title", "Changes to autism support at "),
            ("what", "The … group meets on … at … and no longer on …. It is led by … ."),
            ("affected", "Children and young people who come to …"),
            ("must_do", "Nothing, if the new time suits you. If it does not, ask us for another group."),
            ("effect", "day"),
        ]),
        _ => Sent::default(),
    }
}

fn page(back: &str, title: &'static str, sent: &Sent, services: Vec<Named>, places: Vec<Named>, refusals: &Refusals) -> Page {
    let (services, places) = (Choice::ticked(sent, "services", services), Choice::ticked(sent, "places", places));
    let one_of = |name: &str, all: &[(&str, &str)]| Choice::each(all.iter().copied(), |value| sent.typed(name) == value);
    let effects = one_of(
        "effect",
        &[("day", "From a day"), ("hour", "From an hour of a day"), ("term", "From the start of the term that begins that day")],
    );
    let decided = one_of("decided", &[("yes", "It is decided"), ("no", "It is only proposed")]);
    let entitlement = one_of("entitlement", &[("no", "No"), ("yes", "Yes")]);
    let back = back.to_owned();
    let page = Page::new(title, || {
        view! {
            <div class="stack">
                <p><a class="back" href=back>"Back"</a></p>
                <Summary refusals />
                <h1>{title}</h1>
                <p class="lead">"Say what changes so that a tired parent knows what to do. A colleague reads it before anyone is told."</p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field name="title" label="The change in one line" hint="100 characters or fewer." value=sent.typed("title") refusals />
                    <Area name="what" label="What changes" hint="What was, what will be. Name no child." value=sent.typed("what") refusals />
                    <Choices name="services" legend="Which services?" choices=services many=true refusals />
                    <Choices name="places" legend="Only in one part of the area?" hint="Choose none if it is about all of it." choices=places many=true refusals />
                    <Field name="effect_day" label="The day it takes effect" kind="date" value=sent.typed("effect_day") refusals />
                    <Choices name="effect" legend="From when on that day?" choices=effects refusals />
                    <Field name="effect_time" label="The hour, if it is from an hour" kind="time" value=sent.typed("effect_time") refusals />
                    <Choices name="decided" legend="Is it decided?" choices=decided refusals />
                    <Field name="decided_day" label="The day it was decided" hint="Leave it empty if it is only proposed." kind="date" value=sent.typed("decided_day") refusals />
                    <Area name="why" label="Why" value=sent.typed("why") refusals />
                    <Field name="affected" label="Who is affected" value=sent.typed("affected") refusals />
                    <Field name="families" label="About how many families" hint="Leave it empty if nobody knows." kind="number" value=sent.typed("families") refusals />
                    <Area name="must_do" label="What families must do" hint="Leave it empty if nothing." rows=3 value=sent.typed("must_do") refusals />
                    <Field name="must_do_by" label="By when" hint="Leave it empty for no day." kind="date" value=sent.typed("must_do_by") refusals />
                    <Choices name="entitlement" legend="Does it change what a child is legally entitled to?" choices=entitlement refusals />
                    <Field name="whom" label="Whom families can ask" hint="A name or a team." value=sent.typed("whom") refusals />
                    <Field name="phone" label="Their telephone number" kind="tel" value=sent.typed("phone") refusals />
                    <Field name="email" label="Their email address" kind="email" value=sent.typed("email") refusals />
                    <button class="button">"Look at it as parents will"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
