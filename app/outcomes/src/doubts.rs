//! What parents told the forum is not their experience, as organisers read it; nobody else can.

use calendar::clock::Moment;
use ground::ui::When;
use leptos::prelude::*;

/// What a parent told the forum.
pub struct Said {
    pub words: String,
    /// The parent's display name.
    pub by: String,
    pub at: Moment,
    /// What to know about it, in words that follow the time; empty where there is nothing.
    pub note: &'static str,
}

/// The same while no organiser has ticked it off.
pub struct Unread {
    /// What the form sends to tick it off.
    pub id: String,
    /// What it is about, and the page of that.
    pub about: String,
    pub to: String,
    pub said: Said,
}

/// What parents told the forum, for whoever is about to judge; nothing where nobody did.
pub fn told(all: Vec<Said>) -> impl IntoView {
    section(all.into_iter().map(|said| view! { <li>{words(said)}</li> }.into_any()).collect())
}

/// What no organiser has ticked off, each with a button that does. `action`: where that is sent.
pub fn unread(all: Vec<Unread>, action: &'static str) -> impl IntoView {
    let rows = all.into_iter().map(|unread| {
        let unseen = format!(": {}", unread.about);
        view! {
            <li>
                <h3>
                    <a href=unread.to>{unread.about}</a>
                </h3>
                {words(unread.said)}
                <form method="post" action=action>
                    <button class="link" name="doubt" value=unread.id>
                        "I've read this"
                        <span class="unseen">{unseen}</span>
                    </button>
                </form>
            </li>
        }
        .into_any()
    });
    section(rows.collect())
}

fn words(said: Said) -> impl IntoView {
    let note = (!said.note.is_empty()).then_some(said.note);
    view! {
        <p class="said">{said.words}</p>
        <p class="soft">{said.by}", "<When at=said.at />{note}</p>
    }
}

fn section(rows: Vec<AnyView>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"What parents told us"</h2>
            <p>"Only organisers can read this."</p>
            <ul class="queue">{rows}</ul>
        }
    })
}
