//! A change to what others plan by, such as a date: always with a reason, checked before it counts
//! ([`crate::ui::Next`]), done once however often its button is tapped, and read by everyone.

use calendar::clock::Moment;
use forms::{Refusals, Sent};
use leptos::prelude::*;

use crate::db::Db;
use crate::ui::{Area, CONFIRMED, FormKey, When};

/// What is done about the dates of a round or a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// They are others, while nothing rests on them: nobody can have voted, nothing was added.
    Moved,
    /// It ends later.
    Extended,
    /// It is taken back, while nothing rests on it.
    Cancelled,
}

impl ChangeKind {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Extended => "extended",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Moved, Self::Extended, Self::Cancelled].into_iter().find(|kind| kind.word() == word)
    }
}

/// What was changed.
#[derive(Clone, Debug)]
pub struct PastChange<K, W> {
    pub kind: K,
    /// What it was before that.
    pub was: W,
    /// And since.
    pub is: W,
    pub reason: String,
    pub at: Moment,
}

/// Whether this is the button that confirms, tapped again: the change is there already. `changes`:
/// a statement that counts those with the key of its form in `$1`.
///
/// # Errors
/// When the database fails.
pub async fn is_second_tap(db: &Db, changes: &'static str, sent: &Sent) -> sqlx::Result<bool> {
    if sent.typed("step") != CONFIRMED {
        return Ok(false);
    }
    let changes: i64 =
        sqlx::query_scalar(changes).bind(sent.once()).fetch_one(&mut *db.read().await?).await?;
    Ok(changes > 0)
}

/// The form for a change: what it will be (`fields`), and why. `hint`: who reads the reason;
/// `button`: leads to the page that checks it.
#[must_use]
pub fn change_form(
    fields: AnyView,
    (hint, button): (&'static str, &'static str),
    sent: &Sent,
    refusals: &Refusals,
) -> AnyView {
    view! {
        <form method="post" novalidate>
            <FormKey key=sent.typed("form_key") />
            {fields}
            <Area name="reason" label="Why?" hint rows=3 value=sent.typed("reason") refusals />
            <button class="button" name="step" value="check">
                {button}
            </button>
        </form>
    }
    .into_any()
}

/// The same for a change that has nothing to fill in but why.
#[must_use]
pub fn reason_form(hint: &'static str, sent: &Sent, refusals: &Refusals) -> AnyView {
    change_form(().into_any(), (hint, "Continue"), sent, refusals)
}

/// What was changed, for everyone: when, what by `words`, and why. Nothing where nothing was.
pub fn all_shown<'a, K: 'a, W: 'a>(
    heading: Option<&'static str>,
    changes: impl IntoIterator<Item = &'a PastChange<K, W>>,
    words: impl Fn(&PastChange<K, W>) -> String,
) -> AnyView {
    let row = |change: &PastChange<K, W>| {
        view! {
            <li>
                <p>
                    <b>"Changed on "<When at=change.at /></b>
                </p>
                <p class="lines">{words(change)}</p>
                <p class="lines">{change.reason.clone()}</p>
            </li>
        }
    };
    let rows = changes.into_iter().map(row).collect::<Vec<_>>();
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="panel">
            {heading.map(|heading| view! { <h2>{heading}</h2> })} <ul class="queue">{rows}</ul>
        </section>
    }
    .into_any()
}
