//! What somebody chose before they were signed in goes with them, and is done once they are in.

use axum::http::{Method, StatusCode};
use calendar::clock::{HOUR, MINUTE};
use ground::viewer::Role;

use super::updates::{DONE, closed_topic, publish};
use crate::world::{Answer, Browser, World, link, on_both};

const HER: &str = "parent@example.org";
const PASSWORD: &str = "three small words";

/// How somebody gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Joins,
    Password,
    Link,
    ForgottenPassword,
}

const WAYS: [Way; 4] = [Way::Joins, Way::Password, Way::Link, Way::ForgottenPassword];

/// Follows this way as far as the button in an email, which is pressed in `there`, or to the end
/// where there is none; what they see then.
async fn get_in(world: &World, way: Way, here: &Browser<'_>, there: &Browser<'_>) -> Answer {
    let email = ("email", HER);
    match way {
        Way::Password => return here.post("/sign-in", &[email, ("password", PASSWORD)]).await,
        Way::Joins => {
            here.post("/sign-up", &[email]).await.leads_to();
        }
        Way::Link => {
            assert_eq!(here.post("/sign-in/link", &[email]).await.status, StatusCode::OK);
        }
        Way::ForgottenPassword => {
            here.post("/forgotten-password", &[email]).await.leads_to();
        }
    }
    let letters = world.deliver().await;
    let button = link(letters.iter().find(|email| email.to == HER).unwrap());
    there.get(&button).await.done();
    there.post(&button, &behind_the_button(world)).await
}

/// What is chosen behind the button of any email: some ask for all of it, some for a password.
fn behind_the_button(world: &World) -> [(&str, &str); 3] {
    [("shown_name", "Somebody"), ("place", &world.south), ("password", "four small words more")]
}

/// Somebody who has an account, unless they are about to join.
async fn known(world: &World, way: Way) {
    if way != Way::Joins {
        world.person(HER, &[Role::Parent], &world.south).await;
    }
}

