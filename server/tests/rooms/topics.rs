use axum::http::{Method, StatusCode};
use calendar::clock::DAY;
use ground::viewer::Role;

use crate::page::{attributes, texts};
use crate::world::{change, on_both};

#[test]
fn words_in_urdu_and_english_each_have_their_own_direction_on_the_page_and_in_emails() {
    on_both(async |world| {
        let author = world.parent(1).await;
        let title = "سکول بس دیر سے آتی ہے";
        let mut proposal = author.proposal(title);
        let words = "بس دیر سے آتی ہے۔\n\nIt comes at nine.";
        proposal.retain(|(name, _)| *name != "happens_now");
        proposal.push(("happens_now", words));
        let path = author.post("/topics/new", &proposal).await.leads_to();
        let page = author.get(&path).await;
        let page = String::from_utf8(page.raw).unwrap();
        assert!(page.contains(&format!("<h1 dir=\"auto\">{title}</h1>")), "{page}");
        let shown = texts(&page, "main p[dir=auto]");
        for paragraph in words.split("\n\n") {
            assert!(shown.iter().any(|shown| shown == paragraph), "{shown:?}");
        }
        let again = String::from_utf8(author.get("/topics/new").await.raw).unwrap();
        assert!(again.contains("<textarea dir=\"auto\""), "{again}");
        for email in world.receipts().await {
            assert!(email.html.contains("<p dir=\"auto\""), "{}", email.html);
        }
    });
}

#[test]
fn a_parent_checks_her_topic_sees_what_is_like_it_and_sends_it() {
    on_both(async |world| {
        world.published("Earlier buses to school").await;
        let parent = world.parent(1).await;
        let mut proposal = parent.proposal("The bus to school is late");
        proposal.retain(|(name, _)| *name != "step");
        let check = parent.post("/topics/new", &proposal).await;
        assert_eq!(check.status, StatusCode::OK);
        assert!(
            check.says("Has someone already asked for this?")
                && check.says("Earlier buses to school"),
            "{}",
            check.html
        );
        proposal.push(("step", "change"));
        assert!(
            parent.post("/topics/new", &proposal).await.says("value=\"The bus to school is late\""),
            "going back keeps it"
        );
        let topic = parent.propose("The bus to school is late").await;
        assert!(
            parent
                .get(&format!("/topics/{topic}"))
                .await
                .says("Only you and the forum can see it for now")
        );
        assert_eq!(
            world.visitor().get(&format!("/topics/{topic}")).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn a_double_tap_and_two_tabs_make_one_topic() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let key = id::fresh();
        let mut proposal = parent.proposal("Buses");
        proposal.push(("form_key", &key));
        let (one, two) = tokio::join!(
            parent.post("/topics/new", &proposal),
            parent.post("/topics/new", &proposal)
        );
        assert_eq!(one.leads_to(), two.leads_to());
        let topics: i64 = sqlx::query_scalar("SELECT count(*) FROM topics")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(topics, 1);
    });
}

#[test]
fn the_author_is_told_what_became_of_her_topic_and_why() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let [published, declined] =
            [parent.propose("Buses").await, parent.propose("A complaint").await];
        assert_eq!(
            organiser
                .post(&format!("/forum/topics/{published}"), &[("decision", "publish")])
                .await
                .leads_to(),
            "/forum?done=decided"
        );
        let decline = [("decision", "decline"), ("reason", "It names a person.")];
        organiser.post(&format!("/forum/topics/{declined}"), &decline).await.done();
        let emails = world.deliver().await;
        assert!(emails.iter().all(|email| email.to == "parent1@example.org"));
        assert!(emails.iter().any(|email| email.subject == "Your topic has been published"
            && email.text.contains(&published)));
        assert!(emails.iter().any(|email| email.text.contains("It names a person.")));
        assert!(world.visitor().get(&format!("/topics/{published}")).await.says("It is late."));
        assert_eq!(
            world.visitor().get(&format!("/topics/{declined}")).await.status,
            StatusCode::NOT_FOUND
        );
    });
}

