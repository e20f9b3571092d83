//! No statement of the program reads a table from end to end that grows with the people: each is
//! planned on both databases. What is read so is a small table, or is named here with its reason.
//!
//! The databases are empty, and so is what they know of their tables. SQLite then goes by an index
//! wherever one serves. PostgreSQL is told to; what a trigger does there can't be seen in a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use ground::db::Kind;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::notices::{leaders, many_subscribers, noticed};
use crate::statements::{self, Exception, FORGET, Found, ON_BOTH};
use crate::world::{World, change, on_both};

/// Tables that stay small, and why. Every other one grows with the people.
const SMALL: [(&str, &[&str]); 4] = [
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

const fn may(file: &'static str, holds: &'static str, why: &'static str) -> Exception {
    Exception { by: ON_BOTH, file, holds, why }
}

/// PostgreSQL alone finds no index for it.
const fn may_on_postgres(file: &'static str, holds: &'static str, why: &'static str) -> Exception {
    Exception { by: &[Kind::Postgres], file, holds, why }
}

const ONCE_IN_A_LIFE: &str = "an account is erased, or changes its address";
const SWEEP: &str = "what is no longer of use goes, each ten minutes";
const ALL_OF_IT: &str = "everything is asked for";
const RARELY: &str = "the team asks, now and then";
const FEW_PLANS: &str = "the topics of all plans, where the tables are empty";
const WHAT_WAITS: &str = "all that waits for somebody is looked through, of which there is little";

const EXCEPTIONS: [Exception; 49] = [
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
    may("topics/src/store.rs", "'topics' AS kind", ALL_OF_IT),
    may("local_offer/src/store.rs", "'local-offer/comments' AS kind", ALL_OF_IT),
    may("search/store.rs", "FROM search_things", ALL_OF_IT),
    may("search/store.rs", "'topics' AS kind", ALL_OF_IT),
    may("record/src/store.rs", "JOIN topics t ON t.id", ALL_OF_IT),
    may_on_postgres("rounds/src/store.rs", "WITH several", "a round closes, and is counted"),
    may("app/src/store.rs", "'/rounds/' || id AS path", ALL_OF_IT),
    may("topics/src/store.rs", "FROM public_topics p", ALL_OF_IT),
    may_on_postgres("topics/src/store.rs", "DELETE FROM topic_search", ALL_OF_IT),
    may("src/backup.rs", "UPDATE deliveries", ALL_OF_IT),
    may("db/tables.rs", "FROM accounts", "before a copy is made, whether there is anything"),
    may("search/store.rs", "GROUP BY word", "a search for a word that nobody used"),
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
    may("plans/src/store/writing.rs", "m.merged_into = answered.id", RARELY),
    may_on_postgres("plans/src/store/reading.rs", "FROM shut_gates g", FEW_PLANS),
    may_on_postgres("store/decisions.rs", "FROM unanswered_things u", FEW_PLANS),
    may_on_postgres("plans/src/store/writing.rs", "coalesce(o.mailbox", RARELY),
    may_on_postgres("accounts/src/store.rs", "r.role IN ('admin', $3)", RARELY),
    may_on_postgres("record/src/store.rs", "FROM audit WHERE at <= $1", RARELY),
    may_on_postgres("record/src/store.rs", "min(published_at) FROM comments", RARELY),
    may_on_postgres("store/subjects.rs", "account_id FROM round_leaders", RARELY),
    may_on_postgres("store/subjects.rs", "account_id FROM consultation_leaders", RARELY),
];

#[test]
fn no_statement_reads_a_growing_table_from_end_to_end() {
    let found = Found::in_the_program();
    on_both(async |world| {
        let kind = world.db().kind();
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, kind).await.unwrap();
        let named = SMALL.iter().flat_map(|(_, tables)| *tables);
        let unknown: Vec<_> = named.filter(|table| !planner.tables.contains(**table)).collect();
        assert!(unknown.is_empty(), "there are no such tables: {unknown:?}");
        let (mut planned, mut excused, mut faults) = (0, BTreeSet::new(), Vec::new());
        let of_this = found.whole.iter().filter(|one| one.only.is_none_or(|only| only == kind));
        for statement in of_this.filter(|one| !one.file.contains("demonstration")) {
            // What is refused is for another test.
            let Ok(scanned) = planner.scanned(&mut connection, &statement.sql).await else {
                continue;
            };
            planned += 1;
            if scanned.is_empty() {
                continue;
            }
            match EXCEPTIONS.iter().position(|exception| exception.excuses(statement, kind)) {
                Some(nth) => {
                    excused.insert(nth);
                }
                None => {
                    faults.push(format!("{}: {scanned:?}\n{}", statement.place(), statement.sql));
                }
            }
        }
        println!("{kind:?}: {planned} statements planned, {} exceptions", excused.len());
        assert!(faults.is_empty(), "{} read all rows\n{}", faults.len(), faults.join("\n\n"));
        assert!(planned > 400, "only {planned} statements were planned");
        // The other planner changes with its version.
        for (nth, Exception { by, file, holds, why }) in EXCEPTIONS.iter().enumerate() {
            let is_needed = kind != Kind::Sqlite || !by.contains(&kind) || excused.contains(&nth);
            assert!(is_needed, "{kind:?} needs no exception for {file}, “{holds}” ({why})");
        }
    });
}

