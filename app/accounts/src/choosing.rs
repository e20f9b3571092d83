//! The field in which somebody chooses a password, wherever that is. What is typed in it can be
//! shown: a button sends the form for that alone, so it works without a script. The page that comes
//! back holds what else was typed, but never a password.

use forms::{Refusals, Sent};
use ground::ui::Field;
use leptos::prelude::*;

/// Whether the form was sent only to show, or to hide, what is typed.
pub fn only_shows(sent: &Sent) -> bool {
    matches!(sent.typed("step"), "show" | "hide")
}

fn is_shown(sent: &Sent) -> bool {
    match sent.typed("step") {
        "show" => true,
        "hide" => false,
        _ => sent.typed("shown") == "yes",
    }
}

/// The field, for the account of this address, which a password manager stores it with.
#[component]
pub fn NewPassword<'a>(
    label: &'static str,
    /// The address that signs in with it.
    #[prop(into)]
    email: String,
    sent: &'a Sent,
    refusals: &'a Refusals,
) -> impl IntoView {
    let is_shown = is_shown(sent);
    let kind = if is_shown { "text" } else { "password" };
    view! {
        {is_shown.then(|| view! { <input type="hidden" name="shown" value="yes" /> })}
        <input type="email" autocomplete="username" value=email readonly=true hidden=true />
        <Field
            name="password"
            label
            hint="Use 10 characters or more. Three words that don't belong together work well."
            kind
            autocomplete="new-password"
            refusals
        />
    }
}

/// The button that shows what is typed, or hides it. It comes after the form's own button, which is
/// the one that Enter presses.
#[component]
pub fn ShowPassword<'a>(sent: &'a Sent) -> impl IntoView {
    let (step, words) = if is_shown(sent) {
        ("hide", "Hide the password as I type")
    } else {
        ("show", "Show the password as I type")
    };
    view! {
        <button class="button quiet" name="step" value=step formaction="#password">
            {words}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_shown_until_it_is_hidden() {
        let shown = |fields: &[(&str, &str)]| is_shown(&Sent::of(fields));
        assert!(!shown(&[]));
        assert!(shown(&[("step", "show")]));
        assert!(shown(&[("shown", "yes")]));
        assert!(!shown(&[("shown", "yes"), ("step", "hide")]));
    }
}
