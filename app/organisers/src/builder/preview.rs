//! The questions in a phone's frame, as parents see them: answers can be tried, and nothing of it
//! is kept. The server makes it, with what shows the questions to parents.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{MouseEvent, SubmitEvent};

use super::editor::sent;
use super::state::{Builder, focus_soon};
use super::try_questions;

#[component]
pub fn Preview(builder: Builder) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    let shown = RwSignal::new(String::new());
    let says = RwSignal::new("");
    let frame = NodeRef::<leptos::html::Form>::new();
    let look = move || {
        let typed = frame.get_untracked().and_then(|form| sent(&form)).unwrap_or_default();
        let consultation = builder.saved.with_untracked(|saved| saved.consultation.clone());
        spawn_local(async move {
            match try_questions(consultation, typed).await {
                Ok(html) => {
                    let focused = focused();
                    says.set("");
                    shown.set(html);
                    if let Some(focused) = focused {
                        focus_soon(focused);
                    }
                }
                Err(_) => says.set("This couldn't be brought up to date. Try again later."),
            }
        });
    };
    // Every change that is saved shows here too.
    Effect::new(move |_| {
        builder.saved.track();
        if is_shown.get() {
            look();
        }
    });
    let press = move |_: MouseEvent| is_shown.update(|is_shown| *is_shown = !*is_shown);
    view! {
        <div class="stack" hidden=move || !builder.is_awake.get()>
            <p>
                <button
                    class="button quiet"
                    type="button"
                    aria-expanded=move || is_shown.get().to_string()
                    aria-controls="phone"
                    on:click=press
                >
                    "Try it as parents will"
                </button>
            </p>
            <p class="soft" role="status">
                {move || says.get()}
            </p>
            <section
                class="phone-frame"
                id="phone"
                tabindex="0"
                aria-label="As parents will see it"
                hidden=move || !is_shown.get()
            >
                <p class="soft">"Try some answers. Nothing is sent or counted."</p>
                <form
                    node_ref=frame
                    novalidate
                    on:change=move |_| look()
                    on:submit=|event: SubmitEvent| event.prevent_default()
                    inner_html=move || shown.get()
                />
            </section>
        </div>
    }
}

/// The id of what has the focus in the frame, which is made again around it.
fn focused() -> Option<String> {
    let focused = document().active_element()?;
    let is_inside = focused.closest("#phone").ok().flatten().is_some();
    is_inside.then(|| focused.id()).filter(|id| !id.is_empty())
}
