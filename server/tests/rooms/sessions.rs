//! A planning session counts once somebody else than those who plan says that it was held: the
//! forum, or two parents who were there.

use axum::http::StatusCode;
use calendar::clock::DAY;
use deliveries::tasks::tell_due;
use ground::db::Kind;
use ground::viewer::Role;

use crate::kept::while_open;
use crate::plans::{confirm, draft, leader, meet, register, session_of};
use crate::walk::Walk;
use crate::world::{Answer, Browser, World, by_hand, change, number, on_both, on_postgres};

const SAYS: &str = "SELECT count(*) FROM session_confirmations";

/// A plan with a session that its leader says was held today: (plan, session).
async fn claimed(world: &World, leader: &Browser<'_>) -> (String, String) {
    let plan = register(world, leader).await;
    meet(world, leader, &plan).await;
    let session = session_of(world, &plan).await;
    (plan, session)
}

/// The slip of a session, which its leader makes; its address.
async fn slip(world: &World, leader: &Browser<'_>, session: &str) -> String {
    let page = format!("/lead/sessions/{session}/slip");
    assert_eq!(leader.post(&page, &[]).await.leads_to(), page);
    let sql = format!("SELECT id FROM session_slips WHERE session_id = '{session}'");
    format!("/slips/{}", world.one(&sql).await)
}

async fn plan_page(world: &World, plan: &str) -> Answer {
    world.visitor().get(&format!("/plans/{plan}")).await
}

#[test]
fn two_parents_who_were_there_confirm_a_session_by_slip_and_by_account() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (plan, session) = claimed(&world, &leader).await;
        let page = plan_page(&world, &plan).await;
        assert!(page.says("○ Leaders say so – not confirmed yet"), "{}", page.html);
        assert!(page.says("Were you there? Say so"));
        let link = slip(&world, &leader, &session).await;
        let printed = leader.get(&format!("/lead/sessions/{session}/slip")).await;
        assert!(printed.says(&link) && printed.says("<svg") && printed.says("Print this page"));
        // Made twice, it is one.
        slip(&world, &leader, &session).await;
        assert_eq!(number(&world, "SELECT count(*) FROM session_slips").await, 1);

        // Whoever is not signed in sees it, and what they press is done once they are in.
        world.person("first@example.org", &[Role::Parent], &world.south).await;
        let phone = world.visitor();
        let asked = phone.get(&link).await;
        assert!(asked.says("Yes, I was there") && asked.says("Transport to school"));
        let fields = [("wish", "there"), ("title", "Transport to school")];
        let first = phone.post(&link, &fields).await;
        assert_eq!(first.status, StatusCode::UNAUTHORIZED);
        assert!(first.says("say that you were at a planning session"), "{}", first.html);
        let signs_in = [("email", "first@example.org"), ("password", "three small words")];
        assert_eq!(phone.post("/sign-in", &signs_in).await.leads_to(), format!("{link}?done=said"));
        assert!(phone.get(&format!("{link}?done=said")).await.says("Thank you"));
        assert!(
            plan_page(&world, &plan).await.says("not confirmed yet"),
            "nobody sees that one parent has said so"
        );
        // A second tap says the same.
        phone.post(&link, &fields).await.leads_to();
        assert_eq!(number(&world, SAYS).await, 1);

        let second = world.parent(2).await;
        let own = format!("/sessions/{session}");
        assert!(second.get(&own).await.says("Yes, I was there"));
        second.post(&own, &fields).await.leads_to();
        let page = plan_page(&world, &plan).await;
        assert!(page.says("Confirmed by parents who were there"), "{}", page.html);
        assert!(!page.says("Were you there?"));
        let third = world.parent(3).await;
        let late = third.post(&link, &fields).await;
        late.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let late = third.get(&link).await;
        assert!(late.says("This session is confirmed") && !late.says("Yes, I was there"));
        assert_eq!(number(&world, SAYS).await, 2);
        let record = world.visitor().get(&format!("/record/plans/{plan}")).await;
        assert!(record.says("✓ Confirmed by parents who were there on"), "{}", record.html);
        let area = world.visitor().get("/record").await;
        assert!(area.says("1 session: 1 confirmed by parents who were there"), "{}", area.html);
    });
}

