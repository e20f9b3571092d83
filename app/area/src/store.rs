//! Every SQL statement about services, places, organisations and school days.

use calendar::clock::Moment;
use calendar::school::{NewDay, SchoolYear};
use forms::Named;
use ground::db::{self, Db};
use ground::ids::{Account, Id, Organisation, Service, Term};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::corrections::{self, Of};
use super::items::AreaItem;
use super::place_facts::{self, FACTS, Fact, PlaceFacts};
use super::rules::AreaKind;

/// What everyone can find of the area: (kind, id, title, words, since).
pub const FINDABLE: &str = "SELECT 'services' AS kind, id, name AS title, '' AS words,
       CAST(0 AS BIGINT) AS since FROM services WHERE retired_at IS NULL
     UNION ALL SELECT 'places', id, name, '', CAST(0 AS BIGINT) FROM places
       WHERE retired_at IS NULL";

/// The services people can choose, in their order.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn services(db: &Db) -> Result<Vec<Named>, sqlx::Error> {
    Ok(both(db).await?.0)
}

/// The places people can choose, in their order.
pub async fn places(db: &Db) -> Result<Vec<Named>, sqlx::Error> {
    Ok(both(db).await?.1)
}

/// The places people can choose, and these, which were chosen before they were retired; in their
/// order.
pub async fn places_and(db: &Db, chosen: &[impl AsRef<str>]) -> Result<Vec<Named>, sqlx::Error> {
    all_and(db, AreaKind::Place, chosen).await
}

/// Likewise of any kind.
pub async fn all_and(
    db: &Db,
    what: AreaKind,
    chosen: &[impl AsRef<str>],
) -> Result<Vec<Named>, sqlx::Error> {
    let these = db::parameters(1, chosen.len());
    let chosen_too = if chosen.is_empty() { String::new() } else { format!("OR id IN ({these})") };
    let sql = format!(
        "SELECT id, name FROM {} WHERE retired_at IS NULL {chosen_too}
         ORDER BY position, name, id",
        what.table()
    );
    let mut all = sqlx::query(AssertSqlSafe(sql));
    for id in chosen {
        all = all.bind(id.as_ref());
    }
    let rows = all.fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(named).collect())
}

fn named(row: &AnyRow) -> Named {
    Named { id: row.get("id"), name: row.get("name") }
}

/// The organisations people can choose, in their order.
pub async fn organisations(db: &Db) -> Result<Vec<Named>, sqlx::Error> {
    Ok(choices(db, &Id::default()).await?.organisations)
}

/// The services and the places people can choose, in one query.
pub async fn both(db: &Db) -> Result<(Vec<Named>, Vec<Named>), sqlx::Error> {
    let Choices { services, places, .. } = choices(db, &Id::default()).await?;
    Ok((services, places))
}

/// What people can choose, in its order.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub services: Vec<Named>,
    pub places: Vec<Named>,
    pub organisations: Vec<Named>,
    /// The organisation that the leader who chooses is from.
    pub own: Option<Named>,
}

/// The services, the places and the organisations people can choose, in one query; and this
/// leader's own organisation, while it is not retired.
pub async fn choices(db: &Db, leader: &Id<Account>) -> Result<Choices, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT what, id, name FROM (
           SELECT 'service' AS what, id, name, position FROM services WHERE retired_at IS NULL
           UNION ALL SELECT 'place', id, name, position FROM places WHERE retired_at IS NULL
           UNION ALL SELECT 'organisation', id, name, position FROM organisations
             WHERE retired_at IS NULL
           UNION ALL SELECT 'own', o.id, o.name, o.position FROM roles r
             JOIN organisations o ON o.id = r.organisation_id AND o.retired_at IS NULL
             WHERE r.role = 'leader' AND r.account_id = $1) chosen
         ORDER BY what, position, name",
    )
    .bind(leader)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut choices = Choices::default();
    for row in &rows {
        match row.get::<&str, _>("what") {
            "place" => choices.places.push(named(row)),
            "organisation" => choices.organisations.push(named(row)),
            "own" => choices.own = Some(named(row)),
            "service" => choices.services.push(named(row)),
            _ => return db::known(None, "what people can choose"),
        }
    }
    Ok(choices)
}

