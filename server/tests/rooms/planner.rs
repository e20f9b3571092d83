//! How a database would do a statement, and which tables that grow with the people it would read
//! from end to end. `scans` asks about what stands in the code, `budgets.rs` about what is heard.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use ground::db::Kind;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::code::{Exception, ON_BOTH, number, parameters};

/// Tables that stay small, and why. Every other one grows with the people.
pub const SMALL: [(&str, &[&str]); 4] = [
    (
        "what the area is",
        &[
            "services",
            "places",
            "organisations",
            "service_organisations",
            "terms",
            "closed_days",
            "bank_holidays",
            "area_rules",
            "area_texts",
            "duties",
            "duty_reports",
            "duty_days",
            "plan_kinds",
            "role_words",
            "correction_words",
        ],
    ),
    (
        "what the team writes, some hundred in ten years",
        &[
            "rounds",
            "round_changes",
            "shortlist",
            "shortlist_places",
            "confirmations",
            "confirmed_topics",
            "plans",
            "plan_organisations",
            "plan_services",
            "plan_places",
            "plan_topics",
            "plan_events",
            "plan_changes",
            "planning_sessions",
            "session_slips",
            "session_confirmations",
            "session_confirmations_taken_back",
            "session_disputes",
            "session_disputes_seen",
            "statements",
            "drafts",
            "draft_answers",
            "drafts_before_confirmations",
            "overrides",
            "decisions",
            "decision_answers",
            "decision_overrides",
            "released_themes",
            "equality_records",
            "equality_numbers",
            "notice_equality_records",
            "notice_equality_numbers",
            "notice_overrides",
            "kinds_of_plans",
            "reports",
            "recommendations",
            "recommendation_answers",
            "representatives",
            "meetings",
            "meeting_representatives",
            "notices",
            "notice_services",
            "notice_places",
            "notice_answers",
            "consultations",
            "consultation_changes",
            "questionnaires",
            "question_imports",
            "themes",
            "releases",
            "updates",
            "update_versions",
            "update_subjects",
            "evidence_files",
            "unnamed_files",
            "verdicts",
            "verdicts_seen",
            "findings",
            "corrections",
            "wait_reports",
            "wait_figures",
            "wait_verdicts",
            "invitations",
        ],
    ),
    (
        "what goes to one person at the forum, who looks at each",
        &[
            "answer_concerns",
            "answer_concern_looks",
            "answer_concern_notes",
            "concern_notes",
            "comment_notes",
            "takedowns",
            "takedown_notes",
            "unread_returns",
        ],
    ),
    ("one row", &["service_state", "audit_head"]),
];

pub const fn may(file: &'static str, holds: &'static str, why: &'static str) -> Exception {
    Exception { by: ON_BOTH, file, holds, why }
}

/// PostgreSQL alone finds no index for it.
pub const fn may_on_postgres(
    file: &'static str,
    holds: &'static str,
    why: &'static str,
) -> Exception {
    Exception { by: &[Kind::Postgres], file, holds, why }
}

pub const ONCE_IN_A_LIFE: &str = "an account is erased, or changes its address";
const SWEEP: &str = "what is no longer of use goes, each ten minutes";
const ALL_OF_IT: &str = "everything is asked for";
pub const RARELY: &str = "the team asks, now and then";
pub const FEW_PLANS: &str = "the topics of all plans, where the tables are empty";
pub const WHAT_WAITS: &str =
    "all that waits for somebody is looked through, of which there is little";

