//! Each view that holds a rule, and its twin in Rust, asked about the same random rows.

use std::collections::BTreeSet;

use calendar::clock::{DAY, Millis};
use ground::viewer::Role;
use local_offer::rules::Facts as OfComment;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rounds::rules::NewRound;
use sqlx::AnyConnection;
use topics::rules::Facts as OfTopic;
use voting::Dates;

use crate::world::{World, on_both, on_postgres};

/// How many rows of each are made.
const MANY: usize = 300;

/// The ids that a statement finds.
async fn ids(world: &World, sql: &'static str) -> BTreeSet<String> {
    let ids: Vec<String> =
        sqlx::query_scalar(sql).fetch_all(&mut *world.db().read().await.unwrap()).await.unwrap();
    ids.into_iter().collect()
}

fn maybe(random: &mut StdRng) -> Option<Millis> {
    random.random_bool(0.4).then_some(1)
}

/// What may have happened to a topic, as far as its table lets it.
fn of_topic(random: &mut StdRng, into: &str) -> OfTopic {
    let published_at = maybe(random);
    let before = |at: Option<Millis>| at.filter(|_| published_at.is_none());
    OfTopic {
        published_at,
        merged_into: maybe(random).map(|_| into.to_owned()),
        decline_reason: before(maybe(random)).map(|_| "It is about one child".to_owned()),
        passed_on_at: before(maybe(random)),
        withdrawn_at: maybe(random),
    }
}

/// A topic to which this has happened; its id.
async fn topic(tx: &mut AnyConnection, author: &str, facts: &OfTopic) -> String {
    let id = id::random();
    sqlx::query(
        "INSERT INTO topics (id, author_id, form_key, title, happens_now, would_help, proposed_at,
         published_at, merged_at, merged_into, declined_at, decline_reason, passed_on_at,
         withdrawn_at)
         VALUES ($1, $2, $3, 'A topic', 'Now', 'Help', 0, CAST($4 AS BIGINT), CAST($5 AS BIGINT),
           $6, CAST($7 AS BIGINT), $8, CAST($9 AS BIGINT), CAST($10 AS BIGINT))",
    )
    .bind(&id)
    .bind(author)
    .bind(&id)
    .bind(facts.published_at)
    .bind(facts.merged_into.as_ref().map(|_| 1_i64))
    .bind(&facts.merged_into)
    .bind(facts.decline_reason.as_ref().map(|_| 1_i64))
    .bind(&facts.decline_reason)
    .bind(facts.passed_on_at)
    .bind(facts.withdrawn_at)
    .execute(tx)
    .await
    .unwrap();
    id
}

#[test]
fn the_views_of_topics_say_what_the_rules_say_of_whatever_happened_to_one() {
    on_both(async |world| {
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let mut random = StdRng::seed_from_u64(43);
        let (mut public, mut listed) = (BTreeSet::new(), BTreeSet::new());
        let mut tx = world.db().begin().await.unwrap();
        let first = OfTopic { published_at: Some(1), ..OfTopic::default() };
        let into = topic(&mut tx, &author, &first).await;
        public.insert(into.clone());
        listed.insert(into.clone());
        for _ in 0..MANY {
            let facts = of_topic(&mut random, &into);
            let id = topic(&mut tx, &author, &facts).await;
            if facts.is_public() {
                public.insert(id.clone());
            }
            if facts.is_listed() {
                listed.insert(id);
            }
        }
        tx.commit().await.unwrap();
        assert!(listed.len() > 10 && public.len() > listed.len() && public.len() < MANY / 2);
        assert_eq!(ids(&world, "SELECT id FROM public_topics").await, public);
        assert_eq!(ids(&world, "SELECT id FROM listed_topics").await, listed);

        // A new round takes them by their own columns.
        let now = world.now();
        let round = NewRound {
            form_key: id::fresh(),
            title: "Autumn".into(),
            seats: 2,
            dates: Dates {
                propose_from: now,
                vote_from: now + DAY,
                closes_at: now + 2 * DAY,
                counted_at: None,
            },
        };
        let mut tx = world.db().begin().await.unwrap();
        assert!(rounds::store::open(&mut tx, &round, &author).await.unwrap().is_some());
        tx.commit().await.unwrap();
        let taken = ids(&world, "SELECT id FROM topics WHERE round_id IS NOT NULL").await;
        assert_eq!(taken, listed);
    });
}

#[test]
fn the_view_of_comments_says_what_the_rules_say_of_whatever_happened_to_one() {
    on_both(async |world| {
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let mut random = StdRng::seed_from_u64(43);
        let mut public = BTreeSet::new();
        let mut tx = world.db().begin().await.unwrap();
        for _ in 0..MANY {
            // One of these, or nothing yet.
            let decided = random.random_range(0..6);
            let is = |what: i32| (decided == what).then_some(1);
            let published_at = is(0).or(is(1)).or(is(2));
            let facts = OfComment {
                published_at,
                declined_at: is(3),
                passed_on_at: is(4),
                withdrawn_at: maybe(&mut random),
            };
            let id = id::random();
            sqlx::query(
                "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by,
                 published_at, declined_at, decline_reason, passed_on_at, withdrawn_at)
                 VALUES ($1, $2, $3, 'Words', 0, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT), $7,
                   CAST($8 AS BIGINT), CAST($9 AS BIGINT))",
            )
            .bind(&id)
            .bind(&id)
            .bind(&author)
            .bind((decided < 5).then_some(author.as_str()))
            .bind(facts.published_at)
            .bind(facts.declined_at)
            .bind(facts.declined_at.map(|_| "not about it"))
            .bind(facts.passed_on_at)
            .bind(facts.withdrawn_at)
            .execute(&mut *tx)
            .await
            .unwrap();
            if facts.is_public() {
                public.insert(id);
            }
        }
        tx.commit().await.unwrap();
        assert!(public.len() > 10 && public.len() < MANY / 2);
        assert_eq!(ids(&world, "SELECT id FROM public_comments").await, public);
    });
}

#[test]
fn no_view_is_taken_for_a_table_that_is_copied() {
    on_both(async |world| {
        let tables = world.db().columns().await.unwrap();
        assert!(tables.contains_key("topics") && tables.contains_key("comments"));
        for view in ["public_topics", "listed_topics", "public_comments", "shut_gates"] {
            assert!(!tables.contains_key(view), "{view}");
        }
    });
}

#[test]
fn no_view_holds_words_that_somebody_wrote() {
    on_postgres(async |world| {
        let used = ids(
            &world,
            "SELECT DISTINCT CAST(u.table_name || '.' || u.column_name AS TEXT)
             FROM information_schema.view_column_usage u
             JOIN information_schema.columns c ON c.table_schema = u.table_schema
               AND c.table_name = u.table_name AND c.column_name = u.column_name
             WHERE u.view_schema = current_schema() AND c.data_type = 'text'",
        )
        .await;
        assert!(used.contains("topics.id"), "{used:?}");
        let is_id = |column: &&String| column.ends_with(".id") || column.ends_with("_id");
        let words: Vec<&String> = used.iter().filter(|column| !is_id(column)).collect();
        // What the planner remembers of it could not be taken away.
        assert!(words.is_empty(), "{words:?}");
    });
}
