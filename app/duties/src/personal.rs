//! What this room keeps about a person, table by table: nothing. The audit log says who did what.

use ground::personal::Column::Just;
use ground::personal::{AREA, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "duties",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("word"),
            Just("name"),
            Just("rule"),
            Just("source"),
            Just("checked_on"),
            Just("responsible"),
            Just("organisation_id"),
            Just("due"),
            Just("steps"),
            Just("fulfilled_by"),
            Just("is_public"),
            Just("switched_on_at"),
            Just("switched_off_at"),
            Just("days_since"),
            Just("changed_at"),
        ],
    },
    Table {
        name: "duty_reports",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("duty_id"),
            Just("year"),
            Just("step"),
            Just("done_on"),
            Just("fulfilled_by"),
            Just("thing"),
            Just("organisation_id"),
            Just("said_on"),
            Just("said_at"),
            Just("taken_back_at"),
        ],
    },
    Table {
        name: "duty_days",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("duty_id"),
            Just("year"),
            Just("step"),
            Just("due_on"),
            Just("fulfilled_by"),
            Just("name"),
            Just("rule"),
            Just("source"),
            Just("responsible"),
            Just("organisation_id"),
            Just("is_public"),
            Just("kept_at"),
        ],
    },
    Table {
        name: "bank_holidays",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("only_row"),
            Just("source"),
            Just("checked_on"),
            Just("covers_until"),
            Just("days"),
        ],
    },
];
