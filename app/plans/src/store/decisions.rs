//! What is asked and kept about the decision on a plan. What is kept runs after `hold_for` in the
//! same write.

use area::corrections::{self, Of};
use calendar::clock::Moment;
use ground::db::{Db, known, number};
use ground::ids::{Consultation, Decision, DecisionThing, Id, Plan};
use involvement::decision::{self, DecisionFacts};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::reading;
use super::writing::{Act, event, pass};
use crate::decision::rules::NewDecision;
use crate::rules::{Answer, AnswerKind, Override};

/// What a decision answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingKind {
    /// A topic of the plan.
    Topic,
    /// A theme of published results about it.
    Theme,
}

/// A topic or a theme, and what the decision makes of it.
#[derive(Clone, Debug)]
pub struct AskedThing {
    pub id: Id<DecisionThing>,
    pub kind: ThingKind,
    /// Of a topic that was withdrawn, other words.
    pub title: String,
    /// Of a theme, the consultation whose results have it.
    pub consultation_id: Option<Id<Consultation>>,
    /// Since when it has to be answered; `None` where it has not any more: its author has withdrawn
    /// the topic, or the results have no such theme since.
    pub since: Option<Moment>,
    /// What becomes of it, with the words and who decided; `None` until it is answered.
    pub answer: Option<SaidOf>,
    /// What the last published draft does about it.
    pub in_draft: Option<SaidOf>,
}

/// What becomes of a topic, a theme or a recommendation, the words, and who decided.
pub type SaidOf = (AnswerKind, String, String);

/// What a decision on this plan is asked, which answers these.
#[must_use]
pub fn decision_facts(plan: &reading::Plan, things: &[AskedThing]) -> DecisionFacts {
    let unanswered = |kind: ThingKind| {
        let open = |thing: &&AskedThing| thing.since.is_some() && thing.answer.is_none();
        things.iter().filter(|thing| thing.kind == kind).filter(open).count()
    };
    let (topics, themes) = (unanswered(ThingKind::Topic), unanswered(ThingKind::Theme));
    DecisionFacts {
        has_published_draft: plan.has_published_draft(),
        topics,
        themes,
        has_equality: !plan.equality.is_empty(),
    }
}

/// Everything that the decision on a plan has to answer or does answer: topics, then themes.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn decision_things(db: &Db, plan_id: &Id<Plan>) -> sqlx::Result<Vec<AskedThing>> {
    let rows = sqlx::query(
        "SELECT h.thing_id, h.is_theme, h.since,
           CASE WHEN t.id IS NULL THEN (SELECT max(r.title) FROM released_themes r
               WHERE r.theme_id = h.thing_id)
             WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id)
               OR t.taken_down_at IS NOT NULL THEN t.title
             ELSE 'A topic that has been withdrawn' END AS title,
           (SELECT max(r.consultation_id) FROM released_themes r
             WHERE r.theme_id = h.thing_id) AS consultation_id,
           a.answer, a.words, a.decided_by,
           f.answer AS draft_answer, f.words AS draft_words, f.decided_by AS draft_decided_by
         FROM (
           SELECT g.thing_id, g.is_theme, g.since FROM decision_things g WHERE g.plan_id = $1
           UNION ALL SELECT x.thing_id,
             CAST(CASE WHEN EXISTS (SELECT 1 FROM topics o WHERE o.id = x.thing_id)
               THEN 0 ELSE 1 END AS BIGINT), CAST(NULL AS BIGINT)
             FROM decision_answers x JOIN decisions e ON e.id = x.decision_id
             WHERE e.plan_id = $1 AND NOT EXISTS (SELECT 1 FROM decision_things g
               WHERE g.plan_id = $1 AND g.thing_id = x.thing_id)) h
         LEFT JOIN topics t ON t.id = h.thing_id
         LEFT JOIN decisions d ON d.plan_id = $1
         LEFT JOIN decision_answers a ON a.decision_id = d.id AND a.thing_id = h.thing_id
         LEFT JOIN draft_answers f ON f.topic_id = h.thing_id AND f.draft_id = (
           SELECT l.id FROM drafts l WHERE l.plan_id = $1 AND l.published_at IS NOT NULL
           ORDER BY l.version DESC LIMIT 1)
         ORDER BY h.is_theme, coalesce(h.since, 0), h.thing_id",
    )
    .bind(plan_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    rows.iter().map(thing).collect()
}

