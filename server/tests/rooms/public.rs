//! What is not public, in each state that a thing can be in, is at no address: each is asked for by
//! a visitor, by another parent, and by a leader of another organisation. The addresses are the
//! table of routes, so that a new one is tried without anybody remembering it.

use axum::http::{Method, StatusCode};
use calendar::clock::{self, DAY};
use ground::viewer::Role;

use crate::fixtures::consultations::{ask_who_waits, new_consultation, terms};
use crate::notices::{fields, noticed, told, written};
use crate::plans::{self, REASON};
use crate::updates::{DONE, closed_topic, publish};
use crate::world::{Browser, World, on_both};

/// Stands in every word that these people may not read.
const CANARY: &str = "Zaunkoenig";

/// What there is, and where those who may read it do.
struct Things<'w> {
    /// The ids of everything.
    ids: Vec<String>,
    /// The topic that a draft answered before it was withdrawn.
    answered: String,
    /// Who may read what, to see that it is there.
    read: Vec<(Browser<'w>, String)>,
}

/// Every address that is looked at, with each of these ids in it.
fn addresses(things: &Things<'_>, year: &str) -> Vec<String> {
    let mut all = Vec::new();
    for rule in app::routes::all().rules().iter().filter(|rule| rule.method == Method::GET) {
        let fixed = rule
            .path
            .replace("{topic}", &things.answered)
            .replace("{token}", "no-such-token")
            .replace("{code}", "0000-0000-0000-0000")
            .replace("{link}", "no-such-link")
            .replace("{key}", "question-1")
            .replace("{file}", "no-such-file")
            .replace("{sheet}", "no-such-sheet")
            .replace("{page}", "1")
            .replace("{session}", &things.answered)
            .replace("{thing}", &things.answered)
            .replace("{what}", "place")
            .replace("{year}", year);
        let nobodys = [String::new()];
        let ids = if fixed.contains("{id}") { &things.ids[..] } else { &nobodys };
        for id in ids {
            for version in ["1", "2"] {
                let path = fixed.replace("{id}", id).replace("{version}", version);
                assert!(!path.contains('{'), "{path}: what stands for this?");
                if !all.contains(&path) {
                    all.push(path);
                }
            }
        }
    }
    all
}

/// Sends a comment; its id.
async fn comment(parent: &Browser<'_>, words: &str) -> String {
    let fields = crate::fixtures::local_offer::comment(words);
    let sent = parent.post("/local-offer/comments/new", &fields).await.leads_to();
    sent.split(['/', '?']).nth(3).unwrap().to_owned()
}

