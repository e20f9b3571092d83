use axum::http::{StatusCode, header};
use calendar::clock::{self, DAY, HOUR, MINUTE, SECOND};
use ground::viewer::Role;

use crate::page::{attributes, leads};
use crate::world::{Answer, Browser, PROVES, World, change, link, on_both};

const HER: &str = "new.parent@example.org";

/// What somebody chooses behind the button in the email.
fn hers(world: &World) -> [(&str, &str); 3] {
    [
        ("shown_name", "A new parent"),
        ("place", world.south.as_str()),
        ("password", "kettle harbour otter"),
    ]
}

/// Signs an address up in a browser of whoever does it; the page behind the button in the email.
async fn signed_up(world: &World) -> String {
    let answer = world.visitor().post("/sign-up", &[("email", "New.Parent@example.org")]).await;
    assert_eq!(answer.leads_to(), "/sign-up/sent");
    let emails = world.deliver().await;
    assert_eq!(emails.len(), 1);
    assert_eq!(emails[0].to, HER);
    link(&emails[0])
}

#[test]
fn a_parent_signs_up_and_is_in_once_she_pressed_the_button_in_the_email() {
    on_both(async |world| {
        let page = signed_up(&world).await;
        let parent = world.visitor();
        assert!(parent.get(&page).await.says(HER));
        assert_eq!(
            parent.get("/account").await.status,
            StatusCode::SEE_OTHER,
            "looking at the link changes nothing"
        );
        assert_eq!(parent.post(&page, &hers(&world)).await.leads_to(), "/?done=joined");
        let account = parent.get("/account").await;
        assert!(account.says(HER) && account.says("A new parent") && account.says("South Sefton"));
        let other = world.visitor();
        let again = other.post(&page, &hers(&world)).await;
        assert!(
            again.says("You have joined") && again.says("Sign in with the password you chose"),
            "{}",
            again.html
        );
        assert_eq!(
            other.get("/account").await.status,
            StatusCode::SEE_OTHER,
            "the button lets in once"
        );
        let password = [("email", HER), ("password", "kettle harbour otter")];
        assert_eq!(
            world.visitor().post("/sign-in", &password).await.leads_to(),
            "/?done=signed-in"
        );
    });
}

#[test]
fn a_second_tap_on_the_button_that_joins_says_that_she_has_joined_and_leads_on() {
    const NEXT: &str = "/local-offer/comments/new";
    on_both(async |world| {
        let phone = world.visitor();
        let sent = phone.post("/sign-up", &[("email", HER), ("then", NEXT)]).await;
        assert_eq!(sent.leads_to(), "/sign-up/sent");
        let (page, before) = (link(&world.deliver().await[0]), phone.cookies());
        assert_eq!(phone.post(&page, &hers(&world)).await.leads_to(), NEXT);
        for again in [phone.post(&page, &hers(&world)).await, phone.get(&page).await] {
            assert_eq!(again.status, StatusCode::OK);
            assert!(
                again.says("You have joined") && again.says(&format!("href=\"{NEXT}\"")),
                "{}",
                again.html
            );
        }
        // The first answer was lost, and with it the cookie.
        let signed_in = phone.cookies();
        phone.set_cookies(before);
        let lost = phone.post(&page, &hers(&world)).await;
        assert!(
            lost.says("You have joined")
                && lost.says("href=\"/sign-in?then=%2Flocal-offer%2Fcomments%2Fnew\""),
            "{}",
            lost.html
        );
        world.forward(11 * MINUTE);
        for browser in [&phone, &world.parent(1).await] {
            let later = browser.post(&page, &hers(&world)).await;
            assert_eq!(later.status, StatusCode::GONE, "it is told to nobody else for long");
        }
        phone.set_cookies(signed_in);
        assert!(phone.post(&page, &hers(&world)).await.says("You have joined"));
        let guessed = world.visitor().post("/sign-up/no-such-link", &hers(&world)).await;
        assert_eq!(guessed.status, StatusCode::GONE);
        assert!(!guessed.says("You have joined"));
    });
}

/// Opens a page and presses its button twice, as on a line so slow that nothing of the first answer
/// arrived; what came of the second press.
async fn presses_twice(her: &Browser<'_>, page: &str, fields: &[(&str, &str)]) -> Answer {
    her.get(page).await.done();
    let before = her.cookies();
    her.post(page, fields).await.leads_to();
    her.set_cookies(before);
    her.post(page, fields).await
}

#[test]
fn a_second_press_on_a_slow_line_gets_the_answer_of_the_first_in_the_same_browser_alone() {
    on_both(async |world| {
        for (path, purpose) in [
            ("/sign-up", "to join"),
            ("/sign-in/link", "to sign in"),
            ("/forgotten-password", "for a new password"),
        ] {
            let her = world.visitor();
            her.post(path, &[("email", HER)]).await.done();
            let page = link(&world.deliver().await[0]);
            let fields = hers(&world);
            let second = presses_twice(&her, &page, &fields).await;
            let to = match path {
                "/sign-up" => "/?done=joined",
                "/sign-in/link" => "/?done=signed-in",
                _ => "/account?done=password",
            };
            assert_eq!(second.leads_to(), to, "{purpose}");
            assert!(her.get("/account").await.says(HER), "{purpose}: she is in");
            world.deliver().await;

            // Nobody else gains by it, also who opened the page before.
            let other = world.visitor();
            let _used_or_not = other.get(&page).await;
            let elsewhere = other.post(&page, &fields).await;
            assert_ne!(elsewhere.status, StatusCode::SEE_OTHER, "{purpose}");
            assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER, "{purpose}");
        }
    });
}

