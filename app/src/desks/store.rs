//! What waits for whom, and what comes, from every room; each in one query.

use calendar::clock::{self, Millis};
use consultations::reading::Suggests;
use ground::db::{Db, known};
use ground::ids::{Account, Id};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use waits::months::Month;

/// How many tasks a desk names: the oldest.
pub const MOST: i64 = 50;
/// How much of what comes a desk names.
const MOST_COMING: i64 = 40;

/// What sort of thing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitKind {
    /// A topic to check, or one that was passed on.
    Topic,
    /// A comment to check, to answer, or that was passed on.
    Comment,
    /// An answer to a consultation that was passed on.
    PassedOnAnswer,
    /// Words that were taken down and passed on.
    WordsTakenDown,
    /// Words in results that another organiser wants to take down.
    WordsToTakeDown,
    /// A shortlist to confirm.
    Shortlist,
    /// The forum's statement on a plan.
    Statement,
    /// A consultation that no organisation answers for.
    Nobodys,
    /// What leaders say they did, to be checked.
    Update,
    /// What parents told the forum about that.
    Doubts,
    /// How long families wait, as leaders say, to be checked.
    WaitReport,
    /// What parents told the forum about that.
    WaitDoubts,
    /// How long families waited in the month that is over, to be published.
    WaitMonth,
    /// Families that no email reaches.
    Unreached,
    /// Questions about a notice.
    Questions,
    /// A notice to approve.
    ToApprove,
    /// A notice that another leader has to approve.
    Approval,
    /// What the forum has to say about what a leader said.
    Verdict,
    /// Leaders of no organisation.
    Leaders,
    /// Services that nobody runs.
    Services,
    /// Emails that were given up.
    GivenUp,
    /// Invitations that nobody has accepted yet.
    Invitations,
}

impl WaitKind {
    /// Each with the word of the statements here.
    const ALL: [(Self, &'static str); 22] = [
        (Self::Topic, "topic"),
        (Self::Comment, "comment"),
        (Self::PassedOnAnswer, "answer"),
        (Self::WordsTakenDown, "words_taken_down"),
        (Self::WordsToTakeDown, "words_to_take_down"),
        (Self::Shortlist, "shortlist"),
        (Self::Statement, "statement"),
        (Self::Nobodys, "nobodys"),
        (Self::Update, "update"),
        (Self::Doubts, "doubt"),
        (Self::WaitReport, "wait_report"),
        (Self::WaitDoubts, "wait_doubt"),
        (Self::WaitMonth, "wait_month"),
        (Self::Unreached, "unreached"),
        (Self::Questions, "question"),
        (Self::ToApprove, "approve"),
        (Self::Approval, "approval"),
        (Self::Verdict, "verdict"),
        (Self::Leaders, "leaders"),
        (Self::Services, "services"),
        (Self::GivenUp, "given_up"),
        (Self::Invitations, "invitation"),
    ];

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, stored)| *stored == word).map(|(kind, _)| kind)
    }

    /// Whether leaders and administrators wait for someone else to do it.
    fn is_for_others(self) -> bool {
        matches!(self, Self::Approval | Self::Statement | Self::Verdict | Self::Invitations)
    }
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    pub kind: WaitKind,
    /// Its id; empty where it is about no one thing.
    pub id: String,
    pub title: String,
    /// How many things it is.
    pub many: i64,
    /// Since when the first of them has waited.
    pub since: Millis,
}

/// What waits for somebody: the oldest, and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    pub oldest: Vec<Waits>,
    pub in_all: i64,
}

