//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::{Id, Just, Left, Name, Text, Time, Who};
use ground::personal::{FORM, PUBLIC, Table, Whose};

/// The name of the service that a publication is about.
const SERVICE: &str = "(SELECT s.name FROM services s JOIN wait_reports r ON r.service_id = s.id
     WHERE r.id = t.report_id)";

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "wait_doubts",
        title: "What you told us about how long families wait",
        whose: Whose::Account("t.account_id = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("report_id"),
            Name("service", "About", SERVICE),
            Id("account_id"),
            Text("words", "Words"),
            Time("told_at", "Sent"),
            Time("seen_at", "Read by the forum"),
        ],
    },
    Table {
        name: "wait_reports",
        title: "What you published about how long families wait",
        whose: Whose::Account("t.published_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("service_id"),
            Name("service", "About", "(SELECT s.name FROM services s WHERE s.id = t.service_id)"),
            Text("nth", "Number"),
            Text("figures", "Places and months"),
            Id("organisation_id"),
            Text("target", "Target in weeks"),
            Text("source", "Source"),
            Who("published_by", "Published by"),
            Time("published_at", "Published"),
        ],
    },
    Table {
        name: "wait_verdicts",
        title: "What you said for the forum about how long families wait",
        whose: Whose::Account("t.given_by = $1"),
        columns: &[
            Id("id"),
            Left("form_key", FORM),
            Id("report_id"),
            Name("service", "About", SERVICE),
            Text("verdict", "Whether the forum agrees"),
            Text("words", "Words"),
            Who("given_by", "Written by"),
            Time("given_at", "Written"),
        ],
    },
    Table {
        name: "wait_figures",
        title: "",
        whose: Whose::Nobody(PUBLIC),
        columns: &[
            Just("report_id"),
            Just("place_id"),
            Just("month"),
            Just("waiting"),
            Just("median"),
            Just("longest"),
        ],
    },
];
