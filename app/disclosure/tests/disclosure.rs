//! A reader of all that is published, who has an integer program: what is the least and the most
//! that each number can be?
//!
//! They know nothing of the code in `disclosure`. Their unknowns are the people of every part and
//! cell; what they are shown are equations. They must not be able to pin down a hidden number, nor
//! how a number differs from an earlier release.

use disclosure::Shown;
use disclosure::middle::{Middle, Ranges, middle};
use disclosure::tables::{Counts, Cross, List, Published, Release, Rule, release};
use disclosure::under_way;
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};

/// Numbers that look random and are the same in every run (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// One person's answers: to each list, which part; [`NOT_ASKED`] if they were not.
type Person = Vec<usize>;
const NOT_ASKED: usize = usize::MAX;

struct Consultation {
    sizes: Vec<usize>,
    /// For each list, of whom it is asked: an earlier list, and the parts of it. The first are
    /// asked of everyone.
    asked: Vec<Option<(usize, Vec<usize>)>>,
    /// Lists that are the options of one question: in the first part are those who chose it, and
    /// everyone chose one or two.
    options: Vec<usize>,
    crosses: Vec<(usize, usize)>,
    people: Vec<Person>,
}

impl Consultation {
    /// Two to four lists of two to five parts, tied by a tree of cross-tables, of up to 600 people
    /// with habits.
    fn random(dice: &mut Dice) -> Self {
        let sizes: Vec<usize> = (0..2 + dice.roll(3)).map(|_| 2 + dice.roll(4) as usize).collect();
        let crosses = (1..sizes.len()).filter(|_| dice.roll(4) > 0).collect::<Vec<_>>();
        let crosses =
            crosses.into_iter().map(|list| (list, dice.roll(list as u64) as usize)).collect();
        let mut all = Self {
            asked: vec![None; sizes.len()],
            sizes,
            crosses,
            options: Vec::new(),
            people: Vec::new(),
        };
        if dice.roll(3) == 0 {
            all.options = (all.sizes.len()..all.sizes.len() + 3 + dice.roll(3) as usize).collect();
            let is_crossed = dice.roll(2) == 0;
            for option in all.options.clone() {
                all.sizes.push(2);
                all.asked.push(None);
                all.crosses.extend(is_crossed.then_some((option, 0)));
            }
        }
        for _ in 0..dice.roll(3) {
            let of = dice.roll(all.sizes.len() as u64) as usize;
            let parts = (0..all.sizes[of]).filter(|_| dice.roll(2) == 0).collect();
            all.sizes.push(2 + dice.roll(3) as usize);
            all.asked.push(Some((of, parts)));
        }
        let most = [60, 150, 600][dice.roll(3) as usize];
        let people = dice.roll(most);
        all.people = (0..people).map(|_| all.person(dice)).collect();
        all
    }

    fn person(&self, dice: &mut Dice) -> Person {
        let mut person = Person::new();
        // Nearly everyone chooses two, and hardly anyone the last.
        let others = self.options.len().saturating_sub(1).max(1) as u64;
        let one = dice.roll(others);
        let other =
            if dice.roll(12) == 0 { others } else { (one + 1 + dice.roll(others)) % others };
        let chosen: Vec<&usize> =
            [one, other].iter().filter_map(|option| self.options.get(*option as usize)).collect();
        for (size, asked) in self.sizes.iter().zip(&self.asked) {
            let is_asked = asked.as_ref().is_none_or(|(of, parts)| parts.contains(&person[*of]));
            // The least of several rolls: some parts are common, others rare.
            let part = (0..1 + dice.roll(3))
                .map(|_| dice.roll(*size as u64) as usize)
                .min()
                .unwrap_or_default();
            let part = if self.options.contains(&person.len()) {
                usize::from(!chosen.contains(&&person.len()))
            } else {
                part
            };
            person.push(if is_asked { part } else { NOT_ASKED });
        }
        person
    }

