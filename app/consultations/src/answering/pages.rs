//! The questions: one a page, or all on one page. Every answer is saved as it is given.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Named, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Page, ShareBar};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::answers::{self, Answer, Answers, ReadAll};
use questionnaires::edit::flat;
use questionnaires::{Question, Questionnaire, way};

use super::{InHand, in_hand, no_response};
use crate::kinds::on_screen::{self, AskedQuestion};
use crate::responses::{self, ResponseState};

/// What needs correcting, by the keys of the questions.
pub type Problems = BTreeMap<String, String>;

/// GET `/consultations/{id}/answers/{code}/questions/{key}`
pub async fn answer_question_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code, key)): Path<(Id<ids::Consultation>, String, String)>,
    uri: Uri,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else {
        return ended(&house, &viewer, &id, &code);
    };
    let asked = answers::asked(&hand.response.consultation.questionnaire, &hand.response.answers);
    match asked.iter().position(|question| question.key == key).filter(|_| hand.is_open(&house)) {
        Some(nth) => {
            let page = question_page(&QuestionPage {
                hand: &hand,
                asked: &asked,
                nth,
                sent: &Sent::default(),
                problem: None,
                from_list: Then::of(&uri) == Then::List,
            });
            Ok(page.answer(&house, &viewer))
        }
        None => Ok(Redirect::to(&hand.to("")).into_response()),
    }
}

/// POST `/consultations/{id}/answers/{code}/questions/{key}`: saves the answer and leads to the
/// next question, or to where the button they pressed says. An answer to one that is not asked
/// is not saved. A program that asks for `text/plain` gets "kept", and what comes next in the
/// header `location`.
pub async fn keep_answer(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code, key)): Path<(Id<ids::Consultation>, String, String)>,
    headers: HeaderMap,
    uri: Uri,
    Form(sent): Form,
) -> Result<Response, Error> {
    let then = Then::of(&uri);
    let asks_for_words = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    let hand = match in_hand(&house, &id, &code).await? {
        Some(hand) if asks_for_words && !hand.is_open(&house) => {
            return Ok((StatusCode::GONE, "it has closed").into_response());
        }
        Some(hand) => hand,
        None if asks_for_words => {
            return Ok((StatusCode::GONE, "no response has this code").into_response());
        }
        None => return ended(&house, &viewer, &id, &code),
    };
    let next_is = |part: &str| {
        let to = hand.to(part);
        if asks_for_words {
            ([(header::LOCATION, to)], "kept").into_response()
        } else {
            Redirect::to(&to).into_response()
        }
    };
    let questionnaire = &hand.response.consultation.questionnaire;
    let asked = answers::asked(questionnaire, &hand.response.answers);
    let Some(nth) =
        asked.iter().position(|question| question.key == key).filter(|_| hand.is_open(&house))
    else {
        return Ok(if asks_for_words {
            (StatusCode::CONFLICT, "this is not asked now").into_response()
        } else {
            next_is("")
        });
    };
    let answer = match answers::read(asked[nth], &sent, &hand.places) {
        Ok(answer) => answer,
        // Whoever only wants to look elsewhere needs no answer here first.
        Err(_) if then.leaves() && answers::is_blank(asked[nth], &sent) => {
            return Ok(next_is(then.part().unwrap_or_default()));
        }
        Err(what_to_do) if asks_for_words => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, what_to_do).into_response());
        }
        Err(what_to_do) => {
            let page = question_page(&QuestionPage {
                hand: &hand,
                asked: &asked,
                nth,
                sent: &sent,
                problem: Some(&what_to_do),
                from_list: then == Then::List,
            });
            return Ok(page.answer(&house, &viewer));
        }
    };
    let Some(all) = keep(&house, &hand, vec![(key.clone(), answer)], None).await? else {
        return Ok(if asks_for_words {
            (StatusCode::GONE, "it was taken back").into_response()
        } else {
            next_is("")
        });
    };
    // What they are asked next depends on this answer.
    let next = answers::asked(questionnaire, &all);
    let to = match then {
        Then::List => way::opened(&asked, &next, &all)
            .map(|question| format!("/questions/{}?then=list", question.key)),
        Then::Next => {
            let after = next.iter().skip_while(|question| question.key != key).nth(1);
            after.map(|question| format!("/questions/{}", question.key))
        }
        Then::Answers | Then::All | Then::Code => then.part().map(str::to_owned),
    };
    Ok(next_is(&to.unwrap_or_default()))
}

