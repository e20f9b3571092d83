//! Whoever asks to be told hears of what had been announced before.

use super::*;

/// Somebody without an account asks to be told about a service and confirms it: the address of the
/// button in their email, and the page it leads to.
async fn confirms(world: &World, email: &str, service: &str, cadence: &str) -> (String, String) {
    let fields = [("email", email), ("services", service), ("cadence", cadence)];
    world.visitor().post("/subscribe", &fields).await.leads_to();
    let emails = world.deliver().await;
    let confirm = link(emails.iter().find(|message| message.to == email).unwrap());
    let own = world.visitor().post(&confirm, &[]).await.leads_to();
    (confirm, own)
}

/// Who these emails went to.
fn to(emails: &[Email]) -> Vec<&str> {
    emails.iter().map(|message| message.to.as_str()).collect()
}

/// A step on the page of a subscriber, from the link in one of their emails.
async fn steps(world: &World, message: &Email, step: &str) -> String {
    let own = message
        .one_click
        .clone()
        .unwrap()
        .replace("http://alongside.example.org/unsubscribe/", "/subscriptions/");
    world.forward(MINUTE);
    world.visitor().post(&own, &[("step", step)]).await.leads_to()
}

const LATE: &str = "SELECT count(*) FROM ledger WHERE subscribed_at IS NOT NULL";

#[test]
fn a_visitor_who_confirms_hears_in_one_email_of_all_that_is_announced_and_to_come() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Over by then", 1).await;
        let gone = noticed(&world, &leaders, "Not any more", 25).await;
        told(&world).await;
        followed(&world, &leaders, &gone, None).await;
        told(&world).await;
        world.forward(2 * DAY);
        let later = noticed(&world, &leaders, "Buses", 30).await;
        let sooner = noticed(&world, &leaders, "Taxis", 20).await;
        noticed_of(&world, &leaders, "Lessons", &world.autism, 30).await;
        assert!(told(&world).await.is_empty(), "nobody has asked");

        let (confirm, own) = confirms(&world, "new@example.org", &world.transport, "weekly").await;
        let page = world.visitor().get(&own).await;
        assert!(
            page.says("Changes already announced")
                && page.says(&format!("/notices/{later}"))
                && page.says(&format!("/notices/{sooner}"))
                && page.says(", in 20 days"),
            "{}",
            page.html
        );
        for other in ["Over by then", "Not any more", "Lessons"] {
            assert!(!page.says(other), "{other}");
        }
        assert_eq!(number(&world, LATE).await, 2, "they are owed in the same write");
        world.visitor().post(&confirm, &[]).await.leads_to();
        let emails = told(&world).await;
        assert_eq!(to(&emails), ["new@example.org"], "at once, and in one");
        let (subject, text) = (&emails[0].subject, &emails[0].text);
        assert!(subject.starts_with("2 changes already announced, the first on "), "{subject}");
        assert!(text.find("Taxis").unwrap() < text.find("Buses").unwrap(), "{text}");
        assert!(text.contains("What you need to do: Be at the stop by 8:05."));
        for other in ["Over by then", "Not any more", "Lessons"] {
            assert!(!text.contains(other), "{other}");
        }

        let own = own.split('?').next().unwrap();
        let again = [("services", world.transport.as_str()), ("cadence", "at once")];
        world.visitor().post(own, &again).await.leads_to();
        world.visitor().post(&confirm, &[]).await.leads_to();
        assert!(told(&world).await.is_empty(), "nobody is told twice");
        assert_eq!(number(&world, "SELECT count(*) FROM ledger").await, 2);
        assert!(
            !world.visitor().get(own).await.says("Changes already announced"),
            "it is there when something has begun"
        );
    });
}

