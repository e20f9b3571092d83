use std::collections::BTreeMap;

use axum::http::{Method, StatusCode, header};
use calendar::clock::MINUTE;
use ground::routes::Access;
use ground::viewer::Role;

use crate::things::{Address, Things, lookers, nobodys};
use crate::world::{PROVES, change, on_both};

/// The routes, with what is nobody's in place of each parameter.
pub fn addresses() -> Vec<(Method, String, Access)> {
    let all = app::routes::all();
    let rules = all.rules().iter();
    rules.map(|rule| (rule.method.clone(), nobodys(rule.path), rule.access)).collect()
}

/// Signing out, signing out everywhere, and leaving end the session the next address needs. A call
/// of a provider is known by its signature.
const LEFT_OUT: [&str; 4] = ["/sign-out", "/account/sessions/end", "/account/erase", "/returns"];

#[test]
fn each_role_is_let_in_where_its_rule_says_and_nowhere_else() {
    on_both(async |world| {
        let mut people = vec![("visitor".to_owned(), None, world.visitor())];
        for role in Role::ALL {
            people.push((
                role.word().to_owned(),
                Some(role),
                world.signed_in(&format!("{}@example.org", role.word()), &[role]).await,
            ));
        }
        for (who, role, mut browser) in people {
            for (nth, (method, path, access)) in addresses().into_iter().enumerate() {
                browser = browser.moved(nth);
                if LEFT_OUT.contains(&path.as_str()) {
                    continue;
                }
                let answer = browser.request(method.clone(), &path, &[], "").await;
                let may = may(access, role);
                let kept_out = match (role, &method) {
                    (None, &Method::POST) => answer.status == StatusCode::UNAUTHORIZED,
                    // What people choose before they are signed in asks them to join or sign in.
                    (None, _) if answer.status == StatusCode::UNAUTHORIZED => {
                        answer.says("href=\"/sign-up?then=")
                    }
                    (None, _) => answer
                        .headers
                        .get(header::LOCATION)
                        .is_some_and(|to| to.to_str().unwrap().starts_with("/sign-in?then=")),
                    (Some(_), _) => answer.status == StatusCode::FORBIDDEN,
                };
                assert_eq!(!kept_out, may, "{who}: {method} {path} gave {}", answer.status);
                assert!(
                    !answer.status.is_server_error(),
                    "{who}: {method} {path} gave {}",
                    answer.status
                );
            }
        }
    });
}

/// Whether somebody with this role alone may, where nothing else is lacking; `None`: not signed in.
fn may(access: Access, role: Option<Role>) -> bool {
    match (access, role) {
        (Access::Anyone, _) => true,
        (Access::SignedIn | Access::Fresh([]), role) => role.is_some(),
        (Access::Only(needed) | Access::Fresh(needed), role) => {
            role.is_some_and(|role| needed.contains(&role))
        }
    }
}

#[test]
fn whoever_signed_in_a_while_ago_proves_that_it_is_her_where_the_rule_says_and_nowhere_else() {
    on_both(async |world| {
        let mut people = Vec::new();
        for role in Role::ALL {
            let email = format!("{}@example.org", role.word());
            let browser = world.signed_in(&email, &[role]).await;
            browser.proves.set(false);
            people.push((role, browser));
        }
        world.forward(16 * MINUTE);
        let mut asked = 0;
        for (method, path, access) in addresses() {
            for (role, browser) in &people {
                let is_left_out = LEFT_OUT.contains(&path.as_str()) && !access.is_fresh();
                if is_left_out || !may(access, Some(*role)) {
                    continue;
                }
                let answer = browser.request(method.clone(), &path, &[], "").await;
                let is_asked = answer.status == StatusCode::UNAUTHORIZED && answer.says(PROVES);
                let role = role.word();
                assert_eq!(
                    is_asked,
                    access.is_fresh(),
                    "{role}: {method} {path} gave {}",
                    answer.status
                );
                asked += usize::from(is_asked);
            }
        }
        assert!(asked > 0);
    });
}

