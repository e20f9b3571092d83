//! What waits for whom, and what comes, from every room; each in one query.

use calendar::clock::{self, Moment};
use consultations::reading::Suggests;
use deliveries::tasks::Task;
use ground::db::{Db, formatcp, known};
use ground::ids::{Account, Id};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use waits::months::Month;

use super::test_email::ASKED;

/// How many tasks a desk names.
pub const MOST: i64 = 50;
/// How much of what comes a desk names.
const MOST_COMING: i64 = 40;

/// What sort of thing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitKind {
    /// A task that whoever has it is emailed about too.
    Task(Task),
    /// A topic that was passed on.
    PassedOnTopic,
    /// A comment that was passed on.
    PassedOnComment,
    /// An answer to a consultation that was passed on.
    PassedOnAnswer,
    /// Words that were taken down and passed on.
    WordsTakenDown,
    /// A consultation that no organisation answers for.
    Nobodys,
    /// How long families waited in the month that is over, to be published.
    WaitMonth,
    /// What was promised in answer to a comment, by a day that is over: whether it was done.
    Promise,
    /// A decision that was published without answering parents, and of which the forum has said
    /// nothing since.
    DecisionPassed,
    /// Families that no email reaches.
    Unreached,
    /// A notice that another leader has to approve.
    Approval,
    /// The forum's statement, which a leader waits for.
    ForumsStatement,
    /// The forum or two parents, who confirm a planning session.
    Confirmation,
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
    /// Each that is no task, with the word of the statements here.
    const OTHERS: [(Self, &'static str); 17] = [
        (Self::PassedOnTopic, "passed on topic"),
        (Self::PassedOnComment, "passed on comment"),
        (Self::PassedOnAnswer, "passed on answer"),
        (Self::WordsTakenDown, "words taken down"),
        (Self::Nobodys, "nobodys"),
        (Self::WaitMonth, "waits to publish"),
        (Self::Promise, "promise"),
        (Self::DecisionPassed, "decision passed"),
        (Self::Unreached, "unreached"),
        (Self::Approval, "approval"),
        (Self::ForumsStatement, "forums statement"),
        (Self::Confirmation, "confirmation"),
        (Self::Verdict, "verdict"),
        (Self::Leaders, "leaders"),
        (Self::Services, "services"),
        (Self::GivenUp, "given up"),
        (Self::Invitations, "invitation"),
    ];

    fn read(word: &str) -> Option<Self> {
        let other = Self::OTHERS.into_iter().find(|(_, stored)| *stored == word);
        other.map(|(kind, _)| kind).or_else(|| Task::read(word).map(Self::Task))
    }

    /// Whether leaders and administrators wait for someone else to do it.
    fn is_for_others(self) -> bool {
        matches!(
            self,
            Self::Approval
                | Self::ForumsStatement
                | Self::Confirmation
                | Self::Verdict
                | Self::Invitations
        )
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
    pub since: Moment,
}

/// What waits for somebody: the oldest, and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    pub oldest: Vec<Waits>,
    pub in_all: i64,
}

/// The tasks of the person `$1`, those of these kinds, with their titles; by the view that emails
/// about them are owed by.
fn tasks(kinds: &[Task]) -> String {
    const OF_COMMENT: &str = "coalesce((SELECT s.name FROM comments c
       JOIN services s ON s.id = c.service_id WHERE c.id = w.thing_id), '')";
    let of_update = outcomes::store::title_of("w.page_id");
    let titled = kinds.iter().map(|kind| {
        let title = match kind {
            Task::Topic => "(SELECT t.title FROM topics t WHERE t.id = w.thing_id)",
            Task::Shortlist => "(SELECT r.title FROM rounds r WHERE r.id = w.thing_id)",
            Task::Statement | Task::ReviewPlan => {
                "(SELECT p.title FROM plans p WHERE p.id = w.thing_id)"
            }
            Task::Session | Task::Disputed => {
                "(SELECT p.title FROM plans p JOIN planning_sessions s ON s.plan_id = p.id
                   WHERE s.id = w.thing_id)"
            }
            Task::Approve | Task::ReviewNotice => {
                "(SELECT n.title FROM notices n WHERE n.id = w.thing_id)"
            }
            Task::Update | Task::Disagreed | Task::ReviewUpdate => of_update.as_str(),
            Task::Waits => {
                "(SELECT s.name FROM services s JOIN wait_reports r ON r.service_id = s.id
                   WHERE r.id = w.thing_id)"
            }
            Task::Comment | Task::Answer => OF_COMMENT,
            Task::Safeguarding
            | Task::Doubt
            | Task::WaitDoubt
            | Task::Count
            | Task::Publish
            | Task::Takedown
            | Task::Override
            | Task::Passed
            | Task::Approved
            | Task::Question => "''",
        };
        format!("WHEN '{}' THEN {title}", kind.word())
    });
    format!(
        "SELECT w.task AS kind, w.page_id AS id, CASE w.task {} END AS title,
           CAST(1 AS BIGINT) AS many, w.since
         FROM waiting_tasks w WHERE w.account_id = $1 AND w.task IN ({})",
        titled.collect::<Vec<_>>().join(" "),
        kinds.iter().map(|kind| format!("'{}'", kind.word())).collect::<Vec<_>>().join(", ")
    )
}

