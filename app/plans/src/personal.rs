//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{File, Id, Just, Left, Name, Text, Time, Who, Yes};
use ground::personal::{Column, FORM, INSIDE, PUBLIC, Table, Whose};

/// The title of the plan that a row is about.
const PLAN: Column = Name("plan", "Plan", "(SELECT o.title FROM plans o WHERE o.id = t.plan_id)");
/// The title of the plan that the planning session of a row is about.
const SESSION: Column = Name(
    "plan",
    "Plan",
    "(SELECT o.title FROM plans o JOIN planning_sessions s ON s.plan_id = o.id
       WHERE s.id = t.session_id)",
);
/// The title of the topic that a row is about, where whoever takes it out may read it.
const TOPIC: Column = Name(
    "topic",
    "Topic",
    "(SELECT o.title FROM topics o WHERE o.id = t.topic_id
       AND (o.author_id = $1 OR o.published_at IS NOT NULL) AND o.passed_on_at IS NULL)",
);

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "plans",
        title: "Plans you registered",
        whose: Whose::Account("t.registered_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Text("title", "Title"),
            Text("what", "What is planned"),
            Text("due_day", "Due"),
            Who("registered_by", "Registered by"),
            Time("registered_at", "Registered"),
        ],
    },
    Table {
        name: "plan_changes",
        title: "Plans whose day you changed, or that you cancelled",
        whose: Whose::Account("t.changed_by = $1"),
        columns: &[
            Left("form_key", FORM),
            Id("plan_id"),
            PLAN,
            Text("kind", "What you did"),
            Text("was_due_day", "Due, before"),
            Text("due_day", "Due"),
            Text("reason", "Reason"),
            Who("changed_by", "Changed by"),
            Time("changed_at", "Changed"),
        ],
    },
    Table {
        name: "plan_topics",
        title: "Topics you added to plans",
        whose: Whose::Account("t.tied_by = $1"),
        columns: &[
            Id("plan_id"),
            PLAN,
            Id("topic_id"),
            TOPIC,
            Who("tied_by", "Added by"),
            Time("tied_at", "Added"),
        ],
    },
    Table {
        name: "planning_sessions",
        title: "Planning sessions you recorded",
        whose: Whose::Account("t.recorded_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("plan_id"),
            PLAN,
            Text("day", "Day"),
            Text("held_at", "Where"),
            Text("parents", "Parents there"),
            Text("others", "Others there"),
            Text("decided", "What was decided"),
            Text("notes", "Notes"),
            Text("audience", "Who can read the notes"),
            Who("recorded_by", "Recorded by"),
            Time("recorded_at", "Recorded"),
        ],
    },
    Table {
        name: "session_slips",
        title: "Links to planning sessions you made",
        whose: Whose::Account("t.made_by = $1"),
        columns: &[
            Id("id"),
            Id("session_id"),
            SESSION,
            Who("made_by", "Made by"),
            Time("made_at", "Made"),
            Time("ends_at", "Ends"),
        ],
    },
    Table {
        name: "session_confirmations",
        title: "Planning sessions you confirmed",
        whose: Whose::Account("t.confirmed_by = $1"),
        columns: &[
            Id("id"),
            Id("session_id"),
            SESSION,
            Yes("for_forum", "For the forum"),
            Left("settles", INSIDE),
            Id("slip_id"),
            Who("confirmed_by", "Confirmed by"),
            Time("confirmed_at", "Confirmed"),
        ],
    },
    Table {
        name: "session_disputes",
        title: "Planning sessions you disagreed with for the forum",
        whose: Whose::Account("t.disputed_by = $1"),
        columns: &[
            Id("session_id"),
            SESSION,
            Text("reason", "Why"),
            Who("disputed_by", "Said by"),
            Time("disputed_at", "Said"),
        ],
    },
    Table {
        name: "statements",
        title: "What you said for the forum about plans",
        whose: Whose::Account("t.written_by = $1"),
        columns: &[
            Left("form_key", FORM),
            Id("plan_id"),
            PLAN,
            Text("words", "Words"),
            Who("written_by", "Written by"),
            Time("written_at", "Written"),
        ],
    },
    Table {
        name: "drafts",
        title: "Drafts of plans you recorded or published",
        whose: Whose::Account("t.recorded_by = $1 OR t.published_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("plan_id"),
            PLAN,
            Text("version", "Number"),
            Text("summary", "Summary"),
            Text("body", "Text"),
            Left("html", "the same text again, as pages show it"),
            Left("html_rules", INSIDE),
            Id("file_hash"),
            Text("file_name", "File"),
            File("file_hash", "file_name"),
            Text("file_kind", "Kind of file"),
            Text("file_size", "Size in bytes"),
            Who("recorded_by", "Recorded by"),
            Time("first_recorded_at", "Recorded"),
            Who("published_by", "Published by"),
            Time("published_at", "Published"),
            Time("told_at", "People were told"),
        ],
    },
    Table {
        name: "draft_answers",
        title: "Answers to topics you wrote in drafts",
        whose: Whose::Account("t.answered_by = $1"),
        columns: &[
            Id("draft_id"),
            Id("topic_id"),
            TOPIC,
            Text("answer", "Answer"),
            Text("words", "Words"),
            Text("decided_by", "Decided by"),
            Who("answered_by", "Written by"),
            Time("answered_at", "Written"),
        ],
    },
    Table {
        name: "overrides",
        title: "Drafts you published without involving parents as agreed",
        whose: Whose::Account("t.made_by = $1"),
        columns: &[
            Id("draft_id"),
            Text("name", "Name"),
            Text("reason", "Reason"),
            Who("made_by", "By"),
            Time("made_at", "When"),
        ],
    },
    Table {
        name: "plan_events",
        title: "What you did to plans",
        whose: Whose::Account("t.who = $1"),
        columns: &[
            Id("id"),
            Id("plan_id"),
            PLAN,
            Time("at", "When"),
            Text("what", "What"),
            Id("about"),
            Who("who", "By"),
            Text("role", "Role"),
        ],
    },
    Table {
        name: "drafts_before_confirmations",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("draft_id")],
    },
    Table {
        name: "plan_organisations",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("plan_id"), Just("organisation_id")],
    },
    Table {
        name: "plan_services",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("plan_id"), Just("service_id")],
    },
    Table {
        name: "plan_places",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[Just("plan_id"), Just("place_id")],
    },
];
