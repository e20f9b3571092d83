//! A second step of signing in, fresh proof before what does the most harm, and new devices.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use calendar::clock::{DAY, HOUR, MINUTE, Moment, SECOND};
use deliveries::EmailKind;
use ground::viewer::Role;
use totp_rs::{Builder, Secret};

use super::erase::leaves;
use crate::device::{Device, SIGN_IN};
use crate::page::texts;
use crate::plans::{draft, register};
use crate::world::{Answer, Browser, PROVES, World, change, link, number, on_both};

const HER: &str = "leader@example.org";
const PASSWORD: &str = "three small words";

/// What the app on their phone shows.
fn code(secret: &str, now: Moment) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let app = Builder::new().with_secret(secret).build().unwrap();
    app.generate(u64::try_from(now.millis() / 1000).unwrap()).to_string()
}

/// The recovery codes on a page.
fn recovery_codes(page: &Answer) -> Vec<String> {
    let parts = texts(&page.html, "li b").into_iter();
    parts.filter(|part| id::read_long_code(part).as_ref() == Some(part)).collect()
}

/// The secret on the page that sets up an app.
async fn offered(browser: &Browser<'_>) -> String {
    let begun = browser.post("/account/second-step", &[("step", "begin")]).await;
    let page = browser.get(&begun.leads_to()).await;
    let secret = page.html.split("secret=").nth(1).expect("a secret");
    secret.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Sets up a second step; the secret in their app and their recovery codes. The code they used is
/// over.
pub async fn set_up(world: &World, browser: &Browser<'_>) -> (String, Vec<String>) {
    let secret = offered(browser).await;
    let shown = code(&secret, world.now());
    let done = browser.post("/account/second-step/set-up", &[("code", &shown)]).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.html);
    let codes = recovery_codes(&done);
    assert_eq!(codes.len(), 6, "{}", done.html);
    world.forward(MINUTE);
    (secret, codes)
}

/// Types their password here.
async fn types_password(browser: &Browser<'_>) -> Answer {
    browser.post("/sign-in", &[("email", HER), ("password", PASSWORD)]).await
}

async fn types_code(browser: &Browser<'_>, code: &str) -> Answer {
    browser.post("/sign-in/code", &[("code", code)]).await
}

/// Makes known whom to tell, and gives the emails of this kind that went out.
async fn emails(world: &World, kind: EmailKind) -> Vec<deliveries::Email> {
    accounts::tell_new_devices_due(&world.house).await.unwrap();
    let all = world.deliver_with_kinds().await.into_iter();
    all.filter(|(other, _)| *other == kind).map(|(_, email)| email).collect()
}

#[test]
fn after_her_password_she_is_a_visitor_until_she_gives_a_code() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, _) = set_up(&world, &leader).await;
        let thief = world.visitor();
        assert_eq!(types_password(&thief).await.leads_to(), "/sign-in/code");
        for path in ["/lead", "/account", "/account/second-step"] {
            assert_eq!(
                thief.get(path).await.leads_to(),
                format!("/sign-in?then={}", path.replace('/', "%2F"))
            );
        }
        let name = "<span class=\"wide\">Somebody";
        assert!(leader.get("/").await.says(name));
        assert!(!thief.get("/").await.says(name), "she is nobody yet");
        assert_eq!(thief.get("/sign-in?then=/lead").await.leads_to(), "/sign-in/code?then=%2Flead");
        // It is no session to look at or to end, either.
        assert!(!leader.get("/account").await.says("browser on a device"));
        let wrong = types_code(&thief, "000000").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says("Check the code and try again"));

        let before = thief.get("/sign-in/code").await;
        assert_eq!(before.status, StatusCode::OK);
        let right = [("code", code(&secret, world.now())), ("then", "/lead".to_owned())];
        let right: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(thief.post("/sign-in/code", &right).await.leads_to(), "/lead");
        assert_eq!(thief.get("/lead").await.status, StatusCode::OK);
    });
}

