//! The organiser's page of a consultation: its questions, what needs correcting, and the button
//! that opens it.

use std::collections::HashSet;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Moment};
use calendar::school::SchoolYear;
use disclosure::tables::Rule;
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Banner, Check, Choice, Choices, Page, Select, Summary, Upload};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::results::how_many_it_takes;
use questionnaires::{Questionnaire, check, edit, file, library, piping, way};
use sqlx::AnyConnection;

use super::course::Course;
use super::list::{self, Changed};
use super::question::keys_had;
use super::rules::{self, ConsultationState, WhoMayAnswer};
use super::store::{self, Consultation};
use super::{being_written, course, duplicate, imports, progress, state_in_words, versions};

/// Shows the questions while they can be changed, with forms that work by themselves: the
/// organisers' program does, which is made above the rooms.
pub type Builder = fn(&Consultation) -> AnyView;

/// GET `/forum/consultations/{id}`
pub async fn forum_consultation_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Extension(builder): Extension<Builder>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let step = AfterStep { done: Sent::query(&uri).line("done"), ..AfterStep::default() };
    shown(&house, &viewer, &consultation, &step, builder).await
}

/// What an organiser is told after a step.
#[derive(Default)]
struct AfterStep {
    /// The word of what was done; empty for none.
    done: String,
    refusals: Refusals,
}

impl AfterStep {
    fn refused(refusals: Refusals) -> Self {
        Self { refusals, ..Self::default() }
    }
}

/// POST `/forum/consultations/{id}`: moves or removes a question, copies some from the library,
/// opens it, copies all of it, or says which organisation answers for it.
pub async fn act_on_consultation(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Extension(builder): Extension<Builder>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    match sent.typed("step") {
        "open" => return open(&house, &viewer, &consultation, builder).await,
        "copy" => return duplicate::duplicate(&house, &viewer, &consultation, &sent).await,
        "organisation" => return give(&house, &viewer, &consultation, &sent, builder).await,
        // From the page before it is opened.
        "change" => {
            let to = format!("/forum/consultations/{}", consultation.id);
            return Ok(Redirect::to(&to).into_response());
        }
        step @ ("version" | "ask") => {
            return version(&house, &viewer, &consultation, step == "ask", builder).await;
        }
        _ => {}
    }
    let copies = sent.all("copy");
    let library = library::library();
    let mut copies: Vec<_> =
        library.questions().filter(|question| copies.contains(&question.key)).cloned().collect();
    if let Some(earlier) = Id::parse(sent.typed("from")) {
        let earlier = store::find(&house.db, &earlier).await?;
        copies
            .extend(earlier.iter().flat_map(|earlier| earlier.questionnaire.questions()).cloned());
    }
    let had = if copies.is_empty() { Vec::new() } else { keys_had(&house, &consultation).await? };
    let change = move |questions: &Questionnaire| match (
        sent.typed("up"),
        sent.typed("down"),
        sent.typed("out"),
    ) {
        ("", "", "") => edit::with_copies(questions, &copies, &had),
        ("", "", key) => edit::without(questions, key),
        ("", key, _) => edit::moved(questions, key, false),
        (key, ..) => edit::moved(questions, key, true),
    };
    let done = if change_questions(&house, &consultation, change).await? {
        "questions"
    } else {
        "answered-before"
    };
    Ok(Redirect::to(&format!("/forum/consultations/{}?done={done}#questions", consultation.id))
        .into_response())
}

/// Changes the questions of a consultation. False when somebody has answered them, or when it is
/// open and could not have been opened with the changed ones.
pub async fn change_questions(
    house: &House,
    consultation: &Consultation,
    change: impl FnOnce(&Questionnaire) -> Questionnaire + Send,
) -> Result<bool, Error> {
    let changed = list::change(house, consultation, None, |questions| Ok(change(questions)));
    Ok(matches!(changed.await?, Changed::Kept { .. }))
}

