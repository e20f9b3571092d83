//! How families are told about changes here: who runs each service, how early they are to be told,
//! when schools are open, and whether a second person approves.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock;
use calendar::school::{self, NewDay};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::db;
use ground::error::Error;
use ground::house::House;
use ground::ids::{Id, Service};
use ground::sent::Form;
use ground::ui::{Choice, Choices, Field, Page, Summary};
use ground::viewer::Viewer;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::store::{self, Day, ServiceRule};
use super::{pages, rules};

/// GET `/admin/telling`
pub async fn telling_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    telling_answer(
        &house,
        &viewer,
        &Sent::query(&uri).line("done"),
        &Sent::default(),
        &Refusals::default(),
    )
    .await
}

/// POST `/admin/telling`: adds or takes out a term or a closed day, or says whether a second person
/// approves.
pub async fn change_telling(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (what, change) = match sent.typed("step") {
        "second person" => (
            "second person settled",
            TellingChange::SecondPerson(sent.typed("second_person") != "no"),
        ),
        "take out" => ("school day taken out", TellingChange::TakeOut(sent.typed("id").to_owned())),
        _ => match school::new_day(&sent) {
            Ok(day) => ("school day added", TellingChange::Add(day)),
            Err(refusals) => return telling_answer(&house, &viewer, "", &sent, &refusals).await,
        },
    };
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    match save_change(&mut tx, change).await {
        Ok(about) => {
            let entry = Entry { at, who: Some(by), what, about: &about, detail: "" };
            audit::note(&mut tx, entry).await?;
            tx.commit().await?;
            Ok(Redirect::to("/admin/telling?done=kept").into_response())
        }
        Err(error) if db::already_there(&error) => {
            tx.roll_back().await?;
            let what_to_do = "Choose another date. This one is already in the list";
            let refusals = Refusals::one("closed_day", what_to_do);
            telling_answer(&house, &viewer, "", &sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the change; what the audit log says it is about.
async fn save_change(tx: &mut AnyConnection, change: TellingChange) -> Result<String, sqlx::Error> {
    match change {
        TellingChange::SecondPerson(yes) => {
            store::set_second_person(tx, yes).await?;
            Ok(if yes { "yes" } else { "no" }.to_owned())
        }
        TellingChange::TakeOut(day) => {
            store::take_out_day(tx, &day).await?;
            Ok(day)
        }
        TellingChange::Add(day) => store::add_day(tx, &day).await,
    }
}

enum TellingChange {
    SecondPerson(bool),
    Add(NewDay),
    TakeOut(String),
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
    let title = rule.service.name.clone();
    let page = Page::new(title.clone(), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin/telling">
                        "How families are told about changes"
                    </a>
                </p>
                <Summary refusals />
                <h1>{title}</h1>
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
            </div>
        }
    });
    page.refused_for(refusals)
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
                    <h2>"School terms"</h2>
                    <p class="soft">
                        "We count only school days when we work out how early families are told. \
                         Leave out half-term weeks."
                    </p>
                    {day_rows(terms)}
                    <form method="post" action="/admin/telling" novalidate>
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
                        <button class="button quiet" name="step" value="term">
                            "Add this term"
                        </button>
                    </form>
                </section>
                <section class="stack">
                    <h2>"Days when schools are closed"</h2>
                    {day_rows(closed)}
                    <form method="post" action="/admin/telling" novalidate>
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
                        <button class="button quiet" name="step" value="closed">
                            "Add this day"
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
    let in_words = |day: &str| clock::day_of(day).unwrap_or_else(|| day.to_owned());
    let rows = days.into_iter().map(|day| {
        let until = day.last.as_deref().map(|last| format!(" to {}", in_words(last)));
        let unseen = format!(" {}", day.name);
        view! {
            <li>
                <span>
                    <b>{day.name}</b>
                    ": "
                    {in_words(&day.first)}
                    {until}
                </span>
                <form method="post" action="/admin/telling">
                    <input type="hidden" name="id" value=day.id />
                    <button class="link" name="step" value="take out">
                        "Remove"
                        <span class="unseen">{unseen}</span>
                    </button>
                </form>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }
}
