//! A question that is dragged by its handle, with a mouse, a pen or a finger. Nothing moves until
//! it is let go: an element that moves loses the pointer that holds it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::list::{dropped, place};
use super::state::Builder;

/// How near to the edge of the window the page begins to move, in pixels, and how far each time.
const EDGE: i32 = 72;
const STRIDE: f64 = 16.0;

/// The handle was pressed.
pub fn begin(builder: Builder, key: &str, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    event.prevent_default();
    let handle = event.current_target().and_then(|handle| handle.dyn_into::<Element>().ok());
    if let Some(handle) = handle {
        let _ = handle.set_pointer_capture(event.pointer_id());
    }
    builder.dragged.set(Some(key.to_owned()));
    builder.slot.set(None);
}

/// The pointer moved while it holds a handle.
pub fn go_on(builder: Builder, event: &PointerEvent) {
    if builder.dragged.with_untracked(Option::is_none) {
        return;
    }
    let at = event.client_y();
    builder.slot.set(Some(slot(builder, f64::from(at))));
    let height = window().inner_height().ok().and_then(|height| height.as_f64());
    let beneath = height.is_some_and(|height| f64::from(at) > height - f64::from(EDGE));
    if at < EDGE {
        window().scroll_by_with_x_and_y(0.0, -STRIDE);
    } else if beneath {
        window().scroll_by_with_x_and_y(0.0, STRIDE);
    }
}

/// It was let go.
pub fn end(builder: Builder) {
    let (dragged, slot) = (builder.dragged.get_untracked(), builder.slot.get_untracked());
    cancel(builder);
    let Some((key, slot)) = dragged.zip(slot) else { return };
    let from = builder.rows.with_untracked(|rows| place(rows, &key));
    if let Some(from) = from {
        builder.place_at(&key, dropped(from, slot), "handle");
    }
}

/// The browser took the pointer away, or the Escape key was pressed.
pub fn cancel(builder: Builder) {
    builder.dragged.set(None);
    builder.slot.set(None);
}

/// The keys that move a question while its handle has the focus.
pub fn key(builder: Builder, key: &str, event: &KeyboardEvent) {
    let last = builder.rows.with_untracked(Vec::len).saturating_sub(1);
    match event.key().as_str() {
        "ArrowUp" => builder.move_by(key, true, "handle"),
        "ArrowDown" => builder.move_by(key, false, "handle"),
        "Home" => builder.place_at(key, 0, "handle"),
        "End" => builder.place_at(key, last, "handle"),
        "Escape" => cancel(builder),
        _ => return,
    }
    event.prevent_default();
}

/// Before which row something is that is this far down the window.
fn slot(builder: Builder, at: f64) -> usize {
    let keys: Vec<String> =
        builder.rows.with_untracked(|rows| rows.iter().map(|row| row.key.clone()).collect());
    let is_above = |key: &String| {
        let row = document().get_element_by_id(&format!("row-{key}"));
        row.is_some_and(|row| {
            let place = row.get_bounding_client_rect();
            at < place.top() + place.height() / 2.0
        })
    };
    keys.iter().position(is_above).unwrap_or(keys.len())
}
