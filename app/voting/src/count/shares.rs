//! The steps of the count. Money is counted in whole coins, and the coin is made finer at each
//! purchase, so that every share is a whole number of coins: no rounding, and no fractions to
//! reduce for each voter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;

use super::{Choice, CountPhase, Election, People};

/// Chooses by equal shares, then on credit.
pub(super) fn choose(election: &Election, seats: usize) -> Vec<Choice> {
    let mut count = Count::begin(election, seats);
    let mut chosen = Vec::new();
    for phase in [CountPhase::Shares, CountPhase::Credit] {
        count.go_on(phase, seats, &mut chosen);
    }
    chosen
}

/// How far the count has got.
pub(super) struct Count {
    /// How many coins a topic costs.
    cost: BigInt,
    /// The different amounts that people have, in coins, rising. A debt is less than zero.
    purses: Vec<BigInt>,
    blocs: Vec<Bloc>,
    /// Which blocs support each topic.
    supporters: Vec<Vec<u32>>,
    groups: usize,
}

/// People who gave the same ballot in the same group: whatever happens to one happens to all.
struct Bloc {
    people: u64,
    group: u16,
    /// Which of the purses is theirs.
    purse: usize,
    /// Whether they support a topic that is chosen.
    represented: bool,
}

/// What a topic asked of its supporters when this was last worked out. Lower prices come first, and
/// at the same price lower numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Offer {
    price: BigRational,
    topic: usize,
    /// How many topics were chosen then.
    chosen: usize,
}

impl Count {
    /// Everyone gets `money` divided by the number of voters.
    pub(super) fn begin(election: &Election, money: usize) -> Self {
        let blocs = election.ballots.iter().map(|((_, group), &people)| Bloc {
            people,
            group: *group,
            purse: 0,
            represented: false,
        });
        let mut sizes = vec![0; election.supporters.len()];
        for topic in election.ballots.keys().flat_map(|(ballot, _)| ballot) {
            sizes[*topic as usize] += 1;
        }
        let mut supporters: Vec<_> = sizes.into_iter().map(Vec::with_capacity).collect();
        for (bloc, (ballot, _)) in (0..).zip(election.ballots.keys()) {
            for &topic in ballot {
                supporters[topic as usize].push(bloc);
            }
        }
        Self {
            cost: election.voters.into(),
            purses: vec![money.into()],
            blocs: blocs.collect(),
            supporters,
            groups: election.groups,
        }
    }

    /// Chooses topics until there are `seats`, or this phase has no more to choose.
    ///
    /// A topic's price never falls while the count goes on, so an old price is a lower bound: only
    /// the topic that seems cheapest is priced again, until one stays the cheapest. In the first
    /// phase purses only shrink. In the second nobody's debt shrinks either: it begins when no
    /// supporters have enough together, so each price is above nothing, hence above every debt
    /// there is, and each later price is at least the last one paid.
    pub(super) fn go_on(&mut self, phase: CountPhase, seats: usize, chosen: &mut Vec<Choice>) {
        let mut done = vec![false; self.supporters.len()];
        for choice in chosen.iter() {
            done[choice.topic] = true;
        }
        let open = (0..self.supporters.len()).filter(|&topic| !done[topic]);
        let mut offers: BinaryHeap<_> =
            open.filter_map(|topic| self.offer(phase, topic, chosen.len())).map(Reverse).collect();
        while chosen.len() < seats
            && let Some(Reverse(cheapest)) = offers.pop()
        {
            if cheapest.chosen == chosen.len() {
                chosen.push(self.buy(phase, cheapest));
            } else {
                offers.extend(self.offer(phase, cheapest.topic, chosen.len()).map(Reverse));
            }
        }
    }

    fn offer(&self, phase: CountPhase, topic: usize, chosen: usize) -> Option<Offer> {
        if self.supporters[topic].is_empty() {
            return None;
        }
        let price = match phase {
            CountPhase::Shares => self.share(topic)?,
            CountPhase::Credit => self.debt(topic),
        };
        Some(Offer { price, topic, chosen })
    }

