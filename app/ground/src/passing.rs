//! Going past a rule all the same: a named person, for a written reason that everyone can always
//! see. Each room says what it is that they go past, and keeps it for good.

use forms::{Refusals, Sent};
use leptos::prelude::*;

use crate::ui::{Area, Field};

/// A reason has at least so many characters; the schema asks for the same.
pub const SHORTEST_REASON: usize = 80;
const LONGEST_TEXT: usize = 4_000;

/// That somebody goes past a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Who is responsible: a name and a job title.
    pub name: String,
    pub reason: String,
}

/// Reads who goes past a rule and why. `what_to_do`: where there is no reason.
///
/// # Errors
/// What to correct, in the order of the fields.
pub fn read(sent: &Sent, what_to_do: &str) -> Result<Override, Refusals> {
    let mut refusals = Refusals::default();
    let name = refusals
        .take("name", forms::within(sent.line("name"), 120, "Enter a full name and job title"));
    let reason = forms::within(forms::prose(sent.typed("reason")), LONGEST_TEXT, what_to_do);
    let reason = match reason {
        Ok(reason) if reason.chars().count() < SHORTEST_REASON => Err(format!(
            "Say more about why: at least {SHORTEST_REASON} characters. You have written {}",
            reason.chars().count()
        )),
        reason => reason,
    };
    match (name, refusals.take("reason", reason)) {
        (Some(name), Some(reason)) => Ok(Override { name, reason }),
        _ => Err(refusals),
    }
}

/// The form in which they say so. `why`: what they give a reason for.
pub fn form(why: &'static str, sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <form method="post" novalidate>
            <Field
                name="name"
                label="Who is responsible for this: full name and job title"
                value=sent.typed("name")
                autocomplete="name"
                refusals
            />
            <Area
                name="reason"
                label=why
                hint="At least 80 characters. Everyone can read it."
                value=sent.typed("reason")
                refusals
            />
            <button class="button warn">"Continue"</button>
        </form>
    }
    .into_any()
}
