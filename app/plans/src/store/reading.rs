//! What is asked about plans.

use area::corrections::Correction;
use area::equality::{Signed, Takes};
use calendar::clock::{self, Moment};
use ground::changes::ChangeKind;
use ground::db::{Db, day, known, number};
use ground::files::{self, FileKind};
use ground::ids::{self, Account, Consultation, Id, Topic};
use ground::text::RULES;
use ground::ui::Step;
use ground::viewer::Role;
use involvement::decision::DecisionFacts;
use involvement::gate::{self, GateFacts, TopicFacts};
use involvement::rung::RungFacts;
use involvement::session::{SessionFacts, SessionState};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, FromRow, Row as _};

use super::SaidOf;
use crate::rules::{AnswerKind, may_read_draft};

/// A plan with everything that happened to it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub id: Id<ids::Plan>,
    pub title: String,
    pub what: String,
    /// The day it is due, as `2027-03-01`.
    pub due_day: String,
    pub organisations: Vec<String>,
    /// Its kind, its services, then its places.
    pub labels: Vec<String>,
    /// Withdrawn ones too, in the order they were published.
    pub topics: Vec<TiedTopic>,
    /// Earliest first.
    pub sessions: Vec<PlanningSession>,
    /// Earliest first.
    pub statements: Vec<Statement>,
    /// Earliest first, unpublished ones too: [`Plan::readable`] says who may read which.
    pub drafts: Vec<Draft>,
    /// When it was said who it affects, earliest first.
    pub equality: Vec<Signed>,
    /// What it takes away from families, as that was said last.
    pub takes: Vec<Takes>,
    /// What was decided, published or not: see [`Plan::decided`].
    pub decision: Option<Decision>,
    /// Who went ahead with the decision though something was missing, why and when.
    pub decision_passed: Option<(String, String, Moment)>,
    /// How many topics and how many themes the decision doesn't answer, of those that were there
    /// when it was published.
    pub decision_unanswered: (usize, usize),
    /// In order.
    pub events: Vec<PlanEvent>,
    /// What was put right about it, its sessions, its decision and the organisations that plan it,
    /// in order.
    pub corrections: Vec<Correction>,
    /// Earliest first.
    pub changes: Vec<PastChange>,
    /// Whether the leader who looks may work on it; false for everyone else.
    pub is_led_by_viewer: bool,
    /// Whether whoever looks reads its drafts before they are published.
    pub is_read_by_viewer: bool,
    /// Whether whoever looks is on the side of those who plan it, and can't speak for the forum.
    pub is_planned_by_viewer: bool,
}

/// What was changed about the day a plan is due, as `2027-03-01`, or that it was cancelled.
pub type PastChange = ground::changes::PastChange<ChangeKind, String>;

/// A topic tied to a plan.
#[derive(Clone, Debug)]
pub struct TiedTopic {
    pub id: Id<Topic>,
    pub title: String,
    /// Since when everyone can read it.
    pub open_since: Option<Moment>,
    /// When voting on it closed.
    pub closed_at: Option<Moment>,
    pub tied_at: Moment,
    pub withdrawn_at: Option<Moment>,
}

impl TiedTopic {
    /// Whether it was tied by then, and not withdrawn.
    fn counts_at(&self, at: Moment) -> bool {
        self.tied_at <= at && self.withdrawn_at.is_none_or(|withdrawn| withdrawn > at)
    }
}

/// A planning session.
#[derive(Clone, Debug)]
pub struct PlanningSession {
    pub id: Id<ids::PlanningSession>,
    /// The day it was held, as `2026-12-04`.
    pub day: String,
    /// Where, or that it was online.
    pub held_at: String,
    /// How many took part. Only for [`disclosure`] to put into words.
    pub parents: u64,
    pub others: u64,
    pub decided: String,
    pub notes: String,
    /// Whether everyone may read the notes, not only the forum and leaders.
    pub for_everyone: bool,
    pub recorded_at: Moment,
    /// Who else says that it was held.
    pub confirmed: Option<Confirmation>,
    /// Why the forum says that it was not held so.
    pub disputed: Option<Dispute>,
}

/// That somebody else than those who plan says that a session was held.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation {
    /// The forum, and not parents who were there.
    pub for_forum: bool,
    pub at: Moment,
}

/// That the forum says that a session was not held as it was recorded.
#[derive(Clone, Debug)]
pub struct Dispute {
    pub reason: String,
    pub at: Moment,
}

impl PlanningSession {
    /// When it was recorded, and what others said about it.
    #[must_use]
    pub fn facts(&self) -> SessionFacts {
        SessionFacts {
            recorded_at: self.recorded_at,
            confirmed_at: self.confirmed.map(|confirmed| confirmed.at),
            disputed_at: self.disputed.as_ref().map(|disputed| disputed.at),
        }
    }

    /// How far it has got; `None` where no parents took part, so that it counts for nothing.
    #[must_use]
    pub fn state(&self) -> Option<SessionState> {
        (self.parents > 0).then(|| self.facts().state())
    }
}

/// What the forum says about a plan.
#[derive(Clone, Debug)]
pub struct Statement {
    pub words: String,
    pub at: Moment,
}

/// A version of a plan's text.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: Id<ids::Draft>,
    /// From 1.
    pub version: i64,
    pub summary: String,
    /// When it was submitted, published or not.
    pub first_recorded_at: Moment,
    pub published_at: Option<Moment>,
    /// Who overrode the gate for it, why and when.
    pub overridden: Option<(String, String, Moment)>,
    /// Whether it was published while a planning session counted as soon as it was recorded.
    pub is_before_confirmations: bool,
}

/// What was decided about a plan in the end.
#[derive(Clone, Debug)]
pub struct Decision {
    pub id: Id<ids::Decision>,
    pub words: String,
    /// The body that decided it.
    pub decided_by: String,
    /// The last moment of the day it was decided.
    pub decided_at: Moment,
    /// The link to its paper.
    pub paper: String,
    /// When it was written down as it is.
    pub written_at: Moment,
    pub published_at: Option<Moment>,
    /// The consultation on the plan that had not closed by that day, and when it was to close.
    pub early: Option<(Id<Consultation>, Moment)>,
}

/// Something that happened to a plan.
#[derive(Clone, Debug)]
pub struct PlanEvent {
    /// A few words that do not change.
    pub what: String,
    /// Their display name; empty for parents.
    pub who: String,
    pub role: Role,
    /// Of what parents did, only the day is exact.
    pub at: Moment,
}

