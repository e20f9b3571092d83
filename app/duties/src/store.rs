//! The room's SQL.

use calendar::clock::{self, Moment};
use forms::Named;
use ground::db::{self, Db, known, number, parsed};
use ground::ids::{self, Account, Id};
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{
    self, BankHolidays, By, Duty, Everything, Kept, NewPassed, NewReport, Passed, Report,
    Responsible, Thing,
};

/// Everything about the area's duties, in one query. `viewer`: a leader, whose organisation is
/// found too.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn everything(db: &Db, viewer: Option<&Id<Account>>) -> sqlx::Result<Everything> {
    let rows = sqlx::query(
        "SELECT 'duty' AS what, d.id, d.word, d.name, d.rule, d.source, d.checked_on AS day,
           d.responsible, coalesce(d.organisation_id, '') AS organisation_id,
           coalesce(o.name, '') AS organisation, d.due, d.steps, d.fulfilled_by,
           CAST(d.is_public AS BIGINT) AS number, d.switched_on_at AS at, d.changed_at,
           d.days_since, d.switched_off_at
         FROM duties d LEFT JOIN organisations o ON o.id = d.organisation_id
         UNION ALL SELECT 'report', r.id, r.duty_id, r.step, r.thing, '', r.done_on, '',
           coalesce(r.organisation_id, ''), coalesce(o.name, ''), '', '', r.fulfilled_by,
           r.year, r.said_at, 0, 0, 0
         FROM duty_reports r LEFT JOIN organisations o ON o.id = r.organisation_id
         WHERE r.taken_back_at IS NULL
         UNION ALL SELECT 'passed', p.name, p.duty_id, p.step, p.rule, p.source, p.due_on,
           p.responsible, coalesce(p.organisation_id, ''), coalesce(o.name, ''), '', '',
           p.fulfilled_by, p.year, CAST(p.is_public AS BIGINT), 0, 0, 0
         FROM duty_days p LEFT JOIN organisations o ON o.id = p.organisation_id
         UNION ALL SELECT 'term', '', '', '', '', '', first_day, '', '', '', last_day, '', '', 0,
           0, 0, 0, 0 FROM terms
         UNION ALL SELECT 'closed', '', '', '', '', '', day, '', '', '', '', '', '', 0, 0, 0,
           0, 0 FROM closed_days
         UNION ALL SELECT 'bank', '', '', '', '', source, checked_on, '', '', '', covers_until,
           days, '', 0, 0, 0, 0, 0 FROM bank_holidays
         UNION ALL SELECT 'leads', '', '', '', '', '', '', '', organisation_id, '', '', '', '', 0,
           0, 0, 0, 0 FROM roles
         WHERE role = 'leader' AND account_id = $1 AND organisation_id IS NOT NULL
         ORDER BY 1, 4, 2, 7",
    )
    .bind(viewer)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut all = Everything::default();
    for row in &rows {
        let day = || parsed::<Date>(row.get("day"), "duties.checked_on");
        match row.get::<&str, _>("what") {
            "duty" => all.duties.push(kept(row)?),
            "report" => all.reports.push(report(row)?),
            "passed" => all.passed.push(passed(row)?),
            "term" => {
                all.school.terms.push((day()?, parsed(row.get("due"), "terms.last_day")?));
            }
            "closed" => all.school.closed.push(day()?),
            "bank" => all.bank = bank(row)?,
            "leads" => all.organisation = Some(row.get("organisation_id")),
            _ => return db::known(None, "what there is to know about duties"),
        }
    }
    all.school.closed.extend(all.bank.days.iter().map(|(day, _)| *day));
    Ok(all)
}

fn kept(row: &AnyRow) -> sqlx::Result<Kept> {
    let on_since: Option<Moment> = row.get("at");
    let duty = Duty {
        word: row.get("word"),
        name: row.get("name"),
        rule: row.get("rule"),
        source: row.get("source"),
        checked_on: row
            .get::<Option<&str>, _>("day")
            .map(|day| parsed(day, "duties.checked_on"))
            .transpose()?,
        responsible: responsible(row, "duties.responsible")?,
        due: parsed(row.get("due"), "duties.due")?,
        by: known(By::read(row.get("fulfilled_by")), "duties.fulfilled_by")?,
        steps: match rules::steps(row.get("steps")) {
            Ok(steps) => steps,
            Err(_) => return known(None, "duties.steps"),
        },
        is_public: row.get::<i64, _>("number") == 1,
        is_on: on_since.is_some(),
    };
    Ok(Kept {
        id: row.get("id"),
        duty,
        on_since,
        off_since: row.get("switched_off_at"),
        days_since: row.get("days_since"),
        changed_at: row.get("changed_at"),
    })
}

