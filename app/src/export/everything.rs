//! A copy as data: what `copy.json` says.

use std::collections::BTreeMap;

use calendar::clock::{self, Moment};
use ground::house::House;
use ground::personal::{Reading, Whose};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use super::store::{self, WhoseCopy};

/// The name of the format.
const FORMAT: &str = "alongside-copy/1";

/// All that is kept about one person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Everything {
    /// `alongside-copy/1`
    pub format: String,
    /// The parent carer forum that runs the service.
    pub forum: String,
    /// When it was read, as `2026-12-01T09:30:00Z`.
    pub read_at: String,
    /// `account`, or `subscription` for what is kept about one subscription alone.
    pub about: String,
    /// What is kept, by the tables of the service. A table without anything is not here.
    pub kept: Vec<Held>,
    /// The files they uploaded.
    pub files: Vec<Uploaded>,
    /// What is not in the copy, and why.
    pub left_out: Vec<LeftOut>,
}

/// The rows of one table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Held {
    /// The table.
    pub table: String,
    /// What its rows are.
    pub title: String,
    /// What is in a row, in the order of the page.
    pub columns: Vec<Named>,
    /// The rows, the oldest first. Times are as `2026-12-01T09:30:00Z`, and yes and no are words.
    pub rows: Vec<BTreeMap<String, Option<String>>>,
}

/// What one value of a row is called.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Named {
    /// Its name in a row.
    pub name: String,
    /// What it is called on the page; `null` where only programs read it.
    pub label: Option<String>,
    /// Whether the page leaves out a no.
    #[serde(skip)]
    pub is_if: bool,
}

/// A file they uploaded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Uploaded {
    /// The name it has.
    pub name: String,
    /// The SHA-256 of what is in it.
    pub sha256: String,
    /// Where it is in the copy; `null` where it is not.
    pub path: Option<String>,
    /// Why it is not in the copy.
    pub why_not: Option<String>,
}

/// What is not in the copy.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LeftOut {
    /// The table.
    pub table: String,
    /// The columns of it; none for all of it.
    pub columns: Vec<String>,
    /// Why.
    pub why: String,
}

/// The schema of `copy.json` (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema() -> Schema {
    schema_for!(Everything)
}

/// Reads all that is kept about somebody. The files are named, and not yet read.
///
/// # Errors
/// When the database fails.
pub async fn everything(house: &House, of: &WhoseCopy) -> sqlx::Result<Everything> {
    let now = house.clock.now();
    let mut files: Vec<Uploaded> = Vec::new();
    let mut kept = Vec::new();
    for (table, rows) in store::read(&house.db, of).await? {
        if rows.is_empty() {
            continue;
        }
        let readings: Vec<Reading> = table.readings().collect();
        let rows: Vec<BTreeMap<String, Option<String>>> = rows
            .into_iter()
            .map(|row| {
                let each = readings.iter().zip(row);
                each.map(|(reading, value)| {
                    (reading.name.to_owned(), value.map(|value| shown(reading, value)))
                })
                .collect()
            })
            .collect();
        if let Some((hash, name)) = table.file() {
            for row in &rows {
                let value = |column: &str| row.get(column).cloned().flatten();
                let (Some(sha256), Some(name)) = (value(hash), value(name)) else { continue };
                if !files.iter().any(|file| file.sha256 == sha256) {
                    files.push(Uploaded { name, sha256, path: None, why_not: None });
                }
            }
        }
        let columns = readings.iter().map(|reading| Named {
            name: reading.name.to_owned(),
            label: reading.label.map(str::to_owned),
            is_if: reading.is_if,
        });
        kept.push(Held {
            table: table.name.to_owned(),
            title: table.title.to_owned(),
            columns: columns.collect(),
            rows,
        });
    }
    let about = match of {
        WhoseCopy::Account(_) => "account",
        WhoseCopy::Subscriber(_) => "subscription",
    };
    Ok(Everything {
        format: FORMAT.to_owned(),
        forum: house.names.forum.clone(),
        read_at: clock::machine(now),
        about: about.to_owned(),
        kept,
        files,
        left_out: left_out(),
    })
}

/// How a yes and a no are written.
const YES: &str = "yes";
pub(super) const NO: &str = "no";

/// A value as it is in the copy.
fn shown(reading: &Reading, value: String) -> String {
    match (value.parse::<Moment>(), value.as_str()) {
        (Ok(at), _) if reading.is_time => clock::machine(at),
        (_, "1") if reading.is_yes => YES.to_owned(),
        (_, "0") if reading.is_yes => NO.to_owned(),
        _ => value,
    }
}

/// What no copy has, and why.
fn left_out() -> Vec<LeftOut> {
    let mut all = Vec::new();
    for table in super::tables() {
        let named = |columns: Vec<String>, why: &str| LeftOut {
            table: table.name.to_owned(),
            columns,
            why: why.to_owned(),
        };
        if let Whose::Nobody(why) = table.whose {
            all.push(named(Vec::new(), why));
        }
        let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for column in table.columns {
            if let (Some(name), Some(why)) = (column.of_table(), column.left_out()) {
                by_reason.entry(why).or_default().push(name.to_owned());
            }
        }
        all.extend(by_reason.into_iter().map(|(why, columns)| named(columns, why)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To rewrite the file: `UPDATE_SCHEMA=1 cargo test -p app --lib schema`
    #[test]
    fn the_published_schema_of_a_copy_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/copy.schema.json");
        let now = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &now).expect("the file");
        }
        assert_eq!(std::fs::read_to_string(path).expect("the file"), now);
    }

    #[test]
    fn times_are_read_by_programs_and_a_yes_is_a_word() {
        let reading = |is_time, is_yes| Reading {
            name: "any",
            label: None,
            is_time,
            is_yes,
            is_if: false,
            sql: String::new(),
        };
        assert_eq!(shown(&reading(true, false), "0".into()), "1970-01-01T00:00:00Z");
        assert_eq!(shown(&reading(false, true), "1".into()), "yes");
        assert_eq!(shown(&reading(false, false), "1".into()), "1");
    }
}
