//! The form kit: a field, a text of several lines, choices, and the summary of errors.
//!
//! Behaviour and ARIA follow the GOV.UK components: a hint and an error are tied to the field by
//! `aria-describedby`, the summary is an alert that links to each field.

use forms::{Named, Refusals, Sent};
use leptos::prelude::*;

/// The errors, at the top of the page. Empty when there are none.
#[component]
pub fn Summary<'a>(refusals: &'a Refusals) -> impl IntoView {
    let links = refusals
        .iter()
        .map(|(field, what_to_do)| {
            view! {
                <li>
                    <a href=format!("#{field}")>{what_to_do.to_owned()}</a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!links.is_empty()).then(|| {
        view! {
            <div class="summary" id="put-right">
                <div role="alert">
                    <h2>"There is a problem"</h2>
                    <ul>{links}</ul>
                </div>
            </div>
        }
    })
}

/// One line of text.
#[component]
pub fn Field<'a>(
    /// The field's id and the name it is sent under.
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    refusals: &'a Refusals,
) -> impl IntoView {
    let error = refusals.about(name);
    let inputmode = match kind {
        "email" => Some("email"),
        "number" => Some("numeric"),
        _ => None,
    };
    // A password that is shown is taken as it is typed too.
    let is_new_password = autocomplete == Some("new-password");
    let is_no_prose = is_new_password || matches!(kind, "email" | "password");
    let field = view! {
        <input
            id=name
            name=name
            type=kind
            value=value
            dir=(kind == "text").then_some("auto")
            inputmode=inputmode
            autocomplete=autocomplete
            autocapitalize=is_new_password.then_some("none")
            spellcheck=is_no_prose.then_some("false")
            aria-describedby=described_by(name, hint, error)
            aria-invalid=error.map(|_| "true")
        />
    };
    labelled(name, label, hint, error, field)
}

/// The code on a receipt or a slip, which [`id::read_code`] reads.
#[component]
pub fn CodeField<'a>(
    label: &'static str,
    #[prop(into)] value: String,
    refusals: &'a Refusals,
) -> impl IntoView {
    view! {
        <Field
            name="code"
            label
            hint="Four groups of four, like 7XK2-9QHM-4ETC-0ABD."
            autocomplete="off"
            value
            refusals
        />
    }
}

/// Several lines of text.
#[component]
pub fn Area<'a>(
    /// The field's id and the name it is sent under.
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(default = 5)] rows: u8,
    refusals: &'a Refusals,
) -> impl IntoView {
    let error = refusals.about(name);
    // Leptos does not escape what is in a textarea. A browser drops the first line end after
    // the tag; this one is there to be dropped.
    let value = format!("\n{}", html_escape::encode_text(&value));
    let field = view! {
        <textarea
            id=name
            name=name
            rows=rows
            aria-describedby=described_by(name, hint, error)
            aria-invalid=error.map(|_| "true")
        >
            {value}
        </textarea>
    };
    labelled(name, label, hint, error, field)
}

/// A file to choose.
#[component]
pub fn Upload<'a>(
    /// The field's id and the name it is sent under.
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    /// The file types a browser offers; the content decides what is accepted.
    accept: &'static str,
    refusals: &'a Refusals,
) -> impl IntoView {
    let error = refusals.about(name);
    let field = view! {
        <input
            id=name
            name=name
            type="file"
            accept=accept
            aria-describedby=described_by(name, hint, error)
            aria-invalid=error.map(|_| "true")
        />
    };
    labelled(name, label, hint, error, field)
}

