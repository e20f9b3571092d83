//! What a proposal may be and what may happen to a topic. Pure: facts and the time in, facts or
//! refusals out.

use calendar::clock::Moment;
use forms::{Named, Refusals, Sent};
use ground::ids::{Id, Place, Service, Topic};

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 100;
/// The longest other text, in characters.
pub const LONGEST_TEXT: usize = 2_000;

/// A topic as a parent proposes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The same key twice is one topic.
    pub form_key: String,
    /// One line.
    pub title: String,
    pub happens_now: String,
    pub would_help: String,
    /// None where it is about something else.
    pub services: Vec<Id<Service>>,
    /// None means the whole area.
    pub places: Vec<Id<Place>>,
}

/// What a form sends for "something else" in place of a service.
pub const SOMETHING_ELSE: &str = "else";

/// Reads a proposal from what was sent. Only services and places that exist can be chosen.
///
/// # Errors
/// What to put right, in the order of the fields.
pub fn proposal(sent: &Sent, services: &[Named], places: &[Named]) -> Result<Proposal, Refusals> {
    let mut refusals = Refusals::default();
    let title = refusals.take(
        "title",
        forms::within(sent.line("title"), LONGEST_TITLE, "Say in one line what should be planned"),
    );
    let text =
        |name, what_to_do| forms::within(forms::prose(sent.typed(name)), LONGEST_TEXT, what_to_do);
    let happens_now = refusals.take("happens_now", text("happens_now", "Say what happens now"));
    let would_help = refusals.take("would_help", text("would_help", "Say what would help"));
    let services = refusals.take("services", services_of(sent, services));
    let places = refusals.take("places", area::chosen(sent, "places", places, "").map(ids));
    let form_key = sent.once();
    match (title, happens_now, would_help, services, places) {
        (Some(title), Some(happens_now), Some(would_help), Some(services), Some(places)) => {
            Ok(Proposal { form_key, title, happens_now, would_help, services, places })
        }
        _ => Err(refusals),
    }
}

/// The services that were chosen. What is about something else is about none of them, and may be
/// about others too.
fn services_of(sent: &Sent, services: &[Named]) -> Result<Vec<Id<Service>>, String> {
    let is_else = sent.all("services").iter().any(|chosen| chosen == SOMETHING_ELSE);
    let mut there_are = services.to_vec();
    there_are.push(Named { id: SOMETHING_ELSE.to_owned(), name: String::new() });
    let when_none = "Choose at least one service, or “Something else”";
    let mut chosen = area::chosen(sent, "services", &there_are, when_none)?;
    if is_else {
        chosen.retain(|id| id != SOMETHING_ELSE);
    }
    Ok(ids(chosen))
}

fn ids<T>(chosen: Vec<String>) -> Vec<Id<T>> {
    chosen.into_iter().map(Id::from).collect()
}

/// What has happened to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicState {
    /// An organiser has not looked at it yet.
    Waiting,
    /// Everyone can read it.
    Published,
    /// It became part of this topic.
    Merged(Id<Topic>),
    /// Not published, for this reason.
    Declined(String),
    /// With the safeguarding lead; shown to nobody else.
    PassedOn,
    Withdrawn,
    /// By the forum, after everyone could read it. Its words are gone.
    TakenDown,
}

impl TopicState {
    /// What has happened to it in a few words, the same on every page.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Waiting => "○ Waiting to be checked",
            Self::Published => "✓ Published",
            Self::Merged(_) => "✓ Joined with another topic",
            Self::Declined(_) => "× Not published",
            Self::PassedOn => "○ With one person at the forum, privately",
            Self::Withdrawn => "○ Withdrawn",
            Self::TakenDown => "× Taken down by the forum",
        }
    }
}

/// The dated facts that say what has happened to a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicFacts {
    pub published_at: Option<Moment>,
    pub merged_into: Option<Id<Topic>>,
    pub decline_reason: Option<String>,
    pub passed_on_at: Option<Moment>,
    /// By its author, or by the forum as it was taken down.
    pub withdrawn_at: Option<Moment>,
    pub taken_down_at: Option<Moment>,
}

