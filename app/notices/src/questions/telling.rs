//! What the worker does: owes each answer to those who asked or wanted to know too, says so when
//! none comes, and forgets who they were.

use calendar::clock::Moment;
use deliveries::{EmailKind, Owed, Words, owe};
use ground::day_key::Today;
use ground::house::House;
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

use super::store::{self, NotAnswered};
use super::wanted;
use crate::{emails, store as notices};

/// Owes the emails with published answers. If stopped half-way, the next turn goes on; nobody is
/// told twice.
///
/// # Errors
/// When the database fails.
pub async fn answer_due(house: &House) -> Result<(), sqlx::Error> {
    while let Some(due) = store::answer_due(&house.db).await? {
        let Some(notice) = notices::find(&house.db, &due.notice_id).await? else { return Ok(()) };
        let words = emails::answer(house, &notice, &due.question, &due.answer);
        let too = emails::answer_too(house, &notice, &due.question, &due.answer);
        let (kind, about, at) = (EmailKind::Answer, due.answer_id.as_str(), house.clock.now());
        let today = &house.day_key.today(&house.db, at).await?;
        let asked = AboutQuestion { kind, about, words: &words, at, today };
        let wanted_too = AboutQuestion { kind, about, words: &too, at, today };
        let mut tx = house.db.begin().await?;
        for email in store::take_addresses(&mut tx, &due.answer_id).await? {
            owe_about(&mut tx, None, &email, asked).await?;
        }
        // Whoever asked one of the questions and wanted another gets it once.
        for (account, email) in wanted::take_for_answer(&mut tx, &due.answer_id).await? {
            owe_about(&mut tx, Some(&account), &email, wanted_too).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// An email about a question.
#[derive(Clone, Copy)]
struct AboutQuestion<'a> {
    kind: EmailKind,
    /// The answer, or the notice where there is none.
    about: &'a str,
    words: &'a Words,
    at: Moment,
    today: &'a Today,
}

/// Owes an email about a question, once a day for each address and what it is about, however many
/// questions someone had. Once the key of the day is gone, nobody can tell by the row of the email,
/// with whatever list of addresses, who asked about what.
async fn owe_about(
    tx: &mut AnyConnection,
    account_id: Option<&Id<Account>>,
    to: &str,
    email: AboutQuestion<'_>,
) -> Result<(), sqlx::Error> {
    let AboutQuestion { kind, about, words, at, today } = email;
    let dedup_key = today.hash(&format!("{} {about} {to}", kind.word()));
    owe(tx, Owed { dedup_key: &dedup_key, kind, account_id, to, words, at, not_after: None }).await
}

/// Tells those whose questions have long had no answer, and forgets their addresses; likewise those
/// who wanted to know too.
///
/// # Errors
/// When the database fails.
pub async fn forget_due(house: &House) -> Result<(), sqlx::Error> {
    while let Some((question, notice)) = store::unanswered_due(&house.db, house.clock.now()).await?
    {
        let Some(notice) = notices::find(&house.db, &notice).await? else { return Ok(()) };
        let (words, now) = (emails::unanswered(house, &notice), house.clock.now());
        let today = house.day_key.today(&house.db, now).await?;
        let mut tx = house.db.begin().await?;
        if let Some(asked) = store::take_address(&mut tx, &question).await? {
            owe_not_answered(&mut tx, &asked, &words, (now, &today)).await?;
        }
        tx.commit().await?;
    }
    forget_wanted(house).await
}

/// Tells those who wanted to know what was set aside, or has long had no answer, and forgets that
/// they did.
async fn forget_wanted(house: &House) -> Result<(), sqlx::Error> {
    while let Some(vain) = wanted::in_vain_due(&house.db, house.clock.now()).await? {
        let Some(notice) = notices::find(&house.db, &vain.notice_id).await? else { return Ok(()) };
        let (words, now) =
            (emails::not_answered_too(house, &notice, vain.is_set_aside), house.clock.now());
        let (kind, about) = (EmailKind::NotAnswered, vain.notice_id.as_str());
        let today = &house.day_key.today(&house.db, now).await?;
        let in_vain = AboutQuestion { kind, about, words: &words, at: now, today };
        let mut tx = house.db.begin().await?;
        for (account, email) in wanted::take_in_vain(&mut tx, &vain.question_id, now).await? {
            owe_about(&mut tx, Some(&account), &email, in_vain).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Owes the email to someone whose question gets no answer here.
pub(super) async fn owe_not_answered(
    tx: &mut AnyConnection,
    asked: &NotAnswered,
    words: &Words,
    (at, today): (Moment, &Today),
) -> Result<(), sqlx::Error> {
    let Some(to) = &asked.email else { return Ok(()) };
    let (kind, about) = (EmailKind::NotAnswered, asked.notice_id.as_str());
    owe_about(tx, None, to, AboutQuestion { kind, about, words, at, today }).await
}
