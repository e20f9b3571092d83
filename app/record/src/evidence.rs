//! The forum's page for the evidence pack: a day, and its pack to save. Nobody's permission is
//! needed.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use calendar::clock::{self, DAY};
use forms::Refusals;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Field, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::history::AsOf;
use super::pack::{self, NoPack};

/// GET `/forum/evidence-pack`
pub async fn evidence_pack_form(State(house): State<House>, viewer: Viewer) -> Response {
    let yesterday = clock::fields(house.clock.now() - DAY).0;
    evidence_pack_page(&yesterday, &Refusals::default()).answer(&house, &viewer)
}

/// POST `/forum/evidence-pack`: the pack of the day as a zip. The audit log notes that it was made,
/// with its hash.
pub async fn save_evidence_pack(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let typed = sent.line("as_of");
    let refused = |what_to_do: String| {
        let refusals = Refusals::one("as_of", what_to_do);
        evidence_pack_page(&typed, &refusals).answer(&house, &viewer)
    };
    let moment = match AsOf::read(&typed, now) {
        Ok(moment) => moment,
        Err(what_to_do) => return Ok(refused(what_to_do)),
    };
    let pack = match pack::make(&house, &moment).await {
        Ok(pack) => pack,
        Err(NoPack::Nothing(what_to_do)) => return Ok(refused(what_to_do)),
        Err(NoPack::Database(error)) => return Err(error.into()),
    };
    let mut tx = house.db.begin().await?;
    let (what, hash) = ("evidence pack made", pack.hash());
    let entry = Entry { at: now, who: Some(by), what, about: &moment.day, detail: &hash };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    let name = format!("attachment; filename=\"{}.zip\"", pack.name);
    let bytes = pack.zip().map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok((
        [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)],
        bytes,
    )
        .into_response())
}

fn evidence_pack_page(day: &str, refusals: &Refusals) -> Page {
    let frame = Frame::new("Evidence pack", ("/forum", "Organisers’ desk")).refused_for(refusals);
    frame.around(|| {
        view! {
            <p class="lead">
                "A folder for inspectors that shows how we were doing on one day: a report \
                 that opens offline, the tables, and a list that shows if a file was changed."
            </p>
            <p>
                "It has no names in it, and no number of people from 1 to 9. The same day \
                 gives the same pack, now or in a year. You don't need anyone's permission."
            </p>
            <form class="stack" method="post" action="/forum/evidence-pack" novalidate>
                <Field
                    name="as_of"
                    label="Everything up to the end of this day"
                    hint="Today's pack can still change until the day is over."
                    kind="date"
                    value=day
                    refusals
                />
                <button class="button">"Save the pack"</button>
            </form>
            <p>
                "Inspectors can check the folder with "
                <code>"sha256sum --check manifest.sha256"</code>
                ". The audit log notes that you made it, and its hash."
            </p>
        }
    })
}
