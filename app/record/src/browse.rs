//! The record as everyone sees it: of the area in four parts, and of each plan.

use axum::extract::{Path, State};
use axum::response::Response;
use calendar::clock::{self, Millis};
use disclosure::Shown;
use ground::error::Error;
use ground::house::House;
use ground::ui::{Bars, Page, Timeline, When};
use ground::viewer::Viewer;
use leptos::prelude::*;
use outcomes::rules::Verdict;
use plans::store::Plan;

use super::figures::{
    InTime, TOO_FEW, between_places, heard, median_of_shown, ratio, supports, told_in_time,
};
use super::history::{Awaited, Contributed, Outcome, Standing, Version, rung_of, so_far};
use super::{charts, store};

/// How many rows a list on a page of the record has at the most; the evidence pack has all.
const MOST: usize = 50;
/// How many columns are wide enough to be read on a phone.
const MOST_COLUMNS: usize = 5;

/// The ways through the record, the one that is open marked.
fn ways(open: &'static str) -> impl IntoView {
    let ways = [
        ("/record", "Plans"),
        ("/record/told", "Told in time"),
        ("/record/outcomes", "What came of it"),
        ("/record/places", "Who took part"),
    ];
    let ways = ways.map(|(to, title)| {
        view! {
            <a href=to aria-current=(to == open).then_some("page")>
                {title}
            </a>
        }
    });
    view! {
        <nav class="pager" aria-label="The record">
            {ways.into_iter().collect_view()}
        </nav>
    }
}

/// That the gate was passed for a draft, by whom, and why.
fn overridden(of: impl IntoView, name: String, reason: String, at: Millis) -> impl IntoView {
    view! {
        <li class="panel warn">
            <p>
                <b>{of}</b>
            </p>
            <p>{name}" passed the gate on "<When at />", for this reason:"</p>
            <p class="said">{reason}</p>
        </li>
    }
}

fn share_words(part: InTime) -> String {
    part.share().map_or_else(|| TOO_FEW.to_owned(), |share| format!("{share} in 100"))
}

