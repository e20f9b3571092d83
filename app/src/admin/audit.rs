//! The audit log, for administrators to read and to search: by what was done, by whom or to whom,
//! and by day.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, DAY, HOUR, Moment};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ui::{Choice, Field, Page, Pager, Select, Summary, capital};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::address;
use super::store::{self, AuditLine, AuditSearch};

const PATH: &str = "/admin/audit";
const MOST_ON_A_PAGE: usize = 50;

/// GET `/admin/audit`
pub async fn audit_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let mut refusals = Refusals::default();
    let within = refusals.take("day", within(query.typed("day")));
    let who = forms::folded(&query.line("who"));
    let mut lines = match within {
        Some(within) => {
            let before = query.typed("before").parse().unwrap_or(i64::MAX);
            let search = AuditSearch { what: query.typed("what"), who: &who, within, before };
            store::audit(&house.db, &search, MOST_ON_A_PAGE as i64 + 1).await?
        }
        None => Vec::new(),
    };
    let kinds = store::kinds_of_entries(&house.db).await?;
    let same = |before: &str| {
        let (what, who, day) = (query.typed("what"), query.typed("who"), query.typed("day"));
        address(PATH, &[("what", what), ("who", who), ("day", day), ("before", before)])
    };
    let next = (lines.len() > MOST_ON_A_PAGE).then(|| {
        lines.truncate(MOST_ON_A_PAGE);
        same(&lines.last().map_or_else(String::new, |line| line.number.to_string()))
    });
    let first = (!query.typed("before").is_empty()).then(|| same(""));
    let page = Page::new("Audit log", || {
        let nothing = lines.is_empty().then(|| {
            view! { <p>"Nothing matches. Choose another day, or leave a field empty."</p> }
        });
        let rows = lines.iter().map(row).collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ol class="timeline">{rows}</ol> });
        view! {
            <div class="stack">
                <Summary refusals=&refusals />
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Audit log"</h1>
                <p class="lead">
                    "Everything that organisers, leaders and administrators have done, the latest \
                     first. Nobody can change it unnoticed."
                </p>
                {search_form(kinds, &query, &refusals)}
                {nothing}
                {rows}
                <Pager first next />
            </div>
        }
    });
    Ok(page.refused_for(&refusals).answer(&house, &viewer))
}

/// From when to when a day lasts, as a form holds it; all of time for none.
fn within(day: &str) -> Result<(Moment, Moment), String> {
    if day.trim().is_empty() {
        return Ok((Moment::MIN, Moment::MAX));
    }
    let begins = clock::read(day, "00:00");
    let begins = begins.ok_or_else(|| "Enter a day, such as 2026-12-04".to_owned())?;
    // Well into the day after it, however long the day is when clocks change.
    let (next_day, _) = clock::fields(begins + DAY + 6 * HOUR);
    let ends = clock::read(&next_day, "00:00").unwrap_or(begins + DAY);
    Ok((begins, ends))
}

fn search_form(kinds: Vec<String>, query: &Sent, refusals: &Refusals) -> impl IntoView {
    let chosen = query.typed("what");
    let each = kinds.into_iter().map(|kind| {
        let label = capital(what_was_done(&kind));
        (kind, label)
    });
    let all = std::iter::once((String::new(), "Anything".to_owned()));
    let choices = Choice::each(all.chain(each), |kind| kind == chosen);
    view! {
        <form method="get" action=PATH role="search" novalidate>
            <Select name="what" label="What was done" choices />
            <Field
                name="who"
                label="By someone, or to someone"
                hint="A part of their name or email address."
                value=query.line("who")
                refusals
            />
            <Field
                name="day"
                label="On this day"
                kind="date"
                value=query.line("day")
                refusals
            />
            <button class="button quiet">"Search"</button>
        </form>
    }
}

fn row(line: &AuditLine) -> impl IntoView + use<> {
    view! {
        <li>
            <time datetime=clock::machine(line.at)>{clock::day_and_hour(line.at)}</time>
            <p>{in_words(line)}</p>
            <p class="soft">{format!("Entry {}", line.number)}</p>
        </li>
    }
}

/// What was done, to what, and by whom, in a line.
fn in_words(line: &AuditLine) -> String {
    let who = match &line.who_id {
        None => "the program",
        Some(_) if line.who.is_empty() => "someone who has left",
        Some(_) => line.who.as_str(),
    };
    let about = if line.thing.is_empty() { String::new() } else { format!(": {}", line.thing) };
    // An id says nothing to a reader.
    let detail = match Role::read(&line.detail) {
        Some(role) => format!(" ({})", role.title()),
        None if line.detail.is_empty() || id::parse(&line.detail).is_some() => String::new(),
        None => format!(" ({})", line.detail),
    };
    format!("{}{about}{detail}. By {who}.", capital(what_was_done(&line.what)))
}

/// What was done, as people say it: the log has some of it in words of the program.
fn what_was_done(what: &str) -> &str {
    match what {
        "baselines taken from a file" => "numbers of children taken from a file",
        "consultation given to organisation" => "organisation chosen that answers a consultation",
        "draft recorded" => "draft submitted",
        "emails let go" => "emails on hold released",
        "equality record signed" => "fairness of a plan signed",
        "notice equality signed" => "fairness of a change signed",
        "gate overridden" => "draft published without involving parents as agreed",
        "notice followed" => "correction or withdrawal of a change notice written",
        "question set aside" => "question about a change set aside",
        "second person settled" => "rule about a second leader changed",
        "topics tied" => "topics added to a plan",
        "verdict given" => "forum's view given",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(what: &str, who: Option<&str>, thing: &str, detail: &str) -> AuditLine {
        AuditLine {
            number: 1,
            at: Moment::from_millis(0),
            what: what.to_owned(),
            detail: detail.to_owned(),
            about: "x".to_owned(),
            who_id: who.map(|_| "y".to_owned()),
            who: who.unwrap_or_default().to_owned(),
            thing: thing.to_owned(),
        }
    }

    #[test]
    fn an_entry_says_what_was_done_to_what_and_by_whom() {
        assert_eq!(
            in_words(&line("role given", Some("Ann"), "Bob", "admin")),
            "Role given: Bob (Administrator). By Ann."
        );
        assert_eq!(
            in_words(&line("round opened", Some(""), "", "")),
            "Round opened. By someone who has left."
        );
        assert_eq!(
            in_words(&line("second person settled", Some("Ann"), "Hillshire Council", "")),
            "Rule about a second leader changed: Hillshire Council. By Ann."
        );
        assert_eq!(
            in_words(&line("organisation set", None, "Bob", &id::fresh())),
            "Organisation set: Bob. By the program."
        );
    }

    #[test]
    fn a_day_lasts_until_the_next_begins_also_when_clocks_change() {
        let hours = |day: &str| within(day).map(|(begins, ends)| (ends - begins) / HOUR);
        assert_eq!(hours("2026-12-04"), Ok(24));
        assert_eq!(hours("2026-03-29"), Ok(23));
        assert_eq!(hours("2026-10-25"), Ok(25));
        assert!(within("4 December").is_err());
        assert_eq!(within(" "), Ok((Moment::MIN, Moment::MAX)));
    }
}
