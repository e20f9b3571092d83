//! The forum says whether what was promised in answer to a comment was done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, FormKey, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, NewVerdict};
use super::store::{self, Comment};
use super::{addresses, browse, emails, readable};

/// GET `/forum/local-offer/{id}/done`
pub async fn promised_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
) -> Result<Response, Error> {
    let (comment, promise) = promised(&house, &viewer, &id).await?;
    let me = &viewer.signed_in()?.account_id;
    let is_theirs = store::is_other_side(&house.db, &promise.id, me).await?;
    let shown = Promised { comment, promise, is_theirs, now: house.clock.now() };
    Ok(promised_view(&shown, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/local-offer/{id}/done`
pub async fn judge_promised(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (comment, promise) = promised(&house, &viewer, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    let now = house.clock.now();
    let mut shown = Promised { comment, promise, is_theirs: false, now };
    let promised = (&shown.promise.id, shown.promise.action_by.as_str());
    let new = match rules::verdict(&sent, promised, now) {
        Ok(new) => new,
        Err(refusals) => {
            return Ok(promised_view(&shown, &sent, &refusals).answer(&house, &viewer));
        }
    };
    if keep(&house, by, &shown, &new).await? || store::is_judged(&house.db, &new.form_key).await? {
        let to = format!("/local-offer/comments/{}?done=judged", shown.comment.id);
        return Ok(Redirect::to(&to).into_response());
    }
    shown.is_theirs = store::is_other_side(&house.db, &shown.promise.id, by).await?;
    let refusals = Refusals::one("verdict", if shown.is_theirs { NOT_THEIRS } else { GONE });
    Ok(promised_view(&shown, &sent, &refusals).answer(&house, &viewer))
}

/// What the page shows.
struct Promised {
    comment: Comment,
    /// The last thing that was promised.
    promise: store::Response,
    /// Whether whoever looks promised it, or leads for those who did.
    is_theirs: bool,
    now: Moment,
}

const NOT_THEIRS: &str =
    "Ask another organiser to do this. You are a leader for those who promised it";
const GONE: &str = "Go back: the comment was taken down or withdrawn meanwhile";

/// The verdict, the author's email, the audit: one write. False when it can't be given.
async fn keep(
    house: &House,
    by: &Id<Account>,
    Promised { comment, promise, now, .. }: &Promised,
    new: &NewVerdict,
) -> sqlx::Result<bool> {
    let (at, about) = (*now, &comment.id);
    let mut tx = house.db.begin().await?;
    let judged = store::judge(&mut tx, new, by, at).await?;
    if judged {
        if let Some(to) = &comment.author_email {
            let owed = Owed {
                dedup_key: &format!("promise checked {}", new.form_key),
                kind: EmailKind::PromiseChecked,
                account_id: comment.account(),
                to,
                words: &emails::checked(house, about, promise, new),
                at,
                not_after: None,
            };
            owe(&mut tx, owed).await?;
        }
        if new.is_done {
            // Nothing more will go there.
            addresses::forget_address(&mut tx, about).await?;
        }
        let (what, detail) = ("promise checked", if new.is_done { "done" } else { "not done" });
        audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    Ok(judged)
}

/// A comment that everyone can read with the last thing that was promised about it; "not found"
/// otherwise.
async fn promised(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Comment>,
) -> Result<(Comment, store::Response), Error> {
    let (comment, _) = readable(house, viewer, id).await?;
    let promise = comment.promise().filter(|_| comment.is_public()).cloned();
    Ok((comment, promise.ok_or(Error::NotFound)?))
}

fn promised_view(shown: &Promised, sent: &Sent, refusals: &Refusals) -> Page {
    let Promised { comment, promise, is_theirs, now } = shown;
    let title = titled("Was it done", &forms::beginning(&comment.words, 40));
    let page = Page::new(title, || {
        let is_early = rules::is_before_its_day_is_over(&promise.action_by, *now);
        let verdicts = [("done", "Yes, this was done"), ("not done", "No, this was not done")];
        let verdicts = verdicts.into_iter().filter(|(word, _)| !is_early || *word == "done");
        let choices = Choice::each(verdicts, |word| sent.typed("verdict") == word);
        let early = is_early.then(|| {
            let day = clock::day_of(&promise.action_by).unwrap_or_default();
            view! {
                <p class="panel">
                    {format!(
                        "This was promised by {day}. Until that day is over you can only say that \
                         it was done.",
                    )}
                </p>
            }
        });
        let form = if *is_theirs {
            view! { <p class="panel warn">{NOT_THEIRS}". Nobody speaks for both sides."</p> }
                .into_any()
        } else {
            view! {
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <input type="hidden" name="response" value=promise.id.to_string() />
                    <Choices
                        name="verdict"
                        legend="Does the forum say this was done?"
                        choices
                        refusals
                    />
                    <Area
                        name="words"
                        label="What parents have found"
                        hint="Everyone can read this beside the answer. Don't name anyone. You can \
                        leave it empty if it was done."
                        value=sent.typed("words")
                        refusals
                    />
                    <button class="button">"Publish what the forum found"</button>
                </form>
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum/local-offer">
                        "Comments on the Local Offer"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Was it done?"</h1>
                <p class="soft">{browse::about(comment)}</p>
                <p class="said">{comment.words.clone()}</p>
                {browse::responses(comment)}
                {early}
                {form}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
