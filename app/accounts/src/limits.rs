//! How much one person may send within a time, so that nobody fills the forum's desk alone. One
//! person is one mailbox ([`forms::mailbox`]), however many accounts it has. How many they are is
//! in the table of `attempts`.

use axum::response::Response;
use ground::error::{Error, later};
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;

use super::attempts::{self, AttemptKind};

/// What a person sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    Topic,
    /// On the Local Offer.
    Comment,
    /// "That's not my experience".
    Doubt,
    /// "I want to know this too".
    Too,
    /// "I was there", about a planning session.
    Presence,
}

impl Sends {
    /// What is counted for somebody who is signed in.
    fn kind(self) -> AttemptKind {
        match self {
            Self::Topic => AttemptKind::Topic,
            Self::Comment => AttemptKind::Comment,
            Self::Doubt => AttemptKind::Doubt,
            Self::Too => AttemptKind::Too,
            Self::Presence => AttemptKind::Presence,
        }
    }
}

/// Counts one more of these, and says whether it is within what one person may send.
///
/// # Errors
/// When the database fails.
pub async fn may_send(house: &House, sends: Sends, viewer: &Viewer) -> Result<bool, Error> {
    let mailbox = forms::mailbox(&viewer.signed_in()?.email);
    Ok(attempts::within(house, sends.kind(), mailbox).await?.is_ok())
}

/// The page that refuses one too many, with what was typed: 429, and how long to wait at most.
pub fn too_many(page: Page, sends: Sends, house: &House, viewer: &Viewer) -> Response {
    let (_, _, window) = sends.kind().limit();
    later(window, page.answer(house, viewer))
}