#[test]
fn a_link_in_an_email_and_a_new_password_ask_for_the_code_too() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, _) = set_up(&world, &leader).await;
        world.deliver().await;
        for path in ["/sign-in/link", "/forgotten-password"] {
            let thief = world.visitor();
            thief.post(path, &[("email", HER)]).await.done();
            let button = link(&world.deliver().await[0]);
            let to = thief.post(&button, &[("password", "four small words more")]).await.leads_to();
            assert!(to.starts_with("/sign-in/code?"), "{path}: {to}");
            assert_eq!(thief.get("/lead").await.status, StatusCode::SEE_OTHER, "{path}");
            let right = [("code", code(&secret, world.now())), ("by", "link".to_owned())];
            let right: Vec<_> = right.iter().map(|(name, value)| (*name, value.as_str())).collect();
            thief.post("/sign-in/code", &right).await.leads_to();
            assert_eq!(thief.get("/lead").await.status, StatusCode::OK, "{path}");
            world.forward(MINUTE);
            world.deliver().await;
        }
    });
}

#[test]
fn a_code_lets_in_once_but_a_second_tap_does_no_harm() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, _) = set_up(&world, &leader).await;
        let shown = code(&secret, world.now());
        let (phone, thief) = (world.visitor(), world.visitor());
        types_password(&phone).await.done();
        types_password(&thief).await.done();
        let cookies = phone.cookies();
        types_code(&phone, &shown).await.leads_to();
        let again = types_code(&thief, &shown).await;
        assert!(again.says("You have used this code before"), "{}", again.html);
        assert_eq!(thief.get("/lead").await.status, StatusCode::SEE_OTHER);
        // The browser sends the form twice before it has the first answer.
        phone.set_cookies(cookies);
        assert_eq!(types_code(&phone, &shown).await.leads_to(), "/?done=signed-in");
        assert_eq!(phone.get("/lead").await.status, StatusCode::OK);
        world.forward(MINUTE);
        types_code(&thief, &code(&secret, world.now())).await.leads_to();
    });
}

#[test]
fn her_password_without_the_code_does_not_call_back_that_she_leaves() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, _) = set_up(&world, &leader).await;
        leaves(&leader, &[]).await.leads_to();
        let erasures = "SELECT count(*) FROM erasures";
        let thief = world.visitor();
        assert_eq!(types_password(&thief).await.leads_to(), "/sign-in/code");
        types_code(&thief, "000000").await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(number(&world, erasures).await, 1, "the password alone lets nobody in");
        let phone = world.visitor();
        types_password(&phone).await.leads_to();
        let to = types_code(&phone, &code(&secret, world.now())).await.leads_to();
        assert_eq!(to, "/account/keep");
        assert_eq!(number(&world, erasures).await, 1, "nor does signing in alone");
        assert_eq!(phone.get("/lead").await.leads_to(), "/account/keep?then=%2Flead");
        phone.post("/account/keep", &[]).await.leads_to();
        assert_eq!(number(&world, erasures).await, 0);
        assert_eq!(phone.get("/lead").await.status, StatusCode::OK);
    });
}

#[test]
fn whoever_is_to_set_up_a_second_step_is_asked_first_whether_to_keep_her_account() {
    on_both(async |world| {
        leaves(&world.signed_in(HER, &[Role::Leader]).await, &[]).await.leads_to();
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        let phone = world.visitor();
        let to = types_password(&phone).await.leads_to();
        assert_eq!(to, "/account/keep?then=%2Faccount%2Fsecond-step");
        let then = phone.get(&to).await.sends("then");
        let stays = phone.post("/account/keep", &[("then", &then)]).await.leads_to();
        let onward = "/go-on?then=%2Faccount%2Fsecond-step";
        let told = phone.get(&stays).await;
        assert!(told.says("We will keep your account") && told.says(onward), "{}", told.html);
        assert_eq!(phone.get(onward).await.leads_to(), "/account/second-step");
    });
}

