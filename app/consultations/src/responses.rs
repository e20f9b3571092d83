//! Every SQL statement about responses. A response has no time and no person; it belongs to whoever
//! has its code.

use accounts::store::THEIR_ACCOUNTS;
use ground::db::{Db, Kind, formatcp, json, known, read_json};
use ground::ids::{self, Id};
use questionnaires::answers::{Answer, Answers};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::store::{Consultation, WHOLE, consultation};

/// What has become of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseState {
    /// Its answers are kept and do not count yet.
    Begun,
    /// It counted, and no longer does, because a required answer is missing.
    Reopened,
    /// It counts.
    Sent,
    /// It was deleted by its author: its answers are erased.
    Withdrawn,
}

impl ResponseState {
    fn read(word: &str) -> Option<Self> {
        match word {
            "begun" => Some(Self::Begun),
            "sent" => Some(Self::Sent),
            "reopened" => Some(Self::Reopened),
            "withdrawn" => Some(Self::Withdrawn),
            _ => None,
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
    pub may_quote: bool,
    pub state: ResponseState,
}

/// Starts a response under this code.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn begin(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    version: i64,
    code: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO responses (id, consultation_id, version, code_hash, answers, channel, state)
         VALUES ($1, $2, $3, $4, '{}', 'online', 'begun')",
    )
    // An id that gives away neither time nor order.
    .bind(id::hash(&id::secret()))
    .bind(consultation_id)
    .bind(version)
    .bind(id::hash(code))
    .execute(tx)
    .await?;
    Ok(())
}

/// The response with this code.
pub async fn find(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    code: &str,
) -> sqlx::Result<Option<Response>> {
    const SQL: &str = formatcp!(
        "SELECT response.answers, response.state, CAST(response.may_quote AS BIGINT) AS may_quote,
         asked.* FROM responses response
         JOIN ({WHOLE}) asked ON asked.id = response.consultation_id
           AND asked.version = response.version
         WHERE response.consultation_id = $1 AND response.code_hash = $2"
    );
    let row = sqlx::query(SQL)
        .bind(consultation_id)
        .bind(id::hash(code))
        .fetch_optional(&mut *db.read().await?)
        .await?;
    let one = |row: AnyRow| {
        Ok(Response {
            consultation: consultation(&row)?,
            answers: read_json(row.get("answers"), "responses.answers")?,
            may_quote: row.get::<i64, _>("may_quote") == 1,
            state: known(ResponseState::read(row.get("state")), "responses.state")?,
        })
    };
    row.map(one).transpose()
}

/// The answers of a response, held for whoever is about to change or to send them; `None` when it
/// was withdrawn. The questions are held too, so that nobody changes them while an answer is being
/// saved.
pub async fn hold(tx: &mut AnyConnection, code: &str) -> sqlx::Result<Option<Answers>> {
    let held = Kind::of(tx).holding(
        "SELECT r.answers FROM responses r
         JOIN questionnaires q ON q.consultation_id = r.consultation_id AND q.version = r.version
         WHERE r.code_hash = $1 AND r.state <> 'withdrawn'",
        " FOR UPDATE OF r FOR SHARE OF q",
    );
    let held: Option<String> =
        sqlx::query_scalar(held).bind(id::hash(code)).fetch_optional(tx).await?;
    held.map(|held| read_json(&held, "responses.answers")).transpose()
}

/// Keeps answers to some questions of a response; `None` where one was taken away. Answers to other
/// questions, given in another tab, stay. `seen`: the answers as they were when these were read;
/// one that has changed since stays as it is. Gives all answers; `None` when the response was
/// withdrawn.
pub async fn keep(
    tx: &mut AnyConnection,
    code: &str,
    answered: Vec<(String, Option<Answer>)>,
    seen: Option<&Answers>,
) -> sqlx::Result<Option<Answers>> {
    let Some(mut answers) = hold(&mut *tx, code).await? else { return Ok(None) };
    for (question, answer) in answered {
        if seen.is_some_and(|seen| seen.get(&question) != answers.get(&question)) {
            continue;
        }
        match answer {
            Some(answer) => answers.insert(question, answer),
            None => answers.remove(&question),
        };
    }
    sqlx::query("UPDATE responses SET answers = $2 WHERE code_hash = $1")
        .bind(id::hash(code))
        .bind(json(&answers)?)
        .execute(tx)
        .await?;
    Ok(Some(answers))
}

