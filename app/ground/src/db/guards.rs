//! Which tables keep what is written in them, whatever the statement. One list, from which the
//! triggers are made on each database as the last thing an update does; a new table is a line.
//! What holds for one table alone is a trigger in its migration.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use self::Again::{LeftOut, Otherwise, Refused};
use self::Stays::{AsWritten, AsWrittenBy, There};
use super::Kind;
use crate::erasing::{ANOTHER, NOBODY};

/// How a table keeps its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    pub table: &'static str,
    pub stays: Stays,
    again: Again,
}

/// What stays of a row. None is ever deleted, nor is the table emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// All of it.
    AsWritten,
    /// All of it, but for the account in this column: once that is erased, nobody takes its place.
    AsWrittenBy(&'static str),
    /// That it is there. What changes in it, triggers of its own say.
    There,
}

/// What happens to a row with a key that is there already. SQLite alone needs to be told: with
/// `INSERT OR REPLACE` the new row would take the place of the old one, and no trigger would see
/// that one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// It is left out, as where a form is sent twice: `ON CONFLICT DO NOTHING`.
    LeftOut,
    /// It is refused: nobody sends it twice.
    Refused,
    /// Triggers of its own say, or it is written over on purpose: `ON CONFLICT … DO UPDATE`.
    Otherwise,
}

/// The tables that keep what is written in them.
pub const GUARDS: &[Guard] = &[
    guard("audit", AsWritten, Otherwise),
    guard("comment_notes", AsWrittenBy("noted_by"), LeftOut),
    guard("comment_responses", AsWrittenBy("responded_by"), LeftOut),
    guard("comment_verdicts", AsWrittenBy("given_by"), LeftOut),
    guard("comments", There, LeftOut),
    guard("concern_notes", AsWrittenBy("noted_by"), LeftOut),
    guard("confirmations", AsWrittenBy("confirmed_by"), LeftOut),
    guard("confirmed_topics", AsWritten, LeftOut),
    guard("consultation_changes", AsWrittenBy("changed_by"), Refused),
    guard("corrections", AsWritten, LeftOut),
    guard("decision_answers", There, Otherwise),
    guard("decision_overrides", AsWrittenBy("made_by"), LeftOut),
    guard("decisions", There, LeftOut),
    guard("drafts", There, LeftOut),
    guard("duties", There, Otherwise),
    guard("duty_days", AsWritten, LeftOut),
    guard("duty_reports", There, Otherwise),
    guard("equality_numbers", AsWritten, LeftOut),
    guard("equality_records", AsWrittenBy("signed_by"), LeftOut),
    guard("findings", There, LeftOut),
    guard("kinds_of_plans", AsWritten, LeftOut),
    guard("ledger", There, LeftOut),
    guard("meetings", There, LeftOut),
    guard("notice_answers", There, LeftOut),
    guard("notice_equality_numbers", AsWritten, LeftOut),
    guard("notice_equality_records", AsWrittenBy("signed_by"), LeftOut),
    guard("notice_overrides", AsWrittenBy("made_by"), LeftOut),
    guard("notices", There, LeftOut),
    guard("overrides", AsWrittenBy("made_by"), LeftOut),
    guard("plan_changes", AsWrittenBy("changed_by"), Refused),
    guard("plan_events", AsWrittenBy("who"), LeftOut),
    guard("plan_kinds", There, LeftOut),
    guard("plan_organisations", AsWritten, LeftOut),
    guard("plan_places", AsWritten, LeftOut),
    guard("plan_services", AsWritten, LeftOut),
    guard("plan_topics", AsWrittenBy("tied_by"), LeftOut),
    guard("planning_sessions", There, LeftOut),
    guard("plans", There, LeftOut),
    guard("questionnaires", There, LeftOut),
    guard("recommendation_answers", There, Otherwise),
    guard("recommendations", AsWritten, Otherwise),
    guard("released_themes", AsWritten, LeftOut),
    guard("reports", There, LeftOut),
    guard("representatives", There, LeftOut),
    guard("returns", AsWritten, LeftOut),
    guard("round_changes", AsWrittenBy("changed_by"), Refused),
    guard("session_confirmations", AsWrittenBy("confirmed_by"), Refused),
    guard("session_confirmations_taken_back", AsWritten, Refused),
    guard("session_disputes", AsWrittenBy("disputed_by"), Refused),
    guard("session_slips", AsWrittenBy("made_by"), Refused),
    guard("shortlist", AsWritten, LeftOut),
    guard("shortlist_places", AsWritten, LeftOut),
    guard("statements", AsWrittenBy("written_by"), LeftOut),
    guard("subscriptions", There, Otherwise),
    guard("takedown_notes", AsWrittenBy("noted_by"), LeftOut),
    guard("takedowns", There, LeftOut),
    guard("tallies", AsWritten, LeftOut),
    guard("topics", There, LeftOut),
    guard("update_letters", There, LeftOut),
    guard("update_subjects", AsWritten, LeftOut),
    guard("update_versions", There, LeftOut),
    guard("updates", AsWrittenBy("begun_by"), LeftOut),
    guard("verdicts", AsWrittenBy("given_by"), LeftOut),
    guard("wait_figures", AsWritten, LeftOut),
    guard("wait_reports", AsWrittenBy("published_by"), LeftOut),
    guard("wait_verdicts", AsWrittenBy("given_by"), LeftOut),
];

