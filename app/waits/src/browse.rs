//! What everyone sees: how long families wait, service by service.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Moment};
use forms::{Named, Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::ui::{Banner, Done, Page, Pager, Share, When};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use outcomes::rules::judged;

use super::figures::Waits;
use super::months::Month;
use super::store::{self, Of, Published, Which};
use super::{chart, find_service};

/// What the weeks of these sentences are.
pub const MEDIAN: &str =
    "Half of families still waiting had waited more than the number of weeks given here.";

/// How many services a page of the list has.
const MOST_SERVICES: i64 = 20;
/// How many months a page of a service has, and how many its own page.
const MOST_MONTHS: i16 = 24;
const MONTHS_OF_A_YEAR: i16 = 12;
/// How many publications a page of a service has.
const MOST_PUBLISHED: i64 = 12;

/// The months of a page, the first page being the last two years.
fn months(page_number: i64, now: Moment) -> (Month, Month) {
    // No area is older than a hundred pages.
    let pages = i16::try_from(page_number - 1).unwrap_or(100).min(100);
    let until = Month::last_over(now).back(pages * MOST_MONTHS);
    (until.back(MOST_MONTHS - 1), until)
}

/// How unlike the places of a service are, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InShort {
    /// Where to read more.
    pub to: String,
    pub service: String,
    pub words: String,
    /// What the forum says about that; `None` where it says nothing that the forum could judge.
    pub forum: Option<String>,
}

/// That, for each of so many services. For pages of other rooms too.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn sentences(house: &House, (most, skipped): (i64, i64)) -> sqlx::Result<Vec<InShort>> {
    let (months, now) = last_year(house);
    let services = store::services(&house.db, (most, skipped)).await?;
    let told = store::told(&house.db, Of::Page(most, skipped), months, now).await?;
    let waits = Waits::each(told, months.1);
    let one = |service: Named| {
        let waits = waits.iter().find(|waits| *waits.service_id == *service.id);
        let (words, forum) = match waits.map(Waits::unlike) {
            Some(Some(unlike)) => (unlike.words(), Some(unlike.forum())),
            Some(None) => ("Too little is published to compare places.".to_owned(), None),
            None => ("Nothing is published about the last year.".to_owned(), None),
        };
        InShort { to: format!("/waits/{}", service.id), service: service.name, words, forum }
    };
    Ok(services.into_iter().map(one).collect())
}

/// The months of the last year, and the time.
fn last_year(house: &House) -> ((Month, Month), Moment) {
    let now = house.clock.now();
    let until = Month::last_over(now);
    ((until.back(MONTHS_OF_A_YEAR - 1), until), now)
}

/// How long families waited for a service in the last year; `None` where nothing is published
/// about it.
pub async fn of_last_year(house: &House, service_id: &Id<Service>) -> sqlx::Result<Option<Waits>> {
    let (months, now) = last_year(house);
    let told = store::told(&house.db, Of::One(service_id), months, now).await?;
    Ok(Waits::of(told, months.1))
}

/// That, as a part of the page of the service.
pub fn section(waits: &Waits) -> impl IntoView + use<> {
    let to = format!("/waits/{}", waits.service_id);
    view! {
        <h2>"How long families wait"</h2>
        {chart::side_by_side(waits, false)}
        <p>
            <a href=to>"Every month, where the numbers are from, and what the forum says"</a>
        </p>
    }
}

