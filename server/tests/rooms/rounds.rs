use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use calendar::clock::{DAY, Moment};
use ground::viewer::Role;
use rounds::close_due;

use crate::edge::weigh;
use crate::fixtures;
use crate::page::{attributes, parts};
use crate::world::{Browser, World, on_both};

/// Somebody in each role, and who has none.
async fn everybody(world: &World) -> [(&'static str, Browser<'_>); 5] {
    let organises = [Role::Parent, Role::Organiser, Role::Safeguarding];
    [
        ("visitor", world.visitor()),
        ("parent", world.signed_in("p@example.org", &[Role::Parent]).await),
        ("organiser", world.signed_in("o@example.org", &organises).await),
        ("leader", world.signed_in("l@example.org", &[Role::Leader]).await),
        ("admin", world.signed_in("a@example.org", &[Role::Admin]).await),
    ]
}

/// Every page they could look for a count on.
async fn every_page(
    people: &[(&str, Browser<'_>)],
    round: &str,
    topic: &str,
) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for (who, browser) in people {
        for path in [
            "/",
            "/topics",
            "/rounds",
            "/forum",
            "/lead",
            "/admin",
            "/account",
            &format!("/rounds/{round}"),
            &format!("/topics/{topic}"),
            &format!("/forum/topics/{topic}"),
        ] {
            pages.push((format!("{who} at {path}"), browser.get(path).await.html));
        }
    }
    pages
}

#[test]
fn a_parent_gives_support_and_takes_it_back_and_saying_it_twice_is_saying_it_once() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let parent = world.parent(1).await;
        assert_eq!(
            parent.support(&topic, "support").await.leads_to(),
            format!("/topics/{topic}?done=supported")
        );
        parent.support(&topic, "support").await.done();
        assert!(parent.get(&format!("/topics/{topic}")).await.says("Remove my support"));
        parent.support(&topic, "take back").await.done();
        parent.support(&topic, "take back").await.done();
        assert!(!parent.get(&format!("/topics/{topic}")).await.says("Remove my support"));
    });
}

#[test]
fn the_island_gets_words_and_a_form_gets_a_page() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let parent = world.parent(1).await;
        let path = format!("/topics/{topic}/support");
        let kept =
            parent.request(Method::POST, &path, &[("accept", "text/plain")], "wish=support").await;
        assert_eq!((kept.status, kept.html.as_str()), (StatusCode::OK, "kept"));
        let visitor = world
            .visitor()
            .request(Method::POST, &path, &[("accept", "text/plain")], "wish=support")
            .await;
        assert_eq!(visitor.status, StatusCode::UNAUTHORIZED);
        world.close().await;
        let late = parent
            .request(Method::POST, &path, &[("accept", "text/plain")], "wish=take+back")
            .await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        let late = parent.support(&topic, "take back").await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.says("Voting on this topic is not open"));
    });
}

#[test]
fn support_counts_only_while_voting_is_open() {
    on_both(async |world| {
        world.round().await;
        let topic = world.published("Buses").await;
        let parent = world.parent(1).await;
        assert_eq!(
            parent.support(&topic, "support").await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "before voting opens"
        );
        world.forward(2 * DAY);
        assert_eq!(parent.support(&topic, "support").await.status, StatusCode::SEE_OTHER);
        world.forward(10 * DAY);
        assert_eq!(
            parent.support(&topic, "take back").await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "after the time, before the count"
        );
        assert!(parent.get(&format!("/topics/{topic}")).await.says("We are counting"));
    });
}

#[test]
fn nobody_in_any_role_sees_a_different_page_because_others_gave_support() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        // The same people look twice: an administrator reads how many there are in each role.
        let people = everybody(&world).await;
        let before = every_page(&people, &round, &topic).await;
        for nth in 1..=12 {
            world.parent(nth).await.support(&topic, "support").await.done();
        }
        let after = every_page(&people, &round, &topic).await;
        for ((who, one), (_, other)) in before.iter().zip(&after) {
            assert_eq!(without_ids(one), without_ids(other), "{who}");
        }
    });
}

/// A form has a key of its own each time it is shown; nothing else may differ.
fn without_ids(html: &str) -> String {
    html.split("value=\"01")
        .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
        .collect()
}

#[test]
fn the_close_happens_by_the_clock_once_with_several_workers() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        world.parent(1).await.support(&topic, "support").await.done();
        assert_eq!(
            close_due(world.db(), &world.house.clock).await.unwrap(),
            0,
            "not before its time"
        );
        world.forward(11 * DAY);
        let closers = (0..8).map(|_| {
            let house = world.house.clone();
            tokio::spawn(async move { close_due(&house.db, &house.clock).await.unwrap() })
        });
        let mut closed = 0;
        for closer in closers.collect::<Vec<_>>() {
            closed += closer.await.unwrap();
        }
        assert_eq!(closed, 1);
        let counted: (Moment, i64) = sqlx::query_as(
            "SELECT closed_at, (SELECT CAST(sum(supporters) AS BIGINT)
             FROM tallies) AS supporters FROM rounds WHERE id = $1",
        )
        .bind(&round)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(counted, (world.now(), 1));
    });
}