#[test]
fn whoever_waits_too_long_with_the_code_signs_in_again() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, _) = set_up(&world, &leader).await;
        let phone = world.visitor();
        types_password(&phone).await.done();
        world.forward(31 * MINUTE);
        let late = types_code(&phone, &code(&secret, world.now())).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.says("That took too long"), "{}", late.html);
        assert_eq!(phone.get("/lead").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_recovery_code_lets_in_once_and_she_hears_of_it() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (_, codes) = set_up(&world, &leader).await;
        emails(&world, EmailKind::SecondStep).await;
        let hashes = number(&world, "SELECT count(*) FROM recovery_codes").await;
        assert_eq!(hashes, 6);
        let plain: i64 =
            sqlx::query_scalar("SELECT count(*) FROM recovery_codes WHERE code_hash = $1")
                .bind(&codes[0])
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(plain, 0, "only hashes are stored");
        let new_phone = world.visitor();
        types_password(&new_phone).await.done();
        types_code(&new_phone, &codes[0].to_lowercase().replace('-', " ")).await.leads_to();
        assert_eq!(new_phone.get("/lead").await.status, StatusCode::OK);
        let told = emails(&world, EmailKind::SecondStep).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].to.as_str(), told[0].text.contains("recovery codes")), (HER, true));
        assert!(new_phone.get("/account/second-step").await.says("5 recovery codes left"));

        let thief = world.visitor();
        types_password(&thief).await.done();
        assert!(types_code(&thief, &codes[0]).await.says("wrong or has been used"));
        assert_eq!(thief.get("/lead").await.status, StatusCode::SEE_OTHER);
        // New ones end the old ones, and a page says so first.
        let ask = "/account/second-step?ask=codes";
        assert!(new_phone.get("/account/second-step").await.says(ask));
        let asks = new_phone.get(ask).await;
        let stop = "The 5 recovery codes you have left stop working as soon as you make new ones.";
        assert!(asks.says(stop) && asks.says("Make new codes"), "{}", asks.html);
        assert!(recovery_codes(&asks).is_empty(), "nothing is made yet");
        assert!(new_phone.get("/account/second-step").await.says("5 recovery codes left"));
        let new = new_phone.post("/account/second-step", &[("step", "codes")]).await;
        let new = recovery_codes(&new);
        assert_eq!(new.len(), 6);
        assert!(types_code(&thief, &codes[1]).await.says("wrong or has been used"));
        types_code(&thief, &new[1]).await.leads_to();
    });
}

#[test]
fn a_recovery_code_from_before_they_were_longer_lets_in_once_until_there_are_new_ones() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        set_up(&world, &leader).await;
        let short = [id::code(), id::code()];
        for code in &short {
            let mut tx = world.db().begin().await.unwrap();
            sqlx::query("INSERT INTO recovery_codes (account_id, code_hash) VALUES ($1, $2)")
                .bind(&leader.account)
                .bind(id::hash(code))
                .execute(&mut *tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let new_phone = world.visitor();
        types_password(&new_phone).await.done();
        types_code(&new_phone, &short[0].to_lowercase()).await.leads_to();
        assert_eq!(new_phone.get("/lead").await.status, StatusCode::OK);
        let thief = world.visitor();
        types_password(&thief).await.done();
        assert!(types_code(&thief, &short[0]).await.says("wrong or has been used"));
        new_phone.post("/account/second-step", &[("step", "codes")]).await.done();
        assert!(types_code(&thief, &short[1]).await.says("wrong or has been used"));
        assert_eq!(thief.get("/lead").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn whoever_has_her_password_cannot_keep_her_out_by_wrong_codes() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (secret, codes) = set_up(&world, &leader).await;
        let phone = world.visitor();
        types_password(&phone).await.done();
        types_code(&phone, &code(&secret, world.now())).await.leads_to();
        world.forward(MINUTE);

        let thief = world.visitor();
        for _ in 0..12 {
            types_password(&thief).await.done();
            types_code(&thief, "000000")
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        let right = types_code(&thief, &code(&secret, world.now())).await;
        assert!(right.says("Too many wrong codes"), "{}", right.html);
        // In their own browser their codes work; on a new device a recovery code does.
        phone.post("/sign-out", &[]).await.leads_to();
        types_password(&phone).await.done();
        types_code(&phone, &code(&secret, world.now())).await.leads_to();
        let new_phone = world.visitor();
        types_password(&new_phone).await.done();
        types_code(&new_phone, &codes[3]).await.leads_to();
        assert_eq!(new_phone.get("/lead").await.status, StatusCode::OK);
        world.forward(16 * MINUTE);
        types_password(&thief).await.done();
        types_code(&thief, &code(&secret, world.now())).await.leads_to();
    });
}

#[test]
fn a_secret_is_shown_while_it_is_set_up_and_never_again() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let secret = offered(&leader).await;
        assert_eq!(offered(&leader).await, secret, "a second tap changes nothing");
        let page = leader.get("/account/second-step/set-up").await;
        assert!(page.says("<svg") && page.says("otpauth://totp/"), "{}", page.html);
        let wrong = leader.post("/account/second-step/set-up", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says(&secret), "she can try again");
        assert_eq!(number(&world, "SELECT count(*) FROM recovery_codes").await, 0);
        let other = world.sign_in(HER).await;
        let shown = code(&secret, world.now());
        leader.post("/account/second-step/set-up", &[("code", &shown)]).await.done();
        assert_eq!(
            leader.get("/account/second-step/set-up").await.leads_to(),
            "/account/second-step"
        );
        for path in ["/account", "/account/second-step"] {
            assert!(!leader.get(path).await.says(&secret), "{path}");
        }
        assert_eq!(
            other.get("/account").await.status,
            StatusCode::SEE_OTHER,
            "sessions that began without it end"
        );
        // What was begun and left is forgotten.
        world.forward(MINUTE);
        assert_ne!(offered(&leader).await, secret);
        accounts::store::forget_due(world.db(), world.now() + 2 * HOUR).await.unwrap();
        let waits = "SELECT count(*) FROM second_factors WHERE offered IS NOT NULL";
        assert_eq!(number(&world, waits).await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM second_factors").await, 1);
    });
}