#[test]
fn a_topic_is_decided_once_and_only_with_a_reason() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let topic = parent.propose("Buses").await;
        let page = format!("/forum/topics/{topic}");
        let refused = organiser.post(&page, &[("decision", "decline"), ("reason", " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Give the author a reason"));
        let (one, two) = tokio::join!(
            organiser.post(&page, &[("decision", "publish")]),
            organiser.post(&page, &[("decision", "publish")])
        );
        let mut statuses = [one.status, two.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY]);
        assert_eq!(world.deliver().await.len(), 1);
    });
}

#[test]
fn what_is_passed_on_is_shown_to_the_safeguarding_lead_alone() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let topic = parent.propose("Somebody hurts my child").await;
        organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await.done();
        let queue = lead.get("/forum/safeguarding").await;
        assert!(queue.html.contains(&topic) && !queue.says("Somebody hurts my child"));
        let leader = world.signed_in("leader@example.org", &[Role::Leader, Role::Admin]).await;
        for (who, browser) in [
            ("author", &parent),
            ("organiser", &organiser),
            ("leader", &leader),
            ("visitor", &world.visitor()),
        ] {
            for path in [
                format!("/topics/{topic}"),
                format!("/forum/topics/{topic}"),
                "/topics".into(),
                "/topics?search=hurts".into(),
                "/forum".into(),
                "/account".into(),
                "/account/said".into(),
                "/forum/safeguarding".into(),
            ] {
                assert!(!browser.get(&path).await.says("Somebody hurts"), "{who} at {path}");
            }
        }
        assert!(
            !world.deliver().await[0].text.contains("hurts"),
            "the email says nothing of it either"
        );
    });
}

#[test]
fn whoever_opens_what_was_passed_on_is_in_the_audit_log_and_named_beside_it() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let topic = parent.propose("Somebody hurts my child").await;
        organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await.done();
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let (concern, opened) = (format!("/forum/safeguarding/{topic}"), async || {
            sqlx::query_scalar::<_, i64>(
                "SELECT count(*) FROM audit WHERE what = 'concern opened' AND about = $1
                 AND who = $2",
            )
            .bind(&topic)
            .bind(&lead.account)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap()
        });
        lead.get("/forum/safeguarding").await.done();
        assert_eq!(opened().await, 0, "the queue holds no words");
        assert!(!lead.get(&concern).await.says("Who has opened it before"));
        assert_eq!(opened().await, 1);
        lead.post(&concern, &[("note", " ")]).await.refused(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(opened().await, 2, "what is refused is shown with the words too");
        let page = lead.get(&concern).await;
        assert!(
            page.says("Who has opened it before") && page.says("Somebody</p>"),
            "{}",
            page.html
        );
        let elsewhere = lead.get(&format!("/forum/safeguarding/{}", id::fresh())).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        assert_eq!(opened().await, 3, "what was not shown is not recorded");
    });
}

#[test]
fn a_topic_that_was_merged_before_anyone_could_read_it_is_for_its_author_and_the_forum() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let kept = world.published("Buses").await;
        world.deliver().await;
        let waits = parent.propose("Mrs Invented is late").await;
        organiser
            .post(&format!("/forum/topics/{waits}"), &[("decision", "merge"), ("into", &kept)])
            .await
            .leads_to();
        let page = format!("/topics/{waits}");
        let leader = world.signed_in("leader@example.org", &[Role::Leader]).await;
        for browser in [&world.visitor(), &world.parent(2).await, &leader] {
            let read = browser.get(&page).await;
            assert!(read.status == StatusCode::NOT_FOUND && !read.says("Mrs Invented"));
        }
        for browser in [&parent, &organiser] {
            let read = browser.get(&page).await;
            assert!(read.says("Mrs Invented") && read.says("Only its author and the forum"));
        }
        let emails = world.deliver().await;
        assert!(emails[0].text.contains("Only you and the forum can read your own words."));
    });
}

