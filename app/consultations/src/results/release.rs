//! An organiser counts the answers after the close, and another checks what is to be published.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Area, Choice, Field, Select};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::piping;
use questionnaires::results::{Material, Results, can_show_by, how_many_it_takes, new};

use super::browse::results_tables;
use super::store::{self, MadeOf, NewFindings, Release};
use super::{findings, ranges};
use crate::rules::ConsultationState;
use crate::store::{Consultation, versions};
use crate::{consultation, course, frame, just_done, progress};

/// GET `/forum/consultations/{id}/release`
pub async fn release_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    shown(&house, &viewer, &consultation, &just_done(&uri), &Refusals::default()).await
}

/// POST `/forum/consultations/{id}/release`: counts, discards what was counted, publishes what
/// another has counted, or says in words what was found.
pub async fn act_on_release(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let versions = versions(&house.db, &Id::parse(&id).ok_or(Error::NotFound)?).await?;
    let consultation = versions.last().cloned().ok_or(Error::NotFound)?;
    if consultation.state(house.clock.now()) != ConsultationState::Closed {
        let what_to_do = if consultation.withdrawn_at.is_some() {
            "Leave it: it was withdrawn, so nothing of it is counted"
        } else {
            "Wait until it has closed. Nobody can see numbers before then"
        };
        let refusals = Refusals::one("count", what_to_do);
        return shown(&house, &viewer, &consultation, &sent, &refusals).await;
    }
    match sent.typed("step") {
        "discard" => discard(&house, &viewer, &consultation).await,
        "findings" => say(&house, &viewer, &consultation, &sent).await,
        "publish" => publish(&house, &viewer, &consultation, &sent).await,
        _ => count(&house, &viewer, versions, &sent).await,
    }
}

/// Discards what was counted and waits for another organiser.
async fn discard(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
) -> Result<Response, Error> {
    let (now, by, id) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    store::discard(&mut tx, id).await?;
    let what = "counted results discarded";
    let entry = Entry { at: now, who: Some(by), what, about: id, detail: "" };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/consultations/{id}/release?done=discarded")).into_response())
}

/// Publishes what another has counted, with what was found in it, if that is said already.
async fn publish(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
) -> Result<Response, Error> {
    let found = match findings::read(sent) {
        Ok(found) => found,
        Err(refusals) => return shown(house, viewer, consultation, sent, &refusals).await,
    };
    let (counted_at, number): (Moment, i64) = (
        sent.typed("counted_at").parse().unwrap_or_default(),
        sent.typed("number").parse().unwrap_or_default(),
    );
    let (now, by, id) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    if !store::check(&mut tx, id, counted_at, by, now).await? {
        tx.roll_back().await?;
        let refusals = Refusals::one(
            "count",
            "Ask another organiser to check and publish these results. If that is you, look \
             again: they have been counted again, or something in them has changed",
        );
        return shown(house, viewer, consultation, sent, &refusals).await;
    }
    if !found.is_empty() {
        let (words, said_by, said_at) = (&found, by, now);
        let new = NewFindings { consultation_id: id, number, seen: 0, words, said_by, said_at };
        store::keep_findings(&mut tx, new).await?;
    }
    let what = "results published";
    let entry = Entry { at: now, who: Some(by), what, about: id, detail: "" };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/consultations/{id}/results")).into_response())
}

