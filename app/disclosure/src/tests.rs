//! The reader who has this code tries to work out a small number.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const ONE_TO_NINE: u64 = 0b11_1111_1110;

#[test]
fn a_reader_of_any_table_of_two_three_or_four_parts_cannot_rule_out_any_number_from_one_to_nine() {
    // Every table without labels has fewer people than 50; from there more only make more room.
    for parts in 2..=4 {
        // A table published with the total 37 hides among the tables of 37 people and no others, so
        // each reading is complete. Only totals of one to nine are not told apart.
        let readings = std::iter::once(1..=9).chain((10..=50).map(|total| total..=total));
        for totals in readings {
            let tables = totals.flat_map(|total| tables_of(parts, total));
            for (published, sums) in what_a_reader_learns(tables) {
                assert_nothing_small_is_told(&published, &sums);
            }
        }
    }
}

/// For each split that can be published, and each group of its parts (bit `i` of the index stands
/// for part `i`): which sums of people it can have (bit `n` stands for `n` people).
fn what_a_reader_learns(tables: impl Iterator<Item = Vec<u64>>) -> HashMap<Split, Vec<u64>> {
    let mut learnt = HashMap::new();
    for table in tables {
        let groups = 1 << table.len();
        let sums = learnt.entry(split(&table)).or_insert_with(|| vec![0; groups]);
        let mut people_in = [0; 1 << 4];
        for group in 1..groups {
            let without_first = group & (group - 1);
            people_in[group] = people_in[without_first] + table[group.trailing_zeros() as usize];
            sums[group] |= 1 << people_in[group];
        }
    }
    learnt
}

fn assert_nothing_small_is_told(published: &Split, sums: &[u64]) {
    for (group, &possible) in sums.iter().enumerate() {
        if possible & ONE_TO_NINE == 0 {
            continue;
        }
        if group.is_power_of_two() {
            assert_eq!(
                possible & ONE_TO_NINE,
                ONE_TO_NINE,
                "part {} of {published:?}",
                group.trailing_zeros(),
            );
        }
        assert!(possible.count_ones() >= 9, "the parts {group:b} together, of {published:?}");
    }
}

fn tables_of(parts: usize, total: u64) -> Vec<Vec<u64>> {
    if parts == 1 {
        return vec![vec![total]];
    }
    let with_last = |last| {
        let rest = tables_of(parts - 1, total - last);
        rest.into_iter().map(move |mut table| {
            table.push(last);
            table
        })
    };
    (0..=total).flat_map(with_last).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_reader_of_up_to_ten_parts_cannot_rule_out_any_number_from_one_to_nine(
        parts in vec(people(), 2..=10),
    ) {
        let published = split(&parts);
        let small = (0..parts.len()).filter(|&part| is_small(parts[part]));
        for (part, other) in small.flat_map(|part| (1..=9).map(move |other| (part, other))) {
            let tables = tables_with(part, other, &published);
            prop_assert!(
                tables.iter().any(|table| split(table) == published),
                "part {part} cannot be {other} in {published:?}"
            );
        }
    }

    #[test]
    fn what_is_shown_is_true_and_stands_in_its_place(parts in vec(people(), 0..=10)) {
        let published = split(&parts);
        prop_assert_eq!(published.total, count(parts.iter().sum()));
        prop_assert_eq!(published.parts.len(), parts.len());
        for (shown, people) in published.parts.into_iter().zip(parts) {
            let true_to_its_part = match shown {
                Shown::Number(number) => number == people && !is_small(number),
                Shown::FewerThanTen => is_small(people),
                Shown::Hidden => true,
            };
            prop_assert!(true_to_its_part, "{shown:?} for {people}");
        }
    }

    #[test]
    fn no_number_is_too_large_to_be_counted(parts in vec(any::<u64>(), 0..=10)) {
        let total = parts.iter().copied().fold(0, u64::saturating_add);
        prop_assert_eq!(split(&parts).total, count(total));
    }
}

/// Numbers of people in a part, mostly those near the rules' edges.
fn people() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(0), 4 => 1..=9_u64, 3 => 10..=12_u64, 2 => 10..=60_u64]
}

/// Tables a reader might think of in which `part` has `other` people: whatever else is not shown
/// has as few as its label allows, and the last large part, or else the small ones, the rest.
fn tables_with(part: usize, other: u64, published: &Split) -> Vec<Vec<u64>> {
    let shown: Vec<u64> = published.parts.iter().map(|shown| shown.number().unwrap_or(0)).collect();
    let total = published.total.number().unwrap_or(other);
    let table_labelled = |labels: Vec<Shown>| {
        let mut table = shown.clone();
        table[part] = other;
        let mut ranges: Vec<_> =
            labels.into_iter().map(range_of).zip(unsaid_but(part, published)).collect();
        ranges.sort();
        for &((least, _), at) in &ranges {
            table[at] = least;
        }
        let mut rest = total.checked_sub(table.iter().sum())?;
        for ((least, most), at) in ranges.into_iter().rev() {
            let more = rest.min(most - least);
            table[at] += more;
            rest -= more;
        }
        (rest == 0).then_some(table)
    };
    labels_for(part, published).into_iter().filter_map(table_labelled).collect()
}

