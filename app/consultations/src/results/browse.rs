//! What everyone reads of the results: the page, the table (CSV) and the file (JSON).

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use calendar::clock;
use disclosure::{Shown, commas};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::ui::{Bar, Bars, Page};
use ground::viewer::{Role, Viewer};
use leptos::prelude::*;
use questionnaires::results::{
    By, Counted, FOR_EXCEL, MiddleWords, Ranked, Ranking, Results, harmless, share, words,
};
use questionnaires::whole::THEMES;
use serde_json::json;

use super::findings;
use super::store::{self, Release};
use crate::opened;
use crate::store::Consultation;

/// The consultation of an address with its releases that everyone can read, the last first; "not
/// found" while there is none.
async fn released(
    house: &House,
    id: &Id<ids::Consultation>,
) -> Result<(Consultation, Vec<Release>), Error> {
    let consultation = opened(house, id).await?;
    let mut releases = store::all(&house.db, &consultation.id).await?;
    releases.retain(|release| release.checked_at.is_some());
    if releases.is_empty() { Err(Error::NotFound) } else { Ok((consultation, releases)) }
}

/// GET `/consultations/{id}/results`: the last release, with the earlier ones below it.
pub async fn results_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let (consultation, releases) = released(&house, &id).await?;
    let about = outcomes::store::Which::About(&consultation.id);
    let said = outcomes::store::list(&house.db, &about, (20, 0)).await?;
    let page = Page::new(format!("Results: {}", consultation.terms.title), || {
        let found = releases.first().map(|release| findings::shown(&release.findings));
        let releases = releases.iter().enumerate().map(|(nth, release)| {
            let at = release.checked_at.map(clock::day).unwrap_or_default();
            let differs = (!release.differs.is_empty()).then(|| {
                view! {
                    <div class="panel gold">
                        <h2>"What has changed since the earlier results"</h2>
                        <p class="lines">{release.differs.clone()}</p>
                    </div>
                }
            });
            if nth == 0 {
                return view! {
                    <p class="state">{format!("Published on {at}")}</p>
                    {differs}
                    {results_tables(&release.results)}
                }
                .into_any();
            }
            view! {
                <details>
                    <summary>{format!("The results as published on {at}")}</summary>
                    {findings::shown(&release.findings)}
                    {differs}
                    {results_tables(&release.results)}
                </details>
            }
            .into_any()
        });
        let releases = releases.collect_view();
        let take_down = viewer.is(Role::Organiser).then(|| {
            let to = format!("/forum/consultations/{}/takedown", consultation.id);
            view! {
                <p class="no-print">
                    <a href=to>"Take words down"</a>
                </p>
            }
        });
        let to = |ending: &str| format!("/consultations/{}/results.{ending}", consultation.id);
        view! {
            <article class="stack">
                <p>
                    <a class="back" href=format!("/consultations/{}", consultation.id)>
                        {consultation.terms.title.clone()}
                    </a>
                </p>
                <h1>"What parents said: "{consultation.terms.title.clone()}</h1>
                {found}
                {releases}
                {outcomes::came_of_it(said)}
                {take_down}
                <p class="soft no-print">
                    <a href=to("csv")>"Download as a table (CSV)"</a>
                    " · "
                    <a href=to("json")>"Download as a file (JSON)"</a>
                </p>
            </article>
        }
    });
    Ok(page.with_contents().answer(&house, &viewer))
}

