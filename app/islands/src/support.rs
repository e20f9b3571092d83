//! The support button in one tap: the form works by itself, and here it changes in place.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlFormElement};

use crate::browser::{cut, fields, listen, post};

/// What a form has in `data-island` to be improved here.
pub const NAME: &str = "support";

/// Where a form notes that its wish is on its way: nothing more, or that it was tapped [`AGAIN`].
const ON_ITS_WAY: &str = "data-sending";
const AGAIN: &str = "again";

/// What the form says, to be read and to be heard. The server writes it, and the browser after it.
#[derive(Clone, Copy)]
pub struct Words {
    /// What it asks for: always the opposite of how things are now.
    pub wish: &'static str,
    pub button: &'static str,
    pub status: &'static str,
}

impl Words {
    #[must_use]
    pub fn of(supported: bool) -> Self {
        if supported {
            Self {
                wish: "take back",
                button: "Remove my support",
                status: "You support this topic.",
            }
        } else {
            Self { wish: "support", button: "Support this topic", status: "" }
        }
    }

    /// The button for people who hear it and do not see what is around it.
    #[must_use]
    pub fn label(self, title: &str) -> String {
        let before = if self.wish == "support" { self.button } else { "Remove my support for" };
        [before, ": ", title].concat()
    }
}

/// Listens to all forms of support on this page. Taps made while one is on its way are not lost:
/// the last wish is sent when the answer has come.
pub(crate) fn begin() {
    listen(&["submit"], |event| {
        let _ = tapped(&event);
    });
}

fn tapped(event: &Event) -> Option<()> {
    let form = event.target()?.unchecked_into::<HtmlFormElement>();
    if form.get_attribute("data-island")? != NAME {
        return None;
    }
    event.prevent_default();
    match form.get_attribute(ON_ITS_WAY) {
        None => set_out(form),
        Some(noted) => note(&form, if noted == AGAIN { "" } else { AGAIN }),
    }
    Some(())
}

fn set_out(form: HtmlFormElement) {
    spawn_local(async move {
        loop {
            note(&form, "");
            let kept = send(&form).await;
            let _ = show(&form, kept);
            if !kept || form.get_attribute(ON_ITS_WAY).as_deref() != Some(AGAIN) {
                break;
            }
        }
        let _ = form.remove_attribute(ON_ITS_WAY);
    });
}

fn note(form: &HtmlFormElement, what: &str) {
    let _ = form.set_attribute(ON_ITS_WAY, what);
}

/// What has become of the wish that the form held. If it was kept, the form holds its opposite.
fn show(form: &HtmlFormElement, kept: bool) -> Option<()> {
    let find = |selector| form.query_selector(selector).ok().flatten();
    let (wish, button, status) = (find("[name=wish]")?, find("button")?, find("[role=status]")?);
    if !kept {
        status.set_text_content(Some("That didn't go through. Try again."));
        return Some(());
    }
    let supported = wish.get_attribute("value")? == Words::of(false).wish;
    let words = Words::of(supported);
    let label = button.get_attribute("aria-label")?;
    let (_, title) = cut(&label, b':')?;
    wish.set_attribute("value", words.wish).ok()?;
    button.set_attribute("aria-label", &words.label(title.get(1..)?)).ok()?;
    button.class_list().toggle_with_force("quiet", supported).ok()?;
    button.set_text_content(Some(words.button));
    status.set_text_content(Some(words.status));
    Some(())
}

/// Sends the form to its own address. True when it was saved. Someone who must sign in first is
/// taken there by the form itself.
async fn send(form: &HtmlFormElement) -> bool {
    let Some(fields) = fields(form) else { return false };
    let Ok(answer) = post(&form.action(), &fields).await else { return false };
    if answer.status() == 401 {
        let _ = form.submit();
    }
    answer.ok()
}
