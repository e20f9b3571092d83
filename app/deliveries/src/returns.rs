//! What comes back after an email, as mail or as a provider's call: that it did not arrive, or that
//! its reader called it spam. Pure.

mod parts;
mod report;
mod unreported;

use ground::ids::{Delivery, Id};
use ground::return_address::ReturnAddress;
use mail_parser::{Message, MessageParser};
use parts::{DEEPEST, Part};
use report::{Outcome, field};
use serde_json::Value;
use unreported::{Meaning, Said};

/// How much of a mail is read, in bytes. What it says about our email comes before that email.
pub const MOST_READ: usize = 256 * 1024;
/// The longest reason that is read, in characters.
const LONGEST_REASON: usize = 1_000;

/// What became of an email after it was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It did not arrive, and will not.
    Bounced,
    /// Its reader called it spam.
    Complained,
}

impl Came {
    /// The word it is stored by.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        [Self::Bounced, Self::Complained].into_iter().find(|came| came.word() == word)
    }
}

/// An email that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub email: Id<Delivery>,
    pub came: Came,
    /// Why, in the mail server's words.
    pub reason: String,
}

/// A mail to the return address of an email that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    pub email: Id<Delivery>,
    /// Its own subject.
    pub subject: String,
}

/// The longest subject that is read, in characters.
const LONGEST_SUBJECT: usize = 200;

/// Reads a mail to the return address: a delivery status notification (RFC 3464) that says
/// "failed", what mail systems write without one, or a feedback report (RFC 5965) of abuse. `None`
/// for anything else: an email that is late, an out-of-office reply, a forgery, and spam.
///
/// Anyone can write to that address. So the library reads only headings here, and never what is
/// inside of what: it would make as many mails inside one another as are sent, and taking those
/// apart again could end the program.
#[must_use]
pub fn read_mail(mail: &[u8], ours: &ReturnAddress) -> Option<Return> {
    let mail = Mail::read(mail)?;
    let (email, came, reason) = match mail.says() {
        Says::Bounced(reason) => (mail.email(ours)?, Came::Bounced, reason),
        Says::Complained { by, sender } => {
            let email = ours.email(sender.trim_matches(['<', '>']));
            (email.or_else(|| mail.email(ours))?, Came::Complained, by)
        }
        Says::Nothing | Says::Unclear => return None,
    };
    Some(Return { email, came, reason: beginning(&reason) })
}

/// A mail to the return address of one of our emails that says neither that it did not arrive nor
/// that all is well, as far as we understand it. Somebody must look.
#[must_use]
pub fn unclear(mail: &[u8], ours: &ReturnAddress) -> Option<Unclear> {
    let mail = Mail::read(mail)?;
    let email = mail.email(ours)?;
    let subject = mail.subject().chars().take(LONGEST_SUBJECT).collect();
    matches!(mail.says(), Says::Unclear).then_some(Unclear { email, subject })
}

/// A mail that came, taken apart.
struct Mail<'m> {
    message: Message<'m>,
    parts: Vec<Part<'m>>,
}

/// What it says about our email.
enum Says {
    Bounced(String),
    Complained { by: String, sender: String },
    Nothing,
    Unclear,
}

impl<'m> Mail<'m> {
    fn read(mail: &'m [u8]) -> Option<Self> {
        let mail = mail.get(..MOST_READ).unwrap_or(mail);
        let message = MessageParser::default().parse_headers(mail)?;
        Some(Self { message, parts: parts::all(mail, DEEPEST) })
    }

    fn says(&self) -> Says {
        let named = |kind: &str| self.parts.iter().find(|part| part.kind == kind);
        if let Some(feedback) = named("message/feedback-report") {
            let feedback = feedback.text();
            let says = |name: &str| field(&feedback, name).unwrap_or_default();
            if !says("Feedback-Type").eq_ignore_ascii_case("abuse") {
                return Says::Nothing;
            }
            return Says::Complained { by: says("User-Agent"), sender: says("Original-Mail-From") };
        }
        let reports = self.parts.iter().filter(|part| {
            matches!(
                part.kind.as_str(),
                "message/delivery-status" | "message/global-delivery-status"
            )
        });
        for report in reports {
            match report::outcome(&report.text()) {
                Some(Outcome::Failed(reason)) => return Says::Bounced(reason),
                Some(Outcome::NotFailed) => return Says::Nothing,
                None => {}
            }
        }
        // That it was opened, or deleted unread.
        if named("message/disposition-notification").is_some() {
            return Says::Nothing;
        }
        match unreported::meaning(&self.said(&self.text())) {
            Meaning::Failed(reason) => Says::Bounced(reason),
            Meaning::Nothing => Says::Nothing,
            Meaning::Unclear => Says::Unclear,
        }
    }

