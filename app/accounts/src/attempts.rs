//! Limits on guessing and on emails: how often something has been tried, within a window of time.
//!
//! Nobody's tries use up another's. Somebody who is signed in, or asks in a browser in which they
//! have signed in before, has a count of their own. All others are counted by their network, and
//! what they try for one address has a total that holds nobody but them. Each sort of email is
//! counted by itself, and when there were enough of them one still goes every ten minutes: whoever
//! asks for a link has one that works, or is told where to look for it.
//!
//! What is counted is stored under a hash with the key of the day (`ground::day_key`).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use calendar::clock::{DAY, HOUR, MINUTE, Millis, Moment};
use ground::error::{Error, later};
use ground::house::House;
use ground::viewer::Viewer;
use sqlx::AssertSqlSafe;

/// The network a request came from, behind a trusted proxy too: an IPv4 address, or the half of an
/// IPv6 address that names a network.
#[derive(Clone, Debug, Default)]
pub struct Caller(pub String);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Who tries, as the limits tell people apart.
#[derive(Clone, Copy, Debug)]
pub enum Asker<'a> {
    /// Somebody signed in: their account.
    Account(&'a str),
    /// A browser in which somebody has signed in to the account that is asked about: the hash of
    /// its secret.
    Browser(&'a str),
    /// Anybody else. A whole school may share a network.
    Network(&'a Caller),
}

impl<'a> Asker<'a> {
    /// Their account if they are signed in, else the network.
    #[must_use]
    pub fn of(viewer: &'a Viewer, caller: &'a Caller) -> Self {
        viewer.person().map_or(Self::Network(caller), |person| Self::Account(&person.account_id))
    }

    fn name(self) -> String {
        match self {
            Self::Account(id) => format!("account {id}"),
            Self::Browser(hash) => format!("browser {hash}"),
            Self::Network(Caller(network)) => format!("network {network}"),
        }
    }

    fn is_known(self) -> bool {
        !matches!(self, Self::Network(_))
    }
}

/// What an email is asked for. Each is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Join,
    /// A link to sign in.
    SignIn,
    /// A link for a new password.
    NewPassword,
    /// To confirm a new address.
    NewAddress,
    /// To confirm that changes are to be told.
    Subscription,
    /// A receipt for a question.
    Question,
    /// To confirm where the answer to a comment goes.
    Comment,
    /// The code that leads back to answers.
    AnswersCode,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::SignIn => "sign in",
            Self::NewPassword => "new password",
            Self::NewAddress => "new address",
            Self::Subscription => "subscription",
            Self::Question => "question",
            Self::Comment => "comment",
            Self::AnswersCode => "answers code",
        }
    }

    /// How many a person may ask for in an hour, for one address.
    fn most(self) -> i64 {
        match self {
            Self::Question => 10,
            _ => 5,
        }
    }

    /// What lets people in is counted apart from all else that a network asks for.
    fn lets_in(self) -> bool {
        matches!(self, Self::SignIn | Self::NewPassword)
    }
}

/// That something is tried too often just now.
#[derive(Clone, Debug)]
pub struct Wait {
    time: Millis,
    /// When to try again, as in "in 7 minutes".
    pub when: String,
    /// What to do, where an email was asked for.
    pub what_to_do: String,
}

impl Wait {
    fn for_an_email(time: Millis) -> Self {
        let when = when(time);
        let what_to_do = format!(
            "We have sent several emails to this address already. Use the newest one (check your \
             junk or spam folder too), or try again {when}"
        );
        Self { time, when, what_to_do }
    }

    fn for_all(time: Millis) -> Self {
        let when = when(time);
        let what_to_do = format!("Try again {when}. We have been asked for too many emails");
        Self { time, when, what_to_do }
    }

    /// This page, with the status and the header that say the same.
    #[must_use]
    pub fn answer(&self, page: Response) -> Response {
        later(self.time, page)
    }
}

/// How long, in words that follow "try again".
fn when(time: Millis) -> String {
    match (time + MINUTE - 1) / MINUTE {
        ..=1 => "in a minute".to_owned(),
        minutes => format!("in {minutes} minutes"),
    }
}

/// The most that is let through in a window, for one subject.
#[derive(Clone, Debug)]
struct Limit {
    kind: String,
    subject: String,
    most: i64,
    window: Millis,
    /// Whether a try over this limit is left out of the counts that follow.
    stops: bool,
}

impl Limit {
    fn new(kind: impl Into<String>, subject: String, most: i64, window: Millis) -> Self {
        Self { kind: kind.into(), subject, most, window, stops: false }
    }

    fn stops(self) -> Self {
        Self { stops: true, ..self }
    }
}

