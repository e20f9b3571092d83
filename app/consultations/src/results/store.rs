//! Every SQL statement about releases.

use calendar::clock::Moment;
use disclosure::tables::{Counts, Published};
use ground::db::{self, Db, Kind};
use ground::ids::{self, Id};
use questionnaires::results::{Material, New, Results};
use questionnaires::whole;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::paper_entries;
use crate::reading::{self, Done};
use crate::store::Consultation;

#[derive(Clone, Debug)]
pub struct Release {
    /// Which it is, from 1.
    pub number: i64,
    pub results: Results,
    /// What differs from the one before, in the words of whoever counted; empty for the first.
    pub differs: String,
    /// Who counted it: (account, name).
    pub counted_by: (Id<ids::Account>, String),
    pub counted_at: Moment,
    /// Whether something it is made of was changed since.
    pub is_stale: bool,
    /// When another organiser had checked it; from then on everyone can read it.
    pub checked_at: Option<Moment>,
    /// What the forum says it found, as it was written last.
    pub findings: Findings,
}

/// What the forum says it found, in a few sentences before the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How often they have been written; 0 for never.
    pub version: i64,
    /// The sentences.
    pub words: Vec<String>,
    /// When they were written last.
    pub said_at: Moment,
}

/// The releases of a consultation, the last first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn all(db: &Db, consultation_id: &Id<ids::Consultation>) -> sqlx::Result<Vec<Release>> {
    let rows = sqlx::query(
        "SELECT r.number, r.results, r.differs, r.counted_by, a.shown_name, r.checked_at,
         r.counted_at, CAST(c.changes - r.of_changes AS BIGINT) AS changed_since, f.version,
         f.words, f.said_at
         FROM releases r JOIN accounts a ON a.id = r.counted_by
           JOIN consultations c ON c.id = r.consultation_id
           LEFT JOIN findings f ON f.consultation_id = r.consultation_id AND f.number = r.number
             AND f.version = (SELECT max(l.version) FROM findings l
               WHERE l.consultation_id = r.consultation_id AND l.number = r.number)
         WHERE r.consultation_id = $1 ORDER BY r.number DESC",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| {
        Ok(Release {
            number: row.get("number"),
            results: db::read_json(row.get("results"), "releases.results")?,
            differs: row.get("differs"),
            counted_by: (row.get("counted_by"), row.get("shown_name")),
            checked_at: row.get("checked_at"),
            counted_at: row.get("counted_at"),
            is_stale: row.get::<i64, _>("changed_since") != 0,
            findings: findings(row),
        })
    };
    rows.iter().map(one).collect()
}

/// What is said to have been found; nothing where no version of it was written.
fn findings(row: &AnyRow) -> Findings {
    let Some(version) = row.get::<Option<i64>, _>("version") else {
        return Findings::default();
    };
    let words: &str = row.get("words");
    let words = words.lines().map(str::to_owned).collect();
    Findings { version, words, said_at: row.get("said_at") }
}

/// Whether everyone can read a release of a consultation.
pub async fn is_one(db: &Db, consultation_id: &Id<ids::Consultation>) -> sqlx::Result<bool> {
    let releases: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM releases WHERE consultation_id = $1 AND checked_at IS NOT NULL",
    )
    .bind(consultation_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(releases > 0)
}

/// All that results are made of, but what an organiser says as they count; and how many sheets of
/// the sample nobody has compared yet.
pub async fn material(db: &Db, versions: Vec<Consultation>) -> sqlx::Result<(Material, usize)> {
    let consultation_id = versions.first().map_or_else(Id::default, |version| version.id.clone());
    let around = reading::store::around(db, &consultation_id).await?;
    let sample = paper_entries::sample(around.typed.iter().map(|(response, _)| response));
    let waiting = around
        .typed
        .iter()
        .filter(|(response, is_compared)| !is_compared && sample.contains(&response))
        .count();
    let versions: Vec<_> =
        versions.into_iter().map(|version| (version.version, version.questionnaire)).collect();
    let heard = reading::store::heard(&mut *db.read().await?, &consultation_id).await?;
    let quoted = |(response, question, done): (Id<ids::Response>, String, Done)| {
        let Done::Quoted { words } = done else { return None };
        let version = heard.iter().find(|heard| response == *heard.response_id)?.version;
        Some((whole::name(&versions, version, &question)?, words))
    };
    let themes = around.themes.into_iter().filter(|theme| !theme.responses.is_empty()).collect();
    let quotations = around.treated.into_iter().filter_map(quoted).collect();
    let material = Material {
        versions,
        heard,
        themes,
        quotations,
        places: around.places,
        ..Material::default()
    };
    Ok((material, waiting))
}

