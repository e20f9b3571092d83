//! Every SQL statement about services and places.

use sqlx::{AnyConnection, Row as _};

use super::rules::What;
use crate::clock::Millis;
use crate::db::Db;
use crate::id;

/// A service or a place, as people choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A service or a place, as an administrator sees it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Children and young people with SEND who live there; for places.
    pub baseline: Option<i64>,
    /// Since when it is not to be chosen.
    pub retired_at: Option<Millis>,
}

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

/// The services and the places people can choose, in one question.
pub async fn both(db: &Db) -> Result<(Vec<Named>, Vec<Named>), sqlx::Error> {
    let (services, places, _) = choices(db).await?;
    Ok((services, places))
}

/// The services, the places and the organisations people can choose, in one question.
pub async fn choices(db: &Db) -> Result<(Vec<Named>, Vec<Named>, Vec<Named>), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT what, id, name FROM (
           SELECT 'service' AS what, id, name, position FROM services WHERE retired_at IS NULL
           UNION ALL SELECT 'place', id, name, position FROM places WHERE retired_at IS NULL
           UNION ALL SELECT 'organisation', id, name, position FROM organisations WHERE retired_at IS NULL) chosen
         ORDER BY what, position, name",
    )
    .fetch_all(&mut *db.read().await?)
    .await?;
    let (mut services, mut places, mut organisations) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let named = Named { id: row.get(1), name: row.get(2) };
        match row.get::<String, _>(0).as_str() {
            "place" => places.push(named),
            "organisation" => organisations.push(named),
            _ => services.push(named),
        }
    }
    Ok((services, places, organisations))
}

/// All services or places, retired ones too.
pub async fn all(db: &Db, what: What) -> Result<Vec<Kept>, sqlx::Error> {
    let sql = match what {
        What::Service => "SELECT id, name, CAST(NULL AS BIGINT), retired_at FROM services ORDER BY position, name",
        What::Place => "SELECT id, name, baseline, retired_at FROM places ORDER BY position, name",
        What::Organisation => "SELECT id, name, CAST(NULL AS BIGINT), retired_at FROM organisations ORDER BY position, name",
    };
    let rows = sqlx::query(sql).fetch_all(&mut *db.read().await?).await?;
    Ok(rows.iter().map(|row| Kept { id: row.get(0), name: row.get(1), baseline: row.get(2), retired_at: row.get(3) }).collect())
}

/// Adds a service or a place at the end. Fails as "already there" when the name is taken.
pub async fn add(tx: &mut AnyConnection, what: What, name: &str, baseline: Option<i64>) -> Result<String, sqlx::Error> {
    let id = id::fresh();
    let add = match what {
        What::Service => sqlx::query("INSERT INTO services (id, name, position) SELECT $1, $2, coalesce(max(position), 0) + 1 FROM services").bind(&id).bind(name),
        What::Place => sqlx::query("INSERT INTO places (id, name, position, baseline) SELECT $1, $2, coalesce(max(position), 0) + 1, CAST($3 AS BIGINT) FROM places")
            .bind(&id)
            .bind(name)
            .bind(baseline),
        What::Organisation => {
            sqlx::query("INSERT INTO organisations (id, name, position) SELECT $1, $2, coalesce(max(position), 0) + 1 FROM organisations")
                .bind(&id)
                .bind(name)
        }
    };
    add.execute(tx).await?;
    Ok(id)
}

/// Retires a service or a place, or with `None` brings it back. False when there is none with this id.
pub async fn retire(tx: &mut AnyConnection, what: What, id: &str, at: Option<Millis>) -> Result<bool, sqlx::Error> {
    let sql = match what {
        What::Service => "UPDATE services SET retired_at = $2 WHERE id = $1",
        What::Place => "UPDATE places SET retired_at = $2 WHERE id = $1",
        What::Organisation => "UPDATE organisations SET retired_at = $2 WHERE id = $1",
    };
    Ok(sqlx::query(sql).bind(id).bind(at).execute(tx).await?.rows_affected() == 1)
}
