//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Left, Name, Text, Time};
use ground::personal::{SECRET, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "subscribers",
        title: "How we tell you about changes",
        whose: Whose::Subscriber("t.id IN (SELECT h.id FROM theirs h)"),
        columns: &[
            Id("id"),
            Text("email", "Email address"),
            Text("phone", "Telephone"),
            Id("account_id"),
            Text("cadence", "How often"),
            Time("confirmed_at", "Confirmed"),
            Time("idle_since", "Nothing chosen since"),
            Time("erased_at", "Address deleted"),
            Id("joined_id"),
        ],
    },
    Table {
        name: "subscriptions",
        title: "Changes you asked to be told about",
        whose: Whose::Subscriber("t.subscriber_id IN (SELECT h.id FROM theirs h)"),
        columns: &[
            Id("id"),
            Id("subscriber_id"),
            Id("service_id"),
            Name("service", "Service", "(SELECT o.name FROM services o WHERE o.id = t.service_id)"),
            Id("place_id"),
            Name("place", "Place", "(SELECT o.name FROM places o WHERE o.id = t.place_id)"),
            Time("began_at", "Since"),
            Text("began_how", "How it began"),
            Time("ended_at", "Ended"),
            Text("ended_how", "How it ended"),
        ],
    },
    Table {
        name: "subscription_requests",
        title: "Emails about changes, not confirmed yet",
        whose: Whose::Subscriber("t.email IN (SELECT a.email FROM addresses a)"),
        columns: &[
            Left("token_hash", SECRET),
            Text("email", "Email address"),
            Text("wanted", "What was asked for"),
            Time("ends_at", "The link works until"),
            Time("confirmed_at", "Confirmed"),
        ],
    },
    Table {
        name: "subscriber_links",
        title: "Links to your page about changes",
        whose: Whose::Subscriber("t.subscriber_id IN (SELECT h.id FROM theirs h)"),
        columns: &[Left("token_hash", SECRET), Id("subscriber_id"), Time("made_at", "Made")],
    },
];
