//! Many counts of the same people, published together and more than once: lists, cross-tables,
//! releases.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::suppression::{self, Before};
use super::{SMALLEST_SHOWN, Shown, is_below};

/// People counted in parts, each person in exactly one: the answers to a question with those who
/// gave none, the places. A question with several answers is a list for each of them: who chose it,
/// and who did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// What it counts; the same in every release.
    pub key: String,
    /// How many people are in each part. The order must not come from the numbers. Where something
    /// large must be hidden beside something small, it is the last one possible.
    pub parts: Vec<u64>,
    /// Where not everyone was asked: an earlier list, as its place among the lists, and the parts
    /// of it who were.
    #[serde(deserialize_with = "Option::deserialize")]
    pub asked: Option<(usize, Vec<usize>)>,
    /// Lists with the same number bear on each other in a way that sums do not say, as the options
    /// of a question of which everyone chose at least one. They are next to each other. Where one
    /// of them must hide something, all hide everything.
    #[serde(deserialize_with = "Option::deserialize")]
    pub bound: Option<usize>,
    /// Where its parts are ranges: the lowest number of each but the first. The same in every
    /// release, since two ways to part the same people would tell how many are between.
    // What was counted before 30 November 2026 has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<i64>,
}

/// The people of two lists, counted in both at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cross {
    /// The list of its rows, as its place among the lists.
    pub rows: usize,
    /// The list of its columns.
    pub columns: usize,
    /// How many people are in this part of the one list and in that of the other.
    pub cells: Vec<Vec<u64>>,
}

/// All that one release counts: true numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    people: u64,
    lists: Vec<List>,
    crosses: Vec<Cross>,
}

/// Why some counts are not of the same people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The parts of a list, or a row or column of a cross-table, do not add up to what they are
    /// parts of; or a cross-table is about a question that not everyone was asked.
    Sum,
    /// The cross-tables lead round in a ring, as a by b, b by c and c by a. It then cannot be
    /// proved that one gives nothing away about another.
    Ring,
}

impl Counts {
    /// Counts of `people` people.
    ///
    /// # Errors
    /// When they are not counts of the same people, or cannot be published together.
    pub fn new(people: u64, lists: Vec<List>, crosses: Vec<Cross>) -> Result<Self, Unfit> {
        let adds_up = |(nth, list): (usize, &List)| {
            let asked = match &list.asked {
                None => Some(people),
                Some((of, parts)) => lists[..nth]
                    .get(*of)
                    .and_then(|of| parts.iter().map(|part| of.parts.get(*part)).sum()),
            };
            asked == Some(list.parts.iter().sum())
        };
        let fits = |cross: &Cross| {
            let (Some(rows), Some(columns)) = (lists.get(cross.rows), lists.get(cross.columns))
            else {
                return false;
            };
            let across = cross.cells.iter().map(|row| row.iter().sum::<u64>());
            let down = (0..columns.parts.len())
                .map(|column| cross.cells.iter().filter_map(|row| row.get(column)).sum::<u64>());
            let of_everyone = rows.asked.is_none() && columns.asked.is_none();
            of_everyone
                && cross.cells.iter().all(|row| row.len() == columns.parts.len())
                && across.eq(rows.parts.iter().copied())
                && down.eq(columns.parts.iter().copied())
        };
        if !lists.iter().enumerate().all(adds_up) || !crosses.iter().all(fits) {
            return Err(Unfit::Sum);
        }
        // Lists that a cross-table ties together carry the same mark; a tie between two of one mark
        // closes a ring.
        let mut marks: Vec<usize> = (0..lists.len()).collect();
        for cross in &crosses {
            let (one, other) = (marks[cross.rows], marks[cross.columns]);
            if one == other {
                return Err(Unfit::Ring);
            }
            marks.iter_mut().filter(|mark| **mark == one).for_each(|mark| *mark = other);
        }
        Ok(Self { people, lists, crosses })
    }

    /// All people.
    #[must_use]
    pub fn people(&self) -> u64 {
        self.people
    }

    #[must_use]
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    #[must_use]
    pub fn crosses(&self) -> &[Cross] {
        &self.crosses
    }

    fn keys(&self, cross: &Cross) -> (&str, &str) {
        (&self.lists[cross.rows].key, &self.lists[cross.columns].key)
    }
}

