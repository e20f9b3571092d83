//! Answering: started with one tap, saved answer by answer, returned to with a code, checked, sent;
//! changed or deleted until the close. The response belongs to whoever has the code; nobody can
//! tell whose it is.
//!
//! `pages` asks, one question a page or all on one; `fields` is a question as somebody answers it.
//! The start, the answers to check and the receipt are here.

pub mod fields;
pub mod pages;

use accounts::Caller;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::sent::Form;
use ground::ui::{Banner, Page, Summary};
use ground::viewer::Viewer;
use islands::answers::KeepAnswers;
use leptos::prelude::*;
use questionnaires::answers;

use super::reading::is_in_own_words;
use super::responses::{self, Agreed, Once, Sending, State as Stands};
use super::rules::{GRACE, Standing, Who};
use super::store::Consultation;
use super::{opened, standing_words};

/// The addresses of answering.
#[must_use]
pub fn routes() -> Routes {
    use Access::Anyone;
    Routes::new()
        .get("/consultations/{id}/links/{link}", Anyone, by_link)
        .get("/consultations/{id}/answers", Anyone, come_back)
        .post("/consultations/{id}/answers", Anyone, begin)
        .get("/consultations/{id}/answers/{code}", Anyone, check)
        .post("/consultations/{id}/answers/{code}", Anyone, end)
        .get("/consultations/{id}/answers/{code}/all", Anyone, pages::all)
        .post("/consultations/{id}/answers/{code}/all", Anyone, pages::keep_all)
        .get("/consultations/{id}/answers/{code}/questions/{key}", Anyone, pages::one)
        .post("/consultations/{id}/answers/{code}/questions/{key}", Anyone, pages::keep_one)
}

/// POST `/consultations/{id}/answers`: begins a response, and remembers its code on this phone
/// until the close.
pub async fn begin(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let (now, here) = (house.clock.now(), format!("/consultations/{}", consultation.id));
    if consultation.standing(now) != Standing::Open
        || !may_begin(&house, &viewer, &consultation, &headers).await?
    {
        return Ok(Redirect::to(&here).into_response());
    }
    if !accounts::may_answer(&house, &caller).await? {
        let page = Page::new("Try again in an hour", || {
            view! {
                <div class="stack">
                    <h1>"Try again in an hour"</h1>
                    <p class="lead">
                        "A lot of people near you have just started to answer. If you have already \
                         started, you can carry on."
                    </p>
                    <p>
                        <a class="button" href=here.clone()>
                            "Back"
                        </a>
                    </p>
                </div>
            }
        });
        return Ok(page.status(axum::http::StatusCode::TOO_MANY_REQUESTS).answer(&house, &viewer));
    }
    let (code, consultation_id, version) =
        (id::code(), consultation.id.clone(), consultation.version);
    let kept = code.clone();
    house
        .db
        .write(move |tx| {
            Box::pin(async move { responses::begin(tx, &consultation_id, version, &kept).await })
        })
        .await?;
    let cookie = cookie(
        &house,
        (CODE_COOKIE, &here),
        &code,
        (consultation.terms.closes_at + GRACE - now) / clock::SECOND,
    );
    let first = consultation
        .questionnaire
        .questions()
        .next()
        .map(|question| format!("/questions/{}", question.key))
        .unwrap_or_default();
    Ok((cookie, Redirect::to(&format!("{here}/answers/{code}{first}"))).into_response())
}

/// Whether somebody may start: anyone, people who are signed in, or people who came by a personal
/// link.
pub async fn may_begin(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    headers: &HeaderMap,
) -> Result<bool, Error> {
    Ok(match consultation.terms.access {
        Who::Anyone => true,
        Who::SignedIn => viewer.is_signed_in(),
        Who::Link => match read_cookie(headers, LINK_COOKIE) {
            Some(link) => responses::is_link(&house.db, &consultation.id, &link).await?,
            None => false,
        },
    })
}

