//! Saving what a leader says, and what the forum says about it.

use calendar::clock::Moment;
use ground::db::{self, Db, formatcp};
use ground::ids::{self, Account, Id, Update};
use outcomes::rules::{Outcome, Verdict};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::subjects::{ALL_ANSWERABLE, Subject, SubjectKind};
use crate::evidence::Evidence;
use crate::words::Words;

/// What happened to an update that was to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is published.
    Now(Id<Update>),
    /// It was before, by the same form.
    Before(Id<Update>),
    /// Some of what it is about is not this leader's to answer.
    NotTheirs,
}

/// An update to be published.
#[derive(Clone, Copy, Debug)]
pub struct NewUpdate<'a> {
    /// The same key twice is one update.
    pub form_key: &'a str,
    pub words: &'a Words,
    pub about: &'a [Subject],
}

/// Publishes an update, once for each form key, if all that it is about is this leader's to answer.
pub async fn publish(
    tx: &mut AnyConnection,
    new: NewUpdate<'_>,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Published> {
    let NewUpdate { form_key, words, about } = new;
    let sql = format!(
        "INSERT INTO updates (id, form_key, organisation_id, begun_by, begun_at)
         SELECT $2, $3, (SELECT r.organisation_id FROM roles r WHERE r.account_id = $1
           AND r.role = 'leader'), $1, CAST($4 AS BIGINT)
         WHERE NOT EXISTS (SELECT 1 FROM update_versions v WHERE v.form_key = $3)
           AND (SELECT count(*) FROM ({ALL_ANSWERABLE}) own
             WHERE own.kind || ':' || own.id IN ({})) = {}
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
        db::parameters(5, about.len()),
        about.len()
    );
    let mut begin = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(by)
        .bind(Id::<Update>::fresh())
        .bind(form_key)
        .bind(now);
    for subject in about {
        begin = begin.bind(subject.value());
    }
    let begun: Option<Id<Update>> = begin.fetch_optional(&mut *tx).await?;
    let Some(update_id) = begun else {
        let known = sqlx::query_scalar("SELECT update_id FROM update_versions WHERE form_key = $1")
            .bind(form_key)
            .fetch_optional(tx)
            .await?;
        return Ok(known.map_or(Published::NotTheirs, Published::Before));
    };
    tie(&mut *tx, &update_id, about).await?;
    let first = NewVersion { update_id: &update_id, version: 1, form_key, words, is_told: true };
    say(tx, &first, by, now).await?;
    Ok(Published::Now(update_id))
}

async fn tie(
    tx: &mut AnyConnection,
    update_id: &Id<Update>,
    about: &[Subject],
) -> sqlx::Result<()> {
    let column = |subject: &Subject, kind: SubjectKind, nth: usize| {
        if subject.kind == kind { format!("${}", nth + 2) } else { "NULL".to_owned() }
    };
    let row = |(nth, subject): (usize, &Subject)| {
        let columns = SubjectKind::ALL.map(|kind| column(subject, kind, nth)).join(", ");
        format!("($1, '{}', ${}, {columns})", subject.kind.word(), nth + 2)
    };
    let rows = about.iter().enumerate().map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO update_subjects (update_id, kind, subject_id, topic_id, round_id,
         consultation_id, plan_id, notice_id) VALUES {rows}"
    );
    let mut tie = sqlx::query(AssertSqlSafe(sql)).bind(update_id);
    for subject in about {
        tie = tie.bind(&subject.id);
    }
    tie.execute(tx).await?;
    Ok(())
}

/// What is said about something, as the next version of an update.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    pub update_id: &'a Id<Update>,
    pub version: i64,
    /// The same key twice is one version.
    pub form_key: &'a str,
    pub words: &'a Words,
    /// Whether those who contributed are told.
    pub is_told: bool,
}

/// Says something as the next version. False when another was said meanwhile, or this one before,
/// or when the update is another organisation's.
pub async fn say(
    tx: &mut AnyConnection,
    new: &NewVersion<'_>,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let words = new.words;
    let (mut because, mut decided_by, mut look_again, mut decide_by) = Default::default();
    match &words.outcome {
        Outcome::Done | Outcome::Partly => {}
        Outcome::Not { because: why, decided_by: who, look_again: when } => {
            (because, decided_by, look_again) = (why.as_str(), who.as_str(), when.as_str());
        }
        Outcome::Deciding { by } => decide_by = by.as_str(),
    }
    let said = sqlx::query(
        "INSERT INTO update_versions (published_by, update_id, version, form_key, you_said,
         questions, part, we_did, outcome, because, decided_by,
                                      look_again, decide_by, next, next_by, evidence,
                                        published_at, is_told)
         SELECT $1, $2, CAST($3 AS BIGINT), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
           $16, CAST($17 AS BIGINT), CAST($18 AS INTEGER)
         WHERE EXISTS (SELECT 1 FROM update_leaders k WHERE k.update_id = $2
           AND k.account_id = $1)
         ON CONFLICT DO NOTHING",
    )
    .bind(by)
    .bind(new.update_id)
    .bind(new.version)
    .bind(new.form_key)
    .bind(&words.you_said)
    .bind(db::json(&words.questions)?)
    .bind(&words.part)
    .bind(&words.we_did)
    .bind(words.outcome.word())
    .bind(because)
    .bind(decided_by)
    .bind(look_again)
    .bind(decide_by)
    .bind(&words.next)
    .bind(&words.next_by)
    .bind(db::json(&words.evidence)?)
    .bind(now)
    .bind(i64::from(new.is_told));
    Ok(said.execute(tx).await?.rows_affected() == 1)
}

