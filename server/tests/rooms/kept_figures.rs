//! Figures that are kept: whatever happens they are what is counted anew, and what is not kept is
//! counted.

use axum::http::Method;
use calendar::clock::{DAY, HOUR, MINUTE, Moment};
use deliveries::Email;
use deliveries::returns::Came;
use ground::ids::{Account, Id};
use ground::viewer::Role;
use notices::ledger::{self, ToldAnotherWay};
use notices::rules::SETTLED_AFTER;
use outcomes::rules::Outcome;
use record::history::Contributed;
use updates::store::{LATE, NewVersion, say};
use updates::words::Words;

use crate::histories::Chance;
use crate::notices::{address_changes, comes_back, leaders, noticed, subscriber, told};
use crate::updates::{DONE, publish};
use crate::world::{World, change, link_to, number, on_both};

/// When figures are next counted, what is kept of who was told is what is counted anew; and every
/// row whose email came back is found among those that did.
async fn told_is_kept_as_it_is_counted(world: &World) {
    world.forward(10 * MINUTE);
    notices::count_due(&world.house).await.unwrap();
    let (db, now) = (world.db(), world.now());
    let kept = ledger::told_of_all_so_far(db, now).await.unwrap();
    assert_eq!(kept, ledger::told_of_all(db, now).await.unwrap());
    for one in &kept {
        let on_its_page = ledger::told_so_far(db, &one.notice_id, now).await.unwrap();
        assert_eq!(one.told, on_its_page);
    }
    let rows = number(world, "SELECT count(*) FROM kept_figures WHERE how = ''").await;
    assert_eq!(usize::try_from(rows), Ok(kept.len()), "each of them is kept");
    let not_found = "SELECT count(*) FROM ledger l WHERE l.called_off_at IS NULL
         AND (EXISTS (SELECT 1 FROM returns r WHERE r.delivery_id = l.delivery_id
             AND r.kind = 'bounced')
           OR EXISTS (SELECT 1 FROM deliveries d WHERE d.id = l.delivery_id
             AND d.given_up_at IS NOT NULL))
         AND NOT EXISTS (SELECT 1 FROM came_back c WHERE c.notice_id = l.notice_id
           AND c.subscriber_id = l.subscriber_id)";
    assert_eq!(number(world, not_found).await, 0);
}

/// An organiser tells the first family that no email reaches.
async fn first_family_is_told(world: &World, by: &Id<Account>) {
    let families = ledger::unreached(world.db(), world.now(), 0).await.unwrap();
    let Some(family) = families.first() else { return };
    let about: Vec<_> = family.notices.iter().map(|unheard| unheard.notice_id.clone()).collect();
    let told = ToldAnotherWay { by, how: "phone", at: world.now() };
    let mut tx = world.db().begin().await.unwrap();
    assert!(ledger::reached(&mut tx, &family.subscriber_id, &about, told).await.unwrap());
    tx.commit().await.unwrap();
}

