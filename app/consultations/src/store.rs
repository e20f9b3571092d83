//! Every SQL statement about consultations and their questions; those about responses are in
//! `responses`.

use calendar::clock::Moment;
use deliveries::{EmailKind, Owed, Words, owe};
use forms::Named;
use ground::db::{Db, Kind, formatcp, json, known, parsed, read_json};
use ground::ids::{self, Id};
use questionnaires::mended::{Mending, corrected, mend};
use questionnaires::{Questionnaire, Section, piping, way};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::course::{Course, Sheet};
use super::imports::store::LastImport;
use super::rules::{
    self, Belongs, ChangeKind, ConsultationChange, ConsultationState, Terms, WhoMayAnswer,
};

/// A consultation with its questions.
#[derive(Clone, Debug)]
pub struct Consultation {
    pub id: Id<ids::Consultation>,
    /// What it says besides its questions.
    pub terms: Terms,
    /// When an organiser opened it; `None` while it is being written.
    pub opened_at: Option<Moment>,
    /// When it was withdrawn, which is then its last moment too.
    pub withdrawn_at: Option<Moment>,
    /// The plan it belongs to: (id, title).
    pub plan: Option<(Id<ids::Plan>, String)>,
    /// How often anything its results are made of was changed.
    pub changes: i64,
    /// The topic it belongs to, while everyone may read that: (id, title).
    pub topic: Option<(Id<ids::Topic>, String)>,
    /// The name of the organisation that answers for it, while that is there.
    pub answered_for_by: Option<String>,
    /// Which version of the questions this is.
    pub version: i64,
    /// When the plan it belongs to was decided, once everyone can read that.
    pub plan_decided_at: Option<Moment>,
    /// Since when this version is asked, where it is a later one than the first.
    pub live_at: Option<Moment>,
    /// How often this list of questions was changed.
    pub edits: i64,
    /// The questions, with slips in their wording corrected.
    pub questionnaire: Questionnaire,
}

impl Consultation {
    #[must_use]
    pub fn state(&self, now: Moment) -> ConsultationState {
        if self.withdrawn_at.is_some() { ConsultationState::Withdrawn } else { self.by_clock(now) }
    }

    fn by_clock(&self, now: Moment) -> ConsultationState {
        rules::state(self.opened_at.is_some(), (self.terms.opens_at, self.terms.closes_at), now)
    }

    /// Whether organisers may read its answers: it has closed, or was withdrawn, since an answer to
    /// that may tell of danger too.
    #[must_use]
    pub fn is_readable(&self, now: Moment) -> bool {
        self.by_clock(now) == ConsultationState::Closed
    }

    /// Whether an organisation must be chosen to answer for it: it is about neither a plan nor a
    /// topic.
    #[must_use]
    pub fn needs_organisation(&self) -> bool {
        self.terms.plan_id.is_none() && self.terms.topic_id.is_none()
    }

    /// The same with a word in place of each earlier answer in the questions, as everyone reads
    /// them who did not give it.
    #[must_use]
    pub fn without_answers(mut self) -> Self {
        self.questionnaire = piping::without(&self.questionnaire);
        self
    }

    /// Whether this is a later version that is being written, while parents answer the one before.
    #[must_use]
    pub fn is_next_version(&self) -> bool {
        self.version > 1 && self.live_at.is_none()
    }
}

/// Keeps a consultation that is written, once for each form key: (its id, whether it is new).
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn write(
    tx: &mut AnyConnection,
    terms: &Terms,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<(Id<ids::Consultation>, bool)> {
    let new: Option<Id<ids::Consultation>> = bound(
        sqlx::query_scalar(
            "INSERT INTO consultations (id, title, about, can_change, cannot_change, who_for,
             how_used, who_sees, access, topic_id, plan_id, draft_id, opens_at, closes_at,
               organisation_id, reasons, form_key, written_by, written_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
               $18, $19)
             ON CONFLICT (form_key) DO NOTHING RETURNING id",
        )
        .bind(Id::<ids::Consultation>::fresh()),
        terms,
    )
    .bind(&terms.form_key)
    .bind(by)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(new) = new else {
        let known = sqlx::query_scalar("SELECT id FROM consultations WHERE form_key = $1")
            .bind(&terms.form_key)
            .fetch_one(tx)
            .await?;
        return Ok((known, false));
    };
    let empty = Questionnaire { sections: vec![Section::default()] };
    sqlx::query(
        "INSERT INTO questionnaires (consultation_id, version, questions) VALUES ($1, 1, $2)",
    )
    .bind(&new)
    .bind(json(&empty)?)
    .execute(tx)
    .await?;
    Ok((new, true))
}

