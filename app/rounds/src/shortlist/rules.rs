//! Why a topic is on the shortlist, in plain words, and how the forum may confirm the list. Pure.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use area::ELSEWHERE;
use disclosure::{SMALLEST_SHOWN, Shown};
use forms::{Refusals, Sent};
use ground::ids::{Id, Topic};
use topics::support::Tally;

/// The shortest reason for changing the list, in characters.
pub const SHORTEST_REASON: usize = 30;
const LONGEST_REASON: usize = 2_000;

/// A topic on the shortlist, with the true numbers behind it: only for [`reasons`] to put into
/// words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub topic_id: Id<Topic>,
    pub title: String,
    /// Its place on the list, from 1.
    pub position: usize,
    pub supporters: u64,
    /// How many of them had no topic on the list yet.
    pub new: u64,
}

/// Why each topic is on the list, in its order: how many supported it, where most of them live, for
/// the second topic whether most of them already had the first, and why not one that more people
/// supported. The numbers are in the tallies beside it. How many had none yet is not shown, nor
/// whether its supporters had enough say for it or it filled a place that was left: with those
/// tallies, either could give away a small number.
#[must_use]
pub fn reasons(list: &[Chosen], tallies: &[Tally]) -> Vec<String> {
    let counted = |chosen: &Chosen| {
        tallies
            .iter()
            .find(|tally| tally.topic_id == chosen.topic_id)
            .map_or(&[][..], |tally| &tally.counted)
    };
    let reason = |chosen: &Chosen| {
        let who = match disclosure::count(chosen.supporters) {
            Shown::Number(all) => {
                let first = list.first().filter(|_| chosen.position == 2).map(counted);
                let had = first.map_or("", |first| had_the_first(chosen, counted(chosen), first));
                format!("{all} parents supported it{}.{had}", mostly(counted(chosen)))
            }
            _ => "Fewer than 10 parents supported it.".to_owned(),
        };
        let though = though_others_have_more(chosen, list, tallies);
        format!("Chosen {}. {who}{though}", ordinal(chosen.position))
    };
    list.iter().map(reason).collect()
}

/// Why this topic and not one that more people supported, where everyone can see that there is one.
/// It follows from the method, so it gives nothing away: had nobody used any of their say, the
/// topic with more supporters would have asked less of each.
fn though_others_have_more(chosen: &Chosen, list: &[Chosen], tallies: &[Tally]) -> String {
    let has_more = |tally: &&Tally| {
        let people: u64 = tally.counted.iter().map(|(_, people)| people).sum();
        people > chosen.supporters
            && matches!(disclosure::count(people), Shown::Number(_))
            && list.iter().all(|other| other.topic_id != tally.topic_id)
    };
    let mut more = tallies.iter().filter(has_more);
    let supported = match (more.next(), more.next()) {
        (None, _) => return String::new(),
        (Some(one), None) => format!("“{}”", one.title),
        (Some(_), Some(_)) => "some topics that were not chosen".to_owned(),
    };
    let above = if chosen.position == 2 { "the topic above" } else { "topics above" };
    format!(
        " More parents supported {supported}, but some of them had already used part of their say \
         on {above}."
    )
}

/// Where two thirds or more of the supporters live; only where their numbers are shown for all
/// places.
fn mostly(counted: &[(String, u64)]) -> String {
    let all: u64 = counted.iter().map(|(_, people)| people).sum();
    match counted.iter().find(|(_, people)| *people > 0 && people * 3 >= all * 2) {
        Some((place, _)) if place != ELSEWHERE && is_shown(counted) => {
            format!(", most of them from {place}")
        }
        _ => String::new(),
    }
}

fn is_shown(counted: &[(String, u64)]) -> bool {
    let numbers: Vec<u64> = counted.iter().map(|(_, people)| *people).collect();
    disclosure::split(&numbers).parts.iter().all(|part| matches!(part, Shown::Number(_)))
}

/// Whether most of the supporters of the second topic already had the first one, where that may be
/// said. Numbers that everyone can read decide this, so silence gives nothing away. For later
/// topics nobody can read how many people in a place have a topic, so nothing is said about them.
fn had_the_first(
    second: &Chosen,
    counted: &[(String, u64)],
    first: &[(String, u64)],
) -> &'static str {
    let heard =
        |place: &str| first.iter().find(|(name, _)| name == place).map_or(0, |(_, people)| *people);
    let places: Vec<Place> = counted
        .iter()
        .map(|(place, people)| Place { supporters: *people, heard: heard(place) })
        .collect();
    if !is_shown(counted) || !is_shown(first) || !may_compare(&places) {
        ""
    } else if second.new * 2 > second.supporters {
        " Most of them had no topic on the list yet, so they are heard too."
    } else {
        " At least half of them already had a topic on the list."
    }
}