#[test]
fn whatever_happens_who_was_told_is_kept_as_it_is_counted_anew() {
    on_both(async |world| {
        let organiser: Id<Account> = world.organiser().await.account.as_str().into();
        let places = [String::new(), world.north.clone(), world.south.clone()];
        let mut addresses = Vec::new();
        for nth in 0..8 {
            let email = format!("person{nth}@example.org");
            let cadence = ["at once", "daily", "at once"][nth % 3];
            subscriber(&world, &email, &world.transport, &places[nth % 3], cadence).await;
            addresses.push(email);
        }
        let leaders = leaders(&world).await;
        for (title, days) in [("Buses", 2), ("Taxis", 5), ("Coaches", 9)] {
            noticed(&world, &leaders, title, days).await;
        }
        let mut chance = Chance(72);
        let mut emails: Vec<Email> = told(&world).await;
        for step in 0..40 {
            world.forward(i64::try_from(chance.below(20)).unwrap() * HOUR);
            let email = &emails[chance.below(emails.len())];
            match chance.below(7) {
                0 => comes_back(&world, email, Came::Bounced).await,
                1 => {
                    let read = world.visitor().post(&link_to(email, "/read/"), &[]).await;
                    assert!(!read.status.is_server_error(), "{}", read.html);
                }
                2 => {
                    let stop = email.one_click.clone().unwrap();
                    let stop = stop.replace("http://alongside.example.org", "");
                    let how = "List-Unsubscribe=One-Click";
                    let stopped = world.visitor().request(Method::POST, &stop, &[], how).await;
                    assert!(!stopped.status.is_server_error(), "{}", stopped.html);
                }
                3 => {
                    let (nth, new) =
                        (chance.below(addresses.len()), format!("new{step}@example.org"));
                    address_changes(&world, &addresses[nth], &new).await;
                    addresses[nth] = new;
                }
                4 => first_family_is_told(&world, &organiser).await,
                5 => {
                    subscriptions::forget_due(world.db(), world.now()).await.unwrap();
                }
                _ => emails.extend(told(&world).await),
            }
            told_is_kept_as_it_is_counted(&world).await;
        }
        world.forward(30 * DAY);
        told_is_kept_as_it_is_counted(&world).await;
        assert_eq!(number(&world, "SELECT count(*) FROM kept_figures WHERE how = ''").await, 3);
        world.forward(10 * MINUTE);
        let due = ledger::to_count(world.db(), world.now()).await.unwrap();
        assert!(due.is_empty(), "they have settled: {due:?}");
        for email in &emails {
            comes_back(&world, email, Came::Bounced).await;
        }
        told_is_kept_as_it_is_counted(&world).await;
    });
}

#[test]
fn a_page_reads_what_is_kept_and_counts_where_the_worker_has_not_or_is_late() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, &world.south, "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 2).await;
        let email = told(&world).await.remove(0);
        let in_time = async || {
            let told = ledger::told_so_far(world.db(), &id.as_str().into(), world.now()).await;
            told.unwrap().iter().map(|told| (told.before, told.never)).collect::<Vec<_>>()
        };
        notices::count_due(&world.house).await.unwrap();
        world.forward(3 * DAY);
        assert_eq!(in_time().await, [(1, 0)], "it took effect a moment ago");
        notices::count_due(&world.house).await.unwrap();
        comes_back(&world, &email, Came::Bounced).await;
        assert_eq!(in_time().await, [(1, 0)], "as it was counted");
        world.forward(9 * MINUTE);
        notices::count_due(&world.house).await.unwrap();
        assert_eq!(in_time().await, [(1, 0)], "not yet again");
        world.forward(12 * MINUTE);
        assert_eq!(in_time().await, [(0, 1)], "the worker is late");
        notices::count_due(&world.house).await.unwrap();

        let page = format!("/notices/{id}");
        change(&world, "UPDATE kept_figures SET people = 40 WHERE how = 'never'").await;
        assert_eq!(in_time().await, [(0, 40)]);
        assert!(world.visitor().get(&page).await.says("about 40"), "the page reads it");
        // A clock that was a year ahead.
        let ahead = "UPDATE kept_figures SET counted_at = counted_at + 31536000000";
        change(&world, ahead).await;
        assert_eq!(in_time().await, [(0, 1)]);
        notices::count_due(&world.house).await.unwrap();
        change(&world, "UPDATE kept_figures SET people = 40 WHERE how = 'never'").await;
        assert_eq!(in_time().await, [(0, 40)], "it is counted and kept again");

        // What was counted before it had settled is not shown as if it had.
        let effect_at = number(&world, "SELECT effect_at FROM notices").await;
        let settles = Moment::from_millis(effect_at) + SETTLED_AFTER;
        world.forward(settles - world.now() - MINUTE);
        notices::count_due(&world.house).await.unwrap();
        change(&world, "UPDATE kept_figures SET people = 40 WHERE how = 'never'").await;
        world.forward(2 * MINUTE);
        assert_eq!(in_time().await, [(0, 1)]);
        notices::count_due(&world.house).await.unwrap();
        change(&world, "UPDATE kept_figures SET people = 40 WHERE how = 'never'").await;
        world.forward(400 * DAY);
        notices::count_due(&world.house).await.unwrap();
        assert_eq!(in_time().await, [(0, 40)], "it is counted no more");
    });
}

