//! Whether somebody with a list of addresses learns which of them have an account here, from how
//! long an answer takes.
//!
//! In `make test`: a known address and an unknown one cost the same statements, rows and emails,
//! and such answers leave at even times. `make timing` measures: the program that is shipped,
//! thousands of pairs of a known and an unknown address in random order over one connection, and
//! Welch's t of the two samples, which must stay below 4.5. A control that can be told apart shows
//! that the measurement sees what it looks for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "some helpers are made for other tests")]

mod control;
mod line;
#[path = "../program/mod.rs"]
mod program;
mod scene;
mod statistics;
#[path = "../rooms/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::env;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use ground::db::Kind;
use ground::evenly::STEP;
use ground::viewer::Role;
use line::Line;
use program::{Program, Start};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use scene::Area;
use statistics::Times;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use world::{World, on_both};

/// A form into which anybody types an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    SignIn,
    SignUp,
    Link,
    NewPassword,
    Subscribe,
}

impl Form {
    const ALL: [Self; 5] =
        [Self::SignIn, Self::SignUp, Self::Link, Self::NewPassword, Self::Subscribe];

    /// Those that are measured: a new password is the same work as a link.
    const MEASURED: [Self; 4] = [Self::SignIn, Self::SignUp, Self::Link, Self::Subscribe];

    fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::SignUp => "/sign-up",
            Self::Link => "/sign-in/link",
            Self::NewPassword => "/forgotten-password",
            Self::Subscribe => "/subscribe",
        }
    }

    /// What somebody types who does not know the password.
    fn fields(self, email: &str, service: &str) -> Vec<(&'static str, String)> {
        let mut fields = vec![("email", email.to_owned())];
        match self {
            Self::SignIn => fields.push(("password", "a wrong guess".to_owned())),
            Self::Subscribe => fields.extend([
                ("services", service.to_owned()),
                ("cadence", "at once".to_owned()),
                ("form_key", id::fresh()),
            ]),
            Self::SignUp | Self::Link | Self::NewPassword => {}
        }
        fields
    }

    /// The status of the answer, known or not.
    fn status(self) -> u16 {
        match self {
            Self::SignIn => 422,
            Self::Link => 200,
            Self::SignUp | Self::NewPassword | Self::Subscribe => 303,
        }
    }

    /// Whether the program has to look for the address at all. Who asks to be told of changes gets
    /// the same email in any case.
    fn looks_for_it(self) -> bool {
        self != Self::Subscribe
    }
}

/// What sqlx said that it ran, each by its first word, while somebody listens.
static RAN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn ran() -> Vec<String> {
    std::mem::take(&mut *RAN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Writes down statements, but for the beginning and end of transactions, and what a new connection
/// is told.
struct Listening;

impl<S: tracing::Subscriber> Layer<S> for Listening {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut summary = Summary(String::new());
        event.record(&mut summary);
        let word = summary.0.split_whitespace().next().unwrap_or_default().to_owned();
        if !["BEGIN", "RELEASE", "COMMIT", "ROLLBACK", "PRAGMA", "SET"].contains(&word.as_str()) {
            RAN.lock().unwrap_or_else(PoisonError::into_inner).push(word);
        }
    }
}

struct Summary(String);

impl Visit for Summary {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.0 = value.to_owned();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// What an answer cost, and what can be seen of it.
#[derive(Debug, PartialEq)]
struct Cost {
    status: u16,
    headers: HeaderMap,
    /// Without the address.
    html: String,
    statements: Vec<String>,
    rows: i64,
    emails: i64,
}

/// Asks once, from a network that never asked before.
async fn cost(world: &World, form: Form, email: &str, from: &str) -> Cost {
    let fields = form.fields(email, &world.transport);
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let before = rows(world).await;
    ran();
    let answer = world.visitor_from(from).post(form.path(), &fields).await;
    let statements = ran();
    let after = rows(world).await;
    let emails = |rows: &BTreeMap<String, i64>| rows["deliveries"];
    Cost {
        status: answer.status.as_u16(),
        headers: without_secrets(answer.headers),
        html: answer.html.replace(email, "…"),
        statements,
        rows: after.values().sum::<i64>() - before.values().sum::<i64>(),
        emails: emails(&after) - emails(&before),
    }
}

/// The headers with as many signs in place of what is secret in a cookie.
fn without_secrets(mut headers: HeaderMap) -> HeaderMap {
    let cookies = headers.get_all(SET_COOKIE).iter().map(|cookie| {
        let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
        let (secret, about) = rest.split_once(';').unwrap_or((rest, ""));
        HeaderValue::from_str(&format!("{name}={};{about}", "x".repeat(secret.len()))).unwrap()
    });
    let cookies: Vec<HeaderValue> = cookies.collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    headers
}

/// How many rows are in each table.
async fn rows(world: &World) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    let tables = world.db().columns().await.unwrap();
    // What is counted of tries is no table that is copied.
    for table in tables.into_keys().chain(["attempts".to_owned(), "attempt_keys".to_owned()]) {
        let count: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\"")))
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        rows.insert(table, count);
    }
    rows
}

#[test]
fn a_known_address_costs_the_same_statements_rows_and_emails_as_an_unknown_one() {
    tracing_subscriber::registry().with(Listening).init();
    on_both(async |world| {
        world.person("known@example.org", &[Role::Parent], &world.south).await;
        // What the first of all has to make: the key of the day, connections.
        for (nth, form) in Form::ALL.into_iter().enumerate() {
            cost(&world, form, "first@example.org", &format!("192.0.2.{nth}")).await;
        }
        for (nth, form) in Form::ALL.into_iter().enumerate() {
            let (here, there) = (format!("198.51.100.{nth}"), format!("203.0.113.{nth}"));
            let known = cost(&world, form, "known@example.org", &here).await;
            let other = cost(&world, form, "other@example.org", &there).await;
            assert_eq!(known, other, "{form:?}");
            assert_eq!(known.status, form.status(), "{form:?}: {}", known.html);
            assert!(known.statements.contains(&"INSERT".to_owned()), "{:?}", known.statements);
            assert_eq!(known.emails, i64::from(form != Form::SignIn), "{form:?}");
        }
    });
}

