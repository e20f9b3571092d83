//! The decision that a plan ends in: what holds it back, what it always says, and that neither the
//! program nor plain SQL gets past that.

use std::collections::BTreeSet;

use area::equality::NewEquality;
use axum::http::StatusCode;
use calendar::clock::{self, DAY, Moment};
use deliveries::tasks::tell_due;
use ground::ids::{Account, Id, Plan};
use ground::viewer::Role;
use plans::NewDecision;
use plans::rules::{Answer, AnswerKind, NewPlan, Override};
use plans::store::{self, Act, By, Decided};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::fixtures::consultations::{ask_who_waits, new_consultation, terms};
use crate::fixtures::plans::{FAIR, REASON, asked_about, decided, register, released, sign, theme};
use crate::plans::{draft, leader};
use crate::world::{Browser, World, by_hand, change, link_to, number, on_both};

const PAST: [(&str, &str); 3] =
    [("name", "Invented Officer"), ("reason", REASON), ("step", "confirm")];

/// A plan with a topic, "Buses", and a draft that everyone can read and that answers it; their ids.
async fn drafted(world: &World, leader: &Browser<'_>) -> (String, String) {
    let topic = world.published("Buses").await;
    let plan = register(world, leader).await;
    leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
    let draft = draft(leader, &plan).await;
    let answer = [("answer", "adapted"), ("words", "On page 3, from May.")];
    leader.post(&format!("{draft}/topics/{topic}"), &answer).await.leads_to();
    let passing = [("name", "Invented Officer"), ("reason", REASON), ("step", "pass")];
    leader.post(&format!("{draft}/override"), &passing).await.leads_to();
    leader.post(&draft, &[]).await.leads_to();
    (plan, topic)
}

fn today(world: &World) -> String {
    clock::fields(world.now()).0
}

#[test]
fn organisers_hear_once_by_email_that_leaders_went_ahead_with_a_decision() {
    on_both(async |world| {
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let plan = register(&world, &leader).await;
        let how = [("passed", "at once"), ("statement", "never")];
        organiser.post("/account/emails/tasks", &how).await.leads_to();
        let desk = format!("/lead/plans/{plan}/decision");
        leader.post(&desk, &decided(&today(&world))).await.leads_to();
        for _ in 0..2 {
            leader.post(&format!("{desk}/override"), &PAST).await.leads_to();
            world.forward(1_000);
        }
        tell_due(&world.house).await.unwrap();
        let emails = world.deliver().await;
        let told: Vec<_> =
            emails.iter().filter(|email| email.subject.contains("decision")).collect();
        assert_eq!(told.len(), 1, "{emails:?}");
        assert_eq!(
            (told[0].to.as_str(), told[0].subject.as_str()),
            (
                "organiser@example.org",
                "A decision can be published without everything that was agreed"
            )
        );
        assert_eq!(link_to(told[0], "/plans/"), format!("/plans/{plan}"));
        tell_due(&world.house).await.unwrap();
        assert!(world.deliver().await.is_empty(), "once");
    });
}

