//! Where organisers see how a consultation is going, and say how many answers they hope for.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use disclosure::commas;
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Field, ShareBar};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::results::how_many_it_takes;

use super::{NO_PLACE, Told, store, told_until};
use crate::rules::ConsultationState;
use crate::store::Consultation;
use crate::{frame, just_done, state_in_words};

/// The most answers that can be hoped for.
const MOST: i64 = 1_000_000;
/// The most days on the page, of those on which the number rose.
const MOST_DAYS: usize = 40;

/// GET `/forum/consultations/{id}/progress`
pub async fn progress_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = crate::consultation(&house, &id).await?;
    shown(&house, &viewer, &consultation, &just_done(&uri), &Refusals::default()).await
}

/// POST `/forum/consultations/{id}/progress`: says how many answers are hoped for.
pub async fn set_aim(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = crate::consultation(&house, &id).await?;
    let aim = match read_aim(&sent) {
        Ok(aim) => aim,
        Err(refusals) => return shown(&house, &viewer, &consultation, &sent, &refusals).await,
    };
    let (now, by, about) = (house.clock.now(), &viewer.signed_in()?.account_id, &consultation.id);
    let mut tx = house.db.begin().await?;
    if store::set_aim(&mut tx, about, aim).await? {
        let detail = aim.map_or_else(|| "none".to_owned(), |aim| aim.to_string());
        let entry =
            Entry { at: now, who: Some(by), what: "aim for answers set", about, detail: &detail };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/forum/consultations/{about}/progress?done=aim")).into_response())
}

/// Reads how many answers are hoped for; nothing is none.
fn read_aim(sent: &Sent) -> Result<Option<i64>, Refusals> {
    let typed = sent.line("aim").replace([',', ' '], "");
    if typed.is_empty() {
        return Ok(None);
    }
    let aim = typed.parse().ok().filter(|aim| (10..=MOST).contains(aim));
    let what_to_do = "Enter a whole number from 10 to 1,000,000, or leave this empty";
    aim.map(Some).ok_or_else(|| Refusals::one("aim", what_to_do))
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let told = store::told(&house.db, &consultation.id, &told_until(now)).await?;
    let aim = store::aim(&house.db, &consultation.id).await?;
    let places: Vec<String> = told.first().map(|(_, told)| told.places.clone()).unwrap_or_default();
    let places = area::store::places_and(&house.db, &places).await?;
    let state = consultation.state(now);
    let terms = &consultation.terms;
    let done = (sent.typed("done") == "aim")
        .then_some(("Saved", "The pictures below show how far you are."));
    let page = frame(consultation, "How it is going", refusals).done_so(done).around(|| {
        let value = match sent.typed("aim") {
            "" => aim.map(|aim| aim.to_string()).unwrap_or_default(),
            typed => typed.to_owned(),
        };
        let pictures = match told.first().filter(|(_, told)| told.said.all > 0) {
            Some((day, last)) => pictures(day, last, &told, &places, aim).into_any(),
            None => nothing_yet(state).into_any(),
        };
        view! {
            <p class="panel gold">{state_in_words(state, (terms.opens_at, terms.closes_at))}</p>
            {pictures}
            <p>{how_many_it_takes(house.settings.rule)}</p>
            <form method="post" novalidate>
                <Field
                    name="aim"
                    label="How many answers do you hope for?"
                    hint="Leave this empty if you have no number in mind."
                    kind="number"
                    value=value
                    refusals
                />
                <button class="button quiet">"Save this number"</button>
            </form>
        }
    });
    Ok(page.answer(house, viewer))
}

fn nothing_yet(state: ConsultationState) -> impl IntoView + use<> {
    let words = match state {
        ConsultationState::Written | ConsultationState::Timed => {
            "There is nothing to show before it has opened."
        }
        ConsultationState::Open => {
            "There is nothing to show yet. The first number appears a day after ten answers have \
             come in, so that nobody can tell who answered when."
        }
        ConsultationState::Closing | ConsultationState::Closed => {
            "Fewer than ten answers came in while we were counting. Count the answers to see the \
             results."
        }
        ConsultationState::Withdrawn => "It was withdrawn, so nothing of it is counted.",
    };
    view! { <p class="lead">{words}</p> }
}

/// The numbers, by day and by place. `told`: each day, the last first.
fn pictures(
    day: &str,
    last: &Told,
    told: &[(String, Told)],
    places: &[Named],
    aim: Option<u64>,
) -> impl IntoView + use<> {
    let all = last.said.all;
    let until = clock::day_of(day).unwrap_or_else(|| day.to_owned());
    let lead = match aim {
        Some(aim) => format!(
            "At least {} answers by the end of {until}. You hope for {}.",
            commas(all),
            commas(aim)
        ),
        None => format!("At least {} answers by the end of {until}.", commas(all)),
    };
    let whole = aim.unwrap_or(all).max(all);
    // Days on which the number stayed say nothing new.
    let rises = told.iter().zip(told.iter().skip(1).map(Some).chain([None])).filter(
        |((_, now), before)| before.is_none_or(|(_, before)| before.said.all < now.said.all),
    );
    let days: Vec<(String, u64)> = rises
        .filter(|((_, told), _)| told.said.all > 0)
        .take(MOST_DAYS)
        .map(|((day, told), _)| (clock::day_of(day).unwrap_or_else(|| day.clone()), told.said.all))
        .collect();
    let name = |id: &str| match places.iter().find(|place| place.id == id) {
        Some(place) => place.name.clone(),
        None => "No place given".to_owned(),
    };
    let parts = last.places.iter().zip(&last.said.parts);
    let by_place: Vec<(String, u64)> = parts.map(|(id, people)| (name(id), *people)).collect();
    let has_places = last.places.iter().any(|place| place != NO_PLACE);
    let most = by_place.iter().map(|(_, people)| *people).max().unwrap_or(0);
    let caption = "Answers by place. The longest bar is the place with most answers.";
    let by_place = has_places.then(|| {
        view! {
            <h2>"By place"</h2>
            {bars(caption, by_place, most)}
        }
    });
    let caption = if aim.is_some() {
        "Answers by the end of each day on which the number rose. A full bar is what you hope for."
    } else {
        "Answers by the end of each day on which the number rose."
    };
    view! {
        <p class="lead">{lead}</p>
        <p class="soft">
            "These are tens, rounded down and a day old, and they change only when at least ten \
             more answers have come. That way nobody can tell who answered when."
        </p>
        <h2>"By day"</h2>
        {bars(caption, days, whole)}
        {by_place}
    }
}

/// A table whose numbers are drawn too, each on a track that is the whole.
fn bars(caption: &'static str, rows: Vec<(String, u64)>, whole: u64) -> impl IntoView + use<> {
    let rows = rows.into_iter().map(|(name, people)| {
        let words = if people == 0 {
            "fewer than 10 when we last counted".to_owned()
        } else {
            format!("at least {}", commas(people))
        };
        let share = disclosure::share(people, whole).unwrap_or(0);
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{words}<ShareBar share /></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="bars">
            <caption>{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hoped_for_is_a_number_of_ten_or_more_or_nothing() {
        let read = |typed: &str| read_aim(&Sent::of(&[("aim", typed)]));
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("1,200"), Ok(Some(1_200)));
        for wrong in ["9", "many", "1000001", "-20"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