/// Saves answers, and stops counting a response that was sent when a required one is now missing;
/// returns all answers, `None` when it was deleted meanwhile.
async fn keep(
    house: &House,
    hand: &InHand,
    answered: Vec<(String, Option<Answer>)>,
    seen: Option<Answers>,
) -> Result<Option<Answers>, Error> {
    let mut tx = house.db.begin().await?.unseen();
    let all = responses::keep(&mut tx, &hand.code, answered, seen.as_ref()).await?;
    let questionnaire = &hand.response.consultation.questionnaire;
    if all.as_ref().is_some_and(|all| answers::missing(questionnaire, all).is_some()) {
        responses::reopen(&mut tx, &hand.code).await?;
    }
    tx.commit().await?;
    Ok(all)
}

/// Where a saved answer leads: `?then=` in the address of the form, or of the button pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// To the next question.
    Next,
    /// Back to the list of all answers, which the question was opened from.
    List,
    /// To the list, from the middle of the questions.
    Answers,
    /// To all questions on one page.
    All,
    /// To the form that emails them the code.
    Code,
}

impl Then {
    fn of(uri: &Uri) -> Self {
        match Sent::query(uri).typed("then") {
            "list" => Self::List,
            "answers" => Self::Answers,
            "all" => Self::All,
            "code" => Self::Code,
            _ => Self::Next,
        }
    }

    /// Whether they leave the questions for a page of their choice.
    fn leaves(self) -> bool {
        self.part().is_some()
    }

    /// The part of their response that they chose to go to.
    fn part(self) -> Option<&'static str> {
        match self {
            Self::Next | Self::List => None,
            Self::Answers => Some(""),
            Self::All => Some("/all"),
            Self::Code => Some("#email-code"),
        }
    }
}

fn ended(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    code: &str,
) -> Result<Response, Error> {
    Ok(no_response(house, viewer, &Id::parse(id).ok_or(Error::NotFound)?, code))
}

/// One question of those that are asked, alone on its page.
struct QuestionPage<'p> {
    hand: &'p InHand,
    asked: &'p [&'p Question],
    nth: usize,
    sent: &'p Sent,
    problem: Option<&'p str>,
    /// Whether it was opened from the list of all answers.
    from_list: bool,
}

fn question_page(page: &QuestionPage<'_>) -> Page {
    let QuestionPage { hand, asked, nth, sent, problem, from_list } = *page;
    let question = asked[nth];
    let here = hand.to(&format!("/questions/{}", question.key));
    let save_and = |then: &str| format!("{here}?then={then}");
    let action = if from_list { save_and("list") } else { here.clone() };
    let (place, of) = way::place(&hand.response.consultation.questionnaire, &question.key);
    let progress = if place == 0 {
        format!("Before question 1 of {of}")
    } else {
        format!("Question {place} of {of}")
    };
    let share =
        disclosure::share(u64::try_from(place).unwrap_or(0), u64::try_from(of).unwrap_or(0));
    let heading = flat(&hand.response.consultation.questionnaire)
        .into_iter()
        .find(|(_, other)| other.key == question.key)
        .and_then(|(heading, _)| heading);
    let title = hand.response.consultation.terms.title.clone();
    let text = hand.title(question);
    let page = Page::new(if problem.is_some() { format!("Error: {text}") } else { text }, || {
        let before = nth.checked_sub(1).and_then(|before| asked.get(before));
        let back = match before {
            _ if from_list => view! {
                <p>
                    <a class="back" href=hand.to("")>
                        "Check your answers"
                    </a>
                </p>
            }
            .into_any(),
            Some(before) => view! {
                <p>
                    <a class="back" href=hand.to(&format!("/questions/{}", before.key))>
                        "Back"
                    </a>
                </p>
            }
            .into_any(),
            None => view! {
                <p>
                    <a
                        class="back"
                        href=format!("/consultations/{}", hand.response.consultation.id)
                    >
                        {title}
                    </a>
                </p>
            }
            .into_any(),
        };
        let field = on_screen::alone(AskedQuestion {
            question,
            kept: hand.response.answers.get(&question.key),
            sent,
            error: problem,
            places: &hand.places,
        });
        let summary = problem_summary(problem.map(|problem| (question, problem)));
        view! {
            <div class="stack">
                {back}
                {summary}
                <div>
                    <p class="soft">{progress}</p>
                    {share.map(|share| view! { <ShareBar share /> })}
                </div>
                {reopened(hand)}
                {heading.map(|heading| view! { <p class="state">{heading}</p> })}
                <form method="post" action=action id="answer" novalidate data-answers="one">
                    {field}
                    <button class="button">
                        {if from_list { "Save this answer" } else { "Continue" }}
                    </button>
                </form>
                {kept_here(hand)}
                <p class="soft">
                    {if from_list {
                        "We save your answer when you press the button. "
                    } else {
                        "We save each answer when you press Continue. "
                    }} {counts(hand)} " Your code to come back: "
                    <span class="code">{hand.code.clone()}</span>
                </p>
                <p class="soft">"Or save this and:"</p>
                <ul class="plain">
                    <li>
                        <button class="link" form="answer" formaction=save_and("answers")>
                            "See all my answers"
                        </button>
                    </li>
                    <li>
                        <button class="link" form="answer" formaction=save_and("all")>
                            "Answer all questions on one page"
                        </button>
                    </li>
                    <li>
                        <button class="link" form="answer" formaction=save_and("code")>
                            "Email me my code"
                        </button>
                    </li>
                </ul>
            </div>
        }
    });
    let page = page.kept_for_going_back().with_island();
    if problem.is_some() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page }
}

