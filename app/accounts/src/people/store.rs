//! Every SQL statement about people as an administrator sees them, and about suspending them.

use calendar::clock::Moment;
use ground::db::{Db, Kind, formatcp};
use ground::ids::{Account, Id, Organisation};
use ground::viewer::Role;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::Group;
use crate::second_factor::store as factors;
use crate::store::role;

/// A person as a line of the list.
#[derive(Debug)]
pub struct ListedPerson {
    pub id: Id<Account>,
    pub shown_name: String,
    pub email: String,
    pub roles: Vec<Role>,
    /// The name of the organisation they are a leader for.
    pub organisation: Option<String>,
    pub suspended_at: Option<Moment>,
}

/// People of this group whose name or address contains `search` (folded), by address, at most
/// `most`, after the address `after`.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn people(
    db: &Db,
    (search, group): (&str, Group),
    after: &str,
    most: i64,
) -> sqlx::Result<Vec<ListedPerson>> {
    let sql = format!(
        "SELECT a.id, a.shown_name, a.email, a.suspended_at, r.role, o.name AS organisation
         FROM (SELECT p.id, p.shown_name, p.email, p.suspended_at FROM accounts p
               WHERE p.email > $1 AND (p.email LIKE $2 OR lower(p.shown_name) LIKE $2)
                 AND p.erased_at IS NULL AND {}
               ORDER BY p.email LIMIT CAST($3 AS BIGINT)) a
         LEFT JOIN roles r ON r.account_id = a.id
         LEFT JOIN organisations o ON o.id = r.organisation_id
         ORDER BY a.email, r.role",
        is_in(group)
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(after)
        .bind(format!("%{}%", search.replace(['%', '_', '\\'], "")))
        .bind(most)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut people: Vec<ListedPerson> = Vec::new();
    for row in rows {
        let id: Id<Account> = row.get("id");
        if people.last().is_none_or(|last| last.id != id) {
            people.push(ListedPerson {
                id,
                shown_name: row.get("shown_name"),
                email: row.get("email"),
                roles: Vec::new(),
                organisation: None,
                suspended_at: row.get("suspended_at"),
            });
        }
        let word: Option<&str> = row.get("role");
        if let (Some(person), Some(word)) = (people.last_mut(), word) {
            person.roles.push(role(word)?);
            person.organisation = person.organisation.take().or(row.get("organisation"));
        }
    }
    Ok(people)
}

/// Whether the account `p` is in this group, as a condition.
fn is_in(group: Group) -> String {
    match group {
        Group::Everyone => "1 = 1".to_owned(),
        Group::With(role) => format!(
            "EXISTS (SELECT 1 FROM roles g WHERE g.account_id = p.id AND g.role = '{}')",
            role.word()
        ),
        Group::WithoutRole => {
            "NOT EXISTS (SELECT 1 FROM roles g WHERE g.account_id = p.id)".to_owned()
        }
        Group::Suspended => "p.suspended_at IS NOT NULL".to_owned(),
    }
}

/// How many people are in each group, by its word, and how many invitations nobody has accepted.
#[derive(Clone, Debug, Default)]
pub struct PeopleCounts {
    pub groups: Vec<(String, i64)>,
    pub invitations: i64,
}

/// How many people are in each group.
pub async fn counts(db: &Db) -> sqlx::Result<PeopleCounts> {
    const INVITATIONS: &str = "invitations";
    let mut parts: Vec<String> = Group::all()
        .map(|group| {
            format!(
                "SELECT '{}' AS what, count(*) AS many FROM accounts p
                 WHERE p.email IS NOT NULL AND p.erased_at IS NULL AND {}",
                group.word(),
                is_in(group)
            )
        })
        .collect();
    parts.push(format!(
        "SELECT '{INVITATIONS}' AS what, count(*) AS many FROM invitations
         WHERE accepted_at IS NULL"
    ));
    let all: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(parts.join(" UNION ALL ")))
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut counts = PeopleCounts::default();
    for (what, many) in all {
        if what == INVITATIONS {
            counts.invitations = many;
        } else {
            counts.groups.push((what, many));
        }
    }
    Ok(counts)
}

