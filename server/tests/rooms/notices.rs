use app::accounts::Role;
use app::area;
use app::clock::{self, DAY, HOUR, MINUTE, Millis};
use app::db::Kind;
use app::deliveries::Letter;
use app::deliveries::returns::{Came, Return};
use app::id;
use app::notices::ledger;
use app::notices::rules::SETTLED_AFTER;
use app::notices::{start_due, tell_due};
use axum::http::{Method, StatusCode};
use sqlx::Row as _;

use crate::kept::while_open;
use crate::world::{Browser, World, link, on_both};

async fn leaders(world: &World) -> (Browser<'_>, Browser<'_>) {
    (world.signed_in("leader@example.org", &[Role::Leader]).await, world.signed_in("leader2@example.org", &[Role::Leader]).await)
}

/// Somebody who has confirmed that she wants letters about this service, in this place or, with "", everywhere.
pub async fn subscriber(world: &World, email: &str, service: &str, place: &str, cadence: &str) {
    let fields = [("email", email), ("services", service), ("places", place), ("cadence", cadence)];
    world.visitor().post("/subscribe", &fields).await.leads_to();
    let letters = world.deliver().await;
    let confirm = letters.iter().find(|letter| letter.to == email).unwrap();
    world.visitor().post(&link(confirm), &[]).await.leads_to();
}

fn fields<'f>(title: &'f str, service: &'f str, day: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("title", title),
        ("what", "Route 5 comes at 8:10 and no longer at 8:25."),
        ("services", service),
        ("effect", "day"),
        ("effect_day", day),
        ("decided", "yes"),
        ("decided_day", "2020-01-01"),
        ("why", "A bridge is closed."),
        ("affected", "Children on route 5"),
        ("families", "40"),
        ("must_do", "Be at the stop by 8:05."),
        ("entitlement", "no"),
        ("whom", "The transport team"),
        ("phone", "01234 567 890"),
    ]
}

/// Writes a notice about transport that takes effect after so many days, and has it approved; its id.
pub async fn noticed(world: &World, (writer, colleague): &(Browser<'_>, Browser<'_>), title: &str, days: i64) -> String {
    let day = clock::fields(world.now() + days * DAY).0;
    let written = writer.post("/lead/notices/new", &fields(title, &world.transport, &day)).await.leads_to();
    let page = written.split('?').next().unwrap().to_owned();
    colleague.post(&page, &[]).await.leads_to();
    page.replace("/lead/notices/", "")
}

/// The letters about notices that are due now.
pub async fn told(world: &World) -> Vec<Letter> {
    start_due(&world.house).await.unwrap();
    tell_due(&world.house).await.unwrap();
    world.deliver().await
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

async fn number(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *world.db().read().await.unwrap()).await.unwrap()
}

#[test]
fn a_leader_writes_a_colleague_approves_and_each_subscriber_it_matches_gets_one_letter() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "one@example.org", &world.transport, &world.south, "at once").await;
        subscriber(&world, "two@example.org", &world.autism, "", "at once").await;
        subscriber(&world, "three@example.org", &world.transport, &world.north, "at once").await;
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let south = [fields("Route 5 comes earlier", &world.transport, &day), vec![("places", world.south.as_str())]].concat();
        let page = writer.post("/lead/notices/new", &south).await.leads_to().split('?').next().unwrap().to_owned();
        let preview = writer.get(&page).await;
        assert!(preview.says("Be at the stop by 8:05.") && preview.says("A colleague approves it") && preview.says("The letter"));
        assert!(preview.says("fewer than 10") && !preview.says("<dd>1</dd>"), "how many would be told goes through disclosure");
        let own = writer.post(&page, &[]).await;
        assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(own.says("Ask a colleague to approve it"));
        let public = page.replace("/lead", "");
        assert_eq!(world.visitor().get(&public).await.status, StatusCode::NOT_FOUND, "nobody is told yet");

        colleague.post(&page, &[]).await.leads_to();
        colleague.post(&page, &[]).await.leads_to();
        let letters = told(&world).await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["one@example.org"]);
        assert!(
            letters[0].subject.ends_with(": Route 5 comes earlier")
                && letters[0].text.contains("What you must do: Be at the stop by 8:05.")
        );
        assert!(letters[0].one_click.as_ref().unwrap().starts_with("http://alongside.example.org/unsubscribe/"));
        assert!(told(&world).await.is_empty(), "nobody is told twice");
        let shown = world.visitor().get(&public).await;
        assert!(shown.says("What you must do") && shown.says("Route 5 comes at 8:10") && shown.says("● Decided"));
        assert!(
            world.visitor().get(&format!("/notices?service={}&place={}", world.transport, world.south)).await.says("Route 5 comes earlier")
        );
        assert!(!world.visitor().get(&format!("/notices?place={}", world.north)).await.says("Route 5 comes earlier"));
        assert!(world.visitor().get("/notices?show=lately").await.says("Route 5 comes earlier"));
        world.forward(31 * DAY);
        assert!(world.visitor().get(&public).await.says("✓ In force"));
        assert!(!world.visitor().get("/notices").await.says("Route 5 comes earlier"));
    });
}

