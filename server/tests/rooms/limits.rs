//! Limits: nobody's tries use up another's, what is counted tells nothing of whose tries they were,
//! and whoever has to wait is told until when. And what undoes a change of address.

use accounts::{Asker, Caller, Purpose, may_write};
use axum::http::{Method, StatusCode, header};
use calendar::clock::{DAY, HOUR, MINUTE};
use deliveries::Email;
use ground::routes::{Access, Rule};
use ground::viewer::Role;

use crate::fixtures::local_offer::comment;
use crate::page::leads;
use crate::world::{Answer, Browser, World, change, link, link_to, number, on_both};

const HER: &str = "organiser@example.org";
const RIGHT: [(&str, &str); 2] = [("email", HER), ("password", "three small words")];
const WRONG: [(&str, &str); 2] = [("email", HER), ("password", "a wrong guess")];
/// Where somebody says something about the Local Offer without an account.
const COMMENTS: &str = "/local-offer/comments/without-account";

/// An organiser who has an account and is signed in nowhere.
async fn organiser(world: &World) -> String {
    world.person(HER, &[Role::Organiser], &world.south).await
}

fn says_when(answer: &Answer, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.html);
    assert_eq!(answer.headers[header::RETRY_AFTER], seconds);
}

#[test]
fn a_stranger_who_guesses_and_asks_for_emails_keeps_nobody_out() {
    on_both(async |world| {
        organiser(&world).await;
        let stranger = world.visitor_from("192.0.2.1");
        let joins = [RIGHT[0], RIGHT[1], ("shown_name", "Anybody"), ("place", &world.south)];
        let wants = [RIGHT[0], ("services", world.transport.as_str()), ("cadence", "daily")];
        for _ in 0..12 {
            stranger.post("/sign-up", &joins).await.is_one_of(&[
                StatusCode::SEE_OTHER,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
            stranger
                .post("/sign-in", &WRONG)
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
            stranger.post("/sign-in/link", &RIGHT[..1]).await.is_one_of(&[
                StatusCode::OK,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
            stranger.post("/forgotten-password", &RIGHT[..1]).await.is_one_of(&[
                StatusCode::SEE_OTHER,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
            stranger.post("/subscribe", &wants).await.is_one_of(&[
                StatusCode::SEE_OTHER,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
        }
        world.deliver().await;
        let her = world.visitor_from("198.51.100.1");
        assert_eq!(her.post("/sign-in/link", &RIGHT[..1]).await.status, StatusCode::OK);
        her.post("/forgotten-password", &RIGHT[..1]).await.leads_to();
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 2, "the link and the new password");
        for begin in ["/sign-in/", "/new-password/"] {
            assert!(emails.iter().any(|email| email.text.contains(begin)), "{begin}");
        }
        her.post("/sign-in", &RIGHT).await.leads_to();
    });
}

#[test]
fn guesses_from_many_networks_hold_strangers_and_no_browser_that_she_has_signed_in_with() {
    on_both(async |world| {
        organiser(&world).await;
        let hers = world.visitor_from("198.51.100.1");
        hers.post("/sign-in", &RIGHT).await.leads_to();
        hers.post("/sign-out", &[]).await.leads_to();
        for nth in 0..55 {
            let stranger = world.visitor_from(&format!("192.0.2.{}", nth / 9));
            stranger
                .post("/sign-in", &WRONG)
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        let new = world.visitor_from("198.51.100.2");
        let held = new.post("/sign-in", &RIGHT).await;
        says_when(&held, "3600");
        assert!(held.says("Ask for a link by email below"), "{}", held.html);
        hers.post("/sign-in", &RIGHT).await.leads_to();
        // They are only slowed in the other: the link that the page speaks of comes and works.
        new.post("/sign-in/link", &RIGHT[..1]).await.done();
        new.post(&link(&world.deliver().await[0]), &[]).await.leads_to();
        assert_eq!(new.get("/forum").await.status, StatusCode::OK);
    });
}

#[test]
fn a_browser_is_known_to_the_accounts_that_signed_in_there_and_guesses_there_are_counted_too() {
    on_both(async |world| {
        organiser(&world).await;
        world.person("other@example.org", &[Role::Parent], &world.south).await;
        let family = world.visitor();
        family.post("/sign-in", &RIGHT).await.leads_to();
        let other = [("email", "other@example.org"), RIGHT[1]];
        family.post("/sign-in", &other).await.leads_to();
        family.post("/sign-out", &[]).await.leads_to();
        let known: i64 =
            sqlx::query_scalar("SELECT count(DISTINCT token_hash) FROM known_browsers")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(known, 1, "one secret for both");
        for _ in 0..11 {
            family
                .post("/sign-in", &WRONG)
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        says_when(&family.post("/sign-in", &RIGHT).await, "900");
        family.post("/sign-in", &other).await.leads_to();
        // A new password, or signing out everywhere, makes every browser a stranger.
        family.post("/account/sessions/end", &[]).await.leads_to();
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM known_browsers")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(known, 1, "the other account still knows it");
    });
}

#[test]
fn whoever_asked_for_enough_links_is_told_where_the_newest_is_and_gets_one_ten_minutes_later() {
    on_both(async |world| {
        organiser(&world).await;
        let (known, unknown) = (&RIGHT[..1], [("email", "nobody@example.org")]);
        let her = world.visitor();
        for _ in 0..5 {
            assert_eq!(her.post("/sign-in/link", known).await.status, StatusCode::OK);
            assert_eq!(her.post("/sign-in/link", &unknown).await.status, StatusCode::OK);
        }
        let held = her.post("/sign-in/link", known).await;
        says_when(&held, "600");
        assert!(held.says("Use the newest one") && held.says("try again in 10 minutes"));
        let alike = her.post("/sign-in/link", &unknown).await;
        says_when(&alike, "600");
        assert_eq!(held.html.replace(HER, ""), alike.html.replace("nobody@example.org", ""));
        assert_eq!(world.deliver().await.len(), 10);
        world.forward(10 * MINUTE);
        assert_eq!(her.post("/sign-in/link", known).await.status, StatusCode::OK);
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1);
        her.post(&link(&emails[0]), &[]).await.leads_to();
        // Every form says so where it refuses.
        let forms: [(&str, Vec<(&str, &str)>); 2] = [
            ("/forgotten-password", RIGHT[..1].to_vec()),
            ("/subscribe", vec![RIGHT[0], ("services", &world.transport), ("cadence", "daily")]),
        ];
        for (path, fields) in forms {
            let visitor = world.visitor();
            for _ in 0..5 {
                visitor.post(path, &fields).await.leads_to();
            }
            let held = visitor.post(path, &fields).await;
            says_when(&held, "600");
            assert!(held.says(HER), "{path}: what was typed is still there");
        }
    });
}

/// How much of something strangers get through in turn, from so many wider networks, where there
/// may be so much of it from one of these and so much from all before each has but a share.
fn at_most(wider: i64, of_all: i64, networks: i64) -> i64 {
    (wider * of_all * networks).isqrt()
}

#[test]
fn strangers_who_flood_with_questions_and_comments_hold_no_family_in_another_network() {
    on_both(async |world| {
        let leaders = crate::notices::leaders(&world).await;
        let id = crate::notices::noticed(&world, &leaders, "Buses", 60).await;
        crate::notices::told(&world).await;
        let ask = format!("/notices/{id}/questions/new");
        let all = async || {
            let questions = number(&world, "SELECT count(*) FROM notice_questions").await;
            (questions, number(&world, "SELECT count(*) FROM comments").await)
        };
        // Four owners of IPv6 networks, each with a new one for every form.
        for nth in 0..280 {
            let stranger = world.visitor_from(&format!("2001:db8:{:x}:{nth:x}::1", nth % 4));
            let email = format!("stranger{nth}@example.org");
            let answers = [
                stranger.post(&ask, &[("question", "Why?"), ("email", &email)]).await,
                stranger.post(COMMENTS, &comment("Why?")).await,
            ];
            for answer in answers {
                answer.is_one_of(&[StatusCode::SEE_OTHER, StatusCode::TOO_MANY_REQUESTS]);
                let is_told = answer.headers.contains_key(header::RETRY_AFTER);
                assert_eq!(is_told, answer.status == StatusCode::TOO_MANY_REQUESTS);
            }
        }
        let (asked, said) = all().await;
        let most = at_most(60, 30, 4);
        assert!((60..=most).contains(&asked) && (60..=most).contains(&said), "{asked}, {said}");
        for family in ["198.51.100.1", "203.0.113.7", "2001:db8:ffff::1"] {
            let visitor = world.visitor_from(family);
            let email = format!("{}@example.org", family.replace(':', "-"));
            let question = [("question", "Which stop?"), ("email", email.as_str())];
            visitor.post(&ask, &question).await.leads_to();
            visitor.post(COMMENTS, &comment("Thank you")).await.leads_to();
        }
        assert_eq!(all().await, (asked + 3, said + 3));
        world.parent(1).await.post(&ask, &[("question", "Which stop?")]).await.leads_to();
    });
}

#[test]
fn what_is_counted_cannot_be_found_by_whoever_has_a_list_of_addresses_and_is_in_no_backup() {
    on_both(async |world| {
        let visitor = world.visitor_from("2001:db8::1");
        let asks = async || {
            visitor.post("/sign-in/link", &RIGHT[..1]).await.done();
            let subjects: Vec<String> = sqlx::query_scalar(
                "SELECT subject FROM attempts WHERE kind = 'sign in'
                 ORDER BY window_ends_at DESC LIMIT 1",
            )
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
            subjects.first().unwrap().clone()
        };
        let today = asks().await;
        assert_ne!(today, id::hash(HER), "a list of addresses gives this one");
        world.forward(DAY);
        assert_ne!(today, asks().await, "another day, another key");
        accounts::store::forget_due(world.db(), world.now()).await.unwrap();
        let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM attempt_keys")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(keys, 1, "yesterday's key is gone");
        let tables = world.db().columns().await.unwrap();
        assert!(!tables.contains_key("attempts") && !tables.contains_key("attempt_keys"));
        assert!(tables.contains_key("accounts"));
    });
}

#[test]
fn a_clock_that_was_ahead_holds_nobody_once_it_is_right() {
    on_both(async |world| {
        organiser(&world).await;
        let her = world.visitor();
        world.forward(5 * HOUR);
        for _ in 0..11 {
            her.post("/sign-in", &WRONG)
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        says_when(&her.post("/sign-in", &RIGHT).await, "900");
        world.forward(-5 * HOUR);
        her.post("/sign-in", &RIGHT).await.leads_to();
    });
}

#[test]
fn a_network_that_asks_too_much_fills_no_table() {
    on_both(async |world| {
        let flood = world.visitor_from("192.0.2.1");
        for nth in 0..310 {
            let email = format!("nobody{nth}@example.org");
            flood
                .post("/sign-in/link", &[("email", &email)])
                .await
                .is_one_of(&[StatusCode::OK, StatusCode::TOO_MANY_REQUESTS]);
        }
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM attempts WHERE kind LIKE 'sign in%'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        // Very rarely two come to one place.
        assert!((850..=900).contains(&rows), "three for each of the three hundred: {rows}");
        let held = flood.post("/sign-in/link", &RIGHT[..1]).await;
        says_when(&held, "3600");
        assert!(held.says("We have been asked for too many emails"));
        let neighbour = world.visitor_from("192.0.2.2");
        assert_eq!(neighbour.post("/sign-in/link", &RIGHT[..1]).await.status, StatusCode::OK);
    });
}

/// Asks for so many links from these networks, each for an address that nobody has; how many go.
async fn asks_for_links(world: &World, networks: impl Iterator<Item = Caller>) -> i64 {
    let mut went = 0;
    for (nth, caller) in networks.enumerate() {
        let email = format!("nobody{nth}@example.org");
        let asker = Asker::Network(&caller);
        if may_write(&world.house, asker, Purpose::SignIn, &email).await.unwrap().is_ok() {
            went += 1;
        }
    }
    went
}

/// The nth network of the nth owner of an IPv6 network.
fn ipv6(owner: usize, nth: usize) -> Caller {
    Caller {
        network: format!("2001:db8:{owner:x}:{nth:x}::/64"),
        wider: format!("2001:db8:{owner:x}::/48"),
    }
}

#[test]
fn all_the_networks_that_one_owner_has_fill_no_table_and_hold_nobody_in_another() {
    on_both(async |world| {
        let went = asks_for_links(&world, (0..2_000).map(|nth| ipv6(1, nth))).await;
        let most = at_most(1_200, 600, 1);
        assert!((600..=most).contains(&went), "{went}");
        // A row for each network that is counted, one for the wider one, one for all strangers, and
        // three about the address of each link that went.
        let rows = number(&world, "SELECT count(*) FROM attempts").await;
        assert!((3 * 600..=1_200 + 2 + 3 * most).contains(&rows), "{rows}");
        let held =
            world.visitor_from("2001:db8:1:ffff::1").post("/sign-in/link", &RIGHT[..1]).await;
        says_when(&held, "3600");
        assert_eq!(number(&world, "SELECT count(*) FROM attempts").await, rows, "and no row more");
        for family in ["2001:db8:2::1", "198.51.100.1"] {
            let family = world.visitor_from(family);
            assert_eq!(family.post("/sign-in/link", &RIGHT[..1]).await.status, StatusCode::OK);
        }
    });
}

#[test]
fn many_owners_of_networks_get_little_more_than_one_and_hold_nobody_in_another() {
    const OWNERS: usize = 8;
    on_both(async |world| {
        let networks = (0..4_000).map(|nth| ipv6(nth % OWNERS, nth));
        let went = asks_for_links(&world, networks).await;
        let most = at_most(1_200, 600, i64::try_from(OWNERS).unwrap());
        assert!((1_200..=most).contains(&went), "{went}");
        let rows = number(&world, "SELECT count(*) FROM attempts").await;
        assert!(rows <= 4_000 + 9 + 3 * most, "{rows}");
        let family = world.visitor_from("2001:db8:ffff::1");
        assert_eq!(family.post("/sign-in/link", &RIGHT[..1]).await.status, StatusCode::OK);
    });
}

#[test]
fn a_count_of_strangers_whose_place_another_takes_is_forgotten_and_that_of_a_person_is_not() {
    on_both(async |world| {
        let (parent, refused) = (world.parent(1).await, StatusCode::TOO_MANY_REQUESTS);
        let own = "/local-offer/comments/new";
        for _ in 0..10 {
            parent.post(own, &comment("A word")).await.leads_to();
        }
        let visitor = world.visitor_from("198.51.100.1");
        for _ in 0..15 {
            visitor.post(COMMENTS, &comment("A word")).await.leads_to();
        }
        assert_eq!(visitor.post(COMMENTS, &comment("A word")).await.status, refused);
        let count = "SELECT count(*) FROM attempts";
        let rows = number(&world, count).await;
        // As if somebody had come to each of the places that all strangers share.
        change(&world, "UPDATE attempts SET subject = 'another' WHERE place LIKE '% %'").await;
        visitor.post(COMMENTS, &comment("A word")).await.leads_to();
        assert_eq!(number(&world, count).await, rows, "in the place of what was there");
        assert_eq!(parent.post(own, &comment("A word")).await.status, refused);
    });
}

#[test]
fn of_sign_ups_that_nobody_confirms_the_newest_hundred_thousand_stay() {
    on_both(async |world| {
        let now = world.now().millis();
        change(
            &world,
            &format!(
                "WITH RECURSIVE one (nth) AS
                 (SELECT 1 UNION ALL SELECT nth + 1 FROM one WHERE nth < 100050)
                 INSERT INTO sign_ups (token_hash, email, ends_at)
                 SELECT 'hash' || nth, 'nobody' || nth || '@example.org', {now} + nth FROM one"
            ),
        )
        .await;
        accounts::store::forget_due(world.db(), world.now()).await.unwrap();
        let left = "SELECT count(*) FROM sign_ups WHERE email LIKE 'nobody%'";
        // The one that the others are compared with stays too.
        assert_eq!(number(&world, left).await, 100_001);
        let oldest = format!("SELECT min(ends_at) - {now} FROM sign_ups");
        assert_eq!(number(&world, &oldest).await, 50);
    });
}

/// Asks for another address and confirms it; gives the path that undoes it.
async fn moves(world: &World, browser: &Browser<'_>, old: &str, new: &str) -> String {
    browser.changes_address(new).await.leads_to();
    let emails = world.deliver().await;
    let confirm = emails.iter().find(|email| email.to == new).unwrap();
    let done = browser.post(&link_to(confirm, "/account/email/"), &[]).await;
    assert!(done.says("We've changed your email address"), "{}", done.html);
    let told = world.deliver().await;
    link_to(told.iter().find(|email| email.to == old).unwrap(), "/account/email/undo/")
}

#[test]
fn signing_out_everywhere_ends_a_change_of_address_and_the_links_that_wait() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        thief.changes_address("thief@example.org").await.leads_to();
        thief.post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let emails = world.deliver().await;
        let to = |begin: &str| {
            let found = emails.iter().find(|email| email.text.contains(begin)).unwrap();
            link_to(found, begin)
        };
        let (confirm, sign_in) = (to("/account/email/"), to("/sign-in/"));
        let parent = world.sign_in("parent1@example.org").await;
        parent.post("/account/sessions/end", &[]).await.leads_to();
        assert_eq!(world.visitor().post(&confirm, &[]).await.status, StatusCode::GONE);
        assert_eq!(world.visitor().post(&sign_in, &[]).await.status, StatusCode::GONE);
        let again = world.sign_in("parent1@example.org").await;
        assert!(again.get("/account").await.says("parent1@example.org"));
    });
}

/// The links by which somebody gets into an account, or changes it.
const OF_AN_ACCOUNT: [&str; 4] =
    ["/account/email/{token}", "/invitations/{token}", "/new-password/{token}", "/sign-in/{token}"];

/// Other links in emails, and why nothing that she does about her account has to end them.
const OTHERS: [(&str, &str); 10] = [
    ("/account/email/undo/{token}", "the way back for whoever was robbed of their account"),
    ("/account/erase/{token}", "it keeps an account, and signs nobody in"),
    ("/local-offer/emails/{token}", "it stops emails about one comment"),
    ("/local-offer/emails/{token}/withdrawal", "it withdraws one comment"),
    ("/read/{token}", "it says that an email was read"),
    ("/sign-up/{token}", "there is no account yet"),
    ("/subscribe/{token}", "a subscription is no account"),
    ("/subscriptions/{token}", "a subscription is no account"),
    ("/subscriptions/{token}/copy", "a subscription is no account"),
    ("/unsubscribe/{token}", "it stops emails"),
];

/// What ends the links of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    SignsOutEverywhere,
    AdministratorSignsHerOut,
    ForgottenPassword,
    OwnPassword,
    Address,
    Suspended,
}

const ENDINGS: [Ending; 6] = [
    Ending::SignsOutEverywhere,
    Ending::AdministratorSignsHerOut,
    Ending::ForgottenPassword,
    Ending::OwnPassword,
    Ending::Address,
    Ending::Suspended,
];

/// The kinds of links that the program has a button for.
fn kinds_of_links() -> Vec<&'static str> {
    let all = app::routes::all();
    let is_link = |rule: &&Rule| {
        let is_button = rule.method == Method::POST && rule.access == Access::Anyone;
        is_button && rule.path.contains("{token}")
    };
    all.rules().iter().filter(is_link).map(|rule| rule.path).collect()
}

#[test]
fn of_every_kind_of_link_it_is_said_what_ends_it() {
    let others = OTHERS.iter().map(|(path, _)| *path);
    let mut said: Vec<&str> = OF_AN_ACCOUNT.into_iter().chain(others).collect();
    let mut kinds = kinds_of_links();
    said.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(kinds, said);
}

/// One of each kind that waits for whoever has this address, as paths; a stranger has read them.
async fn links_that_wait(world: &World, owner: &Browser<'_>, email: &str) -> Vec<String> {
    owner.changes_address("moved@example.org").await.leads_to();
    world.visitor().post("/sign-in/link", &[("email", email)]).await.done();
    world.visitor().post("/forgotten-password", &[("email", email)]).await.leads_to();
    let (house, to) = (&world.house, email.to_owned());
    accounts::invite(house, None, to, Role::Organiser, None).await.unwrap();
    let emails = world.deliver().await;
    let links = OF_AN_ACCOUNT.map(|path| {
        let begins = path.trim_end_matches("{token}");
        let is_it = |email: &&Email| email.text.contains(&format!("example.org{begins}"));
        link_to(emails.iter().find(is_it).expect(path), begins)
    });
    links.to_vec()
}

#[test]
fn no_link_that_waited_lets_a_stranger_in_once_she_has_ended_what_they_may_hold() {
    on_both(async |world| {
        for ending in ENDINGS {
            let world = world.another().await;
            let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
            let (owner, her) = (world.parent(1).await, "parent1@example.org");
            let links = links_that_wait(&world, &owner, her).await;
            let of_her = format!("/admin/people/{}", owner.account);
            let chosen = ("password", "four very small words");
            match ending {
                Ending::SignsOutEverywhere => {
                    owner.post("/account/sessions/end", &[]).await.leads_to();
                }
                Ending::AdministratorSignsHerOut => {
                    admin.post(&format!("{of_her}/sessions"), &[]).await.leads_to();
                }
                Ending::ForgottenPassword => {
                    let hers = world.visitor();
                    hers.post("/forgotten-password", &[("email", her)]).await.leads_to();
                    let page = link_to(&world.deliver().await[0], "/new-password/");
                    hers.post(&page, &[chosen]).await.leads_to();
                }
                Ending::OwnPassword => {
                    let words = [("current", "three small words"), chosen];
                    owner.post("/account/password", &words).await.leads_to();
                }
                Ending::Address => owner.post(&links[0], &[]).await.done(),
                Ending::Suspended => {
                    let fields = [("change", "suspend")];
                    admin.post(&format!("{of_her}/suspension"), &fields).await.leads_to();
                }
            }
            let people = number(&world, "SELECT count(*) FROM accounts").await;
            for waited in &links {
                let stranger = world.visitor();
                let fields = [("shown_name", "A stranger"), chosen];
                let tried = [stranger.get(waited).await, stranger.post(waited, &fields).await];
                let is_well = tried.iter().all(|answer| !answer.status.is_server_error());
                assert!(is_well, "{ending:?}: {waited}");
                let account = stranger.get("/account").await;
                assert_eq!(account.status, StatusCode::SEE_OTHER, "{ending:?}: {waited}");
            }
            let organisers = "SELECT count(*) FROM roles WHERE role = 'organiser'";
            assert_eq!(number(&world, organisers).await, 0, "{ending:?}");
            assert_eq!(number(&world, "SELECT count(*) FROM accounts").await, people, "{ending:?}");
            let moved = "SELECT count(*) FROM accounts WHERE email = 'moved@example.org'";
            let is_moved = i64::from(ending == Ending::Address);
            assert_eq!(number(&world, moved).await, is_moved, "{ending:?}");

            // What was hers to accept, she accepts in her account, unless it ended too.
            let invitation = &links[1];
            if matches!(ending, Ending::Address | Ending::Suspended) {
                let gone = world.visitor().get(invitation).await;
                assert_eq!(gone.status, StatusCode::NOT_FOUND, "{ending:?}");
            } else {
                let hers = world.sign_in(her).await;
                let to = hers.post(invitation, &[]).await.leads_to();
                assert_eq!(to, "/?done=accepted", "{ending:?}");
                assert_eq!(number(&world, organisers).await, 1, "{ending:?}");
            }
        }
    });
}

#[test]
fn an_invitation_to_an_address_with_an_account_is_accepted_in_that_account_just_after_signing_in() {
    on_both(async |world| {
        let mut other = world.parent(2).await;
        world.person(HER, &[Role::Parent], &world.south).await;
        accounts::invite(&world.house, None, HER.to_owned(), Role::Leader, None).await.unwrap();
        let page = link(&world.deliver().await[0]);
        let leaders = "SELECT count(*) FROM roles WHERE role = 'leader'";

        let her = world.visitor();
        let asked = her.get(&page).await;
        let to = format!("/sign-in?then={}", page.replace('/', "%2F"));
        assert!(asked.says(HER) && asked.says(&to), "{}", asked.html);
        assert!(!asked.says("Accept and continue"), "{}", asked.html);
        assert_eq!(her.post(&page, &[]).await.leads_to(), page);
        let another = other.get(&page).await;
        assert!(another.says("you are signed in to another one"), "{}", another.html);
        assert_eq!(other.post(&page, &[]).await.leads_to(), page);
        assert_eq!(number(&world, leaders).await, 0);

        let signs_in = [RIGHT[0], RIGHT[1], ("then", page.as_str())];
        assert_eq!(her.post("/sign-in", &signs_in).await.leads_to(), page);
        assert!(her.get(&page).await.says("Accept and continue"));
        // Somebody takes the phone up later.
        world.forward(16 * MINUTE);
        let proves = her.get(&page).await.leads_to();
        assert_eq!(proves, format!("/prove?then={}", page.replace('/', "%2F")));
        assert_eq!(her.post(&page, &[]).await.leads_to(), page);
        assert_eq!(number(&world, leaders).await, 0);
        let proof = [("then", page.as_str()), RIGHT[1]];
        assert_eq!(her.post("/prove", &proof).await.leads_to(), page);
        assert_eq!(her.post(&page, &[]).await.leads_to(), "/?done=accepted");
        assert_eq!(her.get("/lead").await.status, StatusCode::OK);
        assert_eq!(number(&world, leaders).await, 1);

        // Whoever has none makes one, as ever.
        let new = "new@example.org".to_owned();
        accounts::invite(&world.house, None, new, Role::Leader, None).await.unwrap();
        let page = link(&world.deliver().await[0]);
        other = world.visitor();
        let chosen = [("shown_name", "New"), RIGHT[1]];
        assert_eq!(other.post(&page, &chosen).await.leads_to(), "/?done=accepted");
    });
}

#[test]
fn links_that_went_to_the_old_address_lead_nowhere_after_the_change() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let hers = [("email", "parent1@example.org")];
        world.visitor().post("/sign-in/link", &hers).await.done();
        world.visitor().post("/forgotten-password", &hers).await.leads_to();
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 2, "a link to sign in, and one for a new password");
        moves(&world, &parent, "parent1@example.org", "moved@example.org").await;
        for email in &emails {
            let new = [("password", "four very small words")];
            let answer = world.visitor().post(&link(email), &new).await;
            assert_eq!(answer.status, StatusCode::GONE, "{}", email.text);
        }
        assert!(parent.get("/account").await.says("moved@example.org"));
    });
}