#[test]
fn what_does_the_most_harm_asks_for_fresh_proof() {
    let all = app::routes::all();
    let mut fresh: Vec<String> = all
        .rules()
        .iter()
        .filter(|rule| rule.access.is_fresh())
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    fresh.sort();
    let expected = [
        "GET /account/passkeys/new",
        "GET /account/second-step/set-up",
        "POST /account/email",
        "POST /account/erase",
        "POST /account/export",
        "POST /account/passkeys/new",
        "POST /account/passkeys/{id}",
        "POST /account/second-step",
        "POST /account/second-step/set-up",
        "POST /admin/invitations/{id}",
        "POST /admin/people",
        "POST /admin/people/{id}/roles",
        "POST /admin/people/{id}/second-step",
        "POST /admin/people/{id}/sessions",
        "POST /admin/people/{id}/suspension",
        "POST /admin/second-step",
        "POST /admin/service",
        "POST /forum/consultations/{id}/answers.csv",
        "POST /forum/consultations/{id}/answers.xlsx",
        "POST /forum/consultations/{id}/release",
        "POST /forum/consultations/{id}/takedown",
        "POST /forum/local-offer/{id}/takedown",
        "POST /forum/notices/answers/{id}/takedown",
        "POST /forum/notices/questions/{id}/takedown",
        "POST /forum/topics/{id}/takedown",
        "POST /lead/notices/{id}/override",
        "POST /lead/notices/{id}/withdrawal",
        "POST /lead/plans/{id}/decision/override",
        "POST /lead/plans/{id}/drafts/{version}/override",
    ];
    assert_eq!(fresh, expected);
    // Somebody who is asked for it reads what for.
    for rule in all.rules().iter().filter(|rule| rule.access.is_fresh()) {
        assert!(rule.method == Method::GET || !rule.chose.what.is_empty(), "{}", rule.path);
    }
}

#[test]
fn what_somebody_left_for_the_team_at_a_shared_computer_waits_for_a_press() {
    on_both(async |world| {
        for role in Role::staff() {
            let email = format!("{}@example.org", role.word());
            world.person(&email, &[role], &world.south).await;
            let posts: Vec<String> = addresses()
                .into_iter()
                .filter(|(method, _, access)| {
                    *method == Method::POST
                        && matches!(access, Access::Only(roles) if roles.contains(&role))
                })
                .map(|(_, path, _)| path)
                .collect();
            assert!(!posts.is_empty(), "{}", role.word());
            for path in posts.first().into_iter().chain(posts.last()) {
                let computer = world.visitor();
                let left = computer.post(path, &[("words", "Left by a stranger")]).await;
                assert_eq!(left.status, StatusCode::UNAUTHORIZED, "{path}");
                assert!(!left.says("will be done"), "{path}: {}", left.html);
                let signs_in = [("email", email.as_str()), ("password", "three small words")];
                let to = computer.post("/sign-in", &signs_in).await.leads_to();
                assert_eq!(to, "/go-on", "{path}");
                let shown = computer.get(&to).await;
                assert!(shown.says("Nothing has been done yet"), "{path}: {}", shown.html);
                assert!(shown.says("Left by a stranger"), "{path}: {}", shown.html);
            }
        }
    });
}

#[test]
fn from_its_day_staff_without_a_second_step_reach_their_own_pages_alone() {
    on_both(async |world| {
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        for role in Role::ALL {
            let browser = world.signed_in(&format!("{}@example.org", role.word()), &[role]).await;
            for (method, path, access) in addresses() {
                if LEFT_OUT.contains(&path.as_str()) || !may(access, Some(role)) {
                    continue;
                }
                let answer = browser.request(method.clone(), &path, &[], "").await;
                let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
                let is_led = match method {
                    Method::POST => {
                        answer.status == StatusCode::UNAUTHORIZED
                            && answer.says("Set up a second step first")
                    }
                    _ => to.is_some_and(|to| to.starts_with("/account/second-step?then=")),
                };
                let is_staff = access.is_for_staff();
                let role = role.word();
                assert_eq!(is_led, is_staff, "{role}: {method} {path} gave {}", answer.status);
            }
        }
    });
}

