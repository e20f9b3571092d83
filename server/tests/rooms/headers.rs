//! The headers of every kind of answer behind https, by the rules of Mozilla's Observatory
//! (`docs/security/headers.md`): every address in the table of routes, for a visitor and for
//! somebody with every role, and what no table names. Every page and every file there is, for whom
//! it is for, in a filled area; what is refused with ids nobody has.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::{Method, StatusCode, header};
use calendar::clock::{self, DAY};
use ground::house::{House, Names};
use ground::viewer::Role;

use crate::access::addresses;
use crate::consultations::open;
use crate::things::{Address, Looker, Things, lookers};
use crate::world::{Answer, Browser, World, change, on_both};

/// They end the session that the next address needs.
const LEFT_OUT: [&str; 2] = ["/sign-out", "/account/sessions/end"];

/// Files that are at an address of their own, which a filled area has one of; each is answered with
/// 200 and these kinds of content.
const FILES: [(&str, &str); 12] = [
    ("/consultations/{id}/results.csv", "text/csv"),
    ("/consultations/{id}/results.json", "application/json"),
    ("/copies/{token}/copy.zip", "application/zip"),
    ("/forum/consultations/{id}/answers.csv", "text/csv"),
    ("/forum/consultations/{id}/answers.xlsx", XLSX),
    ("/forum/evidence-pack", "application/zip"),
    ("/forum/year/year.xlsx", XLSX),
    ("/notices/{id}/calendar.ics", "text/calendar"),
    ("/notices/{id}/poster", "text/html"),
    ("/pictures/{file}", "image/png"),
    ("/plans/{id}/drafts/{version}/file", "application/pdf"),
    ("/updates/{id}/files/{file}", "application/pdf"),
];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What was seen: statuses, kinds of content that came with 200, names of cookies.
#[derive(Default)]
struct Seen {
    statuses: BTreeSet<u16>,
    kinds: BTreeSet<String>,
    cookies: BTreeSet<String>,
}

impl Seen {
    /// Looks at one answer.
    fn look(&mut self, what: &str, answer: &Answer) {
        self.statuses.insert(answer.status.as_u16());
        if answer.status == StatusCode::OK {
            self.kinds.insert(kind(answer));
        }
        for (name, expected) in [
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
        ] {
            assert_eq!(value(answer, name).as_deref(), Some(expected), "{what}: {name}");
        }
        assert!(value(answer, "cache-control").is_some(), "{what}");
        for name in ["server", "x-powered-by", "access-control-allow-origin", "via"] {
            assert_eq!(value(answer, name), None, "{what}: {name}");
        }
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.look_at_cookie(what, cookie.to_str().unwrap());
        }
        look_at_policy(what, &value(answer, "content-security-policy").expect(what));
    }

    fn look_at_cookie(&mut self, what: &str, cookie: &str) {
        let mut parts = cookie.split("; ");
        let name = parts.next().unwrap().split('=').next().unwrap().to_owned();
        let rest: Vec<&str> = parts.collect();
        for flag in ["Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(rest.contains(&flag), "{what}: {cookie}");
        }
        assert!(!rest.iter().any(|part| part.starts_with("Domain")), "{what}: {cookie}");
        // What is sent to the pages of one consultation alone has their path, which the prefix
        // forbids.
        let of_one = rest.iter().any(|part| part.starts_with("Path=/consultations/"));
        let of_all = name.starts_with("__Host-") && rest.contains(&"Path=/");
        assert!(of_all || of_one, "{what}: {cookie}");
        self.cookies.insert(name);
    }
}

/// The only value of a header.
fn value(answer: &Answer, name: &str) -> Option<String> {
    let mut values = answer.headers.get_all(name).iter();
    let value = values.next()?.to_str().unwrap().to_owned();
    assert!(values.next().is_none(), "{name} twice");
    Some(value)
}

/// Its kind of content; empty where it has none.
fn kind(answer: &Answer) -> String {
    let kind = value(answer, "content-type").unwrap_or_default();
    kind.split(';').next().unwrap_or_default().to_owned()
}

