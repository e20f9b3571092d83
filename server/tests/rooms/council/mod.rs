//! Officers sign in with their council; a provider that lies, and one whose answers change.

mod provider;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR, MINUTE, SECOND};
use deliveries::EmailKind;
use ground::council::{Council, MustHave, PATIENCE, Settings};
use ground::house::AreaSettings;
use ground::viewer::Role;
use serde_json::json;

use self::provider::{CLIENT_ID, DOCUMENT, Key, Plan, Provider, SECRET, Says, Signed};
use crate::world::{Answer, Browser, PROVES, World, change, link, on_both};

const HER: &str = "officer@sefton.example.org";
const PASSWORD: &str = "three small words";
const BUTTON: &str = "Sign in with Sefton Council";
const NOT_IN: &str = "You are not signed in";
const ASK: &str = "Ask an administrator";

/// The same world with a council, and its provider, which knows them.
async fn at_council(world: World) -> (World, Provider) {
    at_patient_council(world, PATIENCE).await
}

async fn at_patient_council(world: World, patience: Duration) -> (World, Provider) {
    let provider = Provider::new(world.house.clock.clone(), HER).await;
    let council = Council::new(Settings {
        issuer: provider.address.clone(),
        client_id: CLIENT_ID.into(),
        secret: SECRET.into(),
        name: "Sefton Council".into(),
        organisation: "Sefton Council".into(),
        must_have: Some(MustHave { claim: "groups".into(), value: "leaders".into() }),
        hours: 10,
        patience,
    });
    let settings = AreaSettings {
        council: Some(Arc::new(council.unwrap())),
        ..(*world.house.settings).clone()
    };
    let house = world.house.clone().with_settings(settings);
    (world.around(house), provider)
}

/// Presses the button, signs in there and comes back.
async fn comes(browser: &Browser<'_>, provider: &Provider) -> Answer {
    comes_by(browser, provider, "/sign-in/council").await
}

async fn comes_by(browser: &Browser<'_>, provider: &Provider, begin: &str) -> Answer {
    let there = browser.get(begin).await.leads_to();
    let back = provider.signs_in(&there);
    browser.get(&back).await
}

async fn is_in(browser: &Browser<'_>) -> bool {
    browser.get("/lead").await.status == StatusCode::OK
}

/// All that a sign-in may change.
async fn state(world: &World) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT count(*) FROM sessions",
        "SELECT count(*) FROM council_subjects",
        "SELECT count(*) FROM roles",
        "SELECT count(*) FROM accounts",
        "SELECT count(*) FROM audit",
        "SELECT count(*) FROM deliveries",
        "SELECT count(*) FROM known_devices",
        "SELECT count(*) FROM known_browsers",
    ] {
        let mut connection = world.db().read().await.unwrap();
        counts.push(sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap());
    }
    counts
}

/// The emails about signing in with a council that go out now.
async fn emails(world: &World) -> Vec<deliveries::Email> {
    let all = world.deliver_with_kinds().await.into_iter();
    all.filter(|(kind, _)| *kind == EmailKind::Council).map(|(_, email)| email).collect()
}

