//! What a leader, an organiser and a stranger would try: the tries that have no place elsewhere.
//! All of them are listed in `docs/security/tried.md`, each with its test.

use std::fs;
use std::path::Path;

use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY};
use ground::viewer::Role;

use crate::notices;
use crate::plans;
use crate::subscriptions;
use crate::world::{link, number, on_both};

#[test]
fn a_draft_that_is_a_file_is_at_no_address_for_whoever_knows_its_hash() {
    on_both(async |world| {
        let leader = plans::leader(&world).await;
        let plan = plans::register(&world, &leader).await;
        let fields = [("summary", "In short"), ("body", "")];
        let draft = format!("/lead/plans/{plan}/drafts");
        leader
            .post_file(&draft, &fields, ("plan.pdf", b"%PDF-1.7\nThe plan.\n%%EOF"))
            .await
            .leads_to();
        let hash: String = sqlx::query_scalar("SELECT file_hash FROM drafts")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let nobodys = "0".repeat(64);
        let stranger = world.leader_of("stranger@example.org", "Another Trust").await;
        let people = [&stranger, &world.parent(1).await, &world.visitor()];
        for who in people {
            for path in [
                format!("/plans/{plan}/drafts/1/file"),
                format!("/pictures/{hash}.png"),
                format!("/pictures/{hash}.jpg"),
                format!("/pictures/{nobodys}.png"),
                format!("/updates/{plan}/files/{hash}"),
            ] {
                assert_eq!(who.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
        }
        let organiser = world.organiser().await;
        let as_picture = organiser.get(&format!("/pictures/{hash}.png")).await;
        assert_eq!(as_picture.status, StatusCode::NOT_FOUND, "it is no picture for anybody");
    });
}

#[test]
fn a_picture_is_shown_once_it_stands_on_a_page_and_until_then_to_those_who_write_it() {
    on_both(async |world| {
        let picture = [&b"\xFF\xD8\xFF\xDB\x00\x06look"[..], b"\xFF\xDA\x00\x03\x01look\xFF\xD9"];
        let name = world.house.files.keep_picture(picture.concat().into()).await.unwrap().unwrap();
        let path = format!("/pictures/{name}");
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        assert_eq!(admin.get(&path).await.status, StatusCode::OK);
        assert_eq!(world.visitor().get(&path).await.status, StatusCode::NOT_FOUND);
        let about = [("picture", name.as_str()), ("picture_shows", "Eleven parents")];
        admin.post("/admin/contact", &about).await.leads_to();
        assert!(world.visitor().get("/about").await.says(&name));
        assert_eq!(world.visitor().get(&path).await.status, StatusCode::OK);
    });
}

#[test]
fn where_a_link_leads_after_signing_in_is_no_error_whatever_stands_in_it() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let home = "/?done=signed-in";
        for (then, leads_to) in [
            ("/\u{1}", home),
            // What no database takes is taken out, and this is left.
            ("/topics\0", "/topics"),
            ("/\u{7f}", home),
            ("/topics\u{85}", home),
            ("/\u{b}/evil.example", home),
        ] {
            let fields = [
                ("email", "parent@example.org"),
                ("password", "three small words"),
                ("then", then),
            ];
            let her = world.visitor();
            assert_eq!(her.post("/sign-in", &fields).await.leads_to(), leads_to);
            assert_eq!(her.get("/account").await.status, StatusCode::OK, "{then:?}");
        }
    });
}

#[test]
fn a_name_or_a_title_that_nobody_can_see_is_refused() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for unseen in ["\u{200b}", "\u{3164}", "\u{2800} \u{2800}", "\u{202e}\u{61c}"] {
            let details = [("shown_name", unseen), ("place", world.south.as_str())];
            let refused = parent.post("/account/details", &details).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{unseen:?}");
            let refused = parent.post("/topics/new", &parent.proposal(unseen)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{unseen:?}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM topics").await, 0);
    });
}

