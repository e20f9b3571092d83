//! What the demonstration's parents asked for: a round that is over, with its count; one that is
//! about to close; and topics nobody has voted on yet.

use std::ops::Range;

use calendar::clock::{DAY, HOUR, Moment};
use ground::ids::{Account, Id, Round, Topic};
use rounds::rules::NewRound;
use rounds::shortlist::Confirmation;
use sqlx::AnyConnection;
use topics::rules::Proposal;
use voting::Dates;

use super::days;
use super::sefton::Sefton;

/// When the first round opened and closed, and the forum confirmed what the count chose: days from
/// yesterday.
const OPENED: i64 = -199;
const CLOSED: i64 = OPENED + 42;
const CONFIRMED: i64 = CLOSED + 10;

/// A topic: title, what happens now, what would help, services, places.
type Told =
    (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

/// What is being voted on now.
const NOW: [Told; 9] = [
    (
        "A published autism pathway",
        "After a referral nobody can tell us what happens next or how long it will take. We find \
         out from other parents.",
        "One page that shows each step, who does it and how long the wait is now, updated every \
         month.",
        &["Autism support", "Paediatrics"],
        &[],
    ),
    (
        "The same wait for occupational therapy in the north and the south",
        "Children in the south wait up to 24 weeks. In the north it's about nine.",
        "One waiting list for the whole of Sefton, and the wait shown for each place.",
        &["Occupational therapy"],
        &["South Sefton"],
    ),
    (
        "Personal budgets explained in plain English",
        "Very few families have one. Nobody tells us what it can pay for or how to ask for one.",
        "A short guide written with parents, and one person we can ask.",
        &["Personal budgets", "EHC plans"],
        &[],
    ),
    (
        "Health in EHC plans",
        "The health section of a plan is often empty. The therapist named in ours didn't know \
         anything about it.",
        "Health staff write their own section, and are told when a plan names them.",
        &["EHC plans", "Speech and language therapy", "Occupational therapy"],
        &[],
    ),
    (
        "Short breaks that suit the child",
        "What's on offer doesn't suit children with the greatest needs, so we go without.",
        "Plan short breaks with the families who can't use them now.",
        &["Short breaks"],
        &["North Sefton", "South Sefton"],
    ),
    (
        "Advice in the school holidays",
        "The advice service is closed in the holidays, and in term time it's hard to get through. \
         Schools often write just before the holidays, and then there's nobody to ask.",
        "Someone to ask all year round, even if it's only by phone.",
        &["SENDIASS"],
        &[],
    ),
    (
        "Tell us before transport changes",
        "Our pick-up time changed on a Monday, and we only heard on the Friday before. My child \
         needs weeks to get used to a change.",
        "Tell every family at least four weeks before, and say who to ask.",
        &["Transport"],
        &[],
    ),
    (
        "Supported internships in every part of Sefton",
        "They are only offered in one part of Sefton. From the south it takes two buses.",
        "Internships in the south too, with transport planned at the same time.",
        &["Preparing for adulthood", "Transport"],
        &["South Sefton"],
    ),
    (
        "Speech and language therapy while we wait",
        "We waited almost a year for a first appointment, with nothing to try at home until then.",
        "A first phone call within four weeks, and things to try at home.",
        &["Speech and language therapy", "Early years"],
        &[],
    ),
];

/// What nobody at the forum has read yet.
const WAITING: [Told; 2] = [
    (
        "Hearing tests after nursery age",
        "Hearing checks in the early years are good. After that, the wait for audiology is far too \
         long.",
        "The same quick check for older children.",
        &["Audiology"],
        &[],
    ),
    (
        "A list of who does what in the health service",
        "None of the parents I know can say who the designated clinical officer is, or what they \
         do.",
        "A page that says who does what, and how to reach them.",
        &["Paediatrics"],
        &[],
    ),
];

/// The topics of the first round, and which of the invented families in the north and in the south
/// supported each. Chosen so that the disclosure rules have something to do, and so that a simple
/// count would have left the north with nothing.
const BEFORE: [(Told, Range<usize>, Range<usize>); 5] = [
    (
        (
            "Drop-ins for parents at every high school",
            "Some high schools hold a drop-in for parents and some don't. At ours there's nobody \
             to ask.",
            "A drop-in every month at every high school, with someone who knows about SEND.",
            &["SENDIASS"],
            &[],
        ),
        0..12,
        0..62,
    ),
    (
        (
            "A sensory room that is open at weekends",
            "The sensory room is only open on weekdays, when our children are at school.",
            "Open it on Saturdays, and plan the times with the parents who would use it.",
            &["Short breaks"],
            &[],
        ),
        0..6,
        0..52,
    ),
    (
        (
            "Swimming for children who use wheelchairs",
            "No pool near us has a hoist and a changing room big enough for a wheelchair.",
            "One session a week that we can get to, with a hoist that works.",
            &["Short breaks"],
            &[],
        ),
        0..0,
        0..50,
    ),
    (
        (
            "Someone to talk to in the north",
            "Parents' groups all meet in the south. At weekends there's nobody near us to talk to.",
            "A group in the north, at weekends and in the holidays, that welcomes children too.",
            &["Short breaks"],
            &["North Sefton"],
        ),
        12..52,
        0..0,
    ),
    (
        (
            "A quiet hour at the library",
            "The library is too loud and too bright for my child on a Saturday.",
            "One quiet hour a week, with the lights turned down.",
            &["Short breaks"],
            &[],
        ),
        0..2,
        0..3,
    ),
];

/// What the parent you sign in as supported in the first round: the forum agrees with what leaders
/// say about one of them, and disagrees about the other.
const SUPPORTED_BY_PARENT: [&str; 2] =
    ["Drop-ins for parents at every high school", "A sensory room that is open at weekends"];

/// Passed on to the safeguarding lead: nobody else reads it.
const PRIVATE: Told = (
    "Something on our school taxi",
    "Something on the taxi frightens my child. I don't want to write more here.",
    "Someone to talk to about it soon.",
    &["Transport"],
    &[],
);

/// Both rounds, and what is waiting.
pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    first_round(tx, sefton).await?;
    second_round(tx, sefton).await?;
    for (nth, told) in (0..).zip(WAITING) {
        let author = &sefton.families[usize::from(nth == 0)][3];
        propose(tx, sefton, author, told, sefton.day(-5) + HOUR * nth).await?;
    }
    let private = propose(tx, sefton, &sefton.families[0][5], PRIVATE, sefton.day(-2)).await?;
    topics::store::pass_on(tx, &private, sefton.day(-2) + 2 * HOUR).await?;
    Ok(())
}

