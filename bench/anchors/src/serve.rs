//! A bare axum: it answers from memory with the bytes and headers that the program sent, and does
//! nothing else. No page can cost less with the same libraries.

use std::fs;
use std::path::Path;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::Done;

#[derive(Clone)]
struct Page {
    headers: HeaderMap,
    body: Bytes,
}

impl Page {
    fn answer(self) -> Response {
        let mut answer = Response::new(Body::from(self.body));
        *answer.headers_mut() = self.headers;
        answer
    }
}

/// Serves a folder: `NAME.head` has the path on its first line and a header on each other one,
/// `NAME.body` the bytes.
pub fn run(address: &str, folder: &Path) -> Done {
    let service = service(folder)?;
    Builder::new_multi_thread().enable_all().build()?.block_on(listen(address, service))
}

async fn listen(address: &str, service: Router) -> Done {
    axum::serve(TcpListener::bind(address).await?, service).await?;
    Ok(())
}

fn service(folder: &Path) -> Result<Router, Box<dyn std::error::Error + Send + Sync>> {
    let mut service = Router::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "head") {
            continue;
        }
        let head = fs::read_to_string(&path)?;
        let mut lines = head.lines();
        let address = lines.next().ok_or("a head has the path on its first line")?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").ok_or("a header has a name and a value")?;
            headers.append(HeaderName::try_from(name)?, HeaderValue::from_str(value)?);
        }
        let page = Page { headers, body: fs::read(path.with_extension("body"))?.into() };
        let answers = move || {
            let page = page.clone();
            async move { page.answer() }
        };
        service = service.route(address, get(answers));
    }
    Ok(service)
}
