use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{Method, StatusCode, header};
use ground::house::Names;
use ground::routes::Access;
use ground::viewer::Role;

use crate::consultations;
use crate::things::Things;
use crate::world::{Answer, World, on_both};

#[test]
fn every_answer_has_the_security_headers_failures_and_redirects_too() {
    on_both(async |world| {
        for path in
            ["/", "/nope", "/account", "/topics/", "/healthz", "/favicon.svg", "/topics/%FF"]
        {
            let answer = world.visitor().get(path).await;
            let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(
                policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
                "{path}: {policy}"
            );
            assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
            assert_eq!(answer.headers[header::REFERRER_POLICY], "same-origin", "{path}");
            assert!(answer.headers.contains_key(header::CACHE_CONTROL), "{path}");
        }
    });
}

#[test]
fn a_flood_from_one_ipv6_network_is_refused_and_told_when_to_try_again() {
    on_both(async |world| {
        // The second one is kept, and goes out before anything else is asked.
        for (path, network) in [("/favicon.svg", "2001:db8"), ("/topics", "2001:db9")] {
            let mut refused = None;
            for nth in 0..5_000 {
                let caller = world.visitor_from(&format!("{network}::{nth:x}"));
                let answer = caller.get(path).await;
                if answer.status != StatusCode::OK {
                    refused = Some(answer);
                    break;
                }
            }
            let refused = refused.expect("one address after the other is one network");
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            let wait = refused.headers[header::RETRY_AFTER].to_str().unwrap();
            assert!(wait.parse::<u32>().is_ok_and(|seconds| seconds >= 1), "{wait}");
            assert!(refused.says("<h1>Too many requests at once</h1>"), "{}", refused.html);
            let neighbour = world.visitor_from(&format!("{network}:0:1::1"));
            assert_eq!(neighbour.get(path).await.status, StatusCode::OK);
        }
    });
}

#[test]
fn a_form_sent_from_another_website_is_refused_with_a_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let answer = parent.request(Method::POST, "/account/sessions/end", &elsewhere, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.says("<h1>You don't have permission to see this page</h1>"));
        assert_eq!(parent.get("/account").await.status, StatusCode::OK, "they are still signed in");
        let own = [("origin", "http://alongside.example.org"), ("sec-fetch-site", "same-origin")];
        assert_eq!(
            parent.request(Method::POST, "/account/sessions/end", &own, "").await.status,
            StatusCode::SEE_OTHER
        );
    });
}

#[test]
fn what_is_not_here_says_so_and_a_slash_too_many_leads_on() {
    on_both(async |world| {
        let visitor = world.visitor();
        let missing = visitor.get("/nope").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert!(missing.says("<h1>Page not found</h1>"));
        assert_eq!(
            visitor.get("/topics/?search=a").await.headers[header::LOCATION],
            "/topics?search=a"
        );
        assert_eq!(visitor.get("//evil.example/").await.headers[header::LOCATION], "/evil.example");
        assert_eq!(
            visitor
                .get("/%5Cevil.example/")
                .await
                .headers
                .get(header::LOCATION)
                .map(|to| to.to_str().unwrap().to_owned()),
            Some("/%5Cevil.example".to_owned())
        );
        assert_eq!(
            visitor.request(Method::POST, "/topics", &[], "").await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
        assert_eq!(visitor.get("/healthz").await.html, "ok");
    });
}

/// The most bytes of a page, its headers included: what a phone is sent before it has to answer.
const BUDGET: usize = 14_336;

/// Looks at these pages as a visitor does, and names those that are over the budget.
pub async fn weigh(world: &World, paths: impl IntoIterator<Item = String>) -> usize {
    let visitor = world.visitor();
    let (mut pages, mut too_heavy) = (0, Vec::new());
    for path in paths {
        let page = visitor.get(&path).await;
        let kind = page.headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
        if !kind.is_some_and(|kind| kind.starts_with("text/html")) {
            continue;
        }
        pages += 1;
        assert_eq!(page.html.matches("<h1").count(), 1, "{path}");
        assert!(page.html.contains("<title>") && page.html.ends_with("</html>"), "{path}");
        let packed = visitor.request(Method::GET, &path, &[("accept-encoding", "br")], "").await;
        assert_eq!(packed.headers[header::CONTENT_ENCODING], "br", "{path}");
        let headers = packed.headers.iter();
        let headers: usize =
            headers.map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        println!("{path}: {} bytes", headers + packed.bytes);
        if headers + packed.bytes > BUDGET {
            too_heavy.push(format!("{path}: {} bytes", headers + packed.bytes));
        }
    }
    assert!(too_heavy.is_empty(), "more than {BUDGET} bytes: {too_heavy:#?}");
    pages
}

#[test]
fn every_page_for_everyone_has_one_heading_and_fits_the_byte_budget() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let things = Things::new(&world).await;
        let open = things.addresses().into_iter().filter(|address| {
            address.rule.method == Method::GET && address.rule.access == Access::Anyone
        });
        let more = ["/updates?show=awaited", "/nope"].map(str::to_owned);
        let pages = weigh(&world, open.map(|address| address.path).chain(more)).await;
        assert!(pages > 50, "only {pages} pages");
    });
}