/// When the first round was counted: an hour after it closed. `now`: as in [`Sefton`].
pub fn counted_at(now: Moment) -> Moment {
    days::at_five(now + CLOSED * DAY) + HOUR
}

/// The forum confirms what the count of the first round chose. `now`: as in [`Sefton`].
pub async fn confirm(tx: &mut AnyConnection, now: Moment) -> Result<(), sqlx::Error> {
    let chosen: Vec<(Id<Round>, Id<Topic>, Id<Account>)> = sqlx::query_as(
        "SELECT l.round_id, l.topic_id, r.opened_by FROM shortlist l
         JOIN rounds r ON r.id = l.round_id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let Some((round, _, organiser)) = chosen.first() else { return Ok(()) };
    let topics = chosen.iter().map(|(_, topic, _)| topic.clone()).collect();
    let confirmation = Confirmation { topics, reason: String::new() };
    let at = days::at_five(now + CONFIRMED * DAY);
    rounds::shortlist::store::confirm(tx, round, &confirmation, organiser, at).await?;
    Ok(())
}

/// A round that is over.
async fn first_round(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let dates = Dates {
        propose_from: sefton.day(OPENED),
        vote_from: sefton.day(OPENED + 28),
        closes_at: sefton.day(CLOSED),
        counted_at: None,
    };
    open(tx, sefton, 1, 3, dates).await?;
    for (nth, (told, from_north, from_south)) in (0..).zip(BEFORE) {
        // Someone who lives where the topic is supported.
        let author = &sefton.families[usize::from(from_north.is_empty())][0];
        let topic = published(tx, sefton, author, told, sefton.day(OPENED + nth)).await?;
        let mut supporters: Vec<&String> = Vec::new();
        for (side, range) in [(0, from_north), (1, from_south)] {
            supporters.extend(&sefton.families[side][range]);
        }
        if SUPPORTED_BY_PARENT.contains(&told.0) {
            supporters.push(&sefton.parent);
        }
        if told.0 == "Someone to talk to in the north" {
            supporters.push(&sefton.parent2);
        }
        support(tx, &topic, &supporters, dates.vote_from + HOUR).await?;
    }
    rounds::store::close_next(tx, dates.closes_at).await?;
    Ok(())
}

/// A round that is about to close.
async fn second_round(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    const SINCE: i64 = -34;
    let dates = Dates {
        propose_from: sefton.day(SINCE),
        vote_from: sefton.day(-4),
        closes_at: sefton.day(13),
        counted_at: None,
    };
    open(tx, sefton, 2, 4, dates).await?;
    for (nth, told) in NOW.into_iter().enumerate() {
        let author = if nth == 0 { &sefton.parent } else { &sefton.families[nth % 2][nth] };
        let days = SINCE + i64::try_from(nth).unwrap_or_default();
        let topic = published(tx, sefton, author, told, sefton.day(days)).await?;
        let mut supporters: Vec<&String> = Vec::new();
        for (side, every) in [(0, nth + 2), (1, 9 - nth.min(7))] {
            supporters.extend(sefton.families[side].iter().step_by(every));
        }
        if told.0 == "Tell us before transport changes" {
            supporters.push(&sefton.parent);
        }
        support(tx, &topic, &supporters, dates.vote_from + HOUR).await?;
    }
    Ok(())
}

async fn open(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    nth: usize,
    seats: i64,
    dates: Dates,
) -> Result<(), sqlx::Error> {
    let title = days::round_title(nth, dates.propose_from);
    let round = NewRound { form_key: id::fresh(), title, seats, dates };
    let by = sefton.organiser.as_str().into();
    rounds::store::open(tx, &round, &by).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(())
}

async fn propose(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    author: &str,
    told: Told,
    at: Moment,
) -> Result<Id<Topic>, sqlx::Error> {
    let (title, happens_now, would_help, services, places) = told;
    let proposal = Proposal {
        form_key: id::fresh(),
        title: title.to_owned(),
        happens_now: happens_now.to_owned(),
        would_help: would_help.to_owned(),
        services: sefton.services(services).into_iter().map(Id::from).collect(),
        places: sefton.places(places).into_iter().map(Id::from).collect(),
    };
    topics::store::propose(tx, &author.into(), &proposal, at).await
}

async fn published(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    author: &str,
    told: Told,
    at: Moment,
) -> Result<Id<Topic>, sqlx::Error> {
    let id = propose(tx, sefton, author, told, at).await?;
    let waiting = topics::store::Waiting {
        id: &id,
        proposed_at: at,
        words: format!("{} {} {}", told.0, told.1, told.2),
    };
    topics::store::publish(tx, &waiting, at + HOUR).await?;
    Ok(id)
}

async fn support(
    tx: &mut AnyConnection,
    topic: &Id<Topic>,
    supporters: &[&String],
    at: Moment,
) -> Result<(), sqlx::Error> {
    for account in supporters {
        topics::support::store::give_with(tx, topic, &account.as_str().into(), at).await?;
    }
    Ok(())
}
