//! The email with a personal link.

use calendar::clock;
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;

use super::store::Consultation;

/// Asks a family, with its personal link.
pub fn asked(house: &House, consultation: &Consultation, link: &str) -> Words {
    let terms = &consultation.terms;
    Words {
        subject: format!("Have your say: {}", terms.title),
        paragraphs: vec![
            terms.about.clone().into(),
            Paragraph::ToDo(format!(
                "Please answer by the end of {} ({}).",
                clock::day(terms.closes_at),
                clock::days_away(house.clock.now(), terms.closes_at)
            )),
            "This link is only for you. You can stop and come back.".into(),
            "Nobody can see which answers came from which link.".into(),
        ],
        button: Some(("Have your say".to_owned(), link.to_owned())),
        also: None,
        why: format!(
            "You are getting this one email because {} was given your email address so that we \
             could ask you. We won't keep it.",
            house.names.forum
        ),
        from: Sender::of(house),
        stop: None,
    }
}
