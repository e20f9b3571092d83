//! What home shows of every room, in one query.

use calendar::clock::Moment;
use consultations::rules::WhoMayAnswer;
use consultations::store::{ListedConsultation, QUESTIONS};
use ground::db::{Db, formatcp, known};
use ground::ids::{self, Account, Id, Place};
use notices::store::{ListedNotice, SHOWN, TO_COME};
use outcomes::store::{LATEST, ListedUpdate, stage, verdict};
use rounds::store::{LAST, Round};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use subscriptions::store::SERVICES_OF;

use crate::search::store::{EVERYTHING, Thing};

/// The consultations `o` that are open at `$1`; as a part of statements.
const OPEN: &str = "FROM consultations o WHERE o.opened_at IS NOT NULL AND o.opens_at <= $1
     AND o.closes_at > $1";

/// For everyone: the last rounds, the open consultations, the first to close first, and the latest
/// updates.
///
/// # Errors
/// When the database fails.
pub(super) async fn open_now(
    db: &Db,
    now: Moment,
) -> sqlx::Result<(Vec<Round>, Vec<ListedConsultation>, Vec<ListedUpdate>)> {
    const SQL: &str = formatcp!(
        "SELECT rounds.*, 'round' AS kind, '' AS who_for, '' AS questions, '' AS outcome,
           '' AS verdict, '' AS organisation, '' AS we_did, '' AS found, '' AS access
         FROM ({LAST} LIMIT 4) rounds
         UNION ALL SELECT c.id, c.title, 0, c.opens_at, c.opens_at, c.closes_at, NULL, NULL, NULL,
           'consultation', c.who_for, {QUESTIONS}, '', '', '', '', '', c.access
         FROM (SELECT o.* {OPEN} ORDER BY o.closes_at, o.id LIMIT 3) c
         UNION ALL SELECT u.id, u.you_said, 0, u.published_at, u.published_at, u.published_at,
           NULL, NULL, NULL, 'update', '', '', u.outcome, coalesce(u.verdict, ''), u.organisation,
           u.we_did, u.found, ''
         FROM ({LATEST} LIMIT 2) u"
    );
    let rows = sqlx::query(SQL).bind(now).fetch_all(&mut *db.read().await?).await?;
    let of = |kind: &'static str| rows.iter().filter(move |row| row.get::<&str, _>("kind") == kind);
    let mut all: Vec<Round> = of("round").map(rounds::store::round).collect();
    all.sort_by(|one, next| (next.dates.closes_at, &next.id).cmp(&(one.dates.closes_at, &one.id)));
    let listed = |row: &AnyRow| {
        Ok(ListedConsultation {
            id: row.get("id"),
            title: row.get("title"),
            who_for: row.get("who_for"),
            opens_at: row.get("propose_from"),
            closes_at: row.get("closes_at"),
            is_opened: true,
            is_withdrawn: false,
            access: known(WhoMayAnswer::read(row.get("access")), "consultations.access")?,
            asks: consultations::store::asks(row.get("questions"))?,
        })
    };
    let mut asked: Vec<ListedConsultation> =
        of("consultation").map(listed).collect::<Result<_, sqlx::Error>>()?;
    asked.sort_by(|one, next| (one.closes_at, &one.id).cmp(&(next.closes_at, &next.id)));
    let said = |row: &AnyRow| {
        let judged = Some(row.get::<&str, _>("verdict")).filter(|word| !word.is_empty());
        Ok(ListedUpdate {
            id: row.get("id"),
            you_said: row.get("title"),
            outcome: stage(row.get("outcome"))?,
            verdict: verdict(judged)?,
            organisation: row.get("organisation"),
            at: row.get("propose_from"),
            we_did: row.get("we_did"),
            found: row.get("found"),
        })
    };
    let mut said: Vec<ListedUpdate> = of("update").map(said).collect::<Result<_, sqlx::Error>>()?;
    said.sort_by(|one, next| (next.at, &next.id).cmp(&(one.at, &one.id)));
    Ok((all, asked, said))
}

/// The accounts of whoever has the account `$3`, as [`accounts::store::THEIR_ACCOUNTS`] are those
/// of `$1`.
const OWN_ACCOUNTS: &str = "(SELECT own.id FROM accounts own WHERE own.id = $3
     UNION ALL SELECT other.id FROM accounts own
     JOIN accounts other ON other.mailbox = own.mailbox WHERE own.id = $3)";

