//! Dates that were wrong: what is refused, what is shown before it is set, and what can still be
//! done once it is.

use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR, MINUTE, Moment};
use ground::viewer::Role;
use rounds::close_due;

use crate::consultations::answer;
use crate::fixtures::consultations::{begin, open};
use crate::fixtures::plans::register;
use crate::world::{Browser, World, by_hand, change, number, on_both};

/// The fields of a round, as a form sends them.
fn dates(propose: Moment, vote: Moment, close: Moment) -> Vec<(String, String)> {
    let mut fields = vec![
        ("title".to_owned(), "Autumn".to_owned()),
        ("seats".to_owned(), "2".to_owned()),
        ("reason".to_owned(), "The wrong month".to_owned()),
    ];
    for (name, at) in [("propose", propose), ("vote", vote), ("close", close)] {
        let (day, time) = clock::fields(at);
        fields.extend([(format!("{name}_day"), day), (format!("{name}_time"), time)]);
    }
    fields
}

fn with<'f>(fields: &'f [(String, String)], step: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut all: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.push(("step", step));
    all
}

/// Another organiser's browser, newly signed in.
async fn another(world: &World) -> Browser<'_> {
    let email = format!("other{}@example.org", id::fresh());
    world.signed_in(&email, &[Role::Organiser]).await
}

#[test]
fn a_round_is_shown_once_more_before_it_opens_and_a_slip_is_refused() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let (new, now) = ("/forum/rounds/new", world.now());
        for (vote, close, says) in [
            (now + 14 * DAY, now + 14 * DAY + 5 * MINUTE, "at least a week to vote"),
            (now + 14 * DAY, now + 45 * 365 * DAY, "Voting must close within a year"),
            (now + 5 * MINUTE, now + 28 * DAY, "at least one day to propose"),
        ] {
            let fields = dates(now, vote, close);
            let refused = organiser.post(new, &with(&fields, "confirm")).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.says(says), "{says}: {}", refused.html);
        }
        let fields = dates(now, now + 3 * DAY, now + 17 * DAY);
        let check = organiser.post(new, &with(&fields, "check")).await;
        assert_eq!(check.status, StatusCode::OK);
        assert!(check.says("Check this round") && check.says("3 days to propose"));
        assert!(check.says(&clock::day(now + 17 * DAY)));
        let again = organiser.post(new, &with(&fields, "change")).await;
        assert!(again.says("value=\"Autumn\""), "{}", again.html);
        assert_eq!(number(&world, "SELECT count(*) FROM rounds").await, 0, "nothing is set yet");
        organiser.post(new, &with(&fields, "confirm")).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM rounds").await, 1);
    });
}

#[test]
fn until_voting_starts_a_round_has_other_dates_and_everyone_reads_why() {
    on_both(async |world| {
        let round = world.round().await;
        let organiser = world.organiser().await;
        let (page, to) = (format!("/rounds/{round}"), format!("/forum/rounds/{round}/dates"));
        assert!(organiser.get(&page).await.says(&to), "a link leads there");
        let (vote, close) = (world.now() + 5 * DAY, world.now() + 20 * DAY);
        let fields = dates(world.now(), vote, close);
        assert!(organiser.post(&to, &with(&fields, "check")).await.says("instead of"));
        let silent: Vec<_> = fields.iter().filter(|(name, _)| name != "reason").cloned().collect();
        let refused = organiser.post(&to, &with(&silent, "confirm")).await;
        assert!(refused.says("Say why") && refused.status == StatusCode::UNPROCESSABLE_ENTITY);
        organiser.post(&to, &with(&fields, "confirm")).await.leads_to();
        let seen = world.visitor().get(&page).await;
        assert!(seen.says("The wrong month") && seen.says(&clock::day(vote)), "{}", seen.html);
        world.forward(2 * DAY);
        let topic = world.published("Buses").await;
        let parent = world.parent(1).await;
        let early = parent.support(&topic, "support").await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "voting starts later now");
    });
}

