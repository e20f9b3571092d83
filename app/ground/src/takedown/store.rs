//! Every SQL statement about what was taken down. What it was taken from is each room's.

use calendar::clock::Moment;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Kind, REASONS, Wish};
use crate::db::{Db, formatcp, known};
use crate::erasing::{let_go, let_go_of_second};
use crate::ids::{self, Account, Id};

/// Something that was taken down, or words that wait for a second organiser.
#[derive(Clone, Debug)]
pub struct Takedown {
    pub id: Id<ids::Takedown>,
    pub kind: Kind,
    /// The id of the topic, comment, question, answer or consultation.
    pub about_id: String,
    /// The word of one of [`REASONS`].
    pub reason: String,
    pub why: String,
    /// Whether the safeguarding lead can read the words.
    pub is_kept: bool,
    pub asked_by: Id<Account>,
    pub asked_at: Moment,
    pub taken_down_at: Option<Moment>,
    pub refused_at: Option<Moment>,
}

impl Takedown {
    /// Whether a second organiser still has to decide.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.taken_down_at.is_none() && self.refused_at.is_none()
    }
}

/// Something that an organiser takes down, or asks another to.
#[derive(Clone, Copy, Debug)]
pub struct NewTakedown<'a> {
    pub kind: Kind,
    pub about_id: &'a str,
    pub wish: &'a Wish,
    /// Its words, as they were.
    pub words: &'a str,
    pub by: &'a Id<Account>,
    pub at: Moment,
}

const COLUMNS: &str = "t.id, t.kind, t.about_id, t.reason, t.why,
     CAST(t.is_kept AS BIGINT) AS is_kept, t.asked_by, t.asked_at, t.taken_down_at, t.refused_at";

/// Keeps that something is taken down, in the same write as that. Words of results wait for a
/// second organiser. False when it was kept before, by the same form.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn keep(tx: &mut AnyConnection, new: NewTakedown<'_>) -> sqlx::Result<bool> {
    let waits = new.kind == Kind::Results;
    let words = if waits || new.wish.is_kept { new.words } else { "" };
    let kept = sqlx::query(
        "INSERT INTO takedowns (id, form_key, kind, about_id, reason, why, is_kept, words,
         asked_by, asked_at, taken_down_at)
         VALUES ($1, $2, $3, $4, $5, $6, CAST($7 AS INTEGER), $8, $9, $10, CAST($11 AS BIGINT))
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(Id::<ids::Takedown>::fresh())
    .bind(&new.wish.form_key)
    .bind(new.kind.word())
    .bind(new.about_id)
    .bind(new.wish.reason)
    .bind(&new.wish.why)
    .bind(i32::from(new.wish.is_kept))
    .bind(words)
    .bind(new.by)
    .bind(new.at)
    .bind((!waits).then_some(new.at))
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(false);
    }
    if matches!(new.kind, Kind::Topic | Kind::Comment) {
        // It is found no more at once; the next turn of the search forgets the rest.
        sqlx::query(
            "DELETE FROM search_words
             WHERE kind IN ('topics', 'local-offer/comments') AND thing_id = $1",
        )
        .bind(new.about_id)
        .execute(&mut *tx)
        .await?;
    }
    if !waits {
        leave_no_trace(tx, new.at).await?;
    }
    Ok(true)
}

/// Has the database's file written anew, since words were erased from it.
pub async fn leave_no_trace(tx: &mut AnyConnection, at: Moment) -> sqlx::Result<()> {
    sqlx::query("UPDATE service_state SET to_rewrite_since = $1").bind(at).execute(tx).await?;
    Ok(())
}

/// A second organiser takes down words that wait, or refuses. Gives the words, once; `None` when
/// they don't wait any more, or when this organiser asked for it.
pub async fn decide(
    tx: &mut AnyConnection,
    id: &Id<ids::Takedown>,
    is_agreed: bool,
    by: &Id<Account>,
    at: Moment,
) -> sqlx::Result<Option<String>> {
    let held = crate::db::Kind::of(tx).hold_to_change(
        "SELECT words FROM takedowns WHERE id = $1 AND asked_by <> $2 AND taken_down_at IS NULL
         AND refused_at IS NULL",
    );
    let words: Option<String> =
        sqlx::query_scalar(held).bind(id).bind(by).fetch_optional(&mut *tx).await?;
    let Some(words) = words else { return Ok(None) };
    let (taken_down_at, refused_at) = if is_agreed { (Some(at), None) } else { (None, Some(at)) };
    sqlx::query(
        "UPDATE takedowns SET decided_by = $2, taken_down_at = CAST($3 AS BIGINT),
           refused_at = CAST($4 AS BIGINT),
           words = CASE WHEN is_kept = 1 AND CAST($4 AS BIGINT) IS NULL THEN words ELSE '' END
         WHERE id = $1",
    )
    .bind(id)
    .bind(by)
    .bind(taken_down_at)
    .bind(refused_at)
    .execute(tx)
    .await?;
    Ok(Some(words))
}

