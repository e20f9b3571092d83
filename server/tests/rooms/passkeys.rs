//! Passkeys: added, used to sign in and to prove that it is them, refused, removed.

use axum::http::{StatusCode, header};
use calendar::clock::{DAY, HOUR, MINUTE};
use deliveries::EmailKind;
use ground::house::{House, Names};
use ground::viewer::Role;
use serde_json::json;

use crate::device::{ADD, Device, SIGN_IN, begin, begins, send_passkey, text};
use crate::page::attributes;
use crate::world::{Answer, Browser, World, change, link_to, number, on_both};

const HER: &str = "leader@example.org";
const PASSWORD: &str = "three small words";

/// The emails about signing in that went out.
async fn emails(world: &World) -> Vec<deliveries::Email> {
    let all = world.deliver_with_kinds().await.into_iter();
    all.filter(|(kind, _)| *kind == EmailKind::SecondStep).map(|(_, email)| email).collect()
}

/// A parent with a passkey.
async fn parent_with_one(world: &World) -> (Browser<'_>, Device) {
    let parent = world.parent(1).await;
    let device = Device::new(&parent);
    let added = device.is_added(&parent, "My phone").await;
    assert_eq!(added.leads_to(), "/account/passkeys?done=added");
    (parent, device)
}

fn refused(answer: &Answer, says: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.html);
    assert!(answer.says(says), "{}", answer.html);
}

const LATE: &str = "That took too long, or was sent twice";
const WRONG: &str = "didn't send a passkey that we can check";
const UNKNOWN: &str = "We don't know this passkey";

#[test]
fn a_parent_adds_a_passkey_and_signs_in_with_it_without_typing_anything() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        assert!(parent.get("/account").await.says("href=\"/account/passkeys\""));
        let none = parent.get("/account/passkeys").await;
        assert!(none.says("You have no passkeys yet") && none.says(&format!("href=\"{ADD}\"")));
        let device = Device::new(&parent);
        let asked = begin(&parent, ADD).await;
        assert_eq!(asked["rp"]["id"], "alongside.example.org");
        assert_eq!(asked["user"]["name"], "parent1@example.org");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(asked["excludeCredentials"], json!([]));
        assert_eq!(
            device.is_added(&parent, " My   phone ").await.leads_to(),
            "/account/passkeys?done=added"
        );
        let list = parent.get("/account/passkeys?done=added").await;
        assert!(list.says("Your passkey has been added") && list.says("not used yet"));
        assert!(list.says("My phone"), "{}", list.html);
        let told = emails(&world).await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"));
        assert!(told[0].text.contains("My phone"), "{}", told[0].text);
        let noted = "SELECT count(*) FROM audit WHERE what = 'passkey added'";
        assert_eq!(number(&world, noted).await, 1);
        let again = begin(&parent, ADD).await;
        assert_eq!(again["excludeCredentials"][0]["id"], text(&device.credential));

        let phone = world.visitor();
        let page = phone.get("/sign-in").await;
        assert!(page.says("href=\"/sign-in/passkey\""), "{}", page.html);
        let asked = begin(&phone, SIGN_IN).await;
        assert!(asked.get("allowCredentials").is_none(), "no address is asked for");
        for _ in 0..2 {
            assert_eq!(device.is_used(&phone, SIGN_IN).await.leads_to(), "/?done=signed-in");
            assert!(phone.get("/account").await.says("parent1@example.org"));
        }
        assert!(parent.get("/account/passkeys").await.says("last used on"));
        // A parent's password lets them in as before.
        let password = [("email", "parent1@example.org"), ("password", PASSWORD)];
        let by_password = world.visitor().post("/sign-in", &password).await;
        assert_eq!(by_password.leads_to(), "/?done=signed-in");
        assert_eq!(number(&world, "SELECT count(*) FROM second_factors").await, 0);
    });
}

