use std::collections::BTreeSet;

use axum::http::StatusCode;
use calendar::clock::{DAY, HOUR, Moment};
use ground::db::Transaction;
use ground::ids::{Account, Id, Plan, PlanningSession, Topic};
use ground::text::RULES;
use ground::viewer::Role;
use involvement::gate;
use involvement::rung::{self, Rung};
use involvement::session::SessionState;
use plans::rules::{Answer, NewDraft, NewPlan, NewSession, Override};
use plans::store::{self, Act, By, Published};
use plans::tell_due;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

pub use crate::fixtures::plans::{REASON, confirm, meet, register, session_of};
use crate::page::attributes;
use crate::world::{Browser, World, by_hand, change, number, on_both};

pub async fn leader(world: &World) -> Browser<'_> {
    world.signed_in("leader@example.org", &[Role::Leader]).await
}

pub async fn draft(leader: &Browser<'_>, plan: &str) -> String {
    let fields = [("summary", "Buses come on time."), ("body", "# Buses\n\nThey come on time.")];
    leader.post(&format!("/lead/plans/{plan}/drafts"), &fields).await.leads_to()
}

#[test]
fn a_leader_is_held_at_the_gate_told_why_and_passes_it_when_every_point_holds() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        world.supporter(1, &world.south, &topic).await;
        world.supporter(2, &world.north, &topic).await;
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let plan = register(&world, &leader).await;
        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(
            page.says("Leaders add the topics.")
                && page.says("Someone at the forum writes it.")
                && page.says("Not done: ")
        );
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        assert!(
            organiser
                .get("/forum")
                .await
                .says("Write the forum's statement on Transport to school")
        );

        world.forward(20 * DAY);
        let draft = draft(&leader, &plan).await;
        assert_eq!(
            world.visitor().get(&format!("/plans/{plan}/drafts/1")).await.status,
            StatusCode::NOT_FOUND,
            "it is not published"
        );
        let held = leader.post(&draft, &[]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(held.says("Not ready to publish") && held.says("record a planning session"));
        for (at, what_to_do) in [
            ("gate-met", "Plan together with parents and have that confirmed"),
            ("gate-statement", "Ask the forum to write its statement"),
            ("answers", "Answer the topic that hasn't been answered yet"),
        ] {
            let is_told = held.says(what_to_do) && held.says(&format!("href=\"#{at}\""));
            assert!(is_told && held.says(&format!("id=\"{at}\"")), "{at}: {}", held.html);
        }
        assert!(held.says(&format!("href=\"/lead/plans/{plan}/sessions\"")), "{}", held.html);

        meet(&world, &leader, &plan).await;
        let statement = format!("/forum/plans/{plan}/statement");
        let few = [("words", "Only 4 parents were asked."), ("step", "no small group")];
        let check = organiser.post(&statement, &few[..1]).await;
        assert!(check.says("Is this a number of people: “4 parents”?"), "{}", check.html);
        assert!(check.says("Publish anyway") && check.says("Only 4 parents were asked."));
        assert_eq!(number(&world, "SELECT count(*) FROM statements").await, 0);
        organiser.post(&statement, &few).await.leads_to();
        let said = "SELECT count(*) FROM audit WHERE what = 'statement written'
                      AND detail = 'said that 1 number in it means no small group'";
        assert_eq!(number(&world, said).await, 1);
        let many = [("words", "Parents were in from the start.")];
        organiser.post(&statement, &many).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM statements").await, 2);
        let held = leader.post(&draft, &[]).await;
        assert!(
            held.status == StatusCode::UNPROCESSABLE_ENTITY
                && held.says("two parents who were there, confirm that the planning session"),
            "only a leader says that they met: {}",
            held.html
        );
        let asks = "Ask parents who were there to confirm the planning session";
        assert!(held.says(asks) && !held.says("Ask the forum to write its statement"));
        confirm(&world, &organiser, &plan).await;
        let held = leader.post(&draft, &[]).await;
        assert!(held.says("Answer the topic that hasn't been answered yet"));
        assert!(!held.says("Not ready to publish"), "that is done: {}", held.html);
        leader
            .post(
                &format!("{draft}/topics/{topic}"),
                &[("answer", "adapted"), ("words", "On page 3, from March.")],
            )
            .await
            .leads_to();
        assert_eq!(
            leader.post(&draft, &[]).await.leads_to(),
            format!("/plans/{plan}/drafts/1?done=published")
        );

        tell_due(&world.house).await.unwrap();
        tell_due(&world.house).await.unwrap();
        let emails = world.deliver().await;
        let told: Vec<_> = emails
            .iter()
            .filter(|email| email.subject.starts_with("A new draft answers your topic"))
            .collect();
        assert_eq!(told.len(), 3, "the author and two supporters, once each");
        assert!(told.iter().all(|email| {
            email.text.contains("“Buses” is in the draft, with changes. On page 3, from March.")
        }));

        let page = world.visitor().get(&format!("/plans/{plan}/drafts/1")).await;
        assert!(page.says("<h3>Buses</h3>") && page.says("◐ In the draft, with changes"));
        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(page.says("(co-design)") || page.says("(co-production)"), "{}", page.html);
        assert!(page.says("With 12 parents and fewer than 10 others"));
    });
}

