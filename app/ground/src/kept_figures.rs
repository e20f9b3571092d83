//! Figures that everyone may see, kept as they were counted last: a page reads some rows, and
//! counts nobody (ADR 0061).
//!
//! The worker counts a figure again while it may still change, and for the last time once it has
//! settled. What it has not counted yet, or not lately, is counted by whoever wants to see it. So a
//! figure is right whether or not the worker has come round.

use calendar::clock::{MINUTE, Millis, Moment};
use sqlx::AnyConnection;

/// How long after it was counted the worker counts a figure again that may still change.
const AGAIN: Millis = 10 * MINUTE;

/// How long it is shown: then the worker is late.
const SHOWN: Millis = 2 * AGAIN;

/// Two machines' clocks may be a minute apart, and a write takes less to end.
const APART: Millis = MINUTE;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Who was told about a notice.
    Told,
    /// Who got the emails about an update.
    Heard,
}

impl Figure {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Heard => "heard",
        }
    }
}

/// When a figure may be shown, and when it is counted again: times in a statement, each as it is
/// written there. The statement names the row of it `k`.
#[derive(Clone, Copy, Debug)]
pub struct Life<'a> {
    /// What was counted before this is not shown.
    pub since: &'a str,
    /// From this on nothing changes it.
    pub settles: &'a str,
    pub now: &'a str,
}

impl Life<'_> {
    /// Whether `k` was counted when nothing could change it any more, but for what began before.
    fn is_final(&self) -> String {
        format!("k.counted_at >= {} + {APART}", self.settles)
    }

    /// Whether `k` was counted at a time at which it can have been. A clock that was wrong, and is
    /// right again, leaves later times behind.
    fn is_dated(&self) -> String {
        format!("k.counted_at BETWEEN {} AND {} + {APART}", self.since, self.now)
    }

    /// Whether it has settled.
    fn has_settled(&self) -> String {
        format!("{} >= {} + {APART}", self.now, self.settles)
    }

    /// Whether `k` may be shown.
    #[must_use]
    pub fn is_shown(&self) -> String {
        let (dated, last, settled) = (self.is_dated(), self.is_final(), self.has_settled());
        let now = self.now;
        format!("({dated} AND ({last} OR (k.counted_at > {now} - {SHOWN} AND NOT {settled})))")
    }

    /// Whether it is to be counted again; also where there is no `k`.
    #[must_use]
    pub fn is_due(&self) -> String {
        let (dated, last, settled) = (self.is_dated(), self.is_final(), self.has_settled());
        let now = self.now;
        format!(
            "(k.counted_at IS NULL OR NOT {dated}
             OR (NOT {last} AND (k.counted_at <= {now} - {AGAIN} OR {settled})))"
        )
    }
}

/// A part of a figure, and how many people are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The place, or the version.
    pub part: String,
    /// What became of them.
    pub how: String,
    pub people: i64,
}

/// Keeps what was counted at that time about one thing, in place of what was kept before.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &mut AnyConnection,
    figure: Figure,
    about: &str,
    counted: &[Part],
    at: Moment,
) -> sqlx::Result<()> {
    // Also where there is nobody; and another process that counts the same waits here.
    sqlx::query(
        "INSERT INTO kept_figures (figure, about, part, how, people, counted_at)
         VALUES ($1, $2, '', '', 0, $3)
         ON CONFLICT (figure, about, part, how) DO UPDATE SET counted_at = excluded.counted_at",
    )
    .bind(figure.word())
    .bind(about)
    .bind(at)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM kept_figures WHERE figure = $1 AND about = $2 AND how <> ''")
        .bind(figure.word())
        .bind(about)
        .execute(&mut *tx)
        .await?;
    for part in counted {
        sqlx::query(
            "INSERT INTO kept_figures (figure, about, part, how, people, counted_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(figure.word())
        .bind(about)
        .bind(&part.part)
        .bind(&part.how)
        .bind(part.people)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