#[test]
fn where_she_was_going_and_what_she_chose_go_with_her() {
    on_both(async |world| {
        let (_, device) = parent_with_one(&world).await;
        let phone = world.visitor();
        let page = phone.get("/sign-in?then=/topics/new").await;
        assert!(page.says("/sign-in/passkey?then=%2Ftopics%2Fnew"), "{}", page.html);
        let page = phone.get("/sign-in/passkey?then=/topics/new").await;
        assert_eq!(page.sends("then"), "/topics/new");
        let asked = begin(&phone, SIGN_IN).await;
        let mut fields = device.signs(asked["challenge"].as_str().unwrap());
        fields.push(("then", "/topics/new".to_owned()));
        assert_eq!(send_passkey(&phone, SIGN_IN, &fields).await.leads_to(), "/topics/new");
        // What they had typed is on the page, and on the one after it.
        let other = world.visitor();
        let kept = [("then", "/topics/new"), ("kept", "title=A+later+bus&x=y"), ("step", "open")];
        let opened = other.post(SIGN_IN, &kept).await;
        assert_eq!((opened.status, opened.sends("then")), (StatusCode::OK, kept[0].1.to_owned()));
        let asked = begin(&other, SIGN_IN).await;
        let mut fields = device.signs(asked["challenge"].as_str().unwrap());
        fields.extend(kept[..2].iter().map(|(name, value)| (*name, (*value).to_owned())));
        let done = send_passkey(&other, SIGN_IN, &fields).await;
        assert!(done.says("Nothing has been lost") && done.says("A later bus"), "{}", done.html);
        // An address of somebody else's is not gone to.
        let page = phone.get("/sign-in/passkey?then=//example.com/").await;
        assert!(!page.says("example.com/"), "{}", page.html);
    });
}

#[test]
fn for_staff_a_passkey_is_both_steps_and_a_password_is_no_longer_enough() {
    on_both(async |world| {
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        let other = world.sign_in(HER).await;
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        assert_eq!(leader.get("/lead").await.leads_to(), "/account/second-step?then=%2Flead");
        let way = leader.get("/account/second-step?then=%2Flead").await;
        assert!(way.says("href=\"/account/passkeys/new?then=%2Flead\""), "{}", way.html);
        let device = Device::new(&leader);
        let asked = begin(&leader, ADD).await;
        let mut fields = device.makes(asked["challenge"].as_str().unwrap());
        fields.push(("then", "/lead".to_owned()));
        assert_eq!(send_passkey(&leader, ADD, &fields).await.leads_to(), "/go-on?then=%2Flead");
        assert_eq!(leader.get("/lead").await.status, StatusCode::OK);
        assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER, "it began without");

        let thief = world.visitor();
        let password = [("email", HER), ("password", PASSWORD)];
        assert_eq!(thief.post("/sign-in", &password).await.leads_to(), "/sign-in/code");
        assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
        let page = thief.get("/sign-in/code").await;
        assert!(page.says("Use your passkey to continue"), "{}", page.html);
        assert!(!page.says("name=\"code\"") && page.says("data-passkey=\"get\""));
        refused(&thief.post("/sign-in/code", &[("code", "123456")]).await, "Check the code");
        // They go on with it from there.
        assert_eq!(device.is_used(&thief, SIGN_IN).await.leads_to(), "/?done=signed-in");
        assert_eq!(thief.get("/lead").await.status, StatusCode::OK);
        let phone = world.visitor();
        assert_eq!(device.is_used(&phone, SIGN_IN).await.leads_to(), "/?done=signed-in");
        assert_eq!(phone.get("/lead").await.status, StatusCode::OK);
        // Without it, a password is enough again, and they are asked for a second step.
        let id: String = sqlx::query_scalar("SELECT id FROM passkeys")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        phone.post(&format!("/account/passkeys/{id}"), &[]).await.leads_to();
        let again = world.visitor().post("/sign-in", &password).await;
        assert_eq!(again.leads_to(), "/account/second-step");
    });
}

