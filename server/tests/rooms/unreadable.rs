//! What this program cannot read, as a word or a field that a newer one wrote, is never taken for
//! something else: the page says that something is wrong, and nothing is written over.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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

/// A way in which what a column `{c}` keeps is unlike all that this program writes: how it comes
/// there, and how it goes again.
struct Damage {
    what: &'static str,
    put: &'static str,
    back: &'static str,
}

const WITH_MORE: Damage = Damage {
    what: "with more after it",
    put: "{c} || '?'",
    back: "substr({c}, 1, length({c}) - 1)",
};

const CUT: Damage = Damage {
    what: "cut short",
    put: "substr({c}, 1, length({c}) - 1)",
    back: "{c} || CASE substr({c}, 1, 1) WHEN '{' THEN '}' WHEN '[' THEN ']' ELSE 'l' END",
};

/// In the object, or the last one of a list.
const WITH_FIELD: Damage = Damage {
    what: "with a field of tomorrow",
    put: r#"CASE WHEN {c} = '{}' THEN '{"of tomorrow":1}'
        WHEN {c} LIKE '{%}' THEN substr({c}, 1, length({c}) - 1) || ',"of tomorrow":1}'
        WHEN {c} LIKE '[%}]' THEN substr({c}, 1, length({c}) - 2) || ',"of tomorrow":1}]'
        ELSE {c} END"#,
    back: r#"replace(replace({c}, ',"of tomorrow":1', ''), '"of tomorrow":1', '')"#,
};

/// For a kind of question, a kind of file, a kind of answer, and what may be shown.
const WITH_WORD: Damage = Damage {
    what: "with a word of tomorrow",
    put: r#"replace(replace(replace(replace({c}, '"is":"', '"is":"tomorrow-'),
        '"kind":"', '"kind":"tomorrow-'), '{"chosen":', '{"tomorrow":'),
        '{"Number":', '{"Tomorrow":')"#,
    back: r#"replace(replace(replace(replace({c}, '"is":"tomorrow-', '"is":"'),
        '"kind":"tomorrow-', '"kind":"'), '{"tomorrow":', '{"chosen":'),
        '{"Tomorrow":', '{"Number":')"#,
};

/// What happens to a column of known words, or of days.
const OF_WORDS: &[Damage] = &[WITH_MORE];
/// What happens to a column of JSON.
const OF_JSON: &[Damage] = &[WITH_MORE, CUT, WITH_FIELD, WITH_WORD];

const PLAN_WITH_SESSION: &str = "SELECT '/plans/' || plan_id FROM planning_sessions";
const PLAN_WITH_EVENTS: &str = "SELECT '/plans/' || plan_id FROM plan_events";
const DRAFT: &str = "SELECT '/plans/' || d.plan_id || '/drafts/' || d.version
     FROM draft_answers a JOIN drafts d ON d.id = a.draft_id WHERE d.published_at IS NOT NULL";
const NOTICE: &str = "SELECT '/notices/' || id FROM notices WHERE started_at IS NOT NULL";
const FOLLOWING: &str = "SELECT '/notices/' || id FROM notices WHERE follow_kind IS NOT NULL
     AND started_at IS NOT NULL";
const CONSULTATION: &str =
    "SELECT '/consultations/' || id FROM consultations WHERE opened_at IS NOT NULL";
const IMPORT: &str =
    "SELECT '/forum/consultations/' || consultation_id || '/import' FROM question_imports";
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

/// Evidence with a file.
macro_rules! evidence {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            r#" SET evidence = '{"links":[],"files":[{"id":"f","hash":"a","name":"a.pdf","#,
            r#""kind":"pdf","size":1}],"numbers":null}'"#
        )
    };
}

/// A day of each duty that has passed.
const PASSED: &str = "INSERT INTO duty_days (duty_id, year, step, due_on, fulfilled_by, name, rule,
      source, responsible, organisation_id, is_public, kept_at)
      SELECT id, 2020, '', '2020-05-31', fulfilled_by, name, rule, source, responsible,
        organisation_id, is_public, 0 FROM duties WHERE switched_on_at IS NOT NULL
      ON CONFLICT DO NOTHING";

