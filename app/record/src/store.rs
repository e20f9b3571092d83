//! What the record asks the tables: everything as it was at one moment. Each question has a name,
//! which is given beside every figure made from its answer; `docs/evidence-pack.md` says what each
//! of them counts.

use area::ELSEWHERE;
use area::corrections::{BASELINE_THEN, ORGANISATION_THEN, PLACE_THEN, SERVICE_THEN};
use calendar::clock::Moment;
use ground::audit::{self, Head};
use ground::db::{self, Db, formatcp};
use ground::ids::{Id, Plan, Round, Topic, Update};
use notices::ledger::ToldOf;
use outcomes::store::{ListedUpdate, SAID_ABOUT, stage, verdict};
use plans::reports::store::Standing;
use questionnaires::results::Results;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use updates::store::AWAITED_BY;
use waits::figures::Told;
use waits::months::Month;
use waits::store::Of;

use super::heard::{contributed, contributed_so_far};
use super::history::{
    Awaited, ClosedRound, Comment, Contributed, History, OpenedConsultation, Outcome, TakenDown,
    Version, so_far,
};

/// Everything the record is made of, as it was at that time: for the evidence pack.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn history(db: &Db, at: Moment) -> sqlx::Result<History> {
    Ok(History {
        plans: plans(db, at).await?,
        told: told(db, at).await?,
        outcomes: outcomes(db, at).await?,
        contributed: contributed(db, at).await?,
        awaited: awaited(db, at).await?,
        rounds: rounds(db, at).await?,
        consultations: consultations(db, at).await?,
        comments: comments(db, at).await?,
        taken_down: taken_down(db, at).await?,
        waits: waits(db, at).await?,
        recommendations: recommendations(db, at).await?,
    })
}

/// What a page shows of it now: the answers to these questions, and nothing else.
pub async fn asked(db: &Db, questions: &[&str], now: Moment) -> sqlx::Result<History> {
    let mut history = History::default();
    for question in questions {
        match *question {
            "plans" => history.plans = plans(db, so_far(now)).await?,
            "told" => history.told = notices::ledger::told_of_all_so_far(db, now).await?,
            "outcomes" => history.outcomes = outcomes(db, now).await?,
            "contributors_told" => {
                history.contributed = contributed_so_far(db, None, now).await?;
            }
            "awaited" => history.awaited = awaited(db, now).await?,
            "rounds" => history.rounds = rounds(db, now).await?,
            "consultations" => history.consultations = consultations(db, now).await?,
            "comments" => history.comments = comments(db, now).await?,
            "taken_down" => history.taken_down = taken_down(db, now).await?,
            "recommendations" => history.recommendations = recommendations(db, so_far(now)).await?,
            _ => return db::known(None, "the questions of the record"),
        }
    }
    Ok(history)
}

/// `plans`: every plan registered by then, with everything that had happened to it.
pub async fn plans(db: &Db, at: Moment) -> sqlx::Result<Vec<plans::store::Plan>> {
    let all = plans::store::all(db).await?.into_iter();
    all.filter_map(|plan| plan.as_of(at).transpose()).collect()
}

/// `told`: every change that had taken effect by then, with who was told before it.
pub async fn told(db: &Db, at: Moment) -> sqlx::Result<Vec<ToldOf>> {
    notices::ledger::told_of_all(db, at).await
}

