use axum::http::{Method, StatusCode, header};
use calendar::clock::DAY;
use subscriptions::forget_due;

use crate::page::attributes;
use crate::world::{Browser, World, link, number, on_both};

/// Subscribes this address to transport in the south and to autism support there, daily, and
/// confirms; their own page.
pub async fn subscribe(world: &World, visitor: &Browser<'_>, email: &str) -> String {
    let fields = [
        ("email", email),
        ("services", &world.transport),
        ("services", &world.autism),
        ("places", &world.south),
        ("cadence", "daily"),
    ];
    assert_eq!(visitor.post("/subscribe", &fields).await.leads_to(), "/subscribe/sent");
    let emails = world.deliver().await;
    visitor.post(&link(&emails[0]), &[]).await.leads_to().split('?').next().unwrap().to_owned()
}

#[test]
fn somebody_without_an_account_subscribes_by_the_button_in_an_email_and_manages_it_by_a_link() {
    on_both(async |world| {
        let visitor = world.visitor();
        let form = visitor
            .get(&format!("/subscribe?services={}&places={}", world.autism, world.south))
            .await;
        let ticked = attributes(&form.html, "input[checked]", "value");
        assert_eq!(ticked, [&world.autism[..], &world.south, "at once"]);

        let fields =
            [("email", "One@Example.org"), ("services", &world.transport), ("cadence", "at once")];
        assert_eq!(visitor.post("/subscribe", &fields).await.leads_to(), "/subscribe/sent");
        let emails = world.deliver().await;
        assert_eq!((emails.len(), emails[0].to.as_str()), (1, "one@example.org"));
        assert!(emails[0].text.contains("Transport"));
        let confirm = link(&emails[0]);
        let asked = visitor.get(&confirm).await;
        assert!(asked.says("Shall we email you?") && asked.says("Transport"), "{}", asked.html);
        assert!(asked.says("How often: "), "all of what will begin is on the page");
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscribers").await,
            0,
            "a look at the page changes nothing"
        );
        let own = visitor.post(&confirm, &[]).await.leads_to();
        visitor.post(&confirm, &[]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions").await,
            1,
            "the same button twice is once"
        );

        let page = visitor.get(&own).await;
        assert!(page.says("Saved") && page.says("Transport in all of Sefton"), "{}", page.html);
        let own = own.split('?').next().unwrap();
        visitor.post(own, &[("cadence", "weekly")]).await.leads_to();
        let again = visitor.get(&confirm).await;
        assert!(
            again.says("You get these emails")
                && again.says("Transport")
                && !again.says("Shall we email you?")
                && !again.says("We won't email you again"),
            "{}",
            again.html
        );
        let change = visitor.post(&confirm, &[("step", "change")]).await.leads_to();
        let page = visitor.get(&change).await;
        assert!(
            page.says("Once a week, on Saturday morning")
                && page.says("Stop all emails about changes")
                && !page.says("Saved"),
            "an old button changes nothing that they have chosen since: {}",
            page.html
        );
        let more =
            [("services", world.autism.as_str()), ("places", &world.north), ("cadence", "weekly")];
        visitor.post(own, &more).await.leads_to();
        let page = visitor.get(own).await;
        assert!(
            page.says("in North Sefton")
                && page.says("Once a week, on Saturday morning")
                && page.says("Transport in all of Sefton")
        );
        visitor.post(own, &[("cadence", "daily")]).await.leads_to();
        assert!(visitor.get(own).await.says("Once a day"));
    });
}

#[test]
fn stopping_one_leaves_the_others_and_one_click_stops_all_without_a_cookie_or_a_redirect() {
    on_both(async |world| {
        let visitor = world.visitor();
        let own = subscribe(&world, &visitor, "one@example.org").await;
        let page = visitor.get(&own).await.html;
        let first = page
            .split("name=\"subscription\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let stopped =
            visitor.post(&own, &[("step", "stop"), ("subscription", &first)]).await.leads_to();
        assert!(visitor.get(&stopped).await.says("You still get the other emails below."));
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            1
        );

        let one_click = own.replace("/subscriptions/", "/unsubscribe/");
        assert!(visitor.get(&one_click).await.says("Stop these emails?"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            1,
            "a mail scanner stops nothing"
        );
        for _ in 0..2 {
            let answer =
                visitor.request(Method::POST, &one_click, &[], "List-Unsubscribe=One-Click").await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(
                answer.headers.get(header::LOCATION).is_none()
                    && answer.headers.get(header::SET_COOKIE).is_none()
            );
        }
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_how = 'own page'").await,
            1
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_how = 'one click'")
                .await,
            1
        );
        assert!(visitor.get(&own).await.says("You don't get any emails about changes now."));
        let unknown = visitor.post("/unsubscribe/no-such-link", &[]).await;
        assert_eq!(unknown.status, StatusCode::OK, "who has subscribed is not told");
    });
}

