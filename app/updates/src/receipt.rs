//! What came of the answers that a receipt stands for, without an account.

use axum::extract::State;
use axum::response::Response;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::store::Which;

use crate::store;

/// How many outcomes of one consultation a receipt shows.
const MOST_OF_ONE: i64 = 50;

/// GET `/updates/receipt`
pub async fn receipt_form(State(house): State<House>, viewer: Viewer) -> Response {
    receipt_page(&Sent::default(), &Refusals::default()).answer(&house, &viewer)
}

/// POST `/updates/receipt`: what came of the consultation that this code answers. Nothing is kept,
/// and nothing of the answers is shown.
pub async fn receipt(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let found = match id::read_code(sent.typed("code")) {
        Some(code) => store::consultation_of(&house.db, &id::hash(&code)).await?,
        None => None,
    };
    let Some((consultation, counts)) = found else {
        let what_to_do = "Look at the code once more, email by email. No answers have this one; \
            those that were never sent are erased four weeks after the close";
        return Ok(receipt_page(&sent, &Refusals::one("code", what_to_do)).answer(&house, &viewer));
    };
    let updates =
        outcomes::store::list(&house.db, &Which::About(consultation.id.clone()), (MOST_OF_ONE, 0))
            .await?;
    let page = Page::new("What came of your answers", || {
        let to = format!("/consultations/{}", consultation.id);
        let counted = if counts {
            "Your answers count in it."
        } else {
            "Your answers were not sent, or taken back: they do not count in it."
        };
        let nothing = updates.is_empty().then(|| {
            view! {
                <p>
                    "Nobody has said yet what came of it. By when that is due stands under "
                    <a href="/updates?show=awaited">"outcomes that are awaited"</a>"."
                </p>
            }
        });
        view! {
            <div class="stack">
                <h1>"What came of your answers"</h1>
                <p class="lead">
                    <a href=to>{consultation.title}</a>
                </p>
                <p>{counted}</p>
                {nothing}
                {outcomes::rows(updates)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn receipt_page(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("What came of your answers", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"What came of your answers"</h1>
                <p class="lead">
                    "Type in the code that you got when you answered. We cannot tell whose it is, \
                     and keep nothing of this."
                </p>
                <form method="post" action="/updates/receipt" novalidate>
                    <Field
                        name="code"
                        label="Your code"
                        hint="Four groups of four, like 7XK2-9QHM-4ETC-0ABD."
                        autocomplete="off"
                        value=sent.typed("code")
                        refusals
                    />
                    <button class="button">"See what came of it"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}