/// `outcomes`: every version of every update that was published by then, with the forum's last word
/// on it by then, and what the update is about.
pub async fn outcomes(db: &Db, at: Moment) -> sqlx::Result<Vec<Outcome>> {
    const SQL: &str = formatcp!(
        "SELECT s.update_id, s.version, s.outcome, s.you_said, s.published_at,
         coalesce({ORGANISATION_THEN}, '') AS organisation, b.kind, b.subject_id,
                v.verdict, v.given_at
         FROM update_versions s
         JOIN updates u ON u.id = s.update_id
         JOIN update_subjects b ON b.update_id = s.update_id
         LEFT JOIN organisations o ON o.id = u.organisation_id
         LEFT JOIN verdicts v ON v.id = (SELECT l.id FROM verdicts l
           WHERE l.update_id = s.update_id AND l.version = s.version AND l.given_at <= $1
                                         ORDER BY l.given_at DESC, l.id DESC LIMIT 1)
         WHERE s.published_at <= $1
         ORDER BY u.begun_at, s.update_id, s.version, b.kind, b.subject_id"
    );
    let rows = sqlx::query(SQL).bind(at).fetch_all(&mut *db.read().await?).await?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for row in &rows {
        let id: Id<Update> = row.get("update_id");
        if outcomes.last().is_none_or(|last| last.id != id) {
            outcomes.push(Outcome {
                id,
                organisation: row.get("organisation"),
                about: Vec::new(),
                versions: Vec::new(),
            });
        }
        let Some(outcome) = outcomes.last_mut() else { continue };
        let about = format!("{}:{}", row.get::<&str, _>("kind"), row.get::<&str, _>("subject_id"));
        if !outcome.about.contains(&about) {
            outcome.about.push(about);
        }
        let version: i64 = row.get("version");
        if outcome.versions.last().is_none_or(|last| last.version != version) {
            let verdict = verdict(row.get("verdict"))?;
            outcome.versions.push(Version {
                version,
                outcome: stage(row.get("outcome"))?,
                you_said: row.get("you_said"),
                at: row.get("published_at"),
                verdict: verdict.zip(row.get("given_at")),
            });
        }
    }
    Ok(outcomes)
}

/// `awaited`: every chosen topic, consultation with results and plan with a published draft by
/// then, when an outcome was first said, and the nearest day by which it will be decided, where an
/// update had said by then that it was still being decided.
pub async fn awaited(db: &Db, at: Moment) -> sqlx::Result<Vec<Awaited>> {
    const SQL: &str = formatcp!("{AWAITED_THEN} ORDER BY a.since, a.id");
    let rows = sqlx::query(SQL).bind(at).fetch_all(&mut *db.read().await?).await?;
    let awaited = |row: &AnyRow| {
        Ok(Awaited {
            kind: row.get("kind"),
            id: row.get("id"),
            title: row.get("title"),
            since: row.get("since"),
            first_said_at: row.get("first_said_at"),
            decide_by: decide_by(row.get("decide_by"))?,
        })
    };
    rows.iter().map(awaited).collect()
}

/// The day by which something is decided, where one was promised.
fn decide_by(day: Option<String>) -> sqlx::Result<Option<String>> {
    day.map(|day| db::day(day, "update_versions.decide_by")).transpose()
}

/// What was awaited by `$1`, as a part of a statement: (kind, id, title, since, when it was first
/// said, the day it will be decided by).
const AWAITED_THEN: &str = formatcp!(
    "SELECT a.kind, a.id, a.title, a.since,
                (SELECT min(s.published_at) FROM update_subjects b
                  JOIN update_versions s ON s.update_id = b.update_id
                 WHERE b.kind = a.kind AND b.subject_id = a.id
                   AND s.published_at <= $1) AS first_said_at,
                (SELECT min(s.decide_by) FROM update_subjects b
                  JOIN update_versions s ON s.update_id = b.update_id
                 WHERE b.kind = a.kind AND b.subject_id = a.id AND s.outcome = 'deciding'
                   AND s.version = (SELECT max(l.version) FROM update_versions l
                     WHERE l.update_id = b.update_id AND l.published_at <= $1)) AS decide_by
         FROM ({AWAITED_BY}) a"
);

