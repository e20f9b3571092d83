//! What is asked and kept about who a plan affects. What is kept runs after `hold_for` in the same
//! write.

use area::equality::{self, Kept, NewEquality, SignedEquality, Signing};
use ground::db::Db;
use ground::ids::{Id, Plan};
use sqlx::AnyConnection;

use super::writing::{Act, event};

const KEPT: Kept =
    Kept { records: "equality_records", numbers: "equality_numbers", about: "plan_id" };

/// The record of equality of a plan that was signed last.
///
/// # Errors
/// When the database fails; likewise for every function here.
pub async fn equality_of(db: &Db, plan_id: &Id<Plan>) -> sqlx::Result<Option<SignedEquality>> {
    equality::last(db, KEPT, plan_id).await
}

/// Keeps a record of equality, once for each form key. True when it is new.
pub async fn sign_equality(
    tx: &mut AnyConnection,
    act: Act<'_>,
    record: &NewEquality,
) -> sqlx::Result<bool> {
    let signing = Signing { about: act.plan_id, by: &act.by.account_id, at: act.at };
    let Some(record_id) = equality::sign(tx, KEPT, signing, record).await? else {
        return Ok(false);
    };
    event(tx, act, "equality record signed", &record_id).await?;
    Ok(true)
}
