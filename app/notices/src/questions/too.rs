//! Someone wants to know the answer to another person's question too, or no longer does.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Notice, NoticeQuestion};
use ground::sent::Form;
use ground::ui::{Page, When, capital};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store::{OpenQuestion, Wants};
use super::wanted::{self, WaitedFor};
use crate::told;

/// POST `/notices/{id}/questions/too`: says whether they want to know, so that a double tap says it
/// twice and counts once.
pub async fn want_answer_too(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (question, wants) = chosen(&sent).ok_or(Error::NotFound)?;
    let (notice, _) = told(&house, &id).await?;
    let me = &viewer.signed_in()?.account_id;
    if wants && !may_send(&house, Sends::Too, &viewer).await? {
        return Ok(too_many(one_too_many(&notice.id), Sends::Too, &house, &viewer));
    }
    let now = house.clock.now();
    let mut tx = house.db.begin().await?;
    let kept = if wants {
        wanted::want(&mut tx, (&notice.id, &question), me, now).await?
    } else {
        wanted::take_back(&mut tx, &question, me).await?;
        true
    };
    tx.commit().await?;
    let place = if kept { format!("#q-{question}") } else { "?done=not-waiting".to_owned() };
    Ok(Redirect::to(&format!("/notices/{}{place}", notice.id)).into_response())
}

/// Which question, and whether they want to know; `None` for what no button of ours sends.
fn chosen(sent: &Sent) -> Option<(Id<NoticeQuestion>, bool)> {
    let wants = match sent.typed("wish") {
        "know" => true,
        "take back" => false,
        _ => return None,
    };
    Some((Id::parse(sent.typed("question"))?, wants))
}

/// GET `/notices/{id}/questions/too`: where only a POST has an answer, for instance after a reload.
pub async fn back_to_notice(Path(id): Path<Id<Notice>>) -> Redirect {
    let id = Id::<Notice>::parse(&id);
    Redirect::to(&id.map_or_else(|| "/notices".to_owned(), |id| format!("/notices/{id}")))
}

fn one_too_many(notice_id: &Id<Notice>) -> Page {
    let to = format!("/notices/{notice_id}");
    Page::new("Try again in an hour", || {
        view! {
            <div class="stack">
                <h1>"Try again in an hour"</h1>
                <p class="lead">
                    "Nothing has changed. You have asked for a lot of answers in the last hour."
                </p>
                <p>
                    <a class="button" href=to>
                        "Back to the change"
                    </a>
                </p>
            </div>
        }
    })
}

/// The questions that wait and that everyone can read, each with the button.
pub fn open_questions(
    notice_id: &Id<Notice>,
    open: &[OpenQuestion],
    is_organiser: bool,
) -> impl IntoView + use<> {
    let rows = open.iter().map(|open| open_question(notice_id, open, is_organiser));
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h3>"Waiting for an answer"</h3>
            <ul class="queue">{rows}</ul>
        }
    })
}

/// The organisers' way to take down a question, or an answer.
pub fn take_down_link(to: String, question: &str) -> impl IntoView + use<> {
    let unseen = format!(": {question}");
    view! {
        <p>
            <a href=to>"Take this down" <span class="unseen">{unseen}</span></a>
        </p>
    }
}

fn open_question(
    notice_id: &Id<Notice>,
    open: &OpenQuestion,
    is_organiser: bool,
) -> impl IntoView + use<> {
    let take_down = is_organiser.then(|| {
        take_down_link(format!("/forum/notices/questions/{}/takedown", open.id), &open.question)
    });
    let many = said_to_all(open.wanted).map(|many| view! { <p class="soft">{many}</p> });
    let state = match open.wants {
        Wants::Asked => Some("✓ You asked this. We will email you the answer."),
        Wants::Too => Some("✓ You want to know this too. We will email you the answer."),
        Wants::Not => None,
    };
    let (wish, style, button) = match open.wants {
        Wants::Too => ("take back", "link", "I don't need to know any more"),
        _ => ("know", "button quiet", "I want to know this too"),
    };
    let (to, unseen) =
        (format!("/notices/{notice_id}/questions/too"), format!(": {}", open.question));
    let form = (open.wants != Wants::Asked).then(|| {
        view! {
            <form class="support" method="post" action=to>
                <input type="hidden" name="question" value=open.id.to_string() />
                <input type="hidden" name="wish" value=wish />
                <button class=style>{button} <span class="unseen">{unseen}</span></button>
            </form>
        }
    });
    view! {
        <li id=format!("q-{}", open.id)>
            <p class="said">{open.question.clone()}</p>
            {many}
            {state.map(|state| view! { <p class="state">{state}</p> })}
            {form}
            {take_down}
        </li>
    }
}

/// How many want to know, for everyone: nothing below ten, so that nobody can tell one from none;
/// from ten on to the nearest ten, so that one more does not show.
#[must_use]
pub fn said_to_all(people: u64) -> Option<String> {
    let shown = disclosure::count(people);
    shown.number().filter(|people| *people > 0)?;
    Some(format!("{} people want to know this too.", capital(&shown.rounded())))
}

/// The same for the leader who answers; nobody at all is said to be nobody by saying nothing.
#[must_use]
pub fn said_to_leaders(people: u64) -> Option<String> {
    let words = disclosure::count(people).words();
    (people > 0).then(|| format!("{} more people want to know", capital(&words)))
}

/// The questions that someone waits for, on the page of what they said.
pub fn waited_for(waited: Vec<WaitedFor>) -> impl IntoView {
    let rows = waited.into_iter().map(|waited| {
        view! {
            <li class="card">
                <h3 class="said">
                    <a href=format!("/notices/{}", waited.notice_id)>{waited.question}</a>
                </h3>
                <p>"About: "{waited.title}</p>
                <p class="state">"○ Waiting for an answer"</p>
                <p class="soft">"You wanted to know this on "<When at=waited.wanted_at /></p>
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"Questions you want the answer to"</h2>
            <ul class="cards">{rows}</ul>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_hears_of_ten_and_more_to_the_nearest_ten_and_of_fewer_nothing() {
        assert!((0..10).all(|people| said_to_all(people).is_none()), "one is not told from none");
        assert_eq!(said_to_all(10).as_deref(), Some("About 10 people want to know this too."));
        assert_eq!(said_to_all(11), said_to_all(10), "one more does not show");
        assert_eq!(said_to_all(26).as_deref(), Some("About 30 people want to know this too."));
    }

    #[test]
    fn a_leader_hears_that_some_want_to_know_and_from_ten_on_how_many() {
        assert_eq!(said_to_leaders(0), None);
        assert_eq!(said_to_leaders(3).as_deref(), Some("Fewer than 10 more people want to know"));
        assert_eq!(said_to_leaders(12).as_deref(), Some("12 more people want to know"));
    }
}
