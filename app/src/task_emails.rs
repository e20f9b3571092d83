//! How those who run this hear what waits for them: each kind of task straight away, in one email
//! in the morning, or not at all.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use deliveries::tasks::{self, DUE, Task, Tell};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Banner, Choice, Page, Select};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

/// Something that is chosen.
struct Row {
    /// The word it is stored and sent by.
    word: &'static str,
    title: &'static str,
    ways: &'static [Tell],
    /// How people are told who have chosen nothing.
    told: Tell,
}

/// What people with these roles choose.
fn rows(roles: &[Role]) -> Vec<Row> {
    let mut rows: Vec<Row> = Task::of(roles)
        .map(|task| Row {
            word: task.word(),
            title: task.several(),
            ways: task.ways(),
            told: task.told(),
        })
        .collect();
    if Task::of(roles).any(|task| task.due(Moment::default()).is_some()) {
        rows.push(Row {
            word: DUE,
            title: "Anything that is due the next day",
            ways: &Tell::ALL,
            told: Tell::AtOnce,
        });
    }
    rows
}

/// GET `/account/emails/tasks`
pub async fn task_emails_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let rows = rows(&person.holds);
    let chosen = tasks::store::chosen(&house.db, &person.account_id).await?;
    let chosen: HashMap<String, Tell> = chosen.into_iter().collect();
    let is_saved = Sent::query(&uri).typed("done") == "saved";
    let page = Page::new("Emails about what is waiting for you", || {
        let banner = is_saved.then(|| {
            view! {
                <Banner title="Saved">
                    <p>"We will email you as you chose."</p>
                </Banner>
            }
        });
        let form = if rows.is_empty() {
            view! {
                <p>
                    "Nothing waits for you here. These emails are for people who help to run this."
                </p>
            }
            .into_any()
        } else {
            form(&rows, &chosen).into_any()
        };
        view! {
            <div class="stack">
                {banner}
                <p>
                    <a class="back" href="/account/emails">
                        "Emails you get"
                    </a>
                </p>
                <h1>"Emails about what is waiting for you"</h1>
                {form}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn form(rows: &[Row], chosen: &HashMap<String, Tell>) -> impl IntoView + use<> {
    let selects = rows.iter().map(|row| {
        let tell = chosen.get(row.word).copied().unwrap_or(row.told);
        let ways = row.ways.iter().map(|way| (way.word(), way.title()));
        let choices = Choice::each(ways, |value| value == tell.word());
        view! { <Select name=row.word label=row.title choices /> }
    });
    let selects = selects.collect_view();
    view! {
        <p class="lead">
            "We email you once about each thing, and not if it's done by then. The morning email \
             comes at 8am, on days when something is new."
        </p>
        <form method="post">
            {selects} <button class="button">"Save"</button>
        </form>
    }
}

/// POST `/account/emails/tasks`: keeps what was chosen. What is no choice leaves the one before.
pub async fn choose_task_emails(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let rows = rows(&person.holds);
    let choice = |row: &Row| {
        let tell = Tell::read(sent.typed(row.word))?;
        row.ways.contains(&tell).then_some((row.word, tell))
    };
    let choices: Vec<(&str, Tell)> = rows.iter().filter_map(choice).collect();
    let mut tx = house.db.begin().await?;
    tasks::store::choose(&mut tx, &person.account_id, &choices, house.clock.now()).await?;
    tx.commit().await?;
    // After "don't email me" none is begun.
    deliveries::settled(|| tasks::store::is_on_its_way(&house.db, &person.account_id)).await?;
    Ok(Redirect::to("/account/emails/tasks?done=saved").into_response())
}
