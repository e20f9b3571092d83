//! The end of the audit log, sent each month to addresses outside: anyone who keeps it can tell
//! later if the log was rewritten.

use calendar::clock;
use deliveries::{EmailKind, Owed, Sender, Words, owe};
use ground::audit;
use ground::house::House;

/// Owes this month's email to each address that should get it, once.
///
/// # Errors
/// When the database fails.
pub async fn send_due(house: &House) -> sqlx::Result<()> {
    if house.settings.audit_head_to.is_empty() {
        return Ok(());
    }
    let now = house.clock.now();
    let head = audit::head(&house.db).await?;
    let (words, month) = (words(house, &head), clock::month(now));
    let mut tx = house.db.begin().await?;
    for (nth, to) in house.settings.audit_head_to.iter().enumerate() {
        let owed = Owed {
            // The row stays, and so names nobody.
            dedup_key: &format!("audit head {month} {nth}"),
            kind: EmailKind::AuditHead,
            account_id: None,
            to,
            words: &words,
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
    }
    tx.commit().await
}

fn words(house: &House, head: &audit::Head) -> Words {
    Words {
        subject: format!("The audit log of {}: please keep this email", house.names.forum),
        paragraphs: vec![
            format!("The audit log has {} entries. The hash of the last one is:", head.number)
                .into(),
            head.hash.clone().into(),
            "It covers every entry before it. If anyone changes, removes or adds one later, this \
             hash will no longer be in the log."
                .into(),
            format!(
                "Whoever runs the service can look for it with: alongside audit-check --head \
                {}",
                head.hash
            )
            .into(),
        ],
        button: Some(("How are we doing?".to_owned(), house.link("/record"))),
        also: None,
        why: "You get this email every month because someone asked us to send it to you to keep."
            .to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}