#[test]
fn nobody_confirms_their_own_session_in_any_role_or_by_any_account_of_theirs() {
    on_both(async |world| {
        let both = [Role::Leader, Role::Organiser, Role::Parent];
        let leader = world.signed_in("leader@example.org", &both).await;
        let (_, session) = claimed(&world, &leader).await;
        let (forum, own) = (format!("/forum/sessions/{session}"), format!("/sessions/{session}"));
        let confirms = [("step", "confirm")];
        let refused = leader.post(&forum, &confirms).await;
        refused.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let refused = leader.post(&own, &[]).await;
        assert!(refused.says("nobody confirms their own meeting"), "{}", refused.html);
        // Another address of the same mailbox, and whoever leads for the same council.
        let again = world.signed_in("leader+forum@example.org", &[Role::Organiser]).await;
        let refused = again.post(&forum, &confirms).await;
        assert!(refused.says("nobody speaks for both sides"), "{}", refused.html);
        let disputes = [("step", "dispute"), ("reason", "It was not so.")];
        again.post(&forum, &disputes).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let as_parent = world.signed_in("leader+home@example.org", &[Role::Parent]).await;
        as_parent.post(&own, &[]).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let colleague = [Role::Leader, Role::Parent];
        let colleague = world.signed_in("leader2@example.org", &colleague).await;
        colleague.post(&own, &[]).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(number(&world, SAYS).await, 0);

        // One mailbox is one parent, and one parent is not also the forum.
        let roles = [Role::Parent, Role::Organiser];
        let ann = world.signed_in("ann@example.org", &roles).await;
        let ann_again = world.signed_in("ann+2@example.org", &[Role::Parent]).await;
        ann.post(&own, &[]).await.leads_to();
        ann_again.post(&own, &[]).await.leads_to();
        assert!(
            ann_again.get(&format!("{own}?done=said")).await.says("You have already said this")
        );
        assert_eq!(number(&world, SAYS).await, 1);
        let refused = ann.post(&forum, &confirms).await;
        assert!(refused.says("each person speaks once"), "{}", refused.html);
        assert_eq!(number(&world, "SELECT count(*) FROM confirmed_sessions").await, 0);
    });
}

#[test]
fn the_forum_disputes_with_a_reason_that_stays_and_disagrees_with_parents_but_not_with_itself() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let (plan, session) = claimed(&world, &leader).await;
        for nth in 1..3 {
            let parent = world.parent(nth).await;
            parent.post(&format!("/sessions/{session}"), &[]).await.leads_to();
        }
        let forum = format!("/forum/sessions/{session}");
        assert!(organiser.get(&forum).await.says("It did not take place like this"));
        let empty = organiser.post(&forum, &[("step", "dispute"), ("reason", " ")]).await;
        empty.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Say what the forum knows about this session"));
        let disputes = [("step", "dispute"), ("reason", "They were there for their jobs.")];
        organiser.post(&forum, &disputes).await.leads_to();
        // A second tap says the same.
        organiser.post(&forum, &disputes).await.leads_to();
        let other = [("step", "dispute"), ("reason", "Something else.")];
        organiser.post(&forum, &other).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let page = plan_page(&world, &plan).await;
        assert!(
            page.says("× The forum disagrees")
                && page.says("They were there for their jobs.")
                && page.says("Confirmed by parents who were there")
                && page.says("Four weeks"),
            "both stand: {}",
            page.html
        );
        assert_eq!(number(&world, "SELECT count(*) FROM confirmed_sessions").await, 0);
        organiser
            .post(&forum, &[("step", "confirm")])
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY);

        let (plan, session) = claimed(&world, &leader).await;
        confirm(&world, &organiser, &plan).await;
        let late = organiser.post(&format!("/forum/sessions/{session}"), &disputes).await;
        late.refused(StatusCode::UNPROCESSABLE_ENTITY);
        // What somebody has confirmed is not corrected any more.
        let (day, _) = calendar::clock::fields(world.now());
        let other =
            [("day", day.as_str()), ("held_at", "A hall"), ("parents", "30"), ("others", "3")];
        let corrected =
            leader.post(&format!("/lead/plans/{plan}/sessions/{session}"), &other).await;
        assert!(corrected.says("Someone has already confirmed it"), "{}", corrected.html);
    });
}