/// When figures are next counted, what is kept of who heard is what is counted anew.
async fn heard_is_kept_as_it_is_counted(world: &World) -> Vec<Contributed> {
    world.forward(10 * MINUTE);
    record::count_due(&world.house).await.unwrap();
    let (db, now) = (world.db(), world.now());
    let kept = record::contributed_so_far(db, None, now).await.unwrap();
    let mut counted = record::contributed(db, now).await.unwrap();
    counted.sort_by_key(|one| (one.update_id.clone(), one.version, one.days));
    assert_eq!(kept, counted);
    kept
}

#[test]
fn whatever_happens_who_heard_about_an_outcome_is_kept_as_it_is_counted_anew() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        for nth in 0..6 {
            world.supporter(nth, &world.north, &topic).await;
        }
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &topic, &DONE).await;
        let people = |all: &[Contributed]| all.iter().map(|one| one.people).sum::<u64>();
        assert_eq!(people(&heard_is_kept_as_it_is_counted(&world).await), 0, "nobody yet");
        updates::tell_due(&world.house).await.unwrap();
        let all = heard_is_kept_as_it_is_counted(&world).await;
        assert!(people(&all) == 7 && all.iter().all(|one| one.days.is_none()), "{all:?}");
        let emails = world.deliver().await;
        heard_is_kept_as_it_is_counted(&world).await;
        for email in emails.iter().take(2) {
            comes_back(&world, email, Came::Bounced).await;
        }
        heard_is_kept_as_it_is_counted(&world).await;

        world.forward(3 * DAY);
        let words = Words::new("It is late", "It comes earlier", Outcome::Done);
        let new = NewVersion {
            update_id: &update.as_str().into(),
            version: 2,
            form_key: &id::fresh(),
            words: &words,
            is_told: true,
        };
        let mut tx = world.db().begin().await.unwrap();
        assert!(say(&mut tx, &new, &leader.account.as_str().into(), world.now()).await.unwrap());
        tx.commit().await.unwrap();
        updates::tell_due(&world.house).await.unwrap();
        let so_far = record::contributed_so_far(world.db(), None, world.now()).await.unwrap();
        assert_eq!(people(&so_far), 14, "a version that was published since is counted");
        world.forward(DAY);
        let later = world.deliver().await;
        let all = heard_is_kept_as_it_is_counted(&world).await;
        assert!(all.iter().any(|one| (one.version, one.days) == (2, Some(1))), "{all:?}");

        world.forward(LATE + SETTLED_AFTER);
        let settled = heard_is_kept_as_it_is_counted(&world).await;
        let counted_at = "SELECT max(counted_at) FROM kept_figures WHERE figure = 'heard'";
        let last = number(&world, counted_at).await;
        for email in &later {
            comes_back(&world, email, Came::Bounced).await;
        }
        assert_eq!(heard_is_kept_as_it_is_counted(&world).await, settled);
        assert_eq!(number(&world, counted_at).await, last, "it is counted no more");
    });
}

#[test]
fn families_no_email_reaches_are_shown_page_by_page_and_the_page_stays_where_one_was_told() {
    on_both(async |world| {
        for nth in 0..22 {
            let email = format!("family{nth}@example.org");
            subscriber(&world, &email, &world.transport, "", "at once").await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        for email in told(&world).await {
            comes_back(&world, &email, Came::Bounced).await;
        }
        let organiser = world.organiser().await;
        let first = organiser.get("/forum/unreached").await;
        let families = |html: &str| html.matches("I have told this family").count();
        assert!(families(&first.html) == 20 && first.says("/forum/unreached?page=2"));
        for left in [1, 0] {
            let second = organiser.get("/forum/unreached?page=2").await;
            assert_eq!(families(&second.html), left + 1);
            let family = second.sends("family");
            let told = [("family", family.as_str()), ("notices", &id), ("page", "2")];
            let unsaid = organiser.post("/forum/unreached", &told).await;
            assert_eq!(families(&unsaid.html), left + 1, "it stays on its page");
            let told = [&told[..], &[("how", "phone")]].concat();
            let next = organiser.post("/forum/unreached", &told).await.leads_to();
            let page = organiser.get(&next).await;
            let there = if left == 0 { 20 } else { left };
            assert!(families(&page.html) == there && page.says("Saved"), "{}", page.html);
        }
        assert!(!organiser.get("/forum/unreached").await.says("page=2"));
    });
}
