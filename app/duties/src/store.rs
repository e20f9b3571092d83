//! The room's SQL.

use calendar::clock::{self, Millis};
use forms::Named;
use ground::db::{self, Db, known, number, parsed};
use ground::ids::{self, Account, Id};
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{
    self, BankHolidays, By, Duty, Everything, Kept, NewReport, Report, Responsible, Thing,
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
           CAST(d.is_public AS BIGINT) AS number, d.switched_on_at AS at, d.changed_at
         FROM duties d LEFT JOIN organisations o ON o.id = d.organisation_id
         UNION ALL SELECT 'report', r.id, r.duty_id, r.step, r.thing, '', r.done_on, '',
           coalesce(r.organisation_id, ''), coalesce(o.name, ''), '', '', r.fulfilled_by,
           r.year, r.said_at, 0
         FROM duty_reports r LEFT JOIN organisations o ON o.id = r.organisation_id
         WHERE r.taken_back_at IS NULL
         UNION ALL SELECT 'term', '', '', '', '', '', first_day, '', '', '', last_day, '', '', 0,
           0, 0 FROM terms
         UNION ALL SELECT 'closed', '', '', '', '', '', day, '', '', '', '', '', '', 0, 0, 0
         FROM closed_days
         UNION ALL SELECT 'bank', '', '', '', '', source, checked_on, '', '', '', covers_until,
           days, '', 0, 0, 0 FROM bank_holidays
         UNION ALL SELECT 'leads', '', '', '', '', '', '', '', organisation_id, '', '', '', '', 0,
           0, 0 FROM roles
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
    let on_since: Option<Millis> = row.get("at");
    let duty = Duty {
        word: row.get("word"),
        name: row.get("name"),
        rule: row.get("rule"),
        source: row.get("source"),
        checked_on: row
            .get::<Option<&str>, _>("day")
            .map(|day| parsed(day, "duties.checked_on"))
            .transpose()?,
        responsible: responsible(row)?,
        due: parsed(row.get("due"), "duties.due")?,
        by: known(By::read(row.get("fulfilled_by")), "duties.fulfilled_by")?,
        steps: match rules::steps(row.get("steps")) {
            Ok(steps) => steps,
            Err(_) => return known(None, "duties.steps"),
        },
        is_public: row.get::<i64, _>("number") == 1,
        is_on: on_since.is_some(),
    };
    Ok(Kept { id: row.get("id"), duty, on_since, changed_at: row.get("changed_at") })
}

fn responsible(row: &AnyRow) -> sqlx::Result<Responsible> {
    let who = match (row.get::<&str, _>("responsible"), organisation(row)) {
        ("forum", None) => Some(Responsible::Forum),
        ("leaders", None) => Some(Responsible::Leaders),
        ("leaders", Some(organisation)) => Some(Responsible::Organisation(organisation)),
        _ => None,
    };
    known(who, "duties.responsible")
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
/// on already stays on since then.
pub async fn save(tx: &mut AnyConnection, duties: &[Duty], now: Millis) -> sqlx::Result<()> {
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
        format!("({}, CAST($1 AS BIGINT))", values.collect::<Vec<_>>().join(", "))
    });
    let rows = rows.collect::<Vec<_>>().join(", ");
    let sets = COLUMNS[2..12].iter().map(|(name, _)| format!("{name} = excluded.{name}"));
    let sets = sets.collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO duties ({}, changed_at) VALUES {rows}
         ON CONFLICT (word) DO UPDATE SET {sets}, changed_at = excluded.changed_at,
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

/// Whether a duty is still as it was last changed then; nobody changes it until the write ends.
pub async fn hold(
    tx: &mut AnyConnection,
    id: &Id<ids::Duty>,
    changed_at: Millis,
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
    now: Millis,
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
    now: Millis,
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
pub async fn things(db: &Db, now: Millis) -> sqlx::Result<Vec<Thing>> {
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
