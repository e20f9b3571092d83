//! The desks: what is waiting for organisers and for leaders, oldest first, with the day it is due.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, DAY, Millis};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page, SecondStepSoon};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::store;

/// GET `/forum`
pub async fn organisers_desk(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let waits_for = store::for_organisers(&house.db, now).await?;
    let rounds = rounds::store::list(&house.db, 3).await?;
    let outcomes = updates::due::counted(&updates::due::due(&house).await?);
    let to_confirm: Vec<_> = rounds
        .iter()
        .filter(|round| round.dates.counted_at.is_some() && round.confirmed.is_none())
        .cloned()
        .collect();
    let is_decided = Sent::query(&uri).typed("done") == "decided";
    let page = Page::new("Organisers’ desk", || {
        let banner = is_decided.then(|| {
            view! {
                <Banner title="Saved">
                    <p>"We will email the parent who proposed the topic."</p>
                </Banner>
            }
        });
        let to_confirm = (!to_confirm.is_empty()).then(|| {
            let rounds = to_confirm.into_iter().map(|round| {
                let to = format!("/forum/rounds/{}/shortlist", round.id);
                waits(
                    to,
                    format!("Confirm the shortlist for {}", round.title),
                    round.dates.closes_at + 14 * DAY,
                    now,
                )
            });
            let rounds = rounds.collect_view();
            view! {
                <h2>"Shortlists to confirm"</h2>
                <ol class="queue">{rounds}</ol>
            }
        });
        let to_state = (!waits_for.plans.is_empty()).then(|| {
            let plans = waits_for.plans.into_iter().map(|(id, title, registered_at)| {
                let words = format!("Write the forum's statement on {title}");
                waits(format!("/forum/plans/{id}/statement"), words, registered_at + 28 * DAY, now)
            });
            let plans = plans.collect_view();
            view! {
                <h2>"Plans waiting for the forum's statement"</h2>
                <ol class="queue">{plans}</ol>
            }
        });
        let nobodys = (!waits_for.nobodys.is_empty()).then(|| {
            let consultations = waits_for.nobodys.into_iter().map(|(id, title, _)| {
                view! {
                    <li>
                        <h3>
                            <a href=format!(
                                "/forum/consultations/{id}",
                            )>{format!("Choose who answers for: {title}")}</a>
                        </h3>
                        <p>"Until you do, nobody can tell parents what happened."</p>
                    </li>
                }
            });
            let consultations = consultations.collect_view();
            view! {
                <h2>"Consultations that no organisation answers for"</h2>
                <ol class="queue">{consultations}</ol>
            }
        });
        let unreached = (waits_for.unreached > 0).then(|| {
            view! {
                <h2>"Families we can't reach by email"</h2>
                <p>
                    <a href="/forum/unreached">"Tell them another way"</a>
                </p>
            }
        });
        let is_idle = waits_for.topics.is_empty();
        let nothing = is_idle.then(|| {
            view! { <p>"Nothing to do. Topics that parents propose will appear here."</p> }
        });
        // We promise the author five working days, which is seven days.
        let waiting = waits_for
            .topics
            .into_iter()
            .map(|(id, title, proposed_at)| {
                waits(format!("/forum/topics/{id}"), title, proposed_at + 7 * DAY, now)
            })
            .collect_view();
        let has_rounds = !rounds.is_empty();
        let rounds = rounds
            .into_iter()
            .map(|round| {
                view! {
                    <li>
                        <a href=format!("/rounds/{}", round.id)>{round.title}</a>
                        <p>{rounds::phase_words(&round.dates, now)}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <h1>"Organisers’ desk"</h1>
                    <SecondStepSoon viewer=&viewer />
                    {unreached}
                    {to_confirm}
                    {to_state}
                    {nobodys}
                    <h2>"Topics to check"</h2>
                    {nothing}
                    {(!is_idle).then(|| view! { <ol class="queue">{waiting}</ol> })}
                </section>
                <section class="stack">
                    <h2>"You said, we did"</h2>
                    <p>
                        <a href="/forum/updates">"Check what leaders say they did"</a>
                    </p>
                    <p>{outcomes}" "<a href="/updates?show=awaited">"See which"</a></p>
                </section>
                <section class="stack">
                    <h2>"Local Offer"</h2>
                    <p>
                        <a href="/forum/local-offer">"Comments to check"</a>
                    </p>
                    <p>
                        <a href="/forum/takedowns">"What was taken down"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Consultations"</h2>
                    <p>
                        <a href="/forum/consultations">"Drafts and open consultations"</a>
                    </p>
                    <p>
                        <a class="button quiet" href="/forum/consultations/new">
                            "Ask parents"
                        </a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"How are we doing?"</h2>
                    <p>
                        <a href="/record">"See the page everyone sees"</a>
                    </p>
                    <p>
                        <a href="/forum/evidence-pack">"Save an evidence pack for inspectors"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Voting rounds"</h2>
                    {has_rounds.then(|| view! { <ul class="queue">{rounds}</ul> })}
                    <p>
                        <a class="button quiet" href="/forum/rounds/new">
                            "Open a round"
                        </a>
                    </p>
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// One task: where to do it, what it is, and by when.
fn waits(to: String, what: String, due: Millis, now: Millis) -> impl IntoView {
    let late = now > due;
    view! {
        <li>
            <h3>
                <a href=to>{what}</a>
            </h3>
            <p class:late=late>
                {format!("Due {} ({}).", clock::day(due), clock::days_away(now, due))}
            </p>
        </li>
    }
}

/// GET `/lead`
pub async fn leaders_desk(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let plans = plans::store::list(&house.db, None, 50, house.clock.now()).await?;
    let me = &viewer.signed_in()?.account_id;
    let mut waiting = notices::store::unsent_notices(&house.db, me, false, (50, 0)).await?;
    waiting.retain(|notice| notice.course.starts_at.is_none());
    let store::Led { questions, awaited, organisation } = store::for_leader(&house.db, me).await?;
    let outcomes = updates::due::counted(&updates::due::standing(&house, awaited));
    let page = Page::new("Leaders’ desk", || {
        let speaks_for = match organisation {
            Some(name) => {
                view! { <p class="soft">{format!("You are a leader for {name}.")}</p> }.into_any()
            }
            None => view! {
                <p class="panel warn">
                    "We don't know which organisation you are from. Ask an administrator to say \
                     so: until then you can't write to families, answer them or work on a plan."
                </p>
            }
            .into_any(),
        };
        let questions = (!questions.is_empty()).then(|| {
            let questions = questions.into_iter().map(|(notice, title, many)| {
                let many = if many == 1 {
                    "1 question to answer.".to_owned()
                } else {
                    format!("{many} questions to answer.")
                };
                view! {
                    <li>
                        <h3>
                            <a href=format!(
                                "/lead/notices/{notice}/questions",
                            )>{format!("Answer questions about: {title}")}</a>
                        </h3>
                        <p>{many}</p>
                    </li>
                }
            });
            view! {
                <h2>"Questions from families"</h2>
                <ul class="queue">{questions.collect_view()}</ul>
            }
        });
        let open: Vec<_> = plans.into_iter().filter(|plan| !plan.has_draft).collect();
        let nothing = open.is_empty().then(|| {
            view! { <p>
            "Nothing to do. Plans without a published draft will appear here."</p> }
        });
        let plans = open
            .into_iter()
            .map(|plan| {
                let gate = if plan.is_shut {
                    "○ Not ready to publish: parents not involved yet"
                } else {
                    "● Ready to publish"
                };
                view! {
                    <li>
                        <h3>
                            <a href=format!("/plans/{}", plan.id)>{plan.title}</a>
                        </h3>
                        <p>{gate}</p>
                    </li>
                }
            })
            .collect::<Vec<_>>();
        let plans = (!plans.is_empty()).then(|| view! { <ul class="queue">{plans}</ul> });
        let to_approve = (!waiting.is_empty()).then(|| {
            let waiting = waiting.into_iter().map(|notice| {
                let to = format!("/lead/notices/{}", notice.id);
                view! {
                    <li>
                        <h3>
                            <a href=to>{format!("Approve the change notice: {}", notice.title)}</a>
                        </h3>
                        <p>{format!("It takes effect from {}.", notice.course.effect.words())}</p>
                    </li>
                }
            });
            view! {
                <h2>"Change notices to approve"</h2>
                <ul class="queue">{waiting.collect_view()}</ul>
            }
        });
        view! {
            <div class="stack">
                <h1>"Leaders’ desk"</h1>
                <SecondStepSoon viewer=&viewer />
                {speaks_for}
                {to_approve}
                {questions}
                <h2>"You said, we did"</h2>
                <p>{outcomes}</p>
                <p>
                    <a class="button" href="/lead/updates/about">
                        "Say what happened"
                    </a>
                </p>
                <p>
                    <a href="/lead/updates">"What you still need to answer, and what you said"</a>
                </p>
                <h2>"Local Offer"</h2>
                <p>
                    <a href="/lead/local-offer">"Comments to answer"</a>
                </p>
                <h2>"Changes to services"</h2>
                <p>
                    <a class="button" href="/lead/notices/new">
                        "Write a change notice"
                    </a>
                </p>
                <p>
                    <a href="/lead/notices">"Change notices not sent yet"</a>
                </p>
                <h2>"Plans without a draft"</h2>
                {nothing}
                {plans}
                <p>
                    <a class="button" href="/lead/plans/new">
                        "Register a plan"
                    </a>
                </p>
                <p>
                    "Before you plan, read "<a href="/topics">"what parents ask for"</a>" and "
                    <a href="/rounds">"what they chose"</a>"."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
