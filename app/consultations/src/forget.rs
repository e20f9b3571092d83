//! What is left in consultations of an account that is erased. Nobody knows which answers are
//! theirs, so these stay; that they took part goes,
//! and so does which answers they read.

use ground::erasing::{each, let_go, let_go_of_second};
use ground::ids::{self, Id};
use sqlx::AnyConnection;

/// Takes an account out of this room.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<ids::Account>) -> sqlx::Result<()> {
    let gone = [
        "DELETE FROM took_part WHERE account_id = $1",
        "DELETE FROM answer_readings WHERE read_by = $1",
    ];
    each(tx, account_id, &gone).await?;
    let columns = [
        ("consultations", "written_by"),
        ("consultations", "opened_by"),
        ("consultation_changes", "changed_by"),
        ("typed_responses", "typed_by"),
        ("redactions", "redacted_by"),
        ("quotations", "chosen_by"),
        ("answer_concerns", "passed_on_by"),
        ("answer_concern_looks", "looked_by"),
        ("answer_concern_notes", "noted_by"),
        ("releases", "counted_by"),
        ("findings", "said_by"),
    ];
    let_go(tx, account_id, &columns).await?;
    let checked = [("typed_responses", "checked_by"), ("releases", "checked_by")];
    let_go_of_second(tx, account_id, &checked).await
}