/// GET `/record`: the area, and its plans.
pub async fn area(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let plans = store::plans(&house.db, so_far(now)).await?;
    let told = told_in_time(&store::told(&house.db, now).await?, &house.names.area, now);
    let awaited = store::awaited(&house.db, now).await?;
    let overdue = late(&awaited, house.outcome_within, now).len();
    let page = Page::new("The record", || {
        let overrides: Vec<_> = plans
            .iter()
            .flat_map(|plan| {
                plan.drafts
                    .iter()
                    .filter_map(move |draft| Some((plan, draft, draft.overridden.clone()?)))
            })
            .collect();
        let count = match overrides.len() {
            0 => "The gate was never overridden.".to_owned(),
            1 => "The gate was overridden once.".to_owned(),
            2 => "The gate was overridden twice.".to_owned(),
            times => format!("The gate was overridden {times} times."),
        };
        let registered = if plans.len() == 1 {
            "1 plan is registered.".to_owned()
        } else {
            format!("{} plans are registered.", plans.len())
        };
        let in_time = told
            .all
            .share()
            .map_or_else(|| TOO_FEW.to_owned(), |share| format!("{share} in 100 people"));
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
                    <caption>"How far parents were in, plan by plan"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Plan"</th>
                            <th scope="col">"How far"</th>
                            <th scope="col">"First draft"</th>
                            <th scope="col">"Gate"</th>
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
                    <h1>"The record"</h1>
                    <p class="lead">
                        "Whether parents were in from the start, were told in time, and heard what \
                         came of it."
                    </p>
                    {ways("/record")}
                    <dl class="when">
                        <dt>"Plans"</dt>
                        <dd>{registered}</dd>
                        <dt>"Drafts published against the rule"</dt>
                        <dd>{count}</dd>
                        <dt>"Told before a change took effect"</dt>
                        <dd>
                            <a href="/record/told">{in_time}</a>
                        </dd>
                        <dt>"Outcomes overdue"</dt>
                        <dd>
                            <a href="/record/outcomes">
                                {if overdue == 0 { "None".to_owned() } else { overdue.to_string() }}
                            </a>
                        </dd>
                    </dl>
                </section>
                <section class="stack">
                    <h2>"Plans"</h2>
                    {plans
                        .is_empty()
                        .then(|| {
                            view! {
                                <p>
                                    "No plan is registered yet. Each one will stand here, with \
                                     what happened in which order."
                                </p>
                            }
                        })}
                    {table}
                    {more}
                </section>
                <section class="stack">
                    <h2>"When the gate was overridden"</h2>
                    <p>
                        "No draft is published before parents were involved, unless somebody \
                         passes the gate by name and for a reason. Each time stands here for ever."
                    </p>
                    <ul class="stack">{passed}</ul>
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn plan_row(plan: &Plan, now: Millis) -> impl IntoView + use<> {
    let rung = rung_of(plan, now).map_or("Nothing has happened yet", |(rung, _)| rung.title());
    let draft = match plan.rung().first_draft_at {
        Some(at) => view! { <When at /> }.into_any(),
        None => "None yet".into_any(),
    };
    let overrides = plan.drafts.iter().filter(|draft| draft.overridden.is_some()).count();
    let gate = if overrides > 0 { "× Overridden" } else { "Not overridden" };
    view! {
        <tr>
            <th scope="row">
                <a class="link" href=format!("/record/plans/{}", plan.id)>
                    {plan.title.clone()}
                </a>
            </th>
            <td data-label="How far">{rung}</td>
            <td data-label="First draft">{draft}</td>
            <td data-label="Gate">{gate}</td>
        </tr>
    }
}

/// What is overdue, the longest first.
fn late(awaited: &[Awaited], within: Millis, now: Millis) -> Vec<(Millis, &Awaited)> {
    let mut late: Vec<_> = awaited
        .iter()
        .filter_map(|awaited| match awaited.standing(within, now) {
            Standing::Overdue(by) => Some((by, awaited)),
            Standing::Said | Standing::Due(_) => None,
        })
        .collect();
    late.sort_by(|(one, a), (other, b)| (one, &a.id).cmp(&(other, &b.id)));
    late
}

/// GET `/record/told`: who was told before what took effect.
pub async fn told(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let told = store::told(&house.db, now).await?;
    let sums = told_in_time(&told, &house.names.area, now);
    let page = Page::new("Told in time: the record", || {
        let nothing = told
            .is_empty()
            .then(|| view! { <p>"No change has taken effect yet that people were told of."</p> });
        let all = (!told.is_empty()).then(|| {
            let changes = if sums.changes == 1 {
                "1 change".to_owned()
            } else {
                format!("{} changes", sums.changes)
            };
            view! {
                <p class="lead">
                    "Of "{changes}" that took effect: "<b>{share_words(sums.all)}</b>
                    " of those who had asked to be told were told before."
                </p>
            }
        });
        let not_shown = (sums.not_shown > 0).then(|| {
            view! {
                <p class="soft">
                    {format!("{} of them were told to too few people to say.", sums.not_shown)}
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
            let chart =
                charts::columns("Told in time, by quarter of a year", &quarters).into_string();
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
                    <div inner_html=chart />
                    {in_time_table("By quarter of a year, the last first", "Quarter", rows)}
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
                    {in_time_table("Of the changes that can be shown by place", "Place", rows)}
                    <p>{unlike(ratio(&shares), "The shares told in time")}</p>
                </section>
            }
        });
        let changes = told.iter().rev().take(MOST).map(|told| {
            let days = (told.effect_at - told.started_at).div_euclid(clock::DAY);
            let days = match days {
                ..0 => "only after it".to_owned(),
                0 => "less than a day before".to_owned(),
                1 => "1 day before".to_owned(),
                days => format!("{days} days before"),
            };
            view! {
                <li>
                    <h3>
                        <a href=format!("/notices/{}", told.notice_id)>{told.title.clone()}</a>
                    </h3>
                    <p>"From "<When at=told.effect_at />". Told "{days}"."</p>
                </li>
            }
        });
        let changes = (!told.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Changes that took effect"</h2>
                    <ul class="queue">{changes.collect_view()}</ul>
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"Told in time"</h1>
                    {ways("/record/told")}
                    {all}
                    {nothing}
                    {not_shown}
                </section>
                {over_time}
                {by_place}
                {changes}
                <p class="soft">
                    "Numbers are to the nearest ten, so that they tell of nobody. They count a \
                     person once for each change."
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn in_time_row(name: &str, part: InTime) -> impl IntoView + use<> {
    let (before, all) = (format!("about {}", part.before), format!("about {}", part.all));
    view! {
        <tr>
            <th scope="row">{name.to_owned()}</th>
            <td data-label="In time">{before}</td>
            <td data-label="Of">{all}</td>
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
                    <th scope="col">"In time"</th>
                    <th scope="col">"Of"</th>
                    <th scope="col">"Share"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// GET `/record/outcomes`: what came of what parents said, and what the forum makes of it.
pub async fn outcomes(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let outcomes = store::outcomes(&house.db, now).await?;
    let contributed = store::contributed(&house.db, now).await?;
    let awaited = store::awaited(&house.db, now).await?;
    let page = Page::new("What came of it: the record", || {
        let late = late(&awaited, house.outcome_within, now);
        let is = |of: fn(&Standing) -> bool| {
            awaited
                .iter()
                .filter(|awaited| of(&awaited.standing(house.outcome_within, now)))
                .count()
        };
        let (said, due) = (
            is(|standing| matches!(standing, Standing::Said)),
            is(|standing| matches!(standing, Standing::Due(_))),
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
                    <h1>"What came of it"</h1>
                    {ways("/record/outcomes")}
                    <p class="lead">
                        "Leaders say what they did. The forum says if it is so. Nothing is left \
                         hanging."
                    </p>
                    {verdicts(&outcomes)}
                    <p>
                        <a href="/updates">"All outcomes"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"Who heard of it"</h2>
                    {who_heard(&contributed)}
                </section>
                <section class="stack">
                    <h2>"What is awaited"</h2>
                    <p>
                        {format!(
                            "Every chosen topic, consultation with results and plan with a draft \
                             gets an outcome. Given: {said}. Due: {due}. Overdue: {overdue}.",
                        )}
                    </p>
                    {rows}
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// How many heard what came of it, and when.
fn who_heard(contributed: &[Contributed]) -> impl IntoView + use<> {
    let told = heard(contributed).iter().filter_map(|heard| heard.told.to_ten()).sum::<u64>();
    let told = if told > 0 { format!("about {told}") } else { TOO_FEW.to_owned() };
    let days = match median_of_shown(contributed) {
        None => TOO_FEW.to_owned(),
        Some(0) => "on the same day".to_owned(),
        Some(1) => "after 1 day".to_owned(),
        Some(days) => format!("after {days} days"),
    };
    view! {
        <dl class="when">
            <dt>"Emails that reached people who contributed"</dt>
            <dd>{told}</dd>
            <dt>"Half of them had it"</dt>
            <dd>{days}</dd>
        </dl>
    }
}

fn address(awaited: &Awaited) -> String {
    match awaited.kind.as_str() {
        "topic" => format!("/topics/{}", awaited.id),
        "plan" => format!("/plans/{}", awaited.id),
        _ => format!("/consultations/{}/results", awaited.id),
    }
}

/// What leaders say, and what the forum makes of it.
fn verdicts(outcomes: &[Outcome]) -> impl IntoView + use<> {
    let many = |is: &dyn Fn(&Version) -> bool| {
        let many = outcomes.iter().filter_map(Outcome::now).filter(|version| is(version)).count();
        Shown::Number(u64::try_from(many).unwrap_or(0))
    };
    let verdicts = [None, Some(Verdict::Confirmed), Some(Verdict::Partly), Some(Verdict::Disputed)]
        .map(|verdict| {
            let title = verdict.map_or("○ Claimed, the forum has not said yet", Verdict::title);
            (
                title.to_owned(),
                many(&|version| version.verdict.map(|(verdict, _)| verdict) == verdict),
            )
        });
    let outcomes = ["done", "partly", "not", "deciding"];
    let outcomes = outcomes.map(|word| {
        (outcomes::outcome_title(word).to_owned(), many(&|version| version.outcome == word))
    });
    view! {
        <Bars caption="What the forum makes of it".to_owned() rows=verdicts.to_vec() />
        <Bars caption="What leaders say came of it".to_owned() rows=outcomes.to_vec() />
    }
}

/// How unlike the places are, in a sentence.
fn unlike(ratio: Option<f64>, what: &str) -> String {
    match ratio {
        None => "There is too little to compare the places.".to_owned(),
        Some(ratio) => format!(
            "{what} in the place with most are {ratio:.1} times those in the place with least."
        ),
    }
}

/// GET `/record/places`: who took part, place by place.
pub async fn places(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let now = house.clock.now();
    let rounds = store::counted(&house.db, now).await?;
    let asked = store::asked(&house.db, now).await?;
    let page = Page::new("Who took part: the record", || {
        let rounds: Vec<_> = rounds
            .iter()
            .map(|round| {
                (
                    round.closed_at,
                    round.title.clone(),
                    format!("/rounds/{}", round.id),
                    "Supports",
                    supports(round),
                )
            })
            .collect();
        let answers = asked.iter().filter_map(|asked| {
            let (_, at, _) = asked.released.as_ref()?;
            Some((
                *at,
                asked.title.clone(),
                format!("/consultations/{}/results", asked.id),
                "Answers",
                asked.by_place(),
            ))
        });
        let mut all: Vec<_> = rounds.into_iter().chain(answers).collect();
        all.sort_by(|(one, ..), (other, ..)| other.cmp(one));
        let nothing = all.is_empty().then(|| {
            view! { <p>
            "Rounds that closed and results that were published will stand here."</p> }
        });
        let sections = all.into_iter().take(MOST).map(|part| taken(part, 2)).collect_view();
        view! {
            <div class="stack-l">
                <section class="stack">
                    <h1>"Who took part"</h1>
                    {ways("/record/places")}
                    <p class="lead">
                        "Beside how many children with SEND live in each place. A number that \
                         would tell of few people is not shown, and nothing is worked out from it."
                    </p>
                    {nothing}
                </section>
                {sections}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

type Part = (Millis, String, String, &'static str, Vec<(String, Option<u64>, Option<u64>)>);

/// One round, or one consultation, place by place. `level`: of its heading.
fn taken((at, title, to, what, places): Part, level: u8) -> impl IntoView {
    let between = unlike(between_places(&places), &format!("{what} for each child"));
    let rows = places.into_iter().map(|(place, people, lives)| {
        let each = people.zip(lives.filter(|lives| *lives > 0)).map_or_else(
            || TOO_FEW.to_owned(),
            |(people, lives)| format!("{:.1}", people as f64 * 100.0 / lives as f64),
        );
        let people = people.map_or_else(|| TOO_FEW.to_owned(), |people| people.to_string());
        let lives = lives.map_or_else(|| "not known".to_owned(), |lives| lives.to_string());
        view! {
            <tr>
                <th scope="row">{place}</th>
                <td data-label=what>{people}</td>
                <td data-label="Children with SEND">{lives}</td>
                <td data-label="For 100 children">{each}</td>
            </tr>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let table = if rows.is_empty() {
        view! { <p>"It was not asked by place, or there are too few to say."</p> }.into_any()
    } else {
        view! {
            <table class="plain">
                <caption>{what}" by place"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Place"</th>
                        <th scope="col">{what}</th>
                        <th scope="col">"Children with SEND"</th>
                        <th scope="col">"For 100 children"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p>{between}</p>
        }
        .into_any()
    };
    let link = view! { <a href=to>{title}</a> };
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

/// GET `/record/plans/{id}`: one plan, from its registration to what came of it.
pub async fn plan(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let now = house.clock.now();
    let id = id::parse(&id).ok_or(Error::NotFound)?;
    let plan = plans::store::find(&house.db, &id).await?.ok_or(Error::NotFound)?;
    let of_plan = store::of_plan(&house.db, &id, so_far(now)).await?;
    let page = Page::new(format!("The record of {}", plan.title), || {
        let points: Vec<(Millis, String)> = plan
            .events
            .iter()
            .map(|event| (event.at, plans::happened(&event.what).to_owned()))
            .collect();
        let chart =
            charts::timeline("What happened to the plan, in its order", &points).into_string();
        let steps = points
            .into_iter()
            .enumerate()
            .map(|(nth, (at, what))| (at, true, format!("{}. {what}", nth + 1)))
            .collect();
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
                view! { <p class="lead">"Nothing has happened yet that parents had a part in."</p> }
                    .into_any()
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
                    <h2>"When the gate was overridden"</h2>
                    <ul class="stack">{overrides}</ul>
                </section>
            }
        });
        let outcome = match of_plan
            .awaited
            .as_ref()
            .map(|awaited| awaited.standing(house.outcome_within, now))
        {
            None => "No draft is published yet. From then on an outcome is awaited.".to_owned(),
            Some(Standing::Said) => "✓ It is said.".to_owned(),
            Some(Standing::Due(by)) => format!("○ It is due by {}.", clock::day(by)),
            Some(Standing::Overdue(by)) => format!("× It is overdue since {}.", clock::day(by)),
        };
        let who_heard = (!of_plan.contributed.is_empty()).then(|| who_heard(&of_plan.contributed));
        let took_part = of_plan.counted.iter().rev().map(|round| {
            taken(
                (
                    round.closed_at,
                    round.title.clone(),
                    format!("/rounds/{}", round.id),
                    "Supports",
                    supports(round),
                ),
                3,
            )
        });
        let took_part: Vec<_> = took_part.collect();
        let took_part = (!took_part.is_empty()).then(|| {
            view! {
                <section class="stack">
                    <h2>"Who supported the topics that it answers"</h2>
                    <p class="soft">"Beside how many children with SEND live in each place."</p>
                    {took_part}
                </section>
            }
        });
        view! {
            <div class="stack-l">
                <section class="stack">
                    <p>
                        <a class="back" href="/record">
                            "The record"
                        </a>
                    </p>
                    <h1>{plan.title.clone()}</h1>
                    {rung}
                    <p>
                        <a href=format!(
                            "/plans/{}",
                            plan.id,
                        )>"The plan, with its topics and drafts"</a>
                    </p>
                </section>
                <section class="stack">
                    <h2>"What happened, in its order"</h2>
                    <div inner_html=chart />
                    <Timeline steps />
                </section>
                {overrides}
                {took_part}
                <section class="stack">
                    <h2>"What came of it"</h2>
                    <p>{outcome}</p>
                    {outcomes::rows_of_section(of_plan.updates)}
                    {who_heard}
                </section>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}
