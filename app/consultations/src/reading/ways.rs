//! What was done about one answer, and what an organiser can do.

use forms::Sent;
use leptos::prelude::*;
use questionnaires::results::{Heard, Theme};

use super::Done;

/// What was done about an answer.
pub(super) fn marks(done: &[&Done]) -> impl IntoView + use<> {
    let lines = done.iter().map(|done| match done {
        Done::Redacted { reason, .. } => format!("✓ Redacted: {reason}"),
        Done::Quoted { words } => format!(
            "✓ Chosen for the results: “{words}”. It is published if enough people answered this \
             question for their number to be shown"
        ),
        Done::PassedOn => "○ Only the safeguarding lead can read it".to_owned(),
    });
    let lines = lines.map(|line| view! { <p class="state">{line}</p> }).collect::<Vec<_>>();
    lines.collect_view()
}

/// An answer that something can be done about.
pub(super) struct OneAnswer<'a> {
    pub heard: &'a Heard,
    /// As it is read.
    pub said: &'a str,
    pub done: &'a [&'a Done],
    /// What was sent about it just now and refused.
    pub refused: Option<&'a Sent>,
}

/// What an organiser can do about an answer. `mine`: of a second reader, the themes they found, in
/// place of those that stand.
pub(super) fn ways(
    here: &str,
    answer: &OneAnswer<'_>,
    (themes, mine): (&[Theme], Option<&[String]>),
) -> impl IntoView + use<> {
    let OneAnswer { heard, said, done, refused } = *answer;
    if done.contains(&&Done::PassedOn) {
        return ().into_any();
    }
    let response =
        || view! { <input type="hidden" name="response" value=heard.response_id.clone() /> };
    let form = |fields: AnyView| {
        view! {
            <form method="post" action=here.to_owned()>
                {response()}
                {fields}
            </form>
        }
    };
    let ticks = themes.iter().map(|theme| {
        let checked = match mine {
            Some(mine) => mine.contains(&theme.id),
            None => theme.responses.contains(&heard.response_id),
        };
        view! {
            <label class="option">
                <input type="checkbox" name="theme" value=theme.id.clone() checked=checked />
                {theme.title.clone()}
            </label>
        }
    });
    let ticks = ticks.collect_view();
    let (step, label) = match mine {
        Some(_) => ("found", "Save the themes I found"),
        None => ("themes", "Save its themes"),
    };
    let about = (!themes.is_empty()).then(|| {
        let fields = view! {
            <fieldset class="field">
                <legend class="unseen">"What it is about"</legend>
                <div class="options">{ticks}</div>
            </fieldset>
            <button class="button quiet" name="step" value=step>
                {label}
            </button>
        };
        form(fields.into_any())
    });
    // What was typed stays where it was typed; elsewhere people begin with the answer itself.
    let typed = |step: &str, field: &str| {
        refused.filter(|sent| sent.typed("step") == step).map(|sent| sent.typed(field).to_owned())
    };
    let text = |step: &str| {
        let words = typed(step, "words").unwrap_or_else(|| said.to_owned());
        format!("\n{}", html_escape::encode_text(&words))
    };
    let quoted = done.iter().find_map(|done| {
        if let Done::Quoted { words } = done { Some(words.clone()) } else { None }
    });
    let quote = if !heard.may_quote {
        view! { <p class="soft">"The person who wrote this didn't say we could quote it."</p> }
            .into_any()
    } else if quoted.is_some() {
        form(
            view! {
                <button class="button quiet" name="step" value="unquote">
                    "Don't publish this quote"
                </button>
            }
            .into_any(),
        )
        .into_any()
    } else {
        let fields = view! {
            <label class="field">
                "Quote to publish with the results"<textarea name="words" rows="3">
                    {text("quote")}
                </textarea>
            </label>
            <button class="button quiet" name="step" value="quote">
                "Add this quote to the results"
            </button>
        };
        form(fields.into_any()).into_any()
    };
    let redact = form(
        view! {
            <label class="field">
                "What people will read instead"<textarea name="words" rows="3">
                    {text("redact")}
                </textarea>
            </label>
            <label class="field">
                "Why"<input name="reason" type="text" value=typed("redact", "reason") />
            </label>
            <button class="button quiet" name="step" value="redact">
                "Redact this answer"
            </button>
        }
        .into_any(),
    );
    let pass_on = form(
        view! {
            <p>"After that only the safeguarding lead can read it."</p>
            <p class="row">
                <button class="button warn" name="step" value="danger">
                    "Someone may be in danger"
                </button>
                <button class="button warn" name="step" value="name">
                    "It names a child"
                </button>
            </p>
        }
        .into_any(),
    );
    view! {
        {about}
        <details open=refused.is_some()>
            <summary>"Quote, redact or pass on"</summary>
            {quote}
            {redact}
            {pass_on}
        </details>
    }
    .into_any()
}
