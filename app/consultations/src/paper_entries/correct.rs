//! A sheet that was typed in wrongly is corrected, until results are published. Before the close
//! only by whoever typed it in: nobody else reads an answer by then.

use axum::extract::{Path, State};
use axum::response::Response;
use forms::{Refusals, Sent, page_number};
use ground::audit::{self, Entry};
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::sent::Form;
use ground::ui::Pager;
use ground::viewer::Viewer;
use leptos::prelude::*;
use questionnaires::answers::{Answers, places as named, read_all};

use super::pages::{
    OVER, Purpose, Sheet, back, may_quote, no_typing, nothing_required, sheet_page, with_questions,
};
use super::store::{self, PaperEntry, SheetCorrection};
use crate::answering::pages::Problems;
use crate::results;
use crate::rules::ConsultationState;
use crate::store::{Consultation, versions};

const MOST_ON_A_PAGE: usize = 20;

/// The sheets that this person may correct, a page of them.
pub(super) fn list(
    consultation_id: &Id<ids::Consultation>,
    typed: &[PaperEntry],
    is_closed: bool,
    me: &Id<ids::Account>,
    query: &Sent,
) -> impl IntoView + use<> {
    let mine: Vec<&PaperEntry> =
        typed.iter().filter(|typed| may_correct(typed, is_closed, me)).collect();
    let nth = usize::try_from(page_number(query)).unwrap_or(1);
    let to = format!("/forum/consultations/{consultation_id}/typed");
    let first = (nth > 1).then(|| to.clone());
    let next = (mine.len() > nth * MOST_ON_A_PAGE).then(|| format!("{to}?page={}", nth + 1));
    let rows = mine.iter().skip((nth - 1) * MOST_ON_A_PAGE).take(MOST_ON_A_PAGE).map(|typed| {
        let times = match typed.corrected {
            0 => String::new(),
            1 => format!(". Corrected once, by {}", typed.by.1),
            times => format!(". Corrected {times} times, last by {}", typed.by.1),
        };
        view! {
            <li>
                <a href=format!("{to}/{}/correction", typed.sheet)>
                    {format!("Correct sheet {}", typed.sheet)}
                </a>
                <span class="soft">{format!("{}{times}", typed.channel.title())}</span>
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| {
        view! {
            <h2>"Correct a sheet"</h2>
            <p>"If something was typed in wrongly, correct it before the results are published."</p>
            <ul class="rows">{rows}</ul>
            <Pager first next />
        }
    })
}

fn may_correct(typed: &PaperEntry, is_closed: bool, me: &Id<ids::Account>) -> bool {
    is_closed || typed.by.0 == *me
}

/// GET `/forum/consultations/{id}/typed/{sheet}/correction`
pub async fn correct_paper_entry_form(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, sheet)): Path<(Id<ids::Consultation>, String)>,
) -> Result<Response, Error> {
    let (consultation, typed, _) = to_correct(&house, &viewer, &id, &sheet).await?;
    if results::store::is_one(&house.db, &consultation.id).await? {
        return Ok(no_typing(&consultation, OVER).answer(&house, &viewer));
    }
    let (sent, problems) = (Sent::default(), Problems::new());
    shown(&house, &viewer, (&consultation, &typed), &sent, &problems, &Refusals::default()).await
}

