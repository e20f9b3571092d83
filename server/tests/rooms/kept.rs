//! What is kept stays, whatever the statement: the schema's own part, attacked by plain SQL.

use std::collections::BTreeSet;

use calendar::clock::{self, DAY, Moment};
use deliveries::returns::Came;
use ground::db::Kind;
use ground::db::guards::{GUARDS, Stays};
use ground::erasing::{ANOTHER, NOBODY};
use ground::viewer::Role;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::fixtures::plans::{FAIR, asked_about, decided, released, sign};
use crate::notices;
use crate::plans::{REASON, confirm, draft, leader, meet, register, session_of};
use crate::world::{Browser, World, by_hand, change, on_both, on_postgres};

/// Tables whose rows are written once, and that triggers of their own see to: some columns change
/// in sight, or until a day.
const WRITTEN_ONCE_OTHERWISE: [&str; 5] =
    ["plans", "planning_sessions", "draft_answers", "decision_answers", "notice_answers"];

/// Of the tables on the list, those that the program writes over on purpose.
const WRITTEN_OVER: [&str; 2] = ["duties", "recommendation_answers"];

/// Tables that aren't on the list, each group with the reason. A new table is in one or the other.
const NOT_LISTED: [(&str, &[&str]); 6] = [
    (
        "triggers of their own keep them, from some day on",
        &[
            "audit_head",
            "consultations",
            "draft_answers",
            "drafts_before_confirmations",
            "meeting_representatives",
            "notice_places",
            "notice_services",
            "releases",
            "responses",
            "rounds",
        ],
    ),
    (
        "what the area is now",
        &[
            "area_rules",
            "area_texts",
            "bank_holidays",
            "closed_days",
            "correction_words",
            "organisations",
            "places",
            "role_words",
            "service_organisations",
            "service_state",
            "services",
            "terms",
        ],
    ),
    (
        "theirs to change, and gone with them",
        &[
            "accounts",
            "address_undos",
            "copies",
            "council_subjects",
            "email_stops",
            "erasures",
            "first_act_links",
            "first_acts",
            "invitations",
            "joinings",
            "known_browsers",
            "known_devices",
            "links",
            "passkey_challenges",
            "passkeys",
            "personal_links",
            "recovery_codes",
            "roles",
            "second_factors",
            "sessions",
            "sign_ups",
            "subscriber_links",
            "subscribers",
            "subscription_requests",
            "supports",
            "task_choices",
            "task_emails",
            "took_part",
            "unusual_joinings",
        ],
    ),
    (
        "for the forum or the safeguarding lead alone, and for a time",
        &[
            "answer_concern_looks",
            "answer_concern_notes",
            "answer_concerns",
            "answer_readings",
            "comment_addresses",
            "doubts",
            "notice_questions",
            "notice_wanted",
            "session_disputes_seen",
            "unread_returns",
            "verdicts_seen",
            "wait_doubts",
        ],
    ),
    (
        "work on answers, until results are published",
        &[
            "answers_under_way",
            "evidence_files",
            "question_imports",
            "quotations",
            "redactions",
            "theme_answers",
            "themes",
            "typed_responses",
        ],
    ),
    (
        "made from other rows, or on its way",
        &[
            "came_back",
            "deliveries",
            "kept_figures",
            "search_things",
            "search_words",
            "topic_places",
            "topic_services",
            "unnamed_files",
        ],
    ),
];

/// Tables whose rows are written once.
fn written_once() -> Vec<&'static str> {
    let listed = GUARDS.iter().filter(|guard| guard.stays != Stays::There);
    listed.map(|guard| guard.table).chain(WRITTEN_ONCE_OTHERWISE).collect()
}

/// Tables whose rows go on living, but never go.
fn living() -> Vec<&'static str> {
    let listed = GUARDS.iter().filter(|guard| guard.stays == Stays::There);
    let listed = listed.map(|guard| guard.table).chain(["rounds"]);
    listed.filter(|table| !WRITTEN_ONCE_OTHERWISE.contains(table)).collect()
}

