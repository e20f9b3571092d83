//! The emails to a comment's author.

use calendar::clock::{self, DAY};
use calendar::promise::WITHIN;
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::ids::{Comment, Id};
use outcomes::rules::due_by;

use super::rules::{self, CommentDecision, NewResponse};

/// Says that a comment has arrived. Without its words: nobody has read yet whether they name a
/// child.
pub fn received(house: &House, comment_id: &Id<Comment>) -> Words {
    let within = match house.settings.outcome_within / (7 * DAY) {
        1 => "a week".to_owned(),
        weeks => format!("{weeks} weeks"),
    };
    let paragraphs = vec![
        "We've got your comment on the Local Offer. It is saved, and nobody but the forum can read \
         it for now."
            .into(),
        Paragraph::ToDo(format!(
            "You don't need to do anything. Someone at the forum will read it {WITHIN}, and we \
             will email you then."
        )),
        format!("Once it is published, the council must answer it within {within}.").into(),
    ];
    words(house, "We've got your comment", paragraphs, Some(see(house, comment_id)))
}

/// Tells the author what was decided about their comment.
pub fn decided(house: &House, comment_id: &Id<Comment>, decision: &CommentDecision) -> Words {
    let (subject, paragraphs, button) = match decision {
        CommentDecision::Publish => (
            "We've published your comment",
            vec![
                "We've published your comment on the Local Offer, in your own words and without \
                your name."
                    .into(),
                Paragraph::ToDo(format!(
                    "The council must answer by {}. We will email you when it does.",
                    clock::day(due_by(house.clock.now(), house.settings.outcome_within))
                )),
            ],
            Some(see(house, comment_id)),
        ),
        CommentDecision::Decline(reason) => {
            let not = format!(
                "We've read your comment on the Local Offer, but we can't publish it. \
                {}.",
                rules::reason(reason)
            );
            (
                "We can't publish your comment",
                vec![
                    not.into(),
                    Paragraph::ToDo("You can write it again without this, and send it.".to_owned()),
                ],
                Some((
                    "Comment on the Local Offer".to_owned(),
                    house.link("/local-offer/comments/new"),
                )),
            )
        }
        CommentDecision::PassOn => {
            let (subject, paragraphs) = safeguarding::passed_on();
            (subject, paragraphs.into_iter().map(Paragraph::from).collect(), None)
        }
    };
    words(house, subject, paragraphs, button)
}

/// Tells the author what was answered.
pub fn answered(
    house: &House,
    comment_id: &Id<Comment>,
    organisation: &str,
    new: &NewResponse,
) -> Words {
    let done = match clock::day_of(&new.action_by) {
        _ if new.action.is_empty() => "Nothing more will be done.".to_owned(),
        Some(day) => format!("What will be done by {day}: {}", new.action),
        None => format!("What will be done: {}", new.action),
    };
    let paragraphs = vec![
        format!("{organisation} has answered your comment on the Local Offer:").into(),
        new.response.clone().into(),
        Paragraph::ToDo(done),
    ];
    words(house, "Your comment has been answered", paragraphs, Some(see(house, comment_id)))
}

fn see(house: &House, comment_id: &Id<Comment>) -> (String, String) {
    ("See your comment".to_owned(), house.link(&format!("/local-offer/comments/{comment_id}")))
}

fn words(
    house: &House,
    subject: &str,
    paragraphs: Vec<Paragraph>,
    button: Option<(String, String)>,
) -> Words {
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button,
        why: "You get this email because you commented on the Local Offer.".to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}
