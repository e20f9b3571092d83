//! How a duty is shown: what it is, how it stands, and by when each step must happen.

use calendar::clock;
use calendar::school::NoTerms;
use ground::ui::Pager;
use jiff::civil::Date;
use leptos::prelude::*;

use super::rules::{Everything, Kept, Report, State, StepTurn, Turn, enter_terms, in_words};

/// How many duties one page shows.
const ON_A_PAGE: usize = 20;

/// The duties of a page, the first being 1, and the way to the others. `path`: the page's own.
pub fn paged<'k>(
    duties: &[&'k Kept],
    page: i64,
    path: &str,
) -> (Vec<&'k Kept>, impl IntoView + use<>) {
    let nth = usize::try_from(page - 1).unwrap_or(0);
    let shown: Vec<_> = duties.iter().copied().skip(nth * ON_A_PAGE).take(ON_A_PAGE).collect();
    let first = (nth > 0).then(|| path.to_owned());
    let has_more = duties.len() > (nth + 1) * ON_A_PAGE;
    let next = has_more.then(|| format!("{path}?page={}", nth + 2));
    (shown, view! { <Pager first next /> })
}

/// A duty with how it stands. `to`: where whoever looks can say that it was done, and so they see
/// years that aren't public too.
pub fn card(
    all: &Everything,
    kept: &Kept,
    today: Date,
    to: Option<String>,
) -> impl IntoView + use<> {
    let sees_all = to.is_some();
    let kept = if sees_all { kept.clone() } else { all.as_public(kept, today) };
    let name = kept.duty.name.clone();
    let say = to.map(|to| {
        view! {
            <p>
                <a class="button quiet" href=to>
                    "Say that it is done"
                    <span class="unseen">{format!(": {name}")}</span>
                </a>
            </p>
        }
    });
    view! {
        <li class="card">
            <h2>{name.clone()}</h2>
            {standing(all, &kept, today, sees_all)}
            {say}
        </li>
    }
}

/// How a duty stands in each year, its rule and where that was read. `sees_all`: also in years that
/// aren't public.
pub fn standing(
    all: &Everything,
    kept: &Kept,
    today: Date,
    sees_all: bool,
) -> impl IntoView + use<> {
    let mut years = all.years(kept, today);
    let recent = years.split_off(years.len() - all.turns(kept, today).len());
    let is_seen = |turn: &&Turn<'_>| sees_all || turn.is_public;
    let year = |turn: &Turn<'_>| year(all, kept, turn, today);
    let recent: Vec<_> = recent.iter().filter(is_seen).map(year).collect();
    let earlier: Vec<_> = years.iter().rev().filter(is_seen).map(year).collect();
    let earlier = (!earlier.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Earlier years"</summary>
                <div class="stack">{earlier}</div>
            </details>
        }
    });
    let off = kept.on_since.is_none().then(|| {
        let since = kept
            .off_since
            .map_or_else(String::new, |since| format!(" on {}", in_words(clock::date(since))));
        view! { <p class="state">{format!("○ Switched off{since}")}</p> }
    });
    let duty = &kept.duty;
    let source = duty.source.clone();
    view! {
        {recent}
        {off}
        {earlier}
        <p>
            <b>"The area's rule: "</b>
            {duty.rule.clone()}
        </p>
        <p class="soft">
            {format!("{} ", duty.responsible.sentence())}
            <a href=source>"Where the rule was read"</a>
            {duty.checked_on.map_or_else(
                || ". Nobody here has checked it yet.".to_owned(),
                |day| format!(", last checked on {}.", in_words(day)),
            )}
        </p>
    }
}

/// One year: how it stands, with its own steps, and what was different then.
fn year(all: &Everything, kept: &Kept, turn: &Turn<'_>, today: Date) -> impl IntoView + use<> {
    let state = state_line(words(turn.due, turn.state, turn.report, today), turn.report);
    let is_open = turn.report.is_none();
    // What is done needs no step any more.
    let steps = turn.steps.iter().filter(|step| is_open || step.report.is_some());
    let steps: Vec<_> = steps.map(step_line).collect();
    let steps = (!steps.is_empty()).then(|| view! { <ul class="stack">{steps}</ul> });
    let notes = is_open.then(|| early(all, turn, today).into_iter().chain(lacks(turn)));
    let notes = notes.into_iter().flatten().chain(changed_since(kept, turn));
    let notes = notes.map(|words| view! { <p>{words}</p> }).collect::<Vec<_>>();
    view! {
        <div class="stack">
            {state}
            {steps}
            {notes}
        </div>
    }
}