#[test]
fn each_table_is_guarded_by_the_one_list_or_is_said_to_change() {
    on_both(async |world| {
        let tables = world.db().columns().await.unwrap();
        let listed: BTreeSet<_> = GUARDS.iter().map(|guard| guard.table).collect();
        let others: BTreeSet<_> =
            NOT_LISTED.iter().flat_map(|(_why, tables)| *tables).copied().collect();
        assert!(listed.is_disjoint(&others), "a table is named twice");
        let named: BTreeSet<_> = listed.union(&others).copied().collect();
        let there: BTreeSet<_> = tables.keys().map(String::as_str).collect();
        assert_eq!(there, named, "a table is on the list of guards, or named here with a reason");
    });
}

/// All guards that are there, with what they say.
async fn guards(world: &World) -> BTreeSet<(String, String)> {
    let sql = match world.db().kind() {
        Kind::Sqlite => {
            "SELECT name, sql FROM sqlite_master
             WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
        }
        Kind::Postgres => {
            "SELECT CAST(tgname AS TEXT), pg_get_triggerdef(oid) FROM pg_trigger
             WHERE NOT tgisinternal AND substr(CAST(tgname AS TEXT), 1, 6) = 'guard_'"
        }
    };
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql).fetch_all(&mut *world.db().read().await.unwrap()).await.unwrap();
    rows.into_iter().collect()
}

#[test]
fn a_guard_that_is_gone_otherwise_or_off_the_list_is_as_listed_after_the_next_start() {
    on_both(async |world| {
        let listed = guards(&world).await;
        assert!(listed.len() > GUARDS.len(), "only {} guards are there", listed.len());
        let faults = match world.db().kind() {
            Kind::Sqlite => [
                "DROP TRIGGER guard_plans_delete",
                "DROP TRIGGER guard_overrides_change",
                "CREATE TRIGGER guard_overrides_change BEFORE UPDATE OF name ON overrides
                 BEGIN SELECT RAISE(ABORT, 'only this'); END",
                "CREATE TRIGGER guard_supports_delete BEFORE DELETE ON supports
                 BEGIN SELECT RAISE(ABORT, 'no more'); END",
            ],
            Kind::Postgres => [
                "DROP TRIGGER guard_plans_change ON plans",
                "DROP TRIGGER guard_overrides_change ON overrides",
                "CREATE TRIGGER guard_overrides_change BEFORE UPDATE OF name ON overrides
                 FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                "CREATE TRIGGER guard_supports_change BEFORE DELETE ON supports
                 FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            ],
        };
        for sql in faults {
            change(&world, sql).await;
        }
        assert_ne!(guards(&world).await, listed);
        let (one, other) = tokio::join!(world.db().migrate(), world.db().migrate());
        one.and(other).unwrap();
        assert_eq!(guards(&world).await, listed);
    });
}

