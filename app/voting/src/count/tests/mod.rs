//! What the count promises, on elections large enough to break it and small enough to check.

mod examples;
mod naive;

use std::collections::BTreeSet;

use num_bigint::BigInt;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;

/// One ballot a voter, empty ones too.
type Ballots = Vec<BTreeSet<usize>>;

const TOPICS: usize = 7;

fn election(topics: usize, ballots: &[BTreeSet<usize>]) -> Election {
    let mut election = Election::new(topics);
    for ballot in ballots {
        election.add(ballot.iter().copied()).expect("topics of the election");
    }
    election
}

fn topics_of(choices: &[Choice]) -> Vec<usize> {
    choices.iter().map(|choice| choice.topic).collect()
}

fn first_phase(choices: &[Choice]) -> Vec<usize> {
    choices
        .iter()
        .filter(|choice| choice.phase == CountPhase::Shares)
        .map(|choice| choice.topic)
        .collect()
}

/// Small elections: loose ones, and ones of a few camps, where fairness has something to do.
fn ballots() -> impl Strategy<Value = Ballots> {
    let loose = vec(btree_set(0..TOPICS, 0..=4), 0..=12);
    let camps = vec((btree_set(0..TOPICS, 1..=4), 1..=6_usize), 1..=4).prop_map(|camps| {
        camps.into_iter().flat_map(|(ballot, people)| std::iter::repeat_n(ballot, people)).collect()
    });
    prop_oneof![loose, camps]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn every_group_that_agrees_on_topics_gets_its_due_before_anything_is_on_credit(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let chosen = first_phase(&election(TOPICS, &ballots).equal_shares(seats));
        prop_assert_eq!(a_group_left_out(&ballots, seats, &chosen), None);
    }

    #[test]
    fn the_order_of_ballots_and_of_topics_on_them_does_not_matter(
        (ballots, shuffled) in ballots()
            .prop_flat_map(|ballots| (Just(ballots.clone()), Just(ballots).prop_shuffle())),
        seats in 0..=8_usize,
    ) {
        let mut other = Election::new(TOPICS);
        for ballot in &shuffled {
            other.add(ballot.iter().rev().copied()).expect("topics of the election");
        }
        prop_assert_eq!(election(TOPICS, &ballots).equal_shares(seats), other.equal_shares(seats));
    }

    #[test]
    fn counting_people_with_the_same_ballot_apart_changes_nothing_but_the_groups(
        voters in vec((btree_set(0..TOPICS, 0..=3), 0..4_u16), 0..=14),
        seats in 0..=8_usize,
    ) {
        let mut apart = Election::new(TOPICS);
        let mut together = Election::new(TOPICS);
        for (ballot, group) in &voters {
            apart.add_from(*group, ballot.iter().copied()).expect("topics of the election");
            together.add(ballot.iter().copied()).expect("topics of the election");
        }
        let as_one = |people: People| People {
            all: people.all,
            by_group: vec![people.by_group.iter().sum()],
        };
        let joined = apart.equal_shares(seats).into_iter().map(|choice| Choice {
            supporters: as_one(choice.supporters),
            unrepresented: as_one(choice.unrepresented),
            ..choice
        });
        prop_assert_eq!(joined.collect::<Vec<_>>(), together.equal_shares(seats));
    }

    #[test]
    fn a_second_count_voter_by_voter_and_topic_by_topic_agrees(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let choices = election(TOPICS, &ballots).equal_shares(seats);
        let told = |choice: &Choice| (choice.topic, choice.phase, choice.price.clone());
        let told: Vec<_> = choices.iter().map(told).collect();
        prop_assert_eq!(told, naive::choose(TOPICS, &ballots, seats));
    }

    #[test]
    fn plain_sequential_phragmen_agrees_with_a_second_count_too(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let mut chosen = Vec::new();
        let mut count = shares::Count::begin(&election(TOPICS, &ballots), 0);
        count.go_on(CountPhase::Credit, seats, &mut chosen);
        let told = |choice: &Choice| (choice.topic, choice.price.clone());
        let told: Vec<_> = chosen.iter().map(told).collect();
        prop_assert_eq!(told, naive::phragmen(TOPICS, &ballots, seats));
    }

    #[test]
    fn each_phase_asks_no_less_than_before_and_credit_comes_last(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let choices = election(TOPICS, &ballots).equal_shares(seats);
        for (before, after) in choices.iter().zip(choices.iter().skip(1)) {
            prop_assert!(before.phase != after.phase || before.price <= after.price);
            prop_assert!(before.phase == CountPhase::Shares || after.phase == CountPhase::Credit);
        }
        let nothing = BigRational::from_integer(0.into());
        prop_assert!(choices.iter().all(|choice| choice.price > nothing));
    }

    #[test]
    fn what_everybody_pays_in_the_first_phase_is_one_for_each_topic_and_never_more_than_there_is(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let election = election(TOPICS, &ballots);
        let choices = election.equal_shares(seats);
        let bought = first_phase(&choices).len();
        prop_assert!(bought <= seats);
        // Replayed with the prices alone: each pays the price or all they have, 1 in all each time.
        let money = || BigRational::new(BigInt::from(seats), BigInt::from(election.voters()));
        let voters = ballots.iter().filter(|ballot| !ballot.is_empty());
        let mut purses: Vec<_> = voters.map(|ballot| (ballot, money())).collect();
        for choice in &choices[..bought] {
            let mut paid = BigRational::from_integer(0.into());
            let supports = |(ballot, _): &&mut (&BTreeSet<usize>, BigRational)| {
                ballot.contains(&choice.topic)
            };
            for (_, purse) in purses.iter_mut().filter(supports) {
                let part = choice.price.clone().min(purse.clone());
                *purse -= &part;
                paid += part;
            }
            prop_assert_eq!(paid, BigRational::from_integer(1.into()));
        }
    }

    #[test]
    fn the_shortlist_is_as_long_as_can_be_without_a_topic_twice_or_one_that_nobody_supports(
        ballots in ballots(), seats in 0..=9_usize,
    ) {
        let election = election(TOPICS, &ballots);
        let supported: BTreeSet<usize> = ballots.iter().flatten().copied().collect();
        for list in [topics_of(&election.equal_shares(seats)), election.plain_count(seats)] {
            prop_assert_eq!(list.len(), seats.min(supported.len()));
            let different: BTreeSet<usize> = list.into_iter().collect();
            prop_assert_eq!(different.len(), seats.min(supported.len()));
            prop_assert!(different.is_subset(&supported));
        }
    }

    #[test]
    fn each_choice_tells_how_many_supported_it_and_how_many_of_them_had_none_yet(
        ballots in ballots(), seats in 0..=8_usize,
    ) {
        let mut chosen = BTreeSet::new();
        for choice in election(TOPICS, &ballots).equal_shares(seats) {
            let supporters = || ballots.iter().filter(|ballot| ballot.contains(&choice.topic));
            let without = supporters().filter(|ballot| ballot.is_disjoint(&chosen)).count() as u64;
            let all = supporters().count() as u64;
            prop_assert_eq!((choice.supporters.all, choice.unrepresented.all), (all, without));
            chosen.insert(choice.topic);
        }
    }

    #[test]
    fn no_number_of_seats_or_of_topics_is_too_large(ballots in ballots(), seats in any::<usize>()) {
        let supported: BTreeSet<usize> = ballots.iter().flatten().copied().collect();
        let chosen = election(usize::MAX, &ballots).equal_shares(seats);
        prop_assert_eq!(chosen.len(), seats.min(supported.len()));
    }
}

