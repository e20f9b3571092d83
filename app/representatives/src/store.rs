//! The room's SQL.

use calendar::clock::Moment;
use forms::Named;
use ground::db::{self, Db};
use ground::ids::{self, Id};
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row as _};

use super::rules::Meeting;

/// The most representatives that a page shows or a form has to choose from.
const MOST_PEOPLE: i64 = 200;

/// A meeting as it was entered, with the names of what it refers to.
#[derive(Clone, Debug)]
pub struct KeptMeeting {
    pub id: Id<ids::Meeting>,
    pub title: String,
    pub held_on: Date,
    /// Which part of the area it was about; `None`: all of it.
    pub place: Option<Named>,
    /// Who went for the forum; a name is empty once it was taken away.
    pub representatives: Vec<Named>,
    pub about: String,
    /// Empty until somebody knows.
    pub led_to: String,
    pub changed_at: Moment,
}

impl KeptMeeting {
    /// Who was there, as people read it.
    #[must_use]
    pub fn who(&self) -> String {
        let names = self.representatives.iter().map(|named| named.name.as_str());
        let names = names.map(|name| if name.is_empty() { "a representative" } else { name });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Which meetings are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    All,
    One(&'a Id<ids::Meeting>),
    /// Those from one day to another.
    Between(Date, Date),
}

/// Meetings that were not taken out, the latest first.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn meetings(
    db: &Db,
    which: Which<'_>,
    (most, skipped): (i64, i64),
) -> sqlx::Result<Vec<KeptMeeting>> {
    let (id, first, last) = match which {
        Which::All => ("", String::new(), String::new()),
        Which::One(id) => (id.as_str(), String::new(), String::new()),
        Which::Between(first, last) => ("", first.to_string(), last.to_string()),
    };
    let rows = sqlx::query(
        "SELECT m.id, m.title, m.held_on, coalesce(p.id, '') AS place_id,
           coalesce(p.name, '') AS place, m.about, m.led_to, m.changed_at,
           coalesce(r.id, '') AS representative_id, coalesce(r.name, '') AS representative
         FROM (SELECT x.id, x.title, x.held_on, x.place_id, x.about, x.led_to, x.changed_at
           FROM meetings x WHERE ($1 = '' OR x.id = $1) AND ($2 = '' OR x.held_on >= $2)
             AND ($3 = '' OR x.held_on <= $3) AND x.taken_out_at IS NULL
           ORDER BY x.held_on DESC, x.id DESC LIMIT CAST($4 AS BIGINT) OFFSET CAST($5 AS BIGINT)) m
         LEFT JOIN places p ON p.id = m.place_id
         LEFT JOIN meeting_representatives t ON t.meeting_id = m.id
         LEFT JOIN representatives r ON r.id = t.representative_id
         ORDER BY m.held_on DESC, m.id DESC, r.added_at, r.id",
    )
    .bind(id)
    .bind(first)
    .bind(last)
    .bind(most)
    .bind(skipped)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut meetings: Vec<KeptMeeting> = Vec::new();
    for row in &rows {
        let id: Id<ids::Meeting> = row.get("id");
        if meetings.last().is_none_or(|last| last.id != id) {
            meetings.push(meeting(row, id)?);
        }
        let who = named(row, "representative_id", "representative");
        if let (Some(meeting), Some(who)) = (meetings.last_mut(), who) {
            meeting.representatives.push(who);
        }
    }
    Ok(meetings)
}

fn meeting(row: &AnyRow, id: Id<ids::Meeting>) -> sqlx::Result<KeptMeeting> {
    Ok(KeptMeeting {
        id,
        title: row.get("title"),
        held_on: db::parsed(row.get("held_on"), "meetings.held_on")?,
        place: named(row, "place_id", "place"),
        representatives: Vec::new(),
        about: row.get("about"),
        led_to: row.get("led_to"),
        changed_at: row.get("changed_at"),
    })
}

fn named(row: &AnyRow, id: &str, name: &str) -> Option<Named> {
    let named = Named { id: row.get(id), name: row.get(name) };
    (!named.id.is_empty()).then_some(named)
}

/// Somebody who represents the forum, or did.
#[derive(Clone, Debug, FromRow)]
pub struct Representative {
    pub id: Id<ids::Representative>,
    pub name: String,
    pub stepped_down_at: Option<Moment>,
    /// To how many meetings they went.
    pub meetings: i64,
}

/// Everyone who has a name: first those who have not stepped down.
pub async fn representatives(db: &Db) -> sqlx::Result<Vec<Representative>> {
    sqlx::query_as(
        "SELECT r.id, r.name, r.stepped_down_at,
           (SELECT count(*) FROM meeting_representatives t
             JOIN meetings m ON m.id = t.meeting_id AND m.taken_out_at IS NULL
             WHERE t.representative_id = r.id) AS meetings
         FROM representatives r WHERE r.name <> ''
         ORDER BY CASE WHEN r.stepped_down_at IS NULL THEN 0 ELSE 1 END, r.name, r.id
         LIMIT CAST($1 AS BIGINT)",
    )
    .bind(MOST_PEOPLE)
    .fetch_all(&mut *db.read().await?)
    .await
}

/// Adds a representative. `None` when the same form was sent before.
pub async fn add_representative(
    tx: &mut AnyConnection,
    form_key: &str,
    name: &str,
    now: Moment,
) -> sqlx::Result<Option<Id<ids::Representative>>> {
    sqlx::query_scalar(
        "INSERT INTO representatives (id, form_key, name, added_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(Id::<ids::Representative>::fresh())
    .bind(form_key)
    .bind(name)
    .bind(now)
    .fetch_optional(tx)
    .await
}

/// No new meeting names them. False when they have stepped down already.
pub async fn step_down(
    tx: &mut AnyConnection,
    id: &Id<ids::Representative>,
    now: Moment,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE representatives SET stepped_down_at = $2
         WHERE id = $1 AND stepped_down_at IS NULL",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a name away, from every meeting too. False when it is gone already.
pub async fn take_name_away(
    tx: &mut AnyConnection,
    id: &Id<ids::Representative>,
    now: Moment,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE representatives SET name = '', stepped_down_at = coalesce(stepped_down_at, $2)
         WHERE id = $1 AND name <> ''",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds a meeting. `None` when the same form was sent before.
pub async fn add_meeting(
    tx: &mut AnyConnection,
    form_key: &str,
    meeting: &Meeting,
    (now, today): (Moment, Date),
) -> sqlx::Result<Option<Id<ids::Meeting>>> {
    let added: Option<Id<ids::Meeting>> = sqlx::query_scalar(
        "INSERT INTO meetings (id, form_key, title, held_on, place_id, about, led_to, recorded_on,
           changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(Id::<ids::Meeting>::fresh())
    .bind(form_key)
    .bind(&meeting.title)
    .bind(meeting.held_on.to_string())
    .bind(meeting.place_id.as_ref())
    .bind(&meeting.about)
    .bind(&meeting.led_to)
    .bind(today.to_string())
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = &added {
        name_those(tx, id, &meeting.representatives).await?;
    }
    Ok(added)
}

/// Corrects a meeting that was last changed then. False when somebody else did so meanwhile, or
/// took it out.
pub async fn change_meeting(
    tx: &mut AnyConnection,
    (id, was): (&Id<ids::Meeting>, Moment),
    meeting: &Meeting,
    now: Moment,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "UPDATE meetings SET title = $3, held_on = $4, place_id = $5, about = $6, led_to = $7,
           changed_at = $8
         WHERE id = $1 AND changed_at = $2 AND taken_out_at IS NULL",
    )
    .bind(id)
    .bind(was)
    .bind(&meeting.title)
    .bind(meeting.held_on.to_string())
    .bind(meeting.place_id.as_ref())
    .bind(&meeting.about)
    .bind(&meeting.led_to)
    .bind(now.max(was + 1))
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    // Whoever has no name any more was there all the same.
    sqlx::query(
        "DELETE FROM meeting_representatives WHERE meeting_id = $1
           AND representative_id IN (SELECT r.id FROM representatives r WHERE r.name <> '')",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    name_those(tx, id, &meeting.representatives).await?;
    Ok(true)
}

async fn name_those(
    tx: &mut AnyConnection,
    id: &Id<ids::Meeting>,
    representatives: &[Id<ids::Representative>],
) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO meeting_representatives (meeting_id, representative_id)";
    db::tie(tx, INSERT, id, representatives).await
}

/// Takes a meeting out that was put in by mistake: it stays, and counts no more. False when it is
/// out already.
pub async fn take_out(
    tx: &mut AnyConnection,
    id: &Id<ids::Meeting>,
    now: Moment,
) -> sqlx::Result<bool> {
    let taken =
        sqlx::query("UPDATE meetings SET taken_out_at = $2 WHERE id = $1 AND taken_out_at IS NULL")
            .bind(id)
            .bind(now)
            .execute(tx)
            .await?;
    Ok(taken.rows_affected() == 1)
}
