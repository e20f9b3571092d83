//! The safeguarding leads' desk. It holds no words of what was passed on: whoever wants to read one
//! has to open it, and that is in the audit log.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Page, SecondStepSoon};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::parts::{self, AHEAD, Task};
use super::store::{self, Coming, DeskOf, WaitKind, Waits};

/// GET `/forum/safeguarding`
pub async fn safeguarding_desk(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let me = &viewer.signed_in()?.account_id;
    let waiting = store::for_safeguarding(&house.db, me).await?;
    let mut comes = store::coming(&house.db, (now, now + AHEAD), DeskOf::SafeguardingLeads).await?;
    // When a consultation closes, its answers are read: more may be passed on then.
    comes.retain(|comes| comes.what == Coming::ConsultationCloses);
    let in_all = usize::try_from(waiting.in_all).unwrap_or_default();
    let tasks: Vec<Task> = waiting.oldest.into_iter().filter_map(task).collect();
    let page = Page::new("Safeguarding desk", || {
        let nothing = "Nothing to do. Anything organisers pass on to you will appear here. Nobody \
                       else can see it.";
        view! {
            <div class="stack-l">
                <section class="stack">
                    {parts::welcome(&uri)}
                    <h1>"Safeguarding desk"</h1>
                    {parts::other_desks(&viewer, "/forum/safeguarding")}
                    <SecondStepSoon viewer=&viewer />
                    <p class="lead">
                        "Only safeguarding leads can see this page. We record each time someone \
                         opens what was passed on."
                    </p>
                </section>
                {parts::tasks(tasks, in_all, nothing, now)}
                {parts::ahead(comes)}
                <section class="stack">
                    <h2>"Everything that was passed on"</h2>
                    <ul>
                        <li>
                            <a href="/forum/safeguarding/topics">"Topics passed on to you"</a>
                        </li>
                        <li>
                            <a href="/forum/safeguarding/comments">"Comments passed on to you"</a>
                        </li>
                        <li>
                            <a href="/forum/safeguarding/answers">"Answers passed on to you"</a>
                        </li>
                        <li>
                            <a href="/forum/safeguarding/taken-down">
                                "What was taken down and passed on to you"
                            </a>
                        </li>
                    </ul>
                    <p>
                        <a href="/guides/safeguarding-leads">"Guide for safeguarding leads"</a>
                    </p>
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One thing that waits, as a task.
fn task(waits: Waits) -> Option<Task> {
    let Waits { kind, id, title, since, .. } = waits;
    let task = match kind {
        WaitKind::PassedOnTopic => {
            Task::new(format!("/forum/safeguarding/{id}"), "Read a topic", since)
        }
        WaitKind::PassedOnComment => {
            Task::new(format!("/forum/safeguarding/comments/{id}"), "Read a comment", since)
        }
        WaitKind::PassedOnAnswer => {
            let why = consultations::reading::Suggests::read(&title)?;
            let to = format!("/forum/safeguarding/answers/{id}");
            Task::new(to, "Read an answer to a consultation", since).more(why.title())
        }
        WaitKind::WordsTakenDown => {
            let to = format!("/forum/safeguarding/taken-down/{id}");
            Task::new(to, "Read words that were taken down", since)
        }
        _ => return None,
    };
    Some(task)
}
