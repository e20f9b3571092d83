//! The record as everyone sees it: of the area in four parts, to which `yearly` adds a fifth, and
//! of each plan.

use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock::{self, Millis, Moment};
use disclosure::{Shown, commas};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Bar, Bars, Page, When};
use ground::viewer::Viewer;
use involvement::decision;
use involvement::rung;
use leptos::prelude::*;
use notices::rules::told_when;
use outcomes::rules::{Stage, Verdict, judged};
use plans::store::{Plan, PlanningSession};
use waits::InShort;

use super::figures::{
    Figure, InTime, OnPage, Spot, TOO_FEW, between_places, figures, of_contributors, ratio,
    supports, told_in_full, told_in_time,
};
use super::history::{
    Awaited, AwaitedState, ClosedRound, History, OpenedConsultation, Outcome, Version, rung_of,
    so_far,
};
use super::{charts, store};

/// The most rows a list on a page of the record has; the evidence pack has all.
const MOST: usize = 50;
/// Of how many services the first page says how long families wait.
const MOST_WAITS: i64 = 5;
/// How many columns can be read on a phone.
const MOST_COLUMNS: usize = 5;

/// The links between the parts of the record, with the open one marked.
pub(super) fn ways(open: &'static str) -> impl IntoView {
    let ways = [
        ("/record", "Plans"),
        ("/record/told", "Told before it started"),
        ("/record/outcomes", "What happened"),
        ("/record/places", "Who took part"),
        ("/record/duties", "Every year"),
    ];
    let ways = ways.map(|(to, title)| {
        view! {
            <a href=to aria-current=(to == open).then_some("page")>
                {title}
            </a>
        }
    });
    view! {
        <nav class="pager" aria-label="How are we doing?">
            {ways.into_iter().collect_view()}
        </nav>
    }
}

/// That the gate was overridden for a draft, by whom, and why.
fn overridden(of: impl IntoView, name: String, reason: String, at: Moment) -> impl IntoView {
    view! {
        <li class="panel warn">
            <p>
                <b>{of}</b>
            </p>
            <p>{name}" gave this reason on "<When at />":"</p>
            <p class="lines">{reason}</p>
        </li>
    }
}

fn share_words(part: InTime) -> String {
    part.share().map_or_else(|| TOO_FEW.to_owned(), |share| format!("{share}%"))
}

/// What a page asks that has figures at this place, and those figures.
async fn asked(house: &House, spot: Spot, now: Moment) -> sqlx::Result<(History, Vec<Figure>)> {
    let history = store::asked(&house.db, spot.asks(), now).await?;
    let within = house.settings.outcome_within;
    let figures = figures(&history, &house.names.area, within, now);
    Ok((history, figures))
}

/// The figures that stand at a place; nothing where there are none.
fn standing(figures: &[Figure], spot: Spot) -> Option<impl IntoView + use<>> {
    let rows = rows_of(figures, spot);
    (!rows.is_empty()).then(|| view! { <dl class="when">{rows}</dl> })
}

/// The same as the rows of a list.
fn rows_of(figures: &[Figure], spot: Spot) -> Vec<impl IntoView + use<>> {
    let here = figures.iter().filter_map(|figure| figure.on_page.clone());
    let here = here.filter(|on_page| on_page.spot == spot);
    let rows = here.map(|OnPage { title, words, leads_to, .. }| {
        let words = match leads_to {
            Some(to) => view! { <a href=to>{words}</a> }.into_any(),
            None => words.into_any(),
        };
        view! {
            <dt>{title}</dt>
            <dd>{words}</dd>
        }
    });
    rows.collect()
}

