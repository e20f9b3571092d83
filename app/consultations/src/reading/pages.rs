//! Organisers read the answers, question by question.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Named, Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Page, Pager, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::Question;
use questionnaires::results::{Heard, Theme};

use super::store::{self, Around, At, Several};
use super::{Done, Suggests, about, quotation, readable, readers, together};
use crate::results::store::changed;
use crate::store::{Consultation, versions};
use crate::{course, progress};

const MOST_ON_A_PAGE: usize = 20;
/// The longest name of a theme, in characters.
const LONGEST_THEME: usize = 60;

/// What there is to read: the questions of each version, and the responses.
pub(super) struct Material {
    pub consultation: Consultation,
    pub versions: Vec<Consultation>,
    pub heard: Vec<Heard>,
    pub around: Around,
    pub places: Vec<Named>,
}

impl Material {
    /// `Err`: an answer, where it has not closed.
    pub async fn of(
        house: &House,
        viewer: &Viewer,
        id: &Id<ids::Consultation>,
    ) -> Result<Result<Self, Response>, Error> {
        let id = Id::parse(id).ok_or(Error::NotFound)?;
        let versions = versions(&house.db, &id).await?.into_iter();
        let versions: Vec<Consultation> = versions.map(Consultation::without_answers).collect();
        let consultation = versions.last().cloned().ok_or(Error::NotFound)?;
        if !consultation.is_readable(house.clock.now()) {
            let to = format!("/forum/consultations/{}", consultation.id);
            let page = Page::new("You can't read the answers yet", || {
                view! {
                    <div class="stack">
                        <h1>"You can't read the answers yet"</h1>
                        <p class="lead">
                            "Nobody, not even an organiser, can read them until the consultation \
                             has closed."
                        </p>
                        <p>
                            <a class="button" href=to>
                                "Back"
                            </a>
                        </p>
                    </div>
                }
            });
            return Ok(Err(page.status(StatusCode::CONFLICT).answer(house, viewer)));
        }
        let heard = store::heard(&mut *house.db.read().await?, &consultation.id).await?;
        let around = store::around(&house.db, &consultation.id).await?;
        let places = around.names();
        Ok(Ok(Self { consultation, versions, heard, around, places }))
    }

    /// The questions that have answers: those of the last version, then what only earlier ones
    /// asked.
    pub fn questions(&self) -> Vec<&Question> {
        let mut all: Vec<&Question> = Vec::new();
        for question in
            self.versions.iter().rev().flat_map(|version| version.questionnaire.questions())
        {
            if question.kind.has_answer() && all.iter().all(|known| known.key != question.key) {
                all.push(question);
            }
        }
        all
    }

    /// The question as this response answered it.
    pub fn question(&self, heard: &Heard, key: &str) -> Option<&Question> {
        self.versions
            .iter()
            .find(|version| version.version == heard.version)?
            .questionnaire
            .question(key)
    }

    /// Whether this response was asked for an answer in somebody's own words: under a key another
    /// version may ask another thing.
    pub fn is_in_own_words(&self, heard: &Heard, key: &str) -> bool {
        self.question(heard, key).is_some_and(|question| question.kind.is_in_own_words())
    }

    /// The answer of a response to a question, as organisers read it.
    pub fn read(&self, heard: &Heard, key: &str) -> Option<String> {
        let (question, answer) = (self.question(heard, key)?, heard.answers.get(key)?);
        Some(readable(
            question,
            answer,
            &about(&self.around.treated, &heard.response_id, key),
            &self.places,
        ))
    }
}

