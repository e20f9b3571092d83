//! Why a topic is on the shortlist, in plain words, and what the forum may make of the list. Pure.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::disclosure::{self, Shown};
use crate::forms::{self, Refusals, Sent};
use crate::rounds::store::Tally;

/// The shortest reason for departing from the count, in characters.
pub const SHORTEST_REASON: usize = 30;
const LONGEST_REASON: usize = 2_000;

/// A topic on the shortlist, with the true numbers behind it: only for [`reason`] to put into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The topic.
    pub topic_id: String,
    /// Its title.
    pub title: String,
    /// Its place on the list, from 1.
    pub position: usize,
    /// Whether its supporters had the say for it, and it was not filled up.
    pub is_paid: bool,
    /// How many support it.
    pub supporters: u64,
    /// How many of them had no topic on the list yet.
    pub unrepresented: u64,
    /// Those, place by place.
    pub by_place: Vec<(String, u64)>,
}

/// Why a topic is on the list, two or three sentences, none of which gives a small number away. `counted` are its
/// supporters by place, as the table beside it shows them.
#[must_use]
pub fn reason(chosen: &Chosen, counted: &[(String, u64)]) -> String {
    let mostly = |chosen: &Chosen| mostly(chosen, counted);
    let split = disclosure::split(&[chosen.unrepresented, chosen.supporters - chosen.unrepresented]);
    let who = match (split.total, split.parts[0]) {
        (Shown::Number(all), Shown::Number(none)) if all == none && chosen.position > 1 => {
            format!("{all} parents supported it, none of whom had a topic on the list yet{}", mostly(chosen))
        }
        (Shown::Number(all), Shown::Number(0)) => format!("{all} parents supported it. Each of them had a topic on the list already"),
        (Shown::Number(all), Shown::Number(none)) if chosen.position > 1 => {
            format!("{all} parents supported it. {none} of them had no topic on the list yet{}", mostly(chosen))
        }
        (Shown::Number(all), _) => format!("{all} parents supported it{}", mostly(chosen)),
        _ => "Fewer than 10 parents supported it".to_owned(),
    };
    let why = match (chosen.is_paid, chosen.position) {
        (true, 1) => "Together they needed the smallest part of their say for it.",
        (true, _) => "Of the topics left, it needed the smallest part of its supporters’ say.",
        (false, _) => "No group had enough say left for a place. The supporters of this one had been heard least.",
    };
    format!("Chosen {}. {who}. {why}", ordinal(chosen.position))
}

/// From where most of those without a topic are; only where the numbers of all places could be shown, and those of all
/// supporters are, so that nothing is said of what the table hides.
fn mostly(chosen: &Chosen, counted: &[(String, u64)]) -> String {
    let is_shown = |people: &[(String, u64)]| {
        let numbers: Vec<u64> = people.iter().map(|(_, people)| *people).collect();
        disclosure::split(&numbers).parts.iter().all(|part| matches!(part, Shown::Number(_)))
    };
    let all_can_be_shown = is_shown(&chosen.by_place) && is_shown(counted);
    let most = chosen.by_place.iter().find(|(_, people)| people * 3 >= chosen.unrepresented * 2);
    match most {
        Some((place, people)) if all_can_be_shown && *people > 0 => format!(", most of them from {place}"),
        _ => String::new(),
    }
}

fn ordinal(position: usize) -> String {
    const WORDS: [&str; 10] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    position.checked_sub(1).and_then(|index| WORDS.get(index)).map_or_else(|| format!("as number {position}"), |word| (*word).to_owned())
}

/// What a plain count would have chosen: the `seats` topics, by their index, with most supporters, in the order they were
/// proposed, so that nothing is told of how they compare. Ties go to the topic proposed first.
#[must_use]
pub fn plain_count(tallies: &[Tally], seats: usize) -> BTreeSet<usize> {
    let supporters = |index: &usize| tallies[*index].counted.iter().map(|(_, people)| people).sum::<u64>();
    let mut topics: Vec<usize> = (0..tallies.len()).filter(|index| supporters(index) > 0).collect();
    topics.sort_by_key(|index| Reverse(supporters(index)));
    topics.into_iter().take(seats).collect()
}

/// The forum's word on a shortlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The topics that are to be planned.
    pub topics: Vec<String>,
    /// Why they are not those the count chose; empty where they are.
    pub reason: String,
}

