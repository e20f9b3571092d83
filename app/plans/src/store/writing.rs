//! What is kept about plans. Each function runs after [`hold`] or [`hold_for`] in the same write,
//! except [`register`].

use area::corrections::{self, Of};
use calendar::clock::{self, DAY, Millis, Moment};
use deliveries::{EmailKind, Owed, Words, owe};
use ground::changes::ChangeKind;
use ground::db::{self, Kind, number};
use ground::files;
use ground::ids::{Account, Draft, Id, Plan, PlanningSession, SessionSlip, Topic};
use ground::text::RULES;
use involvement::gate::{self, GateFacts, Point, TopicFacts};
use involvement::session::{NotSaid, Saying, SessionState, confirming, disputing, taking_back};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::reading;
use crate::reports;
use crate::rules::{Answer, Meeting, NewDraft, NewPlan, NewSession, Override, PlanChange, done};

/// Who does something, and in which role.
#[derive(Clone, Debug)]
pub struct By {
    pub account_id: Id<Account>,
    /// `leader`, `organiser` or `parent`.
    pub role: &'static str,
}

/// What somebody does to a plan that is held.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    pub plan_id: &'a Id<Plan>,
    pub by: &'a By,
    /// As [`hold`] or [`hold_for`] gave it.
    pub at: Moment,
}

/// Holds a plan, so that things happen to it one after the other. Gives the time of what happens
/// now: always later than what happened last to it or its topics, even when a clock was moved
/// back. `None` when there is no such plan, or it was cancelled.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn hold(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    now: Moment,
) -> sqlx::Result<Option<Moment>> {
    let held = Kind::of(tx).hold_to_change("SELECT id FROM plans WHERE id = $1");
    if sqlx::query(held).bind(plan_id).fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    next_moment(tx, plan_id, now).await
}

/// Likewise for what a leader does. `None` too when none of the organisations that plan it is
/// theirs.
pub async fn hold_for(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    by: &By,
    now: Moment,
) -> sqlx::Result<Option<Moment>> {
    let held = Kind::of(tx).hold_to_change(
        "SELECT p.id FROM plans p WHERE p.id = $1 AND EXISTS (SELECT 1 FROM plan_leaders k
           WHERE k.plan_id = p.id AND k.account_id = $2)",
    );
    let held = sqlx::query(held).bind(plan_id).bind(&by.account_id);
    if held.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    next_moment(tx, plan_id, now).await
}

/// Likewise for what an organiser says for the forum. `None` too when they are on the side of those
/// who plan it.
pub async fn hold_for_forum(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    by: &By,
    now: Moment,
) -> sqlx::Result<Option<Moment>> {
    let held = Kind::of(tx).hold_to_change(
        "SELECT p.id FROM plans p WHERE p.id = $1 AND NOT EXISTS (SELECT 1 FROM plan_side k
           WHERE k.plan_id = p.id AND k.account_id = $2)",
    );
    let held = sqlx::query(held).bind(plan_id).bind(&by.account_id);
    if held.fetch_optional(&mut *tx).await?.is_none() {
        return Ok(None);
    }
    next_moment(tx, plan_id, now).await
}

/// The time of what happens now to a plan that is held; `None` once it is cancelled. It is asked
/// here, after whoever held the plan before.
async fn next_moment(
    tx: &mut AnyConnection,
    plan_id: &Id<Plan>,
    now: Moment,
) -> sqlx::Result<Option<Moment>> {
    let (last, cancelled): (Option<Moment>, i64) = sqlx::query_as(
        "SELECT max(at) AS latest, (SELECT count(*) FROM plan_changes x
           WHERE x.plan_id = $1 AND x.kind = 'cancelled') AS cancelled FROM (
           SELECT at FROM plan_events WHERE plan_id = $1
           UNION ALL SELECT registered_at FROM plans WHERE id = $1
           UNION ALL SELECT c.confirmed_at FROM session_confirmations c
             JOIN planning_sessions s ON s.id = c.session_id WHERE s.plan_id = $1
           UNION ALL SELECT b.taken_back_at FROM session_confirmations_taken_back b
             JOIN session_confirmations c ON c.id = b.confirmation_id
             JOIN planning_sessions s ON s.id = c.session_id WHERE s.plan_id = $1
           UNION ALL SELECT t.withdrawn_at FROM plan_topics x JOIN topics t ON t.id = x.topic_id
             WHERE x.plan_id = $1
           UNION ALL SELECT r.closed_at FROM plan_topics x JOIN topics t ON t.id = x.topic_id
             JOIN rounds r ON r.id = t.round_id
             WHERE x.plan_id = $1) happened",
    )
    .bind(plan_id)
    .fetch_one(tx)
    .await?;
    Ok((cancelled == 0).then(|| last.map_or(now, |last| now.max(last + 1))))
}