#[test]
fn the_old_address_undoes_a_change_and_whoever_made_it_is_left_with_nothing() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        let (old, new) = ("parent1@example.org", "thief@example.org");
        let undo = moves(&world, &thief, old, new).await;
        let later = moves(&world, &thief, new, "thief2@example.org").await;
        thief.changes_address("thief3@example.org").await.leads_to();
        world.visitor().post("/sign-in/link", &[("email", "thief2@example.org")]).await.done();
        let waits = world.deliver().await;
        let begins = |begin: &str| {
            let found = waits.iter().find(|email| email.text.contains(begin)).unwrap();
            link_to(found, begin)
        };
        let (confirm, sign_in) = (begins("/account/email/"), begins("/sign-in/"));

        let her = world.visitor();
        let shown = her.get(&undo).await;
        assert!(shown.says(old) && shown.says("It wasn't me"), "{}", shown.html);
        assert!(!shown.says("thief"), "nobody learns the new address there");
        assert!(thief.get("/account").await.says("thief2@example.org"), "looking changes nothing");
        let done = her.post(&undo, &[]).await;
        assert!(done.says("Your old email address is back"), "{}", done.html);

        assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
        for dead in [&confirm, &sign_in, &later] {
            let status = world.visitor().post(dead, &[]).await.status;
            assert!(
                [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&status),
                "{dead}: {status}"
            );
        }
        let password = [("email", old), ("password", "three small words")];
        let refused = thief.post("/sign-in", &password).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the password is gone too");
        assert_eq!(her.post(&undo, &[]).await.status, StatusCode::GONE, "it works once");
        let mut told = world.deliver().await;
        told.sort_by(|one, other| one.to.cmp(&other.to));
        let to: Vec<_> = told.iter().map(|email| email.to.as_str()).collect();
        assert_eq!(to, [old, "thief2@example.org"]);
        assert!(told[0].text.contains("/forgotten-password"), "{}", told[0].text);
        assert_eq!(told[1].subject, "We no longer use this email address");
        assert!(
            !told[1].text.contains("password") && !told[1].text.contains(old),
            "it asks for nothing that this address cannot do: {}",
            told[1].text
        );

        let page = leads(&done.html, "/new-password/");
        her.post(&page, &[("password", "four very small words")]).await.leads_to();
        assert!(her.get("/account").await.says(old));
    });
}