fn responsible(row: &AnyRow, column: &'static str) -> sqlx::Result<Responsible> {
    let who = match (row.get::<&str, _>("responsible"), organisation(row)) {
        ("forum", None) => Some(Responsible::Forum),
        ("leaders", None) => Some(Responsible::Leaders),
        ("leaders", Some(organisation)) => Some(Responsible::Organisation(organisation)),
        _ => None,
    };
    known(who, column)
}

fn organisation(row: &AnyRow) -> Option<Named> {
    let named = Named { id: row.get("organisation_id"), name: row.get("organisation") };
    (!named.id.is_empty()).then_some(named)
}

fn report(row: &AnyRow) -> sqlx::Result<Report> {
    Ok(Report {
        id: row.get("id"),
        duty_id: row.get("word"),
        year: number(row.get("number"), "duty_reports.year")?,
        step: row.get("name"),
        done_on: parsed(row.get("day"), "duty_reports.done_on")?,
        by: known(By::read(row.get("fulfilled_by")), "duty_reports.fulfilled_by")?,
        thing: row.get("rule"),
        organisation: organisation(row),
    })
}

fn passed(row: &AnyRow) -> sqlx::Result<Passed> {
    let due: Option<&str> = row.get("day");
    Ok(Passed {
        duty_id: row.get("word"),
        year: number(row.get("number"), "duty_days.year")?,
        step: row.get("name"),
        due: due.map(|day| parsed(day, "duty_days.due_on")).transpose()?,
        by: known(By::read(row.get("fulfilled_by")), "duty_days.fulfilled_by")?,
        name: row.get("id"),
        rule: row.get("rule"),
        source: row.get("source"),
        responsible: responsible(row, "duty_days.responsible")?,
        is_public: row.get::<i64, _>("at") == 1,
    })
}

fn bank(row: &AnyRow) -> sqlx::Result<BankHolidays> {
    let mut days = Vec::new();
    for line in row.get::<&str, _>("steps").lines() {
        let (day, name) = known(line.split_once(' '), "bank_holidays.days")?;
        days.push((parsed(day, "bank_holidays.days")?, name.to_owned()));
    }
    Ok(BankHolidays {
        source: row.get("source"),
        checked_on: Some(parsed(row.get("day"), "bank_holidays.checked_on")?),
        until: Some(parsed(row.get("due"), "bank_holidays.covers_until")?),
        days,
    })
}

/// The columns of a duty that are written, in the order in which they are bound, each with what it
/// is cast to.
const COLUMNS: [(&str, &str); 13] = [
    ("id", "TEXT"),
    ("word", "TEXT"),
    ("name", "TEXT"),
    ("rule", "TEXT"),
    ("source", "TEXT"),
    ("checked_on", "TEXT"),
    ("responsible", "TEXT"),
    ("organisation_id", "TEXT"),
    ("due", "TEXT"),
    ("steps", "TEXT"),
    ("fulfilled_by", "TEXT"),
    ("is_public", "INTEGER"),
    ("switched_on_at", "BIGINT"),
];

