//! Names, numbers and days that were put right: what each was, kept for good, and shown where it
//! was read. `docs/adr/0044-put-right-in-sight.md` says why.

use std::str::FromStr;

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use sqlx::AnyConnection;

/// Something that was put right.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Correction {
    /// `service`, `place`, `organisation`, `plan`, `session` or `decision`: a row of
    /// `correction_words`.
    pub kind: String,
    /// The id of the thing.
    pub thing_id: String,
    /// Which column of it: `name`, `baseline` and so on.
    pub field: String,
    pub was: String,
    pub became: String,
    pub at: Moment,
}

impl Correction {
    /// The number that it was.
    ///
    /// # Errors
    /// When it was none.
    pub fn number<N: FromStr>(&self) -> sqlx::Result<N> {
        db::parsed(&self.was, "corrections.was")
    }
}

/// The thing and the moment of a correction.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub kind: &'static str,
    pub thing_id: &'a str,
    pub at: Moment,
}

/// Keeps what a column was before it is changed; nothing where it stays the same. Call it first in
/// the write: the schema lets nobody change the title of a plan, a planning session or a published
/// decision without it.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn keep(
    tx: &mut AnyConnection,
    of: Of<'_>,
    field: &str,
    (was, became): (&str, &str),
) -> sqlx::Result<bool> {
    if was == became {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO corrections (id, kind, thing_id, field, was, became, corrected_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id::fresh())
    .bind(of.kind)
    .bind(of.thing_id)
    .bind(field)
    .bind(was)
    .bind(became)
    .bind(of.at)
    .execute(tx)
    .await?;
    Ok(true)
}

/// What was put right about one thing, the latest first.
pub async fn of(db: &Db, kind: &str, thing_id: &str) -> sqlx::Result<Vec<Correction>> {
    sqlx::query_as(
        "SELECT kind, thing_id, field, was, became, corrected_at AS at FROM corrections
         WHERE thing_id = $2 AND kind = $1 ORDER BY corrected_at DESC, id DESC",
    )
    .bind(kind)
    .bind(thing_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// What the first correction after `$1` says that it was, as a part of statements; NULL where there
/// is none.
macro_rules! first_after {
    ($kind:literal, $field:literal, $id:literal) => {
        formatcp!(
            "(SELECT c.was FROM corrections c WHERE c.kind = '{}' AND c.thing_id = {}
              AND c.field = '{}' AND c.corrected_at > $1
              ORDER BY c.corrected_at, c.id LIMIT 1)",
            $kind,
            $id,
            $field
        )
    };
}

// The record of a day says what was so on that day, whatever was put right since.

/// The name that the service `s` had at the time `$1`, as a part of statements.
pub const SERVICE_THEN: &str =
    formatcp!("coalesce({}, s.name)", first_after!("service", "name", "s.id"));
/// Likewise of the place `p`.
pub const PLACE_THEN: &str =
    formatcp!("coalesce({}, p.name)", first_after!("place", "name", "p.id"));
/// Likewise of the organisation `o`.
pub const ORGANISATION_THEN: &str =
    formatcp!("coalesce({}, o.name)", first_after!("organisation", "name", "o.id"));
/// Likewise the number of children in the place `p`: below nothing where it was no number, of which
/// SQLite would make a nought.
pub const BASELINE_THEN: &str = formatcp!(
    "CASE WHEN {was} IS NULL THEN p.baseline WHEN {was} = '' THEN CAST(NULL AS BIGINT)
       WHEN CAST(CAST({was} AS BIGINT) AS TEXT) = {was} THEN CAST({was} AS BIGINT)
       ELSE CAST(-1 AS BIGINT) END",
    was = first_after!("place", "baseline", "p.id")
);