#[test]
fn an_administrator_sees_who_has_one_and_takes_it_away_from_whoever_lost_it() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let leader = world.signed_in(HER, &[Role::Leader]).await;
        assert!(admin.get("/admin/second-step").await.says("Not set up yet"));
        let device = Device::new(&leader);
        device.is_added(&leader, "My phone").await.leads_to();
        let reset = format!("/admin/people/{}/second-step", leader.account);
        let person = format!("/admin/people/{}", leader.account);
        for page in ["/admin/second-step", person.as_str()] {
            assert!(admin.get(page).await.says(&reset), "{page}");
        }
        assert_eq!(admin.post(&reset, &[]).await.leads_to(), format!("{person}?done=reset"));
        assert_eq!(leader.get("/lead").await.status, StatusCode::SEE_OTHER);
        refused(&device.is_used(&world.visitor(), SIGN_IN).await, UNKNOWN);
        let password = [("email", HER), ("password", PASSWORD)];
        let signed_in = world.visitor().post("/sign-in", &password).await;
        assert_eq!(signed_in.leads_to(), "/?done=signed-in");
        assert_eq!(number(&world, "SELECT count(*) FROM passkeys").await, 0);
        // A parent's are their own.
        let parent = world.parent(1).await;
        Device::new(&parent).is_added(&parent, "").await.leads_to();
        let hers = format!("/admin/people/{}/second-step", parent.account);
        let person = format!("/admin/people/{}", parent.account);
        assert!(!admin.get(&person).await.says(&hers));
    });
}