/// GET `/consultations/{id}/links/{link}`: a personal link. This phone remembers it until the
/// close.
pub async fn by_link(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, link)): Path<(String, String)>,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let (here, now) = (format!("/consultations/{}", consultation.id), house.clock.now());
    if !responses::is_link(&house.db, &consultation.id, &link).await? {
        let why = "We don't recognise this link. Check the email or sheet it came on, and type it \
            exactly as it is there.";
        return Ok(Page::link_ended(
            "This link does not work",
            why,
            ("/consultations", "Consultations"),
        )
        .answer(&house, &viewer));
    }
    let seconds = (consultation.terms.closes_at + GRACE - now).max(0) / clock::SECOND;
    Ok((cookie(&house, (LINK_COOKIE, &here), &link, seconds), Redirect::to(&here)).into_response())
}

/// The cookie that holds the code of the response begun on this phone. It is sent only to the pages
/// of its consultation.
const CODE_COOKIE: &str = "answers";
/// The cookie that holds the link somebody came by.
const LINK_COOKIE: &str = "link";

fn cookie(
    house: &House,
    (name, path): (&str, &str),
    value: &str,
    seconds: i64,
) -> AppendHeaders<[(HeaderName, String); 1]> {
    let secure = if house.is_secure() { "; Secure" } else { "" };
    AppendHeaders([(
        header::SET_COOKIE,
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"),
    )])
}

fn read_cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
}

/// The code of the response that was begun on this phone.
#[must_use]
pub fn code_in_hand(headers: &HeaderMap) -> Option<String> {
    read_cookie(headers, CODE_COOKIE).and_then(|code| id::read_code(&code))
}

/// GET `/consultations/{id}/answers?code=…`: from a code that was typed in to its answers.
pub async fn come_back(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let here = format!("/consultations/{}", consultation.id);
    let typed = Sent::query(&uri).line("code");
    if typed.is_empty() {
        return Ok(Redirect::to(&here).into_response());
    }
    let found = match id::read_code(&typed) {
        Some(code) => responses::find(&house.db, &consultation.id, &code).await?.map(|_| code),
        None => None,
    };
    Ok(match found {
        Some(code) => Redirect::to(&format!("{here}/answers/{code}")).into_response(),
        None => no_response(&house, &viewer, &consultation.id),
    })
}

fn no_response(house: &House, viewer: &Viewer, consultation_id: &str) -> Response {
    let to = format!("/consultations/{consultation_id}");
    let page = Page::new("We can't find any answers with this code", || {
        view! {
            <div class="stack">
                <h1>"We can't find any answers with this code"</h1>
                <p class="lead">
                    "Check the code: it has four groups of four letters and numbers."
                </p>
                <p>
                    <a class="button" href=to>
                        "Back to the consultation"
                    </a>
                </p>
            </div>
        }
    });
    page.status(axum::http::StatusCode::NOT_FOUND).answer(house, viewer)
}

/// A response someone has opened: the one of the address, with its code, and the places.
pub(super) struct InHand {
    response: responses::Response,
    code: String,
    places: Vec<Named>,
}

impl InHand {
    /// The address of it, or of a part of it.
    fn to(&self, part: &str) -> String {
        format!("/consultations/{}/answers/{}{part}", self.response.consultation.id, self.code)
    }

    /// Whether its answers can still be given.
    fn is_open(&self, house: &House) -> bool {
        let standing = self.response.consultation.standing(house.clock.now());
        matches!(standing, Standing::Open | Standing::Closing)
            && self.response.state != Stands::Withdrawn
    }
}

/// The response of an address; `None` where no response has this code.
async fn in_hand(house: &House, id: &str, code: &str) -> Result<Option<InHand>, Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    let Some(code) = id::read_code(code) else { return Ok(None) };
    let Some(response) = responses::find(&house.db, &id, &code).await? else { return Ok(None) };
    let kept = answers::places(&response.consultation.questionnaire, &response.answers);
    let places = area::store::places_and(&house.db, &kept).await?;
    Ok(Some(InHand { response, code, places }))
}

