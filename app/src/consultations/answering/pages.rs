//! The questions: one a page, or all on one page. Every answer is kept as it is given.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use leptos::prelude::*;

use super::{InHand, fields, in_hand, no_response};
use crate::accounts::Viewer;
use crate::consultations::questionnaire::Question;
use crate::consultations::questionnaire::answers::{self, Answer, Answers};
use crate::consultations::questionnaire::edit::flat;
use crate::consultations::responses;
use crate::error::Error;
use crate::forms::Sent;
use crate::house::House;
use crate::id;
use crate::ui::Page;

/// What is to be put right, by the keys of the questions.
type Problems = BTreeMap<String, String>;

/// GET `/consultations/{id}/answers/{code}/questions/{key}`
pub async fn one(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code, key)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else { return ended(&house, &viewer, &id) };
    let asked = answers::asked(&hand.response.consultation.questionnaire, &hand.response.answers);
    match asked.iter().position(|question| question.key == key).filter(|_| hand.is_open(&house)) {
        Some(nth) => Ok(question_page(&hand, &asked, nth, &Sent::default(), None).answer(&house, &viewer)),
        None => Ok(Redirect::to(&hand.to("")).into_response()),
    }
}

/// POST `/consultations/{id}/answers/{code}/questions/{key}`: keeps the answer and leads to the next question. To one that is
/// not asked nothing is kept.
pub async fn keep_one(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code, key)): Path<(String, String, String)>,
    sent: Sent,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else { return ended(&house, &viewer, &id) };
    let questionnaire = &hand.response.consultation.questionnaire;
    let asked = answers::asked(questionnaire, &hand.response.answers);
    let Some(nth) = asked.iter().position(|question| question.key == key).filter(|_| hand.is_open(&house)) else {
        return Ok(Redirect::to(&hand.to("")).into_response());
    };
    let answer = match answers::read(asked[nth], &sent, &hand.places) {
        Ok(answer) => answer,
        Err(what_to_do) => return Ok(question_page(&hand, &asked, nth, &sent, Some(&what_to_do)).answer(&house, &viewer)),
    };
    let all = keep(&house, &hand, vec![(key.clone(), answer)]).await?;
    // What she is asked next depends on this answer.
    let next = answers::asked(questionnaire, &all);
    let after = next.iter().skip_while(|question| question.key != key).nth(1);
    Ok(Redirect::to(&hand.to(&after.map(|question| format!("/questions/{}", question.key)).unwrap_or_default())).into_response())
}

/// Keeps answers, and lets a response that was sent no longer count when one is missing now that is needed; all answers.
async fn keep(house: &House, hand: &InHand, answered: Vec<(String, Option<Answer>)>) -> Result<Answers, Error> {
    let (kind, code, questionnaire) = (house.db.kind(), hand.code.clone(), hand.response.consultation.questionnaire.clone());
    let kept = house.db.write(move |tx| {
        Box::pin(async move {
            let all = responses::keep(tx, kind, &code, answered).await?.unwrap_or_default();
            if answers::missing(&questionnaire, &all).is_some() {
                responses::reopen(tx, &code).await?;
            }
            Ok::<_, sqlx::Error>(all)
        })
    });
    Ok(kept.await?)
}

fn ended(house: &House, viewer: &Viewer, id: &str) -> Result<Response, Error> {
    Ok(no_response(house, viewer, &id::parse(id).ok_or(Error::NotFound)?))
}

fn question_page(hand: &InHand, asked: &[&Question], nth: usize, sent: &Sent, problem: Option<&str>) -> Page {
    let question = asked[nth];
    let heading = flat(&hand.response.consultation.questionnaire)
        .into_iter()
        .find(|(_, other)| other.key == question.key)
        .and_then(|(heading, _)| heading);
    let title = hand.response.consultation.terms.title.clone();
    let page = Page::new(if problem.is_some() { format!("Error: {title}") } else { title.clone() }, || {
        let back = match nth.checked_sub(1).and_then(|before| asked.get(before)) {
            Some(before) => view! { <p><a class="back" href=hand.to(&format!("/questions/{}", before.key))>"Back"</a></p> }.into_any(),
            None => {
                view! { <p><a class="back" href=format!("/consultations/{}", hand.response.consultation.id)>{title}</a></p> }.into_any()
            }
        };
        let field = fields::question(question, hand.response.answers.get(&question.key), sent, problem, &hand.places);
        let summary = summary(problem.map(|problem| (question, problem)));
        view! {
            <div class="stack">
                {back}
                {summary}
                <h1 class="soft">{format!("Question {} of {}", nth + 1, asked.len())}</h1>
                {heading.map(|heading| view! { <p class="state">{heading}</p> })}
                <form method="post" novalidate>{field}<button class="button">"Go on"</button></form>
                <p class="soft">"What you answer is kept. Your code to come back: "<span class="code">{hand.code.clone()}</span></p>
                <p><a href=hand.to("")>"See all my answers"</a>" · "<a href=hand.to("/all")>"All questions on one page"</a></p>
            </div>
        }
    });
    let page = page.kept_for_going_back();
    if problem.is_some() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page }
}

