//! Who took part, how often and in what, as it may be shown: through [`disclosure::tables`]. Pure.

use disclosure::Shown;
use disclosure::tables::{Counts, List, Published, Release, Rule, release};
use forms::Named;

/// People who took part alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TookPart {
    /// Where they live; empty for nowhere here.
    pub place_id: String,
    /// In what, in the order of [`KINDS`].
    pub kinds: [bool; 3],
    /// How often, as the place in [`HOW_OFTEN`].
    pub how_often: usize,
    pub people: u64,
}

/// In what people take part.
pub const KINDS: [&str; 3] = [
    "Voted on topics",
    "Proposed a topic that was published",
    "Commented on the Local Offer, confirmed a planning session or told the forum what they found",
];

/// How often people took part.
pub const HOW_OFTEN: [&str; 3] =
    ["Took part once", "Took part 2 to 4 times", "Took part 5 times or more"];

/// What may be shown about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    pub all: Shown,
    /// By place, in their order, and then those who live elsewhere or didn't say.
    pub places: Vec<(String, Shown)>,
    pub how_often: [Shown; 3],
    pub kinds: [Shown; 3],
}

/// What may be shown about everyone who took part. In what and how often bear on each other, since
/// everybody took part in something: all of these are shown, or none. Whoever shows a number rounds
/// it to ten, since the same is shown about other months too.
#[must_use]
pub fn people(rows: &[TookPart], places: &[Named]) -> People {
    let sum = |is: &dyn Fn(&TookPart) -> bool| -> u64 {
        rows.iter().filter(|row| is(row)).map(|row| row.people).sum()
    };
    let all = sum(&|_| true);
    let mut by_place: Vec<u64> =
        places.iter().map(|place| sum(&|row| row.place_id == place.id)).collect();
    by_place.push(all - by_place.iter().sum::<u64>());
    let list = |key: &str, parts: Vec<u64>, bound: Option<usize>| List {
        key: key.to_owned(),
        parts,
        asked: None,
        bound,
        cuts: Vec::new(),
    };
    let mut lists = vec![list("places", by_place, None)];
    let often = [0, 1, 2].map(|nth| sum(&|row| row.how_often == nth));
    lists.push(list("how often", often.to_vec(), Some(1)));
    for (nth, kind) in KINDS.into_iter().enumerate() {
        let did = sum(&|row| row.kinds[nth]);
        lists.push(list(kind, vec![did, all - did], Some(1)));
    }
    let counts = Counts::new(all, lists, Vec::new());
    let released = counts.map(|counts| release(&counts, &[], Rule::default()));
    let Ok(Release::Numbers(Published { people, lists, .. })) = released else {
        return People {
            all: disclosure::count(all),
            places: named(places).map(|name| (name, Shown::Hidden)).collect(),
            how_often: [Shown::Hidden; 3],
            kinds: [Shown::Hidden; 3],
        };
    };
    let part = |list: usize, part: usize| {
        lists.get(list).and_then(|list| list.get(part)).copied().unwrap_or(Shown::Hidden)
    };
    People {
        all: people,
        places: named(places).enumerate().map(|(nth, name)| (name, part(0, nth))).collect(),
        how_often: [0, 1, 2].map(|nth| part(1, nth)),
        kinds: [2, 3, 4].map(|list| part(list, 0)),
    }
}

/// The names of the places, and of what is none of them.
fn named(places: &[Named]) -> impl Iterator<Item = String> {
    let names = places.iter().map(|place| format!("From {}", place.name));
    names.chain(["From elsewhere, or not said".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Vec<Named> {
        let named = |name: &str| Named { id: name.to_owned(), name: name.to_owned() };
        vec![named("north"), named("south")]
    }

    fn row(place: &str, kinds: [bool; 3], how_often: usize, people: u64) -> TookPart {
        TookPart { place_id: place.to_owned(), kinds, how_often, people }
    }

    const VOTED: [bool; 3] = [true, false, false];
    const BOTH: [bool; 3] = [true, true, false];
    const COMMENTED: [bool; 3] = [false, false, true];

    #[test]
    fn where_nothing_is_small_all_of_it_is_shown() {
        let rows =
            [row("north", VOTED, 0, 20), row("south", BOTH, 1, 30), row("south", COMMENTED, 2, 14)];
        let shown = people(&rows, &places());
        assert_eq!(shown.all, Shown::Number(64));
        let of = |nth: usize| shown.places[nth].1;
        assert_eq!([of(0), of(1), of(2)], [20, 44, 0].map(Shown::Number));
        assert_eq!(shown.how_often, [20, 30, 14].map(Shown::Number));
        assert_eq!(shown.kinds, [50, 30, 14].map(Shown::Number));
    }

    #[test]
    fn a_few_in_one_way_hide_every_number_from_which_they_could_be_worked_out() {
        let rows =
            [row("north", VOTED, 0, 20), row("south", VOTED, 1, 30), row("south", COMMENTED, 0, 4)];
        let shown = people(&rows, &places());
        assert_eq!(shown.all, Shown::Number(54));
        assert_eq!(shown.kinds, [Shown::Hidden; 3]);
        assert_eq!(shown.how_often, [Shown::Hidden; 3], "everybody took part in something");
        assert_eq!(shown.places[0].1, Shown::Number(20), "where they live tells nothing about it");
    }

    #[test]
    fn about_fewer_than_ten_there_is_no_more_to_say_and_nobody_is_nobody() {
        let few = people(&[row("north", VOTED, 0, 9)], &places());
        assert_eq!(few.all, Shown::FewerThanTen);
        assert!(few.places.iter().all(|(_, shown)| *shown == Shown::Hidden));
        assert_eq!(people(&[], &places()).all, Shown::Number(0));
    }

    #[test]
    fn no_cell_from_one_to_nine_is_ever_shown() {
        for few in 1..10 {
            for many in [0, 5, 11, 40] {
                let rows = [
                    row("north", VOTED, 0, few),
                    row("south", BOTH, 1, many),
                    row("", COMMENTED, 2, many + few),
                ];
                let shown = people(&rows, &places());
                let places = shown.places.iter().map(|(_, shown)| *shown);
                let all = places.chain(shown.how_often).chain(shown.kinds).chain([shown.all]);
                for number in all.filter_map(Shown::number) {
                    assert!(!(1..10).contains(&number), "{few}, {many}: {shown:?}");
                }
            }
        }
    }
}
