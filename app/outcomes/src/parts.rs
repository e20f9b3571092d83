//! What happened about something, as a part of other pages.

use ground::ui::When;
use leptos::prelude::*;

use crate::rules::{Verdict, judged, who};
use crate::store::Listed;

/// What happened about something, at the end of its own page; nothing where nothing was said.
pub fn came_of_it(updates: Vec<Listed>) -> impl IntoView {
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
pub fn rows(updates: Vec<Listed>) -> impl IntoView {
    let rows = updates.into_iter().map(|listed| {
        let title = link_to(&listed);
        view! {
            <li class="card">
                <h2 class="said">{title}</h2>
                {standing(listed)}
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| view! { <ul class="cards">{rows}</ul> })
}

/// The same in a section of a page.
pub fn rows_of_section(updates: Vec<Listed>) -> impl IntoView {
    let rows = updates.into_iter().map(|listed| {
        let title = link_to(&listed);
        view! {
            <li class="card">
                <h3 class="said">{title}</h3>
                {standing(listed)}
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| view! { <ul class="cards">{rows}</ul> })
}

fn link_to(listed: &Listed) -> impl IntoView + use<> {
    view! { <a href=format!("/updates/{}", listed.id)>{shortened(&listed.you_said)}</a> }
}

/// The two voices, side by side where there is room: what the organisation says, and the forum's
/// word on it.
fn standing(listed: Listed) -> impl IntoView {
    let outcome = listed.outcome.title();
    let found = in_short(&listed.found);
    view! {
        <div class="pair">
            <div class="panel">
                <p class="soft">
                    {format!("{} said on ", who(&listed.organisation))}<When at=listed.at />
                </p>
                <p class="state">{outcome}</p>
                {in_short(&listed.we_did)}
            </div>
            <div class=verdict_style(listed.verdict)>
                <p>
                    <b>{judged(listed.verdict, &listed.organisation)}</b>
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
