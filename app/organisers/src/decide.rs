//! What an organiser does with a topic: publish, merge, decline, or pass on to the safeguarding
//! lead.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Labels, Page, Summary, When};
use ground::viewer::Viewer;
use leptos::prelude::*;

use topics::rules::{self, TopicDecision, TopicState};
use topics::store::{self, Filter, Topic};
use topics::{emails, search};

use crate::find::{FindTopic, Found};

/// The most topics offered to merge into; searching finds more.
const MOST_TO_MERGE_INTO: i64 = 8;

/// GET `/forum/topics/{id}`
pub async fn decide_about_topic_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Topic>>,
    uri: Uri,
) -> Result<Response, Error> {
    let topic = for_decision(&house, &id).await?;
    decide_page(&house, &viewer, topic, &Sent::query(&uri), &Refusals::default()).await
}

/// POST `/forum/topics/{id}`
pub async fn decide_about_topic(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Topic>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let topic = for_decision(&house, &id).await?;
    if sent.typed("step") == "look" {
        return decide_page(&house, &viewer, topic, &sent, &Refusals::default()).await;
    }
    let decision = match rules::decision(&sent, &topic.id, &topic.facts.state()) {
        Ok(decision) => decision,
        Err(refusals) => return decide_page(&house, &viewer, topic, &sent, &refusals).await,
    };
    if keep(&house, &viewer.signed_in()?.account_id, &topic, &decision).await? {
        return Ok(Redirect::to("/forum?done=decided").into_response());
    }
    let refusals = Refusals::one(
        "decision",
        "This can't be saved. The topic, or the one to merge it into, has changed. Check it again",
    );
    decide_page(&house, &viewer, for_decision(&house, &id).await?, &sent, &refusals).await
}

