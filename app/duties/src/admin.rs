//! The administrators' pages: the list of duties, each with its form, and all of them as one file.

use axum::extract::{Path, Request, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::{Form, SentWithFile};
use ground::ui::{Area, Banner, Choice, Choices, Field, Page, Summary, Upload, titled};
use ground::viewer::Viewer;
use jiff::civil::Date;
use leptos::prelude::*;
use sqlx::AnyConnection;

use super::file::{self, Profile};
use super::rules::{self, BankHolidays, Due, Duty, Everything, Kept, enter_terms, in_words};
use super::{parts, store, when};

/// GET `/admin/duties`
pub async fn duties_page(
    State(house): State<House>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, Error> {
    let (query, today) = (Sent::query(&uri), clock::date(house.clock.now()));
    let all = store::everything(&house.db, None).await?;
    let page = Page::new("Yearly duties", || {
        let duties: Vec<&Kept> = all.duties.iter().collect();
        let (shown, pager) = parts::paged(&duties, forms::page_number(&query), "/admin/duties");
        let rows = shown.into_iter().map(|kept| row(&all, kept)).collect_view();
        let nothing = all.duties.is_empty().then(|| {
            view! { <p>"There is nothing here yet. Begin with our list: all of it is off."</p> }
        });
        let begin = if all.duties.is_empty() {
            "Begin with the list that comes with Alongside"
        } else {
            "Add what is new in the list that comes with Alongside"
        };
        view! {
            <div class="stack-l">
                <section class="stack">
                    {banner(query.typed("done"))}
                    <p>
                        <a class="back" href="/admin">
                            "Administration"
                        </a>
                    </p>
                    <h1>"Yearly duties"</h1>
                    <p class="lead">
                        "What the council, the NHS and the forum must do every year, and by when. \
                         Each is the area's own rule: read where it is from, correct it, then \
                         switch it on. Nothing here is legal advice."
                    </p>
                    {warnings(&all, today)}
                    {nothing}
                    <ul class="rows">{rows}</ul>
                    {pager}
                    <form method="post" action="/admin/duties">
                        <button class="button quiet" name="step" value="own">
                            {begin}
                        </button>
                    </form>
                    <p>
                        <a class="button quiet" href="/admin/duties/new">
                            "Add a duty"
                        </a>
                    </p>
                </section>
                {as_one_file(&all.bank)}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// What was done.
fn banner(done: &str) -> Option<impl IntoView + use<>> {
    let (title, words) = match done {
        "kept" => ("Saved", "A duty counts from the day it is switched on."),
        "nothing" => ("Nothing to add", "You have everything in our list already."),
        "full" => {
            ("Nothing added", "You have as many duties as fit. Change one that you no longer need.")
        }
        _ => return None,
    };
    Some(view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    })
}

fn as_one_file(bank: &BankHolidays) -> impl IntoView + use<> {
    view! {
        <section class="stack">
            <h2>"As one file"</h2>
            <p>
                "Duties and bank holidays in one file that you can read, change and give to \
                 another area."
            </p>
            <p>
                <a href="/admin/duties/duties.txt" download>
                    "Save the file"
                </a>
            </p>
            <p>
                <a href="/admin/duties/import">"Import a file"</a>
            </p>
            <p class="soft">{known_holidays(bank)}</p>
        </section>
    }
}

/// What an administrator must mend so that days can be counted.
fn warnings(all: &Everything, today: Date) -> impl IntoView + use<> {
    let terms = all.lacks_terms(today).map(|day| {
        view! {
            <p class="panel warn">
                {enter_terms(calendar::school::NoTerms(day))}" "
                <a href="/admin/telling#terms">"Enter the terms"</a>
            </p>
        }
    });
    let is_begun = !all.duties.is_empty();
    let bank = all.bank.warning(today).filter(|_| is_begun);
    let bank = bank.map(|words| view! { <p class="panel warn">{words}</p> });
    view! {
        {terms}
        {bank}
    }
}

fn known_holidays(bank: &BankHolidays) -> String {
    match (bank.until, bank.checked_on) {
        (Some(until), Some(checked_on)) => format!(
            "We know the bank holidays of England until {}. They came with Alongside, or with the \
             file you imported: whoever made that last compared them with {} on {}.",
            in_words(until),
            bank.source,
            in_words(checked_on)
        ),
        _ => "We know no bank holidays yet.".to_owned(),
    }
}

fn row(all: &Everything, kept: &Kept) -> impl IntoView + use<> {
    let duty = &kept.duty;
    let state = if duty.is_on { "● On" } else { "○ Off" };
    let unseen = format!(" {}", duty.name);
    view! {
        <li>
            <span>
                <b>{duty.name.clone()}</b>
                {format!(": {}. {state}", due_in_words(all, duty))}
            </span>
            <a href=format!(
                "/admin/duties/{}",
                kept.id,
            )>"Change"<span class="unseen">{unseen}</span></a>
        </li>
    }
}

fn due_in_words(all: &Everything, duty: &Duty) -> String {
    match &duty.due {
        Due::Each { .. } => format!("every year by {}", duty.due),
        Due::Before(span, word) => {
            let other = all.duties.iter().find(|kept| kept.duty.word == *word);
            let name = other.map_or(word, |kept| &kept.duty.name);
            format!("{span} before “{name}”")
        }
    }
}

/// POST `/admin/duties`: takes over what the list that comes with the program has and the area
/// hasn't: duties, and bank holidays that go on for longer.
pub async fn begin_with_own(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    let all = store::everything(&house.db, None).await?;
    let known: Vec<&Duty> = all.duties.iter().map(|kept| &kept.duty).collect();
    let today = clock::date(house.clock.now());
    if sent.typed("step") != "own" {
        return Ok(Redirect::to("/admin/duties").into_response());
    }
    // A test reads the list: it is refused only where there are too many duties already.
    let Ok(mut own) = file::read(file::OWN.as_bytes(), &[], &known, today) else {
        return Ok(Redirect::to("/admin/duties?done=full").into_response());
    };
    own.duties.retain(|new| known.iter().all(|duty| duty.word != new.word));
    own.bank = own.bank.filter(|bank| bank.until > all.bank.until);
    if own.duties.is_empty() && own.bank.is_none() {
        return Ok(Redirect::to("/admin/duties?done=nothing").into_response());
    }
    take_over(&house, &viewer, &all, &own).await?;
    Ok(Redirect::to("/admin/duties?done=kept").into_response())
}

/// Saves what a file says, with an entry in the audit log.
async fn take_over(
    house: &House,
    viewer: &Viewer,
    all: &Everything,
    profile: &Profile,
) -> Result<(), Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    save(&mut tx, all, &profile.duties, at).await?;
    if let Some(bank) = &profile.bank {
        store::set_bank(&mut tx, bank).await?;
    }
    let detail = &format!("{} duties", profile.duties.len());
    let what = "duties taken over";
    audit::note(&mut tx, Entry { at, who: Some(by), what, about: "", detail }).await?;
    tx.commit().await?;
    Ok(())
}

/// Saves duties, after what has passed is kept as it was.
async fn save(
    tx: &mut AnyConnection,
    all: &Everything,
    duties: &[Duty],
    now: Moment,
) -> Result<(), Error> {
    let days = all.to_keep_before(&all.with(duties, now), clock::date(now));
    store::keep(tx, &days, now).await?;
    store::save(tx, duties, now).await?;
    Ok(())
}

/// GET `/admin/duties/duties.txt`
pub async fn duties_file(State(house): State<House>) -> Result<Response, Error> {
    let all = store::everything(&house.db, None).await?;
    let duties: Vec<&Duty> = all.duties.iter().map(|kept| &kept.duty).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"duties.txt\""),
    ];
    Ok((headers, file::written(&duties, &all.bank)).into_response())
}

/// GET `/admin/duties/import`
pub async fn import_form(State(house): State<House>, viewer: Viewer) -> Response {
    import_page(&Refusals::default()).answer(&house, &viewer)
}

/// POST `/admin/duties/import`: takes over all of a file, or nothing.
pub async fn import_duties(
    State(house): State<House>,
    viewer: Viewer,
    request: Request,
) -> Result<Response, Error> {
    let sent = match SentWithFile::read(request, file::LARGEST).await {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let all = store::everything(&house.db, None).await?;
    let organisations = area::store::organisations(&house.db).await?;
    let known: Vec<&Duty> = all.duties.iter().map(|kept| &kept.duty).collect();
    let today = clock::date(house.clock.now());
    let read = match sent.file {
        _ if sent.is_too_large => Err(vec!["Choose a smaller file: up to 100 kB".to_owned()]),
        None => Err(vec!["Choose a file of duties".to_owned()]),
        Some((_, bytes)) => file::read(&bytes, &organisations, &known, today),
    };
    match read {
        Ok(profile) => {
            take_over(&house, &viewer, &all, &profile).await?;
            Ok(Redirect::to("/admin/duties?done=kept").into_response())
        }
        Err(faults) => {
            let mut refusals = Refusals::default();
            faults.into_iter().for_each(|fault| refusals.add("file", fault));
            Ok(import_page(&refusals).answer(&house, &viewer))
        }
    }
}

fn import_page(refusals: &Refusals) -> Page {
    let title = "Import a file of duties";
    let page = Page::new(title, || {
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin/duties">
                        "Yearly duties"
                    </a>
                </p>
                <Summary refusals />
                <h1>{title}</h1>
                <p class="lead">
                    "A text file like "
                    <a href="/admin/duties/duties.txt" download>
                        "the file you can save here"
                    </a>
                    ". Duties that are in it are added, \
                     or changed if they are here already; the others stay as they are. Its bank \
                     holidays replace ours."
                </p>
                <form method="post" enctype="multipart/form-data" novalidate>
                    <Upload
                        name="file"
                        label="File of duties"
                        hint="We import all of it, or nothing if one line is wrong."
                        accept=".txt,text/plain"
                        refusals
                    />
                    <button class="button">"Import it"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

/// GET `/admin/duties/new`
pub async fn new_duty_form(State(house): State<House>, viewer: Viewer) -> Result<Response, Error> {
    let all = store::everything(&house.db, None).await?;
    let organisations = area::store::organisations(&house.db).await?;
    let (sent, none) = (Sent::default(), Refusals::default());
    Ok(form_page((&all, None), organisations, &sent, &none).answer(&house, &viewer))
}

/// POST `/admin/duties/new`
pub async fn add_duty(
    State(house): State<House>,
    viewer: Viewer,
    Form(sent): Form,
) -> Result<Response, Error> {
    save_duty(&house, &viewer, None, &sent).await
}

/// GET `/admin/duties/{id}`
pub async fn duty_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Duty>>,
) -> Result<Response, Error> {
    let all = store::everything(&house.db, None).await?;
    let kept = found(&all, &id)?;
    let organisations = area::store::organisations(&house.db).await?;
    let sent = when::apart(&kept.duty).with("was", &kept.changed_at.millis().to_string());
    let none = Refusals::default();
    Ok(form_page((&all, Some(kept)), organisations, &sent, &none).answer(&house, &viewer))
}

/// POST `/admin/duties/{id}`
pub async fn change_duty(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Duty>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    save_duty(&house, &viewer, Some(&id), &sent).await
}

fn found<'e>(all: &'e Everything, id: &Id<ids::Duty>) -> Result<&'e Kept, Error> {
    let id = Id::parse(id).ok_or(Error::NotFound)?;
    all.find(&id).ok_or(Error::NotFound)
}

/// Adds a duty, or with an id changes it.
async fn save_duty(
    house: &House,
    viewer: &Viewer,
    id: Option<&Id<ids::Duty>>,
    sent: &Sent,
) -> Result<Response, Error> {
    let all = store::everything(&house.db, None).await?;
    let kept = id.map(|id| found(&all, id)).transpose()?;
    let organisations = area::store::organisations(&house.db).await?;
    let now = house.clock.now();
    // What other duties call it stays.
    let sent = kept.map_or_else(|| sent.clone(), |kept| sent.clone().with("duty", &kept.duty.word));
    let refused = |refusals: &Refusals| {
        Ok(form_page((&all, kept), organisations.clone(), &sent, refusals).answer(house, viewer))
    };
    let duty = match rules::duty(&when::whole(&sent), &organisations, clock::date(now)) {
        Ok(duty) => duty,
        Err(refusals) => return refused(&refusals),
    };
    if let Some(refusals) = among_others(&all, kept, &duty) {
        return refused(&refusals);
    }
    let mut tx = house.db.begin().await?;
    if let Some(kept) = kept {
        let is_as_shown = sent.typed("was") == kept.changed_at.millis().to_string();
        if !is_as_shown || !store::hold(&mut tx, &kept.id, kept.changed_at).await? {
            tx.roll_back().await?;
            let what_to_do = "Someone else has changed this duty since you opened this page. Open \
                it again in another tab, compare, and save once more from there";
            return refused(&Refusals::one("name", what_to_do));
        }
    }
    save(&mut tx, &all, std::slice::from_ref(&duty), now).await?;
    let what = if kept.is_some() { "duty changed" } else { "duty added" };
    let by = &viewer.signed_in()?.account_id;
    audit::note(
        &mut tx,
        Entry { at: now, who: Some(by), what, about: &duty.word, detail: &duty.due.to_string() },
    )
    .await?;
    tx.commit().await?;
    Ok(Redirect::to("/admin/duties?done=kept").into_response())
}

/// What is wrong with a duty among the others, if anything is.
fn among_others(all: &Everything, kept: Option<&Kept>, duty: &Duty) -> Option<Refusals> {
    let others = all.duties.iter().filter(|other| kept.is_none_or(|kept| kept.id != other.id));
    let others: Vec<&Duty> = others.map(|kept| &kept.duty).collect();
    if others.iter().any(|other| other.word == duty.word) {
        let what_to_do = "Choose another short name. A duty has this one already";
        return Some(Refusals::one("duty", what_to_do));
    }
    if others.len() >= rules::MOST {
        let what_to_do = format!("Change one that you no longer need: {} is the most", rules::MOST);
        return Some(Refusals::one("name", what_to_do));
    }
    let all: Vec<&Duty> = std::iter::once(duty).chain(others).collect();
    rules::wrong_order(&all).map(|(_, what_to_do)| Refusals::one("due", what_to_do))
}

fn form_page(
    (all, kept): (&Everything, Option<&Kept>),
    organisations: Vec<Named>,
    sent: &Sent,
    refusals: &Refusals,
) -> Page {
    let (title, heading) = match kept {
        Some(kept) => (titled("Change a duty", &kept.duty.name), kept.duty.name.clone()),
        None => ("Add a duty".to_owned(), "Add a duty".to_owned()),
    };
    let is_new = kept.is_none();
    let others = all.duties.iter().filter(|other| kept.is_none_or(|kept| kept.id != other.id));
    let others = others.map(|other| (other.duty.word.clone(), other.duty.name.clone()));
    let others: Vec<(String, String)> = others.collect();
    let page = Page::new(title, || {
        let was = (!is_new).then(
            || view! { <input type="hidden" name="was" value=sent.typed("was").to_owned() /> },
        );
        view! {
            <div class="stack">
                <p>
                    <a class="back" href="/admin/duties">
                        "Yearly duties"
                    </a>
                </p>
                <Summary refusals />
                <h1>{heading}</h1>
                {(!is_new)
                    .then(|| {
                        view! {
                            <p>
                                "Years that are over stay as they were, and so does a year whose \
                                 new day would be over already. What you change counts from today."
                            </p>
                        }
                    })}
                <form method="post" novalidate>
                    {was} {what_fields(sent, refusals)}
                    {when::when_fields(sent, others, refusals)}
                    {who_fields(organisations, sent, refusals)} {short_name(kept, sent, refusals)}
                    <button class="button">"Save"</button>
                </form>
            </div>
        }
    });
    page.refused_for(refusals)
}

/// What other duties and files call it: chosen once.
fn short_name(kept: Option<&Kept>, sent: &Sent, refusals: &Refusals) -> AnyView {
    let Some(kept) = kept else {
        return view! {
            <Field
                name="duty"
                label="Short name, used in files (optional)"
                hint="Without spaces, like transport-16. If you leave this empty, we make one."
                value=sent.typed("duty")
                refusals
            />
        }
        .into_any();
    };
    view! {
        <p class="soft">"Short name, used in files: " <b>{kept.duty.word.clone()}</b></p>
    }
    .into_any()
}

/// What must be done, and the rule that says so.
fn what_fields<'a>(sent: &Sent, refusals: &'a Refusals) -> impl IntoView + use<'a> {
    view! {
        <Field
            name="name"
            label="What must be done"
            hint="For example: Publish the post-16 transport statement"
            value=sent.typed("name")
            refusals
        />
        <Area
            name="rule"
            label="The area's rule"
            hint="In a sentence or two, as the area sees it. Not legal advice."
            value=sent.typed("rule")
            rows=3
            refusals
        />
        <Field
            name="source"
            label="Where the rule was read"
            hint="An address that begins with https://"
            value=sent.typed("source")
            refusals
        />
        <Field
            name="checked"
            label="When was this last checked?"
            hint="A duty can be switched on once somebody has looked there."
            kind="date"
            value=sent.typed("checked")
            refusals
        />
    }
}

/// Who is responsible, who sees how it stands, and whether it is on.
fn who_fields<'a>(
    organisations: Vec<Named>,
    sent: &Sent,
    refusals: &'a Refusals,
) -> impl IntoView + use<'a> {
    let who = [("forum", "The forum"), ("leaders", "The leaders of all organisations")]
        .map(|(word, label)| (word.to_owned(), label.to_owned()))
        .into_iter()
        .chain(organisations.into_iter().map(|one| (one.name.clone(), one.name)));
    let who = Choice::each(who, |word| word == sent.typed("responsible"));
    let yes_or_no = |field: &str, yes: &str, no: &str| {
        let choices = [("yes", yes.to_owned()), ("no", no.to_owned())];
        Choice::each(choices, |word| word == sent.typed(field))
    };
    let public =
        yes_or_no("public", "Yes, everyone", "No, only the forum and whoever is responsible");
    let on = yes_or_no("on", "On: it is counted and people are told", "Off");
    view! {
        <Choices
            name="responsible"
            legend="Who is responsible?"
            hint="They get an email eight and two weeks before."
            choices=who
            refusals
        />
        <Choices
            name="public"
            legend="Does everyone see whether it was done?"
            choices=public
            refusals
        />
        <Choices name="on" legend="Is it switched on?" choices=on refusals />
    }
}
