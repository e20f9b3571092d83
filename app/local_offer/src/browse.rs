//! What everyone sees: the comments with their answers, and one of them.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Millis, Moment};
use calendar::promise::WITHIN;
use forms::{Sent, page_number};
use ground::contact::Contact;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::takedown;
use ground::ui::{Banner, Done, Page, Pager, When, who_advises};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use outcomes::rules::{due_by, who};

use super::store::{self, Comment, WhichComments};
use super::{readable, rules};

const MOST_ON_A_PAGE: i64 = 20;

/// What a leader has just done, in the address of the comment: answered, with an email to whoever
/// wrote it, or without one since there is no address; or no more is known.
pub const ANSWERED: &str = "answered";
pub const ANSWERED_BY_EMAIL: &str = "answered-by-email";
pub const ANSWERED_ON_THE_PAGE: &str = "answered-on-the-page";

/// GET `/local-offer`: all, or with `?show=unanswered` those that have no answer yet.
pub async fn comments_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent::query(&uri);
    let is_unanswered = sent.typed("show") == "unanswered";
    let which = if is_unanswered { WhichComments::Unanswered } else { WhichComments::Public };
    let number = page_number(&sent);
    let mut comments =
        store::list(&house.db, which, (MOST_ON_A_PAGE + 1, (number - 1) * MOST_ON_A_PAGE)).await?;
    let address = |page: i64| {
        if is_unanswered {
            format!("/local-offer?show=unanswered&page={page}")
        } else {
            format!("/local-offer?page={page}")
        }
    };
    let next = (comments.len() as i64 > MOST_ON_A_PAGE).then(|| {
        comments.truncate(MOST_ON_A_PAGE as usize);
        address(number + 1)
    });
    let first = (number > 1).then(|| address(1));
    let (now, within, year) =
        (house.clock.now(), house.settings.outcome_within, clock::date(house.clock.now()).year());
    let offer = house.settings.local_offer.clone();
    let page = Page::new("Local Offer", || {
        let area = house.names.area.clone();
        let offer = offer.map(|offer| {
            view! {
                <p>
                    <a href=offer>{format!("See the list of support in {area}")}</a>
                </p>
            }
        });
        let ways = [("", "All"), ("unanswered", "Not answered yet")].map(|(word, title)| {
            let to = if word.is_empty() {
                "/local-offer".to_owned()
            } else {
                format!("/local-offer?show={word}")
            };
            view! {
                <a href=to aria-current=((word == "unanswered") == is_unanswered).then_some("true")>
                    {title}
                </a>
            }
        });
        let without_account = (!viewer.is_signed_in()).then(|| {
            view! {
                <p>
                    <a href="/local-offer/comments/without-account">"Comment without an account"</a>
                </p>
            }
        });
        let nothing = comments.is_empty().then_some(if is_unanswered {
            "Every comment has been answered."
        } else {
            "No comments have been published yet."
        });
        let cards = comments.iter().map(|comment| card(comment, within, now)).collect::<Vec<_>>();
        let cards = (!cards.is_empty()).then(|| view! { <ul class="cards">{cards}</ul> });
        view! {
            <div class="stack">
                <h1>"Local Offer"</h1>
                <p class="lead">
                    "What parents say about the area's list of support, what the council and the \
                     NHS answer, and what they will do about it."
                </p>
                {offer}
                <p>
                    <a class="button" href="/local-offer/comments/new">
                        "Comment on the Local Offer"
                    </a>
                </p>
                {without_account}
                <nav class="pager" aria-label="Show">
                    {ways.into_iter().collect_view()}
                </nav>
                {nothing.map(|nothing| view! { <p>{nothing}</p> })}
                {cards}
                <Pager first next />
                <p>
                    <a href=format!(
                        "/local-offer/years/{year}",
                    )>{format!("All comments and answers from {year} on one page")}</a>
                </p>
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

fn card(comment: &Comment, within: Millis, now: Moment) -> impl IntoView + use<> {
    view! {
        <li class="card">
            <h2>
                <a href=format!("/local-offer/comments/{}", comment.id)>{title(comment)}</a>
            </h2>
            {answer_state(comment, within, now)}
            <p class="soft">
                {about(comment)}
                {comment
                    .published_at
                    .map(|at| {
                        view! {
                            ", "
                            <When at />
                        }
                    })}
            </p>
        </li>
    }
}

/// What the comment is about and whose view it is, where that was asked.
pub fn sorted(comment: &Comment) -> impl IntoView + use<> {
    let subject = comment.subject.map(|subject| {
        view! { <p class="soft">"About: "{subject.title()}</p> }
    });
    let voice = comment.voice.map(|voice| {
        view! { <p class="soft">"Whose view: "{voice.title()}</p> }
    });
    view! {
        {subject}
        {voice}
    }
}

/// That the forum took something out of the words, where it did.
pub fn taken_out(comment: &Comment) -> impl IntoView + use<> {
    comment.redacted_at.map(|_| {
        view! { <p class="soft">"The forum took out words that name someone: [in brackets]."</p> }
    })
}

/// Who can help with one child's support, for whoever wrote about that.
pub fn who_can_help(comment: &Comment, contact: &Contact) -> impl IntoView + use<> {
    let is_about_one =
        comment.declined.as_ref().is_some_and(|(_, reason)| reason == rules::ONE_CHILD);
    is_about_one.then(|| {
        view! {
            <p class="panel">{who_advises(contact)}" "<a href="/contact">"How to reach them"</a></p>
        }
    })
}

/// The beginning of a comment, for a title.
pub fn title(comment: &Comment) -> String {
    outcomes::shortened(&comment.words)
}

/// What a comment is about.
pub fn about(comment: &Comment) -> String {
    if comment.service.is_empty() {
        "The whole Local Offer".to_owned()
    } else {
        comment.service.clone()
    }
}

/// Whether a comment is answered, or by when it must be.
pub fn answer_state(comment: &Comment, within: Millis, now: Moment) -> impl IntoView + use<> {
    if let Some(promise) = comment.promise() {
        let by = clock::day_of(&promise.action_by).map(|day| format!(" by {day}"));
        let state = format!("✓ Answered – action promised{}", by.unwrap_or_default());
        return view! { <p class="state">{state}</p> }.into_any();
    }
    match (comment.responses.last(), comment.published_at) {
        (Some(_), _) => view! { <p class="state">"✓ Answered"</p> }.into_any(),
        (None, Some(at)) => {
            let by = due_by(at, within);
            let state = if by < now {
                "× Overdue: the council should have answered by "
            } else {
                "○ The council must answer by "
            };
            view! {
                <p class="state">
                    <span>{state}<When at=by /></span>
                </p>
            }
            .into_any()
        }
        (None, None) => ().into_any(),
    }
}

/// Why a leader can't answer a comment, and what to do.
pub fn who_answers(comment: &Comment) -> &'static str {
    if !comment.can_be_answered {
        "Nobody can answer this yet. An administrator must first say which organisation runs this \
         service."
    } else if comment.service.is_empty() {
        "You can't answer this yet. An administrator must first say which organisation you are \
         from."
    } else {
        "Only leaders from the organisation that runs this service can answer. If that is yours, \
         ask an administrator to say so."
    }
}

/// What has happened to a comment, for its author.
pub fn state_for_author(comment: &Comment, within: Millis, now: Moment) -> impl IntoView + use<> {
    if comment.taken_down_at.is_some() {
        view! { <p class="state">"× Taken down by the forum"</p> }.into_any()
    } else if comment.withdrawn_at.is_some() {
        view! { <p class="state">"○ You withdrew this comment"</p> }.into_any()
    } else if let Some((_, reason)) = &comment.declined {
        let reason = rules::reason(reason);
        view! { <p class="state">{format!("× Not published. {reason}")}</p> }.into_any()
    } else if comment.passed_on_at.is_some() {
        view! { <p class="state">"○ Someone at the forum is looking after it"</p> }.into_any()
    } else if comment.waits() {
        let waiting = "○ Waiting to be checked. Only you and the forum can see it for now";
        view! { <p class="state">{waiting}</p> }.into_any()
    } else {
        answer_state(comment, within, now).into_any()
    }
}

/// A comment in the list of what its author has said.
pub fn mine(comment: &Comment, within: Millis, now: Moment) -> impl IntoView + use<> {
    // What was passed on has no page for its author: nobody looking over a shoulder can read it.
    let title = if comment.passed_on_at.is_some() {
        view! { "A comment you sent" }.into_any()
    } else {
        view! { <a href=format!("/local-offer/comments/{}", comment.id)>{title(comment)}</a> }
            .into_any()
    };
    view! {
        <li class="card">
            <h3>{title}</h3>
            {state_for_author(comment, within, now)}
            <p class="soft">"You wrote this on "<When at=comment.sent_at /></p>
        </li>
    }
}

/// What was answered, the first first.
pub fn responses(comment: &Comment) -> impl IntoView + use<> {
    let one = |response: &store::Response| {
        let who = who(&response.organisation).to_owned();
        view! {
            <li class="panel">
                <p class="soft">{who}" answered on "<When at=response.at /></p>
                <p class="lines">{response.response.clone()}</p>
                {promised(response)}
            </li>
        }
    };
    let rows = comment.responses.iter().map(one).collect::<Vec<_>>();
    (!rows.is_empty()).then(|| view! { <ul class="stack">{rows}</ul> })
}

/// What an answer says will be done and by when, and whether the forum says it was.
pub fn promised(response: &store::Response) -> impl IntoView + use<> {
    if response.action.is_empty() {
        return match response.why_nothing.as_str() {
            "" => view! { <p>"Nothing more will be done."</p> }.into_any(),
            why => {
                let why = why.to_owned();
                view! {
                    <p class="lines">
                        <b>"Nothing more will be done: "</b>
                        {why}
                    </p>
                }
                .into_any()
            }
        };
    }
    let by = clock::day_of(&response.action_by).map(|day| {
        view! {
            " By "
            <b>{day}</b>
            "."
        }
    });
    let verdicts = response.verdicts.iter().map(|verdict| {
        let found = (!verdict.words.is_empty()).then(|| {
            view! { <p class="lines">{verdict.words.clone()}</p> }
        });
        view! {
            <p class="state">
                <span>{was_done(verdict.is_done)}", "<When at=verdict.at /></span>
            </p>
            {found}
        }
    });
    let verdicts = verdicts.collect::<Vec<_>>();
    let nothing = verdicts
        .is_empty()
        .then(|| view! { <p class="soft">"The forum has not said yet if this was done."</p> });
    view! {
        <p>
            <b>"What will be done: "</b>
            {response.action.clone()}
            {by}
        </p>
        {verdicts}
        {nothing}
    }
    .into_any()
}

/// What the forum says about something that was promised.
pub fn was_done(is_done: bool) -> &'static str {
    if is_done { "✓ The forum says this was done" } else { "× The forum says this was not done" }
}

/// GET `/local-offer/comments/{id}`: for everyone once it is published; before, for its author.
pub async fn comment_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (comment, is_theirs) = readable(&house, &viewer, &id).await?;
    if comment.taken_down_at.is_some() {
        return taken_down(&house, &viewer, &comment).await;
    }
    let (now, within) = (house.clock.now(), house.settings.outcome_within);
    let done = Done::of(&uri, &viewer, now);
    let page = Page::new(
        format!("A comment on the Local Offer: {}", forms::beginning(&comment.words, 60)),
        || {
            let banner = what_was_done(&done, &viewer, &comment, is_theirs);
            let banner = banner.map(|(title, next)| {
                view! {
                    <Banner title>
                        <p>{next}</p>
                    </Banner>
                }
            });
            let state = state_for_author(&comment, within, now);
            let as_sent = is_theirs.then(|| as_they_sent_it(&comment));
            let withdraw = is_theirs.then(|| withdraw_link(&comment));
            let is_judge = viewer.is(Role::Organiser) && comment.is_public();
            let judge = is_judge.then(|| judge_link(&comment));
            let take_down = is_judge.then(|| take_down_link(&comment));
            let contact = house.contact.get();
            let is_leader = viewer.is(Role::Leader) && comment.is_public();
            let answer = (is_leader && comment.is_theirs_to_answer).then(|| to_answer(&comment));
            let not_theirs = (is_leader && !comment.is_theirs_to_answer)
                .then(|| view! { <p class="soft">{who_answers(&comment)}</p> });
            view! {
                <article class="stack">
                    {banner}
                    <p>
                        <a class="back" href="/local-offer">
                            "Local Offer"
                        </a>
                    </p>
                    <h1>"A comment on the Local Offer"</h1>
                    <p class="soft">
                        {about(&comment)}", "
                        <When at=comment.published_at.unwrap_or(comment.sent_at) />
                    </p>
                    {sorted(&comment)}
                    <p class="said">{comment.words.clone()}</p>
                    {taken_out(&comment)}
                    {as_sent}
                    {state}
                    {who_can_help(&comment, &contact)}
                    {responses(&comment)}
                    {judge}
                    {answer}
                    {not_theirs}
                    {withdraw}
                    {take_down}
                </article>
            }
        },
    );
    Ok(page.answer(&house, &viewer))
}