#[test]
fn no_statement_deletes_empties_replaces_or_changes_what_is_kept() {
    on_both(async |world| {
        everything_has_happened(&world).await;
        let written_once = written_once();
        for table in written_once.iter().copied().chain(living()) {
            let columns = columns(&world, table).await;
            stays(&world, table, &columns, &format!("DELETE FROM {table}")).await;
            if world.db().kind() == Kind::Postgres {
                stays(&world, table, &columns, &format!("TRUNCATE {table} CASCADE")).await;
            }
            for column in &columns {
                // Another number, or another text; what a column may not hold is refused anyway.
                for other in
                    [format!("{column} + 1"), format!("{column} || 'x'"), "NULL".to_owned()]
                {
                    if written_once.contains(&table) {
                        stays(
                            &world,
                            table,
                            &columns,
                            &format!("UPDATE {table} SET {column} = {other}"),
                        )
                        .await;
                    }
                    if world.db().kind() == Kind::Sqlite && !WRITTEN_OVER.contains(&table) {
                        let all = columns.join(", ");
                        let changed = columns
                            .iter()
                            .map(|name| if name == column { other.as_str() } else { name })
                            .collect::<Vec<_>>()
                            .join(", ");
                        stays(
                            &world,
                            table,
                            &columns,
                            &format!(
                                "INSERT
                             OR REPLACE INTO {table} ({all}) SELECT {changed} FROM {table}"
                            ),
                        )
                        .await;
                        let in_place = format!(
                            "INSERT OR REPLACE INTO {table} (rowid, {all}) SELECT rowid, {changed}
                             FROM {table}"
                        );
                        stays(&world, table, &columns, &in_place).await;
                    }
                }
            }
        }
        for (table, sql) in [
            ("topics", "UPDATE topics SET withdrawn_at = NULL WHERE withdrawn_at IS NOT NULL"),
            ("topics", "UPDATE topics SET withdrawn_at = withdrawn_at + 1"),
            (
                "drafts",
                "UPDATE drafts SET published_by = (SELECT max(id) FROM accounts
                 WHERE id <> published_by)",
            ),
            ("drafts", "UPDATE drafts SET published_at = published_at + 1"),
            ("drafts", "UPDATE drafts SET html = '<p>Another text</p>'"),
            ("decisions", "UPDATE decisions SET words = 'Another'"),
            ("decisions", "UPDATE decisions SET decided_at = decided_at + 1"),
            ("decisions", "UPDATE decisions SET published_at = published_at + 1"),
            ("decisions", "UPDATE decisions SET published_at = NULL, published_by = NULL"),
            (
                "decisions",
                "UPDATE decisions SET early_id = (SELECT min(id) FROM consultations),
                 early_closes_at = 2",
            ),
            ("rounds", "UPDATE rounds SET closed_at = closed_at + 1"),
            ("rounds", "UPDATE rounds SET seats = seats + 1"),
            ("rounds", "UPDATE rounds SET closes_at = closes_at + 1"),
            ("rounds", "UPDATE rounds SET counted_at = NULL"),
            (
                "topics",
                "UPDATE topics SET merged_at = 1, merged_into = id WHERE published_at IS NOT NULL
                 AND withdrawn_at IS NULL",
            ),
            ("notices", "UPDATE notices SET started_at = started_at + 1"),
            ("notices", "UPDATE notices SET effect_at = effect_at + 1"),
            ("ledger", "UPDATE ledger SET due_at = due_at + 1"),
            ("ledger", "UPDATE ledger SET subscribed_at = 1"),
            ("subscriptions", "UPDATE subscriptions SET began_at = began_at + 1"),
        ] {
            is_understood(&world, sql).await;
            stays(&world, table, &columns(&world, table).await, sql).await;
        }
        if world.db().kind() == Kind::Sqlite {
            for (table, sql) in [
                (
                    "topics",
                    "UPDATE OR REPLACE topics SET rowid = (SELECT min(rowid) FROM topics)
                     WHERE rowid = (SELECT max(rowid) FROM topics)",
                ),
                (
                    "topics",
                    "UPDATE OR REPLACE topics SET id = (SELECT min(id) FROM topics)
                     WHERE id = (SELECT max(id) FROM topics)",
                ),
                ("rounds", "UPDATE OR REPLACE rounds SET rowid = rowid + 1"),
                (
                    "drafts",
                    "UPDATE OR REPLACE drafts SET rowid = (SELECT min(rowid) FROM drafts)
                     WHERE version = 2",
                ),
                ("draft_answers", "UPDATE OR REPLACE draft_answers SET rowid = rowid + 1"),
                (
                    "draft_answers",
                    "INSERT OR REPLACE INTO draft_answers (rowid, draft_id, topic_id, answer,
                     words, decided_by, answered_by, answered_at)
                     SELECT a.rowid, d.id, a.topic_id, 'not', 'No', 'Somebody', a.answered_by, 0
                       FROM draft_answers a JOIN drafts d ON d.version = 2",
                ),
            ] {
                is_understood(&world, sql).await;
                stays(&world, table, &columns(&world, table).await, sql).await;
            }
        }
    });
}

/// Who did something that stays, where triggers of its table's own see to it.
const WHO_DID_OTHERWISE: [(&str, &str); 17] = [
    ("plans", "registered_by"),
    ("planning_sessions", "recorded_by"),
    ("draft_answers", "answered_by"),
    ("decision_answers", "answered_by"),
    ("decisions", "written_by"),
    ("decisions", "published_by"),
    ("notice_answers", "answered_by"),
    ("findings", "said_by"),
    ("drafts", "recorded_by"),
    ("drafts", "published_by"),
    ("rounds", "opened_by"),
    ("notices", "written_by"),
    ("notices", "approved_by"),
    ("update_versions", "published_by"),
    ("topics", "author_id"),
    ("comments", "author_id"),
    ("comments", "decided_by"),
];

