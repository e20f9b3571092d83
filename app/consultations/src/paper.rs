//! The questions to print and fill in by hand.

use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::edit;

use super::answering::pages::only_if;
use super::kinds::on_paper;
use super::opened;

/// GET `/consultations/{id}/paper`
pub async fn paper_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?.without_answers();
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
                    <section class="on-paper">
                        {some} {on_paper::to_fill_in(&question, &places)}
                    </section>
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
