//! Limits on guessing: how often something has been tried, for one address or from one place,
//! within a window of time.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use calendar::clock::{DAY, HOUR, MINUTE, Millis};
use ground::db::Db;
use ground::error::Error;
use ground::house::House;

/// The network address a request came from, behind a trusted proxy too.
#[derive(Clone, Debug, Default)]
pub struct Caller(pub String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Passwords tried for one address. A right one resets the count.
    Password,
    /// Passwords tried from one place. A whole school may share it.
    PasswordFrom,
    /// Emails asked for to one address.
    Email,
    /// Emails asked for from one place.
    EmailFrom,
    /// Questions that go to one team, from everybody together.
    Question,
    /// Questions from one person.
    QuestionBy,
    /// Questions from one network, by people who are not signed in. A whole school may share it.
    QuestionFrom,
    /// Topics from one person.
    Topic,
    /// Comments on the Local Offer from one person.
    Comment,
    /// What one person told the forum of her own experience.
    Doubt,
    /// Other people's questions that one person wants to know the answer to.
    Too,
    /// First acts kept for one place. A whole school may share it.
    FirstAct,
    /// Responses begun from one place. A whole school may share it.
    Response,
}

impl Kind {
    /// The word it is stored under, how many are let through in a window, and how long that is.
    pub(crate) fn limit(self) -> (&'static str, i64, Millis) {
        match self {
            Self::Password => ("password", 10, 15 * MINUTE),
            Self::PasswordFrom => ("password from", 200, 15 * MINUTE),
            // A link lasts longer than this window, so one of the emails let through always works.
            Self::Email => ("email", 5, HOUR),
            Self::EmailFrom => ("email from", 300, HOUR),
            // Far more than any one person or network may send: nobody uses up all of it alone.
            Self::Question => ("question", 400, HOUR),
            Self::QuestionBy => ("question by", 10, HOUR),
            Self::QuestionFrom => ("question from", 40, HOUR),
            Self::Topic => ("topic", 10, DAY),
            Self::Comment => ("comment", 10, HOUR),
            Self::Doubt => ("doubt", 10, HOUR),
            Self::Too => ("too", 60, HOUR),
            Self::FirstAct => ("first act", 300, HOUR),
            Self::Response => ("response", 300, HOUR),
        }
    }
}

/// Counts one more try and says whether it is within the limit. Counted before the answer is known,
/// so that attempts made at the same moment cannot slip through together.
///
/// # Errors
/// When the database fails.
pub async fn within(db: &Db, kind: Kind, subject: &str, now: Millis) -> Result<bool, Error> {
    let (word, most, window) = kind.limit();
    let subject = id::hash(subject);
    let tries: i64 = db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query_scalar::<_, i64>(
                    "INSERT INTO attempts (kind, subject, window_ends_at, tries)
                     VALUES ($1, $2, $3, 1)
                     ON CONFLICT (kind, subject) DO UPDATE SET
                       tries = CASE WHEN attempts.window_ends_at <= $4 THEN 1
                         ELSE attempts.tries + 1 END,
                       window_ends_at = CASE WHEN attempts.window_ends_at <= $4 THEN $3
                         ELSE attempts.window_ends_at END
                     RETURNING tries",
                )
                .bind(word)
                .bind(subject)
                .bind(now + window)
                .bind(now)
                .fetch_one(tx)
                .await
            })
        })
        .await?;
    Ok(tries <= most)
}

/// Counts one more password tried for this address from this place, and says whether it is within
/// both limits.
///
/// # Errors
/// When the database fails.
pub async fn may_try(house: &House, caller: &Caller, address: &str) -> Result<bool, Error> {
    let now = house.clock.now();
    Ok(within(&house.db, Kind::PasswordFrom, &caller.0, now).await?
        & within(&house.db, Kind::Password, address, now).await?)
}

/// Whether one more email may go to this address, asked for from this place.
///
/// # Errors
/// When the database fails.
pub async fn may_write(house: &House, caller: &Caller, address: &str) -> Result<bool, Error> {
    let now = house.clock.now();
    Ok(within(&house.db, Kind::EmailFrom, &caller.0, now).await?
        && within(&house.db, Kind::Email, address, now).await?)
}

/// Whether one more question may go to the team of a notice, which everybody's questions count for.
///
/// # Errors
/// When the database fails.
pub async fn may_ask(house: &House, notice_id: &str) -> Result<bool, Error> {
    within(&house.db, Kind::Question, notice_id, house.clock.now()).await
}

/// Whether one more response may be begun from this place.
///
/// # Errors
/// When the database fails.
pub async fn may_answer(house: &House, caller: &Caller) -> Result<bool, Error> {
    within(&house.db, Kind::Response, &caller.0, house.clock.now()).await
}

/// Forgets the wrong tries for one address, after a right one.
///
/// # Errors
/// When the database fails.
pub async fn forget(db: &Db, kind: Kind, subject: &str) -> Result<(), Error> {
    let (word, ..) = kind.limit();
    let subject = id::hash(subject);
    db.write(move |tx| {
        Box::pin(async move {
            sqlx::query("DELETE FROM attempts WHERE kind = $1 AND subject = $2")
                .bind(word)
                .bind(subject)
                .execute(tx)
                .await?;
            Ok(())
        })
    })
    .await
}
