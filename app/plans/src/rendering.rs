//! The HTML of drafts that have none by today's rules: those submitted before it was kept, and all
//! of them once the rules have changed.

use ground::aside::aside;
use ground::house::House;
use ground::text::markdown;

use super::store;

/// Makes and keeps the HTML of some of them. Stopped half-way, the next turn carries on; two
/// processes at once do no harm.
///
/// # Errors
/// When the database fails.
pub async fn render_due(house: &House) -> Result<(), sqlx::Error> {
    for (draft_id, text) in store::to_be_rendered(&house.db).await? {
        let html = aside(move || markdown(&text)).await?;
        let mut tx = house.db.begin().await?;
        store::keep_html(&mut tx, &draft_id, &html).await?;
        tx.commit().await?;
    }
    Ok(())
}
