//! What records about who something affects keep about whoever signed them, for the list of a room.

use ground::personal::Column::{Id, Just, Left, Text, Time, Who};
use ground::personal::{Column, FORM};

/// Each column of a table of records. `about`: the one that names the thing; `title`: what the
/// thing is called.
#[must_use]
pub const fn signed_columns(about: &'static str, title: Column) -> [Column; 16] {
    [
        Id("id"),
        Left("form_key", FORM),
        Id(about),
        title,
        Text("affected", "Who is affected"),
        Text("takes", "What it takes away"),
        Text("characteristics", "Protected characteristics"),
        Text("source", "Where their list is from"),
        Text("places", "Places"),
        Text("evidence", "How you know"),
        Text("picked", "Published figures"),
        Text("done", "What is done about it"),
        Text("review_day", "Looked at again"),
        Text("signed_name", "Name"),
        Who("signed_by", "Signed by"),
        Time("signed_at", "Signed"),
    ]
}

/// Each column of a table of their numbers.
pub const NUMBER_COLUMNS: &[Column] =
    &[Just("record_id"), Just("position"), Just("label"), Just("people")];