#[test]
fn the_safeguarding_lead_can_reach_the_author_and_every_note_is_kept() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
        let topic = parent.propose("Somebody hurts my child").await;
        let concern = format!("/forum/safeguarding/{topic}");
        assert_eq!(
            lead.get(&concern).await.status,
            StatusCode::NOT_FOUND,
            "it was not passed on yet"
        );
        assert_eq!(
            lead.post(&concern, &[("note", "Too early")]).await.status,
            StatusCode::NOT_FOUND
        );
        organiser.post(&format!("/forum/topics/{topic}"), &[("decision", "pass on")]).await.done();
        let queue = lead.get("/forum/safeguarding").await;
        assert!(queue.says(&concern) && !queue.says("Nothing to do."), "{}", queue.html);
        let opened = lead.get(&concern).await;
        assert!(opened.says("parent1@example.org") && opened.says("Somebody hurts my child"));
        let refused = lead.post(&concern, &[("note", "  ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Say in a few words what was done"));
        let key = id::fresh();
        for note in ["Rang the family", "Rang the family", "Told the school"] {
            let kept = lead.post(&concern, &[("form_key", &key), ("note", note)]).await;
            assert_eq!(kept.leads_to(), format!("{concern}?done=noted"));
        }
        let page = lead.get(&concern).await.html;
        assert_eq!(page.matches("Rang the family").count(), 1, "a double tap is one note");
        assert!(page.contains("Told the school"), "what was changed after going back is another");
        assert!(lead.get("/forum/safeguarding").await.says("Nothing to do."));
        for browser in [&organiser, &parent] {
            assert_eq!(browser.get(&concern).await.status, StatusCode::FORBIDDEN);
            assert_eq!(
                browser.post(&concern, &[("note", "Not mine")]).await.status,
                StatusCode::FORBIDDEN
            );
        }
    });
}

#[test]
fn what_is_changed_after_going_back_is_another_topic() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let mut proposal = parent.proposal("Buses");
        proposal.retain(|(name, _)| *name != "step");
        proposal.push(("step", "send"));
        let key = id::fresh();
        proposal.push(("form_key", &key));
        let first = parent.post("/topics/new", &proposal).await.leads_to();
        assert_eq!(parent.post("/topics/new", &proposal).await.leads_to(), first, "a double tap");
        for (name, value) in &mut proposal {
            if *name == "title" {
                *value = "Trams";
            }
        }
        assert_ne!(parent.post("/topics/new", &proposal).await.leads_to(), first);
        let account = parent.get("/account").await;
        assert!(account.says("Buses") && account.says("Trams"));
    });
}

#[test]
fn an_organiser_who_checks_a_topic_reads_which_round_it_would_be_in() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let page = format!("/forum/topics/{}", parent.propose("Buses").await);
        assert!(organiser.get(&page).await.says("it will be in the next voting round."));
        world.round().await;
        let checked = organiser.get(&page).await;
        assert!(checked.says("it will be in the voting round “Autumn”."), "{}", checked.html);
        assert!(checked.says("Your reason"));
        organiser.post(&page, &[("decision", "publish")]).await.leads_to();
        assert!(!organiser.get(&page).await.says("Your reason"), "it can only be merged");
    });
}

#[test]
fn an_organiser_finds_any_published_topic_to_merge_into() {
    on_both(async |world| {
        let (parent, organiser) = (world.parent(1).await, world.organiser().await);
        let kept = world.published("Swimming on Sundays").await;
        let topic = parent.propose("A pool with a hoist").await;
        let page = format!("/forum/topics/{topic}");
        assert!(!organiser.get(&page).await.says("Swimming on Sundays"), "it is not alike");
        let found = organiser
            .post(
                &page,
                &[
                    ("step", "look"),
                    ("search", "swimming"),
                    ("decision", "merge"),
                    ("reason", "Half a reason"),
                ],
            )
            .await;
        assert_eq!(found.status, StatusCode::OK);
        assert!(
            found.says("Swimming on Sundays") && found.says("Half a reason"),
            "what was written while looking stays"
        );
        let refused = organiser.post(&page, &[("search", "swimming"), ("decision", "merge")]).await;
        assert!(
            refused.says("Choose the topic to merge it into")
                && refused.says("Swimming on Sundays"),
            "what was found is still there"
        );
        organiser.post(&page, &[("decision", "merge"), ("into", &kept)]).await.leads_to();
        let page = format!("/topics/{topic}");
        assert!(parent.get(&page).await.says("This is now part of"));
        assert_eq!(world.visitor().get(&page).await.status, StatusCode::NOT_FOUND, "never public");
        assert!(
            !organiser
                .get(&format!("/forum/topics/{kept}?search=hoist"))
                .await
                .says("A pool with a hoist"),
            "merged, it is no target"
        );
    });
}