/// Changes what a consultation says, while it is not opened. False when it is.
pub async fn change(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    terms: &Terms,
) -> sqlx::Result<bool> {
    let changed: Option<Id<ids::Consultation>> = bound(
        sqlx::query_scalar(
            "UPDATE consultations SET title = $2, about = $3, can_change = $4, cannot_change = $5,
             who_for = $6, how_used = $7, who_sees = $8,
               access = $9, topic_id = $10, plan_id = $11, draft_id = $12, opens_at = $13,
                 closes_at = $14, organisation_id = $15, reasons = $16
             WHERE id = $1 AND opened_at IS NULL RETURNING id",
        )
        .bind(consultation_id.clone()),
        terms,
    )
    .fetch_optional(tx)
    .await?;
    Ok(changed.is_some())
}

type Scalar<'q> =
    sqlx::query::QueryScalar<'q, sqlx::Any, Id<ids::Consultation>, sqlx::any::AnyArguments>;

/// What a consultation says, from the second parameter to the sixteenth.
fn bound<'q>(query: Scalar<'q>, terms: &'q Terms) -> Scalar<'q> {
    query
        .bind(&terms.title)
        .bind(&terms.about)
        .bind(&terms.can_change)
        .bind(&terms.cannot_change)
        .bind(&terms.who_for)
        .bind(&terms.how_used)
        .bind(&terms.who_sees)
        .bind(terms.access.word())
        .bind(&terms.topic_id)
        .bind(&terms.plan_id)
        .bind(&terms.draft_id)
        .bind(terms.opens_at)
        .bind(terms.closes_at)
        .bind(&terms.organisation_id)
        .bind(&terms.reasons)
}

/// The consultation with this id, with the questions that are asked.
pub async fn find(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Option<Consultation>> {
    const SQL: &str = formatcp!(
        "{WHOLE} WHERE c.id = $1 AND (q.version = 1 OR q.live_at IS NOT NULL)
         ORDER BY q.version DESC LIMIT 1"
    );
    one(db, SQL, consultation_id).await
}

/// The consultation with this id, with the questions that were written last: those that are asked,
/// or are to be.
pub async fn newest(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Option<Consultation>> {
    const SQL: &str = formatcp!("{WHOLE} WHERE c.id = $1 ORDER BY q.version DESC LIMIT 1");
    one(db, SQL, consultation_id).await
}

/// Whether a picture of this name is among the questions of any consultation, or is the forum's
/// own.
pub async fn shows_picture(db: &Db, name: &str) -> sqlx::Result<bool> {
    let shown: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM questionnaires WHERE questions LIKE $1)
              + (SELECT count(*) FROM area_texts WHERE words = $2)",
    )
    .bind(format!("%{name}%"))
    .bind(name)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(shown > 0)
}

