//! Whatever is sent to any form, and whatever stands in any address: no answer is a failure of
//! ours, and nothing that somebody typed is lost where it is refused. The forms and their fields
//! are those on the pages (`found`), and the pages are all addresses with something living behind
//! each (`things`): nothing here has to be told about a new form.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use ground::viewer::Role;

use crate::found::{FoundForm, all_forms, opened};
use crate::page::Form;
use crate::things::{Looker, Things, filled};
use crate::world::{Answer, Browser, on_both};

/// How much the longest text is that is sent; with everything else it is still less than may be.
const LONG: usize = 900_000;

/// What no field expects.
fn bad_values() -> Vec<Vec<u8>> {
    let texts = [
        "",
        " \t ",
        "\0\u{1}\u{7f}",
        "\u{202e}\u{2066}\u{feff}",
        "👩‍👧‍👦",
        "<script>alert(1)</script>'; DROP TABLE topics; --%_\\",
        "-1",
        "99999999999999999999",
        "NaN",
        "31/02/2026",
        "2026-02-31",
        "null",
    ];
    let mut values: Vec<Vec<u8>> = texts.map(|text| text.as_bytes().to_vec()).to_vec();
    // Half of a letter that takes two, and bytes that are no text at all.
    values.push(b"\xed\xa0\x80\xff\xfe".to_vec());
    values.push("é".repeat(20_000).into_bytes());
    values.push(id::fresh().into_bytes());
    values
}

/// The fields of a form, as bytes: a text that is no text can be sent too.
type Fields<'f> = Vec<(&'f str, Vec<u8>)>;

/// One request.
struct Try {
    what: String,
    kind: &'static str,
    body: Vec<u8>,
}

impl Try {
    fn of(what: impl Into<String>, fields: &Fields<'_>) -> Self {
        let pairs = fields.iter().map(|(name, value)| {
            let [name, value] = [name.as_bytes(), value.as_slice()]
                .map(|bytes| url::form_urlencoded::byte_serialize(bytes).collect::<String>());
            format!("{name}={value}")
        });
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        Self { what: what.into(), kind: "application/x-www-form-urlencoded", body }
    }

    /// The same in parts, each file with this name and content.
    fn in_parts(
        what: impl Into<String>,
        fields: &Fields<'_>,
        files: &[&str],
        (name, content): (&str, &[u8]),
    ) -> Self {
        let mut body: Vec<u8> = Vec::new();
        for (field, value) in fields {
            let head =
                format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_slice(), b"\r\n"].concat());
        }
        for field in files {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{field}\"; \
                 filename=\"{name}\"\r\nContent-Type: application/pdf\r\n\r\n"
            );
            body.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        body.extend(b"--edge--\r\n");
        Self { what: what.into(), kind: "multipart/form-data; boundary=edge", body }
    }
}

/// The form as the page has it, with this in what is typed.
fn with_words<'f>(form: &'f Form, words: impl Fn(usize) -> String) -> Fields<'f> {
    let mut fields: Fields<'f> = Vec::new();
    for (nth, field) in form.fields.iter().enumerate() {
        if field.is_typed() {
            fields.push((&field.name, words(nth).into_bytes()));
        } else if field.is_sent && field.kind != "file" {
            fields.push((&field.name, field.value.clone().into_bytes()));
        }
    }
    fields
}

/// What is typed into the field at this place, to be found again.
fn typed(nth: usize) -> String {
    format!("typed-{nth}-here")
}

/// All that is tried with a form. Of one that another button sends as well (`is_new` false), less.
fn tries(form: &Form, values: &[Vec<u8>], nth: usize, is_new: bool) -> Vec<Try> {
    let names = form.names();
    let files: Vec<&str> = form
        .fields
        .iter()
        .filter(|field| field.kind == "file")
        .map(|field| field.name.as_str())
        .collect();
    let mut tries = Vec::new();
    // In each turn each field has another of the values, and in all turns each has had each.
    let turns = if is_new { values.len() } else { 2 };
    let turn = |turn: usize| -> Fields<'_> {
        let value = |place: usize| values[(place + turn + nth) % values.len()].clone();
        names.iter().enumerate().map(|(place, name)| (*name, value(place))).collect()
    };
    for (at, value) in values.iter().enumerate().take(turns) {
        let what = format!("bad values, turn {at}");
        if form.is_multipart {
            let file = (["../../a\u{202e}.pdf", "", "a.png"][at % 3], value.as_slice());
            tries.push(Try::in_parts(what, &turn(at), &files, file));
        } else {
            tries.push(Try::of(what, &turn(at)));
        }
    }
    if !is_new {
        return tries;
    }
    // One field is bad and the next one missing, where all others are as somebody would send them.
    for (place, name) in names.iter().enumerate() {
        let next = names[(place + 1) % names.len()];
        let mut fields = with_words(form, |_| "Words".to_owned());
        fields.retain(|(other, _)| other != name && (*other != next || next == *name));
        fields.push((*name, values[(place + nth) % values.len()].clone()));
        tries.push(Try::of(format!("a bad {name}, without {next}"), &fields));
    }
    let twice = [turn(0), turn(1)].concat();
    tries.push(Try::of("every field twice", &twice));
    tries.push(Try::in_parts("parts", &turn(1), &["file"], ("a.pdf", b"%PDF-1.7\0")));
    let naughty = naughty_strings::BLNS[nth % naughty_strings::BLNS.len()];
    tries.push(Try::of(format!("{naughty:?}"), &with_words(form, |_| naughty.to_owned())));
    let (kind, body) = ("application/x-www-form-urlencoded", b"%ff%fe=%00&&&=%".to_vec());
    tries.push(Try { what: "broken bytes".to_owned(), kind, body });
    let (kind, body) = ("multipart/form-data; boundary=edge", b"--edge\r\nbroken off".to_vec());
    tries.push(Try { what: "broken parts".to_owned(), kind, body });
    if let Some(long) = form.fields.iter().position(|field| field.kind == "textarea") {
        let words = |place: usize| if place == long { "x".repeat(LONG) } else { String::new() };
        tries.push(Try::of("a long text", &with_words(form, words)));
    }
    tries
}