/// How much must be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    smallest: u64,
    rounds: bool,
}

impl Rule {
    /// `smallest`: the smallest number of people that may be shown; `None` below
    /// [`SMALLEST_SHOWN`]. `rounds`: whether each number that is shown is rounded to 5.
    #[must_use]
    pub fn new(smallest: u64, rounds: bool) -> Option<Self> {
        (smallest >= SMALLEST_SHOWN).then_some(Self { smallest, rounds })
    }

    /// The smallest number of people that may be shown.
    #[must_use]
    pub fn smallest(self) -> u64 {
        self.smallest
    }

    /// How many people it takes before a list can show a number of people who are not all in one of
    /// its parts. Fewer are too few for two parts of the smallest size: one is small, and the other
    /// would tell how small.
    #[must_use]
    pub fn fewest_to_compare(self) -> u64 {
        2 * self.smallest
    }

    /// By how many people a number that is shown may be off.
    #[must_use]
    pub fn slack(self) -> u64 {
        if self.rounds { 2 } else { 0 }
    }

    fn shown(self, people: u64, is_hidden: bool) -> Shown {
        match people {
            _ if is_hidden => Shown::Hidden,
            people if self.rounds => Shown::Number((people + 2) / 5 * 5),
            people => Shown::Number(people),
        }
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self { smallest: SMALLEST_SHOWN, rounds: false }
    }
}

/// What may be published of some counts: everything in it at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// All people.
    pub people: Shown,
    /// For each list its parts.
    pub lists: Vec<Vec<Shown>>,
    /// For each cross-table its cells, row by row.
    pub crosses: Vec<Vec<Vec<Shown>>>,
}

/// What may be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// These numbers.
    Numbers(Published),
    /// "Too few to show."
    TooFew,
    /// The numbers of an earlier release stay: so few people make the difference that it must not
    /// show.
    Stands,
    /// The tables are arranged differently from those of an earlier release: a cross-table is
    /// turned round, or together with those they lead round in a ring; or a list has other ranges.
    /// What one hides, another could show.
    Unlike,
}

/// What may be published from these counts, beside everything that was published from them before.
///
/// **The guarantee.** A number of people below the rule's smallest could, for all that is
/// published, be that smallest or more; and it could be as many different numbers as there are
/// below the smallest. The same holds for the difference between a number and the same number of an
/// earlier release. It holds for a reader who has every table of every release, and it is proved
/// each time: see [`suppression`].
#[must_use]
pub fn release(counts: &Counts, before: &[(Counts, Published)], rule: Rule) -> Release {
    if is_below(counts.people, rule.smallest) {
        return Release::TooFew;
    }
    if !lie_alike(counts, before) || !has_the_ranges_of(counts, before) {
        return Release::Unlike;
    }
    if before.iter().any(|(old, _)| is_below(old.people.abs_diff(counts.people), rule.smallest)) {
        return Release::Stands;
    }
    let hide_list = |list: &List, lists: &[Vec<bool>]| {
        // How many were asked is known from the answers that led here. Where one of these is
        // hidden, all of this is.
        if list.asked.as_ref().is_some_and(|(of, parts)| parts.iter().any(|part| lists[*of][*part]))
        {
            return vec![true; list.parts.len()];
        }
        let before = before.iter().flat_map(|(old, published)| {
            let same =
                old.lists.iter().zip(&published.lists).filter(|(old, _)| old.key == list.key);
            same.map(|(old, shown)| Before {
                people: vec![old.parts.clone()],
                hidden: vec![hidden(shown)],
            })
        });
        suppression::list(&list.parts, &before.collect::<Vec<_>>(), rule.smallest)
    };
    let mut lists: Vec<Vec<bool>> = Vec::new();
    for list in &counts.lists {
        lists.push(hide_list(list, &lists));
        let bound: Vec<usize> = (0..lists.len())
            .filter(|other| list.bound.is_some() && counts.lists[*other].bound == list.bound)
            .collect();
        if bound.iter().any(|list| lists[*list].contains(&true)) {
            bound.iter().for_each(|list| lists[*list].fill(true));
        }
    }
    let hide_cross = |cross: &Cross| {
        let before = before.iter().flat_map(|(old, published)| {
            let same = old
                .crosses
                .iter()
                .zip(&published.crosses)
                .filter(|(one, _)| old.keys(one) == counts.keys(cross));
            same.map(|(old, shown)| Before {
                people: old.cells.clone(),
                hidden: shown.iter().map(|row| hidden(row)).collect(),
            })
        });
        suppression::cross(
            &cross.cells,
            (&lists[cross.rows], &lists[cross.columns]),
            &before.collect::<Vec<_>>(),
            rule.smallest,
        )
    };
    let mut crosses: Vec<Vec<Vec<bool>>> = counts.crosses.iter().map(hide_cross).collect();
    let bound = |cross: &Cross| (counts.lists[cross.rows].bound, counts.lists[cross.columns].bound);
    for one in counts
        .crosses
        .iter()
        .enumerate()
        .filter(|(_, cross)| bound(cross) != (None, None))
        .map(|(nth, _)| nth)
    {
        if crosses[one].iter().flatten().any(|hidden| *hidden) {
            let with_it = (0..crosses.len()).filter(|other| {
                let (one, other) = (bound(&counts.crosses[one]), bound(&counts.crosses[*other]));
                one.0.is_some() && one.0 == other.0 || one.1.is_some() && one.1 == other.1
            });
            with_it
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|other| crosses[other].iter_mut().for_each(|row| row.fill(true)));
        }
    }
    let row = |people: &[u64], hidden: &[bool]| {
        people.iter().zip(hidden).map(|(people, hidden)| rule.shown(*people, *hidden)).collect()
    };
    Release::Numbers(Published {
        people: rule.shown(counts.people, false),
        lists: counts
            .lists
            .iter()
            .zip(&lists)
            .map(|(list, hidden)| row(&list.parts, hidden))
            .collect(),
        crosses: counts
            .crosses
            .iter()
            .zip(&crosses)
            .map(|(cross, hidden)| {
                cross.cells.iter().zip(hidden).map(|(cells, hidden)| row(cells, hidden)).collect()
            })
            .collect(),
    })
}