/// The decision, the audit, the author's email: one write. False when the topic has changed since.
async fn keep(
    house: &House,
    by: &Id<ids::Account>,
    topic: &Topic,
    decision: &TopicDecision,
) -> sqlx::Result<bool> {
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let (kept, kind, detail) = match decision {
        TopicDecision::Publish => {
            (store::publish(&mut tx, &topic.into(), now).await?, EmailKind::TopicPublished, "")
        }
        TopicDecision::Merge(into) => {
            let kept = store::merge(&mut tx, &topic.id, into, now).await?;
            (kept, EmailKind::TopicMerged, into.as_str())
        }
        TopicDecision::Decline(reason) => {
            let kept = store::decline(&mut tx, &topic.id, reason, now).await?;
            (kept, EmailKind::TopicDeclined, "")
        }
        TopicDecision::PassOn => {
            (store::pass_on(&mut tx, &topic.id, now).await?, EmailKind::TopicPassedOn, "")
        }
    };
    if !kept {
        tx.roll_back().await?;
        return Ok(false);
    }
    // One word for the log and for the email.
    let what = kind.word();
    let entry = Entry { at: now, who: Some(by), what, about: &topic.id, detail };
    audit::note(&mut tx, entry).await?;
    if let Some(to) = &topic.author_email {
        let owed = Owed {
            dedup_key: &format!("{what} {}", topic.id),
            kind,
            account_id: Some(&topic.author_id),
            to,
            words: &emails::decided(house, topic, decision),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A topic an organiser may decide about: not one that was passed on.
async fn for_decision(house: &House, id: &Id<ids::Topic>) -> Result<Topic, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let topic = store::find(&house.db, &id, None).await?.ok_or(Error::NotFound)?;
    if topic.facts.state() == TopicState::PassedOn { Err(Error::NotFound) } else { Ok(topic) }
}

/// The published topics that this one can be merged into: those that contain all of these words or,
/// without words, those similar to it.
async fn to_merge_into(house: &House, words: &str, topic: &Topic) -> Result<Vec<Found>, Error> {
    let mut found: Vec<(Id<ids::Topic>, String)> = if words.is_empty() {
        let alike = search::alike(&house.db, &topic.title, MOST_TO_MERGE_INTO).await?;
        alike.into_iter().map(|topic| (topic.id, topic.title)).collect()
    } else {
        let filter = Filter { search: words.to_owned(), ..Filter::default() };
        let listed = store::list(&house.db, &filter, MOST_TO_MERGE_INTO).await?;
        listed.into_iter().map(|topic| (topic.id, topic.title)).collect()
    };
    found.retain(|(id, _)| *id != topic.id);
    Ok(found.into_iter().map(|(id, title)| Found { id: id.into(), title }).collect())
}

/// The same for the program: a topic that nobody can decide about is a fault of the call.
pub async fn topics_found(
    house: &House,
    words: &str,
    topic: &str,
) -> Result<Vec<Found>, ServerFnError> {
    let found = async {
        let topic = for_decision(house, &topic.into()).await?;
        to_merge_into(house, &forms::line(words), &topic).await
    };
    found.await.map_err(|error| match error {
        Error::NotFound => ServerFnError::Args("there is no such topic".to_owned()),
        error => {
            tracing::error!(%error, "topics to merge into could not be found");
            ServerFnError::ServerError("the database failed".to_owned())
        }
    })
}

/// Which round the topic joins if it is published.
async fn joins(house: &House, topic: &Topic) -> sqlx::Result<String> {
    let round = store::round_to_join(&house.db, topic.proposed_at, house.clock.now()).await?;
    Ok(match round {
        Some(round) => format!("If you publish it, it will be in the voting round “{round}”."),
        None => "If you publish it, it will be in the next voting round.".to_owned(),
    })
}

async fn decide_page(
    house: &House,
    viewer: &Viewer,
    topic: Topic,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let state = topic.facts.state();
    let words = sent.line("search");
    let found = to_merge_into(house, &words, &topic).await?;
    let joins = match state {
        TopicState::Waiting => Some(joins(house, &topic).await?),
        _ => None,
    };
    let page = Page::new(format!("Decide about a topic: {}", topic.title), || {
        let choice = |value: &str, label: &str| Choice {
            value: value.into(),
            label: label.into(),
            chosen: sent.typed("decision") == value,
        };
        let mut choices = Vec::new();
        if state == TopicState::Waiting {
            choices.push(choice("publish", "Publish it as it is"));
        }
        choices.push(choice("merge", "Merge it into one of the topics below"));
        if state == TopicState::Waiting {
            choices.push(choice("decline", "Don't publish it, for the reason below"));
            choices.push(choice(
                "pass on",
                "Pass it on to the safeguarding lead. Nobody else will see it",
            ));
        }
        let into = sent.typed("into").to_owned();
        let trouble = refusals.about("into").unwrap_or_default().to_owned();
        let topic_id = topic.id.to_string();
        // All that can still become of a published one is that it is merged.
        let reason = (state == TopicState::Waiting).then(|| {
            view! {
                <Area
                    name="reason"
                    label="Your reason"
                    hint="Only if you don't publish it. We will email your words to the author."
                    value=sent.typed("reason")
                    refusals
                />
            }
        });
        let form = match state {
            TopicState::Waiting | TopicState::Published => view! {
                <form method="post" novalidate>
                    <Choices
                        name="decision"
                        legend="What should happen to this topic?"
                        choices
                        refusals
                    />
                    <section>
                        <FindTopic topic=topic_id words found into trouble />
                    </section>
                    {reason}
                    <button class="button">"Save this decision"</button>
                </form>
            }
            .into_any(),
            _ => view! { <p class="panel">"Someone has already decided about this topic."</p> }
                .into_any(),
        };
        view! {
            <div class="stack">
                <Summary refusals />
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <Labels labels=topic.labels />
                <h1>{topic.title}</h1>
                <p class="soft">"Proposed on "<When at=topic.proposed_at />". "{joins}</p>
                <h2>"How things are now"</h2>
                <p class="said">{topic.happens_now}</p>
                <h2>"What would help"</h2>
                <p class="said">{topic.would_help}</p>
                {form}
            </div>
        }
    });
    Ok(page.with_program("organisers").refused_for(refusals).answer(house, viewer))
}
