//! What mail systems write for people, without a report for programs: qmail, Exim, Exchange, Yahoo,
//! and older ones. Only what a mail system says of itself is believed, and of that only what says
//! that an email did not arrive. Whatever says that it is late, that somebody is away or that they
//! want to be asked first, is no such thing.

/// How much of what it says is read, in characters.
const MOST_READ: usize = 6_000;

/// What such a mail says about itself and the email.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Whom it is from, with the name.
    pub from: &'a str,
    pub subject: &'a str,
    /// Whether it names the addresses that failed in a heading, as Exim does.
    pub names_failed: bool,
    /// Whether it calls itself an answer that no person wrote.
    pub is_automatic: bool,
    pub text: &'a str,
}

/// What it means for our email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It did not arrive; why.
    Failed(String),
    /// Nothing: the email is late, or arrived and was answered by a program.
    Nothing,
    /// A person must look.
    Unclear,
}

/// What mail systems are called.
const SYSTEMS: [&str; 11] = [
    "daemon@",
    "mail administrator",
    "mail delivery",
    "mail deliver",
    "mail system",
    "mail-daemon",
    "mailer-daemon",
    "mailer_daemon",
    "mdaemon",
    "postmaster",
    "system administrator",
];
/// Subjects under which an email comes back.
const CAME_BACK: [&str; 14] = [
    "could not be delivered",
    "delivery fail",
    "delivery problem",
    "delivery status notification (fail",
    "failed mail",
    "failure delivery",
    "failure notice",
    "mail delivery failed",
    "message rejected",
    "non-delivery",
    "returned mail",
    "returned to sender",
    "undeliver",
    "undelivered",
];
/// Subjects of who answers by a program.
const AWAY: [&str; 12] = [
    "abwesen",
    "absence",
    "auto response",
    "auto-reply",
    "auto reply",
    "automatic reply",
    "autoreply",
    "autoresponse",
    "away from",
    "on leave",
    "out of office",
    "out-of-office",
];
/// That it wants to be asked first, or that somebody looks first.
const ASKS_FIRST: [&str; 17] = [
    "awaiting approval",
    "awaiting moderator",
    "been held",
    "boxbe",
    "challenge",
    "click here to",
    "click on the link",
    "click the link",
    "confirm that you",
    "confirm your",
    "is being held",
    "prove that you",
    "prove you are",
    "spam arrest",
    "to release your",
    "verify that you",
    "verify your",
];
/// That nothing more will be tried, whatever else it says about trying.
const GIVEN_UP: [&str; 9] = [
    "giving up on",
    "i've given up",
    "no further delivery attempts",
    "no longer be retried",
    "no more delivery attempts",
    "not going to try again",
    "permanent error",
    "permanent fatal",
    "will not be retried",
];
/// That it is late.
const LATE: [&str; 16] = [
    "attempts will continue",
    "continue to try",
    "continue trying",
    "delivery is delayed",
    "do not need to resend",
    "further notice will be sent",
    "has been delayed",
    "is delayed",
    "keep trying",
    "not need to resend",
    "not yet been delivered",
    "still trying",
    "this is a warning",
    "warning message only",
    "will be retried",
    "will retry",
];
/// The same in a subject.
const LATE_SUBJECTS: [&str; 5] =
    ["(delay)", "deferred", "delayed", "still being retried", "warning:"];
/// That it did not arrive.
const FAILED: [&str; 62] = [
    "able to deliver your",
    "account has been disabled",
    "account is disabled",
    "address rejected",
    "addresses failed",
    "cannot be delivered",
    "could not be delivered",
    "couldn't be delivered",
    "delivery failed",
    "delivery failure",
    "delivery has failed",
    "delivery to the following",
    "did not reach",
    "does not exist",
    "doesn't have a",
    "encountered an error while being processed",
    "encountered delivery problems",
    "error delivering",
    "exceeds allowed size",
    "failed after",
    "failed to deliver",
    "giving up",
    "had delivery problems",
    "had errors",
    "incorrectly constructed",
    "invalid final delivery",
    "invalid recipient",
    "mailbox is full",
    "mailbox unavailable",
    "message refused",
    "no mailbox here",
    "no such mailbox",
    "no such user",
    "no valid recipients",
    "not able to be delivered",
    "not accepting mail",
    "not be delivered",
    "not delivered",
    "not listed in",
    "not our customer",
    "over quota",
    "permanent error",
    "permanent fatal",
    "quota exceeded",
    "recipient rejected",
    "recipients failed",
    "rejected",
    "returned to sender",
    "unable to deliver",
    "unable to relay",
    "undeliverable",
    "undelivered",
    "unknown recipient",
    "unknown user",
    "user is unknown",
    "user not known",
    "user unknown",
    "was aborted after",
    "was not delivered",
    "was undelivered",
    "wasn't able to deliver",
    "without success",
];