#[test]
fn somebody_with_an_account_who_chooses_services_hears_of_each_in_the_words_of_its_own_email() {
    on_both(async |world| {
        subscriber(&world, "before@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let buses = noticed(&world, &leaders, "Buses", 30).await;
        noticed_of(&world, &leaders, "Lessons", &world.autism, 30).await;
        let before = told(&world).await.remove(0);

        let parent = world.parent(1).await;
        let chosen = [("services", world.transport.as_str()), ("cadence", "daily")];
        let page = parent.post("/subscribe", &chosen).await.leads_to();
        let shown = parent.get(&page).await;
        assert!(
            shown.says("Changes already announced") && shown.says(&format!("/notices/{buses}")),
            "{}",
            shown.html
        );
        let emails = told(&world).await;
        assert_eq!(to(&emails), ["parent1@example.org"]);
        assert_eq!(emails[0].subject, before.subject);
        for words in ["Who this affects: Children on route 5", "Why: A bridge is closed."] {
            assert!(before.text.contains(words) && emails[0].text.contains(words), "{words}");
        }
        assert!(parent.get(&format!("/notices/{buses}")).await.says("I have read this"));

        parent.post("/subscribe", &chosen).await.leads_to();
        assert!(told(&world).await.is_empty());
        let more = [("services", world.autism.as_str()), ("cadence", "daily")];
        parent.post("/account/subscriptions", &more).await.leads_to();
        let emails = told(&world).await;
        assert!(emails.len() == 1 && emails[0].subject.ends_with(": Lessons"));
    });
}

#[test]
fn what_follows_a_notice_reaches_those_who_subscribed_after_it_was_announced() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let buses = noticed(&world, &leaders, "Buses", 30).await;
        told(&world).await;
        confirms(&world, "told@example.org", &world.transport, "at once").await;
        assert_eq!(to(&told(&world).await), ["told@example.org"]);
        confirms(&world, "waits@example.org", &world.transport, "at once").await;
        let corrected = followed(&world, &leaders, &buses, Some(40)).await;
        let mut emails = told(&world).await;
        emails.sort_by(|one, next| one.to.cmp(&next.to));
        assert_eq!(to(&emails), ["told@example.org", "waits@example.org"]);
        assert!(
            emails.iter().all(|message| message.subject.starts_with("Corrected: ")),
            "whoever was not told yet is told what follows alone"
        );
        assert_eq!(number(&world, LATE).await, 2, "the correction found them subscribed");

        confirms(&world, "last@example.org", &world.transport, "at once").await;
        let emails = told(&world).await;
        assert!(to(&emails) == ["last@example.org"] && emails[0].subject.starts_with("Corrected"));
        followed(&world, &leaders, &corrected, None).await;
        let emails = told(&world).await;
        assert_eq!(emails.len(), 3);
        assert!(emails.iter().all(|message| message.subject == "No longer happening: Put right"));
    });
}

#[test]
fn of_two_changes_in_one_email_that_waits_the_one_that_is_withdrawn_is_left_out() {
    on_both(async |world| {
        let leaders = leaders(&world).await;
        let buses = noticed(&world, &leaders, "Buses", 30).await;
        noticed(&world, &leaders, "Taxis", 20).await;
        told(&world).await;
        confirms(&world, "new@example.org", &world.transport, "at once").await;
        tell_due(&world.house).await.unwrap();
        followed(&world, &leaders, &buses, None).await;
        let emails = told(&world).await;
        assert_eq!(emails.len(), 2, "what is left, and that the other is no longer happening");
        let left = emails.iter().find(|message| message.subject.ends_with(": Taxis")).unwrap();
        assert!(!left.text.contains("Buses"), "{}", left.text);
    });
}

