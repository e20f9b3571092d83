use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calendar::clock::{Clock, DAY, HOUR, MINUTE, SECOND};
use deliveries::{
    EmailKind, Failure, Marks, Outcome, Owed, Words, deliver_one, owe, record, store,
};
use ground::db::Kind;
use ground::viewer::Role;
use hmac::{Hmac, KeyInit as _, Mac as _};
use server::mailbox::Mailbox;
use server::worker::clock_is_wrong;
use sha2::Sha256;

use crate::world::{KEY, World, change, on_both};

async fn owe_emails(world: &World, emails: usize) {
    let now = world.now();
    let words = Words {
        subject: "Hello".into(),
        paragraphs: vec!["A secret link".into()],
        button: None,
        why: "You asked.".into(),
        from: "The forum".into(),
        also: None,
        stop: None,
    };
    let mut tx = world.db().begin().await.unwrap();
    for nth in 0..emails {
        let owed = Owed {
            dedup_key: &format!("key {nth}"),
            kind: EmailKind::Link,
            account_id: None,
            to: &format!("parent{nth}@example.org"),
            words: &words,
            at: now,
            not_after: Some(now + HOUR),
        };
        owe(&mut tx, owed).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn count(world: &World, condition: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM deliveries WHERE {condition}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_one(&mut *world.db().read().await.unwrap())
        .await
        .unwrap()
}

#[test]
fn an_email_is_owed_once_and_its_words_and_address_go_when_it_is_sent() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        owe_emails(&world, 1).await;
        assert_eq!(world.deliver().await.len(), 1);
        assert_eq!(
            count(
                &world,
                "sent_at IS NOT NULL AND to_address = '' AND body_text = '' AND body_html = ''"
            )
            .await,
            1
        );
        assert_eq!(count(&world, "sent_at IS NULL").await, 0);
    });
}

#[test]
fn a_worker_that_dies_at_any_step_loses_no_email_and_the_copy_has_the_same_id() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        let (first, second) = (world.hand("first"), world.hand("second"));
        // It dies after the claim, before anything was handed over.
        let claimed = store::claim(&first, 50, world.now()).await.unwrap().remove(0).email;
        assert!(
            store::claim(&second, 50, world.now()).await.unwrap().is_empty(),
            "nobody else holds it meanwhile"
        );
        store::release(world.db(), "first").await.unwrap();
        // The next one dies after handing it over, before that was recorded.
        let again = store::claim(&second, 50, world.now()).await.unwrap().remove(0).email;
        assert_eq!(again.id, claimed.id);
        assert_eq!(count(&world, "tries = 2").await, 1);
        store::release(world.db(), "second").await.unwrap();
        let emails = world.deliver().await;
        assert_eq!(emails.len(), 1);
        assert_eq!(emails[0], claimed, "the same email under the same id");
        assert_eq!(count(&world, "sent_at IS NOT NULL").await, 1);
    });
}

#[test]
fn an_email_in_hand_is_not_taken_over_and_one_that_waits_is_not_held_up_whatever_the_clock_does() {
    on_both(async |world| {
        owe_emails(&world, 2).await;
        let hand = world.hand("1");
        let outcome = deliver_one(&hand, async |_, permit| {
            world.forward(HOUR);
            assert_eq!(permit.holds().await, Ok(()), "an hour ahead");
            world.forward(-2 * HOUR);
            assert_eq!(permit.holds().await, Ok(()), "an hour back");
            let other = store::claim(&world.hand("2"), 50, world.now()).await.unwrap();
            assert_eq!(other.len(), 1, "the second was never tried and is due at once");
            let third = store::claim(&world.hand("3"), 50, world.now()).await.unwrap();
            assert!(third.is_empty(), "the first is in hand");
            Ok(())
        });
        assert_eq!(outcome.await.unwrap(), Outcome::Sent);
    });
}

#[test]
fn a_worker_whose_email_was_taken_over_or_has_another_address_may_not_send_it() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        let hand = world.hand("slow");
        let outcome = deliver_one(&hand, async |_, slow| {
            assert_eq!(slow.holds().await, Ok(()));
            store::release(world.db(), "slow").await.unwrap();
            assert_eq!(slow.holds().await, Err(Failure::Stale), "it was taken out of its hand");
            let hand_of_other = world.hand("other");
            let second = deliver_one(&hand_of_other, async |_, other| {
                assert_eq!(slow.holds().await, Err(Failure::Stale), "another holds it");
                assert_eq!(other.holds().await, Ok(()));
                change(&world, "UPDATE deliveries SET to_address = 'elsewhere@example.org'").await;
                other.holds().await
            });
            assert_eq!(
                second.await.unwrap(),
                Outcome::Later,
                "it waits for the turn that has the new address"
            );
            slow.holds().await
        });
        assert_eq!(outcome.await.unwrap(), Outcome::Later);
        let emails = world.deliver().await;
        assert_eq!(
            emails.iter().map(|email| email.to.as_str()).collect::<Vec<_>>(),
            ["elsewhere@example.org"]
        );
    });
}

