//! How few times the mailer waits for the mail server, and what it makes of a "no" in the middle.

use std::io::Write as _;

use calendar::clock::{Clock, Moment};
use deliveries::{Claimed, EmailKind, Hand, Outcome, Owed, Permit, Words, deliver_one, owe, store};
use ground::db::Db;
use server::mailer::{Ahead, Next, Written};

use super::*;

#[tokio::test]
async fn all_that_goes_before_an_email_is_one_write_where_the_server_takes_that() {
    let peer = Peer::start("plain");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    sent(mailer.send(&email()).await);
    for taken in peer.rest() {
        let one_write =
            json!(["MAIL FROM:<forum@example.org>\r\nRCPT TO:<parent@example.org>\r\nDATA\r\n"]);
        assert_eq!(taken["commands"], one_write);
        assert_eq!(taken["inOneWrite"], true, "the email goes with its end");
    }
}

#[tokio::test]
async fn a_server_that_takes_one_command_at_a_time_gets_one_at_a_time() {
    let peer = Peer::start("no-pipelining");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    sent(mailer.send(&email()).await);
    let taken = peer.rest();
    assert_eq!(taken.len(), 2);
    for taken in taken {
        let in_turn = json!([
            "MAIL FROM:<forum@example.org>\r\n",
            "RCPT TO:<parent@example.org>\r\n",
            "DATA\r\n"
        ]);
        assert_eq!(taken["commands"], in_turn);
    }
}

#[tokio::test]
async fn after_an_address_that_is_refused_the_next_email_goes() {
    let peer = Peer::start("refuse-one");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    let why = refused(mailer.send(&Email { to: "nobody@example.org".into(), ..email() }).await);
    assert_eq!(why, "550 5.1.1 No such person here");
    sent(mailer.send(&email()).await);
    let taken = peer.rest();
    assert_eq!(taken.len(), 2, "{taken:?}");
    taken.iter().for_each(assert_arrived_whole);
}

