//! Home: what is open now, and the way in; for someone who is signed in, what is theirs first.

mod everyone;
mod own;
mod store;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use rounds::store::Round;
use voting::Phase;

use self::own::OwnHome;

/// What is open now for everyone.
struct Now {
    at: Moment,
    /// The round that people take part in now or next.
    round: Option<Round>,
    /// The last round that is over.
    last: Option<Round>,
    asked: Vec<consultations::store::ListedConsultation>,
    topics: Vec<topics::store::ListedTopic>,
    said: Vec<outcomes::store::ListedUpdate>,
}

async fn now(house: &House, most_topics: i64) -> Result<Now, Error> {
    let at = house.clock.now();
    let (rounds, asked, said) = store::open_now(&house.db, at).await?;
    let (round, last) = current_and_last(rounds, at);
    let all = topics::store::Filter::default();
    let topics = topics::store::list(&house.db, &all, most_topics).await?;
    Ok(Now { at, round, last, asked, topics, said })
}

/// Of these rounds, of which the last to close comes first, the one that people take part in now or
/// next, and the last one that is over.
fn current_and_last(rounds: Vec<Round>, at: Moment) -> (Option<Round>, Option<Round>) {
    let (over, others): (Vec<Round>, Vec<Round>) =
        rounds.into_iter().partition(|round| round.dates.phase(at) == Phase::Closed);
    let current = others.into_iter().min_by_key(|round| round.dates.closes_at);
    (current, over.into_iter().next())
}

/// GET `/`
pub async fn home_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let done = Sent::query(&uri).line("done");
    // Whoever works for the area begins at their desk, however they signed in.
    if let ("signed-in" | "accepted", Some(desk)) = (done.as_str(), viewer.desks().next()) {
        return Ok(Redirect::to(&format!("{}?done={done}", desk.path)).into_response());
    }
    let is_in = viewer.is_signed_in();
    let banner = match done.as_str() {
        "joined" if viewer.has_just_joined(house.clock.now()) => Some((
            "Welcome. Your email address is confirmed",
            "You are signed in. You can propose topics and support other parents' topics.",
        )),
        "signed-in" | "accepted" if is_in => {
            Some(("You are signed in", "Here is what you can do now."))
        }
        "signed-out" if !is_in => Some(("You are signed out", "Come back any time.")),
        _ => None,
    };
    let page = match viewer.person() {
        Some(person) => {
            let own = OwnHome::of(&house, person).await?;
            Page::new("Home", || own.view(&viewer, banner))
        }
        None => {
            let now = now(&house, 2).await?;
            let to_come =
                notices::store::Filter { after: Some(now.at), ..notices::store::Filter::default() };
            let soon = notices::store::told_notices(&house.db, &to_come, everyone::COMING).await?;
            let area = house.names.area.clone();
            Page::new("What matters most to your family?", || {
                everyone::view(now, soon, &area, banner)
            })
        }
    };
    Ok(page.wide().answer(&house, &viewer))
}

/// GET `/have-your-say`: the round, what the forum asks, and topics, on one page.
pub async fn have_your_say_page(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let now = now(&house, 6).await?;
    let may_propose = viewer.may_propose();
    let area = house.names.area.clone();
    let page = Page::new("Have your say", || {
        let nothing = now
            .asked
            .is_empty()
            .then(|| view! { <p>"No consultations are open at the moment."</p> });
        view! {
            <div class="stack-l">
                <section class="stack text">
                    <h1>"Have your say"</h1>
                    {invitation(now.round.as_ref(), now.at, &area, may_propose)}
                </section>
                <section class="stack">
                    <h2>"Consultations"</h2>
                    {nothing}
                    {consultations::consultation_cards(now.asked, now.at)}
                    <p>
                        <a href="/consultations">"All consultations and their results"</a>
                        " · "
                        <a href="/updates/receipt">"I have a code for answers I began or sent"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Topics from parents"</h2>
                    {topics::cards(now.topics)}
                    <p>
                        <a href="/topics">"All topics"</a>
                        " · "
                        <a href="/rounds">"All voting rounds"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"The Local Offer"</h2>
                    <p>
                        "Something wrong or missing in the published list of support? "
                        <a href="/local-offer">"Comment on the Local Offer"</a>
                    </p>
                </section>
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

/// Says that something was done, and what happens next.
fn said_done(banner: Option<(&'static str, &'static str)>) -> impl IntoView {
    banner.map(|(title, next)| {
        view! {
            <Banner title>
                <p>{next}</p>
            </Banner>
        }
    })
}

/// Changes that are coming, and the way to be told of them.
fn coming(listed: Vec<notices::store::ListedNotice>, at: Moment) -> impl IntoView {
    let nothing =
        listed.is_empty().then(|| view! { <p>"We don't know of any changes coming up."</p> });
    view! {
        {nothing}
        {notices::cards(listed, at)}
        <p>
            <a class="button quiet" href="/subscribe">
                "Email me about changes"
            </a>
        </p>
        <p>
            <a href="/notices">"All changes"</a>
        </p>
    }
}

/// What people can do in the current round, and by when.
fn invitation(
    round: Option<&Round>,
    now: Moment,
    area: &str,
    may_propose: bool,
) -> impl IntoView + use<> {
    let propose = may_propose.then(|| {
        view! {
            <p>
                <a href="/topics/new">"Propose your own topic"</a>
                " for the next voting round"
            </p>
        }
    });
    let propose_now = may_propose.then(|| {
        view! {
            <p>
                <a class="button" href="/topics/new">
                    "Propose a topic"
                </a>
            </p>
        }
    });
    let Some(round) = round else {
        return view! {
            <p class="lead">
                {format!(
                    "Tell the council and NHS what to plan next in {area}, before any plan is \
                     written. Other parents can support your topic.",
                )}
            </p>
            {propose_now}
        }
        .into_any();
    };
    let page = format!("/rounds/{}", round.id);
    match round.dates.phase(now) {
        Phase::Voting => view! {
            <p class="lead">
                "Tell the council and NHS what to plan next. Support as many topics as you like \
                 until "
                <b>{clock::day(round.dates.closes_at)}</b>
                ". Nobody sees the results before then, not even the council."
            </p>
            <p>
                <a class="button" href=page>
                    {format!(
                        "Choose topics to support: {}",
                        clock::days_left(now, round.dates.closes_at),
                    )}
                </a>
            </p>
            {propose}
        }
        .into_any(),
        Phase::Proposing => view! {
            <p class="lead">
                "Tell the council and NHS what to plan next. Propose topics until "
                <b>{clock::day(round.dates.vote_from)}</b>", "
                {clock::days_away(now, round.dates.vote_from)}". Then parents will vote."
            </p>
            {propose_now}
            <p>
                <a href=page>"Topics in this voting round"</a>
            </p>
        }
        .into_any(),
        Phase::Announced => view! {
            <p class="lead">
                {format!("{} starts on {}.", round.title, clock::day(round.dates.propose_from))}
            </p>
            {propose}
        }
        .into_any(),
        Phase::Counting | Phase::Closed => view! {
            <p class="lead">
                "Voting has closed. We are counting, and the results will be here in a moment."
            </p>
            <p>
                <a class="button" href=page>
                    "Go to the voting round"
                </a>
            </p>
        }
        .into_any(),
    }
}