/// What became of one count.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// How many tries there were in this window, with this one.
    tries: i64,
    /// How long until there is room; 0 while there is.
    wait: Millis,
}

/// Counts one more try in each of these, before the answer is known and in one statement, so that
/// tries made at the same moment can't slip through together. What is over one limit is not counted
/// in those behind it: it uses up nothing of others, and fills no table.
async fn count<const N: usize>(house: &House, limits: &[Limit; N]) -> Result<[Counted; N], Error> {
    let now = house.clock.now();
    let today = house.day_key.today(&house.db, now).await?;
    let mut query =
        sqlx::query_as::<_, (String, i64, Moment)>(AssertSqlSafe(statement(limits))).bind(now);
    for limit in limits {
        query = query.bind(&limit.kind).bind(today.hash(&limit.subject)).bind(now + limit.window);
    }
    let mut tx = house.db.begin().await?.unseen();
    let counted = query.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let mut all = [Counted::default(); N];
    for (limit, count) in limits.iter().zip(&mut all) {
        let row = counted.iter().find(|(kind, ..)| *kind == limit.kind);
        if let Some((_, tries, ends_at)) = row {
            let wait = if *tries > limit.most { (*ends_at - now).max(1) } else { 0 };
            *count = Counted { tries: *tries, wait };
        }
    }
    Ok(all)
}

/// The statement for these limits. $1 is now; then come for each its kind, its subject and when a
/// window that begins now ends. A window that ends later than that was begun by a clock that was
/// ahead, and counts as over.
fn statement(limits: &[Limit]) -> String {
    let place = |nth: usize| (nth * 3 + 2, nth * 3 + 3, nth * 3 + 4);
    let is_over = |nth: usize, most: i64| {
        let (kind, subject, ends_at) = place(nth);
        format!(
            "EXISTS (SELECT 1 FROM attempts g WHERE g.kind = ${kind} AND g.subject = ${subject}
             AND g.tries >= {most} AND g.window_ends_at > $1 AND g.window_ends_at <= ${ends_at})"
        )
    };
    let rows = (0..limits.len()).map(|nth| {
        let before = limits.iter().enumerate().take(nth).filter(|(_, limit)| limit.stops);
        let unless =
            before.map(|(before, limit)| format!(" AND NOT {}", is_over(before, limit.most)));
        let (kind, subject, ends_at) = place(nth);
        format!(
            "SELECT CAST(${kind} AS TEXT), CAST(${subject} AS TEXT), CAST(${ends_at} AS BIGINT), 1
             WHERE 1 = 1{}",
            unless.collect::<String>()
        )
    });
    let is_past = "attempts.window_ends_at <= $1
         OR attempts.window_ends_at > excluded.window_ends_at";
    format!(
        "INSERT INTO attempts (kind, subject, window_ends_at, tries)
         {}
         ON CONFLICT (kind, subject) DO UPDATE SET
           tries = CASE WHEN {is_past} THEN 1 ELSE attempts.tries + 1 END,
           window_ends_at = CASE WHEN {is_past} THEN excluded.window_ends_at
             ELSE attempts.window_ends_at END
         RETURNING kind, tries, window_ends_at",
        rows.collect::<Vec<_>>().join(" UNION ALL ")
    )
}

/// One password tried.
#[derive(Debug)]
pub struct Tried {
    /// The counts that a right one clears.
    clears: Vec<Limit>,
    /// The most that stands in one of them.
    tries: i64,
    /// Whether it is within all limits.
    pub may: Result<(), Wait>,
}

/// Counts one more password tried for this address. Strangers who try many passwords for it, from
/// one network or from many, hold strangers alone: neither somebody signed in nor a browser in
/// which they have signed in before.
///
/// # Errors
/// When the database fails.
pub async fn may_try(house: &House, asker: Asker<'_>, address: &str) -> Result<Tried, Error> {
    let subject = format!("{}\n{address}", asker.name());
    if asker.is_known() {
        let limits = [Limit::new("password by", subject, 10, 15 * MINUTE)];
        let [own] = count(house, &limits).await?;
        return Ok(Tried { clears: limits.into(), tries: own.tries, may: all_within(&[own]) });
    }
    let limits = [
        Limit::new("password from", asker.name(), 200, 15 * MINUTE).stops(),
        Limit::new("password for", subject, 10, 15 * MINUTE).stops(),
        Limit::new("password of", address.to_owned(), 50, HOUR),
    ];
    let [from, own, of_address] = count(house, &limits).await?;
    let [_, clears @ ..] = limits;
    Ok(Tried {
        clears: clears.into(),
        tries: own.tries.max(of_address.tries),
        may: all_within(&[from, own, of_address]),
    })
}