#[test]
fn the_gate_is_overridden_in_two_steps_and_the_banner_stays_for_everyone() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let draft = draft(&leader, &plan).await;
        assert_eq!(leader.post(&draft, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = format!("{draft}/override");
        let short = leader
            .post(&form, &[("name", "Invented Officer"), ("reason", "We are in a hurry")])
            .await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("at least 80 characters") && short.says("We are in a hurry"));
        let check = leader.post(&form, &[("name", "Invented Officer"), ("reason", REASON)]).await;
        assert_eq!(check.status, StatusCode::OK);
        assert!(check.says("Check this: everyone will see it"));
        assert!(
            !world.visitor().get(&format!("/plans/{plan}")).await.says("Invented Officer"),
            "the first step keeps nothing"
        );
        leader
            .post(&form, &[("name", "Invented Officer"), ("reason", REASON), ("step", "pass")])
            .await
            .leads_to();
        leader.post(&draft, &[]).await.leads_to();
        for path in [format!("/plans/{plan}"), format!("/plans/{plan}/drafts/1")] {
            let page = world.visitor().get(&path).await;
            assert!(
                page.says(REASON)
                    && page.says("Invented Officer")
                    && page.says("was published before parents had been involved"),
                "{path}"
            );
        }
        assert!(
            world
                .visitor()
                .get("/plans")
                .await
                .says("Published without involving parents as agreed")
        );
        let record = world.visitor().get("/record").await;
        assert!(record.says("This has happened once.") && record.says(REASON));
        assert!(world.visitor().get(&format!("/plans/{plan}")).await.says("Told afterwards"));
    });
}

#[test]
fn a_draft_put_in_too_early_shuts_the_gate_for_good_and_its_day_cannot_be_moved() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        let plan = register(&world, &leader).await;
        assert!(
            leader
                .get(&format!("/lead/plans/{plan}/drafts"))
                .await
                .says("If you submit a draft now")
        );
        let first = draft(&leader, &plan).await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        meet(&world, &leader, &plan).await;
        organiser
            .post(&format!("/forum/plans/{plan}/statement"), &[("words", "Too late.")])
            .await
            .leads_to();
        world.forward(60 * DAY);
        let second = draft(&leader, &plan).await;
        assert_ne!(first, second);
        leader
            .post(
                &format!("{second}/topics/{topic}"),
                &[("answer", "adopted"), ("words", "Page 1")],
            )
            .await
            .leads_to();
        let held = leader.post(&second, &[]).await;
        assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(held.says("This can't be changed now."));
        for sql in [
            "UPDATE drafts SET first_recorded_at = first_recorded_at + 5184000000",
            "DELETE FROM drafts WHERE version = 1",
            "UPDATE drafts SET published_at = first_recorded_at, published_by = recorded_by
             WHERE version = 2",
            "UPDATE topics SET published_at = published_at - 5184000000",
            "UPDATE drafts SET html = '<p>Another text</p>'",
            "UPDATE drafts SET html = NULL, html_rules = html_rules + 1",
            "DELETE FROM plan_topics",
            "UPDATE statements SET words = 'Good.'",
            "UPDATE plan_events SET at = 0",
            "INSERT INTO drafts (id, form_key, plan_id, version, summary, body, recorded_by,
             first_recorded_at, published_at, published_by)
             SELECT 'x', 'x', plan_id, 3, 's', 'b', recorded_by, first_recorded_at,
               first_recorded_at, recorded_by FROM drafts WHERE version = 1",
            "INSERT INTO overrides (draft_id, name, reason, made_by, made_at)
             SELECT id, 'A', 'too short', recorded_by, 0 FROM drafts",
        ] {
            assert!(by_hand(&world, sql).await.is_err(), "the schema lets this through: {sql}");
        }
    });
}

#[test]
fn what_changed_is_shown_between_drafts_that_may_be_read() {
    on_both(async |world| {
        let (leader, visitor) = (leader(&world).await, world.visitor());
        let plan = register(&world, &leader).await;
        for body in ["One.\n\nTwo.", "One.\n\nThree.", "One.\n\nFour."] {
            leader
                .post(
                    &format!("/lead/plans/{plan}/drafts"),
                    &[("summary", "Short"), ("body", body)],
                )
                .await
                .leads_to();
        }
        let changes = |version: i64| format!("/plans/{plan}/drafts/{version}/changes");
        let shown = leader.get(&changes(3)).await;
        assert!(
            shown.says("removed: </span>Three.<span")
                && shown.says("added: </span>Four.<span")
                && shown.says("1 word was added, and 1 word was removed.")
                && shown.says("from draft 2 to draft 3")
        );
        assert_eq!(
            leader.get(&changes(1)).await.status,
            StatusCode::NOT_FOUND,
            "there is none before it"
        );
        assert_eq!(
            visitor.get(&changes(3)).await.status,
            StatusCode::NOT_FOUND,
            "nothing is published"
        );
        for version in [1, 3] {
            let draft = format!("/lead/plans/{plan}/drafts/{version}");
            let passing = [("name", "Invented Officer"), ("reason", REASON), ("step", "pass")];
            leader.post(&format!("{draft}/override"), &passing).await.leads_to();
            leader.post(&draft, &[]).await.leads_to();
        }
        let shown = visitor.get(&changes(3)).await;
        assert!(
            shown.says("removed: </span>Two.<span") && shown.says("from draft 1 to draft 3"),
            "draft 2 is not published"
        );
        assert!(
            visitor.get(&format!("/plans/{plan}/drafts/3")).await.says("What changed from draft 1")
        );
    });
}

