//! Each view that holds a rule, and its twin in Rust, asked about the same random rows.

use std::collections::BTreeSet;

use area::{AreaKind, Asked, Leader};
use calendar::clock::{self, DAY, Moment};
use ground::db;
use ground::ids::{Id, Organisation};
use ground::viewer::Role;
use local_offer::rules::{CommentFacts as OfComment, CommentState};
use notices::rules::{Course, Effect, Follow};
use plans::rules::{Hand, reads_drafts};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rounds::rules::NewRound;
use sqlx::{AnyConnection, AssertSqlSafe};
use topics::rules::{TopicFacts as OfTopic, TopicState};
use voting::Dates;

use crate::world::{World, on_both, on_postgres};

/// How many rows of each are made.
const MANY: usize = 300;

/// The ids that a statement finds.
async fn ids(world: &World, sql: &str) -> BTreeSet<String> {
    let sql = AssertSqlSafe(sql.to_owned());
    let ids: Vec<String> =
        sqlx::query_scalar(sql).fetch_all(&mut *world.db().read().await.unwrap()).await.unwrap();
    ids.into_iter().collect()
}

/// Finds the things of the tasks of this kind.
fn tasks(kind: &str) -> String {
    format!("SELECT thing_id FROM waiting_tasks WHERE task = '{kind}'")
}

fn maybe(random: &mut StdRng) -> Option<Moment> {
    random.random_bool(0.4).then_some(Moment::from_millis(1))
}

/// What may have happened to a topic, as far as its table lets it.
fn of_topic(random: &mut StdRng, into: &str) -> OfTopic {
    let published_at = maybe(random);
    let before = |at: Option<Moment>| at.filter(|_| published_at.is_none());
    let withdrawn_at = maybe(random);
    OfTopic {
        published_at,
        merged_into: maybe(random).map(|_| into.into()),
        decline_reason: before(maybe(random)).map(|_| "It is about one child".to_owned()),
        passed_on_at: before(maybe(random)),
        withdrawn_at,
        taken_down_at: withdrawn_at.filter(|_| random.random_bool(0.4)),
    }
}

/// A topic to which this has happened; its id.
async fn topic(tx: &mut AnyConnection, author: &str, facts: &OfTopic) -> String {
    let id = id::random();
    sqlx::query(
        "INSERT INTO topics (id, author_id, form_key, title, happens_now, would_help, proposed_at,
         published_at, merged_at, merged_into, declined_at, decline_reason, passed_on_at,
         withdrawn_at, taken_down_at)
         VALUES ($1, $2, $3, 'A topic', 'Now', 'Help', 0, CAST($4 AS BIGINT), CAST($5 AS BIGINT),
           $6, CAST($7 AS BIGINT), $8, CAST($9 AS BIGINT), CAST($10 AS BIGINT),
           CAST($11 AS BIGINT))",
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
    .bind(facts.taken_down_at)
    .execute(tx)
    .await
    .unwrap();
    id
}

#[test]
fn the_views_of_topics_say_what_the_rules_say_of_whatever_happened_to_one() {
    on_both(async |world| {
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let both = [Role::Organiser, Role::Safeguarding];
        world.person("staff@example.org", &both, &world.north).await;
        let mut random = StdRng::seed_from_u64(43);
        let (mut public, mut listed) = (BTreeSet::new(), BTreeSet::new());
        let (mut waiting, mut passed_on) = (BTreeSet::new(), BTreeSet::new());
        let mut tx = world.db().begin().await.unwrap();
        let first = OfTopic { published_at: Some(Moment::from_millis(1)), ..OfTopic::default() };
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
                listed.insert(id.clone());
            }
            match facts.state() {
                TopicState::Waiting => waiting.insert(id),
                TopicState::PassedOn => passed_on.insert(id),
                _ => false,
            };
        }
        tx.commit().await.unwrap();
        assert!(listed.len() > 10 && public.len() > listed.len() && public.len() < MANY / 2);
        assert_eq!(ids(&world, "SELECT id FROM public_topics").await, public);
        assert_eq!(ids(&world, "SELECT id FROM listed_topics").await, listed);
        assert!(waiting.len() > 10 && passed_on.len() > 10);
        assert_eq!(ids(&world, &tasks("topic")).await, waiting);
        assert_eq!(ids(&world, &tasks("safeguarding")).await, passed_on);

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
        let by = author.as_str().into();
        assert!(rounds::store::open(&mut tx, &round, &by).await.unwrap().is_some());
        tx.commit().await.unwrap();
        let taken = ids(&world, "SELECT id FROM topics WHERE round_id IS NOT NULL").await;
        assert_eq!(taken, listed);
    });
}