#[test]
fn whoever_moves_an_account_and_erases_it_at_once_keeps_its_owner_from_nothing() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        let (old, new) = ("parent1@example.org", "thief@example.org");
        thief.changes_address(new).await.leads_to();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|email| email.to == new).unwrap();
        thief.post(&link_to(confirm, "/account/email/"), &[]).await.done();
        // Before an email has gone.
        thief.post("/account/erase", &[]).await.leads_to();
        let told = world.deliver().await;
        let hers = told.iter().find(|email| email.to == old).expect("she is told");
        let her = world.visitor();
        her.post(&link_to(hers, "/account/email/undo/"), &[]).await.done();
        let leaving: i64 = sqlx::query_scalar("SELECT count(*) FROM erasures")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(leaving, 0, "and it stays hers");
        let told = world.deliver().await;
        assert!(told.iter().any(|email| email.to == old), "she hears that it is back");
    });
}

#[test]
fn what_she_is_told_about_changes_comes_back_with_her_address() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let wants = [("services", world.transport.as_str()), ("cadence", "at once")];
        parent.post("/subscribe", &wants).await.leads_to();
        let undo = moves(&world, &parent, "parent1@example.org", "moved@example.org").await;
        let addresses = async || -> Vec<String> {
            sqlx::query_scalar("SELECT email FROM subscribers")
                .fetch_all(&mut *world.db().read().await.unwrap())
                .await
                .unwrap()
        };
        assert_eq!(addresses().await, ["moved@example.org"]);
        world.visitor().post(&undo, &[]).await.done();
        assert_eq!(addresses().await, ["parent1@example.org"]);
    });
}