/// Topics: waiting, declined, passed on, merged before publication, withdrawn during a vote in
/// which `other` supported it, withdrawn after a draft answered it, and taken down. With the
/// unpublished draft.
async fn topics_and_plan<'w>(world: &'w World, other: &Browser<'_>) -> Things<'w> {
    let (author, organiser) = (world.parent(1).await, world.organiser().await);
    let leader = plans::leader(world).await;
    let decide = async |topic: &str, fields: &[(&str, &str)]| {
        organiser.post(&format!("/forum/topics/{topic}"), fields).await.leads_to();
    };
    let (round, supported) = world.voting(&format!("{CANARY} supported")).await;
    other.support(&supported, "support").await.leads_to();
    let withdraw = format!("UPDATE topics SET withdrawn_at = 1 WHERE id = '{supported}'");
    sqlx::query(sqlx::AssertSqlSafe(withdraw))
        .execute(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
    let kept = world.published("Later buses").await;
    let taken_down = world.published(&format!("{CANARY} taken down")).await;
    assert!(world.visitor().get(&format!("/topics/{taken_down}")).await.says(CANARY));
    let down = [("reason", "names"), ("words", "keep")];
    organiser.post(&format!("/forum/topics/{taken_down}/takedown"), &down).await.leads_to();
    let [waiting, declined, passed_on, merged, answered] =
        ["waiting", "declined", "passed on", "merged", "answered"]
            .map(|state| format!("{CANARY} {state}"));
    let waiting = author.propose(&waiting).await;
    let declined = author.propose(&declined).await;
    decide(&declined, &[("decision", "decline"), ("reason", &format!("{CANARY} is named"))]).await;
    let passed_on = author.propose(&passed_on).await;
    decide(&passed_on, &[("decision", "pass on")]).await;
    let merged = author.propose(&merged).await;
    decide(&merged, &[("decision", "merge"), ("into", &kept)]).await;
    let answered = author.propose(&answered).await;
    decide(&answered, &[("decision", "publish")]).await;

    let plan = plans::register(world, &leader).await;
    let desk = format!("/lead/plans/{plan}");
    leader.post(&format!("{desk}/topics"), &[("topics", &answered)]).await.leads_to();
    let draft = plans::draft(&leader, &plan).await;
    let answer = [("answer", "adopted"), ("words", "Page 1")];
    leader.post(&format!("{draft}/topics/{answered}"), &answer).await.leads_to();
    let pass = [("name", "Invented Officer"), ("reason", REASON), ("step", "pass")];
    leader.post(&format!("{draft}/override"), &pass).await.leads_to();
    leader.post(&draft, &[]).await.leads_to();
    assert!(world.visitor().get(&format!("/plans/{plan}/drafts/1")).await.says(CANARY));
    author.post(&format!("/topics/{answered}/withdrawal"), &[]).await.leads_to();
    let words = [("summary", CANARY), ("body", CANARY)];
    leader.post(&format!("{desk}/drafts"), &words).await.leads_to();

    let lead = world.signed_in("lead@example.org", &[Role::Safeguarding]).await;
    let mut read = vec![(lead, format!("/forum/safeguarding/{passed_on}"))];
    let words = world.one("SELECT id FROM takedowns").await;
    let lead = world.sign_in("lead@example.org").await;
    read.push((lead, format!("/forum/safeguarding/taken-down/{words}")));
    for topic in [&waiting, &declined, &merged, &answered] {
        let author = world.sign_in("parent1@example.org").await;
        read.push((author, format!("/topics/{topic}")));
    }
    read.push((organiser, format!("/topics/{supported}")));
    read.push((leader, format!("/plans/{plan}/drafts/2")));
    let mut ids =
        vec![waiting, declined, passed_on, merged, supported, answered.clone(), kept, plan, round];
    ids.extend([taken_down, words]);
    Things { ids, answered, read }
}

/// Comments: waiting, declined, passed on, withdrawn.
async fn comments<'w>(world: &'w World, things: &mut Things<'w>) {
    let (author, organiser) = (world.parent(2).await, world.sign_in("organiser@example.org").await);
    let decide = async |comment: &str, fields: &[(&str, &str)]| {
        organiser.post(&format!("/forum/local-offer/{comment}"), fields).await.leads_to();
    };
    let waiting = comment(&author, &format!("{CANARY} waits")).await;
    let declined = comment(&author, &format!("{CANARY} is named")).await;
    decide(&declined, &[("decision", "decline"), ("reason", "one child")]).await;
    let passed_on = comment(&author, &format!("{CANARY} is in danger")).await;
    decide(&passed_on, &[("decision", "pass on")]).await;
    let withdrawn = comment(&author, &format!("{CANARY} was here")).await;
    decide(&withdrawn, &[("decision", "publish")]).await;
    assert!(world.visitor().get("/local-offer").await.says(CANARY));
    let page = format!("/local-offer/comments/{withdrawn}/withdrawal");
    author.post(&page, &[]).await.leads_to();
    for comment in [&waiting, &declined, &withdrawn] {
        let author = world.sign_in("parent2@example.org").await;
        things.read.push((author, format!("/local-offer/comments/{comment}")));
    }
    let lead = world.sign_in("lead@example.org").await;
    things.read.push((lead, format!("/forum/safeguarding/comments/{passed_on}")));
    things.ids.extend([waiting, declined, passed_on, withdrawn]);
}

/// Notices: written, approved for later, discarded; and questions about one that was told, waiting
/// and set aside.
async fn notices<'w>(world: &'w World, things: &mut Things<'w>) {
    let writer = world.sign_in("leader@example.org").await;
    let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await;
    let both = (writer, colleague);
    let known = noticed(world, &both, "Later buses", 60).await;
    told(world).await;
    let ask = format!("/notices/{known}/questions/new");
    for nth in 0..2 {
        let question = format!("Does {CANARY} walk? {nth}");
        let email = format!("asks{nth}@example.org");
        let sent = [("question", question.as_str()), ("email", email.as_str())];
        world.visitor().post(&ask, &sent).await.leads_to();
    }
    let aside: String = sqlx::query_scalar("SELECT min(id) FROM notice_questions")
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
    let desk = format!("/lead/notices/{known}/questions");
    both.0.post(&desk, &[("aside", &aside)]).await.leads_to();
    let day = clock::fields(world.now() + 30 * DAY).0;
    let title = format!("{CANARY} will close");
    let words = fields(&title, &world.transport, &day);
    let draft = written(&both.0, "/lead/notices/new", &words).await;
    let discarded = written(&both.0, "/lead/notices/new", &words).await;
    both.0.post(&discarded, &[("step", "discard")]).await.leads_to();
    let timed = noticed(world, &both, &title, 30).await;
    things.ids.extend([&draft, &discarded].map(|page| page.replace("/lead/notices/", "")));
    things.ids.extend([timed.clone(), known]);
    for page in [draft, discarded, format!("/lead/notices/{timed}"), desk] {
        things.read.push((world.sign_in("leader@example.org").await, page));
    }
}

