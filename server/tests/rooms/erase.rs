//! Leaving: seven days in which it can be called back, and then nothing of theirs is found: not in
//! the tables, not in the bytes of the files, not in a backup made after.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, UNIX_EPOCH};
use std::{fs, io};

use accounts::erasing::WAITS;
use app::erase::erase_due;
use axum::http::StatusCode;
use calendar::clock::{DAY, MINUTE, Moment};
use consultations::responses;
use deliveries::{Email, EmailKind};
use ground::audit::{self, Entry};
use ground::db::Kind;
use ground::db::tables::Lines;
use ground::erasing::{ANOTHER, NOBODY};
use ground::files::Files;
use ground::viewer::Role;
use rounds::shortlist::store::Ballots;

use super::notices::{leaders, noticed, subscriber, told};
use super::updates::{DONE, closed_topic, publish};
use crate::bytes::in_the_bytes;
use crate::world::{Answer, Browser, PROVES, World, by_hand, change, link_to, number, on_both};

/// Asks to be erased.
pub async fn leaves(who: &Browser<'_>, wishes: &[(&str, &str)]) -> Answer {
    who.post("/account/erase", wishes).await
}

/// Lets the seven days pass and the worker erase.
pub async fn is_erased(world: &World) -> u64 {
    world.forward(WAITS + MINUTE);
    erase_due(&world.house).await.unwrap()
}

/// Every row there is: the table, and its line.
#[derive(Default)]
pub struct Rows(pub Vec<(String, String)>);

impl Lines for Rows {
    fn take(&mut self, table: &str, line: &str) -> io::Result<()> {
        self.0.push((table.to_owned(), line.to_owned()));
        Ok(())
    }
}

pub async fn rows(world: &World) -> Vec<(String, String)> {
    let mut rows = Rows::default();
    world.db().read_all(&mut rows).await.unwrap();
    rows.0
}

/// The columns in which this word is found, as `table.column`.
pub async fn columns_with(world: &World, word: &str) -> BTreeSet<String> {
    let (columns, word) = (world.db().columns().await.unwrap(), word.to_lowercase());
    let mut found = BTreeSet::new();
    for (table, line) in rows(world).await {
        if !line.to_lowercase().contains(&word) {
            continue;
        }
        let values: Vec<Option<String>> = serde_json::from_str(&line).unwrap();
        for (column, value) in columns[&table].iter().zip(values) {
            if value.is_some_and(|value| value.to_lowercase().contains(&word)) {
                found.insert(format!("{table}.{column}"));
            }
        }
    }
    found
}

/// Hashes of an address that whoever has a list of addresses can make too.
pub fn hashes(address: &str) -> [String; 2] {
    [id::hash(address), id::sha256(address.as_bytes())]
}

/// The columns that refer to rows of a table, as the schema says: (table, column).
async fn references(world: &World, to: &str) -> Vec<(String, String)> {
    let sql = match world.db().kind() {
        Kind::Sqlite => {
            "SELECT m.name, f.\"from\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table' AND f.\"table\" = $1 ORDER BY m.name, f.\"from\""
        }
        Kind::Postgres => {
            "SELECT CAST(c.conrelid::regclass AS TEXT), CAST(a.attname AS TEXT)
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid
               AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND CAST(c.confrelid::regclass AS TEXT) = $1 ORDER BY 1, 2"
        }
    };
    let references = sqlx::query_as(sql).bind(to);
    references.fetch_all(&mut *world.db().read().await.unwrap()).await.unwrap()
}

#[test]
fn whatever_refers_to_a_response_goes_with_it_or_keeps_it() {
    on_both(async |world| {
        let listed: BTreeSet<_> = responses::GO_WITH_IT
            .into_iter()
            .chain([responses::KEEPS_IT])
            .map(|table| (table.to_owned(), "response_id".to_owned()))
            .collect();
        let found: BTreeSet<_> = references(&world, "responses").await.into_iter().collect();
        assert_eq!(found, listed, "add it to GO_WITH_IT in consultations/responses.rs");
    });
}

/// The link that calls an erasure back.
fn way_back(emails: &[Email]) -> String {
    let begins = emails.iter().find(|email| email.subject.starts_with("We will delete"));
    link_to(begins.expect("an email that says so"), "/account/erase/")
}

#[test]
fn two_taps_on_the_button_are_one_and_lead_to_the_same_page() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let (first, second) = tokio::join!(leaves(&parent, &[]), leaves(&parent, &[]));
        for tap in [first, second] {
            assert_eq!(tap.leads_to(), "/account/erase/begun");
        }
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 1);
        assert_eq!(world.deliver().await.len(), 1);
        world.forward(MINUTE);
        assert_eq!(
            number(&world, "SELECT count(*) FROM erasures").await,
            1,
            "nobody called it back"
        );
    });
}

#[test]
fn people_are_told_first_what_goes_and_what_stays_and_show_that_it_is_them() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let parent = world.parent(1).await;
        parent.support(&topic, "support").await.leads_to();
        parent.propose("Trams").await;
        assert!(parent.get("/account").await.says("href=\"/account/erase\""));
        let page = parent.get("/account/erase").await;
        assert!(
            page.says("Your support for one topic that people still vote on")
                && page.says("not published: one topic or comment")
                && page.says("Answers to consultations: nobody knows which are yours")
                && page.says("within seven days"),
            "{}",
            page.html
        );
        assert!(!page.says("Your support for one topic where voting has closed"));
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        let asked = leaves(&parent, &[]).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says(PROVES) && asked.says("You chose to delete your account"));
        for password in ["", "a wrong guess"] {
            let refused = parent.post("/prove", &[("password", password)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        }
        let right = [("password", "three small words")];
        assert_eq!(parent.post("/prove", &right).await.leads_to(), "/go-on");
        assert!(parent.get("/go-on").await.says("Nothing has been done yet"));
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 0);
        let done = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/account/erase/begun");
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 1);
        assert_eq!(parent.get("/account").await.status, StatusCode::SEE_OTHER);
        assert!(parent.get("/account/erase/begun").await.says("We have signed you out everywhere"));
        let elsewhere = world.visitor().get("/account/erase/begun").await;
        assert_eq!(elsewhere.leads_to(), "/account/erase", "nobody else was signed out");
    });
}

