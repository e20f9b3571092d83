//! What the forum found, in up to three short sentences before the numbers of a release: written by
//! an organiser as they publish it or later, each time a version of its own with its day.

use calendar::clock;
use forms::{Refusals, Sent};
use ground::ui::Field;
use leptos::prelude::*;

use super::store::{Findings, Release};

const LONGEST: usize = 200;
/// The fields: (name, label).
const FIELDS: [(&str, &str); 3] = [
    ("finding_1", "First finding"),
    ("finding_2", "Second finding"),
    ("finding_3", "Third finding"),
];

/// Reads the findings from a form; there may be none.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn read(sent: &Sent) -> Result<Vec<String>, Refusals> {
    let mut refusals = Refusals::default();
    let mut findings = Vec::new();
    for (field, _) in FIELDS {
        let finding = forms::optional(sent.line(field), LONGEST).and_then(|finding| {
            if counts_a_few(&finding) {
                Err("Use a percentage, or a number from the tables. We never publish that fewer \
                     than 10 people said something"
                    .to_owned())
            } else {
                Ok(finding)
            }
        });
        findings.extend(refusals.take(field, finding).filter(|finding| !finding.is_empty()));
    }
    if refusals.is_empty() { Ok(findings) } else { Err(refusals) }
}

/// Whether a sentence says of one to nine people what they said, as in "3 parents".
fn counts_a_few(finding: &str) -> bool {
    const PEOPLE: [&str; 10] = [
        "person", "people", "parent", "parents", "carer", "carers", "family", "families", "child",
        "children",
    ];
    let finding = finding.to_lowercase().replace(',', "");
    let words: Vec<&str> =
        finding.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|two| {
        two[0].parse::<u64>().is_ok_and(|number| {
            (1..disclosure::SMALLEST_SHOWN).contains(&number) && PEOPLE.contains(&two[1])
        })
    })
}

/// What was found, as everyone reads it; nothing where nothing is written.
pub fn shown(findings: &Findings) -> impl IntoView + use<> {
    let each = findings.words.iter().map(|finding| view! { <li>{finding.clone()}</li> });
    let each = each.collect_view();
    let by = format!("Written by the forum on {}.", clock::day(findings.said_at));
    (!findings.words.is_empty()).then(|| {
        view! {
            <section class="panel">
                <h2>"In short"</h2>
                <ul>{each}</ul>
                <p class="soft">{by}</p>
            </section>
        }
    })
}

/// The fields of a form that holds what is written now, or what was sent and refused.
pub fn fields(release: &Release, sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let now = &release.findings;
    let numbers = if release.results.shows_numbers() {
        "Take every number from the tables, and please don't name anyone."
    } else {
        "The tables show no numbers, so use none, nor words like “most” or “a few”. Please don't \
         name anyone."
    };
    let was_sent = sent.fields().any(|(name, _)| name == FIELDS[0].0);
    let each = FIELDS.into_iter().enumerate().map(|(nth, (name, label))| {
        let value = if was_sent {
            sent.typed(name).to_owned()
        } else {
            now.words.get(nth).cloned().unwrap_or_default()
        };
        view! { <Field name label value refusals /> }.into_any()
    });
    let each = each.collect::<Vec<_>>();
    view! {
        <p>
            "Say what you found in up to three short sentences. They come before the numbers. "
            {numbers}
        </p>
        {each}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(findings: [&str; 3]) -> Sent {
        let fields: Vec<(&str, &str)> =
            FIELDS.iter().zip(findings).map(|((name, _), words)| (*name, words)).collect();
        Sent::of(&fields)
    }

    #[test]
    fn up_to_three_sentences_are_read_and_empty_ones_left_out() {
        assert_eq!(read(&Sent::default()), Ok(Vec::new()));
        assert_eq!(
            read(&sent(["Most wait  months.", " ", "Saturdays suit 67%."])),
            Ok(vec!["Most wait months.".to_owned(), "Saturdays suit 67%.".to_owned()])
        );
    }

    #[test]
    fn one_that_is_long_or_counts_a_few_people_is_refused_by_its_field() {
        let long = "x".repeat(201);
        let refused = read(&sent(["Good.", &long, "Only 3 parents were told."]))
            .map_err(|refusals| refusals.iter().map(|(field, _)| field).collect::<Vec<_>>());
        assert_eq!(refused, Err(vec!["finding_2", "finding_3"]));
        for fine in ["40 parents wait.", "1,005 families answered.", "Each waits 3 months."] {
            assert!(!counts_a_few(fine), "{fine}");
        }
    }
}
