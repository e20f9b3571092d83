//! Every statement in the program's code is one that the databases understand, whether or not a
//! test comes past it: each is prepared, and none is run. No list is prepared anew each time.
//!
//! They are found in the code (`code`). What is put together when it is wanted (`format!`) can't be
//! read there: `budgets.rs` hears it.

use std::collections::BTreeSet;

use ground::db::Kind;
use sqlx::AnyConnection;

use crate::code::{Exception, Found, ON_BOTH, Statement, is_prepared_anew, program, texts};
use crate::planner::{FORGET, done, prepare_on_postgres};
use crate::world::on_both;

/// A statement that is refused, and rightly so.
const fn refused(
    by: &'static [Kind],
    file: &'static str,
    holds: &'static str,
    why: &'static str,
) -> Exception {
    Exception { by, file, holds, why }
}

const EXCEPTIONS: [Exception; 9] = [
    refused(ON_BOTH, "app/src/erase/store.rs", "SELECT count(*) FROM ", "part of a longer one"),
    refused(ON_BOTH, "app/src/export/store.rs", "WITH ", "how several begin"),
    refused(ON_BOTH, "ground/src/db/copying.rs", " copying", "a table that half a copy has"),
    refused(&[Kind::Sqlite], "ground/src/db/copying.rs", "advisory_lock", "only on PostgreSQL"),
    refused(&[Kind::Postgres], "ground/src/db/copying.rs", "pragma_", "only on SQLite"),
    refused(&[Kind::Postgres], "ground/src/db/growth.rs", "dbstat", "only on SQLite"),
    refused(&[Kind::Sqlite], "ground/src/db/pages.rs", "SELECT", "only on PostgreSQL"),
    refused(&[Kind::Sqlite], "ground/src/db/presence.rs", "advisory", "only on PostgreSQL"),
    refused(&[Kind::Sqlite], "consultations/src/closing.rs", "WITH gone", "only on PostgreSQL"),
];

#[test]
fn every_statement_of_the_program_is_understood_by_both_databases() {
    let found = Found::in_the_program();
    on_both(async |world| {
        let kind = world.db().kind();
        let mut connection = world.db().read().await.unwrap();
        let (mut prepared, mut others) = (0, 0);
        let (mut excused, mut faults) = (BTreeSet::new(), Vec::new());
        for statement in &found.whole {
            if statement.only.is_some_and(|only| only != kind) {
                others += 1;
                continue;
            }
            let Err(error) = prepare(&mut connection, kind, &statement.sql).await else {
                prepared += 1;
                continue;
            };
            let Statement { file, sql, .. } = statement;
            match EXCEPTIONS.iter().position(|exception| exception.excuses(file, sql, kind)) {
                Some(nth) => {
                    excused.insert(nth);
                }
                None => faults.push(format!("{}: {error}\n{sql}", statement.place())),
            }
        }
        println!(
            "{kind:?}: {prepared} statements prepared, {others} are for the other database, {} \
             are put together as they are wanted",
            found.put_together.len()
        );
        assert!(found.unread.is_empty(), "of what are these put together? {:#?}", found.unread);
        assert!(faults.is_empty(), "{} are refused\n{}", faults.len(), faults.join("\n\n"));
        assert!(prepared > 400, "only {prepared} statements were found");
        for (nth, exception) in EXCEPTIONS.iter().enumerate() {
            let is_needed = !exception.by.contains(&kind) || excused.contains(&nth);
            let Exception { file, holds, why, .. } = exception;
            assert!(is_needed, "{kind:?} needs no exception for {file}, “{holds}” ({why})");
        }
    });
}

#[test]
fn no_list_is_prepared_anew_each_time_it_is_read() {
    let mut bare = Vec::new();
    for (file, code) in program() {
        texts(code, &mut |line, text| {
            if is_prepared_anew(&text) {
                bare.push(format!("{file}:{line}: {text}"));
            }
        });
    }
    assert!(bare.is_empty(), "write LIMIT CAST($1 AS BIGINT)\n{}", bare.join("\n"));
}

async fn prepare(connection: &mut AnyConnection, kind: Kind, sql: &str) -> sqlx::Result<()> {
    match kind {
        Kind::Sqlite => done(connection, format!("EXPLAIN {sql}")).await,
        Kind::Postgres => {
            prepare_on_postgres(connection, sql).await?;
            done(connection, FORGET.to_owned()).await
        }
    }
}
