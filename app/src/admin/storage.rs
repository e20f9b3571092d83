//! How much room the service takes, and when it was last backed up, for administrators.

use axum::extract::State;
use axum::response::Response;
use calendar::clock;
use disclosure::commas;
use ground::error::Error;
use ground::files::size_in_words;
use ground::house::House;
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;

/// GET `/admin/storage`
pub async fn storage_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let database = house.db.size().await?;
    let (files, bytes) = house.files.room().await?;
    let backed_up_at = deliveries::store::waiting(&house.db).await?.backed_up_at;
    let states = house.health.states();
    let is_full = states.iter().any(|state| state.what == "disk" && state.wrong.is_some());
    let page = Page::new("Storage and backups", || {
        let uploaded = match files {
            0 => "None yet".to_owned(),
            1 => format!("1 file, {}", size_in_words(size(bytes))),
            many => format!("{} files, {}", commas(many), size_in_words(size(bytes))),
        };
        let backup = backed_up_at.map_or_else(
            || "This service makes no daily backup".to_owned(),
            |at| format!("Made on {}", clock::day_and_hour(at)),
        );
        let full = is_full.then(|| {
            view! {
                <p class="panel warn">
                    "There is little room left on the server. Call whoever looks after it for you."
                </p>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Storage and backups"</h1>
                {full}
                <dl class="answers">
                    <div>
                        <dt>"What people sent, and everything else in the database"</dt>
                        <dd>{size_in_words(database)}</dd>
                    </div>
                    <div>
                        <dt>"Files that people uploaded"</dt>
                        <dd>{uploaded}</dd>
                    </div>
                    <div>
                        <dt>"The last daily backup"</dt>
                        <dd>{backup}</dd>
                    </div>
                </dl>
                <p>
                    <a href="/admin/service">"How the service is running"</a>
                    " says whether backups are late, and what to do."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// A number of bytes as it is put into words.
fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX / 10)
}
