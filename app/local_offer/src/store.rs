//! Every SQL statement about comments on the Local Offer.

use calendar::clock::Moment;
use ground::db::{Db, Kind, day, formatcp, known, number};
use ground::erasing::NOBODY;
use ground::ids::{self, Account, CommentResponse, CommentVerdict, Id};
use ground::takedown;
use safeguarding::{History, LOOKS, NewNote};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use super::rules::{
    self, CommentDecision, CommentFacts, CommentState, NewComment, NewResponse, NewVerdict,
    Subject, Voice, WillDo,
};

/// A comment with all its answers.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: Id<ids::Comment>,
    /// Never shown. [`NOBODY`] where it was sent without an account, or that is erased.
    pub author_id: Id<Account>,
    /// Where its author gets emails about it; `None` once the account is erased, and where a
    /// comment without one has no address that is confirmed.
    pub author_email: Option<String>,
    /// What it is about and whose view it is; `None` of comments from before we asked.
    pub subject: Option<Subject>,
    pub voice: Option<Voice>,
    /// The service it is about, by name; empty for the list as a whole.
    pub service: String,
    /// As everyone reads it.
    pub words: String,
    /// When the forum took out what names somebody, as it published the rest.
    pub redacted_at: Option<Moment>,
    /// What its author sent before that, while it is kept.
    pub as_sent: Option<String>,
    pub sent_at: Moment,
    pub published_at: Option<Moment>,
    /// When it was declined, and for which reason.
    pub declined: Option<(Moment, String)>,
    pub passed_on_at: Option<Moment>,
    pub withdrawn_at: Option<Moment>,
    pub taken_down_at: Option<Moment>,
    /// Whether it is for the leader who looks to answer; false for everyone else.
    pub is_theirs_to_answer: bool,
    /// Whether somebody can answer it: an organisation is set down as running its service.
    pub can_be_answered: bool,
    /// What was answered, the first first.
    pub responses: Vec<Response>,
}

impl Comment {
    /// What has happened to it, for the rules.
    #[must_use]
    pub fn facts(&self) -> CommentFacts {
        CommentFacts {
            published_at: self.published_at,
            declined_at: self.declined.as_ref().map(|(at, _)| *at),
            passed_on_at: self.passed_on_at,
            withdrawn_at: self.withdrawn_at,
            taken_down_at: self.taken_down_at,
        }
    }

    /// Whether everyone can read it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.facts().is_public()
    }

    /// Whether nobody has decided about it yet, and its author has not withdrawn it.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.facts().state() == CommentState::Waiting
    }

    /// The account of its author, if it has one.
    #[must_use]
    pub fn account(&self) -> Option<&Id<Account>> {
        (self.author_id.as_str() != NOBODY).then_some(&self.author_id)
    }

    /// The last answer that promises something.
    #[must_use]
    pub fn promise(&self) -> Option<&Response> {
        self.responses.iter().rfind(|response| !response.action.is_empty())
    }

    /// Whether its author can withdraw it: it was not answered, and not passed on.
    #[must_use]
    pub fn can_be_withdrawn(&self) -> bool {
        self.withdrawn_at.is_none() && self.passed_on_at.is_none() && self.responses.is_empty()
    }
}

/// What an organisation answered.
#[derive(Clone, Debug)]
pub struct Response {
    pub id: Id<CommentResponse>,
    pub response: String,
    /// What it will do; empty for nothing.
    pub action: String,
    /// By which day, as `2026-12-04`; empty for none, as in answers from before we asked.
    pub action_by: String,
    /// Why nothing more is done; empty where something is, and in answers from before we asked.
    pub why_nothing: String,
    /// The name of the organisation that answered; empty if the leader belongs to none.
    pub organisation: String,
    pub at: Moment,
    /// What the forum said about what was promised, the first first.
    pub verdicts: Vec<Verdict>,
}

/// What the forum says about something that was promised.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub is_done: bool,
    /// What was found; empty for nothing more.
    pub words: String,
    pub at: Moment,
}

