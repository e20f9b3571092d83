//! How involved parents were in a plan, worked out from what happened and never chosen from a list.
//! Pure.
//!
//! The rules are in a table in `docs/the-rung.md`; the first that holds, from the top, decides.

use calendar::clock::Moment;

use super::gate::OPEN_BEFORE_DRAFTS;
use super::session::{SessionFacts, SessionState};

/// How involved parents were, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Parents were told.
    Informing,
    /// Parents were asked what they thought of what had been written.
    Consulting,
    /// Parents were heard before a draft was published.
    Engaging,
    /// Parents planned with leaders before anything was published.
    CoDesigning,
    /// Parents said what should be planned, and planned it with leaders from the start.
    CoProduction,
}

impl Rung {
    /// Its name in the evidence pack and in `docs/the-rung.md`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Informing => "Informing",
            Self::Consulting => "Consulting",
            Self::Engaging => "Engaging",
            Self::CoDesigning => "Co-designing",
            Self::CoProduction => "Co-production",
        }
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Informing => "Told afterwards",
            Self::Consulting => "Asked for their views",
            Self::Engaging => "Worked with",
            Self::CoDesigning => "Worked with from early on (co-design)",
            Self::CoProduction => "Planned together (co-production)",
        }
    }
}

/// What the rung is worked out from; `None` for what has not happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RungFacts {
    /// Since when each tied topic has been open, except withdrawn ones.
    pub topics_open_since: Vec<Moment>,
    /// When the voting on the last of them closed, if all have.
    pub votes_closed_at: Option<Moment>,
    /// The planning sessions that parents took part in. One counts from when it was recorded.
    pub sessions: Vec<SessionFacts>,
    /// When the forum wrote its first statement.
    pub statement_at: Option<Moment>,
    pub first_draft_at: Option<Moment>,
    /// When the first draft was published.
    pub published_at: Option<Moment>,
    pub is_overridden: bool,
}

impl RungFacts {
    /// When the first planning session was recorded that others have confirmed.
    #[must_use]
    pub fn met_parents_at(&self) -> Option<Moment> {
        self.first_session(|state| state == SessionState::Confirmed)
    }

    /// Likewise where leaders say that it was held, and the forum has not disputed that.
    fn say_they_met_at(&self) -> Option<Moment> {
        self.first_session(|state| state != SessionState::Disputed)
    }

    fn first_session(&self, counts: impl Fn(SessionState) -> bool) -> Option<Moment> {
        let counting = self.sessions.iter().filter(|session| counts(session.state()));
        counting.map(|session| session.recorded_at).min()
    }
}