/// One thing that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    /// One choice for each (value, label), chosen where `is_chosen` says so of its value.
    pub fn each<V: Into<String>, L: Into<String>>(
        things: impl IntoIterator<Item = (V, L)>,
        is_chosen: impl Fn(&str) -> bool,
    ) -> Vec<Self> {
        let choice = |(value, label): (V, L)| {
            let value = value.into();
            Self { chosen: is_chosen(&value), value, label: label.into() }
        };
        things.into_iter().map(choice).collect()
    }

    /// One service, place or organisation, or a first choice for all or none of them.
    #[must_use]
    pub fn with_first(first: &str, named: Vec<Named>, chosen: &str) -> Vec<Self> {
        let each = named.into_iter().map(|named| (named.id, named.name));
        Self::each(std::iter::once((String::new(), first.to_owned())).chain(each), |id| {
            id == chosen
        })
    }

    /// One choice for each service, place or organisation, chosen where it was ticked.
    #[must_use]
    pub fn ticked(sent: &Sent, name: &str, named: Vec<Named>) -> Vec<Self> {
        let ticked = sent.all(name);
        Self::each(named.into_iter().map(|named| (named.id, named.name)), |id| {
            ticked.iter().any(|ticked| ticked == id)
        })
    }
}

/// Several things to choose from: one of them (`many` false) or any number.
#[component]
pub fn Choices<'a>(
    /// The name all are sent under; the first choice has it as its id.
    name: &'static str,
    legend: &'static str,
    #[prop(optional)] hint: &'static str,
    choices: Vec<Choice>,
    #[prop(optional)] many: bool,
    refusals: &'a Refusals,
) -> impl IntoView {
    let error = refusals.about(name);
    let kind = if many { "checkbox" } else { "radio" };
    let options = choices
        .into_iter()
        .enumerate()
        .map(|(nth, choice)| {
            let id = if nth == 0 { name.to_owned() } else { format!("{name}-{nth}") };
            let label_for = id.clone();
            view! {
                <label class="option" for=label_for>
                    <input type=kind id=id name=name value=choice.value checked=choice.chosen />
                    {choice.label}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field" aria-describedby=described_by(name, hint, error)>
            <legend>{legend}</legend>
            <Hint name hint />
            <Problem name error=error.map(str::to_owned) />
            <div class="options">{options}</div>
        </fieldset>
    }
}

/// One of several things, folded away.
#[component]
pub fn Select(
    /// The name it is sent under, and its id.
    name: &'static str,
    label: &'static str,
    /// Another id, where the page has the field more than once.
    #[prop(optional, into)]
    id: Option<String>,
    choices: Vec<Choice>,
) -> impl IntoView {
    let id = id.unwrap_or_else(|| name.to_owned());
    let options = choices.into_iter().map(|choice| {
        view! {
            <option value=choice.value selected=choice.chosen>
                {choice.label}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name>
                {options.collect_view()}
            </select>
        </div>
    }
}

/// Fields that were sent, to be sent again hidden.
pub fn hidden<'f>(fields: impl Iterator<Item = &'f (String, String)>) -> AnyView {
    fields
        .map(
            |(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone() /> },
        )
        .collect_view()
        .into_any()
}

/// A hidden key, so that a double tap, or the same form in two tabs, counts once.
#[component]
pub fn FormKey(
    /// The key sent before, when the form is shown again.
    #[prop(optional, into)]
    key: String,
) -> impl IntoView {
    let key = id::parse(&key).unwrap_or_else(id::fresh);
    view! { <input type="hidden" name="form_key" value=key /> }
}

/// A field with what goes around it: its label, the hint, the error.
fn labelled(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    error: Option<&str>,
    field: impl IntoView,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <Hint name hint />
            <Problem name error=error.map(str::to_owned) />
            {field}
        </div>
    }
}

#[component]
fn Hint(name: &'static str, hint: &'static str) -> impl IntoView {
    (!hint.is_empty()).then(|| {
        view! {
            <p class="hint" id=format!("{name}-hint")>
                {hint}
            </p>
        }
    })
}

#[component]
fn Problem(name: &'static str, error: Option<String>) -> impl IntoView {
    error.map(|what_to_do| {
        view! {
            <p class="error" id=format!("{name}-error")>
                <span class="unseen">"Error: "</span>
                {what_to_do}
            </p>
        }
    })
}

fn described_by(name: &str, hint: &str, error: Option<&str>) -> Option<String> {
    match (hint.is_empty(), error.is_none()) {
        (true, true) => None,
        (false, true) => Some(format!("{name}-hint")),
        (true, false) => Some(format!("{name}-error")),
        (false, false) => Some(format!("{name}-hint {name}-error")),
    }
}
