//! The demonstration's duties: one that was done in time, one that is late, and two that are due
//! soon; the post-16 transport statement, which is to come; and the rest of our list, which is off.

use calendar::clock;
use duties::rules::{By, Due, Duty, NewReport, Responsible};
use duties::{file, store};
use forms::Named;
use sqlx::AnyConnection;

use super::sefton::{COUNCIL, Sefton};

/// Those that are on, and how many days from now each is due; `None`: as our list has it.
const ON: [(&str, Option<i64>); 5] = [
    ("transport-16", None),
    ("travel-policy", Some(-60)),
    ("short-breaks", Some(-12)),
    ("self-evaluation", Some(45)),
    ("grant-monitoring-1", Some(30)),
];

pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let today = clock::date(sefton.now);
    // A test of the list reads it.
    let Ok(mut own) = file::read(file::OWN.as_bytes(), &[], &[], jiff::civil::Date::MAX) else {
        return Ok(());
    };
    let council = sefton.organisations.iter().find(|(name, _)| *name == COUNCIL);
    let council = council.map(|(name, id)| Named { id: id.clone(), name: (*name).to_owned() });
    for duty in &mut own.duties {
        if let Some((_, due)) = ON.iter().find(|(word, _)| *word == duty.word) {
            switch_on(duty, today, due.map(|days| clock::date(sefton.day(days))), council.as_ref());
        }
    }
    let begun = sefton.day(-200);
    store::save(tx, &own.duties, begun).await?;
    if let Some(bank) = &own.bank {
        store::set_bank(tx, bank).await?;
    }
    done(tx, sefton, council.as_ref()).await
}

/// On, on this day of the year, and for the council where it is for leaders.
fn switch_on(
    duty: &mut Duty,
    checked_on: jiff::civil::Date,
    due: Option<jiff::civil::Date>,
    council: Option<&Named>,
) {
    duty.is_on = true;
    duty.checked_on = Some(checked_on);
    if let Some(due) = due {
        duty.due = Due::Each { month: due.month(), day: due.day() };
    }
    if let (Responsible::Leaders, Some(council)) = (&duty.responsible, council) {
        duty.responsible = Responsible::Organisation(council.clone());
    }
}

/// The council says, five days before its day, that the travel policy was reviewed.
async fn done(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    council: Option<&Named>,
) -> Result<(), sqlx::Error> {
    let duty_id = sqlx::query_scalar("SELECT id FROM duties WHERE word = 'travel-policy'")
        .fetch_one(&mut *tx)
        .await?;
    let report = NewReport {
        year: clock::date(sefton.day(-60)).year(),
        step: String::new(),
        done_on: clock::date(sefton.day(-65)),
        by: By::Document,
        thing: "https://example.org/travel-policy".to_owned(),
    };
    let council = council.map(|council| council.id.as_str());
    store::say(tx, &duty_id, &report, council, sefton.day(-65)).await?;
    Ok(())
}
