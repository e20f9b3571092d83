//! What became of a notice for those in its ledger: sent, come back, read.

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::ids::{Account, Id, Notice};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::owing::came_back;
use crate::rules::{Effect, Follow};
use crate::store::{effect, follow};

/// A notice in an email.
#[derive(Clone, Debug)]
pub struct InEmail {
    pub notice_id: Id<Notice>,
    pub title: String,
    pub effect: Effect,
    pub follow: Option<Follow>,
    /// Whether its reader said they have read it.
    pub is_read: bool,
}

/// The notices in the email with this link, the first to take effect first; none for a link from
/// another email, or for an address we no longer write to.
pub async fn in_email(db: &Db, link_hash: &str) -> sqlx::Result<Vec<InEmail>> {
    let rows = sqlx::query(
        "SELECT n.id, n.title, n.effect_kind, n.effect_at, l.read_at, n.follow_kind FROM ledger l
         JOIN notices n ON n.id = l.notice_id
         JOIN subscriber_links k ON k.token_hash = l.link_hash
         WHERE l.link_hash = $1
           AND (l.called_off_at IS NULL OR NOT EXISTS (SELECT 1 FROM ledger o
             WHERE o.link_hash = $1 AND o.called_off_at IS NULL))
         ORDER BY n.effect_at, n.id",
    )
    .bind(link_hash)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let told = |row: &AnyRow| {
        Ok(InEmail {
            notice_id: row.get("id"),
            title: row.get("title"),
            effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
            follow: follow(row.get("follow_kind"))?,
            is_read: row.get::<Option<Moment>, _>("read_at").is_some(),
        })
    };
    rows.iter().map(told).collect()
}

/// Records that the reader of this email has read it. The first time counts.
pub async fn read_email(tx: &mut AnyConnection, link_hash: &str, now: Moment) -> sqlx::Result<()> {
    sqlx::query("UPDATE ledger SET read_at = $2 WHERE link_hash = $1 AND read_at IS NULL")
        .bind(link_hash)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Records that this account has read a notice that it was to be told about. The first time counts.
pub async fn read_by(
    tx: &mut AnyConnection,
    notice_id: &Id<Notice>,
    account_id: &Id<Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE ledger SET read_at = $3 WHERE notice_id = $1 AND read_at IS NULL
           AND subscriber_id IN (SELECT id FROM subscribers WHERE account_id = $2)",
    )
    .bind(notice_id)
    .bind(account_id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// How far the emails of a notice have come: true numbers of people, only for [`disclosure`] to put
/// into words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    pub waiting: u64,
    pub sent: u64,
    /// It came back, or was given up.
    pub came_back: u64,
}

/// A number of people in this column of an answer.
fn people(row: &AnyRow, column: &str) -> sqlx::Result<u64> {
    db::number(row.get(column), "people told")
}

/// How far the emails of a notice have come. Nobody is counted whose email was called off.
pub async fn sending(db: &Db, notice_id: &Id<Notice>) -> sqlx::Result<Sending> {
    const SQL: &str = formatcp!(
        "SELECT CAST(coalesce(sum(t.back), 0) AS BIGINT) AS came_back,
                CAST(coalesce(sum(CASE WHEN t.back = 0 THEN t.sent ELSE 0 END), 0) AS BIGINT)
                  AS sent,
                CAST(coalesce(sum(CASE WHEN t.back = 0 AND t.sent = 0 THEN 1 ELSE 0 END), 0)
                  AS BIGINT) AS waiting
         FROM (SELECT CASE WHEN {} THEN 1 ELSE 0 END AS back,
                 CASE WHEN d.sent_at IS NOT NULL THEN 1 ELSE 0 END AS sent
               FROM ledger l LEFT JOIN deliveries d ON d.id = l.delivery_id
               WHERE l.notice_id = $1 AND (l.called_off_at IS NULL OR d.sent_at IS NOT NULL)) t",
        came_back!("l")
    );
    let row = sqlx::query(SQL).bind(notice_id).fetch_one(&mut *db.read().await?).await?;
    Ok(Sending {
        waiting: people(&row, "waiting")?,
        sent: people(&row, "sent")?,
        came_back: people(&row, "came_back")?,
    })
}