#[test]
fn line_breaks_in_a_name_and_a_title_add_nothing_to_an_email() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let name = "Ann\r\nBcc: thief.example\r\n\r\nHello";
        let details = [("shown_name", name), ("place", world.south.as_str())];
        parent.post("/account/details", &details).await.leads_to();
        let topic = parent.propose("Buses\r\nBcc: thief.example").await;
        let organiser = world.organiser().await;
        let decision = [("decision", "publish")];
        organiser.post(&format!("/forum/topics/{topic}"), &decision).await.leads_to();
        let emails = world.deliver_with_kinds().await;
        assert!(emails.len() >= 2, "a receipt, and what became of it");
        assert!(emails.iter().any(|(_, email)| email.text.contains("Bcc: thief.example")));
        for (kind, email) in emails {
            assert!(!email.to.contains("thief"), "{kind:?}: {}", email.to);
            assert!(!email.subject.contains(['\r', '\n']), "{:?}", email.subject);
            let begins = |line: &str| line.trim_start().starts_with("Bcc:");
            assert!(!email.text.lines().any(begins), "{}", email.text);
        }
    });
}

#[test]
fn two_addresses_in_one_form_are_one_email_or_none() {
    on_both(async |world| {
        world.parent(1).await;
        let thief = world.visitor();
        for path in ["/sign-in/link", "/forgotten-password"] {
            let twice = "email=parent1%40example.org&email=thief%40example.org";
            thief.request(Method::POST, path, &[], twice).await;
            let emails = world.deliver().await;
            let to: Vec<&str> = emails.iter().map(|email| email.to.as_str()).collect();
            assert_eq!(to, ["parent1@example.org"], "{path}");
            for both in [
                "parent1@example.org,thief@example.org",
                "parent1@example.org;thief@example.org",
                "parent1@example.org\r\nBcc: thief@example.org",
                "parent1@example.org thief@example.org",
                "parent1@example.org\0thief@example.org",
                "thief@example.org>,<parent1@example.org",
            ] {
                let refused = thief.post(path, &[("email", both)]).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {both:?}");
            }
            assert!(world.deliver().await.is_empty(), "{path}");
        }
    });
}

#[test]
fn an_address_that_only_looks_like_hers_gets_no_link_of_hers() {
    on_both(async |world| {
        world.parent(1).await;
        let thief = world.visitor();
        // A Cyrillic letter before the @, and one in the name of the host.
        let alike = [("email", "p\u{430}rent1@example.org")];
        let refused = thief.post("/sign-in/link", &alike).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let alike = [("email", "parent1@ex\u{430}mple.org")];
        assert_eq!(thief.post("/sign-in/link", &alike).await.status, StatusCode::OK);
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1);
        assert!(emails[0].to.starts_with("parent1@xn--"), "{}", emails[0].to);
        assert!(!emails[0].text.contains("/sign-in/"), "{}", emails[0].text);
    });
}

#[test]
fn an_address_that_is_written_in_another_way_leads_nowhere_else() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for path in [
            "/%61dmin/people",
            "/admin%2fpeople",
            "/ADMIN/people",
            "/./admin/people",
            "//admin/people",
            "/admin/people;a=1",
            "/admin/people%00",
            "/topics/%2e%2e/admin/people",
            "/topics/..%2f..%2fadmin%2fpeople",
            "/topics/%252e%252e%252fadmin%252fpeople",
            "/pictures/..%2f..%2falongside.db",
            "/pictures/..%252f..%252falongside.db",
            "/updates/1/files/..%2f..%2falongside.db",
            "/pkg/..%2f../..%2fCargo.toml",
        ] {
            let answer = parent.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn another_method_named_in_a_header_or_a_field_changes_nothing() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let names = [
            ("x-http-method-override", "POST"),
            ("x-http-method", "POST"),
            ("x-method-override", "POST"),
        ];
        let ends = "/account/sessions/end?_method=POST";
        parent.request(Method::GET, ends, &names, "").await;
        assert_eq!(parent.get("/account").await.status, StatusCode::OK, "she is still signed in");
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let answer =
                parent.request(method.clone(), "/account/details", &[], "shown_name=A").await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        }
        assert!(parent.get("/account").await.says("Somebody"));
    });
}

