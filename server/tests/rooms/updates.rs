//! You said, we did: claimed by a leader, judged by the forum, awaited by everyone.

use axum::http::StatusCode;
use calendar::clock::{self, DAY, HOUR, MINUTE};
use ground::viewer::Role;

use crate::kept::while_open;
use crate::world::{Browser, World, change, link, number, on_both, on_postgres};
use crate::{consultations, notices};

pub const DONE: [(&str, &str); 3] = [
    ("you_said", "The buses come too late."),
    ("we_did", "Route 5 comes at 8:10."),
    ("outcome", "done"),
];

fn about(topic: &str) -> (&'static str, String) {
    ("about", format!("topic:{topic}"))
}

/// A topic of a round that has closed.
pub async fn closed_topic(world: &World) -> String {
    let (_, topic) = world.voting("Buses that are on time").await;
    world.close().await;
    topic
}

/// Publishes an update about a topic; its id.
pub async fn publish(leader: &Browser<'_>, topic: &str, words: &[(&str, &str)]) -> String {
    let (name, value) = about(topic);
    let fields = [words, &[(name, value.as_str()), ("step", "publish")]].concat();
    let published = leader.post("/lead/updates/new", &fields).await.leads_to();
    published.split(['/', '?']).nth(2).unwrap().to_owned()
}

#[test]
fn a_leader_claims_the_forum_disputes_she_mends_and_it_confirms() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let organiser = world.organiser().await;
        assert!(
            leader
                .get(&format!("/lead/updates/new?about=topic:{topic}"))
                .await
                .says("Buses that are on time</a>")
        );
        let (name, value) = about(&topic);
        let checked = leader
            .post("/lead/updates/new", &[&DONE[..], &[(name, value.as_str())]].concat())
            .await;
        assert!(checked.says("Check your update") && checked.says("Route 5 comes at 8:10."));
        assert_eq!(
            number(&world, "SELECT count(*) FROM updates").await,
            0,
            "nothing is kept before it is published"
        );
        let update = publish(&leader, &topic, &DONE).await;
        let page = format!("/updates/{update}");
        let visitor = world.visitor();
        let read = visitor.get(&page).await;
        assert!(
            read.says("✓ Done")
                && read.says("Sefton Council says so – not checked yet")
                && read.says("Topic: ")
        );
        for place in ["/", &format!("/topics/{topic}"), &format!("/updates?about=topic:{topic}")] {
            assert!(visitor.get(place).await.says("The buses come too late."), "{place}");
        }
        assert!(
            visitor.get("/updates").await.says("The buses come too late.")
                && organiser.get("/forum/updates").await.says("The buses")
        );

        let judge = format!("/forum/updates/{update}");
        let version = organiser.get(&judge).await.sends("version");
        let bare = organiser.post(&judge, &[("version", &version), ("verdict", "disputed")]).await;
        assert!(
            bare.status == StatusCode::UNPROCESSABLE_ENTITY
                && bare.says("Say what parents have found")
        );
        let disputed = [
            ("version", version.as_str()),
            ("verdict", "disputed"),
            ("words", "It still comes at 8:25."),
        ];
        organiser.post(&judge, &disputed).await.leads_to();
        let read = visitor.get(&page).await;
        assert!(
            read.says("The forum disagrees")
                && read.says("It still comes at 8:25.")
                && read.says("Route 5 comes at 8:10.")
        );
        assert!(
            !organiser.get("/forum/updates").await.says("The buses")
                && visitor.get("/updates?show=disputed").await.says("The buses")
        );

        world.forward(MINUTE);
        let change = format!("/lead/updates/{update}");
        let seen = leader.get(&change).await.sends("version");
        let words = [
            ("you_said", DONE[0].1),
            ("we_did", "Since Monday route 5 comes at 8:10."),
            ("outcome", "partly"),
            ("version", &seen),
        ];
        assert!(leader.post(&change, &words).await.says("Check your update"));
        leader.post(&change, &[&words[..], &[("step", "publish")]].concat()).await.leads_to();
        let read = visitor.get(&page).await;
        assert!(
            read.says("not checked yet")
                && read.says("Since Monday")
                && read.says("Earlier versions")
        );
        assert!(
            read.says("It still comes at 8:25."),
            "what the forum said stands with what it was said of"
        );
        let late =
            organiser.post(&judge, &[&disputed[..2], &[("words", "Still late.")]].concat()).await;
        assert!(
            late.says("It has changed meanwhile")
                && late.says("Still late.")
                && late.says("Since Monday")
        );
        let confirmed = [("version", "2"), ("verdict", "confirmed")];
        organiser.post(&judge, &confirmed).await.leads_to();
        assert!(visitor.get(&page).await.says("The forum agrees"));
        assert_eq!(
            number(
                &world,
                "SELECT count(*) FROM audit
                 WHERE what IN ('update published', 'update changed', 'verdict given')"
            )
            .await,
            4
        );
    });
}