#[test]
fn after_the_close_counts_by_place_are_shown_and_fewer_than_ten_never_are() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        let few = world.published_into(&round, "Trams").await;
        for nth in 0..17 {
            let place = if nth < 3 { &world.north } else { &world.south };
            world.supporter(nth, place, &topic).await;
        }
        world.parent(1).await.support(&few, "support").await.done();
        world.close().await;
        let page = world.visitor().get(&format!("/rounds/{round}")).await.html;
        let card = |title: &str| {
            parts(&page, "li.card").into_iter().find(|card| card.contains(title)).unwrap()
        };
        let buses = card("Buses");
        assert!(buses.contains("17 parents supported it."), "{buses}");
        assert!(
            !buses.contains(">14<") && !buses.contains(">3<"),
            "14 of 17 would tell that 3 were from the north: {buses}"
        );
        assert!(card("Trams").contains("Fewer than 10 parents supported it."));
        assert!(
            world.visitor().get(&format!("/topics/{topic}")).await.says("17 parents supported it.")
        );
    });
}

#[test]
fn what_was_counted_does_not_change_when_people_move_or_a_place_is_added() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        for nth in 0..12 {
            world.supporter(nth, &world.south, &topic).await;
        }
        world.close().await;
        let before = world.visitor().get(&format!("/rounds/{round}")).await.html;
        let moved = format!("UPDATE accounts SET place_id = '{}'", world.north);
        sqlx::query(sqlx::AssertSqlSafe(moved))
            .execute(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let mut tx = world.db().begin().await.unwrap();
        area::store::add(&mut tx, area::AreaKind::Place, "West Sefton", None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.visitor().get(&format!("/rounds/{round}")).await.html, before);
        assert!(before.contains("12 parents supported it."));
    });
}

#[test]
fn at_the_close_the_smaller_group_gets_its_place_and_the_page_says_why() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        let ferries = world.published_into(&round, "Ferries").await;
        // Sixty agree on buses and trams; thirty-five from the north want ferries. A plain count
        // would choose the first two.
        for nth in 0..60 {
            let account = world.supporter(nth, &world.south, &buses).await;
            world.supports(&account, &trams).await;
        }
        for nth in 60..95 {
            world.supporter(nth, &world.north, &ferries).await;
        }
        assert!(!world.visitor().get(&format!("/rounds/{round}")).await.says("Chosen first"));
        world.close().await;
        let page = world.visitor().get(&format!("/rounds/{round}")).await;
        assert!(
            page.says("Chosen first. 60 parents supported it, most of them from South Sefton."),
            "{}",
            page.html
        );
        let second = "Chosen second. 35 parents supported it, most of them from North Sefton. Most \
            of them had no topic on the list yet, so they are heard too.";
        assert!(page.says(second));
        assert!(
            page.says("What a simple count would have chosen")
                && page.says("The forum hasn't confirmed it yet.")
        );
        let order: Vec<_> = ["Chosen first", "Chosen second"]
            .iter()
            .map(|words| page.html.find(words).unwrap())
            .collect();
        assert!(order[0] < order[1]);
        let chosen: Vec<String> = sqlx::query_scalar(
            "SELECT topic_id FROM shortlist WHERE round_id = $1 ORDER BY position",
        )
        .bind(&round)
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(chosen, [buses, ferries]);
    });
}

#[test]
fn a_closed_round_of_a_thousand_topics_shows_its_result_first_and_then_all_topics_by_pages() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        fixtures::topics::a_thousand(&world, &round).await;
        for nth in 0..12 {
            world.supporter(nth, &world.south, &buses).await;
        }
        world.close().await;
        let (path, visitor) = (format!("/rounds/{round}"), world.visitor());
        let first = visitor.get(&path).await;
        let result = first.html.find("Chosen first. 12 parents supported it").unwrap();
        assert!(result < first.html.find("Results for every topic").unwrap());
        assert!(first.says("A simple count would have chosen the same topics."));
        let (mut listed, mut pages, mut next) = (BTreeSet::new(), 0, Some(path.clone()));
        while let Some(path) = next {
            let page = visitor.get(&path).await;
            pages += 1;
            assert_eq!(page.says("The shortlist</h2>"), pages == 1, "{path}");
            let before = listed.len();
            listed.extend(attributes(&page.html, "ul.stack a[href^='/topics/']", "href"));
            assert!((1..=20).contains(&(listed.len() - before)), "{path}");
            next = attributes(&page.html, "a[rel=next]", "href").pop();
        }
        assert_eq!((pages, listed.len()), (51, 1_001));
        let pages = ["", "?page=2", "?page=52"].map(|page| format!("{path}{page}"));
        assert_eq!(weigh(&world, pages).await, 3);
    });
}