fn all_within(all: &[Counted]) -> Result<(), Wait> {
    match all.iter().map(|counted| counted.wait).max() {
        None | Some(0) => Ok(()),
        Some(time) => Err(Wait::for_all(time)),
    }
}

/// Forgets the wrong tries for this address, after a right one.
///
/// # Errors
/// When the database fails.
pub async fn was_right(house: &House, tried: &Tried) -> Result<(), Error> {
    if tried.tries <= 1 {
        return Ok(());
    }
    clear(house, &tried.clears).await
}

/// Begins these counts again.
async fn clear(house: &House, limits: &[Limit]) -> Result<(), Error> {
    let today = house.day_key.today(&house.db, house.clock.now()).await?;
    let one = |nth: usize| format!("(kind = ${} AND subject = ${})", nth * 2 + 1, nth * 2 + 2);
    let each = (0..limits.len()).map(one).collect::<Vec<_>>().join(" OR ");
    let mut query = sqlx::query(AssertSqlSafe(format!("DELETE FROM attempts WHERE {each}")));
    for limit in limits {
        query = query.bind(&limit.kind).bind(today.hash(&limit.subject));
    }
    let mut tx = house.db.begin().await?.unseen();
    query.execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// How soon one more goes where there were enough.
const PAUSE: Millis = 10 * MINUTE;

/// Whether one more email may go to this address. A stranger's requests use up nothing of what a
/// known person asks for. Where there were enough, one goes every ten minutes, whoever asks: it is
/// in the mailbox of the person who asks too.
///
/// # Errors
/// When the database fails. The inner error says when to ask again.
pub async fn may_write(
    house: &House,
    asker: Asker<'_>,
    purpose: Purpose,
    address: &str,
) -> Result<Result<(), Wait>, Error> {
    let (who, word) = (asker.name(), purpose.word());
    let own = format!("{who}\n{address}");
    if asker.is_known() {
        let limits = [
            Limit::new("emails by", who, 60, HOUR).stops(),
            Limit::new(format!("{word} again by"), own.clone(), 1, PAUSE),
            Limit::new(format!("{word} by"), own, purpose.most(), HOUR),
        ];
        let [all, again, few] = count(house, &limits).await?;
        return Ok(one_more(all, again, &[few]));
    }
    let from = if purpose.lets_in() { "links from" } else { "emails from" };
    let limits = [
        Limit::new(from, who, 300, HOUR).stops(),
        Limit::new(format!("{word} again"), address.to_owned(), 1, PAUSE),
        Limit::new(format!("{word} for"), own, purpose.most(), HOUR).stops(),
        Limit::new(word, address.to_owned(), 10, HOUR),
    ];
    let [all, again, few, of_address] = count(house, &limits).await?;
    Ok(one_more(all, again, &[few, of_address]))
}

/// Within the first; and within the others, or else the first of its pause.
fn one_more(all: Counted, again: Counted, others: &[Counted]) -> Result<(), Wait> {
    if all.wait > 0 {
        return Err(Wait::for_all(all.wait));
    }
    if again.wait > 0 && others.iter().any(|counted| counted.wait > 0) {
        return Err(Wait::for_an_email(again.wait));
    }
    Ok(())
}

/// Whether this person may ask one more question about a notice. Strangers have a total besides,
/// which holds nobody who is signed in.
///
/// # Errors
/// When the database fails. The inner error says when to ask again.
pub async fn may_ask(
    house: &House,
    asker: Asker<'_>,
    notice_id: &str,
) -> Result<Result<(), Wait>, Error> {
    if asker.is_known() {
        let [few] = count(house, &[Limit::new("questions by", asker.name(), 10, HOUR)]).await?;
        return Ok(all_within(&[few]));
    }
    let own = format!("{}\n{notice_id}", asker.name());
    let limits = [
        Limit::new("questions from", own, 15, HOUR).stops(),
        Limit::new("questions again", notice_id.to_owned(), 1, 2 * MINUTE),
        Limit::new("questions", notice_id.to_owned(), 30, HOUR),
    ];
    let [few, again, of_notice] = count(house, &limits).await?;
    Ok(one_more(few, again, &[of_notice]))
}

/// Whether one more comment on the Local Offer may come without an account. Strangers have a total
/// besides, which holds nobody who is signed in.
///
/// # Errors
/// When the database fails. The inner error says when to send it again.
pub async fn may_comment(house: &House, caller: &Caller) -> Result<Result<(), Wait>, Error> {
    let limits = [
        Limit::new("comments from", Asker::Network(caller).name(), 15, HOUR).stops(),
        Limit::new("comments again", String::new(), 1, 2 * MINUTE),
        Limit::new("comments", String::new(), 30, HOUR),
    ];
    let [few, again, of_all] = count(house, &limits).await?;
    Ok(one_more(few, again, &[of_all]))
}

/// What has one count, for one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AttemptKind {
    /// Responses begun from one network. A whole school may share it.
    Response,
    /// First acts kept for one network. A whole school may share it.
    FirstAct,
    /// Codes tried for one account, after its password or a link: each browser that its owner used
    /// before for itself, all others together. A right one resets the count, and recovery codes are
    /// never counted: so whoever has somebody's password cannot keep them out.
    Code,
    /// Passwords and codes tried in one session, to show again who uses it, or to change the
    /// password.
    Proof,
    /// Passkeys asked for, by one person or from one network. A whole school may share it.
    Passkey,
    Topic,
    /// On the Local Offer.
    Comment,
    /// What one person told the forum of their own experience.
    Doubt,
    /// Other people's questions that one person wants to know the answer to.
    Too,
    /// Planning sessions at which one person says that they were.
    Presence,
}

