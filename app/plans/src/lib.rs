//! A plan: what leaders are going to plan, tied to topics parents proposed.
//!
//! Its life: registered → topics tied, planning sessions recorded, the forum's statement written,
//! drafts recorded → a draft published, once the gate is open or was overridden and the draft
//! answers each tied topic → decided, with an answer to each topic and to what parents said in
//! consultations. Nothing is edited away: what happens is added, and what is corrected
//! (`correct`) stays beside what it was. The gate and the rung are two rules in `involvement`;
//! `rules` reads what is sent, `store` holds the SQL, `browse` and `compare` are what everyone
//! sees. `register`, `involve`, `drafts` and `publish` are the leader's pages with their actions,
//! `answers` the form for each answer of a draft or a decision, `dates` what is done about a wrong
//! day, `statement` the forum's, `emails` tells parents about a published draft. `reports` has
//! kinds of plan, and the recommendations that plans of a kind must answer too.
//!
//! A planning session with parents is claimed until others confirm it, and only then counts
//! (`involvement::session`, decision 0051): someone at the forum, or two parents who were there, on
//! the pages of `sessions`. The link on a slip, or its code, leads parents there. The forum can
//! dispute it, and leaders hear of that. Each of these is asked in the write, after `store::hold`,
//! and by the schema once more.
//!
//! # When a leader wants to publish a draft
//!
//! 1. `/lead/plans/new` registers a plan (`plans/register.rs`). Each thing that happens to it from
//!    then on runs after `store::hold`, which makes them wait for each other and gives their time.
//!    Each but an answer to a topic adds a line to `plan_events`.
//! 2. `/lead/plans/{id}/topics` ties topics to it; `…/sessions` records a planning session
//!    (`involve.rs`). An organiser writes the forum's statement (`statement.rs`).
//! 3. `/lead/plans/{id}/drafts` submits a draft (`drafts.rs`): Markdown, a file, or both. The text
//!    is made HTML here, once, and both are kept: a page that shows it reads no Markdown. The
//!    worker makes it for older drafts, and anew when the rules change (`rendering.rs`). A file is
//!    kept first (`ground/files.rs`), then the write names it by its hash. `first_recorded_at` is
//!    set here, for good.
//! 4. `/lead/plans/{id}/drafts/{version}` shows the points of the gate (`gate::points`) and the
//!    topics still to be answered. Each is answered at `…/topics/{topic}`, until the draft is
//!    published.
//! 5. The button posts to the same address. `publish_draft` asks `store::publish`, which works the
//!    gate out again inside the write. Shut or not answered: 422, the same page, and all that is
//!    missing at once, each where it can be done. The schema asks once more.
//! 6. `…/override` leads past a shut gate: a name and a reason, then a page that shows how it will
//!    always be read, then the write. The topics must still be answered. See decision 0010.
//! 7. The worker calls `plans::tell_due`. It owes the email to 200 people at a time (`tell_next`),
//!    until everyone who proposed or supported a topic it answers, or proposed one that was merged
//!    into it, is owed one; then it sets `told_at`. All get the same words, so that an email gives
//!    away nothing about who supported what.
//! 8. In the end somebody decides. `/lead/plans/{id}/decision` writes down what (`decision/`), and
//!    `…/publication` shows the topics, and the themes of published results about the plan, that it
//!    must answer. `store::publish_decision` asks once more inside the write, and the schema after
//!    it; `…/override` leads past what is missing. Whether it was made before a consultation on the
//!    plan had closed is kept with it. It waits too for what `/lead/plans/{id}/equality` says about
//!    who the plan affects (`equality/`). See decisions 0056 and 0057.

mod answers;
mod browse;
mod compare;
mod correct;
mod dates;
mod decision;
mod drafts;
mod emails;
mod equality;
mod forget;
mod involve;
mod personal;
mod publish;
mod register;
mod rendering;
pub mod reports;
pub mod rules;
mod sessions;
mod statement;
pub mod store;

pub use browse::{happened, happened_at, what_others_say};
pub use decision::rules::NewDecision;
pub use emails::tell_due;
pub use forget::forget;
pub use personal::PERSONAL;
pub use rendering::render_due;

use calendar::clock::Moment;
use forms::Refusals;
use ground::audit::{self, Entry};
use ground::db::Transaction;
use ground::error::Error;
use ground::house::House;
use ground::ids::{self, Id};
use ground::jobs::{EACH_HALF_MINUTE, Job, Rhythm};
use ground::routes::{Access, Routes};
use ground::ui::Frame;
use ground::viewer::{Role, Viewer};
use sqlx::AnyConnection;
use store::{Act, By, Plan};

