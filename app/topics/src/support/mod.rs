//! A parent supports a topic: the form on its page, what it sends, and the result in the end.
//! `store` holds the SQL.

pub mod store;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use disclosure::Shown;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Round, Topic};
use ground::sent::Form;
use ground::ui::{Bar, Bars, Page, capital};
use ground::viewer::{Role, Viewer};
use islands::support::{NAME as ISLAND, Words};
use leptos::prelude::*;
use voting::{Dates, Phase};

pub use store::Tally;

/// Support as a topic's page shows it: before voting, when it opens; during voting, the button;
/// afterwards, the result.
#[component]
pub fn SupportForm<'a>(
    topic: Id<Topic>,
    title: String,
    /// Whether the person looking supports it.
    supported: bool,
    round: Option<(Id<Round>, Dates)>,
    phase: Option<Phase>,
    viewer: &'a Viewer,
    /// What was counted at the close.
    counted: Tally,
) -> impl IntoView {
    let (Some((round, dates)), Some(phase)) = (round, phase) else {
        return view! { <p class="panel">"Parents can support it in the next voting round."</p> }
            .into_any();
    };
    match phase {
        Phase::Announced | Phase::Proposing => view! {
            <p class="panel">
                "You can support this topic from "<b>{clock::day_and_hour(dates.vote_from)}</b>"."
            </p>
        }
        .into_any(),
        Phase::Voting => view! {
            <div class="panel stack">
                {support_form(viewer, &topic, &title, supported, None)}
                <p class="soft">
                    "Voting closes on "<b>{clock::day_and_hour(dates.closes_at)}</b>
                    ". Support as many topics as you like. Nobody sees the results before then. "
                    <a href=format!("/rounds/{round}")>"All topics in this voting round"</a>
                </p>
                <p class="soft">
                    "One email inbox counts as one parent. If you share an inbox with someone, \
                     your support counts once, even if you each have an account."
                </p>
            </div>
        }
        .into_any(),
        Phase::Counting => view! {
            <p class="panel">
                "Voting has closed. We are counting, and the results will be here in a moment."
            </p>
        }
        .into_any(),
        Phase::Closed => view! {
            <div class="panel stack">
                <h2>"How many parents supported it"</h2>
                {counts(counted.counted)}
                <p>
                    <a href=format!("/rounds/{round}")>"See what was chosen in this round"</a>
                </p>
            </div>
        }
        .into_any(),
    }
}

/// The support button: for parents a form that changes in place; for visitors the same form, which
/// leads them to sign in first. `round`: where it leads back to, if not to the topic.
pub fn support_form(
    viewer: &Viewer,
    topic: &Id<Topic>,
    title: &str,
    supported: bool,
    round: Option<&Id<Round>>,
) -> impl IntoView + use<> {
    if viewer.is_signed_in() && !viewer.is(Role::Parent) {
        return view! { <p class="soft">"Only parents and carers can support topics."</p> }
            .into_any();
    }
    let words = Words::of(supported);
    let fields = if viewer.is_signed_in() {
        view! { <input type="hidden" name="round" value=round.map(ToString::to_string) /> }
            .into_any()
    } else {
        view! { <input type="hidden" name="title" value=title.to_owned() /> }.into_any()
    };
    view! {
        <form
            class="support"
            method="post"
            action=format!("/topics/{topic}/support")
            data-island=viewer.is_signed_in().then_some(ISLAND)
        >
            <input type="hidden" name="wish" value=words.wish />
            {fields}
            <button
                class=if supported { "button quiet" } else { "button" }
                aria-label=words.label(title)
            >
                {words.button}
            </button>
            {viewer
                .is_signed_in()
                .then(|| view! { <p class="soft" role="status">{words.status}</p> })}
        </form>
    }
    .into_any()
}

/// Says that voting is not open, and where to go. 422.
fn not_open(topic: &Id<Topic>) -> Page {
    let topic = format!("/topics/{topic}");
    Page::new("Voting on this topic is not open", || {
        view! {
            <div class="stack">
                <h1>"Voting on this topic is not open"</h1>
                <p class="lead">
                    "Nothing has changed. The topic's page says when voting opens, or shows the \
                     results."
                </p>
                <p>
                    <a class="button" href=topic>
                        "Go to the topic"
                    </a>
                </p>
            </div>
        }
    })
    .status(StatusCode::UNPROCESSABLE_ENTITY)
}

/// The numbers for one topic, through the disclosure rule.
pub fn counts(counted: Vec<(String, u64)>) -> impl IntoView {
    let split = disclosure::split(&counted.iter().map(|(_, number)| *number).collect::<Vec<_>>());
    let total = format!("{} parents supported it.", capital(&split.total.words()));
    let is_shown = split.parts.iter().any(|part| *part != Shown::Hidden);
    let of = split.total.number();
    let places = counted.into_iter().map(|(place, _)| place);
    let rows: Vec<Bar> =
        places.zip(split.parts).map(|(name, shown)| Bar { name, shown, of }).collect();
    let by_place = if is_shown {
        view! { <Bars caption="By place".to_owned() rows /> }.into_any()
    } else {
        view! {
            <p class="soft">
                "The numbers for each place are not shown, so nobody can be identified."
            </p>
        }
        .into_any()
    };
    view! {
        <p>
            <b>{total}</b>
        </p>
        {by_place}
    }
}

/// POST `/topics/{id}/support`: says whether there should be support, so that a double tap says it
/// twice and changes it once. An island asks for `text/plain` and gets words; a form goes back to
/// where it came from.
pub async fn support_topic(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Topic>>,
    headers: HeaderMap,
    Form(sent): Form,
) -> Result<Response, Error> {
    let topic = Id::<Topic>::parse(&id).ok_or(Error::NotFound)?;
    let gives = match sent.typed("wish") {
        "support" => true,
        "take back" => false,
        _ => return Err(Error::NotFound),
    };
    let (account_id, now) = (&viewer.signed_in()?.account_id, house.clock.now());
    let kept = if gives {
        store::give(&house.db, &topic, account_id, now).await?
    } else {
        let mut tx = house.db.begin().await?.unseen();
        let kept = store::take_back(&mut tx, &topic, account_id, now).await?;
        tx.commit().await?;
        kept
    };
    let asks_for_words = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/plain");
    if asks_for_words {
        let status = if kept { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return Ok((status, if kept { "kept" } else { "voting is not open" }).into_response());
    }
    if !kept {
        return Ok(not_open(&topic).answer(&house, &viewer));
    }
    let done = if gives { "supported" } else { "taken+back" };
    let place = Id::<Round>::parse(sent.typed("round")).map_or_else(
        || format!("/topics/{topic}?done={done}"),
        |round| format!("/rounds/{round}?done={done}#t-{topic}"),
    );
    Ok(Redirect::to(&place).into_response())
}

/// A GET where only a POST has an answer, for instance after a reload.
pub async fn back_to_topic(Path(id): Path<Id<Topic>>) -> Redirect {
    let topic = Id::<Topic>::parse(&id);
    Redirect::to(&topic.map_or_else(|| "/topics".to_owned(), |id| format!("/topics/{id}")))
}