#[test]
fn every_typed_function_is_in_the_table_of_addresses() {
    let all = app::routes::all();
    let known = ground::functions::known();
    assert!(!known.is_empty());
    for path in known {
        let rule = all.rules().iter().find(|rule| rule.path == path);
        assert!(rule.is_some_and(|rule| rule.method == Method::POST), "{path} has no rule");
    }
}

/// By hand, and so on purpose: to open an address to everyone takes a second look.
#[test]
fn only_these_addresses_are_open_to_everyone() {
    let mut open: Vec<String> = app::routes::all()
        .rules()
        .iter()
        .filter(|rule| rule.access == Access::Anyone)
        .map(|rule| format!("{} {}", rule.method, rule.path))
        .collect();
    open.sort();
    let expected = [
        "GET /",
        "GET /about",
        "GET /accessibility",
        "GET /account/email/undo/{token}",
        "GET /account/email/{token}",
        "GET /account/erase/begun",
        "GET /account/erase/{token}",
        "GET /consultations",
        "GET /consultations/{id}",
        "GET /consultations/{id}/answers",
        "GET /consultations/{id}/answers/{code}",
        "GET /consultations/{id}/answers/{code}/all",
        "GET /consultations/{id}/answers/{code}/questions/{key}",
        "GET /consultations/{id}/links/{link}",
        "GET /consultations/{id}/paper",
        "GET /consultations/{id}/results",
        "GET /consultations/{id}/results.csv",
        "GET /consultations/{id}/results.json",
        "GET /contact",
        "GET /copies/{token}",
        "GET /copies/{token}/copy.zip",
        "GET /forgotten-password",
        "GET /forgotten-password/sent",
        "GET /have-your-say",
        "GET /healthz",
        "GET /invitations/{token}",
        "GET /local-offer",
        "GET /local-offer/comments/sent",
        "GET /local-offer/comments/without-account",
        "GET /local-offer/comments/{id}",
        "GET /local-offer/emails/{token}",
        "GET /local-offer/emails/{token}/withdrawal",
        "GET /local-offer/years/{year}",
        "GET /local-offer/years/{year}/comments.csv",
        "GET /manifest.webmanifest",
        "GET /new-password/{token}",
        "GET /notices",
        "GET /notices.atom",
        "GET /notices/{id}",
        "GET /notices/{id}/calendar.ics",
        "GET /notices/{id}/equality",
        "GET /notices/{id}/poster",
        "GET /notices/{id}/questions/new",
        "GET /notices/{id}/questions/too",
        "GET /offline",
        "GET /pictures/{file}",
        "GET /places/{id}",
        "GET /plans",
        "GET /plans/{id}",
        "GET /plans/{id}/decision",
        "GET /plans/{id}/drafts/{version}",
        "GET /plans/{id}/drafts/{version}/changes",
        "GET /plans/{id}/drafts/{version}/file",
        "GET /plans/{id}/equality",
        "GET /privacy",
        "GET /read/{token}",
        "GET /readyz",
        "GET /record",
        "GET /record/duties",
        "GET /record/outcomes",
        "GET /record/places",
        "GET /record/plans/{id}",
        "GET /record/told",
        "GET /reports",
        "GET /reports/{id}",
        "GET /returns",
        "GET /robots.txt",
        "GET /rounds",
        "GET /rounds/{id}",
        "GET /search",
        "GET /services",
        "GET /services/{id}",
        "GET /sign-in",
        "GET /sign-in/code",
        "GET /sign-in/council",
        "GET /sign-in/council/answer",
        "GET /sign-in/link",
        "GET /sign-in/passkey",
        "GET /sign-in/{token}",
        "GET /sign-out",
        "GET /sign-up",
        "GET /sign-up/sent",
        "GET /sign-up/{token}",
        "GET /sitemap.xml",
        "GET /sitemap/{page}",
        "GET /slips",
        "GET /slips/{link}",
        "GET /subscribe",
        "GET /subscribe/sent",
        "GET /subscribe/{token}",
        "GET /subscriptions/{token}",
        "GET /subscriptions/{token}/copy",
        "GET /topics",
        "GET /topics/{id}",
        "GET /topics/{id}/support",
        "GET /topics/{id}/withdrawal",
        "GET /unsubscribe/{token}",
        "GET /updates",
        "GET /updates/receipt",
        "GET /updates/{id}",
        "GET /updates/{id}/files/{file}",
        "GET /waits",
        "GET /waits.atom",
        "GET /waits/{id}",
        "GET /waits/{id}/waits.csv",
        "GET /waits/{id}/waits.json",
        "POST /account/email/undo/{token}",
        "POST /account/email/{token}",
        "POST /account/erase/{token}",
        "POST /consultations/{id}/answers",
        "POST /consultations/{id}/answers/{code}",
        "POST /consultations/{id}/answers/{code}/all",
        "POST /consultations/{id}/answers/{code}/questions/{key}",
        "POST /forgotten-password",
        "POST /invitations/{token}",
        "POST /local-offer/comments/without-account",
        "POST /local-offer/emails/{token}",
        "POST /local-offer/emails/{token}/withdrawal",
        "POST /new-password/{token}",
        "POST /notices/{id}/questions/new",
        "POST /read/{token}",
        "POST /returns",
        "POST /sign-in",
        "POST /sign-in/code",
        "POST /sign-in/link",
        "POST /sign-in/passkey",
        "POST /sign-in/{token}",
        "POST /sign-out",
        "POST /sign-up",
        "POST /sign-up/{token}",
        "POST /subscribe",
        "POST /subscribe/{token}",
        "POST /subscriptions/{token}",
        "POST /subscriptions/{token}/copy",
        "POST /unsubscribe/{token}",
        "POST /updates/receipt",
    ];
    assert_eq!(open, expected);
}

