//! What is asked and kept about who plans and notices affect.

use calendar::clock::Moment;
use forms::Named;
use ground::db::{self, Db};
use ground::ids::{Account, EqualityRecord, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow, Row as _};

use super::rules::{EqualityChoices, NewEquality, PublishedFigure};
use super::takes::Takes;
use crate::characteristics;

/// Where records about one kind of thing are kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    pub records: &'static str,
    pub numbers: &'static str,
    /// The column of a record that names the thing.
    pub about: &'static str,
}

/// That somebody signed for who something affects and what is done about it.
#[derive(Clone, Debug, FromRow)]
pub struct Signed {
    /// A name and a job title.
    pub signed_name: String,
    /// The day it is looked at again, as `2027-12-04`.
    pub review_day: String,
    pub at: Moment,
}

/// A record of equality as it was signed.
#[derive(Clone, Debug, Default)]
pub struct SignedEquality {
    pub affected: String,
    /// What it takes away; none too in a record from before we asked which.
    pub takes: Vec<Takes>,
    /// By name.
    pub characteristics: Vec<String>,
    /// Where the list of these is from, and when that was checked.
    pub source: String,
    /// By name; none means the whole area.
    pub places: Vec<String>,
    pub evidence: String,
    pub picked: Vec<PublishedFigure>,
    /// A group, and how many are in it.
    pub numbers: Vec<(String, u64)>,
    pub done: String,
    /// As `2027-12-04`.
    pub review_day: String,
    pub signed_name: String,
    pub signed_at: Moment,
}

/// The record about a thing that was signed last.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn last(db: &Db, kept: Kept, about: &str) -> sqlx::Result<Option<SignedEquality>> {
    let Kept { records, numbers, about: column } = kept;
    let sql = format!(
        "SELECT e.affected, e.takes, e.characteristics, e.source, e.places, e.evidence, e.picked,
           e.done, e.review_day, e.signed_name, e.signed_at, n.label, n.people
         FROM {records} e LEFT JOIN {numbers} n ON n.record_id = e.id
         WHERE e.id = (SELECT l.id FROM {records} l WHERE l.{column} = $1
           ORDER BY l.signed_at DESC, l.id DESC LIMIT 1)
         ORDER BY n.position"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(about);
    let rows = rows.fetch_all(&mut *db.read().await?).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let lines = |column: &str| -> Vec<String> {
        row.get::<&str, _>(column).lines().map(str::to_owned).collect()
    };
    Ok(Some(SignedEquality {
        affected: row.get("affected"),
        takes: db::known(Takes::read_all(row.get("takes")), "equality_records.takes")?,
        characteristics: lines("characteristics"),
        source: row.get("source"),
        places: lines("places"),
        evidence: row.get("evidence"),
        picked: row.get::<&str, _>("picked").lines().filter_map(figure).collect(),
        numbers: rows
            .iter()
            .filter_map(|row| number(row).transpose())
            .collect::<sqlx::Result<_>>()?,
        done: row.get("done"),
        review_day: db::day(row.get("review_day"), "equality_records.review_day")?,
        signed_name: row.get("signed_name"),
        signed_at: row.get("signed_at"),
    }))
}

/// A line of what was picked: an address, a space, the words.
fn figure(line: &str) -> Option<PublishedFigure> {
    let (to, words) = line.split_once(' ')?;
    Some(PublishedFigure { to: to.to_owned(), words: words.to_owned() })
}

/// A group and how many are in it, where the row has one.
fn number(row: &AnyRow) -> sqlx::Result<Option<(String, u64)>> {
    let Some(label) = row.get("label") else { return Ok(None) };
    Ok(Some((label, db::number(row.get("people"), "how many people it affects")?)))
}

/// What the form can choose from.
pub async fn choices(db: &Db) -> sqlx::Result<EqualityChoices> {
    let characteristics = characteristics::read(db).await?;
    let (places, figures) = places_and_figures(db).await?;
    Ok(EqualityChoices { characteristics, places, figures })
}

