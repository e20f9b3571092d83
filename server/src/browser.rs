//! The browser's programs, embedded and served under the hash of their content, cached for good;
//! and our own pictures.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ground::house::House;
use ground::ui::content_policy;
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

#[derive(RustEmbed)]
#[folder = "../target/site/pkg"]
#[allow_missing = true]
struct Programs;

static FOLDER: LazyLock<Option<String>> = LazyLock::new(|| {
    Programs::get("app.js")?;
    let mut names: Vec<_> = Programs::iter().collect();
    names.sort();
    let hash = names
        .iter()
        .filter_map(|name| Programs::get(name))
        .fold(Sha256::new(), |hash, file| hash.chain_update(&file.data));
    let hash = hash.finalize();
    Some(format!("/pkg/{}", &URL_SAFE_NO_PAD.encode(hash)[..16]))
});

const FAVICON: &str = "\
<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' \
stroke-width='4' stroke-linecap='round'>\
<path stroke='#1f6f5c' d='M6 4c0 9 6 7 6 14v10'/>\
<path stroke='#f4b740' d='M26 4c0 9-6 7-6 14v10'/></svg>";

/// Pictures of our own, each made from the SVG of the same name beside it, in the light colours of
/// `style/tokens.css`.
const PICTURES: [(&str, &[u8]); 4] = [
    ("/preview.png", include_bytes!("../pictures/preview.png")),
    ("/icon-192.png", include_bytes!("../pictures/icon-192.png")),
    ("/icon-512.png", include_bytes!("../pictures/icon-512.png")),
    ("/icon-maskable-512.png", include_bytes!("../pictures/icon-maskable-512.png")),
];

/// Where the programs are served, as in `/pkg/3f9a…`; `None` when they were not built.
#[must_use]
pub fn folder() -> Option<String> {
    FOLDER.clone()
}

/// The addresses of what is served as it is.
pub fn routes() -> Router<House> {
    let pictures = PICTURES.into_iter().fold(Router::new(), |router, (path, bytes)| {
        router.route(path, get(move || async move { picture("image/png", bytes) }))
    });
    pictures
        .route("/favicon.svg", get(favicon))
        .route("/offline.js", get(offline))
        .route("/pkg/{version}/{file}", get(file))
}

async fn favicon() -> Response {
    picture("image/svg+xml; charset=utf-8", FAVICON.as_bytes())
}

fn picture(kind: &'static str, bytes: &'static [u8]) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=604800")];
    (headers, bytes).into_response()
}

/// Shows "You are offline" instead of the browser's own page. It keeps that one page and asks the
/// network for all else; forms it leaves alone. Its first line changes with the style, so that the
/// page is then kept afresh.
const OFFLINE: &str = "\
addEventListener('install', (event) => event.waitUntil((async () => {
  const page = new Request('/offline', { cache: 'reload', credentials: 'omit' });
  await (await caches.open('offline')).add(page);
  await skipWaiting();
})()));
addEventListener('activate', (event) => event.waitUntil(registration.navigationPreload?.enable()));
addEventListener('fetch', (event) => {
  if (event.request.mode !== 'navigate' || event.request.method !== 'GET') return;
  event.respondWith((async () => {
    try { return (await event.preloadResponse) ?? (await fetch(event.request)); }
    catch (lost) { return (await caches.match('/offline')) ?? Promise.reject(lost); }
  })());
});
";

async fn offline() -> Response {
    let policy = "default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                  frame-ancestors 'none'";
    let common = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (common, format!("// {}\n{OFFLINE}", content_policy(None))).into_response()
}

async fn file(Path((version, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let kind = match name.rsplit_once('.') {
        _ if name.contains(['/', '\\']) => return StatusCode::NOT_FOUND.into_response(),
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "wasm")) => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    if FOLDER.as_deref() != Some(&format!("/pkg/{version}")) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("br"));
    let common = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::VARY, "accept-encoding"),
    ];
    match (
        takes_brotli.then(|| Programs::get(&format!("{name}.br"))).flatten(),
        Programs::get(&name),
    ) {
        (Some(small), _) => {
            (common, [(header::CONTENT_ENCODING, "br")], small.data).into_response()
        }
        (None, Some(plain)) => (common, plain.data).into_response(),
        (None, None) => StatusCode::NOT_FOUND.into_response(),
    }
}
