//! What everyone sees of reports: the list, and each recommendation with what plans do about it. An
//! organiser ends a report.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Banner, Frame, Page, Pager, When};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::store::{self, ListedReport, OfPlan, Standing};
use super::{answer_words, named};
use crate::browse::day;

const ON_A_PAGE: i64 = 20;

/// GET `/reports`
pub async fn reports_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let nth = page_number(&Sent::query(&uri));
    let page = (ON_A_PAGE + 1, (nth - 1) * ON_A_PAGE);
    let mut reports = store::reports(&house.db, page).await?;
    let next = (reports.len() as i64 > ON_A_PAGE).then(|| {
        reports.truncate(ON_A_PAGE as usize);
        format!("/reports?page={}", nth + 1)
    });
    let first = (nth > 1).then(|| "/reports".to_owned());
    let page = Page::new("Reports that plans must answer", || {
        let nothing = reports.is_empty().then(|| view! { <p>"No report is here yet."</p> });
        let put_in = (viewer.is(Role::Leader) || viewer.is(Role::Organiser)).then(|| {
            view! {
                <p>
                    <a class="button" href="/reports/new">
                        "Add a report"
                    </a>
                </p>
            }
        });
        let cards = reports.into_iter().map(card).collect::<Vec<_>>();
        let cards = (!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/plans">
                        "Plans"
                    </a>
                </p>
                <h1>"Reports that plans must answer"</h1>
                <p class="lead">
                    "What inspections and reviews recommended, and what the council and the NHS do \
                     about each."
                </p>
                {put_in}
                {nothing}
                {cards}
                <Pager first next />
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn card(report: ListedReport) -> impl IntoView {
    let many = if report.recommendations == 1 {
        "1 recommendation".to_owned()
    } else {
        format!("{} recommendations", report.recommendations)
    };
    let must = if report.ended_at.is_some() {
        "No plan has to answer it any more".to_owned()
    } else {
        format!("To be answered by: {}", report.kind)
    };
    view! {
        <li class="card">
            <h2>
                <a href=format!("/reports/{}", report.id)>{report.title}</a>
            </h2>
            <p class="soft">{format!("{many}. Published on {}.", day(&report.published_on))}</p>
            <p class="state">{must}</p>
        </li>
    }
}

/// How a report of an address stands now, or "not found".
async fn find(house: &House, id: &Id<ids::Report>) -> Result<Vec<Standing>, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    // What happens to a plan can be a little ahead of the clock.
    let now = house.clock.now() + clock::SECOND;
    let standing = store::standing(&house.db, Some(&id), now).await?;
    if standing.is_empty() { Err(Error::NotFound) } else { Ok(standing) }
}

/// GET `/reports/{id}`
pub async fn report_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Report>>,
    uri: Uri,
) -> Result<Response, Error> {
    let standing = find(&house, &id).await?;
    let first = standing.first().ok_or(Error::NotFound)?.clone();
    let done = Sent::query(&uri).line("done");
    let page = Page::new(first.report.clone(), || {
        let is_team = viewer.is(Role::Leader) || viewer.is(Role::Organiser);
        let banner = (is_team && done == "saved").then(|| {
            view! {
                <Banner title="Saved">
                    <p>"Every plan of this kind must now answer each of them."</p>
                </Banner>
            }
        });
        let must = match first.ended_at {
            Some(at) => view! {
                <p class="panel">"Since "<When at />" no plan has to answer it any more."</p>
            }
            .into_any(),
            None => view! { <p>{format!("To be answered by: {}", first.kind)}</p> }.into_any(),
        };
        let end = (viewer.is(Role::Organiser) && first.ended_at.is_none()).then(|| {
            view! {
                <p>
                    <a href=format!(
                        "/forum/reports/{}",
                        first.report_id,
                    )>"Stop asking plans to answer this report"</a>
                </p>
            }
        });
        view! {
            <article class="stack">
                {banner}
                <p>
                    <a class="back" href="/reports">
                        "Reports that plans must answer"
                    </a>
                </p>
                <h1>{first.report.clone()}</h1>
                <p class="soft">
                    {format!("Published on {}. ", day(&first.published_on))}
                    <a href=first.source.clone()>"Read the report"</a>
                </p>
                {must}
                <ul class="stack">{recommendations(&standing)}</ul>
                {end}
            </article>
        }
    });
    Ok(page.about(&format!("What is done about: {}", first.report)).answer(&house, &viewer))
}

/// Each recommendation, with what each plan does about it.
fn recommendations(standing: &[Standing]) -> impl IntoView + use<> {
    let mut each: Vec<Vec<&Standing>> = Vec::new();
    for one in standing {
        match each.last_mut() {
            Some(last) if last.first().is_some_and(|first| first.id == one.id) => last.push(one),
            _ => each.push(vec![one]),
        }
    }
    let rows = each.into_iter().filter_map(|plans| {
        let first = plans.first()?;
        let words = named(&first.number, &first.page, &first.words);
        let plans: Vec<_> = plans.iter().filter_map(|one| one.plan.as_ref()).map(of_plan).collect();
        let nothing = plans.is_empty().then(|| {
            view! { <p class="state">"○ No plan that must answer it is registered yet"</p> }
        });
        Some(view! {
            <li class="card">
                <p>
                    <b>{words}</b>
                </p>
                {nothing}
                {plans}
            </li>
        })
    });
    rows.collect::<Vec<_>>()
}

fn of_plan(plan: &OfPlan) -> impl IntoView + use<> {
    let (to, title) = match plan.draft {
        Some((version, _)) => {
            let title = format!("{}, draft {version}", plan.title);
            (format!("/plans/{}/drafts/{version}", plan.id), title)
        }
        None => (format!("/plans/{}", plan.id), plan.title.clone()),
    };
    view! {
        <p>
            <a href=to>{title}</a>
        </p>
        {answer_words(plan.answer.as_ref())}
    }
}

/// GET `/forum/reports/{id}`
pub async fn end_report_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Report>>,
) -> Result<Response, Error> {
    let standing = find(&house, &id).await?;
    let first = standing.first().ok_or(Error::NotFound)?;
    let back = (format!("/reports/{}", first.report_id), first.report.as_str());
    let (none, is_ended) = (Refusals::default(), first.ended_at.is_some());
    let frame = Frame::new("Stop asking plans to answer this report", back).of(&first.report);
    let page = frame.refused_for(&none).around(|| {
        let form = if is_ended {
            view! { <p class="panel">"This is so already."</p> }.into_any()
        } else {
            view! {
                <form method="post">
                    <button class="button warn">"No plan has to answer it any more"</button>
                </form>
            }
            .into_any()
        };
        view! {
            <p class="lead">
                "Do this once a newer report has taken its place, or if it was added with a \
                 mistake: then add it again. Everyone will see the day. You can't undo it."
            </p>
            {form}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/forum/reports/{id}`
pub async fn end_report(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Report>>,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let mut tx = house.db.begin().await?;
    if store::end(&mut tx, &id, at).await? {
        let what = "report ended";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/reports/{id}")).into_response())
}
