//! A leader publishes the decision: once it answers what parents asked for and said, or all the
//! same, with a name and a reason that everyone can always see.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::passing;
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Frame, Next, Page, When};
use ground::viewer::Viewer;
use involvement::decision::{self, DecisionFacts};
use involvement::gate::Point;
use leptos::prelude::*;

use super::write::undecided;
use super::{answer_words, passed_words, retired, what_was_decided};
use crate::browse::gate_list;
use crate::rules::{Override, going_ahead};
use crate::store::{self, Act, AskedThing, Decided, Decision, Plan, ThingKind};
use crate::{begin, leader, led_plan, note, parsed};

/// GET `/lead/plans/{id}/decision/publication`
pub async fn publish_decision_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    publication_page(&house, &viewer, &id, &Refusals::default()).await
}

/// POST `/lead/plans/{id}/decision/publication`: publishes it.
pub async fn publish_decision(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let decided = store::publish_decision(&mut tx, act).await?;
    if decided == Decided::Done {
        note(&mut tx, act, "decision published", "").await?;
    }
    tx.commit().await?;
    let refusals = match decided {
        Decided::Done => {
            let to = format!("/plans/{plan_id}/decision?done=published");
            return Ok(Redirect::to(&to).into_response());
        }
        // Published a moment ago by another tap or leader, or never written: the page leads there.
        Decided::Before => Refusals::default(),
        Decided::Held(facts) => to_do(&facts),
    };
    publication_page(&house, &viewer, &id, &refusals).await
}

/// All that must be done before the decision can be published, each where it is done.
fn to_do(facts: &DecisionFacts) -> Refusals {
    let mut refusals = Refusals::default();
    for point in decision::points(facts).into_iter().filter(|point| !point.holds) {
        refusals.add(point.id, point.what_to_do);
    }
    refusals
}

/// Where a leader makes a point hold.
fn way_to(plan: &Plan, point: &Point) -> Option<(String, &'static str)> {
    let lead = format!("/lead/plans/{}", plan.id);
    match (point.id, plan.drafts.last()) {
        ("decision-draft", Some(draft)) => {
            Some((format!("{lead}/drafts/{}", draft.version), "See what the draft lacks"))
        }
        ("decision-draft", None) => Some((format!("{lead}/drafts"), "Submit a draft")),
        ("decision-topics", _) => Some(("#topics".to_owned(), "See what it says about each topic")),
        ("decision-themes", _) => Some(("#themes".to_owned(), "See what it says about each theme")),
        ("decision-equality", _) => {
            Some((format!("{lead}/equality"), "Say who it affects, and whether it is fair"))
        }
        _ => None,
    }
}

async fn publication_page(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Plan>,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let plan = match undecided(house, viewer, id).await? {
        Ok(plan) => plan,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let to_write = format!("/lead/plans/{}/decision", plan.id);
    let Some(decision) = plan.decision.clone() else {
        return Ok(Redirect::to(&to_write).into_response());
    };
    let things = store::decision_things(&house.db, &plan.id).await?;
    let early = too_early(house, &plan, &decision).await?;
    let facts = store::decision_facts(&plan, &things);
    let frame = Frame::new("The decision", (format!("/plans/{}", plan.id), &*plan.title))
        .of(&plan.title)
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="soft">"Not published yet. You can still change it."</p>
            {what_was_decided(&decision)}
            <p>
                <a href=to_write>"Change the decision"</a>
            </p>
            {early.map(|words| view! { <p class="panel warn">{words}</p> })}
            <h2 id="points">"Does it answer parents?"</h2>
            {gate_list(&decision::points(&facts), &|point| way_to(&plan, point))}
            {past(&plan, &facts)}
            {to_answer(&plan, &things)}
            <form method="post">
                <button class="button">"Publish the decision"</button>
            </form>
            <p class="soft">
                "Everyone will then be able to read it. What you correct after that stays in sight."
            </p>
        }
    });
    Ok(page.answer(house, viewer))
}

/// What the page will always say where it was decided before a consultation on it closed.
async fn too_early(
    house: &House,
    plan: &Plan,
    decision: &Decision,
) -> Result<Option<String>, Error> {
    let last = store::last_close(&house.db, &plan.id).await?;
    let last = last.filter(|(_, closes)| decision::is_early(decision.decided_at, *closes));
    Ok(last.map(|(title, closes_at)| {
        format!(
            "The day you gave is before the consultation “{title}” had closed: parents could \
             answer until the end of {}. The page will always say so.",
            clock::day(closes_at)
        )
    }))
}