#[test]
fn the_families_no_email_reaches_are_found_without_looking_through_everyone_who_was_told() {
    on_both(async |world| {
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, world.db().kind()).await.unwrap();
        let sql = notices::ledger::count_unreached();
        let scanned = planner.scanned(&mut connection, &sql).await.unwrap();
        assert!(scanned.is_empty(), "{scanned:?}\n{sql}");
    });
}

#[test]
fn a_lot_of_emails_is_owed_without_going_through_everyone_who_waits() {
    let found = Found::in_the_program();
    let walk = |one: &&statements::Statement| one.sql.contains("(l.due_at, l.subscriber_id) >");
    let walk = found.whole.iter().find(walk).unwrap();
    let [call_off, due] = notices::ledger::ask_who_is_due(25);
    let of_some = [notices::ledger::ask_for_notices(200), call_off, due];
    on_both(async |world| {
        everyone_waits(&world, 2_000).await;
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, world.db().kind()).await.unwrap();
        let plan = planner.plan(&mut connection, &walk.sql).await.unwrap().join("\n");
        // From where the last lot ended, in the order of the index.
        let from = plan.replace(' ', "").contains("(due_at,subscriber_id)>");
        assert!(plan.contains("ledger_due") && from, "{plan}");
        for sorts_or_joins in ["Sort", "TEMP B-TREE", "Join", "Nested Loop", "SCAN"] {
            assert!(!plan.contains(sorts_or_joins), "{plan}");
        }
        for sql in &of_some {
            let plan = planner.plan(&mut connection, sql).await.unwrap().join("\n");
            for everyone in ["ledger_due", "ledger_by_delivery", "SCAN l", "Seq Scan on ledger"] {
                assert!(!plan.contains(everyone), "{sql}\n{plan}");
            }
        }
    });
}

#[test]
fn the_answers_of_a_page_are_found_in_the_order_in_which_they_are_read() {
    let found = Found::in_the_program();
    let of_a_page = found.whole.iter().filter(|one| one.file.ends_with("reading/store.rs"));
    let of_a_page: Vec<_> =
        of_a_page.filter(|one| one.sql.contains("state = 'sent'")).map(|one| &one.sql).collect();
    assert_eq!(of_a_page.len(), 2, "a part of them, and how many there are");
    on_both(async |world| {
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, world.db().kind()).await.unwrap();
        for sql in &of_a_page {
            let plan = planner.plan(&mut connection, sql).await.unwrap().join("\n");
            assert!(plan.contains("responses_to_read"), "{sql}\n{plan}");
            assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
        }
    });
}

/// So many were told of one change, and the planner has looked since. Now they wait to be told of
/// another, of which it knows nothing.
async fn everyone_waits(world: &World, many: usize) {
    many_subscribers(world, many, &world.transport).await;
    let leaders = leaders(world).await;
    let told = noticed(world, &leaders, "Buses", 30).await;
    let to_tell = noticed(world, &leaders, "Taxis", 30).await;
    for sql in [
        "INSERT INTO deliveries (id, dedup_key, kind, to_address, subject, body_text, body_html,
           owed_at, not_after)
         SELECT id, id, 'notice', '', '', '', '', 1, 2 FROM subscribers"
            .to_owned(),
        format!(
            "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest, delivery_id)
             SELECT '{told}', id, '', 1, 0, id FROM subscribers"
        ),
        "ANALYZE".to_owned(),
        format!(
            "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest)
             SELECT '{to_tell}', id, '', 1, 0 FROM subscribers"
        ),
    ] {
        change(world, &sql).await;
    }
}

