//! A reader of all that is published, who has an integer program: what is the least and the most
//! that each number can be?
//!
//! They know nothing of the code in `disclosure`. Their unknowns are the people of every part and
//! cell; what they are shown are equations. They must not be able to pin down a hidden number, nor
//! how a number differs from an earlier release.

use disclosure::Shown;
use disclosure::tables::{Counts, Cross, List, Published, Release, Rule, release};
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
            List { key: list.to_string(), parts, asked: self.asked[list].clone(), bound }
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

/// The least and the most that some numbers together can be, for all that is published.
fn bounds(counts: &Counts, published: &Published, of: &[Place]) -> (u64, u64) {
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

#[test]
fn of_ten_thousand_consultations_with_two_releases_no_hidden_number_is_pinned_down() {
    let half = |seed| std::thread::spawn(move || no_breach(5_000, seed));
    for seen in [half(5), half(6)].map(|half| half.join().expect("no breach")) {
        println!("{seen:?}");
        assert!(
            seen.second_releases > 1_500
                && seen.small > 50_000
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