/// The quotes that organisers chose, whether or not results show them.
pub async fn chosen_quotes(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT q.words FROM quotations q JOIN responses r ON r.id = q.response_id
         WHERE r.consultation_id = $1 ORDER BY q.words",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// What was published before: the true numbers, and what was shown of them. Where there were too
/// few to show, nothing was.
pub async fn published(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<(Counts, Published)>> {
    let rows = sqlx::query(
        "SELECT counts, published FROM releases WHERE consultation_id = $1
         AND checked_at IS NOT NULL AND published <> 'null' ORDER BY number",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    // Never a guess: what was published and cannot be read any more lets nothing new be published.
    let one = |row: &AnyRow| {
        let counts = db::read_json(row.get("counts"), "releases.counts")?;
        Ok((counts, db::read_json(row.get("published"), "releases.published")?))
    };
    rows.iter().map(one).collect()
}

/// Keeps a release that is counted, in the place of one that waits to be checked, and takes away
/// themes that no answer was given. False when something it is made of was changed meanwhile, or
/// other results were published. `made_of`: as it was before what it is made of was read.
pub async fn count(
    tx: &mut AnyConnection,
    new: &New,
    made_of: &MadeOf,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let counted = sqlx::query(
        "INSERT INTO releases (consultation_id, number, counts, published, results, differs,
         of_changes, counted_by, counted_at)
         SELECT c.id, 1 + (SELECT count(*) FROM releases r WHERE r.consultation_id = $1
           AND r.checked_at IS NOT NULL), $2, $3, $4, $5, c.changes, $6, CAST($7 AS BIGINT)
         FROM consultations c
         WHERE c.id = $1 AND c.changes = $8 AND (SELECT count(*) FROM releases r
           WHERE r.consultation_id = $1 AND r.checked_at IS NOT NULL AND r.published <> 'null') = $9
         ON CONFLICT (consultation_id, number) DO UPDATE
           SET counts = excluded.counts, published = excluded.published,
             results = excluded.results, differs = excluded.differs,
               of_changes = excluded.of_changes, counted_by = excluded.counted_by,
                 counted_at = excluded.counted_at",
    )
    .bind(&made_of.consultation_id)
    .bind(db::json(&new.counts)?)
    .bind(db::json(&new.published)?)
    .bind(db::json(&new.results)?)
    .bind(&new.differs)
    .bind(by)
    .bind(now)
    .bind(made_of.changes)
    .bind(made_of.published)
    .execute(&mut *tx)
    .await?;
    if counted.rows_affected() == 0 {
        return Ok(false);
    }
    // Nobody has to answer a theme that no parent spoke of: results know nothing of it.
    sqlx::query(
        "DELETE FROM themes WHERE consultation_id = $1
         AND NOT EXISTS (SELECT 1 FROM theme_answers a WHERE a.theme_id = themes.id)",
    )
    .bind(&made_of.consultation_id)
    .execute(tx)
    .await?;
    Ok(true)
}

/// What results were made of when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeOf {
    pub consultation_id: Id<ids::Consultation>,
    /// How often it had been changed.
    pub changes: i64,
    /// How many results were published.
    pub published: i64,
}

/// Notes that something results are made of has changed: what was counted before cannot be
/// published any more. `seen`: the count of changes when it was read. False when there were others
/// since.
pub async fn changed(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    seen: i64,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "UPDATE consultations SET changes = changes + 1 WHERE id = $1 AND changes = $2",
    );
    Ok(changed.bind(consultation_id).bind(seen).execute(tx).await?.rows_affected() == 1)
}