/// The rung so far, and what decided it; `None` until something has happened that parents had a
/// part in or were told about.
#[must_use]
pub fn rung(facts: &RungFacts, now: Moment) -> Option<(Rung, &'static str)> {
    // What has not happened yet could happen now.
    let (draft, published) = (
        facts.first_draft_at.unwrap_or(now),
        facts.published_at.unwrap_or(now.max(facts.first_draft_at.unwrap_or(now))),
    );
    let before = |at: Option<Moment>, limit: Moment| at.is_some_and(|at| at <= limit);
    let has_topics = !facts.topics_open_since.is_empty();
    // A draft recorded before any topic was open can never be called co-production, nor
    // co-designing.
    let began_with_parents =
        has_topics && facts.topics_open_since.iter().any(|since| *since <= draft);
    let all_open_long = has_topics
        && facts
            .topics_open_since
            .iter()
            .all(|since| since.saturating_add(OPEN_BEFORE_DRAFTS) <= draft);
    let (met, say_they_met) = (facts.met_parents_at(), facts.say_they_met_at());
    if facts.is_overridden {
        return Some(if before(say_they_met, published) || before(facts.statement_at, published) {
            (
                Rung::Consulting,
                "leaders went ahead without involving parents as agreed, so it can't count as \
                     more than this",
            )
        } else {
            (Rung::Informing, "leaders went ahead before parents were heard")
        });
    }
    let is_published = facts.published_at.is_some();
    let words = |after: &'static str, so_far: &'static str| {
        if is_published { after } else { so_far }
    };
    let heard_before_draft = before(facts.votes_closed_at, draft) || before(met, draft);
    if all_open_long
        && heard_before_draft
        && before(met, published)
        && before(facts.statement_at, published)
    {
        Some((
            Rung::CoProduction,
            words(
                "parents' topics were open and parents were heard before the first draft, and \
                 they planned it with leaders",
                "parents' topics have been open, parents have been heard, and they are planning \
                 it with leaders",
            ),
        ))
    } else if began_with_parents && before(met, published) {
        let why = words(
            "leaders planned with parents before a draft was published",
            "leaders have planned with parents, and no draft is published yet",
        );
        Some((Rung::CoDesigning, why))
    } else if before(met, published) || before(facts.votes_closed_at, published) {
        let so_far = if met.is_some() {
            "leaders have met parents, and no draft is published yet"
        } else {
            "parents have voted on its topics, and no draft is published yet"
        };
        Some((Rung::Engaging, words("parents were heard before a draft was published", so_far)))
    } else if before(say_they_met, published) {
        Some((
            Rung::Engaging,
            words(
                "leaders say they met parents before a draft was published, but nobody else has \
                 confirmed it",
                "leaders say they have met parents, but nobody else has confirmed it yet",
            ),
        ))
    } else if facts.first_draft_at.is_some() && before(facts.statement_at, published) {
        let why = words(
            "the forum said what it thought before a draft was published",
            "the forum has said what it thinks, and no draft is published yet",
        );
        Some((Rung::Consulting, why))
    } else if facts.published_at.is_some() {
        Some((Rung::Informing, "a draft was published before parents had any part in it"))
    } else {
        None
    }
}