#[test]
fn a_weekly_subscriber_is_told_at_once_of_monday_and_with_her_digest_of_three_weeks_later() {
    on_both(async |world| {
        subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        let leaders = leaders(&world).await;
        forward_to(&world, "Saturday", "09:00");
        noticed(&world, &leaders, "On Monday", 2).await;
        noticed(&world, &leaders, "In three weeks", 21).await;
        noticed(&world, &leaders, "In a month", 28).await;
        let letters = told(&world).await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].subject.ends_with(": On Monday"));
        world.forward(6 * DAY);
        assert!(told(&world).await.is_empty());
        forward_to(&world, "Saturday", "08:30");
        let digest = told(&world).await;
        assert_eq!(digest.len(), 1);
        assert!(digest[0].subject.starts_with("2 changes to services"), "{}", digest[0].subject);
        assert!(
            digest[0].text.contains("In three weeks") && digest[0].text.contains("In a month") && !digest[0].text.contains("On Monday")
        );
        world.forward(7 * DAY);
        assert!(told(&world).await.is_empty(), "a digest is never blank and never repeats");
    });
}

#[test]
fn after_unsubscribing_no_letter_to_that_address_is_started_and_other_services_go_on() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "one@example.org", &world.autism, "", "at once").await;
        subscriber(&world, "daily@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "First", 30).await;
        let first = told(&world).await;
        let one_click = first[0].one_click.clone().unwrap().replace("http://alongside.example.org", "");
        noticed(&world, &leaders, "Second", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let stopped = world.visitor().send(Method::POST, &one_click, &[], "List-Unsubscribe=One-Click").await;
        assert_eq!(stopped.status, StatusCode::OK);
        assert!(world.deliver().await.is_empty(), "the letter that was owed is called off");
        assert_eq!(number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await, 2, "autism support goes on");
        assert_eq!(number(&world, "SELECT count(*) FROM ledger").await, 4, "the ledger keeps its rows");

        forward_to(&world, "Monday", "08:30");
        assert_eq!(told(&world).await.len(), 1, "the digest of the other");
        noticed(&world, &leaders, "Third", 30).await;
        start_due(&world.house).await.unwrap();
        let daily = world.visitor();
        let own = world.db().write(|tx| {
            Box::pin(async move {
                let id: String = sqlx::query_scalar("SELECT id FROM subscribers WHERE cadence = 'daily'").fetch_one(&mut *tx).await?;
                let token = app::id::secret();
                app::subscriptions::store::keep_link(tx, &app::id::hash(&token), &id, 0).await?;
                Ok::<_, sqlx::Error>(token)
            })
        });
        let own = format!("/subscriptions/{}", own.await.unwrap());
        daily.post(&own, &[("step", "stop all")]).await.leads_to();
        forward_to(&world, "Tuesday", "08:30");
        assert!(told(&world).await.is_empty(), "what waited for her digest is called off");
        assert_eq!(number(&world, "SELECT count(*) FROM ledger WHERE called_off_at IS NOT NULL").await, 2, "and so was the letter above");
    });
}