#[test]
fn a_text_with_too_many_levels_is_refused_and_one_that_is_there_is_shown_as_it_was_typed() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let deep = ">".repeat(60_000);
        let refused = leader
            .post(&format!("/lead/plans/{plan}/drafts"), &[("summary", "Short"), ("body", &deep)])
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("too many levels"));
        draft(&leader, &plan).await;
        let path = |version: i64| format!("/plans/{plan}/drafts/{version}");
        assert!(leader.get(&path(1)).await.says("<h3>Buses</h3>"));

        // Drafts from before their HTML was kept.
        for (version, body) in [(2, deep.as_str()), (3, "# Third"), (4, "# Fourth")] {
            let sql = format!(
                "INSERT INTO drafts (id, form_key, plan_id, version, summary, body, recorded_by,
                 first_recorded_at)
                 SELECT 'draft-{version}', 'key-{version}', plan_id, {version}, summary, '{body}',
                   recorded_by, first_recorded_at FROM drafts WHERE version = 1"
            );
            change(&world, &sql).await;
        }
        let as_typed = format!("<p class=\"lines\">{}</p>", "&gt;".repeat(60_000));
        assert!(leader.get(&path(2)).await.says(&as_typed));
        assert!(leader.get(&path(3)).await.says("<h3>Third</h3>"));
        for (version, rules) in [(3, RULES), (4, RULES + 1)] {
            let sql = format!(
                "UPDATE drafts SET html = '<p>Made once.</p>', html_rules = {rules}
                 WHERE version = {version}"
            );
            change(&world, &sql).await;
        }
        assert!(leader.get(&path(3)).await.says("<p>Made once.</p>"), "a page reads no Markdown");
        assert!(leader.get(&path(4)).await.says("<h3>Fourth</h3>"), "made by other rules");

        plans::render_due(&world.house).await.unwrap();
        let by_rules =
            sqlx::query_scalar::<_, i64>("SELECT html_rules FROM drafts ORDER BY version")
                .fetch_all(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(by_rules, [RULES, RULES, RULES, RULES + 1]);
        assert!(leader.get(&path(2)).await.says(&as_typed));
        assert_eq!(leader.get(&format!("{}/changes", path(2))).await.status, StatusCode::OK);
    });
}

#[test]
fn drafts_with_too_many_changes_are_not_compared_but_linked() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        for word in ["a", "b"] {
            let body: String = (0..10_000).map(|nth| format!("{word}{nth}\n\n")).collect();
            let fields = [("summary", "Short"), ("body", body.as_str())];
            leader.post(&format!("/lead/plans/{plan}/drafts"), &fields).await.leads_to();
        }
        let shown = leader.get(&format!("/plans/{plan}/drafts/2/changes")).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(
            shown.says("too much in these drafts")
                && shown.says(&format!("href=\"/plans/{plan}/drafts/1\""))
        );
    });
}

/// A form with a file, as a browser sends it.
async fn put_in(
    leader: &Browser<'_>,
    plan: &str,
    name: &str,
    content: &[u8],
) -> crate::world::Answer {
    put_in_as(leader, plan, &id::fresh(), name, content).await
}

async fn put_in_as(
    leader: &Browser<'_>,
    plan: &str,
    key: &str,
    name: &str,
    content: &[u8],
) -> crate::world::Answer {
    leader
        .post_file(
            &format!("/lead/plans/{plan}/drafts"),
            &[("form_key", key), ("summary", "In short"), ("body", "")],
            (name, content),
        )
        .await
}