#[test]
fn the_view_of_comments_says_what_the_rules_say_of_whatever_happened_to_one() {
    on_both(async |world| {
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let both = [Role::Organiser, Role::Safeguarding];
        world.person("staff@example.org", &both, &world.north).await;
        let mut random = StdRng::seed_from_u64(43);
        let mut public = BTreeSet::new();
        let (mut waiting, mut passed_on) = (BTreeSet::new(), BTreeSet::new());
        let mut tx = world.db().begin().await.unwrap();
        for _ in 0..MANY {
            // One of these, or nothing yet.
            let decided = random.random_range(0..6);
            let is = |what: i32| (decided == what).then_some(Moment::from_millis(1));
            let published_at = is(0).or(is(1)).or(is(2));
            let withdrawn_at = maybe(&mut random);
            let facts = OfComment {
                published_at,
                declined_at: is(3),
                passed_on_at: is(4),
                withdrawn_at,
                taken_down_at: withdrawn_at.filter(|_| random.random_bool(0.4)),
            };
            let id = id::random();
            sqlx::query(
                "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by,
                 published_at, declined_at, decline_reason, passed_on_at, withdrawn_at,
                 taken_down_at)
                 VALUES ($1, $2, $3, 'Words', 0, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT), $7,
                   CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT))",
            )
            .bind(&id)
            .bind(&id)
            .bind(&author)
            .bind((decided < 5).then_some(author.as_str()))
            .bind(facts.published_at)
            .bind(facts.declined_at)
            .bind(facts.declined_at.map(|_| "vexatious"))
            .bind(facts.passed_on_at)
            .bind(facts.withdrawn_at)
            .bind(facts.taken_down_at)
            .execute(&mut *tx)
            .await
            .unwrap();
            if facts.is_public() {
                public.insert(id.clone());
            }
            match facts.state() {
                CommentState::Waiting => waiting.insert(id),
                CommentState::PassedOn => passed_on.insert(id),
                _ => false,
            };
        }
        tx.commit().await.unwrap();
        assert!(public.len() > 10 && public.len() < MANY / 2);
        assert_eq!(ids(&world, "SELECT id FROM public_comments").await, public);
        assert!(waiting.len() > 10 && passed_on.len() > 10);
        assert_eq!(ids(&world, &tasks("comment")).await, waiting);
        assert_eq!(ids(&world, &tasks("safeguarding")).await, passed_on);
    });
}

