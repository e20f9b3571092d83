//! The organisers' page of who represents the forum: added, stepped down, and their name taken
//! away.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::Id;
use ground::sent::Form;
use ground::ui::{Field, FormKey, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules;
use super::store::{self, Representative};

/// GET `/forum/representatives`
pub async fn representatives_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let people = store::representatives(&house.db).await?;
    let (query, sent, none) = (Sent::query(&uri), Sent::default(), Refusals::default());
    let page = page(people, query.typed("done"), &sent, &none);
    Ok(page.answer(&house, &viewer))
}

/// POST `/forum/representatives`: adds somebody, lets them step down, or takes their name away.
pub async fn change_representatives(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let step = sent.typed("step");
    if matches!(step, "step down" | "take away") {
        let Some(id) = Id::parse(sent.typed("who")) else { return Err(Error::NotFound) };
        let mut tx = house.db.begin().await?;
        let (done, what) = if step == "step down" {
            (store::step_down(&mut tx, &id, at).await?, "representative stepped down")
        } else {
            (store::take_name_away(&mut tx, &id, at).await?, "representative's name taken away")
        };
        if done {
            audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
        }
        tx.commit().await?;
        return Ok(Redirect::to("/forum/representatives?done=saved").into_response());
    }
    let name = match rules::name(&sent) {
        Ok(name) => name,
        Err(what_to_do) => {
            let refusals = Refusals::one("name", what_to_do);
            let people = store::representatives(&house.db).await?;
            return Ok(page(people, "", &sent, &refusals).answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    if let Some(id) = store::add_representative(&mut tx, &sent.once(), &name, at).await? {
        let what = "representative added";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/forum/representatives?done=saved").into_response())
}

fn page(people: Vec<Representative>, done: &str, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = Frame::new("Who represents the forum", ("/forum/meetings", "Meetings"))
        .done((done == "saved").then_some("Saved"))
        .refused_for(refusals);
    frame.around(|| {
        let nobody = people.is_empty().then(|| view! { <p>"Nobody is entered yet."</p> });
        let rows = people.into_iter().map(row).collect_view();
        view! {
            <p class="lead">
                "Their names are in the forum's year, beside the meetings they went to. Ask them \
                 first. If they don't want that any more, take their name away: the meetings stay."
            </p>
            {nobody}
            <ul class="rows">{rows}</ul>
            <form class="stack" method="post" novalidate>
                <FormKey key=sent.typed("form_key").to_owned() />
                <Field
                    name="name"
                    label="Add somebody"
                    hint="The name they want to be shown by."
                    value=sent.typed("name")
                    refusals
                />
                <button class="button">"Add"</button>
            </form>
        }
    })
}

fn row(one: Representative) -> impl IntoView {
    let meetings = match one.meetings {
        0 => "no meetings yet".to_owned(),
        1 => "1 meeting".to_owned(),
        many => format!("{many} meetings"),
    };
    let state = if one.stepped_down_at.is_some() { ". Stepped down" } else { "" };
    let unseen = format!(": {}", one.name);
    let step_down = one.stepped_down_at.is_none().then(|| {
        view! {
            <button class="link" name="step" value="step down">
                "Steps down"
                <span class="unseen">{unseen.clone()}</span>
            </button>
        }
    });
    view! {
        <li>
            <span>
                <b>{one.name.clone()}</b>
                {format!(": {meetings}{state}")}
            </span>
            <form method="post">
                <input type="hidden" name="who" value=one.id.to_string() />
                {step_down}
                <button class="link" name="step" value="take away">
                    "Take the name away"
                    <span class="unseen">{unseen}</span>
                </button>
            </form>
        </li>
    }
}
