//! The pages of rounds.

use calendar::clock::{self, Moment};
use calendar::school::SchoolYear;
use forms::{Refusals, Sent};
use ground::changes;
use ground::ui::{
    Banner, CONFIRMED, Check, Done, Field, FormKey, Frame, Labels, Page, Pager, Step, Timeline,
    When, titled,
};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use topics::store::ListedTopic;
use topics::support::{Tally, counts, support_form};
use voting::{Dates, Phase};

use super::rules::{self, NewRound};
use super::shortlist::{self, Chosen};
use super::store::{CancelledRound, PastChange, Round};

/// All rounds.
pub fn list_of_rounds(
    rounds: Vec<Round>,
    cancelled: Vec<CancelledRound>,
    now: Moment,
    viewer: &Viewer,
) -> Page {
    Page::new("Voting rounds", || {
        let cancelled = (!cancelled.is_empty()).then(|| {
            let rows = cancelled.into_iter().map(|round| {
                view! {
                    <li>
                        <a href=format!("/rounds/{}", round.id)>{round.title}</a>
                        <p class="state">"× Cancelled on "<When at=round.at /></p>
                    </li>
                }
            });
            view! {
                <h2>"Cancelled"</h2>
                <ul class="queue">{rows.collect_view()}</ul>
            }
        });
        let nothing = rounds.is_empty().then(|| {
            let propose = viewer.may_propose().then(|| {
                view! {
                    ", but you can already "
                    <a href="/topics/new">"propose a topic"</a>
                }
            });
            view! { <p>"There are no voting rounds yet"{propose}"."</p> }
        });
        let rounds = rounds
            .into_iter()
            .map(|round| {
                let phase = phase_words(&round.dates, now);
                view! {
                    <li class="card">
                        <h2>
                            <a href=format!("/rounds/{}", round.id)>{round.title}</a>
                        </h2>
                        <p class="state">{phase}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class="stack">
                <h1>"Voting rounds"</h1>
                <p class="lead">
                    "Parents propose topics, then vote. What they choose is planned next, together \
                     with them."
                </p>
                {nothing}
                <ul class="cards">{rounds}</ul>
                {cancelled}
            </div>
        }
    })
}

/// A round that was cancelled: that it was, and why.
pub fn cancelled_round(round: &CancelledRound) -> Page {
    Page::new(round.title.clone(), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/rounds">
                        "Voting rounds"
                    </a>
                </p>
                <h1>{round.title.clone()}</h1>
                <p class="lead">"This round was cancelled on "<When at=round.at />"."</p>
                <p class="panel lines">{round.reason.clone()}</p>
                <p>"Topics for it weren't lost: they will be in the next round."</p>
            </div>
        }
    })
}

/// What was changed about a round, for everyone, the last first.
fn changed(changes: &[PastChange]) -> AnyView {
    changes::all_shown(Some("The dates were changed"), changes, |change| {
        let (was, is) = (change.was, change.is);
        let mut what = Vec::new();
        for (was, is, says) in [(was.0, is.0, "Voting starts"), (was.1, is.1, "Voting closes")] {
            if was != is {
                let (before, now) = (clock::day_and_hour(was), clock::day_and_hour(is));
                what.push(format!("{says} on {now}, instead of {before}."));
            }
        }
        what.join(" ")
    })
}

/// Some topics of a round, with the addresses of the first and the next ones.
pub struct TopicsOfRound {
    pub topics: Vec<ListedTopic>,
    pub first: Option<String>,
    pub next: Option<String>,
}