    /// The least share with which the supporters can pay for a topic, each giving it or all they
    /// have.
    fn share(&self, topic: usize) -> Option<BigRational> {
        let people = self.people_by_purse(topic);
        let mut payers: u64 = people.iter().sum();
        let mut rest = self.cost.clone();
        // Setting aside people who cannot pay the share only raises it: a purse below `sure` need
        // not be asked.
        let mut sure = BigInt::ZERO;
        for (purse, people) in self.purses.iter().zip(people).filter(|&(_, people)| people > 0) {
            if *purse >= sure {
                if purse * payers >= rest {
                    return Some(BigRational::new(rest, &self.cost * payers));
                }
                sure = &rest / payers;
            }
            take(&mut rest, purse, people);
            payers -= people;
        }
        None
    }

    /// The debt that the supporters would all be left with if they bought a topic together.
    fn debt(&self, topic: usize) -> BigRational {
        let people = self.people_by_purse(topic);
        let supporters: u64 = people.iter().sum();
        let mut lacking = self.cost.clone();
        for (purse, people) in self.purses.iter().zip(people).filter(|&(_, people)| people > 0) {
            take(&mut lacking, purse, people);
        }
        BigRational::new(lacking, &self.cost * supporters)
    }

    fn people_by_purse(&self, topic: usize) -> Vec<u64> {
        let mut people = vec![0; self.purses.len()];
        for &bloc in &self.supporters[topic] {
            let bloc = &self.blocs[bloc as usize];
            people[bloc.purse] += bloc.people;
        }
        people
    }

    fn buy(&mut self, phase: CountPhase, Offer { price, topic, .. }: Offer) -> Choice {
        self.pay(phase, topic, &price);
        let [mut supporters, mut unrepresented] =
            [(); 2].map(|()| People { all: 0, by_group: vec![0; self.groups] });
        for &bloc in &self.supporters[topic] {
            let bloc = &mut self.blocs[bloc as usize];
            supporters.add(bloc);
            if !std::mem::replace(&mut bloc.represented, true) {
                unrepresented.add(bloc);
            }
        }
        Choice { topic, phase, price, supporters, unrepresented }
    }

    /// Takes the price from the supporters, and sorts everyone's purses again.
    fn pay(&mut self, phase: CountPhase, topic: usize, price: &BigRational) {
        let price = self.in_coins(price);
        let left = |purse: &BigInt| match phase {
            CountPhase::Shares => (purse - &price).max(BigInt::ZERO),
            CountPhase::Credit => -&price,
        };
        let mut buys = vec![false; self.blocs.len()];
        for &bloc in &self.supporters[topic] {
            buys[bloc as usize] = true;
        }
        // Each old purse can become two: for those who buy, and for those who don't.
        let mut after = vec![[None, None]; self.purses.len()];
        for (bloc, &buys) in self.blocs.iter().zip(&buys) {
            let purse = &self.purses[bloc.purse];
            after[bloc.purse][usize::from(buys)]
                .get_or_insert_with(|| if buys { left(purse) } else { purse.clone() });
        }
        let mut purses: Vec<BigInt> = after.iter().flatten().flatten().cloned().collect();
        purses.sort_unstable();
        purses.dedup();
        let place = |amount: Option<BigInt>| {
            amount.map_or(0, |amount| purses.partition_point(|purse| *purse < amount))
        };
        let places: Vec<_> = after.into_iter().map(|amounts| amounts.map(place)).collect();
        for (bloc, &buys) in self.blocs.iter_mut().zip(&buys) {
            bloc.purse = places[bloc.purse][usize::from(buys)];
        }
        self.purses = purses;
    }

    /// Makes the coin so fine that the price is a whole number of coins.
    fn in_coins(&mut self, price: &BigRational) -> BigInt {
        let cost = self.cost.lcm(price.denom());
        let finer = &cost / &self.cost;
        for purse in &mut self.purses {
            *purse *= &finer;
        }
        self.cost = cost;
        price.numer() * (&self.cost / price.denom())
    }
}

/// Takes what these people have from a sum. Most amounts are one person's in a large count.
fn take(sum: &mut BigInt, purse: &BigInt, people: u64) {
    if people == 1 { *sum -= purse } else { *sum -= purse * people }
}

impl People {
    fn add(&mut self, bloc: &Bloc) {
        self.all += bloc.people;
        self.by_group[usize::from(bloc.group)] += bloc.people;
    }
}