#[test]
fn the_way_to_the_council_is_there_where_one_is_set_and_not_in_the_demonstration() {
    on_both(async |world| {
        let visitor = world.visitor();
        assert!(!visitor.get("/sign-in").await.says(BUTTON));
        for path in ["/sign-in/council", "/sign-in/council/answer?code=1&state=2"] {
            assert_eq!(visitor.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let (world, _provider) = at_council(world).await;
        let page = world.visitor().get("/sign-in?then=/lead").await;
        assert!(page.says(BUTTON) && page.says("href=\"/sign-in/council?then=%2Flead\""));

        let mut shown = world.house.clone();
        let names = ground::house::Names { demonstration: true, ..World::names() };
        shown.names = Arc::new(names);
        let world = world.around(shown);
        assert!(!world.visitor().get("/sign-in").await.says(BUTTON));
        let begun = world.visitor().get("/sign-in/council").await;
        assert_eq!(begun.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_leader_signs_in_with_her_council_and_her_session_is_like_any_other_but_shorter() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let before = world.signed_in(HER, &[Role::Leader]).await;
        let laptop = world.visitor();
        let answer = comes_by(&laptop, &provider, "/sign-in/council?then=/lead").await;
        assert_eq!(answer.leads_to(), "/lead");
        assert!(is_in(&laptop).await);
        assert!(!is_in(&before).await, "what she began by password is over");
        assert_eq!(emails(&world).await.len(), 1, "she is told the first time");
        accounts::tell_new_devices_due(&world.house).await.unwrap();
        let told = world.deliver_with_kinds().await;
        assert!(told.iter().any(|(kind, _)| *kind == EmailKind::NewDevice));
        assert!(laptop.get("/account").await.says("<span>This browser<"));

        // The same again on a phone.
        let phone = world.visitor();
        assert_eq!(comes(&phone, &provider).await.leads_to(), "/?done=signed-in");
        assert!(is_in(&phone).await && is_in(&laptop).await);
        assert!(emails(&world).await.is_empty());
        laptop.post("/sign-out", &[]).await.done();
        assert!(!is_in(&laptop).await && is_in(&phone).await);
        // However much it is used, it ends.
        for _ in 0..9 {
            world.forward(HOUR);
            assert!(is_in(&phone).await);
        }
        world.forward(HOUR + SECOND);
        assert!(!is_in(&phone).await);
        assert_eq!(comes(&phone, &provider).await.leads_to(), "/?done=signed-in");
        assert!(is_in(&phone).await);
        assert!(provider.plan().wrong.is_empty(), "{:?}", provider.plan().wrong);
    });
}

#[test]
fn a_reload_does_no_harm_and_an_answer_counts_once() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let laptop = world.visitor();
        let there = laptop.get("/sign-in/council").await.leads_to();
        let cookies = laptop.cookies();
        let back = provider.signs_in(&there);
        laptop.get(&back).await.leads_to();
        assert_eq!(laptop.get(&back).await.leads_to(), "/");
        assert!(is_in(&laptop).await);
        // As a second tap, before the first answer had come: the provider takes no code twice.
        laptop.set_cookies(cookies);
        let again = laptop.get(&back).await;
        assert!(again.says(NOT_IN) && again.status == StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(provider.plan().wrong, ["code"]);
    });
}

#[test]
fn an_answer_that_another_browser_asked_for_lets_nobody_in() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let (attacker, victim, other) = (world.visitor(), world.visitor(), world.visitor());
        let back = provider.signs_in(&attacker.get("/sign-in/council").await.leads_to());
        let before = state(&world).await;
        assert!(victim.get(&back).await.says(NOT_IN), "who began nothing");
        other.get("/sign-in/council").await.leads_to();
        assert!(other.get(&back).await.says(NOT_IN), "who began something else");
        assert!(!is_in(&victim).await && !is_in(&other).await);
        // What was asked for is ended by it.
        assert!(!other.cookies().contains("council="), "{}", other.cookies());
        for without in ["code=", "state="] {
            let browser = world.visitor();
            let back = provider.signs_in(&browser.get("/sign-in/council").await.leads_to());
            assert!(browser.get(&back.replace(without, "x=")).await.says(NOT_IN), "{without}");
        }
        assert_eq!(state(&world).await, before);
    });
}

#[test]
fn she_may_change_her_mind_at_the_council() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let before = state(&world).await;
        let laptop = world.visitor();
        let back = provider.signs_in(&laptop.get("/sign-in/council").await.leads_to());
        let state_in = back.split("state=").nth(1).unwrap();
        let to = format!("/sign-in/council/answer?error=access_denied&state={state_in}");
        let answer = laptop.get(&to).await;
        assert!(answer.says(NOT_IN) && answer.says("href=\"/sign-in\""), "{}", answer.html);
        // An answer that says it is another provider's.
        let back = provider.signs_in(&laptop.get("/sign-in/council").await.leads_to());
        assert!(
            laptop.get(&format!("{back}&iss=https://elsewhere.example.org")).await.says(NOT_IN)
        );
        assert_eq!(state(&world).await, before);
        let back = provider.signs_in(&laptop.get("/sign-in/council").await.leads_to());
        laptop.get(&format!("{back}&iss={}", provider.address)).await.leads_to();
        assert!(is_in(&laptop).await);
    });
}

