//! A leader publishes a draft: through the gate, or past it with a name and a reason that everyone
//! can always see.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::passing;
use ground::sent::Form;
use ground::ui::{Frame, Page, When, hidden};
use ground::viewer::Viewer;
use involvement::decision::answer_all;
use involvement::gate::{self, Point};
use involvement::session::SessionState;
use leptos::prelude::*;

use super::browse::{answer_words, gate_list};
use super::rules::{self, Override};
use super::store::{self, Act, AnsweredTopic, Draft, Missing, Plan, PlanningSession, Published};
use super::{begin, leader, led_plan, note, parsed, reports, version};

/// GET `/lead/plans/{id}/drafts/{version}`
pub async fn publish_draft_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
) -> Result<Response, Error> {
    publish_draft_page(&house, &viewer, &id, version(&number)?, &Refusals::default()).await
}

/// POST `/lead/plans/{id}/drafts/{version}`: publishes it.
pub async fn publish_draft(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
) -> Result<Response, Error> {
    let (by, number) = (leader(&viewer)?, version(&number)?);
    let plan_id = parsed(&id)?;
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let published = store::publish(&mut tx, act, number).await?;
    if published == Published::Done {
        note(&mut tx, act, "draft published", &format!("version {number}")).await?;
    }
    tx.commit().await?;
    let refusals = match published {
        // Published a moment ago by another tap, or another leader: that is what was wanted.
        Published::Done | Published::Before => {
            let to = format!("/plans/{plan_id}/drafts/{number}?done=published");
            return Ok(Redirect::to(&to).into_response());
        }
        Published::Held(missing) => to_do(&missing),
    };
    publish_draft_page(&house, &viewer, &id, number, &refusals).await
}

/// All that must be done before a draft can be published, each where it is done.
fn to_do(missing: &Missing) -> Refusals {
    let mut refusals = Refusals::default();
    if !missing.points.is_empty() {
        refusals.add("gate", "Not ready to publish: parents not involved as agreed yet");
    }
    for point in &missing.points {
        refusals.add(point.id, point.what_to_do.clone());
    }
    if missing.topics > 0 {
        refusals.add("answers", answer_all(missing.topics, "topic"));
    }
    if missing.recommendations > 0 {
        refusals.add("recommendations", answer_all(missing.recommendations, "recommendation"));
    }
    refusals
}

async fn publish_draft_page(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Plan>,
    number: i64,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let plan = led_plan(house, viewer, id).await?;
    let draft = draft(&plan, number)?.clone();
    if draft.published_at.is_some() {
        return Ok(Redirect::to(&format!("/plans/{}/drafts/{number}", plan.id)).into_response());
    }
    let answers = store::draft(&house.db, &plan.id, number).await?.ok_or(Error::NotFound)?.answers;
    let recommendations = reports::store::of_draft(&house.db, &plan.id, number).await?;
    let points = gate::points(&plan.gate(), house.clock.now());
    let is_open = points.iter().all(|point| point.holds);
    let is_answered = answers.iter().all(|one| one.answer.is_some())
        && recommendations.iter().all(|one| one.answer.is_some());
    let back = (format!("/plans/{}", plan.id), plan.title.as_str());
    let frame = Frame::new(format!("Draft {number}"), back).refused_for(refusals);
    let page = frame.around(|| {
        let answers =
            answers.iter().map(|answered| answer_line(&plan, number, answered)).collect_view();
        let past = past_the_gate(&plan, &draft, (is_open, is_answered));
        view! {
            <p class="soft">
                "Submitted on "<When at=draft.first_recorded_at />". Not published yet."
            </p>
            <p class="panel lines">{draft.summary.clone()}</p>
            <p>
                <a href=format!("/plans/{}/drafts/{number}", plan.id)>"Read the draft"</a>
            </p>
            <h2 id="gate">"Were parents involved first?"</h2>
            {gate_list(&points, &|point| way_to(&plan, point))}
            {past}
            <h2 id="answers">"What this draft does about each topic"</h2>
            {plan
                .open_topics()
                .next()
                .is_none()
                .then(|| {
                    view! {
                        <p>
                            "The plan doesn't answer any topics yet. "
                            <a href=format!(
                                "/lead/plans/{}/topics",
                                plan.id,
                            )>"Add topics parents asked for"</a>
                        </p>
                    }
                })}
            <ul class="queue">{answers}</ul>
            {reports::of_draft(
                &recommendations,
                Some(&format!("/lead/plans/{}/drafts/{number}", plan.id)),
            )}
            <form method="post">
                <button class="button">"Publish this draft"</button>
            </form>
            <p class="soft">
                "Everyone will then be able to read it. We will email your answers to parents \
                 who proposed or supported these topics."
            </p>
        }
    });
    Ok(page.answer(house, viewer))
}

/// Where a leader makes a point of the gate hold, if it is one of those that they can.
fn way_to(plan: &Plan, point: &Point) -> Option<(String, &'static str)> {
    let claimed = |session: &&PlanningSession| session.state() == Some(SessionState::Claimed);
    let lead = format!("/lead/plans/{}", plan.id);
    match (point.id, plan.sessions.iter().find(claimed)) {
        ("gate-topics", _) => Some((format!("{lead}/topics"), "Add topics parents asked for")),
        ("gate-met", None) => Some((format!("{lead}/sessions"), "Record a planning session")),
        ("gate-met", Some(session)) => {
            let to = format!("/lead/sessions/{}/slip", session.id);
            Some((to, "Ask parents who were there to confirm the planning session"))
        }
        _ => None,
    }
}