/// A set of topics whose supporters are owed as many as it has, while too few of them have that
/// many chosen: extended justified representation (Aziz et al. 2017), tried on every set of topics.
fn a_group_left_out(
    ballots: &[BTreeSet<usize>],
    seats: usize,
    chosen: &[usize],
) -> Option<BTreeSet<usize>> {
    let voters = ballots.iter().filter(|ballot| !ballot.is_empty()).count();
    let sets = (1_u32..1 << TOPICS)
        .map(|set| (0..TOPICS).filter(|topic| set & (1 << topic) != 0).collect::<BTreeSet<_>>());
    sets.filter(|set| set.len() <= seats).find(|set| {
        let agree = ballots.iter().filter(|ballot| ballot.is_superset(set));
        let poor = agree
            .filter(|ballot| {
                chosen.iter().filter(|topic| ballot.contains(topic)).count() < set.len()
            })
            .count();
        poor > 0 && poor * seats >= set.len() * voters
    })
}

#[test]
fn a_plain_count_leaves_a_group_out_that_equal_shares_do_not() {
    let ballots: Ballots = [vec![[0, 1, 2, 3].into(); 6], vec![[4, 5, 6].into(); 4]].concat();
    let election = election(TOPICS, &ballots);
    assert!(a_group_left_out(&ballots, 4, &election.plain_count(4)).is_some());
    assert_eq!(a_group_left_out(&ballots, 4, &first_phase(&election.equal_shares(4))), None);
}

#[test]
fn ties_go_to_the_topic_proposed_first_in_both_phases_and_in_the_plain_count() {
    let election = election(4, &[[3].into(), [1].into(), [2].into()]);
    assert_eq!(first_phase(&election.equal_shares(3)), [1, 2, 3]);
    let choices = election.equal_shares(2);
    assert_eq!((topics_of(&choices), first_phase(&choices)), (vec![1, 2], vec![]));
    assert_eq!(election.plain_count(2), [1, 2]);
}

#[test]
fn no_seats_no_ballots_and_empty_ballots_choose_nothing() {
    assert_eq!(election(3, &[[0].into()]).equal_shares(0), []);
    assert_eq!(election(3, &[]).equal_shares(2), []);
    let blank = election(3, &[[].into(), [].into()]);
    assert_eq!((blank.voters(), blank.equal_shares(2), blank.plain_count(2)), (0, vec![], vec![]));
}

#[test]
fn a_topic_named_twice_on_a_ballot_counts_once() {
    let mut election = Election::new(2);
    election.add([1, 1, 0, 1]).expect("topics");
    assert_eq!((election.voters(), election.supporters(0), election.supporters(1)), (1, 1, 1));
}

#[test]
fn a_ballot_with_an_unknown_topic_is_refused_whole() {
    let mut election = Election::new(2);
    assert_eq!(election.add([0, 2]), Err(UnknownTopic { topic: 2, topics: 2 }));
    assert_eq!((election.voters(), election.supporters(0), election.supporters(9)), (0, 0, 0));
    assert!(Election::new(usize::MAX).add([usize::MAX - 1]).is_err());
}

#[test]
fn supporters_and_those_without_a_chosen_topic_are_told_by_group() {
    let mut election = Election::new(2);
    for (group, ballot) in
        [(0, vec![0]), (2, vec![0]), (2, vec![0, 1]), (2, vec![0, 1]), (1, vec![1])]
    {
        election.add_from(group, ballot).expect("topics");
    }
    let choices = election.equal_shares(2);
    assert_eq!(topics_of(&choices), [0, 1]);
    assert_eq!(choices[0].unrepresented, People { all: 4, by_group: vec![1, 0, 3] });
    assert_eq!(choices[1].supporters, People { all: 3, by_group: vec![0, 1, 2] });
    assert_eq!(choices[1].unrepresented, People { all: 1, by_group: vec![0, 1, 0] });
}
