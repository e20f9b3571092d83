//! Options in the order of what matters most.

use forms::Sent;

use super::options::{self, OfOptions};
use super::{About, QuestionKind, Shape, Written};
use crate::answers::{Answer, rank_field};
use crate::{Choice, Question};

pub(super) const ABOUT: About = About {
    word: "rank",
    title: "Put in order of what matters most",
    asks: &["options"],
    what_is_needed: "Say what matters most to you",
};

pub(super) fn written(form: &mut Written<'_>) -> Option<QuestionKind> {
    Some(QuestionKind::Rank { options: options::written(form)? })
}

pub(super) fn own(options: &[Choice]) -> OfOptions<'_> {
    OfOptions {
        about: &ABOUT,
        options,
        can_be_more: false,
        shape: Shape::Ranked,
        read,
        seconds: 45,
    }
}

fn read(question: &Question, sent: &Sent, options: &[Choice]) -> Result<Option<Answer>, String> {
    // The options that were given a place, the first first.
    let mut ranks: Vec<(usize, String)> = Vec::new();
    for option in options {
        let rank = sent.line(&rank_field(question, option));
        if rank.is_empty() {
            continue;
        }
        let rank = rank.parse().ok().filter(|rank| (1..=options.len()).contains(rank));
        ranks.push((
            rank.ok_or_else(|| format!("Use numbers from 1 to {}", options.len()))?,
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

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{Sample, read};
    use super::*;
    use crate::check::tests::choices;

    pub fn sample() -> Sample {
        Sample {
            kind: QuestionKind::Rank { options: choices(&["a", "b", "c"]) },
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
