//! A second step of signing in, a code from an app on a phone; fresh proof before what does the
//! most harm; and the email when staff sign in on a new device.
//!
//! Whoever has a second step gets a session that waits: until a code is given it lets nobody in,
//! and to every address they are a visitor (`code`). They set it up at their own page (`own`), and
//! get six recovery codes for the day they lose their phone; a passkey does instead of a code
//! (`passkeys`); an administrator can take it away and says from when it is asked of staff
//! (`admin`). `Access::fresh` in the table of addresses asks for proof of the last minutes: `prove`
//! asks for it, and `first_act` keeps meanwhile what they sent. `rules` is pure, `store` holds the
//! SQL.

pub(crate) mod admin;
pub(crate) mod code;
pub(crate) mod own;
pub(crate) mod prove;
pub(crate) mod rules;
pub(crate) mod store;

use axum::http::HeaderMap;
use deliveries::{EmailKind, Owed, owe};
use ground::error::Error;
use ground::house::House;
use ground::routes::{Access, Routes};
use ground::viewer::{Role, Viewer};

use super::{emails, session};

pub use admin::reset_second_step;
use store::SecondStepWays;

/// What a page says whose form asks for fresh proof.
pub const WE_MAY_ASK: &str = "If you signed in more than 15 minutes ago, we'll first ask for your \
    password or email you a link, so that nobody else can do this on your phone.";

/// The addresses where it is set up, for oneself and for all.
#[must_use]
pub fn routes() -> Routes {
    const OWN: &str = "change your second step";
    const ASK: &str = "change from when the team needs a second step";
    const RESET: &str = "reset someone's second step";
    let (own, admin) = (Access::SignedIn, Access::Only(&[Role::Admin]));
    Routes::new()
        .get("/account/second-step", own, own::second_step_page)
        .post_first("/account/second-step", own.fresh(), OWN, own::change_second_step)
        .get("/account/second-step/set-up", own.fresh(), own::set_up_second_step_form)
        .post_first("/account/second-step/set-up", own.fresh(), OWN, own::set_up_second_step)
        .get("/admin/second-step", admin, admin::team_second_step_page)
        .post_first("/admin/second-step", admin.fresh(), ASK, admin::ask_team_for_second_step)
        .get("/admin/people/{id}/second-step", admin, admin::reset_second_step_form)
        .post_first(
            "/admin/people/{id}/second-step",
            admin.fresh(),
            RESET,
            admin::reset_second_step_of,
        )
}

/// How somebody can do the second step who gave a password or used a link in this browser, and has
/// only that to do; `None` where nobody has.
///
/// # Errors
/// When the database fails.
pub(crate) async fn waits_here(
    house: &House,
    viewer: &Viewer,
    headers: &HeaderMap,
) -> Result<Option<SecondStepWays>, Error> {
    let Some(token) = session::token(house, headers).filter(|_| !viewer.is_signed_in()) else {
        return Ok(None);
    };
    let waiting = store::waiting(&house.db, &id::hash(token), "", house.clock.now()).await?;
    Ok(waiting.filter(|waiting| waiting.was_let_in_at.is_none()).map(|waiting| waiting.ways))
}

/// How many new devices one look tells of.
const AT_ONCE: i64 = 50;

/// Owes the emails about devices in which staff signed in for the first time.
///
/// # Errors
/// When the database fails; the rest is owed the next time.
pub async fn tell_new_devices_due(house: &House) -> Result<(), sqlx::Error> {
    let now = house.clock.now();
    for new in store::new_devices(&house.db, AT_ONCE).await? {
        let mut tx = house.db.begin().await?;
        if !store::device_told(&mut tx, &new.id, now).await? {
            tx.roll_back().await?;
            continue;
        }
        let owed = Owed {
            dedup_key: &format!("new device {}", new.id),
            kind: EmailKind::NewDevice,
            account_id: Some(&new.account_id),
            to: &new.email,
            words: &emails::new_device(house, &new.device, new.first_at),
            at: now,
            not_after: None,
        };
        owe(&mut tx, owed).await?;
        tx.commit().await?;
    }
    Ok(())
}
