//! Every SQL statement about stopping everything, and about the way back after a wrong tap.

use calendar::clock::Moment;
use deliveries::{Sort, stops};
use ground::ids::{Account, Id, Subscriber};
use sqlx::{AnyConnection, Row as _};
use subscribers::hold;

use super::store::{self, Began, Beginning, Ended, WhichSubscriptions};

/// Stops all emails to a subscriber that can be stopped: those about changes, and those to an
/// account with the same address, which is given.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn everything(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<Option<Id<Account>>> {
    store::end(tx, subscriber_id, &WhichSubscriptions::All, Ended::OwnPage, now).await?;
    let account = account_of(tx, subscriber_id).await?;
    if let Some(account) = &account {
        stops::stop(tx, account, &Sort::ALL, now).await?;
    }
    Ok(account)
}

/// The account with a subscriber's address, if there is one.
pub async fn account_of(
    connection: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
) -> sqlx::Result<Option<Id<Account>>> {
    sqlx::query_scalar(
        "SELECT a.id FROM subscribers b JOIN accounts a ON a.email = b.email WHERE b.id = $1",
    )
    .bind(subscriber_id)
    .fetch_optional(connection)
    .await
}

/// Takes the last stop back: starts again all that ended then. Twice is the same as once, and
/// nothing starts that ended earlier.
pub async fn take_back(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    notices::ledger::hold_addresses(tx).await?;
    hold(tx, std::slice::from_ref(subscriber_id)).await?;
    let account = account_of(tx, subscriber_id).await?;
    let last: Option<Moment> = sqlx::query_scalar(
        "SELECT max(at) FROM (
           SELECT max(ended_at) AS at FROM subscriptions
             WHERE subscriber_id = $1 AND ended_how IN ('one click', 'own page')
           UNION ALL SELECT max(stopped_at) FROM email_stops
             WHERE account_id = $2 AND started_at IS NULL) stops",
    )
    .bind(subscriber_id)
    .bind(account.as_deref().unwrap_or(""))
    .fetch_one(&mut *tx)
    .await?;
    let Some(last) = last else { return Ok(()) };
    let ended = sqlx::query(
        "SELECT DISTINCT service_id, place_id FROM subscriptions
         WHERE subscriber_id = $1 AND ended_at = $2 AND ended_how IN ('one click', 'own page')",
    )
    .bind(subscriber_id)
    .bind(last)
    .fetch_all(&mut *tx)
    .await?;
    let each: Vec<(&str, &str)> =
        ended.iter().map(|row| (row.get("service_id"), row.get("place_id"))).collect();
    if !each.is_empty() {
        let beginning = Beginning { each, cadence: None, how: Began::OwnPage };
        store::begin_each(tx, subscriber_id, beginning, now).await?;
    }
    match account {
        Some(account) => stops::take_back(tx, &account, last, now).await,
        None => Ok(()),
    }
}