#[test]
fn the_forum_confirms_a_shortlist_once_and_departs_from_it_only_with_a_reason_that_stays() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        for nth in 0..12 {
            world.supporter(nth, &world.south, &buses).await;
        }
        let organiser = world.organiser().await;
        let form = format!("/forum/rounds/{round}/shortlist");
        assert_eq!(
            organiser.get(&form).await.status,
            StatusCode::NOT_FOUND,
            "nothing is counted yet"
        );
        world.close().await;
        assert!(organiser.get("/forum").await.says("Confirm the shortlist for Autumn"));
        assert!(organiser.get(&form).await.says("Confirm the shortlist"));
        let refused = organiser.post(&form, &[("topics", &trams)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Say why the list is different from the count"));
        let reason = "The council has begun to plan buses with parents already.";
        organiser.post(&form, &[("topics", &trams), ("reason", reason)]).await.leads_to();
        organiser.post(&form, &[("topics", &buses)]).await.leads_to();
        let page = world.visitor().get(&format!("/rounds/{round}")).await;
        assert!(
            page.says(reason)
                && page.says("Taken off the list by the forum")
                && page.says("Added to the list by the forum")
        );
        assert!(!organiser.get("/forum").await.says("Shortlists to confirm"));
    });
}

#[test]
fn a_withdrawn_topic_is_not_counted_and_cannot_be_withdrawn_after_the_close() {
    on_both(async |world| {
        let (round, _) = world.voting("Buses").await;
        let author = world.parent(1).await;
        let one = world.published_into_by(&author, &round, "Trams").await;
        let two = world.published_into_by(&author, &round, "Ferries").await;
        author.post(&format!("/topics/{one}/withdrawal"), &[]).await.leads_to();
        world.close().await;
        assert_eq!(
            author.post(&format!("/topics/{two}/withdrawal"), &[]).await.status,
            StatusCode::NOT_FOUND
        );
        let page = world.visitor().get(&format!("/rounds/{round}")).await;
        assert!(!page.says("Trams") && page.says("Ferries"));
    });
}

#[test]
fn sixty_four_people_tapping_at_once_end_as_each_ones_last_acknowledged_tap_says() {
    on_both(async |world| {
        let (round, first) = world.voting("Buses").await;
        let second = world.published_into(&round, "Trams").await;
        let mut parents = Vec::new();
        for nth in 0..64 {
            parents.push(world.parent(nth).await);
        }
        let topics = [first, second];
        let taps = parents.iter().enumerate().map(|(nth, parent)| {
            let topics = &topics;
            async move {
                // Each taps at her own pattern; what the last answer acknowledged is what must
                // stand.
                let mut stands = [false; 2];
                for tap in 0..8 {
                    let which = (nth + tap) % 2;
                    let gives = (nth >> (tap % 6)) & 1 == 0;
                    let answer = parent
                        .support(&topics[which], if gives { "support" } else { "take back" })
                        .await;
                    assert_eq!(answer.status, StatusCode::SEE_OTHER);
                    stands[which] = gives;
                }
                stands
            }
        });
        let stands = futures_of(taps).await;
        for (which, topic) in topics.iter().enumerate() {
            let mut rows: Vec<String> =
                sqlx::query_scalar("SELECT account_id FROM supports WHERE topic_id = $1")
                    .bind(topic)
                    .fetch_all(&mut *world.db().read().await.unwrap())
                    .await
                    .unwrap();
            let mut expected: Vec<String> = parents
                .iter()
                .zip(&stands)
                .filter(|(_, stands)| stands[which])
                .map(|(parent, _)| parent.account.clone())
                .collect();
            rows.sort();
            expected.sort();
            assert_eq!(rows, expected);
        }
    });
}

async fn futures_of<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    use std::pin::pin;
    use std::task::Poll;
    let mut waiting: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    let mut all = pin!(std::future::poll_fn(move |context| {
        let mut is_done = true;
        for (future, done) in &mut waiting {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *done = Some(value),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done {
            Poll::Ready(waiting.iter_mut().filter_map(|(_, done)| done.take()).collect())
        } else {
            Poll::Pending
        }
    }));
    all.as_mut().await
}

#[test]
fn rounds_do_not_overlap_and_the_form_says_so() {
    on_both(async |world| {
        world.round().await;
        let organiser = world.organiser().await;
        let (day, time) = calendar::clock::fields(world.now() + DAY);
        let (later, _) = calendar::clock::fields(world.now() + 5 * DAY);
        let (close, _) = calendar::clock::fields(world.now() + 20 * DAY);
        let fields = [
            ("title", "Another"),
            ("seats", "3"),
            ("propose_day", day.as_str()),
            ("propose_time", &time),
            ("vote_day", &later),
            ("vote_time", &time),
            ("close_day", &close),
            ("close_time", &time),
            ("step", "confirm"),
        ];
        let refused = organiser.post("/forum/rounds/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Another round is open then") && refused.says("value=\"Another\""));
    });
}