#[test]
fn the_view_of_changes_says_what_the_rules_say_of_whatever_followed_one() {
    on_both(async |world| {
        let leader = world.person("leader@example.org", &[Role::Leader], &world.north).await;
        let mut random = StdRng::seed_from_u64(43);
        let mut written: Vec<(String, Course)> = Vec::new();
        let mut tx = world.db().begin().await.unwrap();
        for _ in 0..MANY {
            let id = id::fresh();
            let started_at = random.random_bool(0.7).then_some(Moment::from_millis(1));
            let nobody_follows = |course: &Course| course.followed_by.is_none();
            let before = written
                .iter_mut()
                .filter(|(_, course)| course.started_at.is_some() && nobody_follows(course))
                .nth(random.random_range(0..40));
            let follow = before.as_ref().map(|_| Follow::Correction);
            sqlx::query(
                "INSERT INTO notices (id, form_key, title, what, why, affected, must_do, must_do_by,
                 whom, phone, email, is_decided, decided_day, effect_kind, effect_at,
                 changes_entitlement, written_by, written_at, approved_by, approved_at, starts_at,
                 started_at, follows_id, follow_kind, changed)
                 VALUES ($1, $2, 'A change', '', '', '', '', '', '', '1', '', 0, '', 'day', 0, 0,
                   $3, 0, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT), $8, $9,
                   $10)",
            )
            .bind(&id)
            .bind(&id)
            .bind(&leader)
            .bind(started_at.map(|_| leader.as_str()))
            .bind(started_at)
            .bind(started_at)
            .bind(started_at)
            .bind(before.as_ref().map(|(before, _)| before.as_str()))
            .bind(follow.map(|_| "correction"))
            .bind(if follow.is_some() { "The day" } else { "" })
            .execute(&mut *tx)
            .await
            .unwrap();
            if let (Some((_, course)), Some(_)) = (before, started_at) {
                course.followed_by = follow;
            }
            let (is_decided, effect) = (false, Effect::Day(Moment::default()));
            let starts_at = started_at;
            written.push((
                id,
                Course { starts_at, started_at, is_decided, effect, follow, followed_by: None },
            ));
        }
        tx.commit().await.unwrap();
        let listed = written.iter().filter(|(_, course)| course.is_listed());
        let listed: BTreeSet<String> = listed.map(|(id, _)| id.clone()).collect();
        assert!(listed.len() > 10 && listed.len() < MANY / 2);
        assert_eq!(ids(&world, "SELECT id FROM listed_notices").await, listed);
    });
}

/// Some of these, each as often.
fn some<T: Clone>(random: &mut StdRng, all: &[T], often: f64) -> Vec<T> {
    all.iter().filter(|_| random.random_bool(often)).cloned().collect()
}

/// One of these, or now and then none.
fn one_or_none<T: Clone>(random: &mut StdRng, all: &[T]) -> Option<T> {
    all.get(random.random_range(0..=all.len())).cloned()
}

/// Puts in a row of which all that differs is text, and gives its id, which is the first two
/// values.
async fn put(tx: &mut AnyConnection, sql: &'static str, values: &[Option<&str>]) -> String {
    let id = id::random();
    let mut put = sqlx::query(sql).bind(&id).bind(&id);
    for value in values {
        put = put.bind(*value);
    }
    put.execute(tx).await.unwrap();
    id
}

/// Leaders and services of organisations, some of which are retired.
struct Area {
    organisations: Vec<Id<Organisation>>,
    retired: BTreeSet<Id<Organisation>>,
    /// Each account, and where it is from.
    leaders: Vec<(String, Leader)>,
    services: Vec<String>,
    /// The organisations that run each of them.
    run_by: Vec<Vec<Id<Organisation>>>,
}

impl Area {
    async fn of(world: &World, random: &mut StdRng) -> Self {
        let (mut organisations, mut retired) = (Vec::new(), BTreeSet::new());
        let (mut leaders, mut services, mut run_by) = (Vec::new(), Vec::new(), Vec::new());
        let mut accounts = Vec::new();
        for nth in 0..8 {
            let email = format!("leader{nth}@example.org");
            accounts.push(world.person(&email, &[Role::Leader], &world.north).await);
        }
        let mut tx = world.db().begin().await.unwrap();
        for nth in 0..5 {
            let name = format!("Organisation {nth}");
            let id = area::store::add(&mut tx, AreaKind::Organisation, &name, None).await.unwrap();
            let id = Id::<Organisation>::from(id);
            if nth % 3 == 1 {
                let at = Some(Moment::from_millis(1));
                area::store::retire(&mut tx, AreaKind::Organisation, &id, at).await.unwrap();
                retired.insert(id.clone());
            }
            organisations.push(id);
        }
        for (nth, account) in accounts.into_iter().enumerate() {
            // The last one is from none.
            let organisation = (nth < 7).then(|| organisations[nth % 5].clone());
            let (whose, from) = (account.as_str().into(), organisation.as_deref().map(Into::into));
            accounts::store::lead_for(&mut tx, &whose, from.as_ref()).await.unwrap();
            let is_retired = organisation.as_ref().is_some_and(|own| retired.contains(own));
            leaders.push((account, Leader { organisation, is_retired }));
        }
        for nth in 0..6 {
            let name = format!("Service {nth}");
            let id = area::store::add(&mut tx, AreaKind::Service, &name, None).await.unwrap();
            let run = some(random, &organisations, 0.3);
            area::store::set_rule(&mut tx, &id.as_str().into(), &run, None).await.unwrap();
            services.push(id);
            run_by.push(run);
        }
        tx.commit().await.unwrap();
        Self { organisations, retired, leaders, services, run_by }
    }

