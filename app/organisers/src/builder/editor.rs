//! The form of a question, opened in the list. Its fields are those of the form without the
//! program, and so are the rules.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, FormData, HtmlFormElement, SubmitEvent, UrlSearchParams};

use super::list::{Row, field, place};
use super::state::{Builder, Editing};

#[component]
pub fn Editor(builder: Builder, editing: Editing) -> impl IntoView {
    let is_new = editing.key.is_empty();
    let (row, earlier) = builder.rows.with_untracked(|rows| {
        let at = if is_new {
            place(rows, &editing.after).map_or(rows.len(), |at| at + 1)
        } else {
            place(rows, &editing.key).unwrap_or_default()
        };
        let row = rows.iter().find(|row| row.key == editing.key).cloned();
        (row.unwrap_or_default(), rows[..at].to_vec())
    });
    let fields = row.fields;
    let value = |name: &str| field(&fields, name).to_owned();
    let kind = RwSignal::new(value("kind"));
    let asks = move |field: &str| {
        builder.kinds.with_value(|kinds| {
            let chosen = kind.with(|word| kinds.iter().find(|known| known.word == *word));
            chosen.is_some_and(|known| known.asks.iter().any(|asked| asked == field))
        })
    };
    let file = value("file");
    let is_picture = !file.is_empty();
    let form_page = builder
        .address(&format!("/questions/{}", if is_new { "new" } else { editing.key.as_str() }));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(sent) = form.and_then(|form| sent(&form)) {
            builder.save(&editing, sent);
        }
    };
    let title = if is_new { "A new question" } else { "Change this question" };
    view! {
        <form class="panel" on:submit=save novalidate aria-label=title>
            <Problems builder />
            <Line builder name="text" label="Your question, in one sentence" value=value("text") />
            <Lines builder name="help" label="Help with answering" value=value("help") />
            <Kinds builder kind is_picture />
            <p class="hint">
                "A picture is added on " <a href=form_page>"a page of its own"</a>"."
            </p>
            <div class="field" hidden=move || !asks("options")>
                <Lines
                    builder
                    name="options"
                    label="The answers to choose from, one on each line"
                    value=value("options")
                />
            </div>
            <div class="options" hidden=move || !asks("other")>
                <Tick
                    name="other"
                    value="yes".to_owned()
                    label="Add “Something else”, and ask people who choose it what it is".to_owned()
                    is_ticked=false
                />
            </div>
            <div class="field" hidden=move || !asks("at_most")>
                <Line
                    builder
                    name="at_most"
                    label="How many people can choose at most; empty for all"
                    value=value("at_most")
                />
            </div>
            <div class="field" hidden=move || !asks("least")>
                <Line builder name="least" label="The smallest it can be" value=value("least") />
                <Line builder name="most" label="The largest it can be" value=value("most") />
            </div>
            <div class="field" hidden=move || !asks("unit")>
                <Line
                    builder
                    name="unit"
                    label="What people count, such as hours or miles"
                    value=value("unit")
                />
            </div>
            <div class="field" hidden=move || !asks("words")>
                <Lines
                    builder
                    name="words"
                    label="The text to read, or what the picture shows"
                    value=value("words")
                />
            </div>
            <input type="hidden" name="file" value=file />
            <div class="options">
                <Tick
                    name="needed"
                    value="yes".to_owned()
                    label="People can't send without answering it".to_owned()
                    is_ticked=!value("needed").is_empty()
                />
                <Tick
                    name="decline"
                    value="yes".to_owned()
                    label="It is personal, so offer “Prefer not to say”".to_owned()
                    is_ticked=!value("decline").is_empty()
                />
            </div>
            <Lines
                builder
                name="each"
                label="Ask the same about several things, one on each line: each becomes a question"
                value=String::new()
            />
            <Line
                builder
                name="heading"
                label="Heading above this question"
                value=value("heading")
            />
            {who_is_asked(&earlier, &fields)}
            <div class="row">
                <button
                    class="button"
                    aria-disabled=move || builder.is_saving().then_some("true")
                >
                    "Save the question"
                </button>
                <button class="button quiet" type="button" on:click=move |_| builder.leave()>
                    "Leave it as it was"
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// What must be corrected, with the way to each field.
#[component]
fn Problems(builder: Builder) -> impl IntoView {
    let links = move || {
        let refused = builder.refused.get().into_iter();
        let links = refused.map(|(field, what_to_do)| {
            view! {
                <li>
                    <a href=format!("#edit-{field}")>{what_to_do}</a>
                </li>
            }
        });
        links.collect_view()
    };
    view! {
        <div
            class="summary"
            id="edit-problems"
            tabindex="-1"
            hidden=move || builder.refused.with(Vec::is_empty)
        >
            <h3>"There is a problem"</h3>
            <ul>{links}</ul>
        </div>
    }
}

/// A field: its label, what to do about it, and what people type or choose in.
fn labelled(
    builder: Builder,
    (name, label): (&'static str, &'static str),
    typed_in: impl IntoView + 'static,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id_of(name)>{label}</label>
            <Problem builder name />
            {typed_in.into_any()}
        </div>
    }
    .into_any()
}