/// GET `/waits`: the services about which anything is published.
pub async fn waits_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let page_number = page_number(&Sent::query(&uri));
    let page = (MOST_SERVICES + 1, (page_number - 1) * MOST_SERVICES);
    let mut services = sentences(&house, page).await?;
    let next = (services.len() as i64 > MOST_SERVICES).then(|| {
        services.truncate(MOST_SERVICES as usize);
        format!("/waits?page={}", page_number + 1)
    });
    let first = (page_number > 1).then(|| "/waits".to_owned());
    let page = Page::new("How long families wait", || {
        let nothing = services
            .is_empty()
            .then(|| view! { <p>"Nobody has published how long families wait yet."</p> });
        let rows = services.into_iter().map(|InShort { to, service, words, forum }| {
            let forum = forum.map(|forum| {
                view! {
                    <p>
                        <b>{forum}</b>
                    </p>
                }
            });
            view! {
                <li>
                    <h2>
                        <a href=to>{service}</a>
                    </h2>
                    <p>{words}</p>
                    {forum}
                </li>
            }
        });
        view! {
            <div class="stack">
                <h1>"How long families wait"</h1>
                <p class="lead">
                    "The council and the NHS publish this each month, place by place. The forum \
                     says if it agrees, and you can say if that's not your experience."
                </p>
                <p class="soft">{MEDIAN}</p>
                {nothing}
                <ul class="queue">{rows.collect_view()}</ul>
                <Pager first next />
                <p class="soft">
                    <a href="/services">"Services and places"</a>
                    " · "
                    <a href="/waits.atom">"RSS feed (for news reader apps)"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/waits/{id}`
pub async fn waits_of_service_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
    uri: Uri,
) -> Result<Response, Error> {
    let service = find_service(&house, &id).await?;
    let service_id: Id<Service> = service.id.as_str().into();
    let (now, page_number) = (house.clock.now(), page_number(&Sent::query(&uri)));
    let (from, until) = months(page_number, now);
    let told = store::told(&house.db, Of::One(&service_id), (from, until), now).await?;
    let page = (MOST_PUBLISHED + 1, (page_number - 1) * MOST_PUBLISHED);
    let mut published = store::published(&house.db, Which::Of(&service_id), page).await?;
    let first_month = store::first_month(&house.db, &service_id).await?;
    let has_more = published.len() as i64 > MOST_PUBLISHED;
    published.truncate(MOST_PUBLISHED as usize);
    let to = format!("/waits/{service_id}");
    let next = (has_more || first_month.is_some_and(|first| first < from))
        .then(|| format!("{to}?page={}", page_number + 1));
    let first = (page_number > 1).then(|| to.clone());
    let done = Done::of(&uri, &viewer, now);
    let has_doubted = match viewer.person() {
        Some(person) if done.what() == "doubted" => {
            store::has_doubted(&house.db, &service_id, &person.account_id).await?
        }
        _ => false,
    };
    let waits = Waits::of(told, until);
    let in_short = waits.as_ref().and_then(Waits::unlike).map(|unlike| unlike.in_full());
    let title = format!("How long families wait: {}", service.name);
    let page = Page::new(title.clone(), || {
        let nothing = waits.is_none().then(|| {
            let nothing = if first_month.is_some() {
                "Nothing is published about these months."
            } else {
                "Nobody has published how long families wait for this yet."
            };
            view! { <p>{nothing}</p> }
        });
        let shown = waits.as_ref().map(|waits| chart::side_by_side(waits, true));
        let is_published = first_month.is_some();
        view! {
            <article class="stack">
                {banner(&done, has_doubted, &viewer)} <p>
                    <a class="back" href="/waits">
                        "How long families wait"
                    </a>
                </p> <h1>{service.name.clone()}</h1> {nothing} {shown} <Pager first next />
                {is_published.then(|| beside(&service_id, &viewer))}
                {who_says_so(&published, &viewer)}
                <Share address=house.link(&to) title />
            </article>
        }
    });
    let page = match &in_short {
        Some(words) => page.about(words),
        None => page,
    };
    Ok(page.answer(&house, &viewer))
}

fn banner(done: &Done, has_doubted: bool, viewer: &Viewer) -> Option<impl IntoView + use<>> {
    let (title, words) = match done.what() {
        "published" if viewer.is(Role::Leader) => {
            ("Published", "Everyone can see it now. The forum will say if it agrees.")
        }
        "judged" if viewer.is(Role::Organiser) => {
            ("Published", "Everyone can see the forum's view beside what was published.")
        }
        "doubted" if has_doubted => (
            done.title("Sent to the forum", "You have joined, and we told the forum"),
            "Only its organisers can read it.",
        ),
        _ => return None,
    };
    Some(view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    })
}

/// What somebody can do about it, and the same as files.
fn beside(service_id: &Id<Service>, viewer: &Viewer) -> impl IntoView + use<> {
    let (leader, organiser) = (viewer.is(Role::Leader), viewer.is(Role::Organiser));
    let doubt = (!leader && !organiser).then(|| {
        view! {
            <p>
                <a class="button quiet" href=format!("/waits/{service_id}/doubts/new")>
                    "That's not my experience"
                </a>
            </p>
        }
    });
    let (csv, json) =
        (format!("/waits/{service_id}/waits.csv"), format!("/waits/{service_id}/waits.json"));
    view! {
        {doubt}
        <p class="soft">
            "Fewer than 10 families in a place: not shown, to protect people. The same as files: "
            <a href=csv>"CSV"</a> ", " <a href=json>"JSON"</a>
        </p>
    }
}

/// Each publication: who made it, where it is from, and what the forum says.
fn who_says_so(published: &[Published], viewer: &Viewer) -> impl IntoView + use<> {
    let is_organiser = viewer.is(Role::Organiser);
    let rows = published.iter().map(|published| one_published(published, is_organiser));
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"Who says so"</h2>
            {rows}
        }
    })
}

/// What the forum says about a publication; or that it is not asked about it any more.
pub(crate) fn forum(published: &Published) -> String {
    let verdict = published.judged.as_ref().map(|judged| judged.verdict);
    if verdict.is_none() && !published.still_counts {
        return "All of this was corrected before the forum had checked it".to_owned();
    }
    judged(verdict, &published.organisation)
}

/// One of them, beside what the forum says.
pub(crate) fn one_published(published: &Published, is_organiser: bool) -> impl IntoView + use<> {
    let verdict = published.judged.as_ref().map(|judged| judged.verdict);
    let said = published.judged.as_ref().map(|judged| {
        let words = judged.words.clone();
        let words = (!words.is_empty()).then(|| view! { <p class="lines">{words}</p> });
        view! {
            {words}
            <p class="soft">
                <When at=judged.at />
            </p>
        }
    });
    let judge = is_organiser.then(|| {
        view! {
            <p>
                <a href=format!("/forum/waits/{}", published.id)>
                    "Say if the forum agrees"
                    <span class="unseen">
                        {format!(": published on {}", clock::day(published.at))}
                    </span>
                </a>
            </p>
        }
    });
    view! {
        <div class="pair">
            <div class="panel">
                <p class="soft">
                    {format!("{} published this on ", published.organisation)}
                    <When at=published.at />
                </p>
                <p>
                    <b>{about(published)}</b>
                </p>
                <p>{format!("Source: {}", published.source)}</p>
            </div>
            <div class=outcomes::verdict_style(verdict)>
                <p>
                    <b>{forum(published)}</b>
                </p>
                {said}
                {judge}
            </div>
        </div>
    }
}

/// "May 2026", or "May 2026 to October 2026".
pub(crate) fn about(published: &Published) -> String {
    let (first, last) = published.months;
    if first == last { first.words() } else { format!("{} to {}", first.words(), last.words()) }
}
