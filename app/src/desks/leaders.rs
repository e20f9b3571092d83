//! The leaders' desk.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Millis, Moment};
use deliveries::tasks::Task as Kind;
use duties::rules::Side;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Page, SecondStepSoon, Step};
use ground::viewer::Viewer;
use leptos::prelude::*;
use notices::store::ListedNotice;
use plans::store::PlanCourse;
use updates::due::Due;

use super::parts::{self, AHEAD, Task, UnderWay};
use super::store::{self, DeskOf, WaitKind, Waits};

/// GET `/lead`
pub async fn leaders_desk(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (now, within) = (house.clock.now(), house.settings.outcome_within);
    let me = &viewer.signed_in()?.account_id;
    let (waiting, others) = store::for_leader(&house.db, me, now).await?;
    let due = updates::due::due_of(&house, me).await?;
    let plans = plans::store::courses(&house.db, Some(me), now).await?;
    let notices = notices::store::under_way(&house.db, me, store::MOST, now).await?;
    let comes = store::coming(&house.db, (now, now + AHEAD), DeskOf::Leader(me)).await?;
    let organisation = area::store::organisation_of(&house.db, me).await?;
    let mut tasks: Vec<Task> =
        waiting.oldest.into_iter().filter_map(|waits| task(waits, within)).collect();
    let unnamed = usize::try_from(waiting.in_all).unwrap_or_default().saturating_sub(tasks.len());
    tasks.extend(due.iter().map(|due| to_say(due, within)));
    let yearly = duties::store::everything(&house.db, None).await?;
    let side = Side::Leader(organisation.as_ref().map(|organisation| organisation.id.clone()));
    tasks.extend(parts::yearly(yearly.for_desk(&side, clock::date(now))));
    let in_all = tasks.len() + unnamed;
    let page = Page::new("Leaders’ desk", || {
        let speaks_for = match organisation {
            Some(organisation) => {
                let words = format!("You are a leader for {}.", organisation.name);
                view! { <p class="soft">{words}</p> }.into_any()
            }
            None => view! {
                <p class="panel warn">
                    "We don't know which organisation you are from. Ask an administrator to say \
                     so: until then you can't write to families, answer them or work on a plan."
                </p>
            }
            .into_any(),
        };
        let nothing = "Nothing to do. What families ask you, and what you still have to tell them, \
                       will appear here.";
        view! {
            <div class="stack-l">
                <section class="stack">
                    {parts::welcome(&uri)}
                    <h1>"Leaders’ desk"</h1>
                    {parts::other_desks(&viewer, "/lead")}
                    <SecondStepSoon viewer=&viewer />
                    {speaks_for}
                </section>
                {parts::tasks(tasks, in_all, nothing, now)}
                {parts::others(others.into_iter().filter_map(awaited).collect())}
                {parts::ahead(comes)}
                <section class="stack">
                    {parts::under_way(
                        "Changes to services",
                        notices.into_iter().map(notice_under_way).collect(),
                        "No change notice of yours is under way.",
                    )}
                    <p>
                        <a class="button" href="/lead/notices/new">
                            "Write a change notice"
                        </a>
                    </p>
                    {parts::under_way(
                        "Plans",
                        plans.into_iter().map(plan_under_way).collect(),
                        "No plan of yours is under way.",
                    )}
                    <p>
                        <a class="button" href="/lead/plans/new">
                            "Register a plan"
                        </a>
                    </p>
                    <p>
                        "Before you plan, read "<a href="/topics">"what parents ask for"</a>" and "
                        <a href="/rounds">"what they chose"</a>"."
                    </p>
                </section>
                {everything_else()}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One thing that waits, as a task. `within`: how long leaders have to answer a comment.
fn task(waits: Waits, within: Millis) -> Option<Task> {
    let Waits { kind, id, title, many, since } = waits;
    let task = match kind {
        WaitKind::Task(Kind::Question) => {
            let many = if many == 1 {
                "1 question to answer.".to_owned()
            } else {
                format!("{many} questions to answer.")
            };
            let to = format!("/lead/notices/{id}/questions");
            Task::new(to, format!("Answer questions about: {title}"), since).more(many)
        }
        WaitKind::Task(Kind::Approve) => Task::new(
            format!("/lead/notices/{id}"),
            format!("Approve the change notice: {title}"),
            since,
        ),
        WaitKind::Task(Kind::Answer) => Task::new(
            format!("/lead/local-offer/{id}"),
            if title.is_empty() {
                "Answer a comment on the Local Offer".to_owned()
            } else {
                format!("Answer a comment about {title}")
            },
            since,
        )
        .due(outcomes::rules::due_by(since, within)),
        WaitKind::Task(Kind::Disputed) => Task::new(
            format!("/lead/sessions/{id}/dispute"),
            format!("The forum disagrees with your planning session: {title}"),
            since,
        )
        .more("It doesn't count for the plan now. Read why."),
        WaitKind::Task(Kind::Disagreed) => Task::new(
            format!("/lead/updates/{id}/verdict"),
            format!("The forum doesn't fully agree with what you said about: {title}"),
            since,
        )
        .more("Read what parents have found."),
        WaitKind::Task(Kind::ReviewPlan) => look_again(
            format!("/lead/plans/{id}/equality"),
            format!("Look again at who this plan affects: {title}"),
            since,
        ),
        WaitKind::Task(Kind::ReviewNotice) => look_again(
            format!("/lead/notices/{id}/equality"),
            format!("Look again at who this change affects: {title}"),
            since,
        ),
        WaitKind::Task(Kind::ReviewUpdate) => look_again(
            format!("/lead/updates/{id}"),
            format!("You said this is not done. Look at it again: {}", outcomes::shortened(&title)),
            since,
        ),
        WaitKind::WaitMonth => Task::new(
            format!("/lead/waits/{id}"),
            format!("Publish how long families wait: {title}"),
            since,
        )
        .more("Everyone can see that last month is missing."),
        _ => return None,
    };
    Some(task)
}

/// What they said they would look at again, on a day that has come: by its end.
fn look_again(to: String, what: String, since: Moment) -> Task {
    Task::new(to, what, since)
        .more("You said you would do this by then, and everyone can read it.")
        .due(clock::end_of(&clock::fields(since).0))
}

/// What they must still say, as a task.
fn to_say(due: &Due, within: Millis) -> Task {
    let subject = &due.subject;
    Task::new(
        format!("/lead/updates/new?about={}", subject.value()),
        format!("Say what happened: {}", subject.title),
        due.by - within,
    )
    .more(subject.kind.title())
    .due(due.by)
}

/// What a leader waits for.
fn awaited(waits: Waits) -> Option<(String, String, String)> {
    let Waits { kind, id, title, .. } = waits;
    let (to, what, more) = match kind {
        WaitKind::Approval => (
            format!("/lead/notices/{id}"),
            format!("Another leader must approve: {title}"),
            "You wrote the words, so someone else must read and approve them.",
        ),
        WaitKind::ForumsStatement => (
            format!("/plans/{id}"),
            format!("The forum writes its statement: {title}"),
            "Until it has, your draft can't be published.",
        ),
        WaitKind::Confirmation => (
            format!("/lead/sessions/{id}/slip"),
            format!("The forum or two parents confirm your planning session: {title}"),
            "Until they have, it doesn't count.",
        ),
        WaitKind::Verdict => (
            format!("/updates/{id}"),
            format!("The forum checks what you said about: {title}"),
            "Until it has, everyone reads that it is not checked yet.",
        ),
        _ => return None,
    };
    Some((to, what, more.to_owned()))
}

fn notice_under_way(notice: ListedNotice) -> UnderWay {
    let is_approved = notice.course.starts_at.is_some();
    let is_told = notice.course.started_at.is_some();
    let (to, next, label) = if is_told {
        let page = format!("/notices/{}", notice.id);
        let ways = format!("{page}#{}", notices::FOR_LEADERS);
        (page, ways, "Correct or withdraw it, or see the emails")
    } else {
        let page = format!("/lead/notices/{}", notice.id);
        let label = if is_approved { "Read it, or call it back" } else { "Read it and decide" };
        (page.clone(), page, label)
    };
    UnderWay {
        steps: Step::each([
            ("Writing", "Written", true),
            ("Waiting for approval", "Approved", is_approved),
            ("Telling families", "Families told", is_told),
            ("Waiting to start", "Started", false),
        ]),
        words: format!("It takes effect from {}.", notice.course.effect.words()),
        next: vec![(next, label.to_owned())],
        title: notice.title,
        to,
    }
}

fn plan_under_way(plan: PlanCourse) -> UnderWay {
    let ways = [plan.next_for_leader()].into_iter().chain(plan.also_for_leader());
    let words = match plan.recommendations {
        many if many > 0 && !plan.is_draft_published => {
            format!("{}. Its draft must answer {}", plan.state(), plans::reports::many(many))
        }
        _ => plan.state().to_owned(),
    };
    UnderWay {
        to: format!("/plans/{}", plan.id),
        steps: plan.steps(),
        words,
        next: ways.map(|(to, label)| (to, label.to_owned())).collect(),
        title: plan.title,
    }
}

/// The other pages that are only for leaders.
fn everything_else() -> impl IntoView {
    let pages = [
        ("/lead/updates/about", "Say what happened"),
        ("/lead/updates", "What you still need to answer, and what you said"),
        ("/lead/waits", "Publish how long families wait"),
        ("/lead/local-offer", "Comments to answer"),
        ("/lead/notices", "Change notices not sent yet"),
        ("/notices", "Changes that families have been told about"),
        ("/reports", "Reports that plans must answer"),
        ("/duties", "Yearly duties"),
        ("/guides/leaders", "Guide for leaders"),
    ];
    let pages = pages.map(|(to, label)| {
        view! {
            <li>
                <a href=to>{label}</a>
            </li>
        }
    });
    view! {
        <section class="stack">
            <h2>"Everything else"</h2>
            <ul>{pages.into_iter().collect_view()}</ul>
        </section>
    }
}