#[test]
fn a_slip_is_pressed_often_by_one_machine_and_after_a_year_and_each_time_the_answer_is_plain() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (_, session) = claimed(&world, &leader).await;
        let link = slip(&world, &leader, &session).await;
        let parent = world.parent(1).await;
        let mut refused = 0;
        for _ in 0..40 {
            let answer = parent.post(&link, &[("wish", "there")]).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                assert!(answer.says("What you said before is saved"), "{}", answer.html);
                refused += 1;
            } else {
                answer.leads_to();
            }
        }
        assert!(refused > 5, "{refused}");
        assert_eq!(number(&world, SAYS).await, 1);
        for nth in 2..12 {
            let parent = world.parent(nth).await;
            let answer = parent.post(&link, &[("wish", "there")]).await;
            answer.is_one_of(&[StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        }
        assert_eq!(number(&world, SAYS).await, 2, "however many press");

        let (_, session) = claimed(&world, &leader).await;
        let link = slip(&world, &leader, &session).await;
        let (parent, visitor) = (world.parent(20).await, world.visitor());
        world.forward(29 * DAY);
        for answer in [
            visitor.get(&link).await,
            parent.get(&link).await,
            parent.post(&link, &[("wish", "there")]).await,
        ] {
            answer.refused(StatusCode::GONE);
            assert!(answer.says("This link has ended"), "{}", answer.html);
        }
        assert_eq!(number(&world, SAYS).await, 2);
        // Their account still leads there, and the leader makes another.
        parent.post(&format!("/sessions/{session}"), &[]).await.leads_to();
        let page = format!("/lead/sessions/{session}/slip");
        leader.post(&page, &[]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM session_slips").await, 3);
        for unknown in ["/slips/no-such-slip".to_owned(), format!("/slips/{}", id::random())] {
            assert_eq!(visitor.get(&unknown).await.status, StatusCode::NOT_FOUND);
        }
    });
}

#[test]
fn a_session_to_come_is_confirmed_by_nobody_until_its_day() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let plan = register(&world, &leader).await;
        let (day, _) = calendar::clock::fields(world.now() + 3 * DAY);
        let ahead = format!(
            "INSERT INTO planning_sessions (id, form_key, plan_id, day, held_at, parents, others,
             decided, notes, audience, recorded_by, recorded_at)
             SELECT '{}', 'ahead', id, '{day}', 'Online', 5, 1, 'a', '', 'everyone', registered_by,
               registered_at + 1 FROM plans",
            id::fresh()
        );
        change(&world, &ahead).await;
        world.forward(1_000);
        let session = session_of(&world, &plan).await;
        let (forum, confirms) = (format!("/forum/sessions/{session}"), [("step", "confirm")]);
        let early = organiser.post(&forum, &confirms).await;
        early.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.says("Its day hasn't come yet") && early.says("#session"), "{}", early.html);
        let parent = world.parent(1).await;
        let early = parent.post(&format!("/sessions/{session}"), &[]).await;
        assert!(early.says("Its day hasn't come yet"), "{}", early.html);
        world.forward(3 * DAY);
        organiser.post(&forum, &confirms).await.leads_to();
    });
}

