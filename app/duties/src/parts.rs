//! How a duty is shown: what it is, how it stands, and by when each step must happen.

use calendar::clock;
use calendar::school::NoTerms;
use ground::ui::{Pager, capital};
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

/// A duty with how it stands. `to`: where whoever looks can say that it was done.
pub fn card(
    all: &Everything,
    kept: &Kept,
    today: Date,
    to: Option<String>,
) -> impl IntoView + use<> {
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
            {standing(all, kept, today)}
            {say}
        </li>
    }
}

/// How a duty stands, its steps, its rule and where that was read.
pub fn standing(all: &Everything, kept: &Kept, today: Date) -> impl IntoView + use<> {
    let turns = all.turns(kept, today);
    let states: Vec<_> = turns
        .iter()
        .map(|turn| state_line(words(turn.due, turn.state, turn.report, today), turn.report))
        .collect();
    let open = turns.iter().find(|turn| turn.report.is_none());
    let notes = open.into_iter().flat_map(|turn| early(all, turn).into_iter().chain(lacks(turn)));
    let notes = notes.map(|words| view! { <p>{words}</p> }).collect::<Vec<_>>();
    let steps: Vec<_> =
        open.map(|turn| turn.steps.iter().map(step_line).collect()).unwrap_or_default();
    let steps = (!steps.is_empty()).then(|| view! { <ul>{steps}</ul> });
    let off = turns.is_empty().then(|| view! { <p class="state">"○ Switched off"</p> });
    let duty = &kept.duty;
    let source = duty.source.clone();
    view! {
        {states}
        {off}
        {steps}
        {notes}
        <p>
            <b>"The area's rule: "</b>
            {duty.rule.clone()}
        </p>
        <p class="soft">
            {format!("{} sees to it. ", capital(duty.responsible.title()))}
            <a href=source>"Where the rule was read"</a>
            {duty.checked_on.map_or_else(
                || ". Nobody here has checked it yet.".to_owned(),
                |day| format!(", last checked on {}.", in_words(day)),
            )}
        </p>
    }
}

/// One state, with a link to what it was done by.
fn state_line(words: String, report: Option<&Report>) -> impl IntoView + use<> {
    view! {
        <p class="state">
            <span>{words}" "{report.map(link)}</span>
        </p>
    }
}

/// To what something was done by.
fn link(report: &Report) -> impl IntoView + use<> {
    view! { <a href=report.address()>{format!("See {}", report.by.title())}</a> }
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
        (State::Due | State::Late, Err(_)) | (State::NoTerms, Ok(_)) => String::new(),
    }
}

/// How far away a day is: "in 12 days".
fn away(today: Date, day: Date) -> String {
    let at = |day: Date| clock::read(&day.to_string(), "12:00").unwrap_or_default();
    clock::days_away(at(today), at(day))
}

/// That a duty is due on a day on which nobody is at school, and by when to be ready then.
fn early(all: &Everything, turn: &Turn<'_>) -> Option<String> {
    let due = turn.due.ok()?;
    let ready = all.school.school_day_by(due).ok().filter(|ready| *ready != due)?;
    Some(format!("{} is no school day. Be ready by {}.", in_words(due), in_words(ready)))
}

/// Which terms must be entered so that each step has its day.
fn lacks(turn: &Turn<'_>) -> Option<String> {
    let missing = turn.steps.iter().filter(|step| step.report.is_none());
    missing.filter_map(|step| step.by.err()).map(enter_terms).next()
}

/// One step: by when it must happen, or that it did.
fn step_line(step: &StepTurn<'_>) -> impl IntoView + use<> {
    let name = &step.step.name;
    let words = match (step.state, step.by) {
        (State::Done | State::DoneLate, _) => {
            let done = step.report.map_or_else(String::new, |report| in_words(report.done_on));
            format!("✓ {name}: done on {done}")
        }
        (State::Late | State::NotDone, Ok(by)) => format!("× {name} by {}: late", in_words(by)),
        (State::Due, Ok(by)) => format!("○ {name} by {}", in_words(by)),
        (_, Err(_)) => format!("○ {name}, {} before", step.step.before),
        (State::NoTerms, Ok(_)) => name.clone(),
    };
    view! { <li>{words}" "{step.report.map(link)}</li> }
}
