//! The list of answers: to check and to send, with the code that leads back to them; and the
//! receipt once they are sent.

use accounts::{Asker, Caller, Purpose, may_write};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::answers;
use questionnaires::withdrawal::{self, GRACE};

use super::receipt::{banner, code_panel, what_next};
use super::{CODE_COOKIE, InHand, LINK_COOKIE, cookie, in_hand, no_response, pages, read_cookie};
use crate::responses::{self, Agreed, Once, ResponseState, Sending};
use crate::rules::{ConsultationState, WhoMayAnswer};
use crate::{emails, state_in_words};

/// GET `/consultations/{id}/answers/{code}`: all answers, to check and to send; or, once they are
/// sent, the receipt.
pub async fn check_answers_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(Id<ids::Consultation>, String)>,
    uri: Uri,
) -> Result<Response, Error> {
    match in_hand(&house, &id, &code).await? {
        Some(hand) => {
            let done = Sent::query(&uri).line("done");
            let sent = Sent::of(&[("done", done.as_str())]);
            Ok(shown(&house, &viewer, &hand, &sent, &Refusals::default()))
        }
        None => Ok(no_response(&house, &viewer, &Id::parse(&id).ok_or(Error::NotFound)?, &code)),
    }
}

/// POST `/consultations/{id}/answers/{code}`: sends the answers or takes them back, or emails their
/// code.
pub async fn act_on_answers(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Path((id, code)): Path<(Id<ids::Consultation>, String)>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else {
        let id = Id::parse(&id).ok_or(Error::NotFound)?;
        return Ok(no_response(&house, &viewer, &id, &code));
    };
    let may = match sent.typed("step") {
        "withdraw" => hand.can_be_withdrawn(&house),
        _ => hand.is_open(&house),
    };
    if !may {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    let once = match hand.response.consultation.terms.access {
        WhoMayAnswer::Anyone => None,
        WhoMayAnswer::SignedIn => {
            viewer.person().map(|person| Once::Account(person.account_id.clone()))
        }
        WhoMayAnswer::Link => read_cookie(&house, &headers, LINK_COOKIE).map(Once::Link),
    };
    match sent.typed("step") {
        "email" => email(&house, &viewer, &caller, &hand, &sent).await,
        "withdraw" => withdraw(&house, &viewer, &hand, &sent, once.as_ref()).await,
        "agree" => agree(&house, &hand, &sent).await,
        _ => send(&house, &viewer, &hand, &sent, once.as_ref()).await,
    }
}

/// Takes the answers back. `once`: who is doing it, where each may take part once.
async fn withdraw(
    house: &House,
    viewer: &Viewer,
    hand: &InHand,
    sent: &Sent,
    once: Option<&Once>,
) -> Result<Response, Error> {
    let consultation = &hand.response.consultation;
    let must_be = consultation.terms.access != WhoMayAnswer::Anyone;
    let mut tx = house.db.begin().await?.unseen();
    if responses::withdraw(&mut tx, &consultation.id, &hand.code, must_be, once).await? {
        tx.commit().await?;
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    tx.roll_back().await?;
    let what_to_do = match consultation.terms.access {
        WhoMayAnswer::Link => {
            "Open the link you sent them from on this phone, then delete them. Until then they \
             still count"
        }
        _ => "Sign in to the account that sent them, then delete them. Until then they still count",
    };
    Ok(shown(house, viewer, hand, sent, &Refusals::one("answers", what_to_do)))
}

/// Changes whether answers that were sent may be quoted.
async fn agree(house: &House, hand: &InHand, sent: &Sent) -> Result<Response, Error> {
    let may_quote = sent.typed("quote") == "yes";
    let mut tx = house.db.begin().await?.unseen();
    responses::agree(&mut tx, &hand.code, may_quote).await?;
    tx.commit().await?;
    Ok(Redirect::to(&hand.to("")).into_response())
}

/// Sends the answers, or says what is missing first. `once`: who is doing it, where each may take
/// part once.
async fn send(
    house: &House,
    viewer: &Viewer,
    hand: &InHand,
    sent: &Sent,
    once: Option<&Once>,
) -> Result<Response, Error> {
    let (consultation, back) = (&hand.response.consultation, hand.to(""));
    if let Err(refusals) = can_be_sent(hand, once) {
        return Ok(shown(house, viewer, hand, sent, &refusals));
    }
    let agreed = Agreed {
        may_quote: sent.typed("quote") == "yes",
        wants_outcome: sent.typed("outcome") == "yes",
    };
    let mut tx = house.db.begin().await?.unseen();
    // An answer may have been taken away in another tab meanwhile.
    let held = responses::hold(&mut tx, &hand.code).await?;
    if held.is_none_or(|held| answers::missing(&consultation.questionnaire, &held).is_some()) {
        tx.roll_back().await?;
        return Ok(Redirect::to(&back).into_response());
    }
    let sending = responses::send(&mut tx, &consultation.id, &hand.code, once, agreed).await?;
    tx.commit().await?;
    match sending {
        // The phone forgets the code: the next person who takes it up must not find these answers.
        Sending::Counts => {
            let path = format!("/consultations/{}", consultation.id);
            Ok((cookie(house, (CODE_COOKIE, &path), "", 0), Redirect::to(&back)).into_response())
        }
        Sending::SentBefore => {
            let what_to_do = "You have already sent answers. Use the code you got then to change \
                them. Each person can send one set of answers";
            Ok(shown(house, viewer, hand, sent, &Refusals::one("answers", what_to_do)))
        }
    }
}

/// Whether every required answer is there and, where each may take part once, we know who sends
/// them; otherwise what to do first.
fn can_be_sent(hand: &InHand, once: Option<&Once>) -> Result<(), Refusals> {
    let consultation = &hand.response.consultation;
    if let Some(missing) = answers::missing(&consultation.questionnaire, &hand.response.answers) {
        let what_to_do = format!("Answer this question too: {}", missing.text);
        return Err(Refusals::one("answers", what_to_do));
    }
    match consultation.terms.access {
        WhoMayAnswer::SignedIn if once.is_none() => {
            Err(Refusals::one("answers", "Sign in, then send them. Your answers are saved"))
        }
        WhoMayAnswer::Link if once.is_none() => Err(Refusals::one(
            "answers",
            "Open your own link on this phone too, then send them. Your answers are saved",
        )),
        _ => Ok(()),
    }
}

/// Owes the code to the address that was typed. The address is in that one email alone: its key is
/// made of the form and not of the code, so that nothing else says whose answers these are.
async fn email(
    house: &House,
    viewer: &Viewer,
    caller: &Caller,
    hand: &InHand,
    sent: &Sent,
) -> Result<Response, Error> {
    let address = match forms::address(sent.typed("email")) {
        Ok(address) => address,
        Err(what_to_do) => {
            let refusals = Refusals::one("email", what_to_do);
            return Ok(shown(house, viewer, hand, sent, &refusals));
        }
    };
    // Of the network, also where somebody is signed in: nothing says whose answers these are.
    let asker = Asker::Network(caller);
    if let Err(wait) = may_write(house, asker, Purpose::AnswersCode, &address).await? {
        let what_to_do = format!(
            "Try again {}, or write your code down. We have been asked for too many emails",
            wait.when
        );
        let refusals = Refusals::one("email", what_to_do);
        return Ok(wait.answer(shown(house, viewer, hand, sent, &refusals)));
    }
    let consultation = &hand.response.consultation;
    let is_sent = hand.response.state == ResponseState::Sent;
    let owed = Owed {
        dedup_key: &format!("code {}", sent.once()),
        kind: EmailKind::AnswersCode,
        account_id: None,
        to: &address,
        words: &emails::code(house, consultation, &hand.code, is_sent),
        at: house.clock.now(),
        // Answers that were not sent can only be come back to while it is open.
        not_after: (!is_sent).then_some(consultation.terms.closes_at + GRACE),
    };
    let mut tx = house.db.begin().await?.unseen();
    owe(&mut tx, owed).await?;
    tx.commit().await?;
    Ok(Redirect::to(&hand.to("?done=emailed")).into_response())
}

fn shown(
    house: &House,
    viewer: &Viewer,
    hand: &InHand,
    sent: &Sent,
    refusals: &Refusals,
) -> Response {
    let response = &hand.response;
    let (consultation, terms) = (&response.consultation, &response.consultation.terms);
    let (state, is_open) = (consultation.state(house.clock.now()), hand.is_open(house));
    let asked = answers::asked(&consultation.questionnaire, &response.answers);
    let title = match response.state {
        ResponseState::Sent => "We have your answers",
        ResponseState::Withdrawn => "Your answers have been deleted",
        _ if is_open => "Check your answers",
        _ => "Your answers were not sent",
    };
    let page = Page::new(title, || {
        let rows = asked.iter().filter(|question| question.kind.has_answer()).map(|question| {
            let answer =
                answers::in_words(question, response.answers.get(&question.key), &hand.places);
            let unseen = format!(": {}", question.text);
            let change = is_open.then(|| {
                view! {
                    <a href=hand
                        .to(
                            &format!("/questions/{}?then=list", question.key),
                        )>"Change"<span class="unseen">{unseen}</span></a>
                }
            });
            view! {
                <div>
                    <dt>{question.text.clone()}</dt>
                    <dd>
                        <p class="lines">{answer}</p>
                        {change}
                    </dd>
                </div>
            }
        });
        let rows = (response.state != ResponseState::Withdrawn).then(|| {
            view! {
                <dl class="answers" id="answers">
                    {rows.collect_view()}
                </dl>
            }
        });
        let quote = || {
            view! {
                <label class="option">
                    <input type="checkbox" name="quote" value="yes" checked=response.may_quote />
                    "You can quote what I wrote, without my name"
                </label>
            }
        };
        let has_words = asked.iter().any(|question| {
            question.kind.is_in_own_words() && response.answers.contains_key(&question.key)
        });
        let must_sign_in = terms.access == WhoMayAnswer::SignedIn && !viewer.is_signed_in();
        let send = (is_open
            && matches!(response.state, ResponseState::Begun | ResponseState::Reopened))
        .then(|| {
            if must_sign_in {
                let to = ground::routes::sign_in_then(&hand.to(""));
                return view! {
                    <p>
                        <a class="button" href=to>
                            "Sign in to send your answers"
                        </a>
                    </p>
                    <p class="soft">
                        "Your answers are saved, but they only count once you send them. \
                         Nobody can see which are yours."
                    </p>
                }
                .into_any();
            }
            let quote = has_words.then(quote);
            // Only an account can be emailed, and only where we keep that it took part anyway.
            let outcome = (terms.access == WhoMayAnswer::SignedIn).then(|| {
                view! {
                    <label class="option">
                        <input type="checkbox" name="outcome" value="yes" />
                        "Email me about what happens next: the results, and what leaders do"
                    </label>
                }
            });
            view! {
                <form method="post">
                    {quote}{outcome}<button class="button" name="step" value="send">
                        "Send my answers"
                    </button>
                </form>
                <p class="soft">
                    {format!(
                        "Your answers only count once you send them. {}",
                        withdrawal::told("this closes"),
                    )}
                </p>
            }
            .into_any()
        });
        let agree = (is_open && has_words && response.state == ResponseState::Sent).then(|| {
            view! {
                <form method="post">
                    {quote()}
                    <button class="button quiet" name="step" value="agree">
                        "Save"
                    </button>
                </form>
            }
        });
        let can_be_withdrawn = hand.can_be_withdrawn(house);
        let withdraw = (can_be_withdrawn && response.state == ResponseState::Sent).then(|| {
            view! {
                <details>
                    <summary>"Delete my answers"</summary>
                    <form method="post">
                        <p>"They will be deleted for good."</p>
                        <button class="button warn" name="step" value="withdraw">
                            "Delete them"
                        </button>
                    </form>
                </details>
            }
        });
        let counts = state != ConsultationState::Withdrawn;
        let is_sent = counts && response.state == ResponseState::Sent;
        let banner = banner(sent.typed("done") == "emailed", is_sent, is_open);
        let what_next = is_sent.then(|| what_next(house, hand));
        let go_on = hand.next(house).map(|question| {
            let to = hand.to(&format!("/questions/{}", question.key));
            view! {
                <p>
                    <a class="button quiet" href=to>
                        "Continue with the next question"
                    </a>
                </p>
            }
        });
        let closing = (state == ConsultationState::Closing && is_open).then(|| {
            let until = clock::day_and_hour(terms.closes_at + GRACE);
            view! {
                <p class="panel warn">
                    {format!(
                        "This closed while you were answering. You have until {until} to send your \
                         answers.",
                    )}
                </p>
            }
        });
        let on_this_phone = is_open.then(|| pages::kept_here(hand));
        let code = (response.state != ResponseState::Withdrawn && is_open)
            .then(|| code_panel(house, hand, sent, refusals));
        view! {
            <article class="stack">
                {banner}
                <p>
                    <a class="back" href=format!("/consultations/{}", consultation.id)>
                        {terms.title.clone()}
                    </a>
                </p>
                <Summary refusals />
                {pages::reopened(hand)}
                <h1>{title}</h1>
                <p class="state">{state_in_words(state, (terms.opens_at, terms.closes_at))}</p>
                {closing}
                {on_this_phone}
                {what_next}
                {go_on}
                {code}
                {rows}
                {send}
                {agree}
                {withdraw}
            </article>
        }
    });
    let page = if is_open { page.with_island() } else { page };
    page.kept_for_going_back().refused_for(refusals).answer(house, viewer)
}
