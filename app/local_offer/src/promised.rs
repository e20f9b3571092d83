//! The forum says whether what was promised in answer to a comment was done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
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
use super::{browse, readable};

/// GET `/forum/local-offer/{id}/done`
pub async fn promised_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Comment>>,
) -> Result<Response, Error> {
    let (comment, promise) = promised(&house, &viewer, &id).await?;
    let me = &viewer.signed_in()?.account_id;
    let is_theirs = store::is_other_side(&house.db, &promise.id, me).await?;
    let (sent, refusals) = (Sent::default(), Refusals::default());
    Ok(promised_view(&comment, &promise, is_theirs, &sent, &refusals).answer(&house, &viewer))
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
    let again = |is_theirs: bool, refusals: &Refusals| {
        promised_view(&comment, &promise, is_theirs, &sent, refusals).answer(&house, &viewer)
    };
    let promised = (&promise.id, promise.action_by.as_str());
    let new = match rules::verdict(&sent, promised, house.clock.now()) {
        Ok(new) => new,
        Err(refusals) => return Ok(again(false, &refusals)),
    };
    if keep(&house, by, &comment, &new).await? || store::is_judged(&house.db, &new.form_key).await?
    {
        let to = format!("/local-offer/comments/{}?done=judged", comment.id);
        return Ok(Redirect::to(&to).into_response());
    }
    let is_theirs = store::is_other_side(&house.db, &promise.id, by).await?;
    let refusals = Refusals::one("verdict", if is_theirs { NOT_THEIRS } else { GONE });
    Ok(again(is_theirs, &refusals))
}

const NOT_THEIRS: &str =
    "Ask another organiser to do this. You are a leader for those who promised it";
const GONE: &str = "Go back: the comment was taken down or withdrawn meanwhile";

/// The verdict and its audit: one write. False when it can't be given.
async fn keep(
    house: &House,
    by: &Id<Account>,
    comment: &Comment,
    new: &NewVerdict,
) -> sqlx::Result<bool> {
    let at = house.clock.now();
    let mut tx = house.db.begin().await?;
    let judged = store::judge(&mut tx, new, by, at).await?;
    if judged {
        let (what, detail) = ("promise checked", if new.is_done { "done" } else { "not done" });
        let about = &comment.id;
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

/// `is_theirs`: whether whoever looks promised it, or leads for those who did.
fn promised_view(
    comment: &Comment,
    promise: &store::Response,
    is_theirs: bool,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let title = titled("Was it done", &forms::beginning(&comment.words, 40));
    let page = Page::new(title, || {
        let verdicts = [("done", "Yes, this was done"), ("not done", "No, this was not done")];
        let choices = Choice::each(verdicts, |word| sent.typed("verdict") == word);
        let form = if is_theirs {
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
                {form}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