#[test]
fn while_the_mail_server_is_away_emails_wait_as_if_they_had_not_been_tried() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        for _ in 0..30 {
            let away = |_, _| async { Err(Failure::Away("connection refused".into())) };
            assert_eq!(
                deliver_one(&world.hand("1"), away).await.unwrap(),
                Outcome::Away("connection refused".into())
            );
        }
        assert_eq!(world.deliver().await.len(), 1, "and go as soon as it is there");
    });
}

#[test]
fn a_worker_that_lives_is_seen_by_others_and_one_that_is_gone_is_not() {
    on_both(async |world| {
        let presence = world.db().presence().await.unwrap();
        let id = presence.id().to_owned();
        assert!(!world.db().is_gone(&id).await.unwrap());
        presence.renew().await.unwrap();
        assert!(!world.db().is_gone(&id).await.unwrap());
        drop(presence);
        // A session that is closed takes a moment to be so.
        while !world.db().is_gone(&id).await.unwrap() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(world.db().is_gone("nobody").await.unwrap());
    });
}

#[test]
fn a_machine_whose_clock_is_not_with_the_databases_is_told_so() {
    on_both(async |world| {
        assert_eq!(clock_is_wrong(world.db(), &Clock::system()).await.unwrap(), None);
        world.forward(1000 * DAY);
        let wrong = clock_is_wrong(world.db(), &world.house.clock).await.unwrap();
        assert_eq!(
            wrong.is_some_and(|wrong| wrong.contains("ahead of the database's")),
            world.db().kind() == Kind::Postgres
        );
    });
}

#[test]
fn many_workers_never_send_an_email_twice() {
    on_both(async |world| {
        owe_emails(&world, 60).await;
        let sent = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..8)
            .map(|nth| {
                let (hand, sent) = (world.hand(&format!("{nth}")), Arc::clone(&sent));
                tokio::spawn(async move {
                    let send = |_, _| {
                        sent.fetch_add(1, Ordering::SeqCst);
                        async { Ok(()) }
                    };
                    // PostgreSQL may give a worker nothing while another holds the row it chose;
                    // what is left is due still.
                    while deliver_one(&hand, send).await.unwrap() != Outcome::NothingDue {}
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        sent.fetch_add(world.deliver().await.len(), Ordering::SeqCst);
        assert_eq!(sent.load(Ordering::SeqCst), 60);
        assert_eq!(count(&world, "sent_at IS NOT NULL").await, 60);
    });
}

/// Owes so many of this kind, the first owed first.
async fn owe_many(world: &World, kind: EmailKind, emails: usize) {
    let now = world.now();
    let words = Words {
        subject: "Hello".into(),
        paragraphs: vec!["A line".into()],
        button: None,
        why: "You asked.".into(),
        from: "The forum".into(),
        also: None,
        stop: None,
    };
    let mut tx = world.db().begin().await.unwrap();
    for nth in 0..emails {
        let owed = Owed {
            dedup_key: &format!("{kind:?} {nth}"),
            kind,
            account_id: None,
            to: &format!("{kind:?}{nth}@example.org"),
            words: &words,
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Whom the emails are to that this hand claims, in their order.
async fn claimed(world: &World, worker: &str, most: usize) -> Vec<String> {
    let claimed = store::claim(&world.hand(worker), most, world.now()).await.unwrap();
    claimed.into_iter().map(|claimed| claimed.email.to).collect()
}

#[test]
fn a_lot_is_claimed_in_the_order_in_which_it_was_owed_and_by_one_worker_alone() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Update, 120).await;
        let mut all = claimed(&world, "1", 50).await;
        assert_eq!(all.len(), 50);
        all.extend(claimed(&world, "2", 50).await);
        all.extend(claimed(&world, "3", 50).await);
        let owed: Vec<_> = (0..120).map(|nth| format!("Update{nth}@example.org")).collect();
        assert_eq!(all, owed);
        assert!(claimed(&world, "4", 50).await.is_empty());
    });
}

#[test]
fn a_password_link_that_is_owed_while_a_thousand_others_wait_goes_next() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Update, 600).await;
        owe_many(&world, EmailKind::Asked, 400).await;
        assert_eq!(claimed(&world, "1", 50).await[0], "Asked0@example.org");
        assert!(
            store::claim_first(&world.hand("2"), 50, world.now()).await.unwrap().is_empty(),
            "nobody waits for any of them"
        );
        owe_many(&world, EmailKind::Link, 2).await;
        let links = ["Link0@example.org", "Link1@example.org"];
        assert_eq!(claimed(&world, "3", 1).await, links[..1]);
        let first = store::claim_first(&world.hand("4"), 50, world.now()).await.unwrap();
        assert_eq!(first.len(), 1, "the other link, and none of many");
        assert!(first[0].comes_first && first[0].email.to == links[1]);
        let next = claimed(&world, "5", 360).await;
        assert_eq!(next[349..351], ["Asked399@example.org", "Update0@example.org"]);
    });
}