#[test]
fn nobody_stops_the_emails_of_another() {
    on_both(async |world| {
        let (one, two) = (world.visitor(), world.visitor());
        subscribe(&world, &one, "one@example.org").await;
        let own = subscribe(&world, &two, "two@example.org").await;
        let others: String = sqlx::query_scalar(
            "SELECT s.id FROM subscriptions s JOIN subscribers b ON b.id = s.subscriber_id
             WHERE b.email = 'one@example.org' LIMIT 1",
        )
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        two.post(&own, &[("step", "stop"), ("subscription", &others)]).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            4
        );
    });
}

#[test]
fn an_account_subscribes_without_an_email_and_its_emails_follow_its_address() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let form = parent.get("/subscribe").await;
        assert!(!form.says("Your email address"));
        let fields = [("services", world.transport.as_str()), ("cadence", "at once")];
        assert_eq!(
            parent.post("/subscribe", &fields).await.leads_to(),
            "/account/subscriptions?done=subscribed"
        );
        assert!(world.deliver().await.is_empty(), "their address is confirmed already");
        assert!(parent.get("/account/subscriptions").await.says("Transport in all of Sefton"));
        parent.changes_address("new@example.org").await.done();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|message| message.to == "new@example.org").unwrap();
        parent.post(&link(confirm), &[]).await.done();
        assert!(parent.get("/account/subscriptions").await.says("Transport in all of Sefton"));
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscribers WHERE email = 'new@example.org'")
                .await,
            1
        );
        let stopped =
            parent.post("/account/subscriptions", &[("step", "stop all")]).await.leads_to();
        let stopped = parent.get(&stopped).await;
        assert!(
            stopped.says("We won't email you about changes any more.")
                && !stopped.says("You still get"),
            "{}",
            stopped.html
        );
        assert!(
            parent
                .get("/account/subscriptions")
                .await
                .says("You don't get any emails about changes now.")
        );
    });
}

#[test]
fn an_account_that_takes_an_address_with_subscriptions_has_both_and_the_old_links_lead_nowhere() {
    on_both(async |world| {
        let visitor = world.visitor();
        let old_link = subscribe(&world, &visitor, "parent1@example.org").await;
        subscribe(&world, &visitor, "new@example.org").await;
        let parent = world.parent(1).await;
        parent
            .post("/subscribe", &[("services", world.transport.as_str()), ("cadence", "at once")])
            .await
            .leads_to();
        parent.changes_address("new@example.org").await.done();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|message| message.to == "new@example.org").unwrap();
        parent.post(&link(confirm), &[]).await.done();
        let page = parent.get("/account/subscriptions").await;
        assert!(
            page.says("Transport in all of Sefton") && page.says("Transport in South Sefton"),
            "{}",
            page.html
        );
        assert_eq!(visitor.get(&old_link).await.status, StatusCode::GONE);
        let standing = "SELECT count(*) FROM subscriptions s
             JOIN subscribers b ON b.id = s.subscriber_id WHERE s.ended_at IS NULL
             AND b.email = 'parent1@example.org'";
        assert_eq!(number(&world, standing).await, 0);
    });
}

#[test]
fn the_same_address_in_other_emails_is_one_subscriber_and_a_known_one_gets_the_same_answer() {
    on_both(async |world| {
        let visitor = world.visitor();
        subscribe(&world, &visitor, "One@EXAMPLE.org").await;
        subscribe(&world, &visitor, " one@example.org ").await;
        assert_eq!(number(&world, "SELECT count(*) FROM subscribers").await, 1);
        assert_eq!(number(&world, "SELECT count(*) FROM subscriptions").await, 2);
        for email in [
            "",
            "no address",
            "a@b",
            "one@example.org\nBcc: all@example.org",
            "one two@example.org",
        ] {
            let refused = visitor
                .post(
                    "/subscribe",
                    &[("email", email), ("services", &world.transport), ("cadence", "daily")],
                )
                .await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
            assert!(refused.html.contains("checked"), "what was chosen stays");
        }
    });
}

