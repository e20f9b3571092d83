//! What everyone sees of notices: the list, and a notice.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use leptos::prelude::*;

use super::notice as find;
use super::rules::{self, Standing, standing};
use super::store::{self, Filter, Listed, Notice};
use crate::accounts::Viewer;
use crate::area;
use crate::area::store::Named;
use crate::clock::{self, Millis};
use crate::error::Error;
use crate::forms::Sent;
use crate::house::House;
use crate::id;
use crate::ui::{Labels, Page, Pager, When};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/notices`: those that take effect next, or with `?show=lately` those told last; of a service, of a place.
pub async fn list(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let (sent, now) = (Sent::query(&uri), house.clock.now());
    let is_soon = sent.typed("show") != "lately";
    let page_number = sent.typed("page").parse::<i64>().ok().filter(|page| (1..=1_000).contains(page)).unwrap_or(1);
    let filter = Filter {
        service: id::parse(sent.typed("service")).unwrap_or_default(),
        place: id::parse(sent.typed("place")).unwrap_or_default(),
        after: is_soon.then_some(now),
        skip: (page_number - 1) * MOST_ON_A_PAGE,
    };
    let (services, places) = area::store::both(&house.db).await?;
    let mut listed = store::list(&house.db, &filter, MOST_ON_A_PAGE + 1).await?;
    let address = |page: i64| {
        let mut address = form_urlencoded::Serializer::new("/notices?".to_owned());
        let page = page.to_string();
        for (name, value) in [("show", sent.typed("show")), ("service", &filter.service), ("place", &filter.place), ("page", &page)] {
            if !value.is_empty() {
                address.append_pair(name, value);
            }
        }
        address.finish()
    };
    let next = (listed.len() as i64 > MOST_ON_A_PAGE).then(|| {
        listed.truncate(MOST_ON_A_PAGE as usize);
        address(page_number + 1)
    });
    let first = (page_number > 1).then(|| address(1));
    let is_filtered = !filter.service.is_empty() || !filter.place.is_empty();
    let page = Page::new("Changes to services", || {
        let nothing = listed
            .is_empty()
            .then(|| view! { <p>{if is_filtered { "Nothing is found. Try all services and all places." } else if is_soon { "No change is coming that we know of." } else { "No change was told yet." }}</p> });
        let subscribe = view! { <p><a class="button" href="/subscribe">"Be told before it changes"</a></p> };
        let shown = [("soon", "Takes effect soon"), ("lately", "Told lately")];
        view! {
            <div class="stack">
                <h1>"Changes to services"</h1>
                <p class="lead">{format!("What changes for families in {}, and from when.", house.names.area)}</p>
                {subscribe}
                <form method="get" class="row">
                    {select("show", "Show", shown.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec(), if is_soon { "soon" } else { "lately" })}
                    {select("service", "Service", with_any("All services", services), &filter.service)}
                    {select("place", "Place", with_any("All places", places), &filter.place)}
                    <button class="button quiet">"Show these"</button>
                </form>
                {nothing}
                {cards(listed, now)}
                <Pager first next />
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn with_any(any: &str, named: Vec<Named>) -> Vec<(String, String)> {
    std::iter::once((String::new(), any.to_owned())).chain(named.into_iter().map(|named| (named.id, named.name))).collect()
}

fn select(name: &'static str, label: &'static str, options: Vec<(String, String)>, chosen: &str) -> impl IntoView + use<> {
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{label}</option> }
        })
        .collect_view();
    view! { <div class="field"><label for=name>{label}</label><select id=name name=name>{options}</select></div> }
}

/// Notices as entries of a list.
pub fn cards(listed: Vec<Listed>, now: Millis) -> impl IntoView {
    let cards = listed.into_iter().map(|listed| card(listed, now)).collect_view();
    view! { <ul class="cards">{cards}</ul> }
}

fn card(listed: Listed, now: Millis) -> impl IntoView {
    let state = standing_words(standing(listed.starts_at, listed.has_started, listed.is_decided, listed.effect, now));
    view! {
        <li class="card">
            <Labels labels=listed.services />
            <h2><a href=format!("/notices/{}", listed.id)>{listed.title}</a></h2>
            <p>"From "<b>{listed.effect.words()}</b></p>
            <p class="state">{state}</p>
        </li>
    }
}

/// GET `/notices/{id}`
pub async fn notice(State(house): State<House>, viewer: Viewer, Path(id): Path<String>) -> Result<Response, Error> {
    let notice = find(&house, &id).await?;
    let Some(started_at) = notice.started_at else { return Err(Error::NotFound) };
    let now = house.clock.now();
    let standing = standing(notice.starts_at, true, notice.words.decided_day.is_some(), notice.words.effect, now);
    let told = if notice.words.effect.at() <= now { store::told(&house.db, &notice.id).await? } else { Vec::new() };
    let subscribe = {
        let mut address = form_urlencoded::Serializer::new("/subscribe?".to_owned());
        notice.words.services.iter().for_each(|service| _ = address.append_pair("services", service));
        notice.words.places.iter().for_each(|place| _ = address.append_pair("places", place));
        address.finish()
    };
    let page = Page::new(notice.words.title.clone(), || {
        view! {
            <article class="stack">
                <p><a class="back" href="/notices">"Changes to services"</a></p>
                <Labels labels=notice.labels.clone() />
                <h1>{notice.words.title.clone()}</h1>
                <p class="state">{standing_words(standing)}</p>
                {words_of(&notice)}
                {in_time(&notice, started_at, &told, now, &house.names.area)}
                <p><a class="button quiet" href=subscribe>"Be told of changes like this"</a></p>
            </article>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// How many were told before it took effect; from that moment on, when the numbers stand.
fn in_time(notice: &Notice, started_at: Millis, told: &[(String, u64, u64)], now: Millis, area: &str) -> impl IntoView + use<> {
    let since = view! { <p class="soft">"Told since "<When at=started_at />"."</p> };
    if notice.words.effect.at() > now {
        return view! { {since}<p class="soft">"How many people were told in time stands here from the day it takes effect."</p> }
            .into_any();
    }
    let rows = rules::in_time(told, area).into_iter().map(|(row, before, not)| {
        view! { <tr><th scope="row">{row}</th><td data-label="In time">{before.words()}</td><td data-label="Not in time">{not.words()}</td></tr> }
    });
    let rows = rows.collect::<Vec<_>>();
    let families = notice.words.families.map(|families| view! { <p>{format!("About {families} families are affected.")}</p> });
    let table = if rows.is_empty() {
        view! { <p>"No letter was owed about it."</p> }.into_any()
    } else {
        view! {
            <table class="plain">
                <caption>"People who had asked to be told"</caption>
                <thead><tr><th scope="col">"Where"</th><th scope="col">"In time"</th><th scope="col">"Not in time"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! { <h2>"Who was told before it took effect"</h2>{families}{table}{since} }.into_any()
}

/// How a notice stands, in words.
pub fn standing_words(standing: Standing) -> String {
    match standing {
        Standing::Written => "○ Waits for a colleague to approve it".to_owned(),
        Standing::Timed(at) => format!("● People are told from {}", clock::day_and_hour(at)),
        Standing::Proposed => "○ Proposed, not decided".to_owned(),
        Standing::Decided => "● Decided".to_owned(),
        Standing::InForce => "✓ In force".to_owned(),
    }
}

/// What a notice says, the day first.
pub fn words_of(notice: &Notice) -> impl IntoView + use<> {
    let words = &notice.words;
    let day = |day: &str| clock::read(day, "12:00").map(clock::day);
    let must_do = (!words.must_do.is_empty()).then(|| {
        let by = day(&words.must_do_by).map(|by| view! { " by "<b>{by}</b> });
        view! { <div class="panel gold"><h2>"What you must do"{by}</h2><p>{words.must_do.clone()}</p></div> }
    });
    let families = words.families.map(|families| format!(" (about {families} families)"));
    let phone = (!words.phone.is_empty())
        .then(|| view! { <br /><a href=format!("tel:{}", words.phone.replace(' ', ""))>{words.phone.replace(' ', "\u{a0}")}</a> });
    let email = (!words.email.is_empty()).then(|| view! { <br /><a href=format!("mailto:{}", words.email)>{words.email.clone()}</a> });
    let decided = words.decided_day.as_deref().and_then(day).map(|day| view! { <dt>"Decided on"</dt><dd>{day}</dd> });
    let entitlement =
        words.changes_entitlement.then(|| view! { <p class="panel warn">"This changes what a child is legally entitled to."</p> });
    view! {
        <p class="lead">"From "<b>{words.effect.words()}</b></p>
        {must_do}
        <h2>"What changes"</h2>
        <p class="said">{words.what.clone()}</p>
        {entitlement}
        <dl class="when">
            <dt>"Who is affected"</dt><dd>{words.affected.clone()}{families}</dd>
            {decided}
            <dt>"Whom to ask"</dt><dd>{words.whom.clone()}{phone}{email}</dd>
        </dl>
        <h2>"Why"</h2>
        <p class="said">{words.why.clone()}</p>
    }
}