/// A lie, and how the provider tells it.
type Lie = (&'static str, fn(&mut Plan));

/// What is signed but not what we asked for, or not signed as it must be.
const LIES: &[Lie] = &[
    ("another nonce", |plan| claim(plan, "nonce", json!("another"))),
    ("no nonce", |plan| claim(plan, "nonce", json!(null))),
    ("another issuer", |plan| claim(plan, "iss", json!("https://elsewhere.example.org"))),
    ("no issuer", |plan| claim(plan, "iss", json!(null))),
    ("for another", |plan| claim(plan, "aud", json!("another"))),
    ("for another too", |plan| claim(plan, "aud", json!([CLIENT_ID, "another"]))),
    ("asked for by another", |plan| claim(plan, "azp", json!("another"))),
    ("for nobody", |plan| claim(plan, "aud", json!(null))),
    ("expired", |plan| claim(plan, "exp", json!(1_799_999_000))),
    ("without an end", |plan| claim(plan, "exp", json!(null))),
    ("not valid yet", |plan| claim(plan, "nbf", json!(1_800_003_600))),
    ("without a beginning", |plan| claim(plan, "iat", json!(null))),
    ("a clock an hour ahead", |plan| plan.ahead = HOUR),
    ("a clock an hour behind", |plan| plan.ahead = -HOUR),
    ("nobody", |plan| claim(plan, "sub", json!(null))),
    ("not signed", |plan| plan.signed = Signed::Not),
    ("signed with what everyone can read", |plan| plan.signed = Signed::WithThePublicKey),
    ("signed with the secret", |plan| plan.signed = Signed::WithTheSecret),
    ("changed", |plan| plan.signed = Signed::AndChanged),
    ("another key of that name", |plan| plan.signs_with = Key::curve("first")),
    ("a key that is not published", |plan| plan.signs_with = Key::curve("second")),
    ("another kind of key of that name", |plan| plan.signs_with = Key::edwards("first")),
];

fn claim(plan: &mut Plan, name: &str, value: serde_json::Value) {
    plan.claims.insert(name.to_owned(), value);
}

#[test]
fn whatever_a_hostile_provider_signs_lets_nobody_in_and_changes_nothing() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        // Of whom it does not know yet, and of whom it knows.
        for _ in 0..2 {
            let before = state(&world).await;
            for (lie, tell) in LIES {
                let (claims, key) = {
                    let mut plan = provider.plan();
                    let honest = (plan.claims.clone(), plan.signs_with.clone());
                    tell(&mut plan);
                    honest
                };
                let laptop = world.visitor();
                let answer = comes(&laptop, &provider).await;
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{lie}");
                assert!(answer.says(NOT_IN), "{lie}: {}", answer.html);
                assert!(!is_in(&laptop).await, "{lie}");
                assert_eq!(state(&world).await, before, "{lie}");
                let mut plan = provider.plan();
                (plan.claims, plan.signs_with) = (claims, key);
                (plan.signed, plan.ahead) = (Signed::Well, 0);
            }
            let laptop = world.visitor();
            comes(&laptop, &provider).await.leads_to();
            assert!(is_in(&laptop).await, "the truth lets her in");
        }
    });
}