fn look_at_policy(what: &str, policy: &str) {
    let mut directives = BTreeMap::new();
    for directive in policy.split("; ") {
        let (name, sources) = directive.split_once(' ').expect(what);
        assert!(directives.insert(name, sources).is_none(), "{what}: {name} twice");
    }
    for (name, sources) in [
        ("default-src", "'none'"),
        ("base-uri", "'none'"),
        ("frame-ancestors", "'none'"),
        ("form-action", "'self'"),
    ] {
        assert_eq!(directives.remove(name), Some(sources), "{what}: {policy}");
    }
    // `object-src` and all that is not named here is as `default-src`.
    for (name, sources) in directives {
        for source in sources.split(' ') {
            let may = match name {
                "script-src" => {
                    source.starts_with("'sha256-")
                        || ["'self'", "'wasm-unsafe-eval'"].contains(&source)
                }
                "style-src" => source.starts_with("'sha256-"),
                "img-src" | "manifest-src" | "connect-src" | "worker-src" => source == "'self'",
                _ => false,
            };
            assert!(may, "{what}: {name} {source}");
        }
    }
}

/// The same world, reached by https.
fn behind_https(world: World) -> World {
    let names = Names {
        public_url: "https://alongside.example.org".into(),
        program: Some(server::browser::folder().unwrap_or_else(|| "/pkg/none".into())),
        ..World::names()
    };
    let house =
        House::new(world.db().clone(), world.house.files.clone(), world.house.clock.clone(), names);
    world.around(house)
}

/// The browser of somebody who looks at something in the area behind https.
async fn opened(world: &World, who: Looker) -> Browser<'_> {
    match who {
        Looker::Visitor => world.visitor(),
        Looker::Person(email) => {
            let browser = world.sign_in(email).await;
            browser.set_cookies(format!("__Host-{}", browser.cookies()));
            browser
        }
        Looker::HalfIn | Looker::Chose => panic!("{who:?} looks at no address"),
    }
}