/// What waits for an organiser, besides consultations.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn for_organiser(db: &Db, organiser: &Id<Account>, now: Moment) -> sqlx::Result<Waiting> {
    let all = format!(
        "{}
         UNION ALL SELECT w.task, '', '', count(*), min(w.since) FROM waiting_tasks w
           WHERE w.account_id = $1 AND w.task IN ('{}', '{}') GROUP BY w.task
         UNION ALL SELECT 'nobodys', id, title, 1, since FROM ({}) nobodys
         UNION ALL SELECT 'promise', j.id, j.title, 1, j.since FROM ({}) j
         UNION ALL SELECT 'decision passed', id, title, 1, since FROM ({}) passed
         UNION ALL SELECT 'unreached', '', '', ({}), CAST($2 AS BIGINT)",
        tasks(&[
            Task::Topic,
            Task::Comment,
            Task::Update,
            Task::Waits,
            Task::Shortlist,
            Task::Statement,
            Task::Session,
            Task::Takedown
        ]),
        Task::Doubt.word(),
        Task::WaitDoubt.word(),
        consultations::store::NOBODYS,
        local_offer::store::to_judge("$1", "$3"),
        plans::store::PASSED,
        notices::ledger::count_unreached(),
    );
    let rows = sqlx::query(AssertSqlSafe(oldest(&all)));
    let rows = rows.bind(organiser).bind(now).bind(clock::fields(now).0);
    waiting(&rows.fetch_all(&mut *db.read().await?).await?)
}

/// What waits for a leader, besides what they still have to say; and what they wait for: `approval`
/// of what they wrote, statements of the forum, sessions to be confirmed, and `verdict`s.
pub async fn for_leader(
    db: &Db,
    leader: &Id<Account>,
    now: Moment,
) -> sqlx::Result<(Waiting, Vec<Waits>)> {
    let all = format!(
        "{}
         UNION ALL SELECT w.task, n.id, n.title, count(*), min(w.since)
           FROM waiting_tasks w JOIN notices n ON n.id = w.page_id
           WHERE w.account_id = $1 AND w.task = '{}' GROUP BY w.task, n.id, n.title
         UNION ALL {} AND w.since <= $4
         UNION ALL SELECT 'waits to publish', l.id, l.title, 1, CAST($3 AS BIGINT) FROM ({}) l",
        tasks(&[Task::Approve, Task::Answer, Task::Disputed, Task::Disagreed]),
        Task::Question.word(),
        tasks(&[Task::ReviewPlan, Task::ReviewNotice, Task::ReviewUpdate]),
        waits::store::LATE,
    );
    let others = format!(
        "SELECT 'approval' AS kind, n.id, n.title, CAST(1 AS BIGINT) AS many,
           n.written_at AS since FROM notices n WHERE n.approved_at IS NULL
             AND n.discarded_at IS NULL AND n.written_by = $1
             AND (SELECT second_person FROM area_rules) = 1
             AND EXISTS (SELECT 1 FROM notice_leaders k WHERE k.notice_id = n.id
               AND k.account_id = $1)
             AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.follows_id = n.follows_id
               AND f.approved_at IS NOT NULL)
         UNION ALL SELECT 'forums statement', t.id, t.title, 1, t.since FROM ({}) t
           WHERE EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = t.id
             AND k.account_id = $1)
             AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = t.id
               AND d.published_at IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.plan_id = t.id
               AND d.published_at IS NOT NULL)
         UNION ALL SELECT 'confirmation', t.id, t.title, 1, t.since FROM ({}) t
           JOIN planning_sessions s ON s.id = t.id
           WHERE EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = s.plan_id
             AND k.account_id = $1)
         UNION ALL SELECT 'verdict', u.id, {}, 1, u.published_at FROM ({}) u
           WHERE u.verdict IS NULL AND EXISTS (SELECT 1 FROM update_leaders k
             WHERE k.update_id = u.id AND k.account_id = $1)",
        plans::store::TO_STATE,
        plans::store::TO_CONFIRM,
        outcomes::store::title_of("u.id"),
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
        .bind(month.over_at().unwrap_or(now))
        .bind(now);
    let rows = rows.fetch_all(&mut *db.read().await?).await?;
    theirs_and_others(&rows)
}