/// What came of sending a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It counts now, or did so already.
    Counts,
    /// They have already sent another one, or their link is not valid.
    SentBefore,
}

/// How a person is known where everyone may take part once: by an account, which stands for all
/// accounts of its mailbox, or by a link. We keep that they took part, and nothing that says which
/// response is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once {
    Account(Id<ids::Account>),
    Link(String),
}

impl Once {
    /// What is kept beside the account or link of someone who took part. Only someone with the code
    /// can make it again, so it joins nothing for whoever reads the tables.
    fn mark(&self, code: &str) -> String {
        let whose = match self {
            Self::Account(account_id) => account_id.as_str(),
            Self::Link(link) => link,
        };
        id::hash(&format!("{code} {whose}"))
    }
}

/// What whoever sends a response agrees to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreed {
    /// That words of it may be quoted.
    pub may_quote: bool,
    /// That their account gets an email when it is said what happened next; only where everyone
    /// takes part once, by account.
    pub wants_outcome: bool,
}

/// Sends a response: from now on it counts. `once`: whose, where each may take part once.
pub async fn send(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    code: &str,
    once: Option<&Once>,
    agreed: Agreed,
) -> sqlx::Result<Sending> {
    sqlx::query(
        "UPDATE responses SET may_quote = $3 WHERE consultation_id = $1 AND code_hash = $2
         AND state IN ('begun', 'reopened')",
    )
    .bind(consultation_id)
    .bind(id::hash(code))
    .bind(i32::from(agreed.may_quote))
    .execute(&mut *tx)
    .await?;
    // Someone sending again has already taken part.
    sqlx::query(
        "UPDATE responses SET state = 'sent' WHERE consultation_id = $1 AND code_hash = $2
         AND state = 'reopened'",
    )
    .bind(consultation_id)
    .bind(id::hash(code))
    .execute(&mut *tx)
    .await?;
    let sent = sqlx::query(
        "UPDATE responses SET state = 'sent' WHERE consultation_id = $1
         AND code_hash = $2 AND state = 'begun'",
    )
    .bind(consultation_id)
    .bind(id::hash(code))
    .execute(&mut *tx)
    .await?;
    let (Some(once), 1) = (once, sent.rows_affected()) else { return Ok(Sending::Counts) };
    let took_part = match once {
        Once::Account(account_id) => {
            hold_their_accounts(&mut *tx, account_id).await?;
            sqlx::query(TAKES_PART)
                .bind(account_id)
                .bind(consultation_id)
                .bind(once.mark(code))
                .bind(i64::from(agreed.wants_outcome))
        }
        Once::Link(link) => sqlx::query(
            "UPDATE personal_links SET mark = $3 WHERE consultation_id = $1
                 AND link_hash = $2 AND mark IS NULL",
        )
        .bind(consultation_id)
        .bind(id::hash(link))
        .bind(once.mark(code)),
    };
    if took_part.execute(&mut *tx).await?.rows_affected() == 1 {
        if let Once::Link(link) = once {
            deliveries::take_back(tx, &reminder_key(link)).await?;
        }
        return Ok(Sending::Counts);
    }
    sqlx::query("UPDATE responses SET state = 'begun' WHERE code_hash = $1")
        .bind(id::hash(code))
        .execute(tx)
        .await?;
    Ok(Sending::SentBefore)
}

