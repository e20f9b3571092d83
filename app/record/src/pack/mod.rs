//! The evidence pack: the record of one day as files that can be read without this service, and
//! that prove themselves.
//!
//! The same day gives the same bytes: everything in a pack is a dated fact, in a fixed order, and
//! nothing in it says when or where it was made. `report` is the page for people, in the words of
//! `in_words`; `verify` compares a folder with its manifest.

mod in_words;
mod report;
mod verify;

use std::io::{Cursor, Write as _};

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub use verify::{Verified, verify};

use super::figures::{Figure, figures};
use super::history::AsOf;
use super::store;
use super::tables::{Table, tables};
use calendar::clock;
use ground::house::House;
use questionnaires::results::harmless;

/// The file that names all others with their hashes, as `sha256sum --check` reads it.
pub const MANIFEST: &str = "manifest.sha256";

/// The name of the format of the record in a pack.
const FORMAT: &str = "alongside-evidence/1";

/// Every question that figures and tables come from, with what it counts. `docs/evidence-pack.md`
/// says more.
pub const QUERIES: [(&str, &str); 12] = [
    (
        "plans",
        "every plan registered by then, with its topics, statements and drafts, its planning \
         sessions and who else says that they were held, what was decided, and each time something \
         went ahead without involving or answering parents as agreed",
    ),
    (
        "told",
        "every change that had started, with who was told before it started, from the record of \
         emails",
    ),
    ("outcomes", "every version of what leaders say happened, with the forum's latest word"),
    ("contributors_told", "the emails about what happened, by the days until they were sent"),
    (
        "awaited",
        "every chosen topic, consultation with results and plan with a draft, and when leaders \
         said what happened",
    ),
    ("rounds", "every voting round that closed, with its results"),
    ("consultations", "every consultation opened, with its latest published results"),
    (
        "comments",
        "every comment on the Local Offer that was published and not withdrawn, with its first \
         answer, what was promised, and if the forum says it was done",
    ),
    (
        "taken_down",
        "everything that the forum had taken down after everyone could read it, with the reason",
    ),
    (
        "waits",
        "everything that leaders had published about how long families wait, with the forum's \
         latest word on it",
    ),
    (
        "recommendations",
        "every recommendation of a report, with what each plan that must answer it does about it",
    ),
    ("audit_log", "the last entry of the audit log by then"),
];

/// The record of one day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Record {
    /// `alongside-evidence/1`
    format: String,
    /// The local area.
    area: String,
    /// The parent carer forum that runs the service.
    forum: String,
    /// The day, as `2026-12-01`: everything that happened up to its end, in London.
    as_of: String,
    /// Whether the day was over. If not, a later pack of the same day can say more.
    is_whole_day: bool,
    /// How many days leaders have to say what happened.
    outcome_days: i64,
    /// Where the chain of the audit log ended.
    audit_log: AuditLog,
    /// The questions to the service's tables.
    queries: Vec<Query>,
    /// The figures.
    figures: Vec<Figure>,
    /// The tables.
    tables: Vec<Table>,
}

/// The end of the audit log.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct AuditLog {
    /// How many entries it had.
    entries: i64,
    /// The hash of the last, which covers all before it (`alongside audit-check --head`).
    head: String,
}

/// A question to the service's tables.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Query {
    /// Its name.
    name: String,
    /// What it counts.
    what: String,
}

/// The schema of `record.json` (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Record)
}

/// Why there is no pack.
#[derive(Debug)]
pub enum NoPack {
    /// Nothing had happened by then: what to do instead.
    Nothing(String),
    /// The database failed.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for NoPack {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// A pack: its files by name, the manifest last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name, as in `evidence-pack-2026-12-01`.
    pub name: String,
    /// (name, bytes)
    pub files: Vec<(String, Vec<u8>)>,
}

/// Makes the pack of a day.
///
/// # Errors
/// When nothing had happened by then, or the database fails.
pub async fn make(house: &House, moment: &AsOf) -> Result<Pack, NoPack> {
    Pack::of(&record(house, moment).await?, moment)
}

async fn record(house: &House, moment: &AsOf) -> Result<Record, NoPack> {
    let (db, at) = (&house.db, moment.at);
    let history = store::history(db, at).await?;
    if history.is_empty() {
        let what_to_do = match store::first_event(db).await? {
            Some(first) if first > at => {
                format!("Nothing had happened by then. Choose {} or a later day", clock::day(first))
            }
            _ => "Nothing has happened here yet to put in a pack".to_owned(),
        };
        return Err(NoPack::Nothing(what_to_do));
    }
    let head = store::audit_head(db, at).await?;
    let (area, within) = (&house.names.area, house.settings.outcome_within);
    Ok(Record {
        format: FORMAT.to_owned(),
        area: area.clone(),
        forum: house.names.forum.clone(),
        as_of: moment.day.clone(),
        is_whole_day: moment.is_whole_day,
        outcome_days: within / clock::DAY,
        audit_log: AuditLog { entries: head.number, head: head.hash },
        queries: QUERIES
            .iter()
            .map(|(name, what)| Query { name: (*name).to_owned(), what: (*what).to_owned() })
            .collect(),
        figures: figures(&history, area, within, at),
        tables: tables(&history, area, within, at),
    })
}