fn thing(row: &AnyRow) -> sqlx::Result<AskedThing> {
    let is_theme = row.get::<i64, _>("is_theme") == 1;
    let said = |[answer, words, by]: [&str; 3], column: &'static str| {
        let Some(kind) = row.get::<Option<&str>, _>(answer) else { return Ok(None) };
        let kind = known(AnswerKind::read(kind), column)?;
        Ok::<Option<SaidOf>, sqlx::Error>(Some((kind, row.get(words), row.get(by))))
    };
    Ok(AskedThing {
        id: row.get("thing_id"),
        kind: if is_theme { ThingKind::Theme } else { ThingKind::Topic },
        title: row.get("title"),
        consultation_id: row.get("consultation_id"),
        since: row.get("since"),
        answer: said(["answer", "words", "decided_by"], "decision_answers.answer")?,
        in_draft: said(
            ["draft_answer", "draft_words", "draft_decided_by"],
            "draft_answers.answer",
        )?,
    })
}

/// What came of writing a decision down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is saved, now or by the same form before.
    Saved,
    /// Somebody else has changed it since it was read.
    Changed,
    /// It is published, and stays.
    Published,
}

/// Writes a decision down, or changes it until it is published. `seen`: when it was written as it
/// was read; 0 for the first time.
pub async fn write_decision(
    tx: &mut AnyConnection,
    act: Act<'_>,
    decision: &NewDecision,
    seen: Moment,
) -> sqlx::Result<Written> {
    let held = sqlx::query(
        "SELECT words, decided_by, decided_at, paper, written_at, published_at
         FROM decisions WHERE plan_id = $1",
    );
    let held = held.bind(act.plan_id).fetch_optional(&mut *tx).await?;
    let sql = match &held {
        Some(row) if row.get::<Option<Moment>, _>("published_at").is_some() => {
            return Ok(Written::Published);
        }
        Some(row) if is_same(row, decision) => return Ok(Written::Saved),
        Some(row) if row.get::<Moment, _>("written_at") != seen => return Ok(Written::Changed),
        Some(_) => {
            "UPDATE decisions SET words = $2, decided_by = $3, decided_at = $4, paper = $5,
             written_by = $6, written_at = $7 WHERE plan_id = $1 AND published_at IS NULL"
        }
        None => {
            "INSERT INTO decisions (plan_id, words, decided_by, decided_at, paper, written_by,
             written_at, id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        }
    };
    let written = sqlx::query(sql)
        .bind(act.plan_id)
        .bind(&decision.words)
        .bind(&decision.decided_by)
        .bind(decision.decided_at)
        .bind(&decision.paper)
        .bind(&act.by.account_id)
        .bind(act.at);
    let written = if held.is_none() { written.bind(Id::<Decision>::fresh()) } else { written };
    written.execute(&mut *tx).await?;
    has_a_hand(tx, act).await?;
    Ok(Written::Saved)
}

fn is_same(row: &AnyRow, decision: &NewDecision) -> bool {
    row.get::<&str, _>("words") == decision.words
        && row.get::<&str, _>("decided_by") == decision.decided_by
        && row.get::<Moment, _>("decided_at") == decision.decided_at
        && row.get::<&str, _>("paper") == decision.paper
}