/// Keeps that the account `$1` takes part, unless one of the same mailbox has.
const TAKES_PART: &str = formatcp!(
    "INSERT INTO took_part (consultation_id, account_id, mark, wants_outcome)
     SELECT CAST($2 AS TEXT), a.id, CAST($3 AS TEXT), CAST($4 AS INTEGER) FROM accounts a
     WHERE a.id = $1 AND NOT EXISTS (SELECT 1 FROM took_part k
       WHERE k.consultation_id = $2 AND k.account_id IN {THEIR_ACCOUNTS})
     ON CONFLICT DO NOTHING"
);

/// Holds the accounts of one mailbox, so that two of them that take part at the same moment do so
/// one after the other.
async fn hold_their_accounts(
    tx: &mut AnyConnection,
    account_id: &Id<ids::Account>,
) -> sqlx::Result<()> {
    const SQL: &str =
        formatcp!("SELECT a.id FROM accounts a WHERE a.id IN {THEIR_ACCOUNTS} ORDER BY a.id");
    // Others may still refer to them meanwhile.
    let held = Kind::of(tx).holding(SQL, " FOR NO KEY UPDATE");
    sqlx::query(held).bind(account_id).fetch_all(tx).await?;
    Ok(())
}

/// Whether this account, or another of its mailbox, has sent answers where each person may do so
/// once.
pub async fn took_part(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    account_id: &Id<ids::Account>,
) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!(
        "SELECT count(*) FROM took_part k
         WHERE k.consultation_id = $2 AND k.account_id IN {THEIR_ACCOUNTS}"
    );
    let took_part: i64 = sqlx::query_scalar(SQL)
        .bind(account_id)
        .bind(consultation_id)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(took_part > 0)
}

/// Changes what whoever sent a response agrees to. If they no longer agree, nothing of theirs
/// is quoted any more.
pub async fn agree(tx: &mut AnyConnection, code: &str, may_quote: bool) -> sqlx::Result<()> {
    sqlx::query("UPDATE responses SET may_quote = $2 WHERE code_hash = $1 AND state = 'sent'")
        .bind(id::hash(code))
        .bind(i32::from(may_quote))
        .execute(tx)
        .await?;
    Ok(())
}

/// Stops counting a response that was sent, because a required answer is missing.
pub async fn reopen(tx: &mut AnyConnection, code: &str) -> sqlx::Result<()> {
    sqlx::query("UPDATE responses SET state = 'reopened' WHERE code_hash = $1 AND state = 'sent'")
        .bind(id::hash(code))
        .execute(tx)
        .await?;
    Ok(())
}

/// Takes a response back and erases its answers. `once`: who is doing it, where everyone may take
/// part once; they may take part again then. False when it counts and they are not who sent it.
pub async fn withdraw(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    code: &str,
    must_be: bool,
    once: Option<&Once>,
) -> sqlx::Result<bool> {
    // Held: it may be sent in the same moment.
    let counted = Kind::of(tx).hold_to_change("SELECT state FROM responses WHERE code_hash = $1");
    let counted: Option<String> =
        sqlx::query_scalar(counted).bind(id::hash(code)).fetch_optional(&mut *tx).await?;
    let counted =
        counted.map(|state| known(ResponseState::read(&state), "responses.state")).transpose()?;
    if must_be && matches!(counted, Some(ResponseState::Sent | ResponseState::Reopened)) {
        let freed = match once {
            None => return Ok(false),
            Some(once @ Once::Account(account_id)) => sqlx::query(
                "DELETE FROM took_part WHERE consultation_id = $1 AND account_id = $2
                     AND mark = $3",
            )
            .bind(consultation_id)
            .bind(account_id)
            .bind(once.mark(code)),
            Some(once @ Once::Link(link)) => sqlx::query(
                "UPDATE personal_links SET mark = NULL WHERE consultation_id = $1
                     AND link_hash = $2 AND mark = $3",
            )
            .bind(consultation_id)
            .bind(id::hash(link))
            .bind(once.mark(code)),
        };
        if freed.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
    }
    erase(tx, "SELECT id FROM responses WHERE code_hash = $1", &id::hash(code)).await?;
    Ok(true)
}

