use sqlx::Row as _;

use super::*;
use crate::page::parts;

#[test]
fn from_the_day_it_takes_effect_the_page_says_how_many_were_told_in_time_as_the_ledger_does() {
    on_both(async |world| {
        for nth in 0..12 {
            subscriber(
                &world,
                &format!("south{nth}@example.org"),
                &world.transport,
                &world.south,
                "at once",
            )
            .await;
        }
        for nth in 0..11 {
            subscriber(
                &world,
                &format!("north{nth}@example.org"),
                &world.transport,
                &world.north,
                "at once",
            )
            .await;
        }
        subscriber(&world, "stops@example.org", &world.transport, &world.north, "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let stop = "SELECT id FROM deliveries WHERE to_address = 'stops@example.org'";
        let stops: String = sqlx::query_scalar(stop)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert!(!stops.is_empty());
        let token: String = sqlx::query_scalar(
            "SELECT unsubscribe FROM deliveries WHERE to_address = 'stops@example.org'",
        )
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        world.visitor().post(&token.replace("http://alongside.example.org", ""), &[]).await.done();
        // The emails of the north are refused, those of the south go.
        let now = world.now().millis();
        for (place, set) in [
            (&world.south, format!("sent_at = {now}")),
            (&world.north, format!("given_up_at = {now}, reason = 'refused'")),
        ] {
            let sql = format!(
                "UPDATE deliveries SET next_at = NULL, {set} WHERE next_at IS NOT NULL
                 AND id IN (SELECT delivery_id FROM ledger WHERE place_id = '{place}')"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        }
        let page = format!("/notices/{id}");
        assert!(world.visitor().get(&page).await.says("On the day it starts we will show"));
        world.forward(31 * DAY);
        let shown = world.visitor().get(&page).await.html;
        let row = |place: &str| {
            let head = format!("<th scope=\"row\">{place}</th>");
            parts(&shown, "tr").into_iter().find(|row| row.starts_with(&head)).unwrap()
        };
        assert!(
            row("South Sefton").contains(">about 10<") && row("South Sefton").contains(">0<"),
            "{}",
            row("South Sefton")
        );
        assert!(
            row("North Sefton").contains(">0<") && row("North Sefton").contains(">about 10<"),
            "a refusal makes nobody fewer"
        );
        let told = who_was_told(&world, &id, world.now()).await;
        let rows = number(&world, "SELECT count(*) FROM ledger WHERE called_off_at IS NULL").await;
        assert_eq!(
            told.iter().map(|told| told.before + told.after + told.never).sum::<u64>(),
            u64::try_from(rows).unwrap()
        );
    });
}

#[test]
fn whoever_has_another_address_meanwhile_is_told_there_and_counted_once() {
    on_both(async |world| {
        for email in [
            "old@example.org",
            "new@example.org",
            "both@example.org",
            "stays@example.org",
            "plain@example.org",
            "spare@example.org",
        ] {
            let service = if ["new@example.org", "spare@example.org"].contains(&email) {
                &world.autism
            } else {
                &world.transport
            };
            subscriber(&world, email, service, "", "daily").await;
        }
        let changes = async |old, new| address_changes(&world, old, new).await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        let all = async || {
            let told = who_was_told(&world, &id, world.now()).await;
            told.iter().map(|told| told.before + told.after + told.never).sum::<u64>()
        };
        assert_eq!(all().await, 4);
        changes("old@example.org", "new@example.org").await;
        assert_eq!(all().await, 4, "they have a row at the new address and one at the old");
        changes("both@example.org", "stays@example.org").await;
        assert_eq!(all().await, 3, "two were one person");
        changes("plain@example.org", "another@example.org").await;
        forward_to(&world, "Monday", "08:30");
        tell_due(&world.house).await.unwrap();
        changes("another@example.org", "last@example.org").await;
        let mut emails = world.deliver().await;
        emails.sort_by(|one, next| one.to.cmp(&next.to));
        let to: Vec<_> = emails.iter().map(|message| message.to.as_str()).collect();
        assert_eq!(
            to,
            ["last@example.org", "new@example.org", "stays@example.org"],
            "an email that was owed goes to the new address"
        );
        let one_click =
            emails[0].one_click.clone().unwrap().replace("http://alongside.example.org", "");
        world.visitor().post(&one_click, &[]).await.done();
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_how = 'one click'")
                .await,
            1,
            "its link works"
        );

        // An email that has not gone when the day comes, and another address after it: the numbers
        // stand.
        subscriber(&world, "late@example.org", &world.transport, "", "at once").await;
        let second = noticed(&world, &leaders, "Taxis", 1).await;
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        world.forward(2 * DAY);
        let before = who_was_told(&world, &second, world.now()).await;
        changes("late@example.org", "spare@example.org").await;
        changes("stays@example.org", "new@example.org").await;
        assert_eq!(who_was_told(&world, &second, world.now()).await, before);
    });
}

#[test]
fn a_correction_that_waits_goes_to_the_new_address_alone() {
    on_both(async |world| {
        subscriber(&world, "old@example.org", &world.transport, "", "daily").await;
        subscriber(&world, "new@example.org", &world.autism, "", "daily").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        forward_to(&world, "Monday", "08:30");
        told(&world).await;
        followed(&world, &leaders, &id, Some(40)).await;
        start_due(&world.house).await.unwrap();
        address_changes(&world, "old@example.org", "new@example.org").await;
        forward_to(&world, "Tuesday", "08:30");
        let emails = told(&world).await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["new@example.org"]
        );
    });
}

#[test]
fn whoever_was_told_can_say_that_they_have_read_it_in_the_email_or_on_the_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let fields = [("services", world.transport.as_str()), ("cadence", "at once")];
        parent.post("/subscribe", &fields).await.leads_to();
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let emails = told(&world).await;
        let message = emails.iter().find(|message| message.to == "one@example.org").unwrap();
        assert!(message.text.contains(&format!("/notices/{id}")));
        let read = link_to(message, "/read/");
        let before = world.visitor().get(&read).await;
        assert!(
            read.starts_with("/read/") && before.says("Buses") && before.says("I have read this")
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger WHERE read_at IS NOT NULL").await,
            0,
            "looking is not saying"
        );
        world.visitor().post(&read, &[]).await.leads_to();
        let at = number(&world, "SELECT max(read_at) FROM ledger").await;
        world.forward(HOUR);
        world.visitor().post(&read, &[]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT max(read_at) FROM ledger").await,
            at,
            "the first time counts"
        );
        assert!(world.visitor().get(&read).await.says("Thank you"));
        assert_eq!(world.visitor().get("/read/nobodys").await.status, StatusCode::GONE);

        let page = format!("/notices/{id}");
        assert!(
            !world.visitor().get(&page).await.says("I have read this"),
            "nobody knows who they are"
        );
        assert!(!leaders.0.get(&page).await.says("I have read this"), "they were not told");
        assert!(parent.get(&page).await.says("I have read this"));
        parent.post(&format!("{page}/read"), &[]).await.leads_to();
        assert!(parent.get(&page).await.says("You told us you have read this"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM ledger WHERE read_at IS NOT NULL").await,
            2
        );

        let one_click =
            message.one_click.clone().unwrap().replace("http://alongside.example.org", "");
        world.visitor().post(&one_click, &[]).await.done();
        world.forward(29 * DAY);
        subscriptions::forget_due(world.db(), world.now()).await.unwrap();
        assert_eq!(
            world.visitor().get(&read).await.status,
            StatusCode::GONE,
            "their address is erased, and the link leads nowhere"
        );
    });
}

