//! An area copied into another database, of either kind, and its files, if that is wanted. Stopped
//! anywhere and begun again with the same words, it goes on where it was.
//!
//! The area must be still: the service does not run meanwhile. All that is read in one go is as it
//! was at one moment; whoever goes on compares every table with what the copy was begun with; and
//! in the end both databases are read once more, whole.

use std::collections::BTreeMap;
use std::fmt::Display;

use ground::audit::{self, Checked};
use ground::db::Db;
use ground::db::copying::{Begun, Copier, Pulse, Snapshot, Stand};
use ground::db::tables::Sum;
use ground::files::Files;

use crate::backup::audit_head;

/// How an area is copied.
pub struct How<'a> {
    /// Half a copy is emptied, and begun again.
    pub start_again: bool,
    /// Where the files are, and where they are copied to; `None` leaves them where they are.
    pub files: Option<(&'a Files, &'a Files)>,
    /// Says to whoever waits how far it is.
    pub say: &'a dyn Fn(&str),
}

impl Default for How<'_> {
    /// The rows alone, without a word.
    fn default() -> Self {
        Self { start_again: false, files: None, say: &|_| {} }
    }
}

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them were there already.
    pub were_there: u64,
}

impl Copied {
    /// "12,345 rows copied, and both databases are the same."
    #[must_use]
    pub fn in_words(&self) -> String {
        let same = "and both databases are the same.";
        let rows = self.rows;
        match self.rows - self.were_there {
            now if now == rows => format!("{rows} rows copied, {same}"),
            0 => format!("All {rows} rows were there already, {same}"),
            now => format!("{rows} rows are there, {now} of them copied just now, {same}"),
        }
    }
}

const START_AGAIN: &str = "run the same command with --start-again";
const MOVED: &str = "The area was changed while it was being copied. Stop the service on it, and \
                     run the same command with --start-again";
const OTHER_VERSION: &str = "The other database belongs to another version of this program. Name a \
                             new, empty one";

/// Copies an area into another database, and proves that both are the same. Nothing is written in
/// the first.
///
/// # Errors
/// One clear line. What is in the second is no area then, unless it was one before.
pub async fn copy(from: &Db, to: &Db, how: &How<'_>) -> Result<Copied, String> {
    let mut source = from.snapshot().await.map_err(unread)?;
    let sums = source.sums().await.map_err(unread)?;
    let pulse = source.pulse().await.map_err(unread)?;
    let mut copier = to.copier().await.map_err(failed)?.ok_or(
        "Another process is copying into the other database. Wait until it is done, or stop it",
    )?;
    let rows: u64 = sums.values().map(|sum| sum.rows).sum();
    let databases = Databases { from, to };
    let Some((begun, there)) = begin(databases, &source, &mut copier, &sums, how).await? else {
        // Killed after its last write, a copy is whole.
        if to.read_all(&mut ()).await.map_err(failed)? != sums {
            return Err(
                "The other database is not empty, and holds no copy of this area. Name an \
                empty one"
                    .to_owned(),
            );
        }
        copy_files(how).await?;
        return Ok(Copied { rows, were_there: rows });
    };
    let were_there: u64 = there.values().sum();
    copy_rows(&mut source, (from, pulse), &mut copier, (&begun, &there), how).await?;
    source.end().await.map_err(unread)?;
    copy_files(how).await?;

    (how.say)("Comparing both databases.");
    topics::store::index_again(to)
        .await
        .map_err(|error| format!("The topics could not be indexed for search: {error}"))?;
    if from.read_all(&mut ()).await.map_err(unread)? != begun.tables {
        return Err(MOVED.to_owned());
    }
    let found = to.read_all(&mut ()).await.map_err(failed)?;
    if found != begun.tables {
        let tables = differing(&found, &begun.tables);
        return Err(format!("The copy is not the same ({tables}). Empty it: {START_AGAIN}"));
    }
    copier.finish(begun).await.map_err(failed)?;
    Ok(Copied { rows, were_there })
}

/// The two databases of a copy.
#[derive(Clone, Copy)]
struct Databases<'a> {
    from: &'a Db,
    to: &'a Db,
}

