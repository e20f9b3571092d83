//! Histories by chance: what the record and the pack say of them is what a few plain lines of test
//! code make of the same events.

use std::collections::{BTreeMap, BTreeSet};

use calendar::clock::{self, DAY, HOUR, Millis, Moment};
use ground::viewer::Role;
use outcomes::rules::{Outcome, Verdict};
use updates::evidence::Evidence;
use updates::store::{
    NewUpdate, NewVerdict, NewVersion, Published, Subject, SubjectKind, judge, publish, say,
};
use updates::words::Words;

use crate::record::{figures, packed};
use crate::world::{World, on_both};

/// Numbers by chance, the same for the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, many: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % many
    }
}

/// A topic that the forum confirmed as chosen.
struct Chosen {
    topic: String,
    at: Moment,
    contributors: BTreeSet<String>,
}

/// A version of an update.
struct Said {
    update: String,
    version: i64,
    topics: Vec<String>,
    outcome: &'static str,
    decide_by: String,
    is_told: bool,
    at: Moment,
}

#[derive(Default)]
struct History {
    chosen: Vec<Chosen>,
    said: Vec<Said>,
    /// (update, version, verdict, when)
    judged: Vec<(String, i64, &'static str, Moment)>,
    /// (comment, published, first answered)
    comments: Vec<(String, Moment, Option<Moment>)>,
    /// (update, version, address, when it went)
    emails: Vec<(String, i64, String, Moment)>,
}

impl History {
    /// The figures, worked out from the events in the plainest way.
    fn figures(&self, within: Millis, at: Moment) -> BTreeMap<&'static str, String> {
        let day = |at: Moment| clock::fields(at).0;
        let mut standing: BTreeMap<&str, &Said> = BTreeMap::new();
        for said in self.said.iter().filter(|said| said.at <= at) {
            standing.insert(&said.update, said);
        }
        let (mut awaited, mut given, mut overdue) = (0, 0, 0);
        for chosen in self.chosen.iter().filter(|chosen| chosen.at <= at) {
            awaited += 1;
            let about: Vec<&&Said> =
                standing.values().filter(|said| said.topics.contains(&chosen.topic)).collect();
            let due = match about
                .iter()
                .filter(|said| said.outcome == "deciding")
                .map(|said| &said.decide_by)
                .min()
            {
                Some(promised) => promised.clone(),
                None if about.is_empty() => day(chosen.at + within),
                None => {
                    given += 1;
                    continue;
                }
            };
            overdue += i32::from(day(at) > due);
        }
        let verdict = |said: &Said| {
            let of = |(update, version, _, when): &&(String, i64, &str, Moment)| {
                *update == said.update && *version == said.version && *when <= at
            };
            self.judged.iter().rfind(of).map_or("claimed", |(_, _, verdict, _)| verdict)
        };
        let many = |is: &dyn Fn(&Said) -> bool| {
            standing.values().filter(|said| is(said)).count().to_string()
        };
        let mut told: BTreeMap<(&str, i64), u64> = BTreeMap::new();
        for (update, version, _, _) in self.emails.iter().filter(|(.., when)| *when <= at) {
            *told.entry((update, *version)).or_default() += 1;
        }
        // Ten and more are shown, to the nearest ten.
        let told: u64 = told
            .values()
            .filter(|people| **people >= 10)
            .map(|people| (people + 5) / 10 * 10)
            .sum();
        let comments: Vec<_> =
            self.comments.iter().filter(|(_, published, _)| *published <= at).collect();
        let is_answered =
            |answered: &Option<Moment>| answered.is_some_and(|answered| answered <= at);
        let late = |(_, published, answered): &&&(String, Moment, Option<Moment>)| {
            !is_answered(answered) && day(at) > day(*published + within)
        };
        BTreeMap::from([
            ("awaited", awaited.to_string()),
            ("awaited_said", given.to_string()),
            ("awaited_overdue", overdue.to_string()),
            ("awaited_due", (awaited - given - overdue).to_string()),
            ("topics_chosen", awaited.to_string()),
            ("updates", standing.len().to_string()),
            ("updates_claimed", many(&|said| verdict(said) == "claimed")),
            ("updates_confirmed", many(&|said| verdict(said) == "confirmed")),
            ("updates_disputed", many(&|said| verdict(said) == "disputed")),
            ("outcomes_done", many(&|said| said.outcome == "done")),
            ("outcomes_deciding", many(&|said| said.outcome == "deciding")),
            ("contributors_told", told.to_string()),
            ("comments", comments.len().to_string()),
            (
                "comments_answered",
                comments
                    .iter()
                    .filter(|(_, _, answered)| is_answered(answered))
                    .count()
                    .to_string(),
            ),
            ("comments_overdue", comments.iter().filter(late).count().to_string()),
        ])
    }
}

