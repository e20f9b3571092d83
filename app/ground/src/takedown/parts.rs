//! What pages share about what was taken down: the form, and what is shown in its place.

use forms::{Refusals, Sent};
use leptos::prelude::*;

use super::{REASONS, Takedown};
use crate::ui::{Area, Choice, Choices, FormKey, When};

/// In place of what was taken down: that it was, when, and why.
pub fn in_its_place(takedown: &Takedown) -> impl IntoView + use<> {
    let why = super::why(&takedown.reason, &takedown.why);
    let at = takedown.taken_down_at.unwrap_or(takedown.asked_at);
    view! {
        <div class="panel gold">
            <p>
                <b>"The forum took this down on "<When at />"."</b>
            </p>
            <p class="lines">{why}</p>
        </div>
    }
}

/// The fields of the form: why, in words that everyone reads, and what happens to the words.
pub fn fields<'a>(sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    let reasons = Choice::each(REASONS, |word| sent.typed("reason") == word);
    let words = [
        ("keep", "Pass them on to the safeguarding lead. Nobody else will see them"),
        ("erase", "Delete them for good"),
    ];
    let words = Choice::each(words, |word| sent.typed("words") == word);
    view! {
        <FormKey key=sent.typed("form_key") />
        <Choices name="reason" legend="Why are you taking it down?" choices=reasons refusals />
        <Area
            name="why"
            label="What else should people know?"
            hint="If it should not have been published, say why. Otherwise you can leave this \
                empty. Everyone can read it. Don't repeat what it said, and don't name anyone."
            rows=3
            value=sent.typed("why")
            refusals
        />
        <Choices
            name="words"
            legend="What should happen to the words?"
            hint="If a child may be in danger, pass them on."
            choices=words
            refusals
        />
    }
}
