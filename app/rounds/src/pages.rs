//! The pages of rounds.

use calendar::clock::{self, Millis};
use forms::{Refusals, Sent};
use ground::ui::{Banner, Field, FormKey, Labels, Page, Pager, Summary, Timeline};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use topics::store::Listed;
use topics::support::{Tally, counts, support_form};
use voting::{Dates, Phase};

use super::shortlist::{self, Chosen};
use super::store::Round;

/// All rounds.
pub fn list(rounds: Vec<Round>, now: Millis) -> Page {
    Page::new("Rounds", || {
        let nothing = rounds.is_empty().then(|| {
            view! {
                <p>
                    "Rounds of proposing and voting will be here. Until one opens, you can "
                    <a href="/topics/new">"propose a topic"</a>" already."
                </p>
            }
        });
        let rounds = rounds
            .into_iter()
            .map(|round| {
                let state = state(&round.dates, now);
                view! {
                    <li class="card">
                        <h2>
                            <a href=format!("/rounds/{}", round.id)>{round.title}</a>
                        </h2>
                        <p class="state">{state}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack">
                <h1>"Rounds"</h1>
                <p class="lead">
                    "Parents propose, then vote. What they choose is planned next, with them."
                </p>
                {nothing}
                <ul class="cards">{rounds}</ul>
            </div>
        }
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
    let page =
        Page::new(round.title.clone(), || {
            let banner = match done {
            "opened" => Some(view! {
                <Banner title="The round is open">
                    <p>
                        "Its dates are below. The count is made by the clock; nobody sees it \
                         before."
                    </p>
                </Banner>
            }.into_any()),
            "supported" => Some(view! {
                <Banner title="Your support is kept">
                    <p>"You can take it back until voting closes."</p>
                </Banner>
            }.into_any()),
            "taken back" => Some(view! {
                <Banner title="Your support is taken back">
                    <p>"You can give it again until voting closes."</p>
                </Banner>
            }.into_any()),
            _ => None,
        };
            let nothing = topics
                .is_empty()
                .then(|| view! { <p>"Topics will be here when the forum has published them."</p> });
            let propose = (phase == Phase::Proposing && viewer.may_propose()).then(|| {
                view! {
                    <p>
                        <a class="button" href="/topics/new">
                            "Propose a topic"
                        </a>
                    </p>
                }
            });
            let topics = topics
                .into_iter()
                .map(|topic| {
                    let title = topic.title.clone();
                    let form = is_voting.then(|| {
                        support_form(viewer, &topic.id, &title, topic.supported, &round.id)
                    });
                    view! {
                        <li class="card" id=format!("t-{}", topic.id)>
                            <Labels labels=topic.labels />
                            <h3>
                                <a href=format!("/topics/{}", topic.id)>{topic.title}</a>
                            </h3>
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
                        <p>
                            <a class="back" href="/rounds">
                                "Rounds"
                            </a>
                        </p>
                        <h1>{round.title.clone()}</h1>
                        <p class="lead">{lead(round, phase, now)}</p>
                        {propose}
                        <details>
                            <summary>"The dates"</summary>
                            {timeline(&round.dates, now)}
                        </details>
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
            "confirmed" => Some(view! {
                <Banner title="Your word on the shortlist is kept">
                    <p>"It stands below for everyone to read."</p>
                </Banner>
            }),
            "confirmed-before" => Some(view! {
                <Banner title="The forum had given its word already">
                    <p>"It stands below, as it was given first."</p>
                </Banner>
            }),
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
                        <h3>
                            <a href=format!("/topics/{}", tally.topic_id)>{tally.title}</a>
                        </h3>
                        {counts(tally.counted)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <p>
                        <a class="back" href="/rounds">
                            "Rounds"
                        </a>
                    </p>
                    <h1>{round.title.clone()}</h1>
                    <p class="lead">
                        {format!(
                            "Voting closed on {}.",
                            clock::day_and_hour(round.dates.closes_at),
                        )}
                    </p>
                </section>
                {outcome}
                <section class="stack">
                    <h2>"What was counted"</h2>
                    {nothing}
                    <ul class="stack">{topics}</ul>
                    <p class="soft">
                        "From 1 to 9 people are never shown as a number, so that nobody can be \
                         found out. “Not shown” stands where another number would give them away."
                    </p>
                </section>
            </div>
        }
    })
}

/// Opening a round.
pub fn open_form(sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new("Open a round", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/forum">
                        "Organisers’ desk"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Open a round"</h1>
                <p class="lead">
                    "Parents propose, then vote. At the close the count is made by the clock. \
                     Nobody sees a number before, not even you."
                </p>
                <form method="post" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field
                        name="title"
                        label="Its name"
                        hint="Like Autumn 2026."
                        value=sent.typed("title")
                        refusals
                    />
                    <Field
                        name="seats"
                        label="How many topics will it choose?"
                        kind="number"
                        value=sent.typed("seats")
                        refusals
                    />
                    <fieldset class="narrow-fields">
                        <legend>"Parents propose from"</legend>
                        <Field
                            name="propose_day"
                            label="Day"
                            kind="date"
                            value=sent.typed("propose_day")
                            refusals
                        />
                        <Field
                            name="propose_time"
                            label="Time"
                            kind="time"
                            value=sent.typed("propose_time")
                            refusals
                        />
                    </fieldset>
                    <fieldset class="narrow-fields">
                        <legend>"Parents vote from"</legend>
                        <Field
                            name="vote_day"
                            label="Day"
                            kind="date"
                            value=sent.typed("vote_day")
                            refusals
                        />
                        <Field
                            name="vote_time"
                            label="Time"
                            kind="time"
                            value=sent.typed("vote_time")
                            refusals
                        />
                    </fieldset>
                    <fieldset class="narrow-fields">
                        <legend>"Voting closes"</legend>
                        <Field
                            name="close_day"
                            label="Day"
                            kind="date"
                            value=sent.typed("close_day")
                            refusals
                        />
                        <Field
                            name="close_time"
                            label="Time"
                            kind="time"
                            value=sent.typed("close_time")
                            refusals
                        />
                    </fieldset>
                    <p class="soft">"Two weeks or more of each give everyone a chance."</p>
                    <button class="button">"Open this round"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
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
            "Support as many topics as you like until {} ({}). Nobody sees the counts before then, \
             not even the council.",
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
