//! Every SQL statement about subscriptions.

use calendar::clock::Moment;
use deliveries::returns::Came;
use ground::db::{self, Db, known};
use ground::ids::{Account, Id, Place, Service, Subscriber, Subscription};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use subscribers::{Cadence, hold};

use super::rules::{KEPT_WITHOUT_USE, Wanted};

/// Stores what was asked for, until the button in its email is pressed.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn keep_request(
    tx: &mut AnyConnection,
    token_hash: &str,
    email: &str,
    wanted: &str,
    ends_at: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO subscription_requests (token_hash, email, wanted, ends_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(token_hash)
    .bind(email)
    .bind(wanted)
    .bind(ends_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// What was asked for by somebody without an account.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Request {
    pub email: String,
    /// What was chosen, as the form sent it.
    pub wanted: String,
    pub confirmed_at: Option<Moment>,
}

/// What was asked for and can still be confirmed. It can be confirmed again, since the same button
/// twice is once; but not if something has been stopped since, which the button in an old email
/// must not start again.
pub async fn request(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: Moment,
) -> sqlx::Result<Option<Request>> {
    sqlx::query_as(
        "SELECT r.email, r.wanted, r.confirmed_at FROM subscription_requests r
         WHERE r.token_hash = $1
         AND r.ends_at > $2
           AND NOT EXISTS (SELECT 1 FROM subscribers b
             JOIN subscriptions s ON s.subscriber_id = b.id
                           WHERE b.email = r.email AND s.ended_at >= r.confirmed_at)",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(connection)
    .await
}

/// Records that what was asked for is confirmed.
pub async fn confirmed(tx: &mut AnyConnection, token_hash: &str, now: Moment) -> sqlx::Result<()> {
    let confirmed = sqlx::query(
        "UPDATE subscription_requests SET confirmed_at = $2 WHERE token_hash = $1
         AND confirmed_at IS NULL",
    );
    confirmed.bind(token_hash).bind(now).execute(tx).await?;
    Ok(())
}

/// How a subscription began.
#[derive(Clone, Copy, Debug)]
pub enum Began {
    /// The button in an email to the address.
    Email,
    /// An account whose address is confirmed.
    Account,
    /// The subscriber's own page, opened by the link in an email.
    OwnPage,
}

/// The id of the subscriber with this address, created if there is none. A known account is tied to
/// it. No notice starts from here on until what they want has begun.
pub async fn subscriber(
    tx: &mut AnyConnection,
    email: &str,
    account_id: Option<&Id<Account>>,
    now: Moment,
) -> sqlx::Result<Id<Subscriber>> {
    notices::ledger::hold_addresses(tx).await?;
    sqlx::query_scalar(
        "INSERT INTO subscribers (id, email, account_id, cadence, confirmed_at)
         VALUES ($1, $2, $3, 'at once', $4)
         ON CONFLICT (email) DO UPDATE
           SET account_id = coalesce(subscribers.account_id, excluded.account_id), joined_id = NULL
         RETURNING id",
    )
    .bind(Id::<Subscriber>::fresh())
    .bind(email)
    .bind(account_id)
    .bind(now)
    .fetch_one(tx)
    .await
}

/// Starts what is wanted and not there already. What was called off because it had been stopped is
/// owed again, and what had been announced before is owed too. Call it after [`subscriber`] or
/// [`notices::ledger::hold_addresses`], and before anything else holds the subscriber.
pub async fn begin(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    wanted: &Wanted,
    how: Began,
    now: Moment,
) -> sqlx::Result<()> {
    let each = wanted.each().collect();
    begin_each(tx, subscriber_id, Beginning { each, cadence: Some(wanted.cadence), how }, now).await
}

/// What begins.
pub(super) struct Beginning<'a> {
    /// (service, place), an empty place for the whole area.
    pub each: Vec<(&'a str, &'a str)>,
    /// How often emails may come from now on, if that was said.
    pub cadence: Option<Cadence>,
    pub how: Began,
}

/// Starts each of these that is not there already.
pub(super) async fn begin_each(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    Beginning { each, cadence, how }: Beginning<'_>,
    now: Moment,
) -> sqlx::Result<()> {
    // The words that the table knows: a link in an email was called a letter once.
    let how = match how {
        Began::Email => "letter",
        Began::Account => "account",
        Began::OwnPage => "own page",
    };
    let row = |nth: usize| {
        format!(
            "(${}, $1, ${}, ${}, CAST($2 AS BIGINT), $3)",
            nth * 3 + 4,
            nth * 3 + 5,
            nth * 3 + 6
        )
    };
    let rows = (0..each.len()).map(row).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO subscriptions (id, subscriber_id, service_id, place_id, began_at, began_how)
         VALUES {rows}
         ON CONFLICT (subscriber_id, service_id, place_id) WHERE ended_at IS NULL DO NOTHING"
    );
    let mut begin = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now).bind(how);
    for (service, place) in each {
        begin = begin.bind(Id::<Subscription>::fresh()).bind(service).bind(place);
    }
    begin.execute(&mut *tx).await?;
    sqlx::query(
        "UPDATE subscribers SET idle_since = NULL, cadence = coalesce($2, cadence)
         WHERE id = $1 AND erased_at IS NULL",
    )
    .bind(subscriber_id)
    .bind(cadence.map(Cadence::word))
    .execute(&mut *tx)
    .await?;
    notices::ledger::begin_again(tx, subscriber_id, now).await?;
    notices::ledger::owe_announced(tx, subscriber_id, now).await
}