impl TopicFacts {
    /// What has happened to the topic. Privacy comes first: what was passed on stays so, whatever
    /// came after.
    #[must_use]
    pub fn state(&self) -> TopicState {
        match self {
            Self { passed_on_at: Some(_), .. } => TopicState::PassedOn,
            Self { taken_down_at: Some(_), .. } => TopicState::TakenDown,
            Self { withdrawn_at: Some(_), .. } => TopicState::Withdrawn,
            Self { merged_into: Some(into), .. } => TopicState::Merged(into.clone()),
            Self { decline_reason: Some(reason), .. } => TopicState::Declined(reason.clone()),
            Self { published_at: Some(_), .. } => TopicState::Published,
            _ => TopicState::Waiting,
        }
    }

    /// Whether everyone may read it at its address: it was published, and nobody took it down; what
    /// the forum takes down is withdrawn too. One
    /// that was joined with another keeps its words, unless that happened before anyone could read
    /// it. The statements of every room ask the view `public_topics`, which is the same.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.published_at.is_some()
            && self.passed_on_at.is_none()
            && self.decline_reason.is_none()
            && self.withdrawn_at.is_none()
    }

    /// Whether it is in lists, is found and can be supported, answered and planned: one that was
    /// joined with another gives its place to that. The view `listed_topics` is the same.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.is_public() && self.merged_into.is_none()
    }

    /// Whether this reader may read it: what is not public is for its author and organisers, and
    /// what was passed on for the safeguarding lead alone, on a page of its own.
    #[must_use]
    pub fn may_read(&self, reader: Reader) -> bool {
        self.passed_on_at.is_none() && (self.is_public() || reader != Reader::Anyone)
    }
}

/// Who reads a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Whoever comes.
    Anyone,
    /// The parent who proposed it.
    Author,
    /// Somebody who decides about topics.
    Organiser,
}

/// What an organiser decides about a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicDecision {
    /// Everyone can read it.
    Publish,
    /// It becomes part of this topic; its supporters move to it.
    Merge(Id<Topic>),
    /// It is not published, for this reason, which the author is told.
    Decline(String),
    /// Only the safeguarding lead sees it from now on.
    PassOn,
}