#[test]
fn plain_statements_confirm_and_dispute_nothing_that_the_rules_do_not() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (_, session) = claimed(&world, &leader).await;
        let link = slip(&world, &leader, &session).await;
        let slip = link.trim_start_matches("/slips/");
        let organiser = world.organiser().await;
        let (one, two) = (world.parent(1).await, world.parent(2).await);
        let again = world.signed_in("parent1+x@example.org", &[Role::Parent]).await;
        let home = world.signed_in("leader+x@example.org", &[Role::Parent, Role::Organiser]).await;
        let suspended = world.parent(3).await;
        let ill = &suspended.account;
        change(&world, &format!("UPDATE accounts SET suspended_at = 1 WHERE id = '{ill}'")).await;
        let at = (world.now() + 1_000).millis();
        let says = |who: &Browser<'_>, (for_forum, settles): (i64, i64), slip: &str, at: i64| {
            format!(
                "INSERT INTO session_confirmations (id, session_id, for_forum, settles, slip_id,
                 confirmed_by, confirmed_at)
                 VALUES ('{}', '{session}', {for_forum}, {settles}, {slip}, '{}', {at})",
                id::random(),
                who.account
            )
        };
        let disputes = |who: &Browser<'_>| {
            format!(
                "INSERT INTO session_disputes (session_id, reason, disputed_by, disputed_at)
                 VALUES ('{session}', 'Not so.', '{}', {at})",
                who.account
            )
        };
        let refuses = async |what: &str, sql: String| {
            assert!(by_hand(&world, &sql).await.is_err(), "the schema lets this through: {what}");
        };
        refuses("whoever recorded it", says(&leader, (1, 1), "NULL", at)).await;
        refuses("their other account", says(&home, (1, 1), "NULL", at)).await;
        refuses("the same as a parent", says(&home, (0, 0), "NULL", at)).await;
        refuses("a dispute of theirs", disputes(&home)).await;
        refuses("a parent for the forum", says(&one, (1, 1), "NULL", at)).await;
        refuses("a dispute by a parent", disputes(&one)).await;
        refuses("one parent alone", says(&one, (0, 1), "NULL", at)).await;
        refuses("somebody who is suspended", says(&suspended, (0, 0), "NULL", at)).await;
        refuses("before it was recorded", says(&organiser, (1, 1), "NULL", 1)).await;
        let ended = at + 29 * DAY;
        refuses("a slip that has ended", says(&one, (0, 0), &format!("'{slip}'"), ended)).await;
        change(&world, &says(&one, (0, 0), &format!("'{slip}'"), at)).await;
        refuses("twice", says(&one, (0, 1), "NULL", at)).await;
        refuses("one mailbox twice", says(&again, (0, 1), "NULL", at)).await;
        refuses("a second parent who settles nothing", says(&two, (0, 0), "NULL", at)).await;
        let early = "INSERT INTO session_confirmations_taken_back (confirmation_id, taken_back_at)
             SELECT id, confirmed_at - 1 FROM session_confirmations";
        refuses("taken back before it was said", early.to_owned()).await;
        change(&world, &says(&two, (0, 1), "NULL", at)).await;
        refuses("what is settled", says(&organiser, (1, 1), "NULL", at)).await;
        for sql in [
            "DELETE FROM session_confirmations",
            "UPDATE session_confirmations SET settles = 1",
            "UPDATE planning_sessions SET parents = parents + 1",
            "INSERT INTO drafts_before_confirmations (draft_id) VALUES ('a draft')",
            "UPDATE session_slips SET ends_at = ends_at + 1",
        ] {
            refuses(sql, sql.to_owned()).await;
        }
        let said = world.one("SELECT id FROM session_confirmations WHERE settles = 0").await;
        let taken_back = format!(
            "INSERT INTO session_confirmations_taken_back (confirmation_id, taken_back_at)
             VALUES ('{said}', {at} + 1)"
        );
        refuses("taken back once it is confirmed", taken_back).await;
        change(&world, &disputes(&organiser)).await;
        refuses("a second dispute", disputes(&organiser)).await;
        refuses("no dispute any more", "DELETE FROM session_disputes".to_owned()).await;
        assert_eq!(number(&world, "SELECT count(*) FROM confirmed_sessions").await, 0);
    });
}

/// A plan whose draft waits for its session alone: (plan, session).
async fn waits_for_its_session(
    world: &World,
    (leader, organiser): (&Browser<'_>, &Browser<'_>),
) -> (String, String) {
    let (_, topic) = world.voting("Buses").await;
    let (plan, session) = claimed(world, leader).await;
    leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
    let words = [("words", "Good.")];
    organiser.post(&format!("/forum/plans/{plan}/statement"), &words).await.leads_to();
    world.forward(20 * DAY);
    let leader = &world.sign_in("leader@example.org").await;
    let draft = draft(leader, &plan).await;
    let answer = [("answer", "adopted"), ("words", "Page 1")];
    leader.post(&format!("{draft}/topics/{topic}"), &answer).await.leads_to();
    leader.post(&draft, &[]).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
    (plan, session)
}

#[test]
fn a_confirmation_or_a_dispute_while_a_draft_is_published_is_one_after_the_other() {
    on_postgres(async |world| {
        for confirms in [true, false] {
            let world = world.another().await;
            let (leader, organiser) = (leader(&world).await, world.organiser().await);
            let (_, session) = waits_for_its_session(&world, (&leader, &organiser)).await;
            let (account, at) = (&organiser.account, (world.now() + 1_000).millis());
            let said = if confirms {
                format!(
                    "INSERT INTO session_confirmations (id, session_id, for_forum, settles,
                     confirmed_by, confirmed_at) VALUES ('a', '{session}', 1, 1, '{account}', {at})"
                )
            } else {
                for nth in 1..3 {
                    let parent = world.parent(nth).await;
                    parent.post(&format!("/sessions/{session}"), &[]).await.leads_to();
                }
                format!(
                    "INSERT INTO session_disputes (session_id, reason, disputed_by, disputed_at)
                     VALUES ('{session}', 'Not so.', '{account}', {at})"
                )
            };
            let said = [said.as_str()];
            let db = world.db().clone();
            let published = while_open(&world, &said, async move {
                let publish = "UPDATE drafts SET published_at = first_recorded_at + 1,
                     published_by = recorded_by";
                sqlx::query(publish).execute(&mut *db.read().await?).await.map(|_done| ())
            });
            let published: Result<(), sqlx::Error> = published.await;
            assert_eq!(published.is_ok(), confirms, "it waits for what is said: {published:?}");
        }
    });
}

