//! What this program cannot read, as a word that a newer one wrote, is never taken for something
//! else: the page says that something is wrong, and nothing is written over.

use std::collections::BTreeSet;

use app::export::tables;
use area::AreaKind;
use axum::http::StatusCode;
use calendar::clock::SECOND;
use ground::db::Kind;
use ground::viewer::Role;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::export::without_guards;
use crate::world::{Browser, World, by_hand, on_both};

/// Who looks at a page.
#[derive(Clone, Copy)]
enum Reader {
    Visitor,
    Parent,
    Organiser,
    Leader,
}

/// A column that something is read from: what is put there first, where the demonstration area has
/// nothing in it, and who reads it on which page.
struct Read {
    column: &'static str,
    first: &'static [&'static str],
    who: Reader,
    page: &'static str,
}

const fn read(column: &'static str, who: Reader, page: &'static str) -> Read {
    Read { column, first: &[], who, page }
}

const PLAN_WITH_SESSION: &str = "SELECT '/plans/' || plan_id FROM planning_sessions";
const PLAN_WITH_EVENTS: &str = "SELECT '/plans/' || plan_id FROM plan_events";
const DRAFT: &str = "SELECT '/plans/' || d.plan_id || '/drafts/' || d.version
     FROM draft_answers a JOIN drafts d ON d.id = a.draft_id WHERE d.published_at IS NOT NULL";
const NOTICE: &str = "SELECT '/notices/' || id FROM notices WHERE started_at IS NOT NULL";
const FOLLOWING: &str = "SELECT '/notices/' || id FROM notices WHERE follow_kind IS NOT NULL
     AND started_at IS NOT NULL";
const CONSULTATION: &str =
    "SELECT '/consultations/' || id FROM consultations WHERE opened_at IS NOT NULL";
const RESULTS: &str = "SELECT '/consultations/' || consultation_id || '/results' FROM releases
     WHERE checked_at IS NOT NULL";
const ANSWERS: &str = "SELECT '/forum/consultations/' || consultation_id || '/answers'
     FROM releases WHERE checked_at IS NOT NULL";
const UPDATE: &str = "SELECT '/updates/' || update_id FROM update_versions";
const JUDGED_WAITS: &str = "SELECT '/waits/' || r.service_id FROM wait_verdicts v
     JOIN wait_reports r ON r.id = v.report_id";
const ANSWERED: &str = "SELECT '/lead/plans/' || d.plan_id || '/drafts/' || d.version
     FROM recommendation_answers a JOIN drafts d ON d.id = a.draft_id";
const JUDGED: &str = "SELECT '/updates/' || update_id FROM verdicts";
const COMMENT: &str = "SELECT '/local-offer/comments/' || id FROM comments
     WHERE published_at IS NOT NULL";

/// A day of each duty that has passed.
const PASSED: &str = "INSERT INTO duty_days (duty_id, year, step, due_on, fulfilled_by, name, rule,
      source, responsible, organisation_id, is_public, kept_at)
      SELECT id, 2020, '', '2020-05-31', fulfilled_by, name, rule, source, responsible,
        organisation_id, is_public, 0 FROM duties WHERE switched_on_at IS NOT NULL
      ON CONFLICT DO NOTHING";