async fn supporters(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM supports")
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

#[test]
fn who_chose_to_support_a_topic_supports_it_once_she_is_in_by_whichever_way() {
    on_both(async |world| {
        for way in WAYS {
            let world = world.another().await;
            known(&world, way).await;
            let (_, topic) = world.voting("A wait that is the same everywhere").await;
            let phone = world.visitor();
            let asked = phone.support(&topic, "support").await;
            assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
            assert!(asked.says("You chose to support this topic"), "{}", asked.html);
            assert!(asked.says("href=\"/sign-up\"") && asked.says("href=\"/sign-in\""));
            assert!(!asked.says("signed out"), "she never was signed in");
            assert_eq!(supporters(&world).await, 0);

            let done = get_in(&world, way, &phone, &phone).await.leads_to();
            assert!(done.starts_with(&format!("/topics/{topic}")), "{way:?} leads to {done}");
            assert!(phone.get(&done).await.says("Remove my support"), "{way:?}");
            assert_eq!(supporters(&world).await, 1, "{way:?}");
            // It is done once: whoever signs in here next has chosen nothing.
            world.person("other@example.org", &[Role::Parent], &world.south).await;
            let other = [("email", "other@example.org"), ("password", PASSWORD)];
            assert_eq!(phone.post("/sign-in", &other).await.leads_to(), "/?done=signed-in");
            assert_eq!(supporters(&world).await, 1, "{way:?}");
        }
    });
}

#[test]
fn in_another_browser_it_is_shown_with_one_button_and_never_done_by_itself() {
    on_both(async |world| {
        for way in [Way::Joins, Way::Link, Way::ForgottenPassword] {
            let world = world.another().await;
            known(&world, way).await;
            let (_, topic) = world.voting("A wait that is the same everywhere").await;
            let (phone, other) = (world.visitor(), world.visitor());
            phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
            assert_eq!(get_in(&world, way, &phone, &other).await.leads_to(), "/go-on", "{way:?}");
            assert_eq!(supporters(&world).await, 0, "somebody else may have typed her address");
            let shown = other.get("/go-on").await;
            assert!(shown.says("you chose to support this topic"), "{}", shown.html);
            let done = other.post("/go-on", &[("step", "do")]).await.leads_to();
            assert!(done.starts_with(&format!("/topics/{topic}")), "{way:?} leads to {done}");
            assert_eq!(supporters(&world).await, 1, "{way:?}");
            assert_eq!(other.get("/go-on").await.leads_to(), "/", "nothing is left to do");
        }
    });
}

#[test]
fn who_does_not_want_it_says_so_and_it_is_forgotten() {
    on_both(async |world| {
        known(&world, Way::Link).await;
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        let (stranger, her) = (world.visitor(), world.visitor());
        stranger.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        get_in(&world, Way::Link, &stranger, &her).await.done();
        assert_eq!(her.post("/go-on", &[("step", "forget")]).await.leads_to(), "/");
        assert_eq!(her.post("/go-on", &[("step", "do")]).await.leads_to(), "/");
        assert_eq!(supporters(&world).await, 0);
        // Likewise on the page where they sign in.
        stranger.get("/sign-in?forget=yes").await.done();
        let done = get_in(&world, Way::Password, &stranger, &stranger).await;
        assert_eq!(done.leads_to(), "/?done=signed-in");
    });
}

#[test]
fn what_was_typed_goes_with_her_and_so_does_the_page_she_was_going_to() {
    on_both(async |world| {
        for way in WAYS {
            let world = world.another().await;
            known(&world, way).await;
            let (phone, other) = (world.visitor(), world.visitor());
            // The page: by the link of the page that asks them in.
            let asked = phone.get("/topics/new").await;
            assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
            assert!(asked.says("You chose to propose a topic"), "{}", asked.html);
            let then = ("then", "/topics/new");
            let (mut here, email) = (vec![then, ("email", HER)], way);
            here.push(("password", PASSWORD));
            let to = match email {
                Way::Password => phone.post("/sign-in", &here).await.leads_to(),
                Way::Link => {
                    phone.post("/sign-in/link", &here).await.done();
                    pressed(&world, &other).await
                }
                Way::ForgottenPassword => {
                    phone.post("/forgotten-password", &here).await.done();
                    pressed(&world, &other).await
                }
                Way::Joins => {
                    phone.post("/sign-up", &here).await.done();
                    pressed(&world, &other).await
                }
            };
            assert_eq!(to, "/topics/new", "{way:?}: a page only opens, also in another browser");
        }
        // The words: a session that ended while they wrote.
        known(&world, Way::Password).await;
        let phone = world.visitor();
        let topic = phone.post("/topics/new", &phone.proposal("Buses that wait")).await;
        assert_eq!(topic.status, StatusCode::UNAUTHORIZED);
        let done = get_in(&world, Way::Password, &phone, &phone).await.leads_to();
        assert!(phone.get(&done).await.says("Buses that wait"), "{done}");
    });
}

/// Presses the button of the last email in this browser; where it leads.
async fn pressed(world: &World, there: &Browser<'_>) -> String {
    let emails = world.deliver().await;
    let button = link(emails.last().unwrap());
    there.post(&button, &behind_the_button(world)).await.leads_to()
}

#[test]
fn only_somebody_who_was_signed_in_is_told_that_she_was_signed_out() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        world.forward(400 * 24 * HOUR);
        let ended = parent.support(&topic, "support").await;
        assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
        assert!(ended.says("signed out"), "{}", ended.html);
    });
}

