//! A copy of all that is kept about somebody. A word of its own is put into every column that the
//! database has, and is found in their copy, or is left out for a reason that a room gives.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use app::export::{Everything, ONLY_FOR_PROGRAMS, WhoseCopy, everything, tables, zipped_copy};
use axum::body::{Bytes, to_bytes};
use axum::http::{Method, StatusCode, header};
use calendar::clock::{self, DAY, HOUR, MINUTE, Millis, Moment};
use ground::db::Kind;
use ground::files::FileKind;
use ground::personal::{Column, Whose};
use ground::viewer::Role;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};

use crate::subscriptions::subscribe;
use crate::world::{PROVES, World, change, link, link_to, on_both};

const ADDRESS: &str = "their-own@example.org";

/// A file of a copy, of today.
pub fn unzipped(world: &World, zip: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let path = format!("copy-{}/{name}", clock::fields(world.now()).0);
    let mut bytes = Vec::new();
    archive.by_name(&path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

pub fn text_in(world: &World, zip: &[u8], name: &str) -> String {
    String::from_utf8(unzipped(world, zip, name)).unwrap()
}

/// What the database says of its tables: (name, type, whether it must have a value) of each column,
/// by table; and what refers to what.
struct Schema {
    columns: BTreeMap<String, Vec<(String, String, bool)>>,
    refers: BTreeMap<(String, String), (String, String)>,
    person: String,
}

impl Schema {
    async fn of(connection: &mut AnyConnection, person: &str) -> Self {
        let (columns, references) = match Kind::of(connection) {
            Kind::Sqlite => (
                "SELECT m.name AS of_table, c.name AS column_name, c.type AS column_type,
                   CAST(c.\"notnull\" + c.pk AS BIGINT) AS is_needed
                 FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
                "SELECT m.name AS of_table, f.\"from\" AS column_name,
                   f.\"table\" AS to_table, f.\"to\" AS to_column
                 FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
            ),
            Kind::Postgres => (
                "SELECT CAST(c.table_name AS TEXT) AS of_table,
                   CAST(c.column_name AS TEXT) AS column_name,
                   CAST(upper(c.data_type) AS TEXT) AS column_type,
                   CAST(CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS BIGINT) AS is_needed
                 FROM information_schema.columns c JOIN information_schema.tables t
                   ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                 WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'",
                "SELECT CAST(k.table_name AS TEXT) AS of_table,
                   CAST(k.column_name AS TEXT) AS column_name,
                   CAST(r.table_name AS TEXT) AS to_table,
                   CAST(r.column_name AS TEXT) AS to_column
                 FROM information_schema.referential_constraints c
                 JOIN information_schema.key_column_usage k
                   ON k.constraint_schema = c.constraint_schema
                   AND k.constraint_name = c.constraint_name
                 JOIN information_schema.key_column_usage r
                   ON r.constraint_schema = c.unique_constraint_schema
                   AND r.constraint_name = c.unique_constraint_name
                   AND r.ordinal_position = k.position_in_unique_constraint
                 WHERE c.constraint_schema = current_schema()",
            ),
        };
        let mut schema =
            Self { columns: BTreeMap::new(), refers: BTreeMap::new(), person: person.to_owned() };
        for row in sqlx::query(columns).fetch_all(&mut *connection).await.unwrap() {
            let table: String = row.get("of_table");
            // What the databases keep for themselves, and the index of topics, which is made anew.
            if !["sqlite_", "_sqlx_", "topic_search"].iter().any(|start| table.starts_with(start)) {
                let is_needed = row.get::<i64, _>("is_needed") > 0;
                let column = (row.get("column_name"), row.get("column_type"), is_needed);
                schema.columns.entry(table).or_default().push(column);
            }
        }
        for row in sqlx::query(references).fetch_all(&mut *connection).await.unwrap() {
            schema.refers.insert(
                (row.get("of_table"), row.get("column_name")),
                (row.get("to_table"), row.get("to_column")),
            );
        }
        for columns in schema.columns.values_mut() {
            columns.sort();
        }
        schema
    }

    fn refers_to(&self, table: &str, column: &str) -> Option<&(String, String)> {
        self.refers.get(&(table.to_owned(), column.to_owned()))
    }

    fn is_tie(&self, table: &str, column: &str) -> bool {
        let to = self.refers_to(table, column).map(|(table, _)| table.as_str());
        matches!(to, Some("accounts" | "subscribers"))
    }

    fn is_referred_to(&self, table: &str, column: &str) -> bool {
        self.refers.values().any(|(to, name)| to == table && name == column)
    }

    /// A word, or a number, that is in no other column and no other row. What refers to an account
    /// or a subscriber refers to them, and all else to what is planted.
    fn planted(&self, table: &str, column: &str, row: usize) -> String {
        if (table, column) == ("accounts", "id") {
            return self.person.clone();
        }
        if let Some((to, name)) = self.refers_to(table, column) {
            let row = if self.is_tie(table, column) { 0 } else { row };
            return self.planted(to, name, row);
        }
        if row == 0 && matches!(column, "email" | "to_address") {
            return ADDRESS.to_owned();
        }
        let mut every = self.columns.iter().flat_map(|(table, columns)| {
            columns.iter().map(move |(name, kind, _)| (table.as_str(), name.as_str(), kind))
        });
        let nth = every.clone().position(|(of, name, _)| (of, name) == (table, column)).unwrap();
        let (_, _, kind) = every.nth(nth).unwrap();
        let number = 2 * nth + row;
        match kind.as_str() {
            "TEXT" => format!("planted{number}w"),
            "INTEGER" => (1_000_000 + number).to_string(),
            "BIGINT" => (1_900_000_000_000 + 1_000 * number).to_string(),
            other => panic!("{table}.{column} is {other}"),
        }
    }

    /// Two rows for each table: one with everything, and one with only what there must be.
    fn statements(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (table, columns) in &self.columns {
            for row in [0, 1] {
                let there = columns.iter().filter(|(name, _, is_needed)| {
                    row == 0 || *is_needed || self.is_tie(table, name)
                });
                let (names, values): (Vec<_>, Vec<_>) = there
                    .map(|(name, kind, _)| {
                        let value = self.planted(table, name, row);
                        let value = if kind == "TEXT" { format!("'{value}'") } else { value };
                        (name.clone(), value)
                    })
                    .unzip();
                if table != "accounts" {
                    let (names, values) = (names.join(", "), values.join(", "));
                    // Of some things an account has one: the row with everything.
                    all.push(format!(
                        "INSERT INTO {table} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING"
                    ));
                } else if row == 0 {
                    let set =
                        names.iter().zip(&values).map(|(name, value)| format!("{name} = {value}"));
                    let set = set.collect::<Vec<_>>().join(", ");
                    all.push(format!("UPDATE accounts SET {set} WHERE id = '{}'", self.person));
                }
            }
        }
        all
    }
}

/// Plants a word of its own into every column of every table: the rows are this account's, and a
/// subscriber's.
async fn plant(world: &World, person: &str) -> Schema {
    let mut connection = AnyConnection::connect(&world.url).await.unwrap();
    let schema = Schema::of(&mut connection, person).await;
    without_guards(&mut connection).await;
    for sql in schema.statements() {
        let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    connection.close().await.unwrap();
    schema
}

/// What programs read of a copy, and the page to read.
async fn both_files(world: &World, of: &WhoseCopy) -> (String, String) {
    let zip = to_bytes(zipped_copy(&world.house, of).await.unwrap().into_body(), usize::MAX);
    let zip = zip.await.unwrap();
    (text_in(world, &zip, "copy.json"), text_in(world, &zip, "read-me.html"))
}

/// Takes off what keeps rows as the program makes them: here they are made by hand.
pub async fn without_guards(connection: &mut AnyConnection) {
    let kind = Kind::of(connection);
    let first: &[&'static str] = match kind {
        Kind::Sqlite => &[
            "PRAGMA busy_timeout = 5000",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA ignore_check_constraints = ON",
        ],
        Kind::Postgres => &[],
    };
    let each: &[&'static str] = match kind {
        Kind::Sqlite => {
            &["SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'"]
        }
        Kind::Postgres => &[
            "SELECT 'ALTER TABLE ' || CAST(conrelid::regclass AS TEXT) || ' DROP CONSTRAINT '
               || CAST(conname AS TEXT)
             FROM pg_constraint WHERE contype IN ('f', 'c', 'x')
               AND connamespace = current_schema()::regnamespace
             ORDER BY contype = 'f' DESC",
            "SELECT 'ALTER TABLE ' || CAST(tablename AS TEXT) || ' DISABLE TRIGGER USER'
             FROM pg_tables WHERE schemaname = current_schema()",
        ],
    };
    for sql in first {
        sqlx::query(*sql).execute(&mut *connection).await.unwrap();
    }
    for sql in each {
        let made: Vec<String> = sqlx::query_scalar(*sql).fetch_all(&mut *connection).await.unwrap();
        for sql in made {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await.unwrap();
        }
    }
}

/// Whether a column of a table has one of these values in a copy.
fn has(all: &Everything, table: &str, column: &str, values: &[String]) -> bool {
    let rows = all.kept.iter().filter(|held| held.table == table).flat_map(|held| &held.rows);
    rows.filter_map(|row| row.get(column)?.as_ref()).any(|value| {
        let as_time = |planted: &String| {
            planted.parse::<Moment>().is_ok_and(|at| clock::machine(at) == *value)
        };
        values.iter().any(|planted| planted == value || as_time(planted))
    })
}

#[test]
fn every_column_of_the_database_is_in_their_copy_or_left_out_for_a_reason() {
    on_both(async |world| {
        let person = world.parent(1).await.account;
        let schema = plant(&world, &person).await;
        let listed: BTreeMap<&str, BTreeSet<&str>> = tables()
            .map(|table| {
                let columns = table.columns.iter().filter_map(|column| column.of_table());
                (table.name, columns.collect())
            })
            .collect();
        let there: BTreeMap<&str, BTreeSet<&str>> = schema
            .columns
            .iter()
            .map(|(table, columns)| {
                (table.as_str(), columns.iter().map(|(name, ..)| name.as_str()).collect())
            })
            .collect();
        for (table, columns) in &there {
            assert_eq!(
                listed.get(table),
                Some(columns),
                "{table}: say in PERSONAL of its room what is kept about a person, and in \
                 docs/what-we-keep.md"
            );
        }
        for table in listed.keys().filter(|table| **table != "topic_search") {
            assert!(there.contains_key(table), "there is no table {table}");
        }

        let of = WhoseCopy::Account(person.into());
        let all = everything(&world.house, &of).await.unwrap();
        let (json, html) = both_files(&world, &of).await;
        let (mut found, mut left) = (0, 0);
        for table in tables().filter(|table| table.name != "topic_search") {
            for column in table.columns {
                let Some(name) = column.of_table() else { continue };
                let planted = [0, 1].map(|row| schema.planted(table.name, name, row));
                match column {
                    Column::Who(..) => {
                        let you = ["you".to_owned()];
                        assert!(has(&all, table.name, name, &you), "{}.{name}", table.name);
                    }
                    Column::Left(..) | Column::Just(_) => {
                        // The names of services and places are said, and ids are in the rows that
                        // refer to them.
                        let is_elsewhere = name == "name"
                            || schema.refers_to(table.name, name).is_some()
                            || schema.is_referred_to(table.name, name)
                            || planted.iter().any(|word| word == ADDRESS);
                        for word in planted.iter().filter(|_| !is_elsewhere) {
                            assert!(
                                !json.contains(word) && !html.contains(word),
                                "{}.{name}",
                                table.name
                            );
                            left += 1;
                        }
                    }
                    _ => {
                        assert!(has(&all, table.name, name, &planted), "{}.{name}", table.name);
                        let is_for_people = matches!(column, Column::Text(..) | Column::Part(..))
                            && !ONLY_FOR_PROGRAMS.contains(&(table.name, name));
                        let is_on_the_page = planted.iter().any(|word| html.contains(word));
                        assert!(
                            !is_for_people || is_on_the_page,
                            "{}.{name} on the page",
                            table.name
                        );
                        found += 1;
                    }
                }
            }
            let is_theirs = !matches!(table.whose, Whose::Nobody(_));
            assert_eq!(
                all.kept.iter().any(|held| held.table == table.name),
                is_theirs,
                "{}",
                table.name
            );
        }
        assert!(found > 200 && left > 100, "{found} columns found, {left} words left out");
    });
}

/// Words that are in a subscriber's copy by another name: of which change they were told.
const SAID_OF_ANOTHER: [(&str, &str); 1] = [("notices", "title")];

#[test]
fn a_subscribers_copy_has_every_column_about_their_subscription_and_nothing_of_an_account() {
    on_both(async |world| {
        let person = world.parent(1).await.account;
        let schema = plant(&world, &person).await;
        let of = WhoseCopy::Subscriber(schema.planted("subscribers", "id", 0).into());
        let all = everything(&world.house, &of).await.unwrap();
        let (json, html) = both_files(&world, &of).await;
        assert!(!json.contains(&person) && !html.contains(&person), "that there is an account");
        let (mut found, mut left) = (0, 0);
        for table in tables().filter(|table| table.name != "topic_search") {
            let is_theirs = matches!(table.whose, Whose::Subscriber(_) | Whose::Both { .. });
            let is_there = all.kept.iter().any(|held| held.table == table.name);
            assert_eq!(is_there, is_theirs, "{}", table.name);
            for column in table.columns {
                let Some(name) = column.of_table() else { continue };
                let words = [0, 1].map(|row| schema.planted(table.name, name, row));
                let is_of_account =
                    schema.refers_to(table.name, name).is_some_and(|(to, _)| to == "accounts");
                if is_theirs && column.reading().is_some() {
                    let is_in = match column {
                        Column::Who(..) => {
                            has(&all, table.name, name, &["someone else".to_owned()])
                        }
                        // Whose account it is, is not in it, as was seen above.
                        _ if is_of_account || name == "person" => continue,
                        _ => has(&all, table.name, name, &words),
                    };
                    assert!(is_in, "{}.{name}", table.name);
                    found += 1;
                    continue;
                }
                // As above: names, ids, and their address are in rows that are theirs.
                let is_elsewhere = name == "name"
                    || SAID_OF_ANOTHER.contains(&(table.name, name))
                    || schema.refers_to(table.name, name).is_some()
                    || schema.is_referred_to(table.name, name)
                    || words.iter().any(|word| word == ADDRESS);
                for word in words.iter().filter(|_| !is_elsewhere) {
                    let as_time = word.parse().map(clock::machine);
                    let is_in = |file: &str| {
                        file.contains(word) || as_time.iter().any(|at| file.contains(at))
                    };
                    assert!(!is_in(&json) && !is_in(&html), "{}.{name}", table.name);
                    left += 1;
                }
            }
        }
        assert!(found > 40 && left > 300, "{found} columns found, {left} words left out");
    });
}

#[test]
fn the_page_to_read_begins_with_what_they_said_and_ends_with_one_line_for_each_email() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.propose("A bus that waits").await;
        world.receipts().await;
        let now = world.now().millis();
        for (hash, used) in [("one", "NULL".to_owned()), ("two", now.to_string())] {
            let sql = format!(
                "INSERT INTO address_undos
                   (token_hash, account_id, email, changed_at, ends_at, used_at)
                 VALUES ('{hash}', '{}', 'before@example.org', {now}, {}, {used})",
                parent.account,
                now + DAY
            );
            change(&world, &sql).await;
        }
        let of = WhoseCopy::Account(parent.account.clone().into());
        let zip = to_bytes(zipped_copy(&world.house, &of).await.unwrap().into_body(), usize::MAX);
        let zip = zip.await.unwrap();
        let (json, html) =
            (text_in(&world, &zip, "copy.json"), text_in(&world, &zip, "read-me.html"));
        let at = |words: &str| html.find(words).unwrap_or_else(|| panic!("{words}: {html}"));
        assert!(at("Topics you proposed") < at("Your account</h2>"));
        assert!(at("Your account</h2>") < at("Where you signed in"));
        assert!(at("Where you signed in") < at("Emails to you"));
        assert!(at("Emails to you") < at("What is not in here"));
        let emails = &html[at("Emails to you")..at("What is not in here")];
        assert!(emails.contains(" – sent</li>") && !emails.contains("<dl>"), "{emails}");
        let subject = world.one("SELECT subject FROM deliveries").await;
        assert!(emails.contains(&subject), "{emails}");
        assert_eq!(html.matches("Can be undone until").count(), 1, "one was undone: {html}");
        for words in ["Times we tried", "Not sent after", "What sort of email"] {
            assert!(json.contains(words) && !html.contains(words), "{words}");
        }
    });
}

#[test]
fn the_page_to_read_leaves_out_what_does_not_concern_them_and_what_nobody_can_read() {
    const COUNCIL: &str = "You signed in with your council";
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.post("/account/export", &[]).await.leads_to();
        let of = WhoseCopy::Account(parent.account.clone().into());
        let copied = async || {
            let zip =
                to_bytes(zipped_copy(&world.house, &of).await.unwrap().into_body(), usize::MAX);
            let zip = zip.await.unwrap();
            (text_in(&world, &zip, "copy.json"), text_in(&world, &zip, "read-me.html"))
        };
        let (json, html) = copied().await;
        for words in [COUNCIL, "You used a second step there", "Waits for a code"] {
            assert!(json.contains(words) && !html.contains(words), "{words}");
        }
        let hash: String = sqlx::query_scalar("SELECT hash FROM audit WHERE who = $1")
            .bind(&parent.account)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert!(json.contains(&hash) && !html.contains(&hash), "{hash}");
        // What does concern somebody is there.
        change(&world, "UPDATE sessions SET with_council = 1").await;
        let (_, html) = copied().await;
        assert!(html.contains(COUNCIL), "{html}");
    });
}

