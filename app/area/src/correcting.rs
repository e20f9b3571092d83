//! An administrator puts a name right, or how many children live in a place: one by one, or all
//! places from a CSV. What it was stays in sight.

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::sent::{Form, SentWithFile};
use ground::ui::{Field, Frame, Page, Upload};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::corrections::{self, Correction};
use super::items::AreaItem;
use super::pages::fact_fields;
use super::place_facts::{FACTS, PlaceFacts};
use super::rules::{self, AreaKind};
use super::{baselines, lines, store};

/// GET `/admin/area/{what}/{id}`
pub async fn correction_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((what, id)): Path<(String, String)>,
) -> Result<Response, Error> {
    let Asked { what, it, .. } = asked(&house, &what, &id).await?;
    let facts = it.facts.texts();
    let mut fields = vec![("name", it.name.as_str())];
    fields.extend(FACTS.iter().map(|fact| fact.name).zip(facts.iter().map(String::as_str)));
    let sent = Sent::of(&fields);
    shown(&house, &viewer, what, &it, &sent, &Refusals::default()).await
}

/// POST `/admin/area/{what}/{id}`
pub async fn correct(
    State(house): State<House>,
    viewer: Viewer,
    Path((what, id)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Asked { what, it, others } = asked(&house, &what, &id).await?;
    let (name, facts) = match rules::corrected(what, &sent, house.clock.now()) {
        Ok(corrected) => corrected,
        Err(refusals) => return shown(&house, &viewer, what, &it, &sent, &refusals).await,
    };
    if let Some(question) = rules::question(&name, what, &others, sent.typed("sure")) {
        let (sent, refusals) = (sent.with("sure", &name), Refusals::one("name", question));
        return shown(&house, &viewer, what, &it, &sent, &refusals).await;
    }
    let what_to_do = match keep(&house, &viewer, what, &it, (name.as_str(), &facts)).await {
        Ok(true) => return Ok(Redirect::to("/admin/area?done=kept").into_response()),
        Ok(false) => "Check it again. Someone else has just changed it",
        Err(Error::Database(error)) if db::already_there(&error) => {
            "Choose another name. This one is already in the list"
        }
        Err(error) => return Err(error),
    };
    let it = asked(&house, what.word(), &it.id).await?.it;
    shown(&house, &viewer, what, &it, &sent, &Refusals::one("name", what_to_do)).await
}

/// One of them, and all the others of its kind.
struct Asked {
    what: AreaKind,
    it: AreaItem,
    others: Vec<AreaItem>,
}

async fn asked(house: &House, what: &str, id: &str) -> Result<Asked, Error> {
    let what = AreaKind::read(what).ok_or(Error::NotFound)?;
    let id = id::parse(id).ok_or(Error::NotFound)?;
    let mut others = store::all(&house.db, what).await?;
    let nth = others.iter().position(|known| known.id == id).ok_or(Error::NotFound)?;
    let it = others.remove(nth);
    Ok(Asked { what, it, others })
}

/// Keeps what is other than it was, with an entry in the audit log. False when someone else has
/// changed it meanwhile.
async fn keep(
    house: &House,
    viewer: &Viewer,
    what: AreaKind,
    it: &AreaItem,
    (name, facts): (&str, &PlaceFacts),
) -> Result<bool, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let (has_other_name, has_other_facts) = (it.name != name, it.facts != *facts);
    let mut tx = house.db.begin().await?;
    let renamed = match has_other_name {
        true => store::rename(&mut tx, what, it, name, at).await,
        false => Ok(true),
    };
    let is_kept = match renamed {
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            return Err(error.into());
        }
        renamed => {
            renamed? && (!has_other_facts || store::set_facts(&mut tx, it, facts, at).await?)
        }
    };
    if !is_kept {
        tx.roll_back().await?;
        return Ok(false);
    }
    if has_other_name || has_other_facts {
        let (verb, about) = (format!("{} corrected", what.word()), &it.id);
        let both = it.facts.texts().into_iter().zip(facts.texts());
        let others = FACTS.iter().zip(both).filter(|(_, (was, is))| was != is);
        let mut parts: Vec<&str> = has_other_name.then_some("name").into_iter().collect();
        parts.extend(others.map(|(fact, _)| fact.part));
        parts.dedup();
        let detail = &parts.join(", ");
        audit::note(&mut tx, Entry { at, who: Some(by), what: &verb, about, detail }).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    what: AreaKind,
    it: &AreaItem,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let before = corrections::of(&house.db, what.word(), &it.id).await?;
    let frame = Frame::new("Correct", BACK)
        .of(&it.name)
        .heading(format!("Correct {}", it.name))
        .refused_for(refusals);
    let page = frame.around(|| {
        let facts = what.has_facts().then(|| fact_fields(sent, refusals));
        view! {
            <p class="lead">
                "Everything that names it will have the new name. What it was stays in sight, \
                 with the day you changed it."
            </p>
            <form method="post" novalidate>
                <input type="hidden" name="sure" value=sent.typed("sure").to_owned() />
                <Field name="name" label="Name" value=sent.typed("name") refusals />
                {facts}
                <button class="button">"Save"</button>
            </form>
            {was(before)}
        }
    });
    Ok(page.answer(house, viewer))
}

