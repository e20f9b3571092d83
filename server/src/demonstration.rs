//! The demonstration area: Sefton as the 2016 inspection letter describes it, with plainly invented
//! people.
//!
//! It only fills an empty database, and does so through the rooms' own stores, so it can hold
//! nothing that the service could not.

mod consultations;
mod local_offer;
mod notices;
mod plans;
mod updates;

use std::ops::Range;

use accounts::hashed;
use calendar::clock::{self, DAY, HOUR, Millis};
use forms::Named;
use ground::db::Kind;
use ground::house::House;
use ground::viewer::Role;
use jiff::civil::Weekday;
use rounds::rules::NewRound;
use rounds::shortlist::Confirmation;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use topics::rules::Proposal;
use voting::Dates;

/// What `serve --demo` prints.
pub const SIGN_INS: &str = "\
The demonstration area. Sign in with the password alongside-demo as
  parent@example.org   parent2@example.org   organiser@example.org   leader@example.org   \
      admin@example.org";

const SERVICES: [&str; 12] = [
    "Transport",
    "Autism support",
    "Speech and language therapy",
    "Occupational therapy",
    "Paediatrics",
    "Audiology",
    "EHC plans",
    "Short breaks",
    "Personal budgets",
    "Early years",
    "Preparing for adulthood",
    "SENDIASS",
];

