//! Every SQL statement about releases.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Material, Results};
use crate::clock::Millis;
use crate::consultations::reading::{self, Done};
use crate::consultations::store::Consultation;
use crate::consultations::typed;
use crate::db::{Db, Kept};
use crate::disclosure::tables::{Counts, Published};

/// A release as it is read.
#[derive(Clone, Debug)]
pub struct Release {
    /// Which it is, from 1.
    pub number: i64,
    /// What it says.
    pub results: Results,
    /// What differs from the one before, in the words of whoever counted; empty for the first.
    pub differs: String,
    /// Who counted it: (account, name).
    pub counted_by: (String, String),
    /// When another organiser had checked it; from then on everyone can read it.
    pub checked_at: Option<Millis>,
}

/// The releases of a consultation, the last first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn all(db: &Db, consultation_id: &str) -> Kept<Vec<Release>> {
    let rows = sqlx::query(
        "SELECT r.number, r.results, r.differs, r.counted_by, a.shown_name, r.checked_at FROM releases r JOIN accounts a ON a.id = r.counted_by
         WHERE r.consultation_id = $1 ORDER BY r.number DESC",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| Release {
        number: row.get(0),
        results: serde_json::from_str(row.get(1)).unwrap_or_default(),
        differs: row.get(2),
        counted_by: (row.get(3), row.get(4)),
        checked_at: row.get(5),
    };
    Ok(rows.iter().map(one).collect())
}

/// Whether everyone can read a release of a consultation.
pub async fn is_one(db: &Db, consultation_id: &str) -> Kept<bool> {
    let releases: i64 = sqlx::query_scalar("SELECT count(*) FROM releases WHERE consultation_id = $1 AND checked_at IS NOT NULL")
        .bind(consultation_id)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(releases > 0)
}

/// All that results are made of, but how many were asked; and how many sheets of the sample nobody has compared yet.
pub async fn material(db: &Db, versions: Vec<Consultation>) -> Kept<(Material, usize)> {
    let consultation_id = versions.first().map(|version| version.id.clone()).unwrap_or_default();
    let around = reading::store::around(db, &consultation_id).await?;
    let sample = typed::sample(around.typed.iter().map(|(response, _)| response.as_str()));
    let waiting = around.typed.iter().filter(|(response, is_compared)| !is_compared && sample.contains(&response.as_str())).count();
    let quoted = |(_, question, done)| if let Done::Quoted { words } = done { Some((question, words)) } else { None };
    let material = Material {
        versions: versions.into_iter().map(|version| (version.version, version.questionnaire)).collect(),
        heard: reading::store::heard(db, &consultation_id).await?,
        themes: around.themes,
        quotations: around.treated.into_iter().filter_map(quoted).collect(),
        places: around.places,
        asked: None,
    };
    Ok((material, waiting))
}

/// What was published before: the true numbers, and what was shown of them. Where there were too few to show, nothing was.
pub async fn published(db: &Db, consultation_id: &str) -> Kept<Vec<(Counts, Published)>> {
    let rows = sqlx::query("SELECT counts, published FROM releases WHERE consultation_id = $1 AND checked_at IS NOT NULL AND published <> 'null' ORDER BY number")
        .bind(consultation_id)
        .fetch_all(&mut *db.read().await?)
        .await?;
    rows.iter().map(|row| Ok((read(row.get(0))?, read(row.get(1))?))).collect()
}

/// Never a guess: what was published and cannot be read any more lets nothing new be published.
fn read<T: serde::de::DeserializeOwned>(json: &str) -> Kept<T> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A release that is counted and waits to be checked.
#[derive(Clone, Debug)]
pub struct New {
    /// The true numbers, as JSON.
    pub counts: String,
    /// What may be shown of them, as JSON; `null` where there are too few.
    pub published: String,
    /// The same with its words, as JSON.
    pub results: String,
    /// What differs from the one before.
    pub differs: String,
}

/// Keeps a release that is counted, in the place of one that waits to be checked.
pub async fn count(tx: &mut AnyConnection, consultation_id: &str, new: &New, by: &str, now: Millis) -> Kept<()> {
    discard(tx, consultation_id).await?;
    sqlx::query(
        "INSERT INTO releases (consultation_id, number, counts, published, results, differs, counted_by, counted_at)
         VALUES ($1, 1 + (SELECT coalesce(max(number), 0) FROM releases WHERE consultation_id = $1), $2, $3, $4, $5, $6, $7)",
    )
    .bind(consultation_id)
    .bind(&new.counts)
    .bind(&new.published)
    .bind(&new.results)
    .bind(&new.differs)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Discards the release that waits to be checked.
pub async fn discard(tx: &mut AnyConnection, consultation_id: &str) -> Kept<()> {
    sqlx::query("DELETE FROM releases WHERE consultation_id = $1 AND checked_at IS NULL").bind(consultation_id).execute(tx).await?;
    Ok(())
}

/// Publishes the release that waits, by somebody else than who counted it. False when there is none that she may.
pub async fn check(tx: &mut AnyConnection, consultation_id: &str, number: i64, by: &str, now: Millis) -> Kept<bool> {
    let checked = sqlx::query(
        "UPDATE releases SET checked_by = $3, checked_at = $4
         WHERE consultation_id = $1 AND number = $2 AND checked_at IS NULL AND counted_by <> $3",
    );
    Ok(checked.bind(consultation_id).bind(number).bind(by).bind(now).execute(tx).await?.rows_affected() == 1)
}