/// Where what cannot be read shows, for each such column.
const READ: [Read; 49] = [
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
    Read {
        column: "questionnaires.mended",
        first: &[r#"UPDATE questionnaires SET mended =
              '[{"question":"none","text":"What?","options":{},"note":"A slip.","at":1}]'"#],
        who: Reader::Visitor,
        page: CONSULTATION,
    },
    Read {
        column: "question_imports.waiting",
        first: &[r#"INSERT INTO question_imports (consultation_id, version, waiting)
              SELECT q.consultation_id, q.version,
                '{"questionnaire":' || q.questions || ',"taken":[],"not_taken":[]}'
              FROM questionnaires q JOIN consultations c ON c.id = q.consultation_id
              WHERE c.closes_at = (SELECT max(l.closes_at) FROM consultations l)"#],
        who: Reader::Organiser,
        page: IMPORT,
    },
    Read {
        column: "question_imports.replaced",
        first: &["UPDATE question_imports SET replaced = (SELECT q.questions FROM questionnaires q
              WHERE q.consultation_id = question_imports.consultation_id
                AND q.version = question_imports.version)"],
        who: Reader::Organiser,
        page: IMPORT,
    },
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
    Read {
        column: "update_versions.questions",
        first: &[r#"UPDATE update_versions SET questions = '[{"key":"c/q","words":"What?"}]'"#],
        who: Reader::Visitor,
        page: UPDATE,
    },
    Read {
        column: "update_versions.evidence",
        first: &[evidence!("update_versions")],
        who: Reader::Visitor,
        page: UPDATE,
    },
    read("update_subjects.kind", Reader::Visitor, UPDATE),
    read("comments.subject", Reader::Visitor, COMMENT),
    read("comments.voice", Reader::Visitor, COMMENT),
    read("verdicts.verdict", Reader::Visitor, JUDGED),
    Read {
        column: "verdicts.evidence",
        first: &[evidence!("verdicts")],
        who: Reader::Visitor,
        page: JUDGED,
    },
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
    ("releases.counts", "read before new results are counted: see the test below"),
    ("releases.published", "read before new results are counted: see the test below"),
];

/// What `read_json` reads that is no column of the area.
const NO_COLUMN: [&str; 2] = ["a line of a backup", "copying.holds"];

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

/// The columns that hold JSON: those that the program reads so, and those that look so in the
/// demonstration area.
async fn of_json(connection: &mut AnyConnection) -> BTreeSet<String> {
    let read = read_as_json();
    let (mut there, mut found) = (BTreeSet::new(), BTreeSet::new());
    for table in tables().filter(|table| table.name != "topic_search") {
        for name in table.columns.iter().filter_map(|column| column.of_table()) {
            let column = format!("{}.{name}", table.name);
            let values = values(connection, &column).await;
            let mut told = values.iter().filter(|value| !value.is_empty() && *value != "null");
            if told.clone().next().is_some() && told.all(|value| value.starts_with(['{', '['])) {
                found.insert(column.clone());
            }
            there.insert(column);
        }
    }
    let strays: Vec<&String> = read.difference(&there).collect();
    assert!(strays.is_empty(), "no such column, or say so here: {strays:?}");
    &found | &read
}

/// The columns that the program reads as JSON, as each call of `read_json` names its own.
fn read_as_json() -> BTreeSet<String> {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("app");
    let (mut found, mut folders) = (BTreeSet::new(), vec![app]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let code = fs::read_to_string(&path).unwrap();
                let code = code.split("\n#[cfg(test)]").next().unwrap();
                let calls = code.split("read_json").skip(1).filter(|rest| is_call(rest));
                found.extend(calls.map(|call| named_last(call).to_owned()));
            }
        }
    }
    assert!(found.len() > 10, "{found:?}");
    for stray in NO_COLUMN {
        assert!(found.remove(stray), "nothing reads {stray}");
    }
    found
}

/// Whether what comes after the name of a function calls it.
fn is_call(rest: &str) -> bool {
    rest.starts_with('(') || rest.starts_with("::<")
}

/// The last text within the parentheses of a call.
fn named_last(call: &str) -> &str {
    let mut depth = 0;
    let ends = call.find(|letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ')' && depth == 0
    });
    let named = call[..ends.unwrap()].rsplit('"').nth(1);
    named.unwrap_or_else(|| panic!("read_json without its column: {}", &call[..ends.unwrap()]))
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

/// Changes a column in all rows, and gives what it holds then; `None` where that is what it held.
async fn change(
    connection: &mut AnyConnection,
    column: &str,
    becomes: &str,
) -> Option<Vec<String>> {
    let (table, name) = column.split_once('.').unwrap();
    let before = values(connection, column).await;
    assert!(!before.is_empty(), "{column} holds nothing");
    run(connection, format!("UPDATE {table} SET {name} = {}", becomes.replace("{c}", name))).await;
    Some(values(connection, column).await).filter(|after| *after != before)
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
        let json = of_json(&mut connection).await;
        let all = &known | &json;
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
        let mut with_words = BTreeSet::new();
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

            let intact = values(&mut connection, column).await;
            let damages = if json.contains(column) { OF_JSON } else { OF_WORDS };
            for Damage { what, put, back } in damages {
                let Some(spoilt) = change(&mut connection, column, put).await else {
                    assert_eq!(*what, WITH_WORD.what, "{column} stays as it is");
                    continue;
                };
                if *what == WITH_WORD.what {
                    with_words.insert(column);
                }
                // Nobody's write but this one's passes the door, where kept pages hear of it.
                world.forward(SECOND);
                let answer = browser(who).get(page).await;
                let about = format!("{column} {what}, at {page}");
                assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{about}");
                for inside in ["does not know", "cannot be read", "sqlx", "unknown field"] {
                    assert!(!answer.says(inside), "{about}: {}", answer.html);
                }
                works(&world).await;
                assert_eq!(values(&mut connection, column).await, spoilt, "{about}");
                change(&mut connection, column, back).await;
                assert_eq!(values(&mut connection, column).await, intact, "{about}");
            }
        }
        assert!(with_words.len() > 5, "only {with_words:?} hold known words");
    });
}

#[test]
fn results_that_this_program_does_not_know_let_nothing_new_be_counted() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let organiser = world.sign_in("organiser@example.org").await;
        let mut connection = world.db().read().await.unwrap();
        without_guards(&mut connection).await;
        let release: String = sqlx::query_scalar(
            "SELECT '/forum/consultations/' || consultation_id || '/release' FROM releases
             WHERE checked_at IS NOT NULL AND published <> 'null'",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        for column in ["releases.counts", "releases.published"] {
            let intact = values(&mut connection, column).await;
            for Damage { what, put, back } in OF_JSON {
                let Some(spoilt) = change(&mut connection, column, put).await else { continue };
                let answer = organiser.post(&release, &[("step", "count")]).await;
                assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{column} {what}");
                assert_eq!(values(&mut connection, column).await, spoilt, "{column} {what}");
                change(&mut connection, column, back).await;
                assert_eq!(values(&mut connection, column).await, intact, "{column} {what}");
            }
        }
        let answer = organiser.post(&release, &[("step", "count")]).await;
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "what is intact is counted");
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
