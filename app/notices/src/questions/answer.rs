//! A leader answers questions about a notice, for everyone.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, Banner, Choice, Choices, FormKey, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{self, Waiting};
use super::telling;
use super::too::said_to_leaders;
use crate::store::Notice;
use crate::{emails, notice_she_speaks_for};

/// GET `/lead/notices/{id}/questions`
pub async fn page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Error> {
    let notice = notice_she_speaks_for(&house, &viewer, &id).await?;
    let waiting = store::waiting(&house.db, &notice.id).await?;
    let done = Sent::query(&uri).line("done");
    Ok(shown(&notice, waiting, &done, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/questions`: publishes an answer, or sets a question aside.
pub async fn send(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_she_speaks_for(&house, &viewer, &id).await?;
    let (now, by) = (house.clock.now(), viewer.signed_in()?.account_id.clone());
    let to = format!("/lead/notices/{}/questions", notice.id);
    if let Some(question) = id::parse(sent.typed("aside")) {
        let writer = house.clone();
        let set = house.db.write(move |tx| {
            Box::pin(async move {
                if let Some(asked) = store::set_aside(tx, &notice.id, &question, now).await? {
                    telling::owe_not_answered(
                        tx,
                        &asked,
                        &emails::set_aside(&writer, &notice),
                        now,
                    )
                    .await?;
                    audit::note(
                        tx,
                        Entry {
                            at: now,
                            who: Some(&by),
                            what: "question set aside",
                            about: &question,
                            detail: "",
                        },
                    )
                    .await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        });
        set.await?;
        return Ok(Redirect::to(&format!("{to}?done=aside")).into_response());
    }
    let waiting = store::waiting(&house.db, &notice.id).await?;
    if sent.typed("step") == "show" {
        return show(&house, &viewer, &notice, waiting, &sent).await;
    }
    let answer = match super::answer(&sent, &waiting) {
        Ok(answer) => answer,
        // A second tap: it is published.
        Err(_) if store::is_answered(&house.db, &sent.once()).await? => {
            return Ok(Redirect::to(&format!("{to}?done=answered")).into_response());
        }
        Err(refusals) => {
            return Ok(shown(&notice, waiting, "", &sent, &refusals).answer(&house, &viewer));
        }
    };
    let kept = house.db.write(move |tx| {
        Box::pin(async move {
            if store::answer(tx, &notice.id, &answer, &by, now).await? {
                audit::note(
                    tx,
                    Entry {
                        at: now,
                        who: Some(&by),
                        what: "question answered",
                        about: &notice.id,
                        detail: "",
                    },
                )
                .await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    kept.await?;
    Ok(Redirect::to(&format!("{to}?done=answered")).into_response())
}

/// Lets everyone read a question while it waits. A second tap finds that they can already.
async fn show(
    house: &House,
    viewer: &Viewer,
    notice: &Notice,
    waiting: Vec<Waiting>,
    sent: &Sent,
) -> Result<Response, Error> {
    let (question, words) = match super::to_show(sent, &waiting) {
        Ok(chosen) => chosen,
        Err(refusals) => {
            return Ok(shown(notice, waiting, "", sent, &refusals).answer(house, viewer));
        }
    };
    let (now, by, id) =
        (house.clock.now(), viewer.signed_in()?.account_id.clone(), notice.id.clone());
    let kept = house.db.write(move |tx| {
        Box::pin(async move {
            if store::show(tx, &id, (&question, &words), now).await? {
                let entry = Entry {
                    at: now,
                    who: Some(&by),
                    what: "question shown",
                    about: &question,
                    detail: "",
                };
                audit::note(tx, entry).await?;
            }
            Ok::<_, sqlx::Error>(())
        })
    });
    kept.await?;
    let to = format!("/lead/notices/{}/questions?done=shown", notice.id);
    Ok(Redirect::to(&to).into_response())
}

/// A question as a leader chooses it: with its day, how everyone can read it, and how many others
/// want to know.
fn label(waiting: &Waiting) -> String {
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

fn shown(
    notice: &Notice,
    waiting: Vec<Waiting>,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let banner = match done {
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
    let (to, title) = (format!("/notices/{}", notice.id), notice.words.title.clone());
    let page = Page::new(titled("Questions", &title), || {
        // What was written stays, even if a colleague has answered in the meantime.
        let form = (!waiting.is_empty() || !refusals.is_empty()).then(|| {
            let ticked = sent.all("questions");
            let choices = waiting.iter().map(|waiting| (waiting.id.clone(), label(waiting)));
            let choices = Choice::each(choices, |id| ticked.iter().any(|ticked| ticked == id));
            let aside = waiting.iter().map(|waiting| {
                let unseen = format!(": {}", waiting.question);
                view! {
                    <li>
                        <span>{waiting.question.clone()}</span>
                        <form method="post">
                            <button class="link" name="aside" value=waiting.id.clone()>
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
        view! {
            <div class="stack">
                {banner
                    .map(|(title, words)| {
                        view! {
                            <Banner title>
                                <p>{words}</p>
                            </Banner>
                        }
                    })} <p>
                    <a class="back" href=to>
                        {title}
                    </a>
                </p>
                <Summary refusals />
                <h1>"Questions"</h1>
                {(waiting.is_empty() && refusals.is_empty())
                    .then(|| view! { <p>"No questions are waiting."</p> })} {form}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}