/// What is said where there is no rung yet.
#[must_use]
pub fn none_yet(facts: &RungFacts) -> &'static str {
    if facts.sessions.iter().any(|session| session.state() == SessionState::Disputed) {
        "Leaders say that they met parents to plan together, and the forum disagrees. That doesn't \
         count, and nothing else has happened yet that parents had a part in"
    } else {
        "Nothing has happened yet that parents had a part in"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calendar::clock::DAY;
    use proptest::prelude::*;

    fn day(nth: i64) -> Moment {
        Moment::from_millis(nth * DAY)
    }

    fn confirmed(recorded_at: Moment) -> SessionFacts {
        SessionFacts { recorded_at, confirmed_at: Some(recorded_at + 1), disputed_at: None }
    }

    fn from_the_start() -> RungFacts {
        RungFacts {
            topics_open_since: vec![day(0), day(1)],
            votes_closed_at: Some(day(30)),
            sessions: vec![confirmed(day(40))],
            statement_at: Some(day(50)),
            first_draft_at: Some(day(45)),
            published_at: Some(day(60)),
            is_overridden: false,
        }
    }

    fn decided(facts: &RungFacts) -> Option<Rung> {
        rung(facts, day(200)).map(|(rung, _)| rung)
    }

    #[test]
    fn involved_from_the_start_is_co_production() {
        assert_eq!(decided(&from_the_start()), Some(Rung::CoProduction));
    }

    #[test]
    fn each_thing_that_came_too_late_or_never_lowers_the_rung() {
        let start = from_the_start();
        assert_eq!(
            decided(&RungFacts { first_draft_at: Some(day(5)), ..start.clone() }),
            Some(Rung::CoDesigning)
        );
        assert_eq!(
            decided(&RungFacts { sessions: Vec::new(), ..start.clone() }),
            Some(Rung::Engaging)
        );
        assert_eq!(
            decided(&RungFacts { sessions: Vec::new(), votes_closed_at: None, ..start.clone() }),
            Some(Rung::Consulting)
        );
        let told = RungFacts {
            first_draft_at: Some(day(45)),
            published_at: Some(day(60)),
            ..RungFacts::default()
        };
        assert_eq!(decided(&told), Some(Rung::Informing));
        assert_eq!(decided(&RungFacts { is_overridden: true, ..start }), Some(Rung::Consulting));
        let told_after = RungFacts { statement_at: Some(day(61)), ..told };
        assert_eq!(
            decided(&told_after),
            Some(Rung::Informing),
            "a statement after the publication changes nothing"
        );
        assert_eq!(decided(&RungFacts::default()), None);
    }

    #[test]
    fn a_session_that_only_leaders_say_was_held_lifts_no_plan_above_engaging() {
        let claimed = SessionFacts { confirmed_at: None, ..confirmed(day(40)) };
        let start = RungFacts { votes_closed_at: None, ..from_the_start() };
        let with = |session| RungFacts { sessions: vec![session], ..start.clone() };
        assert_eq!(decided(&with(confirmed(day(40)))), Some(Rung::CoProduction));
        assert_eq!(decided(&with(claimed)), Some(Rung::Engaging));
        let disputed = SessionFacts { disputed_at: Some(day(70)), ..confirmed(day(40)) };
        assert_eq!(decided(&with(disputed)), Some(Rung::Consulting), "the forum disagrees");
        // Confirmed late, it was held when it was held.
        let late = SessionFacts { confirmed_at: Some(day(100)), ..claimed };
        assert_eq!(decided(&with(late)), Some(Rung::CoProduction));
    }

    #[test]
    fn where_there_is_no_rung_since_the_forum_disagrees_it_says_so() {
        let disputed = SessionFacts { disputed_at: Some(day(70)), ..confirmed(day(40)) };
        let facts = RungFacts { sessions: vec![disputed], ..RungFacts::default() };
        assert_eq!(decided(&facts), None);
        assert!(none_yet(&facts).contains("the forum disagrees"));
        assert!(!none_yet(&RungFacts::default()).contains("forum"));
    }

    #[test]
    fn before_a_draft_is_published_no_reason_speaks_of_one_that_was() {
        let voted = RungFacts {
            topics_open_since: vec![day(0)],
            votes_closed_at: Some(day(30)),
            ..RungFacts::default()
        };
        let met = RungFacts { sessions: vec![confirmed(day(40))], ..voted.clone() };
        let stated = RungFacts { statement_at: Some(day(50)), ..met.clone() };
        for facts in [voted, met, stated] {
            let (_, why) = rung(&facts, day(200)).expect("a rung");
            assert!(!why.contains("before") && !why.contains("first draft"), "{why}");
        }
    }

    #[test]
    fn before_any_draft_a_topic_must_have_been_open_for_its_fourteen_days_already() {
        let young = RungFacts {
            topics_open_since: vec![day(199)],
            first_draft_at: None,
            published_at: None,
            ..from_the_start()
        };
        assert_eq!(decided(&young), Some(Rung::CoDesigning));
    }

    proptest! {
        #[test]
        fn a_draft_recorded_before_any_topic_was_open_is_never_co_production_or_co_designing(
            topics in proptest::collection::vec(10_i64..100, 0..4),
            votes in proptest::option::of(0_i64..200),
            met in proptest::option::of(0_i64..200),
            statement in proptest::option::of(0_i64..200),
            published in proptest::option::of(9_i64..200),
            is_overridden: bool,
        ) {
            let facts = RungFacts {
                topics_open_since: topics.into_iter().map(day).collect(),
                votes_closed_at: votes.map(day),
                sessions: met.map(|nth| confirmed(day(nth))).into_iter().collect(),
                statement_at: statement.map(day),
                first_draft_at: Some(day(9)),
                published_at: published.map(day),
                is_overridden,
            };
            prop_assert!(decided(&facts).is_none_or(|rung| rung <= Rung::Engaging));
        }

        #[test]
        fn an_overridden_plan_is_never_above_consulting(met in proptest::option::of(0_i64..200)) {
            let facts = RungFacts {
                is_overridden: true,
                sessions: met.map(|at| confirmed(Moment::from_millis(at))).into_iter().collect(),
                ..from_the_start()
            };
            prop_assert!(decided(&facts).is_some_and(|rung| rung <= Rung::Consulting));
        }
    }
}
