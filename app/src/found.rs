//! How this forum is found and put on a home screen: what search engines and phones read.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use calendar::clock;
use ground::error::Error;
use ground::house::House;
use ground::ui::colour;
use serde_json::json;

use super::{routes, store};

/// How many pages one part of the sitemap names; 50,000 are allowed.
const MOST_IN_A_PART: i64 = 10_000;
const SITEMAPS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// The public pages that are always there: those whose address has no parameter.
static ALWAYS_THERE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let all = routes::all();
    let always = all.rules().iter().filter(|rule| rule.is_public_page());
    always.map(|rule| rule.path).filter(|path| !path.contains(['{', '.'])).collect()
});

/// GET `/robots.txt`
pub async fn robots(State(house): State<House>) -> Response {
    const NOT_FOR_SEARCH: [&str; 18] = [
        "/account",
        "/forum",
        "/lead",
        "/admin",
        "/sign-",
        "/go-on",
        "/forgotten-password",
        "/new-password/",
        "/invitations/",
        "/read/",
        "/subscribe/",
        "/subscriptions/",
        "/copies/",
        "/unsubscribe/",
        "/returns",
        "/offline",
        "/consultations/*/answers",
        "/consultations/*/links/",
    ];
    let mut text = "User-agent: *\n".to_owned();
    for path in NOT_FOR_SEARCH {
        let _ = writeln!(text, "Disallow: {path}");
    }
    let _ = write!(text, "\nSitemap: {}\n", house.link("/sitemap.xml"));
    answer("text/plain; charset=utf-8", text)
}

/// GET `/sitemap.xml`: where its parts are.
pub async fn sitemap(State(house): State<House>) -> Result<Response, Error> {
    let pages = store::public_pages_count(&house.db, house.clock.now()).await?;
    let parts = (pages + MOST_IN_A_PART - 1) / MOST_IN_A_PART;
    let parts = (1..=parts.max(1)).map(|part| {
        let address = house.link(&format!("/sitemap/{part}"));
        format!("<sitemap><loc>{address}</loc></sitemap>")
    });
    Ok(xml("sitemapindex", &parts.collect::<String>()))
}

/// GET `/sitemap/{page}`: one part of the sitemap, from 1. The first names the lists too.
pub async fn sitemap_part(
    State(house): State<House>,
    Path(part): Path<String>,
) -> Result<Response, Error> {
    let part = part.parse::<i64>().ok().filter(|part| (1..=10_000).contains(part));
    let part = part.ok_or(Error::NotFound)?;
    let skip = (part - 1) * MOST_IN_A_PART;
    let pages = store::public_pages(&house.db, house.clock.now(), (MOST_IN_A_PART, skip)).await?;
    if part > 1 && pages.is_empty() {
        return Err(Error::NotFound);
    }
    let mut urls = String::new();
    if part == 1 {
        for path in ALWAYS_THERE.iter() {
            let _ = write!(urls, "<url><loc>{}</loc></url>", house.link(path));
        }
    }
    for (path, at) in pages {
        let address = house.link(&path);
        let changed = at.map(|at| format!("<lastmod>{}</lastmod>", clock::machine(at)));
        let _ = write!(urls, "<url><loc>{address}</loc>{}</url>", changed.unwrap_or_default());
    }
    Ok(xml("urlset", &urls))
}

fn xml(name: &str, content: &str) -> Response {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{name} xmlns=\"{SITEMAPS}\">{content}</{name}>\n"
    );
    answer("application/xml; charset=utf-8", document)
}

/// An answer that is the same for everyone, for an hour.
fn answer(kind: &'static str, text: String) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, text).into_response()
}

/// GET `/manifest.webmanifest`: the name, the colours and the icons on a home screen.
pub async fn manifest(State(house): State<House>) -> Response {
    let icon = |path: &str, size: &str, purpose: &str| {
        let kind = "image/png";
        json!({ "src": path, "sizes": size, "type": kind, "purpose": purpose })
    };
    let forum = house.names.forum.as_str();
    let manifest = json!({
        "name": forum,
        "short_name": short(forum),
        "lang": "en-GB",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": colour("paper"),
        "theme_color": colour("leaf"),
        "icons": [
            icon("/icon-192.png", "192x192", "any"),
            icon("/icon-512.png", "512x512", "any"),
            icon("/icon-maskable-512.png", "512x512", "maskable"),
        ],
    });
    answer("application/manifest+json", manifest.to_string())
}

/// The first words of a name, as many as fit below an icon; one at least.
fn short(name: &str) -> String {
    const MOST: usize = 12;
    let mut short = String::new();
    for word in name.split_whitespace() {
        if !short.is_empty() && short.chars().count() + 1 + word.chars().count() > MOST {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short += word;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_the_first_words_that_fit() {
        assert_eq!(short("Sefton Parent Carer Forum"), "Sefton");
        assert_eq!(short("Kent Parents United"), "Kent Parents");
        assert_eq!(short("Nottinghamshire Forum"), "Nottinghamshire");
    }

    #[test]
    fn what_is_always_there_is_public_and_a_page() {
        for path in ["/", "/topics", "/notices", "/privacy"] {
            assert!(ALWAYS_THERE.contains(&path), "{path}");
        }
        for path in ["/account", "/forum", "/sign-in", "/healthz", "/notices.atom", "/topics/new"] {
            assert!(!ALWAYS_THERE.contains(&path), "{path}");
        }
    }
}