#[test]
fn an_approved_notice_waits_for_its_hour_and_can_be_called_back_and_changed_until_then() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page = writer.post("/lead/notices/new", &fields("Earlier", &world.transport, &day)).await.leads_to();
        let page = page.split('?').next().unwrap().to_owned();
        let (start_day, start_time) = clock::fields(world.now() + 2 * DAY);
        let past = colleague.post(&page, &[("start_day", "2020-01-01")]).await;
        assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
        colleague.post(&page, &[("start_day", &start_day), ("start_time", &start_time)]).await.leads_to();
        assert!(told(&world).await.is_empty() && writer.get("/lead/notices").await.says("People are told from"));
        let words = format!("{page}/words");
        assert_eq!(writer.get(&words).await.leads_to(), page, "what a colleague approved is not changed under her");
        let late = writer.post(&words, &fields("Other words", &world.transport, &day)).await.leads_to();
        assert!(late.ends_with("done=approved-before"));
        writer.post(&page, &[("step", "call back")]).await.leads_to();
        world.forward(3 * DAY);
        assert!(told(&world).await.is_empty(), "it was called back");
        assert!(writer.get(&words).await.says("value=\"Earlier\""));
        writer.post(&words, &fields("Later", &world.transport, &day)).await.leads_to();
        colleague.post(&page, &[]).await.leads_to();
        let letters = told(&world).await;
        assert!(letters[0].subject.ends_with(": Later"));
        let too_late = writer.post(&page, &[("step", "call back")]).await;
        assert!(too_late.leads_to().ends_with("done=started-before"));
        for sql in [
            "UPDATE notices SET title = 'Another'",
            "UPDATE notices SET started_at = NULL",
            "DELETE FROM notices",
            "DELETE FROM ledger",
            "UPDATE ledger SET due_at = 0",
        ] {
            assert!(sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await.is_err(), "{sql}");
        }
    });
}

#[test]
fn a_notice_that_is_called_back_and_a_subscription_that_ends_meanwhile_are_not_told() {
    on_both(async |world| {
        if world.db().kind() == Kind::Sqlite {
            return; // It has one writer at a time.
        }
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Called back", 30).await;
        let house = world.house.clone();
        let call_back = "UPDATE notices SET approved_by = NULL, approved_at = NULL, starts_at = NULL";
        while_open(&world, &[call_back], async move { start_due(&house).await }).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM notices WHERE started_at IS NOT NULL").await, 0);

        noticed(&world, &leaders, "Told", 30).await;
        start_due(&world.house).await.unwrap();
        let house = world.house.clone();
        let unsubscribe = [
            "SELECT id FROM subscribers FOR UPDATE",
            "UPDATE subscriptions SET ended_at = 1, ended_how = 'one click'",
            "UPDATE ledger SET called_off_at = 1, called_off_why = 'unsubscribed' WHERE delivery_id IS NULL",
        ];
        while_open(&world, &unsubscribe, async move { tell_due(&house).await }).await.unwrap();
        assert!(world.deliver().await.is_empty(), "she had unsubscribed when the letter came to be owed");
    });
}