impl Plan {
    /// That it was cancelled, if it was: nothing is done about it any more.
    #[must_use]
    pub fn cancelled(&self) -> Option<&PastChange> {
        self.changes.iter().find(|change| change.kind == ChangeKind::Cancelled)
    }

    /// What was decided, once everyone can read it.
    #[must_use]
    pub fn decided(&self) -> Option<&Decision> {
        self.decision.as_ref().filter(|decision| decision.published_at.is_some())
    }

    /// Whether a draft of it is published.
    #[must_use]
    pub fn has_published_draft(&self) -> bool {
        self.drafts.iter().any(|draft| draft.published_at.is_some())
    }

    /// What the decision was asked when it was published; now, while it isn't.
    #[must_use]
    pub fn decision_facts(&self) -> DecisionFacts {
        let decided_at = self.decided().and_then(|decision| decision.published_at);
        let by_then = |at: Moment| decided_at.is_none_or(|decided| at <= decided);
        let (topics, themes) = self.decision_unanswered;
        DecisionFacts {
            has_published_draft: self
                .drafts
                .iter()
                .any(|draft| draft.published_at.is_some_and(by_then)),
            topics,
            themes,
            has_equality: self.equality.iter().any(|signed| by_then(signed.at)),
        }
    }

    /// The draft of this version, if whoever looks may read it.
    #[must_use]
    pub fn readable(&self, version: i64) -> Option<&Draft> {
        self.drafts.iter().find(|draft| {
            draft.version == version && may_read_draft(draft.published_at, self.is_read_by_viewer)
        })
    }

    /// The topics tied to it that count now.
    pub fn open_topics(&self) -> impl Iterator<Item = &TiedTopic> {
        self.topics.iter().filter(|topic| topic.withdrawn_at.is_none())
    }

    /// What the gate is worked out from, now.
    #[must_use]
    pub fn gate(&self) -> GateFacts {
        self.gate_at(Moment::MAX)
    }

    /// What the gate was worked out from at that time. What came later changes nothing for a draft
    /// published then.
    #[must_use]
    pub fn gate_at(&self, at: Moment) -> GateFacts {
        let by_then = |happened: Option<Moment>| happened.is_some_and(|happened| happened <= at);
        let topics = self.topics.iter().filter(|topic| topic.counts_at(at));
        GateFacts {
            topics: topics
                .map(|topic| TopicFacts {
                    open_since: topic.open_since,
                    vote_closed: by_then(topic.closed_at),
                })
                .collect(),
            first_draft_at: self
                .drafts
                .iter()
                .map(|draft| draft.first_recorded_at)
                .filter(|recorded| *recorded <= at)
                .min(),
            sessions: self
                .met_parents()
                .filter(|session| session.recorded_at <= at)
                .map(|session| session.facts().state_at(at))
                .collect(),
            claims_count: self
                .drafts
                .iter()
                .any(|draft| draft.is_before_confirmations && draft.published_at == Some(at)),
            has_statement: self.statements.iter().any(|statement| statement.at <= at),
        }
    }

    /// The planning sessions that parents took part in, as it was recorded.
    pub fn met_parents(&self) -> impl Iterator<Item = &PlanningSession> {
        self.sessions.iter().filter(|session| session.parents > 0)
    }

    /// The plan as it was at that time; `None` before it was registered.
    ///
    /// # Errors
    /// When what was put right since cannot be put back.
    pub fn as_of(mut self, at: Moment) -> sqlx::Result<Option<Self>> {
        let past = |happened: Option<Moment>| happened.filter(|happened| *happened <= at);
        while let Some(correction) = self.corrections.pop_if(|correction| correction.at > at) {
            self.undo(&correction)?;
        }
        self.events.retain(|event| event.at <= at);
        self.sessions.retain(|session| session.recorded_at <= at);
        for session in &mut self.sessions {
            session.confirmed = session.confirmed.filter(|confirmed| confirmed.at <= at);
            session.disputed = session.disputed.take().filter(|disputed| disputed.at <= at);
        }
        self.statements.retain(|statement| statement.at <= at);
        self.topics.retain(|topic| topic.tied_at <= at);
        for topic in &mut self.topics {
            (topic.closed_at, topic.withdrawn_at) =
                (past(topic.closed_at), past(topic.withdrawn_at));
        }
        self.drafts.retain(|draft| draft.first_recorded_at <= at);
        for draft in &mut self.drafts {
            draft.published_at = past(draft.published_at);
            draft.overridden = draft.overridden.take().filter(|(_, _, made_at)| *made_at <= at);
        }
        self.equality.retain(|signed| signed.at <= at);
        self.decision =
            self.decision.take().filter(|decision| past(decision.published_at).is_some());
        self.decision_passed = self.decision_passed.take().filter(|(_, _, made_at)| *made_at <= at);
        Ok((!self.events.is_empty()).then_some(self))
    }

    /// What happened, in order, with the sessions that parents confirmed: for when that was there
    /// is its day alone (decision 0051), as early on it as it can have been.
    #[must_use]
    pub fn timeline(&self) -> Vec<PlanEvent> {
        let by_parents = self.sessions.iter().filter_map(|session| {
            let confirmed = session.confirmed.filter(|confirmed| !confirmed.for_forum)?;
            let began = clock::read(&clock::fields(confirmed.at).0, "00:00")?;
            Some(PlanEvent {
                what: "planning session confirmed by parents".to_owned(),
                who: String::new(),
                role: Role::Parent,
                at: began.max(session.recorded_at),
            })
        });
        let mut all: Vec<PlanEvent> = self.events.iter().cloned().chain(by_parents).collect();
        all.sort_by_key(|event| event.at);
        all
    }

    /// What was put right about one thing of it, the latest first.
    pub fn corrections_of(&self, thing_id: &str) -> impl Iterator<Item = &Correction> {
        self.corrections.iter().rev().filter(move |correction| correction.thing_id == thing_id)
    }

    /// When the last draft was published, where no later one is waiting to be.
    #[must_use]
    pub fn settled_at(&self) -> Option<Moment> {
        self.drafts.iter().max_by_key(|draft| draft.version)?.published_at?;
        self.drafts.iter().filter_map(|draft| draft.published_at).max()
    }