/// What waits for a safeguarding lead: what was passed on and has no note. The view does not say
/// what it is, since the emails don't: its id does.
pub async fn for_safeguarding(db: &Db, lead: &Id<Account>) -> sqlx::Result<Waiting> {
    let all = format!(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM topics t WHERE t.id = w.thing_id)
             THEN 'passed on topic'
           WHEN EXISTS (SELECT 1 FROM comments c WHERE c.id = w.thing_id)
             THEN 'passed on comment'
           WHEN EXISTS (SELECT 1 FROM takedowns k WHERE k.id = w.thing_id)
             THEN 'words taken down'
           ELSE 'passed on answer' END AS kind,
           w.thing_id AS id, coalesce((SELECT a.what FROM answer_concerns a
             WHERE a.id = w.thing_id), '') AS title, CAST(1 AS BIGINT) AS many, w.since
         FROM waiting_tasks w WHERE w.account_id = $1 AND w.task = '{}'",
        Task::Safeguarding.word(),
    );
    let rows = sqlx::query(AssertSqlSafe(oldest(&all))).bind(lead);
    let waiting = waiting(&rows.fetch_all(&mut *db.read().await?).await?)?;
    for answer in waiting.oldest.iter().filter(|one| one.kind == WaitKind::PassedOnAnswer) {
        known(Suggests::read(&answer.title), "answer_concerns.what")?;
    }
    Ok(waiting)
}

/// What waits for administrators: `leaders` of no organisation, `services` that nobody runs, emails
/// `given up` since a time; and the `invitation`s that nobody has accepted yet.
pub async fn for_administrators(
    db: &Db,
    now: Moment,
    lately: Moment,
) -> sqlx::Result<(Waiting, Vec<Waits>)> {
    let all = "SELECT 'leaders' AS kind, '' AS id, '' AS title, count(*) AS many,
           coalesce(min(r.granted_at), 0) AS since
           FROM roles r JOIN accounts a ON a.id = r.account_id AND a.erased_at IS NULL
           WHERE r.role = 'leader' AND r.organisation_id IS NULL
         UNION ALL SELECT 'services', '', '', count(*), CAST($1 AS BIGINT) FROM services s
           WHERE s.retired_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM run_services u WHERE u.service_id = s.id)
         UNION ALL SELECT 'given up', '', '', count(*), coalesce(min(d.given_up_at), 0)
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

/// What waits for somebody, and what they wait for. How many there are in all is in each row, of
/// the statement that it comes from.
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
    let kind = known(WaitKind::read(row.get("kind")), "what waits")?;
    let title: String = row.get("title");
    if kind == WaitKind::Promise {
        let day = title.split_once('|').and_then(|(day, _)| clock::end_of(day));
        known(day, "comment_responses.action_by")?;
    }
    Ok(Waits { kind, id: row.get("id"), title, many: row.get("many"), since: row.get("since") })
}

/// Something that comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comes {
    pub what: Coming,
    pub id: String,
    pub title: String,
    pub at: Moment,
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

/// Whose desk it is.
#[derive(Clone, Copy, Debug)]
pub enum DeskOf<'a> {
    /// With consultations that nobody else knows of yet; all the rest is on public pages too.
    Organisers,
    /// Of plans only those they work on.
    Leader(&'a Id<Account>),
    SafeguardingLeads,
    Administrators,
}

