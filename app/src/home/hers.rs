//! Home for someone who is signed in: what waits for her, what is new, what will change for her,
//! what became of what she said; then everything else.

use calendar::clock::{self, Millis};
use ground::error::Error;
use ground::house::House;
use ground::ui::When;
use ground::viewer::{Role, SignedIn, Viewer};
use leptos::prelude::*;
use updates::store::Contribution;

use super::{Now, coming, invitation, said_done};
use crate::search::{self, store::Thing};

/// How much of each there is room for on two screens of a phone.
const NEW: i64 = 5;
const COMING: usize = 2;
const SAID: i64 = 3;

/// What is hers.
pub(super) struct Hers {
    name: String,
    now: Now,
    area: String,
    /// When she was here before.
    before: Option<Millis>,
    new: Vec<Thing>,
    /// Whether any of the changes is about a service she asked to be told about.
    has_services: bool,
    said: Vec<Contribution>,
    within: Millis,
}

impl Hers {
    pub(super) async fn of(house: &House, person: &SignedIn, mut now: Now) -> Result<Self, Error> {
        let services = subscriptions::store::services_of(&house.db, &person.account_id).await?;
        let is_hers = |notice: &notices::store::Listed| {
            notice.services.iter().any(|service| services.contains(service))
        };
        // A stable sort: within each part the next comes first.
        now.coming.sort_by_key(|notice| !is_hers(notice));
        now.coming.truncate(COMING);
        let said =
            updates::store::contributions(&house.db, &person.account_id, (SAID, 0), now.at).await?;
        let new = match person.visited_before {
            Some(before) => search::store::since(&house.db, before, now.at, NEW).await?,
            None => Vec::new(),
        };
        Ok(Self {
            name: person.shown_name.clone(),
            now,
            area: house.names.area.clone(),
            before: person.visited_before,
            new,
            has_services: !services.is_empty(),
            said,
            within: house.outcome_within,
        })
    }

    pub(super) fn view(
        self,
        viewer: &Viewer,
        banner: Option<(&'static str, &'static str)>,
    ) -> impl IntoView + use<> {
        let is_parent = viewer.is(Role::Parent);
        let now = self.now;
        let parents = is_parent.then(|| invitation(now.round.as_ref(), now.at, &self.area, true));
        let asked = (!now.asked.is_empty()).then(|| consultations::cards(now.asked, now.at));
        let new = self.before.filter(|_| !self.new.is_empty()).map(|before| new(before, self.new));
        let said = is_parent.then(|| {
            let nothing = self.said.is_empty().then(crate::said::nothing_yet);
            let rows = crate::said::rows(self.said, self.within, now.at, 3);
            view! {
                <section class="stack">
                    <h2>"What you said"</h2>
                    {nothing}
                    {rows}
                    <p>
                        <a href="/account/said">"Everything you said and what happened next"</a>
                    </p>
                </section>
            }
        });
        let choose = (is_parent && !self.has_services).then(|| {
            view! {
                <p>
                    "Tell us which services matter to you, and these will be shown first: "
                    <a href="/account/subscriptions">"choose services"</a>
                </p>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack text">
                    {said_done(banner)} <h1>{format!("Hello {}", self.name)}</h1> {desks(viewer)}
                    {parents}
                </section>
                {asked
                    .map(|asked| {
                        view! {
                            <section class="stack">
                                <h2>"We want to hear from you"</h2>
                                {asked}
                            </section>
                        }
                    })}
                {new}
                <section class="stack">
                    <h2>"Changes coming up for you"</h2>
                    {choose}
                    {coming(now.coming, now.at)}
                </section>
                {said}
                <section class="stack">
                    <h2>"Everything else"</h2>
                    <ul>
                        <li>
                            <a href="/topics">"All topics from parents"</a>
                        </li>
                        <li>
                            <a href="/consultations">"All consultations"</a>
                        </li>
                        <li>
                            <a href="/plans">"Plans"</a>
                        </li>
                        <li>
                            <a href="/updates">"What happened: you said, we did"</a>
                        </li>
                        <li>
                            <a href="/local-offer">"Local Offer"</a>
                        </li>
                        {now
                            .last
                            .map(|round| {
                                view! {
                                    <li>
                                        <a href=format!(
                                            "/rounds/{}",
                                            round.id,
                                        )>{format!("Results of {}", round.title)}</a>
                                    </li>
                                }
                            })}
                    </ul>
                </section>
            </div>
        }
    }
}

/// The way to her desks, for those who have one: it's what they came for.
fn desks(viewer: &Viewer) -> impl IntoView + use<> {
    let desks = [
        (Role::Organiser, "/forum", "Go to the organisers’ desk"),
        (Role::Leader, "/lead", "Go to the leaders’ desk"),
        (Role::Admin, "/admin", "Go to administration"),
    ];
    let desks = desks.into_iter().filter(|(role, ..)| viewer.is(*role)).map(|(_, to, label)| {
        view! {
            <p>
                <a class="button" href=to>
                    {label}
                </a>
            </p>
        }
    });
    desks.collect_view()
}

/// What became public since she was here.
fn new(before: Millis, things: Vec<Thing>) -> impl IntoView {
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
