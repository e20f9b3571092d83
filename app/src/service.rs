//! How the service is running, for administrators: what works now, which emails are waiting and
//! why, the last backup.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::Sent;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/admin/service`
pub async fn page(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let outbox = deliveries::store::waiting(&house.db).await?;
    let reasons =
        deliveries::store::reasons(&house.db, house.clock.now() - 30 * clock::DAY).await?;
    let states = house.health.states();
    let is_done = Sent::query(&uri).typed("done") == "released";
    let page = Page::new("How the service is running", || {
        let done = is_done.then(|| {
            view! {
                <Banner title="Emails released">
                    <p>"We are sending the ones that were waiting, oldest first."</p>
                </Banner>
            }
        });
        let held = outbox.held_at.map(|at| {
            view! {
                <h2>"Emails are on hold"</h2>
                <p>
                    {format!(
                        "This service was restored from a backup on {}. The original service may \
                         already have sent some of these emails.",
                        clock::day_and_hour(at),
                    )} " Release them once the original is switched off for good."
                </p>
                <form method="post">
                    <button>"Release the emails"</button>
                </form>
            }
        });
        let wrong: Vec<_> = states.iter().filter(|state| state.wrong.is_some()).collect();
        let works = if states.is_empty() {
            view! { <p>"Nothing has been checked yet."</p> }.into_any()
        } else if wrong.is_empty() {
            view! { <p>"Everything is working."</p> }.into_any()
        } else {
            let wrong = wrong.into_iter().map(|state| {
                view! { <li>{format!("{}: {}", state.what, state.wrong.unwrap_or_default())}</li> }
            });
            view! { <ul>{wrong.collect_view()}</ul> }.into_any()
        };
        let checked = (!states.is_empty()).then(|| {
            let all = states.iter().map(|state| {
                let how = state.wrong.unwrap_or("working");
                view! { <li>{format!("{}: {how}", state.what)}</li> }
            });
            view! {
                <details>
                    <summary>"Everything we check"</summary>
                    <ul>{all.collect_view()}</ul>
                </details>
            }
        });
        let oldest = outbox.oldest.map(|at| format!(", since {}", clock::day_and_hour(at)));
        let waiting = match outbox.owed {
            0 => "No emails are waiting to be sent.".to_owned(),
            1 => format!("1 email is waiting to be sent{}.", oldest.unwrap_or_default()),
            owed => format!("{owed} emails are waiting to be sent{}.", oldest.unwrap_or_default()),
        };
        let why = |title: &'static str, is_given_up: bool| {
            let of = reasons.iter().filter(|reason| reason.is_given_up == is_given_up);
            let rows: Vec<_> = of
                .map(|reason| view! { <li>{format!("{} of them: {}", reason.emails, reason.why)}</li> })
                .collect();
            (!rows.is_empty()).then(|| {
                view! {
                    <h3>{title}</h3>
                    <ul>{rows}</ul>
                }
            })
        };
        let backup = match outbox.backed_up_at {
            Some(at) => format!("The last daily backup was made on {}.", clock::day_and_hour(at)),
            None => "No daily backup is being made. Set BACKUP, or make sure that another program \
                makes one."
                .to_owned(),
        };
        view! {
            <div class="stack">
                {done}
                <h1>"How the service is running"</h1>
                {held}
                <h2>"Is everything working?"</h2>
                {works}
                {checked}
                <h2>"Emails"</h2>
                <p>{waiting}</p>
                {why("Why some are waiting", false)}
                {why("Given up on in the last 30 days", true)}
                <p>{format!("{} have been returned in total.", outbox.returned)}</p>
                <h2>"Backups"</h2>
                <p>{backup}</p>
                <h2>"Version"</h2>
                <p>{env!("CARGO_PKG_VERSION")}</p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/admin/service`: releases the emails that are on hold.
pub async fn release(
    State(house): State<House>,
    viewer: Viewer,
    Form(_): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    if deliveries::store::let_go(&mut tx).await? {
        let entry = Entry { at, who: Some(by), what: "emails let go", about: "", detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/admin/service?done=released").into_response())
}
