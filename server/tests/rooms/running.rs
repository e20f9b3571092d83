//! How the service is running, as an administrator reads it: the worst comes first.

use calendar::clock::DAY;
use deliveries::{Failure, Outcome, deliver_one};
use ground::viewer::Role;

use crate::page::text;
use crate::world::{World, change, on_both};

/// What the page says first, in bold.
async fn headline(world: &World, email: &str) -> String {
    let page = world.sign_in(email).await.get("/admin/service").await;
    assert_eq!(text(&page.html, "h1"), "How the service is running");
    text(&page.html, "h1 ~ * b")
}

#[test]
fn the_headline_is_the_worst_of_what_follows_and_all_is_well_only_when_it_is() {
    const ADMIN: &str = "admin@example.org";
    on_both(async |world| {
        world.signed_in(ADMIN, &[Role::Admin]).await;
        assert_eq!(headline(&world, ADMIN).await, "No daily backup is made");
        let now = world.now().millis();
        change(&world, &format!("UPDATE service_state SET backed_up_at = {now}")).await;
        assert_eq!(headline(&world, ADMIN).await, "Everything is working");

        // A receipt for what a parent sent is refused.
        let parent = world.parent(1).await;
        parent.propose("A bus that waits").await;
        let refuse = |_, _| async { Err(Failure::Refused("550 5.7.1 not from you".into())) };
        assert_eq!(deliver_one(&world.hand("1"), refuse).await.unwrap(), Outcome::GivenUp);
        assert_eq!(headline(&world, ADMIN).await, "Emails don't reach 1 person");
        let page = world.sign_in(ADMIN).await.get("/admin/service").await;
        for words in [
            "parent1@example.org",
            ", 1 email, last on ",
            "doesn't trust emails from this service",
            "Call whoever looks after the server",
            "550 5.7.1 not from you",
            "No email has been returned to us.",
            "Administration</a></p><h1>How the service is running",
        ] {
            assert!(page.says(words), "{words}: {}", page.html);
        }
        assert!(!page.says("Everything is working"), "{}", page.html);

        world.house.health.wrong("writes", "nothing can be saved at the moment");
        assert_eq!(
            headline(&world, ADMIN).await,
            "Not working: saving what people send (nothing can be saved at the moment)"
        );
        let page = world.sign_in(ADMIN).await.get("/admin/service").await;
        assert!(page.says("<li>Emails don't reach 1 person</li>"), "{}", page.html);
        world.house.health.well("writes", std::time::Duration::MAX);

        // After a month nobody reads of it any more, and the backup is too old.
        world.forward(31 * DAY);
        assert!(headline(&world, ADMIN).await.starts_with("No daily backup has been made since"));
    });
}

#[test]
fn what_was_called_off_is_missed_by_nobody() {
    on_both(async |world| {
        world.signed_in("admin@example.org", &[Role::Admin]).await;
        let now = world.now().millis();
        change(&world, &format!("UPDATE service_state SET backed_up_at = {now}")).await;
        world.parent(1).await.propose("A bus that waits").await;
        change(
            &world,
            &format!(
                "UPDATE deliveries SET next_at = NULL, given_up_at = {now}, tries = 1,
                 reason = 'its reader has stopped such emails' WHERE next_at IS NOT NULL"
            ),
        )
        .await;
        assert_eq!(headline(&world, "admin@example.org").await, "Everything is working");
    });
}
