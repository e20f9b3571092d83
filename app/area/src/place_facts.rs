//! What is known about a place beside its name. A fact is a column of `places`, a field of
//! [`PlaceFacts`] and a row of [`FACTS`], which says how it is asked for, read, written and told:
//! the forms, the statements and what a fact was before it was put right are made from these.

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
    /// As the audit log calls a change to it, and to those that belong to it: they are given
    /// together or not at all.
    pub part: &'static str,
    /// As the form and the list of corrections have it.
    text: fn(&PlaceFacts) -> String,
    read: Read,
    /// As people read it; `None` where it is not known, or is said with another.
    words: fn(&PlaceFacts) -> Option<String>,
}

/// Takes over what a form sent. The error says what to put right.
type Read = fn(&mut PlaceFacts, &Sent, Moment) -> Result<(), String>;

/// All of them, in the order of the form.
pub const FACTS: [Fact; 3] = [
    Fact {
        name: "baseline",
        label: "Children and young people with SEND who live there",
        hint: "Leave this and the next two empty if you don't know.",
        kind: "number",
        title: "Children and young people with SEND",
        part: "baseline",
        text: |facts| facts.baseline.map_or_else(String::new, |number| number.to_string()),
        read: |facts, sent, _| {
            facts.baseline = Some(whole_number(&sent.line("baseline"))?);
            Ok(())
        },
        words: PlaceFacts::children,
    },
    Fact {
        name: "baseline_source",
        label: "Where the number is from",
        hint: "For example: School census, January 2026",
        kind: "text",
        title: "Where the number is from",
        part: "baseline",
        text: |facts| facts.baseline_source.clone(),
        read: |facts, sent, _| {
            facts.baseline_source = forms::within(
                sent.line("baseline_source"),
                120,
                "Say where the number is from, like the school census",
            )?;
            Ok(())
        },
        words: |_| None,
    },
    Fact {
        name: "baseline_day",
        label: "The day it was counted",
        hint: "",
        kind: "date",
        title: "The day it was counted",
        part: "baseline",
        text: |facts| facts.baseline_day.clone(),
        read: |facts, sent, now| match clock::read(sent.typed("baseline_day"), "00:00") {
            None => Err("Enter the day the number was counted".to_owned()),
            Some(at) if at > now => Err("Enter a day that isn't in the future".to_owned()),
            Some(at) => {
                facts.baseline_day = clock::fields(at).0;
                Ok(())
            }
        },
        words: |_| None,
    },
];

impl PlaceFacts {
    /// Each as the form and the list of corrections have it, in the order of [`FACTS`].
    #[must_use]
    pub fn texts(&self) -> [String; FACTS.len()] {
        FACTS.map(|fact| (fact.text)(self))
    }

    /// Reads what a form sent: each part as a whole, or nothing of it. A number is of use only with
    /// who counted and when.
    ///
    /// # Errors
    /// What to put right.
    pub fn read(sent: &Sent, now: Moment) -> Result<Self, Refusals> {
        let (mut facts, mut refusals) = (Self::default(), Refusals::default());
        for fact in &FACTS {
            let mut part = FACTS.iter().filter(|other| other.part == fact.part);
            if part.all(|other| sent.line(other.name).is_empty()) {
                continue;
            }
            if let Err(what_to_do) = (fact.read)(&mut facts, sent, now) {
                refusals.add(fact.name, what_to_do);
            }
        }
        if refusals.is_empty() { Ok(facts) } else { Err(refusals) }
    }

    /// In words. Nothing where nobody has said.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let words: Vec<String> = FACTS.iter().filter_map(|fact| (fact.words)(self)).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// "1,750 children and young people with SEND (School census, Thursday 15 January 2026)".
    fn children(&self) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        clock::read("2026-12-01", "10:00").expect("a time")
    }

    /// What somebody types of a fact.
    fn typed(fact: &Fact) -> &'static str {
        match fact.kind {
            "number" => "7",
            "date" => "2026-01-31",
            _ => fact.title,
        }
    }

    #[test]
    fn every_fact_is_kept_as_it_was_sent() {
        let fields: Vec<_> = FACTS.iter().map(|fact| (fact.name, typed(fact))).collect();
        let facts = PlaceFacts::read(&Sent::of(&fields), now()).expect("facts");
        assert_eq!(facts.texts(), FACTS.map(|fact| typed(&fact).to_owned()));
        assert_eq!(PlaceFacts::read(&Sent::default(), now()), Ok(PlaceFacts::default()));
    }

    #[test]
    fn whoever_says_one_fact_of_a_part_is_asked_for_the_others() {
        for fact in &FACTS {
            let read = PlaceFacts::read(&Sent::of(&[(fact.name, typed(fact))]), now());
            let refusals = read.err().unwrap_or_default();
            let asked: Vec<_> = refusals.iter().map(|(field, _)| field).collect();
            let others = FACTS.iter().filter(|it| it.part == fact.part && it.name != fact.name);
            assert_eq!(asked, others.map(|it| it.name).collect::<Vec<_>>(), "{}", fact.name);
        }
    }
}