#[test]
fn a_second_press_does_nothing_later_or_with_other_words_or_once_she_signed_out() {
    on_both(async |world| {
        world.person(HER, &[Role::Parent], &world.south).await;
        let asks = async |path: &str| {
            world.visitor().post(path, &[("email", HER)]).await.done();
            link(&world.deliver().await[0])
        };
        let her = world.visitor();
        let page = asks("/sign-in/link").await;
        presses_twice(&her, &page, &[]).await.leads_to();
        let here = her.cookies();
        let signed_out = world.visitor();
        signed_out.set_cookies(here.clone());
        signed_out.post("/sign-out", &[]).await.leads_to();
        assert!(!signed_out.cookies().contains("here="), "{}", signed_out.cookies());
        for late in [&signed_out, &her] {
            assert_eq!(late.post(&page, &[]).await.status, StatusCode::GONE);
        }

        let her = world.visitor();
        let page = asks("/sign-in/link").await;
        presses_twice(&her, &page, &[]).await.leads_to();
        world.forward(6 * MINUTE);
        assert_eq!(her.post(&page, &[]).await.status, StatusCode::GONE);

        let her = world.visitor();
        let page = asks("/forgotten-password").await;
        her.get(&page).await.done();
        let before = her.cookies();
        her.post(&page, &[("password", "kettle harbour otter")]).await.leads_to();
        her.set_cookies(before);
        let another = her.post(&page, &[("password", "four very small words")]).await;
        assert!(another.says("Your password has been changed"), "{}", another.html);
        assert_eq!(her.get("/account").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_browser_that_keeps_no_cookies_is_told_so_and_uses_up_no_link() {
    on_both(async |world| {
        let browser = world.visitor();
        let forgets = async |path: &str, fields: &[(&str, &str)]| {
            browser.set_cookies(String::new());
            let page = browser.get(path).await;
            assert_eq!(page.sends("cookies"), "asked", "{path}");
            browser.set_cookies(String::new());
            let mut sent = fields.to_vec();
            sent.push(("cookies", "asked"));
            browser.post(path, &sent).await
        };
        world.person("parent1@example.org", &[Role::Parent], &world.south).await;
        let right = [("email", "parent1@example.org"), ("password", "three small words")];
        for (path, typed) in [("/sign-in", &right[..]), ("/sign-up", &[("email", HER)][..])] {
            let told = forgets(path, typed).await;
            assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(told.says("Turn on cookies"), "{path}: {}", told.html);
            assert!(told.says(&format!("value=\"{}\"", typed[0].1)), "what was typed is there");
        }
        assert!(world.deliver().await.is_empty());
        for (path, email) in [
            ("/sign-up", HER),
            ("/sign-in/link", "parent1@example.org"),
            ("/forgotten-password", "parent1@example.org"),
        ] {
            world.visitor().post(path, &[("email", email)]).await.done();
            let page = link(&world.deliver().await[0]);
            let told = forgets(&page, &hers(&world)).await;
            assert!(told.says("Turn on cookies"), "{path}: {}", told.html);
            let keeps = world.visitor();
            keeps.get(&page).await.done();
            keeps.post(&page, &hers(&world)).await.leads_to();
            assert!(keeps.get("/account").await.says(email), "{path}: the link still works");
        }
    });
}

#[test]
fn a_link_in_an_email_works_with_whatever_was_left_behind_it() {
    on_both(async |world| {
        world.person(HER, &[Role::Parent], &world.south).await;
        for after in [".", ")", "%3E", "%22", "%20", "%E2%80%99.", "/", "and%20this", "%0A"] {
            // Only so many go to one address in an hour.
            world.forward(2 * HOUR);
            let her = world.visitor();
            her.post("/sign-in/link", &[("email", HER)]).await.done();
            let page = link(&world.deliver().await[0]);
            let shown = her.get(&format!("{page}{after}")).await;
            if shown.status == StatusCode::PERMANENT_REDIRECT {
                assert_eq!(shown.headers[header::LOCATION].to_str().unwrap(), page);
                continue;
            }
            assert!(shown.says("Sign in on this device"), "{after}: {}", shown.html);
            her.post(&format!("{page}{after}"), &[]).await.leads_to();
            assert!(her.get("/account").await.says(HER), "{after}");
        }
        // A link of which a part is missing is neither used nor over.
        world.forward(2 * HOUR);
        let her = world.visitor();
        her.post("/sign-in/link", &[("email", HER)]).await.done();
        let page = link(&world.deliver().await[0]);
        let cut = &page[..page.len() - 1];
        for answer in [her.get(cut).await, her.post(cut, &[]).await] {
            answer.refused(StatusCode::GONE);
            assert!(answer.says("This link is not whole"), "{}", answer.html);
        }
        her.post(&page, &[]).await.leads_to();
        let topic = world.published("Buses").await;
        for after in [".", ")", "%E2%80%9D", ",%20"] {
            let shown = world.visitor().get(&format!("/topics/{topic}{after}")).await;
            assert!(shown.says("Buses"), "{after}: {}", shown.html);
        }
        // What is typed with an address is no part of it.
        let pasted = [("email", "<New.Parent@example.org>."), ("password", "three small words")];
        world.visitor().post("/sign-in", &pasted).await.leads_to();
    });
}

#[test]
fn nothing_a_stranger_typed_signs_in_or_is_taken_over_whichever_email_she_opens() {
    on_both(async |world| {
        for opened in [0, 1] {
            let world = world.another().await;
            let stranger = world.visitor();
            let typed = [
                ("email", HER),
                ("shown_name", "A stranger"),
                ("place", world.north.as_str()),
                ("password", "a strangers own password"),
            ];
            stranger.post("/sign-up", &typed).await.leads_to();
            world.visitor().post("/sign-up", &[("email", HER)]).await.leads_to();
            let emails = world.deliver().await;
            assert_eq!(emails.len(), 2);
            let (page, other) = (link(&emails[opened]), link(&emails[1 - opened]));
            let her = world.visitor();
            let shown = her.get(&page).await;
            assert!(shown.says("type=\"password\"") && !shown.says("A stranger"), "{}", shown.html);
            assert_eq!(
                her.post(&page, &[]).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "the button alone takes nothing over"
            );
            assert_eq!(her.post(&page, &hers(&world)).await.leads_to(), "/?done=joined");
            let account = her.get("/account").await;
            assert!(account.says("A new parent") && account.says("South Sefton"));
            let tries = [("email", HER), ("password", "a strangers own password")];
            let refused = stranger.post("/sign-in", &tries).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            for answer in [her.get(&other).await, stranger.post(&other, &hers(&world)).await] {
                assert_eq!(answer.status, StatusCode::GONE, "the other email makes no account");
            }
        }
    });
}

#[test]
fn what_she_chose_stays_on_the_page_when_something_is_wrong_but_never_the_password() {
    on_both(async |world| {
        let page = signed_up(&world).await;
        let parent = world.visitor();
        let fields = [
            ("shown_name", "A new parent"),
            ("place", world.south.as_str()),
            ("password", "anewparent2026"),
        ];
        let refused = parent.post(&page, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("nothing to do with you"), "{}", refused.html);
        assert!(refused.says("value=\"A new parent\"") && !refused.says("anewparent2026"));
        // To see what is typed is asked for by a button of the same form, so no script is needed.
        let shows = [fields[0], fields[1], fields[2], ("step", "show")];
        let shown = parent.post(&page, &shows).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.says("type=\"password\"") && !shown.says("anewparent2026"));
        assert!(shown.says("value=\"A new parent\"") && shown.says("Hide the password"));
        assert_eq!(shown.sends("shown"), "yes", "and it stays so when something is wrong");
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!(parent.post(&page, &hers(&world)).await.leads_to(), "/?done=joined");
    });
}

#[test]
fn passwords_that_people_try_first_are_refused_wherever_one_is_chosen_and_a_reason_is_given() {
    on_both(async |world| {
        let joins = signed_up(&world).await;
        let organiser = "new@example.org".to_owned();
        accounts::invite(&world.house, None, organiser, Role::Organiser, None).await.unwrap();
        let accepts = link(&world.deliver().await[0]);
        world.parent(1).await;
        let forgot = [("email", "parent1@example.org")];
        world.visitor().post("/forgotten-password", &forgot).await.leads_to();
        let renews = link(&world.deliver().await[0]);
        for (weak, reason) in [
            ("abcdefghij", "usual order"),
            ("football12", "many people use"),
            ("summer2026", "many people use"),
            ("liverpool1", "many people use"),
            ("sefton2026", "nothing to do with you"),
            ("SeftonForum2026", "nothing to do with you"),
            ("southsefton1", "nothing to do with you"),
            ("short", "10 characters or more"),
        ] {
            for page in [&joins, &accepts, &renews] {
                let mut fields = hers(&world);
                fields[2].1 = weak;
                let refused = world.visitor().post(page, &fields).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}: {weak}");
                assert!(refused.says(reason), "{page}: {weak}: {}", refused.html);
                assert!(!refused.says(&format!("\"{weak}\"")), "it is not sent back");
            }
        }
        for page in [&joins, &accepts, &renews] {
            world.visitor().post(page, &hers(&world)).await.leads_to();
        }
    });
}

#[test]
fn a_password_is_the_same_in_both_forms_of_unicode_and_one_stored_before_still_signs_in() {
    on_both(async |world| {
        let composed = "crème brûlée am kühlen See";
        let apart = "cre\u{300}me bru\u{302}le\u{301}e am ku\u{308}hlen See";
        let page = signed_up(&world).await;
        let mut fields = hers(&world);
        fields[2].1 = apart;
        world.visitor().post(&page, &fields).await.leads_to();
        for typed in [composed, apart] {
            let words = [("email", HER), ("password", typed)];
            assert_eq!(
                world.visitor().post("/sign-in", &words).await.leads_to(),
                "/?done=signed-in"
            );
        }
        // "cafe\u{301} am kuehlen See", hashed as it was typed, as it was done before.
        change(
            &world,
            "UPDATE accounts SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1\
             $YSBzYWx0IG9mIDE2IGJ5dA$78aJqY2bSV5NlH5rn0lSjAZBf0fAnlP62K7vPUst1/Q'
             WHERE email = 'new.parent@example.org'",
        )
        .await;
        let words = [("email", HER), ("password", "cafe\u{301} am kuehlen See")];
        assert_eq!(world.visitor().post("/sign-in", &words).await.leads_to(), "/?done=signed-in");
    });
}

#[test]
fn a_password_that_was_hashed_with_other_parameters_is_hashed_again_when_she_signs_in() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let stored = async || -> String {
            sqlx::query_scalar(
                "SELECT password_hash FROM accounts WHERE email = 'parent@example.org'",
            )
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap()
        };
        // "three small words", as a weaker machine may have hashed it.
        change(
            &world,
            "UPDATE accounts SET password_hash = '$argon2id$v=19$m=1024,t=1,p=1\
             $YSBzYWx0IG9mIDE2IGJ5dA$z42pTtYX9moygUJP+xI/iXxYAljn6a+i4bcaSkRkOCc'",
        )
        .await;
        let before = stored().await;
        let wrong = [("email", "parent@example.org"), ("password", "a wrong guess")];
        world.visitor().post("/sign-in", &wrong).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(stored().await, before, "only the right one can be hashed");
        let right = [("email", "parent@example.org"), ("password", "three small words")];
        let signs_in = async || {
            world.visitor().post("/sign-in", &right).await.leads_to() == "/?done=signed-in"
        };
        assert!(signs_in().await);
        let after = stored().await;
        assert!(after.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{after}");
        assert!(signs_in().await, "it is the same password");
        assert_eq!(stored().await, after, "and it is hashed again once");
    });
}

