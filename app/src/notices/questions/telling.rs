//! What the worker does: owes each answer to those who asked, and forgets their addresses.

use super::store;
use crate::deliveries::{Owed, owe};
use crate::house::House;
use crate::id;
use crate::notices::{letters, store as notices};

/// Owes the letters of answers that are published. Stopped half-way, the next turn goes on; nobody is told twice.
///
/// # Errors
/// When the database fails.
pub async fn answer_due(house: &House) -> Result<(), sqlx::Error> {
    while let Some(due) = store::answer_due(&house.db).await? {
        let Some(notice) = notices::find(&house.db, &due.notice_id).await? else { return Ok(()) };
        let now = house.clock.now();
        let words = letters::answer(house, &notice, &due.question, &due.answer);
        let owed = house.db.write(move |tx| {
            Box::pin(async move {
                for email in store::take_addresses(tx, &due.answer_id).await? {
                    let dedup_key = format!("answer {} {}", due.answer_id, id::hash(&email));
                    let owed = Owed {
                        dedup_key: &dedup_key,
                        kind: "answer",
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
