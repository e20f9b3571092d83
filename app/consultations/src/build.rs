//! The organiser's page of a consultation: its questions, what needs correcting, and the button
//! that opens it.

use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use calendar::clock::{self, Millis};
use forms::{Named, Refusals, Sent};
use ground::aside::aside;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::{Form, SentWithFile};
use ground::ui::{Banner, Choice, Choices, Page, Select, Summary, Upload};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::{Questionnaire, check, edit, file, import, library};

use super::list::{self, Changed};
use super::question::keys_had;
use super::rules::{self, ConsultationState, WhoMayAnswer};
use super::store::{self, Consultation};
use super::{being_written, duplicate, state_in_words, versions};

/// Shows the questions while they can be changed, with forms that work by themselves: the
/// organisers' program does, which is made above the rooms.
pub type Builder = fn(&Consultation) -> AnyView;

/// GET `/forum/consultations/{id}`
pub async fn forum_consultation_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
    builder: Builder,
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
    not_taken: Vec<import::NotTaken>,
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
    Form(sent): Form,
    builder: Builder,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    match sent.typed("step") {
        "open" => return open(&house, &viewer, &consultation, builder).await,
        "copy" => return duplicate::duplicate(&house, &viewer, &consultation, &sent).await,
        "organisation" => return give(&house, &viewer, &consultation, &sent, builder).await,
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
    let mut refusals = Refusals::default();
    for fault in check::check(&consultation.questionnaire) {
        refusals.add("questions", in_words(&fault, &consultation.questionnaire));
    }
    if consultation.terms.closes_at <= now {
        refusals
            .add("words", "Choose a last day that is in the future, under “Change the details”");
    }
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

fn in_words(fault: &check::Fault, questions: &Questionnaire) -> String {
    match questions.question(&fault.question) {
        Some(question) => format!("{}: {}", question.text, fault.what_to_do),
        None => fault.what_to_do.clone(),
    }
}

/// POST `/forum/consultations/{id}/file`: imports questions written elsewhere, and says line by
/// line what could not be imported.
pub async fn import_questions(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    sent: SentWithFile,
    builder: Builder,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let read = match sent.file {
        _ if sent.is_too_large => {
            Err(format!("Choose a smaller file: up to {} MB", files::LARGEST / (1024 * 1024)))
        }
        None => Err("Choose a file".to_owned()),
        Some((_, bytes)) => aside(move || read_file(&bytes))
            .await
            .unwrap_or_else(|_panicked| Err(NO_FILE.to_owned())),
    };
    let imported = match read {
        Ok(imported) => imported,
        Err(what_to_do) => {
            let step = AfterStep::refused(Refusals::one("file", what_to_do));
            return shown(&house, &viewer, &consultation, &step, builder).await;
        }
    };
    let questions = imported.questionnaire;
    let kept = change_questions(&house, &consultation, move |_| questions).await?;
    let consultation = being_written(&house, &id).await?;
    let step = AfterStep {
        done: if kept { "questions" } else { "answered-before" }.to_owned(),
        not_taken: imported.not_taken,
        ..AfterStep::default()
    };
    shown(&house, &viewer, &consultation, &step, builder).await
}

const NO_FILE: &str = "Choose a file of questions: one saved from Alongside (.json), an XLSForm \
    (.xlsx) or a LimeSurvey survey (.lss)";

/// Reads a file by what is in it.
fn read_file(bytes: &[u8]) -> Result<import::Imported, String> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    match first {
        Some(b'{') => match file::read(bytes) {
            Ok(questionnaire) => Ok(import::Imported { questionnaire, not_taken: Vec::new() }),
            Err(faults) => {
                Err(faults.into_iter().map(|fault| fault.what_to_do).next().unwrap_or_default())
            }
        },
        Some(b'<' | 0xEF) => import::limesurvey(bytes),
        Some(b'P') => import::xlsform(bytes),
        _ => Err(NO_FILE.to_owned()),
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
    let AfterStep { done, refusals, not_taken } = step;
    let now = house.clock.now();
    let store::Beside { is_answered, earlier, organisations } =
        store::beside(&house.db, &consultation.id, consultation.version).await?;
    let ground = area::store::ground(&house.db, &viewer.signed_in()?.account_id).await?;
    let state = consultation.state(now);
    let terms = &consultation.terms;
    let may_change = !is_answered && state != ConsultationState::Closed;
    let page = Page::new(terms.title.clone(), || {
        let to = |what: &str| format!("/forum/consultations/{}{what}", consultation.id);
        let is_written = state == ConsultationState::Written;
        let warnings = (is_written || state == ConsultationState::Timed)
            .then(|| rules::warnings((terms.opens_at, terms.closes_at), &ground.year));
        let warnings = warnings
            .unwrap_or_default()
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
                <form method="post" action=to("")>
                    <button class="button" name="step" value="open">
                        "Open it to parents"
                    </button>
                </form>
                <p class="soft">
                    "After that you can't change the details. You can change the questions until \
                     someone has answered."
                </p>
            }
        });
        let whose = consultation.needs_organisation().then(|| whose(consultation, organisations));
        let is_open = matches!(state, ConsultationState::Timed | ConsultationState::Open);
        let after =
            (!is_written && state != ConsultationState::Timed).then(|| after(consultation, state));
        let versions = (is_open && (is_answered || consultation.is_next_version()))
            .then(|| next_version(consultation));
        let questions = if may_change {
            builder(consultation)
        } else {
            questions(consultation, is_answered).into_any()
        };
        let sources = may_change.then(|| {
            view! {
                <p>
                    <a class="button quiet" href=to("/questions/new")>
                        "Add a question"
                    </a>
                </p>
                {sources(&to("/file"), &to(""), earlier, refusals)}
            }
        });
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
                {words}
                {whose}
                {after}
                <h2 id="questions">"The questions"</h2>
                {versions}
                {questions}
                {left_out(not_taken)}
                {sources}
                <p>
                    <a href=to("/preview")>"See it as parents will"</a>
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
    (opens_at, closes_at): (Millis, Millis),
) -> Option<AnyView> {
    let opened = if state == ConsultationState::Timed {
        format!("It isn't open yet: parents can answer from {}.", clock::day(opens_at))
    } else {
        format!("They can answer until the end of {}.", clock::day(closes_at))
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
        "copied" => (
            "This is the copy",
            "It has the same details and questions, and nobody's answers. Check its details and its \
             last day before you open it.",
        ),
        "questions" => {
            ("Questions saved", "See them as parents will before you open the consultation.")
        }
        "opened" if state == ConsultationState::Timed => {
            ("It will open by itself", opened.as_str())
        }
        "opened" => ("You have opened it to parents", opened.as_str()),
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
fn after(consultation: &Consultation, state: ConsultationState) -> impl IntoView + use<> {
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
    let read = (state == ConsultationState::Closed).then(|| {
        view! {
            <a class="button" href=to("/answers")>
                "Read the answers"
            </a>
        }
    });
    view! {
        <p class="row">
            {links}
            <a class="button quiet" href=to("/typed")>
                "Paper, phone and meetings"
            </a>
            {read}
            <a class="button quiet" href=to("/release")>
                "Results"
            </a>
        </p>
    }
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
    let rows = edit::flat(&consultation.questionnaire).into_iter().map(|(heading, question)| {
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

/// What could not be imported from a file.
fn left_out(not_taken: &[import::NotTaken]) -> impl IntoView + use<> {
    let lines = not_taken
        .iter()
        .map(|not| {
            view! {
                <li>
                    <b>{not.at.clone()}</b>
                    ": "
                    {not.what.clone()}
                </li>
            }
        })
        .collect_view();
    (!not_taken.is_empty()).then(|| {
        view! {
            <section class="panel warn">
                <h2>"What we couldn't import as it was"</h2>
                <ul>{lines}</ul>
            </section>
        }
    })
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
            hint="Saved from Alongside (.json), XLSForm (.xlsx) or LimeSurvey (.lss). It will \
                replace the questions above."
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
        <details open=refusals.about("file").is_some()>
            <summary>"Import questions from a file"</summary>
            <form method="post" action=file.to_owned() enctype="multipart/form-data" novalidate>
                {upload.into_any()}
                <button class="button quiet">"Import these questions"</button>
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
    let ticked = sent.all("if");
    let choices =
        questions.iter().filter(|question| question.kind.can_branch()).flat_map(|question| {
            question.kind.options().into_iter().map(|option| {
                (
                    format!("{} {}", question.key, option.key),
                    format!("{} – {}", question.text, option.text),
                )
            })
        });
    let choices = Choice::each(choices, |value| ticked.iter().any(|ticked| ticked == value));
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
