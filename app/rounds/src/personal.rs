//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Left, Name, Text, Time, Who};
use ground::personal::{COUNTED, FORM, PUBLIC, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "rounds",
        title: "Voting rounds you opened",
        whose: Whose::Account("t.opened_by = $1"),
        columns: &[
            Id("id"),
            Text("title", "Title"),
            Text("seats", "Topics to choose"),
            Time("propose_from", "Topics from"),
            Time("vote_from", "Votes from"),
            Time("closes_at", "Closes"),
            Who("opened_by", "Opened by"),
            Left("form_key", FORM),
            Time("closed_at", "Closed"),
            Time("counted_at", "Counted"),
        ],
    },
    Table {
        name: "round_changes",
        title: "Voting rounds whose dates you changed",
        whose: Whose::Account("t.changed_by = $1"),
        columns: &[
            Left("form_key", FORM),
            Id("round_id"),
            Text("kind", "What you did"),
            Text("title", "Title"),
            Time("was_propose_from", "Topics from, before"),
            Time("was_vote_from", "Votes from, before"),
            Time("was_closes_at", "Closes, before"),
            Time("propose_from", "Topics from"),
            Time("vote_from", "Votes from"),
            Time("closes_at", "Closes"),
            Text("reason", "Reason"),
            Who("changed_by", "Changed by"),
            Time("changed_at", "Changed"),
        ],
    },
    Table {
        name: "confirmations",
        title: "Shortlists you confirmed",
        whose: Whose::Account("t.confirmed_by = $1"),
        columns: &[
            Id("round_id"),
            Name("round", "Round", "(SELECT o.title FROM rounds o WHERE o.id = t.round_id)"),
            Text("reason", "Reason"),
            Who("confirmed_by", "Confirmed by"),
            Time("confirmed_at", "Confirmed"),
        ],
    },
    Table {
        name: "confirmed_topics",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("round_id"), Just("topic_id")],
    },
    Table {
        name: "tallies",
        title: "",
        whose: Whose::Nobody(COUNTED),
        columns: &[Just("round_id"), Just("topic_id"), Just("place_id"), Just("supporters")],
    },
    Table {
        name: "shortlist",
        title: "",
        whose: Whose::Nobody(COUNTED),
        columns: &[
            Just("round_id"),
            Just("topic_id"),
            Just("position"),
            Just("phase"),
            Just("price"),
            Just("supporters"),
            Just("unrepresented"),
        ],
    },
    Table {
        name: "unusual_joinings",
        title: "",
        whose: Whose::Nobody(COUNTED),
        columns: &[Just("id"), Just("round_id"), Just("kind"), Just("at"), Just("people")],
    },
    Table {
        name: "shortlist_places",
        title: "",
        whose: Whose::Nobody(COUNTED),
        columns: &[Just("round_id"), Just("topic_id"), Just("place_id"), Just("unrepresented")],
    },
];
