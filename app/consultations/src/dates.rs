//! What an organiser does about a wrong date once a consultation was opened. Before its first day
//! they call it back and write it again. While it is open its last day comes later, or with notice
//! sooner, or it is withdrawn; each with a reason that everyone can read.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::changes::{self, change_form, is_second_tap, reason_form};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Field, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, ChangeKind, ConsultationChange, ConsultationState};
use super::store::{self, Consultation, PastChange};
use super::{consultation, frame, state_in_words};

const TOO_LATE: &str = "Check it again: someone else has changed it, or its time has come. \
    Nothing was saved";

/// GET `/forum/consultations/{id}/dates`
pub async fn change_dates_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let sent = Sent::of(&[("closes_day", &clock::fields(consultation.terms.closes_at).0)]);
    Ok(dates_page(&house, &consultation, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/dates`: another last day, or it is called back.
pub async fn change_dates(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let changes = "SELECT count(*) FROM consultation_changes WHERE form_key = $1";
    if is_second_tap(&house.db, changes, &sent).await? {
        return Ok(back(&consultation, ""));
    }
    let (now, was) = (house.clock.now(), consultation.terms.closes_at);
    let read = match consultation.state(now) {
        ConsultationState::Timed => rules::ending(&sent, ChangeKind::CalledBack, was),
        ConsultationState::Open => rules::other_last_day(&sent, was, now),
        _ => return Ok(back(&consultation, "")),
    };
    let shown = |refusals: &Refusals| {
        Ok(dates_page(&house, &consultation, &sent, refusals).answer(&house, &viewer))
    };
    match Next::of(&sent, read) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(change) => {
            let year = area::store::year(&house.db).await?;
            let times = (consultation.terms.opens_at, change.closes_at);
            let warnings = if change.kind == ChangeKind::CalledBack {
                Vec::new()
            } else {
                rules::warnings(times, &year)
            };
            Ok(check_page(&consultation, &change, warnings, &sent).answer(&house, &viewer))
        }
        Next::Keep(change) if keep(&house, &viewer, &consultation, &change).await? => {
            Ok(back(&consultation, done(change.kind)))
        }
        Next::Keep(_) => shown(&Refusals::one("reason", TOO_LATE)),
    }
}

/// GET `/forum/consultations/{id}/withdrawal`
pub async fn withdraw_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    Ok(withdraw_page(&house, &consultation, &Sent::default(), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/withdrawal`
pub async fn withdraw(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let now = house.clock.now();
    if !ChangeKind::Withdrawn.is_possible(consultation.state(now)) {
        return Ok(back(&consultation, ""));
    }
    let shown = |refusals: &Refusals| {
        Ok(withdraw_page(&house, &consultation, &sent, refusals).answer(&house, &viewer))
    };
    match Next::of(&sent, rules::ending(&sent, ChangeKind::Withdrawn, now)) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(change) => {
            Ok(check_page(&consultation, &change, Vec::new(), &sent).answer(&house, &viewer))
        }
        Next::Keep(change) if keep(&house, &viewer, &consultation, &change).await? => {
            Ok(back(&consultation, done(change.kind)))
        }
        Next::Keep(_) => shown(&Refusals::one("reason", TOO_LATE)),
    }
}

/// Back to the organisers' page of it, which says what was done.
fn back(consultation: &Consultation, done: &str) -> Response {
    let query = if done.is_empty() { String::new() } else { format!("?done={done}") };
    Redirect::to(&format!("/forum/consultations/{}{query}", consultation.id)).into_response()
}

/// The word of what was done, as the organisers' page knows it.
fn done(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::CalledBack => "called-back",
        ChangeKind::Extended | ChangeKind::ClosedEarly => "last-day",
        ChangeKind::Withdrawn => "withdrawn",
    }
}

/// Makes a change, with an entry in the audit log. False when it is not as it was read any more.
async fn keep(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    change: &ConsultationChange,
) -> Result<bool, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    if !store::change_dates(&mut tx, consultation, change, by, at).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    let what = match change.kind {
        ChangeKind::CalledBack => "consultation called back",
        ChangeKind::Extended => "consultation extended",
        ChangeKind::ClosedEarly => "consultation closed early",
        ChangeKind::Withdrawn => "consultation withdrawn",
    };
    let (about, detail) = (&consultation.id, &change.reason);
    audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was changed about it, for everyone, the last first.
pub fn changed(changes: &[PastChange]) -> AnyView {
    changes::all_shown(Some("What has changed"), changes, |change| {
        let (was, is) = (clock::day(change.was), clock::day(change.is));
        match change.kind {
            ChangeKind::Withdrawn => "We withdrew it. Nothing of it is counted or published, and \
                the answers will be deleted."
                .to_owned(),
            ChangeKind::Extended => format!("You can answer until the end of {is}, not {was}."),
            ChangeKind::ClosedEarly | ChangeKind::CalledBack => {
                format!("It closes earlier: at the end of {is}, not {was}.")
            }
        }
    })
}