#[test]
fn an_update_needs_what_it_is_about_a_reason_where_nothing_was_done_and_days_to_come() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let nothing =
            leader.post("/lead/updates/new", &[&DONE[..], &[("step", "publish")]].concat()).await;
        assert!(
            nothing.status == StatusCode::UNPROCESSABLE_ENTITY
                && nothing.says("Choose what this is about")
                && nothing.says(DONE[1].1)
        );
        let (name, value) = about(&topic);
        let not = [
            ("you_said", "x"),
            ("we_did", "y"),
            ("outcome", "not"),
            (name, value.as_str()),
            ("step", "publish"),
        ];
        let refused = leader.post("/lead/updates/new", &not).await;
        assert!(
            refused.says("Say why it is not done")
                && refused.says("Say who decided that")
                && refused.says("Enter the date")
        );
        let yesterday = clock::fields(world.now() - DAY).0;
        let deciding = [
            ("you_said", "x"),
            ("we_did", "y"),
            ("outcome", "deciding"),
            ("decide_by", &yesterday),
            (name, &value),
            ("step", "publish"),
        ];
        assert!(
            leader.post("/lead/updates/new", &deciding).await.says("Choose today or a later day")
        );
        let other = format!("topic:{}", id::fresh());
        let unknown = leader
            .post(
                "/lead/updates/new",
                &[&DONE[..], &[(name, &other), (name, &value), ("step", "publish")]].concat(),
            )
            .await;
        assert!(unknown.says("Another organisation's leaders answer for some of it"));
        assert_eq!(number(&world, "SELECT count(*) FROM updates").await, 0);
        let key = id::fresh();
        let twice = [&DONE[..], &[(name, value.as_str()), ("step", "publish"), ("form_key", &key)]]
            .concat();
        assert_eq!(
            leader.post("/lead/updates/new", &twice).await.leads_to(),
            leader.post("/lead/updates/new", &twice).await.leads_to()
        );
        assert_eq!(
            number(&world, "SELECT count(*) FROM updates").await,
            1,
            "a double tap publishes once"
        );
    });
}

#[test]
fn leaders_of_another_organisation_neither_answer_nor_change_it() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let hers = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let stranger = world.leader_of("leader3@example.org", "Another Trust").await;
        let round: String = sqlx::query_scalar("SELECT id FROM rounds")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let offered = stranger.get("/lead/updates/new").await;
        assert!(
            !offered.says("Topic: Buses") && !offered.html.contains(&format!("round:{round}")),
            "nor for the round of its topics"
        );
        assert!(hers.get("/lead/updates/new").await.html.contains(&format!("round:{round}")));
        let (name, value) = about(&topic);
        let refused = stranger
            .post(
                "/lead/updates/new",
                &[&DONE[..], &[(name, value.as_str()), ("step", "publish")]].concat(),
            )
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let update = publish(&hers, &topic, &DONE).await;
        let change = format!("/lead/updates/{update}");
        assert!(world.visitor().get(&format!("/updates/{update}")).await.says("Sefton Council"));
        assert!(
            !stranger.get(&format!("/updates/{update}")).await.html.contains(&change),
            "she is not offered what she may not do"
        );
        assert!(hers.get(&format!("/updates/{update}")).await.html.contains(&change));
        let unknown = format!("/lead/updates/{}", id::fresh());
        for to in [&change, &unknown] {
            assert_eq!(stranger.get(to).await.status, StatusCode::NOT_FOUND);
            assert_eq!(stranger.post(to, &DONE).await.status, StatusCode::NOT_FOUND);
        }
        assert!(colleague.get(&change).await.says("Route 5 comes at 8:10."));
    });
}

