//! What happened about something, as a part of other pages.

use ground::ui::When;
use leptos::prelude::*;

use crate::rules::{Verdict, judged, who};
use crate::store::ListedUpdate;

/// What happened about something, at the end of its own page; nothing where nothing was said.
pub fn came_of_it(updates: Vec<ListedUpdate>) -> impl IntoView {
    (!updates.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"What happened next"</h2>
                {rows_of_section(updates)}
            </section>
        }
    })
}

/// Updates in a list below a page's own heading, each with the forum's word on it.
pub fn rows(updates: Vec<ListedUpdate>) -> impl IntoView {
    cards(updates, |link| view! { <h2 class="said">{link}</h2> }.into_any())
}

/// The same in a section of a page.
pub fn rows_of_section(updates: Vec<ListedUpdate>) -> impl IntoView {
    cards(updates, |link| view! { <h3 class="said">{link}</h3> }.into_any())
}

fn cards(updates: Vec<ListedUpdate>, heading: fn(AnyView) -> AnyView) -> impl IntoView {
    let cards = updates.into_iter().map(|update| {
        let to = format!("/updates/{}", update.id);
        let link = view! { <a href=to>{shortened(&update.you_said)}</a> };
        view! {
            <li class="card">
                {heading(link.into_any())}
                {two_voices(update)}
            </li>
        }
    });
    let cards = cards.collect::<Vec<_>>();
    (!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> })
}

/// The two voices, side by side where there is room: what the organisation says, and the forum's
/// word on it.
fn two_voices(update: ListedUpdate) -> impl IntoView {
    let outcome = update.outcome.title();
    let found = in_short(&update.found);
    view! {
        <div class="pair">
            <div class="panel">
                <p class="soft">
                    {format!("{} said on ", who(&update.organisation))}<When at=update.at />
                </p>
                <p class="state">{outcome}</p>
                {in_short(&update.we_did)}
            </div>
            <div class=verdict_style(update.verdict)>
                <p>
                    <b>{judged(update.verdict, &update.organisation)}</b>
                </p>
                {found}
            </div>
        </div>
    }
}

/// The beginning of what somebody said, where they said something.
fn in_short(words: &str) -> impl IntoView + use<> {
    (!words.is_empty()).then(|| view! { <p>{forms::beginning(words, 160)}</p> })
}

/// The look of the forum's word: an edge for each, and a broken one while there is none.
#[must_use]
pub fn verdict_style(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "verdict open",
        Some(Verdict::Confirmed) => "verdict yes",
        Some(Verdict::Partly) => "verdict partly",
        Some(Verdict::Disputed) => "verdict no",
    }
}

/// The beginning of what parents said, for a title, cut at a whole word.
pub fn shortened(text: &str) -> String {
    forms::beginning(text, 90)
}
