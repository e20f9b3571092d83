//! A question as somebody answers it.

use forms::{Named, Sent};
use leptos::prelude::*;
use questionnaires::Question;
use questionnaires::answers::{Answer, DECLINED, element, field, rank_field};
use questionnaires::kinds::{Input, Shape};

/// A question as somebody is asked it.
#[derive(Clone, Copy)]
pub struct AskedQuestion<'q> {
    pub question: &'q Question,
    /// The answer that is kept; what was sent and refused comes before it.
    pub kept: Option<&'q Answer>,
    pub sent: &'q Sent,
    pub error: Option<&'q str>,
    pub places: &'q [Named],
}

/// A question with its field, among others on a page.
pub fn question(asked: AskedQuestion<'_>) -> AnyView {
    shown(asked, false)
}

/// The same alone on its page: the question is the heading of the page.
pub fn alone(asked: AskedQuestion<'_>) -> AnyView {
    shown(asked, true)
}

fn shown(asked: AskedQuestion<'_>, is_alone: bool) -> AnyView {
    let AskedQuestion { question, kept, sent, error, places } = asked;
    let name = field(question);
    let at = element(question);
    let has_help = !question.help.is_empty();
    let help = || {
        let help = has_help.then(|| {
            view! {
                <p class="hint lines" id=format!("{at}-hint")>
                    {question.help.clone()}
                </p>
            }
        });
        let needed = (is_alone && question.is_required)
            .then(|| view! { <p class="hint">"We need an answer to this one."</p> });
        view! {
            {help}
            {needed}
        }
    };
    let problem = || {
        error.map(|what_to_do| {
            view! {
                <p class="error" id=format!("{at}-error")>
                    <span class="unseen">"Error: "</span>
                    {what_to_do.to_owned()}
                </p>
            }
        })
    };
    let described = [has_help.then(|| format!("{at}-hint")), error.map(|_| format!("{at}-error"))];
    let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let described = (!described.is_empty()).then_some(described);
    let invalid = error.map(|_| "true");
    // On a page of its own, only what cannot be skipped says so.
    let text = if question.is_required || is_alone {
        question.text.clone()
    } else {
        format!("{} (optional)", question.text)
    };
    let text = match question.kind.unit() {
        Some(unit) => format!("{text} ({unit})"),
        None => text,
    };
    let legend = || {
        let text = text.clone();
        if is_alone {
            view! {
                <legend>
                    <h1>{text}</h1>
                </legend>
            }
            .into_any()
        } else {
            view! { <legend>{text}</legend> }.into_any()
        }
    };
    let label = || {
        let (text, at) = (text.clone(), at.clone());
        if is_alone {
            view! {
                <h1>
                    <label for=at>{text}</label>
                </h1>
            }
            .into_any()
        } else {
            view! { <label for=at>{text}</label> }.into_any()
        }
    };
    let heading = || {
        let text = question.text.clone();
        if is_alone {
            view! { <h1>{text}</h1> }.into_any()
        } else {
            view! { <h2>{text}</h2> }.into_any()
        }
    };
    let shown = Shown::of(question, kept, sent);
    let options = |kind: &'static str, choices: Vec<(String, String)>| {
        let declined =
            question.may_decline.then(|| (DECLINED.to_owned(), "Prefer not to say".to_owned()));
        let options = choices.into_iter().chain(declined).enumerate().map(|(nth, (value, label))| {
            let id = if nth == 0 { at.clone() } else { format!("{at}-{nth}") };
            let checked = shown.all.contains(&value);
            view! {
                <label class="option" for=id.clone()>
                    <input type=kind id=id.clone() name=name.clone() value=value checked=checked />
                    {label}
                </label>
            }
        });
        let options = options.collect_view();
        view! {
            <fieldset class="field" aria-describedby=described.clone()>
                {legend()}
                {help()}
                {problem()}
                <div class="options">{options}</div>
            </fieldset>
        }
        .into_any()
    };
    let choices = || {
        let choices = question.kind.choices(places).into_iter();
        choices.map(|choice| (choice.key, choice.text)).collect()
    };
    let line = |longest: Option<usize>| {
        let Input { kind, keys, limits } = question.kind.input().unwrap_or(Input::TEXT);
        let (value, declined) = (shown.one().to_owned(), decline(question, &shown, &name));
        view! {
            <div class="field">
                {label()}
                {help()}
                {problem()}
                <input
                    id=at.clone()
                    name=name.clone()
                    type=kind
                    inputmode=keys
                    min=limits.map(|(least, _)| least.to_string())
                    max=limits.map(|(_, most)| most.to_string())
                    value=value
                    maxlength=longest.map(|longest| longest.to_string())
                    aria-describedby=described.clone()
                    aria-invalid=invalid
                />
                {declined}
            </div>
        }
        .into_any()
    };
    match question.kind.shape() {
        Shape::OneOption | Shape::Place => options("radio", choices()),
        Shape::SomeOptions { .. } => options("checkbox", choices()),
        Shape::Ranked => {
            let options = question.kind.options();
            let most = options.len();
            let ranks = options.iter().map(|option| {
                let name = rank_field(question, option);
                let id = name.replace('.', "-");
                let value = shown.rank(&option.key);
                let choices = (0..=most).map(|nth| {
                    let nth = if nth == 0 { String::new() } else { nth.to_string() };
                    view! {
                        <option value=nth.clone() selected=nth == value>
                            {nth.clone()}
                        </option>
                    }
                });
                view! {
                    <label class="rank" for=id.clone()>
                        <select id=id.clone() name=name>
                            {choices.collect_view()}
                        </select>
                        {option.text.clone()}
                    </label>
                }
            });
            let ranks = ranks.collect_view();
            view! {
                <fieldset class="field" id=at aria-describedby=described>
                    {legend()}
                    {help()}
                    <p class="hint">
                        "Give 1 to what matters most, then 2, and so on. You can leave some out."
                    </p>
                    {problem()}
                    <div class="options">{ranks}</div>
                </fieldset>
            }
            .into_any()
        }
        Shape::Nothing => {
            let read = match question.kind.to_read() {
                (words, Some(file)) => {
                    let src = format!("/pictures/{file}");
                    view! { <img class="picture" src=src alt=words loading="lazy" /> }.into_any()
                }
                (words, None) => view! { <p class="lines">{words}</p> }.into_any(),
            };
            view! {
                <section class="panel">
                    {heading()}
                    {read}
                </section>
            }
            .into_any()
        }
        Shape::OwnWords { longest, in_lines: true } => {
            // Leptos does not escape what is in a textarea, and a browser drops the first line end.
            let value = format!("\n{}", html_escape::encode_text(shown.one()));
            let declined = decline(question, &shown, &name);
            view! {
                <div class="field">
                    {label()}
                    {help()}
                    {problem()}
                    <textarea
                        id=at.clone()
                        name=name
                        rows="5"
                        maxlength=longest.to_string()
                        aria-describedby=described
                        aria-invalid=invalid
                    >
                        {value}
                    </textarea>
                    {declined}
                </div>
            }
            .into_any()
        }
        Shape::OwnWords { longest, in_lines: false } => line(Some(longest)),
        Shape::Number { .. } | Shape::Day => line(None),
    }
}