/// The key by which each family of a consultation has one link, made by whoever needs it first.
pub async fn link_key(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "INSERT INTO link_keys (consultation_id, secret) VALUES ($1, $2)
         ON CONFLICT (consultation_id) DO UPDATE SET consultation_id = excluded.consultation_id
         RETURNING secret",
    )
    .bind(consultation_id)
    .bind(id::secret())
    .fetch_one(tx)
    .await
}

/// What hangs on a response and goes with its answers: tables with a `response_id`.
pub const GO_WITH_IT: [&str; 5] =
    ["answer_readings", "theme_answers", "quotations", "redactions", "typed_responses"];

/// What keeps a response for the safeguarding lead.
pub const KEEPS_IT: &str = "answer_concerns";

/// Whether something keeps the response of a row of `responses`, as a part of statements.
pub(crate) const IS_KEPT: &str =
    formatcp!("EXISTS (SELECT 1 FROM {KEEPS_IT} k WHERE k.response_id = responses.id)");

/// Erases the answers of some responses, and all that hangs on them. What is kept for the
/// safeguarding lead keeps its answers: nobody else reads them, and they count no longer. `these`:
/// a statement that gives their ids, in which `$1` is `of`.
pub async fn erase(tx: &mut AnyConnection, these: &str, of: &str) -> sqlx::Result<()> {
    for table in GO_WITH_IT {
        let sql = format!("DELETE FROM {table} WHERE response_id IN ({these})");
        sqlx::query(AssertSqlSafe(sql)).bind(of).execute(&mut *tx).await?;
    }
    let sql = format!(
        "UPDATE responses SET state = 'withdrawn',
         answers = CASE WHEN {IS_KEPT} THEN answers ELSE '{{}}' END WHERE id IN ({these})"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(of).execute(tx).await?;
    Ok(())
}

/// The key of the email that reminds a family of its link. Only somebody with the link can make it:
/// from what is kept, nobody can tell whose link it is, or which were used.
#[must_use]
pub fn reminder_key(link: &str) -> String {
    format!("asked again {}", id::hash(&format!("again {link}")))
}

/// Keeps links that are given to one person each, in an order that says nothing about the order of
/// the addresses; how many were given for the first time.
pub async fn keep_links(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    links: &[String],
) -> sqlx::Result<u64> {
    let mut hashes: Vec<String> = links.iter().map(|link| id::hash(link)).collect();
    hashes.sort_unstable();
    let mut new = 0;
    for hash in hashes {
        let kept = sqlx::query(
            "INSERT INTO personal_links (consultation_id, link_hash) VALUES ($1, $2)
             ON CONFLICT DO NOTHING",
        )
        .bind(consultation_id)
        .bind(hash)
        .execute(&mut *tx)
        .await?;
        new += kept.rows_affected();
    }
    Ok(new)
}

/// Whether somebody has taken part by this link.
pub async fn is_used(
    tx: &mut AnyConnection,
    consultation_id: &Id<ids::Consultation>,
    link: &str,
) -> sqlx::Result<bool> {
    let used: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM personal_links
         WHERE consultation_id = $1 AND link_hash = $2 AND mark IS NOT NULL",
    )
    .bind(consultation_id)
    .bind(id::hash(link))
    .fetch_one(tx)
    .await?;
    Ok(used == 1)
}

/// How many links were given out, and how many were used to take part.
pub async fn links(db: &Db, consultation_id: &Id<ids::Consultation>) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "SELECT count(*) AS given, count(mark) AS used FROM personal_links
         WHERE consultation_id = $1",
    )
    .bind(consultation_id)
    .fetch_one(&mut *db.read().await?)
    .await
}

/// Whether this is one of the links that were given out.
pub async fn is_link(
    db: &Db,
    consultation_id: &Id<ids::Consultation>,
    link: &str,
) -> sqlx::Result<bool> {
    let links: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM personal_links WHERE consultation_id = $1 AND link_hash = $2",
    )
    .bind(consultation_id)
    .bind(id::hash(link))
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(links == 1)
}
