//! A copy as one page to read, also on a phone and without a signal. It loads nothing from anywhere
//! else.

use std::collections::{BTreeMap, BTreeSet};

use calendar::clock::{self, Moment};
use deliveries::EmailKind;
use ground::house::House;
use ground::personal::Table;
use ground::ui::document;
use leptos::prelude::*;

use super::everything::{Everything, Held, NO, Named};

/// What is in `copy.json` and tells a person nothing: a table and a column of it.
pub const ONLY_FOR_PROGRAMS: [(&str, &str); 15] = [
    ("audit", "number"),
    ("deliveries", "kind"),
    ("deliveries", "not_after"),
    ("deliveries", "is_bulk"),
    ("deliveries", "to_address"),
    ("deliveries", "tries"),
    ("doubts", "version"),
    ("drafts", "version"),
    ("findings", "version"),
    ("known_browsers", "ends_at"),
    ("releases", "number"),
    ("subscriptions", "began_how"),
    ("update_letters", "version"),
    ("update_versions", "version"),
    ("verdicts", "version"),
];

/// The table of the emails: one line each.
const EMAILS: &str = "deliveries";

const STYLE: &str = "body{font:17px/1.5 system-ui,sans-serif;max-width:42rem;margin:0 \
    auto;padding:1rem;color:#16302b;background:#fbf8f2;overflow-wrap:anywhere}