/// The organisation that this leader is from, while it is not retired.
pub async fn organisation_of(db: &Db, leader: &Id<Account>) -> Result<Option<Named>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT o.id, o.name FROM roles r
         JOIN organisations o ON o.id = r.organisation_id AND o.retired_at IS NULL
         WHERE r.role = 'leader' AND r.account_id = $1",
    )
    .bind(leader)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(row.as_ref().map(named))
}

/// The area's lists as an administrator sees them: everything of each kind, retired ones too.
pub async fn lists(db: &Db) -> Result<Vec<(AreaKind, Vec<AreaItem>)>, sqlx::Error> {
    let mut lists = Vec::new();
    for what in AreaKind::ALL {
        lists.push((what, all(db, what).await?));
    }
    Ok(lists)
}

/// All services, places or organisations, retired ones too.
pub async fn all(db: &Db, what: AreaKind) -> Result<Vec<AreaItem>, sqlx::Error> {
    let column = |_: usize, fact: &Fact| {
        if what.has_facts() { fact.name.to_owned() } else { fact.none() }
    };
    let facts = place_facts::each(column, ", ");
    let sql = format!(
        "SELECT id, name, {facts}, retired_at FROM {} ORDER BY position, name",
        what.table()
    );
    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut *db.read().await?).await
}

/// Adds a service or a place at the end; its id. Fails as "already there" when the name is taken.
pub async fn add(
    tx: &mut AnyConnection,
    what: AreaKind,
    name: &str,
    facts: Option<&PlaceFacts>,
) -> Result<String, sqlx::Error> {
    let (id, table) = (id::fresh(), what.table());
    let texts = facts.map_or_else(|| PlaceFacts::default().texts(), PlaceFacts::texts);
    let texts = if what.has_facts() { &texts[..] } else { &[] };
    let (columns, values) = if what.has_facts() {
        (
            place_facts::each(|_, fact| format!(", {}", fact.name), ""),
            place_facts::each(|nth, fact| format!(", {}", fact.held(nth + 3)), ""),
        )
    } else {
        (String::new(), String::new())
    };
    let sql = format!(
        "INSERT INTO {table} (id, name, position{columns})
         SELECT $1, $2, coalesce(max(position), 0) + 1{values} FROM {table}"
    );
    let mut add = sqlx::query(AssertSqlSafe(sql)).bind(&id).bind(name);
    for text in texts {
        add = add.bind(text);
    }
    add.execute(tx).await?;
    Ok(id)
}

/// Calls a service, a place or an organisation something else, and keeps what it was called. False
/// when it has another name by now than `it` has. Fails as "already there" when the name is taken.
pub async fn rename(
    tx: &mut AnyConnection,
    what: AreaKind,
    it: &AreaItem,
    name: &str,
    at: Moment,
) -> Result<bool, sqlx::Error> {
    let sql = format!("UPDATE {} SET name = $2 WHERE id = $1 AND name = $3", what.table());
    let renamed = sqlx::query(AssertSqlSafe(sql)).bind(&it.id).bind(name).bind(&it.name);
    if renamed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let of = Of { kind: what.word(), thing_id: &it.id, at };
    corrections::keep(tx, of, "name", (it.name.as_str(), name)).await?;
    Ok(true)
}

/// Says anew what is known about a place, and keeps what was said. False when something else is
/// said by now than `place` has.
pub async fn set_facts(
    tx: &mut AnyConnection,
    place: &AreaItem,
    facts: &PlaceFacts,
    at: Moment,
) -> Result<bool, sqlx::Error> {
    let (was, said) = (place.facts.texts(), facts.texts());
    let set =
        place_facts::each(|nth, fact| format!("{} = {}", fact.name, fact.held(nth + 2)), ", ");
    let same = |nth: usize, fact: &Fact| format!("{} = ${}", fact.as_text(), nth + 2 + FACTS.len());
    let sql =
        format!("UPDATE places SET {set} WHERE id = $1 AND {}", place_facts::each(same, " AND "));
    let mut set = sqlx::query(AssertSqlSafe(sql)).bind(&place.id);
    for text in said.iter().chain(&was) {
        set = set.bind(text);
    }
    if set.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let of = Of { kind: AreaKind::Place.word(), thing_id: &place.id, at };
    for (fact, (was, became)) in FACTS.iter().zip(was.iter().zip(&said)) {
        corrections::keep(tx, of, fact.name, (was.as_str(), became.as_str())).await?;
    }
    Ok(true)
}