/// GET `/consultations/{id}/answers/{code}`: all answers, to check and to send; or, once they are
/// sent, the receipt.
pub async fn check(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Error> {
    match in_hand(&house, &id, &code).await? {
        Some(hand) => Ok(shown(&house, &viewer, &hand, &Refusals::default())),
        None => Ok(no_response(&house, &viewer, &id::parse(&id).ok_or(Error::NotFound)?)),
    }
}

/// POST `/consultations/{id}/answers/{code}`: sends the answers, or takes them back.
pub async fn end(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(String, String)>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else {
        return Ok(no_response(&house, &viewer, &id::parse(&id).ok_or(Error::NotFound)?));
    };
    if !hand.is_open(&house) {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    let consultation = &hand.response.consultation;
    let once = match consultation.terms.access {
        Who::Anyone => None,
        Who::SignedIn => viewer.person().map(|person| Once::Account(person.account_id.clone())),
        Who::Link => read_cookie(&headers, LINK_COOKIE).map(Once::Link),
    };
    let (consultation_id, code, back) = (consultation.id.clone(), hand.code.clone(), hand.to(""));
    if sent.typed("step") == "withdraw" {
        let (kind, must_be) = (house.db.kind(), consultation.terms.access != Who::Anyone);
        let withdrawn = house.db.write(move |tx| {
            Box::pin(async move {
                responses::withdraw(tx, kind, &consultation_id, &code, must_be, once.as_ref()).await
            })
        });
        if withdrawn.await? {
            return Ok(Redirect::to(&back).into_response());
        }
        let what_to_do = match consultation.terms.access {
            Who::Link => {
                "Open the link you sent them from on this phone, then delete them. Until then they \
                 still count"
            }
            _ => {
                "Sign in to the account that sent them, then delete them. Until then they still \
                 count"
            }
        };
        return Ok(shown(&house, &viewer, &hand, &Refusals::one("answers", what_to_do)));
    }
    if sent.typed("step") == "agree" {
        let may_quote = sent.typed("quote") == "yes";
        house
            .db
            .write(move |tx| Box::pin(async move { responses::agree(tx, &code, may_quote).await }))
            .await?;
        return Ok(Redirect::to(&back).into_response());
    }
    if let Some(missing) = answers::missing(&consultation.questionnaire, &hand.response.answers) {
        let refusals =
            Refusals::one("answers", format!("Answer this question too: {}", missing.text));
        return Ok(shown(&house, &viewer, &hand, &refusals));
    }
    let who_is_it = match consultation.terms.access {
        Who::SignedIn => "Sign in, then send them. Your answers are saved",
        _ => "Open your own link on this phone too, then send them. Your answers are saved",
    };
    if consultation.terms.access != Who::Anyone && once.is_none() {
        return Ok(shown(&house, &viewer, &hand, &Refusals::one("answers", who_is_it)));
    }
    let agreed = Agreed {
        may_quote: sent.typed("quote") == "yes",
        wants_outcome: sent.typed("outcome") == "yes",
    };
    let (kind, questionnaire) = (house.db.kind(), consultation.questionnaire.clone());
    let sending = house.db.write(move |tx| {
        Box::pin(async move {
            // An answer may have been taken away in another tab meanwhile.
            let held = responses::hold(tx, kind, &code).await?;
            if held.is_none_or(|held| answers::missing(&questionnaire, &held).is_some()) {
                return Ok(None);
            }
            responses::send(tx, &consultation_id, &code, once.as_ref(), agreed).await.map(Some)
        })
    });
    match sending.await? {
        // The phone forgets the code: the next person who takes it up must not find these answers.
        Some(Sending::Counts) => {
            let path = format!("/consultations/{}", consultation.id);
            Ok((cookie(&house, (CODE_COOKIE, &path), "", 0), Redirect::to(&back)).into_response())
        }
        None => Ok(Redirect::to(&back).into_response()),
        Some(Sending::SentBefore) => {
            let what_to_do = "You have already sent answers. Use the code you got then to change \
                them. Each person can send one set of answers";
            Ok(shown(&house, &viewer, &hand, &Refusals::one("answers", what_to_do)))
        }
    }
}

fn shown(house: &House, viewer: &Viewer, hand: &InHand, refusals: &Refusals) -> Response {
    let response = &hand.response;
    let (consultation, terms) = (&response.consultation, &response.consultation.terms);
    let (standing, is_open) = (consultation.standing(house.clock.now()), hand.is_open(house));
    let asked = answers::asked(&consultation.questionnaire, &response.answers);
    let title = match response.state {
        Stands::Sent => "We have your answers",
        Stands::Withdrawn => "Your answers have been deleted",
        _ if is_open => "Check your answers",
        _ => "Your answers were not sent",
    };
    let page = Page::new(title, || {
        let rows = asked.iter().filter(|question| question.kind.has_answer()).map(|question| {
            let answer =
                fields::in_words(question, response.answers.get(&question.key), &hand.places);
            let unseen = format!(": {}", question.text);
            let change = is_open.then(|| {
                view! {
                    <a href=hand
                        .to(
                            &format!("/questions/{}", question.key),
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
        let rows = (response.state != Stands::Withdrawn).then(|| {
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
        let must_sign_in = terms.access == Who::SignedIn && !viewer.is_signed_in();
        let send =
            (is_open && matches!(response.state, Stands::Begun | Stands::Reopened)).then(|| {
                if must_sign_in {
                    let to = ground::routes::sign_in_then(&hand.to(""));
                    return view! {
                        <p>
                            <a class="button" href=to>
                                "Sign in to send your answers"
                            </a>
                        </p>
                        <p class="soft">
                            "Your answers are saved. Nobody can see which are yours."
                        </p>
                    }
                    .into_any();
                }
                let has_words = asked.iter().any(|question| {
                    is_in_own_words(&question.kind) && response.answers.contains_key(&question.key)
                });
                let quote = has_words.then(quote);
                // Only an account can be emailed, and only where we keep that it took part anyway.
                let outcome = (terms.access == Who::SignedIn).then(|| {
                    view! {
                        <label class="option">
                            <input type="checkbox" name="outcome" value="yes" />
                            "Email me about what happens next"
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
                    "Your answers count once you send them. You can change or delete them until \
                     this closes."
                </p>
            }
            .into_any()
            });
        let agree = (is_open && response.state == Stands::Sent).then(|| {
            view! {
                <form method="post">
                    {quote()}
                    <button class="button quiet" name="step" value="agree">
                        "Save"
                    </button>
                </form>
            }
        });
        let withdraw = (is_open && response.state == Stands::Sent).then(|| {
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
        let banner = (response.state == Stands::Sent).then(|| {
            view! {
                <Banner title="Thank you">
                    <p>
                        "Your answers count. Write down your code: you will need it to change or \
                         delete them."
                    </p>
                </Banner>
            }
        });
        let closing = (standing == Standing::Closing && is_open).then(|| {
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
        let on_this_phone = is_open.then(|| {
            view! {
                <div data-response=hand.to("")>
                    <KeepAnswers />
                </div>
            }
        });
        let code =
            (response.state != Stands::Withdrawn && is_open).then(|| code_panel(house, hand));
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
                <p class="state">{standing_words(standing, (terms.opens_at, terms.closes_at))}</p>
                {closing}
                {on_this_phone}
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

/// The code, and how to come back with it.
fn code_panel(house: &House, hand: &InHand) -> impl IntoView + use<> {
    let link = house.link(&hand.to(""));
    view! {
        <div class="panel gold">
            <p>"Your code: "<b class="code">{hand.code.clone()}</b></p>
            <p class="soft">
                "Use it, or this link, to come back from any phone. Anyone with this code can read \
                 and change your answers, but nobody can find out whose they are."
            </p>
            <p class="soft">
                <a href=hand.to("")>{link}</a>
            </p>
        </div>
    }
}
