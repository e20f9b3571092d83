//! Home for someone who is signed in: what waits for them, what is new, what will change for them,
//! what became of what they said; then everything else.

use calendar::clock::{self, Millis, Moment};
use ground::error::Error;
use ground::house::House;
use ground::ui::{SecondStepSoon, When};
use ground::viewer::{Role, SignedIn, Viewer};
use leptos::prelude::*;
use notices::store::ListedNotice;
use rounds::store::Round;
use updates::store::Contribution;
use voting::Phase;

use super::store::{self, Asked, OpenTo};
use super::{coming, current_and_last, said_done};
use crate::search::{self, store::Thing};

/// How much there is room for on two screens of a phone.
const COMING: usize = 2;
const SAID: i64 = 3;

pub(super) struct OwnHome {
    name: String,
    at: Moment,
    /// The round that people take part in now or next.
    round: Option<Round>,
    /// The last round that is over.
    last: Option<Round>,
    asked: Vec<Asked>,
    coming: Vec<ListedNotice>,
    /// When they were here before.
    before: Option<Moment>,
    new: Vec<Thing>,
    /// Whether any of the changes is about a service they asked to be told about.
    has_services: bool,
    said: Vec<Contribution>,
    within: Millis,
}

impl OwnHome {
    pub(super) async fn of(house: &House, person: &SignedIn) -> Result<Self, Error> {
        let (at, account) = (house.clock.now(), &person.account_id);
        let place = person.facts.place_id().unwrap_or_default();
        let on_another_day = |before: &Moment| clock::fields(*before).0 != clock::fields(at).0;
        let since = person.visited_before.filter(on_another_day);
        let OpenTo { rounds, asked, mut coming, services, new } =
            store::open_to(&house.db, (account, &place), since, at).await?;
        let is_theirs = |notice: &ListedNotice| {
            notice.services.iter().any(|service| services.contains(service))
        };
        // A stable sort: within each part the next comes first.
        coming.sort_by_key(|notice| !is_theirs(notice));
        coming.truncate(COMING);
        let said = if person.holds.contains(&Role::Parent) {
            updates::store::contributions(&house.db, account, (SAID, 0), at).await?
        } else {
            Vec::new()
        };
        let (round, last) = current_and_last(rounds, at);
        Ok(Self {
            name: person.shown_name.clone(),
            at,
            round,
            last,
            asked,
            coming,
            before: person.visited_before,
            new,
            has_services: !services.is_empty(),
            said,
            within: house.settings.outcome_within,
        })
    }

    pub(super) fn view(
        self,
        viewer: &Viewer,
        banner: Option<(&'static str, &'static str)>,
    ) -> impl IntoView {
        let is_parent = viewer.is(Role::Parent);
        let at = self.at;
        let to_do = is_parent.then(|| to_do(self.round.as_ref(), &self.asked, at));
        let new = self.before.filter(|_| !self.new.is_empty()).map(|before| new(before, self.new));
        let said = is_parent.then(|| {
            let said = if self.said.is_empty() {
                crate::said::nothing_yet(viewer)
            } else {
                crate::said::lines(self.said, self.within, at).into_any()
            };
            view! {
                <section class="stack">
                    <h2>"What you said"</h2>
                    {said}
                    <p>
                        <a href="/account/said">"Everything you said and what happened next"</a>
                    </p>
                </section>
            }
        });
        let changes =
            if self.has_services { "Changes coming up for you" } else { "Changes coming up" };
        let choose = (is_parent && !self.has_services).then(|| {
            view! {
                <p>
                    "Tell us which services matter to you, and these will be shown first: "
                    <a href="/subscribe">"choose services"</a>
                </p>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack text">
                    {said_done(banner)} <h1>{format!("Hello {}", self.name)}</h1> {desks(viewer)}
                </section>
                <div class="columns">
                    {to_do} {new} <section class="stack">
                        <h2>{changes}</h2>
                        {choose}
                        {coming(self.coming, at)}
                    </section> {said}
                </div>
                <section class="stack">
                    <h2>"Everything else"</h2>
                    {everything_else(self.last)}
                </section>
            </div>
        }
    }
}

/// What a parent can do now, with the days that are left.
fn to_do(round: Option<&Round>, asked: &[Asked], now: Moment) -> impl IntoView + use<> {
    let round = round.map(|round| {
        let dates = &round.dates;
        let page = format!("/rounds/{}", round.id);
        match dates.phase(now) {
            Phase::Proposing => line(
                "/topics/new".to_owned(),
                "Propose a topic".to_owned(),
                "",
                dates.vote_from,
                now,
            ),
            Phase::Voting => {
                let title = format!("Support topics: {}", round.title);
                line(page, title, "", dates.closes_at, now)
            }
            Phase::Announced | Phase::Counting | Phase::Closed => view! {
                <li>
                    <h3>
                        <a href=page>{round.title.clone()}</a>
                    </h3>
                    <p>{rounds::phase_words(dates, now)}</p>
                </li>
            }
            .into_any(),
        }
    });
    let asked = asked.iter().map(|asked| {
        let page = format!("/consultations/{}", asked.id);
        line(page, asked.title.clone(), "We are asking parents. ", asked.closes_at, now)
    });
    let lines = round.into_iter().chain(asked).collect_view();
    view! {
        <section class="stack">
            <h2>"What you can do now"</h2>
            <ul class="queue">
                {lines} <li>
                    <a href="/topics/new">"Propose your own topic"</a>
                </li>
            </ul>
        </section>
    }
}

fn line(to: String, title: String, what: &'static str, until: Moment, now: Moment) -> AnyView {
    view! {
        <li>
            <h3>
                <a href=to>{title}</a>
            </h3>
            <p>
                {what} "Until " {clock::day(until)} ": " <b>{clock::days_left(now, until)}</b>
            </p>
        </li>
    }
    .into_any()
}

fn everything_else(last: Option<Round>) -> impl IntoView {
    let last = last.map(|round| {
        view! {
            <li>
                <a href=format!("/rounds/{}", round.id)>{format!("Results of {}", round.title)}</a>
            </li>
        }
    });
    let pages = [
        ("/topics", "All topics from parents"),
        ("/consultations", "All consultations"),
        ("/plans", "Plans"),
        ("/updates", "What happened: you said, we did"),
        ("/local-offer", "Local Offer"),
    ];
    let pages = pages.map(|(to, title)| {
        view! {
            <li>
                <a href=to>{title}</a>
            </li>
        }
    });
    view! { <ul>{pages.into_iter().collect_view()} {last}</ul> }
}

/// The way to their desks, for those who have one: it's what they came for. Whoever has none is
/// told here what a desk would tell them.
fn desks(viewer: &Viewer) -> impl IntoView {
    let desks = viewer.desks().map(|desk| {
        view! {
            <p>
                <a class="button" href=desk.path>
                    {desk.go}
                </a>
            </p>
        }
    });
    let desks = desks.collect::<Vec<_>>();
    let soon = desks.is_empty().then(|| view! { <SecondStepSoon viewer /> });
    view! {
        {desks}
        {soon}
    }
}

/// What became public since they were here.
fn new(before: Moment, things: Vec<Thing>) -> impl IntoView {
    let things = things
        .into_iter()
        .map(|thing| {
            view! {
                <li>
                    <h3>
                        <a href=thing.address()>{thing.title.clone()}</a>
                    </h3>
                    <p class="soft">
                        {search::kind_title(&thing.kind)}", "<When at=thing.since />
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{format!("New since {}", clock::day(before))}</h2>
            <ul class="queue">{things}</ul>
        </section>
    }
}
