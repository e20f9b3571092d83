//! The demonstration's plans: one that is ready for a draft, one that is not, one that was published
//! without involving parents, and one that must answer an inspection.

use calendar::clock::{self, DAY, Millis};
use ground::ids::{Id, Plan, PlanKind, PlanningSession, SessionSlip, Topic};
use ground::text::markdown;
use jiff::civil::Weekday;
use plans::reports::rules::{NewRecommendation, NewReport};
use plans::reports::store as reports;
use plans::rules::{Answer, AnswerKind, NewDraft, NewPlan, NewSession, Override};
use plans::store::{self, Act, By};
use sqlx::AnyConnection;

use super::days;
use super::sefton::{COUNCIL, NHS, Sefton};

pub async fn fill(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let topics: Vec<(String, Id<Topic>)> =
        sqlx::query_as("SELECT title, id FROM topics").fetch_all(&mut *tx).await?;
    let ground = Ground { sefton, topics };
    strategic(tx, sefton).await?;
    open(tx, &ground).await?;
    shut(tx, &ground).await?;
    overridden(tx, &ground).await
}

/// When the two new therapists start, in a plan and in what came of it. `now`: as in [`Sefton`].
pub fn therapists_start(now: Millis) -> String {
    days::month(now + 60 * DAY)
}

struct Ground<'a> {
    sefton: &'a Sefton,
    /// The topics: (title, id).
    topics: Vec<(String, Id<Topic>)>,
}

impl Ground<'_> {
    fn topics(&self, titles: &[&str]) -> Vec<Id<Topic>> {
        let these = self.topics.iter().filter(|(title, _)| titles.contains(&title.as_str()));
        these.map(|(_, id)| id.clone()).collect()
    }
}

/// Parents chose its topics in the first round and have planned it with leaders since, and the
/// forum has said so: it is ready for a draft.
async fn open(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let sefton = ground.sefton;
    let (leader, forum) = (by(&sefton.leader, "leader"), by(&sefton.organiser, "organiser"));
    let plan = Registered {
        title: "Weekends and holidays",
        what: "What children and young people with SEND can do near home at weekends and in the \
            holidays, and who their parents can talk to.",
        organisations: &[COUNCIL],
        service: "Short breaks",
        by: &leader,
        days: -120,
    };
    let plan = plan.register(tx, sefton).await?;
    let topics = ground
        .topics(&["A sensory room that is open at weekends", "Someone to talk to in the north"]);
    let at = at(tx, sefton, &plan, -118).await?;
    store::tie(tx, Act { plan_id: &plan, by: &leader, at }, &topics).await?;
    let met = days::first(Weekday::Wednesday, sefton.now, -66);
    let session = NewSession {
        form_key: id::fresh(),
        day: clock::fields(sefton.day(met)).0,
        held_at: "A library in North Sefton, and online".into(),
        parents: 14,
        others: 5,
        decided: "Families will try three places in the north for a group, and what they tell us \
            will decide which one stays. The sensory room will open on Saturdays first."
            .into(),
        notes: "Parents asked for quiet hours, parking at the door and somewhere to change an \
            older child."
            .into(),
        for_everyone: true,
    };
    let recorded = Act { plan_id: &plan, by: &leader, at: sefton.day(met + 2) };
    store::record_session(tx, recorded, &session).await?;
    let seen = Act { plan_id: &plan, by: &forum, at: sefton.day(met + 6) };
    let session_id = last_session(tx, &plan).await?;
    store::confirm_session(tx, seen, &session_id, None).await?;
    disputed(tx, (&plan, &leader, &forum), sefton).await?;
    claimed(tx, (&plan, &leader), sefton).await?;
    let words = "Parents chose these topics, and have been planning with the council ever since. \
        The sensory room has been closed on too many Saturdays, so we want the draft to say who \
        opens it, and when.";
    let stated = Act { plan_id: &plan, by: &forum, at: sefton.day(-15) };
    store::state(tx, stated, &id::fresh(), words).await?;
    Ok(())
}

/// A meeting of which the forum says that it was none with parents.
async fn disputed(
    tx: &mut AnyConnection,
    (plan, leader, forum): (&Id<Plan>, &By, &By),
    sefton: &Sefton,
) -> Result<(), sqlx::Error> {
    let met = days::first(Weekday::Tuesday, sefton.now, -40);
    let session = NewSession {
        form_key: id::fresh(),
        day: clock::fields(sefton.day(met)).0,
        held_at: "The town hall".into(),
        parents: 2,
        others: 11,
        decided: "The group in the north will meet at the town hall.".into(),
        notes: String::new(),
        for_everyone: true,
    };
    let recorded = Act { plan_id: plan, by: leader, at: sefton.day(met + 1) };
    store::record_session(tx, recorded, &session).await?;
    let reason = "The parents at this meeting work for the council and were there for their jobs. \
        Nobody told us about it, and families in the north can't get to the town hall by bus.";
    let session_id = last_session(tx, plan).await?;
    let said = Act { plan_id: plan, by: forum, at: sefton.day(met + 5) };
    store::dispute_session(tx, said, &session_id, reason).await?;
    Ok(())
}

