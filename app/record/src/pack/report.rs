//! The pack as one page for people. It loads nothing from anywhere else.

use calendar::clock;
use ground::ui::document;
use leptos::prelude::*;

use super::{Record, in_words};
use crate::charts;
use crate::tables::Table;

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;\
    padding:1rem;color:#16302b;background:#fbf8f2}\
    h1,h2{line-height:1.2}h2{margin-block-start:2.5rem}\
    table{border-collapse:collapse;inline-size:100%;font-size:.9rem}\
    caption{text-align:start;font-weight:700;padding-block:.5rem}\
    th,td{text-align:start;vertical-align:top;padding:.35rem .6rem .35rem 0;\
    border-block-end:1px solid #d9dfd6}\
    .wide{overflow-x:auto}.soft{color:#4a5f59}code{overflow-wrap:anywhere}\
    .chart{max-inline-size:28rem;inline-size:100%;font-size:14px}\
    .chart .axis{stroke:#70847c}.chart .point,.chart .column{fill:#1f6f5c}\
    @media print{body{background:#fff;font-size:11pt}.wide{overflow:visible}}";

pub fn report(record: &Record) -> String {
    let day = clock::day_of(&record.as_of).unwrap_or_else(|| record.as_of.clone());
    document(|| {
        view! {
            <html lang="en-GB">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width,initial-scale=1" />
                    <title>{format!("Evidence pack for {}, {day}", record.area)}</title>
                    <style inner_html=STYLE />
                </head>
                <body>
                    <main>
                        {lead(record, &day)}
                        <h2>"In figures"</h2>
                        {figures(record)}
                        {record.tables.iter().map(section).collect_view()}
                        <h2>"Where the figures come from"</h2>
                        {queries(record)}
                        <h2>"How to check it"</h2>
                        {how_to_check(record)}
                    </main>
                </body>
            </html>
        }
    })
}

/// What the pack is, and what is not in it.
fn lead(record: &Record, day: &str) -> impl IntoView + use<> {
    let day = day.to_owned();
    let (area, forum) = (record.area.clone(), record.forum.clone());
    let days = record.outcome_days.to_string();
    let not_over = (!record.is_whole_day).then(|| {
        view! {
            <p>
                <b>"The day was not over when this was made."</b>
                " A later pack for the same day can say more."
            </p>
        }
    });
    view! {
        <h1>"Evidence pack for "{area}</h1>
        <p>"Everything up to the end of "<b>{day}</b>", from the records of "{forum}"."</p>
        {not_over}
        <p>
            "No number of people from 1 to 9 is in this pack, or can be worked out from it. The \
             number of people told is rounded to the nearest ten. Where there are too few people \
             to show, it says “too few to say”. Parents' topics are shown by number only, because \
             their authors may withdraw their words. Days and times are those in London."
        </p>
        <p>
            "Leaders have "{days}
            " days to say what happened after parents said something. After that it is overdue."
        </p>
    }
}

fn figures(record: &Record) -> impl IntoView + use<> {
    let head = view! {
        <th scope="col">"Figure"</th>
        <th scope="col">"Value"</th>
        <th scope="col">"Counted from"</th>
    };
    let rows = record.figures.iter().map(|figure| {
        view! {
            <tr>
                <th scope="row">{figure.title.clone()}</th>
                <td>{figure.value.clone()}</td>
                <td>{named(&figure.query)}</td>
            </tr>
        }
    });
    wide_table("Figures".to_owned(), head, rows.collect_view())
}

fn section(table: &Table) -> impl IntoView + use<> {
    let timelines = (table.name == "timeline").then(|| timelines(table));
    let columns = in_words::columns(table);
    let head = columns.iter().map(|(_, heading)| {
        view! { <th scope="col">{heading.clone()}</th> }
    });
    let rows = table.rows.iter().map(|row| {
        let cells = columns.iter().filter_map(|(nth, _)| {
            let words = in_words::cell(&table.name, table.columns.get(*nth)?, row.get(*nth)?);
            Some(view! { <td>{words}</td> })
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let all = if table.rows.is_empty() {
        view! { <p>"There are none."</p> }.into_any()
    } else {
        wide_table(table.title.clone(), head.collect_view(), rows.collect_view()).into_any()
    };
    view! {
        <h2>{table.title.clone()}</h2>
        <p class="soft">
            "What it was counted from: "{named(&table.query)}". All of it is also in the file "
            <code>{format!("{}.csv", table.name)}</code>"."
        </p>
        {timelines}
        {all}
    }
}

/// A table that can be moved sideways on a phone.
fn wide_table(title: String, head: impl IntoView, rows: impl IntoView) -> impl IntoView {
    let label = title.clone();
    view! {
        <div class="wide" tabindex="0" role="region" aria-label=label>
            <table>
                <caption>{title}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// What a question to the tables is called, for people.
fn named(query: &str) -> String {
    query.replace('_', " ")
}

/// One line for each plan.
fn timelines(table: &Table) -> impl IntoView + use<> {
    let mut plans: Vec<(String, Vec<(clock::Moment, String)>)> = Vec::new();
    for row in &table.rows {
        let [_, plan, at, what, _] = row.as_slice() else { continue };
        let Some(at) = clock::read_machine(&at.words()) else { continue };
        let what = in_words::cell(&table.name, "what", what);
        match plans.last_mut() {
            Some((last, points)) if *last == plan.words() => points.push((at, what)),
            _ => plans.push((plan.words(), vec![(at, what)])),
        }
    }
    let plans = plans.into_iter().map(|(plan, points)| {
        let chart = charts::timeline("What happened to the plan, in order", &points);
        view! {
            <h3>{plan}</h3>
            {chart}
        }
    });
    plans.collect_view()
}

/// The questions to the service's tables.
fn queries(record: &Record) -> impl IntoView + use<> {
    let queries = record.queries.iter().map(|query| {
        view! {
            <dt>{named(&query.name)}</dt>
            <dd>{query.what.clone()}</dd>
        }
    });
    let queries = queries.collect_view();
    view! {
        <p>
            "Each figure and table says what it was counted from. This is what each of them counts."
        </p>
        <dl>{queries}</dl>
    }
}

/// How anyone can tell that nothing was changed.
fn how_to_check(record: &Record) -> impl IntoView + use<> {
    let (entries, head) = (record.audit_log.entries.to_string(), record.audit_log.head.clone());
    view! {
        <p>
            "The file manifest.sha256 lists every file with its SHA-256. In the folder, "
            <code>"sha256sum --check manifest.sha256"</code>" or "
            <code>"alongside evidence-pack --verify FOLDER"</code>
            " tells you if a file was changed."
        </p>
        <p>
            "The audit log had "{entries}" entries. The hash of the last one is "
            <code>{head}</code>". It covers every entry before it: "
            <code>"alongside audit-check --head"</code>
            " finds it in the log if nothing was changed."
        </p>
    }
}