#[test]
fn no_form_fails_on_anything_that_can_be_sent() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let things = Things::new(&world).await;
        let (values, mut seen) = (bad_values(), BTreeSet::new());
        let (mut faults, mut lost) = (Vec::new(), BTreeSet::new());
        for (nth, found) in all_forms(&things).await.iter().enumerate() {
            let FoundForm { rule, who, form, .. } = found;
            let mut browser = opened(&things, *who).await;
            if found.is_typed() {
                let words = Try::of("words", &with_words(form, typed));
                let answer = send_try(&browser, form, &words).await;
                // It was read, and did not end at something that is not there.
                let ends = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND, StatusCode::GONE];
                if ends.contains(&answer.status) && form.fields.iter().all(|one| !one.is_secret) {
                    faults.push(format!("{}: no form is read: {}", form.to, answer.status));
                }
                let is_refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::BAD_REQUEST]
                    .contains(&answer.status);
                for (place, field) in form.fields.iter().enumerate().filter(|_| is_refused) {
                    if field.is_typed() && !field.is_secret && !answer.says(&typed(place)) {
                        lost.insert(format!("{}: {}", rule.path, field.name));
                    }
                }
            }
            let is_new = seen.insert((rule.path, form.names().join(" ")));
            let mut is_out = false;
            for one in tries(form, &values, nth, is_new) {
                // Each visitor comes from another network address, or there were too many soon.
                let is_to_open = match who {
                    Looker::Visitor => true,
                    Looker::Person(_) => is_out || !browser.cookies().contains("session="),
                    Looker::HalfIn | Looker::Chose => false,
                };
                if is_to_open {
                    browser = opened(&things, *who).await;
                }
                let answer = send_try(&browser, form, &one).await;
                let status = answer.status;
                let is_within = status == StatusCode::OK
                    || status == StatusCode::SEE_OTHER
                    || status.is_client_error();
                if !is_within {
                    faults.push(format!("{} as {who:?} with {}: {status}", form.to, one.what));
                }
                is_out = status == StatusCode::UNAUTHORIZED;
            }
        }
        assert!(seen.len() > 80, "only {} forms were found", seen.len());
        assert!(faults.is_empty(), "{faults:#?}");
        assert!(lost.is_empty(), "what was typed is not on the page that refuses it: {lost:#?}");
    });
}

async fn send_try(browser: &Browser<'_>, form: &Form, one: &Try) -> Answer {
    let headers = [("content-type", one.kind)];
    browser.request(Method::POST, &form.to, &headers, one.body.clone()).await
}

#[test]
fn no_address_fails_on_a_parameter_that_is_no_id() {
    on_both(async |world| {
        let mut browser = world.signed_in("everyone@example.org", &Role::ALL).await;
        for (nth, rule) in app::routes::all().rules().iter().enumerate() {
            browser = browser.moved(nth);
            for id in ["0", "%00", "%FF", "..%2f..", "%F0%9F%9A%8C", "'", &id::fresh()] {
                let path = filled(rule.path, |_| id);
                if !path.starts_with("/sign-out") && !path.starts_with("/account/sessions") {
                    let answer = browser.request(rule.method.clone(), &path, &[], "").await;
                    assert!(
                        !answer.status.is_server_error(),
                        "{} {path} gave {}",
                        rule.method,
                        answer.status
                    );
                }
            }
        }
        browser = browser.moved(60_000);
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
            .request(Method::POST, "/topics/new", &[], format!("title={}", "x".repeat(10 << 20)))
            .await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.says("That is too long") && answer.says("what you typed is still there"));
    });
}
