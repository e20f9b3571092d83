//! A comment without an account: with an email address for the answer, confirmed by a link, or with
//! none.

use accounts::{Asker, Caller, Purpose, Wait, may_comment, may_write};
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::erasing::NOBODY;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::routes::WITHOUT_ACCOUNT;
use ground::sent::Form;
use ground::token::Token;
use ground::ui::{Banner, Field, Frame, Page, Summary, who_advises};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::addresses::{self, Address};
use super::comment::{comment_fields, what_happens};
use super::rules::{self, CONFIRM_WITHIN, NewComment};
use super::store::{self, Comment};
use super::{browse, emails};

/// GET `/local-offer/comments/without-account`
pub async fn comment_without_account_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let services = area::store::services(&house.db).await?;
    Ok(comment_view(&house, &Sent::default(), &Refusals::default(), services)
        .answer(&house, &viewer))
}

/// POST `/local-offer/comments/without-account`
pub async fn send_comment_without_account(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Form(sent): Form,
) -> Result<Response, Error> {
    let services = area::store::services(&house.db).await?;
    // They wrote it to send it signed in: here they can give an address too.
    if sent.typed("step") == WITHOUT_ACCOUNT {
        let page = comment_view(&house, &sent, &Refusals::default(), services);
        return Ok(page.answer(&house, &viewer));
    }
    let ids: Vec<&str> = services.iter().map(|service| service.id.as_str()).collect();
    let (new, email) = match rules::comment_without_account(&sent, &ids) {
        Ok(new) => new,
        Err(refusals) => {
            return Ok(comment_view(&house, &sent, &refusals, services).answer(&house, &viewer));
        }
    };
    let to = match email {
        Some(_) => "/local-offer/comments/sent?email=yes",
        None => "/local-offer/comments/sent",
    };
    if let Some((wait, refusals)) = one_too_many(&house, &caller, email.as_deref()).await? {
        if store::sent(&house.db, &Id::from(NOBODY), &new.form_key).await?.is_some() {
            return Ok(Redirect::to(to).into_response());
        }
        let page = comment_view(&house, &sent, &refusals, services).answer(&house, &viewer);
        return Ok(wait.answer(page));
    }
    keep(&house, &new, email.as_deref()).await?;
    Ok(Redirect::to(to).into_response())
}

/// Saves a comment, once for each form, and with an address owes the email with the link to it.
async fn keep(house: &House, new: &NewComment, email: Option<&str>) -> sqlx::Result<()> {
    let (now, token) = (house.clock.now(), id::secret());
    let mut tx = house.db.begin().await?;
    let id = store::send(&mut tx, new, &Id::<Account>::from(NOBODY), now).await?;
    if let Some(to) = email {
        addresses::keep_address(&mut tx, &id, (to, &id::hash(&token)), now).await?;
        let ends_at = now + CONFIRM_WITHIN;
        let owed = Owed {
            // A double tap is one comment, and one email: the one with the link that works.
            dedup_key: &format!("comment received {id}"),
            kind: EmailKind::CommentReceived,
            account_id: None,
            to,
            words: &emails::confirm_address(house, &token, ends_at),
            at: now,
            not_after: Some(ends_at),
        };
        owe(&mut tx, owed).await?;
    }
    tx.commit().await
}

/// What to do where this comment is one too many: of emails to this address, or of the share that
/// their network has of all that come without an account.
async fn one_too_many(
    house: &House,
    caller: &Caller,
    email: Option<&str>,
) -> Result<Option<(Wait, Refusals)>, Error> {
    if let Err(wait) = may_comment(house, caller).await? {
        let when = &wait.when;
        let what_to_do = format!(
            "Try again {when}. We have had a lot of comments just now. Or join and send it"
        );
        return Ok(Some((wait, Refusals::one("words", what_to_do))));
    }
    let Some(email) = email else { return Ok(None) };
    match may_write(house, Asker::Network(caller), Purpose::Comment, email).await? {
        Ok(()) => Ok(None),
        Err(wait) => {
            let refusals = Refusals::one("email", wait.what_to_do.as_str());
            Ok(Some((wait, refusals)))
        }
    }
}