/// Sets how often emails may come.
pub async fn set_cadence(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    cadence: Cadence,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE subscribers SET cadence = $2 WHERE id = $1")
        .bind(subscriber_id)
        .bind(cadence.word())
        .execute(tx)
        .await?;
    Ok(())
}

/// Keeps the telephone number that a family may be rung at, or with an empty one forgets it.
pub async fn set_phone(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    phone: &str,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE subscribers SET phone = $2 WHERE id = $1 AND erased_at IS NULL")
        .bind(subscriber_id)
        .bind(phone)
        .execute(tx)
        .await?;
    Ok(())
}

/// How a subscription ended.
#[derive(Clone, Copy, Debug)]
pub enum Ended {
    /// One click in an email, or the mail program's own button.
    OneClick,
    /// The subscriber's own page.
    OwnPage,
    /// The account has another address, which has subscriptions of its own.
    AddressChanged,
}

/// Which of a subscriber's subscriptions end.
#[derive(Clone, Debug)]
pub enum WhichSubscriptions {
    /// All of them.
    All,
    One(Id<Subscription>),
    /// Those to these services.
    Of(Vec<Id<Service>>),
}

/// Ends a subscriber's subscriptions, and calls off the emails that were owed for them. Ending
/// what has ended changes nothing.
pub async fn end(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    which: &WhichSubscriptions,
    how_it_ended: Ended,
    now: Moment,
) -> sqlx::Result<()> {
    hold(tx, std::slice::from_ref(subscriber_id)).await?;
    let how = match how_it_ended {
        Ended::OneClick => "one click",
        Ended::OwnPage => "own page",
        Ended::AddressChanged => "address changed",
    };
    let (column, ids): (_, Vec<&str>) = match which {
        WhichSubscriptions::All => ("subscriber_id", vec![subscriber_id.as_str()]),
        WhichSubscriptions::One(id) => ("id", vec![id.as_str()]),
        WhichSubscriptions::Of(services) => {
            ("service_id", services.iter().map(Id::as_str).collect())
        }
    };
    let wanted = db::parameters(4, ids.len());
    let sql = format!(
        "UPDATE subscriptions SET ended_at = $2, ended_how = $3 WHERE subscriber_id = $1
         AND ended_at IS NULL AND {column} IN ({wanted})"
    );
    let mut end = sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now).bind(how);
    for id in ids {
        end = end.bind(id);
    }
    end.execute(&mut *tx).await?;
    let of_outcomes: Option<i64> = sqlx::query_scalar(
        "UPDATE subscribers SET idle_since = coalesce(idle_since, $2)
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = $1
           AND s.ended_at IS NULL)
         RETURNING (SELECT count(*) FROM update_letters l
           JOIN deliveries d ON d.id = l.delivery_id AND d.next_at IS NOT NULL
                    WHERE l.subscriber_id = $1)",
    )
    .bind(subscriber_id)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    // Someone who no longer asks for anything is not told about outcomes either.
    if of_outcomes.is_some_and(|emails| emails > 0)
        && !matches!(how_it_ended, Ended::AddressChanged)
    {
        updates::store::call_off(tx, subscriber_id, now).await?;
    }
    match (how_it_ended, which) {
        (Ended::AddressChanged, _) | (_, WhichSubscriptions::One(_)) => {}
        (_, WhichSubscriptions::All) => notices::ledger::stop(tx, subscriber_id, None, now).await?,
        (_, WhichSubscriptions::Of(services)) => {
            notices::ledger::stop(tx, subscriber_id, Some(services), now).await?;
        }
    }
    notices::ledger::call_off(tx, subscriber_id, now).await
}