#[test]
fn a_new_phone_takes_the_place_of_the_old_one_and_she_keeps_her_recovery_codes() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let (old, codes) = set_up(&world, &leader).await;
        let new = offered(&leader).await;
        let shown = code(&new, world.now());
        let moved = leader.post("/account/second-step/set-up", &[("code", &shown)]).await;
        assert_eq!(moved.leads_to(), "/account/second-step?done=moved");
        world.forward(MINUTE);
        let phone = world.visitor();
        types_password(&phone).await.done();
        let refused = types_code(&phone, &code(&old, world.now())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        types_code(&phone, &codes[5]).await.leads_to();
        let again = world.visitor();
        types_password(&again).await.done();
        types_code(&again, &code(&new, world.now())).await.leads_to();
    });
}

#[test]
fn parents_are_not_asked_and_find_no_such_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        assert!(!parent.get("/account").await.says("Second step"));
        assert_eq!(parent.get("/account/second-step").await.status, StatusCode::NOT_FOUND);
        parent.post("/account/second-step", &[("step", "begin")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM second_factors").await, 0);
    });
}

#[test]
fn whoever_is_no_longer_staff_removes_their_second_step_and_reads_that_it_is_gone() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        set_up(&world, &leader).await;
        let account = &leader.account;
        change(&world, &format!("DELETE FROM roles WHERE account_id = '{account}'")).await;
        let removed = leader.post("/account/second-step", &[("step", "remove")]).await;
        let page = leader.get(&removed.leads_to()).await;
        assert!(page.says("The second step has been removed"), "{}", page.html);
        assert!(!page.says("Second step when you sign in"));
    });
}

#[test]
fn staff_are_reminded_until_the_day_and_then_set_it_up_before_any_desk_opens() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        world.person(HER, &[Role::Parent, Role::Leader], &world.south).await;
        let phone = world.visitor();
        types_password(&phone).await.done();
        assert!(!phone.get("/lead").await.says("a code from your phone"));
        let past = calendar::clock::fields(world.now() - 2 * DAY).0;
        let refused = admin.post("/admin/second-step", &[("from_day", &past)]).await;
        assert!(refused.says("Choose today or a later day"), "{}", refused.html);
        let day = calendar::clock::fields(world.now() + 7 * DAY).0;
        let set = admin.post("/admin/second-step", &[("from_day", &day)]).await;
        assert_eq!(set.leads_to(), "/admin/second-step?done=saved");
        assert!(admin.get("/admin").await.says("href=\"/admin/second-step\""));
        assert!(admin.get("/admin/second-step").await.says("Not set up yet"));
        for (browser, desk) in [(&admin, "/admin"), (&phone, "/lead")] {
            let page = browser.get(desk).await;
            assert!(page.says("you will need a code from your phone"), "{desk}");
            assert!(page.says("href=\"/account/second-step\""), "{desk}");
        }

        world.forward(8 * DAY);
        let led = types_password(&phone).await.leads_to();
        assert_eq!(led, "/account/second-step");
        assert!(phone.get(&led).await.says("You need this before you can continue"));
        assert_eq!(phone.get("/lead").await.leads_to(), "/account/second-step?then=%2Flead");
        assert_eq!(
            phone.get("/topics/new").await.status,
            StatusCode::OK,
            "as a parent she goes on"
        );
        let (_, codes) = set_up(&world, &phone).await;
        assert_eq!(codes.len(), 6);
        assert_eq!(phone.get("/go-on?then=/lead").await.leads_to(), "/lead");
        assert_eq!(phone.get("/lead").await.status, StatusCode::OK);

        let noted = "SELECT count(*) FROM audit WHERE what = 'second step asked of staff'";
        assert_eq!(number(&world, noted).await, 1);
    });
}