/// GET `/record`: the area, and its plans.
pub async fn record_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let (History { plans, .. }, figures) = asked(&house, Spot::Area, now).await?;
    let yearly = duties::store::everything(&house.db, None).await?.tally(clock::date(now));
    let waits = waits::sentences(&house, (MOST_WAITS, 0)).await?;
    let page = Page::new("How are we doing?", || {
        let overrides: Vec<_> = plans
            .iter()
            .flat_map(|plan| {
                plan.drafts
                    .iter()
                    .filter_map(move |draft| Some((plan, draft, draft.overridden.clone()?)))
            })
            .collect();
        let mut passed: Vec<_> = overrides
            .into_iter()
            .map(|(plan, draft, (name, reason, at))| {
                let of = view! {
                    {format!("Draft {} of ", draft.version)}
                    <a href=format!("/plans/{}", plan.id)>{plan.title.clone()}</a>
                };
                (at, overridden(of, name, reason, at))
            })
            .collect();
        passed.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let passed = passed.into_iter().map(|(_, row)| row).collect_view();
        let rows = plans.iter().rev().take(MOST).map(|plan| plan_row(plan, now)).collect_view();
        let table = (!plans.is_empty()).then(|| {
            view! {
                <table class="plain">
                    <caption>"How involved parents were, plan by plan"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Plan"</th>
                            <th scope="col">"How involved parents were"</th>
                            <th scope="col">"First draft"</th>
                            <th scope="col">"Went ahead without parents"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            }
        });
        let more = (plans.len() > MOST).then(|| {
            view! {
                <p>
                    <a href="/plans">"All plans"</a>
                </p>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"How are we doing?"</h1>
                    <p class="lead">
                        "Were parents involved from the start, told about changes before they \
                         started, and told what happened next?"
                    </p>
                    {ways("/record")}
                    <dl class="when">
                        {rows_of(&figures, Spot::Area)}
                        {yearly
                            .map(|words| {
                                view! {
                                    <dt>"What must be done every year"</dt>
                                    <dd>
                                        <a href="/record/duties">{words}</a>
                                    </dd>
                                }
                            })}
                        <dt>"How long families wait"</dt>
                        <dd>{how_long(waits)}</dd>
                    </dl>
                </section>
                <section class="stack">
                    <h2>"Plans"</h2>
                    {plans
                        .is_empty()
                        .then(|| {
                            view! {
                                <p>
                                    "No plan is registered yet. For each one, you will see here \
                                     what happened and in what order."
                                </p>
                            }
                        })}
                    {table}
                    {more}
                </section>
                {decisions(&plans)}
                <section class="stack">
                    <h2>"Published without involving parents as agreed"</h2>
                    <p>
                        "No draft is published before parents have been involved, unless someone \
                         gives their name and a reason. Every time this happens, it stays on this \
                         page."
                    </p>
                    <ul class="stack">{passed}</ul>
                </section>
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

/// How long families wait: the sentence of each service, and the way to all.
fn how_long(waits: Vec<InShort>) -> impl IntoView {
    let said = if waits.is_empty() { "Nobody has published it yet." } else { waits::MEDIAN };
    let rows = waits.into_iter().map(|InShort { to, service, words, forum }| {
        let forum = forum.map(|forum| view! { <b>{format!(" {forum}")}</b> });
        view! {
            <p>
                <a href=to>{service}</a>
                ": "
                {words}
                {forum}
            </p>
        }
    });
    view! {
        {rows.collect_view()}
        <p class="soft">{said}</p>
        <p>
            <a href="/waits">"All services"</a>
        </p>
    }
}

/// What was decided, the last decided first, and whether parents were answered before that.
fn decisions(plans: &[Plan]) -> impl IntoView + use<> {
    let mut decided: Vec<_> =
        plans.iter().filter_map(|plan| Some((plan, plan.decided()?))).collect();
    decided.sort_by_key(|(_, decision)| std::cmp::Reverse(decision.decided_at));
    let rows: Vec<_> = decided
        .into_iter()
        .take(MOST)
        .map(|(plan, decision)| {
            let early = decision.early.is_some().then(|| {
                view! { <p>"× Decided before the consultation on it had closed"</p> }
            });
            let answered = if plan.decision_passed.is_some() {
                match decision::lacks(&plan.decision_facts()) {
                    lacks if lacks.is_empty() => {
                        "× Leaders went ahead before everything that was agreed was done".to_owned()
                    }
                    lacks => format!("× Published without {lacks}"),
                }
            } else {
                "✓ It answers every topic, and what parents said in consultations".to_owned()
            };
            let decided_by = decision.decided_by.clone();
            view! {
                <li>
                    <h3>
                        <a href=format!("/plans/{}/decision", plan.id)>{plan.title.clone()}</a>
                    </h3>
                    <p class="soft">
                        "Decided on "<When at=decision.decided_at />". Who decided: "{decided_by}
                    </p>
                    {early}
                    <p>{answered}</p>
                </li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack">
                <h2>"What was decided"</h2>
                <ul class="queue">{rows}</ul>
            </section>
        }
    })
}

fn plan_row(plan: &Plan, now: Moment) -> impl IntoView + use<> {
    let rung = rung_of(plan, now).map_or("Nothing has happened yet", |(rung, _)| rung.title());
    let draft = match plan.rung().first_draft_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => "None yet".into_any(),
    };
    let gate = if plan.went_ahead() { "× Yes" } else { "No" };
    view! {
        <tr>
            <th scope="row">
                <a class="link" href=format!("/record/plans/{}", plan.id)>
                    {plan.title.clone()}
                </a>
            </th>
            <td data-label="How involved parents were">{rung}</td>
            <td data-label="First draft">{draft}</td>
            <td data-label="Went ahead without parents">{gate}</td>
        </tr>
    }
}

/// What is overdue, longest overdue first.
fn late(awaited: &[Awaited], within: Millis, now: Moment) -> Vec<(Moment, &Awaited)> {
    let mut late: Vec<_> = awaited
        .iter()
        .filter_map(|awaited| match awaited.standing(within, now) {
            AwaitedState::Overdue(by) => Some((by, awaited)),
            AwaitedState::Said | AwaitedState::Due(_) => None,
        })
        .collect();
    late.sort_by(|(one, a), (other, b)| (one, &a.id).cmp(&(other, &b.id)));
    late
}

/// GET `/record/told`: who was told before each change took effect.
pub async fn told_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let (History { told, .. }, figures) = asked(&house, Spot::Told, now).await?;
    let sums = told_in_time(&told, &house.names.area, now);
    let page = Page::new("Told before it started", || {
        let nothing = told
            .is_empty()
            .then(|| view! { <p>"No change we told people about has started yet."</p> });
        let all = (!told.is_empty()).then(|| {
            let changes = if sums.changes == 1 {
                "1 change has started so far.".to_owned()
            } else {
                format!("{} changes have started so far.", sums.changes)
            };
            view! {
                <p class="lead">
                    {changes}" Told before a change started, of the people who asked: "
                    <b>{told_in_full(&sums)}</b>"."
                </p>
            }
        });
        let not_shown = (sums.not_shown > 0).then(|| {
            view! {
                <p class="soft">
                    {format!(
                        "To protect people, this leaves out {} of them: too few people were told.",
                        sums.not_shown,
                    )}
                </p>
            }
        });
        let to_nobody = (sums.to_nobody > 0).then(|| {
            view! {
                <p class="soft">
                    {format!(
                        "When we announced {} of them, there was nobody to email about it.",
                        sums.to_nobody,
                    )}
                </p>
            }
        });
        let quarters: Vec<_> = sums
            .by_quarter
            .iter()
            .rev()
            .take(MOST_COLUMNS)
            .rev()
            .map(|(quarter, part)| (quarter.clone(), part.share()))
            .collect();
        let over_time = (!sums.by_quarter.is_empty()).then(|| {
            let chart = charts::columns("Told before it started, by quarter", &quarters);
            let rows = sums
                .by_quarter
                .iter()
                .rev()
                .take(MOST)
                .map(|(quarter, part)| in_time_row(quarter, *part))
                .collect_view();
            view! {
                <section class="stack">
                    <h2>"Over time"</h2>
                    <div>{chart}</div>
                    {in_time_table("By quarter, latest first", "Quarter", rows)}
                </section>
            }
        });
        let by_place = (!sums.by_place.is_empty()).then(|| {
            let shares: Vec<(u64, u64)> =
                sums.by_place.iter().map(|(_, part)| (part.before, part.all)).collect();
            let rows =
                sums.by_place.iter().map(|(place, part)| in_time_row(place, *part)).collect_view();
            view! {
                <section class="stack">
                    <h2>"By place"</h2>
                    {in_time_table("Changes that can be shown by place", "Place", rows)}
                    <p>{unlike(ratio(&shares), "Share of people told before a change started")}</p>
                </section>
            }
        });
        let changes = told.iter().rev().take(MOST).map(|told| {
            let when = told_when(&told.told, told.started_at, told.effect_at);
            let fair = told.takes_away.then_some(match (&told.passed, told.equality_signed_at) {
                (Some(_), _) => "× Leaders went ahead before saying who it affects",
                (None, Some(_)) => "✓ It takes something away, and says who it affects",
                (None, None) => "○ It takes something away. Nobody has said yet who it affects",
            });
            let fair = fair.map(|words| view! { <p>{words}</p> });
            view! {
                <li>
                    <h3>
                        <a href=format!("/notices/{}", told.notice_id)>{told.title.clone()}</a>
                    </h3>
                    <p>"Started on "<When at=told.effect_at />". "{when}</p>
                    {fair}
                </li>
            }
        });
        let changes = (!told.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Changes that have started"</h2>
                    <ul class="queue">{changes.collect_view()}</ul>
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"Told before it started"</h1>
                    {ways("/record/told")}
                    {all}
                    {standing(&figures, Spot::Told)}
                    {nothing}
                    {not_shown}
                    {to_nobody}
                </section>
                {over_time}
                {by_place}
                {changes}
                <p class="soft">
                    "Numbers are rounded to the nearest ten, so nobody can be identified. People \
                     are counted once for each change, again every ten minutes for two weeks \
                     after it starts."
                </p>
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

fn in_time_row(name: &str, part: InTime) -> impl IntoView + use<> {
    let (before, all) =
        (format!("about {}", commas(part.before)), format!("about {}", commas(part.all)));
    view! {
        <tr>
            <th scope="row">{name.to_owned()}</th>
            <td data-label="Told before">{before}</td>
            <td data-label="Out of">{all}</td>
            <td data-label="Share">{share_words(part)}</td>
        </tr>
    }
}

fn in_time_table(caption: &'static str, first: &'static str, rows: impl IntoView) -> impl IntoView {
    view! {
        <table class="plain">
            <caption>{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{first}</th>
                    <th scope="col">"Told before"</th>
                    <th scope="col">"Out of"</th>
                    <th scope="col">"Share"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// GET `/record/outcomes`: what happened after parents said something, and what the forum says
/// about it.
pub async fn outcomes_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let (history, figures) = asked(&house, Spot::WhoWeTold, now).await?;
    let History { outcomes, awaited, .. } = history;
    let page = Page::new("How are we doing: what happened", || {
        let late = late(&awaited, house.settings.outcome_within, now);
        let is = |of: fn(&AwaitedState) -> bool| {
            awaited
                .iter()
                .filter(|awaited| of(&awaited.standing(house.settings.outcome_within, now)))
                .count()
        };
        let (said, due) = (
            is(|standing| matches!(standing, AwaitedState::Said)),
            is(|standing| matches!(standing, AwaitedState::Due(_))),
        );
        let overdue = late.len();
        let rows = late.into_iter().take(MOST).map(|(by, awaited)| {
            view! {
                <li>
                    <h3>
                        <a href=address(awaited)>{awaited.title.clone()}</a>
                    </h3>
                    <p>"× Overdue since "<When at=by /></p>
                </li>
            }
        });
        let rows = (overdue > 0).then(|| view! { <ul class="queue">{rows.collect_view()}</ul> });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"What happened"</h1>
                    {ways("/record/outcomes")}
                    <p class="lead">
                        "Leaders say what they did. The forum checks if it's true. We follow up \
                         every one."
                    </p>
                    {verdicts(&outcomes)}
                    <p>
                        <a href="/updates">"See them all"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Who we told"</h2>
                    {standing(&figures, Spot::WhoWeTold)}
                    <p class="soft">"We count these numbers every ten minutes."</p>
                </section>
                <section class="stack">
                    <h2>"What we are waiting for"</h2>
                    <p>
                        {format!(
                            "Leaders must say what happened about every chosen topic, every \
                             consultation with results and every plan with a draft. Told us: \
                             {said}. Not due yet: {due}. Overdue: {overdue}.",
                        )}
                    </p>
                    {standing(&figures, Spot::WaitingFor)}
                    {rows}
                </section>
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

fn address(awaited: &Awaited) -> String {
    match awaited.kind.as_str() {
        "topic" => format!("/topics/{}", awaited.id),
        "plan" => format!("/plans/{}", awaited.id),
        _ => format!("/consultations/{}/results", awaited.id),
    }
}

/// What leaders say, and what the forum says about it.
fn verdicts(outcomes: &[Outcome]) -> impl IntoView + use<> {
    let many = |is: &dyn Fn(&Version) -> bool| {
        let many = outcomes.iter().filter_map(Outcome::now).filter(|version| is(version)).count();
        u64::try_from(many).unwrap_or(0)
    };
    let all = many(&|_| true);
    let row = |name: &str, many: u64| Bar {
        name: name.to_owned(),
        shown: Shown::Number(many),
        of: Some(all),
    };
    let verdicts = [None, Some(Verdict::Confirmed), Some(Verdict::Partly), Some(Verdict::Disputed)]
        .map(|verdict| {
            let many = many(&|version| version.verdict.map(|(verdict, _)| verdict) == verdict);
            row(&judged(verdict, ""), many)
        });
    let outcomes =
        Stage::ALL.map(|stage| row(stage.title(), many(&|version| version.outcome == stage)));
    view! {
        <Bars caption="What the forum says about it".to_owned() rows=verdicts.to_vec() />
        <Bars caption="What leaders say happened".to_owned() rows=outcomes.to_vec() />
    }
}

/// How different the places are, in a sentence.
fn unlike(ratio: Option<f64>, what: &str) -> String {
    match ratio {
        None => "There are too few numbers to compare places.".to_owned(),
        Some(ratio) => {
            format!("{what}: {ratio:.1} times as high in the highest place as in the lowest.")
        }
    }
}

/// GET `/record/places`: who took part, place by place.
pub async fn places_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let (history, figures) = asked(&house, Spot::Places, now).await?;
    let History { rounds, consultations, .. } = history;
    let page = Page::new("Who took part", || {
        let answers = consultations.iter().filter_map(TookPart::in_consultation);
        let mut all: Vec<_> = rounds.iter().map(TookPart::in_round).chain(answers).collect();
        all.sort_by_key(|part| std::cmp::Reverse(part.at));
        let nothing = all.is_empty().then(|| {
            view! { <p>
            "When a voting round closes or results are published, you will see it here."</p> }
        });
        let sections = all.into_iter().take(MOST).map(|part| took_part(part, 2)).collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"Who took part"</h1>
                    {ways("/record/places")}
                    <p class="lead">
                        "Compared with how many children with SEND live in each place. Small \
                         numbers are not shown, to protect people, and can't be worked out."
                    </p>
                    {standing(&figures, Spot::Places)}
                    {nothing}
                </section>
                {sections}
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

/// Who took part in a round or a consultation, place by place.
struct TookPart {
    at: Moment,
    title: String,
    address: String,
    /// What is counted: supports or answers.
    what: &'static str,
    /// (place, how many took part, children with SEND who live there)
    places: Vec<(String, Option<u64>, Option<u64>)>,
}

impl TookPart {
    fn in_round(round: &ClosedRound) -> Self {
        Self {
            at: round.closed_at,
            title: round.title.clone(),
            address: format!("/rounds/{}", round.id),
            what: "Supports",
            places: supports(round),
        }
    }

    /// `None` until it has results.
    fn in_consultation(consultation: &OpenedConsultation) -> Option<Self> {
        let (_, at, _) = consultation.released.as_ref()?;
        Some(Self {
            at: *at,
            title: consultation.title.clone(),
            address: format!("/consultations/{}/results", consultation.id),
            what: "Answers",
            places: consultation.by_place(),
        })
    }
}

/// One round, or one consultation, place by place. `level`: the level of its heading.
fn took_part(part: TookPart, level: u8) -> impl IntoView {
    let TookPart { at, title, address, what, places } = part;
    let between = unlike(between_places(&places), &format!("{what} for each child"));
    let rows = places.into_iter().map(|(place, people, lives)| {
        let each = people.zip(lives.filter(|lives| *lives > 0)).map_or_else(
            || TOO_FEW.to_owned(),
            |(people, lives)| format!("{:.1}", people as f64 * 100.0 / lives as f64),
        );
        let people = people.map_or_else(|| TOO_FEW.to_owned(), commas);
        let lives = lives.map_or_else(|| "not known".to_owned(), commas);
        view! {
            <tr>
                <th scope="row">{place}</th>
                <td data-label=what>{people}</td>
                <td data-label="Children with SEND">{lives}</td>
                <td data-label="Per 100 children">{each}</td>
            </tr>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let table = if rows.is_empty() {
        view! { <p>"We didn't ask by place, or there are too few people to show."</p> }.into_any()
    } else {
        view! {
            <table class="plain">
                <caption>{what}" by place"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Place"</th>
                        <th scope="col">{what}</th>
                        <th scope="col">"Children with SEND"</th>
                        <th scope="col">"Per 100 children"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p>{between}</p>
        }
        .into_any()
    };
    let link = view! { <a href=address>{title}</a> };
    let heading = if level == 2 {
        view! { <h2>{link}</h2> }.into_any()
    } else {
        view! { <h3>{link}</h3> }.into_any()
    };
    view! {
        <section class="stack">
            {heading}<p class="soft">
                <When at />
            </p>{table}
        </section>
    }
}

/// GET `/record/plans/{id}`: one plan, from its registration to what happened in the end.
pub async fn plan_record_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Plan>>,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let id = Id::parse(&id).ok_or(Error::NotFound)?;
    let plan = plans::store::find(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let of_plan = store::of_plan(&house.db, &id, so_far(now)).await?;
    let page = Page::new(format!("How are we doing? {}", plan.title), || {
        let events = plan.timeline();
        let points: Vec<(Moment, String)> = events
            .iter()
            .map(|event| (event.at, plans::happened(&event.what).to_owned()))
            .collect();
        let chart = charts::timeline("What happened to the plan, in order", &points);
        let steps = events.iter().zip(points).enumerate().map(|(nth, (event, (_, what)))| {
            view! {
                <li class="done">
                    {plans::happened_at(event)} {format!("{}. {what}", nth + 1)}
                </li>
            }
        });
        let steps = steps.collect_view();
        let rung = match rung_of(&plan, now) {
            Some((rung, because)) => view! {
                <p class="lead">
                    <b>{rung.title()}</b>
                    ": "
                    {because}
                    "."
                </p>
            }
            .into_any(),
            None => {
                let why = rung::none_yet(&plan.rung());
                view! { <p class="lead">{why}"."</p> }.into_any()
            }
        };
        let overrides = plan.drafts.iter().filter_map(|draft| {
            let (name, reason, at) = draft.overridden.clone()?;
            Some(overridden(format!("Draft {}", draft.version), name, reason, at))
        });
        let overrides: Vec<_> = overrides.collect();
        let overrides = (!overrides.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Published without involving parents as agreed"</h2>
                    <ul class="stack">{overrides}</ul>
                </section>
            }
        });
        let sessions: Vec<_> = plan.met_parents().map(session_row).collect();
        let sessions = (!sessions.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Planning sessions with parents"</h2>
                    <p>
                        "Leaders record them. Only those that someone at the forum, or two parents \
                         who were there, confirm count as planning together."
                    </p>
                    <ul class="queue">{sessions}</ul>
                </section>
            }
        });
        let outcome = match of_plan
            .awaited
            .as_ref()
            .map(|awaited| awaited.standing(house.settings.outcome_within, now))
        {
            None => "No draft is published yet. Once one is, leaders must say what happened next."
                .to_owned(),
            Some(AwaitedState::Said) => "✓ Leaders have told us what happened.".to_owned(),
            Some(AwaitedState::Due(by)) => {
                format!("○ Leaders must tell us what happened by {}.", clock::day(by))
            }
            Some(AwaitedState::Overdue(by)) => format!(
                "× Overdue since {}: the council or the NHS hasn't told us yet what happened.",
                clock::day(by)
            ),
        };
        let who_heard = (!of_plan.contributed.is_empty())
            .then(|| standing(&of_contributors(&of_plan.contributed), Spot::WhoWeTold))
            .flatten();
        let supported = of_plan.rounds.iter().rev();
        let supported: Vec<_> =
            supported.map(|round| took_part(TookPart::in_round(round), 3)).collect();
        let supported = (!supported.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Who supported the topics this plan answers"</h2>
                    <p class="soft">
                        "Compared with how many children with SEND live in each place."
                    </p>
                    {supported}
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <p>
                        <a class="back" href="/record">
                            "How are we doing?"
                        </a>
                    </p>
                    <h1>{plan.title.clone()}</h1>
                    {rung}
                    <p>
                        <a href=format!(
                            "/plans/{}",
                            plan.id,
                        )>"See the plan, its topics and drafts"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"What happened, in order"</h2>
                    <div>{chart}</div>
                    <ol class="timeline">{steps}</ol>
                </section>
                {sessions}
                {decisions(std::slice::from_ref(&plan))}
                {overrides}
                {supported}
                <section class="stack">
                    <h2>"What happened next"</h2>
                    <p>{outcome}</p>
                    {outcomes::rows_of_section(of_plan.updates)}
                    {who_heard}
                </section>
            </div>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

/// One planning session, and how far it has got.
fn session_row(session: &PlanningSession) -> impl IntoView + use<> {
    let held = clock::day_of(&session.day).unwrap_or_else(|| session.day.clone());
    view! { <li>{held} {plans::what_others_say(session)}</li> }
}
