//! The questions to print and fill in by hand.

use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock;
use forms::Named;
use ground::error::Error;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use id::picture_name;
use leptos::prelude::*;
use questionnaires::{Kind, Question, edit};

use super::answering::pages::only_if;
use super::opened;

/// GET `/consultations/{id}/paper`
pub async fn page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let places = area::store::places(&house.db).await?;
    let page = Page::new(format!("On paper: {}", consultation.terms.title), || {
        let terms = &consultation.terms;
        let rows =
            edit::flat(&consultation.questionnaire).into_iter().map(|(heading, question)| {
                let heading = heading.map(|heading| view! { <p class="state">{heading}</p> });
                let some = (!question.only_if.is_empty()).then(|| {
                    view! { <p class="soft">
                    {only_if(consultation.questionnaire.questions(), &question)}</p> }
                });
                view! {
                    {heading}
                    <section class="on-paper">{some}{to_fill_in(&question, &places)}</section>
                }
            });
        let rows = rows.collect_view();
        view! {
            <article class="stack">
                <p class="no-print">
                    <a class="back" href=format!("/consultations/{}", consultation.id)>
                        {terms.title.clone()}
                    </a>
                </p>
                <p class="no-print panel">
                    "Print this page. When you have filled it in, give it to the forum. Our \
                     volunteers will type it in."
                </p>
                <h1>{terms.title.clone()}</h1>
                <p class="lines">{terms.about.clone()}</p>
                <p>
                    {format!(
                        "Please give it to {} by {}. Don't write your name on it.",
                        house.names.forum,
                        clock::day(terms.closes_at),
                    )}
                </p>
                <p class="soft">
                    {format!(
                        "Or answer online at {}",
                        house.link(&format!("/consultations/{}", consultation.id)),
                    )}
                </p>
                {rows}
                <p class="on-paper soft">
                    {format!(
                        "Forum use only: version {}, sheet number ________",
                        consultation.version,
                    )}
                </p>
            </article>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn to_fill_in(question: &Question, places: &[Named]) -> AnyView {
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
        || question.kind.options().into_iter().map(|option| option.text).collect::<Vec<_>>();
    let line = || view! { <p class="to-write" aria-hidden="true" /> };
    let (how, body) = match &question.kind {
        Kind::Picture { words, file } if picture_name(file).is_some() => (
            "",
            view! { <img class="picture" src=format!("/pictures/{file}") alt=words.clone() /> }
                .into_any(),
        ),
        Kind::Page { words } | Kind::Picture { words, .. } => {
            ("", view! { <p class="lines">{words.clone()}</p> }.into_any())
        }
        Kind::SeveralOf { at_most: Some(most), .. } => {
            return view! {
                <h2>{question.text.clone()}</h2>
                {help}
                <p class="soft">{format!("Tick up to {most}.")}</p>
                {boxes(texts(), "☐")}
            }
            .into_any();
        }
        Kind::SeveralOf { .. } => ("Tick all that apply.", boxes(texts(), "☐")),
        Kind::Rank { .. } => {
            ("Write 1 next to what matters most, then 2, and so on.", boxes(texts(), "____"))
        }
        Kind::Place {} => {
            ("Tick one.", boxes(places.iter().map(|place| place.name.clone()).collect(), "☐"))
        }
        Kind::OneOf { .. } | Kind::Scale { .. } | Kind::YesNo {} => {
            ("Tick one.", boxes(texts(), "☐"))
        }
        Kind::Number { .. } => (
            "Write a whole number.",
            view! {
                {line()}
                {declined.clone().map(|text| view! { <p>"☐ "{text}</p> })}
            }
            .into_any(),
        ),
        Kind::Date {} => (
            "Write a date.",
            view! {
                {line()}
                {declined.clone().map(|text| view! { <p>"☐ "{text}</p> })}
            }
            .into_any(),
        ),
        Kind::ShortText {} => (
            "",
            view! {
                {line()}
                {declined.clone().map(|text| view! { <p>"☐ "{text}</p> })}
            }
            .into_any(),
        ),
        Kind::LongText {} => {
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