/// What whoever looks at a comment has done to it a moment ago, and what comes of it.
fn what_was_done(
    done: &Done,
    viewer: &Viewer,
    comment: &Comment,
    is_theirs: bool,
) -> Option<(&'static str, String)> {
    match done.what() {
        "sent" if is_theirs && comment.waits() => Some((
            done.title("Sent to the forum", "You have joined, and we have your comment"),
            format!("Someone at the forum will read it first, {WITHIN}. We will email you then."),
        )),
        "judged" if viewer.is(Role::Organiser) => {
            Some(("Published", "Everyone can read what the forum found.".to_owned()))
        }
        "withdrawn" if is_theirs && !comment.is_public() => {
            let next = "Nobody else can read it any more.";
            Some(("You withdrew this comment", next.to_owned()))
        }
        what if viewer.is(Role::Leader) => answered_banner(what),
        _ => None,
    }
}

/// What its author sent, where the forum took something out.
fn as_they_sent_it(comment: &Comment) -> Option<impl IntoView + use<>> {
    comment.as_sent.clone().map(|as_sent| {
        view! {
            <details>
                <summary>"What you sent. Only you and the forum can see this"</summary>
                <p class="said">{as_sent}</p>
            </details>
        }
    })
}

/// The way for its author to withdraw it, while they can.
fn withdraw_link(comment: &Comment) -> Option<impl IntoView + use<>> {
    let to = format!("/local-offer/comments/{}/withdrawal", comment.id);
    (comment.can_be_withdrawn() && comment.declined.is_none()).then(|| {
        view! {
            <p>
                <a href=to>"Withdraw my comment"</a>
            </p>
        }
    })
}

