//! Worked examples from the literature. "The book" is Lackner and Skowron, "Multi-Winner Voting
//! with Approval Preferences" (2023, preprint arXiv:2007.01795). The steps and prices expected here
//! are those that the authors' own program, abcvoting, publishes for its examples.

use super::*;

/// Reads ballots as the papers write them: people and letters.
fn ballots(lines: &[(usize, &str)]) -> Ballots {
    let read = |&(people, letters): &(usize, &str)| {
        vec![letters.bytes().map(|letter| usize::from(letter - b'a')).collect(); people]
    };
    lines.iter().flat_map(read).collect()
}

fn told(choices: &[Choice]) -> String {
    let one = |choice: &Choice| {
        let letter = char::from(b'a' + u8::try_from(choice.topic).expect("a letter"));
        let phase = if choice.phase == CountPhase::Shares { "for" } else { "owing" };
        format!("{letter} {phase} {}", choice.price)
    };
    choices.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn shares(lines: &[(usize, &str)], seats: usize) -> String {
    told(&election(8, &ballots(lines)).equal_shares(seats))
}

fn phragmen(lines: &[(usize, &str)], seats: usize) -> String {
    let mut chosen = Vec::new();
    super::super::shares::Count::begin(&election(8, &ballots(lines)), 0).go_on(
        CountPhase::Credit,
        seats,
        &mut chosen,
    );
    told(&chosen)
}

/// The topics chosen, as a set.
fn letters(told: &str) -> String {
    let mut letters: Vec<&str> = told.split(", ").map(|choice| &choice[..1]).collect();
    letters.sort_unstable();
    letters.concat()
}

/// The book, Example 2.1 (1 in the preprint), its running example.
const RUNNING: &[(usize, &str)] =
    &[(3, "ab"), (3, "ac"), (2, "ad"), (1, "bcf"), (1, "e"), (1, "f"), (1, "g")];

/// The book, Example 2.12 (12 in the preprint).
const TWELVE: &[(usize, &str)] = &[(3, "cd"), (2, "ab"), (2, "ac"), (1, "bd")];

#[test]
fn the_books_running_example_by_equal_shares_example_2_11() {
    assert_eq!(shares(RUNNING, 4), "a for 1/8, b owing 1/96, c owing 37/384, d owing 7/24");
}

#[test]
fn the_books_running_example_by_sequential_phragmen_example_2_9() {
    assert_eq!(phragmen(RUNNING, 4), "a owing 1/8, b owing 11/32, c owing 55/128, d owing 5/8");
    // The whole ranking, as the R package fastVoteR tests it: a, then b and c, d, f, then e and g.
    let ranking: String = phragmen(RUNNING, 8).split(", ").map(|choice| &choice[..1]).collect();
    assert_eq!(ranking, "abcdfeg");
}

#[test]
fn the_books_example_2_12_where_the_two_methods_differ() {
    assert_eq!(shares(TWELVE, 3), "c for 1/5, a for 13/40, d owing 1/40");
    assert_eq!(phragmen(TWELVE, 3), "c owing 1/5, b owing 1/3, d owing 29/60");
}

#[test]
fn the_books_proposition_a_2_one_seat_more_can_cost_a_topic_its_place() {
    let lines = [(1, "ade"), (1, "ac"), (1, "be"), (1, "cdf")];
    assert_eq!(shares(&lines, 3), "a for 1/2, c for 3/4, e for 3/4");
    assert_eq!(shares(&lines, 4), "a for 1/2, c for 1/2, d for 1/2, b for 1");
}

#[test]
fn the_books_proposition_a_3_one_voter_more_for_a_topic_can_cost_it_its_place() {
    let lines = [
        (1, "bd"),
        (1, "ab"),
        (1, "bde"),
        (1, "ae"),
        (2, "cde"),
        (1, "ce"),
        (1, "ace"),
        (1, "bcd"),
    ];
    assert_eq!(letters(&shares(&lines, 3)), "ade");
    assert_eq!(letters(&shares(&[&lines[..], &[(1, "a")]].concat(), 3)), "bce");
    let lines = [(1, "b"), (1, "abe"), (2, "be"), (1, "c"), (1, "ac"), (1, "a")];
    assert_eq!(letters(&shares(&lines, 3)), "abe");
    assert_eq!(letters(&shares(&[&[(1, "abe")], &lines[1..]].concat(), 3)), "abc");
}

#[test]
fn the_books_proposition_a_3_for_the_first_phase_alone() {
    let lines = [
        (2, "abc"),
        (1, "ag"),
        (1, "de"),
        (1, "bdf"),
        (1, "af"),
        (1, "h"),
        (1, "ah"),
        (1, "bh"),
        (1, "bd"),
        (1, "def"),
        (1, "ceh"),
    ];
    let first =
        |lines: &[(usize, &str)]| first_phase(&election(8, &ballots(lines)).equal_shares(4));
    assert_eq!(BTreeSet::from_iter(first(&lines)), [0, 1, 4].into());
    assert_eq!(BTreeSet::from_iter(first(&[&lines[..], &[(1, "e")]].concat())), [0, 3, 7].into());
}

#[test]
fn mora_and_oliver_2015_sequential_phragmen_as_in_the_books_proposition_a_3() {
    let lines = [(10, "ab"), (3, "c"), (12, "d"), (21, "abc"), (6, "cd")];
    assert_eq!(letters(&phragmen(&lines, 3)), "abd");
    assert_eq!(letters(&phragmen(&[&lines[..], &[(1, "ab")]].concat(), 3)), "acd");
    let lines = [(7, "c"), (4, "ab"), (1, "abc"), (16, "abd"), (4, "cd")];
    assert_eq!(letters(&phragmen(&lines, 3)), "abc");
    assert_eq!(letters(&phragmen(&[&[(6, "c"), (1, "abc")], &lines[1..]].concat(), 3)), "acd");
}

#[test]
fn the_books_proposition_a_4_one_voter_can_gain_by_hiding_what_others_pay_for() {
    let lines = [(1, "bcd"), (1, "ab"), (1, "bd"), (1, "cd"), (2, "de")];
    assert_eq!(letters(&shares(&lines, 3)), "bde");
    assert_eq!(letters(&shares(&[&[(1, "c")], &lines[1..]].concat(), 3)), "bcd");
    let lines = [(1, "abc"), (1, "ab"), (1, "bf"), (1, "ce"), (1, "bef"), (1, "bdf")];
    assert_eq!(letters(&phragmen(&lines, 2)), "bf");
    assert_eq!(letters(&phragmen(&[&[(1, "c")], &lines[1..]].concat(), 2)), "bc");
}
