//! What something takes away from families, and how that is said. Pure.

use forms::Sent;

/// What a plan or a change to a service takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Ends,
    Reduces,
    Costs,
}

impl Takes {
    /// Each, as it is stored, as it is chosen, and as it follows "This".
    const ALL: [(Self, &'static str, &'static str, &'static str); 3] = [
        (Self::Ends, "ends", "It ends a service or part of one", "ends a service or part of one"),
        (Self::Reduces, "reduces", "It reduces a service", "reduces a service"),
        (Self::Costs, "costs", "It costs families more", "costs families more"),
    ];

    /// The word it is stored by and sent under.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    fn words(self) -> &'static str {
        Self::ALL.into_iter().find(|row| row.0 == self).map_or("", |row| row.3)
    }

    /// Each, as a form asks for it: the word, and what is chosen.
    #[must_use]
    pub fn choices() -> [(&'static str, &'static str); 3] {
        Self::ALL.map(|(_, word, chosen, _)| (word, chosen))
    }

    /// Those that were chosen in a field.
    #[must_use]
    pub fn chosen(sent: &Sent, field: &str) -> Vec<Self> {
        let chosen = sent.all(field);
        let is_chosen = |word: &str| chosen.iter().any(|chosen| chosen == word);
        Self::ALL.into_iter().filter(|row| is_chosen(row.1)).map(|row| row.0).collect()
    }

    /// As several of them are stored.
    #[must_use]
    pub fn stored(all: &[Self]) -> String {
        all.iter().map(|takes| takes.word()).collect::<Vec<_>>().join(" ")
    }

    /// Reads what was stored; `None` where one of the words is not known.
    #[must_use]
    pub fn read_all(stored: &str) -> Option<Vec<Self>> {
        let one = |word: &str| Self::ALL.into_iter().find(|row| row.1 == word).map(|row| row.0);
        stored.split_whitespace().map(one).collect()
    }

    /// What these take away, as a sentence; `None` where there are none.
    #[must_use]
    pub fn in_words(all: &[Self]) -> Option<String> {
        let (last, before) = all.split_last()?;
        let before: Vec<&str> = before.iter().map(|takes| takes.words()).collect();
        let and = if before.is_empty() { "" } else { " and " };
        Some(format!("This {}{and}{}.", before.join(", "), last.words()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_is_said_in_one_sentence() {
        use Takes::{Costs, Ends, Reduces};
        for (all, words) in [
            (vec![], None),
            (vec![Costs], Some("This costs families more.")),
            (
                vec![Ends, Costs],
                Some("This ends a service or part of one and costs families more."),
            ),
            (
                vec![Ends, Reduces, Costs],
                Some(
                    "This ends a service or part of one, reduces a service and costs families \
                     more.",
                ),
            ),
        ] {
            assert_eq!(Takes::in_words(&all).as_deref(), words);
            assert_eq!(Takes::read_all(&Takes::stored(&all)), Some(all));
        }
        assert_eq!(Takes::read_all("ends?"), None);
        assert_eq!(Takes::read_all("?"), None);
        let sent = Sent::of(&[("takes", "costs"), ("takes", "ends"), ("takes", "none")]);
        assert_eq!(Takes::chosen(&sent, "takes"), [Ends, Costs]);
    }
}
