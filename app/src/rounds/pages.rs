//! The pages of rounds, and the support form that topics show.

use axum::http::StatusCode;
use leptos::prelude::*;

use super::island::SupportButton;
use super::rules::{Dates, Phase};
use super::shortlist::{self, Chosen};
use super::store::{Round, Tally};
use crate::accounts::{Role, Viewer};
use crate::clock::{self, Millis};
use crate::disclosure::{self, Shown};
use crate::forms::{Refusals, Sent};
use crate::topics::{self, store::Listed};
use crate::ui::{Banner, Bars, Field, FormKey, Labels, Page, Pager, Summary, Timeline};

/// All rounds.
pub fn list(rounds: Vec<Round>, now: Millis) -> Page {
    Page::new("Rounds", || {
        let nothing = rounds.is_empty().then(|| view! { <p>"Rounds of proposing and voting will be here. Until one opens, you can "<a href="/topics/new">"propose a topic"</a>" already."</p> });
        let rounds = rounds
            .into_iter()
            .map(|round| {
                let state = state(&round.dates, now);
                view! { <li class="card"><h2><a href=format!("/rounds/{}", round.id)>{round.title}</a></h2><p class="state">{state}</p></li> }
            })
            .collect_view();
        view! { <div class="stack"><h1>"Rounds"</h1><p class="lead">"Parents propose, then vote. What they choose is planned next, with them."</p>{nothing}<ul class="cards">{rounds}</ul></div> }
    })
}