#[test]
fn without_a_password_they_show_by_a_link_that_it_is_them() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        change(&world, "UPDATE accounts SET password_hash = NULL WHERE email IS NOT NULL").await;
        parent.proves.set(false);
        world.forward(16 * MINUTE);
        let asked = leaves(&parent, &[]).await;
        assert!(asked.says("We'll email you a link") && !asked.says("type=\"password\""));
        assert_eq!(parent.proves_by_link().await, "/go-on");
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 0);
        let done = parent.post("/go-on", &[("step", "do")]).await;
        assert_eq!(done.leads_to(), "/account/erase/begun");
    });
}

#[test]
fn for_seven_days_a_link_or_a_button_calls_it_back_and_signing_in_alone_changes_nothing() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        let (parent, phone) = (world.parent(1).await, world.sign_in("parent1@example.org").await);
        parent.support(&topic, "support").await.leads_to();
        world.deliver().await;
        leaves(&parent, &[]).await.leads_to();
        for browser in [&parent, &phone] {
            assert_eq!(
                browser.get("/account").await.status,
                StatusCode::SEE_OTHER,
                "they are signed out everywhere"
            );
        }
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1);
        assert!(emails[0].text.contains("nobody can bring it back"), "{}", emails[0].text);
        for elsewhere in ["/account/emails", "/sign-in"] {
            assert!(!emails[0].html.contains(elsewhere), "{elsewhere}: {}", emails[0].html);
        }
        let back = way_back(&emails);
        world.visitor().get(&back).await.done();
        assert_eq!(
            number(&world, "SELECT count(*) FROM erasures").await,
            1,
            "a mail scanner that opens the link changes nothing"
        );
        assert!(world.visitor().post(&back, &[]).await.says("We will keep your account"));
        assert_eq!(world.visitor().post(&back, &[]).await.status, StatusCode::GONE);
        assert_eq!(is_erased(&world).await, 0);

        let again = world.visitor();
        let signs_in = [("email", "parent1@example.org"), ("password", "three small words")];
        again.post("/sign-in", &signs_in).await.leads_to();
        leaves(&again, &[]).await.leads_to();
        world.forward(6 * DAY);
        let to = again.post("/sign-in", &signs_in).await.leads_to();
        let told = again.get(&to).await;
        assert!(
            told.says("We will delete your account on") && told.says("Keep my account"),
            "{to}: {}",
            told.html
        );
        assert!(again.get("/account").await.says("We will delete your account on"));
        assert_eq!(again.get("/account/erase").await.leads_to(), "/account/keep");
        assert_eq!(again.get("/account/erase/begun").await.leads_to(), "/account/erase");
        assert_eq!(
            number(&world, "SELECT count(*) FROM erasures").await,
            1,
            "who signs in for another reason still leaves"
        );
        for _ in 0..2 {
            let onward = again.post("/account/keep", &[]).await.leads_to();
            let kept = again.get(&onward).await.leads_to();
            assert!(again.get(&kept).await.says("We will keep your account"), "{kept}");
        }
        assert_eq!(again.get("/account/keep").await.leads_to(), "/account");
        assert_eq!(is_erased(&world).await, 0);
        assert!(again.get("/account").await.says("parent1@example.org"));
        assert_eq!(number(&world, "SELECT count(*) FROM supports").await, 1);
    });
}

#[test]
fn whoever_signs_in_while_they_leave_is_asked_first_and_what_they_chose_waits() {
    on_both(async |world| {
        let (_, topic) = world.voting("Buses").await;
        leaves(&world.parent(1).await, &[]).await.leads_to();
        world.visitor().post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let emails = world.deliver().await;
        let link = emails.iter().find(|email| email.text.contains("/sign-in/")).unwrap();
        let by_link = world.visitor().post(&link_to(link, "/sign-in/"), &[]).await;
        assert_eq!(by_link.leads_to(), "/account/keep");

        let phone = world.visitor();
        phone.support(&topic, "support").await.refused(StatusCode::UNAUTHORIZED);
        let signs_in = [("email", "parent1@example.org"), ("password", "three small words")];
        assert_eq!(phone.post("/sign-in", &signs_in).await.leads_to(), "/account/keep");
        let asked = phone.support(&topic, "support").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.says("Keep your account first"), "{}", asked.html);
        let page = phone.get("/topics/new").await;
        assert_eq!(page.leads_to(), "/account/keep?then=%2Ftopics%2Fnew");
        assert_eq!(phone.get("/account/export").await.status, StatusCode::OK, "a copy is theirs");
        assert_eq!(number(&world, "SELECT count(*) FROM supports").await, 0);
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 1);

        let stays = phone.post("/account/keep", &[("then", "/topics/new")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM erasures").await, 0);
        let onward = "/go-on?then=%2Ftopics%2Fnew";
        let told = phone.get(&stays).await;
        assert!(
            told.says("We will keep your account") && told.says(onward),
            "{stays}: {}",
            told.html
        );
        let shown = phone.get(onward).await;
        assert!(shown.says("You chose to support this topic"), "{}", shown.html);
        phone.post("/go-on", &[("step", "do")]).await.leads_to();
        assert_eq!(number(&world, "SELECT count(*) FROM supports").await, 1);
        assert_eq!(phone.get(onward).await.leads_to(), "/topics/new");
    });
}