#[test]
fn a_round_is_cancelled_until_voting_starts_and_its_topics_join_the_next() {
    on_both(async |world| {
        let round = world.round().await;
        let topic = world.published("Buses").await;
        let organiser = world.organiser().await;
        let to = format!("/forum/rounds/{round}/cancellation");
        assert!(organiser.get(&format!("/forum/rounds/{round}/dates")).await.says(&to));
        let why = |step| [("reason", "It was to be in spring"), ("step", step)];
        assert!(organiser.post(&to, &why("check")).await.says("Cancel this round?"));
        for _ in 0..2 {
            organiser.post(&to, &why("confirm")).await.leads_to();
        }
        let seen = world.visitor().get(&format!("/rounds/{round}")).await;
        assert!(seen.says("It was to be in spring"), "{}", seen.html);
        assert!(world.visitor().get("/rounds").await.says("Cancelled"));
        assert!(world.visitor().get(&format!("/topics/{topic}")).await.says("next voting round"));

        let next = world.round().await;
        let joined =
            format!("SELECT count(*) FROM topics WHERE id = '{topic}' AND round_id = '{next}'");
        assert_eq!(number(&world, &joined).await, 1);
        world.forward(DAY + HOUR);
        let to = format!("/forum/rounds/{next}/cancellation");
        let late = another(&world).await;
        assert!(late.post(&to, &why("confirm")).await.says("Voting has started"));
        assert_eq!(number(&world, "SELECT count(*) FROM rounds").await, 1);
    });
}

#[test]
fn once_parents_vote_it_only_closes_later_and_what_they_gave_is_counted_then() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses").await;
        let organiser = world.organiser().await;
        let to = format!("/forum/rounds/{round}/dates");
        let shown = async || {
            let html = organiser.get(&to).await.html;
            html.split("name=\"form_key\"").next().unwrap().to_owned()
        };
        let before = shown().await;
        world.parent(1).await.support(&topic, "support").await.done();
        assert_eq!(before, shown().await, "it does not tell whether anybody has voted");

        let closes = |close| dates(world.now(), world.now(), close);
        let sooner = closes(world.now() + 2 * DAY);
        let refused = organiser.post(&to, &with(&sooner, "confirm")).await;
        assert!(refused.says("Parents count on having until then"), "{}", refused.html);
        let later = closes(world.now() + 20 * DAY);
        assert!(organiser.post(&to, &with(&later, "check")).await.says("instead of"));
        organiser.post(&to, &with(&later, "confirm")).await.leads_to();
        world.forward(11 * DAY);
        assert_eq!(close_due(world.db(), &world.house.clock).await.unwrap(), 0);
        assert!(world.visitor().get(&format!("/rounds/{round}")).await.says("The wrong month"));
        let parent = world.parent(2).await;
        assert_eq!(parent.support(&topic, "support").await.status, StatusCode::SEE_OTHER);
        world.forward(9 * DAY);
        assert_eq!(close_due(world.db(), &world.house.clock).await.unwrap(), 1);
        let counted = "SELECT CAST(sum(supporters) AS BIGINT) FROM tallies";
        assert_eq!(number(&world, counted).await, 2);
        assert!(another(&world).await.get(&to).await.says("Voting has closed"));
    });
}

#[test]
fn no_statement_changes_a_date_past_its_reason() {
    on_both(async |world| {
        let (round, _) = world.voting("Buses").await;
        let change = |kind: &str, close: &str| {
            format!(
                "INSERT INTO round_changes (form_key, round_id, kind, title, was_propose_from,
                 was_vote_from, was_closes_at, propose_from, vote_from, closes_at, reason,
                 changed_by, changed_at)
                 SELECT 'by hand', id, '{kind}', title, propose_from, vote_from, closes_at,
                   propose_from, vote_from, closes_at {close}, 'Why', opened_by, {}
                 FROM rounds",
                world.now().millis()
            )
        };
        for sql in [
            format!("DELETE FROM rounds WHERE id = '{round}'"),
            "UPDATE rounds SET closes_at = closes_at + 1".to_owned(),
            change("moved", "+ 1"),
            change("cancelled", ""),
            change("extended", "- 1"),
        ] {
            assert!(by_hand(&world, &sql).await.is_err(), "{sql}");
        }
        assert_eq!(by_hand(&world, &change("extended", "+ 1")).await.unwrap(), 1);
        for sql in [
            "UPDATE rounds SET closes_at = closes_at + 2",
            "UPDATE rounds SET closes_at = closes_at + 1, title = 'Other'",
            "UPDATE round_changes SET reason = 'Other'",
            "DELETE FROM round_changes",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "{sql}");
        }
        let as_said = "UPDATE rounds SET closes_at = closes_at + 1";
        assert_eq!(by_hand(&world, as_said).await.unwrap(), 1);
        assert!(by_hand(&world, as_said).await.is_err(), "once");
    });
}

