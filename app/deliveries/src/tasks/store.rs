//! Every SQL statement about the emails that tell of tasks.

use calendar::clock::{DAY, Millis, Moment};
use calendar::promise;
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Delivery, Id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::{DUE, SOON, Task, Tell};

/// A task that somebody was not told about yet.
#[derive(Clone, Debug)]
pub(super) struct Untold {
    pub task: Task,
    /// With `since`, what tells it from others.
    pub thing_id: String,
    /// What its page is about.
    pub page_id: String,
    pub since: Moment,
    /// Whether it is told since it is due soon, and not since it waits.
    pub is_due: bool,
    /// From when on it is told.
    pub from: Moment,
    pub account_id: Id<Account>,
    pub email: String,
    pub tell: Tell,
}

/// For how long news is new.
const NEW: Millis = 7 * DAY;

/// The tasks that wait now and that somebody was not told about, person by person.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub(super) async fn untold(db: &Db, now: Moment) -> sqlx::Result<Vec<Untold>> {
    let news = Task::ALL.into_iter().filter(|task| task.is_news());
    let news: Vec<_> = news.map(|task| format!("'{}'", task.word())).collect();
    let sql = format!(
        "SELECT w.task, w.thing_id, w.page_id, w.since, w.is_due, w.from_at, w.account_id,
           a.email, c.choice
         FROM (SELECT t.task, t.thing_id, t.page_id, t.account_id, t.since,
                 CAST(s.is_due AS BIGINT) AS is_due,
                 CASE s.is_due WHEN 0 THEN t.since ELSE {} END AS from_at
               FROM waiting_tasks t CROSS JOIN (SELECT 0 AS is_due UNION ALL SELECT 1) s) w
         JOIN accounts a ON a.id = w.account_id AND a.erased_at IS NULL
           AND a.suspended_at IS NULL
         LEFT JOIN task_choices c ON c.account_id = w.account_id
           AND c.task = CASE w.is_due WHEN 1 THEN '{DUE}' ELSE w.task END
         WHERE w.from_at <= $1 AND (w.task NOT IN ({}) OR w.since > $2)
           AND NOT EXISTS (SELECT 1 FROM task_emails e WHERE e.account_id = w.account_id
             AND e.task = w.task AND e.thing_id = w.thing_id AND e.since = w.since
             AND e.is_due = w.is_due)
         ORDER BY w.account_id, w.task, w.thing_id, w.since, w.is_due",
        due_soon(),
        news.join(", ")
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(now)
        .bind(now - NEW)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let untold = rows.iter().map(one_untold).collect::<sqlx::Result<Vec<_>>>()?;
    Ok(untold.into_iter().filter(|one| one.from <= now).collect())
}

/// When a task `t` is due soon at the earliest, as a part of statements; NULL where there is no day
/// for it. On which day of the week it is due, [`Task::due`] knows.
fn due_soon() -> String {
    let earliest = |task: Task| Some(task.days()? * DAY - SOON - promise::MOST_BEFORE * DAY);
    let dated = Task::ALL.into_iter().filter_map(|task| Some((task, earliest(task)?)));
    let each = dated.map(|(task, after)| {
        format!("WHEN '{}' THEN t.since + CAST({after} AS BIGINT)", task.word())
    });
    format!("CASE t.task {} END", each.collect::<Vec<_>>().join(" "))
}

fn one_untold(row: &AnyRow) -> sqlx::Result<Untold> {
    let task = known(Task::read(row.get("task")), "waiting_tasks.task")?;
    let is_due = row.get::<i64, _>("is_due") == 1;
    let tell = match row.get::<Option<&str>, _>("choice") {
        Some(choice) => known(Tell::read(choice), "task_choices.choice")?,
        None if is_due => Tell::AtOnce,
        None => task.told(),
    };
    let since = row.get("since");
    let due = task.due(since).filter(|_| is_due);
    Ok(Untold {
        task,
        thing_id: row.get("thing_id"),
        page_id: row.get("page_id"),
        since,
        is_due,
        from: due.map_or_else(|| row.get("from_at"), |due| due - SOON),
        account_id: row.get("account_id"),
        email: row.get("email"),
        tell,
    })
}