#[test]
fn a_link_that_kept_an_account_says_how_it_stands_now() {
    on_both(async |world| {
        leaves(&world.parent(1).await, &[]).await.leads_to();
        let first = way_back(&world.deliver().await);
        world.visitor().post(&first, &[]).await.done();
        let kept = world.visitor().get(&first).await;
        assert_eq!(kept.status, StatusCode::GONE);
        assert!(kept.says("We are keeping your account"), "{}", kept.html);
        assert!(!kept.says("has been deleted,"), "it was used rightly: {}", kept.html);

        leaves(&world.sign_in("parent1@example.org").await, &[]).await.leads_to();
        for again in [world.visitor().get(&first).await, world.visitor().post(&first, &[]).await] {
            assert_eq!(again.status, StatusCode::GONE);
            assert!(
                again.says("We will delete your account on")
                    && again.says("asked us to delete it again")
                    && again.says("href=\"/account/keep\""),
                "{}",
                again.html
            );
            assert!(!again.says("We are keeping"), "{}", again.html);
        }

        assert_eq!(is_erased(&world).await, 1);
        let gone = world.visitor().get(&first).await;
        assert_eq!(gone.status, StatusCode::GONE);
        assert!(gone.says("The account that it was for has been deleted"), "{}", gone.html);
    });
}

#[test]
fn whoever_keeps_their_account_is_told_so_once_by_email() {
    on_both(async |world| {
        let told = async || -> Vec<String> {
            let emails = world.deliver().await.into_iter();
            emails.map(|email| format!("{}: {}", email.to, email.subject)).collect()
        };
        leaves(&world.parent(1).await, &[]).await.leads_to();
        let back = way_back(&world.deliver().await);
        for _ in 0..2 {
            world.visitor().post(&back, &[]).await.is_one_of(&[
                StatusCode::OK,
                StatusCode::SEE_OTHER,
                StatusCode::GONE,
            ]);
        }
        assert_eq!(told().await, ["parent1@example.org: We will keep your account"]);

        let again = world.sign_in("parent1@example.org").await;
        leaves(&again, &[]).await.leads_to();
        world.deliver().await;
        let phone = world.sign_in("parent1@example.org").await;
        for _ in 0..2 {
            phone.post("/account/keep", &[]).await.leads_to();
        }
        assert_eq!(told().await, ["parent1@example.org: We will keep your account"]);
    });
}

#[test]
fn a_page_says_that_an_account_is_kept_only_while_it_is() {
    on_both(async |world| {
        leaves(&world.parent(1).await, &[]).await.leads_to();
        let phone = world.sign_in("parent1@example.org").await;
        let page = phone.get("/account?done=stays").await;
        assert!(
            page.says("We will delete your account on") && !page.says("We will keep your account"),
            "{}",
            page.html
        );
    });
}