/// A consultation that a parent has answered signed in, and wants to hear about; its id.
async fn answered(world: &World, organiser: &Browser<'_>) -> String {
    let id = open(world, organiser, "signed in").await;
    let parent = world.parent(1).await;
    let response = begin(&parent, &id).await;
    answer(&parent, &response, "question-1", "no").await.leads_to();
    answer(&parent, &response, "question-3", "Nothing").await.leads_to();
    parent.post(&response, &[("step", "send"), ("outcome", "yes")]).await.leads_to();
    id
}

#[test]
fn an_open_consultation_lasts_longer_or_with_notice_less_long_and_says_why() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = answered(&world, &organiser).await;
        world.forward(HOUR);
        let (desk, page) = (format!("/forum/consultations/{id}"), format!("/consultations/{id}"));
        let to = format!("{desk}/dates");
        assert!(organiser.get(&desk).await.says(&to), "a link leads there");
        let public = organiser.get(&page).await;
        assert!(public.says(&to) && public.says(&format!("{desk}/progress")), "also from there");
        assert!(!world.visitor().get(&page).await.says("For organisers"));
        let day = |days: i64| clock::fields(world.now() + days * DAY).0;
        let tomorrow = day(1);
        let at_once =
            [("closes_day", tomorrow.as_str()), ("reason", "A slip"), ("step", "confirm")];
        let refused = organiser.post(&to, &at_once).await;
        assert!(refused.says("at least three days"), "{}", refused.html);
        for (days, says) in [(80, "until the end of"), (10, "It closes earlier")] {
            let day = day(days);
            let sent = |step| {
                [("closes_day", day.as_str()), ("reason", "The wrong month"), ("step", step)]
            };
            assert!(organiser.post(&to, &sent("check")).await.says("Check the new date"));
            let done = organiser.post(&to, &sent("confirm")).await.leads_to();
            assert!(organiser.get(&done).await.says("The last day is changed"));
            let seen = world.visitor().get(&page).await;
            assert!(seen.says(says) && seen.says("The wrong month"), "{}", seen.html);
        }
        world.forward(12 * DAY);
        assert!(world.visitor().get(&page).await.says("Closed on"));
        let late = another(&world).await.get(&to).await;
        assert!(late.says("so its dates can't change any more"), "{}", late.html);
    });
}

#[test]
fn a_withdrawn_consultation_says_why_is_never_counted_and_its_answers_go() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = answered(&world, &organiser).await;
        let desk = format!("/forum/consultations/{id}");
        let to = format!("{desk}/withdrawal");
        world.forward(HOUR);
        let sent = |step| [("reason", "It asked about one child"), ("step", step)];
        assert!(organiser.post(&to, &sent("check")).await.says("Withdraw it?"));
        for _ in 0..2 {
            organiser.post(&to, &sent("confirm")).await.leads_to();
        }
        let seen = world.visitor().get(&format!("/consultations/{id}")).await;
        assert!(seen.says("Withdrawn on") && seen.says("It asked about one child"));
        assert!(!seen.says("Start"), "{}", seen.html);
        for _ in 0..2 {
            consultations::tell_due(&world.house).await.unwrap();
        }
        let emails = world.deliver().await;
        let told: Vec<_> =
            emails.iter().filter(|email| email.subject.starts_with("Withdrawn: ")).collect();
        assert!(told.len() == 1 && told[0].text.contains("It asked about one child"));

        world.forward(HOUR);
        consultations::tidy_due(world.db(), world.now()).await.unwrap();
        assert_eq!(organiser.get(&format!("{desk}/answers")).await.status, StatusCode::OK);
        let count = organiser.post(&format!("{desk}/release"), &[("step", "count")]).await;
        assert_eq!(count.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Somebody read it, for what tells of danger.
        let read = "INSERT INTO answer_readings (response_id, question, read_by, read_at)
             SELECT min(r.id), 'question-1', (SELECT min(id) FROM accounts), 1 FROM responses r";
        change(&world, read).await;
        world.forward(29 * DAY);
        consultations::tidy_due(world.db(), world.now()).await.unwrap();
        assert_eq!(number(&world, "SELECT count(*) FROM responses").await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM releases").await, 0);
    });
}