/// The consultation with this id, once for each version of the questions that was asked, the first
/// first.
pub async fn versions(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<Consultation>> {
    const SQL: &str = formatcp!(
        "{WHOLE} WHERE c.id = $1 AND (q.version = 1 OR q.live_at IS NOT NULL)
         ORDER BY q.version"
    );
    let rows = sqlx::query(SQL).bind(consultation_id).fetch_all(&mut *db.read().await?).await?;
    rows.iter().map(consultation).collect()
}

async fn one(
    db: &Db,
    sql: &'static str,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Option<Consultation>> {
    let row = sqlx::query(sql).bind(consultation_id).fetch_optional(&mut *db.read().await?).await?;
    row.as_ref().map(consultation).transpose()
}

/// What is read of a consultation and its questions.
pub(super) const WHOLE: &str =
    "SELECT c.id, c.form_key, c.title, c.about, c.reasons, c.can_change, c.cannot_change, c.who_for,
         c.how_used, c.who_sees, c.access, c.topic_id, c.plan_id, c.draft_id, c.organisation_id,
                c.opens_at, c.closes_at, c.opened_at, c.withdrawn_at, c.changes, p.title AS plan,
                  (SELECT d.decided_at FROM decisions d WHERE d.plan_id = c.plan_id
                    AND d.published_at IS NOT NULL) AS plan_decided_at,
                  t.title AS topic, o.name AS answered_for_by,
                  q.version, q.live_at, q.edits, q.questions, q.mended
         FROM consultations c JOIN questionnaires q ON q.consultation_id = c.id LEFT
           JOIN plans p ON p.id = c.plan_id
           LEFT JOIN public_topics y ON y.id = c.topic_id LEFT JOIN topics t ON t.id = y.id
           LEFT JOIN organisations o ON o.id = c.organisation_id AND o.retired_at IS NULL";

pub(super) fn consultation(row: &AnyRow) -> sqlx::Result<Consultation> {
    let (topic_id, plan_id): (Option<Id<ids::Topic>>, Option<Id<ids::Plan>>) =
        (row.get("topic_id"), row.get("plan_id"));
    Ok(Consultation {
        id: row.get("id"),
        terms: Terms {
            form_key: row.get("form_key"),
            title: row.get("title"),
            about: row.get("about"),
            reasons: row.get("reasons"),
            can_change: row.get("can_change"),
            cannot_change: row.get("cannot_change"),
            who_for: row.get("who_for"),
            how_used: row.get("how_used"),
            who_sees: row.get("who_sees"),
            access: known(WhoMayAnswer::read(row.get("access")), "consultations.access")?,
            topic_id: topic_id.clone(),
            plan_id: plan_id.clone(),
            draft_id: row.get("draft_id"),
            organisation_id: row.get("organisation_id"),
            opens_at: row.get("opens_at"),
            closes_at: row.get("closes_at"),
        },
        opened_at: row.get("opened_at"),
        withdrawn_at: row.get("withdrawn_at"),
        plan: plan_id.zip(row.get("plan")),
        plan_decided_at: row.get("plan_decided_at"),
        changes: row.get("changes"),
        topic: topic_id.zip(row.get("topic")),
        answered_for_by: row.get("answered_for_by"),
        version: row.get("version"),
        live_at: row.get("live_at"),
        edits: row.get("edits"),
        questionnaire: questionnaire(row.get("questions"), row.get("mended"))?,
    })
}

/// Questions as they are asked: as they were written, with slips in their wording corrected.
pub(super) fn questionnaire(questions: &str, mended: &str) -> sqlx::Result<Questionnaire> {
    Ok(mend(written(questions)?, &mendings(mended)?))
}

/// Questions as they were written.
fn written(questions: &str) -> sqlx::Result<Questionnaire> {
    read_json(questions, "questionnaires.questions")
}

/// The slips in their wording that were corrected.
fn mendings(mended: &str) -> sqlx::Result<Vec<Mending>> {
    read_json(mended, "questionnaires.mended")
}

/// The questions of this version, for whoever is about to change them.
pub async fn questions(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
) -> sqlx::Result<Questionnaire> {
    let sql = Kind::of(tx).hold_to_change(
        "SELECT questions FROM questionnaires WHERE consultation_id = $1 AND version = $2",
    );
    let questions: String =
        sqlx::query_scalar(sql).bind(consultation_id).bind(version).fetch_one(tx).await?;
    written(&questions)
}

/// How often this version was changed; asked once its questions are held.
pub async fn edits(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT edits FROM questionnaires WHERE consultation_id = $1 AND version = $2",
    )
    .bind(consultation_id)
    .bind(version)
    .fetch_one(tx)
    .await
}

/// The questions of this version with slips in their wording corrected, for another consultation:
/// nothing says that they were.
pub async fn corrected_questions(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
) -> sqlx::Result<Questionnaire> {
    let row = sqlx::query(
        "SELECT questions, mended FROM questionnaires WHERE consultation_id = $1 AND version = $2",
    )
    .bind(consultation_id)
    .bind(version)
    .fetch_one(tx)
    .await?;
    Ok(corrected(written(row.get("questions"))?, &mendings(row.get("mended"))?))
}

/// Keeps other questions, while nobody has answered, and counts the change. False when somebody
/// has.
pub async fn keep_questions(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    questions: &Questionnaire,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "UPDATE questionnaires SET questions = $3,
           edits = edits + CASE WHEN questions = $3 THEN 0 ELSE 1 END
         WHERE consultation_id = $1 AND version = $2
           AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.consultation_id = $1
             AND r.version = $2 AND r.answers <> '{}')",
    );
    let kept = kept.bind(consultation_id).bind(version).bind(json(questions)?).execute(tx).await?;
    Ok(kept.rows_affected() == 1)
}

