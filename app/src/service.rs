//! How the service is running, for administrators: what works now, which emails are waiting and
//! why, the last backup.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis, Moment};
use deliveries::store::{Missed, Waiting};
use deliveries::unread::{self, Unread};
use forms::Sent;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::health::HealthState;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

/// For how long back those who missed emails are shown.
const LATELY: Millis = 30 * clock::DAY;
/// How many lines about who missed emails are read, and how many are shown.
const MOST_MISSED: i64 = 1_000;
const MOST_SHOWN: usize = 20;
/// An email that waits for longer is more than a busy mail server.
const WAITS_LONG: Millis = clock::DAY;
/// A daily backup that is older is missing.
const BACKUP_WITHIN: Millis = 2 * clock::DAY;

/// GET `/admin/service`
pub async fn service_health_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let outbox = deliveries::store::waiting(&house.db).await?;
    let reasons = deliveries::store::reasons(&house.db, now - LATELY).await?;
    let missed = deliveries::store::missed(&house.db, now - LATELY, MOST_MISSED).await?;
    let unread = unread::unread(&house.db, now - unread::SHOWN_FOR, MOST_MISSED).await?;
    let states = house.health.states();
    let worries = worries(&states, &outbox, &missed, now);
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
        let waiting: Vec<_> = reasons.iter().filter(|reason| !reason.is_given_up).collect();
        let why_waiting = (!waiting.is_empty()).then(|| {
            let rows = waiting.iter().map(|reason| {
                let (plain, _) = in_plain_words(&reason.why);
                let shown = format!("{}: {plain}", emails(reason.emails));
                view! { <li>{shown}{their_words(&reason.why)}</li> }
            });
            view! {
                <h3>"Why some are waiting"</h3>
                <p>"We keep trying for two days. There is nothing to do yet."</p>
                <ul>{rows.collect_view()}</ul>
            }
        });
        let oldest = outbox.oldest.map(|at| format!(", since {}", clock::day_and_hour(at)));
        let waiting = match outbox.owed {
            0 => "No emails are waiting to be sent.".to_owned(),
            1 => format!("1 email is waiting to be sent{}.", oldest.unwrap_or_default()),
            owed => format!("{owed} emails are waiting to be sent{}.", oldest.unwrap_or_default()),
        };
        let returned = match outbox.returned {
            0 => "No email has been returned to us.".to_owned(),
            1 => "1 email has been returned to us since we began.".to_owned(),
            many => format!("{many} emails have been returned to us since we began."),
        };
        let backup = match outbox.backed_up_at {
            Some(at) => format!("The last daily backup was made on {}.", clock::day_and_hour(at)),
            None => "This service makes no daily backup. If everything were lost, it could not be \
                     brought back. Ask whoever looks after the server to turn backups on (the \
                     setting is called BACKUP), or to tell you what else makes one."
                .to_owned(),
        };
        view! {
            <div class="stack">
                {done} <p>
                    <a class="back" href="/admin">
                        "Administration"
                    </a>
                </p> <h1>"How the service is running"</h1> {headline(&worries)} {held}
                {who_missed(&missed)} <h2>"Emails"</h2> <p>{waiting}</p> {why_waiting}
                <p>{returned}</p> {not_understood(&unread)} <p>
                    <a href="/admin/emails">"See which emails, and try them again"</a>
                </p> <h2>"Backups"</h2> <p>{backup}</p> <p>
                    <a href="/admin/storage">"How much room everything takes"</a>
                </p> {checked(&states)}
                <h2>"Version"</h2> <p>{env!("CARGO_PKG_VERSION")}</p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What needs somebody, the worst first: what does not work, emails that nobody gets, and what
/// would be missed only later.
fn worries(
    states: &[HealthState],
    outbox: &Waiting,
    missed: &[Missed],
    now: Moment,
) -> Vec<String> {
    let wrong = states.iter().filter_map(|state| {
        Some(format!("Not working: {} ({})", called(state.what), said(state.what, state.wrong?)))
    });
    let mut all: Vec<String> = wrong.collect();
    if outbox.held_at.is_some() {
        all.push("Emails are on hold".to_owned());
    }
    let people: BTreeSet<&str> = missed.iter().filter_map(|one| one.email.as_deref()).collect();
    let nameless: i64 = missed.iter().filter(|one| one.email.is_none()).map(|one| one.emails).sum();
    match (people.len(), nameless) {
        (0, 0) => {}
        (0, 1) => all.push("1 email didn't reach anyone".to_owned()),
        (0, many) => all.push(format!("{many} emails didn't reach anyone")),
        (1, _) => all.push("Emails don't reach 1 person".to_owned()),
        (many, _) => all.push(format!("Emails don't reach {many} people")),
    }
    if outbox.held_at.is_none() && outbox.oldest.is_some_and(|at| at < now - WAITS_LONG) {
        all.push("Emails have been waiting for more than a day".to_owned());
    }
    all.extend(no_backup(outbox.backed_up_at, now));
    if all.is_empty() && states.is_empty() {
        all.push("Nothing has been checked yet".to_owned());
    }
    all
}

/// That there is no daily backup, or none of late.
pub(crate) fn no_backup(backed_up_at: Option<Moment>, now: Moment) -> Option<String> {
    match backed_up_at {
        None => Some("No daily backup is made".to_owned()),
        Some(at) if at < now - BACKUP_WITHIN => {
            Some(format!("No daily backup has been made since {}", clock::day(at)))
        }
        Some(_) => None,
    }
}

/// The worst of it, then the rest of what needs somebody, then what is well.
fn headline(worries: &[String]) -> impl IntoView + use<> {
    let Some((worst, rest)) = worries.split_first() else {
        return view! {
            <p class="panel gold">
                <b>"Everything is working"</b>
            </p>
        }
        .into_any();
    };
    let rest: Vec<_> = rest.iter().map(|worry| view! { <li>{worry.clone()}</li> }).collect();
    let rest = (!rest.is_empty()).then(|| view! { <ul>{rest}</ul> });
    view! {
        <section class="panel warn">
            <p>
                <b>{worst.clone()}</b>
            </p>
            {rest}
            <p>"Everything else that we check is working. What to do is below."</p>
        </section>
    }
    .into_any()
}

/// Who missed emails, why, and what to do.
fn who_missed(missed: &[Missed]) -> Option<impl IntoView + use<>> {
    let more = missed.len().saturating_sub(MOST_SHOWN);
    let rows: Vec<_> = missed
        .iter()
        .take(MOST_SHOWN)
        .map(|one| {
            let who = match (&one.shown_name, &one.email) {
                (Some(name), Some(email)) => format!("{name} ({email})"),
                _ => "Someone without an account here".to_owned(),
            };
            let (plain, to_do) = in_plain_words(&one.reason);
            let how =
                format!(", {}, last on {}: {plain}. ", emails(one.emails), clock::day(one.last_at));
            view! {
                <li>
                    <b>{who}</b>
                    {how}
                    {to_do}
                    {their_words(&one.reason)}
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let more = (more > 0).then(|| view! { <p>{format!("And {more} more.")}</p> });
        view! {
            <h2>"Who didn't get our emails in the last 30 days"</h2>
            <ul class="stack">{rows}</ul>
            {more}
        }
    })
}

/// What came back to our emails and was not understood: a person can tell what it is.
fn not_understood(unread: &[Unread]) -> Option<impl IntoView + use<>> {
    let more = unread.len().saturating_sub(MOST_SHOWN);
    let rows: Vec<_> = unread
        .iter()
        .take(MOST_SHOWN)
        .map(|mail| {
            let subject = match mail.subject.trim() {
                "" => "without a subject".to_owned(),
                subject => format!("“{subject}”"),
            };
            view! { <li>{format!("{}: ", clock::day_and_hour(mail.at))} <bdi>{subject}</bdi></li> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let more = (more > 0).then(|| view! { <p>{format!("And {more} more.")}</p> });
        view! {
            <h3>"Answers to our emails that we couldn't read"</h3>
            <p>
                "In the last 30 days these came to an address that only mail servers should write \
                 to. They may mean that an email didn't arrive. Ask whoever looks after the server \
                 to read them: they are in the mailbox for returned emails (the setting is called \
                 BOUNCES)."
            </p>
            <ul>{rows}</ul>
            {more}
        }
    })
}

/// What a mail server said, for whoever looks after the server.
pub(crate) fn their_words(why: &str) -> impl IntoView + use<> {
    view! {
        <details>
            <summary>"The exact words, for whoever looks after the server"</summary>
            <p>{why.to_owned()}</p>
        </details>
    }
}

/// Everything we check, by names that a volunteer knows.
fn checked(states: &[HealthState]) -> Option<impl IntoView + use<>> {
    (!states.is_empty()).then(|| {
        let all: Vec<_> = states
            .iter()
            .map(|state| {
                let how = state.wrong.map(|wrong| said(state.what, wrong));
                let how = how.or(state.note).unwrap_or("working");
                view! { <li>{format!("{}: {how}", called(state.what))}</li> }
            })
            .collect();
        view! {
            <details>
                <summary>"Everything we check"</summary>
                <ul>{all}</ul>
            </details>
        }
    })
}

/// What is checked, as a volunteer calls it. Jobs have such a name already.
fn called(what: &'static str) -> &'static str {
    match what {
        "writes" => "saving what people send",
        "tables" => "the database",
        "disk" => "room on the server",
        "files" => "saving files",
        "kept files" => "files that people uploaded",
        "held emails" => "emails after a restore",
        other => other,
    }
}

/// What is wrong with it, likewise.
fn said(what: &'static str, wrong: &'static str) -> &'static str {
    match (what, wrong) {
        ("tables", "they cannot be read at the moment") => "it can't be read at the moment",
        ("tables", _) => "it belongs to another version of this program",
        ("kept files", _) => "one is damaged; the server's log says which",
        (_, "has not been heard from") => "it has stopped; restart the service",
        (_, other) => other,
    }
}

fn emails(many: i64) -> String {
    if many == 1 { "1 email".to_owned() } else { format!("{many} emails") }
}

const ASK: &str = "Ask them for another email address when you see or telephone them.";
const CALL: &str = "Call whoever looks after the server for you, and read them the exact words.";

/// Why an email did not go, and what to do, in words for a volunteer: a mail server says it as a
/// number of three digits, and some add another with dots.
pub(crate) fn in_plain_words(why: &str) -> (&'static str, &'static str) {
    let code = why.get(..3).unwrap_or_default();
    match code {
        "550" | "554" if why.contains("5.7.") => {
            ("their email provider doesn't trust emails from this service, and refused it", CALL)
        }
        "550" | "551" | "553" => {
            ("there is no such email address, or it takes no emails from us", ASK)
        }
        "552" => ("their inbox is full", "Ask them to make room, or for another email address."),
        "421" | "450" | "451" | "452" => (
            "their email provider was too busy and asked us to try later",
            "If it happens again, ask them for another email address.",
        ),
        "530" | "534" | "535" | "538" | "554" => {
            ("the mail server doesn't take emails from this service", CALL)
        }
        _ if why.contains("too late") => {
            ("it could not be sent in time, so it was of no more use", CALL)
        }
        _ if why.contains("not an address") => ("that is no address an email can go to", ASK),
        _ => ("it could not be handed over to their email provider", CALL),
    }
}

/// POST `/admin/service`: releases the emails that are on hold.
pub async fn release_emails(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_server_answers_is_said_in_plain_words_with_what_to_do() {
        for (why, plain, to_do) in [
            ("550 5.1.1 user unknown", "no such email address", ASK),
            ("550 No mailbox here", "no such email address", ASK),
            ("550 5.7.1 message refused", "doesn't trust emails", CALL),
            ("552 5.2.2 over quota", "inbox is full", "Ask them to make room"),
            ("421 try later", "asked us to try later", "If it happens again"),
            ("451 4.7.1 greylisted", "asked us to try later", "If it happens again"),
            ("it came too late to be of use", "in time", CALL),
            ("Connection refused", "handed over", CALL),
            ("", "handed over", CALL),
        ] {
            let (said, what_to_do) = in_plain_words(why);
            assert!(said.contains(plain), "{why}: {said}");
            assert!(what_to_do.starts_with(to_do), "{why}: {what_to_do}");
        }
    }
}