#[test]
fn a_draft_that_was_published_before_sessions_were_confirmed_stays_and_says_what_it_rested_on() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let (plan, _) = waits_for_its_session(&world, (&leader, &organiser)).await;
        // As it was done then: only the owner of the tables can.
        let guards: &[&str] = match world.db().kind() {
            Kind::Sqlite => &[
                "DROP TRIGGER drafts_pass_the_gate",
                "DROP TRIGGER drafts_before_confirmations_are_not_added",
            ],
            Kind::Postgres => &[
                "ALTER TABLE drafts DISABLE TRIGGER USER",
                "ALTER TABLE drafts_before_confirmations DISABLE TRIGGER USER",
            ],
        };
        for guard in guards {
            change(&world, guard).await;
        }
        let now = (world.now() + 1_000).millis();
        for sql in [
            format!("UPDATE drafts SET published_at = {now}, published_by = recorded_by"),
            "INSERT INTO drafts_before_confirmations (draft_id) SELECT id FROM drafts".to_owned(),
        ] {
            change(&world, &sql).await;
        }
        let page = plan_page(&world, &plan).await;
        assert!(
            page.says("At that time it counted without anybody else confirming it")
                && !page.says("Not done: "),
            "{}",
            page.html
        );
        assert!(page.says("Worked with") && !page.says("(co-"), "{}", page.html);
        assert!(page.says("nobody else has confirmed it"), "{}", page.html);
        world.forward(DAY);
        confirm(&world, &world.sign_in("organiser@example.org").await, &plan).await;
        let page = plan_page(&world, &plan).await;
        assert!(page.says("(co-production)"), "it was held when it was held: {}", page.html);
    });
}

#[test]
fn the_forum_hears_once_of_a_session_that_waits_and_no_more_once_parents_have_confirmed_it() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let choose = "/account/emails/tasks";
        organiser.post(choose, &[("session", "at once"), ("statement", "never")]).await.leads_to();
        let (_, session) = claimed(&world, &leader).await;
        world.forward(1_000);
        for times in [1, 0] {
            tell_due(&world.house).await.unwrap();
            let emails = world.deliver().await;
            let about = emails.iter().filter(|email| email.subject.starts_with("Say whether"));
            assert_eq!(about.count(), times, "{emails:?}");
        }
        let desk = organiser.get("/forum").await;
        assert!(desk.says("Say whether a planning session took place: Transport to school"));
        for nth in 1..3 {
            let parent = world.parent(nth).await;
            parent.post(&format!("/sessions/{session}"), &[]).await.leads_to();
        }
        assert!(!organiser.get("/forum").await.says("Say whether a planning session"));
        let waits = "SELECT count(*) FROM waiting_tasks WHERE task = 'session'";
        assert_eq!(number(&world, waits).await, 0);
    });
}

#[test]
fn what_a_parent_said_stays_once_they_have_left_and_one_who_left_counts_for_no_second() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (_, session) = claimed(&world, &leader).await;
        let own = format!("/sessions/{session}");
        let one = world.parent(1).await;
        one.post(&own, &[]).await.leads_to();
        let account = &one.account;
        let ask = format!(
            "INSERT INTO erasures (account_id, token_hash, asked_at, due_at, takes_down,
             keeps_emails) VALUES ('{account}', '{account}', 1, 2, 1, 0)"
        );
        change(&world, &ask).await;
        assert_eq!(app::erase::erase_due(&world.house).await.unwrap(), 1);
        assert_eq!(number(&world, SAYS).await, 1);
        let counts = "SELECT count(*) FROM confirmed_sessions";
        // Whoever it was could come back by another account.
        world.parent(2).await.post(&own, &[]).await.leads_to();
        assert_eq!(number(&world, counts).await, 0);
        world.parent(3).await.post(&own, &[]).await.leads_to();
        assert_eq!(number(&world, counts).await, 1);
    });
}

