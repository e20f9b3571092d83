//! The questions of a consultation, changed in place: dragged, added, changed, removed, undone and
//! done again, each saved as it is made. Without the program the same page has forms.
//!
//! `list` is what the program holds and how it changes; `state` saves it; `row`, `editor`, `drag`
//! and `clash` show it, `map` who is asked what, and `preview` what parents see. `answer` is the
//! server's part, on the room's own rules and store.
#![expect(clippy::disallowed_methods, reason = "the macros write what a function is given")]
#![expect(
    missing_docs,
    reason = "the macros make undocumented structs of properties and arguments"
)]

#[cfg(feature = "ssr")]
mod answer;
mod clash;
mod drag;
mod editor;
pub mod list;
mod map;
mod preview;
mod row;
mod state;

#[cfg(feature = "ssr")]
pub use answer::view;

use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, Element, KeyboardEvent};

use clash::Clash;
use editor::Editor;
use list::{Answer, Kind, Listed, Row, Step};
use map::Map;
use preview::Preview;
use row::Question;
use state::Builder;

/// Takes one step on a list of questions that was changed so many times; refused where somebody
/// else has changed it since.
///
/// # Errors
/// When it was not called through the table of addresses, there is no such consultation, or the
/// database fails.
#[server(prefix = "/functions", endpoint = "change-questions", input = Json)]
pub async fn change_questions(
    consultation: String,
    version: i64,
    edits: i64,
    step: Step,
) -> Result<Answer, ServerFnError> {
    let (house, _) =
        ground::functions::asked().ok_or_else(|| ServerFnError::new("called from nowhere"))?;
    answer::step(&house, &consultation, (version, edits), step).await
}

/// The questions as parents see them, as a page has them.
///
/// # Errors
/// As for [`change_questions`].
#[server(prefix = "/functions", endpoint = "try-questions")]
pub async fn try_questions(consultation: String, sent: String) -> Result<String, ServerFnError> {
    let (house, _) =
        ground::functions::asked().ok_or_else(|| ServerFnError::new("called from nowhere"))?;
    answer::preview(&house, &consultation, &sent).await
}

/// The list of questions.
#[island]
pub fn QuestionBuilder(
    /// The list as it is.
    listed: Listed,
    /// The kinds of questions.
    kinds: Vec<Kind>,
) -> impl IntoView {
    let builder = Builder::new(listed, kinds);
    Effect::new(move |_| wake(builder));
    let keys = move |event: KeyboardEvent| undo_by_keys(builder, &event);
    let is_asleep = move || !builder.is_awake.get();
    view! {
        <div class="stack builder" on:keydown=keys>
            <Clash builder />
            <div class="row" hidden=is_asleep>
                <button
                    class="button quiet"
                    type="button"
                    aria-disabled=move || (!builder.can_undo()).then_some("true")
                    on:click=move |_| builder.undo()
                >
                    "Undo"
                </button>
                <button
                    class="button quiet"
                    type="button"
                    aria-disabled=move || (!builder.can_redo()).then_some("true")
                    on:click=move |_| builder.redo()
                >
                    "Redo"
                </button>
                <button
                    class="button quiet"
                    type="button"
                    hidden=move || !builder.is_stuck()
                    on:click=move |_| builder.send()
                >
                    "Try again"
                </button>
            </div>
            <p class="soft" role="status">
                {move || builder.says.get()}
            </p>
            {move || {
                let is_empty = builder.rows.with(Vec::is_empty);
                is_empty.then(|| view! { <p>"There are no questions yet."</p> })
            }}
            <ol class="queue">
                <For
                    each=move || builder.rows.get()
                    key=|row: &Row| row.key.clone()
                    children=move |row: Row| view! { <Question builder key=row.key /> }
                />
            </ol>
            <AtTheEnd builder />
            <p hidden=move || builder.is_awake.get()>
                <a class="button quiet" href=builder.address("/questions/new")>
                    "Add a question"
                </a>
            </p>
            <p hidden=is_asleep>
                <button
                    class="button quiet"
                    type="button"
                    id="add-question"
                    on:click=move |_| builder.edit("", "")
                >
                    "Add a question here"
                </button>
            </p>
            <Map builder />
            <Preview builder />
        </div>
    }
}

/// The form of a new question at the end.
#[component]
fn AtTheEnd(builder: Builder) -> impl IntoView {
    let editing = Memo::new(move |_| {
        builder.editing.get().filter(|new| new.key.is_empty() && new.after.is_empty())
    });
    move || editing.get().map(|editing| view! { <Editor builder editing /> })
}

/// The program runs from now on.
fn wake(builder: Builder) {
    builder.is_awake.set(true);
    let _ = window_event_listener(ev::online, move |_| builder.send());
    // What is not saved would be lost: the browser asks whether to leave.
    let _ = window_event_listener(ev::beforeunload, move |event: BeforeUnloadEvent| {
        if !builder.waiting.with_untracked(Vec::is_empty) {
            event.prevent_default();
        }
    });
}

/// Undoes with the usual keys, but in a field, where they undo what was typed.
fn undo_by_keys(builder: Builder, event: &KeyboardEvent) {
    let at = event.target().and_then(|at| at.dyn_into::<Element>().ok());
    let is_typing =
        at.is_some_and(|at| ["INPUT", "TEXTAREA", "SELECT"].contains(&at.tag_name().as_str()));
    if is_typing || !(event.ctrl_key() || event.meta_key()) {
        return;
    }
    match (event.key().to_lowercase().as_str(), event.shift_key()) {
        ("z", false) => builder.undo(),
        ("z", true) | ("y", _) => builder.redo(),
        _ => return,
    }
    event.prevent_default();
}