/// A topic: title, what happens now, what would help, services, places.
type Told =
    (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const AUTUMN: [Told; 9] = [
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

/// The topics of the spring round, and which of the invented families in the north and in the south
/// supported each. Chosen so that the disclosure rules have something to do, and so that a simple
/// count would have left the north with nothing.
const SPRING: [(Told, Range<usize>, Range<usize>); 5] = [
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

/// Fills the database if it is empty, and returns whether it now holds the demonstration. Several
/// processes may call it at once. If one is killed halfway, the next finishes its work.
///
/// # Errors
/// When the database fails.
pub async fn fill(house: &House) -> Result<bool, sqlx::Error> {
    let (now, kind) = (house.clock.now(), house.db.kind());
    if !accounts::store::is_known(&house.db, ADMINISTRATOR).await? {
        let password = hashed(house, "alongside-demo".to_owned()).await;
        let filled = house.db.write(move |tx| {
            Box::pin(async move {
                take_turn(tx, kind).await?;
                if accounts::store::by_address(tx, ADMINISTRATOR).await?.is_some() {
                    return Ok(true);
                }
                if count(tx, "SELECT count(*) FROM places").await? > 0 {
                    return Ok(false);
                }
                fill_empty(tx, kind, now, &password).await?;
                Ok::<_, sqlx::Error>(true)
            })
        });
        if !filled.await? {
            return Ok(false);
        }
    }
    rounds::close_due(&house.db, &house.clock).await?;
    let confirmed = house.db.write(move |tx| {
        Box::pin(async move {
            take_turn(tx, kind).await?;
            if count(tx, "SELECT count(*) FROM updates").await? > 0 {
                return Ok(());
            }
            confirm_spring(tx, now - 100 * DAY).await?;
            updates::fill(tx, at_five(now - DAY)).await?;
            local_offer::fill(tx, at_five(now - DAY)).await
        })
    });
    confirmed.await?;
    Ok(true)
}

const ADMINISTRATOR: &str = "admin@example.org";

/// Waits until no other process is filling the same database.
async fn take_turn(tx: &mut AnyConnection, kind: Kind) -> Result<(), sqlx::Error> {
    let turn = format!("SELECT beat_at FROM service_state{}", kind.hold_to_change());
    sqlx::query(AssertSqlSafe(turn)).fetch_all(tx).await?;
    Ok(())
}

async fn count(tx: &mut AnyConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(tx).await
}

/// How many children with SEND live in the north and in the south. Invented, like the people.
const CHILDREN: [u64; 2] = [1_750, 2_300];

async fn fill_empty(
    tx: &mut AnyConnection,
    kind: Kind,
    now: Millis,
    password: &str,
) -> Result<(), sqlx::Error> {
    let mut services = Vec::new();
    for name in SERVICES {
        services.push((name, area::store::add(tx, area::What::Service, name, None).await?));
    }
    let [in_north, in_south] = CHILDREN.map(|children| i64::try_from(children).ok());
    let north = area::store::add(tx, area::What::Place, "North Sefton", in_north).await?;
    let south = area::store::add(tx, area::What::Place, "South Sefton", in_south).await?;
    let places = vec![("North Sefton", north.clone()), ("South Sefton", south.clone())];
    let area = Area { services, places };

    let parent = person(
        tx,
        "parent@example.org",
        "Invented Parent",
        Some(&south),
        Some(password),
        &[Role::Parent],
        now,
    )
    .await?;
    person(
        tx,
        "parent2@example.org",
        "Second Invented Parent",
        Some(&north),
        Some(password),
        &[Role::Parent],
        now,
    )
    .await?;
    let organiser_roles = [Role::Organiser, Role::Safeguarding];
    let organiser = person(
        tx,
        "organiser@example.org",
        "Invented Organiser",
        None,
        Some(password),
        &organiser_roles,
        now,
    )
    .await?;
    let leader = person(
        tx,
        "leader@example.org",
        "Invented Leader",
        None,
        Some(password),
        &[Role::Leader],
        now,
    )
    .await?;
    person(tx, ADMINISTRATOR, "Invented Administrator", None, Some(password), &[Role::Admin], now)
        .await?;
    let mut families = [Vec::new(), Vec::new()];
    for nth in 1..=130_usize {
        let (side, place) = if nth % 2 == 0 { (0, &north) } else { (1, &south) };
        let email = format!("family{nth}@example.org");
        families[side].push(
            person(
                tx,
                &email,
                &format!("Invented Family {nth}"),
                Some(place),
                None,
                &[Role::Parent],
                now,
            )
            .await?,
        );
    }

    spring(tx, kind, &area, &organiser, &families, now).await?;
    autumn(tx, kind, &area, &organiser, &parent, &families, now).await?;
    let topics = sqlx::query("SELECT title, id FROM topics").fetch_all(&mut *tx).await?;
    let topics = topics.iter().map(|row| (row.get(0), row.get(1))).collect();
    plans::fill(
        tx,
        kind,
        &plans::Ground {
            services: &area.services,
            topics,
            leader: &leader,
            organiser: &organiser,
            now: at_five(now - DAY),
        },
    )
    .await?;
    let colleague = person(
        tx,
        "leader2@example.org",
        "Second Invented Leader",
        None,
        None,
        &[Role::Leader],
        now,
    )
    .await?;
    let parent = ("parent@example.org", parent.as_str());
    // Thirty families in the north and forty in the south. The numbers in their addresses count
    // up: even in the north, odd in the south.
    let of_side = |side: usize, many: usize| {
        let families = families[side].iter().take(many).enumerate();
        families.map(move |(nth, account)| {
            (format!("family{}@example.org", nth * 2 + 2 - side), account.clone())
        })
    };
    let ground = notices::Ground {
        organiser: &organiser,
        families: of_side(0, 30).chain(of_side(1, 40)).collect(),
        services: &area.services,
        south: &south,
        leader: &leader,
        colleague: &colleague,
        parent,
        now: at_five(now - DAY),
        kind,
    };
    notices::fill(tx, &ground).await?;
    let checker = person(
        tx,
        "organiser2@example.org",
        "Second Invented Organiser",
        None,
        None,
        &[Role::Organiser],
        now,
    )
    .await?;
    let places = area
        .places
        .iter()
        .map(|(name, id)| Named { id: id.clone(), name: (*name).to_owned() })
        .collect::<Vec<_>>();
    let ground = consultations::Ground {
        organiser: &organiser,
        colleague: &checker,
        places: &places,
        now: at_five(now - DAY),
        kind,
    };
    consultations::fill(tx, &ground).await
}

/// The forum confirms what the spring count chose.
async fn confirm_spring(tx: &mut AnyConnection, now: Millis) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT l.round_id, l.topic_id, r.opened_by FROM shortlist l
         JOIN rounds r ON r.id = l.round_id",
    )
    .fetch_all(&mut *tx)
    .await?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (round, organiser): (String, String) = (row.get(0), row.get(2));
    let confirmation =
        Confirmation { topics: rows.iter().map(|row| row.get(1)).collect(), reason: String::new() };
    rounds::shortlist::store::confirm(tx, &round, &confirmation, &organiser, now).await?;
    Ok(())
}

/// A round that is over, with its count.
async fn spring(
    tx: &mut AnyConnection,
    kind: Kind,
    area: &Area,
    organiser: &str,
    families: &[Vec<String>; 2],
    now: Millis,
) -> Result<(), sqlx::Error> {
    let opened = at_five(now - 200 * DAY);
    let dates = Dates {
        propose_from: opened,
        vote_from: opened + 28 * DAY,
        closes_at: opened + 42 * DAY,
        counted_at: None,
    };
    open(tx, "Spring round", 3, dates, organiser).await?;
    for (nth, (told, from_north, from_south)) in SPRING.into_iter().enumerate() {
        let at = opened + DAY * i64::try_from(nth).unwrap_or_default();
        // Someone who lives where the topic is supported.
        let author = &families[usize::from(from_north.is_empty())][0];
        let topic = published(tx, kind, area, author, told, at).await?;
        for (side, supporters) in [(0, from_north), (1, from_south)] {
            for family in &families[side][supporters] {
                topics::support::store::support(
                    tx,
                    kind,
                    &topic,
                    family,
                    true,
                    dates.vote_from + HOUR,
                )
                .await?;
            }
        }
    }
    rounds::store::close_next(tx, dates.closes_at).await?;
    Ok(())
}

/// A round that is about to close, and two topics waiting to be read.
async fn autumn(
    tx: &mut AnyConnection,
    kind: Kind,
    area: &Area,
    organiser: &str,
    parent: &str,
    families: &[Vec<String>; 2],
    now: Millis,
) -> Result<(), sqlx::Error> {
    let opened = at_five(now - 35 * DAY);
    let dates = Dates {
        propose_from: opened,
        vote_from: at_five(now - 5 * DAY),
        closes_at: at_five(now + 12 * DAY),
        counted_at: None,
    };
    open(tx, "Autumn round", 4, dates, organiser).await?;
    for (nth, told) in AUTUMN.into_iter().enumerate() {
        let author = if nth == 0 { parent } else { &families[nth % 2][nth] };
        let topic = published(
            tx,
            kind,
            area,
            author,
            told,
            opened + DAY * i64::try_from(nth).unwrap_or_default(),
        )
        .await?;
        for (side, every) in [(0, nth + 2), (1, 9 - nth.min(7))] {
            for family in families[side].iter().step_by(every) {
                topics::support::store::support(
                    tx,
                    kind,
                    &topic,
                    family,
                    true,
                    dates.vote_from + HOUR,
                )
                .await?;
            }
        }
    }
    for (nth, told) in WAITING.into_iter().enumerate() {
        propose(
            tx,
            area,
            &families[nth][3],
            told,
            now - DAY * (6 - i64::try_from(nth).unwrap_or_default()),
        )
        .await?;
    }
    Ok(())
}

/// How many days from now the first such weekday is, from so many days on.
fn first(weekday: Weekday, now: Millis, days: i64) -> i64 {
    days + i64::from(clock::date(now + days * DAY).weekday().until(weekday))
}

/// Five in the afternoon on that day.
fn at_five(at: Millis) -> Millis {
    clock::read(&clock::fields(at).0, "17:00").unwrap_or(at)
}

/// The services and places by name.
struct Area {
    services: Vec<(&'static str, String)>,
    places: Vec<(&'static str, String)>,
}

impl Area {
    fn ids(named: &[(&'static str, String)], names: &[&str]) -> Vec<String> {
        named.iter().filter(|(name, _)| names.contains(name)).map(|(_, id)| id.clone()).collect()
    }
}

async fn person(
    tx: &mut AnyConnection,
    email: &str,
    shown_name: &str,
    place_id: Option<&str>,
    password_hash: Option<&str>,
    roles: &[Role],
    now: Millis,
) -> Result<String, sqlx::Error> {
    let account = accounts::store::NewAccount { email, shown_name, place_id, password_hash };
    let id =
        accounts::store::make_account(tx, &account, now).await?.ok_or(sqlx::Error::RowNotFound)?;
    accounts::store::grant(tx, &id, roles, now).await?;
    Ok(id)
}

async fn open(
    tx: &mut AnyConnection,
    title: &str,
    seats: i64,
    dates: Dates,
    organiser: &str,
) -> Result<(), sqlx::Error> {
    let round = NewRound { form_key: id::fresh(), title: title.to_owned(), seats, dates };
    rounds::store::open(tx, &round, organiser).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(())
}

async fn propose(
    tx: &mut AnyConnection,
    area: &Area,
    author: &str,
    told: Told,
    at: Millis,
) -> Result<String, sqlx::Error> {
    let (title, happens_now, would_help, services, places) = told;
    let proposal = Proposal {
        form_key: id::fresh(),
        title: title.to_owned(),
        happens_now: happens_now.to_owned(),
        would_help: would_help.to_owned(),
        services: Area::ids(&area.services, services),
        places: Area::ids(&area.places, places),
    };
    topics::store::propose(tx, author, &proposal, at).await
}

async fn published(
    tx: &mut AnyConnection,
    kind: Kind,
    area: &Area,
    author: &str,
    told: Told,
    at: Millis,
) -> Result<String, sqlx::Error> {
    let id = propose(tx, area, author, told, at).await?;
    let waiting = topics::store::Waiting {
        id: &id,
        proposed_at: at,
        words: format!("{} {} {}", told.0, told.1, told.2),
    };
    topics::store::publish(tx, kind, &waiting, at + HOUR).await?;
    Ok(id)
}