/// What waits for organisers, besides consultations.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn for_organisers(db: &Db, now: Millis) -> sqlx::Result<Waiting> {
    let all = format!(
        "SELECT 'topic' AS kind, id, title, CAST(1 AS BIGINT) AS many, since FROM ({}) topics
         UNION ALL SELECT 'shortlist', r.id, r.title, 1, r.closes_at FROM rounds r
           WHERE r.counted_at IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM confirmations c WHERE c.round_id = r.id)
         UNION ALL SELECT 'statement', id, title, 1, since FROM ({}) plans
         UNION ALL SELECT 'nobodys', id, title, 1, since FROM ({}) nobodys
         UNION ALL SELECT 'update', u.id, u.you_said, 1, u.published_at FROM ({}) u
           WHERE u.verdict IS NULL
         UNION ALL SELECT 'doubt', '', '', count(*), coalesce(min(d.told_at), 0) FROM doubts d
           WHERE d.seen_at IS NULL
         UNION ALL SELECT 'wait_report', w.id, w.title, 1, w.since FROM ({}) w
         UNION ALL SELECT 'wait_doubt', '', '', count(*), coalesce(min(d.told_at), 0)
           FROM wait_doubts d WHERE d.seen_at IS NULL
         UNION ALL SELECT 'comment', c.id, coalesce(s.name, ''), 1, c.sent_at FROM comments c
           LEFT JOIN services s ON s.id = c.service_id
           WHERE c.published_at IS NULL AND c.declined_at IS NULL AND c.passed_on_at IS NULL
             AND c.withdrawn_at IS NULL
         UNION ALL SELECT 'words_to_take_down', t.about_id, '', 1, t.asked_at FROM takedowns t
           WHERE t.taken_down_at IS NULL AND t.refused_at IS NULL
         UNION ALL SELECT 'unreached', '', '', ({}), CAST($1 AS BIGINT)",
        topics::store::TO_READ,
        plans::store::TO_STATE,
        consultations::store::NOBODYS,
        outcomes::store::STANDING,
        waits::store::TO_JUDGE,
        notices::ledger::count_unreached(),
    );
    let rows = sqlx::query(AssertSqlSafe(oldest(&all))).bind(now);
    waiting(&rows.fetch_all(&mut *db.read().await?).await?)
}

/// What waits for a leader, besides what they still have to say; and what they wait for: `approval`
/// of what they wrote, `statement`s of the forum, and `verdict`s.
pub async fn for_leader(
    db: &Db,
    leader: &Id<Account>,
    now: Millis,
) -> sqlx::Result<(Waiting, Vec<Waits>)> {
    const WRITTEN: &str = "FROM notices n WHERE n.started_at IS NULL AND n.approved_at IS NULL
       AND n.discarded_at IS NULL AND EXISTS (SELECT 1 FROM notice_leaders k
         WHERE k.notice_id = n.id AND k.account_id = $1)
       AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.follows_id
         AND f.approved_at IS NOT NULL)";
    const SECOND: &str = "(SELECT second_person FROM area_rules) = 1";
    let all = format!(
        "SELECT 'question' AS kind, id, title, many, since FROM ({}) questions
         UNION ALL SELECT 'approve', n.id, n.title, 1, n.written_at {WRITTEN}
           AND NOT (n.written_by = $1 AND {SECOND})
         UNION ALL SELECT 'comment', c.id, coalesce(s.name, ''), 1, c.published_at
           FROM public_comments p JOIN comments c ON c.id = p.id
           LEFT JOIN services s ON s.id = c.service_id
           WHERE NOT EXISTS (SELECT 1 FROM comment_responses a WHERE a.comment_id = c.id)
             AND EXISTS (SELECT 1 FROM comment_leaders k WHERE k.comment_id = c.id
               AND k.account_id = $1)
         UNION ALL SELECT 'wait_month', l.id, l.title, 1, CAST($3 AS BIGINT) FROM ({}) l",
        notices::questions::store::TO_ANSWER,
        waits::store::LATE,
    );
    let others = format!(
        "SELECT 'approval' AS kind, n.id, n.title, CAST(1 AS BIGINT) AS many,
           n.written_at AS since {WRITTEN} AND n.written_by = $1 AND {SECOND}
         UNION ALL SELECT 'statement', t.id, t.title, 1, t.since FROM ({}) t
           WHERE EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = t.id
             AND k.account_id = $1)
         UNION ALL SELECT 'verdict', u.id, u.you_said, 1, u.published_at FROM ({}) u
           WHERE u.verdict IS NULL AND EXISTS (SELECT 1 FROM update_leaders k
             WHERE k.update_id = u.id AND k.account_id = $1)",
        plans::store::TO_STATE,
        outcomes::store::STANDING,
    );
    let sql = format!(
        "SELECT * FROM ({}) theirs UNION ALL SELECT * FROM ({}) others ORDER BY since, kind, id",
        oldest(&all),
        oldest(&others)
    );
    let month = Month::last_over(now);
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(leader)
        .bind(month.to_string())
        .bind(month.over_at().unwrap_or(now));
    let rows = rows.fetch_all(&mut *db.read().await?).await?;
    theirs_and_others(&rows)
}