/// What everyone can find of this room: (kind, id, title, words, since). A comment has no title.
pub const FINDABLE: &str = "SELECT 'local-offer/comments' AS kind, c.id,
       'Comment' || coalesce(' about ' || s.name, ' on the Local Offer') AS title, c.words,
       c.published_at AS since
     FROM public_comments p JOIN comments c ON c.id = p.id
     LEFT JOIN services s ON s.id = c.service_id";

/// Which comments a list holds.
#[derive(Clone, Debug)]
pub enum WhichComments<'a> {
    /// Everything everyone can read, the last published first.
    Public,
    /// Those of them that have no response yet, the first published first.
    Unanswered,
    /// Those of them that this leader may answer.
    ToAnswer(&'a Id<Account>),
    /// Those of them that nobody can answer: no organisation is set down as running the service.
    Stranded,
    /// Those published from the first time on and before the second, the first first.
    Between(Moment, Moment),
    /// Those of them of which the last promise was by a day before this one, as `2026-12-04`, and
    /// the forum has said nothing about it, the first published first.
    ToJudge(&'a str),
    /// Those waiting for an organiser, the first sent first.
    Waiting,
    /// What was passed on and has no note, the first first.
    PassedOn,
    /// What was passed on and has one, the last first.
    LookedAfter,
    /// What this account wrote, the last first.
    By(&'a Id<Account>),
    One(&'a Id<ids::Comment>),
    /// One, as whoever looks sees it; `None` for a visitor.
    OneFor(&'a Id<ids::Comment>, Option<&'a Id<Account>>),
}

/// That an answer `r` promises the last thing that was promised about its comment, by a day before
/// `$1`, and that the forum has said nothing about it.
const TO_JUDGE: &str = "r.action <> '' AND r.action_by < $1
     AND NOT EXISTS (SELECT 1 FROM comment_responses l WHERE l.comment_id = r.comment_id
       AND l.action <> '' AND (l.responded_at > r.responded_at
         OR (l.responded_at = r.responded_at AND l.id > r.id)))
     AND NOT EXISTS (SELECT 1 FROM comment_verdicts v WHERE v.response_id = r.id)";

/// A statement for what somebody must look at for the forum, since the day by which it was promised
/// is over: each comment, that day and after a bar the service, and when it was promised. `me` and
/// `today`: what the statement calls them.
#[must_use]
pub fn to_judge(me: &str, today: &str) -> String {
    format!(
        "SELECT p.id, r.action_by || '|' || coalesce(s.name, '') AS title, r.responded_at AS since
         FROM comment_responses r JOIN public_comments p ON p.id = r.comment_id
         JOIN comments c ON c.id = p.id LEFT JOIN services s ON s.id = c.service_id
         WHERE {} AND NOT {}",
        TO_JUDGE.replace("$1", today),
        OTHER_SIDE.replace("$2", me),
    )
}

/// That a leader `$6` may answer a comment `c`.
const THEIRS: &str =
    "EXISTS (SELECT 1 FROM comment_leaders k WHERE k.comment_id = c.id AND k.account_id = $6)";
/// That an organisation runs the service of a comment `c`.
const IS_RUN: &str = "EXISTS (SELECT 1 FROM run_services u WHERE u.service_id = c.service_id)";

/// How the comments `c` of a list are found.
struct Chosen<'a> {
    condition: String,
    order: &'static str,
    /// `$1` of the condition.
    text: &'a str,
    /// `$2` and `$3`.
    between: (Moment, Moment),
}

impl<'a> WhichComments<'a> {
    fn chosen(&self) -> Chosen<'a> {
        // The index of what is published is found by the first condition.
        const PUBLIC: &str = "c.published_at IS NOT NULL
             AND EXISTS (SELECT 1 FROM public_comments p WHERE p.id = c.id)";
        const UNANSWERED: &str =
            "NOT EXISTS (SELECT 1 FROM comment_responses a WHERE a.comment_id = c.id)";
        const NOBODYS: &str = "$1 = '' AND $2 = $3";
        const PASSED_ON: &str = "c.passed_on_at IS NOT NULL AND $1 = '' AND $2 = $3";
        const NOTED: &str = "EXISTS (SELECT 1 FROM comment_notes n WHERE n.comment_id = c.id)";
        const FIRST: &str = "c.published_at, c.id";
        let all = |condition: String, order: &'static str| Chosen {
            condition,
            order,
            text: "",
            between: (Moment::default(), Moment::default()),
        };
        match *self {
            Self::Public => {
                all(format!("{PUBLIC} AND {NOBODYS}"), "c.published_at DESC, c.id DESC")
            }
            Self::Unanswered => all(format!("{PUBLIC} AND {NOBODYS} AND {UNANSWERED}"), FIRST),
            Self::ToAnswer(_) => {
                all(format!("{PUBLIC} AND {NOBODYS} AND {UNANSWERED} AND {THEIRS}"), FIRST)
            }
            Self::Stranded => {
                let condition = format!(
                    "{PUBLIC} AND {NOBODYS} AND {UNANSWERED} AND c.service_id IS NOT NULL
                     AND NOT {IS_RUN}"
                );
                all(condition, FIRST)
            }
            Self::ToJudge(today) => {
                let condition = format!(
                    "{PUBLIC} AND $2 = $3 AND EXISTS (SELECT 1 FROM comment_responses r
                       WHERE r.comment_id = c.id AND {TO_JUDGE})"
                );
                Chosen { text: today, ..all(condition, FIRST) }
            }
            Self::Between(after, before) => {
                let condition = format!(
                    "c.published_at >= $2 AND c.published_at < $3 AND {PUBLIC} AND $1 = ''"
                );
                Chosen { between: (after, before), ..all(condition, FIRST) }
            }
            Self::Waiting => {
                let condition = format!(
                    "c.published_at IS NULL AND c.declined_at IS NULL AND c.passed_on_at IS NULL
                     AND c.withdrawn_at IS NULL AND {NOBODYS}"
                );
                all(condition, "c.sent_at, c.id")
            }
            Self::PassedOn => all(format!("{PASSED_ON} AND NOT {NOTED}"), "c.passed_on_at, c.id"),
            Self::LookedAfter => {
                all(format!("{PASSED_ON} AND {NOTED}"), "c.passed_on_at DESC, c.id DESC")
            }
            Self::By(account) => {
                let condition = "c.author_id = $1 AND $2 = $3".to_owned();
                Chosen { text: account.as_str(), ..all(condition, "c.sent_at DESC, c.id DESC") }
            }
            Self::One(id) | Self::OneFor(id, _) => {
                let condition = "c.id = $1 AND $2 = $3".to_owned();
                Chosen { text: id.as_str(), ..all(condition, "c.id") }
            }
        }
    }
}