#[test]
fn a_long_password_of_any_characters_counts_to_its_last_one_and_as_it_was_typed() {
    on_both(async |world| {
        let long = "kettle harbour otter violin marble saddle thunder pebble lantern walnut \
                    Ünïcode 🚌 <&\"'%> 東京 End";
        assert!(long.chars().count() > 64);
        let page = signed_up(&world).await;
        let mut fields = hers(&world);
        fields[2].1 = long;
        world.visitor().post(&page, &fields).await.leads_to();
        let short = [&long[..64], long.trim_end_matches("End")].map(str::to_owned);
        let others = [long.to_lowercase(), format!("{long} ")];
        for wrong in short.into_iter().chain(others) {
            let words = [("email", HER), ("password", wrong.as_str())];
            let refused = world.visitor().post("/sign-in", &words).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let words = [("email", HER), ("password", long)];
        assert_eq!(world.visitor().post("/sign-in", &words).await.leads_to(), "/?done=signed-in");
    });
}

#[test]
fn a_password_manager_finds_its_fields_and_no_script_is_in_its_way() {
    on_both(async |world| {
        let joins = signed_up(&world).await;
        for (page, known_as) in [("/sign-in", "current-password"), (joins.as_str(), "new-password")]
        {
            let shown = world.visitor().get(page).await;
            assert!(shown.says(&format!("autocomplete=\"{known_as}\"")), "{}", shown.html);
            assert!(!shown.says("<script") && !shown.says(" onpaste"), "{}", shown.html);
        }
    });
}

#[test]
fn a_password_needs_no_change_however_old_it_is() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        world.forward(3 * 365 * DAY);
        let words = [("email", "parent@example.org"), ("password", "three small words")];
        assert_eq!(world.visitor().post("/sign-in", &words).await.leads_to(), "/?done=signed-in");
    });
}

#[test]
fn a_sign_up_that_waited_before_still_works_and_its_password_is_gone() {
    on_both(async |world| {
        let (token, ends_at) = (id::secret(), (world.now() + DAY).millis());
        let waiting = [
            "DROP TABLE sign_ups".to_owned(),
            "CREATE TABLE sign_ups (token_hash TEXT PRIMARY KEY, email TEXT NOT NULL,
             shown_name TEXT NOT NULL, place_id TEXT NOT NULL REFERENCES places (id),
             password_hash TEXT NOT NULL, ends_at BIGINT NOT NULL, used_at BIGINT)"
                .to_owned(),
            format!(
                "INSERT INTO sign_ups VALUES ('{}', '{HER}', 'A stranger', '{}', 'a hash',
                 {ends_at}, NULL)",
                id::hash(&token),
                world.north
            ),
        ];
        let migration = include_str!("../../../migrations/0027_sign_ups_hold_an_address/both.sql");
        let mut tx = world.db().begin().await.unwrap();
        for sql in waiting {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
        }
        sqlx::raw_sql(migration).execute(&mut *tx).await.unwrap();
        // What a later step added to the table.
        let later = "ALTER TABLE sign_ups ADD COLUMN used_by TEXT";
        sqlx::raw_sql(later).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let page = format!("/sign-up/{token}");
        let her = world.visitor();
        let shown = her.get(&page).await;
        assert!(shown.says(HER) && !shown.says("A stranger"), "{}", shown.html);
        assert_eq!(her.post(&page, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(her.post(&page, &hers(&world)).await.leads_to(), "/?done=joined");
    });
}

#[test]
fn signing_up_again_gets_the_same_answer_and_another_email() {
    on_both(async |world| {
        let page = signed_up(&world).await;
        world.visitor().post(&page, &hers(&world)).await.leads_to();
        let unknown = world.visitor().post("/sign-up", &[("email", "nobody@example.org")]).await;
        let known = world.visitor().post("/sign-up", &[("email", HER)]).await;
        assert_eq!(
            (known.status, known.headers.get(header::LOCATION)),
            (unknown.status, unknown.headers.get(header::LOCATION))
        );
        let emails = world.deliver().await;
        let to_her = emails.iter().find(|email| email.to == HER).unwrap();
        assert_eq!(to_her.subject, "You already have an account");
        assert!(!to_her.text.contains("/sign-up/"), "it holds no link that makes an account");
    });
}

#[test]
fn a_link_by_email_signs_in_once_and_an_unknown_address_gets_the_same_page() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let parent = world.visitor();
        let known = parent.post("/sign-in/link", &[("email", "parent@example.org")]).await;
        let unknown = parent.post("/sign-in/link", &[("email", "nobody@example.org")]).await;
        assert_eq!((known.status, known.html), (unknown.status, unknown.html));
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 2);
        assert!(emails.iter().any(|email| email.to == "nobody@example.org"
            && email.subject.contains("don't have an account")));
        let email = emails.iter().find(|email| email.to == "parent@example.org").unwrap();
        parent.get(&link(email)).await.done();
        assert_eq!(
            parent.get("/account").await.status,
            StatusCode::SEE_OTHER,
            "a mail scanner that opens the link signs nobody in"
        );
        assert_eq!(parent.post(&link(email), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(parent.get("/account").await.status, StatusCode::OK);
        assert_eq!(world.visitor().post(&link(email), &[]).await.status, StatusCode::GONE);
    });
}

#[test]
fn who_asks_for_a_link_without_an_account_joins_by_the_email_that_says_so() {
    on_both(async |world| {
        for path in ["/sign-in/link", "/forgotten-password"] {
            world.visitor().post(path, &[("email", HER)]).await.done();
        }
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 2);
        let (page, other) = (link(&emails[0]), link(&emails[1]));
        let her = world.visitor();
        assert!(her.get(&page).await.says(HER), "looking at the link makes no account");
        assert_eq!(her.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!(her.post(&page, &hers(&world)).await.leads_to(), "/?done=joined");
        assert!(her.get("/account").await.says("A new parent"));
        let again = world.visitor().post(&other, &hers(&world)).await;
        assert_eq!(again.status, StatusCode::GONE, "one account, whichever email she opens");
    });
}

#[test]
fn too_many_wrong_passwords_stop_passwords_but_never_the_link() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let parent = world.visitor();
        let right = [("email", "parent@example.org"), ("password", "three small words")];
        for _ in 0..10 {
            assert_eq!(
                parent
                    .post(
                        "/sign-in",
                        &[("email", "parent@example.org"), ("password", "a wrong guess")]
                    )
                    .await
                    .status,
                StatusCode::UNPROCESSABLE_ENTITY
            );
        }
        assert!(
            parent.post("/sign-in", &right).await.says("Ask for a link by email below"),
            "even the right one waits now"
        );
        parent.post("/sign-in/link", &[("email", "parent@example.org")]).await.done();
        parent.post(&link(&world.deliver().await[0]), &[]).await.done();
        assert_eq!(parent.get("/account").await.status, StatusCode::OK);
        parent.post("/sign-out", &[]).await.done();
        assert_eq!(
            parent.post("/sign-in", &right).await.status,
            StatusCode::SEE_OTHER,
            "the link showed that she is herself"
        );
    });
}