/// Saves these duties in one statement: new ones, and over those with the same words. One that is
/// on already stays on since then. What has passed is kept before, by [`keep`].
pub async fn save(tx: &mut AnyConnection, duties: &[Duty], now: Moment) -> sqlx::Result<()> {
    if duties.is_empty() {
        return Ok(());
    }
    let rows = (0..duties.len()).map(|nth| {
        let from = nth * COLUMNS.len() + 2;
        // PostgreSQL takes a number for a text where nothing tells.
        let values = COLUMNS
            .iter()
            .enumerate()
            .map(|(nth, (_, kind))| format!("CAST(${} AS {kind})", from + nth));
        let values = values.collect::<Vec<_>>().join(", ");
        format!("({values}, CAST($1 AS BIGINT), CAST($1 AS BIGINT))")
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    let sets = COLUMNS[2..12].iter().map(|(name, _)| format!("{name} = excluded.{name}"));
    let sets = sets.collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO duties ({}, changed_at, days_since) VALUES {rows}
         ON CONFLICT (word) DO UPDATE SET {sets}, changed_at = excluded.changed_at,
           days_since = CASE WHEN duties.due = excluded.due AND duties.steps = excluded.steps
             THEN duties.days_since ELSE excluded.days_since END,
           switched_off_at = CASE WHEN excluded.switched_on_at IS NULL
             THEN CASE WHEN duties.switched_on_at IS NULL THEN duties.switched_off_at
               ELSE excluded.changed_at END END,
           switched_on_at = CASE WHEN excluded.switched_on_at IS NOT NULL
             THEN coalesce(duties.switched_on_at, excluded.switched_on_at) END",
        COLUMNS.map(|(name, _)| name).join(", ")
    );
    let mut save = sqlx::query(AssertSqlSafe(sql)).bind(now);
    for duty in duties {
        let (responsible, organisation) = match &duty.responsible {
            Responsible::Forum => ("forum", None),
            Responsible::Leaders => ("leaders", None),
            Responsible::Organisation(organisation) => ("leaders", Some(organisation.id.clone())),
        };
        save = save
            .bind(Id::<ids::Duty>::fresh())
            .bind(&duty.word)
            .bind(&duty.name)
            .bind(&duty.rule)
            .bind(&duty.source)
            .bind(duty.checked_on.map(|day| day.to_string()))
            .bind(responsible)
            .bind(organisation)
            .bind(duty.due.to_string())
            .bind(rules::steps_as_text(&duty.steps))
            .bind(duty.by.word())
            .bind(i64::from(duty.is_public))
            .bind(duty.is_on.then_some(now));
    }
    save.execute(tx).await?;
    Ok(())
}

/// Keeps days that have passed, each with its duty as it is now, and once.
pub async fn keep(tx: &mut AnyConnection, days: &[NewPassed], now: Moment) -> sqlx::Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let kinds = ["TEXT", "BIGINT", "TEXT", "TEXT", "TEXT"];
    let rows = (0..days.len()).map(|nth| {
        let from = nth * kinds.len() + 2;
        let values = kinds.iter().enumerate();
        let values = values.map(|(nth, kind)| format!("CAST(${} AS {kind})", from + nth));
        format!("({})", values.collect::<Vec<_>>().join(", "))
    });
    let sql = format!(
        "WITH passed (duty_id, year, step, due_on, fulfilled_by) AS (VALUES {})
         INSERT INTO duty_days (duty_id, year, step, due_on, fulfilled_by, name, rule, source,
           responsible, organisation_id, is_public, kept_at)
         SELECT p.duty_id, p.year, p.step, p.due_on, p.fulfilled_by, d.name, d.rule, d.source,
           d.responsible, d.organisation_id, d.is_public, CAST($1 AS BIGINT)
         FROM passed p JOIN duties d ON d.id = p.duty_id WHERE d.switched_on_at IS NOT NULL
         ON CONFLICT DO NOTHING",
        rows.collect::<Vec<_>>().join(", ")
    );
    let mut keep = sqlx::query(AssertSqlSafe(sql)).bind(now);
    for day in days {
        keep = keep
            .bind(&day.duty_id)
            .bind(i64::from(day.year))
            .bind(&day.step)
            .bind(day.due.map(|day| day.to_string()))
            .bind(day.by.word());
    }
    keep.execute(tx).await?;
    Ok(())
}

/// Whether a duty is still as it was last changed then; nobody changes it until the write ends.
pub async fn hold(
    tx: &mut AnyConnection,
    id: &Id<ids::Duty>,
    changed_at: Moment,
) -> sqlx::Result<bool> {
    let held =
        sqlx::query("UPDATE duties SET changed_at = changed_at WHERE id = $1 AND changed_at = $2")
            .bind(id)
            .bind(changed_at)
            .execute(tx)
            .await?;
    Ok(held.rows_affected() == 1)
}