/// Notes that the email of this key tells somebody of a task. False when another did.
pub(super) async fn note_told(
    tx: &mut AnyConnection,
    untold: &Untold,
    is_due: bool,
    dedup_key: &str,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO task_emails (account_id, task, thing_id, since, is_due, dedup_key)
         VALUES ($1, $2, $3, $4, CAST($5 AS INTEGER), $6) ON CONFLICT DO NOTHING",
    );
    let noted = noted
        .bind(&untold.account_id)
        .bind(untold.task.word())
        .bind(&untold.thing_id)
        .bind(untold.since)
        .bind(i64::from(is_due))
        .bind(dedup_key)
        .execute(tx)
        .await?;
    Ok(noted.rows_affected() == 1)
}

/// Whether something that an email `d` tells still waits for the person it goes to, and they have
/// not chosen since to hear of no such thing; as a part of statements.
const WAITS: &str = formatcp!(
    "EXISTS (SELECT 1 FROM task_emails e
     JOIN waiting_tasks w ON w.task = e.task AND w.thing_id = e.thing_id
       AND w.since = e.since AND w.account_id = e.account_id
     LEFT JOIN task_choices c ON c.account_id = e.account_id
       AND c.task = CASE e.is_due WHEN 1 THEN '{DUE}' ELSE e.task END
     WHERE e.dedup_key = d.dedup_key AND coalesce(c.choice, '') <> 'never')"
);

/// Whether something that an email tells still waits.
pub(crate) async fn still_waits(db: &Db, email_id: &Id<Delivery>) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!("SELECT count(*) FROM deliveries d WHERE d.id = $1 AND {WAITS}");
    let waiting: i64 =
        sqlx::query_scalar(SQL).bind(email_id).fetch_one(&mut *db.read().await?).await?;
    Ok(waiting > 0)
}

/// Whether an email about tasks that this account is not to get any more is in a worker's hands.
pub async fn is_on_its_way(db: &Db, account_id: &Id<Account>) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!(
        "SELECT count(*) FROM deliveries d WHERE d.claimed_by IS NOT NULL AND d.account_id = $1
         AND d.sent_at IS NULL AND d.kind = 'task' AND NOT {WAITS}"
    );
    let held: i64 =
        sqlx::query_scalar(SQL).bind(account_id).fetch_one(&mut *db.read().await?).await?;
    Ok(held > 0)
}

/// What somebody has chosen: the word of a kind of task, or [`DUE`], with how they are told.
pub async fn chosen(db: &Db, account_id: &Id<Account>) -> sqlx::Result<Vec<(String, Tell)>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT task, choice FROM task_choices WHERE account_id = $1")
            .bind(account_id)
            .fetch_all(&mut *db.read().await?)
            .await?;
    let one = |(task, choice): (String, String)| {
        Ok((task, known(Tell::read(&choice), "task_choices.choice")?))
    };
    rows.into_iter().map(one).collect()
}

/// Keeps what somebody chose, in place of what they chose before.
pub async fn choose(
    tx: &mut AnyConnection,
    account_id: &Id<Account>,
    choices: &[(&str, Tell)],
    now: Moment,
) -> sqlx::Result<()> {
    if choices.is_empty() {
        return Ok(());
    }
    let row = |nth: usize| format!("($1, ${}, ${}, CAST($2 AS BIGINT))", nth * 2 + 3, nth * 2 + 4);
    let rows = (0..choices.len()).map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO task_choices (account_id, task, choice, chosen_at) VALUES {rows}
         ON CONFLICT (account_id, task) DO UPDATE
         SET choice = excluded.choice, chosen_at = excluded.chosen_at"
    );
    let mut choose = sqlx::query(AssertSqlSafe(sql)).bind(account_id).bind(now);
    for (word, tell) in choices {
        choose = choose.bind(*word).bind(tell.word());
    }
    choose.execute(tx).await?;
    Ok(())
}

/// Forgets what somebody chose and was told.
pub(crate) async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    for sql in [
        "DELETE FROM task_choices WHERE account_id = $1",
        "DELETE FROM task_emails WHERE account_id = $1",
    ] {
        sqlx::query(sql).bind(account_id).execute(&mut *tx).await?;
    }
    Ok(())
}
