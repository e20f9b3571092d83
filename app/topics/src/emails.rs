//! The emails to a topic's author.

use calendar::clock::{self, Moment};
use calendar::promise::WITHIN;
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::ids::{self, Id};

use super::rules::TopicDecision;
use super::store::Topic;

/// Says that a topic has arrived. Without its words: nobody has read yet whether they name a child.
pub fn received(house: &House, topic_id: &Id<ids::Topic>, votes_from: Option<Moment>) -> Words {
    let vote = match votes_from {
        Some(at) => format!(
            "If we publish it, other parents can support it from {} ({}).",
            clock::day(at),
            clock::days_away(house.clock.now(), at)
        ),
        None => "If we publish it, other parents can support it in the next voting round.".into(),
    };
    Words {
        subject: "We've got your topic".to_owned(),
        paragraphs: vec![
            "We've got your topic. It is saved, and nobody but the forum can read it for now."
                .into(),
            Paragraph::ToDo(format!(
                "You don't need to do anything. Someone at the forum will read it {WITHIN}, and we \
                 will email you then."
            )),
            vote.into(),
        ],
        button: Some(("See your topic".to_owned(), house.link(&format!("/topics/{topic_id}")))),
        why: "You get this email because you proposed a topic.".to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}

/// Tells the author what happened to their topic.
pub fn decided(house: &House, topic: &Topic, decision: &TopicDecision) -> Words {
    let page =
        |label: &str, id: &str| Some((label.to_owned(), house.link(&format!("/topics/{id}"))));
    let title = &topic.title;
    let (subject, paragraphs, button) = match decision {
        TopicDecision::Publish => (
            "Your topic has been published",
            vec![
                format!(
                    "We have published your topic “{title}”, in your own words. Everyone can \
                     read it now."
                )
                .into(),
                "When voting opens, other parents can support it. Nobody sees how many do \
                 until voting closes."
                    .into(),
            ],
            page("See your topic", &topic.id),
        ),
        TopicDecision::Merge(into) => (
            "We've joined your topic with another one",
            vec![
                format!(
                    "Your topic “{title}” was very similar to another one, so we have put them \
                     together. Everyone who supported yours now supports that one."
                )
                .into(),
                if topic.facts.is_public() {
                    "Your words aren't lost: people can still read them."
                } else {
                    "Only you and the forum can read your own words. We hadn't published them yet."
                }
                .into(),
            ],
            page("See the other topic", into),
        ),
        TopicDecision::Decline(reason) => (
            "We haven't published your topic",
            vec![
                format!("We read your topic “{title}” and haven't published it. This is why:")
                    .into(),
                reason.clone().into(),
                Paragraph::ToDo("You can write it again and send us the new version.".to_owned()),
            ],
            Some(("Propose a topic".to_owned(), house.link("/topics/new"))),
        ),
        TopicDecision::PassOn => {
            let (subject, paragraphs) = safeguarding::passed_on();
            (subject, paragraphs.into_iter().map(Paragraph::from).collect(), None)
        }
    };
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button,
        why: "You get this email because you proposed a topic.".to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}
