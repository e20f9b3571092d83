//! Parents say that they were at a planning session, and can take it back.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Banner, Page, Summary, titled};
use ground::viewer::{Role, Viewer};
use involvement::session::{NotSaid, SessionState};
use leptos::prelude::*;

use super::by_slip::slip_ended;
use super::{Met, Of, facts, find, find_session, which};
use crate::browse::day;
use crate::rules;
use crate::store::{self, Act, By, Plan, Slip};

/// GET `/sessions/{id}`: for a parent who was there.
pub async fn was_there_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
    uri: Uri,
) -> Result<Response, Error> {
    let met = find_session(&house, &viewer, &id).await?;
    let done = Done::of(&uri, uri.path().to_owned());
    was_there_page(&house, &viewer, &met, &done).await
}

/// POST `/sessions/{id}`: a parent says that they were there, or takes it back.
pub async fn was_there(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let of = which(&house, &id).await?;
    if sent.typed("step") == "take back" {
        return take_back(&house, &viewer, &of).await;
    }
    let to = format!("/sessions/{}", of.session_id);
    say_was_there(&house, &viewer, &of, (None, &to)).await
}

/// Keeps that a parent was there; `to`: the page that says so.
pub(super) async fn say_was_there(
    house: &House,
    viewer: &Viewer,
    of: &Of,
    (slip, to): (Option<&Slip>, &str),
) -> Result<Response, Error> {
    if !may_send(house, Sends::Presence, viewer).await? {
        let words = "Try again in an hour. You have pressed this button a lot just now. What you \
                     said before is saved";
        let met = find(house, viewer, of).await?;
        let page = answer_page(&met, to, &Answer::Refused(words));
        return Ok(too_many(page, Sends::Presence, house, viewer));
    }
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "parent" };
    let mut tx = house.db.begin().await?;
    let held = store::hold(&mut tx, &of.plan_id, house.clock.now()).await?;
    let Some(at) = held else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    // It may have ended while others held the plan.
    if slip.is_some_and(|slip| slip.ends_at <= at) {
        tx.roll_back().await?;
        return Ok(slip_ended().answer(house, viewer));
    }
    let act = Act { plan_id: &of.plan_id, by: &by, at };
    let slip_id = slip.map(|slip| &slip.id);
    let said = store::confirm_session(&mut tx, act, &of.session_id, slip_id).await?;
    match said.ok_or(Error::NotFound)? {
        Ok(_) => tx.commit().await?,
        // A second tap says the same.
        Err(NotSaid::Before) => tx.roll_back().await?,
        Err(why) => {
            tx.roll_back().await?;
            let met = find(house, viewer, of).await?;
            let page = answer_page(&met, to, &Answer::Refused(rules::why_not(why, false)));
            return Ok(page.answer(house, viewer));
        }
    }
    Ok(Redirect::to(&format!("{to}?done=said")).into_response())
}

/// Takes back that a parent was there: they had pressed by mistake.
async fn take_back(house: &House, viewer: &Viewer, of: &Of) -> Result<Response, Error> {
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "parent" };
    let to = format!("/sessions/{}", of.session_id);
    let mut tx = house.db.begin().await?;
    let Some(at) = store::hold(&mut tx, &of.plan_id, house.clock.now()).await? else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    let act = Act { plan_id: &of.plan_id, by: &by, at };
    let taken = store::take_back(&mut tx, act, &of.session_id).await?;
    match taken.ok_or(Error::NotFound)? {
        Ok(()) => tx.commit().await?,
        // A second tap, or they had never said it: it is as they want it.
        Err(NotSaid::Nothing) => tx.roll_back().await?,
        Err(_) => {
            tx.roll_back().await?;
            let met = find(house, viewer, of).await?;
            let page = answer_page(&met, &to, &Answer::Refused(TOO_LATE));
            return Ok(page.answer(house, viewer));
        }
    }
    Ok(Redirect::to(&format!("{to}?done=taken-back")).into_response())
}

/// Why somebody can't take back that they were there, and what to do.
const TOO_LATE: &str = "Tell the forum if you were not there. You can't undo this any more, \
    because someone else has confirmed the session too";

/// Where the form of a page goes, and what was done by it just now.
pub(super) struct Done {
    to: String,
    has_said: bool,
    has_taken_back: bool,
}

impl Done {
    pub fn of(uri: &Uri, to: String) -> Self {
        let sent = Sent::query(uri);
        let is = |done: &str| sent.typed("done") == done;
        Self { to, has_said: is("said"), has_taken_back: is("taken-back") }
    }
}