#[test]
fn a_round_with_more_topics_than_most_fits_the_byte_budget_too() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        for nth in 0..20 {
            let title = format!("A topic with a title of a usual length, number {nth}");
            world.published_into(&round, &title).await;
        }
        let paths = ["/".into(), "/topics".into(), "/rounds".into(), format!("/rounds/{round}")];
        assert_eq!(weigh(&world, paths).await, 4);
        assert_eq!(weigh(&world, [format!("/topics/{topic}")]).await, 1);
    });
}

/// The paths of the addresses in a sitemap.
fn located(sitemap: &Answer) -> Vec<String> {
    let found = sitemap.html.split("<loc>http://alongside.example.org").skip(1);
    found.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// What a page says of itself under this name.
fn described<'p>(page: &'p Answer, name: &str) -> &'p str {
    let found = page.html.split(&format!("\"{name}\" content=\"")).nth(1).unwrap_or_default();
    found.split('"').next().unwrap()
}

#[test]
fn every_address_of_the_sitemap_answers_a_visitor_and_says_what_it_is_where_it_is_passed_on() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let visitor = world.visitor();
        let index = visitor.get("/sitemap.xml").await;
        assert_eq!(index.headers[header::CONTENT_TYPE], "application/xml; charset=utf-8");
        let parts = located(&index);
        assert_eq!(parts, ["/sitemap/1"]);
        let sitemap = visitor.get(&parts[0]).await;
        assert!(sitemap.says("<lastmod>20"), "{}", sitemap.html);
        let paths = located(&sitemap);
        for kind in [
            "/topics",
            "/record",
            "/topics/",
            "/rounds/",
            "/notices/",
            "/plans/",
            "/consultations/",
            "/updates/",
            "/services/",
            "/places/",
        ] {
            let is_there = paths.iter().any(|path| path == kind || path.starts_with(kind));
            assert!(is_there, "{kind} is not in {paths:?}");
        }
        assert!(paths.iter().any(|path| path.ends_with("/results")));
        for path in &paths {
            let page = visitor.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(!page.headers.contains_key("x-robots-tag"), "{path}");
            let address = format!("http://alongside.example.org{path}");
            assert_eq!(described(&page, "og:url"), address);
            assert_eq!(described(&page, "og:site_name"), "Sefton Parent Carer Forum", "{path}");
            assert_eq!(
                described(&page, "og:image"),
                "http://alongside.example.org/preview.png",
                "{path}"
            );
            assert!(["website", "article"].contains(&described(&page, "og:type")), "{path}");
            let words = described(&page, "description");
            assert!(words.len() > 20, "{path}: {words}");
            assert_eq!(described(&page, "og:description"), words, "{path}");
            assert!(page.says(&format!("<title>{}", described(&page, "og:title"))), "{path}");
        }
        assert_eq!(visitor.get("/sitemap/2").await.status, StatusCode::NOT_FOUND);
        assert_eq!(visitor.get("/sitemap/x").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn what_is_behind_sign_in_or_a_link_or_is_not_there_is_kept_out_of_search_engines() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for path in [
            "/account",
            "/topics/new",
            "/sign-in",
            "/sign-in/passkey",
            "/sign-up/no-such-link",
            "/read/no-such-link",
            "/offline",
            "/nope",
            "/forum",
        ] {
            let page = parent.get(path).await;
            assert_eq!(page.headers["x-robots-tag"], "noindex", "{path}");
            assert_eq!(described(&page, "og:url"), "", "{path}");
        }
        let robots = world.visitor().get("/robots.txt").await;
        for line in [
            "User-agent: *",
            "Disallow: /account",
            "Disallow: /forum",
            "Disallow: /lead",
            "Disallow: /admin",
            "Disallow: /sign-",
            "Sitemap: http://alongside.example.org/sitemap.xml",
        ] {
            assert!(robots.html.lines().any(|other| other == line), "{line}: {}", robots.html);
        }
        let disallowed = robots.html.lines().filter_map(|line| line.strip_prefix("Disallow: "));
        for path in disallowed {
            assert!(!["/", "/topics", "/topics/", "/notices"].contains(&path), "{path}");
        }
    });
}

