//! A leader says what a draft does about a recommendation.

use axum::extract::{Path, State};
use axum::response::Response;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id, Recommendation};
use ground::sent::Form;
use ground::ui::{Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::named;
use super::store::{self, ForDraft};
use crate::answers::{self, Asked, Asks, answer_in_draft};
use crate::store::Plan;
use crate::{led_plan, parsed, version};

/// The parts of an address: the plan, the number of its draft, the recommendation.
type Parts = (Id<ids::Plan>, String, Id<Recommendation>);

/// GET `/lead/plans/{id}/drafts/{version}/recommendations/{topic}`
pub async fn answer_recommendation_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(parts): Path<Parts>,
) -> Result<Response, Error> {
    let (plan, number, one) = found(&house, &viewer, &parts).await?;
    let sent = answers::as_sent(one.answer.as_ref());
    Ok(answer_page(&plan, number, &one, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/drafts/{version}/recommendations/{topic}`
pub async fn answer_recommendation(
    State(house): State<House>,
    viewer: Viewer,
    Path(parts): Path<Parts>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let id = parsed(&parts.2)?;
    let (draft, about) = ((&parts.0, parts.1.as_str()), Asked::Recommendation(&id));
    let refusals = match answer_in_draft(&house, &viewer, draft, about, &sent).await? {
        Ok(to_draft) => return Ok(to_draft),
        Err(refusals) => refusals,
    };
    let (plan, number, one) = found(&house, &viewer, &parts).await?;
    Ok(answer_page(&plan, number, &one, &sent, &refusals).answer(&house, &viewer))
}

/// The recommendation of an address, for a leader of the plan.
async fn found(
    house: &House,
    viewer: &Viewer,
    (id, number, recommendation): &Parts,
) -> Result<(Plan, i64, ForDraft), Error> {
    let (plan, number) = (led_plan(house, viewer, id).await?, version(number)?);
    let recommendation = parsed(recommendation)?;
    let all = store::of_draft(&house.db, &plan.id, number).await?;
    let one = all.into_iter().find(|one| one.id == recommendation).ok_or(Error::NotFound)?;
    Ok((plan, number, one))
}

fn answer_page(plan: &Plan, number: i64, one: &ForDraft, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/lead/plans/{}/drafts/{number}", plan.id);
    let frame = Frame::new("Answer a recommendation", (back, format!("Draft {number}")))
        .of(&one.number)
        .heading(format!("What does draft {number} do about this recommendation?"));
    let about = view! {
        <p class="lead">{named(&one.number, &one.page, &one.words)}</p>
        <p class="soft">
            <a href=format!("/reports/{}", one.report_id)>{one.report.clone()}</a>
        </p>
    };
    let asks = Asks::of_draft(
        "It is in the draft, as recommended",
        "If it is in the draft, say where, and what you changed. If it isn't, say why. Everyone \
         can read it.",
    );
    asks.page(frame, about.into_any(), sent, refusals)
}
