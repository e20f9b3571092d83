//! A parent writes a comment, or withdraws it.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Comment, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, FormKey, Frame, Page, Select};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, Subject, Voice};
use super::{emails, readable, store};

/// GET `/local-offer/comments/new`
pub async fn comment_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let services = area::store::services(&house.db).await?;
    Ok(comment_view(&Sent::default(), &Refusals::default(), services).answer(&house, &viewer))
}

/// POST `/local-offer/comments/new`
pub async fn send_comment(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let services = area::store::services(&house.db).await?;
    let ids: Vec<&str> = services.iter().map(|service| service.id.as_str()).collect();
    let new = match rules::comment(&sent, &ids) {
        Ok(new) => new,
        Err(refusals) => {
            return Ok(comment_view(&sent, &refusals, services).answer(&house, &viewer));
        }
    };
    let (now, author) = (house.clock.now(), viewer.signed_in()?);
    if !may_send(&house, Sends::Comment, &viewer).await? {
        if let Some(id) = store::sent(&house.db, &author.account_id, &new.form_key).await? {
            return Ok(
                Redirect::to(&format!("/local-offer/comments/{id}?done=sent")).into_response()
            );
        }
        let what_to_do = "Send this in an hour. You have sent a lot of comments just now";
        let page = comment_view(&sent, &Refusals::one("words", what_to_do), services);
        return Ok(too_many(page, Sends::Comment, &house, &viewer));
    }
    let mut tx = house.db.begin().await?;
    let id = store::send(&mut tx, &new, &author.account_id, now).await?;
    let receipt = Owed {
        // A double tap is one comment, and one email.
        dedup_key: &format!("comment received {id}"),
        kind: EmailKind::CommentReceived,
        account_id: Some(&author.account_id),
        to: &author.email,
        words: &emails::received(&house, &id),
        at: now,
        not_after: None,
    };
    owe(&mut tx, receipt).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/local-offer/comments/{id}?done=sent")).into_response())
}

fn comment_view(sent: &Sent, refusals: &Refusals, services: Vec<Named>) -> Page {
    let frame = Frame::new("Comment on the Local Offer", ("/local-offer", "Local Offer"))
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            {what_happens()}
            <form method="post" novalidate>
                {comment_fields(sent, refusals, services)}
                <button class="button">"Send my comment"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// What a comment is for, and who reads it.
pub fn what_happens() -> impl IntoView {
    view! {
        <p class="lead">
            "What is wrong, missing or good in the list of support? The council must answer, and \
             say what it will do."
        </p>
        <p class="soft">
            "Everyone will be able to read it, but not who wrote it. Someone at the forum will \
             read it first. Please don't name anyone: we would take the name out."
        </p>
    }
}

/// The fields of a comment.
pub fn comment_fields<'a>(
    sent: &Sent,
    refusals: &'a Refusals,
    services: Vec<Named>,
) -> impl IntoView + use<'a> {
    let subjects = Subject::ALL.map(|subject| (subject.word(), subject.title()));
    let subjects = Choice::each(subjects, |word| sent.typed("subject") == word);
    let voices = Voice::ALL.map(|voice| (voice.word(), voice.title()));
    let voices = Choice::each(voices, |word| sent.typed("voice") == word);
    let services = Choice::with_first("The whole Local Offer", services, sent.typed("service"));
    view! {
        <FormKey key=sent.typed("form_key") />
        <Choices name="subject" legend="What is your comment about?" choices=subjects refusals />
        <Choices
            name="voice"
            legend="Whose view is it?"
            hint="You can send it for someone else, such as your child."
            choices=voices
            refusals
        />
        <Select name="service" label="Which part of the Local Offer?" choices=services />
        <Area
            name="words"
            label="The comment"
            hint="Use your own words. We only ever take out names."
            value=sent.typed("words")
            refusals
        />
    }
}

/// GET `/local-offer/comments/{id}/withdrawal`: asks once more.
pub async fn withdraw_comment_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Comment>>,
) -> Result<Response, Error> {
    let (comment, is_theirs) = readable(&house, &viewer, &id).await?;
    if !is_theirs {
        return Err(Error::NotFound);
    }
    let (words, can_be) = (comment.words.clone(), comment.can_be_withdrawn());
    let page = Page::new("Withdraw your comment", || {
        let form = if can_be {
            view! {
                <form method="post">
                    <button class="button warn">"Withdraw my comment"</button>
                </form>
            }
            .into_any()
        } else {
            view! {
                <p class="panel">
                    "You can't withdraw this comment any more. It has been answered, or you have \
                     already withdrawn it."
                </p>
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=format!("/local-offer/comments/{id}")>
                        "Your comment"
                    </a>
                </p>
                <h1>"Withdraw your comment"</h1>
                <p class="said">{words}</p>
                <p>
                    "Nobody will be able to read it, and we can't bring it back. You can always \
                     write another one."
                </p>
                {form}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/local-offer/comments/{id}/withdrawal`
pub async fn withdraw_comment(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Comment>>,
) -> Result<Response, Error> {
    let (comment, is_theirs) = readable(&house, &viewer, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    if !is_theirs {
        return Err(Error::NotFound);
    }
    let mut tx = house.db.begin().await?;
    store::hold(&mut tx, &comment.id).await?;
    let done = store::withdraw(&mut tx, &comment.id, by, house.clock.now()).await?;
    tx.commit().await?;
    let to = if done {
        format!("/local-offer/comments/{}?done=withdrawn", comment.id)
    } else {
        format!("/local-offer/comments/{}/withdrawal", comment.id)
    };
    Ok(Redirect::to(&to).into_response())
}
