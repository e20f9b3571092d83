//! What comes back after an email, as mail or as a provider's call: that it did not arrive, or that
//! its reader called it spam. Pure.

use std::borrow::Cow;

use ground::ids::{Delivery, Id};
use ground::return_address::ReturnAddress;
use mail_parser::{Message, MessageParser, MimeHeaders as _};
use serde_json::Value;

/// How much of a mail is read, in bytes. What it says about our email comes before that email.
pub const MOST_READ: usize = 256 * 1024;
/// How deep in parts of parts a report is looked for.
const DEEPEST: usize = 3;
/// In how many parts of each.
const MOST_PARTS: usize = 20;
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

/// Reads a mail to the return address: a delivery status notification (RFC 3464) that says
/// "failed", or a feedback report (RFC 5965) of abuse. `None` for anything else: an email that is
/// late, an out-of-office reply, a forgery, and spam.
///
/// Anyone can write to that address. So the library reads only headings here, and never what is
/// inside of what: it would make as many mails inside one another as are sent, and taking those
/// apart again could end the program.
#[must_use]
pub fn read_mail(mail: &[u8], ours: &ReturnAddress) -> Option<Return> {
    let mail = mail.get(..MOST_READ).unwrap_or(mail);
    let message = MessageParser::default().parse_headers(mail)?;
    if let Some(report) = part(mail, "delivery-status", DEEPEST) {
        // One block about the message, then one for each receiver. We write to one at a time.
        let action = field(&report, "Action")?;
        if !action.eq_ignore_ascii_case("failed") {
            return None;
        }
        let reason = [field(&report, "Status"), field(&report, "Diagnostic-Code")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let (email, reason) = (addressed_to(&message, ours)?, beginning(&reason));
        return Some(Return { email, came: Came::Bounced, reason });
    }
    let report = part(mail, "feedback-report", DEEPEST)?;
    if !field(&report, "Feedback-Type")?.eq_ignore_ascii_case("abuse") {
        return None;
    }
    let sender = field(&report, "Original-Mail-From").unwrap_or_default();
    let email =
        ours.email(sender.trim_matches(['<', '>'])).or_else(|| addressed_to(&message, ours))?;
    Some(Return {
        email,
        came: Came::Complained,
        reason: beginning(&field(&report, "User-Agent").unwrap_or_default()),
    })
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

/// The text of the part `message/KIND`, here or in one of the parts of this.
fn part<'m>(mail: &'m [u8], kind: &str, deeper: usize) -> Option<Cow<'m, str>> {
    let head = MessageParser::default().parse_headers(mail)?;
    let is = head.content_type()?;
    let body = body(mail);
    if is.ctype().eq_ignore_ascii_case("message") {
        let is_it = is.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case(kind));
        return is_it.then(|| String::from_utf8_lossy(body));
    }
    if !is.ctype().eq_ignore_ascii_case("multipart") || deeper == 0 {
        return None;
    }
    let parts = parts(body, is.attribute("boundary")?);
    parts.take(MOST_PARTS).find_map(|mail| part(mail, kind, deeper - 1))
}

/// What comes after the headings of a mail or a part, from the first empty line on.
fn body(mail: &[u8]) -> &[u8] {
    let mut rest = mail;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if matches!(line, [] | [b'\r']) {
            return rest;
        }
    }
    &[]
}

/// The parts between lines of `--` and the boundary.
fn parts<'m>(body: &'m [u8], boundary: &str) -> impl Iterator<Item = &'m [u8]> + use<'m> {
    let between = format!("--{boundary}").into_bytes();
    let mut from = None;
    let (mut at, mut is_over) = (0, false);
    std::iter::from_fn(move || {
        while at < body.len() && !is_over {
            let length = body[at..].iter().position(|byte| *byte == b'\n');
            let (start, end) = (at, length.map_or(body.len(), |length| at + length + 1));
            at = end;
            let after = body[start..end].strip_prefix(between.as_slice()).map(<[u8]>::trim_ascii);
            if !matches!(after, Some(b"" | b"--")) {
                continue;
            }
            is_over = after.is_some_and(|after| !after.is_empty());
            if let Some(from) = from.replace(end) {
                return Some(&body[from..start]);
            }
        }
        // A mail that was cut off: what is there of the last part.
        from.take().filter(|_| !is_over).map(|from: usize| &body[from..])
    })
}

/// As much of a reason as is read.
fn beginning(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// The value of a field, its lines joined.
fn field(report: &str, name: &str) -> Option<String> {
    let mut lines = report.lines().skip_while(|line| {
        !line.split_once(':').is_some_and(|(field, _)| field.trim().eq_ignore_ascii_case(name))
    });
    let first = lines.next()?.split_once(':')?.1.trim().to_owned();
    let more = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    Some(more.fold(first, |value, line| value + " " + line))
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
        for action in ["delayed", "delivered", "relayed", "expanded", ""] {
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
        assert_eq!(
            part(mail.as_bytes(), "delivery-status", 2).as_deref(),
            Some("Action: failed\n")
        );
        assert_eq!(part(mail.as_bytes(), "delivery-status", 1), None, "too deep");
        let after = "Content-Type: multipart/mixed; boundary=o\n\n--o--\nContent-Type: \
                     message/delivery-status\n\nAction: failed\n";
        assert_eq!(part(after.as_bytes(), "delivery-status", 2), None);
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