/// The places, and what the area has published about them and of results of consultations, the
/// latest first.
async fn places_and_figures(db: &Db) -> sqlx::Result<(Vec<Named>, Vec<PublishedFigure>)> {
    let rows = sqlx::query(
        "SELECT id, words, source, people, is_place FROM (
           SELECT p.id, p.name AS words, p.baseline_source AS source, p.baseline AS people,
             CAST(1 AS BIGINT) AS is_place, CAST(p.position AS BIGINT) AS place FROM places p
           WHERE p.retired_at IS NULL
           UNION ALL SELECT id, title, '', CAST(NULL AS BIGINT), CAST(0 AS BIGINT), -closes_at
           FROM (SELECT c.id, c.title, c.closes_at FROM consultations c
             WHERE c.withdrawn_at IS NULL AND c.id IN (
               SELECT r.consultation_id FROM releases r WHERE r.checked_at IS NOT NULL)
             ORDER BY c.closes_at DESC, c.id LIMIT 40) last) known
         ORDER BY is_place DESC, place, words, id",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let (mut places, mut figures) = (Vec::new(), Vec::new());
    for row in &rows {
        let (id, words): (&str, &str) = (row.get("id"), row.get("words"));
        if row.get::<i64, _>("is_place") == 0 {
            let to = format!("/consultations/{id}/results");
            figures.push(PublishedFigure { to, words: format!("Results: {words}") });
            continue;
        }
        places.push(Named { id: id.to_owned(), name: words.to_owned() });
        let Some(people) = row.get::<Option<i64>, _>("people") else { continue };
        let people = disclosure::count(db::number(people, "places.baseline")?).words();
        let source: &str = row.get("source");
        let words = format!("Children with SEND in {words}: {people} ({source})");
        figures.push(PublishedFigure { to: format!("/places/{id}"), words });
    }
    Ok((places, figures))
}

/// That somebody signs a record.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The id of the thing it is about.
    pub about: &'a str,
    pub by: &'a Id<Account>,
    pub at: Moment,
}

/// Keeps a record, once for each form key; its id where it is new.
pub async fn sign(
    tx: &mut AnyConnection,
    kept: Kept,
    signing: Signing<'_>,
    record: &NewEquality,
) -> sqlx::Result<Option<Id<EqualityRecord>>> {
    let picked: Vec<String> =
        record.picked.iter().map(|figure| format!("{} {}", figure.to, figure.words)).collect();
    let sql = format!(
        "INSERT INTO {} (id, form_key, {}, affected, characteristics, source, places, evidence,
         picked, done, review_day, signed_name, signed_by, signed_at, takes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
        kept.records, kept.about
    );
    let new: Option<Id<EqualityRecord>> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(Id::<EqualityRecord>::fresh())
        .bind(&record.form_key)
        .bind(signing.about)
        .bind(&record.affected)
        .bind(record.characteristics.join("\n"))
        .bind(&record.source)
        .bind(record.places.join("\n"))
        .bind(&record.evidence)
        .bind(picked.join("\n"))
        .bind(&record.done)
        .bind(&record.review_day)
        .bind(&record.signed_name)
        .bind(signing.by)
        .bind(signing.at)
        .bind(Takes::stored(&record.takes))
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(record_id) = &new {
        keep_numbers(tx, kept, record_id, &record.numbers).await?;
    }
    Ok(new)
}

/// Keeps the numbers of a record in one statement.
async fn keep_numbers(
    tx: &mut AnyConnection,
    kept: Kept,
    record_id: &Id<EqualityRecord>,
    numbers: &[(String, i64)],
) -> sqlx::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..numbers.len())
        .map(|nth| {
            let (label, people) = (nth * 2 + 2, nth * 2 + 3);
            format!("($1, CAST({nth} AS BIGINT), ${label}, CAST(${people} AS BIGINT))")
        })
        .collect();
    let sql = format!(
        "INSERT INTO {} (record_id, position, label, people) VALUES {}",
        kept.numbers,
        rows.join(", ")
    );
    let mut kept = sqlx::query(AssertSqlSafe(sql)).bind(record_id);
    for (label, people) in numbers {
        kept = kept.bind(label).bind(*people);
    }
    kept.execute(tx).await?;
    Ok(())
}