fn id_of(name: &str) -> String {
    format!("edit-{name}")
}

#[component]
fn Line(builder: Builder, name: &'static str, label: &'static str, value: String) -> impl IntoView {
    let input = view! {
        <input
            id=id_of(name)
            name=name
            type="text"
            value=value
            aria-describedby=move || described(builder, name)
            aria-invalid=move || described(builder, name).map(|_| "true")
        />
    };
    labelled(builder, (name, label), input)
}

#[component]
fn Lines(
    builder: Builder,
    name: &'static str,
    label: &'static str,
    value: String,
) -> impl IntoView {
    let textarea = view! {
        <textarea
            id=id_of(name)
            name=name
            rows="3"
            prop:value=value
            aria-describedby=move || described(builder, name)
            aria-invalid=move || described(builder, name).map(|_| "true")
        />
    };
    labelled(builder, (name, label), textarea)
}

/// How people answer. A picture is a file, so only what is one already can stay one here.
#[component]
fn Kinds(builder: Builder, kind: RwSignal<String>, is_picture: bool) -> impl IntoView {
    let kinds = builder.kinds.get_value().into_iter();
    let kinds = kinds.filter(move |known| is_picture || known.word != "picture");
    let kinds = kinds.map(|known| (known.word, known.title));
    let first = (String::new(), "Choose how people answer it".to_owned());
    let options = std::iter::once(first).chain(kinds).map(|(word, title)| {
        let is_chosen = kind.with_untracked(|kind| *kind == word);
        view! {
            <option value=word selected=is_chosen>
                {title}
            </option>
        }
    });
    let options = options.collect_view();
    let select = view! {
        <select
            id=id_of("kind")
            name="kind"
            aria-describedby=move || described(builder, "kind")
            aria-invalid=move || described(builder, "kind").map(|_| "true")
            on:change=move |event: Event| kind.set(event_target_value(&event))
        >
            {options}
        </select>
    };
    labelled(builder, ("kind", "How do people answer it?"), select)
}

#[component]
fn Tick(name: &'static str, value: String, label: String, is_ticked: bool) -> impl IntoView {
    view! {
        <label class="option">
            <input type="checkbox" name=name value=value checked=is_ticked />
            {label}
        </label>
    }
}

/// The answers to earlier questions that lead to this one.
fn who_is_asked(earlier: &[Row], fields: &[(String, String)]) -> AnyView {
    let choices = earlier.iter().flat_map(|row| {
        row.options.iter().map(|(option, words)| {
            let value = format!("{} {option}", row.key);
            let is_ticked = fields.iter().any(|(name, ticked)| name == "if" && *ticked == value);
            let label = format!("{} – {words}", row.text);
            view! { <Tick name="if" value label is_ticked /> }
        })
    });
    let choices = choices.collect::<Vec<_>>();
    if choices.is_empty() {
        return ().into_any();
    }
    let is_open = fields.iter().any(|(name, _)| name == "if");
    view! {
        <details open=is_open>
            <summary>"Only ask some people"</summary>
            <fieldset class="field">
                <legend>"Only ask people who answered"</legend>
                <p class="hint">
                    "Leave these empty to ask everyone. If you tick answers to different \
                     questions, people must have given one to each."
                </p>
                <div class="options">{choices}</div>
            </fieldset>
        </details>
    }
    .into_any()
}

/// What to do about a field.
#[component]
fn Problem(builder: Builder, name: &'static str) -> impl IntoView {
    move || {
        let words = builder.refused.with(|refused| field(refused, name).to_owned());
        (!words.is_empty()).then(|| {
            view! {
                <p class="error" id=format!("edit-{name}-error")>
                    <span class="unseen">"Error: "</span>
                    {words}
                </p>
            }
        })
    }
}

/// The id of what is said about a field, where something is.
fn described(builder: Builder, name: &str) -> Option<String> {
    let is_refused = builder.refused.with(|refused| !field(refused, name).is_empty());
    is_refused.then(|| format!("edit-{name}-error"))
}

/// What a form would send.
pub fn sent(form: &HtmlFormElement) -> Option<String> {
    let data = FormData::new_with_form(form).ok()?;
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(fields.to_string().into())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use questionnaires::kinds;

    #[test]
    fn every_field_that_some_kind_has_is_in_the_form() {
        let form = include_str!("editor.rs");
        for (word, _) in kinds::offered() {
            for field in kinds::asks(word) {
                assert!(form.contains(&format!("name=\"{field}\"")), "{word}: {field}");
            }
        }
    }
}
