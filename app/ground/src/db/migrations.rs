//! The steps by which the tables came to be, and which of them a database has had.
//!
//! A step is a folder, `migrations/NNNN_name/`: `both.sql` for both databases, and `sqlite.sql` and
//! `postgres.sql` for what must differ. A step that was once on the main branch never changes.

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, SqlSafeStr as _, SqlStr};

use super::{Db, Kind, connections, guards};

struct Step {
    number: i64,
    title: &'static str,
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &include!(concat!(env!("OUT_DIR"), "/steps.rs"));

impl Step {
    fn migration(&self, kind: Kind) -> Migration {
        let own = match kind {
            Kind::Sqlite => self.sqlite,
            Kind::Postgres => self.postgres,
        };
        let text = match (self.both, own) {
            (both, "") => SqlStr::from_static(both),
            ("", own) => SqlStr::from_static(own),
            (both, own) => AssertSqlSafe(format!("{both}\n{own}")).into_sql_str(),
        };
        Migration::new(self.number, self.title.into(), MigrationType::Simple, text, false)
    }
}

fn migrator(kind: Kind) -> Migrator {
    let all: Vec<_> = STEPS.iter().map(|step| step.migration(kind)).collect();
    Migrator { migrations: Cow::Owned(all), ..Migrator::DEFAULT }
}

impl Db {
    /// How many migrations this program knows and the database has not had; none are run.
    ///
    /// # Errors
    /// When the database does not answer, or has had a migration that this program does not know or
    /// knows otherwise.
    pub async fn pending(&self) -> Result<usize, sqlx::Error> {
        let known = migrator(self.kind);
        let mut connection = self.read().await?;
        if !has_any(&mut connection).await? {
            return Ok(known.migrations.len());
        }
        let had = sqlx::query(
            "SELECT version, checksum, CAST(success AS INTEGER) AS success FROM _sqlx_migrations",
        )
        .fetch_all(&mut *connection)
        .await?;
        for row in &had {
            let (version, checksum): (i64, Vec<u8>) = (row.get("version"), row.get("checksum"));
            if row.get::<i32, _>("success") == 0 {
                return Err(sqlx::Error::Protocol(format!(
                    "migration {version} stopped half-way: restore the backup from before it"
                )));
            }
            if !known
                .iter()
                .any(|migration| migration.version == version && *migration.checksum == *checksum)
            {
                return Err(sqlx::Error::Protocol(format!(
                    "migration {version} is not one of this program"
                )));
            }
        }
        Ok(known.migrations.len().saturating_sub(had.len()))
    }

    /// Brings the tables up to this program, and their guards to its list. Several processes may
    /// call it at once.
    ///
    /// # Errors
    /// When a migration fails or an applied one has since been changed.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        loop {
            let before = self.pending().await.ok();
            match self.take_steps().await {
                Ok(()) => return Ok(()),
                // PostgreSQL has one process wait for another. On SQLite two may take the same
                // step, and one of them fails at it: it goes on from where the other has come.
                Err(_) if self.kind == Kind::Sqlite && self.pending().await.ok() < before => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn take_steps(&self) -> Result<(), MigrateError> {
        let mut connection = self.pools.writers.acquire().await?;
        // It is told to take its time, and is used for nothing else.
        connection.close_on_drop();
        connections::without_limits(&mut connection).await?;
        migrator(self.kind).run(&mut *connection).await?;
        guards::make(&mut connection).await?;
        Ok(connection.close().await?)
    }
}

/// Whether any migration was ever run here.
pub(super) async fn has_any(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let sql = match Kind::of(connection) {
        Kind::Sqlite => "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
        Kind::Postgres => "SELECT count(to_regclass('_sqlx_migrations'))",
    };
    let many: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(many > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_own_number_and_a_text_for_each_database() {
        assert!(STEPS.is_sorted_by(|one, next| one.number < next.number));
        for step in STEPS {
            for own in [step.sqlite, step.postgres] {
                assert!(!step.both.is_empty() || !own.is_empty(), "{}", step.title);
            }
        }
    }

    #[test]
    fn no_rule_waits_for_the_commit_where_it_would_fail_the_writes_of_others_too() {
        for step in STEPS {
            for text in [step.both, step.sqlite] {
                assert!(!text.to_uppercase().contains("DEFER"), "{}: see lot.rs", step.title);
            }
        }
    }
}