/// GET `/forum/consultations/{id}/opening`: the days once more, before parents see it.
pub async fn check_opening_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Extension(builder): Extension<Builder>,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    if consultation.opened_at.is_some() {
        let to = format!("/forum/consultations/{}", consultation.id);
        return Ok(Redirect::to(&to).into_response());
    }
    let now = house.clock.now();
    let refusals = to_correct(&consultation, now);
    if !refusals.is_empty() {
        let step = AfterStep::refused(refusals);
        return shown(&house, &viewer, &consultation, &step, builder).await;
    }
    let year = area::store::year(&house.db).await?;
    Ok(check_opening(&consultation, &year, house.settings.rule, now).answer(&house, &viewer))
}

fn check_opening(consultation: &Consultation, year: &SchoolYear, rule: Rule, now: Moment) -> Page {
    let terms = &consultation.terms;
    let opens_at = terms.opens_at.max(now);
    let opens =
        if terms.opens_at <= now { "At once".to_owned() } else { clock::day(terms.opens_at) };
    let closes = clock::day(terms.closes_at);
    let who = WhoMayAnswer::ALL.into_iter().find(|(who, ..)| *who == terms.access);
    let check = Check {
        title: "Check it before it opens",
        rows: vec![
            ("What you are asking about", terms.title.clone()),
            ("Who it is for", terms.who_for.clone()),
            ("Who can answer", who.map_or_else(String::new, |(.., words)| words.to_owned())),
            ("Opens", opens),
            ("Last day", format!("{closes} ({})", clock::days_away(now, terms.closes_at))),
            ("Questions", way::asked(&consultation.questionnaire).to_string()),
            ("How many answers it takes", how_many_it_takes(rule)),
        ],
        warnings: rules::warnings((opens_at, terms.closes_at), year),
        after: "After that you can't change the details. You can change the questions until \
            someone has answered, give people longer, or withdraw it with a reason.",
        to: format!("/forum/consultations/{}", consultation.id),
        sent: &Sent::default(),
        does: ("Open it to parents", "open"),
    };
    check.page()
}

/// What must be corrected before it can be opened.
fn to_correct(consultation: &Consultation, now: Moment) -> Refusals {
    let mut refusals = Refusals::default();
    for fault in check::check(&consultation.questionnaire) {
        refusals.add("questions", in_words(&fault, &consultation.questionnaire));
    }
    let terms = &consultation.terms;
    if terms.closes_at <= now {
        refusals
            .add("words", "Choose a last day that is in the future, under “Change the details”");
    } else if terms.closes_at <= terms.opens_at.max(now) + rules::SHORTEST {
        let what_to_do = "Choose a later last day, under “Change the details”. People would have \
            less than a day";
        refusals.add("words", what_to_do);
    }
    if terms.reasons.is_empty() {
        let what_to_do = "Say why this is proposed, and what else could be done, under “Change the \
            details”";
        refusals.add("words", what_to_do);
    }
    refusals
}

/// Likewise to these, within a write.
pub async fn keep_changed(
    tx: &mut AnyConnection,
    consultation: &Consultation,
    changed: &Questionnaire,
) -> sqlx::Result<bool> {
    let is_asked = consultation.opened_at.is_some() && !consultation.is_next_version();
    if is_asked && !check::check(changed).is_empty() {
        return Ok(false);
    }
    store::keep_questions(tx, &consultation.id, consultation.version, changed).await
}

/// The page, with what must be corrected.
pub async fn refused(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    refusals: Refusals,
    builder: Builder,
) -> Result<Response, Error> {
    shown(house, viewer, consultation, &AfterStep::refused(refusals), builder).await
}

async fn open(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    builder: Builder,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let back = format!("/forum/consultations/{}", consultation.id);
    if consultation.opened_at.is_some() {
        return Ok(Redirect::to(&back).into_response());
    }
    let refusals = to_correct(consultation, now);
    if !refusals.is_empty() {
        return shown(house, viewer, consultation, &AfterStep::refused(refusals), builder).await;
    }
    let mut tx = house.db.begin().await?;
    if store::open(&mut tx, &consultation.id, by, now).await? {
        let (what, about) = ("consultation opened", &consultation.id);
        let entry = Entry { at: now, who: Some(by), what, about, detail: "" };
        audit::note(&mut tx, entry).await?;
        tx.commit().await?;
        return Ok(Redirect::to(&format!("{back}?done=opened")).into_response());
    }
    tx.roll_back().await?;
    let refusals = Refusals::one(
        "words",
        "The draft this is about hasn't been published. Wait until it has, or choose another under \
         “Change the details”",
    );
    shown(house, viewer, consultation, &AfterStep::refused(refusals), builder).await
}