/// Retires a service or a place, or with `None` brings it back. False when there is none with this
/// id.
pub async fn retire(
    tx: &mut AnyConnection,
    what: AreaKind,
    id: &str,
    at: Option<Moment>,
) -> Result<bool, sqlx::Error> {
    let sql = format!("UPDATE {} SET retired_at = $2 WHERE id = $1", what.table());
    let retired = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(at).execute(tx).await?;
    Ok(retired.rows_affected() == 1)
}

/// Who runs a service, and how early families are told about a change to it.
#[derive(Clone, Debug)]
pub struct ServiceRule {
    pub service: Named,
    /// School days before a change; `None` for no rule.
    pub notice_days: Option<i64>,
    /// The organisations that run it.
    pub run_by: Vec<Id<Organisation>>,
    /// Their names.
    pub names: Vec<String>,
}

/// Every service that is not retired, with its rule.
pub async fn rules(db: &Db) -> Result<Vec<ServiceRule>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT s.id, s.name, s.notice_days, o.id AS organisation_id, o.name AS organisation
         FROM services s
         LEFT JOIN service_organisations so ON so.service_id = s.id
         LEFT JOIN organisations o ON o.id = so.organisation_id AND o.retired_at IS NULL
         WHERE s.retired_at IS NULL
         ORDER BY s.position, s.name, o.position, o.name",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut rules: Vec<ServiceRule> = Vec::new();
    for row in &rows {
        let service = named(row);
        if rules.last().is_none_or(|last| last.service.id != service.id) {
            rules.push(ServiceRule {
                service,
                notice_days: row.get("notice_days"),
                run_by: Vec::new(),
                names: Vec::new(),
            });
        }
        if let (Some(rule), Some(organisation)) =
            (rules.last_mut(), row.get::<Option<Id<Organisation>>, _>("organisation_id"))
        {
            rule.run_by.push(organisation);
            rule.names.push(row.get("organisation"));
        }
    }
    Ok(rules)
}

/// Says who runs a service, and how early families are told.
pub async fn set_rule(
    tx: &mut AnyConnection,
    service_id: &Id<Service>,
    run_by: &[impl AsRef<str> + Sync],
    days: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE services SET notice_days = $2 WHERE id = $1")
        .bind(service_id)
        .bind(days)
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM service_organisations WHERE service_id = $1")
        .bind(service_id)
        .execute(&mut *tx)
        .await?;
    db::tie(
        tx,
        "INSERT INTO service_organisations (service_id, organisation_id)",
        service_id,
        run_by,
    )
    .await
}

/// A service as the leader who writes about it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub service: Named,
    /// Whether this leader may write about it.
    pub may_write: bool,
    /// Whether anybody is set down as running it; else nobody may write about it.
    pub is_run: bool,
    /// How many school days before a change families are to be told.
    pub notice_days: Option<i64>,
}

/// What a leader needs to tell families about a change.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// The services, the leader's own and others'.
    pub services: Vec<Spoken>,
    pub places: Vec<Named>,
    /// When schools are open.
    pub year: SchoolYear,
    /// Whether a second person approves.
    pub second_person: bool,
}

/// What this leader needs, in one query.
pub async fn ground(db: &Db, leader: &Id<Account>) -> Result<Ground, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT what, id, name, number, may_write, is_run FROM (
           SELECT 'service' AS what, s.id, s.name, s.notice_days AS number,
                  CAST(CASE WHEN EXISTS (SELECT 1 FROM service_leaders k WHERE k.service_id = s.id
                    AND k.account_id = $1) THEN 1 ELSE 0 END AS BIGINT) AS may_write,
                  CAST(CASE WHEN EXISTS (SELECT 1 FROM run_services u WHERE u.service_id = s.id)
                    THEN 1 ELSE 0 END AS BIGINT) AS is_run,
                  CAST(s.position AS BIGINT) AS position
             FROM services s WHERE s.retired_at IS NULL
           UNION ALL SELECT 'place', id, name, NULL, 0, 0, CAST(position AS BIGINT) FROM places
             WHERE retired_at IS NULL
           UNION ALL SELECT 'term', first_day, last_day, NULL, 0, 0, 0 FROM terms
           UNION ALL SELECT 'closed', day, name, NULL, 0, 0, 0 FROM closed_days
           UNION ALL SELECT 'second person', '', '', CAST(second_person AS BIGINT), 0, 0, 0
             FROM area_rules) ground
         ORDER BY what, position, name, id",
    )
    .bind(leader)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut ground = Ground::default();
    for row in &rows {
        match row.get::<&str, _>("what") {
            "service" => ground.services.push(Spoken {
                service: named(row),
                notice_days: row.get("number"),
                may_write: row.get::<i64, _>("may_write") == 1,
                is_run: row.get::<i64, _>("is_run") == 1,
            }),
            "place" => ground.places.push(named(row)),
            "term" => ground.year.terms.push((
                db::parsed(row.get("id"), "terms.first_day")?,
                db::parsed(row.get("name"), "terms.last_day")?,
            )),
            "closed" => ground.year.closed.push(db::parsed(row.get("id"), "closed_days.day")?),
            "second person" => {
                ground.second_person = row.get::<Option<i64>, _>("number") == Some(1);
            }
            _ => return db::known(None, "what a leader needs to tell families"),
        }
    }
    Ok(ground)
}