#[test]
fn from_the_day_it_takes_effect_the_page_says_how_many_were_told_in_time_and_it_agrees_with_the_ledger() {
    on_both(async |world| {
        for nth in 0..12 {
            subscriber(&world, &format!("south{nth}@example.org"), &world.transport, &world.south, "at once").await;
        }
        for nth in 0..11 {
            subscriber(&world, &format!("north{nth}@example.org"), &world.transport, &world.north, "at once").await;
        }
        subscriber(&world, "stops@example.org", &world.transport, &world.north, "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let stop = "SELECT id FROM deliveries WHERE to_address = 'stops@example.org'";
        let stops: String = sqlx::query_scalar(stop).fetch_one(&mut *world.db().read().await.unwrap()).await.unwrap();
        assert!(!stops.is_empty());
        let token: String = sqlx::query_scalar("SELECT unsubscribe FROM deliveries WHERE to_address = 'stops@example.org'")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        world.visitor().post(&token.replace("http://alongside.example.org", ""), &[]).await;
        // The letters of the north are refused, those of the south go.
        let now = world.now();
        for (place, set) in [(&world.south, format!("sent_at = {now}")), (&world.north, format!("given_up_at = {now}, reason = 'refused'"))]
        {
            let sql = format!(
                "UPDATE deliveries SET next_at = NULL, {set} WHERE next_at IS NOT NULL AND id IN (SELECT delivery_id FROM ledger WHERE place_id = '{place}')"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *world.db().read().await.unwrap()).await.unwrap();
        }
        let page = format!("/notices/{id}");
        assert!(world.visitor().get(&page).await.says("stands here from the day it takes effect"));
        world.forward(31 * DAY);
        let shown = world.visitor().get(&page).await.html;
        let row =
            |place: &str| shown.split(&format!("<th scope=\"row\">{place}</th>")).nth(1).unwrap().split("</tr>").next().unwrap().to_owned();
        assert!(row("South Sefton").contains(">12<") && row("South Sefton").contains(">0<"), "{}", row("South Sefton"));
        assert!(row("North Sefton").contains(">0<") && row("North Sefton").contains(">11<"), "a refusal makes nobody fewer");
        let told = ledger::told(world.db(), &id, world.now()).await.unwrap();
        let rows = number(&world, "SELECT count(*) FROM ledger WHERE called_off_at IS NULL").await;
        assert_eq!(told.iter().map(|told| told.before + told.after + told.never).sum::<u64>(), u64::try_from(rows).unwrap());
    });
}

#[test]
fn what_is_missing_in_a_notice_is_named_and_what_was_typed_stays() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let empty = writer.post("/lead/notices/new", &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Choose at least one service") && empty.says("Enter the day from which it holds"));
        let past = writer.post("/lead/notices/new", &fields("A change\nBcc: all@example.org", &world.transport, "2020-01-01")).await;
        assert!(past.says("Choose a day that is still to come") && past.says("Be at the stop by 8:05."));
        let start = writer.get("/lead/notices/new?like=transport").await;
        assert!(start.says("New pick-up times on "));
    });
}

#[test]
fn two_workers_telling_at_once_tell_each_subscriber_once_and_a_confirmation_overtakes_them() {
    on_both(async |world| {
        for nth in 0..30 {
            subscriber(&world, &format!("s{nth}@example.org"), &world.transport, "", "at once").await;
        }
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        noticed(&world, &leaders, "Taxis", 30).await;
        let (one, two) = tokio::join!(start_due(&world.house), start_due(&world.house));
        one.and(two).unwrap();
        let (one, two) = tokio::join!(tell_due(&world.house), tell_due(&world.house));
        one.and(two).unwrap();
        world.forward(HOUR);
        let fields = [("email", "new@example.org"), ("services", world.transport.as_str()), ("cadence", "at once")];
        world.visitor().post("/subscribe", &fields).await.leads_to();
        let letters = world.deliver().await;
        assert_eq!(letters[0].to, "new@example.org", "a confirmation does not wait behind a notice");
        let mut told: Vec<_> = letters[1..].iter().map(|letter| (letter.to.clone(), letter.subject.clone())).collect();
        assert_eq!(told.len(), 60);
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 60, "once each");
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
        let letters = told(&world).await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains("First") && letters[0].text.contains("Second"));
    });
}

/// Two organisations; transport is run by the council. Gives the ids of the council and of the other.
async fn council_runs_transport(world: &World) -> (String, String) {
    let transport = world.transport.clone();
    let made = world.db().write(|tx| {
        Box::pin(async move {
            let council = area::store::add(tx, area::What::Organisation, "Sefton Council", None).await?;
            let other = area::store::add(tx, area::What::Organisation, "Another Trust", None).await?;
            area::store::set_rule(tx, &transport, std::slice::from_ref(&council), Some(20)).await?;
            Ok::<_, sqlx::Error>((council, other))
        })
    });
    made.await.unwrap()
}

async fn leads_for(world: &World, leader: &Browser<'_>, organisation: &str) {
    let (account, organisation) = (leader.account.clone(), organisation.to_owned());
    let set = world.db().write(move |tx| Box::pin(async move { app::accounts::store::lead_for(tx, &account, Some(&organisation)).await }));
    set.await.unwrap();
}