/// Where what cannot be read shows, for each such column.
const READ: [Read; 47] = [
    Read {
        column: "round_changes.kind",
        first: &["INSERT INTO round_changes (form_key, round_id, kind, title, was_propose_from,
              was_vote_from, was_closes_at, propose_from, vote_from, closes_at, reason,
              changed_by, changed_at)
              SELECT id, id, 'extended', title, propose_from, vote_from, closes_at - 1,
                propose_from, vote_from, closes_at, 'A slip', opened_by, vote_from
              FROM rounds WHERE opened_by IS NOT NULL"],
        who: Reader::Visitor,
        page: "SELECT '/rounds/' || round_id FROM round_changes",
    },
    Read {
        column: "consultation_changes.kind",
        first: &["INSERT INTO consultation_changes (form_key, consultation_id, kind,
              was_closes_at, closes_at, reason, changed_by, changed_at)
              SELECT id, id, 'extended', closes_at - 1, closes_at, 'A slip', opened_by, opens_at
              FROM consultations WHERE opened_at IS NOT NULL"],
        who: Reader::Visitor,
        page: "SELECT '/consultations/' || consultation_id FROM consultation_changes",
    },
    Read {
        column: "plan_changes.kind",
        first: &["INSERT INTO plan_changes (form_key, plan_id, kind, was_due_day, due_day, reason,
              changed_by, changed_at)
              SELECT id, id, 'moved', '2020-01-01', due_day, 'A slip', registered_by,
                registered_at FROM plans"],
        who: Reader::Visitor,
        page: "SELECT '/plans/' || plan_id FROM plan_changes",
    },
    read("roles.role", Reader::Parent, "SELECT '/topics'"),
    Read {
        column: "invitations.role",
        // The hash of the link below.
        first: &["INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at)
              VALUES ('i', '{invited}', 'new@example.org', 'leader', 0, 9000000000000)"],
        who: Reader::Visitor,
        page: "SELECT '/invitations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'",
    },
    Read {
        column: "email_stops.sort",
        first: &["INSERT INTO email_stops (id, account_id, sort, stopped_at)
              SELECT id, id, 'said', 1 FROM accounts WHERE email = 'parent@example.org'"],
        who: Reader::Parent,
        page: "SELECT '/account/emails'",
    },
    Read {
        column: "task_choices.choice",
        first: &["INSERT INTO task_choices (account_id, task, choice, chosen_at)
              SELECT id, 'topic', 'never', 1 FROM accounts WHERE email = 'organiser@example.org'"],
        who: Reader::Organiser,
        page: "SELECT '/account/emails/tasks'",
    },
    read("subscribers.cadence", Reader::Parent, "SELECT '/account/subscriptions'"),
    Read {
        column: "returns.kind",
        first: &["INSERT INTO returns (delivery_id, kind, at, reason)
              SELECT DISTINCT l.delivery_id, 'bounced', 0, '' FROM ledger l
              WHERE l.delivery_id IS NOT NULL ON CONFLICT DO NOTHING"],
        who: Reader::Parent,
        page: "SELECT '/account/subscriptions'",
    },
    read("planning_sessions.audience", Reader::Visitor, PLAN_WITH_SESSION),
    read("plan_events.role", Reader::Visitor, PLAN_WITH_EVENTS),
    read("draft_answers.answer", Reader::Visitor, DRAFT),
    read(
        "decision_answers.answer",
        Reader::Visitor,
        "SELECT '/plans/' || plan_id || '/decision' FROM decisions WHERE early_id IS NULL",
    ),
    Read {
        column: "drafts.file_kind",
        first: &["UPDATE drafts SET file_hash = 'a', file_name = 'a.pdf', file_kind = 'pdf',
              file_size = 1"],
        who: Reader::Visitor,
        page: DRAFT,
    },
    read("notices.effect_kind", Reader::Visitor, NOTICE),
    read("notices.follow_kind", Reader::Visitor, FOLLOWING),
    read("notices.must_do_by", Reader::Visitor, NOTICE),
    read("notices.takes", Reader::Visitor, NOTICE),
    read(
        "notice_equality_records.takes",
        Reader::Visitor,
        "SELECT '/notices/' || e.notice_id || '/equality' FROM notice_equality_records e
         JOIN notices n ON n.id = e.notice_id WHERE n.started_at IS NOT NULL",
    ),
    read(
        "equality_records.takes",
        Reader::Visitor,
        "SELECT '/plans/' || plan_id || '/equality' FROM equality_records",
    ),
    read("terms.first_day", Reader::Leader, "SELECT '/lead/notices/new'"),
    read("closed_days.day", Reader::Leader, "SELECT '/lead/notices/new'"),
    read("duties.responsible", Reader::Visitor, "SELECT '/record/duties'"),
    read("duties.fulfilled_by", Reader::Visitor, "SELECT '/record/duties'"),
    read("duty_reports.fulfilled_by", Reader::Visitor, "SELECT '/record/duties'"),
    Read {
        column: "duty_days.responsible",
        first: &[PASSED],
        who: Reader::Visitor,
        page: "SELECT '/record/duties'",
    },
    Read {
        column: "duty_days.fulfilled_by",
        first: &[PASSED],
        who: Reader::Visitor,
        page: "SELECT '/record/duties'",
    },
    read("consultations.access", Reader::Visitor, CONSULTATION),
    read("questionnaires.questions", Reader::Visitor, CONSULTATION),
    read("questionnaires.mended", Reader::Visitor, CONSULTATION),
    read("responses.channel", Reader::Organiser, ANSWERS),
    read("responses.answers", Reader::Organiser, ANSWERS),
    Read {
        column: "answer_concerns.what",
        first: &["INSERT INTO answer_concerns (id, consultation_id, response_id, question, what,
              passed_on_by, passed_on_at)
              SELECT min(id), min(consultation_id), min(id), 'q', 'danger',
                (SELECT min(id) FROM accounts), 0 FROM responses"],
        who: Reader::Organiser,
        page: "SELECT '/forum/safeguarding/answers'",
    },
    read("releases.results", Reader::Visitor, RESULTS),
    Read {
        column: "takedowns.kind",
        first: &[
            "INSERT INTO takedowns (id, form_key, kind, about_id, reason, why, is_kept, words,
              asked_by, asked_at, taken_down_at)
              SELECT id, id, 'topic', id, 'names', '', 0, '', id, 0, 1 FROM accounts
              WHERE email = 'parent@example.org'",
        ],
        who: Reader::Organiser,
        page: "SELECT '/forum/takedowns'",
    },
    Read {
        column: "answers_under_way.said",
        first: &["INSERT INTO answers_under_way (consultation_id, day, said, counted)
              SELECT min(id), '2020-01-01', '[[\"\"],{\"all\":10,\"parts\":[10]}]', 10
              FROM consultations WHERE opened_at IS NOT NULL"],
        who: Reader::Organiser,
        page: "SELECT '/forum/consultations/' || consultation_id || '/progress'
             FROM answers_under_way",
    },
    read("update_versions.outcome", Reader::Visitor, "SELECT '/updates'"),
    read("update_versions.questions", Reader::Visitor, UPDATE),
    read("update_versions.evidence", Reader::Visitor, UPDATE),
    read("update_subjects.kind", Reader::Visitor, UPDATE),
    read("comments.subject", Reader::Visitor, COMMENT),
    read("comments.voice", Reader::Visitor, COMMENT),
    read("verdicts.verdict", Reader::Visitor, JUDGED),
    read("verdicts.evidence", Reader::Visitor, JUDGED),
    read("wait_verdicts.verdict", Reader::Visitor, JUDGED_WAITS),
    read("recommendation_answers.answer", Reader::Leader, ANSWERED),
    Read {
        column: "unusual_joinings.kind",
        first: &[
            "DELETE FROM confirmations",
            "INSERT INTO unusual_joinings (id, round_id, kind, at, people)
             SELECT id, id, 'joined', 1, 10 FROM rounds WHERE counted_at IS NOT NULL",
        ],
        who: Reader::Organiser,
        page: "SELECT '/forum/rounds/' || round_id || '/shortlist' FROM unusual_joinings",
    },
];

/// Columns of known words, and of JSON, that no page reads like that, each with the reason.
const LEFT: [(&str, &str); 11] = [
    ("corrections.kind", "statements compare it"),
    ("links.purpose", "a statement compares it: a link for something else is no link"),
    ("shortlist.phase", "evidence of the count, which nobody reads again"),
    ("subscriptions.began_how", "what was agreed, which is only handed out in a copy"),
    ("subscriptions.ended_how", "statements compare it"),
    ("ledger.called_off_why", "statements compare it"),
    ("ledger.reached_how", "what was done, which is only handed out in a copy"),
    ("evidence_files.kind", "read as a form names a file; then it is an error"),
    ("responses.state", "read by whoever has the code: see the test below"),
    ("releases.counts", "read before new results are counted; then it is an error"),
    ("releases.published", "read before new results are counted; then it is an error"),
];

/// The columns for which the schema lists the words that may be in them: in a `CHECK`, or as the
/// rows of a table.
async fn of_known_words(connection: &mut AnyConnection) -> BTreeSet<String> {
    let kind = Kind::of(connection);
    let in_tables = match kind {
        Kind::Sqlite => {
            "SELECT m.name || '.' || f.\"from\" FROM sqlite_master m,
               pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table' AND f.\"table\" LIKE '%_words'"
        }
        Kind::Postgres => {
            "SELECT CAST(c.conrelid::regclass AS TEXT) || '.' || CAST(a.attname AS TEXT)
             FROM pg_constraint c JOIN pg_attribute a
               ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND CAST(c.confrelid::regclass AS TEXT) LIKE '%_words'
               AND c.connamespace = current_schema()::regnamespace"
        }
    };
    let in_tables: Vec<String> =
        sqlx::query_scalar(in_tables).fetch_all(&mut *connection).await.unwrap();
    assert_eq!(in_tables.len(), 3, "{in_tables:?}");
    let sql = match kind {
        Kind::Sqlite => "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
        Kind::Postgres => {
            "SELECT CAST(c.conrelid::regclass AS TEXT), CAST(a.attname AS TEXT)
             FROM pg_constraint c JOIN pg_attribute a
               ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'c' AND cardinality(c.conkey) = 1
               AND pg_get_constraintdef(c.oid) LIKE '%ANY (ARRAY[''%'
               AND c.connamespace = current_schema()::regnamespace"
        }
    };
    let rows: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(connection).await.unwrap();
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let columns = rows.iter().flat_map(|(table, rest)| {
        let names: Vec<&str> = match kind {
            Kind::Sqlite => {
                let checks = rest.split("CHECK (").skip(1);
                checks.filter_map(|check| Some(check.split_once(" IN ('")?.0)).collect()
            }
            Kind::Postgres => vec![rest.as_str()],
        };
        let names: Vec<&str> = names.into_iter().filter(|name| is_name(name)).collect();
        names.into_iter().map(|name| format!("{table}.{name}")).collect::<Vec<_>>()
    });
    columns.chain(in_tables).collect()
}

/// The columns that hold JSON in the demonstration area.
async fn of_json(connection: &mut AnyConnection) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for table in tables().filter(|table| table.name != "topic_search") {
        for name in table.columns.iter().filter_map(|column| column.of_table()) {
            let values = values(connection, &format!("{}.{name}", table.name)).await;
            let mut told = values.iter().filter(|value| !value.is_empty() && *value != "null");
            if told.clone().next().is_some() && told.all(|value| value.starts_with(['{', '['])) {
                found.insert(format!("{}.{name}", table.name));
            }
        }
    }
    found
}

/// What a column holds, in an order that says nothing.
async fn values(connection: &mut AnyConnection, column: &str) -> Vec<String> {
    let (table, name) = column.split_once('.').unwrap();
    let sql =
        format!("SELECT CAST({name} AS TEXT) FROM {table} WHERE {name} IS NOT NULL ORDER BY 1");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}

async fn run(connection: &mut AnyConnection, sql: String) {
    let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A turn of the worker; what it cannot read it leaves for later.
async fn works(world: &World) {
    let (house, now) = (&world.house, world.now());
    let _ = plans::tell_due(house).await;
    let _ = updates::tell_due(house).await;
    let _ = updates::remind_due(house).await;
    let _ = duties::remind_due(house).await;
    let _ = notices::start_due(house).await;
    let _ = notices::tell_due(house).await;
    let _ = consultations::tidy_due(world.db(), now).await;
}

#[test]
fn a_word_or_json_that_this_program_does_not_know_is_an_error_and_stays_as_it_is() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let mut connection = world.db().read().await.unwrap();
        let known = of_known_words(&mut connection).await;
        assert!(known.len() > 20, "{known:?}");
        let all = &known | &of_json(&mut connection).await;
        for column in &all {
            let is_read = READ.iter().any(|read| read.column == column);
            let is_left = LEFT.iter().any(|(left, _)| left == column);
            assert!(is_read != is_left, "{column}: say where it is read, or why it is not");
        }
        for (left, why) in LEFT {
            assert!(all.contains(left), "{left} need not be left out: {why}");
        }

        let [parent, organiser, leader] =
            ["parent@example.org", "organiser@example.org", "leader@example.org"];
        let (visitor, parent, organiser, leader) = (
            world.visitor(),
            world.sign_in(parent).await,
            world.sign_in(organiser).await,
            world.sign_in(leader).await,
        );
        let browser = |who: Reader| -> &Browser<'_> {
            match who {
                Reader::Visitor => &visitor,
                Reader::Parent => &parent,
                Reader::Organiser => &organiser,
                Reader::Leader => &leader,
            }
        };
        works(&world).await;
        without_guards(&mut connection).await;
        for Read { column, first, who, page } in READ {
            for sql in first {
                run(&mut connection, sql.replace("{invited}", &id::hash(&"A".repeat(43)))).await;
            }
            let page: Vec<String> =
                sqlx::query_scalar(page).fetch_all(&mut *connection).await.unwrap();
            let page = page.first().unwrap_or_else(|| panic!("nothing to read for {column}"));
            world.forward(SECOND);
            let before = browser(who).get(page).await;
            assert_eq!(before.status, StatusCode::OK, "{column} {page}: {}", before.html);

            let (table, name) = column.split_once('.').unwrap();
            run(&mut connection, format!("UPDATE {table} SET {name} = {name} || '?'")).await;
            let put = values(&mut connection, column).await;
            assert!(!put.is_empty(), "{column} holds nothing");
            // Nobody's write but this one's passes the door, where pages that are kept hear of it.
            world.forward(SECOND);
            let answer = browser(who).get(page).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{column} at {page}");
            for inside in ["does not know", "sqlx", "trailing characters"] {
                assert!(!answer.says(inside), "{column} at {page}: {}", answer.html);
            }
            works(&world).await;
            assert_eq!(values(&mut connection, column).await, put, "{column}");
            let back = format!("substr({name}, 1, length({name}) - 1)");
            run(&mut connection, format!("UPDATE {table} SET {name} = {back}")).await;
        }
    });
}

#[test]
fn a_word_of_a_role_or_of_what_is_put_right_is_written_once_it_is_a_row() {
    on_both(async |world| {
        let parent = world.parent(1).await.account;
        let words = async |table: &str| -> BTreeSet<String> {
            let mut connection = world.db().read().await.unwrap();
            values(&mut connection, &format!("{table}.word")).await.into_iter().collect()
        };
        let roles = Role::ALL.map(|role| role.word().to_owned());
        assert_eq!(words("role_words").await, BTreeSet::from(roles));
        let corrected = words("correction_words").await;
        for kind in AreaKind::ALL {
            assert!(corrected.contains(kind.word()), "{kind:?}: nobody could correct its name");
        }
        let given = format!(
            "INSERT INTO roles (account_id, role, granted_at)
             VALUES ('{parent}', 'a word of tomorrow', 1)"
        );
        let corrected = "INSERT INTO corrections
             (id, kind, thing_id, field, was, became, corrected_at)
             VALUES ('c', 'a thing of tomorrow', 't', 'name', 'East', 'West', 1)";
        for (table, word, written) in [
            ("role_words", "a word of tomorrow", &*given),
            ("correction_words", "a thing of tomorrow", corrected),
        ] {
            assert!(by_hand(&world, written).await.is_err(), "{table}");
            let row = format!("INSERT INTO {table} (word) VALUES ('{word}')");
            assert_eq!(by_hand(&world, &row).await.unwrap(), 1);
            assert_eq!(by_hand(&world, written).await.unwrap(), 1, "{table}");
        }
        let invited = "INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at)
             VALUES ('i', 'h', 'new@example.org', 'parent', 0, 1)";
        assert!(by_hand(&world, invited).await.is_err(), "nobody is invited to be a parent");
    });
}

#[test]
fn answers_whose_state_this_program_does_not_know_are_not_taken_for_unsent_ones() {
    on_both(async |world| {
        let id = crate::consultations::open(&world, &world.organiser().await, "anyone").await;
        let visitor = world.visitor();
        let response = crate::consultations::begin(&visitor, &id).await;
        crate::consultations::answer(&visitor, &response, "question-1", "yes").await.leads_to();
        let mut connection = world.db().read().await.unwrap();
        without_guards(&mut connection).await;
        run(&mut connection, "UPDATE responses SET state = 'weighed'".to_owned()).await;
        let shown = visitor.get(&response).await;
        assert_eq!(shown.status, StatusCode::INTERNAL_SERVER_ERROR);
        let again = crate::consultations::answer(&visitor, &response, "question-1", "no").await;
        assert_eq!(again.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(values(&mut connection, "responses.state").await, ["weighed"]);
    });
}