#[test]
fn an_email_that_comes_back_unsubscribes_nobody_and_is_a_task_for_an_organiser() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "two@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let emails = told(&world).await;
        let organiser = world.organiser().await;
        assert!(!organiser.get("/forum").await.says("Tell them another way"));
        let one = emails.iter().find(|message| message.to == "one@example.org").unwrap();
        let never_sent = Email { id: id::fresh().into(), ..one.clone() };
        let own = one
            .one_click
            .clone()
            .unwrap()
            .replace("http://alongside.example.org/unsubscribe", "/subscriptions");
        assert!(!world.visitor().get(&own).await.says("Our last email"));
        comes_back(&world, one, Came::Complained).await;
        assert!(world.visitor().get(&own).await.says("Our last email to you was marked as spam."));
        for (message, came) in [
            (&never_sent, Came::Bounced),
            (one, Came::Complained),
            (one, Came::Bounced),
            (one, Came::Bounced),
        ] {
            comes_back(&world, message, came).await;
            world.forward(MINUTE);
        }
        assert_eq!(
            number(&world, "SELECT count(*) FROM returns").await,
            2,
            "once of each kind, and nothing of an email never sent"
        );
        assert_eq!(number(&world, "SELECT count(*) FROM returns WHERE reason LIKE '%@%'").await, 0);
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            2,
            "it unsubscribes nobody"
        );
        assert!(world.visitor().get(&own).await.says("Our last email to you came back."));
        assert!(organiser.get("/forum").await.says("Tell them another way"));
        let waits = organiser.get("/forum/unreached").await;
        assert!(
            waits.says("one@example.org") && waits.says("Buses") && !waits.says("two@example.org")
        );
        let family: String =
            sqlx::query_scalar("SELECT id FROM subscribers WHERE email = 'one@example.org'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        // Its id tells when they subscribed: the page has a name for it that does not.
        assert!(!waits.html.contains(&family) && waits.sends("family") == id::hash(&family));
        let by_id = [("family", family.as_str()), ("how", "phone"), ("notices", &id)];
        let by_id = organiser.post("/forum/unreached", &by_id).await;
        assert!(by_id.says("nothing was saved"), "{}", by_id.html);
        let family = id::hash(&family);
        let unsaid = organiser.post("/forum/unreached", &[("family", &family)]).await;
        assert!(
            unsaid.status == StatusCode::UNPROCESSABLE_ENTITY
                && unsaid.says("Choose how you told the family")
        );
        let other = id::fresh();
        let of_another = organiser
            .post("/forum/unreached", &[("family", &family), ("how", "phone"), ("notices", &other)])
            .await;
        assert!(of_another.says("nothing was saved") && of_another.says("Buses"));
        organiser
            .post("/forum/unreached", &[("family", &family), ("how", "phone"), ("notices", &id)])
            .await
            .leads_to();
        assert!(organiser.get("/forum/unreached").await.says("No families are waiting."));
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM ledger WHERE reached_how = 'phone' AND reached_by IS NOT NULL"
            )
            .await,
            1
        );
        let told = who_was_told(&world, &id, world.now() + DAY).await;
        assert_eq!(
            told.iter().map(|told| (told.before, told.after + told.never)).collect::<Vec<_>>(),
            [(2, 0)],
            "the call told them in time"
        );
    });
}

