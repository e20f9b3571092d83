//! The decision that a plan ends in, and what everyone sees of it: what was decided, by which body,
//! what it makes of each topic and of what parents said, and for good if it came too early or
//! without answering them. `rules` reads what is sent, `write`, `publish` and `correct` are the
//! pages of leaders.

pub mod correct;
pub mod publish;
pub mod rules;
pub mod write;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::Moment;
use forms::Sent;
use ground::changes::{self, PastChange};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Consultation, Id};
use ground::ui::{Frame, When};
use ground::viewer::{Role, Viewer};
use involvement::decision::{self, DecisionFacts};
use leptos::prelude::*;

use super::find_plan;
use super::rules::AnswerKind;
use super::store::{self, AskedThing, Decision, Plan, ThingKind};

/// GET `/plans/{id}/decision`: once it is published.
pub async fn decision_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    uri: Uri,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    let decision = plan.decided().cloned().ok_or(Error::NotFound)?;
    let mut things = store::decision_things(&house.db, &plan.id).await?;
    // What came up after it was published was not asked of it.
    let was_asked =
        |thing: &AskedThing| thing.since.is_some() && thing.since <= decision.published_at;
    things.retain(|thing| thing.answer.is_some() || was_asked(thing));
    let done = match &*Sent::query(&uri).line("done") {
        "published" => Some(("The decision is published", "Everyone can read it from now on.")),
        "corrected" => Some(("Saved", "The page also says what it was before.")),
        _ => None,
    };
    let done = done.filter(|_| viewer.is(Role::Leader));
    let frame = Frame::new("What was decided", (format!("/plans/{}", plan.id), &*plan.title))
        .of(&plan.title)
        .done_so(done);
    let page = frame.around(|| {
        view! {
            <p class="lead">{plan.title.clone()}</p>
            {warnings(&plan)}
            {what_was_decided(&decision)}
            {before(&plan, &decision)}
            {correct_link(&plan)}
            {answers(&things)}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The decision as a part of the plan's page, with what is always to be seen with it.
pub fn section(plan: &Plan) -> AnyView {
    let Some(decision) = plan.decided() else {
        return warnings(plan).into_any();
    };
    let to = format!("/plans/{}/decision", plan.id);
    view! {
        <section class="stack">
            <h2>"What was decided"</h2>
            {warnings(plan)}
            {what_was_decided(decision)}
            {before(plan, decision)}
            <p>
                <a href=to>"What it says about each topic, and about what parents said"</a>
            </p>
        </section>
    }
    .into_any()
}

/// What was decided, by which body, when, and where its paper is.
fn what_was_decided(decision: &Decision) -> impl IntoView + use<> {
    let Decision { words, decided_by, decided_at, paper, published_at, .. } = decision.clone();
    let published = published_at.map(|at| view! { <dt>"Published here"</dt><dd><When at /></dd> });
    view! {
        <p class="panel lines">{words}</p>
        <dl class="when">
            <dt>"Decided by"</dt>
            <dd>{decided_by}</dd>
            <dt>"Decided on"</dt>
            <dd>
                <When at=decided_at />
            </dd>
            {published}
            <dt>"The official paper"</dt>
            <dd>
                <a href=paper rel="noopener noreferrer">
                    "Read it on their website"
                </a>
            </dd>
        </dl>
    }
}

/// What it said before it was corrected, the latest first.
fn before(plan: &Plan, decision: &Decision) -> AnyView {
    let mut changes: Vec<PastChange<(), String>> = Vec::new();
    for one in plan.corrections_of(&decision.id) {
        let (at, was, is) = (one.at, one.was.as_str(), one.became.as_str());
        let (words, reason) = match one.field.as_str() {
            "words" => (format!("Until then it said: {was}"), ""),
            "decided_by" => (format!("Until then it said that it was decided by: {was}"), ""),
            "paper" => (format!("Until then the link to the paper was: {was}"), ""),
            _ => (String::new(), is),
        };
        match changes.last_mut().filter(|change| change.at == at) {
            Some(change) => {
                let gap = if change.was.is_empty() || words.is_empty() { "" } else { "\n" };
                change.was = format!("{}{gap}{words}", change.was);
                change.reason.push_str(reason);
            }
            None => {
                let (is, reason) = (String::new(), reason.to_owned());
                changes.push(PastChange { kind: (), was: words, is, reason, at });
            }
        }
    }
    changes::all_shown(None, &changes, |change| change.was.clone())
}

/// The way to put it right, for whoever may.
fn correct_link(plan: &Plan) -> Option<impl IntoView + use<>> {
    let to = format!("/lead/plans/{}/decision/correction", plan.id);
    (plan.is_led_by_viewer && plan.cancelled().is_none()).then(|| {
        view! {
            <p>
                <a href=to>"Correct the decision"</a>
            </p>
        }
    })
}

/// What stays on show: that it came before parents could all answer, or without answering them.
fn warnings(plan: &Plan) -> impl IntoView + use<> {
    let early = plan.decision.as_ref().and_then(|decision| decision.early.clone());
    let early = early.map(|(consultation_id, closes_at)| early_words(&consultation_id, closes_at));
    let passed = plan.decision_passed.clone().map(|(name, reason, at)| {
        let words = passed_words(&plan.decision_facts(), plan.decided().is_some());
        view! {
            <div class="panel warn">
                <p>
                    <b>{words}</b>
                </p>
                <p>{name}" gave this reason on "<When at />":"</p>
                <p class="lines">{reason}</p>
            </div>
        }
    });
    view! {
        {early}
        {passed}
    }
}

/// That somebody went ahead, and what was missing.
#[must_use]
pub fn passed_words(facts: &DecisionFacts, is_published: bool) -> String {
    let lacks = decision::lacks(facts);
    match (lacks.is_empty(), is_published) {
        (true, _) => {
            "Leaders went ahead with the decision before everything that was agreed was done."
                .to_owned()
        }
        (false, true) => format!("The decision was published without {lacks}."),
        (false, false) => format!("The decision may be published without {lacks}."),
    }
}

fn early_words(consultation_id: &Id<Consultation>, closes_at: Moment) -> impl IntoView + use<> {
    view! {
        <div class="panel warn">
            <p>
                <b>"This was decided before the consultation on it had closed."</b>
            </p>
            <p>
                <a href=format!("/consultations/{consultation_id}")>"Parents could answer"</a>
                " until the end of "<When at=closes_at />"."
            </p>
        </div>
    }
}

/// What becomes of each topic and theme.
fn answers(things: &[AskedThing]) -> impl IntoView + use<> {
    let list = |kind: ThingKind, heading: &'static str| {
        let things: Vec<_> = things.iter().filter(|thing| thing.kind == kind).collect();
        (!things.is_empty()).then(|| {
            let rows = things.into_iter().map(|thing| {
                view! { <li>{title(thing)}{retired(thing)}{answer_words(thing)}</li> }
            });
            view! {
                <h2>{heading}</h2>
                <ul class="queue">{rows.collect_view()}</ul>
            }
        })
    };
    view! {
        {list(ThingKind::Topic, "What it says about each topic")}
        {list(ThingKind::Theme, "What it says about what parents said")}
    }
}

/// The name of a topic or a theme, as a link to where it is.
fn title(thing: &AskedThing) -> AnyView {
    let name = thing.title.clone();
    let to = match thing.kind {
        ThingKind::Topic => thing.since.map(|_| format!("/topics/{}", thing.id)),
        ThingKind::Theme => {
            let consultation = thing.consultation_id.as_ref();
            consultation.map(|id| format!("/consultations/{id}/results"))
        }
    };
    match to {
        Some(to) => view! { <a href=to>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

/// That it has not to be answered any more, where it was.
fn retired(thing: &AskedThing) -> Option<impl IntoView + use<>> {
    let words = match thing.kind {
        _ if thing.since.is_some() => return None,
        ThingKind::Topic => "It has been withdrawn since.",
        ThingKind::Theme => "The latest results don't have this theme any more.",
    };
    Some(view! { <p class="soft">{words}</p> })
}

/// What becomes of a topic or a theme, in words.
fn answer_words(thing: &AskedThing) -> AnyView {
    let Some((does, words, decided_by)) = thing.answer.clone() else {
        return view! { <p class="state">"○ Not answered"</p> }.into_any();
    };
    let state = match does {
        AnswerKind::Adopted => "✓ Decided, as parents asked",
        AnswerKind::Adapted => "◐ Decided, with changes",
        AnswerKind::Not => "× Decided not to do it",
    };
    let decided_by =
        (!decided_by.is_empty()).then(|| view! { <p class="soft">"Decided by "{decided_by}</p> });
    view! {
        <p class="state">{state}</p>
        <p>{words}</p>
        {decided_by}
    }
    .into_any()
}