#[test]
fn a_code_is_typed_however_people_type_and_a_wrong_one_leads_to_the_field_with_what_was_typed() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (_, session) = claimed(&world, &leader).await;
        let link = slip(&world, &leader, &session).await;
        let code = link.trim_start_matches("/slips/");
        assert_eq!(id::read_code(code).as_deref(), Some(code), "people can type it");
        let shown = leader.get(&format!("/lead/sessions/{session}/slip")).await;
        assert!(shown.says("and enter this code") && shown.says(code), "{}", shown.html);
        assert!(shown.says("Show, print or send parents the link"), "{}", shown.html);

        let visitor = world.visitor();
        let plans = visitor.get("/plans").await;
        assert!(plans.says("href=\"/slips\""), "{}", plans.html);
        let asked = visitor.get("/slips").await;
        assert!(asked.status == StatusCode::OK && asked.says("Four groups of four"));
        let typed = code.to_lowercase().replace('-', "");
        let spaced = code.replace('-', "+");
        for typed in [code, &typed, &spaced] {
            assert_eq!(visitor.get(&format!("/slips?code={typed}")).await.leads_to(), link);
        }
        assert!(visitor.get(&format!("/slips/{typed}")).await.says("Yes, I was there"));
        let empty = visitor.get("/slips?code=").await;
        empty.refused(StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = visitor.get("/slips?code=0000-0000-0000-0000").await;
        wrong.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.says("Check the code") && wrong.says("0000-0000-0000-0000"));
        let mistyped = visitor.get(&format!("{link}7")).await;
        assert_eq!(mistyped.status, StatusCode::NOT_FOUND);
        assert!(mistyped.says("Check the code") && mistyped.says(code), "{}", mistyped.html);
    });
}

#[test]
fn a_parent_takes_back_a_mistaken_tap_until_the_session_is_confirmed_and_both_are_kept() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (plan, session) = claimed(&world, &leader).await;
        let (own, undo) = (format!("/sessions/{session}"), [("step", "take back")]);
        let (one, two) = (world.parent(1).await, world.parent(2).await);
        // Nothing to take back: nothing happens.
        one.post(&own, &undo).await.leads_to();
        one.post(&own, &[]).await.leads_to();
        assert!(one.get(&own).await.says("Undo: I wasn't there"));
        let again = world.signed_in("parent2+x@example.org", &[Role::Parent]).await;
        assert!(!again.get(&own).await.says("Undo: I wasn't there"));
        let undone = one.post(&own, &undo).await.leads_to();
        let undone = one.get(&undone).await;
        assert!(
            undone.says("You have undone it") && undone.says("Yes, I was there"),
            "{}",
            undone.html
        );
        let back = one.get(&format!("{own}?done=said")).await;
        assert!(back.says("Yes, I was there") && !back.says("Thank you"), "{}", back.html);
        // A second tap asks for what is so already.
        one.post(&own, &undo).await.leads_to();
        let taken = "SELECT count(*) FROM session_confirmations_taken_back";
        assert_eq!((number(&world, SAYS).await, number(&world, taken).await), (1, 1));

        // It is no first parent for a second one, and who was there after all can say so.
        two.post(&own, &[]).await.leads_to();
        let counts = "SELECT count(*) FROM confirmed_sessions";
        assert_eq!(number(&world, counts).await, 0);
        one.post(&own, &[]).await.leads_to();
        assert_eq!(number(&world, counts).await, 1);
        for parent in [&one, &two] {
            assert!(!parent.get(&own).await.says("Undo: I wasn't there"));
            let late = parent.post(&own, &undo).await;
            late.refused(StatusCode::UNPROCESSABLE_ENTITY);
            assert!(late.says("You can't undo this any more"), "{}", late.html);
        }
        assert!(plan_page(&world, &plan).await.says("Confirmed by parents who were there"));
        assert_eq!((number(&world, SAYS).await, number(&world, taken).await), (3, 1));
    });
}

#[test]
fn an_organiser_who_judges_a_session_reads_how_many_leaders_say_took_part() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let (_, session) = claimed(&world, &leader).await;
        let page = organiser.get(&format!("/forum/sessions/{session}")).await;
        assert!(page.says("With 12 parents and"), "{}", page.html);
    });
}