#[test]
fn what_was_signed_elsewhere_or_for_others_or_by_nobody_is_not_taken() {
    on_both(async |world| {
        let (_, mut device) = parent_with_one(&world).await;
        let (party, origin) = (device.party, device.origin);
        for (bad_party, bad_origin, verifies) in [
            (party, "http://alongside.example.com", true),
            (party, "https://alongside.example.org", true),
            (party, "http://alongside.example.org:8080", true),
            ("example.org", origin, true),
            (party, origin, false),
        ] {
            (device.party, device.origin, device.verifies) = (bad_party, bad_origin, verifies);
            let phone = world.visitor();
            refused(&device.is_used(&phone, SIGN_IN).await, WRONG);
            assert_eq!(phone.get("/account").await.status, StatusCode::SEE_OTHER);
            // Nor is a new one.
            let other = world.sign_in("parent1@example.org").await;
            let new = Device::new(&other);
            let new = Device { party: bad_party, origin: bad_origin, verifies, ..new };
            refused(&new.is_added(&other, "Bad").await, WRONG);
        }
        (device.party, device.origin, device.verifies) = (party, origin, true);
        // What was made to be added signs nobody in.
        let phone = world.visitor();
        let asked = begin(&phone, SIGN_IN).await;
        let challenge = asked["challenge"].as_str().unwrap();
        let mut fields = device.signs(challenge);
        fields[1].1 = text(&device.said("webauthn.create", challenge));
        refused(&send_passkey(&phone, SIGN_IN, &fields).await, WRONG);
        for name in ["credential", "client_data", "authenticator_data", "signature", "user_handle"]
        {
            let asked = begin(&phone, SIGN_IN).await;
            let mut fields = device.signs(asked["challenge"].as_str().unwrap());
            fields.retain(|(field, _)| *field != name);
            let answer = send_passkey(&phone, SIGN_IN, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "without {name}");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM passkeys").await, 1);
        assert_eq!(device.is_used(&phone, SIGN_IN).await.leads_to(), "/?done=signed-in");
    });
}

#[test]
fn what_is_signed_counts_once_for_five_minutes_and_in_the_browser_it_was_asked_in() {
    on_both(async |world| {
        let (parent, device) = parent_with_one(&world).await;
        let phone = world.visitor();
        let asked = begin(&phone, SIGN_IN).await;
        let fields = device.signs(asked["challenge"].as_str().unwrap());
        let stolen = world.visitor();
        refused(&send_passkey(&stolen, SIGN_IN, &fields).await, LATE);
        let cookies = phone.cookies();
        send_passkey(&phone, SIGN_IN, &fields).await.leads_to();
        stolen.set_cookies(cookies);
        refused(&send_passkey(&stolen, SIGN_IN, &fields).await, LATE);
        assert_eq!(stolen.get("/account").await.status, StatusCode::SEE_OTHER);
        // A second tap does no harm.
        assert_eq!(send_passkey(&phone, SIGN_IN, &fields).await.leads_to(), "/");

        let late = world.visitor();
        let asked = begin(&late, SIGN_IN).await;
        world.forward(5 * MINUTE);
        let fields = device.signs(asked["challenge"].as_str().unwrap());
        refused(&send_passkey(&late, SIGN_IN, &fields).await, LATE);
        // One that was signed wrongly is used up too.
        let asked = begin(&late, SIGN_IN).await;
        let challenge = asked["challenge"].as_str().unwrap();
        let mut wrong = device.signs(challenge);
        wrong[3].1 = text(b"no signature");
        refused(&send_passkey(&late, SIGN_IN, &wrong).await, WRONG);
        refused(&send_passkey(&late, SIGN_IN, &device.signs(challenge)).await, LATE);
        // Somebody's own challenge, or that of a session, is none to sign in with.
        let own = id::secret();
        late.set_cookies(format!("passkey={own}"));
        refused(&send_passkey(&late, SIGN_IN, &device.signs(&own)).await, LATE);
        let asked = begin(&parent, ADD).await;
        let own = asked["challenge"].as_str().unwrap();
        late.set_cookies(format!("passkey={own}"));
        refused(&send_passkey(&late, SIGN_IN, &device.signs(own)).await, LATE);
        assert_eq!(device.is_used(&late, SIGN_IN).await.leads_to(), "/?done=signed-in");

        begin(&late, SIGN_IN).await;
        accounts::store::forget_due(world.db(), world.now() + 6 * MINUTE).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM passkey_challenges").await, 0);
    });
}

#[test]
fn a_passkey_that_is_somebody_elses_or_unknown_or_removed_lets_nobody_in() {
    on_both(async |world| {
        let (parent, device) = parent_with_one(&world).await;
        let other = world.parent(2).await;
        let theirs = Device::new(&other);
        theirs.is_added(&other, "Theirs").await.leads_to();
        let phone = world.visitor();
        // The other's key under this parent's name, and this one's passkey with the other's key.
        let lying = Device { account: parent.account.clone(), ..Device::new(&other) };
        refused(&lying.is_used(&phone, SIGN_IN).await, UNKNOWN);
        let lying = Device { credential: device.credential, ..Device::new(&parent) };
        refused(&lying.is_used(&phone, SIGN_IN).await, WRONG);
        let lying = Device { account: parent.account.clone(), ..theirs };
        refused(&lying.is_used(&phone, SIGN_IN).await, WRONG);
        // Nor can it be added a second time, by them or by anyone.
        let copy = Device { credential: device.credential, ..Device::new(&other) };
        refused(&copy.is_added(&other, "Copy").await, "This passkey can't be added");
        refused(&device.is_added(&parent, "Twice").await, "This passkey can't be added");

        let list = parent.get("/account/passkeys").await;
        let path = attributes(&list.html, "form[action^='/account/passkeys/']", "action").remove(0);
        emails(&world).await;
        assert_eq!(other.post(&path, &[]).await.leads_to(), "/account/passkeys");
        assert_eq!(number(&world, "SELECT count(*) FROM passkeys").await, 2);
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        assert_eq!(parent.post(&path, &[]).await.status, StatusCode::UNAUTHORIZED);
        parent.post("/prove", &[("password", PASSWORD)]).await.leads_to();
        for to in ["/account/passkeys?done=removed", "/account/passkeys"] {
            assert_eq!(parent.post(&path, &[]).await.leads_to(), to);
        }
        let told = emails(&world).await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "parent1@example.org"));
        refused(&device.is_used(&phone, SIGN_IN).await, UNKNOWN);
        assert_eq!(phone.get("/account").await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn one_that_counts_less_than_before_was_copied_and_one_that_does_not_count_works() {
    on_both(async |world| {
        let (_, device) = parent_with_one(&world).await;
        let phone = world.visitor();
        for _ in 0..3 {
            device.is_used(&phone, SIGN_IN).await.leads_to();
        }
        let thief = world.visitor();
        for behind in [0, 1, 3] {
            // It counts one more when it signs.
            device.counter.set(behind);
            refused(&device.is_used(&thief, SIGN_IN).await, "may have been copied");
            assert_eq!(thief.get("/account").await.status, StatusCode::SEE_OTHER);
        }
        device.counter.set(4);
        device.is_used(&thief, SIGN_IN).await.leads_to();

        let other = world.parent(2).await;
        let silent = Device { counts: false, ..Device::new(&other) };
        silent.is_added(&other, "Synced").await.leads_to();
        for _ in 0..3 {
            silent.is_used(&phone, SIGN_IN).await.leads_to();
            assert!(phone.get("/account").await.says("parent2@example.org"));
        }
    });
}

#[test]
fn her_own_passkey_proves_that_it_is_her_and_nobody_elses_does() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let device = Device::new(&admin);
        device.is_added(&admin, "My laptop").await.leads_to();
        let (_, parents) = parent_with_one(&world).await;
        let other = world.visitor();
        device.is_used(&other, SIGN_IN).await.leads_to();
        admin.proves.set(false);
        world.forward(16 * MINUTE);
        let invitation = [("email", "new@example.org"), ("role", "organiser")];
        let asked = admin.post("/admin/people", &invitation).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("action=\"/prove/passkey\""), "{}", asked.html);

        refused(&parents.is_used(&admin, "/prove/passkey").await, UNKNOWN);
        let challenge = begin(&admin, "/prove/passkey").await;
        let fields = device.signs(challenge["challenge"].as_str().unwrap());
        refused(&send_passkey(&other, "/prove/passkey", &fields).await, LATE);
        let begun = begin(&world.visitor(), SIGN_IN).await;
        let fields = device.signs(begun["challenge"].as_str().unwrap());
        refused(&send_passkey(&admin, "/prove/passkey", &fields).await, LATE);
        assert_eq!(admin.post("/admin/people", &invitation).await.status, 401);

        assert_eq!(device.is_used(&admin, "/prove/passkey").await.leads_to(), "/go-on");
        admin.post("/go-on", &[("step", "do")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM invitations").await, 1);
        // A passkey that signed them in is as fresh as a password.
        let phone = world.visitor();
        phone.proves.set(false);
        device.is_used(&phone, SIGN_IN).await.leads_to();
        let more = [("email", "more@example.org"), ("role", "organiser")];
        phone.post("/admin/people", &more).await.leads_to();
    });
}

#[test]
fn adding_one_asks_for_proof_and_what_a_script_asks_for_is_no_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        assert_eq!(parent.get(ADD).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(begins(&parent, ADD).await.status, StatusCode::UNAUTHORIZED);
        // They prove it, and are at the page: nothing is kept of what only a script asks for.
        assert!(!parent.cookies().contains("first-act"), "{}", parent.cookies());
        let proves = [("password", PASSWORD), ("then", ADD)];
        assert_eq!(parent.post("/prove", &proves).await.leads_to(), ADD);
        assert_eq!(parent.get(ADD).await.status, StatusCode::OK);
        for (path, page) in [(SIGN_IN, SIGN_IN), ("/prove/passkey", "/prove")] {
            assert_eq!(parent.post(path, &[("step", "begin")]).await.leads_to(), page);
        }
        assert_eq!(number(&world, "SELECT count(*) FROM passkey_challenges").await, 0);
        for nth in 0..10 {
            Device::new(&parent).is_added(&parent, &format!("Device {nth}")).await.leads_to();
        }
        let more = Device::new(&parent).is_added(&parent, "One more").await;
        refused(&more, "This passkey can't be added");
        assert!(parent.get("/account/passkeys").await.says("You have 10 passkeys"));
    });
}