#[test]
fn wrong_passwords_are_forgotten_after_a_quarter_of_an_hour() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let parent = world.visitor();
        for _ in 0..11 {
            parent
                .post("/sign-in", &[("email", "parent@example.org"), ("password", "a wrong guess")])
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        world.forward(16 * MINUTE);
        assert_eq!(
            parent
                .post(
                    "/sign-in",
                    &[("email", "parent@example.org"), ("password", "three small words")]
                )
                .await
                .status,
            StatusCode::SEE_OTHER
        );
    });
}

#[test]
fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let visitor = world.visitor();
        let wrong = visitor
            .post("/sign-in", &[("email", "parent@example.org"), ("password", "a wrong guess")])
            .await;
        let unknown = visitor
            .post("/sign-in", &[("email", "nobodyy@example.org"), ("password", "a wrong guess")])
            .await;
        assert_eq!(wrong.status, unknown.status);
        assert_eq!(
            wrong.html.replace("parent@example.org", ""),
            unknown.html.replace("nobodyy@example.org", "")
        );
    });
}

#[test]
fn a_new_password_signs_out_everywhere_else_and_is_told_by_email() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        let parent = world.visitor();
        parent.post("/forgotten-password", &[("email", "parent1@example.org")]).await.done();
        let page = link(&world.deliver().await[0]);
        assert_eq!(
            parent.post(&page, &[("password", "short")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a refusal does not use the link up"
        );
        assert_eq!(
            parent.post(&page, &[("password", "four very small words")]).await.leads_to(),
            "/account?done=password"
        );
        for again in [
            parent.get(&page).await,
            parent.post(&page, &[("password", "four very small words")]).await,
        ] {
            assert_eq!(again.status, StatusCode::OK);
            assert!(
                again.says("Your password has been changed") && !again.says("get a new link"),
                "{}",
                again.html
            );
        }
        for other in [&world.visitor(), &world.parent(2).await] {
            let used = other.get(&page).await;
            assert_eq!(used.status, StatusCode::GONE);
            assert!(!used.says("has been changed"), "nobody else is told: {}", used.html);
        }
        assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!(world.deliver().await[0].subject, "Your password has been changed");
        assert_eq!(
            world
                .visitor()
                .post(
                    "/sign-in",
                    &[("email", "parent1@example.org"), ("password", "three small words")]
                )
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    });
}

#[test]
fn a_link_that_somebody_passes_on_tells_nobody_that_her_way_in_has_changed() {
    on_both(async |world| {
        let organiser = world.signed_in("organiser@example.org", &[Role::Organiser]).await;
        for (page, says) in [
            ("/account?done=password", "Your password has been changed"),
            ("/account/passkeys?done=added", "Your passkey has been added"),
            ("/account/second-step?done=moved", "Codes from your old phone no longer work"),
        ] {
            let shown = organiser.get(page).await;
            assert_eq!(shown.status, StatusCode::OK, "{page}");
            assert!(!shown.says(says), "{page}: {}", shown.html);
        }
    });
}

#[test]
fn an_address_without_an_account_is_told_what_was_asked_for_with_it() {
    on_both(async |world| {
        for (path, asked, not) in [
            ("/forgotten-password", "You asked to choose a new password, but", "a link to sign in"),
            ("/sign-in/link", "You asked for a link to sign in, but", "a new password"),
        ] {
            world.visitor().post(path, &[("email", "nobody@example.org")]).await.done();
            let text = world.deliver().await.remove(0).text.replace('\n', " ");
            assert!(text.contains(asked) && !text.contains(not), "{path}: {text}");
        }
    });
}

/// Whether these cookies are those of somebody who is signed in.
async fn let_in(world: &World, cookies: &str) -> bool {
    let browser = world.visitor();
    browser.set_cookies(cookies.to_owned());
    browser.get("/account").await.status == StatusCode::OK
}

const CHANGE: &str = "/account/password";

#[test]
fn a_person_changes_her_password_with_the_one_she_has_and_is_signed_out_everywhere_else() {
    on_both(async |world| {
        let (thief, parent) = (world.parent(1).await, world.sign_in("parent1@example.org").await);
        world.visitor().post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let waits = link(&world.deliver().await[0]);
        let page = leads(&parent.get("/account").await.html, "Change your password");
        assert_eq!(page, CHANGE);
        let form = parent.get(&page).await;
        for known_as in ["current-password", "new-password"] {
            assert!(form.says(&format!("autocomplete=\"{known_as}\"")), "{}", form.html);
        }
        assert!(form.says("You will be signed out everywhere else"), "{}", form.html);
        let (old, new) = ("three small words", "kettle harbour otter");
        let shows = [("current", old), ("password", new), ("step", "show")];
        let shown = parent.post(&page, &shows).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.says("Hide the password") && !shown.says(new) && !shown.says(old));
        for (current, password, reason) in [
            ("", new, "Enter your current password"),
            ("a wrong guess", new, "Check your current password"),
            (new, new, "Check your current password"),
            (old, "football12", "many people use"),
            (old, "southsefton1", "nothing to do with you"),
        ] {
            let refused = parent.post(&page, &[("current", current), ("password", password)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{current} {password}");
            assert!(refused.says(reason), "{reason}: {}", refused.html);
            assert!(!refused.says(&format!("\"{password}\"")), "it is not sent back");
        }
        let both = [("current", "a wrong guess"), ("password", "football12")];
        let refused = parent.post(&page, &both).await;
        assert!(
            refused.says("Check your current password") && refused.says("many people use"),
            "both are said at once: {}",
            refused.html
        );
        assert_eq!(thief.get("/account").await.status, StatusCode::OK, "nothing has changed");

        let (before, right) = (parent.cookies(), [("current", old), ("password", new)]);
        assert_eq!(parent.post(&page, &right).await.leads_to(), "/account?done=password");
        assert!(parent.get("/account?done=password").await.says("Your password has been changed"));
        assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
        assert!(!let_in(&world, &before).await, "this session has another token");
        assert_eq!(world.visitor().post(&waits, &[]).await.status, StatusCode::GONE);
        let told = world.deliver().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"));
        assert_eq!(told[0].subject, "Your password has been changed");
        // A second tap comes with the token from before the first.
        parent.set_cookies(before);
        assert_eq!(parent.post(&page, &right).await.leads_to(), "/account?done=password");
        assert!(let_in(&world, &parent.cookies()).await);
        assert!(world.deliver().await.is_empty(), "and changes nothing");
        for (password, status) in
            [(old, StatusCode::UNPROCESSABLE_ENTITY), (new, StatusCode::SEE_OTHER)]
        {
            let words = [("email", "parent1@example.org"), ("password", password)];
            assert_eq!(world.visitor().post("/sign-in", &words).await.status, status, "{password}");
        }
    });
}

#[test]
fn wrong_current_passwords_are_counted_for_one_session_alone_and_a_link_still_works() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        let her = world.sign_in("parent1@example.org").await;
        let new = ("password", "kettle harbour otter");
        for _ in 0..10 {
            let refused = thief.post(CHANGE, &[("current", "a wrong guess"), new]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = [("current", "three small words"), new];
        let held = thief.post(CHANGE, &right).await;
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(held.headers[header::RETRY_AFTER], "900");
        assert!(held.says("Too many attempts. Try again in 15 minutes"), "{}", held.html);
        // The page beside it that asks for the password counts the same.
        let proves = thief.post("/prove", &[("password", "three small words")]).await;
        assert_eq!(proves.status, StatusCode::TOO_MANY_REQUESTS);
        let way = leads(&held.html, "Forgotten your password?");
        thief.post(&way, &[("email", "parent1@example.org")]).await.leads_to();
        assert!(link(&world.deliver().await[0]).starts_with("/new-password/"));
        // Neither they nor anybody else is held.
        let words = [("email", "parent1@example.org"), ("password", "three small words")];
        world.visitor().post("/sign-in", &words).await.leads_to();
        let other = world.parent(2).await;
        for browser in [&other, &her] {
            let changed = browser.post(CHANGE, &right).await;
            assert_eq!(changed.leads_to(), "/account?done=password");
        }
    });
}