/// Whether the draft is ready to publish, and answers all it must; if the gate is shut, the way
/// past it.
fn past_the_gate(plan: &Plan, draft: &Draft, (is_open, is_answered): (bool, bool)) -> AnyView {
    match (&draft.overridden, is_open) {
        (Some((name, _, at)), _) => view! {
            <p class="panel warn">
                {name.clone()}" decided on "<When at=*at />
                " to publish this draft without involving parents as agreed. Everyone will \
                 always be able to see that."
            </p>
        }
        .into_any(),
        (None, true) if is_answered => {
            view! { <p class="panel">"✓ Ready to publish."</p> }.into_any()
        }
        (None, true) => view! {
            <p class="panel">
                "✓ Parents have been involved. Before you publish the draft, say below what it \
                 does about each."
            </p>
        }
        .into_any(),
        (None, false) => {
            let to = format!("/lead/plans/{}/drafts/{}/override", plan.id, draft.version);
            view! {
                <details>
                    <summary>"We have to publish it anyway"</summary>
                    <p>
                        "You can go ahead if you give a name and a reason. The plan and its \
                         drafts will always say that parents weren't involved as agreed, and \
                         the plan can never be called co-production."
                    </p>
                    <p>
                        <a href=to>"Go ahead without involving parents as agreed"</a>
                    </p>
                </details>
            }
            .into_any()
        }
    }
}

fn answer_line(plan: &Plan, number: i64, answered: &AnsweredTopic) -> impl IntoView + use<> {
    let to = format!("/lead/plans/{}/drafts/{number}/topics/{}", plan.id, answered.topic_id);
    let words = answer_words(answered);
    view! {
        <li>
            <a href=to>{answered.title.clone()}</a>
            {words}
        </li>
    }
}

fn draft(plan: &Plan, number: i64) -> Result<&Draft, Error> {
    plan.drafts.iter().find(|draft| draft.version == number).ok_or(Error::NotFound)
}

/// GET `/lead/plans/{id}/drafts/{version}/override`
pub async fn override_gate_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
) -> Result<Response, Error> {
    let (plan, number) = (led_plan(&house, &viewer, &id).await?, version(&number)?);
    draft(&plan, number)?;
    Ok(override_gate_page(&plan, number, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/drafts/{version}/override`: shows once more what it means, then saves it.
pub async fn override_gate(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let number = version(&number)?;
    let passing = match (rules::overriding(&sent), sent.typed("step")) {
        (Ok(passing), "pass") => passing,
        (passing, step) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            draft(&plan, number)?;
            let page = match passing {
                Err(refusals) => override_gate_page(&plan, number, &sent, &refusals),
                Ok(_) if step == "change" => {
                    override_gate_page(&plan, number, &sent, &Refusals::default())
                }
                Ok(passing) => override_check_page(&plan, number, &sent, &passing),
            };
            return Ok(page.answer(&house, &viewer));
        }
    };
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let is_new = store::override_gate(&mut tx, act, number, &passing).await?;
    if is_new {
        note(&mut tx, act, "gate overridden", &format!("version {number}")).await?;
    }
    tx.commit().await?;
    if !is_new {
        let plan = led_plan(&house, &viewer, &id).await?;
        let is_told = draft(&plan, number)?
            .overridden
            .as_ref()
            .is_some_and(|(name, reason, _)| *name == passing.name && *reason == passing.reason);
        if !is_told {
            let refusals = Refusals::one(
                "name",
                "We couldn't save this. The draft has been published, or someone has already \
                 decided to go ahead",
            );
            return Ok(override_gate_page(&plan, number, &sent, &refusals).answer(&house, &viewer));
        }
    }
    Ok(Redirect::to(&format!("/lead/plans/{plan_id}/drafts/{number}")).into_response())
}

fn override_gate_page(plan: &Plan, number: i64, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/lead/plans/{}/drafts/{number}", plan.id);
    let title = "Go ahead without involving parents as agreed";
    let back = (back, format!("Draft {number}"));
    let frame = Frame::new(title, back).of(&plan.title).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Parents should be involved before a draft is published. If you go ahead \
                 without that, the name and reason you give will always be on show."
            </p>
            {passing::form("Why parents can't be involved first", sent, refusals)}
        }
    });
    page.kept_for_going_back()
}

fn override_check_page(plan: &Plan, number: i64, sent: &Sent, passing: &Override) -> Page {
    let (name, reason) = (passing.name.clone(), passing.reason.clone());
    let title = plan.title.clone();
    let hidden = hidden(sent.fields().filter(|(name, _)| name != "step"));
    Page::new("Check this: everyone will see it, and it can't be removed", || {
        view! {
            <div class="stack">
                <h1>"Check this: everyone will see it, and it can't be removed"</h1>
                <div class="panel warn">
                    <p>
                        <b>
                            {format!(
                                "Draft {number} of “{title}” was published before parents had been \
                                 involved as agreed.",
                            )}
                        </b>
                    </p>
                    <p>{name}" gave this reason:"</p>
                    <p class="lines">{reason}</p>
                </div>
                <form method="post" class="stack">
                    {hidden}
                    <button class="button warn" name="step" value="pass">
                        "Go ahead"
                    </button>
                    <button class="button quiet" name="step" value="change">
                        "Change what I wrote"
                    </button>
                </form>
                <p>
                    <a href=format!("/plans/{}", plan.id)>"Involve parents first instead"</a>
                </p>
            </div>
        }
    })
    .kept_for_going_back()
}