#[test]
fn an_email_that_is_not_due_yet_holds_up_none_of_a_later_turn() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Link, 1).await;
        change(&world, "UPDATE deliveries SET next_at = next_at + 9999999999999").await;
        owe_many(&world, EmailKind::Update, 1).await;
        assert_eq!(claimed(&world, "1", 50).await, ["Update0@example.org"]);
    });
}

#[test]
fn a_claim_that_finds_nothing_is_no_write() {
    on_both(async |world| {
        let commits = world.db().commits();
        assert!(claimed(&world, "1", 50).await.is_empty());
        assert_eq!(world.db().commits(), commits);
    });
}

#[test]
fn a_worker_that_is_killed_in_the_middle_of_a_lot_doubles_only_what_it_had_handed_over_last() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Update, 20).await;
        let lot = store::claim(&world.hand("dead/1"), 20, world.now()).await.unwrap();
        let (marks, mut went) = (Marks::default(), Vec::new());
        for claimed in &lot[..7] {
            assert_eq!(claimed.permit.holds().await, Ok(()));
            went.push(claimed.email.clone());
            assert_eq!(record(&claimed.permit, Ok(()), &marks).await.unwrap(), Outcome::Sent);
        }
        // The eighth is handed over, and then the process is killed.
        went.push(lot[7].email.clone());
        store::release(world.db(), "dead/1").await.unwrap();
        went.extend(world.deliver().await);
        assert_eq!(went.len(), 21, "one of them twice");
        assert_eq!(went[7], went[8], "the same email under the same id");
        assert_eq!(count(&world, "sent_at IS NOT NULL AND tries = 1").await, 7);
        assert_eq!(count(&world, "sent_at IS NOT NULL AND claimed_by IS NULL").await, 20);
    });
}

#[test]
fn emails_that_go_at_the_same_time_are_recorded_together_and_each_once() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Update, 40).await;
        let lot = store::claim(&world.hand("1"), 40, world.now()).await.unwrap();
        // The last was taken out of this worker's hands meanwhile.
        let last = lot.last().unwrap().email.id.as_str();
        let taken = format!("UPDATE deliveries SET tries = tries + 1 WHERE id = '{last}'");
        let mut tx = world.db().begin().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(taken)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let (marks, commits) = (Arc::new(Marks::default()), world.db().commits());
        let recorded: Vec<_> = lot
            .into_iter()
            .map(|claimed| {
                let marks = Arc::clone(&marks);
                tokio::spawn(async move { record(&claimed.permit, Ok(()), &marks).await })
            })
            .collect();
        for recorded in recorded {
            assert_eq!(recorded.await.unwrap().unwrap(), Outcome::Sent);
        }
        assert_eq!(count(&world, "sent_at IS NOT NULL AND to_address = ''").await, 39);
        assert_eq!(count(&world, "claimed_by = '1'").await, 1, "another holds it");
        let writes = world.db().commits() - commits;
        assert!(writes < 40, "{writes} writes for 40 emails");
    });
}

#[test]
fn an_email_that_is_given_back_counts_no_try_and_one_that_a_fault_dropped_does() {
    on_both(async |world| {
        owe_many(&world, EmailKind::Update, 2).await;
        let lot = store::claim(&world.hand("1"), 2, world.now()).await.unwrap();
        lot[0].permit.give_back().await.unwrap();
        lot[1].permit.let_go().await.unwrap();
        assert_eq!(count(&world, "claimed_by IS NULL AND tries = 0").await, 1);
        assert_eq!(count(&world, "claimed_by IS NULL AND tries = 1").await, 1);
        assert_eq!(lot[0].permit.holds().await, Err(Failure::Stale));
        assert_eq!(world.deliver().await.len(), 2);
    });
}

