use axum::http::{Method, StatusCode};
use ground::viewer::Role;

use crate::plans;
use crate::world::on_both;

/// Every field of every form, so that a form cannot be forgotten by one of these tests.
const FIELDS: [&str; 82] = [
    "sort",
    "email",
    "password",
    "current",
    "shown",
    "shown_name",
    "place",
    "then",
    "kept",
    "title",
    "happens_now",
    "would_help",
    "services",
    "places",
    "form_key",
    "step",
    "decision",
    "into",
    "reason",
    "wish",
    "role",
    "change",
    "session",
    "what",
    "id",
    "service_name",
    "place_name",
    "organisation_name",
    "baseline",
    "search",
    "note",
    "topics",
    "seats",
    "propose_day",
    "propose_time",
    "vote_day",
    "close_day",
    "organisations",
    "organisation",
    "due_day",
    "day",
    "held_at",
    "parents",
    "others",
    "decided",
    "notes",
    "audience",
    "words",
    "summary",
    "body",
    "answer",
    "decided_by",
    "name",
    "cadence",
    "subscription",
    "effect",
    "effect_day",
    "effect_time",
    "decided_day",
    "why",
    "affected",
    "families",
    "must_do",
    "must_do_by",
    "entitlement",
    "whom",
    "phone",
    "question",
    "questions",
    "start_day",
    "start_time",
    "code",
    "from_day",
    "by",
    "published",
    "changes",
    "credential",
    "client_data",
    "attestation",
    "authenticator_data",
    "signature",
    "user_handle",
];

fn bad_values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "   ",
        "\0\u{1}\u{7f}",
        "\u{202e}\u{2066}\u{feff}",
        "👩‍👧‍👦",
        "<script>alert(1)</script>",
        "'; DROP TABLE topics; --",
        "%",
        "-1",
        "99999999999999999999",
        "null",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("é".repeat(20_000));
    values.push(id::fresh());
    values
}

#[test]
fn no_form_fails_on_anything_that_can_be_sent() {
    on_both(async |world| {
        let topic = world.published("Buses").await;
        let leader = plans::leader(&world).await;
        let plan = plans::register(&world, &leader).await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        plans::draft(&leader, &plan).await;
        let filled = |path: &str| {
            let id = if path.contains("/plans/") { &plan } else { &topic };
            path.replace("{id}", id).replace("{version}", "1").replace("{topic}", &topic)
        };
        let mut posts: Vec<String> = app::routes::all()
            .rules()
            .iter()
            .filter(|rule| rule.method == Method::POST)
            .map(|rule| filled(rule.path))
            .collect();
        // It signs out everywhere, whatever else is sent with it.
        posts.sort_by_key(|path| path == "/account/erase");
        for (nth, value) in bad_values().into_iter().enumerate() {
            let browser = world.signed_in(&format!("everyone{nth}@example.org"), &Role::ALL).await;
            for path in posts.iter().filter(|path| {
                !path.starts_with("/sign-out") && !path.starts_with("/account/sessions")
            }) {
                let fields: Vec<_> = FIELDS.iter().map(|field| (*field, value.as_str())).collect();
                let path = path.replace("{token}", "x");
                let answer = browser.post(&path, &fields).await;
                assert!(!answer.status.is_server_error(), "{path} with {value:.40}");
                let twice: Vec<_> = fields.iter().chain(&fields).copied().collect();
                assert!(
                    !browser.post(&path, &twice).await.status.is_server_error(),
                    "{path} with every field twice"
                );
                assert!(
                    !browser
                        .send(Method::POST, &path, &[], "%ff%fe=%00&&&=")
                        .await
                        .status
                        .is_server_error(),
                    "{path} with broken bytes"
                );
            }
        }
    });
}

#[test]
fn no_address_fails_on_a_parameter_that_is_no_id() {
    on_both(async |world| {
        let browser = world.signed_in("everyone@example.org", &Role::ALL).await;
        for rule in app::routes::all().rules() {
            for id in ["0", "%00", "%FF", "..%2f..", "%F0%9F%9A%8C", "'", &id::fresh()] {
                let path = rule
                    .path
                    .replace("{id}", id)
                    .replace("{token}", id)
                    .replace("{version}", id)
                    .replace("{topic}", id);
                if !path.starts_with("/sign-out") && !path.starts_with("/account/sessions") {
                    let answer = browser.send(rule.method.clone(), &path, &[], "").await;
                    assert!(
                        !answer.status.is_server_error(),
                        "{} {path} gave {}",
                        rule.method,
                        answer.status
                    );
                }
            }
        }
        for query in [
            "?after=x.y",
            "?after=99999999999999999999.1",
            "?search=%00",
            "?service=%FF&place=x",
            "?done=%3Cb%3E",
            "?a=1&a=2&after=&after=",
        ] {
            for path in [
                "/",
                "/topics",
                "/rounds",
                "/plans",
                "/lead",
                "/account",
                "/admin/people",
                "/admin/area",
                "/forum",
                "/sign-in",
            ] {
                assert_eq!(
                    browser.get(&format!("{path}{query}")).await.status,
                    StatusCode::OK,
                    "{path}{query}"
                );
            }
        }
    });
}

#[test]
fn a_refused_form_still_holds_what_was_typed_escaped_and_says_what_to_do() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let mut proposal = parent.proposal("<script>\"x\"</script>");
        proposal.retain(|(name, _)| *name != "services");
        proposal[1].1 = "</textarea><b>now</b>";
        let refused = parent.post("/topics/new", &proposal).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("<title>Error: Propose a topic"));
        assert!(refused.says("href=\"#services\"") && refused.says("Choose at least one service"));
        assert!(
            refused.says("&lt;script&gt;&quot;x&quot;&lt;/script&gt;") && !refused.says("<script>"),
            "{}",
            refused.html
        );
        assert!(refused.says("&lt;/textarea&gt;&lt;b&gt;now"), "{}", refused.html);
    });
}

#[test]
fn a_form_of_ten_megabytes_gets_a_page_that_says_what_to_do() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let answer = parent
            .send(Method::POST, "/topics/new", &[], format!("title={}", "x".repeat(10 << 20)))
            .await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.says("That is too long") && answer.says("what you typed is still there"));
    });
}
