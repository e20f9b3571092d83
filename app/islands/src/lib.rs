//! What runs in a parent's browser. Each island improves a form that works without it.
//!
//! Plain Rust on the browser's own interfaces, without the view library: that alone would be three
//! quarters of what a phone has to load (ADR 0067). The server writes the forms; what both ends say
//! stands here once.

pub mod answers;
mod browser;
pub mod support;

/// Called once by the browser when the program has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    support::begin();
    let _ = answers::begin();
}