/// Adds to what happened to a plan.
pub(super) async fn event(
    tx: &mut AnyConnection,
    act: Act<'_>,
    what: &str,
    about: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO plan_events (id, plan_id, at, what, about, who, role)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id::fresh())
    .bind(act.plan_id)
    .bind(act.at)
    .bind(what)
    .bind(about)
    .bind(&act.by.account_id)
    .bind(act.by.role)
    .execute(tx)
    .await?;
    Ok(())
}

/// Changes the day a plan is due, or cancels it. False when it is not due on `was` any more, or
/// something rests on it by now.
pub async fn change(
    tx: &mut AnyConnection,
    act: Act<'_>,
    was: &str,
    change: &PlanChange,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO plan_changes (form_key, plan_id, kind, was_due_day, due_day, reason,
         changed_by, changed_at)
         SELECT $1, p.id, $3, p.due_day, $5, $6, $7, CAST($8 AS BIGINT) FROM plans p
         WHERE p.id = $2 AND p.due_day = $4
           AND ($3 = 'extended' OR (
             NOT EXISTS (SELECT 1 FROM plan_topics x WHERE x.plan_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM planning_sessions s WHERE s.plan_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = p.id)
             AND NOT EXISTS (SELECT 1 FROM consultations c WHERE c.plan_id = p.id)))",
    )
    .bind(&change.form_key)
    .bind(act.plan_id)
    .bind(change.kind.word())
    .bind(was)
    .bind(&change.due_day)
    .bind(&change.reason)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(&mut *tx)
    .await?;
    if noted.rows_affected() == 0 {
        return Ok(false);
    }
    if change.kind != ChangeKind::Cancelled {
        sqlx::query("UPDATE plans SET due_day = $2 WHERE id = $1")
            .bind(act.plan_id)
            .bind(&change.due_day)
            .execute(&mut *tx)
            .await?;
    }
    event(tx, act, done(change.kind), act.plan_id).await?;
    Ok(true)
}

/// Registers a plan, once for each form key; its id, and whether it is new.
pub async fn register(
    tx: &mut AnyConnection,
    plan: &NewPlan,
    by: &By,
    now: Moment,
) -> sqlx::Result<(Id<Plan>, bool)> {
    let new: Option<Id<Plan>> = sqlx::query_scalar(
        "INSERT INTO plans (id, form_key, title, what, due_day, registered_by, registered_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (form_key) DO NOTHING RETURNING id",
    )
    .bind(Id::<Plan>::fresh())
    .bind(&plan.form_key)
    .bind(&plan.title)
    .bind(&plan.what)
    .bind(&plan.due_day)
    .bind(&by.account_id)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(plan_id) = new else {
        let earlier = sqlx::query_scalar("SELECT id FROM plans WHERE form_key = $1")
            .bind(&plan.form_key)
            .fetch_one(tx)
            .await?;
        return Ok((earlier, false));
    };
    db::tie(
        tx,
        "INSERT INTO plan_organisations (plan_id, organisation_id)",
        &plan_id,
        &plan.organisations,
    )
    .await?;
    db::tie(tx, "INSERT INTO plan_services (plan_id, service_id)", &plan_id, &plan.services)
        .await?;
    db::tie(tx, "INSERT INTO plan_places (plan_id, place_id)", &plan_id, &plan.places).await?;
    Ok((plan_id, true))
}

