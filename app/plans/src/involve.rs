//! A leader involves parents: ties their topics to a plan, and records planning sessions with them.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id, Topic};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, FormKey, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use topics::store::Filter;

use super::correct::meeting_fields;
use super::store::{self, Act, Plan};
use super::{begin, frame, leader, led_plan, note, parsed, rules};

/// The most topics offered at once; more are found by searching.
const MOST_TOPICS: i64 = 20;

/// GET `/lead/plans/{id}/topics`
pub async fn tie_topics_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    tie_topics_page(&house, &viewer, &plan, &Sent::default(), &Refusals::default()).await
}

/// POST `/lead/plans/{id}/topics`: searches topics, or ties those that are chosen.
pub async fn tie_topics(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let chosen = chosen_topics(&sent);
    let refusals = match sent.typed("step") {
        "look" => Some(Refusals::default()),
        _ if chosen.is_empty() => Some(Refusals::one("topics", "Choose at least one topic")),
        _ => None,
    };
    if let Some(refusals) = refusals {
        let plan = led_plan(&house, &viewer, &id).await?;
        return tie_topics_page(&house, &viewer, &plan, &sent, &refusals).await;
    }
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    if store::tie(&mut tx, act, &chosen).await? > 0 {
        note(&mut tx, act, "topics tied", "").await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{plan_id}?done=tied")).into_response())
}

fn chosen_topics(sent: &Sent) -> Vec<Id<Topic>> {
    sent.all("topics").iter().filter_map(|id| Id::parse(id)).take(200).collect()
}

async fn tie_topics_page(
    house: &House,
    viewer: &Viewer,
    plan: &Plan,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let filter = Filter { search: sent.line("search"), ..Filter::default() };
    let found = topics::store::list(&house.db, &filter, MOST_TOPICS).await?;
    let chosen = chosen_topics(sent);
    let is_tied = |id: &Id<Topic>| plan.topics.iter().any(|tied| tied.id == *id);
    // What was ticked before stays, whatever is searched for next.
    let mut offered = topics::store::titles(&house.db, &chosen).await?;
    let found =
        found.into_iter().filter(|topic| !is_tied(&topic.id) && !chosen.contains(&topic.id));
    offered.extend(found.map(|topic| (topic.id, topic.title)));
    let choices = Choice::each(offered, |id| chosen.iter().any(|chosen| chosen == id));
    let page = frame(plan, "Add topics parents asked for", refusals).around(|| {
        let topics = if choices.is_empty() {
            view! { <p>"No other topics match. Try fewer words."</p> }.into_any()
        } else {
            view! {
                <Choices
                    name="topics"
                    legend="Which topics does the plan answer?"
                    hint="Every draft must answer them. You can't take a topic out again."
                    choices
                    many=true
                    refusals
                />
                <button class="button">"Add these topics to the plan"</button>
            }
            .into_any()
        };
        view! {
            <form method="post" novalidate>
                <div class="row">
                    <div class="field">
                        <label for="search">"Search topics"</label>
                        <input
                            id="search"
                            name="search"
                            type="search"
                            value=filter.search.clone()
                        />
                    </div>
                    <button class="button quiet" name="step" value="look">
                        "Search"
                    </button>
                </div>
                {topics}
            </form>
        }
    });
    Ok(page.answer(house, viewer))
}

/// GET `/lead/plans/{id}/sessions`
pub async fn planning_session_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let page = planning_session_page(&plan, &Sent::default(), &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/sessions`
pub async fn record_planning_session(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let by = leader(&viewer)?;
    let session = match rules::new_session(&sent, house.clock.now()) {
        Ok(session) => session,
        Err(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(planning_session_page(&plan, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let plan_id = parsed(&id)?;
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    if store::record_session(&mut tx, act, &session).await? {
        note(&mut tx, act, "planning session recorded", "").await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{plan_id}?done=session")).into_response())
}

fn planning_session_page(plan: &Plan, sent: &Sent, refusals: &Refusals) -> Page {
    let audience = [("everyone", "Everyone"), ("forum", "The forum and leaders only")];
    let audience = Choice::each(audience, |value| sent.typed("audience") == value);
    let page = frame(plan, "Record a planning session", refusals).around(|| {
        view! {
            <p class="lead">
                "A meeting where you worked on the plan. Please don't name any parent or child. \
                 You can correct the day, the place and the numbers until someone at the forum or \
                 a parent has said whether it took place like this, or a draft is published."
            </p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                {meeting_fields(sent, refusals)}
                <Area
                    name="decided"
                    label="What was decided"
                    value=sent.typed("decided")
                    refusals
                />
                <Area
                    name="notes"
                    label="Notes"
                    hint="You can leave this blank. If you do, leave the next question too."
                    value=sent.typed("notes")
                    refusals
                />
                <Choices
                    name="audience"
                    legend="Who can read the notes?"
                    choices=audience
                    refusals
                />
                <button class="button">"Record this session"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
