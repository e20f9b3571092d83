//! What everyone sees of plans: the list, a plan with its gate, its rung and everything that
//! happened, and a published draft.

use area::corrections::Correction;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Moment};
use forms::Sent;
use ground::aside::aside;
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::ids::{self, Id};
use ground::text::markdown;
use ground::ui::{Banner, Labels, Page, Pager, Share, When};
use ground::viewer::{Role, Viewer};
use involvement::gate::{self, Point};
use involvement::rung;
use involvement::session::SessionState;
use leptos::prelude::*;

use super::rules::{AnswerKind, DRAFT_READERS};
use super::store::{
    self, AnsweredTopic, Draft, DraftContent, DraftText, ListedPlan, Plan, PlanEvent,
    PlanningSession,
};
use super::{compare, dates, decision, equality, find_plan, reports, version};

const MOST_ON_A_PAGE: usize = 20;

/// What an organiser reads who is on the side of those who plan it.
const NOT_THE_FORUM: &str = "You can't write the forum's statement on this plan: you have worked \
     on it as a leader, or your organisation plans it. Another organiser can.";

/// GET `/plans`
pub async fn plans_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let before = Id::parse(Sent::query(&uri).typed("before"));
    let most = MOST_ON_A_PAGE as i64 + 1;
    let mut plans = store::list(&house.db, before.as_ref(), most, house.clock.now()).await?;
    let next = (plans.len() > MOST_ON_A_PAGE).then(|| {
        plans.truncate(MOST_ON_A_PAGE);
        format!("/plans?before={}", plans.last().map_or("", |plan| plan.id.as_str()))
    });
    let first = before.is_some().then(|| "/plans".to_owned());
    let page = Page::new("Plans", || {
        let nothing = plans.is_empty().then(|| {
            view! {
                <p>
                    "There are no plans yet. In the meantime, see "
                    <a href="/topics">"what parents are asking for"</a>"."
                </p>
            }
        });
        let register = viewer.is(Role::Leader).then(|| {
            view! {
                <p>
                    <a class="button" href="/lead/plans/new">
                        "Register a plan"
                    </a>
                </p>
            }
        });
        view! {
            <div class="stack">
                <h1>"Plans"</h1>
                <p class="lead">
                    "What the council and NHS are planning, and how involved parents are."
                </p>
                {register}
                <p>
                    <a href="/reports">"Reports that plans must answer"</a>
                </p>
                {nothing}
                <ul class="cards">{plans.into_iter().map(card).collect_view()}</ul>
                <Pager first next />
                <p>
                    "Were you at a planning session? "
                    <a href="/slips">"Enter the code on your slip"</a>"."
                </p>
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

fn card(plan: ListedPlan) -> impl IntoView {
    let state = match (plan.is_overridden, plan.has_draft, plan.is_shut) {
        _ if plan.is_decision_passed => "! Decided without everything that was agreed",
        (true, true, _) => "! Published without involving parents as agreed",
        (true, false, _) => "! Going ahead without involving parents as agreed",
        (false, _, _) if plan.is_decided => "✓ Decided",
        (false, true, _) => "✓ A draft is published",
        (false, false, true) => "○ Not ready to publish: parents not involved as agreed yet",
        (false, false, false) => "● Parents have been involved. No draft is published yet",
    };
    view! {
        <li class="card">
            <h2>
                <a href=format!("/plans/{}", plan.id)>{plan.title}</a>
            </h2>
            <p class="soft">"Due by "{day(&plan.due_day)}</p>
            <p class="state">{state}</p>
        </li>
    }
}

/// GET `/plans/{id}`
pub async fn plan_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
    uri: Uri,
) -> Result<Response, Error> {
    let plan = find_plan(&house, &viewer, &id).await?;
    let now = house.clock.now();
    let about = outcomes::store::Which::About(&plan.id);
    let said = outcomes::store::list(&house.db, &about, (20, 0)).await?;
    let must_answer = if plan.cancelled().is_none() && plan.decided().is_none() {
        reports::store::of_plan(&house.db, &plan.id).await?
    } else {
        Vec::new()
    };
    let done = Sent::query(&uri).line("done");
    let page = Page::new(plan.title.clone(), || {
        let (is_leader, is_organiser) = (viewer.is(Role::Leader), viewer.is(Role::Organiser));
        let is_cancelled = plan.cancelled().is_some();
        let led_by_others = (is_leader && !plan.is_led_by_viewer).then(|| {
            let words = format!(
                "Only leaders of {} can work on this plan. If that is you, ask an administrator \
                 to say which organisation you are from.",
                plan.organisations.join(" or ")
            );
            view! { <p class="soft">{words}</p> }
        });
        let labels = if plan.labels.is_empty() {
            vec![format!("All of {}", house.names.area)]
        } else {
            plan.labels.clone()
        };
        view! {
            <article class="stack-l">
                <section class="stack">
                    {(is_leader || is_organiser).then(|| banner(&done))}
                    <p>
                        <a class="back" href="/plans">
                            "Plans"
                        </a>
                    </p>
                    <Labels labels />
                    <h1>{plan.title.clone()}</h1>
                    {called_before(&plan)}
                    {override_banners(&plan)}
                    {dates::changed(&plan.changes)}
                    <p class="panel lines">{plan.what.clone()}</p>
                    <dl class="when">
                        <dt>"Planned by"</dt>
                        <dd>{plan.organisations.join(", ")}</dd>
                        <dt>"Due by"</dt>
                        <dd>{day(&plan.due_day)}</dd>
                        {rung_entry(&plan, now)}
                    </dl>
                    {(plan.is_led_by_viewer && !is_cancelled).then(|| leaders_ways(&plan))}
                    {led_by_others}
                    {(is_organiser && plan.is_planned_by_viewer && !is_cancelled)
                        .then(|| view! { <p class="soft">{NOT_THE_FORUM}</p> })}
                    {(is_organiser && !plan.is_planned_by_viewer && !is_cancelled)
                        .then(|| {
                            view! {
                                <p>
                                    <a
                                        class="button"
                                        href=format!("/forum/plans/{}/statement", plan.id)
                                    >
                                        {if plan.statements.is_empty() {
                                            "Write the forum's statement"
                                        } else {
                                            "Add another statement"
                                        }}
                                    </a>
                                </p>
                            }
                        })}
                </section>
                {decision::section(&plan)}
                {equality::section(&plan, now)}
                <section class="stack">{gate_of(&plan, now)}</section>
                {topics(&plan)}
                {reports::of_plan(&must_answer)}
                {drafts(&plan)}
                {sessions(&plan, &viewer)}
                {statements(&plan, &house.names.forum)}
                {outcomes::came_of_it(said)}
                <section class="stack">
                    <h2>"What happened, in order"</h2>
                    <p>
                        <a href=format!(
                            "/record/plans/{}",
                            plan.id,
                        )>"How are we doing on this plan?"</a>
                    </p>
                    <ol class="timeline">{plan.timeline().iter().map(event_row).collect_view()}</ol>
                    <Share
                        address=house.link(&format!("/plans/{}", plan.id))
                        title=plan.title.clone()
                    />
                </section>
            </article>
        }
    });
    let (by, due) = (plan.organisations.join(", "), day(&plan.due_day));
    let about = format!("Planned by {by}, due by {due}. {}", plan.what);
    Ok(page.about(&about).with_contents().answer(&house, &viewer))
}

fn banner(done: &str) -> impl IntoView + use<> {
    let words = match done {
        "registered" => {
            ("The plan is registered", "Now add topics parents asked for, and plan it with them.")
        }
        "due" => ("The day is changed", "Everyone can read below what changed and why."),
        "tied" => ("The topics are added to the plan", "Every draft must answer them."),
        "session" => (
            "The planning session is recorded",
            "It counts once someone at the forum, or two parents who were there, confirm it. Show, \
             print or send parents the link, below the session.",
        ),
        "equality" => ("It is signed and published", "You can see it below."),
        "corrected" => ("Saved", "The page also says what it was before."),
        "confirmed" => ("You confirmed the planning session", "Everyone can read that below."),
        "disputed" => (
            "The forum disagrees with the planning session",
            "Everyone can read why below, beside what leaders recorded.",
        ),
        "read" => ("We've taken it off your desk", "It stays here, with what the forum says."),
        "stated" => ("The forum's statement is published", "Everyone can read it below."),
        _ => return None,
    };
    Some(view! {
        <Banner title=words.0>
            <p>{words.1}</p>
        </Banner>
    })
}

/// What the plan, and those who plan it, were called before.
fn called_before(plan: &Plan) -> impl IntoView + use<> {
    // What an organisation was called before the plan was registered was never on this page.
    let registered_at = plan.events.first().map(|event| event.at).unwrap_or_default();
    let was_shown = |was: &&Correction| {
        matches!(was.kind.as_str(), "plan" | "organisation") && was.at > registered_at
    };
    let before = plan.corrections.iter().rev().filter(was_shown).map(|was| {
        let until = clock::day(was.at);
        let words = if was.kind == "plan" {
            format!("This plan was called “{}” until {until}.", was.was)
        } else {
            format!("{} was called “{}” until {until}.", was.became, was.was)
        };
        view! { <p class="soft">{words}</p> }
    });
    before.collect_view()
}

/// Every override of a plan, for good.
fn override_banners(plan: &Plan) -> impl IntoView + use<> {
    plan.drafts.iter().filter_map(override_banner).collect_view()
}

fn override_banner(draft: &Draft) -> Option<impl IntoView + use<>> {
    let (name, reason, at) = draft.overridden.clone()?;
    let was = if draft.published_at.is_some() {
        "was published before parents had been"
    } else {
        "may be published before parents are"
    };
    let version = draft.version;
    Some(view! {
        <div class="panel warn">
            <p>
                <b>
                    {format!("Draft {version} {was} involved as agreed.")}
                </b>
            </p>
            <p>{name}" gave this reason on "<When at=at />":"</p>
            <p class="lines">{reason}</p>
        </div>
    })
}

fn rung_entry(plan: &Plan, now: Moment) -> impl IntoView + use<> {
    let facts = plan.rung();
    let so_far = if facts.published_at.is_none() {
        "How involved parents are so far"
    } else {
        "How involved parents were"
    };
    let (title, why) = match rung::rung(&facts, now) {
        Some((rung, decided)) => (rung.title(), format!(": {decided}")),
        None => ("Not yet", format!(". {}", rung::none_yet(&facts))),
    };
    view! {
        <dt>{so_far}</dt>
        <dd>{title}<span class="soft">{why}</span></dd>
    }
}

/// The gate of the next draft, or as it was for the last one published.
fn gate_of(plan: &Plan, now: Moment) -> impl IntoView + use<> {
    match plan.settled_at() {
        None => {
            let points = gate_list(&gate::points(&plan.gate(), now), &|_| None);
            view! {
                <h2>"Were parents involved first?"</h2>
                {points}
            }
            .into_any()
        }
        Some(at) => {
            let facts = plan.gate_at(at);
            let rested = facts.claims_count.then(|| {
                view! {
                    <p>
                        "Leaders recorded a planning session before this draft was published. At \
                         that time it counted without anybody else confirming it."
                    </p>
                }
            });
            let points = gate::points(&facts, at);
            let points = points.into_iter().map(|point| {
                if point.holds {
                    ("✓ ", "Done: ", point.asks)
                } else {
                    ("× ", "Not done: ", point.asks)
                }
            });
            let points = points.map(|(mark, said, asks)| {
                view! {
                    <li>
                        <span aria-hidden="true">{mark}</span>
                        <span class="unseen">{said}</span>
                        {asks}
                    </li>
                }
            });
            view! {
                <h2>"Were parents involved first?"</h2>
                <p class="soft">"As it was on "<When at />"."</p>
                {rested}
                <ul class="queue">{points.collect_view()}</ul>
            }
            .into_any()
        }
    }
}

/// The points of the gate: which hold, which do not yet, and who can make them hold; for those who
/// can, with the way there.
pub fn gate_list(
    points: &[Point],
    way: &dyn Fn(&Point) -> Option<(String, &'static str)>,
) -> impl IntoView + use<> {
    let points = points
        .iter()
        .map(|point| {
            let (mark, said) =
                if point.holds { ("✓ ", "Done: ") } else { ("○ ", "Not done: ") };
            let way = way(point).filter(|_| !point.holds);
            let way = way.map(|(to, words)| view! { <p><a href=to>{words}</a></p> });
            view! {
                <li id=point.id>
                    <span aria-hidden="true">{mark}</span>
                    <span class="unseen">{said}</span>
                    {point.asks}
                    {(!point.holds).then(|| view! { <p class="soft">{point.who}</p> })}
                    {way}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="queue">{points}</ul> }
}

fn leaders_ways(plan: &Plan) -> impl IntoView + use<> {
    let decision = match &plan.decision {
        None => Some(("decision", "Write the decision")),
        Some(decision) if decision.published_at.is_none() => {
            Some(("decision/publication", "Publish the decision"))
        }
        Some(_) => None,
    };
    let ways = [
        ("topics", "Add topics parents asked for"),
        ("sessions", "Record a planning session"),
        ("drafts", "Submit a draft"),
        ("title", "Correct the title"),
        ("due", "Change when it is due"),
        ("equality", "Say who it affects, and whether it is fair"),
    ];
    let id = plan.id.clone();
    let ways = ways
        .into_iter()
        .chain(decision)
        .map(|(way, words)| {
            view! {
                <li>
                    <a href=format!("/lead/plans/{id}/{way}")>{words}</a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="queue">{ways}</ul> }
}

fn topics(plan: &Plan) -> impl IntoView + use<> {
    let nothing = plan
        .open_topics()
        .next()
        .is_none()
        .then(|| view! { <p>"This plan doesn't answer any topics from parents yet."</p> });
    let topics = plan
        .open_topics()
        .map(|topic| {
            let since = topic
                .open_since
                .map(|since| view! { <p class="soft">"Open since "<When at=since /></p> });
            view! {
                <li>
                    <a href=format!("/topics/{}", topic.id)>{topic.title.clone()}</a>
                    {since}
                </li>
            }
        })
        .collect::<Vec<_>>();
    let topics = (!topics.is_empty()).then(|| view! { <ul class="queue">{topics}</ul> });
    view! {
        <section class="stack">
            <h2>"What parents asked for"</h2>
            {nothing}
            {topics}
        </section>
    }
}

fn drafts(plan: &Plan) -> impl IntoView + use<> {
    let nothing = plan.drafts.is_empty().then(|| {
        view! {
            <p>
                "No draft has been written yet. To say what should be in it, support "
                <a href="/topics">"the topics it answers, or propose one"</a>"."
            </p>
        }
    });
    let drafts =
        plan.drafts
            .iter()
            .map(|draft| {
                let recorded = draft.first_recorded_at;
                let name = format!("Draft {}", draft.version);
                match draft.published_at {
                Some(at) => view! {
                    <li>
                        <a href=format!("/plans/{}/drafts/{}", plan.id, draft.version)>{name}</a>
                        <p>{draft.summary.clone()}</p>
                        <p class="soft">
                            "Submitted on "<When at=recorded />", published on "<When at=at />
                        </p>
                    </li>
                }
                .into_any(),
                None => {
                    let desk = if plan.is_led_by_viewer { "/lead" } else { "" };
                    let to = format!("{desk}/plans/{}/drafts/{}", plan.id, draft.version);
                    let name = if plan.readable(draft.version).is_some() { view! { <a href=to>{name}
                        </a> }.into_any() } else { view! { <b>{name}</b> }.into_any() };
                    view! { <li>{name}<p class="soft">"Submitted on "<When at=recorded />
                        ". Not published yet."</p></li> }.into_any()
                }
            }
            })
            .collect::<Vec<_>>();
    let drafts = (!drafts.is_empty()).then(|| view! { <ul class="queue">{drafts}</ul> });
    view! {
        <section class="stack">
            <h2>"Drafts"</h2>
            {nothing}
            {drafts}
        </section>
    }
}

fn sessions(plan: &Plan, viewer: &Viewer) -> impl IntoView + use<> {
    (!plan.sessions.is_empty()).then(|| {
        let sessions = plan.sessions.iter().map(|session| one_session(plan, session, viewer));
        let sessions = sessions.collect_view();
        view! {
            <section class="stack" id="sessions">
                <h2>"Planning sessions"</h2>
                <ul class="stack">{sessions}</ul>
            </section>
        }
    })
}

fn one_session(plan: &Plan, session: &PlanningSession, viewer: &Viewer) -> impl IntoView + use<> {
    let may_read_all = viewer.is(Role::Leader) || viewer.is(Role::Organiser);
    let notes = (!session.notes.is_empty() && (session.for_everyone || may_read_all)).then(|| {
        let heading =
            if session.for_everyone { "Notes" } else { "Notes for the forum and leaders only" };
        view! {
            <details>
                <summary>{heading}</summary>
                <p class="lines">{session.notes.clone()}</p>
            </details>
        }
    });
    let before = plan.corrections_of(&session.id).map(|was| {
        let words = format!("Until {} it said: {}", clock::day(was.at), recorded_before(was));
        view! { <p class="soft">{words}</p> }
    });
    let is_settled =
        plan.drafts.iter().any(|draft| draft.published_at.is_some() || draft.overridden.is_some());
    let is_spoken = session.confirmed.is_some() || session.disputed.is_some();
    let correct = (plan.is_led_by_viewer && !is_settled).then(|| {
        if is_spoken {
            return view! {
                <p class="soft">
                    "You can't correct this session any more, because others have said whether it \
                     took place like this."
                </p>
            }
            .into_any();
        }
        let to = format!("/lead/plans/{}/sessions/{}", plan.id, session.id);
        view! {
            <p>
                <a href=to>"Correct this session"</a>
            </p>
        }
        .into_any()
    });
    view! {
        <li class="card">
            <h3>{day(&session.day)}", "{session.held_at.clone()}</h3>
            <p class="soft">{who_took_part(session)}</p>
            {what_others_say(session)}
            <p class="lines">{session.decided.clone()}</p>
            {notes}
            {before.collect_view()}
            {correct}
            {way_to_confirm(plan, session, viewer)}
        </li>
    }
}

/// How many took part in a session, as leaders recorded it.
pub(super) fn who_took_part(session: &PlanningSession) -> String {
    let parents = disclosure::count(session.parents).words();
    let others = disclosure::count(session.others).words();
    format!("With {parents} parents and {others} others")
}

/// Whether anybody but leaders says that a session was held; nothing where no parents took part.
pub fn what_others_say(session: &PlanningSession) -> AnyView {
    let Some(state) = session.state() else { return ().into_any() };
    let by = session.confirmed.map(|confirmed| {
        let who = if confirmed.for_forum { "the forum" } else { "parents who were there" };
        view! { {format!("Confirmed by {who} on ")}<When at=confirmed.at /> }
    });
    match (state, &session.disputed) {
        (SessionState::Disputed, Some(disputed)) => {
            let before = by.map(|by| view! { <p class="soft">{by}"."</p> });
            view! {
                <p class="state">"× The forum disagrees"</p>
                {before}
                <p class="verdict lines">{disputed.reason.clone()}</p>
            }
            .into_any()
        }
        (SessionState::Confirmed, _) => view! { <p class="state">"✓ "{by}</p> }.into_any(),
        _ => view! { <p class="state">"○ Leaders say so – not confirmed yet"</p> }.into_any(),
    }
}

/// Where whoever looks can say that a session was held, or ask others to.
fn way_to_confirm(
    plan: &Plan,
    session: &PlanningSession,
    viewer: &Viewer,
) -> Option<impl IntoView + use<>> {
    let is_claimed = session.state() == Some(SessionState::Claimed);
    let is_by_parents = session.state() == Some(SessionState::Confirmed)
        && session.confirmed.is_some_and(|confirmed| !confirmed.for_forum);
    let id = &session.id;
    let (to, words) = if plan.cancelled().is_some() {
        return None;
    } else if viewer.is(Role::Organiser) && !plan.is_planned_by_viewer {
        let words = "Say whether this session took place";
        (is_claimed || is_by_parents).then(|| (format!("/forum/sessions/{id}"), words))?
    } else if plan.is_led_by_viewer {
        let words = "Ask parents who were there to confirm it";
        is_claimed.then(|| (format!("/lead/sessions/{id}/slip"), words))?
    } else if viewer.may_propose() {
        is_claimed.then(|| (format!("/sessions/{id}"), "Were you there? Say so"))?
    } else {
        return None;
    };
    Some(view! {
        <p>
            <a href=to>{words}</a>
        </p>
    })
}

/// What was recorded of a session before it was corrected; of people as they are always shown.
fn recorded_before(was: &Correction) -> String {
    let people = || {
        let people = was.was.parse::<u64>();
        people.map_or_else(|_| "not known".to_owned(), |people| disclosure::count(people).words())
    };
    match was.field.as_str() {
        "day" => format!("held on {}", day(&was.was)),
        "held_at" => format!("held at {}", was.was),
        "parents" => format!("with {} parents", people()),
        _ => format!("with {} others", people()),
    }
}

fn statements(plan: &Plan, forum: &str) -> impl IntoView + use<> {
    let nothing = plan
        .statements
        .is_empty()
        .then(|| view! { <p>"The forum has not written its statement yet."</p> });
    let statements = plan
        .statements
        .iter()
        .map(|statement| {
            view! {
                <li>
                    <p class="verdict lines">{statement.words.clone()}</p>
                    <p class="soft">
                        <When at=statement.at />
                    </p>
                </li>
            }
        })
        .collect_view();
    let title = format!("What {forum} says");
    view! {
        <section class="stack">
            <h2>{title}</h2>
            {nothing}
            <ul class="stack">{statements}</ul>
        </section>
    }
}

/// What happened, in a sentence.
pub fn happened(what: &str) -> &str {
    match what {
        "plan registered" => "The plan was registered",
        "topics tied" => "Parents' topics were added",
        "planning session with parents recorded" => "A planning session with parents was recorded",
        "planning session without parents recorded" => {
            "A planning session without parents was recorded"
        }
        "planning session confirmed by the forum" => "The forum confirmed a planning session",
        "planning session confirmed by parents" => {
            "Parents who were there confirmed a planning session"
        }
        "planning session disputed" => {
            "The forum said that a planning session did not take place as recorded"
        }
        "planning session corrected" => "What was recorded of a planning session was corrected",
        "title of the plan corrected" => "The title of the plan was corrected",
        "statement of the forum written" => "The forum wrote its statement",
        "draft recorded" => "A draft was submitted",
        "gate overridden" => "Leaders went ahead without involving parents as agreed",
        "draft published" => "A draft was published",
        "equality record signed" => "Leaders said who it affects, and what they do about it",
        "decision being written" => "Leaders started to write the decision",
        "decision going ahead" => {
            "Leaders went ahead with the decision without everything that was agreed"
        }
        "decision published" => "The decision was published",
        "decision corrected" => "What the decision says was corrected",
        "due day changed" => "The day it is due was changed",
        "plan cancelled" => "The plan was cancelled",
        other => other,
    }
}

/// When an event was: to the minute, and what parents did by its day alone (decision 0051).
pub fn happened_at(event: &PlanEvent) -> AnyView {
    let at = event.at;
    if event.role == Role::Parent {
        view! { <When at /> }.into_any()
    } else {
        view! { <time datetime=clock::machine(at)>{clock::day_and_hour(at)}</time> }.into_any()
    }
}

/// An event with who did it: leaders by name, the forum as the forum, and parents as nobody.
fn event_row(event: &PlanEvent) -> impl IntoView + use<> {
    let what = happened(&event.what).to_owned();
    let who = match event.role {
        Role::Leader => Some(format!(", by {}, leader", event.who)),
        Role::Parent => None,
        Role::Organiser | Role::Safeguarding | Role::Admin => {
            (!what.starts_with("The forum")).then(|| ", by the forum".to_owned())
        }
    };
    view! {
        <li class="done">
            {happened_at(event)} {what} {who.map(|who| view! { <span class="soft">{who}</span> })}
        </li>
    }
}

/// GET `/plans/{id}/drafts/{version}`: a published draft; before it is published, only for those
/// who read all drafts of the plan.
pub async fn draft_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
    uri: Uri,
) -> Result<Response, Error> {
    let (plan, number) = (find_plan(&house, &viewer, &id).await?, version(&number)?);
    let draft = plan.readable(number).ok_or(Error::NotFound)?.clone();
    let DraftContent { text, file, answers } =
        store::draft(&house.db, &plan.id, number).await?.ok_or(Error::NotFound)?;
    let html = match text {
        DraftText::Html(html) => html,
        // The worker has not come to it yet.
        DraftText::Markdown(text) => aside(move || markdown(&text)).await?,
    };
    let recommendations = reports::store::of_draft(&house.db, &plan.id, number).await?;
    let done = Sent::query(&uri).line("done");
    let page = Page::new(format!("Draft {number} of {}", plan.title), || {
        let is_leader = viewer.is(Role::Leader);
        let banner =
            (is_leader && done == "published" && draft.published_at.is_some()).then(|| {
                let told = if plan.open_topics().next().is_some() {
                    "We are emailing any parents who proposed or supported its topics."
                } else {
                    "Everyone can read it from now on."
                };
                view! {
                    <Banner title="The draft is published">
                        <p>{told}</p>
                    </Banner>
                }
            });
        let state = match draft.published_at {
            Some(at) => view! {
                <p class="soft">
                    "Submitted on "<When at=draft.first_recorded_at />", published on "
                    <When at=at />"."
                </p>
            }
            .into_any(),
            None => view! {
                <p class="panel gold">
                    {format!("Only {DRAFT_READERS} can see this. It isn't published yet.")}
                </p>
            }
            .into_any(),
        };
        let file = file.map(|file| {
            let to = format!("/plans/{}/drafts/{number}/file", plan.id);
            let about = format!(
                " ({}, {})",
                file.kind.ending().to_uppercase(),
                files::size_in_words(file.size)
            );
            view! {
                <p>
                    <a href=to download>
                        {file.name}
                    </a>
                    {about}
                </p>
            }
        });
        let changes = compare::before(&plan, number).map(|earlier| {
            let to = format!("/plans/{}/drafts/{number}/changes", plan.id);
            view! {
                <p>
                    <a href=to>{format!("What changed from draft {earlier}")}</a>
                </p>
            }
        });
        let has_none = answers.is_empty();
        let answers = answers
            .iter()
            .map(|answered| view! { <li>{topic_of(answered)}{answer_words(answered)}</li> })
            .collect_view();
        view! {
            <article class="stack">
                {banner}
                <p>
                    <a class="back" href=format!("/plans/{}", plan.id)>
                        {plan.title.clone()}
                    </a>
                </p>
                <h1>{format!("Draft {number}")}</h1>
                {override_banner(&draft)}
                {state}
                <h2>"In short"</h2>
                <p class="panel lines">{draft.summary.clone()}</p>
                <h2>"What this draft does about each topic"</h2>
                {has_none.then(|| view! { <p>"This plan answered no topics from parents."</p> })}
                <ul class="queue">{answers}</ul>
                {reports::of_draft(&recommendations, None)}
                <h2>"Full text"</h2>
                {changes}
                {file}
                <div class="stack" inner_html=html />
            </article>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/plans/{id}/drafts/{version}/file`: its file to download, for anyone who may read it.
pub async fn draft_file(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, number)): Path<(Id<ids::Plan>, String)>,
) -> Result<Response, Error> {
    let (plan, number) = (find_plan(&house, &viewer, &id).await?, version(&number)?);
    plan.readable(number).ok_or(Error::NotFound)?;
    let file = store::draft(&house.db, &plan.id, number)
        .await?
        .and_then(|content| content.file)
        .ok_or(Error::NotFound)?;
    Ok(house.files.download(&file).await?)
}

/// The topic an answer is about; one withdrawn since then no longer has a page.
fn topic_of(answered: &AnsweredTopic) -> impl IntoView + use<> {
    let title = answered.title.clone();
    if answered.is_withdrawn {
        title.into_any()
    } else {
        view! { <a href=format!("/topics/{}", answered.topic_id)>{title}</a> }.into_any()
    }
}

/// What a draft does about a topic, in words.
pub fn answer_words(answered: &AnsweredTopic) -> impl IntoView + use<> {
    match answered.answer.clone() {
        None => view! { <p class="state">"○ Not answered yet"</p> }.into_any(),
        Some((does, words, decided_by)) => {
            let state = match does {
                AnswerKind::Adopted => "✓ In the draft, as parents asked",
                AnswerKind::Adapted => "◐ In the draft, with changes",
                AnswerKind::Not => "× Not in the draft",
            };
            let decided_by = (!decided_by.is_empty())
                .then(|| view! { <p class="soft">"Decided by "{decided_by}</p> });
            view! {
                <p class="state">{state}</p>
                <p>{words}</p>
                {decided_by}
            }
            .into_any()
        }
    }
}

/// A day as the tables have it (`2027-03-01`), as people say it.
pub(super) fn day(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}