/// Whether what this form says was said.
pub async fn is_said(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let said: i64 = sqlx::query_scalar("SELECT count(*) FROM update_versions WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(said > 0)
}

/// Whether the verdict of this form was given.
pub async fn is_judged(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let judged: i64 = sqlx::query_scalar("SELECT count(*) FROM verdicts WHERE form_key = $1")
        .bind(form_key)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(judged > 0)
}

/// A verdict to be given.
#[derive(Clone, Debug)]
pub struct NewVerdict {
    /// The same key twice is one verdict.
    pub form_key: String,
    pub version: i64,
    pub verdict: Verdict,
    pub words: String,
    pub evidence: Evidence,
}

/// Why somebody can't give the forum's view of an update: nobody speaks for both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherSide {
    /// They said some of it themselves.
    Said,
    /// They lead for the organisation that says it.
    Leads,
    /// It is about a plan that they registered, worked on as a leader, or lead for, or about a
    /// consultation on such a plan.
    Plans,
}

/// Whether the update `u` was said in part by `$2`.
const SAID: &str = "EXISTS (SELECT 1 FROM update_versions s WHERE s.update_id = u.id
     AND s.published_by = $2)";
/// Whether `$2` leads for the organisation of the update `u`.
const LEADS: &str = "EXISTS (SELECT 1 FROM roles r WHERE r.account_id = $2 AND r.role = 'leader'
     AND (u.organisation_id IS NULL OR r.organisation_id = u.organisation_id))";
/// Whether the update `u` is about a plan on whose side `$2` is.
const PLANS: &str = "EXISTS (SELECT 1 FROM update_subjects b
     LEFT JOIN consultations c ON c.id = b.consultation_id
     JOIN plan_side k ON k.plan_id = coalesce(b.plan_id, c.plan_id)
     WHERE b.update_id = u.id AND k.account_id = $2)";

/// Why this person can't give the forum's view of an update; `None` where they can.
pub async fn other_side(
    db: &Db,
    update_id: &Id<Update>,
    by: &Id<Account>,
) -> sqlx::Result<Option<OtherSide>> {
    const SQL: &str = formatcp!(
        "SELECT CASE WHEN {SAID} THEN 'said' WHEN {LEADS} THEN 'leads' WHEN {PLANS} THEN 'plans'
           ELSE '' END AS side
         FROM updates u WHERE u.id = $1"
    );
    let side: Option<String> = sqlx::query_scalar(SQL)
        .bind(update_id)
        .bind(by)
        .fetch_optional(&mut *db.read().await?)
        .await?;
    Ok(match side.as_deref() {
        Some("said") => Some(OtherSide::Said),
        Some("leads") => Some(OtherSide::Leads),
        Some("plans") => Some(OtherSide::Plans),
        Some("") | None => None,
        Some(_unknown) => return db::known(None, "on which side somebody is"),
    })
}

/// Gives the forum's view of a version, while that is the last. False when there is a newer version
/// by now, when it was given before, or when whoever gives it is on the other side
/// ([`other_side`]).
pub async fn judge(
    tx: &mut AnyConnection,
    update_id: &Id<Update>,
    new: &NewVerdict,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!(
        "INSERT INTO verdicts (id, given_by, update_id, version, form_key, verdict, words,
         evidence, given_at)
         SELECT $1, $2, u.id, CAST($4 AS BIGINT), $5, $6, $7, $8, CAST($9 AS BIGINT) FROM updates u
         WHERE u.id = $3 AND CAST($4 AS BIGINT) = (SELECT max(s.version) FROM update_versions s
           WHERE s.update_id = u.id)
           AND NOT {SAID} AND NOT {LEADS} AND NOT {PLANS}
         ON CONFLICT (form_key) DO NOTHING"
    );
    let judged = sqlx::query(SQL)
        .bind(Id::<ids::Verdict>::fresh())
        .bind(by)
        .bind(update_id)
        .bind(new.version)
        .bind(&new.form_key)
        .bind(new.verdict.word())
        .bind(&new.words)
        .bind(db::json(&new.evidence)?)
        .bind(now);
    Ok(judged.execute(tx).await?.rows_affected() == 1)
}

/// Keeps that a leader has read the forum's views of an update that were given until then.
pub async fn see_verdict(
    tx: &mut AnyConnection,
    (update_id, until): (&Id<Update>, Moment),
    who: &Id<Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO verdicts_seen (verdict_id, seen_by, seen_at)
         SELECT v.id, $3, CAST($4 AS BIGINT) FROM verdicts v
         WHERE v.update_id = $1 AND v.given_at <= CAST($2 AS BIGINT)
         ON CONFLICT DO NOTHING",
    )
    .bind(update_id)
    .bind(until)
    .bind(who)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
