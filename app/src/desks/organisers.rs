//! The organisers' desk.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Moment};
use consultations::course::{Course, NextStep};
use consultations::store::Follow;
use deliveries::tasks::Task as Kind;
use duties::rules::Side;
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::ui::{Banner, Page, SecondStepSoon};
use ground::viewer::Viewer;
use leptos::prelude::*;
use plans::store::PlanCourse;
use updates::due::Due;

use super::first_steps;
use super::parts::{self, AHEAD, Task, UnderWay};
use super::store::{self, DeskOf, WaitKind, Waits};

/// GET `/forum`
pub async fn organisers_desk(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let me = &viewer.signed_in()?.account_id;
    let waiting = store::for_organiser(&house.db, me, now).await?;
    let courses =
        consultations::store::courses(&house.db, Follow::Unfinished, (store::MOST, 0), now).await?;
    let rounds = rounds::store::list(&house.db, 3).await?;
    let plans = plans::store::courses(&house.db, None, now).await?;
    let due = updates::due::due(&house).await?;
    let comes = store::coming(&house.db, (now, now + AHEAD), DeskOf::Organisers).await?;
    let begun = store::begun(&house.db, now).await?;
    let mut tasks: Vec<Task> =
        waiting.oldest.into_iter().filter_map(|waits| task(waits, now)).collect();
    let unnamed = usize::try_from(waiting.in_all).unwrap_or_default().saturating_sub(tasks.len());
    tasks.extend(courses.iter().filter(|course| course.waits_for(me, now)).map(|course| {
        let (to, what) = course.next_link(now);
        let since = course.counted.as_ref().map_or(course.closes_at, |(_, at)| *at);
        Task::new(to, format!("{what}: {}", course.title), since)
    }));
    let yearly = duties::store::everything(&house.db, None).await?;
    tasks.extend(parts::yearly(yearly.for_desk(&Side::Forum, clock::date(now))));
    let in_all = tasks.len() + unnamed;
    let is_decided = Sent::query(&uri).typed("done") == "decided";
    let page = Page::new("Organisers’ desk", || {
        let banner = is_decided.then(|| {
            view! {
                <Banner title="Saved">
                    <p>"We will email the parent who proposed the topic."</p>
                </Banner>
            }
        });
        let others = others(&courses, &due, me, now);
        let rounds = rounds
            .into_iter()
            .filter(|round| round.confirmed.is_none())
            .map(|round| round_under_way(&round, now))
            .collect();
        let nothing = "Nothing to do. Topics that parents propose will appear here.";
        view! {
            <div class="stack-l">
                <section class="stack">
                    {parts::welcome(&uri)}
                    {banner}
                    <h1>"Organisers’ desk"</h1>
                    {parts::other_desks(&viewer, "/forum")}
                    <SecondStepSoon viewer=&viewer />
                    {first_steps::missing(&begun)}
                </section>
                {parts::tasks(tasks, in_all, nothing, now)}
                {parts::others(others)}
                {parts::ahead(comes)}
                <section class="stack">
                    {parts::under_way("Voting rounds", rounds, "No voting round is under way.")}
                    <p>
                        <a class="button" href="/forum/rounds/new">
                            "Open a round"
                        </a>
                    </p>
                    {parts::under_way(
                        "Consultations",
                        consultations_under_way(&courses, me, now),
                        "No consultation is under way.",
                    )}
                    <p>
                        <a class="button" href="/forum/consultations/new">
                            "Ask parents"
                        </a>
                    </p>
                    {parts::under_way(
                        "Plans",
                        plans.into_iter().map(plan_under_way).collect(),
                        "No plan is under way.",
                    )}
                </section>
                {everything_else()}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One thing that waits, as a task.
fn task(waits: Waits, now: Moment) -> Option<Task> {
    let Waits { kind, id, title, many, since } = waits;
    let task = match kind {
        WaitKind::Task(Kind::Topic) => {
            Task::new(format!("/forum/topics/{id}"), format!("Check the topic: {title}"), since)
                .due(Kind::Topic.due(since))
        }
        WaitKind::Task(Kind::Takedown) => Task::new(
            format!("/forum/consultations/{id}/takedown"),
            "Agree to take words out of results, or refuse",
            since,
        ),
        WaitKind::Task(Kind::Shortlist) => Task::new(
            format!("/forum/rounds/{id}/shortlist"),
            format!("Confirm the shortlist for {title}"),
            since,
        )
        .due(Kind::Shortlist.due(since)),
        WaitKind::Task(Kind::Statement) => Task::new(
            format!("/forum/plans/{id}/statement"),
            format!("Write the forum's statement on {title}"),
            since,
        )
        .due(Kind::Statement.due(since)),
        WaitKind::Task(Kind::Session) => Task::new(
            format!("/forum/sessions/{id}"),
            format!("Say whether a planning session took place: {title}"),
            since,
        )
        .due(Kind::Session.due(since)),
        WaitKind::Nobodys => Task::new(
            format!("/forum/consultations/{id}"),
            format!("Choose who answers for: {title}"),
            since,
        )
        .more("Until you do, nobody can tell parents what happened."),
        WaitKind::DecisionPassed => Task::new(
            format!("/forum/plans/{id}/statement"),
            format!(
                "Say what the forum thinks of a decision that leaders went ahead with: {title}"
            ),
            since,
        )
        .more("It was published without everything that was agreed."),
        WaitKind::Task(Kind::Update) => Task::new(
            format!("/forum/updates/{id}"),
            format!("Check what leaders say they did about: {title}"),
            since,
        ),
        WaitKind::Task(Kind::Doubt) if many == 1 => Task::new(
            "/forum/updates",
            "Read what a parent told us about what leaders say they did",
            since,
        ),
        WaitKind::Task(Kind::Doubt) => {
            let what = format!(
                "Read what parents told us about what leaders say they did: {many} messages"
            );
            Task::new("/forum/updates", what, since)
        }
        // Several about one service wait apart.
        WaitKind::Task(Kind::Waits) => Task::new(
            format!("/forum/waits/{id}"),
            format!("Check how long families wait: {title}, published on {}", clock::day(since)),
            since,
        ),
        WaitKind::Task(Kind::WaitDoubt) => {
            let what = format!("Read what parents told us about how long they wait: {many}");
            Task::new("/forum/waits", what, since)
        }
        WaitKind::Task(Kind::Comment) => Task::new(
            format!("/forum/local-offer/{id}"),
            if title.is_empty() {
                "Check a comment on the Local Offer".to_owned()
            } else {
                format!("Check a comment about {title}")
            },
            since,
        ),
        WaitKind::Promise => was_it_done(&id, &title, since),
        WaitKind::Unreached => Task::new(
            "/forum/unreached",
            if many == 1 {
                "Tell them another way: 1 family we can't reach by email".to_owned()
            } else {
                format!("Tell them another way: {many} families we can't reach by email")
            },
            now,
        ),
        _ => return None,
    };
    Some(task)
}

/// That the forum says whether something was done that was promised in answer to a comment.
/// `promised`: by which day, and after a bar about which service; `since`: when.
fn was_it_done(id: &str, promised: &str, since: Moment) -> Task {
    let (day, service) = promised.split_once('|').unwrap_or((promised, ""));
    let about = if service.is_empty() { "the Local Offer" } else { service };
    let by = clock::day_of(day).map_or_else(String::new, |day| format!(" by {day}"));
    let to = format!("/forum/local-offer/{id}/done");
    Task::new(
        to,
        format!("Say whether it was done: a promise about {about}"),
        clock::end_of(day).unwrap_or(since),
    )
    .more(format!("It was promised{by}, in answer to a comment on the Local Offer."))
}

/// What organisers wait for.
fn others(
    courses: &[Course],
    due: &[Due],
    me: &Id<Account>,
    now: Moment,
) -> Vec<(String, String, String)> {
    let held = courses.iter().filter(|course| course.is_held_for(me, now));
    let held = held.map(|course| {
        let to = format!("/forum/consultations/{}", course.id);
        let (what, more) = if matches!(course.next(now), NextStep::Check) {
            ("Another organiser must check the results", "You counted the answers.")
        } else {
            ("Another organiser must compare the sheets", "You typed them in.")
        };
        (to, format!("{what}: {}", course.title), more.to_owned())
    });
    let answers = (!due.is_empty()).then(|| {
        let to = "/updates?show=awaited".to_owned();
        (to, "Leaders say what they did".to_owned(), updates::due::counted(due))
    });
    held.chain(answers).collect()
}

fn round_under_way(round: &rounds::store::Round, now: Moment) -> UnderWay {
    let next = round
        .dates
        .counted_at
        .map(|_| (format!("/forum/rounds/{}/shortlist", round.id), "Confirm the shortlist".into()));
    UnderWay {
        to: format!("/rounds/{}", round.id),
        title: round.title.clone(),
        steps: rounds::steps(round, now),
        words: rounds::phase_words(&round.dates, now),
        next: next.into_iter().collect(),
    }
}

fn consultations_under_way(courses: &[Course], me: &Id<Account>, now: Moment) -> Vec<UnderWay> {
    let under_way = |course: &Course| UnderWay {
        to: format!("/forum/consultations/{}", course.id),
        title: course.title.clone(),
        steps: course.steps(now),
        words: course.next_in_words(now),
        next: (!course.is_held_for(me, now)).then(|| course.next_link(now)).into_iter().collect(),
    };
    courses.iter().map(under_way).collect()
}

fn plan_under_way(plan: PlanCourse) -> UnderWay {
    let (words, next) = if plan.statements == 0 {
        let next = (format!("/forum/plans/{}/statement", plan.id), "Write the forum's statement");
        ("The forum hasn't said yet what it thinks.", Some(next))
    } else {
        ("Leaders are working on it.", None)
    };
    UnderWay {
        to: format!("/plans/{}", plan.id),
        steps: plan.steps(),
        words: words.to_owned(),
        next: next.map(|(to, words)| (to, words.to_owned())).into_iter().collect(),
        title: plan.title,
    }
}

/// The other pages that are only for organisers, or that they often need.
fn everything_else() -> impl IntoView {
    let pages = [
        ("/forum/consultations", "All the forum's consultations"),
        ("/forum/updates", "Check what leaders say they did"),
        ("/forum/waits", "Check how long families wait"),
        ("/forum/local-offer", "Comments on the Local Offer to check"),
        ("/forum/takedowns", "What was taken down"),
        ("/forum/unreached", "Families we can't reach by email"),
        ("/rounds", "All voting rounds"),
        ("/reports", "Reports that plans must answer"),
        ("/duties", "Yearly duties"),
        ("/record", "How are we doing? The page everyone sees"),
        ("/forum/meetings", "Meetings, and who represented the forum"),
        ("/forum/year", "The forum's year: who took part, and what happened"),
        ("/forum/evidence-pack", "Save an evidence pack for inspectors"),
        ("/guides/organisers", "Guide for organisers"),
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
