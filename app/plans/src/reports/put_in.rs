//! An organiser or a leader puts a report in, with its recommendations.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::sent::Form;
use ground::ui::{Area, CONFIRMED, Check, Choice, Choices, Field, FormKey, Frame, Next, Page};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::rules::{self, NewReport};
use super::{named, store};

/// The kinds of plan that can be chosen.
pub async fn choices(house: &House) -> sqlx::Result<Vec<Named>> {
    let kinds = store::kinds(&house.db).await?.into_iter();
    let kinds = kinds.filter(|kind| kind.retired_at.is_none());
    Ok(kinds.map(|kind| Named { id: kind.id.into(), name: kind.name }).collect())
}

/// GET `/reports/new`
pub async fn new_report_form(
    State(house): State<House>,
    viewer: Viewer,
) -> Result<Response, Error> {
    let kinds = choices(&house).await?;
    Ok(report_page(&Sent::default(), kinds, &Refusals::default()).answer(&house, &viewer))
}

/// POST `/reports/new`: shows once more what was read of it, then saves it.
pub async fn put_in_report(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let kinds = choices(&house).await?;
    let report = match Next::of(&sent, rules::report(&sent, &kinds, at)) {
        Next::Form(refusals) => {
            return Ok(report_page(&sent, kinds, &refusals).answer(&house, &viewer));
        }
        Next::Check(report) => {
            return Ok(check_report(&report, &kinds, &sent).answer(&house, &viewer));
        }
        Next::Keep(report) => report,
    };
    let mut tx = house.db.begin().await?;
    let put_in = store::put_in(&mut tx, &report, at).await?;
    if let Some(id) = &put_in {
        let what = "report put in";
        audit::note(&mut tx, Entry { at, who: Some(by), what, about: id, detail: "" }).await?;
    }
    tx.commit().await?;
    let to = put_in.map_or_else(|| "/reports".to_owned(), |id| format!("/reports/{id}?done=saved"));
    Ok(Redirect::to(&to).into_response())
}

/// The page before a report is put in.
fn check_report(report: &NewReport, kinds: &[Named], sent: &Sent) -> Page {
    let kind = kinds.iter().find(|kind| kind.id == *report.kind_id);
    let lines = report.recommendations.iter();
    let lines = lines.map(|one| named(&one.number, &one.page, &one.words));
    let published_on = clock::day_of(&report.published_on);
    let check = Check {
        title: "Check this report",
        rows: vec![
            ("Report", report.title.clone()),
            ("Published on", published_on.unwrap_or_else(|| report.published_on.clone())),
            ("Where to read it", report.source.clone()),
            ("To be answered by", kind.map_or_else(String::new, |kind| kind.name.clone())),
            ("Its recommendations", lines.collect::<Vec<_>>().join("\n")),
        ],
        warnings: Vec::new(),
        after: "Everyone can read it at once. It can't be changed: if something is wrong, the \
            forum says that plans don't have to answer it any more, and you add it again.",
        to: "/reports/new".to_owned(),
        sent,
        does: ("Add this report", CONFIRMED),
    };
    check.page()
}

fn report_page(sent: &Sent, kinds: Vec<Named>, refusals: &Refusals) -> Page {
    let kinds = kinds.into_iter().map(|kind| (kind.id, kind.name));
    let kinds = Choice::each(kinds, |id| id == sent.typed("kind"));
    let back = ("/reports", "Reports that plans must answer");
    let page = Frame::new("Add a report", back).refused_for(refusals).around(|| {
        view! {
            <p class="lead">
                "Every plan of the kind you choose must then say what it does about each \
                 recommendation, before a draft is published."
            </p>
            <form class="stack" method="post" novalidate>
                <FormKey key=sent.typed("form_key") />
                <Field
                    name="title"
                    label="What is the report called?"
                    value=sent.typed("title")
                    refusals
                />
                <Field
                    name="published_on"
                    label="When was it published?"
                    kind="date"
                    value=sent.typed("published_on")
                    refusals
                />
                <Field
                    name="source"
                    label="Where can everyone read it?"
                    hint="An address that begins with https://."
                    value=sent.typed("source")
                    refusals
                />
                <Choices
                    name="kind"
                    legend="Which plans must answer it?"
                    choices=kinds
                    refusals
                />
                <Area
                    name="lines"
                    label="Its recommendations"
                    hint="One on each line, with its number and page: 1. Shorten the waits (page \
                        12). Or with | between number, page and words."
                    value=sent.typed("lines")
                    rows=10
                    refusals
                />
                <button class="button" name="step" value="check">
                    "Check this report"
                </button>
            </form>
        }
    });
    page.kept_for_going_back()
}
