//! Names that are known to be in the tables, and must never come out: in every personal column of
//! the demonstration area.

use std::collections::{BTreeSet, VecDeque};

use axum::http::StatusCode;
use calendar::clock;
use record::history::AsOf;
use record::pack;

use crate::page::attributes;
use crate::world::{Browser, World, on_both};

/// Stands in every name and address. Its plain form is in no page, word or address of ours.
const CANARY: &str = "kanarienvogel";

/// The demonstration area, with the canary in every column that holds a name or an address of a
/// person, and in words that only the forum may read.
async fn area_of_canaries(world: World) -> World {
    let world = world.demonstration().await;
    let words = [
        "UPDATE accounts SET shown_name = 'Kanarienvogel ' || id,
         email = 'kanarienvogel-' || email",
        "UPDATE subscribers SET email = 'kanarienvogel-' || email",
        "UPDATE notice_questions SET email = 'kanarienvogel@example.org',
         question = 'Kanarienvogel asks: ' || question WHERE answer_id IS NULL",
        "UPDATE notice_questions SET shown_as = 'Which stop is it?', shown_at = asked_at
         WHERE answer_id IS NULL AND set_aside_at IS NULL",
        "INSERT INTO notice_wanted (question_id, account_id, wanted_at)
         SELECT q.id, a.id, q.asked_at FROM notice_questions q, accounts a
         WHERE q.shown_at IS NOT NULL AND a.email IS NOT NULL",
        "UPDATE deliveries SET to_address = 'kanarienvogel@example.org',
         body_text = 'Kanarienvogel', subject = 'Kanarienvogel' WHERE next_at IS NULL",
        "INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at)
         VALUES ('i', 'i', 'kanarienvogel@example.org', 'leader', 0, 0)",
        "INSERT INTO sign_ups (token_hash, email, ends_at)
         VALUES ('s', 'kanarienvogel@example.org', 0)",
        "INSERT INTO doubts (id, form_key, update_id, version, account_id, words, told_at)
         SELECT id, id, id, 1, begun_by, 'Kanarienvogel', 0 FROM updates",
        "INSERT INTO wait_doubts (id, form_key, report_id, account_id, words, told_at)
         SELECT id, id, id, published_by, 'Kanarienvogel', 0 FROM wait_reports",
        "INSERT INTO comments (id, form_key, author_id, words, sent_at)
         SELECT 'c', 'c', begun_by, 'Kanarienvogel', 0 FROM updates LIMIT 1",
        "INSERT INTO topics (id, author_id, form_key, title, happens_now, would_help, proposed_at)
         SELECT 't', begun_by, 't', 'Kanarienvogel', 'Kanarienvogel', 'Kanarienvogel', 0
           FROM updates LIMIT 1",
    ];
    for sql in words {
        sqlx::query(sql)
            .execute(&mut *world.db().read().await.unwrap())
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    world
}

/// Every page that can be reached by links from home, and what it holds.
pub async fn reached(who: &Browser<'_>) -> Vec<(String, String)> {
    let mut waiting = VecDeque::from([
        "/".to_owned(),
        "/notices?show=lately".to_owned(),
        "/updates?show=awaited".to_owned(),
    ]);
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let answer = who.get(&path).await;
        if answer.status == StatusCode::OK {
            for link in attributes(&answer.html, "[href]", "href") {
                let link = link.split('#').next().unwrap_or_default().to_owned();
                if link.starts_with('/')
                    && !link.starts_with("/sign-out")
                    && seen.insert(link.clone())
                {
                    waiting.push_back(link);
                }
            }
        }
        pages.push((path, answer.html));
    }
    pages
}

fn sings(text: &str) -> bool {
    text.to_lowercase().contains(CANARY)
}

#[test]
fn no_name_and_no_address_of_anybody_comes_out_in_a_page_a_table_an_email_or_a_pack() {
    on_both(async |world| {
        let world = area_of_canaries(world).await;
        let pages = reached(&world.visitor()).await;
        assert!(pages.len() > 80, "only {} pages are linked", pages.len());
        assert!(
            pages.iter().any(|(_, html)| sings(html)),
            "the names of leaders are found, so others would be"
        );
        for (path, html) in &pages {
            // What a leader did to a plan is said with the name she has here; there is no other
            // name on any page.
            let told =
                if path.starts_with("/plans/") { without_leaders(html) } else { html.clone() };
            assert!(!sings(&told), "{path}");
        }
        for ending in ["results.csv", "results.json"] {
            let tables =
                pages.iter().filter(|(path, _)| path.ends_with(ending)).collect::<Vec<_>>();
            assert!(!tables.is_empty(), "{ending} was looked at");
        }
        // In the menu of every page a parent reads her own name, and on the pages of her account.
        let parent = world.sign_in("kanarienvogel-parent2@example.org").await;
        let own: String = sqlx::query_scalar("SELECT shown_name FROM accounts WHERE email = $1")
            .bind("kanarienvogel-parent2@example.org")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        for (path, html) in
            reached(&parent).await.into_iter().filter(|(path, _)| !path.starts_with("/account"))
        {
            let told = if path.starts_with("/plans/") { without_leaders(&html) } else { html };
            let told = told.replace(&own, "");
            assert!(!sings(&told), "{path} for another parent");
        }

        let made = pack::make(
            &world.house,
            &AsOf::read(&clock::fields(world.now()).0, world.now()).unwrap(),
        )
        .await
        .unwrap();
        for (name, bytes) in &made.files {
            assert!(!sings(&String::from_utf8_lossy(bytes)), "{name} of the pack");
        }

        let leader = world.sign_in("kanarienvogel-leader@example.org").await;
        let update: String = sqlx::query_scalar(
            "SELECT update_id FROM update_subjects WHERE kind = 'topic' ORDER BY update_id LIMIT 1",
        )
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap();
        let words = [
            ("you_said", "Something else"),
            ("we_did", "All of it is done."),
            ("outcome", "done"),
            ("step", "publish"),
        ];
        leader
            .post(&format!("/lead/updates/{update}"), &[&words[..], &[("version", "1")]].concat())
            .await
            .leads_to();
        updates::tell_due(&world.house).await.unwrap();
        updates::remind_due(&world.house).await.unwrap();
        duties::remind_due(&world.house).await.unwrap();
        let emails = world.deliver().await;
        assert!(emails.len() > 5, "{} emails", emails.len());
        for email in emails {
            assert!(
                !sings(&email.subject)
                    && !sings(&without_greeting(&email.text))
                    && !sings(&without_greeting(&email.html)),
                "an email: {}",
                email.subject
            );
        }
    });
}

/// An email without its reader's own name.
fn without_greeting(words: &str) -> String {
    let Some((before, rest)) = words.split_once("Hello Kanarienvogel ") else {
        return words.to_owned();
    };
    let (_, after) = rest.split_once(',').unwrap();
    format!("{before}{after}")
}

/// A page of a plan without "by …, leader".
fn without_leaders(html: &str) -> String {
    let parts = html
        .split(", by Kanarienvogel ")
        .map(|part| part.split_once(", leader").map_or(part, |(_, rest)| rest));
    parts.collect()
}
