//! The page that says what a file holds, and the buttons beneath it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::Refusals;
use ground::aside::aside;
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::files;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::{CHOOSE_AGAIN, Form, SentWithFile};
use ground::ui::Page;
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::check::{MOST_QUESTIONS, check};
use questionnaires::import::{self, Imported, NotTaken};
use questionnaires::{Questionnaire, edit};

use super::store::{Import, LastImport};
use super::{Step, address, holds, store};
use crate::build::{Builder, in_words, keep_changed, refused};
use crate::question::keys_had;
use crate::store::{Consultation, questions};
use crate::{being_written, frame};

const UNREADABLE: &str = "We can't read this file. Save it again, or choose another one";

/// POST `/forum/consultations/{id}/file`: reads a file, and leads to the page that says what is in
/// it. The questions stay as they are.
pub async fn read_file(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Extension(builder): Extension<Builder>,
    sent: SentWithFile,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let read = match sent.file {
        _ if sent.is_too_large => {
            Err(format!("Choose a smaller file: up to {} MB", files::LARGEST / (1024 * 1024)))
        }
        None if sent.is_left_behind => Err(CHOOSE_AGAIN.to_owned()),
        None => Err("Choose a file".to_owned()),
        Some((name, bytes)) => aside(move || import::read(&name, &bytes))
            .await
            .unwrap_or_else(|_panicked| Err(UNREADABLE.to_owned())),
    };
    let read = match read {
        Ok(read) => read,
        Err(why) => {
            let why = why.trim_end_matches('.');
            let what_to_do = format!("{why}. Your questions have not changed");
            let refusals = Refusals::one("file", what_to_do);
            return refused(&house, &viewer, &consultation, refusals, builder).await;
        }
    };
    let mut tx = house.db.begin().await?;
    store::wait(&mut tx, &consultation.id, consultation.version, &read).await?;
    tx.commit().await?;
    Ok(Redirect::to(&address(&consultation.id)).into_response())
}

