//! What comes back after an email, as mail or as a provider's call: that it did not arrive, or that
//! its reader called it spam. Pure.

use ground::return_address::ReturnAddress;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders as _};
use serde_json::Value;

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
    /// The email's id.
    pub email: String,
    /// What became of it.
    pub came: Came,
    /// Why, in the mail server's words.
    pub reason: String,
}

/// Reads a mail to the return address: a delivery status notification (RFC 3464) that says
/// "failed", or a feedback report (RFC 5965) of abuse. `None` for anything else: an email that is
/// late, an out-of-office reply, a forgery, and spam.
#[must_use]
pub fn read_mail(mail: &[u8], ours: &ReturnAddress) -> Option<Return> {
    let message = MessageParser::default().parse(mail)?;
    if let Some(report) = part(&message, "delivery-status") {
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
        return Some(Return { email: addressed_to(&message, ours)?, came: Came::Bounced, reason });
    }
    let report = part(&message, "feedback-report")?;
    if !field(&report, "Feedback-Type")?.eq_ignore_ascii_case("abuse") {
        return None;
    }
    let sender = field(&report, "Original-Mail-From").unwrap_or_default();
    let email =
        ours.email(sender.trim_matches(['<', '>'])).or_else(|| addressed_to(&message, ours))?;
    Some(Return {
        email,
        came: Came::Complained,
        reason: field(&report, "User-Agent").unwrap_or_default(),
    })
}

/// The email that a mail is about, from the address it was sent to, wherever the mail server wrote
/// that.
fn addressed_to(message: &Message<'_>, ours: &ReturnAddress) -> Option<String> {
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

/// The text of the part `message/KIND`.
fn part(message: &Message<'_>, kind: &str) -> Option<String> {
    let is_it = |part: &&MessagePart<'_>| {
        let of = |of: &mail_parser::ContentType<'_>| {
            of.ctype().eq_ignore_ascii_case("message")
                && of.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case(kind))
        };
        part.content_type().is_some_and(of)
    };
    let part = message.parts.iter().find(is_it)?;
    Some(String::from_utf8_lossy(part.contents()).into_owned())
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
    let email = message_id.trim_matches(['<', '>']).split('@').next().and_then(id::parse)?;
    let reason = text("/reason").or_else(|| text("/delivery-status/message")).unwrap_or_default();
    Some(Return { email, came, reason: reason.to_owned() })
}

#[cfg(test)]
mod tests {
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
        let email = id::fresh();
        let back =
            read_mail(&notification(&ours().of(&email), "failed"), &ours()).expect("it came back");
        assert_eq!((back.email, back.came), (email, Came::Bounced));
        assert_eq!(back.reason, "5.1.1 smtp; 550 5.1.1 <nobody@example.com>: no such mailbox");
    }

    #[test]
    fn an_email_that_is_late_or_passed_on_a_forgery_and_other_mail_say_nothing() {
        let email = ours().of(&id::fresh());
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
        let email = id::fresh();
        let mail = notification("undisclosed-recipients:;", "failed");
        let delivered =
            [format!("Delivered-To: {}\r\n", ours().of(&email)).into_bytes(), mail].concat();
        assert_eq!(read_mail(&delivered, &ours()).map(|back| back.email), Some(email));
    }

    #[test]
    fn a_feedback_report_of_abuse_is_a_complaint() {
        let email = id::fresh();
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
    fn a_providers_call_is_read_in_our_form_and_in_mailguns() {
        let email = id::fresh();
        let own = format!(
            r#"[{{"event":"bounced","message_id":"<{email}@example.org>","reason":"550 no"}},{{"event":"opened"}}]"#
        );
        assert_eq!(
            read_call(own.as_bytes()),
            Ok(vec![Return { email: email.clone(), came: Came::Bounced, reason: "550 no".into() }])
        );
        let mailgun = |event: &str, severity: &str| {
            format!(
                r#"{{"signature":{{}},"event-data":{{"event":"{event}","severity":"{severity}","delivery-status":{{"message":"no"}},
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
