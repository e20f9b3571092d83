//! What changed from one draft to the next, word by word in the text as it is read.

use std::cell::Cell;
use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::Response;
use ground::aside::aside;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::text::{Piece, Sort, pieces};
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use similar::{ChangeTag, DiffTag, TextDiff};

use super::store::{self, Plan};
use super::{find_plan, version};

/// The most pieces of a draft that is compared. One of 100,000 signs has some hundreds.
const MOST_PIECES: usize = 3_000;
/// The most runs of words on a page of changes.
const MOST_RUNS: usize = 6_000;
/// How many words are looked at to find pieces that are alike; after that no more are found.
const MOST_LOOKED_AT: usize = 3_000_000;
/// The most words of two pieces that are compared word by word; longer ones are removed and new.
const MOST_WORDS: usize = 4_000;
/// How many pieces that did not change are shown on each side of one that did.
const AROUND: usize = 1;
/// Fewer pieces than this are not worth folding.
const LEAST_FOLDED: usize = 3;

/// GET `/plans/{id}/drafts/{version}/changes`: compared with the draft before it that this person
/// may read.
pub async fn changes_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
) -> Result<Response, Error> {
    let (plan, number) = (find_plan(&house, &viewer, &id).await?, version(&number)?);
    let earlier = before(&plan, number).ok_or(Error::NotFound)?;
    let [old, new] =
        store::bodies(&house.db, &plan.id, [earlier, number]).await?.ok_or(Error::NotFound)?;
    let is_file = old.is_empty() || new.is_empty();
    // Two long texts with little in common take a while.
    let compared = aside(move || compared(&old, &new)).await?;
    let page = Page::new(format!("What changed in draft {number}"), || {
        let what = if is_file {
            view! {
                <p class="panel">"One of these drafts is a file, and files can't be compared."</p>
            }
            .into_any()
        } else if let Some(compared) = compared {
            differences(compared)
        } else {
            too_much(&plan.id, earlier, number).into_any()
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

/// What changed, with a line that says how much.
fn differences(compared: Vec<Compared>) -> AnyView {
    if !compared.iter().any(Compared::is_changed) {
        return view! { <p class="panel">"The text hasn't changed."</p> }.into_any();
    }
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
}

/// In place of the changes, where there are too many of them.
fn too_much(plan_id: &Id<ids::Plan>, earlier: i64, number: i64) -> impl IntoView + use<> {
    let link = |version: i64| {
        let to = format!("/plans/{plan_id}/drafts/{version}");
        view! { <a href=to>{format!("draft {version}")}</a> }
    };
    view! {
        <p class="panel">
            "There is too much in these drafts to compare them word by word. You can read "
            {link(earlier)}" and "{link(number)}"."
        </p>
    }
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

/// The pieces of both texts, in the order of the new one; `None` where there are too many to
/// compare.
fn compared(old: &str, new: &str) -> Option<Vec<Compared>> {
    let (old, new) = (pieces(old), pieces(new));
    if old.len().max(new.len()) > MOST_PIECES {
        return None;
    }
    // The same words as a heading and in a list are not the same.
    let keys = |pieces: &[Piece]| -> Vec<String> {
        pieces.iter().map(|piece| format!("{:?} {}", piece.sort, piece.text)).collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let old_keys: Vec<&str> = old_keys.iter().map(String::as_str).collect();
    let new_keys: Vec<&str> = new_keys.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&old_keys, &new_keys);
    let whole = |tag, pieces: &[Piece]| -> Vec<Compared> {
        pieces.iter().map(|piece| Compared::whole(tag, piece)).collect()
    };
    let looking = Looking::default();
    let mut all = Vec::new();
    for op in diff.ops() {
        let (tag, from, to) = op.as_tag_tuple();
        all.extend(match tag {
            DiffTag::Equal => whole(ChangeTag::Equal, &new[to]),
            DiffTag::Delete => whole(ChangeTag::Delete, &old[from]),
            DiffTag::Insert => whole(ChangeTag::Insert, &new[to]),
            DiffTag::Replace => replaced(&old[from], &new[to], &looking),
        });
    }
    let runs: usize = all.iter().map(|piece| piece.runs.len()).sum();
    (runs <= MOST_RUNS).then_some(all)
}

/// The words that were looked at to find pieces that are alike.
#[derive(Default)]
struct Looking(Cell<usize>);

impl Looking {
    /// Whether it may go on.
    fn may_go_on(&self) -> bool {
        self.0.get() < MOST_LOOKED_AT
    }

    /// Whether two pieces are of one sort and have half of their words in common.
    fn are_alike(&self, old: &Words<'_>, new: &Words<'_>) -> bool {
        let (few, many) =
            if old.1.len() < new.1.len() { (&old.1, &new.1) } else { (&new.1, &old.1) };
        if old.0 != new.0 || 4 * few.len() < few.len() + many.len() {
            self.0.set(self.0.get() + 1);
            return false;
        }
        self.0.set(self.0.get() + few.len() + 1);
        let common = few.iter().filter(|word| many.contains(*word)).count();
        4 * common >= few.len() + many.len()
    }
}

/// A piece's sort and its words, in lower case.
type Words<'p> = (Sort, HashSet<String>, &'p Piece);

fn in_words(piece: &Piece) -> Words<'_> {
    (piece.sort, piece.text.split(' ').map(str::to_lowercase).collect(), piece)
}

/// Pieces in place of others: those that are alike are compared word by word, the others are
/// removed and new.
fn replaced(old: &[Piece], new: &[Piece], looking: &Looking) -> Vec<Compared> {
    let old: Vec<Words<'_>> = old.iter().map(in_words).collect();
    // What is new waits until what was removed before it is known.
    let (mut all, mut added, mut rest) = (Vec::new(), Vec::new(), old.as_slice());
    for piece in new {
        let own = in_words(piece);
        let alike = rest
            .iter()
            .take_while(|_| looking.may_go_on())
            .position(|old| looking.are_alike(old, &own));
        let Some(nth) = alike else {
            added.push(Compared::whole(ChangeTag::Insert, piece));
            continue;
        };
        let (gone, from) = rest.split_at(nth);
        all.extend(gone.iter().map(|(.., piece)| Compared::whole(ChangeTag::Delete, piece)));
        all.append(&mut added);
        all.push(Compared { sort: piece.sort, runs: words(&from[0].2.text, &piece.text) });
        rest = &from[1..];
    }
    all.extend(rest.iter().map(|(.., piece)| Compared::whole(ChangeTag::Delete, piece)));
    all.append(&mut added);
    all
}

/// The words of two pieces, in runs.
fn words(old: &str, new: &str) -> Vec<(ChangeTag, String)> {
    let (old_words, new_words): (Vec<&str>, Vec<&str>) =
        (old.split(' ').collect(), new.split(' ').collect());
    if old_words.len() + new_words.len() > MOST_WORDS {
        return vec![(ChangeTag::Delete, old.to_owned()), (ChangeTag::Insert, new.to_owned())];
    }
    let (old, new) = (old_words, new_words);
    let diff = TextDiff::from_slices(&old, &new);
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
        compared(old, new).expect("changes").into_iter().map(|piece| piece.runs).collect()
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
        let same = compared("one\n\ntwo\n", "one\n\n**two**").expect("pieces");
        assert!(!same.iter().any(Compared::is_changed));
        assert_eq!(compared("", ""), Some(Vec::new()));
    }

    #[test]
    fn drafts_with_too_many_pieces_or_changes_are_not_compared_and_looking_ends() {
        let paragraphs = |many: usize, word: &str| -> String {
            (0..many).map(|nth| format!("{word}{nth}\n\n")).collect()
        };
        assert_eq!(compared(&paragraphs(30_000, "a"), &paragraphs(30_000, "b")), None);
        let many_runs = |word: &str| format!("same {word} ").repeat(900) + "\n\n";
        let (old, new) = (many_runs("a").repeat(4), many_runs("b").repeat(4));
        assert!(old.len() < 100_000);
        assert_eq!(compared(&old, &new), None, "more changes than a page can hold");
        // As many as may be compared, with no word in common.
        let old: Vec<Piece> = pieces(&paragraphs(MOST_PIECES, "a b c d e f g h"));
        let new: Vec<Piece> = pieces(&paragraphs(MOST_PIECES, "i j k l m n o p"));
        let looking = Looking::default();
        assert_eq!(replaced(&old, &new, &looking).len(), 2 * MOST_PIECES);
        assert!(looking.0.get() < MOST_LOOKED_AT + 20, "{}", looking.0.get());
        let long = |word: &str| format!("{word} ").repeat(MOST_WORDS);
        assert_eq!(words(&long("a"), &long("b")).len(), 2);
    }

    #[test]
    fn long_stretches_that_did_not_change_are_folded_and_a_line_says_how_much_did() {
        let text = |last: &str| {
            (0..9).map(|nth| format!("Paragraph {nth}.\n\n")).collect::<String>() + last
        };
        let all =
            compared(&text("The end is near."), &text("The end is here now.")).expect("changes");
        assert_eq!(
            summary(&all),
            "1 of 10 headings, paragraphs and points changed: 2 words were added, and 1 word was \
             removed."
        );
        let parts: Vec<(bool, usize)> =
            folded(all).iter().map(|(is_folded, part)| (*is_folded, part.len())).collect();
        assert_eq!(parts, [(true, 8), (false, 2)]);
        let short = folded(compared("a b c\n\nb\n\nc", "a b d\n\nb\n\nc").expect("changes"));
        assert!(short.iter().all(|(is_folded, _)| !is_folded), "nothing is gained");
    }
}
