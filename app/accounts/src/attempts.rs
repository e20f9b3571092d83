//! Limits on guessing and on emails: how often something has been tried, within a window of time.
//!
//! Nobody's tries use up another's. Somebody who is signed in, or asks in a browser in which they
//! have signed in before, has a count of their own. All others are counted by their network and by
//! the wider network around it, and the more they ask for in all, the smaller is the share of each:
//! a flood runs into its own share, and the first that a network asks for is taken. What they try
//! for one address has a total that holds nobody but them. Each sort of email is counted by itself,
//! and when there were enough of them one still goes every ten minutes: whoever asks for a link has
//! one that works, or is told where to look for it.
//!
//! What is counted is stored under a hash with the key of the day (`ground::day_key`). Whoever has
//! networks without number makes no rows without number: counts of strangers have so many places,
//! and where one is taken the older count is forgotten
//! (`docs/adr/0068-a-flood-runs-into-its-own-share.md`).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use calendar::clock::{DAY, HOUR, MINUTE, Millis, Moment};
use ground::day_key::Today;
use ground::error::{Error, later};
use ground::house::House;
use ground::viewer::Viewer;
use sqlx::AssertSqlSafe;

/// Where a request came from, behind a trusted proxy too.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// An IPv4 address, or the half of an IPv6 address that names a network.
    pub network: String,
    /// What one owner may have of such networks: the first 24 bits of an IPv4 address, or the first
    /// 48 of an IPv6 address.
    pub wider: String,
}

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
            Self::Network(Caller { network, .. }) => format!("network {network}"),
        }
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
    fn of_strangers(self) -> OfStrangers {
        if matches!(self, Self::SignIn | Self::NewPassword) { LINKS } else { EMAILS }
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

/// Where a count is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// By itself, for as long as its window. There are few of these: of accounts, of browsers that
    /// are known, and of all strangers together.
    Own,
    /// In one of so many places on this shelf, and forgotten when another count comes to it:
    /// strangers can have as many networks, and name as many addresses, as they like. What one
    /// statement counts is on different shelves.
    Shelf(Shelf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shelf {
    Network,
    /// Of a wider network. While this is full, no network in it gets a row.
    Wider,
    /// What strangers do about one address: lately, by network, and all of them.
    Again,
    For,
    Of,
}

impl Shelf {
    /// How many signs of a hash, of 64 sorts, choose the place: there are 262,144 on each of five
    /// shelves. Whoever wants a certain count forgotten has to make about as many.
    const SIGNS: usize = 3;

    fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Wider => "wider",
            Self::Again => "again",
            Self::For => "for",
            Self::Of => "of",
        }
    }
}

/// The most that is let through in a window, for one subject.
#[derive(Clone, Debug)]
struct Limit {
    kind: String,
    subject: String,
    most: i64,
    window: Millis,
    place: Place,
    /// Whether a try over this limit is left out of the counts that follow.
    stops: bool,
    /// Whether it is of all strangers: over it, those before it are held to their share.
    is_of_all: bool,
}

impl Limit {
    fn new(kind: impl Into<String>, subject: String, most: i64, window: Millis) -> Self {
        let (place, stops, is_of_all) = (Place::Own, false, false);
        Self { kind: kind.into(), subject, most, window, place, stops, is_of_all }
    }

    fn stops(self) -> Self {
        Self { stops: true, ..self }
    }

    fn on(self, shelf: Shelf) -> Self {
        Self { place: Place::Shelf(shelf), ..self }
    }

    fn of_all(self) -> Self {
        Self { is_of_all: true, ..self }
    }

    fn is_wider(&self) -> bool {
        self.place == Place::Shelf(Shelf::Wider)
    }

    /// The place of its count, and the hash that tells it from others that come to this place.
    fn kept(&self, today: &Today) -> (String, String) {
        let hash = today.hash(&format!("{}\n{}", self.kind, self.subject));
        let place = match self.place {
            Place::Own => hash.clone(),
            Place::Shelf(shelf) => {
                let signs: String = hash.chars().take(Shelf::SIGNS).collect();
                format!("{} {signs}", shelf.word())
            }
        };
        (place, hash)
    }
}

/// How many networks' worth a wider network may ask for. An IPv4 one has 256, an IPv6 one 65,536.
const WIDER: i64 = 4;