    /// Some days later: some people more, some fewer, some who answer otherwise.
    fn later(&mut self, dice: &mut Dice) {
        let most = [3, 12, 60][dice.roll(3) as usize];
        for _ in 0..dice.roll(most) {
            let person = self.person(dice);
            self.people.push(person);
        }
        for _ in 0..dice.roll(most / 3).min(self.people.len() as u64) {
            let nth = dice.roll(self.people.len() as u64) as usize;
            self.people.swap_remove(nth);
        }
        for _ in 0..dice.roll(4).min(self.people.len() as u64) {
            let nth = dice.roll(self.people.len() as u64) as usize;
            self.people[nth] = self.person(dice);
        }
    }

    fn counts(&self) -> Counts {
        let lists = self.sizes.iter().enumerate().map(|(list, size)| {
            let mut parts = vec![0; *size];
            self.people
                .iter()
                .filter(|person| person[list] != NOT_ASKED)
                .for_each(|person| parts[person[list]] += 1);
            let bound = self.options.contains(&list).then_some(0);
            let asked = self.asked[list].clone();
            List { key: list.to_string(), parts, asked, bound, cuts: Vec::new() }
        });
        let crosses = self.crosses.iter().map(|(rows, columns)| {
            let mut cells = vec![vec![0; self.sizes[*columns]]; self.sizes[*rows]];
            self.people.iter().for_each(|person| cells[person[*rows]][person[*columns]] += 1);
            Cross { rows: *rows, columns: *columns, cells }
        });
        Counts::new(self.people.len() as u64, lists.collect(), crosses.collect())
            .expect("counts of the same people")
    }
}

/// A number in a release: a part of a list, or a cell of a cross-table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Part(usize, usize),
    Cell(usize, usize, usize),
}

fn places(counts: &Counts) -> Vec<Place> {
    let parts = counts
        .lists()
        .iter()
        .enumerate()
        .flat_map(|(list, of)| (0..of.parts.len()).map(move |part| Place::Part(list, part)));
    let cells = counts.crosses().iter().enumerate().flat_map(|(cross, of)| {
        of.cells.iter().enumerate().flat_map(move |(row, cells)| {
            (0..cells.len()).map(move |column| Place::Cell(cross, row, column))
        })
    });
    parts.chain(cells).collect()
}

fn truth(counts: &Counts, place: Place) -> u64 {
    match place {
        Place::Part(list, part) => counts.lists()[list].parts[part],
        Place::Cell(cross, row, column) => counts.crosses()[cross].cells[row][column],
    }
}

fn shown(published: &Published, place: Place) -> Option<u64> {
    match place {
        Place::Part(list, part) => published.lists[list][part].number(),
        Place::Cell(cross, row, column) => published.crosses[cross][row][column].number(),
    }
}

/// Something else that the reader was told: so many times each of these numbers, together, against
/// a number.
type Told = (Vec<(Place, f64)>, ComparisonOp, f64);

/// The least and the most that some numbers together can be, for all that is published.
fn bounds(counts: &Counts, published: &Published, of: &[Place]) -> (u64, u64) {
    bounds_told(counts, published, of, &[])
}

