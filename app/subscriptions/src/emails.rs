//! The emails about subscriptions.

use calendar::clock::{self, Millis};
use deliveries::Words;
use ground::house::House;

/// Asks whether the person behind the address wants to be told. The same whether she is told of
/// anything yet or not.
pub fn confirm(house: &House, wanted: &[String], token: &str, ends_at: Millis) -> Words {
    Words {
        subject: "Confirm that we may write to you".to_owned(),
        paragraphs: vec![
            "You asked to be told before these change:".to_owned(),
            wanted.join("\n"),
            format!(
                "Press the button to confirm. It works until \
                {}.",
                clock::day_and_hour(ends_at)
            ),
        ],
        button: Some(("Yes, write to me".to_owned(), house.link(&format!("/subscribe/{token}")))),
        why: "Somebody asked for this with your address. If it was not you, do nothing: we do not \
            write again."
            .to_owned(),
        from: house.names.forum.clone(),
        also: None,
        stop: None,
    }
}
