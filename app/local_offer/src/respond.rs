//! A leader answers a comment, and says what will be done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::Form;
use ground::ui::{
    Area, CONFIRMED, Check, Choice, Choices, Field, FormKey, Next, Page, Summary, When, titled,
};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::browse::{ANSWERED, ANSWERED_BY_EMAIL, ANSWERED_ON_THE_PAGE};
use super::rules::{self, NewResponse, WillDo};
use super::store::{self, Comment, WhichComments};
use super::{addresses, browse, emails, readable};

/// How many comments wait on one page.
const MOST: i64 = 50;

/// GET `/lead/local-offer`: the comments waiting for an answer, the first published first.
pub async fn comments_to_answer_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let me = &viewer.signed_in()?.account_id;
    let waiting = store::list(&house.db, WhichComments::ToAnswer(me), (MOST, 0)).await?;
    let stranded = store::list(&house.db, WhichComments::Stranded, (MOST, 0)).await?;
    let has_one = area::store::organisation_of(&house.db, me).await?.is_some();
    let (now, within) = (house.clock.now(), house.settings.outcome_within);
    let page = Page::new("Comments to answer", || {
        let nothing = waiting.is_empty().then(|| {
            if has_one {
                view! { <p>"Nothing to do. Published comments will appear here."</p> }.into_any()
            } else {
                view! {
                    <p class="panel warn">
                        "You can't answer comments yet. Ask an administrator to say which \
                         organisation you are from: its name is shown with each answer."
                    </p>
                }
                .into_any()
            }
        });
        let rows = waiting.into_iter().map(|comment| {
            let to = format!("/lead/local-offer/{}", comment.id);
            view! {
                <li>
                    <h2>
                        <a href=to>{browse::title(&comment)}</a>
                    </h2>
                    {browse::answer_state(&comment, within, now)}
                </li>
            }
        });
        let rows = rows.collect::<Vec<_>>();
        let rows = (!rows.is_empty()).then(|| view! { <ol class="queue">{rows}</ol> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/lead">
                        "Leaders’ desk"
                    </a>
                </p>
                <h1>"Comments to answer"</h1>
                <p class="lead">
                    "What parents say about the services your organisation runs, and about the \
                     whole Local Offer. Answer each one in public, and say what will be done."
                </p>
                {nothing}
                {rows}
                {nobody_can_answer(&stranded)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The comments on services that no organisation runs, as far as we know.
fn nobody_can_answer(stranded: &[Comment]) -> Option<impl IntoView + use<>> {
    if stranded.is_empty() {
        return None;
    }
    let rows = stranded.iter().map(|comment| {
        let to = format!("/local-offer/comments/{}", comment.id);
        view! {
            <li>
                <a href=to>{browse::title(comment)}</a>
                <p class="soft">{browse::about(comment)}</p>
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    Some(view! {
        <h2>"Nobody can answer these yet"</h2>
        <p>
            "No organisation is set down as running the service. Ask an administrator to say who \
             runs it."
        </p>
        <ul class="rows">{rows}</ul>
    })
}

/// GET `/lead/local-offer/{id}`
pub async fn answer_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
) -> Result<Response, Error> {
    let comment = to_answer(&house, &viewer, &id).await?;
    Ok(answer_view(&comment, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/local-offer/{id}`: shows once more what everyone will read, then publishes it.
pub async fn answer_comment(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let comment = to_answer(&house, &viewer, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    let organisation = area::store::organisation_of(&house.db, by).await?;
    let organisation = organisation.ok_or(Error::NotFound)?.name;
    let new = match Next::of(&sent, rules::response(&sent, house.clock.now())) {
        Next::Form(refusals) => {
            return Ok(answer_view(&comment, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(new) => {
            return Ok(check_answer(&comment, &organisation, &new, &sent).answer(&house, &viewer));
        }
        Next::Keep(new) => new,
    };
    let is_new = keep(&house, by, &comment, (&organisation, &new)).await?;
    let done = match (&comment.author_email, is_new) {
        (_, false) => ANSWERED,
        (Some(_), true) => ANSWERED_BY_EMAIL,
        (None, true) => ANSWERED_ON_THE_PAGE,
    };
    Ok(Redirect::to(&format!("/local-offer/comments/{}?done={done}", comment.id)).into_response())
}

/// The answer, its author's email, the audit: one write. False when it was saved before.
async fn keep(
    house: &House,
    by: &Id<Account>,
    comment: &Comment,
    (organisation, new): (&str, &NewResponse),
) -> sqlx::Result<bool> {
    let (at, about) = (house.clock.now(), &comment.id);
    let mut tx = house.db.begin().await?;
    store::hold(&mut tx, about).await?;
    let is_new = store::respond(&mut tx, about, new, by, at).await?;
    if is_new {
        if let Some(to) = &comment.author_email {
            let owed = Owed {
                dedup_key: &format!("comment answered {}", new.form_key),
                kind: EmailKind::CommentAnswered,
                account_id: comment.account(),
                to,
                words: &emails::answered(house, about, organisation, new),
                at,
                not_after: None,
            };
            owe(&mut tx, owed).await?;
        }
        // Nothing more will go there, unless something was promised.
        if comment.promise().is_none() && matches!(new.will_do, WillDo::Nothing { .. }) {
            addresses::forget_address(&mut tx, about).await?;
        }
        let what = "comment answered";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}

/// The page before an answer is published.
fn check_answer(comment: &Comment, organisation: &str, new: &NewResponse, sent: &Sent) -> Page {
    let will_do = match &new.will_do {
        WillDo::Action { what, by } => vec![
            ("What will be done", what.clone()),
            ("By when", clock::day_of(by).unwrap_or_default()),
        ],
        WillDo::Nothing { why } => vec![("Why nothing more will be done", why.clone())],
    };
    let first = [
        ("The comment", comment.words.clone()),
        ("Answered by", organisation.to_owned()),
        ("Your answer", new.response.clone()),
    ];
    let check = Check {
        title: "Check your answer",
        rows: first.into_iter().chain(will_do).collect(),
        warnings: Vec::new(),
        after: "Everyone can read it at once. You can't change it or take it back, but you can \
            add to it later. Once its day is over, the forum says in public if what you promise \
            was done.",
        to: format!("/lead/local-offer/{}", comment.id),
        sent,
        does: ("Publish the answer", CONFIRMED),
    };
    check.page()
}

/// A published comment that this leader may answer; "not found" otherwise.
async fn to_answer(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Comment>,
) -> Result<Comment, Error> {
    let (comment, _) = readable(house, viewer, id).await?;
    if comment.is_public() && comment.is_theirs_to_answer {
        Ok(comment)
    } else {
        Err(Error::NotFound)
    }
}

fn answer_view(comment: &Comment, sent: &Sent, refusals: &Refusals) -> Page {
    let title = if comment.responses.is_empty() { "Answer a comment" } else { "Add to the answer" };
    let page = Page::new(titled(title, &forms::beginning(&comment.words, 40)), || {
        let before = browse::responses(comment);
        view! {
            <div class="stack">
                <Summary refusals />
                <p>
                    <a class="back" href="/lead/local-offer">
                        "Comments to answer"
                    </a>
                </p>
                <h1>{title}</h1>
                <p class="soft">
                    {browse::about(comment)}
                    {comment
                        .published_at
                        .map(|at| {
                            view! {
                                ", published on "
                                <When at />
                            }
                        })}
                </p>
                {browse::sorted(comment)}
                <p class="said">{comment.words.clone()}</p>
                {before}
                {response_form(comment, sent, refusals)}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

fn response_form(comment: &Comment, sent: &Sent, refusals: &Refusals) -> AnyView {
    let answer_hint = if comment.author_email.is_some() {
        "Everyone can read it, and we email it to whoever wrote the comment."
    } else {
        "Everyone can read it. We can't email it: whoever wrote the comment left us no email \
         address, or hasn't confirmed it yet."
    };
    let ways = [("action", "Something will be done"), ("nothing", "Nothing more will be done")];
    let ways = Choice::each(ways, |word| sent.typed("will_do") == word);
    view! {
        <form method="post" novalidate>
            <FormKey key=sent.typed("form_key") />
            <Area
                name="response"
                label="Your answer"
                hint=answer_hint
                value=sent.typed("response")
                refusals
            />
            <Choices
                name="will_do"
                legend="Will something be done about it?"
                choices=ways
                refusals
            />
            <Area
                name="action"
                label="If something will be done: what?"
                value=sent.typed("action")
                rows=3
                refusals
            />
            <Field
                name="action_by"
                label="By when?"
                hint="Once this day is over, the forum says in public if it was done."
                kind="date"
                value=sent.typed("action_by")
                refusals
            />
            <Area
                name="why_nothing"
                label="If nothing more will be done: why not?"
                value=sent.typed("why_nothing")
                rows=3
                refusals
            />
            <button class="button" name="step" value="check">
                "Check your answer"
            </button>
        </form>
    }
    .into_any()
}
