//! A planning session with parents: leaders say that it was held, and others say whether it was.
//! Pure.
//!
//! It is claimed from when a leader records it, and confirmed once someone at the forum, or two
//! parents who were there, say so too; until then a parent can take back what they said. The forum
//! can dispute it. The schema holds the same rules
//! (the view `confirmed_sessions`, and what guards `session_confirmations`).

use calendar::clock::Moment;

/// How far a session has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Only leaders say that it was held.
    Claimed,
    Confirmed,
    /// The forum says that it was not held as recorded, whoever had confirmed it.
    Disputed,
}

impl SessionState {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Confirmed, Self::Disputed];

    /// Its name in the evidence pack and in `docs/the-rung.md`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Confirmed => "confirmed",
            Self::Disputed => "disputed",
        }
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Claimed => "Not confirmed yet",
            Self::Confirmed => "Confirmed by the forum or by parents who were there",
            Self::Disputed => "The forum disagrees",
        }
    }
}

/// When a session was recorded, and what others said about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionFacts {
    pub recorded_at: Moment,
    /// When the forum confirmed it, or the second parent did.
    pub confirmed_at: Option<Moment>,
    pub disputed_at: Option<Moment>,
}

impl SessionFacts {
    /// How far it has got.
    #[must_use]
    pub fn state(&self) -> SessionState {
        self.state_at(Moment::MAX)
    }

    /// How far it had got at that time.
    #[must_use]
    pub fn state_at(&self, at: Moment) -> SessionState {
        let by_then = |said: Option<Moment>| said.is_some_and(|said| said <= at);
        if by_then(self.disputed_at) {
            SessionState::Disputed
        } else if by_then(self.confirmed_at) {
            SessionState::Confirmed
        } else {
            SessionState::Claimed
        }
    }
}

/// Who wants to say something about a session, and what was said so far. People are told apart by
/// their mailboxes, whatever their accounts and roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saying {
    /// Whether it is said for the forum, and not as a parent who was there.
    pub for_forum: bool,
    /// Whether parents took part, as it was recorded.
    pub with_parents: bool,
    /// Whether the day has come on which it is said to have been held.
    pub is_held: bool,
    /// Whether they recorded it, or are on the side of those who plan.
    pub is_theirs: bool,
    /// Whether they have confirmed it before, and not taken that back.
    pub has_confirmed: bool,
    /// How many others have said that they were there, and still have an account.
    pub others: usize,
    pub is_confirmed: bool,
    /// Whether it was the forum that confirmed it.
    pub is_confirmed_by_forum: bool,
    pub is_disputed: bool,
}

/// Why nothing is said about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSaid {
    /// No parents took part.
    WithoutParents,
    /// Its day has not come.
    NotHeld,
    /// Nobody confirms or disputes their own.
    Theirs,
    /// They have confirmed it already.
    Before,
    Disputed,
    Confirmed,
    /// They have said nothing that they could take back.
    Nothing,
}

/// Whether somebody may confirm a session; if so, whether it is confirmed with that.
///
/// # Errors
/// Why not.
pub fn confirming(saying: &Saying) -> Result<bool, NotSaid> {
    speaking(saying)?;
    if !saying.is_held {
        Err(NotSaid::NotHeld)
    } else if saying.has_confirmed {
        Err(NotSaid::Before)
    } else if saying.is_disputed {
        Err(NotSaid::Disputed)
    } else if saying.is_confirmed {
        Err(NotSaid::Confirmed)
    } else {
        Ok(saying.for_forum || saying.others > 0)
    }
}

/// Whether a parent may take back that they were there: until the session is confirmed.
///
/// # Errors
/// Why not.
pub fn taking_back(saying: &Saying) -> Result<(), NotSaid> {
    if !saying.has_confirmed {
        Err(NotSaid::Nothing)
    } else if saying.is_confirmed {
        Err(NotSaid::Confirmed)
    } else {
        Ok(())
    }
}

/// Whether somebody may dispute a session for the forum, which says one thing about it.
///
/// # Errors
/// Why not.
pub fn disputing(saying: &Saying) -> Result<(), NotSaid> {
    speaking(saying)?;
    if saying.is_disputed {
        Err(NotSaid::Disputed)
    } else if saying.is_confirmed_by_forum {
        Err(NotSaid::Confirmed)
    } else if saying.has_confirmed {
        Err(NotSaid::Before)
    } else {
        Ok(())
    }
}

