//! How long families wait where there is no page: a feed, a CSV file, JSON.

use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use calendar::clock::{self, Moment};
use disclosure::SMALLEST_SHOWN;
use forms::Named;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::unchanged::unless_known;
use outcomes::rules::CLAIMED_WORD;
use questionnaires::results::harmless;
use serde_json::{Value, json};

use super::browse::{self, about};
use super::figures::{Figure, Told, Waits};
use super::find_service;
use super::months::Month;
use super::rules::COLUMNS;
use super::store::{self, Of, Published, Which};

const MOST_IN_A_FEED: i64 = 50;
/// What a file says of a month about which nothing was published.
const MISSING: &str = "not published";

/// GET `/waits.atom`: what was published last.
pub async fn waits_feed(State(house): State<House>, asked: HeaderMap) -> Result<Response, Error> {
    let published = store::published(&house.db, Which::All, (MOST_IN_A_FEED, 0)).await?;
    let updated = published.iter().map(changed_at).max().unwrap_or_default();
    let own = house.link("/waits.atom");
    let link = |rel: &str, href: String| Link { rel: rel.into(), href, ..Link::default() };
    let feed = Feed {
        title: format!("How long families wait in {}", house.names.area).into(),
        id: own.clone(),
        updated: time(updated),
        authors: vec![Person { name: house.names.forum.clone(), ..Person::default() }],
        links: vec![link("self", own), link("alternate", house.link("/waits"))],
        entries: published.iter().map(|published| entry(&house, published)).collect(),
        ..Feed::default()
    };
    Ok(unless_known(&asked, "application/atom+xml; charset=utf-8", feed.to_string()))
}

/// When it was published, or the forum said something about it.
fn changed_at(published: &Published) -> Moment {
    published.judged.as_ref().map_or(published.at, |judged| judged.at)
}

fn entry(house: &House, published: &Published) -> Entry {
    let address = house.link(&format!("/waits/{}", published.service_id));
    let content = format!(
        "{}: {}. Source: {}. {}.",
        published.organisation,
        about(published),
        published.source,
        browse::forum(published)
    );
    Entry {
        title: format!("How long families wait: {}", published.service).into(),
        id: format!("{address}#{}", published.nth),
        updated: time(changed_at(published)),
        published: Some(time(published.at)),
        links: vec![Link { rel: "alternate".into(), href: address, ..Link::default() }],
        content: Some(Content {
            value: Some(content),
            content_type: Some("text".into()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn time(at: Moment) -> FixedDateTime {
    clock::machine(at).parse().unwrap_or_default()
}

/// All that was published about a service, from the first month to the last that is over.
async fn all(house: &House, id: &Id<Service>) -> Result<(Named, Option<Waits>), Error> {
    let service = find_service(house, id).await?;
    let (service_id, now): (Id<Service>, _) = (service.id.as_str().into(), house.clock.now());
    let until = Month::last_over(now);
    let Some(first) = store::first_month(&house.db, &service_id).await? else {
        return Ok((service, None));
    };
    let told = store::told(&house.db, Of::One(&service_id), (first, until), now).await?;
    Ok((service, Waits::of(told, until)))
}

/// GET `/waits/{id}/waits.csv`: a line for each place and month, and for what it was before.
pub async fn waits_csv(
    State(house): State<House>,
    Path(id): Path<Id<Service>>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let (_, waits) = all(&house, &id).await?;
    let head = COLUMNS.into_iter().chain(["shown", "published", "forum", "source"]);
    let mut rows = vec![head.map(str::to_owned).collect::<Vec<_>>()];
    for (place, cells) in waits.iter().flat_map(|waits| &waits.places) {
        let months = waits.iter().flat_map(|waits| &waits.months);
        for (month, cell) in months.zip(cells) {
            rows.extend(csv_rows(place, *month, cell));
        }
    }
    let csv = area::lines::written(rows);
    let mut answer = unless_known(&asked, "text/csv; charset=utf-8", csv);
    let name = HeaderValue::from_static("attachment; filename=\"waits.csv\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

fn csv_rows(place: &str, month: Month, cell: &[Told]) -> Vec<Vec<String>> {
    let begin = [harmless(place), month.to_string()];
    if cell.is_empty() {
        let mut row = begin.to_vec();
        row.extend([String::new(), String::new(), String::new(), MISSING.to_owned()]);
        row.extend([String::new(), String::new(), String::new()]);
        return vec![row];
    }
    let last = cell.len() - 1;
    let one = |(nth, told): (usize, &Told)| {
        let mut row = begin.to_vec();
        row.extend(match told.figure {
            Figure::FewerThanTen => [few(), String::new(), String::new()],
            Figure::Weeks { waiting, median, longest } => {
                [waiting, median, longest].map(|number| number.to_string())
            }
        });
        row.push(if nth == last { "now" } else { "before it was corrected" }.to_owned());
        row.push(clock::machine(told.published_at));
        row.push(forum(told).to_owned());
        row.push(harmless(&told.source));
        row
    };
    cell.iter().enumerate().map(one).collect()
}

fn few() -> String {
    format!("fewer than {SMALLEST_SHOWN}")
}

/// The forum's word on what a number was published in.
fn forum(told: &Told) -> &'static str {
    told.verdict.map_or(CLAIMED_WORD, |(verdict, _)| verdict.word())
}

/// GET `/waits/{id}/waits.json`
pub async fn waits_json(
    State(house): State<House>,
    Path(id): Path<Id<Service>>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let (service, waits) = all(&house, &id).await?;
    let places = waits.iter().flat_map(|waits| {
        waits.places.iter().map(|(place, cells)| {
            let months = waits.months.iter().zip(cells).map(|(month, cell)| {
                json!({
                    "month": month.to_string(),
                    "now": cell.last().map(one_told),
                    "before": cell.split_last().map_or_else(Vec::new, |(_, before)| {
                        before.iter().map(one_told).collect()
                    }),
                })
            });
            json!({ "place": place, "months": months.collect::<Vec<_>>() })
        })
    });
    let all = json!({
        "service": service.name,
        "address": house.link(&format!("/waits/{}", service.id)),
        "target_weeks": waits.as_ref().and_then(|waits| waits.target),
        "in_short": waits.as_ref().and_then(Waits::unlike).map(|unlike| unlike.in_full()),
        "places": places.collect::<Vec<_>>(),
    });
    Ok(unless_known(&asked, "application/json", all.to_string()))
}

/// Numbers that are not shown are null, with why.
fn one_told(told: &Told) -> Value {
    let (waiting, median, longest, not_shown) = match told.figure {
        Figure::FewerThanTen => (None, None, None, Some(few())),
        Figure::Weeks { waiting, median, longest } => {
            (Some(waiting), Some(median), Some(longest), None)
        }
    };
    json!({
        "waiting": waiting,
        "median_weeks": median,
        "longest_weeks": longest,
        "not_shown": not_shown,
        "published": clock::machine(told.published_at),
        "forum": forum(told),
        "source": told.source,
    })
}
