//! How far the emails of a notice have come: waiting, sent, come back.

use axum::extract::{Path, State};
use axum::response::Response;
use disclosure::Shown;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Bar, Bars, Page, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::{ledger, notice_they_speak_for};

/// GET `/lead/notices/{id}/emails`
pub async fn emails_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let sending = ledger::sending(&house.db, &notice.id).await?;
    let page = Page::new(titled("Emails", &notice.words.title), || {
        let back = if notice.course.started_at.is_some() {
            format!("/notices/{}", notice.id)
        } else {
            format!("/lead/notices/{}", notice.id)
        };
        let table = if notice.course.started_at.is_none() {
            view! { <p class="lead">"No email goes out before the notice is published."</p> }
                .into_any()
        } else {
            pictures(sending).into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=back>
                        {notice.words.title.clone()}
                    </a>
                </p>
                <h1>"How far the emails have come"</h1>
                {table}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// To the nearest ten: a leader can look again and again while emails go.
fn pictures(sending: ledger::Sending) -> impl IntoView + use<> {
    let split = disclosure::split(&[sending.waiting, sending.sent, sending.came_back]);
    let to_ten = |shown: Shown| shown.to_ten().map_or(shown, Shown::Number);
    let of = split.parts.iter().map(|part| part.to_ten()).sum::<Option<u64>>();
    let names = ["Waiting to be sent", "Sent", "Came back, or could not be sent"];
    let rows = names.into_iter().zip(split.parts.iter().copied().map(to_ten));
    let rows: Vec<Bar> =
        rows.map(|(name, shown)| Bar { name: name.to_owned(), shown, of }).collect();
    let total = split.total.rounded();
    view! {
        <p class="lead">{format!("People this notice goes to: {total}.")}</p>
        <p class="soft">
            "To the nearest ten, so that nobody can tell who got an email. People with a daily or \
             weekly email get it with their next one. Whoever has stopped emails isn't counted."
        </p>
        <Bars caption="Emails about this notice".to_owned() rows />
        <p class="soft">
            "Organisers see the families no email reaches, and tell them another way."
        </p>
    }
}
