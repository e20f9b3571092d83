//! What the islands share of a browser.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, FormData, Headers, HtmlFormElement, RequestInit, Response, UrlSearchParams};

/// Has this done, as long as the page is there, whenever one of these things happens on it.
pub(crate) fn listen(to: &[&str], happened: impl FnMut(Event) + 'static) {
    let happened = Closure::<dyn FnMut(Event)>::new(happened);
    if let Some(window) = web_sys::window() {
        let happened = happened.as_ref().unchecked_ref();
        for what in to {
            let _ = window.add_event_listener_with_callback(what, happened);
        }
    }
    happened.forget();
}

/// What a form would send.
pub(crate) fn fields(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(fields.to_string().into())
}

/// Sends the fields of a form, and asks for words instead of a page.
///
/// # Errors
/// When there is no signal.
pub(crate) async fn post(address: &str, fields: &str) -> Result<Response, JsValue> {
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

/// What comes before and after the first of this character. Smaller than searching for a word.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let nth = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..nth)?, text.get(nth + 1..)?))
}
