//! A notice where there is no page: a feed, an entry for a calendar, a poster.

use atom_syndication::{Content, Entry, Feed, Link, Person};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Notice};
use ground::ui::{Labels, Page, qr};
use ground::unchanged::unless_known;
use ground::viewer::Viewer;
use icalendar::{Calendar, Component as _, Event, EventStatus, Property};
use leptos::prelude::*;

use super::browse::{stage_words, to_do};
use super::rules::{Effect, Follow, NoticeStage};
use super::store::{self, Filter, ListedNotice};
use super::told;

const MOST_IN_A_FEED: i64 = 50;

/// GET `/notices.atom`: what was told last; `?service=` and `?place=` narrow it.
pub async fn notices_feed(
    State(house): State<House>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let listed =
        store::told_notices(&house.db, &Filter::narrowed(&Sent::query(&uri)), MOST_IN_A_FEED)
            .await?;
    let updated =
        listed.iter().filter_map(|listed| listed.course.started_at).max().unwrap_or_default();
    let own = house.link(
        &uri.path_and_query().map_or_else(|| "/notices.atom".to_owned(), ToString::to_string),
    );
    let link = |rel: &str, href: String| Link { rel: rel.into(), href, ..Link::default() };
    let feed = Feed {
        title: format!("Changes to services in {}", house.names.area).into(),
        id: own.clone(),
        updated: time(updated),
        authors: vec![Person { name: house.names.forum.clone(), ..Person::default() }],
        links: vec![link("self", own), link("alternate", house.link("/notices"))],
        entries: listed.iter().map(|listed| entry(&house, listed)).collect(),
        ..Feed::default()
    };
    Ok(unless_known(&asked, "application/atom+xml; charset=utf-8", feed.to_string()))
}