/// Ties published topics to a plan; those already tied stay tied. Gives how many are new.
pub async fn tie(tx: &mut AnyConnection, act: Act<'_>, topics: &[Id<Topic>]) -> sqlx::Result<u64> {
    let wanted = db::parameters(4, topics.len());
    let sql = format!(
        "INSERT INTO plan_topics (plan_id, topic_id, tied_by, tied_at)
         SELECT $1, id, $2, CAST($3 AS BIGINT) FROM listed_topics WHERE id IN ({wanted})
         ON CONFLICT (plan_id, topic_id) DO NOTHING"
    );
    let mut tie =
        sqlx::query(AssertSqlSafe(sql)).bind(act.plan_id).bind(&act.by.account_id).bind(act.at);
    for topic in topics {
        tie = tie.bind(topic);
    }
    let tied = tie.execute(&mut *tx).await?.rows_affected();
    if tied > 0 {
        event(tx, act, "topics tied", act.plan_id).await?;
    }
    Ok(tied)
}

/// Records a planning session, once for each form key. True when it is new.
pub async fn record_session(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session: &NewSession,
) -> sqlx::Result<bool> {
    let new: Option<Id<PlanningSession>> = sqlx::query_scalar(
        "INSERT INTO planning_sessions (id, form_key, plan_id, day, held_at, parents, others,
         decided, notes, audience, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (form_key)
           DO NOTHING RETURNING id",
    )
    .bind(Id::<PlanningSession>::fresh())
    .bind(&session.form_key)
    .bind(act.plan_id)
    .bind(&session.day)
    .bind(&session.held_at)
    .bind(session.parents)
    .bind(session.others)
    .bind(&session.decided)
    .bind(&session.notes)
    .bind(if session.for_everyone { "everyone" } else { "forum" })
    .bind(&act.by.account_id)
    .bind(act.at)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(session_id) = &new else { return Ok(false) };
    let what = if session.parents > 0 {
        "planning session with parents recorded"
    } else {
        "planning session without parents recorded"
    };
    event(tx, act, what, session_id).await?;
    Ok(true)
}

/// Gives a plan another title, and keeps what it was. False when it has another by now.
pub async fn correct_title(
    tx: &mut AnyConnection,
    act: Act<'_>,
    (was, title): (&str, &str),
) -> sqlx::Result<bool> {
    let of = Of { kind: "plan", thing_id: act.plan_id, at: act.at };
    corrections::keep(tx, of, "title", (was, title)).await?;
    let corrected = sqlx::query("UPDATE plans SET title = $2 WHERE id = $1 AND title = $3")
        .bind(act.plan_id)
        .bind(title)
        .bind(was);
    if corrected.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    event(tx, act, "title of the plan corrected", act.plan_id).await?;
    Ok(true)
}

/// What came of correcting a planning session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corrected {
    Done,
    /// A draft is published, or the gate was overridden: what was said before it stays.
    Settled,
    /// A draft is submitted: whether parents were there stays.
    HasDraft,
    /// Somebody else has confirmed it, or the forum has disputed it.
    Spoken,
    /// Somebody else has corrected it meanwhile.
    Before,
}

