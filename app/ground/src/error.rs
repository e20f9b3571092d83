//! Which error where.
//!
//! What a person can put right is a [`forms::Refusals`] or an enum of its room, and is shown
//! on the page they are on. Everything else is an [`Error`]: it becomes a status, and the edge
//! (`server/src/edge.rs`) gives every such answer its page. A database's own words are logged and
//! never shown.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use calendar::clock::{Millis, SECOND};

use crate::db::is_of_the_moment;
use crate::files::NoFile;

/// What ends a request early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such page, or this person must not know that there is. 404.
    #[error("not found")]
    NotFound,
    /// The person is signed in and may not do this. 403.
    #[error("not allowed")]
    Forbidden,
    /// Too many requests from one network; the time until there is room. 429 with `Retry-After`.
    #[error("too many requests")]
    TooMany(Millis),
    /// The database failed; logged. 503 with `Retry-After` where it is unable for a moment (full,
    /// locked, away), 500 where this program is at fault.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The store of files failed; logged. 503 with `Retry-After`.
    #[error("the files: {0}")]
    Files(#[from] object_store::Error),
    /// A file is damaged or missing; logged. 410.
    #[error("the files: {0}")]
    Spoilt(String),
}

impl From<NoFile> for Error {
    fn from(why: NoFile) -> Self {
        match why {
            NoFile::Store(error) => Self::Files(error),
            spoilt @ NoFile::Spoilt(_) => Self::Spoilt(spoilt.to_string()),
        }
    }
}

/// How long someone should wait before trying again, in seconds.
const TRY_AGAIN_AFTER: HeaderValue = HeaderValue::from_static("30");

/// The answer while the service is unable for a moment.
#[must_use]
pub fn unable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, TRY_AGAIN_AFTER)]).into_response()
}

/// The same answer where a limit refuses: 429, and in how many seconds there is room.
#[must_use]
pub fn later(wait: Millis, mut answer: Response) -> Response {
    let seconds = (wait.max(1) + SECOND - 1) / SECOND;
    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Self::TooMany(wait) => later(wait, StatusCode::TOO_MANY_REQUESTS.into_response()),
            Self::Database(error) if is_of_the_moment(&error) => {
                tracing::error!(%error, "the database is unable for a moment");
                unable()
            }
            Self::Database(error) => {
                tracing::error!(%error, "the database failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Self::Files(error) => {
                tracing::error!(%error, "the store of files failed");
                unable()
            }
            Self::Spoilt(error) => {
                tracing::error!(error, "a file cannot be given out");
                StatusCode::GONE.into_response()
            }
        }
    }
}