#[test]
fn whoever_has_no_password_chooses_one_by_a_link_and_none_waits_for_signing_in() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        change(&world, "UPDATE accounts SET password_hash = NULL").await;
        let page =
            parent.get(&leads(&parent.get("/account").await.html, "Change your password")).await;
        assert!(page.says("You don't have a password yet"), "{}", page.html);
        assert!(!page.says("type=\"password\""), "{}", page.html);
        let fields = [("current", "three small words"), ("password", "kettle harbour otter")];
        assert!(parent.post(CHANGE, &fields).await.says("You don't have a password yet"));
        let way = leads(&page.html, "Choose a password");
        parent.post(&way, &[("email", "parent1@example.org")]).await.leads_to();
        let button = link(&world.deliver().await[0]);
        let chosen = parent.post(&button, &fields[1..]).await;
        assert_eq!(chosen.leads_to(), "/account?done=password");

        let asked = world.visitor().post(CHANGE, &fields).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        let stored: Vec<String> = sqlx::query_scalar("SELECT fields FROM first_acts")
            .fetch_all(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        for words in stored.iter().chain([&asked.html]) {
            for secret in ["small words", "small+words", "harbour"] {
                assert!(!words.contains(secret), "{words}");
            }
        }
    });
}

/// How somebody comes in.
#[derive(Clone, Copy, Debug)]
enum Way {
    Password,
    Link,
    NewPassword,
    Joins,
    Invited,
}

#[test]
fn whoever_signs_in_ends_the_session_that_this_browser_had_by_whichever_way_she_comes() {
    on_both(async |world| {
        for way in [Way::Password, Way::Link, Way::NewPassword, Way::Joins, Way::Invited] {
            let world = world.another().await;
            let elsewhere = world.parent(1).await;
            let shared = world.sign_in("parent1@example.org").await;
            let before = shared.cookies();
            if !matches!(way, Way::Joins | Way::Invited) {
                world.person(HER, &[Role::Parent], &world.south).await;
            }
            let (email, words) = (("email", HER), ("password", "three small words"));
            match way {
                Way::Password => {
                    shared.post("/sign-in", &[email, words]).await.leads_to();
                }
                Way::Invited => {
                    let her = HER.to_owned();
                    let invited = accounts::invite(&world.house, None, her, Role::Organiser, None);
                    invited.await.unwrap();
                }
                Way::Joins => {
                    shared.post("/sign-up", &[email]).await.leads_to();
                }
                Way::Link => {
                    shared.post("/sign-in/link", &[email]).await.done();
                }
                Way::NewPassword => {
                    shared.post("/forgotten-password", &[email]).await.leads_to();
                }
            }
            assert!(let_in(&world, &before).await || matches!(way, Way::Password), "{way:?}");
            if !matches!(way, Way::Password) {
                let button = link(&world.deliver().await[0]);
                shared.post(&button, &hers(&world)).await.leads_to();
            }
            assert!(shared.get("/account").await.says(HER), "{way:?}");
            assert!(!let_in(&world, &before).await, "{way:?}: it has ended");
            let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
            assert_eq!(sessions, 2, "{way:?}: hers, and the one elsewhere");
            assert_eq!(elsewhere.get("/account").await.status, StatusCode::OK, "{way:?}");
        }
    });
}

#[test]
fn signing_in_again_leaves_what_is_open_in_another_tab_of_use_and_does_what_was_chosen() {
    on_both(async |world| {
        let (_, topic) = world.voting("A wait that is the same everywhere").await;
        let parent = world.parent(1).await;
        let supporters = async || -> i64 {
            sqlx::query_scalar("SELECT count(*) FROM supports")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap()
        };
        // Their session runs out; they choose something, and sign in to do it.
        change(&world, "UPDATE sessions SET idle_ends_at = 1").await;
        let asked = parent.support(&topic, "support").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("signed out"), "{}", asked.html);
        let words = [("email", "parent1@example.org"), ("password", "three small words")];
        let done = parent.post("/sign-in", &words).await.leads_to();
        assert!(done.starts_with(&format!("/topics/{topic}")), "{done}");
        assert_eq!(supporters().await, 1);
        let hers = parent.get("/account").await;
        assert!(hers.says("This browser") && !hers.says("Another browser"), "{}", hers.html);
        // A form that was open before they signed in once more.
        let form = parent.get("/account/details").await;
        assert_eq!(form.status, StatusCode::OK);
        parent.post("/sign-in", &words).await.leads_to();
        let details = [("shown_name", "Mum of two"), ("place", world.north.as_str())];
        let saved = parent.post("/account/details", &details).await;
        assert_eq!(saved.leads_to(), "/account?done=details");
    });
}

#[test]
fn both_addresses_are_told_of_a_change_of_address() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        assert_eq!(
            parent.changes_address("moved@example.org").await.leads_to(),
            "/account?done=email"
        );
        let emails = world.deliver().await;
        let to = |address: &str| emails.iter().find(|email| email.to == address).unwrap();
        assert_eq!(to("parent1@example.org").subject, "Someone asked to change your email address");
        assert!(
            parent.get("/account").await.says("parent1@example.org"),
            "nothing changes before the new address is confirmed"
        );
        let page = link(to("moved@example.org"));
        assert_eq!(parent.post(&page, &[]).await.status, StatusCode::OK);
        assert!(parent.get("/account").await.says("moved@example.org"));
        let mut told: Vec<_> = world.deliver().await.into_iter().map(|email| email.to).collect();
        told.sort();
        assert_eq!(told, ["moved@example.org", "parent1@example.org"]);
    });
}

#[test]
fn nobody_gives_an_account_her_address_by_a_button_in_an_email_she_did_not_ask_for() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        let (hers, other) = ("her@example.org", world.parent(2).await);
        thief.changes_address(hers).await.leads_to();
        let emails = world.deliver().await;
        let page = link(emails.iter().find(|email| email.to == hers).unwrap());
        for her in [&world.visitor(), &other] {
            let shown = her.get(&page).await;
            assert_eq!(shown.status, StatusCode::OK);
            assert!(shown.says("Sign in to confirm your new email address"), "{}", shown.html);
            assert!(!shown.says("Use this address") && !shown.says("parent1@example.org"));
            assert_eq!(her.post(&page, &[]).await.leads_to(), page);
            assert!(thief.get("/account").await.says("parent1@example.org"), "nothing changed");
        }
        assert!(!world.visitor().get(&page).await.says("Somebody"), "nor is it said whose it is");
        assert!(world.deliver().await.is_empty());
        // Whoever asked confirms it, on another device too once they have signed in there.
        let phone = world.visitor();
        let to = format!("/sign-in?then={}", page.replace('/', "%2F"));
        assert!(phone.get(&page).await.says(&format!("href=\"{to}\"")));
        let right = [
            ("email", "parent1@example.org"),
            ("password", "three small words"),
            ("then", page.as_str()),
        ];
        assert_eq!(phone.post("/sign-in", &right).await.leads_to(), page);
        let shown = phone.get(&page).await;
        assert!(shown.says("Use this address") && shown.says(hers), "{}", shown.html);
        assert!(shown.says("Somebody") && shown.says("parent1@example.org"));
        assert_eq!(phone.post(&page, &[]).await.status, StatusCode::OK);
        assert!(thief.get("/account").await.says(hers));
    });
}