/// Says in words what was found, for results that everyone can read.
async fn say(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
) -> Result<Response, Error> {
    let found = match findings::read(sent) {
        Ok(found) => found,
        Err(refusals) => return shown(house, viewer, consultation, sent, &refusals).await,
    };
    let releases = store::all(&house.db, &consultation.id).await?;
    let done = format!("/forum/consultations/{}/release?done=findings", consultation.id);
    let (number, seen): (i64, i64) = (
        sent.typed("number").parse().unwrap_or_default(),
        sent.typed("seen").parse().unwrap_or_default(),
    );
    // A second tap, or the same words again.
    if releases.iter().any(|release| release.number == number && release.findings.words == found) {
        return Ok(Redirect::to(&done).into_response());
    }
    let (now, by, id) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    let (words, said_by, said_at) = (&found, by, now);
    let new = NewFindings { consultation_id: id, number, seen, words, said_by, said_at };
    if store::keep_findings(&mut tx, new).await? {
        let what = "findings written";
        let entry = Entry { at: now, who: Some(by), what, about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
        tx.commit().await?;
        return Ok(Redirect::to(&done).into_response());
    }
    tx.roll_back().await?;
    let refusals = Refusals::one(
        "finding_1",
        "Look at the results again, then save: someone else has changed the findings, or newer \
         results have been published",
    );
    shown(house, viewer, consultation, sent, &refusals).await
}

/// Counts the answers, for another organiser to check.
async fn count(
    house: &House,
    viewer: &Viewer,
    versions: Vec<Consultation>,
    sent: &Sent,
) -> Result<Response, Error> {
    let consultation = &versions.last().cloned().ok_or(Error::NotFound)?;
    let before = store::published(&house.db, &consultation.id).await?;
    let made_of = MadeOf {
        consultation_id: consultation.id.clone(),
        changes: consultation.changes,
        published: before.len() as i64,
    };
    let (material, waiting) = store::material(&house.db, versions).await?;
    let responses = material.heard.len() as u64;
    let said = match said(consultation, sent, !before.is_empty(), waiting, responses) {
        Ok(said) => said,
        Err(refusals) => return shown(house, viewer, consultation, sent, &refusals).await,
    };
    let closed_on = ranges::closed_on(consultation);
    let material = Material { asked: said.asked, cuts: said.cuts, closed_on, ..material };
    let rule = house.settings.rule;
    // Hiding what must be hidden can take seconds.
    let counting =
        tokio::task::spawn_blocking(move || new(&material, &said.by, &before, said.differs, rule));
    let new = match counting.await.map_err(|_panicked| sqlx::Error::WorkerCrashed)? {
        Ok(new) => new,
        Err(what_to_do) => {
            let refusals = Refusals::one("count", what_to_do);
            return shown(house, viewer, consultation, sent, &refusals).await;
        }
    };
    let (now, by, id) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    if store::count(&mut tx, &new, &made_of, by, now).await? {
        let what = "results counted";
        let entry = Entry { at: now, who: Some(by), what, about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
        tx.commit().await?;
        let to = format!("/forum/consultations/{id}/release?done=counted");
        return Ok(Redirect::to(&to).into_response());
    }
    tx.roll_back().await?;
    let refusals = Refusals::one(
        "count",
        "Count again: something changed while the answers were being counted",
    );
    shown(house, viewer, consultation, sent, &refusals).await
}

/// What an organiser says as they count.
struct Said {
    /// What has changed since the results before, and why they count again.
    differs: String,
    /// About how many families were asked, where somebody knows.
    asked: Option<u64>,
    /// The question that the answers are also split by; empty for none.
    by: String,
    /// The ranges of numbers and days that somebody chose, by the keys of their questions.
    cuts: BTreeMap<String, Vec<i64>>,
}

/// Reads it. `is_again`: whether results were published before; `waiting`: how many sheets of the
/// sample nobody has compared yet; `responses`: how many count.
fn said(
    consultation: &Consultation,
    sent: &Sent,
    is_again: bool,
    waiting: usize,
    responses: u64,
) -> Result<Said, Refusals> {
    let mut refusals = Refusals::default();
    let differs = forms::prose(sent.typed("differs"));
    if is_again {
        refusals.take(
            "differs",
            forms::within(
                differs.clone(),
                2_000,
                "Say what has changed since the earlier results, and why you are counting again",
            ),
        );
    }
    let asked = match sent.line("asked").replace([',', ' '], "").as_str() {
        "" => None,
        number => refusals.take(
            "asked",
            number
                .parse::<u64>()
                .map_err(|_not_a_number| "Enter a whole number, or leave this empty".to_owned()),
        ),
    };
    if waiting > 0 {
        refusals.add(
            "count",
            format!(
                "First ask someone else to check what was typed in against the sheets: {waiting} \
                 to go"
            ),
        );
    }
    let by = sent.typed("by").to_owned();
    if !by.is_empty()
        && !can_show_by(&consultation.questionnaire).iter().any(|question| question.key == by)
    {
        refusals.add("by", "Choose again how to split the answers");
    }
    if refusals.is_empty() && asked.is_some_and(|asked| asked < responses) {
        refusals.add(
            "asked",
            format!(
                "Enter how many families were asked, or leave this empty. We had {} responses",
                disclosure::commas(responses)
            ),
        );
    }
    let cuts = if is_again { None } else { refusals.take_all(ranges::read(consultation, sent)) };
    let cuts = cuts.unwrap_or_default();
    if refusals.is_empty() { Ok(Said { differs, asked, by, cuts }) } else { Err(refusals) }
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let (me, now) = (&viewer.signed_in()?.account_id, house.clock.now());
    let is_closed = consultation.state(now) == ConsultationState::Closed;
    let course = course(house, &consultation.id).await?;
    let releases =
        if is_closed { store::all(&house.db, &consultation.id).await? } else { Vec::new() };
    let is_waiting = releases.iter().any(|release| release.checked_at.is_none());
    let chosen = if is_waiting {
        store::chosen_quotes(&house.db, &consultation.id).await?
    } else {
        Vec::new()
    };
    let takes = how_many_it_takes(house.settings.rule);
    let done = match sent.typed("done") {
        "counted" => Some((
            "Answers counted",
            "Another organiser must now check the results and publish them.",
        )),
        "discarded" => Some(("Results discarded", "None of it was published.")),
        "findings" => Some(("Findings saved", "Everyone can read them above the results.")),
        _ => None,
    };
    let frame = frame(consultation, "Results", refusals).heading_id("count").done_so(done);
    let page = frame.around(|| {
        let waits = releases.iter().find(|release| release.checked_at.is_none());
        let is_again = releases.iter().any(|release| release.checked_at.is_some());
        let to_check = waits.map(|release| {
            let notes = view! {
                {no_numbers(&release.results, &takes)}
                {quotes(&release.results, &chosen)}
            };
            to_check(release, me, notes.into_any(), (sent, refusals))
        });
        let found = releases
            .first()
            .filter(|release| release.checked_at.is_some())
            .map(|release| to_say(release, sent, refusals));
        let count = (is_closed && waits.is_none())
            .then(|| to_count(consultation, is_again, &takes, (sent, refusals)));
        let wait = (!is_closed).then(|| {
            view! {
                <p class="lead">
                    "Nobody, not even an organiser, can see results until it has closed."
                </p>
                <p>{takes.clone()}</p>
            }
        });
        let published = is_again.then(|| {
            view! {
                <p>
                    <a href=format!(
                        "/consultations/{}/results",
                        consultation.id,
                    )>"See the published results"</a>
                </p>
                <p>
                    <a href=format!(
                        "/forum/consultations/{}/takedown",
                        consultation.id,
                    )>"Take words of the results down"</a>
                </p>
            }
        });
        let to = format!("/forum/consultations/{}/release", consultation.id);
        view! { {progress(&course, me, now, &to)} {wait} {published} {found} {to_check} {count} }
    });
    Ok(page.answer(house, viewer))
}

/// Where no number of any question can be shown: that, and how many answers it takes. Of fewer
/// than ten answers the tables say so themselves.
fn no_numbers(results: &Results, takes: &str) -> Option<impl IntoView + use<>> {
    let takes = takes.to_owned();
    (results.people.is_some() && !results.shows_numbers()).then(|| {
        view! {
            <div class="panel warn">
                <p>
                    "There are too few answers to show a number for any question, so there are no \
                     numbers to check. Check the questions, the themes and the quotes: everyone \
                     will read those."
                </p>
                <p>{takes}</p>
            </div>
        }
    })
}

/// The quotes that were chosen: those that everyone will read, and those that are left out.
fn quotes(results: &Results, chosen: &[String]) -> Option<impl IntoView + use<>> {
    let list = |words: Vec<&String>| {
        let each = words.into_iter().map(|words| {
            view! {
                <li>
                    <blockquote>{words.clone()}</blockquote>
                </li>
            }
        });
        view! { <ul class="plain">{each.collect_view()}</ul> }
    };
    let (shown, left_out): (Vec<&String>, Vec<&String>) =
        chosen.iter().partition(|words| results.quotes(words));
    let shown = (!shown.is_empty()).then(|| {
        view! {
            <p>"Everyone will read these words. Check that they don't name anyone:"</p>
            {list(shown)}
        }
    });
    let left_out = (!left_out.is_empty()).then(|| {
        view! {
            <p>
                "These were chosen, and will not be published. A quote is only shown beside the \
                 number of people who answered its question, and that number can't be shown here:"
            </p>
            {list(left_out)}
        }
    });
    (!chosen.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"The quotes you chose"</h2>
                {shown}
                {left_out}
            </section>
        }
    })
}

