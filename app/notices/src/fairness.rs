//! Whether a change that takes something away is fair to everyone: who it affects, what is done
//! about it, and who signs for that. Everyone reads it. Without it the change can't be approved as
//! decided, unless somebody goes ahead by name, which the page then always says. What plans share
//! of this is in `area::equality` and `ground::passing`.

use area::equality::{self, EqualityChoices, NewEquality, TITLE};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::passing::{self, Override};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Frame, Next, Page, When};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::notice_they_speak_for;
use super::store::{self, Notice};

/// What the page always says where somebody went ahead.
const PASSED: &str = "Leaders went ahead with this before saying who it affects, and whether it \
    is fair to everyone.";

/// GET `/notices/{id}/equality`: what was signed last; until people are told, only for leaders who
/// speak for its services.
pub async fn equality_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let leader = viewer.with_second_step();
    let leader = leader.map(|person| person.account_id.clone()).unwrap_or_default();
    let found = store::find_for(&house.db, &id, &leader).await?;
    let (notice, speaks) = found.ok_or(Error::NotFound)?;
    if notice.course.started_at.is_none() && !speaks {
        return Err(Error::NotFound);
    }
    let record = store::equality_of(&house.db, &notice.id).await?.ok_or(Error::NotFound)?;
    let signings = store::signings(&house.db, &notice.id).await?;
    let now = house.clock.now();
    let page = frame(&notice, TITLE).around(|| {
        let again = speaks.then(|| {
            let to = format!("/lead/notices/{}/equality", notice.id);
            view! {
                <p>
                    <a href=to>"Look at it again and sign it"</a>
                </p>
            }
        });
        view! {
            <p class="lead">{notice.words.title.clone()}</p>
            {again}
            {equality::shown(&record, notice.is_current().then_some(now))}
            {equality::before(&signings)}
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// The frame of a page about this, which leads back to the notice.
fn frame<'r>(notice: &Notice, title: &'static str) -> Frame<'r> {
    let desk = if notice.course.started_at.is_some() { "" } else { "/lead" };
    let back = (format!("{desk}/notices/{}", notice.id), notice.words.title.as_str());
    Frame::new(title, back).of(&notice.words.title)
}

/// That somebody went ahead, for good.
pub(super) fn banner(notice: &Notice) -> Option<impl IntoView + use<>> {
    let (name, reason, at) = notice.passed.clone()?;
    Some(view! {
        <div class="panel warn">
            <p>
                <b>{PASSED}</b>
            </p>
            <p>{name}" gave this reason on "<When at />":"</p>
            <p class="lines">{reason}</p>
        </div>
    })
}

/// That it was said who it affects, as a part of its page.
pub(super) fn section(notice: &Notice, now: Moment) -> Option<impl IntoView + use<>> {
    let to = format!("/notices/{}/equality", notice.id);
    let now = notice.is_current().then_some(now);
    notice.equality.as_ref().map(|last| equality::section(last, to, now))
}

/// For leaders, that it has to be said who it affects, and the way past that.
pub(super) fn to_say(notice: &Notice) -> Option<impl IntoView + use<>> {
    let is_unsaid = notice.words.takes_away && notice.equality.is_none();
    let to = |what: &str| format!("/lead/notices/{}/{what}", notice.id);
    let past = notice.is_held().then(|| {
        view! {
            <details>
                <summary>"We have to tell families before that"</summary>
                <p>
                    "You can go ahead if you give a name and a reason. The page will always say \
                     that nobody had said who this affects."
                </p>
                <p>
                    <a href=to("override")>"Go ahead without saying who it affects"</a>
                </p>
            </details>
        }
    });
    let words = if notice.passed.is_some() {
        "This takes something away, and leaders went ahead without saying who it affects. You can \
         still say it."
    } else {
        "This takes something away. Before it can be approved as decided, someone has to say who \
         it affects, and sign that."
    };
    is_unsaid.then(|| {
        view! {
            <div class="panel warn">
                <p>{words}</p>
                <p>
                    <a href=to("equality")>"Say who it affects, and whether it is fair"</a>
                </p>
                {past}
            </div>
        }
    })
}

/// The notice of an address while it can be said who it affects; else where to go.
async fn unfair(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Notice>,
) -> Result<Result<Notice, Response>, Error> {
    let notice = notice_they_speak_for(house, viewer, id).await?;
    Ok(if notice.words.takes_away && notice.discarded_at.is_none() {
        Ok(notice)
    } else {
        Err(Redirect::to(&format!("/lead/notices/{}", notice.id)).into_response())
    })
}

/// GET `/lead/notices/{id}/equality`: as it was signed last, or for what this notice corrects.
pub async fn sign_equality_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let notice = match unfair(&house, &viewer, &id).await? {
        Ok(notice) => notice,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let choices = equality::choices(&house.db).await?;
    let follows = notice.words.follows.as_ref().map(|follows| &follows.notice_id);
    let signed = if notice.equality.is_some() { Some(&notice.id) } else { follows };
    let before = match signed {
        Some(signed) => store::equality_of(&house.db, signed).await?,
        None => None,
    };
    let sent = before.map_or_else(Sent::default, |record| equality::as_sent(&record, &choices));
    Ok(sign_page(&notice, &choices, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/equality`: shows it once more, then signs it.
pub async fn sign_equality(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = match unfair(&house, &viewer, &id).await? {
        Ok(notice) => notice,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let choices = equality::choices(&house.db).await?;
    let read = equality::equality(&sent, &choices, now);
    let takes = notice.words.takes.clone();
    let read = read.map(|read| NewEquality { takes, ..read });
    let record = match equality::next_of(&sent, read, NewEquality::small_groups) {
        Next::Keep(record) => record,
        Next::Form(refusals) => {
            return Ok(sign_page(&notice, &choices, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(record) => {
            let to = format!("/lead/notices/{}/equality", notice.id);
            let about = ("Change", notice.words.title);
            return Ok(equality::check(about, &record, to, &sent).answer(&house, &viewer));
        }
    };
    let mut tx = house.db.begin().await?;
    if store::sign_equality(&mut tx, &notice.id, (by, now), &record).await? {
        let (what, about) = ("notice equality signed", notice.id.as_str());
        let detail = &equality::answered(&record.small_groups());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    let to = if notice.course.started_at.is_some() {
        format!("/notices/{}/equality", notice.id)
    } else {
        format!("/lead/notices/{}?done=signed", notice.id)
    };
    Ok(Redirect::to(&to).into_response())
}

fn sign_page(notice: &Notice, choices: &EqualityChoices, sent: &Sent, refusals: &Refusals) -> Page {
    let page = frame(notice, TITLE).refused_for(refusals).around(|| {
        view! {
            <p class="lead">
                "Say who this change affects, and what you do so that it is fair to everyone. \
                 Everyone can read it. Without it the change can't be approved as decided."
            </p>
            {equality::form(choices, sent, refusals, ().into_any())}
        }
    });
    page.kept_for_going_back()
}

/// GET `/lead/notices/{id}/override`
pub async fn go_ahead_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    if !notice.is_held() {
        return Ok(Redirect::to(&format!("/lead/notices/{}", notice.id)).into_response());
    }
    Ok(go_ahead_page(&notice, &Sent::default(), &Refusals::default()).answer(&house, &viewer))
}

/// POST `/lead/notices/{id}/override`: shows once more what it means, then saves it.
pub async fn go_ahead(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Notice>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let notice = notice_they_speak_for(&house, &viewer, &id).await?;
    let read = passing::read(&sent, "Say why you can't say first who it affects");
    let passing = match Next::of(&sent, read) {
        Next::Keep(passing) => passing,
        Next::Form(refusals) => {
            return Ok(go_ahead_page(&notice, &sent, &refusals).answer(&house, &viewer));
        }
        Next::Check(passing) => {
            return Ok(check_page(&notice, &sent, &passing).answer(&house, &viewer));
        }
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let is_new = store::pass(&mut tx, &notice.id, (by, now), &passing).await?;
    if is_new {
        let (what, about) = ("notice going ahead", notice.id.as_str());
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail: "" }).await?;
    }
    tx.commit().await?;
    // A second tap of the same button finds what the first has saved.
    let is_told = |(name, reason, _): &(String, String, Moment)| {
        *name == passing.name && *reason == passing.reason
    };
    if !is_new && !super::notice(&house, &notice.id).await?.passed.as_ref().is_some_and(is_told) {
        let refusals = Refusals::one(
            "name",
            "We couldn't save this. It has been approved, or someone has said who it affects or \
             has already gone ahead",
        );
        return Ok(go_ahead_page(&notice, &sent, &refusals).answer(&house, &viewer));
    }
    Ok(Redirect::to(&format!("/lead/notices/{}?done=passed", notice.id)).into_response())
}

fn go_ahead_page(notice: &Notice, sent: &Sent, refusals: &Refusals) -> Page {
    let frame = frame(notice, "Go ahead without saying who it affects").refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Families should be able to read who a change affects that takes something away, \
                 and what you do about it. If you go ahead without that, the name and reason you \
                 give will always be on show."
            </p>
            {passing::form("Why you can't say first who it affects", sent, refusals)}
        }
    });
    page.kept_for_going_back()
}

fn check_page(notice: &Notice, sent: &Sent, passing: &Override) -> Page {
    let check = Check {
        title: "Check this: everyone will see it, and it can't be removed",
        rows: vec![
            ("Change", notice.words.title.clone()),
            ("What the page will say", PASSED.to_owned()),
            ("Who is responsible", passing.name.clone()),
            ("Why", passing.reason.clone()),
        ],
        warnings: Vec::new(),
        after: "You can still say who it affects instead.",
        to: format!("/lead/notices/{}/override", notice.id),
        sent,
        does: ("Go ahead", CONFIRMED),
    };
    check.page()
}