#[test]
fn a_consultation_about_no_plan_and_no_topic_is_for_the_organisation_that_the_forum_chose() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = consultations::open(&world, &organiser, "anyone").await;
        // As one that was there before anybody could choose.
        change(&world, "UPDATE consultations SET organisation_id = NULL").await;
        consultations::answered(&world, &id, 12, 12).await;
        world.forward(61 * DAY);
        let desk = format!("/forum/consultations/{id}");
        organiser.post(&format!("{desk}/release"), &[("step", "count")]).await.leads_to();
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        consultations::publish(&other, &format!("{desk}/release")).await.leads_to();
        let council = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let stranger = world.leader_of("leader3@example.org", "Another Trust").await;
        let about = format!("consultation:{id}");
        let fields = [&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat();
        let is_hers = async |leader: &Browser<'_>| {
            let lists = ["/lead/updates", "/lead/updates/new"];
            let mut shown = 0;
            for list in lists {
                shown += usize::from(leader.get(list).await.says("Consultation: Short breaks"));
            }
            assert!(shown == 0 || shown == lists.len(), "{shown}");
            shown > 0
        };
        let reminded = async || {
            world.deliver().await;
            updates::remind_due(&world.house).await.unwrap();
            let emails = world.deliver().await;
            emails.into_iter().map(|email| email.to).collect::<Vec<_>>()
        };
        world.forward(75 * DAY);
        // Nobody answers for it until the forum has chosen, and organisers see what to do.
        for leader in [&council, &stranger] {
            assert!(!is_hers(leader).await);
            let refused = leader.post("/lead/updates/new", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert!(reminded().await.is_empty());
        let nobody = "Nobody can say what happened about this consultation";
        let organiser = world.sign_in("organiser@example.org").await;
        assert!(organiser.get(&desk).await.says(nobody));
        let to_choose = "Choose who answers for: Short breaks";
        assert!(organiser.get("/forum").await.says(to_choose));
        for unknown in ["", "gone"] {
            let choose = [("step", "organisation"), ("organisation", unknown)];
            let refused = organiser.post(&desk, &choose).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.says("Choose an organisation"), "{}", refused.html);
        }
        let choose = [("step", "organisation"), ("organisation", world.council.as_str())];
        for _ in 0..2 {
            organiser.post(&desk, &choose).await.leads_to();
        }
        let given = "SELECT count(*) FROM audit WHERE what = 'consultation given to organisation'";
        assert_eq!(number(&world, given).await, 1);
        let page = organiser.get(&desk).await;
        assert!(page.says("Sefton Council answers for it") && !page.says(nobody), "{}", page.html);
        assert!(!organiser.get("/forum").await.says(to_choose));
        assert!(is_hers(&council).await && !is_hers(&stranger).await);
        assert_eq!(reminded().await, ["leader@example.org"]);
        let refused = stranger.post("/lead/updates/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        // One that is retired answers for nothing.
        change(&world, "UPDATE organisations SET retired_at = 1 WHERE name = 'Sefton Council'")
            .await;
        assert!(organiser.get(&desk).await.says(nobody) && !is_hers(&council).await);
        change(&world, "UPDATE organisations SET retired_at = NULL").await;
        council.post("/lead/updates/new", &fields).await.leads_to();
    });
}

#[test]
fn nobody_judges_what_she_said_herself_or_what_her_organisation_says() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let both = world.signed_in("both@example.org", &[Role::Leader, Role::Organiser]).await;
        let update = publish(&both, &topic, &DONE).await;
        let own = both
            .post(
                &format!("/forum/updates/{update}"),
                &[("version", "1"), ("verdict", "confirmed")],
            )
            .await;
        assert!(own.status == StatusCode::UNPROCESSABLE_ENTITY && own.says("You said it yourself"));
        let sql = "INSERT INTO verdicts (id, form_key, update_id, version, verdict, words,
             evidence, given_by, given_at)
                   SELECT 'v', 'v', update_id, version, 'confirmed', '', '{}', published_by, 0
                     FROM update_versions";
        let past_the_page = sqlx::query(sql).execute(&mut *world.db().read().await.unwrap()).await;
        assert!(past_the_page.is_err(), "nor by plain SQL");
        let leaps = "INSERT INTO update_versions (update_id, version, form_key, you_said,
             questions, part, we_did, outcome, because, decided_by, look_again,
                                                  decide_by, next, next_by, evidence,
                                                    published_by, published_at, is_told)
                     SELECT update_id, 3, 'k', 'x', '[]', '', 'x', 'done', '', '', '', '', '', '',
                       '{}', published_by, 0, 0 FROM update_versions";
        assert!(
            sqlx::query(leaps).execute(&mut *world.db().read().await.unwrap()).await.is_err(),
            "a version follows the last"
        );
        let leader = world.signed_in("other@example.org", &[Role::Leader, Role::Organiser]).await;
        let colleague = leader
            .post(
                &format!("/forum/updates/{update}"),
                &[("version", "1"), ("verdict", "confirmed")],
            )
            .await;
        assert_eq!(
            colleague.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "of the same organisation: she could have said it"
        );
        let organiser = world.organiser().await;
        organiser
            .post(
                &format!("/forum/updates/{update}"),
                &[("version", "1"), ("verdict", "confirmed")],
            )
            .await
            .leads_to();
    });
}

