//! Before a notice starts, how many it would be told to; the rows of its ledger when it does, which
//! are written some hundred at a time; and those of people who ask to be told once it has.

use area::ELSEWHERE;
use calendar::clock::Moment;
use ground::db::{self, Db, Kind, formatcp};
use ground::ids::{Id, Notice, Subscriber};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use subscribers::Cadence;
use subscribers::wanted::{asks_for, stopped};

use super::owing::call_off_emails;
use crate::rules::{Effect, Follow, due, must_know_by};
use crate::store::{ANNOUNCED, effect, first_day_before, follow};

/// How many subscribers are gone through in one write: whoever else wants to write waits for the
/// rows of these.
const IN_ONE_WRITE: i64 = 500;

/// Who is to be told: (id, how often they want emails, place), one row a person. For a notice,
/// those who ask for it. For one that follows another, those in the ledger of that other, at the
/// address they have now, but for those who stopped by their own choice. `notice`: the notice, or
/// the other one, as the statement around this names it.
fn receivers(notice: &str, follows: bool) -> String {
    if follows {
        let (asks_for, has_stopped) = (asks_for("b.id", notice), stopped("b.id", notice, notice));
        let stopped_before = stopped("t.id", notice, notice);
        return format!(
            "SELECT b.id, b.cadence, min(l.place_id) AS place_id
             FROM ledger l
             JOIN subscribers t ON t.id = l.subscriber_id
             JOIN subscribers b ON b.id = coalesce(t.joined_id, t.id)
             WHERE l.notice_id = {notice} AND b.erased_at IS NULL AND ({asks_for}
               OR NOT ({has_stopped} OR {stopped_before}))
             GROUP BY b.id, b.cadence"
        );
    }
    format!(
        "SELECT b.id, b.cadence, {LIVES_IN} AS place_id
         FROM subscribers b LEFT JOIN accounts a ON a.id = b.account_id
         WHERE b.erased_at IS NULL AND {}",
        asks_for("b.id", notice)
    )
}

/// Where the subscriber `b` lives, as far as they said: the place of the account `a`, or of the
/// subscriptions if they name a single one.
const LIVES_IN: &str = "coalesce(a.place_id, (SELECT CASE WHEN count(DISTINCT s.place_id) = 1
    THEN min(s.place_id) END FROM subscriptions s WHERE s.subscriber_id = b.id
    AND s.ended_at IS NULL), '')";

/// How many people would be told about a notice now: true numbers, only for [`disclosure`] to put
/// into words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// By how often they want emails.
    pub by_cadence: Vec<(Cadence, u64)>,
    /// By where they live.
    pub by_place: Vec<(String, u64)>,
}

/// How many people would be told about a notice now. `follows`: the notice that it corrects or
/// withdraws.
pub async fn reach(
    db: &Db,
    notice_id: &Id<Notice>,
    follows: Option<&Id<Notice>>,
) -> sqlx::Result<Reach> {
    let sql = format!(
        "SELECT r.cadence, coalesce(p.name, '{ELSEWHERE}') AS place, count(*) AS people
         FROM ({}) r LEFT JOIN places p ON p.id = r.place_id
         GROUP BY r.cadence, p.name, p.position ORDER BY coalesce(p.position, 1000000), p.name",
        receivers("$1", follows.is_some())
    );
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(follows.unwrap_or(notice_id))
        .fetch_all(&mut *db.read().await?)
        .await?;
    let mut by_cadence = Cadence::ALL.map(|cadence| (cadence, 0)).to_vec();
    let mut by_place: Vec<(String, u64)> = Vec::new();
    for row in &rows {
        let cadence = db::known(Cadence::read(row.get("cadence")), "subscribers.cadence")?;
        let place: String = row.get("place");
        let people: u64 = db::number(row.get("people"), "subscribers")?;
        for (_, many) in by_cadence.iter_mut().filter(|(of, _)| *of == cadence) {
            *many += people;
        }
        match by_place.iter_mut().find(|(of, _)| *of == place) {
            Some((_, many)) => *many += people,
            None => by_place.push((place, people)),
        }
    }
    Ok(Reach { by_cadence, by_place })
}

/// Whether the time of a notice has come, or the ledger of one that has started is not all written.
pub async fn is_one_to_start(db: &Db, now: Moment) -> sqlx::Result<bool> {
    let due: Option<String> = sqlx::query_scalar(
        "SELECT id FROM notices WHERE starts_at <= $1 AND started_at IS NULL
         UNION ALL SELECT id FROM notices WHERE listed_up_to IS NOT NULL
         LIMIT 1",
    )
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await?;
    Ok(due.is_some())
}

