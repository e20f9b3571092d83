//! What everyone sees of updates: the list, and one update with all that was said in it.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use calendar::clock::{self, Moment};
use forms::{Sent, page_number};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Banner, Done, Page, Pager, Share, When};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use outcomes::rules::{Outcome, Verdict, claimed, who};
use outcomes::store::Which;

use super::evidence::{Attached, Evidence, Numbers};
use super::store::{self, Judged, Said, Subject, Update};
use super::words::Words;
use super::{attach, due, find_update};

const MOST_ON_A_PAGE: i64 = 20;

/// GET `/updates`: all, or with `?show=claimed`, `confirmed`, `partly` or `disputed` those.
pub async fn updates_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent::query(&uri);
    let about = sent.typed("about").split_once(':').and_then(|(_, id)| id::parse(id));
    if let Some(about) = about {
        return updates_about_one_page(&house, &viewer, about).await;
    }
    let (which, show) = match (sent.typed("show"), Verdict::read(sent.typed("show"))) {
        (_, Some(verdict)) => (Which::Judged(verdict), verdict.word()),
        ("claimed", None) => (Which::Claimed, "claimed"),
        _ => (Which::All, ""),
    };
    let (page_number, due) = (page_number(&sent), due::due(&house).await?);
    if sent.typed("show") == "awaited" {
        return Ok(awaited_page(due, house.clock.now()).answer(&house, &viewer));
    }
    let mut updates = outcomes::store::list(
        &house.db,
        &which,
        (MOST_ON_A_PAGE + 1, (page_number - 1) * MOST_ON_A_PAGE),
    )
    .await?;
    let address = |page: i64| {
        if show.is_empty() {
            format!("/updates?page={page}")
        } else {
            format!("/updates?show={show}&page={page}")
        }
    };
    let next = (updates.len() as i64 > MOST_ON_A_PAGE).then(|| {
        updates.truncate(MOST_ON_A_PAGE as usize);
        address(page_number + 1)
    });
    let first = (page_number > 1).then(|| address(1));
    let page = Page::new("You said, we did", || {
        let nothing = updates.is_empty().then_some(if show.is_empty() {
            "Nobody has told us yet what happened."
        } else {
            "There are none."
        });
        let ways = [
            ("", "All"),
            ("claimed", "Not checked yet"),
            ("confirmed", "The forum agrees"),
            ("partly", "The forum partly agrees"),
            ("disputed", "The forum disagrees"),
        ];
        let ways = ways.map(|(word, title)| {
            let to = if word.is_empty() {
                "/updates".to_owned()
            } else {
                format!("/updates?show={word}")
            };
            view! {
                <a href=to aria-current=(word == show).then_some("true")>
                    {title}
                </a>
            }
        });
        view! {
            <div class="stack">
                <h1>"You said, we did"</h1>
                <p class="lead">
                    "What happened after parents spoke up. Leaders say what they did. The forum \
                     checks if it's true."
                </p>
                <nav class="pager" aria-label="Show">
                    {ways.into_iter().collect_view()}
                </nav>
                {(page_number == 1 && show.is_empty())
                    .then(|| {
                        view! {
                            <p class="panel">
                                {due::counted(&due)}" "
                                <a href="/updates?show=awaited">"See which"</a>
                            </p>
                        }
                    })}
                {nothing.map(|nothing| view! { <p>{nothing}</p> })}
                {outcomes::rows(updates)}
                <Pager first next />
            </div>
        }
    });
    Ok(page.wide().answer(&house, &viewer))
}

/// The most updates about one thing.
const MOST_OF_ONE: i64 = 50;

/// What happened about one thing.
async fn updates_about_one_page(
    house: &House,
    viewer: &Viewer,
    about: String,
) -> Result<Response, Error> {
    let updates = outcomes::store::list(&house.db, &Which::About(&about), (MOST_OF_ONE, 0)).await?;
    let page = Page::new("What happened", || {
        let nothing =
            updates.is_empty().then(|| view! { <p>"Nobody has told us yet what happened."</p> });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/updates">
                        "You said, we did"
                    </a>
                </p>
                <h1>"What happened"</h1>
                {nothing}
                {outcomes::rows(updates)}
            </div>
        }
    });
    Ok(page.answer(house, viewer))
}

