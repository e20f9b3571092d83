//! A text from which words are taken out that name somebody, as in "[a name] never rings back": how
//! what people read instead is typed in, and whether it says anything that was not said.

/// The longest words in square brackets that stand for what was taken out, in characters.
const LONGEST_MARK: usize = 40;

/// Reads what people will read in place of a text.
///
/// # Errors
/// What to do about it, in the words the page shows.
pub fn instead(typed: &str, longest: usize) -> Result<String, String> {
    let what_to_do = "Write what people will read instead, for example: [a name]";
    crate::within(crate::prose(typed), longest, what_to_do)
}

/// Whether `after` is `before` with words taken out, and nothing else: each word is one of those
/// before, in their order, and some are missing. A few words in square brackets may stand in for
/// them. Signs and spaces between words don't count.
#[must_use]
pub fn only_takes_out(before: &str, after: &str) -> bool {
    let after = without_marks(after);
    let mut said = words(before);
    words(&after).all(|word| said.any(|was| was == word))
        && words(&after).count() < words(before).count()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The text without what is in square brackets. What is too long to stand for a name stays.
fn without_marks(text: &str) -> String {
    let (mut left, mut rest) = (String::new(), text);
    while let Some((before, mark)) = rest.split_once('[') {
        left.push_str(before);
        left.push(' ');
        rest = match mark.split_once(']') {
            Some((inside, after)) if inside.chars().count() <= LONGEST_MARK => after,
            _ => mark,
        };
    }
    left.push_str(rest);
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_read_instead_takes_words_out_and_says_nothing_new() {
        let before = "Mrs Invented’s team, in Bootle, never rings back.";
        for after in [
            "[A name]’s team, in Bootle, never rings back.",
            "[A name]'s team never rings back.",
            "[A name] team in [a place] never rings back",
            "[taken out]",
        ] {
            assert!(only_takes_out(before, after), "{after}");
        }
        for after in [
            before,
            "Mrs Invented's team, in Bootle, never rings back!",
            "[A name]’s team, in Bootle, always rings back.",
            "Never rings Mrs Invented’s team.",
            "[The council is doing all that it can for every single family] never rings back.",
            "[a name",
        ] {
            assert!(!only_takes_out(before, after), "{after}");
        }
    }

    #[test]
    fn what_people_read_instead_is_not_empty_and_not_too_long() {
        assert_eq!(instead(" [a name] waits. ", 20), Ok("[a name] waits.".to_owned()));
        assert!(instead(" ", 20).is_err() && instead(&"a".repeat(21), 20).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_any_word_of_it_can_be_taken_out(
            text in "[\\[\\] a-c.]{0,40}",
            nth in 0_usize..20,
        ) {
            let _ = only_takes_out(&text, &text);
            let all: Vec<&str> = words(&text).collect();
            if let Some(out) = all.get(nth) {
                let left: Vec<&str> = all.iter().enumerate()
                    .map(|(at, word)| if at == nth { "[a name]" } else { *word }).collect();
                prop_assert!(only_takes_out(&text, &left.join(" ")), "{text} without {out}");
            }
        }
    }
}
