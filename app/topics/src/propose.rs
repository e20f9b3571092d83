//! Proposing a topic: write it, see similar ones, check it, send it. Nothing is saved until it is
//! sent.

use accounts::{Sends, may_send, too_many};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::promise::WITHIN;
use deliveries::{EmailKind, Owed, owe};
use forms::{Named, Refusals, Sent};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Topic};
use ground::sent::Form;
use ground::ui::{Area, Choice, Choices, Field, FormKey, Page, Summary, hidden};
use ground::viewer::{SignedIn, Viewer};
use leptos::prelude::*;

use super::rules::{self, Proposal};
use super::{emails, search, store};

/// What a topic can be about.
struct ThereAre {
    services: Vec<Named>,
    places: Vec<Named>,
}

impl ThereAre {
    async fn of(house: &House) -> sqlx::Result<Self> {
        let (services, places) = area::store::both(&house.db).await?;
        Ok(Self { services, places })
    }
}

/// GET `/topics/new`
pub async fn propose_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let there_are = ThereAre::of(&house).await?;
    let page = write_page(&house, &Sent::default(), &Refusals::default(), there_are).await?;
    Ok(page.answer(&house, &viewer))
}

/// POST `/topics/new`: checks it, goes back to it, or sends it.
pub async fn propose(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let there_are = ThereAre::of(&house).await?;
    let proposal = rules::proposal(&sent, &there_are.services, &there_are.places);
    let refusals = match &proposal {
        Err(refusals) if sent.typed("step") != "change" => refusals.clone(),
        _ => Refusals::default(),
    };
    match (sent.typed("step"), proposal) {
        ("send", Ok(proposal)) => {
            if !may_send(&house, Sends::Topic, &viewer).await? {
                let author = &viewer.signed_in()?.account_id;
                if let Some(id) = store::proposed(&house.db, author, &proposal.form_key).await? {
                    return Ok(Redirect::to(&format!("/topics/{id}?done=proposed")).into_response());
                }
                let refusals = Refusals::one(
                    "title",
                    "Send this one tomorrow. You have sent a lot of topics today",
                );
                let page = write_page(&house, &sent, &refusals, there_are).await?;
                return Ok(too_many(page, Sends::Topic, &house, &viewer));
            }
            let id = keep(&house, viewer.signed_in()?, &proposal).await?;
            Ok(Redirect::to(&format!("/topics/{id}?done=proposed")).into_response())
        }
        ("change", _) | (_, Err(_)) => {
            let page = write_page(&house, &sent, &refusals, there_are).await?;
            Ok(page.answer(&house, &viewer))
        }
        (_, Ok(proposal)) => {
            let alike = search::alike(&house.db, &proposal.title, 3).await?;
            Ok(check_page(&house, &sent, &proposal, alike, &there_are).answer(&house, &viewer))
        }
    }
}

/// Saves a proposal and owes its author an email; the topic's id.
async fn keep(house: &House, author: &SignedIn, proposal: &Proposal) -> sqlx::Result<Id<Topic>> {
    let now = house.clock.now();
    let votes_from = crate::support::store::proposing_until(&house.db, now).await?;
    let mut tx = house.db.begin().await?;
    let id = store::propose(&mut tx, &author.account_id, proposal, now).await?;
    let receipt = Owed {
        // A double tap is one topic, and one email.
        dedup_key: &format!("topic received {id}"),
        kind: EmailKind::TopicReceived,
        account_id: Some(&author.account_id),
        to: &author.email,
        words: &emails::received(house, &id, votes_from),
        at: now,
        not_after: None,
    };
    owe(&mut tx, receipt).await?;
    tx.commit().await?;
    Ok(id)
}