/// What leaders still have to tell us.
fn awaited_page(due: Vec<due::Due>, now: calendar::clock::Moment) -> Page {
    Page::new("What we are waiting to hear", || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/updates">
                        "You said, we did"
                    </a>
                </p>
                <h1>"What we are waiting to hear"</h1>
                <p class="lead">
                    "Leaders must tell us by a set day what happened about every chosen topic, \
                     every consultation with results and every plan with a draft. If they are \
                     late, everyone can see it here."
                </p>
                <h2>{due::counted(&due)}</h2>
                {due::rows(due, now, false)}
            </div>
        }
    })
}

/// GET `/updates/{id}`
pub async fn update_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Update>>,
    uri: Uri,
) -> Result<Response, Error> {
    let update = find_update(&house, &id).await?;
    let now = house.clock.now();
    let done = Done::of(&uri, &viewer, now);
    let has_doubted = match viewer.person() {
        Some(person) if done.what() == "doubted" => {
            store::has_doubted(&house.db, &update.id, &person.account_id).await?
        }
        _ => false,
    };
    let may_change = match viewer.signed_in() {
        Ok(person) if viewer.is(Role::Leader) => {
            store::may_change(&house.db, &update.id, &person.account_id).await?
        }
        _ => false,
    };
    let words = &update.now().words;
    let heading = match update.about.as_slice() {
        [subject] => subject.title.clone(),
        _ => "What leaders say they did".to_owned(),
    };
    let title = format!("You said, we did: {heading}");
    let in_short = format!("You said: {} We did: {}", words.you_said, words.we_did);
    let page = Page::new(title.clone(), || {
        let banner = match done.what() {
            "published" if may_change => Some((
                "Published",
                "Everyone who took part will get an email. The forum will check if it's true.",
            )),
            "changed" if may_change => Some((
                "Published",
                "The forum will check it again. What you said before is still shown below.",
            )),
            "doubted" if has_doubted => Some((
                done.title("Sent to the forum", "You have joined, and we told the forum"),
                "Only its organisers can read it.",
            )),
            "judged" if viewer.is(Role::Organiser) => Some((
                "Published",
                "Everyone can see the forum's view beside what the leader says.",
            )),
            "read" if may_change => {
                Some(("We've taken it off your desk", "It stays here, beside what you said."))
            }
            _ => None,
        };
        let judge = if update.now().verdicts.is_empty() {
            "Say if the forum agrees"
        } else {
            "Change the forum's view"
        };
        let ways = [
            (may_change, format!("/lead/updates/{}", update.id), "Change what you said"),
            (viewer.is(Role::Organiser), format!("/forum/updates/{}", update.id), judge),
            (
                !viewer.is(Role::Leader) && !viewer.is(Role::Organiser),
                format!("/updates/{}/doubts/new", update.id),
                "That's not my experience",
            ),
        ];
        let ways = ways.into_iter().filter(|(may, ..)| *may).map(|(_, to, title)| {
            view! {
                <p>
                    <a class="button quiet" href=to>
                        {title}
                    </a>
                </p>
            }
        });
        let ways = ways.collect_view();
        let before = update.versions[1..].iter().map(|said| {
            view! {
                <details>
                    <summary>
                        {format!("What was said on {}", clock::day(said.at))}
                    </summary>
                    {version(&update, said, 3, None)}
                </details>
            }
        });
        let before = before.collect_view();
        let has_before = update.versions.len() > 1;
        view! {
            <article class="stack">
                {banner
                    .map(|(title, words)| {
                        view! {
                            <Banner title>
                                <p>{words}</p>
                            </Banner>
                        }
                    })} <p>
                    <a class="back" href="/updates">
                        "You said, we did"
                    </a>
                </p>
                <h1>{heading}</h1>
                {version(&update, update.now(), 2, Some(now))}
                <h2>"What this is about"</h2>
                {about(&update.about)}
                {ways}
                <Share address=house.link(&format!("/updates/{}", update.id)) title />
                {has_before.then(|| view! { <h2>"Earlier versions"</h2> })}
                {before}
            </article>
        }
    });
    Ok(page.about(&in_short).answer(&house, &viewer))
}

