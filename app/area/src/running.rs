//! How families are told about changes here: who runs each service, how early they are to be told,
//! when schools are open, and whether a second person approves.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use calendar::school::{self, NewDay, SchoolYear};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::sent::Form;
use ground::ui::{CONFIRMED, Check, Choice, Choices, Field, Frame, Next, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::store::{self, Day, ServiceRule};
use super::{pages, rules};

/// GET `/admin/telling`; with `?change=` a term or a closed day, its form is filled in with it.
pub async fn telling_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let query = Sent::query(&uri);
    let sent = match query.typed("change") {
        "" => Sent::default(),
        id => store::days(&house.db)
            .await?
            .0
            .iter()
            .find(|day| day.id == id)
            .map_or_else(Sent::default, filled_in),
    };
    telling_answer(&house, &viewer, &query.line("done"), &sent, &Refusals::default()).await
}

/// A term or a closed day as the fields of its form.
fn filled_in(day: &Day) -> Sent {
    match &day.last {
        Some(last) => Sent::of(&[
            ("what", "term"),
            ("replaces", &day.id),
            ("term_name", &day.name),
            ("first_day", &day.first),
            ("last_day", last),
        ]),
        None => Sent::of(&[
            ("what", "closed"),
            ("replaces", &day.id),
            ("closed_name", &day.name),
            ("closed_day", &day.first),
        ]),
    }
}

/// POST `/admin/telling`: adds, changes or takes out a term or a closed day once it was checked, or
/// says whether a second person approves.
pub async fn change_telling(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    if sent.typed("step") == "second person" {
        let change = TellingChange::SecondPerson(sent.typed("second_person") != "no");
        return change_made(&house, &viewer, &sent, change).await;
    }
    let (days, _) = store::days(&house.db).await?;
    if sent.typed("what") == "take out" {
        let Some(day) = days.iter().find(|day| day.id == sent.typed("id")) else {
            return Ok(Redirect::to("/admin/telling").into_response());
        };
        return match sent.typed("step") {
            "change" => Ok(Redirect::to("/admin/telling#terms").into_response()),
            CONFIRMED => {
                change_made(&house, &viewer, &sent, TellingChange::TakeOut(day.clone())).await
            }
            _ => Ok(check_taking_out(day, &sent).answer(&house, &viewer)),
        };
    }
    let replaces = days.iter().find(|day| day.id == sent.typed("replaces"));
    let others = days.iter().filter(|day| replaces.is_none_or(|old| old.id != day.id));
    let known = store::school_year(others)?;
    match Next::of(&sent, school::new_day(&sent, &known, house.clock.now())) {
        Next::Form(refusals) => telling_answer(&house, &viewer, "", &sent, &refusals).await,
        Next::Check(day) => Ok(check_day(&day, &known, &sent).answer(&house, &viewer)),
        Next::Keep(day) => {
            let change = TellingChange::Add { day, replaces: replaces.cloned() };
            change_made(&house, &viewer, &sent, change).await
        }
    }
}

