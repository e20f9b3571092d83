//! What the worker does: the email to whoever is responsible, eight and two weeks before a duty or
//! one of its steps is due; and the days that have passed are kept.

use calendar::clock;
use deliveries::{EmailKind, Owed, Paragraph, Sender, Words, owe};
use ground::house::House;

use super::rules::{Open, Responsible, in_words};
use super::store;

/// Owes the emails about everything that is due in eight or in two weeks. Each is owed once for
/// each person, however often this is done.
///
/// # Errors
/// When the database fails.
pub async fn remind_due(house: &House) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    let all = store::everything(&house.db, None).await?;
    for (open, weeks) in all.to_warn(clock::date(now)) {
        let people = store::responsible_people(&house.db, &open.kept.duty.responsible).await?;
        let words = reminder(house, &open);
        let step = open.step.unwrap_or("");
        let about = format!("duty {weeks} {} {} {step}", open.year, open.kept.id);
        let mut tx = house.db.begin().await?;
        for (account_id, to) in &people {
            let owed = Owed {
                dedup_key: &format!("{about} {account_id}"),
                kind: EmailKind::DutyDue,
                account_id: Some(account_id),
                to,
                words: &words,
                at: now,
                not_after: clock::end_of(&open.day.to_string()),
            };
            owe(&mut tx, owed).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Keeps the days that have passed, so that no later change of a duty or of the terms moves them.
///
/// # Errors
/// When the database fails.
pub async fn keep_passed(house: &House) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    let days = store::everything(&house.db, None).await?.to_keep(clock::date(now));
    if days.is_empty() {
        return Ok(());
    }
    let mut tx = house.db.begin().await?;
    store::keep(&mut tx, &days, now).await?;
    tx.commit().await
}

fn reminder(house: &House, open: &Open<'_>) -> Words {
    let (duty, by) = (&open.kept.duty, in_words(open.day));
    let away = clock::read(&open.day.to_string(), "12:00")
        .map_or_else(String::new, |at| clock::days_away(house.clock.now(), at));
    let what = open.words();
    let mut paragraphs = vec![Paragraph::ToDo(format!("{what} by {by} ({away})."))];
    if open.step.is_some() {
        paragraphs.push(format!("It is a step before: {}.", duty.name).into());
    }
    paragraphs.push(format!("The area's rule: {}", duty.rule).into());
    paragraphs.push("When it is done, say so on the page. Then we won't remind anyone.".into());
    let role = match duty.responsible {
        Responsible::Forum => "you are an organiser of the forum",
        Responsible::Leaders | Responsible::Organisation(_) => {
            "you are one of the leaders who are responsible for it"
        }
    };
    Words {
        subject: format!("{what} by {by}"),
        paragraphs,
        button: Some((
            "See all steps and days".to_owned(),
            house.link(&format!("/duties/{}", open.kept.id)),
        )),
        also: Some(("Yearly duties".to_owned(), house.link("/duties"))),
        why: format!("You get this email because {role}."),
        from: Sender::of(house),
        stop: None,
    }
}