/// The last time that something was taken down; `None` where it never was.
pub async fn of(db: &Db, about_id: &str) -> sqlx::Result<Option<Takedown>> {
    const SQL: &str = formatcp!(
        "SELECT {COLUMNS} FROM takedowns t WHERE t.about_id = $1 AND t.taken_down_at IS NOT NULL
         ORDER BY t.taken_down_at DESC, t.id DESC LIMIT 1"
    );
    let row = sqlx::query(SQL).bind(about_id).fetch_optional(&mut *db.read().await?).await?;
    row.as_ref().map(takedown).transpose()
}

/// One, by its own id.
pub async fn find(db: &Db, id: &Id<ids::Takedown>) -> sqlx::Result<Option<Takedown>> {
    const SQL: &str = formatcp!("SELECT {COLUMNS} FROM takedowns t WHERE t.id = $1");
    let row = sqlx::query(SQL).bind(id).fetch_optional(&mut *db.read().await?).await?;
    row.as_ref().map(takedown).transpose()
}

/// What was taken down and what waits, the last first.
pub async fn list(db: &Db, (most, from): (i64, i64)) -> sqlx::Result<Vec<Takedown>> {
    const SQL: &str = formatcp!(
        "SELECT {COLUMNS} FROM takedowns t ORDER BY t.asked_at DESC, t.id DESC
         LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)"
    );
    let rows = sqlx::query(SQL).bind(most).bind(from).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(takedown).collect()
}

/// Words of the results of a consultation that wait for a second organiser, with the words, the
/// first asked first.
pub async fn waiting(db: &Db, about_id: &str) -> sqlx::Result<Vec<(Takedown, String)>> {
    const SQL: &str = formatcp!(
        "SELECT {COLUMNS}, t.words FROM takedowns t WHERE t.about_id = $1
         AND t.taken_down_at IS NULL AND t.refused_at IS NULL ORDER BY t.asked_at, t.id LIMIT 50"
    );
    let rows = sqlx::query(SQL).bind(about_id).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(|row| Ok((takedown(row)?, row.get("words")))).collect()
}

/// What the safeguarding lead can read, either what waits, the first first, or what was looked
/// after, the last first: (id, what, when). Without the words.
pub async fn for_leads(
    db: &Db,
    looked_after: bool,
) -> sqlx::Result<Vec<(Id<ids::Takedown>, Kind, Moment)>> {
    const KEPT: &str = "SELECT t.id, t.kind, t.taken_down_at FROM takedowns t
         WHERE t.is_kept = 1 AND t.taken_down_at IS NOT NULL";
    const NOTED: &str = "EXISTS (SELECT 1 FROM takedown_notes n WHERE n.takedown_id = t.id)";
    const LOOKED_AFTER: &str =
        formatcp!("{KEPT} AND {NOTED} ORDER BY t.taken_down_at DESC, t.id DESC LIMIT 100");
    const WAITING: &str =
        formatcp!("{KEPT} AND NOT {NOTED} ORDER BY t.taken_down_at, t.id LIMIT 100");
    let sql = if looked_after { LOOKED_AFTER } else { WAITING };
    let rows = sqlx::query(sql).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(|row| Ok((row.get("id"), kind(row)?, row.get("taken_down_at")))).collect()
}

/// The words of what was taken down, for the safeguarding lead alone; `None` where there are none
/// to read.
pub async fn words(db: &Db, id: &Id<ids::Takedown>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "SELECT words FROM takedowns WHERE id = $1 AND is_kept = 1 AND taken_down_at IS NOT NULL",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// Takes an account out of what was taken down; that it was stays.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    let first = [("takedowns", "asked_by"), ("takedown_notes", "noted_by")];
    let_go(tx, account_id, &first).await?;
    let_go_of_second(tx, account_id, &[("takedowns", "decided_by")]).await
}

fn takedown(row: &AnyRow) -> sqlx::Result<Takedown> {
    let reason: String = row.get("reason");
    let is_known = REASONS.iter().any(|(word, _)| *word == reason);
    Ok(Takedown {
        id: row.get("id"),
        kind: kind(row)?,
        about_id: row.get("about_id"),
        reason: known(is_known.then_some(reason), "takedowns.reason")?,
        why: row.get("why"),
        is_kept: row.get::<i64, _>("is_kept") == 1,
        asked_by: row.get("asked_by"),
        asked_at: row.get("asked_at"),
        taken_down_at: row.get("taken_down_at"),
        refused_at: row.get("refused_at"),
    })
}

fn kind(row: &AnyRow) -> sqlx::Result<Kind> {
    known(Kind::read(row.get("kind")), "takedowns.kind")
}
