//! What is known about a place beside its name. A fact is a column of `places`, a field of
//! [`PlaceFacts`] and a row of [`FACTS`]: the forms, the statements and what a fact was before it
//! was put right are made from these.

use calendar::clock::{self, Moment};
use disclosure::commas;
use forms::{Refusals, Sent};

use super::rules::whole_number;

/// What is known about a place. Services and organisations have none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct PlaceFacts {
    /// Children and young people with SEND who live there.
    pub baseline: Option<i64>,
    /// Who says so; empty where there is no number.
    pub baseline_source: String,
    /// The day they counted, as `2026-01-31`; empty where there is none.
    pub baseline_day: String,
}

/// A fact as the forms ask for it and the tables hold it.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// The column, the field of the form, and the name under which is kept what it was.
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// What sort of field: `number`, `date` or `text`.
    pub kind: &'static str,
    /// As it is called where it says what it was.
    pub title: &'static str,
    /// As the audit log calls a change to it, and to those that belong to it.
    pub part: &'static str,
}

/// All of them, in the order of the form.
pub const FACTS: [Fact; 3] = [
    Fact {
        name: "baseline",
        label: "Children and young people with SEND who live there",
        hint: "Leave this and the next two empty if you don't know.",
        kind: "number",
        title: "Children and young people with SEND",
        part: "baseline",
    },
    Fact {
        name: "baseline_source",
        label: "Where the number is from",
        hint: "For example: School census, January 2026",
        kind: "text",
        title: "Where the number is from",
        part: "baseline",
    },
    Fact {
        name: "baseline_day",
        label: "The day it was counted",
        hint: "",
        kind: "date",
        title: "The day it was counted",
        part: "baseline",
    },
];

impl PlaceFacts {
    /// Each as the form and the list of corrections have it, in the order of [`FACTS`].
    #[must_use]
    pub fn texts(&self) -> [String; FACTS.len()] {
        [
            self.baseline.map_or_else(String::new, |number| number.to_string()),
            self.baseline_source.clone(),
            self.baseline_day.clone(),
        ]
    }

    /// Reads what a form sent. A number is of use only with who counted and when.
    ///
    /// # Errors
    /// What to put right.
    pub fn read(sent: &Sent, now: Moment) -> Result<Self, Refusals> {
        let mut of_number = FACTS.iter().filter(|fact| fact.part == "baseline");
        if of_number.all(|fact| sent.line(fact.name).is_empty()) {
            return Ok(Self::default());
        }
        let mut refusals = Refusals::default();
        let children = refusals.take("baseline", whole_number(&sent.line("baseline")));
        let source = forms::within(
            sent.line("baseline_source"),
            120,
            "Say where the number is from, like the school census",
        );
        let source = refusals.take("baseline_source", source);
        let day = match clock::read(sent.typed("baseline_day"), "00:00") {
            None => Err("Enter the day the number was counted".to_owned()),
            Some(at) if at > now => Err("Enter a day that isn't in the future".to_owned()),
            Some(at) => Ok(clock::fields(at).0),
        };
        match (children, source, refusals.take("baseline_day", day)) {
            (Some(children), Some(baseline_source), Some(baseline_day)) => {
                Ok(Self { baseline: Some(children), baseline_source, baseline_day })
            }
            _ => Err(refusals),
        }
    }

    /// In words: "1,750 children and young people with SEND (School census, Thursday 15 January
    /// 2026)". Nothing where nobody has said.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let children = commas(self.baseline?.unsigned_abs());
        let day = clock::day_of(&self.baseline_day).unwrap_or_else(|| self.baseline_day.clone());
        let who: Vec<&str> =
            [&*self.baseline_source, &*day].into_iter().filter(|part| !part.is_empty()).collect();
        let who = if who.is_empty() { String::new() } else { format!(" ({})", who.join(", ")) };
        Some(format!("{children} children and young people with SEND{who}"))
    }
}

impl Fact {
    fn is_number(&self) -> bool {
        self.kind == "number"
    }

    /// What a list says in its place where things have no such fact.
    pub(super) fn none(&self) -> String {
        let none = if self.is_number() { "CAST(NULL AS BIGINT)" } else { "''" };
        format!("{none} AS {}", self.name)
    }

    /// Its column as a text, as in [`PlaceFacts::texts`].
    pub(super) fn as_text(&self) -> String {
        if self.is_number() {
            format!("coalesce(CAST({} AS TEXT), '')", self.name)
        } else {
            self.name.to_owned()
        }
    }

    /// The parameter with this number, which is a text, as its column holds it.
    pub(super) fn held(&self, parameter: usize) -> String {
        if self.is_number() {
            format!("CAST(nullif(CAST(${parameter} AS TEXT), '') AS BIGINT)")
        } else {
            format!("CAST(${parameter} AS TEXT)")
        }
    }
}

/// What each fact gives, as a part of a statement.
pub(super) fn each(part: impl Fn(usize, &Fact) -> String, between: &str) -> String {
    let parts = FACTS.iter().enumerate().map(|(nth, fact)| part(nth, fact));
    parts.collect::<Vec<_>>().join(between)
}