/// Reads a decision and says whether it may still be made about the topic.
///
/// # Errors
/// What to put right.
pub fn decision(
    sent: &Sent,
    topic_id: &Id<Topic>,
    state: &TopicState,
) -> Result<TopicDecision, Refusals> {
    let decision = match sent.typed("decision") {
        "publish" => TopicDecision::Publish,
        "merge" => {
            let into = Id::<Topic>::parse(sent.typed("into")).filter(|into| into != topic_id);
            TopicDecision::Merge(
                into.ok_or_else(|| Refusals::one("into", "Choose the topic to merge it into"))?,
            )
        }
        "decline" => {
            let reason = forms::within(
                forms::prose(sent.typed("reason")),
                LONGEST_TEXT,
                "Give the author a reason",
            );
            TopicDecision::Decline(
                reason.map_err(|what_to_do| Refusals::one("reason", what_to_do))?,
            )
        }
        "pass on" => TopicDecision::PassOn,
        _ => return Err(Refusals::one("decision", "Choose what should happen to this topic")),
    };
    let may = match state {
        TopicState::Waiting => true,
        TopicState::Published => matches!(decision, TopicDecision::Merge(_)),
        _ => false,
    };
    if may {
        Ok(decision)
    } else {
        Err(Refusals::one(
            "decision",
            "Someone has already decided about this topic. Check what they decided",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sefton() -> (Vec<Named>, Vec<Named>) {
        let named = |id: &str, name: &str| Named { id: id.into(), name: name.into() };
        (
            vec![named("s1", "Transport"), named("s2", "Autism support")],
            vec![named("p1", "North Sefton")],
        )
    }

    fn read(body: &str) -> Result<Proposal, Refusals> {
        let (services, places) = sefton();
        proposal(&Sent::read(body.as_bytes()), &services, &places)
    }

    #[test]
    fn a_proposal_keeps_the_parents_words_and_choices() {
        let proposal = read(
            "title=Earlier+buses&happens_now=Late%0D%0A%0D%0Aevery+day&would_help=A+plan\
             &services=s1&services=s2",
        )
        .expect("a proposal");
        assert_eq!(proposal.happens_now, "Late\n\nevery day");
        assert_eq!(proposal.services, ["s1", "s2"]);
        assert!(proposal.places.is_empty());
    }

    #[test]
    fn an_empty_proposal_says_what_to_do_about_each_field_in_order() {
        let refusals = read("title=+%00&places=").expect_err("refusals");
        let fields: Vec<_> = refusals.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["title", "happens_now", "would_help", "services"]);
    }

    #[test]
    fn a_topic_may_be_about_something_else_than_any_service() {
        let about = |chosen: &str| {
            read(&format!("title=a&happens_now=b&would_help=c{chosen}")).map(|topic| topic.services)
        };
        assert_eq!(about("&services=else"), Ok(Vec::new()));
        assert_eq!(about("&services=s1&services=else"), Ok(vec!["s1".into()]));
        assert!(about("").is_err());
    }

    #[test]
    fn a_title_of_101_characters_and_an_unknown_service_are_refused() {
        let refusals =
            read(&format!("title={}&happens_now=a&would_help=b&services=x", "e".repeat(101)))
                .expect_err("refusals");
        assert_eq!(refusals.about("title"), Some("Use 100 characters or fewer. You've used 101"));
        assert!(refusals.about("services").is_some());
    }

    #[test]
    fn what_was_passed_on_stays_so_whatever_came_after() {
        let facts = TopicFacts {
            passed_on_at: Some(Moment::from_millis(1)),
            withdrawn_at: Some(Moment::from_millis(2)),
            ..TopicFacts::default()
        };
        assert_eq!(facts.state(), TopicState::PassedOn);
    }

    #[test]
    fn what_the_forum_took_down_is_not_what_its_author_withdrew() {
        let facts = TopicFacts {
            published_at: Some(Moment::from_millis(1)),
            merged_into: Some("other".into()),
            withdrawn_at: Some(Moment::from_millis(2)),
            taken_down_at: Some(Moment::from_millis(2)),
            ..TopicFacts::default()
        };
        assert_eq!(facts.state(), TopicState::TakenDown);
        assert!(!facts.is_public() && !facts.is_listed());
    }

    #[test]
    fn everyone_reads_what_was_published_and_not_taken_down() {
        let published =
            TopicFacts { published_at: Some(Moment::from_millis(1)), ..TopicFacts::default() };
        let merged = TopicFacts { merged_into: Some("other".into()), ..published.clone() };
        for facts in [published.clone(), merged] {
            assert!(facts.is_public() && facts.may_read(Reader::Anyone));
        }
        for facts in [
            TopicFacts::default(),
            TopicFacts { merged_into: Some("other".into()), ..TopicFacts::default() },
            TopicFacts { decline_reason: Some("no".into()), ..TopicFacts::default() },
            TopicFacts { withdrawn_at: Some(Moment::from_millis(2)), ..published },
        ] {
            assert!(!facts.is_public() && !facts.may_read(Reader::Anyone), "{facts:?}");
            assert!(facts.may_read(Reader::Author) && facts.may_read(Reader::Organiser));
        }
        let passed_on =
            TopicFacts { passed_on_at: Some(Moment::from_millis(1)), ..TopicFacts::default() };
        for reader in [Reader::Anyone, Reader::Author, Reader::Organiser] {
            assert!(!passed_on.may_read(reader), "{reader:?}");
        }
    }

    #[test]
    fn a_published_topic_can_be_merged_and_nothing_else() {
        let other = Id::<Topic>::fresh();
        let decide =
            |body: String, state| decision(&Sent::read(body.as_bytes()), &"this".into(), &state);
        assert_eq!(
            decide(format!("decision=merge&into={other}"), TopicState::Published),
            Ok(TopicDecision::Merge(other.clone()))
        );
        assert!(decide("decision=decline&reason=no".into(), TopicState::Published).is_err());
        assert!(decide(format!("decision=merge&into={other}"), TopicState::Withdrawn).is_err());
    }

    #[test]
    fn declining_takes_a_reason() {
        let refusals = decision(
            &Sent::read(b"decision=decline&reason=+"),
            &"this".into(),
            &TopicState::Waiting,
        )
        .expect_err("a refusal");
        assert_eq!(refusals.about("reason"), Some("Give the author a reason"));
    }
}
