//! Anything that suggests danger, or names a child, goes to one named person and nobody else sees
//! it. Here is what every room that passes something on shares: the words its author reads, the
//! note of what was done, and the record of who opened it. The queues hold no words of what was
//! passed on: whoever wants to read one has to open it, and that is in the audit log.

use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db::{formatcp, known};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::ui::{Area, FormKey, Frame};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// What the audit log says of someone who opened what was passed on.
pub const OPENED: &str = "concern opened";
/// How many of those who opened one are shown.
const MOST_SHOWN: usize = 20;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 2_000;

/// What was done about something that was passed on, and who opened it: each when, and in words;
/// the first first.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub notes: Vec<(Moment, String)>,
    pub looks: Vec<(Moment, String)>,
}

impl History {
    /// Adds a row of notes and [`LOOKS`].
    ///
    /// # Errors
    /// When it is none.
    pub fn add(&mut self, kind: &str, at: Moment, words: String) -> sqlx::Result<()> {
        match kind {
            "look" => self.looks.push((at, words)),
            "note" => self.notes.push((at, words)),
            _ => return known(None, "the history of what was passed on"),
        }
        Ok(())
    }
}

/// A note of what was done about something that was passed on.
#[derive(Clone, Copy, Debug)]
pub struct NewNote<'a> {
    /// The same key twice is one note.
    pub form_key: &'a str,
    pub words: &'a str,
    pub by: &'a Id<Account>,
    pub at: Moment,
}

/// Who opened the thing `$1`, as a part of statements about its [`History`]: (kind, at, words).
/// Before it stand the notes, of the kind `note`.
pub const LOOKS: &str = formatcp!(
    "SELECT 'look' AS kind, l.at, coalesce(nullif(w.shown_name, ''), 'Someone who has left')
       AS words
     FROM audit l JOIN accounts w ON w.id = l.who WHERE l.about = $1 AND l.what = '{OPENED}'"
);

/// What waits for a safeguarding lead, and what was looked after; `nothing` is said where nothing
/// waits.
pub fn queue(
    waiting: Vec<AnyView>,
    looked_after: Vec<AnyView>,
    nothing: &'static str,
) -> impl IntoView {
    let waiting = if waiting.is_empty() {
        view! { <p>{nothing}</p> }.into_any()
    } else {
        view! { <ol class="queue">{waiting}</ol> }.into_any()
    };
    let looked_after = (!looked_after.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Already looked after"</summary>
                <ul class="rows">{looked_after}</ul>
            </details>
        }
    });
    view! {
        {waiting}
        {looked_after}
    }
}

/// Records in the audit log that this person opens what was passed on. `what`: what it is, in a
/// word; `about`: its id.
///
/// # Errors
/// When the database fails: then nothing is shown.
pub async fn look(house: &House, viewer: &Viewer, what: &str, about: &str) -> Result<(), Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let entry = Entry { at, who: Some(by), what: OPENED, about, detail: what };
    audit::note(&mut tx, entry).await?;
    Ok(tx.commit().await?)
}

/// Who opened it before, the last of them.
pub fn who_opened(mut looks: Vec<(Moment, String)>) -> impl IntoView {
    looks.drain(..looks.len().saturating_sub(MOST_SHOWN));
    let looks = looks.into_iter().map(|(at, who)| {
        view! {
            <li>
                <time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time>
                <p>{who}</p>
            </li>
        }
    });
    let looks: Vec<_> = looks.collect();
    (!looks.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Who has opened it before"</summary>
                <ol class="timeline">{looks}</ol>
            </details>
        }
    })
}

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

/// The frame of the page about one thing that was passed on: it leads back to its queue, and says
/// that a note was saved.
pub fn frame<'r>(
    title: impl Into<String>,
    queue: (&'static str, &'static str),
    sent: &Sent,
    refusals: &'r Refusals,
) -> Frame<'r> {
    let is_noted = sent.typed("done") == "noted";
    let done = is_noted.then_some(("Saved", "This now counts as looked after."));
    Frame::new(title, queue).done_so(done).refused_for(refusals)
}

/// What was done about something that was passed on, and the form for another note.
pub fn what_was_done<'a>(
    notes: Vec<(Moment, String)>,
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
