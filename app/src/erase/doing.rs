//! Erasing what is due: every room forgets the account in one write, so that it is there or gone.

use accounts::{emails, erasing};
use calendar::clock::HOUR;
use deliveries::{EmailKind, Owed, owe};
use ground::audit::{self, Entry};
use ground::db::Kept;
use ground::house::House;

use super::store;

/// Erases every account whose time has come, and leaves no copy of it in the database's files. Safe
/// to run twice and in two processes: each account is taken by one. Returns how many.
///
/// # Errors
/// When the database fails; the rest is erased the next time.
pub async fn erase_due(house: &House) -> Kept<u64> {
    let mut erased = 0;
    while let Some(files) = erase_next(house).await? {
        erased += 1;
        for file in files {
            // One that could not be taken away is named by nobody; the account is gone all the same.
            if let Err(error) = house.files.take_away(&file, house.clock.now() - HOUR).await {
                tracing::error!(%error, file, "a file that nobody names could not be deleted");
            }
        }
    }
    if let Some(since) = store::to_rewrite_since(&house.db).await? {
        house.db.write_anew().await?;
        store::rewritten(&house.db, since).await?;
    }
    Ok(erased)
}

/// Erases the next account; gives its files that nobody names any more.
async fn erase_next(house: &House) -> Kept<Option<Vec<String>>> {
    let (now, writer) = (house.clock.now(), house.clone());
    let erasing = house.db.write(move |tx| {
        Box::pin(async move {
            // Rounds first, as every write that holds both.
            rounds::hold_open(tx).await?;
            let Some(due) = erasing::begin_next(tx, now).await? else {
                return Ok::<_, sqlx::Error>(None);
            };
            let (account, email, wish) = (due.account_id.as_str(), due.email.as_str(), due.wish);
            store::forget_words(tx, account).await?;
            topics::forget(tx, account, wish.takes_down, now).await?;
            local_offer::forget(tx, account, wish.takes_down, now).await?;
            rounds::forget(tx, account).await?;
            plans::forget(tx, account).await?;
            consultations::forget(tx, account).await?;
            notices::forget(tx, account, email).await?;
            let whose = (account, email);
            let subscriber =
                subscriptions::store::forget(tx, whose, wish.keeps_emails, now).await?;
            let files = updates::store::forget(tx, account, subscriber.as_deref()).await?;
            deliveries::store::forget(tx, account, email, subscriber.is_some(), now).await?;
            erasing::forget(tx, account, email).await?;
            store::rewrite_soon(tx, now).await?;
            let words = emails::erased(&writer, subscriber.is_some());
            let owed = Owed {
                dedup_key: &id::random(),
                kind: EmailKind::Erased,
                account_id: None,
                to: email,
                words: &words,
                at: now,
                // The address waits here no longer than a day for a mail server that is away.
                not_after: Some(now + 24 * HOUR),
            };
            owe(tx, owed).await?;
            let entry = Entry { at: now, who: None, what: "account erased", about: "", detail: "" };
            audit::note(tx, entry).await?;
            Ok(Some(files))
        })
    });
    erasing.await
}
