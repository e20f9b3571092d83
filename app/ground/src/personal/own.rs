//! What the ground keeps about a person, table by table, for whoever takes it out or erases it.

use crate::personal::Column::{Id, Just, Text, Time, Who};
use crate::personal::{INSIDE, Table, Whose};

/// Every table of the ground, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "audit",
        title: "What the log of changes says about you",
        whose: Whose::Account("t.who = $1 OR t.about = $1"),
        columns: &[
            Text("number", "Number"),
            Id("hash"),
            Id("id"),
            Time("at", "When"),
            Who("who", "By"),
            Text("what", "What"),
            Id("about"),
            Text("detail", "Detail"),
        ],
    },
    Table {
        name: "audit_head",
        title: "",
        whose: Whose::Nobody(INSIDE),
        columns: &[Just("only_one"), Just("number"), Just("hash")],
    },
    Table {
        name: "service_state",
        title: "",
        whose: Whose::Nobody(INSIDE),
        columns: &[
            Just("id"),
            Just("beat_at"),
            Just("emails_held_at"),
            Just("backed_up_at"),
            Just("backed_up_to"),
            Just("to_rewrite_since"),
            Just("rewritten_at"),
        ],
    },
];
