//! Notices: written, approved, told once each, and what becomes of each email.

mod announced;
mod approving;
mod fairness;
mod following;
mod leaders;
mod paper;
mod questions;
mod received;
mod wanted;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY, HOUR, MINUTE, Millis, Moment};
use deliveries::Email;
use deliveries::returns::{Came, Return};
use ground::ids::{Id, Subscriber};
use ground::viewer::Role;
use notices::rules::{SETTLED_AFTER, Told};
use notices::{ledger, start_due, tell_due};

pub use crate::fixtures::notices::{fields, noticed, noticed_of, told};
use crate::kept::while_open;
use crate::world::{Browser, World, change, link, link_to, number, on_both, on_postgres};

/// Two leaders: one writes, the other approves.
pub async fn leaders(world: &World) -> (Browser<'_>, Browser<'_>) {
    (
        world.signed_in("leader@example.org", &[Role::Leader]).await,
        world.signed_in("leader2@example.org", &[Role::Leader]).await,
    )
}

/// Somebody who has confirmed that they want emails about this service, in this place or, with "",
/// everywhere.
pub async fn subscriber(world: &World, email: &str, service: &str, place: &str, cadence: &str) {
    let fields = [("email", email), ("services", service), ("places", place), ("cadence", cadence)];
    world.visitor().post("/subscribe", &fields).await.leads_to();
    let emails = world.deliver().await;
    let confirm = emails.iter().find(|message| message.to == email).unwrap();
    world.visitor().post(&link(confirm), &[]).await.leads_to();
}

/// Writes a notice, or what follows one, and gives the address of its draft.
pub async fn written(leader: &Browser<'_>, to: &str, fields: &[(&str, &str)]) -> String {
    leader.post(to, fields).await.leads_to().split('?').next().unwrap().to_owned()
}