/// What the room does in the background.
#[must_use]
pub fn jobs(house: &House) -> Vec<Job> {
    vec![
        Job::of(house, "emails about drafts", Rhythm::AfterWrites, async |house: House| {
            tell_due(&house).await
        }),
        Job::of(house, "the text of drafts", EACH_HALF_MINUTE, async |house: House| {
            render_due(&house).await
        }),
    ]
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, Only};
    let (leader, organiser) = (Only(&[Role::Leader]), Only(&[Role::Organiser]));
    Routes::new()
        .get("/plans", Anyone, browse::plans_page)
        .get("/plans/{id}", Anyone, browse::plan_page)
        .get("/plans/{id}/decision", Anyone, decision::decision_page)
        .get("/plans/{id}/equality", Anyone, equality::equality_page)
        .join(reports_routes())
        .get("/plans/{id}/drafts/{version}", Anyone, browse::draft_page)
        .get("/plans/{id}/drafts/{version}/file", Anyone, browse::draft_file)
        .get("/plans/{id}/drafts/{version}/changes", Anyone, compare::changes_page)
        .get("/lead/plans/new", leader, register::register_plan_form)
        .post("/lead/plans/new", leader, register::register_plan)
        .get("/lead/plans/{id}/due", leader, dates::change_due_day_form)
        .post("/lead/plans/{id}/due", leader, dates::change_due_day)
        .get("/lead/plans/{id}/cancellation", leader, dates::cancel_plan_form)
        .post("/lead/plans/{id}/cancellation", leader, dates::cancel_plan)
        .get("/lead/plans/{id}/topics", leader, involve::tie_topics_form)
        .post("/lead/plans/{id}/topics", leader, involve::tie_topics)
        .get("/lead/plans/{id}/sessions", leader, involve::planning_session_form)
        .post("/lead/plans/{id}/sessions", leader, involve::record_planning_session)
        .get("/lead/plans/{id}/sessions/{session}", leader, correct::session_form)
        .post("/lead/plans/{id}/sessions/{session}", leader, correct::correct_session)
        .join(sessions_routes())
        .get("/lead/plans/{id}/title", leader, correct::title_form)
        .post("/lead/plans/{id}/title", leader, correct::correct_title)
        .get("/lead/plans/{id}/drafts", leader, drafts::record_draft_form)
        .post_file("/lead/plans/{id}/drafts", leader, drafts::record_draft)
        .get("/lead/plans/{id}/drafts/{version}", leader, publish::publish_draft_form)
        .post("/lead/plans/{id}/drafts/{version}", leader, publish::publish_draft)
        .get("/lead/plans/{id}/drafts/{version}/topics/{topic}", leader, drafts::answer_topic_form)
        .post("/lead/plans/{id}/drafts/{version}/topics/{topic}", leader, drafts::answer_topic)
        .get("/lead/plans/{id}/drafts/{version}/override", leader, publish::override_gate_form)
        .post_first(
            "/lead/plans/{id}/drafts/{version}/override",
            leader.fresh(),
            "publish without involving parents first",
            publish::override_gate,
        )
        .get("/lead/plans/{id}/decision", leader, decision::write::write_decision_form)
        .post("/lead/plans/{id}/decision", leader, decision::write::write_decision)
        .get(
            "/lead/plans/{id}/decision/answers/{thing}",
            leader,
            decision::write::answer_thing_form,
        )
        .post("/lead/plans/{id}/decision/answers/{thing}", leader, decision::write::answer_thing)
        .get(
            "/lead/plans/{id}/decision/publication",
            leader,
            decision::publish::publish_decision_form,
        )
        .post("/lead/plans/{id}/decision/publication", leader, decision::publish::publish_decision)
        .get(
            "/lead/plans/{id}/decision/correction",
            leader,
            decision::correct::correct_decision_form,
        )
        .post("/lead/plans/{id}/decision/correction", leader, decision::correct::correct_decision)
        .get("/lead/plans/{id}/decision/override", leader, decision::publish::go_ahead_form)
        .post_first(
            "/lead/plans/{id}/decision/override",
            leader.fresh(),
            "publish a decision without everything that was agreed",
            decision::publish::go_ahead,
        )
        .get("/lead/plans/{id}/equality", leader, equality::sign_equality_form)
        .post("/lead/plans/{id}/equality", leader, equality::sign_equality)
        .get("/forum/plans/{id}/statement", organiser, statement::statement_form)
        .post("/forum/plans/{id}/statement", organiser, statement::write_statement)
}