/// Keeps, once for each leader, that they work on the decision: they don't speak for the forum
/// about this plan.
async fn has_a_hand(tx: &mut AnyConnection, act: Act<'_>) -> sqlx::Result<()> {
    const WHAT: &str = "decision being written";
    let before: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM plan_events WHERE plan_id = $1 AND what = $2 AND who = $3",
    )
    .bind(act.plan_id)
    .bind(WHAT)
    .bind(&act.by.account_id)
    .fetch_one(&mut *tx)
    .await?;
    if before == 0 { event(tx, act, WHAT, act.plan_id).await } else { Ok(()) }
}

/// Keeps what an unpublished decision makes of a topic or a theme; said again, the later words
/// replace the earlier. False when it is published, or that is not to be answered any more.
pub async fn answer_thing(
    tx: &mut AnyConnection,
    act: Act<'_>,
    thing_id: &Id<DecisionThing>,
    answer: &Answer,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "INSERT INTO decision_answers (decision_id, thing_id, answer, words, decided_by,
         answered_by, answered_at)
         SELECT d.id, g.thing_id, $3, $4, $5, $6, CAST($7 AS BIGINT)
         FROM decisions d JOIN decision_things g ON g.plan_id = d.plan_id AND g.thing_id = $2
         WHERE d.plan_id = $1 AND d.published_at IS NULL
         ON CONFLICT (decision_id, thing_id) DO UPDATE
           SET answer = excluded.answer, words = excluded.words,
             decided_by = excluded.decided_by, answered_by = excluded.answered_by,
             answered_at = excluded.answered_at",
    )
    .bind(act.plan_id)
    .bind(thing_id)
    .bind(answer.kind.word())
    .bind(&answer.words)
    .bind(&answer.decided_by)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(&mut *tx)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(false);
    }
    has_a_hand(tx, act).await?;
    Ok(true)
}

/// Keeps that somebody goes ahead with an unpublished decision though something is missing.
/// False when it is published, there is none, or somebody did before.
pub async fn pass_decision(
    tx: &mut AnyConnection,
    act: Act<'_>,
    passing: &Override,
) -> sqlx::Result<bool> {
    let decision = sqlx::query_scalar(
        "INSERT INTO decision_overrides (decision_id, name, reason, made_by, made_at)
         SELECT d.id, $2, $3, $4, CAST($5 AS BIGINT) FROM decisions d
         WHERE d.plan_id = $1 AND d.published_at IS NULL
         ON CONFLICT (decision_id) DO NOTHING RETURNING decision_id",
    )
    .bind(act.plan_id);
    pass(tx, act, passing, decision, "decision going ahead").await
}

/// What came of publishing a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    Done,
    /// It was published before, or none is written.
    Before,
    /// This is missing, and nobody has gone ahead.
    Held(DecisionFacts),
}

/// Publishes a decision if it answers what it has to, or somebody has gone ahead with it. It says
/// for good if it was made before a consultation on the plan had closed. The rule is asked here, in
/// the write; the schema holds it once more.
pub async fn publish_decision(tx: &mut AnyConnection, act: Act<'_>) -> sqlx::Result<Decided> {
    let row = sqlx::query(
        "SELECT d.id, d.decided_at,
           (SELECT count(*) FROM drafts f WHERE f.plan_id = d.plan_id
             AND f.published_at IS NOT NULL) AS drafts,
           (SELECT count(*) FROM unanswered_things u WHERE u.decision_id = d.id
             AND u.is_theme = 0) AS topics,
           (SELECT count(*) FROM unanswered_things u WHERE u.decision_id = d.id
             AND u.is_theme = 1) AS themes,
           (SELECT count(*) FROM equality_records e WHERE e.plan_id = d.plan_id) AS equality,
           (SELECT count(*) FROM decision_overrides o WHERE o.decision_id = d.id) AS passed
         FROM decisions d WHERE d.plan_id = $1 AND d.published_at IS NULL",
    );
    let row = row.bind(act.plan_id).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(Decided::Before) };
    let many = |column: &str| number::<usize>(row.get(column), "unanswered_things");
    let facts = DecisionFacts {
        has_published_draft: many("drafts")? > 0,
        topics: many("topics")?,
        themes: many("themes")?,
        has_equality: many("equality")? > 0,
    };
    if !decision::is_ready(&facts) && many("passed")? == 0 {
        return Ok(Decided::Held(facts));
    }
    let early = early(tx, act.plan_id, row.get("decided_at")).await?;
    let (early_id, early_closes_at) = early.unzip();
    let decision_id: Id<Decision> = row.get("id");
    sqlx::query(
        "UPDATE decisions SET published_by = $2, published_at = $3, early_id = $4,
         early_closes_at = $5 WHERE id = $1",
    )
    .bind(&decision_id)
    .bind(&act.by.account_id)
    .bind(act.at)
    .bind(&early_id)
    .bind(early_closes_at)
    .execute(&mut *tx)
    .await?;
    event(tx, act, "decision published", &decision_id).await?;
    Ok(Decided::Done)
}

