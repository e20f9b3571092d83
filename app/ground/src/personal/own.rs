//! What the ground keeps about a person, table by table, for whoever takes it out or erases it.

use crate::personal::Column::{Id, Just, Left, Text, Time, Who, Yes};
use crate::personal::{CARE, COUNTED, FORM, INSIDE, Table, Whose};

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
        name: "kept_figures",
        title: "",
        whose: Whose::Nobody(COUNTED),
        columns: &[
            Just("figure"),
            Just("about"),
            Just("part"),
            Just("how"),
            Just("people"),
            Just("counted_at"),
        ],
    },
    Table {
        name: "takedowns",
        title: "What you took down, or decided about",
        whose: Whose::Account("t.asked_by = $1 OR t.decided_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Text("kind", "What it was"),
            Id("about_id"),
            Text("reason", "Reason"),
            Text("why", "What people were told"),
            Yes("is_kept", "Passed on to the safeguarding lead"),
            Left("words", CARE),
            Who("asked_by", "Asked for by"),
            Time("asked_at", "Asked for"),
            Who("decided_by", "Decided by"),
            Time("taken_down_at", "Taken down"),
            Time("refused_at", "Left as it was"),
        ],
    },
    Table {
        name: "takedown_notes",
        title: "",
        whose: Whose::Nobody(CARE),
        columns: &[
            Just("form_key"),
            Just("takedown_id"),
            Just("note"),
            Just("noted_by"),
            Just("noted_at"),
        ],
    },
    Table {
        name: "unnamed_files",
        title: "",
        whose: Whose::Nobody(INSIDE),
        columns: &[Just("hash"), Just("since")],
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