/// The way for an organiser to say whether what was promised was done.
fn judge_link(comment: &Comment) -> Option<impl IntoView + use<>> {
    let to = format!("/forum/local-offer/{}/done", comment.id);
    comment.promise().map(|_| {
        view! {
            <p>
                <a href=to>"Say if what was promised was done"</a>
            </p>
        }
    })
}

/// The way for an organiser to take it down.
fn take_down_link(comment: &Comment) -> impl IntoView + use<> {
    let to = format!("/forum/local-offer/{}/takedown", comment.id);
    view! {
        <p>
            <a href=to>"Take this comment down"</a>
        </p>
    }
}

/// What a leader reads who has just answered. `what`: as the address says it, by whether an email
/// goes to whoever wrote the comment.
fn answered_banner(what: &str) -> Option<(&'static str, String)> {
    let next = match what {
        ANSWERED => "Everyone can read your answer.",
        ANSWERED_BY_EMAIL => {
            "Everyone can read your answer. We will email it to whoever wrote the comment."
        }
        ANSWERED_ON_THE_PAGE => {
            "Everyone can read your answer. We can't email it: whoever wrote the comment left us \
             no email address, or hasn't confirmed it yet."
        }
        _ => return None,
    };
    Some(("Published", next.to_owned()))
}

/// The way to the form for an answer, or for one more.
fn to_answer(comment: &Comment) -> impl IntoView + use<> {
    let to = format!("/lead/local-offer/{}", comment.id);
    if comment.responses.is_empty() {
        view! {
            <p>
                <a class="button" href=to>
                    "Answer this comment"
                </a>
            </p>
        }
        .into_any()
    } else {
        view! {
            <p>
                <a href=to>"Add to the answer"</a>
            </p>
        }
        .into_any()
    }
}

/// In place of a comment that the forum took down: that it did, and why.
async fn taken_down(house: &House, viewer: &Viewer, comment: &Comment) -> Result<Response, Error> {
    let takedown = takedown::store::of(&house.db, &comment.id).await?.ok_or(Error::NotFound)?;
    let page = Page::new(takedown::COMMENT, || {
        view! {
            <article class="stack">
                <p>
                    <a class="back" href="/local-offer">
                        "Local Offer"
                    </a>
                </p>
                <h1>{takedown::COMMENT}</h1>
                <p class="soft">{about(comment)}</p>
                {takedown::parts::in_its_place(&takedown)}
            </article>
        }
    });
    Ok(page.answer(house, viewer))
}