/// Begins the copy, or goes on with what is there: what it was begun with, and how many rows of
/// each table it has. `None` when the database has something else in it.
async fn begin(
    Databases { from, to }: Databases<'_>,
    source: &Snapshot,
    copier: &mut Copier,
    sums: &BTreeMap<String, Sum>,
    how: &How<'_>,
) -> Result<Option<(Begun, BTreeMap<String, u64>)>, String> {
    let head = audit_head(from, None).await?;
    let before = match copier.stand().await.map_err(failed)? {
        Stand::Half(begun, there) => {
            if to.pending().await.map_err(failed)? > 0
                || !copier.fits(source).await.map_err(failed)?
            {
                return Err(OTHER_VERSION.to_owned());
            }
            if !how.start_again {
                is_still(from, &begun, sums).await?;
                let (rows, all): (u64, u64) =
                    (there.values().sum(), sums.values().map(|sum| sum.rows).sum());
                (how.say)(&format!("Continuing: {rows} of {all} rows are there."));
                return Ok(Some((begun, there)));
            }
            Some(begun)
        }
        stand => {
            if stand == Stand::None && to.is_new().await.map_err(failed)? {
                copier.mean().await.map_err(failed)?;
            }
            to.migrate().await.map_err(|error| format!("Its tables cannot be made: {error}"))?;
            if !copier.fits(source).await.map_err(failed)? {
                return Err(OTHER_VERSION.to_owned());
            }
            None
        }
    };
    let (tables, rows) = (sums.len(), sums.values().map(|sum| sum.rows).sum::<u64>());
    let Some(begun) = copier.begin(head, sums.clone(), before).await.map_err(failed)? else {
        return Ok(None);
    };
    (how.say)(&format!("Copying {tables} tables with {rows} rows."));
    Ok(Some((begun, BTreeMap::new())))
}

/// Whether the area is what the copy was begun with.
async fn is_still(from: &Db, begun: &Begun, sums: &BTreeMap<String, Sum>) -> Result<(), String> {
    if begun.tables == *sums {
        return Ok(());
    }
    let known = audit::check(from, Some(&begun.audit_head)).await.map_err(unread)?;
    Err(match known {
        Checked::Whole(_) => format!(
            "The area has changed since this copy was begun ({}). Stop the service on it, and to \
             copy it as it is now, {START_AGAIN}",
            differing(sums, &begun.tables)
        ),
        Checked::Without(_) | Checked::Broken(_) => format!(
            "The other database holds half a copy of another area. To put this one in its place, \
             {START_AGAIN}"
        ),
    })
}

/// Puts in all rows that are not there yet.
async fn copy_rows(
    source: &mut Snapshot,
    (from, pulse): (&Db, Pulse),
    copier: &mut Copier,
    (begun, there): (&Begun, &BTreeMap<String, u64>),
    how: &How<'_>,
) -> Result<(), String> {
    for (table, sum) in &begun.tables {
        let there = there.get(table).copied().unwrap_or(0);
        if there == sum.rows {
            continue;
        }
        let mut tell = |now: u64| (how.say)(&format!("{table}: {now} of {} rows", sum.rows));
        source
            .copy_table(copier, table, there, &mut tell)
            .await
            .map_err(|error| format!("The copy stopped at {table}: {error}"))?;
        // What is found out in the end is better known at once.
        if from.pulse().await.map_err(unread)? != pulse {
            return Err(MOVED.to_owned());
        }
    }
    Ok(())
}

/// Copies the files, where that is wanted: those that are there as they should be stay.
async fn copy_files(how: &How<'_>) -> Result<(), String> {
    let Some((from, to)) = how.files else { return Ok(()) };
    let cannot = |error: &dyn Display| format!("The files cannot be copied: {error}");
    let names = from.all().await.map_err(|error| cannot(&error))?;
    let (all, mut copied) = (names.len(), 0);
    for (nth, name) in names.iter().enumerate() {
        if to.check(name).await.is_ok() {
            continue;
        }
        let content = from.read(name).await.map_err(|error| cannot(&error))?;
        to.put(content).await.map_err(|error| cannot(&error))?;
        to.check(name).await.map_err(|error| cannot(&error))?;
        copied += 1;
        (how.say)(&format!("files: {} of {all}", nth + 1));
    }
    (how.say)(&format!("Files: {copied} copied, {} there already.", all - copied));
    Ok(())
}

/// The tables that are not the same in both.
fn differing(one: &BTreeMap<String, Sum>, other: &BTreeMap<String, Sum>) -> String {
    let tables = one.iter().filter(|(table, sum)| other.get(*table) != Some(*sum));
    tables.map(|(table, _)| table.as_str()).collect::<Vec<_>>().join(", ")
}

fn unread(error: sqlx::Error) -> String {
    format!("The database cannot be read: {error}")
}

fn failed(error: sqlx::Error) -> String {
    format!("The other database failed: {error}")
}
