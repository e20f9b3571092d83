//! The email to parents whose topics a published draft answers, owed in small lots so that no
//! write takes long; and the one to leaders who are to look again at whether a plan is fair.

use calendar::clock::{self, DAY, Millis};
use deliveries::{EmailKind, Owed, Paragraph, Sender, Words, owe};
use ground::house::House;

use super::rules::AnswerKind;
use super::store::{self, AnsweredTopic, ToReview, UntoldDraft};

/// How many emails one write owes.
const LOT: i64 = 200;

/// Owes the emails about every published draft that parents have not been told about yet. Stopped
/// half-way, the next turn carries on: nobody is told twice and nobody is left out.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(house: &House) -> Result<(), sqlx::Error> {
    for draft in store::untold(&house.db).await? {
        let Some(content) = store::draft(&house.db, &draft.plan_id, draft.version).await? else {
            continue;
        };
        let words = published(house, &draft, &content.answers);
        loop {
            let mut tx = house.db.begin().await?;
            let owed = store::tell_next(&mut tx, &draft.id, &words, LOT, house.clock.now()).await?;
            tx.commit().await?;
            if owed == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// How long after the day is over leaders get an email: someone who becomes a leader later gets none
/// about old things.
const AFTER: Millis = 28 * DAY;

/// Owes an email to the leaders who said that they would look again at whether a plan is fair, once
/// the day for that is over.
///
/// # Errors
/// When the database fails.
pub async fn remind_to_review(house: &House) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    let (from, until) = (clock::fields(now - AFTER).0, clock::fields(now).0);
    for review in store::to_review(&house.db, (from.as_str(), until.as_str())).await? {
        let ToReview { plan_id, day, account_id, email, .. } = &review;
        let mut tx = house.db.begin().await?;
        let owed = Owed {
            dedup_key: &format!("review {day} {plan_id} {account_id}"),
            kind: EmailKind::OutcomeDue,
            account_id: Some(account_id),
            to: email,
            words: &look_again(house, &review),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn look_again(house: &House, review: &ToReview) -> Words {
    let ToReview { plan_id, title, day, .. } = review;
    let day = clock::day_of(day).unwrap_or_else(|| day.clone());
    Words {
        subject: format!("Look again at whether it is fair: {title}"),
        paragraphs: vec![
            Paragraph::ToDo(format!(
                "You said you would look again by {day} at who the plan “{title}” affects, and \
                 whether it is fair to everyone."
            )),
            "Check what is there, and sign it again with the next day.".into(),
        ],
        button: Some((
            "Look at it again".to_owned(),
            house.link(&format!("/lead/plans/{plan_id}/equality")),
        )),
        also: None,
        why: "You get this email because you are one of the leaders of this plan.".to_owned(),
        from: Sender::of(house),
        stop: None,
    }
}

/// The same words for everyone, so that an email gives away nothing about who supported what.
fn published(house: &House, draft: &UntoldDraft, answers: &[AnsweredTopic]) -> Words {
    let UntoldDraft { plan_id, version, title, summary, .. } = draft;
    let mut paragraphs: Vec<Paragraph> = vec![
        format!(
            "A draft of the plan “{title}” has been published. It answers a topic you proposed or \
             supported."
        )
        .into(),
        summary.clone().into(),
        "Here is what it does about each topic:".into(),
    ];
    paragraphs.extend(answers.iter().filter_map(|answered| {
        let (does, words, decided_by) = answered.answer.as_ref()?;
        let topic = &answered.title;
        let says = match does {
            AnswerKind::Adopted => format!("“{topic}” is in the draft, as parents asked. {words}"),
            AnswerKind::Adapted => format!("“{topic}” is in the draft, with changes. {words}"),
            AnswerKind::Not => {
                format!("“{topic}” is not in the draft. {words} This was decided by {decided_by}.")
            }
        };
        Some(Paragraph::Says(says))
    }));
    Words {
        subject: format!("A new draft answers your topic: {title}"),
        paragraphs,
        button: Some((
            "Read the draft".to_owned(),
            house.link(&format!("/plans/{plan_id}/drafts/{version}")),
        )),
        why: "You get this email because you proposed or supported a topic this plan answers."
            .to_owned(),
        from: Sender::of(house),
        also: None,
        stop: None,
    }
}
