//! The local area: its services, places and organisations. They are data, set by an administrator.
//!
//! A service or place is never deleted, since topics name it; it is retired and can be brought back.

mod actions;
mod pages;
mod rules;
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
    Routes::new().get("/admin", admin, actions::admin).get("/admin/area", admin, actions::area).post("/admin/area", admin, actions::change)
}