/// Some comments, each with its answers.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn list(
    db: &Db,
    which: WhichComments<'_>,
    (most, from): (i64, i64),
) -> sqlx::Result<Vec<Comment>> {
    let leader = match which {
        WhichComments::ToAnswer(leader) => Some(leader),
        WhichComments::OneFor(_, leader) => leader,
        _ => None,
    };
    let Chosen { condition, order, text, between: (after, before) } = which.chosen();
    let sql = format!(
        "SELECT c.*, r.id AS response_id, r.response, r.action, r.action_by, r.why_nothing,
         r.responded_at, coalesce(o.name, '') AS organisation,
         CAST(v.is_done AS BIGINT) AS is_done, v.words AS found, v.given_at
         FROM (SELECT c.id, c.author_id, c.subject, c.voice, c.words, c.redacted_at, c.as_sent,
             c.sent_at, c.published_at, c.declined_at, c.decline_reason, c.passed_on_at,
             c.withdrawn_at, c.taken_down_at, coalesce(s.name, '') AS service,
             coalesce(a.email, (SELECT d.email FROM comment_addresses d
               WHERE d.comment_id = c.id AND d.confirmed_at IS NOT NULL)) AS email,
             CAST(CASE WHEN {THEIRS} THEN 1 ELSE 0 END AS BIGINT) AS is_theirs,
             CAST(CASE WHEN c.service_id IS NULL OR {IS_RUN} THEN 1 ELSE 0 END AS BIGINT)
               AS can_be_answered,
             row_number() OVER (ORDER BY {order}) AS place
           FROM comments c JOIN accounts a ON a.id = c.author_id
           LEFT JOIN services s ON s.id = c.service_id
           WHERE {condition} ORDER BY {order}
           LIMIT CAST($4 AS BIGINT) OFFSET CAST($5 AS BIGINT)) c
         LEFT JOIN comment_responses r ON r.comment_id = c.id
         LEFT JOIN organisations o ON o.id = r.organisation_id
         LEFT JOIN comment_verdicts v ON v.response_id = r.id
         ORDER BY c.place, r.responded_at, r.id, v.given_at, v.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(text)
        .bind(after)
        .bind(before)
        .bind(most)
        .bind(from)
        .bind(leader)
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut comments: Vec<Comment> = Vec::new();
    for row in &rows {
        if comments.last().is_none_or(|last| last.id != row.get::<&str, _>("id")) {
            comments.push(comment(row)?);
        }
        if let Some(comment) = comments.last_mut() {
            add_response(comment, row)?;
        }
    }
    Ok(comments)
}

/// Adds the answer of this row, and what the forum said about it, where that is not there yet.
fn add_response(comment: &mut Comment, row: &AnyRow) -> sqlx::Result<()> {
    let Some(id) = row.get::<Option<Id<CommentResponse>>, _>("response_id") else {
        return Ok(());
    };
    if comment.responses.last().is_none_or(|last| last.id != id) {
        comment.responses.push(Response {
            id,
            response: row.get("response"),
            action: row.get("action"),
            action_by: day(row.get("action_by"), "comment_responses.action_by")?,
            why_nothing: row.get("why_nothing"),
            organisation: row.get("organisation"),
            at: row.get("responded_at"),
            verdicts: Vec::new(),
        });
    }
    let given_at = row.get::<Option<Moment>, _>("given_at");
    if let (Some(response), Some(at)) = (comment.responses.last_mut(), given_at) {
        let is_done = row.get::<i64, _>("is_done") == 1;
        response.verdicts.push(Verdict { is_done, words: row.get("found"), at });
    }
    Ok(())
}

fn comment(row: &AnyRow) -> sqlx::Result<Comment> {
    let subject: Option<String> = row.get("subject");
    let subject = subject.map(|word| known(Subject::read(&word), "comments.subject"));
    let voice: Option<String> = row.get("voice");
    let voice = voice.map(|word| known(Voice::read(&word), "comments.voice"));
    let declined: Option<(Moment, String)> =
        row.get::<Option<Moment>, _>("declined_at").zip(row.get("decline_reason"));
    let declined = declined.map(|(at, reason)| {
        let is_known = !rules::reason(&reason).is_empty();
        known(is_known.then_some((at, reason)), "comments.decline_reason")
    });
    Ok(Comment {
        id: row.get("id"),
        author_id: row.get("author_id"),
        author_email: row.get("email"),
        subject: subject.transpose()?,
        voice: voice.transpose()?,
        service: row.get("service"),
        words: row.get("words"),
        redacted_at: row.get("redacted_at"),
        as_sent: row.get("as_sent"),
        sent_at: row.get("sent_at"),
        published_at: row.get("published_at"),
        declined: declined.transpose()?,
        passed_on_at: row.get("passed_on_at"),
        withdrawn_at: row.get("withdrawn_at"),
        taken_down_at: row.get("taken_down_at"),
        is_theirs_to_answer: row.get::<i64, _>("is_theirs") == 1,
        can_be_answered: row.get::<i64, _>("can_be_answered") == 1,
        responses: Vec::new(),
    })
}

/// The comment with this id.
pub async fn find(db: &Db, id: &Id<ids::Comment>) -> sqlx::Result<Option<Comment>> {
    Ok(list(db, WhichComments::One(id), (1, 0)).await?.into_iter().next())
}

/// How many comments were declined between two times. Only for [`disclosure`] to put into
/// words.
pub async fn declined(db: &Db, after: Moment, before: Moment) -> sqlx::Result<u64> {
    let declined: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM comments WHERE declined_at >= $1 AND declined_at < $2",
    )
    .bind(after)
    .bind(before)
    .fetch_one(&mut *db.read().await?)
    .await?;
    number(declined, "comments")
}