/// What an update is about, each with its address.
pub fn about(about: &[Subject]) -> impl IntoView + use<> {
    let about = about.iter().map(|subject| {
        let title = subject.title.clone();
        let title = if subject.is_there() {
            view! { <a href=subject.address()>{title}</a> }.into_any()
        } else {
            title.into_any()
        };
        view! { <li>{subject.kind.title()}": "{title}</li> }
    });
    let about = about.collect_view();
    view! { <ul>{about}</ul> }
}

/// What was said, and beside it what the forum says. `level`: the level of its headings.
/// `now`: for what was said last.
fn version(update: &Update, said: &Said, level: u8, now: Option<Moment>) -> impl IntoView + use<> {
    let mut judged = said.verdicts.iter().map(|judged| verdict(&update.id, judged, level));
    let last = judged.next();
    let earlier = judged
        .map(|judged| {
            view! {
                <details>
                    <summary>"What the forum said before"</summary>
                    {judged}
                </details>
            }
        })
        .collect_view();
    let claimed = said.verdicts.is_empty().then(|| {
        view! {
            <p class=outcomes::verdict_style(None)>
                <b>{claimed(&update.organisation)}</b>
            </p>
        }
    });
    let said_on = view! {
        <p class="soft">{format!("{} said on ", who(&update.organisation))}<When at=said.at /></p>
    };
    let overdue = now.and_then(|now| overdue(&said.words, now));
    // A table of numbers needs the whole width.
    let has_table = said.words.evidence.numbers.is_some()
        || said.verdicts.first().is_some_and(|judged| judged.evidence.numbers.is_some());
    let style = if has_table { "stack" } else { "pair" };
    view! {
        {you_said(&said.words, level)}
        <div class=style>
            <section class="panel">
                {said_on}{we_did(&said.words, Some(&update.id), level)}{overdue}
            </section>
            {claimed}
            {last}
        </div>
        {earlier}
    }
}

/// What an update says. `published`: its id, once its files can be saved.
pub fn words(words: &Words, published: Option<&Id<ids::Update>>) -> impl IntoView + use<> {
    view! {
        {you_said(words, 2)}
        <section class="panel">{we_did(words, published, 2)}</section>
    }
}

/// What parents said, and which parts of it this answers.
fn you_said(words: &Words, level: u8) -> impl IntoView + use<> {
    let parts = words
        .questions
        .iter()
        .map(|question| &question.words)
        .chain(Some(&words.part).filter(|part| !part.is_empty()));
    let parts: Vec<_> = parts.map(|part| view! { <li>{part.clone()}</li> }).collect();
    let parts = (!parts.is_empty()).then(|| {
        view! {
            <ul class="soft" aria-label="The parts this answers">
                {parts}
            </ul>
        }
    });
    view! {
        {heading(level, "You said")}
        <p class="said">{words.you_said.clone()}</p>
        {parts}
    }
}

/// That the day is over on which they would look again at what is not done.
fn overdue(words: &Words, now: Moment) -> Option<impl IntoView + use<>> {
    let Outcome::Not { look_again, .. } = &words.outcome else { return None };
    let by = clock::end_of(look_again).filter(|by| *by < now)?;
    let words = format!("× Overdue: they should have looked at it again by {}.", clock::day(by));
    Some(view! { <p class="late">{words}</p> })
}