/// Says which organisation answers for it.
async fn give(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    sent: &Sent,
    builder: Builder,
) -> Result<Response, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let organisations = area::store::organisations(&house.db).await?;
    let chosen = sent.typed("organisation");
    let Some(organisation) = organisations.into_iter().find(|known| known.id == chosen) else {
        let refusals = Refusals::one("organisation", "Choose an organisation");
        return shown(house, viewer, consultation, &AfterStep::refused(refusals), builder).await;
    };
    let (about, organisation_id) = (&consultation.id, Id::from(organisation.id));
    let mut tx = house.db.begin().await?;
    // A second tap changes nothing.
    if store::answered_for_by(&mut tx, about, &organisation_id).await? {
        let (what, detail) = ("consultation given to organisation", &organisation_id);
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    let back = format!("/forum/consultations/{}?done=organisation", consultation.id);
    Ok(Redirect::to(&back).into_response())
}

async fn version(
    house: &House,
    viewer: &Viewer,
    newest: &Consultation,
    is_to_ask: bool,
    builder: Builder,
) -> Result<Response, Error> {
    match versions::begin_or_ask_version(house, viewer, newest, is_to_ask).await? {
        Ok(done) => {
            Ok(Redirect::to(&format!("/forum/consultations/{}?done={done}#questions", newest.id))
                .into_response())
        }
        Err(faults) => {
            let mut refusals = Refusals::default();
            faults.iter().for_each(|fault| {
                refusals.add("questions", in_words(fault, &newest.questionnaire));
            });
            shown(house, viewer, newest, &AfterStep::refused(refusals), builder).await
        }
    }
}

/// What must be corrected, with the question it is about.
pub fn in_words(fault: &check::Fault, questions: &Questionnaire) -> String {
    match questions.question(&fault.question) {
        Some(question) => format!("{}: {}", question.text, fault.what_to_do),
        None => fault.what_to_do.clone(),
    }
}

/// GET `/forum/consultations/{id}/questions.json`: the questions as a file.
pub async fn questions_file(
    State(house): State<House>,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"questions.json\""),
    ];
    let file = file::write(&consultation.questionnaire)
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    Ok((headers, file).into_response())
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    step: &AfterStep,
    builder: Builder,
) -> Result<Response, Error> {
    let AfterStep { done, refusals } = step;
    let now = house.clock.now();
    let store::Beside { is_answered, earlier, organisations, last_import } =
        store::beside(&house.db, &consultation.id, consultation.version).await?;
    let me = &viewer.signed_in()?.account_id;
    let state = consultation.state(now);
    let terms = &consultation.terms;
    // What is worth knowing before it opens, or how far it has come since.
    let (warnings, course) =
        if matches!(state, ConsultationState::Written | ConsultationState::Timed) {
            let ground = area::store::ground(&house.db, me).await?;
            let warnings = rules::warnings((terms.opens_at, terms.closes_at), &ground.year);
            (warnings, Course::not_closed(consultation))
        } else {
            (Vec::new(), course(house, &consultation.id).await?)
        };
    let has_ended = matches!(state, ConsultationState::Closed | ConsultationState::Withdrawn);
    let may_change = !is_answered && !has_ended;
    let page = Page::new(terms.title.clone(), || {
        let to = |what: &str| format!("/forum/consultations/{}{what}", consultation.id);
        let is_written = state == ConsultationState::Written;
        let warnings = warnings
            .into_iter()
            .map(|warning| view! { <p class="panel warn">{warning}</p> })
            .collect_view();
        let words = is_written.then(|| {
            view! {
                <p>
                    <a class="button quiet" id="words" href=to("/words")>
                        "Change the details"
                    </a>
                </p>
            }
        });
        let ways = is_written.then(|| {
            view! {
                <p>
                    <a class="button" href=to("/opening")>
                        "Check and open it"
                    </a>
                </p>
            }
        });
        let whose = consultation.needs_organisation().then(|| whose(consultation, organisations));
        let is_open = matches!(state, ConsultationState::Timed | ConsultationState::Open);
        let dates = is_open.then(|| {
            view! {
                <p>
                    <a href=to("/dates")>"Change the dates"</a>
                </p>
            }
        });
        let after = (!is_written && state != ConsultationState::Timed)
            .then(|| after(consultation, state, now));
        let versions = (is_open && (is_answered || consultation.is_next_version()))
            .then(|| next_version(consultation));
        let questions = if may_change {
            builder(consultation)
        } else {
            questions(consultation, is_answered).into_any()
        };
        let last = last_import
            .filter(|_| may_change)
            .map(|last| imports::pages::last_import(consultation, last));
        let sources = may_change.then(|| sources(&to("/file"), &to(""), earlier, refusals));
        view! {
            <div class="stack">
                {banner(done, state, (terms.opens_at, terms.closes_at))}
                <p>
                    <a class="back" href="/forum/consultations">
                        "Consultations"
                    </a>
                </p>
                <Summary refusals />
                <p class="panel gold">
                    {state_in_words(state, (terms.opens_at, terms.closes_at))}
                </p>
                {warnings}
                <h1>{terms.title.clone()}</h1>
                {progress(&course, me, now, &to(""))}
                {dates}
                {words}
                {whose}
                {after}
                <h2 id="questions">"The questions"</h2>
                {versions}
                {questions}
                {last}
                {sources}
                <p>
                    <a href=to("/preview")>"See all of its page as parents will"</a>
                    " · "
                    <a href=to("/questions.json")>"Save the questions as a file"</a>
                </p>
                {ways}
                {duplicate::button(consultation)}
            </div>
        }
    });
    let page = if may_change { page.with_program("organisers") } else { page };
    Ok(page.refused_for(refusals).answer(house, viewer))
}

