//! The email that tells a parent that what they told the forum has arrived.

use deliveries::{Paragraph, Sender, Words};
use forms::Named;
use ground::house::House;

/// Says that it has arrived. Without its words: nobody has read yet whether they name a child.
pub fn received(house: &House, service: &Named) -> Words {
    Words {
        subject: "We've got what you told us".to_owned(),
        paragraphs: vec![
            format!(
                "You told us that how long families are said to wait is not your experience. It \
                 is about: {}",
                service.name
            )
            .into(),
            "What you wrote is saved. Only the forum's organisers can read it.".into(),
            Paragraph::ToDo(
                "You don't need to do anything. The forum will look into it, and say on the page \
                 if it agrees with what was published."
                    .to_owned(),
            ),
        ],
        button: Some((
            "See how long families wait".to_owned(),
            house.link(&format!("/waits/{}", service.id)),
        )),
        also: None,
        why: "You get this email because you told the forum that something is not your experience."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