/// The tables of a release.
pub fn results_tables(results: &Results) -> impl IntoView + use<> {
    let Some(people) = results.people else {
        return view! {
            <p class="lead">
                "Fewer than ten people answered. To protect them, we don't show results for so \
                 few."
            </p>
        }
        .into_any();
    };
    let each = results
        .questions
        .chunk_by(|one, next| one.question == next.question)
        .map(|all| question(all, people))
        .collect_view();
    let answered = format!("{} people answered", commas(people));
    let lead = results.asked.map_or_else(
        || format!("{answered}."),
        |asked| format!("{answered}, out of about {} who were asked.", commas(asked)),
    );
    let left_out =
        results.left_out.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    let left_out = (!results.left_out.is_empty()).then(|| {
        view! {
            <h2>"Not shown"</h2>
            <p>"So few people were asked these questions that we can't show their answers:"</p>
            <ul>{left_out}</ul>
        }
    });
    let no_numbers = (!results.shows_numbers()).then(|| {
        view! {
            <p>
                "That is too few to show how many gave each answer: someone could work out who \
                 they are."
            </p>
        }
    });
    view! {
        <p class="lead">{lead}</p>
        {no_numbers}
        <p class="soft">
            "“Not shown” means we are hiding a small number, or one that would give a small number \
             away, to protect people. It can also be 0."
        </p>
        {each}
        {left_out}
    }
    .into_any()
}

/// One question: its numbers, what the answers are about, and words that may be quoted. Of several
/// options each is one. `people`: all who answered, which the page says too.
fn question(all: &[Counted], people: u64) -> impl IntoView + use<> {
    let Some(first) = all.first() else { return ().into_any() };
    // Where a part is hidden, the whole is still known of a question that everyone was asked.
    let of = |counted: &Counted| counted.all().or((!counted.is_of_some).then_some(people));
    let row = |name: &str, people: Option<u64>, counted: &Counted| Bar {
        name: name.to_owned(),
        shown: people.map_or(Shown::Hidden, Shown::Number),
        of: of(counted),
    };
    let rows: Vec<Bar> = if first.option.is_some() {
        let each = all.iter().filter_map(|counted| {
            let people = counted.parts.first()?.1;
            Some(row(counted.option.as_deref()?, people, counted))
        });
        each.collect()
    } else {
        first.parts.iter().map(|(answer, people)| row(answer, *people, first)).collect()
    };
    let caption = match (first.question.starts_with(THEMES), first.is_of_some) {
        _ if first.ranking.is_some() => "What people put first",
        (true, _) => "Out of everyone who wrote something. One answer can be about several themes",
        (false, true) => "Out of everyone who was asked this",
        (false, false) => "Everyone who answered",
    };
    let middle = first.middle.as_ref().map(middle_in_words);
    let ranking = first.ranking.as_ref().map(ranked);
    let by = first.by.as_ref().map(|by| crossed(all, by));
    let beside = beside(first);
    let quotations = first
        .quotations
        .iter()
        .map(|words| {
            view! {
                <li>
                    <blockquote>{words.clone()}</blockquote>
                </li>
            }
        })
        .collect_view();
    let quotations = (!first.quotations.is_empty()).then(|| {
        view! {
            <h3>"In their own words"</h3>
            <ul class="plain">{quotations}</ul>
        }
    });
    view! {
        <section class="stack">
            <h2>{first.text.clone()}</h2>
            {middle}
            {ranking}
            <Bars caption=caption.to_owned() rows />
            {beside}
            {by}
            {quotations}
        </section>
    }
    .into_any()
}

/// Where the middle of numbers or days lies, in a sentence; and from where to where the half of
/// them around it goes.
fn middle_in_words(middle: &MiddleWords) -> impl IntoView + use<> {
    let Some(half) = &middle.half else {
        return view! {
            <p class="soft">
                "We can't say where the middle is: that would give a small number away."
            </p>
        }
        .into_any();
    };
    let around = match (&middle.quarter, &middle.three_quarters) {
        (Some(quarter), Some(three_quarters)) if quarter == three_quarters => {
            format!(" At least half of the answers are in that range: {quarter}.")
        }
        (Some(quarter), Some(three_quarters)) => format!(
            " The middle half of the answers goes from the range “{quarter}” to \
             “{three_quarters}”."
        ),
        _ => String::new(),
    };
    view! {
        <p>
            "If you put all answers in order, the one in the middle is in the range "
            <b>{half.clone()}</b>"."{around}
        </p>
    }
    .into_any()
}