#[test]
fn an_address_that_another_account_has_is_not_given_away() {
    on_both(async |world| {
        world.parent(2).await;
        let parent = world.parent(1).await;
        assert_eq!(
            parent.changes_address("parent2@example.org").await.leads_to(),
            "/account?done=email"
        );
        let emails = world.deliver().await;
        let email = emails.iter().find(|email| email.to == "parent2@example.org").unwrap();
        assert_eq!(parent.post(&link(email), &[]).await.status, StatusCode::GONE);
        assert!(parent.get("/account").await.says("parent1@example.org"));
    });
}

#[test]
fn a_session_ends_when_it_is_not_used_and_at_the_latest_after_half_a_year() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let parent = world.visitor();
        let words = [("email", "parent@example.org"), ("password", "three small words")];
        parent.post("/sign-in", &words).await.done();
        for _ in 0..7 {
            world.forward(25 * DAY);
            assert_eq!(parent.get("/account").await.status, StatusCode::OK);
        }
        world.forward(6 * DAY);
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER, "the absolute end");
        parent.post("/sign-in", &words).await.done();
        world.forward(31 * DAY);
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER, "the idle end");
    });
}

#[test]
fn whoever_can_change_what_others_see_is_signed_out_after_half_a_day() {
    on_both(async |world| {
        world.person("organiser@example.org", &[Role::Parent, Role::Organiser], &world.south).await;
        let organiser = world.visitor();
        organiser
            .post(
                "/sign-in",
                &[("email", "organiser@example.org"), ("password", "three small words")],
            )
            .await
            .done();
        world.forward(13 * HOUR);
        assert_eq!(organiser.get("/forum").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_person_ends_one_session_or_all_and_nobody_elses() {
    on_both(async |world| {
        let other = world.parent(2).await;
        let phone = world.parent(1).await;
        let tablet = world.visitor();
        tablet
            .post(
                "/sign-in",
                &[("email", "parent1@example.org"), ("password", "three small words")],
            )
            .await
            .done();
        let list = phone.get("/account").await.html;
        let session = list
            .split("name=\"session\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        other.post("/account/sessions/end", &[("session", &session)]).await.done();
        assert_eq!(
            tablet.get("/account").await.status,
            StatusCode::OK,
            "somebody else's session stays"
        );
        phone.post("/account/sessions/end", &[("session", &session)]).await.done();
        assert_eq!(tablet.get("/account").await.status, StatusCode::SEE_OTHER);
        phone.post("/account/sessions/end", &[]).await.done();
        assert_eq!(phone.get("/account").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_change_of_role_ends_every_session_and_is_in_the_audit_log() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let parent = world.parent(1).await;
        let roles = format!("/admin/people/{}/roles", parent.account);
        assert_eq!(
            admin.post(&roles, &[("role", "organiser"), ("change", "give")]).await.leads_to(),
            format!("/admin/people/{}?done=role", parent.account)
        );
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER);
        parent
            .post(
                "/sign-in",
                &[("email", "parent1@example.org"), ("password", "three small words")],
            )
            .await
            .done();
        assert_eq!(parent.get("/forum").await.status, StatusCode::OK);
        let noted: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM audit WHERE what = 'role given' AND who = $1 AND about = $2",
        )
        .bind(&admin.account)
        .bind(&parent.account)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(noted, 1);
    });
}

#[test]
fn an_administrator_signs_somebody_out_everywhere_and_she_is_told() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let (phone, other) = (world.parent(1).await, world.parent(2).await);
        let tablet = world.visitor();
        let words = [("email", "parent1@example.org"), ("password", "three small words")];
        tablet.post("/sign-in", &words).await.leads_to();
        tablet.post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let waits = link(&world.deliver().await[0]);

        let people = admin.get("/admin/people?search=parent1").await;
        let person = admin.get(&leads(&people.html, "/admin/people/")).await;
        let page = leads(&person.html, "Sign them out everywhere");
        assert_eq!(page, format!("/admin/people/{}/sessions", phone.account));
        let asks = admin.get(&page).await;
        assert!(asks.says("Sign someone out everywhere") && asks.says("Somebody"), "{}", asks.html);
        assert_eq!(phone.get("/account").await.status, StatusCode::OK, "looking changes nothing");
        for _ in 0..2 {
            let to = format!("/admin/people/{}?done=signed-out", phone.account);
            assert_eq!(admin.post(&page, &[]).await.leads_to(), to);
        }
        let done = admin.get(&format!("/admin/people/{}?done=signed-out", phone.account)).await;
        assert!(done.says("They have been signed out everywhere"), "{}", done.html);
        for hers in [&phone, &tablet] {
            assert_eq!(hers.get("/account").await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(other.get("/account").await.status, StatusCode::OK);
        assert_eq!(world.visitor().post(&waits, &[]).await.status, StatusCode::GONE);
        let told = world.deliver().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"), "once");
        assert_eq!(told[0].subject, "You have been signed out everywhere");
        let noted: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM audit WHERE what = 'signed out everywhere' AND who = $1
             AND about = $2",
        )
        .bind(&admin.account)
        .bind(&phone.account)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(noted, 1);
        tablet.post("/sign-in", &words).await.leads_to();

        // Their own sessions they end at their own page.
        let own = format!("/admin/people/{}/sessions", admin.account);
        assert_eq!(admin.post(&own, &[]).await.leads_to(), "/account");
        assert_eq!(admin.get("/admin").await.status, StatusCode::OK);
        let nobodys = format!("/admin/people/{}/sessions", id::fresh());
        assert_eq!(admin.post(&nobodys, &[]).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_role_is_given_on_a_page_that_says_what_it_means_and_she_gets_one_email() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let parent = world.parent(1).await;
        let people = admin.get("/admin/people?search=parent1").await;
        let roles = format!("/admin/people/{}/roles", parent.account);
        let person = admin.get(&leads(&people.html, "/admin/people/")).await;
        let gives = leads(&person.html, "Add role: Forum organiser");
        assert!(gives.starts_with(&format!("{roles}?search=parent1")), "{gives}");
        let asks = admin.get(&format!("{roles}?role=organiser&change=give&search=parent1")).await;
        for words in [
            "Give someone a role",
            "parent1@example.org",
            "Forum organiser",
            "They can then read and publish what parents send us",
            "They will be signed out everywhere, and get an email about it",
        ] {
            assert!(asks.says(words), "{words}: {}", asks.html);
        }
        assert_eq!(parent.get("/forum").await.status, StatusCode::FORBIDDEN, "nothing is done yet");
        let sent = [("role", "organiser"), ("change", "give"), ("search", "parent1")];
        let to = admin.post(&roles, &sent).await.leads_to();
        assert_eq!(to, format!("/admin/people/{}?search=parent1&done=role", parent.account));
        let done = admin.get(&to).await;
        assert!(done.says("Role changed") && done.says("parent1@example.org"), "{}", done.html);
        assert_eq!(leads(&done.html, "People"), "/admin/people?search=parent1", "the same list");
        // A second tap changes nothing, and they hear of it once.
        admin.post(&roles, &sent).await.leads_to();
        let told = world.deliver().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"), "{told:?}");
        assert_eq!(told[0].subject, "You have a new role: Forum organiser");

        for role in ["organiser", "parent"] {
            admin.post(&roles, &[("role", role), ("change", "take")]).await.leads_to();
        }
        assert_eq!(world.deliver().await.len(), 2);
        let without = world.sign_in("parent1@example.org").await;
        assert!(without.get("/account").await.says("None at the moment"));
        let page = format!("/admin/people/{}", parent.account);
        assert_eq!(admin.get(&roles).await.leads_to(), page, "as after a reload");
    });
}

#[test]
fn nobody_takes_the_safeguarding_role_reads_and_gives_it_back_unseen() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let topic = parent.propose("Somebody hurts my child").await;
        organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await.done();
        world.deliver().await;
        world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        world.signed_in("admin2@example.org", &[Role::Admin]).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let roles = format!("/admin/people/{}/roles", admin.account);
        let change = |how| [("role", "safeguarding"), ("change", how)];
        let told = async |subject: &str| {
            let emails = world.deliver().await;
            assert!(
                emails.iter().all(|email| email.subject.contains(subject)),
                "{emails:?} about {subject}"
            );
            let mut told: Vec<String> = emails.into_iter().map(|email| email.to).collect();
            told.sort();
            told
        };
        admin.post(&roles, &change("give")).await.leads_to();
        let others = ["admin2@example.org", "lead@example.org"];
        assert_eq!(told("There is a new safeguarding lead").await, others);
        let admin = world.sign_in("admin@example.org").await;
        admin.post(&roles, &change("give")).await.leads_to();
        assert!(told("").await.is_empty(), "a second tap changes nothing");
        let concern = format!("/forum/safeguarding/{topic}");
        assert!(admin.get(&concern).await.says("Somebody hurts my child"));
        admin.post(&roles, &change("take")).await.leads_to();
        assert_eq!(told("no longer a safeguarding lead").await, others);
        let other = world.sign_in("admin2@example.org").await;
        assert!(other.get("/admin/people").await.html.contains("href=\"/admin/roles\""));
        let record = other.get("/admin/roles").await;
        for line in [
            "Somebody gave Somebody the role: Safeguarding lead",
            "Somebody opened what was passed on (topic)",
            "Somebody removed the role from Somebody: Safeguarding lead",
        ] {
            assert!(record.says(line), "{line}: {}", record.html);
        }
        assert!(!record.says("hurts"));
        assert_eq!(organiser.get("/admin/roles").await.status, StatusCode::FORBIDDEN);

        // Who accepts an invitation to it is told of too; no other role is.
        for role in [Role::Safeguarding, Role::Organiser] {
            let email = format!("new-{}@example.org", role.word());
            accounts::invite(&world.house, Some(admin.account.as_str().into()), email, role, None)
                .await
                .unwrap();
            let page = link(&world.deliver().await[0]);
            let answers = [("shown_name", "New"), ("password", "three small words")];
            world.visitor().post(&page, &answers).await.leads_to();
            let told = told("").await;
            if role == Role::Safeguarding {
                assert_eq!(told, ["admin2@example.org", "admin@example.org", "lead@example.org"]);
            } else {
                assert!(told.is_empty(), "{told:?}");
            }
        }
    });
}