/// A round whose count is not made: its dates, and its topics to support while voting is open.
pub fn open(
    round: &Round,
    now: Millis,
    topics: Vec<Listed>,
    first: Option<String>,
    next: Option<String>,
    viewer: &Viewer,
    done: &str,
) -> Page {
    let phase = round.dates.phase(now);
    let is_voting = phase == Phase::Voting;
    let page = Page::new(round.title.clone(), || {
        let banner = match done {
            "opened" => Some(view! { <Banner title="The round is open"><p>"Its dates are below. The count is made by the clock; nobody sees it before."</p></Banner> }.into_any()),
            "supported" => Some(view! { <Banner title="Your support is kept"><p>"You can take it back until voting closes."</p></Banner> }.into_any()),
            "taken back" => Some(view! { <Banner title="Your support is taken back"><p>"You can give it again until voting closes."</p></Banner> }.into_any()),
            _ => None,
        };
        let nothing = topics
            .is_empty()
            .then(|| view! { <p>"Topics will be here when the forum has published them."</p> });
        let propose = (phase == Phase::Proposing && viewer.may_propose())
            .then(|| view! { <p><a class="button" href="/topics/new">"Propose a topic"</a></p> });
        let topics = topics
            .into_iter()
            .map(|topic| {
                let title = topic.title.clone();
                let form = is_voting
                    .then(|| support_form(viewer, &topic.id, &title, topic.supported, &round.id));
                view! {
                    <li class="card" id=format!("t-{}", topic.id)>
                        <Labels labels=topic.labels />
                        <h3><a href=format!("/topics/{}", topic.id)>{topic.title}</a></h3>
                        <p class="soft">{topics::shortened(&topic.would_help)}</p>
                        {form}
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <p><a class="back" href="/rounds">"Rounds"</a></p>
                    <h1>{round.title.clone()}</h1>
                    <p class="lead">{lead(round, phase, now)}</p>
                    {propose}
                    <details><summary>"The dates"</summary>{timeline(&round.dates, now)}</details>
                </section>
                <section class="stack">
                    <h2>"Topics in this round"</h2>
                    {nothing}
                    <ul class="cards">{topics}</ul>
                    <Pager first next />
                </section>
            </div>
        }
    });
    if is_voting && viewer.is(Role::Parent) { page.with_island() } else { page }
}

/// A round whose count is made: its shortlist, then what was counted, place by place.
pub fn closed(
    round: &Round,
    tallies: Vec<Tally>,
    chosen: &[Chosen],
    may_confirm: bool,
    done: &str,
) -> Page {
    Page::new(round.title.clone(), || {
        let banner = match done {
            "confirmed" => Some(
                view! { <Banner title="Your word on the shortlist is kept"><p>"It stands below for everyone to read."</p></Banner> },
            ),
            "confirmed-before" => Some(
                view! { <Banner title="The forum had given its word already"><p>"It stands below, as it was given first."</p></Banner> },
            ),
            _ => None,
        };
        let outcome =
            (!tallies.is_empty()).then(|| shortlist::outcome(round, chosen, &tallies, may_confirm));
        let nothing =
            tallies.is_empty().then(|| view! { <p>"There was no topic in this round."</p> });
        let topics = tallies
            .into_iter()
            .map(|tally| {
                view! {
                    <li class="card">
                        <h3><a href=format!("/topics/{}", tally.topic_id)>{tally.title}</a></h3>
                        {counts(tally.counted)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <p><a class="back" href="/rounds">"Rounds"</a></p>
                    <h1>{round.title.clone()}</h1>
                    <p class="lead">{format!("Voting closed on {}.", clock::day_and_hour(round.dates.closes_at))}</p>
                </section>
                {outcome}
                <section class="stack">
                    <h2>"What was counted"</h2>
                    {nothing}
                    <ul class="stack">{topics}</ul>
                    <p class="soft">"From 1 to 9 people are never shown as a number, so that nobody can be found out. “Not shown” stands where another number would give them away."</p>
                </section>
            </div>
        }
    })
}

/// Support as a topic's page shows it: the button while voting is open, when it opens before, what
/// was counted after.
#[component]
pub fn SupportForm<'a>(
    topic: String,
    title: String,
    supported: bool,
    round: Option<(String, Dates)>,
    phase: Option<Phase>,
    viewer: &'a Viewer,
    counted: Tally,
) -> impl IntoView {
    let (Some((round, dates)), Some(phase)) = (round, phase) else {
        return view! { <p class="panel">"It will be in the next round. Then parents can support it."</p> }.into_any();
    };
    match phase {
        Phase::Announced | Phase::Proposing => view! { <p class="panel">"You can support it from "<b>{clock::day_and_hour(dates.vote_from)}</b>"."</p> }.into_any(),
        Phase::Voting => view! {
            <div class="panel stack">
                {support_form(viewer, &topic, &title, supported, "")}
                <p class="soft">"Until "<b>{clock::day_and_hour(dates.closes_at)}</b>". You can support as many as you like. Nobody sees the counts before then. "<a href=format!("/rounds/{round}")>"All topics of this round"</a></p>
            </div>
        }
        .into_any(),
        Phase::Counting => view! { <p class="panel">"Voting has closed. The count is being made and will be here in a moment."</p> }.into_any(),
        Phase::Closed => view! { <div class="panel stack"><h2>"How many parents supported it"</h2>{counts(counted.counted)}<p><a href=format!("/rounds/{round}")>"What was chosen in this round"</a></p></div> }.into_any(),
    }
}

/// The support button: an island for parents, for anybody else the same form, which leads through
/// signing in.
fn support_form(
    viewer: &Viewer,
    topic: &str,
    title: &str,
    supported: bool,
    round: &str,
) -> impl IntoView + use<> {
    if viewer.is(Role::Parent) {
        view! { <SupportButton topic=topic.to_owned() title=title.to_owned() supported round=round.to_owned() /> }.into_any()
    } else if viewer.is_signed_in() {
        view! { <p class="soft">"Parents and carers can support it."</p> }.into_any()
    } else {
        let label = format!("Support this topic: {title}");
        view! {
            <form class="support" method="post" action=format!("/topics/{topic}/support")>
                <input type="hidden" name="wish" value="support" />
                <button class="button" aria-label=label>"Support this topic"</button>
            </form>
        }
        .into_any()
    }
}

/// That voting is not open, with the way on. 422.
pub fn not_open(topic: &str) -> Page {
    let topic = format!("/topics/{topic}");
    Page::new("Voting on this topic is not open", || {
        view! {
            <div class="stack">
                <h1>"Voting on this topic is not open"</h1>
                <p class="lead">"Nothing was changed. Its page says when voting opens, or what was counted."</p>
                <p><a class="button" href=topic>"Go to the topic"</a></p>
            </div>
        }
    })
    .status(StatusCode::UNPROCESSABLE_ENTITY)
}

/// Opening a round.
pub fn open_form(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("Open a round", || {
        view! {
            <div class="stack">
                <p><a class="back" href="/forum">"Organisers’ desk"</a></p>
                <Summary refusals />
                <h1>"Open a round"</h1>
                <p class="lead">"Parents propose, then vote. At the close the count is made by the clock. Nobody sees a number before, not even you."</p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field name="title" label="Its name" hint="Like Autumn 2026." value=sent.typed("title") refusals />
                    <Field name="seats" label="How many topics will it choose?" kind="number" value=sent.typed("seats") refusals />
                    <fieldset class="narrow-fields">
                        <legend>"Parents propose from"</legend>
                        <Field name="propose_day" label="Day" kind="date" value=sent.typed("propose_day") refusals />
                        <Field name="propose_time" label="Time" kind="time" value=sent.typed("propose_time") refusals />
                    </fieldset>
                    <fieldset class="narrow-fields">
                        <legend>"Parents vote from"</legend>
                        <Field name="vote_day" label="Day" kind="date" value=sent.typed("vote_day") refusals />
                        <Field name="vote_time" label="Time" kind="time" value=sent.typed("vote_time") refusals />
                    </fieldset>
                    <fieldset class="narrow-fields">
                        <legend>"Voting closes"</legend>
                        <Field name="close_day" label="Day" kind="date" value=sent.typed("close_day") refusals />
                        <Field name="close_time" label="Time" kind="time" value=sent.typed("close_time") refusals />
                    </fieldset>
                    <p class="soft">"Two weeks or more of each give everyone a chance."</p>
                    <button class="button">"Open this round"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// The numbers of one topic, through the disclosure rule.
fn counts(counted: Vec<(String, u64)>) -> impl IntoView {
    let split = disclosure::split(&counted.iter().map(|(_, number)| *number).collect::<Vec<_>>());
    let total = format!("{} parents supported it.", capital(&split.total.words()));
    let is_shown = split.parts.iter().any(|part| *part != Shown::Hidden);
    let rows = counted.into_iter().map(|(place, _)| place).zip(split.parts).collect();
    let by_place = if is_shown {
        view! { <Bars caption="By place".to_owned() rows /> }.into_any()
    } else {
        view! { <p class="soft">"How many in each place is not shown, so that nobody can be found out."</p> }.into_any()
    };
    view! { <p><b>{total}</b></p>{by_place} }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Where a round stands, in a few words.
pub fn state(dates: &Dates, now: Millis) -> String {
    match dates.phase(now) {
        Phase::Announced => format!("○ Begins on {}", clock::day(dates.propose_from)),
        Phase::Proposing => format!("● Proposing until {}", clock::day(dates.vote_from)),
        Phase::Voting => format!("● Voting until {}", clock::day(dates.closes_at)),
        Phase::Counting => "● Being counted".to_owned(),
        Phase::Closed => format!("✓ Closed on {}", clock::day(dates.closes_at)),
    }
}

fn lead(round: &Round, phase: Phase, now: Millis) -> String {
    let dates = &round.dates;
    match phase {
        Phase::Announced => {
            format!("Parents propose from {}.", clock::day_and_hour(dates.propose_from))
        }
        Phase::Proposing => format!(
            "Propose until {} ({}). Then parents vote.",
            clock::day_and_hour(dates.vote_from),
            clock::days_away(now, dates.vote_from)
        ),
        Phase::Voting => format!(
            "Support as many topics as you like until {} ({}). Nobody sees the counts before then, not even the council.",
            clock::day_and_hour(dates.closes_at),
            clock::days_away(now, dates.closes_at)
        ),
        Phase::Counting | Phase::Closed => {
            "Voting has closed. The count is being made and will be here in a moment.".to_owned()
        }
    }
}

fn timeline(dates: &Dates, now: Millis) -> impl IntoView + use<> {
    let steps = [
        (dates.propose_from, "Parents propose"),
        (dates.vote_from, "Parents vote"),
        (dates.closes_at, "Voting closes and the count is made"),
    ];
    let steps = steps.into_iter().map(|(at, what)| (at, now >= at, what.to_owned())).collect();
    view! { <Timeline steps /> }
}