/// A subscriber's account takes another address.
pub async fn address_changes(world: &World, old: &str, new: &str) {
    let mut tx = world.db().begin().await.unwrap();
    subscriptions::store::address_changed(&mut tx, old, new, world.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Corrects a notice, with these days until it takes effect, or withdraws it; and has that
/// approved; its id.
pub async fn followed(
    world: &World,
    (writer, colleague): &(Browser<'_>, Browser<'_>),
    id: &str,
    correct_to: Option<i64>,
) -> String {
    let written = match correct_to {
        Some(days) => {
            let day = clock::fields(world.now() + days * DAY).0;
            let words =
                [fields("Put right", &world.transport, &day), vec![("changed", "The day.")]]
                    .concat();
            writer.post(&format!("/lead/notices/{id}/correction"), &words).await.leads_to()
        }
        None => writer
            .post(&format!("/lead/notices/{id}/withdrawal"), &[("changed", "The bridge is open.")])
            .await
            .leads_to(),
    };
    let page = written.split('?').next().unwrap().to_owned();
    colleague.post(&page, &[]).await.leads_to();
    page.replace("/lead/notices/", "")
}

/// Moves the clock to the next time London's clocks show this on this weekday (0 is Monday).
fn forward_to(world: &World, weekday: &str, time: &str) {
    loop {
        let (day, _) = clock::fields(world.now());
        let at = clock::read(&day, time).unwrap();
        if clock::day(at).starts_with(weekday) && at >= world.now() {
            return world.forward(at - world.now());
        }
        world.forward(clock::read(&day, "23:59").unwrap() + 2 * MINUTE - world.now());
    }
}

/// How many people were told about a notice, place by place, as far as was known at this time.
async fn who_was_told(world: &World, notice_id: &str, at: Moment) -> Vec<Told> {
    ledger::told(world.db(), &notice_id.into(), at).await.unwrap()
}

/// An email comes back.
pub async fn comes_back(world: &World, message: &Email, came: Came) {
    let back = Return {
        email: message.id.clone(),
        came,
        reason: "550 5.1.1 <one@example.org>: no such mailbox".into(),
    };
    deliveries::record_returns(&world.house, &[back]).await.unwrap();
}

#[test]
fn a_leader_writes_a_colleague_approves_and_each_subscriber_it_matches_gets_one_email() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "one@example.org", &world.transport, &world.south, "at once").await;
        subscriber(&world, "two@example.org", &world.autism, "", "at once").await;
        subscriber(&world, "three@example.org", &world.transport, &world.north, "at once").await;
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let south = [
            fields("Route 5 comes earlier", &world.transport, &day),
            vec![("places", world.south.as_str())],
        ]
        .concat();
        let page = written(&writer, "/lead/notices/new", &south).await;
        let preview = writer.get(&page).await;
        assert!(
            preview.says("Be at the stop by 8:05.")
                && preview.says("A colleague must approve this")
                && preview.says("Who this affects: Children on route 5")
                && preview.says("The email")
        );
        assert!(
            preview.says("fewer than 10") && !preview.says("<dd>1</dd>"),
            "how many would be told goes through disclosure"
        );
        let own = writer.post(&page, &[]).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(own.says("Ask a colleague to approve it"));
        let public = page.replace("/lead", "");
        assert_eq!(
            world.visitor().get(&public).await.status,
            StatusCode::NOT_FOUND,
            "nobody is told yet"
        );

        colleague.post(&page, &[]).await.leads_to();
        colleague.post(&page, &[]).await.leads_to();
        let emails = told(&world).await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["one@example.org"]
        );
        assert!(
            emails[0].subject.ends_with(": Route 5 comes earlier")
                && emails[0].text.contains("What you need to do: Be at the stop by 8:05.")
        );
        assert!(
            emails[0]
                .one_click
                .as_ref()
                .unwrap()
                .starts_with("http://alongside.example.org/unsubscribe/")
        );
        assert!(told(&world).await.is_empty(), "nobody is told twice");
        let shown = world.visitor().get(&public).await;
        assert!(
            shown.says("What you need to do")
                && shown.says("Route 5 comes at 8:10")
                && shown.says("● This will happen")
                && shown.says("</time></b>, in 30 days")
        );
        assert!(
            world
                .visitor()
                .get(&format!("/notices?service={}&place={}", world.transport, world.south))
                .await
                .says("Route 5 comes earlier")
        );
        assert!(
            !world
                .visitor()
                .get(&format!("/notices?place={}", world.north))
                .await
                .says("Route 5 comes earlier")
        );
        assert!(world.visitor().get("/notices?show=lately").await.says("Route 5 comes earlier"));
        world.forward(31 * DAY);
        assert!(world.visitor().get(&public).await.says("✓ Started"));
        assert!(!world.visitor().get("/notices").await.says("Route 5 comes earlier"));
    });
}

#[test]
fn a_weekly_subscriber_is_told_at_once_of_monday_and_with_the_digest_of_three_weeks_later() {
    on_both(async |world| {
        subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        let leaders = leaders(&world).await;
        forward_to(&world, "Saturday", "09:00");
        noticed(&world, &leaders, "On Monday", 2).await;
        noticed(&world, &leaders, "In three weeks", 21).await;
        noticed(&world, &leaders, "In a month", 28).await;
        let emails = told(&world).await;
        assert_eq!(emails.len(), 1);
        assert!(emails[0].subject.ends_with(": On Monday"));
        world.forward(6 * DAY);
        assert!(told(&world).await.is_empty());
        forward_to(&world, "Saturday", "08:30");
        let digest = told(&world).await;
        assert_eq!(digest.len(), 1);
        assert!(digest[0].subject.starts_with("2 changes to services"), "{}", digest[0].subject);
        assert!(
            digest[0].text.contains("In three weeks")
                && digest[0].text.contains("In a month")
                && !digest[0].text.contains("On Monday")
        );
        world.forward(7 * DAY);
        assert!(told(&world).await.is_empty(), "a digest is never blank and never repeats");
    });
}

