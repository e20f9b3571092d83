//! The demonstration area: Sefton as the 2016 inspection letter describes it, with plainly invented
//! people. Its pages tell one story, whatever day it is filled:
//!
//! 1. In the first round parents asked for drop-ins at high schools and a sensory room that opens
//!    at weekends. The fair count added someone to talk to in the north, where fewer families live.
//! 2. The council has planned weekends and holidays with them, and is ready for a draft. Of its
//!    planning sessions the forum confirmed one and disputes one; the last waits for a second
//!    parent who was there. The NHS published its plan for occupational therapy before parents had
//!    been involved. An autism pathway can't be published yet: its topic is being voted on in the
//!    second round. In the end the NHS decided, with an answer to the topic and to what parents had
//!    said about waiting. The council decided about support after a diagnosis while parents were
//!    still asked.
//! 3. Families heard about one school bus on the Friday before, which is what one of the new topics
//!    is about; and about another in good time.
//! 4. The council says that there are drop-ins, and the forum agrees; that the sensory room opens
//!    on Saturdays, and the forum disagrees. About someone to talk to in the north it has said
//!    nothing, and is overdue.
//! 5. Of its yearly duties the council reviewed its travel policy in time, and is late with its
//!    short breaks statement.
//! 6. The NHS publishes how long families wait for occupational therapy: in the south far longer
//!    than in the north. The last month is late, and a parent says that it was longer still.
//! 7. An inspection made two recommendations. The council's strategic plan answers one of them.
//! 8. Two people represented the forum at four meetings, and one of these led to that publication.
//!
//! It only fills an empty database, and does so through the rooms' own stores, so it can hold
//! nothing that the service could not. `sefton` holds the area and its people, `days` the dates.

mod asked;
mod consultations;
mod days;
mod duties;
mod local_offer;
mod meetings;
mod notices;
mod plans;
mod sefton;
mod updates;
mod waits;
mod wordings;

use accounts::hashed;
use calendar::clock::{Clock, DAY, Moment};
use ground::db::{Db, Kind};
use ground::house::House;
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

use sefton::ADMINISTRATOR;

/// What `serve --demo` prints.
pub const SIGN_INS: &str = "\
The demonstration area. Sign in with the password alongside-demo as
  parent@example.org      parent2@example.org      two parents, in the south and in the north
  organiser@example.org   organiser2@example.org   the forum: one counts, the other checks
  leader@example.org      leader2@example.org      the council: one writes, the other approves
  nhs@example.org         admin@example.org        the NHS, and who sets things up";

/// Whether the database holds all of the demonstration.
///
/// # Errors
/// When the database fails.
pub async fn is_there(db: &Db) -> Result<bool, sqlx::Error> {
    Ok(accounts::store::is_known(db, ADMINISTRATOR).await?
        && count(&mut *db.read().await?, UPDATES).await? > 0)
}

/// Fills the database if it is empty, and returns whether it now holds the demonstration. Several
/// processes may call it at once. If one is killed halfway, the next finishes its work.
///
/// # Errors
/// When the database fails.
pub async fn fill(house: &House) -> Result<bool, sqlx::Error> {
    let now = house.clock.now();
    if !accounts::store::is_known(&house.db, ADMINISTRATOR).await? {
        let password = hashed(house, "alongside-demo".to_owned()).await;
        let mut tx = house.db.begin().await?;
        let is_there = fill_empty(&mut tx, now, &password).await?;
        tx.commit().await?;
        if !is_there {
            return Ok(false);
        }
    }
    if count(&mut *house.db.read().await?, UPDATES).await? > 0 {
        return Ok(true);
    }
    let yesterday = days::at_five(now - DAY);
    rounds::close_due(&house.db, &Clock::by_hand(asked::counted_at(yesterday))).await?;
    let mut tx = house.db.begin().await?;
    fill_counted(&mut tx, yesterday).await?;
    tx.commit().await?;
    Ok(true)
}

/// What is written last.
const UPDATES: &str = "SELECT count(*) FROM updates";

/// Waits until no other process is filling the same database.
async fn take_turn(tx: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let turn = match Kind::of(tx) {
        Kind::Sqlite => "SELECT beat_at FROM service_state",
        Kind::Postgres => "SELECT beat_at FROM service_state FOR UPDATE",
    };
    sqlx::query(turn).fetch_all(tx).await?;
    Ok(())
}

async fn count(tx: &mut AnyConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(tx).await
}

/// What an area has as soon as somebody has begun with it: its first administrator is invited.
const OF_AN_AREA: &str = "SELECT (SELECT count(*) FROM accounts WHERE email IS NOT NULL)
     + (SELECT count(*) FROM invitations)
     + (SELECT count(*) FROM places) + (SELECT count(*) FROM services)
     + (SELECT count(*) FROM organisations)";

/// All until the first round is counted. False when the database holds another area.
async fn fill_empty(
    tx: &mut AnyConnection,
    now: Moment,
    password: &str,
) -> Result<bool, sqlx::Error> {
    take_turn(tx).await?;
    if accounts::store::by_address(tx, ADMINISTRATOR).await?.is_some() {
        return Ok(true);
    }
    if count(tx, OF_AN_AREA).await? > 0 {
        return Ok(false);
    }
    let sefton = sefton::fill(tx, now, password).await?;
    asked::fill(tx, &sefton).await?;
    plans::fill(tx, &sefton).await?;
    notices::fill(tx, &sefton).await?;
    consultations::fill(tx, &sefton).await?;
    duties::fill(tx, &sefton).await?;
    plans::decide(tx, &sefton).await?;
    meetings::fill(tx, &sefton).await?;
    Ok(true)
}

/// What came after the count.
async fn fill_counted(tx: &mut AnyConnection, yesterday: Moment) -> Result<(), sqlx::Error> {
    take_turn(tx).await?;
    if count(tx, UPDATES).await? > 0 {
        return Ok(());
    }
    asked::confirm(tx, yesterday).await?;
    updates::fill(tx, yesterday).await?;
    waits::fill(tx, yesterday).await?;
    local_offer::fill(tx, yesterday).await
}

/// The account with this address.
async fn account(tx: &mut AnyConnection, email: &'static str) -> Result<Id<Account>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM accounts WHERE email = $1").bind(email).fetch_one(tx).await
}