/// The limits on one network, and on the wider one around it, for what is tried about one thing.
fn from_networks(
    kind: &str,
    caller: &Caller,
    about: &str,
    most: i64,
    window: Millis,
) -> [Limit; 2] {
    let subject = |network: &str| format!("network {network}\n{about}");
    let (from, wider) = (format!("{kind} from"), format!("{kind} from wider"));
    [
        Limit::new(from, subject(&caller.network), most, window).stops().on(Shelf::Network),
        Limit::new(wider, subject(&caller.wider), WIDER * most, window).stops().on(Shelf::Wider),
    ]
}

/// What strangers may do of one thing in an hour.
#[derive(Clone, Copy, Debug)]
struct OfStrangers {
    /// The word it is stored under.
    kind: &'static str,
    /// The most from one network. A whole school may share it.
    most: i64,
    /// How much there may be from all of them before each has but a share.
    of_all: i64,
}

impl OfStrangers {
    fn limits(self, caller: &Caller, about: &str) -> [Limit; 3] {
        let [network, wider] = from_networks(self.kind, caller, about, self.most, HOUR);
        let all = format!("{} of all", self.kind);
        [network, wider, Limit::new(all, about.to_owned(), self.of_all, HOUR).of_all()]
    }

    /// Whether one more may come from this network.
    async fn one_more(
        self,
        house: &House,
        caller: &Caller,
        about: &str,
    ) -> Result<Result<(), Wait>, Error> {
        Ok(within_share(count(house, &self.limits(caller, about)).await?))
    }
}

/// Links that let in.
const LINKS: OfStrangers = OfStrangers { kind: "links", most: 300, of_all: 600 };
/// Emails of all other sorts.
const EMAILS: OfStrangers = OfStrangers { kind: "emails", most: 300, of_all: 600 };
/// About one notice: each goes to people who have to read it.
const QUESTIONS: OfStrangers = OfStrangers { kind: "questions", most: 15, of_all: 30 };
/// On the Local Offer: each is read by a volunteer.
const COMMENTS: OfStrangers = OfStrangers { kind: "comments", most: 15, of_all: 30 };
const RESPONSES: OfStrangers = OfStrangers { kind: "responses", most: 300, of_all: 3_000 };
/// Each may be a long text. What is not kept goes with the page.
const FIRST_ACTS: OfStrangers = OfStrangers { kind: "first acts", most: 100, of_all: 100 };
const PASSKEYS: OfStrangers = OfStrangers { kind: "passkeys", most: 300, of_all: 600 };

/// What became of one count.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// How many are let through.
    most: i64,
    /// How many tries there were in this window, with this one.
    tries: i64,
    /// How long until the window ends; 0 where it was not counted.
    left: Millis,
}

impl Counted {
    /// How long until there is room; 0 while there is.
    fn wait(self) -> Millis {
        if self.tries > self.most { self.left } else { 0 }
    }

    /// Whether this is more than its share, where all strangers together asked for this much. The
    /// share is its own most, times the most of all by what there was of all.
    fn is_over_share(self, all: Self) -> bool {
        all.tries > all.most && self.tries * all.tries > self.most * all.most
    }
}

/// Counts one more try in each of these, before the answer is known and in one statement, so that
/// tries made at the same moment can't slip through together. What is over one limit, or over a
/// share, is not counted in those behind it: it uses up nothing of others.
async fn count<const N: usize>(house: &House, limits: &[Limit; N]) -> Result<[Counted; N], Error> {
    let now = house.clock.now();
    let today = house.day_key.today(&house.db, now).await?;
    let mut query =
        sqlx::query_as::<_, (String, i64, Moment)>(AssertSqlSafe(statement(limits))).bind(now);
    for limit in limits {
        let (place, hash) = limit.kept(&today);
        query = query.bind(place).bind(&limit.kind).bind(hash).bind(now + limit.window);
    }
    let mut tx = house.db.begin().await?.unseen();
    let counted = query.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    let mut all = [Counted::default(); N];
    for (limit, count) in limits.iter().zip(&mut all) {
        count.most = limit.most;
        let row = counted.iter().find(|(kind, ..)| *kind == limit.kind);
        if let Some((_, tries, ends_at)) = row {
            (count.tries, count.left) = (*tries, (*ends_at - now).max(1));
        }
    }
    Ok(all)
}