#[test]
fn a_copy_asks_for_fresh_proof_comes_once_an_hour_and_goes_to_the_session_that_asked() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.propose("A bus that waits").await;
        assert!(parent.get("/account").await.says("href=\"/account/export\""));
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        let asked = parent.post("/account/export", &[]).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says(PROVES) && asked.says("You chose to take a copy of your data"));
        let wrong = parent.post("/prove", &[("password", "three big words")]).await;
        assert!(wrong.says("Check your password"), "{}", wrong.html);
        assert_eq!(
            parent.post("/prove", &[("password", "three small words")]).await.leads_to(),
            "/go-on"
        );
        let zip = "/account/export/copy.zip";
        assert_eq!(parent.get(zip).await.leads_to(), "/account/export");
        assert!(world.deliver().await.is_empty(), "nobody is told about what did not happen");

        // A double tap is one copy.
        let pressed = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(pressed.leads_to(), "/account/export");
        assert_eq!(parent.post("/account/export", &[]).await.leads_to(), "/account/export");
        let emails = world.deliver().await;
        assert_eq!((emails.len(), emails[0].to.as_str()), (1, "parent1@example.org"));
        assert!(!emails[0].text.contains("A bus that waits"));
        assert_eq!(link_to(&emails[0], "/account/"), "/account/export");
        assert!(parent.get("/account/export").await.says("Your copy is ready"));
        let saved = parent.request(Method::GET, zip, &[("accept-encoding", "gzip, br")], "").await;
        assert!(!saved.headers.contains_key(header::CONTENT_ENCODING), "it is packed already");
        assert_eq!(saved.headers[header::CONTENT_TYPE], "application/zip");
        assert_eq!(saved.headers[header::CACHE_CONTROL], "private, no-store");
        let json: serde_json::Value =
            serde_json::from_slice(&unzipped(&world, &saved.raw, "copy.json")).unwrap();
        assert_eq!(json["format"], "alongside-copy/1");
        assert_eq!(json["about"], "account");
        let html = text_in(&world, &saved.raw, "read-me.html");
        assert!(html.contains("A bus that waits") && html.contains("parent1@example.org"));
        assert!(html.contains("South Sefton"), "ids have their names");
        assert!(text_in(&world, &saved.raw, "copy.schema.json").contains("json-schema.org"));

        // Somebody else who is signed in as them, or they on their other phone.
        let other = world.sign_in("parent1@example.org").await;
        assert!(other.get("/account/export").await.says("before you signed in here"));
        assert_eq!(other.post("/account/export", &[]).await.leads_to(), "/account/export");
        assert_eq!(other.get(zip).await.leads_to(), "/account/export");
        assert!(world.deliver().await.is_empty());
        assert_eq!(parent.get(zip).await.status, StatusCode::OK);

        world.forward(HOUR + 1);
        assert_eq!(parent.get(zip).await.leads_to(), "/account/export");
        assert_eq!(other.post("/account/export", &[]).await.leads_to(), "/account/export");
        assert_eq!(other.get(zip).await.status, StatusCode::OK);
        assert_eq!(world.deliver().await.len(), 1);
        other.post("/sign-out", &[]).await.done();
        assert_ne!(other.get(zip).await.status, StatusCode::OK);

        // A clock that was set back keeps nobody out.
        world.forward(-DAY);
        parent.proves.set(true);
        parent.post("/account/export", &[]).await.leads_to();
        assert_eq!(parent.get(zip).await.status, StatusCode::OK);

        let noted = "SELECT count(*) FROM audit WHERE what = 'copy of own data asked for'
                     AND who = about AND detail = ''";
        let noted: i64 = sqlx::query_scalar(noted)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(noted, 3);
        world.forward(40 * DAY);
        assert_eq!(app::export::forget_due(world.db(), world.now()).await.unwrap(), 1);
    });
}