fn comment_view(house: &House, sent: &Sent, refusals: &Refusals, services: Vec<Named>) -> Page {
    let contact = house.contact.get();
    let page = Page::new("Comment without an account", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/local-offer">
                        "Local Offer"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Comment without an account"</h1>
                {what_happens()}
                <p class="soft">
                    "Is it about the support of one child or young person? We can't publish that. "
                    {who_advises(&contact)}
                </p>
                <form method="post" novalidate>
                    {comment_fields(sent, refusals, services)}
                    <Field
                        name="email"
                        label="Your email address, if you want the answer by email"
                        hint="We only use it for that. We delete it once it is answered and what \
                        was promised is done, or after a year. Without it we can't tell you what \
                        happens, and you can't withdraw your comment: look for it and the answer \
                        on this site."
                        kind="email"
                        autocomplete="email"
                        value=sent.typed("email")
                        refusals
                    />
                    <button class="button">"Send my comment"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// GET `/local-offer/comments/sent`: with `?email=yes` for somebody who gave an address.
pub async fn comment_sent_page(State(house): State<House>, viewer: Viewer, uri: Uri) -> Response {
    let has_email = Sent::query(&uri).typed("email") == "yes";
    let title = if has_email { "Check your email" } else { "We've got your comment" };
    let contact = house.contact.get();
    let page = Page::new(title, || {
        let next = if has_email {
            view! {
                <p class="lead">
                    "We've got your comment, and we've sent you an email. Press the button in it \
                     within a week, and we will email you the answer."
                </p>
                <p>
                    "It should arrive in a few minutes. If not, check your junk or spam folder. \
                     Your comment counts either way."
                </p>
                <p>
                    <a href="/local-offer">"Read what others say about the Local Offer"</a>
                </p>
            }
            .into_any()
        } else {
            view! {
                <p class="lead">
                    "You gave no email address, so we can't send you the answer. Look for your \
                     comment and the answer under "<a href="/local-offer">"Local Offer"</a>"."
                </p>
            }
            .into_any()
        };
        view! {
            <div class="stack">
                <h1>{title}</h1>
                {next}
                <p>
                    "Someone at the forum will read it first. If it names someone, we take that \
                     out and publish the rest. We can't publish what is about the support of one \
                     child or young person."
                </p>
                <p>{who_advises(&contact)}</p>
            </div>
        }
    });
    page.answer(&house, &viewer)
}

/// GET `/local-offer/emails/{token}`: a button, since mail scanners open links; and what happened
/// to the comment.
pub async fn comment_email_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let Some((address, comment)) = behind(&house, &token).await? else {
        return Ok(ended(&house, &viewer));
    };
    Ok(email_view(&house, &token, &address, &comment).answer(&house, &viewer))
}

/// POST `/local-offer/emails/{token}`: confirms the address, or deletes it. Pressed twice, it is
/// done once.
pub async fn confirm_comment_email(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some((address, _)) = behind(&house, &token).await? else {
        return Ok(ended(&house, &viewer));
    };
    let mut tx = house.db.begin().await?;
    if sent.typed("step") == DELETE {
        addresses::forget_address(&mut tx, &address.comment_id).await?;
        tx.commit().await?;
        return Ok(deleted().answer(&house, &viewer));
    }
    addresses::confirm_address(&mut tx, &id::hash(&token), house.clock.now()).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/local-offer/emails/{token}")).into_response())
}

/// The value of the button that deletes the address.
const DELETE: &str = "delete";

/// The address behind a link and its comment, while the link works.
async fn behind(house: &House, token: &str) -> Result<Option<(Address, Comment)>, Error> {
    let address = addresses::address(&house.db, &id::hash(token), house.clock.now()).await?;
    let Some(address) = address else { return Ok(None) };
    let comment = store::find(&house.db, &address.comment_id).await?;
    Ok(comment.map(|comment| (address, comment)))
}

/// What happened to the comment, without its words: whoever has the link may not have written them.
fn email_view(house: &House, token: &str, address: &Address, comment: &Comment) -> Page {
    let (now, within) = (house.clock.now(), house.settings.outcome_within);
    let is_confirmed = address.confirmed_at.is_some();
    let title = if is_confirmed {
        "We will email you the answer"
    } else {
        "Shall we email you the answer?"
    };
    let contact = house.contact.get();
    Page::new(title, || {
        let banner = is_confirmed.then(|| {
            view! {
                <Banner title="Your email address is confirmed">
                    <p>
                        "We will email you when it is answered, and when we've looked if what was \
                         promised was done."
                    </p>
                </Banner>
            }
        });
        let confirm = (!is_confirmed).then(|| {
            view! { <button class="button">"Yes, email me the answer"</button> }
        });
        let see = comment.is_public().then(|| {
            view! {
                <p>
                    <a href=format!("/local-offer/comments/{}", comment.id)>"See the comment"</a>
                </p>
            }
        });
        let withdraw = comment.can_be_withdrawn().then(|| {
            view! {
                <p>
                    <a href=format!(
                        "/local-offer/emails/{token}/withdrawal",
                    )>"Withdraw my comment"</a>
                </p>
            }
        });
        view! {
            <div class="stack">
                {banner}
                <h1>{title}</h1>
                <p class="lead">
                    "Someone gave your email address with a comment on the Local Offer."
                </p>
                {browse::state_for_author(comment, within, now)}
                {browse::who_can_help(comment, &contact)}
                {see}
                <form method="post" class="row">
                    {confirm}
                    <button class="button quiet" name="step" value=DELETE>
                        "Delete my email address"
                    </button>
                </form>
                {withdraw}
            </div>
        }
    })
}

/// GET `/local-offer/emails/{token}/withdrawal`: asks once more.
pub async fn withdraw_by_email_form(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let Some((_, comment)) = behind(&house, &token).await? else {
        return Ok(ended(&house, &viewer));
    };
    Ok(withdraw_view(&token, &comment).answer(&house, &viewer))
}

/// POST `/local-offer/emails/{token}/withdrawal`: withdraws the comment, erases its words, and
/// deletes the address, to which nothing more will go.
pub async fn withdraw_by_email(
    State(house): State<House>,
    viewer: Viewer,
    Token(token): Token,
) -> Result<Response, Error> {
    let Some((address, _)) = behind(&house, &token).await? else {
        return Ok(ended(&house, &viewer));
    };
    let (id, nobody, now) = (&address.comment_id, Id::<Account>::from(NOBODY), house.clock.now());
    let mut tx = house.db.begin().await?;
    store::hold(&mut tx, id).await?;
    let is_withdrawn = store::withdraw(&mut tx, id, &nobody, now).await?;
    if is_withdrawn {
        store::erase_withdrawn(&mut tx, id, now).await?;
        addresses::forget_address(&mut tx, id).await?;
    }
    tx.commit().await?;
    if is_withdrawn {
        return Ok(withdrawn().answer(&house, &viewer));
    }
    // It was answered meanwhile, say: the page says that it is too late.
    Ok(Redirect::to(&format!("/local-offer/emails/{token}/withdrawal")).into_response())
}

/// Without the comment's words, as [`email_view`].
fn withdraw_view(token: &str, comment: &Comment) -> Page {
    let back = (format!("/local-offer/emails/{token}"), "Your comment");
    Frame::new("Withdraw your comment", back).around(|| {
        let see = comment.is_public().then(|| {
            let to = format!("/local-offer/comments/{}", comment.id);
            view! {
                <p>
                    <a href=to>"See the comment"</a>
                </p>
            }
        });
        let form = if comment.can_be_withdrawn() {
            view! {
                <p>
                    "We will delete it, so nobody will be able to read it, and we can't bring it \
                     back. We will delete your email address too. You can always write another \
                     comment."
                </p>
                <form method="post">
                    <button class="button warn">"Withdraw my comment"</button>
                </form>
            }
            .into_any()
        } else {
            view! {
                <p class="panel">
                    "You can't withdraw this comment any more. It has been answered, or someone at \
                     the forum is looking after it."
                </p>
            }
            .into_any()
        };
        view! {
            {see}
            {form}
        }
    })
}

fn withdrawn() -> Page {
    Page::new("You withdrew your comment", || {
        view! {
            <div class="stack">
                <h1>"You withdrew your comment"</h1>
                <p class="lead">
                    "We have deleted what you wrote, and your email address, so we won't email \
                     you about it."
                </p>
                <p>
                    <a href="/local-offer">"Local Offer"</a>
                </p>
            </div>
        }
    })
}

fn deleted() -> Page {
    Page::new("We have deleted your email address", || {
        view! {
            <div class="stack">
                <h1>"We have deleted your email address"</h1>
                <p class="lead">
                    "We won't email you about this comment. The comment stays, and nobody can see \
                     who sent it."
                </p>
                <p>
                    <a href="/local-offer">"Local Offer"</a>
                </p>
            </div>
        }
    })
}

fn ended(house: &House, viewer: &Viewer) -> Response {
    let why = "Your email address has been deleted: the comment was answered, withdrawn or not \
               published, or nobody pressed the button in time.";
    Page::link_ended("This link no longer works", why, ("/local-offer", "Local Offer"))
        .answer(house, viewer)
}
