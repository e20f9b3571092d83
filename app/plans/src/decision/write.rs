//! A leader writes the decision on a plan down, and says what it makes of each topic and of what
//! parents said. Both can be changed until it is published.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, DecisionThing, Id};
use ground::sent::Form;
use ground::ui::{Area, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::{rules, title};
use crate::answers::{self, Asks};
use crate::rules::decided_answer;
use crate::store::{self, Act, AskedThing, Plan, ThingKind, Written};
use crate::{begin, frame, leader, led_plan, note, parsed};

/// The page on which it is checked and published.
fn publication(plan_id: &Id<ids::Plan>) -> String {
    format!("/lead/plans/{plan_id}/decision/publication")
}

/// The plan of an address while its decision can be written; else the page everyone reads.
pub(super) async fn undecided(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Plan>,
) -> Result<Result<Plan, Response>, Error> {
    let plan = led_plan(house, viewer, id).await?;
    Ok(if plan.decided().is_some() {
        Err(Redirect::to(&format!("/plans/{}/decision", plan.id)).into_response())
    } else {
        Ok(plan)
    })
}

/// GET `/lead/plans/{id}/decision`
pub async fn write_decision_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = match undecided(&house, &viewer, &id).await? {
        Ok(plan) => plan,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let sent = plan.decision.as_ref().map_or_else(Sent::default, |decision| {
        Sent::of(&[
            ("seen", &decision.written_at.millis().to_string()),
            ("words", &decision.words),
            ("decided_by", &decision.decided_by),
            ("day", &clock::fields(decision.decided_at).0),
            ("paper", &decision.paper),
        ])
    });
    Ok(decision_form(&plan, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/decision`
pub async fn write_decision(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let decision = match rules::decision(&sent, house.clock.now()) {
        Ok(decision) => decision,
        Err(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(decision_form(&plan, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let seen: Moment = sent.typed("seen").parse().unwrap_or_default();
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let written = store::write_decision(&mut tx, act, &decision, seen).await?;
    if written == Written::Saved {
        note(&mut tx, act, "decision written", "").await?;
    }
    tx.commit().await?;
    let refusals = match written {
        Written::Saved => return Ok(Redirect::to(&publication(&plan_id)).into_response()),
        Written::Changed => Refusals::one(
            "words",
            "Someone else has changed this decision meanwhile, so yours is not saved. Copy what \
             you wrote, open this page again and add it",
        ),
        Written::Published => {
            Refusals::one("words", "This decision has been published, so it can't be changed")
        }
    };
    let plan = led_plan(&house, &viewer, &id).await?;
    Ok(decision_form(&plan, &sent, &refusals).answer(&house, &viewer))
}

fn decision_form(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let page = frame(plan, "Write the decision", refusals).around(|| {
        view! {
            <p class="lead">
                "What was decided in the end, in plain words. Everyone can read it once you \
                 publish it. Until then only leaders of the organisations that plan it can."
            </p>
            <form method="post" novalidate>
                <input type="hidden" name="seen" value=sent.typed("seen").to_owned() />
                {decided_fields(sent, refusals)}
                <Field
                    name="day"
                    label="When was it decided?"
                    hint="If that was before a consultation on the plan had closed, the page will \
                        always say so."
                    kind="date"
                    value=sent.typed("day")
                    refusals
                />
                {paper_field(sent, refusals)}
                <button class="button">"Save the decision"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// What was decided, and by which body.
fn decided_fields(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <Area
            name="words"
            label="What was decided"
            hint="What will change for families, and when."
            value=sent.typed("words")
            refusals
        />
        <Field
            name="decided_by"
            label="Which body decided it?"
            hint="For example the council's cabinet, or the board of the NHS in this area. \
                Please don't name a person."
            value=sent.typed("decided_by")
            refusals
        />
    }
    .into_any()
}

fn paper_field(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <Field
            name="paper"
            label="Link to the paper of that body"
            hint="In full, like https://www.example.org/report"
            kind="url"
            value=sent.typed("paper")
            refusals
        />
    }
    .into_any()
}

/// What a decision says, but for its day.
pub(super) fn words_fields(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        {decided_fields(sent, refusals)}
        {paper_field(sent, refusals)}
    }
    .into_any()
}

/// GET `/lead/plans/{id}/decision/answers/{thing}`
pub async fn answer_thing_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, thing)): Path<(Id<ids::Plan>, Id<DecisionThing>)>,
) -> Result<Response, Error> {
    let (plan, thing) = match asked(&house, &viewer, (&id, &thing)).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    // What the draft did about it is most often what was decided.
    let said = thing.answer.as_ref().or(thing.in_draft.as_ref());
    let sent = answers::as_sent(said);
    Ok(answer_form(&plan, &thing, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/decision/answers/{thing}`
pub async fn answer_thing(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, thing)): Path<(Id<ids::Plan>, Id<DecisionThing>)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let refusals = match decided_answer(&sent) {
        Err(refusals) => refusals,
        Ok(answer) => {
            let (by, plan_id, thing_id) = (leader(&viewer)?, parsed(&id)?, parsed(&thing)?);
            let (mut tx, at) = begin(&house, &plan_id, &by).await?;
            let act = Act { plan_id: &plan_id, by: &by, at };
            let is_saved = store::answer_thing(&mut tx, act, &thing_id, &answer).await?;
            if is_saved {
                let detail = format!("{thing_id} {}", answer.kind.word());
                note(&mut tx, act, "decision answered", &detail).await?;
            }
            tx.commit().await?;
            if is_saved {
                return Ok(Redirect::to(&publication(&plan_id)).into_response());
            }
            Refusals::one(
                "answer",
                "This can't be saved any more: the decision has been published, or parents have \
                 taken this back. Go back to the decision",
            )
        }
    };
    let (plan, thing) = match asked(&house, &viewer, (&id, &thing)).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    Ok(answer_form(&plan, &thing, &sent, &refusals).answer(&house, &viewer))
}

/// The plan, and what is to be answered; else where to go.
async fn asked(
    house: &House,
    viewer: &Viewer,
    (id, thing): (&Id<ids::Plan>, &Id<DecisionThing>),
) -> Result<Result<(Plan, AskedThing), Response>, Error> {
    let plan = match undecided(house, viewer, id).await? {
        Ok(plan) => plan,
        Err(elsewhere) => return Ok(Err(elsewhere)),
    };
    if plan.decision.is_none() {
        let first = format!("/lead/plans/{}/decision", plan.id);
        return Ok(Err(Redirect::to(&first).into_response()));
    }
    let thing = parsed(thing)?;
    let things = store::decision_things(&house.db, &plan.id).await?;
    let thing = things.into_iter().find(|asked| asked.id == thing).ok_or(Error::NotFound)?;
    Ok(Ok((plan, thing)))
}

fn answer_form(plan: &Plan, thing: &AskedThing, sent: &Sent, refusals: &Refusals) -> Page {
    let (words, heading) = match thing.kind {
        ThingKind::Topic => ("Answer a topic", "What was decided about this topic?"),
        ThingKind::Theme => ("Answer what parents said", "What was decided about this?"),
    };
    let frame = Frame::new(words, (publication(&plan.id), "The decision"))
        .of(&thing.title)
        .heading(heading);
    let about = view! { <p class="lead">{title(thing)}</p> };
    let asks = Asks {
        legend: "What was decided about it",
        adopted: "It will be done, as parents asked",
        adapted: "It will be done, with changes",
        not: "It will not be done",
        words: ("How, by when, or why not", ""),
        decided_by: ("Who decided, if it will not be done", "Name and job title, or the body."),
    };
    asks.page(frame, about.into_any(), sent, refusals)
}
