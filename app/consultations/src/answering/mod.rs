//! Answering: started with one tap, saved answer by answer, returned to with a code, checked, sent;
//! changed or deleted until the close. The response belongs to whoever has the code; nobody can
//! tell whose it is.
//!
//! `pages` asks, one question a page or all on one, each as `kinds::on_screen` shows it; `check` is
//! the list of answers, to check and to send, with `receipt` around it. The start and the way back
//! are here.

mod check;
pub mod pages;
mod receipt;

use accounts::Caller;
use accounts::here::are_off;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Uri, header};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::routes::{Access, Routes};
use ground::sent::Form;
use ground::ui::{CodeField, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::withdrawal::{self, GRACE};
use questionnaires::{Question, Questionnaire, answers, piping, way};

use super::closing::UNSENT_STAYS;
use super::opened;
use super::responses::{self, ResponseState};
use super::rules::{ConsultationState, WhoMayAnswer};
use super::store::Consultation;

#[must_use]
pub fn routes() -> Routes {
    use Access::Anyone;
    Routes::new()
        .get("/consultations/{id}/links/{link}", Anyone, by_link)
        .get("/consultations/{id}/answers", Anyone, come_back)
        .post("/consultations/{id}/answers", Anyone, begin)
        .get("/consultations/{id}/answers/{code}", Anyone, check::check_answers_page)
        .post("/consultations/{id}/answers/{code}", Anyone, check::act_on_answers)
        .get("/consultations/{id}/answers/{code}/all", Anyone, pages::answer_all_page)
        .post("/consultations/{id}/answers/{code}/all", Anyone, pages::keep_all_answers)
        .get(
            "/consultations/{id}/answers/{code}/questions/{key}",
            Anyone,
            pages::answer_question_page,
        )
        .post("/consultations/{id}/answers/{code}/questions/{key}", Anyone, pages::keep_answer)
}

/// POST `/consultations/{id}/answers`: begins a response, and remembers its code on this phone
/// until the close.
pub async fn begin(
    State(house): State<House>,
    viewer: Viewer,
    caller: Caller,
    Path(id): Path<Id<ids::Consultation>>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let (now, here) = (house.clock.now(), format!("/consultations/{}", consultation.id));
    if consultation.state(now) != ConsultationState::Open
        || may_begin(&house, &viewer, &consultation, &headers).await? != MayBegin::Yes
    {
        return Ok(Redirect::to(&here).into_response());
    }
    if let Err(wait) = accounts::may_answer(&house, &caller).await? {
        let title = format!("Try again {}", wait.when);
        let page = Page::new(title.clone(), || {
            view! {
                <div class="stack">
                    <h1>{title}</h1>
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
        return Ok(wait.answer(page.answer(&house, &viewer)));
    }
    let code = id::code();
    let mut tx = house.db.begin().await?.unseen();
    responses::begin(&mut tx, &consultation.id, consultation.version, &code).await?;
    tx.commit().await?;
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
    let first = format!("{here}/answers/{code}{first}");
    if are_off(&sent, &headers) {
        return Ok((cookie, not_remembered(&code, &first).answer(&house, &viewer)).into_response());
    }
    Ok((cookie, Redirect::to(&first)).into_response())
}

/// For a browser that keeps no cookies: the code alone leads back to what is answered in it.
fn not_remembered(code: &str, first: &str) -> Page {
    Page::new("Write down your code", || {
        view! {
            <div class="stack">
                <h1>"Write down your code"</h1>
                <p class="lead">
                    "Your browser isn't keeping cookies, so it won't remember your answers. You \
                     can come back to them with this code:"
                </p>
                <p class="panel gold">
                    <b class="code">{code.to_owned()}</b>
                </p>
                <p>
                    <a class="button" href=first.to_owned()>
                        "Continue"
                    </a>
                </p>
            </div>
        }
    })
}

/// Whether somebody may start to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayBegin {
    Yes,
    /// Not as they came: not signed in, or by no personal link.
    No,
    /// They have sent their answers, and each may do so once.
    HasSent,
}

/// Whether somebody may start: anyone, people who are signed in and have sent nothing yet, or
/// people who came by a personal link.
pub async fn may_begin(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    headers: &HeaderMap,
) -> Result<MayBegin, Error> {
    let (db, id) = (&house.db, &consultation.id);
    let may = match (consultation.terms.access, viewer.person()) {
        (WhoMayAnswer::Anyone, _) => true,
        (WhoMayAnswer::SignedIn, Some(person)) => {
            if responses::took_part(db, id, &person.account_id).await? {
                return Ok(MayBegin::HasSent);
            }
            true
        }
        (WhoMayAnswer::SignedIn, None) => false,
        // Not whether the link was used: whoever printed it could ask that too.
        (WhoMayAnswer::Link, _) => match read_cookie(house, headers, LINK_COOKIE) {
            Some(link) => responses::is_link(db, id, &link).await?,
            None => false,
        },
    };
    Ok(if may { MayBegin::Yes } else { MayBegin::No })
}

/// GET `/consultations/{id}/links/{link}`: a personal link. This phone remembers it until the
/// close.
pub async fn by_link(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, link)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let (here, now) = (format!("/consultations/{}", consultation.id), house.clock.now());
    // Read to its length: what was left behind it is no part of it.
    let link = id::read_secret(&link).unwrap_or(link);
    if consultation.terms.closes_at <= now - UNSENT_STAYS {
        // By then we no longer know which links were given.
        return Ok(Redirect::to(&here).into_response());
    }
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
    // Whoever answered by it deletes their answers by it too.
    let ends_at = withdrawal::ends_at(consultation.terms.closes_at);
    let seconds = (ends_at - now).max(0) / clock::SECOND;
    // The page says so where the cookie does not come back.
    let to = Redirect::to(&format!("{here}?by=link"));
    Ok((cookie(&house, (LINK_COOKIE, &here), &link, seconds), to).into_response())
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
    let name = cookie_name(house, name);
    AppendHeaders([(
        header::SET_COOKIE,
        ground::cookie::line(house, (&name, path), value, seconds),
    )])
}

/// What a cookie is called. Over https no page without it can set one of this name; `__Host-` would
/// send it to every page, and these are for one consultation.
fn cookie_name(house: &House, name: &str) -> String {
    if house.is_secure() { format!("__Secure-{name}") } else { name.to_owned() }
}

fn read_cookie(house: &House, headers: &HeaderMap, wanted: &str) -> Option<String> {
    ground::cookie::named(headers, &cookie_name(house, wanted)).map(str::to_owned)
}

/// The code of the response that was begun on this phone.
#[must_use]
pub fn code_in_hand(house: &House, headers: &HeaderMap) -> Option<String> {
    read_cookie(house, headers, CODE_COOKIE).and_then(|code| id::read_code(&code))
}

/// GET `/consultations/{id}/answers?code=…`: from a code that was typed in to its answers, or
/// half-way to the question that comes next.
pub async fn come_back(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = opened(&house, &id).await?;
    let here = format!("/consultations/{}", consultation.id);
    if uri.query().is_none() {
        return Ok(Redirect::to(&here).into_response());
    }
    let sent = Sent::query(&uri);
    let what_to_do = if sent.line("code").is_empty() { "Enter your code" } else { WRONG_CODE };
    let Some(code) = id::read_code(sent.typed("code")) else {
        let refusals = Refusals::one("code", what_to_do);
        return Ok(code_page(&consultation.id, &sent, &refusals).answer(&house, &viewer));
    };
    let Some(response) = responses::find(&house.db, &consultation.id, &code).await? else {
        let refusals = Refusals::one("code", what_to_do);
        return Ok(code_page(&consultation.id, &sent, &refusals).answer(&house, &viewer));
    };
    let hand = InHand::of(response, code, Vec::new());
    let next = hand.next(&house).map(|question| format!("/questions/{}", question.key));
    Ok(Redirect::to(&hand.to(&next.unwrap_or_default())).into_response())
}

/// What to do about a code that no answers have.
const WRONG_CODE: &str = "Check your code: it has four groups of four letters and numbers. We \
    can't find any answers with this one";

/// The form for a code, with what was typed.
fn code_page(consultation_id: &Id<ids::Consultation>, sent: &Sent, refusals: &Refusals) -> Page {
    let here = format!("/consultations/{consultation_id}");
    let frame = Frame::new("Come back to your answers", (here.clone(), "Back to the consultation"))
        .refused_for(refusals);
    frame.around(|| {
        view! {
            <form method="get" action=format!("{here}/answers") novalidate>
                <CodeField label="Your code" value=sent.typed("code") refusals />
                <button class="button">"Go to my answers"</button>
            </form>
        }
    })
}

/// The same for an address whose code no answers have.
fn no_response(
    house: &House,
    viewer: &Viewer,
    consultation_id: &Id<ids::Consultation>,
    code: &str,
) -> Response {
    let sent = Sent::of(&[("code", code)]);
    code_page(consultation_id, &sent, &Refusals::one("code", WRONG_CODE))
        .status(axum::http::StatusCode::NOT_FOUND)
        .answer(house, viewer)
}

/// A response someone has opened: the one of the address, with its code, and the places.
pub(super) struct InHand {
    /// What they answered, and the questions with that in their words.
    response: responses::Response,
    code: String,
    places: Vec<Named>,
    /// The questions with a word in place of what they answered.
    for_everyone: Questionnaire,
}

impl InHand {
    fn of(mut response: responses::Response, code: String, places: Vec<Named>) -> Self {
        let written = &response.consultation.questionnaire;
        let for_everyone = piping::without(written);
        response.consultation.questionnaire = piping::filled(written, &response.answers, &places);
        Self { response, code, places, for_everyone }
    }

    /// The words of a question for the title of its page, which a phone shows to whoever takes it
    /// up next.
    fn title(&self, question: &Question) -> String {
        let same = self.for_everyone.question(&question.key);
        same.map_or_else(|| question.text.clone(), |same| same.text.clone())
    }

    /// The address of it, or of a part of it.
    fn to(&self, part: &str) -> String {
        format!("/consultations/{}/answers/{}{part}", self.response.consultation.id, self.code)
    }

    /// Whether its answers can still be given.
    fn is_open(&self, house: &House) -> bool {
        let state = self.response.consultation.state(house.clock.now());
        matches!(state, ConsultationState::Open | ConsultationState::Closing)
            && self.response.state != ResponseState::Withdrawn
    }

    /// Whether its answers can still be deleted.
    fn can_be_withdrawn(&self, house: &House) -> bool {
        let (consultation, now) = (&self.response.consultation, house.clock.now());
        consultation.state(now) != ConsultationState::Withdrawn
            && withdrawal::is_possible(consultation.terms.closes_at, now)
            && self.response.state != ResponseState::Withdrawn
    }

    /// The question that somebody goes on with who has sent nothing yet; `None` after the last.
    fn next(&self, house: &House) -> Option<&Question> {
        let (questionnaire, answers) =
            (&self.response.consultation.questionnaire, &self.response.answers);
        let is_half_way = self.response.state == ResponseState::Begun && self.is_open(house);
        if is_half_way { way::next(&answers::asked(questionnaire, answers), answers) } else { None }
    }
}

/// The response of an address; `None` where no response has this code.
async fn in_hand(
    house: &House,
    id: &Id<ids::Consultation>,
    code: &str,
) -> Result<Option<InHand>, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let Some(code) = id::read_code(code) else { return Ok(None) };
    let Some(response) = responses::find(&house.db, &id, &code).await? else { return Ok(None) };
    let kept = answers::places(&response.consultation.questionnaire, &response.answers);
    let places = area::store::places_and(&house.db, &kept).await?;
    Ok(Some(InHand::of(response, code, places)))
}