/// Who did something that stays, in tables whose rows are written once and in those that live.
fn who_did() -> Vec<(&'static str, &'static str)> {
    let listed = GUARDS.iter().filter_map(|guard| match guard.stays {
        Stays::AsWrittenBy(who) => Some((guard.table, who)),
        Stays::AsWritten | Stays::There => None,
    });
    listed.chain(WHO_DID_OTHERWISE).collect()
}

#[test]
fn who_did_something_that_stays_makes_room_for_nobody_once_erased_and_nothing_else_changes() {
    on_both(async |world| {
        everything_has_happened(&world).await;
        let (written_once, who_did) = (written_once(), who_did());
        let nobody =
            |table: &str, column: &str| format!("UPDATE {table} SET {column} = '{NOBODY}'");
        for &(table, column) in &who_did {
            let columns = columns(&world, table).await;
            stays(&world, table, &columns, &nobody(table, column)).await;
        }
        let words = "UPDATE topics SET title = 'Deleted topic', happens_now = '', would_help = ''";
        let comment = "UPDATE comments SET words = 'Deleted'";
        stays(&world, "topics", &columns(&world, "topics").await, words).await;
        stays(&world, "comments", &columns(&world, "comments").await, comment).await;
        change(&world, "UPDATE accounts SET erased_at = 1 WHERE email IS NOT NULL").await;
        for &(table, column) in &who_did {
            let columns = columns(&world, table).await;
            let somebody = format!(
                "UPDATE {table} SET {column} = (SELECT max(a.id) FROM accounts a
                 WHERE a.email IS NOT NULL AND a.id <> {table}.{column})
                 WHERE {column} IS NOT NULL"
            );
            stays(&world, table, &columns, &somebody).await;
            for other in columns.iter().filter(|other| *other != column) {
                for changed in
                    [format!("coalesce({other}, 0) + 1"), format!("coalesce({other}, '') || 'x'")]
                {
                    if written_once.contains(&table) {
                        let both = format!("{}, {other} = {changed}", nobody(table, column));
                        stays(&world, table, &columns, &both).await;
                    }
                }
            }
        }
        // What was published, or passed on, keeps its words.
        let public = "WHERE published_at IS NOT NULL AND withdrawn_at IS NULL
            OR passed_on_at IS NOT NULL";
        let topics = columns(&world, "topics").await;
        stays(&world, "topics", &topics, &format!("{words} {public}")).await;
        let comments = columns(&world, "comments").await;
        stays(&world, "comments", &comments, &format!("{comment} {public}")).await;
        for &(table, column) in &who_did {
            let sql = format!("{} WHERE {column} IS NOT NULL", nobody(table, column));
            assert!(by_hand(&world, &sql).await.unwrap() > 0, "{table}.{column}");
            // And then it stays so.
            let another = format!("UPDATE {table} SET {column} = '{ANOTHER}'");
            stays(&world, table, &columns(&world, table).await, &another).await;
        }
    });
}

