//! What had happened by a moment, according to the tables: true numbers of people too, which only
//! `figures` puts into words.

use calendar::clock::{self, Millis, Moment, SECOND};
use ground::ids::{self, Consultation, Id, Round, Update};
use involvement::rung::{self, Rung};
use notices::ledger::ToldOf;
use outcomes::rules::{self, Stage, Verdict, awaited};
use plans::reports::store::Standing;
use plans::store::Plan;
use questionnaires::results::Results;
use waits::figures::Told;

pub use outcomes::rules::Awaited as AwaitedState;

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Plans, in the order they were registered.
    pub plans: Vec<Plan>,
    /// Changes that took effect, with who was told; earliest first.
    pub told: Vec<ToldOf>,
    /// What happened after parents said something, in the order it was first said.
    pub outcomes: Vec<Outcome>,
    /// The emails about that.
    pub contributed: Vec<Contributed>,
    /// What must be or had to be said, in the order people began to wait for it.
    pub awaited: Vec<Awaited>,
    /// Rounds that closed, earliest first.
    pub rounds: Vec<ClosedRound>,
    /// Consultations, earliest opened first.
    pub consultations: Vec<OpenedConsultation>,
    /// Comments on the Local Offer, earliest published first.
    pub comments: Vec<Comment>,
    /// What the forum took down, earliest first.
    pub taken_down: Vec<TakenDown>,
    /// How long families waited, in the order of services, places and months, the latest last.
    pub waits: Vec<Told>,
    /// What plans do about the recommendations of reports, in the order of reports and plans.
    pub recommendations: Vec<Standing>,
}

impl History {
    /// Whether nothing had happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self {
            plans,
            told,
            outcomes,
            // There are none without the others.
            contributed: _,
            awaited: _,
            rounds,
            consultations,
            comments,
            taken_down,
            waits,
            recommendations,
        } = self;
        plans.is_empty()
            && told.is_empty()
            && outcomes.is_empty()
            && rounds.is_empty()
            && consultations.is_empty()
            && comments.is_empty()
            && taken_down.is_empty()
            && waits.is_empty()
            && recommendations.is_empty()
    }
}

/// An update with all its versions.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub id: Id<Update>,
    /// The organisation whose it is, by name; empty for a leader who leads for none.
    pub organisation: String,
    /// What it is about, as in `topic:0199…`.
    pub about: Vec<String>,
    /// What was said, earliest first; never empty.
    pub versions: Vec<Version>,
}

/// A version of an update.
#[derive(Clone, Debug)]
pub struct Version {
    /// From 1.
    pub version: i64,
    /// What happened, as it says.
    pub outcome: Stage,
    /// What parents said, in the leader's words.
    pub you_said: String,
    pub at: Moment,
    /// The forum's last word on it, and when; `None` while it is claimed.
    pub verdict: Option<(Verdict, Moment)>,
}

impl Outcome {
    /// What stands.
    #[must_use]
    pub fn now(&self) -> Option<&Version> {
        self.versions.last()
    }
}

/// How many people got the email about a version this many days after it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributed {
    pub update_id: Id<Update>,
    pub version: i64,
    /// Whole days; `None` where no email reached them.
    pub days: Option<i64>,
    pub people: u64,
}

/// Something people are waiting, or waited, for an outcome of.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// `topic`, `consultation` or `plan`.
    pub kind: String,
    pub id: String,
    pub title: String,
    pub since: Moment,
    /// When an outcome was first said.
    pub first_said_at: Option<Moment>,
    /// Where it is still being decided, by which day, as `2026-12-04`.
    pub decide_by: Option<String>,
}

impl Awaited {
    /// Where it had got to at that time. `within`: how long leaders have, in milliseconds.
    #[must_use]
    pub fn standing(&self, within: Millis, at: Moment) -> AwaitedState {
        let told = match &self.decide_by {
            Some(by) => Some(rules::Outcome::Deciding { by: by.clone() }),
            None => self.first_said_at.map(|_| rules::Outcome::Done),
        };
        awaited(self.since, told.as_ref(), within, at)
    }
}

/// A round that closed.
#[derive(Clone, Debug, Default)]
pub struct ClosedRound {
    pub id: Id<Round>,
    pub title: String,
    pub closed_at: Moment,
    /// The places, in their order, each with how many children with SEND live there, where that is
    /// known.
    pub places: Vec<(String, Option<u64>)>,
    pub topics: Vec<Topic>,
}