#[test]
fn a_draft_that_is_not_published_is_read_only_with_the_second_step_that_is_asked() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let plan = register(&world, &leader).await;
        let draft = draft(&leader, &plan).await.replace("/lead", "");
        assert_eq!(leader.get(&draft).await.status, StatusCode::OK, "{draft}");
        let today = calendar::clock::fields(world.now()).0;
        admin.post("/admin/second-step", &[("from_day", &today)]).await.leads_to();
        assert_eq!(leader.get(&draft).await.status, StatusCode::NOT_FOUND);
        assert_eq!(leader.get(&format!("/plans/{plan}")).await.status, StatusCode::OK);
        set_up(&world, &leader).await;
        assert_eq!(leader.get(&draft).await.status, StatusCode::OK);
    });
}

#[test]
fn a_topic_that_waits_and_a_picture_on_no_page_are_shown_only_with_the_second_step_that_is_asked() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let topic = world.parent(1).await.propose("Buses").await;
        let icon = Bytes::from_static(include_bytes!("../../pictures/icon-192.png"));
        let picture = world.house.files.keep_picture(icon).await.unwrap().expect("a picture");
        let paths = [format!("/topics/{topic}"), format!("/pictures/{picture}")];
        for path in &paths {
            assert_eq!(organiser.get(path).await.status, StatusCode::OK, "{path}");
        }
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        for path in &paths {
            assert_eq!(organiser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        set_up(&world, &organiser).await;
        for path in &paths {
            assert_eq!(organiser.get(path).await.status, StatusCode::OK, "{path}");
        }
    });
}

#[test]
fn what_she_wrote_is_not_lost_when_the_day_comes_while_she_writes() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let update = "UPDATE area_rules SET second_step_from = 1";
        crate::world::change(&world, update).await;
        let fields = [("title", "Later buses for everyone")];
        let asked = leader.post("/lead/notices/new", &fields).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("What you wrote is saved"), "{}", asked.html);
        set_up(&world, &leader).await;
        let shown = leader.get("/go-on").await;
        assert!(shown.says("Later buses for everyone"), "{}", shown.html);
        let done = leader.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.status, StatusCode::UNPROCESSABLE_ENTITY, "it is not finished");
        assert!(done.says("value=\"Later buses for everyone\""), "{}", done.html);
        let form = "<form action=\"/lead/notices/new\" method=\"post\"";
        assert!(done.says(form), "and is sent to its own page: {}", done.html);
    });
}

#[test]
fn an_administrator_resets_it_and_she_and_the_other_administrators_hear_of_it() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        world.person("admin2@example.org", &[Role::Admin], &world.south).await;
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        set_up(&world, &leader).await;
        emails(&world, EmailKind::SecondStep).await;
        let page = format!("/admin/people/{}/second-step", leader.account);
        let person = format!("/admin/people/{}", leader.account);
        assert!(admin.get(&person).await.says(&page), "there is a link");
        assert!(admin.get(&page).await.says("Reset their second step"));
        for _ in 0..2 {
            assert_eq!(admin.post(&page, &[]).await.leads_to(), format!("{person}?done=reset"));
        }
        assert_eq!(leader.get("/lead").await.status, StatusCode::SEE_OTHER);
        let told = emails(&world, EmailKind::SecondStep).await;
        let mut to: Vec<&str> = told.iter().map(|email| email.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["admin2@example.org", HER]);
        let phone = world.visitor();
        assert_eq!(types_password(&phone).await.leads_to(), "/?done=signed-in");
        assert_eq!(number(&world, "SELECT count(*) FROM recovery_codes").await, 0);
        let noted = "SELECT count(*) FROM audit WHERE what = 'second step reset'";
        assert_eq!(number(&world, noted).await, 1);
        // The same on the command line.
        let phone = world.sign_in(HER).await;
        set_up(&world, &phone).await;
        for was_there in [true, false] {
            let reset = accounts::reset_second_step(&world.house, HER).await.unwrap();
            assert_eq!(reset, was_there);
        }
        assert!(!accounts::reset_second_step(&world.house, "x@example.org").await.unwrap());
        assert_eq!(number(&world, noted).await, 2);
        // Their own they remove at their own page, where they prove that it is them.
        let own = format!("/admin/people/{}/second-step", admin.account);
        assert_eq!(admin.post(&own, &[]).await.leads_to(), "/account/second-step");
    });
}

