//! Anyone asks about a notice.

use accounts::{Asker, Caller, Purpose, Wait, may_ask, may_write};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Field, FormKey, Frame, Page, capital};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, NewQuestion};
use crate::store::Notice;
use crate::{emails, told};

/// GET `/notices/{id}/questions/new`
pub async fn ask_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let (notice, _) = told(&house, &id).await?;
    Ok(ask_page(&notice, &viewer, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/notices/{id}/questions/new`: stores the question, and owes it to the team named in the
/// notice.
pub async fn ask_question(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (notice, _) = told(&house, &id).await?;
    let own = viewer.person().map(|person| person.email.as_str());
    let (question, email) = match super::question(&sent, own) {
        Ok(question) => question,
        Err(refusals) => {
            return Ok(ask_page(&notice, &viewer, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let (form_key, to) = (sent.once(), format!("/notices/{}?done=asked", notice.id));
    if let Some((wait, what_to_do)) = one_too_many(&house, own, &caller, &notice.id, &email).await?
    {
        if store::is_asked(&house.db, &form_key).await? {
            return Ok(Redirect::to(&to).into_response());
        }
        let refusals = Refusals::one("question", what_to_do);
        let page = ask_page(&notice, &viewer, &sent, &refusals).answer(&house, &viewer);
        return Ok(wait.answer(page));
    }
    let new = NewQuestion { form_key: &form_key, question: &question, email: &email };
    keep_question(&house, &viewer, &notice, new).await?;
    Ok(Redirect::to(&to).into_response())
}

/// Stores a question, once for each form key, and owes it to the team, and a receipt to whoever
/// asks.
async fn keep_question(
    house: &House,
    viewer: &Viewer,
    notice: &Notice,
    new: NewQuestion<'_>,
) -> Result<(), Error> {
    let (now, team) = (house.clock.now(), &notice.words.email);
    let NewQuestion { form_key, question, email } = new;
    let mut tx = house.db.begin().await?;
    let is_new = store::ask(&mut tx, &notice.id, new, now).await?;
    if is_new && !team.is_empty() {
        let asked = Owed {
            dedup_key: &format!("question {form_key}"),
            kind: EmailKind::Question,
            account_id: None,
            to: team,
            words: &emails::question(house, notice, question),
            at: now,
            not_after: None,
        };
        owe(&mut tx, asked).await?;
    }
    if is_new {
        let receipt = Owed {
            // Not the form's key, which the question keeps: the row of this email says whose it is.
            dedup_key: &id::random(),
            kind: EmailKind::QuestionReceived,
            account_id: viewer.person().map(|person| &person.account_id),
            to: email,
            words: &emails::received(house, notice, now + super::KEPT_UNANSWERED),
            at: now,
            not_after: None,
        };
        owe(&mut tx, receipt).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What to do where this question is one too many: of emails to this address, of theirs, or of the
/// share that their network has of all that strangers ask about this notice. `own`: their address
/// if they are signed in; one mailbox is one person.
async fn one_too_many(
    house: &House,
    own: Option<&str>,
    caller: &Caller,
    notice_id: &Id<ids::Notice>,
    email: &str,
) -> Result<Option<(Wait, String)>, Error> {
    let mailbox = own.map(forms::mailbox);
    let asker = mailbox.as_deref().map_or(Asker::Network(caller), Asker::Account);
    if let Err(wait) = may_write(house, asker, Purpose::Question, email).await? {
        let what_to_do = format!(
            "Try again {}, or ask them directly. We have been asked for too many emails",
            wait.when
        );
        return Ok(Some((wait, what_to_do)));
    }
    if let Err(wait) = may_ask(house, asker, notice_id).await? {
        let what_to_do = if own.is_some() {
            format!(
                "Try again {}, or ask them directly. You have asked a lot of questions lately",
                wait.when
            )
        } else {
            format!(
                "Try again {}, ask them directly, or join and send it. They have a lot of \
                 questions just now",
                wait.when
            )
        };
        return Ok(Some((wait, what_to_do)));
    }
    Ok(None)
}

fn ask_page(notice: &Notice, viewer: &Viewer, sent: &Sent, refusals: &Refusals) -> Page {
    let back = format!("/notices/{}", notice.id);
    let (title, words) = (notice.words.title.clone(), &notice.words);
    let team = if words.email.is_empty() { "The leaders of the service" } else { &words.whom };
    let email = (!viewer.is_signed_in()).then(|| {
        view! {
            <Field
                name="email"
                label="Your email address"
                hint="Only to send you the answer. Then we delete it."
                kind="email"
                autocomplete="email"
                value=sent.typed("email")
                refusals
            />
        }
    });
    let frame = Frame::new(format!("Ask about this change: {title}"), (back, title))
        .heading("Ask about this change")
        .refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                {format!(
                    "{} will read your question. We will email you the answer and put it on the \
                     page for everyone. Nobody will see who asked.",
                    capital(team),
                )}
            </p>
            {(!notice.course.is_decided)
                .then(|| {
                    view! {
                        <p>
                            "This is a proposal, not decided yet. You can also say what you \
                             think of it."
                        </p>
                    }
                })}
            <p>
                {format!(
                    "If you would rather talk to someone: {}, {}.",
                    words.whom,
                    words.ways_to_ask(),
                )}
            </p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Area
                    name="question"
                    label="Your question"
                    hint="Please don't use a child's name. If it's only about your child, ask \
                    them directly."
                    value=sent.typed("question")
                    refusals
                />
                {email}
                <button class="button">"Send my question"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
