//! What the islands share.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Sends the fields of a form, and asks for words instead of a page.
///
/// # Errors
/// When there is no signal.
pub async fn post(address: &str, fields: &str) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "text/plain")?;
    headers.set("content-type", "application/x-www-form-urlencoded")?;
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_headers(&headers);
    request.set_body(&fields.into());
    let window = web_sys::window().ok_or("no window")?;
    JsFuture::from(window.fetch_with_str_and_init(address, &request))
        .await
        .map(JsCast::unchecked_into)
}