#[test]
fn a_refused_email_is_given_up_with_its_reason_and_another_is_tried_later() {
    on_both(async |world| {
        owe_emails(&world, 2).await;
        let hand = world.hand("1");
        let refuse = |_, _| async { Err(Failure::Refused("no such mailbox".into())) };
        assert_eq!(deliver_one(&hand, refuse).await.unwrap(), Outcome::GivenUp);
        assert_eq!(
            count(
                &world,
                "given_up_at IS NOT NULL AND reason = 'no such mailbox' AND to_address = ''"
            )
            .await,
            1
        );
        assert_eq!(
            deliver_one(&hand, |_, _| async { Err(Failure::Later("busy".into())) }).await.unwrap(),
            Outcome::Later
        );
        assert_eq!(
            deliver_one(&hand, |_, _| async { Ok(()) }).await.unwrap(),
            Outcome::NothingDue,
            "it waits"
        );
        world.forward(MINUTE);
        assert_eq!(deliver_one(&hand, |_, _| async { Ok(()) }).await.unwrap(), Outcome::Sent);
    });
}

#[test]
fn an_email_that_is_too_late_is_not_sent() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        world.forward(2 * HOUR);
        assert!(world.deliver().await.is_empty());
        assert_eq!(count(&world, "given_up_at IS NOT NULL AND reason LIKE '%too late%'").await, 1);
    });
}

/// A call to the address for providers, signed as Standard Webhooks are.
fn signed(world: &World, key: &str, seconds: i64, body: &str) -> Vec<(&'static str, String)> {
    let at = world.now().millis() / SECOND + seconds;
    let mut mac = <Hmac<Sha256>>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(format!("msg_1.{at}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    vec![
        ("webhook-id", "msg_1".into()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", format!("v1,AAAA v1,{signature}")),
    ]
}

#[test]
fn a_providers_call_is_kept_when_its_signature_holds_and_only_then() {
    on_both(async |world| {
        owe_emails(&world, 1).await;
        let email = world.deliver().await.remove(0);
        let body = format!(
            r#"{{"event":"bounced","message_id":"<{}@alongside.example.org>",
                 "reason":"550 no such mailbox"}}"#,
            email.id
        );
        let call = async |headers: Vec<(&'static str, String)>, body: String| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            world.visitor().request(Method::POST, "/returns", &headers, body).await.status
        };
        let returns = async || -> i64 {
            sqlx::query_scalar("SELECT count(*) FROM returns")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap()
        };
        for (headers, body) in [
            (vec![], body.clone()),
            (signed(&world, "another key of thirty-two letters or more", 0, &body), body.clone()),
            (signed(&world, KEY, 0, "another body"), body.clone()),
            (signed(&world, KEY, -600, &body), body.clone()),
            (signed(&world, KEY, i64::MAX / SECOND - world.now().millis(), &body), body.clone()),
        ] {
            assert_eq!(call(headers, body).await, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(
            call(signed(&world, KEY, 0, "no JSON"), "no JSON".into()).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(returns().await, 0);
        for _ in 0..2 {
            assert_eq!(call(signed(&world, KEY, 0, &body), body.clone()).await, StatusCode::OK);
        }
        assert_eq!(returns().await, 1, "twice is once");

        let at = world.now().millis() / SECOND;
        let mut mac = <Hmac<Sha256>>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(format!("{at}word").as_bytes());
        let signature: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let mailgun = |signature: &str| {
            format!(
                r#"{{"signature":{{"timestamp":"{at}","token":"word","signature":"{signature}"}},
                     "event-data":{{"event":"complained",
                     "message":{{"headers":{{"message-id":"{}@alongside.example.org"}}}}}}}}"#,
                email.id
            )
        };
        assert_eq!(call(vec![], mailgun(&"0".repeat(64))).await, StatusCode::UNAUTHORIZED);
        assert_eq!(call(vec![], mailgun("ü")).await, StatusCode::UNAUTHORIZED);
        assert_eq!(call(vec![], mailgun(&signature)).await, StatusCode::OK);
        assert_eq!(returns().await, 2);
    });
}

/// A mail server's word that an email did not arrive, as it lies in a mailbox.
fn did_not_arrive(to: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.com\nTo: {to}\nSubject: Undelivered Mail\nMIME-Version: \
         1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; \
             boundary=b1\n\n--b1\nContent-Type: text/plain\n\n>From us: sorry.\n\
         --b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; \
             mx.example.com\n\nAction: failed\nStatus: 5.1.1\n--b1--\n"
    )
}

