//! Every SQL statement about responses. A response has no time and no person; whoever has its code holds it.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::questionnaire::answers::{Answer, Answers};
use super::store::{CONSULTATION, Consultation, consultation};
use crate::db::{Db, Kept, Kind};
use crate::id;

/// What has become of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its answers are kept and do not count yet.
    Begun,
    /// It counted, and does not since an answer is missing that is needed.
    Reopened,
    /// It counts.
    Sent,
    /// It was taken back: its answers are erased.
    Withdrawn,
}

impl State {
    fn read(word: &str) -> Self {
        match word {
            "sent" => Self::Sent,
            "reopened" => Self::Reopened,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Begun,
        }
    }
}

/// One person's answers.
#[derive(Clone, Debug)]
pub struct Response {
    /// The consultation, with the questions that these are answers to.
    pub consultation: Consultation,
    /// The answers, by the keys of the questions.
    pub answers: Answers,
    /// What has become of it.
    pub state: State,
}

/// Begins a response under this code.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn begin(tx: &mut AnyConnection, consultation_id: &str, version: i64, code: &str) -> Kept<()> {
    sqlx::query(
        "INSERT INTO responses (id, consultation_id, version, code_hash, answers, channel, state) VALUES ($1, $2, $3, $4, '{}', 'online', 'begun')",
    )
    // An id that tells no time and no order.
    .bind(id::hash(&id::secret()))
    .bind(consultation_id)
    .bind(version)
    .bind(id::hash(code))
    .execute(tx)
    .await?;
    Ok(())
}

/// The response with this code.
pub async fn find(db: &Db, consultation_id: &str, code: &str) -> Kept<Option<Response>> {
    let sql = format!(
        "SELECT response.answers, response.state, asked.* FROM responses response
         JOIN ({CONSULTATION}) asked ON asked.id = response.consultation_id AND asked.version = response.version
         WHERE response.consultation_id = $1 AND response.code_hash = $2"
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(consultation_id).bind(id::hash(code)).fetch_optional(&mut *db.read().await?).await?;
    Ok(row.map(|row| Response {
        consultation: consultation(&row),
        answers: serde_json::from_str(row.get("answers")).unwrap_or_default(),
        state: State::read(row.get("state")),
    }))
}

/// Keeps answers to some questions of a response; `None` where one was taken away. Answers to other questions, given in
/// another tab, stay. Gives all answers; `None` when the response was withdrawn.
pub async fn keep(tx: &mut AnyConnection, kind: Kind, code: &str, answered: Vec<(String, Option<Answer>)>) -> Kept<Option<Answers>> {
    let held = format!("SELECT answers FROM responses WHERE code_hash = $1 AND state <> 'withdrawn'{}", kind.hold_to_change());
    let held: Option<String> = sqlx::query_scalar(AssertSqlSafe(held)).bind(id::hash(code)).fetch_optional(&mut *tx).await?;
    let Some(held) = held else { return Ok(None) };
    let mut answers: Answers = serde_json::from_str(&held).unwrap_or_default();
    for (question, answer) in answered {
        match answer {
            Some(answer) => answers.insert(question, answer),
            None => answers.remove(&question),
        };
    }
    let json = serde_json::to_string(&answers).unwrap_or(held);
    sqlx::query("UPDATE responses SET answers = $2 WHERE code_hash = $1").bind(id::hash(code)).bind(json).execute(tx).await?;
    Ok(Some(answers))
}

/// What came of sending a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It counts now, or did so already.
    Counts,
    /// This account has sent another one.
    SentBefore,
}

/// Sends a response: from now on it counts. `account_id`: whose, where each may take part once; that she took part is kept,
/// and nothing that says which response is hers.
pub async fn send(tx: &mut AnyConnection, consultation_id: &str, code: &str, account_id: Option<&str>) -> Kept<Sending> {
    // Whoever sends again what she had sent has taken part already.
    sqlx::query("UPDATE responses SET state = 'sent' WHERE consultation_id = $1 AND code_hash = $2 AND state = 'reopened'")
        .bind(consultation_id)
        .bind(id::hash(code))
        .execute(&mut *tx)
        .await?;
    let sent = sqlx::query("UPDATE responses SET state = 'sent' WHERE consultation_id = $1 AND code_hash = $2 AND state = 'begun'")
        .bind(consultation_id)
        .bind(id::hash(code))
        .execute(&mut *tx)
        .await?;
    let (Some(account_id), 1) = (account_id, sent.rows_affected()) else { return Ok(Sending::Counts) };
    let took_part = sqlx::query("INSERT INTO took_part (consultation_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(consultation_id)
        .bind(account_id)
        .execute(&mut *tx)
        .await?;
    if took_part.rows_affected() == 1 {
        return Ok(Sending::Counts);
    }
    sqlx::query("UPDATE responses SET state = 'begun' WHERE code_hash = $1").bind(id::hash(code)).execute(tx).await?;
    Ok(Sending::SentBefore)
}

/// Lets a response that was sent no longer count, since an answer is missing that is needed.
pub async fn reopen(tx: &mut AnyConnection, code: &str) -> Kept<()> {
    sqlx::query("UPDATE responses SET state = 'reopened' WHERE code_hash = $1 AND state = 'sent'").bind(id::hash(code)).execute(tx).await?;
    Ok(())
}

/// Takes a response back and erases its answers. `account_id`: whoever does it, where each may take part once; she may do so
/// again then.
pub async fn withdraw(tx: &mut AnyConnection, consultation_id: &str, code: &str, account_id: Option<&str>) -> Kept<()> {
    let counted: Option<String> = sqlx::query_scalar("SELECT state FROM responses WHERE code_hash = $1 AND state IN ('sent', 'reopened')")
        .bind(id::hash(code))
        .fetch_optional(&mut *tx)
        .await?;
    sqlx::query("UPDATE responses SET state = 'withdrawn', answers = '{}' WHERE code_hash = $1")
        .bind(id::hash(code))
        .execute(&mut *tx)
        .await?;
    if let (Some(account_id), Some(_)) = (account_id, counted) {
        let part = sqlx::query("DELETE FROM took_part WHERE consultation_id = $1 AND account_id = $2");
        part.bind(consultation_id).bind(account_id).execute(tx).await?;
    }
    Ok(())
}