/// The last meeting: parents were given a slip, and one of them has said so far that they were
/// there.
async fn claimed(
    tx: &mut AnyConnection,
    (plan, leader): (&Id<Plan>, &By),
    sefton: &Sefton,
) -> Result<(), sqlx::Error> {
    let session = NewSession {
        form_key: id::fresh(),
        day: clock::fields(sefton.day(-4)).0,
        held_at: "The sensory room".into(),
        parents: 12,
        others: 3,
        decided: "Two parents will try the quiet hour with the staff before the draft is written."
            .into(),
        notes: String::new(),
        for_everyone: true,
    };
    let recorded = Act { plan_id: plan, by: leader, at: sefton.day(-4) };
    store::record_session(tx, recorded, &session).await?;
    let session_id = last_session(tx, plan).await?;
    store::make_slip(tx, Act { at: sefton.day(-4) + 1, ..recorded }, &session_id).await?;
    let slip: Id<SessionSlip> =
        sqlx::query_scalar("SELECT id FROM session_slips").fetch_one(&mut *tx).await?;
    let parent = by(&sefton.families[1][3], "parent");
    let said = Act { plan_id: plan, by: &parent, at: sefton.day(-4) + 2 };
    store::confirm_session(tx, said, &session_id, Some(&slip)).await?;
    Ok(())
}

/// The session of a plan that was recorded last.
async fn last_session(
    tx: &mut AnyConnection,
    plan: &Id<Plan>,
) -> Result<Id<PlanningSession>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM planning_sessions WHERE plan_id = $1 ORDER BY recorded_at DESC LIMIT 1",
    )
    .bind(plan)
    .fetch_one(tx)
    .await
}

/// Its topic is still being voted on, and nobody has met parents yet.
async fn shut(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let sefton = ground.sefton;
    let leader = by(&sefton.nhs, "leader");
    let plan = Registered {
        title: "An autism pathway for Sefton",
        what: "What happens from the first worry to the right help: who does each step, and how \
            long it takes.",
        organisations: &[NHS, COUNCIL],
        service: "Autism support",
        by: &leader,
        days: -25,
    };
    let plan = plan.register(tx, sefton).await?;
    let at = at(tx, sefton, &plan, -24).await?;
    let tied = Act { plan_id: &plan, by: &leader, at };
    store::tie(tx, tied, &ground.topics(&["A published autism pathway"])).await?;
    Ok(())
}

/// Its draft was written before any parent was asked, and was published without involving parents
/// as agreed.
async fn overridden(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let sefton = ground.sefton;
    let (leader, forum) = (by(&sefton.nhs, "leader"), by(&sefton.organiser, "organiser"));
    let plan = Registered {
        title: "Shorter waits for occupational therapy",
        what: "How long children wait for occupational therapy, in the north and in the south.",
        organisations: &[NHS],
        service: "Occupational therapy",
        by: &leader,
        days: -70,
    };
    let plan = plan.register(tx, sefton).await?;
    let start = therapists_start(sefton.now);
    let body = format!(
        "# What will change\n\n* Two more therapists in South Sefton from {start}.\n* One \
         waiting list for the south, instead of one for each clinic.\n\n\
         # What will stay the same\n\nThe waiting list in the north.\n\n# How we will \
         know\n\n\
         | | now | in a year |\n|-|-|-|\n| north | 9 weeks | 9 weeks |\n| south | 24 weeks \
         | 15 weeks |\n"
    );
    let draft = NewDraft {
        form_key: id::fresh(),
        html: markdown(&body),
        summary: format!(
            "Two more therapists will work in the south from {start}. The wait there will fall \
             from 24 weeks to 15. Nothing will change in the north."
        ),
        body,
    };
    let by_leader = |at| Act { plan_id: &plan, by: &leader, at };
    let first = at(tx, sefton, &plan, -66).await?;
    store::record_draft(tx, by_leader(first), &draft, None).await?;
    let topics =
        ground.topics(&["The same wait for occupational therapy in the north and the south"]);
    store::tie(tx, by_leader(sefton.day(-28)), &topics).await?;
    for topic in &topics {
        let answer = Answer {
            kind: AnswerKind::Adapted,
            words: "The wait in the south will get shorter, but there won't be one list for the \
                whole of Sefton yet. See 'What will change'."
                .into(),
            decided_by: String::new(),
        };
        store::answer(tx, by_leader(sefton.day(-22)), 1, topic, &answer).await?;
    }
    let passing = Override {
        name: "Invented NHS Leader, head of commissioning".into(),
        reason: "We would lose the money for the two therapists if we waited any longer. We will \
            ask parents about the rest before anything else is decided."
            .into(),
    };
    store::override_gate(tx, by_leader(sefton.day(-21)), 1, &passing).await?;
    store::publish(tx, by_leader(sefton.day(-21) + 1), 1).await?;
    let words = "Nobody asked parents before this was written. More than 200 people told us what \
        waiting is like, and the plan doesn't mention them. We want one waiting list for the whole \
        of Sefton, and we want to plan it together.";
    let stated = Act { plan_id: &plan, by: &forum, at: sefton.day(-14) };
    store::state(tx, stated, &id::fresh(), words).await?;
    Ok(())
}