#[test]
fn a_provider_that_answers_too_much_too_late_or_elsewhere_is_given_up_and_nothing_changes() {
    on_both(async |world| {
        let (world, provider) = at_patient_council(world, Duration::from_millis(900)).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let before = state(&world).await;
        for path in ["/token", DOCUMENT, "/keys"] {
            for says in
                [Says::TooMuch, Says::Late, Says::Elsewhere, Says::Fault, Says::Page, Says::Nothing]
            {
                let laptop = world.visitor();
                let there = if path == "/token" {
                    laptop.get("/sign-in/council").await.leads_to()
                } else {
                    String::new()
                };
                provider.plan().says.insert(path, says);
                let answer = if path == "/token" {
                    laptop.get(&provider.signs_in(&there)).await
                } else {
                    // What it said an hour ago is asked for again.
                    world.forward(HOUR);
                    laptop.get("/sign-in/council").await
                };
                // Keys that make no sense are noticed when something is signed.
                if (path, says) == ("/keys", Says::Nothing) {
                    let back = provider.signs_in(&answer.leads_to());
                    assert!(laptop.get(&back).await.says(NOT_IN));
                } else {
                    let is_late = says == Says::Late;
                    let status = if is_late {
                        StatusCode::SERVICE_UNAVAILABLE
                    } else {
                        StatusCode::UNPROCESSABLE_ENTITY
                    };
                    assert_eq!(answer.status, status, "{path} {says:?}");
                    assert!(answer.says("Nothing has changed"), "{path} {says:?}");
                }
                provider.plan().says.clear();
                assert!(!is_in(&laptop).await);
                assert_eq!(provider.plan().elsewhere, 0, "nobody followed");
            }
        }
        // One that calls itself something else, or wants the secret sent over an open line.
        let honest = provider.plan().document.clone();
        for (name, value) in [
            ("issuer", "https://elsewhere.example.org"),
            ("token_endpoint", "http://elsewhere.example.org/token"),
            ("jwks_uri", "file:///etc/passwd"),
        ] {
            world.forward(HOUR);
            provider.plan().document[name] = json!(value);
            assert!(world.visitor().get("/sign-in/council").await.says(NOT_IN), "{name}");
            provider.plan().document = honest.clone();
        }
        assert_eq!(state(&world).await, before);
        let laptop = world.visitor();
        comes(&laptop, &provider).await.leads_to();
        assert!(is_in(&laptop).await);
    });
}

#[test]
fn new_keys_are_fetched_when_something_is_signed_with_them_and_old_ones_count_no_longer() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        comes(&world.visitor(), &provider).await.leads_to();
        let old = provider.plan().signs_with.clone();
        for key in [Key::curve("second"), Key::edwards("third"), Key::rsa("fourth")] {
            {
                let mut plan = provider.plan();
                (plan.keys, plan.signs_with) = (vec![key.clone()], key);
            }
            let laptop = world.visitor();
            comes(&laptop, &provider).await.leads_to();
            assert!(is_in(&laptop).await);
        }
        provider.plan().signs_with = old;
        let thief = world.visitor();
        assert!(comes(&thief, &provider).await.says(NOT_IN));
        assert!(!is_in(&thief).await);
    });
}

#[test]
fn somebody_whom_no_administrator_made_a_leader_is_told_to_ask_and_nothing_changes() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let people: [(&str, &[Role]); 5] = [
            ("parent", &[Role::Parent]),
            ("both", &[Role::Parent, Role::Leader]),
            ("forum", &[Role::Leader, Role::Organiser]),
            ("admin", &[Role::Admin]),
            ("nothing", &[]),
        ];
        for (name, roles) in people {
            world.person(&format!("{name}@example.org"), roles, &world.south).await;
        }
        world.leader_of("nhs@example.org", "The NHS").await;
        world.leader_of_nothing("new@example.org").await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let before = state(&world).await;
        for name in ["parent", "both", "forum", "admin", "nothing", "nhs", "new", "stranger"] {
            claim(&mut provider.plan(), "email", json!(format!("{name}@example.org")));
            let laptop = world.visitor();
            let answer = comes(&laptop, &provider).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(answer.says(ASK) && answer.says("href=\"/contact\""), "{name}");
            assert!(!answer.says(&format!("{name}@example.org")), "{name}");
            assert!(!is_in(&laptop).await, "{name}");
        }
        claim(&mut provider.plan(), "email", json!(HER));
        for (name, value) in [
            ("email_verified", json!(false)),
            ("email_verified", json!(null)),
            ("email", json!(null)),
            ("groups", json!(["staff"])),
            ("groups", json!(null)),
        ] {
            let honest = provider.plan().claims.clone();
            claim(&mut provider.plan(), name, value);
            assert!(comes(&world.visitor(), &provider).await.says(ASK), "{name}");
            provider.plan().claims = honest;
        }
        assert_eq!(state(&world).await, before);
        comes(&world.visitor(), &provider).await.leads_to();
    });
}