/// What waits for safeguarding leads: what was passed on and has no note.
pub async fn for_safeguarding(db: &Db) -> sqlx::Result<Waiting> {
    let all = "SELECT 'topic' AS kind, t.id, '' AS title, CAST(1 AS BIGINT) AS many,
           t.passed_on_at AS since FROM topics t WHERE t.passed_on_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM concern_notes n WHERE n.topic_id = t.id)
         UNION ALL SELECT 'comment', c.id, '', 1, c.passed_on_at FROM comments c
           WHERE c.passed_on_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM comment_notes n WHERE n.comment_id = c.id)
         UNION ALL SELECT 'answer', a.id, a.what, 1, a.passed_on_at FROM answer_concerns a
           WHERE NOT EXISTS (SELECT 1 FROM answer_concern_notes n WHERE n.concern_id = a.id)
         UNION ALL SELECT 'words_taken_down', t.id, '', 1, t.taken_down_at FROM takedowns t
           WHERE t.is_kept = 1 AND t.taken_down_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM takedown_notes n WHERE n.takedown_id = t.id)";
    let rows = sqlx::query(AssertSqlSafe(oldest(all))).fetch_all(&mut *db.read().await?).await?;
    let waiting = waiting(&rows)?;
    for answer in waiting.oldest.iter().filter(|one| one.kind == WaitKind::PassedOnAnswer) {
        known(Suggests::read(&answer.title), "answer_concerns.what")?;
    }
    Ok(waiting)
}

/// What waits for administrators: `leaders` of no organisation, `services` that nobody runs, emails
/// `given_up` since a time; and the `invitation`s that nobody has accepted yet.
pub async fn for_administrators(
    db: &Db,
    now: Millis,
    lately: Millis,
) -> sqlx::Result<(Waiting, Vec<Waits>)> {
    let all = "SELECT 'leaders' AS kind, '' AS id, '' AS title, count(*) AS many,
           coalesce(min(r.granted_at), 0) AS since
           FROM roles r JOIN accounts a ON a.id = r.account_id AND a.erased_at IS NULL
           WHERE r.role = 'leader' AND r.organisation_id IS NULL
         UNION ALL SELECT 'services', '', '', count(*), CAST($1 AS BIGINT) FROM services s
           WHERE s.retired_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM run_services u WHERE u.service_id = s.id)
         UNION ALL SELECT 'given_up', '', '', count(*), coalesce(min(d.given_up_at), 0)
           FROM deliveries d WHERE d.given_up_at > $2
         UNION ALL SELECT 'invitation', '', '', count(*), coalesce(min(i.invited_at), 0)
           FROM invitations i WHERE i.accepted_at IS NULL AND i.ends_at > $1";
    let rows = sqlx::query(AssertSqlSafe(oldest(all))).bind(now).bind(lately);
    let rows = rows.fetch_all(&mut *db.read().await?).await?;
    theirs_and_others(&rows)
}

/// The oldest of what waits, each with how many there are in all.
fn oldest(all: &str) -> String {
    format!(
        "SELECT kind, id, title, many, since, count(*) OVER () AS in_all FROM ({all}) waits
         WHERE many > 0 ORDER BY since, kind, id LIMIT {MOST}"
    )
}

/// What waits for somebody, and what they wait for. How many there are in all is in each row, of the
/// statement that it comes from.
fn theirs_and_others(rows: &[AnyRow]) -> sqlx::Result<(Waiting, Vec<Waits>)> {
    let (mut waiting, mut others) = (Waiting::default(), Vec::new());
    for row in rows {
        let waits = waits(row)?;
        if waits.kind.is_for_others() {
            others.push(waits);
        } else {
            waiting.oldest.push(waits);
            waiting.in_all = row.get("in_all");
        }
    }
    Ok((waiting, others))
}

fn waiting(rows: &[AnyRow]) -> sqlx::Result<Waiting> {
    let in_all = rows.first().map_or(0, |row| row.get("in_all"));
    let oldest = rows.iter().map(waits).collect::<sqlx::Result<_>>()?;
    Ok(Waiting { oldest, in_all })
}

fn waits(row: &AnyRow) -> sqlx::Result<Waits> {
    Ok(Waits {
        kind: known(WaitKind::read(row.get("kind")), "what waits")?,
        id: row.get("id"),
        title: row.get("title"),
        many: row.get("many"),
        since: row.get("since"),
    })
}

/// Something that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comes {
    pub what: Coming,
    pub id: String,
    pub title: String,
    pub at: Millis,
}

/// What comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coming {
    Proposing,
    Voting,
    VotingCloses,
    ConsultationOpens,
    ConsultationCloses,
    ChangeStarts,
    PlanDue,
}

impl Coming {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Proposing, "proposing"),
        (Self::Voting, "voting"),
        (Self::VotingCloses, "voting closes"),
        (Self::ConsultationOpens, "consultation opens"),
        (Self::ConsultationCloses, "consultation closes"),
        (Self::ChangeStarts, "change starts"),
        (Self::PlanDue, "plan due"),
    ];

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, stored)| *stored == word).map(|(what, _)| what)
    }
}