/// Whether the cross-tables of all releases together are none turned round and lead round in no
/// ring. Two releases are about nearly the same people, so they must be as safe together as one is.
fn lie_alike(counts: &Counts, before: &[(Counts, Published)]) -> bool {
    let all = std::iter::once(counts).chain(before.iter().map(|(old, _)| old));
    let ties: BTreeSet<(&str, &str)> =
        all.flat_map(|counts| counts.crosses.iter().map(|cross| counts.keys(cross))).collect();
    // Each list with the mark of those it is tied to; a tie between two of one mark closes a ring.
    let mut marks: BTreeMap<&str, &str> =
        ties.iter().flat_map(|(rows, columns)| [(*rows, *rows), (*columns, *columns)]).collect();
    for (rows, columns) in &ties {
        let (one, other) = (marks[rows], marks[columns]);
        if one == other {
            return false;
        }
        marks.values_mut().filter(|mark| **mark == one).for_each(|mark| *mark = other);
    }
    true
}

/// Whether each list has the ranges that it had in every earlier release.
fn has_the_ranges_of(counts: &Counts, before: &[(Counts, Published)]) -> bool {
    counts.lists.iter().all(|list| {
        let mut same = before.iter().flat_map(|(old, _)| &old.lists);
        same.all(|old| old.key != list.key || old.cuts == list.cuts)
    })
}