#[test]
fn a_consultation_is_checked_before_it_opens_and_called_back_before_its_first_day() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let day = |days: i64| clock::fields(world.now() + days * DAY).0;
        let (opens, closes) = (day(10), day(20));
        let mut words = crate::fixtures::consultations::terms("Later", &closes, "anyone");
        words.push(("opens_day", &opens));
        let desk = organiser.post("/forum/consultations/new", &words).await.leads_to();
        let desk = desk.split('?').next().unwrap().to_owned();
        let question = [("text", "Do you wait?"), ("kind", "yes-no")];
        organiser.post(&format!("{desk}/questions/new"), &question).await.leads_to();
        let check = organiser.get(&format!("{desk}/opening")).await;
        assert!(check.says("Check it before it opens") && check.says("Six weeks is fairer"));
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let sent = |step| [("reason", "Not in the holidays"), ("step", step)];
        let to = format!("{desk}/dates");
        assert!(organiser.post(&to, &sent("check")).await.says("Call it back?"));
        organiser.post(&to, &sent("confirm")).await.leads_to();
        assert!(organiser.get(&desk).await.says("Change the details"));
        world.forward(11 * DAY);
        let page = desk.replace("/forum", "");
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_plan_is_due_on_any_day_while_nothing_rests_on_it_and_only_later_after_that() {
    on_both(async |world| {
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let plan = register(&world, &leader).await;
        let (page, to) = (format!("/plans/{plan}"), format!("/lead/plans/{plan}/due"));
        assert!(leader.get(&page).await.says(&to), "a link leads there");
        let post = async |days: i64| {
            let day = clock::fields(world.now() + days * DAY).0;
            let fields = [("due_day", day.as_str()), ("reason", "A slip"), ("step", "confirm")];
            leader.post(&to, &fields).await
        };
        assert!(post(40 * 365).await.says("within five years"));
        post(100).await.leads_to();
        assert!(world.visitor().get(&page).await.says("A slip"));
        let topic = world.published("Buses").await;
        let topics = format!("/lead/plans/{plan}/topics");
        leader.post(&topics, &[("topics", &topic)]).await.leads_to();
        let refused = post(50).await;
        assert!(refused.says("Choose a later day"), "{}", refused.html);
        post(150).await.leads_to();
        let cancel = format!("/lead/plans/{plan}/cancellation");
        let why = [("reason", "Registered twice"), ("step", "confirm")];
        let refused = leader.post(&cancel, &why).await;
        assert!(refused.says("be cancelled any more"), "{}", refused.html);

        let other = register(&world, &leader).await;
        let cancel = format!("/lead/plans/{other}/cancellation");
        assert!(leader.get(&format!("/lead/plans/{other}/due")).await.says(&cancel));
        leader.post(&cancel, &why).await.leads_to();
        let seen = world.visitor().get(&format!("/plans/{other}")).await;
        assert!(seen.says("This plan was cancelled") && seen.says("Registered twice"));
        assert!(!world.visitor().get("/plans").await.says(&other));
        let tie = leader.post(&format!("/lead/plans/{other}/topics"), &[("topics", &topic)]).await;
        assert_eq!(tie.status, StatusCode::NOT_FOUND, "nothing more is done to it");
    });
}

#[test]
fn a_term_is_checked_changed_and_removed() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let to = "/admin/telling";
        let term = |last: &'static str, step: &'static str| {
            vec![
                ("what", "term"),
                ("term_name", "Spring"),
                ("first_day", "2027-01-04"),
                ("last_day", last),
                ("step", step),
            ]
        };
        let slip = admin.post(to, &term("2072-02-12", "confirm")).await;
        assert!(slip.status == StatusCode::UNPROCESSABLE_ENTITY && slip.says("Check the year"));
        assert!(admin.post(to, &term("2027-02-12", "check")).await.says(">30<"), "school days");
        assert_eq!(number(&world, "SELECT count(*) FROM terms").await, 0, "nothing is set yet");
        admin.post(to, &term("2027-02-12", "confirm")).await.leads_to();
        let twice = admin.post(to, &term("2027-02-19", "confirm")).await;
        assert!(twice.says("already in a term"), "{}", twice.html);

        let id = world.one("SELECT id FROM terms").await;
        let form = admin.get(&format!("{to}?change={id}")).await;
        assert!(form.says("Change this term") && form.says("value=\"2027-02-12\""));
        let mut changed = term("2027-02-19", "confirm");
        changed.push(("replaces", &id));
        admin.post(to, &changed).await.leads_to();
        assert_eq!(world.one("SELECT last_day FROM terms").await, "2027-02-19");

        let id = world.one("SELECT id FROM terms").await;
        let out = |step| [("what", "take out"), ("id", id.as_str()), ("step", step)];
        assert!(admin.post(to, &out("check")).await.says("Remove it?"));
        admin.post(to, &out("confirm")).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM terms").await, 0);
    });
}
