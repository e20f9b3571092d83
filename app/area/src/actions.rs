//! What an administrator asks for and sends.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::sent::Form;
use ground::viewer::Viewer;
use sqlx::AnyConnection;

use super::rules::{self, AreaChange, AreaKind};
use super::{pages, store};

/// GET `/admin/area`
pub async fn area_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let done = Sent::query(&uri).line("done");
    area_answer(&house, &viewer, &done, &Sent::default(), &Refusals::default()).await
}

/// POST `/admin/area`
pub async fn change_area(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let change = match rules::change(&sent, now) {
        Ok(change) => change,
        Err(refusals) => return area_answer(&house, &viewer, "", &sent, &refusals).await,
    };
    let taken = if let AreaChange::Add { what, .. } = &change {
        what.field()
    } else {
        AreaKind::Service.field()
    };
    if let AreaChange::Add { what, name, .. } = &change {
        let others = store::all(&house.db, *what).await?;
        if let Some(question) = rules::question(name, *what, &others, sent.typed("sure")) {
            let (sent, refusals) = (sent.with("sure", name), Refusals::one(taken, question));
            return area_answer(&house, &viewer, "", &sent, &refusals).await;
        }
    }
    let by = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    match save_change(&mut tx, change, by, now).await {
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
            area_answer(&house, &viewer, "", &sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the change, with an entry in the audit log. False when there is nothing with this id.
async fn save_change(
    tx: &mut AnyConnection,
    change: AreaChange,
    by: &Id<Account>,
    now: Moment,
) -> Result<bool, sqlx::Error> {
    let (what, about) = match change {
        AreaChange::Add { what, name, facts } => {
            (said(what, "added"), store::add(tx, what, &name, Some(&facts)).await?)
        }
        AreaChange::Retire { what, id } if store::retire(tx, what, &id, Some(now)).await? => {
            (said(what, "retired"), id)
        }
        AreaChange::BringBack { what, id } if store::retire(tx, what, &id, None).await? => {
            (said(what, "brought back"), id)
        }
        AreaChange::Retire { .. } | AreaChange::BringBack { .. } => return Ok(false),
    };
    let entry = Entry { at: now, who: Some(by), what: &what, about: &about, detail: "" };
    audit::note(tx, entry).await?;
    Ok(true)
}

fn said(what: AreaKind, verb: &str) -> String {
    format!("{} {verb}", what.word())
}

async fn area_answer(
    house: &House,
    viewer: &Viewer,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let lists = store::lists(&house.db).await?;
    Ok(pages::area_lists(lists, done, sent, refusals).answer(house, viewer))
}