/// What was different about a duty when this day passed.
fn changed_since(kept: &Kept, turn: &Turn<'_>) -> Vec<String> {
    let (Some(then), duty) = (turn.then, &kept.duty) else { return Vec::new() };
    let name = (then.name != duty.name).then(|| format!("It was called “{}” then.", then.name));
    let rule = (then.rule != duty.rule || then.source != duty.source)
        .then(|| format!("The area's rule then: {} ({})", then.rule, then.source));
    let who = (then.responsible != duty.responsible)
        .then(|| format!("Responsible then: {}.", then.responsible.title()));
    name.into_iter().chain(rule).chain(who).collect()
}

/// One state, with a link to what it was done by.
fn state_line(words: String, report: Option<&Report>) -> impl IntoView + use<> {
    view! {
        <p class="state">
            <span>{words}" "{report.and_then(link)}</span>
        </p>
    }
}

/// To what something was done by; nothing for a document without an address.
fn link(report: &Report) -> Option<impl IntoView + use<>> {
    let address = report.address()?;
    let title = report.by.title();
    let what = title.strip_prefix("a ").unwrap_or(title);
    Some(view! { <a href=address>{format!("See the {what}")}</a> })
}

/// How something stands, in words.
fn words(due: Result<Date, NoTerms>, state: State, report: Option<&Report>, today: Date) -> String {
    let by = due.map_or_else(|_| String::new(), in_words);
    let done = report.map(|report| {
        let whose = report.organisation.as_ref().map_or("the forum", |named| named.name.as_str());
        format!("on {}, says {whose}", in_words(report.done_on))
    });
    let done = done.unwrap_or_default();
    match (state, due) {
        (State::Done, Ok(_)) => format!("✓ Done {done}. It was due by {by}."),
        (State::Done, Err(_)) => format!("✓ Done {done}."),
        (State::DoneLate, _) => format!("× Done late, {done}. It was due by {by}."),
        (State::Due, Ok(day)) => format!("○ Due by {by} ({}).", away(today, day)),
        (State::Late, Ok(day)) => format!("× Late. It was due by {by} ({}).", away(today, day)),
        (State::NotDone, _) => format!("× Not done. It was due by {by}."),
        (State::NoTerms, Err(missing)) => format!("○ {}", enter_terms(missing)),
        (State::Due | State::Late, Err(_)) | (State::NoTerms, Ok(_)) | (State::Uncounted, _) => {
            String::new()
        }
    }
}

/// How far away a day is: "in 12 days".
fn away(today: Date, day: Date) -> String {
    let at = |day: Date| clock::read(&day.to_string(), "12:00").unwrap_or_default();
    clock::days_away(at(today), at(day))
}

/// That a duty is due on a day on which nobody is at school, and by when to be ready then.
fn early(all: &Everything, turn: &Turn<'_>, today: Date) -> Option<String> {
    let due = turn.due.ok().filter(|due| *due >= today)?;
    let ready = all.school.school_day_by(due).ok().filter(|ready| *ready != due)?;
    Some(format!("{} isn't a school day. Aim for {}.", in_words(due), in_words(ready)))
}

/// Which terms must be entered so that each step has its day.
fn lacks(turn: &Turn<'_>) -> Option<String> {
    let missing = turn.steps.iter().filter(|step| step.report.is_none());
    missing.filter_map(|step| step.by.err()).map(enter_terms).next()
}

/// One step: by when it must happen, or that it did.
fn step_line(step: &StepTurn<'_>) -> impl IntoView + use<> {
    let name = step.name;
    let words = match (step.state, step.by) {
        (State::Done | State::DoneLate, _) => {
            let done = step.report.map_or_else(String::new, |report| in_words(report.done_on));
            format!("✓ {name}: done on {done}")
        }
        (State::Late | State::NotDone, Ok(by)) => {
            format!("× {name}: this should have happened by {}", in_words(by))
        }
        (State::Due, Ok(by)) => format!("○ {name} by {}", in_words(by)),
        (State::Uncounted, Ok(by)) => {
            format!("– {name}: not counted this year, as {} was over already", in_words(by))
        }
        (_, Err(_)) => {
            let before = step.before.map(|before| format!(", {before} before"));
            format!("○ {name}{}", before.unwrap_or_default())
        }
        (State::NoTerms, Ok(_)) => name.to_owned(),
    };
    view! { <li>{words}" "{step.report.and_then(link)}</li> }
}
