//! Reads what a form or a file says of a duty, and what a form says was done.

use forms::{Named, Refusals, Sent};
use ground::ui::capital;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::words::word_of;
use super::{By, Due, Duty, Responsible, Turn, steps, steps_as_text};

/// A duty as the fields of its form, which are those of a file too.
#[must_use]
pub fn fields(duty: &Duty) -> Sent {
    let yes = |is: bool| if is { "yes" } else { "no" };
    Sent::of(&[
        ("duty", &duty.word),
        ("name", &duty.name),
        ("rule", &duty.rule),
        ("source", &duty.source),
        ("checked", &duty.checked_on.map_or_else(String::new, |day| day.to_string())),
        ("responsible", duty.responsible.word()),
        ("due", &duty.due.to_string()),
        ("by", duty.by.word()),
        ("steps", &steps_as_text(&duty.steps)),
        ("public", yes(duty.is_public)),
        ("on", yes(duty.is_on)),
    ])
}

/// Reads a duty from the fields of its form, or of a file.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn duty(sent: &Sent, organisations: &[Named], today: Date) -> Result<Duty, Refusals> {
    let mut refusals = Refusals::default();
    let yes_or_no = |field: &'static str| match sent.line(field).as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("Choose yes or no".to_owned()),
    };
    let word = refusals.take("duty", word_of(sent.typed("duty")).map_err(|wrong| capital(&wrong)));
    let name = forms::within(sent.line("name"), 120, "Enter what must be done");
    let name = refusals.take("name", name);
    let rule = forms::within(sent.line("rule"), 600, "Say what the area's rule is");
    let rule = refusals.take("rule", rule);
    let source = refusals.take("source", address(&sent.line("source")));
    let checked_on = refusals.take("checked", checked(sent.typed("checked"), today));
    let responsible = responsible(&sent.line("responsible"), organisations);
    let responsible = refusals.take("responsible", responsible);
    let due =
        refusals.take("due", sent.line("due").parse::<Due>().map_err(|wrong| capital(&wrong)));
    let by = By::read(&sent.line("by"));
    let by = by.ok_or_else(|| "Choose round, consultation, notice or document".to_owned());
    let by = refusals.take("by", by);
    let steps = refusals.take("steps", steps(sent.typed("steps")));
    let is_public = refusals.take("public", yes_or_no("public"));
    let is_on = yes_or_no("on").and_then(|is_on| match (is_on, checked_on) {
        (true, Some(None)) => Err("Look at the source first, and enter the day you did".to_owned()),
        _ => Ok(is_on),
    });
    let is_on = refusals.take("on", is_on);
    let what = (word, name, rule, source, checked_on);
    let (Some(word), Some(name), Some(rule), Some(source), Some(checked_on)) = what else {
        return Err(refusals);
    };
    let how = (responsible, due, by, steps, is_public, is_on);
    let (Some(responsible), Some(due), Some(by), Some(steps), Some(is_public), Some(is_on)) = how
    else {
        return Err(refusals);
    };
    Ok(Duty { word, name, rule, source, checked_on, responsible, due, by, steps, is_public, is_on })
}

/// Reads an address that everyone can open.
///
/// # Errors
/// What to do about it.
pub fn address(text: &str) -> Result<String, String> {
    let has_host = text.strip_prefix("https://").is_some_and(|rest| rest.contains('.'));
    if !has_host || text.contains(char::is_whitespace) {
        return Err("Enter an address that begins with https://".to_owned());
    }
    forms::within(text.to_owned(), 300, "Enter an address")
}

fn checked(typed: &str, today: Date) -> Result<Option<Date>, String> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let day: Date = typed
        .trim()
        .parse()
        .map_err(|_| "Enter the day somebody looked at the source, like 2026-11-30".to_owned())?;
    if day > today {
        return Err("The day somebody looked at the source can't be in the future".to_owned());
    }
    Ok(Some(day))
}

fn responsible(word: &str, organisations: &[Named]) -> Result<Responsible, String> {
    match word {
        "forum" => Ok(Responsible::Forum),
        "leaders" => Ok(Responsible::Leaders),
        name => {
            let organisation = organisations.iter().find(|one| one.name == name).cloned();
            organisation.map(Responsible::Organisation).ok_or_else(|| {
                "Choose forum, leaders, or an organisation by the name it has here".to_owned()
            })
        }
    }
}

/// What somebody says about a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    pub year: i16,
    /// The step; empty for the duty itself.
    pub step: String,
    pub done_on: Date,
    pub by: By,
    pub thing: String,
}

/// A round, a consultation or a notice that everyone can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub by: By,
    pub named: Named,
}

/// Which of the open things of a duty a form names: the year, and the step if it is one. Never by
/// its place in a list, which may be another when the form is sent.
#[must_use]
pub fn part_word(year: i16, step: &str) -> String {
    format!("{year} {step}").trim_end().to_owned()
}

/// Whether it takes an address to say that this was done: for the duty itself, where everyone sees
/// how it stands.
#[must_use]
pub fn needs_address(turn: &Turn<'_>, step: &str, by: By) -> bool {
    by == By::Document && step.is_empty() && turn.is_public
}

/// Reads that something was done.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn report(
    sent: &Sent,
    turns: &[Turn<'_>],
    things: &[Thing],
    today: Date,
) -> Result<NewReport, Refusals> {
    let parts = turns.iter().flat_map(|turn| {
        let steps = turn.steps.iter().map(move |step| (turn, step.name, step.done_by));
        std::iter::once((turn, "", turn.by)).chain(steps)
    });
    let mut parts =
        parts.filter(|(turn, step, _)| part_word(turn.year, step) == sent.typed("part"));
    let mut refusals = Refusals::default();
    let part = parts.next().ok_or_else(|| "Choose what was done".to_owned());
    let part = refusals.take("part", part);
    let done_on = match sent.typed("done_on").trim().parse::<Date>() {
        Err(_) => Err("Enter the day it was done".to_owned()),
        Ok(day) if day > today => Err("Choose today or an earlier day".to_owned()),
        Ok(day) if day < today - 2.years() => Err("Choose a day in the last two years".to_owned()),
        Ok(day) => Ok(day),
    };
    let done_on = refusals.take("done_on", done_on);
    let thing = part.and_then(|(turn, step, by)| match by {
        By::Document => {
            let link = sent.line("link");
            let is_left_out = link.is_empty() && !needs_address(turn, step, by);
            refusals.take("link", if is_left_out { Ok(link) } else { address(&link) })
        }
        by => {
            let is_it = |thing: &&Thing| thing.by == by && thing.named.id == sent.typed("thing");
            let thing = things.iter().find(is_it).map(|thing| thing.named.id.clone());
            let what_to_do = || format!("Choose {} from the list", by.title());
            refusals.take("thing", thing.ok_or_else(what_to_do))
        }
    });
    match (part, done_on, thing) {
        (Some((turn, step, by)), Some(done_on), Some(thing)) => {
            Ok(NewReport { year: turn.year, step: step.to_owned(), done_on, by, thing })
        }
        _ => Err(refusals),
    }
}