fn around(
    consultation: &Consultation,
    title: &'static str,
    refusals: &Refusals,
    form: impl FnOnce() -> AnyView,
) -> Page {
    frame(consultation, title, refusals).around(form).kept_for_going_back()
}

fn dates_page(
    house: &House,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let state = consultation.state(house.clock.now());
    around(consultation, "Change the dates", refusals, || match state {
        ConsultationState::Timed => call_back_form(consultation, sent, refusals),
        ConsultationState::Open => last_day_form(consultation, sent, refusals),
        _ => no_longer(consultation, state),
    })
}

fn call_back_form(consultation: &Consultation, sent: &Sent, refusals: &Refusals) -> AnyView {
    let opens = clock::day(consultation.terms.opens_at);
    view! {
        <p class="lead">
            {format!(
                "It opens on {opens}, and parents can't see it before that. Call it back to change \
                 its dates, details or questions. Then open it again.",
            )}
        </p>
        {reason_form("For other organisers.", sent, refusals)}
    }
    .into_any()
}

fn last_day_form(consultation: &Consultation, sent: &Sent, refusals: &Refusals) -> AnyView {
    let closes = clock::day(consultation.terms.closes_at);
    let withdrawal = format!("/forum/consultations/{}/withdrawal", consultation.id);
    let last_day = view! {
        <Field
            name="closes_day"
            label="Last day"
            kind="date"
            value=sent.typed("closes_day")
            refusals
        />
    };
    view! {
        <p class="lead">
            {format!(
                "Parents can answer until the end of {closes}. You can give them longer. You can \
                 also close it earlier, at least three days from now, so that people who have \
                 started can finish.",
            )}
        </p>
        {change_form(last_day.into_any(), (REASON, "Check the new date"), sent, refusals)}
        <p>
            <a href=withdrawal>"Withdraw this consultation instead"</a>
        </p>
    }
    .into_any()
}

fn no_longer(consultation: &Consultation, state: ConsultationState) -> AnyView {
    let words = if state == ConsultationState::Written {
        "It isn't open yet. Change its dates under “Change the details”."
    } else {
        "It has ended, so its dates can't change any more."
    };
    let times = (consultation.terms.opens_at, consultation.terms.closes_at);
    view! {
        <p class="panel gold">{state_in_words(state, times)}</p>
        <p class="lead">{words}</p>
    }
    .into_any()
}

const REASON: &str = "Everyone can read it. Please don't name anyone.";

fn withdraw_page(
    house: &House,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let state = consultation.state(house.clock.now());
    around(consultation, "Withdraw this consultation", refusals, || {
        if !ChangeKind::Withdrawn.is_possible(state) {
            return no_longer(consultation, state);
        }
        view! {
            <p class="lead">
                "It ends at once, and you can't bring it back. Nothing that parents answered will \
                 be counted or published. Only do this if it must not continue as it is: if \
                 people just need more or less time, change its last day."
            </p>
            {reason_form(REASON, sent, refusals)}
        }
        .into_any()
    })
}

fn check_page(
    consultation: &Consultation,
    change: &ConsultationChange,
    warnings: Vec<String>,
    sent: &Sent,
) -> Page {
    let (was, is) = (clock::day(consultation.terms.closes_at), clock::day(change.closes_at));
    let (title, does, part, when, after) = match change.kind {
        ChangeKind::CalledBack => (
            "Call it back?",
            "Call it back",
            "dates",
            ("Opens", clock::day(consultation.terms.opens_at)),
            "It won't open by itself any more. Open it again when it is ready.",
        ),
        ChangeKind::Extended | ChangeKind::ClosedEarly => (
            "Check the new date",
            "Change the last day",
            "dates",
            ("Last day", format!("{is}, instead of {was}")),
            "Everyone will see on its page what changed, when and why.",
        ),
        ChangeKind::Withdrawn => (
            "Withdraw it?",
            "Withdraw it",
            "withdrawal",
            ("Ends", "At once".to_owned()),
            "Everyone can read why. Parents who asked to hear what happens next get an email. You \
             can still read the answers, in case someone may be in danger; after four weeks we \
             delete them.",
        ),
    };
    let check = Check {
        title,
        rows: vec![
            ("Consultation", consultation.terms.title.clone()),
            when,
            ("Why", change.reason.clone()),
        ],
        warnings,
        after,
        to: format!("/forum/consultations/{}/{part}", consultation.id),
        sent,
        does: (does, CONFIRMED),
    };
    check.page()
}