#[test]
fn two_plain_statements_at_once_do_not_race_past_the_gate() {
    on_postgres(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let (organiser, leader) = (world.organiser().await, leader(&world).await);
        let plan = register(&world, &leader).await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        meet(&world, &leader, &plan).await;
        confirm(&world, &organiser, &plan).await;
        organiser
            .post(&format!("/forum/plans/{plan}/statement"), &[("words", "Good.")])
            .await
            .leads_to();
        world.forward(20 * DAY);
        let late = world.published("Late").await;
        let draft = draft(&leader, &plan).await;
        leader
            .post(&format!("{draft}/topics/{topic}"), &[("answer", "adopted"), ("words", "Page 1")])
            .await
            .leads_to();
        let publish =
            "UPDATE drafts SET published_at = first_recorded_at, published_by = recorded_by";
        let tie = format!(
            "INSERT INTO plan_topics SELECT plan_id, '{late}', tied_by, tied_at FROM plan_topics"
        );
        assert!(
            both(&world, &tie, publish).await.is_err(),
            "a topic that is tied meanwhile shuts the gate"
        );
        // Taken back as only the owner of the tables can.
        let untie = "ALTER TABLE plan_topics DISABLE TRIGGER USER";
        sqlx::query(untie).execute(&mut *world.db().read().await.unwrap()).await.unwrap();
        let untie = format!("DELETE FROM plan_topics WHERE topic_id = '{late}'");
        sqlx::query(AssertSqlSafe(untie))
            .execute(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        // A table of a session's own stands in for no real one, and no transaction looks at an
        // earlier moment.
        let stand_ins = "CREATE TEMP TABLE unanswered_topics (draft_id TEXT); CREATE TEMP TABLE \
            shut_gates (plan_id TEXT)";
        for before in [stand_ins, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"] {
            let mut session = world.db().read().await.unwrap();
            for statement in [
                "BEGIN",
                before,
                "UPDATE draft_answers SET words = 'Page 3'",
                "DELETE FROM draft_answers",
            ] {
                _ = sqlx::raw_sql(statement).execute(&mut *session).await;
            }
            assert!(sqlx::query(publish).execute(&mut *session).await.is_err(), "{before}");
            sqlx::raw_sql("ROLLBACK").execute(&mut *session).await.unwrap();
        }
        let other_words = "UPDATE draft_answers SET words = 'Page 2'";
        assert!(
            both(&world, publish, other_words).await.is_err(),
            "an answer is not changed while its draft is being published"
        );
    });
}

/// Runs the first statement and keeps it open until the second waits for it, or is through; what
/// came of the second.
async fn both(world: &World, first: &str, second: &str) -> Result<(), sqlx::Error> {
    let (db, second) = (world.db().clone(), second.to_owned());
    while_open(world, &[first], async move {
        sqlx::query(AssertSqlSafe(second)).execute(&mut *db.read().await?).await.map(|_done| ())
    })
    .await
}

/// Runs these statements of one transaction and keeps it open until the work beside it waits for
/// it, or is through; what came of the work. On PostgreSQL.
pub async fn while_open<T: Send + 'static>(
    world: &World,
    statements: &[&str],
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut one = world.db().read().await.unwrap();
    sqlx::query("BEGIN").execute(&mut *one).await.unwrap();
    for statement in statements {
        sqlx::query(AssertSqlSafe((*statement).to_owned())).execute(&mut *one).await.unwrap();
    }
    let other = tokio::spawn(work);
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
         AND wait_event_type = 'Lock'";
    let waits = async || {
        sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap()
            > 0
    };
    while !other.is_finished() && !waits().await {}
    sqlx::query("COMMIT").execute(&mut *one).await.unwrap();
    other.await.unwrap()
}

/// A change of another service that somebody went ahead with, and then said who it affects.
async fn takes_something_away(world: &World, leader: &Browser<'_>, colleague: &Browser<'_>) {
    let day = clock::fields(world.now() + 30 * DAY).0;
    let mut words = notices::fields("Less support", &world.autism, &day);
    words.retain(|(name, _)| *name != "takes_away");
    words.push(("takes_away", "reduces"));
    let page = notices::written(leader, "/lead/notices/new", &words).await;
    let passing = [("name", "Invented Officer"), ("reason", REASON), ("step", "confirm")];
    leader.post(&format!("{page}/override"), &passing).await.leads_to();
    leader.post(&format!("{page}/equality"), &FAIR).await.leads_to();
    colleague.post(&page, &[]).await.leads_to();
}

