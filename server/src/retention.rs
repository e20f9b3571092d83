//! What is kept, and for how long: erases what is due, as `docs/retention.md` says. Each room knows
//! what of its own is no use any more.

use ground::files;
use ground::house::House;

/// Erases all that is due now, and leaves no copy of it in the database's files.
///
/// # Errors
/// When the database fails; the rest is erased the next time.
pub async fn keep(house: &House) -> sqlx::Result<()> {
    let now = house.clock.now();
    accounts::store::forget_due(&house.db, now).await?;
    accounts::joinings::forget_due(&house.db, now).await?;
    rounds::forget_due(&house.db, now).await?;
    consultations::forget_due(&house.db, now).await?;
    subscriptions::forget_due(&house.db, now).await?;
    notices::questions::forget_due(house).await?;
    local_offer::forget_due(&house.db, now).await?;
    deliveries::store::forget_due(&house.db, now).await?;
    app::export::forget_due(&house.db, now).await?;
    house.db.leave_no_copy().await
}

/// Takes away the files that nothing has named for a while. Once a night is often enough for that:
/// it looks through all of them.
///
/// # Errors
/// When the database fails; the rest is taken away the next time.
pub async fn keep_files(house: &House) -> sqlx::Result<()> {
    files::take_away_unnamed(house).await
}
