//! What is left of who planned when an account is erased: what was said and done stays.

use ground::erasing::{each, let_go};
use ground::ids::{Account, Id};
use sqlx::AnyConnection;

/// Takes an account out of this room.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut AnyConnection, account_id: &Id<Account>) -> sqlx::Result<()> {
    let columns = [
        ("plans", "registered_by"),
        ("plan_changes", "changed_by"),
        ("plan_topics", "tied_by"),
        ("planning_sessions", "recorded_by"),
        ("session_slips", "made_by"),
        ("session_confirmations", "confirmed_by"),
        ("session_disputes", "disputed_by"),
        ("statements", "written_by"),
        ("drafts", "recorded_by"),
        ("drafts", "published_by"),
        ("draft_answers", "answered_by"),
        ("overrides", "made_by"),
        ("decisions", "written_by"),
        ("decisions", "published_by"),
        ("decision_answers", "answered_by"),
        ("decision_overrides", "made_by"),
        ("equality_records", "signed_by"),
        ("plan_events", "who"),
    ];
    let_go(tx, account_id, &columns).await?;
    each(tx, account_id, &["DELETE FROM session_disputes_seen WHERE seen_by = $1"]).await
}