#[test]
fn nobody_hears_that_her_topic_was_not_chosen_before_the_forum_has_confirmed_what_was() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let author: String = sqlx::query_scalar(
            "SELECT a.email FROM topics t JOIN accounts a ON a.id = t.author_id WHERE t.id = $1",
        )
        .bind(&topic)
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let author = world.sign_in(&author).await;
        let said = author.get("/account/said").await;
        assert!(
            said.says("The forum hasn't confirmed the shortlist yet")
                && !said.says("Not on the shortlist")
        );
        let round: String = sqlx::query_scalar("SELECT id FROM rounds")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let organiser = world.organiser().await;
        sqlx::query(
            "INSERT INTO confirmations (round_id, reason, confirmed_by, confirmed_at)
             VALUES ($1, 'None of them', $2, $3)",
        )
        .bind(&round)
        .bind(&organiser.account)
        .bind(world.now())
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert!(author.get("/account/said").await.says("Not on the shortlist"));
    });
}

#[test]
fn another_updates_last_word_does_not_hide_that_one_is_still_being_decided() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        sqlx::query(
            "INSERT INTO confirmations (round_id, reason, confirmed_by, confirmed_at)
             SELECT id, '', opened_by, 0 FROM rounds WHERE opened_by IS NOT NULL",
        )
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO confirmed_topics (round_id, topic_id) SELECT round_id, id
             FROM topics WHERE id = $1",
        )
        .bind(&topic)
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let by = clock::fields(world.now() + 3 * DAY).0;
        let dayless = [DONE[0], DONE[1], DONE[2], ("next_by", by.as_str()), ("about", "x")];
        assert!(
            leader
                .post("/lead/updates/new", &dayless)
                .await
                .says("Say what will happen by that day")
        );
        publish(&leader, &topic, &[DONE[0], DONE[1], ("outcome", "deciding"), ("decide_by", &by)])
            .await;
        world.forward(MINUTE);
        publish(&leader, &topic, &DONE).await;
        world.forward(5 * DAY);
        let awaited = world.visitor().get("/updates?show=awaited").await;
        assert!(awaited.says("1 answer is overdue.") && awaited.html.contains(&topic));
    });
}

#[test]
fn two_leaders_who_change_at_once_lose_no_words() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let one = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&one, &topic, &DONE).await;
        let change = format!("/lead/updates/{update}");
        let words =
            |we_did| [DONE[0], ("we_did", we_did), DONE[2], ("version", "1"), ("step", "publish")];
        let key = id::fresh();
        let first = [&words("First words of hers.")[..], &[("form_key", key.as_str())]].concat();
        one.post(&change, &first).await.leads_to();
        one.post(&change, &first).await.leads_to();
        assert_eq!(
            number(&world, "SELECT count(*) FROM update_versions").await,
            2,
            "a double tap says it once"
        );
        let second = one.post(&change, &words("Second words of hers.")).await;
        assert!(
            second.status == StatusCode::UNPROCESSABLE_ENTITY
                && second.says("Second words of hers.")
                && second.says("meanwhile")
        );
        assert_eq!(second.sends("version"), "2", "sent once more, they are said");
        let same = one
            .post(
                &change,
                &[DONE[0], ("we_did", "First words of hers."), DONE[2], ("version", "2")],
            )
            .await;
        assert!(same.says("Change something first"));
    });
}