#[test]
fn administrators_are_told_who_is_one_now_and_who_no_longer() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        world.person("lead@example.org", &[Role::Safeguarding], &world.south).await;
        let second = world.person("admin2@example.org", &[Role::Admin], &world.south).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let told = async |subject: &str| {
            let emails = world.deliver().await;
            assert!(emails.iter().all(|email| email.subject.contains(subject)), "{emails:?}");
            let mut told: Vec<String> = emails.into_iter().map(|email| email.to).collect();
            told.sort();
            told
        };
        let change = async |account: &str, how: &str| {
            let fields = [("role", "admin"), ("change", how), ("checked", "yes")];
            admin.post(&format!("/admin/people/{account}/roles"), &fields).await.leads_to()
        };
        let both = ["admin2@example.org", "parent1@example.org"];
        change(&parent.account, "give").await;
        assert_eq!(told("There is a new administrator").await, both);
        change(&parent.account, "give").await;
        assert!(told("").await.is_empty(), "a second tap changes nothing");
        // Whoever is removed hears of it as well as those who are left.
        change(&second, "take").await;
        assert_eq!(told("Someone is no longer an administrator").await, both);

        let new = "new@example.org".to_owned();
        accounts::invite(&world.house, Some(admin.account.as_str().into()), new, Role::Admin, None)
            .await
            .unwrap();
        let page = link(&world.deliver().await[0]);
        let answers = [("shown_name", "New"), ("password", "three small words")];
        world.visitor().post(&page, &answers).await.leads_to();
        let others = ["admin@example.org", "parent1@example.org"];
        assert_eq!(told("There is a new administrator").await, others);
    });
}

#[test]
fn somebody_invited_makes_an_account_with_the_role_and_the_link_works_once() {
    on_both(async |world| {
        accounts::invite(&world.house, None, "new@example.org".into(), Role::Organiser, None)
            .await
            .unwrap();
        let page = link(&world.deliver().await[0]);
        let invited = world.visitor();
        assert!(invited.get(&page).await.says("Forum organiser"));
        assert_eq!(
            invited.post(&page, &[("shown_name", "")]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let answers = [
            ("shown_name", "New organiser"),
            ("password", "three small words"),
            ("place", world.north.as_str()),
        ];
        assert_eq!(invited.post(&page, &answers).await.status, StatusCode::SEE_OTHER);
        assert_eq!(invited.get("/forum").await.status, StatusCode::OK);
        assert_eq!(
            invited.get("/topics/new").await.status,
            StatusCode::OK,
            "she said that she is a parent here too"
        );
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn an_administrator_cannot_take_the_last_key_from_herself() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let roles = format!("/admin/people/{}/roles", admin.account);
        admin.post(&roles, &[("role", "admin"), ("change", "take")]).await.done();
        assert_eq!(admin.get("/admin").await.status, StatusCode::OK);
    });
}

#[test]
fn an_administrator_finds_people_by_a_part_of_their_address() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        world.parent(1).await;
        assert!(admin.get("/admin/people?search=PARENT1").await.says("parent1@example.org"));
        assert!(admin.get("/admin/people?search=nobody").await.says("No people match"));
    });
}

#[test]
fn a_link_to_sign_in_cannot_carry_somebody_elses_form() {
    on_both(async |world| {
        let page = world
            .visitor()
            .get("/sign-in?then=/admin/people&kept=email%3Devil%40example.org%26role%3Dadmin")
            .await;
        assert!(page.says("value=\"/admin/people\"") && !page.says("evil"), "{}", page.html);
    });
}

#[test]
fn a_new_password_stops_a_change_of_address_that_somebody_else_asked_for() {
    on_both(async |world| {
        let thief = world.parent(1).await;
        thief.changes_address("thief@example.org").await.done();
        let emails = world.deliver().await;
        let stolen = link(emails.iter().find(|email| email.to == "thief@example.org").unwrap());
        let parent = world.visitor();
        parent.post("/forgotten-password", &[("email", "parent1@example.org")]).await.done();
        parent
            .post(&link(&world.deliver().await[0]), &[("password", "four very small words")])
            .await
            .leads_to();
        assert_eq!(world.visitor().post(&stolen, &[]).await.status, StatusCode::GONE);
        assert!(parent.get("/account").await.says("parent1@example.org"));
    });
}

#[test]
fn nobody_can_have_us_flood_an_address_with_emails() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for _ in 0..8 {
            parent.post("/sign-in/link", &[("email", "victim@example.org")]).await.is_one_of(&[
                StatusCode::OK,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
            parent.changes_address("victim@example.org").await.is_one_of(&[
                StatusCode::SEE_OTHER,
                StatusCode::TOO_MANY_REQUESTS,
                StatusCode::UNPROCESSABLE_ENTITY,
            ]);
        }
        assert_eq!(
            world.deliver().await.iter().filter(|email| email.to == "victim@example.org").count(),
            10,
            "five links, and five that ask to confirm a new address"
        );
    });
}

#[test]
fn what_is_no_use_any_more_is_erased_when_it_is_said_to_be() {
    on_both(async |world| {
        let rows = async |table: &'static str| {
            let mut connection = world.db().read().await.unwrap();
            sqlx::query_scalar::<_, i64>(table).fetch_one(&mut *connection).await.unwrap()
        };
        let all = [
            ("SELECT count(*) FROM attempts", HOUR),
            ("SELECT count(*) FROM attempt_keys", DAY),
            ("SELECT count(*) FROM links", 2 * DAY),
            (
                "SELECT (SELECT count(*) FROM sign_ups) + (SELECT count(*) FROM address_undos)",
                7 * DAY,
            ),
            ("SELECT count(*) FROM invitations", 60 * DAY),
            ("SELECT count(*) FROM sessions", 330 * DAY),
            ("SELECT count(*) FROM known_browsers", 365 * DAY),
        ];
        let parent = world.parent(1).await;
        let visitor = world.visitor();
        let words = [("email", "parent1@example.org"), ("password", "three small words")];
        visitor.post("/sign-in", &words).await.leads_to();
        parent.changes_address("moved@example.org").await.leads_to();
        let emails = world.deliver().await;
        let moves = emails.iter().find(|email| email.to == "moved@example.org").unwrap();
        parent.post(&link(moves), &[]).await.done();
        visitor.post("/sign-up", &[("email", HER)]).await.leads_to();
        visitor.post("/forgotten-password", &[("email", "moved@example.org")]).await.leads_to();
        accounts::invite(&world.house, None, "new@example.org".into(), Role::Organiser, None)
            .await
            .unwrap();
        let began = world.now();
        for (table, until) in all {
            assert!(rows(table).await > 0, "{table} before");
            accounts::store::forget_due(world.db(), began + until).await.unwrap();
            assert_eq!(rows(table).await, 0, "{table} after {} hours", until / HOUR);
        }
        drop(parent);
    });
}

