//! The forum's year in one press: for any two days who took part, the meetings and who represented
//! the forum there, consultations and what happened, each number with how it was counted. A page to
//! print, and a workbook.
//!
//! `period` says which days, `people` what may be shown about people, `parts` makes the tables that
//! page and workbook share; all pure. `store` asks what the record does not. People are counted
//! over whole months and to the nearest ten, so that a day more or less gives nobody away:
//! ADR 0058.

mod parts;
mod people;
mod period;
mod store;

use axum::extract::State;
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use consultations::workbook::{Cell, Sheet, XLSX, workbook};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ui::{Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use representatives::store::Which;

use self::parts::{Made, Part};
use self::period::Period;
use crate::store as record;

/// The most meetings that a year holds.
const MOST_MEETINGS: i64 = 2_000;
/// The most rows of a table that the page shows; the workbook has all.
const MOST_ROWS: usize = 100;

/// All parts of a year.
async fn parts(house: &House, period: Period) -> sqlx::Result<Vec<Part>> {
    let (db, now) = (&house.db, house.clock.now());
    let places = area::store::places(db).await?;
    let people = match period.whole_months(clock::date(now)) {
        None => None,
        Some(months) => {
            let took_part = store::took_part(db, months.moments()).await?;
            Some((months, people::people(&took_part, &places)))
        }
    };
    let between = Which::Between(period.first, period.last);
    let made = Made {
        period,
        people,
        meetings: &representatives::store::meetings(db, between, (MOST_MEETINGS, 0)).await?,
        also: &store::also(db, period).await?,
        rounds: &record::rounds(db, now).await?,
        consultations: &record::consultations(db, now).await?,
        outcomes: &record::outcomes(db, now).await?,
    };
    Ok(made.parts())
}

/// GET `/forum/year`
pub async fn year_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, today) = (Sent::query(&uri), clock::date(house.clock.now()));
    let page = match Period::read(&query, today) {
        Ok(period) => {
            let parts = parts(&house, period).await?;
            let chosen = Sent::of(&[
                ("from", period.first.to_string().as_str()),
                ("until", period.last.to_string().as_str()),
            ]);
            page(&house, &chosen, Some((period, parts)), &Refusals::default())
        }
        Err(refusals) => page(&house, &query, None, &refusals),
    };
    Ok(page.answer(&house, &viewer))
}

fn page(
    house: &House,
    sent: &Sent,
    year: Option<(Period, Vec<Part>)>,
    refusals: &Refusals,
) -> Page {
    let frame = Frame::new("The forum's year", ("/forum", "Organisers’ desk"));
    frame.refused_for(refusals).around(|| {
        let year = year.map(|(period, parts)| {
            let file = format!("/forum/year/year.xlsx?from={}&until={}", period.first, period.last);
            view! {
                <p class="lead">
                    {format!("{}: {}", house.names.forum, period.words())}
                </p>
                <p class="no-print">
                    <a href=file download>
                        "Save it as a workbook (Excel)"
                    </a>
                    ", or print this page."
                </p>
                {parts.into_iter().map(section).collect_view()}
            }
        });
        view! {
            <p class="no-print">
                "Choose any two days. How many people took part is only shown for three whole \
                 months or more."
            </p>
            <form class="stack no-print" method="get" action="/forum/year" novalidate>
                <Field
                    name="from"
                    label="From this day"
                    kind="date"
                    value=sent.typed("from")
                    refusals
                />
                <Field
                    name="until"
                    label="To this day"
                    kind="date"
                    value=sent.typed("until")
                    refusals
                />
                <button class="button">"Show these days"</button>
            </form>
            {year}
        }
    })
}

fn section(part: Part) -> impl IntoView {
    let Part { title, lead, columns, rows, nothing, counted, .. } = part;
    let more = rows.len().saturating_sub(MOST_ROWS);
    let more = (more > 0).then(|| view! { <p>{format!("{more} more are in the workbook.")}</p> });
    let lead = (!lead.is_empty()).then(|| view! { <p>{lead}</p> });
    let table = if rows.is_empty() {
        view! { <p>{nothing}</p> }.into_any()
    } else {
        let heads = columns.iter().map(|column| view! { <th scope="col">{*column}</th> });
        let rows = rows.into_iter().take(MOST_ROWS).map(|cells| row(columns, cells));
        view! {
            <table class="plain">
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {lead}
            {table}
            {more}
            <p class="soft">
                <b>"How we counted: "</b>
                {counted}
            </p>
        </section>
    }
}

fn row(columns: &'static [&'static str], cells: Vec<Cell>) -> impl IntoView {
    let mut cells = columns.iter().zip(cells);
    let first = cells.next().map(|(_, cell)| view! { <th scope="row">{read(cell)}</th> });
    let rest = cells.map(|(column, cell)| {
        let label = *column;
        view! { <td data-label=label>{read(cell)}</td> }
    });
    view! {
        <tr>
            {first}
            {rest.collect_view()}
        </tr>
    }
}

/// A cell as people read it.
fn read(cell: Cell) -> String {
    match cell {
        Cell::Words(words) => words,
        Cell::Number(number) => disclosure::commas(u64::try_from(number).unwrap_or_default()),
        Cell::Day(day) => clock::day_of(&day).unwrap_or(day),
    }
}

/// GET `/forum/year/year.xlsx`: the same as a workbook, a sheet for each part.
pub async fn year_file(State(house): State<House>, uri: Uri) -> Result<Response, Error> {
    let (query, today) = (Sent::query(&uri), clock::date(house.clock.now()));
    let Ok(period) = Period::read(&query, today) else {
        let to = format!("/forum/year?{}", uri.query().unwrap_or_default());
        return Ok(Redirect::to(&to).into_response());
    };
    let sheets = parts(&house, period).await?.into_iter().map(|part| sheet(part, period));
    let bytes = workbook(sheets.collect()).await?;
    let name = format!("attachment; filename=\"year-{}-{}.xlsx\"", period.first, period.last);
    let headers = [(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}

fn sheet(part: Part, period: Period) -> Sheet {
    let words = |words: &str| Cell::Words(words.to_owned());
    let mut rows = vec![vec![words(part.title)], vec![words(&period.words())]];
    if !part.lead.is_empty() {
        rows.push(vec![words(&part.lead)]);
    }
    rows.push(Vec::new());
    if part.rows.is_empty() {
        rows.push(vec![words(part.nothing)]);
    } else {
        rows.push(part.columns.iter().map(|column| words(column)).collect());
        rows.extend(part.rows);
    }
    rows.extend([Vec::new(), vec![words(&format!("How we counted: {}", part.counted))]]);
    Sheet { name: part.sheet.to_owned(), rows }
}
