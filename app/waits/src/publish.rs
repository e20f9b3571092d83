//! A leader publishes how long families wait: typed in or from a file, checked, published.

use area::AreaKind;
use area::items::AreaItem;
use area::lines;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::Moment;
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{Account, Id, Service};
use ground::sent::SentWithFile;
use ground::ui::{Field, FormKey, Page, Summary, Upload, hidden, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;

use super::figures::Told;
use super::months::Month;
use super::rules::{self, COLUMNS, Change, Numbers, Report, field};
use super::store::{self, NewReport, Of, OwnService};

/// GET `/lead/waits`: the services for which the leader speaks.
pub async fn own_waits_page(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let me = &viewer.signed_in()?.account_id;
    let services = store::own_services(&house.db, me, None).await?;
    let last = Month::last_over(house.clock.now());
    let page = Page::new("How long families wait", || {
        let nothing = services.is_empty().then(|| {
            view! {
                <p>
                    "Your organisation is not set down as running any service. Ask an \
                     administrator to say which it runs."
                </p>
            }
        });
        let rows = services.into_iter().map(|service| {
            let how = how_far(&service, last);
            let name = format!(": {}", service.name);
            view! {
                <li>
                    <h2>
                        <a href=format!("/waits/{}", service.id)>{service.name}</a>
                    </h2>
                    <p>{how}</p>
                    <p>
                        <a href=format!("/lead/waits/{}", service.id)>
                            "Publish how long families wait" <span class="unseen">{name}</span>
                        </a>
                    </p>
                </li>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/lead">
                        "Leaders’ desk"
                    </a>
                </p>
                <h1>"How long families wait"</h1>
                <p class="lead">
                    "Publish it for each month, place by place. A month without numbers is shown \
                     as not published."
                </p>
                {nothing}
                <ul class="queue">{rows.collect_view()}</ul>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// How far a service's numbers have come.
fn how_far(service: &OwnService, last: Month) -> String {
    match service.last_month {
        None => "Nothing is published yet.".to_owned(),
        Some(month) if month < last => {
            format!("{} is the last month published. {} is missing.", month.words(), last.words())
        }
        Some(month) => format!("Published up to {}.", month.words()),
    }
}

/// The service of an address, if this leader speaks for it. For others there is none.
async fn own_service(
    house: &House,
    id: &Id<Service>,
    leader: &Id<Account>,
) -> Result<OwnService, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    let services = store::own_services(&house.db, leader, Some(&id)).await?;
    services.into_iter().next().ok_or(Error::NotFound)
}

/// The places that can be chosen.
async fn places(house: &House) -> Result<Vec<AreaItem>, Error> {
    let mut places = area::store::all(&house.db, AreaKind::Place).await?;
    places.retain(|place| place.retired_at.is_none());
    Ok(places)
}

/// GET `/lead/waits/{id}`
pub async fn waits_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
) -> Result<Response, Error> {
    let service = own_service(&house, &id, &viewer.signed_in()?.account_id).await?;
    let places = places(&house).await?;
    let month = Month::last_over(house.clock.now()).words();
    let target = service.target.map(|target| target.to_string()).unwrap_or_default();
    let begin = [("month", &month), ("target", &target), ("source", &service.source)];
    let sent = Sent::of(&begin.map(|(name, value)| (name, value.as_str())));
    Ok(form_page(&service, &places, &sent, &Refusals::default()).answer(&house, &viewer))
}

/// GET `/lead/waits/{id}/places.csv`: the file to begin from.
pub async fn places_file(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
) -> Result<Response, Error> {
    own_service(&house, &id, &viewer.signed_in()?.account_id).await?;
    let month = Month::last_over(house.clock.now()).to_string();
    let rows = places(&house)
        .await?
        .into_iter()
        .map(|place| vec![place.name, month.clone(), String::new(), String::new(), String::new()]);
    let head = COLUMNS.map(str::to_owned).to_vec();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"places.csv\""),
    ];
    Ok((headers, lines::written(std::iter::once(head).chain(rows))).into_response())
}

/// POST `/lead/waits/{id}`: shows what was read, goes back to the form, or publishes it.
pub async fn publish_waits(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<Service>>,
    request: Request,
) -> Result<Response, Error> {
    let form = match SentWithFile::read(request, lines::LARGEST).await {
        Ok(form) => form,
        Err(answer) => return Ok(answer),
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let service = own_service(&house, &id, by).await?;
    let places = places(&house).await?;
    let sent = &form.sent;
    let again = |refusals: &Refusals| {
        Ok(form_page(&service, &places, sent, refusals).answer(&house, &viewer))
    };
    let step = sent.typed("step");
    if step == "change" {
        return again(&Refusals::default());
    }
    let done =
        || Ok(Redirect::to(&format!("/waits/{}?done=published", service.id)).into_response());
    let form_key = sent.once();
    if step == "publish" && store::is_published(&house.db, &form_key).await? {
        return done();
    }
    let mut report = match read(&form, &places, now) {
        Ok(report) => report,
        Err(refusals) => return again(&refusals),
    };
    let known = known(&house, &service.id, &report, now).await?;
    report.lines.retain(|line| Change::of(line, &known) != Change::Same);
    if report.lines.is_empty() {
        let what_to_do = "Change something first. All of this is published already";
        return again(&Refusals::one("places", what_to_do));
    }
    let checked = |refusals: &Refusals| {
        Ok(check_page(&service, sent, &report, &known, refusals).answer(&house, &viewer))
    };
    if step != "publish" {
        return checked(&Refusals::default());
    }
    let meanwhile = "Check it again. Someone else has just published numbers for this service";
    if sent.typed("after") != service.nth.to_string() {
        return checked(&Refusals::one("check", meanwhile));
    }
    let new = NewReport {
        form_key: &form_key,
        service_id: &service.id,
        nth: service.nth + 1,
        report: &report,
    };
    if publish(&house, new, by, now).await? {
        done()
    } else {
        checked(&Refusals::one("check", meanwhile))
    }
}

/// Publishes a report. False where that is no longer possible ([`store::publish`]).
async fn publish(
    house: &House,
    new: NewReport<'_>,
    by: &Id<Account>,
    now: Moment,
) -> Result<bool, Error> {
    let mut tx = house.db.begin().await?;
    let Some(report_id) = store::publish(&mut tx, new, by, now).await? else {
        tx.roll_back().await?;
        return Ok(false);
    };
    let detail = &format!("{} numbers", new.report.lines.len());
    let entry =
        Entry { at: now, who: Some(by), what: "waits published", about: &report_id, detail };
    audit::note(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was sent: from the page on which it was checked, from a file, or typed in.
fn read(form: &SentWithFile, places: &[AreaItem], now: Moment) -> Result<Report, Refusals> {
    let sent = &form.sent;
    if form.is_too_large {
        return Err(Refusals::one("file", "Choose a smaller file: up to 100 kB"));
    }
    if form.is_left_behind {
        return Err(Refusals::one("file", ground::sent::CHOOSE_AGAIN));
    }
    let typed = ["waiting", "median", "longest"];
    let has_typed = places
        .iter()
        .any(|place| typed.iter().any(|column| !sent.line(&field(column, &place.id)).is_empty()));
    let numbers = match &form.file {
        _ if !sent.typed("row").is_empty() => Numbers::Checked,
        Some(_) if has_typed => {
            let what_to_do = "Choose a file or type the numbers, not both";
            return Err(Refusals::one("file", what_to_do));
        }
        Some((_, file)) => Numbers::File(file),
        None => Numbers::Typed,
    };
    rules::report(sent, numbers, places, now)
}

/// What is published about the months of a report.
async fn known(
    house: &House,
    service_id: &Id<Service>,
    report: &Report,
    now: Moment,
) -> sqlx::Result<Vec<Told>> {
    let months = || report.lines.iter().map(|line| line.month);
    let (Some(first), Some(last)) = (months().min(), months().max()) else {
        return Ok(Vec::new());
    };
    store::told(&house.db, Of::One(service_id), (first, last), now).await
}

fn form_page(service: &OwnService, places: &[AreaItem], sent: &Sent, refusals: &Refusals) -> Page {
    let page = Page::new(titled("Publish how long families wait", &service.name), || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/lead/waits">
                        "How long families wait"
                    </a>
                </p>
                <Summary refusals />
                <h1>"Publish how long families wait"</h1>
                <p class="lead">{service.name.clone()}</p>
                <p>
                    "For each place: how many were waiting at the end of the month, how many weeks \
                     half of them had waited longer than (the median), and the longest wait. If \
                     fewer than 10 were waiting, we show no numbers and don't save any."
                </p>
                <form method="post" enctype="multipart/form-data" novalidate>
                    <FormKey key=sent.typed("form_key") />
                    <Field
                        name="month"
                        label="Month"
                        hint="Like May 2026. It must be over."
                        value=sent.typed("month")
                        refusals
                    />
                    {by_place(places, sent, refusals)}
                    <Upload
                        name="file"
                        label="Or several months from a CSV file"
                        hint="We import all lines, or none if one is wrong."
                        accept=".csv,text/csv"
                        refusals
                    />
                    {about_the_file(&service.id)}
                    <Field
                        name="target"
                        label="Target in weeks, if there is one"
                        kind="number"
                        value=sent.typed("target")
                        refusals
                    />
                    <Field
                        name="source"
                        label="Where are these numbers from?"
                        hint="Everyone can read this. For example: the therapy waiting list, on \
                            the last day of the month."
                        value=sent.typed("source")
                        refusals
                    />
                    <button class="button">"Check it"</button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// What the file must look like, and one to begin from.
fn about_the_file(service_id: &Id<Service>) -> impl IntoView + use<> {
    let to = format!("/lead/waits/{service_id}/places.csv");
    view! {
        <details>
            <summary>"What the file must look like"</summary>
            <p>"One line for each place and month. Weeks are rounded to whole ones."</p>
            <p class="panel lines">
                "place,month,waiting,median,longest\nNorth,2026-05,\"1,250\",9,31"
            </p>
            <p>
                <a href=to download>
                    "Begin from a file with your places (CSV)"
                </a>
            </p>
        </details>
    }
}

/// Three numbers for each place.
fn by_place(places: &[AreaItem], sent: &Sent, refusals: &Refusals) -> impl IntoView + use<> {
    let wrong = refusals.iter().filter(|(field, _)| *field == "places").map(|(_, what_to_do)| {
        view! {
            <p class="error">
                <span class="unseen">"Error: "</span>
                {what_to_do.to_owned()}
            </p>
        }
    });
    let wrong = wrong.collect_view();
    let fields = places.iter().map(|place| {
        let numbers = [
            ("waiting", "How many wait"),
            ("median", "Median, in weeks"),
            ("longest", "Longest, in weeks"),
        ];
        let numbers = numbers.map(|(column, label)| {
            let name = field(column, &place.id);
            let value = sent.typed(&name).to_owned();
            view! {
                <div class="field">
                    <label for=name.clone()>{label}</label>
                    <input
                        id=name.clone()
                        name=name
                        type="text"
                        inputmode="numeric"
                        value=value
                    />
                </div>
            }
        });
        view! {
            <fieldset class="field">
                <legend>{place.name.clone()}</legend>
                <div class="row">{numbers.into_iter().collect_view()}</div>
            </fieldset>
        }
    });
    let fields = fields.collect_view();
    view! {
        <section id="places" class="stack" tabindex="-1">
            <h2>"Place by place"</h2>
            <p class="hint">"Leave a place empty if you don't have its numbers yet."</p>
            {wrong}
            {fields}
        </section>
    }
}

/// What everyone will read, and what it does to what they read now.
fn check_page(
    service: &OwnService,
    sent: &Sent,
    report: &Report,
    known: &[Told],
    refusals: &Refusals,
) -> Page {
    let resent = hidden(
        sent.fields().filter(|(name, _)| !["step", "row", "after"].contains(&name.as_str())),
    );
    let lines = report.lines.iter().map(|line| {
        view! { <input type="hidden" name="row" value=line.packed() /> }
    });
    let lines = lines.collect_view();
    let target = report.target.map_or_else(|| "None".to_owned(), super::figures::weeks);
    let (after, to) = (service.nth.to_string(), format!("/lead/waits/{}", service.id));
    let source = report.source.clone();
    let page = Page::new(titled("Check how long families wait", &service.name), || {
        view! {
            <div class="stack">
                <Summary refusals />
                <h1 id="check">"Check it before it is published"</h1>
                <p class="lead">{service.name.clone()}</p>
                <p class="panel">
                    "Everyone can read this. It can't be deleted. If you correct a number later, \
                     what it was before is still shown."
                </p>
                <dl class="when">
                    <dt>"Target"</dt>
                    <dd>{target}</dd>
                    <dt>"Source"</dt>
                    <dd>{source}</dd>
                </dl>
                {now_and_before(report, known)}
                <form method="post" action=to class="stack">
                    {resent}
                    {lines}
                    <input type="hidden" name="after" value=after />
                    <button class="button" name="step" value="publish">
                        "Publish"
                    </button>
                    <button class="button quiet" name="step" value="change">
                        "Change something"
                    </button>
                </form>
            </div>
        }
    });
    page.kept_for_going_back().refused_for(refusals)
}

/// Number by number, what everyone will read, and what they read now.
fn now_and_before(report: &Report, known: &[Told]) -> impl IntoView + use<> {
    let rows = report.lines.iter().map(|line| {
        let before = match Change::of(line, known) {
            Change::Corrects(was) => was.in_full(),
            Change::New | Change::Same => "Nothing".to_owned(),
        };
        view! {
            <tr>
                <th scope="row">{format!("{}, {}", line.place, line.month.words())}</th>
                <td data-label="Everyone will read">{line.figure.in_full()}</td>
                <td data-label="Before">{before}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <table class="plain">
            <caption>"Place by place"</caption>
            <thead>
                <tr>
                    <th scope="col">"Place and month"</th>
                    <th scope="col">"Everyone will read"</th>
                    <th scope="col">"Before"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