/// What a history happens to.
struct Stage<'a> {
    world: &'a World,
    parents: Vec<String>,
    leader: String,
    organiser: String,
    history: History,
    chance: Chance,
}

impl Stage<'_> {
    async fn run(&self, sql: &'static str, values: &[&str], at: Moment) {
        let mut query = sqlx::query(sql).bind(at);
        for value in values {
            query = query.bind(*value);
        }
        query
            .execute(&mut *self.world.db().read().await.unwrap())
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// A round that closes with a topic, whom some supported, and that the forum confirms.
    async fn choose(&mut self) {
        let (round, topic, now) = (id::fresh(), id::fresh(), self.world.now());
        let author = self.parents[self.chance.below(self.parents.len())].clone();
        let organiser = self.organiser.clone();
        self.run(
            "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at,
             form_key) VALUES ($2, 'R', 1, $1 - 3, $1 - 2, $1 - 1, $2)",
            &[&round],
            now,
        )
        .await;
        self.run(
            "INSERT INTO topics (id, author_id, form_key, title, happens_now, would_help,
             proposed_at, round_id, published_at)
             VALUES ($2, $3, $2, 'A topic', 'x', 'y', $1 - 3, $4, $1 - 3)",
            &[&topic, &author, &round],
            now,
        )
        .await;
        self.run(
            "INSERT INTO topic_services (topic_id, service_id) SELECT $2, id FROM services
             WHERE $1 > 0",
            &[&topic],
            now,
        )
        .await;
        let mut contributors = BTreeSet::from([author]);
        for _ in 0..self.chance.below(30) {
            let parent = self.parents[self.chance.below(self.parents.len())].clone();
            if contributors.insert(parent.clone()) {
                self.run(
                    "INSERT INTO supports (topic_id, account_id, given_at) VALUES ($2, $3, $1)",
                    &[&topic, &parent],
                    now - 1,
                )
                .await;
            }
        }
        rounds::close_due(self.world.db(), &self.world.house.clock).await.unwrap();
        self.run(
            "INSERT INTO confirmations (round_id, reason, confirmed_by, confirmed_at)
             VALUES ($2, '', $3, $1)",
            &[&round, &organiser],
            now,
        )
        .await;
        sqlx::query("INSERT INTO confirmed_topics (round_id, topic_id) VALUES ($1, $2)")
            .bind(&round)
            .bind(&topic)
            .execute(&mut *self.world.db().read().await.unwrap())
            .await
            .unwrap();
        self.history.chosen.push(Chosen { topic, at: now, contributors });
    }

    fn words(&mut self) -> (Words, &'static str, String) {
        let now = self.world.now();
        let by = clock::fields(now + i64::try_from(self.chance.below(60)).unwrap() * DAY).0;
        let (outcome, word, decide_by) = match self.chance.below(4) {
            0 => (Outcome::Done, "done", String::new()),
            1 => (Outcome::Partly, "partly", String::new()),
            2 => (
                Outcome::Not { because: "b".into(), decided_by: "d".into(), look_again: by },
                "not",
                String::new(),
            ),
            _ => (Outcome::Deciding { by: by.clone() }, "deciding", by),
        };
        let words = Words::new("It is late", "It comes earlier", outcome);
        (words, word, decide_by)
    }

    async fn claim(&mut self) {
        if self.history.chosen.is_empty() {
            return;
        }
        let mut topics = BTreeSet::new();
        for _ in 0..=self.chance.below(2) {
            topics.insert(
                self.history.chosen[self.chance.below(self.history.chosen.len())].topic.clone(),
            );
        }
        let (words, outcome, decide_by) = self.words();
        let about: Vec<Subject> = topics
            .iter()
            .map(|topic| Subject {
                kind: SubjectKind::Topic,
                id: topic.clone(),
                title: String::new(),
            })
            .collect();
        let new = NewUpdate { form_key: &id::fresh(), words: &words, about: &about };
        let now = self.world.now();
        let mut tx = self.world.db().begin().await.unwrap();
        let made = publish(&mut tx, new, &self.leader.as_str().into(), now).await;
        let Published::Now(update) = made.unwrap() else { panic!("it is published") };
        tx.commit().await.unwrap();
        let topics = topics.into_iter().collect();
        self.history.said.push(Said {
            update: update.to_string(),
            version: 1,
            topics,
            outcome,
            decide_by,
            is_told: true,
            at: now,
        });
    }

    async fn change(&mut self) {
        if self.history.said.is_empty() {
            return;
        }
        let nth = self.chance.below(self.history.said.len());
        let (update, topics) =
            (self.history.said[nth].update.clone(), self.history.said[nth].topics.clone());
        let version = self
            .history
            .said
            .iter()
            .filter(|said| said.update == update)
            .map(|said| said.version)
            .max()
            .unwrap()
            + 1;
        let (words, outcome, decide_by) = self.words();
        let (now, is_told) = (self.world.now(), self.chance.below(3) > 0);
        let new = NewVersion {
            update_id: &update.as_str().into(),
            version,
            form_key: &id::fresh(),
            words: &words,
            is_told,
        };
        let mut tx = self.world.db().begin().await.unwrap();
        assert!(say(&mut tx, &new, &self.leader.as_str().into(), now).await.unwrap());
        tx.commit().await.unwrap();
        self.history.said.push(Said {
            update,
            version,
            topics,
            outcome,
            decide_by,
            is_told,
            at: now,
        });
    }

    async fn judge(&mut self) {
        let Some(said) = self.history.said.last() else { return };
        let (update, version) = (said.update.clone(), said.version);
        let is_last = self
            .history
            .said
            .iter()
            .all(|other| other.update != update || other.version <= version);
        let (verdict, word) = if self.chance.below(2) == 0 {
            (Verdict::Confirmed, "confirmed")
        } else {
            (Verdict::Disputed, "disputed")
        };
        let new = NewVerdict {
            form_key: id::fresh(),
            version,
            verdict,
            words: "w".into(),
            evidence: Evidence::default(),
        };
        let now = self.world.now();
        let mut tx = self.world.db().begin().await.unwrap();
        let organiser = self.organiser.as_str().into();
        let judged = judge(&mut tx, &update.as_str().into(), &new, &organiser, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(judged, is_last);
        if judged {
            self.history.judged.push((update, version, word, now));
        }
    }

    async fn comment(&mut self) {
        let now = self.world.now();
        if let Some(nth) = self
            .history
            .comments
            .iter()
            .position(|(_, _, answered)| answered.is_none())
            .filter(|_| self.chance.below(2) == 0)
        {
            let comment = self.history.comments[nth].0.clone();
            let (leader, key) = (self.leader.clone(), id::fresh());
            self.run(
                "INSERT INTO comment_responses (id, form_key, comment_id, response, action,
                 action_by, why_nothing, responded_by, responded_at)
                 VALUES ($2, $2, $3, 'r', '', '', 'w', $4, $1)",
                &[&key, &comment, &leader],
                now,
            )
            .await;
            self.history.comments[nth].2 = Some(now);
        } else {
            let (comment, organiser) = (id::fresh(), self.organiser.clone());
            self.run(
                "INSERT INTO comments (id, form_key, author_id, words, sent_at, decided_by,
                 published_at) VALUES ($2, $2, $3, 'w', $1, $3, $1)",
                &[&comment, &organiser],
                now,
            )
            .await;
            self.history.comments.push((comment, now, None));
        }
    }

    /// Owes and hands over all emails about outcomes.
    async fn tell(&mut self) {
        for _ in 0..40 {
            updates::tell_due(&self.world.house).await.unwrap();
        }
        self.world.deliver().await;
        let rows: Vec<(String, i64, String, Moment)> = sqlx::query_as(
            "SELECT l.update_id, l.version, l.person, d.sent_at FROM update_letters l
             JOIN deliveries d ON d.id = l.delivery_id WHERE d.sent_at IS NOT NULL",
        )
        .fetch_all(&mut *self.world.db().read().await.unwrap())
        .await
        .unwrap();
        self.history.emails = rows;
    }

    /// Everyone with an address who contributed to what a version is about has one email of it,
    /// and nobody else has any.
    fn everyone_was_told_once(&self) {
        for said in self.history.said.iter().filter(|said| said.is_told) {
            let contributed =
                self.history.chosen.iter().filter(|chosen| said.topics.contains(&chosen.topic));
            let contributed: BTreeSet<&String> =
                contributed.flat_map(|chosen| &chosen.contributors).collect();
            let emails =
                self.history.emails.iter().filter(|(update, version, ..)| {
                    *update == said.update && *version == said.version
                });
            let emails: Vec<&String> = emails.map(|(_, _, person, _)| person).collect();
            assert_eq!(emails.len(), contributed.len(), "once each");
            assert_eq!(emails.into_iter().collect::<BTreeSet<_>>(), contributed);
        }
        let told = self.history.said.iter().filter(|said| said.is_told).count();
        let versions: BTreeSet<(&String, i64)> =
            self.history.emails.iter().map(|(update, version, ..)| (update, *version)).collect();
        assert_eq!(versions.len(), told, "of spelling alone nobody hears");
    }

    /// What is old has an outcome, or everyone sees that it is overdue.
    async fn nothing_is_left_hanging(&self) {
        let (now, within) = (self.world.now(), self.world.house.settings.outcome_within);
        let awaited = self.world.visitor().get("/updates?show=awaited").await;
        for chosen in &self.history.chosen {
            let has_outcome =
                self.history.said.iter().any(|said| said.topics.contains(&chosen.topic));
            if now > chosen.at + within + DAY && !has_outcome {
                assert!(
                    awaited.html.contains(&chosen.topic) && awaited.says("Overdue since"),
                    "{}",
                    chosen.topic
                );
            }
        }
    }
}