/// What was counted and waits for another organiser. `notes`: what to know before the tables.
fn to_check(
    release: &Release,
    me: &Id<ids::Account>,
    notes: AnyView,
    (sent, refusals): (&Sent, &Refusals),
) -> impl IntoView + use<> {
    let own = release.counted_by.0 == *me;
    let way = if release.is_stale {
        view! {
            <p class="panel warn">
                "Something has changed since these were counted: a sheet, a theme or a quote. \
                 Count again."
            </p>
        }
        .into_any()
    } else if own {
        view! {
            <p class="panel">
                "You counted these yourself, so another organiser must check and publish them."
            </p>
        }
        .into_any()
    } else {
        let (counted_at, number) =
            (release.counted_at.millis().to_string(), release.number.to_string());
        view! {
            <form method="post" novalidate>
                <input type="hidden" name="counted_at" value=counted_at />
                <input type="hidden" name="number" value=number />
                <p>
                    "Check each table: is it right, and does it match what was asked? Once you \
                     publish them, everyone can read the results, and they never change. Whoever \
                     answered signed in and asked to hear what happens next gets an email."
                </p>
                {findings::fields(release, sent, refusals)}
                <button class="button" name="step" value="publish">
                    "Publish these results"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <p class="panel gold">
            {format!("Counted by {}. Only organisers can see it.", release.counted_by.1)}
        </p>
        {notes}
        {results_tables(&release.results)}
        {way}
        <form method="post">
            <button class="link" name="step" value="discard">
                "Discard these and count again"
            </button>
        </form>
    }
}

/// What was found, in words, for the results that everyone reads now.
fn to_say(release: &Release, sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let (number, seen) = (release.number.to_string(), release.findings.version.to_string());
    view! {
        <section class="stack">
            <h2>"What you found, in words"</h2>
            <form method="post" novalidate>
                <input type="hidden" name="number" value=number />
                <input type="hidden" name="seen" value=seen />
                {findings::fields(release, sent, refusals)}
                <button class="button" name="step" value="findings">
                    "Save these findings"
                </button>
            </form>
        </section>
    }
}

fn to_count(
    consultation: &Consultation,
    is_again: bool,
    takes: &str,
    (sent, refusals): (&Sent, &Refusals),
) -> impl IntoView + use<> {
    let by = can_show_by(&consultation.questionnaire)
        .into_iter()
        .map(|question| (question.key.clone(), piping::without_in(question).text));
    let by = Choice::each(
        std::iter::once((String::new(), "Don't split them".to_owned())).chain(by),
        |key| key == sent.typed("by"),
    );
    let differs = is_again.then(|| {
        view! {
            <Area
                name="differs"
                label="What has changed since the earlier results, and why"
                rows=3
                value=sent.typed("differs")
                refusals
            />
        }
        .into_any()
    });
    let asked = view! {
        <Field
            name="asked"
            label="About how many families were asked?"
            hint="Leave this empty if nobody knows."
            kind="number"
            value=sent.typed("asked")
            refusals
        />
    }
    .into_any();
    let ranges = if is_again { None } else { ranges::fields(consultation, sent, refusals) };
    view! {
        <p class="lead">
            "We count the answers and hide small numbers, and anything they could be worked out \
             from. Read the answers first: your themes and quotes become part of the results."
        </p>
        <p>{takes.to_owned()}</p>
        <form method="post" novalidate>
            {differs}
            {asked}
            <Select name="by" label="Also split the answers by" choices=by />
            {ranges}
            <button class="button" name="step" value="count">
                "Count the answers"
            </button>
        </form>
    }
}
