//! The emails about subscriptions.

use calendar::clock::{self, Moment};
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;

/// Asks whether the person behind the address wants to be told. The same whether or not they
/// already get emails.
pub fn confirm(house: &House, wanted: &[String], token: &str, ends_at: Moment) -> Words {
    Words {
        subject: "Confirm that you want emails about changes".to_owned(),
        paragraphs: vec![
            "You asked us to tell you before these change:".into(),
            wanted.join("\n").into(),
            Paragraph::ToDo(format!(
                "Press the button to confirm. It works until {}.",
                clock::day_and_hour(ends_at)
            )),
        ],
        button: Some(("Yes, email me".to_owned(), house.link(&format!("/subscribe/{token}")))),
        why: "Someone asked for this with your email address. If it wasn't you, do nothing: we \
            won't email you again."
            .to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}