/// The comment that this author sent with this form key, if any.
pub async fn sent(
    db: &Db,
    author: &Id<Account>,
    form_key: &str,
) -> sqlx::Result<Option<Id<ids::Comment>>> {
    sqlx::query_scalar("SELECT id FROM comments WHERE author_id = $1 AND form_key = $2")
        .bind(author)
        .bind(form_key)
        .fetch_optional(&mut *db.read().await?)
        .await
}

/// Saves a comment, once for each form key of its author.
pub async fn send(
    tx: &mut AnyConnection,
    new: &NewComment,
    author: &Id<Account>,
    now: Moment,
) -> sqlx::Result<Id<ids::Comment>> {
    sqlx::query(
        "INSERT INTO comments (id, form_key, author_id, subject, voice, service_id, words, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (author_id, form_key) DO NOTHING",
    )
    // Its address must not tell when it was written.
    .bind(Id::<ids::Comment>::random())
    .bind(&new.form_key)
    .bind(author)
    .bind(new.subject.word())
    .bind(new.voice.word())
    .bind(&new.service_id)
    .bind(&new.words)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query_scalar("SELECT id FROM comments WHERE author_id = $1 AND form_key = $2")
        .bind(author)
        .bind(&new.form_key)
        .fetch_one(tx)
        .await
}

