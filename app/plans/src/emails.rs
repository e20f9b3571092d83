//! The email to parents whose topics a published draft answers, owed in small lots so that no
//! write takes long.

use deliveries::{Paragraph, Sender, Words};
use ground::house::House;

use super::rules::AnswerKind;
use super::store::{self, AnsweredTopic, UntoldDraft};

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