/// Discards the release that waits to be checked.
pub async fn discard(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM releases WHERE consultation_id = $1 AND checked_at IS NULL")
        .bind(consultation_id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Publishes the release that waits and was counted at that time, by someone other than whoever
/// counted it. False when there is none they may publish, or when something has changed since.
pub async fn check(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    counted_at: Moment,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    // Held: a sheet may be typed in, or an answer redacted, in the same moment.
    let hold = Kind::of(tx).hold_to_change("SELECT id FROM consultations WHERE id = $1");
    sqlx::query(hold).bind(consultation_id).fetch_optional(&mut *tx).await?;
    let checked = sqlx::query(
        "UPDATE releases SET checked_by = $3, checked_at = $4
         WHERE consultation_id = $1 AND counted_at = $2 AND checked_at IS NULL AND counted_by <> $3
           AND of_changes = (SELECT c.changes FROM consultations c WHERE c.id = $1)",
    );
    Ok(checked
        .bind(consultation_id)
        .bind(counted_at)
        .bind(by)
        .bind(now)
        .execute(tx)
        .await?
        .rows_affected()
        == 1)
}

/// Takes words out of everything that was counted and found in a consultation, with these in their
/// place, and out of the quotes that were chosen. What waits to be checked must be counted again.
pub async fn take_down(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    words: &str,
    in_place: &str,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE consultations SET changes = changes + 1 WHERE id = $1")
        .bind(consultation_id)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "DELETE FROM quotations WHERE words = $2
         AND response_id IN (SELECT r.id FROM responses r WHERE r.consultation_id = $1)",
    )
    .bind(consultation_id)
    .bind(words)
    .execute(&mut *tx)
    .await?;
    let releases: Vec<(i64, String, String)> =
        sqlx::query_as("SELECT number, results, differs FROM releases WHERE consultation_id = $1")
            .bind(consultation_id)
            .fetch_all(&mut *tx)
            .await?;
    for (number, results, differs) in releases {
        let before: Results = db::read_json(&results, "releases.results")?;
        let after = without(before.clone(), words, in_place);
        let said = if differs == words { in_place } else { differs.as_str() };
        if after == before && said == differs {
            continue;
        }
        sqlx::query(
            "UPDATE releases SET results = $3, differs = $4, taken_down = taken_down + 1
             WHERE consultation_id = $1 AND number = $2",
        )
        .bind(consultation_id)
        .bind(number)
        .bind(db::json(&after)?)
        .bind(said)
        .execute(&mut *tx)
        .await?;
    }
    take_findings_down(tx, consultation_id, words, in_place).await
}

/// Results without these words among the quotes.
fn without(mut results: Results, words: &str, in_place: &str) -> Results {
    for counted in &mut results.questions {
        for quotation in &mut counted.quotations {
            if quotation.as_str() == words {
                in_place.clone_into(quotation);
            }
        }
    }
    results
}

/// Takes a sentence out of every version of what was found.
async fn take_findings_down(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    words: &str,
    in_place: &str,
) -> sqlx::Result<()> {
    // A finding is one line.
    let in_place = in_place.lines().collect::<Vec<_>>().join(" ");
    let findings: Vec<(i64, i64, String)> =
        sqlx::query_as("SELECT number, version, words FROM findings WHERE consultation_id = $1")
            .bind(consultation_id)
            .fetch_all(&mut *tx)
            .await?;
    for (number, version, said) in findings {
        if !said.lines().any(|line| line == words) {
            continue;
        }
        let lines = said.lines().map(|line| if line == words { in_place.as_str() } else { line });
        sqlx::query(
            "UPDATE findings SET words = $4, taken_down = taken_down + 1
             WHERE consultation_id = $1 AND number = $2 AND version = $3",
        )
        .bind(consultation_id)
        .bind(number)
        .bind(version)
        .bind(lines.collect::<Vec<_>>().join("\n"))
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// What the forum says it found in a release.
#[derive(Clone, Copy, Debug)]
pub struct NewFindings<'f> {
    pub consultation_id: &'f Id<ids::Consultation>,
    pub number: i64,
    /// The version that whoever wrote it had before them.
    pub seen: i64,
    /// The sentences.
    pub words: &'f [String],
    pub said_by: &'f Id<ids::Account>,
    pub said_at: Moment,
}

/// Keeps what the forum says it found, beside what it said before. False when what was seen is not
/// the last version any more, or when the release is not published.
pub async fn keep_findings(tx: &mut AnyConnection, new: NewFindings<'_>) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "INSERT INTO findings (consultation_id, number, version, words, said_by, said_at)
         SELECT r.consultation_id, r.number, CAST($3 AS BIGINT), $4, $5, CAST($6 AS BIGINT)
         FROM releases r
         WHERE r.consultation_id = $1 AND r.number = $2 AND r.checked_at IS NOT NULL
           AND (SELECT count(*) FROM findings f WHERE f.consultation_id = $1
             AND f.number = $2) = $7
         ON CONFLICT DO NOTHING",
    );
    Ok(kept
        .bind(new.consultation_id)
        .bind(new.number)
        .bind(new.seen.saturating_add(1))
        .bind(new.words.join("\n"))
        .bind(new.said_by)
        .bind(new.said_at)
        .bind(new.seen)
        .execute(tx)
        .await?
        .rows_affected()
        == 1)
}
