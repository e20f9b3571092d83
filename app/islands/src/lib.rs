//! What runs in a browser, and what it shares. Each island improves a form that works without it.

#![expect(
    clippy::disallowed_methods,
    reason = "the macros of leptos write what an island is given"
)]

pub mod answers;
pub mod browser;
pub mod support;

/// Called once by the browser when the program has loaded; each island is then hydrated by name.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