#[test]
fn after_unsubscribing_no_email_to_that_address_is_started_and_other_services_go_on() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "one@example.org", &world.autism, "", "at once").await;
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "First", 30).await;
        let first = told(&world).await;
        let one_click =
            first[0].one_click.clone().unwrap().replace("http://alongside.example.org", "");
        noticed(&world, &leaders, "Second", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let stopped = world
            .visitor()
            .request(Method::POST, &one_click, &[], "List-Unsubscribe=One-Click")
            .await;
        assert_eq!(stopped.status, StatusCode::OK);
        assert!(world.deliver().await.is_empty(), "the email that was owed is called off");
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            2,
            "autism support goes on"
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger").await,
            4,
            "the ledger keeps its rows"
        );

        forward_to(&world, "Monday", "08:30");
        assert_eq!(told(&world).await.len(), 1, "the digest of the other");
        noticed(&world, &leaders, "Third", 30).await;
        start_due(&world.house).await.unwrap();
        let daily = world.visitor();
        let token = id::secret();
        let mut tx = world.db().begin().await.unwrap();
        let id: Id<Subscriber> =
            sqlx::query_scalar("SELECT id FROM subscribers WHERE cadence = 'daily'")
                .fetch_one(&mut *tx)
                .await
                .unwrap();
        subscribers::keep_link(&mut tx, &id::hash(&token), &id, Moment::default()).await.unwrap();
        tx.commit().await.unwrap();
        let own = format!("/subscriptions/{token}");
        daily.post(&own, &[("step", "stop all")]).await.leads_to();
        forward_to(&world, "Tuesday", "08:30");
        assert!(told(&world).await.is_empty(), "what waited for their digest is called off");
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger WHERE called_off_at IS NOT NULL").await,
            2,
            "and so was the email above"
        );
    });
}

#[test]
fn an_approved_notice_waits_for_its_hour_and_can_be_called_back_and_changed_until_then() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Earlier", &world.transport, &day)).await;
        let (start_day, start_time) = clock::fields(world.now() + 2 * DAY);
        let past = colleague.post(&page, &[("start_day", "2020-01-01")]).await;
        assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
        colleague
            .post(&page, &[("start_day", &start_day), ("start_time", &start_time)])
            .await
            .leads_to();
        assert!(
            told(&world).await.is_empty()
                && writer.get("/lead/notices").await.says("We will start telling people on")
        );
        let words = format!("{page}/words");
        assert_eq!(
            writer.get(&words).await.leads_to(),
            page,
            "what a colleague approved is not changed under them"
        );
        let late = writer.post(&words, &fields("Other words", &world.transport, &day)).await;
        assert!(
            late.status == StatusCode::UNPROCESSABLE_ENTITY
                && late.says("a colleague has approved it")
                && late.says("Other words")
        );
        writer.post(&page, &[("step", "call back")]).await.leads_to();
        world.forward(3 * DAY);
        assert!(told(&world).await.is_empty(), "it was called back");
        assert!(writer.get(&words).await.says("value=\"Earlier\""));
        writer.post(&words, &fields("Later", &world.transport, &day)).await.leads_to();
        colleague.post(&page, &[]).await.leads_to();
        let emails = told(&world).await;
        assert!(emails[0].subject.ends_with(": Later"));
        let too_late = writer.post(&page, &[("step", "call back")]).await;
        let notice = writer.get(&too_late.leads_to()).await.leads_to();
        assert!(writer.get(&notice).await.says("It was too late to undo the approval"), "{notice}");
        for sql in [
            "UPDATE notices SET title = 'Another'",
            "UPDATE notices SET started_at = NULL",
            "DELETE FROM notices",
            "DELETE FROM ledger",
            "UPDATE ledger SET due_at = 0",
        ] {
            assert!(
                sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.is_err(),
                "{sql}"
            );
        }
    });
}

