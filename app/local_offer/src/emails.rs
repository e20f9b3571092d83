//! The emails to a comment's author.

use deliveries::Words;
use ground::house::House;

use super::rules::{self, Decision, NewResponse};

/// Tells the author what was decided about their comment.
pub fn decided(house: &House, comment_id: &str, decision: &Decision) -> Words {
    let (subject, paragraphs, button) = match decision {
        Decision::Publish => (
            "We've published your comment",
            vec![
                "We've published your comment on the Local Offer, in your own words and without \
                your name. We will email you when it is answered."
                    .to_owned(),
            ],
            Some(see(house, comment_id)),
        ),
        Decision::Decline(reason) => {
            let not = format!(
                "We've read your comment on the Local Offer, but we can't publish it. \
                {}.",
                rules::reason(reason)
            );
            (
                "We can't publish your comment",
                vec![not, "You can write it again without this, and send it.".to_owned()],
                Some((
                    "Comment on the Local Offer".to_owned(),
                    house.link("/local-offer/comments/new"),
                )),
            )
        }
        Decision::PassOn => {
            let (subject, paragraphs) = safeguarding::passed_on();
            (subject, paragraphs, None)
        }
    };
    words(house, subject, paragraphs, button)
}

/// Tells the author what was answered.
pub fn answered(house: &House, comment_id: &str, new: &NewResponse) -> Words {
    let mut paragraphs =
        vec!["Your comment on the Local Offer has been answered:".to_owned(), new.response.clone()];
    paragraphs.push(if new.action.is_empty() {
        "Nothing more will be done.".to_owned()
    } else {
        format!("What will be done: {}", new.action)
    });
    words(house, "Your comment has been answered", paragraphs, Some(see(house, comment_id)))
}

fn see(house: &House, comment_id: &str) -> (String, String) {
    ("See your comment".to_owned(), house.link(&format!("/local-offer/comments/{comment_id}")))
}

fn words(
    house: &House,
    subject: &str,
    paragraphs: Vec<String>,
    button: Option<(String, String)>,
) -> Words {
    Words {
        subject: subject.to_owned(),
        paragraphs,
        button,
        why: "You get this email because you commented on the Local Offer.".to_owned(),
        from: house.names.forum.clone(),
        also: None,
        stop: None,
    }
}
