//! What is kept about kinds of plan, reports, and what drafts do about their recommendations.

use calendar::clock::Moment;
use ground::db::{Db, known, number};
use ground::ids::{self, Id, Plan, PlanKind};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, FromRow, Row as _};

use super::rules::NewReport;
use crate::rules::{Answer, AnswerKind};
use crate::store::{Act, SaidOf};

/// A kind of plan.
#[derive(Clone, Debug, FromRow)]
pub struct Kind {
    pub id: Id<PlanKind>,
    pub name: String,
    /// What it is, in the area's words.
    pub about: String,
    pub changed_at: Moment,
    pub retired_at: Option<Moment>,
}

/// All kinds of plan in their order, also those that no new plan is.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn kinds(db: &Db) -> sqlx::Result<Vec<Kind>> {
    sqlx::query_as(
        "SELECT id, name, about, changed_at, retired_at FROM plan_kinds
         ORDER BY CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, position, name LIMIT 100",
    )
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Adds a kind of plan. False when there is one of this name.
pub async fn add_kind(
    tx: &mut AnyConnection,
    id: &Id<PlanKind>,
    (name, about): (&str, &str),
    now: Moment,
) -> sqlx::Result<bool> {
    let added = sqlx::query(
        "INSERT INTO plan_kinds (id, name, about, position, changed_at)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),
           coalesce(max(position), 0) + 1, CAST($4 AS BIGINT) FROM plan_kinds WHERE position > 0
         ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(name)
    .bind(about)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Changes a kind of plan that was last changed then: its words, and whether new plans can be one.
/// False when somebody else did so meanwhile, or another has this name.
pub async fn change_kind(
    tx: &mut AnyConnection,
    (id, was): (&Id<PlanKind>, Moment),
    (name, about): (&str, &str),
    retired: bool,
    now: Moment,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "UPDATE plan_kinds SET name = $3, about = $4, changed_at = $6,
           retired_at = CASE WHEN CAST($5 AS BIGINT) = 1 THEN coalesce(retired_at, $6) END
         WHERE id = $1 AND changed_at = $2
           AND NOT EXISTS (SELECT 1 FROM plan_kinds o WHERE o.name = $3 AND o.id <> $1)",
    )
    .bind(id)
    .bind(was)
    .bind(name)
    .bind(about)
    .bind(i64::from(retired))
    .bind(now.max(was + 1))
    .execute(tx)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Keeps which kind a plan is that has just been registered.
pub async fn choose_kind(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    kind_id: &Id<PlanKind>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO kinds_of_plans (plan_id, kind_id) SELECT CAST($1 AS TEXT), k.id
         FROM plan_kinds k WHERE k.id = $2 AND k.retired_at IS NULL ON CONFLICT DO NOTHING",
    )
    .bind(plan_id)
    .bind(kind_id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts a report in with its recommendations. `None` when the same form was sent before.
pub async fn put_in(
    tx: &mut AnyConnection,
    report: &NewReport,
    now: Moment,
) -> sqlx::Result<Option<Id<ids::Report>>> {
    let many = report.recommendations.len() as i64;
    let id: Option<Id<ids::Report>> = sqlx::query_scalar(
        "INSERT INTO reports (id, form_key, title, published_on, source, kind_id, recommendations,
           put_in_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(Id::<ids::Report>::fresh())
    .bind(&report.form_key)
    .bind(&report.title)
    .bind(&report.published_on)
    .bind(&report.source)
    .bind(&report.kind_id)
    .bind(many)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(report_id) = id else { return Ok(None) };
    let rows = (0..report.recommendations.len()).map(|nth| {
        let from = nth * 5 + 2;
        format!("(${from}, $1, ${}, ${}, ${}, ${})", from + 1, from + 2, from + 3, from + 4)
    });
    let sql = format!(
        "INSERT INTO recommendations (id, report_id, nth, number, page, words) VALUES {}",
        rows.collect::<Vec<_>>().join(", ")
    );
    let mut put = sqlx::query(AssertSqlSafe(sql)).bind(&report_id);
    for (nth, one) in (1_i64..).zip(&report.recommendations) {
        put = put
            .bind(Id::<ids::Recommendation>::fresh())
            .bind(nth)
            .bind(&one.number)
            .bind(&one.page)
            .bind(&one.words);
    }
    put.execute(tx).await?;
    Ok(Some(report_id))
}

/// No draft has to answer a report any more. False when that is so already.
pub async fn end(tx: &mut AnyConnection, id: &Id<ids::Report>, now: Moment) -> sqlx::Result<bool> {
    let ended = sqlx::query("UPDATE reports SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// A report in the list.
#[derive(Clone, Debug, FromRow)]
pub struct ListedReport {
    pub id: Id<ids::Report>,
    pub title: String,
    pub published_on: String,
    pub recommendations: i64,
    /// What kind of plan must answer it.
    pub kind: String,
    pub ended_at: Option<Moment>,
}

/// Reports, the latest first.
pub async fn reports(db: &Db, (most, skipped): (i64, i64)) -> sqlx::Result<Vec<ListedReport>> {
    sqlx::query_as(
        "SELECT p.id, p.title, p.published_on, p.recommendations, k.name AS kind, p.ended_at
         FROM reports p JOIN plan_kinds k ON k.id = p.kind_id
         ORDER BY p.put_in_at DESC, p.id DESC LIMIT CAST($1 AS BIGINT) OFFSET CAST($2 AS BIGINT)",
    )
    .bind(most)
    .bind(skipped)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// A recommendation, and what a plan does about it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub report_id: Id<ids::Report>,
    pub report: String,
    pub published_on: String,
    pub source: String,
    pub kind: String,
    pub ended_at: Option<Moment>,
    pub id: Id<ids::Recommendation>,
    pub number: String,
    pub page: String,
    pub words: String,
    /// `None` while no plan of this kind is registered.
    pub plan: Option<OfPlan>,
}

/// What a plan does about a recommendation.
#[derive(Clone, Debug)]
pub struct OfPlan {
    pub id: Id<Plan>,
    pub title: String,
    /// Its last published draft: which, and when.
    pub draft: Option<(i64, Moment)>,
    /// What that does about it.
    pub answer: Option<SaidOf>,
    /// Whether leaders say that what the plan is for is done, and the forum doesn't disagree.
    pub is_done: bool,
}

/// How each recommendation stood at that time, plan by plan; with an id those of one report. A plan
/// that was finished before the report, or begun after it ended, has nothing to say about it.
pub async fn standing(
    db: &Db,
    report_id: Option<&Id<ids::Report>>,
    at: Moment,
) -> sqlx::Result<Vec<Standing>> {
    let rows = sqlx::query(
        "SELECT p.id AS report_id, p.title AS report, p.published_on, p.source, q.name AS kind,
           CASE WHEN p.ended_at <= $1 THEN p.ended_at END AS ended_at, r.id, r.number, r.page,
           r.words, coalesce(n.id, '') AS plan_id, coalesce(n.title, '') AS plan,
           CAST(d.version AS BIGINT) AS version, d.published_at, a.answer,
           coalesce(a.words, '') AS answer_words, coalesce(a.decided_by, '') AS decided_by,
           CAST(CASE WHEN EXISTS (SELECT 1 FROM update_subjects b
             JOIN update_versions v ON v.update_id = b.update_id
             WHERE b.kind = 'plan' AND b.subject_id = n.id AND v.outcome = 'done'
               AND v.published_at <= $1
               AND NOT EXISTS (SELECT 1 FROM update_versions s WHERE s.update_id = v.update_id
                 AND s.version > v.version AND s.published_at <= $1)
               AND coalesce((SELECT w.verdict FROM verdicts w WHERE w.update_id = v.update_id
                 AND w.version = v.version AND w.given_at <= $1
                 ORDER BY w.given_at DESC, w.id DESC LIMIT 1), '') <> 'disputed')
             THEN 1 ELSE 0 END AS BIGINT) AS is_done
         FROM recommendations r
         JOIN reports p ON p.id = r.report_id
         JOIN plan_kinds q ON q.id = p.kind_id
         LEFT JOIN (SELECT o.id, o.title, o.registered_at, k.kind_id FROM kinds_of_plans k
             JOIN plans o ON o.id = k.plan_id
             WHERE NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = o.id
               AND x.kind = 'cancelled' AND x.changed_at <= $1)) n
           ON n.kind_id = p.kind_id AND n.registered_at <= $1
             AND (p.ended_at IS NULL OR n.registered_at <= p.ended_at)
             AND (NOT EXISTS (SELECT 1 FROM drafts e WHERE e.plan_id = n.id
                   AND e.published_at < p.put_in_at)
               OR EXISTS (SELECT 1 FROM drafts l WHERE l.plan_id = n.id
                   AND l.first_recorded_at >= p.put_in_at AND l.first_recorded_at <= $1))
         LEFT JOIN drafts d ON d.plan_id = n.id AND d.version = (SELECT max(m.version)
           FROM drafts m WHERE m.plan_id = n.id AND m.published_at <= $1)
         LEFT JOIN recommendation_answers a ON a.draft_id = d.id AND a.recommendation_id = r.id
         WHERE p.put_in_at <= $1 AND ($2 = '' OR p.id = $2)
         ORDER BY p.put_in_at, p.id, r.nth, n.registered_at, n.id",
    )
    .bind(at)
    .bind(report_id.map_or("", Id::as_str))
    .fetch_all(&mut *db.read().await?)
    .await?;
    rows.iter().map(one_standing).collect()
}

fn one_standing(row: &AnyRow) -> sqlx::Result<Standing> {
    let plan_id: Id<Plan> = row.get("plan_id");
    let draft = row.get::<Option<i64>, _>("version").zip(row.get("published_at"));
    let answer = answered(row)?;
    let title = row.get("plan");
    let is_done = row.get::<i64, _>("is_done") == 1;
    let plan = OfPlan { id: plan_id, title, draft, answer, is_done };
    let plan = Some(plan).filter(|plan| !plan.id.is_empty());
    Ok(Standing {
        report_id: row.get("report_id"),
        report: row.get("report"),
        published_on: row.get("published_on"),
        source: row.get("source"),
        kind: row.get("kind"),
        ended_at: row.get("ended_at"),
        id: row.get("id"),
        number: row.get("number"),
        page: row.get("page"),
        words: row.get("words"),
        plan,
    })
}

fn answered(row: &AnyRow) -> sqlx::Result<Option<SaidOf>> {
    let answer: Option<&str> = row.get("answer");
    let answer = answer.map(|word| known(AnswerKind::read(word), "recommendation_answers.answer"));
    Ok(answer.transpose()?.map(|does| (does, row.get("answer_words"), row.get("decided_by"))))
}

/// A report whose recommendations the next draft of a plan must answer.
#[derive(Clone, Debug, FromRow)]
pub struct MustAnswer {
    pub report_id: Id<ids::Report>,
    pub report: String,
    pub recommendations: i64,
}

/// What plans of this kind must answer now, report by report.
pub async fn of_kind(db: &Db, kind_id: &Id<PlanKind>) -> sqlx::Result<Vec<MustAnswer>> {
    sqlx::query_as(
        "SELECT p.id AS report_id, p.title AS report, p.recommendations FROM reports p
         WHERE p.kind_id = $1 AND p.ended_at IS NULL ORDER BY p.put_in_at, p.id LIMIT 100",
    )
    .bind(kind_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// What this plan must answer now, report by report.
pub async fn of_plan(db: &Db, plan_id: &Id<Plan>) -> sqlx::Result<Vec<MustAnswer>> {
    sqlx::query_as(
        "SELECT p.id AS report_id, p.title AS report, p.recommendations
         FROM kinds_of_plans k JOIN reports p ON p.kind_id = k.kind_id AND p.ended_at IS NULL
         WHERE k.plan_id = $1 ORDER BY p.put_in_at, p.id LIMIT 100",
    )
    .bind(plan_id)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// A recommendation that a draft answers, or must.
#[derive(Clone, Debug)]
pub struct ForDraft {
    pub id: Id<ids::Recommendation>,
    pub report_id: Id<ids::Report>,
    pub report: String,
    pub number: String,
    pub page: String,
    pub words: String,
    pub answer: Option<SaidOf>,
}

/// What this draft of a plan answers or must answer, report by report.
pub async fn of_draft(db: &Db, plan_id: &Id<Plan>, version: i64) -> sqlx::Result<Vec<ForDraft>> {
    let rows = sqlx::query(
        "SELECT r.id, p.id AS report_id, p.title AS report, r.number, r.page, r.words, a.answer,
           coalesce(a.words, '') AS answer_words, coalesce(a.decided_by, '') AS decided_by
         FROM drafts d
         JOIN kinds_of_plans k ON k.plan_id = d.plan_id
         JOIN reports p ON p.kind_id = k.kind_id
         JOIN recommendations r ON r.report_id = p.id
         LEFT JOIN recommendation_answers a ON a.draft_id = d.id AND a.recommendation_id = r.id
         WHERE d.plan_id = $1 AND d.version = $2
           AND (a.answer IS NOT NULL OR (d.published_at IS NULL AND p.ended_at IS NULL))
         ORDER BY p.put_in_at, p.id, r.nth",
    )
    .bind(plan_id)
    .bind(version)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let one = |row: &AnyRow| {
        Ok(ForDraft {
            id: row.get("id"),
            report_id: row.get("report_id"),
            report: row.get("report"),
            number: row.get("number"),
            page: row.get("page"),
            words: row.get("words"),
            answer: answered(row)?,
        })
    };
    rows.iter().map(one).collect()
}

/// How many recommendations a draft that is not published must answer still. It is asked in the
/// write that publishes it; the schema asks once more.
pub async fn unanswered(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    version: i64,
) -> sqlx::Result<usize> {
    let unanswered: i64 = sqlx::query_scalar(
        "SELECT count(*) AS unanswered FROM unanswered_recommendations u
         JOIN drafts d ON d.id = u.draft_id WHERE d.plan_id = $1 AND d.version = $2",
    )
    .bind(plan_id)
    .bind(version)
    .fetch_one(tx)
    .await?;
    number(unanswered, "unanswered_recommendations")
}

/// Keeps what an unpublished draft does about a recommendation; said again, the later words replace
/// the earlier. False when the draft is published, or the recommendation is for other plans.
pub async fn answer(
    tx: &mut AnyConnection,
    act: Act<'_>,
    version: i64,
    id: &Id<ids::Recommendation>,
    answer: &Answer,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "INSERT INTO recommendation_answers (draft_id, recommendation_id, answer, words,
           decided_by, answered_at)
         SELECT d.id, r.id, $4, $5, $6, CAST($7 AS BIGINT)
         FROM drafts d
         JOIN kinds_of_plans k ON k.plan_id = d.plan_id
         JOIN reports p ON p.kind_id = k.kind_id
         JOIN recommendations r ON r.report_id = p.id AND r.id = $3
         WHERE d.plan_id = $1 AND d.version = $2 AND d.published_at IS NULL
         ON CONFLICT (draft_id, recommendation_id) DO UPDATE SET answer = excluded.answer,
           words = excluded.words, decided_by = excluded.decided_by,
           answered_at = excluded.answered_at",
    )
    .bind(act.plan_id)
    .bind(version)
    .bind(id)
    .bind(answer.kind.word())
    .bind(&answer.words)
    .bind(&answer.decided_by)
    .bind(act.at)
    .execute(tx)
    .await?;
    Ok(kept.rows_affected() == 1)
}
