//! The pages for typing in, and for checking what was typed in.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use forms::{Named, Refusals, Sent};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::{Banner, Choice, Choices, FormKey, Page, Summary, titled};
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::answers::{Answers, places as named, read_all};
use questionnaires::results::Channel;
use questionnaires::{Question, QuestionKind, Questionnaire, piping};

use super::store::{self, NewPaperEntry, PaperEntry};
use super::{correct, sample};
use crate::answering::pages::{Problems, all_fields, problem_summary};
use crate::rules::ConsultationState;
use crate::store::{Consultation, versions};
use crate::{consultation, course, progress, reading, results};

/// GET `/forum/consultations/{id}/typed`: how many were typed in, and which are to be checked.
pub async fn paper_entries_page(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let consultation = consultation(&house, &id).await?;
    let (me, query) = (viewer.signed_in()?.account_id.clone(), Sent::query(&uri));
    let typed = store::all(&house.db, &consultation.id).await?;
    let now = house.clock.now();
    let is_closed = consultation.state(now) == ConsultationState::Closed;
    let course = course(&house, &consultation.id).await?;
    let page = Page::new(titled("Paper, phone and meetings", &consultation.terms.title), || {
        let sheet: Option<i64> = query.line("sheet").parse().ok();
        let banner = sheet.map(|sheet| {
            view! {
                <Banner title="Saved">
                    <p>
                        {format!(
                            "Write {sheet} on the sheet, so that someone else can compare the two.",
                        )}
                    </p>
                </Banner>
            }
        });
        let compared = (query.line("done") == "compared").then(|| {
            view! {
                <Banner title="Saved">
                    <p>"Thank you for checking this sheet."</p>
                </Banner>
            }
        });
        let by_channel = Channel::ALL
            .into_iter()
            .filter(|(channel, ..)| *channel != Channel::Online)
            .map(|(channel, _, title)| {
                let many = typed.iter().filter(|typed| typed.channel == channel).count();
                view! {
                    <div>
                        <dt>{title}</dt>
                        <dd>{many}</dd>
                    </div>
                }
            });
        let by_channel = by_channel.collect_view();
        let sampled = sample(typed.iter().map(|typed| &typed.response_id));
        let rows = typed
            .iter()
            .filter(|typed| sampled.contains(&&typed.response_id))
            .map(|typed| to_compare(&consultation.id, typed, &me));
        let rows = rows.collect_view();
        let compare = (is_closed && !typed.is_empty()).then(|| {
            view! {
                <h2>"Check against the sheets"</h2>
                <p>
                    "One sheet in five, picked at random, is checked by someone who didn't type it \
                     in. After that the answers can be counted."
                </p>
                <ul class="queue">{rows}</ul>
            }
        });
        let corrected = match query.typed("done") {
            "corrected" => Some(("Saved", "The sheet is corrected.")),
            "not-corrected" => Some((
                "Nothing was changed",
                "Someone else has corrected this sheet, or the results are published. Look again.",
            )),
            _ => None,
        };
        let corrected = corrected.map(|(title, words)| {
            view! {
                <Banner title>
                    <p>{words}</p>
                </Banner>
            }
        });
        let to_correct = correct::list(&consultation.id, &typed, is_closed, &me, &query);
        let later = (!is_closed).then(|| {
            view! { <p class="soft">
            "After it closes, someone else will check a sample against the sheets."</p> }
        });
        view! {
            <div class="stack">
                {banner}
                {compared}
                {corrected}
                <p>
                    <a class="back" href=format!("/forum/consultations/{}", consultation.id)>
                        {consultation.terms.title.clone()}
                    </a>
                </p>
                <h1>"Paper, phone and meetings"</h1>
                {progress(
                    &course,
                    &me,
                    now,
                    &format!("/forum/consultations/{}/typed", consultation.id),
                )}
                <p>
                    <a
                        class="button"
                        href=format!("/forum/consultations/{}/typed/new", consultation.id)
                    >
                        "Type in a response"
                    </a>
                </p>
                <p>
                    <a href=format!(
                        "/consultations/{}/paper",
                        consultation.id,
                    )>"Print the questions"</a>
                </p>
                <dl class="answers">{by_channel}</dl>
                {later}
                {compare}
                {to_correct}
            </div>
        }
    });
    Ok(page.answer(&house, &viewer))
}

