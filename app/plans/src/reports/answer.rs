//! A leader says what a draft does about a recommendation.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id, Recommendation};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::named;
use super::store::{self, ForDraft};
use crate::store::{Act, Plan};
use crate::{begin, leader, led_plan, parsed, rules, version};

/// The parts of an address: the plan, the number of its draft, the recommendation.
type Parts = (Id<ids::Plan>, String, Id<Recommendation>);

/// GET `/lead/plans/{id}/drafts/{version}/recommendations/{topic}`
pub async fn answer_recommendation_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(parts): Path<Parts>,
) -> Result<Response, Error> {
    let (plan, number, one) = found(&house, &viewer, &parts).await?;
    let sent = one.answer.clone().map_or_else(Sent::default, |(does, words, decided_by)| {
        Sent::of(&[("answer", does.word()), ("words", &words), ("decided_by", &decided_by)])
    });
    Ok(answer_page(&plan, number, &one, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/drafts/{version}/recommendations/{topic}`
pub async fn answer_recommendation(
    State(house): State<House>,
    viewer: Viewer,
    Path(parts): Path<Parts>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let refusals = match rules::answer(&sent) {
        Err(refusals) => refusals,
        Ok(answer) => {
            let (by, number) = (leader(&viewer)?, version(&parts.1)?);
            let (plan_id, id) = (parsed(&parts.0)?, parsed(&parts.2)?);
            let (mut tx, at) = begin(&house, &plan_id, &by).await?;
            let act = Act { plan_id: &plan_id, by: &by, at };
            let is_saved = store::answer(&mut tx, act, number, &id, &answer).await?;
            if is_saved {
                let (what, detail) = ("recommendation answered", answer.kind.word());
                let entry = Entry { at, who: Some(&by.account_id), what, about: &id, detail };
                audit::note(&mut tx, entry).await?;
            }
            tx.commit().await?;
            if is_saved {
                let to = format!("/lead/plans/{plan_id}/drafts/{number}");
                return Ok(Redirect::to(&to).into_response());
            }
            Refusals::one(
                "answer",
                "This draft has been published, so its answers can't change. Submit a new draft",
            )
        }
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
    let choices = [
        ("adopted", "It is in the draft, as recommended"),
        ("adapted", "It is in the draft, with changes"),
        ("not", "It is not in the draft"),
    ];
    let choices = Choice::each(choices, |value| sent.typed("answer") == value);
    let frame = Frame::new("Answer a recommendation", (back, format!("Draft {number}")))
        .of(&one.number)
        .heading(format!("What does draft {number} do about this recommendation?"))
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">{named(&one.number, &one.page, &one.words)}</p>
            <p class="soft">
                <a href=format!("/reports/{}", one.report_id)>{one.report.clone()}</a>
            </p>
            <form method="post" novalidate>
                <Choices name="answer" legend="What the draft does about it" choices refusals />
                <Area
                    name="words"
                    label="Where, how or why not"
                    hint="If it is in the draft, say where, and what you changed. If it isn't, \
                        say why. Everyone can read it."
                    value=sent.typed("words")
                    refusals
                />
                <Field
                    name="decided_by"
                    label="Who decided, if it isn't in the draft"
                    hint="Name and job title."
                    value=sent.typed("decided_by")
                    refusals
                />
                <button class="button">"Save this answer"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