/// Looks at every page and every file of a filled area, and at what is said to whoever has it
/// already.
async fn look_at_what_is_there(world: &World, seen: &mut Seen) {
    let living = world.another().await.demonstration().await;
    let addresses = Things::new(&living).await.addresses();
    let living = behind_https(living);
    let yesterday = clock::fields(living.now() - DAY).0;
    let (mut browsers, mut found) = (Vec::<(Looker, Browser<'_>)>::new(), BTreeSet::new());
    for Address { rule, path } in &addresses {
        let is_file = FILES.iter().any(|(of, _)| *of == rule.path);
        if rule.method != Method::GET && !is_file {
            continue;
        }
        for who in lookers(rule.access) {
            if !browsers.iter().any(|(of, _)| of == who) {
                browsers.push((*who, opened(&living, *who).await));
            }
            let (_, browser) = browsers.iter().find(|(of, _)| of == who).expect("a browser");
            let what = format!("{who:?}: {} {path}", rule.method);
            let answer = if rule.method == Method::GET {
                browser.get(path).await
            } else {
                browser.post(path, &[("as_of", yesterday.as_str())]).await
            };
            seen.look(&what, &answer);
            if answer.status == StatusCode::OK && is_file {
                found.insert((rule.path, kind(&answer)));
            }
            if let Some(tag) = value(&answer, "etag") {
                let known = [("if-none-match", tag.as_str())];
                let again = browser.request(Method::GET, path, &known, "").await;
                seen.look(&format!("{what}, again"), &again);
            }
        }
    }
    for (path, kind) in FILES {
        assert!(found.contains(&(path, kind.to_owned())), "no {kind} at {path}: {found:?}");
    }
}

#[test]
fn every_kind_of_answer_behind_https_has_the_headers_that_the_observatory_asks_for() {
    on_both(async |world| {
        let mut seen = Seen::default();
        look_at_what_is_there(&world, &mut seen).await;
        let consultation = open(&world, &world.organiser().await, "anyone").await;
        world.person("every@example.org", &Role::ALL, &world.south).await;
        world.person("saves@example.org", &[Role::Parent], &world.south).await;
        let world = behind_https(world);

        // Everybody's forms: refused, sent, and sent from another website.
        let (every, saves, visitor) = (world.visitor(), world.visitor(), world.visitor());
        let wrong = [("email", "every@example.org"), ("password", "three big words")];
        seen.look("refused", &visitor.post("/sign-in", &wrong).await);
        for (browser, email) in [(&every, "every@example.org"), (&saves, "saves@example.org")] {
            let right = [("email", email), ("password", "three small words")];
            let answer = browser.post("/sign-in", &right).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
            seen.look("signed in", &answer);
        }
        let begun = visitor.post(&format!("/consultations/{consultation}/answers"), &[]).await;
        seen.look("answers begun", &begun);
        seen.look("answers", &visitor.get(&begun.leads_to()).await);
        let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let refused = every.request(Method::POST, "/topics/new", &elsewhere, "").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        seen.look("from another website", &refused);

        let call = every.post("/functions/topics-to-merge-into", &[]).await;
        assert_eq!(call.status, StatusCode::BAD_REQUEST, "{}", call.html);
        seen.look("a call that lacks something", &call);
        let long = format!("title={}", "x".repeat(10 << 20));
        let long = saves.request(Method::POST, "/topics/new", &[], long).await;
        assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
        seen.look("a form that is too long", &long);

        // Files: a copy as a zip, a picture, and what is served as it is.
        let password = [("password", "three small words")];
        seen.look("asked", &saves.post("/account/export", &password).await);
        let zip = saves.get("/account/export/copy.zip").await;
        assert_eq!(zip.status, StatusCode::OK);
        seen.look("zip", &zip);
        let icon = Bytes::from_static(include_bytes!("../../pictures/icon-192.png"));
        let picture = world.house.files.keep_picture(icon).await.unwrap().expect("a picture");
        let mut paths = vec![
            format!("/pictures/{picture}"),
            "/favicon.svg".into(),
            "/preview.png".into(),
            "/offline.js".into(),
            "/topics/".into(),
            "/nope".into(),
            "/topics/%FF".into(),
            format!("/consultations/{consultation}"),
        ];
        if let Some(folder) = server::browser::folder() {
            paths.extend(["app.js", "app.wasm"].map(|name| format!("{folder}/{name}")));
        }
        for path in &paths {
            seen.look(path, &visitor.get(path).await);
        }

        for (method, path, _) in addresses() {
            if LEFT_OUT.contains(&path.as_str()) {
                continue;
            }
            for (who, browser) in [("visitor", &visitor), ("every role", &every)] {
                let answer = browser.request(method.clone(), &path, &[], "").await;
                seen.look(&format!("{who}: {method} {path}"), &answer);
            }
        }
        let no_form = visitor.request(Method::POST, "/topics", &[], "").await;
        seen.look("an address that takes no form", &no_form);

        // A fault of the program, a flood, and a database that is away.
        change(&world, "ALTER TABLE terms RENAME TO gone_terms").await;
        seen.look("a fault", &every.get("/admin/telling").await);
        for path in LEFT_OUT {
            seen.look(path, &every.post(path, &[]).await);
        }
        let flood = world.visitor_from("192.0.2.9");
        for _ in 0..5_000 {
            let answer = flood.get("/favicon.svg").await;
            if answer.status != StatusCode::OK {
                seen.look("a flood", &answer);
                break;
            }
        }
        world.db().close().await;
        seen.look("no database", &visitor.get("/topics").await);

        for status in [200, 303, 304, 308, 400, 401, 403, 404, 405, 410, 413, 422, 429, 500, 503] {
            assert!(seen.statuses.contains(&status), "no {status} in {:?}", seen.statuses);
        }
        for kind in [
            "application/atom+xml",
            "application/json",
            "application/manifest+json",
            "application/pdf",
            "application/xml",
            "application/zip",
            XLSX,
            "image/png",
            "image/svg+xml",
            "text/calendar",
            "text/csv",
            "text/html",
            "text/javascript",
            "text/plain",
        ] {
            assert!(seen.kinds.contains(kind), "no {kind} in {:?}", seen.kinds);
        }
        for cookie in ["__Host-browser", "__Host-session", "__Secure-answers"] {
            assert!(seen.cookies.contains(cookie), "no {cookie} in {:?}", seen.cookies);
        }
    });
}