h1,h2{line-height:1.2}h2{margin-block-start:2.5rem}ul{padding-inline-start:1.2rem}
dl{margin-block:1rem;padding-block-start:1rem;border-block-start:1px solid #d9dfd6}
dt{color:#4a5f59;font-size:.9rem}dd{margin:0 0 .6rem;white-space:pre-line}
@media print{body{background:#fff;font-size:11pt}}";

/// What is in no copy, in the words of the page. `copy.json` has all of it.
const NOT_HERE: [&str; 6] = [
    "Your answers to consultations. Nobody can tell whose answers these are, not even we. Use the \
     code you were given to read or delete them.",
    "Your password, and the links in our emails. We only have scrambled forms of them.",
    "The words of anything that was passed on to our safeguarding lead, and their notes. Someone \
     else might read this file. Ask us, and a person will answer you.",
    "Who other people are. Where someone else did something, it says “someone else”.",
    "Numbers about many people, which could give others away.",
    "The text of emails that have gone. We delete it once they are sent.",
];

/// One row of a table.
type Row = BTreeMap<String, Option<String>>;

/// The whole page, for the file `read-me.html`.
pub fn copy_to_read(house: &House, all: &Everything) -> String {
    let now = house.clock.now();
    let title = if all.about == "account" {
        "Everything we keep about you"
    } else {
        "What we keep about your emails about changes"
    };
    document(|| {
        view! {
            <html lang="en-GB">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width,initial-scale=1" />
                    <meta name="referrer" content="no-referrer" />
                    <title>{format!("{title} – {}", all.forum)}</title>
                    <style inner_html=STYLE />
                </head>
                <body>
                    <main>
                        <h1>{title}</h1>
                        {lead(all, now)}
                        {sections(all, now)}
                        {what_is_not_here(house)}
                        <h2>"For other programs"</h2>
                        <p>
                            "The file "<code>"copy.json"</code>" says the same for programs, and "
                            <code>"copy.schema.json"</code>" says what is in it."
                        </p>
                    </main>
                </body>
            </html>
        }
    })
}

fn lead(all: &Everything, now: Moment) -> impl IntoView + use<> {
    let (forum, read_at) = (all.forum.clone(), clock::day_and_hour(now));
    let is_account = all.about == "account";
    let elsewhere = (!is_account).then(|| {
        view! {
            <p>
                "If you have an account with us, it is not in here: sign in and ask for a copy on \
                 the page “Your account”."
            </p>
        }
    });
    let nothing = all.kept.is_empty().then(|| view! { <p>"We keep nothing about you."</p> });
    view! {
        <p>
            "This is what "<b>{forum}</b>" had about you on "{read_at}
            ". Keep this file where only you can read it."
        </p>
        {elsewhere}
        {nothing}
    }
}

/// All that is kept, table by table; files come before the bookkeeping of emails.
fn sections(all: &Everything, now: Moment) -> impl IntoView + use<> {
    let mut kept: Vec<&Held> = all.kept.iter().collect();
    kept.sort_by_key(|held| place(&held.table));
    let (last, first): (Vec<&Held>, Vec<&Held>) =
        kept.into_iter().partition(|held| place(&held.table) == LAST);
    let returned = returned(all);
    let first = first.into_iter().map(|held| section(held, now)).collect_view();
    let files = (!all.files.is_empty()).then(|| files(all));
    let last = last.into_iter().map(|held| {
        if held.table == EMAILS {
            emails(held, &returned).into_any()
        } else {
            section(held, now).into_any()
        }
    });
    let last = last.collect_view();
    view! {
        {first}
        {files}
        {last}
    }
}

fn what_is_not_here(house: &House) -> impl IntoView + use<> {
    let not_here = NOT_HERE.map(|what| view! { <li>{what}</li> });
    let privacy = house.link("/privacy");
    view! {
        <h2>"What is not in here"</h2>
        <ul>{not_here.collect_view()}</ul>
        <p>"How long we keep each thing: "<a href=privacy>"Privacy"</a></p>
    }
}

/// The last place on the page.
const LAST: u8 = 3;

/// Where a table is on the page: what they said and chose comes first, then their account and where
/// they are signed in, then what we noted, and the bookkeeping of emails last.
fn place(table: &str) -> u8 {
    let is_in = |tables: &[Table]| tables.iter().any(|one| one.name == table);
    match table {
        "ledger" | "came_back" | "update_letters" | "audit" | "copies" => 2,
        // Which emails they stopped, and how they are told of tasks, is something they chose.
        "email_stops" | "task_choices" => 0,
        _ if is_in(deliveries::PERSONAL) => LAST,
        _ if is_in(accounts::PERSONAL) => 1,
        _ => 0,
    }
}

/// The rows of a table, without those that would say nothing.
fn section(held: &Held, now: Moment) -> impl IntoView + use<> {
    let rows: Vec<Vec<(String, String)>> = held
        .rows
        .iter()
        .map(|row| held.columns.iter().filter_map(|column| said(held, column, row, now)).collect())
        .filter(|row: &Vec<_>| !row.is_empty())
        .collect();
    (!rows.is_empty()).then(|| {
        let rows = rows.into_iter().map(|row| {
            let values = row.into_iter().map(|(label, value)| {
                view! {
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                }
            });
            view! { <dl>{values.collect_view()}</dl> }
        });
        view! {
            <h2>{held.title.clone()}</h2>
            {rows.collect_view()}
        }
    })
}

/// What the page says of one value of a row, if it is for people: its label, and its words.
fn said(held: &Held, column: &Named, row: &Row, now: Moment) -> Option<(String, String)> {
    let label = column.label.clone()?;
    let (table, name) = (held.table.as_str(), column.name.as_str());
    let is_over = table == "address_undos"
        && name == "ends_at"
        && (kept(row, "used_at").is_some()
            || kept(row, name).and_then(clock::read_machine).is_some_and(|ends_at| ends_at <= now));
    if is_over || ONLY_FOR_PROGRAMS.contains(&(table, name)) {
        return None;
    }
    Some((label, value(column, row.get(name))?))
}

/// A value of a row that is not empty.
fn kept<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.get(name)?.as_deref().filter(|value| !value.is_empty())
}

/// The emails that came back.
fn returned(all: &Everything) -> BTreeSet<&str> {
    let returns = all.kept.iter().filter(|held| held.table == "returns");
    returns.flat_map(|held| &held.rows).filter_map(|row| kept(row, "delivery_id")).collect()
}

/// One line for each email: the day, what it was about, and whether it went.
fn emails(held: &Held, returned: &BTreeSet<&str>) -> impl IntoView + use<> {
    let lines = held.rows.iter().map(|row| {
        let day = kept(row, "owed_at").and_then(clock::read_machine).map(clock::day);
        let about = kept(row, "subject").unwrap_or_else(|| what_about(kept(row, "kind")));
        let came_back = kept(row, "id").is_some_and(|id| returned.contains(id));
        let went = if kept(row, "given_up_at").is_some() {
            match kept(row, "reason") {
                Some(why) => format!("not sent: {why}"),
                None => "not sent".to_owned(),
            }
        } else if came_back {
            "sent, and came back to us".to_owned()
        } else if kept(row, "sent_at").is_some() {
            "sent".to_owned()
        } else {
            "not sent yet".to_owned()
        };
        let line = format!("{}: {about} – {went}", day.unwrap_or_default());
        view! { <li>{line}</li> }
    });
    view! {
        <h2>{held.title.clone()}</h2>
        <ul>{lines.collect_view()}</ul>
    }
}

/// What an email was about whose subject we no longer have.
fn what_about(kind: Option<&str>) -> &'static str {
    kind.and_then(EmailKind::read).map_or("An email", EmailKind::about)
}

/// A value as people read it; `None` where there is none, or it says only that something does not
/// concern them.
fn value(column: &Named, stored: Option<&Option<String>>) -> Option<String> {
    let is_said = |value: &&String| !(value.is_empty() || column.is_if && *value == NO);
    let value = stored?.as_ref().filter(is_said)?;
    let at = clock::read_machine(value).map(clock::day_and_hour);
    Some(at.unwrap_or_else(|| value.clone()))
}

fn files(all: &Everything) -> impl IntoView + use<> {
    let lines = all.files.iter().map(|file| {
        let where_or_why = match &file.path {
            Some(path) => view! { <code>{path.clone()}</code> }.into_any(),
            None => file.why_not.clone().unwrap_or_default().into_any(),
        };
        view! { <li>{file.name.clone()}": "{where_or_why}</li> }
    });
    view! {
        <h2>"Your files"</h2>
        <ul>{lines.collect_view()}</ul>
    }
}