/// Makes the change, with an entry in the audit log.
async fn change_made(
    house: &House,
    viewer: &Viewer,
    sent: &Sent,
    change: TellingChange,
) -> Result<Response, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    match save_change(&mut tx, change).await {
        Ok((what, about, detail)) => {
            let entry = Entry { at, who: Some(by), what, about: &about, detail: &detail };
            audit::note(&mut tx, entry).await?;
            tx.commit().await?;
            Ok(Redirect::to("/admin/telling?done=kept").into_response())
        }
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            let what_to_do = "Choose another date. This one is already in the list";
            let refusals = Refusals::one("closed_day", what_to_do);
            telling_answer(house, viewer, "", sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the change; what the audit log says was done, about what, and which days they were.
async fn save_change(
    tx: &mut AnyConnection,
    change: TellingChange,
) -> Result<(&'static str, String, String), sqlx::Error> {
    match change {
        TellingChange::SecondPerson(yes) => {
            store::set_second_person(tx, yes).await?;
            let about = if yes { "yes" } else { "no" };
            Ok(("second person settled", about.to_owned(), String::new()))
        }
        TellingChange::TakeOut(day) => {
            store::take_out_day(tx, &day.id).await?;
            Ok(("school day taken out", day.id.clone(), day.days()))
        }
        TellingChange::Add { day, replaces: None } => {
            Ok(("school day added", store::add_day(tx, &day).await?, String::new()))
        }
        TellingChange::Add { day, replaces: Some(old) } => {
            store::take_out_day(tx, &old.id).await?;
            let detail = format!("before: {}", old.days());
            Ok(("school day changed", store::add_day(tx, &day).await?, detail))
        }
    }
}

enum TellingChange {
    SecondPerson(bool),
    Add { day: NewDay, replaces: Option<Day> },
    TakeOut(Day),
}

/// The page before a term or a closed day is set.
fn check_day(day: &NewDay, known: &SchoolYear, sent: &Sent) -> Page {
    let (title, does, rows) = match day {
        NewDay::Term { name, first, last } => (
            "Check the term",
            "Save this term",
            vec![
                ("Name", name.clone()),
                ("First day", in_words(&first.to_string())),
                ("Last day", in_words(&last.to_string())),
                ("School days", known.school_days(*first, *last).to_string()),
            ],
        ),
        NewDay::Closed { name, day } => (
            "Check the day",
            "Save this day",
            vec![("Name", name.clone()), ("Date", in_words(&day.to_string()))],
        ),
    };
    let after = "We count school days to tell leaders when families would hear too late. You can \
        change or remove it later.";
    let to = "/admin/telling".to_owned();
    let does = (does, CONFIRMED);
    Check { title, rows, warnings: Vec::new(), after, to, sent, does }.page()
}

/// The page before a term or a closed day is taken out.
fn check_taking_out(day: &Day, sent: &Sent) -> Page {
    let after = if day.last.is_some() {
        "We will then count none of these days as school days, so leaders may be warned that \
         families hear too late."
    } else {
        "We will then count this day as a school day, if it is in a term."
    };
    let to = "/admin/telling".to_owned();
    let rows = vec![("Name", day.name.clone()), ("When", days_in_words(day))];
    let (title, does) = ("Remove it?", "Remove it");
    let does = (does, CONFIRMED);
    Check { title, rows, warnings: Vec::new(), after, to, sent, does }.page()
}

fn in_words(day: &str) -> String {
    clock::day_of(day).unwrap_or_else(|| day.to_owned())
}

fn days_in_words(day: &Day) -> String {
    match &day.last {
        Some(last) => format!("{} to {}", in_words(&day.first), in_words(last)),
        None => in_words(&day.first),
    }
}

/// GET `/admin/services/{id}`
pub async fn service_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
) -> Result<Response, Error> {
    let (rule, organisations) = service_rule(&house, &id).await?;
    let days = rule.notice_days.map_or_else(String::new, |days| days.to_string());
    let mut fields = vec![("notice_days", days.as_str())];
    fields.extend(rule.run_by.iter().map(|organisation| ("organisations", organisation.as_str())));
    Ok(service_page(&rule, organisations, &Sent::of(&fields), &Refusals::default())
        .answer(&house, &viewer))
}

/// POST `/admin/services/{id}`: who runs it, and how early families are told.
pub async fn change_service(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (rule, organisations) = service_rule(&house, &id).await?;
    let (run_by, days) = match rules::new_service_rule(&sent, &organisations) {
        Ok(said) => said,
        Err(refusals) => {
            return Ok(service_page(&rule, organisations, &sent, &refusals).answer(&house, &viewer));
        }
    };
    let (id, by) = (Id::from(rule.service.id), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    store::set_rule(&mut tx, &id, &run_by, days).await?;
    let (at, what) = (house.clock.now(), "service ruled");
    audit::note(&mut tx, Entry { at, who: Some(by), what, about: &id, detail: "" }).await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/telling?done=kept").into_response())
}

async fn service_rule(house: &House, id: &Id<Service>) -> Result<(ServiceRule, Vec<Named>), Error> {
    let id = id::parse(id).ok_or(Error::NotFound)?;
    let rule = store::rules(&house.db)
        .await?
        .into_iter()
        .find(|rule| rule.service.id == id)
        .ok_or(Error::NotFound)?;
    Ok((rule, store::organisations(&house.db).await?))
}

fn service_page(
    rule: &ServiceRule,
    organisations: Vec<Named>,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let choices = Choice::ticked(sent, "organisations", organisations);
    let back = ("/admin/telling", "How families are told about changes");
    let frame = Frame::new(rule.service.name.as_str(), back).refused_for(refusals);
    frame.around(|| {
        view! {
            <form method="post" novalidate>
                <Choices
                    name="organisations"
                    legend="Who runs this service?"
                    hint="Their leaders write change notices about it, and answer what \
                        parents say about it. Until you choose one, nobody can."
                    choices
                    many=true
                    refusals
                />
                <Field
                    name="notice_days"
                    label="How many school days before a change must families be told?"
                    hint="We warn leaders who leave it later. Leave this empty for no rule."
                    kind="number"
                    value=sent.typed("notice_days")
                    refusals
                />
                <button class="button">"Save"</button>
            </form>
        }
    })
}

async fn telling_answer(
    house: &House,
    viewer: &Viewer,
    done: &str,
    sent: &Sent,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let rules = store::rules(&house.db).await?;
    let (days, second_person) = store::days(&house.db).await?;
    let page = Page::new("How families are told about changes", || {
        let banner = pages::saved_banner(done);
        let is_change =
            |what: &str| sent.typed("what") == what && !sent.typed("replaces").is_empty();
        let (terms, closed): (Vec<Day>, Vec<Day>) =
            days.into_iter().partition(|day| day.last.is_some());
        let approves = Choice::each(
            [("yes", "Yes"), ("no", "No, the leader who writes it can send it")],
            |value| (value == "yes") == second_person,
        );
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner}
                    <p>
                        <a class="back" href="/admin">
                            "Administration"
                        </a>
                    </p>
                    <Summary refusals />
                    <h1>"How families are told about changes"</h1>
                    <h2>"For each service"</h2>
                    <ul class="rows">{rules.into_iter().map(service_row).collect_view()}</ul>
                </section>
                <section class="stack">
                    <h2>"Approval"</h2>
                    <form method="post" action="/admin/telling">
                        <Choices
                            name="second_person"
                            legend="Must a second leader approve each change notice?"
                            choices=approves
                            refusals
                        />
                        <button class="button quiet" name="step" value="second person">
                            "Save"
                        </button>
                    </form>
                </section>
                <section class="stack">
                    <h2 id="terms">"School terms"</h2>
                    <p class="soft">
                        "We count only school days when we work out how early families are told. \
                         Leave out half-term weeks."
                    </p>
                    {day_rows(terms)}
                    <form method="post" action="/admin/telling" novalidate>
                        {kind_fields("term", sent)}
                        <Field
                            name="term_name"
                            label="Name"
                            hint="For example: Autumn, first half"
                            value=sent.typed("term_name")
                            refusals
                        />
                        <Field
                            name="first_day"
                            label="First day"
                            kind="date"
                            value=sent.typed("first_day")
                            refusals
                        />
                        <Field
                            name="last_day"
                            label="Last day"
                            kind="date"
                            value=sent.typed("last_day")
                            refusals
                        />
                        <button class="button quiet" name="step" value="check">
                            {if is_change("term") { "Change this term" } else { "Add this term" }}
                        </button>
                    </form>
                </section>
                <section class="stack">
                    <h2 id="closed">"Days when schools are closed"</h2>
                    {day_rows(closed)}
                    <form method="post" action="/admin/telling" novalidate>
                        {kind_fields("closed", sent)}
                        <Field
                            name="closed_name"
                            label="Name of the day"
                            hint="For example: Early May bank holiday"
                            value=sent.typed("closed_name")
                            refusals
                        />
                        <Field
                            name="closed_day"
                            label="Date"
                            kind="date"
                            value=sent.typed("closed_day")
                            refusals
                        />
                        <button class="button quiet" name="step" value="check">
                            {if is_change("closed") { "Change this day" } else { "Add this day" }}
                        </button>
                    </form>
                </section>
            </div>
        }
    });
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn service_row(rule: ServiceRule) -> impl IntoView {
    let run_by = if rule.names.is_empty() {
        ": nobody can write about it or answer for it yet. Say who runs it.".to_owned()
    } else {
        format!(": leaders from {} can write about it and answer for it.", rule.names.join(", "))
    };
    let days = rule
        .notice_days
        .map(|days| format!(" Families must be told {days} school days before a change."));
    view! {
        <li>
            <span>
                <b>{rule.service.name.clone()}</b>
                {run_by}
                {days}
            </span>
            <a href=format!(
                "/admin/services/{}",
                rule.service.id,
            )>"Change"<span class="unseen">{format!(" {}", rule.service.name)}</span></a>
        </li>
    }
}

fn day_rows(days: Vec<Day>) -> impl IntoView {
    let rows = days.into_iter().map(|day| {
        let (unseen, when) = (format!(" {}", day.name), days_in_words(&day));
        let part = if day.last.is_some() { "terms" } else { "closed" };
        let change = format!("/admin/telling?change={}#{part}", day.id);
        view! {
            <li>
                <span>
                    <b>{day.name}</b>
                    ": "
                    {when}
                </span>
                <a href=change>"Change"<span class="unseen">{unseen.clone()}</span></a>
                <form method="post" action="/admin/telling">
                    <input type="hidden" name="what" value="take out" />
                    <input type="hidden" name="id" value=day.id />
                    <button class="link" name="step" value="check">
                        "Remove"
                        <span class="unseen">{unseen}</span>
                    </button>
                </form>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }
}

/// What goes with the form of a term or a closed day: which of the two it is, and which one it is
/// put in the place of.
fn kind_fields(what: &'static str, sent: &Sent) -> impl IntoView + use<> {
    let replaces = (sent.typed("what") == what && !sent.typed("replaces").is_empty())
        .then(|| sent.typed("replaces").to_owned());
    view! {
        <input type="hidden" name="what" value=what />
        {replaces.map(|id| view! { <input type="hidden" name="replaces" value=id /> })}
    }
}