/// What a parent's page asks, or says instead.
enum Answer {
    /// Whether they were there; with whether they have just taken back that they were.
    Asks { is_undone: bool },
    /// They have said that they were there; with whether they have just done so, and whether they
    /// can take it back.
    Said { is_new: bool, can_undo: bool },
    /// There is nothing to say any more.
    Settled(&'static str),
    /// What they pressed was refused, and why.
    Refused(&'static str),
}

pub(super) async fn was_there_page(
    house: &House,
    viewer: &Viewer,
    met: &Met,
    done: &Done,
) -> Result<Response, Error> {
    let stands = match viewer.person() {
        Some(person) => store::presence(&house.db, &met.session.id, &person.account_id).await?,
        None => None,
    };
    let settled = |why| Answer::Settled(rules::why_not(why, false));
    let answer = match met.session.state() {
        _ if stands == Some(true) => {
            Answer::Said { is_new: done.has_said, can_undo: met.session.confirmed.is_none() }
        }
        // Another account of the same person had said it.
        _ if done.has_said && stands.is_none() && viewer.is_signed_in() => settled(NotSaid::Before),
        _ if met.plan.is_planned_by_viewer => settled(NotSaid::Theirs),
        None => settled(NotSaid::WithoutParents),
        Some(SessionState::Disputed) => settled(NotSaid::Disputed),
        Some(SessionState::Confirmed) => settled(NotSaid::Confirmed),
        Some(SessionState::Claimed) if viewer.is_signed_in() && !viewer.is(Role::Parent) => {
            Answer::Settled("Only parents and carers can say that they were there as a parent")
        }
        Some(SessionState::Claimed) => {
            Answer::Asks { is_undone: done.has_taken_back && stands == Some(false) }
        }
    };
    Ok(answer_page(met, &done.to, &answer).answer(house, viewer))
}

fn answer_page(Met { plan, session }: &Met, to: &str, answer: &Answer) -> Page {
    let refusals = match answer {
        Answer::Refused(why) => Refusals::one("session", *why),
        _ => Refusals::default(),
    };
    let title = "Were you at this planning session?";
    let page = Page::new(titled(title, &plan.title), || {
        let banner = just_done(answer).map(|(title, words)| {
            view! {
                <Banner title>
                    <p>{words}</p>
                </Banner>
            }
        });
        let says = match answer {
            Answer::Said { .. } => Some("You have said that you were there"),
            Answer::Settled(why) => Some(*why),
            Answer::Asks { .. } | Answer::Refused(_) => None,
        };
        let undoes =
            matches!(answer, Answer::Said { can_undo: true, .. }).then(|| undo(&session.id));
        let says = says.map(|words| view! { <p class="panel">{words}"."</p> });
        let asks = matches!(answer, Answer::Asks { .. }).then(|| ask(plan, to));
        let held = day(&session.day);
        view! {
            <div class="stack">
                {banner}
                <Summary refusals=&refusals />
                <h1>{title}</h1>
                <p class="lead">
                    {format!(
                        "Leaders say that they met parents on {held} to plan together. {}",
                        rules::counts(session.state()),
                    )}
                </p>
                {facts(plan, session)}
                {says}
                {undoes}
                {asks}
            </div>
        }
    });
    page.refused_for(&refusals)
}

/// What a parent has done a moment ago, and what comes of it.
fn just_done(answer: &Answer) -> Option<(&'static str, &'static str)> {
    match answer {
        Answer::Said { is_new: true, .. } => Some((
            "Thank you",
            "We've saved that you were there. Nobody else can see that it was you.",
        )),
        Answer::Asks { is_undone: true } => {
            Some(("You have undone it", "It no longer counts that you said you were there."))
        }
        _ => None,
    }
}

fn undo(session_id: &Id<ids::PlanningSession>) -> AnyView {
    view! {
        <form method="post" action=format!("/sessions/{session_id}")>
            <button class="button quiet" name="step" value="take back">
                "Undo: I wasn't there"
            </button>
        </form>
        <p class="soft">"You can undo this until the session is confirmed."</p>
    }
    .into_any()
}

fn ask(plan: &Plan, to: &str) -> AnyView {
    view! {
        <form method="post" action=to.to_owned()>
            <input type="hidden" name="wish" value="there" />
            <input type="hidden" name="title" value=plan.title.clone() />
            <button class="button">"Yes, I was there"</button>
        </form>
        <p class="soft">
            "Only press this if you were at this session yourself. Nobody will see your name."
        </p>
    }
    .into_any()
}