#[test]
fn whoever_signs_in_and_presses_nothing_is_erased_on_the_day_they_were_told() {
    on_both(async |world| {
        leaves(&world.parent(1).await, &[]).await.leads_to();
        let phone = world.visitor();
        let signs_in = [("email", "parent1@example.org"), ("password", "three small words")];
        phone.post("/sign-in", &signs_in).await.leads_to();
        assert_eq!(is_erased(&world).await, 1);
        assert!(phone.get("/account").await.leads_to().starts_with("/sign-in"));
        assert!(phone.post("/account/keep", &[]).await.status.is_client_error());
        assert_eq!(
            number(&world, "SELECT count(*) FROM accounts WHERE email IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn in_the_seven_days_only_what_they_need_is_emailed_to_them() {
    on_both(async |world| {
        let parent = world.parent(1).await;
        let topic = parent.propose("Trams").await;
        leaves(&parent, &[]).await.leads_to();
        let organiser = world.organiser().await;
        organiser
            .post(&format!("/forum/topics/{topic}"), &[("decision", "publish")])
            .await
            .leads_to();
        world.visitor().post("/sign-in/link", &[("email", "parent1@example.org")]).await.done();
        let kinds: BTreeSet<&str> = world
            .deliver_with_kinds()
            .await
            .iter()
            .filter(|(_, email)| email.to == "parent1@example.org")
            .map(|(kind, _)| kind.word())
            .collect();
        let expected = BTreeSet::from([EmailKind::Erasing.word(), EmailKind::Link.word()]);
        assert_eq!(kinds, expected);
    });
}

#[test]
fn the_last_administrator_hands_over_first() {
    on_both(async |world| {
        let admin = world.signed_in("admin@example.org", &[Role::Admin]).await;
        let page = admin.get("/account/erase").await;
        assert!(
            page.says("You are the only administrator")
                && page.says("href=\"/admin/people\"")
                && !page.says("Delete my account")
        );
        let refused = leaves(&admin, &[]).await;
        assert!(refused.says("You are the only administrator"));
        assert_eq!(admin.get("/account").await.status, StatusCode::OK, "they are still signed in");

        let other = world.signed_in("other@example.org", &[Role::Admin]).await;
        leaves(&admin, &[]).await.leads_to();
        assert!(
            leaves(&other, &[]).await.says("You are the only administrator"),
            "the other one is leaving"
        );
        // As if both had asked at the same moment.
        let both = format!(
            "INSERT INTO erasures (account_id, token_hash, asked_at, due_at, takes_down,
               keeps_emails)
             VALUES ('{}', 'x', 1, 2, 0, 0)",
            other.account
        );
        change(&world, &both).await;
        is_erased(&world).await;
        is_erased(&world).await;
        assert_eq!(number(&world, "SELECT count(*) FROM roles WHERE role = 'admin'").await, 1);
    });
}

#[test]
fn two_workers_at_once_erase_an_account_once() {
    on_both(async |world| {
        for nth in 0..4 {
            leaves(&world.parent(nth).await, &[]).await.leads_to();
        }
        world.deliver().await;
        world.forward(WAITS + MINUTE);
        let (one, other) = tokio::join!(erase_due(&world.house), erase_due(&world.house));
        let rest = erase_due(&world.house).await.unwrap();
        assert_eq!(one.unwrap() + other.unwrap() + rest, 4);
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 4, "each is told once that it is done");
        assert!(emails.iter().all(|email| email.subject == "We have deleted your account"));
        let logged = "SELECT count(*) FROM audit WHERE what = 'account erased' AND who IS NULL
             AND about = '' AND detail = ''";
        assert_eq!(number(&world, logged).await, 4);
        assert_eq!(
            number(&world, "SELECT count(*) FROM accounts WHERE email IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn a_parent_is_found_nowhere_once_they_are_erased_and_what_is_published_stays() {
    on_both(async |world| {
        let topic = closed_topic(&world).await;
        let both = leaders(&world).await;
        let update = publish(&both.0, &topic, &DONE).await;
        let notice = noticed(&world, &both, "Later buses", 60).await;
        told(&world).await;
        let round = world.round().await;

        let email = "kanarienvogel@example.org";
        let leaver = world.signed_in(email, &[Role::Parent]).await;
        leaver
            .post(
                "/account/details",
                &[("shown_name", "Kanarienvogel-name"), ("place", &world.north)],
            )
            .await
            .leads_to();
        let kept = world.published_into_by(&leaver, &round, "Blaumeise").await;
        let waiting = leaver.propose("Kanarienvogel-waiting").await;
        let wish = [("services", world.transport.as_str()), ("cadence", "daily")];
        leaver.post("/account/subscriptions", &wish).await.done();
        leaver.post("/subscribe", &wish).await.leads_to();
        let (key, doubts) = (id::fresh(), format!("/updates/{update}/doubts/new"));
        let doubt = [("form_key", key.as_str()), ("words", "Kanarienvogel-doubt")];
        leaver.post(&doubts, &doubt).await.leads_to();
        leaver
            .post(
                "/local-offer/comments/new",
                &crate::fixtures::local_offer::comment("Kanarienvogel-comment"),
            )
            .await
            .leads_to();
        let question = [("question", "Which stop?")];
        leaver.post(&format!("/notices/{notice}/questions/new"), &question).await.leads_to();
        let asked = world.one("SELECT id FROM notice_questions").await;
        let desk = format!("/lead/notices/{notice}/questions");
        both.0.post(&desk, &[("aside", &asked)]).await.leads_to();
        leaver.changes_address("kanarienvogel-new@example.org").await.leads_to();
        leaver.post("/account/emails", &[("sort", "said"), ("step", "stop")]).await.leads_to();
        world.deliver_with_kinds().await;
        app::search::refresh(&world.house).await.unwrap();
        let before = rows(&world).await;
        let subscriber: String =
            sqlx::query_scalar("SELECT id FROM subscribers WHERE account_id = $1")
                .bind(&leaver.account)
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        assert!(columns_with(&world, "kanarienvogel").await.len() > 5);

        leaves(&leaver, &[]).await.leads_to();
        world.deliver_with_kinds().await;
        assert_eq!(is_erased(&world).await, 1);
        world.deliver_with_kinds().await;
        erase_due(&world.house).await.unwrap();

        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
        // "own details changed": the number of an account stays in the log, and says nothing.
        let number_of_theirs = BTreeSet::from(["accounts.id", "audit.about", "audit.who"]);
        let number_of_theirs: BTreeSet<_> =
            number_of_theirs.into_iter().map(str::to_owned).collect();
        assert_eq!(columns_with(&world, &leaver.account).await, number_of_theirs);
        world.house.db.leave_no_copy().await.unwrap();
        let [hash, hex] = hashes(email);
        let traces = ["kanarienvogel", email, &hash, &hex];
        assert_eq!(in_the_bytes(&world, &traces).await, BTreeSet::new());

        let page = world.visitor().get(&format!("/topics/{kept}")).await;
        assert!(page.says("Blaumeise"), "their published words stay without them");
        let organiser = world.organiser().await;
        assert!(!organiser.get("/forum").await.says(&waiting), "what waited waits no more");
        // Whatever belongs to others is as it was.
        let after: BTreeSet<_> = rows(&world).await.into_iter().collect();
        let living = [
            "attempts",
            "audit_head",
            "deliveries",
            "search_things",
            "search_words",
            "service_state",
        ];
        for (table, line) in before {
            let is_theirs = line.contains(&leaver.account)
                || line.contains(&subscriber)
                || line.to_lowercase().contains("kanarien");
            if !is_theirs && !living.contains(&table.as_str()) && !table.starts_with("subscri") {
                assert!(after.contains(&(table.clone(), line.clone())), "{table}: {line}");
            }
        }
    });
}

#[test]
fn what_belongs_to_an_address_goes_with_them_to_their_next_one_and_is_erased_with_it() {
    const BEFORE: &str = "kanarienvogel@example.org";
    on_both(async |world| {
        let notice = noticed(&world, &leaders(&world).await, "Later buses", 60).await;
        told(&world).await;
        let leaver = world.signed_in(BEFORE, &[Role::Parent]).await;
        let question = [("question", "Which stop?")];
        leaver.post(&format!("/notices/{notice}/questions/new"), &question).await.leads_to();
        let comment = crate::fixtures::local_offer::comment("The list is hard to find.");
        leaver.post("/local-offer/comments/new", &comment).await.leads_to();
        let sent_before_they_joined = format!(
            "INSERT INTO comment_addresses (comment_id, token_hash, email, asked_at, confirmed_at)
             SELECT id, 'hash', '{BEFORE}', 1, 2 FROM comments"
        );
        let invited = format!(
            "INSERT INTO invitations (id, token_hash, email, role, invited_at, ends_at, accepted_at)
             VALUES ('invited', 'hash', '{BEFORE}', 'organiser', 1, 9000000000000000, 2)"
        );
        for sql in [sent_before_they_joined, invited] {
            change(&world, &sql).await;
        }
        world.deliver_with_kinds().await;

        leaver.changes_address("kanarienvogel-new@example.org").await.leads_to();
        let emails = world.deliver().await;
        let confirm = emails.iter().find(|email| email.to == "kanarienvogel-new@example.org");
        leaver.post(&link_to(confirm.unwrap(), "/account/email/"), &[]).await.done();
        world.deliver_with_kinds().await;
        // Where it was is known for as long as the change can be undone.
        let undo = BTreeSet::from(["address_undos.email".to_owned()]);
        assert_eq!(columns_with(&world, BEFORE).await, undo);
        let found = columns_with(&world, "kanarienvogel-new@example.org").await;
        for table in ["comment_addresses", "invitations", "notice_questions"] {
            assert!(found.contains(&format!("{table}.email")), "{table}: {found:?}");
        }

        leaves(&leaver, &[]).await.leads_to();
        world.deliver_with_kinds().await;
        assert_eq!(is_erased(&world).await, 1);
        world.deliver_with_kinds().await;
        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
    });
}

#[test]
fn what_they_take_down_is_gone_from_the_pages_and_the_search() {
    on_both(async |world| {
        let round = world.round().await;
        let leaver = world.parent(1).await;
        let topic = world.published_into_by(&leaver, &round, "Kanarienvogel").await;
        app::search::refresh(&world.house).await.unwrap();
        assert!(world.visitor().get("/search?q=kanarienvogel").await.says(&topic));
        assert!(leaver.get("/account/erase").await.says("Take down what I still can"));
        leaves(&leaver, &[("published", "take down")]).await.leads_to();
        is_erased(&world).await;
        let page = world.visitor().get(&format!("/topics/{topic}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        world.deliver_with_kinds().await;
        erase_due(&world.house).await.unwrap();
        world.house.db.leave_no_copy().await.unwrap();
        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
        assert_eq!(in_the_bytes(&world, &["kanarienvogel"]).await, BTreeSet::new());
    });
}

#[test]
fn a_vote_in_an_open_round_goes_and_a_closed_round_can_be_counted_again() {
    on_both(async |world| {
        let (round, buses) = world.voting("Buses").await;
        let trams = world.published_into(&round, "Trams").await;
        let leaver = world.person("leaver@example.org", &[Role::Parent], &world.north).await;
        let left = world.person("left@example.org", &[Role::Parent], &world.north).await;
        for account in [&leaver, &left] {
            world.supports(account, &buses).await;
            world.supports(account, &trams).await;
        }
        for nth in 0..12 {
            world.supporter(nth, &world.south, &buses).await;
        }
        // The first leaves while people still vote, the other once they have.
        leaves(&world.sign_in("left@example.org").await, &[]).await.leads_to();
        is_erased(&world).await;
        let theirs = format!("SELECT count(*) FROM supports WHERE topic_id = '{trams}'");
        assert_eq!(number(&world, &theirs).await, 1, "their vote is not counted");
        world.close().await;
        let page = world.visitor().get(&format!("/rounds/{round}")).await.html;
        let round_id = round.as_str().into();
        let ballots = rounds::shortlist::store::ballots(world.db(), &round_id).await.unwrap();

        leaves(&world.sign_in("leaver@example.org").await, &[]).await.leads_to();
        is_erased(&world).await;
        assert_eq!(columns_with(&world, &leaver).await, BTreeSet::new());
        assert_eq!(world.visitor().get(&format!("/rounds/{round}")).await.html, page);
        let again = rounds::shortlist::store::ballots(world.db(), &round_id).await.unwrap();
        let counted = |ballots: Ballots| {
            let mut places = ballots.places;
            places.sort();
            let choices = ballots.election.equal_shares(2);
            let chosen = choices.iter().map(|choice| (choice.topic, choice.supporters.all));
            (ballots.topics, places, chosen.collect::<Vec<_>>())
        };
        let (before, after) = (counted(ballots), counted(again));
        assert_eq!(before, after);
        assert_eq!(after.2.len(), 2);
    });
}

#[test]
fn emails_about_changes_stop_with_them_or_go_on_as_they_wish() {
    on_both(async |world| {
        let both = leaders(&world).await;
        for (email, wish) in [("stops@example.org", "stop"), ("keeps@example.org", "keep")] {
            let leaver = world.signed_in(email, &[Role::Parent]).await;
            let wanted = [("services", world.transport.as_str()), ("cadence", "at once")];
            leaver.post("/subscribe", &wanted).await.leads_to();
            leaves(&leaver, &[("changes", wish)]).await.leads_to();
        }
        is_erased(&world).await;
        let emails = world.deliver().await;
        let last = |to: &str| emails.iter().find(|email| email.to == to).map(|email| &email.text);
        assert!(last("stops@example.org").unwrap().contains("no longer have your address"));
        assert!(last("keeps@example.org").unwrap().contains("You will still get emails"));
        noticed(&world, &both, "Later buses", 60).await;
        let to: Vec<String> = told(&world).await.into_iter().map(|email| email.to).collect();
        assert_eq!(to, ["keeps@example.org"]);
        assert_eq!(columns_with(&world, "stops@example.org").await, BTreeSet::new());
        assert_eq!(
            number(&world, "SELECT count(*) FROM subscribers WHERE account_id IS NOT NULL").await,
            0
        );
    });
}

#[test]
fn somebody_with_only_a_subscription_erases_their_address_by_the_link_in_an_email() {
    on_both(async |world| {
        let both = leaders(&world).await;
        subscriber(&world, "kanarienvogel@example.org", &world.transport, "", "at once").await;
        let notice = noticed(&world, &both, "Later buses", 60).await;
        let emails = told(&world).await;
        let email = "kanarienvogel@example.org";
        let ask = format!("/notices/{notice}/questions/new");
        let question = [("question", "Which?"), ("email", email)];
        world.visitor().post(&ask, &question).await.done();
        let asked = world.one("SELECT id FROM notice_questions").await;
        let desk = format!("/lead/notices/{notice}/questions");
        both.0.post(&desk, &[("aside", &asked)]).await.leads_to();
        world.visitor().post(&ask, &question).await.done();
        // One comment whose address they confirmed, and one that waits for that.
        let form = "/local-offer/comments/without-account";
        for words in ["The list is hard to find.", "Nobody rings back."] {
            let comment = crate::fixtures::local_offer::comment(words);
            let fields = [&comment[..], &[("email", email)]].concat();
            world.visitor().post(form, &fields).await.leads_to();
        }
        let confirmed = "UPDATE comment_addresses SET confirmed_at = asked_at
             WHERE comment_id = (SELECT min(comment_id) FROM comment_addresses)";
        change(&world, confirmed).await;
        let own = link_to(&emails[0], "/subscriptions/");
        let page = world.visitor().get(&own).await;
        assert!(page.says("Delete my email address"), "{}", page.html);
        assert!(
            world.visitor().post(&own, &[("step", "erase")]).await.says("We have deleted your")
        );
        assert_eq!(world.visitor().get(&own).await.status, StatusCode::GONE);
        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
        world.house.db.leave_no_copy().await.unwrap();
        let [hash, hex] = hashes(email);
        let traces = ["kanarienvogel", &hash, &hex];
        assert_eq!(in_the_bytes(&world, &traces).await, BTreeSet::new());
        let told = "SELECT count(*) FROM ledger l JOIN deliveries d ON d.id = l.delivery_id
             AND d.sent_at IS NOT NULL";
        assert_eq!(number(&world, told).await, 1, "that somebody was told stays");
        assert_eq!(number(&world, "SELECT count(*) FROM comments").await, 2, "their words stay");
    });
}

#[test]
fn files_that_nobody_else_names_go_with_them_and_a_store_that_fails_is_asked_again() {
    on_both(async |world| {
        let (folder, away) = (world.folder().join("files"), world.folder().join("away"));
        let mut house = world.house.clone();
        house.files = Files::open(&format!("file:{}", folder.display())).unwrap();
        let world = world.around(house);
        let topic = closed_topic(&world).await;
        let about = format!("topic:{topic}");
        let leaver = world.signed_in("kanarienvogel@example.org", &[Role::Leader]).await;
        let fields = [&DONE[..], &[("about", about.as_str())]].concat();
        let new = "/lead/updates/new";
        let told: &[u8] = b"%PDF-1.7\nBlaumeise\n%%EOF";
        let checked = leaver.post_file(new, &fields, ("told.pdf", told)).await;
        let file = checked.sends("files");
        let named = [&fields[..], &[("files", file.as_str()), ("step", "publish")]].concat();
        let update = leaver.post(new, &named).await.leads_to();
        let update = update.split('?').next().unwrap();
        let alone: &[u8] = b"%PDF-1.7\nKanarienvogel-file\n%%EOF";
        leaver.post_file(new, &fields, ("Kanarienvogel-name.pdf", alone)).await.sends("files");
        let [told, alone] = [told, alone].map(|content| folder.join(id::sha256(content)));
        // They were put there as long ago as the clock of this world says.
        let now = UNIX_EPOCH + Duration::from_millis(world.now().millis().try_into().unwrap());
        for path in [&told, &alone] {
            fs::File::options().write(true).open(path).unwrap().set_modified(now).unwrap();
        }
        let before = in_the_bytes(&world, &["kanarienvogel-file", "kanarienvogel-name"]).await;
        assert!(before.len() > 1, "it is looked for where it is: {before:?}");

        leaves(&leaver, &[]).await.leads_to();
        world.deliver_with_kinds().await;
        // As where the disk of the files is not there.
        fs::rename(&folder, &away).unwrap();
        fs::write(&folder, "").unwrap();
        assert_eq!(is_erased(&world).await, 1);
        world.deliver_with_kinds().await;
        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
        fs::remove_file(&folder).unwrap();
        fs::rename(&away, &folder).unwrap();
        assert!(alone.exists() && told.exists(), "neither was deleted");

        erase_due(&world.house).await.unwrap();
        assert!(!alone.exists(), "it is tried again");
        assert_eq!(number(&world, "SELECT count(*) FROM evidence_files").await, 0);
        world.house.db.leave_no_copy().await.unwrap();
        assert_eq!(in_the_bytes(&world, &["kanarienvogel"]).await, BTreeSet::new());
        let page = world.visitor().get(&format!("{update}/files/{file}")).await;
        assert!(page.says("Blaumeise"), "what was published stays, with its files");
    });
}

/// Columns in which the number of an account may be found afterwards, each with the reason.
const STAYS_NAMED: [(&str, &str); 4] = [
    ("accounts.id", "an empty row, for the log to refer to"),
    ("audit.who", "the log is a chain: an entry cannot change without all later ones"),
    ("audit.about", "likewise: roles were given to it"),
    ("audit.detail", "likewise"),
];

/// Rows that the demonstration has none of, so that every column that refers to an account is
/// tried.
const ROWS: [&str; 44] = [
    "INSERT INTO notice_overrides (notice_id, name, reason, made_by, made_at)
     SELECT id, 'A name', 'A reason that is long enough to be one: the money ends in two weeks, \
       and nothing else can be done about it', $1, 1 FROM notices WHERE approved_at IS NULL
     ORDER BY id LIMIT 1",
    "INSERT INTO round_changes (form_key, round_id, kind, title, was_propose_from, was_vote_from,
     was_closes_at, propose_from, vote_from, closes_at, reason, changed_by, changed_at)
     SELECT 'change', id, 'extended', title, propose_from, vote_from, closes_at, propose_from,
       vote_from, closes_at + 1, 'A slip', $1, closes_at - 1 FROM rounds WHERE closed_at IS NULL
     ORDER BY closes_at LIMIT 1",
    "INSERT INTO consultation_changes (form_key, consultation_id, kind, was_closes_at, closes_at,
     reason, changed_by, changed_at)
     SELECT 'change', id, 'extended', closes_at, closes_at + 1, 'A slip', $1, closes_at - 1
     FROM consultations WHERE opened_at IS NOT NULL ORDER BY id LIMIT 1",
    "INSERT INTO plan_changes (form_key, plan_id, kind, was_due_day, due_day, reason, changed_by,
     changed_at)
     SELECT 'change', id, 'extended', due_day, '2099-01-01', 'A slip', $1, 1 FROM plans
     ORDER BY id LIMIT 1",
    "INSERT INTO address_undos (token_hash, account_id, email, changed_at, ends_at)
     VALUES ('undo', $1, 'before@example.org', 1, 9000000000000000)",
    "INSERT INTO known_browsers (token_hash, account_id, ends_at)
     VALUES ('browser', $1, 9000000000000000)",
    "INSERT INTO known_devices (id, account_id, device_hash, device, first_at, seen_at)
     VALUES ('device', $1, 'hash', 'Chrome on Android', 1, 1)",
    "INSERT INTO second_factors (account_id, secret, confirmed_at) VALUES ($1, 'secret', 1)",
    "INSERT INTO council_subjects (account_id, issuer, subject, known_at)
     VALUES ($1, 'https://login.example.org', 'kanarienvogel', 1)",
    "INSERT INTO passkeys (id, account_id, credential_id, public_key, counter, name, added_at)
     VALUES ('passkey', $1, 'credential', 'key', 0, 'My phone', 1)",
    "INSERT INTO copies (person, account_id, session_id, asked_at) VALUES ($1, $1, 'session', 1)",
    "INSERT INTO first_acts (id, account_id, goes_to, fields, chose, kept_at, ends_at)
     VALUES ('act', $1, '/', '', '', 0, 9000000000000000)",
    "INSERT INTO links (token_hash, account_id, purpose, ends_at)
     VALUES ('link', $1, 'sign-in', 9000000000000000)",
    "INSERT INTO email_stops (id, account_id, sort, stopped_at) VALUES ('stop', $1, 'said', 1)",
    "INSERT INTO task_choices (account_id, task, choice, chosen_at)
     VALUES ($1, 'topic', 'never', 1)",
    "INSERT INTO task_emails (account_id, task, thing_id, since, is_due, dedup_key)
     VALUES ($1, 'topic', 'thing', 1, 0, 'tasks')",
    "INSERT INTO notice_questions (id, form_key, notice_id, question, asked_at)
     SELECT 'q', 'q', min(id), 'Which?', 1 FROM notices",
    "INSERT INTO notice_wanted (question_id, account_id, wanted_at) VALUES ('q', $1, 1)",
    "INSERT INTO doubts (id, form_key, update_id, version, account_id, words, told_at)
     SELECT 'doubt', 'doubt', min(update_id), 1, $1, 'Not so', 1 FROM update_versions",
    "INSERT INTO wait_reports (id, form_key, service_id, nth, figures, organisation_id, source,
     published_by, published_at)
     SELECT 'waits', 'waits', r.service_id, r.nth + 1, 1, r.organisation_id, 'A list', $1, 1
     FROM wait_reports r ORDER BY r.nth DESC, r.id LIMIT 1",
    "INSERT INTO wait_verdicts (id, form_key, report_id, verdict, words, given_by, given_at)
     SELECT 'waits', 'waits', r.id, 'confirmed', '', $1, 1 FROM wait_reports r
     WHERE r.published_by <> $1 ORDER BY r.id LIMIT 1",
    "INSERT INTO wait_doubts (id, form_key, report_id, account_id, words, told_at)
     SELECT 'waits', 'waits', min(id), $1, 'Not so', 1 FROM wait_reports",
    "INSERT INTO evidence_files (id, hash, name, kind, size, put_in_by, put_in_at)
     VALUES ('file', 'no hash', 'a.pdf', 'pdf', 1, $1, 1)",
    "INSERT INTO took_part (consultation_id, account_id, mark)
     SELECT min(id), $1, 'mark' FROM consultations",
    "INSERT INTO answer_concerns (id, consultation_id, response_id, question, what, passed_on_by,
     passed_on_at)
     SELECT 'concern', min(r.consultation_id), min(r.id), 'none', 'danger', $1, 1 FROM responses r
     WHERE r.consultation_id = (SELECT min(consultation_id) FROM responses)",
    "INSERT INTO answer_concern_looks (concern_id, looked_by, looked_at)
     VALUES ('concern', $1, 1)",
    "INSERT INTO answer_concern_notes (form_key, concern_id, note, noted_by, noted_at)
     VALUES ('note', 'concern', 'I rang.', $1, 1)",
    "INSERT INTO redactions (response_id, question, words, reason, redacted_by, redacted_at)
     SELECT min(id), 'none', 'x', 'y', $1, 1 FROM responses",
    "INSERT INTO quotations (response_id, question, words, chosen_by)
     SELECT max(id), 'other', 'x', $1 FROM responses",
    "INSERT INTO answer_readings (response_id, question, read_by, read_at, themes)
     SELECT max(id), 'other', $1, 1, '' FROM responses",
    "INSERT INTO concern_notes (form_key, topic_id, note, noted_by, noted_at)
     SELECT 'concern note', min(id), 'I rang.', $1, 1 FROM topics",
    "INSERT INTO comment_notes (form_key, comment_id, note, noted_by, noted_at)
     SELECT 'comment note', min(id), 'I rang.', $1, 1 FROM comments",
    "INSERT INTO notice_answers (id, form_key, notice_id, question, answer, answered_by,
       answered_at)
     SELECT 'answer', 'answer', min(id), 'Which?', 'That.', $1, 1 FROM notices",
    "INSERT INTO findings (consultation_id, number, version, words, said_by, said_at)
     SELECT x.consultation_id, x.number, 99, 'They wait.', $1, 1 FROM releases x
     ORDER BY x.consultation_id, x.number LIMIT 1",
    "INSERT INTO takedowns (id, form_key, kind, about_id, reason, why, is_kept, words, asked_by,
     asked_at, taken_down_at)
     VALUES ('takedown', 'takedown', 'topic', 'thing', 'abusive', '', 0, '', $1, 1, 1)",
    "INSERT INTO takedowns (id, form_key, kind, about_id, reason, why, is_kept, words, asked_by,
     asked_at, decided_by, taken_down_at)
     SELECT 'decided', 'decided', 'results', 'thing', 'abusive', '', 0, '', min(id), 1, $1, 1
     FROM accounts WHERE id <> $1",
    "INSERT INTO takedown_notes (form_key, takedown_id, note, noted_by, noted_at)
     VALUES ('takedown note', 'takedown', 'I rang.', $1, 1)",
    "INSERT INTO overrides (draft_id, name, reason, made_by, made_at)
     SELECT d.id, 'A name', 'A reason that is long enough, since it is shown for ever to everyone \
     who reads about this plan.', $1, 1 FROM drafts d
     WHERE NOT EXISTS (SELECT 1 FROM overrides o WHERE o.draft_id = d.id) ORDER BY d.id LIMIT 1",
    "INSERT INTO session_disputes_seen (session_id, seen_by, seen_at)
     SELECT min(session_id), $1, 1 FROM session_disputes",
    "INSERT INTO verdicts_seen (verdict_id, seen_by, seen_at)
     SELECT min(id), $1, 1 FROM verdicts",
    "INSERT INTO confirmations (round_id, reason, confirmed_by, confirmed_at)
     SELECT r.id, '', $1, 1 FROM rounds r
     WHERE NOT EXISTS (SELECT 1 FROM confirmations c WHERE c.round_id = r.id)
     ORDER BY r.id LIMIT 1",
    "INSERT INTO typed_responses (response_id, form_key, consultation_id, sheet, typed_by)
     SELECT r.id, 'sheet', r.consultation_id, 9999, $1 FROM responses r
     WHERE NOT EXISTS (SELECT 1 FROM typed_responses t WHERE t.response_id = r.id)
     ORDER BY r.id LIMIT 1",
    "INSERT INTO sessions (id, token_hash, account_id, device, began_at, seen_at, idle_ends_at,
     ends_at) VALUES ('session', 'session', $1, 'A phone', 1, 1, 9000000000000000,
     9000000000000000)",
    "UPDATE ledger SET reached_at = 1, reached_by = $1, reached_how = 'phone'
     WHERE reached_at IS NULL",
];