    /// The organisations that run each of these services.
    fn running(&self, services: &[String]) -> Vec<Vec<Id<Organisation>>> {
        let of = |id: &String| self.services.iter().position(|service| service == id).unwrap();
        services.iter().map(|id| self.run_by[of(id)].clone()).collect()
    }

    /// The thing with this id, with each leader who does this about it.
    fn who(&self, id: &str, does: impl Fn(&Leader) -> bool) -> Vec<(String, String)> {
        let those = self.leaders.iter().filter(|(_, leader)| does(leader));
        those.map(|(account, _)| (id.to_owned(), account.clone())).collect()
    }
}

/// What a view says that the rules do not, and the other way round.
async fn same(world: &World, sql: &'static str, ruled: Vec<(String, String)>, of: usize) {
    let viewed: Vec<(String, String)> =
        sqlx::query_as(sql).fetch_all(&mut *world.db().read().await.unwrap()).await.unwrap();
    let (viewed, ruled) = (BTreeSet::from_iter(viewed), BTreeSet::from_iter(ruled));
    assert_eq!(viewed, ruled, "{sql}");
    assert!(!ruled.is_empty() && ruled.len() < of * 8, "{sql}: some, and not all");
}

#[test]
fn the_views_of_who_answers_for_what_say_what_the_rules_say() {
    on_both(async |world| {
        let mut random = StdRng::seed_from_u64(27);
        let area = Area::of(&world, &mut random).await;
        let mut ruled = Vec::new();
        for (service, run_by) in area.services.iter().zip(&area.run_by) {
            ruled.extend(area.who(service, |leader| leader.speaks_for(run_by)));
        }
        let services = area.services.len();
        same(&world, "SELECT service_id, account_id FROM service_leaders", ruled, services).await;
        let speaking = area.leaders.iter().filter(|(_, leader)| leader.leads());
        let speaking: BTreeSet<String> = speaking.map(|(account, _)| account.clone()).collect();
        assert_eq!(ids(&world, "SELECT account_id FROM speaking_leaders").await, speaking);
        let mut run = BTreeSet::from([world.transport.clone(), world.autism.clone()]);
        for (service, run_by) in area.services.iter().zip(&area.run_by) {
            if run_by.iter().any(|organisation| !area.retired.contains(organisation)) {
                run.insert(service.clone());
            }
        }
        assert_eq!(ids(&world, "SELECT service_id FROM run_services").await, run);
    });
}

