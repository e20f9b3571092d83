//! The emails to a topic's author.

use deliveries::Words;
use ground::house::House;

use super::rules::Decision;
use super::store::Topic;

/// Tells the author what happened to their topic.
pub fn decided(house: &House, topic: &Topic, decision: &Decision) -> Words {
    let page =
        |label: &str, id: &str| Some((label.to_owned(), house.link(&format!("/topics/{id}"))));
    let title = &topic.title;
    let (subject, paragraphs, button) = match decision {
        Decision::Publish => (
            "Your topic has been published",
            vec![
                format!(
                    "We have published your topic “{title}”, in your own words. Everyone can \
                     read it now."
                ),
                "When voting opens, other parents can support it. Nobody sees how many do \
                 until voting closes."
                    .to_owned(),
            ],
            page("See your topic", &topic.id),
        ),
        Decision::Merge(into) => (
            "We've joined your topic with another one",
            vec![
                format!(
                    "Your topic “{title}” was very similar to another one, so we have put them \
                     together. Everyone who supported yours now supports that one."
                ),
                "Your words aren't lost: people can still read them.".to_owned(),
            ],
            page("See the other topic", into),
        ),
        Decision::Decline(reason) => (
            "We haven't published your topic",
            vec![
                format!("We read your topic “{title}” and haven't published it. This is why:"),
                reason.clone(),
                "You can write it again and send us the new version.".to_owned(),
            ],
            Some(("Propose a topic".to_owned(), house.link("/topics/new"))),
        ),
        Decision::PassOn => {
            let (subject, paragraphs) = safeguarding::passed_on();
            (subject, paragraphs, None)
        }
    };
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button,
        why: "You get this email because you proposed a topic.".to_owned(),
        from: house.names.forum.clone(),
        also: None,
        stop: None,
    }
}