/// Corrects what a published decision says, which body made it and where its paper is, and keeps
/// what was said and why it is another now. The day it was decided stays: whether it was early
/// rests on it. False where somebody else has corrected it meanwhile. The schema lets nobody do it
/// without what is kept.
pub async fn correct_decision(
    tx: &mut AnyConnection,
    act: Act<'_>,
    was: &reading::Decision,
    (is, reason): (&NewDecision, &str),
) -> sqlx::Result<bool> {
    let of = Of { kind: "decision", thing_id: &was.id, at: act.at };
    for (field, was, became) in [
        ("words", &was.words, &is.words),
        ("decided_by", &was.decided_by, &is.decided_by),
        ("paper", &was.paper, &is.paper),
    ] {
        corrections::keep(tx, of, field, (was, became)).await?;
    }
    corrections::keep(tx, of, "reason", ("", reason)).await?;
    let corrected = sqlx::query(
        "UPDATE decisions SET words = $3, decided_by = $4, paper = $5
         WHERE id = $1 AND plan_id = $2 AND published_at IS NOT NULL AND words = $6
           AND decided_by = $7 AND paper = $8",
    )
    .bind(&was.id)
    .bind(act.plan_id)
    .bind(&is.words)
    .bind(&is.decided_by)
    .bind(&is.paper)
    .bind(&was.words)
    .bind(&was.decided_by)
    .bind(&was.paper);
    if corrected.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    event(tx, act, "decision corrected", &was.id).await?;
    Ok(true)
}

/// The consultation on a plan that closes last, where that is not before it was decided.
async fn early(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    decided_at: Moment,
) -> sqlx::Result<Option<(Id<Consultation>, Moment)>> {
    let last: Option<(Id<Consultation>, Moment)> = sqlx::query_as(
        "SELECT c.id, c.closes_at FROM consultations c
         WHERE c.plan_id = $1 AND c.opened_at IS NOT NULL AND c.withdrawn_at IS NULL
         ORDER BY c.closes_at DESC, c.id LIMIT 1",
    )
    .bind(plan_id)
    .fetch_optional(tx)
    .await?;
    Ok(last.filter(|(_, closes_at)| decision::is_early(decided_at, *closes_at)))
}

/// When the last consultation on a plan that is not withdrawn closes, and its title, for whoever is
/// about to publish a decision.
pub async fn last_close(db: &Db, plan_id: &Id<Plan>) -> sqlx::Result<Option<(String, Moment)>> {
    sqlx::query_as(
        "SELECT c.title, c.closes_at FROM consultations c
         WHERE c.plan_id = $1 AND c.opened_at IS NOT NULL AND c.withdrawn_at IS NULL
         ORDER BY c.closes_at DESC, c.id LIMIT 1",
    )
    .bind(plan_id)
    .fetch_optional(&mut *db.read().await?)
    .await
}