    /// What the rung is worked out from. Topics count as they did when the first draft was
    /// published, or the decision where that came first.
    #[must_use]
    pub fn rung(&self) -> RungFacts {
        let drafted_at = self.drafts.iter().filter_map(|draft| draft.published_at).min();
        let decided_at = self.decided().and_then(|decision| decision.published_at);
        let published_at = [drafted_at, decided_at].into_iter().flatten().min();
        let topics: Vec<&TiedTopic> = self
            .topics
            .iter()
            .filter(|topic| topic.counts_at(published_at.unwrap_or(Moment::MAX)))
            .collect();
        let closed: Vec<Moment> = topics.iter().filter_map(|topic| topic.closed_at).collect();
        RungFacts {
            votes_closed_at: if closed.len() == topics.len() {
                closed.into_iter().max()
            } else {
                None
            },
            topics_open_since: topics.into_iter().filter_map(|topic| topic.open_since).collect(),
            sessions: self.met_parents().map(PlanningSession::facts).collect(),
            statement_at: self.statements.iter().map(|statement| statement.at).min(),
            first_draft_at: self.drafts.iter().map(|draft| draft.first_recorded_at).min(),
            published_at,
            is_overridden: self.went_ahead(),
        }
    }

    /// Whether somebody went ahead without parents: with a draft, or by deciding without one.
    #[must_use]
    pub fn went_ahead(&self) -> bool {
        let skips_drafts = self.decided().is_some() && !self.decision_facts().has_published_draft;
        skips_drafts || self.drafts.iter().any(|draft| draft.overridden.is_some())
    }
}

/// The plan with this id.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn find(db: &Db, id: &Id<ids::Plan>) -> sqlx::Result<Option<Plan>> {
    find_for(db, id, None).await
}

/// The plan with this id, what this person may do about it, and on which side they are.
pub async fn find_for(
    db: &Db,
    id: &Id<ids::Plan>,
    viewer: Option<&Id<Account>>,
) -> sqlx::Result<Option<Plan>> {
    let mut connection = db.read().await?;
    let rows = sqlx::query(
        "SELECT p.id, p.title, p.what, p.due_day, l.kind, l.name,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = p.id
                  AND k.account_id = $2) THEN 1 ELSE 0 END AS BIGINT) AS is_led,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM draft_readers k WHERE k.plan_id = p.id
                  AND k.account_id = $2) THEN 1 ELSE 0 END AS BIGINT) AS is_read,
                CAST(CASE WHEN EXISTS (SELECT 1 FROM plan_side k WHERE k.plan_id = p.id
                  AND k.account_id = $2) THEN 1 ELSE 0 END AS BIGINT) AS is_planned
         FROM plans p
         LEFT JOIN (
           SELECT po.plan_id, 'organisation' AS kind, o.name, 0 AS place, 0 AS position
             FROM plan_organisations po JOIN organisations o ON o.id = po.organisation_id
           UNION ALL SELECT kp.plan_id, 'kind', pk.name, 1, -1 FROM kinds_of_plans kp
             JOIN plan_kinds pk ON pk.id = kp.kind_id
           UNION ALL SELECT ps.plan_id, 'service', s.name, 1, s.position FROM plan_services ps
             JOIN services s ON s.id = ps.service_id
           UNION ALL SELECT pp.plan_id, 'place', l.name, 2, l.position FROM plan_places pp
             JOIN places l ON l.id = pp.place_id) l ON l.plan_id = p.id
         WHERE p.id = $1
         ORDER BY l.place, l.position, l.name",
    )
    .bind(id)
    .bind(viewer)
    .fetch_all(&mut *connection)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut plan = Plan {
        id: row.get("id"),
        title: row.get("title"),
        what: row.get("what"),
        due_day: day(row.get("due_day"), "plans.due_day")?,
        is_led_by_viewer: row.get::<i64, _>("is_led") == 1,
        is_read_by_viewer: row.get::<i64, _>("is_read") == 1,
        is_planned_by_viewer: row.get::<i64, _>("is_planned") == 1,
        ..Plan::default()
    };
    for row in &rows {
        match (row.get::<Option<&str>, _>("kind"), row.get::<Option<String>, _>("name")) {
            (Some("organisation"), Some(name)) => plan.organisations.push(name),
            (Some(_), Some(name)) => plan.labels.push(name),
            (_, None) | (None, _) => {}
        }
    }
    for row in
        sqlx::query(AssertSqlSafe(happenings("= $1"))).bind(id).fetch_all(&mut *connection).await?
    {
        add(&mut plan, &row)?;
    }
    Ok(Some(plan))
}