#[test]
fn another_person_who_has_her_old_address_at_the_council_is_not_her() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        comes(&world.visitor(), &provider).await.leads_to();
        let before = state(&world).await;
        claim(&mut provider.plan(), "sub", json!("78"));
        let other = world.visitor();
        assert!(comes(&other, &provider).await.says(ASK));
        assert!(!is_in(&other).await);
        assert_eq!(state(&world).await, before);
        // They themselves may have another address there by now.
        {
            let mut plan = provider.plan();
            claim(&mut plan, "sub", json!("77"));
            claim(&mut plan, "email", json!("married@sefton.example.org"));
        }
        let laptop = world.visitor();
        comes(&laptop, &provider).await.leads_to();
        assert!(is_in(&laptop).await);
    });
}

#[test]
fn whoever_signs_in_with_her_council_is_let_in_by_no_password_and_no_link() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let early = world.visitor();
        early.post("/sign-in", &[("email", HER), ("password", PASSWORD)]).await.leads_to();
        assert!(is_in(&early).await, "before she came by the council, as everyone does");
        comes(&world.visitor(), &provider).await.leads_to();
        world.deliver().await;
        let only = "Since then that is the only way";
        let home = world.visitor();
        let sent = [("email", HER), ("password", PASSWORD), ("then", "/lead")];
        let answer = home.post("/sign-in", &sent).await;
        assert!(answer.says(only), "{}", answer.html);
        assert!(answer.says("/sign-in/council?then=%2Flead&amp;again=yes"), "{}", answer.html);
        for path in ["/sign-in/link", "/forgotten-password"] {
            home.post(path, &[("email", HER)]).await.done();
            let to = link(&world.deliver().await[0]);
            let answer = home.post(&to, &[("password", "four small words more")]).await;
            assert!(answer.says(only), "{path}: {}", answer.html);
            assert!(!is_in(&home).await, "{path}");
            world.deliver().await;
        }
        // An administrator removes the role and adds it again, as where the council cannot be
        // reached for days.
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let her: String = sqlx::query_scalar("SELECT id FROM accounts WHERE email = $1")
            .bind(HER)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        for change in ["take", "give"] {
            let fields = [("role", "leader"), ("change", change)];
            admin.post(&format!("/admin/people/{her}/roles"), &fields).await.leads_to();
        }
        let sent = [("email", HER), ("password", "four small words more")];
        home.post("/sign-in", &sent).await.leads_to();
        assert!(is_in(&home).await);
    });
}

#[test]
fn her_role_ends_when_the_council_no_longer_has_her() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let her = world.person(HER, &[Role::Leader], &world.south).await;
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let (laptop, phone) = (world.visitor(), world.visitor());
        comes(&laptop, &provider).await.leads_to();
        comes(&phone, &provider).await.leads_to();
        world.deliver().await;

        // Where it only says that it has too many groups to say, nothing ends.
        let honest = provider.plan().claims.clone();
        {
            let mut plan = provider.plan();
            claim(&mut plan, "groups", json!(null));
            claim(&mut plan, "_claim_names", json!({"groups": "src1"}));
        }
        assert!(comes(&world.visitor(), &provider).await.says(NOT_IN));
        assert!(is_in(&laptop).await && is_in(&phone).await);

        provider.plan().claims = honest.clone();
        claim(&mut provider.plan(), "groups", json!(["staff"]));
        let answer = comes(&laptop, &provider).await;
        assert!(answer.says("You are no longer a leader here"), "{}", answer.html);
        assert!(!is_in(&laptop).await && !is_in(&phone).await);
        let told = emails(&world).await;
        let to: Vec<_> = told.iter().map(|email| email.to.as_str()).collect();
        assert_eq!(to, ["admin@example.org"]);
        let log = admin.get("/admin/roles").await;
        assert!(log.says("Somebody no longer has the role: Leader."), "{}", log.html);
        let rest = "SELECT count(*) FROM council_subjects";
        let mut connection = world.db().read().await.unwrap();
        let known: i64 = sqlx::query_scalar(rest).fetch_one(&mut *connection).await.unwrap();
        drop(connection);
        assert_eq!(known, 0);
        // Twice is once, and the council alone gives no role back.
        let before = state(&world).await;
        assert!(comes(&laptop, &provider).await.says(ASK));
        provider.plan().claims = honest;
        assert!(comes(&laptop, &provider).await.says(ASK));
        assert_eq!(state(&world).await, before);
        // An administrator does.
        let path = format!("/admin/people/{her}/roles");
        admin.post(&path, &[("role", "leader"), ("change", "give")]).await.leads_to();
        let council = world.council.clone();
        let fields = [("change", "lead for"), ("organisation", council.as_str())];
        admin.post(&path, &fields).await.leads_to();
        comes(&laptop, &provider).await.leads_to();
        assert!(is_in(&laptop).await);
    });
}

