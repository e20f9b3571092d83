//! Outcomes that are due and overdue: everyone can see them.

use calendar::clock::{self, Moment};
use ground::house::House;
use ground::ids::{Account, Id};
use leptos::prelude::*;
use outcomes::rules::{Awaited, awaited};

use super::store::{self, Subject, Waited};

/// An outcome that is due or overdue.
#[derive(Clone, Debug)]
pub struct Due {
    pub subject: Subject,
    /// The day leaders must say it by.
    pub by: Moment,
    /// Whether that has passed.
    pub is_overdue: bool,
}

/// The outcomes that are due and overdue, the first to be due first.
///
/// # Errors
/// When the database fails.
pub async fn due(house: &House) -> sqlx::Result<Vec<Due>> {
    Ok(standing(house, store::waited(&house.db, None).await?))
}

/// Those that this leader must say.
///
/// # Errors
/// When the database fails.
pub async fn due_of(house: &House, leader: &Id<Account>) -> sqlx::Result<Vec<Due>> {
    Ok(standing(house, store::waited(&house.db, Some(leader)).await?))
}

/// By when each is due, the first to be due first.
pub fn standing(house: &House, waited: Vec<Waited>) -> Vec<Due> {
    let due = waited.into_iter().filter_map(|waited| {
        let (by, is_overdue) = match awaited(
            waited.since,
            waited.told.as_ref(),
            house.settings.outcome_within,
            house.clock.now(),
        ) {
            Awaited::Said => return None,
            Awaited::Due(by) => (by, false),
            Awaited::Overdue(by) => (by, true),
        };
        Some(Due { subject: waited.subject, by, is_overdue })
    });
    let mut due: Vec<Due> = due.collect();
    due.sort_by(|one, next| (one.by, &one.subject.id).cmp(&(next.by, &next.subject.id)));
    due
}

/// How many are due, and how many of them overdue, in words.
pub fn counted(due: &[Due]) -> String {
    let overdue = due.iter().filter(|due| due.is_overdue).count();
    let answers = |number: usize| {
        if number == 1 { "1 answer is".to_owned() } else { format!("{number} answers are") }
    };
    match (overdue, due.len() - overdue) {
        (0, 0) => "Nothing is waiting for an answer.".to_owned(),
        (0, due) => format!("{} still to come. None is overdue.", answers(due)),
        (overdue, 0) => format!("{} overdue.", answers(overdue)),
        (overdue, due) => {
            format!("{} overdue, and {} still to come.", answers(overdue), answers(due))
        }
    }
}

/// What is due and overdue, in a list. `answer`: whether each links to saying what happened.
pub fn rows(due: Vec<Due>, now: Moment, answer: bool) -> impl IntoView {
    let rows = due.into_iter().map(|due| {
        let to = if answer {
            format!("/lead/updates/new?about={}", due.subject.value())
        } else {
            due.subject.address()
        };
        let state = match (due.is_overdue, answer) {
            (false, _) => "○ Due by",
            (true, true) => "× Overdue. It was due by",
            (true, false) => {
                "× Overdue: the council or the NHS hasn't told us yet what happened. It was due by"
            }
        };
        view! {
            <li>
                <h3>
                    <a href=to>{format!("{}: {}", due.subject.kind.title(), due.subject.title)}</a>
                </h3>
                <p class:late=due
                    .is_overdue>
                    {format!("{state} {} ({}).", clock::day(due.by), clock::days_away(now, due.by))}
                </p>
            </li>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    (!rows.is_empty()).then(|| view! { <ol class="queue">{rows}</ol> })
}