/// Topics, sessions and what others say about them, statements, drafts, the decision, who the plan
/// affects, events and corrections in one question, of the plan `$1` or of all plans: (kind, id,
/// four texts, two numbers, two times, plan). The later time of a session is whether everyone may
/// read its notes; whatever is said about it comes after it, since the schema takes nothing
/// earlier.
fn happenings(of: &str) -> String {
    format!(
        "SELECT kind, id, one, two, three, four, first, second, at, later, plan_id FROM (
           SELECT 'session' AS kind, s.id, s.day AS one, s.held_at AS two, s.decided AS three,
             s.notes AS four, s.parents AS first, s.others AS second,
                  s.recorded_at AS at, CAST(CASE s.audience WHEN 'everyone' THEN 1
                    WHEN 'forum' THEN 0 END AS BIGINT) AS later, s.plan_id
             FROM planning_sessions s WHERE s.plan_id {of}
           UNION ALL SELECT 'confirmed', c.session_id, '', '', '', '', CAST(c.for_forum AS BIGINT),
             CAST(0 AS BIGINT), c.confirmed_at, CAST(NULL AS BIGINT), s.plan_id
             FROM session_confirmations c JOIN planning_sessions s ON s.id = c.session_id
             WHERE c.settles = 1 AND s.plan_id {of}
           UNION ALL SELECT 'disputed', d.session_id, d.reason, '', '', '', CAST(0 AS BIGINT),
             CAST(0 AS BIGINT), d.disputed_at, CAST(NULL AS BIGINT), s.plan_id
             FROM session_disputes d JOIN planning_sessions s ON s.id = d.session_id
             WHERE s.plan_id {of}
           UNION ALL SELECT 'topic', t.id,
             CASE WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id)
               OR t.taken_down_at IS NOT NULL THEN t.title
               ELSE 'A topic that has been withdrawn' END, '', '', '', x.tied_at,
             coalesce(t.withdrawn_at, 0), t.published_at, r.closed_at, x.plan_id
             FROM plan_topics x JOIN topics t ON t.id = x.topic_id LEFT
               JOIN rounds r ON r.id = t.round_id
             WHERE x.plan_id {of}
           UNION ALL SELECT 'statement', s.form_key, s.words, '', '', '', CAST(0 AS BIGINT),
             CAST(0 AS BIGINT), s.written_at, CAST(NULL AS BIGINT), s.plan_id
             FROM statements s WHERE s.plan_id {of}
           UNION ALL SELECT 'draft', d.id, d.summary, coalesce(o.name, ''), coalesce(o.reason,
             ''), CASE WHEN b.draft_id IS NULL THEN '' ELSE 'before' END,
             CAST(d.version AS BIGINT),
                  coalesce(o.made_at, 0), d.first_recorded_at, d.published_at, d.plan_id
             FROM drafts d LEFT JOIN overrides o ON o.draft_id = d.id
               LEFT JOIN drafts_before_confirmations b ON b.draft_id = d.id
             WHERE d.plan_id {of}
           UNION ALL SELECT 'event', p.id, 'plan registered', a.shown_name, 'leader', p.id,
             CAST(0 AS BIGINT), CAST(0 AS BIGINT), p.registered_at,
                  CAST(NULL AS BIGINT), p.id FROM plans p
                    JOIN accounts a ON a.id = p.registered_by WHERE p.id {of}
           UNION ALL SELECT 'event', e.id, e.what, a.shown_name, e.role, e.about,
             CAST(0 AS BIGINT), CAST(0 AS BIGINT), e.at, CAST(NULL AS BIGINT), e.plan_id
             FROM plan_events e JOIN accounts a ON a.id = e.who WHERE e.plan_id {of}
           UNION ALL SELECT 'correction', c.thing_id, c.kind, c.field, c.was, c.became,
             CAST(0 AS BIGINT), CAST(0 AS BIGINT), c.corrected_at, CAST(NULL AS BIGINT), c.plan_id
             FROM (SELECT k.*, k.thing_id AS plan_id FROM corrections k WHERE k.kind = 'plan'
               UNION ALL SELECT k.*, s.plan_id FROM corrections k
                 JOIN planning_sessions s ON s.id = k.thing_id WHERE k.kind = 'session'
               UNION ALL SELECT k.*, d.plan_id FROM corrections k
                 JOIN decisions d ON d.id = k.thing_id WHERE k.kind = 'decision'
               UNION ALL SELECT k.*, o.plan_id FROM corrections k
                 JOIN plan_organisations o ON o.organisation_id = k.thing_id
                 WHERE k.kind = 'organisation' AND k.field = 'name') c WHERE c.plan_id {of}
           UNION ALL SELECT 'change', k.form_key, k.kind, k.was_due_day, k.due_day, k.reason,
             CAST(0 AS BIGINT), CAST(0 AS BIGINT), k.changed_at, CAST(NULL AS BIGINT), k.plan_id
             FROM plan_changes k WHERE k.plan_id {of}
           UNION ALL SELECT 'decision', d.id, d.words, d.decided_by, d.paper,
             coalesce(d.early_id, ''), d.decided_at, coalesce(d.early_closes_at, 0),
             d.written_at, d.published_at, d.plan_id
             FROM decisions d WHERE d.plan_id {of}
           UNION ALL SELECT 'unanswered', d.id, '', '', '', '',
             (SELECT count(*) FROM plan_topics x JOIN topics t ON t.id = x.topic_id
               WHERE x.plan_id = d.plan_id AND t.withdrawn_at IS NULL
                 AND x.tied_at <= coalesce(d.published_at, x.tied_at)
                 AND NOT EXISTS (SELECT 1 FROM decision_answers a
                   WHERE a.decision_id = d.id AND a.thing_id = x.topic_id)),
             (SELECT count(*) FROM consultations c JOIN releases r ON r.consultation_id = c.id
               JOIN released_themes h ON h.consultation_id = c.id AND h.number = r.number
               WHERE c.plan_id = d.plan_id AND r.number = (SELECT max(l.number) FROM releases l
                   WHERE l.consultation_id = c.id
                     AND l.checked_at <= coalesce(d.published_at, l.checked_at))
                 AND NOT EXISTS (SELECT 1 FROM decision_answers a
                   WHERE a.decision_id = d.id AND a.thing_id = h.theme_id)),
             d.written_at, CAST(NULL AS BIGINT), d.plan_id
             FROM decisions d WHERE d.plan_id {of}
           UNION ALL SELECT 'equality', e.id, e.signed_name, e.review_day, e.takes, '',
             CAST(0 AS BIGINT), CAST(0 AS BIGINT), e.signed_at, CAST(NULL AS BIGINT), e.plan_id
             FROM equality_records e WHERE e.plan_id {of}
           UNION ALL SELECT 'passed', o.decision_id, o.name, o.reason, '', '', CAST(0 AS BIGINT),
             CAST(0 AS BIGINT), o.made_at, CAST(NULL AS BIGINT), d.plan_id
             FROM decision_overrides o JOIN decisions d ON d.id = o.decision_id
             WHERE d.plan_id {of}
           UNION ALL SELECT 'plan', p.id, p.title, p.what, p.due_day, '', CAST(0 AS BIGINT),
             CAST(0 AS BIGINT), p.registered_at, CAST(NULL AS BIGINT), p.id
             FROM plans p WHERE p.id {of}) happened
         ORDER BY plan_id, at, id"
    )
}

/// Every plan that was not cancelled with everything that happened to it, in the order of their
/// ids; without who is planning it and what it is about.
pub async fn all(db: &Db) -> sqlx::Result<Vec<Plan>> {
    let rows = sqlx::query(AssertSqlSafe(happenings(
        "NOT IN (SELECT x.plan_id FROM plan_changes x WHERE x.kind = 'cancelled')",
    )))
    .fetch_all(&mut *db.read().await?)
    .await?;
    let mut plans: Vec<Plan> = Vec::new();
    for row in &rows {
        let id: Id<ids::Plan> = row.get("plan_id");
        if plans.last().is_none_or(|last| last.id != id) {
            plans.push(Plan { id, ..Plan::default() });
        }
        if let Some(plan) = plans.last_mut() {
            add(plan, row)?;
        }
    }
    Ok(plans)
}

