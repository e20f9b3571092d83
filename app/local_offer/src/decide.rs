//! An organiser reads comments before anyone else does.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::Form;
use ground::ui::{Area, Banner, Choice, Choices, Done, Page, Summary, When, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, CommentDecision, CommentState, REASONS};
use super::store::{self, Comment, WhichComments};
use super::{addresses, browse, comment_at, emails};

/// How many comments wait on one page.
const MOST: i64 = 50;

/// GET `/forum/local-offer`
pub async fn comments_to_check_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (now, today) = (house.clock.now(), clock::fields(house.clock.now()).0);
    let waiting = store::list(&house.db, WhichComments::Waiting, (MOST, 0)).await?;
    let promised = store::list(&house.db, WhichComments::ToJudge(&today), (MOST, 0)).await?;
    let done = Done::of(&uri, &viewer, now);
    let page = Page::new("Comments to check", || {
        let banner = decided_banner(done.what(), Sent::query(&uri).typed("emailed") == "yes");
        let nothing = waiting
            .is_empty()
            .then(|| view! { <p>"Nothing to do. Comments parents send will appear here."</p> });
        let rows = waiting.into_iter().map(|comment| {
            let to = format!("/forum/local-offer/{}", comment.id);
            view! {
                <li>
                    <h2>
                        <a href=to>{browse::title(&comment)}</a>
                    </h2>
                    <p class="soft">"Sent on "<When at=comment.sent_at /></p>
                </li>
            }
        });
        let rows = rows.collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ol class="queue">{rows}</ol> });
        view! {
            <div class="stack">
                {banner}
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <h1>"Comments to check"</h1>
                <p class="lead">
                    "Publish every comment on the Local Offer, for or against. If it names \
                     someone, take that out and publish the rest. Only leave one out if it is \
                     vexatious, or about one child's or young person's own support."
                </p>
                {nothing}
                {rows}
                {to_judge(&promised)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What was decided just now, and what comes of it: the word of the address, and whether an email
/// goes to whoever wrote the comment.
fn decided_banner(what: &str, is_emailed: bool) -> Option<AnyView> {
    let (title, next) = match what {
        "published" => ("Published", "Everyone can read it now, and the council must answer it."),
        "redacted" => (
            "Published without the words you took out",
            "Everyone can read the rest now, and the council must answer it.",
        ),
        "declined" => ("Not published", "Nobody else can read it."),
        "passed-on" => ("Passed on", "Only the safeguarding lead can read it now."),
        _ => return None,
    };
    let email = if is_emailed {
        " We will email whoever wrote it."
    } else {
        " We can't email whoever wrote it: they left us no email address, or haven't confirmed it \
         yet."
    };
    let banner = view! {
        <Banner title>
            <p>{next} {email}</p>
        </Banner>
    };
    Some(banner.into_any())
}

/// What was promised by a day that is over, and the forum has not said yet if it was done.
fn to_judge(promised: &[Comment]) -> impl IntoView + use<> {
    let rows = promised.iter().map(|comment| {
        let to = format!("/forum/local-offer/{}/done", comment.id);
        view! {
            <li>
                <h3>
                    <a href=to>{browse::title(comment)}</a>
                </h3>
                {comment.promise().map(browse::promised)}
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"Was it done?"</h2>
            <p>
                "This was promised in answer to a comment, and its day is over. Say in public if \
                 it was done."
            </p>
            <ul class="queue">{rows}</ul>
        }
    })
}

/// GET `/forum/local-offer/{id}`
pub async fn decide_comment_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
) -> Result<Response, Error> {
    let comment = waiting(&house, &id).await?;
    Ok(decide_view(&comment, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/local-offer/{id}`
pub async fn decide_comment(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let comment = waiting(&house, &id).await?;
    if !comment.waits() {
        let refusals = Refusals::one("decision", TOO_LATE);
        return Ok(decide_view(&comment, &sent, &refusals).answer(&house, &viewer));
    }
    let decision = match rules::decision(&sent, &comment.words) {
        Ok(decision) => decision,
        Err(refusals) => return Ok(decide_view(&comment, &sent, &refusals).answer(&house, &viewer)),
    };
    if keep(&house, &viewer.signed_in()?.account_id, &comment, &decision).await? {
        let done = match decision {
            CommentDecision::Publish => "published",
            CommentDecision::Redact(_) => "redacted",
            CommentDecision::Decline(_) => "declined",
            CommentDecision::PassOn => "passed-on",
        };
        let emailed = if comment.author_email.is_some() { "yes" } else { "no" };
        let to = format!("/forum/local-offer?done={done}&emailed={emailed}");
        return Ok(Redirect::to(&to).into_response());
    }
    let refusals = Refusals::one("decision", TOO_LATE);
    // Passed on meanwhile, it is for the safeguarding lead alone.
    Ok(decide_view(&waiting(&house, &id).await?, &sent, &refusals).answer(&house, &viewer))
}

const TOO_LATE: &str =
    "This can't be saved. Someone else has already decided, or the comment was withdrawn";

/// One that an organiser may read: not one that was passed on or withdrawn.
async fn waiting(house: &House, id: &Id<ids::Comment>) -> Result<Comment, Error> {
    let comment = comment_at(house, id).await?;
    match comment.facts().state() {
        CommentState::PassedOn | CommentState::Withdrawn | CommentState::TakenDown => {
            Err(Error::NotFound)
        }
        CommentState::Waiting | CommentState::Published | CommentState::Declined => Ok(comment),
    }
}

/// The decision, the audit, the author's email: one write. False when it is no longer waiting.
async fn keep(
    house: &House,
    by: &Id<Account>,
    comment: &Comment,
    decision: &CommentDecision,
) -> sqlx::Result<bool> {
    let (now, about) = (house.clock.now(), &comment.id);
    let (what, detail) = match decision {
        CommentDecision::Publish => ("comment published", ""),
        CommentDecision::Redact(_) => ("comment published", "redacted"),
        CommentDecision::Decline(reason) => ("comment declined", *reason),
        CommentDecision::PassOn => ("comment passed on", ""),
    };
    // What is about safety cannot be stopped.
    let kind = match decision {
        CommentDecision::PassOn => EmailKind::CommentPassedOn,
        CommentDecision::Publish | CommentDecision::Redact(_) | CommentDecision::Decline(_) => {
            EmailKind::CommentDecided
        }
    };
    let mut tx = house.db.begin().await?;
    if !store::decide(&mut tx, about, decision, by, now).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    if let Some(to) = &comment.author_email {
        let owed = Owed {
            // One that was declined for naming somebody was decided about once before.
            dedup_key: &format!("{what} {about}"),
            kind,
            account_id: comment.account(),
            to,
            words: &emails::decided(house, comment, decision),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        if matches!(decision, CommentDecision::Decline(_)) {
            // Nothing more will go there.
            addresses::forget_address(&mut tx, about).await?;
        }
    }
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(true)
}

fn decide_view(comment: &Comment, sent: &Sent, refusals: &Refusals) -> Page {
    let title = titled("Decide about a comment", &forms::beginning(&comment.words, 40));
    let page = Page::new(title, || {
        let form = if comment.waits() {
            decide_form(comment, sent, refusals)
        } else {
            view! {
                <p class="panel">"Someone has already decided about this comment."</p>
                {as_sent(comment)}
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <Summary refusals />
                <p>
                    <a class="back" href="/forum/local-offer">
                        "Comments to check"
                    </a>
                </p>
                <h1>"A comment on the Local Offer"</h1>
                <p class="soft">
                    {browse::about(comment)}", sent on "<When at=comment.sent_at />
                </p>
                {browse::sorted(comment)}
                <p class="said">{comment.words.clone()}</p>
                {form}
            </div>
        }
    });
    page.refused_for(refusals)
}

fn decide_form(comment: &Comment, sent: &Sent, refusals: &Refusals) -> AnyView {
    let choices = [
        ("publish", "Publish it as it is"),
        ("redact", "Publish it without the words that name someone"),
        ("decline", "Don't publish it, for the reason below"),
        ("pass on", "Pass it on to the safeguarding lead. Nobody else will see it"),
    ];
    let choices = Choice::each(choices, |word| sent.typed("decision") == word);
    let reasons = Choice::each(REASONS, |word| sent.typed("reason") == word);
    // Begins with what was sent: words are taken out of it.
    let instead = match sent.typed("instead") {
        "" => comment.words.clone(),
        typed => typed.to_owned(),
    };
    view! {
        <form method="post" novalidate>
            <Choices
                name="decision"
                legend="What should happen to this comment?"
                choices
                refusals
            />
            <Area
                name="instead"
                label="If it names someone: what people will read instead"
                hint="Only take words out, and write what they were in brackets, for example [a \
                    name]. Leave everything else as it was sent."
                value=instead
                refusals
            />
            <Choices
                name="reason"
                legend="If you don't publish it, why not?"
                hint="The regulation gives no other reasons. We will tell the person who wrote it, \
                    and who can help with one child's support."
                choices=reasons
                refusals
            />
            <button class="button">"Save this decision"</button>
        </form>
    }
    .into_any()
}

/// What was sent before the forum took something out, for whoever finds that it was too much.
fn as_sent(comment: &Comment) -> impl IntoView + use<> {
    comment.as_sent.clone().map(|as_sent| {
        view! {
            <details>
                <summary>"What was sent. We delete this four weeks after it was published"</summary>
                <p class="said">{as_sent}</p>
            </details>
        }
    })
}