#[test]
fn who_signed_in_a_while_ago_proves_that_it_is_her_and_one_press_does_what_she_chose() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        admin.proves.set(false);
        let parent = world.parent(1).await;
        let roles = format!("/admin/people/{}/roles", parent.account);
        let fields = [("role", "organiser"), ("change", "give")];
        let given = "SELECT count(*) FROM roles WHERE role = 'organiser'";
        world.forward(16 * MINUTE);
        let asked = admin.post(&roles, &fields).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(
            asked.says(PROVES) && asked.says("role. Before you do, we need to be sure"),
            "{}",
            asked.html
        );
        let wrong = admin.post("/prove", &[("password", "a wrong guess")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(admin.get("/prove").await.status, StatusCode::OK);
        assert_eq!(admin.post("/prove", &[("password", PASSWORD)]).await.leads_to(), "/go-on");
        assert_eq!(number(&world, given).await, 0, "nothing is done before she presses");
        let shown = admin.get("/go-on").await;
        assert!(shown.says("Nothing has been done yet"), "{}", shown.html);
        let done = admin.post("/go-on", &[("step", "do")]).await;
        let changed = format!("/admin/people/{}?done=role", parent.account);
        assert_eq!(done.leads_to(), changed);
        assert_eq!(number(&world, given).await, 1);
        // For a while nothing more is asked, and then it is again.
        let taken = [("role", "organiser"), ("change", "take")];
        assert_eq!(admin.post(&roles, &taken).await.leads_to(), changed);
        world.forward(16 * MINUTE);
        assert_eq!(admin.post(&roles, &fields).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(admin.get("/admin").await.status, StatusCode::OK, "she stays signed in");
    });
}

#[test]
fn who_waits_too_long_with_the_button_is_asked_again_and_loses_nothing() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        admin.proves.set(false);
        let invitation = [("email", "new@example.org"), ("role", "organiser")];
        world.forward(16 * MINUTE);
        admin.post("/admin/people", &invitation).await.refused(StatusCode::UNAUTHORIZED);
        admin.post("/prove", &[("password", PASSWORD)]).await.leads_to();
        world.forward(16 * MINUTE);
        let asked = admin.post("/go-on", &[("step", "do")]).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says(PROVES), "{}", asked.html);
        admin.post("/prove", &[("password", PASSWORD)]).await.leads_to();
        let done = admin.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/admin/people?done=invited");
        assert_eq!(number(&world, "SELECT count(*) FROM invitations").await, 1);
    });
}

#[test]
fn a_code_or_a_link_proves_it_as_well_as_a_password() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        admin.proves.set(false);
        let (secret, _) = set_up(&world, &admin).await;
        world.deliver().await;
        let invitation = [("email", "new@example.org"), ("role", "organiser")];
        world.forward(16 * MINUTE);
        let asked = admin.post("/admin/people", &invitation).await;
        assert!(asked.says("name=\"code\"") && asked.says("name=\"password\""));
        let shown = code(&secret, world.now());
        assert_eq!(admin.post("/prove", &[("code", &shown)]).await.leads_to(), "/go-on");
        admin.post("/go-on", &[("step", "do")]).await.leads_to();

        world.forward(16 * MINUTE);
        world.deliver().await;
        admin
            .post("/admin/people", &[("email", "two@example.org"), ("role", "leader")])
            .await
            .is_one_of(&[StatusCode::UNAUTHORIZED, StatusCode::SEE_OTHER, StatusCode::OK]);
        let sent = admin.post("/prove/link", &[]).await;
        assert!(sent.says("Check your email"), "{}", sent.html);
        let emails = world.deliver().await;
        let button = link(&emails[0]);
        assert_eq!(emails[0].to, "admin@example.org");
        let to = admin.post(&button, &[]).await.leads_to();
        assert!(to.starts_with("/sign-in/code"), "{to}");
        let shown = code(&secret, world.now());
        let right = [("code", shown.as_str()), ("by", "link")];
        assert_eq!(admin.post("/sign-in/code", &right).await.leads_to(), "/go-on");
        admin.post("/go-on", &[("step", "do")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM invitations").await, 2);
    });
}

/// Whether these cookies are those of somebody who is signed in.
async fn let_in(world: &World, cookies: &str) -> bool {
    let browser = world.visitor();
    browser.set_cookies(cookies.to_owned());
    browser.get("/account").await.status == StatusCode::OK
}

