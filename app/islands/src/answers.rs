//! Answers are saved while they are given, even without a signal: the forms work by themselves, and
//! here whatever cannot be sent stays on the phone and is sent later.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlFormElement, Storage, SubmitEvent, Window};

use crate::browser::{cut, fields, listen, post};

/// Milliseconds between two tries while there is no signal.
const BETWEEN_TRIES: i32 = 4_000;

/// What has become of the answers on this page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Quiet,
    Kept,
    OnThisPhone,
    ToPutRight,
    Ended,
}

/// The page while somebody answers.
struct Answering {
    response: String,
    asks_one: bool,
    is_sending: Cell<bool>,
    /// Whether the person asked to go on.
    goes_on: Cell<bool>,
    has_begun: Cell<bool>,
    is_waiting: Cell<bool>,
}

/// Saves each answer of the form on this page as it is given, and says so. `data-response` around
/// it is the address of the response; `data-answers` of the form says whether it asks `one`
/// question or `all`. Without a form, what is kept on this phone is sent.
pub(crate) fn begin() -> Option<()> {
    let response = element("[data-response]")?.get_attribute("data-response")?;
    let asks_one =
        form().is_some_and(|form| form.get_attribute("data-answers").as_deref() == Some("one"));
    let flag = || Cell::new(false);
    let page = Answering {
        response,
        asks_one,
        is_sending: flag(),
        goes_on: flag(),
        has_begun: flag(),
        is_waiting: flag(),
    };
    let page = Rc::new(page);
    let own = Rc::clone(&page);
    listen(&["change", "submit"], move |event| own.happened(&event));
    let own = Rc::clone(&page);
    let again = Closure::<dyn FnMut()>::new(move || {
        if own.is_waiting.get() {
            own.send();
        }
    });
    let _ = window()?.set_interval_with_callback_and_timeout_and_arguments_0(
        again.as_ref().unchecked_ref(),
        BETWEEN_TRIES,
    );
    again.forget();
    page.send();
    Some(())
}

impl Answering {
    fn happened(self: &Rc<Self>, event: &Event) {
        // What is sent is a form; what changes is a field.
        if form().is_some_and(|form| event.target().as_ref() == Some(form.as_ref())) {
            event.prevent_default();
            self.goes_on.set(true);
            // Where a browser keeps nothing, the form goes as it is.
            if !self.asks_one || self.keep_form(event).is_some() { self.send() } else { submit() }
        } else if !self.asks_one && self.keep(event).is_some() {
            self.send();
        }
    }

    /// Sends what is kept on this phone, oldest first, and goes on where the person asked to.
    fn send(self: &Rc<Self>) {
        // Whatever is being sent now takes along what came meanwhile.
        if self.is_sending.replace(true) {
            return;
        }
        let page = Rc::clone(self);
        spawn_local(async move {
            let came = send_all(&page.response).await;
            page.is_sending.set(false);
            let (goes_on, is_first) = (page.goes_on.get(), !page.has_begun.replace(true));
            page.is_waiting.set(came.stands == Stands::OnThisPhone);
            // A browser may show this very page again when they come back to it.
            page.goes_on.set(goes_on && page.is_waiting.get());
            say(came.stands);
            match (came.next, came.stands) {
                // What was kept before the page loaded is only in it once it loads again.
                (Some(_), Stands::Kept) if is_first && !goes_on => {
                    go(&form().map_or(page.response.clone(), |form| form.action()));
                }
                (Some(next), Stands::Kept) if goes_on && page.asks_one => go(&next),
                (_, Stands::Kept | Stands::Quiet) if goes_on && !page.asks_one => submit(),
                (_, Stands::ToPutRight) if goes_on => submit(),
                _ => {}
            }
        });
    }

    /// Keeps the question whose field changed.
    fn keep(&self, event: &Event) -> Option<()> {
        let name = event.target()?.unchecked_into::<Element>().get_attribute("name")?;
        let key = name.strip_prefix("q.")?;
        let key = cut(key, b'.').map_or(key, |(key, _)| key);
        self.put(&[&self.response, "/questions/", key].concat())
    }

    /// Keeps the one question of this page, for the address of the button that was pressed.
    fn keep_form(&self, event: &Event) -> Option<()> {
        let button = event.unchecked_ref::<SubmitEvent>().submitter();
        let chosen = button.and_then(|button| button.get_attribute("formaction"));
        self.put(&chosen.unwrap_or(form()?.action()))
    }

    /// Adds what is in the form to the end of what is kept on this phone: one line, with the
    /// address and what is sent there.
    fn put(&self, path: &str) -> Option<()> {
        let (kept, given) = (kept(&self.response).unwrap_or_default(), fields(&form()?)?);
        storage()?.set_item(&self.response, &[&kept, path, " ", &given, "\n"].concat()).ok()
    }
}

fn say(stands: Stands) {
    let words = match stands {
        Stands::Quiet => "",
        Stands::Kept => "Saved.",
        Stands::OnThisPhone => {
            "No signal. Your answers are saved on this phone, in this browser. We will send them \
             as soon as you have signal. Keep this page open, or come back to it."
        }
        Stands::ToPutRight => "One answer is not saved yet. Press the button to see which.",
        Stands::Ended => {
            "Your last answers could not be saved: this has closed, or your answers were deleted."
        }
    };
    if let Some(status) = element("#kept") {
        status.set_text_content(Some(words));
    }
}

/// The outcome of sending: what became of it, and where the last question leads.
struct Came {
    stands: Stands,
    next: Option<String>,
}

async fn send_all(response: &str) -> Came {
    let mut came = Came { stands: Stands::Quiet, next: None };
    while let Some(kept) = kept(response) {
        let Some((line, _)) = cut(&kept, b'\n') else { break };
        let (path, body) = cut(line, b' ').unwrap_or_default();
        let Ok(answer) = post(path, body).await else {
            return Came { stands: Stands::OnThisPhone, ..came };
        };
        // Only the service itself says where to go next: a page in between, such as a hotel's, does
        // not.
        let next = answer.headers().get("location").ok().flatten();
        match answer.status() {
            200 if next.is_some() => {
                came = Came {
                    stands: if came.stands == Stands::Quiet { Stands::Kept } else { came.stands },
                    next,
                }
            }
            409 | 422 => came.stands = Stands::ToPutRight,
            410 => came.stands = Stands::Ended,
            _ => return Came { stands: Stands::OnThisPhone, ..came },
        }
        take_out(response, line);
    }
    came
}

/// Takes the line that was sent out of what is kept on this phone, unless another page has done so.
fn take_out(response: &str, line: &str) -> Option<()> {
    let now = kept(response)?;
    let rest = now.strip_prefix(line)?.get(1..)?;
    if rest.is_empty() {
        storage()?.remove_item(response).ok()
    } else {
        storage()?.set_item(response, rest).ok()
    }
}

/// What is kept on this phone of a response, in the order it was answered.
fn kept(response: &str) -> Option<String> {
    storage()?.get_item(response).ok()?
}

/// The element a selector finds.
fn element(selector: &str) -> Option<Element> {
    window()?.document()?.query_selector(selector).ok()?
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn form() -> Option<HtmlFormElement> {
    element("form[data-answers]").map(JsCast::unchecked_into)
}

fn submit() {
    if let Some(form) = form() {
        let _ = form.submit();
    }
}

fn go(to: &str) {
    if let Some(window) = window() {
        let _ = window.location().assign(to);
    }
}
