//! What an update or a verdict can name: files that were added, and questions of published
//! results.

use calendar::clock::Moment;
use ground::db::{self, Db};
use ground::files::{self, FileKind};
use ground::ids::{Account, Consultation, EvidenceFile, Id};
use questionnaires::results::Results;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::subjects::{Subject, SubjectKind};
use crate::evidence::Attached;
use crate::words::{Known, Question};

/// Notes that somebody added a file that is stored; its id. The same file twice is one.
pub async fn put_in(
    tx: &mut AnyConnection,
    file: &files::SavedFile,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Id<EvidenceFile>> {
    sqlx::query_scalar(
        "INSERT INTO evidence_files (id, hash, name, kind, size, put_in_by, put_in_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (put_in_by, hash) DO UPDATE SET name = excluded.name RETURNING id",
    )
    .bind(Id::<EvidenceFile>::fresh())
    .bind(&file.hash)
    .bind(&file.name)
    .bind(file.kind.ending())
    .bind(file.size)
    .bind(by)
    .bind(now)
    .fetch_one(tx)
    .await
}

/// What somebody can name: the questions of the last results of the consultations among `about`,
/// and those of these files that they added themselves.
pub async fn known(
    db: &Db,
    about: &[Subject],
    files: &[String],
    by: &Id<Account>,
) -> sqlx::Result<Known> {
    let asked: Vec<&Subject> =
        about.iter().filter(|subject| subject.kind == SubjectKind::Consultation).collect();
    let mut known = Known::default();
    if asked.is_empty() && files.is_empty() {
        return Ok(known);
    }
    let sql = format!(
        "SELECT 'file' AS what, f.id, f.hash, f.name, f.kind, f.size, '' AS results
         FROM evidence_files f
         WHERE f.put_in_by = $1 AND f.id IN ({})
         UNION ALL SELECT 'results', x.consultation_id, '', '', '', 0, x.results FROM releases x
         WHERE x.consultation_id IN ({}) AND x.checked_at IS NOT NULL
           AND x.number = (SELECT max(l.number) FROM releases l
             WHERE l.consultation_id = x.consultation_id AND l.checked_at IS NOT NULL)",
        db::parameters(2, files.len().max(1)),
        db::parameters(2 + files.len().max(1), asked.len().max(1))
    );
    let none = [String::new()];
    let mut ask = sqlx::query(AssertSqlSafe(sql)).bind(by);
    for id in if files.is_empty() { &none[..] } else { files } {
        ask = ask.bind(id);
    }
    let asked: Vec<&str> = if asked.is_empty() {
        vec![""]
    } else {
        asked.iter().map(|subject| subject.id.as_str()).collect()
    };
    for id in asked {
        ask = ask.bind(id);
    }
    for row in ask.fetch_all(&mut *db.read().await?).await? {
        if row.get::<&str, _>("what") == "file" {
            let file = files::SavedFile {
                hash: row.get("hash"),
                name: row.get("name"),
                kind: db::known(FileKind::read(row.get("kind")), "evidence_files.kind")?,
                size: row.get("size"),
            };
            known.files.push(Attached { id: row.get("id"), file });
        } else {
            let consultation_id: Id<Consultation> = row.get("id");
            let results: Results = db::read_json(row.get("results"), "releases.results")?;
            let named = results
                .named()
                .into_iter()
                .map(|(key, words)| Question { key: format!("{consultation_id}/{key}"), words });
            known.questions.extend(named);
        }
    }
    Ok(known)
}
