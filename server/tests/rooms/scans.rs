//! No statement of the program reads a table from end to end that grows with the people: each is
//! planned on both databases. What is read so is a small table, or is named here with its reason.
//!
//! The databases are empty, and so is what they know of their tables. SQLite then goes by an index
//! wherever one serves. PostgreSQL is told to; what a trigger does there can't be seen in a plan.
//!
//! What is put together when it is wanted is planned once it is heard (`budgets.rs`).

use std::collections::{BTreeMap, BTreeSet};

use app::search::{self, rules::LocalWords};
use ground::db::Kind;

use crate::code::{Exception, Found, Statement};
use crate::notices::{leaders, many_subscribers, noticed};
use crate::planner::{EXCEPTIONS, Planner, SMALL, scanned_in};
use crate::world::{World, change, on_both};

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
            let Statement { file, sql, .. } = statement;
            match EXCEPTIONS.iter().position(|exception| exception.excuses(file, sql, kind)) {
                Some(nth) => {
                    excused.insert(nth);
                }
                None => faults.push(format!("{}: {scanned:?}\n{sql}", statement.place())),
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
fn what_holds_the_words_of_a_search_is_found_by_the_index_in_the_order_of_its_list() {
    let stems = topics::search::question;
    let terms = |words: &str| search::rules::terms(words, &LocalWords::default());
    on_both(async |world| {
        let mut connection = world.db().read().await.unwrap();
        let planner = Planner::of(&mut connection, world.db().kind()).await.unwrap();
        for sql in [
            topics::store::asks_for_list(&stems("bus")),
            topics::store::asks_for_list(&stems("bus taxi late")),
            topics::search::asks_for_alike(3),
            topics::search::asks_for_begun(2),
            search::store::asks_for_matches(&terms("bus")),
            search::store::asks_for_matches(&terms("bus taxi late")),
        ] {
            let scanned = planner.scanned(&mut connection, &sql).await.unwrap();
            assert!(scanned.is_empty(), "{scanned:?}\n{sql}");
        }
        if world.db().kind() == Kind::Sqlite {
            let sql = topics::store::asks_for_list(&stems("bus taxi"));
            let plan = planner.plan(&mut connection, &sql).await.unwrap().join("\n");
            assert!(plan.contains("topic_search_by_stem (stem=? AND published_at<?)"), "{plan}");
        }
    });
}

#[test]
fn a_lot_of_emails_is_owed_without_going_through_everyone_who_waits() {
    let found = Found::in_the_program();
    let walk = |one: &&Statement| one.sql.contains("(l.due_at, l.subscriber_id) >");
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