/// Reads it.
pub fn meaning(said: &Said<'_>) -> Meaning {
    let (from, subject) = (plain(said.from), plain(said.subject));
    let own = own_words(said.text);
    let text = plain(&own);
    let has = |text: &str, words: &[&str]| words.iter().any(|words| text.contains(words));
    let is_system = has(&from, &SYSTEMS);
    // A subject that says so may quote ours, which says anything.
    let came_back = has(&subject, &CAME_BACK) && !is_reply(&subject);
    let is_answer = has(&subject, &AWAY) || is_away(&subject);
    if !came_back && (is_answer || said.is_automatic && !is_system) || has(&text, &ASKS_FIRST) {
        return Meaning::Nothing;
    }
    let is_late = has(&text, &LATE) || !came_back && has(&subject, &LATE_SUBJECTS);
    if is_late && !has(&text, &GIVEN_UP) {
        return Meaning::Nothing;
    }
    let is_believed = is_system || came_back || said.names_failed;
    let is_failed = said.names_failed || has(&text, &FAILED) || text.split(' ').any(is_code);
    if is_believed && is_failed { Meaning::Failed(reason(&own)) } else { Meaning::Unclear }
}

/// Whether somebody answers or passes on what came back to them.
fn is_reply(subject: &str) -> bool {
    ["re:", "fwd:", "fw:", "aw:"].iter().any(|begins| subject.starts_with(begins))
}

fn is_away(subject: &str) -> bool {
    ["away ", "vacation", "auto:", "holiday:"].iter().any(|begins| subject.starts_with(begins))
}

/// In small letters, on one line, with plain apostrophes.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().replace('\u{2019}', "'")
}

/// What the mail system says itself: what comes before our own email.
fn own_words(text: &str) -> String {
    let mut own = String::new();
    for line in text.lines() {
        if own.len() > MOST_READ || !own.is_empty() && begins_ours(&line.to_lowercase()) {
            break;
        }
        own.push_str(line.trim());
        own.push('\n');
    }
    own
}

/// Whether our own email begins with this line, in small letters.
fn begins_ours(line: &str) -> bool {
    let words = line.trim().trim_start_matches(['-', '=', '_', '*', '>', ' ']);
    let is_headed = line.contains("original message")
        && (line.contains("follow") || line.contains("---"))
        || [
            "copy of the message",
            "copy of your message",
            "message header",
            "header of the message",
        ]
        .iter()
        .any(|heading| line.contains(heading));
    is_headed
        || [
            "unsent message",
            "message text follows",
            "original message",
            "received:",
            "return-path:",
        ]
        .iter()
        .any(|begins| words.starts_with(begins))
}

