//! What a report for programs says about an email: a delivery status notification (RFC 3464; RFC
//! 6533 for addresses in any letters), or a feedback report (RFC 5965).

/// What a delivery status notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did not arrive, and will not; why.
    Failed(String),
    /// It is late, or it arrived.
    NotFailed,
}

/// Reads one: a block about the message, then one for each receiver. We write to one at a time, but
/// where that is a list, who of it gets an email is not our concern: it failed where it failed for
/// all of them. `None` where it says nothing that we understand.
pub fn outcome(report: &str) -> Option<Outcome> {
    let report = report.replace("\r\n", "\n");
    let mut failed = None;
    for block in report.split("\n\n") {
        let says = |name: &str| field(block, name);
        let status = says("Status").unwrap_or_default();
        match has_failed(&says("Action").unwrap_or_default(), &status) {
            Some(true) => {
                let reason = [Some(status).filter(|status| !status.is_empty()), says(DIAGNOSTIC)];
                let reason = reason.into_iter().flatten().collect::<Vec<_>>().join(" ");
                failed.get_or_insert(Outcome::Failed(reason));
            }
            Some(false) => return Some(Outcome::NotFailed),
            None => {}
        }
    }
    failed
}

const DIAGNOSTIC: &str = "Diagnostic-Code";

/// By the first word of the action, since some servers write more behind it; else by the class of
/// the status.
fn has_failed(action: &str, status: &str) -> Option<bool> {
    let word = action.split(|letter: char| !letter.is_ascii_alphabetic()).next();
    match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "failed" | "failure" | "fail" | "error" => Some(true),
        "delayed" | "delivered" | "relayed" | "expanded" | "deferred" => Some(false),
        _ => match status.as_bytes() {
            [b'5', b'.', ..] => Some(true),
            [b'2' | b'4', b'.', ..] => Some(false),
            _ => None,
        },
    }
}

/// The value of a field, its lines joined.
pub fn field(report: &str, name: &str) -> Option<String> {
    let mut lines = report.lines().skip_while(|line| {
        !line.split_once(':').is_some_and(|(field, _)| field.trim().eq_ignore_ascii_case(name))
    });
    let first = lines.next()?.split_once(':')?.1.trim().to_owned();
    let more = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    Some(more.fold(first, |value, line| value + " " + line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_the_action_counts_and_without_it_the_class_of_the_status() {
        let failed = |report: &str| matches!(outcome(report), Some(Outcome::Failed(_)));
        for report in [
            "Action: failed",
            "Action: Failed (Bad destination mailbox address)\nStatus: 5.1.1",
            "Action: failure",
            "action:error; no such user",
            "Final-Recipient: rfc822; a@example.com\nStatus: 5.2.2 (mailbox full)",
            "Reporting-MTA: dns; mx.example.com\r\n\r\nAction: failed\r\nStatus: 4.4.7\r\n",
        ] {
            assert!(failed(report), "{report}");
        }
        for report in [
            "Action: delayed\nStatus: 5.1.1",
            "Action: delivered (to mailbox)",
            "Action: expanded",
            "Status: 4.4.1",
            "Status: 2.0.0",
            "Action: failed\n\nAction: relayed",
        ] {
            assert_eq!(outcome(report), Some(Outcome::NotFailed), "{report}");
        }
        for report in ["", "Action: ", "Action: none", "Status: 5", "Subject: Action failed"] {
            assert_eq!(outcome(report), None, "{report}");
        }
        let said = outcome("Action: failed\nDiagnostic-Code: smtp; 550 no such\n mailbox");
        assert_eq!(said, Some(Outcome::Failed("smtp; 550 no such mailbox".to_owned())));
    }
}
