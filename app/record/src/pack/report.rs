//! The pack as one page for people. It loads nothing from anywhere else.

use calendar::clock;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Record;
use crate::charts;
use crate::tables::{Cell, Table};

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 \
    auto;padding:1rem;color:#16302b;background:#fbf8f2}
h1,h2{line-height:1.2}h2{margin-block-start:2.5rem}table{border-collapse:collapse;inline-size:100%;font-size:.9rem}
caption{text-align:start;font-weight:700;padding-block:.5rem}th,td{text-align:start;vertical-align:top;padding:.35rem .6rem .35rem 0;border-block-end:1px solid #d9dfd6}
.wide{overflow-x:auto}.soft{color:#4a5f59}code{overflow-wrap:anywhere}.chart{max-inline-size:28rem;inline-size:100%;font-size:14px}
.chart .axis{stroke:#70847c}.chart .point,.chart .column{fill:#1f6f5c}@media \
    print{body{background:#fff;font-size:11pt}.wide{overflow:visible}}";

pub fn report(record: &Record) -> String {
    let day = clock::day_of(&record.as_of).unwrap_or_else(|| record.as_of.clone());
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { "Evidence pack for " (record.area) ", " (day) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Evidence pack for " (record.area) }
                    p { "Everything up to the end of " b { (day) } ", from the records \
                        of " (record.forum) "." }
                    @if !record.is_whole_day { p { b { "The day was not over when this was \
                        made." } " A later pack for the same day can say more." } }
                    p { "No number of people from 1 to 9 is in this pack, or can be worked out \
                        from it. The number of people told is rounded to the nearest ten. Where \
                        there are too few people to show, it says “too few to say”. Parents' \
                        topics are shown by number only, because their authors may withdraw \
                        their words." }
                    p { "Leaders have " (record.outcome_days) " days to say what happened after \
                        parents said something. After that it is overdue." }
                    h2 { "In figures" }
                    (figures(record))
                    @for table in &record.tables { (section(table)) }
                    h2 { "Where the figures come from" }
                    p { "Each figure and table names the question to the service's tables that \
                        it comes from." }
                    dl { @for query in &record.queries { dt { code { (query.name) } } dd { (query.what) } } }
                    h2 { "How to check it" }
                    p { "The file manifest.sha256 lists every file with its SHA-256. In the \
                        folder, " code { "sha256sum --check manifest.sha256" } " \
                        or " code { "alongside evidence-pack --verify FOLDER" } " tells you if a \
                        file was changed." }
                    p { "The audit log had " (record.audit_log.entries) " entries. The hash of the \
                        last one is " code { (record.audit_log.head) } ". It covers every entry \
                        before it: " code { "alongside audit-check --head" } " finds it in the \
                        log if nothing was changed." }
                }
            }
        }
    }
    .into_string()
}

fn figures(record: &Record) -> Markup {
    html! {
        div class="wide" tabindex="0" role="region" aria-label="Figures" {
            table {
                caption { "Figures" }
                thead { tr { th scope="col" { "Figure" } th scope="col" { "Value" } th scope="col" { "Question" } } }
                tbody {
                    @for figure in &record.figures {
                        tr { th scope="row" { (figure.title) } td { (figure.value) } td { code { (figure.query) } } }
                    }
                }
            }
        }
    }
}

fn section(table: &Table) -> Markup {
    html! {
        h2 { (table.title) }
        p class="soft" { "From the question " code { (table.query) } ", also \
            in " code { (table.name) ".csv" } }
        @if table.name == "timeline" { (timelines(table)) }
        @if table.rows.is_empty() {
            p { "There are none." }
        } @else {
            div class="wide" tabindex="0" role="region" aria-label=(table.title) {
                table {
                    caption { (table.title) }
                    thead { tr { @for column in &table.columns { th scope="col" { (column.replace('_', " ")) } } } }
                    tbody { @for row in &table.rows { tr { @for cell in row { td { (shown(cell)) } } } } }
                }
            }
        }
    }
}

/// A cell; a time only to the minute, an id only by its end: the tables have all of it.
fn shown(cell: &Cell) -> String {
    let words = cell.words();
    let word = |word: &str| {
        let id = word.rsplit(':').next().and_then(id::parse);
        if word.parse::<jiff::Timestamp>().is_ok() {
            word.chars().take(16).collect::<String>().replace('T', " ")
        } else if let Some(id) = id {
            word.replace(&id, &format!("…{}", &id[id.len() - 6..]))
        } else {
            word.to_owned()
        }
    };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// One line for each plan.
fn timelines(table: &Table) -> Markup {
    let mut plans: Vec<(String, Vec<(i64, String)>)> = Vec::new();
    for row in &table.rows {
        let [_, plan, at, what, _] = row.as_slice() else { continue };
        let Some(at) =
            at.words().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
        else {
            continue;
        };
        match plans.last_mut() {
            Some((last, points)) if *last == plan.words() => points.push((at, what.words())),
            _ => plans.push((plan.words(), vec![(at, what.words())])),
        }
    }
    html! {
        @for (plan, points) in &plans {
            h3 { (plan) }
            (charts::timeline("What happened to the plan, in order", points))
        }
    }
}