/// Likewise, for a reader who was told more.
fn bounds_told(counts: &Counts, published: &Published, of: &[Place], told: &[Told]) -> (u64, u64) {
    let solve = |direction| {
        let mut problem = Problem::new(direction);
        let mut variable = |place: Place| -> Variable {
            let cost = if of.contains(&place) { 1.0 } else { 0.0 };
            let range = match shown(published, place) {
                Some(number) => (number as i32, number as i32),
                None => (0, counts.people() as i32),
            };
            problem.add_integer_var(cost, range)
        };
        let parts: Vec<Vec<Variable>> = counts
            .lists()
            .iter()
            .enumerate()
            .map(|(list, of)| {
                (0..of.parts.len()).map(|part| variable(Place::Part(list, part))).collect()
            })
            .collect();
        let cells: Vec<Vec<Vec<Variable>>> = counts
            .crosses()
            .iter()
            .enumerate()
            .map(|(cross, of)| {
                let rows = of.cells.iter().enumerate();
                rows.map(|(row, cells)| {
                    (0..cells.len())
                        .map(|column| variable(Place::Cell(cross, row, column)))
                        .collect()
                })
                .collect()
            })
            .collect();
        let mut sums: Vec<(Vec<(Variable, f64)>, f64)> = Vec::new();
        for (list, of) in counts.lists().iter().zip(&parts) {
            let answered = of.iter().map(|part| (*part, 1.0));
            match &list.asked {
                None => sums.push((answered.collect(), counts.people() as f64)),
                Some((before, asked)) => sums.push((
                    answered
                        .chain(asked.iter().map(|part| (parts[*before][*part], -1.0)))
                        .collect(),
                    0.0,
                )),
            }
        }
        for (cross, cells) in counts.crosses().iter().zip(&cells) {
            for (row, whole) in parts[cross.rows].iter().enumerate() {
                sums.push((
                    cells[row].iter().map(|cell| (*cell, 1.0)).chain([(*whole, -1.0)]).collect(),
                    0.0,
                ));
            }
            for (column, whole) in parts[cross.columns].iter().enumerate() {
                sums.push((
                    cells.iter().map(|row| (row[column], 1.0)).chain([(*whole, -1.0)]).collect(),
                    0.0,
                ));
            }
        }
        for (sum, people) in sums {
            problem.add_constraint(sum, ComparisonOp::Eq, people);
        }
        for (times, sign, number) in told {
            let of_place = |(place, times): &(Place, f64)| match *place {
                Place::Part(list, part) => (parts[list][part], *times),
                Place::Cell(cross, row, column) => (cells[cross][row][column], *times),
            };
            problem.add_constraint(times.iter().map(of_place).collect::<Vec<_>>(), *sign, *number);
        }
        // Everyone chose one or two of the options; so did everyone in each part of a list that
        // they are crossed with.
        let options: Vec<usize> =
            (0..parts.len()).filter(|list| counts.lists()[*list].bound.is_some()).collect();
        let crossed: Vec<usize> = (0..cells.len())
            .filter(|cross| options.contains(&counts.crosses()[*cross].rows))
            .collect();
        let mut chose: Vec<(Vec<Variable>, Option<Variable>)> = Vec::new();
        if !options.is_empty() {
            chose.push((options.iter().map(|list| parts[*list][0]).collect(), None));
        }
        if !crossed.is_empty() {
            let of_part = |part: usize| {
                (crossed.iter().map(|cross| cells[*cross][0][part]).collect(), Some(parts[0][part]))
            };
            chose.extend((0..parts[0].len()).map(of_part));
        }
        for (chosen, of) in chose {
            for (times, sign) in [(1.0, ComparisonOp::Ge), (2.0, ComparisonOp::Le)] {
                let sum =
                    chosen.iter().map(|chosen| (*chosen, 1.0)).chain(of.map(|of| (of, -times)));
                problem.add_constraint(
                    sum.collect::<Vec<_>>(),
                    sign,
                    if of.is_some() { 0.0 } else { times * counts.people() as f64 },
                );
            }
        }
        let SolveOutcome::Solution(solution) = problem.solve().expect("the truth is a solution")
        else {
            panic!("it has no limit")
        };
        solution.objective().round() as u64
    };
    (solve(OptimizationDirection::Minimize), solve(OptimizationDirection::Maximize))
}