pub const EXCEPTIONS: [Exception; 49] = [
    may("forget.rs", "DELETE FROM", ONCE_IN_A_LIFE),
    may("accounts/src/erasing.rs", "DELETE FROM", ONCE_IN_A_LIFE),
    may("src/erase/store.rs", "AS is_last_admin", ONCE_IN_A_LIFE),
    may("deliveries/src/store.rs", "WHERE account_id = $1", ONCE_IN_A_LIFE),
    may("subscriptions/src/store.rs", "subscription_requests WHERE email = $1", ONCE_IN_A_LIFE),
    may("accounts/src/store.rs", "ends_at <= $1", SWEEP),
    may("second_factor/store.rs", "offered_at <= $1", SWEEP),
    may("second_factor/store.rs", "seen_at <= $1", SWEEP),
    may("deliveries/src/store.rs", "DELETE FROM task_emails", SWEEP),
    may("local_offer/src/addresses.rs", "FROM comment_addresses", SWEEP),
    may("local_offer/src/addresses.rs", "SET as_sent = NULL", SWEEP),
    may("subscriptions/src/store.rs", "erased_at IS NOT NULL", SWEEP),
    may_on_postgres("rounds/src/store.rs", "DELETE FROM unusual_joinings", SWEEP),
    may_on_postgres("consultations/src/closing.rs", "took_part WHERE wants_outcome", SWEEP),
    may("topics/src/store.rs", "'topics' AS kind", ALL_OF_IT),
    may("local_offer/src/store.rs", "'local-offer/comments' AS kind", ALL_OF_IT),
    may("search/store.rs", "FROM search_things", ALL_OF_IT),
    may("search/store.rs", "'topics' AS kind", ALL_OF_IT),
    may("record/src/store.rs", "JOIN topics t ON t.id", ALL_OF_IT),
    may_on_postgres("rounds/src/store.rs", "WITH several", "a round closes, and is counted"),
    may("app/src/store.rs", "'/rounds/' || id AS path", ALL_OF_IT),
    may_on_postgres("topics/src/store.rs", "FROM public_topics p", ALL_OF_IT),
    may_on_postgres("topics/src/store.rs", "DELETE FROM topic_search", ALL_OF_IT),
    may("src/backup.rs", "UPDATE deliveries", ALL_OF_IT),
    may("db/tables.rs", "FROM accounts", "before a copy is made, whether there is anything"),
    may("accounts/src/store.rs", "count(*) FROM sessions", "the figures: how many are signed in"),
    may("questions/wanted.rs", "q.answer_id", "who wants to know is erased in 28 days"),
    may("questions/store.rs", "FROM notice_wanted w", "who wants to know is erased in 28 days"),
    may("export/store.rs", "FROM copies", "who asked for a copy is erased in 30 days"),
    may("questions/taking_down.rs", "WHERE answer_id = $1", RARELY),
    may("store/parents.rs", "FROM doubts d", RARELY),
    may("deliveries/src/store.rs", "FROM returns", RARELY),
    may_on_postgres("deliveries/src/store.rs", "SELECT a.shown_name, a.email", RARELY),
    may("deliveries/src/tasks/store.rs", "JOIN waiting_tasks w", WHAT_WAITS),
    may("year/store.rs", "WITH acts", RARELY),
    may("waits/src/store.rs", "FROM wait_doubts d", RARELY),
    may_on_postgres("year/store.rs", "FROM update_versions v", RARELY),
    may("store/subjects.rs", "SELECT 'topic' AS kind", RARELY),
    may("local_offer/src/store.rs", "declined_at >= $1", RARELY),
    may("paper_entries/store.rs", "FROM redactions", RARELY),
    may_on_postgres("plans/src/store/reading.rs", "FROM shut_gates g", FEW_PLANS),
    may_on_postgres("store/decisions.rs", "FROM unanswered_things u", FEW_PLANS),
    may_on_postgres("plans/src/store/writing.rs", "m.merged_into = answered.id", RARELY),
    may_on_postgres("plans/src/store/writing.rs", "coalesce(o.mailbox", RARELY),
    may_on_postgres("accounts/src/store.rs", "r.role IN ('admin', $3)", RARELY),
    may_on_postgres("record/src/store.rs", "FROM audit WHERE at <= $1", RARELY),
    may_on_postgres("record/src/store.rs", "min(published_at) FROM comments", RARELY),
    may_on_postgres("store/subjects.rs", "account_id FROM round_leaders", RARELY),
    may_on_postgres("store/subjects.rs", "account_id FROM consultation_leaders", RARELY),
];

/// Ends what [`prepare_on_postgres`] began.
pub const FORGET: &str = "DEALLOCATE tried";

pub async fn done(connection: &mut AnyConnection, sql: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_done| ())
}