/// The statement for these limits. $1 is now; then come for each its place, its kind, its subject
/// and when a window that begins now ends. A window that ends later than that was begun by a clock
/// that was ahead, and counts as over.
fn statement(limits: &[Limit]) -> String {
    let rows = (0..limits.len()).map(|nth| {
        let [place, kind, subject, ends_at] = parameters(nth);
        let unless: String =
            unless(limits, nth).iter().map(|unless| format!(" AND NOT {unless}")).collect();
        format!(
            "SELECT CAST(${place} AS TEXT), CAST(${kind} AS TEXT), CAST(${subject} AS TEXT),
             CAST(${ends_at} AS BIGINT), 1 WHERE 1 = 1{unless}"
        )
    });
    let begins = "attempts.window_ends_at <= $1 OR attempts.subject <> excluded.subject
         OR attempts.window_ends_at > excluded.window_ends_at";
    format!(
        "INSERT INTO attempts (place, kind, subject, window_ends_at, tries)
         {}
         ON CONFLICT (place) DO UPDATE SET
           tries = CASE WHEN {begins} THEN 1 ELSE attempts.tries + 1 END,
           window_ends_at = CASE WHEN {begins} THEN excluded.window_ends_at
             ELSE attempts.window_ends_at END,
           kind = excluded.kind, subject = excluded.subject
         RETURNING kind, tries, window_ends_at",
        rows.collect::<Vec<_>>().join(" UNION ALL ")
    )
}

/// The parameters of a limit: its place, its kind, its subject and the end of its window.
fn parameters(nth: usize) -> [usize; 4] {
    [2, 3, 4, 5].map(|first| nth * 4 + first)
}

/// When a try is not counted in this limit.
fn unless(limits: &[Limit], nth: usize) -> Vec<String> {
    let mut unless = Vec::new();
    for (before, limit) in limits.iter().enumerate().take(nth).filter(|(_, limit)| limit.stops) {
        unless.push(is_over(before, limit));
    }
    // A network that is over its own limit has a row, and is told of that one.
    for (after, wider) in limits.iter().enumerate().skip(nth + 1) {
        if wider.is_wider() {
            let (is_full, is_known) = (is_over(after, wider), is_over(nth, &limits[nth]));
            unless.push(format!("({is_full} AND NOT {is_known})"));
        }
    }
    if let Some(of_all) = limits.iter().position(|limit| limit.is_of_all) {
        for own in limits.iter().enumerate().take(nth.min(of_all)) {
            unless.push(is_over_share(own, (of_all, &limits[of_all])));
        }
    }
    unless
}

/// The row of the count of a limit, in a window that has not ended.
fn stands(row: &str, nth: usize) -> String {
    let [place, _, subject, ends_at] = parameters(nth);
    format!(
        "{row}.place = ${place} AND {row}.subject = ${subject}
         AND {row}.window_ends_at > $1 AND {row}.window_ends_at <= ${ends_at}"
    )
}

/// That a limit was reached before this try.
fn is_over(nth: usize, limit: &Limit) -> String {
    let (stands, most) = (stands("g", nth), limit.most);
    format!("EXISTS (SELECT 1 FROM attempts g WHERE {stands} AND g.tries >= {most})")
}

/// That this try is over the share of a limit that has a row: the first of its window never is.
fn is_over_share((own, limit): (usize, &Limit), (nth, all): (usize, &Limit)) -> String {
    let (own, of_all, most) = (stands("g", own), stands("s", nth), all.most);
    let together = limit.most * most;
    format!(
        "EXISTS (SELECT 1 FROM attempts g, attempts s WHERE {own} AND {of_all}
         AND s.tries >= {most} AND (g.tries + 1) * (s.tries + 1) > {together})"
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
    let Asker::Network(caller) = asker else {
        let limits = [Limit::new("password by", subject, 10, 15 * MINUTE)];
        let [own] = count(house, &limits).await?;
        return Ok(Tried { clears: limits.into(), tries: own.tries, may: all_within(&[own]) });
    };
    let [from, wider] = from_networks("password", caller, "", 200, 15 * MINUTE);
    let limits = [
        from,
        wider,
        Limit::new("password for", subject, 10, 15 * MINUTE).stops().on(Shelf::For),
        Limit::new("password of", address.to_owned(), 50, HOUR).on(Shelf::Of),
    ];
    let [from, wider, own, of_address] = count(house, &limits).await?;
    let [_, _, clears @ ..] = limits;
    Ok(Tried {
        clears: clears.into(),
        tries: own.tries.max(of_address.tries),
        may: all_within(&[from, wider, own, of_address]),
    })
}

