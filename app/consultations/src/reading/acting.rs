//! What organisers do as they read: themes, quotes, redactions, and passing on.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::viewer::Viewer;
use questionnaires::results::Heard;

use super::material::{Material, Which};
use super::question::{anchor, shown};
use super::store::{self, At, Several};
use super::{Suggests, about, quotation, together};
use crate::results::store::changed;

/// The longest name of a theme, in characters.
const LONGEST_THEME: usize = 60;

/// POST `/forum/consultations/{id}/answers/{key}`: adds or removes a theme; says what one answer or
/// several are about, or that they were read; redacts one, chooses a quote to publish, or passes it
/// on.
pub async fn act_on_answer(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
    uri: Uri,
    Form(sent): Form,
) -> Result<Response, Error> {
    let from = Sent::query(&uri).line("from");
    let material = match Material::of(&house, &viewer, &id, Which::PartAfter(&from)).await? {
        Ok(material) => material,
        Err(answer) => return Ok(answer),
    };
    material.questions().into_iter().find(|question| question.key == key).ok_or(Error::NotFound)?;
    let response = material.heard.iter().find(|heard| heard.response_id == sent.typed("response"));
    let step = match step(
        &material,
        &key,
        response.filter(|heard| material.is_in_own_words(heard, &key)),
        &sent,
    ) {
        Ok(step) => step,
        Err((field, what_to_do)) => {
            let refusals = Refusals::one(field, what_to_do);
            let me = &viewer.signed_in()?.account_id;
            let page = shown(&material, &key, me, &Sent::query(&uri), (&sent, &refusals))?;
            return Ok(page.answer(&house, &viewer));
        }
    };
    let response_id: Id<ids::Response> =
        response.map(|heard| heard.response_id.as_str().into()).unwrap_or_default();
    let anchor = if response_id.is_empty() { "themes".to_owned() } else { anchor(&response_id) };
    let at = At {
        consultation_id: material.consultation.id.clone(),
        response_id,
        question: key.clone(),
    };
    if !take(&house, &viewer, &material, &at, &step).await? {
        let what_to_do =
            "Check this again: someone else made a change at the same moment. Yours was not saved";
        let refusals = Refusals::one("themes", what_to_do);
        let me = &viewer.signed_in()?.account_id;
        let page = shown(&material, &key, me, &Sent::query(&uri), (&sent, &refusals))?;
        return Ok(page.answer(&house, &viewer));
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::to(&format!(
        "/forum/consultations/{}/answers/{key}{query}#{anchor}",
        material.consultation.id
    ))
    .into_response())
}