impl Pack {
    fn of(record: &Record, moment: &AsOf) -> Result<Self, NoPack> {
        let json = |text: Result<String, serde_json::Error>| {
            let text = text.map_err(|error| sqlx::Error::Encode(error.into()))?;
            Ok::<_, NoPack>((text + "\n").into_bytes())
        };
        let mut files = vec![
            ("report.html".to_owned(), report::report(record).into_bytes()),
            ("record.json".to_owned(), json(serde_json::to_string_pretty(record))?),
            ("record.schema.json".to_owned(), json(serde_json::to_string_pretty(&schema()))?),
            ("figures.csv".to_owned(), figures_csv(&record.figures)),
        ];
        files.extend(
            record.tables.iter().map(|table| (format!("{}.csv", table.name), table_csv(table))),
        );
        files.sort();
        let manifest: String =
            files.iter().map(|(name, bytes)| format!("{}  {name}\n", id::sha256(bytes))).collect();
        files.push((MANIFEST.to_owned(), manifest.into_bytes()));
        Ok(Self { name: format!("evidence-pack-{}", moment.day), files })
    }

    /// The hash of its manifest, which covers every file: anyone who knows it can tell this pack
    /// from any other.
    #[must_use]
    pub fn hash(&self) -> String {
        self.files.last().map(|(_, manifest)| id::sha256(manifest)).unwrap_or_default()
    }

    /// The same as one zip: a folder with the files, each with the same date.
    ///
    /// # Errors
    /// When it is larger than a zip can be.
    pub fn zip(&self) -> zip::result::ZipResult<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(0o644);
        for (name, bytes) in &self.files {
            zip.start_file(format!("{}/{name}", self.name), options)?;
            zip.write_all(bytes)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

fn figures_csv(figures: &[Figure]) -> Vec<u8> {
    let rows = figures.iter().map(|figure| {
        [&figure.name, &figure.title, &figure.value, &figure.query].map(String::clone).to_vec()
    });
    csv_of(&["name", "title", "value", "query"].map(str::to_owned), rows)
}

fn table_csv(table: &Table) -> Vec<u8> {
    csv_of(
        &table.columns,
        table.rows.iter().map(|row| row.iter().map(super::tables::Cell::words).collect()),
    )
}

fn csv_of(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    for row in std::iter::once(head.to_vec()).chain(rows) {
        // Into memory, with rows of one length: it cannot fail.
        let _ =
            csv.write_record(row.iter().map(|cell| {
                if cell.parse::<i64>().is_ok() { cell.clone() } else { harmless(cell) }
            }));
    }
    csv.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To rewrite the file: `UPDATE_SCHEMA=1 cargo test -p record --lib schema`
    #[test]
    fn the_published_schema_of_the_pack_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/evidence-pack.schema.json");
        let now = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &now).expect("the file");
        }
        assert_eq!(std::fs::read_to_string(path).expect("the file"), now);
    }

    /// To rewrite the table: `UPDATE_FIGURES=1 cargo test -p record --lib figures`
    #[test]
    fn the_docs_have_the_table_of_figures() {
        const HEAD: &str = "| figure | question | what it is |\n|---|---|---|\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/evidence-pack.md");
        let docs = std::fs::read_to_string(path).expect("the file");
        let (before, rest) = docs.split_once(HEAD).expect("the table");
        let (found, after) = rest.split_once("\n\n").expect("the end of the table");
        let history = super::super::history::History::default();
        let rows: Vec<String> = figures(&history, "Sefton", clock::DAY, clock::Moment::default())
            .iter()
            .map(|Figure { name, title, query, .. }| format!("| `{name}` | `{query}` | {title} |"))
            .collect();
        let rows = rows.join("\n");
        if std::env::var_os("UPDATE_FIGURES").is_some() {
            let now = format!("{before}{HEAD}{rows}\n\n{after}");
            std::fs::write(path, now).expect("the file");
        } else {
            assert_eq!(found, rows, "docs/evidence-pack.md");
        }
    }

    #[test]
    fn the_docs_name_every_query_and_table() {
        let docs = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/evidence-pack.md"
        ))
        .expect("the file");
        let history = super::super::history::History::default();
        let figures = figures(&history, "Sefton", clock::DAY, clock::Moment::default());
        let tables = tables(&history, "Sefton", clock::DAY, clock::Moment::default());
        let names = QUERIES.iter().map(|(name, _)| (*name).to_owned());
        let names = names.chain(tables.iter().map(|table| table.name.clone()));
        let missing: Vec<String> =
            names.filter(|name| !docs.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "docs/evidence-pack.md does not mention {missing:?}");
        let known = |query: &str| QUERIES.iter().any(|(name, _)| *name == query);
        assert!(
            figures.iter().all(|figure| known(&figure.query))
                && tables.iter().all(|table| known(&table.query))
        );
    }
}