/// A round that is not counted yet: its dates, and its topics to support while voting is open.
/// `done`: what whoever looks has just done.
pub fn uncounted_round(
    (round, changes): (&Round, &[PastChange]),
    now: Moment,
    TopicsOfRound { topics, first, next }: TopicsOfRound,
    viewer: &Viewer,
    done: &Done,
) -> Page {
    let phase = round.dates.phase(now);
    let is_voting = phase == Phase::Voting;
    let page = Page::new(round.title.clone(), || {
        let banner = match done.what() {
            "opened" => Some(view! {
                <Banner title="The round is open">
                    <p>
                        "Its dates are below. Votes are counted automatically when it closes, and \
                         nobody sees the results before then."
                    </p>
                </Banner>
            }.into_any()),
            "moved" | "extended" => Some(view! {
                <Banner title="The dates are changed">
                    <p>"Everyone can read below what changed and why."</p>
                </Banner>
            }.into_any()),
            "supported" if is_voting => Some(view! {
                <Banner title=done.title("Saved", "You have joined, and your support counts")>
                    <p>"You can change your mind until voting closes."</p>
                </Banner>
            }.into_any()),
            "taken back" if is_voting => Some(view! {
                <Banner title="Support removed">
                    <p>"You can support the topic again until voting closes."</p>
                </Banner>
            }.into_any()),
            _ => None,
        };
        let nothing = topics
            .is_empty()
            .then(|| view! { <p>"Topics will appear here when the forum has published them."</p> });
        // The same words whatever has been voted: a page tells nothing about that.
        let change = (viewer.is(Role::Organiser) && phase != Phase::Counting).then(|| {
            let to = format!("/forum/rounds/{}/dates", round.id);
            view! {
                <p>
                    <a href=to>"Change the dates"</a>
                </p>
            }
        });
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
                    support_form(viewer, &topic.id, &title, topic.supported, Some(&round.id))
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
                            "Voting rounds"
                        </a>
                    </p>
                    <h1>{round.title.clone()}</h1>
                    <p class="lead">{lead(round, phase, now)}</p>
                    {is_voting
                        .then(|| {
                            view! { <p class="soft">"One email inbox counts as one parent."</p> }
                        })}
                    {propose}
                    {changed(changes)}
                    {change}
                    <details>
                        <summary>"Dates"</summary>
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

/// What came out of a round.
pub struct ResultOfRound {
    pub chosen: Vec<Chosen>,
    /// Of the topics that the result speaks of.
    pub tallies: Vec<Tally>,
    /// Whether whoever looks may confirm it.
    pub may_confirm: bool,
}

/// Some topics of a round that has been counted, with the address of the next ones.
pub struct CountedTopics {
    pub tallies: Vec<Tally>,
    pub next: Option<String>,
}

/// A round that has been counted: its shortlist, then the first results, place by place.
pub fn counted_round(
    (round, changes): (&Round, &[PastChange]),
    result: &ResultOfRound,
    topics: CountedTopics,
    done: &str,
) -> Page {
    let ResultOfRound { chosen, tallies, may_confirm } = result;
    let may_confirm = *may_confirm;
    Page::new(round.title.clone(), || {
        let banner = match done {
            "confirmed" if may_confirm => Some(view! {
                <Banner title="The shortlist is confirmed">
                    <p>"Everyone can read it below."</p>
                </Banner>
            }),
            "confirmed-before" if may_confirm => Some(view! {
                <Banner title="The forum had already confirmed this shortlist">
                    <p>"Nothing has changed. The first decision is below."</p>
                </Banner>
            }),
            _ => None,
        };
        let outcome = (!topics.tallies.is_empty())
            .then(|| shortlist::outcome(round, chosen, tallies, may_confirm));
        let nothing = topics
            .tallies
            .is_empty()
            .then(|| view! { <p>"There were no topics in this round."</p> });
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <p>
                        <a class="back" href="/rounds">
                            "Voting rounds"
                        </a>
                    </p>
                    <h1>{round.title.clone()}</h1>
                    <p class="lead">
                        {format!(
                            "Voting closed on {}.",
                            clock::day_and_hour(round.dates.closes_at),
                        )}
                    </p>
                    {changed(changes)}
                </section>
                {outcome}
                <section class="stack">
                    <h2>"Results for every topic"</h2>
                    {nothing}
                    {counted_topics(topics, None)}
                </section>
            </div>
        }
    })
}

/// A later page of a round that has been counted: more results.
pub fn more_of_counted_round(round: &Round, topics: CountedTopics) -> Page {
    let to_round = format!("/rounds/{}", round.id);
    let first = Some(to_round.clone());
    Page::new(titled("More results", &round.title), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=to_round>
                        "The shortlist and the first results"
                    </a>
                </p>
                <h1>{round.title.clone()}</h1>
                <h2>"More results"</h2>
                {counted_topics(topics, first)}
            </div>
        }
    })
}

/// What was counted for these topics, place by place, and the way to more.
fn counted_topics(topics: CountedTopics, first: Option<String>) -> impl IntoView {
    let CountedTopics { tallies, next } = topics;
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
        <ul class="stack">{topics}</ul>
        <p class="soft">
            "We never show a number from 1 to 9, so nobody can be identified. “Not shown” means \
             that this number would give a small one away."
        </p>
        <Pager first next />
    }
}