fn add(plan: &mut Plan, row: &AnyRow) -> sqlx::Result<()> {
    let at: Moment = row.get("at");
    match row.get("kind") {
        "session" => {
            let for_everyone: Option<i64> = row.get("later");
            plan.sessions.push(PlanningSession {
                id: row.get("id"),
                day: day(row.get("one"), "planning_sessions.day")?,
                held_at: row.get("two"),
                decided: row.get("three"),
                notes: row.get("four"),
                parents: number(row.get("first"), "planning_sessions.parents")?,
                others: number(row.get("second"), "planning_sessions.others")?,
                for_everyone: known(for_everyone, "planning_sessions.audience")? == 1,
                recorded_at: at,
                confirmed: None,
                disputed: None,
            });
        }
        "confirmed" => {
            let for_forum = row.get::<i64, _>("first") == 1;
            session_of(plan, row)?.confirmed = Some(Confirmation { for_forum, at });
        }
        "disputed" => {
            session_of(plan, row)?.disputed = Some(Dispute { reason: row.get("one"), at });
        }
        "topic" => plan.topics.push(TiedTopic {
            id: row.get("id"),
            title: row.get("one"),
            open_since: Some(at),
            closed_at: row.get("later"),
            tied_at: row.get("first"),
            withdrawn_at: Some(row.get("second")).filter(|at: &Moment| at.millis() > 0),
        }),
        "statement" => plan.statements.push(Statement { words: row.get("one"), at }),
        "draft" => {
            let name: String = row.get("two");
            plan.drafts.push(Draft {
                id: row.get("id"),
                summary: row.get("one"),
                version: row.get("first"),
                first_recorded_at: at,
                published_at: row.get("later"),
                overridden: (!name.is_empty()).then(|| (name, row.get("three"), row.get("second"))),
                is_before_confirmations: row.get::<&str, _>("four") == "before",
            });
        }
        "decision" => plan.decision = Some(decision(row, at)),
        "unanswered" => {
            let many = |column: &str| number(row.get(column), "decision_answers");
            plan.decision_unanswered = (many("first")?, many("second")?);
        }
        "equality" => {
            plan.takes = known(Takes::read_all(row.get("three")), "equality_records.takes")?;
            let review_day = day(row.get("two"), "equality_records.review_day")?;
            plan.equality.push(Signed { signed_name: row.get("one"), review_day, at });
        }
        "passed" => plan.decision_passed = Some((row.get("one"), row.get("two"), at)),
        "plan" => {
            plan.title = row.get("one");
            plan.what = row.get("two");
            plan.due_day = day(row.get("three"), "plans.due_day")?;
        }
        "change" => plan.changes.push(PastChange {
            kind: known(ChangeKind::read(row.get("one")), "plan_changes.kind")?,
            was: row.get("two"),
            is: row.get("three"),
            reason: row.get("four"),
            at,
        }),
        "event" => {
            let role = known(Role::read(row.get("three")), "plan_events.role")?;
            plan.events.push(PlanEvent { what: row.get("one"), who: row.get("two"), role, at });
        }
        "correction" => plan.corrections.push(correction(row)?),
        _ => return known(None, "what happened to a plan"),
    }
    Ok(())
}

/// The session that something was said about.
fn session_of<'p>(plan: &'p mut Plan, row: &AnyRow) -> sqlx::Result<&'p mut PlanningSession> {
    let id: Id<ids::PlanningSession> = row.get("id");
    let session = plan.sessions.iter_mut().find(|session| session.id == id);
    known(session, "what was said about a planning session")
}

fn decision(row: &AnyRow, written_at: Moment) -> Decision {
    let early: String = row.get("four");
    Decision {
        id: row.get("id"),
        words: row.get("one"),
        decided_by: row.get("two"),
        decided_at: row.get("first"),
        paper: row.get("three"),
        written_at,
        published_at: row.get("later"),
        early: (!early.is_empty()).then(|| (early.into(), row.get("second"))),
    }
}

fn correction(row: &AnyRow) -> sqlx::Result<Correction> {
    let correction = Correction {
        kind: row.get("one"),
        thing_id: row.get("id"),
        field: row.get("two"),
        was: row.get("three"),
        became: row.get("four"),
        at: row.get("at"),
    };
    let is_readable = match correction.field.as_str() {
        "parents" | "others" => correction.number::<u64>().is_ok(),
        "day" => day(correction.was.clone(), "corrections.was").is_ok(),
        "held_at" | "title" | "name" | "words" | "decided_by" | "paper" | "reason" => true,
        _ => return known(None, "corrections.field"),
    };
    known(is_readable.then_some(correction), "corrections.was")
}

/// Whether nothing rests on a plan: no topic, session, statement, draft or consultation.
pub async fn is_untouched(db: &Db, plan_id: &Id<ids::Plan>) -> sqlx::Result<bool> {
    let rests: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM plan_topics x WHERE x.plan_id = $1)
              + (SELECT count(*) FROM planning_sessions s WHERE s.plan_id = $1)
              + (SELECT count(*) FROM statements s WHERE s.plan_id = $1)
              + (SELECT count(*) FROM drafts d WHERE d.plan_id = $1)
              + (SELECT count(*) FROM consultations c WHERE c.plan_id = $1)",
    )
    .bind(plan_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(rests == 0)
}

/// A plan as one entry of a list.
#[derive(Clone, Debug)]
pub struct ListedPlan {
    pub id: Id<ids::Plan>,
    pub title: String,
    /// The day it is due, as `2027-03-01`.
    pub due_day: String,
    pub has_draft: bool,
    /// Whether the gate was overridden for any draft.
    pub is_overridden: bool,
    pub is_shut: bool,
    /// Whether what was decided is published, and whether somebody had to go ahead for that.
    pub is_decided: bool,
    pub is_decision_passed: bool,
}

/// What everyone can find of this room: (kind, id, title, words, since); of drafts the summary of
/// the last that was published.
pub const FINDABLE: &str = "SELECT 'plans' AS kind, p.id, p.title,
       p.what || coalesce(' ' || (SELECT d.summary FROM drafts d WHERE d.plan_id = p.id
         AND d.published_at IS NOT NULL ORDER BY d.published_at DESC, d.id DESC LIMIT 1), '')
         AS words, p.registered_at AS since FROM plans p
     WHERE NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id
       AND x.kind = 'cancelled')";

/// The services and places of plans: (kind, id, name).
pub const LABELS: &str = "SELECT 'plans' AS kind, x.plan_id AS id, s.name FROM plan_services x
       JOIN services s ON s.id = x.service_id
     UNION ALL SELECT 'plans', x.plan_id, p.name FROM plan_places x
       JOIN places p ON p.id = x.place_id";

