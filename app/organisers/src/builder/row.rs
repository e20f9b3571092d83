//! A question in the list: the forms that work by themselves, taken over by the program.

use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use super::drag;
use super::editor::Editor;
use super::list::{Row, place};
use super::state::{Builder, Editing};

#[component]
pub fn Question(builder: Builder, key: String) -> impl IntoView {
    let key = StoredValue::new(key);
    let id = move |what: &str| key.with_value(|key| format!("{what}-{key}"));
    let row = Memo::new(move |_| {
        let own = |rows: &Vec<Row>| {
            key.with_value(|key| rows.iter().find(|row| row.key == *key).cloned())
        };
        builder.rows.with(own).unwrap_or_default()
    });
    let at = Memo::new(move |_| builder.rows.with(|rows| key.with_value(|key| place(rows, key))));
    let all = Memo::new(move |_| builder.rows.with(Vec::len));
    let is_above = move || builder.slot.get().is_some_and(|slot| at.get() == Some(slot));
    let is_below = move || {
        let slot = builder.slot.get();
        slot == Some(all.get()) && at.get().is_some_and(|at| at + 1 == all.get())
    };
    let heading = move || row.with(|row| (!row.heading.is_empty()).then(|| row.heading.clone()));
    let faults = move || {
        if builder.is_awake.get() { row.with(|row| row.faults.clone()) } else { Vec::new() }
    };
    let change = move |event: MouseEvent| {
        // Whoever asks for another tab gets it.
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            key.with_value(|key| builder.edit(key, ""));
        }
    };
    view! {
        <li id=id("row") class:above=is_above class:below=is_below>
            {move || heading().map(|heading| view! { <p class="state">{heading}</p> })}
            <p class="row-title">
                <Handle builder key />
                <a
                    id=id("change")
                    href=builder.address(&key.with_value(|key| format!("/questions/{key}")))
                    on:click=change
                >
                    {move || row.with(|row| row.text.clone())}
                </a>
            </p>
            <p class="soft">{move || row.with(|row| row.how.clone())}</p>
            {move || {
                let faults = faults().into_iter();
                faults.map(|fault| view! { <p class="error">{fault}</p> }).collect_view()
            }}
            <Ways builder key row />
            <Here builder key />
        </li>
    }
}

/// What a question is dragged by, or moved with the keys.
#[component]
fn Handle(builder: Builder, key: StoredValue<String>) -> impl IntoView {
    let text = move || {
        builder.rows.with(|rows| {
            let row = key.with_value(|key| rows.iter().find(|row| row.key == *key));
            row.map(|row| row.text.clone()).unwrap_or_default()
        })
    };
    let label = move || format!("Move “{}”: drag it, or press the arrow keys", text());
    view! {
        <button
            type="button"
            class="handle"
            id=key.with_value(|key| format!("handle-{key}"))
            hidden=move || !builder.is_awake.get()
            aria-label=label
            on:pointerdown=move |event: PointerEvent| {
                key.with_value(|key| drag::begin(builder, key, &event));
            }
            on:pointermove=move |event: PointerEvent| drag::go_on(builder, &event)
            on:pointerup=move |_: PointerEvent| drag::end(builder)
            on:pointercancel=move |_: PointerEvent| drag::cancel(builder)
            on:keydown=move |event: KeyboardEvent| {
                key.with_value(|key| drag::key(builder, key, &event));
            }
        >
            "↕"
        </button>
    }
}

/// The buttons of a question: a form without the program.
#[component]
fn Ways(builder: Builder, key: StoredValue<String>, row: Memo<Row>) -> impl IntoView {
    let unseen = move || {
        view! { <span class="unseen">{move || row.with(|row| format!(": {}", row.text))}</span> }
    };
    let id = move |what: &str| key.with_value(|key| format!("{what}-{key}"));
    let by_one = move |is_up: bool, button: &'static str| {
        move |event: MouseEvent| {
            event.prevent_default();
            key.with_value(|key| builder.move_by(key, is_up, button));
        }
    };
    let out = move |event: MouseEvent| {
        event.prevent_default();
        let key = key.get_value();
        builder.remove(&key);
    };
    let add = move |_: MouseEvent| key.with_value(|key| builder.edit("", key));
    view! {
        <form class="row" method="post" action=builder.address("")>
            <button
                class="link"
                id=id("up")
                name="up"
                value=key.get_value()
                on:click=by_one(true, "up")
            >
                "Move up"
                {unseen()}
            </button>
            <button
                class="link"
                id=id("down")
                name="down"
                value=key.get_value()
                on:click=by_one(false, "down")
            >
                "Move down"
                {unseen()}
            </button>
            <button class="link" name="out" value=key.get_value() on:click=out>
                "Remove"
                {unseen()}
            </button>
            <button
                class="link"
                type="button"
                hidden=move || !builder.is_awake.get()
                on:click=add
            >
                "Add a question below"
                {unseen()}
            </button>
        </form>
    }
}

/// The question's form where it is changed, or that of a new one below it.
#[component]
fn Here(builder: Builder, key: StoredValue<String>) -> impl IntoView {
    // Only what is written here: the form stays as it is while the list changes around it.
    let editing = Memo::new(move |_| {
        let is_here = |editing: &Editing| {
            key.with_value(|key| {
                editing.key == *key || (editing.key.is_empty() && editing.after == *key)
            })
        };
        builder.editing.get().filter(is_here)
    });
    move || editing.get().map(|editing| view! { <Editor builder editing /> })
}
