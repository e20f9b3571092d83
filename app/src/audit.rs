//! The audit log: every change by an organiser, a leader or an administrator, append-only by trigger.

use sqlx::AnyConnection;

use crate::clock::Millis;

/// One change. `what` is a verb and its object as in "topic published"; `about` is the id of the thing.
#[derive(Debug)]
pub struct Entry<'a> {
    /// When, by the clock of the write.
    pub at: Millis,
    /// The account that did it; `None` for the program's own command line.
    pub who: Option<&'a str>,
    /// What was done, in a few words that do not change.
    pub what: &'a str,
    /// The id of what it was done to.
    pub about: &'a str,
    /// What a reader of the log needs beside; no personal data.
    pub detail: &'a str,
}

/// Writes the entry in the same transaction as the change.
///
/// # Errors
/// When the database fails; the change is then not kept either.
pub async fn note(tx: &mut AnyConnection, entry: Entry<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO audit (id, at, who, what, about, detail) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(crate::id::fresh())
        .bind(entry.at)
        .bind(entry.who)
        .bind(entry.what)
        .bind(entry.about)
        .bind(entry.detail)
        .execute(tx)
        .await?;
    Ok(())
}