#[test]
fn a_decision_is_held_until_it_answers_every_topic_and_theme_and_then_it_stays() {
    on_both(async |world| {
        let (leader, visitor) = (leader(&world).await, world.visitor());
        let (plan, topic) = drafted(&world, &leader).await;
        asked_about(&world, &plan, world.now() - 9 * DAY).await;
        released(&world, &plan, 1, &["Waiting at the stop"]).await;
        let (desk, public) =
            (format!("/lead/plans/{plan}/decision"), format!("/plans/{plan}/decision"));
        assert!(leader.get(&format!("/plans/{plan}")).await.says("Write the decision"));
        let empty = leader.post(&desk, &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Say what was decided") && empty.says("Say which body decided it"));
        let publication = leader.post(&desk, &decided(&today(&world))).await.leads_to();
        assert_eq!(visitor.get(&public).await.status, StatusCode::NOT_FOUND, "not published");
        assert!(!visitor.get(&format!("/plans/{plan}")).await.says("Buses will come at 8:10."));

        let held = leader.post(&publication, &[]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
        for what_to_do in [
            "Answer the topic that hasn't been answered yet",
            "Answer the theme that hasn't been answered yet",
            "Say first who it affects, and whether it is fair to everyone",
        ] {
            assert!(held.says(what_to_do), "all at once: {what_to_do}: {}", held.html);
        }
        assert!(!held.says("Publish a draft of the plan first"), "that is done: {}", held.html);
        assert!(held.says(&format!("href=\"/lead/plans/{plan}/equality\"")), "{}", held.html);
        assert!(held.says("Waiting at the stop") && held.says("Not done: "), "{}", held.html);
        let form = format!("{desk}/answers/{topic}");
        let shown = leader.get(&form).await;
        assert!(shown.says("On page 3, from May."), "what the draft did: {}", shown.html);
        let unsaid = leader.post(&form, &[]).await;
        assert!(unsaid.says("Choose what was decided about this"), "{}", unsaid.html);
        let answer = [("answer", "adopted"), ("words", "From May.")];
        leader.post(&form, &answer).await.leads_to();
        let held = leader.post(&publication, &[]).await;
        assert!(held.says("Answer the theme that hasn't been answered yet"));
        assert!(!held.says("Answer the topic that hasn't"), "that is done: {}", held.html);
        let form = format!("{desk}/answers/{}", theme(&plan, "Waiting at the stop"));
        let no = [("answer", "not"), ("words", "There is no money.")];
        let refused = leader.post(&form, &no).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "it says who decided");
        let no = [no[0], no[1], ("decided_by", "The cabinet")];
        leader.post(&form, &no).await.leads_to();
        let held = leader.post(&publication, &[]).await;
        assert!(held.says("Say first who it affects, and whether it is fair to everyone"));
        sign(&leader, &plan).await;
        assert!(leader.get(&publication).await.says("✓ Ready to publish."));
        let done = leader.post(&publication, &[]).await.leads_to();
        assert_eq!(done, format!("{public}?done=published"));
        assert!(leader.get(&done).await.says("The decision is published"));
        assert_eq!(leader.post(&publication, &[]).await.leads_to(), public, "a second tap");

        let page = visitor.get(&public).await;
        for words in [
            "Buses will come at 8:10.",
            "The cabinet",
            "https://www.example.org/cabinet/buses.pdf",
            "✓ Decided, as parents asked",
            "Waiting at the stop",
            "× Decided not to do it",
        ] {
            assert!(page.says(words), "{words}: {}", page.html);
        }
        assert!(!page.says("before the consultation") && !page.says("without answering"));
        let of_topic = visitor.get(&format!("/topics/{topic}")).await;
        assert!(of_topic.says("What was decided") && !of_topic.says("Being planned now"));
        let of_plan = visitor.get(&format!("/plans/{plan}")).await;
        assert!(of_plan.says("What was decided") && of_plan.says("The decision was published"));
        assert!(visitor.get("/record").await.says("✓ It answers every topic"));
        let late = leader.post(&desk, &decided("2026-01-01")).await;
        assert!(late.says("This decision has been published"), "{}", late.html);
        assert_eq!(leader.get(&desk).await.leads_to(), public);
        for sql in [
            "UPDATE decisions SET words = 'Another'",
            "UPDATE decisions SET decided_at = 0",
            "UPDATE decisions SET published_at = NULL, published_by = NULL",
            "UPDATE decision_answers SET words = 'Another'",
            "UPDATE decision_answers SET thing_id = 'another'",
            "DELETE FROM decision_answers",
            "DELETE FROM decisions",
            "INSERT INTO decision_overrides (decision_id, name, reason, made_by, made_at)
             SELECT id, 'A name', 'A reason of more than eighty letters, which comes too late for \
             a decision that everyone has read.', written_by, 0 FROM decisions",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
    });
}

#[test]
fn going_ahead_with_a_decision_takes_two_steps_and_everyone_always_sees_it() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let desk = format!("/lead/plans/{plan}/decision");
        assert_eq!(leader.get(&format!("{desk}/override")).await.leads_to(), desk);
        let publication = leader.post(&desk, &decided(&today(&world))).await.leads_to();
        let held = leader.post(&publication, &[]).await;
        assert!(held.says("Publish a draft of the plan first"), "{}", held.html);
        assert!(held.says("Say first who it affects"), "all that is missing at once");
        let form = format!("{desk}/override");
        let short = leader.post(&form, &[("name", "Invented Officer"), ("reason", "Hurry")]).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("at least 80 characters") && short.says("Hurry"));
        let check = leader.post(&form, &PAST[..2]).await;
        assert!(check.says("Check this: everyone will see it"), "{}", check.html);
        assert_eq!(number(&world, "SELECT count(*) FROM decision_overrides").await, 0);
        assert_eq!(leader.post(&form, &PAST).await.leads_to(), publication);
        assert_eq!(leader.post(&form, &PAST).await.leads_to(), publication, "a double tap");
        let another = leader.post(&form, &[("name", "Another"), PAST[1], PAST[2]]).await;
        assert!(another.says("We couldn't save this.") && another.says("Another"));
        leader.post(&publication, &[]).await.leads_to();
        for path in [format!("/plans/{plan}"), format!("/plans/{plan}/decision")] {
            let page = world.visitor().get(&path).await;
            assert!(
                page.says("The decision was published without a published draft of the plan, ")
                    && page.says("without saying who it affects")
                    && !page.says("an answer to")
                    && page.says(REASON)
                    && page.says("Invented Officer"),
                "{path}"
            );
        }
        let record = world.visitor().get("/record").await;
        assert!(record.says("× Published without a published draft of the plan"));
        assert!(record.says("× Yes"), "leaders went ahead: {}", record.html);
        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(page.says("How involved parents were") && page.says("Told afterwards"));
        let list = world.visitor().get("/plans").await;
        assert!(list.says("! Decided without everything that was agreed"));
        assert!(leader.get("/lead").await.says("Decided without a published draft"));

        // Organisers find it on their desk until the forum has said what it thinks.
        let waits = "Say what the forum thinks of a decision that leaders went ahead with";
        let organiser = world.organiser().await;
        assert!(organiser.get("/forum").await.says(waits));
        let statement = format!("/forum/plans/{plan}/statement");
        let form = organiser.get(&statement).await;
        assert!(form.says("What was decided") && !form.says("No draft can be published"));
        assert!(!leader.get("/lead").await.says("your draft can't be published"));
        organiser.post(&statement, &[("words", "Nobody asked us.")]).await.leads_to();
        assert!(!organiser.get("/forum").await.says(waits));
    });
}