/// What home shows somebody who is signed in of what everyone may see.
#[derive(Default)]
pub(super) struct OpenTo {
    /// The last rounds, the last to close first.
    pub rounds: Vec<Round>,
    /// The open consultations, the first to close first: without those that they have answered or
    /// that only a personal link opens.
    pub asked: Vec<Asked>,
    /// The changes to come at their place, the next first.
    pub coming: Vec<ListedNotice>,
    /// The names of the services that they asked to be told about.
    pub services: Vec<String>,
    /// What became public since they were here, the latest first: without its words.
    pub new: Vec<Thing>,
}

/// A consultation that somebody can answer.
pub(super) struct Asked {
    pub id: Id<ids::Consultation>,
    pub title: String,
    pub closes_at: Moment,
}

/// What is open to the person with this account, who lives at this place, and what became public
/// since they were here; nothing of that where `since` is `None`.
///
/// # Errors
/// When the database fails.
pub(super) async fn open_to(
    db: &Db,
    (account_id, place_id): (&Id<Account>, &Id<Place>),
    since: Option<Moment>,
    now: Moment,
) -> sqlx::Result<OpenTo> {
    // First which things there are, of every room, then what is shown of some.
    const SQL: &str = formatcp!(
        "SELECT o.part, o.kind, o.id, o.title, o.at,
           r.seats, r.propose_from, r.vote_from, r.closes_at, r.counted_at,
           k.confirmed_at, k.reason, {SHOWN}
         FROM (SELECT 'round' AS part, '' AS kind, id, title, closes_at AS at
                 FROM ({LAST} LIMIT 4) rounds
               UNION ALL SELECT 'consultation', '', id, title, closes_at
                 FROM (SELECT o.id, o.title, o.closes_at {OPEN} AND o.access <> 'link'
                         AND NOT EXISTS (SELECT 1 FROM took_part t WHERE t.consultation_id = o.id
                           AND t.account_id IN {OWN_ACCOUNTS})
                       ORDER BY o.closes_at, o.id LIMIT 3) asked
               UNION ALL SELECT 'change', '', id, title, effect_at
                 FROM (SELECT n.id, n.title, n.effect_at {TO_COME}
                       ORDER BY n.effect_at, n.id LIMIT 12) coming
               UNION ALL SELECT 'service', '', id, name, CAST(0 AS BIGINT)
                 FROM ({SERVICES_OF}) services_of
               UNION ALL SELECT 'new', kind, id, title, since
                 FROM (SELECT kind, id, title, since FROM ({EVERYTHING}) public
                       WHERE since > $4 AND since <= $1
                       ORDER BY since DESC, id DESC LIMIT 5) later) o
         LEFT JOIN rounds r ON o.part = 'round' AND r.id = o.id
         LEFT JOIN confirmations k ON k.round_id = r.id
         LEFT JOIN notices n ON o.part = 'change' AND n.id = o.id
         LEFT JOIN notice_services ns ON ns.notice_id = n.id
         LEFT JOIN services s ON s.id = ns.service_id
         ORDER BY o.part, o.at, o.id, s.position, s.name"
    );
    let rows = sqlx::query(SQL)
        .bind(now)
        .bind(place_id)
        .bind(account_id)
        .bind(since.unwrap_or(now))
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut open = OpenTo::default();
    for rows in rows.chunk_by(|one, next| part(one) == part(next)) {
        match part(&rows[0]) {
            "round" => open.rounds = rows.iter().rev().map(rounds::store::round).collect(),
            "consultation" => open.asked = rows.iter().map(asked).collect(),
            "change" => open.coming = notices::store::listed(rows)?,
            "service" => open.services = rows.iter().map(|row| row.get("title")).collect(),
            "new" => open.new = rows.iter().rev().map(new).collect(),
            _ => return known(None, "what home shows"),
        }
    }
    Ok(open)
}

fn part(row: &AnyRow) -> &str {
    row.get("part")
}

fn asked(row: &AnyRow) -> Asked {
    Asked { id: row.get("id"), title: row.get("title"), closes_at: row.get("at") }
}

fn new(row: &AnyRow) -> Thing {
    Thing {
        kind: row.get("kind"),
        id: row.get("id"),
        title: row.get("title"),
        words: String::new(),
        since: row.get("at"),
    }
}