#[test]
fn what_a_stranger_left_for_an_administrator_is_done_by_a_press_alone() {
    on_both(async |world| {
        world.person("admin@example.org", &[Role::Admin], &world.south).await;
        let added = async || -> i64 {
            sqlx::query_scalar("SELECT count(*) FROM services WHERE name = 'Left by a stranger'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap()
        };
        let signs_in = [("email", "admin@example.org"), ("password", PASSWORD)];
        for (step, to, rows) in [("forget", "/", 0), ("do", "/admin/area?done=kept", 1)] {
            let computer = world.visitor();
            let service = [("what", "service"), ("service_name", "Left by a stranger")];
            let asked = computer.post("/admin/area", &service).await;
            assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
            assert_eq!(computer.post("/sign-in", &signs_in).await.leads_to(), "/go-on");
            assert_eq!(added().await, 0, "nothing is done by signing in");
            let shown = computer.get("/go-on").await;
            assert!(shown.says("Left by a stranger"), "{}", shown.html);
            assert!(shown.says("href=\"/admin/area\""), "{}", shown.html);
            assert_eq!(computer.post("/go-on", &[("step", step)]).await.leads_to(), to);
            assert_eq!(added().await, rows, "{step}");
        }
    });
}

#[test]
fn who_may_not_do_it_is_told_so_once_she_is_in() {
    on_both(async |world| {
        world.person(HER, &[Role::Leader], &world.south).await;
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        let phone = world.visitor();
        phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        let done = get_in(&world, Way::Password, &phone, &phone).await;
        assert_eq!(done.status, StatusCode::FORBIDDEN);
        assert_eq!(supporters(&world).await, 0);
        assert_eq!(phone.get("/account").await.status, StatusCode::OK, "and she is signed in");

        // What she wrote is hers to copy.
        let tablet = world.visitor();
        let words = [("title", "A bus that waits"), ("happens_now", "It is always late.")];
        let asked = tablet.post("/topics/new", &words).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        let done = get_in(&world, Way::Password, &tablet, &tablet).await;
        assert_eq!(done.status, StatusCode::FORBIDDEN);
        assert!(done.says("It is always late."), "{}", done.html);
    });
}

#[test]
fn whoever_joins_by_what_she_chose_is_told_so_in_words_for_what_it_was() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &closed_topic(&world).await, &DONE).await;
        let (round, topic) = world.voting("A wait that is the same everywhere").await;
        let (key, visitor) = (id::fresh(), world.visitor());
        let [subject, voice, words] = crate::fixtures::local_offer::comment("They still wait.");
        let writes = vec![("form_key", key.as_str()), words, subject, voice];
        let support = format!("/topics/{topic}/support");
        let counts = "You have joined, and your support counts";
        let acts = [
            (support.clone(), vec![("wish", "support")], counts),
            (support, vec![("wish", "support"), ("round", round.as_str())], counts),
            (
                "/topics/new".to_owned(),
                visitor.proposal("Buses that wait"),
                "You have joined, and we have your topic",
            ),
            (
                "/local-offer/comments/new".to_owned(),
                writes.clone(),
                "You have joined, and we have your comment",
            ),
            (
                format!("/updates/{update}/doubts/new"),
                writes,
                "You have joined, and we told the forum",
            ),
        ];
        for (nth, (to, fields, says)) in acts.into_iter().enumerate() {
            let (phone, email) = (world.visitor(), format!("new{nth}@example.org"));
            assert_eq!(phone.post(&to, &fields).await.status, StatusCode::UNAUTHORIZED, "{to}");
            phone.post("/sign-up", &[("email", email.as_str())]).await.leads_to();
            let emails = world.deliver().await;
            let button = link(emails.iter().find(|one| one.to == email).expect("an email to her"));
            let done = phone.post(&button, &behind_the_button(&world)).await.leads_to();
            let shown = phone.get(&done).await;
            assert!(shown.says(says), "{done}: {}", shown.html);
            let again = phone.get(&button).await;
            assert!(again.says("You have joined"), "{}", again.html);
            assert_eq!(again.says("Your support counts"), says == counts, "{to}: {}", again.html);
            world.forward(HOUR);
        }
        // Whoever signs in has not joined.
        world.person(HER, &[Role::Parent], &world.south).await;
        let phone = world.visitor();
        phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        let done = get_in(&world, Way::Password, &phone, &phone).await.leads_to();
        let shown = phone.get(&done).await;
        assert!(shown.says("You support this topic") && !shown.says("You have joined"), "{done}");
    });
}

