//! The email with a link of one's own.

use calendar::clock;
use deliveries::Words;
use ground::house::House;

use super::store::Consultation;

/// Asks a family, with a link of its own.
pub fn asked(house: &House, consultation: &Consultation, link: &str) -> Words {
    let terms = &consultation.terms;
    Words {
        subject: format!("{} asks you: {}", house.names.forum, terms.title),
        paragraphs: vec![
            terms.about.clone(),
            format!(
                "This link is for you alone. You can answer until the end of {}, stop, and come \
                 back.",
                clock::day(terms.closes_at)
            ),
            "Nobody can see which answers came by which link.".to_owned(),
        ],
        button: Some(("Answer".to_owned(), link.to_owned())),
        also: None,
        why: format!(
            "You get this once, because {} was given your address to ask you. It does not keep it.",
            house.names.forum
        ),
        from: house.names.forum.clone(),
        stop: None,
    }
}
