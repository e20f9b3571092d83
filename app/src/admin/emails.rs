//! Emails that wait, were given up or came back, for administrators, with a button that tries again
//! what waits. It says who did not get one and why, and never what it was about.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::store::{EmailList, ListedEmail};
use disclosure::commas;
use forms::{Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Banner, Page, Pager};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::address;
use crate::service::{in_plain_words, their_words};

const PATH: &str = "/admin/emails";
const MOST_ON_A_PAGE: i64 = 50;

/// The word a list is chosen by; empty for the one that is shown first.
fn word(list: EmailList) -> &'static str {
    match list {
        EmailList::Waiting => "",
        EmailList::GivenUp => "given-up",
        EmailList::Returned => "returned",
    }
}

fn chosen(word: &str) -> EmailList {
    match word {
        "given-up" => EmailList::GivenUp,
        "returned" => EmailList::Returned,
        _ => EmailList::Waiting,
    }
}

/// GET `/admin/emails`
pub async fn emails_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, now) = (Sent::query(&uri), house.clock.now());
    let (list, number) = (chosen(query.typed("show")), page_number(&query));
    let outbox = deliveries::store::waiting(&house.db).await?;
    let part = (MOST_ON_A_PAGE + 1, (number - 1) * MOST_ON_A_PAGE);
    let mut emails = deliveries::store::listed(&house.db, list, part).await?;
    let next = (emails.len() as i64 > MOST_ON_A_PAGE).then(|| {
        emails.truncate(MOST_ON_A_PAGE as usize);
        address(PATH, &[("show", word(list)), ("page", &(number + 1).to_string())])
    });
    let first = (number > 1).then(|| address(PATH, &[("show", word(list))]));
    let is_done = query.typed("done") == "again";
    let page = Page::new("Emails", || {
        let done = is_done.then(|| {
            view! {
                <Banner title="We are trying again now">
                    <p>"Look here again in a few minutes."</p>
                </Banner>
            }
        });
        let none = emails.is_empty().then(|| view! { <p>{nothing(list)}</p> });
        let again = (list == EmailList::Waiting && emails.iter().any(|one| waits(one, now)))
            .then(try_again);
        let rows = emails.iter().map(|email| row(list, email, now)).collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ul class="queue">{rows}</ul> });
        view! {
            <div class="stack">
                {done}
                <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p>
                <h1>"Emails"</h1>
                {lists(list, outbox.owed, outbox.returned)}
                <p>{what_to_do(list)}</p>
                {again}
                {none}
                {rows}
                <Pager first next />
                <p>
                    <a href="/admin/service">"How the service is running"</a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The ways to the three lists, the one that is shown without a link.
fn lists(shown: EmailList, owed: i64, returned: i64) -> impl IntoView {
    let many = |many: i64| commas(many.unsigned_abs());
    let all = [
        (EmailList::Waiting, format!("Waiting to be sent ({})", many(owed))),
        (EmailList::GivenUp, "Given up".to_owned()),
        (EmailList::Returned, format!("Came back ({})", many(returned))),
    ];
    let all = all.map(|(list, label)| {
        let is_shown = (list == shown).then_some("page");
        let to = address(PATH, &[("show", word(list))]);
        view! {
            <li>
                <a href=to aria-current=is_shown>
                    {label}
                </a>
            </li>
        }
    });
    view! {
        <nav aria-label="Which emails">
            <ul>{all.into_iter().collect::<Vec<_>>()}</ul>
        </nav>
    }
}

fn what_to_do(list: EmailList) -> &'static str {
    match list {
        EmailList::Waiting => {
            "We keep trying for two days, less and less often, and you don't need to do anything. \
             If someone has corrected what was wrong, you can try again sooner."
        }
        EmailList::GivenUp => {
            "We no longer have the words of these emails, so they can't be sent again. An \
             invitation can be sent again from its list, and people can ask for a new link \
             themselves."
        }
        EmailList::Returned => {
            "The address took the email first and then sent it back, or whoever got it marked it \
             as spam. Ask people for another address when you see or telephone them."
        }
    }
}

fn nothing(list: EmailList) -> &'static str {
    match list {
        EmailList::Waiting => "No emails are waiting to be sent.",
        EmailList::GivenUp => "No email has been given up in the last year.",
        EmailList::Returned => "No email has come back.",
    }
}

/// Whether an email has been tried and waits for its next try.
fn waits(email: &ListedEmail, now: Moment) -> bool {
    email.many_tries > 0 && email.next_at.is_some_and(|at| at > now)
}

fn try_again() -> impl IntoView {
    view! {
        <form method="post" action=PATH>
            <button class="button quiet" name="step" value="again">
                "Try all of them again now"
            </button>
        </form>
    }
}

fn row(list: EmailList, email: &ListedEmail, now: Moment) -> impl IntoView + use<> {
    let who = match (&email.shown_name, &email.email) {
        (Some(name), Some(email)) => format!("{name} ({email})"),
        (_, _) => "Someone without an account here".to_owned(),
    };
    let at = clock::day_and_hour(email.at);
    let when = match list {
        EmailList::Waiting => format!("Waiting since {at}."),
        EmailList::GivenUp => format!("Given up on {at}."),
        EmailList::Returned => format!("Came back on {at}."),
    };
    let tries = match email.many_tries {
        0 => String::new(),
        1 => " Tried once.".to_owned(),
        many => format!(" Tried {many} times."),
    };
    let next = email.next_at.filter(|at| *at > now);
    let next = next.map(|at| format!(" We try again on {}.", clock::day_and_hour(at)));
    let why = (!email.reason.is_empty()).then(|| {
        let (plain, _) = in_plain_words(&email.reason);
        view! {
            <p>{format!("Why: {plain}.")}</p>
            {their_words(&email.reason)}
        }
    });
    view! {
        <li>
            <p>
                <b>{who}</b>
            </p>
            <p class="soft">{when} {tries} {next}</p>
            {why}
        </li>
    }
}

/// POST `/admin/emails`: makes what waits for its next try due now.
pub async fn try_emails_again(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    if sent.typed("step") != "again" {
        return Ok(Redirect::to(PATH).into_response());
    }
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    if deliveries::store::try_now(&mut tx, at).await? > 0 {
        let entry = Entry { at, who: Some(by), what: "emails tried again", about: "", detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/admin/emails?done=again").into_response())
}
