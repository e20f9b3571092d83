//! The gate: what must have happened before a draft can be published, or a consultation on one
//! opened. Pure.
//!
//! The schema holds the same rule (the view `shut_gates`), so that no program can publish past it.

use std::borrow::Cow;

use calendar::clock::{DAY, Millis, Moment};

use super::session::SessionState;

/// How long each topic must have been open before any draft was recorded.
pub const OPEN_BEFORE_DRAFTS: Millis = 14 * DAY;

/// What the gate is worked out from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GateFacts {
    /// The topics tied to the plan, except withdrawn ones.
    pub topics: Vec<TopicFacts>,
    /// When the first draft was recorded, published or not.
    pub first_draft_at: Option<Moment>,
    /// The planning sessions that parents took part in.
    pub sessions: Vec<SessionState>,
    /// Whether one counts that only leaders say was held, as for drafts that were published while
    /// nobody else had to confirm it.
    pub claims_count: bool,
    pub has_statement: bool,
}

impl GateFacts {
    /// Whether leaders met parents, as far as that counts.
    #[must_use]
    pub fn met_parents(&self) -> bool {
        self.is_there(SessionState::Confirmed)
            || (self.claims_count && self.is_there(SessionState::Claimed))
    }

    fn is_there(&self, state: SessionState) -> bool {
        self.sessions.contains(&state)
    }
}

/// What the gate asks of one topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicFacts {
    /// Since when everyone can read it.
    pub open_since: Option<Moment>,
    pub vote_closed: bool,
}

/// One point of the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where it stands on a page: what is missing links there.
    pub id: &'static str,
    pub asks: &'static str,
    pub holds: bool,
    /// Who can make it hold, and how, where it does not.
    pub who: &'static str,
    /// What to do where it does not hold, for whoever wants to publish.
    pub what_to_do: Cow<'static, str>,
}

/// The points of the gate, in the order they can be made to hold.
#[must_use]
pub fn points(facts: &GateFacts, now: Moment) -> Vec<Point> {
    let before = facts.first_draft_at.unwrap_or(now);
    let is_open = |topic: &TopicFacts| {
        topic.open_since.is_some_and(|since| since + OPEN_BEFORE_DRAFTS <= before)
    };
    let has_topics = !facts.topics.is_empty();
    vec![
        Point {
            id: "gate-topics",
            asks: "The plan answers topics parents asked for",
            holds: has_topics,
            who: "Leaders add the topics.",
            what_to_do: "Add the topics that parents asked for".into(),
        },
        Point {
            id: "gate-open",
            asks: "Every topic was open for at least 14 days before any draft was written",
            holds: has_topics && facts.topics.iter().all(is_open),
            who: if facts.first_draft_at.is_some() {
                "A draft was written too early. This can't be changed now."
            } else {
                "Wait until it has been 14 days before writing a draft."
            },
            what_to_do: "Each topic must have been open for 14 days before the first draft".into(),
        },
        Point {
            id: "gate-met",
            asks: "Voting on the topics has closed, or leaders met parents to plan together",
            holds: has_topics
                && (facts.met_parents() || facts.topics.iter().all(|topic| topic.vote_closed)),
            who: if facts.is_there(SessionState::Claimed) {
                "Someone at the forum, or two parents who were there, confirm that the planning \
                 session took place. Or wait until voting closes."
            } else {
                "Leaders record a planning session that parents took part in, and someone at the \
                 forum or two parents confirm it. Or wait until voting closes."
            },
            what_to_do: "Plan together with parents and have that confirmed, or wait until voting \
                on the topics has closed"
                .into(),
        },
        Point {
            id: "gate-statement",
            asks: "The forum has written its statement",
            holds: facts.has_statement,
            who: "Someone at the forum writes it.",
            what_to_do: "Ask the forum to write its statement".into(),
        },
    ]
}

/// Whether every point holds.
#[must_use]
pub fn is_open(facts: &GateFacts, now: Moment) -> bool {
    points(facts, now).iter().all(|point| point.holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Moment {
        Moment::from_millis(millis)
    }

    fn good() -> GateFacts {
        GateFacts {
            topics: vec![TopicFacts { open_since: Some(at(0)), vote_closed: true }],
            first_draft_at: Some(at(OPEN_BEFORE_DRAFTS)),
            sessions: Vec::new(),
            claims_count: false,
            has_statement: true,
        }
    }

    fn shut(facts: &GateFacts) -> Vec<&'static str> {
        points(facts, at(100 * DAY))
            .into_iter()
            .filter(|point| !point.holds)
            .map(|point| point.asks)
            .collect()
    }

    #[test]
    fn the_gate_opens_when_every_point_holds() {
        assert!(is_open(&good(), at(100 * DAY)));
    }

    #[test]
    fn a_topic_must_have_been_open_for_fourteen_days_before_the_first_draft() {
        let early = GateFacts { first_draft_at: Some(at(OPEN_BEFORE_DRAFTS - 1)), ..good() };
        assert_eq!(
            shut(&early),
            ["Every topic was open for at least 14 days before any draft was written"]
        );
        let late = TopicFacts { open_since: Some(at(1)), vote_closed: true };
        let one_late = GateFacts { topics: vec![good().topics[0], late], ..good() };
        assert_eq!(shut(&one_late).len(), 1);
        let none_yet = GateFacts { first_draft_at: None, ..good() };
        assert!(
            !is_open(&none_yet, at(OPEN_BEFORE_DRAFTS - 1))
                && is_open(&none_yet, at(OPEN_BEFORE_DRAFTS))
        );
    }

    #[test]
    fn an_open_vote_is_enough_only_with_a_planning_session() {
        let voting = GateFacts {
            topics: vec![TopicFacts { open_since: Some(at(0)), vote_closed: false }],
            ..good()
        };
        assert_eq!(
            shut(&voting),
            ["Voting on the topics has closed, or leaders met parents to plan together"]
        );
        let met =
            |sessions: &[SessionState]| GateFacts { sessions: sessions.to_vec(), ..voting.clone() };
        let (claimed, disputed) = (SessionState::Claimed, SessionState::Disputed);
        assert!(is_open(&met(&[disputed, SessionState::Confirmed]), at(100 * DAY)));
        assert_eq!(shut(&met(&[claimed, disputed])).len(), 1, "only leaders say so");
        let waits = points(&met(&[claimed]), at(100 * DAY));
        assert!(waits[2].who.starts_with("Someone at the forum"), "{waits:?}");
        let before = |state| GateFacts { claims_count: true, ..met(&[state]) };
        assert!(
            is_open(&before(claimed), at(100 * DAY)) && !is_open(&before(disputed), at(100 * DAY))
        );
    }

    #[test]
    fn without_topics_or_the_forums_statement_the_gate_is_shut() {
        assert!(
            shut(&GateFacts {
                topics: Vec::new(),
                sessions: vec![SessionState::Confirmed],
                ..good()
            })
            .contains(&"The plan answers topics parents asked for")
        );
        assert_eq!(
            shut(&GateFacts { has_statement: false, ..good() }),
            ["The forum has written its statement"]
        );
    }
}