#[test]
fn a_notice_that_is_called_back_and_a_subscription_that_ends_meanwhile_are_not_told() {
    on_postgres(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Called back", 30).await;
        let house = world.house.clone();
        let call_back =
            "UPDATE notices SET approved_by = NULL, approved_at = NULL, starts_at = NULL";
        while_open(&world, &[call_back], async move { start_due(&house).await }).await.unwrap();
        assert_eq!(
            number(&world, "SELECT count(*) FROM notices WHERE started_at IS NOT NULL").await,
            0
        );

        noticed(&world, &leaders, "Told", 30).await;
        start_due(&world.house).await.unwrap();
        let house = world.house.clone();
        let unsubscribe = [
            "SELECT id FROM subscribers FOR UPDATE",
            "UPDATE subscriptions SET ended_at = 1, ended_how = 'one click'",
            "UPDATE ledger SET called_off_at = 1, called_off_why = 'unsubscribed'
             WHERE delivery_id IS NULL",
        ];
        while_open(&world, &unsubscribe, async move { tell_due(&house).await }).await.unwrap();
        assert!(
            world.deliver().await.is_empty(),
            "they had unsubscribed when the email came to be owed"
        );
    });
}

#[test]
fn two_workers_telling_at_once_tell_each_subscriber_once_and_a_confirmation_overtakes_them() {
    on_both(async |world| {
        for nth in 0..30 {
            subscriber(&world, &format!("s{nth}@example.org"), &world.transport, "", "at once")
                .await;
        }
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        noticed(&world, &leaders, "Taxis", 30).await;
        let (one, two) = tokio::join!(start_due(&world.house), start_due(&world.house));
        one.and(two).unwrap();
        let (one, two) = tokio::join!(tell_due(&world.house), tell_due(&world.house));
        one.and(two).unwrap();
        world.forward(HOUR);
        let fields = [
            ("email", "new@example.org"),
            ("services", world.transport.as_str()),
            ("cadence", "at once"),
        ];
        world.visitor().post("/subscribe", &fields).await.leads_to();
        let emails = world.deliver().await;
        assert_eq!(emails[0].to, "new@example.org", "a confirmation does not wait behind a notice");
        let mut told: Vec<_> = emails[1..]
            .iter()
            .map(|message| (message.to.clone(), message.subject.clone()))
            .collect();
        assert_eq!(told.len(), 60);
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 60, "once each");
    });
}

/// So many who want emails at once about this service, without anything they would have done.
pub async fn many_subscribers(world: &World, many: usize, service: &str) {
    let numbers = format!(
        "WITH RECURSIVE numbers (nth) AS
           (SELECT 1 UNION ALL SELECT nth + 1 FROM numbers WHERE nth < {many})"
    );
    for what in [
        "subscribers (id, email, cadence, confirmed_at)
         SELECT 'many' || nth, 'many' || nth || '@example.org', 'at once', 1 FROM numbers"
            .to_owned(),
        format!(
            "subscriptions (id, subscriber_id, service_id, place_id, began_at, began_how)
             SELECT 'many' || nth, 'many' || nth, '{service}', '', 1, 'letter' FROM numbers"
        ),
    ] {
        change(world, &format!("{numbers} INSERT INTO {what}")).await;
    }
}

#[test]
fn everyone_is_told_of_each_change_once_however_many_lots_that_takes() {
    on_both(async |world| {
        many_subscribers(&world, 230, &world.transport).await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        world.forward(MINUTE);
        noticed(&world, &leaders, "Taxis", 30).await;
        start_due(&world.house).await.unwrap();
        // Some stop while they wait, and one who stops comes after the first lot.
        change(
            &world,
            "UPDATE subscriptions SET ended_at = 2, ended_how = 'own page'
             WHERE subscriber_id IN ('many7', 'many99')",
        )
        .await;
        tell_due(&world.house).await.unwrap();
        let owed = "SELECT count(*) FROM deliveries WHERE kind = 'notice'";
        assert_eq!(number(&world, owed).await, 2 * 228);
        let twice = "SELECT count(*) FROM (SELECT to_address FROM deliveries WHERE kind = 'notice'
            GROUP BY to_address HAVING count(*) <> 2) others";
        assert_eq!(number(&world, twice).await, 0, "each has one about either");
        let waits = "SELECT count(*) FROM ledger WHERE delivery_id IS NULL AND
            called_off_at IS NULL";
        assert_eq!(number(&world, waits).await, 0, "nobody is left out");
        tell_due(&world.house).await.unwrap();
        assert_eq!(number(&world, owed).await, 2 * 228, "nobody is owed it again");
    });
}

