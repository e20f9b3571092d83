//! What an administrator asks for and sends.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Millis;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::viewer::Viewer;
use sqlx::AnyConnection;

use super::rules::{self, Change, What};
use super::{pages, store};

/// GET `/admin`
pub async fn admin(State(house): State<House>, viewer: Viewer) -> Response {
    pages::admin(&viewer).answer(&house, &viewer)
}

/// GET `/admin/area`
pub async fn area(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let done = Sent::query(&uri).line("done");
    page(&house, &viewer, &done, &Sent::default(), &Refusals::default()).await
}

/// POST `/admin/area`
pub async fn change(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let change = match rules::change(&sent, now) {
        Ok(change) => change,
        Err(refusals) => return page(&house, &viewer, "", &sent, &refusals).await,
    };
    let taken =
        if let Change::Add { what, .. } = &change { what.field() } else { What::Service.field() };
    if let Change::Add { what, name, .. } = &change {
        let others = store::all(&house.db, *what).await?;
        if let Some(question) = rules::question(name, *what, &others, sent.typed("sure")) {
            let (sent, refusals) = (sent.with("sure", name), Refusals::one(taken, question));
            return page(&house, &viewer, "", &sent, &refusals).await;
        }
    }
    let by = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    match keep(&mut tx, change, by, now).await {
        Ok(true) => {
            tx.commit().await?;
            Ok(Redirect::to("/admin/area?done=kept").into_response())
        }
        Ok(false) => {
            tx.roll_back().await?;
            Err(Error::NotFound)
        }
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            let refusals =
                Refusals::one(taken, "Choose another name. This one is already in the list");
            page(&house, &viewer, "", &sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the change, with an entry in the audit log. False when there is nothing with this id.
async fn keep(
    tx: &mut AnyConnection,
    change: Change,
    by: &str,
    now: Millis,
) -> Result<bool, sqlx::Error> {
    let (what, about) = match change {
        Change::Add { what, name, baseline } => {
            (said(what, "added"), store::add(tx, what, &name, baseline.as_ref()).await?)
        }
        Change::Retire { what, id } if store::retire(tx, what, &id, Some(now)).await? => {
            (said(what, "retired"), id)
        }
        Change::BringBack { what, id } if store::retire(tx, what, &id, None).await? => {
            (said(what, "brought back"), id)
        }
        Change::Retire { .. } | Change::BringBack { .. } => return Ok(false),
    };
    let entry = Entry { at: now, who: Some(by), what: &what, about: &about, detail: "" };
    audit::note(tx, entry).await?;
    Ok(true)
}

fn said(what: What, verb: &str) -> String {
    format!("{} {verb}", what.word())
}

async fn page(
    house: &House,
    viewer: &Viewer,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let services = store::all(&house.db, What::Service).await?;
    let places = store::all(&house.db, What::Place).await?;
    let organisations = store::all(&house.db, What::Organisation).await?;
    Ok(pages::area(services, places, organisations, done, sent, refusals).answer(house, viewer))
}
