//! The emails to a comment's author.

use deliveries::Words;
use ground::house::House;

use super::rules::{self, Decision, NewResponse};

/// Tells the author what became of her comment.
pub fn decided(house: &House, comment_id: &str, decision: &Decision) -> Words {
    let (subject, paragraphs, button) = match decision {
        Decision::Publish => (
            "Your comment is published",
            vec![
                "Your comment on the Local Offer is published, in your own words and without your \
                name. We write to you when it is answered."
                    .to_owned(),
            ],
            Some(see(house, comment_id)),
        ),
        Decision::Decline(reason) => {
            let not = format!(
                "We read your comment on the Local Offer and did not publish it. \
                {}.",
                rules::reason(reason)
            );
            (
                "We did not publish your comment",
                vec![not, "You can write it anew and send it again.".to_owned()],
                Some(("Write a comment".to_owned(), house.link("/local-offer/comments/new"))),
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
        vec!["Your comment on the Local Offer was answered:".to_owned(), new.response.clone()];
    paragraphs.push(if new.action.is_empty() {
        "Nothing else is going to be done.".to_owned()
    } else {
        format!("What is going to be done: {}", new.action)
    });
    words(house, "Your comment was answered", paragraphs, Some(see(house, comment_id)))
}

fn see(house: &House, comment_id: &str) -> (String, String) {
    ("See it".to_owned(), house.link(&format!("/local-offer/comments/{comment_id}")))
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
        why: "You get this email because you wrote a comment on the Local Offer.".to_owned(),
        from: house.names.forum.clone(),
        also: None,
        stop: None,
    }
}