async fn a_history(world: &World, seed: u64) {
    let mut parents = Vec::new();
    for nth in 0..24 {
        parents.push(
            world
                .person(&format!("p{seed}-{nth}@example.org"), &[Role::Parent], &world.south)
                .await,
        );
    }
    let leader = world.person(&format!("l{seed}@example.org"), &[Role::Leader], &world.south).await;
    let organiser =
        world.person(&format!("o{seed}@example.org"), &[Role::Organiser], &world.south).await;
    let mut stage = Stage {
        world,
        parents,
        leader,
        organiser,
        history: History::default(),
        chance: Chance(seed),
    };
    let mut days: BTreeMap<String, Moment> = BTreeMap::new();
    stage.choose().await;
    for _ in 0..50 {
        match stage.chance.below(10) {
            0 | 1 => stage.choose().await,
            2 | 3 => stage.claim().await,
            4 => stage.change().await,
            5 => stage.judge().await,
            6 => stage.comment().await,
            7 => stage.tell().await,
            _ => {
                let end = clock::fields(world.now()).0;
                days.insert(end.clone(), clock::end_of(&end).unwrap());
                world.forward(i64::try_from(1 + stage.chance.below(25)).unwrap() * DAY);
            }
        }
        world.forward(HOUR / 60);
    }
    stage.tell().await;
    stage.everyone_was_told_once();
    stage.nothing_is_left_hanging().await;
    // The clock stands still while emails go, so what went at a moment is asked of every day that
    // was, at its end.
    world.forward(2 * DAY);
    for (day, end) in days {
        let (told, expected) = (
            figures(&packed(&world.house, &day).await),
            stage.history.figures(world.house.settings.outcome_within, end),
        );
        for (name, value) in expected {
            assert_eq!(told[name], value, "seed {seed}, {day}: {name}");
        }
    }
}

#[test]
fn a_history_by_chance_is_told_as_its_events_say_and_nobody_is_forgotten() {
    on_both(async |world| a_history(&world, 1).await);
}

#[test]
fn another_history_by_chance_is_told_as_its_events_say() {
    on_both(async |world| a_history(&world, 20_261_124).await);
}

#[test]
fn a_third_history_by_chance_is_told_as_its_events_say() {
    on_both(async |world| a_history(&world, 77).await);
}
