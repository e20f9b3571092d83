//! An organiser mends the dates of a round: until voting starts they can be others, or the round is
//! cancelled; after that voting only closes later. Each time with a reason that everyone can read.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use calendar::school::SchoolYear;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::changes::{ChangeKind, change_form, is_second_tap, reason_form};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use voting::Dates;

use super::frame;
use super::pages::date_fields;
use super::rules::{self, RoundChange, is_possible};
use super::store::{self, Round};

/// GET `/forum/rounds/{id}/dates`
pub async fn change_dates_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
) -> Result<Response, Error> {
    let round = round(&house, &id).await?;
    Ok(dates_page(&house, &round, &filled_in(&round.dates), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/forum/rounds/{id}/dates`
pub async fn change_dates(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let round = round(&house, &id).await?;
    let changes = "SELECT count(*) FROM round_changes WHERE form_key = $1";
    if is_second_tap(&house.db, changes, &sent).await? {
        return Ok(Redirect::to(&format!("/rounds/{}?done=moved", round.id)).into_response());
    }
    let now = house.clock.now();
    let shown = |refusals: &Refusals| {
        Ok(dates_page(&house, &round, &sent, refusals).answer(&house, &viewer))
    };
    if !may_change(&round.dates, now) {
        return shown(&Refusals::default());
    }
    match Next::of(&sent, rules::other_dates(&sent, &round.dates, now)) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(change) => {
            let year = area::store::year(&house.db).await?;
            Ok(check_dates(&round, &change, &year, &sent).answer(&house, &viewer))
        }
        Next::Keep(change) => match keep(&house, &viewer, &round, &change).await? {
            Kept::Done => {
                let to = format!("/rounds/{}?done={}", round.id, change.kind.word());
                Ok(Redirect::to(&to).into_response())
            }
            Kept::Overlaps => {
                let what_to_do = "Choose other dates. Another round is open then";
                shown(&Refusals::one("close_day", what_to_do))
            }
            Kept::TooLate => shown(&Refusals::one("close_day", TOO_LATE)),
        },
    }
}

const TOO_LATE: &str = "Check the dates again: someone else has changed them, or their time has \
    come. Nothing was saved";

/// GET `/forum/rounds/{id}/cancellation`
pub async fn cancel_round_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
) -> Result<Response, Error> {
    let round = round(&house, &id).await?;
    Ok(cancel_page(&house, &round, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/forum/rounds/{id}/cancellation`
pub async fn cancel_round(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Round>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let known = Id::parse(&id).ok_or(Error::NotFound)?;
    if store::find_cancelled(&house.db, &known).await?.is_some() {
        // A second tap.
        return Ok(Redirect::to(&format!("/rounds/{known}")).into_response());
    }
    let round = round(&house, &id).await?;
    let is_in_time = is_possible(ChangeKind::Cancelled, &round.dates, house.clock.now());
    let shown = |refusals: &Refusals| {
        Ok(cancel_page(&house, &round, &sent, refusals).answer(&house, &viewer))
    };
    match Next::of(&sent, rules::cancellation(&sent, &round.dates)) {
        Next::Form(refusals) => shown(&refusals),
        Next::Check(_) | Next::Keep(_) if !is_in_time => shown(&Refusals::default()),
        Next::Check(change) => Ok(check_cancelling(&round, &change, &sent).answer(&house, &viewer)),
        Next::Keep(change) => match keep(&house, &viewer, &round, &change).await? {
            Kept::Done => Ok(Redirect::to(&format!("/rounds/{}", round.id)).into_response()),
            Kept::Overlaps | Kept::TooLate => shown(&Refusals::one("reason", TOO_LATE)),
        },
    }
}

async fn round(house: &House, id: &Id<ids::Round>) -> Result<Round, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    store::find(&house.db, &id).await?.ok_or(Error::NotFound)
}

fn may_change(dates: &Dates, now: Moment) -> bool {
    [ChangeKind::Moved, ChangeKind::Extended].iter().any(|kind| is_possible(*kind, dates, now))
}

/// What became of a change.
enum Kept {
    Done,
    /// Another round is open then.
    Overlaps,
    /// Somebody else changed it, or its time has passed.
    TooLate,
}

/// Makes a change, with an entry in the audit log.
async fn keep(
    house: &House,
    viewer: &Viewer,
    round: &Round,
    change: &RoundChange,
) -> Result<Kept, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    match store::change(&mut tx, round, change, by, at).await {
        Ok(true) => {}
        Ok(false) => {
            tx.roll_back().await?;
            return Ok(Kept::TooLate);
        }
        Err(error) if store::overlaps(&error) => {
            tx.roll_back().await?;
            return Ok(Kept::Overlaps);
        }
        Err(error) => return Err(error.into()),
    }
    let what = match change.kind {
        ChangeKind::Moved => "round moved",
        ChangeKind::Extended => "round extended",
        ChangeKind::Cancelled => "round cancelled",
    };
    let (about, detail) = (&round.id, &change.reason);
    audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(Kept::Done)
}

/// The dates as the fields of the form hold them.
fn filled_in(dates: &Dates) -> Sent {
    let at =
        [("propose", dates.propose_from), ("vote", dates.vote_from), ("close", dates.closes_at)];
    at.into_iter().fold(Sent::default(), |sent, (name, at)| {
        let (day, time) = clock::fields(at);
        sent.and(&format!("{name}_day"), &day).and(&format!("{name}_time"), &time)
    })
}

fn dates_page(house: &House, round: &Round, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = frame(round, "Change the dates", refusals);
    frame.around(|| dates_form(round, house.clock.now(), sent, refusals)).kept_for_going_back()
}

fn dates_form(round: &Round, now: Moment, sent: &Sent, refusals: &Refusals) -> AnyView {
    let dates = &round.dates;
    if is_possible(ChangeKind::Moved, dates, now) {
        let began = (dates.propose_from <= now).then(|| {
            let since = clock::day_and_hour(dates.propose_from);
            view! { <p class="soft">{format!("Parents have been proposing since {since}.")}</p> }
        });
        let propose = (dates.propose_from > now).then(|| {
            date_fields("Parents propose from", ["propose_day", "propose_time"], sent, refusals)
        });
        let cancel = format!("/forum/rounds/{}/cancellation", round.id);
        let fields = view! {
            {propose}
            {date_fields("Parents vote from", ["vote_day", "vote_time"], sent, refusals)}
            {date_fields("Voting closes", ["close_day", "close_time"], sent, refusals)}
        };
        view! {
            <p class="lead">
                "You can change these dates until voting starts. After that, voting can only close \
                 later."
            </p>
            {began}
            {change_form(fields.into_any(), (REASON, "Check the new dates"), sent, refusals)}
            <p>
                <a href=cancel>"Cancel this round instead"</a>
            </p>
        }
        .into_any()
    } else if is_possible(ChangeKind::Extended, dates, now) {
        let closes = clock::day_and_hour(dates.closes_at);
        let field = date_fields("Voting closes", ["close_day", "close_time"], sent, refusals);
        view! {
            <p class="lead">
                {format!(
                    "Parents are voting, until {closes}. You can let voting close later, but never \
                     earlier: parents count on that day.",
                )}
            </p>
            {change_form(field, (REASON, "Check the new date"), sent, refusals)}
        }
        .into_any()
    } else {
        view! {
            <p class="lead">
                "Voting has closed, so the dates of this round can't change any more."
            </p>
        }
        .into_any()
    }
}

const REASON: &str = "Everyone can read it on the page of the round. Please don't name anyone.";

fn check_dates(round: &Round, change: &RoundChange, year: &SchoolYear, sent: &Sent) -> Page {
    let (was, is) = (&round.dates, &change.dates);
    let row = |was, is| {
        let (before, now) = (clock::day_and_hour(was), clock::day_and_hour(is));
        if was == is { format!("{now}, as before") } else { format!("{now}, instead of {before}") }
    };
    let mut rows = vec![("Voting closes", row(was.closes_at, is.closes_at))];
    if change.kind == ChangeKind::Moved {
        rows.insert(0, ("Parents vote from", row(was.vote_from, is.vote_from)));
        rows.insert(0, ("Parents propose from", row(was.propose_from, is.propose_from)));
    }
    rows.push(("Why", change.reason.clone()));
    let check = Check {
        title: "Check the new dates",
        rows,
        warnings: rules::warnings(is, year),
        after: "Everyone will see on the page of the round what changed, when and why.",
        to: format!("/forum/rounds/{}/dates", round.id),
        sent,
        does: ("Change the dates", CONFIRMED),
    };
    check.page()
}

fn cancel_page(house: &House, round: &Round, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = frame(round, "Cancel this round", refusals);
    frame.around(|| cancel_form(round, house.clock.now(), sent, refusals)).kept_for_going_back()
}

fn cancel_form(round: &Round, now: Moment, sent: &Sent, refusals: &Refusals) -> AnyView {
    if is_possible(ChangeKind::Cancelled, &round.dates, now) {
        view! {
            <p class="lead">
                "You can cancel a round until voting starts. Its topics wait for the next round; \
                 nothing that parents wrote is lost."
            </p>
            {reason_form(REASON, sent, refusals)}
        }
        .into_any()
    } else {
        let to = format!("/forum/rounds/{}/dates", round.id);
        view! {
            <p class="lead">
                "Voting has started, so this round can't be cancelled any more. If parents need \
                 more time, you can let voting close later."
            </p>
            <p>
                <a class="button quiet" href=to>
                    "Change the dates"
                </a>
            </p>
        }
        .into_any()
    }
}

fn check_cancelling(round: &Round, change: &RoundChange, sent: &Sent) -> Page {
    let dates = &round.dates;
    let check = Check {
        title: "Cancel this round?",
        rows: vec![
            ("Round", round.title.clone()),
            ("Parents propose from", clock::day_and_hour(dates.propose_from)),
            ("Parents vote from", clock::day_and_hour(dates.vote_from)),
            ("Voting closes", clock::day_and_hour(dates.closes_at)),
            ("Why", change.reason.clone()),
        ],
        warnings: Vec::new(),
        after: "You can't bring it back, but you can open another. Everyone can read why it was \
            cancelled.",
        to: format!("/forum/rounds/{}/cancellation", round.id),
        sent,
        does: ("Cancel this round", CONFIRMED),
    };
    check.page()
}