impl AttemptKind {
    /// The word it is stored under, how many are let through in a window, and how long that is.
    pub(crate) fn limit(self) -> (&'static str, i64, Millis) {
        match self {
            Self::Response => ("responses from", 300, HOUR),
            Self::FirstAct => ("first acts from", 300, HOUR),
            Self::Code => ("codes of", 10, 15 * MINUTE),
            Self::Proof => ("proofs of", 10, 15 * MINUTE),
            Self::Passkey => ("passkeys by", 300, HOUR),
            Self::Topic => ("topics by", 10, DAY),
            Self::Comment => ("comments by", 10, HOUR),
            Self::Doubt => ("doubts by", 10, HOUR),
            Self::Too => ("too by", 60, HOUR),
            Self::Presence => ("presences by", 30, HOUR),
        }
    }
}

pub(crate) async fn within(
    house: &House,
    kind: AttemptKind,
    subject: String,
) -> Result<Result<(), Wait>, Error> {
    let (word, most, window) = kind.limit();
    let [few] = count(house, &[Limit::new(word, subject, most, window)]).await?;
    Ok(all_within(&[few]))
}

/// Forgets the wrong tries for one subject, after a right one.
pub(crate) async fn forget(house: &House, kind: AttemptKind, subject: String) -> Result<(), Error> {
    let (word, most, window) = kind.limit();
    clear(house, &[Limit::new(word, subject, most, window)]).await
}

/// Whether one more response may be begun from this network. A response has no person, and so has
/// its count.
///
/// # Errors
/// When the database fails. The inner error says when to begin again.
pub async fn may_answer(house: &House, caller: &Caller) -> Result<Result<(), Wait>, Error> {
    within(house, AttemptKind::Response, Asker::Network(caller).name()).await
}

/// Whether one more first act may be kept for this network. Else it goes with the page.
///
/// # Errors
/// When the database fails.
pub(crate) async fn may_keep(house: &House, caller: &Caller) -> Result<bool, Error> {
    Ok(within(house, AttemptKind::FirstAct, Asker::Network(caller).name()).await?.is_ok())
}

/// Whether one more passkey may be asked for: what it is to sign is stored for minutes.
///
/// # Errors
/// When the database fails. The inner error says when to ask again.
pub(crate) async fn may_use_passkey(
    house: &House,
    asker: Asker<'_>,
) -> Result<Result<(), Wait>, Error> {
    within(house, AttemptKind::Passkey, asker.name()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_said_in_whole_minutes_and_never_too_few() {
        assert_eq!(when(1), "in a minute");
        assert_eq!(when(MINUTE), "in a minute");
        assert_eq!(when(MINUTE + 1), "in 2 minutes");
        assert_eq!(when(10 * MINUTE), "in 10 minutes");
    }

    #[test]
    fn where_there_were_enough_one_goes_after_a_pause_but_none_past_the_first_limit() {
        let within = Counted { tries: 1, wait: 0 };
        let over = Counted { tries: 99, wait: MINUTE };
        assert!(one_more(within, within, &[over, over]).is_ok(), "the first of its pause");
        assert!(one_more(within, over, &[within, within]).is_ok(), "few enough");
        assert!(one_more(within, over, &[within, over]).is_err());
        assert!(one_more(over, Counted::default(), &[Counted::default()]).is_err());
    }

    #[test]
    fn what_is_over_a_limit_is_left_out_of_those_behind_it_alone() {
        let limit = |kind: &str| Limit::new(kind, String::new(), 5, HOUR);
        let sql = statement(&[limit("a").stops(), limit("b"), limit("c").stops(), limit("d")]);
        let rows: Vec<usize> =
            sql.split(" UNION ALL ").map(|row| row.matches("NOT EXISTS").count()).collect();
        assert_eq!(rows, [0, 1, 1, 2]);
    }
}
