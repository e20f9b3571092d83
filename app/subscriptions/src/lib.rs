//! A subscription: an address wants to be told when a service changes, in one place or everywhere.
//!
//! Its life: asked for → confirmed by the button in an email, or by the account's own confirmed
//! address → ended, by one click in an email or on the subscriber's own page. It is never deleted:
//! when and how it began and ended is kept, and the address of someone who no longer has any is
//! erased after [`rules::KEPT_WITHOUT_USE`]. `rules` says what can be asked for and when a digest
//! goes out, `store` holds the SQL, `stopping` that of stopping everything and of the way back,
//! `subscribe`, `manage` and `one_click` are the pages with their actions, `emails` the words.

mod emails;
mod manage;
mod one_click;
mod personal;
pub mod rules;
pub mod stopping;
pub mod store;
mod subscribe;

pub use personal::PERSONAL;
pub use store::forget_due;

use ground::house::House;
use ground::jobs::Job;
use ground::routes::{Access, Routes};

/// What the room does in the background: nothing so far.
#[must_use]
pub fn jobs(_: &House) -> Vec<Job> {
    Vec::new()
}

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    use Access::{Anyone, SignedIn};
    Routes::new()
        .get("/subscribe", Anyone, subscribe::subscribe_form)
        .post("/subscribe", Anyone, subscribe::subscribe)
        .get("/subscribe/sent", Anyone, subscribe::subscribe_sent_page)
        .get("/subscribe/{token}", Anyone, subscribe::confirm_subscription_form)
        .post("/subscribe/{token}", Anyone, subscribe::confirm_subscription)
        .get("/subscriptions/{token}", Anyone, manage::subscriptions_by_link)
        .post("/subscriptions/{token}", Anyone, manage::change_subscriptions_by_link)
        .get("/account/subscriptions", SignedIn, manage::own_subscriptions)
        .post("/account/subscriptions", SignedIn, manage::change_own_subscriptions)
        .get("/unsubscribe/{token}", Anyone, one_click::unsubscribe_form)
        .post("/unsubscribe/{token}", Anyone, one_click::unsubscribe)
}
