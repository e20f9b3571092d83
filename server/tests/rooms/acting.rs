//! What a role opens while its second step is missing, or no code was given in this browser:
//! nothing. `access` tries each rule with ids nobody has; here a filled world is read through,
//! since what a role sees at an address for everyone depends on what is there.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::http::{Method, StatusCode, header};
use calendar::clock::MINUTE;
use ground::routes::{Access, Rule};
use ground::viewer::Role;

use crate::things::{Address, Things};
use crate::world::{Answer, Browser, PROVES, World, change, on_both};

const PASSWORD: &str = "three small words";

/// Pages that say which roles somebody was given, or lead to where they are used, and why.
const OWN: [(&str, &str); 7] = [
    ("/", "has a button to each desk, which leads to the second step"),
    ("/account", "says which roles one has, and where one is signed in"),
    ("/account/emails", "emails about a role come before its second step is set up"),
    ("/account/emails/tasks", "emails about a role come before its second step is set up"),
    ("/account/erase", "whoever leaves hands over first"),
    ("/account/passkeys", "says what a passkey is for, which is another thing for the team"),
    ("/account/second-step", "where it is set up"),
];

/// Where a role opens something at an address for everyone, so that the rest can fail.
const OPENED: [&str; 4] =
    ["/pictures/{file}", "/plans/{id}", "/plans/{id}/drafts/{version}", "/topics/{id}"];

/// An address as in the table of routes, and as it can be opened.
type Page = (&'static str, String);

/// What is read at an address, but for the head of the page, which has the ways to the desks, for
/// the address of whoever reads, and for what is drawn anew each time.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    status: StatusCode,
    leads_to: String,
    kind: String,
    words: String,
}

impl Reading {
    fn of(answer: &Answer, email: &str) -> Self {
        let value = |name: header::HeaderName| {
            let value = answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        let mut page = answer.html.clone();
        if !email.is_empty() {
            page = page.replace(email, "me").replace(&email.replace('@', "%40"), "me");
        }
        let head = "<header class=\"top\">";
        let (before, rest) = page.split_once(head).unwrap_or((page.as_str(), ""));
        let after = rest.split_once("</header>").map_or(rest, |(_head, after)| after);
        Self {
            status: answer.status,
            leads_to: value(header::LOCATION),
            kind: value(header::CONTENT_TYPE),
            words: without_keys(&format!("{before}{after}")),
        }
    }

    /// Where it is not as another, for people.
    fn unlike(&self, other: &Self) -> String {
        let same = self.words.chars().zip(other.words.chars());
        let begins = same.take_while(|(one, other)| one == other).count().saturating_sub(100);
        let near = |words: &str| words.chars().skip(begins).take(300).collect::<String>();
        let (is, should) = (near(&self.words), near(&other.words));
        format!("{} and not {}\n    {is}\n    and not\n    {should}", self.status, other.status)
    }
}

/// A page without the keys of its forms, which are drawn anew each time.
fn without_keys(page: &str) -> String {
    let mut parts = page.split("name=\"form_key\" value=\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |words, rest| words + rest.split_once('"').map_or(rest, |(_key, rest)| rest))
}

/// Whether it can be opened without a role of the team and without fresh proof.
fn is_open(rule: &Rule) -> bool {
    rule.method == Method::GET && !rule.access.is_for_staff() && !rule.access.is_fresh()
}

/// Every page that the team's rules don't guard, with what stands for its parameters; and with what
/// stands at the team's own addresses of the same things, where it is not for everyone yet.
fn open_pages(addresses: &[Address]) -> Vec<Page> {
    let mut all = BTreeSet::new();
    for open in addresses.iter().filter(|address| is_open(&address.rule)) {
        if OWN.iter().any(|(path, _)| *path == open.rule.path) {
            continue;
        }
        all.insert((open.rule.path, open.path.clone()));
        let parts: Vec<&str> = open.rule.path.split('/').collect();
        let Some(last) = parts.iter().rposition(|part| part.starts_with('{')) else { continue };
        for team in addresses.iter().filter(|address| address.rule.access.is_for_staff()) {
            // As `/topics/{id}` is in `/forum/topics/{id}/takedown`.
            let begins = team.rule.path.split('/').skip(2).take(last);
            if begins.eq(parts[1..=last].iter().copied()) {
                let mut path: Vec<&str> = vec![""];
                path.extend(team.path.split('/').skip(2).take(last));
                path.extend(&parts[last + 1..]);
                all.insert((open.rule.path, path.join("/")));
            }
        }
    }
    all.into_iter().collect()
}

/// What this browser reads at each of these addresses. It keeps no cookie that one of them gives
/// it, so that what is read at one does not hang on those before. `email`: of whoever is signed in.
async fn read(browser: &Browser<'_>, email: &str, pages: &[Page]) -> Vec<Reading> {
    let cookies = browser.cookies();
    let mut all = Vec::new();
    for (_, path) in pages {
        all.push(Reading::of(&browser.get(path).await, email));
        browser.set_cookies(cookies.clone());
    }
    all
}

/// Where somebody reads other words than they should.
fn faults(who: &str, pages: &[Page], is: &[Reading], should: &[Reading]) -> Vec<String> {
    assert_eq!((is.len(), should.len()), (pages.len(), pages.len()), "{who}");
    let all = pages.iter().zip(is.iter().zip(should));
    let unlike = all.filter(|(_, (is, should))| is != should);
    let said = unlike.map(|((_, path), (is, should))| (path, is.unlike(should)));
    said.map(|(path, unlike)| format!("{who}: {path}: {unlike}")).collect()
}

/// Somebody with these roles.
struct Somebody<'w> {
    word: &'static str,
    roles: Vec<Role>,
    email: String,
    browser: Browser<'w>,
}

impl<'w> Somebody<'w> {
    async fn new(world: &'w World, word: &'static str, roles: &[Role]) -> Self {
        let email = format!("acts-as-{word}@example.org");
        let browser = world.signed_in(&email, roles).await;
        browser.proves.set(false);
        Self { word, roles: roles.to_vec(), email, browser }
    }

