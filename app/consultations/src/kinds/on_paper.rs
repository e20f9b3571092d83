//! A question to fill in by hand.

use forms::Named;
use leptos::prelude::*;
use questionnaires::Question;
use questionnaires::kinds::Shape;

/// A question as it is printed.
pub fn to_fill_in(question: &Question, places: &[Named]) -> AnyView {
    let help = (!question.help.is_empty())
        .then(|| view! { <p class="soft lines">{question.help.clone()}</p> });
    let declined = question.may_decline.then(|| "Prefer not to say".to_owned());
    let boxes = |texts: Vec<String>, mark: &'static str| {
        let rows = texts
            .into_iter()
            .chain(declined.clone())
            .map(|text| view! { <li>{mark}" "{text}</li> });
        view! { <ul class="boxes">{rows.collect_view()}</ul> }.into_any()
    };
    let texts =
        || question.kind.choices(places).into_iter().map(|choice| choice.text).collect::<Vec<_>>();
    let line = || view! { <p class="to-write" aria-hidden="true" /> };
    let one_line = || {
        view! {
            {line()}
            {declined.clone().map(|text| view! { <p>"☐ "{text}</p> })}
        }
        .into_any()
    };
    let (how, body) = match question.kind.shape() {
        Shape::Nothing => match question.kind.to_read() {
            (words, Some(file)) => (
                "",
                view! { <img class="picture" src=format!("/pictures/{file}") alt=words /> }
                    .into_any(),
            ),
            (words, None) => ("", view! { <p class="lines">{words}</p> }.into_any()),
        },
        Shape::SomeOptions { at_most: Some(most) } => {
            return view! {
                <h2>{question.text.clone()}</h2>
                {help}
                <p class="soft">{format!("Tick up to {most}.")}</p>
                {boxes(texts(), "☐")}
            }
            .into_any();
        }
        Shape::SomeOptions { at_most: None } => ("Tick all that apply.", boxes(texts(), "☐")),
        Shape::Ranked => {
            ("Write 1 next to what matters most, then 2, and so on.", boxes(texts(), "____"))
        }
        Shape::OneOption | Shape::Place => ("Tick one.", boxes(texts(), "☐")),
        Shape::Number { .. } => (
            "Write a whole number.",
            view! {
                {one_line()}
                {question
                    .kind
                    .unit()
                    .map(|unit| view! { <p class="soft">{unit}</p> })}
            }
            .into_any(),
        ),
        Shape::Day => ("Write a date.", one_line()),
        Shape::OwnWords { in_lines: false, .. } => ("", one_line()),
        Shape::OwnWords { in_lines: true, .. } => {
            let lines = (0..5).map(|_| line()).collect_view();
            (
                "",
                view! {
                    {lines}
                    {declined.clone().map(|text| view! { <p>"☐ "{text}</p> })}
                }
                .into_any(),
            )
        }
    };
    let how = (!how.is_empty()).then(|| view! { <p class="soft">{how}</p> });
    view! {
        <h2>{question.text.clone()}</h2>
        {help}
        {how}
        {body}
    }
    .into_any()
}