#[test]
fn the_forum_can_be_put_on_a_home_screen_with_pictures_of_its_own() {
    on_both(async |world| {
        let visitor = world.visitor();
        let home = visitor.get("/").await;
        assert!(home.says("rel=\"manifest\" href=\"/manifest.webmanifest\""));
        let policy = home.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("manifest-src 'self'"), "{policy}");
        let manifest = visitor.get("/manifest.webmanifest").await;
        assert_eq!(manifest.headers[header::CONTENT_TYPE], "application/manifest+json");
        let manifest: serde_json::Value = serde_json::from_str(&manifest.html).unwrap();
        assert_eq!(manifest["name"], "Sefton Parent Carer Forum");
        assert_eq!(manifest["short_name"], "Sefton");
        assert_eq!(manifest["background_color"], "#fbf8f2");
        let icons = manifest["icons"].as_array().unwrap().iter();
        let mut pictures: Vec<&str> = icons.map(|icon| icon["src"].as_str().unwrap()).collect();
        pictures.push("/preview.png");
        for path in pictures {
            let picture = visitor.get(path).await;
            assert_eq!(picture.status, StatusCode::OK, "{path}");
            assert_eq!(picture.headers[header::CONTENT_TYPE], "image/png", "{path}");
            assert_eq!(picture.headers[header::CACHE_CONTROL], "public, max-age=604800", "{path}");
            assert!(picture.bytes > 500 && picture.bytes < 30_000, "{path}: {}", picture.bytes);
        }
    });
}

#[test]
fn what_people_wrote_is_escaped_and_cut_where_a_page_is_passed_on_and_only_public_ones_are_shared()
{
    on_both(async |world| {
        let parent = world.parent(1).await;
        let long = "word ".repeat(100);
        let mut proposal = parent.proposal("\"><script>x</script>");
        proposal.retain(|(name, _)| *name != "would_help");
        proposal.push(("would_help", &long));
        let own = parent.post("/topics/new", &proposal).await.leads_to();
        let own = own.split('?').next().unwrap().to_owned();
        assert!(!parent.get(&own).await.says("Share this page"), "it waits to be checked");
        let organiser = world.organiser().await;
        organiser.post(&format!("/forum{own}"), &[("decision", "publish")]).await.leads_to();
        let page = world.visitor().get(&own).await;
        assert_eq!(described(&page, "og:title"), "&quot;&gt;&lt;script&gt;x&lt;/script&gt;");
        let words = described(&page, "description");
        assert!(words.ends_with("word …") && words.chars().count() <= 155, "{words}");
        assert!(page.says("Share this page") && page.says("href=\"https://wa.me/?text="));
        assert!(page.says(&format!("value=\"http://alongside.example.org{own}\"")));
        assert!(page.says("href=\"mailto:?subject="));
    });
}

/// The same world, reached over https.
fn over_https(world: World) -> World {
    let mut house = world.house.clone();
    let public_url = "https://alongside.example.org".to_owned();
    house.names = Arc::new(Names { public_url, ..World::names() });
    world.around(house)
}

#[test]
fn over_https_browsers_stay_there_and_each_cookie_is_for_this_host_and_no_script() {
    on_both(async |world| {
        let world = over_https(world);
        world.person("organiser@example.org", &[Role::Organiser], &world.south).await;
        let (organiser, visitor) = (world.visitor(), world.visitor());
        let right = [("email", "organiser@example.org"), ("password", "three small words")];
        let signed_in = organiser.post("/sign-in", &right).await;
        let id = consultations::open(&world, &organiser, "anyone").await;
        let begun = visitor.post(&format!("/consultations/{id}/answers"), &[]).await;
        let chosen = world.visitor().changes_address("new@example.org").await;
        let signed_out = organiser.post("/sign-out", &[]).await;
        let mut names = BTreeSet::new();
        for answer in [&signed_in, &begun, &chosen, &signed_out] {
            for cookie in answer.headers.get_all(header::SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                names.insert(cookie.split('=').next().unwrap().to_owned());
                for attribute in ["; HttpOnly", "; SameSite=Lax", "; Secure"] {
                    assert!(cookie.contains(attribute), "{cookie}");
                }
                let is_of_all_pages = cookie.starts_with("__Host-") && cookie.contains("; Path=/;");
                assert!(is_of_all_pages || cookie.starts_with("__Secure-answers="), "{cookie}");
                assert!(!cookie.contains("Domain") && cookie.len() < 4_096, "{cookie}");
            }
        }
        let names: Vec<String> = names.into_iter().collect();
        let expected = [
            "__Host-browser",
            "__Host-first-act",
            "__Host-here",
            "__Host-session",
            "__Secure-answers",
        ];
        assert_eq!(names, expected);
        let page = visitor.get(&format!("/consultations/{id}")).await;
        assert!(page.says("Continue with the answers started here"), "{}", page.html);
        for path in ["/", "/nope", "/account", "/favicon.svg", "/healthz"] {
            let answer = world.visitor().get(path).await;
            assert_eq!(
                answer.headers[header::STRICT_TRANSPORT_SECURITY],
                "max-age=31536000; includeSubDomains",
                "{path}"
            );
        }
    });
}