#[test]
fn whoever_moves_or_joins_while_the_ledger_is_being_written_is_told_once() {
    on_both(async |world| {
        many_subscribers(&world, 600, &world.transport).await;
        let ends = "UPDATE subscriptions SET ended_at = 2, ended_how = 'own page'";
        change(&world, &format!("{ends} WHERE subscriber_id = 'many1'")).await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        // A worker is stopped after the first lot, of the ids that come first.
        let mut tx = world.db().begin().await.unwrap();
        assert!(ledger::start_next(&mut tx, world.now()).await.unwrap().is_some());
        assert!(ledger::list_next(&mut tx).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM ledger").await, 499, "one has stopped");
        tell_due(&world.house).await.unwrap();
        world.deliver().await;
        // Somebody who was told takes an address whose turn is still to come, and another whose
        // turn is still to come takes one that was passed by.
        address_changes(&world, "many10@example.org", "many9@example.org").await;
        address_changes(&world, "many99@example.org", "many1@example.org").await;
        change(&world, &format!("{ends} WHERE subscriber_id = 'many98'")).await;
        subscriber(&world, "new@example.org", &world.transport, "", "at once").await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let told = |who: &str| {
            format!("SELECT count(*) FROM ledger WHERE delivery_id IS NOT NULL AND {who}")
        };
        for (who, times) in [
            ("subscriber_id IN ('many9', 'many98', 'many99')", 0),
            ("subscriber_id = 'many1'", 1),
            ("subscriber_id = 'many10'", 1),
            ("subscriber_id = 'many97'", 1),
            ("subscribed_at IS NOT NULL AND subscriber_id NOT LIKE 'many%'", 1),
            ("1 = 1", 499 + 97 + 2),
        ] {
            assert_eq!(number(&world, &told(who)).await, times, "{who}");
        }
        let half_listed = "SELECT count(*) FROM notices WHERE listed_up_to IS NOT NULL";
        assert_eq!(number(&world, half_listed).await, 0);
    });
}

#[test]
fn a_digest_that_was_stopped_half_way_goes_on_where_it_was() {
    on_both(async |world| {
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "First", 30).await;
        start_due(&world.house).await.unwrap();
        // The worker sleeps through two mornings: what came up meanwhile is in one digest.
        let slept: Millis = 2 * DAY;
        world.forward(HOUR);
        noticed(&world, &leaders, "Second", 30).await;
        start_due(&world.house).await.unwrap();
        world.forward(slept);
        let emails = told(&world).await;
        assert_eq!(emails.len(), 1);
        assert!(emails[0].text.contains("First") && emails[0].text.contains("Second"));
    });
}