#[test]
fn only_so_many_are_asked_for_from_one_network_and_an_hour_later_more() {
    on_both(async |world| {
        let stranger = world.visitor_from("192.0.2.1");
        for _ in 0..300 {
            begin(&stranger, SIGN_IN).await;
        }
        let over = begins(&stranger, SIGN_IN).await;
        assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(over.headers.contains_key(header::RETRY_AFTER));
        begin(&world.visitor_from("192.0.2.2"), SIGN_IN).await;
        world.forward(HOUR + MINUTE);
        begin(&stranger, SIGN_IN).await;
    });
}

#[test]
fn undoing_a_change_of_address_takes_the_passkeys_and_codes_that_were_set_up_since() {
    on_both(async |world| {
        let (parent, device) = parent_with_one(&world).await;
        world.forward(DAY);
        parent.changes_address("thief@example.org").await.leads_to();
        let sent = world.deliver().await;
        let confirm = sent.iter().find(|email| email.to == "thief@example.org").unwrap();
        parent.post(&link_to(confirm, "/account/email/"), &[]).await.done();
        let told = world.deliver().await;
        let told = told.iter().find(|email| email.to == "parent1@example.org").unwrap();
        let undo = link_to(told, "/account/email/undo/");
        world.forward(MINUTE);
        assert_eq!(parent.get(ADD).await.status, StatusCode::OK, "who knows her password");
        let thiefs = Device::new(&parent);
        thiefs.is_added(&parent, "Thief's").await.leads_to();
        change(
            &world,
            "INSERT INTO second_factors (account_id, secret, confirmed_at)
             SELECT id, 'secret', 9000000000000 FROM accounts WHERE email = 'thief@example.org'",
        )
        .await;
        assert!(world.visitor().get(&undo).await.says("Passkeys and codes from a phone"));
        world.visitor().post(&undo, &[]).await.done();
        refused(&thiefs.is_used(&world.visitor(), SIGN_IN).await, UNKNOWN);
        assert_eq!(number(&world, "SELECT count(*) FROM second_factors").await, 0);
        let phone = world.visitor();
        assert_eq!(device.is_used(&phone, SIGN_IN).await.leads_to(), "/?done=signed-in");
        assert!(phone.get("/account").await.says("parent1@example.org"));
    });
}

