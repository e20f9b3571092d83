//! Whether a plan is fair to everyone: who it affects, by which characteristics and in which
//! places, how its leaders know, what they do about it, when they look again, and who signs for
//! that. Everyone reads it; a decision waits for it. `rules` reads what is sent; here are the pages.

pub mod rules;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Frame, Page, When};
use ground::viewer::Viewer;
use leptos::prelude::*;

use self::rules::{EqualityChoices, NONE};
use super::store::{self, Act, Plan, SignedEquality};
use super::{begin, find_plan, frame, leader, led_plan, note, parsed};

const TITLE: &str = "Is it fair to everyone?";

/// GET `/plans/{id}/equality`: the record that was signed last.
pub async fn equality_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    let record = store::equality_of(&house.db, &plan.id).await?.ok_or(Error::NotFound)?;
    let frame = Frame::new(TITLE, (format!("/plans/{}", plan.id), &*plan.title)).of(&plan.title);
    let page = frame.around(|| {
        let again = (plan.is_led_by_viewer && plan.cancelled().is_none()).then(|| {
            let to = format!("/lead/plans/{}/equality", plan.id);
            view! {
                <p>
                    <a href=to>"Look at it again and sign it"</a>
                </p>
            }
        });
        view! {
            <p class="lead">{plan.title.clone()}</p>
            {again}
            {shown(&record)}
            {before(&plan)}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// That there is such a record, as a part of the plan's page.
pub fn section(plan: &Plan) -> Option<impl IntoView + use<>> {
    let last = plan.equality.last()?;
    let (name, at, review) = (last.signed_name.clone(), last.at, day(&last.review_day));
    let to = format!("/plans/{}/equality", plan.id);
    Some(view! {
        <section class="stack">
            <h2>{TITLE}</h2>
            <p>
                <a href=to>"Who this affects, and what is done about it"</a>
            </p>
            <p class="soft">
                "Signed by "{name}" on "<When at />". To be looked at again by "{review}"."
            </p>
        </section>
    })
}

/// Names in a row, or these words for none.
fn list(names: &[String], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

fn shown(record: &SignedEquality) -> impl IntoView + use<> {
    let characteristics = list(&record.characteristics, "None of these more than others");
    let places = list(&record.places, "The whole area");
    let numbers = record.numbers.iter().map(|(group, people)| {
        let people = disclosure::count(*people).words();
        view! {
            <tr>
                <th scope="row">{group.clone()}</th>
                <td data-label="People">{people}</td>
            </tr>
        }
    });
    let numbers = (!record.numbers.is_empty()).then(|| {
        view! {
            <table class="plain">
                <caption>"How many people"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col">"People"</th>
                    </tr>
                </thead>
                <tbody>{numbers.collect_view()}</tbody>
            </table>
        }
    });
    let picked = record.picked.iter().map(|figure| {
        view! {
            <li>
                <a href=figure.to.clone()>{figure.words.clone()}</a>
            </li>
        }
    });
    let picked = (!record.picked.is_empty()).then(|| view! { <ul>{picked.collect_view()}</ul> });
    view! {
        <h2>"Who is affected"</h2>
        <p class="lines">{record.affected.clone()}</p>
        <dl class="when">
            <dt>"Protected characteristics"</dt>
            <dd>{characteristics}<p class="soft">"From: "{record.source.clone()}</p></dd>
            <dt>"Where"</dt>
            <dd>{places}</dd>
        </dl>
        {numbers}
        <h2>"How we know"</h2>
        <p class="lines">{record.evidence.clone()}</p>
        {picked}
        <h2>"What is done about it"</h2>
        <p class="lines">{record.done.clone()}</p>
        <p>
            "Signed by "{record.signed_name.clone()}" on "<When at=record.signed_at />
            ". To be looked at again by "{day(&record.review_day)}"."
        </p>
    }
}

/// When it was signed before.
fn before(plan: &Plan) -> Option<impl IntoView + use<>> {
    let (_, before) = plan.equality.split_last()?;
    let days: Vec<String> = before.iter().map(|signed| clock::day(signed.at)).collect();
    let words = format!("It was signed before on {}.", days.join(", "));
    (!days.is_empty()).then(|| view! { <p class="soft">{words}</p> })
}

/// GET `/lead/plans/{id}/equality`
pub async fn sign_equality_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let plan = led_plan(&house, &viewer, &id).await?;
    let choices = choices(&house).await?;
    let before = store::equality_of(&house.db, &plan.id).await?;
    let sent = before.map_or_else(Sent::default, |record| fields(&record, &choices));
    Ok(sign_page(&plan, &choices, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/plans/{id}/equality`
pub async fn sign_equality(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let choices = choices(&house).await?;
    let record = match rules::equality(&sent, &choices, house.clock.now()) {
        Ok(record) => record,
        Err(refusals) => {
            let plan = led_plan(&house, &viewer, &id).await?;
            return Ok(sign_page(&plan, &choices, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let (by, plan_id) = (leader(&viewer)?, parsed(&id)?);
    let (mut tx, at) = begin(&house, &plan_id, &by).await?;
    let act = Act { plan_id: &plan_id, by: &by, at };
    if store::sign_equality(&mut tx, act, &record).await? {
        note(&mut tx, act, "equality record signed", "").await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{plan_id}?done=equality")).into_response())
}

async fn choices(house: &House) -> Result<EqualityChoices, Error> {
    let characteristics = area::characteristics::read(&house.db).await?;
    let (places, figures) = store::places_and_figures(&house.db).await?;
    Ok(EqualityChoices { characteristics, places, figures })
}

/// What was signed last, as the fields of the form hold it. Whoever signs it now gives their name
/// and the next day themselves.
fn fields(record: &SignedEquality, choices: &EqualityChoices) -> Sent {
    let numbers = record.numbers.iter().map(|(group, people)| format!("{group}; {people}"));
    let numbers: Vec<String> = numbers.collect();
    let mut sent = Sent::of(&[
        ("affected", &record.affected),
        ("evidence", &record.evidence),
        ("numbers", &numbers.join("\n")),
        ("done", &record.done),
    ]);
    let characteristics = record.characteristics.iter().map(String::as_str);
    let none = record.characteristics.is_empty().then_some(NONE);
    for name in characteristics.chain(none) {
        sent = sent.and("characteristics", name);
    }
    for place in choices.places.iter().filter(|place| record.places.contains(&place.name)) {
        sent = sent.and("places", &place.id);
    }
    for figure in &record.picked {
        sent = sent.and("picked", &figure.to);
    }
    sent
}

fn sign_page(plan: &Plan, choices: &EqualityChoices, sent: &Sent, refusals: &Refusals) -> Page {
    let ticked = |field: &str| {
        let chosen = sent.all(field);
        move |value: &str| chosen.iter().any(|chosen| chosen == value)
    };
    let list = choices.characteristics.names.iter().map(|name| (name.clone(), name.clone()));
    let list = list.chain([(NONE.to_owned(), "None of these".to_owned())]);
    let characteristics = Choice::each(list, ticked("characteristics"));
    let places = Choice::ticked(sent, "places", choices.places.clone());
    let figures = choices.figures.iter().map(|figure| (figure.to.clone(), figure.words.clone()));
    let figures = Choice::each(figures, ticked("picked"));
    let source = choices.characteristics.source_in_words();
    let page = frame(plan, TITLE, refusals).around(|| {
        let figures = (!figures.is_empty()).then(|| {
            view! {
                <Choices
                    name="picked"
                    legend="Which published figures show it?"
                    hint="You can leave this empty."
                    choices=figures
                    many=true
                    refusals
                />
            }
        });
        view! {
            <p class="lead">
                "Say who this plan affects, and what you do so that it is fair to everyone. \
                 Everyone can read it. A decision waits for it."
            </p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Area
                    name="affected"
                    label="Who is affected?"
                    hint="Who gains something, and who loses something. Please don't name anyone."
                    value=sent.typed("affected")
                    refusals
                />
                <Choices
                    name="characteristics"
                    legend="Which protected characteristics make a difference?"
                    hint="This is the area's list, and no legal advice."
                    choices=characteristics
                    many=true
                    refusals
                />
                <p class="soft">"The list is from: "{source}</p>
                <Choices
                    name="places"
                    legend="Where do they live?"
                    hint="Choose none for the whole area."
                    choices=places
                    many=true
                    refusals
                />
                <Area
                    name="evidence"
                    label="How do you know?"
                    value=sent.typed("evidence")
                    refusals
                />
                {figures}
                <Area
                    name="numbers"
                    label="How many people are in each group?"
                    hint="One on each line, like this: Children who use a wheelchair; 40. Leave \
                        out groups of fewer than ten, and numbers from which someone could work out \
                        such a group. You can leave it all empty."
                    value=sent.typed("numbers")
                    refusals
                />
                <Area
                    name="done"
                    label="What do you do about it?"
                    value=sent.typed("done")
                    refusals
                />
                <Field
                    name="review_day"
                    label="When will you look at this again?"
                    kind="date"
                    value=sent.typed("review_day")
                    refusals
                />
                <Field
                    name="signed_name"
                    label="Who signs it: full name and job title"
                    value=sent.typed("signed_name")
                    autocomplete="name"
                    refusals
                />
                <button class="button">"Sign and publish it"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// A day in words.
fn day(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}