#[test]
fn an_address_nobody_uses_any_more_is_erased_after_four_weeks_and_what_was_kept_of_it_stays() {
    on_both(async |world| {
        let visitor = world.visitor();
        let own = subscribe(&world, &visitor, "one@example.org").await;
        let other = subscribe(&world, &visitor, "two@example.org").await;
        visitor
            .post(
                "/subscribe",
                &[
                    ("email", "three@example.org"),
                    ("services", &world.transport),
                    ("cadence", "daily"),
                ],
            )
            .await
            .done();
        visitor.post(&own, &[("step", "stop all")]).await.leads_to();
        visitor.post(&other, &[("step", "stop all")]).await.leads_to();
        world.forward(27 * DAY);
        assert_eq!(forget_due(world.db(), world.now()).await.unwrap(), 0);
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscription_requests").await,
            0,
            "what was never confirmed is gone"
        );
        visitor
            .post(&other, &[("services", &world.transport), ("cadence", "daily")])
            .await
            .leads_to();
        world.forward(DAY);
        assert_eq!(forget_due(world.db(), world.now()).await.unwrap(), 1);
        assert_eq!(forget_due(world.db(), world.now()).await.unwrap(), 0);
        assert_eq!(visitor.get(&own).await.status, StatusCode::GONE);
        assert!(visitor.get(&other).await.says("Transport"), "they began again in time");
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NOT NULL").await,
            4
        );
    });
}

#[test]
fn the_button_of_an_old_email_does_not_begin_again_what_was_stopped() {
    on_both(async |world| {
        let fields = [
            ("email", "one@example.org"),
            ("services", world.transport.as_str()),
            ("cadence", "at once"),
        ];
        world.visitor().post("/subscribe", &fields).await.leads_to();
        let confirm = link(&world.deliver().await[0]);
        let own = world.visitor().post(&confirm, &[]).await.leads_to();
        let again = world.visitor().post(&confirm, &[]).await.leads_to();
        assert!(again.starts_with("/subscriptions/"), "the same button twice is once");
        world
            .visitor()
            .post(own.split('?').next().unwrap(), &[("step", "stop all")])
            .await
            .leads_to();
        let late = world.visitor().post(&confirm, &[]).await;
        assert!(late.says("This link no longer works"));
    });
}

#[test]
fn a_link_to_stop_that_has_ended_says_so_and_is_no_error() {
    on_both(async |world| {
        let ended = world.visitor().post("/unsubscribe/nobody-knows-it", &[]).await;
        assert_eq!(
            ended.status,
            StatusCode::OK,
            "a mail program that repeats it must not think that it failed"
        );
        assert!(ended.says("We have not stopped any emails") && !ended.says("We have stopped"));
    });
}

#[test]
fn a_mangled_link_to_stop_says_that_nothing_was_stopped_and_has_no_button_that_would_say_so() {
    on_both(async |world| {
        let own = subscribe(&world, &world.visitor(), "one@example.org").await;
        let stop = own.replace("/subscriptions/", "/unsubscribe/");
        let stop = stop.split('?').next().unwrap();
        let (another, cut) = (id::secret(), &stop[..stop.len() - 1]);
        for path in [format!("/unsubscribe/{another}"), cut.to_owned()] {
            let (page, posted) =
                (world.visitor().get(&path).await, world.visitor().post(&path, &[]).await);
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
            for answer in [page, posted] {
                assert!(answer.says("This link is not whole") && answer.says("/contact"), "{path}");
                assert!(!answer.says("<form method=\"post\""), "{}", answer.html);
            }
        }
        let still = "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL";
        assert_ne!(number(&world, still).await, 0);
        for after in [".", ")", "%3E", "%22", "%20", "%E2%80%9D", "and%20more", "&x=1", "/"] {
            let page = world.visitor().get(&format!("{stop}{after}")).await;
            let there = page.headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
            let is_whole = page.says("Stop these emails?") || there == Some(stop);
            assert!(is_whole, "{after}: {}", page.html);
        }
        let stopped = world.visitor().post(&format!("{stop}%29."), &[]).await;
        assert!(stopped.says("We have stopped these emails"), "{}", stopped.html);
        assert_eq!(number(&world, still).await, 0);
    });
}
