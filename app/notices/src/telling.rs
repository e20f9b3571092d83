//! What the worker does: starts the notices whose time has come, owes their emails in small lots,
//! and counts who was told.

use std::collections::HashMap;

use deliveries::{EmailKind, Owed, Words, owe};
use ground::house::House;
use ground::ids::{self, Id};
use ground::kept_figures::{Figure, keep};

use super::emails;
use super::ledger::{self, EmailDue, ToTell, Together};
use super::store::{self, Notice};

/// From how many rows of the ledger subscribers are looked for at a time.
const LOT: i64 = 200;
/// How many of them one write owes emails to: whoever signs in or votes waits no longer than for
/// these.
const IN_ONE_WRITE: usize = 25;

/// Starts every notice whose time has come, once, whichever process comes first, and writes its
/// ledger, some hundred people in each write. Stopped half-way, the next turn goes on.
///
/// # Errors
/// When the database fails; what was not started is started by the next turn.
pub async fn start_due(house: &House) -> Result<(), sqlx::Error> {
    while ledger::is_one_to_start(&house.db, house.clock.now()).await? {
        let now = house.clock.now();
        let mut tx = house.db.begin().await?;
        if ledger::list_next(&mut tx).await? {
            tx.unseen().commit().await?;
            continue;
        }
        let started = ledger::start_next(&mut tx, now).await?;
        tx.commit().await?;
        let Some(notice) = started else { return Ok(()) };
        tracing::info!(notice = notice.as_str(), "a notice has started");
    }
    Ok(())
}

/// Owes the emails that are due: one for each notice, one digest, or one about everything that had
/// been announced before somebody asked to be told. Stopped half-way, the next turn goes on: nobody
/// is told twice and nobody is left out.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> Result<(), sqlx::Error> {
    put_together_again(house).await?;
    if !ledger::is_one_to_tell(&house.db, house.clock.now()).await? {
        return Ok(());
    }
    let mut after = ToTell::default();
    loop {
        let now = house.clock.now();
        let lot = ledger::to_tell(&house.db, &after, LOT, now).await?;
        let Some(last) = lot.last() else { return Ok(()) };
        after.clone_from(last);
        let mut to_tell: Vec<_> = lot.into_iter().map(|one| one.subscriber_id).collect();
        to_tell.dedup();
        let due = ledger::notices_due(&house.db, &to_tell, now).await?;
        let notices = notices_of(house, due).await?;
        for some in to_tell.chunks(IN_ONE_WRITE) {
            // A notice says how many were told once their emails went.
            let mut tx = house.db.begin().await?.unseen();
            subscribers::hold(&mut tx, some).await?;
            for due in ledger::due_now(&mut tx, some, now).await? {
                owe_email(&mut tx, house, &due, &notices).await?;
            }
            tx.commit().await?;
        }
    }
}

/// Puts digests together again of which a part was stopped, corrected or withdrawn before they
/// went.
async fn put_together_again(house: &House) -> Result<(), sqlx::Error> {
    loop {
        let stale = ledger::stale(&house.db).await?;
        if stale.is_empty() {
            return Ok(());
        }
        let ids = stale.iter().flat_map(|stale| stale.notices.clone()).collect();
        let notices = notices_of(house, ids).await?;
        let mut tx = house.db.begin().await?;
        for stale in &stale {
            let told: Vec<&Notice> =
                stale.notices.iter().filter_map(|id| notices.get(id)).collect();
            // The email keeps its links: rows of the ledger know it by them.
            let token = stale.one_click.rsplit('/').next().unwrap_or_default();
            let words = words(house, &told, token, stale.together);
            ledger::put_together_again(&mut tx, stale, &words).await?;
        }
        tx.commit().await?;
    }
}

async fn notices_of(
    house: &House,
    mut ids: Vec<Id<ids::Notice>>,
) -> Result<HashMap<Id<ids::Notice>, Notice>, sqlx::Error> {
    let mut notices = HashMap::new();
    ids.sort();
    ids.dedup();
    for id in ids {
        if let Some(notice) = store::find(&house.db, &id).await? {
            notices.insert(id, notice);
        }
    }
    Ok(notices)
}

/// The email about these notices.
fn words(house: &House, told: &[&Notice], token: &str, together: Together) -> Words {
    match (together, told) {
        (Together::Alone | Together::Announced, [notice]) => {
            emails::about_notice(house, notice, token)
        }
        (Together::Announced, _) => emails::announced(house, told, token),
        (Together::Alone | Together::Digest, _) => emails::digest(house, told, token),
    }
}

async fn owe_email(
    tx: &mut sqlx::AnyConnection,
    house: &House,
    due: &EmailDue,
    notices: &HashMap<Id<ids::Notice>, Notice>,
) -> Result<(), sqlx::Error> {
    let told: Option<Vec<&Notice>> = due.notices.iter().map(|id| notices.get(id)).collect();
    // One that came up between the two looks: the next turn has it.
    let Some(told) = told.filter(|told| !told.is_empty()) else { return Ok(()) };
    let (now, token) = (house.clock.now(), id::secret());
    let link_hash = id::hash(&token);
    // A notice is owed once to each subscriber, so the first of several names it.
    let dedup_key = format!("notice {} {}", told[0].id, due.subscriber_id);
    let words = words(house, &told, &token, due.together);
    let owed = Owed {
        dedup_key: &dedup_key,
        kind: EmailKind::Notice,
        account_id: None,
        to: &due.email,
        words: &words,
        at: now,
        not_after: None,
    };
    owe(tx, owed).await?;
    let delivery_id = deliveries::store::id_of(tx, &dedup_key).await?;
    subscribers::keep_link(tx, &link_hash, &due.subscriber_id, now).await?;
    for notice in told {
        ledger::keep_email(tx, &notice.id, &due.subscriber_id, &delivery_id, &link_hash).await?;
    }
    Ok(())
}

/// Counts who was told about each notice that has taken effect, again and again until that has
/// settled. What is counted is read where nobody waits for it.
///
/// # Errors
/// When the database fails.
pub async fn count_due(house: &House) -> Result<(), sqlx::Error> {
    for notice_id in ledger::to_count(&house.db, house.clock.now()).await? {
        let at = house.clock.now();
        let counted = ledger::count_told(&house.db, &notice_id).await?;
        let mut tx = house.db.begin().await?;
        keep(&mut tx, Figure::Told, &notice_id, &counted, at).await?;
        tx.commit().await?;
    }
    Ok(())
}