#[test]
fn a_draft_can_be_a_file_which_is_what_its_content_says_and_is_only_ever_saved() {
    on_both(async |world| {
        let (leader, visitor) = (leader(&world).await, world.visitor());
        let plan = register(&world, &leader).await;
        let refused =
            put_in(&leader, &plan, "plan.pdf", b"<html><script>alert(1)</script></html>").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.says("Choose a PDF, a Word file (docx) or an OpenDocument text (odt)")
                && refused.says("In short")
        );
        let large = put_in(
            &leader,
            &plan,
            "plan.pdf",
            &[b"%PDF-1.7\n".as_slice(), &vec![0; (20 << 20) + 1]].concat(),
        )
        .await;
        assert!(large.says("Choose a file of 20 MB or less"), "{}", large.status);
        let larger = put_in(&leader, &plan, "plan.pdf", &vec![0; 60 << 20]).await;
        assert!(
            larger.says("Choose a file of 20 MB or less") && larger.says("In short"),
            "{}: what was typed is kept",
            larger.status
        );

        let signed_out = put_in(
            &visitor,
            &plan,
            "plan.pdf",
            &[b"%PDF-1.7\n".as_slice(), &vec![0; 3 << 20]].concat(),
        )
        .await;
        assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
        assert!(
            signed_out.says("summary=In+short"),
            "what was typed beside the file is kept through signing in"
        );

        let draft =
            put_in(&leader, &plan, "Our plan.exe", b"%PDF-1.7\nThe plan.\n%%EOF").await.leads_to();
        let file = format!("/plans/{plan}/drafts/1/file");
        assert_eq!(visitor.get(&file).await.status, StatusCode::NOT_FOUND, "it is not published");
        leader
            .post(
                &format!("{draft}/override"),
                &[("name", "Invented Officer"), ("reason", REASON), ("step", "pass")],
            )
            .await
            .leads_to();
        leader.post(&draft, &[]).await.leads_to();
        assert!(visitor.get(&format!("/plans/{plan}/drafts/1")).await.says("Our plan.pdf"));
        let saved = visitor.get(&file).await;
        assert_eq!(saved.html, "%PDF-1.7\nThe plan.\n%%EOF");
        assert_eq!(saved.headers["content-type"], "application/pdf");
        assert_eq!(saved.headers["content-length"], saved.html.len().to_string());
        assert_eq!(saved.headers["x-content-type-options"], "nosniff");
        assert!(saved.headers["content-disposition"].to_str().unwrap().starts_with("attachment; "));
        assert!(by_hand(&world, "UPDATE drafts SET file_hash = 'another'").await.is_err());
    });
}

#[test]
fn a_file_that_cannot_be_taken_is_called_by_its_name() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let locked = b"%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt 2 0 R >>\n%%EOF";
        for (content, why) in [
            (&b""[..], "That file is empty"),
            (locked, "That PDF is protected"),
            (b"%PDF-1.7\nThe pl", "That PDF is not complete"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ] {
            let refused = put_in(&leader, &plan, "plan.pdf", content).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            assert!(refused.says(why) && refused.says("In short"), "{why}: {}", refused.html);
        }
        let late = put_in(&leader, &plan, "plan.pdf", b"\xEF\xBB\xBF%PDF-1.7\nOne.\n%%EOF").await;
        late.leads_to();
    });
}

#[test]
fn a_draft_is_never_recorded_without_the_file_that_was_left_behind_at_signing_in() {
    on_both(async |world| {
        let browser = leader(&world).await;
        let plan = register(&world, &browser).await;
        let phone = world.visitor();
        let pdf = b"%PDF-1.7\nThe plan.\n%%EOF";
        let fields = [("form_key", "k"), ("summary", "In short"), ("body", "# Buses")];
        let to = format!("/lead/plans/{plan}/drafts");
        let asked = phone.post_file(&to, &fields, ("plan.pdf", pdf)).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        let signs_in = [("email", "leader@example.org"), ("password", "three small words")];
        assert_eq!(phone.post("/sign-in", &signs_in).await.leads_to(), "/go-on");
        let again = phone.post("/go-on", &[("step", "do")]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.html);
        for words in ["Choose the file again", "In short", "# Buses"] {
            assert!(again.says(words), "{words}: {}", again.html);
        }
        let drafts: i64 = sqlx::query_scalar("SELECT count(*) FROM drafts")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(drafts, 0);
        phone.post_file(&to, &fields, ("plan.pdf", pdf)).await.leads_to();
    });
}

#[test]
fn a_draft_sent_twice_is_one_and_with_another_file_it_is_another() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let key = id::fresh();
        let mut leads_to = Vec::new();
        for content in ["%PDF-1.7\nOne.\n%%EOF", "%PDF-1.7\nOne.\n%%EOF", "%PDF-1.7\nTwo.\n%%EOF"] {
            leads_to.push(
                put_in_as(&leader, &plan, &key, "plan.pdf", content.as_bytes()).await.leads_to(),
            );
        }
        assert!(leads_to[0] == leads_to[1] && leads_to[1] != leads_to[2], "{leads_to:?}");
    });
}

#[test]
fn marks_that_cannot_be_read_are_taken_out_of_a_draft() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let fields = [("summary", "In short"), ("body", "# Buses\0\n\n* on\u{202e} time")];
        let draft = leader.post(&format!("/lead/plans/{plan}/drafts"), &fields).await.leads_to();
        let read = leader.get(&draft.replace("/lead", "")).await;
        assert!(read.says("Buses</") && read.says("on time"), "{}", read.html);
    });
}

#[test]
fn topics_that_were_ticked_stay_ticked_while_others_are_looked_for() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let (buses, trams) = (world.published("Buses").await, world.published("Trams").await);
        let form = format!("/lead/plans/{plan}/topics");
        let looked =
            leader.post(&form, &[("step", "look"), ("search", "Trams"), ("topics", &buses)]).await;
        let ticked = attributes(&looked.html, "input[name=topics][checked]", "value");
        assert!(ticked == [buses] && looked.says(&trams), "{}", looked.html);
    });
}

#[test]
fn a_second_override_is_not_kept_and_says_so_but_a_double_tap_is_one() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        let form = format!("{}/override", draft(&leader, &plan).await);
        let pass = async |name: &str| {
            leader.post(&form, &[("name", name), ("reason", REASON), ("step", "pass")]).await
        };
        let first = pass("Invented Officer").await.leads_to();
        assert_eq!(pass("Invented Officer").await.leads_to(), first);
        let second = pass("Another Officer").await;
        assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(second.says("We couldn't save this.") && second.says("Another Officer"));
        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(page.says("Invented Officer") && !page.says("Another Officer"));
    });
}

