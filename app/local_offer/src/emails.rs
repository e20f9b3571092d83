//! The emails to a comment's author.

use calendar::clock::{self, DAY, Millis};
use calendar::promise::WITHIN;
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::ids::{Comment, Id};
use outcomes::rules::due_by;

use super::rules::{self, CommentDecision, NewResponse, ONE_CHILD};

/// Says that a comment has arrived. Without its words: nobody has read yet whether they name a
/// child.
pub fn received(house: &House, comment_id: &Id<Comment>) -> Words {
    let paragraphs = vec![
        "We've got your comment on the Local Offer. It is saved, and nobody but the forum can read \
         it for now."
            .into(),
        Paragraph::ToDo(format!(
            "You don't need to do anything. Someone at the forum will read it {WITHIN}, and we \
             will email you then."
        )),
        answered_within(house),
    ];
    words(house, "We've got your comment", paragraphs, Some(see(house, comment_id)))
}

/// Asks whether the person behind an address wants the answer to a comment that was sent with it.
/// Without its words.
pub fn confirm_address(house: &House, token: &str, ends_at: Millis) -> Words {
    let paragraphs = vec![
        "Someone sent us a comment on the Local Offer, and gave this email address for the answer."
            .into(),
        Paragraph::ToDo(format!(
            "If it was you, press the button by {}. We will then email you when we've decided \
             about your comment, and when it is answered.",
            clock::day(ends_at)
        )),
        "If it wasn't you, do nothing. We won't email you again, and we will delete your address."
            .into(),
        answered_within(house),
    ];
    let link = house.link(&format!("/local-offer/emails/{token}"));
    let button = Some(("Email me the answer".to_owned(), link));
    Words {
        why: "You get this email because someone gave your address with a comment on the Local \
              Offer."
            .to_owned(),
        ..words(house, "Shall we email you the answer to your comment?", paragraphs, button)
    }
}

fn answered_within(house: &House) -> Paragraph {
    let within = match house.settings.outcome_within / (7 * DAY) {
        1 => "a week".to_owned(),
        weeks => format!("{weeks} weeks"),
    };
    format!("Once it is published, the council must answer it within {within}.").into()
}

/// Tells the author what was decided about their comment.
pub fn decided(house: &House, comment_id: &Id<Comment>, decision: &CommentDecision) -> Words {
    let (subject, paragraphs, button) = match decision {
        CommentDecision::Publish => {
            let how = "We've published your comment on the Local Offer, in your own words and \
                       without your name.";
            let paragraphs = vec![how.into(), by_when(house)];
            ("We've published your comment", paragraphs, Some(see(house, comment_id)))
        }
        CommentDecision::Redact(_) => {
            let how = "We've published your comment on the Local Offer, without your name. We took \
                       out words that name someone. Everything else is as you sent it.";
            let why = "If you think we took out too much, reply to this email within four weeks.";
            let paragraphs = vec![how.into(), by_when(house), why.into()];
            ("We've published your comment", paragraphs, Some(see(house, comment_id)))
        }
        CommentDecision::Decline(reason) => {
            let (paragraphs, button) = not_published(house, reason);
            ("We can't publish your comment", paragraphs, Some(button))
        }
        CommentDecision::PassOn => {
            let (subject, paragraphs) = safeguarding::passed_on();
            (subject, paragraphs.into_iter().map(Paragraph::from).collect(), None)
        }
    };
    words(house, subject, paragraphs, button)
}

/// By when the council must answer what is published now.
fn by_when(house: &House) -> Paragraph {
    let by = clock::day(due_by(house.clock.now(), house.settings.outcome_within));
    Paragraph::ToDo(format!("The council must answer by {by}. We will email you when it does."))
}

/// Why a comment is not published and what to do, with a button. Whoever wrote about one child is
/// told who can help.
fn not_published(house: &House, reason: &str) -> (Vec<Paragraph>, (String, String)) {
    let not = format!(
        "We've read your comment on the Local Offer, but we can't publish it. {}.",
        rules::reason(reason)
    );
    if reason == ONE_CHILD {
        let who = house.contact.get().who_advises();
        return (
            vec![not.into(), Paragraph::ToDo(who)],
            ("How to reach them".to_owned(), house.link("/contact")),
        );
    }
    let again = "You can write it again without this, and send it.".to_owned();
    (
        vec![not.into(), Paragraph::ToDo(again)],
        ("Comment on the Local Offer".to_owned(), house.link("/local-offer")),
    )
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