#[test]
fn the_views_of_who_answers_for_topics_rounds_and_plans_say_what_the_rules_say() {
    on_both(async |world| {
        let mut random = StdRng::seed_from_u64(28);
        let area = Area::of(&world, &mut random).await;
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let mut tx = world.db().begin().await.unwrap();
        let mut rounds = Vec::new();
        for nth in 0..5_i64 {
            let id = id::fresh();
            sqlx::query(
                "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at, form_key)
                 VALUES ($1, 'A round', 1, $2, $3, $4, $5)",
            )
            .bind(&id)
            .bind(nth * 10)
            .bind(nth * 10 + 1)
            .bind(nth * 10 + 2)
            .bind(&id)
            .execute(&mut *tx)
            .await
            .unwrap();
            rounds.push(id);
        }
        let (mut of_topics, mut of_rounds) = (Vec::new(), Vec::new());
        let (mut topics, mut run) = (Vec::new(), Vec::new());
        for _ in 0..40 {
            let facts = OfTopic { published_at: maybe(&mut random), ..OfTopic::default() };
            let id = topic(&mut tx, &author, &facts).await;
            let services = some(&mut random, &area.services, 0.2);
            db::tie(&mut tx, "INSERT INTO topic_services (topic_id, service_id)", &id, &services)
                .await
                .unwrap();
            let running = area.running(&services);
            let answers = |leader: &Leader| leader.answers_for_topic(&running);
            of_topics.extend(area.who(&id, answers));
            if let Some(round) = one_or_none(&mut random, &rounds) {
                sqlx::query("UPDATE topics SET round_id = $2 WHERE id = $1")
                    .bind(&id)
                    .bind(&round)
                    .execute(&mut *tx)
                    .await
                    .unwrap();
                if facts.published_at.is_some() {
                    of_rounds.extend(area.who(&round, answers));
                }
            }
            topics.push(id);
            run.push(running);
        }
        let (mut of_plans, mut of_drafts, mut of_results) = (Vec::new(), Vec::new(), Vec::new());
        let (mut plans, mut planned) = (Vec::new(), Vec::new());
        for _ in 0..12 {
            let sql = "INSERT INTO plans (id, form_key, title, what, due_day, registered_by,
                 registered_at) VALUES ($1, $2, 'A plan', 'What', '2030-01-01', $3, 0)";
            let id = put(&mut tx, sql, &[Some(author.as_str())]).await;
            let by = some(&mut random, &area.organisations, 0.3);
            let tie = "INSERT INTO plan_organisations (plan_id, organisation_id)";
            db::tie(&mut tx, tie, &id, &by).await.unwrap();
            of_plans.extend(area.who(&id, |leader| leader.plans(&by)));
            of_drafts.extend(area.who(&id, |leader| reads_drafts(leader, &by)));
            plans.push(id);
            planned.push(by);
        }
        for _ in 0..60 {
            let plan = one_or_none(&mut random, &plans).filter(|_| random.random_bool(0.4));
            let topic = one_or_none(&mut random, &topics).filter(|_| random.random_bool(0.4));
            let chosen = one_or_none(&mut random, &area.organisations);
            let id = put(
                &mut tx,
                "INSERT INTO consultations (id, form_key, title, about, can_change, cannot_change,
                 who_for, how_used, who_sees, access, opens_at, closes_at, written_by, written_at,
                 plan_id, topic_id, organisation_id)
                 VALUES ($1, $2, 'Asked', '', '', '', '', '', '', 'anyone', 0, 1, $3, 0, $4, $5,
                   $6)",
                &[Some(author.as_str()), plan.as_deref(), topic.as_deref(), chosen.as_deref()],
            )
            .await;
            let nth = |all: &[String], id: &String| all.iter().position(|one| one == id).unwrap();
            let asked = match (&plan, &topic) {
                (Some(plan), _) => Asked::Plan(&planned[nth(&plans, plan)]),
                (None, Some(topic)) => Asked::Topic(&run[nth(&topics, topic)]),
                (None, None) => Asked::Area(chosen.as_ref()),
            };
            of_results.extend(area.who(&id, |leader| leader.answers_for_results(asked)));
        }
        tx.commit().await.unwrap();
        same(&world, "SELECT topic_id, account_id FROM topic_leaders", of_topics, 40).await;
        same(&world, "SELECT round_id, account_id FROM round_leaders", of_rounds, 5).await;
        same(&world, "SELECT plan_id, account_id FROM plan_leaders", of_plans, 12).await;
        same(&world, "SELECT plan_id, account_id FROM draft_readers", of_drafts, 12).await;
        let sql = "SELECT consultation_id, account_id FROM consultation_leaders";
        same(&world, sql, of_results, 60).await;
    });
}