/// A row in each table that is on the list and has none otherwise.
const THE_REST: [&str; 18] = [
    "INSERT INTO round_changes (form_key, round_id, kind, title, was_propose_from, was_vote_from,
     was_closes_at, propose_from, vote_from, closes_at, reason, changed_by, changed_at)
     SELECT r.id, r.id, 'extended', r.title, r.propose_from, r.vote_from, r.closes_at,
       r.propose_from, r.vote_from, r.closes_at + 86400000, 'a', r.opened_by, 0
     FROM rounds r WHERE r.closed_at IS NULL",
    "INSERT INTO plan_changes (form_key, plan_id, kind, was_due_day, due_day, reason, changed_by,
     changed_at)
     SELECT p.id, p.id, 'extended', p.due_day, p.due_day || '-later', 'a', p.registered_by, 0
     FROM plans p",
    "INSERT INTO consultation_changes (form_key, consultation_id, kind, was_closes_at, closes_at,
     reason, changed_by, changed_at)
     SELECT c.id, c.id, 'called back', c.closes_at, c.closes_at, 'a', c.written_by, 0
     FROM consultations c",
    "INSERT INTO questionnaires (consultation_id, version, questions)
     SELECT id, 1, '[]' FROM consultations",
    "INSERT INTO findings (consultation_id, number, version, words, said_by, said_at)
     SELECT consultation_id, number, 1, 'a', counted_by, 0 FROM releases",
    "INSERT INTO corrections (id, kind, thing_id, field, was, became, corrected_at)
     VALUES ('a correction', 'place', 'a place', 'name', 'a', 'b', 0)",
    "INSERT INTO takedowns (id, form_key, kind, about_id, reason, why, is_kept, words, asked_by,
     asked_at, taken_down_at)
     SELECT 'a takedown', 'a key', 'topic', 'a topic', 'a', '', 1, '', registered_by, 0, 1
     FROM plans",
    "INSERT INTO takedown_notes (form_key, takedown_id, note, noted_by, noted_at)
     SELECT 'a key', id, 'a', asked_by, 0 FROM takedowns",
    "INSERT INTO update_letters (update_id, version, person, delivery_id)
     SELECT 'an update', 1, 'somebody', min(delivery_id) FROM returns",
    "INSERT INTO duties (id, word, name, rule, source, checked_on, responsible, due, steps,
     fulfilled_by, is_public, switched_on_at, days_since, changed_at)
     VALUES ('a duty', 'a-duty', 'a', 'a', 'https://example.org', '2026-01-01', 'forum', '31 May',
       '', 'document', 1, 1, 0, 0)",
    "INSERT INTO duty_days (duty_id, year, step, due_on, fulfilled_by, name, rule, source,
     responsible, is_public, kept_at)
     VALUES ('a duty', 2026, '', '2026-05-31', 'document', 'a', 'a', 'https://example.org',
       'forum', 1, 0)",
    "INSERT INTO duty_reports (id, duty_id, year, step, done_on, fulfilled_by, thing, said_on,
     said_at)
     VALUES ('done', 'a duty', 2026, '', '2026-05-01', 'document', '', '2026-05-01', 0)",
    "INSERT INTO kinds_of_plans (plan_id, kind_id)
     SELECT p.id, k.id FROM plans p, plan_kinds k WHERE k.position = 1 ON CONFLICT DO NOTHING",
    "INSERT INTO reports (id, form_key, title, published_on, source, kind_id, recommendations,
     put_in_at)
     SELECT 'a report', 'a key', 'a', '2026-01-01', 'https://example.org', id, 1, 0
     FROM plan_kinds WHERE position = 1",
    "INSERT INTO recommendations (id, report_id, nth, number, page, words)
     VALUES ('a recommendation', 'a report', 1, '1', '1', 'a')",
    "INSERT INTO recommendation_answers (draft_id, recommendation_id, answer, words, decided_by,
     answered_at)
     SELECT id, 'a recommendation', 'adopted', 'a', '', 0 FROM drafts WHERE published_at IS NULL",
    "INSERT INTO representatives (id, form_key, name, added_at)
     VALUES ('a representative', 'a key', 'Invented', 0)",
    "INSERT INTO meetings (id, form_key, title, held_on, about, led_to, recorded_on, changed_at)
     VALUES ('a meeting', 'a key', 'a', '2026-01-01', 'a', '', '2026-01-01', 0)",
];

