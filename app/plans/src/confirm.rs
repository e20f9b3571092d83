//! Others say whether a planning session was held: the forum, which can also dispute it, and
//! parents who were there, by their account or by the link on a slip.

use accounts::{Sends, may_send, too_many};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Banner, CodeField, Page, Summary, titled};
use ground::viewer::{Role, Viewer};
use involvement::session::{NotSaid, SessionState};
use leptos::prelude::*;

use super::browse::{day, what_others_say, who_took_part};
use super::store::{self, Act, By, Plan, PlanningSession, Slip};
use super::{find_plan, note, parsed, rules};

/// A planning session with its plan.
pub(super) struct Met {
    pub plan: Plan,
    pub session: PlanningSession,
}

/// Which session of which plan.
struct Of {
    plan_id: Id<ids::Plan>,
    session_id: Id<ids::PlanningSession>,
}

/// The planning session of an address with its plan, or "not found".
pub(super) async fn find_session(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::PlanningSession>,
) -> Result<Met, Error> {
    find(house, viewer, &which(house, id).await?).await
}

async fn which(house: &House, id: &Id<ids::PlanningSession>) -> Result<Of, Error> {
    let session_id = parsed(id)?;
    let plan_id = store::plan_of(&house.db, &session_id).await?.ok_or(Error::NotFound)?;
    Ok(Of { plan_id, session_id })
}

async fn find(house: &House, viewer: &Viewer, of: &Of) -> Result<Met, Error> {
    let plan = find_plan(house, viewer, &of.plan_id).await?;
    let session = plan.sessions.iter().find(|session| session.id == of.session_id).cloned();
    Ok(Met { session: session.ok_or(Error::NotFound)?, plan })
}

