//! The services and places of the area, for everyone: what is coming, and how to get told about it.

use area::{corrections, store};
use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock;
use forms::Named;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Place, Service};
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use waits::figures::Waits;

const MOST_COMING: i64 = 10;

/// GET `/services`: all services and places.
pub async fn services_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let (services, places) = store::both(&house.db).await?;
    let page = Page::new("Services and places", || {
        let links = |folder: &'static str, named: Vec<Named>| {
            let items = named.into_iter().map(|named| {
                view! {
                    <li>
                        <a href=format!("/{folder}/{}", named.id)>{named.name}</a>
                    </li>
                }
            });
            view! { <ul class="rows">{items.collect_view()}</ul> }
        };
        view! {
            <div class="stack">
                <h1>"Services and places"</h1>
                <p class="lead">"See what is changing, and get told before it happens."</p>
                <p>
                    <a href="/waits">"How long families wait"</a>
                </p>
                <h2>"Services"</h2>
                {links("services", services)}
                <h2>"Places"</h2>
                {links("places", places)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/services/{id}`
pub async fn service_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
) -> Result<Response, Error> {
    let (services, _) = store::both(&house.db).await?;
    let service = services.into_iter().find(|service| id == *service.id).ok_or(Error::NotFound)?;
    let waits = waits::of_last_year(&house, &id).await?;
    let filter = notices::store::Filter { service: id, ..Default::default() };
    page_about(&house, &viewer, service, ("service", waits), filter).await
}

/// GET `/places/{id}`
pub async fn place_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Place>>,
) -> Result<Response, Error> {
    let (_, places) = store::both(&house.db).await?;
    let place = places.into_iter().find(|place| id == *place.id).ok_or(Error::NotFound)?;
    let filter = notices::store::Filter { place: id, ..Default::default() };
    page_about(&house, &viewer, place, ("place", None), filter).await
}

async fn page_about(
    house: &House,
    viewer: &Viewer,
    named: Named,
    (kind, waits): (&'static str, Option<Waits>),
    filter: notices::store::Filter,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let coming = notices::store::told_notices(
        &house.db,
        &notices::store::Filter { after: Some(now), ..filter },
        MOST_COMING,
    )
    .await?;
    let before = told_before(house, &named, kind).await?;
    let to = |page: &str, field: &str| format!("{page}?{field}={}", named.id);
    let page = Page::new(named.name.clone(), || {
        let nothing =
            coming.is_empty().then(|| view! { <p>"We don't know of any changes coming up."</p> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/services">
                        "Services and places"
                    </a>
                </p>
                <h1>{named.name.clone()}</h1>
                {before
                    .into_iter()
                    .map(|words| view! { <p class="soft">{words}</p> })
                    .collect_view()}
                <p>
                    <a class="button" href=to("/subscribe", &format!("{kind}s"))>
                        "Get told about changes"
                    </a>
                </p>
                <h2>"Changes coming up"</h2>
                {nothing}
                {notices::cards(coming, now)}
                <p>
                    <a href=to("/notices", kind) + "&show=lately">"Recent changes"</a>
                </p>
                {waits.as_ref().map(waits::section)}
                <h2>"What parents are asking for"</h2>
                <p>
                    <a href=to("/topics", kind)>{format!("Topics about {}", named.name)}</a>
                </p>
            </div>
        }
    });
    Ok(page.wide().answer(house, viewer))
}

/// What it was called before, and of a place how many children live there, with what was said
/// before.
async fn told_before(house: &House, named: &Named, kind: &str) -> Result<Vec<String>, Error> {
    let before = corrections::of(&house.db, kind, &named.id).await?;
    let mut told: Vec<String> = before
        .iter()
        .filter(|correction| correction.field == "name")
        .map(|correction| {
            format!("Called “{}” until {}.", correction.was, clock::day(correction.at))
        })
        .collect();
    if kind == area::AreaKind::Place.word() {
        let places = store::all(&house.db, area::AreaKind::Place).await?;
        let place = places.iter().find(|place| place.id == named.id);
        if let Some(place) = place {
            told.extend(area::told_of_place(place, &before)?);
        }
    }
    Ok(told)
}
