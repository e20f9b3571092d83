//! All emails an account gets, each kind with its switch.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::tasks::Task;
use deliveries::{ALWAYS_SENT, Sort, stops};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Banner, Page};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

/// GET `/account/emails`
pub async fn emails_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let person = viewer.signed_in()?;
    let stopped = stops::stopped(&house.db, &person.account_id).await?;
    let done = Sent::query(&uri).line("done");
    let (email, forum) = (person.email.clone(), house.names.forum.clone());
    let page = Page::new("Emails you get", || {
        let switch = |sort: Sort| switch(sort, !stopped.contains(&sort));
        let has_days = viewer.holds(Role::Leader) || viewer.holds(Role::Organiser);
        let leading = has_days.then(|| {
            view! {
                <section class="stack">
                    <h2>"What is due"</h2>
                    {switch(Sort::Leading)}
                </section>
            }
        });
        let has_tasks = Task::of(&person.holds).next().is_some();
        let waiting = has_tasks.then(|| {
            view! {
                <section class="stack">
                    <h2>"What is waiting for you"</h2>
                    <p>
                        "When there is something for you to do. "
                        <a href="/account/emails/tasks">
                            "Choose when we email you about it"
                        </a>
                    </p>
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner(&done)} <p>
                        <a class="back" href="/account">
                            "Your account"
                        </a>
                    </p> <h1>"Emails you get"</h1>
                    <p class="lead">"We email you at "<b>{email}</b>"."</p>
                </section>
                <section class="stack">
                    <h2>"Changes to services"</h2>
                    <p>
                        "Before a service you chose changes. "
                        <a href="/account/subscriptions">
                            "Choose the services, or stop these emails"
                        </a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"What you said"</h2>
                    {switch(Sort::Said)}
                    {switch(Sort::Receipts)}
                </section>
                <section class="stack">
                    <h2>"Consultations"</h2>
                    <p>
                        "For each consultation that you signed in to answer, you choose if we \
                         email you about what happened. For all others nobody knows who answered: \
                         use your code. "
                        <a href="/account/said">"See what you signed in to answer"</a>
                    </p>
                </section>
                {waiting}
                {leading}
                <section class="stack">
                    <h2>"Always sent"</h2>
                    <p>{ALWAYS_SENT}</p>
                    <p class="soft">{format!("{forum} never sends you advertising.")}</p>
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/account/emails`: stops emails of a sort, or starts them again. Twice is the same as once.
pub async fn change_emails(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let account = &viewer.signed_in()?.account_id;
    let Some(sort) = Sort::read(sent.typed("sort")) else {
        return Ok(Redirect::to("/account/emails").into_response());
    };
    let (now, is_stop) = (house.clock.now(), sent.typed("step") == "stop");
    let mut tx = house.db.begin().await?;
    if is_stop {
        stops::stop(&mut tx, account, &[sort], now).await?;
    } else {
        stops::start(&mut tx, account, &[sort], now).await?;
    }
    tx.commit().await?;
    if is_stop {
        deliveries::settled(|| stops::is_on_its_way(&house.db, account)).await?;
    }
    let done = if is_stop { "stopped" } else { "started" };
    Ok(Redirect::to(&format!("/account/emails?done={done}")).into_response())
}

/// One sort of emails: when they come, whether they are on, and the button that changes it.
fn switch(sort: Sort, is_on: bool) -> impl IntoView {
    let (state, step, button) = if is_on {
        ("● On", "stop", "Stop these emails")
    } else {
        ("○ Off", "start", "Start these emails")
    };
    view! {
        <form method="post" action="/account/emails">
            <input type="hidden" name="sort" value=sort.word() />
            <h3>{sort.title()}</h3>
            <p>{sort.when()}</p>
            <p class="state">
                {state}" "<button class="link" name="step" value=step>
                    {button}
                    <span class="unseen">{format!(": {}", sort.title())}</span>
                </button>
            </p>
        </form>
    }
}

fn banner(done: &str) -> impl IntoView + use<> {
    let words = match done {
        "stopped" => ("Stopped", "We won't send you these emails. You can start them again here."),
        "started" => ("Started", "We will send you these emails."),
        _ => return None,
    };
    Some(view! {
        <Banner title=words.0>
            <p>{words.1}</p>
        </Banner>
    })
}
