//! What this room keeps about a person, table by table, for whoever takes it out or erases it.

use ground::personal::Column::Just;
use ground::personal::{AREA, INSIDE, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "services",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("name"),
            Just("position"),
            Just("notice_days"),
            Just("retired_at"),
        ],
    },
    Table {
        name: "places",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("name"),
            Just("position"),
            Just("baseline"),
            Just("baseline_source"),
            Just("baseline_day"),
            Just("retired_at"),
        ],
    },
    Table {
        name: "organisations",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[Just("id"), Just("name"), Just("position"), Just("retired_at")],
    },
    Table {
        name: "service_organisations",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[Just("service_id"), Just("organisation_id")],
    },
    Table {
        name: "corrections",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("kind"),
            Just("thing_id"),
            Just("field"),
            Just("was"),
            Just("became"),
            Just("corrected_at"),
        ],
    },
    Table {
        name: "correction_words",
        title: "",
        whose: Whose::Nobody(INSIDE),
        columns: &[Just("word")],
    },
    Table {
        name: "terms",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[Just("id"), Just("name"), Just("first_day"), Just("last_day")],
    },
    Table {
        name: "closed_days",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[Just("day"), Just("name")],
    },
    Table {
        name: "area_rules",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[Just("only_row"), Just("second_person"), Just("second_step_from")],
    },
    Table {
        name: "area_texts",
        title: "",
        whose: Whose::Nobody("what the forum says about itself on public pages"),
        columns: &[Just("name"), Just("words"), Just("changed_at")],
    },
];