#[test]
fn fields_that_a_form_does_not_have_give_nobody_a_role_or_another_account() {
    on_both(async |world| {
        let (parent, other) = (world.parent(1).await, world.parent(2).await);
        let details = [
            ("shown_name", "Renamed"),
            ("place", world.south.as_str()),
            ("id", other.account.as_str()),
            ("account_id", other.account.as_str()),
            ("email", "thief@example.org"),
            ("role", "admin"),
            ("roles", "admin"),
        ];
        parent.post("/account/details", &details).await.leads_to();
        assert_eq!(parent.get("/admin/people").await.status, StatusCode::FORBIDDEN);
        let page = other.get("/account").await;
        assert!(page.says("Somebody") && page.says("parent2@example.org"));
        assert!(parent.get("/account").await.says("parent1@example.org"));

        let leader = plans::leader(&world).await;
        let day = clock::fields(world.now() + 30 * DAY).0;
        let mut fields = notices::fields("Later buses", &world.transport, &day);
        fields.extend([
            ("approved_by", leader.account.as_str()),
            ("approved_at", "1"),
            ("starts_at", "1"),
            ("started_at", "1"),
            ("step", "approve"),
        ]);
        leader.post("/lead/notices/new", &fields).await;
        let sent = "SELECT count(*) FROM notices WHERE approved_at IS NOT NULL";
        assert_eq!(number(&world, sent).await, 0, "a second leader approves it");
    });
}

#[test]
fn the_id_of_another_thing_in_a_form_is_as_unknown_as_any() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let leader = plans::leader(&world).await;
        let plan = plans::register(&world, &leader).await;
        let parent = world.parent(1).await;
        let supported = parent.support(&plan, "support").await;
        assert!(supported.status.is_client_error(), "{}", supported.status);
        assert_eq!(number(&world, "SELECT count(*) FROM supports").await, 0);
        let mut proposal = parent.proposal("Trams");
        for (name, value) in &mut proposal {
            if *name == "services" {
                *value = world.north.as_str();
            }
        }
        let refused = parent.post("/topics/new", &proposal).await;
        assert!(refused.status.is_client_error(), "a place is no service: {}", refused.status);
        let waiting = parent.propose("Trains").await;
        let organiser = world.organiser().await;
        for into in [&plan, &parent.account, &waiting] {
            let merges = [("decision", "merge"), ("into", into.as_str())];
            let refused = organiser.post(&format!("/forum/topics/{waiting}"), &merges).await;
            assert!(refused.status.is_client_error(), "{into}: {}", refused.status);
        }
        let tied = leader.post(&format!("/lead/plans/{topic}/topics"), &[("topics", &topic)]).await;
        assert_eq!(tied.status, StatusCode::NOT_FOUND, "a topic is no plan");
    });
}

#[test]
fn who_presses_the_button_to_join_in_two_browsers_at_once_has_one_account() {
    on_both(async |world| {
        world.visitor().post("/sign-up", &[("email", "new@example.org")]).await.leads_to();
        let page = link(&world.deliver().await[0]);
        let hers = [
            ("shown_name", "A new parent"),
            ("place", world.south.as_str()),
            ("password", "kettle harbour otter"),
        ];
        let (phone, tablet) = (world.visitor(), world.visitor());
        let (one, other) = tokio::join!(phone.post(&page, &hers), tablet.post(&page, &hers));
        let mut answers = [one.status, other.status];
        answers.sort();
        // The second is told that they have joined, and is not let in.
        assert_eq!(answers, [StatusCode::OK, StatusCode::SEE_OTHER]);
        assert!(one.says("You have joined") || other.says("You have joined"));
        assert_eq!(number(&world, "SELECT count(*) FROM sessions").await, 1);
        assert_eq!(
            number(&world, "SELECT count(*) FROM accounts WHERE email IS NOT NULL").await,
            1
        );
        assert_eq!(number(&world, "SELECT count(*) FROM roles").await, 1);
    });
}