fn hidden(shown: &[Shown]) -> Vec<bool> {
    shown.iter().map(|shown| shown.number().is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_not_published_turned_round_nor_one_that_closes_a_ring_with_those_before() {
        let cells = vec![vec![20, 20, 20], vec![20, 20, 20], vec![20, 20, 20]];
        let of = |crosses: &[(usize, usize)]| {
            let lists = ["a", "b", "c"].map(|key| list(key, &[60, 60, 60])).to_vec();
            let crosses = crosses.iter().map(|(rows, columns)| Cross {
                rows: *rows,
                columns: *columns,
                cells: cells.clone(),
            });
            Counts::new(180, lists, crosses.collect()).expect("counts")
        };
        let first = of(&[(0, 1), (2, 1)]);
        let Release::Numbers(published) = release(&first, &[], Rule::default()) else {
            panic!("numbers")
        };
        let before = [(first, published)];
        assert_eq!(
            release(&of(&[(1, 0)]), &before, Rule::default()),
            Release::Unlike,
            "turned round"
        );
        assert_eq!(release(&of(&[(2, 0)]), &before, Rule::default()), Release::Unlike, "a ring");
        assert!(
            matches!(release(&of(&[(0, 1)]), &before, Rule::default()), Release::Numbers(_)),
            "as it was"
        );
    }

    fn list(key: &str, parts: &[u64]) -> List {
        let parts = parts.to_vec();
        List { key: key.into(), parts, asked: None, bound: None, cuts: Vec::new() }
    }

    #[test]
    fn too_few_to_compare_show_no_number_but_of_people_who_are_all_in_one_part() {
        let rule = Rule::default();
        let says_a_number = |parts: &[u64]| {
            let counts = Counts::new(parts.iter().sum(), vec![list("q", parts)], Vec::new());
            match release(&counts.expect("counts"), &[], rule) {
                Release::Numbers(published) => {
                    published.lists[0].iter().any(|shown| shown.number().is_some_and(|n| n > 0))
                }
                _ => false,
            }
        };
        for people in 1..rule.fewest_to_compare() {
            for one in 0..=people {
                for other in 0..=people - one {
                    let parts = [one, other, people - one - other];
                    let is_of_one = parts.contains(&people);
                    let may = is_of_one && people >= rule.smallest();
                    assert_eq!(says_a_number(&parts), may, "{parts:?}");
                }
            }
        }
        assert!(says_a_number(&[rule.smallest(), 0, rule.smallest()]));
    }

    #[test]
    fn the_same_people_are_not_published_in_other_ranges() {
        let of = |cuts: &[i64]| {
            let ages = List { cuts: cuts.to_vec(), ..list("age", &[30, 30]) };
            Counts::new(60, vec![ages], vec![]).expect("counts")
        };
        let first = of(&[5]);
        let Release::Numbers(published) = release(&first, &[], Rule::default()) else {
            panic!("numbers")
        };
        let before = [(first, published)];
        for other in [&[6][..], &[]] {
            assert_eq!(release(&of(other), &before, Rule::default()), Release::Unlike);
        }
        assert_eq!(words(release(&of(&[5]), &before, Rule::default())), ["30 30"]);
    }

    fn words(release: Release) -> Vec<String> {
        let Release::Numbers(published) = release else { panic!("{release:?}") };
        let words = |row: &Vec<Shown>| {
            row.iter()
                .map(|shown| shown.number().map_or("-".into(), |n| n.to_string()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        published.lists.iter().chain(published.crosses.iter().flatten()).map(words).collect()
    }

    #[test]
    fn a_small_part_is_hidden_with_the_last_large_one_and_a_zero_is_shown() {
        let counts = Counts::new(60, vec![list("q", &[30, 3, 0, 12, 15])], vec![]).expect("counts");
        assert_eq!(words(release(&counts, &[], Rule::default())), ["30 - 0 12 -"]);
        assert_eq!(
            words(release(&counts, &[], Rule::new(10, true).expect("a rule"))),
            ["30 - 0 10 -"]
        );
        assert_eq!(
            words(release(&counts, &[], Rule::new(15, false).expect("a rule"))),
            ["30 - 0 - 15"]
        );
        assert_eq!(
            Rule::new(9, false),
            None,
            "the threshold can be set higher than 10, never lower"
        );
    }

    #[test]
    fn fewer_than_ten_people_are_too_few_and_nobody_is_shown_as_nobody() {
        assert_eq!(
            release(
                &Counts::new(9, vec![list("q", &[9])], vec![]).expect("counts"),
                &[],
                Rule::default()
            ),
            Release::TooFew
        );
        assert_eq!(
            words(release(
                &Counts::new(0, vec![list("q", &[0, 0])], vec![]).expect("counts"),
                &[],
                Rule::default()
            )),
            ["0 0"]
        );
    }

    #[test]
    fn a_small_cell_is_hidden_with_a_rectangle_and_the_rest_is_shown() {
        let cells = vec![vec![30, 3, 20], vec![25, 21, 22], vec![12, 26, 11]];
        let (rows, columns) = (list("q", &[53, 68, 49]), list("place", &[67, 50, 53]));
        let counts =
            Counts::new(170, vec![rows, columns], vec![Cross { rows: 0, columns: 1, cells }])
                .expect("counts");
        assert_eq!(
            words(release(&counts, &[], Rule::default())),
            ["53 68 49", "67 50 53", "30 - -", "25 21 22", "12 - -"]
        );
    }

    #[test]
    fn what_differs_from_an_earlier_release_by_a_few_people_is_hidden() {
        let of = |people, parts: &[u64]| {
            Counts::new(people, vec![list("q", parts)], vec![]).expect("counts")
        };
        let first = of(100, &[30, 30, 40]);
        let Release::Numbers(published) = release(&first, &[], Rule::default()) else {
            panic!("numbers")
        };
        let before = [(first, published)];
        assert_eq!(release(&of(104, &[34, 30, 40]), &before, Rule::default()), Release::Stands);
        assert_eq!(
            words(release(&of(120, &[47, 33, 40]), &before, Rule::default())),
            ["- - 40"],
            "they differ by 17, 3 and 0"
        );
        assert_eq!(words(release(&of(120, &[50, 30, 40]), &before, Rule::default())), ["50 30 40"]);
    }

    #[test]
    fn what_was_hidden_stays_hidden() {
        let of = |parts: &[u64]| Counts::new(100, vec![list("q", parts)], vec![]).expect("counts");
        let first = of(&[30, 3, 27, 40]);
        let Release::Numbers(published) = release(&first, &[], Rule::default()) else {
            panic!("numbers")
        };
        assert_eq!(
            words(release(&of(&[30, 13, 17, 40]), &[(first, published)], Rule::default())),
            ["30 - 17 -"]
        );
    }

    #[test]
    fn a_question_that_some_were_asked_is_counted_of_them_and_hidden_with_how_many_they_are() {
        let of = |first: &[u64], second: &[u64]| {
            let second = List { asked: Some((0, vec![0])), ..list("why", second) };
            Counts::new(100, vec![list("q", first), second], vec![])
        };
        assert_eq!(
            words(release(&of(&[40, 60], &[3, 25, 12]).expect("counts"), &[], Rule::default())),
            ["40 60", "- 25 -"]
        );
        assert_eq!(
            words(release(&of(&[40, 55, 5], &[28, 12]).expect("counts"), &[], Rule::default())),
            ["40 - -", "28 12"]
        );
        assert_eq!(
            words(release(&of(&[30, 5, 65], &[15, 15]).expect("counts"), &[], Rule::default())),
            ["30 - -", "15 15"]
        );
        assert_eq!(
            words(release(&of(&[5, 30, 65], &[2, 3]).expect("counts"), &[], Rule::default())),
            ["- 30 -", "- -"]
        );
        assert_eq!(of(&[40, 60], &[3, 25]), Err(Unfit::Sum));
        let both = vec![
            list("q", &[10, 10]),
            List { asked: Some((0, vec![0, 1])), ..list("why", &[10, 10]) },
        ];
        let cross = Cross { rows: 0, columns: 1, cells: vec![vec![5, 5], vec![5, 5]] };
        assert_eq!(Counts::new(20, both, vec![cross]), Err(Unfit::Sum));
    }

    #[test]
    fn counts_that_do_not_add_up_or_lead_round_in_a_ring_are_refused() {
        assert_eq!(Counts::new(10, vec![list("q", &[3, 3])], vec![]), Err(Unfit::Sum));
        let lists = || ["a", "b", "c"].map(|key| list(key, &[10, 10])).to_vec();
        let cross = |rows, columns| Cross { rows, columns, cells: vec![vec![5, 5], vec![5, 5]] };
        assert_eq!(
            Counts::new(20, lists(), vec![Cross { rows: 0, columns: 1, cells: vec![vec![5, 5]] }]),
            Err(Unfit::Sum)
        );
        assert!(Counts::new(20, lists(), vec![cross(0, 1), cross(1, 2)]).is_ok());
        assert_eq!(
            Counts::new(20, lists(), vec![cross(0, 1), cross(1, 2), cross(2, 0)]),
            Err(Unfit::Ring)
        );
    }
}