/// GET `/forum/consultations/{id}/import`
pub async fn import_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let (id, version) = (&consultation.id, consultation.version);
    let import = store::find(&mut *house.db.read().await?, id, version).await?;
    let page = what_it_holds_page(&consultation, import.as_ref(), &Refusals::default());
    Ok(page.answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/import`: puts the questions of the file in, leaves them, or
/// brings back what was there before.
pub async fn act_on_import(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let consultation = being_written(&house, &id).await?;
    let (id, version) = (&consultation.id, consultation.version);
    let here = Redirect::to(&address(id)).into_response();
    let (Some(step), Ok(turn)) =
        (Step::read(sent.typed("step")), sent.typed("turn").parse::<i64>())
    else {
        return Ok(here);
    };
    let had = keys_had(&house, &consultation).await?;
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let there = questions(&mut tx, id, version).await?;
    let Some(import) = store::find(&mut tx, id, version).await? else {
        tx.roll_back().await?;
        return Ok(here);
    };
    let back = |done: &str| {
        Redirect::to(&format!("/forum/consultations/{id}?done={done}#questions")).into_response()
    };
    let done = done(step, &import);
    if import.turn != turn {
        tx.roll_back().await?;
        // The same button pressed twice; or else another file came, or somebody else decided.
        let is_again = import.turn == turn + 1 && import.waiting.is_none();
        return Ok(if is_again { back(done.again) } else { here });
    }
    let changed = changed(step, &import, &there, &had);
    if let Some(changed) = changed.as_ref().filter(|_| step == Step::Add) {
        let many = changed.questions().count();
        if many > MOST_QUESTIONS {
            tx.roll_back().await?;
            let what_to_do = format!(
                "Together these would be {many} questions and pages, and {MOST_QUESTIONS} is \
                 the most. Take some out first, or replace the ones there are"
            );
            let refusals = Refusals::one("step", what_to_do);
            return Ok(
                what_it_holds_page(&consultation, Some(&import), &refusals).answer(&house, &viewer)
            );
        }
    }
    let is_kept = match &changed {
        Some(changed) => keep_changed(&mut tx, &consultation, changed).await?,
        None => step == Step::Leave,
    };
    let at = (version, turn);
    let is_done = is_kept
        && match step {
            Step::Replace | Step::Add => store::put_in(&mut tx, id, at, &there).await?,
            Step::Undo => store::undo(&mut tx, id, at, &there, now).await?,
            Step::Leave => store::leave(&mut tx, id, at).await?,
        };
    if !is_done {
        tx.roll_back().await?;
        return Ok(back(if is_kept { "" } else { "answered-before" }));
    }
    if step != Step::Leave {
        let entry = Entry { at: now, who: Some(by), what: done.what, about: id, detail: "" };
        audit::note(&mut tx, entry).await?;
    }
    tx.commit().await?;
    Ok(back(done.word))
}

/// What a step does, in words.
struct Done {
    /// In the audit log.
    what: &'static str,
    /// What the page after it says.
    word: &'static str,
    /// What it says where the step was done a moment before.
    again: &'static str,
}

fn done(step: Step, import: &Import) -> Done {
    let (what, word) = match step {
        Step::Replace => ("questions replaced from a file", "replaced"),
        Step::Add => ("questions added from a file", "added"),
        Step::Leave => ("", "left"),
        Step::Undo if import.is_undone => ("import of questions brought back", "brought-back"),
        Step::Undo => ("import of questions undone", "undone"),
    };
    let again = match step {
        Step::Undo if import.is_undone => "undone",
        Step::Undo => "brought-back",
        Step::Replace | Step::Add | Step::Leave => word,
    };
    Done { what, word, again }
}

/// The questions after a step; `None` where it changes none.
fn changed(
    step: Step,
    import: &Import,
    there: &Questionnaire,
    had: &[String],
) -> Option<Questionnaire> {
    let read = import.waiting.as_ref().map(|waiting| &waiting.questionnaire);
    match step {
        Step::Replace => read.cloned(),
        Step::Add => read.map(|read| edit::with_others(there, read, had)),
        Step::Undo => import.replaced.clone(),
        Step::Leave => None,
    }
}

fn what_it_holds_page(
    consultation: &Consultation,
    import: Option<&Import>,
    refusals: &Refusals,
) -> Page {
    let waiting = import.and_then(|import| Some((import.waiting.as_ref()?, import.turn)));
    let back = format!("/forum/consultations/{}", consultation.id);
    frame(consultation, "Import questions", refusals).around(|| match waiting {
        Some((read, turn)) => to_decide(consultation, read, turn).into_any(),
        None => view! {
            <p>"No file is waiting for you to decide about."</p>
            <p>
                <a class="button" href=format!("{back}#import")>
                    "Import questions from a file"
                </a>
            </p>
        }
        .into_any(),
    })
}

/// What a file holds, and what can become of it.
fn to_decide(consultation: &Consultation, read: &Imported, turn: i64) -> impl IntoView + use<> {
    let (new, there) = (many(&read.questionnaire), &consultation.questionnaire);
    let lead = match read.not_taken.len() {
        0 => format!("We can import all of it: {new}."),
        1 => format!("We can import {new}, but one thing not as it is in the file."),
        left => format!("We can import {new}, but {left} things not as they are in the file."),
    };
    let faults = check(&read.questionnaire).into_iter();
    let faults = faults
        .map(|fault| view! { <li>{in_words(&fault, &read.questionnaire)}</li> })
        .collect::<Vec<_>>();
    let faults = (!faults.is_empty()).then(|| {
        view! {
            <h2>"To correct before it can open"</h2>
            <ul>{faults}</ul>
        }
    });
    let taken = (!read.taken.is_empty()).then(|| {
        let taken = read.taken.join(", ");
        view! {
            <details>
                <summary>"What we read of the file"</summary>
                <p>{taken}</p>
            </details>
        }
    });
    view! {
        <p class="lead">{lead} " Nothing has changed yet."</p>
        <p>
            <a href="#decide">"Go to what you can do with it"</a>
        </p>
        <h2>"What we will import"</h2>
        {holds::questions(&read.questionnaire)}
        {taken}
        {what_is_left(&read.not_taken)}
        {faults}
        {ways(&address(&consultation.id), turn, there)}
    }
}

fn what_is_left(not_taken: &[NotTaken]) -> impl IntoView + use<> {
    let lines = not_taken.iter().map(|not| {
        view! {
            <li>
                <b>{not.at.clone()}</b>
                ": "
                {not.what.clone()}
            </li>
        }
    });
    let lines = lines.collect_view();
    (!not_taken.is_empty()).then(|| {
        view! {
            <section class="panel warn">
                <h2>"What we can't import as it is, and why"</h2>
                <ul>{lines}</ul>
            </section>
        }
    })
}

fn ways(action: &str, turn: i64, there: &Questionnaire) -> impl IntoView + use<> {
    let is_empty = there.questions().next().is_none();
    let replace = if is_empty {
        "Use these questions".to_owned()
    } else {
        format!("Replace the {} there now", many(there))
    };
    let add = (!is_empty).then(|| {
        let label = format!("Add them after the {} there now", many(there));
        view! {
            <button class="button quiet" name="step" value=Step::Add.word()>
                {label}
            </button>
        }
    });
    view! {
        <h2 id="decide">"What do you want to do?"</h2>
        <form method="post" action=action.to_owned()>
            <input type="hidden" name="turn" value=turn.to_string() />
            <p class="row">
                <button class="button" name="step" value=Step::Replace.word()>
                    {replace}
                </button>
                {add}
                <button class="button quiet" name="step" value=Step::Leave.word()>
                    "Leave it"
                </button>
            </p>
            <p class="soft">
                "You can undo this afterwards, until someone has answered. If you leave it, \
                 nothing changes."
            </p>
        </form>
    }
}

/// On the page of the consultation: a file that waits, or the way back from the last one.
pub fn last_import(
    consultation: &Consultation,
    (last, turn): (LastImport, i64),
) -> impl IntoView + use<> {
    let to = address(&consultation.id);
    let label = match last {
        LastImport::Waits => {
            return view! {
                <p class="panel warn">
                    "You have read a file of questions, and not decided yet what to do with it. "
                    <a href=to>"See what is in it"</a>
                </p>
            }
            .into_any();
        }
        LastImport::PutIn => "Undo the import",
        LastImport::Undone => "Bring the imported questions back",
    };
    view! {
        <form method="post" action=to>
            <input type="hidden" name="turn" value=turn.to_string() />
            <button class="button quiet" name="step" value=Step::Undo.word()>
                {label}
            </button>
            <p class="soft">
                "What you have changed since then goes too. You can bring it back in the same way."
            </p>
        </form>
    }
    .into_any()
}

/// How many questions there are, and how many pages that nobody answers.
fn many(questionnaire: &Questionnaire) -> String {
    let all = questionnaire.questions().count();
    let asked = questionnaire.questions().filter(|question| question.kind.has_answer()).count();
    let questions = if asked == 1 { "question" } else { "questions" };
    match all - asked {
        0 => format!("{asked} {questions}"),
        1 => format!("{asked} {questions} and 1 page to read"),
        pages => format!("{asked} {questions} and {pages} pages to read"),
    }
}
