//! The administrators' desk.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, DAY, Millis, Moment};
use duties::rules::{Everything, in_words};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page, SecondStepSoon};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::first_steps;
use super::parts::{self, AHEAD, Task};
use super::store::{self, DeskOf, WaitKind, Waits};
use crate::service;

/// For how long emails that were given up are named.
const LATELY: Millis = 30 * DAY;

/// GET `/admin`
pub async fn administration_desk(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let (waiting, others) = store::for_administrators(&house.db, now, now - LATELY).await?;
    let begun = store::begun(&house.db, now).await?;
    let comes = store::coming(&house.db, (now, now + AHEAD), DeskOf::Administrators).await?;
    let yearly = duties::store::everything(&house.db, None).await?;
    let no_backup = service::no_backup(begun.backed_up_at, now);
    let tasks = waiting.oldest.into_iter().filter_map(task);
    let tasks: Vec<Task> = tasks.chain(duties_to_mend(&yearly, now)).collect();
    let is_tested = Sent::query(&uri).typed("done") == "tested";
    let page = Page::new("Administration", || {
        let tested = is_tested.then(|| {
            view! {
                <Banner title="We are sending it">
                    <p>
                        "Look for our test email in your inbox, and in your junk or spam folder. \
                         If it hasn't arrived in a few minutes, look at “How the service is \
                         running”."
                    </p>
                </Banner>
            }
        });
        let no_backup = no_backup.map(|words| {
            view! {
                <p>
                    {words}". "
                    <a href="/admin/service">"Read what that means, and who to ask"</a>
                </p>
            }
        });
        let many = tasks.len();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {parts::welcome(&uri)}
                    {tested}
                    <h1>"Administration"</h1>
                    {parts::other_desks(&viewer, "/admin")}
                    <SecondStepSoon viewer=&viewer />
                    {no_backup}
                </section>
                {first_steps::list(&begun)}
                {parts::tasks(tasks, many, "Nothing to do.", now)}
                {parts::others(others.into_iter().map(invitations).collect())}
                {parts::ahead(comes)}
                {pages()}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One thing that waits, as a task.
fn task(waits: Waits) -> Option<Task> {
    let Waits { kind, many, since, .. } = waits;
    let task = match kind {
        WaitKind::Leaders => {
            let what = if many == 1 {
                "Say which organisation a leader is from".to_owned()
            } else {
                format!("Say which organisations {many} leaders are from")
            };
            Task::new("/admin/people", what, since).more("Until then they can't do anything.")
        }
        WaitKind::Services => {
            let what = if many == 1 {
                "Say who runs a service".to_owned()
            } else {
                format!("Say who runs {many} services")
            };
            Task::new("/admin/telling", what, since)
                .more("Until then nobody can tell families about a change to it.")
        }
        WaitKind::GivenUp => {
            let what = if many == 1 {
                "Find out why an email didn't arrive".to_owned()
            } else {
                format!("Find out why {many} emails didn't arrive")
            };
            Task::new("/admin/emails", what, since)
        }
        _ => return None,
    };
    Some(task)
}

/// What an administrator must put in so that the days of duties can be counted.
fn duties_to_mend(all: &Everything, now: Moment) -> Vec<Task> {
    let today = clock::date(now);
    let is_on = all.duties.iter().any(|kept| kept.duty.is_on);
    let bank = all.bank.warning(today).filter(|_| is_on);
    let bank = bank
        .map(|words| Task::new("/admin/duties", "Put in the new bank holidays", now).more(words));
    let terms = all.lacks_terms(today).map(|day| {
        let more = format!("For yearly duties we need those around {}.", in_words(day));
        Task::new("/admin/telling#terms", "Enter the next school terms", now).more(more)
    });
    bank.into_iter().chain(terms).collect()
}

/// The invitations that nobody has accepted yet.
fn invitations(waits: Waits) -> (String, String, String) {
    let what = if waits.many == 1 {
        "1 person hasn't accepted an invitation".to_owned()
    } else {
        format!("{} people haven't accepted an invitation", waits.many)
    };
    let more = format!("The oldest was sent on {}.", clock::day(waits.since));
    ("/admin/invitations".to_owned(), what, more)
}

/// Everything an administrator can set.
fn pages() -> impl IntoView {
    let pages = [
        (
            "/admin/people",
            "People",
            "Invite organisers and leaders, change people's roles, and suspend an account.",
        ),
        (
            "/admin/roles",
            "Who was given which role",
            "Every role that was given or removed, and who opened what was passed on.",
        ),
        (
            "/admin/audit",
            "Audit log",
            "Who did what, and when. Search it by kind, by person or by day.",
        ),
        (
            "/admin/second-step",
            "Second step for the team",
            "From when everyone in the team needs a code from their phone to sign in, and who has \
             set it up.",
        ),
        (
            "/admin/area",
            "Services, places and organisations",
            "What people can choose when they propose a topic or register a plan.",
        ),
        (
            "/admin/characteristics",
            "Protected characteristics",
            "The list that leaders choose from when they say who a plan affects, and its source.",
        ),
        (
            "/admin/contact",
            "Who we are and how to reach us",
            "The forum in its own words, telephone, email, and the independent advice service.",
        ),
        (
            "/admin/telling",
            "How families are told about changes",
            "Who can write about each service, how early families are told, and when schools are \
             open.",
        ),
        (
            "/admin/plan-kinds",
            "Kinds of plan",
            "What leaders can choose when they register a plan: a local reform plan, a service \
             plan.",
        ),
        (
            "/admin/duties",
            "Yearly duties",
            "What the area must do every year, by when, and who is responsible. As a file too.",
        ),
        (
            "/admin/search-words",
            "Words people search for",
            "Which words mean the same here, such as respite and short breaks.",
        ),
        (
            "/admin/service",
            "How the service is running",
            "What is working now, which emails are waiting and why, and the last backup.",
        ),
        (
            "/admin/emails",
            "Emails",
            "Which are waiting and why, which were given up, and which came back.",
        ),
        (
            "/admin/subscribers",
            "Who is told about changes",
            "About how many people get an email about each service.",
        ),
        (
            "/admin/storage",
            "Storage and backups",
            "How much room everything takes, and the last backup.",
        ),
        (
            "/guides/administrators",
            "Guide for administrators",
            "Each task from its desk: setting the area up, inviting people, and all that comes \
             after.",
        ),
        (
            "/admin/test-email",
            "Send a test email",
            "To yourself, to see whether our emails arrive.",
        ),
    ];
    let pages = pages.map(|(to, title, words)| {
        view! {
            <li class="card">
                <h3>
                    <a href=to>{title}</a>
                </h3>
                <p>{words}</p>
            </li>
        }
    });
    view! {
        <section class="stack">
            <h2>"What you can set"</h2>
            <ul class="cards">{pages.into_iter().collect_view()}</ul>
        </section>
    }
}