fn summary<'p>(problems: impl IntoIterator<Item = (&'p Question, &'p str)>) -> Option<AnyView> {
    let links = problems.into_iter().map(|(question, what_to_do)| {
        view! { <li><a href=format!("#{}", answers::element(question))>{format!("{what_to_do}: {}", question.text)}</a></li> }
    });
    let links = links.collect::<Vec<_>>();
    (!links.is_empty()).then(|| {
        view! { <div class="summary" id="put-right"><div role="alert"><h2>"Please put this right"</h2><ul>{links}</ul></div></div> }
            .into_any()
    })
}

/// GET `/consultations/{id}/answers/{code}/all`
pub async fn all(State(house): State<House>, viewer: Viewer, Path((id, code)): Path<(String, String)>) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else { return ended(&house, &viewer, &id) };
    if !hand.is_open(&house) {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    Ok(all_page(&hand, &Sent::default(), &Problems::new()).answer(&house, &viewer))
}

/// POST `/consultations/{id}/answers/{code}/all`: keeps every answer that can be kept, and says what is to be put right.
pub async fn keep_all(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, code)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Error> {
    let Some(hand) = in_hand(&house, &id, &code).await? else { return ended(&house, &viewer, &id) };
    if !hand.is_open(&house) {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    let questionnaire = &hand.response.consultation.questionnaire;
    let (mut given, mut problems, mut answered) = (hand.response.answers.clone(), Problems::new(), Vec::new());
    for question in questionnaire.questions().filter(|question| question.kind.has_answer()) {
        // Whether it is asked depends on the answers before it, on this very page.
        if !answers::asked(questionnaire, &given).iter().any(|asked| asked.key == question.key) {
            continue;
        }
        match answers::read(question, &sent, &hand.places) {
            Ok(answer) => {
                match &answer {
                    Some(answer) => given.insert(question.key.clone(), answer.clone()),
                    None => given.remove(&question.key),
                };
                answered.push((question.key.clone(), answer));
            }
            Err(what_to_do) => _ = problems.insert(question.key.clone(), what_to_do),
        }
    }
    keep(&house, &hand, answered).await?;
    if problems.is_empty() {
        return Ok(Redirect::to(&hand.to("")).into_response());
    }
    Ok(all_page(&hand, &sent, &problems).answer(&house, &viewer))
}

fn all_page(hand: &InHand, sent: &Sent, problems: &Problems) -> Page {
    let consultation = &hand.response.consultation;
    let title = consultation.terms.title.clone();
    let page = Page::new(if problems.is_empty() { title.clone() } else { format!("Error: {title}") }, || {
        let by_problem = |question: &Question| problems.get(&question.key).map(String::as_str);
        let summary = summary(consultation.questionnaire.questions().filter_map(|question| Some((question, by_problem(question)?))));
        let questions = flat(&consultation.questionnaire).into_iter().map(|(heading, question)| {
            let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
            let some = (!question.only_if.is_empty())
                .then(|| view! { <p class="soft">{only_if(consultation.questionnaire.questions(), &question)}</p> });
            let field = fields::question(&question, hand.response.answers.get(&question.key), sent, by_problem(&question), &hand.places);
            view! { {heading}{some}{field} }
        });
        let questions = questions.collect_view();
        view! {
            <div class="stack">
                <p><a class="back" href=hand.to("")>"See all my answers"</a></p>
                {summary}
                <h1>{title}</h1>
                <form method="post" novalidate>{questions}<button class="button">"Keep my answers"</button></form>
                <p class="soft">"Your code to come back: "<span class="code">{hand.code.clone()}</span></p>
            </div>
        }
    });
    let page = page.kept_for_going_back();
    if problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
}

/// Whom a question is asked, in words: on one page nothing appears and goes away.
fn only_if<'q>(mut questions: impl Iterator<Item = &'q Question>, question: &Question) -> String {
    let Some(condition) = question.only_if.first() else { return String::new() };
    let Some(before) = questions.find(|before| before.key == condition.question) else { return String::new() };
    let options = before.kind.options().into_iter().filter(|option| condition.any_of.contains(&option.key));
    let options = options.map(|option| option.text).collect::<Vec<_>>().join(" or ");
    format!("Only if you answered “{options}” to “{}”:", before.text)
}