/// A round with a shortlist, a plan with every kind of happening, its first draft published past
/// the gate, a notice that somebody was told of, and a row in each table that keeps its rows.
async fn everything_has_happened(world: &World) {
    let (round, topic) = world.voting("Buses").await;
    let author = world.parent(1).await;
    let withdrawn = world.published_into_by(&author, &round, "Trams").await;
    author.post(&format!("/topics/{withdrawn}/withdrawal"), &[]).await.leads_to();
    world.supporter(2, &world.south, &topic).await;
    let (organiser, leader) = (world.organiser().await, leader(world).await);
    let concern = author.propose("Somebody hurts my child").await;
    organiser
        .post(&format!("/forum/topics/{concern}"), &[("decision", "pass on")])
        .await
        .leads_to();
    let lead = world.signed_in("safe@example.org", &[Role::Safeguarding]).await;
    lead.post(&format!("/forum/safeguarding/{concern}"), &[("note", "I spoke with her")])
        .await
        .leads_to();
    let plan = register(world, &leader).await;
    leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
    meet(world, &leader, &plan).await;
    let session = session_of(world, &plan).await;
    leader.post(&format!("/lead/sessions/{session}/slip"), &[]).await.leads_to();
    let slip = world.one("SELECT id FROM session_slips").await;
    author.post(&format!("/slips/{slip}"), &[]).await.leads_to();
    author.post(&format!("/sessions/{session}"), &[("step", "take back")]).await.leads_to();
    for parent in [&author, &world.parent(2).await] {
        parent.post(&format!("/slips/{slip}"), &[]).await.leads_to();
    }
    let disagrees = [("step", "dispute"), ("reason", "Nobody was there.")];
    organiser.post(&format!("/forum/sessions/{session}"), &disagrees).await.leads_to();
    organiser
        .post(&format!("/forum/plans/{plan}/statement"), &[("words", "Too early.")])
        .await
        .leads_to();
    let draft = draft(&leader, &plan).await;
    let second = [("summary", "More."), ("body", "They come often.")];
    leader.post(&format!("/lead/plans/{plan}/drafts"), &second).await.leads_to();
    leader
        .post(&format!("{draft}/topics/{topic}"), &[("answer", "adopted"), ("words", "Page 1")])
        .await
        .leads_to();
    leader
        .post(
            &format!("{draft}/override"),
            &[("name", "Invented Officer"), ("reason", REASON), ("step", "pass")],
        )
        .await
        .leads_to();
    leader.post(&draft, &[]).await.leads_to();
    sign(&leader, &plan).await;
    asked_about(world, &plan, Moment::from_millis(2)).await;
    released(world, &plan, 1, &["Waiting"]).await;
    let decision = format!("/lead/plans/{plan}/decision");
    leader.post(&decision, &decided(&clock::fields(world.now()).0)).await.leads_to();
    let answer = [("answer", "adopted"), ("words", "From March")];
    leader.post(&format!("{decision}/answers/{topic}"), &answer).await.leads_to();
    let passing = [("name", "Invented Officer"), ("reason", REASON), ("step", "confirm")];
    leader.post(&format!("{decision}/override"), &passing).await.leads_to();
    leader.post(&format!("{decision}/publication"), &[]).await.leads_to();
    notices::subscriber(world, "one@example.org", &world.transport, "", "at once").await;
    let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await;
    takes_something_away(world, &leader, &colleague).await;
    notices::noticed(world, &(leader, colleague), "Buses come later", 30).await;
    let emails = notices::told(world).await;
    notices::comes_back(world, &emails[0], Came::Bounced).await;
    let notice = "INSERT INTO notice_answers (id, form_key, notice_id, question, answer,
         answered_by, answered_at)
                  SELECT id, id, id, 'Which stop?', 'The old one.', written_by, 0 FROM notices";
    let update = [
        notice,
        "INSERT INTO updates (id, form_key, begun_by, begun_at)
         SELECT 'an update', 'a key', registered_by, 0 FROM plans",
        "INSERT INTO update_subjects (update_id, kind, subject_id, plan_id)
         SELECT 'an update', 'plan', id, id FROM plans",
        "INSERT INTO update_versions (update_id, version, form_key, you_said, questions, part,
         we_did, outcome, because, decided_by, look_again, decide_by,
                                      next, next_by, evidence, published_by, published_at,
                                        is_told, told_at)
         SELECT 'an update', 1, 'a key', 'a', '[]', '', 'a', 'done', '', '', '', '', '', '', '{}',
           registered_by, 0, 1, 0 FROM plans",
        "INSERT INTO verdicts (id, form_key, update_id, version, verdict, words, evidence,
         given_by, given_at)
         SELECT 'a verdict', 'a key', 'an update', 1, 'confirmed', '', '{}', written_by, 0
           FROM statements",
    ];
    let comments = [
        "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by, passed_on_at)
         SELECT 'another', 'a key of its own', registered_by, 'a', 0, registered_by, 0 FROM plans",
        "INSERT INTO comment_notes (form_key, comment_id, note, noted_by, noted_at)
         SELECT 'a key', 'another', 'a', registered_by, 0 FROM plans",
        "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by, published_at)
         SELECT 'a comment', 'a key', registered_by, 'a', 0, registered_by, 0 FROM plans",
        "INSERT INTO comment_responses (id, form_key, comment_id, response, action, action_by,
         responded_by, responded_at)
         SELECT 'a response', 'a key', 'a comment', 'a', 'a', '2026-12-04', registered_by, 0
           FROM plans",
        "INSERT INTO comment_verdicts (id, form_key, response_id, is_done, words, given_by,
         given_at)
         SELECT 'a verdict', 'a key', 'a response', 0, 'a', written_by, 0 FROM statements",
    ];
    let waits = [
        "INSERT INTO wait_reports (id, form_key, service_id, nth, figures, organisation_id, source,
         published_by, published_at)
         SELECT 'waits', 'a key', min(so.service_id), 1, 1, min(so.organisation_id), 'A list',
           p.registered_by, 0 FROM plans p, service_organisations so GROUP BY p.registered_by",
        "INSERT INTO wait_figures (report_id, place_id, month, waiting, median, longest)
         SELECT 'waits', min(id), '2026-12', 57, 24, 40 FROM places",
        "INSERT INTO wait_verdicts (id, form_key, report_id, verdict, words, given_by, given_at)
         SELECT 'a verdict', 'a key', 'waits', 'confirmed', '', written_by, 0 FROM statements",
    ];
    for sql in update.into_iter().chain(comments).chain(waits).chain(THE_REST) {
        sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.unwrap();
    }
    world.forward(DAY);
    world.close().await;
    organiser
        .post(&format!("/forum/rounds/{round}/shortlist"), &[("topics", &topic)])
        .await
        .leads_to();
}