#[test]
fn somebody_without_a_password_signs_in_again_by_a_link_before_they_get_a_copy() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        change(&world, "UPDATE accounts SET password_hash = NULL").await;
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        let asked = parent.post("/account/export", &[]).await;
        assert!(asked.says("We'll email you a link") && !asked.says("type=\"password\""));
        assert_eq!(parent.get("/account/export/copy.zip").await.leads_to(), "/account/export");
        assert_eq!(parent.proves_by_link().await, "/go-on");
        let done = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/account/export");
        assert_eq!(parent.get("/account/export/copy.zip").await.status, StatusCode::OK);
    });
}

#[test]
fn a_subscriber_gets_the_link_to_a_copy_by_email_and_only_their_subscription_is_in_it() {
    on_both(async |world| {
        let visitor = world.visitor();
        let own = subscribe(&world, &visitor, "one@example.org").await;
        subscribe(&world, &visitor, "two@example.org").await;
        let account = world.signed_in("one@example.org", &[Role::Parent]).await;
        account.propose("A topic of the account").await;
        world.deliver().await;

        let copy = format!("{own}/copy");
        assert!(visitor.get(&own).await.says(&format!("href=\"{copy}\"")));
        let page = visitor.get(&copy).await;
        assert!(page.says("Email me the link") && !page.says("one@example.org"));
        // A double tap is one email, and the answer gives nothing away.
        for _ in 0..2 {
            let sent = visitor.post(&copy, &[]).await.leads_to();
            assert!(visitor.get(&sent).await.says("Check your email"));
        }
        let emails = world.deliver().await;
        assert_eq!((emails.len(), emails[0].to.as_str()), (1, "one@example.org"));
        let emailed = link(&emails[0]);
        assert!(emailed.starts_with("/copies/"), "{emailed}");
        let page = visitor.get(&emailed).await;
        let zip = format!("{emailed}/copy.zip");
        assert!(page.says(&format!("href=\"{zip}\"")) && !page.says("one@example.org"));
        let saved = visitor.get(&zip).await;
        assert_eq!(saved.status, StatusCode::OK);
        let json = text_in(&world, &saved.raw, "copy.json");
        assert!(json.contains("one@example.org") && json.contains("Transport"), "{json}");
        assert!(!json.contains("two@example.org") && !json.contains("A topic of the account"));
        assert!(!json.contains(&account.account), "not even that there is an account");

        // Neither link is the other.
        for (link, one, other) in
            [(&emailed, "/copies/", "/subscriptions/"), (&own, "/subscriptions/", "/copies/")]
        {
            let path = link.replace(one, other);
            assert_eq!(visitor.get(&path).await.status, StatusCode::GONE, "{path}");
        }
        world.forward(HOUR + 1);
        assert_eq!(visitor.get(&emailed).await.status, StatusCode::GONE);
        assert_eq!(visitor.get(&zip).await.status, StatusCode::GONE);
        visitor.post(&copy, &[]).await.leads_to();
        assert_eq!(world.deliver().await.len(), 1, "another hour, another link");
    });
}