/// What a reader can work out that they must not, in words.
fn breaches(
    counts: &Counts,
    published: &Published,
    before: Option<(&Counts, &Published)>,
    smallest: u64,
) -> Vec<String> {
    let is_small = |people: u64| (1..smallest).contains(&people);
    let mut found = Vec::new();
    for place in places(counts) {
        let number = truth(counts, place);
        if let Some(shown) = shown(published, place) {
            if is_small(shown) {
                found.push(format!("{place:?} shows {shown}"));
            }
            let was = before.and_then(|(_, before)| self::shown(before, place));
            if was.is_some_and(|was| is_small(was.abs_diff(shown))) {
                found.push(format!("{place:?} shows {shown} after {was:?}"));
            }
            continue;
        }
        let differs = before.is_some_and(|(old, before)| {
            self::shown(before, place).is_some() && is_small(truth(old, place).abs_diff(number))
        });
        if is_small(number) || differs {
            let (least, most) = bounds(counts, published, &[place]);
            if most - least + 1 < smallest || (is_small(number) && most < smallest) {
                found.push(format!("{place:?} is from {least} to {most}"));
            }
        }
    }
    let Some((old, before)) = before else { return found };
    // What is hidden of a list, a row or a column, together: by how much does it differ from what
    // it was?
    for line in lines(counts) {
        let group: Vec<Place> =
            line.into_iter().filter(|place| shown(published, *place).is_none()).collect();
        let (now, was) = (bounds(counts, published, &group), bounds(old, before, &group));
        let (least, most) = (now.0 as i64 - was.1 as i64, now.1 as i64 - was.0 as i64);
        if !group.is_empty()
            && ((least > 0 && most < smallest as i64) || (most < 0 && least > -(smallest as i64)))
        {
            found.push(format!("{group:?} differ by {least} to {most}"));
        }
    }
    found
}

/// The parts of each list, and the cells of each row and column.
fn lines(counts: &Counts) -> Vec<Vec<Place>> {
    let lists = counts
        .lists()
        .iter()
        .enumerate()
        .map(|(list, of)| (0..of.parts.len()).map(|part| Place::Part(list, part)).collect());
    let crosses = counts.crosses().iter().enumerate().flat_map(|(cross, of)| {
        let (rows, columns) = (of.cells.len(), of.cells[0].len());
        let across = (0..rows)
            .map(move |row| (0..columns).map(|column| Place::Cell(cross, row, column)).collect());
        across.chain(
            (0..columns)
                .map(move |column| (0..rows).map(|row| Place::Cell(cross, row, column)).collect()),
        )
    });
    lists.chain(crosses).collect()
}

fn release_of(counts: &Counts, before: &[(Counts, Published)], smallest: u64) -> Option<Published> {
    match release(counts, before, Rule::new(smallest, false).expect("a rule")) {
        Release::Numbers(published) => Some(published),
        Release::TooFew | Release::Stands | Release::Unlike => None,
    }
}

/// How much is shown of some consultations, none of which tells too much.
#[derive(Debug, Default)]
struct Seen {
    second_releases: u64,
    shown: u64,
    small: u64,
    complements: u64,
}

fn no_breach(consultations: u64, seed: u64) -> Seen {
    let (mut dice, mut seen) = (Dice(seed), Seen::default());
    for nth in 0..consultations {
        let smallest = if nth % 4 == 0 { 10 + dice.roll(6) } else { 10 };
        let mut consultation = Consultation::random(&mut dice);
        let first = consultation.counts();
        let Some(published) = release_of(&first, &[], smallest) else { continue };
        assert_eq!(
            breaches(&first, &published, None, smallest),
            Vec::<String>::new(),
            "{first:?} {published:?}"
        );
        for place in places(&first) {
            match shown(&published, place) {
                Some(_) => seen.shown += 1,
                None if (1..smallest).contains(&truth(&first, place)) => seen.small += 1,
                None => seen.complements += 1,
            }
        }
        consultation.later(&mut dice);
        let later = consultation.counts();
        let before = [(first, published)];
        let Some(published) = release_of(&later, &before, smallest) else { continue };
        seen.second_releases += 1;
        let (old, was) = &before[0];
        assert_eq!(
            breaches(&later, &published, Some((old, was)), smallest),
            Vec::<String>::new(),
            "{before:?} {later:?} {published:?}"
        );
    }
    seen
}

/// `DISCLOSURE_TIMES=10` tries ten times as many, with the same ones first.
#[test]
fn of_ten_thousand_consultations_with_two_releases_no_hidden_number_is_pinned_down() {
    let times = std::env::var("DISCLOSURE_TIMES").map_or(1, |text| text.parse().expect("a number"));
    let half = |seed| std::thread::spawn(move || no_breach(5_000 * times, seed));
    for seen in [half(5), half(6)].map(|half| half.join().expect("no breach")) {
        println!("{seen:?}");
        assert!(
            seen.second_releases > 1_500 * times
                && seen.small > 50_000 * times
                && seen.complements < seen.small
                && seen.shown > seen.complements
        );
    }
}