#[test]
fn the_program_of_an_organiser_finds_the_same_topics_by_a_typed_call() {
    const FIND: &str = "/functions/topics-to-merge-into";
    on_both(async |world| {
        let organiser = world.organiser().await;
        let kept = world.published("A swimming lesson that suits").await;
        let parent = world.parent(1).await;
        let waits = parent.propose("Swimming for our children").await;
        let call = [("words", "swimming"), ("topic", waits.as_str())];

        let found = organiser.post(FIND, &call).await;
        assert_eq!(found.status, StatusCode::OK);
        let page = organiser.get(&format!("/forum/topics/{waits}?search=swimming")).await;
        assert!(found.html.contains(&kept) && page.html.contains(&kept), "call and form agree");
        assert!(!found.html.contains(&waits), "never itself");

        assert_eq!(world.visitor().post(FIND, &call).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(parent.post(FIND, &call).await.status, StatusCode::FORBIDDEN);
        assert_eq!(organiser.post(FIND, &[]).await.status, StatusCode::BAD_REQUEST);
        for nobodys in ["", "no topic", &id::fresh()] {
            let call = [("words", "swimming"), ("topic", nobodys)];
            assert_eq!(organiser.post(FIND, &call).await.status, StatusCode::BAD_REQUEST);
        }
        let long = "x".repeat(2 * 1024 * 1024);
        let long = [("words", long.as_str()), ("topic", waits.as_str())];
        assert_eq!(organiser.post(FIND, &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")];
        let body = format!("words=swimming&topic={waits}");
        let elsewhere = organiser.request(Method::POST, FIND, &headers, body).await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "a call from another website");
    });
}

#[test]
fn supporters_come_along_when_a_topic_is_merged() {
    on_both(async |world| {
        let (_, kept) = world.voting("Buses in the north").await;
        // Proposed too late for this round, so it is merged while it waits, and an earlier one
        // while it is voted on.
        let [one, both] = [world.parent(1).await, world.parent(2).await];
        let round = sqlx::query_scalar::<_, String>("SELECT round_id FROM topics WHERE id = $1")
            .bind(&kept)
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        let merged = world.published("Buses in the south").await;
        let tie = format!("UPDATE topics SET round_id = '{round}' WHERE id = '{merged}'");
        sqlx::query(sqlx::AssertSqlSafe(tie))
            .execute(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        one.support(&merged, "support").await.done();
        both.support(&merged, "support").await.done();
        both.support(&kept, "support").await.done();
        let organiser = world.organiser().await;
        organiser
            .post(&format!("/forum/topics/{merged}"), &[("decision", "merge"), ("into", &kept)])
            .await
            .leads_to();
        let supporters: i64 =
            sqlx::query_scalar("SELECT count(*) FROM supports WHERE topic_id = $1")
                .bind(&kept)
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(supporters, 2);
        assert!(
            world.visitor().get(&format!("/topics/{merged}")).await.says("This is now part of")
        );
        assert!(!world.visitor().get("/topics").await.says("Buses in the south"));
    });
}

#[test]
fn an_author_withdraws_her_own_topic_and_nobody_elses() {
    on_both(async |world| {
        let (parent, other) = (world.parent(1).await, world.parent(2).await);
        let topic = parent.propose("Buses").await;
        let page = format!("/topics/{topic}/withdrawal");
        assert_eq!(other.post(&page, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(parent.post(&page, &[]).await.leads_to(), "/account?done=withdrawn");
        assert!(parent.get("/account").await.says("○ Withdrawn"));
        let organiser = world.organiser().await;
        assert_eq!(
            organiser
                .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    });
}

#[test]
fn the_list_is_searched_and_filtered() {
    on_both(async |world| {
        world.published("Earlier buses").await;
        world.published("Café meetings for parents").await;
        let visitor = world.visitor();
        for question in ["bus", "BUSES", "late", "earlier+bus"] {
            let found = visitor.get(&format!("/topics?search={question}")).await;
            assert!(found.says("Earlier buses"), "{question}: {}", found.html);
        }
        let not_both = visitor.get("/topics?search=bus+zebra").await;
        assert!(!not_both.says("Earlier buses"), "all of its words are looked for");
        let found = visitor.get("/topics?search=cafe").await;
        assert!(found.says("Café meetings") && !found.says("Earlier buses"));
        assert!(visitor.get("/topics?search=zebra").await.says("No topics match"));
        let without_end = visitor.get(&format!("/topics?search={}", "a".repeat(5_000))).await;
        assert_eq!(without_end.status, StatusCode::OK, "PostgreSQL takes no word that long");
        assert!(
            visitor
                .get(&format!("/topics?service={}", world.transport))
                .await
                .says("Earlier buses")
        );
        assert!(
            visitor.get(&format!("/topics?service={}", world.autism)).await.says("No topics match")
        );
        assert!(
            visitor.get(&format!("/topics?place={}", world.north)).await.says("Earlier buses"),
            "a topic about the whole area is about each place"
        );
    });
}

#[test]
fn a_search_for_signs_of_a_search_language_finds_nothing_and_breaks_nothing() {
    on_both(async |world| {
        world.published("Earlier buses").await;
        for question in [
            "%22",
            "%27",
            "%28buses",
            "buses%20OR",
            "*",
            "%21%26%7C",
            "%00",
            "NEAR%28",
            "the",
            "%F0%9F%9A%8C",
            "-",
            "%5C",
        ] {
            let answer = world.visitor().get(&format!("/topics?search={question}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{question}");
        }
    });
}

#[test]
fn pages_of_twenty_lead_through_every_topic_once() {
    on_both(async |world| {
        let organiser = world.organiser().await;
        for nth in 0..45 {
            let topic = world.parent(nth).await.propose(&format!("Topic {nth:02}")).await;
            organiser
                .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
                .await
                .done();
        }
        // All of them, and those that hold one word, two, or one that begins so.
        for search in ["", "?search=topics", "?search=topic+late", "?search=topi"] {
            let (mut path, mut seen, mut pages) = (format!("/topics{search}"), Vec::new(), 0);
            loop {
                let page = world.visitor().get(&path).await.html;
                seen.extend(
                    page.split("Topic ")
                        .skip(1)
                        .map(|rest| rest[..2].to_owned())
                        .filter(|nth| nth.chars().all(|c| c.is_ascii_digit())),
                );
                pages += 1;
                match attributes(&page, "a[rel=next]", "href").pop() {
                    Some(next) => path = next,
                    None => break,
                }
            }
            assert_eq!(pages, 3, "{search}");
            seen.sort();
            let all: Vec<_> = (0..45).map(|nth| format!("{nth:02}")).collect();
            assert_eq!(seen, all, "{search}");
        }
    });
}

#[test]
fn whole_words_are_looked_for_first_and_beginnings_where_no_topic_holds_them() {
    on_both(async |world| {
        world.published("Car parks at the pool").await;
        world.published("Carnivals for everyone").await;
        let visitor = world.visitor();
        let whole = visitor.get("/topics?search=cars").await;
        assert!(whole.says("Car parks") && !whole.says("Carnivals"));
        let begun = visitor.get("/topics?search=carn+everyo").await;
        assert!(begun.says("Carnivals") && !begun.says("Car parks"));
    });
}

#[test]
fn topics_that_the_index_has_not_are_added_as_the_program_starts() {
    on_both(async |world| {
        world.published("Earlier buses").await;
        let parent = world.parent(2).await;
        change(&world, "DELETE FROM topic_search").await;
        assert!(parent.get("/topics?search=bus").await.says("No topics match"));
        topics::store::index_missing(world.db()).await.unwrap();
        assert!(parent.get("/topics?search=bus").await.says("Earlier buses"));
    });
}

#[test]
fn of_similar_topics_those_with_the_rarer_words_come_first() {
    on_both(async |world| {
        let same = world.published("Hoists for the swimming pool").await;
        for nth in 0..6 {
            world.published(&format!("Swimming lessons, part {nth}")).await;
        }
        let alike = topics::search::alike(world.db(), "Swimming with hoists", 3).await.unwrap();
        assert_eq!(alike.len(), 3);
        assert_eq!(*alike[0].id, *same);
    });
}

#[test]
fn a_session_that_ended_while_writing_loses_nothing() {
    on_both(async |world| {
        let parent = world.signed_in("parent@example.org", &[Role::Parent]).await;
        world.forward(400 * DAY);
        let proposal = parent.proposal("Buses <b>& \"trams\"");
        let asked = parent.post("/topics/new", &proposal).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        let hidden = |name: &str, html: &str| {
            let field = html
                .split(&format!("name=\"{name}\" value=\""))
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned();
            field
                .replace("&amp;", "&")
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
        };
        let (then, kept) = (hidden("then", &asked.html), hidden("kept", &asked.html));
        let wrong = parent
            .post(
                "/sign-in",
                &[
                    ("email", "parent@example.org"),
                    ("password", "wrong"),
                    ("then", &then),
                    ("kept", &kept),
                ],
            )
            .await;
        assert_eq!(hidden("kept", &wrong.html), kept, "a wrong password does not lose it");
        // In a browser that keeps no cookie but the session's, the page itself holds it.
        let signed_in = world
            .visitor()
            .post(
                "/sign-in",
                &[
                    ("email", "parent@example.org"),
                    ("password", "three small words"),
                    ("then", &then),
                    ("kept", &kept),
                ],
            )
            .await;
        assert!(signed_in.says("action=\"/topics/new\""));
        assert_eq!(hidden("title", &signed_in.html), "Buses <b>& \"trams\"");
        let right = [("email", "parent@example.org"), ("password", "three small words")];
        let sent = parent.post("/sign-in", &right).await.leads_to();
        assert!(parent.get(&sent).await.says("Buses &lt;b&gt;"), "{sent}");
    });
}

#[test]
fn signing_in_leads_on_to_addresses_of_our_own_only() {
    on_both(async |world| {
        world.person("parent@example.org", &[Role::Parent], &world.south).await;
        for then in
            ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
        {
            let signed_in = world
                .visitor()
                .post(
                    "/sign-in",
                    &[
                        ("email", "parent@example.org"),
                        ("password", "three small words"),
                        ("then", then),
                    ],
                )
                .await;
            assert_eq!(signed_in.leads_to(), "/?done=signed-in", "{then}");
        }
    });
}

#[test]
fn the_words_of_a_topic_and_the_audit_log_cannot_be_changed_by_anyone() {
    on_both(async |world| {
        let topic = world.published("Buses").await;
        for sql in [
            format!("UPDATE topics SET title = 'Trams' WHERE id = '{topic}'"),
            "UPDATE audit SET detail = 'nothing'".to_owned(),
            "DELETE FROM audit".to_owned(),
            "DELETE FROM audit_head".to_owned(),
            "UPDATE audit_head SET number = number - 1".to_owned(),
            "UPDATE audit_head SET hash = 'another'".to_owned(),
            "INSERT INTO audit (number, hash, id, at, what, about, detail)
             VALUES (999, 'a', 'a', 0, 'a', 'a', 'a')"
                .to_owned(),
        ] {
            let changed = sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
                .execute(&mut *world.db().read().await.unwrap())
                .await;
            assert!(changed.is_err(), "{sql}");
        }
    });
}

#[test]
fn a_topic_of_a_closed_round_cannot_be_merged_away_from_its_count() {
    on_both(async |world| {
        let (round, counted) = world.voting("Buses").await;
        for nth in 0..12 {
            world.supporter(nth, &world.south, &counted).await;
        }
        world.close().await;
        let next = world.published("Buses again").await;
        let merge = world
            .organiser()
            .await
            .post(&format!("/forum/topics/{counted}"), &[("decision", "merge"), ("into", &next)])
            .await;
        assert_eq!(merge.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            world.visitor().get(&format!("/rounds/{round}")).await.says("12 parents supported it.")
        );
    });
}