/// When what is answered counts.
fn counts(hand: &InHand) -> &'static str {
    if hand.response.state == ResponseState::Sent {
        "You have sent your answers: what you change here counts straight away."
    } else {
        "Your answers only count once you send them, at the end."
    }
}

/// Where the program in the browser says what has become of the answers (`islands/answers.rs`).
pub fn kept_here(hand: &InHand) -> impl IntoView + use<> {
    view! {
        <div data-response=hand.to("")>
            <p class="soft" role="status" id="kept" />
        </div>
    }
}

/// Says that a response that was sent does not count, because an answer is now missing.
pub fn reopened(hand: &InHand) -> impl IntoView + use<> {
    (hand.response.state == ResponseState::Reopened).then(|| {
        view! {
            <p class="panel warn">
                "Your answers don't count at the moment: after your change, one answer is missing. \
                 Give it, then send them again."
            </p>
        }
    })
}

/// What needs correcting, with a link to each question.
pub fn problem_summary<'p>(
    problems: impl IntoIterator<Item = (&'p Question, &'p str)>,
) -> Option<AnyView> {
    let links = problems.into_iter().map(|(question, what_to_do)| {
        view! {
            <li>
                <a href=format!(
                    "#{}",
                    answers::element(question),
                )>{format!("{what_to_do}: {}", question.text)}</a>
            </li>
        }
    });
    let links = links.collect::<Vec<_>>();
    (!links.is_empty()).then(|| {
        view! {
            <div class="summary" id="put-right">
                <div role="alert">
                    <h2>"There is a problem"</h2>
                    <ul>{links}</ul>
                </div>
            </div>
        }
        .into_any()
    })
}

/// The response of an address that can be answered; or else where to go.
async fn open_in_hand(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    code: &str,
) -> Result<Result<InHand, Response>, Error> {
    Ok(match in_hand(house, id, code).await? {
        None => Err(ended(house, viewer, id, code)?),
        Some(hand) if !hand.is_open(house) => Err(Redirect::to(&hand.to("")).into_response()),
        Some(hand) => Ok(hand),
    })
}

/// GET `/consultations/{id}/answers/{code}/all`
pub async fn answer_all_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let hand = match open_in_hand(&house, &viewer, &id, &code).await? {
        Ok(hand) => hand,
        Err(answer) => return Ok(answer),
    };
    Ok(all_page(&hand, &Sent::default(), &Problems::new()).answer(&house, &viewer))
}