/// Corrects when and where a planning session was held and how many took part, and keeps what was
/// said. The schema holds the same rules once more.
pub async fn correct_session(
    tx: &mut AnyConnection,
    act: Act<'_>,
    was: &reading::PlanningSession,
    is: &Meeting,
) -> sqlx::Result<Corrected> {
    let (drafts, settled, spoken): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*) AS drafts, count(CASE WHEN d.published_at IS NOT NULL
           OR o.draft_id IS NOT NULL THEN 1 END) AS settled,
           (SELECT count(*) FROM standing_confirmations c WHERE c.session_id = $2)
             + (SELECT count(*) FROM session_disputes x WHERE x.session_id = $2) AS spoken
         FROM drafts d LEFT JOIN overrides o ON o.draft_id = d.id WHERE d.plan_id = $1",
    )
    .bind(act.plan_id)
    .bind(&was.id)
    .fetch_one(&mut *tx)
    .await?;
    let (parents, others) = (was.parents.to_string(), was.others.to_string());
    if settled > 0 {
        return Ok(Corrected::Settled);
    } else if spoken > 0 {
        return Ok(Corrected::Spoken);
    } else if drafts > 0 && (was.parents > 0) != (is.parents > 0) {
        return Ok(Corrected::HasDraft);
    }
    let of = Of { kind: "session", thing_id: &was.id, at: act.at };
    for (field, was, became) in [
        ("day", was.day.as_str(), is.day.as_str()),
        ("held_at", was.held_at.as_str(), is.held_at.as_str()),
        ("parents", parents.as_str(), is.parents.to_string().as_str()),
        ("others", others.as_str(), is.others.to_string().as_str()),
    ] {
        corrections::keep(tx, of, field, (was, became)).await?;
    }
    let corrected = sqlx::query(
        "UPDATE planning_sessions SET day = $3, held_at = $4, parents = $5, others = $6
         WHERE id = $1 AND plan_id = $2 AND day = $7 AND held_at = $8
           AND CAST(parents AS TEXT) = $9 AND CAST(others AS TEXT) = $10",
    )
    .bind(&was.id)
    .bind(act.plan_id)
    .bind(&is.day)
    .bind(&is.held_at)
    .bind(is.parents)
    .bind(is.others)
    .bind(&was.day)
    .bind(&was.held_at)
    .bind(parents)
    .bind(others);
    if corrected.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(Corrected::Before);
    }
    event(tx, act, "planning session corrected", &was.id).await?;
    Ok(Corrected::Done)
}

/// How long a link to a planning session works; the schema allows no longer.
pub const SLIP_WORKS: Millis = 28 * DAY;

/// Makes a link to a planning session, unless there is one that works; whether it is new. Its id is
/// a code that people can type.
pub async fn make_slip(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session_id: &Id<PlanningSession>,
) -> sqlx::Result<bool> {
    let made = sqlx::query(
        "INSERT INTO session_slips (id, session_id, made_by, made_at, ends_at)
         SELECT $1, s.id, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM planning_sessions s
         WHERE s.id = $2 AND s.plan_id = $6 AND NOT EXISTS (SELECT 1 FROM session_slips l
           WHERE l.session_id = s.id AND l.ends_at > $4)",
    )
    .bind(id::code())
    .bind(session_id)
    .bind(&act.by.account_id)
    .bind(act.at)
    .bind(act.at + SLIP_WORKS)
    .bind(act.plan_id)
    .execute(tx)
    .await?;
    Ok(made.rows_affected() == 1)
}

/// What is asked before somebody says something about a planning session; `None` where there is no
/// such session or person.
async fn saying(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session_id: &Id<PlanningSession>,
) -> sqlx::Result<Option<Saying>> {
    // One mailbox is one person (decision 0028).
    let row = sqlx::query(
        "SELECT s.day, s.parents,
           (SELECT count(*) FROM accounts o WHERE (o.id = s.recorded_by OR o.id IN (
               SELECT k.account_id FROM plan_side k WHERE k.plan_id = s.plan_id))
             AND coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id)) AS theirs,
           (SELECT count(*) FROM standing_confirmations c JOIN accounts o ON o.id = c.confirmed_by
             WHERE c.session_id = s.id AND coalesce(o.mailbox, o.email, o.id)
               = coalesce(a.mailbox, a.email, a.id)) AS own,
           (SELECT count(*) FROM standing_confirmations c JOIN accounts o ON o.id = c.confirmed_by
             AND o.erased_at IS NULL
             WHERE c.session_id = s.id AND coalesce(o.mailbox, o.email, o.id)
               <> coalesce(a.mailbox, a.email, a.id)) AS others,
           (SELECT count(*) FROM session_confirmations c WHERE c.session_id = s.id
             AND c.settles = 1) AS confirmed,
           (SELECT count(*) FROM session_confirmations c WHERE c.session_id = s.id
             AND c.for_forum = 1) AS by_forum,
           (SELECT count(*) FROM session_disputes d WHERE d.session_id = s.id) AS disputed
         FROM planning_sessions s, accounts a
         WHERE s.id = $1 AND s.plan_id = $2 AND a.id = $3 AND a.suspended_at IS NULL",
    )
    .bind(session_id)
    .bind(act.plan_id)
    .bind(&act.by.account_id)
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let many = |column: &str| row.get::<i64, _>(column);
    Ok(Some(Saying {
        for_forum: act.by.role == "organiser",
        with_parents: many("parents") > 0,
        is_held: row.get::<&str, _>("day") <= clock::fields(act.at).0.as_str(),
        is_theirs: many("theirs") > 0,
        has_confirmed: many("own") > 0,
        others: db::number(many("others"), "session_confirmations")?,
        is_confirmed: many("confirmed") > 0,
        is_confirmed_by_forum: many("by_forum") > 0,
        is_disputed: many("disputed") > 0,
    }))
}