/// Options in the order of what matters most, and how that order came about.
fn ranked(ranking: &Ranking) -> impl IntoView + use<> {
    let Ranking::InOrder(ranked) = ranking else {
        return view! {
            <p class="soft">
                "This shows what people put first. We can't show an order of everything: some \
                 places were given by so few people that they must stay hidden."
            </p>
        }
        .into_any();
    };
    let rows = ranked.iter().map(|ranked| {
        let mean = format!("{}.{}", ranked.mean_place / 10, ranked.mean_place % 10);
        view! {
            <tr>
                <th scope="row">{ranked.option.clone()}</th>
                <td data-label="Average place">{mean}</td>
                <td data-label="Put it first">{commas(ranked.firsts)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <p>
            "In order of average place: 1 would mean that everyone put it first. If someone left \
             an option out, we count it as in last place for them."
        </p>
        <table class="plain">
            <caption class="unseen">"What matters most, first to last"</caption>
            <thead>
                <tr>
                    <th scope="col">"What matters most"</th>
                    <th scope="col">"Average place"</th>
                    <th scope="col">"Put it first"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// For a place: how many answered, compared with how many children with SEND live there.
fn beside(counted: &Counted) -> Option<impl IntoView + use<>> {
    let rows =
        counted.parts.iter().zip(&counted.baseline).filter_map(|((place, people), lives)| {
            let lives = (*lives)?;
            let each = share(*people, Some(lives))
                .map_or_else(|| Shown::Hidden.words(), |share| format!("{share}"));
            let (people, lives) = (words(*people), commas(lives));
            Some(view! {
                <tr>
                    <th scope="row">{place.clone()}</th>
                    <td data-label="Answered">{people}</td>
                    <td data-label="Children with SEND who live there">{lives}</td>
                    <td data-label="Answers for every 100 children">{each}</td>
                </tr>
            })
        });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <table class="plain">
                <caption>"Compared with how many children with SEND live there"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Place"</th>
                        <th scope="col">"Answered"</th>
                        <th scope="col">"Children with SEND who live there"</th>
                        <th scope="col">"Answers for every 100 children"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    })
}

/// Each answer split by the answers to another question; for several options, how many chose each.
fn crossed(all: &[Counted], by: &By) -> impl IntoView + use<> {
    let heads = by
        .columns
        .iter()
        .map(|column| view! { <th scope="col">{column.clone()}</th> })
        .collect_view();
    let row = |answer: &str, cells: &[Option<u64>]| {
        let cells = cells
            .iter()
            .zip(&by.columns)
            .map(|(people, column)| view! { <td data-label=column.clone()>{words(*people)}</td> });
        view! {
            <tr>
                <th scope="row">{answer.to_owned()}</th>
                {cells.collect_view()}
            </tr>
        }
    };
    let rows = all.iter().flat_map(|counted| {
        let cells = counted.by.as_ref().map(|by| by.rows.as_slice()).unwrap_or_default();
        match &counted.option {
            Some(option) => {
                cells.first().map(|cells| row(option, cells)).into_iter().collect::<Vec<_>>()
            }
            None => counted
                .parts
                .iter()
                .zip(cells)
                .map(|((answer, _), cells)| row(answer, cells))
                .collect(),
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let halves = (!by.halves.is_empty()).then(|| {
        let cells = by.halves.iter().zip(&by.columns).map(|(half, column)| {
            let half = half.clone().unwrap_or_else(|| Shown::Hidden.words());
            view! { <td data-label=column.clone()>{half}</td> }
        });
        view! {
            <tr>
                <th scope="row">"The middle answer is in"</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let text = all.first().map(|counted| counted.text.clone()).unwrap_or_default();
    view! {
        <details>
            <summary>{format!("Split by: {}", by.text)}</summary>
            <table class="plain">
                <caption class="unseen">{format!("{text}, split by: {}", by.text)}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Answer"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}{halves}</tbody>
            </table>
        </details>
    }
}

/// GET `/consultations/{id}/results.csv`: the last release, one number on each line. A number that
/// is not shown is empty.
pub async fn results_csv(
    State(house): State<House>,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let (_, releases) = released(&house, &id).await?;
    let Some(release) = releases.first() else { return Err(Error::NotFound) };
    let mut lines = vec![
        ["question", "option", "answer", "by", "of those who answered", "people"]
            .map(str::to_owned),
    ];
    let number = |people: Option<u64>| people.map_or_else(String::new, |people| people.to_string());
    lines.push([
        String::new(),
        String::new(),
        "People who answered".to_owned(),
        String::new(),
        String::new(),
        number(release.results.people),
    ]);
    for counted in &release.results.questions {
        let option = counted.option.clone().unwrap_or_default();
        for words in &counted.quotations {
            lines.push([
                counted.text.clone(),
                String::new(),
                words.clone(),
                "in their own words".to_owned(),
                String::new(),
                String::new(),
            ]);
        }
        for (what, answer) in beside_numbers(counted) {
            lines.push([
                counted.text.clone(),
                option.clone(),
                answer,
                what,
                String::new(),
                String::new(),
            ]);
        }
        for (nth, (answer, people)) in counted.parts.iter().enumerate() {
            lines.push([
                counted.text.clone(),
                option.clone(),
                answer.clone(),
                String::new(),
                String::new(),
                number(*people),
            ]);
            for (column, people) in
                counted.by.iter().flat_map(|by| by.columns.iter().zip(&by.rows[nth]))
            {
                let by = counted.by.as_ref().map_or_else(String::new, |by| by.text.clone());
                lines.push([
                    counted.text.clone(),
                    option.clone(),
                    answer.clone(),
                    by,
                    column.clone(),
                    number(*people),
                ]);
            }
        }
    }
    let mut csv = csv::Writer::from_writer(FOR_EXCEL.as_bytes().to_vec());
    for line in lines {
        csv.write_record(line.iter().map(|cell| harmless(cell)))
            .map_err(|error| Error::from(sqlx::Error::Encode(error.into())))?;
    }
    let bytes = csv.into_inner().unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"results.csv\""),
    ];
    Ok((headers, bytes).into_response())
}

/// What a table says of a question that is no number of people: (what it is, what it says).
fn beside_numbers(counted: &Counted) -> Vec<(String, String)> {
    let middle = counted.middle.iter().flat_map(|middle| {
        [
            ("a quarter are in this range or lower", &middle.quarter),
            ("the middle is in this range", &middle.half),
            ("three quarters are in this range or lower", &middle.three_quarters),
        ]
    });
    let middle = middle
        .filter_map(|(what, range)| Some((what.to_owned(), range.clone()?)))
        .collect::<Vec<_>>();
    let Some(Ranking::InOrder(ranked)) = &counted.ranking else { return middle };
    let place = |ranked: &Ranked| {
        let (whole, tenths) = (ranked.mean_place / 10, ranked.mean_place % 10);
        (format!("average place {whole}.{tenths}"), ranked.option.clone())
    };
    ranked.iter().map(place).collect()
}

/// GET `/consultations/{id}/results.json`: all releases, the last first. A number that is not shown
/// is `null`.
pub async fn results_json(
    State(house): State<House>,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let (consultation, releases) = released(&house, &id).await?;
    let release = |release: &Release| {
        json!({
            "release": release.number,
            "published": release.checked_at.map(clock::machine),
            "findings": release.findings.words,
            "differs": release.differs,
            "results": release.results,
        })
    };
    let all = json!({
        "consultation": consultation.terms.title,
        "address": house.link(&format!("/consultations/{}", consultation.id)),
        "releases": releases.iter().map(release).collect::<Vec<_>>(),
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], all.to_string()).into_response())
}