#[test]
fn the_views_of_who_answers_changes_comments_and_updates_say_what_the_rules_say() {
    on_both(async |world| {
        let mut random = StdRng::seed_from_u64(29);
        let area = Area::of(&world, &mut random).await;
        let author = world.person("author@example.org", &[Role::Parent], &world.north).await;
        let mut tx = world.db().begin().await.unwrap();
        let (mut of_notices, mut of_comments, mut of_updates) =
            (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..60 {
            let id = put(
                &mut tx,
                "INSERT INTO notices (id, form_key, title, what, why, affected, must_do, must_do_by,
                 whom, phone, email, is_decided, decided_day, effect_kind, effect_at,
                 changes_entitlement, written_by, written_at)
                 VALUES ($1, $2, 'A change', '', '', '', '', '', '', '1', '', 0, '', 'day', 0, 0,
                   $3, 0)",
                &[Some(author.as_str())],
            )
            .await;
            let services = some(&mut random, &area.services, 0.3);
            let tie = "INSERT INTO notice_services (notice_id, service_id)";
            db::tie(&mut tx, tie, &id, &services).await.unwrap();
            let running = area.running(&services);
            of_notices.extend(area.who(&id, |leader| leader.speaks_for_change(&running)));

            let service = one_or_none(&mut random, &area.services);
            let sql = "INSERT INTO comments (id, form_key, author_id, service_id, words, sent_at)
                 VALUES ($1, $2, $3, $4, 'Words', 0)";
            let id = put(&mut tx, sql, &[Some(author.as_str()), service.as_deref()]).await;
            let running = service.map(|service| area.running(&[service]).remove(0));
            of_comments.extend(area.who(&id, |leader| leader.answers_comment(running.as_deref())));

            let organisation = one_or_none(&mut random, &area.organisations);
            let (begun_by, begins) = &area.leaders[random.random_range(0..area.leaders.len())];
            let sql = "INSERT INTO updates (id, form_key, organisation_id, begun_by, begun_at)
                 VALUES ($1, $2, $3, $4, 0)";
            let id = put(&mut tx, sql, &[organisation.as_deref(), Some(begun_by.as_str())]).await;
            let changes = |account: &str, leader: &Leader| {
                leader.changes_update(organisation.as_ref(), account == begun_by)
            };
            assert!(organisation.is_some() || changes(begun_by, begins));
            let those = area.leaders.iter().filter(|(account, leader)| changes(account, leader));
            of_updates.extend(those.map(|(account, _)| (id.clone(), account.clone())));
        }
        tx.commit().await.unwrap();
        same(&world, "SELECT notice_id, account_id FROM notice_leaders", of_notices, 60).await;
        same(&world, "SELECT comment_id, account_id FROM comment_leaders", of_comments, 60).await;
        same(&world, "SELECT update_id, account_id FROM update_leaders", of_updates, 60).await;
    });
}

#[test]
fn the_view_of_what_is_looked_at_again_begins_its_days_when_the_calendar_does() {
    on_both(async |world| {
        let leader = world.person("leader@example.org", &[Role::Leader], &world.north).await;
        let mut random = StdRng::seed_from_u64(76);
        // The days on which the clocks change, those after them, and the last one of a February.
        let known = ["2027-03-28", "2027-03-29", "2027-10-31", "2027-11-01", "2028-02-29"];
        let mut days: Vec<String> = known.map(str::to_owned).into();
        for _ in 0..MANY {
            days.push(clock::fields(world.now() + random.random_range(0..20_000_i64) * DAY).0);
        }
        let mut begin = BTreeSet::new();
        let mut tx = world.db().begin().await.unwrap();
        for day in &days {
            let sql = "INSERT INTO plans (id, form_key, title, what, due_day, registered_by,
                 registered_at) VALUES ($1, $2, 'A plan', 'What', '2030-01-01', $3, 0)";
            let plan = put(&mut tx, sql, &[Some(leader.as_str())]).await;
            let sql = "INSERT INTO equality_records (id, form_key, plan_id, affected,
                 characteristics, source, places, evidence, picked, done, review_day, signed_name,
                 signed_by, signed_at)
                 VALUES ($1, $2, $3, 'Some', '', '', '', 'Counted', '', 'A ramp', $4, 'A name', $5,
                   0)";
            put(&mut tx, sql, &[Some(&plan), Some(day), Some(&leader)]).await;
            let begins = clock::read(day, "00:00").unwrap().millis();
            begin.insert(format!("{plan} {begins}"));
        }
        tx.commit().await.unwrap();
        let sql = "SELECT thing_id || ' ' || CAST(due_at AS TEXT) FROM reviews";
        assert_eq!(ids(&world, sql).await, begin);
    });
}