/// A term, or with no last day a day without school.
#[derive(Clone, Debug)]
pub struct Day {
    /// Its id; of a day without school the day itself.
    pub id: String,
    pub name: String,
    /// The first day, as `2026-09-02`.
    pub first: String,
    /// The last day of a term.
    pub last: Option<String>,
}

/// The terms and the days without school, the first first; and whether a second person approves
/// notices.
pub async fn days(db: &Db) -> Result<(Vec<Day>, bool), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT id, name, first_day, last_day,
           CAST((SELECT second_person FROM area_rules) AS BIGINT) AS second_person FROM (
           SELECT id, name, first_day, last_day FROM terms
           UNION ALL SELECT day, name, day, NULL FROM closed_days
           UNION ALL SELECT '', '', '', NULL) days
         ORDER BY first_day",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let second_person = rows.first().is_none_or(|row| row.get::<i64, _>("second_person") == 1);
    let days = rows.iter().map(|row| Day {
        id: row.get("id"),
        name: row.get("name"),
        first: row.get("first_day"),
        last: row.get("last_day"),
    });
    Ok((days.filter(|day| !day.id.is_empty()).collect(), second_person))
}

impl Day {
    /// Its days as they are kept: `2026-09-02 to 2026-10-23`.
    #[must_use]
    pub fn days(&self) -> String {
        match &self.last {
            Some(last) => format!("{} to {last}", self.first),
            None => self.first.clone(),
        }
    }
}

/// When schools are open, by these terms and days without school.
pub fn school_year<'d>(days: impl Iterator<Item = &'d Day>) -> Result<SchoolYear, sqlx::Error> {
    let mut year = SchoolYear::default();
    for day in days {
        let first = db::parsed(&day.first, "terms.first_day")?;
        match &day.last {
            Some(last) => year.terms.push((first, db::parsed(last, "terms.last_day")?)),
            None => year.closed.push(first),
        }
    }
    Ok(year)
}

/// When schools are open, by all terms and days without school there are.
pub async fn year(db: &Db) -> Result<SchoolYear, sqlx::Error> {
    school_year(days(db).await?.0.iter())
}

/// Adds a term or a day without school; its id. Fails as "already there" if the day is in it.
pub async fn add_day(tx: &mut AnyConnection, day: &NewDay) -> Result<String, sqlx::Error> {
    match day {
        NewDay::Term { name, first, last } => {
            let id = Id::<Term>::fresh();
            sqlx::query(
                "INSERT INTO terms (id, name, first_day, last_day) VALUES ($1, $2, $3, $4)",
            )
            .bind(&id)
            .bind(name)
            .bind(first.to_string())
            .bind(last.to_string())
            .execute(tx)
            .await?;
            Ok(id.into())
        }
        NewDay::Closed { name, day } => {
            let day = day.to_string();
            sqlx::query("INSERT INTO closed_days (day, name) VALUES ($1, $2)")
                .bind(&day)
                .bind(name)
                .execute(tx)
                .await?;
            Ok(day)
        }
    }
}

/// Takes a term or a day without school out.
pub async fn take_out_day(tx: &mut AnyConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM terms WHERE id = $1").bind(id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM closed_days WHERE day = $1").bind(id).execute(tx).await?;
    Ok(())
}

/// Says whether a second person approves notices.
pub async fn set_second_person(tx: &mut AnyConnection, yes: bool) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE area_rules SET second_person = CAST($1 AS INTEGER)")
        .bind(i64::from(yes))
        .execute(tx)
        .await?;
    Ok(())
}
