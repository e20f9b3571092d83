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

/// POST `/forum/representatives`: adds somebody, lets them step down, or takes their name away,
/// which is asked once more: nobody can bring it back.
pub async fn change_representatives(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let step = sent.typed("step");
    if matches!(step, "step down" | "check" | "take away") {
        let Some(id) = Id::parse(sent.typed("who")) else { return Err(Error::NotFound) };
        if step == "check" {
            let people = store::representatives(&house.db).await?;
            return Ok(match people.into_iter().find(|one| one.id == id) {
                Some(one) => check_page(&one).answer(&house, &viewer),
                None => Redirect::to("/forum/representatives?done=saved").into_response(),
            });
        }
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
                    label="Add someone"
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
    let state = if one.stepped_down_at.is_some() { ". No longer represents us" } else { "" };
    let step_down =
        one.stepped_down_at.is_none().then(|| step(&one, "step down", "No longer represents us"));
    let take_away = step(&one, "check", "Take the name away");
    view! {
        <li>
            <span>
                <b>{one.name.clone()}</b>
                {format!(": {meetings}{state}")}
            </span>
            {step_down}
            {take_away}
        </li>
    }
}

/// A button about one of them.
fn step(one: &Representative, step: &'static str, label: &'static str) -> impl IntoView + use<> {
    let (who, unseen) = (one.id.to_string(), format!(": {}", one.name));
    view! {
        <form method="post">
            <input type="hidden" name="who" value=who />
            <button class="link" name="step" value=step>
                {label}
                <span class="unseen">{unseen}</span>
            </button>
        </form>
    }
}

/// The page before a name is taken away.
fn check_page(one: &Representative) -> Page {
    let (who, name) = (one.id.to_string(), one.name.clone());
    let back = ("/forum/representatives", "Who represents the forum");
    Frame::new("Take this name away?", back).of(&one.name).around(|| {
        view! {
            <p class="lead">
                {format!("{name} will no longer be named at any meeting, past ones too.")}
            </p>
            <p>
                "The meetings stay, and say “a representative”. You can't put the name back. If \
                 they only stop going to meetings, go back and choose “No longer represents us”."
            </p>
            <form method="post" action="/forum/representatives">
                <input type="hidden" name="who" value=who />
                <button class="button" name="step" value="take away">
                    "Take the name away"
                </button>
            </form>
        }
    })
}