#[test]
fn an_outcome_is_awaited_of_a_chosen_topic_and_everyone_sees_when_it_is_overdue() {
    on_both(async |world| {
        let (round, topic) = world.voting("Buses that are on time").await;
        for nth in 0..12 {
            world.supporter(nth, &world.south, &topic).await;
        }
        world.close().await;
        rounds::shortlist::count_due(world.db(), &world.house.clock).await.unwrap();
        let visitor = world.visitor();
        assert!(visitor.get("/updates").await.says("Nothing is waiting for an answer."));
        let organiser = world.organiser().await;
        let confirm = format!("/forum/rounds/{round}/shortlist");
        let page = organiser.get(&confirm).await;
        assert!(page.says("Buses that are on time"));
        organiser.post(&confirm, &[("topics", &topic)]).await.leads_to();
        assert!(visitor.get("/updates").await.says("1 answer is still to come. None is overdue."));
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let reminded = async || {
            world.deliver().await;
            for _ in 0..2 {
                updates::remind_due(&world.house).await.unwrap();
            }
            let emails = world.deliver().await;
            emails.into_iter().map(|email| (email.to, email.subject)).collect::<Vec<_>>()
        };
        assert!(reminded().await.is_empty(), "it is not due for long");
        world.forward(84 * DAY - HOUR);
        let before = [(
            "leader@example.org".to_owned(),
            "Say what happened about Buses that are on time".to_owned(),
        )];
        assert_eq!(reminded().await, before, "once");
        assert!(visitor.get("/updates?show=awaited").await.says("Due by"));
        world.forward(2 * DAY);
        assert_eq!(
            reminded().await,
            [(
                "leader@example.org".to_owned(),
                "Overdue: say what happened about Buses that are on time".to_owned()
            )]
        );
        world.forward(30 * DAY);
        assert!(reminded().await.is_empty());
        drop(leader);
        let overdue = visitor.get("/updates?show=awaited").await;
        assert!(
            overdue.says("Overdue: the council or the NHS hasn't told us")
                && overdue.says("Buses that are on time")
        );

        let leader = world.signed_in("leader3@example.org", &[Role::Leader]).await;
        assert!(leader.get("/lead/updates").await.says("Overdue. It was due by"));
        let by = clock::fields(world.now() + 7 * DAY).0;
        let deciding = [
            ("you_said", "x"),
            ("we_did", "y"),
            ("outcome", "deciding"),
            ("decide_by", by.as_str()),
        ];
        let update = publish(&leader, &topic, &deciding).await;
        assert!(visitor.get("/updates?show=awaited").await.says("Due by"));
        world.forward(8 * DAY + HOUR);
        assert!(
            visitor.get("/updates?show=awaited").await.says("Overdue: the council"),
            "still deciding is overdue after its day"
        );
        let leader = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        leader
            .post(
                &format!("/lead/updates/{update}"),
                &[&DONE[..], &[("version", "1"), ("step", "publish")]].concat(),
            )
            .await
            .leads_to();
        assert!(visitor.get("/updates").await.says("Nothing is waiting for an answer."));
    });
}

#[test]
fn each_who_contributed_gets_one_email_for_each_outcome_and_none_for_spelling() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        for nth in 0..3 {
            world.supporter(nth, &world.south, &topic).await;
        }
        notices::subscriber(&world, "only@example.org", &world.transport, "", "at once").await;
        notices::subscriber(&world, "stops@example.org", &world.transport, "", "at once").await;
        let leaders = notices::leaders(&world).await;
        let notice = notices::noticed(&world, &leaders, "Later buses", 60).await;
        let told = notices::told(&world).await;
        let stops = told.iter().find(|email| email.to == "stops@example.org").unwrap();
        let one_click =
            stops.one_click.clone().unwrap().replace("http://alongside.example.org", "");
        world.visitor().post(&one_click, &[]).await.done();
        world.close().await;
        world.deliver().await;
        let leader = world.signed_in("leader3@example.org", &[Role::Leader]).await;
        let about = format!("notice:{notice}");
        let update =
            publish(&leader, &topic, &[&DONE[..], &[("about", about.as_str())]].concat()).await;
        for _ in 0..2 {
            updates::tell_due(&world.house).await.unwrap();
        }
        let emails = world.deliver().await;
        let mut to: Vec<_> = emails.iter().map(|email| email.to.clone()).collect();
        to.sort();
        assert_eq!(
            to.len(),
            5,
            "who proposed it, three who supported it, and who was told of the change: {to:?}"
        );
        to.dedup();
        assert!(
            to.len() == 5
                && to.contains(&"only@example.org".to_owned())
                && !to.contains(&"stops@example.org".to_owned())
        );
        let words = |to: &str| emails.iter().find(|email| email.to == to).unwrap();
        assert!(
            words("only@example.org").text.contains("Route 5 comes at 8:10.")
                && words("only@example.org").text.contains("/subscriptions/")
        );
        assert!(
            emails.iter().filter(|email| email.text.contains("/subscriptions/")).count() == 1,
            "nobody else has such a link"
        );
        assert!(emails.iter().all(|email| email.subject == emails[0].subject));

        let change = format!("/lead/updates/{update}");
        let say = async |we_did: &str, version: &str| {
            let fields =
                [DONE[0], ("we_did", we_did), DONE[2], ("version", version), ("step", "publish")];
            leader.post(&change, &fields).await.leads_to();
            updates::tell_due(&world.house).await.unwrap();
            world.deliver().await.len()
        };
        world.forward(MINUTE);
        assert_eq!(say("Route 5, comes at 8:10!", "1").await, 0, "only its spelling differs");
        assert!(world.visitor().get(&format!("/updates/{update}")).await.says("not checked yet"));
        world.forward(MINUTE);
        assert_eq!(say("Route 5 comes at 8:15.", "2").await, 5, "it says something else");
        assert_eq!(number(&world, "SELECT count(*) FROM update_letters").await, 10);
        world.forward(MINUTE);
        let slip = [DONE[0], ("we_did", "Route 5 cones at 8:15."), DONE[2], ("version", "3")];
        assert!(leader.post(&change, &slip).await.says("Did you change more than the spelling?"));
        leader
            .post(&change, &[&slip[..], &[("step", "publish"), ("tell", "yes")]].concat())
            .await
            .leads_to();
        updates::tell_due(&world.house).await.unwrap();
        assert_eq!(world.deliver().await.len(), 5, "whoever wrote it says that it is more");
    });
}

