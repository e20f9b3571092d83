//! What changed from one draft to the next, word by word in the text as it is read.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Page, Piece, Sort, pieces};
use ground::viewer::Viewer;
use leptos::prelude::*;
use similar::{ChangeTag, DiffTag, TextDiff};

use super::store::{self, Plan};
use super::{plan as find, version};

/// How long to look for the shortest list of changes; after that a longer one will do.
const LONGEST_SEARCH: Duration = Duration::from_millis(500);
/// How many pieces that did not change are shown on each side of one that did.
const AROUND: usize = 1;
/// Fewer pieces than this are not worth folding.
const LEAST_FOLDED: usize = 3;

/// GET `/plans/{id}/drafts/{version}/changes`: compared with the draft before it that this person
/// may read.
pub async fn changes(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Error> {
    let (plan, number) = (find(&house, &viewer, &id).await?, version(&number)?);
    let earlier = before(&plan, number).ok_or(Error::NotFound)?;
    let [old, new] =
        store::bodies(&house.db, &plan.id, [earlier, number]).await?.ok_or(Error::NotFound)?;
    let is_file = old.is_empty() || new.is_empty();
    // Away from the threads that answer people: two long texts with little in common take a while.
    let compared = tokio::task::spawn_blocking(move || compared(&old, &new));
    let compared = compared.await.map_err(|_panicked| sqlx::Error::WorkerCrashed)?;
    let page = Page::new(format!("What changed in draft {number}"), || {
        let what = if is_file {
            view! {
                <p class="panel">"One of these drafts is a file, and files can't be compared."</p>
            }
            .into_any()
        } else if !compared.iter().any(Compared::is_changed) {
            view! { <p class="panel">"The text hasn't changed."</p> }.into_any()
        } else {
            let summary = summary(&compared);
            let parts = folded(compared).into_iter().map(part).collect_view();
            view! {
                <p class="lead">{summary}</p>
                <div class="changes stack">
                    <p class="soft">
                        "New words are "<ins>"bold"</ins>". Words that were removed are "
                        <del>"crossed out"</del>"."
                    </p>
                    {parts}
                </div>
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=format!("/plans/{}/drafts/{number}", plan.id)>
                        {format!("Draft {number}")}
                    </a>
                </p>
                <h1>{format!("What changed from draft {earlier} to draft {number}")}</h1>
                {what}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The version before this one that may be read; `None` when there is none, or when this one may
/// not be read.
pub fn before(plan: &Plan, number: i64) -> Option<i64> {
    plan.readable(number)?;
    (1..number).rev().find(|version| plan.readable(*version).is_some())
}

/// A piece of the text, as runs of words that both drafts have or only one of them.
#[derive(Debug, PartialEq, Eq)]
struct Compared {
    sort: Sort,
    runs: Vec<(ChangeTag, String)>,
}

impl Compared {
    /// A piece that is the same in both, or only in one of them.
    fn whole(tag: ChangeTag, piece: &Piece) -> Self {
        Self { sort: piece.sort, runs: vec![(tag, piece.text.clone())] }
    }

    fn is_changed(&self) -> bool {
        self.runs.iter().any(|(tag, _)| *tag != ChangeTag::Equal)
    }
}

/// The pieces of both texts, in the order of the new one.
fn compared(old: &str, new: &str) -> Vec<Compared> {
    let until = Instant::now() + LONGEST_SEARCH;
    let (old, new) = (pieces(old), pieces(new));
    // The same words as a heading and in a list are not the same.
    let keys = |pieces: &[Piece]| -> Vec<String> {
        pieces.iter().map(|piece| format!("{:?} {}", piece.sort, piece.text)).collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let old_keys: Vec<&str> = old_keys.iter().map(String::as_str).collect();
    let new_keys: Vec<&str> = new_keys.iter().map(String::as_str).collect();
    let diff = TextDiff::configure().deadline(until).diff_slices(&old_keys, &new_keys);
    let whole = |tag, pieces: &[Piece]| -> Vec<Compared> {
        pieces.iter().map(|piece| Compared::whole(tag, piece)).collect()
    };
    let mut all = Vec::new();
    for op in diff.ops() {
        let (tag, from, to) = op.as_tag_tuple();
        all.extend(match tag {
            DiffTag::Equal => whole(ChangeTag::Equal, &new[to]),
            DiffTag::Delete => whole(ChangeTag::Delete, &old[from]),
            DiffTag::Insert => whole(ChangeTag::Insert, &new[to]),
            DiffTag::Replace => replaced(&old[from], &new[to], until),
        });
    }
    all
}

/// Pieces in place of others: those that are alike are compared word by word, the others are
/// removed and new.
fn replaced(old: &[Piece], new: &[Piece], until: Instant) -> Vec<Compared> {
    // What is new waits until what was removed before it is known.
    let (mut all, mut added, mut rest) = (Vec::new(), Vec::new(), old);
    for piece in new {
        let alike = rest.iter().position(|old| Instant::now() < until && are_alike(old, piece));
        let Some(nth) = alike else {
            added.push(Compared::whole(ChangeTag::Insert, piece));
            continue;
        };
        let (gone, from) = rest.split_at(nth);
        all.extend(gone.iter().map(|piece| Compared::whole(ChangeTag::Delete, piece)));
        all.append(&mut added);
        all.push(Compared { sort: piece.sort, runs: words(&from[0].text, &piece.text, until) });
        rest = &from[1..];
    }
    all.extend(rest.iter().map(|piece| Compared::whole(ChangeTag::Delete, piece)));
    all.append(&mut added);
    all
}

/// Whether two pieces are of one sort and have half of their words in common.
fn are_alike(old: &Piece, new: &Piece) -> bool {
    let words = |piece: &Piece| -> HashSet<String> {
        piece.text.split(' ').map(str::to_lowercase).collect()
    };
    let (one, other) = (words(old), words(new));
    old.sort == new.sort && 4 * one.intersection(&other).count() >= one.len() + other.len()
}

/// The words of two pieces, in runs.
fn words(old: &str, new: &str, until: Instant) -> Vec<(ChangeTag, String)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    let diff = TextDiff::configure().deadline(until).diff_slices(&old, &new);
    let mut runs = Vec::new();
    for op in diff.ops() {
        let (tag, from, to) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            runs.push((ChangeTag::Equal, new[to].join(" ")));
            continue;
        }
        if !from.is_empty() {
            runs.push((ChangeTag::Delete, old[from].join(" ")));
        }
        if !to.is_empty() {
            runs.push((ChangeTag::Insert, new[to].join(" ")));
        }
    }
    runs
}

/// How much changed, in a line.
fn summary(all: &[Compared]) -> String {
    let words = |wanted: ChangeTag| {
        let runs = all.iter().flat_map(|piece| &piece.runs).filter(|(tag, _)| *tag == wanted);
        match runs.map(|(_, words)| words.split(' ').count()).sum::<usize>() {
            1 => "1 word was".to_owned(),
            many => format!("{many} words were"),
        }
    };
    let changed = all.iter().filter(|piece| piece.is_changed()).count();
    format!(
        "{changed} of {} headings, paragraphs and points changed: {} added, and {} removed.",
        all.len(),
        words(ChangeTag::Insert),
        words(ChangeTag::Delete)
    )
}

/// The pieces in parts: those that changed with what is around them, and between them what did not,
/// which is folded (true) where it is long.
fn folded(all: Vec<Compared>) -> Vec<(bool, Vec<Compared>)> {
    let is_near = |nth: usize| {
        let until = (nth + AROUND + 1).min(all.len());
        all[nth.saturating_sub(AROUND)..until].iter().any(Compared::is_changed)
    };
    let near: Vec<bool> = (0..all.len()).map(is_near).collect();
    let mut parts: Vec<(bool, Vec<Compared>)> = Vec::new();
    for (piece, near) in all.into_iter().zip(near) {
        match parts.last_mut() {
            Some((is_far, part)) if *is_far != near => part.push(piece),
            _ => parts.push((!near, vec![piece])),
        }
    }
    parts.into_iter().map(|(far, part)| (far && part.len() >= LEAST_FOLDED, part)).collect()
}

fn part((is_folded, part): (bool, Vec<Compared>)) -> impl IntoView {
    let pieces = part
        .chunk_by(|one, next| one.sort == Sort::Item && next.sort == Sort::Item)
        .map(shown)
        .collect_view();
    if !is_folded {
        return pieces.into_any();
    }
    let title = format!("{} headings, paragraphs and points that haven't changed", part.len());
    view! {
        <details>
            <summary>{title}</summary>
            {pieces}
        </details>
    }
    .into_any()
}

/// A heading, a paragraph, a row, or several points of a list.
fn shown(group: &[Compared]) -> AnyView {
    let mut each = group.iter().map(|piece| piece.runs.iter().enumerate().map(run).collect_view());
    match group.first().map(|piece| piece.sort) {
        Some(Sort::Item) => {
            let points = each.map(|runs| view! { <li>{runs}</li> }).collect_view();
            view! { <ul>{points}</ul> }.into_any()
        }
        Some(Sort::Heading) => view! { <h2>{each.next()}</h2> }.into_any(),
        _ => view! { <p>{each.next()}</p> }.into_any(),
    }
}

/// A run of words. Whoever hears it hears where words were added and removed, and where that ends.
fn run((nth, (tag, words)): (usize, &(ChangeTag, String))) -> AnyView {
    let space = if nth == 0 { "" } else { " " };
    let words = words.clone();
    match tag {
        ChangeTag::Equal => format!("{space}{words}").into_any(),
        ChangeTag::Delete => view! {
            {space}
            <del>
                <span class="unseen">"removed: "</span>
                {words}
                <span class="unseen">", end of removed"</span>
            </del>
        }
        .into_any(),
        ChangeTag::Insert => view! {
            {space}
            <ins>
                <span class="unseen">"added: "</span>
                {words}
                <span class="unseen">", end of added"</span>
            </ins>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use similar::ChangeTag::{Delete, Equal, Insert};

    /// The runs of each piece.
    fn runs(old: &str, new: &str) -> Vec<Vec<(ChangeTag, String)>> {
        compared(old, new).into_iter().map(|piece| piece.runs).collect()
    }

    fn run(tag: ChangeTag, words: &str) -> (ChangeTag, String) {
        (tag, words.to_owned())
    }

    #[test]
    fn in_a_piece_that_is_alike_the_words_that_changed_are_told_apart() {
        assert_eq!(
            runs("The *bus* comes at 8:25.", "The bus comes at **8:10**."),
            [vec![run(Equal, "The bus comes at"), run(Delete, "8:25."), run(Insert, "8:10.")]]
        );
    }

    #[test]
    fn a_piece_that_is_another_is_removed_and_new() {
        assert_eq!(
            runs("One.\n\nThree.", "One.\n\nFour."),
            [vec![run(Equal, "One.")], vec![run(Delete, "Three.")], vec![run(Insert, "Four.")]]
        );
        assert_eq!(
            runs("* Buses", "# Buses"),
            [vec![run(Delete, "Buses")], vec![run(Insert, "Buses")]],
            "a point that became a heading"
        );
    }

    #[test]
    fn a_paragraph_put_before_one_that_changed_does_not_hide_what_changed_in_it() {
        assert_eq!(
            runs("We will write to all families.", "New here.\n\nWe will ring all families."),
            [
                vec![run(Insert, "New here.")],
                vec![
                    run(Equal, "We will"),
                    run(Delete, "write to"),
                    run(Insert, "ring"),
                    run(Equal, "all families.")
                ]
            ]
        );
    }

    #[test]
    fn texts_that_are_the_same_have_no_changes() {
        assert!(!compared("one\n\ntwo\n", "one\n\n**two**").iter().any(Compared::is_changed));
        assert!(compared("", "").is_empty());
    }

    #[test]
    fn long_stretches_that_did_not_change_are_folded_and_a_line_says_how_much_did() {
        let text = |last: &str| {
            (0..9).map(|nth| format!("Paragraph {nth}.\n\n")).collect::<String>() + last
        };
        let all = compared(&text("The end is near."), &text("The end is here now."));
        assert_eq!(
            summary(&all),
            "1 of 10 headings, paragraphs and points changed: 2 words were added, and 1 word was \
             removed."
        );
        let parts: Vec<(bool, usize)> =
            folded(all).iter().map(|(is_folded, part)| (*is_folded, part.len())).collect();
        assert_eq!(parts, [(true, 8), (false, 2)]);
        let short = folded(compared("a b c\n\nb\n\nc", "a b d\n\nb\n\nc"));
        assert!(short.iter().all(|(is_folded, _)| !is_folded), "nothing is gained");
    }
}
