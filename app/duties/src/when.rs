//! When a duty is due and what comes before it, as an administrator fills it in: a day, or so long
//! before another duty, and a row for each step. [`whole`] makes of these fields the words that
//! files and tables hold; [`apart`] takes the words of a duty apart again.

use calendar::months;
use forms::{Refusals, Sent};
use ground::ui::{Choice, Choices, Field, Select, capital};
use leptos::prelude::*;

use super::rules::{self, By, Due, Duty, MOST_STEPS, Span};

/// How a form says that it is due on a day, or before another duty.
const EACH: &str = "each";
const BEFORE: &str = "before";

const SCHOOL_DAYS: &str = "school days";
const WEEKS: &str = "weeks";

/// The fields of one step, each sent once for every row.
const STEP_NAME: &str = "step_name";
const STEP_MANY: &str = "step_many";
const STEP_UNIT: &str = "step_unit";
const STEP_BY: &str = "step_by";

/// The longest short name.
const SHORT: usize = 40;

/// What a form sent, with the words that its parts make: the day it is due, its steps, and its
/// short name where none was typed.
pub(super) fn whole(sent: &Sent) -> Sent {
    let due = match sent.typed("due") {
        EACH => format!("{} {}", sent.line("due_day"), sent.line("due_month")),
        BEFORE => format!(
            "{} {} before {}",
            sent.line("due_many"),
            sent.line("due_unit"),
            sent.line("due_other")
        ),
        said => said.to_owned(),
    };
    let rows = Row::all(sent);
    let steps = if rows.is_empty() { sent.typed("steps").to_owned() } else { Row::joined(&rows) };
    let word = match sent.line("duty") {
        word if word.is_empty() => short_name(&sent.line("name")),
        word => word,
    };
    sent.clone().with("due", &due).with("steps", &steps).with("duty", &word)
}

/// The fields of a duty as its form has them.
pub(super) fn apart(duty: &Duty) -> Sent {
    let sent = rules::fields(duty);
    let sent = match &duty.due {
        Due::Each { month, day } => sent
            .with("due", EACH)
            .with("due_day", &day.to_string())
            .with("due_month", months::name(*month)),
        Due::Before(span, word) => {
            let (many, unit) = parts(*span);
            sent.with("due", BEFORE)
                .with("due_many", &many.to_string())
                .with("due_unit", unit)
                .with("due_other", word)
        }
    };
    duty.steps.iter().fold(sent, |sent, step| {
        let (many, unit) = parts(step.before);
        sent.and(STEP_NAME, &step.name)
            .and(STEP_MANY, &many.to_string())
            .and(STEP_UNIT, unit)
            .and(STEP_BY, step.by.word())
    })
}

fn parts(span: Span) -> (u16, &'static str) {
    match span {
        Span::SchoolDays(many) => (many, SCHOOL_DAYS),
        Span::Weeks(many) => (many, WEEKS),
    }
}

/// A short name made of the words of a name, as many as fit.
fn short_name(name: &str) -> String {
    let folded = forms::folded(name);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut short = String::new();
    for word in words {
        let longer = if short.is_empty() { word.to_owned() } else { format!("{short}-{word}") };
        if longer.len() > SHORT {
            break;
        }
        short = longer;
    }
    if short.is_empty() { "duty".to_owned() } else { short }
}

/// One step, as it was typed.
#[derive(Default)]
struct Row<'s> {
    name: &'s str,
    many: &'s str,
    unit: &'s str,
    by: &'s str,
}