/// Prepares this statement as `tried`; how many parameters it has. The program says of what type
/// each is; here PostgreSQL finds out by what stands beside it. Where it can't, it is told: text,
/// or else a number.
pub async fn prepare_on_postgres(connection: &mut AnyConnection, sql: &str) -> sqlx::Result<usize> {
    let (mut types, mut last) = (vec!["unknown"; parameters(sql)], None);
    loop {
        let list = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
        let prepared = done(connection, format!("PREPARE tried{list} AS {sql}")).await;
        let Err(error) = prepared else { return Ok(types.len()) };
        let Some(nth) = of_no_type(&error).or(last) else { return Err(error) };
        types[nth] = match types[nth] {
            "unknown" => "text",
            "text" => "bigint",
            _ => return Err(error),
        };
        last = Some(nth);
    }
}

/// The parameter of which nothing tells the type, or two places tell different ones; from 0.
fn of_no_type(error: &sqlx::Error) -> Option<usize> {
    let error = error.as_database_error()?;
    if !matches!(error.code().as_deref(), Some("42P18" | "42P08")) {
        return None;
    }
    number(error.message().split_once('$')?.1)?.checked_sub(1)
}

async fn rows(connection: &mut AnyConnection, sql: String) -> sqlx::Result<Vec<AnyRow>> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}

/// One that says how a statement would be done.
pub struct Planner {
    kind: Kind,
    pub tables: BTreeSet<String>,
    /// On SQLite: which table a tree in the file belongs to, by its first page.
    trees: BTreeMap<i64, String>,
    /// Which table an index is of. Left out are those that hold some rows only: whoever reads one
    /// does not read the table.
    indexes: BTreeMap<String, String>,
}

impl Planner {
    pub async fn of(connection: &mut AnyConnection, kind: Kind) -> sqlx::Result<Self> {
        let sql = match kind {
            Kind::Sqlite => {
                "SELECT tbl_name AS in_table, name, rootpage AS tree,
                   CASE WHEN type = 'index' AND sql LIKE '% WHERE %' THEN 1 ELSE 0 END AS is_partial
                 FROM sqlite_master WHERE rootpage > 0"
            }
            Kind::Postgres => {
                for setting in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"] {
                    done(connection, format!("SET {setting} = off")).await?;
                }
                let generic = "SET plan_cache_mode = force_generic_plan".to_owned();
                done(connection, generic).await?;
                "SELECT CAST(t.tablename AS TEXT) AS in_table,
                   CAST(coalesce(i.indexname, '') AS TEXT) AS name, 0 AS tree,
                   CASE WHEN i.indexdef LIKE '% WHERE %' THEN 1 ELSE 0 END AS is_partial
                 FROM pg_tables t LEFT JOIN pg_indexes i
                   ON i.schemaname = t.schemaname AND i.tablename = t.tablename
                 WHERE t.schemaname = current_schema()"
            }
        };
        let (tables, trees, indexes) = Default::default();
        let mut planner = Self { kind, tables, trees, indexes };
        for row in rows(connection, sql.to_owned()).await? {
            let table: String = row.get("in_table");
            planner.tables.insert(table.clone());
            if row.get::<i64, _>("is_partial") == 0 {
                planner.indexes.insert(row.get("name"), table.clone());
                planner.trees.insert(row.get("tree"), table);
            }
        }
        Ok(planner)
    }

    /// The growing tables that this statement reads from end to end.
    pub async fn scanned(
        &self,
        connection: &mut AnyConnection,
        sql: &str,
    ) -> sqlx::Result<BTreeSet<String>> {
        let mut scanned = match self.kind {
            Kind::Sqlite => self.scanned_on_sqlite(connection, sql).await?,
            Kind::Postgres => self.scanned_on_postgres(connection, sql).await?,
        };
        let is_small = |table: &str| SMALL.iter().any(|(_, tables)| tables.contains(&table));
        scanned.retain(|table| {
            self.tables.contains(table) && !is_small(table) && !table.starts_with("_sqlx_")
        });
        Ok(scanned)
    }

    async fn scanned_on_sqlite(
        &self,
        connection: &mut AnyConnection,
        sql: &str,
    ) -> sqlx::Result<BTreeSet<String>> {
        let (mut scanned, mut program) = (BTreeSet::new(), Program::default());
        for row in rows(connection, format!("EXPLAIN {sql}")).await? {
            // After the statement's own program come those of its triggers.
            let at = row.get("addr");
            if at == 0 {
                scanned.extend(mem::take(&mut program).scanned(&self.trees));
            }
            program.step(at, row.get("opcode"), (row.get("p1"), row.get("p2")));
        }
        scanned.extend(program.scanned(&self.trees));
        Ok(scanned)
    }

    async fn scanned_on_postgres(
        &self,
        connection: &mut AnyConnection,
        sql: &str,
    ) -> sqlx::Result<BTreeSet<String>> {
        Ok(scanned_in(&self.plan(connection, sql).await?, &self.indexes))
    }

    /// How a statement would be done, in the words of the database.
    pub async fn plan(
        &self,
        connection: &mut AnyConnection,
        sql: &str,
    ) -> sqlx::Result<Vec<String>> {
        if self.kind == Kind::Sqlite {
            let plan = rows(connection, format!("EXPLAIN QUERY PLAN {sql}")).await?;
            return Ok(plan.iter().map(|row| row.get("detail")).collect());
        }
        let values = vec!["NULL"; prepare_on_postgres(connection, sql).await?];
        let values =
            if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        let plan = rows(connection, format!("EXPLAIN (COSTS OFF) EXECUTE tried{values}")).await;
        done(connection, FORGET.to_owned()).await?;
        Ok(plan?.iter().map(|row| row.get(0)).collect())
    }
}

