//! The shortlist on its round's page, and the form that confirms it.

use forms::{Refusals, Sent};
use ground::ui::{Area, Choice, Choices, Page, When};
use leptos::prelude::*;
use topics::support::Tally;

use super::rules::{self, Chosen};
use super::unusual::Unusual;
use crate::frame;
use crate::store::Round;

/// The result of a round: the list with its reasons, what the forum decided, and what a simple
/// count would have chosen.
pub fn outcome(
    round: &Round,
    chosen: &[Chosen],
    tallies: &[Tally],
    may_confirm: bool,
) -> impl IntoView + use<> {
    if chosen.is_empty() {
        return view! { <p>"Nobody supported any topic in this round, so none was chosen."</p> }
            .into_any();
    }
    let list = chosen
        .iter()
        .zip(rules::reasons(chosen, tallies))
        .map(|(chosen, reason)| {
            let is_kept =
                tallies.iter().any(|tally| tally.topic_id == chosen.topic_id && tally.is_confirmed);
            let is_dropped = round.confirmed.is_some() && !is_kept;
            view! {
                <li class="card">
                    <h3>
                        <a href=format!("/topics/{}", chosen.topic_id)>{chosen.title.clone()}</a>
                    </h3>
                    <p>{reason}</p>
                    {is_dropped
                        .then(|| {
                            view! { <p class="state">"× Taken off the list by the forum"</p> }
                        })}
                </li>
            }
        })
        .collect_view();
    let added: Vec<_> = tallies
        .iter()
        .filter(|tally| {
            tally.is_confirmed && chosen.iter().all(|chosen| chosen.topic_id != tally.topic_id)
        })
        .collect();
    let added = (!added.is_empty()).then(|| {
        let added = added
            .into_iter()
            .map(|tally| {
                view! {
                    <li>
                        <a href=format!("/topics/{}", tally.topic_id)>{tally.title.clone()}</a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h3>"Added to the list by the forum"</h3>
            <ul>{added}</ul>
        }
    });
    view! {
        <section class="stack">
            <h2>"The shortlist"</h2>
            {what_was_decided(round, may_confirm)}
            <ol class="stack">{list}</ol>
            {added}
            {plain_count(round, chosen, tallies)}
            <details>
                <summary>"How the list was made"</summary>
                <p>
                    "Every parent who voted has an equal say. A topic is chosen when its \
                     supporters together have enough say for a place. They then have less left for \
                     other topics. The topic that takes the least from each supporter comes first."
                </p>
                <p>
                    "One email inbox is one parent. Two accounts that share an inbox count once."
                </p>
                <p>
                    "So parents who agree get a share of the list that fits their number. A \
                     smaller group, such as one part of the area, isn't drowned out by a larger \
                     one."
                </p>
                <p>
                    "Any places left go to the parents who have been heard least so far. If two \
                     topics come out equal, the one proposed first is chosen."
                </p>
                <p>
                    "The methods are called Equal Shares (Peters and Skowron, 2020) and Phragmén’s \
                     (Brill and others, 2017). The program that counts is public, so anyone can \
                     check how it does that."
                </p>
            </details>
        </section>
    }
    .into_any()
}

/// What the forum decided about the list.
fn what_was_decided(round: &Round, may_confirm: bool) -> impl IntoView + use<> {
    match &round.confirmed {
        None => {
            let to = format!("/forum/rounds/{}/shortlist", round.id);
            let confirm = may_confirm.then(|| {
                view! {
                    <p>
                        <a class="button" href=to>
                            "Confirm the shortlist"
                        </a>
                    </p>
                }
            });
            view! {
                <p class="panel">"The forum hasn't confirmed it yet."</p>
                {confirm}
            }
            .into_any()
        }
        Some((at, reason)) if reason.is_empty() => {
            view! { <p class="panel">"✓ The forum confirmed it on "<When at=*at />
            ", just as it was counted."</p> }
            .into_any()
        }
        Some((at, reason)) => view! {
            <div class="panel gold">
                <p>
                    <b>"The forum changed the list on "<When at=*at />"."</b>
                    " This is why:"
                </p>
                <p class="lines">{reason.clone()}</p>
            </div>
        }
        .into_any(),
    }
}

/// What a simple count would have chosen instead, in the order of proposal.
fn plain_count(round: &Round, chosen: &[Chosen], tallies: &[Tally]) -> impl IntoView + use<> {
    let is_chosen = |tally: &Tally| chosen.iter().any(|chosen| chosen.topic_id == tally.topic_id);
    let plain = rules::plain_count(tallies, usize::try_from(round.seats).unwrap_or(0));
    let plain: Vec<&Tally> = plain.into_iter().map(|index| &tallies[index]).collect();
    let only_plain: Vec<_> =
        plain.iter().filter(|tally| !is_chosen(tally)).map(|tally| tally.title.clone()).collect();
    let only_fair: Vec<_> = chosen
        .iter()
        .filter(|chosen| plain.iter().all(|tally| tally.topic_id != chosen.topic_id))
        .map(|chosen| chosen.title.clone())
        .collect();
    if only_plain.is_empty() {
        return view! { <p class="soft">"A simple count would have chosen the same topics."
        </p> }
        .into_any();
    }
    let items = |titles: Vec<String>| {
        titles.into_iter().map(|title| view! { <li>{title}</li> }).collect_view()
    };
    view! {
        <details>
            <summary>"What a simple count would have chosen"</summary>
            <p>"These would be on the list too:"</p>
            <ul>{items(only_plain)}</ul>
            <p>"These would not be on the list:"</p>
            <ul>{items(only_fair)}</ul>
        </details>
    }
    .into_any()
}

/// What an organiser should know before confirming: signs without names.
fn unusual_joinings(unusual: &[Unusual]) -> impl IntoView + use<> {
    let nothing = unusual.is_empty();
    let signs = unusual.iter().map(|unusual| view! { <li>{unusual.words()}</li> }).collect_view();
    let found = if nothing {
        view! { <p>"Nothing unusual was found."</p> }.into_any()
    } else {
        view! {
            <ul>{signs}</ul>
            <p>
                "This doesn't have to mean that anyone cheated. Families at one school or one \
                 meeting can share a network, and a post in a parents' group can lead many to \
                 support the same topics."
            </p>
            <p>
                "Nobody was left out of the count because of it. Talk about it in the forum before \
                 you confirm the list. You can change the list, with a reason that everyone reads."
            </p>
        }
        .into_any()
    };
    view! {
        <section class="panel stack">
            <h2>"Unusual joinings in this round"</h2>
            {found}
            <details>
                <summary>"What we look for"</summary>
                <p>
                    "10 people or more who joined from one network within an hour, and 10 or more \
                     who began to support exactly the same topics within an hour. Numbers are to \
                     the nearest ten. Nobody can see who they were, or what they support."
                </p>
                <p>
                    "All addresses of one email inbox are counted as one person already, such as \
                     name+1@example.org and name+2@example.org."
                </p>
            </details>
        </section>
    }
}

/// What an organiser decides about: the list, all topics of the round, and what is unusual about
/// who joined and voted.
pub struct Counted {
    pub chosen: Vec<Chosen>,
    pub tallies: Vec<Tally>,
    pub unusual: Vec<Unusual>,
}

/// The form that confirms a list, or changes it with a reason. `sent` is `None` before anything was
/// sent: then the list is as it was counted.
pub fn confirm_form(
    round: &Round,
    Counted { chosen, tallies, unusual }: Counted,
    sent: Option<&Sent>,
    refusals: &Refusals,
) -> Page {
    let ticked: Vec<String> = match sent {
        Some(sent) => sent.all("topics"),
        None => chosen.iter().map(|chosen| chosen.topic_id.to_string()).collect(),
    };
    let topics = tallies.into_iter().map(|tally| (tally.topic_id, tally.title));
    let choices = Choice::each(topics, |id| ticked.iter().any(|ticked| ticked == id));
    let reason = sent.map_or("", |sent| sent.typed("reason")).to_owned();
    let page = frame(round, "Confirm the shortlist", refusals).around(|| {
        view! {
            <p class="lead">
                "The topics that parents' votes chose are ticked. Confirm them, or change them \
                 and say why. Everyone will be able to read your reason beside the list."
            </p>
            <p>"You can only do this once. You can't change it afterwards."</p>
            {unusual_joinings(&unusual)}
            <form method="post" novalidate>
                <Choices
                    name="topics"
                    legend="Which topics should be planned?"
                    hint="In the order they were proposed."
                    choices
                    many=true
                    refusals
                />
                <Area
                    name="reason"
                    label="Why the list is different from the count"
                    hint="Only if you changed something."
                    value=reason
                    refusals
                />
                <button class="button">"Confirm the shortlist"</button>
            </form>
        }
    });
    page.kept_for_going_back()
}