/// Keeps a correction of the wording, beside the questions as they were.
pub async fn keep_mending(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    mending: Mending,
) -> sqlx::Result<()> {
    let sql = Kind::of(tx).hold_to_change(
        "SELECT mended FROM questionnaires WHERE consultation_id = $1 AND version = $2",
    );
    let mended: String =
        sqlx::query_scalar(sql).bind(consultation_id).bind(version).fetch_one(&mut *tx).await?;
    let mut mended = mendings(&mended)?;
    mended.push(mending);
    sqlx::query(
        "UPDATE questionnaires SET mended = $3 WHERE consultation_id = $1 AND version = $2",
    )
    .bind(consultation_id)
    .bind(version)
    .bind(json(&mended)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Begins a new version of the questions, to be changed while parents answer the one before. False
/// when there is one already.
pub async fn begin_version(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    questions: &Questionnaire,
) -> sqlx::Result<bool> {
    let begun = sqlx::query(
        "INSERT INTO questionnaires (consultation_id, version, questions) SELECT $1, $2, $3
         WHERE $2 = 1 + (SELECT max(version) FROM questionnaires WHERE consultation_id = $1)
           ON CONFLICT DO NOTHING",
    );
    Ok(begun
        .bind(consultation_id)
        .bind(version)
        .bind(json(questions)?)
        .execute(tx)
        .await?
        .rows_affected()
        == 1)
}

/// Asks a new version of the questions from now on. Whoever has begun with the one before finishes
/// with it.
pub async fn ask_version(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    now: Moment,
) -> sqlx::Result<bool> {
    let asked = sqlx::query(
        "UPDATE questionnaires SET live_at = $3 WHERE consultation_id = $1 AND version = $2
         AND live_at IS NULL
           AND consultation_id IN (SELECT c.id FROM consultations c WHERE c.opened_at IS NOT NULL
             AND c.closes_at > $3)",
    );
    Ok(asked.bind(consultation_id).bind(version).bind(now).execute(tx).await?.rows_affected() == 1)
}

/// What an organiser's page needs besides the consultation.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub is_answered: bool,
    /// The consultations whose questions can be copied: (id, title), the last written first.
    pub earlier: Vec<(Id<ids::Consultation>, String)>,
    /// The organisations that can answer for it.
    pub organisations: Vec<Named>,
    /// How the last file of questions stands, and which time it is decided about.
    pub last_import: Option<(LastImport, i64)>,
}

/// What an organiser's page needs besides the consultation, in one query.
pub async fn beside(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
) -> sqlx::Result<Beside> {
    let rows = sqlx::query(
        "SELECT 'answered' AS what, '' AS id, '' AS title WHERE EXISTS (SELECT 1 FROM responses r
         WHERE r.consultation_id = $1 AND r.version = $2 AND r.answers <> '{}')
         UNION ALL
         SELECT 'earlier', id, title FROM (SELECT c.id, c.title FROM consultations c
           WHERE c.id <> $1 ORDER BY c.written_at DESC, c.id LIMIT 50) earlier
         UNION ALL
         SELECT 'organisation', id, name FROM (SELECT o.id, o.name FROM organisations o
           WHERE o.retired_at IS NULL ORDER BY o.position, o.name) organisations
         UNION ALL
         SELECT 'import', CASE WHEN i.waiting IS NOT NULL THEN 'waits'
             WHEN i.undone_at IS NULL THEN 'put in' ELSE 'undone' END, CAST(i.turns AS TEXT)
           FROM question_imports i WHERE i.consultation_id = $1 AND i.version = $2
             AND (i.waiting IS NOT NULL OR i.replaced IS NOT NULL)",
    );
    let rows = rows.bind(consultation_id).bind(version).fetch_all(&mut *db.read().await?).await?;
    let mut beside = Beside::default();
    for row in &rows {
        let (id, name): (String, String) = (row.get("id"), row.get("title"));
        match row.get::<&str, _>("what") {
            "answered" => beside.is_answered = true,
            "earlier" => beside.earlier.push((id.into(), name)),
            "organisation" => beside.organisations.push(Named { id, name }),
            "import" => {
                let last = known(LastImport::read(&id), "the state of an import")?;
                beside.last_import = Some((last, parsed(&name, "question_imports.turns")?));
            }
            _ => return known(None, "what is beside a consultation"),
        }
    }
    Ok(beside)
}

/// Says which organisation answers for a consultation that is about neither a plan nor a topic.
/// False when it did already, is not there any more, or is not asked for.
pub async fn answered_for_by(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    organisation_id: &Id<ids::Organisation>,
) -> sqlx::Result<bool> {
    let set = sqlx::query(
        "UPDATE consultations SET organisation_id = $2
         WHERE id = $1 AND plan_id IS NULL AND topic_id IS NULL
           AND coalesce(organisation_id, '') <> $2
           AND EXISTS (SELECT 1 FROM organisations o WHERE o.id = $2 AND o.retired_at IS NULL)",
    );
    let set = set.bind(consultation_id).bind(organisation_id).execute(tx).await?;
    Ok(set.rows_affected() == 1)
}