/// GET `/forum/consultations/{id}/answers`
pub async fn reading_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
) -> Result<Response, Error> {
    let material = match Material::of(&house, &viewer, &id).await? {
        Ok(material) => material,
        Err(answer) => return Ok(answer),
    };
    let here = format!("/forum/consultations/{}", material.consultation.id);
    let (me, now) = (&viewer.signed_in()?.account_id, house.clock.now());
    let course = course(&house, &material.consultation.id).await?;
    let page = Page::new(titled("Read the answers", &material.consultation.terms.title), || {
        let rows = material.questions().into_iter().map(|question| {
            let many = material
                .heard
                .iter()
                .filter(|heard| heard.answers.contains_key(&question.key))
                .count();
            let own = if question.kind.is_in_own_words() {
                let read = together::many_read(&material.around.readings, &question.key);
                format!(", in their own words. {read} read by somebody")
            } else {
                String::new()
            };
            view! {
                <li>
                    <h2>
                        <a href=format!(
                            "{here}/answers/{}",
                            question.key,
                        )>{question.text.clone()}</a>
                    </h2>
                    <p class="soft">{format!("{many} answered{own}")}</p>
                </li>
            }
        });
        let rows = rows.collect_view();
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=here.clone()>
                        {material.consultation.terms.title.clone()}
                    </a>
                </p>
                <h1>"Read the answers"</h1>
                {progress(&course, me, now, &format!("{here}/answers"))}
                <p class="lead">
                    {format!(
                        "{} responses. Only organisers can read them, and nobody can tell whose \
                         they are.",
                        material.heard.len(),
                    )}
                </p>
                <ol class="queue">{rows}</ol>
                <h2>"Download the answers"</h2>
                <p class="soft">
                    "All answers in one file, for the forum only. We record who downloads it."
                </p>
                <div class="row">
                    <form method="post" action=format!("{here}/answers.xlsx")>
                        <button class="button quiet">"As a spreadsheet (XLSX)"</button>
                    </form>
                    <form method="post" action=format!("{here}/answers.csv")>
                        <button class="button quiet">"As a table (CSV)"</button>
                    </form>
                </div>
                <p>
                    <a class="button" href=format!("{here}/release")>
                        "Continue to the results"
                    </a>
                </p>
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

/// GET `/forum/consultations/{id}/answers/{key}`, with what to look for and a theme in the query;
/// `second=yes` for a second reader, `differ=yes` for what two found different themes in.
pub async fn read_answers_page(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, key)): Path<(Id<ids::Consultation>, String)>,
    uri: Uri,
) -> Result<Response, Error> {
    let material = match Material::of(&house, &viewer, &id).await? {
        Ok(material) => material,
        Err(answer) => return Ok(answer),
    };
    let me = &viewer.signed_in()?.account_id;
    let page = shown(&material, &key, me, &Sent::query(&uri), &Refusals::default())?;
    Ok(page.answer(&house, &viewer))
}

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
    let material = match Material::of(&house, &viewer, &id).await? {
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
            let page = shown(&material, &key, me, &Sent::query(&uri), &refusals)?;
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
        let page = shown(&material, &key, me, &Sent::query(&uri), &refusals)?;
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

/// The place of an answer on the page.
fn anchor(response_id: &str) -> String {
    format!("answer-{}", response_id.chars().take(12).collect::<String>())
}

fn shown(
    material: &Material,
    key: &str,
    me: &Id<ids::Account>,
    query: &Sent,
    refusals: &Refusals,
) -> Result<Page, Error> {
    let question = material
        .questions()
        .into_iter()
        .find(|question| question.key == key)
        .ok_or(Error::NotFound)?;
    let themes: Vec<Theme> =
        material.around.themes.iter().filter(|theme| theme.question == key).cloned().collect();
    let (look_for, chosen) = (forms::folded(&query.line("q")), query.line("theme"));
    let of_theme = themes.iter().find(|theme| theme.id == chosen);
    let readings = &material.around.readings;
    let agreement = readers::agreement(readings, &themes, key);
    let (is_second, differ) = (query.line("second") == "yes", query.line("differ") == "yes");
    let all = material.heard.iter().filter_map(|heard| Some((heard, material.read(heard, key)?)));
    let found: Vec<(&Heard, String)> = all
        .filter(|(heard, said)| {
            let is_about =
                of_theme.is_none_or(|theme| theme.responses.contains(&heard.response_id));
            let differs = || agreement.differ.iter().any(|id| *id == *heard.response_id);
            is_about
                && (!differ || differs())
                && (look_for.is_empty() || forms::folded(said).contains(&look_for))
        })
        .collect();
    let number = page_number(query);
    let from = usize::try_from(number - 1).unwrap_or_default() * MOST_ON_A_PAGE;
    let address = |page: i64| {
        let fields = [
            ("q", query.line("q")),
            ("theme", chosen.clone()),
            ("second", query.line("second")),
            ("differ", query.line("differ")),
            ("page", if page > 1 { page.to_string() } else { String::new() }),
        ];
        let fields = fields.iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("/forum/consultations/{}/answers/{key}?{query}", material.consultation.id)
    };
    let here = address(number);
    let page = Page::new(question.text.clone(), || {
        let own = material
            .versions
            .iter()
            .filter_map(|version| version.questionnaire.question(key))
            .any(|asked| asked.kind.is_in_own_words());
        let many = found.len();
        let is_of_several = material.versions.len() > 1;
        let rows = found.iter().skip(from).take(MOST_ON_A_PAGE).map(|(heard, said)| {
            let version = is_of_several.then(|| format!("Version {}", heard.version));
            let labels = std::iter::once(heard.channel.title().to_owned())
                .chain(version)
                .collect::<Vec<_>>()
                .join(" · ");
            let done = about(&material.around.treated, &heard.response_id, key);
            let is_own = material.is_in_own_words(heard, key);
            let mine = is_second.then(|| {
                let mine = readers::given_by(readings, me, (heard.response_id.as_str(), key));
                mine.unwrap_or_default()
            });
            let ways = is_own.then(|| ways(&here, heard, said, &done, (themes.as_slice(), mine)));
            let tick = (is_own && !is_second && !themes.is_empty())
                .then(|| together::tick(&heard.response_id, said, &done))
                .flatten();
            let read_by = readers::read_by(readings, (heard.response_id.as_str(), key));
            let asked = material.question(heard, key).filter(|asked| asked.text != question.text);
            let asked = asked.map(|asked| {
                view! {
                    <p>
                        <b>"The question was: "</b>
                        {asked.text.clone()}
                    </p>
                }
            });
            view! {
                <li id=anchor(
                    &heard.response_id,
                )>
                    {asked}{tick}<p class="said">{said.clone()}</p><p class="soft">{labels}</p>
                    {read_by}{marks(&done)}{ways}
                </li>
            }
        });
        let rows = rows.collect_view();
        let first = (number > 1).then(|| address(1));
        let next = (many > from + MOST_ON_A_PAGE).then(|| address(number + 1));
        let by_theme =
            own.then(|| by_theme(&here, &material.consultation.id, key, &themes, &chosen));
        let question_page =
            format!("/forum/consultations/{}/answers/{key}", material.consultation.id);
        let agreeing = own.then(|| readers::agreeing(&agreement, &question_page, is_second));
        let on_page: Vec<&str> = found
            .iter()
            .skip(from)
            .take(MOST_ON_A_PAGE)
            .map(|(heard, _)| heard.response_id.as_str())
            .collect();
        let at_once =
            (own && !is_second).then(|| together::form(&here, &themes, refusals)).flatten();
        let all_read = (own && !on_page.is_empty()).then(|| together::all_read(&here, &on_page));
        let looked_for = query.line("q");
        let found_words = match (looked_for.is_empty() && of_theme.is_none(), many) {
            (true, many) => format!("{many} answers"),
            (false, 0) => "Nothing found. Try fewer words".to_owned(),
            (false, many) => format!("{many} found"),
        };
        view! {
            <div class="stack">
                <p>
                    <a
                        class="back"
                        href=format!("/forum/consultations/{}/answers", material.consultation.id)
                    >
                        "Read the answers"
                    </a>
                </p>
                <Summary refusals />
                <h1>{question.text.clone()}</h1>
                {by_theme}
                {agreeing}
                <form class="row" method="get">
                    <div class="field">
                        <label for="q">"Search the answers"</label>
                        <input id="q" name="q" type="search" value=looked_for />
                    </div>
                    <input type="hidden" name="theme" value=chosen.clone() />
                    <button class="button quiet">"Search"</button>
                </form>
                <p class="state">{found_words}</p>
                <ul class="queue">{rows}</ul>
                {at_once}
                {all_read}
                <Pager first next />
            </div>
        }
    });
    Ok(page.refused_for(refusals))
}

/// The themes of the question with how many answers each holds, and the way to add one.
fn by_theme(
    here: &str,
    consultation_id: &Id<ids::Consultation>,
    key: &str,
    themes: &[Theme],
    chosen: &str,
) -> impl IntoView + use<> {
    let rows = themes.iter().map(|theme| {
        let to = format!("/forum/consultations/{consultation_id}/answers/{key}?theme={}", theme.id);
        let current = (theme.id == chosen).then_some("true");
        let (title, id) = (theme.title.clone(), theme.id.clone());
        view! {
            <li>
                <a href=to aria-current=current>
                    {title.clone()}
                </a>
                {format!(" ({})", theme.responses.len())}
                <form class="inline" method="post" action=here.to_owned()>
                    <input type="hidden" name="theme" value=id />
                    <button class="link" name="step" value="remove-theme">
                        "Remove"
                        <span class="unseen">{format!(" the theme {title}")}</span>
                    </button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let all = (!chosen.is_empty()).then(|| {
        view! {
            <p>
                <a href=format!(
                    "/forum/consultations/{consultation_id}/answers/{key}",
                )>"All answers"</a>
            </p>
        }
    });
    view! {
        <section class="panel" id="themes">
            <h2>"Themes"</h2>
            <p class="soft">
                "What the answers are about, in your own words. The results will show how many are \
                 about each theme."
            </p>
            <ul class="rows">{rows}</ul>
            {all}
            <form class="row" method="post" action=here.to_owned()>
                <div class="field">
                    <label for="title">"New theme"</label>
                    <input id="title" name="title" type="text" autocomplete="off" />
                </div>
                <button class="button quiet" name="step" value="add-theme">
                    "Add this theme"
                </button>
            </form>
        </section>
    }
}

/// What was done about an answer.
fn marks(done: &[&Done]) -> impl IntoView + use<> {
    let lines = done.iter().map(|done| match done {
        Done::Redacted { reason, .. } => format!("✓ Redacted: {reason}"),
        Done::Quoted { words } => format!("✓ Will be published: “{words}”"),
        Done::PassedOn => "○ Only the safeguarding lead can read it".to_owned(),
    });
    let lines = lines.map(|line| view! { <p class="state">{line}</p> }).collect::<Vec<_>>();
    lines.collect_view()
}

/// What an organiser can do about an answer. `mine`: of a second reader, the themes they found, in
/// place of those that stand.
fn ways(
    here: &str,
    heard: &Heard,
    said: &str,
    done: &[&Done],
    (themes, mine): (&[Theme], Option<&[String]>),
) -> impl IntoView + use<> {
    if done.contains(&&Done::PassedOn) {
        return ().into_any();
    }
    let response =
        || view! { <input type="hidden" name="response" value=heard.response_id.clone() /> };
    let form = |fields: AnyView| {
        view! {
            <form method="post" action=here.to_owned()>
                {response()}
                {fields}
            </form>
        }
    };
    let ticks = themes.iter().map(|theme| {
        let checked = match mine {
            Some(mine) => mine.contains(&theme.id),
            None => theme.responses.contains(&heard.response_id),
        };
        view! {
            <label class="option">
                <input type="checkbox" name="theme" value=theme.id.clone() checked=checked />
                {theme.title.clone()}
            </label>
        }
    });
    let ticks = ticks.collect_view();
    let (step, label) = match mine {
        Some(_) => ("found", "Save the themes I found"),
        None => ("themes", "Save its themes"),
    };
    let about = (!themes.is_empty()).then(|| {
        let fields = view! {
            <fieldset class="field">
                <legend class="unseen">"What it is about"</legend>
                <div class="options">{ticks}</div>
            </fieldset>
            <button class="button quiet" name="step" value=step>
                {label}
            </button>
        };
        form(fields.into_any())
    });
    let text = format!("\n{}", html_escape::encode_text(said));
    let quoted = done.iter().find_map(|done| {
        if let Done::Quoted { words } = done { Some(words.clone()) } else { None }
    });
    let quote = if !heard.may_quote {
        view! { <p class="soft">"The person who wrote this didn't say we could quote it."</p> }
            .into_any()
    } else if quoted.is_some() {
        form(
            view! {
                <button class="button quiet" name="step" value="unquote">
                    "Don't publish this quote"
                </button>
            }
            .into_any(),
        )
        .into_any()
    } else {
        let fields = view! {
            <label class="field">
                "Quote to publish with the results"<textarea name="words" rows="3">
                    {text.clone()}
                </textarea>
            </label>
            <button class="button quiet" name="step" value="quote">
                "Add this quote to the results"
            </button>
        };
        form(fields.into_any()).into_any()
    };
    let redact = form(
        view! {
            <label class="field">
                "What people will read instead"<textarea name="words" rows="3">
                    {text}
                </textarea>
            </label>
            <label class="field">"Why"<input name="reason" type="text" /></label>
            <button class="button quiet" name="step" value="redact">
                "Redact this answer"
            </button>
        }
        .into_any(),
    );
    let pass_on = form(
        view! {
            <p>"After that only the safeguarding lead can read it."</p>
            <p class="row">
                <button class="button warn" name="step" value="danger">
                    "Someone may be in danger"
                </button>
                <button class="button warn" name="step" value="name">
                    "It names a child"
                </button>
            </p>
        }
        .into_any(),
    );
    view! {
        {about}
        <details>
            <summary>"Quote, redact or pass on"</summary>
            {quote}
            {redact}
            {pass_on}
        </details>
    }
    .into_any()
}