/// Starts the next notice whose time has come, once, whichever process comes first: from now on
/// everyone can read it. Of one that follows another the ledger has a row for each person who is to
/// be told; of any other, [`list_next`] writes them. Call it when that has nothing to do, so that
/// the ledger of what is followed is whole. Gives its id.
pub async fn start_next(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<Option<Id<Notice>>> {
    hold_addresses(tx).await?;
    let Some(started) = started(tx, now).await? else { return Ok(None) };
    if let Some((follows, _)) = &started.follows {
        replace(tx, follows, now).await?;
        write_rows(tx, &started, now, None).await?;
    }
    Ok(Some(started.notice_id))
}

/// Writes the rows of the next subscribers in the ledger of a notice that has started. False when
/// none is half written. Between two of these writes others subscribe, stop or move: whoever comes
/// after `listed_up_to` gets their row when it is their turn, and whoever comes before it is owed
/// the notice as one that was announced.
pub async fn list_next(tx: &mut AnyConnection) -> sqlx::Result<bool> {
    hold_addresses(tx).await?;
    let row = sqlx::query(
        "SELECT id, effect_kind, effect_at, must_do_by, started_at, listed_up_to FROM notices
         WHERE listed_up_to IS NOT NULL ORDER BY started_at, id LIMIT 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let started = Started {
        notice_id: row.get("id"),
        effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
        must_do_by: db::day(row.get("must_do_by"), "notices.must_do_by")?,
        follows: None,
        told_before: None,
    };
    let after: Id<Subscriber> = row.get("listed_up_to");
    let (many, up_to): (i64, Option<Id<Subscriber>>) = sqlx::query_as(
        "SELECT count(*) AS many, max(id) AS up_to FROM (SELECT id FROM subscribers WHERE id > $1
           ORDER BY id LIMIT CAST($2 AS BIGINT)) these",
    )
    .bind(&after)
    .bind(IN_ONE_WRITE)
    .fetch_one(&mut *tx)
    .await?;
    if let Some(up_to) = &up_to {
        write_rows(tx, &started, row.get("started_at"), Some((&after, up_to))).await?;
    }
    sqlx::query("UPDATE notices SET listed_up_to = $2 WHERE id = $1")
        .bind(&started.notice_id)
        .bind(up_to.filter(|_| many == IN_ONE_WRITE))
        .execute(tx)
        .await?;
    Ok(true)
}

/// A row for each notice that had been announced before this subscriber asked for what it is about,
/// and has not taken effect yet: they are told about it at once, and the row says that they were
/// not among those who were owed it when it started. Once for each notice, also for those they were
/// told about at an address they had before. Call it after [`hold_addresses`], so that no notice
/// starts meanwhile.
pub async fn owe_announced(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    owe_started(tx, subscriber_id, "(n.listed_up_to IS NULL OR b.id <= n.listed_up_to)", now).await
}

/// Likewise for somebody who takes over from another, of a notice whose ledger is half written: it
/// may have come past this one, and not yet to the other.
pub(super) async fn owe_half_listed(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    now: Moment,
) -> sqlx::Result<()> {
    owe_started(tx, subscriber_id, "b.id <= n.listed_up_to", now).await
}

async fn owe_started(
    tx: &mut AnyConnection,
    subscriber_id: &Id<Subscriber>,
    which: &'static str,
    now: Moment,
) -> sqlx::Result<()> {
    let sql = format!(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest, subscribed_at)
         SELECT n.id, b.id, {LIVES_IN}, CAST($2 AS BIGINT), 0, CAST($2 AS BIGINT)
         FROM subscribers b LEFT JOIN accounts a ON a.id = b.account_id CROSS JOIN notices n
         WHERE b.id = $1 AND b.erased_at IS NULL AND {which} AND {ANNOUNCED} AND {}
           AND NOT EXISTS (SELECT 1 FROM ledger l JOIN subscribers t ON t.id = l.subscriber_id
             WHERE l.notice_id = n.id
               AND (t.id = b.id OR (t.joined_id = b.id AND l.called_off_at IS NULL)))",
        asks_for("b.id", "n.id")
    );
    sqlx::query(AssertSqlSafe(sql)).bind(subscriber_id).bind(now).execute(tx).await?;
    Ok(())
}

/// Lets no address change and no subscription begin while a notice starts, and no notice start
/// while they do: whoever moves or begins would be in neither list.
pub async fn hold_addresses(tx: &mut AnyConnection) -> sqlx::Result<()> {
    let sql = Kind::of(tx).hold_to_change("SELECT second_person FROM area_rules");
    sqlx::query(sql).fetch_all(tx).await?;
    Ok(())
}

/// A notice that starts.
struct Started {
    notice_id: Id<Notice>,
    effect: Effect,
    must_do_by: String,
    follows: Option<(Id<Notice>, Follow)>,
    told_before: Option<Moment>,
}

