//! The local area: its services, places and organisations, and when its schools are open. They are
//! data, set by an administrator.
//!
//! A service or place is never deleted, since topics name it; it is retired and can be brought
//! back. `rules` reads what an administrator says, `calendar` counts school days, `store` holds the
//! SQL, `actions` with `pages` and `running` are the administrator's pages, `browse` everyone's.

mod actions;
mod browse;
pub mod calendar;
mod pages;
mod rules;
mod running;
pub mod store;

/// Where people are said to live whose place is none of the area's.
pub const ELSEWHERE: &str = "Elsewhere";

pub use rules::{What, chosen};

use crate::accounts::Role;
use crate::routes::{Access, Routes};

/// The room's addresses.
#[must_use]
pub fn routes() -> Routes {
    let admin = Access::Only(Role::Admin);
    Routes::new()
        .get("/services", Access::Anyone, browse::list)
        .get("/services/{id}", Access::Anyone, browse::service)
        .get("/places/{id}", Access::Anyone, browse::place)
        .get("/admin", admin, actions::admin)
        .get("/admin/area", admin, actions::area)
        .post("/admin/area", admin, actions::change)
        .get("/admin/telling", admin, running::page)
        .post("/admin/telling", admin, running::change)
        .get("/admin/services/{id}", admin, running::service_form)
        .post("/admin/services/{id}", admin, running::change_service)
}
