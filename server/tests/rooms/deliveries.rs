use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::clock::{HOUR, MINUTE};
use app::deliveries::{Failure, Outcome, Owed, Words, deliver_one, owe, store};

use crate::world::{World, on_both};

async fn owe_letters(world: &World, letters: usize) {
    let now = world.now();
    let owed = world.db().write(move |tx| {
        Box::pin(async move {
            let words = Words {
                subject: "Hello".into(),
                paragraphs: vec!["A secret link".into()],
                button: None,
                why: "You asked.".into(),
                from: "The forum".into(),
                stop: None,
            };
            for nth in 0..letters {
                let (key, to) = (format!("key {nth}"), format!("parent{nth}@example.org"));
                owe(
                    tx,
                    Owed { dedup_key: &key, kind: "test", account_id: None, to: &to, words: &words, at: now, not_after: Some(now + HOUR) },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    owed.await.unwrap();
}

async fn count(world: &World, condition: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM deliveries WHERE {condition}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *world.db().read().await.unwrap()).await.unwrap()
}

#[test]
fn a_letter_is_owed_once_and_its_words_and_address_go_when_it_is_sent() {
    on_both(async |world| {
        owe_letters(&world, 1).await;
        owe_letters(&world, 1).await;
        assert_eq!(world.deliver().await.len(), 1);
        assert_eq!(count(&world, "sent_at IS NOT NULL AND to_address = '' AND body_text = '' AND body_html = ''").await, 1);
        assert_eq!(count(&world, "sent_at IS NULL").await, 0);
    });
}

#[test]
fn a_worker_that_dies_at_any_step_loses_no_letter_and_the_copy_has_the_same_id() {
    on_both(async |world| {
        owe_letters(&world, 1).await;
        // It dies after the claim, before anything was handed over.
        let (claimed, _) = store::claim(world.db(), world.now()).await.unwrap().unwrap();
        assert!(store::claim(world.db(), world.now()).await.unwrap().is_none(), "nobody else holds it meanwhile");
        world.forward(store::LEASE + 1);
        // The next one dies after handing it over, before that was recorded.
        let (again, tries) = store::claim(world.db(), world.now()).await.unwrap().unwrap();
        assert_eq!((&again.id, tries), (&claimed.id, 2));
        world.forward(store::LEASE + 1);
        let letters = world.deliver().await;
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0], claimed, "the same letter under the same id");
        assert_eq!(count(&world, "sent_at IS NOT NULL").await, 1);
    });
}

#[test]
fn many_workers_never_send_a_letter_twice() {
    on_both(async |world| {
        owe_letters(&world, 60).await;
        let sent = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let (house, sent) = (world.house.clone(), Arc::clone(&sent));
                tokio::spawn(async move {
                    let send = |_| {
                        sent.fetch_add(1, Ordering::SeqCst);
                        async { Ok(()) }
                    };
                    // PostgreSQL may give a worker nothing while another holds the row it chose; what is left is due still.
                    while deliver_one(&house.db, &house.clock, send).await.unwrap() != Outcome::NothingDue {}
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        sent.fetch_add(world.deliver().await.len(), Ordering::SeqCst);
        assert_eq!(sent.load(Ordering::SeqCst), 60);
        assert_eq!(count(&world, "sent_at IS NOT NULL").await, 60);
    });
}

#[test]
fn a_refused_letter_is_given_up_with_its_reason_and_another_is_tried_later() {
    on_both(async |world| {
        owe_letters(&world, 2).await;
        let (db, clock) = (world.db(), &world.house.clock);
        let refuse = |_| async { Err(Failure::Refused("no such mailbox".into())) };
        assert_eq!(deliver_one(db, clock, refuse).await.unwrap(), Outcome::GivenUp);
        assert_eq!(count(&world, "given_up_at IS NOT NULL AND reason = 'no such mailbox' AND to_address = ''").await, 1);
        assert_eq!(deliver_one(db, clock, |_| async { Err(Failure::Later("busy".into())) }).await.unwrap(), Outcome::Later);
        assert_eq!(deliver_one(db, clock, |_| async { Ok(()) }).await.unwrap(), Outcome::NothingDue, "it waits");
        world.forward(MINUTE);
        assert_eq!(deliver_one(db, clock, |_| async { Ok(()) }).await.unwrap(), Outcome::Sent);
    });
}

#[test]
fn a_letter_that_is_too_late_is_not_sent() {
    on_both(async |world| {
        owe_letters(&world, 1).await;
        world.forward(2 * HOUR);
        assert!(world.deliver().await.is_empty());
        assert_eq!(count(&world, "given_up_at IS NOT NULL AND reason LIKE '%too late%'").await, 1);
    });
}