/// A strategic plan after an inspection. Its draft answers one of two recommendations, and can't be
/// published before it answers the other.
async fn strategic(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let leader = by(&sefton.leader, "leader");
    let kind_id: Id<PlanKind> =
        sqlx::query_scalar("SELECT id FROM plan_kinds WHERE name LIKE 'Strategic plan%'")
            .fetch_one(&mut *tx)
            .await?;
    let recommendation = |number: &str, page: &str, words: &str| NewRecommendation {
        number: number.to_owned(),
        page: page.to_owned(),
        words: words.to_owned(),
    };
    let report = NewReport {
        form_key: id::fresh(),
        title: "Inspection of SEND in Sefton (invented)".to_owned(),
        published_on: clock::fields(sefton.day(-100)).0,
        source: "https://example.org/inspection".to_owned(),
        kind_id: kind_id.clone(),
        recommendations: vec![
            recommendation(
                "1",
                "7",
                "Leaders should make sure that families wait no longer for therapy in one part of \
                 the area than in another.",
            ),
            recommendation(
                "2",
                "8",
                "Leaders should tell families what happens after a diagnosis, and who to ask.",
            ),
        ],
    };
    reports::put_in(tx, &report, sefton.day(-95)).await?;
    let plan = Registered {
        title: "What we do about the inspection",
        what: "How the council and the NHS will act on each recommendation of the inspection.",
        organisations: &[COUNCIL, NHS],
        service: "EHC plans",
        by: &leader,
        days: -20,
    };
    let plan = plan.register(tx, sefton).await?;
    reports::choose_kind(tx, &plan, &kind_id).await?;
    let body =
        "# Waits\n\nOne waiting list for the south first, then one for the whole of Sefton.\n";
    let draft = NewDraft {
        form_key: id::fresh(),
        html: markdown(body),
        summary: "What we do about each recommendation, who does it and by when.".to_owned(),
        body: body.to_owned(),
    };
    let at = at(tx, sefton, &plan, -6).await?;
    let act = Act { plan_id: &plan, by: &leader, at };
    store::record_draft(tx, act, &draft, None).await?;
    let first = sqlx::query_scalar("SELECT id FROM recommendations WHERE number = '1'")
        .fetch_one(&mut *tx)
        .await?;
    let answer = Answer {
        kind: AnswerKind::Adapted,
        words: "One list for the south first. See 'Waits'.".to_owned(),
        decided_by: String::new(),
    };
    reports::answer(tx, Act { at: at + 1, ..act }, 1, &first, &answer).await?;
    Ok(())
}

/// A plan about to be registered.
struct Registered<'a> {
    title: &'a str,
    what: &'a str,
    organisations: &'a [&'a str],
    service: &'a str,
    by: &'a By,
    /// When, in days from yesterday.
    days: i64,
}

impl Registered<'_> {
    /// Registers it; its id.
    async fn register(
        &self,
        tx: &mut AnyConnection,
        sefton: &Sefton,
    ) -> Result<Id<Plan>, sqlx::Error> {
        let plan = NewPlan {
            form_key: id::fresh(),
            title: self.title.to_owned(),
            what: self.what.to_owned(),
            due_day: clock::fields(sefton.day(150)).0,
            organisations: sefton
                .organisations(self.organisations)
                .into_iter()
                .map(Id::from)
                .collect(),
            services: sefton.services(&[self.service]).into_iter().map(Id::from).collect(),
            places: Vec::new(),
        };
        Ok(store::register(tx, &plan, self.by, sefton.day(self.days)).await?.0)
    }
}

async fn at(
    tx: &mut AnyConnection,
    sefton: &Sefton,
    plan: &Id<Plan>,
    days: i64,
) -> Result<Millis, sqlx::Error> {
    let held = store::hold(tx, plan, sefton.day(days)).await?;
    held.ok_or(sqlx::Error::RowNotFound)
}

fn by(account: &str, role: &'static str) -> By {
    By { account_id: account.into(), role }
}
