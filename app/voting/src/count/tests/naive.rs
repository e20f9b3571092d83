//! The same method a second time, as the papers describe it: one purse per voter, every topic at
//! every step, fractions throughout, and the share found by setting aside those who cannot pay it.

use super::*;

pub(super) fn choose(
    topics: usize,
    ballots: &[BTreeSet<usize>],
    seats: usize,
) -> Vec<(usize, CountPhase, BigRational)> {
    let voters: Vec<_> = ballots.iter().filter(|ballot| !ballot.is_empty()).collect();
    let mut left = vec![BigRational::from_integer(0.into()); voters.len()];
    for purse in &mut left {
        *purse = BigRational::new(seats.into(), voters.len().into());
    }
    let mut chosen: Vec<(usize, CountPhase, BigRational)> = Vec::new();
    while chosen.len() < seats {
        let prices = open(topics, &chosen, |topic| share(&of(topic, &voters, &left)));
        let Some((price, topic)) = prices.into_iter().min() else { break };
        for (purse, _) in left.iter_mut().zip(&voters).filter(|(_, ballot)| ballot.contains(&topic))
        {
            *purse = (&*purse - &price).max(BigRational::from_integer(0.into()));
        }
        chosen.push((topic, CountPhase::Shares, price));
    }
    let loads = left.into_iter().map(|purse| -purse).collect();
    on_credit(topics, &voters, loads, seats, &mut chosen);
    chosen
}

pub(super) fn phragmen(
    topics: usize,
    ballots: &[BTreeSet<usize>],
    seats: usize,
) -> Vec<(usize, BigRational)> {
    let voters: Vec<_> = ballots.iter().collect();
    let mut chosen = Vec::new();
    on_credit(
        topics,
        &voters,
        vec![BigRational::from_integer(0.into()); voters.len()],
        seats,
        &mut chosen,
    );
    chosen.into_iter().map(|(topic, _, price)| (topic, price)).collect()
}

fn on_credit(
    topics: usize,
    voters: &[&BTreeSet<usize>],
    mut loads: Vec<BigRational>,
    seats: usize,
    chosen: &mut Vec<(usize, CountPhase, BigRational)>,
) {
    while chosen.len() < seats {
        let prices = open(topics, chosen, |topic| load(&of(topic, voters, &loads)));
        let Some((price, topic)) = prices.into_iter().min() else { return };
        for (load, _) in loads.iter_mut().zip(voters).filter(|(_, ballot)| ballot.contains(&topic))
        {
            assert!(*load <= price, "nobody's load may fall");
            *load = price.clone();
        }
        chosen.push((topic, CountPhase::Credit, price));
    }
}

fn open(
    topics: usize,
    chosen: &[(usize, CountPhase, BigRational)],
    price: impl Fn(usize) -> Option<BigRational>,
) -> Vec<(BigRational, usize)> {
    let open = (0..topics).filter(|topic| chosen.iter().all(|(done, ..)| done != topic));
    open.filter_map(|topic| Some((price(topic)?, topic))).collect()
}

fn of(topic: usize, voters: &[&BTreeSet<usize>], amounts: &[BigRational]) -> Vec<BigRational> {
    voters
        .iter()
        .zip(amounts)
        .filter(|(ballot, _)| ballot.contains(&topic))
        .map(|(_, amount)| amount.clone())
        .collect()
}

fn share(purses: &[BigRational]) -> Option<BigRational> {
    let mut rich: Vec<_> = purses.to_vec();
    let mut rest = BigRational::from_integer(1.into());
    while !rich.is_empty() {
        let share = &rest / BigRational::from_integer(rich.len().into());
        let (still, poor): (Vec<_>, Vec<_>) = rich.into_iter().partition(|purse| *purse >= share);
        if poor.is_empty() {
            return Some(share);
        }
        rest -= poor.into_iter().sum::<BigRational>();
        rich = still;
    }
    None
}

fn load(loads: &[BigRational]) -> Option<BigRational> {
    let all: BigRational = loads.iter().sum();
    (!loads.is_empty()).then(|| {
        (all + BigRational::from_integer(1.into())) / BigRational::from_integer(loads.len().into())
    })
}