async fn write_page(
    house: &House,
    sent: &Sent,
    refusals: &Refusals,
    ThereAre { mut services, places }: ThereAre,
) -> sqlx::Result<Page> {
    let until = crate::support::store::proposing_until(&house.db, house.clock.now()).await?;
    services.push(Named {
        id: rules::SOMETHING_ELSE.to_owned(),
        name: "Something else, or no one service".to_owned(),
    });
    let (services, places) =
        (Choice::ticked(sent, "services", services), Choice::ticked(sent, "places", places));
    let when = match until {
        Some(until) => {
            format!(
                "Send it by {} to be in this voting round.",
                calendar::clock::day_and_hour(until)
            )
        }
        None => "It will go into the next voting round.".to_owned(),
    };
    let area = house.names.area.clone();
    let page = Page::new("Propose a topic", || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1>"Propose a topic"</h1>
                <p class="lead">
                    {format!(
                        "What matters most to your family? Tell the council and NHS in {area} what \
                         to plan next.",
                    )}
                </p>
                <p class="soft">
                    {when}
                    " Everyone can read it, but your name isn't shown. "
                    "Please don't use a child's name."
                </p>
                <form method="post" action="/topics/new" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field
                        name="title"
                        label="What should be planned?"
                        hint="One line, 100 characters or fewer."
                        value=sent.typed("title")
                        refusals
                    />
                    <Area
                        name="happens_now"
                        label="What happens now?"
                        hint="As you see it, in your own words. Nobody will change them."
                        value=sent.typed("happens_now")
                        refusals
                    />
                    <Area
                        name="would_help"
                        label="What would help?"
                        value=sent.typed("would_help")
                        refusals
                    />
                    <Choices
                        name="services"
                        legend="Which services is it about?"
                        hint="Choose all that apply."
                        choices=services
                        many=true
                        refusals
                    />
                    <Choices
                        name="places"
                        legend="Is it about one part of the area?"
                        hint="Leave this empty if it's about the whole area."
                        choices=places
                        many=true
                        refusals
                    />
                    <button class="button" name="step" value="check">
                        "Check your topic"
                    </button>
                </form>
            </div>
        }
    });
    Ok(page.kept_for_going_back().refused_for(refusals))
}

fn check_page(
    house: &House,
    sent: &Sent,
    proposal: &Proposal,
    alike: Vec<search::Alike>,
    there_are: &ThereAre,
) -> Page {
    let services = if proposal.services.is_empty() {
        "Something else".to_owned()
    } else {
        names_of(&proposal.services, &there_are.services)
    };
    let places = if proposal.places.is_empty() {
        format!("All of {}", house.names.area)
    } else {
        names_of(&proposal.places, &there_are.places)
    };
    let hidden = hidden(sent.fields().filter(|(name, _)| name != "step"));
    let proposal = proposal.clone();
    Page::new("Check your topic", || {
        let alike = (!alike.is_empty()).then(|| {
            let alike = alike
                .into_iter()
                .map(|topic| {
                    let over = topic.is_over.then_some(" – voting on it has closed");
                    view! {
                        <li>
                            <a href=format!("/topics/{}", topic.id)>{topic.title}</a>
                            {over}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <div class="panel gold stack">
                    <h2>"Has someone already asked for this?"</h2>
                    <p>
                        "One topic with lots of support is stronger. If one of these says the \
                         same and voting is open, support it instead. Press Back to return to what \
                         you wrote."
                    </p>
                    <ul>{alike}</ul>
                </div>
            }
        });
        view! {
            <div class="stack">
                <h1>"Check your topic"</h1>
                {alike}
                <dl class="answers">
                    <div>
                        <dt>"What should be planned"</dt>
                        <dd>{proposal.title}</dd>
                    </div>
                    <div>
                        <dt>"How things are now"</dt>
                        <dd class="said">{proposal.happens_now}</dd>
                    </div>
                    <div>
                        <dt>"What would help"</dt>
                        <dd class="said">{proposal.would_help}</dd>
                    </div>
                    <div>
                        <dt>"Services"</dt>
                        <dd>{services}</dd>
                    </div>
                    <div>
                        <dt>"Places"</dt>
                        <dd>{places}</dd>
                    </div>
                </dl>
                <form method="post" action="/topics/new" class="stack">
                    {hidden}
                    <button class="button" name="step" value="send">
                        "Send this topic"
                    </button>
                    <button class="button quiet" name="step" value="change">
                        "Change something"
                    </button>
                </form>
                <p class="soft">
                    "Someone at the forum will read it first, "{WITHIN}
                    ". We will email you then."
                </p>
            </div>
        }
    })
    .kept_for_going_back()
}

fn names_of<T>(chosen: &[Id<T>], there_are: &[Named]) -> String {
    let is_chosen = |named: &&Named| chosen.iter().any(|id| *id == named.id.as_str());
    let names: Vec<&str> =
        there_are.iter().filter(is_chosen).map(|named| named.name.as_str()).collect();
    names.join(", ")
}