/// Plans, latest registered first, `most` at the most, registered before `before`.
pub async fn list(
    db: &Db,
    before: Option<&Id<ids::Plan>>,
    most: i64,
    now: Moment,
) -> sqlx::Result<Vec<ListedPlan>> {
    let rows = sqlx::query(
        "SELECT p.id, p.title, p.due_day,
                (SELECT count(*) FROM drafts d WHERE d.plan_id = p.id
                  AND d.published_at IS NOT NULL) AS published,
                (SELECT count(*) FROM drafts d JOIN overrides o ON o.draft_id = d.id
                  WHERE d.plan_id = p.id) AS overridden,
                (SELECT count(*) FROM decisions d WHERE d.plan_id = p.id
                  AND d.published_at IS NOT NULL) AS decided,
                (SELECT count(*) FROM decisions d
                  JOIN decision_overrides o ON o.decision_id = d.id
                  WHERE d.plan_id = p.id AND d.published_at IS NOT NULL) AS passed,
                (SELECT count(*) FROM shut_gates g WHERE g.plan_id = p.id)
                + (SELECT count(*) FROM plan_topics x JOIN topics t ON t.id = x.topic_id
                   WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL AND t.published_at > $3
                     AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = p.id)) AS shut
         FROM plans p WHERE ($1 = '' OR p.id < $1)
           AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id
             AND x.kind = 'cancelled') ORDER BY p.id DESC LIMIT CAST($2 AS BIGINT)",
    )
    .bind(before.map_or("", Id::as_str))
    .bind(most)
    .bind(now - gate::OPEN_BEFORE_DRAFTS)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let listed = |row: &AnyRow| {
        Ok(ListedPlan {
            id: row.get("id"),
            title: row.get("title"),
            due_day: day(row.get("due_day"), "plans.due_day")?,
            has_draft: row.get::<i64, _>("published") > 0,
            is_overridden: row.get::<i64, _>("overridden") > 0,
            is_decided: row.get::<i64, _>("decided") > 0,
            is_decision_passed: row.get::<i64, _>("passed") > 0,
            is_shut: row.get::<i64, _>("shut") > 0,
        })
    };
    rows.iter().map(listed).collect()
}

/// A plan that is under way: what was decided about it is not published yet, or no draft is.
#[derive(Clone, Debug)]
pub struct PlanCourse {
    pub id: Id<ids::Plan>,
    pub title: String,
    /// How many topics it answers, and how many of them were not voted on yet.
    pub topics: i64,
    pub not_voted_on: i64,
    /// Planning sessions with parents that others have confirmed, and those that wait for it.
    pub sessions: i64,
    pub claimed: i64,
    /// What the forum said about it.
    pub statements: i64,
    /// The number of its last draft; 0 for none.
    pub draft: i64,
    /// Whether that is published.
    pub is_draft_published: bool,
    /// Whether the decision is being written, and whether it is published.
    pub has_decision: bool,
    pub is_decided: bool,
    pub is_shut: bool,
    /// How many recommendations its next draft must answer.
    pub recommendations: i64,
}

impl PlanCourse {
    /// Whether parents voted on all of its topics, or planned it with leaders.
    fn has_parents(&self) -> bool {
        self.sessions > 0 || (self.topics > 0 && self.not_voted_on == 0)
    }

    /// Its steps, with how far it is.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        Step::each([
            ("Registering", "Registered", true),
            ("Adding parents' topics", "Parents' topics added", self.topics > 0),
            ("Involving parents", "Voted on or planned with parents", self.has_parents()),
            ("Waiting for the forum's statement", "Forum's statement", self.statements > 0),
            ("Writing the draft", "Draft submitted", self.draft > 0),
            ("Publishing the draft", "Draft published", self.is_draft_published),
            ("Deciding", "Decided", self.is_decided),
        ])
    }

    /// How it stands, for its leaders.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.is_draft_published, self.is_shut) {
            _ if self.is_decided => {
                "× Decided without a published draft. Publish one that parents can read"
            }
            (true, _) => "✓ A draft is published. Add the decision once it is made",
            (false, true) if self.topics == 0 || !self.has_parents() => {
                "○ Not ready to publish: parents not involved yet"
            }
            (false, true) if self.statements == 0 => {
                "○ Not ready to publish: the forum hasn't written its statement yet"
            }
            (false, true) => {
                "○ Not ready to publish: its page says under “Were parents involved first?” what \
                 is missing"
            }
            (false, false) if self.draft == 0 => "● Parents have been involved. Submit a draft",
            (false, false) => {
                "● Parents have been involved. Publish the draft once it answers their topics"
            }
        }
    }

    /// What its leaders can do besides, where parents have only voted so far: meet them too.
    #[must_use]
    pub fn also_for_leader(&self) -> Option<(String, &'static str)> {
        let met_nobody = self.sessions == 0 && self.claimed == 0;
        (self.draft == 0 && self.has_parents() && met_nobody)
            .then(|| (format!("/lead/plans/{}/sessions", self.id), "Record a planning session"))
    }

    /// What its leaders can do next: (address, words).
    #[must_use]
    pub fn next_for_leader(&self) -> (String, &'static str) {
        let to = |what: &str| format!("/lead/plans/{}/{what}", self.id);
        match self.draft {
            _ if self.is_draft_published && self.has_decision => {
                (to("decision/publication"), "Publish the decision")
            }
            _ if self.is_draft_published => (to("decision"), "Write the decision"),
            _ if self.topics == 0 => (to("topics"), "Add the topics it answers"),
            0 if !self.has_parents() && self.claimed > 0 => (
                format!("/plans/{}#sessions", self.id),
                "Ask parents to confirm the planning session",
            ),
            0 if !self.has_parents() => (to("sessions"), "Record a planning session"),
            0 => (to("drafts"), "Submit a draft"),
            draft => (to(&format!("drafts/{draft}")), "Publish the draft"),
        }
    }
}