fn banner(
    done: &str,
    state: ConsultationState,
    (opens_at, closes_at): (Moment, Moment),
) -> Option<AnyView> {
    let opened = if state == ConsultationState::Timed {
        format!("It isn't open yet: parents can answer from {}.", clock::day(opens_at))
    } else {
        format!(
            "They can answer until the end of {}. No email goes out by itself, so tell parents \
             about it.",
            clock::day(closes_at)
        )
    };
    let (title, words) = match done {
        "written" => (
            "Details saved",
            "Now add the questions: write your own, or copy some from our library.",
        ),
        "changed" => ("Saved", "This is what parents will read."),
        "organisation" => {
            ("Saved", "Its leaders can now say what happened, and get an email before it is due.")
        }
        "questions" => {
            ("Questions saved", "See them as parents will before you open the consultation.")
        }
        "copied" => (
            "This is the copy",
            "It has the same details and questions, and nobody's answers. Check its details and \
             its last day before you open it.",
        ),
        "replaced" => (
            "Questions saved",
            "The questions from the file are in place of the ones before. You can undo this below.",
        ),
        "added" => (
            "Questions saved",
            "The questions from the file come after the ones before. You can undo this below.",
        ),
        "left" => ("Nothing was changed", "We have put the file aside."),
        "undone" => ("Import undone", "The questions are as they were before the import."),
        "brought-back" => ("Import brought back", "The questions from the file are there again."),
        "opened" if state == ConsultationState::Timed => {
            ("It will open by itself", opened.as_str())
        }
        "opened" => ("You have opened it to parents", opened.as_str()),
        "called-back" => ("You have called it back", "Change what you need to, and open it again."),
        "last-day" => ("The last day is changed", "Everyone can read on its page what and why."),
        "withdrawn" => ("You have withdrawn it", "Everyone can read why on its page."),
        "put-right" => ("Wording corrected", "Parents will see your note under the question."),
        "new-version" => (
            "You have started a new version",
            "Parents will keep answering the old one until you switch to this one.",
        ),
        "asked" => (
            "The new version is in use",
            "People who have already started will finish with the old one.",
        ),
        "opened-before" => ("Nothing was changed", "Someone else has opened it in the meantime."),
        "answered-before" => (
            "Nothing was changed",
            "Someone has already answered, or parents couldn't answer it like that while it is \
             open. The questions stay as they are.",
        ),
        _ => return None,
    };
    let words = words.to_owned();
    let view = view! {
        <Banner title>
            <p>{words}</p>
        </Banner>
    };
    Some(view.into_any())
}