    fn said<'a>(&'a self, text: &'a str) -> Said<'a> {
        let begins =
            |name: &'static str, word: &str| self.heading(name).to_lowercase().starts_with(word);
        Said {
            from: self.heading("From"),
            subject: self.subject(),
            names_failed: !self.heading("X-Failed-Recipients").is_empty(),
            is_automatic: begins("Auto-Submitted", "auto-replied")
                || begins("Precedence", "auto_reply")
                || ["X-Autoreply", "X-Autorespond", "X-Vacation"]
                    .into_iter()
                    .any(|name| !self.heading(name).is_empty()),
            text,
        }
    }

    /// What it says before it quotes our email.
    fn text(&self) -> String {
        let own = self
            .parts
            .iter()
            .take_while(|part| !part.is_mail() && !part.kind.ends_with("rfc822-headers"));
        let texts = own.filter(|part| part.kind.starts_with("text/")).map(Part::text);
        texts.collect::<Vec<_>>().join("\n")
    }

    fn heading(&self, name: &'static str) -> &str {
        self.message.header_raw(name).unwrap_or_default().trim()
    }

    fn subject(&self) -> &str {
        self.message.subject().unwrap_or_default()
    }

    /// The email that it is about: from the address it was sent to, or that of the mail inside it
    /// that somebody's program passed on.
    fn email(&self, ours: &ReturnAddress) -> Option<Id<Delivery>> {
        addressed_to(&self.message, ours).or_else(|| {
            let inside = self.parts.iter().filter(|part| part.is_mail());
            let mut heads =
                inside.filter_map(|part| MessageParser::default().parse_headers(part.body));
            heads.find_map(|head| addressed_to(&head, ours))
        })
    }
}

/// The email that a mail is about, from the address it was sent to, wherever the mail server wrote
/// that.
fn addressed_to(message: &Message<'_>, ours: &ReturnAddress) -> Option<Id<Delivery>> {
    let to = message
        .to()
        .into_iter()
        .flat_map(|to| to.iter())
        .filter_map(|address| address.address().map(str::to_owned));
    let envelope =
        ["Delivered-To", "X-Original-To", "Envelope-To"].into_iter().filter_map(|name| {
            let raw = message.header_raw(name)?;
            Some(raw.trim().trim_matches(['<', '>']).to_owned())
        });
    to.chain(envelope).find_map(|address| ours.email(&address))
}

/// As much of a reason as is read.
fn beginning(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Reads a provider's call whose signature is valid: our own plain form, one event or a list of
/// them, or that of Mailgun. Events that say nothing about what came back are left out.
///
/// # Errors
/// When it is no such call.
#[expect(clippy::disallowed_methods, reason = "what a provider of email says")]
pub fn read_call(body: &[u8]) -> Result<Vec<Return>, &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| "The body must be JSON.")?;
    match &body {
        Value::Array(events) => Ok(events.iter().filter_map(event).collect()),
        Value::Object(_) => {
            Ok(event(body.get("event-data").unwrap_or(&body)).into_iter().collect())
        }
        _ => Err("The body must be an event or a list of events."),
    }
}

