//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, If, Left, Text, Time};
use ground::personal::{INSIDE, OTHERS, SECRET, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "deliveries",
        title: "Emails to you",
        whose: Whose::Both {
            account: "t.id IN (SELECT d.id FROM deliveries d WHERE d.account_id = $1 UNION \
             SELECT d.id FROM deliveries d JOIN addresses a ON a.email = d.to_address \
             UNION SELECT l.delivery_id FROM ledger l JOIN theirs h ON h.id = \
             l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u WHERE \
             u.person = $1 UNION SELECT u.delivery_id FROM update_letters u JOIN \
             theirs h ON h.id = u.subscriber_id)",
            subscriber: "t.id IN (SELECT l.delivery_id FROM ledger l JOIN theirs h ON h.id = \
             l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u JOIN \
             theirs h ON h.id = u.subscriber_id)",
        },
        columns: &[
            Id("id"),
            Left("dedup_key", INSIDE),
            Text("kind", "What sort of email"),
            Id("account_id"),
            Text("to_address", "To"),
            Text("subject", "Subject"),
            Left(
                "body_text",
                "an email that waits may hold a link that signs you in; once it has gone, \
             we no longer have its text",
            ),
            Left(
                "body_html",
                "an email that waits may hold a link that signs you in; once it has gone, \
             we no longer have its text",
            ),
            Time("owed_at", "Written"),
            Time("not_after", "Not sent after"),
            Left("next_at", INSIDE),
            Left("claimed_at", INSIDE),
            Left("claimed_by", INSIDE),
            Text("tries", "Times we tried"),
            Time("sent_at", "Sent"),
            Time("given_up_at", "Not sent: given up"),
            Text("reason", "Why it did not go"),
            If("is_bulk", "Went to a great many people"),
            Left("is_stale", INSIDE),
            Left("turn", INSIDE),
            Left("unsubscribe", SECRET),
        ],
    },
    Table {
        name: "returns",
        title: "Emails that came back",
        whose: Whose::Both {
            account: "t.delivery_id IN (SELECT d.id FROM deliveries d WHERE d.account_id = $1 \
             UNION SELECT d.id FROM deliveries d JOIN addresses a ON a.email = \
             d.to_address UNION SELECT l.delivery_id FROM ledger l JOIN theirs h ON \
             h.id = l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u \
             WHERE u.person = $1 UNION SELECT u.delivery_id FROM update_letters u \
             JOIN theirs h ON h.id = u.subscriber_id)",
            subscriber: "t.delivery_id IN (SELECT l.delivery_id FROM ledger l JOIN theirs h ON \
             h.id = l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u JOIN \
             theirs h ON h.id = u.subscriber_id)",
        },
        columns: &[
            Id("delivery_id"),
            Text("kind", "What happened"),
            Time("at", "When"),
            Text("reason", "What the mail system said"),
        ],
    },
    Table {
        name: "unread_returns",
        title: "Answers to our emails that we could not read",
        whose: Whose::Both {
            account: "t.delivery_id IN (SELECT d.id FROM deliveries d WHERE d.account_id = $1 \
             UNION SELECT d.id FROM deliveries d JOIN addresses a ON a.email = \
             d.to_address UNION SELECT l.delivery_id FROM ledger l JOIN theirs h ON \
             h.id = l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u \
             WHERE u.person = $1 UNION SELECT u.delivery_id FROM update_letters u \
             JOIN theirs h ON h.id = u.subscriber_id)",
            subscriber: "t.delivery_id IN (SELECT l.delivery_id FROM ledger l JOIN theirs h ON \
             h.id = l.subscriber_id UNION SELECT u.delivery_id FROM update_letters u JOIN \
             theirs h ON h.id = u.subscriber_id)",
        },
        columns: &[Id("delivery_id"), Time("at", "When"), Text("subject", "Subject")],
    },
    Table {
        name: "email_stops",
        title: "Emails you stopped",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("id"),
            Id("account_id"),
            Text("sort", "Which emails"),
            Time("stopped_at", "Stopped"),
            Time("started_at", "Started again"),
        ],
    },
    Table {
        name: "task_choices",
        title: "How we tell you what waits for you",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("account_id"),
            Text("task", "What"),
            Text("choice", "How"),
            Time("chosen_at", "Chosen"),
        ],
    },
    Table {
        name: "task_emails",
        title: "What we emailed you about because it waited for you",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("account_id"),
            Text("task", "What"),
            Left("thing_id", OTHERS),
            Time("since", "Waiting since"),
            If("is_due", "Because it was due soon"),
            Left("dedup_key", INSIDE),
        ],
    },
];