/// The subscriber a link leads to, while the address is known.
pub async fn by_link(
    connection: &mut AnyConnection,
    token_hash: &str,
) -> sqlx::Result<Option<Id<Subscriber>>> {
    sqlx::query_scalar(
        "SELECT s.id FROM subscriber_links l JOIN subscribers s ON s.id = l.subscriber_id
         WHERE l.token_hash = $1 AND s.erased_at IS NULL",
    )
    .bind(token_hash)
    .fetch_optional(connection)
    .await
}

/// The address of an account, and its subscriber if it has one: (address, subscriber).
pub async fn of_account(
    connection: &mut AnyConnection,
    account_id: &Id<Account>,
) -> sqlx::Result<Option<(String, Option<Id<Subscriber>>)>> {
    sqlx::query_as(
        "SELECT a.email, s.id FROM accounts a LEFT JOIN subscribers s ON s.email = a.email
         WHERE a.id = $1 AND a.email IS NOT NULL",
    )
    .bind(account_id)
    .fetch_optional(connection)
    .await
}

/// What a subscriber has.
#[derive(Clone, Debug, Default)]
pub struct SubscribedTo {
    pub cadence: Cadence,
    /// The current ones, in the order of the services, then of the places.
    pub subscriptions: Vec<ActiveSubscription>,
    /// What came back of the last email about a notice that was sent.
    pub came_back: Option<Came>,
    /// The telephone number to ring when emails do not arrive; empty for none.
    pub phone: String,
}

/// One current subscription.
#[derive(Clone, Debug)]
pub struct ActiveSubscription {
    pub id: Id<Subscription>,
    pub service: String,
    /// `None` for the whole area.
    pub place: Option<String>,
}

/// What a subscriber has.
pub async fn subscribed_to(db: &Db, subscriber_id: &Id<Subscriber>) -> sqlx::Result<SubscribedTo> {
    let rows = sqlx::query(
        "SELECT b.cadence, b.phone, s.id, v.name AS service, p.name AS place,
                (SELECT r.kind FROM ledger l JOIN deliveries d ON d.id = l.delivery_id LEFT
                  JOIN returns r ON r.delivery_id = d.id
                 WHERE l.subscriber_id = b.id AND d.sent_at IS NOT NULL
                   ORDER BY d.sent_at DESC, r.kind LIMIT 1) AS came_back
         FROM subscribers b
         LEFT JOIN subscriptions s ON s.subscriber_id = b.id AND s.ended_at IS NULL
         LEFT JOIN services v ON v.id = s.service_id
         LEFT JOIN places p ON p.id = s.place_id
         WHERE b.id = $1
         ORDER BY v.position, v.name, coalesce(p.position, 0), p.name",
    )
    .bind(subscriber_id)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut has = SubscribedTo::default();
    for row in rows {
        has.cadence = known(Cadence::read(row.get("cadence")), "subscribers.cadence")?;
        has.phone = row.get("phone");
        let came = row.get::<Option<&str>, _>("came_back");
        has.came_back = came.map(|came| known(Came::read(came), "returns.kind")).transpose()?;
        if let Some(id) = row.get("id") {
            let (service, place) = (row.get("service"), row.get("place"));
            has.subscriptions.push(ActiveSubscription { id, service, place });
        }
    }
    Ok(has)
}

/// The services that the account `$3` asked to be told about: (id, name), once each; as a part of
/// statements.
pub const SERVICES_OF: &str = "SELECT DISTINCT v.id, v.name FROM accounts a
     JOIN subscribers b ON b.email = a.email
     JOIN subscriptions s ON s.subscriber_id = b.id AND s.ended_at IS NULL
     JOIN services v ON v.id = s.service_id
     WHERE a.id = $3";

