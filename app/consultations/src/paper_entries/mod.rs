//! Responses that came in on paper, by phone or at a meeting: an organiser types them in, marked
//! with how they came in, and after the close a second person checks a sample against the sheets.
//!
//! `pages` types them in and checks them, `correct` corrects them before the count, `store` holds
//! the SQL. Which are checked is decided here.

mod correct;
mod pages;
pub mod store;

use ground::ids::{self, Id};
use ground::routes::{Access, Routes};
use ground::viewer::Role;

#[must_use]
pub fn routes() -> Routes {
    let organiser = Access::Only(&[Role::Organiser]);
    Routes::new()
        .get("/forum/consultations/{id}/typed", organiser, pages::paper_entries_page)
        .get("/forum/consultations/{id}/typed/new", organiser, pages::paper_entry_form)
        .post("/forum/consultations/{id}/typed/new", organiser, pages::add_paper_entry)
        .get("/forum/consultations/{id}/typed/{sheet}", organiser, pages::compare_paper_entry_form)
        .post("/forum/consultations/{id}/typed/{sheet}", organiser, pages::compare_paper_entry)
        .get(
            "/forum/consultations/{id}/typed/{sheet}/correction",
            organiser,
            correct::correct_paper_entry_form,
        )
        .post(
            "/forum/consultations/{id}/typed/{sheet}/correction",
            organiser,
            correct::correct_paper_entry,
        )
}

/// Of these responses, by their ids, those that a second person checks against their sheets: every
/// fifth, at least one. An id is random, so nobody who types knows which they are.
#[must_use]
pub fn sample<'i>(
    ids: impl IntoIterator<Item = &'i Id<ids::Response>>,
) -> Vec<&'i Id<ids::Response>> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.truncate(ids.len().div_ceil(5));
    ids
}

#[cfg(test)]
mod tests {
    use ground::ids::Id;

    use super::sample;

    #[test]
    fn every_fifth_sheet_is_compared_and_at_least_one() {
        let sampled = |ids: &[&str]| {
            let ids: Vec<_> = ids.iter().map(|id| Id::from(*id)).collect();
            sample(&ids).into_iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(sampled(&[]).is_empty());
        assert_eq!(sampled(&["b", "a", "c"]), ["a"]);
        assert_eq!(sampled(&["f", "e", "d", "c", "b", "a"]), ["a", "b"]);
    }
}