/// GET `/forum/sessions/{id}`
pub async fn judge_session_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
) -> Result<Response, Error> {
    let met = find_session(&house, &viewer, &id).await?;
    Ok(judge_page(&met, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/sessions/{id}`: confirms it, or disputes it with a reason.
pub async fn judge_session(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let of = which(&house, &id).await?;
    let disputes = match sent.typed("step") {
        "confirm" => false,
        "dispute" => true,
        _ => return Err(Error::NotFound),
    };
    let reason = match rules::dispute(&sent) {
        Ok(reason) => reason,
        Err(refusals) if disputes => {
            let met = find(&house, &viewer, &of).await?;
            return Ok(judge_page(&met, &sent, &refusals).answer(&house, &viewer));
        }
        Err(_) => String::new(),
    };
    let by = By { account_id: viewer.signed_in()?.account_id.clone(), role: "organiser" };
    let mut tx = house.db.begin().await?;
    let held = store::hold_for_forum(&mut tx, &of.plan_id, &by, house.clock.now()).await?;
    let Some(at) = held else {
        tx.roll_back().await?;
        return not_said(&house, &viewer, (&of, &sent), NotSaid::Theirs).await;
    };
    let act = Act { plan_id: &of.plan_id, by: &by, at };
    let said = if disputes {
        store::dispute_session(&mut tx, act, &of.session_id, &reason).await?
    } else {
        store::confirm_session(&mut tx, act, &of.session_id, None).await?
    };
    if let Err(why) = said.ok_or(Error::NotFound)? {
        tx.roll_back().await?;
        return not_said(&house, &viewer, (&of, &sent), why).await;
    }
    let done = if disputes { "disputed" } else { "confirmed" };
    note(&mut tx, act, &format!("planning session {done}"), "").await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/plans/{}?done={done}#sessions", of.plan_id)).into_response())
}

/// The page again, with why nothing was said; the plan where it was said a moment ago, by another
/// tap or another organiser: that is what was wanted.
async fn not_said(
    house: &House,
    viewer: &Viewer,
    (of, sent): (&Of, &Sent),
    why: NotSaid,
) -> Result<Response, Error> {
    let met = find(house, viewer, of).await?;
    if why != NotSaid::Theirs && is_said(&met, sent) {
        return Ok(Redirect::to(&format!("/plans/{}#sessions", of.plan_id)).into_response());
    }
    let refusals = Refusals::one("session", rules::why_not(why, true));
    Ok(judge_page(&met, sent, &refusals).answer(house, viewer))
}

/// Whether the session is already what this form asks for.
fn is_said(met: &Met, sent: &Sent) -> bool {
    let disputes = sent.typed("step") == "dispute";
    match &met.session.disputed {
        Some(said) => disputes && rules::dispute(sent).is_ok_and(|reason| reason == said.reason),
        None => !disputes && met.session.confirmed.is_some(),
    }
}

fn judge_page(Met { plan, session }: &Met, sent: &Sent, refusals: &Refusals) -> Page {
    let may = !plan.is_planned_by_viewer;
    let (is_claimed, is_disputable) = match session.state() {
        Some(SessionState::Claimed) => (true, true),
        Some(SessionState::Confirmed) => {
            (false, session.confirmed.is_some_and(|confirmed| !confirmed.for_forum))
        }
        Some(SessionState::Disputed) | None => (false, false),
    };
    let title = "Did this planning session take place?";
    let page = Page::new(titled(title, &plan.title), || {
        let confirms = (may && is_claimed).then(|| {
            view! {
                <form method="post">
                    <button class="button" name="step" value="confirm">
                        "Confirm this session"
                    </button>
                </form>
            }
        });
        let disputes = (may && is_disputable).then(|| {
            view! {
                <h2>"It did not take place like this"</h2>
                <form method="post" novalidate>
                    <Area
                        name="reason"
                        label="What does the forum know about it?"
                        hint="Everyone can read it beside what leaders recorded. Both stay."
                        value=sent.typed("reason")
                        refusals
                    />
                    <button class="button warn" name="step" value="dispute">
                        "Say that the forum disagrees"
                    </button>
                </form>
            }
        });
        let not = (!may).then(|| view! { <p class="panel warn">{rules::BOTH_SIDES}"."</p> });
        let stays = is_disputable.then_some(" What you say can't be changed later.");
        // Nothing that was typed is lost where the form is gone.
        let typed = sent.typed("reason").to_owned();
        let typed = (!(may && is_disputable) && !typed.is_empty()).then(|| {
            view! {
                <p>"Here is what you wrote. Copy it before you leave this page."</p>
                <blockquote class="lines">{typed}</blockquote>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <Summary refusals />
                <h1>{title}</h1>
                <p class="lead">{rules::counts(session.state())} {stays}</p>
                {facts(plan, session)}
                {not}
                {typed}
                {confirms}
                {disputes}
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// What leaders recorded of a session, and what others say about it.
pub(super) fn facts(plan: &Plan, session: &PlanningSession) -> AnyView {
    let others = what_others_say(session);
    view! {
        <section class="card stack" id="session" tabindex="-1">
            <h2>{day(&session.day)}", "{session.held_at.clone()}</h2>
            <p>
                "About "
                <a href=format!("/plans/{}", plan.id)>{plan.title.clone()}</a>
            </p>
            <p class="soft">{who_took_part(session)}</p>
            <p class="lines">{session.decided.clone()}</p>
            {others}
        </section>
    }
    .into_any()
}

/// GET `/sessions/{id}`: for a parent who was there.
pub async fn was_there_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::PlanningSession>>,
    uri: Uri,
) -> Result<Response, Error> {
    let met = find_session(&house, &viewer, &id).await?;
    was_there_page(&house, &viewer, &met, &Done::of(&uri)).await
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

/// GET `/slips`: a field for the code on a slip, and from a code that was typed in to its session.
pub async fn slip_code_form(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent::query(&uri);
    let refusals = match known_slip(&house, sent.typed("code")).await? {
        Some(slip) => return Ok(Redirect::to(&format!("/slips/{}", slip.id)).into_response()),
        None if uri.query().is_none() => Refusals::default(),
        None if sent.line("code").is_empty() => Refusals::one("code", "Enter the code"),
        None => Refusals::one("code", WRONG_CODE),
    };
    Ok(code_page(&sent, &refusals).answer(&house, &viewer))
}

/// What to do about a code that no slip has.
const WRONG_CODE: &str = "Check the code: it has four groups of four characters. We can't \
    find a planning session with this one";

/// The form for a code, with what was typed.
fn code_page(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("Were you at a planning session?", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/plans">
                        "Plans"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Were you at a planning session?"</h1>
                <p class="lead">
                    "Enter the code on the slip or the screen that leaders showed you."
                </p>
                <form method="get" action="/slips" novalidate>
                    <CodeField label="The code" value=sent.typed("code") refusals />
                    <button class="button">"Continue"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

/// The slip with this code, however it was typed.
async fn known_slip(house: &House, typed: &str) -> Result<Option<Slip>, Error> {
    let Some(code) = id::read_code(typed) else { return Ok(None) };
    Ok(store::slip(&house.db, &code.into()).await?)
}

/// GET `/slips/{link}`: what the link on a slip leads to. Whoever is not signed in sees it too, and
/// signs in once they have pressed the button.
pub async fn was_there_by_slip_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(link): Path<Id<ids::SessionSlip>>,
    uri: Uri,
) -> Result<Response, Error> {
    let (slip, of) = match find_slip(&house, &link).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.answer(&house, &viewer)),
    };
    let met = find(&house, &viewer, &of).await?;
    let done = Done { to: format!("/slips/{}", slip.id), ..Done::of(&uri) };
    was_there_page(&house, &viewer, &met, &done).await
}

/// POST `/slips/{link}`: likewise, by the link on a slip.
pub async fn was_there_by_slip(
    State(house): State<House>,
    viewer: Viewer,
    Path(link): Path<Id<ids::SessionSlip>>,
) -> Result<Response, Error> {
    let (slip, of) = match find_slip(&house, &link).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.answer(&house, &viewer)),
    };
    let to = format!("/slips/{}", slip.id);
    say_was_there(&house, &viewer, &of, (Some(&slip), &to)).await
}

/// The link on a slip with its session; the page to show instead where it has ended, or where there
/// is none and somebody may have mistyped its code.
async fn find_slip(
    house: &House,
    link: &Id<ids::SessionSlip>,
) -> Result<Result<(Slip, Of), Page>, Error> {
    let Some(slip) = known_slip(house, link).await? else {
        let sent = Sent::of(&[("code", link.as_str())]);
        let page = code_page(&sent, &Refusals::one("code", WRONG_CODE));
        return Ok(Err(page.status(StatusCode::NOT_FOUND)));
    };
    if slip.ends_at <= house.clock.now() {
        return Ok(Err(slip_ended()));
    }
    let of = Of { plan_id: slip.plan_id.clone(), session_id: slip.session_id.clone() };
    Ok(Ok((slip, of)))
}

fn slip_ended() -> Page {
    Page::link_ended(
        "This link has ended",
        "It worked for four weeks. Nothing has been done. If you were at the planning session, you \
         can still say so on the plan's page once you have signed in.",
        ("/plans", "See the plans"),
    )
}

/// Keeps that a parent was there; `to`: the page that says so.
async fn say_was_there(
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

/// Where the form of a page goes, and what was sent by it.
struct Done {
    to: String,
    has_said: bool,
    has_taken_back: bool,
}

impl Done {
    fn of(uri: &Uri) -> Self {
        let sent = Sent::query(uri);
        let is = |done: &str| sent.typed("done") == done;
        Self { to: uri.path().to_owned(), has_said: is("said"), has_taken_back: is("taken-back") }
    }
}

/// What a parent's page says instead of asking.
enum Answer {
    /// Nothing yet: it asks; with whether they have just taken back what they said.
    Asks { is_undone: bool },
    /// They have said that they were there; with whether they have just done so, and whether they
    /// can take it back.
    Said { is_new: bool, can_undo: bool },
    /// There is nothing to say any more.
    Settled(&'static str),
    /// What they pressed was refused, and why.
    Refused(&'static str),
}

async fn was_there_page(
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
        let banner = match answer {
            Answer::Said { is_new: true, .. } => Some((
                "Thank you",
                "We've saved that you were there. Nobody else can see that it was you.",
            )),
            Answer::Asks { is_undone: true } => {
                Some(("You have undone it", "It no longer counts that you said you were there."))
            }
            _ => None,
        };
        let banner = banner.map(|(title, words)| {
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
        let undoes = matches!(answer, Answer::Said { can_undo: true, .. }).then(|| {
            view! {
                <form method="post" action=format!("/sessions/{}", session.id)>
                    <button class="button quiet" name="step" value="take back">
                        "Undo: I wasn't there"
                    </button>
                </form>
                <p class="soft">"You can undo this until the session is confirmed."</p>
            }
        });
        let says = says.map(|words| view! { <p class="panel">{words}"."</p> });
        let asks = matches!(answer, Answer::Asks { .. }).then(|| {
            view! {
                <form method="post" action=to.to_owned()>
                    <input type="hidden" name="wish" value="there" />
                    <input type="hidden" name="title" value=plan.title.clone() />
                    <button class="button">"Yes, I was there"</button>
                </form>
                <p class="soft">
                    "Only press this if you were at this session yourself. Nobody will see your \
                     name."
                </p>
            }
        });
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