fn entry(house: &House, listed: &ListedNotice) -> Entry {
    let address = house.link(&format!("/notices/{}", listed.id));
    let told = listed.course.started_at.unwrap_or_default();
    let course = &listed.course;
    let (title, status) = match (course.follow, course.is_decided) {
        (Some(Follow::Withdrawal), _) => (
            format!("No longer happening: {}", listed.title),
            "This change is no longer happening. ",
        ),
        (Some(Follow::Correction), _) => {
            (format!("Corrected: {}", listed.title), "This replaces what we said before. ")
        }
        (None, true) => (listed.title.clone(), ""),
        (None, false) => (listed.title.clone(), "Proposed, not decided yet. "),
    };
    let content = format!(
        "{status}{} {}. {}.",
        course.from(),
        course.effect.words(),
        listed.services.join(", ")
    );
    Entry {
        title: title.into(),
        id: address.clone(),
        updated: time(told),
        published: Some(time(told)),
        links: vec![Link { rel: "alternate".into(), href: address, ..Link::default() }],
        content: Some(Content {
            value: Some(content),
            content_type: Some("text".into()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn time(at: Moment) -> atom_syndication::FixedDateTime {
    clock::machine(at).parse().unwrap_or_default()
}

/// GET `/notices/{id}/calendar.ics`: the day it takes effect. What follows a notice is the same
/// entry in a calendar, so that it moves there or is cancelled; an old address leads to the new
/// one.
pub async fn notice_calendar(
    State(house): State<House>,
    Path(id): Path<Id<Notice>>,
    asked: HeaderMap,
) -> Result<Response, Error> {
    let (notice, told) = told(&house, &id).await?;
    if let Some(followed_by) = &notice.followed_by {
        return Ok(Redirect::to(&format!("/notices/{followed_by}/calendar.ics")).into_response());
    }
    let words = &notice.words;
    let (first, sequence) = store::first_told(&house.db, &notice.id).await?;
    let mut event = Event::with_uid(&format!(
        "{first}@{}",
        house.names.public_url.split("//").last().unwrap_or_default()
    ));
    let page = house.link(&format!("/notices/{}", notice.id));
    let changed = words.follows.as_ref().map_or("", |follows| follows.changed.as_str());
    let must_do = if notice.course.is_withdrawal() { "" } else { words.must_do.as_str() };
    let what = [changed, words.what.as_str(), must_do, page.as_str()];
    event
        .add_property("DTSTAMP", utc(told))
        .sequence(sequence)
        .summary(&words.title)
        .description(
            &what.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n"),
        )
        .url(&page)
        .status(match notice.course.stage(house.clock.now()) {
            NoticeStage::Withdrawn => EventStatus::Cancelled,
            NoticeStage::Proposed => EventStatus::Tentative,
            _ => EventStatus::Confirmed,
        });
    match words.effect {
        Effect::Hour(at) => event.add_property("DTSTART", utc(at)),
        Effect::Day(at) | Effect::Term(at) => event.append_property(
            Property::new("DTSTART", clock::date(at).strftime("%Y%m%d").to_string())
                .add_parameter("VALUE", "DATE")
                .done(),
        ),
    };
    let calendar = Calendar::new().push(event.done()).done();
    let mut answer = unless_known(&asked, "text/calendar; charset=utf-8", calendar.to_string());
    let name = HeaderValue::from_static("attachment; filename=\"change.ics\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

/// A moment as calendars write it: `20270104T080000Z`.
fn utc(at: Moment) -> String {
    clock::machine(at - at.millis() % clock::SECOND).replace(['-', ':'], "")
}

/// GET `/notices/{id}/poster`: to print and hang up.
pub async fn notice_poster(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Notice>>,
) -> Result<Response, Error> {
    let (notice, _) = told(&house, &id).await?;
    let address = house.link(&format!("/notices/{}", notice.id));
    let page = Page::new(format!("Poster: {}", notice.words.title), || {
        let words = &notice.words;
        let off = notice.course.followed_by.map(|follow| match follow {
            Follow::Correction => "This has been corrected. Please don't put this poster up.",
            Follow::Withdrawal => {
                "This change is no longer happening. Please don't put this poster up."
            }
        });
        let changed = words.follows.as_ref().map(|follows| {
            view! {
                <h2>{follows.how.title()}</h2>
                <p class="lines">{follows.changed.clone()}</p>
            }
        });
        let is_withdrawn = notice.course.is_withdrawal();
        let now = house.clock.now();
        let stage = notice.course.stage(now);
        let stage = [NoticeStage::Proposed, NoticeStage::Decided].contains(&stage).then(|| {
            view! {
                <p>
                    <b>{stage_words(stage)}</b>
                </p>
            }
        });
        // On paper it would be wrong the next day.
        let left = notice.course.days_left(now).map(|left| {
            view! { <span class="no-print">{format!(", {left}")}</span> }
        });
        let entitlement = (!is_withdrawn && words.changes_entitlement).then(|| {
            view! {
                <p>
                    <b>"This changes what children are legally entitled to."</b>
                </p>
            }
        });
        view! {
            <article class="poster stack">
                <p>
                    <a class="back" href=format!("/notices/{}", notice.id)>
                        "Back to the change"
                    </a>
                </p>
                <p class="soft no-print">
                    "Print this page. Only the poster will be printed."
                </p>
                {off.map(|off| view! { <p class="panel warn">{off}</p> })}
                <Labels labels=notice.labels.clone() />
                <h1>{words.title.clone()}</h1>
                <p class="lead">{notice.course.from()}" "<b>{words.effect.words()}</b>{left}</p>
                {stage}
                {changed}
                {is_withdrawn.then(|| view! { <h2>"What was going to change"</h2> })}
                <p class="lines">{words.what.clone()}</p>
                {entitlement}
                {to_do(&notice, now)}
                <p>
                    <b>{format!("Ask {}: ", words.whom)}</b>
                    {words.ways_to_ask()}
                </p>
                <div class="qr">
                    {qr(&address, "QR code for the web address below")}
                    <p>
                        "Read the full notice, and get told about the next change:"<br />
                        <b>{address.clone()}</b>
                    </p>
                </div>
                <p class="soft">{house.names.forum.clone()}</p>
            </article>
        }
    });
    Ok(page.answer(&house, &viewer))
}
