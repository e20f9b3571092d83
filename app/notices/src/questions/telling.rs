//! What the worker does: owes each answer to those who asked, says so when none comes, and forgets
//! their addresses.

use calendar::clock::Millis;
use deliveries::{EmailKind, Owed, Words, owe};
use ground::house::House;
use sqlx::AnyConnection;

use super::store::{self, NotAnswered};
use crate::{emails, store as notices};

/// Owes the emails with published answers. If stopped half-way, the next turn goes on; nobody is
/// told twice.
///
/// # Errors
/// When the database fails.
pub async fn answer_due(house: &House) -> Result<(), sqlx::Error> {
    while let Some(due) = store::answer_due(&house.db).await? {
        let Some(notice) = notices::find(&house.db, &due.notice_id).await? else { return Ok(()) };
        let now = house.clock.now();
        let words = emails::answer(house, &notice, &due.question, &due.answer);
        let owed = house.db.write(move |tx| {
            Box::pin(async move {
                for email in store::take_addresses(tx, &due.answer_id).await? {
                    let dedup_key = format!("answer {} {}", due.answer_id, id::hash(&email));
                    let owed = Owed {
                        dedup_key: &dedup_key,
                        kind: EmailKind::Answer,
                        account_id: None,
                        to: &email,
                        words: &words,
                        at: now,
                        not_after: None,
                    };
                    owe(tx, owed).await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        });
        owed.await?;
    }
    Ok(())
}

/// Tells those whose questions have long had no answer, and forgets their addresses.
///
/// # Errors
/// When the database fails.
pub async fn forget_due(house: &House) -> Result<(), sqlx::Error> {
    while let Some((question, notice)) = store::unanswered_due(&house.db, house.clock.now()).await?
    {
        let Some(notice) = notices::find(&house.db, &notice).await? else { return Ok(()) };
        let (writer, now) = (house.clone(), house.clock.now());
        let forgotten = house.db.write(move |tx| {
            Box::pin(async move {
                let Some(asked) = store::take_address(tx, &question).await? else { return Ok(()) };
                owe_not_answered(tx, &asked, &emails::unanswered(&writer, &notice), now).await
            })
        });
        forgotten.await?;
    }
    Ok(())
}

/// Owes the email to someone whose question gets no answer here.
pub(super) async fn owe_not_answered(
    tx: &mut AnyConnection,
    asked: &NotAnswered,
    words: &Words,
    now: Millis,
) -> Result<(), sqlx::Error> {
    let Some(to) = &asked.email else { return Ok(()) };
    // However many questions someone had about a notice, it is one email.
    let dedup_key = format!("not answered {} {}", asked.notice_id, id::hash(to));
    owe(
        tx,
        Owed {
            dedup_key: &dedup_key,
            kind: EmailKind::NotAnswered,
            account_id: None,
            to,
            words,
            at: now,
            not_after: None,
        },
    )
    .await
}
