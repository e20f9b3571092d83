//! The same service as it must not be: it tells who is known, by as little as it ever did. It is
//! made here, around the real one, so that nothing in the program can bring it about.

use std::net::{Ipv4Addr, SocketAddr};

use accounts::store;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use calendar::clock::{Clock, DAY};
use ground::db::Db;
use ground::files::Files;
use ground::house::House;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;

use super::scene::Area;
use super::world::World;

/// Starts it on this area, without steps for its answers; its port.
pub async fn start(area: &Area) -> u16 {
    let db = Db::open(&area.url).await.unwrap();
    let house = House::new(db.clone(), Files::in_memory(), Clock::system(), World::names());
    let trusted = vec!["127.0.0.1/32".parse().unwrap()];
    let service = Router::new()
        .fallback_service(server::edge::service(house, trusted))
        .layer(from_fn_with_state(db, tell));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving =
        axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move { serving.await.unwrap() });
    port
}

/// Hashes nothing where an address is unknown; in the other forms, stores one small row more where
/// it is known, as the link to sign in was once.
async fn tell(State(db): State<Db>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let email = url::form_urlencoded::parse(&body)
        .find(|(name, _)| name == "email")
        .map(|(_, email)| email.into_owned())
        .unwrap_or_default();
    if parts.uri.path() == "/sign-in" {
        if !store::is_known(&db, &email).await.unwrap() {
            return StatusCode::UNPROCESSABLE_ENTITY.into_response();
        }
    } else {
        one_row_more(&db, &email).await;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

async fn one_row_more(db: &Db, email: &str) {
    let ends_at = Clock::system().now() + DAY;
    let mut tx = db.begin().await.unwrap();
    // A row for everyone, so that both have something to store.
    store::keep_sign_up(&mut tx, &id::hash(&id::secret()), email, ends_at).await.unwrap();
    if let Some(known) = store::by_address(&mut tx, email).await.unwrap() {
        let hash = id::hash(&id::secret());
        let new = store::NewLink {
            token_hash: &hash,
            account_id: &known.id,
            purpose: "sign-in",
            email: None,
            ends_at,
        };
        store::keep_link(&mut tx, &new).await.unwrap();
    }
    tx.commit().await.unwrap();
}