#[test]
fn a_link_to_sign_in_that_is_used_twice_at_once_lets_one_in() {
    on_both(async |world| {
        world.parent(1).await;
        world.visitor().post("/sign-in/link", &[("email", "parent1@example.org")]).await;
        let page = link(&world.deliver().await[0]);
        let (her, thief) = (world.visitor(), world.visitor());
        let (one, other) = tokio::join!(her.post(&page, &[]), thief.post(&page, &[]));
        let mut answers = [one.status, other.status];
        answers.sort();
        assert_eq!(answers, [StatusCode::SEE_OTHER, StatusCode::GONE]);
    });
}

#[test]
fn a_session_that_somebody_put_into_her_browser_is_not_hers_once_she_signs_in() {
    on_both(async |world| {
        world.person("her@example.org", &[Role::Parent], &world.south).await;
        let thief = world.parent(1).await;
        for planted in [thief.cookies(), "session=a-secret-of-the-thief".to_owned()] {
            let her = world.visitor();
            her.set_cookies(planted.clone());
            let words = [("email", "her@example.org"), ("password", "three small words")];
            her.post("/sign-in", &words).await.leads_to();
            assert!(her.get("/account").await.says("her@example.org"));
            assert!(!her.cookies().contains(&planted), "{}", her.cookies());
            let other = world.visitor();
            other.set_cookies(planted);
            assert!(!other.get("/account").await.says("her@example.org"));
        }
    });
}

#[test]
fn links_in_emails_lead_here_whatever_host_a_request_names() {
    on_both(async |world| {
        world.parent(1).await;
        let names = [
            ("x-forwarded-host", "thief.example"),
            ("x-host", "thief.example"),
            ("forwarded", "host=thief.example;proto=http"),
            ("x-original-url", "//thief.example/"),
        ];
        for (path, email) in [
            ("/sign-in/link", "parent1@example.org"),
            ("/forgotten-password", "parent1@example.org"),
            ("/sign-up", "new@example.org"),
        ] {
            let body = format!("email={}", email.replace('@', "%40"));
            let answer = world.visitor().request(Method::POST, path, &names, body).await;
            assert!(!answer.says("thief.example") && !answer.status.is_client_error(), "{path}");
            let emails = world.deliver().await;
            assert_eq!(emails.len(), 1, "{path}");
            assert!(emails[0].text.contains("http://alongside.example.org/"), "{path}");
            assert!(!emails[0].html.contains("thief.example"), "{path}");
        }
    });
}

#[test]
fn one_click_to_stop_stops_the_emails_of_its_own_reader_alone_however_often_it_is_sent() {
    on_both(async |world| {
        let (one, two) = (world.visitor(), world.visitor());
        let own = subscriptions::subscribe(&world, &one, "one@example.org").await;
        subscriptions::subscribe(&world, &two, "two@example.org").await;
        let one_click = own.replace("/subscriptions/", "/unsubscribe/");
        let body = "List-Unsubscribe=One-Click&email=two%40example.org";
        let stranger = world.visitor();
        for _ in 0..3 {
            let answer = stranger.request(Method::POST, &one_click, &[], body).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(!answer.says("one@example.org"), "it does not say whose emails they were");
        }
        let stand = "SELECT count(*) FROM subscriptions s JOIN subscribers b
             ON b.id = s.subscriber_id WHERE s.ended_at IS NULL AND b.email = 'two@example.org'";
        assert_eq!(number(&world, stand).await, 2);
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscriptions WHERE ended_at IS NULL").await,
            2
        );
    });
}

#[test]
fn every_try_on_the_list_has_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let list = fs::read_to_string(root.join("docs/security/tried.md")).unwrap();
    let mut code = String::new();
    for folder in ["server/tests", "server/src", "app"] {
        read_all(&root.join(folder), &mut code);
    }
    let mut tries = 0;
    for line in list.lines().filter(|line| line.starts_with("- ")) {
        let named: Vec<&str> = line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| name.matches('_').count() > 2 && !name.contains('/'))
            .collect();
        assert!(!named.is_empty(), "no test shows it: {line}");
        for name in named {
            assert!(code.contains(&format!("fn {name}(")), "there is no test {name}: {line}");
        }
        tries += 1;
    }
    assert!(tries >= 30, "{tries}");
}

/// Every Rust file below a folder.
fn read_all(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, code);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            *code += &fs::read_to_string(&path).unwrap();
        }
    }
}