/// "Prefer not to say", beside a field to write in.
fn decline(question: &Question, shown: &Shown, name: &str) -> impl IntoView + use<> {
    let checked = shown.all.iter().any(|value| value == DECLINED);
    let (id, name) = (format!("{}-declined", element(question)), name.to_owned());
    question.may_decline.then(|| {
        view! {
            <label class="option" for=id.clone()>
                <input type="checkbox" id=id.clone() name=name value=DECLINED checked=checked />
                "Prefer not to say"
            </label>
        }
    })
}

/// What is in the field: what was sent, or the answer that is kept.
struct Shown {
    all: Vec<String>,
    ranked: Vec<(String, String)>,
}

impl Shown {
    fn of(question: &Question, kept: Option<&Answer>, sent: &Sent) -> Self {
        let was_sent = sent.fields().next().is_some();
        let options = question.kind.options();
        if was_sent {
            let ranked = options
                .iter()
                .map(|option| (option.key.clone(), sent.line(&rank_field(question, option))))
                .collect();
            return Self { all: sent.all(&field(question)), ranked };
        }
        let all = match kept {
            Some(Answer::Chosen(keys)) => keys.clone(),
            Some(Answer::Number(number)) => vec![number.to_string()],
            Some(Answer::Text(text) | Answer::Day(text)) => vec![text.clone()],
            Some(Answer::Declined) => vec![DECLINED.to_owned()],
            Some(Answer::Ranked(_)) | None => Vec::new(),
        };
        let ranked = match kept {
            Some(Answer::Ranked(keys)) => keys
                .iter()
                .enumerate()
                .map(|(nth, key)| (key.clone(), (nth + 1).to_string()))
                .collect(),
            _ => Vec::new(),
        };
        Self { all, ranked }
    }

    fn one(&self) -> &str {
        self.all.iter().find(|value| *value != DECLINED).map_or("", String::as_str)
    }

    fn rank(&self, key: &str) -> String {
        self.ranked
            .iter()
            .find(|(option, _)| option == key)
            .map(|(_, rank)| rank.clone())
            .unwrap_or_default()
    }
}