/// Decides about a comment that is waiting. False when it is no longer waiting.
pub async fn decide(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    decision: &CommentDecision,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let (published, declined, reason, passed_on) = match decision {
        CommentDecision::Publish => (Some(now), None, None, None),
        CommentDecision::Redact(words) => return redact(tx, comment_id, words, by, now).await,
        CommentDecision::Decline(reason) => (None, Some(now), Some(*reason), None),
        CommentDecision::PassOn => (None, None, None, Some(now)),
    };
    let decided = sqlx::query(
        "UPDATE comments SET published_at = CAST($2 AS BIGINT), declined_at = CAST($3 AS BIGINT),
         decline_reason = $4, passed_on_at = CAST($5 AS BIGINT), decided_by = $6
         WHERE id = $1 AND decided_by IS NULL AND withdrawn_at IS NULL",
    )
    .bind(comment_id)
    .bind(published)
    .bind(declined)
    .bind(reason)
    .bind(passed_on)
    .bind(by);
    Ok(decided.execute(tx).await?.rows_affected() == 1)
}

/// Publishes these words in place of those that were sent, which are kept beside them for a while.
async fn redact(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    words: &str,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let published = sqlx::query(
        "UPDATE comments SET published_at = $2, redacted_at = $2, as_sent = words, words = $3,
         decided_by = $4
         WHERE id = $1 AND decided_by IS NULL AND withdrawn_at IS NULL",
    );
    let published = published.bind(comment_id).bind(now).bind(words).bind(by);
    Ok(published.execute(tx).await?.rows_affected() == 1)
}

/// Holds a comment until the write ends: withdrawing it and answering it wait for each other, each
/// after calling this.
pub async fn hold(tx: &mut AnyConnection, comment_id: &Id<ids::Comment>) -> sqlx::Result<()> {
    let sql = Kind::of(tx).hold_to_change("SELECT id FROM comments WHERE id = $1");
    sqlx::query(sql).bind(comment_id).fetch_optional(tx).await?;
    Ok(())
}

/// Withdraws a comment for its author, while it has no answer. False when it is too late.
pub async fn withdraw(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    author: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let withdrawn = sqlx::query(
        "UPDATE comments SET withdrawn_at = $3
         WHERE id = $1 AND author_id = $2 AND withdrawn_at IS NULL AND passed_on_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM comment_responses r WHERE r.comment_id = comments.id)",
    );
    Ok(withdrawn.bind(comment_id).bind(author).bind(now).execute(tx).await?.rows_affected() == 1)
}