#[test]
fn what_came_back_is_read_from_a_mailbox_file_or_folder_and_other_mail_is_left_there() {
    on_both(async |world| {
        owe_emails(&world, 3).await;
        let emails = world.deliver().await;
        let ours = world.house.settings.return_address.clone().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let returns = async || -> i64 {
            sqlx::query_scalar("SELECT count(*) FROM returns")
                .fetch_one(&mut *world.db().read().await.unwrap())
                .await
                .unwrap()
        };
        let mbox = folder.path().join("bounces");
        let mailbox = Mailbox::from_setting(&format!("file:{}", mbox.display())).unwrap();
        mailbox.empty(&world.house).await.unwrap();
        let person = "From: someone@example.com\nTo: bounces@alongside.example.org\nSubject: \
            Hello\n\nWho are you?\n";
        let mails = [
            did_not_arrive(&ours.of(&emails[0].id)),
            person.to_owned(),
            did_not_arrive(&ours.of(&emails[1].id)),
        ];
        let all: String = mails
            .iter()
            .map(|mail| format!("From MAILER-DAEMON Mon Nov 23 08:00:00 2026\n{mail}\n"))
            .collect();
        fs::write(&mbox, &all).unwrap();
        fs::write(folder.path().join("bounces.lock"), "").unwrap();
        assert!(mailbox.empty(&world.house).await.is_err(), "the mail server is writing");
        fs::remove_file(folder.path().join("bounces.lock")).unwrap();
        mailbox.empty(&world.house).await.unwrap();
        assert_eq!(returns().await, 2);
        assert_eq!(fs::read_to_string(&mbox).unwrap(), "");
        let left = fs::read_to_string(folder.path().join("bounces.other")).unwrap();
        assert!(left.contains("Who are you?") && !left.contains("Action: failed"));
        fs::write(&mbox, &all).unwrap();
        mailbox.empty(&world.house).await.unwrap();
        assert_eq!(returns().await, 2, "twice is once");

        let maildir = folder.path().join("Maildir");
        fs::create_dir_all(maildir.join("new")).unwrap();
        fs::write(maildir.join("new/1.mail"), did_not_arrive(&ours.of(&emails[2].id))).unwrap();
        fs::write(maildir.join("new/2.mail"), person).unwrap();
        Mailbox::from_setting(&format!("file:{}", maildir.display()))
            .unwrap()
            .empty(&world.house)
            .await
            .unwrap();
        assert_eq!(returns().await, 3);
        assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 0);
        assert_eq!(fs::read_dir(maildir.join("cur")).unwrap().count(), 1);
    });
}

#[test]
fn what_came_back_and_is_not_understood_is_shown_to_an_administrator_for_a_month() {
    on_both(async |world| {
        world.signed_in("admin@example.org", &[Role::Admin]).await;
        owe_emails(&world, 3).await;
        let emails = world.deliver().await;
        let ours = world.house.settings.return_address.clone().unwrap();
        let maildir = tempfile::tempdir().unwrap();
        fs::create_dir_all(maildir.path().join("new")).unwrap();
        let mail = |nth: usize, from: &str, subject: &str, text: &str| {
            let to = ours.of(&emails[nth].id);
            let mail = format!("From: {from}\nTo: {to}\nSubject: {subject}\n\n{text}\n");
            fs::write(maildir.path().join(format!("new/{nth}.mail")), mail).unwrap();
        };
        mail(0, "MAILER-DAEMON@example.com", "failure notice", "<a@example.com>: No such mailbox.");
        mail(1, "Ann <ann@example.com>", "Automatic reply: Hello", "I am away.");
        mail(2, "Ann <ann@example.com>", "Hello from ann@example.com", "Who are you?");
        let setting = format!("file:{}", maildir.path().display());
        let mailbox = Mailbox::from_setting(&setting).unwrap();
        mailbox.empty(&world.house).await.unwrap();
        let cur = || fs::read_dir(maildir.path().join("cur")).unwrap().count();
        assert_eq!(cur(), 2, "what is no return is left for somebody to read");
        let admin = world.sign_in("admin@example.org").await;
        let page = admin.get("/admin/service").await;
        assert!(page.says("1 email has been returned to us"), "{}", page.html);
        assert!(page.says("Answers to our emails that we couldn't read"), "{}", page.html);
        assert!(page.says("“Hello from …”"), "{}", page.html);
        assert!(!page.says("Automatic reply"), "{}", page.html);
        world.forward(31 * DAY);
        server::retention::keep(&world.house).await.unwrap();
        let admin = world.sign_in("admin@example.org").await;
        assert!(!admin.get("/admin/service").await.says("we couldn't read"));
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM unread_returns")
            .fetch_one(&mut *world.db().read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(left, 0);
    });
}