#[test]
fn fresh_proof_gives_the_session_a_new_token_and_the_one_before_is_of_no_use() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let device = Device::new(&admin);
        device.is_added(&admin, "My laptop").await.leads_to();
        let (secret, _) = set_up(&world, &admin).await;
        let shown = code(&secret, world.now());
        for way in [("password", PASSWORD), ("code", shown.as_str()), ("passkey", "")] {
            let before = admin.cookies();
            let proved = match way {
                ("passkey", _) => device.is_used(&admin, "/prove/passkey").await,
                _ => admin.post("/prove", &[way]).await,
            };
            assert_eq!(proved.leads_to(), "/account", "{}", way.0);
            assert_ne!(admin.cookies(), before, "{}", way.0);
            assert!(let_in(&world, &admin.cookies()).await, "{}: she stays signed in", way.0);
            assert!(!let_in(&world, &before).await, "{}", way.0);
            let wrong = admin.post("/prove", &[("password", "a wrong guess")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", way.0);
            assert!(let_in(&world, &admin.cookies()).await, "{}: nothing was proved", way.0);
        }
        assert_eq!(number(&world, "SELECT count(*) FROM sessions").await, 1, "it is the same one");
    });
}

#[test]
fn a_second_tap_on_what_proves_it_does_no_harm_and_counts_for_that_alone() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let (secret, _) = set_up(&world, &admin).await;
        let shown = code(&secret, world.now());
        for way in [("password", PASSWORD), ("code", shown.as_str())] {
            let before = admin.cookies();
            admin.post("/prove", &[way]).await.leads_to();
            // The browser sends the form twice before it has the first answer.
            admin.set_cookies(before.clone());
            assert_eq!(admin.post("/prove", &[way]).await.leads_to(), "/account", "{}", way.0);
            assert!(let_in(&world, &admin.cookies()).await, "{}", way.0);
            // Whoever else has that token has nothing: nor by guessing, nor elsewhere.
            let thief = world.visitor();
            thief.proves.set(false);
            thief.set_cookies(before.clone());
            let wrong = thief.post("/prove", &[("password", "a wrong guess")]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", way.0);
            assert_eq!(thief.cookies(), before, "{}", way.0);
            for (method, path) in [(Method::GET, "/prove"), (Method::POST, "/account/details")] {
                let answer = thief.request(method, path, &[], "").await;
                assert_ne!(answer.status, StatusCode::OK, "{path}");
                assert!(!answer.says(PROVES), "{path}: {}", answer.html);
            }
            world.forward(11 * SECOND);
            let late = thief.post("/prove", &[way]).await;
            assert_eq!(late.status, StatusCode::UNAUTHORIZED, "{}: {}", way.0, late.html);
        }
    });
}

#[test]
fn a_code_and_a_passkey_end_the_session_that_this_browser_had() {
    on_both(async |world| {
        let other = world.parent(1).await;
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let device = Device::new(&leader);
        device.is_added(&leader, "My phone").await.leads_to();
        let (secret, _) = set_up(&world, &leader).await;
        for by_passkey in [true, false] {
            let shared = world.sign_in("parent1@example.org").await;
            let before = shared.cookies();
            if by_passkey {
                device.is_used(&shared, SIGN_IN).await.leads_to();
            } else {
                assert_eq!(types_password(&shared).await.leads_to(), "/sign-in/code");
                assert!(!let_in(&world, &before).await, "though nobody is let in yet");
                types_code(&shared, &code(&secret, world.now())).await.leads_to();
            }
            assert!(shared.get("/account").await.says(HER), "by a passkey: {by_passkey}");
            assert!(!let_in(&world, &before).await, "by a passkey: {by_passkey}");
        }
        assert!(let_in(&world, &other.cookies()).await, "elsewhere she is still signed in");
        let hers = "SELECT count(*) FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE a.email = 'parent1@example.org'";
        assert_eq!(number(&world, hers).await, 1);
    });
}

#[test]
fn what_asks_for_fresh_proof_is_never_done_by_itself_for_whoever_signs_in_next() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        world.person("admin@example.org", &[Role::Admin], &world.south).await;
        // A stranger at the same computer, before the administrator signs in at it.
        let computer = world.visitor();
        let roles = format!("/admin/people/{}/roles", parent.account);
        computer
            .post(&roles, &[("role", "admin"), ("change", "give")])
            .await
            .refused(StatusCode::UNAUTHORIZED);
        let right = [("email", "admin@example.org"), ("password", PASSWORD)];
        assert_eq!(computer.post("/sign-in", &right).await.leads_to(), "/go-on");
        let given = "SELECT count(*) FROM roles WHERE role = 'admin'";
        assert_eq!(number(&world, given).await, 1);
        assert!(computer.get("/go-on").await.says("someone else did before you"));
        computer.post("/go-on", &[("step", "forget")]).await.leads_to();
        assert_eq!(computer.get("/go-on").await.leads_to(), "/");
        assert_eq!(number(&world, given).await, 1);
    });
}