/// That the database reads a statement at all: what it refuses for a slip of the pen attacks
/// nothing.
async fn is_understood(world: &World, sql: &str) {
    let plan = AssertSqlSafe(format!("EXPLAIN {sql}"));
    let read = sqlx::query(plan).execute(&mut *world.db().read().await.unwrap()).await;
    assert!(read.is_ok(), "{sql}: {read:?}");
}

async fn columns(world: &World, table: &str) -> Vec<String> {
    let sql = match world.db().kind() {
        Kind::Sqlite => "SELECT name FROM pragma_table_info($1)",
        Kind::Postgres => {
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns WHERE table_name = $1"
        }
    };
    sqlx::query_scalar(sql)
        .bind(table)
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

/// Every row that was there is there after the attack, as it was.
async fn stays(world: &World, table: &'static str, columns: &[String], attack: &str) {
    let before = rows(&mut world.db().read().await.unwrap(), table, columns).await.unwrap();
    assert!(!before.is_empty(), "there is nothing in {table} to attack");
    let mut tx = world.db().begin().await.unwrap();
    if sqlx::query(AssertSqlSafe(attack)).execute(&mut *tx).await.is_ok() {
        let after = rows(&mut tx, table, columns).await.unwrap();
        assert!(after.is_superset(&before), "{attack}");
    }
    // Refused, it may be over already.
    let _ = tx.roll_back().await;
}

async fn rows(
    connection: &mut AnyConnection,
    table: &str,
    columns: &[String],
) -> Result<BTreeSet<String>, sqlx::Error> {
    let row = columns
        .iter()
        .map(|column| format!("coalesce(CAST({column} AS TEXT), '-')"))
        .collect::<Vec<_>>()
        .join(" || '|' || ");
    let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {row} FROM {table}")))
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}