#[test]
fn whoever_stops_all_emails_gets_none_about_an_outcome_that_waits() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        notices::subscriber(&world, "only@example.org", &world.transport, "", "at once").await;
        let parent = world.parent(1).await;
        parent
            .post("/subscribe", &[("services", &world.transport), ("cadence", "at once")])
            .await
            .leads_to();
        let leaders = notices::leaders(&world).await;
        let notice = notices::noticed(&world, &leaders, "Later buses", 60).await;
        let told = notices::told(&world).await;
        assert_eq!(told.len(), 2, "with an account and without one");
        let about = format!("notice:{notice}");
        publish(&leaders.0, &topic, &[&DONE[..], &[("about", about.as_str())]].concat()).await;
        updates::tell_due(&world.house).await.unwrap();
        for email in &told {
            let own = email
                .one_click
                .clone()
                .unwrap()
                .replace("http://alongside.example.org/unsubscribe", "/subscriptions");
            world.visitor().post(&own, &[("step", "stop all")]).await.leads_to();
        }
        let emails = world.deliver().await;
        let to: Vec<&str> = emails.iter().map(|email| email.to.as_str()).collect();
        assert!(
            to.len() == 1 && to[0].starts_with("author"),
            "only who proposed the topic: {to:?}"
        );
    });
}

#[test]
fn a_parent_sees_what_happened_to_what_she_said_and_tells_the_forum_what_she_found() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let parent = world.parent(1).await;
        parent.support(&topic, "support").await.done();
        let own = parent.propose("Trams to school").await;
        let said = parent.get("/account/said").await;
        assert!(said.says("You supported this") && said.says("Voting is still open"));
        assert!(
            said.says("Trams to school") && said.says("Waiting to be checked") && !own.is_empty()
        );
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &topic, &DONE).await;
        let parent = world.signed_in("again@example.org", &[Role::Parent]).await;
        assert!(parent.get("/account/said").await.says("You haven't said anything yet"));
        let doubts = format!("/updates/{update}/doubts/new");
        assert!(parent.post(&doubts, &[("words", " ")]).await.says("Tell us what happened"));
        parent.post(&doubts, &[("words", "It came at 8:40 on Friday.")]).await.leads_to();
        assert!(
            !world.visitor().get(&format!("/updates/{update}")).await.says("8:40"),
            "it goes to the forum alone"
        );
        let organiser = world.organiser().await;
        let desk = organiser.get("/forum/updates").await;
        assert!(desk.says("It came at 8:40 on Friday."));
        let doubt = desk.sends("doubt");
        organiser.post("/forum/updates", &[("doubt", &doubt)]).await.leads_to();
        assert!(!organiser.get("/forum/updates").await.says("8:40"));
        world.forward(MINUTE);
        let changed = [
            DONE[0],
            ("we_did", "Route 5 comes at 8:15."),
            DONE[2],
            ("version", "1"),
            ("step", "publish"),
        ];
        leader.post(&format!("/lead/updates/{update}"), &changed).await.leads_to();
        let judge = organiser.get(&format!("/forum/updates/{update}")).await;
        assert!(
            judge.says("It came at 8:40 on Friday.") && judge.says("about an earlier version"),
            "who judges sees it all the same"
        );
    });
}