#[test]
fn guesses_at_proof_are_limited_and_a_link_still_works() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        for _ in 0..10 {
            admin
                .post("/prove", &[("password", "a wrong guess")])
                .await
                .is_one_of(&[StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS]);
        }
        let right = [("password", PASSWORD)];
        assert!(admin.post("/prove", &right).await.says("Too many attempts"));
        // Nobody else's session is meant, and signing in is not either.
        let other = world.sign_in("admin@example.org").await;
        assert_eq!(other.post("/prove", &right).await.leads_to(), "/account");
        admin.post("/prove/link", &[]).await.done();
        let button = link(&world.deliver().await[0]);
        admin.post(&button, &[]).await.leads_to();
        assert_eq!(admin.post("/prove", &right).await.leads_to(), "/account");
    });
}

#[test]
fn staff_get_an_email_the_first_time_they_sign_in_on_a_device_and_parents_do_not() {
    on_both(async |world| {
        world.person(HER, &[Role::Leader], &world.south).await;
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        let phone = world.visitor();
        for _ in 0..2 {
            types_password(&phone).await.leads_to();
            phone.post("/sign-out", &[]).await.leads_to();
        }
        let told = emails(&world, EmailKind::NewDevice).await;
        assert_eq!(told.len(), 1, "once");
        assert_eq!(told[0].to, HER);
        assert!(told[0].text.contains("A browser on a device"), "{}", told[0].text);
        assert_eq!(link(&told[0]), "/account", "and nothing in it tells one email from another");
        types_password(&world.visitor()).await.leads_to();
        assert_eq!(emails(&world, EmailKind::NewDevice).await.len(), 1, "another browser");
        let parent = world.visitor();
        let right = [("email", "parent@example.org"), ("password", PASSWORD)];
        let signed_in = parent.post("/sign-in", &right).await;
        assert!(
            !signed_in
                .headers
                .get_all("set-cookie")
                .iter()
                .any(|cookie| { cookie.to_str().unwrap().starts_with("device=") })
        );
        assert!(emails(&world, EmailKind::NewDevice).await.is_empty());
        accounts::store::forget_due(world.db(), world.now() + 401 * DAY).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM known_devices").await, 0);
    });
}

#[test]
fn whoever_accepts_an_invitation_gets_no_email_about_that_device_but_about_the_next_one() {
    on_both(async |world| {
        accounts::invite(&world.house, None, HER.to_owned(), Role::Leader, None).await.unwrap();
        let page = link(&world.deliver().await[0]);
        let phone = world.visitor();
        let chosen = [("shown_name", "New"), ("password", PASSWORD)];
        phone.post(&page, &chosen).await.leads_to();
        assert!(emails(&world, EmailKind::NewDevice).await.is_empty(), "she has just joined in it");
        phone.post("/sign-out", &[]).await.leads_to();
        types_password(&phone).await.leads_to();
        assert!(emails(&world, EmailKind::NewDevice).await.is_empty(), "it is known");
        types_password(&world.visitor()).await.leads_to();
        assert_eq!(emails(&world, EmailKind::NewDevice).await.len(), 1, "another one");
    });
}

#[test]
fn the_sessions_of_staff_end_after_half_a_day_unused_and_after_a_week_in_any_case() {
    on_both(async |world| {
        world.person(HER, &[Role::Parent, Role::Leader], &world.south).await;
        let phone = world.visitor();
        types_password(&phone).await.done();
        for _ in 0..15 {
            assert_eq!(phone.get("/lead").await.status, StatusCode::OK);
            world.forward(11 * HOUR);
        }
        assert_eq!(phone.get("/lead").await.status, StatusCode::OK);
        world.forward(3 * HOUR);
        assert_eq!(phone.get("/lead").await.status, StatusCode::SEE_OTHER, "the absolute end");
        types_password(&phone).await.done();
        world.forward(13 * HOUR);
        assert_eq!(phone.get("/lead").await.status, StatusCode::SEE_OTHER, "the idle end");
    });
}
