//! Every SQL statement about how a consultation is going.

use calendar::clock::{DAY, Moment};
use ground::db::{self, Db, json, read_json};
use ground::ids::{self, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::Told;

/// The open consultations whose answers were not counted for this day yet. Not before they have
/// been open for a day.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn due(db: &Db, day: &str, now: Moment) -> sqlx::Result<Vec<Id<ids::Consultation>>> {
    sqlx::query_scalar(
        "SELECT c.id FROM consultations c
         WHERE c.opened_at IS NOT NULL AND c.opens_at <= $1 AND c.closes_at > $2
           AND NOT EXISTS (SELECT 1 FROM answers_under_way u
             WHERE u.consultation_id = c.id AND u.day >= $3)
         ORDER BY c.id LIMIT 20",
    )
    .bind(now - DAY)
    .bind(now)
    .bind(day)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// What was kept last, and how many answers there were in truth when that last changed.
pub async fn last(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Option<(Told, u64)>> {
    let row = sqlx::query(
        "SELECT said, counted FROM answers_under_way WHERE consultation_id = $1
         ORDER BY day DESC LIMIT 1",
    )
    .bind(consultation_id)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let one = |row: AnyRow| {
        let counted = db::number(row.get("counted"), "answers_under_way.counted")?;
        Ok((kept(&row)?, counted))
    };
    row.map(one).transpose()
}

/// What is told, as it is kept: the places with the numbers.
fn kept(row: &AnyRow) -> sqlx::Result<Told> {
    let (places, said) = read_json(row.get("said"), "answers_under_way.said")?;
    Ok(Told { places, said })
}

/// Keeps what is told about this day. Another process may have done so already.
pub async fn keep(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    day: &str,
    told: &Told,
    counted: u64,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO answers_under_way (consultation_id, day, said, counted)
         VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(consultation_id)
    .bind(day)
    .bind(json(&(&told.places, &told.said))?)
    .bind(i64::try_from(counted).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(())
}

/// What is told, day by day until this one, the last day first.
pub async fn told(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    until: &str,
) -> sqlx::Result<Vec<(String, Told)>> {
    let rows = sqlx::query(
        "SELECT day, said FROM answers_under_way WHERE consultation_id = $1 AND day <= $2
         ORDER BY day DESC LIMIT 400",
    )
    .bind(consultation_id)
    .bind(until)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| Ok((row.get("day"), kept(row)?));
    rows.iter().map(one).collect()
}

/// How many answers organisers hope for.
pub async fn aim(db: &Db, consultation_id: &Id<ids::Consultation>) -> sqlx::Result<Option<u64>> {
    let aim: Option<i64> = sqlx::query_scalar("SELECT aim FROM consultations WHERE id = $1")
        .bind(consultation_id)
        .fetch_one(&mut *db.read().await?)
        .await?;
    aim.map(|aim| db::number(aim, "consultations.aim")).transpose()
}

/// Sets how many answers organisers hope for. False when it is that already.
pub async fn set_aim(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    aim: Option<i64>,
) -> sqlx::Result<bool> {
    let set = sqlx::query(
        "UPDATE consultations SET aim = CAST($2 AS BIGINT)
         WHERE id = $1 AND coalesce(aim, 0) <> coalesce(CAST($2 AS BIGINT), 0)",
    );
    Ok(set.bind(consultation_id).bind(aim).execute(tx).await?.rows_affected() == 1)
}
