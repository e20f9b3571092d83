//! Organisers' pages with a program of their own in the browser. Parents never load it, so it may
//! be larger than theirs; each page works without it all the same.
//!
//! `decide` is what an organiser does with a topic; `find` looks for another one to merge it into,
//! with a typed function that the program calls. Decision 0020 says when to do that. `builder`
//! changes the questions of a consultation in place; decision 0047.

pub mod builder;
#[cfg(feature = "ssr")]
mod decide;
pub mod find;

/// The addresses of these pages, and of the functions that their program calls.
#[cfg(feature = "ssr")]
#[must_use]
pub fn routes() -> ground::routes::Routes {
    use ground::routes::{Access, Routes};
    let organiser = Access::Only(&[ground::viewer::Role::Organiser]);
    Routes::new()
        .get("/forum/topics/{id}", organiser, decide::decide_about_topic_page)
        .post("/forum/topics/{id}", organiser, decide::decide_about_topic)
        .function::<find::TopicsToMergeInto>(organiser)
        .function::<builder::ChangeQuestions>(organiser)
        .function::<builder::TryQuestions>(organiser)
}

/// Called once by the browser when the program has loaded; each island is then hydrated by name.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
