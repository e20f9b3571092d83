//! Erasing what is due: every room forgets the account in one write, so that it is there or gone.

use accounts::emails;
use accounts::erasing::{self, DueErasure};
use calendar::clock::{self, HOUR, Millis, Moment};
use deliveries::{EmailKind, Owed, owe};
use ground::audit::{self, Entry};
use ground::db::Kind;
use ground::house::House;
use sqlx::AnyConnection;

use super::store;

/// When nobody is kept waiting by a table that is written anew: from two in the morning until five.
const NIGHT: (&str, Millis) = ("02:00", 3 * HOUR);

/// Erases every account whose time has come, and leaves no copy of it in the database's files: in
/// SQLite's at once, in PostgreSQL's at night. Safe to run twice and in two processes: each account
/// is taken by one. Returns how many.
///
/// # Errors
/// When the database fails; the rest is erased the next time.
pub async fn erase_due(house: &House) -> sqlx::Result<u64> {
    let mut erased = 0;
    while erase_next(house).await? {
        erased += 1;
    }
    take_away_files(house).await?;
    write_anew_due(house).await?;
    Ok(erased)
}

/// Takes away the files that erased accounts left and that nobody else names. One whose store does
/// not answer stays on the list, and is tried again in a minute.
async fn take_away_files(house: &House) -> sqlx::Result<()> {
    for (file, is_named) in updates::store::unclaimed_files(&house.db).await? {
        let is_done = if is_named {
            true
        } else {
            house.files.take_away(&file, house.clock.now() - HOUR).await.unwrap_or_else(|error| {
                tracing::error!(%error, file, "a file could not be deleted: it is tried again");
                false
            })
        };
        if is_done {
            updates::store::let_go_of_file(&house.db, &file).await?;
        }
    }
    Ok(())
}

/// Writes SQLite's file anew once an account was erased; and PostgreSQL's tables once a night,
/// since they hold everything that was erased or changed since the last.
async fn write_anew_due(house: &House) -> sqlx::Result<()> {
    let (db, now) = (&house.db, house.clock.now());
    let state = store::rewriting(db).await?;
    let is_due = match db.kind() {
        Kind::Sqlite => state.wanted_since.is_some(),
        Kind::Postgres => {
            began_tonight(now).is_some_and(|began| state.done_at.is_none_or(|done| done < began))
        }
    };
    // Where it is not the moment, it is tried again in a minute.
    if is_due && db.write_anew().await? {
        store::rewritten(db, state.wanted_since, now).await?;
    }
    Ok(())
}

/// When this night began; `None` by day.
fn began_tonight(now: Moment) -> Option<Moment> {
    let (begins, lasts) = NIGHT;
    let began = clock::read(&clock::fields(now).0, begins)?;
    (began..began + lasts).contains(&now).then_some(began)
}

/// Erases the next account. False where none is due.
async fn erase_next(house: &House) -> sqlx::Result<bool> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    // Rounds first, as every write that holds both.
    rounds::hold_open(&mut tx).await?;
    let Some(due) = erasing::begin_next(&mut tx, now).await? else {
        tx.roll_back().await?;
        return Ok(false);
    };
    let keeps_emails = forget(&mut tx, &due, now).await?;
    store::rewrite_soon(&mut tx, now).await?;
    let owed = Owed {
        dedup_key: &id::random(),
        kind: EmailKind::Erased,
        account_id: None,
        to: &due.email,
        words: &emails::erased(house, keeps_emails),
        at: now,
        // The address waits here no longer than a day for a mail server that is away.
        not_after: Some(now + 24 * HOUR),
    };
    owe(&mut tx, owed).await?;
    let entry = Entry { at: now, who: None, what: "account erased", about: "", detail: "" };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// Has every room forget an account. Whether its address still gets emails about changes.
async fn forget(tx: &mut AnyConnection, due: &DueErasure, now: Moment) -> sqlx::Result<bool> {
    let (account, email, wish) = (&due.account_id, due.email.as_str(), due.wish);
    store::forget_words(tx, account).await?;
    ground::takedown::store::forget(tx, account).await?;
    topics::forget(tx, account, wish.takes_down, now).await?;
    local_offer::forget(tx, (account, email), wish.takes_down, now).await?;
    rounds::forget(tx, account).await?;
    plans::forget(tx, account).await?;
    waits::forget(tx, account).await?;
    consultations::forget(tx, account).await?;
    notices::forget(tx, account, email).await?;
    let subscriber =
        subscriptions::store::forget(tx, (account, email), wish.keeps_emails, now).await?;
    updates::store::forget(tx, account, subscriber.as_ref()).await?;
    let keeps_emails = subscriber.is_some();
    deliveries::store::forget(tx, account, email, keeps_emails, now).await?;
    erasing::forget(tx, account, email).await?;
    Ok(keeps_emails)
}