const fn guard(table: &'static str, stays: Stays, again: Again) -> Guard {
    Guard { table, stays, again }
}

/// Makes the triggers as the list says, where they are not so: all of them or none. Several
/// processes may call it at once.
pub(super) async fn make(connection: &mut AnyConnection) -> sqlx::Result<()> {
    if standing(connection).await? == listed(connection).await? {
        return Ok(());
    }
    let kind = Kind::of(connection);
    let mut tx = connection.begin_with(kind.begins_to_write()).await?;
    if kind == Kind::Postgres {
        // One process after the other.
        sqlx::query("LOCK TABLE _sqlx_migrations IN EXCLUSIVE MODE").execute(&mut *tx).await?;
    }
    for sql in changes(kind, &standing(&mut tx).await?, &listed(&mut tx).await?) {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// Triggers by their names, which begin as no other's do: `guard_`.
type Triggers = BTreeMap<String, Trigger>;

#[derive(Debug, PartialEq, Eq)]
struct Trigger {
    table: String,
    /// What makes it.
    says: String,
}

/// Those that are there. SQLite keeps what made a trigger; on PostgreSQL it is its comment.
async fn standing(connection: &mut AnyConnection) -> sqlx::Result<Triggers> {
    let sql = match Kind::of(connection) {
        Kind::Sqlite => {
            "SELECT name, tbl_name AS in_table, sql AS says FROM sqlite_master
             WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
        }
        Kind::Postgres => {
            "SELECT CAST(t.tgname AS TEXT) AS name, CAST(c.relname AS TEXT) AS in_table,
               coalesce(obj_description(t.oid, 'pg_trigger'), '') AS says
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
               AND substr(CAST(t.tgname AS TEXT), 1, 6) = 'guard_'"
        }
    };
    let rows: Vec<(String, String, String)> =
        sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    Ok(rows.into_iter().map(|(name, table, says)| (name, Trigger { table, says })).collect())
}

/// Those that the list asks for, of the tables as they are now.
async fn listed(connection: &mut AnyConnection) -> sqlx::Result<Triggers> {
    match Kind::of(connection) {
        Kind::Sqlite => {
            let columns: Vec<(String, String)> = sqlx::query_as(
                "SELECT m.name AS in_table, c.name AS name
                 FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' ORDER BY m.name, c.cid",
            )
            .fetch_all(&mut *connection)
            .await?;
            // A key of some rows only is for triggers of its table's own.
            let keys: Vec<(String, String, String)> = sqlx::query_as(
                "SELECT m.name AS in_table, k.name AS of_key, c.name AS name
                 FROM sqlite_master m, pragma_index_list(m.name) k, pragma_index_info(k.name) c
                 WHERE m.type = 'table' AND k.[unique] = 1 AND k.partial = 0
                 ORDER BY m.name, k.name, c.seqno",
            )
            .fetch_all(&mut *connection)
            .await?;
            Ok(GUARDS.iter().flat_map(|guard| guard.on_sqlite(&columns, &keys)).collect())
        }
        Kind::Postgres => Ok(GUARDS.iter().flat_map(Guard::on_postgres).collect()),
    }
}

/// What makes those that stand into those that are listed.
fn changes(kind: Kind, standing: &Triggers, listed: &Triggers) -> Vec<String> {
    let mut statements = Vec::new();
    for (name, trigger) in standing {
        if listed.get(name) != Some(trigger) {
            statements.push(match kind {
                Kind::Sqlite => format!("DROP TRIGGER {name}"),
                Kind::Postgres => format!("DROP TRIGGER {name} ON {}", trigger.table),
            });
        }
    }
    for (name, trigger) in listed {
        if standing.get(name) != Some(trigger) {
            let Trigger { table, says } = trigger;
            statements.push(says.clone());
            if kind == Kind::Postgres {
                let says = says.replace('\'', "''");
                statements.push(format!("COMMENT ON TRIGGER {name} ON {table} IS '{says}'"));
            }
        }
    }
    statements
}

impl Guard {
    /// Its trigger about this, with its name.
    fn trigger(&self, about: &str, holds: &str) -> (String, Trigger) {
        let table = self.table;
        let name = format!("guard_{table}_{about}");
        let says = format!("CREATE TRIGGER {name} {holds}");
        (name, Trigger { table: table.to_owned(), says })
    }

    /// `columns`: of each table, in their order. `keys`: of each table the columns of each key.
    fn on_sqlite(
        &self,
        columns: &[(String, String)],
        keys: &[(String, String, String)],
    ) -> Vec<(String, Trigger)> {
        let table = self.table;
        let refuse = format!("BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END");
        let mut all = vec![self.trigger("delete", &format!("BEFORE DELETE ON {table}\n{refuse}"))];
        match self.stays {
            AsWritten => {
                all.push(self.trigger("change", &format!("BEFORE UPDATE ON {table}\n{refuse}")));
            }
            AsWrittenBy(who) => {
                let others: Vec<&str> = columns
                    .iter()
                    .filter(|(of, column)| of == table && column != who)
                    .map(|(_, column)| column.as_str())
                    .collect();
                let of_others = format!("BEFORE UPDATE OF {} ON {table}", others.join(", "));
                all.push(self.trigger("change", &format!("{of_others}\n{refuse}")));
                all.push(self.trigger("who", &format!("{}\n{refuse}", keeps_who(table, who))));
            }
            There => {}
        }
        let instead = match self.again {
            LeftOut => "BEGIN SELECT RAISE(IGNORE); END",
            Refused => refuse.as_str(),
            Otherwise => return all,
        };
        let is_there = is_there_already(table, keys);
        let holds = format!("BEFORE INSERT ON {table}\n{is_there}\n{instead}");
        all.push(self.trigger("replace", &holds));
        all
    }

    fn on_postgres(&self) -> Vec<(String, Trigger)> {
        let table = self.table;
        let (event, refuse) = match self.stays {
            AsWritten => ("BEFORE UPDATE OR DELETE", "refuse_change()".to_owned()),
            AsWrittenBy(who) => {
                ("BEFORE UPDATE OR DELETE", format!("refuse_all_but_letting_go('{who}')"))
            }
            There => ("BEFORE DELETE", "refuse_change()".to_owned()),
        };
        let change = format!("{event} ON {table} FOR EACH ROW EXECUTE FUNCTION {refuse}");
        let empty = format!(
            "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        );
        vec![self.trigger("change", &change), self.trigger("empty", &empty)]
    }
}

/// Unless a row stays where it is, and only makes room for nobody, as its account is erased.
fn keeps_who(table: &str, who: &str) -> String {
    format!(
        "BEFORE UPDATE ON {table}
WHEN NEW.rowid <> OLD.rowid OR (NEW.{who} IS NOT OLD.{who}
  AND NOT (coalesce(NEW.{who}, '') IN ('{NOBODY}', '{ANOTHER}')
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = OLD.{who} AND a.erased_at > 0)))"
    )
}

/// Where a row has one of the new one's keys.
fn is_there_already(table: &str, keys: &[(String, String, String)]) -> String {
    let mut same = BTreeMap::<&str, Vec<String>>::new();
    for (_, key, column) in keys.iter().filter(|(of, ..)| of == table) {
        same.entry(key).or_default().push(format!("{column} = NEW.{column}"));
    }
    let mut any: Vec<_> =
        same.values().map(|columns| format!("({})", columns.join(" AND "))).collect();
    any.push("rowid = NEW.rowid".to_owned());
    format!("WHEN EXISTS (SELECT 1 FROM {table} WHERE {})", any.join(" OR "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_table_is_on_the_list_once_and_in_its_place() {
        let tables: Vec<_> = GUARDS.iter().map(|guard| guard.table).collect();
        assert!(tables.is_sorted());
        assert_eq!(tables.iter().collect::<BTreeSet<_>>().len(), tables.len());
    }

    #[test]
    fn only_what_is_otherwise_is_made_again() {
        let trigger = |says: &str| Trigger { table: "plans".into(), says: says.into() };
        let standing = Triggers::from([
            ("guard_1".into(), trigger("as it was")),
            ("guard_2".into(), trigger("before")),
            ("guard_3".into(), trigger("off the list")),
        ]);
        let listed = Triggers::from([
            ("guard_1".into(), trigger("as it was")),
            ("guard_2".into(), trigger("it's after")),
        ]);
        assert_eq!(
            changes(Kind::Sqlite, &standing, &listed),
            ["DROP TRIGGER guard_2", "DROP TRIGGER guard_3", "it's after"]
        );
        assert_eq!(
            changes(Kind::Postgres, &standing, &listed),
            [
                "DROP TRIGGER guard_2 ON plans",
                "DROP TRIGGER guard_3 ON plans",
                "it's after",
                "COMMENT ON TRIGGER guard_2 ON plans IS 'it''s after'",
            ]
        );
    }
}