/// Erases the words of a comment without an account that was withdrawn, and what was sent before
/// the forum took something out: with its address goes the last that could ask for it. It is found
/// no more at once, and the database's file is written anew.
pub async fn erase_withdrawn(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE comments SET words = 'Deleted', as_sent = NULL
         WHERE id = $1 AND author_id = $2 AND withdrawn_at IS NOT NULL AND passed_on_at IS NULL
           AND taken_down_at IS NULL",
    )
    .bind(comment_id)
    .bind(NOBODY)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM search_words WHERE kind = 'local-offer/comments' AND thing_id = $1")
        .bind(comment_id)
        .execute(&mut *tx)
        .await?;
    takedown::store::leave_no_trace(tx, now).await
}

/// Takes down a comment that everyone can read, answered or not: it is withdrawn, and its words go.
/// Its answers stay and are shown nowhere. False when not everyone can read it.
pub async fn take_down(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    now: Moment,
) -> sqlx::Result<bool> {
    let taken_down = sqlx::query(
        "UPDATE comments SET taken_down_at = $2, withdrawn_at = $2, words = $3, as_sent = NULL
         WHERE id = $1 AND published_at IS NOT NULL AND withdrawn_at IS NULL
           AND declined_at IS NULL AND passed_on_at IS NULL",
    );
    let taken_down = taken_down.bind(comment_id).bind(now).bind(takedown::COMMENT);
    Ok(taken_down.execute(tx).await?.rows_affected() == 1)
}

/// Saves a response, once for each form key. False when it was saved before, the comment can no
/// longer be read, or it is not for this leader to answer.
pub async fn respond(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    new: &NewResponse,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    let (action, action_by, why_nothing) = match &new.will_do {
        WillDo::Action { what, by } => (what.as_str(), by.as_str(), ""),
        WillDo::Nothing { why } => ("", "", why.as_str()),
    };
    let kept = sqlx::query(
        "INSERT INTO comment_responses (id, form_key, comment_id, response, action, action_by,
         why_nothing, organisation_id, responded_by, responded_at)
         SELECT $1, $2, c.id, $4, $5, $6, $9, (SELECT r.organisation_id FROM roles r
           WHERE r.account_id = $7 AND r.role = 'leader'), $7, CAST($8 AS BIGINT)
         FROM public_comments c WHERE c.id = $3 AND EXISTS (SELECT 1 FROM comment_leaders k
           WHERE k.comment_id = c.id AND k.account_id = $7)
         ON CONFLICT (form_key) DO NOTHING",
    )
    .bind(Id::<CommentResponse>::fresh())
    .bind(&new.form_key)
    .bind(comment_id)
    .bind(&new.response)
    .bind(action)
    .bind(action_by)
    .bind(by)
    .bind(now)
    .bind(why_nothing);
    Ok(kept.execute(tx).await?.rows_affected() == 1)
}

/// Whether `$2` gave the answer `r`, or leads for the organisation that did.
const OTHER_SIDE: &str = "(r.responded_by = $2 OR EXISTS (SELECT 1 FROM roles l
     WHERE l.account_id = $2 AND l.role = 'leader' AND l.organisation_id = r.organisation_id))";

/// Whether this person can't say for the forum whether what this response promises was done: they
/// promised it, or lead for those who did.
pub async fn is_other_side(
    db: &Db,
    response_id: &Id<CommentResponse>,
    by: &Id<Account>,
) -> sqlx::Result<bool> {
    const SQL: &str =
        formatcp!("SELECT count(*) FROM comment_responses r WHERE r.id = $1 AND {OTHER_SIDE}");
    let promised: i64 = sqlx::query_scalar(SQL)
        .bind(response_id)
        .bind(by)
        .fetch_one(&mut *db.read().await?)
        .await?;
    Ok(promised > 0)
}