/// Sends to a subscriber's new address from now on, once the account's address has changed. If the
/// new one already has subscriptions, the others join them.
pub async fn address_changed(
    tx: &mut AnyConnection,
    old: &str,
    new: &str,
    now: Moment,
) -> sqlx::Result<()> {
    notices::ledger::hold_addresses(tx).await?;
    let subscriber = |email: &str| {
        sqlx::query_scalar("SELECT id FROM subscribers WHERE email = $1").bind(email.to_owned())
    };
    let old: Option<Id<Subscriber>> = subscriber(old).fetch_optional(&mut *tx).await?;
    let Some(old) = old else { return Ok(()) };
    let mut known: Option<Id<Subscriber>> = subscriber(new).fetch_optional(&mut *tx).await?;
    if known.is_none() && notices::ledger::has_come_back(tx, &old, now).await? {
        // The ledger still says that the email came back; another row tells the person at the new
        // address.
        known = Some(likewise(tx, &old, new, now).await?);
    }
    let both: Vec<Id<Subscriber>> =
        [Some(old.clone()), known.clone()].into_iter().flatten().collect();
    hold(tx, &both).await?;
    match known {
        Some(known) => join(tx, &old, &known, now).await,
        None => set_address(tx, &old, new).await,
    }
}

/// Gives a subscriber another address. Links in emails to the old one no longer work; an email that
/// has not gone goes to the new one.
async fn set_address(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    email: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM subscriber_links WHERE subscriber_id = $1
         AND token_hash NOT IN (SELECT l.link_hash FROM ledger l
           JOIN deliveries d ON d.id = l.delivery_id AND d.next_at IS NOT NULL
           WHERE l.subscriber_id = $1)",
    )
    .bind(subscriber_id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "UPDATE deliveries SET to_address = $2 WHERE next_at IS NOT NULL
         AND id IN (SELECT delivery_id FROM ledger WHERE subscriber_id = $1)",
    )
    .bind(subscriber_id)
    .bind(email)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE subscribers SET email = $2 WHERE id = $1")
        .bind(subscriber_id)
        .bind(email)
        .execute(tx)
        .await?;
    Ok(())
}

/// Hands all that one subscriber has to another, who has the address that the person has now.
async fn join(
    tx: &mut AnyConnection,
    old: &Id<Subscriber>,
    known: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM subscriber_links WHERE subscriber_id = $1")
        .bind(old)
        .execute(&mut *tx)
        .await?;
    let standing: Vec<(Id<Service>, Id<Place>)> = sqlx::query_as(
        "SELECT service_id, place_id FROM subscriptions
         WHERE subscriber_id = $1 AND ended_at IS NULL",
    )
    .bind(old)
    .fetch_all(&mut *tx)
    .await?;
    for (service_id, place_id) in standing {
        sqlx::query(
            "INSERT INTO subscriptions (id, subscriber_id, service_id, place_id, began_at,
             began_how) VALUES ($1, $2, $3, $4, $5, 'address changed')
             ON CONFLICT (subscriber_id, service_id, place_id) WHERE ended_at IS NULL DO NOTHING",
        )
        .bind(Id::<Subscription>::fresh())
        .bind(known)
        .bind(service_id)
        .bind(place_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query("UPDATE subscribers SET idle_since = NULL WHERE id = $1")
        .bind(known)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "UPDATE subscribers SET phone = (SELECT o.phone FROM subscribers o WHERE o.id = $1)
         WHERE id = $2 AND phone = ''",
    )
    .bind(old)
    .bind(known)
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE subscribers SET phone = '' WHERE id = $1")
        .bind(old)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE subscribers SET joined_id = $2 WHERE id = $1 OR joined_id = $1")
        .bind(old)
        .bind(known)
        .execute(&mut *tx)
        .await?;
    notices::ledger::move_to(tx, old, known, now).await?;
    end(tx, old, &WhichSubscriptions::All, Ended::AddressChanged, now).await
}

/// The id of a new subscriber with this address, who takes over another's account and how often
/// they want emails.
async fn likewise(
    tx: &mut AnyConnection,
    other: &Id<Subscriber>,
    email: &str,
    now: Moment,
) -> sqlx::Result<Id<Subscriber>> {
    sqlx::query_scalar(
        "INSERT INTO subscribers (id, email, account_id, cadence, confirmed_at)
         SELECT $1, $2, account_id, cadence, CAST($3 AS BIGINT) FROM subscribers WHERE id = $4
           RETURNING id",
    )
    .bind(Id::<Subscriber>::fresh())
    .bind(email)
    .bind(now)
    .bind(other)
    .fetch_one(tx)
    .await
}