/// One place: how many there support a topic, and how many already have one on the list. How many
/// are both is not shown.
#[derive(Clone, Copy, Debug)]
struct Place {
    supporters: u64,
    heard: u64,
}

/// Whether we may say if fewer than half of the supporters, or at least half, already had a topic.
/// We may where neither answer narrows down a number of people below ten (those who are both, or
/// only one of the two, in a place or in all), for a reader who knows all other numbers of each
/// place.
fn may_compare(places: &[Place]) -> bool {
    let both_at_most = |place: &Place| place.supporters.min(place.heard);
    let all = Place {
        supporters: places.iter().map(|place| place.supporters).sum(),
        heard: places.iter().map(|place| place.heard).sum(),
    };
    let most: u64 = places.iter().map(both_at_most).sum();
    // "Fewer than half had one" says that no more than this many are both.
    let fewer = all.supporters.saturating_sub(1) / 2;
    if most <= fewer {
        // Everyone can see that from the numbers of the places.
        return true;
    }
    let narrows = |least: u64| (2..SMALLEST_SHOWN).contains(&least);
    let is_narrowed = |place: &Place, most_here: u64, most_elsewhere: u64| {
        let upper = fewer < most_here
            && (fewer + 1 < SMALLEST_SHOWN
                || narrows(place.supporters.saturating_sub(fewer))
                || narrows(place.heard.saturating_sub(fewer)));
        let least = (fewer + 1).saturating_sub(most_elsewhere);
        let lower = least > 0
            && (narrows(least)
                || place.supporters.saturating_sub(least) + 1 < SMALLEST_SHOWN
                || place.heard.saturating_sub(least) + 1 < SMALLEST_SHOWN);
        upper || lower
    };
    !is_narrowed(&all, most, 0)
        && places
            .iter()
            .all(|place| !is_narrowed(place, both_at_most(place), most - both_at_most(place)))
}

fn ordinal(position: usize) -> String {
    const WORDS: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    position
        .checked_sub(1)
        .and_then(|index| WORDS.get(index))
        .map_or_else(|| format!("as number {position}"), |word| (*word).to_owned())
}

/// What a simple count would have chosen: the `seats` topics, by their index, with most supporters,
/// in the order they were proposed, which gives away nothing about how they compare. Ties go to the
/// topic proposed first.
#[must_use]
pub fn plain_count(tallies: &[Tally], seats: usize) -> BTreeSet<usize> {
    let supporters =
        |index: &usize| tallies[*index].counted.iter().map(|(_, people)| people).sum::<u64>();
    let mut topics: Vec<usize> = (0..tallies.len()).filter(|index| supporters(index) > 0).collect();
    topics.sort_by_key(|index| Reverse(supporters(index)));
    topics.into_iter().take(seats).collect()
}

/// The shortlist as the forum confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub topics: Vec<Id<Topic>>,
    /// Why they differ from the count; empty where they don't.
    pub reason: String,
}