fn all_within(all: &[Counted]) -> Result<(), Wait> {
    match all.iter().copied().map(Counted::wait).max() {
        None | Some(0) => Ok(()),
        Some(time) => Err(Wait::for_all(time)),
    }
}

/// Within the limits of a network and of the wider one around it, and within the share of both
/// where strangers ask for more in all than is let through for each. The first of a network is
/// within its share, however small that is; a wider network has none where there are so many that
/// not even one for each can be had.
fn within_share([network, wider, all]: [Counted; 3]) -> Result<(), Wait> {
    all_within(&[network, wider])?;
    // One that is over its share was left out of those behind it.
    let is_left_out = all.left == 0;
    let is_another = network.tries > 1 && network.is_over_share(all);
    if is_left_out || is_another || wider.is_over_share(all) {
        return Err(Wait::for_all(network.left.max(wider.left)));
    }
    Ok(())
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
    let one = |nth: usize| format!("(place = ${} AND subject = ${})", nth * 2 + 1, nth * 2 + 2);
    let each = (0..limits.len()).map(one).collect::<Vec<_>>().join(" OR ");
    let mut query = sqlx::query(AssertSqlSafe(format!("DELETE FROM attempts WHERE {each}")));
    for limit in limits {
        let (place, hash) = limit.kept(&today);
        query = query.bind(place).bind(hash);
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
    let Asker::Network(caller) = asker else {
        let limits = [
            Limit::new("emails by", who, 60, HOUR).stops(),
            Limit::new(format!("{word} again by"), own.clone(), 1, PAUSE),
            Limit::new(format!("{word} by"), own, purpose.most(), HOUR),
        ];
        let [all, again, few] = count(house, &limits).await?;
        return Ok(all_within(&[all]).and_then(|()| one_more(again, &[few])));
    };
    let [from, wider, all] = purpose.of_strangers().limits(caller, "");
    let address = address.to_owned();
    let limits = [
        from,
        wider,
        all,
        Limit::new(format!("{word} again"), address.clone(), 1, PAUSE).on(Shelf::Again),
        Limit::new(format!("{word} for"), own, purpose.most(), HOUR).stops().on(Shelf::For),
        Limit::new(word, address, 10, HOUR).on(Shelf::Of),
    ];
    let [from, wider, all, again, few, of_address] = count(house, &limits).await?;
    Ok(within_share([from, wider, all]).and_then(|()| one_more(again, &[few, of_address])))
}

/// Within these, or else the first of its pause.
fn one_more(again: Counted, others: &[Counted]) -> Result<(), Wait> {
    let pause = again.wait();
    if pause > 0 && others.iter().any(|counted| counted.wait() > 0) {
        return Err(Wait::for_an_email(pause));
    }
    Ok(())
}

/// Whether this person may ask one more question about a notice. Strangers share what there may be
/// of theirs, which holds nobody who is signed in.
///
/// # Errors
/// When the database fails. The inner error says when to ask again.
pub async fn may_ask(
    house: &House,
    asker: Asker<'_>,
    notice_id: &str,
) -> Result<Result<(), Wait>, Error> {
    let Asker::Network(caller) = asker else {
        let [few] = count(house, &[Limit::new("questions by", asker.name(), 10, HOUR)]).await?;
        return Ok(all_within(&[few]));
    };
    QUESTIONS.one_more(house, caller, notice_id).await
}

/// Whether one more comment on the Local Offer may come without an account. Strangers share what
/// there may be of theirs, which holds nobody who is signed in.
///
/// # Errors
/// When the database fails. The inner error says when to send it again.
pub async fn may_comment(house: &House, caller: &Caller) -> Result<Result<(), Wait>, Error> {
    COMMENTS.one_more(house, caller, "").await
}

/// What has one count, for one subject.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AttemptKind {
    /// Codes tried for one account, after its password or a link: each browser that its owner used
    /// before for itself, all others together. A right one resets the count, and recovery codes are
    /// never counted: so whoever has somebody's password cannot keep them out.
    Code,
    /// Passwords and codes tried in one session, to show again who uses it, or to change the
    /// password.
    Proof,
    /// Passkeys asked for by one person.
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
    RESPONSES.one_more(house, caller, "").await
}