#[test]
fn what_an_address_says_was_done_is_only_said_to_whom_it_is_true_of() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &closed_topic(&world).await, &DONE).await;
        let (round, topic) = world.voting("A wait that is the same everywhere").await;
        let (hers, other) = (world.parent(1).await, world.parent(2).await);
        hers.support(&topic, "support").await.leads_to();
        let passed_on = [
            (format!("/topics/{topic}?done=supported&joined=yes"), "You can change your mind"),
            (format!("/rounds/{round}?done=supported&joined=yes"), "You can change your mind"),
            (format!("/updates/{update}?done=doubted&joined=yes"), "Only its organisers can read"),
            ("/?done=joined".to_owned(), "Your email address is confirmed"),
        ];
        for (address, says) in &passed_on {
            for nobody in [&world.visitor(), &other] {
                // They have just been made, as if by joining.
                world.forward(16 * MINUTE);
                let page = nobody.get(address).await;
                assert!(
                    page.status == StatusCode::OK
                        && !page.says(says)
                        && !page.says("You have joined")
                        && !page.says("and your support counts"),
                    "{address}: {}",
                    page.html
                );
            }
        }
        // It is true of them, but that they have joined is so no longer.
        for (address, says) in &passed_on[..2] {
            let page = hers.get(address).await;
            assert!(page.says(says) && !page.says("You have joined"), "{address}: {}", page.html);
        }
        let untrue = hers.get(&format!("/topics/{topic}?done=taken+back")).await;
        assert!(!untrue.says("Support removed"), "{}", untrue.html);
        let home = hers.get("/?done=signed-out").await;
        assert!(!home.says("You are signed out"), "{}", home.html);
    });
}

#[test]
fn what_a_program_asks_for_is_not_kept_for_whoever_signs_in_next() {
    on_both(async |world| {
        world.person("organiser@example.org", &[Role::Organiser], &world.south).await;
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        let left = [("words", "Left by a stranger"), ("topic", topic.as_str())];
        for path in ground::functions::known() {
            let computer = world.visitor();
            let asked = computer.post(path, &left).await;
            assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{path}");
            let signs_in = [("email", "organiser@example.org"), ("password", PASSWORD)];
            let to = computer.post("/sign-in", &signs_in).await.leads_to();
            assert_eq!(to, "/?done=signed-in", "{path}");
        }
        // The button that is told so sends its form, and that is kept.
        let (phone, button) = (world.visitor(), format!("/topics/{topic}/support"));
        let words = [("accept", "text/plain")];
        let asked = phone.request(Method::POST, &button, &words, "wish=support").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(!phone.cookies().contains("first-act"), "{}", phone.cookies());
        phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        assert!(phone.cookies().contains("first-act"), "{}", phone.cookies());
    });
}

#[test]
fn who_joins_sees_what_will_be_done_before_it_is_and_can_join_without_it() {
    on_both(async |world| {
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        let phone = world.visitor();
        phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        phone.post("/sign-up", &[("email", HER)]).await.leads_to();
        let emails = world.deliver().await;
        let button = link(emails.iter().find(|email| email.to == HER).expect("an email to her"));
        let shown = phone.get(&button).await;
        assert!(shown.says("In this browser you chose to support this topic"), "{}", shown.html);
        let elsewhere = world.visitor().get(&button).await;
        assert!(!elsewhere.says("support this topic"), "there it waits behind a button of its own");
        let without = format!("{button}?forget=yes");
        assert!(!phone.get(&without).await.says("support this topic"));
        let joined = phone.post(&without, &behind_the_button(&world)).await.leads_to();
        assert_eq!(joined, "/?done=joined");
        assert_eq!(supporters(&world).await, 0);
    });
}
