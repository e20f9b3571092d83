//! Options in the order of what matters most.

use forms::{Named, Sent};

use super::{About, Kind, Own, Shape, Written, options};
use crate::answers::{Answer, rank_field};
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "rank",
    title: "Put in order of what matters most",
    what_is_needed: "Say what matters most to you",
};

pub(super) struct Rank<'k> {
    pub options: &'k [Choice],
}

impl Own for Rank<'_> {
    fn written(form: &mut Written<'_>) -> Option<Kind> {
        Some(Kind::Rank { options: options::written(form)? })
    }

    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn shape(&self) -> Shape {
        Shape::Ranked
    }

    fn choices(&self, _: &[Named]) -> Vec<Choice> {
        self.options.to_vec()
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn faults(&self) -> Vec<String> {
        options::faults(self.options)
    }

    fn read(
        &self,
        question: &Question,
        sent: &Sent,
        _: &[Named],
    ) -> Result<Option<Answer>, String> {
        // The options that were given a place, the first first.
        let mut ranks: Vec<(usize, String)> = Vec::new();
        for option in self.options {
            let rank = sent.line(&rank_field(question, option));
            if rank.is_empty() {
                continue;
            }
            let rank = rank.parse().ok().filter(|rank| (1..=self.options.len()).contains(rank));
            ranks.push((
                rank.ok_or_else(|| format!("Use numbers from 1 to {}", self.options.len()))?,
                option.key.clone(),
            ));
        }
        ranks.sort();
        if ranks.iter().enumerate().any(|(nth, (rank, _))| nth + 1 != *rank) {
            return Err("Use each number once, starting with 1 for what matters most".to_owned());
        }
        let keys = ranks.into_iter().map(|(_, key)| key).collect::<Vec<_>>();
        Ok((!keys.is_empty()).then_some(Answer::Ranked(keys)))
    }

    fn seconds(&self) -> u64 {
        45
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, read};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: Kind::Rank { options: choices(&["a", "b", "c"]) },
            answered: Some((
                Sent::of(&[("q.a.a", "2"), ("q.a.c", "1")]),
                Answer::Ranked(vec!["c".into(), "a".into()]),
                "1. The option c, 2. The option a",
            )),
            refused: Some((Sent::of(&[("q.a.a", "4"), ("q.a.c", "1")]), "Use numbers from 1 to 3")),
        }
    }

    #[test]
    fn what_matters_most_is_ranked_from_one_on_and_the_rest_may_be_left() {
        let rank = |sent: &[(&str, &str)]| read(&sample().kind, sent);
        assert_eq!(rank(&[("q.a.b", "1")]), Ok(Some(Answer::Ranked(vec!["b".into()]))));
        for wrong in [[("q.a.a", "1"), ("q.a.c", "1")], [("q.a.a", "2"), ("q.a.c", "3")]] {
            let what_to_do = "Use each number once, starting with 1 for what matters most";
            assert_eq!(rank(&wrong), Err(what_to_do.into()), "{wrong:?}");
        }
    }
}
