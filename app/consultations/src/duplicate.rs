//! A whole consultation again: what it says and what it asks, to be changed and opened anew.
//! Nobody's answers, links or results come along.

use axum::response::{IntoResponse as _, Redirect, Response};
use forms::Sent;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ui::FormKey;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Consultation};

/// The button that makes a copy.
pub fn button(consultation: &Consultation) -> impl IntoView + use<> {
    view! {
        <form method="post" action=format!("/forum/consultations/{}", consultation.id)>
            <FormKey />
            <button class="button quiet" name="step" value="copy">
                "Copy this consultation"
            </button>
        </form>
    }
}

/// Makes a copy, once for each form, and leads to it.
pub async fn duplicate(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let terms = consultation.terms.again(sent.once(), now);
    let mut tx = house.db.begin().await?;
    let (copy, is_new) = store::write(&mut tx, &terms, by, now).await?;
    if is_new {
        let (from, version) = (&consultation.id, consultation.version);
        let questions = store::corrected_questions(&mut tx, from, version).await?;
        store::keep_questions(&mut tx, &copy, 1, &questions).await?;
        let (what, about, detail) = ("consultation copied", &copy, from);
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/consultations/{copy}?done=copied")).into_response())
}
