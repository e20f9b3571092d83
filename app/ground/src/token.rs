//! The secret in the address of a link that was given to one person.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

/// The secret of an address with `{token}` in it, read to its length: what mail programs and people
/// leave behind a link is no part of it. What is not whole stays as it is, and finds nothing.
#[derive(Clone, Debug)]
pub struct Token(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        let Path(pasted) = Path::<String>::from_request_parts(parts, state).await?;
        Ok(Self(id::read_secret(&pasted).unwrap_or(pasted)))
    }
}