#[test]
fn a_leader_who_does_not_come_by_her_council_for_a_term_is_told_and_then_her_role_ends() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let her = world.person(HER, &[Role::Leader], &world.south).await;
        world.person("admin@example.org", &[Role::Admin], &world.south).await;
        let other = world.person("other@example.org", &[Role::Leader], &world.south).await;
        let lapse = async || {
            // Twice is once.
            for _ in 0..2 {
                accounts::lapse_due(&world.house).await.unwrap();
            }
            emails(&world).await
        };
        comes(&world.visitor(), &provider).await.leads_to();
        emails(&world).await;
        let seen = format!("Last confirmed by the council on {}", clock::day(world.now()));
        let (hers, others) = (format!("/admin/people/{her}"), format!("/admin/people/{other}"));
        let admin = world.sign_in("admin@example.org").await;
        assert!(admin.get(&hers).await.says(&seen));
        assert!(!admin.get(&others).await.says("Last confirmed by"), "who comes by it alone");

        world.forward(76 * DAY - SECOND);
        assert!(lapse().await.is_empty());
        world.forward(SECOND);
        let told = lapse().await;
        let day = clock::day(world.now() + 14 * DAY);
        assert!(told.len() == 1 && told[0].to == HER, "{told:?}");
        assert!(told[0].text.contains(&format!("before {day}")), "{}", told[0].text);
        // They only have to sign in, and it begins again.
        let laptop = world.visitor();
        comes(&laptop, &provider).await.leads_to();
        world.forward(76 * DAY - SECOND);
        assert!(lapse().await.is_empty());
        world.forward(SECOND);
        assert_eq!(lapse().await.len(), 1);
        // The council lets them in no more, so they never come back from there.
        world.forward(14 * DAY - SECOND);
        assert!(lapse().await.is_empty());
        world.forward(SECOND);
        let told = lapse().await;
        let to: Vec<_> = told.iter().map(|email| email.to.as_str()).collect();
        assert_eq!(to, ["admin@example.org"]);
        assert!(!is_in(&laptop).await);
        let admin = world.sign_in("admin@example.org").await;
        assert!(!admin.get(&hers).await.says("Last confirmed by"));
        let log = admin.get("/admin/roles").await;
        assert!(log.says("Somebody no longer has the role: Leader. They had not"), "{}", log.html);
        assert!(comes(&world.visitor(), &provider).await.says(ASK));
        let leaders = "SELECT count(*) FROM roles WHERE role = 'leader'";
        let mut connection = world.db().read().await.unwrap();
        let still: i64 = sqlx::query_scalar(leaders).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(still, 1, "whoever signs in by password stays");
    });
}

#[test]
fn without_a_council_no_role_ends_and_after_a_long_while_she_is_told_first() {
    on_both(async |world| {
        world.person(HER, &[Role::Leader], &world.south).await;
        let (world, provider) = at_council(world).await;
        comes(&world.visitor(), &provider).await.leads_to();
        emails(&world).await;
        // As after an upgrade, or where the program did not run for a year.
        world.forward(365 * DAY);
        let without = AreaSettings { council: None, ..(*world.house.settings).clone() };
        let without = world.house.clone().with_settings(without);
        accounts::lapse_due(&without).await.unwrap();
        assert!(emails(&world).await.is_empty(), "the settings were taken out");
        accounts::lapse_due(&world.house).await.unwrap();
        let told = emails(&world).await;
        assert!(told.len() == 1 && told[0].to == HER, "{told:?}");
        comes(&world.visitor(), &provider).await.leads_to();
        world.forward(14 * DAY);
        accounts::lapse_due(&world.house).await.unwrap();
        assert!(emails(&world).await.is_empty());
    });
}

