//! Which failures of a database are of the moment: it is full, locked, away, or shut to writes.
//! Whoever asked may ask again. Any other failure is a fault of this program.

use sqlx::Error;

/// SQLite's primary result codes of this kind: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR,
/// CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. <https://www.sqlite.org/rescode.html>
const SQLITE: [i64; 11] = [5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26];

/// PostgreSQL's classes of this kind: connection, transaction rollback, insufficient resources,
/// operator intervention, system error.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const POSTGRES_CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];

/// The single states of this kind: a lock that was not to be had, a transaction that may only read,
/// a session that was idle too long, and data that is damaged.
const POSTGRES: [&str; 4] = ["55P03", "25006", "25P03", "XX001"];

/// Whether the same may succeed when it is tried again, without any change to this program.
#[must_use]
pub fn is_of_the_moment(error: &Error) -> bool {
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => true,
        Error::Database(error) => error.code().is_some_and(|code| is_code_of_the_moment(&code)),
        _ => false,
    }
}

fn is_code_of_the_moment(code: &str) -> bool {
    // SQLite's codes are numbers, whose last byte is the primary one; PostgreSQL's have five
    // characters, of which none of SQLite's has as many with a letter or a leading zero.
    match code.parse::<i64>() {
        Ok(number) if code.len() < 5 => SQLITE.contains(&(number & 0xff)),
        _ => {
            POSTGRES.contains(&code) || POSTGRES_CLASSES.iter().any(|class| code.starts_with(class))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_full_locked_shut_or_away_is_of_the_moment() {
        // FULL, BUSY, BUSY_SNAPSHOT, IOERR_WRITE, IOERR_FSYNC, READONLY_DBMOVED, CANTOPEN.
        for code in ["13", "5", "517", "778", "1034", "1032", "14"] {
            assert!(is_code_of_the_moment(code), "{code}");
        }
        // disk_full, lock_not_available, query_canceled, admin_shutdown, deadlock, read_only.
        for code in ["53100", "55P03", "57014", "57P01", "40P01", "25006", "08006"] {
            assert!(is_code_of_the_moment(code), "{code}");
        }
    }

    #[test]
    fn a_statement_that_breaks_a_rule_or_cannot_be_read_is_a_fault_of_the_program() {
        // ERROR, CONSTRAINT_UNIQUE, CONSTRAINT_FOREIGNKEY, MISMATCH, RANGE.
        for code in ["1", "2067", "787", "20", "25"] {
            assert!(!is_code_of_the_moment(code), "{code}");
        }
        // unique_violation, syntax_error, undefined_table, in_failed_sql_transaction.
        for code in ["23505", "42601", "42P01", "25P02"] {
            assert!(!is_code_of_the_moment(code), "{code}");
        }
    }
}