#[test]
fn without_complements_the_reader_works_hidden_numbers_out() {
    let mut dice = Dice(5);
    let found = (0..200).filter(|_| {
        let counts = Consultation::random(&mut dice).counts();
        let hide =
            |row: &[u64]| {
                row.iter()
                    .map(|people| {
                        if (1..10).contains(people) {
                            Shown::Hidden
                        } else {
                            Shown::Number(*people)
                        }
                    })
                    .collect()
            };
        let published = Published {
            people: Shown::Number(counts.people()),
            lists: counts.lists().iter().map(|list| hide(&list.parts)).collect(),
            crosses: counts
                .crosses()
                .iter()
                .map(|cross| cross.cells.iter().map(|row| hide(row)).collect())
                .collect(),
        };
        counts.people() >= 10 && !breaches(&counts, &published, None, 10).is_empty()
    });
    assert!(found.count() > 100);
}

/// Where the middle of a list lies whose parts are ranges, but the last: who gave no answer.
fn middle_of(counts: &Counts, published: &Published, list: usize) -> Middle {
    let all = match &counts.lists()[list].asked {
        None => published.people.number(),
        Some((of, parts)) => {
            parts.iter().map(|part| published.lists[*of][*part].number()).sum::<Option<u64>>()
        }
    };
    let (others, people) = published.lists[list].split_last().expect("parts");
    middle(Ranges { people, others: std::slice::from_ref(others), all, slack: 0 })
}

/// In which range so many quarters are reached in truth; `None` of nobody.
fn true_middle(parts: &[u64], quarters: u64) -> Option<usize> {
    let ranges = &parts[..parts.len() - 1];
    let answered: u64 = ranges.iter().sum();
    let below = |end: usize| ranges[..end].iter().sum::<u64>();
    (0..ranges.len()).find(|end| answered > 0 && 4 * below(end + 1) >= quarters * answered)
}

/// What a reader learns who is told that so many quarters are reached in this range.
fn told_of(list: usize, size: usize, range: usize, quarters: usize) -> [Told; 2] {
    let below = |end: usize| {
        let times = |part: usize| f64::from(u8::from(part < end)) * 4.0 - quarters as f64;
        (0..size - 1).map(|part| (Place::Part(list, part), times(part))).collect::<Vec<_>>()
    };
    [(below(range), ComparisonOp::Le, -1.0), (below(range + 1), ComparisonOp::Ge, 0.0)]
}

#[test]
fn a_middle_is_true_and_tells_a_reader_nothing_that_the_ranges_did_not() {
    let (mut dice, mut said, mut unsaid) = (Dice(7), 0, 0);
    for _ in 0..600 {
        let mut consultation = Consultation::random(&mut dice);
        let first = consultation.counts();
        let Some(published) = release_of(&first, &[], 10) else { continue };
        consultation.later(&mut dice);
        let later = consultation.counts();
        let before = [(first, published)];
        let second = release_of(&later, &before, 10);
        let [(first, published)] = before;
        let releases = [(first, Some(published)), (later, second)];
        for (counts, published) in releases.iter().filter_map(|(c, p)| Some((c, p.as_ref()?))) {
            for (list, of) in counts.lists().iter().enumerate() {
                let found = middle_of(counts, published, list);
                let all = [found.quarter, found.half, found.three_quarters];
                let told = all.into_iter().zip(1..).filter_map(|(range, quarters)| {
                    let Some(range) = range else {
                        unsaid += 1;
                        return None;
                    };
                    said += 1;
                    assert_eq!(true_middle(&of.parts, quarters), Some(range), "{of:?}");
                    let quarters = usize::try_from(quarters).expect("three at the most");
                    Some(told_of(list, of.parts.len(), range, quarters))
                });
                let told: Vec<Told> = told.flatten().collect();
                let hidden = (0..of.parts.len())
                    .map(|part| Place::Part(list, part))
                    .filter(|place| shown(published, *place).is_none());
                for place in hidden {
                    assert_eq!(
                        bounds_told(counts, published, &[place], &told),
                        bounds(counts, published, &[place]),
                        "{place:?} {of:?} {published:?}"
                    );
                }
            }
        }
    }
    assert!(said > 1_000 && unsaid > 100, "{said} {unsaid}");
}