/// The plans that are under way, the first registered first; `leader`: only those they work on.
pub async fn courses(
    db: &Db,
    leader: Option<&Id<Account>>,
    now: Moment,
) -> sqlx::Result<Vec<PlanCourse>> {
    let rows = sqlx::query(
        "SELECT p.id, p.title,
           (SELECT count(*) FROM plan_topics x JOIN topics t ON t.id = x.topic_id
             AND t.withdrawn_at IS NULL WHERE x.plan_id = p.id) AS topics,
           (SELECT count(*) FROM plan_topics x JOIN topics t ON t.id = x.topic_id
             AND t.withdrawn_at IS NULL LEFT JOIN rounds r ON r.id = t.round_id
             WHERE x.plan_id = p.id AND r.closed_at IS NULL) AS not_voted_on,
           (SELECT count(*) FROM confirmed_sessions s WHERE s.plan_id = p.id) AS sessions,
           (SELECT count(*) FROM planning_sessions s WHERE s.plan_id = p.id AND s.parents > 0
             AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id)
             AND NOT EXISTS (SELECT 1 FROM confirmed_sessions c WHERE c.session_id = s.id))
             AS claimed,
           (SELECT count(*) FROM statements s WHERE s.plan_id = p.id) AS statements,
           CAST(coalesce((SELECT max(d.version) FROM drafts d WHERE d.plan_id = p.id), 0)
             AS BIGINT) AS draft,
           (SELECT count(*) FROM drafts d WHERE d.plan_id = p.id AND d.published_at IS NOT NULL
             AND d.version = (SELECT max(l.version) FROM drafts l
               WHERE l.plan_id = p.id)) AS draft_published,
           (SELECT count(*) FROM decisions d WHERE d.plan_id = p.id) AS decisions,
           (SELECT count(*) FROM decisions d WHERE d.plan_id = p.id
             AND d.published_at IS NOT NULL) AS decided,
           (SELECT count(*) FROM kinds_of_plans k
             JOIN reports o ON o.kind_id = k.kind_id AND o.ended_at IS NULL
             JOIN recommendations e ON e.report_id = o.id
             WHERE k.plan_id = p.id) AS recommendations,
           (SELECT count(*) FROM shut_gates g WHERE g.plan_id = p.id)
             + (SELECT count(*) FROM plan_topics x JOIN topics t ON t.id = x.topic_id
               WHERE x.plan_id = p.id AND t.withdrawn_at IS NULL AND t.published_at > $2
                 AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.plan_id = p.id)) AS shut
         FROM plans p
         WHERE ($1 = '' OR EXISTS (SELECT 1 FROM plan_leaders k WHERE k.plan_id = p.id
             AND k.account_id = $1))
           AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id
             AND x.kind = 'cancelled')
           AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.plan_id = p.id
             AND d.published_at IS NOT NULL AND EXISTS (SELECT 1 FROM drafts f
               WHERE f.plan_id = p.id AND f.published_at IS NOT NULL))
         ORDER BY p.registered_at, p.id LIMIT 50",
    )
    .bind(leader.map_or("", Id::as_str))
    .bind(now - gate::OPEN_BEFORE_DRAFTS)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let course = |row: &AnyRow| PlanCourse {
        id: row.get("id"),
        title: row.get("title"),
        topics: row.get("topics"),
        not_voted_on: row.get("not_voted_on"),
        sessions: row.get("sessions"),
        claimed: row.get("claimed"),
        statements: row.get("statements"),
        draft: row.get("draft"),
        is_draft_published: row.get::<i64, _>("draft_published") > 0,
        has_decision: row.get::<i64, _>("decisions") > 0,
        is_decided: row.get::<i64, _>("decided") > 0,
        is_shut: row.get::<i64, _>("shut") > 0,
        recommendations: row.get("recommendations"),
    };
    Ok(rows.iter().map(course).collect())
}

/// Plans waiting for the forum's statement, oldest first: (id, title, since).
pub const TO_STATE: &str = "SELECT id, title, registered_at AS since FROM plans p
   WHERE NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id)
     AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id AND x.kind = 'cancelled')
   ORDER BY p.id LIMIT 50";

/// Decisions that were published though something was missing, and about which the forum has said
/// nothing since, oldest first, for the organiser `$1`: (id of the plan, title, since).
pub const PASSED: &str = "SELECT p.id, p.title, d.published_at AS since FROM decisions d
   JOIN decision_overrides o ON o.decision_id = d.id JOIN plans p ON p.id = d.plan_id
   WHERE d.published_at IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.plan_id = p.id
       AND s.written_at >= d.published_at)
     AND NOT EXISTS (SELECT 1 FROM plan_changes x WHERE x.plan_id = p.id AND x.kind = 'cancelled')
     AND NOT EXISTS (SELECT 1 FROM plan_side k WHERE k.plan_id = p.id AND k.account_id = $1)
   ORDER BY d.published_at, d.id LIMIT 50";

/// Planning sessions that only leaders say were held, oldest first: (id, title of the plan, since).
pub const TO_CONFIRM: &str = "SELECT s.id, p.title, s.recorded_at AS since FROM planning_sessions s
   JOIN plans p ON p.id = s.plan_id
   WHERE s.parents > 0
     AND NOT EXISTS (SELECT 1 FROM session_confirmations c WHERE c.session_id = s.id
       AND c.settles = 1)
     AND NOT EXISTS (SELECT 1 FROM session_disputes d WHERE d.session_id = s.id)
   ORDER BY s.recorded_at, s.id LIMIT 50";

/// The plan that a planning session is about.
pub async fn plan_of(
    db: &Db,
    session_id: &Id<ids::PlanningSession>,
) -> sqlx::Result<Option<Id<ids::Plan>>> {
    sqlx::query_scalar("SELECT plan_id FROM planning_sessions WHERE id = $1")
        .bind(session_id)
        .fetch_optional(&mut *db.read().await?)
        .await
}

/// Whether what this person said stands, that they were at a planning session: false once they have
/// taken it back, and `None` where they never said so.
pub async fn presence(
    db: &Db,
    session_id: &Id<ids::PlanningSession>,
    account_id: &Id<Account>,
) -> sqlx::Result<Option<bool>> {
    let stands: Option<i64> = sqlx::query_scalar(
        "SELECT CAST(max(CASE WHEN b.confirmation_id IS NULL THEN 1 ELSE 0 END) AS BIGINT)
           AS stands
         FROM session_confirmations c
         LEFT JOIN session_confirmations_taken_back b ON b.confirmation_id = c.id
         WHERE c.session_id = $1 AND c.confirmed_by = $2",
    )
    .bind(session_id)
    .bind(account_id)
    .fetch_one(&mut *db.read().await?)
    .await?;
    Ok(stands.map(|stands| stands == 1))
}

/// A link to a planning session, for parents who were there.
#[derive(Clone, Debug, FromRow)]
pub struct Slip {
    /// A code that people can type.
    pub id: Id<ids::SessionSlip>,
    pub session_id: Id<ids::PlanningSession>,
    pub plan_id: Id<ids::Plan>,
    pub ends_at: Moment,
}