#[test]
fn what_is_tied_or_withdrawn_after_a_draft_was_published_changes_nothing_of_that_draft() {
    on_both(async |world| {
        let (author, joined) = (world.parent(1).await, world.parent(2).await);
        let (leader, organiser) = (leader(&world).await, world.organiser().await);
        // A topic of no round: it can be withdrawn at any time.
        let topic = author.propose("Buses").await;
        organiser
            .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
            .await
            .leads_to();
        let waiting = joined.propose("Busses").await;
        organiser
            .post(&format!("/forum/topics/{waiting}"), &[("decision", "merge"), ("into", &topic)])
            .await
            .leads_to();
        let plan = register(&world, &leader).await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        meet(&world, &leader, &plan).await;
        confirm(&world, &organiser, &plan).await;
        organiser
            .post(&format!("/forum/plans/{plan}/statement"), &[("words", "Good.")])
            .await
            .leads_to();
        world.forward(15 * DAY);
        let draft = draft(&leader, &plan).await;
        leader
            .post(&format!("{draft}/topics/{topic}"), &[("answer", "adopted"), ("words", "Page 1")])
            .await
            .leads_to();
        leader.post(&draft, &[]).await.leads_to();
        let before = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(before.says("(co-production)") && before.says("As it was on"));

        // Even by a clock that was moved back since.
        world.forward(-HOUR);
        let late = world.published("Ferries").await;
        leader.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &late)]).await.leads_to();
        author.post(&format!("/topics/{topic}/withdrawal"), &[]).await.leads_to();
        tell_due(&world.house).await.unwrap();
        let told: Vec<String> = world
            .deliver()
            .await
            .into_iter()
            .filter(|email| email.subject.starts_with("A new draft"))
            .map(|email| email.to)
            .collect();
        assert_eq!(
            told.len(),
            2,
            "who proposed it and who proposed what was merged into it, and nobody else: {told:?}"
        );

        let page = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(
            page.says("(co-production)") && !page.says("Not done: ") && page.says("Ferries"),
            "{}",
            page.html
        );
        let page = world.visitor().get(&format!("/plans/{plan}/drafts/1")).await;
        assert!(
            page.says("Buses")
                && page.says("✓ In the draft, as parents asked")
                && page.says("A topic that has been withdrawn")
        );
        assert!(!page.says("Ferries"), "this draft did not have to answer it");
        leader
            .post(&format!("/lead/plans/{plan}/drafts"), &[("summary", "More"), ("body", "More")])
            .await
            .leads_to();
        let next = world.visitor().get(&format!("/plans/{plan}")).await;
        assert!(
            !next.says("As it was on") && next.says("Not done: "),
            "the next draft has its own gate"
        );
    });
}

#[test]
fn two_leaders_publishing_at_once_publish_once() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let (one, organiser) = (leader(&world).await, world.organiser().await);
        let two = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let plan = register(&world, &one).await;
        one.post(&format!("/lead/plans/{plan}/topics"), &[("topics", &topic)]).await.leads_to();
        meet(&world, &one, &plan).await;
        confirm(&world, &organiser, &plan).await;
        organiser
            .post(&format!("/forum/plans/{plan}/statement"), &[("words", "Good.")])
            .await
            .leads_to();
        world.forward(15 * DAY);
        let draft = draft(&one, &plan).await;
        one.post(&format!("{draft}/topics/{topic}"), &[("answer", "adopted"), ("words", "Page 1")])
            .await
            .leads_to();
        let (first, second) = tokio::join!(one.post(&draft, &[]), two.post(&draft, &[]));
        assert_eq!(first.leads_to(), second.leads_to());
        let events: i64 =
            sqlx::query_scalar("SELECT count(*) FROM plan_events WHERE what = 'draft published'")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(events, 1);
        let late = one
            .post(
                &format!("{draft}/topics/{topic}"),
                &[("answer", "not"), ("words", "No"), ("decided_by", "Somebody")],
            )
            .await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(by_hand(&world, "UPDATE draft_answers SET words = 'Another'").await.is_err());
        assert!(by_hand(&world, "DELETE FROM draft_answers").await.is_err());
    });
}

