//! How many SQL statements a page or a form may cost, whatever the length of its lists.
//!
//! A test of its own, since the counting listens to the whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "the world is made for the tests of the rooms")]

#[path = "rooms/world.rs"]
mod world;

use std::sync::atomic::{AtomicUsize, Ordering};

use app::accounts::Role;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use world::on_both;

static STATEMENTS: AtomicUsize = AtomicUsize::new(0);

/// Counts what sqlx says it ran, but for the beginning and end of transactions.
struct Counting;

impl<S: tracing::Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut summary = Summary(String::new());
            event.record(&mut summary);
            if !["BEGIN", "COMMIT", "ROLLBACK", "PRAGMA"].iter().any(|word| summary.0.starts_with(word)) {
                STATEMENTS.fetch_add(1, Ordering::SeqCst);
            }
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

async fn counted<T>(request: impl Future<Output = T>) -> (usize, T) {
    STATEMENTS.store(0, Ordering::SeqCst);
    let answer = request.await;
    (STATEMENTS.load(Ordering::SeqCst), answer)
}

#[test]
fn a_page_costs_at_most_four_statements_and_a_form_eight() {
    tracing_subscriber::registry().with(Counting).init();
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        for nth in 0..25 {
            world.published_into(&round, &format!("Topic {nth}")).await;
        }
        let everyone = world.signed_in("everyone@example.org", &Role::ALL).await;
        let waiting = everyone.propose("Waiting").await;
        for path in [
            "/",
            "/topics",
            "/topics?search=topic",
            "/topics/new",
            "/rounds",
            "/account",
            "/forum",
            "/admin/people",
            "/admin/area",
            "/forum/safeguarding",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/topics/{topic}"), format!("/rounds/{round}"), format!("/forum/topics/{waiting}")])
        {
            let (statements, answer) = counted(everyone.get(&path)).await;
            assert_eq!(answer.status, 200, "{path}");
            println!("GET {path}: {statements} statements");
            assert!((1..=4).contains(&statements), "GET {path}: {statements} statements");
        }
        let proposal = everyone.proposal("Another");
        let support = format!("/topics/{topic}/support");
        let decision = format!("/forum/topics/{waiting}");
        let forms: [(&str, &[(&str, &str)]); 5] = [
            ("/topics/new", &proposal),
            (&support, &[("wish", "support")]),
            (&decision, &[("decision", "publish")]),
            ("/sign-in/link", &[("email", "everyone@example.org")]),
            ("/sign-in", &[("email", "everyone@example.org"), ("password", "three small words")]),
        ];
        for (path, fields) in forms {
            let (statements, answer) = counted(everyone.post(path, fields)).await;
            assert!(answer.status.is_redirection() || answer.status.is_success(), "{path}: {}", answer.status);
            println!("POST {path}: {statements} statements");
            assert!((1..=8).contains(&statements), "POST {path}: {statements} statements");
        }
    });
}
