//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use area::equality::{NUMBER_COLUMNS, signed_columns};
use ground::personal::Column::{Id, If, Just, Left, Name, Text, Time, Who, Yes};
use ground::personal::{Column, FORM, INSIDE, PUBLIC, SECRET, Table, Whose};

/// The title of the notice that a row is about.
const NOTICE: Column =
    Name("notice", "Change", "(SELECT o.title FROM notices o WHERE o.id = t.notice_id)");
/// What a leader signed about who a change affects.
const SIGNED: [Column; 16] = signed_columns("notice_id", NOTICE);

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "ledger",
        title: "Changes you were told about",
        whose: Whose::Subscriber("t.subscriber_id IN (SELECT h.id FROM theirs h)"),
        columns: &[
            Id("notice_id"),
            NOTICE,
            Id("subscriber_id"),
            Id("place_id"),
            Name("place", "Place", "(SELECT o.name FROM places o WHERE o.id = t.place_id)"),
            Time("due_at", "Due"),
            If("is_digest", "In a digest"),
            Time("subscribed_at", "You signed up after it was announced"),
            Left("link_hash", SECRET),
            Id("delivery_id"),
            Time("called_off_at", "Called off"),
            Text("called_off_why", "Why"),
            Time("read_at", "You said that you have read it"),
            Time("stopped_at", "You stopped these emails"),
            Time("reached_at", "Told in another way"),
            Who("reached_by", "Told by"),
            Text("reached_how", "How"),
        ],
    },
    Table {
        name: "came_back",
        title: "Changes whose email to you came back, or could not be sent",
        whose: Whose::Subscriber("t.subscriber_id IN (SELECT h.id FROM theirs h)"),
        columns: &[Id("notice_id"), NOTICE, Id("subscriber_id")],
    },
    Table {
        name: "notice_questions",
        title: "Questions you asked about changes",
        whose: Whose::Account("t.email IN (SELECT a.email FROM addresses a)"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("notice_id"),
            NOTICE,
            Text("question", "Question"),
            Text("email", "Where the answer goes"),
            Time("asked_at", "Asked"),
            Id("answer_id"),
            Time("set_aside_at", "Set aside"),
            Text("shown_as", "Shown to everyone as"),
            Time("shown_at", "Shown since"),
            Time("taken_down_at", "The forum took it down"),
        ],
    },
    Table {
        name: "notice_wanted",
        title: "Questions whose answer you want to know",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("question_id"),
            Name(
                "question",
                "Question",
                "(SELECT o.shown_as FROM notice_questions o WHERE o.id = t.question_id)",
            ),
            Id("account_id"),
            Time("wanted_at", "Since"),
        ],
    },
    Table {
        name: "notices",
        title: "Changes you wrote or approved",
        whose: Whose::Account("t.written_by = $1 OR t.approved_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Text("title", "Title"),
            Text("what", "What is changing"),
            Text("why", "Why"),
            Text("affected", "Who this affects"),
            Text("families", "Families"),
            Text("must_do", "What families must do"),
            Text("must_do_by", "By"),
            Text("whom", "Who to ask"),
            Text("phone", "Phone"),
            Text("email", "Email address"),
            Yes("is_decided", "Decided"),
            Text("decided_day", "Decided on"),
            Text("effect_kind", "From a day, an hour or a term"),
            Time("effect_at", "Starts"),
            Yes("changes_entitlement", "Changes what a child is entitled to"),
            Yes("takes_away", "Ends or reduces a service, or raises its cost"),
            Text("takes", "Which of these"),
            Who("written_by", "Written by"),
            Time("written_at", "Written"),
            Who("approved_by", "Approved by"),
            Time("approved_at", "Approved"),
            Time("starts_at", "Telling people from"),
            Time("started_at", "We started telling people"),
            Time("discarded_at", "Thrown away"),
            Id("follows_id"),
            Text("follow_kind", "Correction or withdrawal"),
            Text("changed", "What was corrected"),
            Left("listed_up_to", INSIDE),
        ],
    },
    Table {
        name: "notice_answers",
        title: "Answers to questions you wrote",
        whose: Whose::Account("t.answered_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("notice_id"),
            NOTICE,
            Text("question", "Question"),
            Text("answer", "Answer"),
            Who("answered_by", "Answered by"),
            Time("answered_at", "Answered"),
            Time("taken_down_at", "The forum took it down"),
        ],
    },
    Table {
        name: "notice_equality_records",
        title: "What you signed about who changes affect",
        whose: Whose::Account("t.signed_by = $1"),
        columns: &SIGNED,
    },
    Table {
        name: "notice_equality_numbers",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: NUMBER_COLUMNS,
    },
    Table {
        name: "notice_overrides",
        title: "Changes you went ahead with before saying who they affect",
        whose: Whose::Account("t.made_by = $1"),
        columns: &[
            Id("notice_id"),
            NOTICE,
            Text("name", "Name"),
            Text("reason", "Reason"),
            Who("made_by", "By"),
            Time("made_at", "When"),
        ],
    },
    Table {
        name: "notice_services",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("notice_id"), Just("service_id")],
    },
    Table {
        name: "notice_places",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("notice_id"), Just("place_id")],
    },
];