fn to_compare(
    consultation_id: &Id<ids::Consultation>,
    typed: &PaperEntry,
    me: &Id<ids::Account>,
) -> impl IntoView + use<> {
    let words = match (typed.checked, typed.by.0 == *me) {
        (Some(false), _) => "✓ Checked: it matches the sheet".to_owned(),
        (Some(true), _) => "✓ Checked and corrected".to_owned(),
        (None, true) => "○ Someone else must check this one, because you typed it in".to_owned(),
        (None, false) => format!("○ Typed in by {}", typed.by.1),
    };
    let title = format!("Sheet {}", typed.sheet);
    let title = if typed.checked.is_none() && typed.by.0 != *me {
        view! {
            <a href=format!(
                "/forum/consultations/{consultation_id}/typed/{}",
                typed.sheet,
            )>{title}</a>
        }
        .into_any()
    } else {
        view! { {title} }.into_any()
    };
    view! {
        <li>
            <h3>{title}</h3>
            <p>{format!("{}. {words}", typed.channel.title())}</p>
        </li>
    }
}

/// GET `/forum/consultations/{id}/typed/new`: the questions that are asked now, or with
/// `?version=1` those that a sheet was printed from.
pub async fn paper_entry_form(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    uri: Uri,
) -> Result<Response, Error> {
    let Some((consultation, others)) =
        on_the_sheet(&house, &id, Sent::query(&uri).typed("version")).await?
    else {
        return Err(Error::NotFound);
    };
    if !is_open_yet(&house, &consultation) {
        return Ok(no_typing(&consultation, NOT_YET).answer(&house, &viewer));
    }
    if results::store::is_one(&house.db, &consultation.id).await? {
        return Ok(no_typing(&consultation, OVER).answer(&house, &viewer));
    }
    let places = area::store::places(&house.db).await?;
    let sheet = Sheet {
        consultation: &consultation,
        others: &others,
        places: &places,
        kept: &Answers::new(),
        sent: &Sent::default(),
        problems: &Problems::new(),
        refusals: &Refusals::default(),
        purpose: Purpose::New,
    };
    Ok(sheet_page(&sheet).answer(&house, &viewer))
}

/// The consultation with the version of the questions that a sheet was printed from, by default the
/// last that was asked; and the numbers of the others.
async fn on_the_sheet(
    house: &House,
    id: &Id<ids::Consultation>,
    version: &str,
) -> Result<Option<(Consultation, Vec<i64>)>, Error> {
    let mut versions = versions(&house.db, &Id::parse(id).ok_or(Error::NotFound)?).await?;
    let nth = match version.parse::<i64>() {
        Ok(version) => versions.iter().position(|known| known.version == version),
        Err(_) => versions.len().checked_sub(1),
    };
    let Some(nth) = nth else { return Ok(None) };
    let chosen = versions.remove(nth);
    Ok(Some((chosen, versions.iter().map(|other| other.version).collect())))
}

/// POST `/forum/consultations/{id}/typed/new`
pub async fn add_paper_entry(
    State(house): State<House>,
    viewer: Viewer,
    Path(id): Path<Id<ids::Consultation>>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some((consultation, others)) = on_the_sheet(&house, &id, sent.typed("version")).await?
    else {
        return Err(Error::NotFound);
    };
    if !is_open_yet(&house, &consultation) {
        return Ok(no_typing(&consultation, NOT_YET).answer(&house, &viewer));
    }
    let places = area::store::places(&house.db).await?;
    let read =
        read_all(&nothing_required(&consultation.questionnaire), Answers::new(), &sent, &places);
    let mut refusals = Refusals::default();
    let channel =
        Channel::read(sent.typed("channel")).filter(|channel| *channel != Channel::Online);
    let channel =
        refusals.take("channel", channel.ok_or_else(|| "Choose how it came in".to_owned()));
    let answers: Answers =
        read.answered.into_iter().filter_map(|(key, answer)| Some((key, answer?))).collect();
    if answers.is_empty() && read.problems.is_empty() {
        refusals.add("channel", "Type in at least one answer");
    }
    let Some(channel) = channel.filter(|_| refusals.is_empty() && read.problems.is_empty()) else {
        let sheet = Sheet {
            consultation: &consultation,
            others: &others,
            places: &places,
            kept: &Answers::new(),
            sent: &sent,
            problems: &read.problems,
            refusals: &refusals,
            purpose: Purpose::New,
        };
        return Ok(sheet_page(&sheet).answer(&house, &viewer));
    };
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let new = NewPaperEntry {
        form_key: sent.once(),
        to: (consultation.id.clone(), consultation.version),
        channel,
        answers,
        may_quote: sent.typed("quote") == "yes",
        by: by.clone(),
    };
    let mut tx = house.db.begin().await?;
    let Some(sheet) = store::keep(&mut tx, &new).await? else {
        tx.roll_back().await?;
        return Ok(no_typing(&consultation, OVER).answer(&house, &viewer));
    };
    let (about, detail) = (&consultation.id, &format!("sheet {sheet}, {}", channel.word()));
    let what = "response typed in";
    audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(back(&consultation.id, &format!("?sheet={sheet}")))
}

