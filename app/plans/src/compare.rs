//! What changed from one draft to the next, line by line.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use similar::{ChangeTag, TextDiff};

use super::store::{self, Plan};
use super::{plan as find, version};

/// How long to look for the shortest list of changes; after that a longer one will do.
const LONGEST_SEARCH: Duration = Duration::from_millis(500);

/// GET `/plans/{id}/drafts/{version}/changes`: compared with the draft before it that this person
/// may read.
pub async fn changes(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Error> {
    let (plan, number) = (find(&house, &id).await?, version(&number)?);
    let earlier = before(&plan, number, viewer.is(Role::Leader)).ok_or(Error::NotFound)?;
    let [old, new] =
        store::bodies(&house.db, &plan.id, [earlier, number]).await?.ok_or(Error::NotFound)?;
    let is_file = old.is_empty() || new.is_empty();
    // Away from the threads that answer people: two long texts with little in common take a while.
    let lines = tokio::task::spawn_blocking(move || compared(&old, &new));
    let lines = lines.await.map_err(|_panicked| sqlx::Error::WorkerCrashed)?;
    let page = Page::new(format!("What changed in draft {number}"), || {
        let is_same = !is_file && lines.iter().all(|(tag, _)| *tag == ChangeTag::Equal);
        let lines = lines.into_iter().map(line).collect_view();
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=format!("/plans/{}/drafts/{number}", plan.id)>
                        {format!("Draft {number}")}
                    </a>
                </p>
                <h1>{format!("What changed from draft {earlier} to draft {number}")}</h1>
                <p class="soft">
                    "Lines that were removed begin with −. New lines begin with +."
                </p>
                {is_file
                    .then(|| {
                        view! {
                            <p class="panel">
                                "One of these drafts is a file, and files can't be compared."
                            </p>
                        }
                    })}
                {is_same.then(|| view! { <p class="panel">"The text hasn't changed."</p> })}
                <div class="changes">{lines}</div>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The version before this one that may be read; `None` when there is none, or when this one may
/// not be read.
pub fn before(plan: &Plan, number: i64, is_leader: bool) -> Option<i64> {
    let readable = |version: i64| {
        plan.drafts
            .iter()
            .any(|draft| draft.version == version && (is_leader || draft.published_at.is_some()))
    };
    if !readable(number) {
        return None;
    }
    (1..number).rev().find(|version| readable(*version))
}

/// The lines of both texts; long stretches that did not change are left out, except three lines on
/// each side.
fn compared(old: &str, new: &str) -> Vec<(ChangeTag, String)> {
    const AROUND: usize = 3;
    let diff = TextDiff::configure().timeout(LONGEST_SEARCH).diff_lines(old, new);
    let mut lines = Vec::new();
    for (nth, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if nth > 0 {
            lines.push((ChangeTag::Equal, "…".to_owned()));
        }
        for op in group {
            lines.extend(
                diff.iter_changes(op)
                    .map(|change| (change.tag(), change.value().trim_end().to_owned())),
            );
        }
    }
    lines
}

fn line((tag, text): (ChangeTag, String)) -> impl IntoView {
    match tag {
        ChangeTag::Equal => view! { <p>{text}</p> }.into_any(),
        ChangeTag::Delete => view! {
            <p>
                <del>"− "{text}</del>
            </p>
        }
        .into_any(),
        ChangeTag::Insert => view! {
            <p>
                <ins>"+ "{text}</ins>
            </p>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_taken_out_and_lines_that_are_new_are_told_apart() {
        let lines = compared("one\ntwo\nthree\n", "one\n2\nthree\n");
        let said: Vec<_> = lines.iter().map(|(tag, text)| (*tag, text.as_str())).collect();
        assert_eq!(
            said,
            [
                (ChangeTag::Equal, "one"),
                (ChangeTag::Delete, "two"),
                (ChangeTag::Insert, "2"),
                (ChangeTag::Equal, "three")
            ]
        );
    }

    #[test]
    fn texts_that_are_the_same_have_no_lines_to_show() {
        assert_eq!(compared("one\ntwo\n", "one\ntwo\n"), []);
    }
}
