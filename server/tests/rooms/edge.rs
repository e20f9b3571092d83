use axum::http::{Method, StatusCode, header};

use crate::notices;
use crate::world::on_both;

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
fn a_form_sent_from_another_website_is_refused_with_a_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let elsewhere = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let answer = parent.send(Method::POST, "/account/sessions/end", &elsewhere, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.says("<h1>You don't have permission to see this page</h1>"));
        assert_eq!(parent.get("/account").await.status, StatusCode::OK, "she is still signed in");
        let own = [("origin", "http://alongside.example.org"), ("sec-fetch-site", "same-origin")];
        assert_eq!(
            parent.send(Method::POST, "/account/sessions/end", &own, "").await.status,
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
            visitor.send(Method::POST, "/topics", &[], "").await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
        assert_eq!(visitor.get("/healthz").await.html, "ok");
    });
}

#[test]
fn every_page_for_everyone_has_one_heading_and_fits_the_byte_budget() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        for nth in 0..20 {
            world
                .published_into(
                    &round,
                    &format!("A topic with a title of a usual length, number {nth}"),
                )
                .await;
        }
        let leaders = notices::leaders(&world).await;
        let notice = notices::noticed(&world, &leaders, "Route 5 comes earlier", 30).await;
        notices::told(&world).await;
        for path in [
            "/",
            "/topics",
            "/rounds",
            "/plans",
            "/record",
            "/local-offer",
            "/local-offer/years/2026",
            "/record/told",
            "/record/outcomes",
            "/record/places",
            "/subscribe",
            "/notices",
            "/updates",
            "/updates?show=awaited",
            &format!("/notices/{notice}"),
            &format!("/notices/{notice}/poster"),
            &format!("/notices/{notice}/questions/new"),
            "/services",
            &format!("/services/{}", world.transport),
            &format!("/places/{}", world.south),
            "/returns",
            "/sign-in",
            "/sign-up",
            "/accessibility",
            "/privacy",
            "/offline",
            "/nope",
            &format!("/topics/{topic}"),
            &format!("/rounds/{round}"),
        ] {
            let page = world.visitor().get(path).await;
            assert_eq!(page.html.matches("<h1").count(), 1, "{path}");
            assert!(page.html.contains("<title>") && page.html.ends_with("</html>"), "{path}");
            let packed =
                world.visitor().send(Method::GET, path, &[("accept-encoding", "br")], "").await;
            let headers: usize = packed
                .headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 4)
                .sum();
            let body: usize =
                packed.headers[header::CONTENT_ENCODING].to_str().map_or(0, |_| packed.bytes);
            println!("{path}: {} bytes", headers + body);
            assert!(headers + body <= 14_336, "{path}: {} bytes", headers + body);
        }
    });
}