/// GET `/forum/consultations/{id}/typed/{sheet}`
pub async fn compare_paper_entry_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, sheet)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let Some((consultation, typed, _)) =
        paper_entry_to_compare(&house, &viewer, &id, &sheet).await?
    else {
        return Ok(back(&id, ""));
    };
    let places =
        area::store::places_and(&house.db, &named(&consultation.questionnaire, &typed.answers))
            .await?;
    let sheet = Sheet {
        consultation: &consultation,
        others: &[],
        places: &places,
        kept: &typed.answers,
        sent: &Sent::default(),
        problems: &Problems::new(),
        refusals: &Refusals::default(),
        purpose: Purpose::Compare(&typed),
    };
    Ok(sheet_page(&sheet).answer(&house, &viewer))
}

/// POST `/forum/consultations/{id}/typed/{sheet}`: saves what is on the sheet, and whether it
/// differed. What they may not read stays as it is.
pub async fn compare_paper_entry(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, sheet)): Path<(Id<ids::Consultation>, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let Some((consultation, typed, hidden)) =
        paper_entry_to_compare(&house, &viewer, &id, &sheet).await?
    else {
        return Ok(back(&id, ""));
    };
    let places =
        area::store::places_and(&house.db, &named(&consultation.questionnaire, &typed.answers))
            .await?;
    let questions = nothing_required(&consultation.questionnaire);
    let read = read_all(&questions, hidden.clone(), &sent, &places);
    if !read.problems.is_empty() {
        let sheet = Sheet {
            consultation: &consultation,
            others: &[],
            places: &places,
            kept: &typed.answers,
            sent: &sent,
            problems: &read.problems,
            refusals: &Refusals::default(),
            purpose: Purpose::Compare(&typed),
        };
        return Ok(sheet_page(&sheet).answer(&house, &viewer));
    }
    let mut answers: Answers =
        read.answered.into_iter().filter_map(|(key, answer)| Some((key, answer?))).collect();
    let may_quote = may_quote(&sent, &typed);
    let is_other = answers != typed.answers || may_quote != typed.may_quote;
    answers.extend(hidden);
    let (now, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let mut tx = house.db.begin().await?;
    let on_sheet = is_other.then_some((&answers, may_quote));
    if store::compare(&mut tx, &typed.response_id, on_sheet, by).await? {
        let (what, about) = ("typed response compared", &consultation.id);
        let how = if is_other { "put right" } else { "as on the sheet" };
        let detail = &format!("sheet {}, {how}", typed.sheet);
        audit::note(&mut tx, Entry { at: now, who: Some(by), what, about, detail }).await?;
    }
    tx.commit().await?;
    Ok(back(&id, "?done=compared"))
}

pub(super) fn back(id: &Id<ids::Consultation>, query: &str) -> Response {
    Redirect::to(&format!("/forum/consultations/{id}/typed{query}")).into_response()
}

/// The sheet that this person may check now, with the questions it answers: of the sample, typed in
/// by somebody else, after the close. Answers that organisers no longer read are apart, in the
/// third: in place of its question and its answer the first two have what is read instead.
async fn paper_entry_to_compare(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    sheet: &str,
) -> Result<Option<(Consultation, PaperEntry, Answers)>, Error> {
    let versions = versions(&house.db, &Id::parse(id).ok_or(Error::NotFound)?).await?;
    let consultation = versions.first().ok_or(Error::NotFound)?;
    if consultation.state(house.clock.now()) != ConsultationState::Closed {
        return Ok(None);
    }
    let (me, all) =
        (&viewer.signed_in()?.account_id, store::all(&house.db, &consultation.id).await?);
    let sampled: Vec<Id<ids::Response>> =
        sample(all.iter().map(|typed| &typed.response_id)).into_iter().cloned().collect();
    let may_compare = |typed: &PaperEntry| {
        typed.sheet.to_string() == sheet
            && typed.checked.is_none()
            && typed.by.0 != *me
            && sampled.contains(&typed.response_id)
    };
    let typed = all.into_iter().find(may_compare);
    Ok(typed.and_then(|typed| with_questions(versions, typed)))
}

/// A typed sheet with the questions it answers; what organisers no longer read is apart.
pub(super) fn with_questions(
    versions: Vec<Consultation>,
    mut typed: PaperEntry,
) -> Option<(Consultation, PaperEntry, Answers)> {
    let withheld = reading::withheld(&typed.treated, &typed.response_id, &typed.answers);
    let version = typed.version;
    let mut asked = versions.into_iter().find(|asked| asked.version == version)?;
    asked.questionnaire = without(&asked.questionnaire, &withheld);
    let mut hidden = Answers::new();
    for key in withheld.keys() {
        hidden.extend(typed.answers.remove_entry(key));
    }
    Some((asked, typed, hidden))
}

/// The questions with words to read in place of those whose answers are withheld.
fn without(questionnaire: &Questionnaire, withheld: &BTreeMap<String, String>) -> Questionnaire {
    let mut all = questionnaire.clone();
    for question in all.sections.iter_mut().flat_map(|section| &mut section.questions) {
        if let Some(words) = withheld.get(&question.key) {
            let words = format!("{words}\n\n{LEAVE_OUT}");
            question.kind = QuestionKind::Page { words };
        }
    }
    all
}

const LEAVE_OUT: &str = "You don't need to check this answer. It stays as it was typed in.";

const NOT_YET: &str = "The consultation isn't open yet, or it was withdrawn.";
pub(super) const OVER: &str = "The results have been published, so new responses can't be counted.";

fn is_open_yet(house: &House, consultation: &Consultation) -> bool {
    !matches!(
        consultation.state(house.clock.now()),
        ConsultationState::Written | ConsultationState::Timed | ConsultationState::Withdrawn
    )
}

pub(super) fn no_typing(consultation: &Consultation, why: &'static str) -> Page {
    let to = format!("/forum/consultations/{}/typed", consultation.id);
    let page = Page::new("You can't type in a response now", || {
        view! {
            <div class="stack">
                <h1>"You can't type in a response now"</h1>
                <p class="lead">{why}</p>
                <p>
                    <a class="button" href=to>
                        "Back"
                    </a>
                </p>
            </div>
        }
    });
    page.status(StatusCode::CONFLICT)
}

/// The questions as they are typed in: nobody can be asked again for what is missing on a sheet.
pub(super) fn nothing_required(questionnaire: &Questionnaire) -> Questionnaire {
    let mut all = piping::without(questionnaire);
    let questions = all.sections.iter_mut().flat_map(|section| &mut section.questions);
    questions.for_each(|question: &mut Question| question.is_required = false);
    all
}

/// Whether a sheet says that we can quote it, as it was sent; as it was typed in, where a form did
/// not ask.
pub(super) fn may_quote(sent: &Sent, typed: &PaperEntry) -> bool {
    if sent.typed("asks-quote").is_empty() { typed.may_quote } else { sent.typed("quote") == "yes" }
}

/// One sheet as it is typed in, or checked.
pub(super) struct Sheet<'s> {
    pub consultation: &'s Consultation,
    /// The other versions of the questions that it may have been printed from.
    pub others: &'s [i64],
    pub places: &'s [Named],
    /// What was typed in before.
    pub kept: &'s Answers,
    pub sent: &'s Sent,
    pub problems: &'s Problems,
    pub refusals: &'s Refusals,
    pub purpose: Purpose<'s>,
}