#[test]
fn a_supporter_is_shown_the_outcome_and_the_forums_word() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let supporter = world.person("supporter@example.org", &[Role::Parent], &world.south).await;
        world.supports(&supporter, &topic).await;
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &topic, &DONE).await;
        let organiser = world.organiser().await;
        let disputed = [("version", "1"), ("verdict", "disputed"), ("words", "It is late.")];
        organiser.post(&format!("/forum/updates/{update}"), &disputed).await.leads_to();
        let supporter = supporter.as_str().into();
        let said = updates::store::contributions(world.db(), &supporter, (30, 0), world.now())
            .await
            .unwrap();
        assert_eq!(said.len(), 1);
        let update = said[0].update.as_ref().unwrap();
        assert_eq!(
            (update.outcome.word(), update.verdict),
            ("done", Some(outcomes::rules::Verdict::Disputed))
        );
    });
}

#[test]
fn a_code_shows_what_came_of_the_consultation_and_a_wrong_one_says_what_to_do() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = consultations::open(&world, &organiser, "anyone").await;
        let visitor = world.visitor();
        let receipt = async |code: &str| visitor.post("/updates/receipt", &[("code", code)]).await;
        for code in ["", "no code", "0000-0000-0000-0000"] {
            let wrong = receipt(code).await;
            assert!(
                wrong.status == StatusCode::UNPROCESSABLE_ENTITY
                    && wrong.says("We have no answers with this code"),
                "{code}"
            );
        }
        let answers = async || {
            let response = consultations::begin(&visitor, &id).await;
            consultations::answer(&visitor, &response, "question-3", "Weekends").await.leads_to();
            response
        };
        let (sent, unsent, taken_back) = (answers().await, answers().await, answers().await);
        for response in [&sent, &taken_back] {
            visitor.post(response, &[("step", "send")]).await.leads_to();
        }
        visitor.post(&taken_back, &[("step", "withdraw")]).await.leads_to();
        let code = |response: &str| response.rsplit('/').next().unwrap().to_owned();
        for (response, state) in [
            (&sent, "You have sent your answers."),
            (&unsent, "Your answers aren't sent."),
            (&taken_back, "You have deleted your answers."),
        ] {
            let open = receipt(&code(response)).await;
            assert!(open.says(state) && open.html.contains(&code(response)), "{state}");
        }
        consultations::answered(&world, &id, 12, 12).await;
        world.forward(61 * DAY);
        let shown = receipt(&code(&sent).to_lowercase().replace('-', " ")).await;
        assert!(
            shown.says("Short breaks")
                && shown.says("Your answers were counted.")
                && !shown.says("Weekends"),
            "of the answers nothing"
        );
        assert!(shown.says("Nobody has told us yet what happened."));
        for response in [&unsent, &taken_back] {
            assert!(receipt(&code(response)).await.says("Your answers were not counted"));
        }
        let organiser = world.sign_in("organiser@example.org").await;
        let desk = format!("/forum/consultations/{id}/release");
        organiser.post(&desk, &[("step", "count")]).await.leads_to();
        let other = world.signed_in("organiser2@example.org", &[Role::Organiser]).await;
        consultations::publish(&other, &desk).await.leads_to();
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let about = format!("consultation:{id}");
        let update = leader
            .post(
                "/lead/updates/new",
                &[&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat(),
            )
            .await
            .leads_to();
        for _ in 0..2 {
            assert!(
                receipt(&code(&sent)).await.html.contains(update.split('?').next().unwrap()),
                "as often as she looks"
            );
        }
        world.forward(28 * DAY + HOUR);
        for _ in 0..2 {
            ::consultations::tidy_due(world.db(), world.now()).await.unwrap();
        }
        assert!(
            receipt(&code(&unsent)).await.says("We have no answers with this code"),
            "it is erased"
        );
        assert!(receipt(&code(&sent)).await.says("Your answers were counted."));
    });
}

#[test]
fn who_hears_of_a_change_after_an_outcome_was_told_gets_its_email_too() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        notices::subscriber(&world, "weekly@example.org", &world.transport, "", "weekly").await;
        notices::subscriber(&world, "stops@example.org", &world.transport, "", "weekly").await;
        let leaders = notices::leaders(&world).await;
        let notice = notices::noticed(&world, &leaders, "Later buses", 60).await;
        assert!(notices::told(&world).await.is_empty(), "the digest is not due yet");
        let about = format!("notice:{notice}");
        publish(&leaders.0, &topic, &[&DONE[..], &[("about", about.as_str())]].concat()).await;
        let outcomes = async || {
            updates::tell_due(&world.house).await.unwrap();
            updates::tell_late(&world.house).await.unwrap();
            world.deliver().await.into_iter().map(|email| email.to).collect::<Vec<_>>()
        };
        assert_eq!(outcomes().await.len(), 1, "only who proposed the topic");
        world.forward(8 * DAY);
        let digests = notices::told(&world).await;
        assert_eq!(digests.len(), 2);
        let stops = digests.iter().find(|email| email.to == "stops@example.org").unwrap();
        world
            .visitor()
            .post(
                &stops.one_click.clone().unwrap().replace("http://alongside.example.org", ""),
                &[],
            )
            .await
            .done();
        world.forward(MINUTE);
        assert_eq!(outcomes().await, ["weekly@example.org"]);
        assert!(outcomes().await.is_empty(), "once");
    });
}

