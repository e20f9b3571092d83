//! The end of the audit log, sent each month to addresses outside: whoever keeps it can tell later
//! if the log was written anew.

use calendar::clock;
use deliveries::{Owed, Words, owe};
use ground::audit;
use ground::db::Kept;
use ground::house::House;

/// Owes the email of this month to each address that is to get it, once.
///
/// # Errors
/// When the database fails.
pub async fn send_due(house: &House) -> Kept<()> {
    if house.audit_head_to.is_empty() {
        return Ok(());
    }
    let now = house.clock.now();
    let head = audit::head(&house.db).await?;
    let (addresses, words, month) =
        (house.audit_head_to.clone(), words(house, &head), clock::month(now));
    house
        .db
        .write(move |tx| {
            Box::pin(async move {
                for to in &addresses {
                    let dedup_key = format!("audit head {month} {to}");
                    owe(
                        tx,
                        Owed {
                            dedup_key: &dedup_key,
                            kind: "audit head",
                            account_id: None,
                            to,
                            words: &words,
                            at: now,
                            not_after: None,
                        },
                    )
                    .await?;
                }
                Ok(())
            })
        })
        .await
}

fn words(house: &House, head: &audit::Head) -> Words {
    Words {
        subject: format!("The audit log of {}: please keep this email", house.names.forum),
        paragraphs: vec![
            format!("The audit log has {} entries. The hash of the last one is:", head.number),
            head.hash.clone(),
            "It covers every entry before it. If anybody changes, takes out or adds one later, \
             this hash is in the log no more."
                .to_owned(),
            format!(
                "Whoever runs the service finds it with: alongside audit-check --head \
                {}",
                head.hash
            ),
        ],
        button: Some(("The record".to_owned(), house.link("/record"))),
        also: None,
        why: "You get this email each month because somebody asked that you keep it.".to_owned(),
        from: house.names.forum.clone(),
        stop: None,
    }
}
