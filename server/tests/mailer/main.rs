//! The mailer, against a real mail server that can be told to misbehave, and a real folder.

mod connections;
mod signed;

#[path = "../smtp-peer/start.rs"]
mod smtp_peer;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use deliveries::{Email, Failure};
use mailparse::{MailHeaderMap, parse_mail};
use serde_json::{Value, json};
use server::mailer::{Mailer, Patience};
use smtp_peer::{Running, start};

/// Shorter than the servers that take their time.
const SHORT: Duration = Duration::from_millis(500);

const FROM: &str = "Sefton Forum <forum@example.org>";
const SUBJECT: &str = "What changes for short breaks 🎉 and what £12 of it buys from Monday";

#[tokio::test]
async fn an_email_sent_with_starttls_arrives_whole() {
    let peer = Peer::start("starttls");
    let secret = "forum%40example.org:p%40ss%2Fw%3Ard%25%23%3F+%C3%A9";
    let mailer = peer.trusted(&format!("smtp://{secret}@localhost"));
    sent(mailer.send(&email()).await);
    let taken = only(peer.rest());
    assert_eq!(taken["secure"], true);
    assert_eq!(taken["signedIn"], json!(["forum@example.org", "p@ss/w:rd%#?+é"]));
    assert_arrived_whole(&taken);
}

#[tokio::test]
async fn an_email_sent_with_implicit_tls_arrives_whole() {
    let peer = Peer::start("implicit-tls");
    sent(peer.trusted("smtps://forum:secret@127.0.0.1").send(&email()).await);
    let taken = only(peer.rest());
    assert_eq!(taken["secure"], true);
    assert_eq!(taken["signedIn"], json!(["forum", "secret"]));
    assert_arrived_whole(&taken);
}

#[tokio::test]
async fn an_email_sent_in_clear_on_this_machine_arrives_whole() {
    let peer = Peer::start("plain");
    sent(peer.mailer().send(&email()).await);
    let taken = only(peer.rest());
    assert_eq!(taken["secure"], false);
    assert_eq!(taken["signedIn"], Value::Null);
    assert_arrived_whole(&taken);
}

