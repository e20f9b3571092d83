//! Two people at once: what the other one changed, both lists, and what becomes of the own change.

use leptos::prelude::*;

use super::list::{Listed, Row, differences};
use super::state::Builder;

#[component]
pub fn Clash(builder: Builder) -> impl IntoView {
    move || builder.clash.get().map(|theirs| both(builder, &theirs))
}

fn both(builder: Builder, theirs: &Listed) -> AnyView {
    let changed = builder
        .saved
        .with_untracked(|before| differences(&before.rows, &theirs.rows))
        .into_iter()
        .map(|words| view! { <li>{words}</li> })
        .collect_view();
    let mine = builder.waiting.with_untracked(|waiting| {
        let words = waiting.iter().map(|wish| wish.done.clone());
        words.map(|words| view! { <li>{words}</li> }).collect_view()
    });
    let own = builder.rows.with_untracked(|rows| column("As you have them", rows));
    view! {
        <section class="panel warn" aria-labelledby="clash">
            <h3 id="clash" tabindex="-1">
                "Someone else changed these questions"
            </h3>
            <p>"Your change isn't saved yet. This is what they changed:"</p>
            <ul>{changed}</ul>
            <p>"And this is yours:"</p>
            <ul>{mine}</ul>
            <div class="pair">{column("As they are saved now", &theirs.rows)} {own}</div>
            <div class="row">
                <button class="button" type="button" on:click=move |_| builder.keep_mine()>
                    "Make my change to theirs"
                </button>
                <button
                    class="button quiet"
                    type="button"
                    on:click=move |_| builder.keep_theirs()
                >
                    "Leave out my change"
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// A list to be compared with another.
fn column(title: &'static str, rows: &[Row]) -> impl IntoView + use<> {
    let rows = rows.iter().map(|row| view! { <li>{row.text.clone()}</li> }).collect_view();
    view! {
        <div>
            <h4>{title}</h4>
            <ol>{rows}</ol>
        </div>
    }
}