/// Whether one more first act may be kept for this network. Else it goes with the page.
///
/// # Errors
/// When the database fails.
pub(crate) async fn may_keep(house: &House, caller: &Caller) -> Result<bool, Error> {
    Ok(FIRST_ACTS.one_more(house, caller, "").await?.is_ok())
}

/// Whether one more passkey may be asked for: what it is to sign is stored for minutes.
///
/// # Errors
/// When the database fails. The inner error says when to ask again.
pub(crate) async fn may_use_passkey(
    house: &House,
    asker: Asker<'_>,
) -> Result<Result<(), Wait>, Error> {
    let Asker::Network(caller) = asker else {
        return within(house, AttemptKind::Passkey, asker.name()).await;
    };
    PASSKEYS.one_more(house, caller, "").await
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

    fn counted(tries: i64, most: i64) -> Counted {
        Counted { most, tries, left: MINUTE }
    }

    #[test]
    fn where_there_were_enough_one_goes_after_a_pause() {
        let (within, over) = (counted(1, 5), counted(99, 5));
        assert!(one_more(within, &[over, over]).is_ok(), "the first of its pause");
        assert!(one_more(over, &[within, within]).is_ok(), "few enough");
        assert!(one_more(over, &[within, over]).is_err());
    }

    #[test]
    fn what_is_over_a_limit_is_left_out_of_those_behind_it_alone() {
        let limit = |kind: &str| Limit::new(kind, String::new(), 5, HOUR);
        let sql = statement(&[limit("a").stops(), limit("b"), limit("c").stops(), limit("d")]);
        let rows: Vec<usize> =
            sql.split(" UNION ALL ").map(|row| row.matches("NOT EXISTS").count()).collect();
        assert_eq!(rows, [0, 1, 1, 2]);
    }

    #[test]
    fn a_wider_network_that_is_over_its_limit_gives_its_networks_no_more_rows() {
        let limits = QUESTIONS.limits(&Caller::default(), "");
        let rows = |nth| unless(&limits, nth);
        let (is_over, is_full) = (is_over(0, &limits[0]), is_over(1, &limits[1]));
        assert_eq!(rows(0), [format!("({is_full} AND NOT {is_over})")]);
        let shares = [0, 1].map(|nth| is_over_share((nth, &limits[nth]), (2, &limits[2])));
        assert_eq!(rows(1), [is_over.clone(), shares[0].clone()]);
        assert_eq!(rows(2), [vec![is_over, is_full], shares.to_vec()].concat());
    }

    #[test]
    fn the_first_of_a_network_is_taken_however_many_ask_until_not_even_one_for_each_can_be_had() {
        let OfStrangers { most, of_all, .. } = QUESTIONS;
        let asks = |network, wider, all| {
            let counts =
                [counted(network, most), counted(wider, WIDER * most), counted(all, of_all)];
            within_share(counts).is_ok()
        };
        assert!(asks(most, WIDER * most, of_all), "nobody is held while there are few");
        assert!(!asks(most, most, of_all + 1), "a share is less than all");
        let last = WIDER * most * of_all;
        assert!(asks(1, 1, last) && !asks(1, 1, last + 1));
        assert!(!asks(2, 2, last), "a second waits");
        assert!(!asks(1, 2, last), "and one more of the same wider network");
    }

    #[test]
    fn what_gets_through_grows_with_the_square_root_of_how_many_wider_networks_ask() {
        // Each asks again and again, a new network of its own each time.
        let mut wider = [0_i64; 1_000];
        let mut all = 0;
        for _ in 0..WIDER * QUESTIONS.most {
            for of_one in &mut wider {
                let counts = [
                    counted(1, QUESTIONS.most),
                    counted(*of_one + 1, WIDER * QUESTIONS.most),
                    counted(all + 1, QUESTIONS.of_all),
                ];
                if within_share(counts).is_ok() {
                    (*of_one, all) = (*of_one + 1, all + 1);
                }
            }
        }
        let root = (1_000 * WIDER * QUESTIONS.most * QUESTIONS.of_all).isqrt();
        assert!((1_000..=root).contains(&all), "{all}");
    }

    #[test]
    fn counts_of_strangers_have_so_many_places_and_no_two_of_one_statement_the_same() {
        let limits = QUESTIONS.limits(&Caller::default(), "");
        let shelves: Vec<Place> = limits.iter().map(|limit| limit.place).collect();
        let own = [Place::Shelf(Shelf::Network), Place::Shelf(Shelf::Wider), Place::Own];
        assert_eq!(shelves, own);
    }
}