#[test]
fn a_statement_without_an_index_is_seen_and_one_with_an_index_is_not() {
    on_both(async |world| {
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, world.db().kind()).await.unwrap();
        for (sql, scanned) in [
            ("SELECT shown_name FROM accounts WHERE shown_name = $1", true),
            ("SELECT count(*) FROM supports", true),
            ("SELECT id FROM topics ORDER BY proposed_at LIMIT 1", true),
            ("UPDATE subscribers SET phone = '' WHERE cadence = $1", true),
            ("SELECT shown_name FROM accounts WHERE id = $1", false),
            ("SELECT given_at FROM supports WHERE account_id = $1", false),
            ("SELECT count(*) FROM services", false),
            ("SELECT id FROM deliveries WHERE next_at IS NOT NULL AND is_bulk = 0", false),
        ] {
            let found = planner.scanned(&mut connection, sql).await.unwrap();
            assert_eq!(!found.is_empty(), scanned, "{sql}: {found:?}");
        }
    });
}

async fn rows(connection: &mut AnyConnection, sql: String) -> sqlx::Result<Vec<AnyRow>> {
    sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(connection).await
}

/// One that says how a statement would be done.
struct Planner {
    kind: Kind,
    tables: BTreeSet<String>,
    /// On SQLite: which table a tree in the file belongs to, by its first page.
    trees: BTreeMap<i64, String>,
    /// Which table an index is of. Left out are those that hold some rows only: whoever reads one
    /// does not read the table.
    indexes: BTreeMap<String, String>,
}

impl Planner {
    async fn of(connection: &mut AnyConnection, kind: Kind) -> sqlx::Result<Self> {
        let sql = match kind {
            Kind::Sqlite => {
                "SELECT tbl_name AS in_table, name, rootpage AS tree,
                   CASE WHEN type = 'index' AND sql LIKE '% WHERE %' THEN 1 ELSE 0 END AS is_partial
                 FROM sqlite_master WHERE rootpage > 0"
            }
            Kind::Postgres => {
                for setting in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"] {
                    statements::done(connection, format!("SET {setting} = off")).await?;
                }
                let generic = "SET plan_cache_mode = force_generic_plan".to_owned();
                statements::done(connection, generic).await?;
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
    async fn scanned(
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
    async fn plan(&self, connection: &mut AnyConnection, sql: &str) -> sqlx::Result<Vec<String>> {
        if self.kind == Kind::Sqlite {
            let plan = rows(connection, format!("EXPLAIN QUERY PLAN {sql}")).await?;
            return Ok(plan.iter().map(|row| row.get("detail")).collect());
        }
        let values = vec!["NULL"; statements::prepare_on_postgres(connection, sql).await?];
        let values =
            if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        let plan = rows(connection, format!("EXPLAIN (COSTS OFF) EXECUTE tried{values}")).await;
        statements::done(connection, FORGET.to_owned()).await?;
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
fn scanned_in(plan: &[String], indexes: &BTreeMap<String, String>) -> BTreeSet<String> {
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

#[test]
fn in_a_plan_what_has_no_condition_for_its_index_is_read_from_end_to_end() {
    let plan = "Nested Loop Anti Join
          ->  Index Scan Backward using plans_pkey on plans p
                Filter: (id < $1)
          ->  Index Only Scan using ledger_waiting on ledger
          ->  Parallel Seq Scan on accounts a
          ->  Bitmap Heap Scan on supports
                ->  Bitmap Index Scan on supports_by_account
          SubPlan 1
            ->  Bitmap Heap Scan on drafts d
                  ->  Bitmap Index Scan on drafts_by_plan
                        Index Cond: (plan_id = p.id)
            ->  Index Scan using topics_pkey on topics t
                  Index Cond: (id = x.topic_id)
                  Filter: (withdrawn_at IS NULL)";
    let plan: Vec<_> = plan.lines().map(str::to_owned).collect();
    let of_whole_tables = [
        ("plans_pkey", "plans"),
        ("drafts_by_plan", "drafts"),
        ("supports_by_account", "supports"),
        ("topics_pkey", "topics"),
    ];
    let indexes = of_whole_tables.map(|(index, table)| (index.to_owned(), table.to_owned()));
    let scanned = scanned_in(&plan, &BTreeMap::from(indexes));
    assert_eq!(scanned, BTreeSet::from(["accounts", "plans", "supports"].map(str::to_owned)));
}
