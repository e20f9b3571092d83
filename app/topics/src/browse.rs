//! Reading topics: the list, one topic, and withdrawing one's own.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use calendar::promise::WITHIN;
use forms::Sent;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id, Plan};
use ground::takedown;
use ground::ui::{Banner, Card, Choice, Done, Labels, Page, Pager, Select, Share, When};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use voting::Phase;

use super::rules::{Reader, TopicState};
use super::store::{self, Filter, ListedTopic, Topic};
use crate::support::{SupportForm, Tally};

const MOST_ON_A_PAGE: usize = 20;

/// GET `/topics`
pub async fn topics_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let filter = Filter {
        search: query.line("search"),
        service: Id::parse(query.typed("service")).unwrap_or_default(),
        place: Id::parse(query.typed("place")).unwrap_or_default(),
        after: page_after(&query),
        ..Filter::default()
    };
    let mut topics = store::list(&house.db, &filter, MOST_ON_A_PAGE as i64 + 1).await?;
    let (services, places) = area::store::both(&house.db).await?;
    let next = (topics.len() > MOST_ON_A_PAGE).then(|| {
        topics.truncate(MOST_ON_A_PAGE);
        address(&filter, topics.last())
    });
    let first = filter.after.is_some().then(|| address(&filter, None));
    let page = Page::new("Topics", || {
        let is_filtered =
            !(filter.search.is_empty() && filter.service.is_empty() && filter.place.is_empty());
        let heading = match (filter.search.as_str(), is_filtered) {
            ("", false) => "All topics".to_owned(),
            ("", true) => "Matching topics".to_owned(),
            (words, _) => format!("Topics matching “{words}”"),
        };
        let nothing = topics.is_empty().then(|| {
            let may_propose = viewer.may_propose();
            if is_filtered {
                let propose = may_propose.then(|| {
                    view! {
                        ", or "
                        <a href="/topics/new">"propose one yourself"</a>
                    }
                });
                view! {
                    <p>"No topics match. "<a href="/topics">"Show all topics"</a>{propose}"."</p>
                }
                .into_any()
            } else {
                let propose = may_propose.then(|| {
                    view! {
                        " "
                        <a href="/topics/new">"Propose the first one"</a>
                        "."
                    }
                });
                view! { <p>"There are no topics yet."{propose}</p> }.into_any()
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"Topics"</h1>
                    <p class="lead">"What parents are asking the council and NHS to plan."</p>
                    {viewer
                        .may_propose()
                        .then(|| {
                            view! {
                                <p>
                                    <a class="button" href="/topics/new">
                                        "Propose a topic"
                                    </a>
                                </p>
                            }
                        })}
                    <details open=is_filtered>
                        <summary>"Search topics"</summary>
                        <form method="get" role="search">
                            <div class="field">
                                <label for="search">"Words to look for"</label>
                                <input
                                    id="search"
                                    name="search"
                                    type="search"
                                    value=filter.search.clone()
                                />
                            </div>
                            <Select
                                name="service"
                                label="Service"
                                choices=Choice::with_first(
                                    "All services",
                                    services,
                                    &filter.service,
                                )
                            />
                            <Select
                                name="place"
                                label="Place"
                                choices=Choice::with_first("All places", places, &filter.place)
                            />
                            <button class="button quiet">"Search"</button>
                        </form>
                    </details>
                </section>
                <section class="stack">
                    <h2>{heading}</h2>
                    {nothing}
                    {cards(topics)}
                    <Pager first next />
                </section>
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

/// The last topic of the page before, as the address of the next one names it: when it was
/// published, and its id.
#[must_use]
pub fn page_after(query: &Sent) -> Option<(Moment, Id<ids::Topic>)> {
    let (at, id) = query.typed("after").split_once('.')?;
    Some((at.parse().ok()?, Id::parse(id)?))
}

/// Topics as a list of cards.
pub fn cards(topics: Vec<ListedTopic>) -> impl IntoView {
    let cards = topics
        .into_iter()
        .map(|topic| {
            let help = shortened(&topic.would_help);
            view! {
                <Card
                    kind="topic"
                    labels=topic.labels
                    title=topic.title
                    to=format!("/topics/{}", topic.id)
                >
                    <p class="soft">{help}</p>
                </Card>
            }
        })
        .collect_view();
    view! { <ul class="cards">{cards}</ul> }
}

/// GET `/topics/{id}`
pub async fn topic_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Topic>>,
    uri: Uri,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let account = viewer.person().map(|person| &person.account_id);
    let topic = store::find(&house.db, &id, account).await?.ok_or(Error::NotFound)?;
    let state = topic.facts.state();
    if topic.facts.state() == TopicState::TakenDown {
        return taken_down(&house, &viewer, &topic).await;
    }
    let is_own = account == Some(&topic.author_id);
    let reader = if is_own {
        Reader::Author
    } else if viewer.is(Role::Organiser) {
        Reader::Organiser
    } else {
        Reader::Anyone
    };
    if !topic.facts.may_read(reader) {
        return Err(Error::NotFound);
    }
    let now = house.clock.now();
    let phase = topic.round.as_ref().map(|(_, dates)| dates.phase(now));
    let counted = match (&topic.round, phase) {
        (Some((round, _)), Some(Phase::Closed)) => {
            crate::support::store::tally(&house.db, round, &id).await?
        }
        _ => Tally::default(),
    };
    let (plans, updates) = outcomes::store::of_topic(&house.db, &id).await?;
    let came_of_it = CameOfIt { counted, plans, updates };
    let done = Done::of(&uri, &viewer, now);
    let seen = SeenTopic { topic, is_own, phase, came_of_it };
    let page = topic_view(&house, &viewer, seen, &done);
    let has_island =
        phase == Some(Phase::Voting) && state == TopicState::Published && viewer.is(Role::Parent);
    let page = if has_island { page.with_island() } else { page };
    Ok(page.answer(&house, &viewer))
}

/// In place of a topic that the forum took down: that it did, and why, for everyone.
async fn taken_down(house: &House, viewer: &Viewer, topic: &Topic) -> Result<Response, Error> {
    let takedown = takedown::store::of(&house.db, &topic.id).await?.ok_or(Error::NotFound)?;
    // Whoever plans it owes no answer to what nobody can read.
    let (_, updates) = outcomes::store::of_topic(&house.db, &topic.id).await?;
    let page = Page::new(takedown::TOPIC, || {
        view! {
            <article class="stack">
                <p>
                    <a class="back" href="/topics">
                        "Topics"
                    </a>
                </p>
                <Labels labels=topic.labels.clone() />
                <h1>{takedown::TOPIC}</h1>
                {takedown::parts::in_its_place(&takedown)}
                {outcomes::came_of_it(updates)}
            </article>
        }
    });
    Ok(page.answer(house, viewer))
}

/// The plans that answer a topic, and those that are decided; nothing where none does.
fn planned(plans: Vec<(Id<Plan>, String, bool)>) -> impl IntoView {
    let (decided, planned): (Vec<_>, Vec<_>) =
        plans.into_iter().partition(|(_, _, is_decided)| *is_decided);
    let list = |plans: Vec<(Id<Plan>, String, bool)>, words: [&'static str; 2], page: &str| {
        let [heading, said] = words;
        (!plans.is_empty()).then(|| {
            let plans = plans.into_iter().map(|(id, title, _)| {
                view! {
                    <li>
                        <a href=format!("/plans/{id}{page}")>{title}</a>
                    </li>
                }
            });
            view! {
                <h2>{heading}</h2>
                <p>{said}</p>
                <ul class="queue">{plans.collect_view()}</ul>
            }
        })
    };
    let decided_words =
        ["What was decided", "Read what the council and NHS decided about this topic in:"];
    let planned_words =
        ["Being planned now", "The council and NHS must say how they will answer this topic in:"];
    view! {
        {list(decided, decided_words, "/decision")}
        {list(planned, planned_words, "")}
    }
}

/// POST `/topics/{id}/withdrawal`
pub async fn withdraw_topic(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Topic>>,
) -> Result<Response, Error> {
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let author_id = &viewer.signed_in()?.account_id;
    let mut tx = house.db.begin().await?;
    let withdrawn = store::withdraw(&mut tx, &id, author_id, house.clock.now()).await?;
    tx.commit().await?;
    if withdrawn {
        Ok(Redirect::to("/account?done=withdrawn").into_response())
    } else {
        Err(Error::NotFound)
    }
}

/// What came of a topic so far.
struct CameOfIt {
    /// What was counted at the close of its round.
    counted: Tally,
    /// The plans it is tied to, with their titles, and whether they are decided.
    plans: Vec<(Id<Plan>, String, bool)>,
    /// What leaders say they did.
    updates: Vec<outcomes::store::ListedUpdate>,
}

/// A topic as whoever looks sees it.
struct SeenTopic {
    topic: Topic,
    is_own: bool,
    /// Of its round.
    phase: Option<Phase>,
    came_of_it: CameOfIt,
}

fn topic_view(house: &House, viewer: &Viewer, seen: SeenTopic, done: &Done) -> Page {
    let SeenTopic { topic, is_own, phase, came_of_it } = seen;
    let state = topic.facts.state();
    let banner = match done.what() {
        "proposed" if is_own && state == TopicState::Waiting => Some((
            done.title("Sent to the forum", "You have joined, and we have your topic"),
            format!("Someone will read it {WITHIN}. We will email you then."),
        )),
        "supported" if topic.supported && phase == Some(Phase::Voting) => Some((
            done.title("You support this topic", "You have joined, and your support counts"),
            "You can change your mind until voting closes. Nobody sees the results before then."
                .to_owned(),
        )),
        "taken back"
            if viewer.is(Role::Parent) && !topic.supported && phase == Some(Phase::Voting) =>
        {
            Some(("Support removed", "You can support it again until voting closes.".to_owned()))
        }
        _ => None,
    };
    let more = match &state {
        TopicState::Waiting => Some("Only you and the forum can see it for now."),
        TopicState::Declined(reason) => Some(reason.as_str()),
        TopicState::Withdrawn => Some("Only its author and the forum can see it."),
        _ => None,
    };
    let is_public = topic.facts.is_public();
    let explained = more.map(|more| format!("{}. {more}", state.words()));
    let title = topic.title.clone();
    let about = format!("What would help, in a parent's words: {}", topic.would_help);
    let CameOfIt { counted, plans, updates } = came_of_it;
    let page = Page::new(title, || {
        let banner = banner.map(|(title, what_next)| {
            view! {
                <Banner title>
                    <p>{what_next}</p>
                </Banner>
            }
        });
        let explained = explained.map(|words| view! { <p class="panel gold">{words}</p> });
        let merged = match &state {
            TopicState::Merged(into) => Some(view! {
                <p class="panel gold">
                    {state.words()}". This is now part of "
                    <a href=format!("/topics/{into}")>"that topic"</a>"."
                    {(!is_public).then_some(" Only its author and the forum can see this page.")}
                </p>
            }),
            _ => None,
        };
        let support = (state == TopicState::Published).then(|| {
            let dates = topic.round.clone();
            view! {
                <SupportForm
                    topic=topic.id.clone()
                    title=topic.title.clone()
                    supported=topic.supported
                    round=dates
                    phase
                    viewer
                    counted
                />
            }
        });
        let may_withdraw = is_own
            && matches!(state, TopicState::Waiting | TopicState::Published)
            && phase != Some(Phase::Closed)
            && phase != Some(Phase::Counting);
        let withdraw = may_withdraw.then(|| {
            view! {
                <details>
                    <summary>"Withdraw this topic"</summary>
                    <p>"It will be taken down and won't be counted. You can't undo this."</p>
                    <form method="post" action=format!("/topics/{}/withdrawal", topic.id)>
                        <button class="button warn">"Withdraw this topic"</button>
                    </form>
                </details>
            }
        });
        let merge = (viewer.is(Role::Organiser)
            && matches!(state, TopicState::Waiting | TopicState::Published))
        .then(|| {
            view! {
                <p>
                    <a href=format!("/forum/topics/{}", topic.id)>"Decide about this topic"</a>
                </p>
            }
        });
        let take_down = (viewer.is(Role::Organiser) && is_public).then(|| {
            let to = format!("/forum/topics/{}/takedown", topic.id);
            view! {
                <p>
                    <a href=to>"Take this topic down"</a>
                </p>
            }
        });
        let share = (state == TopicState::Published).then(|| {
            let address = house.link(&format!("/topics/{}", topic.id));
            view! { <Share address title=topic.title.clone() /> }
        });
        let labels = if topic.labels.is_empty() {
            vec![format!("All of {}", house.names.area)]
        } else {
            topic.labels.clone()
        };
        view! {
            <article class="stack">
                {banner}
                <p>
                    <a class="back" href="/topics">
                        "Topics"
                    </a>
                </p>
                <Labels labels />
                <h1>{topic.title.clone()}</h1>
                {explained}
                {merged}
                {support}
                <h2>"How things are now"</h2>
                <p class="said">{topic.happens_now}</p>
                <h2>"What would help"</h2>
                <p class="said">{topic.would_help}</p>
                <p class="soft">"Proposed by a parent on "<When at=topic.proposed_at />"."</p>
                {planned(plans)}
                {outcomes::came_of_it(updates)}
                {share}
                {withdraw}
                {merge}
                {take_down}
            </article>
        }
    });
    page.about(&about)
}

/// The address of the list with this filter, after this entry.
fn address(filter: &Filter, last: Option<&ListedTopic>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("search", filter.search.as_str()),
        ("service", filter.service.as_str()),
        ("place", filter.place.as_str()),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(last) = last {
        query.append_pair("after", &format!("{}.{}", last.published_at.millis(), last.id));
    }
    format!("/topics?{}", query.finish())
}

/// The first line, at most 140 characters of it, cut between words.
#[must_use]
pub fn shortened(text: &str) -> String {
    forms::beginning(text.lines().next().unwrap_or_default(), 140)
}