#[test]
fn every_post_has_a_get_at_its_address_for_a_reload() {
    let all = app::routes::all();
    let has = |method: Method, path: &str| {
        all.rules().iter().any(|rule| rule.method == method && rule.path == path)
    };
    // A program calls a typed function; no browser stands at its address.
    let functions = ground::functions::known();
    let is_form = |path: &str| !functions.contains(&path);
    for rule in all.rules().iter().filter(|rule| rule.method == Method::POST && is_form(rule.path))
    {
        assert!(has(Method::GET, rule.path), "{}", rule.path);
    }
}

#[test]
fn nobody_is_led_to_propose_a_topic_who_may_not() {
    on_both(async |world| {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Parent) {
            let who = world.signed_in(&format!("{}@example.org", role.word()), &[role]).await;
            let pages = [
                "/",
                "/account",
                "/account/said",
                "/have-your-say",
                "/rounds",
                "/search?q=propose",
                "/search?q=zebra",
                "/topics",
                "/topics?search=zebra",
            ];
            for page in pages {
                let shown = who.get(page).await;
                assert_eq!(shown.status, StatusCode::OK, "{page}");
                assert!(!shown.says("href=\"/topics/new\""), "{role:?}: {page}: {}", shown.html);
            }
        }
        let parent = world.parent(1).await;
        assert!(parent.get("/account").await.says("href=\"/topics/new\""));
    });
}

/// Addresses that have nothing to show here, and why.
const SHOW_NOTHING: [(&str, &str); 2] = [
    ("/sign-in/council", "no council is set; `council/` has one"),
    ("/sign-in/council/answer", "no council is set; `council/` has one"),
];

#[test]
fn whoever_may_open_an_address_finds_something_there() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let things = Things::new(&world).await;
        let mut empty = BTreeMap::new();
        for Address { rule, path } in things.addresses() {
            if rule.method != Method::GET || SHOW_NOTHING.iter().any(|(of, _)| *of == rule.path) {
                continue;
            }
            let mut answers = Vec::new();
            for who in lookers(rule.access) {
                let answer = things.browser(*who).await.get(&path).await;
                assert!(!answer.status.is_server_error(), "{who:?}: {path} gave {}", answer.status);
                answers.push(answer.status);
            }
            // A page that only a POST has an answer for leads back.
            let is_there =
                |status: &StatusCode| [StatusCode::OK, StatusCode::SEE_OTHER].contains(status);
            if !answers.iter().any(is_there) {
                empty.insert(rule.path, answers);
            }
        }
        assert!(empty.is_empty(), "nothing living stands for these: {empty:#?}");
    });
}