/// POST `/forum/consultations/{id}/typed/{sheet}/correction`
pub async fn correct_paper_entry(
    State(house): State<House>,
    viewer: Viewer,
    Path((id, sheet)): Path<(Id<ids::Consultation>, String)>,
    Form(sent): Form,
) -> Result<Response, Error> {
    let (consultation, typed, hidden) = to_correct(&house, &viewer, &id, &sheet).await?;
    let places =
        area::store::places_and(&house.db, &named(&consultation.questionnaire, &typed.answers))
            .await?;
    let questions = nothing_required(&consultation.questionnaire);
    let read = read_all(&questions, hidden.clone(), &sent, &places);
    let mut answers: Answers =
        read.answered.into_iter().filter_map(|(key, answer)| Some((key, answer?))).collect();
    let mut refusals = Refusals::default();
    if answers.is_empty() && hidden.is_empty() && read.problems.is_empty() {
        refusals.add("put-right", "Type in at least one answer");
    }
    if !read.problems.is_empty() || !refusals.is_empty() {
        let of = (&consultation, &typed);
        return shown(&house, &viewer, of, &sent, &read.problems, &refusals).await;
    }
    let both = answers.keys().chain(typed.answers.keys());
    let mut changed: Vec<String> =
        both.filter(|key| answers.get(*key) != typed.answers.get(*key)).cloned().collect();
    changed.sort_unstable();
    changed.dedup();
    if changed.is_empty() && may_quote(&sent, &typed) == typed.may_quote {
        return Ok(back(&id, ""));
    }
    let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
    answers.extend(hidden);
    let is_kept =
        keep(&house, &viewer, &consultation, &typed, (&answers, changed.as_slice(), &sent)).await?;
    Ok(back(&id, if is_kept { "?done=corrected" } else { "?done=not-corrected" }))
}

/// Keeps the correction, with an entry in the audit log that says which sheet and how many answers,
/// and no words.
async fn keep(
    house: &House,
    viewer: &Viewer,
    consultation: &Consultation,
    typed: &PaperEntry,
    (answers, changed, sent): (&Answers, &[&str], &Sent),
) -> Result<bool, Error> {
    let (at, by) = (house.clock.now(), &viewer.signed_in()?.account_id);
    let correction = SheetCorrection {
        response_id: &typed.response_id,
        consultation_id: &consultation.id,
        answers,
        may_quote: may_quote(sent, typed),
        changed,
        seen: sent.typed("seen").parse().unwrap_or(typed.corrected),
        by,
    };
    let mut tx = house.db.begin().await?;
    if !store::correct(&mut tx, correction).await? {
        tx.roll_back().await?;
        return Ok(false);
    }
    let (what, about) = ("typed response corrected", &consultation.id);
    let detail = &format!("sheet {}, answers changed: {}", typed.sheet, changed.len());
    audit::note(&mut tx, Entry { at, who: Some(by), what, about, detail }).await?;
    tx.commit().await?;
    Ok(true)
}

/// The sheet that this person may correct, with the questions it answers; what organisers no longer
/// read is apart.
async fn to_correct(
    house: &House,
    viewer: &Viewer,
    id: &Id<ids::Consultation>,
    sheet: &str,
) -> Result<(Consultation, PaperEntry, Answers), Error> {
    let versions = versions(&house.db, &Id::parse(id).ok_or(Error::NotFound)?).await?;
    let consultation = versions.first().ok_or(Error::NotFound)?;
    let is_closed = consultation.state(house.clock.now()) == ConsultationState::Closed;
    let me = &viewer.signed_in()?.account_id;
    let all = store::all(&house.db, &consultation.id).await?;
    let typed = all
        .into_iter()
        .find(|typed| typed.sheet.to_string() == sheet && may_correct(typed, is_closed, me));
    typed.and_then(|typed| with_questions(versions, typed)).ok_or(Error::NotFound)
}

async fn shown(
    house: &House,
    viewer: &Viewer,
    (consultation, typed): (&Consultation, &PaperEntry),
    sent: &Sent,
    problems: &Problems,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let chosen = named(&consultation.questionnaire, &typed.answers);
    let places = area::store::places_and(&house.db, &chosen).await?;
    let sheet = Sheet {
        consultation,
        others: &[],
        places: &places,
        kept: &typed.answers,
        sent,
        problems,
        refusals,
        purpose: Purpose::Correct(typed),
    };
    Ok(sheet_page(&sheet).answer(house, viewer))
}