#[test]
fn what_happens_to_a_plan_never_goes_back_in_time_even_when_a_clock_does() {
    on_both(async |world| {
        let leader = leader(&world).await;
        let plan = register(&world, &leader).await;
        world.forward(-30 * DAY);
        draft(&leader, &plan).await;
        let times: Vec<Moment> = sqlx::query_scalar(
            "SELECT registered_at FROM plans UNION ALL SELECT at FROM plan_events",
        )
        .fetch_all(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert!(times.is_sorted() && times.len() == 2, "{times:?}");
    });
}

/// What a plan went through, kept apart from the service, to judge its gate by the words of the
/// rule.
#[derive(Default)]
struct Model {
    opened: Vec<(Id<Topic>, Moment, bool)>,
    withdrawn: BTreeSet<usize>,
    tied: BTreeSet<usize>,
    first_draft_at: Option<Moment>,
    drafts: i64,
    sessions: Vec<ModelSession>,
    has_statement: bool,
    overridden: BTreeSet<i64>,
    answered: BTreeSet<(i64, usize)>,
    published: BTreeSet<i64>,
}

/// A planning session of a [`Model`].
struct ModelSession {
    id: Id<PlanningSession>,
    with_parents: bool,
    by_forum: bool,
    /// The parents who say that they were there, by their numbers.
    there: BTreeSet<usize>,
    is_disputed: bool,
}

impl ModelSession {
    fn counts(&self) -> bool {
        let is_confirmed = self.by_forum || self.there.len() > 1;
        self.with_parents && is_confirmed && !self.is_disputed
    }
}

impl Model {
    fn may_publish(&self, version: i64) -> bool {
        let tied: BTreeSet<usize> = self.tied.difference(&self.withdrawn).copied().collect();
        let early = |topic: &usize| {
            self.first_draft_at.is_some_and(|draft| self.opened[*topic].1 + 14 * DAY <= draft)
        };
        let is_open = !tied.is_empty()
            && tied.iter().all(early)
            && (self.sessions.iter().any(ModelSession::counts)
                || tied.iter().all(|topic| self.opened[*topic].2))
            && self.has_statement;
        (is_open || self.overridden.contains(&version))
            && tied.iter().all(|topic| self.answered.contains(&(version, *topic)))
    }
}

#[test]
fn no_order_of_events_publishes_a_draft_that_the_rule_forbids() {
    on_both(async |world| {
        let account: Id<Account> =
            world.person("everyone@example.org", &Role::ALL, &world.south).await.into();
        let others = Others::of(&world).await;
        let (mut published, mut past, mut confirmed) = (0, 0, 0);
        for seed in 0..48 {
            let model = one_life(&world, (&account, &others), seed).await;
            published += model.published.len();
            past += model.published.intersection(&model.overridden).count();
            confirmed += model.sessions.iter().filter(|session| session.counts()).count();
        }
        println!("{published} drafts were published, {past} of them past the gate");
        assert!(confirmed > 5, "{confirmed}: hardly any session was confirmed");
        assert!(
            published - past > 5 && past > 5,
            "{published}, {past}: the gate was hardly ever tried"
        );
    });
}

/// Who says whether planning sessions were held. The last parent has an address that leads to the
/// mailbox of the first.
struct Others {
    organiser: Id<Account>,
    parents: Vec<Id<Account>>,
}

impl Others {
    async fn of(world: &World) -> Self {
        let mut parents = Vec::new();
        for email in ["ann@example.org", "ben@example.org", "ann+two@example.org"] {
            parents.push(world.person(email, &[Role::Parent], &world.north).await.into());
        }
        let organiser = world.person("forum@example.org", &[Role::Organiser], &world.north).await;
        Self { organiser: organiser.into(), parents }
    }
}

/// Whether the words of the rule let this be said about a session: by the forum, or by a parent.
/// The third parent is the first.
fn may_say(session: &ModelSession, parent: Option<usize>) -> bool {
    let is_confirmed = session.by_forum || session.there.len() > 1;
    let is_new = parent.is_none_or(|parent| !session.there.contains(&(parent % 2)));
    session.with_parents && !is_confirmed && !session.is_disputed && is_new
}

/// A plan that goes through 80 random events, judged at each step. Every other plan is patient: its
/// drafts come late.
async fn one_life(
    world: &World,
    (account_id, others): (&Id<Account>, &Others),
    seed: u64,
) -> Model {
    let mut random = StdRng::seed_from_u64(seed);
    let by = By { account_id: account_id.clone(), role: "leader" };
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
    let (plan, _) = store::register(&mut tx, &new, &by, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    let act = |at| Act { plan_id: &plan, by: &by, at };
    let mut model = Model::default();
    let began = world.now();
    for _ in 0..80 {
        let choice = random.random_range(0..26);
        let version = random.random_range(1..=model.drafts.max(1));
        let nth = random.random_range(0..model.opened.len().max(1));
        let topic = model.opened.get(nth).map(|(id, ..)| id.clone());
        let now = world.now();
        match (choice, topic) {
            (0, _) if model.opened.len() < 2 => {
                let in_round = random.random_bool(0.7);
                let id = topic_in_a_round(world, account_id, in_round).await;
                model.opened.push((id, now, false));
            }
            (1 | 2, Some(topic)) => {
                let (mut tx, at) = begun(world, &plan).await;
                let tied = store::tie(&mut tx, act(at), &[topic]).await.unwrap();
                tx.commit().await.unwrap();
                if tied > 0 {
                    model.tied.insert(nth);
                }
            }
            (3, Some(topic)) => {
                let close = format!(
                    "UPDATE rounds SET closed_at = closes_at WHERE closed_at IS NULL
                     AND id = (SELECT round_id FROM topics WHERE id = '{topic}')"
                );
                change(world, &close).await;
                let in_round: Option<String> =
                    sqlx::query_scalar("SELECT round_id FROM topics WHERE id = $1")
                        .bind(&topic)
                        .fetch_one(&mut *world.db().read().await.unwrap())
                        .await
                        .unwrap();
                model.opened[nth].2 = in_round.is_some();
            }
            (4, _) => {
                let parents = random.random_range(0..2);
                let session = NewSession {
                    form_key: id::fresh(),
                    day: "2026-01-01".into(),
                    held_at: "Online".into(),
                    parents,
                    others: 1,
                    decided: "Nothing".into(),
                    notes: String::new(),
                    for_everyone: true,
                };
                let (mut tx, at) = begun(world, &plan).await;
                store::record_session(&mut tx, act(at), &session).await.unwrap();
                tx.commit().await.unwrap();
                model.sessions.push(ModelSession {
                    id: session_of(world, &plan).await.into(),
                    with_parents: parents > 0,
                    by_forum: false,
                    there: BTreeSet::new(),
                    is_disputed: false,
                });
            }
            (18 | 19, _) if !model.sessions.is_empty() => {
                let nth = random.random_range(0..model.sessions.len());
                let session = &mut model.sessions[nth];
                // Whoever recorded it tries too.
                let parent = random.random_range(0..5_usize);
                let (by, parent) = match parent {
                    3 => (By { account_id: others.organiser.clone(), role: "organiser" }, None),
                    4 => (By { account_id: account_id.clone(), role: "organiser" }, None),
                    nth => {
                        (By { account_id: others.parents[nth].clone(), role: "parent" }, Some(nth))
                    }
                };
                let (mut tx, at) = begun(world, &plan).await;
                let act = Act { plan_id: &plan, by: &by, at };
                let said = store::confirm_session(&mut tx, act, &session.id, None).await.unwrap();
                tx.commit().await.unwrap();
                let may = may_say(session, parent) && by.account_id != *account_id;
                assert_eq!(said.unwrap().is_ok(), may, "seed {seed}: {by:?}");
                match parent {
                    _ if !may => {}
                    Some(parent) => _ = session.there.insert(parent % 2),
                    None => session.by_forum = true,
                }
            }
            (20, _) if !model.sessions.is_empty() => {
                let nth = random.random_range(0..model.sessions.len());
                let (session, parent) = (&mut model.sessions[nth], random.random_range(0..3_usize));
                let settles = i64::from(!session.there.is_empty());
                let there = format!(
                    "INSERT INTO session_confirmations (id, session_id, for_forum, settles,
                     confirmed_by, confirmed_at) VALUES ('{}', '{}', 0, {settles}, '{}', {})",
                    id::random(),
                    session.id,
                    others.parents[parent],
                    (now + HOUR).millis()
                );
                let done = by_hand(world, &there).await.is_ok();
                let may = may_say(session, Some(parent));
                assert_eq!(done, may, "seed {seed}: the schema and the rule differ about {there}");
                if may {
                    session.there.insert(parent % 2);
                }
                // What happens next comes later than that.
                world.forward(2 * HOUR);
            }
            (21, _) if !model.sessions.is_empty() && random.random_bool(0.3) => {
                let nth = random.random_range(0..model.sessions.len());
                let session = &mut model.sessions[nth];
                let by = By { account_id: others.organiser.clone(), role: "organiser" };
                let (mut tx, at) = begun(world, &plan).await;
                let act = Act { plan_id: &plan, by: &by, at };
                let said = store::dispute_session(&mut tx, act, &session.id, "No").await.unwrap();
                tx.commit().await.unwrap();
                let may = session.with_parents && !session.by_forum && !session.is_disputed;
                assert_eq!(said.unwrap().is_ok(), may, "seed {seed}");
                session.is_disputed |= may;
            }
            (5, _) => {
                let (mut tx, at) = begun(world, &plan).await;
                store::state(&mut tx, act(at), &id::fresh(), "Words").await.unwrap();
                tx.commit().await.unwrap();
                model.has_statement = true;
            }
            (6, _) if model.drafts < 3 && (seed.is_multiple_of(2) || now > began + 30 * DAY) => {
                let draft = NewDraft {
                    form_key: id::fresh(),
                    summary: "Short".into(),
                    body: "Long".into(),
                    html: "<p>Long</p>\n".into(),
                };
                let (mut tx, at) = begun(world, &plan).await;
                let recorded = store::record_draft(&mut tx, act(at), &draft, None).await.unwrap();
                tx.commit().await.unwrap();
                model.drafts = recorded.0;
                model.first_draft_at.get_or_insert(now);
            }
            (7..=11, Some(topic)) if model.drafts > 0 && model.tied.contains(&nth) => {
                let answer = Answer {
                    kind: plans::rules::AnswerKind::Adopted,
                    words: "Page 1".into(),
                    decided_by: String::new(),
                };
                let (mut tx, at) = begun(world, &plan).await;
                let kept = store::answer(&mut tx, act(at), version, &topic, &answer).await.unwrap();
                tx.commit().await.unwrap();
                if kept {
                    model.answered.insert((version, nth));
                }
            }
            (12, _) if model.drafts > 0 && random.random_bool(0.3) => {
                let passing = Override { name: "A name".into(), reason: REASON.into() };
                let (mut tx, at) = begun(world, &plan).await;
                let kept = store::override_gate(&mut tx, act(at), version, &passing).await.unwrap();
                tx.commit().await.unwrap();
                if kept {
                    model.overridden.insert(version);
                }
            }
            (13 | 14, _) if model.drafts > 0 => {
                let (mut tx, at) = begun(world, &plan).await;
                let done = store::publish(&mut tx, act(at), version).await.unwrap();
                tx.commit().await.unwrap();
                let may = model.may_publish(version) && !model.published.contains(&version);
                assert_eq!(done == Published::Done, may, "seed {seed}: draft {version}: {done:?}");
                if may {
                    model.published.insert(version);
                }
            }
            (15, _) if model.drafts > 0 => {
                let past = format!(
                    "UPDATE drafts SET published_at = {}, published_by = recorded_by
                     WHERE plan_id = '{plan}' AND version = {version}",
                    (now + HOUR).millis()
                );
                let done = by_hand(world, &past).await.is_ok();
                let may = model.may_publish(version) && !model.published.contains(&version);
                assert_eq!(
                    done, may,
                    "seed {seed}: the schema and the rule differ about draft {version}"
                );
                if may {
                    model.published.insert(version);
                }
            }
            (16, Some(topic)) if random.random_bool(0.3) => {
                let at = now.millis();
                let withdraw =
                    format!("UPDATE topics SET withdrawn_at = {at} WHERE id = '{topic}'");
                if by_hand(world, &withdraw).await.is_ok() {
                    assert!(
                        !model.opened[nth].2 && model.withdrawn.insert(nth),
                        "seed {seed}: a topic is withdrawn once, before its round closes"
                    );
                }
            }
            (17, Some(topic)) => {
                // Taken back, it would count again: an attack, and nothing may come of it.
                _ = by_hand(
                    world,
                    &format!("UPDATE topics SET withdrawn_at = NULL WHERE id = '{topic}'"),
                )
                .await;
            }
            _ => world.forward(random.random_range(1..6) * DAY),
        }
        // Before the first draft there is no gate.
        if model.drafts > 0 {
            agree(world, &plan, seed).await;
        }
    }
    model
}

/// A write about a plan, and the time of what is done in it.
async fn begun(world: &World, plan: &Id<Plan>) -> (Transaction, Moment) {
    let mut tx = world.db().begin().await.unwrap();
    let at = store::hold(&mut tx, plan, world.now()).await.unwrap().unwrap();
    (tx, at)
}

/// The view of the schema and the pure rule say the same of a plan that has a draft.
async fn agree(world: &World, plan: &Id<Plan>, seed: u64) {
    let found = store::find(world.db(), plan).await.unwrap().unwrap();
    assert!(!found.drafts.is_empty(), "seed {seed}: a draft is gone");
    let shut: i64 = sqlx::query_scalar("SELECT count(*) FROM shut_gates WHERE plan_id = $1")
        .bind(plan)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(shut == 0, gate::is_open(&found.gate(), world.now()), "seed {seed}");
    let viewed: Vec<String> = sqlx::query_scalar(
        "SELECT session_id FROM confirmed_sessions WHERE plan_id = $1 ORDER BY session_id",
    )
    .bind(plan)
    .fetch_all(&mut *world.db().read().await.unwrap())
    .await
    .unwrap();
    let counting = found.sessions.iter().filter(|of| of.state() == Some(SessionState::Confirmed));
    let mut ruled: Vec<String> = counting.map(|of| of.id.to_string()).collect();
    ruled.sort();
    assert_eq!(viewed, ruled, "seed {seed}: the sessions that count");
    let (rung, _) = rung::rung(&found.rung(), world.now() + DAY).unzip();
    assert!(
        rung.is_none_or(|rung| rung < Rung::CoDesigning) || !ruled.is_empty(),
        "seed {seed}: a rung rests on what nobody confirmed"
    );
}

/// A topic published now, in a round of its own or in none.
async fn topic_in_a_round(world: &World, author: &Id<Account>, in_round: bool) -> Id<Topic> {
    let now = world.now();
    let proposal = topics::rules::Proposal {
        form_key: id::fresh(),
        title: "A topic".into(),
        happens_now: "Now".into(),
        would_help: "Help".into(),
        services: vec![world.transport.clone().into()],
        places: Vec::new(),
    };
    let mut tx = world.db().begin().await.unwrap();
    let topic = topics::store::propose(&mut tx, author, &proposal, now).await.unwrap();
    let waiting = topics::store::Waiting { id: &topic, proposed_at: now, words: String::new() };
    topics::store::publish(&mut tx, &waiting, now).await.unwrap();
    if in_round {
        // A time of its own for each round, since they may not overlap.
        let begins: i64 = sqlx::query_scalar("SELECT coalesce(max(closes_at), 0) FROM rounds")
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        let round = id::fresh();
        sqlx::query(
            "INSERT INTO rounds (id, title, seats, propose_from, vote_from, closes_at,
             form_key) VALUES ($1, 'A round', 1, $2, $3, $4, $1)",
        )
        .bind(&round)
        .bind(begins)
        .bind(begins + 1)
        .bind(begins + 2)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query("UPDATE topics SET round_id = $2 WHERE id = $1")
            .bind(&topic)
            .bind(&round)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    topic
}