#[test]
fn whoever_subscribed_after_it_was_announced_is_not_counted_among_those_to_be_told_in_time() {
    on_both(async |world| {
        subscriber(&world, "before@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        let buses = noticed(&world, &leaders, "Buses", 30).await;
        let lessons = noticed_of(&world, &leaders, "Lessons", &world.autism, 30).await;
        assert_eq!(told(&world).await.len(), 1);
        for (email, service) in
            [("late@example.org", &world.transport), ("lessons@example.org", &world.autism)]
        {
            confirms(&world, email, service, "at once").await;
        }
        confirms(&world, "back@example.org", &world.transport, "at once").await;
        let emails = told(&world).await;
        assert_eq!(emails.len(), 3);
        let back = emails.iter().find(|message| message.to == "back@example.org").unwrap();
        comes_back(&world, back, Came::Bounced).await;
        assert!(
            world.organiser().await.get("/forum/unreached").await.says("back@example.org"),
            "somebody tells them otherwise"
        );
        assert_eq!(number(&world, LATE).await, 3);

        // Another address keeps it so.
        address_changes(&world, "back@example.org", "moved@example.org").await;
        assert_eq!(to(&told(&world).await), ["moved@example.org"]);
        assert_eq!(number(&world, LATE).await, 4);

        world.forward(31 * DAY + SETTLED_AFTER);
        let counted = who_was_told(&world, &buses, world.now()).await;
        assert_eq!(
            counted.iter().map(|told| (told.before, told.after, told.never)).collect::<Vec<_>>(),
            [(1, 0, 0)]
        );
        assert!(who_was_told(&world, &lessons, world.now()).await.is_empty());
        let all = ledger::told_of_all(world.db(), world.now()).await.unwrap();
        assert_eq!(all.len(), 2);
        for one in all {
            let on_its_page = who_was_told(&world, &one.notice_id, world.now()).await;
            assert_eq!(one.told, on_its_page);
        }
        let record = world.visitor().get("/record/told").await;
        let of = |title: &str| {
            record.html.split("<h3>").find(|part| part.contains(title)).expect("its row").to_owned()
        };
        assert!(of("Buses").contains("We started telling people 30 days before."));
        let lessons_row = of("Lessons");
        assert!(lessons_row.contains("there was nobody to email about it."), "{lessons_row}");
        assert!(record.says("When we announced 1 of them, there was nobody to email about it."));
        let page = world.visitor().get(&format!("/notices/{lessons}")).await;
        assert!(
            page.says("When we announced this, there was nobody to email about it.")
                && page.says("People who sign up after a change is announced are not counted here"),
            "{}",
            page.html
        );
    });
}

#[test]
fn after_stopping_all_and_starting_again_somebody_hears_of_what_was_announced_meanwhile_and_once() {
    on_both(async |world| {
        subscriber(&world, "one@example.org", &world.transport, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        let buses = told(&world).await.remove(0);
        steps(&world, &buses, "stop all").await;
        steps(&world, &buses, "again").await;
        assert!(told(&world).await.is_empty(), "they were told");
        assert_eq!(number(&world, LATE).await, 0);

        steps(&world, &buses, "stop all").await;
        noticed(&world, &leaders, "Taxis", 20).await;
        assert!(told(&world).await.is_empty(), "they had stopped");
        let page = steps(&world, &buses, "again").await;
        let page = world.visitor().get(&page).await;
        assert!(page.says("Changes already announced") && page.says("Taxis"), "{}", page.html);

        // Stopped before it has gone, and started again, twice.
        for _ in 0..2 {
            steps(&world, &buses, "stop all").await;
            assert!(told(&world).await.is_empty(), "it is called off");
            steps(&world, &buses, "again").await;
            steps(&world, &buses, "again").await;
        }
        let emails = told(&world).await;
        assert!(emails.len() == 1 && emails[0].subject.ends_with(": Taxis"));
        steps(&world, &buses, "stop all").await;
        steps(&world, &buses, "again").await;
        assert!(told(&world).await.is_empty());
        assert_eq!(number(&world, LATE).await, 1, "only what was announced while they had stopped");
    });
}

#[test]
fn whoever_was_told_at_an_old_address_and_chooses_again_at_the_new_one_is_told_once() {
    on_both(async |world| {
        subscriber(&world, "old@example.org", &world.transport, "", "at once").await;
        subscriber(&world, "new@example.org", &world.autism, "", "at once").await;
        let leaders = leaders(&world).await;
        noticed(&world, &leaders, "Buses", 30).await;
        assert_eq!(to(&told(&world).await), ["old@example.org"]);
        address_changes(&world, "old@example.org", "new@example.org").await;
        confirms(&world, "new@example.org", &world.transport, "daily").await;
        assert!(told(&world).await.is_empty());
    });
}