/// What comes from now on until then, the next first. `is_forum`: with consultations that nobody
/// else knows of yet; all the rest is on public pages too.
pub async fn coming(
    db: &Db,
    (now, until): (Millis, Millis),
    is_forum: bool,
) -> sqlx::Result<Vec<Comes>> {
    let rows = sqlx::query(
        "SELECT what, id, title, at, day FROM (
           SELECT 'proposing' AS what, id, title, propose_from AS at, '' AS day FROM rounds
           UNION ALL SELECT 'voting', id, title, vote_from, '' FROM rounds
           UNION ALL SELECT 'voting closes', id, title, closes_at, '' FROM rounds
           UNION ALL SELECT 'consultation opens', id, title, opens_at, '' FROM consultations
             WHERE opened_at IS NOT NULL AND withdrawn_at IS NULL AND $6 = 1
           UNION ALL SELECT 'consultation closes', id, title, closes_at, '' FROM consultations
             WHERE opened_at IS NOT NULL AND withdrawn_at IS NULL AND opens_at <= $1
           UNION ALL SELECT 'change starts', n.id, n.title, n.effect_at, ''
             FROM listed_notices l JOIN notices n ON n.id = l.id
             WHERE coalesce(n.follow_kind, '') <> 'withdrawal'
           UNION ALL SELECT 'plan due', id, title, CAST($1 AS BIGINT) + 1, due_day FROM plans
             WHERE due_day >= $3 AND due_day <= $4 AND NOT EXISTS (SELECT 1 FROM plan_changes x
               WHERE x.plan_id = plans.id AND x.kind = 'cancelled')) comes
         WHERE at > $1 AND at <= $2 ORDER BY at, id LIMIT $5",
    )
    .bind(now)
    .bind(until)
    .bind(clock::fields(now).0)
    .bind(clock::fields(until).0)
    .bind(MOST_COMING)
    .bind(i64::from(is_forum))
    .fetch_all(&mut *db.read().await?)
    .await?;
    let comes = |row: &AnyRow| {
        let at = clock::read(row.get("day"), "12:00").unwrap_or_else(|| row.get("at"));
        let what = known(Coming::read(row.get("what")), "what comes")?;
        Ok(Comes { what, id: row.get("id"), title: row.get("title"), at })
    };
    let mut all: Vec<Comes> = rows.iter().map(comes).collect::<sqlx::Result<_>>()?;
    all.sort_by(|one, next| (one.at, &one.id).cmp(&(next.at, &next.id)));
    Ok(all)
}

/// What an area has of what it needs before anyone can use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Begun {
    pub places: i64,
    pub services: i64,
    pub organisations: i64,
    /// Services that an organisation is set down as running.
    pub run: i64,
    pub terms: i64,
    /// Whether families can read how to reach the forum: 0 or more.
    pub contact: i64,
    /// Those who hold each role, or are invited to.
    pub administrators: i64,
    pub organisers: i64,
    pub leaders: i64,
    pub safeguarding: i64,
    /// Test emails that were asked for; 0 while none has gone out. The rows of emails are erased
    /// after a year, so those are not asked alone.
    pub tested: i64,
}

/// How many there are of what an area needs.
pub async fn begun(db: &Db, now: Millis) -> sqlx::Result<Begun> {
    let of = |role: &str| {
        format!(
            "(SELECT count(*) FROM roles r JOIN accounts a ON a.id = r.account_id
               AND a.erased_at IS NULL WHERE r.role = '{role}')
             + (SELECT count(*) FROM invitations i WHERE i.role = '{role}'
               AND i.accepted_at IS NULL AND i.ends_at > $1)"
        )
    };
    let sql = format!(
        "SELECT (SELECT count(*) FROM places WHERE retired_at IS NULL) AS places,
           (SELECT count(*) FROM services WHERE retired_at IS NULL) AS services,
           (SELECT count(*) FROM organisations WHERE retired_at IS NULL) AS organisations,
           (SELECT count(*) FROM run_services) AS run,
           (SELECT count(*) FROM terms) AS terms,
           (SELECT count(*) FROM area_texts WHERE name IN ('phone', 'email', 'post')
             AND words <> '') AS contact,
           {} AS administrators, {} AS organisers, {} AS leaders, {} AS safeguarding,
           (SELECT count(*) FROM audit WHERE what = '{}')
             * (SELECT CASE WHEN count(*) = 0 OR count(sent_at) > 0 THEN 1 ELSE 0 END
               FROM deliveries WHERE kind = '{}') AS tested",
        of("admin"),
        of("organiser"),
        of("leader"),
        of("safeguarding"),
        super::test_email::ASKED,
        deliveries::EmailKind::Test.word(),
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(now).fetch_one(&mut *db.read().await?).await
}
