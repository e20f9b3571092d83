//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Left, Name, Part, Text, Time, Who, Yes};
use ground::personal::{CARE, FORM, SECRET, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "comments",
        title: "Comments you sent about the Local Offer",
        whose: Whose::Account("t.author_id = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("author_id"),
            Text("subject", "About"),
            Text("voice", "Whose view"),
            Id("service_id"),
            Name("service", "Service", "(SELECT o.name FROM services o WHERE o.id = t.service_id)"),
            Part("words", "Words", "CASE WHEN t.passed_on_at IS NULL THEN t.words END"),
            Time("redacted_at", "The forum took out words that name someone"),
            Text("as_sent", "As you sent it before that"),
            Time("sent_at", "Sent"),
            Who("decided_by", "Read by"),
            Time("published_at", "Published"),
            Time("declined_at", "Not published"),
            Text("decline_reason", "Why not"),
            Time(
                "passed_on_at",
                "Passed on to the safeguarding lead, so its words are not in this file",
            ),
            Time("withdrawn_at", "Withdrawn, by you or by the forum"),
            Time("taken_down_at", "The forum took it down"),
        ],
    },
    Table {
        name: "comment_addresses",
        title: "Your address with a comment you sent without your account",
        whose: Whose::Account("t.email IN (SELECT a.email FROM addresses a)"),
        columns: &[
            Id("comment_id"),
            Left("token_hash", SECRET),
            Text("email", "Where the answer goes"),
            Time("asked_at", "Sent"),
            Time("confirmed_at", "Confirmed"),
        ],
    },
    Table {
        name: "comment_responses",
        title: "Answers you wrote to comments",
        whose: Whose::Account("t.responded_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("comment_id"),
            Text("response", "Answer"),
            Text("action", "What will be done"),
            Text("action_by", "By"),
            Text("why_nothing", "Why nothing more will be done"),
            Id("organisation_id"),
            Name(
                "organisation",
                "For",
                "(SELECT o.name FROM organisations o WHERE o.id = t.organisation_id)",
            ),
            Who("responded_by", "Answered by"),
            Time("responded_at", "Answered"),
        ],
    },
    Table {
        name: "comment_verdicts",
        title: "What you said for the forum about what was promised",
        whose: Whose::Account("t.given_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("response_id"),
            Yes("is_done", "It was done"),
            Text("words", "Words"),
            Who("given_by", "Written by"),
            Time("given_at", "Written"),
        ],
    },
    Table {
        name: "comment_notes",
        title: "",
        whose: Whose::Nobody(CARE),
        columns: &[
            Just("form_key"),
            Just("comment_id"),
            Just("note"),
            Just("noted_by"),
            Just("noted_at"),
        ],
    },
];