#[test]
fn the_files_they_uploaded_are_in_their_copy_and_a_lost_one_is_named() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await.account;
        let content = Bytes::from_static(b"%PDF-1.7 when the buses came");
        let kept =
            world.house.files.keep("times.pdf", FileKind::Pdf, content.clone()).await.unwrap();
        let lost = ("0".repeat(64), "lost.pdf".to_owned());
        let mut tx = world.db().begin().await.unwrap();
        for (nth, (hash, name)) in [(kept.hash, kept.name), lost].into_iter().enumerate() {
            sqlx::query(
                "INSERT INTO evidence_files (id, hash, name, kind, size, put_in_by,
                 put_in_at) VALUES ($1, $2, $3, 'pdf', 1, $4, $5)",
            )
            .bind(id::fresh())
            .bind(hash)
            .bind(name)
            .bind(&leader)
            .bind(world.now() + nth as Millis)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let made = zipped_copy(&world.house, &WhoseCopy::Account(leader.into())).await.unwrap();
        let zip = to_bytes(made.into_body(), usize::MAX).await.unwrap();
        assert_eq!(unzipped(&world, &zip, "files/1-times.pdf"), content);
        let html = text_in(&world, &zip, "read-me.html");
        assert!(
            html.contains("files/1-times.pdf") && html.contains("lost.pdf: it is damaged or lost")
        );
    });
}

#[test]
fn words_that_were_passed_on_are_in_no_file_that_somebody_else_may_open() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let topic = parent.propose("What happens at home").await;
        let of = WhoseCopy::Account(parent.account.clone().into());
        let copy = async || everything(&world.house, &of).await.unwrap();
        let words = |all: &Everything| serde_json::to_string(all).unwrap();
        assert!(words(&copy().await).contains("What happens at home"));
        let organiser = world.organiser().await;
        let passed_on =
            organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await;
        passed_on.leads_to();
        let now = copy().await;
        let said = words(&now);
        assert!(!said.contains("What happens at home") && !said.contains("It is late."), "{said}");
        let topics = now.kept.iter().find(|held| held.table == "topics").unwrap();
        assert!(topics.rows[0]["passed_on_at"].is_some(), "that it was passed on is in it");
    });
}
