//! The emails to a topic's author.

use deliveries::Words;
use ground::house::House;

use super::rules::Decision;
use super::store::Topic;

/// Tells the author what became of her topic.
pub fn decided(house: &House, topic: &Topic, decision: &Decision) -> Words {
    let page = |id: &str| Some(("See it".to_owned(), house.link(&format!("/topics/{id}"))));
    let title = &topic.title;
    let (subject, paragraphs, button) = match decision {
        Decision::Publish => {
            (
                "Your topic is published",
                vec![
                format!("Your topic “{title}” is published, in your own words. Everyone can read \
                    it."),
                "When voting opens, parents can support it. Nobody sees how many until the round \
                 closes.".to_owned(),
            ],
                page(&topic.id),
            )
        }
        Decision::Merge(into) => (
            "Your topic is now part of another one",
            vec![
                format!(
                    "Your topic “{title}” was so close to another one that we put them together. \
                     Those who supported yours now support that one."
                ),
                "Your words are not lost: they can still be read.".to_owned(),
            ],
            page(into),
        ),
        Decision::Decline(reason) => (
            "We did not publish your topic",
            vec![
                format!("We read your topic “{title}” and did not publish it. This is why:"),
                reason.clone(),
                "You can write it anew and send it again.".to_owned(),
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