/// Erases the addresses of those who have subscribed to nothing for a while, and what was asked for
/// and never confirmed. Returns how many addresses were erased.
pub async fn forget_due(db: &Db, now: Moment) -> sqlx::Result<u64> {
    let before = now - KEPT_WITHOUT_USE;
    let due: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM subscribers WHERE idle_since <= $1 AND erased_at IS NULL)
              + (SELECT count(*) FROM subscription_requests WHERE ends_at <= $2)",
    )
    .bind(before)
    .bind(now)
    .fetch_one(&mut *db.read().await?)
    .await?;
    if due == 0 {
        return Ok(0);
    }
    let mut tx = db.begin().await?.unseen();
    sqlx::query("DELETE FROM subscription_requests WHERE ends_at <= $1")
        .bind(now)
        .execute(&mut *tx)
        .await?;
    let erased = sqlx::query(
        "UPDATE subscribers SET email = NULL, account_id = NULL, phone = '', erased_at = $2
         WHERE idle_since <= $1 AND erased_at IS NULL",
    )
    .bind(before)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM subscriber_links WHERE subscriber_id IN (SELECT id
         FROM subscribers WHERE erased_at IS NOT NULL)",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(erased.rows_affected())
}

/// Takes an account out of this room. With `keeps_emails` its address goes on as a subscriber that
/// has no account, whose id is given; else its subscriptions end, and the address is erased.
pub async fn forget(
    tx: &mut AnyConnection,
    (account_id, email): (&Id<Account>, &str),
    keeps_emails: bool,
    now: Moment,
) -> sqlx::Result<Option<Id<Subscriber>>> {
    let theirs: Vec<(Id<Subscriber>, Option<String>, i64)> = sqlx::query_as(
        "SELECT s.id, s.email, (SELECT count(*) FROM subscriptions n
           WHERE n.subscriber_id = s.id AND n.ended_at IS NULL) AS standing
         FROM subscribers s WHERE s.email = $1 OR s.account_id = $2 ORDER BY s.id",
    )
    .bind(email)
    .bind(account_id)
    .fetch_all(&mut *tx)
    .await?;
    let mut goes_on = None;
    for (id, address, standing) in theirs {
        let (is_own, is_asked_for) = (address.as_deref() == Some(email), standing > 0);
        if keeps_emails && is_own && is_asked_for {
            hold(tx, std::slice::from_ref(&id)).await?;
            sqlx::query("UPDATE subscribers SET account_id = NULL WHERE id = $1")
                .bind(&id)
                .execute(&mut *tx)
                .await?;
            goes_on = Some(id);
        } else {
            // One that was left for another address keeps what was told there.
            if is_asked_for || !keeps_emails {
                end(tx, &id, &WhichSubscriptions::All, Ended::OwnPage, now).await?;
            }
            erase_address(tx, &id, now).await?;
        }
    }
    if goes_on.is_none() {
        forget_requests(tx, email).await?;
    }
    Ok(goes_on)
}

/// Ends all that a subscriber has and erases the address, which is given; `None` when it was erased
/// before.
pub async fn forget_subscriber(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<Option<String>> {
    let email: Option<String> =
        sqlx::query_scalar("SELECT email FROM subscribers WHERE id = $1 AND email IS NOT NULL")
            .bind(subscriber_id)
            .fetch_optional(&mut *tx)
            .await?;
    let Some(email) = email else { return Ok(None) };
    end(tx, subscriber_id, &WhichSubscriptions::All, Ended::OwnPage, now).await?;
    erase_address(tx, subscriber_id, now).await?;
    forget_requests(tx, &email).await?;
    Ok(Some(email))
}

async fn erase_address(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE subscribers SET email = NULL, account_id = NULL, phone = '',
           erased_at = coalesce(erased_at, $2) WHERE id = $1",
    )
    .bind(subscriber_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM subscriber_links WHERE subscriber_id = $1")
        .bind(subscriber_id)
        .execute(tx)
        .await?;
    Ok(())
}

async fn forget_requests(tx: &mut AnyConnection, email: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM subscription_requests WHERE email = $1")
        .bind(email)
        .execute(tx)
        .await?;
    Ok(())
}