fn event(event: &Value) -> Option<Return> {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str);
    let came = match (text("/event")?, text("/severity")) {
        ("bounced", _) | ("failed", Some("permanent")) => Came::Bounced,
        ("complained", _) => Came::Complained,
        _ => return None,
    };
    let message_id = text("/message_id").or_else(|| text("/message/headers/message-id"))?;
    let email = message_id.trim_matches(['<', '>']).split('@').next().and_then(Id::parse)?;
    let reason = text("/reason").or_else(|| text("/delivery-status/message")).unwrap_or_default();
    Some(Return { email, came, reason: beginning(reason) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours() -> ReturnAddress {
        ReturnAddress::new("bounces@example.org", "a key of thirty-two letters, or more")
            .expect("a return address")
    }

    /// A notification as Postfix writes it.
    fn notification(to: &str, action: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\r\nTo: {to}\r\nSubject: \
             Undelivered Mail Returned to Sender\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; \
                 boundary=\"b1\"\r\n\r\n\
             --b1\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
             --b1\r\nContent-Description: Delivery report\r\nContent-Type: \
                 message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example.com\r\nArrival-Date: Mon, 23 Nov 2026 08:00:00 \
                 +0000\r\n\r\n\
             Final-Recipient: rfc822; nobody@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
             Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.com>: no such\r\n    mailbox\r\n\
             --b1\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Action: \
                 relayed\r\n--b1--\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn a_notification_that_an_email_failed_names_the_email_and_why() {
        let email = Id::<Delivery>::fresh();
        let back =
            read_mail(&notification(&ours().of(&email), "failed"), &ours()).expect("it came back");
        assert_eq!((back.email, back.came), (email, Came::Bounced));
        assert_eq!(back.reason, "5.1.1 smtp; 550 5.1.1 <nobody@example.com>: no such mailbox");
    }

    #[test]
    fn an_email_that_is_late_or_passed_on_a_forgery_and_other_mail_say_nothing() {
        let email = ours().of(&Id::<Delivery>::fresh());
        for action in ["delayed", "delivered", "relayed (to another)", "expanded"] {
            assert_eq!(read_mail(&notification(&email, action), &ours()), None, "{action}");
        }
        let forged = "bounces+01a20779025a7524abde148d0349b8c2.00000000000000000000@example.org";
        for to in [forged, "bounces@example.org", "", "somebody@example.com"] {
            assert_eq!(read_mail(&notification(to, "failed"), &ours()), None, "{to}");
        }
        let away = format!(
            "To: {email}\r\nSubject: I am away\r\nAuto-Submitted: auto-replied\r\n\r\nAction: \
             failed\r\n"
        );
        assert_eq!(read_mail(away.as_bytes(), &ours()), None);
        for broken in [
            &b""[..],
            b"\xff\xfe",
            b"To: x",
            b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n--b\r\n",
        ] {
            assert_eq!(read_mail(broken, &ours()), None);
        }
    }

    #[test]
    fn a_notification_is_read_as_servers_write_it() {
        let email = Id::<Delivery>::fresh();
        let to = ours().of(&email);
        let came = |mail: &str| read_mail(mail.as_bytes(), &ours()).map(|back| back.email);
        let plain = String::from_utf8(notification(&to, "failed")).expect("a text");
        for mail in [
            plain.replace("Action: failed", "Action: failed (Bad destination mailbox address)"),
            plain.replace("Action: failed", "Action: failure"),
            plain.replace("Action: failed", "Action: error"),
            plain.replace("Action: failed\r\n", ""),
            plain.replace("message/delivery-status", "message/global-delivery-status"),
            plain.replace(
                "message/delivery-status\r\n\r\n",
                "message/delivery-status\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
            ),
        ] {
            assert_eq!(came(&mail), Some(email.clone()), "{mail}");
        }
        let unsaid = plain.replace("Action: failed\r\nStatus: 5.1.1\r\n", "Status: 4.4.1\r\n");
        assert_eq!(came(&unsaid), None);
    }

    #[test]
    fn a_notification_inside_a_mail_that_was_passed_on_is_found() {
        let email = Id::<Delivery>::fresh();
        let inner = |to: &str| String::from_utf8(notification(to, "failed")).expect("a text");
        let outer = |to: &str, inner: String| {
            format!(
                "From: Ann <ann@example.com>\r\nTo: {to}\r\nSubject: Fwd: Undelivered\r\n\
                 Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\
                 Content-Type: text/plain\r\n\r\nSee below.\r\n--o\r\n\
                 Content-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
            )
        };
        let came = |mail: String| read_mail(mail.as_bytes(), &ours()).map(|back| back.email);
        let to = ours().of(&email);
        assert_eq!(came(outer(&to, inner("bounces@example.org"))), Some(email.clone()));
        assert_eq!(came(outer("bounces@example.org", inner(&to))), Some(email));
        assert_eq!(came(outer("a@example.org", inner("b@example.org"))), None);
    }

    /// A mail without a report, as older servers write it.
    fn without_report(to: &str, from: &str, subject: &str, text: &str) -> String {
        format!("From: {from}\nTo: {to}\nReturn-Path: <>\nSubject: {subject}\n\n{text}\n")
    }

    #[test]
    fn a_mail_without_a_report_says_it_in_words() {
        let email = Id::<Delivery>::fresh();
        let to = ours().of(&email);
        let read = |mail: &str| read_mail(mail.as_bytes(), &ours());
        let text = "Hi. This is the mail program at mx.example.net.\nThe message could not be \
            delivered to the following addresses.\n\n<nobody@example.net>:\nNo such mailbox here. \
            (#5.1.1)\n\n--- Below this line is a copy of the message.";
        let qmail = without_report(&to, "MAILER-DAEMON@mx.example.net", "failure notice", text);
        let back = read(&qmail).expect("it came back");
        assert_eq!((back.email, back.came), (email.clone(), Came::Bounced));
        assert_eq!(back.reason, "No such mailbox here. (#5.1.1)");
        let headed = format!("X-Failed-Recipients: nobody@example.net\n{qmail}");
        assert!(read(&headed).is_some());
        let page = "PGh0bWw+PGJvZHk+PHA+WW91ciBtZXNzYWdlIGRpZCBub3QgcmVhY2ggc29tZSBvciBhbGwg\nb2Yg\
            dGhlIHJlY2lwaWVudHMuPC9wPjwvYm9keT48L2h0bWw+";
        let exchange = format!(
            "From: System Administrator <postmaster@example.com>\nTo: {to}\nSubject: \
             Undeliverable: Hello\nContent-Type: text/html\nContent-Transfer-Encoding: \
             base64\n\n{page}\n"
        );
        assert_eq!(read(&exchange).map(|back| back.email), Some(email));
        for (from, subject) in [
            ("Ann <ann@example.net>", "Out of office"),
            ("Ann <ann@example.net>", "Hello"),
            ("Ann <ann@example.net>", "Re: failure notice"),
        ] {
            assert_eq!(read(&without_report(&to, from, subject, text)), None, "{subject}");
        }
    }

    #[test]
    fn what_came_to_an_email_of_ours_and_is_not_understood_is_for_somebody_to_read() {
        let email = Id::<Delivery>::fresh();
        let to = ours().of(&email);
        let mail = without_report(&to, "Ann <ann@example.net>", "Hello", "Who are you?");
        let subject = "Hello".to_owned();
        assert_eq!(
            unclear(mail.as_bytes(), &ours()),
            Some(Unclear { email: email.clone(), subject })
        );
        for understood in [
            without_report(&to, "Ann <ann@example.net>", "Automatic reply: Hello", "I am away."),
            without_report("bounces@example.org", "Ann <ann@example.net>", "Hello", "Hello?"),
            String::from_utf8(notification(&to, "failed")).expect("a text"),
            String::from_utf8(notification(&to, "delayed")).expect("a text"),
        ] {
            assert_eq!(unclear(understood.as_bytes(), &ours()), None, "{understood}");
        }
    }

    #[test]
    fn the_address_is_found_where_the_mail_server_wrote_it() {
        let email = Id::<Delivery>::fresh();
        let mail = notification("undisclosed-recipients:;", "failed");
        let delivered =
            [format!("Delivered-To: {}\r\n", ours().of(&email)).into_bytes(), mail].concat();
        assert_eq!(read_mail(&delivered, &ours()).map(|back| back.email), Some(email));
    }

    #[test]
    fn a_feedback_report_of_abuse_is_a_complaint() {
        let email = Id::<Delivery>::fresh();
        let report = |kind: &str| {
            format!(
                "From: fbl@example.com\r\nTo: abuse@example.org\r\nMIME-Version: 1.0\r\n\
                 Content-Type: multipart/report; report-type=feedback-report; \
                     boundary=\"b1\"\r\n\r\n\
                 --b1\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: \
                     {kind}\r\nUser-Agent: SomeFBL/1\r\nVersion: 1\r\n\
                 Original-Mail-From: <{}>\r\n--b1--\r\n",
                ours().of(&email)
            )
        };
        let back = read_mail(report("abuse").as_bytes(), &ours()).expect("a complaint");
        assert_eq!((back.email.as_str(), back.came), (email.as_str(), Came::Complained));
        assert_eq!(read_mail(report("not-spam").as_bytes(), &ours()), None);
    }

    #[test]
    fn mails_inside_one_another_without_end_are_read_to_an_end() {
        let nested = |heading: &str| {
            let mail = format!("To: x@example.org\r\n{}", heading.repeat(100_000));
            read_mail(mail.as_bytes(), &ours())
        };
        for heading in [
            "Content-Type: message/rfc822\r\n\r\n",
            "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
            "--b\r\n",
            "a: b\r\n",
            " \t",
        ] {
            assert_eq!(nested(heading), None, "{heading}");
        }
        let ours = ours();
        let email = Id::<Delivery>::fresh();
        let mut long = notification(&ours.of(&email), "failed");
        long.resize(50 * 1024 * 1024, b'a');
        assert_eq!(read_mail(&long, &ours).map(|back| back.email), Some(email), "cut off");
    }

    #[test]
    fn a_report_is_found_in_parts_of_parts_and_after_the_last_boundary_there_is_none() {
        let inner = "Content-Type: multipart/report; boundary=i\n\n--i\n\
                     Content-Type: text/plain\n\nSorry.\n--i\n\
                     Content-Type: message/delivery-status\n\nAction: failed\n--i--\n";
        let mail = format!("Content-Type: multipart/mixed; boundary=o\n\nno\n--o\n{inner}--o--\n");
        let report = |mail: &str, deeper: usize| {
            let all = parts::all(mail.as_bytes(), deeper);
            all.iter().find(|part| part.kind == "message/delivery-status").map(Part::text)
        };
        assert_eq!(report(&mail, 2).as_deref(), Some("Action: failed\n"));
        assert_eq!(report(&mail, 1), None, "too deep");
        let after = "Content-Type: multipart/mixed; boundary=o\n\n--o--\nContent-Type: \
                     message/delivery-status\n\nAction: failed\n";
        assert_eq!(report(after, 2), None);
    }

    /// The mails and calls that `cargo fuzz run returns` begins with.
    #[test]
    fn hostile_mails_and_calls_are_read() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/returns");
        let mut read = 0;
        for entry in std::fs::read_dir(corpus).expect("the corpus") {
            let bytes = std::fs::read(entry.expect("a file").path()).expect("a text");
            for bytes in [bytes.clone(), bytes.repeat(1_000)] {
                assert_eq!(read_mail(&bytes, &ours()), None, "none of ours");
                assert!(read_call(&bytes).unwrap_or_default().is_empty(), "nor of theirs");
            }
            read += 1;
        }
        assert!(read >= 4, "{read}");
    }

    proptest! {
        #[test]
        fn any_headings_and_parts_are_read(
            part in concat!(
                "(Content-Type: (message/rfc822|multipart/mixed; boundary=b)",
                "|--b|--|To:|[ -~]{0,9}|\r)\r?\n"
            ),
            times in 1_usize..300,
        ) {
            prop_assert_eq!(read_mail(part.repeat(times).as_bytes(), &ours()), None);
        }

        #[test]
        fn any_json_is_read(sign in "[\\[{\"a:,0\\]}]{1,6}", times in 1_usize..5_000) {
            let read = read_call(sign.repeat(times).as_bytes());
            prop_assert!(read.unwrap_or_default().is_empty());
        }
    }

    #[test]
    fn a_providers_call_is_read_in_our_form_and_in_mailguns() {
        let email = Id::<Delivery>::fresh();
        let own = format!(
            r#"[{{"event":"bounced","message_id":"<{email}@example.org>","reason":"550 no"}},
                {{"event":"opened"}}]"#
        );
        assert_eq!(
            read_call(own.as_bytes()),
            Ok(vec![Return { email: email.clone(), came: Came::Bounced, reason: "550 no".into() }])
        );
        let mailgun = |event: &str, severity: &str| {
            format!(
                r#"{{"signature":{{}},"event-data":{{"event":"{event}","severity":"{severity}",
                     "delivery-status":{{"message":"no"}},
                     "message":{{"headers":{{"message-id":"{email}@example.org"}}}}}}}}"#
            )
        };
        assert_eq!(
            read_call(mailgun("failed", "permanent").as_bytes()).expect("an event").len(),
            1
        );
        assert_eq!(read_call(mailgun("failed", "temporary").as_bytes()), Ok(vec![]));
        assert_eq!(
            read_call(mailgun("complained", "").as_bytes()).expect("an event")[0].came,
            Came::Complained
        );
        assert!(read_call(b"no").is_err() && read_call(b"3").is_err());
        assert_eq!(
            read_call(br#"{"event":"bounced","message_id":"<stranger@example.com>"}"#),
            Ok(vec![])
        );
    }
}