/// Puts these bank holidays in the place of those that were known.
pub async fn set_bank(tx: &mut AnyConnection, bank: &BankHolidays) -> sqlx::Result<()> {
    let (Some(checked_on), Some(until)) = (bank.checked_on, bank.until) else { return Ok(()) };
    let days = bank.days.iter().map(|(day, name)| format!("{day} {name}"));
    sqlx::query(
        "INSERT INTO bank_holidays (only_row, source, checked_on, covers_until, days)
         VALUES (1, $1, $2, $3, $4)
         ON CONFLICT (only_row) DO UPDATE SET source = excluded.source,
           checked_on = excluded.checked_on, covers_until = excluded.covers_until,
           days = excluded.days",
    )
    .bind(&bank.source)
    .bind(checked_on.to_string())
    .bind(until.to_string())
    .bind(days.collect::<Vec<_>>().join("\n"))
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps that something was done, as an organisation says, or with `None` the forum. False when
/// that is said already, or the duty is off by now.
pub async fn say(
    tx: &mut AnyConnection,
    duty_id: &Id<ids::Duty>,
    new: &NewReport,
    organisation: Option<&str>,
    now: Moment,
) -> sqlx::Result<bool> {
    let said = sqlx::query(
        "INSERT INTO duty_reports (id, duty_id, year, step, done_on, fulfilled_by, thing,
           organisation_id, said_on, said_at)
         SELECT CAST($1 AS TEXT), d.id, CAST($3 AS BIGINT), CAST($4 AS TEXT), CAST($5 AS TEXT),
           CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT),
           CAST($10 AS BIGINT)
         FROM duties d WHERE d.id = $2 AND d.switched_on_at IS NOT NULL
         ON CONFLICT DO NOTHING",
    )
    .bind(Id::<ids::DutyReport>::fresh())
    .bind(duty_id)
    .bind(i64::from(new.year))
    .bind(&new.step)
    .bind(new.done_on.to_string())
    .bind(new.by.word())
    .bind(&new.thing)
    .bind(organisation)
    .bind(clock::fields(now).0)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(said.rows_affected() == 1)
}

/// Takes back what was said about a duty: it stays, and counts no more. `organisation`: whose word
/// it must be; `None` where the forum takes back any. False when there is none.
pub async fn take_back(
    tx: &mut AnyConnection,
    (id, duty_id): (&Id<ids::DutyReport>, &Id<ids::Duty>),
    organisation: Option<&str>,
    now: Moment,
) -> sqlx::Result<bool> {
    let taken = sqlx::query(
        "UPDATE duty_reports SET taken_back_at = $3
         WHERE id = $1 AND duty_id = $2 AND taken_back_at IS NULL
           AND (CAST($4 AS TEXT) IS NULL OR organisation_id = $4)",
    )
    .bind(id)
    .bind(duty_id)
    .bind(now)
    .bind(organisation)
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// How many rounds, consultations and notices of each kind can be chosen from: the latest.
const MOST_THINGS: i64 = 20;

/// What a duty can be done by: rounds, consultations and notices that everyone can see, the latest
/// first.
pub async fn things(db: &Db, now: Moment) -> sqlx::Result<Vec<Thing>> {
    let rows = sqlx::query(
        "SELECT what, id, title FROM (
           SELECT * FROM (SELECT 'round' AS what, id, title, propose_from AS at FROM rounds
             WHERE propose_from <= $1 ORDER BY propose_from DESC LIMIT CAST($2 AS BIGINT)) r
           UNION ALL SELECT * FROM (SELECT 'consultation' AS what, id, title, opens_at AS at
             FROM consultations WHERE opened_at IS NOT NULL AND opens_at <= $1
               AND withdrawn_at IS NULL ORDER BY opens_at DESC LIMIT CAST($2 AS BIGINT)) c
           UNION ALL SELECT * FROM (SELECT 'notice' AS what, id, title, started_at AS at
             FROM notices WHERE started_at IS NOT NULL ORDER BY started_at DESC
               LIMIT CAST($2 AS BIGINT)) n
         ) things ORDER BY at DESC, id",
    )
    .bind(now)
    .bind(MOST_THINGS)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let thing = |row: &AnyRow| {
        let by = known(By::read(row.get("what")), "what a duty is done by")?;
        Ok(Thing { by, named: Named { id: row.get("id"), name: row.get("title") } })
    };
    rows.iter().map(thing).collect()
}

/// Who is told before a duty is due: accounts with their addresses.
pub async fn responsible_people(
    db: &Db,
    responsible: &Responsible,
) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    let (role, organisation) = match responsible {
        Responsible::Forum => ("organiser", None),
        Responsible::Leaders => ("leader", None),
        Responsible::Organisation(organisation) => ("leader", Some(organisation.id.clone())),
    };
    sqlx::query_as(
        "SELECT a.id, a.email FROM accounts a JOIN roles r ON r.account_id = a.id
         WHERE r.role = $1 AND a.email IS NOT NULL
           AND (CAST($2 AS TEXT) IS NULL OR r.organisation_id = $2)
           AND (r.role <> 'leader' OR r.organisation_id IS NOT NULL)
         ORDER BY a.id",
    )
    .bind(role)
    .bind(organisation)
    .fetch_all(&mut *db.read().await?)
    .await
}