/// The link with this code, whether or not it still works.
pub async fn slip(db: &Db, id: &Id<ids::SessionSlip>) -> sqlx::Result<Option<Slip>> {
    sqlx::query_as(
        "SELECT l.id, l.session_id, s.plan_id, l.ends_at FROM session_slips l
         JOIN planning_sessions s ON s.id = l.session_id WHERE l.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// The link to a session that works now, if there is one.
pub async fn slip_of(
    db: &Db,
    session_id: &Id<ids::PlanningSession>,
    now: Moment,
) -> sqlx::Result<Option<Slip>> {
    sqlx::query_as(
        "SELECT l.id, l.session_id, s.plan_id, l.ends_at FROM session_slips l
         JOIN planning_sessions s ON s.id = l.session_id
         WHERE l.session_id = $1 AND l.ends_at > $2 ORDER BY l.ends_at DESC LIMIT 1",
    )
    .bind(session_id)
    .bind(now)
    .fetch_optional(&mut *db.read().await?)
    .await
}

/// What a draft does about a topic.
#[derive(Clone, Debug)]
pub struct AnsweredTopic {
    pub topic_id: Id<Topic>,
    /// Other words once its author has withdrawn it.
    pub title: String,
    /// Whether its author withdrew it after the draft was published.
    pub is_withdrawn: bool,
    /// What becomes of it, with the words and who decided; `None` until it is answered.
    pub answer: Option<SaidOf>,
}

/// The text of a draft; empty where a file holds it.
#[derive(Clone, Debug)]
pub enum DraftText {
    Html(String),
    /// As it was written, where its HTML was never made, or made by other rules than today's.
    Markdown(String),
}

/// What is in a draft.
#[derive(Clone, Debug)]
pub struct DraftContent {
    pub text: DraftText,
    pub file: Option<files::SavedFile>,
    /// What it does about each topic it has to answer; once published, each it did answer.
    pub answers: Vec<AnsweredTopic>,
}

/// What is in a draft.
pub async fn draft(
    db: &Db,
    plan_id: &Id<ids::Plan>,
    version: i64,
) -> sqlx::Result<Option<DraftContent>> {
    let rows = sqlx::query(
        "SELECT CASE WHEN d.html_rules = $3 THEN d.html ELSE d.body END AS text, d.html_rules,
                d.file_hash, d.file_name, d.file_kind, d.file_size, t.id AS topic_id,
                CASE WHEN EXISTS (SELECT 1 FROM public_topics y WHERE y.id = t.id)
                  OR t.taken_down_at IS NOT NULL THEN t.title
                  ELSE 'A topic that has been withdrawn' END AS title,
                t.withdrawn_at, a.answer, a.words, a.decided_by
         FROM drafts d
         LEFT JOIN plan_topics x ON x.plan_id = d.plan_id
         LEFT JOIN draft_answers a ON a.draft_id = d.id AND a.topic_id = x.topic_id
         LEFT JOIN topics t ON t.id = x.topic_id AND (t.withdrawn_at IS NULL
           OR t.withdrawn_at > d.published_at)
                           AND (d.published_at IS NULL OR a.draft_id IS NOT NULL)
         WHERE d.plan_id = $1 AND d.version = $2
         ORDER BY t.proposed_at, t.id",
    )
    .bind(plan_id)
    .bind(version)
    .bind(RULES)
    .fetch_all(&mut *db.read().await?)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let text: String = row.get("text");
    let is_html = row.get::<i64, _>("html_rules") == RULES;
    Ok(Some(DraftContent {
        text: if is_html { DraftText::Html(text) } else { DraftText::Markdown(text) },
        file: file(row)?,
        answers: rows
            .iter()
            .filter_map(|row| answered(row).transpose())
            .collect::<sqlx::Result<_>>()?,
    }))
}

/// The file of a draft, if it has one.
fn file(row: &AnyRow) -> sqlx::Result<Option<files::SavedFile>> {
    let Some(kind) = row.get::<Option<&str>, _>("file_kind") else { return Ok(None) };
    Ok(Some(files::SavedFile {
        hash: row.get("file_hash"),
        name: row.get("file_name"),
        kind: known(FileKind::read(kind), "drafts.file_kind")?,
        size: row.get("file_size"),
    }))
}

/// What a draft does about a topic, where the row has one.
fn answered(row: &AnyRow) -> sqlx::Result<Option<AnsweredTopic>> {
    let Some(topic_id) = row.get("topic_id") else { return Ok(None) };
    let does = row.get::<Option<&str>, _>("answer");
    let does =
        does.map(|does| known(AnswerKind::read(does), "draft_answers.answer")).transpose()?;
    Ok(Some(AnsweredTopic {
        topic_id,
        title: row.get("title"),
        is_withdrawn: row.get::<Option<Moment>, _>("withdrawn_at").is_some(),
        answer: does.map(|does| (does, row.get("words"), row.get("decided_by"))),
    }))
}

/// Some of the drafts whose HTML was never made, or by earlier rules than today's: their ids and
/// their texts.
pub async fn to_be_rendered(db: &Db) -> sqlx::Result<Vec<(Id<ids::Draft>, String)>> {
    sqlx::query_as("SELECT id, body FROM drafts WHERE html_rules < $1 LIMIT 10")
        .bind(RULES)
        .fetch_all(&mut *db.read().await?)
        .await
}

/// A published draft that parents have not been told about yet.
#[derive(Clone, Debug, FromRow)]
pub struct UntoldDraft {
    pub id: Id<ids::Draft>,
    pub plan_id: Id<ids::Plan>,
    /// From 1.
    pub version: i64,
    pub title: String,
    pub summary: String,
}

/// Published drafts that parents have not been told about yet, earliest published first.
pub async fn untold(db: &Db) -> sqlx::Result<Vec<UntoldDraft>> {
    sqlx::query_as(
        "SELECT d.id, d.plan_id, CAST(d.version AS BIGINT) AS version, p.title, d.summary
         FROM drafts d JOIN plans p ON p.id = d.plan_id
         WHERE d.published_at IS NOT NULL AND d.told_at IS NULL ORDER BY d.published_at LIMIT 10",
    )
    .fetch_all(&mut *db.read().await?)
    .await
}

/// The texts of two drafts of a plan, in the order asked for.
pub async fn bodies(
    db: &Db,
    plan_id: &Id<ids::Plan>,
    versions: [i64; 2],
) -> sqlx::Result<Option<[String; 2]>> {
    let bodies: Vec<(i64, String)> = sqlx::query_as(
        "SELECT CAST(version AS BIGINT) AS version, body FROM drafts WHERE plan_id = $1
         AND version IN ($2, $3)",
    )
    .bind(plan_id)
    .bind(versions[0])
    .bind(versions[1])
    .fetch_all(&mut *db.read().await?)
    .await?;
    let body =
        |version: i64| bodies.iter().find(|(of, _)| *of == version).map(|(_, body)| body.clone());
    Ok(body(versions[0]).zip(body(versions[1])).map(|(one, two)| [one, two]))
}
