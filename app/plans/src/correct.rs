//! A leader corrects the title of a plan, or when and where a planning session was held and how
//! many took part. What was said before stays on the plan's page.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Field, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Act, Corrected, Plan, PlanningSession};
use super::{begin, frame, leader, led_plan, note, rules};

/// GET `/lead/plans/{id}/title`
pub async fn title_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let sent = Sent::of(&[("title", plan.title.as_str())]);
    Ok(title_page(&plan, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/title`
pub async fn correct_title(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let title = match rules::title(&sent) {
        Ok(title) => title,
        Err(refusals) => return Ok(title_page(&plan, &sent, &refusals).answer(&house, &viewer)),
    };
    let to = format!("/plans/{}", plan.id);
    if title == plan.title {
        return Ok(Redirect::to(&to).into_response());
    }
    let by = leader(&viewer)?;
    let (mut tx, at) = begin(&house, &plan.id, &by).await?;
    let act = Act { plan_id: &plan.id, by: &by, at };
    if !store::correct_title(&mut tx, act, (plan.title.as_str(), title.as_str())).await? {
        tx.roll_back().await?;
        let refusals = Refusals::one("title", MEANWHILE);
        return Ok(title_page(&plan, &sent, &refusals).answer(&house, &viewer));
    }
    note(&mut tx, act, "plan title corrected", "").await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{to}?done=corrected")).into_response())
}

pub(super) const MEANWHILE: &str = "Look at the plan again. Someone else has just changed this";

fn title_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    frame(plan, "Correct the title", refusals).around(|| {
        view! {
            <p class="lead">"The page will say what the plan was called before, and until when."</p>
            <form method="post" novalidate>
                <Field name="title" label="Title" value=sent.typed("title") refusals />
                <button class="button">"Save"</button>
            </form>
        }
    })
}

/// GET `/lead/plans/{id}/sessions/{session}`
pub async fn session_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, session)): Path<(Id<ids::Plan>, Id<ids::PlanningSession>)>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let session = of_plan(&plan, &session)?;
    let (parents, others) = (session.parents.to_string(), session.others.to_string());
    let sent = Sent::of(&[
        ("day", session.day.as_str()),
        ("held_at", session.held_at.as_str()),
        ("parents", parents.as_str()),
        ("others", others.as_str()),
    ]);
    Ok(session_page(&plan, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/sessions/{session}`
pub async fn correct_session(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, session)): Path<(Id<ids::Plan>, Id<ids::PlanningSession>)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let session = of_plan(&plan, &session)?;
    let meeting = match rules::meeting(&sent, house.clock.now()) {
        Ok(meeting) => meeting,
        Err(refusals) => return Ok(session_page(&plan, &sent, &refusals).answer(&house, &viewer)),
    };
    let to = format!("/plans/{}", plan.id);
    let said = (&*session.day, &*session.held_at, session.parents, session.others);
    if meeting.is_as_said(said) {
        return Ok(Redirect::to(&to).into_response());
    }
    let by = leader(&viewer)?;
    let (mut tx, at) = begin(&house, &plan.id, &by).await?;
    let act = Act { plan_id: &plan.id, by: &by, at };
    let refusals = match store::correct_session(&mut tx, act, session, &meeting).await? {
        Corrected::Done => {
            note(&mut tx, act, "planning session corrected", "").await?;
            tx.commit().await?;
            return Ok(Redirect::to(&format!("{to}?done=corrected")).into_response());
        }
        Corrected::Settled => Refusals::one(
            "day",
            "Leave it as it is. A draft has been published since, or may be without involving \
             parents, and what was said before it stays",
        ),
        Corrected::Spoken => Refusals::one(
            "day",
            "Leave it as it is. Someone has already confirmed it, or the forum disagrees with it, \
             and that was about what it says now",
        ),
        Corrected::HasDraft => Refusals::one(
            "parents",
            "Record another session instead. A draft has been submitted, so whether parents took \
             part in this one can't be changed",
        ),
        Corrected::Before => Refusals::one("day", MEANWHILE),
    };
    tx.roll_back().await?;
    Ok(session_page(&plan, &sent, &refusals).answer(&house, &viewer))
}

fn of_plan<'p>(
    plan: &'p Plan,
    session: &Id<ids::PlanningSession>,
) -> Result<&'p PlanningSession, Error> {
    plan.sessions.iter().find(|known| known.id == *session).ok_or(Error::NotFound)
}

fn session_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    frame(plan, "Correct a planning session", refusals).around(|| {
        view! {
            <p class="lead">
                "The page will say what was recorded before. You can correct it until someone at \
                 the forum or a parent has said whether it took place like this, or a draft is \
                 published."
            </p>
            <form method="post" novalidate>
                {meeting_fields(sent, refusals)} <button class="button">"Save"</button>
            </form>
        }
    })
}

/// When and where a planning session was held, and how many took part.
pub(super) fn meeting_fields(sent: &Sent, refusals: &Refusals) -> AnyView {
    view! {
        <Field
            name="day"
            label="The day it was held"
            kind="date"
            value=sent.typed("day")
            refusals
        />
        <Field
            name="held_at"
            label="Where"
            hint="A place, or online."
            value=sent.typed("held_at")
            refusals
        />
        <Field
            name="parents"
            label="How many parents and carers took part?"
            kind="number"
            value=sent.typed("parents")
            refusals
        />
        <Field
            name="others"
            label="How many others took part?"
            kind="number"
            value=sent.typed("others")
            refusals
        />
    }
    .into_any()
}