impl ClosedRound {
    /// Adds how many people in a place, which has this many children with SEND, supported a topic:
    /// topic by topic, each in the order of the places.
    pub fn add(
        &mut self,
        topic_id: &Id<ids::Topic>,
        is_chosen: bool,
        place: (String, Option<u64>),
        supporters: u64,
    ) {
        if self.places.iter().all(|(known, _)| *known != place.0) {
            self.places.push(place);
        }
        if self.topics.last().is_none_or(|last| last.id != *topic_id) {
            self.topics.push(Topic { id: topic_id.clone(), is_chosen, supporters: Vec::new() });
        }
        if let Some(topic) = self.topics.last_mut() {
            topic.supporters.push(supporters);
        }
    }
}

/// A topic of a round that closed.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its words belong to its author, who can withdraw them.
    pub id: Id<ids::Topic>,
    /// Whether the forum confirmed it as one to be planned.
    pub is_chosen: bool,
    /// How many supported it, place by place.
    pub supporters: Vec<u64>,
}

/// A consultation.
#[derive(Clone, Debug)]
pub struct OpenedConsultation {
    pub id: Id<Consultation>,
    pub title: String,
    pub opens_at: Moment,
    pub closes_at: Moment,
    /// Its latest results: their number, when they were published, and what they say.
    pub released: Option<(i64, Moment, Results)>,
}

impl OpenedConsultation {
    /// How many answered, place by place, and how many children with SEND live there; as its
    /// results show it.
    #[must_use]
    pub fn by_place(&self) -> Vec<(String, Option<u64>, Option<u64>)> {
        let results = self.released.as_ref().map(|(_, _, results)| results);
        let places = results.and_then(|results| {
            results.questions.iter().find(|counted| !counted.baseline.is_empty())
        });
        let places = places.map(|counted| counted.parts.iter().zip(&counted.baseline));
        places
            .into_iter()
            .flatten()
            .filter(|(_, lives)| lives.is_some())
            .map(|((place, people), lives)| (place.clone(), *people, *lives))
            .collect()
    }
}

/// Something that the forum took down after everyone could read it.
#[derive(Clone, Debug)]
pub struct TakenDown {
    /// The word for what it was.
    pub kind: String,
    /// The id of what it was taken from.
    pub about_id: String,
    /// The word for why.
    pub reason: String,
    pub at: Moment,
}

/// A comment on the Local Offer.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its words belong to its author.
    pub id: Id<ids::Comment>,
    /// The service it is about, by name; empty for the whole list.
    pub service: String,
    /// What it is about and whose view it is, as the tables have it; empty where nobody was asked.
    pub subject: String,
    pub voice: String,
    pub published_at: Moment,
    pub first_answered_at: Option<Moment>,
    /// Whether an answer says that something will be done.
    pub has_action: bool,
    /// By which day the last that does says so, as `2026-12-04`; empty for none.
    pub action_by: String,
    /// What the forum said last about what that promises; `None` for nothing yet.
    pub is_done: Option<bool>,
}

impl Comment {
    /// Where it had got to at that time. `within`: how long the council has, in milliseconds.
    #[must_use]
    pub fn standing(&self, within: Millis, at: Moment) -> AwaitedState {
        awaited(
            self.published_at,
            self.first_answered_at.map(|_| rules::Outcome::Done).as_ref(),
            within,
            at,
        )
    }
}

/// How involved parents were, and what decided it; `None` until something has happened that they
/// had a part in.
#[must_use]
pub fn rung_of(plan: &Plan, at: Moment) -> Option<(Rung, &'static str)> {
    rung::rung(&plan.rung(), at)
}

/// Up to when things count for what is said now: what happens to a plan follows what happened
/// before by at least a millisecond, so its time can be a little ahead of the clock.
#[must_use]
pub fn so_far(now: Moment) -> Moment {
    now + SECOND
}

/// Up to when things count: the end of a day, or now where that day is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The day, as `2026-12-01`.
    pub day: String,
    /// The last millisecond that counts.
    pub at: Moment,
    /// Whether the day is over.
    pub is_whole_day: bool,
}

impl AsOf {
    /// The end of the day that someone typed.
    ///
    /// # Errors
    /// What to do, where it is not a day, or is in the future.
    pub fn read(typed: &str, now: Moment) -> Result<Self, String> {
        let typed = typed.trim();
        let end = clock::end_of(typed).ok_or_else(|| "Enter a day like 2026-12-01".to_owned())?;
        let day = clock::fields(end).0;
        if clock::date(end) > clock::date(now) {
            return Err(format!(
                "{} is in the future. Choose today or an earlier day",
                clock::day(end)
            ));
        }
        Ok(Self { day, at: end.min(so_far(now)), is_whole_day: end < now })
    }

    /// The quarter that a moment falls in, as in `2026 Q4`.
    #[must_use]
    pub fn quarter(at: Moment) -> String {
        let date = clock::date(at);
        format!("{} Q{}", date.year(), (date.month() - 1) / 3 + 1)
    }
}