#[test]
fn no_view_is_taken_for_a_table_that_is_copied() {
    on_both(async |world| {
        let tables = world.db().columns().await.unwrap();
        assert!(tables.contains_key("topics") && tables.contains_key("comments"));
        for view in ["public_topics", "listed_topics", "public_comments", "topic_leaders"] {
            assert!(!tables.contains_key(view), "{view}");
        }
    });
}

#[test]
fn no_view_holds_words_that_somebody_wrote_or_who_supported_and_answered() {
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
        let is_id = |column: &&String| {
            [".id", "_id", "_by"].iter().any(|end| column.ends_with(end))
                || [
                    // Days, and words of a list.
                    "equality_records.review_day",
                    "notice_equality_records.review_day",
                    "notices.follow_kind",
                    "plan_changes.kind",
                    "plan_events.role",
                    "plan_events.who",
                    "review_days.task",
                    "reviews.task",
                    "roles.role",
                    "update_versions.look_again",
                    "verdicts.verdict",
                    "wait_figures.month",
                ]
                .contains(&column.as_str())
        };
        let words: Vec<&String> = used.iter().filter(|column| !is_id(column)).collect();
        // What the planner remembers of it could not be taken away.
        assert!(words.is_empty(), "{words:?}");
        let told =
            ["accounts.", "supports.", "took_part.", "responses.", "subscribers.", "ledger."];
        let about = |column: &&String| told.iter().any(|table| column.starts_with(table));
        let people: Vec<&String> = used.iter().filter(about).collect();
        assert!(people.is_empty(), "who supported, answered or was told: {people:?}");
    });
}

#[test]
fn the_view_of_who_is_on_the_side_of_a_plan_says_what_the_rule_says() {
    on_both(async |world| {
        let mut random = StdRng::seed_from_u64(48);
        let mut people = Vec::new();
        for nth in 0..8 {
            let leads = nth % 4 == 0;
            let role = if leads { Role::Leader } else { Role::Organiser };
            let email = format!("person{nth}@example.org");
            people.push((world.person(&email, &[role], &world.north).await, leads));
        }
        let all: Vec<String> = people.iter().map(|(id, _)| id.clone()).collect();
        let mut expected = BTreeSet::new();
        let mut tx = world.db().begin().await.unwrap();
        for _ in 0..40 {
            let registered = &all[random.random_range(0..all.len())];
            let sql = "INSERT INTO plans (id, form_key, title, what, due_day, registered_by,
                 registered_at) VALUES ($1, $2, 'A plan', 'What', '2030-01-01', $3, 0)";
            let plan = put(&mut tx, sql, &[Some(registered)]).await;
            let is_the_councils = random.random_bool(0.3);
            if is_the_councils {
                let tie = "INSERT INTO plan_organisations (plan_id, organisation_id)";
                let council = std::slice::from_ref(&world.council);
                db::tie(&mut tx, tie, &plan, council).await.unwrap();
            }
            let acted = some(&mut random, &all, 0.2);
            for (role, who) in acted
                .iter()
                .map(|who| ("leader", who))
                .chain(all.iter().take(2).map(|who| ("organiser", who)))
            {
                let sql = "INSERT INTO plan_events (id, plan_id, at, what, about, who, role)
                     VALUES ($1, $3, 0, 'something', $2, $4, $5)";
                put(&mut tx, sql, &[Some(&plan), Some(who), Some(role)]).await;
            }
            for (person, leads) in &people {
                let hand = Hand {
                    has_registered: person == registered,
                    has_acted: acted.contains(person),
                    leads: *leads && is_the_councils,
                };
                if !hand.may_speak_for_forum() {
                    expected.insert(format!("{plan} {person}"));
                }
            }
        }
        tx.commit().await.unwrap();
        assert!(expected.len() > 60 && expected.len() < 300, "{}", expected.len());
        let sql = "SELECT plan_id || ' ' || account_id FROM plan_side";
        assert_eq!(ids(&world, sql).await, expected);
    });
}
