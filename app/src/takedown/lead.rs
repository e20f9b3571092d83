//! What was taken down and passed on to the safeguarding lead. Nobody else sees the words, and each
//! time somebody opens them is recorded.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db::{Db, formatcp};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::takedown::{self, Kind};
use ground::ui::{Frame, When, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use safeguarding::{
    History, LOOKS, NewNote, frame, look, note as read_note, queue, what_was_done, who_opened,
};
use sqlx::{AnyConnection, Row as _};

/// GET `/forum/safeguarding/taken-down`
pub async fn taken_down_words_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let waiting = takedown::store::for_leads(&house.db, false).await?;
    let looked_after = takedown::store::for_leads(&house.db, true).await?;
    let frame =
        Frame::new("Taken down and passed on to you", ("/forum/safeguarding", "Safeguarding desk"));
    let page = frame.around(|| {
        let [waiting, looked_after] =
            [waiting, looked_after].map(|all| all.into_iter().map(line).collect());
        view! {
            <p class="lead">
                "Only safeguarding leads can see this page. We record each time someone opens \
                 what was taken down."
            </p>
            {queue(waiting, looked_after, "Nothing to do.")}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One, without its words: those are for whoever opens it.
fn line((id, kind, at): (Id<ids::Takedown>, Kind, Moment)) -> AnyView {
    let title = format!("{}, taken down on {}", kind.title(), clock::day_and_hour(at));
    view! {
        <li>
            <a href=format!("/forum/safeguarding/taken-down/{id}")>{title}</a>
        </li>
    }
    .into_any()
}

/// GET `/forum/safeguarding/taken-down/{id}`: records that it was opened, then shows it.
pub async fn words_taken_down_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Takedown>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    opened(&house, &viewer, &id, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/safeguarding/taken-down/{id}`: notes what was done.
pub async fn note_on_taken_down(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Takedown>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let note = match read_note(&sent) {
        Ok(note) => note,
        Err(refusals) => return opened(&house, &viewer, &id, &sent, &refusals).await,
    };
    takedown::store::words(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let new = NewNote { form_key: &sent.once(), words: &note, by, at };
    let mut tx = house.db.begin().await?;
    if keep_note(&mut tx, &id, new).await? {
        let what = "concern noted";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
    }
    tx.commit().await?;
    let to = format!("/forum/safeguarding/taken-down/{id}?done=noted");
    Ok(Redirect::to(&to).into_response())
}

/// Keeps a note, once for each form key. True when it is new.
async fn keep_note(
    tx: &mut AnyConnection,
    id: &Id<ids::Takedown>,
    new: NewNote<'_>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO takedown_notes (form_key, takedown_id, note, noted_by, noted_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(new.form_key)
    .bind(id)
    .bind(new.words)
    .bind(new.by)
    .bind(new.at)
    .execute(tx)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// What was done about it, and who opened it.
async fn history(db: &Db, id: &Id<ids::Takedown>) -> sqlx::Result<History> {
    const SQL: &str = formatcp!(
        "SELECT 'note' AS kind, n.noted_at AS at, n.note AS words FROM takedown_notes n
           WHERE n.takedown_id = $1
         UNION ALL {LOOKS} ORDER BY 2"
    );
    let rows = sqlx::query(SQL).bind(id).fetch_all(&mut *db.read().await?).await?;
    let mut history = History::default();
    for row in &rows {
        history.add(row.get("kind"), row.get("at"), row.get("words"))?;
    }
    Ok(history)
}

async fn opened(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Takedown>,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let takedown = takedown::store::find(&house.db, id).await?.ok_or(Error::NotFound)?;
    let words = takedown::store::words(&house.db, id).await?.ok_or(Error::NotFound)?;
    look(house, viewer, "something taken down", id).await?;
    let history = history(&house.db, id).await?;
    let title = takedown.kind.title();
    let queue = ("/forum/safeguarding/taken-down", "Taken down and passed on to you");
    let frame = frame(titled("Taken down", title), queue, sent, refusals).heading(title);
    let page = frame.around(|| {
        let why = takedown::why(&takedown.reason, &takedown.why);
        let at = takedown.taken_down_at.unwrap_or(takedown.asked_at);
        view! {
            <p class="soft">"Taken down on "<When at /></p>
            <p class="lines">{why}</p>
            <p class="said">{words}</p>
            {what_was_done(history.notes, sent, refusals)}
            {who_opened(history.looks)}
        }
    });
    Ok(page.answer(house, viewer))
}