/// Marks the next notice whose time has come as started.
async fn started(tx: &mut AnyConnection, now: Moment) -> sqlx::Result<Option<Started>> {
    const SQL: &str = formatcp!(
        "UPDATE notices SET started_at = $1,
           listed_up_to = CASE WHEN follows_id IS NULL THEN '' END
         WHERE id IN (SELECT id FROM notices WHERE starts_at <= $1 AND started_at IS NULL
           ORDER BY starts_at, id LIMIT 1)
           AND starts_at <= $1 AND started_at IS NULL
         RETURNING id, effect_kind, effect_at, follows_id, follow_kind, must_do_by,
           {} AS told_before",
        first_day_before!("notices.id")
    );
    let row = sqlx::query(SQL).bind(now).fetch_optional(tx).await?;
    let started = |row: AnyRow| {
        Ok(Started {
            notice_id: row.get("id"),
            effect: effect(row.get("effect_kind"), row.get("effect_at"))?,
            must_do_by: db::day(row.get("must_do_by"), "notices.must_do_by")?,
            follows: row
                .get::<Option<Id<Notice>>, _>("follows_id")
                .zip(follow(row.get("follow_kind"))?),
            told_before: row.get("told_before"),
        })
    };
    row.map(started).transpose()
}

/// A row for each person who is to be told: of the subscribers after one and up to another, where
/// these are given, those who have none yet. A cadence that this program does not know has no day,
/// and the schema refuses that.
async fn write_rows(
    tx: &mut AnyConnection,
    started: &Started,
    started_at: Moment,
    some: Option<(&Id<Subscriber>, &Id<Subscriber>)>,
) -> sqlx::Result<()> {
    let [at_once, daily, weekly] = dues(started, started_at);
    let follows = started.follows.as_ref().map(|(follows, _)| follows);
    // Whoever took over from somebody who has had it is not told again. They are counted for each
    // subscriber: joined, everyone who was listed so far might be gone through.
    let only = some.map_or("", |_| {
        "WHERE r.id > $8 AND r.id <= $9
           AND (SELECT count(*) FROM ledger l WHERE l.notice_id = $1 AND l.subscriber_id = r.id) = 0
           AND (SELECT count(*) FROM subscribers t WHERE t.joined_id = r.id
             AND (SELECT count(*) FROM ledger l WHERE l.notice_id = $1 AND l.subscriber_id = t.id
               AND l.called_off_at IS NULL) > 0) = 0"
    });
    let sql = format!(
        "INSERT INTO ledger (notice_id, subscriber_id, place_id, due_at, is_digest)
         SELECT $1, r.id, r.place_id,
                CAST(CASE r.cadence WHEN 'at once' THEN $3 WHEN 'daily' THEN $4
                  WHEN 'weekly' THEN $5 END AS BIGINT),
                CAST(CASE r.cadence WHEN 'at once' THEN 0 WHEN 'daily' THEN $6
                  WHEN 'weekly' THEN $7 END AS INTEGER)
         FROM ({}) r {only} ORDER BY r.id",
        receivers("$2", follows.is_some())
    );
    let mut rows = sqlx::query(AssertSqlSafe(sql))
        .bind(&started.notice_id)
        .bind(follows.unwrap_or(&started.notice_id))
        .bind(at_once.0)
        .bind(daily.0)
        .bind(weekly.0)
        .bind(i32::from(daily.1))
        .bind(i32::from(weekly.1));
    if let Some((after, up_to)) = some {
        rows = rows.bind(after).bind(up_to);
    }
    rows.execute(tx).await?;
    Ok(())
}

/// For each cadence, when the email is due, and whether it is a digest.
fn dues(started: &Started, started_at: Moment) -> [(Moment, bool); 3] {
    let must_know_by =
        must_know_by(started.effect.at(), &started.must_do_by, started.told_before, started_at);
    // A change that is no longer happening is told at once.
    let is_withdrawal = matches!(started.follows, Some((_, Follow::Withdrawal)));
    Cadence::ALL.map(|cadence| {
        if is_withdrawal { (started_at, false) } else { due(cadence, must_know_by, started_at) }
    })
}

/// Stops what is still to be told about a notice that another now follows. Those who were to be
/// told are told what follows instead; a digest goes with its other notices.
async fn replace(tx: &mut AnyConnection, notice_id: &Id<Notice>, now: Moment) -> sqlx::Result<()> {
    let hold = Kind::of(tx).hold_to_change(
        "SELECT id FROM subscribers WHERE id IN (SELECT subscriber_id FROM ledger
         WHERE notice_id = $1) ORDER BY id",
    );
    sqlx::query(hold).bind(notice_id).fetch_all(&mut *tx).await?;
    sqlx::query(
        "UPDATE ledger SET called_off_at = $2, called_off_why = 'replaced' WHERE notice_id = $1
         AND called_off_at IS NULL
           AND (delivery_id IS NULL OR EXISTS (SELECT 1 FROM deliveries d
             WHERE d.id = ledger.delivery_id AND d.next_at IS NOT NULL))",
    )
    .bind(notice_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    call_off_emails(tx, "notice_id", notice_id, "replaced", now).await
}