#[test]
fn a_change_of_address_asks_for_fresh_proof_and_wrong_passwords_hold_nobody_at_the_door() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        let asked = parent.changes_address("moved@example.org").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says(PROVES) && asked.says("change your email address: “moved@example.org”"));
        let proves = async |password: &str| parent.post("/prove", &[("password", password)]).await;
        assert_eq!(proves("").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..10 {
            let refused = proves("a wrong guess").await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.says("href=\"#password\""), "{}", refused.html);
        }
        let held = proves("three small words").await;
        assert!(held.says("Too many attempts. Try again in 15 minutes"), "{}", held.html);
        assert_eq!(held.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(held.headers[header::RETRY_AFTER], "900");
        assert!(world.deliver().await.is_empty());
        let right = [("email", "parent1@example.org"), ("password", "three small words")];
        world.visitor().post("/sign-in", &right).await.leads_to();
        world.forward(16 * MINUTE);
        assert_eq!(proves("three small words").await.leads_to(), "/go-on");
        assert!(parent.get("/go-on").await.says("moved@example.org"), "she sees which address");
        assert!(world.deliver().await.is_empty(), "nothing is done before she presses");
        let done = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/account?done=email");
        assert_eq!(world.deliver().await.len(), 2);
        // For a while nothing more is asked, and what is wrong with an address is said at once.
        let refused = parent.changes_address("parent1@example.org").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("different from your current one"), "{}", refused.html);
    });
}

#[test]
fn without_a_password_a_change_of_address_needs_a_fresh_link_and_keeps_what_she_typed() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.proves.set(false);
        change(&world, "UPDATE accounts SET password_hash = NULL").await;
        world.forward(16 * MINUTE);
        let asked = parent.changes_address("moved@example.org").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("We'll email you a link"), "{}", asked.html);
        assert!(!asked.says("type=\"password\"") && !asked.says("name=\"code\""));
        assert_eq!(parent.proves_by_link().await, "/go-on");
        let done = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/account?done=email");
        assert!(world.deliver().await.iter().any(|email| email.to == "moved@example.org"));
    });
}

#[test]
fn a_password_in_a_form_that_waits_for_signing_in_is_stored_nowhere() {
    on_both(async |world| {
        let fields = [("email", "moved@example.org"), ("password", "three small words")];
        let asked = world.visitor().post("/account/email", &fields).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(!asked.says("three+small"), "{}", asked.html);
        let kept: String = sqlx::query_scalar("SELECT fields FROM first_acts")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert!(kept.contains("moved") && !kept.contains("small"), "{kept}");
    });
}

#[test]
fn a_parent_changes_her_name_and_her_place_once_with_a_note_in_the_log() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let form = parent.get("/account/details").await;
        assert!(form.says("value=\"Somebody\"") && form.says("North Sefton"));
        let refused =
            parent.post("/account/details", &[("shown_name", "a@b.org"), ("place", "x")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("not an email address") && refused.says("Choose the part of Sefton"));
        let fields = [("shown_name", "Mum of two"), ("place", world.north.as_str())];
        for _ in 0..2 {
            let saved = parent.post("/account/details", &fields).await;
            assert_eq!(saved.leads_to(), "/account?done=details");
        }
        let account = parent.get("/account?done=details").await;
        assert!(account.says("Mum of two") && account.says("North Sefton"));
        let noted: Vec<String> = sqlx::query_scalar(
            "SELECT detail FROM audit WHERE what = 'own details changed' AND who = $1",
        )
        .bind(&parent.account)
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(noted, ["name and place"]);
    });
}

#[test]
fn an_organiser_without_children_here_changes_her_name_alone() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        assert!(!organiser.get("/account/details").await.says("name=\"place\""));
        let fields = [("shown_name", "Ruth"), ("place", world.north.as_str())];
        organiser.post("/account/details", &fields).await.leads_to();
        let place: String = sqlx::query_scalar("SELECT place_id FROM accounts WHERE id = $1")
            .bind(&organiser.account)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(place, world.south);
    });
}

#[test]
fn support_counts_in_the_place_she_has_when_voting_closes_and_not_in_one_chosen_in_the_count() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let parent = world.parent(1).await;
        parent.support(&topic, "support").await.done();
        assert!(parent.get("/account/details").await.says("Voting in Autumn closes on"));
        let move_to = async |place: &str| {
            let fields = [("shown_name", "Somebody"), ("place", place)];
            parent.post("/account/details", &fields).await
        };
        move_to(&world.north).await.leads_to();
        world.forward(11 * DAY);
        let refused = move_to(&world.south).await;
        assert!(refused.says("Votes are being counted"), "{}", refused.html);
        rounds::close_due(world.db(), &world.house.clock).await.unwrap();
        let place: String = sqlx::query_scalar(
            "SELECT place_id FROM tallies WHERE topic_id = $1 AND supporters = 1",
        )
        .bind(&topic)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert_eq!(place, world.north);
        move_to(&world.south).await.leads_to();
    });
}

/// The sessions that the page has a button for.
fn ends(account: &Answer) -> Vec<String> {
    attributes(&account.html, "input[name='session']", "value")
}

#[test]
fn each_browser_is_a_line_of_its_own_and_signing_one_out_leaves_the_others() {
    on_both(async |world| {
        // Phones of one kind: hers, and one that somebody else has kept.
        let his = world.parent(1).await;
        world.forward(HOUR);
        let tablet = world.sign_in("parent1@example.org").await;
        world.forward(HOUR);
        let hers = world.sign_in("parent1@example.org").await;
        let account = hers.get("/account").await;
        assert!(account.says("This browser (Firefox on Linux)"), "{}", account.html);
        assert_eq!(account.html.matches("<span>Another browser (Firefox on Linux)<").count(), 2);
        let began = clock::day_and_hour(world.now() - 2 * HOUR);
        assert!(account.says(&format!("Signed in on {began}, last used about")), "{began}");
        let both = ends(&account);
        assert_eq!(both.len(), 2, "this one is ended by signing out");
        // The one used last comes first.
        let ended = hers.post("/account/sessions/end", &[("session", &both[1])]).await;
        assert_eq!(ended.leads_to(), "/account?done=sessions");
        assert_eq!(his.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!(tablet.get("/account").await.status, StatusCode::OK);
        assert_eq!(ends(&hers.get("/account").await), both[..1]);

        // Nor does it end itself by its own name.
        let own = ends(&tablet.get("/account").await);
        hers.post("/account/sessions/end", &[("session", &own[0])]).await.leads_to();
        assert_eq!(hers.get("/account").await.status, StatusCode::OK);
    });
}

#[test]
fn whoever_is_signed_in_in_very_many_places_reads_of_some_and_ends_them_all() {
    on_both(async |world| {
        let here = world.parent(1).await;
        let mut others = Vec::new();
        for _ in 0..25 {
            world.forward(SECOND);
            others.push(world.sign_in("parent1@example.org").await);
        }
        let account = here.get("/account").await;
        assert_eq!(ends(&account).len(), 19, "and this one, though it was used first");
        assert!(account.says("This browser (") && account.says("more places than we can show"));
        here.post("/account/sessions/end", &[]).await.leads_to();
        for other in others {
            assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
        }
    });
}