/// Opening a round.
pub fn new_round_form(sent: &Sent, refusals: &Refusals) -> Page {
    let frame =
        Frame::new("Open a voting round", ("/forum", "Organisers’ desk")).refused_for(refusals);
    let page = frame.around(|| {
        view! {
            <p class="lead">
                "Parents propose topics, then vote. Votes are counted automatically when \
                 voting closes. Nobody sees the results before then, not even you."
            </p>
            <form method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Field
                    name="title"
                    label="Name of the round"
                    hint="For example, Autumn 2026."
                    value=sent.typed("title")
                    refusals
                />
                <Field
                    name="seats"
                    label="How many topics should it choose?"
                    kind="number"
                    value=sent.typed("seats")
                    refusals
                />
                {date_fields(
                    "Parents propose from",
                    ["propose_day", "propose_time"],
                    sent,
                    refusals,
                )}
                {date_fields("Parents vote from", ["vote_day", "vote_time"], sent, refusals)}
                {date_fields("Voting closes", ["close_day", "close_time"], sent, refusals)}
                <p class="soft">"Allow at least two weeks for each, to give everyone time."</p>
                <button class="button" name="step" value="check">
                    "Check this round"
                </button>
            </form>
        }
    });
    page.kept_for_going_back()
}

/// The steps of a round, with how far it is.
#[must_use]
pub fn steps(round: &Round, now: Moment) -> Vec<Step> {
    let dates = &round.dates;
    Step::each([
        ("Waiting to begin", "Announced", now >= dates.propose_from),
        ("Parents propose", "Topics proposed", now >= dates.vote_from),
        ("Parents vote", "Votes given", now >= dates.closes_at),
        ("Counting", "Counted", dates.counted_at.is_some()),
        ("Confirming the shortlist", "Shortlist confirmed", round.confirmed.is_some()),
    ])
}

/// A day and a time of day, under these names.
pub fn date_fields(
    legend: &'static str,
    [day, time]: [&'static str; 2],
    sent: &Sent,
    refusals: &Refusals,
) -> AnyView {
    view! {
        <fieldset class="narrow-fields">
            <legend>{legend}</legend>
            <Field name=day label="Day" kind="date" value=sent.typed(day) refusals />
            <Field name=time label="Time" kind="time" value=sent.typed(time) refusals />
        </fieldset>
    }
    .into_any()
}

/// The page before a round is opened.
pub fn check_new_round(round: &NewRound, year: &SchoolYear, sent: &Sent) -> Page {
    let dates = &round.dates;
    let check = Check {
        title: "Check this round",
        rows: vec![
            ("Name of the round", round.title.clone()),
            ("Topics to choose", round.seats.to_string()),
            ("Parents propose from", clock::day_and_hour(dates.propose_from)),
            ("Parents vote from", clock::day_and_hour(dates.vote_from)),
            ("Voting closes", clock::day_and_hour(dates.closes_at)),
        ],
        warnings: rules::warnings(dates, year),
        after: "No other round can be open in that time. You can change the dates or cancel the \
            round until voting starts. After that, voting can only close later.",
        to: "/forum/rounds/new".to_owned(),
        sent,
        does: ("Open this round", CONFIRMED),
    };
    check.page()
}

/// The phase of a round, in a few words.
pub fn phase_words(dates: &Dates, now: Moment) -> String {
    match dates.phase(now) {
        Phase::Announced => format!("○ Starts on {}", clock::day(dates.propose_from)),
        Phase::Proposing => format!("● Propose until {}", clock::day(dates.vote_from)),
        Phase::Voting => format!("● Vote until {}", clock::day(dates.closes_at)),
        Phase::Counting => "● Votes are being counted".to_owned(),
        Phase::Closed => format!("✓ Results: voting closed on {}", clock::day(dates.closes_at)),
    }
}

fn lead(round: &Round, phase: Phase, now: Moment) -> String {
    let dates = &round.dates;
    match phase {
        Phase::Announced => {
            format!("Parents can propose topics from {}.", clock::day_and_hour(dates.propose_from))
        }
        Phase::Proposing => format!(
            "Propose topics until {} ({}). Then parents will vote.",
            clock::day_and_hour(dates.vote_from),
            clock::days_away(now, dates.vote_from)
        ),
        Phase::Voting => format!(
            "Support as many topics as you like until {} ({}). Nobody sees the results before \
             then, not even the council.",
            clock::day_and_hour(dates.closes_at),
            clock::days_away(now, dates.closes_at)
        ),
        Phase::Counting | Phase::Closed => {
            "Voting has closed. We are counting, and the results will be here in a moment."
                .to_owned()
        }
    }
}

fn timeline(dates: &Dates, now: Moment) -> impl IntoView + use<> {
    let steps = [
        (dates.propose_from, "Propose: parents send topics"),
        (dates.vote_from, "Vote: parents support topics"),
        (dates.closes_at, "Results: voting closes and we count"),
    ];
    let steps = steps.into_iter().map(|(at, what)| (at, now >= at, what.to_owned())).collect();
    view! { <Timeline steps /> }
}