#[test]
fn no_other_website_may_read_an_answer_or_show_it_in_a_page_of_its_own() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let elsewhere = [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("access-control-request-method", "POST"),
        ];
        for method in [Method::GET, Method::OPTIONS] {
            for path in ["/", "/account", "/notices.atom", "/favicon.svg", "/healthz", "/nope"] {
                let answer = parent.request(method.clone(), path, &elsewhere, "").await;
                let is_cors = |name: &str| name.starts_with("access-control-");
                assert!(
                    !answer.headers.keys().any(|name| is_cors(name.as_str())),
                    "{method} {path}"
                );
                for name in ["cross-origin-resource-policy", "cross-origin-opener-policy"] {
                    assert_eq!(answer.headers[name], "same-origin", "{method} {path}");
                }
                let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
                for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
                    assert!(policy.contains(part), "{method} {path}: {policy}");
                }
            }
        }
    });
}

#[test]
fn no_other_method_is_answered_and_no_answer_says_what_made_it() {
    on_both(async |world| {
        let visitor = world.visitor();
        for path in ["/", "/topics", "/sign-in", "/favicon.svg"] {
            for method in
                [Method::TRACE, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS]
            {
                let answer =
                    visitor.request(method.clone(), path, &[("x-secret", "an echo")], "").await;
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                assert!(!answer.says("an echo"), "{method} {path}");
            }
            let answer = visitor.get(path).await;
            for name in ["server", "x-powered-by", "via"] {
                assert!(!answer.headers.contains_key(name), "{path}: {name}");
            }
        }
    });
}

#[test]
fn every_text_says_in_which_characters_it_is_written() {
    on_both(async |world| {
        let all = app::routes::all();
        let rules = all.rules().iter().filter(|rule| rule.method == Method::GET);
        let paths = rules.map(|rule| rule.path).filter(|path| !path.contains('{'));
        let mut texts = 0;
        for path in paths.chain(["/favicon.svg", "/offline.js", "/nope"]) {
            let answer = world.visitor().get(path).await;
            let Some(kind) = answer.headers.get(header::CONTENT_TYPE) else {
                assert!(answer.html.is_empty(), "{path} has a body of no kind");
                continue;
            };
            let kind = kind.to_str().unwrap();
            if kind.starts_with("text/") || kind.contains("xml") {
                assert!(kind.contains("charset=utf-8"), "{path}: {kind}");
                texts += 1;
            }
        }
        assert!(texts > 30, "{texts}");
    });
}

#[test]
fn nothing_is_served_but_what_has_an_address_of_its_own() {
    on_both(async |world| {
        for path in [
            "/.git/config",
            "/.env",
            "/Cargo.toml",
            "/pkg",
            "/pkg/app.js",
            "/files",
            "/data/alongside.db",
            "/metrics",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/pictures/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        ] {
            assert_eq!(world.visitor().get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    });
}

#[test]
fn a_page_of_their_own_is_kept_nowhere_and_signing_out_forgets_what_the_browser_kept() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        for path in ["/account", "/account/said", "/account/emails", "/topics", "/"] {
            let page = parent.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert_eq!(page.headers[header::CACHE_CONTROL], "private, no-store", "{path}");
        }
        let written = parent.get("/topics/new").await;
        assert_eq!(written.headers[header::CACHE_CONTROL], "private, no-cache", "to go back to");
        let signed_out = parent.post("/sign-out", &[]).await;
        assert_eq!(signed_out.headers["clear-site-data"], "\"cache\"");
    });
}

#[test]
fn whoever_is_signed_in_can_sign_out_on_every_page() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        for path in [
            "/",
            "/topics",
            "/plans",
            "/record",
            "/privacy",
            "/account",
            "/account/details",
            "/account/password",
            "/account/emails",
            "/account/second-step",
            "/forum",
            "/forum/rounds/new",
            "/nope",
            "/admin",
        ] {
            let page = organiser.get(path).await;
            assert!(page.says("action=\"/sign-out\""), "{path}: {}", page.html);
        }
    });
}