impl<'s> Row<'s> {
    /// The rows of a form, also those that were left empty.
    fn all(sent: &'s Sent) -> Vec<Self> {
        let each = |name: &'static str| {
            let fields = sent.fields().filter(move |(field, _)| field == name);
            fields.map(|(_, value)| value.as_str())
        };
        let (mut many, mut unit, mut by) = (each(STEP_MANY), each(STEP_UNIT), each(STEP_BY));
        let row = |name| Self {
            name,
            many: many.next().unwrap_or_default(),
            unit: unit.next().unwrap_or_default(),
            by: by.next().unwrap_or_default(),
        };
        each(STEP_NAME).map(row).collect()
    }

    fn is_empty(&self) -> bool {
        self.name.trim().is_empty() && self.many.trim().is_empty()
    }

    /// As [`rules::steps`] reads them.
    fn joined(rows: &[Self]) -> String {
        let filled = rows.iter().filter(|row| !row.is_empty());
        let lines = filled.map(|row| {
            let name = forms::line(row.name).replace('|', "/");
            format!("{name} | {} {} before | {}", forms::line(row.many), row.unit, row.by)
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// By when it is due, what it is done by, and what comes before. `others`: the duties that it can
/// be due before, by short name and name.
pub(super) fn when_fields<'a>(
    sent: &Sent,
    others: Vec<(String, String)>,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let by = Choice::each(by_choices(), |word| word == sent.typed("by"));
    view! {
        {due_fields(sent, others, refusals)}
        <Choices name="by" legend="What is it done by?" choices=by refusals />
        {step_fields(sent, refusals)}
    }
}

fn by_choices() -> [(&'static str, String); 4] {
    By::ALL.map(|by| (by.word(), capital(by.title())))
}

fn units(chosen: &str) -> Vec<Choice> {
    Choice::each([SCHOOL_DAYS, WEEKS].map(|unit| (unit, unit)), |unit| unit == chosen)
}

fn due_fields<'a>(
    sent: &Sent,
    others: Vec<(String, String)>,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let on_a_day = (EACH, "On the same day every year");
    let before = (BEFORE, "So long before another duty is due");
    let ways = if others.is_empty() { vec![on_a_day] } else { vec![on_a_day, before] };
    let is_only = ways.len() == 1;
    let chosen = Some(sent.typed("due")).filter(|chosen| !chosen.is_empty()).unwrap_or(EACH);
    let ways = Choice::each(ways, |way| is_only || way == chosen);
    let month = Choice::each(months::NAMES.map(|month| (month, month)), |month| {
        month == sent.typed("due_month")
    });
    let before = (!is_only).then(|| {
        let other = Choice::each(others, |word| word == sent.typed("due_other"));
        view! {
            <div class="narrow-fields if-before">
                <Field
                    name="due_many"
                    label="How long before"
                    kind="number"
                    value=sent.typed("due_many")
                    refusals
                />
                <Select
                    name="due_unit"
                    label="Counted in"
                    choices=units(sent.typed("due_unit"))
                />
                <Select name="due_other" label="Before which duty" choices=other />
            </div>
        }
    });
    view! {
        <Choices name="due" legend="When is it due?" choices=ways refusals />
        <div class="narrow-fields if-each">
            <Field
                name="due_day"
                label="Day"
                kind="number"
                value=sent.typed("due_day")
                refusals
            />
            <Select name="due_month" label="Month" choices=month />
        </div>
        {before}
    }
}

/// A row for each step, and some that are empty.
fn step_fields(sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let mut rows = Row::all(sent);
    while rows.last().is_some_and(Row::is_empty) {
        rows.pop();
    }
    let many = (rows.len() + 2).clamp(3, MOST_STEPS);
    rows.resize_with(many.max(rows.len()), Row::default);
    let error = refusals.about("steps").map(|what_to_do| {
        view! {
            <p class="error" id="steps-error">
                <span class="unseen">"Error: "</span>
                {what_to_do.to_owned()}
            </p>
        }
    });
    let rows = rows.iter().enumerate().map(|(nth, row)| step_row(nth, row)).collect::<Vec<_>>();
    view! {
        <h2>"What must happen before"</h2>
        <p>
            "A step that you leave empty is left out. Save this duty, and there is room for two \
             more."
        </p>
        {error}
        {rows}
    }
}

fn step_row(nth: usize, row: &Row<'_>) -> impl IntoView + use<> {
    // The summary of errors leads to the first.
    let id = |field: &str| if nth == 0 { field.to_owned() } else { format!("{field}-{nth}") };
    let (name, many) = (id("steps"), id(STEP_MANY));
    let (name_for, many_for) = (name.clone(), many.clone());
    let by = Choice::each(by_choices(), |word| word == row.by);
    view! {
        <fieldset class="field">
            <legend>{format!("Step {}", nth + 1)}</legend>
            <div class="field">
                <label for=name_for>"What must happen"</label>
                <p class="hint">"Like: The voting round must open"</p>
                <input
                    id=name
                    name=STEP_NAME
                    type="text"
                    value=row.name.to_owned()
                    dir="auto"
                />
            </div>
            <div class="narrow-fields">
                <div class="field">
                    <label for=many_for>"How long before"</label>
                    <input
                        id=many
                        name=STEP_MANY
                        type="number"
                        inputmode="numeric"
                        value=row.many.to_owned()
                    />
                </div>
                <Select
                    name=STEP_UNIT
                    label="Counted in"
                    id=id(STEP_UNIT)
                    choices=units(row.unit)
                />
                <Select name=STEP_BY label="Done by" id=id(STEP_BY) choices=by />
            </div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const STEPS: &str = "The round must open | 60 school days before | round\n\
                         Families are told | 2 weeks before | notice";

    fn fields(due: &str, steps: &str) -> Sent {
        Sent::of(&[
            ("duty", "transport-16"),
            ("name", "Publish the statement"),
            ("rule", "Ours."),
            ("source", "https://example.org"),
            ("checked", ""),
            ("responsible", "forum"),
            ("due", due),
            ("by", "document"),
            ("steps", steps),
            ("public", "yes"),
            ("on", "no"),
        ])
    }

    #[test]
    fn what_a_form_takes_apart_it_makes_whole_again() {
        for (due, steps) in [("31 May", STEPS), ("6 weeks before travel-policy", "")] {
            let duty = rules::duty(&fields(due, steps), &[], date(2027, 1, 4)).expect("a duty");
            let again = whole(&apart(&duty));
            assert_eq!(rules::duty(&again, &[], date(2027, 1, 4)).ok(), Some(duty), "{due}");
        }
    }

    #[test]
    fn empty_rows_are_left_out_and_half_of_one_is_asked_about() {
        let sent = fields("31 May", "");
        let row = |sent: Sent, name: &str, many: &str| {
            sent.and(STEP_NAME, name)
                .and(STEP_MANY, many)
                .and(STEP_UNIT, SCHOOL_DAYS)
                .and(STEP_BY, "round")
        };
        let sent = row(row(row(sent, "", ""), "Open | it", "60"), "", "");
        assert_eq!(whole(&sent).typed("steps"), "Open / it | 60 school days before | round");
        let half = whole(&row(sent, "And then", ""));
        let refused = rules::duty(&half, &[], date(2027, 1, 4)).expect_err("no number");
        assert!(refused.about("steps").is_some_and(|words| words.starts_with("Step 2: ")));
    }

    #[test]
    fn a_short_name_is_made_of_the_first_words() {
        assert_eq!(short_name("Publish the post-16 Übersicht"), "publish-the-post-16-ubersicht");
        assert_eq!(short_name(" – "), "duty");
        let long = short_name("Review everything that families have told us about transport");
        assert_eq!(long, "review-everything-that-families-have");
        assert_eq!(whole(&Sent::of(&[("name", "A day")])).typed("duty"), "a-day");
    }
}