#[test]
fn only_leaders_of_those_who_run_a_service_write_approve_change_correct_and_withdraw() {
    on_both(async |world| {
        let (council, other) = council_runs_transport(&world).await;
        let both = leaders(&world).await;
        let stranger = world.signed_in("leader3@example.org", &[Role::Leader]).await;
        for (leader, organisation) in [(&both.0, &council), (&both.1, &council), (&stranger, &other)] {
            leads_for(&world, leader, organisation).await;
        }
        let day = clock::fields(world.now() + 30 * DAY).0;
        let refused = stranger.post("/lead/notices/new", &fields("Not hers", &world.transport, &day)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Leave out Transport. Leaders of those who run it write about it") && refused.says("Route 5 comes at 8:10"));
        stranger.post("/lead/notices/new", &fields("Nobody runs autism support", &world.autism, &day)).await.leads_to();

        let page = both.0.post("/lead/notices/new", &fields("Hers", &world.transport, &day)).await.leads_to();
        let page = page.split('?').next().unwrap().to_owned();
        assert!(stranger.get(&page).await.says("Leaders of those who run the service decide on it."));
        for (path, sent) in [
            (page.clone(), vec![]),
            (format!("{page}/words"), fields("Other words", &world.transport, &day)),
            (format!("{page}/correction"), vec![("changed", "x")]),
            (format!("{page}/withdrawal"), vec![("changed", "x")]),
        ] {
            assert_eq!(stranger.post(&path, &sent).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        both.1.post(&page, &[]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await, 1);
        let call_back = [("step", "call back")];
        assert_eq!(stranger.post(&page, &call_back).await.status, StatusCode::FORBIDDEN);
        both.0.post(&page, &call_back).await.leads_to();
    });
}

#[test]
fn the_area_can_let_whoever_writes_a_notice_send_it() {
    on_both(async |world| {
        let (writer, _) = leaders(&world).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page = writer.post("/lead/notices/new", &fields("Alone", &world.transport, &day)).await.leads_to();
        let page = page.split('?').next().unwrap().to_owned();
        assert_eq!(writer.post(&page, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        admin.post("/admin/telling", &[("step", "second person"), ("second_person", "no")]).await.leads_to();
        assert!(writer.get(&page).await.says("Approve it"));
        writer.post(&page, &[]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL").await, 1);
    });
}

#[test]
fn a_leader_is_warned_when_families_would_be_told_later_than_the_areas_rule() {
    on_both(async |world| {
        let (council, _) = council_runs_transport(&world).await;
        let (writer, _) = leaders(&world).await;
        leads_for(&world, &writer, &council).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        // 15 January 2027 is a Friday. Half-term is the week of 15 February.
        let term = [("step", "term"), ("term_name", "Spring"), ("first_day", "2027-01-04"), ("last_day", "2027-02-12")];
        admin.post("/admin/telling", &term).await.leads_to();
        let closed = [("step", "closed"), ("closed_name", "Snow day"), ("closed_day", "2027-01-18")];
        admin.post("/admin/telling", &closed).await.leads_to();
        let twice = admin.post("/admin/telling", &closed).await;
        assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.says("This one is there already"));
        assert!(admin.get("/admin/telling").await.says("Snow day"));
        let preview = async |day: &str| {
            let page = writer.post("/lead/notices/new", &fields("Buses", &world.transport, day)).await.leads_to();
            writer.get(page.split('?').next().unwrap()).await
        };
        // From Tuesday 19 January: 19 school days until 12 February, and none in the weeks after.
        assert!(
            preview("2027-02-12")
                .await
                .says("Families would be told 18 school days before. For Transport the area’s rule is 20 school days.")
        );
        assert!(
            preview("2027-02-22").await.says("19 school days before")
                && preview("2027-02-22").await.says("The terms up to that day are not known")
        );
        let next = [("step", "term"), ("term_name", "Spring, second half"), ("first_day", "2027-02-22"), ("last_day", "2027-03-25")];
        admin.post("/admin/telling", &next).await.leads_to();
        assert!(!preview("2027-02-23").await.says("the area’s rule"), "20 school days are enough");
    });
}

#[test]
fn a_correction_goes_to_exactly_the_people_of_the_original_ledger_and_the_old_page_says_so() {
    on_both(async |world| {
        for (email, cadence) in [
            ("one@example.org", "at once"),
            ("daily@example.org", "daily"),
            ("stops@example.org", "at once"),
            ("moves@example.org", "at once"),
        ] {
            subscriber(&world, email, &world.transport, "", cadence).await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let letters = told(&world).await;
        assert_eq!(letters.len(), 3, "the digest waits");
        let stops = letters.iter().find(|letter| letter.to == "stops@example.org").unwrap();
        world.visitor().post(&stops.one_click.clone().unwrap().replace("http://alongside.example.org", ""), &[]).await;
        subscriber(&world, "late@example.org", &world.transport, "", "at once").await;
        // She has another address since: what she had asked for has ended, and not because she chose so.
        let (kind, now) = (world.db().kind(), world.now());
        subscriber(&world, "new@example.org", &world.autism, "", "at once").await;
        let moved = world.db().write(move |tx| {
            Box::pin(async move { app::subscriptions::store::address_changed(tx, kind, "moves@example.org", "new@example.org", now).await })
        });
        moved.await.unwrap();

        assert!(leaders.0.get(&format!("/notices/{id}")).await.says("Correct it"));
        assert!(!world.visitor().get(&format!("/notices/{id}")).await.says("Correct it"));
        let day = clock::fields(world.now() + 40 * DAY).0;
        let words = [fields("Buses later", &world.autism, &day), vec![("changed", "It begins ten days later.")]].concat();
        let unsaid = leaders.0.post(&format!("/lead/notices/{id}/correction"), &fields("Buses", &world.autism, &day)).await;
        assert!(unsaid.status == StatusCode::UNPROCESSABLE_ENTITY && unsaid.says("Say what has changed"));
        let page = leaders.0.post(&format!("/lead/notices/{id}/correction"), &words).await.leads_to();
        let page = page.split('?').next().unwrap().to_owned();
        let other = leaders.0.post(&format!("/lead/notices/{id}/withdrawal"), &[("changed", "No.")]).await.leads_to();
        let other = other.split('?').next().unwrap().to_owned();
        let preview = leaders.1.get(&page).await;
        assert!(preview.says("It begins ten days later.") && preview.says("Corrected: "));
        leaders.1.post(&page, &[]).await.leads_to();
        let second = leaders.1.post(&other, &[]).await;
        assert!(second.status == StatusCode::UNPROCESSABLE_ENTITY && second.says("Another correction or withdrawal"));

        let mut letters = told(&world).await;
        letters.sort_by(|one, next| one.to.cmp(&next.to));
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["new@example.org", "one@example.org"]);
        assert!(
            letters[0].subject.starts_with("Corrected: ")
                && letters[0].text.starts_with("We told you of this before. This is what has changed:\n\nIt begins ten days later.")
        );
        forward_to(&world, "Tuesday", "08:30");
        let digest = told(&world).await;
        assert_eq!(digest.len(), 1, "one letter, about the correction alone");
        assert!(digest[0].text.contains("Buses later") && digest[0].text.matches("It takes effect from").count() == 1);
        let old = world.visitor().get(&format!("/notices/{id}")).await;
        assert!(old.says("This was corrected. Go by the correction.") && old.says("○ Corrected"));
        let list = world.visitor().get("/notices").await;
        assert!(list.says("Buses later") && !list.says(&format!("/notices/{id}")), "the correction stands in its place");

        // The correction is withdrawn: again the same people, at once.
        let corrected = page.replace("/lead/notices/", "");
        assert_eq!(leaders.0.get(&format!("/lead/notices/{id}/correction")).await.leads_to(), format!("/notices/{corrected}"));
        let page = leaders.0.post(&format!("/lead/notices/{corrected}/withdrawal"), &[("changed", "The bridge is open.")]).await.leads_to();
        let page = page.split('?').next().unwrap().to_owned();
        leaders.1.post(&page, &[]).await.leads_to();
        let letters = told(&world).await;
        assert_eq!(letters.len(), 3);
        assert!(letters.iter().all(|letter| letter.subject == "Withdrawn: Buses later" && !letter.text.contains("What you must do")));
        let withdrawal = world.visitor().get(&page.replace("/lead", "")).await;
        assert!(withdrawal.says("○ Withdrawn") && withdrawal.says("The bridge is open.") && !withdrawal.says("What you must do"));
        assert!(!world.visitor().get("/notices").await.says("Buses later"), "what is withdrawn does not take effect");
        assert!(world.visitor().get("/notices?show=lately").await.says("Buses later"));
    });
}

#[test]
fn a_correction_stops_the_letters_of_the_original_that_have_not_gone() {
    on_both(async |world| {
        for nth in 0..3 {
            subscriber(&world, &format!("person{nth}@example.org"), &world.transport, "", "at once").await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Wrong", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let page = leaders.0.post(&format!("/lead/notices/{id}/withdrawal"), &[("changed", "It was a mistake.")]).await.leads_to();
        leaders.1.post(page.split('?').next().unwrap(), &[]).await.leads_to();
        let letters = told(&world).await;
        assert_eq!(letters.len(), 3);
        assert!(letters.iter().all(|letter| letter.subject == "Withdrawn: Wrong"));
        assert_eq!(number(&world, "SELECT count(*) FROM ledger WHERE called_off_why = 'replaced'").await, 3);
    });
}

/// A letter comes back.
pub async fn comes_back(world: &World, letter: &Letter, came: Came) {
    let back = Return { letter: letter.id.clone(), came, reason: "550 5.1.1 <one@example.org>: no such mailbox".into() };
    app::deliveries::keep(&world.house, vec![back]).await.unwrap();
}

#[test]
fn whoever_was_told_can_say_that_she_has_read_it_in_the_letter_or_on_the_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let fields = [("services", world.transport.as_str()), ("cadence", "at once")];
        parent.post("/subscribe", &fields).await.leads_to();
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let letters = told(&world).await;
        let letter = letters.iter().find(|letter| letter.to == "one@example.org").unwrap();
        assert!(letter.text.contains(&format!("/notices/{id}")));
        let read = link(letter);
        let before = world.visitor().get(&read).await;
        assert!(read.starts_with("/read/") && before.says("Buses") && before.says("I have read this"));
        assert_eq!(number(&world, "SELECT count(*) FROM ledger WHERE read_at IS NOT NULL").await, 0, "looking is not saying");
        world.visitor().post(&read, &[]).await.leads_to();
        let at = number(&world, "SELECT max(read_at) FROM ledger").await;
        world.forward(HOUR);
        world.visitor().post(&read, &[]).await.leads_to();
        assert_eq!(number(&world, "SELECT max(read_at) FROM ledger").await, at, "the first time counts");
        assert!(world.visitor().get(&read).await.says("Thank you"));
        assert_eq!(world.visitor().get("/read/nobodys").await.status, StatusCode::GONE);

        let page = format!("/notices/{id}");
        assert!(!world.visitor().get(&page).await.says("I have read this"), "nobody knows who she is");
        assert!(!leaders.0.get(&page).await.says("I have read this"), "she was not told");
        assert!(parent.get(&page).await.says("I have read this"));
        parent.post(&format!("{page}/read"), &[]).await.leads_to();
        assert!(parent.get(&page).await.says("You said that you have read this"));
        assert_eq!(number(&world, "SELECT count(*) FROM ledger WHERE read_at IS NOT NULL").await, 2);
    });
}

#[test]
fn a_letter_that_comes_back_unsubscribes_nobody_and_is_a_task_for_an_organiser() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "two@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let letters = told(&world).await;
        let organiser = world.organiser().await;
        assert!(!organiser.get("/forum").await.says("Tell them in another way"));
        let one = letters.iter().find(|letter| letter.to == "one@example.org").unwrap();
        let never_sent = Letter { id: id::fresh(), ..one.clone() };
        for (letter, came) in [(&never_sent, Came::Bounced), (one, Came::Complained), (one, Came::Bounced), (one, Came::Bounced)] {
            comes_back(&world, letter, came).await;
            world.forward(MINUTE);
        }
        assert_eq!(number(&world, "SELECT count(*) FROM returns").await, 2, "once of each kind, and nothing of a letter never sent");
        assert_eq!(number(&world, "SELECT count(*) FROM returns WHERE reason LIKE '%@%'").await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await, 2, "it unsubscribes nobody");
        assert!(organiser.get("/forum").await.says("Tell them in another way"));
        let waits = organiser.get("/forum/unreached").await;
        assert!(waits.says("one@example.org") && waits.says("Buses") && !waits.says("two@example.org"));
        let family: String = sqlx::query_scalar("SELECT id FROM subscribers WHERE email = 'one@example.org'")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let unsaid = organiser.post("/forum/unreached", &[("family", &family)]).await;
        assert!(unsaid.status == StatusCode::UNPROCESSABLE_ENTITY && unsaid.says("Choose how you told the family"));
        organiser.post("/forum/unreached", &[("family", &family), ("how", "phone")]).await.leads_to();
        assert!(organiser.get("/forum/unreached").await.says("Nobody waits."));
        assert_eq!(number(&world, "SELECT count(*) FROM ledger WHERE reached_how = 'phone' AND reached_by IS NOT NULL").await, 1);
        let told = ledger::told(world.db(), &id, world.now() + DAY).await.unwrap();
        assert_eq!(
            told.iter().map(|told| (told.before, told.after + told.never)).collect::<Vec<_>>(),
            [(2, 0)],
            "the call told her in time"
        );
    });
}

