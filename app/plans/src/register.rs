//! A leader registers a plan.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::Id;
use ground::sent::Form;
use ground::ui::{
    Area, CONFIRMED, Check, Choice, Choices, Field, FormKey, Frame, Next, Page, Select,
};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::reports::many;
use super::reports::store::MustAnswer;
use super::rules::{self, NewPlan, PlanChoices};
use super::store::{self, Act};
use super::{leader, note, reports};

/// GET `/lead/plans/new`
pub async fn register_plan_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let choices = choices(&house, &viewer).await?;
    if choices.services.is_empty() || choices.organisations.is_empty() {
        let page = Page::not_ready(
            "Register a plan",
            "You can't register a plan until an administrator has named the services and the \
             organisations.",
        );
        return Ok(page.answer(&house, &viewer));
    }
    let kinds = reports::put_in::choices(&house).await?;
    let page = register_plan_page(&Sent::default(), choices, &kinds, &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/lead/plans/new`
pub async fn register_plan(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, by, choices) = (house.clock.now(), leader(&viewer)?, choices(&house, &viewer).await?);
    let kinds = reports::put_in::choices(&house).await?;
    let kind = kinds.iter().find(|kind| kind.id == sent.typed("kind"));
    let read = match rules::new_plan(&sent, &choices, now) {
        Ok(_) if kind.is_none() && !sent.typed("kind").is_empty() => {
            Err(Refusals::one("kind", "Choose the kind of plan again"))
        }
        read => read,
    };
    let plan = match Next::of(&sent, read) {
        Next::Form(refusals) => {
            let page = register_plan_page(&sent, choices, &kinds, &refusals);
            return Ok(page.answer(&house, &viewer));
        }
        Next::Check(plan) => {
            let must_answer = match kind {
                Some(kind) => reports::store::of_kind(&house.db, &kind.id.as_str().into()).await?,
                None => Vec::new(),
            };
            let chosen = Chosen { kind, must_answer, choices: &choices };
            return Ok(check_plan(&plan, chosen, &sent, now).answer(&house, &viewer));
        }
        Next::Keep(plan) => plan,
    };
    let mut tx = house.db.begin().await?;
    let (id, is_new) = store::register(&mut tx, &plan, &by, now).await?;
    if let (true, Some(kind)) = (is_new, kind) {
        reports::store::choose_kind(&mut tx, &id, &kind.id.as_str().into()).await?;
    }
    if is_new {
        note(&mut tx, Act { plan_id: &id, by: &by, at: now }, "plan registered", "").await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{id}?done=registered")).into_response())
}

async fn choices(house: &House, viewer: &Viewer) -> Result<PlanChoices, Error> {
    let all = area::store::choices(&house.db, &viewer.signed_in()?.account_id).await?;
    Ok(PlanChoices {
        organisations: all.organisations,
        own_organisation: all.own,
        services: all.services,
        places: all.places,
    })
}

/// What a plan chooses from, and what follows from its kind.
struct Chosen<'a> {
    kind: Option<&'a Named>,
    must_answer: Vec<MustAnswer>,
    choices: &'a PlanChoices,
}

/// The page before a plan is registered.
fn check_plan(plan: &NewPlan, chosen: Chosen<'_>, sent: &Sent, now: Moment) -> Page {
    let Chosen { kind, must_answer, choices } = chosen;
    fn names(chosen: &[&str], there_are: &[Named]) -> String {
        let is_chosen = |named: &&Named| chosen.contains(&named.id.as_str());
        let names = there_are.iter().filter(is_chosen).map(|named| named.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    }
    let organisations: Vec<&str> = plan.organisations.iter().map(Id::as_str).collect();
    let services: Vec<&str> = plan.services.iter().map(Id::as_str).collect();
    let places: Vec<&str> = plan.places.iter().map(Id::as_str).collect();
    let places = match names(&places, &choices.places) {
        none if none.is_empty() => "The whole area".to_owned(),
        places => places,
    };
    let due = clock::read(&plan.due_day, "12:00");
    let due = due.map(|at| format!("{} ({})", clock::day(at), clock::days_away(now, at)));
    let mut rows = vec![
        ("Title", plan.title.clone()),
        ("Kind of plan", kind.map_or_else(|| NO_KIND.to_owned(), |kind| kind.name.clone())),
        ("What will be planned", plan.what.clone()),
        ("Planned by", names(&organisations, &choices.organisations)),
        ("Services", names(&services, &choices.services)),
        ("Places", places),
        ("Due by", due.unwrap_or_else(|| plan.due_day.clone())),
    ];
    if !must_answer.is_empty() {
        let reports = must_answer.iter();
        let reports = reports.map(|of| format!("{}: {}", of.report, many(of.recommendations)));
        rows.push(("Each draft must answer", reports.collect::<Vec<_>>().join("\n")));
    }
    let check = Check {
        title: "Check this plan",
        rows,
        warnings: Vec::new(),
        after: "Everyone can read it at once. Until something is added to it, you can change the \
            day or cancel the plan. After that, you can only make it due later.",
        to: "/lead/plans/new".to_owned(),
        sent,
        does: ("Register this plan", CONFIRMED),
    };
    check.page()
}

/// What is chosen for a plan that is none of the kinds there are.
const NO_KIND: &str = "Another kind of plan";

fn register_plan_page(
    sent: &Sent,
    choices: PlanChoices,
    kinds: &[Named],
    refusals: &Refusals,
) -> Page {
    let kinds = Choice::with_first(NO_KIND, kinds.to_vec(), sent.typed("kind"));
    let mut organisations = Choice::ticked(sent, "organisations", choices.organisations);
    // Their own is ticked to begin with.
    if sent.fields().next().is_none()
        && let Some(own) = &choices.own_organisation
    {
        for choice in &mut organisations {
            choice.chosen |= choice.value == own.id;
        }
    }
    let has_none = choices.own_organisation.is_none().then(|| {
        view! {
            <p class="panel warn">
                "You can't register a plan yet. Ask an administrator to say which organisation you \
                 are from."
            </p>
        }
    });
    let (services, places) = (
        Choice::ticked(sent, "services", choices.services),
        Choice::ticked(sent, "places", choices.places),
    );
    let frame = Frame::new("Register a plan", ("/lead", "Leaders’ desk")).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Tell everyone what you are going to plan before anything is written. Then add \
                 the topics parents asked for."
            </p>
            {has_none}
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Field name="title" label="Title" value=sent.typed("title") refusals />
                <Select name="kind" label="What kind of plan is it?" choices=kinds />
                <p class="soft">
                    "Some kinds of plan must answer what an inspection recommended. You will see \
                     what before you register it."
                </p>
                <Area
                    name="what"
                    label="What will be planned"
                    hint="In plain words. Everyone can read it."
                    value=sent.typed("what")
                    refusals
                />
                <Choices
                    name="organisations"
                    legend="Who is planning it?"
                    hint="Only leaders of these organisations can work on the plan."
                    choices=organisations
                    many=true
                    refusals
                />
                <Choices
                    name="services"
                    legend="Which services is it about?"
                    choices=services
                    many=true
                    refusals
                />
                <Choices
                    name="places"
                    legend="Is it about one part of the area?"
                    hint="Leave these blank if it's about the whole area."
                    choices=places
                    many=true
                    refusals
                />
                <Field
                    name="due_day"
                    label="When should it be ready?"
                    kind="date"
                    value=sent.typed("due_day")
                    refusals
                />
                <button class="button" name="step" value="check">
                    "Check this plan"
                </button>
            </form>
        }
    });
    page.kept_for_going_back()
}
