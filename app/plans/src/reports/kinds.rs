//! The administrator's pages: what kinds of plan there are.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent, optional, prose, within};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, PlanKind};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Kind};

const LIST: (&str, &str) = ("/admin/plan-kinds", "Kinds of plan");
const SAME_NAME: &str =
    "There is a kind of this name already. Choose another name, or change that one";

/// GET `/admin/plan-kinds`
pub async fn kinds_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let kinds = store::kinds(&house.db).await?;
    let is_saved = Sent::query(&uri).typed("done") == "saved";
    let page = list_page(kinds, is_saved, &Sent::default(), &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/admin/plan-kinds`: adds one.
pub async fn add_kind(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let kinds = store::kinds(&house.db).await?;
    let (name, about) = match words(&sent) {
        Ok(words) => words,
        Err(refusals) => {
            return Ok(list_page(kinds, false, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let id = Id::<PlanKind>::fresh();
    let mut tx = house.db.begin().await?;
    let is_new = store::add_kind(&mut tx, &id, (&name, &about), at).await?;
    if is_new {
        let what = "kind of plan added";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
    }
    tx.commit().await?;
    // Added a moment ago by another tap: that is what was wanted.
    let is_there = kinds.iter().any(|kind| kind.name == name && kind.about == about);
    if is_new || is_there {
        return Ok(Redirect::to("/admin/plan-kinds?done=saved").into_response());
    }
    let refusals = Refusals::one("name", SAME_NAME);
    Ok(list_page(kinds, false, &sent, &refusals).answer(&house, &viewer))
}

fn words(sent: &Sent) -> Result<(String, String), Refusals> {
    let mut refusals = Refusals::default();
    let name = within(sent.line("name"), 80, "Enter what this kind of plan is called");
    let name = refusals.take("name", name);
    let about = refusals.take("about", optional(prose(sent.typed("about")), 600));
    name.zip(about).ok_or(refusals)
}

fn list_page(kinds: Vec<Kind>, is_saved: bool, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = Frame::new("Kinds of plan", ("/admin", "Administration"))
        .done(is_saved.then_some("Saved"))
        .refused_for(refusals);
    frame.around(|| {
        let rows = kinds.into_iter().map(|kind| {
            let state = if kind.retired_at.is_some() { " (no new plan can be one)" } else { "" };
            let unseen = format!(" {}", kind.name);
            view! {
                <li>
                    <span>
                        <b>{kind.name.clone()}</b>
                        {format!(": {}{state}", kind.about)}
                    </span>
                    <a href=format!(
                        "/admin/plan-kinds/{}",
                        kind.id,
                    )>"Change"<span class="unseen">{unseen}</span></a>
                </li>
            }
        });
        view! {
            <p class="lead">
                "A leader chooses one when they register a plan. The recommendations of a report \
                 are answered by plans of one kind. The words are your area's own."
            </p>
            <ul class="rows">{rows.collect_view()}</ul>
            <h2>"Add a kind of plan"</h2>
            <form class="stack" method="post" action="/admin/plan-kinds" novalidate>
                {fields(sent, refusals)}
                <button class="button">"Add"</button>
            </form>
        }
    })
}

fn fields<'a>(sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    view! {
        <Field name="name" label="Name" value=sent.typed("name") refusals />
        <Area name="about" label="What it is" value=sent.typed("about") rows=3 refusals />
    }
}

/// The kind of an address, or "not found".
async fn find(house: &House, id: &Id<PlanKind>) -> Result<Kind, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let kinds = store::kinds(&house.db).await?;
    kinds.into_iter().find(|kind| kind.id == id).ok_or(Error::NotFound)
}

/// GET `/admin/plan-kinds/{id}`
pub async fn kind_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<PlanKind>>,
) -> Result<Response, Error> {
    let kind = find(&house, &id).await?;
    let was = kind.changed_at.millis().to_string();
    let can = if kind.retired_at.is_some() { "no" } else { "yes" };
    let sent = Sent::of(&[
        ("name", kind.name.as_str()),
        ("about", kind.about.as_str()),
        ("can", can),
        ("was", was.as_str()),
    ]);
    Ok(kind_page(&kind, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/admin/plan-kinds/{id}`
pub async fn change_kind(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<PlanKind>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let kind = find(&house, &id).await?;
    let (name, about) = match words(&sent) {
        Ok(words) => words,
        Err(refusals) => return Ok(kind_page(&kind, &sent, &refusals).answer(&house, &viewer)),
    };
    let is_retired = sent.typed("can") == "no";
    let was = sent.typed("was").parse().unwrap_or(kind.changed_at);
    let mut tx = house.db.begin().await?;
    let words = (name.as_str(), about.as_str());
    let changed = store::change_kind(&mut tx, (&kind.id, was), words, is_retired, at).await?;
    if changed {
        let what = "kind of plan changed";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: &kind.id, detail: "" })
            .await?;
    }
    tx.commit().await?;
    let is_so = kind.name == name && kind.about == about && kind.retired_at.is_some() == is_retired;
    if changed || is_so {
        return Ok(Redirect::to("/admin/plan-kinds?done=saved").into_response());
    }
    let what_to_do = if was == kind.changed_at {
        SAME_NAME
    } else {
        "Someone else has changed this kind meanwhile. Save again to replace their words with yours"
    };
    let refusals = Refusals::one("name", what_to_do);
    let sent = sent.with("was", &kind.changed_at.millis().to_string());
    Ok(kind_page(&kind, &sent, &refusals).answer(&house, &viewer))
}

fn kind_page(kind: &Kind, sent: &Sent, refusals: &Refusals) -> Page {
    let can = [("yes", "Yes"), ("no", "No, only those that are registered already")];
    let can = Choice::each(can, |value| value == sent.typed("can"));
    let was = sent.typed("was").to_owned();
    Frame::new("Change a kind of plan", LIST).of(&kind.name).refused_for(refusals).around(|| {
        view! {
            <form class="stack" method="post" novalidate>
                <input type="hidden" name="was" value=was />
                {fields(sent, refusals)}
                <Choices name="can" legend="Can a new plan be one?" choices=can refusals />
                <button class="button">"Save"</button>
            </form>
        }
    })
}
