//! Kinds of plan, and the recommendations of reports that plans of a kind must answer: topics of
//! their own kind, which nobody votes on.
//!
//! A report's life: an organiser or a leader puts it in, its recommendations typed or pasted, one a
//! line with number and page, and says which kind of plan must answer it → each draft of such a
//! plan answers every one before it is published, as it does the topics of parents → everyone sees
//! how each stands → an organiser says that it need not be answered any more. A report is whole
//! when it is put in, and stays as it is.
//!
//! `rules` reads the lines, `store` holds the SQL, `put_in` has the form, `browse` what everyone
//! sees and the end of a report, `answer` the leader's page for one recommendation, `kinds` the
//! administrator's pages. What a draft must answer is asked when it is published
//! (`plans/publish.rs`), and by the schema once more: the view `unanswered_recommendations`.

pub(crate) mod answer;
pub(crate) mod browse;
pub(crate) mod kinds;
pub(crate) mod put_in;
pub mod rules;
pub mod store;

use leptos::prelude::*;

use super::rules::AnswerKind;
use super::store::SaidOf;
use store::{ForDraft, MustAnswer};

/// What a draft does about a recommendation, in words.
pub(crate) fn answer_words(answer: Option<&SaidOf>) -> impl IntoView + use<> {
    let Some((does, words, decided_by)) = answer.cloned() else {
        return view! { <p class="state">"○ Not answered yet"</p> }.into_any();
    };
    let decided_by =
        (!decided_by.is_empty()).then(|| view! { <p class="soft">"Decided by "{decided_by}</p> });
    view! {
        <p class="state">{title(does)}</p>
        <p class="lines">{words}</p>
        {decided_by}
    }
    .into_any()
}

/// What a draft does about a recommendation, in a few words.
fn title(does: AnswerKind) -> &'static str {
    match does {
        AnswerKind::Adopted => "✓ In the draft, as recommended",
        AnswerKind::Adapted => "◐ In the draft, with changes",
        AnswerKind::Not => "× Not in the draft",
    }
}

/// A recommendation by its number and page, with its words.
fn named(number: &str, page: &str, words: &str) -> String {
    let are_several = page.contains('-') && page.starts_with(|c: char| c.is_ascii_digit());
    let on = if are_several { "pages" } else { "page" };
    format!("{number}. {words} ({on} {page})")
}

/// How many recommendations, as in "1 recommendation", "12 recommendations".
pub fn many(recommendations: i64) -> String {
    let them = if recommendations == 1 { "recommendation" } else { "recommendations" };
    format!("{recommendations} {them}")
}

/// The reports that the drafts of a plan must answer; nothing where there are none.
pub(crate) fn of_plan(all: &[MustAnswer]) -> Option<impl IntoView + use<>> {
    if all.is_empty() {
        return None;
    }
    let rows = all.iter().map(|one| {
        let to = format!("/reports/{}", one.report_id);
        let many = format!(": {}", many(one.recommendations));
        view! {
            <li>
                <a href=to>{one.report.clone()}</a>
                {many}
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    Some(view! {
        <section class="stack">
            <h2>"What inspections recommended"</h2>
            <p>"No draft is published before it says what it does about each recommendation."</p>
            <ul class="queue">{rows}</ul>
        </section>
    })
}

/// What a draft does about each recommendation; nothing where it has to answer none. `lead`: the
/// address of the draft on the leader's side, from which each can be answered.
pub(crate) fn of_draft(all: &[ForDraft], lead: Option<&str>) -> Option<impl IntoView + use<>> {
    if all.is_empty() {
        return None;
    }
    let rows = all.iter().map(|one| {
        let words = named(&one.number, &one.page, &one.words);
        let to = lead.map(|lead| format!("{lead}/recommendations/{}", one.id));
        let to = to.unwrap_or_else(|| format!("/reports/{}", one.report_id));
        view! {
            <li>
                <a href=to>{words}</a>
                <p class="soft">{one.report.clone()}</p>
                {answer_words(one.answer.as_ref())}
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    Some(view! {
        <h2 id="recommendations">"What this draft does about each recommendation"</h2>
        <ul class="queue">{rows}</ul>
    })
}