#[test]
fn the_figures_agree_with_the_rows_of_the_ledger_and_nothing_that_comes_back_makes_it_smaller() {
    on_both(async |world| {
        for nth in 0..8 {
            let place = if nth % 2 == 0 { &world.north } else { &world.south };
            subscriber(&world, &format!("person{nth}@example.org"), &world.transport, place, "at once").await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let letters = told(&world).await;
        // Of the north: 0 goes, 2 comes back, 4 comes back after the change, 6 comes back and is read all the same.
        // Of the south: 1 goes, 3 comes back and is told by telephone later, 5 complains, 7 comes back long after.
        let letter = |nth: usize| letters.iter().find(|letter| letter.to == format!("person{nth}@example.org")).unwrap();
        for nth in [2, 6, 3] {
            comes_back(&world, letter(nth), Came::Bounced).await;
        }
        comes_back(&world, letter(5), Came::Complained).await;
        world.visitor().post(&link(letter(6)), &[]).await.leads_to();
        world.forward(31 * DAY);
        comes_back(&world, letter(4), Came::Bounced).await;
        let three: String = sqlx::query_scalar("SELECT id FROM subscribers WHERE email = 'person3@example.org'")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        world.organiser().await.post("/forum/unreached", &[("family", &three), ("how", "school")]).await.leads_to();
        world.forward(20 * DAY);
        comes_back(&world, letter(7), Came::Bounced).await;

        let settled = clock::read(&clock::fields(world.now() - 51 * DAY + 30 * DAY).0, "00:00").unwrap() + SETTLED_AFTER;
        let told = ledger::told(world.db(), &id, settled).await.unwrap();
        assert_eq!(
            told.iter().map(|told| (told.place.as_str(), told.before, told.after, told.never)).collect::<Vec<_>>(),
            [("North Sefton", 3, 0, 1), ("South Sefton", 3, 1, 0)]
        );
        // Row by row, from what is kept.
        let rows = sqlx::query(
            "SELECT n.effect_at, d.sent_at, l.read_at, l.reached_at, (SELECT r.at FROM returns r WHERE r.delivery_id = d.id AND r.kind = 'bounced')
             FROM ledger l JOIN notices n ON n.id = l.notice_id JOIN deliveries d ON d.id = l.delivery_id",
        )
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let (mut before, mut after) = (0, 0);
        for row in &rows {
            let time = |column: usize| row.get::<Option<Millis>, _>(column).unwrap_or(Millis::MAX);
            let told_by = |by: Millis| (time(1) < by && time(4) >= by) || time(2) < by || time(3) < by;
            before += u64::from(told_by(time(0)));
            after += u64::from(!told_by(time(0)) && told_by(settled));
        }
        assert_eq!((before, after, rows.len()), (6, 1, 8));
        assert_eq!(told.iter().map(|told| told.before).sum::<u64>(), before);
        assert_eq!(told.iter().map(|told| told.before + told.after + told.never).sum::<u64>(), 8, "nobody was left out");
    });
}

#[test]
fn the_counts_stay_when_an_address_is_erased() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, &world.south, "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 2).await;
        let letters = told(&world).await;
        world.forward(3 * DAY);
        world.visitor().post(&letters[0].one_click.clone().unwrap().replace("http://alongside.example.org", ""), &[]).await;
        world.forward(29 * DAY);
        assert_eq!(app::subscriptions::forget_due(world.db(), world.now()).await.unwrap(), 1);
        let told = ledger::told(world.db(), &id, world.now()).await.unwrap();
        assert_eq!(told.iter().map(|told| (told.place.as_str(), told.before)).collect::<Vec<_>>(), [("South Sefton", 1)]);
        assert_eq!(number(&world, "SELECT count(*) FROM subscribers WHERE email IS NOT NULL").await, 0);
    });
}
