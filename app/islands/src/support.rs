//! The support button in one tap: the form works by itself, and here it changes in place.

#![expect(missing_docs, reason = "the island macro makes an undocumented struct of its properties")]

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, SubmitEvent};

use crate::browser::post;

/// What the form asks for: always the opposite of how things are now.
#[must_use]
pub fn wish(supported: bool) -> &'static str {
    if supported { "take back" } else { "support" }
}

/// "Support this topic", or "You support this topic" with a way to undo it. Taps made while one is
/// on its way are not lost: the last wish is sent when the answer has come.
#[island]
pub fn SupportButton(
    /// The topic's id.
    topic: String,
    /// Its title, for people who hear the button and do not see what is around it.
    title: String,
    /// Whether the person supports it now.
    supported: bool,
    /// The id of the round whose page to go back to; empty to go to the topic's page.
    round: String,
) -> impl IntoView {
    let stands = RwSignal::new(supported);
    let on_its_way = RwSignal::new(false);
    let trouble = RwSignal::new(false);
    let asked_again = StoredValue::new(false);

    let set_out = move |form: HtmlFormElement| {
        wasm_bindgen_futures::spawn_local(async move {
            on_its_way.set(true);
            loop {
                asked_again.set_value(false);
                let wanted = !stands.get_untracked();
                let kept = send(&form, wish(!wanted)).await;
                trouble.set(!kept);
                if kept {
                    stands.set(wanted);
                }
                if !kept || !asked_again.get_value() {
                    break;
                }
            }
            on_its_way.set(false);
        });
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = event.target().map(JsCast::unchecked_into::<HtmlFormElement>) else {
            return;
        };
        if on_its_way.get_untracked() {
            asked_again.update_value(|again| *again = !*again);
        } else {
            set_out(form);
        }
    };

    view! {
        <form
            class="support"
            method="post"
            action=format!("/topics/{topic}/support")
            on:submit=on_submit
        >
            <input type="hidden" name="wish" value=move || wish(stands.get()) />
            <input type="hidden" name="round" value=round />
            <button
                class="button"
                class:quiet=move || stands.get()
                aria-label=move || label(stands.get(), &title)
            >
                {move || if stands.get() { "Remove my support" } else { "Support this topic" }}
            </button>
            <p class="soft" role="status">
                {move || match (trouble.get(), stands.get()) {
                    (true, _) => "That didn't go through. Try again.",
                    (false, true) => "You support this topic.",
                    (false, false) => "",
                }}
            </p>
        </form>
    }
}

fn label(supported: bool, title: &str) -> String {
    [if supported { "Remove my support for: " } else { "Support this topic: " }, title].concat()
}

/// Sends the wish to the form's own address. True when it was saved. Someone who must sign in first
/// is taken there by the form itself.
async fn send(form: &HtmlFormElement, wish: &str) -> bool {
    let Ok(answer) = post(&form.action(), &["wish=", &wish.replace(' ', "+")].concat()).await
    else {
        return false;
    };
    if answer.status() == 401 {
        let _ = form.submit();
    }
    answer.ok()
}