/// Whether it is ready to publish; if it is not, the way past that.
fn past(plan: &Plan, facts: &DecisionFacts) -> AnyView {
    match &plan.decision_passed {
        Some((name, _, at)) => view! {
            <p class="panel warn">
                {name.clone()}" decided on "<When at=*at />
                " to publish this without everything that was agreed. Everyone will always be \
                 able to see that."
            </p>
        }
        .into_any(),
        None if decision::is_ready(facts) => {
            view! { <p class="panel">"✓ Ready to publish."</p> }.into_any()
        }
        None => {
            let to = format!("/lead/plans/{}/decision/override", plan.id);
            view! {
                <details>
                    <summary>"We have to publish it anyway"</summary>
                    <p>
                        "You can go ahead if you give a name and a reason. The plan will always \
                         say what was missing."
                    </p>
                    <p>
                        <a href=to>"Go ahead without what is missing"</a>
                    </p>
                </details>
            }
            .into_any()
        }
    }
}

/// What it makes of each topic and theme, with the way to say so.
fn to_answer(plan: &Plan, things: &[AskedThing]) -> impl IntoView + use<> {
    let list = |kind: ThingKind, [id, heading, nothing]: [&'static str; 3]| {
        let rows: Vec<_> = things
            .iter()
            .filter(|thing| thing.kind == kind)
            .map(|thing| {
                let to = format!("/lead/plans/{}/decision/answers/{}", plan.id, thing.id);
                let name = thing.title.clone();
                let name = if thing.since.is_some() {
                    view! { <a href=to>{name}</a> }.into_any()
                } else {
                    name.into_any()
                };
                view! { <li>{name}{retired(thing)}{answer_words(thing)}</li> }
            })
            .collect();
        let rows = if rows.is_empty() {
            view! { <p>{nothing}</p> }.into_any()
        } else {
            view! { <ul class="queue">{rows}</ul> }.into_any()
        };
        view! {
            <h2 id=id>{heading}</h2>
            {rows}
        }
    };
    view! {
        {list(
            ThingKind::Topic,
            ["topics", "What it says about each topic", "The plan doesn't answer any topics."],
        )}
        {list(
            ThingKind::Theme,
            [
                "themes",
                "What it says about what parents said",
                "No consultation on this plan has published results with themes.",
            ],
        )}
    }
}

/// GET `/lead/plans/{id}/decision/override`
pub async fn go_ahead_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = match undecided(&house, &viewer, &id).await? {
        Ok(plan) => plan,
        Err(elsewhere) => return Ok(elsewhere),
    };
    if plan.decision.is_none() {
        let to_write = format!("/lead/plans/{}/decision", plan.id);
        return Ok(Redirect::to(&to_write).into_response());
    }
    Ok(go_ahead_page(&plan, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/decision/override`: shows once more what it means, then saves it.
pub async fn go_ahead(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let passing = match Next::of(&sent, going_ahead(&sent)) {
        Next::Keep(passing) => passing,
        Next::Form(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(go_ahead_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(passing) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(check_page(&plan, &sent, &passing).answer(&house, &viewer));
        }
    };
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    let is_new = store::pass_decision(&mut tx, act, &passing).await?;
    if is_new {
        note(&mut tx, act, "decision going ahead", "").await?;
    }
    tx.commit().await?;
    if !is_new {
        let plan = led_plan(&house, &viewer, &id).await?;
        let is_told = plan
            .decision_passed
            .as_ref()
            .is_some_and(|(name, reason, _)| *name == passing.name && *reason == passing.reason);
        if !is_told {
            let refusals = Refusals::one(
                "name",
                "We couldn't save this. The decision has been published, or someone has already \
                 gone ahead",
            );
            return Ok(go_ahead_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
    }
    let to = format!("/lead/plans/{plan_id}/decision/publication");
    Ok(Redirect::to(&to).into_response())
}

fn go_ahead_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let back = (format!("/lead/plans/{}/decision/publication", plan.id), "The decision");
    let frame =
        Frame::new("Go ahead without what is missing", back).of(&plan.title).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "A decision should come after a published draft, and answer what parents asked for \
                 and said. If you go ahead without that, the name and reason you give will always \
                 be on show."
            </p>
            {passing::form("Why this can't wait", sent, refusals)}
        }
    });
    page.kept_for_going_back()
}

fn check_page(plan: &Plan, sent: &Sent, passing: &Override) -> Page {
    let check = Check {
        title: "Check this: everyone will see it, and it can't be removed",
        rows: vec![
            ("Plan", plan.title.clone()),
            ("What the page will say", passed_words(&plan.decision_facts(), true)),
            ("Who is responsible", passing.name.clone()),
            ("Why", passing.reason.clone()),
        ],
        warnings: Vec::new(),
        after: "You can still answer parents first instead.",
        to: format!("/lead/plans/{}/decision/override", plan.id),
        sent,
        does: ("Go ahead", CONFIRMED),
    };
    check.page()
}