#[test]
fn an_organiser_tells_a_family_that_a_change_does_not_come_and_nobody_who_has_stopped() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "one@example.org", &world.autism, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        followed(&world, &leaders, &id, None).await;
        let withdrawn = told(&world).await.remove(0);
        comes_back(&world, &withdrawn, Came::Bounced).await;
        let organiser = world.organiser().await;
        let waits = organiser.get("/forum/unreached").await;
        assert!(
            waits.says("This change is no longer happening")
                && waits.says("It was due to happen from")
                && !waits.says(">From ")
        );
        let one_click = withdrawn.one_click.unwrap().replace("http://alongside.example.org", "");
        world.visitor().post(&one_click, &[]).await.done();
        assert!(
            organiser.get("/forum/unreached").await.says("No families are waiting."),
            "they have stopped what it is about, and autism support goes on"
        );
        assert!(!organiser.get("/forum").await.says("Tell them another way"));
    });
}

#[test]
fn the_figures_agree_with_the_rows_of_the_ledger_and_nothing_that_comes_back_makes_it_smaller() {
    on_both(async |world| {
        for nth in 0..8 {
            let place = if nth % 2 == 0 { &world.north } else { &world.south };
            subscriber(
                &world,
                &format!("person{nth}@example.org"),
                &world.transport,
                place,
                "at once",
            )
            .await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let emails = told(&world).await;
        // Of the north: 0 goes, 2 comes back, 4 comes back after the change, 6 comes back and is
        // read all the same. Of the south: 1 goes, 3 comes back and is told by telephone later, 5
        // complains, 7 comes back long after.
        let message = |nth: usize| {
            emails.iter().find(|message| message.to == format!("person{nth}@example.org")).unwrap()
        };
        for nth in [2, 6, 3] {
            comes_back(&world, message(nth), Came::Bounced).await;
        }
        comes_back(&world, message(5), Came::Complained).await;
        world.visitor().post(&link_to(message(6), "/read/"), &[]).await.leads_to();
        world.forward(31 * DAY);
        comes_back(&world, message(4), Came::Bounced).await;
        let three: String =
            sqlx::query_scalar("SELECT id FROM subscribers WHERE email = 'person3@example.org'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        let three = id::hash(&three);
        world
            .organiser()
            .await
            .post("/forum/unreached", &[("family", &three), ("how", "school"), ("notices", &id)])
            .await
            .leads_to();
        world.forward(20 * DAY);
        comes_back(&world, message(7), Came::Bounced).await;

        let settled = clock::read(&clock::fields(world.now() - 51 * DAY + 30 * DAY).0, "00:00")
            .unwrap()
            + SETTLED_AFTER;
        let told = who_was_told(&world, &id, settled).await;
        assert_eq!(
            told.iter()
                .map(|told| (told.place.as_str(), told.before, told.after, told.never))
                .collect::<Vec<_>>(),
            [("North Sefton", 2, 0, 2), ("South Sefton", 3, 1, 0)]
        );
        // Row by row, from what is kept.
        let rows = sqlx::query(
            "SELECT n.effect_at, d.sent_at, l.read_at, l.reached_at, (SELECT r.at FROM returns r
             WHERE r.delivery_id = d.id AND r.kind = 'bounced') AS bounced_at
             FROM ledger l JOIN notices n ON n.id = l.notice_id
               JOIN deliveries d ON d.id = l.delivery_id",
        )
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let (mut before, mut after) = (0, 0);
        for row in &rows {
            let time = |column: &str| row.get::<Option<Moment>, _>(column).unwrap_or(Moment::MAX);
            let told_by = |by: Moment| {
                (time("sent_at") < by && time("bounced_at") >= settled)
                    || time("read_at") < by
                    || time("reached_at") < by
            };
            before += u64::from(told_by(time("effect_at")));
            after += u64::from(!told_by(time("effect_at")) && told_by(settled));
        }
        assert_eq!((before, after, rows.len()), (5, 1, 8));
        assert_eq!(told.iter().map(|told| told.before).sum::<u64>(), before);
        assert_eq!(
            told.iter().map(|told| told.before + told.after + told.never).sum::<u64>(),
            8,
            "nobody was left out"
        );
    });
}

#[test]
fn the_counts_stay_when_an_address_is_erased() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, &world.south, "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 2).await;
        let emails = told(&world).await;
        world.forward(3 * DAY);
        world
            .visitor()
            .post(
                &emails[0].one_click.clone().unwrap().replace("http://alongside.example.org", ""),
                &[],
            )
            .await
            .done();
        world.forward(29 * DAY);
        assert_eq!(subscriptions::forget_due(world.db(), world.now()).await.unwrap(), 1);
        let told = who_was_told(&world, &id, world.now()).await;
        assert_eq!(
            told.iter().map(|told| (told.place.as_str(), told.before)).collect::<Vec<_>>(),
            [("South Sefton", 1)]
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscribers WHERE email IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn an_address_that_is_subscribed_again_after_its_owner_took_another_is_told_of_corrections_itself()
{
    on_both(async |world| {
        subscriber(&world, "shared@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "new@example.org", &world.autism, "", "at once").await;
        address_changes(&world, "shared@example.org", "new@example.org").await;
        subscriber(&world, "shared@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let both = async || {
            let mut to: Vec<String> =
                told(&world).await.into_iter().map(|message| message.to).collect();
            to.sort();
            to
        };
        assert_eq!(both().await, ["new@example.org", "shared@example.org"]);
        followed(&world, &leaders, &id, None).await;
        assert_eq!(both().await, ["new@example.org", "shared@example.org"]);
    });
}

#[test]
fn an_email_that_came_back_goes_to_the_address_that_its_reader_has_since() {
    on_both(async |world| {
        for (email, service) in [
            ("moves@example.org", &world.transport),
            ("joins@example.org", &world.transport),
            ("new@example.org", &world.autism),
        ] {
            subscriber(&world, email, service, "", "at once").await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        for message in told(&world).await {
            comes_back(&world, &message, Came::Bounced).await;
        }
        address_changes(&world, "moves@example.org", "moved@example.org").await;
        address_changes(&world, "joins@example.org", "new@example.org").await;
        let mut to: Vec<String> =
            told(&world).await.into_iter().map(|message| message.to).collect();
        to.sort();
        assert_eq!(to, ["moved@example.org", "new@example.org"]);
        assert!(
            world.organiser().await.get("/forum/unreached").await.says("No families are waiting.")
        );
        let told = who_was_told(&world, &id, world.now() + DAY).await;
        assert_eq!(
            told.iter().map(|told| (told.before, told.never)).collect::<Vec<_>>(),
            [(2, 0)],
            "each is counted once"
        );
    });
}

#[test]
fn whoever_takes_another_address_and_comes_back_is_told_once_and_counted_once() {
    on_both(async |world| {
        subscriber(&world, "here@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "there@example.org", &world.autism, "", "at once").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        start_due(&world.house).await.unwrap();
        for waits in [false, true] {
            if waits {
                tell_due(&world.house).await.unwrap();
            }
            address_changes(&world, "here@example.org", "there@example.org").await;
            address_changes(&world, "there@example.org", "here@example.org").await;
        }
        let emails = told(&world).await;
        assert_eq!(
            emails.iter().map(|message| message.to.as_str()).collect::<Vec<_>>(),
            ["here@example.org"]
        );
        let counted = async || {
            let told = who_was_told(&world, &id, world.now() + DAY).await;
            told.iter().map(|told| (told.before, told.never)).collect::<Vec<_>>()
        };
        assert_eq!(counted().await, [(1, 0)]);
        comes_back(&world, &emails[0], Came::Bounced).await;
        address_changes(&world, "here@example.org", "there@example.org").await;
        address_changes(&world, "there@example.org", "here@example.org").await;
        assert!(told(&world).await.is_empty());
        assert_eq!(counted().await, [(0, 1)]);
        assert!(
            world.organiser().await.get("/forum/unreached").await.says("here@example.org"),
            "somebody tells them otherwise"
        );
    });
}

#[test]
fn whoever_takes_the_address_of_one_whose_email_waits_is_told_once() {
    on_both(async |world| {
        subscriber(&world, "old@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        subscriber(&world, "new@example.org", &world.transport, "", "daily").await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        assert_eq!(told(&world).await.len(), 1);
        forward_to(&world, "Tuesday", "08:30");
        tell_due(&world.house).await.unwrap();
        address_changes(&world, "old@example.org", "new@example.org").await;
        assert!(told(&world).await.is_empty(), "their email waited, but they have been told");
        let told = who_was_told(&world, &id, world.now()).await;
        assert_eq!(told.iter().map(|told| (told.before, told.never)).collect::<Vec<_>>(), [(1, 0)]);
    });
}

#[test]
fn whoever_was_told_at_an_old_address_is_not_told_again_at_the_new_one() {
    on_both(async |world| {
        subscriber(&world, "old@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "new@example.org", &world.transport, "", "daily").await;
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        assert_eq!(told(&world).await.len(), 1);
        address_changes(&world, "old@example.org", "new@example.org").await;
        forward_to(&world, "Tuesday", "08:30");
        assert!(told(&world).await.is_empty());
        let told = who_was_told(&world, &id, world.now()).await;
        assert_eq!(told.iter().map(|told| (told.before, told.never)).collect::<Vec<_>>(), [(1, 0)]);
    });
}

#[test]
fn leaders_see_how_far_the_emails_of_a_notice_have_come_to_the_nearest_ten() {
    on_both(async |world| {
        for nth in 0..14 {
            let email = format!("one{nth}@example.org");
            subscriber(&world, &email, &world.transport, "", "at once").await;
        }
        let leaders = leaders(&world).await;
        let id = noticed(&world, &leaders, "Buses", 30).await;
        let emails = format!("/lead/notices/{id}/emails");
        assert!(leaders.0.get(&emails).await.says("No email goes out before"));
        start_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let row = |name: &str| format!("<th scope=\"row\">{name}</th><td>10 (100%)");
        let page = leaders.0.get(&emails).await;
        assert!(page.says(&row("Waiting to be sent")), "{}", page.html);
        assert!(page.says("People this notice goes to: about 10."));
        let sent = world.deliver().await;
        assert!(leaders.0.get(&emails).await.says(&row("Sent")));
        assert!(leaders.0.get(&format!("/notices/{id}")).await.says(&emails), "a link leads there");
        for message in &sent {
            comes_back(&world, message, Came::Bounced).await;
        }
        assert!(leaders.0.get(&emails).await.says(&row("Came back, or could not be sent")));
        let other = world.leader_of_nothing("nobody@example.org").await;
        assert_eq!(other.get(&emails).await.status, StatusCode::NOT_FOUND);
    });
}
