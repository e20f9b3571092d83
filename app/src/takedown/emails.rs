//! What the author of something that was taken down is told.

use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::takedown::{self, Kind, Wish};

/// Says that it was taken down, and why. Without its words: they may name a child.
pub fn taken_down(house: &House, kind: Kind, wish: &Wish) -> Words {
    let what = match kind {
        Kind::Topic => "a topic you proposed",
        Kind::Comment => "a comment you wrote on the Local Offer",
        Kind::Question => "a question you asked about a change",
        Kind::Answer => "a question about a change, and its answer. You asked or answered it",
        Kind::Results => "words in the results of a consultation",
    };
    let fate = if wish.is_kept {
        "Only our safeguarding lead can read the words now. They may contact you."
    } else {
        "We have deleted the words."
    };
    Words {
        subject: "We've taken down something you wrote".to_owned(),
        paragraphs: vec![
            format!("We have taken down {what}. Nobody can read it on our pages any more.").into(),
            format!("This is why: {}", takedown::why(wish.reason, &wish.why)).into(),
            fate.into(),
            Paragraph::ToDo(
                "You don't need to do anything. If you think this is wrong, please tell us."
                    .to_owned(),
            ),
        ],
        button: Some(("Contact us".to_owned(), house.link("/contact"))),
        why: "You get this email because you wrote it.".to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}