/// Reads the forum's word from what was sent. `counted` are the topics the count chose, `there_are` all of the round.
///
/// # Errors
/// What to put right.
pub fn confirmation(sent: &Sent, counted: &[String], there_are: &[String], seats: usize) -> Result<Confirmation, Refusals> {
    let topics = sent.all("topics");
    let mut refusals = Refusals::default();
    if topics.is_empty() {
        refusals.add("topics", "Choose the topics that are to be planned");
    } else if topics.iter().any(|topic| !there_are.contains(topic)) {
        refusals.add("topics", "Choose again. One of those is not in this round");
    } else if topics.len() > seats {
        refusals.add("topics", format!("Choose {seats} topics or fewer. You chose {}", topics.len()));
    }
    let departs = BTreeSet::from_iter(&topics) != BTreeSet::from_iter(counted);
    let reason = forms::prose(sent.typed("reason"));
    let reason = if departs {
        let what_to_do = "Say why the list is not what was counted. Everyone can read it";
        match forms::within(reason, LONGEST_REASON, what_to_do) {
            Ok(reason) if reason.chars().count() < SHORTEST_REASON => {
                refusals.add("reason", format!("Say a little more about why: {SHORTEST_REASON} characters or more"));
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

    fn chosen(position: usize, supporters: u64, by_place: &[u64]) -> Chosen {
        let names = ["North Sefton", "South Sefton"].map(str::to_owned);
        let by_place: Vec<_> = names.into_iter().zip(by_place.iter().copied()).collect();
        let unrepresented = by_place.iter().map(|(_, people)| people).sum();
        Chosen { topic_id: "t".into(), title: "Buses".into(), position, is_paid: true, supporters, unrepresented, by_place }
    }

    /// With supporters whose numbers can be shown for each place.
    fn said(chosen: &Chosen) -> String {
        reason(chosen, &[("North Sefton".to_owned(), 40), ("South Sefton".to_owned(), 60)])
    }

    #[test]
    fn a_reason_says_how_many_had_no_topic_yet_and_where_most_of_them_live() {
        assert!(said(&chosen(4, 83, &[12, 51])).starts_with(
            "Chosen fourth. 83 parents supported it. 63 of them had no topic on the list yet, most of them from South Sefton."
        ));
        assert!(said(&chosen(1, 83, &[41, 42])).starts_with("Chosen first. 83 parents supported it. Together"));
        assert!(said(&chosen(2, 40, &[0, 0])).contains("Each of them had a topic on the list already"));
        assert!(said(&chosen(12, 30, &[15, 15])).starts_with("Chosen as number 12. 30 parents supported it, none of whom"));
    }

    #[test]
    fn a_reason_gives_no_small_number_away() {
        // Nine had none yet; or all but nine had none; or most are from one place and nine from the other.
        for chosen in [chosen(2, 50, &[4, 5]), chosen(2, 50, &[20, 21])] {
            let said = said(&chosen);
            assert!(said.starts_with("Chosen second. 50 parents supported it. Of"), "{said}");
        }
        assert!(!said(&chosen(2, 60, &[9, 40])).contains("most of them"));
        let hidden = [("North Sefton".to_owned(), 9), ("South Sefton".to_owned(), 51)];
        assert!(!reason(&chosen(2, 60, &[0, 40]), &hidden).contains("most of them"), "the table beside it hides a place");
        assert!(said(&chosen(3, 9, &[9, 0])).contains("Fewer than 10 parents supported it"));
    }

    #[test]
    fn the_plain_count_takes_the_most_supported_and_breaks_ties_by_who_was_proposed_first() {
        let tallies: Vec<Tally> =
            [5, 9, 0, 9, 5].map(|people| Tally { counted: vec![("North".to_owned(), people)], ..Tally::default() }).to_vec();
        assert_eq!(plain_count(&tallies, 3), [0, 1, 3].into());
        assert_eq!(plain_count(&tallies, 9), [0, 1, 3, 4].into());
    }

    #[test]
    fn the_forum_may_depart_from_the_count_only_with_a_reason() {
        let ids = ["a", "b", "c"].map(str::to_owned);
        let confirm = |body: &str| confirmation(&Sent::read(body.as_bytes()), &ids[..2], &ids, 2);
        assert_eq!(confirm("topics=b&topics=a&reason=ignored").expect("as counted").reason, "");
        assert!(confirm("topics=a&topics=c").expect_err("no reason").about("reason").is_some());
        assert!(confirm("topics=a&topics=c&reason=because").expect_err("too short").about("reason").is_some());
        let reason = "The council has begun to plan the other one with parents already.";
        assert_eq!(confirm(&format!("topics=a&topics=c&reason={reason}")).expect("a reason").reason, reason);
        assert!(confirm("reason=none").expect_err("nothing chosen").about("topics").is_some());
        assert!(confirm("topics=a&topics=x").expect_err("unknown").about("topics").is_some());
        assert!(confirm("topics=a&topics=b&topics=c").expect_err("too many").about("topics").is_some());
    }
}
