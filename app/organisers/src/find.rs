//! Finding a topic to merge another one into. Without the program the button sends the page's form;
//! with it the list changes in place, and what was chosen and written stays.
#![expect(clippy::disallowed_methods, reason = "the macros write what a function is given")]
#![expect(
    missing_docs,
    reason = "the macros make undocumented structs of properties and arguments"
)]

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent, MouseEvent};

/// A published topic that another one can be merged into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub id: String,
    pub title: String,
}

/// The published topics that contain all of these words, except the one being decided about;
/// without words, those most similar to it.
///
/// # Errors
/// When it was not called through the table of addresses, there is no such topic, or the database
/// fails.
#[server(prefix = "/functions", endpoint = "topics-to-merge-into")]
pub async fn topics_to_merge_into(
    words: String,
    topic: String,
) -> Result<Vec<Found>, ServerFnError> {
    let (house, _) =
        ground::functions::asked().ok_or_else(|| ServerFnError::new("called from nowhere"))?;
    crate::decide::topics_found(&house, &words, &topic).await
}

const NOTHING: &str = "No other published topics match. Try fewer words.";

/// The search field, and what was found.
#[island]
pub fn FindTopic(
    /// The topic being decided about.
    topic: String,
    /// The words searched for.
    words: String,
    /// What they found.
    found: Vec<Found>,
    /// The one that is chosen; empty for none.
    into: String,
    /// The problem; empty for none.
    trouble: String,
) -> impl IntoView {
    let says = RwSignal::new(if found.is_empty() { NOTHING } else { "" });
    let found = RwSignal::new(found);
    let chosen = RwSignal::new(into);
    let field = NodeRef::<leptos::html::Input>::new();
    let topic = StoredValue::new(topic);

    let look = move || {
        let Some(field) = field.get_untracked() else { return };
        says.set("Searching …");
        spawn_local(async move {
            match topics_to_merge_into(field.value(), topic.get_value()).await {
                Ok(topics) => {
                    let are_below = "Matching topics are below.";
                    says.set(if topics.is_empty() { NOTHING } else { are_below });
                    found.set(topics);
                }
                Err(_) => says.set("That didn't go through. Try again."),
            }
        });
    };
    let pressed = move |event: MouseEvent| {
        event.prevent_default();
        look();
    };
    // The Enter key would send the whole form.
    let typed = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            look();
        }
    };
    let choose = move |event: leptos::ev::Event| {
        if let Some(one) = event.target().and_then(|one| one.dyn_into::<HtmlInputElement>().ok()) {
            chosen.set(one.value());
        }
    };

    let described_by = if trouble.is_empty() { "into-hint" } else { "into-hint into-error" };

    view! {
        <div class="stack">
            <details open=true>
                <summary>"Find a topic to merge it into"</summary>
                <div class="row">
                    <div class="field">
                        <label for="search">"Words in that topic"</label>
                        <input
                            id="search"
                            name="search"
                            type="search"
                            value=words
                            node_ref=field
                            on:keydown=typed
                        />
                    </div>
                    <button class="button quiet" name="step" value="look" on:click=pressed>
                        "Search"
                    </button>
                </div>
                <p class="soft" role="status">
                    {move || says.get()}
                </p>
            </details>
            <fieldset
                class="field"
                aria-describedby=described_by
                hidden=move || found.with(Vec::is_empty)
            >
                <legend>"Which topic should it be part of?"</legend>
                <p class="hint" id="into-hint">
                    "Only if you merge. Its supporters will move to that topic."
                </p>
                {(!trouble.is_empty())
                    .then(|| {
                        view! {
                            <p class="error" id="into-error">
                                <span class="unseen">"Error: "</span>
                                {trouble}
                            </p>
                        }
                    })}
                <div class="options" on:change=choose>
                    {move || {
                        let options = found
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(nth, one)| {
                                let id = if nth == 0 {
                                    "into".to_owned()
                                } else {
                                    format!("into-{nth}")
                                };
                                let label_for = id.clone();
                                let is_chosen = chosen.with_untracked(|chosen| *chosen == one.id);
                                view! {
                                    <label class="option" for=label_for>
                                        <input
                                            type="radio"
                                            id=id
                                            name="into"
                                            value=one.id
                                            checked=is_chosen
                                        />
                                        {one.title}
                                    </label>
                                }
                            });
                        options.collect_view()
                    }}
                </div>
            </fieldset>
        </div>
    }
}