/// What comes from now on until then, the next first. A plan that is decided, with its draft
/// published, is due no more.
pub async fn coming(
    db: &Db,
    (now, until): (Moment, Moment),
    desk: DeskOf<'_>,
) -> sqlx::Result<Vec<Comes>> {
    let leader = if let DeskOf::Leader(leader) = desk { leader.as_str() } else { "" };
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
               WHERE x.plan_id = plans.id AND x.kind = 'cancelled')
             AND NOT EXISTS (SELECT 1 FROM decisions d JOIN drafts f ON f.plan_id = d.plan_id
               WHERE d.plan_id = plans.id AND d.published_at IS NOT NULL
                 AND f.published_at IS NOT NULL)
             AND ($7 = '' OR EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = plans.id
               AND k.account_id = $7))) comes
         WHERE at > $1 AND at <= $2 ORDER BY at, id LIMIT CAST($5 AS BIGINT)",
    )
    .bind(now)
    .bind(until)
    .bind(clock::fields(now).0)
    .bind(clock::fields(until).0)
    .bind(MOST_COMING)
    .bind(i64::from(matches!(desk, DeskOf::Organisers)))
    .bind(leader)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let comes = |row: &AnyRow| {
        let at: Moment = match row.get("day") {
            "" => row.get("at"),
            day => known(clock::read(day, "12:00"), "plans.due_day")?,
        };
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
    /// Those who hold each role and can sign in, or are invited to it.
    pub administrators: i64,
    pub organisers: i64,
    pub leaders: i64,
    pub safeguarding: i64,
    /// Test emails that were asked for; 0 while none has gone out. The rows of emails are erased
    /// after a year, so those are not asked alone.
    pub tested: i64,
    /// When the last daily backup was made.
    pub backed_up_at: Option<Moment>,
}

/// How many there are of what an area needs.
pub async fn begun(db: &Db, now: Moment) -> sqlx::Result<Begun> {
    const SQL: &str = formatcp!(
        "WITH team AS (SELECT r.role FROM roles r JOIN accounts a ON a.id = r.account_id
             AND a.erased_at IS NULL AND a.suspended_at IS NULL
             WHERE r.role IN ('admin', 'organiser', 'leader', 'safeguarding')
           UNION ALL SELECT i.role FROM invitations i
             WHERE i.accepted_at IS NULL AND i.ends_at > $1)
         SELECT (SELECT count(*) FROM places WHERE retired_at IS NULL) AS places,
           (SELECT count(*) FROM services WHERE retired_at IS NULL) AS services,
           (SELECT count(*) FROM organisations WHERE retired_at IS NULL) AS organisations,
           (SELECT count(*) FROM run_services) AS run,
           (SELECT count(*) FROM terms) AS terms,
           (SELECT count(*) FROM area_texts WHERE name IN ('phone', 'email', 'post')
             AND words <> '') AS contact,
           (SELECT count(*) FROM team WHERE role = 'admin') AS administrators,
           (SELECT count(*) FROM team WHERE role = 'organiser') AS organisers,
           (SELECT count(*) FROM team WHERE role = 'leader') AS leaders,
           (SELECT count(*) FROM team WHERE role = 'safeguarding') AS safeguarding,
           (SELECT count(*) FROM audit WHERE what = '{ASKED}')
             * (SELECT CASE WHEN count(*) = 0 OR count(sent_at) > 0 THEN 1 ELSE 0 END
               FROM deliveries WHERE kind = 'test') AS tested,
           (SELECT backed_up_at FROM service_state) AS backed_up_at"
    );
    sqlx::query_as(SQL).bind(now).fetch_one(&mut *db.read().await?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_waits_is_known_by_a_word_that_is_no_task_of_another_kind() {
        for (kind, word) in WaitKind::OTHERS {
            assert_eq!(WaitKind::read(word), Some(kind));
            assert_eq!(Task::read(word), None, "{word}");
        }
        assert_eq!(WaitKind::read("topic"), Some(WaitKind::Task(Task::Topic)));
        assert_eq!(WaitKind::read("anything"), None);
    }
}