/// Whether this word is the number by which a mail server refuses for good: `550`, or `5.1.1`.
fn is_code(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_ascii_digit());
    // As in `550-5.1.1`.
    let word = word.split('-').next().unwrap_or_default();
    if matches!(word, "550" | "551" | "552" | "553" | "554") {
        return true;
    }
    let numbers: Vec<&str> = word.split('.').collect();
    let is_number = |text: &str| {
        (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    matches!(numbers[..], ["5", kind, detail]
        if matches!(kind, "1" | "2" | "3" | "4" | "5" | "6" | "7") && is_number(detail))
}

/// The line that says why: that with a number, else the first that says that it failed.
fn reason(own: &str) -> String {
    let lines = || own.lines().filter(|line| !line.is_empty());
    let numbered = lines().find(|line| line.split(' ').any(is_code));
    let says_so = || {
        lines().find(|line| {
            let line = plain(line);
            FAILED.iter().any(|words| line.contains(words))
        })
    };
    numbered.or_else(says_so).or_else(|| lines().next()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(from: &'a str, subject: &'a str, text: &'a str) -> Said<'a> {
        Said { from, subject, names_failed: false, is_automatic: false, text }
    }

    const DAEMON: &str = "MAILER-DAEMON@mx.example.net (Mail Delivery Subsystem)";

    #[test]
    fn what_mail_systems_write_for_people_says_that_an_email_did_not_arrive_and_why() {
        let qmail = "Hi. This is the qmail-send program at mx.example.net.\n\
            I'm afraid I wasn't able to deliver your message to the following addresses.\n\
            This is a permanent error; I\u{2019}ve given up. Sorry it didn't work out.\n\n\
            <nobody@example.net>:\nNo such mailbox here. (#5.1.1)\n\n\
            --- Below this line is a copy of the message.\n\nSubject: We will keep trying\n";
        let meaning_of = |from, subject, text| meaning(&said(from, subject, text));
        assert_eq!(
            meaning_of(DAEMON, "failure notice", qmail),
            Meaning::Failed("No such mailbox here. (#5.1.1)".to_owned())
        );
        for (from, subject, text) in [
            (
                "MAILER-DAEMON@mail.example.com",
                "failure delivery",
                "Message from example.com.\nUnable to deliver message to the following \
                 address(es).\n\n<a@example.com>:\nSorry, I wasn't able to establish an SMTP \
                 connection. (#4.4.1)\nI'm not going to try again.",
            ),
            (
                "Mail Delivery System <Mailer-Daemon@example.org>",
                "Mail delivery failed: returning message to sender",
                "A message that you sent could not be delivered to all of its recipients. The \
                 following address(es) failed:\n\n  a@example.com\n    unrouteable mail domain",
            ),
            (
                "System Administrator <postmaster@example.com>",
                "Undeliverable: School transport is delayed",
                "Your message\n\n  To: a@example.com\n\ndid not reach the following \
                 recipient(s):\n\na@example.com on Fri, 4 Oct 2002\n    The recipient name is not \
                 recognized",
            ),
            (DAEMON, "Mail could not be sent", "<a@example.com> 550-5.1.1 Unrouteable address"),
            (DAEMON, "Delivery Notification", "Quota exceeded"),
        ] {
            let is = meaning_of(from, subject, text);
            assert!(matches!(is, Meaning::Failed(_)), "{subject}: {is:?}");
        }
        let exim = Said { names_failed: true, ..said("exim@example.com", "x", "retry timeout") };
        assert_eq!(meaning(&exim), Meaning::Failed("retry timeout".to_owned()));
    }

    #[test]
    fn who_is_away_what_is_late_and_who_asks_first_says_nothing() {
        for (from, subject, text) in [
            ("Ann <ann@example.com>", "Automatic reply: Your place", "I could not be reached."),
            ("Ann <ann@example.com>", "Out of Office", "My mailbox is full, user unknown"),
            ("postmaster@example.com", "Out of office: Ann", "She does not exist here any more"),
            ("Ann <ann@example.com>", "Away until May 5", "I am away."),
            (
                DAEMON,
                "Warning: message 1abc delayed 24 hours",
                "A message that you sent has not yet been delivered to one or more of its \
                 recipients. No action is required: delivery attempts will continue.",
            ),
            (
                "postmaster@example.com",
                "Delivery Status Notification (Delay)",
                "THIS IS A WARNING MESSAGE ONLY.\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\
                 Delivery to the following recipients has been delayed.\n 550",
            ),
            (
                "postmaster@example.com",
                "Your message to Ann",
                "It was not delivered. Please confirm that you are a person: click here to do so.",
            ),
        ] {
            assert_eq!(meaning(&said(from, subject, text)), Meaning::Nothing, "{subject}");
        }
        let robot = Said { is_automatic: true, ..said("a@example.com", "Thanks", "550 places") };
        assert_eq!(meaning(&robot), Meaning::Nothing);
    }

    #[test]
    fn what_a_person_writes_is_for_a_person_to_read() {
        for (from, subject, text) in [
            ("Ann <ann@example.com>", "Hello", "My last email could not be delivered. 550 5.1.1"),
            ("Ann <ann@example.com>", "Re: Undeliverable: Hello", "It does not exist"),
            ("Ann <ann@example.com>", "Fwd: failure notice", "What is this? User unknown."),
            (DAEMON, "Mail", "\u{90ae}\u{4ef6}"),
            (DAEMON, "", ""),
        ] {
            assert_eq!(meaning(&said(from, subject, text)), Meaning::Unclear, "{subject}");
        }
    }

    #[test]
    fn a_number_that_refuses_is_known_among_others() {
        for code in ["550", "(#5.1.1)", "5.7.1:", "550-5.1.1", "<554>", "5.4.310"] {
            assert!(is_code(code), "{code}");
        }
        for other in ["5501", "5.1", "15.1.1", "250", "4.4.1", "5.8.1", "5.1.1.1", "", "-"] {
            assert!(!is_code(other), "{other}");
        }
    }
}