/// Consultations that parents answer or have answered, and about which nobody can say what
/// happened: (id, title, since).
pub const NOBODYS: &str = "SELECT c.id, c.title, c.opened_at AS since FROM consultations c
     WHERE c.opened_at IS NOT NULL AND c.withdrawn_at IS NULL AND c.plan_id IS NULL
       AND c.topic_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM organisations o WHERE o.id = c.organisation_id
         AND o.retired_at IS NULL)";

/// Lets a consultation open, at once or at its time. False when it is open already, or on a draft
/// that is not published.
pub async fn open(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    by: &Id<ids::Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let opened = sqlx::query(
        "UPDATE consultations SET opened_by = $2, opened_at = $3, opens_at = CASE
         WHEN opens_at < $3 THEN $3 ELSE opens_at END
         WHERE id = $1 AND opened_at IS NULL AND closes_at > $3 AND reasons <> ''
           AND (draft_id IS NULL OR draft_id IN (SELECT d.id FROM drafts d
             WHERE d.published_at IS NOT NULL))",
    );
    Ok(opened.bind(consultation_id).bind(by).bind(now).execute(tx).await?.rows_affected() == 1)
}

/// Makes a change to a consultation that was opened, once for each form key: `true` when it is
/// made, now or by the same form before. `false` when it is not as it was read any more.
pub async fn change_dates(
    tx: &mut AnyConnection,
    consultation: &Consultation,
    change: &ConsultationChange,
    by: &Id<ids::Account>,
    at: Moment,
) -> sqlx::Result<bool> {
    let id = &consultation.id;
    let held = Kind::of(tx).hold_to_change(
        "SELECT opens_at, closes_at FROM consultations
         WHERE id = $1 AND opened_at IS NOT NULL AND withdrawn_at IS NULL",
    );
    let held: Option<(Moment, Moment)> =
        sqlx::query_as(held).bind(id).fetch_optional(&mut *tx).await?;
    let done: Option<String> =
        sqlx::query_scalar("SELECT kind FROM consultation_changes WHERE form_key = $1")
            .bind(&change.form_key)
            .fetch_optional(&mut *tx)
            .await?;
    if done.is_some() {
        return Ok(true);
    }
    let times = (consultation.terms.opens_at, consultation.terms.closes_at);
    if held != Some(times) || !change.kind.is_possible(rules::state(true, times, at)) {
        return Ok(false);
    }
    // A withdrawal ends it at this moment, and after its first.
    let ends_at = if change.kind == ChangeKind::Withdrawn { at } else { change.closes_at };
    if change.kind != ChangeKind::CalledBack && at <= times.0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO consultation_changes (form_key, consultation_id, kind, was_closes_at,
         closes_at, reason, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&change.form_key)
    .bind(id)
    .bind(change.kind.word())
    .bind(times.1)
    .bind(ends_at)
    .bind(&change.reason)
    .bind(by)
    .bind(at)
    .execute(&mut *tx)
    .await?;
    let sql = match change.kind {
        ChangeKind::CalledBack => {
            return call_back(tx, id).await.map(|()| true);
        }
        ChangeKind::Extended | ChangeKind::ClosedEarly => {
            "UPDATE consultations SET closes_at = $2 WHERE id = $1"
        }
        ChangeKind::Withdrawn => {
            "UPDATE consultations SET closes_at = $2, withdrawn_at = $2 WHERE id = $1"
        }
    };
    sqlx::query(sql).bind(id).bind(ends_at).execute(tx).await?;
    Ok(true)
}