/// `rounds`: every round that was closed by then, with the supporters of each of its topics by
/// place.
pub async fn rounds(db: &Db, at: Moment) -> sqlx::Result<Vec<ClosedRound>> {
    const SQL: &str = formatcp!(
        "SELECT r.id, r.title, r.closed_at, y.topic_id, coalesce({PLACE_THEN}, $2) AS place,
         y.supporters, {BASELINE_THEN} AS baseline,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM confirmed_topics x
                  JOIN confirmations c ON c.round_id = x.round_id
                                  WHERE x.round_id = r.id AND x.topic_id = y.topic_id
                                    AND c.confirmed_at <= $1) THEN 1
                                    ELSE 0 END AS BIGINT) AS is_chosen
         FROM rounds r
         LEFT JOIN (SELECT y.* FROM tallies y JOIN topics t ON t.id = y.topic_id
                    WHERE (t.withdrawn_at IS NULL OR t.withdrawn_at > $1) AND (t.merged_at IS NULL
                      OR t.merged_at > $1)) y ON y.round_id = r.id
         LEFT JOIN places p ON p.id = y.place_id
         WHERE r.closed_at <= $1
         ORDER BY r.closed_at, r.id, y.topic_id, coalesce(p.position, 1000000), place"
    );
    let rows = sqlx::query(SQL).bind(at).bind(ELSEWHERE).fetch_all(&mut *db.read().await?).await?;
    let mut rounds: Vec<ClosedRound> = Vec::new();
    for row in &rows {
        let round = this_round(&mut rounds, row.get("id"), row.get("title"), row.get("closed_at"));
        let Some(topic) = row.get::<Option<Id<Topic>>, _>("topic_id") else { continue };
        let place = (row.get("place"), baseline(row.get("baseline"))?);
        let supporters = db::number(row.get("supporters"), "tallies.supporters")?;
        round.add(&topic, row.get::<i64, _>("is_chosen") == 1, place, supporters);
    }
    Ok(rounds)
}

/// The last of these rounds, which becomes this one where it is another.
fn this_round(
    rounds: &mut Vec<ClosedRound>,
    id: Id<Round>,
    title: String,
    closed_at: Moment,
) -> &mut ClosedRound {
    if rounds.last().is_none_or(|last| last.id != id) {
        rounds.push(ClosedRound { id, title, closed_at, ..ClosedRound::default() });
    }
    let last = rounds.len() - 1;
    &mut rounds[last]
}

/// The answers to these questions that are about one plan.
#[derive(Clone, Debug, Default)]
pub struct OfPlan {
    /// What was said about it, latest first.
    pub updates: Vec<ListedUpdate>,
    /// Where its outcome has got to, once a draft is published.
    pub awaited: Option<Awaited>,
    /// The emails about what was said.
    pub contributed: Vec<Contributed>,
    /// The closed rounds of the topics it answers, with those topics alone.
    pub rounds: Vec<ClosedRound>,
}

/// What the record says about one plan besides what happened to it: the part of `outcomes`,
/// `awaited` and `rounds` that is about it, in one statement, and that of `contributors_told`.
pub async fn of_plan(db: &Db, plan_id: &Id<Plan>, at: Moment) -> sqlx::Result<OfPlan> {
    const SQL: &str = formatcp!(
        "SELECT 'update' AS what, id AS one, you_said AS two, outcome AS three, verdict AS four,
         organisation AS five,
                published_at AS six, CAST(NULL AS BIGINT) AS seven, CAST(NULL AS BIGINT) AS eight,
                  CAST(0 AS BIGINT) AS nine FROM ({SAID_ABOUT}) said
         UNION ALL SELECT 'awaited', kind, id, title, decide_by, '', since, first_said_at, NULL, 0
           FROM ({AWAITED_THEN}) awaited WHERE kind = 'plan' AND id = $2
         UNION ALL SELECT 'supports', r.id, r.title, y.topic_id, '', coalesce({PLACE_THEN},
           '{ELSEWHERE}'), r.closed_at, y.supporters, {BASELINE_THEN},
                          coalesce(p.position, 1000000)
           FROM plan_topics x JOIN tallies y ON y.topic_id = x.topic_id
             JOIN rounds r ON r.id = y.round_id AND r.closed_at <= $1
           JOIN topics t ON t.id = x.topic_id AND (t.withdrawn_at IS NULL OR t.withdrawn_at > $1)
           LEFT JOIN places p ON p.id = y.place_id WHERE x.plan_id = $2
         ORDER BY what, six DESC, one, three, nine, five"
    );
    let rows = sqlx::query(SQL).bind(at).bind(plan_id).fetch_all(&mut *db.read().await?).await?;
    let contributed = contributed_so_far(db, Some(plan_id), at).await?;
    let mut of_plan = OfPlan { contributed, ..OfPlan::default() };
    for row in &rows {
        match row.get("what") {
            "update" => of_plan.updates.push(ListedUpdate {
                id: row.get("one"),
                you_said: row.get("two"),
                outcome: stage(row.get("three"))?,
                verdict: verdict(row.get("four"))?,
                organisation: row.get("five"),
                at: row.get("six"),
                we_did: String::new(),
                found: String::new(),
            }),
            "awaited" => {
                of_plan.awaited = Some(Awaited {
                    kind: row.get("one"),
                    id: row.get("two"),
                    title: row.get("three"),
                    since: row.get("six"),
                    first_said_at: row.get("seven"),
                    decide_by: decide_by(row.get("four"))?,
                });
            }
            "supports" => {
                let (title, closed_at) = (row.get("two"), row.get("six"));
                let round = this_round(&mut of_plan.rounds, row.get("one"), title, closed_at);
                let place = (row.get("five"), baseline(row.get("eight"))?);
                let supporters = db::number(row.get("seven"), "tallies.supporters")?;
                round.add(&row.get("three"), true, place, supporters);
            }
            _ => return db::known(None, "what the record says about a plan"),
        }
    }
    Ok(of_plan)
}