/// A program of SQLite's machine: what it does with each of its cursors.
#[derive(Default)]
struct Program {
    /// The first page of the tree that a cursor goes over.
    opened: BTreeMap<i64, i64>,
    /// Cursors that begin at an end of it.
    begin: BTreeSet<i64>,
    /// Those that go on from there.
    go_on: BTreeSet<i64>,
    /// Those that stop before the other end.
    stop: BTreeSet<i64>,
    /// Where it goes on when nothing refers to a row that is not there yet. Foreign keys are kept
    /// at once here, so nothing ever does.
    goes_on_at: i64,
}

impl Program {
    fn step(&mut self, at: i64, what: &str, (cursor, page): (i64, i64)) {
        if at < self.goes_on_at {
            return;
        }
        match what {
            "FkIfZero" => self.goes_on_at = page,
            "OpenRead" | "OpenWrite" | "ReopenIdx" => {
                self.opened.insert(cursor, page);
            }
            "Rewind" | "Last" => {
                self.begin.insert(cursor);
            }
            "Next" | "Prev" => {
                self.go_on.insert(cursor);
            }
            "IdxGT" | "IdxGE" | "IdxLT" | "IdxLE" => {
                self.stop.insert(cursor);
            }
            "Count" => {
                self.begin.insert(cursor);
                self.go_on.insert(cursor);
            }
            _ => {}
        }
    }

    /// The tables that it reads from end to end, themselves or in a whole index.
    fn scanned(self, trees: &BTreeMap<i64, String>) -> BTreeSet<String> {
        let from_end_to_end = self.begin.intersection(&self.go_on);
        from_end_to_end
            .filter(|cursor| !self.stop.contains(cursor))
            .filter_map(|cursor| trees.get(self.opened.get(cursor)?).cloned())
            .collect()
    }
}

/// The tables that a plan of PostgreSQL reads from end to end: without an index, or by one and
/// without a condition that it serves.
pub fn scanned_in(plan: &[String], indexes: &BTreeMap<String, String>) -> BTreeSet<String> {
    let (mut scanned, mut without_condition) = (BTreeSet::new(), None);
    for (nth, line) in plan.iter().enumerate() {
        let line = line.trim_start();
        if line.starts_with("Index Cond:") {
            without_condition = None;
        }
        let step = line.strip_prefix("->").map(str::trim_start);
        let Some(step) = step.or((nth == 0).then_some(line)) else { continue };
        scanned.extend(without_condition.take());
        let Some((how, what)) = step.split_once(" on ") else { continue };
        let what = what.split(' ').next().unwrap();
        match how.split_once(" using ") {
            Some((_, index)) => without_condition = indexes.get(index).cloned(),
            None if how == "Bitmap Index Scan" => without_condition = indexes.get(what).cloned(),
            None if how.ends_with("Seq Scan") => scanned.extend([what.to_owned()]),
            None => {}
        }
    }
    scanned.extend(without_condition);
    scanned
}