/// What came of saying something about a planning session: how far it has got, or why nothing was
/// said; `None` where there is no such session.
pub type Said = Option<Result<SessionState, NotSaid>>;

/// Keeps that somebody says that a planning session was held: for the forum, or as a parent who was
/// there, who came by this link. The schema holds the same rules once more.
pub async fn confirm_session(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session_id: &Id<PlanningSession>,
    slip_id: Option<&Id<SessionSlip>>,
) -> sqlx::Result<Said> {
    let Some(saying) = saying(tx, act, session_id).await? else { return Ok(None) };
    let settles = match confirming(&saying) {
        Ok(settles) => settles,
        Err(why) => return Ok(Some(Err(why))),
    };
    sqlx::query(
        "INSERT INTO session_confirmations (id, session_id, for_forum, settles, slip_id,
         confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id::random())
    .bind(session_id)
    .bind(i64::from(saying.for_forum))
    .bind(i64::from(settles))
    .bind(slip_id)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(&mut *tx)
    .await?;
    // What a parent did is not among what everyone sees to the minute.
    if saying.for_forum {
        event(tx, act, "planning session confirmed by the forum", session_id).await?;
    }
    Ok(Some(Ok(if settles { SessionState::Confirmed } else { SessionState::Claimed })))
}

/// Keeps that a parent takes back that they were there, until the session is confirmed; why not
/// otherwise, and `None` where there is no such session. The schema holds the same rule once more.
pub async fn take_back(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session_id: &Id<PlanningSession>,
) -> sqlx::Result<Option<Result<(), NotSaid>>> {
    let Some(saying) = saying(tx, act, session_id).await? else { return Ok(None) };
    if let Err(why) = taking_back(&saying) {
        return Ok(Some(Err(why)));
    }
    // By whichever account of theirs they said it.
    sqlx::query(
        "INSERT INTO session_confirmations_taken_back (confirmation_id, taken_back_at)
         SELECT c.id, CAST($3 AS BIGINT) FROM standing_confirmations c
         JOIN accounts o ON o.id = c.confirmed_by JOIN accounts a ON a.id = $2
         WHERE c.session_id = $1
           AND coalesce(o.mailbox, o.email, o.id) = coalesce(a.mailbox, a.email, a.id)",
    )
    .bind(session_id)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(tx)
    .await?;
    Ok(Some(Ok(())))
}

