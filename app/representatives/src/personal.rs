//! What this room keeps about a person, table by table. A name that an organiser typed is tied to
//! no account: the forum takes it away when that person asks. The audit log says who did what.

use ground::personal::Column::Just;
use ground::personal::{AREA, OTHERS, Table, Whose};

/// Every table of this room, with each of its columns.
pub const PERSONAL: &[Table] = &[
    Table {
        name: "representatives",
        title: "",
        whose: Whose::Nobody(OTHERS),
        columns: &[
            Just("id"),
            Just("form_key"),
            Just("name"),
            Just("added_at"),
            Just("stepped_down_at"),
        ],
    },
    Table {
        name: "meetings",
        title: "",
        whose: Whose::Nobody(AREA),
        columns: &[
            Just("id"),
            Just("form_key"),
            Just("title"),
            Just("held_on"),
            Just("place_id"),
            Just("about"),
            Just("led_to"),
            Just("recorded_on"),
            Just("changed_at"),
            Just("taken_out_at"),
        ],
    },
    Table {
        name: "meeting_representatives",
        title: "",
        whose: Whose::Nobody(OTHERS),
        columns: &[Just("meeting_id"), Just("representative_id")],
    },
];