#[test]
fn a_change_of_address_can_be_undone_for_seven_days_and_not_when_somebody_else_has_the_address() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let undo = moves(&world, &parent, "parent1@example.org", "moved@example.org").await;
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        let answer = world.visitor().post(&undo, &[]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.says("Another account uses that address now"), "{}", answer.html);
        assert!(parent.get("/account").await.says("moved@example.org"), "nothing has changed");
        change(&world, "UPDATE accounts SET email = NULL WHERE email = 'parent1@example.org'")
            .await;
        world.forward(7 * DAY - MINUTE);
        assert_eq!(world.visitor().get(&undo).await.status, StatusCode::OK);
        world.forward(MINUTE);
        assert_eq!(world.visitor().get(&undo).await.status, StatusCode::GONE);
        assert_eq!(world.visitor().post(&undo, &[]).await.status, StatusCode::GONE);
    });
}

#[test]
fn a_change_of_address_that_was_chosen_before_she_signed_in_is_not_made_by_itself() {
    on_both(async |world| {
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        change(&world, "UPDATE accounts SET password_hash = NULL").await;
        // Somebody else, in the browser that they use next.
        let shared = world.visitor();
        shared
            .post("/account/email", &[("email", "thief@example.org")])
            .await
            .refused(StatusCode::UNAUTHORIZED);
        shared.post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let to = shared.post(&link(&world.deliver().await[0]), &[]).await.leads_to();
        assert_eq!(to, "/go-on");
        let shown = shared.get(&to).await;
        assert!(shown.says("Change your email address: “thief@example.org”"), "{}", shown.html);
        assert!(shown.says("someone else did before you"), "{}", shown.html);
        assert!(world.deliver().await.is_empty(), "she has pressed no button");
    });
}