/// The addresses at which others say whether a planning session was held.
fn sessions_routes() -> Routes {
    use Access::{Anyone, Only};
    use sessions::{by_slip, dispute, judge, slips, was_there};
    const WAS_THERE: &str = "say that you were at a planning session";
    let (leader, organiser) = (Only(&[Role::Leader]), Only(&[Role::Organiser]));
    let parent = Only(&[Role::Parent]);
    Routes::new()
        .get("/lead/sessions/{id}/slip", leader, slips::slip_page)
        .post("/lead/sessions/{id}/slip", leader, slips::make_slip)
        .get("/lead/sessions/{id}/dispute", leader, dispute::dispute_page)
        .post("/lead/sessions/{id}/dispute", leader, dispute::see_dispute)
        .get("/forum/sessions/{id}", organiser, judge::judge_session_form)
        .post("/forum/sessions/{id}", organiser, judge::judge_session)
        .get_first("/sessions/{id}", parent, WAS_THERE, was_there::was_there_form)
        .post_first("/sessions/{id}", parent, WAS_THERE, was_there::was_there)
        .get("/slips", Anyone, by_slip::slip_code_form)
        .get("/slips/{link}", Anyone, by_slip::was_there_by_slip_form)
        .post_first("/slips/{link}", parent, WAS_THERE, by_slip::was_there_by_slip)
}

/// The addresses of reports and of kinds of plan.
fn reports_routes() -> Routes {
    use Access::{Anyone, Only};
    use reports::{answer, browse, kinds, put_in};
    const ANSWER: &str = "/lead/plans/{id}/drafts/{version}/recommendations/{topic}";
    let (leader, organiser) = (Only(&[Role::Leader]), Only(&[Role::Organiser]));
    let (both, admin) = (Only(&[Role::Organiser, Role::Leader]), Only(&[Role::Admin]));
    Routes::new()
        .get("/reports", Anyone, browse::reports_page)
        .get("/reports/new", both, put_in::new_report_form)
        .post("/reports/new", both, put_in::put_in_report)
        .get("/reports/{id}", Anyone, browse::report_page)
        .get("/forum/reports/{id}", organiser, browse::end_report_form)
        .post("/forum/reports/{id}", organiser, browse::end_report)
        .get(ANSWER, leader, answer::answer_recommendation_form)
        .post(ANSWER, leader, answer::answer_recommendation)
        .get("/admin/plan-kinds", admin, kinds::kinds_page)
        .post("/admin/plan-kinds", admin, kinds::add_kind)
        .get("/admin/plan-kinds/{id}", admin, kinds::kind_form)
        .post("/admin/plan-kinds/{id}", admin, kinds::change_kind)
}

/// The plan of an address, or "not found"; for someone who still has to set up a second step, as
/// everyone sees it.
async fn find_plan(house: &House, viewer: &Viewer, id: &Id<ids::Plan>) -> Result<Plan, Error> {
    let id = parsed(id)?;
    let account_id = viewer.with_second_step().map(|person| &person.account_id);
    store::find_for(&house.db, &id, account_id).await?.ok_or(Error::NotFound)
}

/// An id of an address as the tables have it, or "not found".
fn parsed<T>(id: &Id<T>) -> Result<Id<T>, Error> {
    Id::parse(id).ok_or(Error::NotFound)
}

/// The plan of an address, for a leader of one of the organisations that plan it. For other leaders
/// there is none to work on, and for nobody once it is cancelled.
async fn led_plan(house: &House, viewer: &Viewer, id: &Id<ids::Plan>) -> Result<Plan, Error> {
    Some(find_plan(house, viewer, id).await?)
        .filter(|plan| plan.is_led_by_viewer && plan.cancelled().is_none())
        .ok_or(Error::NotFound)
}

fn leader(viewer: &Viewer) -> Result<By, Error> {
    Ok(By { account_id: viewer.signed_in()?.account_id.clone(), role: "leader" })
}

/// Begins what a leader does to a plan, with the time of it. For other leaders there is none to
/// work on.
async fn begin(
    house: &House,
    plan_id: &Id<ids::Plan>,
    by: &By,
) -> Result<(Transaction, Moment), Error> {
    let mut tx = house.db.begin().await?;
    let Some(at) = store::hold_for(&mut tx, plan_id, by, house.clock.now()).await? else {
        tx.roll_back().await?;
        return Err(Error::NotFound);
    };
    Ok((tx, at))
}

/// Notes in the audit log what was done to a plan.
async fn note(tx: &mut AnyConnection, act: Act<'_>, what: &str, detail: &str) -> sqlx::Result<()> {
    let Act { plan_id, by, at } = act;
    audit::note(tx, Entry { at, who: Some(&by.account_id), what, about: plan_id, detail }).await
}

/// The frame of a page about a plan, which leads back to it.
fn frame<'r>(plan: &Plan, title: &'static str, refusals: &'r Refusals) -> Frame<'r> {
    let back = (format!("/plans/{}", plan.id), plan.title.as_str());
    Frame::new(title, back).of(&plan.title).refused_for(refusals)
}

fn version(text: &str) -> Result<i64, Error> {
    text.parse().ok().filter(|version| *version > 0).ok_or(Error::NotFound)
}