#[test]
fn a_published_decision_is_corrected_in_sight_and_never_in_silence() {
    on_both(async |world| {
        let (leader, visitor) = (leader(&world).await, world.visitor());
        let plan = register(&world, &leader).await;
        let desk = format!("/lead/plans/{plan}/decision");
        let (form, public) = (format!("{desk}/correction"), format!("/plans/{plan}/decision"));
        leader.post(&desk, &decided(&today(&world))).await.leads_to();
        assert_eq!(leader.get(&form).await.status, StatusCode::NOT_FOUND, "not published yet");
        leader.post(&format!("{desk}/override"), &PAST).await.leads_to();
        leader.post(&format!("{desk}/publication"), &[]).await.leads_to();
        world.forward(DAY);
        let before = world.now();
        world.forward(DAY);

        assert!(leader.get(&public).await.says("Correct the decision"));
        assert!(!visitor.get(&public).await.says("Correct the decision"));
        assert!(leader.get(&form).await.says("Buses will come at 8:10."), "it is filled in");
        let empty = leader.post(&form, &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut words = decided("2026-01-01");
        words[0].1 = "Buses will come at 8:20.";
        let unsaid = leader.post(&form, &words).await;
        assert!(unsaid.says("Say why. Everyone can read it") && unsaid.says("at 8:20."));
        let mut words = [&words[..], &[("reason", "We had the wrong list.")]].concat();
        let check = leader.post(&form, &words).await;
        for shown in ["Check the correction", "at 8:10.", "at 8:20.", "We had the wrong list."] {
            assert!(check.says(shown), "{shown}: {}", check.html);
        }
        assert_eq!(number(&world, "SELECT count(*) FROM corrections").await, 0);
        words.push(("step", "confirm"));
        for _ in 0..2 {
            leader.post(&form, &words).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM corrections").await, 2);
        let page = visitor.get(&public).await;
        assert!(
            page.says("Buses will come at 8:20.")
                && page.says("it said: Buses will come at 8:10.")
                && page.says("We had the wrong list."),
            "{}",
            page.html
        );
        assert!(visitor.get(&format!("/plans/{plan}")).await.says("it said: Buses will come"));
        let found = store::find(world.db(), &plan.as_str().into()).await.unwrap().unwrap();
        let then = found.as_of(before).unwrap().unwrap().decided().cloned().unwrap();
        assert_eq!(then.words, "Buses will come at 8:10.", "the record of that day stays");
        for sql in [
            "UPDATE decisions SET words = 'Another'",
            "UPDATE decisions SET words = 'Buses will come at 8:10.'",
            "UPDATE decisions SET decided_at = decided_at - 1",
            "UPDATE decisions SET published_by = NULL",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
    });
}

#[test]
fn a_decision_before_a_consultation_has_closed_says_so_for_ever() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (plan, topic) = drafted(&world, &leader).await;
        let closes = clock::end_of(&today(&world)).unwrap() + DAY;
        asked_about(&world, &plan, closes).await;
        let desk = format!("/lead/plans/{plan}/decision");
        let publication = leader.post(&desk, &decided(&today(&world))).await.leads_to();
        let answer = [("answer", "adopted"), ("words", "From May.")];
        leader.post(&format!("{desk}/answers/{topic}"), &answer).await.leads_to();
        sign(&leader, &plan).await;
        assert!(leader.get(&publication).await.says("The page will always say so."));
        for sql in [
            "UPDATE decisions SET published_at = written_at, published_by = written_by",
            "UPDATE decisions SET published_at = written_at, published_by = written_by,
             early_id = (SELECT min(id) FROM consultations), early_closes_at = 1",
            "UPDATE decisions SET published_at = written_at, published_by = written_by,
             decided_at = decided_at + 8640000000",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
        leader.post(&publication, &[]).await.leads_to();
        world.forward(60 * DAY);
        for path in [format!("/plans/{plan}"), format!("/plans/{plan}/decision")] {
            let page = world.visitor().get(&path).await;
            assert!(page.says("This was decided before the consultation on it had closed."));
            assert!(page.says(&clock::day(closes)), "{path}");
        }
        let record = world.visitor().get("/record").await;
        assert!(record.says("× Decided before the consultation on it had closed"));
        let late = "UPDATE decisions SET early_id = NULL, early_closes_at = NULL";
        assert!(by_hand(&world, late).await.is_err());
    });
}

#[test]
fn a_theme_that_is_taken_away_after_it_was_answered_keeps_its_answer_and_asks_for_none() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let (plan, topic) = drafted(&world, &leader).await;
        asked_about(&world, &plan, world.now() - 9 * DAY).await;
        released(&world, &plan, 1, &["Waiting", "Noise"]).await;
        let desk = format!("/lead/plans/{plan}/decision");
        let publication = leader.post(&desk, &decided(&today(&world))).await.leads_to();
        let answer = [("answer", "adopted"), ("words", "From May.")];
        for thing in [topic, theme(&plan, "Waiting")] {
            leader.post(&format!("{desk}/answers/{thing}"), &answer).await.leads_to();
        }
        assert_eq!(leader.post(&publication, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        released(&world, &plan, 2, &["Cold"]).await;
        let gone = leader.get(&publication).await;
        assert!(gone.says("The latest results don't have this theme any more."), "{}", gone.html);
        assert!(gone.says("Waiting") && !gone.says("Noise") && gone.says("Cold"));
        let form = format!("{desk}/answers/{}", theme(&plan, "Waiting"));
        let refused = leader.post(&form, &answer).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("This can't be saved any more") && refused.says("From May."));
        let form = format!("{desk}/answers/{}", theme(&plan, "Cold"));
        leader.post(&form, &answer).await.leads_to();
        sign(&leader, &plan).await;
        leader.post(&publication, &[]).await.leads_to();
        let page = world.visitor().get(&format!("/plans/{plan}/decision")).await;
        assert!(page.says("Waiting") && page.says("Cold") && !page.says("Noise"));
        // What comes up later was not asked of it.
        world.forward(DAY);
        let late = world.published("Late").await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &late)]).await.leads_to();
        let page = world.visitor().get(&format!("/plans/{plan}/decision")).await;
        assert!(!page.says(&late), "{}", page.html);
    });
}