/// Reads the confirmed list from what was sent. `counted` are the topics the count chose,
/// `there_are` all those in the round.
///
/// # Errors
/// What to put right.
pub fn confirmation(
    sent: &Sent,
    counted: &[Id<Topic>],
    there_are: &[Id<Topic>],
    seats: usize,
) -> Result<Confirmation, Refusals> {
    let topics: Vec<Id<Topic>> = sent.all("topics").into_iter().map(Id::from).collect();
    let mut refusals = Refusals::default();
    if topics.is_empty() {
        refusals.add("topics", "Choose the topics that should be planned");
    } else if topics.iter().any(|topic| !there_are.contains(topic)) {
        refusals.add("topics", "Choose again. One of those isn't in this round");
    } else if topics.len() > seats {
        refusals
            .add("topics", format!("Choose {seats} topics or fewer. You chose {}", topics.len()));
    }
    let departs = BTreeSet::from_iter(&topics) != BTreeSet::from_iter(counted);
    let reason = forms::prose(sent.typed("reason"));
    let reason = if departs {
        let what_to_do = "Say why the list is different from the count. Everyone can read it";
        match forms::within(reason, LONGEST_REASON, what_to_do) {
            Ok(reason) if reason.chars().count() < SHORTEST_REASON => {
                refusals.add(
                    "reason",
                    format!("Say a little more about why: at least {SHORTEST_REASON} characters"),
                );
                None
            }
            reason => refusals.take("reason", reason),
        }
    } else {
        Some(String::new())
    };
    match reason {
        Some(reason) if refusals.is_empty() => Ok(Confirmation { topics, reason }),
        _ => Err(refusals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 3] = ["North Sefton", "South Sefton", "East Sefton"];

    fn by_place(people: &[u64]) -> Vec<(String, u64)> {
        NAMES.map(str::to_owned).into_iter().zip(people.iter().copied()).collect()
    }

    /// The reasons for topics given as their supporters by place and how many of them have no topic
    /// yet.
    fn said(topics: &[(&[u64], u64)]) -> Vec<String> {
        let (mut list, mut tallies) = (Vec::new(), Vec::new());
        for (index, (supporters, new)) in topics.iter().enumerate() {
            let topic_id = Id::<Topic>::from(format!("topic {index}"));
            tallies.push(Tally {
                topic_id: topic_id.clone(),
                counted: by_place(supporters),
                ..Tally::default()
            });
            let (position, supporters) = (index + 1, supporters.iter().sum());
            list.push(Chosen { topic_id, title: String::new(), position, supporters, new: *new });
        }
        reasons(&list, &tallies)
    }

    #[test]
    fn a_reason_says_how_many_where_most_of_them_live_and_whether_most_had_no_topic_yet() {
        let said = said(&[(&[12, 71], 83), (&[60, 14], 70), (&[50, 90], 0)]);
        assert_eq!(
            said[0],
            "Chosen first. 83 parents supported it, most of them from South Sefton."
        );
        assert_eq!(
            said[1],
            "Chosen second. 74 parents supported it, most of them from North Sefton. Most of them \
             had no topic on the list yet, so they are heard too."
        );
        assert_eq!(said[2], "Chosen third. 140 parents supported it.");
        assert!(ordinal(12) == "as number 12");
    }

    #[test]
    fn a_reason_says_why_a_topic_with_more_supporters_was_not_chosen() {
        let tally = |id: &str, people: u64| Tally {
            topic_id: Id::from(id),
            title: format!("The {id}"),
            counted: by_place(&[people / 2, people - people / 2]),
            ..Tally::default()
        };
        let chosen = |id: &str, position, supporters| Chosen {
            topic_id: Id::from(id),
            title: String::new(),
            position,
            supporters,
            new: 0,
        };
        let list = [chosen("bus", 1, 12), chosen("club", 2, 10), chosen("form", 3, 4)];
        let mut tallies =
            vec![tally("bus", 12), tally("club", 10), tally("form", 4), tally("tram", 11)];
        let said = reasons(&list, &tallies);
        assert_eq!(said[0], "Chosen first. 12 parents supported it.");
        let two = "Chosen second. 10 parents supported it. More parents supported “The tram”, but \
                   some of them had already used part of their say on the topic above.";
        assert_eq!(said[1], two);
        let three = "More parents supported “The tram”, but some of them had already used part of \
                     their say on topics above.";
        assert_eq!(said[2], format!("Chosen third. Fewer than 10 parents supported it. {three}"));
        tallies.push(tally("train", 11));
        assert!(reasons(&list, &tallies)[1].contains("supported some topics that were not chosen"));
        // Nobody can see that nine are more than four.
        let few = [tally("bus", 12), tally("club", 10), tally("form", 4), tally("tram", 9)];
        assert_eq!(reasons(&list, &few)[2], "Chosen third. Fewer than 10 parents supported it.");
    }

    #[test]
    fn a_reason_gives_no_small_number_away() {
        let few = said(&[(&[9, 0], 9), (&[9, 51], 60)]);
        assert_eq!(few[0], "Chosen first. Fewer than 10 parents supported it.");
        assert_eq!(
            few[1], "Chosen second. 60 parents supported it.",
            "the table beside it hides a place"
        );
        let first_is_hidden = said(&[(&[9, 91], 100), (&[43, 40], 40)]);
        assert_eq!(
            first_is_hidden[1], "Chosen second. 83 parents supported it.",
            "anything more would give away the nine"
        );
        // Nobody in the north was heard, so that "most had a topic" would say how many in the south
        // are new.
        assert!(!may_compare(&[
            Place { supporters: 12, heard: 0 },
            Place { supporters: 18, heard: 40 }
        ]));
    }

    proptest! {
        #[test]
        fn whether_most_had_a_topic_narrows_no_small_number(
            places in proptest::collection::vec((0_u64..45, 0_u64..45), 1..4),
        ) {
            let place = |(supporters, heard)| Place { supporters, heard };
            let places: Vec<Place> = places.into_iter().map(place).collect();
            if may_compare(&places) {
                let [before, no, yes] = what_could_be(&places);
                for (answer, could_be) in [("no", no), ("yes", yes)] {
                    for (cell, (could, before)) in could_be.iter().zip(&before).enumerate() {
                        prop_assert!(
                            small(could).is_empty() || small(could) == small(before),
                            "{places:?}: cell {cell}, {answer}: {could:?} of {before:?}"
                        );
                    }
                }
            }
        }
    }

    fn small(numbers: &BTreeSet<u64>) -> Vec<u64> {
        numbers.iter().copied().filter(|number| (1..10).contains(number)).collect()
    }

    /// Every number each cell could be, for a reader who was told nothing, that fewer than half had
    /// a topic, or that at least half had: by trying all of them.
    fn what_could_be(places: &[Place]) -> [Vec<BTreeSet<u64>>; 3] {
        let supporters: u64 = places.iter().map(|place| place.supporters).sum();
        let heard: u64 = places.iter().map(|place| place.heard).sum();
        let mut could_be = [const { Vec::new() }; 3]
            .map(|_: Vec<BTreeSet<u64>>| vec![BTreeSet::new(); 3 * places.len() + 3]);
        let mut tables: Vec<Vec<u64>> = vec![Vec::new()];
        for place in places {
            let most = place.supporters.min(place.heard);
            tables = tables
                .into_iter()
                .flat_map(|table| (0..=most).map(move |both| [&table[..], &[both]].concat()))
                .collect();
        }
        for table in tables {
            let all: u64 = table.iter().sum();
            let cells = places
                .iter()
                .zip(&table)
                .flat_map(|(place, both)| [*both, place.supporters - both, place.heard - both]);
            let cells: Vec<u64> = cells.chain([all, supporters - all, heard - all]).collect();
            for told in [0, if all * 2 < supporters { 1 } else { 2 }] {
                cells
                    .iter()
                    .zip(&mut could_be[told])
                    .for_each(|(cell, could)| _ = could.insert(*cell));
            }
        }
        could_be
    }

    #[test]
    fn the_plain_count_takes_the_most_supported_and_breaks_ties_by_who_was_proposed_first() {
        let tallies: Vec<Tally> = [5, 9, 0, 9, 5]
            .map(|people| Tally { counted: vec![("North".to_owned(), people)], ..Tally::default() })
            .to_vec();
        assert_eq!(plain_count(&tallies, 3), [0, 1, 3].into());
        assert_eq!(plain_count(&tallies, 9), [0, 1, 3, 4].into());
    }

    #[test]
    fn the_forum_may_depart_from_the_count_only_with_a_reason() {
        let ids = ["a", "b", "c"].map(Id::from);
        let confirm = |body: &str| confirmation(&Sent::read(body.as_bytes()), &ids[..2], &ids, 2);
        assert_eq!(confirm("topics=b&topics=a&reason=ignored").expect("as counted").reason, "");
        assert!(confirm("topics=a&topics=c").expect_err("no reason").about("reason").is_some());
        assert!(
            confirm("topics=a&topics=c&reason=because")
                .expect_err("too short")
                .about("reason")
                .is_some()
        );
        let reason = "The council has begun to plan the other one with parents already.";
        assert_eq!(
            confirm(&format!("topics=a&topics=c&reason={reason}")).expect("a reason").reason,
            reason
        );
        assert!(confirm("reason=none").expect_err("nothing chosen").about("topics").is_some());
        assert!(confirm("topics=a&topics=x").expect_err("unknown").about("topics").is_some());
        assert!(
            confirm("topics=a&topics=b&topics=c").expect_err("too many").about("topics").is_some()
        );
    }
}
