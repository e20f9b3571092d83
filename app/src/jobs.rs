//! The list of what is done in the background: every room's jobs, and those about many rooms at
//! once.

use ground::house::House;
use ground::jobs::{EACH_HALF_MINUTE, EACH_MINUTE, Job};

use crate::{erase, search};

/// Every room's jobs.
#[must_use]
pub fn all(house: &House) -> Vec<Job> {
    [
        topics::jobs(house),
        rounds::jobs(house),
        plans::jobs(house),
        consultations::jobs(house),
        updates::jobs(house),
        notices::jobs(house),
        subscriptions::jobs(house),
        local_offer::jobs(house),
        duties::jobs(house),
        deliveries::jobs(house),
        accounts::jobs(house),
        record::jobs(house),
        own(house),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn own(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "the search index", EACH_HALF_MINUTE, async |house: House| {
            search::refresh(&house).await
        }),
        Job::of(house, "deleting accounts", EACH_MINUTE, async |house: House| {
            erase::erase_due(&house).await
        }),
    ]
}