async fn call_back(tx: &mut AnyConnection, id: &Id<ids::Consultation>) -> sqlx::Result<()> {
    sqlx::query("UPDATE consultations SET opened_at = NULL, opened_by = NULL WHERE id = $1")
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// What was changed about a consultation while parents could see it: its last moment before that,
/// and since.
pub type PastChange = ground::changes::PastChange<ChangeKind, Moment>;

/// What everyone may read of changes to a consultation, the last first.
pub async fn changes(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<Vec<PastChange>> {
    let rows = sqlx::query(
        "SELECT kind, was_closes_at, closes_at, reason, changed_at FROM consultation_changes
         WHERE consultation_id = $1 AND kind <> 'called back' ORDER BY changed_at DESC, form_key",
    )
    .bind(consultation_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let change = |row: &AnyRow| {
        Ok(PastChange {
            kind: known(ChangeKind::read(row.get("kind")), "consultation_changes.kind")?,
            was: row.get("was_closes_at"),
            is: row.get("closes_at"),
            reason: row.get("reason"),
            at: row.get("changed_at"),
        })
    };
    rows.iter().map(change).collect()
}

/// Consultations that were withdrawn, about which not everyone was told: (id, title, reason).
pub async fn untold(db: &Db) -> sqlx::Result<Vec<(Id<ids::Consultation>, String, String)>> {
    sqlx::query_as(
        "SELECT c.id, c.title, k.reason FROM consultations c
         JOIN consultation_changes k ON k.consultation_id = c.id AND k.kind = 'withdrawn'
         WHERE c.withdrawn_at IS NOT NULL AND c.told_at IS NULL ORDER BY c.id LIMIT 20",
    )
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Consultations whose first results were published since then, about which not everyone was told:
/// (id, title). One that was withdrawn has none.
pub async fn untold_results(
    db: &Db,
    since: Moment,
) -> sqlx::Result<Vec<(Id<ids::Consultation>, String)>> {
    sqlx::query_as(
        "SELECT c.id, c.title FROM consultations c
         JOIN releases r ON r.consultation_id = c.id AND r.number = 1 AND r.checked_at >= $1
         WHERE c.told_at IS NULL ORDER BY c.id LIMIT 20",
    )
    .bind(since)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Owes the email to the next `most` who took part and want to hear what happened; how many. When
/// there is nobody left, everyone was told, and the keys of these emails no longer say who took
/// part.
pub async fn tell_next(
    tx: &mut AnyConnection,
    (consultation_id, kind): (&Id<ids::Consultation>, EmailKind),
    words: &Words,
    most: i64,
    now: Moment,
) -> sqlx::Result<usize> {
    // Held: once everyone was told, another process finds no key by which somebody was.
    let told = Kind::of(tx).hold_to_change("SELECT told_at FROM consultations WHERE id = $1");
    let told: Option<Option<Moment>> =
        sqlx::query_scalar(told).bind(consultation_id).fetch_optional(&mut *tx).await?;
    if told.flatten().is_some() {
        return Ok(0);
    }
    let people: Vec<(Id<ids::Account>, String)> = sqlx::query_as(
        "SELECT a.id, a.email FROM took_part p
         JOIN accounts a ON a.id = p.account_id AND a.email IS NOT NULL
         WHERE p.consultation_id = $1 AND p.wants_outcome = 1
           AND NOT EXISTS (SELECT 1 FROM deliveries l
             WHERE l.dedup_key = CAST($3 AS TEXT) || ' ' || $1 || ' ' || a.id)
         ORDER BY a.id LIMIT CAST($2 AS BIGINT)",
    )
    .bind(consultation_id)
    .bind(most)
    .bind(kind.word())
    .fetch_all(&mut *tx)
    .await?;
    for (account_id, to) in &people {
        let owed = Owed {
            dedup_key: &format!("{} {consultation_id} {account_id}", kind.word()),
            kind,
            account_id: Some(account_id),
            to,
            words,
            at: now,
            not_after: None,
        };
        owe(&mut *tx, owed).await?;
    }
    if people.is_empty() {
        sqlx::query("UPDATE consultations SET told_at = $2 WHERE id = $1 AND told_at IS NULL")
            .bind(consultation_id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE deliveries SET dedup_key = 'told ' || id WHERE dedup_key IN (
               SELECT CAST($2 AS TEXT) || ' ' || p.consultation_id || ' ' || p.account_id
               FROM took_part p WHERE p.consultation_id = $1)",
        )
        .bind(consultation_id)
        .bind(kind.word())
        .execute(tx)
        .await?;
    }
    Ok(people.len())
}

/// A consultation as one entry of a list.
#[derive(Clone, Debug)]
pub struct ListedConsultation {
    pub id: Id<ids::Consultation>,
    /// What it asks.
    pub title: String,
    pub who_for: String,
    pub opens_at: Moment,
    pub closes_at: Moment,
    /// Whether it was opened, or is to open at its time.
    pub is_opened: bool,
    pub is_withdrawn: bool,
    /// Who may answer it.
    pub access: WhoMayAnswer,
    /// How many questions, and about how many minutes they take.
    pub asks: (usize, u64),
}

impl ListedConsultation {
    #[must_use]
    pub fn state(&self, now: Moment) -> ConsultationState {
        if self.is_withdrawn {
            ConsultationState::Withdrawn
        } else {
            rules::state(self.is_opened, (self.opens_at, self.closes_at), now)
        }
    }
}

/// The questions of a consultation `c` as they are asked now, as a column of a statement: [`asks`]
/// reads it.
pub const QUESTIONS: &str = "(SELECT q.questions FROM questionnaires q
     WHERE q.consultation_id = c.id AND (q.version = 1 OR q.live_at IS NOT NULL)
     ORDER BY q.version DESC LIMIT 1)";

/// How many questions these are, and about how many minutes they take.
pub fn asks(questions: &str) -> sqlx::Result<(usize, u64)> {
    let questionnaire = written(questions)?;
    Ok((way::asked(&questionnaire), way::minutes(&questionnaire)))
}

/// Which consultations a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Those that can be answered, the first to close first.
    Open,
    /// Those that have closed, the last first.
    Closed,
}

/// What everyone can find of this room: (kind, id, title, words, since).
pub const FINDABLE: &str = "SELECT 'consultations' AS kind, id, title,
       about || ' – ' || can_change AS words, opens_at AS since FROM consultations
     WHERE opened_at IS NOT NULL";

/// Consultations, `most` at the most.
pub async fn list(
    db: &Db,
    of: Of,
    (most, skip): (i64, i64),
    now: Moment,
) -> sqlx::Result<Vec<ListedConsultation>> {
    const LISTED: &str = formatcp!(
        "SELECT c.id, c.title, c.who_for, c.access, c.opens_at, c.closes_at, c.opened_at,
         c.withdrawn_at, {QUESTIONS} AS questions
         FROM consultations c WHERE c.opened_at IS NOT NULL"
    );
    const PAGE: &str = "LIMIT CAST($2 AS BIGINT) OFFSET CAST($3 AS BIGINT)";
    const OPEN: &str =
        formatcp!("{LISTED} AND opens_at <= $1 AND closes_at > $1 ORDER BY closes_at, id {PAGE}");
    const CLOSED: &str =
        formatcp!("{LISTED} AND closes_at <= $1 ORDER BY closes_at DESC, id DESC {PAGE}");
    let sql = match of {
        Of::Open => OPEN,
        Of::Closed => CLOSED,
    };
    let rows =
        sqlx::query(sql).bind(now).bind(most).bind(skip).fetch_all(&mut *db.read().await?).await?;
    let listed = |row: &AnyRow| {
        Ok(ListedConsultation {
            id: row.get("id"),
            title: row.get("title"),
            who_for: row.get("who_for"),
            opens_at: row.get("opens_at"),
            closes_at: row.get("closes_at"),
            is_opened: row.get::<Option<Moment>, _>("opened_at").is_some(),
            is_withdrawn: row.get::<Option<Moment>, _>("withdrawn_at").is_some(),
            access: known(WhoMayAnswer::read(row.get("access")), "consultations.access")?,
            asks: asks(row.get("questions"))?,
        })
    };
    rows.iter().map(listed).collect()
}

/// Which consultations organisers follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow<'f> {
    All,
    /// Those that are not published, or are counted again.
    Unfinished,
    /// The one with this id.
    One(&'f Id<ids::Consultation>),
}

/// How far consultations have come, `most` at the most: those that wait for a second organiser
/// first, then those that have closed, are open, are to open, are being written, are published, and
/// were withdrawn.
pub async fn courses(
    db: &Db,
    follow: Follow<'_>,
    (most, skip): (i64, i64),
    now: Moment,
) -> sqlx::Result<Vec<Course>> {
    let (before, one): (i64, &str) = match follow {
        Follow::All => (7, ""),
        Follow::Unfinished => (5, ""),
        Follow::One(id) => (7, id.as_str()),
    };
    let rows = sqlx::query(
        "SELECT c.*, t.response_id, t.typed_by, t.checked_by,
           CAST(CASE WHEN EXISTS (SELECT 1 FROM themes h WHERE h.consultation_id = c.id)
             OR EXISTS (SELECT 1 FROM answer_concerns a WHERE a.consultation_id = c.id)
             OR EXISTS (SELECT 1 FROM quotations q JOIN responses r ON r.id = q.response_id
               WHERE r.consultation_id = c.id)
             OR EXISTS (SELECT 1 FROM redactions x JOIN responses r ON r.id = x.response_id
               WHERE r.consultation_id = c.id) THEN 1 ELSE 0 END AS BIGINT) AS is_read
         FROM (SELECT * FROM (SELECT f.*, CAST(CASE WHEN f.withdrawn_at IS NOT NULL THEN 6
               WHEN f.opened_at IS NULL THEN 4
               WHEN f.counted_at IS NOT NULL THEN 0 WHEN f.published_at IS NOT NULL THEN 5
               WHEN f.closes_at <= $1 THEN 1 WHEN f.opens_at <= $1 THEN 2 ELSE 3 END
               AS BIGINT) AS stage
             FROM (SELECT o.id, o.title, o.opened_at, o.opens_at, o.closes_at,
                 o.withdrawn_at, w.counted_by, w.counted_at,
                 (SELECT max(p.checked_at) FROM releases p
                   WHERE p.consultation_id = o.id) AS published_at
               FROM consultations o
               LEFT JOIN releases w ON w.consultation_id = o.id AND w.checked_at IS NULL
               WHERE $5 = '' OR o.id = $5) f) s
           WHERE s.stage < $2
           ORDER BY s.stage, CASE WHEN s.stage >= 5 THEN -s.closes_at ELSE s.closes_at END, s.id
           LIMIT CAST($3 AS BIGINT) OFFSET CAST($4 AS BIGINT)) c
         LEFT JOIN typed_responses t ON t.consultation_id = c.id
         ORDER BY c.stage, CASE WHEN c.stage >= 5 THEN -c.closes_at ELSE c.closes_at END, c.id,
           t.sheet",
    )
    .bind(now)
    .bind(before)
    .bind(most)
    .bind(skip)
    .bind(one)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut courses: Vec<Course> = Vec::new();
    for row in &rows {
        let id: Id<ids::Consultation> = row.get("id");
        if courses.last().is_none_or(|last| last.id != id) {
            courses.push(course(row, id));
        }
        let response_id: Option<Id<ids::Response>> = row.get("response_id");
        if let (Some(course), Some(response_id)) = (courses.last_mut(), response_id) {
            course.sheets.push(Sheet {
                response_id,
                typed_by: row.get("typed_by"),
                is_compared: row.get::<Option<&str>, _>("checked_by").is_some(),
            });
        }
    }
    Ok(courses)
}

fn course(row: &AnyRow, id: Id<ids::Consultation>) -> Course {
    let (by, at): (Option<Id<ids::Account>>, Option<Moment>) =
        (row.get("counted_by"), row.get("counted_at"));
    Course {
        id,
        title: row.get("title"),
        is_opened: row.get::<Option<Moment>, _>("opened_at").is_some(),
        opens_at: row.get("opens_at"),
        closes_at: row.get("closes_at"),
        sheets: Vec::new(),
        is_read: row.get::<i64, _>("is_read") == 1,
        counted: by.zip(at),
        published_at: row.get("published_at"),
        withdrawn_at: row.get("withdrawn_at"),
    }
}

/// What a consultation can belong to: plans, their published drafts, and published topics, the last
/// published first; and the organisations that can answer for one that belongs to none of these.
pub async fn to_belong_to(db: &Db) -> sqlx::Result<Vec<Belongs>> {
    let rows = sqlx::query(
        "SELECT p.id AS plan_id, d.id AS draft_id, p.title, CAST(d.version AS BIGINT) AS draft
         FROM plans p LEFT JOIN drafts d ON d.plan_id = p.id AND d.published_at IS NOT NULL
         WHERE NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id
           AND x.kind = 'cancelled')
         ORDER BY p.title, p.id, d.version LIMIT 200",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut all: Vec<Belongs> = Vec::new();
    for row in &rows {
        let (plan_id, title): (Id<ids::Plan>, String) = (row.get("plan_id"), row.get("title"));
        if all.last().is_none_or(|last| last.plan_id.as_ref() != Some(&plan_id)) {
            all.push(Belongs {
                plan_id: Some(plan_id.clone()),
                words: format!("Plan: {title}"),
                ..Belongs::default()
            });
        }
        if let Some(draft) = row.get::<Option<i64>, _>("draft") {
            let words = format!("Plan: {title}, draft {draft}");
            all.push(Belongs {
                plan_id: Some(plan_id),
                draft_id: row.get("draft_id"),
                words,
                ..Belongs::default()
            });
        }
    }
    let others = sqlx::query(
        "SELECT what, id, title FROM (
           SELECT * FROM (SELECT 'topic' AS what, t.id AS id, t.title AS title,
             -l.published_at AS position FROM listed_topics l JOIN topics t ON t.id = l.id
             ORDER BY l.published_at DESC, l.id LIMIT 200) topics
           UNION ALL SELECT 'organisation', o.id, o.name, CAST(o.position AS BIGINT)
             FROM organisations o WHERE o.retired_at IS NULL) others
         ORDER BY what DESC, position, title, id",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let other = |row: &AnyRow| {
        let title: &str = row.get("title");
        if row.get::<&str, _>("what") == "topic" {
            let words = format!("Topic: {title}");
            Belongs { topic_id: Some(row.get("id")), words, ..Belongs::default() }
        } else {
            let words = format!("None of these: {title} answers for it");
            Belongs { organisation_id: Some(row.get("id")), words, ..Belongs::default() }
        }
    };
    all.extend(others.iter().map(other));
    Ok(all)
}