#[test]
fn a_decision_that_somebody_changed_meanwhile_is_not_lost_and_a_double_tap_is_one() {
    on_both(async |world| {
        let one = leader(&world).await;
        let two = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let plan = register(&world, &one).await;
        let desk = format!("/lead/plans/{plan}/decision");
        let day = today(&world);
        let first = one.post(&desk, &decided(&day)).await.leads_to();
        assert_eq!(one.post(&desk, &decided(&day)).await.leads_to(), first, "a double tap");
        let seen = two.get(&desk).await.sends("seen");
        let with = |words: &'static str| {
            let mut fields = decided(&day).to_vec();
            fields[0] = ("words", words);
            fields
        };
        let mut theirs = with("Buses will come at 8:20.");
        theirs.push(("seen", &seen));
        two.post(&desk, &theirs).await.leads_to();
        let mut late = with("Buses will come at 8:30.");
        late.push(("seen", &seen));
        let refused = one.post(&desk, &late).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Someone else has changed this") && refused.says("at 8:30."));
        assert!(two.get(&desk).await.says("at 8:20."));
        let other = world.leader_of("other@example.org", "Another council").await;
        for path in ["", "/publication", "/override"] {
            let answer = other.get(&format!("{desk}{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(other.post(&desk, &late).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn nobody_is_asked_without_the_reasons_and_the_page_says_them_and_for_how_long() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let closes = clock::fields(world.now() + 41 * DAY).0;
        let mut said = terms("Short breaks", &closes, "anyone");
        said.push(("belongs", world.council.as_str()));
        let without: Vec<_> = said.iter().copied().filter(|(name, _)| *name != "reasons").collect();
        let refused = organiser.post("/forum/consultations/new", &without).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Say why this is proposed, and what else could be done instead"));
        let desk = new_consultation(&organiser, &said).await;
        ask_who_waits(&organiser, &desk).await;
        // One that was written before anyone asked for the reasons.
        change(&world, "UPDATE consultations SET reasons = ''").await;
        let held = organiser.post(&desk, &[("step", "open")]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", held.html);
        assert!(held.says("Say why this is proposed"));
        let open = "UPDATE consultations SET opened_at = written_at, opened_by = written_by";
        assert!(by_hand(&world, open).await.is_err(), "the schema holds it too");
        organiser.post(&format!("{desk}/words"), &said).await.leads_to();
        organiser.post(&desk, &[("step", "open")]).await.leads_to();
        let page = world.visitor().get(&desk.replace("/forum", "")).await;
        assert!(page.says("We could also pay for clubs.") && page.says("42 days, from "));
        assert!(by_hand(&world, "UPDATE consultations SET reasons = 'Others'").await.is_err());
    });
}

#[test]
fn a_record_of_equality_is_signed_shown_and_signed_again_and_never_shows_a_small_group() {
    on_both(async |world| {
        let (leader, visitor) = (leader(&world).await, world.visitor());
        let plan = register(&world, &leader).await;
        let (desk, public) =
            (format!("/lead/plans/{plan}/equality"), format!("/plans/{plan}/equality"));
        assert_eq!(visitor.get(&public).await.status, StatusCode::NOT_FOUND);
        let empty = leader.post(&desk, &[]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.says("Say who is affected") && empty.says("Enter a full name and job title"));
        let mut small = FAIR.to_vec();
        small[3] = ("numbers", "Children on route 5; 9");
        let refused = leader.post(&desk, &small).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("With fewer than ten people") && refused.says("every day."));
        let mut asked = FAIR[..7].to_vec();
        asked[0] = ("affected", "4 families on route 5 lose a lift.");
        let check = leader.post(&desk, &asked).await;
        assert!(check.says("Check this: everyone will be able to read it"), "{}", check.html);
        assert!(check.says("Is this a number of people: “4 families”?"), "{}", check.html);
        asked.push(("step", "confirm"));
        let check = leader.post(&desk, &asked).await;
        assert!(check.says("Publish anyway") && check.says("no group of fewer than ten people"));
        assert_eq!(number(&world, "SELECT count(*) FROM equality_records").await, 0);
        let mut first = FAIR.to_vec();
        let (place, key) = (format!("/places/{}", world.south), id::fresh());
        first.extend([("form_key", key.as_str()), ("places", world.south.as_str())]);
        first.extend([("picked", place.as_str()), ("takes", "ends"), ("takes", "costs")]);
        change(&world, "UPDATE places SET baseline = 1750, baseline_source = 'Census'").await;
        for _ in 0..2 {
            leader.post(&desk, &first).await.leads_to();
        }
        assert_eq!(number(&world, "SELECT count(*) FROM equality_records").await, 1);
        let page = visitor.get(&public).await;
        for words in
            ["Disability", "Equality Act 2010", "1,750 (Census)", place.as_str(), "An Invented"]
        {
            assert!(page.says(words), "{words}: {}", page.html);
        }
        let takes = "This ends a service or part of one and costs families more.";
        let of_plan = visitor.get(&format!("/plans/{plan}")).await;
        assert!(of_plan.says("Is it fair to everyone?") && of_plan.says(takes));
        assert!(page.says(takes), "{}", page.html);
        world.forward(DAY);
        let again = leader.get(&desk).await;
        assert!(again.says("We counted for a week."), "what was said is filled in");
        sign(&leader, &plan).await;
        assert!(visitor.get(&public).await.says("It was signed before on"));
        assert!(!visitor.get(&public).await.says(takes), "it is said anew each time");
        for sql in [
            "UPDATE equality_records SET takes = 'ends'",
            "UPDATE equality_records SET affected = 'Nobody'",
            "DELETE FROM equality_numbers",
            "INSERT INTO equality_numbers (record_id, position, label, people)
             SELECT id, 9, 'A small group', 4 FROM equality_records",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }

        // Whoever says that it is no small group signs it, and the log says that they said so.
        let before = number(&world, "SELECT count(*) FROM equality_records").await;
        asked.pop();
        asked.push(("step", "no small group"));
        leader.post(&desk, &asked).await.leads_to();
        let after = number(&world, "SELECT count(*) FROM equality_records").await;
        assert_eq!(after, before + 1);
        let said = "SELECT count(*) FROM audit WHERE what = 'equality record signed'
                      AND detail = 'said that 1 number in it means no small group'";
        assert_eq!(number(&world, said).await, 1);

        // The list is the area's.
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let list = [
            ("characteristics", "Disability\nCarers"),
            ("characteristics_source", "The area's own list"),
            ("characteristics_checked", "2026-01-01"),
        ];
        admin.post("/admin/characteristics", &list).await.leads_to();
        let form = leader.get(&desk).await;
        assert!(form.says("Carers") && !form.says("Religion or belief"), "{}", form.html);
        assert!(visitor.get(&public).await.says("Equality Act 2010"), "as it was signed");
    });
}

/// What a decision went through, kept apart from the service, to judge it by the words of the rule.
#[derive(Default)]
struct Model {
    /// Topics and themes that it must answer.
    asked: BTreeSet<String>,
    answered: BTreeSet<String>,
    is_written: bool,
    is_passed: bool,
    is_drafted: bool,
    is_signed: bool,
    is_published: bool,
}

impl Model {
    fn may_publish(&self) -> bool {
        self.is_written
            && !self.is_published
            && (self.is_passed
                || (self.is_drafted && self.is_signed && self.asked.is_subset(&self.answered)))
    }
}

#[test]
fn no_order_of_events_publishes_a_decision_that_the_rule_forbids() {
    on_both(async |world| {
        let person = world.person("everyone@example.org", &Role::ALL, &world.south).await;
        let topics = [world.published("Buses").await, world.published("Trams").await];
        let (mut published, mut passed) = (0, 0);
        for seed in 0..120 {
            let model = one_life(&world, &person.as_str().into(), &topics, seed).await;
            published += usize::from(model.is_published);
            passed += usize::from(model.is_published && model.is_passed);
        }
        assert!(published - passed > 5 && passed > 5, "{published}, {passed}: hardly ever tried");
    });
}

/// A plan that goes through 40 random events, judged at each step.
async fn one_life(world: &World, account_id: &Id<Account>, topics: &[String], seed: u64) -> Model {
    let mut random = StdRng::seed_from_u64(seed);
    let by = By { account_id: account_id.clone(), role: "leader" };
    let plan = a_plan(world, &by).await;
    let ended = world.now() - DAY;
    asked_about(world, &plan, ended).await;
    let (mut model, mut releases) = (Model::default(), 0);
    for _ in 0..40 {
        let choice = random.random_range(0..15);
        let seen = seen(world, &plan).await;
        let mut tx = world.db().begin().await.unwrap();
        let at = store::hold(&mut tx, &plan, world.now()).await.unwrap().unwrap();
        let act = Act { plan_id: &plan, by: &by, at };
        match choice {
            0 => {
                let topic = topics[random.random_range(0..topics.len())].clone();
                store::tie(&mut tx, act, &[topic.as_str().into()]).await.unwrap();
                model.asked.insert(topic);
            }
            1 if releases < 2 => {
                tx.roll_back().await.unwrap();
                releases += 1;
                let title = if random.random_bool(0.5) { "Waiting" } else { "Cold" };
                released(world, &plan, releases, &[title]).await;
                for known in ["Waiting", "Cold"] {
                    model.asked.remove(&theme(&plan, known));
                }
                model.asked.insert(theme(&plan, title));
                continue;
            }
            2 if !model.is_published => {
                let decision = NewDecision {
                    words: format!("Words {}", at.millis()),
                    decided_by: "The cabinet".into(),
                    decided_at: ended + DAY / 2,
                    paper: "https://www.example.org".into(),
                };
                store::write_decision(&mut tx, act, &decision, seen).await.unwrap();
                model.is_written = true;
            }
            3..=7 => {
                let all: Vec<String> = model.asked.iter().cloned().collect();
                if let Some(thing) = all.get(random.random_range(0..all.len().max(1))) {
                    let answer = Answer {
                        kind: AnswerKind::Adopted,
                        words: "Yes".into(),
                        decided_by: String::new(),
                    };
                    let id = thing.as_str().into();
                    if store::answer_thing(&mut tx, act, &id, &answer).await.unwrap() {
                        model.answered.insert(thing.clone());
                    }
                }
            }
            8 if random.random_bool(0.15) => {
                let passing = Override { name: "A name".into(), reason: REASON.into() };
                model.is_passed |= store::pass_decision(&mut tx, act, &passing).await.unwrap();
            }
            9 if !model.is_drafted => {
                tx.roll_back().await.unwrap();
                a_published_draft(world, &plan).await;
                model.is_drafted = true;
                continue;
            }
            13 if !model.is_signed => {
                store::sign_equality(&mut tx, act, &a_record()).await.unwrap();
                model.is_signed = true;
            }
            10 | 11 => {
                let done = store::publish_decision(&mut tx, act).await.unwrap();
                assert_eq!(done == Decided::Done, model.may_publish(), "seed {seed}: {done:?}");
                model.is_published |= done == Decided::Done;
            }
            12 => {
                tx.roll_back().await.unwrap();
                let past = format!(
                    "UPDATE decisions SET published_at = {}, published_by = written_by
                     WHERE plan_id = '{plan}' AND published_at IS NULL",
                    at.millis()
                );
                let done = by_hand(world, &past).await.is_ok_and(|rows| rows > 0);
                assert_eq!(done, model.may_publish(), "seed {seed}: the schema says another thing");
                model.is_published |= done;
                continue;
            }
            _ => {}
        }
        tx.commit().await.unwrap();
    }
    model
}

fn a_record() -> NewEquality {
    NewEquality {
        form_key: id::fresh(),
        affected: "Some".into(),
        takes: Vec::new(),
        characteristics: Vec::new(),
        source: "A source".into(),
        places: Vec::new(),
        evidence: "We counted.".into(),
        picked: Vec::new(),
        numbers: vec![("Some".into(), 10)],
        done: "A ramp".into(),
        review_day: "2030-01-01".into(),
        signed_name: "A name".into(),
    }
}

async fn a_plan(world: &World, by: &By) -> Id<Plan> {
    let new = NewPlan {
        form_key: id::fresh(),
        title: "A plan".into(),
        what: "Something".into(),
        due_day: "2030-01-01".into(),
        organisations: Vec::new(),
        services: Vec::new(),
        places: Vec::new(),
    };
    let mut tx = world.db().begin().await.unwrap();
    let (plan, _) = store::register(&mut tx, &new, by, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    plan
}

/// When the decision was written as it is; 0 for none.
async fn seen(world: &World, plan: &str) -> Moment {
    let sql =
        format!("SELECT coalesce(max(written_at), 0) FROM decisions WHERE plan_id = '{plan}'");
    Moment::from_millis(number(world, &sql).await)
}

/// A draft that everyone can read: past the gate, and with an answer to each topic.
async fn a_published_draft(world: &World, plan: &str) {
    let version = format!("(SELECT count(*) + 1 FROM drafts WHERE plan_id = '{plan}')");
    for sql in [
        format!(
            "INSERT INTO drafts (id, form_key, plan_id, version, summary, body, recorded_by,
             first_recorded_at)
             SELECT 'draft-' || id, 'draft-' || id, id, {version}, 's', 'b', registered_by,
               registered_at FROM plans WHERE id = '{plan}'"
        ),
        format!(
            "INSERT INTO overrides (draft_id, name, reason, made_by, made_at)
             SELECT id, 'A name', '{REASON}', recorded_by, 0 FROM drafts WHERE plan_id = '{plan}'"
        ),
        format!(
            "INSERT INTO draft_answers (draft_id, topic_id, answer, words, decided_by, answered_by,
             answered_at)
             SELECT d.id, x.topic_id, 'adopted', 'Yes', '', d.recorded_by, 0
             FROM drafts d JOIN plan_topics x ON x.plan_id = d.plan_id WHERE d.plan_id = '{plan}'"
        ),
        format!(
            "UPDATE drafts SET published_at = first_recorded_at, published_by = recorded_by
             WHERE plan_id = '{plan}'"
        ),
    ] {
        change(world, &sql).await;
    }
}