/// What is done with a sheet.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'s> {
    /// A new response is typed in.
    New,
    /// What was typed in is checked against it.
    Compare(&'s PaperEntry),
    /// What was typed in wrongly is corrected.
    Correct(&'s PaperEntry),
}

pub(super) fn sheet_page(sheet: &Sheet<'_>) -> Page {
    let Sheet { consultation, others, places, kept, sent, problems, refusals, purpose } = *sheet;
    let title = match purpose {
        Purpose::New => "Type in a response".to_owned(),
        Purpose::Compare(typed) => format!("Check against sheet {}", typed.sheet),
        Purpose::Correct(typed) => format!("Correct sheet {}", typed.sheet),
    };
    let questionnaire = nothing_required(&consultation.questionnaire);
    let is_wrong = !problems.is_empty() || !refusals.is_empty();
    let page = Page::new(if is_wrong { format!("Error: {title}") } else { title.clone() }, || {
        let questions: Vec<&Question> = questionnaire.questions().collect();
        let summary = problem_summary(
            questions
                .into_iter()
                .filter_map(|question| Some((question, problems.get(&question.key)?.as_str()))),
        );
        let fields = all_fields(&questionnaire, kept, sent, problems, places);
        let channels = Channel::ALL.into_iter().skip(1).map(|(_, word, title)| (word, title));
        let channels = Choice::each(channels, |word| word == sent.typed("channel"));
        let quoted = match purpose {
            Purpose::New => sent.typed("quote") == "yes",
            Purpose::Compare(typed) | Purpose::Correct(typed) => may_quote(sent, typed),
        };
        let quote =
            Choice::each([("yes", "The sheet says we can quote it, without a name")], |_| quoted);
        let (head, label) = match purpose {
            Purpose::New => {
                let head = view! {
                    <FormKey key=sent.typed("form_key") />
                    <input type="hidden" name="version" value=consultation.version.to_string() />
                    <Choices
                        name="channel"
                        legend="How did it come in?"
                        choices=channels
                        refusals
                    />
                };
                (head.into_any(), "Save")
            }
            Purpose::Compare(_) => (
                view! {
                    <p class="panel">
                        "Look at each answer, and at whether we can quote it. If the sheet says \
                         something else, correct it here."
                    </p>
                }
                .into_any(),
                "It matches the sheet",
            ),
            Purpose::Correct(typed) => (
                view! {
                    <input type="hidden" name="seen" value=typed.corrected.to_string() />
                    <p class="panel">
                        "Change only what was typed in wrongly: what counts is what is on the \
                         sheet. The audit log notes that you corrected it. Someone else then \
                         checks it, if it is one of the sheets that are checked."
                    </p>
                }
                .into_any(),
                "Save the correction",
            ),
        };
        let of_versions = (!others.is_empty()).then(|| {
            let ways = others.iter().map(|other| {
                let to =
                    format!("/forum/consultations/{}/typed/new?version={other}", consultation.id);
                view! {
                    " "
                    <a href=to>{format!("The sheet says version {other}")}</a>
                    "."
                }
            });
            view! {
                <p class="panel">
                    {format!("These are the questions from version {}.", consultation.version)}
                    {ways.collect_view()}
                </p>
            }
        });
        view! {
            <div class="stack">
                <p>
                    <a class="back" href=format!("/forum/consultations/{}/typed", consultation.id)>
                        "Paper, phone and meetings"
                    </a>
                </p>
                <Summary refusals />
                {summary}
                <h1>{title}</h1>
                <p class="soft">{consultation.terms.title.clone()}</p>
                {of_versions}
                <form method="post" novalidate>
                    {head}
                    {fields}
                    <input type="hidden" name="asks-quote" value="yes" />
                    <Choices
                        name="quote"
                        legend="Can we quote it?"
                        choices=quote
                        many=true
                        refusals
                    />
                    <button class="button">{label}</button>
                </form>
            </div>
        }
    });
    let page = page.kept_for_going_back();
    if is_wrong { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page }
}
