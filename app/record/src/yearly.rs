//! The record of what must be done every year: done, late, or not done.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock;
use duties::rules::Kept;
use duties::{parts, store};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::browse::ways;

/// GET `/record/duties`: every duty with a year that everyone sees. What was public when its day
/// passed stays so, also once the duty is switched off.
pub async fn duties_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, today) = (Sent::query(&uri), clock::date(house.clock.now()));
    let all = store::everything(&house.db, None).await?;
    let page = Page::new("What must be done every year", || {
        let is_seen = |kept: &&Kept| all.years(kept, today).iter().any(|turn| turn.is_public);
        let duties: Vec<&Kept> = all.duties.iter().filter(is_seen).collect();
        let tally = all.tally(today).map(|words| view! { <p>{format!("So far: {words}.")}</p> });
        let nothing = duties.is_empty().then(|| {
            view! { <p>"Once the area has entered its yearly duties, they will be here."</p> }
        });
        let (shown, pager) = parts::paged(&duties, forms::page_number(&query), "/record/duties");
        let cards: Vec<_> =
            shown.into_iter().map(|kept| parts::card(&all, kept, today, None)).collect();
        let cards = (!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> });
        view! {
            <div class="stack">
                <h1>"What must be done every year"</h1>
                {ways("/record/duties")}
                <p class="lead">
                    "What the council, the NHS and the forum must do every year, by when, and \
                     whether they did. Each rule is the area's own, with where it was read."
                </p>
                {tally}
                {nothing}
                {cards}
                {pager}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
