//! The demonstration's plans: one that is ready for a draft, one that is not, one that was
//! published without involving parents and decided with an answer to each thing they said, one
//! that was decided while parents were still being asked, and one that must answer an inspection.

use area::equality::{NewEquality, PublishedFigure};
use calendar::clock::{self, DAY, Moment};
use ground::ids::{DecisionThing, Id, Plan, PlanKind, PlanningSession, SessionSlip, Topic};
use ground::text::markdown;
use jiff::civil::Weekday;
use plans::NewDecision;
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
    overridden(tx, &ground).await?;
    early(tx, &ground).await
}

/// The plan that what parents are asked after a diagnosis is about, and the one that what they said
/// about waiting is about.
pub const AFTER_A_DIAGNOSIS: &str = "Support after a diagnosis of autism";
pub const SHORTER_WAITS: &str = "Shorter waits for occupational therapy";

/// The plan with this title.
pub async fn titled(tx: &mut AnyConnection, title: &'static str) -> Result<Id<Plan>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM plans WHERE title = $1").bind(title).fetch_one(tx).await
}

/// What was decided once parents had been asked, and while they still were.
pub async fn decide(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let nhs = by(&sefton.nhs, "leader");
    let waits = titled(tx, SHORTER_WAITS).await?;
    let start = therapists_start(sefton.now);
    let decision = NewDecision {
        words: format!(
            "Two more therapists will work in the south from {start}. There won't be one waiting \
             list for the whole of Sefton yet."
        ),
        decided_by: "The board of the NHS in Sefton".into(),
        decided_at: days::end_of(sefton.now - 12 * DAY),
        paper: "https://www.example.org/board/occupational-therapy.pdf".into(),
    };
    let act = |at| Act { plan_id: &waits, by: &nhs, at };
    store::write_decision(tx, act(sefton.day(-11)), &decision, Moment::default()).await?;
    let things: Vec<(Id<DecisionThing>, i64)> =
        sqlx::query_as("SELECT thing_id, is_theme FROM decision_things WHERE plan_id = $1")
            .bind(&waits)
            .fetch_all(&mut *tx)
            .await?;
    for (thing, is_theme) in things {
        let answer = if is_theme == 0 {
            Answer {
                kind: AnswerKind::Adapted,
                words: "The wait in the south will fall to 15 weeks. It will still be longer than \
                    in the north."
                    .into(),
                decided_by: String::new(),
            }
        } else {
            of_theme(tx, &thing).await?
        };
        store::answer_thing(tx, act(sefton.day(-11) + 1), &thing, &answer).await?;
    }
    let fair = fair(tx, sefton).await?;
    store::sign_equality(tx, act(sefton.day(-11) + 2), &fair).await?;
    store::publish_decision(tx, act(sefton.day(-10))).await?;
    decide_early(tx, sefton).await
}

/// Who waits for occupational therapy, and what is done so that it is fair.
async fn fair(tx: &mut AnyConnection, sefton: &Sefton) -> Result<NewEquality, sqlx::Error> {
    let waited: String = sqlx::query_scalar(
        "SELECT c.id FROM consultations c JOIN releases r ON r.consultation_id = c.id
         ORDER BY c.id LIMIT 1",
    )
    .fetch_one(tx)
    .await?;
    Ok(NewEquality {
        form_key: id::fresh(),
        affected: "Disabled children who wait for occupational therapy. In the south they will \
            wait less long. In the north nothing will change."
            .into(),
        takes: Vec::new(),
        characteristics: vec!["Age".into(), "Disability".into()],
        source: format!("Equality Act 2010, section 4, checked on {}", clock::day(sefton.day(-30))),
        places: vec!["South Sefton".into()],
        evidence: "What parents told the forum about waiting, and our own waiting lists.".into(),
        picked: vec![PublishedFigure {
            to: format!("/consultations/{waited}/results"),
            words: "Results: How long do you wait for occupational therapy?".into(),
        }],
        numbers: vec![("Children who wait in the south".into(), 120)],
        done: "Whoever has waited longest is seen first, also where a family can't come by day."
            .into(),
        review_day: clock::fields(sefton.day(170)).0,
        signed_name: "Invented NHS Leader, head of commissioning".into(),
    })
}

