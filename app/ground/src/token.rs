//! The secret in the address of a link that was given to one person.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;

use crate::house::House;
use crate::ui::Page;
use crate::viewer::Viewer;

/// The secret of an address with `{token}` in it, read to its length: what mail programs and people
/// leave behind a link is no part of it. A link of which a part is missing is answered with that:
/// it is neither used nor over.
#[derive(Clone, Debug)]
pub struct Token(pub String);

impl FromRequestParts<House> for Token {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Response> {
        let pasted = Path::<String>::from_request_parts(parts, house).await;
        let Path(pasted) = pasted.map_err(IntoResponse::into_response)?;
        if let Some(secret) = id::read_secret(&pasted) {
            return Ok(Self(secret));
        }
        let Ok(viewer) = Viewer::from_request_parts(parts, house).await;
        Err(not_whole().answer(house, &viewer))
    }
}

fn not_whole() -> Page {
    let page = Page::new("This link is not whole", || {
        view! {
            <div class="stack">
                <h1>"This link is not whole"</h1>
                <p class="lead">"A part of it is missing, so nothing has been done."</p>
                <p>
                    "Go back to the email and press the button in it. If you copy the link, copy \
                     all of it, to the very end."
                </p>
                <p>
                    "If that doesn't help, "<a href="/contact">"contact us"</a>"."
                </p>
            </div>
        }
    });
    page.status(StatusCode::GONE)
}