#[test]
fn an_answer_that_could_tell_who_is_known_leaves_the_program_at_even_times() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/alongside.db", folder.path().display());
    let start = Start {
        url: &url,
        folder: folder.path(),
        first: ":",
        after: "--no-work",
        settings: vec![("RUST_LOG", "warn".to_owned())],
    };
    let program = Program::start(&start);
    let mut line = Line::to(program.caller().port);
    for form in Form::ALL.into_iter().filter(|form| form.looks_for_it()) {
        // The quickest of some: none leaves before its time.
        let quickest = (0..5)
            .map(|nth| {
                let began = Instant::now();
                let fields = form.fields(&format!("nobody{nth}@example.org"), "");
                line.post(form.path(), &fields, "10.0.0.1");
                began.elapsed()
            })
            .min()
            .unwrap();
        assert!(quickest >= STEP, "{form:?}: {quickest:?}");
    }
}

/// How many pairs of a known and an unknown address are asked about.
fn pairs() -> usize {
    env::var("TIMING_PAIRS").map_or(10_000, |text| text.parse().unwrap())
}

/// From here on two samples are told apart: by chance it happens once in a hundred thousand times.
const TOLD_APART: f64 = 4.5;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "an hour: make timing"]
async fn nobody_learns_from_the_time_of_an_answer_whether_an_address_is_known() {
    let seed: u64 =
        env::var("TIMING_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    println!("{} pairs, TIMING_SEED={seed}", pairs());
    let mut chance = StdRng::seed_from_u64(seed);
    let mut kinds = vec![Kind::Sqlite];
    if env::var("PGHOST").is_ok() {
        kinds.push(Kind::Postgres);
    } else {
        assert!(env::var("REQUIRE_POSTGRES").is_err(), "there is no PostgreSQL: run make timing");
    }
    // A part of it at a time, for whoever has less than an hour: databases and forms by name.
    let only = env::var("TIMING_ON").unwrap_or_default().to_lowercase();
    let is_asked = |name: String, all: &[String]| {
        let named = |name: &String| only.split_whitespace().any(|word| word == name);
        !all.iter().any(named) || named(&name)
    };
    let name = |of: &dyn std::fmt::Debug| format!("{of:?}").to_lowercase();
    let names: Vec<String> = kinds.iter().map(|kind| name(kind)).collect();
    kinds.retain(|kind| is_asked(name(kind), &names));
    let names = Form::MEASURED.map(|form| name(&form));
    let forms: Vec<Form> =
        Form::MEASURED.into_iter().filter(|form| is_asked(name(form), &names)).collect();
    let mut wrong = Vec::new();
    for kind in kinds {
        let area = Area::new(kind, pairs(), &mut chance).await;
        let start = Start {
            url: &area.url,
            folder: area.folder(),
            first: ":",
            after: "--no-work",
            settings: vec![
                ("TRUSTED_PROXY", "127.0.0.1".to_owned()),
                ("RUST_LOG", "warn".to_owned()),
            ],
        };
        let program = Program::start(&start);
        for form in forms.iter().copied() {
            let times = measured(&area, program.caller().port, form, pairs(), &mut chance);
            println!("{kind:?}, {form:?}: {times}");
            if times.t() >= TOLD_APART {
                wrong.push(format!("{kind:?}, {form:?} tells who is known: {times}"));
            }
        }
        assert!(program.stop());

        let area = Area::new(kind, pairs(), &mut chance).await;
        let port = control::start(&area).await;
        for form in forms.iter().copied() {
            // To hash nothing for an unknown address makes a difference that few pairs show.
            let pairs = if form == Form::SignIn { pairs().min(500) } else { pairs() };
            let times = measured(&area, port, form, pairs, &mut chance);
            println!("{kind:?}, {form:?}, the control: {times}");
            if times.t() < TOLD_APART {
                wrong.push(format!(
                    "{kind:?}, {form:?}: the control is not told apart, so the measurement sees \
                     too little: {times}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Asks about so many pairs over one connection, each in random order and each time from another
/// network, so that no limit is in the way.
fn measured(area: &Area, port: u16, form: Form, pairs: usize, chance: &mut StdRng) -> Times {
    let mut line = Line::to(port);
    let mut asked = 0;
    let mut ask = |email: &str| {
        let fields = form.fields(email, &area.service);
        let from = network(form, asked);
        asked += 1;
        let began = Instant::now();
        let status = line.post(form.path(), &fields, &from);
        let took = began.elapsed();
        assert_eq!(status, form.status(), "{form:?}: {email} from {from}");
        took
    };
    // Until everything that is made once is there.
    for nth in 0..100 {
        ask(&format!("first{nth}@example.org"));
    }
    let mut times = Times::default();
    for (known, unknown) in area.known.iter().zip(&area.unknown).take(pairs) {
        if chance.random() {
            times.known(ask(known));
            times.unknown(ask(unknown));
        } else {
            times.unknown(ask(unknown));
            times.known(ask(known));
        }
    }
    times
}

/// Another wider one each time.
fn network(form: Form, nth: usize) -> String {
    let nth = ((form as usize) << 20) + nth;
    format!("2001:{:x}:{:x}::1", nth >> 16, nth & 0xffff)
}