/// Keeps that the forum says that a planning session was not held as it was recorded, and why.
pub async fn dispute_session(
    tx: &mut AnyConnection,
    act: Act<'_>,
    session_id: &Id<PlanningSession>,
    reason: &str,
) -> sqlx::Result<Said> {
    let Some(saying) = saying(tx, act, session_id).await? else { return Ok(None) };
    if let Err(why) = disputing(&saying) {
        return Ok(Some(Err(why)));
    }
    sqlx::query(
        "INSERT INTO session_disputes (session_id, reason, disputed_by, disputed_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(session_id)
    .bind(reason)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(&mut *tx)
    .await?;
    event(tx, act, "planning session disputed", session_id).await?;
    Ok(Some(Ok(SessionState::Disputed)))
}

/// Keeps that one of those who plan has read that the forum disagrees with a session.
pub async fn see_dispute(
    tx: &mut AnyConnection,
    session_id: &Id<PlanningSession>,
    who: &Id<Account>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO session_disputes_seen (session_id, seen_by, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(session_id)
    .bind(who)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps a statement of the forum, once for each form key. True when it is new.
pub async fn state(
    tx: &mut AnyConnection,
    act: Act<'_>,
    form_key: &str,
    words: &str,
) -> sqlx::Result<bool> {
    let new = sqlx::query(
        "INSERT INTO statements (form_key, plan_id, words, written_by, written_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(form_key)
    .bind(act.plan_id)
    .bind(words)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(&mut *tx)
    .await?;
    if new.rows_affected() == 1 {
        event(tx, act, "statement of the forum written", form_key).await?;
    }
    Ok(new.rows_affected() == 1)
}

/// Records a draft as the next version, once for each form key; its version, and whether it is new.
pub async fn record_draft(
    tx: &mut AnyConnection,
    act: Act<'_>,
    draft: &NewDraft,
    file: Option<&files::SavedFile>,
) -> sqlx::Result<(i64, bool)> {
    let new = sqlx::query(
        "INSERT INTO drafts (id, form_key, plan_id, version, summary, body, recorded_by,
         first_recorded_at,
                             file_hash, file_name, file_kind, file_size, html, html_rules)
         SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, CAST($7 AS BIGINT),
           CAST($8 AS TEXT), CAST($9 AS TEXT),
                CAST($10 AS TEXT), CAST($11 AS BIGINT), CAST($12 AS TEXT), CAST($13 AS BIGINT)
           FROM drafts WHERE plan_id = $3
         ON CONFLICT (form_key) DO NOTHING RETURNING id, CAST(version AS BIGINT) AS version",
    )
    .bind(Id::<Draft>::fresh())
    .bind(&draft.form_key)
    .bind(act.plan_id)
    .bind(&draft.summary)
    .bind(&draft.body)
    .bind(&act.by.account_id)
    .bind(act.at)
    .bind(file.map(|file| &file.hash))
    .bind(file.map(|file| &file.name))
    .bind(file.map(|file| file.kind.ending()))
    .bind(file.map(|file| file.size))
    .bind(&draft.html)
    .bind(RULES)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = new else {
        let earlier =
            sqlx::query_scalar("SELECT CAST(version AS BIGINT) FROM drafts WHERE form_key = $1")
                .bind(&draft.form_key)
                .fetch_one(tx)
                .await?;
        return Ok((earlier, false));
    };
    event(tx, act, "draft recorded", row.get("id")).await?;
    Ok((row.get("version"), true))
}

/// Keeps the HTML of a draft, made by today's rules; not in place of HTML made by these or later
/// ones.
pub async fn keep_html(
    tx: &mut AnyConnection,
    draft_id: &Id<Draft>,
    html: &str,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE drafts SET html = $2, html_rules = $3 WHERE id = $1 AND html_rules < $3")
        .bind(draft_id)
        .bind(html)
        .bind(RULES)
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps what an unpublished draft does about a topic; said again, the later words replace the
/// earlier. False when the draft is published or the topic is not tied.
pub async fn answer(
    tx: &mut AnyConnection,
    act: Act<'_>,
    version: i64,
    topic_id: &Id<Topic>,
    answer: &Answer,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "INSERT INTO draft_answers (draft_id, topic_id, answer, words, decided_by, answered_by,
         answered_at)
         SELECT d.id, x.topic_id, $4, $5, $6, $7, CAST($8 AS BIGINT)
         FROM drafts d JOIN plan_topics x ON x.plan_id = d.plan_id AND x.topic_id = $3
         WHERE d.plan_id = $1 AND d.version = $2 AND d.published_at IS NULL
         ON CONFLICT (draft_id, topic_id) DO UPDATE
           SET answer = excluded.answer, words = excluded.words,
           decided_by = excluded.decided_by, answered_by = excluded.answered_by,
             answered_at = excluded.answered_at",
    )
    .bind(act.plan_id)
    .bind(version)
    .bind(topic_id)
    .bind(answer.kind.word())
    .bind(&answer.words)
    .bind(&answer.decided_by)
    .bind(&act.by.account_id)
    .bind(act.at)
    .execute(tx)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Keeps that the gate is overridden for an unpublished draft. False when the draft is published,
/// or the gate was overridden for it before.
pub async fn override_gate(
    tx: &mut AnyConnection,
    act: Act<'_>,
    version: i64,
    passing: &Override,
) -> sqlx::Result<bool> {
    let draft = sqlx::query_scalar(
        "INSERT INTO overrides (draft_id, name, reason, made_by, made_at)
         SELECT d.id, $3, $4, $5, CAST($6 AS BIGINT) FROM drafts d WHERE d.plan_id = $1
           AND d.version = $2 AND d.published_at IS NULL
         ON CONFLICT (draft_id) DO NOTHING RETURNING draft_id",
    )
    .bind(act.plan_id)
    .bind(version);
    pass(tx, act, passing, draft, "gate overridden").await
}

/// A statement that keeps that somebody passes something, and gives its id where it is new. The
/// last of its parameters are the name, the reason, who and when.
pub(super) type Passing<'q> =
    sqlx::query::QueryScalar<'q, sqlx::Any, String, sqlx::any::AnyArguments>;

/// Keeps by this statement that somebody passes a draft or a decision, and what it is called in the
/// plan's history. False where there is nothing to pass, or somebody did before.
pub(super) async fn pass<'q>(
    tx: &mut AnyConnection,
    act: Act<'q>,
    by: &'q Override,
    statement: Passing<'q>,
    what: &str,
) -> sqlx::Result<bool> {
    let statement = statement.bind(&by.name).bind(&by.reason).bind(&act.by.account_id).bind(act.at);
    let passed = statement.fetch_optional(&mut *tx).await?;
    let Some(passed) = passed else { return Ok(false) };
    event(tx, act, what, &passed).await?;
    Ok(true)
}

/// What came of publishing a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    Done,
    /// It was published before, or there is no such draft.
    Before,
    /// All of this is missing.
    Held(Missing),
}

/// What a draft lacks before it can be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The points of the gate that don't hold, where nobody has overridden it.
    pub points: Vec<Point>,
    /// How many topics are not answered in it.
    pub topics: usize,
    /// Likewise the recommendations of reports.
    pub recommendations: usize,
}