#[test]
fn an_outcome_email_that_waits_goes_to_the_address_its_reader_has_by_then() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let parent = world.parent(1).await;
        parent.support(&topic, "support").await.done();
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        publish(&leader, &topic, &DONE).await;
        let parent = world.sign_in("parent1@example.org").await;
        parent.changes_address("moved@example.org").await.leads_to();
        let emails = world.deliver().await;
        let confirm = link(emails.iter().find(|email| email.to == "moved@example.org").unwrap());
        updates::tell_due(&world.house).await.unwrap();
        assert_eq!(parent.post(&confirm, &[]).await.status, StatusCode::OK);
        let told: Vec<_> = world
            .deliver()
            .await
            .into_iter()
            .filter(|email| email.subject.starts_with("What happened about"))
            .collect();
        let to: Vec<&str> = told.iter().map(|email| email.to.as_str()).collect();
        assert!(
            to.contains(&"moved@example.org") && !to.contains(&"parent1@example.org"),
            "{to:?}"
        );
    });
}

#[test]
fn whoever_changes_her_address_while_emails_are_put_together_is_told_at_the_new_one() {
    on_postgres(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let parent = world.parent(1).await;
        parent.support(&topic, "support").await.done();
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        publish(&leader, &topic, &DONE).await;
        let house = world.house.clone();
        let moves = format!(
            "UPDATE accounts SET email = 'moved@example.org' WHERE id = '{}'",
            parent.account
        );
        while_open(&world, &[&moves], async move { updates::tell_due(&house).await })
            .await
            .unwrap();
        let to: Vec<_> = world.deliver().await.into_iter().map(|email| email.to).collect();
        assert!(
            to.contains(&"moved@example.org".to_owned())
                && !to.contains(&"parent1@example.org".to_owned()),
            "{to:?}"
        );
    });
}

#[test]
fn a_parent_sees_what_came_of_the_round_the_plan_and_the_topic_that_hers_became_part_of() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses that are on time").await;
        let supporter = world.person("supporter@example.org", &[Role::Parent], &world.south).await;
        world.supports(&supporter, &topic).await;
        let parent = world.sign_in("supporter@example.org").await;
        world.close().await;
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        let round: String = sqlx::query_scalar("SELECT id FROM rounds")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let about = format!("round:{round}");
        let fields = [&DONE[..], &[("about", about.as_str()), ("step", "publish")]].concat();
        leader.post("/lead/updates/new", &fields).await.leads_to();
        assert!(
            parent.get("/account/said").await.says("✓ Done. Sefton Council says so"),
            "of its round"
        );
        world.forward(MINUTE);
        publish(&leader, &topic, &[DONE[0], DONE[1], ("outcome", "partly")]).await;
        assert!(
            parent.get("/account/said").await.says("◐ Partly done. Sefton Council says so"),
            "of the topic itself rather than of its round"
        );
    });
}

#[test]
fn an_email_of_what_came_of_a_consultation_can_be_refused_and_asked_for_again() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        let id = consultations::open(&world, &organiser, "signed in").await;
        let parent = world.parent(1).await;
        let (account, consultation) = (parent.account.clone(), id.clone());
        sqlx::query(
            "INSERT INTO took_part (consultation_id, account_id, mark, wants_outcome)
             VALUES ($1, $2, 'm', 1)",
        )
        .bind(&consultation)
        .bind(&account)
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        assert!(
            parent.get("/account/said").await.says("We will email you when we know what happened.")
        );
        parent.post("/account/said", &[("consultation", &id), ("wants", "no")]).await.leads_to();
        assert!(parent.get("/account/said").await.says("We won't email you about what happened."));
        parent.post("/account/said", &[("consultation", &id), ("wants", "yes")]).await.leads_to();
        assert!(
            parent.get("/account/said").await.says("We will email you when we know what happened.")
        );
    });
}
