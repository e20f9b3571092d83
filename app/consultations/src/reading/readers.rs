//! Who read which answers, and how far two readers agree on what an answer is about.

use std::collections::BTreeMap;

use ground::ids::{self, Id};
use leptos::prelude::*;
use questionnaires::results::Theme;

/// That somebody read an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub response_id: Id<ids::Response>,
    /// The key of the question.
    pub question: String,
    /// Who: (account, name).
    pub by: (Id<ids::Account>, String),
    /// The ids of the themes they found in it; `None`: they said no more than that they read it.
    pub themes: Option<Vec<String>>,
}

/// How far those agree who read the same answers to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// How many answers two or more people gave themes to.
    pub read: usize,
    /// The responses in which they differ.
    pub differ: Vec<Id<ids::Response>>,
}

/// How far they agree. Themes that were removed meanwhile do not count.
#[must_use]
pub fn agreement(readings: &[Reading], themes: &[Theme], question: &str) -> Agreement {
    let mut found: BTreeMap<&str, Vec<Vec<&String>>> = BTreeMap::new();
    for reading in readings.iter().filter(|reading| reading.question == question) {
        let Some(given) = &reading.themes else { continue };
        let is_there = |id: &&String| themes.iter().any(|theme| theme.id == **id);
        let mut given: Vec<&String> = given.iter().filter(is_there).collect();
        given.sort();
        found.entry(&reading.response_id).or_default().push(given);
    }
    let mut agreement = Agreement::default();
    for (response_id, given) in found.into_iter().filter(|(_, given)| given.len() > 1) {
        agreement.read += 1;
        if given.windows(2).any(|pair| pair[0] != pair[1]) {
            agreement.differ.push(response_id.into());
        }
    }
    agreement
}

/// Which themes this person gave to an answer.
#[must_use]
pub fn given_by<'r>(
    readings: &'r [Reading],
    me: &Id<ids::Account>,
    (response_id, question): (&str, &str),
) -> Option<&'r [String]> {
    readings
        .iter()
        .find(|reading| {
            reading.by.0 == *me
                && reading.question == question
                && reading.response_id == *response_id
        })?
        .themes
        .as_deref()
}

/// Who read an answer, in a line; nothing where nobody did.
pub fn read_by(
    readings: &[Reading],
    (response_id, question): (&str, &str),
) -> Option<impl IntoView + use<>> {
    let is_this =
        |reading: &&Reading| reading.question == question && reading.response_id == *response_id;
    let names: Vec<&str> =
        readings.iter().filter(is_this).map(|reading| reading.by.1.as_str()).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        view! { <p class="soft">{format!("✓ Read by {names}")}</p> }
    })
}

/// How far two readers agree, and the ways to read as a second one and to see where they differ.
/// `question_page`: its address without a query.
pub fn agreeing(
    agreement: &Agreement,
    question_page: &str,
    is_second: bool,
) -> impl IntoView + use<> {
    let words = match agreement.read {
        0 => "Nobody has read the same answers as somebody else yet.".to_owned(),
        read => {
            let same = read - agreement.differ.len();
            let share = disclosure::share(same as u64, read as u64).unwrap_or(0);
            format!(
                "Two or more people have given themes to {read} answers, and the same ones to \
                 {same} of them ({share}%)."
            )
        }
    };
    let differ = (!agreement.differ.is_empty()).then(|| {
        view! {
            <li>
                <a href=format!("{question_page}?differ=yes")>"See where they differ"</a>
            </li>
        }
    });
    let second = if is_second {
        view! { <a href=question_page.to_owned()>"Stop reading as a second person"</a> }.into_any()
    } else {
        view! {
            <a href=format!(
                "{question_page}?second=yes",
            )>"Read as a second person, without seeing the themes others gave"</a>
        }
        .into_any()
    };
    view! {
        <section class="panel">
            <h2>"Two readers"</h2>
            <p>{words}</p>
            <ul>
                {differ}
                <li>{second}</li>
            </ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(response: &str, by: &str, themes: Option<&[&str]>) -> Reading {
        Reading {
            response_id: response.into(),
            question: "why".into(),
            by: (by.into(), by.to_owned()),
            themes: themes.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
        }
    }

    fn theme(id: &str) -> Theme {
        Theme { id: id.into(), question: "why".into(), title: id.to_owned(), responses: Vec::new() }
    }

    #[test]
    fn readers_agree_where_they_gave_the_same_themes_that_are_still_there() {
        let themes = [theme("a"), theme("b")];
        let readings = [
            reading("one", "asha", Some(&["a", "b"])),
            reading("one", "ben", Some(&["b", "a", "gone"])),
            reading("two", "asha", Some(&["a"])),
            reading("two", "ben", Some(&[])),
            reading("three", "asha", Some(&["a"])),
            reading("three", "ben", None),
        ];
        let found = agreement(&readings, &themes, "why");
        assert_eq!(found, Agreement { read: 2, differ: vec!["two".into()] });
        assert_eq!(agreement(&readings, &themes, "how"), Agreement::default());
        let asha = given_by(&readings, &"asha".into(), ("two", "why"));
        assert_eq!(asha, Some(&["a".to_owned()][..]));
        assert_eq!(given_by(&readings, &"ben".into(), ("three", "why")), None);
    }
}
