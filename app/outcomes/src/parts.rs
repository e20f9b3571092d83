//! What happened about something, as a part of other pages.

use ground::ui::When;
use leptos::prelude::*;

use crate::rules::{CLAIMED, Outcome, Verdict};
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
                <h2>{title}</h2>
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
                <h3>{title}</h3>
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

fn standing(listed: Listed) -> impl IntoView {
    let verdict = listed.verdict.map_or(CLAIMED, Verdict::title);
    let outcome = outcome_title(&listed.outcome);
    let organisation = if listed.organisation.is_empty() {
        String::new()
    } else {
        format!("{}, ", listed.organisation)
    };
    view! {
        <p class="state">{outcome}</p>
        <p>{verdict}</p>
        <p class="soft">{organisation}<When at=listed.at /></p>
    }
}

/// An outcome in words, by the word it is stored by.
pub fn outcome_title(word: &str) -> &'static str {
    match word {
        "done" => Outcome::Done.title(),
        "partly" => Outcome::Partly.title(),
        "not" => "× Not done",
        _ => "○ Still deciding",
    }
}

/// The beginning of what parents said, for a title, cut at a whole word.
pub fn shortened(text: &str) -> String {
    forms::beginning(text, 90)
}
