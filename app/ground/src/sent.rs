//! What a browser sent, read into the fields of a form and its file.
//!
//! Handlers take a [`Form`], or [`SentWithFile`] where a file may come with it. Reading never fails
//! on what was typed.

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use forms::Sent;

use crate::files;

/// The fields of a form that was sent.
#[derive(Clone, Debug, Default)]
pub struct Form(pub Sent);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body =
            Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self(Sent::read(&body)))
    }
}

/// What a form with a file sent: its fields, and the file with the name it came with.
#[derive(Clone, Debug, Default)]
pub struct SentWithFile {
    pub sent: Sent,
    /// The file, if one was chosen and it is not too large; it may be empty.
    pub file: Option<(String, Bytes)>,
    /// Whether the file was larger than we accept. It is not kept.
    pub is_too_large: bool,
    /// Whether a file was sent with it before its sender had to sign in, which took only the
    /// fields along.
    pub is_left_behind: bool,
}

/// What to do about a file that was left behind.
pub const CHOOSE_AGAIN: &str = "Choose the file again: we couldn't keep it while you signed in";

/// The field by which a form that waited says that its file was left behind.
const LEFT_BEHIND: &str = "file_left_behind";

/// The most bytes of fields; the longest honest text is a draft.
const LONGEST_FIELDS: usize = 1024 * 1024;

/// The most bytes that are read of one form. What is too large is still read, and thrown away: a
/// browser shows an answer only once it has sent everything.
pub const MOST_READ: usize = 64 * 1024 * 1024;

impl SentWithFile {
    /// Reads a form whose file may have `largest` bytes.
    ///
    /// # Errors
    /// An answer, where the form is not one or its fields are too long.
    pub async fn read(request: Request, largest: usize) -> Result<Self, Response> {
        let is_multipart = request
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
        let too_long = || StatusCode::PAYLOAD_TOO_LARGE.into_response();
        if !is_multipart {
            let body = axum::body::to_bytes(request.into_body(), LONGEST_FIELDS)
                .await
                .map_err(|_too_long| too_long())?;
            let sent = Sent::read(&body);
            let is_left_behind = sent.typed(LEFT_BEHIND) == "yes";
            return Ok(Self { sent, is_left_behind, ..Self::default() });
        }
        let mut parts =
            Multipart::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
        let (mut read, mut fields) = (Self::default(), 0);
        loop {
            let mut part = match parts.next_field().await {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(read),
                Err(end) => return read.cut_off(end).map_err(IntoResponse::into_response),
            };
            let (name, file_name) =
                (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
            let is_file = file_name.is_some();
            let mut content = Vec::new();
            loop {
                let chunk = match part.chunk().await {
                    Ok(Some(chunk)) => chunk,
                    Ok(None) => break,
                    Err(end) => return read.cut_off(end).map_err(IntoResponse::into_response),
                };
                if is_file && content.len() + chunk.len() > largest {
                    read.is_too_large = true;
                    content = Vec::new();
                }
                if !(is_file && read.is_too_large) {
                    content.extend_from_slice(&chunk);
                }
                if !is_file && fields + content.len() > LONGEST_FIELDS {
                    return Err(too_long());
                }
            }
            match file_name {
                // A browser sends an empty file without a name where none was chosen.
                Some(file_name) if file_name.is_empty() && content.is_empty() => {}
                Some(file_name) if !read.is_too_large && read.file.is_none() => {
                    read.file = Some((file_name, content.into()));
                }
                Some(_) => {}
                None => {
                    // A field costs more than its content: a million empty ones are refused too.
                    fields += name.len() + content.len() + 100;
                    if fields > LONGEST_FIELDS {
                        return Err(too_long());
                    }
                    read.sent = read.sent.and(&name, &String::from_utf8_lossy(&content));
                }
            }
        }
    }

    /// The fields alone, for a form that waits until its sender has signed in: a file cannot wait.
    /// They say that there was one, so that nothing is saved without it.
    ///
    /// # Errors
    /// As `read`.
    pub async fn without_file(request: Request) -> Result<Sent, Response> {
        let form = Self::read(request, 0).await?;
        let had_file = form.is_too_large || form.file.is_some() || form.is_left_behind;
        Ok(if had_file { form.sent.with(LEFT_BEHIND, "yes") } else { form.sent })
    }

    /// What was read before the form grew too long; an error where it was not a form, or broke off.
    fn cut_off(mut self, end: MultipartError) -> Result<Self, MultipartError> {
        if end.status() != StatusCode::PAYLOAD_TOO_LARGE {
            return Err(end);
        }
        self.is_too_large = true;
        Ok(self)
    }
}

impl<S: Send + Sync> FromRequest<S> for SentWithFile {
    type Rejection = Response;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        Self::read(request, files::LARGEST).await
    }
}
