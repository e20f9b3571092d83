//! What makes an email arrive: its signature, as another program checks it, and the address it
//! comes back to.

use std::io::Write as _;

use ground::return_address::ReturnAddress;

use super::*;

const RSA: &[&str] = &["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"];
const OLD_RSA: &[&str] = &["genrsa", "-traditional", "2048"];
const ED25519: &[&str] = &["genpkey", "-algorithm", "ed25519"];

#[tokio::test]
async fn a_signed_email_verifies_and_no_byte_of_how_to_stop_it_can_change() {
    for kind in [RSA, OLD_RSA, ED25519] {
        let peer = Peer::start("plain");
        let mailer = peer.mailer().with_dkim(&key(kind), "alongside").expect("a key");
        sent(mailer.send(&one_of_many()).await);
        let email = raw(&only(peer.rest()));
        assert_verifies(&mailer, &email, true);
        for (header, word) in
            [("List-Unsubscribe:", "https://"), ("List-Unsubscribe-Post:", "One-Click")]
        {
            let mut changed = email.clone();
            let place = |from: usize, text: &str| {
                from + email[from..]
                    .windows(text.len())
                    .position(|bytes| bytes == text.as_bytes())
                    .expect(text)
            };
            let at = place(place(0, header), word);
            changed[at + word.len() - 1] ^= 1;
            assert_verifies(&mailer, &changed, false);
        }
    }
}

#[tokio::test]
async fn an_email_nobody_subscribed_to_verifies_and_no_way_to_stop_it_can_be_added() {
    let peer = Peer::start("no-pipelining");
    let mailer = peer.mailer().with_dkim(&key(RSA), "summer.2026").expect("a key");
    sent(mailer.send(&email()).await);
    let email = raw(&only(peer.rest()));
    assert_verifies(&mailer, &email, true);
    let added = [b"List-Unsubscribe: <https://thief.example.org>\r\n", email.as_slice()].concat();
    assert_verifies(&mailer, &added, false);
}

#[tokio::test]
async fn an_email_in_a_folder_is_signed_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailer = into(folder.path()).with_dkim(&key(ED25519), "alongside").expect("a key");
    sent(mailer.send(&one_of_many()).await);
    assert_verifies(&mailer, &fs::read(folder.path().join(file_name())).expect("the email"), true);
}

#[tokio::test]
async fn an_email_verifies_whatever_spaces_and_empty_lines_are_in_it_and_around_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailer = into(folder.path()).with_dkim(&key(RSA), "alongside").expect("a key");
    let long = "word \t ".repeat(400);
    for text in ["", " ", "\n\n\n", " a \t b  \n\t\n .\n\n\n", "a\n \n", &long] {
        let email = Email {
            subject: "Two  spaces \t here ".into(),
            text: text.into(),
            html: text.into(),
            ..one_of_many()
        };
        sent(mailer.send(&email).await);
        let bytes = fs::read(folder.path().join(file_name())).expect("the email");
        assert_verifies(&mailer, &bytes, true);
        let on_the_way = [bytes.as_slice(), b"\r\n\r\n"].concat();
        assert_verifies(&mailer, &on_the_way, true);
        let more = [bytes.as_slice(), b"\r\nmore\r\n"].concat();
        assert_verifies(&mailer, &more, false);
    }
}

#[test]
fn a_key_that_cannot_sign_is_one_line_that_names_the_setting() {
    let short = key(&["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let curve = key(&["genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    for pem in ["", "a key", &short, &curve] {
        let why = mailer("file:mail").with_dkim(pem, "alongside").expect_err("no key");
        assert!(why.starts_with("DKIM_KEY ") && !why.contains('\n'), "{why}");
    }
    for selector in ["", "a b", "a..b", "a;b", "a\r\nBcc: thief@example.org"] {
        let why = mailer("file:mail").with_dkim(&key(ED25519), selector).expect_err(selector);
        assert!(why.starts_with("DKIM_SELECTOR ") && !why.contains('\n'), "{why}");
    }
}

#[test]
fn a_mailer_in_a_log_shows_nothing_of_its_key() {
    let shown =
        format!("{:?}", mailer("file:mail").with_dkim(&key(ED25519), "alongside").expect("a key"));
    assert!(shown.contains("Dkim(alongside._domainkey.example.org)"), "{shown}");
}

#[tokio::test]
async fn an_email_comes_back_to_an_address_of_its_own() {
    let back = ReturnAddress::new("bounces@example.org", &"0123456789abcdef".repeat(2))
        .expect("an address");
    for mode in ["plain", "no-pipelining"] {
        let peer = Peer::start(mode);
        sent(peer.mailer().with_return_address(back.clone()).send(&email()).await);
        let taken = only(peer.rest());
        assert_eq!(taken["from"], back.of(&email().id));
        assert_eq!(return_path(&raw(&taken)), None);
    }
    let folder = tempfile::tempdir().expect("a folder");
    sent(into(folder.path()).with_return_address(back.clone()).send(&email()).await);
    let written = fs::read(folder.path().join(file_name())).expect("the email");
    assert_eq!(return_path(&written), Some(format!("<{}>", back.of(&email().id))));
}

/// An email with a way to stop others like it.
fn one_of_many() -> Email {
    Email {
        one_click: Some(
            "https://alongside.example.org/emails/stop/0123456789abcdef0123456789abcdef".into(),
        ),
        ..email()
    }
}

/// A key that openssl makes.
fn key(kind: &[&str]) -> String {
    let made =
        Command::new("openssl").args(kind).stderr(Stdio::null()).output().expect("openssl starts");
    assert!(made.status.success(), "openssl makes no key");
    String::from_utf8(made.stdout).expect("PEM")
}

/// Asks dkimpy, with the record that `check-config --mail` prints in place of DNS.
#[track_caller]
fn assert_verifies(mailer: &Mailer, email: &[u8], expected: bool) {
    let script = "import dkim, sys\n\
        name, record = (text.encode() for text in sys.argv[1:])\n\
        answer = lambda asked, timeout=5: record if asked.rstrip(b'.') == name else b''\n\
        print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=answer))";
    let records = mailer.dns_records();
    let line = records.lines().find(|line| line.contains("._domainkey.")).expect("a record");
    let (name, record) = line.split_once(" TXT ").expect("a name and a text");
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", script, name, record.trim_matches('"')])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    python.stdin.take().expect("its input").write_all(email).expect("it reads");
    let said = python.wait_with_output().expect("its word").stdout;
    let expected = if expected { "True" } else { "False" };
    assert_eq!(
        String::from_utf8_lossy(&said).trim(),
        expected,
        "{}",
        String::from_utf8_lossy(email)
    );
}

fn return_path(email: &[u8]) -> Option<String> {
    parse_mail(email).expect("an email").headers.get_first_value("Return-Path")
}