/// `consultations`: every consultation that was opened by then, with its last results by then.
pub async fn consultations(db: &Db, at: Moment) -> sqlx::Result<Vec<OpenedConsultation>> {
    let rows = sqlx::query(
        "SELECT c.id, c.title, c.opens_at, c.closes_at, r.number, r.checked_at, r.results
         FROM consultations c
         LEFT JOIN releases r ON r.consultation_id = c.id AND r.number = (SELECT max(l.number)
           FROM releases l WHERE l.consultation_id = c.id AND l.checked_at <= $1)
         WHERE c.opened_at <= $1
         ORDER BY c.opens_at, c.id",
    )
    .bind(at)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let consultation = |row: &AnyRow| {
        let results = row
            .get::<Option<&str>, _>("results")
            .map(|results| db::read_json::<Results>(results, "releases.results"))
            .transpose()?;
        let released =
            row.get::<Option<i64>, _>("number").zip(row.get::<Option<Moment>, _>("checked_at"));
        Ok(OpenedConsultation {
            id: row.get("id"),
            title: row.get("title"),
            opens_at: row.get("opens_at"),
            closes_at: row.get("closes_at"),
            released: released.zip(results).map(|((number, at), results)| (number, at, results)),
        })
    };
    rows.iter().map(consultation).collect()
}

/// `comments`: every comment on the Local Offer that was published and not withdrawn by then, and
/// when it was first answered by then, what was promised, and if the forum says it was done.
pub async fn comments(db: &Db, at: Moment) -> sqlx::Result<Vec<Comment>> {
    // The last answer by then that promises something.
    const PROMISE: &str = "FROM comment_responses r WHERE r.comment_id = c.id
         AND r.responded_at <= $1 AND r.action <> ''
         ORDER BY r.responded_at DESC, r.id DESC LIMIT 1";
    const SQL: &str = formatcp!(
        "SELECT c.id, coalesce({SERVICE_THEN}, '') AS service, coalesce(c.subject, '') AS subject,
                coalesce(c.voice, '') AS voice, c.published_at,
                coalesce((SELECT r.action_by {PROMISE}), '') AS action_by,
                (SELECT CAST(v.is_done AS BIGINT) FROM comment_verdicts v
                  WHERE v.response_id = (SELECT r.id {PROMISE}) AND v.given_at <= $1
                  ORDER BY v.given_at DESC, v.id DESC LIMIT 1) AS is_done,
                (SELECT min(r.responded_at) FROM comment_responses r WHERE r.comment_id = c.id
                  AND r.responded_at <= $1) AS first_answered_at,
                (SELECT count(*) FROM comment_responses r WHERE r.comment_id = c.id
                  AND r.responded_at <= $1 AND r.action <> '') AS actions
         FROM comments c LEFT JOIN services s ON s.id = c.service_id
         WHERE c.published_at <= $1 AND (c.withdrawn_at IS NULL OR c.withdrawn_at > $1)
         ORDER BY c.published_at, c.id"
    );
    let rows = sqlx::query(SQL).bind(at).fetch_all(&mut *db.read().await?).await?;
    let comment = |row: &AnyRow| {
        Ok(Comment {
            id: row.get("id"),
            service: row.get("service"),
            subject: row.get("subject"),
            voice: row.get("voice"),
            published_at: row.get("published_at"),
            first_answered_at: row.get("first_answered_at"),
            has_action: row.get::<i64, _>("actions") > 0,
            action_by: db::day(row.get("action_by"), "comment_responses.action_by")?,
            is_done: row.get::<Option<i64>, _>("is_done").map(|is_done| is_done == 1),
        })
    };
    rows.iter().map(comment).collect()
}