/// What the organisation says that happened.
fn we_did(words: &Words, published: Option<&Id<ids::Update>>, level: u8) -> impl IntoView + use<> {
    let outcome = match &words.outcome {
        Outcome::Done | Outcome::Partly => None,
        Outcome::Not { because, decided_by, look_again } => Some(
            view! {
                <dt>"Why"</dt>
                <dd>{because.clone()}</dd>
                <dt>"Who decided"</dt>
                <dd>{decided_by.clone()}</dd>
                <dt>"When they will look at it again"</dt>
                <dd>{clock::day_of(look_again)}</dd>
            }
            .into_any(),
        ),
        Outcome::Deciding { by } => Some(
            view! {
                <dt>"They will decide by the end of"</dt>
                <dd>{clock::day_of(by)}</dd>
            }
            .into_any(),
        ),
    };
    let next = (!words.next.is_empty()).then(|| {
        let by = clock::day_of(&words.next_by).map(|day| format!(" By {day}."));
        view! {
            {heading(level, "What happens next")}
            <p class="lines">{words.next.clone()}{by}</p>
        }
    });
    view! {
        {heading(level, "We did")}
        <p class="state">{words.outcome.title()}</p>
        <p class="lines">{words.we_did.clone()}</p>
        {outcome.map(|outcome| view! { <dl class="when">{outcome}</dl> })}
        {evidence(&words.evidence, published)}
        {next}
    }
}

fn heading(level: u8, title: &'static str) -> AnyView {
    if level == 2 {
        view! { <h2>{title}</h2> }.into_any()
    } else {
        view! { <h3>{title}</h3> }.into_any()
    }
}

/// What the forum says about a version.
pub fn verdict(update_id: &Id<ids::Update>, judged: &Judged, level: u8) -> impl IntoView + use<> {
    view! {
        <section class=outcomes::verdict_style(Some(judged.verdict))>
            {heading(level, judged.verdict.title())}
            <p class="lines">{judged.words.clone()}</p>
            {evidence(&judged.evidence, Some(update_id))}
            <p class="soft">
                <When at=judged.at />
            </p>
        </section>
    }
}

/// The evidence for what was said.
fn evidence(evidence: &Evidence, published: Option<&Id<ids::Update>>) -> impl IntoView + use<> {
    view! {
        {evidence.numbers.as_ref().map(numbers)}
        {files(&evidence.files, published)}
        {links(&evidence.links)}
    }
}

fn files(files: &[Attached], published: Option<&Id<ids::Update>>) -> impl IntoView + use<> {
    let row = |file: &Attached| {
        let words = attach::words(file);
        match published {
            Some(update_id) => view! {
                <li>
                    <a href=format!("/updates/{update_id}/files/{}", file.id) rel="nofollow">
                        {words}
                    </a>
                </li>
            }
            .into_any(),
            None => view! { <li>{words}</li> }.into_any(),
        }
    };
    let rows: Vec<_> = files.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <p>
                <b>"Files to download"</b>
            </p>
            <ul>{rows}</ul>
        }
    })
}

fn links(links: &[String]) -> impl IntoView + use<> {
    let rows = links
        .iter()
        .map(|link| {
            view! {
                <li>
                    <a href=link.clone() rel="noopener nofollow">
                        {link.clone()}
                    </a>
                </li>
            }
        })
        .collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <p>
                <b>"Read more"</b>
            </p>
            <ul>{rows}</ul>
        }
    })
}

/// A number over time, place by place.
fn numbers(numbers: &Numbers) -> impl IntoView + use<> {
    let (days, places) = numbers.table();
    // Without the day of the week, which says nothing here.
    let short = |day: &String| {
        clock::day_of(day)
            .and_then(|day| day.split_once(' ').map(|(_, rest)| rest.to_owned()))
            .unwrap_or_default()
    };
    let names: Vec<String> = days.iter().map(short).collect();
    let head = names.iter().map(|day| view! { <th scope="col">{day.clone()}</th> }).collect_view();
    let rows = places.into_iter().map(|(place, cells)| {
        let cells = cells.into_iter().zip(names.clone()).map(|(cell, day)| {
            view! { <td data-label=day>{cell.unwrap_or_else(|| "–".to_owned())}
            </td> }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">{place}</th>
                {cells}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="plain">
            <caption>{numbers.what.clone()}</caption>
            <thead>
                <tr>
                    <th scope="col">"Where"</th>
                    {head}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <p class="soft">"Source: "{numbers.source.clone()}</p>
    }
}