/// A person on a page of their own.
#[derive(Debug)]
pub struct Person {
    pub id: Id<Account>,
    pub shown_name: String,
    pub email: String,
    pub joined_at: Moment,
    pub suspended_at: Option<Moment>,
    pub roles: Vec<Role>,
    /// The organisation they are a leader for.
    pub organisation_id: Option<Id<Organisation>>,
    pub has_second_step: bool,
    /// When the council last confirmed that they work there, where they sign in with it.
    pub confirmed_at: Option<Moment>,
}

/// The person with this id; `None` where there is none, or no longer.
pub async fn person(db: &Db, id: &Id<Account>) -> sqlx::Result<Option<Person>> {
    const SQL: &str = formatcp!(
        "SELECT a.id, a.shown_name, a.email, a.confirmed_at AS joined_at, a.suspended_at,
           r.role, r.organisation_id, {} AS has_second_step_since,
           (SELECT max(c.confirmed_at) FROM council_subjects c WHERE c.account_id = a.id)
             AS confirmed_at
         FROM accounts a
         LEFT JOIN roles r ON r.account_id = a.id
         LEFT JOIN second_factors f ON f.account_id = a.id
         WHERE a.id = $1 AND a.email IS NOT NULL AND a.erased_at IS NULL
         ORDER BY r.role",
        factors::SINCE
    );
    let rows = sqlx::query(SQL).bind(id).fetch_all(&mut *db.read().await?).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let word = |row: &AnyRow| row.get::<Option<String>, _>("role");
    let roles = rows
        .iter()
        .filter_map(word)
        .map(|word| role(&word))
        .collect::<sqlx::Result<Vec<Role>>>()?;
    Ok(Some(Person {
        id: row.get("id"),
        shown_name: row.get("shown_name"),
        email: row.get("email"),
        joined_at: row.get("joined_at"),
        suspended_at: row.get("suspended_at"),
        roles,
        organisation_id: rows.iter().find_map(|row| row.get("organisation_id")),
        has_second_step: row.get::<Option<Moment>, _>("has_second_step_since").is_some(),
        confirmed_at: row.get("confirmed_at"),
    }))
}

/// The administrators who are not suspended, with their addresses; they stay so until this write
/// ends.
pub async fn hold_administrators(
    tx: &mut AnyConnection,
) -> sqlx::Result<Vec<(Id<Account>, String)>> {
    let sql = Kind::of(tx).hold_to_change(
        "SELECT a.id, a.email FROM accounts a JOIN roles r ON r.account_id = a.id
         WHERE r.role = 'admin' AND a.email IS NOT NULL AND a.suspended_at IS NULL
         ORDER BY a.id",
    );
    sqlx::query_as(sql).fetch_all(tx).await
}

/// Suspends an account. False where it is suspended already or gone, or where whoever does it has
/// just been suspended themselves: of two administrators who suspend each other, one stays, if
/// [`hold_administrators`] comes before it.
pub async fn suspend(
    tx: &mut AnyConnection,
    (whose, by): (&Id<Account>, &Id<Account>),
    now: Moment,
) -> sqlx::Result<bool> {
    let suspended = sqlx::query(
        "UPDATE accounts SET suspended_at = $3
         WHERE id = $1 AND suspended_at IS NULL AND erased_at IS NULL AND email IS NOT NULL
           AND EXISTS (SELECT 1 FROM accounts b WHERE b.id = $2 AND b.suspended_at IS NULL)",
    )
    .bind(whose)
    .bind(by)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(suspended.rows_affected() == 1)
}

/// Lets somebody in again. False where they were not suspended.
pub async fn restore(tx: &mut AnyConnection, whose: &Id<Account>) -> sqlx::Result<bool> {
    let restored = sqlx::query(
        "UPDATE accounts SET suspended_at = NULL
         WHERE id = $1 AND suspended_at IS NOT NULL AND erased_at IS NULL",
    )
    .bind(whose)
    .execute(tx)
    .await?;
    Ok(restored.rows_affected() == 1)
}
