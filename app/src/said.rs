//! What someone said, in every room, and what happened next.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis, Moment};
use forms::{Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ids::Id;
use ground::sent::Form;
use ground::ui::{Page, Pager, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::rules::{Awaited, Outcome, awaited, judged};
use topics::rules::TopicState;
use updates::store::{self, Contribution, SubjectKind};

const MOST_ON_A_PAGE: i64 = 30;
/// The state of a topic that went to the safeguarding lead.
const PASSED_ON: &str = "passed on";

/// GET `/account/said`: every topic, support and response of this account, and what has happened.
pub async fn said_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (me, now) = (viewer.signed_in()?.account_id.clone(), house.clock.now());
    let page_number = page_number(&Sent::query(&uri));
    let mut said = store::contributions(
        &house.db,
        &me,
        (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE),
        now,
    )
    .await?;
    let within = house.settings.outcome_within;
    let mut comments = local_offer::store::list(
        &house.db,
        local_offer::store::WhichComments::By(&me),
        (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE),
    )
    .await?;
    let wanted = if page_number == 1 {
        notices::questions::wanted::of_account(&house.db, &me).await?
    } else {
        Vec::new()
    };
    let has_more = said.len().max(comments.len()) as i64 > MOST_ON_A_PAGE;
    said.truncate(MOST_ON_A_PAGE as usize);
    comments.truncate(MOST_ON_A_PAGE as usize);
    let next = has_more.then(|| format!("/account/said?page={}", page_number + 1));
    let first = (page_number > 1).then(|| "/account/said".to_owned());
    let page = Page::new("What you said and what happened next", || {
        let nothing = (said.is_empty() && comments.is_empty() && wanted.is_empty())
            .then(|| nothing_yet(&viewer));
        let comments = (!comments.is_empty()).then(|| {
            let rows = comments
                .iter()
                .map(|comment| local_offer::mine(comment, within, now))
                .collect::<Vec<_>>();
            view! {
                <h2>"Your comments on the Local Offer"</h2>
                <ul class="cards">{rows}</ul>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/account">
                        "Your account"
                    </a>
                </p>
                <h1>"What you said and what happened next"</h1>
                {nothing}
                {rows(said, within, now, 2)}
                {comments}
                {notices::questions::waited_for(wanted)}
                <Pager first next />
                <p class="soft">
                    "Answers you gave without an account aren't here: nobody knows whose they are. "
                    <a href="/updates/receipt">"Use your code to see what happened"</a>"."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// Where somebody has said nothing so far.
pub fn nothing_yet(viewer: &Viewer) -> AnyView {
    if viewer.may_propose() {
        view! {
            <p>
                "You haven't said anything yet. "<a href="/topics/new">"Propose a topic"</a>
                ", support one or answer a consultation, and you will see here what happened."
            </p>
        }
        .into_any()
    } else {
        view! {
            <p>
                "You haven't said anything yet. Answer a consultation, and you will see here what \
                 happened."
            </p>
        }
        .into_any()
    }
}

/// What somebody said and what happened about it, each with its state. `level`: the level of the
/// headings.
pub fn rows(said: Vec<Contribution>, within: Millis, now: Moment, level: u8) -> impl IntoView {
    (!said.is_empty()).then(|| {
        let rows = said.into_iter().map(|said| row(said, within, now, level)).collect::<Vec<_>>();
        view! { <ul class="cards">{rows}</ul> }
    })
}

fn row(said: Contribution, within: Millis, now: Moment, level: u8) -> impl IntoView {
    let (state, title) = (state(&said, within, now), title(&said));
    let Contribution { how, subject, at, update, wants_outcome, .. } = said;
    let how = match (how.as_str(), subject.kind) {
        ("proposed", _) => "You proposed this",
        ("supported", _) => "You supported this",
        _ => "You answered",
    };
    let wants = wants_outcome.map(|wants| {
        let (words, value, button) = if wants {
            ("We will email you when we know what happened.", "no", "Don't email me")
        } else {
            ("We won't email you about what happened.", "yes", "Email me")
        };
        let unseen = format!(": {}", subject.title);
        view! {
            <form method="post" action="/account/said">
                <input type="hidden" name="consultation" value=subject.id.clone() />
                <p class="soft">
                    {words}" "<button class="link" name="wants" value=value>
                        {button}
                        <span class="unseen">{unseen}</span>
                    </button>
                </p>
            </form>
        }
    });
    let update = update.map(|update| {
        view! {
            <p>
                <a href=format!("/updates/{}", update.id)>"See what happened"</a>
            </p>
        }
    });
    let when = at.map(|at| {
        view! {
            ", "
            <When at />
        }
    });
    let title = if level == 2 {
        view! { <h2>{title}</h2> }.into_any()
    } else {
        view! { <h3>{title}</h3> }.into_any()
    };
    view! {
        <li class="card">
            {title} <p class="state">{state}</p>
            {update}
            <p class="soft">{how}{when}</p>
            {wants}
        </li>
    }
}

/// The same as lines of another page: what it is, and what has happened so far.
pub fn lines(said: Vec<Contribution>, within: Millis, now: Moment) -> impl IntoView {
    let lines = said.into_iter().map(|said| {
        let (state, title) = (state(&said, within, now), title(&said));
        view! {
            <li>
                <h3>{title}</h3>
                <p>{state}</p>
            </li>
        }
    });
    view! { <ul class="queue">{lines.collect_view()}</ul> }
}

/// What it was about, with the way there. Only the safeguarding lead sees the words of what was
/// passed on: a phone may be borrowed.
fn title(said: &Contribution) -> AnyView {
    let words = said.subject.title.clone();
    if said.state == PASSED_ON {
        "Something you sent to the forum".into_any()
    } else if !said.subject.is_there() {
        words.into_any()
    } else {
        view! { <a href=address(said)>{words}</a> }.into_any()
    }
}

fn address(said: &Contribution) -> String {
    if said.subject.kind == SubjectKind::Consultation {
        format!("/consultations/{}", said.subject.id)
    } else {
        said.subject.address()
    }
}

/// POST `/account/said`: whether someone wants an email about what came of a consultation.
pub async fn choose_outcome_email(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let by = &viewer.signed_in()?.account_id;
    let consultation = Id::parse(sent.typed("consultation")).ok_or(Error::NotFound)?;
    let mut tx = house.db.begin().await?;
    store::want_outcome(&mut tx, &consultation, by, sent.typed("wants") == "yes").await?;
    tx.commit().await?;
    Ok(Redirect::to("/account/said").into_response())
}

/// What has happened so far, in words.
fn state(said: &Contribution, within: Millis, now: Moment) -> String {
    if let Some(update) = &said.update {
        let verdict = judged(update.verdict, &update.organisation);
        // One sign is enough: the one of what happened.
        let words = verdict.split_once(' ').map_or(verdict.as_str(), |(_, words)| words);
        return format!("{}. {words}", update.outcome.title());
    }
    if let Some(since) = said.awaited_since {
        return match awaited(since, None::<&Outcome>, within, now) {
            Awaited::Overdue(by) => format!(
                "× Overdue: the council or the NHS hasn't told us yet what happened. It was due by \
                 {}",
                clock::day(by)
            ),
            Awaited::Due(by) => {
                format!("○ Leaders must tell us what happened by {}", clock::day(by))
            }
            Awaited::Said => String::new(),
        };
    }
    match said.state.as_str() {
        "waiting" => TopicState::Waiting.words(),
        "declined" => TopicState::Declined(String::new()).words(),
        PASSED_ON => TopicState::PassedOn.words(),
        "withdrawn" => TopicState::Withdrawn.words(),
        "taken down" => TopicState::TakenDown.words(),
        "merged" => TopicState::Merged(Id::default()).words(),
        "counting" => "○ Voting is still open",
        "in no round" => "○ Not in a voting round yet",
        "closed round" => "○ Voting has closed. The forum hasn't confirmed the shortlist yet",
        "not chosen" => "○ Not on the shortlist",
        "consultation withdrawn" => "× The forum withdrew this consultation",
        "closed" => "○ The forum is reading the answers",
        _ => "● Open",
    }
    .to_owned()
}
