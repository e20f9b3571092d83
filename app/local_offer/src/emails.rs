//! The emails to a comment's author.

use calendar::clock::{self, DAY, Moment};
use calendar::promise::WITHIN;
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;
use ground::ids::{Comment, Id};
use outcomes::rules::due_by;

use super::rules::{self, CommentDecision, NewResponse, NewVerdict, ONE_CHILD, WillDo};
use super::store;

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
pub fn confirm_address(house: &House, token: &str, ends_at: Moment) -> Words {
    let paragraphs = vec![
        "Someone sent us a comment on the Local Offer, and gave this email address for the answer."
            .into(),
        Paragraph::ToDo(format!(
            "If it was you, press the button by {}. We will then email you when we've decided \
             about your comment, when it is answered, and when we've looked if what was promised \
             was done.",
            clock::day(ends_at)
        )),
        "If it wasn't you, do nothing. We won't email you again, and we will delete your address."
            .into(),
        answered_within(house),
        "Keep this email. Once you have pressed the button, you can also withdraw your comment \
         with the link below it, until the comment is answered."
            .into(),
    ];
    let link = house.link(&format!("/local-offer/emails/{token}"));
    let withdrawal = format!("{link}/withdrawal");
    let button = Some(("Email me the answer".to_owned(), link));
    Words {
        also: Some(("Withdraw my comment".to_owned(), withdrawal)),
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
pub fn decided(house: &House, comment: &store::Comment, decision: &CommentDecision) -> Words {
    let comment_id = &comment.id;
    let (subject, paragraphs, button) = match decision {
        CommentDecision::Publish => {
            let how = "We've published your comment on the Local Offer, in your own words and \
                       without your name.";
            let paragraphs = vec![how.into(), by_when(house), until_answered(comment)];
            ("We've published your comment", paragraphs, Some(see(house, comment_id)))
        }
        CommentDecision::Redact(_) => {
            let how = "We've published your comment on the Local Offer, without your name. We took \
                       out words that name someone. Everything else is as you sent it.";
            let why = "If you think we took out too much, reply to this email within four weeks.";
            let paragraphs = vec![how.into(), by_when(house), why.into(), until_answered(comment)];
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

/// How they can withdraw what is published now.
fn until_answered(comment: &store::Comment) -> Paragraph {
    let how = if comment.account().is_some() {
        "Until then you can withdraw it, on the page of your comment."
    } else {
        "Until then you can withdraw it, with the link in our first email about it."
    };
    how.into()
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
    let (done, and_then): (String, Option<Paragraph>) = match &new.will_do {
        WillDo::Nothing { why } => (format!("Nothing more will be done: {why}"), None),
        WillDo::Action { what, by } => (
            format!("What will be done by {}: {what}", clock::day_of(by).unwrap_or_default()),
            Some("When the forum has looked if it was done, we will email you.".into()),
        ),
    };
    let mut paragraphs = vec![
        format!("{organisation} has answered your comment on the Local Offer:").into(),
        new.response.clone().into(),
        Paragraph::ToDo(done),
    ];
    paragraphs.extend(and_then);
    words(house, "Your comment has been answered", paragraphs, Some(see(house, comment_id)))
}

/// Tells the author whether the forum says that what was promised was done.
pub fn checked(
    house: &House,
    comment_id: &Id<Comment>,
    promise: &store::Response,
    new: &NewVerdict,
) -> Words {
    let (subject, says) = if new.is_done {
        ("What was promised about your comment was done", "The forum says this was done.")
    } else {
        ("What was promised about your comment was not done", "The forum says this was not done.")
    };
    let promised = match clock::day_of(&promise.action_by) {
        Some(day) => format!("In answer to your comment, this was promised by {day}:"),
        None => "In answer to your comment, this was promised:".to_owned(),
    };
    let found = (!new.words.is_empty()).then(|| Paragraph::from(new.words.clone()));
    let mut paragraphs =
        vec![promised.into(), promise.action.clone().into(), Paragraph::ToDo(says.to_owned())];
    paragraphs.extend(found);
    words(house, subject, paragraphs, Some(see(house, comment_id)))
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