#[tokio::test]
async fn a_server_that_waits_for_an_email_to_nobody_gets_an_empty_one() {
    let (port, heard) = eager_server();
    let why = refused(mailer(&format!("smtp+insecure://127.0.0.1:{port}")).send(&email()).await);
    assert_eq!(why, "550 5.1.1 No such person here");
    let heard =
        tokio::task::spawn_blocking(|| heard.join()).await.expect("a task").expect("a server");
    assert_eq!(
        heard.last_chunk(),
        Some(&["DATA".to_owned(), ".".to_owned(), "QUIT".to_owned()]),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_replaced_and_the_email_goes_once() {
    let mut peer = Peer::start("leave");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    let first = peer.says();
    assert_eq!(peer.says(), json!({ "left": true }));
    sent(mailer.send(&email()).await);
    let second = peer.says();
    assert_ne!(first["connection"], second["connection"]);
    assert_arrived_whole(&second);
    let more = peer.rest();
    assert!(more.iter().all(|line| line["raw"].is_null()), "{more:?}");
}

#[tokio::test]
async fn an_email_that_is_called_off_while_the_server_thinks_about_its_sender_is_not_begun() {
    let mut peer = Peer::start("slow-over-sender");
    let (_folder, db) = database().await;
    owe_one(&db, "one", "parent@example.org").await;
    let mailer = peer.mailer();
    let sends = {
        let hand = hand(&db);
        tokio::spawn(async move {
            deliver_one(&hand, async |email, permit| mailer.send_while(&email, &permit).await).await
        })
    };
    let said = tokio::task::spawn_blocking(move || (peer.says(), peer));
    let (said, peer) = said.await.expect("a task");
    assert_eq!(said, json!({ "sender": true }));
    call_off(&db, "one").await;
    assert_eq!(sends.await.expect("a task").expect("the database"), Outcome::GivenUp);
    assert_eq!(peer.rest(), Vec::<Value>::new());
}

#[tokio::test]
async fn whom_the_next_email_is_to_goes_with_the_words_of_the_one_before() {
    let mut turns = Turns::begun(Peer::start("plain"), "next@example.org").await;
    sent(turns.send_second().await);
    let taken = turns.peer.rest();
    assert_eq!(taken.len(), 2, "{taken:?}");
    assert_eq!(taken[0]["to"], json!(["parent@example.org"]));
    assert_eq!(taken[1]["to"], json!(["next@example.org"]));
    assert_eq!(taken[0]["connection"], taken[1]["connection"]);
    assert_eq!(taken[1]["commands"], json!([]), "no command has a write of its own");
    let words: Vec<_> =
        taken.iter().map(|taken| String::from_utf8(raw(taken)).expect("ASCII")).collect();
    for (words, other) in [(&words[0], "next@"), (&words[1], "parent@")] {
        assert!(words.trim_end().ends_with("--") && !words.contains(other), "{words}");
    }
}

#[tokio::test]
async fn a_server_that_takes_one_command_at_a_time_hears_of_no_email_before_its_turn() {
    let mut turns = Turns::begun(Peer::start("no-pipelining"), "next@example.org").await;
    sent(turns.send_second().await);
    let taken = turns.peer.rest();
    assert_eq!(taken.len(), 2, "{taken:?}");
    assert_eq!(taken[1]["commands"].as_array().map(Vec::len), Some(3), "{taken:?}");
}

#[tokio::test]
async fn an_email_that_is_called_off_after_it_was_announced_is_not_told() {
    let mut turns = Turns::begun(Peer::start("plain"), "next@example.org").await;
    call_off(&turns.db, "two").await;
    // Longer than an answer that was just given is relied on.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let not_sent = turns.send_second().await;
    assert_eq!(not_sent, Err(Failure::Forfeited("it was called off")));
    sent(turns.mailer.send(&email()).await);
    let taken = turns.peer.rest();
    let to: Vec<_> = taken.iter().map(|taken| taken["to"][0].clone()).collect();
    assert_eq!(to, ["parent@example.org", "parent@example.org"], "and the next one goes");
}

#[tokio::test]
async fn an_address_that_is_refused_ahead_of_its_turn_is_told_in_its_turn() {
    let mut turns = Turns::begun(Peer::start("refuse-one"), "nobody@example.org").await;
    let why = refused(turns.send_second().await);
    assert_eq!(why, "550 5.1.1 No such person here");
    sent(turns.mailer.send(&email()).await);
    assert_eq!(turns.peer.rest().len(), 2);
}

#[tokio::test]
async fn an_email_that_was_announced_goes_once_though_another_takes_its_turn() {
    let mut turns = Turns::begun(Peer::start("plain"), "next@example.org").await;
    sent(turns.send_first_again().await);
    sent(turns.send_second().await);
    let to: Vec<_> = turns.peer.rest().iter().map(|taken| taken["to"][0].clone()).collect();
    assert_eq!(to, ["parent@example.org", "parent@example.org", "next@example.org"]);
}

/// Two emails that a worker has claimed. The first went to a mail server, and with it whom the
/// second is to.
struct Turns {
    peer: Peer,
    mailer: Mailer,
    ahead: Ahead,
    first: (Written, Permit),
    second: (Written, Permit),
    db: Db,
    _folder: tempfile::TempDir,
}

impl Turns {
    async fn begun(peer: Peer, second_to: &str) -> Self {
        let (folder, db) = database().await;
        owe_one(&db, "one", "parent@example.org").await;
        owe_one(&db, "two", second_to).await;
        let (hand, mailer) = (hand(&db), peer.mailer());
        let claimed = store::claim(&hand, 2, hand.clock.now()).await.expect("the outbox");
        let written = async |nth: usize| {
            let Claimed { email, permit, .. } = &claimed[nth];
            (mailer.written(email.clone()).await.expect("an email"), permit.clone())
        };
        let (first, second) = (written(0).await, written(1).await);
        let mut ahead = Ahead::default();
        let next = Next { email: &second.0, permit: &second.1 };
        sent(mailer.send_in_turn(&first.0, &first.1, Some(next), &mut ahead).await);
        Self { peer, mailer, ahead, first, second, db, _folder: folder }
    }

    async fn send_second(&mut self) -> Result<(), Failure> {
        let (email, permit) = &self.second;
        self.mailer.send_in_turn(email, permit, None, &mut self.ahead).await
    }

    async fn send_first_again(&mut self) -> Result<(), Failure> {
        let (email, permit) = &self.first;
        self.mailer.send_in_turn(email, permit, None, &mut self.ahead).await
    }
}

/// A database of its own, in a folder that goes with it.
async fn database() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("alongside.db");
    let db = Db::open(&format!("sqlite://{}", file.display())).await.expect("a database");
    db.migrate().await.expect("its tables");
    (folder, db)
}

fn hand(db: &Db) -> Hand {
    Hand { db: db.clone(), clock: Clock::system(), worker: "1".into() }
}

async fn call_off(db: &Db, dedup_key: &str) {
    let mut tx = db.begin().await.expect("a write");
    store::call_off(&mut tx, "dedup_key = $1", dedup_key, "stopped", Moment::default())
        .await
        .expect("it is called off");
    tx.commit().await.expect("it is kept");
}

async fn owe_one(db: &Db, dedup_key: &str, to: &str) {
    let words = Words {
        subject: "Hello".into(),
        paragraphs: Vec::new(),
        button: None,
        also: None,
        why: "You asked.".into(),
        from: "The forum".into(),
        stop: None,
    };
    let owed = Owed {
        dedup_key,
        kind: EmailKind::Link,
        account_id: None,
        to,
        words: &words,
        at: Clock::system().now(),
        not_after: None,
    };
    let mut tx = db.begin().await.expect("a write");
    owe(&mut tx, owed).await.expect("it is owed");
    tx.commit().await.expect("it is kept");
}

/// A mail server that refuses each address and waits for the email all the same, as RFC 2920 lets
/// it; and what it heard.
fn eager_server() -> (u16, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let serve = move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let lines = BufReader::new(socket.try_clone().expect("its other end")).lines();
        socket.write_all(b"220 eager\r\n").expect("it listens");
        let mut heard = Vec::new();
        for line in lines {
            let line = line.expect("a line");
            let answer = match line.split(' ').next().unwrap_or_default() {
                "EHLO" => "250-eager\r\n250 PIPELINING\r\n",
                "MAIL" => "250 2.1.0 Go on\r\n",
                "RCPT" => "550 5.1.1 No such person here\r\n",
                "DATA" => "354 Go on\r\n",
                "." => "554 5.5.1 To whom?\r\n",
                _ => "221 2.0.0 Goodbye\r\n",
            };
            socket.write_all(answer.as_bytes()).expect("it listens");
            let is_over = line == "QUIT";
            heard.push(line);
            if is_over {
                break;
            }
        }
        heard
    };
    (port, thread::spawn(serve))
}