/// What the board decided about what parents said.
async fn of_theme(
    tx: &mut AnyConnection,
    theme: &Id<DecisionThing>,
) -> Result<Answer, sqlx::Error> {
    let title: String = sqlx::query_scalar("SELECT title FROM released_themes WHERE theme_id = $1")
        .bind(theme)
        .fetch_one(tx)
        .await?;
    Ok(if title == "One person to ring" {
        Answer {
            kind: AnswerKind::Not,
            words: "We have no money for another post this year. We will look at it again when \
                the two therapists have started."
                .into(),
            decided_by: "The board of the NHS in Sefton".into(),
        }
    } else {
        Answer {
            kind: AnswerKind::Adopted,
            words: "Each family will get an email every four weeks that says how long they will \
                still wait."
                .into(),
            decided_by: String::new(),
        }
    })
}

/// The council decided before it had heard what parents say.
async fn decide_early(tx: &mut AnyConnection, sefton: &Sefton) -> Result<(), sqlx::Error> {
    let (council, forum) = (by(&sefton.leader, "leader"), by(&sefton.organiser, "organiser"));
    let plan = titled(tx, AFTER_A_DIAGNOSIS).await?;
    let decision = NewDecision {
        words: "There will be a page on the Local Offer that says where families can ask after a \
            diagnosis."
            .into(),
        decided_by: "The council's cabinet".into(),
        decided_at: days::end_of(sefton.now - 8 * DAY),
        paper: "https://www.example.org/cabinet/after-a-diagnosis.pdf".into(),
    };
    let act = |at| Act { plan_id: &plan, by: &council, at };
    store::write_decision(tx, act(sefton.day(-7)), &decision, Moment::default()).await?;
    let passing = Override {
        name: "Invented Council Leader, director of children's services".into(),
        reason: "The page had to be ready for the new year of the Local Offer. We will read what \
            parents say once they have all answered, and change it then."
            .into(),
    };
    store::pass_decision(tx, act(sefton.day(-7) + 1), &passing).await?;
    store::publish_decision(tx, act(sefton.day(-6))).await?;
    let words = "Parents are still being asked what would have helped. The council decided before \
        it had heard them. Please tell us all the same: we will ask for it to be changed.";
    let stated = Act { plan_id: &plan, by: &forum, at: sefton.day(-5) };
    store::state(tx, stated, &id::fresh(), words).await?;
    Ok(())
}

/// When the two new therapists start, in a plan and in what came of it. `now`: as in [`Sefton`].
pub fn therapists_start(now: Moment) -> String {
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

/// Its draft was written while parents were still being asked, and was published without involving
/// them as agreed.
async fn overridden(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let sefton = ground.sefton;
    let (leader, forum) = (by(&sefton.nhs, "leader"), by(&sefton.organiser, "organiser"));
    let plan = Registered {
        title: SHORTER_WAITS,
        what: "How long children wait for occupational therapy, in the north and in the south.",
        organisations: &[NHS],
        service: "Occupational therapy",
        by: &leader,
        days: -110,
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

/// Parents are still being asked about it, and the council has decided.
async fn early(tx: &mut AnyConnection, ground: &Ground<'_>) -> Result<(), sqlx::Error> {
    let leader = by(&ground.sefton.leader, "leader");
    let plan = Registered {
        title: AFTER_A_DIAGNOSIS,
        what: "What families are told after a diagnosis of autism, who tells them, and what help \
            there is in the first year.",
        organisations: &[COUNCIL],
        service: "Autism support",
        by: &leader,
        days: -40,
    };
    plan.register(tx, ground.sefton).await?;
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
) -> Result<Moment, sqlx::Error> {
    let held = store::hold(tx, plan, sefton.day(days)).await?;
    held.ok_or(sqlx::Error::RowNotFound)
}

fn by(account: &str, role: &'static str) -> By {
    By { account_id: account.into(), role }
}