/// `taken_down`: everything that the forum had taken down by then after everyone could read it, and
/// why. Never its words, nor what was written about why.
pub async fn taken_down(db: &Db, at: Moment) -> sqlx::Result<Vec<TakenDown>> {
    let rows = sqlx::query(
        "SELECT kind, about_id, reason, taken_down_at FROM takedowns
         WHERE taken_down_at <= $1 ORDER BY taken_down_at, id",
    )
    .bind(at)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let taken_down = |row: &AnyRow| TakenDown {
        kind: row.get("kind"),
        about_id: row.get("about_id"),
        reason: row.get("reason"),
        at: row.get("taken_down_at"),
    };
    Ok(rows.iter().map(taken_down).collect())
}

/// When the first thing in the record happened; `None` when nothing has.
pub async fn first_event(db: &Db) -> sqlx::Result<Option<Moment>> {
    sqlx::query_scalar(
        "SELECT min(at) FROM (SELECT min(registered_at) AS at FROM plans UNION ALL
         SELECT min(closed_at) FROM rounds
           UNION ALL SELECT min(effect_at) FROM notices WHERE started_at IS NOT NULL UNION ALL
             SELECT min(opened_at) FROM consultations
           UNION ALL SELECT min(published_at) FROM update_versions UNION ALL
             SELECT min(published_at) FROM comments
           UNION ALL SELECT min(taken_down_at) FROM takedowns
           UNION ALL SELECT min(published_at) FROM wait_reports
           UNION ALL SELECT min(put_in_at) FROM reports) first",
    )
    .fetch_one(&mut *db.read().await?)
    .await
}

/// `waits`: everything that leaders had published by then about how long families wait, with the
/// forum's last word on it by then.
pub async fn waits(db: &Db, at: Moment) -> sqlx::Result<Vec<Told>> {
    let months = (Month::FIRST, Month::last_over(at));
    waits::store::told(db, Of::Page(i64::MAX, 0), months, at).await
}

/// `recommendations`: every recommendation of a report that was put in by then, and what each plan
/// that must answer it did about it by then, in its last published draft, and if it was done.
pub async fn recommendations(db: &Db, at: Moment) -> sqlx::Result<Vec<Standing>> {
    plans::reports::store::standing(db, None, at).await
}

/// `audit_log`: where the chain of the audit log ended then, that is its last entry by then.
pub async fn audit_head(db: &Db, at: Moment) -> sqlx::Result<Head> {
    let last: Option<(i64, String)> = sqlx::query_as(
        "SELECT number, hash FROM audit WHERE at <= $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(at)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    let (number, hash) = last.unwrap_or_else(|| (0, audit::START.to_owned()));
    Ok(Head { number, hash })
}

/// How many children with SEND live in a place, where that is set down.
fn baseline(number: Option<i64>) -> sqlx::Result<Option<u64>> {
    number.map(|number| db::number(number, "places.baseline")).transpose()
}