/// Which organisation answers for it, and a way to choose one; where there is none, what that
/// means.
fn whose(consultation: &Consultation, organisations: Vec<Named>) -> impl IntoView + use<> {
    let chosen = consultation.terms.organisation_id.as_deref().unwrap_or_default();
    let has_none = organisations.is_empty();
    let choices = Choice::with_first("Choose an organisation", organisations, chosen);
    let action = format!("/forum/consultations/{}", consultation.id);
    let form = view! {
        <form method="post" action=action>
            <Select name="organisation" label="Which organisation answers for it?" choices />
            <button class="button quiet" name="step" value="organisation">
                "Save the organisation"
            </button>
        </form>
    };
    let form = form.into_any();
    match &consultation.answered_for_by {
        Some(name) => {
            let words = format!("{name} answers for it: its leaders say what happened.");
            view! {
                <p class="soft">{words}</p>
                <details>
                    <summary>"Choose another organisation"</summary>
                    {form}
                </details>
            }
            .into_any()
        }
        None if has_none => view! {
            <p class="panel warn">
                "Nobody can say what happened about this consultation, because it is about no plan \
                 and no topic. Ask an administrator to add the organisation that should answer for \
                 it, then choose it here."
            </p>
        }
        .into_any(),
        None => view! {
            <section class="panel warn">
                <p>
                    "Nobody can say what happened about this consultation, because it is about no \
                     plan and no topic. Choose the organisation whose leaders should."
                </p>
                {form}
            </section>
        }
        .into_any(),
    }
}

/// What an organiser does once it is open: other ways to answer, and reading what was said.
fn after(
    consultation: &Consultation,
    state: ConsultationState,
    now: Moment,
) -> impl IntoView + use<> {
    let to = |what: &str| format!("/forum/consultations/{}{what}", consultation.id);
    let links = (consultation.terms.access == WhoMayAnswer::Link
        && state == ConsultationState::Open)
        .then(|| {
            view! {
                <a class="button" href=to("/links")>
                    "Personal links for families"
                </a>
            }
        });
    let read = consultation.is_readable(now).then(|| {
        view! {
            <a class="button quiet" href=to("/answers")>
                "Answers"
            </a>
        }
    });
    if state == ConsultationState::Withdrawn {
        let public = format!("/consultations/{}", consultation.id);
        return view! {
            <p>
                "Its answers are not counted or published. Please still read them, in case \
                 someone may be in danger. We delete them four weeks after it was withdrawn. "
                <a href=public>"See what everyone reads"</a>
            </p>
            {read}
        }
        .into_any();
    }
    view! {
        <p class="row">
            {links}
            <a class="button quiet" href=to("/progress")>
                "How it is going"
            </a>
            <a class="button quiet" href=to("/typed")>
                "Paper, phone and meetings"
            </a>
            {read}
            <a class="button quiet" href=to("/release")>
                "Results"
            </a>
        </p>
    }
    .into_any()
}

/// Frozen questions lead to a new version, and a new version to being asked.
fn next_version(consultation: &Consultation) -> impl IntoView + use<> {
    let version = consultation.version;
    let (words, step, label) = if consultation.is_next_version() {
        let words = format!(
            "This is version {version}. It isn't in use yet: parents are answering version {}.",
            version - 1
        );
        (words, "ask", "Use this version from now on")
    } else {
        let words = "Someone has answered, so you can't change these questions any more. You can \
            correct a slip in the wording, with a note. For anything more, write a new version: \
            the results will say which version people answered.";
        (words.to_owned(), "version", "Write a new version")
    };
    let action = format!("/forum/consultations/{}", consultation.id);
    view! {
        <form class="panel" method="post" action=action>
            <p>{words}</p>
            <button class="button quiet" name="step" value=step>
                {label}
            </button>
        </form>
    }
}

