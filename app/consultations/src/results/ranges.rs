//! In which ranges numbers and days are counted, as an organiser chooses them before the first
//! results.

use std::collections::BTreeMap;

use calendar::clock;
use forms::{Refusals, Sent};
use leptos::prelude::*;
use questionnaires::{Question, ranges};

use crate::store::Consultation;

/// Reads the ranges that were chosen, by the keys of their questions.
pub fn read(
    consultation: &Consultation,
    sent: &Sent,
) -> Result<BTreeMap<String, Vec<i64>>, Refusals> {
    let (mut refusals, mut cuts) = (Refusals::default(), BTreeMap::new());
    for question in with_ranges(consultation) {
        let chosen = ranges::read(question, sent.typed(&field(question)));
        let chosen = chosen.map_err(|what_to_do| format!("{}: {what_to_do}", question.text));
        if let Some(Some(chosen)) = refusals.take("ranges", chosen) {
            cuts.insert(question.key.clone(), chosen);
        }
    }
    if refusals.is_empty() { Ok(cuts) } else { Err(refusals) }
}

/// The day on which it closed, as ranges count days.
pub fn closed_on(consultation: &Consultation) -> i64 {
    ranges::number_of_day(&clock::fields(consultation.terms.closes_at).0).unwrap_or_default()
}

/// The form for them; `None` where nothing is counted so.
pub fn fields(
    consultation: &Consultation,
    sent: &Sent,
    refusals: &Refusals,
) -> Option<impl IntoView + use<>> {
    let error = refusals.about("ranges").map(str::to_owned);
    let described = if error.is_some() { "ranges-hint ranges-error" } else { "ranges-hint" };
    let each = with_ranges(consultation).enumerate().map(|(nth, question)| {
        let id = if nth == 0 { "ranges".to_owned() } else { format!("ranges-{nth}") };
        let field = field(question);
        let value = sent.typed(&field).to_owned();
        let like = if question.kind.is_number() { "3, 6, 12" } else { "2025-09-01, 2026-01-01" };
        view! {
            <label for=id.clone()>{format!("{} For example: {like}", question.text)}</label>
            <input id=id.clone() name=field type="text" value=value autocomplete="off" />
        }
    });
    let each = each.collect::<Vec<_>>();
    let problem = error.map(|what_to_do| {
        view! {
            <p class="error" id="ranges-error">
                <span class="unseen">"Error: "</span>
                {what_to_do}
            </p>
        }
    });
    (!each.is_empty()).then(|| {
        view! {
            <fieldset class="field" aria-describedby=described>
                <legend>"Ranges for numbers and dates"</legend>
                <p class="hint" id="ranges-hint">
                    "Write where each range after the first begins. Leave it empty for round \
                     steps, or the last few years. You choose once: later results keep these \
                     ranges, so that nobody can work out a small number from two ways of counting."
                </p>
                {problem}
                {each}
            </fieldset>
        }
    })
}

/// The questions whose answers are counted by ranges.
fn with_ranges(consultation: &Consultation) -> impl Iterator<Item = &Question> {
    consultation.questionnaire.questions().filter(|question| question.kind.has_ranges())
}

/// The field for the ranges of a question.
fn field(question: &Question) -> String {
    format!("ranges.{}", question.key)
}