/// The labels published; or where there are none, every number of zeros, small and large parts.
fn labels_for(part: usize, published: &Split) -> Vec<Vec<Shown>> {
    let unsaid = unsaid_but(part, published);
    if published.parts.contains(&Shown::FewerThanTen) {
        return vec![unsaid.into_iter().map(|at| published.parts[at]).collect()];
    }
    let kinds = |zeros, small| {
        let mut labels = vec![Shown::Number(0); zeros];
        labels.resize(zeros + small, Shown::FewerThanTen);
        labels.resize(unsaid.len(), Shown::Hidden);
        labels
    };
    (0..=unsaid.len())
        .flat_map(|zeros| (0..=unsaid.len() - zeros).map(move |small| (zeros, small)))
        .map(|(zeros, small)| kinds(zeros, small))
        .collect()
}

fn unsaid_but(part: usize, published: &Split) -> Vec<usize> {
    let is_unsaid = |&at: &usize| at != part && published.parts[at].number().is_none();
    (0..published.parts.len()).filter(is_unsaid).collect()
}

/// The least and the most people a label allows.
fn range_of(label: Shown) -> (u64, u64) {
    match label {
        Shown::Number(people) => (people, people),
        Shown::FewerThanTen => (1, 9),
        Shown::Hidden => (10, u64::MAX),
    }
}

#[test]
fn one_count_alone_is_shown_from_ten_and_at_zero() {
    let shown = [0, 1, 9, 10, u64::MAX].map(count);
    assert_eq!(shown[..2], [Shown::Number(0), Shown::FewerThanTen]);
    assert_eq!(shown[2..4], [Shown::FewerThanTen, Shown::Number(10)]);
    assert_eq!(shown[4].number(), Some(u64::MAX));
}

#[test]
fn what_is_shown_is_said_in_plain_words() {
    assert_eq!(Shown::Number(214).words(), "214");
    assert_eq!(Shown::Number(1_750).words(), "1,750");
    assert_eq!(Shown::Number(12_346).rounded(), "about 12,350");
    assert_eq!(Shown::Number(0).words(), "0");
    assert_eq!(Shown::FewerThanTen.words(), "fewer than 10");
    assert_eq!(Shown::Hidden.words(), "not shown");
}

#[test]
fn with_no_small_part_everything_is_shown() {
    assert_eq!(said(&[]), "0:");
    assert_eq!(said(&[0, 0]), "0: 0 0");
    assert_eq!(said(&[10, 0, 25]), "35: 10 0 25");
}

#[test]
fn a_small_total_hides_every_part_and_every_zero() {
    assert_eq!(said(&[9]), "<10: -");
    assert_eq!(said(&[3, 0, 4]), "<10: - - -");
}

#[test]
fn one_small_part_is_hidden_with_the_first_large_one_in_order() {
    assert_eq!(said(&[45, 5]), "50: - <10");
    assert_eq!(said(&[5, 0, 30, 80]), "115: <10 0 - 80");
    assert_eq!(said(&[80, 30, 0, 5]), "115: - 30 0 <10");
}

#[test]
fn more_large_parts_are_hidden_where_the_first_leaves_too_little_room() {
    assert_eq!(said(&[9, 10, 50, 60]), "129: <10 - - 60");
    assert_eq!(said(&[9, 11, 50, 60]), "130: <10 - 50 60");
}

#[test]
fn small_parts_can_hide_one_another() {
    assert_eq!(said(&[4, 100, 5, 3]), "112: <10 100 <10 <10");
    assert_eq!(said(&[9, 100, 9, 9]), "127: <10 - <10 <10");
}

#[test]
fn where_labels_would_tell_too_much_only_zeros_stay() {
    assert_eq!(said(&[1, 10, 0, 10]), "21: - - 0 -");
    assert_eq!(said(&[1, 2, 0, 8]), "11: - - - -");
}

fn said(parts: &[u64]) -> String {
    let Split { total, parts } = split(parts);
    let brief = |shown: Shown| match shown {
        Shown::Number(people) => people.to_string(),
        Shown::FewerThanTen => "<10".to_owned(),
        Shown::Hidden => "-".to_owned(),
    };
    let parts = parts.into_iter().map(|shown| format!(" {}", brief(shown)));
    format!("{}:{}", brief(total), parts.collect::<String>())
}

#[test]
fn a_comma_stands_before_every_three_digits() {
    let read = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345")];
    for (number, words) in read {
        assert_eq!(commas(number), words);
    }
    assert_eq!(commas(u64::MAX), "18,446,744,073,709,551,615");
}

#[test]
fn a_share_is_to_the_nearest_hundredth_and_of_nothing_there_is_none() {
    assert_eq!((share(2, 3), share(1, 200), share(0, 40)), (Some(67), Some(1), Some(0)));
    assert_eq!((share(0, 0), share(u64::MAX, u64::MAX)), (None, Some(100)));
}