/// Publishes a draft if the gate is open or was overridden for it, and every topic and every
/// recommendation is answered. The rule is asked here, in the write; the schema holds it once more.
pub async fn publish(
    tx: &mut AnyConnection,
    act: Act<'_>,
    version: i64,
) -> sqlx::Result<Published> {
    let facts = sqlx::query(
        "SELECT d.id, (SELECT min(f.first_recorded_at) FROM drafts f
                  WHERE f.plan_id = d.plan_id) AS first_draft_at,
                (SELECT count(*) FROM confirmed_sessions s
                  WHERE s.plan_id = d.plan_id) AS confirmed,
                (SELECT count(*) FROM statements s WHERE s.plan_id = d.plan_id) AS stated,
                (SELECT count(*) FROM overrides o WHERE o.draft_id = d.id) AS overridden,
                (SELECT count(*) FROM unanswered_topics u
                  WHERE u.draft_id = d.id) AS unanswered,
                tied.published_at AS open_since, tied.closed_at, tied.topic_id
         FROM drafts d
         LEFT JOIN (SELECT x.plan_id, x.topic_id, t.published_at, r.closed_at FROM plan_topics x
                    JOIN topics t ON t.id = x.topic_id AND t.withdrawn_at IS NULL
                    LEFT JOIN rounds r ON r.id = t.round_id) tied ON tied.plan_id = d.plan_id
         WHERE d.plan_id = $1 AND d.version = $2 AND d.published_at IS NULL",
    )
    .bind(act.plan_id)
    .bind(version)
    .fetch_all(&mut *tx)
    .await?;
    let Some(row) = facts.first() else { return Ok(Published::Before) };
    let counted = |column: &str| row.get::<i64, _>(column);
    let tied = facts.iter().filter(|row| row.get::<Option<&str>, _>("topic_id").is_some());
    let topics = tied
        .map(|row| TopicFacts {
            open_since: row.get("open_since"),
            vote_closed: row.get::<Option<Moment>, _>("closed_at").is_some(),
        })
        .collect();
    let facts = GateFacts {
        topics,
        first_draft_at: row.get("first_draft_at"),
        sessions: vec![SessionState::Confirmed; usize::from(counted("confirmed") > 0)],
        claims_count: false,
        has_statement: counted("stated") > 0,
    };
    let mut points = gate::points(&facts, act.at);
    points.retain(|point| !point.holds && counted("overridden") == 0);
    let topics: usize = number(counted("unanswered"), "unanswered_topics")?;
    let recommendations = reports::store::unanswered(&mut *tx, act.plan_id, version).await?;
    if !points.is_empty() || topics + recommendations > 0 {
        return Ok(Published::Held(Missing { points, topics, recommendations }));
    }
    let draft_id: Id<Draft> = row.get("id");
    sqlx::query("UPDATE drafts SET published_at = $2, published_by = $3 WHERE id = $1")
        .bind(&draft_id)
        .bind(act.at)
        .bind(&act.by.account_id)
        .execute(&mut *tx)
        .await?;
    event(tx, act, "draft published", &draft_id).await?;
    Ok(Published::Done)
}

