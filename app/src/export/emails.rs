//! The emails about copies.

use calendar::clock::{self, Moment};
use deliveries::{Paragraph, Sender, Words};
use ground::house::House;

/// Tells somebody that a copy of all about their account was asked for: where it is if it was them,
/// and what to do if it was not.
pub fn ready(house: &House, at: Moment, until: Moment) -> Words {
    Words {
        subject: "Your copy of everything we keep about you".to_owned(),
        paragraphs: vec![
            format!(
                "On {} someone who was signed in to your account asked for a copy of everything \
                 we keep about you.",
                clock::day_and_hour(at)
            )
            .into(),
            Paragraph::ToDo(format!(
                "If it was you, save it before {}, in the same browser.",
                clock::day_and_hour(until)
            )),
            "If it wasn't you, someone else can get into your account. Choose a new password \
             straight away: that signs everyone else out, too."
                .into(),
        ],
        button: Some(("Save your copy".to_owned(), house.link("/account/export"))),
        also: Some(("Choose a new password".to_owned(), house.link("/forgotten-password"))),
        why: "We send this email whenever someone asks for a copy, so that nobody can take one \
              without you knowing."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// The link to a copy of what is kept about a subscription.
pub fn link(house: &House, at: Moment, until: Moment, token: &str) -> Words {
    Words {
        subject: "Your copy of what we keep about you".to_owned(),
        paragraphs: vec![
            format!(
                "On {} someone asked for a copy of what we keep about your emails about changes.",
                clock::day_and_hour(at)
            )
            .into(),
            Paragraph::ToDo(format!(
                "Press the button before {} to save it.",
                clock::day_and_hour(until)
            )),
        ],
        button: Some(("Save your copy".to_owned(), house.link(&format!("/copies/{token}")))),
        also: None,
        why: "Someone asked for it on the page that our emails to you lead to. If it wasn't you, \
              ignore this email: nobody else has the link."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
