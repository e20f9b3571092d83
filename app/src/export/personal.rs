//! What is kept here about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Time};
use ground::personal::{PUBLIC, Table, Whose};

/// Every table of these pages, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "copies",
        title: "Copies of all this",
        whose: Whose::Both {
            account: "t.account_id = $1",
            subscriber: "t.subscriber_id IN (SELECT h.id FROM theirs h)",
        },
        columns: &[
            Id("person"),
            Id("account_id"),
            Id("session_id"),
            Id("subscriber_id"),
            Time("asked_at", "Last asked for"),
        ],
    },
    Table {
        name: "search_things",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("kind"), Just("thing_id"), Just("hash")],
    },
    Table {
        name: "search_words",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("kind"), Just("thing_id"), Just("word"), Just("stem"), Just("weight")],
    },
];
