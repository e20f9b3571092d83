//! For administrators: from when a second step is asked of the team, who has one, and taking it
//! away from somebody who lost their phone.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use deliveries::{EmailKind, Owed, owe};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id};
use ground::routes::SECOND_STEP;
use ground::sent::Form;
use ground::ui::{Field, Frame, Page, capital};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;

use super::rules;
use super::store::{self, StaffMember, ToldAccount};
use crate::ways_back::{ADMINISTRATION, PERSON};
use crate::{emails, store as accounts};

/// How many of the staff the page shows; a forum has a handful.
const MOST_SHOWN: i64 = 200;

/// GET `/admin/second-step`
pub async fn team_second_step_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let done = Sent::query(&uri).line("done");
    let (asked_from, staff) = store::staff(&house.db, MOST_SHOWN).await?;
    let day = asked_from.map_or_else(String::new, |from| clock::fields(from).0);
    let sent = Sent::of(&[("from_day", day.as_str())]);
    Ok(show_team_second_step(asked_from, staff, &done, &sent, &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/admin/second-step`
pub async fn ask_team_for_second_step(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let (before, staff) = store::staff(&house.db, MOST_SHOWN).await?;
    let from = match rules::asked_from(&sent, before, now) {
        Ok(from) => from,
        Err(refusals) => {
            return Ok(
                show_team_second_step(before, staff, "", &sent, &refusals).answer(&house, &viewer)
            );
        }
    };
    if from != before {
        let detail = from.map_or_else(|| "not asked".to_owned(), |from| clock::fields(from).0);
        let mut tx = house.db.begin().await?;
        store::ask_from(&mut tx, from).await?;
        let entry = Entry {
            at: now,
            who: Some(by),
            what: "second step asked of staff",
            about: by,
            detail: &detail,
        };
        audit::note(&mut tx, entry).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/admin/second-step?done=saved").into_response())
}

fn show_team_second_step(
    asked_from: Option<Moment>,
    staff: Vec<StaffMember>,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let done = (done == "saved").then_some("Saved");
    let frame = Frame::new("Second step for the team", ADMINISTRATION).done(done);
    frame.refused_for(refusals).around(|| {
        let now = match asked_from {
            Some(from) => {
                format!("Everyone in the team needs a second step from {}.", clock::day(from))
            }
            None => "A second step is not required. Anyone in the team can have one.".to_owned(),
        };
        let stop = asked_from.is_some().then(|| {
            view! {
                <form method="post" action="/admin/second-step">
                    <button class="button quiet" name="step" value="stop">
                        "Stop requiring it"
                    </button>
                </form>
            }
        });
        let rows = staff.into_iter().map(|one| {
            let state = one.since.map_or_else(
                || "Not set up yet".to_owned(),
                |since| format!("✓ Set up on {}", clock::day(since)),
            );
            let reset = one.since.map(|_| {
                let unseen = format!(" for {}", one.shown_name);
                view! {
                    <a href=format!("/admin/people/{}/second-step", one.id)>
                        "Lost phone"<span class="unseen">{unseen}</span>
                    </a>
                }
            });
            view! {
                <li>
                    <span>{one.shown_name}" – "<span class="soft">{state}</span></span>
                    {reset}
                </li>
            }
        });
        view! {
            <p>
                {format!(
                    "{} can see and change what parents told us. With a second step, a stolen \
                     password is not enough to sign in as one of them: it takes a code from their \
                     phone or a passkey too.",
                    capital(&forms::listed(Role::staff().map(Role::many), "and")),
                )}
            </p>
            <p class="lead">{now}</p>
            <form method="post" action="/admin/second-step" novalidate>
                <Field
                    name="from_day"
                    label="From which day does everyone in the team need it?"
                    hint="Until then we remind them each time they open their desk. From that \
                        day they have to set it up before they can do anything else."
                    kind="date"
                    value=sent.typed("from_day")
                    refusals
                />
                <button class="button">"Save"</button>
            </form>
            {stop}
            <h2>"Who has one"</h2>
            <ul class="rows">{rows.collect_view()}</ul>
            <p>
                "Has someone lost their phone? Find them under "
                <a href="/admin/people">"People"</a>
                " and choose “They have lost their phone”."
            </p>
        }
    })
}

/// The person whose second step is to be taken away, and every administrator.
async fn person_and_administrators(
    house: &House,
    id: &Id<Account>,
) -> Result<(ToldAccount, Vec<ToldAccount>), Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let (found, others): (Vec<_>, Vec<_>) = store::with_administrators(&house.db, &id)
        .await?
        .into_iter()
        .partition(|one| one.account_id == id);
    Ok((found.into_iter().next().ok_or(Error::NotFound)?, others))
}

/// GET `/admin/people/{id}/second-step`
pub async fn reset_second_step_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
) -> Result<Response, Error> {
    let (person, _) = person_and_administrators(&house, &id).await?;
    if person.account_id == viewer.signed_in()?.account_id {
        return Ok(Redirect::to(SECOND_STEP).into_response());
    }
    if person.since.is_none() {
        return Ok(Redirect::to(&format!("/admin/people/{}", person.account_id)).into_response());
    }
    let back = format!("/admin/people/{}", person.account_id);
    let page = Frame::new("Someone has lost their phone", (back, PERSON)).around(|| {
        view! {
            <p class="lead">
                "You can let "<b>{person.shown_name}</b>
                " sign in without a code or a passkey until they set up the second step again."
            </p>
            <div class="todo">
                <p>
                    "Talk to them first, on a number that you had before. Someone else could \
                     be asking for this in their name."
                </p>
            </div>
            <p>
                "They will be signed out everywhere. We will email them, and every other \
                 administrator."
            </p>
            <form method="post">
                <button class="button">"Reset their second step"</button>
            </form>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// POST `/admin/people/{id}/second-step`
pub async fn reset_second_step_of(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Account>>,
) -> Result<Response, Error> {
    let (person, others) = person_and_administrators(&house, &id).await?;
    let by = viewer.signed_in()?;
    if person.account_id == by.account_id {
        return Ok(Redirect::to(SECOND_STEP).into_response());
    }
    let by = (Some(&by.account_id), by.shown_name.as_str());
    take_away(&house, &person, &others, by).await?;
    let to = format!("/admin/people/{}?done=reset", person.account_id);
    Ok(Redirect::to(&to).into_response())
}

/// Takes away the second step of the account with this address, from the program's own command
/// line. Whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn reset_second_step(house: &House, email: &str) -> Result<bool, Error> {
    let known = accounts::by_address(&mut *house.db.read().await?, email).await?;
    let Some(known) = known else { return Ok(false) };
    let (person, others) = person_and_administrators(house, &known.id).await?;
    take_away(house, &person, &others, (None, "Someone who runs the service's computer")).await
}

/// Takes a second step away, signs the person out, and tells them and the other administrators.
/// Whether there was one.
async fn take_away(
    house: &House,
    person: &ToldAccount,
    others: &[ToldAccount],
    (by, by_name): (Option<&Id<Account>>, &str),
) -> Result<bool, Error> {
    let (now, key) = (house.clock.now(), id::fresh());
    let mut tx = house.db.begin().await?;
    // A second tap, or another administrator.
    if !store::take_away_all(&mut tx, person).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    accounts::end_all_sessions(&mut tx, &person.account_id).await?;
    let to_them = emails::second_step_reset(house);
    let to_others = emails::second_step_reset_for(house, &person.shown_name, by_name);
    let mut told = vec![(person, &to_them)];
    for other in others {
        if Some(&other.account_id) != by {
            told.push((other, &to_others));
        }
    }
    for (one, words) in told {
        let owed = Owed {
            dedup_key: &format!("second step reset {key} {}", one.account_id),
            kind: EmailKind::SecondStep,
            account_id: Some(&one.account_id),
            to: &one.email,
            words,
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
    }
    let who = by.map(Id::as_str);
    let (what, about) = ("second step reset", &person.account_id);
    audit::note(&mut tx, Entry { at: now, who, what, about, detail: "" }).await?;
    tx.commit().await?;
    Ok(true)
}