#[test]
fn a_digest_goes_without_what_was_stopped_or_withdrawn_since_it_was_put_together() {
    on_both(async |world| {
        for (email, service) in [
            ("both@example.org", &world.autism),
            ("both@example.org", &world.transport),
            ("one@example.org", &world.transport),
        ] {
            subscriber(&world, email, service, "", "daily").await;
        }
        let leaders = leaders(&world).await;
        let first = noticed(&world, &leaders, "First", 30).await;
        noticed(&world, &leaders, "Second", 30).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let third =
            written(&leaders.0, "/lead/notices/new", &fields("Third", &world.autism, &day)).await;
        leaders.1.post(&third, &[]).await.leads_to();
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Tuesday", "08:30");
        tell_due(&world.house).await.unwrap();
        followed(&world, &leaders, &first, None).await;
        start_due(&world.house).await.unwrap();
        assert!(world.deliver().await.is_empty(), "they wait to be put together again");
        tell_due(&world.house).await.unwrap();
        let mut emails = world.deliver().await;
        emails.sort_by(|one, next| (&one.to, &next.subject).cmp(&(&next.to, &one.subject)));
        let digests: Vec<_> = emails
            .iter()
            .filter(|message| !message.subject.starts_with("No longer happening"))
            .collect();
        assert_eq!(emails.len(), 4, "a digest and the withdrawal for each");
        assert_eq!(digests.len(), 2, "a digest for each");
        for digest in &digests {
            assert!(
                digest.text.contains("Second") && !digest.text.contains("First"),
                "{}",
                digest.text
            );
        }
        let both = digests.iter().find(|message| message.to == "both@example.org").unwrap();
        assert!(both.text.contains("Third"));
        let own = both
            .one_click
            .clone()
            .unwrap()
            .replace("http://alongside.example.org/unsubscribe/", "");
        let read = world.visitor().get(&format!("/read/{own}")).await;
        assert!(
            read.says("Second") && read.says("Third") && !read.says("First"),
            "its link works, for what is in it"
        );

        // What they stop themselves is left out as well.
        let fourth = noticed(&world, &leaders, "Fourth", 30).await;
        let fifth =
            written(&leaders.0, "/lead/notices/new", &fields("Fifth", &world.autism, &day)).await;
        leaders.1.post(&fifth, &[]).await.leads_to();
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Wednesday", "08:30");
        tell_due(&world.house).await.unwrap();
        let transport: String = sqlx::query_scalar(
            "SELECT s.id FROM subscriptions s JOIN subscribers b ON b.id = s.subscriber_id
             WHERE b.email = 'both@example.org' AND s.service_id = $1",
        )
        .bind(&world.transport)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        world
            .visitor()
            .post(
                &format!("/subscriptions/{own}"),
                &[("step", "stop"), ("subscription", &transport)],
            )
            .await
            .leads_to();
        tell_due(&world.house).await.unwrap();
        let emails = world.deliver().await;
        let both = emails.iter().find(|message| message.to == "both@example.org").unwrap();
        assert!(both.text.contains("Fifth") && !both.text.contains("Fourth"));
        let told = who_was_told(&world, &fourth, world.now()).await;
        assert_eq!(
            told.iter().map(|told| told.before + told.never).sum::<u64>(),
            1,
            "whoever stopped before the day is not counted"
        );
    });
}

#[test]
fn whoever_stops_and_begins_again_before_the_digest_is_told() {
    on_both(async |world| {
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Tuesday", "08:30");
        let digest = told(&world).await;
        noticed(&world, &leaders, "Taxis", 30).await;
        start_due(&world.house).await.unwrap();
        let one_click =
            digest[0].one_click.clone().unwrap().replace("http://alongside.example.org", "");
        assert!(world.visitor().post(&one_click, &[]).await.says("We have stopped"));
        let own = one_click.replace("/unsubscribe/", "/subscriptions/");
        world
            .visitor()
            .post(&own, &[("services", &world.transport), ("cadence", "daily")])
            .await
            .leads_to();
        forward_to(&world, "Wednesday", "08:30");
        let emails = told(&world).await;
        assert!(emails.len() == 1 && emails[0].text.contains("Taxis"));
    });
}

