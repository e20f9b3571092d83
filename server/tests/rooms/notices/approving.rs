//! Time to undo an approval, who may approve, and families that are rung.

use calendar::clock::{self, DAY, MINUTE};
use deliveries::returns::Came;
use ground::house::AreaSettings;
use ground::viewer::Role;

use super::{comes_back, fields, leaders, noticed, subscriber, told, written};
use crate::world::{change, on_both};

#[test]
fn a_notice_approved_for_now_can_be_called_back_for_ten_minutes() {
    on_both(async |world| {
        let house = world.house.clone().with_settings(AreaSettings {
            call_back: 10 * MINUTE,
            ..(*world.house.settings).clone()
        });
        let world = world.around(house);
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let (writer, colleague) = leaders(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&writer, "/lead/notices/new", &fields("Buses", &world.transport, &day)).await;
        assert!(colleague.get(&page).await.says("you have 10 minutes to undo it"));
        colleague.post(&page, &[]).await.leads_to();
        assert!(told(&world).await.is_empty());
        world.forward(MINUTE);
        let waits = writer.get(&page).await;
        assert!(
            waits.says("We will start telling people in 9 minutes")
                && waits.says("9 minutes left<set"),
            "{}",
            waits.html
        );
        writer.post(&page, &[("step", "call back")]).await.leads_to();
        world.forward(20 * MINUTE);
        assert!(told(&world).await.is_empty(), "it was called back");
        colleague.post(&page, &[]).await.leads_to();
        world.forward(10 * MINUTE);
        assert_eq!(told(&world).await.len(), 1);
    });
}

#[test]
fn a_notice_that_nobody_else_can_approve_says_so_and_names_the_ways_out() {
    on_both(async |world| {
        let alone = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let page =
            written(&alone, "/lead/notices/new", &fields("Buses", &world.transport, &day)).await;
        let shown = alone.get(&page).await;
        assert!(
            shown.says("Nobody else can approve this yet.")
                && shown.says("invite a second leader")
                && shown.says("href=\"/contact\""),
            "{}",
            shown.html
        );
        let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await.account;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let two = "✓ Done: Invite two leaders";
        assert!(alone.get(&page).await.says("A colleague must approve this"));
        assert!(admin.get("/admin").await.says(two));
        let suspended = format!("UPDATE accounts SET suspended_at = 1 WHERE id = '{colleague}'");
        change(&world, &suspended).await;
        assert!(alone.get(&page).await.says("Nobody else can approve this yet."));
        assert!(!admin.get("/admin").await.says(two));
    });
}

#[test]
fn a_family_that_no_email_reaches_is_rung_at_the_number_it_gave_or_nobody_can() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        let emails = told(&world).await;
        comes_back(&world, &emails[0], Came::Bounced).await;
        let organiser = world.organiser().await;
        let nobody = organiser.get("/forum/unreached").await;
        assert!(nobody.says("nobody can ring them"), "{}", nobody.html);

        let one_click = emails[0].one_click.clone().unwrap();
        let own = one_click
            .replace("http://alongside.example.org", "")
            .replace("/unsubscribe/", "/subscriptions/");
        let family = world.visitor();
        let wrong = family.post(&own, &[("step", "phone"), ("phone", "ask Ann")]).await;
        assert!(wrong.says("Enter a telephone number"), "{}", wrong.html);
        family.post(&own, &[("step", "phone"), ("phone", "07700 900 982")]).await.leads_to();
        let rung = organiser.get("/forum/unreached").await;
        assert!(rung.says("tel:07700900982") && !rung.says("nobody can ring them"));
        family.post(&own, &[("step", "phone"), ("phone", "")]).await.leads_to();
        assert!(organiser.get("/forum/unreached").await.says("nobody can ring them"));
    });
}