/// Owes the email about a published draft to the next `most` people who proposed or supported one
/// of the topics it answers, or proposed one that was merged into it, and were not told yet; none
/// left, the draft is marked as told. Gives how many emails are owed now.
pub async fn tell_next(
    tx: &mut AnyConnection,
    draft_id: &Id<Draft>,
    words: &Words,
    most: i64,
    now: Moment,
) -> sqlx::Result<usize> {
    let people: Vec<(Id<Account>, String)> = sqlx::query_as(
        "SELECT a.id, a.email FROM accounts a
         WHERE a.email IS NOT NULL
           AND a.id IN (WITH answered AS (
                          SELECT t.id, t.author_id FROM drafts d
                          JOIN draft_answers x ON x.draft_id = d.id
                          JOIN topics t ON t.id = x.topic_id AND (t.withdrawn_at IS NULL
                            OR t.withdrawn_at > d.published_at)
                          WHERE d.id = $1)
                        SELECT author_id FROM answered
                        UNION SELECT m.author_id FROM answered
                          JOIN topics m ON m.merged_into = answered.id
                        UNION SELECT s.account_id FROM answered
                          JOIN supports s ON s.topic_id = answered.id)
           AND NOT EXISTS (SELECT 1 FROM deliveries l
             WHERE l.dedup_key = 'draft ' || $1 || ' ' || a.id)
         ORDER BY a.id LIMIT CAST($2 AS BIGINT)",
    )
    .bind(draft_id)
    .bind(most)
    .fetch_all(&mut *tx)
    .await?;
    for (account_id, to) in &people {
        let dedup_key = format!("draft {draft_id} {account_id}");
        let email = Owed {
            dedup_key: &dedup_key,
            kind: EmailKind::DraftPublished,
            account_id: Some(account_id),
            to,
            words,
            at: now,
            not_after: None,
        };
        owe(tx, email).await?;
    }
    if people.is_empty() {
        sqlx::query("UPDATE drafts SET told_at = $2 WHERE id = $1 AND told_at IS NULL")
            .bind(draft_id)
            .bind(now)
            .execute(tx)
            .await?;
    }
    Ok(people.len())
}
