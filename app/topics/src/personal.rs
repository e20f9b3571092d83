//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Left, Name, Part, Text, Time};
use ground::personal::{CARE, Column, FORM, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "topics",
        title: "Topics you proposed",
        whose: Whose::Account("t.author_id = $1"),
        columns: &[
            Id("id"),
            Id("author_id"),
            Left("form_key", FORM),
            Part("title", "Title", "CASE WHEN t.passed_on_at IS NULL THEN t.title END"),
            Part(
                "happens_now",
                "What happens now",
                "CASE WHEN t.passed_on_at IS NULL THEN t.happens_now END",
            ),
            Part(
                "would_help",
                "What would help",
                "CASE WHEN t.passed_on_at IS NULL THEN t.would_help END",
            ),
            Time("proposed_at", "Sent"),
            Id("round_id"),
            Name("round", "Round", "(SELECT o.title FROM rounds o WHERE o.id = t.round_id)"),
            Time("published_at", "Published"),
            Time("merged_at", "Joined with another topic"),
            Id("merged_into"),
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
    about(
        "topic_services",
        "Services your topics are about",
        &[
            Id("topic_id"),
            TITLE,
            Id("service_id"),
            Name("service", "Service", "(SELECT o.name FROM services o WHERE o.id = t.service_id)"),
        ],
    ),
    about(
        "topic_places",
        "Places your topics are about",
        &[
            Id("topic_id"),
            TITLE,
            Id("place_id"),
            Name("place", "Place", "(SELECT o.name FROM places o WHERE o.id = t.place_id)"),
        ],
    ),
    Table {
        name: "supports",
        title: "Topics you support",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[Id("topic_id"), TITLE, Id("account_id"), Time("given_at", "Since")],
    },
    Table {
        name: "concern_notes",
        title: "",
        whose: Whose::Nobody(CARE),
        columns: &[
            Just("form_key"),
            Just("topic_id"),
            Just("note"),
            Just("noted_by"),
            Just("noted_at"),
        ],
    },
    Table {
        name: "topic_search",
        title: "",
        whose: Whose::Nobody("the words of topics once more, to search by"),
        columns: &[Just("topic_id"), Just("stem"), Just("published_at")],
    },
];

/// The title of a topic, where its author may read it.
const TITLE: Column = Name(
    "topic",
    "Topic",
    "(SELECT o.title FROM topics o WHERE o.id = t.topic_id AND (o.author_id = $1
     OR o.published_at IS NOT NULL) AND o.passed_on_at IS NULL)",
);

/// What a person's topics are about, one row for each topic and thing.
const fn about(name: &'static str, title: &'static str, columns: &'static [Column]) -> Table {
    let whose = Whose::Account("t.topic_id IN (SELECT o.id FROM topics o WHERE o.author_id = $1)");
    Table { name, title, whose, columns }
}