/// POST `/consultations/{id}/answers/{code}/all`: saves every answer that can be saved, and says
/// what needs correcting.
pub async fn keep_all_answers(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(Id<ids::Consultation>, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let hand = match open_in_hand(&house, &viewer, &id, &code).await? {
        Ok(hand) => hand,
        Err(answer) => return Ok(answer),
    };
    let questionnaire = &hand.response.consultation.questionnaire;
    let seen = hand.response.answers.clone();
    let ReadAll { mut answered, mut problems } =
        answers::read_all(questionnaire, seen.clone(), &sent, &hand.places);
    answered.retain(|(key, answer)| {
        let (kept, shown) = (
            seen.get(key),
            sent.fields()
                .find(|(name, _)| *name == shown_field(key))
                .map(|(_, shown)| shown.as_str()),
        );
        // Nothing was answered elsewhere since this page was shown, or nothing says how it was
        // shown.
        if shown.is_none_or(|shown| shown == mark(kept)) || answer.as_ref() == kept {
            return true;
        }
        // A field that was empty and stayed so says nothing about an answer that was given
        // elsewhere.
        let is_untouched = answer.is_none() && shown == Some("");
        if !is_untouched {
            let what_to_do = "Check this answer: you gave a different one in another window, or on \
                another phone, after you opened this page. Press the button again to save this one";
            problems.insert(key.clone(), what_to_do.to_owned());
        }
        false
    });
    keep(&house, &hand, answered, Some(seen)).await?;
    if problems.is_empty() {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    let Some(hand) = in_hand(&house, &id, &code).await? else {
        return ended(&house, &viewer, &id, &code);
    };
    Ok(all_page(&hand, &sent, &problems).answer(&house, &viewer))
}

/// The hidden field that says which answer to a question was on the page when it was shown.
fn shown_field(key: &str) -> String {
    format!("shown.{key}")
}

/// What tells an answer from another; nothing for none.
#[expect(clippy::disallowed_methods, reason = "nothing that is kept: it goes into a page")]
fn mark(answer: Option<&Answer>) -> String {
    let json = answer.and_then(|answer| serde_json::to_string(answer).ok());
    json.map_or_else(String::new, |json| id::hash(&json).chars().take(10).collect())
}

fn all_page(hand: &InHand, sent: &Sent, problems: &Problems) -> Page {
    let consultation = &hand.response.consultation;
    let title = consultation.terms.title.clone();
    let page = Page::new(
        if problems.is_empty() { title.clone() } else { format!("Error: {title}") },
        || {
            let by_problem = |question: &Question| problems.get(&question.key).map(String::as_str);
            let summary = problem_summary(
                consultation
                    .questionnaire
                    .questions()
                    .filter_map(|question| Some((question, by_problem(question)?))),
            );
            let questions = all_fields(
                &consultation.questionnaire,
                &hand.response.answers,
                sent,
                problems,
                &hand.places,
            );
            let asked = consultation
                .questionnaire
                .questions()
                .filter(|question| question.kind.has_answer());
            let shown = asked.map(|question| {
                let value = mark(hand.response.answers.get(&question.key));
                view! { <input type="hidden" name=shown_field(&question.key) value=value /> }
            });
            let shown = shown.collect_view();
            view! {
                <div class="stack">
                    <p>
                        <a class="back" href=hand.to("")>
                            "See all my answers"
                        </a>
                    </p>
                    {summary}
                    <h1>{title}</h1>
                    {reopened(hand)}
                    <form method="post" novalidate data-answers="all">
                        {shown}
                        {questions}
                        <button class="button">"Save my answers"</button>
                    </form>
                    {kept_here(hand)}
                    <p class="soft">
                        {counts(hand)}" Your code to come back: "
                        <span class="code">{hand.code.clone()}</span>
                    </p>
                </div>
            }
        },
    );
    let page = page.kept_for_going_back().with_island();
    if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
}

/// All questions with their fields.
pub fn all_fields(
    questionnaire: &Questionnaire,
    kept: &Answers,
    sent: &Sent,
    problems: &Problems,
    places: &[Named],
) -> impl IntoView + use<> {
    let fields = flat(questionnaire).into_iter().map(|(heading, question)| {
        let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
        let some = (!question.only_if.is_empty())
            .then(|| view! { <p class="soft">{only_if(questionnaire.questions(), &question)}</p> });
        let asked = AskedQuestion {
            question: &question,
            kept: kept.get(&question.key),
            sent,
            error: problems.get(&question.key).map(String::as_str),
            places,
        };
        view! {
            {heading}
            {some}
            {on_screen::question(asked)}
        }
    });
    fields.collect_view()
}

/// Who is asked a question, in words: on one page nothing appears or disappears.
pub fn only_if<'q>(
    mut questions: impl Iterator<Item = &'q Question>,
    question: &Question,
) -> String {
    let Some(condition) = question.only_if.first() else { return String::new() };
    let Some(before) = questions.find(|before| before.key == condition.question) else {
        return String::new();
    };
    let options =
        before.kind.options().into_iter().filter(|option| condition.any_of.contains(&option.key));
    let options = options.map(|option| option.text).collect::<Vec<_>>().join(" or ");
    format!("Only if you answered “{options}” to “{}”:", before.text)
}