#[test]
fn what_a_page_says_of_a_session_is_so_before_it_is_confirmed_then_and_once_it_is_disputed() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let (plan, session) = claimed(&world, &leader).await;
        let (own, forum) = (format!("/sessions/{session}"), format!("/forum/sessions/{session}"));
        let slip = format!("/lead/sessions/{session}/slip");
        let once = "It counts once two parents who were there";
        let parent = world.parent(3).await;
        let page = format!("/plans/{plan}");
        assert!(leader.get(&page).await.says("Correct this session"));
        for (who, path) in [(&parent, &own), (&organiser, &forum), (&leader, &slip)] {
            assert!(who.get(path).await.says(once), "{path}");
        }
        for nth in 1..3 {
            world.parent(nth).await.post(&own, &[]).await.leads_to();
        }
        for (who, path) in [(&parent, &own), (&organiser, &forum), (&leader, &slip)] {
            let shown = who.get(path).await;
            assert!(shown.says("It is confirmed, so it counts") && !shown.says(once), "{path}");
        }
        let shown = leader.get(&page).await;
        assert!(
            shown.says("You can't correct this session any more")
                && !shown.says("Correct this session"),
            "{}",
            shown.html
        );
        // In order, by the day alone.
        let told = "Parents who were there confirmed a planning session";
        let record = format!("/record/plans/{plan}");
        for path in [&page, &record] {
            let shown = world.visitor().get(path).await;
            let day = calendar::clock::date(world.now()).to_string();
            let (before, after) = shown.html.rsplit_once(told).expect("it is told");
            let time = before.rsplit_once("<time").map_or("", |(_, time)| time);
            assert!(time.contains(&format!("datetime=\"{day}\"")), "{path}: {time}");
            assert!(before.contains("A planning session with parents was recorded"), "{path}");
            assert!(!after.contains("A planning session with parents was recorded"), "{path}");
        }

        let disputes = [("step", "dispute"), ("reason", "They were there for their jobs.")];
        organiser.post(&forum, &disputes).await.leads_to();
        for (who, path) in [(&parent, &own), (&organiser, &forum), (&leader, &slip)] {
            let shown = who.get(path).await;
            let disagrees = "The forum disagrees, so it doesn't count";
            assert!(shown.says(disagrees) && !shown.says(once), "{path}");
        }
        for path in [&page, &record] {
            let shown = world.visitor().get(path).await;
            assert!(
                shown.says("and the forum disagrees. That doesn't count")
                    && shown.says("Confirmed by parents who were there on")
                    && shown.says(told),
                "{path}: {}",
                shown.html
            );
        }
        assert!(plan_page(&world, &plan).await.says("How involved parents are so far"));
    });
}

#[test]
fn each_leader_has_a_dispute_on_their_desk_until_they_have_read_it_and_one_email_about_it() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let other = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        for who in [&leader, &other] {
            let at_once = [("disputed", "at once")];
            who.post("/account/emails/tasks", &at_once).await.leads_to();
        }
        let (_, session) = claimed(&world, &leader).await;
        let read = format!("/lead/sessions/{session}/dispute");
        assert_eq!(leader.get(&read).await.status, StatusCode::NOT_FOUND, "nobody disputes it");
        world.forward(1_000);
        let disputes = [("step", "dispute"), ("reason", "Nobody told us about it.")];
        organiser.post(&format!("/forum/sessions/{session}"), &disputes).await.leads_to();
        world.forward(1_000);
        let disagrees = "The forum disagrees with your planning session";
        for times in [2, 0] {
            tell_due(&world.house).await.unwrap();
            let emails = world.deliver().await;
            let about = emails.iter().filter(|email| email.subject == disagrees);
            assert_eq!(about.count(), times, "{emails:?}");
        }
        let mut walk = Walk::from(&leader, "/lead").await;
        walk.follow(disagrees).await;
        assert!(walk.says("Nobody told us about it."), "{}", walk.page.html);
        walk.press("I have read this: take it off my desk", &[]).await;
        assert!(walk.says("We've taken it off your desk"), "{}", walk.page.html);
        // A second tap says the same.
        leader.post(&read, &[]).await.leads_to();
        assert!(!leader.get("/lead").await.says(disagrees));
        assert!(other.get("/lead").await.says(disagrees), "each reads it themselves");
    });
}