#[test]
fn a_second_step_is_asked_here_unless_she_took_one_there() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let her = world.person(HER, &[Role::Leader], &world.south).await;
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        let laptop = world.visitor();
        let to = comes_by(&laptop, &provider, "/sign-in/council?then=/lead").await.leads_to();
        assert_eq!(to, "/account/second-step?then=%2Flead", "she has none");
        assert!(!is_in(&laptop).await);
        claim(&mut provider.plan(), "amr", json!(["pwd", "mfa"]));
        assert_eq!(comes(&laptop, &provider).await.leads_to(), "/?done=signed-in");
        assert!(is_in(&laptop).await);

        let step = format!(
            "INSERT INTO second_factors (account_id, secret, confirmed_at)
             VALUES ('{her}', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 1)"
        );
        change(&world, &step).await;
        assert_eq!(comes(&laptop, &provider).await.leads_to(), "/?done=signed-in");
        claim(&mut provider.plan(), "amr", json!(["pwd"]));
        let phone = world.visitor();
        assert_eq!(comes(&phone, &provider).await.leads_to(), "/sign-in/code");
        assert!(!is_in(&phone).await);
    });
}

#[test]
fn to_come_back_from_the_council_shows_that_it_is_her_only_where_she_has_just_signed_in_there() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let asks = "/account/second-step/set-up";
        let laptop = world.visitor();
        laptop.proves.set(false);
        comes(&laptop, &provider).await.leads_to();
        assert!(laptop.get(asks).await.says(PROVES), "the council let her in without a word");
        let now = world.now().millis() / SECOND;
        claim(&mut provider.plan(), "auth_time", json!(now - 20 * 60));
        comes(&laptop, &provider).await.leads_to();
        assert!(laptop.get(asks).await.says(PROVES), "it asked her a while ago");

        let there = laptop.get("/sign-in/council?again=yes").await.leads_to();
        assert!(there.contains("&prompt=login&max_age=0"), "{there}");
        claim(&mut provider.plan(), "auth_time", json!(now));
        laptop.get(&provider.signs_in(&there)).await.leads_to();
        assert!(!laptop.get(asks).await.says(PROVES));
        world.forward(16 * MINUTE);
        assert!(laptop.get(asks).await.says(PROVES));
        // The session that another took the place of is over.
        let sessions = "SELECT count(*) FROM sessions";
        let mut connection = world.db().read().await.unwrap();
        let there_are: i64 =
            sqlx::query_scalar(sessions).fetch_one(&mut *connection).await.unwrap();
        assert_eq!(there_are, 1);
    });
}

#[test]
fn whoever_comes_by_her_council_ends_the_session_that_this_browser_had_whosever_it_was() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        world.person(HER, &[Role::Leader], &world.south).await;
        let shared = world.parent(1).await;
        let before = shared.cookies();
        let there = shared.get("/sign-in/council").await.leads_to();
        assert_eq!(shared.get("/account").await.status, StatusCode::OK, "nobody has come yet");
        shared.get(&provider.signs_in(&there)).await.leads_to();
        assert!(is_in(&shared).await);
        let stale = world.visitor();
        stale.set_cookies(before);
        assert_eq!(stale.get("/account").await.status, StatusCode::SEE_OTHER);
        let mut connection = world.db().read().await.unwrap();
        let sessions: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(sessions, 1);
    });
}

#[test]
fn an_account_that_is_erased_or_about_to_be_is_as_in_every_other_way_in() {
    on_both(async |world| {
        let (world, provider) = at_council(world).await;
        let her = world.person(HER, &[Role::Leader], &world.south).await;
        comes(&world.visitor(), &provider).await.leads_to();
        let waits = format!(
            "INSERT INTO erasures (account_id, token_hash, asked_at, due_at, takes_down,
             keeps_emails) VALUES ('{her}', 'token', 1, {}, 0, 0)",
            (world.now() + DAY).millis()
        );
        change(&world, &waits).await;
        assert_eq!(comes(&world.visitor(), &provider).await.leads_to(), "/account/keep");
        change(&world, "UPDATE accounts SET erased_at = 1").await;
        assert!(comes(&world.visitor(), &provider).await.says(ASK));
    });
}