/// Takes this step, and notes in the audit log what was redacted or passed on. False when something
/// has changed since it was read: what was checked was read before, and words may have been
/// redacted.
async fn take(
    house: &House,
    viewer: &Viewer,
    material: &Material,
    at: &At,
    step: &Step,
) -> Result<bool, Error> {
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let (about, mut note) = (&at.consultation_id, None);
    let mut tx = house.db.begin().await?;
    // Who read what changes nothing that results are made of.
    if !step.is_reading_alone() && !changed(&mut tx, about, material.consultation.changes).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    match step {
        Step::AddTheme(title) => store::add_theme(&mut tx, about, &at.question, title).await?,
        Step::RemoveTheme(theme) => store::remove_theme(&mut tx, about, theme).await?,
        Step::SetThemes(themes) => {
            store::set_themes(&mut tx, at, themes).await?;
            let found = together::in_one_text(themes);
            let one = several(at, &at.response_id);
            store::keep_readings(&mut tx, one, by, Some(&found), now).await?;
        }
        Step::Found(themes) => {
            let found = together::in_one_text(themes);
            let one = several(at, &at.response_id);
            store::keep_readings(&mut tx, one, by, Some(&found), now).await?;
        }
        Step::Read(responses) => {
            let all = responses.join(" ");
            store::keep_readings(&mut tx, several(at, &all), by, None, now).await?;
        }
        Step::Together { is_on, responses, themes } => {
            let all = responses.join(" ");
            if *is_on {
                store::add_themes(&mut tx, several(at, &all), themes).await?;
            } else {
                store::take_off_themes(&mut tx, several(at, &all), themes).await?;
            }
            let change = (*is_on, responses.as_slice(), themes.as_slice());
            for (found, these) in together::found_in(&material.around.themes, &at.question, change)
            {
                let all = these.join(" ");
                let these = several(at, &all);
                store::keep_readings(&mut tx, these, by, Some(&found), now).await?;
            }
        }
        Step::Quote(words) => store::quote(&mut tx, at, words, by).await?,
        Step::Unquote => store::unquote(&mut tx, at).await?,
        Step::Redact(words, reason) => {
            store::redact(&mut tx, at, (words, reason), by, now).await?;
            note = Some(("answer redacted", reason.as_str()));
        }
        Step::PassOn(what) => {
            let is_new = store::pass_on(&mut tx, at, *what, by, now).await?;
            note = is_new.then_some(("answer passed on", what.word()));
        }
    }
    if let Some((what, detail)) = note {
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The answers of these responses to the same question.
fn several<'s>(at: &'s At, responses: &'s str) -> Several<'s> {
    Several { consultation_id: &at.consultation_id, question: &at.question, responses }
}

enum Step {
    AddTheme(String),
    RemoveTheme(Id<ids::Theme>),
    SetThemes(Vec<Id<ids::Theme>>),
    /// A second reader found these, which changes nothing of what stands.
    Found(Vec<Id<ids::Theme>>),
    /// These answers were read.
    Read(Vec<String>),
    /// Themes are put on several answers at once, or taken off them.
    Together {
        is_on: bool,
        responses: Vec<String>,
        themes: Vec<Id<ids::Theme>>,
    },
    Quote(String),
    Unquote,
    Redact(String, String),
    PassOn(Suggests),
}

impl Step {
    /// Whether it only says what somebody read.
    fn is_reading_alone(&self) -> bool {
        matches!(self, Self::Found(_) | Self::Read(_))
    }
}

/// Reads what is to be done; or the field and what to do.
fn step(
    material: &Material,
    key: &str,
    response: Option<&Heard>,
    sent: &Sent,
) -> Result<Step, (&'static str, String)> {
    match sent.typed("step") {
        "add-theme" => {
            let title = forms::within(sent.line("title"), LONGEST_THEME, "Name the theme");
            return title.map(Step::AddTheme).map_err(|what_to_do| ("themes", what_to_do));
        }
        "remove-theme" => return Ok(Step::RemoveTheme(sent.typed("theme").into())),
        "read" => return Ok(Step::Read(together::answers(material, key, sent, "shown"))),
        step @ ("put-on" | "take-off") => {
            let responses = together::answers(material, key, sent, "answer");
            let themes: Vec<_> = sent.all("theme").into_iter().map(Id::from).collect();
            if responses.is_empty() || themes.is_empty() {
                let what_to_do = "Tick the answers, and the themes they are about";
                return Err(("together", what_to_do.to_owned()));
            }
            return Ok(Step::Together { is_on: step == "put-on", responses, themes });
        }
        _ => {}
    }
    let gone = || ("themes", "Choose the answer again. This one doesn't count any more".to_owned());
    let heard = response.ok_or_else(gone)?;
    let done = about(&material.around.treated, &heard.response_id, key);
    let said = material.read(heard, key).ok_or_else(gone)?;
    match sent.typed("step") {
        "themes" => Ok(Step::SetThemes(sent.all("theme").into_iter().map(Id::from).collect())),
        "found" => Ok(Step::Found(sent.all("theme").into_iter().map(Id::from).collect())),
        "quote" => quotation(sent.typed("words"), &said, heard.may_quote, &done)
            .map(Step::Quote)
            .map_err(|what_to_do| ("themes", what_to_do.to_owned())),
        "unquote" => Ok(Step::Unquote),
        "redact" => {
            let words = forms::redaction::instead(sent.typed("words"), 5_000);
            let reason = forms::within(sent.line("reason"), 200, "Say why you are redacting it");
            words
                .and_then(|words| Ok(Step::Redact(words, reason?)))
                .map_err(|what_to_do| ("themes", what_to_do))
        }
        "danger" => Ok(Step::PassOn(Suggests::Danger)),
        "name" => Ok(Step::PassOn(Suggests::AName)),
        _ => Err(("themes", "Choose again what to do".to_owned())),
    }
}