fn questions(consultation: &Consultation, is_answered: bool) -> impl IntoView + use<> {
    let here = format!("/forum/consultations/{}", consultation.id);
    let explained = piping::explained(&consultation.questionnaire);
    let rows = edit::flat(&explained).into_iter().map(|(heading, question)| {
        let kind = question.kind.title();
        let needed = if question.is_required { ". People must answer it" } else { "" };
        let branch = if question.only_if.is_empty() { "" } else { ". Only some people are asked" };
        let how = format!("{kind}{needed}{branch}");
        let change = format!(
            "{here}/{}/{}",
            if is_answered { "wording" } else { "questions" },
            question.key
        );
        let unseen = || view! { <span class="unseen">{format!(": {}", question.text)}</span> };
        let key = question.key.clone();
        let ways = (!is_answered).then(|| {
            view! {
                <form class="row" method="post" action=here.clone()>
                    <button class="link" name="up" value=key.clone()>
                        "Move up"
                        {unseen()}
                    </button>
                    <button class="link" name="down" value=key.clone()>
                        "Move down"
                        {unseen()}
                    </button>
                    <button class="link" name="out" value=key>
                        "Remove"
                        {unseen()}
                    </button>
                </form>
            }
        });
        view! {
            <li>
                {heading.map(|heading| view! { <p class="state">{heading}</p> })}
                <p>
                    <a href=change>{question.text.clone()}</a>
                </p>
                <p class="soft">{how}</p>
                {ways}
            </li>
        }
    });
    let rows = rows.collect_view();
    let is_empty = consultation.questionnaire.questions().next().is_none();
    view! {
        {is_empty.then(|| view! { <p>"There are no questions yet."</p> })}
        <ol class="queue">{rows}</ol>
    }
}

/// Where questions can come from: the library, an earlier consultation, a file.
fn sources(
    file: &str,
    here: &str,
    earlier: Vec<(Id<ids::Consultation>, String)>,
    refusals: &Refusals,
) -> impl IntoView + use<> {
    let sections = library::library().sections.into_iter().map(|section| {
        let choices = section.questions.into_iter().map(|question| {
            view! {
                <label class="option">
                    <input type="checkbox" name="copy" value=question.key />
                    {question.text}
                </label>
            }
        });
        view! {
            <fieldset class="field">
                <legend>{section.title}</legend>
                <div class="options">{choices.collect_view()}</div>
            </fieldset>
        }
    });
    let earlier = (!earlier.is_empty()).then(|| {
        let choices = Choice::each(earlier, |_| false);
        view! {
            <details>
                <summary>"Copy questions from an earlier consultation"</summary>
                <form method="post" action=here.to_owned()>
                    <Select name="from" label="Which consultation?" choices />
                    <button class="button quiet">"Copy all its questions"</button>
                </form>
            </details>
        }
        .into_any()
    });
    let upload = view! {
        <Upload
            name="file"
            label="File of questions"
            hint="Saved from Alongside (.json), XLSForm (.xlsx) or LimeSurvey (.lss). You will \
                first see what is in it."
            accept=".json,.xlsx,.lss"
            refusals
        />
    };
    view! {
        <details>
            <summary>"Copy questions from our library"</summary>
            <form method="post" action=here.to_owned()>
                {sections.collect_view()}
                <button class="button quiet">"Copy these questions"</button>
            </form>
        </details>
        {earlier}
        <details id="import" open=refusals.about("file").is_some()>
            <summary>"Import questions from a file"</summary>
            <form method="post" action=file.to_owned() enctype="multipart/form-data" novalidate>
                {upload.into_any()}
                <button class="button quiet">"See what is in it"</button>
            </form>
        </details>
    }
}

/// The choices in a question's form: who is asked it.
pub fn who_is_asked(
    questions: &[&questionnaires::Question],
    sent: &Sent,
    refusals: &Refusals,
) -> impl IntoView + use<> {
    let ticked: HashSet<String> = sent.all("if").into_iter().collect();
    let choices =
        questions.iter().filter(|question| question.kind.can_branch()).flat_map(|question| {
            question.kind.options().into_iter().map(|option| {
                (
                    format!("{} {}", question.key, option.key),
                    format!("{} – {}", question.text, option.text),
                )
            })
        });
    let choices = Choice::each(choices, |value| ticked.contains(value));
    (!choices.is_empty()).then(|| {
        view! {
            <Choices
                name="if"
                legend="Only ask people who answered"
                hint="Leave these empty to ask everyone. If you tick answers to different \
                    questions, people must have given one to each."
                choices
                many=true
                refusals
            />
        }
        .into_any()
    })
}
