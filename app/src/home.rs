//! Home: what is open now, and the way in.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use calendar::clock;
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Banner, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;
use rounds::store::Round;
use topics::store::Filter;
use voting::Phase;

use super::store;

/// GET `/`
pub async fn home(State(house): State<House>, viewer: Viewer, uri: Uri) -> Result<Response, Error> {
    let now = house.clock.now();
    let (rounds, asked, said) = store::open_now(&house.db, now).await?;
    let open = rounds
        .iter()
        .filter(|round| round.dates.phase(now) != Phase::Closed)
        .min_by_key(|round| round.dates.closes_at)
        .cloned();
    let closed = rounds.into_iter().find(|round| round.dates.phase(now) == Phase::Closed);
    let latest = topics::store::list(&house.db, &Filter::default(), 4).await?;
    let soon = notices::store::Filter { after: Some(now), ..notices::store::Filter::default() };
    let soon = notices::store::list(&house.db, &soon, 3).await?;
    let done = Sent::query(&uri).line("done");
    let banner = match done.as_str() {
        "joined" => Some((
            "Welcome. Your email address is confirmed",
            "You are signed in. You can propose topics and support other parents' topics.",
        )),
        "accepted" => Some((
            "Welcome. You are signed in",
            "You will find your tasks in the menu at the bottom of every page.",
        )),
        "signed-in" => Some(("You are signed in", "Here is what you can do now.")),
        "signed-out" => Some(("You are signed out", "Come back any time.")),
        _ => None,
    };
    let page = Page::new("What matters most to your family?", || {
        let banner = banner.map(|(title, next)| {
            view! {
                <Banner title>
                    <p>{next}</p>
                </Banner>
            }
        });
        let join = (!viewer.is_signed_in()).then(|| {
            view! {
                <p class="soft">
                    "New here? "<a href="/sign-up">"Join in two minutes"</a>
                    ". You don't have to use your real name."
                </p>
            }
        });
        let soon = (!soon.is_empty()).then(|| {
            let cards = notices::cards(soon, now);
            view! {
                <section class="stack">
                    <h2>"Changes coming up"</h2>
                    {cards}
                    <p>
                        <a href="/notices">"All changes"</a>
                        " · "
                        <a href="/subscribe">"Get told about changes"</a>
                    </p>
                </section>
            }
        });
        let said = (!said.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"You said, we did"</h2>
                    {outcomes::rows_of_section(said)}
                    <p>
                        <a href="/updates">"See all results"</a>
                    </p>
                </section>
            }
        });
        let asked = (!asked.is_empty()).then(|| {
            let cards = consultations::cards(asked, now);
            view! {
                <section class="stack">
                    <h2>"Have your say"</h2>
                    {cards}
                    <p>
                        <a href="/consultations">"All consultations"</a>
                    </p>
                </section>
            }
        });
        let closed = closed.map(|round| {
            view! {
                <section class="stack">
                    <h2>"Last round's results"</h2>
                    <p>
                        <a href=format!(
                            "/rounds/{}",
                            round.id,
                        )>{format!("See the results of {}", round.title)}</a>
                    </p>
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <h1>"What matters most to your family?"</h1>
                    {invitation(open, now, &house.names.area, viewer.may_propose())}
                    {join}
                </section>
                {asked}
                <section class="stack">
                    <h2>"Latest topics from parents"</h2>
                    {latest
                        .is_empty()
                        .then(|| view! { <p>"Topics that parents propose will appear here."</p> })}
                    {topics::cards(latest)}
                    <p>
                        <a href="/topics">"All topics"</a>
                    </p>
                </section>
                {soon}
                {said}
                {closed}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What people can do in the current round, and by when.
fn invitation(
    round: Option<Round>,
    now: clock::Millis,
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
                <b>{clock::day(round.dates.closes_at)}</b>", "
                {clock::days_away(now, round.dates.closes_at)}
                ". Nobody sees the results before then, not even the council."
            </p>
            <p>
                <a class="button" href=page>
                    "Choose topics to support"
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
