//! Whether two updates differ in more than their spelling: then those who contributed are told
//! again. Pure.

use outcomes::rules::Outcome;

use super::words::Words;

/// Words that mean something else when a letter or two change: no and yes, numbers, days, and what
/// is more or less.
const TELLING: &str = " can cannot can’t can't not now none never must most \
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty \
        seventy eighty ninety hundred hundreds \
    thousand thousands half twice once first second third fourth fifth sixth seventh eighth ninth \
        tenth \
    monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays \
        fridays saturdays sundays \
    january february march april may june july august september october november december \
    more less fewer lower longer shorter higher larger smaller earlier later before after with \
        without daily weekly monthly yearly ";

fn is_telling(word: &str) -> bool {
    word.ends_with("teen")
        || word.ends_with("teenth")
        || word.ends_with("tieth")
        || TELLING.split(' ').any(|telling| telling == word)
}

/// Whether two updates say the same apart from their spelling: the same outcome, days, numbers and
/// links, and in the texts as many words, each of which differs by two letters at most and is not a
/// number or another word that means something else with them. Who decided is a name: it must be
/// the same.
#[must_use]
pub fn differ_in_spelling_only(one: &Words, other: &Words) -> bool {
    let days = |words: &Words| match &words.outcome {
        Outcome::Not { look_again, .. } => look_again.clone(),
        Outcome::Deciding { by } => by.clone(),
        Outcome::Done | Outcome::Partly => String::new(),
    };
    let texts = |words: &Words| {
        let because = if let Outcome::Not { because, .. } = &words.outcome {
            because.clone()
        } else {
            String::new()
        };
        [
            words.you_said.clone(),
            words.part.clone(),
            words.we_did.clone(),
            words.next.clone(),
            because,
        ]
    };
    let who = |words: &Words| {
        if let Outcome::Not { decided_by, .. } = &words.outcome {
            decided_by.clone()
        } else {
            String::new()
        }
    };
    one.outcome.word() == other.outcome.word()
        && (days(one), who(one)) == (days(other), who(other))
        && (&one.next_by, &one.evidence, &one.questions)
            == (&other.next_by, &other.evidence, &other.questions)
        && texts(one).iter().zip(&texts(other)).all(|(one, other)| is_spelling(one, other))
}

fn is_spelling(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| one == other || may_be_a_slip(one, other))
}

fn may_be_a_slip(one: &str, other: &str) -> bool {
    // The sign beside a number is part of it.
    let is_around = |c: char, has_number: bool| {
        if has_number { ".,;:!?()“”‘’\"'".contains(c) } else { !c.is_alphanumeric() }
    };
    let bare = |word: &str| {
        word.trim_matches(|c: char| is_around(c, word.chars().any(char::is_numeric))).to_lowercase()
    };
    let (one, other) = (bare(one), bare(other));
    let plain = |word: &str| {
        word.chars().count() > 3 && !word.chars().any(char::is_numeric) && !is_telling(word)
    };
    one == other
        || (plain(&one)
            && plain(&other)
            && one.chars().next() == other.chars().next()
            && strsim::levenshtein(&one, &other) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Evidence;

    fn words(we_did: &str) -> Words {
        Words::new("The wait is too long.", we_did, Outcome::Done)
    }

    #[test]
    fn spelling_is_what_changes_no_meaning() {
        let said = words("We recieved 12 offers and will not close the group on Monday.");
        for slip in [
            "We received 12 offers and will not close the group on Monday.",
            "We recieved 12 offers, and will not close the group on Monday!",
        ] {
            assert!(differ_in_spelling_only(&said, &words(slip)), "{slip}");
        }
        for meaning in [
            "We recieved 13 offers and will not close the group on Monday.",
            "We recieved 12 offers and will now close the group on Monday.",
            "We recieved 12 offers and will not close the group on Sunday.",
            "We recieved 12 offers and will not close the south group on Monday.",
            "We recieved 12 offers and will close the group on Monday.",
        ] {
            assert!(!differ_in_spelling_only(&said, &words(meaning)), "{meaning}");
        }
        for (one, other) in [
            ("It takes eight weeks.", "It takes eighty weeks."),
            ("Fewer than <10 wait.", "Fewer than >10 wait."),
            ("It is -12% now.", "It is 12% now."),
            ("It costs £500.", "It costs 500%."),
            ("The wait is lower.", "The wait is longer."),
            ("It is open daily.", "It is open days."),
        ] {
            assert!(!differ_in_spelling_only(&words(one), &words(other)), "{one} {other}");
        }
        let not = |decided_by: &str| {
            let outcome = Outcome::Not {
                because: "b".into(),
                decided_by: decided_by.into(),
                look_again: "2027-01-01".into(),
            };
            Words { outcome, ..said.clone() }
        };
        assert!(!differ_in_spelling_only(&not("Mary Invented"), &not("Mark Invented")));
        let partly = Words { outcome: Outcome::Partly, ..said.clone() };
        assert!(!differ_in_spelling_only(&said, &partly));
        let evidence =
            Evidence { links: vec!["https://example.org/".to_owned()], ..Evidence::default() };
        assert!(!differ_in_spelling_only(&said, &Words { evidence, ..said.clone() }));
    }
}