    async fn reads(&self, pages: &[Page]) -> Vec<Reading> {
        read(&self.browser, &self.email, pages).await
    }

    /// Another browser, in which they gave their code too.
    async fn again(&self, world: &'w World) -> Browser<'w> {
        let browser = world.sign_in(&self.email).await;
        browser.proves.set(false);
        browser
    }

    /// Another browser, in which they gave their password and no code.
    async fn half_in(&self, world: &'w World, nth: usize) -> Browser<'w> {
        let browser = world.visitor_from(&format!("10.99.0.{nth}"));
        let sent = [("email", self.email.as_str()), ("password", PASSWORD)];
        assert_eq!(browser.post("/sign-in", &sent).await.leads_to(), "/sign-in/code");
        browser
    }

    /// Which addresses of the team that their roles open don't lead them to the second step.
    async fn are_led_to_it(&self, addresses: &[Address]) -> Vec<String> {
        let (mut faults, cookies) = (Vec::new(), self.browser.cookies());
        let theirs = |access: Access| access.roles().iter().any(|role| self.roles.contains(role));
        for Address { rule, path } in addresses {
            if !rule.access.is_for_staff() || !theirs(rule.access) {
                continue;
            }
            let answer = self.browser.request(rule.method.clone(), path, &[], "").await;
            self.browser.set_cookies(cookies.clone());
            let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
            let is_led = if rule.method == Method::POST {
                answer.status == StatusCode::UNAUTHORIZED
                    && answer.says("Set up a second step first")
                    && !answer.says(PROVES)
            } else {
                to.is_some_and(|to| to.starts_with("/account/second-step?then="))
            };
            if !is_led {
                let (who, method) = (self.word, &rule.method);
                faults.push(format!("{who}: {method} {path} gave {}", answer.status));
            }
        }
        faults
    }
}

/// Whether an address keeps out whoever is not signed in.
async fn keeps_out(browser: &Browser<'_>, Address { rule, path }: &Address) -> bool {
    let cookies = browser.cookies();
    let answer = browser.request(rule.method.clone(), path, &[], "").await;
    browser.set_cookies(cookies);
    let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
    answer.status == StatusCode::UNAUTHORIZED
        || to.is_some_and(|to| to.starts_with("/sign-in?then="))
}

#[test]
fn without_the_second_step_that_is_asked_nobody_reads_more_than_somebody_without_the_role() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let addresses = Things::new(&world).await.addresses();
        let mut pages = open_pages(&addresses);
        // One that stands on no page yet.
        let icon = Bytes::from_static(include_bytes!("../../pictures/icon-512.png"));
        let picture = world.house.files.keep_picture(icon).await.unwrap().expect("a picture");
        pages.push(("/pictures/{file}", format!("/pictures/{picture}")));

        let mut team = Vec::new();
        for role in Role::staff() {
            team.push(Somebody::new(&world, role.word(), &[role]).await);
        }
        let several = Somebody::new(&world, "several", &Role::ALL).await;
        let nobody = Somebody::new(&world, "nobody", &[]).await;
        let parent = Somebody::new(&world, "a-parent", &[Role::Parent]).await;

        // Nothing is asked yet: where a role opens something, on any page for everyone.
        let (opened, plain) = (several.reads(&pages).await, parent.reads(&pages).await);
        let all = pages.iter().zip(opened.iter().zip(&plain));
        let differ = all.filter(|(_, (opened, plain))| opened != plain);
        let some: Vec<Page> = differ.map(|(page, _)| page.clone()).collect();
        for path in OPENED {
            assert!(some.iter().any(|(of, _)| *of == path), "no role opens anything at {path}");
        }

        // It is asked, and they have none.
        change(&world, "UPDATE area_rules SET second_step_from = 1").await;
        let mut wrong = faults("several", &pages, &several.reads(&pages).await, &plain);
        for is_fresh in [true, false] {
            let (without, plain) = (nobody.reads(&some).await, parent.reads(&some).await);
            for one in &team {
                wrong.extend(faults(one.word, &some, &one.reads(&some).await, &without));
            }
            wrong.extend(faults("several", &some, &several.reads(&some).await, &plain));
            wrong.extend(several.are_led_to_it(&addresses).await);
            if is_fresh {
                for one in &team {
                    wrong.extend(one.are_led_to_it(&addresses).await);
                }
                world.forward(16 * MINUTE);
            }
        }

        // It is set up. Whoever gives no code is nobody; whoever gives it acts as before.
        change(
            &world,
            "INSERT INTO second_factors (account_id, secret, confirmed_at)
             SELECT id, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 1 FROM accounts
             WHERE email LIKE 'acts-as-%' AND id IN (SELECT account_id FROM roles
               WHERE role <> 'parent')",
        )
        .await;
        let mut half_in = Vec::new();
        for (nth, one) in team.iter().chain([&several]).enumerate() {
            half_in.push((one.word, one.half_in(&world, nth + 1).await));
        }
        let given = several.again(&world).await;
        let gives_code = "UPDATE sessions SET waits_for_code = 0 WHERE token_hash = ";
        let token = given.cookies().replace("session=", "");
        change(&world, &format!("{gives_code}'{}'", id::hash(&token))).await;
        let for_everyone: Vec<Page> = addresses
            .iter()
            .filter(|one| one.rule.access == Access::Anyone && is_open(&one.rule))
            .map(|one| (one.rule.path, one.path.clone()))
            // There they give the code.
            .filter(|(path, _)| !path.starts_with("/sign-"))
            .collect();
        let is_for_everyone = |page: &Page| for_everyone.iter().any(|(path, _)| *path == page.0);
        let shown: Vec<Page> = some.iter().filter(|page| is_for_everyone(page)).cloned().collect();
        for is_fresh in [true, false] {
            let anyone = read(&world.visitor(), "", &shown).await;
            for (who, browser) in &half_in {
                let who = format!("{who}, without a code");
                wrong.extend(faults(&who, &shown, &read(browser, "", &shown).await, &anyone));
            }
            let plain = parent.reads(&some).await;
            let acts = read(&given, &several.email, &some).await;
            for ((page, acts), plain) in some.iter().zip(&acts).zip(&plain) {
                assert!(acts != plain, "no role opens anything with a code at {page:?}");
            }
            if is_fresh {
                world.forward(16 * MINUTE);
            }
        }
        let (_, several) = half_in.last().expect("several roles");
        let anyone = read(&world.visitor(), "", &for_everyone).await;
        let is = read(several, "", &for_everyone).await;
        wrong.extend(faults("several, without a code", &for_everyone, &is, &anyone));
        for address in addresses.iter().filter(|one| one.rule.access != Access::Anyone) {
            if !keeps_out(several, address).await {
                wrong.push(format!("without a code: {} {}", address.rule.method, address.path));
            }
        }
        assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
    });
}