#[test]
fn whoever_stops_and_begins_again_while_the_email_waits_is_told_once() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        subscriber(&world, "daily@example.org", &world.autism, "", "daily").await;
        let leaders = leaders(&world).await;
        let links = async || {
            let links: Vec<String> = sqlx::query_scalar(
                "SELECT unsubscribe FROM deliveries WHERE next_at IS NOT NULL
                 ORDER BY to_address",
            )
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
            links
                .iter()
                .map(|link| link.replace("http://alongside.example.org", ""))
                .collect::<Vec<_>>()
        };
        let begin_again = async |one_click: &str, cadence| {
            let own = one_click.replace("/unsubscribe/", "/subscriptions/");
            world
                .visitor()
                .post(&own, &[("services", &world.transport), ("cadence", cadence)])
                .await
                .leads_to();
        };
        noticed(&world, &leaders, "Buses", 30).await;
        noticed_of(&world, &leaders, "Lessons", &world.autism, 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let one_click = links().await.remove(0);
        for _ in 0..2 {
            assert!(world.visitor().post(&one_click, &[]).await.says("We have stopped"));
            begin_again(&one_click, "at once").await;
            tell_due(&world.house).await.unwrap();
        }
        assert_eq!(world.deliver().await.len(), 1);
        begin_again(&one_click, "at once").await;
        assert!(told(&world).await.is_empty(), "they were told");

        // Their digest waits: what they stop and begin again is in it.
        forward_to(&world, "Tuesday", "08:30");
        tell_due(&world.house).await.unwrap();
        let digest = links().await.remove(0);
        let transport =
            "SELECT s.id FROM subscriptions s JOIN subscribers b ON b.id = s.subscriber_id
                         WHERE b.cadence = 'daily' AND s.service_id = $1 AND s.ended_at IS NULL";
        let own = digest.replace("/unsubscribe/", "/subscriptions/");
        let stop = async || {
            let id: String = sqlx::query_scalar(transport)
                .bind(&world.transport)
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
            world.visitor().post(&own, &[("step", "stop"), ("subscription", &id)]).await.leads_to();
        };
        stop().await;
        begin_again(&digest, "daily").await;
        stop().await;
        tell_due(&world.house).await.unwrap();
        begin_again(&digest, "daily").await;
        let emails = told(&world).await;
        assert!(
            emails.len() == 1
                && emails[0].text.contains("Buses")
                && emails[0].text.contains("Lessons")
        );

        // It goes without what they had stopped: that is told when they begin again.
        noticed(&world, &leaders, "Taxis", 30).await;
        noticed_of(&world, &leaders, "Groups", &world.autism, 30).await;
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Wednesday", "08:30");
        tell_due(&world.house).await.unwrap();
        stop().await;
        let emails = told(&world).await;
        let theirs: Vec<_> =
            emails.iter().filter(|message| message.to == "daily@example.org").collect();
        assert!(
            theirs.len() == 1
                && theirs[0].text.contains("Groups")
                && !theirs[0].text.contains("Taxis")
        );
        world.forward(MINUTE);
        begin_again(&digest, "daily").await;
        let emails = told(&world).await;
        assert!(
            emails.len() == 1
                && emails[0].text.contains("Taxis")
                && !emails[0].text.contains("Groups")
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger WHERE called_off_at IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn a_digest_in_a_workers_hand_does_not_tell_what_was_corrected_meanwhile() {
    on_both(async |world| {
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        let buses = noticed(&world, &leaders, "Buses", 30).await;
        noticed(&world, &leaders, "Taxis", 30).await;
        start_due(&world.house).await.unwrap();
        forward_to(&world, "Tuesday", "08:30");
        tell_due(&world.house).await.unwrap();
        let hand = world.hand("1");
        let outcome = deliveries::deliver_one(&hand, async |message, permit| {
            assert!(message.text.contains("Buses"));
            followed(&world, &leaders, &buses, Some(40)).await;
            start_due(&world.house).await.unwrap();
            tell_due(&world.house).await.unwrap();
            permit.holds().await
        });
        assert_eq!(outcome.await.unwrap(), deliveries::Outcome::Later);
        let emails = told(&world).await;
        let digest = emails.iter().find(|message| message.text.contains("Taxis")).unwrap();
        assert!(!digest.text.contains("Buses"), "{}", digest.text);
    });
}

#[test]
fn stopping_is_answered_once_an_email_that_a_worker_holds_goes_no_more() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let (held, holds) = tokio::sync::oneshot::channel();
        let answered = AtomicBool::new(false);
        let hand = world.hand("1");
        let hand_over = deliveries::deliver_one(&hand, async |message, permit| {
            held.send(message.one_click.unwrap()).unwrap();
            while permit.holds().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(
                !answered.load(Ordering::SeqCst),
                "it is answered while the email may still be on its way"
            );
            permit.holds().await
        });
        let stop = async {
            let one_click = holds.await.unwrap().replace("http://alongside.example.org", "");
            assert!(world.visitor().post(&one_click, &[]).await.says("We have stopped"));
            answered.store(true, Ordering::SeqCst);
        };
        let (outcome, ()) = tokio::join!(hand_over, stop);
        assert_eq!(outcome.unwrap(), deliveries::Outcome::GivenUp);
    });
}