/// Consultations: being written, to open later, and open about a topic that was withdrawn since;
/// and "that's not my experience" about what a leader said.
async fn consultations<'w>(world: &'w World, things: &mut Things<'w>, update: &str) {
    let organiser = world.sign_in("organiser@example.org").await;
    let closes = clock::fields(world.now() + 60 * DAY).0;
    let opens = clock::fields(world.now() + 30 * DAY).0;
    let title = format!("{CANARY} asks");
    for (title, opens_day, is_opened) in [
        (title.as_str(), "", false),
        (title.as_str(), opens.as_str(), true),
        ("Short breaks", "", true),
    ] {
        let mut words = terms(title, &closes, "anyone");
        words.push(("opens_day", opens_day));
        let desk = new_consultation(&organiser, &words).await;
        let id = desk.replace("/forum/consultations/", "");
        ask_who_waits(&organiser, &desk).await;
        if title == "Short breaks" {
            let ties = format!(
                "UPDATE consultations SET topic_id = '{}' WHERE id = '{id}'",
                things.answered
            );
            sqlx::query(sqlx::AssertSqlSafe(ties))
                .execute(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        } else {
            things.read.push((world.sign_in("organiser@example.org").await, desk.clone()));
        }
        if is_opened {
            organiser.post(&desk, &[("step", "open")]).await.leads_to();
        }
        things.ids.push(id);
    }
    let parent = world.sign_in("parent1@example.org").await;
    let doubt = [("words", CANARY)];
    parent.post(&format!("/updates/{update}/doubts/new"), &doubt).await.leads_to();
    things.read.push((organiser, format!("/forum/updates/{update}")));
    things.ids.push(update.to_owned());
}

#[test]
fn what_is_not_public_is_at_no_address_for_anybody_else() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let leader = world.signed_in("says@example.org", &[Role::Leader]).await;
        let update = publish(&leader, &topic, &DONE).await;
        let other = world.parent(9).await;
        let mut things = topics_and_plan(&world, &other).await;
        comments(&world, &mut things).await;
        notices(&world, &mut things).await;
        consultations(&world, &mut things, &update).await;
        app::search::refresh(&world.house).await.unwrap();

        for (who, path) in &things.read {
            let page = who.get(path).await;
            assert!(page.says(CANARY), "{path} is there to be read: {}", page.status);
        }
        let stranger = world.leader_of("stranger@example.org", "Another Trust").await;
        let people = [("visitor", &world.visitor()), ("parent", &other), ("leader", &stranger)];
        let year = clock::date(world.now()).year().to_string();
        let addresses = addresses(&things, &year);
        assert!(addresses.len() > 500, "{} addresses", addresses.len());
        for path in &addresses {
            let [(_, visitor), (_, parent), (_, leader)] = people;
            let answers = tokio::join!(visitor.get(path), parent.get(path), leader.get(path));
            for ((who, _), answer) in people.iter().zip(<[_; 3]>::from(answers)) {
                assert!(!answer.says(CANARY), "{who} at {path}");
                assert!(!answer.status.is_server_error(), "{who} at {path}: {}", answer.status);
            }
        }
        // A search says what was looked for, so it is looked for what it leads to.
        let proposal = [
            ("title", CANARY),
            ("happens_now", "It is late."),
            ("would_help", "A plan."),
            ("services", world.transport.as_str()),
        ];
        for (who, browser) in people {
            let found = browser.get(&format!("/search?q={CANARY}")).await;
            let listed = browser.get(&format!("/topics?search={CANARY}")).await;
            let alike = browser.post("/topics/new", &proposal).await;
            for id in &things.ids {
                assert!(!found.html.contains(id) && !listed.html.contains(id), "{who}: {id}");
                assert!(!alike.html.contains(id), "{who}: {id}");
            }
        }
    });
}

#[test]
fn another_organisations_pages_are_as_unknown_as_those_that_are_not_there() {
    on_both(async |world| {
        let hers = plans::leader(&world).await;
        let colleague = world.signed_in("leader2@example.org", &[Role::Leader]).await;
        let both = (hers, colleague);
        let notice = noticed(&world, &both, "Later buses", 30).await;
        let plan = plans::register(&world, &both.0).await;
        plans::draft(&both.0, &plan).await;
        let parent = world.parent(1).await;
        let words = crate::fixtures::local_offer::comment("Nobody answers.");
        let sent = [&words[..], &[("service", world.transport.as_str())]].concat();
        let comment = parent.post("/local-offer/comments/new", &sent).await.leads_to();
        let comment = comment.split(['/', '?']).nth(3).unwrap().to_owned();
        let organiser = world.organiser().await;
        let decision = [("decision", "publish")];
        organiser.post(&format!("/forum/local-offer/{comment}"), &decision).await.leads_to();
        let stranger = world.leader_of("stranger@example.org", "Another Trust").await;
        let unknown = id::fresh();
        let all = app::routes::all();
        let of_leaders = all
            .rules()
            .iter()
            .filter(|rule| rule.path.starts_with("/lead/") && rule.path.contains("{id}"));
        let mut tried = 0;
        for rule in of_leaders {
            for id in [&notice, &plan, &comment, &unknown] {
                let path = rule.path.replace("{version}", "1").replace("{topic}", &unknown);
                let path = path.replace("{id}", id);
                let answer = stranger.request(rule.method.clone(), &path, &[], "").await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {path}", rule.method);
                tried += 1;
            }
        }
        assert!(tried > 60, "{tried}");
    });
}