/// Whether the verdict of this form is saved.
pub async fn is_judged(db: &Db, form_key: &str) -> sqlx::Result<bool> {
    let verdicts: i64 =
        sqlx::query_scalar("SELECT count(*) FROM comment_verdicts WHERE form_key = $1")
            .bind(form_key)
            .fetch_one(&mut *db.read().await?)
            .await?;
    Ok(verdicts > 0)
}

/// Says for the forum whether what a response promises was done, once for each form key. False when
/// it was said before, when the comment can no longer be read, or when it is not for this person to
/// say ([`is_other_side`]).
pub async fn judge(
    tx: &mut AnyConnection,
    new: &NewVerdict,
    by: &Id<Account>,
    now: Moment,
) -> sqlx::Result<bool> {
    const SQL: &str = formatcp!(
        "INSERT INTO comment_verdicts (id, given_by, response_id, form_key, is_done, words,
         given_at)
         SELECT $1, $2, r.id, $4, CAST($5 AS INTEGER), $6, CAST($7 AS BIGINT)
         FROM comment_responses r JOIN public_comments p ON p.id = r.comment_id
         WHERE r.id = $3 AND r.action <> '' AND NOT {OTHER_SIDE}
         ON CONFLICT (form_key) DO NOTHING"
    );
    let judged = sqlx::query(SQL)
        .bind(Id::<CommentVerdict>::fresh())
        .bind(by)
        .bind(&new.response_id)
        .bind(&new.form_key)
        .bind(i32::from(new.is_done))
        .bind(&new.words)
        .bind(now);
    Ok(judged.execute(tx).await?.rows_affected() == 1)
}

/// A comment that was passed on to the safeguarding lead. Nobody else may see it.
#[derive(Clone, Debug)]
pub struct PassedOnComment {
    pub id: Id<ids::Comment>,
    pub words: String,
    /// Its author's email address; `None` once the account is erased, or where they gave none.
    pub author_email: Option<String>,
    pub passed_on_at: Moment,
    pub history: History,
}

/// A comment, if it was passed on.
pub async fn concern(
    db: &Db,
    comment_id: &Id<ids::Comment>,
) -> sqlx::Result<Option<PassedOnComment>> {
    const SQL: &str = formatcp!(
        "SELECT c.id, c.words, coalesce(a.email, d.email) AS email, c.passed_on_at, h.kind, h.at,
           h.words AS history
         FROM comments c JOIN accounts a ON a.id = c.author_id
         LEFT JOIN comment_addresses d ON d.comment_id = c.id AND d.confirmed_at IS NOT NULL
         LEFT JOIN (SELECT 'note' AS kind, n.noted_at AS at, n.note AS words FROM comment_notes n
             WHERE n.comment_id = $1
           UNION ALL {LOOKS}) h ON 1 = 1
         WHERE c.id = $1 AND c.passed_on_at IS NOT NULL
         ORDER BY h.at"
    );
    let rows = sqlx::query(SQL).bind(comment_id).fetch_all(&mut *db.read().await?).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut history = History::default();
    for row in &rows {
        if let Some(kind) = row.get::<Option<&str>, _>("kind") {
            history.add(kind, row.get("at"), row.get("history"))?;
        }
    }
    Ok(Some(PassedOnComment {
        id: row.get("id"),
        words: row.get("words"),
        author_email: row.get("email"),
        passed_on_at: row.get("passed_on_at"),
        history,
    }))
}

/// Saves a note on a comment that was passed on, once for each form key. True when it is new.
pub async fn note(
    tx: &mut AnyConnection,
    comment_id: &Id<ids::Comment>,
    new: NewNote<'_>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "INSERT INTO comment_notes (form_key, comment_id, note, noted_by, noted_at)
         SELECT $1, id, $3, $4, CAST($5 AS BIGINT) FROM comments WHERE id = $2
           AND passed_on_at IS NOT NULL
         ON CONFLICT (form_key) DO NOTHING",
    );
    let noted = noted
        .bind(new.form_key)
        .bind(comment_id)
        .bind(new.words)
        .bind(new.by)
        .bind(new.at)
        .execute(tx)
        .await?;
    Ok(noted.rows_affected() == 1)
}
