//! Which error where.
//!
//! What a person can put right is a [`forms::Refusals`] or an enum of its room, and is shown
//! on the page she is on. Everything else is an [`Error`]: it becomes a status, and the edge
//! (`server/src/edge.rs`) gives every such answer its page. A database's own words are logged and
//! never shown.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// What ends a request early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such page, or it is not for this person to know that there is. 404.
    #[error("not found")]
    NotFound,
    /// The person is signed in and may not do this. 403.
    #[error("not allowed")]
    Forbidden,
    /// Too many requests from one place. 429.
    #[error("too many requests")]
    TooMany,
    /// The database failed. 500; logged.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Where files are kept failed. 500; logged.
    #[error("the files: {0}")]
    Files(#[from] object_store::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Database(error) => {
                tracing::error!(%error, "the database failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Files(error) => {
                tracing::error!(%error, "where files are kept failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
        .into_response()
    }
}