#[test]
fn without_javascript_the_pages_say_what_works_and_with_it_they_load_nothing() {
    on_both(async |world| {
        let (parent, _) = parent_with_one(&world).await;
        for (browser, path) in [(&world.visitor(), SIGN_IN), (&parent, ADD), (&parent, "/prove")] {
            let page = browser.get(path).await;
            assert!(page.says("Passkeys need JavaScript"), "{path}: {}", page.html);
            let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("script-src 'sha256-"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert!(!page.says("<script src"), "{path}");
        }
        for (browser, path) in [(&world.visitor(), "/sign-in"), (&parent, "/account/passkeys")] {
            assert!(!browser.get(path).await.says("<script"), "{path}");
        }
        // Where the address is a number, no browser makes a passkey.
        let names = Names { public_url: "http://192.0.2.1:3000".into(), ..World::names() };
        let house = House::new(
            world.db().clone(),
            world.house.files.clone(),
            world.house.clock.clone(),
            names,
        );
        let beside = world.beside(house);
        let visitor = beside.visitor();
        assert!(!visitor.get("/sign-in").await.says(SIGN_IN));
        let page = visitor.get(SIGN_IN).await;
        assert!(page.says("this website's address has no name"), "{}", page.html);
        assert!(!page.says("data-passkey"), "{}", page.html);
        assert_eq!(begins(&visitor, SIGN_IN).await.leads_to(), SIGN_IN);
    });
}
