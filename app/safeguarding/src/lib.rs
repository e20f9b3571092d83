//! Anything that suggests danger, or names a child, goes to one named person and nobody else sees
//! it. Here is what every room that passes something on shares: the words its author reads, and the
//! note of what was done.

use calendar::clock::{self, Millis};
use forms::{Refusals, Sent};
use ground::ui::{Area, Banner, FormKey};
use leptos::prelude::*;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// Reads the safeguarding lead's note on what was done.
///
/// # Errors
/// What to put right.
pub fn note(sent: &Sent) -> Result<String, Refusals> {
    let note = forms::within(
        forms::prose(sent.typed("note")),
        LONGEST_NOTE,
        "Say in a few words what was done",
    );
    note.map_err(|what_to_do| Refusals::one("note", what_to_do))
}

/// What the author of words that were passed on reads: (subject, paragraphs). We don't know who
/// opens this email, or who is beside them: it says nothing about what was written.
pub fn passed_on() -> (&'static str, Vec<String>) {
    let paragraphs = [
        "Thank you for writing to us. We have passed it on to the one person at the forum who \
         looks after things like this. Nobody else can see it now. They may contact you.",
        "If someone is in danger now, call 999.",
    ];
    ("About what you sent us", paragraphs.map(str::to_owned).to_vec())
}

/// Says that a note was saved, at the top of the page of what was passed on.
pub fn note_is_kept(sent: &Sent) -> Option<impl IntoView + use<>> {
    (sent.typed("done") == "noted").then(|| {
        view! {
            <Banner title="Saved">
                <p>"This now counts as looked after."</p>
            </Banner>
        }
    })
}

/// What was done about something that was passed on, and the form for another note.
pub fn what_was_done<'a>(
    notes: Vec<(Millis, String)>,
    sent: &Sent,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let notes = notes.into_iter().map(|(at, note)| {
        view! {
            <li>
                <time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time>
                <p class="lines">{note}</p>
            </li>
        }
    });
    let notes: Vec<_> = notes.collect();
    let notes = (!notes.is_empty()).then(|| {
        view! {
            <h2>"What was done"</h2>
            <ol class="timeline">{notes}</ol>
        }
    });
    view! {
        {notes}
        <form method="post" novalidate>
            <FormKey key=sent.typed("form_key") />
            <Area
                name="note"
                label="What was done"
                hint="Only safeguarding leads can read it."
                value=sent.typed("note")
                rows=3
                refusals
            />
            <button class="button">"Save this note"</button>
        </form>
    }
}
