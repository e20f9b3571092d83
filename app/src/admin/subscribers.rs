//! How many people are told about changes to each service, for administrators. Like every number of
//! people it goes through `disclosure`, to the nearest ten: what notices say about the same people
//! is rounded too, and a difference must not give a few away.

use axum::extract::State;
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store;

/// GET `/admin/subscribers`
pub async fn subscribers_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let services = store::subscribers_by_service(&house.db).await?;
    let page = Page::new("Who is told about changes", || {
        let nothing = services.is_empty().then(|| {
            view! {
                <p>
                    "There are no services yet. "
                    <a href="/admin/area">"Name the first one"</a>
                    "."
                </p>
            }
        });
        let rows = services.into_iter().map(|(name, people)| {
            let shown = disclosure::count(people).rounded();
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td data-label="People">{shown}</td>
                </tr>
            }
        });
        let rows = rows.collect::<Vec<_>>();
        let table = (!rows.is_empty()).then(|| {
            view! {
                <table class="plain">
                    <caption class="unseen">"People told about changes to each service"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Service"</th>
                            <th scope="col">"People"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Who is told about changes"</h1>
                <p class="lead">
                    "How many people get an email when a service changes, to the nearest ten. \
                     Fewer than ten are never shown as a number, so nobody can be identified. \
                     Someone can be told about several services."
                </p>
                {nothing}
                {table}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