fn speaking(saying: &Saying) -> Result<(), NotSaid> {
    if !saying.with_parents {
        Err(NotSaid::WithoutParents)
    } else if saying.is_theirs {
        Err(NotSaid::Theirs)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::gate::{self, GateFacts, TopicFacts};
    use crate::rung::{Rung, RungFacts, rung};
    use calendar::clock::DAY;

    const PARENT: Saying = Saying {
        for_forum: false,
        with_parents: true,
        is_held: true,
        is_theirs: false,
        has_confirmed: false,
        others: 0,
        is_confirmed: false,
        is_confirmed_by_forum: false,
        is_disputed: false,
    };
    const FORUM: Saying = Saying { for_forum: true, ..PARENT };

    #[test]
    fn the_forum_confirms_alone_and_the_second_parent_with_the_first() {
        assert_eq!(confirming(&FORUM), Ok(true));
        assert_eq!(confirming(&PARENT), Ok(false));
        assert_eq!(confirming(&Saying { others: 1, ..PARENT }), Ok(true));
    }

    #[test]
    fn nobody_confirms_their_own_or_twice_or_what_is_to_come_or_decided() {
        for (saying, why) in [
            (Saying { is_theirs: true, ..FORUM }, NotSaid::Theirs),
            (Saying { is_theirs: true, others: 1, ..PARENT }, NotSaid::Theirs),
            (Saying { has_confirmed: true, ..PARENT }, NotSaid::Before),
            (Saying { has_confirmed: true, ..FORUM }, NotSaid::Before),
            (Saying { is_held: false, ..FORUM }, NotSaid::NotHeld),
            (Saying { with_parents: false, ..FORUM }, NotSaid::WithoutParents),
            (Saying { is_confirmed: true, ..PARENT }, NotSaid::Confirmed),
            (Saying { is_disputed: true, ..FORUM }, NotSaid::Disputed),
        ] {
            assert_eq!(confirming(&saying), Err(why), "{saying:?}");
        }
    }

    #[test]
    fn the_forum_can_disagree_with_parents_and_not_with_itself() {
        let by_parents = Saying { is_confirmed: true, ..FORUM };
        assert_eq!(disputing(&by_parents), Ok(()));
        let by_forum = Saying { is_confirmed_by_forum: true, ..by_parents };
        assert_eq!(disputing(&by_forum), Err(NotSaid::Confirmed));
        assert_eq!(disputing(&Saying { is_theirs: true, ..FORUM }), Err(NotSaid::Theirs));
        assert_eq!(disputing(&Saying { is_disputed: true, ..FORUM }), Err(NotSaid::Disputed));
    }

    #[test]
    fn a_parent_takes_back_what_they_said_until_the_session_is_confirmed() {
        let said = Saying { has_confirmed: true, ..PARENT };
        assert_eq!(taking_back(&said), Ok(()));
        assert_eq!(taking_back(&PARENT), Err(NotSaid::Nothing));
        let confirmed = Saying { is_confirmed: true, ..said };
        assert_eq!(taking_back(&confirmed), Err(NotSaid::Confirmed));
    }

    #[test]
    fn a_session_is_what_was_last_said_of_it_by_then() {
        let at = Moment::from_millis;
        let facts = SessionFacts {
            recorded_at: at(1),
            confirmed_at: Some(at(5)),
            disputed_at: Some(at(9)),
        };
        assert_eq!(facts.state_at(at(4)), SessionState::Claimed);
        assert_eq!(facts.state_at(at(5)), SessionState::Confirmed);
        assert_eq!(facts.state_at(at(9)), SessionState::Disputed);
        assert_eq!(facts.state(), SessionState::Disputed);
    }

    /// Something that happens to a plan, with what it happens to by its number.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Topic,
        VotesClose,
        Recorded {
            parents: bool,
            days_ahead: i64,
        },
        /// Who: 0 is who recorded it, 1 the same person's other account, the rest others.
        Confirmed {
            session: usize,
            who: usize,
            for_forum: bool,
        },
        TakenBack {
            session: usize,
            who: usize,
        },
        Disputed {
            session: usize,
            who: usize,
        },
        Statement,
        Draft,
        Published,
        Overridden,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            2 => Just(Event::Topic),
            1 => Just(Event::VotesClose),
            3 => (any::<bool>(), -1_i64..2)
                .prop_map(|(parents, days_ahead)| Event::Recorded { parents, days_ahead }),
            6 => (0_usize..4, 0_usize..6, any::<bool>())
                .prop_map(|(session, who, for_forum)| Event::Confirmed { session, who, for_forum }),
            2 => (0_usize..4, 0_usize..6)
                .prop_map(|(session, who)| Event::TakenBack { session, who }),
            1 => (0_usize..4, 0_usize..6)
                .prop_map(|(session, who)| Event::Disputed { session, who }),
            2 => Just(Event::Statement),
            1 => Just(Event::Draft),
            1 => Just(Event::Published),
            1 => Just(Event::Overridden),
        ]
    }

    /// A session of a log, with everything that anybody tried to say about it.
    #[derive(Clone, Debug)]
    struct Logged {
        facts: SessionFacts,
        parents: bool,
        day: Moment,
        said: Vec<(usize, bool)>,
        disputed: bool,
    }

    impl Logged {
        fn saying(&self, who: usize, for_forum: bool, now: Moment) -> Saying {
            let by_forum = self.said.iter().any(|(_, for_forum)| *for_forum);
            Saying {
                for_forum,
                with_parents: self.parents,
                is_held: self.day <= now,
                is_theirs: who < 2,
                has_confirmed: self.said.iter().any(|(said, _)| *said == who),
                others: self.said.iter().filter(|(said, _)| *said != who).count(),
                is_confirmed: self.facts.confirmed_at.is_some(),
                is_confirmed_by_forum: by_forum,
                is_disputed: self.disputed,
            }
        }

        /// Whether others said that it was held, in the plainest words of the rule.
        fn counts(&self) -> bool {
            let others: BTreeSet<usize> = self.said.iter().map(|(who, _)| *who).collect();
            let by_forum = self.said.iter().any(|(_, for_forum)| *for_forum);
            self.parents && !self.disputed && (by_forum || others.len() >= 2)
        }
    }

    /// What a log comes to: the facts of the rung, the sessions, and whether the gate is open.
    fn played(log: &[Event]) -> (RungFacts, Vec<Logged>, Moment) {
        let (mut facts, mut sessions) = (RungFacts::default(), Vec::<Logged>::new());
        let mut now = Moment::from_millis(20 * DAY);
        for event in log {
            now += 8 * DAY;
            match *event {
                Event::Topic => facts.topics_open_since.push(now),
                Event::VotesClose => facts.votes_closed_at = facts.votes_closed_at.or(Some(now)),
                Event::Recorded { parents, days_ahead } => sessions.push(Logged {
                    facts: SessionFacts { recorded_at: now, ..SessionFacts::default() },
                    parents,
                    day: now + days_ahead * 20 * DAY,
                    said: Vec::new(),
                    disputed: false,
                }),
                Event::Confirmed { session, who, for_forum } => {
                    let Some(session) = sessions.get_mut(session) else { continue };
                    if let Ok(settles) = confirming(&session.saying(who, for_forum, now)) {
                        session.said.push((who, for_forum));
                        session.facts.confirmed_at = settles.then_some(now);
                    }
                }
                Event::TakenBack { session, who } => {
                    let Some(session) = sessions.get_mut(session) else { continue };
                    if taking_back(&session.saying(who, false, now)).is_ok() {
                        session.said.retain(|(said, _)| *said != who);
                    }
                }
                Event::Disputed { session, who } => {
                    let Some(session) = sessions.get_mut(session) else { continue };
                    if disputing(&session.saying(who, true, now)).is_ok() {
                        session.disputed = true;
                        session.facts.disputed_at = Some(now);
                    }
                }
                Event::Statement => facts.statement_at = facts.statement_at.or(Some(now)),
                Event::Draft => facts.first_draft_at = facts.first_draft_at.or(Some(now)),
                Event::Published if facts.first_draft_at.is_some() => {
                    facts.published_at = facts.published_at.or(Some(now));
                }
                Event::Published => {}
                Event::Overridden => facts.is_overridden = facts.first_draft_at.is_some(),
            }
        }
        facts.sessions = sessions.iter().filter(|of| of.parents).map(|of| of.facts).collect();
        (facts, sessions, now)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn no_rung_of_co_designing_or_above_and_no_gate_rests_on_an_unconfirmed_session(
            log in proptest::collection::vec(event(), 0..40),
        ) {
            let (facts, sessions, now) = played(&log);
            let until = facts.published_at.unwrap_or(now);
            let counts = sessions.iter().any(|of| of.counts() && of.facts.recorded_at <= until);
            let (reached, _) = rung(&facts, now).unzip();
            prop_assert!(reached.is_none_or(|rung| rung < Rung::CoDesigning) || counts);
            // Whatever nobody confirmed could as well not have happened.
            let alone = RungFacts {
                sessions: facts.sessions.iter().copied()
                    .filter(|of| of.state() == SessionState::Confirmed).collect(),
                ..facts.clone()
            };
            let (without, _) = rung(&alone, now).unzip();
            if reached.is_some_and(|rung| rung >= Rung::CoDesigning) {
                prop_assert_eq!(reached, without);
            }
            let gate = GateFacts {
                topics: facts.topics_open_since.iter()
                    .map(|since| TopicFacts { open_since: Some(*since), vote_closed: false })
                    .collect(),
                first_draft_at: facts.first_draft_at,
                sessions: facts.sessions.iter().map(SessionFacts::state).collect(),
                claims_count: false,
                has_statement: facts.statement_at.is_some(),
            };
            let confirmed = sessions.iter().any(Logged::counts);
            prop_assert!(!gate::is_open(&gate, now) || confirmed);
        }
    }
}