#[tokio::test]
async fn a_server_without_starttls_is_told_nothing_in_clear() {
    let peer = Peer::start("no-starttls");
    let mailer = mailer(&format!("smtp://forum:secret@127.0.0.1:{}", peer.port));
    let why = later(mailer.send(&email()).await);
    assert!(why.contains("STARTTLS"), "{why}");
    assert_eq!(peer.rest(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_server_with_a_certificate_nobody_vouches_for_gets_no_email() {
    for (mode, scheme) in [("starttls", "smtp"), ("implicit-tls", "smtps")] {
        let peer = Peer::start(mode);
        let mailer = mailer(&format!("{scheme}://forum:secret@localhost:{}", peer.port));
        let why = later(mailer.send(&email()).await);
        assert!(why.contains("certificate"), "{why}");
        assert_eq!(peer.rest(), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn an_address_the_server_refuses_is_final_in_the_servers_words() {
    let peer = Peer::start("refuse");
    let why = refused(peer.mailer().send(&email()).await);
    assert_eq!(why, "550 5.1.1 No such person here");
}

#[tokio::test]
async fn an_email_the_server_refuses_is_final_in_the_servers_words() {
    let peer = Peer::start("refuse-email");
    let why = refused(peer.mailer().send(&email()).await);
    assert_eq!(why, "554 5.6.0 We do not take this email");
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_any_server_hears_of_it() {
    let peer = Peer::start("plain");
    let injected = "parent@example.org>\r\nRCPT TO:<thief@example.org";
    let quoted = "\"a\r\nBcc: thief@example.org\r\n\"@example.org";
    for to in ["", "parent", "@example.org", "a b@example.org", "zoë@example.org", injected, quoted]
    {
        let email = Email { to: to.into(), ..email() };
        refused(peer.mailer().send(&email).await);
    }
    assert_eq!(peer.rest(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_busy_server_is_tried_later() {
    let peer = Peer::start("busy");
    assert_eq!(later(peer.mailer().send(&email()).await), "451 4.7.1 Come back later");
}

#[tokio::test]
async fn a_peer_that_stalls_is_given_up_and_tried_later() {
    let peer = Peer::start("stall");
    let mailer =
        peer.mailer().with_patience(Patience { to_begin: SHORT, for_the_last_word: SHORT });
    // It ends by itself; a busy machine may take its time.
    let guard = Duration::from_secs(600);
    let given_up = tokio::time::timeout(guard, mailer.send(&email())).await;
    let why = later(given_up.expect("the mailer waits for a server that never answers"));
    assert_eq!(why, "no answer within 500ms");
}

#[tokio::test]
async fn a_server_that_takes_its_time_over_an_email_is_waited_for() {
    let peer = Peer::start("slow");
    let mailer = peer
        .mailer()
        .with_patience(Patience { to_begin: SHORT, for_the_last_word: Duration::from_secs(60) });
    sent(mailer.send(&email()).await);
    assert_arrived_whole(&only(peer.rest()));
}

#[tokio::test]
async fn only_what_a_server_says_of_the_address_or_the_email_is_final() {
    let peer = Peer::start("answer");
    let mailer = peer.mailer();
    let says = async |words: &str| {
        mailer
            .send(&Email { to: format!("{}@example.org", words.replace(' ', "_")), ..email() })
            .await
    };
    for words in [
        "550 5.1.1 No such person",
        "552 5.2.2 Mailbox full",
        "554 5.6.0 Not this",
        "550 No such person",
        "553 Not allowed",
    ] {
        assert_eq!(refused(says(words).await), words);
    }
    for words in [
        "550 5.4.5 Too many messages today",
        "550 5.7.1 Your address is on a list",
        "554 5.3.2 Not accepting mail",
        "554 Too many messages today",
        "530 Sign in first",
        "451 4.1.1 Ask again",
    ] {
        assert_eq!(later(says(words).await), words);
    }
}

#[tokio::test]
async fn a_peer_that_hangs_up_in_the_middle_is_tried_later() {
    let peer = Peer::start("hangup");
    later(peer.mailer().send(&email()).await);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_later() {
    let mailer = mailer(&format!("smtp+insecure://127.0.0.1:{}", port_of_nobody()));
    let why = later(mailer.send(&email()).await);
    assert!(why.contains("refused"), "{why}");
}

#[tokio::test]
async fn our_own_wrong_password_does_not_count_against_the_address() {
    let peer = Peer::start("bad-auth");
    let mailer = mailer(&format!("smtp+insecure://forum:secret@127.0.0.1:{}", peer.port));
    let why = later(mailer.send(&email()).await);
    assert!(why.contains("535 5.7.8 Wrong user or password"), "{why}");
    assert!(!why.contains("secret"), "{why}");
}

#[tokio::test]
async fn our_own_wrong_sender_does_not_count_against_the_address() {
    for mode in ["refuse-sender", "refuse-relay", "refuse-stranger"] {
        later(Peer::start(mode).mailer().send(&email()).await);
    }
}

#[tokio::test]
async fn emails_follow_each_other_on_one_connection() {
    let peer = Peer::start("plain");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    sent(mailer.clone().send(&email()).await);
    let taken = peer.rest();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0]["connection"], taken[1]["connection"]);
}

#[tokio::test]
async fn a_server_that_takes_one_email_a_connection_gets_the_next_on_another() {
    let peer = Peer::start("one-email");
    let mailer = peer.mailer();
    sent(mailer.send(&email()).await);
    sent(mailer.send(&email()).await);
    let taken = peer.rest();
    assert_eq!(taken.len(), 2);
    assert_ne!(taken[0]["connection"], taken[1]["connection"]);
}

#[tokio::test]
async fn the_check_says_what_is_in_the_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").expect("a file");
    let nobody = format!("smtp+insecure://127.0.0.1:{}", port_of_nobody());
    let (strict, stern) = (Peer::start("bad-auth"), Peer::start("refuse-sender"));
    let wrong = format!("smtp+insecure://forum:secret@127.0.0.1:{}", strict.port);
    let unknown = format!("smtp+insecure://127.0.0.1:{}", stern.port);
    let blocked = format!("file:{}/mail", in_the_way.display());
    let ways = [(nobody, "refused"), (wrong, "535"), (unknown, "550"), (blocked, "folder")];
    for (mail, expected) in ways {
        let why = mailer(&mail).check().await.expect_err(&mail);
        assert!(why.contains(expected) && !why.contains('\n') && !why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn the_check_passes_where_emails_can_go_and_sends_none() {
    let peer = Peer::start("starttls");
    peer.trusted("smtp://forum:secret@localhost").check().await.expect("the server is there");
    assert_eq!(peer.rest(), Vec::<Value>::new());
    let folder = tempfile::tempdir().expect("a folder");
    into(folder.path()).check().await.expect("the folder can be written");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[test]
fn mail_in_clear_goes_to_this_machine_only() {
    for host in ["127.0.0.1", "127.8.9.10", "[::1]", "localhost"] {
        setting(&format!("smtp+insecure://{host}:2525")).expect(host);
    }
    let elsewhere = [
        "mail.example.org",
        "10.0.0.1",
        "0.0.0.0",
        "128.0.0.1",
        "[::2]",
        "[::]",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "127.0.0.1:x@mail.example.org",
    ];
    for host in elsewhere {
        let why = setting(&format!("smtp+insecure://{host}:2525")).expect_err(host);
        assert!(why.contains("only for a mail server on this machine"), "{why}");
    }
}

#[test]
fn a_setting_that_cannot_be_read_is_one_line_without_the_password() {
    let wrong = [
        "",
        "file:",
        "secret",
        "mailto:forum@example.org",
        "http://forum:secret@example.org",
        "smtp:",
        "smtp://",
        "smtp://forum:secret@",
        "smtp://forum:secret@example.org:port",
        "smtp://forum:secret/x@example.org:587",
        "smtp://forum:25/secret@example.org:587",
        "smtp://forum:25?secret@example.org:587",
        "smtp://forum:25#secret@example.org:587",
        "smtp://forum:secret%FF@example.org",
        "smtp://forum@example.org",
        "smtp://:secret@example.org",
        "smtp+insecure://forum:secret@example.org",
    ];
    for mail in wrong {
        let why = setting(mail).expect_err(mail);
        assert!(why.starts_with("MAIL ") && !why.contains('\n'), "{mail}: {why}");
        assert!(!why.contains("secret"), "{mail}: {why}");
    }
    for from in ["", "Sefton Forum", "Sefton <forum>", "a@example.org, b@example.org"] {
        let why = Mailer::from_setting("file:mail", from, "example.org").expect_err(from);
        assert!(why.starts_with("MAIL_FROM ") && !why.contains('\n'), "{from}: {why}");
    }
}

#[test]
fn a_mailer_in_a_log_shows_its_server_and_port_but_no_password() {
    let ways = [
        ("smtp://forum:secret@mail.example.org", "(mail.example.org:587)"),
        ("smtps://forum:secret@mail.example.org", "(mail.example.org:465)"),
        ("smtp+insecure://forum:secret@127.0.0.1", "(127.0.0.1:25)"),
        ("smtp+insecure://forum:secret@[::1]:2525", "(::1:2525)"),
    ];
    for (mail, place) in ways {
        let shown = format!("{:?}", mailer(mail));
        assert!(shown.contains(place) && !shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn an_email_to_a_folder_is_one_whole_file_however_often_it_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let mail = folder.path().join("not/there/yet");
    sent(into(&mail).send(&email()).await);
    sent(into(&mail).send(&email()).await);
    assert_eq!(names_in(&mail), [file_name()]);
    assert_whole(&fs::read(mail.join(file_name())).expect("the email"));
}

#[tokio::test]
async fn a_line_break_in_a_subject_is_not_a_header() {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::start("plain");
    for end in ["\n", "\r\n", "\r", "\r\n "] {
        let subject = format!("Autumn 🍂 news{end}Bcc: thief@example.org{end}{end}<p>Not ours");
        let email = Email { subject, ..email() };
        sent(into(folder.path()).send(&email).await);
        sent(peer.mailer().send(&email).await);
        assert_no_bcc(&fs::read(folder.path().join(file_name())).expect("the email"));
    }
    for taken in peer.rest() {
        assert_eq!(taken["to"], json!(["parent@example.org"]));
        assert_no_bcc(&raw(&taken));
    }
}

#[tokio::test]
async fn whoever_reads_an_email_while_it_is_sent_again_reads_one_whole_email() {
    let folder = tempfile::tempdir().expect("a folder");
    sent(into(folder.path()).send(&email()).await);
    let path = folder.path().join(file_name());
    let mut open = fs::File::open(&path).expect("the email");
    sent(into(folder.path()).send(&Email { subject: "Another".into(), ..email() }).await);
    let mut first = Vec::new();
    open.read_to_end(&mut first).expect("the email that was there");
    assert_whole(&first);
    let second = fs::read(path).expect("the email that is there");
    assert!(String::from_utf8_lossy(&second).contains("Subject: Another\r\n"));
}

#[tokio::test]
async fn a_half_written_email_is_not_seen_under_its_final_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(file_name());
    let first_seen = thread::spawn(move || {
        loop {
            if let Ok(bytes) = fs::read(&path) {
                return bytes;
            }
        }
    });
    let long = "One more line of a very long email.\r\n".repeat(100_000);
    sent(into(folder.path()).send(&Email { text: long, ..email() }).await);
    let first_seen = first_seen.join().expect("the reader");
    let written = fs::read(folder.path().join(file_name())).expect("the email");
    assert!(first_seen == written, "{} of {} bytes", first_seen.len(), written.len());
}

#[tokio::test]
async fn an_email_that_cannot_be_written_is_tried_later_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join(file_name()).join("in the way")).expect("a folder");
    later(into(folder.path()).send(&email()).await);
    assert_eq!(names_in(folder.path()), [file_name()]);
}

/// An email with all that mail is known to break.
fn email() -> Email {
    let long = "word ".repeat(400);
    let text =
        format!("Annwyl riant,\n.\n..\n.hidden\nFrom here on =3D, 5 € a day — ŵ 🎉\n{long}\nEnd");
    Email {
        id: "019a0000-0000-7000-8000-00000000000a".into(),
        to: "parent@example.org".into(),
        subject: SUBJECT.into(),
        html: format!("<p>{text}</p>"),
        text,
        one_click: None,
    }
}

fn file_name() -> String {
    format!("{}.eml", email().id)
}

fn assert_arrived_whole(taken: &Value) {
    assert_eq!(taken["hello"], "alongside.example.org");
    assert_eq!(taken["from"], "forum@example.org");
    assert_eq!(taken["to"], json!(["parent@example.org"]));
    assert_whole(&raw(taken));
}

fn assert_whole(bytes: &[u8]) {
    let mail = parse_mail(bytes).expect("an email");
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    let id = format!("<{}@alongside.example.org>", email().id);
    assert_eq!(header("Message-ID"), id);
    assert_eq!(header("From"), "\"Sefton Forum\" <forum@example.org>");
    assert_eq!(header("To"), "parent@example.org");
    assert_eq!(header("Subject"), SUBJECT);
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    mailparse::dateparse(&header("Date")).expect("a date");
    assert_eq!(mail.ctype.mimetype, "multipart/alternative");
    let parts = mail.subparts.iter().map(|part| {
        let body = part.get_body().expect("a body").replace("\r\n", "\n");
        (part.ctype.mimetype.clone(), body.trim_end().to_owned())
    });
    let written = [("text/plain", email().text), ("text/html", email().html)];
    assert_eq!(parts.collect::<Vec<_>>(), written.map(|(kind, body)| (kind.to_owned(), body)));
}

fn assert_no_bcc(bytes: &[u8]) {
    let mail = parse_mail(bytes).expect("an email");
    assert!(mail.headers.get_first_value("Bcc").is_none());
    let subject = mail.headers.get_first_value("Subject").unwrap_or_default();
    assert!(subject.starts_with("Autumn 🍂 news") && subject.ends_with("<p>Not ours"), "{subject}");
    assert!(!subject.contains(['\r', '\n']), "{subject:?}");
    assert_eq!(mail.subparts.len(), 2);
}

/// A real mail server in one of the modes of `smtp-peer/peer.mjs`, ended when dropped.
struct Peer {
    running: Running,
    port: u16,
    folder: tempfile::TempDir,
}

impl Peer {
    fn start(mode: &str) -> Peer {
        let folder = tempfile::tempdir().expect("a folder");
        let running = start(mode, &folder.path().join("certificate.pem"));
        Peer { port: running.port, running, folder }
    }

    /// A mailer that sends to it in clear.
    fn mailer(&self) -> Mailer {
        mailer(&format!("smtp+insecure://127.0.0.1:{}", self.port))
    }

    /// A mailer that trusts its certificate.
    fn trusted(&self, mail: &str) -> Mailer {
        let pem = fs::read(self.folder.path().join("certificate.pem")).expect("its certificate");
        let mailer = mailer(&format!("{mail}:{}", self.port));
        mailer.with_root_certificate(&pem).expect("a certificate")
    }

    /// The next thing it says.
    fn says(&mut self) -> Value {
        let mut line = String::new();
        self.running.output.read_line(&mut line).expect("a line");
        line.parse().expect("JSON")
    }

    /// All it took, once it has ended.
    fn rest(mut self) -> Vec<Value> {
        drop(self.running.input.take());
        let lines = self.running.output.by_ref().lines();
        lines.map(|line| line.expect("a line").parse().expect("JSON")).collect()
    }
}

fn mailer(mail: &str) -> Mailer {
    setting(mail).expect("a mailer")
}

fn setting(mail: &str) -> Result<Mailer, String> {
    Mailer::from_setting(mail, FROM, "alongside.example.org")
}

fn into(folder: &Path) -> Mailer {
    mailer(&format!("file:{}", folder.display()))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().display().to_string()).collect()
}

fn port_of_nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

fn only(mut taken: Vec<Value>) -> Value {
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken.remove(0)
}

/// The bytes as they came: the peer writes each as the character of that number.
fn raw(taken: &Value) -> Vec<u8> {
    let characters = taken["raw"].as_str().expect("an email").chars();
    characters.map(|character| u8::try_from(character).expect("a byte")).collect()
}

#[track_caller]
fn sent(outcome: Result<(), Failure>) {
    match outcome {
        Ok(()) => {}
        Err(why) => panic!("{why:?}"),
    }
}

#[track_caller]
fn refused(outcome: Result<(), Failure>) -> String {
    match outcome {
        Err(Failure::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn later(outcome: Result<(), Failure>) -> String {
    match outcome {
        Err(Failure::Later(why) | Failure::Away(why)) => why,
        other => panic!("{other:?}"),
    }
}
