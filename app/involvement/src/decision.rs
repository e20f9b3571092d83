//! What a decision on a plan must do before it is published: answer what parents asked for and what
//! they said. Pure.
//!
//! The schema holds the same rule (the views `held_decisions` and `early_decisions`), so that no
//! program can publish past it.

use calendar::clock::Moment;

use super::gate::Point;

/// What is asked of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionFacts {
    /// Whether a draft of the plan is published: that went through the gate, or past it in sight.
    pub has_published_draft: bool,
    /// How many of the plan's topics, except withdrawn ones, it doesn't answer.
    pub topics: usize,
    /// How many themes of published results about the plan it doesn't answer.
    pub themes: usize,
    /// Whether somebody has signed for who the plan affects and what is done about it.
    pub has_equality: bool,
}

/// What must be done before it is published, in this order.
#[must_use]
pub fn points(facts: &DecisionFacts) -> Vec<Point> {
    vec![
        Point {
            id: "decision-draft",
            asks: "A draft of the plan has been published",
            holds: facts.has_published_draft,
            who: "Leaders publish one, once parents have been involved.",
            what_to_do: "Publish a draft of the plan first, once parents have been involved".into(),
        },
        Point {
            id: "decision-topics",
            asks: "The decision answers every topic parents asked for",
            holds: facts.topics == 0,
            who: "Leaders say below what was decided about each topic.",
            what_to_do: answer_all(facts.topics, "topic").into(),
        },
        Point {
            id: "decision-themes",
            asks: "The decision answers what parents said in consultations on the plan",
            holds: facts.themes == 0,
            who: "Leaders say below what was decided about each theme of the results.",
            what_to_do: answer_all(facts.themes, "theme").into(),
        },
        Point {
            id: "decision-equality",
            asks: "Leaders have said who the plan affects, and whether it is fair to everyone",
            holds: facts.has_equality,
            who: "Leaders say so, and one of them signs it.",
            what_to_do: "Say first who it affects, and whether it is fair to everyone".into(),
        },
    ]
}

/// What to do about things of a kind that are not answered yet.
#[must_use]
pub fn answer_all(unanswered: usize, kind: &str) -> String {
    match unanswered {
        1 => format!("Answer the {kind} that hasn't been answered yet"),
        many => format!("Answer the {many} {kind}s that haven't been answered yet"),
    }
}

/// Whether it is ready to publish without a named person who goes ahead.
#[must_use]
pub fn is_ready(facts: &DecisionFacts) -> bool {
    points(facts).iter().all(|point| point.holds)
}

/// What is missing, in words that follow "without".
#[must_use]
pub fn lacks(facts: &DecisionFacts) -> String {
    let lacks: Vec<&str> = [
        ("a published draft of the plan", facts.has_published_draft),
        ("an answer to every topic parents asked for", facts.topics == 0),
        ("an answer to everything parents said in consultations", facts.themes == 0),
        ("saying who it affects and whether it is fair", facts.has_equality),
    ]
    .into_iter()
    .filter_map(|(words, holds)| (!holds).then_some(words))
    .collect();
    lacks.join(", without ")
}

/// Whether it was made before a consultation on the plan closed. Both are the last moment of a day:
/// on its last day people can still answer.
#[must_use]
pub fn is_early(decided_at: Moment, closes_at: Moment) -> bool {
    closes_at >= decided_at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_ready_once_a_draft_is_published_all_is_answered_and_it_says_who_it_affects() {
        let ready =
            DecisionFacts { has_published_draft: true, topics: 0, themes: 0, has_equality: true };
        assert!(is_ready(&ready));
        for (facts, asks) in [
            (DecisionFacts { has_published_draft: false, ..ready }, "draft of the plan"),
            (DecisionFacts { topics: 1, ..ready }, "every topic"),
            (DecisionFacts { themes: 1, ..ready }, "what parents said"),
            (DecisionFacts { has_equality: false, ..ready }, "fair to everyone"),
        ] {
            let missing: Vec<_> = points(&facts).into_iter().filter(|point| !point.holds).collect();
            assert!(missing.len() == 1 && missing[0].asks.contains(asks), "{missing:?}");
            assert!(!lacks(&facts).is_empty() && !lacks(&facts).contains("without"));
            assert!(!missing[0].what_to_do.is_empty());
        }
        assert_eq!(lacks(&ready), "");
        let two = DecisionFacts { has_published_draft: false, has_equality: false, ..ready };
        assert_eq!(
            lacks(&two),
            "a published draft of the plan, without saying who it affects and whether it is fair"
        );
    }

    #[test]
    fn a_decision_on_the_last_day_of_a_consultation_is_early_and_on_the_next_it_is_not() {
        let is_early = |decided, closes| {
            super::is_early(Moment::from_millis(decided), Moment::from_millis(closes))
        };
        assert!(is_early(5, 5) && is_early(4, 5) && !is_early(6, 5));
    }
}