#[test]
fn the_true_middle_would_tell_that_a_range_holds_a_few() {
    let parts = vec![45, 4, 11, 40, 0];
    let list = List { key: "weeks".into(), parts, asked: None, bound: None, cuts: vec![3, 6, 9] };
    let counts = Counts::new(100, vec![list], Vec::new()).expect("counts");
    let published = release_of(&counts, &[], 10).expect("numbers");
    let few = [Place::Part(0, 1)];
    assert_eq!(bounds(&counts, &published, &few), (0, 44));
    let half = true_middle(&counts.lists()[0].parts, 2).expect("a middle");
    let told = told_of(0, 5, half, 2);
    assert_eq!(bounds_told(&counts, &published, &few, &told), (0, 4), "fewer than ten");
    assert_eq!(middle_of(&counts, &published, 0).half, None, "so it is not said");
}

/// How many different numbers of people a part can have, for a reader of what is said while answers
/// come in. `is_capped`: all together may be more than is said.
fn readings(said: &under_way::Said, of: usize, is_capped: bool) -> u64 {
    let solve = |direction| {
        let mut problem = Problem::new(direction);
        let parts: Vec<Variable> = (said.parts.iter().enumerate())
            .map(|(part, least)| {
                let cost = if part == of { 1.0 } else { 0.0 };
                problem.add_integer_var(cost, (*least as i32, *least as i32 + 9))
            })
            .collect();
        let sum = || parts.iter().map(|part| (*part, 1.0)).collect::<Vec<_>>();
        problem.add_constraint(sum(), ComparisonOp::Ge, said.all as f64);
        if !is_capped {
            problem.add_constraint(sum(), ComparisonOp::Le, said.all as f64 + 9.0);
        }
        let SolveOutcome::Solution(solution) = problem.solve().expect("the truth is a solution")
        else {
            panic!("it has no limit")
        };
        solution.objective().round() as u64
    };
    solve(OptimizationDirection::Maximize) - solve(OptimizationDirection::Minimize) + 1
}

#[test]
fn while_answers_come_in_each_part_could_have_any_of_ten_numbers_on_each_day() {
    let (mut dice, mut changes) = (Dice(9), 0);
    for _ in 0..300 {
        let mut parts = vec![0; 1 + dice.roll(11) as usize];
        let mut before: Option<(under_way::Said, u64)> = None;
        for _ in 0..12 {
            let rate = 1 + dice.roll(12);
            parts.iter_mut().for_each(|people| *people += dice.roll(rate));
            let people: u64 = parts.iter().sum();
            let last = before.as_ref().map(|(said, counted)| (said, *counted));
            let Some(said) = under_way::say(&parts, last) else { continue };
            if let Some((was, counted)) = &before {
                assert!(people >= counted + 10, "a change stands for ten people or more");
                assert!(said.all >= was.all, "{was:?} {said:?}");
                assert!(said.parts.iter().zip(&was.parts).all(|(now, was)| now >= was));
            }
            let sum: u64 = said.parts.iter().sum();
            let is_capped = said.all == (sum + 9 * (parts.len() as u64 - 1)) / 10 * 10;
            for part in 0..parts.len() {
                assert!(readings(&said, part, is_capped) >= 10, "{part} of {said:?}");
            }
            changes += 1;
            before = Some((said, people));
        }
    }
    assert!(changes > 500, "{changes}");
}

#[test]
fn tens_that_are_rounded_each_by_itself_would_tell_that_every_place_has_nine() {
    let said = under_way::Said { all: 90, parts: vec![0; 10] };
    assert_eq!(readings(&said, 0, false), 1);
}