/// Where these pages lead back to.
const BACK: (&str, &str) = ("/admin/area", "Services, places and organisations");

/// What it was before.
fn was(before: Vec<Correction>) -> impl IntoView {
    let rows = before.into_iter().map(|correction| {
        let fact = FACTS.iter().find(|fact| fact.name == correction.field);
        let field = fact.map_or("Name", |fact| fact.title);
        let was = match correction.was.as_str() {
            "" => "not known".to_owned(),
            was => clock::day_of(was).unwrap_or_else(|| was.to_owned()),
        };
        view! { <li>{format!("{field}: {was}, until {}", clock::day(correction.at))}</li> }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"What it was before"</h2>
            <ul class="rows">{rows}</ul>
        }
    })
}

/// GET `/admin/area/baselines`
pub async fn baselines_form(State(house): State<House>, viewer: Viewer) -> Response {
    baselines_page(&Refusals::default()).answer(&house, &viewer)
}

/// GET `/admin/area/baselines/places.csv`: the file to begin from.
pub async fn baselines_file(State(house): State<House>) -> Result<Response, Error> {
    let places = store::all(&house.db, AreaKind::Place).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"places.csv\""),
    ];
    Ok((headers, baselines::written(&places)).into_response())
}

/// POST `/admin/area/baselines`: takes over all lines of a file, or none.
pub async fn take_over_baselines(
    State(house): State<House>,
    viewer: Viewer,
    request: Request,
) -> Result<Response, Error> {
    let sent = match SentWithFile::read(request, lines::LARGEST).await {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let now = house.clock.now();
    let places = store::all(&house.db, AreaKind::Place).await?;
    let read = match sent.file {
        _ if sent.is_too_large => Err(vec!["Choose a smaller file: up to 100 kB".to_owned()]),
        None => Err(vec!["Choose a CSV file".to_owned()]),
        Some((_, file)) => baselines::read(&file, &places, now),
    };
    let refused = |faults: Vec<String>| {
        let mut refusals = Refusals::default();
        faults.into_iter().for_each(|fault| refusals.add("file", fault));
        Ok(baselines_page(&refusals).answer(&house, &viewer))
    };
    let lines = match read {
        Ok(lines) => lines,
        Err(faults) => return refused(faults),
    };
    let by = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    let mut changed = 0;
    for (nth, facts) in &lines {
        let place = &places[*nth];
        if place.facts == *facts {
            continue;
        }
        if !store::set_facts(&mut tx, place, facts, now).await? {
            tx.roll_back().await?;
            return refused(vec![
                "Choose the file again. Someone has just changed a number".into(),
            ]);
        }
        changed += 1;
    }
    let (what, detail) = ("baselines taken from a file", &format!("{changed} places"));
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about: "", detail }).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/area?done=kept").into_response())
}

fn baselines_page(refusals: &Refusals) -> Page {
    let title = "Numbers of children from a CSV file";
    let frame = Frame::new(title, BACK).refused_for(refusals);
    frame.around(|| {
        view! {
            <p class="lead">
                "One line for each place: its name, how many children and young people with \
                 SEND live there, where the number is from, and the day it was counted."
            </p>
            <p class="panel lines">
                "place,children,source,day\nNorth,\"1,250\",School census,31/01/2026"
            </p>
            <p>
                <a href="/admin/area/baselines/places.csv" download>
                    "Start from a file with your places (CSV)"
                </a>
            </p>
            <form method="post" enctype="multipart/form-data" novalidate>
                <Upload
                    name="file"
                    label="CSV file"
                    hint="We use all the lines, or none if one is wrong. Places that are \
                        not in the file stay as they are."
                    accept=".csv,text/csv"
                    refusals
                />
                <button class="button">"Use these numbers"</button>
            </form>
        }
    })
}

/// How a place's number is said on its public page, with what it was before.
///
/// # Errors
/// When what it was before is no number.
pub fn told_of_place(place: &AreaItem, before: &[Correction]) -> sqlx::Result<Vec<String>> {
    let now = place.facts.words().map(|words| format!("{words}."));
    let mut told: Vec<String> = now.into_iter().collect();
    // Nothing is told of the time before there was a number.
    let numbers = before.iter().filter(|one| one.field == "baseline" && !one.was.is_empty());
    for correction in numbers {
        let was = PlaceFacts { baseline: Some(correction.number()?), ..PlaceFacts::default() };
        let words = was.words().unwrap_or_default();
        told.push(format!("Until {} we had {words}.", clock::day(correction.at)));
    }
    Ok(told)
}
