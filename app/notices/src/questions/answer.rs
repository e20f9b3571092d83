//! A leader answers questions about a notice, for everyone.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Account, Id, NoticeQuestion};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, FormKey, Frame, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::NewAnswer;
use super::store::{self, WaitingQuestion};
use super::telling;
use super::too::said_to_leaders;
use crate::store::Notice;
use crate::{emails, notice_they_speak_for};

/// GET `/lead/notices/{id}/questions`
pub async fn questions_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    uri: Uri,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let waiting = store::waiting_questions(&house.db, &notice.id).await?;
    let done = Sent::query(&uri).line("done");
    Ok(questions_shown(&notice, waiting, &done, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/questions`: publishes an answer, or sets a question aside.
pub async fn answer_or_set_aside(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let by = &viewer.signed_in()?.account_id;
    let to = format!("/lead/notices/{}/questions", notice.id);
    if let Some(question) = Id::parse(sent.typed("aside")) {
        set_aside(&house, &notice, &question, by).await?;
        return Ok(Redirect::to(&format!("{to}?done=aside")).into_response());
    }
    let waiting = store::waiting_questions(&house.db, &notice.id).await?;
    if sent.typed("step") == "show" {
        return show_question(&house, &viewer, &notice, waiting, &sent).await;
    }
    match super::answer(&sent, &waiting) {
        Ok(answer) => keep_answer(&house, &notice, &answer, by).await?,
        // A second tap: it is published.
        Err(_) if store::is_answered(&house.db, &sent.once()).await? => {}
        Err(refusals) => {
            return Ok(
                questions_shown(&notice, waiting, "", &sent, &refusals).answer(&house, &viewer)
            );
        }
    }
    Ok(Redirect::to(&format!("{to}?done=answered")).into_response())
}

/// Sets a question aside, and owes the email that says so to the person who asked.
async fn set_aside(
    house: &House,
    notice: &Notice,
    question: &Id<NoticeQuestion>,
    by: &Id<Account>,
) -> Result<(), Error> {
    let now = house.clock.now();
    let today = house.day_key.today(&house.db, now).await?;
    let mut tx = house.db.begin().await?;
    if let Some(asked) = store::set_aside(&mut tx, &notice.id, question, now).await? {
        let words = emails::set_aside(house, notice);
        telling::owe_not_answered(&mut tx, &asked, &words, (now, &today)).await?;
        let (what, about) = ("question set aside", question.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Publishes an answer, once; the worker owes it to those who asked.
async fn keep_answer(
    house: &House,
    notice: &Notice,
    answer: &NewAnswer,
    by: &Id<Account>,
) -> Result<(), Error> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    if store::answer(&mut tx, &notice.id, answer, by, now).await? {
        let (what, about) = ("question answered", notice.id.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Lets everyone read a question while it waits. A second tap finds that they can already.
async fn show_question(
    house: &House,
    viewer: &Viewer,
    notice: &Notice,
    waiting: Vec<WaitingQuestion>,
    sent: &Sent,
) -> Result<Response, Error> {
    let (question, words) = match super::to_show(sent, &waiting) {
        Ok(chosen) => chosen,
        Err(refusals) => {
            return Ok(questions_shown(notice, waiting, "", sent, &refusals).answer(house, viewer));
        }
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    if store::show_question(&mut tx, &notice.id, (&question, &words), now).await? {
        let (what, about) = ("question shown", question.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    let to = format!("/lead/notices/{}/questions?done=shown", notice.id);
    Ok(Redirect::to(&to).into_response())
}

/// A question as a leader chooses it: with its day, how everyone can read it, and how many others
/// want to know.
fn label(waiting: &WaitingQuestion) -> String {
    let shown = waiting.shown_as.as_ref();
    let shown = shown.map(|words| format!(". Everyone can read it as “{words}”"));
    let many = said_to_leaders(waiting.wanted).map(|many| format!(". {many}"));
    format!(
        "{} ({}){}{}",
        waiting.question,
        clock::day(waiting.asked_at),
        shown.unwrap_or_default(),
        many.unwrap_or_default()
    )
}

fn questions_shown(
    notice: &Notice,
    waiting: Vec<WaitingQuestion>,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let done = match done {
        "answered" => Some((
            "Answer published",
            "We will email it to the people who asked, and to those who wanted to know too.",
        )),
        "shown" => Some((
            "Everyone can read the question",
            "Others can now say that they want to know it too. They will get your answer by email.",
        )),
        "aside" => Some((
            "Question set aside",
            "It won't be shown. We will email the person who asked to say that it won't be \
             answered here, and who to ask.",
        )),
        _ => None,
    };
    let title = notice.words.title.as_str();
    let frame = Frame::new("Questions", (format!("/notices/{}", notice.id), title))
        .of(title)
        .done_so(done)
        .refused_for(refusals);
    let page = frame.around(|| {
        // What was written stays, even if a colleague has answered in the meantime.
        let form = (!waiting.is_empty() || !refusals.is_empty()).then(|| {
            let ticked = sent.all("questions");
            let choices = waiting.iter().map(|waiting| (waiting.id.to_string(), label(waiting)));
            let choices = Choice::each(choices, |id| ticked.iter().any(|ticked| ticked == id));
            let aside = waiting.iter().map(|waiting| {
                let unseen = format!(": {}", waiting.question);
                view! {
                    <li>
                        <span>{waiting.question.clone()}</span>
                        <form method="post">
                            <button class="link" name="aside" value=waiting.id.to_string()>
                                "Set aside"
                                <span class="unseen">{unseen}</span>
                            </button>
                        </form>
                    </li>
                }
            });
            let aside = aside.collect_view();
            view! {
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Choices
                        name="questions"
                        legend="Which of these are you answering?"
                        hint="You can answer similar questions together."
                        choices
                        many=true
                        refusals
                    />
                    <Area
                        name="question"
                        label="The question, as everyone will read it"
                        hint="In one sentence. Please don't name anyone."
                        rows=2
                        value=sent.typed("question")
                        refusals
                    />
                    <Area name="answer" label="The answer" value=sent.typed("answer") refusals />
                    <button class="button">"Publish the answer"</button>
                    <p class="soft">
                        "If you need time to find out, choose one question and write it as \
                         everyone will read it. Others can then say that they want to know it too."
                    </p>
                    <button class="button quiet" name="step" value="show">
                        "Show the question, answer later"
                    </button>
                </form>
                <details>
                    <summary>"Set a question aside"</summary>
                    <p>
                        "If it's about one child, or isn't a question. We will email the person \
                         who asked to say that it won't be answered here, and who to ask."
                    </p>
                    <ul class="rows">{aside}</ul>
                </details>
            }
        });
        let nothing = (waiting.is_empty() && refusals.is_empty())
            .then(|| view! { <p>"No questions are waiting."</p> });
        view! {
            {nothing}
            {form}
        }
    });
    page.kept_for_going_back()
}