#[test]
fn no_column_that_refers_to_an_account_holds_one_that_is_erased() {
    on_both(async |world| {
        let world = world.demonstration().await;
        let fresh = |roles: &'static [Role]| {
            let email = format!("kanarienvogel-{}@example.org", id::fresh());
            let world = &world;
            async move {
                let place: String = sqlx::query_scalar("SELECT min(id) FROM places")
                    .fetch_one(&mut *world.db().read().await.unwrap())
                    .await
                    .unwrap();
                world.person(&email, roles, &place).await
            }
        };
        // Whoever checks what another did is another person.
        let (leaver, second) = (fresh(&[Role::Organiser]).await, fresh(&[Role::Organiser]).await);
        let references = references(&world, "accounts").await;
        assert!(references.len() > 45, "only {references:?}");
        let at = Moment::from_millis(1);
        let entry = Entry { at, who: Some(&leaver), what: "seen", about: "", detail: "" };
        let mut tx = world.db().begin().await.unwrap();
        audit::note(&mut tx, entry).await.unwrap();
        tx.commit().await.unwrap();
        for sql in ROWS {
            let mut row = sqlx::query(sql);
            if sql.contains("$1") {
                row = row.bind(leaver.clone());
            }
            let row = row.execute(&mut *world.db().read().await.unwrap()).await;
            assert!(row.is_ok(), "{sql}: {row:?}");
        }
        // Their name in one row of each, past what guards the tables, as the owner of the tables
        // can.
        let guards = guards_off(&world).await;
        let mut not_tried = Vec::new();
        for (table, column) in &references {
            let who = if column == "checked_by" { &second } else { &leaver };
            let key = if world.db().kind() == Kind::Sqlite && !without_rowid(table) {
                "rowid".to_owned()
            } else if world.db().kind() == Kind::Postgres {
                "ctid".to_owned()
            } else {
                continue; // A row was put in above.
            };
            let sql = format!(
                "UPDATE {table} SET {column} = '{who}' WHERE {key} = (SELECT {key} FROM {table}
                 ORDER BY CASE WHEN {column} IS NULL THEN 1 ELSE 0 END, {key} LIMIT 1)"
            );
            // Where they are in it already, or the row may not hold them, it stays as it is.
            _ = by_hand(&world, &sql).await;
            let theirs = format!("SELECT count(*) FROM {table} WHERE {column} = '{who}'");
            if number(&world, &theirs).await == 0 {
                not_tried.push(format!("{table}.{column}"));
            }
        }
        guards_on(&world, guards).await;
        // They have not asked yet.
        assert_eq!(not_tried, ["erasures.account_id"], "add a row for each other to ROWS");

        for who in [&leaver, &second] {
            let ask = format!(
                "INSERT INTO erasures (account_id, token_hash, asked_at, due_at, takes_down,
                 keeps_emails) VALUES ('{who}', '{who}', 1, 2, 1, 0)"
            );
            change(&world, &ask).await;
        }
        assert_eq!(erase_due(&world.house).await.unwrap(), 2);
        world.deliver_with_kinds().await;
        let allowed: BTreeMap<_, _> = STAYS_NAMED.into_iter().collect();
        for who in [&leaver, &second] {
            for column in columns_with(&world, who).await {
                assert!(allowed.contains_key(column.as_str()), "{column} still names them");
            }
        }
        assert_eq!(columns_with(&world, "kanarienvogel").await, BTreeSet::new());
        for nobody in [NOBODY, ANOTHER] {
            assert!(columns_with(&world, nobody).await.len() > 1);
        }
    });
}

/// Tables that SQLite keeps in the order of their keys.
fn without_rowid(table: &str) -> bool {
    ["took_part", "responses", "personal_links"].contains(&table)
}

/// Takes off what guards the tables row by row; gives what puts it on again.
async fn guards_off(world: &World) -> Vec<String> {
    let mut put_on = Vec::new();
    if world.db().kind() == Kind::Sqlite {
        let triggers: Vec<(String, String)> =
            sqlx::query_as("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                .fetch_all(&mut *world.db().read().await.unwrap())
                .await
                .unwrap();
        for (name, sql) in triggers {
            change(world, &format!("DROP TRIGGER {name}")).await;
            put_on.push(sql);
        }
    } else {
        for table in world.db().columns().await.unwrap().into_keys() {
            change(world, &format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await;
            put_on.push(format!("ALTER TABLE {table} ENABLE TRIGGER USER"));
        }
    }
    put_on
}

async fn guards_on(world: &World, put_on: Vec<String>) {
    for sql in put_on {
        change(world, &sql).await;
    }
}
