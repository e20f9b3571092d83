//! The page of all questions, each of which leads to its answers.

use axum::extract::{Path, State};
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Page, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::material::{Material, Which};
use super::{store, together};
use crate::{course, progress};

/// GET `/forum/consultations/{id}/answers`
pub async fn reading_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let material = match Material::of(&house, &viewer, &id, Which::PartAfter("")).await? {
        Ok(material) => material,
        Err(answer) => return Ok(answer),
    };
    // Where there are more than one part of them, no page reads all to count the answers to each.
    let is_all = material.goes_on_after.is_none();
    let responses = if is_all {
        material.heard.len()
    } else {
        store::many_heard(&mut *house.db.read().await?, &material.consultation.id).await?
    };
    let here = format!("/forum/consultations/{}", material.consultation.id);
    let (me, now) = (&viewer.signed_in()?.account_id, house.clock.now());
    let course = course(&house, &material.consultation.id).await?;
    let page = Page::new(titled("Read the answers", &material.consultation.terms.title), || {
        let rows = material.questions().into_iter().map(|question| {
            let many = material
                .heard
                .iter()
                .filter(|heard| heard.answers.contains_key(&question.key))
                .count();
            let read = question
                .kind
                .is_in_own_words()
                .then(|| together::many_read(&material.around.readings, &question.key));
            let words = match (is_all, read) {
                (true, Some(read)) => {
                    format!("{many} answered, in their own words. {read} read by somebody")
                }
                (true, None) => format!("{many} answered"),
                (false, Some(read)) => format!("In their own words. {read} read by somebody"),
                (false, None) => String::new(),
            };
            view! {
                <li>
                    <h2>
                        <a href=format!(
                            "{here}/answers/{}",
                            question.key,
                        )>{question.text.clone()}</a>
                    </h2>
                    <p class="soft">{words}</p>
                </li>
            }
        });
        let rows = rows.collect_view();
        let not_counted = (!is_all).then(|| {
            view! {
                <p class="soft">
                    "With so many responses, the answers to each question aren't counted here. The \
                     results say how many there are."
                </p>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=here.clone()>
                        {material.consultation.terms.title.clone()}
                    </a>
                </p>
                <h1>"Read the answers"</h1>
                {progress(&course, me, now, &format!("{here}/answers"))}
                <p class="lead">
                    {format!(
                        "{} responses. Only organisers can read them, and nobody can tell whose \
                         they are.",
                        disclosure::commas(responses as u64),
                    )}
                </p>
                {not_counted}
                <ol class="queue">{rows}</ol>
                <h2>"Download the answers"</h2>
                <p class="soft">
                    "All answers in one file, for the forum only. We record who downloads it."
                </p>
                <div class="row">
                    <form method="post" action=format!("{here}/answers.xlsx")>
                        <button class="button quiet">"As a spreadsheet (XLSX)"</button>
                    </form>
                    <form method="post" action=format!("{here}/answers.csv")>
                        <button class="button quiet">"As a table (CSV)"</button>
                    </form>
                </div>
                <p>
                    <a class="button" href=format!("{here}/release")>
                        "Continue to the results"
                    </a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
